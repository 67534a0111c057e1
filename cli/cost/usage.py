"""Use of AWS per month by a configuration, at a rate of transactions. Pure.

What is assumed rather than configured is a field of `Assumptions`; `evergreen cost` prints them.
"""

from dataclasses import dataclass

from cli.cost import ingestion
from cli.cost.configuration import Configuration
from cli.cost.ingestion import GB, Load
from cli.cost.use import HOURS, MINUTES, Use

DAYS = HOURS / 24
BUFFER_SECONDS, BUFFER_BYTES = 60, 5 * 2**20  # of Firehose: modules/event_archive
AGGREGATOR_SHARE = 512 / 1769  # of a vCPU that a Lambda function with 512 MB has
COMPACTION_INSTANCE = "ml.t3.medium"  # modules/features
FUNCTION_GB = 0.25  # of all functions except window_aggregator
# Of the modules, with alarms; tests/integration/deployed counts them on the local AWS.
FUNCTIONS, BAKE_FUNCTIONS, FLINK_FUNCTIONS, SCALING_FUNCTIONS, SCHEDULE_FUNCTIONS = 12, 2, 1, 1, 1
ALARMS, FLINK_ALARMS, ALARMS_PER_FUNCTION, ALARMS_PER_STAGE = 8, 3, 2, 4
ALARMS_PER_ENDPOINT, SCALING_ALARMS = 2, 2  # of endpoints that always exist; of autoscaling
METRICS, METRICS_PER_STAGE, DASHBOARDS = 8, 11, 3
API_ALARMS = 3  # errors, from two metrics; errors of a version that is released
# Of a tabular model, which has no stages 1 to 3.
TABULAR_FUNCTIONS, TABULAR_ALARMS = 9, 1
FREE_DASHBOARDS = 3  # of every account, always
SERVERLESS_SECONDS = 1.0  # per request of the monitor, start included
LOG_GB_PER_INVOCATION = 2_000 / GB
# Of the HTTP API: two metrics per route, and three rules of the firewall.
API_SECONDS, FIREWALL_RULES = 0.1, 3


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Quantities that no variable sets."""

    trainings: float = 4  # per month, besides the scheduled one
    job_minutes: float = 5  # billed per SageMaker job, its start included
    versions_per_training: float = 1  # that reach production
    image_gb: float = 4  # in ECR, all images that are kept
    image_builds: float = 4  # per month, of both images, with image_builder = "codebuild"
    forecaster_build_minutes: float = 10
    poller_build_minutes: float = 4
    bytes_per_transaction: float = 273  # in events; benchmarks/results/ingestion.json
    compressed_share: float = 0.21  # of the raw archive; the same
    aggregated_per_second: float = 80_000  # transactions per CPU second; the same
    queried_gb: float = 10  # that queries scan on AWS, per month
    aggregator_seconds: float = 0.3  # per object besides, for requests to AWS
    api_requests: float = 100_000  # per month

    def lines(self, config: Configuration) -> list[str]:
        """Describe what `evergreen cost` assumes about a configuration."""
        stream = [
            f"{self.bytes_per_transaction:g} bytes per transaction, "
            f"{self.compressed_share:.0%} of it when compressed",
            f"{self.queried_gb:g} GB that SQL queries scan a month",
            "raw archive at its final size, of data.expire_days.raw (12 months if never)",
        ]
        return [
            f"{self.trainings:g} trainings a month besides scheduled ones, each with a version "
            "that reaches production",
            f"{self.job_minutes:g} minutes billed per SageMaker job",
            f"{self.image_gb:g} GB of images in ECR",
            f"{self.api_requests:,.0f} requests of clients to the API a month",
            f"{self.image_builds:g} builds of the images a month if CodeBuild builds them",
            *(stream if config.model is None else []),
        ]


def uses(config: Configuration, rate: float, assumed: Assumptions) -> list[Use]:
    """Return all uses of a month, in the order of the stages."""
    streaming = _ingestion(config, rate, assumed) if config.is_polling and rate > 0 else []
    return [
        *streaming,
        *_endpoints(config),
        *_jobs(config, assumed),
        *_operation(config, assumed),
        *_api(config, assumed),
    ]


def trainings(config: Configuration, assumed: Assumptions) -> float:
    """Return the trainings of a month: the scheduled one, and those of a degraded model."""
    return assumed.trainings + (1 if config.scheduled_trainings else 0)


def alarms(config: Configuration) -> int:
    """Return the number of alarms, as they are billed: by their metrics.

    Autoscaling creates two of them.
    """
    per_stage = ALARMS_PER_STAGE + config.compared_features
    of_loop = (FUNCTIONS, ALARMS) if config.model is None else (TABULAR_FUNCTIONS, TABULAR_ALARMS)
    functions, others = of_loop[0], of_loop[1] + per_stage * config.monitored_stages
    others += ALARMS_PER_ENDPOINT * (1 + config.staging_always_on)
    if config.bake_readings:
        functions += BAKE_FUNCTIONS
    if config.api_memory_mb is not None:
        functions, others = functions + 1, others + API_ALARMS
    functions += config.scores_files
    if config.served_share < 1:
        functions += SCHEDULE_FUNCTIONS
    if config.scales:
        functions += SCALING_FUNCTIONS
        others += SCALING_ALARMS
    if config.engine == "flink":
        functions += FLINK_FUNCTIONS
        others += FLINK_ALARMS
    return others + ALARMS_PER_FUNCTION * functions


def _ingestion(config: Configuration, rate: float, assumed: Assumptions) -> list[Use]:
    bytes_per_second = rate * assumed.bytes_per_transaction
    object_seconds = min(BUFFER_SECONDS, BUFFER_BYTES / bytes_per_second)
    months = 12 if config.expire_raw_days is None else config.expire_raw_days / DAYS
    load = Load(
        bytes_per_second,
        assumed.compressed_share,
        config.poll_seconds,
        object_seconds,
        1 + 60 / object_seconds,
        months,
    )
    shared = ingestion.shared(load, public_address=config.public_address)
    if config.engine == "flink":
        kpus = config.flink_parallelism
        engine = ingestion.engine_flink(load, kpus, 1, config.flink_shards)
    else:
        cpu = rate * object_seconds / assumed.aggregated_per_second
        seconds = assumed.aggregator_seconds + cpu / AGGREGATOR_SHARE
        engine = ingestion.engine_lambda(load, seconds)
    copies = [  # rows are written to every version of the feature group
        Use(use.service, use.item, use.quantity * config.feature_versions, use.price)
        if use.service == "Feature Store"
        else use
        for use in engine
    ]
    # The key is used per object with a bucket key at most once, and per record of a stream.
    requests = load.objects * 6 + load.events
    return [
        *shared,
        *copies,
        Use("KMS", "requests of ① to ③", requests, "kms_request"),
        Use("X-Ray", "traces of ②", load.objects, "xray_trace"),
        Use("CloudWatch", "logs of ②", load.objects * LOG_GB_PER_INVOCATION, "logs_gb"),
    ]


def _endpoints(config: Configuration) -> list[Use]:
    found = [_production(config, HOURS * config.served_share, "production")]
    if config.staging_always_on:
        price = f"{config.staging_instance_type}_hour"
        found.append(Use("SageMaker endpoints", "staging", HOURS, price))
    return found


def _production(config: Configuration, hours: float, item: str) -> Use:
    """Return an endpoint with production's configuration, in use for some hours."""
    if config.serverless_gb is not None:  # only requests cost; those of clients are not counted
        seconds = 2 * hours * SERVERLESS_SECONDS * config.serverless_gb
        return Use("SageMaker endpoints", item, seconds, "serverless_gb_second")
    price = f"{config.production_instance_type}_hour"
    return Use("SageMaker endpoints", item, hours * config.production_instance_count, price)


