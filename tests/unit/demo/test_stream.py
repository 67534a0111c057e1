import gzip
import json
from pathlib import Path

import pytest

from demo import stream

START = 1_728_518_400  # 2024-10-10T00:00:00Z
HOUR = 3600


def line(number, time):
    return json.dumps({"hash": f"{number:064x}", "time": time, "fee": 1000, "size": 200})


def written(path, lines):
    with gzip.open(path, "wt") as file:
        file.writelines(f"{item}\n" for item in lines)
    return path


def long_enough(*times):
    """Return lines with these times and some nine hours later."""
    return [line(n, time) for n, time in enumerate([*times, *[times[-1] + 9 * HOUR] * 3])]


def test_clock_starts_at_the_hour_of_the_earliest_time(tmp_path):
    lines = ["no json", *long_enough(START + 5000, START + 4000, START + 4500)]
    found = stream.recorded(written(tmp_path / "file.jsonl.gz", lines))
    assert (found.first, found.clock_start) == (START + 4000, START + 3600)


def test_outlier_does_not_start_the_clock_years_earlier(tmp_path):
    lines = long_enough(1_300_000_000, *[START + n for n in range(1, 50)])
    assert stream.recorded(written(tmp_path / "f", lines)).first == START + 1


@pytest.mark.parametrize("content", [b"", b"no\ntransaction\n"], ids=["empty", "no transaction"])
def test_file_without_transactions_is_rejected(tmp_path, content):
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(stream.StreamError, match="has no transaction"):
        stream.recorded(file)


def test_missing_file_is_rejected_in_one_line(tmp_path):
    with pytest.raises(stream.StreamError, match="No such file"):
        stream.recorded(tmp_path / "absent")


def test_folder_is_rejected_in_one_line(tmp_path):
    with pytest.raises(stream.StreamError, match="directory"):
        stream.recorded(tmp_path)


def test_file_that_is_too_short_is_rejected_with_both_numbers(tmp_path):
    file = written(tmp_path / "f", [line(n, START + n * HOUR) for n in range(3)])
    with pytest.raises(stream.StreamError, match=r"2 h found, 8 h needed for a first model"):
        stream.recorded(file)


@pytest.mark.parametrize("hours", [-1, 0, 5, float("nan")])
def test_simulation_that_is_too_short_is_rejected(hours):
    with pytest.raises(stream.StreamError, match=r"8 h needed for a first model"):
        stream.simulated(hours)


def test_file_implies_replay(tmp_path):
    file = written(tmp_path / "f", long_enough(START))
    assert stream.choose(None, file, 44).environment["SOURCE"] == "replay"
    assert stream.choose(None, None, 44).environment["SOURCE"] == "simulator"


@pytest.mark.parametrize(
    ("source", "file", "message"),
    [
        ("moon", None, "SOURCE: got moon, expected simulator or replay"),
        ("simulator", Path("f"), "FILE: got f, but SOURCE is simulator"),
        ("replay", None, "SOURCE=replay needs a file"),
        (None, Path("/nonexistent"), "No such file"),
    ],
)
def test_contradicting_arguments_are_rejected(source, file, message):
    with pytest.raises(stream.StreamError, match=message):
        stream.choose(source, file, 44)


def test_last_time_is_the_largest_in_the_file_that_is_no_outlier(tmp_path):
    times = [10, 3000, 20, 90_000, 90_001, 90_002, 30, 200_000, 90_001]
    lines = [line(n, START + time) for n, time in enumerate(times)]
    assert stream.last_time(written(tmp_path / "f", lines)) == START + 90_002
