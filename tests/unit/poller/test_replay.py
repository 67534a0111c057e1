"""Files of recorded transactions."""

import gzip
import json
import os
from threading import Event, Thread

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from poller.sources import replay

NOW = 1_750_000_000
START = 1_728_518_400


def line(number, time=START, **more):
    return json.dumps({"hash": f"{number:064x}", "time": time, "fee": number} | more).encode()


def read(path, seconds=10):
    polls = list(replay.polls(str(path), seconds, NOW))
    return (
        polls,
        [one.fee for poll in polls for one in poll.transactions],
        [(one.line, one.reason) for poll in polls for one in poll.rejected],
    )


@pytest.fixture
def write(tmp_path):
    def write(content, name="stream.jsonl"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_rejected_lines_have_their_number_and_stop_no_other(write, end, pack):
    lines = [line(0), b"", b"  \t", b"no", line(1), b"\xff\xfe", line(2, time="x"), line(3)]
    path = write(pack(b"\xef\xbb\xbf" + end.join(lines)))
    _, accepted, rejected = read(path)
    assert accepted == [0, 1, 3]
    assert [number for number, _ in rejected] == [4, 6, 7]
    assert rejected[1][1] == "not UTF-8: byte 0"


@given(st.lists(st.sampled_from([b"", b"{}", b"x", b"\xff", b"[1]"]) | st.just(b"good")))
def test_line_numbers_are_right_for_any_mixture(tmp_path_factory, kinds):
    path = tmp_path_factory.mktemp("mixture") / "stream.jsonl"
    path.write_bytes(b"\n".join(line(n) if k == b"good" else k for n, k in enumerate(kinds, 1)))
    _, accepted, rejected = read(path)
    assert accepted == [n for n, kind in enumerate(kinds, 1) if kind == b"good"]
    bad = [n for n, kind in enumerate(kinds, 1) if kind not in (b"good", b"")]
    assert [number for number, _ in rejected] == bad


def test_order_of_lines_is_preserved_and_time_does_not_decrease(write):
    times = [0, 25, 3, 26, 31, 12]
    path = write(b"\n".join(line(n, START + t) for n, t in enumerate(times)))
    polls, accepted, _ = read(path)
    assert accepted == [0, 1, 2, 3, 4, 5]
    assert [poll.time - START for poll in polls] == [0, 26, 31]


def test_truncated_gzip_has_every_complete_line_before_the_damage(write):
    whole = b"\n".join(line(n, note=str(hash(n) ** 5)) for n in range(5000))
    packed = gzip.compress(whole)
    path = write(packed[: len(packed) // 2])
    _, accepted, [(number, reason)] = read(path)
    assert 1000 < len(accepted) < 4000
    assert accepted == list(range(len(accepted)))
    assert number == len(accepted) + 1
    assert reason == "the compressed file is damaged: it ends too early"


def test_damaged_gzip_is_rejected(write):
    packed = bytearray(gzip.compress(b"\n".join(line(n) for n in range(1000))))
    packed[len(packed) // 2] ^= 0xFF
    _, accepted, rejected = read(write(bytes(packed)))
    assert accepted[:1] in ([], [0])
    assert "the compressed file is damaged" in rejected[-1][1]


def test_all_gzip_members_are_read(write):
    members = [gzip.compress(line(n) + b"\n") for n in range(3)]
    assert read(write(b"".join(members) + b"\0" * 512))[1] == [0, 1, 2]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\xef\xbb\xbf", gzip.compress(b"")],
    ids=["empty", "blank", "byte order mark", "gzip"],
)
def test_empty_file_ends_at_once(write, content):
    assert read(write(content)) == ([], [], [])


def test_overlong_line_is_rejected_and_counted_once(write, monkeypatch):
    monkeypatch.setattr(replay, "MAX_LINE", 200_000)
    _, accepted, rejected = read(write(line(0) + b"\n" + b"x" * 500_000 + b"\n" + line(1)))
    assert accepted == [0, 1]
    assert rejected == [(2, "longer than 200000 bytes")]


def test_raw_of_a_rejected_line_is_truncated(write):
    [poll] = replay.polls(str(write(b"y" * 5000)), 10, NOW)
    assert poll.rejected[0].raw == "y" * 1000


def test_missing_file_is_reported(tmp_path):
    with pytest.raises(replay.SourceError, match=r"cannot open .*: No such file or directory"):
        read(tmp_path / "absent.jsonl")


@mock_aws
def test_objects_are_read_from_s3(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="a/b.jsonl.gz", Body=gzip.compress(line(7)))
    assert read("s3://data/a/b.jsonl.gz")[1] == [7]
    with pytest.raises(replay.SourceError, match="cannot read s3://data/absent"):
        read("s3://data/absent")


def test_file_in_blockchain_infos_shape(write):
    more = {"inputs": [{"prev_out": {"value": 9}}], "out": [{"value": 2}], "block_height": None}
    polls, accepted, _ = read(write(line(5, ver=2, lock_time=0, double_spend=False, **more)))
    assert accepted == [5]
    assert set(json.loads(polls[0].transactions[0].text)) == {
        *("hash", "time", "fee", "ver", "lock_time", "double_spend", "block_height"),
    }


@pytest.mark.parametrize("position", [0, 1, 4, 9], ids=["first", "second", "inside", "last"])
@pytest.mark.parametrize("ahead", [23 * 3600, 200 * 86_400])
def test_outlier_does_not_move_the_clock_of_a_file(write, position, ahead):
    times = [START + 20 * n for n in range(9)]
    times.insert(position, START + ahead)
    polls, accepted, _ = read(write(b"\n".join(line(n, t) for n, t in enumerate(times))))
    assert accepted == list(range(10))
    assert max(poll.time for poll in polls) == START + 160


def test_gap_of_a_file_moves_its_clock(write):
    times = [0, 10, 7 * 86_400, 7 * 86_400 + 10, 7 * 86_400 + 20]
    polls, _, _ = read(write(b"\n".join(line(n, START + t) for n, t in enumerate(times))))
    assert [poll.time - START for poll in polls] == times


def test_sparse_file_keeps_its_times(write):
    times = [n * 7200 for n in range(6)]
    polls, accepted, _ = read(write(b"\n".join(line(n, START + t) for n, t in enumerate(times))))
    assert accepted == list(range(6))
    assert [poll.time - START for poll in polls[:4]] == times[:4]


def test_many_invalid_lines_after_an_outlier_are_not_kept(write):
    content = [line(0), line(1, START + 50_000), *[b"no"] * 3000, line(2, START + 60)]
    polls, accepted, rejected = read(write(b"\n".join(content)))
    assert accepted == [0, 1, 2]
    assert len(rejected) == 3000
    assert max(poll.time for poll in polls) == START + 60


def test_overlong_line_takes_linear_time(write, monkeypatch):
    copied = []

    class Counted(bytearray):
        def __iadd__(self, more):
            copied.append(len(more))
            return super().__iadd__(more)

    monkeypatch.setattr(replay, "bytearray", Counted, raising=False)
    monkeypatch.setattr(replay, "MAX_LINE", 1_000_000)
    _, accepted, rejected = read(write(gzip.compress(b"x" * 50_000_000 + b"\n" + line(1))))
    assert (accepted, rejected) == ([1], [(1, "longer than 1000000 bytes")])
    assert sum(copied) < 1_100_000


def test_line_with_too_many_values_is_rejected(write, monkeypatch):
    monkeypatch.setattr(replay, "MAX_VALUES", 1000)
    many = b'{"a":[' + b"{}," * 1000 + b"0]}"
    assert read(write(many + b"\n" + line(1)))[1:] == ([1], [(1, "more than 1000 values")])


def test_stop_ends_a_pipe_that_has_nothing_and_delivers_what_it_had(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    stop = Event()

    def write():
        with (tmp_path / "pipe").open("wb", buffering=0) as pipe:
            pipe.write(line(1) + b"\n" + line(2) + b"\n{")
            stop.set()
            ended.wait(10)

    ended = Event()
    Thread(target=write, daemon=True).start()
    polls = list(replay.polls(str(tmp_path / "pipe"), 10, NOW, stop))
    ended.set()
    assert [one.fee for poll in polls for one in poll.transactions] == [1, 2]
