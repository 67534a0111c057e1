"""One execution environment of a Lambda function: a process behind a Lambda Runtime API."""

import json
import queue
import signal
import sys
import threading
import time
import uuid
import zipfile
from io import BytesIO
from pathlib import Path

from local import execute_api, processes, runtime
from local.iam import principals
from local.lambda_.invocation import Function, Outcome
from local.lambda_.runtime_api import RuntimeApi

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
INIT_SECONDS = 60  # 10 on AWS; more here, because a model may be trained at the same time
END_MARKER = "\x1e"  # the bootstrap writes it, with the peak memory, after each invocation
_unpacking = threading.Lock()


class Sandbox:
    """Run one invocation at a time; after a timeout or a crash it is no longer `alive`."""

    def __init__(self, function: Function) -> None:
        self.function, self.alive, self._used = function, True, False
        day = time.strftime("%Y/%m/%d", time.gmtime(runtime.clock.now()))
        self.stream = f"{day}/[{function.version}]{uuid.uuid4().hex}"
        self.session = principals.assume(
            *(function.role, "lambda", function.name),
            process=self.stream,
            network=function.network,
        )
        self._output: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._peak_megabytes = 0
        self._started = time.monotonic()
        self._api = RuntimeApi(function.arn, function.timeout_seconds)
        root = _unpack(function)
        argv = [sys.executable, "-P", str(BOOTSTRAP)]
        self._process = processes.spawn(argv, self._environment(root), root, None)
        threading.Thread(target=self._read_output, daemon=True).start()

    def invoke(self, request_id: str, event: bytes) -> Outcome:
        """Run one event until the handler returns, times out or crashes."""
        init = None
        if not self._used:
            self._api.ready.wait(INIT_SECONDS)
            init = (time.monotonic() - self._started) * 1000
        self._used, invoked = True, time.monotonic()
        self._api.events.put((request_id, event))
        try:
            kind, body = self._api.results.get(timeout=self.function.timeout_seconds)
        except queue.Empty:
            kind, body = "timeout", b""
        milliseconds = (time.monotonic() - invoked) * 1000
        if kind not in {"response", "error"}:
            body = self._api.init_error or self._failure(kind, request_id)
            self.close()
        lines = self._lines()
        if not self.alive and not self._api.init_error:  # the bootstrap prints an init error
            lines.append(json.loads(body)["errorMessage"])
        peak = self._peak_megabytes
        return Outcome(body, kind != "response", lines, peak, milliseconds, init)

    @property
    def ended(self) -> bool:
        """Whether the process has ended, also between two invocations."""
        return not self.alive or self._process.poll() is not None

    def close(self) -> None:
        """Kill the process and close its Runtime API."""
        self.alive = False
        processes.stop(self._process, grace_seconds=0)
        self._api.close()

    def _environment(self, root: Path) -> dict[str, str]:
        """Return the variables of the function, of Lambda and those that select CPU kernels."""
        function = self.function
        return {
            **runtime.host_environment(),
            # Links in mails, for instance, then lead to this machine.
            **{k: execute_api.reachable(v, runtime.endpoint_url) for k, v in function.variables},
            **runtime.aws_environment(self.session),
            "_HANDLER": function.handler,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_megabytes),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.stream,
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(root),
            "LANG": "C.UTF-8",
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(root),
            "TZ": ":UTC",
        }

    def _lines(self) -> list[str]:
        """Return the output up to the end marker, or all output of a process that ended."""
        lines: list[str] = []
        while (line := self._output.get()) is not None:
            if line.startswith(END_MARKER):
                self._peak_megabytes = int(line.split()[-1])
                if self.alive:
                    break
            else:
                lines.append(line)
        return lines

    def _read_output(self) -> None:
        for line in self._process.stdout or ():
            self._output.put(line.decode(errors="replace").rstrip("\n"))
        self._api.results.put(("exit", b""))
        self._api.ready.set()
        self._output.put(None)

    def _failure(self, kind: str, request_id: str) -> bytes:
        if kind == "timeout":
            error = f"Task timed out after {self.function.timeout_seconds:.2f} seconds"
            error_type = "Sandbox.Timedout"
        else:
            status = self._process.wait()
            reason = f"exit status {status}" if status >= 0 else f"signal: {_signal_name(-status)}"
            error = f"Runtime exited with error: {reason}"
            error_type = "Runtime.ExitError"
        message = f"RequestId: {request_id} Error: {error}"
        return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


def _signal_name(number: int) -> str:
    return (signal.strsignal(number) or str(number)).lower()


def _unpack(function: Function) -> Path:
    """Unpack the code once per content -> the task root."""
    digest = "".join(c for c in function.code_sha256 if c.isalnum())[:16]
    root = runtime.home / "work" / "lambda" / f"{function.name}-{digest}"
    with _unpacking:
        if not root.is_dir():
            part = root.with_name(f"{root.name}.part")
            with zipfile.ZipFile(BytesIO(function.code)) as archive:
                archive.extractall(part)
            part.rename(root)
    return root
