"""Run the Flink job on the same events: `python -m benchmarks.ingestion.flink FOLDER MAXIMUM`.

One task of parallelism 1. CPU seconds are those of all its processes, Python and Java, from start
to end.
"""

import ctypes
import gzip
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

from scripts.flink_local import PYTHON, Job

NOT_MEASURED = "not measured: make flink-setup"
PR_SET_CHILD_SUBREAPER = 36  # of prctl(2)


def installed() -> bool:
    """Return whether the environment of the engine exists."""
    return PYTHON.is_file()


def main(folder: str, maximum: str) -> None:
    """Run the job on the first `maximum` events of a stream (0: all)."""
    with TemporaryDirectory(prefix="bench-flink-") as home:
        job = Job(Path(home) / "job", PYTHON)
        job.feed("all", _lines(folder, int(maximum)))
        # Java outlives the Python that started it; only a parent that waits for it gets its usage.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        with job.running() as process:
            job.finish(process)
            _wait_for_all(process.pid)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        rows = sorted(job.written("minutes"), key=lambda row: str(row["event_time"]))
    names = ("total_nb_trx_1min", "total_fee_1min", "avg_fee_1min")
    minutes = {row["tx_minute"]: [repr(row[name]) for name in names] for row in rows}
    cpu = used.ru_utime + used.ru_stime
    print(
        json.dumps(
            {
                "cpu": cpu,
                "peak": used.ru_maxrss / 1024,
                "minutes": minutes,
                "firings": len(rows) / max(1, len(minutes)),
            }
        )
    )


def _wait_for_all(session: int) -> None:
    kill_late = Timer(20, os.killpg, (session, signal.SIGKILL))
    kill_late.start()
    try:
        while True:
            os.wait()
    except ChildProcessError:  # all have ended
        kill_late.cancel()


def _lines(folder: str, maximum: int) -> Iterator[str]:
    number = 0
    for file in sorted(Path(folder).glob("*.gz")):
        for line in gzip.decompress(file.read_bytes()).decode().splitlines():
            number += 1
            if maximum and number > maximum:
                return
            yield line


if __name__ == "__main__":
    main(*sys.argv[1:])
