"""The monitoring job, from the records in S3 to reports, metrics and the event."""

import json

import pandas as pd
import pytest

from benchmarks.drift.streams import Kind, stream
from common import times
from sagemaker_pipelines.data.feature_store import minutes
from sagemaker_pipelines.steps import baseline
from tests.support.lambda_events import BUCKET, objects
from tests.support.monitoring_job import FOLDER, NOW, PACKAGE, MonitoringJob

DAY = 1440
FEE = stream(Kind("test", noise=0.2, phi=0.8), 8, seed=3).rename("avg_fee_1min")
TABLE = pd.DataFrame({"avg_fee_1min": FEE, "total_nb_trx_1min": FEE // 100}).rename_axis(
    "tx_minute"
)
BACKTEST = pd.DataFrame({"prediction": FEE[:720] * 1.01, "label": FEE[:720]})
ARGUMENTS = {
    "feature-group": "test-minutes",
    "lag-minutes": "5",
    "prediction-length": "30",
    "target": "avg_fee_1min",
}


class Job(MonitoringJob):
    """A job with a baseline of seven days, and the day after them."""

    def __init__(self, s3, base, monkeypatch):
        super().__init__(s3, base, ARGUMENTS)
        self.window = TABLE[7 * DAY :]
        monkeypatch.setattr(minutes, "table", lambda *_: self.window)
        baseline.write(self.baseline, TABLE[: 7 * DAY], BACKTEST, "2024-01-08T00:00:00Z")
        self.put("predictions", *self.predictions())

    def predictions(self):
        for minute, fee in FEE[7 * DAY :].rolling(30, min_periods=1).median().items():
            yield {"package_arn": PACKAGE, "minute": times.iso(minute), "mean": fee}


@pytest.fixture
def job(monitoring_s3, tmp_path, monkeypatch):
    return Job(monitoring_s3, tmp_path, monkeypatch)


def test_day_like_those_before_raises_nothing(job, events, capsys):
    job.run("data-quality", "drift", "model-quality")
    document = json.loads(job.report("drift/drift.json"))
    assert document["drifted"] == []
    assert {feature["name"] for feature in document["features"]} == {*TABLE, "prediction"}
    scores = job.metrics("DriftScore")
    assert set(scores) == {("production", name) for name in (*TABLE, "prediction")}
    assert max(scores.values()) < 1
    assert json.loads(job.report("data-quality/constraint_violations.json")) == {"violations": []}
    assert job.metrics("DataQualityViolations") == {("production",): 0}
    assert events == []
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["message"] for line in lines] == [
        *("data-quality analyzed", "drift analyzed", "model-quality analyzed"),
    ]


def test_drift_is_reported_with_a_page_that_needs_nothing_else(job, events):
    job.window = job.window * 1.6
    job.run("drift")
    [(bus, kind, time, detail)] = events
    assert (bus, kind, time) == ("test", "Drift Detected", NOW)
    assert detail["features"] == ["avg_fee_1min", "total_nb_trx_1min"]
    assert detail["package_version"] == 3
    page = job.report("drift/report.html")
    assert "avg_fee_1min" in page
    assert "drifted" in page
    assert not any(word in page for word in ("<script", "http", "src="))


def test_drift_that_goes_on_is_reported_again(job, events):
    """Otherwise a training that was refused when it began would never be requested."""
    job.window = job.window[["avg_fee_1min"]]
    job.run("drift")
    job.run("drift")
    assert [detail["features"] for *_, detail in events] == [["total_nb_trx_1min"]] * 2
    assert job.metrics("DriftScore")["production", "total_nb_trx_1min"] == 10


def test_another_distribution_is_no_alarm_of_data_quality(job, events):
    job.window = job.window.assign(avg_fee_1min=job.window["avg_fee_1min"] * 1.6)
    job.run("data-quality")
    violations = json.loads(job.report("data-quality/constraint_violations.json"))["violations"]
    assert {v["constraint_check_type"] for v in violations} == {"baseline_drift_check"}
    assert job.metrics("DataQualityViolations") == {("production",): 0}


def test_vanished_and_new_features_are_named(job, events):
    job.window = job.window.rename(columns={"total_nb_trx_1min": "median_fee"})
    job.run("data-quality", "drift")
    document = json.loads(job.report("drift/drift.json"))
    assert document["drifted"] == ["total_nb_trx_1min"]
    assert document["without_baseline"] == ["median_fee"]
    violations = json.loads(job.report("data-quality/constraint_violations.json"))["violations"]
    assert {(v["feature_name"], v["constraint_check_type"]) for v in violations} == {
        ("total_nb_trx_1min", "missing_column_check"),
        ("median_fee", "extra_column_check"),
    }


