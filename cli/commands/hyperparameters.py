"""`evergreen hyperparameters`: what the next training is trained with, and changes of it."""

from typing import Annotated

import typer

from cli.app import command, group
from cli.aws import operator
from cli.connection import Connection
from cli.errors import CommandError
from cli.result import Result
from cli.terminal import NOTHING, table

COLUMNS = ("name", "value", "default", "allowed", "set by", "since")

Name = Annotated[str, typer.Argument(help="Name of the hyperparameter.")]
Value = Annotated[str, typer.Argument(help="New value.")]

commands = group(
    "hyperparameters",
    "⑧ Hyperparameters of the next training: list, set.",
    lists_by_default=True,
)


@command("list", "Value, default and range of each, and who set it.", of=commands)
def list_(connection: Connection) -> Result:
    """Read the SSM parameters; the defaults are those of the last apply."""
    from cli.queries.hyperparameters import hyperparameters  # noqa: PLC0415 - imports pydantic

    found = hyperparameters(connection)
    rows = [
        [
            row[key] or NOTHING
            for key in ("name", "value", "default", "expected", "set_by", "since")
        ]
        for row in found
    ]
    body = table("⑧ hyperparameters of the next training", rows, COLUMNS)
    return Result({"hyperparameters": found}, body)


@command("set", "Set one, from the next training on.", changes=True, of=commands)
def set_(connection: Connection, name: Name, value: Value) -> Result:
    """Write the SSM parameter if the training would accept the value."""
    from cli.queries.hyperparameters import (  # noqa: PLC0415 - imports pydantic
        hyperparameters,
        parameter_name,
        problem,
    )

    before = {row["name"]: row for row in hyperparameters(connection)}
    if refusal := problem(name, value, before["prediction_length"]["default"]):
        raise CommandError(refusal, 2)
    connection.clients("ssm").put_parameter(
        Name=parameter_name(connection, name), Value=value, Type="String", Overwrite=True
    )
    old = before[name]["value"]
    document = {"name": name, "value": value, "before": old, "by": operator(connection.clients)}
    text = f"⑧ {name}: {old or NOTHING} → {value}, from the next training on"
    others = [row for row in before.values() if row["problem"] and row["name"] != name]
    if others:
        text += "\n" + "\n".join(f"still refused: {row['problem']}" for row in others)
    return Result(document, text)
