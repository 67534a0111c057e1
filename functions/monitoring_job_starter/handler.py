"""Schedule or command -> a processing job that compares data and forecasts with the baseline."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import Json, PositiveFloat

from common import endpoints, monitoring_reports, processing_jobs, threshold_parameter, times
from common.events import ScheduledEvent
from common.observability import logger
from common.processing_jobs import JobSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

sagemaker = boto3.client("sagemaker")
parameters = SSMProvider(boto3_client=boto3.client("ssm"))

MODULE = "sagemaker_pipelines.jobs.monitor"
BASELINE_FILE = "/data_quality/constraints.json"  # below the folder of the baseline
Analysis = Literal["data-quality", "drift", "model-quality"]


class Config(JobSettings):
    """Settings of the function."""

    analyses: Json[list[Analysis]]
    bucket: str
    data: Json[dict[str, str]]  # what is compared, as options of the job
    event_bus_name: str
    metric_namespace: str
    threshold_parameters: Json[dict[str, str]]  # by stage
    window_hours: PositiveFloat


@dataclass(frozen=True, slots=True)
class Version:
    """The version that a stage serves."""

    package: str  # ARN
    baseline: str  # folder in S3
    variant: str
    deployed_at: str | None


class JobEvent(ScheduledEvent):
    """The stage to compare, and with which analyses (default: those of the settings)."""

    stage: str
    analyses: list[Analysis] | None = None


@logger.inject_lambda_context
@event_parser(model=JobEvent)
def lambda_handler(event: JobEvent, _context: "LambdaContext") -> dict[str, Any]:
    """Start the job that is named after the event's time; return it, or why there is none."""
    config = Config.from_env()
    name = config.threshold_parameters.get(event.stage)
    if name is None:
        return _skip(event, f"{event.stage} is not monitored: add it to monitoring.stages")
    deployed = threshold_parameter.read(parameters, name)
    package = deployed.set_by
    if package is None:
        return _skip(event, "no version was deployed")
    baseline = _baseline(package)
    if baseline is None:
        return _skip(event, f"{package} was registered without a baseline")
    variant = _variant(f"{config.prefix}-{event.stage}")
    if variant is None:
        return _skip(event, "there is no endpoint")
    analyses = event.analyses or config.analyses
    version = Version(package, baseline, variant, deployed.deployed_at)
    request = _request(config, event, version, analyses)
    job = request["ProcessingJobName"]
    status = processing_jobs.start(sagemaker, request)
    logger.info("monitoring job requested", job=job, status=status, package=package)
    return {"status": status, "job": job, "package_arn": package, "analyses": analyses}


def _request(
    config: Config, event: JobEvent, version: Version, analyses: list[Analysis]
) -> dict[str, Any]:
    endpoint = f"{config.prefix}-{event.stage}"
    values = {
        "bucket": config.bucket,
        "endpoint": endpoint,
        "event-bus": config.event_bus_name,
        "namespace": config.metric_namespace,
        "now": times.iso(event.time),
        "package": version.package,
        "stage": event.stage,
        "variant": version.variant,
        "window-hours": str(config.window_hours),
        **config.data,
    }
    if version.deployed_at is not None:
        values["deployed-at"] = version.deployed_at
    arguments = [word for option, value in values.items() for word in (f"--{option}", value)]
    arguments += [word for analysis in analyses for word in ("--analysis", analysis)]
    return processing_jobs.request(
        config,
        f"{config.prefix}-monitoring-{event.stage}-{event.time:%Y%m%dT%H%M%SZ}",
        MODULE,
        arguments,
        inputs={"baseline": version.baseline},
        outputs={
            f"report/{name}": _output(config.bucket, endpoint, name, event.time)
            for name in analyses
        },
    )


def _output(bucket: str, endpoint: str, analysis: str, time: datetime) -> str:
    return f"s3://{bucket}/{monitoring_reports.folder(endpoint, analysis, time)}"


def _baseline(package: str) -> str | None:
    """Return the S3 folder of a version's baseline (with a final slash), None if it has none."""
    described = sagemaker.describe_model_package(ModelPackageName=package)
    quality = described.get("ModelMetrics", {}).get("ModelDataQuality", {})
    uri = quality.get("Constraints", {}).get("S3Uri", "")
    return f"{uri.removesuffix(BASELINE_FILE)}/" if uri.endswith(BASELINE_FILE) else None


def _variant(endpoint: str) -> str | None:
    """Return the variant of an endpoint, which names the folder of its captures."""
    described = endpoints.describe(sagemaker, endpoint) or {}
    variants = described.get("ProductionVariants")
    return variants[0]["VariantName"] if variants else None


def _skip(event: JobEvent, reason: str) -> dict[str, Any]:
    logger.info("monitoring job skipped", time=times.iso(event.time), reason=reason)
    return {"reason": reason}
