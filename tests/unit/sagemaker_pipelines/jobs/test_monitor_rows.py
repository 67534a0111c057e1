"""The monitoring job of a tabular model: captured requests against the rows of its training."""

import base64
import json

import pandas as pd
import pytest

from sagemaker_pipelines.steps import baseline
from sagemaker_pipelines.tabular import features, record
from tests.support import abalones
from tests.support.monitoring_job import NOW, MonitoringJob

ABALONE = record.read("abalone")
COLUMNS = {*("sex_F", "sex_I", "sex_M"), *ABALONE.names[1:], "prediction"}
DEPLOYED = "2024-01-08T06:00:00Z"


def age(row):
    return round(3 + 12 * (float(row[1]) - 0.1) / 0.65, 2)


def captured(rows, name, time="2024-01-08T12:00:00Z", **data):
    """Return the capture of a request with rows, and its answer."""
    given = {"data": "".join(f"{','.join(row[:-1])}\n" for row in rows), "encoding": "CSV"}
    answer = {"data": "".join(f"{age(row)}\n" for row in rows), "encoding": "CSV"}
    return {
        "captureData": {"endpointInput": given | data, "endpointOutput": answer},
        "eventMetadata": {"eventId": "x", "inferenceId": name, "inferenceTime": time},
    }


class Job(MonitoringJob):
    """A version that was trained on abalones, and clients with others."""

    def __init__(self, s3, base):
        super().__init__(s3, base, {"model": "abalone", "deployed-at": DEPLOYED})
        rows = abalones.rows(1000, seed=1)
        table = features.frame(ABALONE, [row[:-1] for row in rows])
        backtest = pd.DataFrame(
            {"prediction": map(age, rows[:300]), "label": [float(row[-1]) for row in rows[:300]]}
        )
        baseline.write(self.baseline, table, backtest, NOW)

    def clients(self, rows, **options):
        """Put the requests of clients with ten rows each."""
        starts = range(0, len(rows), 10)
        records = [captured(rows[k : k + 10], f"c-{k}", **options) for k in starts]
        self.put("data-capture/production", *records)

    def scores(self):
        document = self.document("drift/drift.json")
        return {feature["name"]: feature["score"] for feature in document["features"]}

    def violations(self):
        found = self.document("data-quality/constraint_violations.json")["violations"]
        return {(one["feature_name"], one["constraint_check_type"]) for one in found}


@pytest.fixture
def job(monitoring_s3, tmp_path):
    return Job(monitoring_s3, tmp_path)


def other_sea(row):
    """Return a larger animal, of another sex."""
    return ["M", *(f"{1.5 * float(cell):.4f}" for cell in row[1:-1]), row[-1]]


def test_clients_like_the_training_raise_nothing(job, events):
    job.clients(abalones.rows(400, seed=2))
    job.run("data-quality", "drift", "model-quality")
    document = job.document("drift/drift.json")
    assert document["drifted"] == []
    assert set(job.scores()) == COLUMNS
    scores = job.metrics("DriftScore")
    assert set(scores) == {("production", name) for name in COLUMNS}
    assert max(scores.values()) < 1
    assert job.violations() == set()
    assert job.metrics("DataQualityViolations") == {("production",): 0}
    assert events == []


def test_other_rows_are_a_drift_of_their_features_and_of_the_prediction(job, events):
    job.clients([other_sea(row) for row in abalones.rows(400, seed=2)])
    job.run("drift", "data-quality")
    [(bus, kind, time, detail)] = events
    assert (bus, kind, time) == ("test", "Drift Detected", NOW)
    assert {"length", "prediction", "sex_I", "sex_M"} <= set(detail["features"])
    assert ("length", "data_type_check") in job.violations()
    assert ("sex", "baseline_drift_check") in job.violations()
    page = job.report("drift/report.html")
    assert "The 400 rows that clients sent" in page
    assert "all hours" not in page
    assert "<polyline" in page


def test_predictions_alone_may_drift(job, events):
    """As after a fault of the model server, or of a version that nobody has tested so far."""
    records = [captured([row], f"c-{k}") for k, row in enumerate(abalones.rows(400, seed=2))]
    for one in records:
        answer = {"predictions": [{"prediction": 3.0}]}
        one["captureData"]["endpointOutput"] = {"data": json.dumps(answer), "encoding": "JSON"}
    job.put("data-capture/production", *records)
    job.run("drift")
    assert job.document("drift/drift.json")["drifted"] == ["prediction"]


