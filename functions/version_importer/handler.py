"""`Version Promoted` of the staging account (EventBridge) -> the version in this registry."""

from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools.utilities.parser import event_parser
from pydantic import PositiveInt

from common import decisions, model_packages
from common.config import Settings
from common.errors import bad_value
from common.events import Event, EventBridgeEvent
from common.observability import logger
from version_importer import files, registration
from version_importer.promoted_version import PromotedVersion

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MB = 1024**2
APPROVED = "Approved"

s3 = boto3.client("s3")
sagemaker = boto3.client("sagemaker")
events = boto3.client("events")


class ForeignVersionError(ValueError):
    """The version is not of the group that may be imported."""


class Config(Settings):
    """Settings of the function."""

    bucket: str
    event_bus_name: str
    image_repository: str
    maximum_mb: PositiveInt
    model_package_group_name: str
    source_bucket: str
    source_packages: str  # ARN of a version of the other account, without its number


class Promotion(Event):
    """Detail of `Version Promoted`."""

    package_arn: str


@logger.inject_lambda_context
@event_parser(model=EventBridgeEvent[Promotion])
def lambda_handler(
    event: EventBridgeEvent[Promotion], _context: "LambdaContext"
) -> dict[str, str | None]:
    """Import the version once; return the status and the ARN of the version in this account."""
    config, source = Config.from_env(), event.detail.package_arn
    if source.rpartition("/")[0] != config.source_packages:
        expected = f"a version {config.source_packages}/NUMBER"
        raise ForeignVersionError(bad_value("package_arn", source, expected))
    status, arn = "AlreadyImported", registration.find(sagemaker, _group(config), source)
    if arn is None:
        status, arn = _import(config, source)
    if arn is not None:  # also after a delivery that registered the version and then failed
        decisions.record(
            events,
            config.event_bus_name,
            decisions.VERSION_IMPORTED,
            event.time,
            package_arn=arn,
            package_version=model_packages.version(arn),
            promoted_from=source,
        )
    logger.info("promotion handled", status=status, package_arn=arn, promoted_from=source)
    return {"status": status, "package_arn": arn}


def _import(config: Config, source: str) -> tuple[str, str | None]:
    """Copy the files of a version and register it, unless its approval was withdrawn."""
    package = sagemaker.describe_model_package(ModelPackageName=source)
    status = package["ModelApprovalStatus"]
    if status != APPROVED:
        return status, None
    version = PromotedVersion(source, package, config.source_bucket, config.bucket)
    listed = files.listed(s3, config.source_bucket, version.prefixes)
    version.check(listed, config.maximum_mb * MB)
    for file in listed:
        files.copy(s3, config.source_bucket, file, config.bucket, version.copied_key(file.key))
    request = registration.request(version, _group(config), config.image_repository)
    return "Imported", sagemaker.create_model_package(**request)["ModelPackageArn"]


def _group(config: Config) -> str:
    return config.model_package_group_name
