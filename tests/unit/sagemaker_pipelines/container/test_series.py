"""DeepAR's JSON Lines, in channels and in requests."""

import gzip
import json

import numpy as np
import pytest

from sagemaker_pipelines.container.series import SeriesError, parse, read_channel, uses

GOOD = {"start": "2024-10-10 00:00:00", "target": [1.5, "NaN", None, 4]}


def test_missing_values_are_nan():
    series = parse(GOOD)
    assert series.start == np.datetime64("2024-10-10T00:00:00")
    np.testing.assert_array_equal(series.target, np.float32([1.5, np.nan, np.nan, 4]))


@pytest.mark.parametrize("start", ["2024-10-10T00:00:00Z", "2024-10-10", " 2024-10-10 00:00:00 "])
def test_usual_ways_to_write_a_time_are_read(start):
    assert parse(GOOD | {"start": start}).start == parse(GOOD).start


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ([], "a series must be a JSON object"),
        (GOOD | {"start": None}, "start must be text"),
        (GOOD | {"start": "noon"}, "start must be a time like"),
        (GOOD | {"start": "NaT"}, "start must be a time like"),
        (GOOD | {"start": ""}, "start must be a time like"),
        (GOOD | {"start": "2024-10-10T00:00:00+02:00"}, "start must be a time like"),
        (GOOD | {"target": []}, "target must be a list of at least one number"),
        (GOOD | {"target": "1"}, "target must be a list of at least one number"),
        (GOOD | {"target": [1, "x"]}, 'target[1] must be a number, null or "NaN"'),
        (GOOD | {"target": [True]}, "target[0] must be a number"),
        (GOOD | {"target": [1, float("inf")]}, "target must not hold infinite numbers"),
        (GOOD | {"target": [1, 1e300]}, "target must not hold infinite numbers"),
        (GOOD | {"target": [1, 10**400]}, "target must not hold infinite numbers"),
        (GOOD | {"target": ["NaN"]}, "target must hold at least one value"),
    ],
)
def test_what_is_no_series_is_refused_with_a_sentence(entry, sentence):
    with pytest.raises(SeriesError) as caught:
        parse(entry)
    assert sentence in str(caught.value)


def test_channel_is_every_json_lines_file_gzipped_or_not(tmp_path):
    line = json.dumps(GOOD).encode()
    (tmp_path / "a.json").write_bytes(line + b"\n\n" + line + b"\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "c.json.gz").write_bytes(gzip.compress(line))
    (tmp_path / "_SUCCESS").touch()
    assert len(read_channel(tmp_path)) == 4
    assert not uses(tmp_path, "cat")


def test_field_that_needs_another_network_is_noticed(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(GOOD | {"cat": [0]}))
    assert uses(tmp_path, "cat")
