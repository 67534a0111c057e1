"""The requests of a batch transform to the model server, whose CPU time counts."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.measure import cpu_seconds
from common import deepar
from sagemaker_pipelines.batch.parts import FileSummary
from sagemaker_pipelines.paths import Paths
from scripts.develop import container

SAMPLES = 100
REQUEST_BYTES = 1024 * 1024  # MaxPayloadInMB of modules/batch


@dataclass(frozen=True, slots=True)
class Load:
    """Lines of a model, and how they are sent."""

    model: str  # of the batch pipeline
    algorithm: str
    count: int
    content_type: str
    together: bool  # as many lines as fit into a request


def serve(load: Load, base: Path, paths: Paths, summary: FileSummary, *, keep: bool) -> float:
    """Send the parts to the server as a transform does; return its CPU seconds."""
    os.environ["MODEL_SERVER_WORKERS"] = "1"
    os.environ["DEEPAR_INFERENCE_CONFIG"] = json.dumps(deepar.configuration(SAMPLES))
    # One core for one worker, which then keeps it, as each worker of the image does.
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    process, port = container.serve(base, 0)
    os.sched_setaffinity(0, cores)
    try:
        before = cpu_seconds(process.pid)
        with closing(HTTPConnection(container.HOST, port, timeout=60)) as connection:
            for part in summary.parts:
                content = (paths.processing("lines") / part).read_bytes()
                with (paths.processing("scored") / f"{part}.out").open("wb") as scored:
                    for body in _bodies(load, content):
                        scored.write(_invoke(connection, body, load.content_type).rstrip() + b"\n")
                        if not keep:
                            connection.close()
        return cpu_seconds(process.pid) - before
    finally:
        process.terminate()
        process.wait(timeout=40)


def _invoke(connection: HTTPConnection, body: bytes, content_type: str) -> bytes:
    connection.request("POST", "/invocations", body, {"Content-Type": content_type})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != HTTPStatus.OK:
        raise container.ContainerError(f"{answer.status}: {content!r}")
    return content


def _bodies(load: Load, content: bytes) -> Iterator[bytes]:
    lines = content.splitlines(keepends=True)
    if not load.together:
        yield from lines
        return
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        if size + len(line) > REQUEST_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
        waiting.append(line)
        size += len(line)
    yield b"".join(waiting)
