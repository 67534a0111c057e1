"""CPU seconds of one training: `python -m benchmarks.forecasting.training_time ALGORITHM MINUTES`.

Fits an algorithm to the last minutes of 48 simulated hours, in a process of its own and with all
imports, and prints a JSON line.
"""

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # as the image sets them
    os.environ.setdefault(variable, "1")


def main(algorithm: str, minutes: int) -> None:
    """Simulate, fit and print the CPU seconds without the simulation."""
    from benchmarks.forecasting import series  # noqa: PLC0415 - after the environment is set
    from benchmarks.forecasting.methods import DEEPAR, HORIZON  # noqa: PLC0415
    from benchmarks.measure import CpuClock  # noqa: PLC0415

    history = series.simulated("calm", 0, series.TRAINING // 60, None)
    clock = CpuClock()
    from sagemaker_pipelines.container.algorithms import registry  # noqa: PLC0415

    values = {"time_freq": "1min", "prediction_length": str(HORIZON)} | DEEPAR
    part = history.part(series.TRAINING - minutes, series.TRAINING)
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        registry.fit(algorithm, [part], values, Path(folder))
    print(json.dumps({"cpu": clock.seconds()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
