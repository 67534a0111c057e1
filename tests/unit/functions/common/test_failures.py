"""Why a task failed, in one message."""

import json

import pytest

from common import failures

OF_FUNCTION = {"errorMessage": "no rows", "errorType": "NoHistoryError", "stackTrace": ["line 1"]}
OF_JOB = {"ExitMessage": "no file", "FailureReason": "exit code 1"}


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        ("NoHistoryError", json.dumps(OF_FUNCTION), "no rows"),
        ("States.TaskFailed", json.dumps(OF_JOB), "no file"),
        ("EndpointFailed", "no capacity", "no capacity"),
        ("States.Timeout", "", "States.Timeout"),
        ("X", "[1]", "[1]"),
        (None, None, None),
    ],
)
def test_reason_is_the_message_of_the_function_or_the_job(error, cause, expected):
    assert failures.reason(error, cause) == expected
