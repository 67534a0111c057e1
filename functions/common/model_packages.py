"""Names that follow from the version of a model package."""


def version(package_arn: str) -> int:
    """Return the version of a package in its group."""
    return int(package_arn.rpartition("/")[2])


def model_name(prefix: str, package_version: int) -> str:
    """Return the name of the SageMaker model; the stages share it."""
    return f"{prefix}-v{package_version}"


def endpoint_config_name(prefix: str, stage: str, package_version: int) -> str:
    """Return the name of the endpoint configuration of a version on a stage."""
    return f"{prefix}-{stage}-v{package_version}"
