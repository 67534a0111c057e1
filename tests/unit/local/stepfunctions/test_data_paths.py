"""Paths in the fields of states: which are found, and what is missing."""

import pytest

from local.stepfunctions import data_paths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$.a.b", [("$.a.b", "$", ["a", "b"])]),
        ("$$.Execution.Name", [("$$.Execution.Name", "$$", ["Execution", "Name"])]),
        (
            "States.Format('s3://{}/$.c/it\\'s', $.a, $$.b)",
            [("$.a", "$", ["a"]), ("$$.b", "$$", ["b"])],
        ),
        ("$", []),
        ("$.list[0]", []),  # left to MiniStack
        ("States.UUID()", []),
    ],
)
def test_paths_outside_of_literals_are_found(text, expected):
    assert list(data_paths.paths(text)) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["a", "b"], True), (["a", "null"], True), (["a", "c"], False), (["a", "b", "c"], False)],
)
def test_a_null_exists_and_a_missing_member_does_not(names, expected):
    assert data_paths.exists(names, {"a": {"b": 1, "null": None}}) is expected