def _jobs(config: Configuration, assumed: Assumptions) -> list[Use]:
    """Return the jobs of trainings, bake periods and compaction."""
    count, hours = trainings(config, assumed), assumed.job_minutes / 60
    deepar = sum(name.removesuffix("_recent") == "deepar" for name in config.candidates)
    versions = count * assumed.versions_per_training
    # ReadHistory, ForecastCandidates, Evaluate, Baseline, and a transform per candidate of DeepAR;
    # or PrepareTable and Evaluate.
    steps = 4 + deepar + bool(config.tuning_jobs) if config.model is None else 2
    processing = hours * count * steps
    # And the winner again, on all data; of a tabular model it is the one that was judged.
    training = hours * count * (deepar + config.tuning_jobs + 1) * config.training_instance_count
    found = [
        Use(
            "SageMaker jobs",
            "processing and transform of trainings",
            processing,
            f"{config.processing_instance_type}_hour",
        ),
        Use("SageMaker jobs", "training", training, f"{config.training_instance_type}_hour"),
        Use(
            "SageMaker jobs",
            "comparisons of the bake period",
            hours * versions * config.bake_readings,
            f"{config.bake_instance_type}_hour",
        ),
    ]
    monitoring = hours * DAYS * config.monitoring_jobs * config.monitored_stages
    price = f"{config.monitoring_instance_type}_hour"
    found.append(Use("SageMaker jobs", "monitoring", monitoring, price))
    if config.compacted:
        price = f"{COMPACTION_INSTANCE}_hour"
        found.append(Use("SageMaker jobs", "daily compaction", hours * DAYS, price))
    if not config.staging_always_on:
        price = f"{config.staging_instance_type}_hour"
        found.append(Use("SageMaker endpoints", "staging, an hour a version", versions, price))
    if config.pre_traffic_check:
        item = "production's configuration before its traffic, an hour a version"
        found.append(_production(config, versions, item))
    return found


