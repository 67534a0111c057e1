"""Failures are reported in the files that SageMaker reads."""

import pytest

from sagemaker_pipelines.paths import JobError, Paths, report_failures

SHOWN = 1024  # bytes of the text that SageMaker shows


@pytest.mark.parametrize("file", ["failure", "message"], ids=["training", "processing"])
def test_expected_failure_is_the_reason(tmp_path, file):
    with pytest.raises(SystemExit, match="failed: no data"), report_failures(Paths(tmp_path)):
        raise JobError("no data")
    assert (tmp_path / "output" / file).read_text() == "no data"


def deep(levels):
    if levels == 0:
        raise ValueError("the cause \u2265 1")
    deep(levels - 1)
    return levels


@pytest.mark.parametrize("file", ["failure", "message"], ids=["training", "processing"])
def test_unexpected_failure_begins_with_its_cause(tmp_path, file):
    with pytest.raises(ValueError, match="cause"), report_failures(Paths(tmp_path)):
        deep(30)
    shown = (tmp_path / "output" / file).read_bytes()[:SHOWN].decode("utf-8", "ignore")
    assert "ValueError('the cause \u2265 1')" in shown


def test_success_leaves_no_reason(tmp_path):
    with report_failures(Paths(tmp_path)):
        pass
    assert not list(tmp_path.iterdir())
