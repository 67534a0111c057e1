"""DeepAR: fits with torch (GluonTS's network), forecasts with NumPy."""

from collections.abc import Sequence
from pathlib import Path

from sagemaker_pipelines.container.algorithms.deepar.forecaster import Forecaster
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series


def fit(
    series: Sequence[Series],
    parameters: Hyperparameters,
    folder: Path,
    checkpoints: Path | None = None,
) -> None:
    """Train the network and write its model."""
    # Imported here because it takes seconds; invalid input fails before, and serving needs none.
    from sagemaker_pipelines.container.algorithms.deepar import fitting  # noqa: PLC0415

    fitting.fit(series, parameters, folder, checkpoints)


def load(folder: Path) -> Forecaster:
    """Load the model of a folder."""
    return Forecaster.load(folder)
