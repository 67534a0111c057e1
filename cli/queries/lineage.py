"""Everything that AWS still knows about one version (cli/lineage/document.py)."""

from collections.abc import Iterable

from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError
from cli.lineage.deployments import deployments
from cli.lineage.document import lineage as assemble
from cli.queries.decisions import bake_checks, decisions, failed_deployments
from cli.queries.models import evaluation, execution_id, packages
from cli.queries.monitoring import monitoring_results
from cli.queries.runs import read
from cli.queries.services import endpoints
from common import model_packages

PROMOTED = "the training is in the account that the version was promoted from"
NO_TRAINING = "the version names no training: it was registered by hand or by an older Evergreen"


def lineage(connection: Connection, version: int) -> Json:
    """Return the lineage of a version; CommandError if it does not exist.

    Nothing is read from the pipeline: its executions may be deleted.
    """
    package = connection.clients("sagemaker").describe_model_package(
        ModelPackageName=_arn(connection, version)
    )
    log = decisions(connection)
    deployed = deployments(log, version)
    results = [result for row in deployed for result in _results(connection, row, package)]
    document = assemble(
        package,
        _run(connection, package),
        evaluation(connection, package),
        deployed,
        _distinct(results),
    )
    arn = package["ModelPackageArn"]
    return document | {
        "serving": [row["stage"] for row in endpoints(connection) if row["version"] == version],
        "failed_deployments": [f for f in failed_deployments(log) if f["package_arn"] == arn],
        "bake_checks": [c for c in bake_checks(log) if c["package_version"] == version],
    }


def _arn(connection: Connection, version: int) -> str:
    arns = {one["ModelPackageVersion"]: one["ModelPackageArn"] for one in packages(connection)}
    if version not in arns:
        known = ", ".join(map(str, arns)) or "none"
        raise CommandError(f"VERSION: got {version}, expected one of the registry: {known}")
    return str(arns[version])


def _run(connection: Connection, package: Json) -> Json | str:
    """Return the record of the version's training, or why there is none."""
    if execution := execution_id(package):
        return read(connection, execution)
    return PROMOTED if model_packages.promoted_from(package) else NO_TRAINING


def _results(connection: Connection, deployment: Json, package: Json) -> list[Json]:
    """Return the monitoring results of a deployment, each of the hour before its time."""
    found = monitoring_results(
        connection, deployment["stage"], since=deployment["time"], until=deployment["until"]
    )
    return [result for result in found if result["package_arn"] == package["ModelPackageArn"]]


def _distinct(results: Iterable[Json]) -> list[Json]:
    """Return each result once: deployments of the same version may overlap."""
    return list({(result["stage"], result["time"]): result for result in results}.values())
