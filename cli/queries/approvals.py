"""What waits for a person: new versions before staging, tested ones before production."""

from botocore.exceptions import ClientError

from cli.reads.aws import Clients, Json, absent, iso, pages
from cli.reads.models import packages


def pending(clients: Clients, prefix: str) -> list[Json]:
    """Return each open approval: stage, version, since, and package_arn or parameter.

    A package PendingManualApproval waits for staging; a parameter holds the task token of a
    deployment that waits for production. Tokens are not read here.
    """
    staging = [
        {
            "stage": "staging",
            "version": package["ModelPackageVersion"],
            "since": iso(package["CreationTime"]),
            "package_arn": package["ModelPackageArn"],
        }
        for package in packages(clients, prefix, "PendingManualApproval")
    ]
    path = f"/{prefix}/approval/pending"
    try:
        parameters = list(pages(clients("ssm"), "get_parameters_by_path", "Parameters", Path=path))
    except ClientError as error:
        if not absent(error):
            raise
        parameters = []
    return staging + sorted(map(_parameter, parameters), key=lambda one: int(one["version"]))


def _parameter(parameter: Json) -> Json:
    stage, _, version = parameter["Name"].rpartition("/")[2].rpartition("-")
    return {
        "stage": stage,
        "version": int(version),
        "since": iso(parameter["LastModifiedDate"]),
        "parameter": parameter["Name"],
    }
