"""`evergreen endpoint`: what starts a second version, and what is refused."""

import json

import pytest
from botocore.stub import ANY, Stubber

from cli.main import main

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/evergreen-models/{}"


@pytest.fixture
def production(deployment, monkeypatch):
    """Version 1 serves, 2 is approved, 3 is not; return what SageMaker describes."""
    for approval in ("Approved", "Approved", "PendingManualApproval"):
        deployment.package(approval)
    found = {
        "EndpointConfigName": "evergreen-production-v1",
        "ProductionVariants": [
            {"VariantName": "AllTraffic", "CurrentWeight": 1.0, "CurrentInstanceCount": 2}
        ],
    }
    monkeypatch.setattr("cli.commands.endpoint.describe", lambda *_: found)
    return found


@pytest.fixture
def started(deployment):
    """Return the inputs of the executions that are started."""
    sent, client = [], deployment.clients("stepfunctions")

    def remember(params, **_):
        sent.append(json.loads(params["input"]) | {"execution": params["name"]})

    client.meta.events.register("provide-client-params.sfn.StartExecution", remember)
    with Stubber(client) as stub:
        response = {"executionArn": "arn:execution", "startDate": 0}
        expected = {"stateMachineArn": ANY, "name": ANY, "input": ANY}
        stub.add_response("start_execution", response, expected)
        yield sent
    client.meta.events.unregister("provide-client-params.sfn.StartExecution", remember)


@pytest.mark.parametrize(
    ("arguments", "version", "variants", "text"),
    [
        (
            ["split", "2", "--weight", "0.1"],
            2,
            {"kind": "split", "weight": 0.1},
            "model 2 gets 10% of",
        ),
        (["shadow", "2"], 2, {"kind": "shadow"}, "model 2 gets copies"),
        (["single"], 1, {"kind": "single"}, "model 1 answers all"),
    ],
)
@pytest.mark.usefixtures("production")
def test_change_is_started_with_who_wanted_it(
    deployment, started, capsys, arguments, version, variants, text
):
    assert main(["endpoint", *arguments, "--comment", "why"], deployment.connect) == 0
    [sent] = started
    assert (sent["package_arn"], sent["version"]) == (ARN.format(version), version)
    assert sent["variants"] == variants
    assert (sent["approval"]["path"], sent["approval"]["comment"]) == (
        f"evergreen endpoint {arguments[0]}",
        "why",
    )
    assert sent["execution"] == f"{arguments[0]}-{version}-20241010T140030Z"
    assert text in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1", "got 1, which is in production"),
        ("3", "got 3, which is PendingManualApproval"),
        ("9", "got 9, expected one of 1, 2, 3"),
    ],
)
@pytest.mark.usefixtures("production")
def test_version_that_cannot_be_second_is_refused(deployment, capsys, version, message):
    assert main(["endpoint", "split", version], deployment.connect) == 1
    assert message in capsys.readouterr().err


def test_variants_are_listed(deployment, production, capsys):
    production["ShadowProductionVariants"] = [{"VariantName": "Challenger", "CurrentWeight": 1.0}]
    assert main(["endpoint", "--json"], deployment.connect) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["config"] == "evergreen-production-v1"
    assert [(row["variant"], row["shadow"]) for row in found["variants"]] == [
        ("AllTraffic", False),
        ("Challenger", True),
    ]
    assert main(["endpoint"], deployment.connect) == 0
    written = capsys.readouterr()
    assert "shadow" in written.out
    assert "update" not in written.err


def test_update_that_is_under_way_is_named(deployment, production, capsys):
    target = "evergreen-production-v2"
    production["PendingDeploymentSummary"] = {"EndpointConfigName": target}
    assert main(["endpoint", "--json"], deployment.connect) == 0
    written = capsys.readouterr()
    assert json.loads(written.out)["target_config"] == target
    assert f"an update to {target} is under way" in written.err
