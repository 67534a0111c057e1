"""Service quotas that a configuration needs, compared with those of the account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.cost.configuration import Configuration
from cli.cost.jobs import COMPACTION_INSTANCE

# Functions that run at the same time: raw objects of a catch-up, schedules, deployments.
CONCURRENT_FUNCTIONS = 10
POLLER_VCPU = 0.25
CONSOLE = "https://console.aws.amazon.com/servicequotas/home/services"


@dataclass(frozen=True, slots=True)
class Need:
    """A quota by service code and name, and the value that it must have at least."""

    service: str
    name: str
    value: float


def needs(config: Configuration) -> list[Need]:
    """Return the quotas that a configuration needs."""
    # An update serves the old and the new instances at once, as the test before it does.
    production = 0 if config.serverless_gb is not None else 2 * config.production_instance_count
    endpoints = {config.production_instance_type: production} if production else {}
    kind = config.staging_instance_type
    beside = config.production_instance_count + 1  # staging is deleted before the update
    endpoints[kind] = (
        max(endpoints[kind] + config.staging_always_on, beside) if kind in endpoints else 1
    )
    deepar = sum(name.removesuffix("_recent") == "deepar" for name in config.candidates)
    found = [Need("sagemaker", f"{kind} for endpoint usage", n) for kind, n in endpoints.items()]
    processing = {config.processing_instance_type: 1}
    if config.compacted:
        processing[COMPACTION_INSTANCE] = processing.get(COMPACTION_INSTANCE, 0) + 1
    found += [
        Need("sagemaker", f"{kind} for processing job usage", n) for kind, n in processing.items()
    ]
    # All candidates train at the same time; the winner is trained again without any.
    training = f"{config.training_instance_type} for training job usage"
    found.append(Need("sagemaker", training, max(deepar, 1) * config.training_instance_count))
    if deepar or config.bake_readings:
        transform = f"{config.bake_instance_type} for transform job usage"
        found.append(Need("sagemaker", transform, max(deepar, 1)))
    if config.is_polling:
        found.append(Need("fargate", "Fargate On-Demand vCPU resource count", POLLER_VCPU))
    if config.engine == "flink":
        # KPUs for the job, and one for its orchestration.
        kpus = config.flink_parallelism + 1
        found.append(Need("kinesisanalytics", "Kinesis Processing Units (KPUs)", kpus))
        found.append(Need("kinesis", "Shards per Region", config.flink_shards + 2))
    if config.image_builder == "codebuild":
        for kind in ("ARM", "Linux") if config.model is None else ("Linux",):
            name = f"Concurrently running builds for {kind}/Small environment"
            found.append(Need("codebuild", name, 1))
    found.append(Need("lambda", "Concurrent executions", CONCURRENT_FUNCTIONS))
    return found


def shortfalls(
    wanted: Iterable[Need], quotas: Mapping[tuple[str, str], float]
) -> tuple[list[str], list[str]]:
    """Return what must be requested, and the names of quotas whose value is unknown."""
    low, unknown = [], []
    for need in wanted:
        value = quotas.get((need.service, need.name))
        if value is None:
            unknown.append(f"{need.service}: {need.name}")
        elif value < need.value:
            low.append(
                f"{need.service}: {need.name} is {value:g}, expected at least {need.value:g}; "
                f"request it at {CONSOLE}/{need.service}/quotas"
            )
    return low, unknown


def read(client: Any, services: Iterable[str]) -> tuple[dict[tuple[str, str], float], list[str]]:
    """Return the account's quotas by service and name, and the errors of services."""
    found: dict[tuple[str, str], float] = {}
    errors: dict[str, list[str]] = {}
    for service in sorted(set(services)):
        try:
            # Quotas of the account come last: they override the defaults.
            for operation in ("list_aws_default_service_quotas", "list_service_quotas"):
                for page in client.get_paginator(operation).paginate(ServiceCode=service):
                    for quota in page["Quotas"]:
                        found[service, quota["QuotaName"]] = quota["Value"]
        except (BotoCoreError, ClientError) as error:
            errors.setdefault(str(error), []).append(service)
    return found, [f"{', '.join(names)}: {error}" for error, names in errors.items()]
