"""`evergreen api`: address, key and OpenAPI document of the HTTP API of a model."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.app import command, group
from cli.connection import Connection
from cli.errors import CommandError
from cli.queries.apis import find_api
from cli.result import Result
from cli.terminal import note, sections
from cli.traffic.client import Client

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ROOT / "functions" / "predict" / "openapi"
RECORDS = ROOT / "sagemaker_pipelines"

api = group("api", "The HTTP API of a deployed model.")
Port = Annotated[int, typer.Option(metavar="PORT", help="Port of the page; 0: any free one.")]
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


@command("form", "Serve a page that sends raw features to the API, until Ctrl-C.", of=api)
def form(connection: Connection, model: Model = None, port: Port = 8001) -> Result:
    """Serve the page on loopback; the key does not reach the browser."""
    from cli.form import server  # noqa: PLC0415 - only this command needs a template

    found = find_api(connection, model)
    record = json.loads((RECORDS / found.model / "record.json").read_text())
    if "features" not in record:
        instead = "evergreen traffic sends them"
        raise CommandError(f"{found.model} takes series, not features: {instead}")
    try:
        page = server.create(record, Client.of(connection, found), port)
    except OSError as error:
        raise CommandError(f"--port: got {port}, expected a free one ({error})", 2) from error
    with page:
        url = f"http://{server.HOST}:{page.server_port}/"
        note(f"form of {found.model}: {url} (Ctrl-C ends it)")
        page.serve_forever()
    return Result({"url": url}, sections(url))


def _text(document: dict[str, object], text: str) -> Result:
    return Result(document, sections(text), raw=f"{text}\n")
