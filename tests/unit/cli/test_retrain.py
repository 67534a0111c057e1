import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from cli.main import main

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/evergreen-training/execution/abcdefgh1234"
THEN = datetime(2024, 10, 10, 13, tzinfo=UTC)
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


@pytest.fixture
def trigger(deployment):
    with Stubber(deployment.clients("lambda")) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def training(deployment):
    with Stubber(deployment.clients("sagemaker")) as stub:
        yield stub
        stub.assert_no_pending_responses()


def add_response(trigger, payload, expected=None, **more):
    body = json.dumps(payload).encode()
    response = {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(body), len(body)), **more}
    trigger.add_response("invoke", response, expected)


def add_execution(training, status, steps, failure=None):
    reason = {"FailureReason": failure} if failure else {}
    described = {"PipelineExecutionStatus": status, "CreationTime": THEN, **reason}
    training.add_response("describe_pipeline_execution", described)
    add_steps(training, steps)


def add_steps(training, steps, **times):
    found = [{"StepName": name, "StepStatus": status} | times for name, status in steps.items()]
    training.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": found})


def test_training_is_requested_from_the_trigger(deployment, trigger, capsys):
    requested = {}

    def remember(params, **_):
        requested.update(json.loads(params["Payload"]))

    events = deployment.clients("lambda").meta.events
    events.register("before-parameter-build.lambda.Invoke", remember)
    add_response(
        trigger,
        {"started": True, "execution_arn": ARN, "reason": "new data"},
        {
            "FunctionName": "evergreen-retrain-trigger",
            "InvocationType": "RequestResponse",
            "Payload": ANY,
        },
    )
    assert main(["retrain", "--reason", "new data"], deployment.connect) == 0
    events.unregister("before-parameter-build.lambda.Invoke", remember)
    printed = capsys.readouterr()
    assert printed.out == f"⑧ training started: {ARN}\n"
    assert "bypasses the cooldown" in printed.err
    assert len(requested.pop("id")) == 36
    assert requested == {
        "source": "evergreen.cli",
        "time": "2024-10-10T14:00:30Z",
        "detail-type": "Retrain Requested",
        "detail": {"reason": "new data"},
    }


def test_refusal_is_reported_with_its_reason(deployment, trigger, capsys):
    add_response(
        trigger, {"started": False, "execution_arn": None, "reason": "a training is running"}
    )
    assert main(["retrain"], deployment.connect) == 1
    error = capsys.readouterr().err
    assert error.endswith("evergreen: no training was started: a training is running\n")


def test_error_of_the_trigger_is_reported(deployment, trigger, capsys):
    add_response(trigger, {"errorMessage": "no such pipeline"}, FunctionError="Unhandled")
    assert main(["retrain"], deployment.connect) == 1
    assert "evergreen-retrain-trigger failed: no such pipeline" in capsys.readouterr().err


def test_waiting_prints_each_change_of_a_step_once(deployment, trigger, training, capsys):
    add_response(trigger, {"started": True, "execution_arn": ARN})
    add_execution(training, "Executing", {"ReadHistory": "Executing"})
    add_execution(training, "Executing", {"ReadHistory": "Executing"})
    add_execution(training, "Succeeded", {"ReadHistory": "Succeeded", "Train": "Succeeded"})
    began = datetime(2024, 10, 10, tzinfo=UTC)
    times = {"StartTime": began, "EndTime": began + timedelta(minutes=5)}
    add_steps(training, {"ReadHistory": "Succeeded", "Train": "Succeeded"}, **times)
    add_steps(training, {"ReadHistory": "Succeeded", "Train": "Succeeded"})
    assert main(["retrain", "--wait"], deployment.connect) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"⑧ training started: {ARN}",
        "④ ReadHistory    Executing",
        "④ ReadHistory    Succeeded",
        "④ Train          Succeeded",
        "④ training succeeded",
        "④ 5 min 0 s, 0.0000 USD on AWS at these durations",
    ]


def test_waiting_for_a_training_that_fails_fails(deployment, trigger, training, capsys):
    add_response(trigger, {"started": True, "execution_arn": ARN})
    training.add_response(
        "describe_pipeline_execution",
        {
            "PipelineExecutionStatus": "Failed",
            "CreationTime": THEN,
            "FailureReason": "loss over limit",
        },
    )
    job = "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/check"
    failed = {"StepName": "CheckQuality", "StepStatus": "Failed", "FailureReason": "exit code: 1"}
    failed["Metadata"] = {"ProcessingJob": {"Arn": job}}
    training.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": [failed]})
    described = {
        "ProcessingJobName": "check",
        "ProcessingJobArn": job,
        "ProcessingJobStatus": "Failed",
        "ExitMessage": "x: got 1, expected 2",
        "ProcessingResources": {"ClusterConfig": CLUSTER},
        "AppSpecification": {"ImageUri": "image"},
        "CreationTime": THEN,
    }
    training.add_response("describe_processing_job", described, {"ProcessingJobName": "check"})
    for _ in range(2):
        add_steps(training, {"CheckQuality": "Failed"})
    assert main(["retrain", "--wait", "--json"], deployment.connect) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "Failed"
    assert document["failure"] == "CheckQuality: x: got 1, expected 2"
    assert document["steps"] == [{"name": "CheckQuality", "status": "Failed", "failure": None}]


def test_training_of_another_account_is_requested_and_not_waited_for(deployment, trigger, capsys):
    add_response(trigger, {"started": False, "requested_from": "123456789012", "reason": "new"})
    assert main(["retrain", "--wait", "--reason", "new"], deployment.connect) == 0
    expected = "⑧ training requested from account 123456789012, by its limits\n"
    assert capsys.readouterr().out == expected


def test_waiting_ends_with_the_tournament(deployment, trigger, training, capsys):
    contenders = {"reference": 0.2, "deepar": 0.1, "champion": 0.15}
    deployment.decide(
        "Tournament Decided",
        "2024-10-10T14:00:00Z",
        execution_arn=ARN,
        winner="deepar",
        reason="deepar beats the reference",
        contenders=contenders,
    )
    add_response(trigger, {"started": True, "execution_arn": ARN})
    add_execution(training, "Succeeded", {"Train": "Succeeded"})
    for _ in range(2):
        add_steps(training, {"Train": "Succeeded"})
    assert main(["retrain", "--wait"], deployment.connect) == 0
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("④ deepar beats the reference")
    assert [line.split() for line in lines[at + 1 : at + 4]] == [
        ["→", "deepar", "loss", "0.1000"],
        ["champion", "loss", "0.1500"],
        ["reference", "loss", "0.2000"],
    ]
