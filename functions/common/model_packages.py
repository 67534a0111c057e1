"""Names that follow from the version of a model package, and the request to deploy one."""

import json
import re
from collections.abc import Mapping
from typing import Any

PROMOTED_FROM = "promoted_from"  # property of a copy: ARN in the account that trained it


def version(package_arn: str) -> int:
    """Return the version of a package in its group."""
    return int(package_arn.rpartition("/")[2])


def promoted_from(package: Mapping[str, Any]) -> str | None:
    """Return the ARN in the other account that a version (DescribeModelPackage) is a copy of."""
    arn: str | None = package.get("CustomerMetadataProperties", {}).get(PROMOTED_FROM)
    return arn


def model_name(prefix: str, package_version: int) -> str:
    """Return the name of the SageMaker model; the stages share it."""
    return f"{prefix}-v{package_version}"


def endpoint_config_name(prefix: str, stage: str, package_version: int) -> str:
    """Return the name of the endpoint configuration of a version on a stage."""
    return f"{prefix}-{stage}-v{package_version}"


def served_version(config_name: str) -> int | None:
    """Return the version of an endpoint configuration, None for a foreign one.

    Of a configuration with two versions (`<prefix>-production-v3-split-v4-2000`) it is the first.
    """
    found = re.search(r"-(?:production|staging)-v(\d+)(?:-(?:shadow|split)-v\d+.*)?$", config_name)
    return int(found[1]) if found else None


def deployment_input(
    package_arn: str,
    time: str,
    approval: Mapping[str, str] | None = None,
    variants: Mapping[str, str | float] | None = None,
) -> str:
    """Return the input of the deployment's state machine (JSON), at an ISO time.

    With an approval the version is deployed to production at once, as a rollback; with variants
    (kind, weight) it serves beside the one in production.
    """
    document = {"package_arn": package_arn, "version": version(package_arn), "time": time}
    more = {"approval": approval, "variants": variants}
    return json.dumps(document | {name: value for name, value in more.items() if value})
