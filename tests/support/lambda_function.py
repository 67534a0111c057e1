"""Lambda functions of the local AWS, created from source text."""

import io
import json
import zipfile

from tests.support.permissions import ROLE

CODE = """
import os, sys, time, json
calls = 0

def lambda_handler(event, context):
    global calls
    calls += 1
    print("handling", event)
    if event.get("fail"):
        raise ValueError("no such luck")
    if event.get("exit"):
        os._exit(7)
    time.sleep(event.get("sleep", 0))
    if event.get("environment"):
        return dict(os.environ)
    if event.get("object"):
        return object()
    return {
        "calls": calls, "pid": os.getpid(), "id": context.aws_request_id,
        "arn": context.invoked_function_arn, "memory": context.memory_limit_in_mb,
        "left": context.get_remaining_time_in_millis(), "flavour": os.environ.get("FLAVOUR"),
    }
"""


def zipped(code, name="app.py"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, code)
    return buffer.getvalue()


class Function:
    def __init__(self, aws, name, code=CODE, handler="app.lambda_handler", **settings):
        self.aws, self.name, self.client = aws, name, aws.client("lambda")
        self.client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler=handler,
            Code={"ZipFile": zipped(code)},
            **{"Role": ROLE, "Timeout": 20, **settings},
        )
        self.client.get_waiter("function_active_v2").wait(FunctionName=name)

    def __call__(self, **event):
        """Invoke synchronously -> error type or None, payload."""
        response = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event))
        return response.get("FunctionError"), json.load(response["Payload"])

    def invoke_async(self, **event):
        self.client.invoke(
            FunctionName=self.name, InvocationType="Event", Payload=json.dumps(event)
        )

    def log(self):
        events = self.aws.client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{self.name}"
        )["events"]
        return [event["message"] for event in events]
