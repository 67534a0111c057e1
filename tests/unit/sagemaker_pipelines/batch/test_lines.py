"""Lines of batch files: read with bounded memory, checked, split into parts that join again."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_pipelines.batch import lines, parts
from sagemaker_pipelines.batch.parts import Writer
from sagemaker_pipelines.batch_scoring.pipeline import render_pipeline
from sagemaker_pipelines.paths import Paths
from sagemaker_pipelines.steps import collect_batch, prepare_batch
from tests.support.request_schema import all_steps, problems


def read(path):
    """Yield the lines of a file."""
    for block in lines.read(path):
        yield from block.lines()


@given(st.lists(st.binary(max_size=20)), st.integers(1, 7))
def test_lines_are_those_of_the_file_whatever_the_chunk(tmp_path_factory, contents, chunk):
    path = tmp_path_factory.mktemp("lines") / "a.csv"
    body = b"\n".join(contents)
    path.write_bytes(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CHUNK", chunk)
        found = list(read(path))
    clean = body.removeprefix(lines.BYTE_ORDER_MARK).split(b"\n")
    expected = [
        (number, line.removesuffix(b"\r")) for number, line in enumerate(clean, 1) if line.strip()
    ]
    assert [(line.number, line.content) for line in found] == expected


def test_line_that_is_too_long_is_rejected_and_the_next_one_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 10)
    monkeypatch.setattr(lines, "CHUNK", 4)
    path = tmp_path / "a.csv"
    path.write_bytes(b"0.1\n" + b"1" * 50 + b"\n0.2\n" + b"2" * 11)
    found = list(read(path))
    assert [(line.number, line.content) for line in found] == [
        (1, b"0.1"),
        (2, None),
        (3, b"0.2"),
        (4, None),
    ]
    with pytest.raises(lines.LineError, match="got more bytes, expected at most 10"):
        lines.checker("linear_regression")(found[1])


def test_line_that_is_too_long_is_rejected_after_a_byte_order_mark(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 10)
    monkeypatch.setattr(lines, "CHUNK", 4)
    path = tmp_path / "a.csv"
    path.write_bytes(lines.BYTE_ORDER_MARK + b"1" * 50 + b"\n0.2\n")
    assert [(line.number, line.content) for line in read(path)] == [(1, None), (2, b"0.2")]


@pytest.mark.parametrize(
    "damage",
    [lambda body: body[:-9], lambda body: body[:40] + b"x" * 9 + body[49:], lambda _: b"no gzip"],
    ids=["truncated", "changed", "not compressed"],
)
def test_damaged_file_is_rejected_from_there_on(tmp_path, monkeypatch, damage):
    monkeypatch.setattr(lines, "CHUNK", 4)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(damage(gzip.compress(bytes(range(48, 58)) * 5 + b"\n0.2\n", mtime=0)))
    *_, last = read(path)
    assert last.content is None
    with pytest.raises(lines.LineError, match=r"got a damaged \.gz, this line and all after it"):
        lines.checker("linear_regression")(last)


@pytest.mark.parametrize(
    ("model", "content", "message"),
    [
        ("linear_regression", b"high", "x: got 'high', expected a number"),
        ("linear_regression", b"\xff", "line: expected UTF-8"),
        ("linear_regression", b'"0.1', "CSV: unexpected end"),
        ("forecaster", b"{", "expected JSON"),
        ("forecaster", b'{"start": "noon", "target": [1]}', "start: got 'noon'"),
        ("forecaster", b"[" * 100_000, "expected JSON"),
    ],
)
def test_line_that_the_model_refuses_is_rejected(model, content, message):
    with pytest.raises(lines.LineError) as caught:
        lines.checker(model)(lines.Line(1, content))
    assert message in str(caught.value)


def test_parts_of_a_file_join_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "MAX_BYTES", 10)
    paths, path = Paths(tmp_path), tmp_path / "a.csv"
    path.write_bytes(b"x\n" + b"".join(b"%d\n" % number for number in range(50)) + b"bad\n")
    summary = prepare_batch.split(paths, 3, path, "a.csv", "linear_regression")
    assert (summary.lines, summary.accepted, summary.rejected) == (51, 50, 1)
    assert len(summary.parts) > 5
    assert list(summary.parts) == sorted(summary.parts)
    for part in summary.parts:  # the model answers each line with itself
        content = (paths.processing("lines") / part).read_bytes()
        (paths.processing("scored") / f"{part}.out").write_bytes(content)
    collect_batch.join(paths, summary, tmp_path / "joined")
    assert [int(line) for line in (tmp_path / "joined").read_text().split()] == list(range(50))
    [rejected] = (paths.processing("rejected") / "00003.jsonl").read_text().splitlines()
    assert json.loads(rejected)["line"] == 52


@pytest.mark.parametrize("missing", [0, 1])
def test_missing_predictions_fail_the_job(tmp_path, missing):
    paths, path = Paths(tmp_path), tmp_path / "a.csv"
    path.write_bytes(b"0\n1\n")
    summary = prepare_batch.split(paths, 0, path, "a.csv", "linear_regression")
    if missing:
        (paths.processing("scored") / f"{summary.parts[0]}.out").write_bytes(b"0\n")
    with pytest.raises(collect_batch.JobError, match=r"a.csv: (part|predictions)"):
        collect_batch.join(paths, summary, tmp_path / "joined")


def test_writer_without_lines_has_no_part(tmp_path):
    with Writer(tmp_path, 0) as writer:
        pass
    assert writer.names == []


def test_definition_is_current_and_valid():
    path = prepare_batch.Path(lines.__file__).parents[1] / "batch_scoring" / "definition.json"
    assert render_pipeline() == path.read_text(), (
        "run: python -m sagemaker_pipelines.batch_scoring"
    )
    for step in all_steps(json.loads(path.read_text())["Steps"]):
        if step["Type"] != "Condition":
            assert problems(step) == []
