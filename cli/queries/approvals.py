"""Pending approvals: of new versions for staging, of tested versions for production."""

from cli.aws import Json, pages
from cli.connection import Connection
from cli.queries.models import packages
from common.times import iso


def pending_approvals(connection: Connection) -> list[Json]:
    """Return each pending approval: stage, version, since, and package_arn or parameter.

    Staging: a package that is PendingManualApproval. Production: a parameter with the task token
    of a waiting deployment; the token itself is not read.
    """
    staging = [
        {
            "stage": "staging",
            "version": package["ModelPackageVersion"],
            "since": iso(package["CreationTime"]),
            "package_arn": package["ModelPackageArn"],
        }
        for package in packages(connection, "PendingManualApproval")
    ]
    parameters = pages(
        connection.clients("ssm"),
        "get_parameters_by_path",
        "Parameters",
        Path=connection.outputs.pending_path,
    )
    return staging + sorted(map(_production, parameters), key=lambda row: int(row["version"]))


def _production(parameter: Json) -> Json:
    stage, _, version = parameter["Name"].rpartition("/")[2].rpartition("-")
    return {
        "stage": stage,
        "version": int(version),
        "since": iso(parameter["LastModifiedDate"]),
        "parameter": parameter["Name"],
    }
