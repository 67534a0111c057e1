"""`evergreen api`: address, key and document of the HTTP API."""

import json
from dataclasses import replace

import pytest
from botocore.stub import Stubber

from cli.errors import CommandError
from cli.main import main
from cli.queries.apis import find_api
from cli.target import Target
from tests.unit.cli.conftest import OUTPUTS, PREFIX


def run(deployment, capsys, *arguments):
    code = main(arguments, deployment.connect)
    return code, capsys.readouterr().out


def test_url_of_the_local_aws_is_a_path(deployment, capsys):
    code, out = run(deployment, capsys, "api", "url")
    url = "http://127.0.0.1:1/_aws/execute-api/0a1b2c3d/production"
    assert (code, out) == (0, f"{url}\n")
    _, out = run(deployment, capsys, "api", "url", "--model", "forecaster", "--json")
    assert json.loads(out) == {"model": "forecaster", "url": url}


@pytest.mark.parametrize(
    ("region", "end"), [("eu-west-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn")]
)
def test_url_of_aws_is_a_host(deployment, region, end):
    connection = replace(deployment.connection, region=region, target=Target())
    expected = f"https://0a1b2c3d.execute-api.{region}.{end}/production"
    assert find_api(connection, None).url == expected


def test_key_is_printed_by_this_command_only(deployment, capsys):
    value = "x" * 40
    with Stubber(deployment.clients("apigateway")) as stub:
        wanted = {"apiKey": "0a1b2c3d", "includeValue": True}
        stub.add_response("get_api_key", {"id": "0a1b2c3d", "value": value}, wanted)
        code, out = run(deployment, capsys, "api", "key")
    assert (code, out) == (0, f"{value}\n")


def test_document_has_the_url_of_the_deployment(deployment, capsys):
    code, out = run(deployment, capsys, "api", "openapi")
    document = json.loads(out)
    assert code == 0
    assert document["servers"][0]["url"].endswith("/0a1b2c3d/production")
    assert "/forecast" in document["paths"]


def test_unknown_models_and_deployments_without_an_api_are_refused(deployment):
    with pytest.raises(CommandError, match="got 'abalone', expected one of forecaster"):
        find_api(deployment.connection, "abalone")
    deployment.parameter("outputs", json.dumps({**OUTPUTS, "apis": {}}))
    connection = deployment.connect(Target(), PREFIX)
    with pytest.raises(CommandError, match="got 0 APIs, expected a deployment"):
        find_api(connection, None)
