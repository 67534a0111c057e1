"""Series in DeepAR's JSON, and the forecast of the next minutes."""

import json

import pytest

SERIES = {"start": "2024-10-10 11:00:00", "target": [1, 2.5, None, "NaN"]}


def test_stream_takes_one_series(forecaster):
    answer = forecaster.call("POST", "/stream", SERIES | {"cat": [0], "dynamic_feat": [[1, 2]]})
    assert answer.status == 200
    assert [sorted(found) for found in answer.json["predictions"]] == [["mean", "quantiles"]]
    sent = json.loads(forecaster.requests[0]["Body"])
    assert sent["instances"] == [SERIES | {"cat": [0], "dynamic_feat": [[1, 2]]}]
    assert sent["configuration"] == {
        "num_samples": 100,
        "output_types": ["mean", "quantiles"],
        "quantiles": ["0.1", "0.5", "0.9"],
    }


def test_batch_takes_many_series_and_a_configuration(forecaster):
    wanted = {"num_samples": 50, "output_types": ["quantiles"], "quantiles": ["0.75"]}
    body = {"instances": [SERIES, SERIES], "configuration": wanted}
    answer = forecaster.call("POST", "/batch", body)
    assert len(answer.json["predictions"]) == 2
    assert json.loads(forecaster.requests[0]["Body"]) == body


def test_answer_of_the_endpoint_is_passed_on_unchanged(forecaster):
    forecaster.response = b'{"predictions": [{"mean": [1.0]}]}'
    assert forecaster.call("POST", "/stream", SERIES).text == forecaster.response.decode()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"start": "soon"}, "/start"),
        ({"start": 5}, "/start"),
        ({"target": []}, "/target"),
        ({"target": [1, "x"]}, "/target/1"),
        ({"target": [True]}, "/target/0"),
        ({"target": "1"}, "/target"),
        ({"cat": [-1]}, "/cat/0"),
        ({"dynamic_feat": [1]}, "/dynamic_feat/0"),
        ({"dynamic_feat": [[None]]}, "/dynamic_feat/0/0"),
        ({"configuration": []}, "/configuration"),
        ({"configuration": {"num_samples": 0}}, "/configuration/num_samples"),
        ({"configuration": {"output_types": ["all"]}}, "/configuration/output_types/0"),
        ({"configuration": {"quantiles": ["1.5"]}}, "/configuration/quantiles/0"),
        ({"configuration": {"sample": 5}}, "/configuration/sample"),
        ({"more": 1}, "/more"),
    ],
)
def test_invalid_series_is_refused_with_the_pointer(forecaster, change, pointer):
    answer = forecaster.call("POST", "/stream", SERIES | change)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, pointer)
    if pointer.startswith("/configuration"):
        return
    answer = forecaster.call("POST", "/batch", {"instances": [SERIES, SERIES | change]})
    assert answer.json["errors"][0]["pointer"] == f"/instances/1{pointer}"


def test_missing_members_are_refused(forecaster):
    pointers = [
        error["pointer"] for error in forecaster.call("POST", "/stream", {}).json["errors"]
    ]
    assert pointers == ["/start", "/target"]
    assert forecaster.call("POST", "/batch", SERIES).json["errors"][0]["pointer"] == "/instances"
    answer = forecaster.call("POST", "/batch", {"instances": []})
    assert answer.json["errors"][0]["pointer"] == "/instances"


@pytest.mark.parametrize("body", ['{"start": NaN}', "[Infinity]", "{", '"\\ud800', "[" * 100_000])
def test_what_is_not_json_is_refused(forecaster, body):
    answer = forecaster.call("POST", "/stream", body)
    assert (answer.status, answer.json["type"]) == (400, "urn:evergreen:problem:invalid-body")


def test_too_many_series_are_too_large(forecaster, monkeypatch):
    monkeypatch.setenv("MAX_ROWS", "2")
    answer = forecaster.call("POST", "/batch", {"instances": [SERIES] * 3})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (413, "/instances")


def test_forecast_begins_after_the_newest_known_minute(forecaster):
    answer = forecaster.call("GET", "/forecast", x_inference_id="mine")
    assert answer.status == 200
    assert (answer.json["unit"], answer.json["newest_minute"]) == (
        "satoshi",
        "2024-10-10T11:58:00Z",
    )
    assert len(answer.json["forecast"]) == 30
    assert answer.json["forecast"][0] == {
        "minute": "2024-10-10T11:59:00Z",
        "mean": 100.5,
        "quantiles": {"0.1": 90.0, "0.5": 100.0, "0.9": 110.0},
    }
    (request,) = forecaster.requests
    (series,) = json.loads(request["Body"])["instances"]
    assert series == {"start": "2024-10-10 10:59:00", "target": [100.5] * 60}
    assert request["InferenceId"] == "mine"


def test_forecast_that_would_end_in_the_past_is_refused(forecaster):
    forecaster.newest = "2024-10-10T11:30:00Z"
    assert forecaster.call("GET", "/forecast").status == 200
    forecaster.newest = "2024-10-10T11:28:00Z"
    answer = forecaster.call("GET", "/forecast")
    assert (answer.status, answer.json["detail"]) == (
        503,
        "feature store: got 2024-10-10T11:28:00Z as the newest minute, expected a minute since "
        "2024-10-10T11:29:00Z",
    )
    forecaster.newest = ""
    assert "got no minute" in forecaster.call("GET", "/forecast").json["detail"]


def test_implausible_forecast_is_the_models_failure(forecaster):
    forecaster.response = b'{"predictions": []}'
    assert forecaster.call("GET", "/forecast").status == 502
