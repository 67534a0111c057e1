"""What the cost of a deployment depends on: Terraform variables with their defaults. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Transactions per second where the configuration does not say: of the Bitcoin network, rounded up.
BITCOIN_RATE = 6.0
# Of modules/private_network; the gateway endpoint of S3 is free.
INTERFACE_SERVICES = {
    *("events", "monitoring", "ssm", "states", "xray"),
    *("sagemaker.api", "sagemaker.featurestore-runtime", "sagemaker.runtime"),
}
FLINK_SERVICES = {"kinesis-streams"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """The variables of terraform/variables.tf that change the cost."""

    bake_readings: int
    candidates: tuple[str, ...]
    compacted: bool
    engine: str
    expire_raw_days: float | None  # None: never
    feature_versions: int
    flink_parallelism: int
    flink_shards: int
    image_builder: str
    interface_endpoints: int  # of VPC endpoints, one per service and subnet
    is_polling: bool
    monitored_stages: int
    poll_seconds: float
    processing_instance_type: str
    production_instance_count: int
    production_instance_type: str
    public_address: bool  # of the poller
    rate: float  # transactions per second that it expects
    rate_source: str
    scheduled_trainings: bool
    staging_always_on: bool
    staging_instance_type: str
    training_instance_type: str

    @classmethod
    def of(cls, variables: Mapping[str, Any]) -> "Configuration":
        """Return the configuration of the root variables, all optional attributes filled in."""
        endpoints, training = variables["endpoints"], variables["training"]
        poller, network = variables["poller"], variables["network"]
        simulated = poller["source"] == "simulator"
        return cls(
            bake_readings=len(variables["monitoring"]["bake_readings"]),
            candidates=tuple(training["candidates"]),
            compacted=bool(variables["features"]["compaction_schedule"]),
            engine=variables["engine"],
            expire_raw_days=variables["data"]["expire_days"].get("raw"),
            feature_versions=len(set(variables["features"]["versions"]) | {"v1"}),
            flink_parallelism=int(variables["flink"]["parallelism"]),
            flink_shards=int(variables["flink"]["shards"]),
            image_builder=variables["image_builder"],
            interface_endpoints=_interface_endpoints(variables),
            is_polling=poller["desired_count"] > 0,
            monitored_stages=len(variables["monitoring"]["stages"]),
            poll_seconds=poller["poll_seconds"],
            processing_instance_type=training["processing_instance_type"],
            production_instance_count=int(endpoints["production_instance_count"]),
            production_instance_type=endpoints["production_instance_type"],
            public_address=network is None or network["assign_public_ip"],
            rate=poller["simulator"]["rate"] if simulated else BITCOIN_RATE,
            rate_source="poller.simulator.rate" if simulated else "about that of Bitcoin",
            scheduled_trainings=bool(variables["retraining"]["schedule"]),
            staging_always_on=endpoints["staging_always_on"],
            staging_instance_type=endpoints["staging_instance_type"],
            training_instance_type=training["training_instance_type"],
        )


def _interface_endpoints(variables: Mapping[str, Any]) -> int:
    """Return how many network interfaces the endpoints of modules/private_network have."""
    network = variables["private_network"]
    if network is None:
        return 0
    services = INTERFACE_SERVICES | (FLINK_SERVICES if variables["engine"] == "flink" else set())
    return len(services - network["existing_endpoints"].keys()) * len(network["subnet_ids"])
