"""What the cost of a deployment depends on: Terraform variables with their defaults."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cli.cost import tabular
from cli.cost.schedules import runs_per_day, served_share
from common.deepar import QUANTILE_LEVELS
from common.feature_rows import FEATURES

# Transactions per second where the configuration does not say: of the Bitcoin network, rounded up.
BITCOIN_RATE = 6.0
RATE_SOURCES = {
    "http": "assumed: your stream may have another, which --rate sets",
    "simulator": "poller.simulator.rate",
}
# Of modules/private_network; the gateway endpoint of S3 is free.
INTERFACE_SERVICES = {
    *("events", "monitoring", "sns", "ssm", "states", "xray"),
    *("sagemaker.api", "sagemaker.featurestore-runtime", "sagemaker.runtime"),
}
FLINK_SERVICES = {"kinesis-streams"}
RELEASE_SERVICES = {"codedeploy", "lambda"}  # of the API's function
SCALING_SERVICES = {"application-autoscaling"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """The variables of a root module that change the cost."""

    api_memory_mb: int | None  # of the function of the HTTP API; None: no API
    bake_instance_type: str
    bake_readings: int
    candidates: tuple[str, ...]
    compacted: bool
    compared_features: int  # by monitoring jobs, for each of which there is an alarm
    engine: str
    expire_raw_days: float | None  # None: never
    feature_versions: int
    flink_parallelism: int
    flink_shards: int
    image_builder: str
    interface_endpoints: int  # of VPC endpoints, one per service and subnet
    is_polling: bool
    model: str | None  # None: the forecaster
    monitored_stages: int
    monitoring_instance_type: str
    monitoring_jobs: float  # per day and stage
    poll_seconds: float
    pre_traffic_check: bool
    processing_instance_type: str
    production_instance_count: int
    production_instance_type: str
    published_metrics: int  # of forecasts, per stage
    public_address: bool  # of the poller
    rate: float  # transactions per second that it expects
    rate_source: str
    scales: bool  # production, by its load
    scores_files: bool  # batch scoring
    scheduled_trainings: bool
    served_share: float  # of a month, in which production exists
    serverless_gb: float | None  # memory of serverless production; None: instances
    staging_always_on: bool
    staging_instance_type: str
    tracking_server_size: str | None
    training_instance_count: int
    training_instance_type: str
    training_on_states: bool  # by Step Functions, not by a SageMaker pipeline
    tuning_jobs: int  # trainings of the search for hyperparameters; 0: no search
    with_firewall: bool  # in front of the HTTP API

    @classmethod
    def of(cls, variables: Mapping[str, Any]) -> "Configuration":
        """Return the configuration of the root variables, all optional attributes filled in.

        Those of a tabular model have the variable `model`.
        """
        model = variables.get("model")
        variables = tabular.completed(variables) if model else variables
        endpoints, training = variables["endpoints"], variables["training"]
        api = variables["api"]
        poller, network = variables["poller"], variables["network"]
        simulated = poller["source"] == "simulator"
        return cls(
            api_memory_mb=int(api["memory_mb"]) if api["enabled"] else None,
            bake_instance_type=tabular.BAKE_INSTANCE
            if model
            else training["processing_instance_type"],
            bake_readings=len(variables["monitoring"]["bake_readings"]),
            candidates=tuple(training["candidates"]),
            compacted=bool(variables["features"]["compaction_schedule"]),
            compared_features=tabular.compared_columns(model)
            if model
            else _compared_features(variables["features"]),
            engine=variables["engine"],
            expire_raw_days=variables["data"]["expire_days"].get("raw"),
            feature_versions=len(set(variables["features"]["versions"]) | {"v1"}),
            flink_parallelism=int(variables["flink"]["parallelism"]),
            flink_shards=int(variables["flink"]["shards"]),
            image_builder=variables["image_builder"],
            interface_endpoints=_interface_endpoints(variables),
            is_polling=poller["desired_count"] > 0,
            model=model,
            monitored_stages=len(variables["monitoring"]["stages"]),
            monitoring_instance_type=variables["monitoring"]["jobs"]["instance_type"],
            monitoring_jobs=runs_per_day(variables["monitoring"]["jobs"]["schedule"]),
            poll_seconds=poller["poll_seconds"],
            pre_traffic_check=endpoints["pre_traffic_check"],
            processing_instance_type=training["processing_instance_type"],
            production_instance_count=int(endpoints["production_instance_count"]),
            production_instance_type=endpoints["production_instance_type"],
            published_metrics=_published_metrics(variables["monitoring"]["metrics"]),
            public_address=network is None or network["assign_public_ip"],
            rate=poller["simulator"]["rate"] if simulated else BITCOIN_RATE,
            rate_source=RATE_SOURCES.get(poller["source"], "about that of Bitcoin"),
            scores_files=variables["batch"]["enabled"],
            scales=endpoints["autoscaling"] is not None,
            scheduled_trainings=bool(variables["retraining"]["schedule"]),
            served_share=served_share(endpoints["schedule"]),
            serverless_gb=_gigabytes(endpoints["serverless"]),
            staging_always_on=endpoints["staging_always_on"],
            staging_instance_type=endpoints["staging_instance_type"],
            tracking_server_size=variables["tracking"]["server_size"],
            training_instance_count=int(training.get("instance_count", 1)),
            training_instance_type=training["training_instance_type"],
            training_on_states=training.get("workflow") == "state_machine",
            tuning_jobs=int((training.get("tuning") or {"jobs": 0})["jobs"]),
            with_firewall=api["enabled"] and api["waf_requests"] is not None,
        )


def _gigabytes(serverless: Mapping[str, float] | None) -> float | None:
    return None if serverless is None else serverless["memory_mb"] / 1024


def _interface_endpoints(variables: Mapping[str, Any]) -> int:
    """Return how many network interfaces the endpoints of modules/private_network have."""
    network = variables["private_network"]
    if network is None:
        return 0
    services = INTERFACE_SERVICES | (FLINK_SERVICES if variables["engine"] == "flink" else set())
    services |= set() if variables["endpoints"]["autoscaling"] is None else SCALING_SERVICES
    services |= RELEASE_SERVICES if variables["api"]["enabled"] else set()
    return len(services - network["existing_endpoints"].keys()) * len(network["subnet_ids"])


def _compared_features(features: Mapping[str, Any]) -> int:
    """Return the features of the version that is read, and the forecast."""
    added = features["versions"].get(features["read_version"], {})
    return len(FEATURES) + len(added) + 1


def _published_metrics(names: Collection[str]) -> int:
    """Return the metrics in CloudWatch; calibration has one for each quantile."""
    return len(names) + (len(QUANTILE_LEVELS) - 1) * ("calibration" in names)
