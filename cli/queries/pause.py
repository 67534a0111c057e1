"""The pause of the loop: one SSM parameter, which Terraform reads as well."""

import json
from typing import Any

from botocore.exceptions import ClientError

from cli.aws import Json, is_absent
from cli.connection import Connection
from cli.errors import CommandError


def parameter_name(connection: Connection) -> str:
    """Return the name of the parameter, which exists while the loop is paused."""
    return f"/{connection.outputs.prefix}/operations/paused"


def pause_state(connection: Connection) -> Json | None:
    """Return phase (pausing, paused, resuming), since, by, reason and endpoints; or None.

    `endpoints` has the endpoint configuration to serve again, by stage.
    """
    try:
        found = connection.clients("ssm").get_parameter(Name=parameter_name(connection))
    except ClientError as error:
        if is_absent(error):
            return None
        raise
    state: Any = json.loads(found["Parameter"]["Value"])
    return dict(state)


def require_running(connection: Connection) -> None:
    """Raise CommandError while the loop is paused: nothing new may start."""
    if state := pause_state(connection):
        raise CommandError(
            f"the loop is {state['phase']} since {state['since']}: run evergreen resume first"
        )
