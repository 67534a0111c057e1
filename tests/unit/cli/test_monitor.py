import io
import json

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from cli.main import main

FOLDER = "monitoring-jobs/evergreen-production"
FEATURE = {
    "name": "avg_fee_1min",
    "score": 1.734,
    "drifted": True,
    "reason": "PSI 0.52 (limit 0.30)",
}
DRIFT = {
    "endpoint": "evergreen-production",
    "time": "2024-10-10T12:20:00Z",
    "features": [
        FEATURE
        | {"name": "prediction", "score": None, "drifted": False, "reason": "no forecasts"},
        FEATURE | {"name": "count", "score": 0.5, "drifted": False},
        FEATURE,
    ],
    "without_baseline": ["median_fee"],
}
READING = {"metrics": {"rmse": 5.125, "mase": None, "calibration": {"0.1": 0.25}}}
JOB = {"status": "Started", "job": "evergreen-monitoring-x", "analyses": ["data-quality", "drift"]}


@pytest.fixture
def functions(deployment):
    with Stubber(deployment.clients("lambda")) as stub:
        yield stub


@pytest.fixture
def jobs(deployment):
    with Stubber(deployment.clients("sagemaker")) as stub:
        yield stub


def answer(functions, payload, name, **event):
    body = json.dumps(payload).encode()
    request = {"time": "2024-10-10T14:00:30Z", "stage": "production"} | event
    functions.add_response(
        "invoke",
        {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(body), len(body))},
        {
            "FunctionName": f"evergreen-{name}",
            "InvocationType": "RequestResponse",
            "Payload": json.dumps(request),
        },
    )


def results(deployment, hour="12", **changes):
    deployment.write(f"{FOLDER}/drift/2024/10/10/{hour}/drift.json", DRIFT | changes)
    violation = {"constraint_check_type": "completeness_check", "description": "half is missing"}
    name = f"{FOLDER}/data-quality/2024/10/10/{hour}/constraint_violations.json"
    deployment.write(name, {"violations": [violation]})


def status(jobs, **description):
    jobs.add_response(
        "describe_processing_job",
        {
            "ProcessingJobName": JOB["job"],
            "ProcessingJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:processing-job/x",
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.t3.medium",
                    "VolumeSizeInGB": 10,
                }
            },
            "AppSpecification": {"ImageUri": "x"},
            "CreationTime": 0,
            **description,
        },
    )


def test_stage_is_measured_and_compared_now(deployment, functions, jobs, capsys):
    answer(functions, READING, "monitoring-collector", trigger="command")
    answer(functions, JOB, "monitoring-job-starter")
    status(jobs, ProcessingJobStatus="InProgress")
    status(jobs, ProcessingJobStatus="Completed")
    results(deployment)
    assert main(["monitor", "--wait"], deployment.connect) == 0
    out = capsys.readouterr().out
    assert "rmse" in out
    assert "calibration 0.1" in out
    assert "half is missing" in out
    assert out.index("avg_fee_1min") < out.index("count") < out.index("prediction")
    functions.assert_no_pending_responses()


def test_failed_job_is_reported_with_its_reason(deployment, functions, jobs, capsys):
    answer(functions, READING, "monitoring-collector", trigger="command")
    answer(functions, JOB, "monitoring-job-starter")
    status(jobs, ProcessingJobStatus="Failed", ExitMessage="baseline of version 3: got nothing")
    assert main(["monitor", "--wait"], deployment.connect) == 1
    assert "baseline of version 3: got nothing" in capsys.readouterr().err


def test_without_a_version_the_reasons_are_printed(deployment, functions, capsys):
    answer(
        functions, {"reason": "no endpoint in service"}, "monitoring-collector", trigger="command"
    )
    answer(functions, {"reason": "no version was deployed"}, "monitoring-job-starter")
    assert main(["monitor", "--wait"], deployment.connect) == 0
    out = capsys.readouterr().out
    assert "no endpoint in service" in out
    assert "no version was deployed" in out


def test_newest_drift_is_shown_and_its_report_written(deployment, tmp_path, capsys):
    results(deployment, "06", features=[])
    results(deployment)
    page = "<!doctype html>"
    deployment.clients("s3").put_object(
        Bucket=deployment.bucket, Key=f"{FOLDER}/drift/2024/10/10/12/report.html", Body=page
    )
    file = tmp_path / "drift.html"
    assert main(["drift", "--report", str(file)], deployment.connect) == 0
    assert file.read_text() == page
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["avg_fee_1min", "1.73", "drifted", "PSI", "0.52", "(limit", "0.30)"] in lines
    assert any(line[:1] == ["median_fee"] and "new" in line for line in lines)
    assert main(["drift", "--json"], deployment.connect) == 0
    assert json.loads(capsys.readouterr().out) == DRIFT


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["drift"], "no drift of production was analyzed yet"),
        (["drift", "--stage", "test"], "got 'test', expected one of production, staging"),
    ],
)
def test_what_is_missing_or_wrong_is_named(deployment, capsys, arguments, message):
    assert main(arguments, deployment.connect) in (1, 2)
    assert message in " ".join(capsys.readouterr().err.split())


def test_report_that_cannot_be_written_is_an_error(deployment, tmp_path, capsys):
    results(deployment)
    deployment.write(f"{FOLDER}/drift/2024/10/10/12/report.html", {})
    assert main(["drift", "--report", str(tmp_path)], deployment.connect) == 1
    assert "expected a writable file" in " ".join(capsys.readouterr().err.split())
