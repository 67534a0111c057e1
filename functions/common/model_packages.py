"""Names that follow from the version of a model package, and the request to deploy one."""

import json
from collections.abc import Mapping


def version(package_arn: str) -> int:
    """Return the version of a package in its group."""
    return int(package_arn.rpartition("/")[2])


def model_name(prefix: str, package_version: int) -> str:
    """Return the name of the SageMaker model; the stages share it."""
    return f"{prefix}-v{package_version}"


def endpoint_config_name(prefix: str, stage: str, package_version: int) -> str:
    """Return the name of the endpoint configuration of a version on a stage."""
    return f"{prefix}-{stage}-v{package_version}"


def deployment_input(
    package_arn: str, time: str, approval: Mapping[str, str] | None = None
) -> str:
    """Return the input of the deployment's state machine (JSON), at an ISO time.

    With an approval the version is deployed to production at once, as a rollback.
    """
    document = {"package_arn": package_arn, "version": version(package_arn), "time": time}
    return json.dumps(document | ({"approval": approval} if approval else {}))
