"""Manual requests for a training execution."""

import json
from uuid import uuid4

from cli.aws import Json
from cli.connection import Connection
from cli.errors import CommandError


def request_training(connection: Connection, reason: str, time: str) -> Json:
    """Invoke the retrain trigger at an ISO time; return `started`, `execution_arn`, `reason`.

    Raises CommandError if the function fails.
    """
    name = connection.outputs.function_names["retrain_trigger"]
    event = {
        "source": "evergreen.cli",
        "id": str(uuid4()),
        "time": time,
        "detail-type": "Retrain Requested",
        "detail": {"reason": reason},
    }
    response = connection.clients("lambda").invoke(
        FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(event)
    )
    payload: Json = json.loads(response["Payload"].read())
    if response.get("FunctionError"):
        raise CommandError(f"{name} failed: {payload.get('errorMessage')}")
    return payload