def test_version_without_forecasts_is_not_comparable(job, events):
    job.s3.delete_object(Bucket=BUCKET, Key=f"predictions/{FOLDER}/a.jsonl")
    job.run("drift")
    [prediction] = [
        feature
        for feature in json.loads(job.report("drift/drift.json"))["features"]
        if feature["name"] == "prediction"
    ]
    assert prediction["score"] is None
    assert prediction["reason"] == "the version has made no forecasts in the window"


def capture(name, time="2024-01-08T12:00:00Z", prediction="10.0,20.0"):
    return {
        "captureData": {"endpointOutput": {"data": prediction, "encoding": "CSV"}},
        "eventMetadata": {"eventId": "x", "inferenceId": name, "inferenceTime": time},
    }


def truth(name, label="11.0,20.0"):
    data = {"data": label, "encoding": "CSV"}
    return {"groundTruthData": data, "eventMetadata": {"eventId": name}}


def test_late_truth_is_matched_with_its_request_of_a_day_before(job, events):
    late, day = "2024-01-07T09:00:00Z", "test-production/AllTraffic/2024/01/07/09"
    job.put("data-capture/production", capture("late", late), folder=day)
    job.put("forecast-capture", capture("own"), capture("late", late, "0.0,0.0"), capture("never"))
    job.put("data-capture/production", capture("tournament-x-1"), capture("smoke-3-x"))
    job.put("ground-truth", truth("late"), truth("own", "12.0,22.0"))
    job.put("ground-truth", truth("own"), file="b.jsonl")  # a correction
    job.put("ground-truth", truth("nobody"), file="c.jsonl")
    job.run("model-quality")
    statistics = json.loads(job.report("model-quality/statistics.json"))
    assert statistics["dataset"]["item_count"] == 4
    assert statistics["matching"] == {
        "matched_values": 4,
        "without_ground_truth": 1,
        "without_capture": 1,
        "malformed": 0,
        "malformed_examples": [],
    }
    assert statistics["regression_metrics"]["mae"]["value"] == 0.5
    assert job.metrics("UnmatchedRequests") == {("production",): 1}
    assert len(job.report("model-quality/merged.jsonl").splitlines()) == 4


@pytest.mark.parametrize(
    ("time", "counted"),
    [
        ("2024-01-09T00:30:00+02:00", 1),
        ("2024-01-08T23:30:00-02:00", 0),
        ("2024-01-08T12:00:00", 1),
        ("today", 0),
        (None, 0),
    ],
)
def test_time_of_a_request_may_have_an_offset(job, events, time, counted):
    job.put("data-capture/production", capture("never", time))
    job.run("model-quality")
    assert job.metrics("UnmatchedRequests") == {("production",): counted}


def test_failing_analysis_does_not_stop_the_others(job, events):
    (job.baseline / "data_quality/constraints.json").write_text("{}")
    job.run(
        "data-quality", "drift", code="1 of 2 failed. data-quality: constraints.json: features"
    )
    assert json.loads(job.report("drift/drift.json"))["drifted"] == []
    assert "features: got nothing" in (job.base / "output/message").read_text()


def test_reports_of_a_job_that_fails_are_in_s3(job, events):
    (job.baseline / "data_quality/constraints.json").write_text("{}")
    job.window = job.window * 1.6
    job.run("data-quality", "drift", code="1 of 2 failed")
    assert len(events) == 1
    folder = "monitoring-jobs/test-production/drift/2024/01/09/00"
    stored = objects(job.s3)
    assert stored[f"{folder}/drift.json"].decode() == job.report("drift/drift.json")
    assert f"{folder}/report.html" in stored
    assert not any("data-quality" in key for key in stored)


def test_unexpected_failure_does_not_stop_the_other_analyses(job, events, caplog):
    job.put("predictions", ["no record"])
    job.run("drift", "data-quality", code="1 of 2 failed. drift: TypeError")
    assert json.loads(job.report("data-quality/constraint_violations.json")) == {"violations": []}
    assert "Traceback" in caplog.text


def test_constraints_may_have_a_byte_order_mark(job, events):
    file = job.baseline / "data_quality/constraints.json"
    file.write_text(file.read_text(), encoding="utf-8-sig")
    job.run("data-quality")


def test_missing_baseline_is_named(job, events):
    (job.baseline / "minutes.csv").unlink()
    job.run("drift", code="baseline of version 3: got no minutes.csv")
