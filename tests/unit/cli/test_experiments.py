"""`evergreen experiments`: the list of trainings, and their comparison."""

import json

import pytest
from moto.sagemaker.models import sagemaker_backends

from cli.experiments import comparison
from cli.main import main
from common import training_runs
from tests.support.training_runs import report, scores, started
from tests.unit.cli.conftest import ACCOUNT, PREFIX, REGION


def execute(deployment, status):
    """Start an execution and end it; return its ARN."""
    name = f"{PREFIX}-training"
    arn = deployment.clients("sagemaker").start_pipeline_execution(
        PipelineName=name, ClientRequestToken=32 * status[0]
    )["PipelineExecutionArn"]
    backend = sagemaker_backends[ACCOUNT][REGION]
    backend.pipelines[name].pipeline_executions[arn].pipeline_execution_status = status
    return arn


@pytest.fixture
def trainings(deployment):
    """Four trainings: kept, a new version, failed, and one that a person stopped."""
    kept = report(None, deepar=scores(0.3, -0.5))
    records = [
        started("kept1", "2024-10-10T10:00:00Z").decided(kept, {}),
        started("won22", "2024-10-10T11:00:00Z", Epochs="60").decided(report(), {}),
        started("fail3", "2024-10-10T12:00:00Z").failed("TrainDeepar: no capacity"),
        started("stop4", "2024-10-10T13:00:00Z").model_copy(
            update={"execution_arn": execute(deployment, "Stopped")}
        ),
    ]
    for run in records:
        deployment.write(training_runs.key(run.execution_id), json.loads(run.to_json()))
    deployment.package(properties={"execution": "won22"})
    return deployment


def test_trainings_are_listed_with_outcome_winner_and_loss(trainings, capsys):
    assert main(["experiments"], trainings.connect) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "kept1 2024-10-10 10:00 champion kept – – 0.1500 25.0% the champion is best" in lines
    assert "won22 2024-10-10 11:00 new version 1 deepar 0.1100 45.0% deepar is best" in lines
    assert "fail3 2024-10-10 12:00 failed – – – – TrainDeepar: no capacity" in lines
    assert "stop4 2024-10-10 13:00 stopped – – – – a test" in lines


def test_json_has_the_newest_records(trainings, capsys):
    assert main(["experiments", "--json", "--limit", "3"], trainings.connect) == 0
    first, *_, last = json.loads(capsys.readouterr().out)["runs"]
    assert (first["execution_id"], first["version"]) == ("won22", 1)
    assert (last["execution_id"], last["outcome"], last["version"]) == ("stop4", "stopped", None)


def test_comparison_shows_what_differs_and_all_metrics(trainings, capsys):
    assert main(["experiments", "compare", "--json", "kept1", "won"], trainings.connect) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["runs"] == ["kept1", "won22"]
    assert found["run"]["winner"] == [None, "deepar"]
    end_time = ["2024-10-10T10:00:00Z", "2024-10-10T11:00:00Z"]
    assert found["parameters"] == {"EndTime": end_time, "Epochs": ["40", "60"]}
    assert (found["data"], found["source"]) == ({}, {})
    shared = {"mase": [None, None]}
    losses = {"mean_wql": [0.3, 0.11], "wql 0.5": [0.3, 0.11]}
    assert found["metrics"]["deepar"] == losses | shared | {"skill": [-0.5, 0.45]}
    losses = {"mean_wql": [0.2, 0.2], "wql 0.5": [0.2, 0.2]}
    assert found["metrics"]["reference"] == losses | shared
    assert main(["experiments", "compare", "kept1", "won22"], trainings.connect) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "Epochs 40 60" in lines
    assert "deepar skill -0.5000 0.4500" in lines


def test_contender_of_one_training_has_no_values_in_the_other():
    runs = [
        started(number).decided(report(**contenders), {}).model_dump() | {"version": None}
        for number, contenders in (("1", {}), ("2", {"ets": scores(0.3)}))
    ]
    assert comparison.compare(runs)["metrics"]["ets"]["mean_wql"] == [None, 0.3]


def test_metrics_of_levels_are_compared_like_others():
    found = scores(0.3) | {"calibration": {"0.1": 0.25, "0.9": 0.875}}
    run = started("1").decided(report(ets=found), {}).model_dump() | {"version": None}
    metrics = comparison.compare([run, run])["metrics"]["ets"]
    assert metrics["calibration 0.9"] == [0.875, 0.875]
    assert not any("against" in name for name in metrics)


@pytest.mark.parametrize(
    ("names", "code", "message"),
    [
        (["unknown", "won22"], 1, "RUN: got 'unknown', expected one of the trainings: kept1, "),
        (["won22", "won"], 2, "RUN: got 1 training, expected two or more"),
        (["", "won22"], 1, "RUN: got '', expected the beginning of only one: kept1, won22"),
    ],
)
def test_comparison_names_what_it_cannot_compare(trainings, capsys, names, code, message):
    assert main(["experiments", "compare", *names], trainings.connect) == code
    assert message in capsys.readouterr().err


def test_new_deployment_has_no_trainings(deployment, capsys):
    assert main(["experiments"], deployment.connect) == 0
    assert "none yet" in capsys.readouterr().out


def test_file_that_is_no_record_is_named(trainings, capsys):
    trainings.write("experiments/odd/run.json", ["no record"])
    assert main(["experiments"], trainings.connect) == 0
    shown = capsys.readouterr()
    assert "s3://the-bucket/experiments/odd/run.json is not the record of a training" in shown.err
    assert "won22" in shown.out
