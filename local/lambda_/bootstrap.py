"""The runtime in a Lambda sandbox: fetch an event, call the handler, post the result, repeat.

A client of the Lambda Runtime API, like AWS's own runtime for Python. It runs as a script in its
own interpreter and imports nothing of this package.
"""

import http.client
import importlib
import json
import logging
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

API = "/2018-06-01/runtime"
Handler = Callable[[Any, "Context"], Any]


class Context:
    """The context argument of a handler, with the names that AWS uses."""

    identity = None
    client_context = None

    def __init__(self, headers: http.client.HTTPMessage) -> None:
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]

    def get_remaining_time_in_millis(self) -> int:
        """Return the remaining time before the timeout."""
        return max(0, self._deadline_ms - int(time.time() * 1000))


class InitError(Exception):
    """The handler could not be loaded; the arguments are AWS's error type and message."""


def load(name: str) -> Handler:
    """Import `package.module.function`."""
    module_name, _, function = name.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise InitError("Runtime.ImportModuleError", message) from error
    if not hasattr(module, function):
        message = f"Handler '{function}' missing on module '{module_name}'"
        raise InitError("Runtime.HandlerNotFound", message)
    handler: Handler = getattr(module, function)
    return handler


def error_body(error: BaseException, request_id: str) -> bytes:
    """Return an error in the format of AWS's runtime, without the frames of this file."""
    kind, message = type(error).__name__, str(error)
    if isinstance(error, InitError):
        kind, message = error.args
    frames = traceback.extract_tb(error.__traceback__)
    shown = [frame for frame in frames if frame.filename != __file__]
    trace = [] if isinstance(error, InitError) else traceback.format_list(shown)
    sys.stdout.write("".join([f"[ERROR] {kind}: {message}\n", *trace]))
    body = {"errorMessage": message, "errorType": kind, "requestId": request_id}
    return json.dumps({**body, "stackTrace": trace}).encode()


class Runtime:
    """The connection to the Runtime API."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address)

    def serve(self, handler: Handler) -> NoReturn:
        """Run invocations until the process is killed."""
        while True:
            self._connection.request("GET", f"{API}/invocation/next")
            response = self._connection.getresponse()
            event, context = json.loads(response.read()), Context(response.headers)
            self.invoke(handler, event, context)

    def invoke(self, handler: Handler, event: Any, context: Context) -> None:
        """Run one invocation and post its result or its error."""
        kind = "response"
        try:
            result = handler(event, context)
            try:
                body = json.dumps(result).encode()
            except (TypeError, ValueError) as error:
                message = f"Unable to marshal response: {error}"
                raise InitError("Runtime.MarshalError", message) from error
        except Exception as error:  # noqa: BLE001 - any exception of a handler is reported
            kind, body = "error", error_body(error, context.aws_request_id)
        self.post(f"invocation/{context.aws_request_id}/{kind}", body, context.aws_request_id)

    def post(self, path: str, body: bytes, request_id: str = "") -> None:
        """Print the end marker with the peak memory in MB, then post."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        megabytes = peak // (1024 if sys.platform == "linux" else 1024 * 1024)
        sys.stdout.write(f"\x1e{request_id} {megabytes}\n")
        sys.stdout.flush()
        self._connection.request("POST", f"{API}/{path}", body)
        self._connection.getresponse().read()


def main() -> None:
    """Load the handler and serve; exit if it cannot be loaded."""
    line_format = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(message)s"
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(stream=sys.stdout, format=line_format, datefmt="%Y-%m-%dT%H:%M:%S")
    runtime = Runtime(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load(os.environ["_HANDLER"])
    except Exception as error:  # noqa: BLE001 - reported as AWS does
        runtime.post("init/error", error_body(error, ""))
        sys.exit(1)
    runtime.serve(handler)


if __name__ == "__main__":
    main()
