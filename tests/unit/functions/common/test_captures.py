"""Captured forecasts and ground truth: late, twice, never, and unreadable."""

import base64
import json

import pytest

from common import captures
from common.captured_values import UNREADABLE, rows, values
from common.captures import merge
from sagemaker_pipelines.monitoring import model_quality
from sagemaker_pipelines.paths import JobError


def capture(name, data="10.0,20.0", encoding="CSV", **metadata):
    output = {"observedContentType": "text/csv", "mode": "OUTPUT", "data": data}
    return {
        "captureData": {"endpointOutput": output | {"encoding": encoding}},
        "eventMetadata": {"eventId": f"event-{name}", "inferenceId": name} | metadata,
    }


def truth(name, data="12.0,19.0"):
    return {
        "groundTruthData": {"data": data, "encoding": "CSV"},
        "eventMetadata": {"eventId": name},
    }


def pairs(merged):
    return [(pair.prediction, pair.label) for pair in merged.pairs]


def test_records_are_matched_by_inference_id():
    merged = merge([capture("a"), capture("b", "1.0,2.0")], [truth("b", "3.0,"), truth("a")])
    assert pairs(merged) == [(10.0, 12.0), (20.0, 19.0), (1.0, 3.0)]
    assert (merged.without_truth, merged.without_capture, merged.malformed) == (0, 0, [])
    record = merged.records[1]
    assert record["groundTruthData"] == {"data": "19.0", "encoding": "CSV"}
    assert record["captureData"]["endpointOutput"]["data"] == "20.0"
    assert record["eventMetadata"]["eventId"] == "a-1"


def test_without_an_inference_id_the_event_id_counts():
    merged = merge([capture("a", inferenceId=None)], [truth("event-a")])
    assert len(merged.pairs) == 2


def test_truth_that_never_comes_and_truth_without_a_request_are_counted():
    merged = merge([capture("a"), capture("b")], [truth("c"), truth("b")])
    assert len(merged.pairs) == 2
    assert merged.summary()["without_ground_truth"] == 1
    assert merged.summary()["without_capture"] == 1


def test_second_truth_corrects_the_first_and_a_second_capture_does_not_count_again():
    merged = merge([capture("a"), capture("a", "99.0,99.0")], [truth("a"), truth("a", "1.0,2.0")])
    assert pairs(merged) == [(10.0, 1.0), (20.0, 2.0)]


@pytest.mark.parametrize(
    ("output", "data"),
    [
        (capture("a", "10.0"), "1.0,2.0"),
        (capture("a", "many"), "1.0"),
        (capture("a", f"[{'9' * 400}]", "JSON"), "1.0"),
        (capture("a", '{"predictions": []', "JSON"), "1.0"),
        (capture("a", '{"predictions": [{"mean": [1]}, {"mean": [2]}]}', "JSON"), "1.0"),
        ({"eventMetadata": {"inferenceId": "a"}}, "1.0"),
    ],
    ids=["other length", "text", "too large", "truncated", "two series", "no data"],
)
def test_unreadable_records_are_counted_and_named(output, data):
    merged = merge([output, capture("b")], [truth("a", data), truth("b")])
    assert len(merged.pairs) == 2
    [message] = merged.malformed
    assert message.startswith("a: ")


DEEPAR = json.dumps({"predictions": [{"mean": [1.5, 2.5], "quantiles": {"0.5": [1, 2]}}]})


@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        ("1.5,,2.5", "CSV", [1.5, None, 2.5]),
        ("1.5\n2.5\n", "CSV", [1.5, 2.5]),
        (DEEPAR, "JSON", [1.5, 2.5]),
        (base64.b64encode(DEEPAR.encode()).decode(), "BASE64", [1.5, 2.5]),
        ('{"predictions": [434.08]}', "JSON", [434.08]),
        ("[1, NaN, null]", "JSON", [1.0, None, None]),
        ("7.5", "BASE64x", [7.5]),
    ],
)
def test_answers_of_every_encoding_are_read(data, encoding, expected):
    assert values({"data": data, "encoding": encoding}) == expected


