import gzip
import json

import pytest

from demo import stream

START = 1_728_518_400  # 2024-10-10T00:00:00Z
HOUR = 3600


def line(number, time):
    return json.dumps({"hash": f"{number:064x}", "time": time, "fee": 1000, "size": 200})


def written(path, lines):
    with gzip.open(path, "wt") as file:
        file.writelines(f"{one}\n" for one in lines)
    return path


def test_the_clock_starts_at_the_hour_of_the_earliest_of_the_first(tmp_path):
    times = [START + 5000, START + 4000, START + 4500]
    lines = ["no json", *[line(n, time) for n, time in enumerate(times)]]
    found = stream.recorded(written(tmp_path / "file.jsonl.gz", lines))
    assert (found.first, found.clock_start) == (START + 4000, START + 3600)


def test_one_strange_time_does_not_start_the_clock_years_before(tmp_path):
    lines = [line(0, 1_300_000_000), *[line(n, START + n) for n in range(1, 50)]]
    assert stream.recorded(written(tmp_path / "f", lines)).first == START + 1


@pytest.mark.parametrize("content", [b"", b"nothing\nof use\n"], ids=["empty", "no transaction"])
def test_a_file_without_transactions_is_refused(tmp_path, content):
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(stream.StreamError, match="holds no transaction"):
        stream.recorded(file)


def test_a_missing_file_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(stream.StreamError, match="No such file"):
        stream.recorded(tmp_path / "absent")


def test_a_folder_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(stream.StreamError, match="directory"):
        stream.recorded(tmp_path)


@pytest.mark.parametrize(
    ("hours", "training"),
    [(5, None), (6, 5.5), (24, 7.2), (44, 13), (200, 13)],
    ids=["too short", "short", "a day", "the demo", "a week"],
)
def test_the_first_training_waits_for_enough_history(hours, training):
    planned = stream.simulated(hours)
    wanted = None if training is None else planned.first + training * HOUR
    found = planned.first_training(planned.last)
    assert found == (None if wanted is None else pytest.approx(wanted, abs=1))


def test_the_last_time_is_the_largest_in_the_file(tmp_path):
    lines = [line(n, START + time) for n, time in enumerate([10, 90_000, 20])]
    assert stream.last_time(written(tmp_path / "f", lines)) == START + 90_000
