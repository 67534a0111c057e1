"""`evergreen endpoint`: a second version in production, by weight or as a shadow."""

from typing import Annotated

import typer

from cli.app import command, group, positive
from cli.aws import Json, operator
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.models import packages
from cli.queries.pause import require_running
from cli.result import Result
from cli.terminal import note, table
from common.endpoints import describe, target_config
from common.model_packages import deployment_input, served_version
from common.times import iso

endpoint = group(
    "endpoint", "⑥ A second version in production: A/B or shadow.", lists_by_default=True
)
HEADERS = ("variant", "weight", "instances", "")

Version = Annotated[int, typer.Argument(parser=positive, metavar="VERSION")]
Weight = Annotated[
    float, typer.Option(min=0.0001, max=0.9999, help="Share of the requests that it answers.")
]
Comment = Annotated[str, typer.Option(help="Stored with the decision.")]


@command("list", "The variants of production.", of=endpoint)
def variants(connection: Connection) -> Result:
    """Show what answers production's requests."""
    description = _description(connection)
    rows = [
        _row(variant, is_shadow=field == "ShadowProductionVariants")
        for field in ("ProductionVariants", "ShadowProductionVariants")
        for variant in description.get(field) or []
    ]
    config, target = description["EndpointConfigName"], target_config(description)
    cells = [
        (row["variant"], f"{row['weight']:g}", row["instances"], "shadow" * row["shadow"])
        for row in rows
    ]
    if target != config:
        note(f"an update to {target} is under way, which may already answer some requests")
    document = {"config": config, "target_config": target, "variants": rows}
    return Result(document, table(f"⑥ {config}", cells, HEADERS))


@command("split", "Let a version answer a share of the requests.", changes=True, of=endpoint)
def split(
    connection: Connection, version: Version, weight: Weight = 0.2, comment: Comment = ""
) -> Result:
    """Start an A/B test of an approved version beside the one in production."""
    return _start(connection, version, {"kind": "split", "weight": weight}, comment)


@command("shadow", "Copy the requests to a version.", changes=True, of=endpoint)
def shadow(connection: Connection, version: Version, comment: Comment = "") -> Result:
    """Send copies of all requests to an approved version; its answers are only captured."""
    return _start(connection, version, {"kind": "shadow"}, comment)


@command("single", "End an A/B test or a shadow.", changes=True, of=endpoint)
def single(connection: Connection, comment: Comment = "") -> Result:
    """Let the version that is the first variant answer all requests again."""
    version = served_version(target_config(_description(connection)) or "")
    if version is None:
        raise CommandError("production serves no version of the registry")
    return _start(connection, version, {"kind": "single"}, comment)


def _start(
    connection: Connection, version: int, wanted: dict[str, str | float], comment: str
) -> Result:
    require_running(connection)
    package = _package(connection, version)
    kind = wanted["kind"]
    if kind != "single":
        _require_beside(connection, package)
    approval = {
        "by": operator(connection.clients),
        "path": f"evergreen endpoint {kind}",
        "comment": comment or f"evergreen endpoint {kind}",
    }
    started = connection.clients("stepfunctions").start_execution(
        stateMachineArn=connection.outputs.state_machine_arn,
        name=f"{kind}-{version}-{connection.now:%Y%m%dT%H%M%SZ}",
        input=deployment_input(package["ModelPackageArn"], iso(connection.now), approval, wanted),
    )
    document = {"version": version, **wanted, "execution_arn": started["executionArn"]}
    text = {
        "split": f"⑥ model {version} gets {wanted.get('weight', 0):.0%} of production's requests",
        "shadow": f"⑥ model {version} gets copies of production's requests",
        "single": f"⑥ model {version} answers all of production's requests again",
    }
    return Result(document, f"{text[str(kind)]}, once its instances serve.")


def _require_beside(connection: Connection, package: Json) -> None:
    """Raise CommandError unless the version is approved and not in production."""
    version, status = package["ModelPackageVersion"], package["ModelApprovalStatus"]
    if status != "Approved":
        raise CommandError(f"VERSION: got {version}, which is {status}, expected an approved one")
    if served_version(target_config(_description(connection)) or "") == version:
        raise CommandError(f"VERSION: got {version}, which is in production, expected another one")


def _package(connection: Connection, version: int) -> Json:
    found = {package["ModelPackageVersion"]: package for package in packages(connection)}
    if version not in found:
        known = ", ".join(map(str, found)) or "none"
        raise CommandError(f"VERSION: got {version}, expected one of {known}")
    return found[version]


def _description(connection: Connection) -> Json:
    name = connection.outputs.endpoint_names["production"]
    found = describe(connection.clients("sagemaker"), name)
    if found is None:
        raise CommandError(f"{name} does not exist: no version is in production")
    return found


def _row(variant: Json, *, is_shadow: bool) -> Json:
    return {
        "variant": variant["VariantName"],
        "weight": variant.get("CurrentWeight"),
        "instances": variant.get("CurrentInstanceCount"),
        "shadow": is_shadow,
    }
