"""`evergreen cost`: what a configuration costs per month on AWS, and what a deployment cost."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cli import root_modules, terraform_variables
from cli.app import command
from cli.connection import Connection
from cli.cost import comparison, unit_costs
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.cost.estimate import estimate, text
from cli.errors import CommandError
from cli.prices import FILE
from cli.queries.billing import actual_costs
from cli.result import Result
from cli.terminal import sections, table

Rate = Annotated[
    float | None,
    typer.Option(metavar="TX/S", min=0, help="Transactions per second; default: as configured."),
]
Trainings = Annotated[
    float, typer.Option(min=0, help="Trainings a month besides the scheduled one.")
]
Vars = Annotated[
    Path | None,
    typer.Option("--vars", metavar="FILE", help="Variables besides those of the root module."),
]
Model = Annotated[
    str | None,
    typer.Option(metavar="MODEL", help="Tabular model; default: the forecaster."),
]
Deployed = Annotated[
    bool, typer.Option("--deployed", help="The configuration of the deployment, not of the files.")
]
Actual = Annotated[
    bool,
    typer.Option("--actual", help="What the deployment cost, from Cost Explorer (0.01 USD)."),
]


@command(
    "cost", "Cost per month of this configuration, by service; before the apply too.", lazy=True
)
def cost(
    connect: Callable[[], Connection],
    rate: Rate = None,
    trainings: Trainings = 4,
    file: Vars = None,
    deployed: Deployed = False,
    model: Model = None,
    actual: Actual = False,
) -> Result:
    """Estimate the cost of the files in terraform/, or of a deployment."""
    if (deployed or actual) and (file is not None or model is not None):
        raise CommandError(
            "--vars and --model name files, --deployed and --actual read the deployment", 2
        )
    if actual:
        return _actual(connect(), rate, trainings)
    if deployed:
        connection = connect()
        return result(_configuration(connection), rate, trainings, connection.region)
    config = Configuration.of(terraform_variables.read(file, root_modules.find(model)))
    return result(config, rate, trainings)


def _configuration(connection: Connection) -> Configuration:
    """Return the configuration of a deployment."""
    name = f"/{connection.prefix}/configuration"
    parameter = connection.clients("ssm").get_parameter(Name=name)["Parameter"]
    return Configuration.of(json.loads(parameter["Value"]))


def _actual(connection: Connection, rate: float | None, trainings: float) -> Result:
    found = actual_costs(connection)
    estimated = result(_configuration(connection), rate, trainings).document["total"]
    document = comparison.with_estimate(found, estimated, connection.now)
    return Result(document, comparison.body(document, connection.prefix))


def result(
    config: Configuration, rate: float | None, trainings: float = 4, region: str | None = None
) -> Result:
    """Return the estimate as a table and as JSON."""
    if config.model is not None and rate is not None:
        raise CommandError(f"--rate: got {rate:g}, expected none: {config.model} has no stream", 2)
    source = config.rate_source if rate is None else "--rate"
    rate = config.rate if rate is None else rate
    prices = json.loads(FILE.read_text())
    assumed = Assumptions(trainings=trainings)
    document = estimate(config, rate, prices, assumed, region)
    rows = [
        (use["service"], use["item"], f"{use['quantity']:,.6g}", use["unit"], _usd(use["usd"]))
        for use in document["uses"]
    ]
    sums = [(name, _usd(usd)) for name, usd in document["services"].items()]
    title = f"USD per month at {rate:g} transactions per second ({source})"
    if config.model is not None:
        title = f"USD per month of {config.model}"
    return Result(
        document,
        sections(
            table("Uses", rows, ("service", "item", "quantity", "unit", "USD")),
            table(title, [*sums, ("total", _usd(document["total"]))]),
            table("USD each", unit_costs.rows(document["each"], assumed)),
            "\n".join(text(document)),
        ),
    )


def _usd(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.2f}"
