"""`evergreen env`: environment variables for the local AWS."""

import shlex

from cli.app import command
from cli.connection import Connection
from cli.errors import CommandError
from cli.result import Result

UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE")


@command("env", 'Variables for other tools on the local AWS: eval "$(evergreen env)".')
def env(connection: Connection) -> Result:
    """Export endpoint, region, keys and names for the aws CLI, boto3 and `python -m poller`."""
    if not connection.target.is_local:
        raise CommandError("no local AWS is running: start one with `make up`", 2)
    document = {
        "AWS_ENDPOINT_URL": connection.target.url,
        "AWS_REGION": connection.region,
        "AWS_DEFAULT_REGION": connection.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "EVENT_BUS_NAME": connection.outputs.bus_name,
        "METRIC_NAMESPACE": connection.outputs.metric_namespace,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in document.items()]
    return Result(document, "\n".join([*lines, f"unset {' '.join(UNSET)}"]))
