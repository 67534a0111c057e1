"""`evergreen api`: address, key and OpenAPI document of the HTTP API of a model."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.app import command, group
from cli.connection import Connection
from cli.console import sections
from cli.errors import CommandError
from cli.queries.apis import find_api
from cli.result import Result

DOCUMENTS = Path(__file__).resolve().parents[2] / "functions" / "predict" / "openapi"

api = group("api", "The HTTP API of a deployed model.")
Model = Annotated[str | None, typer.Option(help="Model; default: the only one with an API.")]


@command("url", "Print the base URL of the routes.", of=api)
def url(connection: Connection, model: Model = None) -> Result:
    """Print the URL, to which the routes are appended."""
    found = find_api(connection, model)
    return _text({"model": found.model, "url": found.url}, found.url)


@command("key", "Print the key that clients send in the header x-api-key.", of=api)
def key(connection: Connection, model: Model = None) -> Result:
    """Print the key: no other command, output or log has it."""
    found = find_api(connection, model)
    gateway = connection.clients("apigateway")
    value = gateway.get_api_key(apiKey=found.key_id, includeValue=True)["value"]
    return _text({"model": found.model, "key": value}, value)


@command("openapi", "Print the OpenAPI document, with the URL of this deployment.", of=api)
def openapi(connection: Connection, model: Model = None) -> Result:
    """Print the document that `python -m scripts.openapi` has rendered."""
    found = find_api(connection, model)
    file = DOCUMENTS / f"{found.model.replace('-', '_')}.json"
    if not file.is_file():
        raise CommandError(f"{file} does not exist: python -m scripts.openapi writes it")
    document = {**json.loads(file.read_text()), "servers": [{"url": found.url}]}
    return _text(document, json.dumps(document, indent=2))


def _text(document: dict[str, object], text: str) -> Result:
    return Result(document, sections(text), raw=f"{text}\n")
