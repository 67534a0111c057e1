"""The values of a Lambda invocation: the function's configuration, the result, the log lines."""

import math
from dataclasses import dataclass, field
from typing import Any

from local.vpc.network import Network


@dataclass(frozen=True, slots=True)
class Function:
    """The function configuration that a sandbox depends on; equal ones share sandboxes."""

    name: str
    arn: str
    handler: str
    runtime: str
    timeout_seconds: int
    memory_megabytes: int
    version: str
    log_group: str
    code_sha256: str
    role: str
    traced: bool
    variables: tuple[tuple[str, str], ...]
    network: Network | None
    code: bytes = field(repr=False, compare=False)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Function":
        """Return the function of a MiniStack record."""
        config = record.get("config") or record
        name = config["FunctionName"]
        variables = (config.get("Environment") or {}).get("Variables") or {}
        return cls(
            name=name,
            arn=config["FunctionArn"],
            handler=config["Handler"],
            runtime=config["Runtime"],
            timeout_seconds=int(config["Timeout"]),
            memory_megabytes=int(config["MemorySize"]),
            version=config["Version"],
            log_group=(config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}",
            code_sha256=config["CodeSha256"],
            role=config["Role"],
            traced=(config.get("TracingConfig") or {}).get("Mode") == "Active",
            variables=tuple(sorted(variables.items())),
            network=Network.of(config.get("VpcConfig")),
            code=record["code_zip"],
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an invocation; `body` is the handler's JSON or AWS's error object."""

    body: bytes
    failed: bool
    lines: list[str]
    peak_megabytes: int
    milliseconds: float
    init_milliseconds: float | None  # None in a warm sandbox

    def log_lines(self, function: Function, request_id: str) -> list[str]:
        """Return the log lines of the invocation, with START, END and REPORT of the platform."""
        report = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {self.milliseconds:.2f} ms",
            f"Billed Duration: {math.ceil(self.milliseconds)} ms",
            f"Memory Size: {function.memory_megabytes} MB",
            f"Max Memory Used: {self.peak_megabytes} MB",
        ]
        if self.init_milliseconds is not None:
            report.append(f"Init Duration: {self.init_milliseconds:.2f} ms")
        return [
            f"START RequestId: {request_id} Version: {function.version}",
            *self.lines,
            f"END RequestId: {request_id}",
            "\t".join(report),
        ]
