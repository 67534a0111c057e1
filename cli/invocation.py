"""Requests to the functions of the loop."""

import json

from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError


def invoke(connection: Connection, function: str, event: Json) -> Json:
    """Invoke a function (a key of `function_names`) and return its result.

    Raises CommandError if the function fails.
    """
    name = connection.outputs.function(function)
    response = connection.clients("lambda").invoke(
        FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(event)
    )
    payload: Json = json.loads(response["Payload"].read())
    if response.get("FunctionError"):
        raise CommandError(f"{name} failed: {payload.get('errorMessage')}")
    return payload