def test_lines_that_are_no_records_are_kept_as_malformed():
    malformed = []
    content = b'{"eventMetadata": {"eventId": "a"}}\n\nnonsense\n{"eventMetadata": 7}\n[1]\n'
    records = list(captures.lines(content, "file.jsonl", malformed))
    assert records == [{"eventMetadata": {"eventId": "a"}}]
    assert [text.split(":")[0] for text in malformed] == [
        *("file.jsonl, line 3", "file.jsonl, line 4", "file.jsonl, line 5"),
    ]


def test_records_without_the_id_of_a_request_are_not_matched_with_each_other():
    malformed = []
    content = b'{"eventMetadata": {}}\n{"eventMetadata": {"eventId": null}}\n'
    assert list(captures.lines(content, "file.jsonl", malformed)) == []
    assert len(malformed) == 2


def test_line_separators_within_texts_end_no_record():
    record = {"eventMetadata": {"eventId": "a\u2028b\x85c"}}
    content = f"\ufeff{json.dumps(record, ensure_ascii=False)}\r\n".encode()
    assert list(captures.lines(content, "file.jsonl", malformed := [])) == [record]
    assert malformed == []


def constraints(**metrics):
    return model_quality.Constraints.parse(json.dumps({"regression_constraints": metrics}))


def test_errors_beyond_the_constraints_are_violations():
    found = model_quality.metrics(merge([capture("a")], [truth("a")]).pairs)
    assert found["mae"]["value"] == 1.5
    above = {"threshold": 1.5, "comparison_operator": "GreaterThanThreshold"}
    assert model_quality.violations(constraints(mae=above), found) == []
    equal = above | {"comparison_operator": "GreaterThanOrEqualToThreshold"}
    [violation] = model_quality.violations(constraints(mae=equal), found)
    assert violation["metric_name"] == "mae"
    assert violation["constraint_check_type"] == "GreaterThanOrEqualToThreshold"
    low = {"threshold": 2.0, "comparison_operator": "LessThanThreshold"}
    assert len(model_quality.violations(constraints(r2=low), found)) == 1


def test_constraint_of_an_unknown_metric_is_named():
    limit = {"threshold": 1.0, "comparison_operator": "LessThanThreshold"}
    found = model_quality.metrics(merge([capture("a")], [truth("a")]).pairs)
    with pytest.raises(JobError, match="got the metric 'rsme', expected one of mae"):
        model_quality.violations(constraints(rsme=limit), found)
    with pytest.raises(JobError, match="comparison_operator: got 'Above'"):
        constraints(mae={"threshold": 1.0, "comparison_operator": "Above"})


@pytest.mark.parametrize(
    "content",
    ['{"prediction": 1.5}\n{"prediction": 2}\n', '{"predictions": [1.5, 2]}', "1.5\n2\n"],
)
def test_answers_of_every_content_type_are_read(content):
    assert values({"data": content, "encoding": "JSON"}) == [1.5, 2]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("M,1\n\nF,2\n", [["M", "1"], ["F", "2"]]),
        ('{"instances": [["M", 1], {"sex": "F"}]}', [["M", 1], {"sex": "F"}]),
        ('{"sex": "M"}\n["F", 2]', [{"sex": "M"}, ["F", 2]]),
        ('{"sex": "M"}', [{"sex": "M"}]),
        ("", []),
    ],
    ids=["CSV", "JSON", "JSON Lines", "one line", "nothing"],
)
def test_requests_of_every_content_type_are_rows(content, expected):
    assert rows({"data": content, "encoding": "JSON"}) == expected


@pytest.mark.parametrize("content", ["{", '{"instances": 3}'])
def test_what_is_no_request_is_unreadable(content):
    with pytest.raises(UNREADABLE):
        rows({"data": content})