def test_predictions_of_an_earlier_version_are_left_out(job, events):
    rows = abalones.rows(400, seed=2)
    job.clients(rows, time="2024-01-08T05:59:59Z")
    job.run("drift")
    [prediction] = [
        one for one in job.document("drift/drift.json")["features"] if one["name"] == "prediction"
    ]
    assert prediction["reason"] == "the window has 0 values, expected at least 30"
    assert job.scores()["length"] < 1


@pytest.mark.parametrize("name", ["smoke-3-x", "tournament-x-1"])
def test_requests_of_the_loop_are_no_data_of_clients(job, events, name):
    rows = [other_sea(row) for row in abalones.rows(400, seed=2)]
    job.put("data-capture/production", captured(rows, name))
    job.run("drift", "data-quality")
    assert set(job.scores().values()) == {None}


def test_without_requests_alarms_keep_their_states(job, events):
    job.run("data-quality", "drift")
    assert set(job.scores().values()) == {None}
    assert job.metrics("DriftScore") == {}
    assert job.metrics("DataQualityViolations") == {}
    assert events == []


def test_repeated_request_counts_once(job, events):
    rows = abalones.rows(20, seed=2)
    job.put("data-capture/production", *[captured(rows, "again")] * 20)
    job.put("data-capture/production", captured(rows, "again"), file="b.jsonl")
    job.run("data-quality")
    assert job.document("data-quality/statistics.json")["dataset"]["item_count"] == 20


def test_json_lines_and_base64_are_read(job, events):
    rows = abalones.rows(40, seed=2)
    lines = "\n".join(json.dumps(row[:-1]) for row in rows)
    instances = json.dumps(
        {"instances": [dict(zip(ABALONE.names, r, strict=False)) for r in rows]}
    )
    encoded = base64.b64encode(instances.encode()).decode()
    job.put(
        "data-capture/production",
        captured(rows, "a", data=lines, encoding="JSON"),
    )
    answer = captured(rows, "b", data=encoded, encoding="BASE64")
    job.put("data-capture/production", answer, file="b.jsonl")
    job.run("data-quality")
    statistics = job.document("data-quality/statistics.json")
    assert statistics["dataset"]["item_count"] == 80
    assert job.violations() == set()
    [sex, *_] = statistics["features"]
    assert sex["inferred_type"] == "String"
    assert sex["string_statistics"]["common"] == {"num_present": 80, "num_missing": 0}


def test_values_that_are_none_of_the_training_are_violations(job, events):
    rows = abalones.rows(100, seed=2)
    for row in rows[:30]:
        row[0], row[2] = "X", "wide"
    job.clients(rows)
    job.put("data-capture/production", captured([], "z", data="{", encoding="JSON"), file="z")
    job.run("data-quality")
    assert {
        ("sex", "categorical_values_check"),
        ("diameter", "completeness_check"),
    } <= job.violations()
    assert ("length", "completeness_check") not in job.violations()
    assert job.metrics("DataQualityViolations")["production",] >= 2


def truth(name, label):
    data = {"data": label, "encoding": "CSV"}
    return {"groundTruthData": data, "eventMetadata": {"eventId": name}}


def test_ground_truth_is_matched_and_that_of_an_earlier_version_left_out(job, events):
    rows = abalones.rows(3, seed=2)
    job.put(
        "data-capture/production",
        captured(rows[:2], "two"),
        captured(rows[2:], "early", "2024-01-08T05:00:00Z"),
        captured(rows[2:], "never"),
    )
    job.put("ground-truth", truth("two", "4.0\n5.0"), truth("early", "9.0"), truth("no", "1.0"))
    job.run("model-quality")
    matching = job.document("model-quality/statistics.json")["matching"]
    assert (matching["matched_values"], matching["without_ground_truth"]) == (2, 1)
    assert matching["without_capture"] == 1
    assert job.metrics("UnmatchedRequests") == {("production",): 1}


def test_missing_baseline_is_named(job, events):
    (job.baseline / "rows.csv").unlink()
    job.run("drift", code="baseline of version 3: got no rows.csv")


def test_data_are_those_of_one_kind_of_model(job, events):
    job.arguments["feature-group"] = "test-minutes"
    job.run("drift", code="2")
