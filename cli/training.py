"""Manual requests for a training execution."""

from uuid import uuid4

from cli.aws import Json
from cli.connection import Connection
from cli.invocation import invoke


def request_training(connection: Connection, reason: str, time: str) -> Json:
    """Invoke the retrain trigger at an ISO time; return `started`, `execution_arn`, `reason`.

    Raises CommandError if the function fails.
    """
    event = {
        "source": "evergreen.cli",
        "id": str(uuid4()),
        "time": time,
        "detail-type": "Retrain Requested",
        "detail": {"reason": reason},
    }
    return invoke(connection, "retrain_trigger", event)
