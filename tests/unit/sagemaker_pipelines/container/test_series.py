"""DeepAR's JSON Lines in channels and requests."""

import gzip
import json

import numpy as np
import pytest

from sagemaker_pipelines.container.series import SeriesError, parse, read_channel

GOOD = {"start": "2024-10-10 00:00:00", "target": [1.5, "NaN", None, 4]}


def test_missing_values_are_nan():
    series = parse(GOOD)
    assert series.start == np.datetime64("2024-10-10T00:00:00")
    np.testing.assert_array_equal(series.target, np.float32([1.5, np.nan, np.nan, 4]))


@pytest.mark.parametrize("start", ["2024-10-10T00:00:00Z", "2024-10-10", " 2024-10-10 00:00:00 "])
def test_common_time_formats_are_accepted(start):
    assert parse(GOOD | {"start": start}).start == parse(GOOD).start


@pytest.mark.parametrize(
    ("instance", "message"),
    [
        ([], "series: got a list of 0, expected a JSON object"),
        (GOOD | {"start": None}, "start: got None, expected a time like"),
        (GOOD | {"start": "noon"}, "start: got 'noon', expected a time like"),
        (GOOD | {"start": "NaT"}, "start: got 'NaT', expected a time like"),
        (GOOD | {"start": ""}, "start: got '', expected a time like"),
        (
            GOOD | {"start": "2024-10-10T00:00:00+02:00"},
            "expected a time like 2024-10-10 00:00:00 (UTC)",
        ),
        (GOOD | {"target": []}, "target: got a list of 0, expected at least 1 item"),
        (GOOD | {"target": "1"}, "target: got '1', expected a valid list"),
        (
            GOOD | {"target": [1, "x"]},
            "target.1: got 'x', expected a finite number up to 1e+18, null or \"NaN\"",
        ),
        (GOOD | {"target": [True]}, "target.0: got True, expected a finite number"),
        (GOOD | {"target": [1, float("inf")]}, "target.1: got inf, expected a finite number"),
        (GOOD | {"target": [1, 1e300]}, "target.1: got 1e+300, expected a finite number"),
        (GOOD | {"target": [1, 10**400]}, "target.1: got an integer of 1329 bits"),
        (GOOD | {"cat": [-1]}, "cat.0: got -1, expected greater than or equal to 0"),
        (GOOD | {"cat": [True]}, "cat.0: got True, expected a valid integer"),
        (GOOD | {"cat": 1}, "cat: got 1, expected a valid list"),
        (
            GOOD | {"dynamic_feat": [[1, None]]},
            "dynamic_feat.0.1: got None, expected a finite number: features have no missing",
        ),
        (GOOD | {"dynamic_feat": [["NaN"]]}, "dynamic_feat.0.0: got 'NaN', expected a finite"),
        (GOOD | {"dynamic_feat": [1]}, "dynamic_feat.0: got 1, expected a valid list"),
        (GOOD | {"dynamic_feat": [[1], [1, 2]]}, "dynamic_feat: lengths: got"),
        (GOOD | {"target": ["NaN"]}, "target: got only missing values"),
    ],
)
def test_invalid_series_is_rejected(instance, message):
    with pytest.raises(SeriesError) as caught:
        parse(instance)
    assert message in str(caught.value)


def test_channel_consists_of_all_json_lines_files(tmp_path):
    line = json.dumps(GOOD).encode()
    (tmp_path / "a.json").write_bytes(line + b"\n\n" + line + b"\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "c.json.gz").write_bytes(gzip.compress(line))
    (tmp_path / "_SUCCESS").touch()
    assert len(read_channel(tmp_path)) == 4


def test_categories_and_features_are_read():
    series = parse(GOOD | {"cat": [0, 2], "dynamic_feat": [[1, 2, 3.5, 4, 5]]})
    assert series.cat == (0, 2)
    np.testing.assert_array_equal(series.dynamic_feat, np.float32([[1, 2, 3.5, 4, 5]]))


def test_validation_stops_at_the_first_bad_value():
    with pytest.raises(SeriesError) as caught:
        parse({"start": "2024-10-10 00:00:00", "target": ["x"] * 100})
    assert str(caught.value).startswith("target.0: got 'x'")
    assert "target.1" not in str(caught.value)
