"""Use of AWS by monitoring, deployments and the resources themselves. Pure."""

from cli.cost import alarms, functions
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.cost.use import GB, HOURS, MINUTES, Use

METRICS, METRICS_PER_STAGE = 8, 11
DASHBOARDS = 3  # tests/integration/deployed counts them on the local AWS
FREE_DASHBOARDS = 3  # of every account, always


def uses(config: Configuration, assumed: Assumptions) -> list[Use]:
    """Return what monitoring, deployments and the resources themselves use."""
    stages = config.monitored_stages
    of_stage = METRICS_PER_STAGE + config.published_metrics + config.compared_features
    metrics = of_stage * stages + (METRICS if config.model is None else 0)
    # Hourly collectors, and the checks of retrain_trigger each 15 minutes.
    invocations = HOURS * (3 * stages + 4)
    *calls, logs = functions.uses("⑤ to ⑧", invocations, 3)
    transitions = 75 * assumed.all_trainings(config) * assumed.versions_per_training
    of_trainings = [12 * assumed.all_trainings(config)] if config.training_on_states else []
    return [
        *(_reads_and_queries(config, assumed) + _zeros() if config.model is None else []),
        *calls,
        Use("Step Functions", "transitions of deployments", transitions, "sfn_transition"),
        *(
            Use("Step Functions", "transitions of trainings", n, "sfn_transition")
            for n in of_trainings
        ),
        Use("CloudWatch", "alarms", alarms.count(config), "cloudwatch_alarm"),
        Use("CloudWatch", "custom metrics", metrics, "cloudwatch_metric"),
        Use(
            *("CloudWatch", "dashboards beyond the free ones"),
            max(DASHBOARDS - FREE_DASHBOARDS, 0),
            "cloudwatch_dashboard",
        ),
        logs,
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
        *functions.uses("zero_publisher", invocations, 0.1),
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