def _operation(config: Configuration, assumed: Assumptions) -> list[Use]:
    """Return what monitoring, deployments and the resources themselves use."""
    stages = config.monitored_stages
    of_stage = METRICS_PER_STAGE + config.published_metrics + config.compared_features
    metrics = of_stage * stages + (METRICS if config.model is None else 0)
    # Hourly collectors, and the checks of retrain_trigger each 15 minutes.
    invocations = HOURS * (3 * stages + 4)
    transitions = 75 * trainings(config, assumed) * assumed.versions_per_training
    of_trainings = [12 * trainings(config, assumed)] if config.training_on_states else []
    return [
        *(_reads_and_queries(config, assumed) + _zeros() if config.model is None else []),
        Use("Lambda", "⑤ to ⑧: invocations", invocations, "lambda_request"),
        Use("Lambda", "⑤ to ⑧: duration", invocations * 3 * FUNCTION_GB, "lambda_arm_gb_second"),
        Use("X-Ray", "traces of ⑤ to ⑧", invocations, "xray_trace"),
        Use("Step Functions", "transitions of deployments", transitions, "sfn_transition"),
        *(
            Use("Step Functions", "transitions of trainings", n, "sfn_transition")
            for n in of_trainings
        ),
        Use("CloudWatch", "alarms", alarms(config), "cloudwatch_alarm"),
        Use("CloudWatch", "custom metrics", metrics, "cloudwatch_metric"),
        Use(
            *("CloudWatch", "dashboards beyond the free ones"),
            max(DASHBOARDS - FREE_DASHBOARDS, 0),
            "cloudwatch_dashboard",
        ),
        Use("CloudWatch", "logs of ⑤ to ⑧", invocations * LOG_GB_PER_INVOCATION, "logs_gb"),
        Use("KMS", "key", 1, "kms_key_month"),
        Use("KMS", "requests of ④ to ⑧", 20 * invocations, "kms_request"),
        Use("ECR", "images", assumed.image_gb, "ecr_gb_month"),
        *_image_builds(config, assumed),
        *_private_network(config),
        *_tracking_server(config),
    ]


def _zeros() -> list[Use]:
    """Return what zero_publisher uses, each 15 minutes for a tenth of a second."""
    invocations = 4 * HOURS
    return [
        Use("Lambda", "zero_publisher: invocations", invocations, "lambda_request"),
        Use(
            "Lambda",
            "zero_publisher: duration",
            invocations * 0.1 * FUNCTION_GB,
            "lambda_arm_gb_second",
        ),
        Use("X-Ray", "traces of zero_publisher", invocations, "xray_trace"),
        Use(
            "CloudWatch", "logs of zero_publisher", invocations * LOG_GB_PER_INVOCATION, "logs_gb"
        ),
        Use("KMS", "requests of zero_publisher", invocations, "kms_request"),
    ]


def _reads_and_queries(config: Configuration, assumed: Assumptions) -> list[Use]:
    """Return what only the forecaster has: rows of the feature store, tables, a poller."""
    # Two forecasts an hour, of 270 minutes and their horizon.
    reads = HOURS * config.monitored_stages * 2 * 300
    return [
        Use("Feature Store", "reads of the monitor", reads, "feature_store_read"),
        Use("CloudWatch", "logs of the poller", MINUTES * 2 * 400 / GB, "logs_gb"),
        Use("Athena", "scanned by queries", assumed.queried_gb * GB / 1e12, "athena_tb"),
    ]


def _image_builds(config: Configuration, assumed: Assumptions) -> list[Use]:
    if config.image_builder != "codebuild":
        return []
    forecaster = assumed.image_builds * assumed.forecaster_build_minutes
    found = [Use("CodeBuild", "builds of the forecaster", forecaster, "codebuild_minute")]
    if config.model is None:
        poller = assumed.image_builds * assumed.poller_build_minutes
        found.append(Use("CodeBuild", "builds of the poller", poller, "codebuild_arm_minute"))
    return found


def _private_network(config: Configuration) -> list[Use]:
    """Return the hours of interface endpoints; their data, a cent per GB, is left out."""
    if not config.interface_endpoints:
        return []
    hours = HOURS * config.interface_endpoints
    return [Use("VPC endpoints", "network interfaces", hours, "vpc_endpoint_hour")]


def _tracking_server(config: Configuration) -> list[Use]:
    if config.tracking_server_size is None:
        return []
    price = f"mlflow_{config.tracking_server_size.lower()}_hour"
    return [Use("MLflow", "tracking server", HOURS, price)]


def _api(config: Configuration, assumed: Assumptions) -> list[Use]:
    """Return what the HTTP API uses, and its firewall."""
    if config.api_memory_mb is None:
        return []
    requests = assumed.api_requests
    duration = requests * API_SECONDS * config.api_memory_mb / 1024
    found = [
        Use("API", "requests", requests, "api_request"),
        Use("API", "invocations", requests, "lambda_request"),
        Use("API", "duration of the function", duration, "lambda_arm_gb_second"),
        Use("API", "traces", requests, "xray_trace"),
        Use("API", "logs", requests * LOG_GB_PER_INVOCATION, "logs_gb"),
    ]
    if config.with_firewall:
        found += [
            Use("Firewall", "web ACL", 1, "waf_acl_month"),
            Use("Firewall", "rules", FIREWALL_RULES, "waf_rule_month"),
            Use("Firewall", "requests", requests, "waf_request"),
        ]
    return found
