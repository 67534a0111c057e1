"""`evergreen rollback`: which version is served again, and the deployment that it starts."""

import json

import pytest
from botocore.stub import ANY, Stubber

from cli.main import main

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/evergreen-models/{}"


def in_production(deployment, *versions):
    """Record deployments to production, one an hour."""
    for hour, version in enumerate(versions, 10):
        deployment.decide(
            *("Model Deployed", f"2024-10-10T{hour}:00:00Z"),
            package_arn=ARN.format(version),
            package_version=version,
            stage="production",
        )


@pytest.fixture
def served(deployment):
    """Versions 1, 2 and 3 were in production, 2 twice."""
    in_production(deployment, 1, 2, 3, 2, 3)
    deployment.decide(
        *("Model Deployed", "2024-10-10T18:00:00Z"),
        package_arn=ARN.format(4),
        package_version=4,
        stage="staging",
    )
    return deployment


@pytest.fixture
def states(served):
    with Stubber(served.clients("stepfunctions")) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(("arguments", "version"), [([], 2), (["1"], 1)])
def test_earlier_version_is_deployed_at_once(served, states, capsys, arguments, version):
    response = {"executionArn": "arn:execution", "startDate": 0}
    expected = {
        "stateMachineArn": ANY,
        "name": f"rollback-{version}-20241010T140030Z",
        "input": ANY,
    }
    states.add_response("start_execution", response, expected)
    sent = {}
    served.clients("stepfunctions").meta.events.register(
        "provide-client-params.sfn.StartExecution", lambda params, **_: sent.update(params)
    )

    assert main(["rollback", *arguments, "--comment", "worse"], served.connect) == 0

    document = json.loads(sent["input"])
    assert document["package_arn"] == ARN.format(version)
    assert document["approval"]["path"] == "evergreen rollback"
    assert document["approval"]["comment"] == "worse"
    assert document["approval"]["by"].startswith("arn:aws:")
    assert f"model {version} replaces model 3 in production" in capsys.readouterr().out


@pytest.mark.parametrize("version", ["3", "4", "9"])
def test_version_that_was_not_in_production_before_is_refused(served, capsys, version):
    assert main(["rollback", version], served.connect) == 1
    expected = f"VERSION: got {version}, expected an earlier version in production: 1, 2"
    assert expected in capsys.readouterr().err


def test_nothing_to_roll_back_to(deployment, capsys):
    assert main(["rollback"], deployment.connect) == 1
    assert "no version has been in production yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ((1, 2, 1, 3), 1),  # 2 was rolled back before 3 was promoted
        ((1, 2, 3, 2), 1),  # 3 was rolled back: a second rollback does not return to it
        ((9, 8, 9, 10), 9),
        ((2, 1, 2, 3, 1, 3), 1),  # by the last deployment of a version, not the first
    ],
)
def test_default_is_the_older_version_that_served_last(deployment, capsys, versions, expected):
    in_production(deployment, *versions)
    with Stubber(deployment.clients("stepfunctions")) as stub:
        response = {"executionArn": "arn:execution", "startDate": 0}
        stub.add_response("start_execution", response)

        assert main(["rollback"], deployment.connect) == 0

    assert f"model {expected} replaces model {versions[-1]}" in capsys.readouterr().out


def test_oldest_version_is_replaced_by_a_newer_one_only_on_request(deployment, capsys):
    in_production(deployment, 1, 2, 1)
    assert main(["rollback"], deployment.connect) == 1
    message = capsys.readouterr().err
    assert "no version older than model 1 has been in production" in message
    assert "expected one of those that have been: 2" in message
