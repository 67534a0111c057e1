"""The context object that Lambda passes to a handler."""

from types import SimpleNamespace

REQUEST_ID = "6f2b0e1c-0000-4000-8000-000000000001"


def context(remaining_milliseconds=60_000):
    return SimpleNamespace(
        aws_request_id=REQUEST_ID,
        function_name="test-function",
        get_remaining_time_in_millis=lambda: remaining_milliseconds,
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:test-function",
        memory_limit_in_mb="256",
    )


CONTEXT = context()
