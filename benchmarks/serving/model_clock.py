"""CPU seconds of the calls of a model in a server, read by the process that started it."""

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path
from time import thread_time
from typing import Any

from sagemaker_pipelines.container.algorithms.model import Model, Prediction

_TOTALS = struct.Struct("dq")  # CPU seconds, calls


class Clock:
    """Totals in a file, which a worker process adds to and the benchmark reads."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_TOTALS.pack(0.0, 0))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _TOTALS.size)

    def read(self) -> tuple[float, int]:
        """Return the CPU seconds and the number of calls so far."""
        seconds, calls = _TOTALS.unpack(self._memory[:])
        return seconds, calls

    def add(self, seconds: float) -> None:
        """Add a call of one worker, which computes one request at a time."""
        total, calls = self.read()
        self._memory[:] = _TOTALS.pack(total + seconds, calls + 1)


class Clocked:
    """A model whose calls are measured: those alone, without HTTP, JSON and checks."""

    def __init__(self, model: Model, clock: Clock) -> None:
        self._model, self._clock = model, clock

    @property
    def horizon(self) -> int:
        """Return the number of steps that are forecast."""
        return self._model.horizon

    def forecast(self, series: Any, levels: Sequence[str], samples: int) -> Prediction:
        """Forecast; the clock counts only the time in which this thread had a processor."""
        begin = thread_time()
        try:
            return self._model.forecast(series, levels, samples)
        finally:
            self._clock.add(thread_time() - begin)
