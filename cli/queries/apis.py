"""The HTTP APIs of a deployment."""

from dataclasses import dataclass

from cli.connection import Connection
from cli.errors import CommandError


@dataclass(frozen=True, slots=True)
class Api:
    """The HTTP API of one model."""

    model: str
    url: str  # base of the routes
    key_id: str
    endpoint: str  # that predicts


def find_api(connection: Connection, model: str | None) -> Api:
    """Return the API of a model, by default the only one; CommandError if there is none."""
    apis = connection.outputs.apis
    names = [model] if model else list(apis)
    if len(names) != 1 or names[0] not in apis:
        got = f"got {model!r}" if model else f"got {len(apis)} APIs"
        expected = f"one of {', '.join(apis)}" if apis else "a deployment with api.enabled"
        raise CommandError(f"--model: {got}, expected {expected}", 2)
    found = apis[names[0]]
    url = _url(connection, found["id"], found["stage"])
    return Api(names[0], url, found["key_id"], found["endpoint"])


def _url(connection: Connection, api_id: str, stage: str) -> str:
    if connection.target.url:  # the local AWS has one port, and no host names
        return f"{connection.target.url.rstrip('/')}/_aws/execute-api/{api_id}/{stage}"
    suffix = "amazonaws.com.cn" if connection.region.startswith("cn-") else "amazonaws.com"
    return f"https://{api_id}.execute-api.{connection.region}.{suffix}/{stage}"
