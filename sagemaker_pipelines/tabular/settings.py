"""What a tabular model adds to its record and algorithm: `<model>/settings.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from sagemaker_pipelines.tabular import record
from sagemaker_pipelines.tabular.splits import Split

SAMPLE = "sample"  # in place of an S3 URI: the data that come with the model


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is trained and judged.

    `rows_per_window` held-out rows are one window of the tournament, of which a score is computed;
    12 windows or more are needed to compare with a champion.
    """

    split: Split
    gate: str  # gate.Gate
    rows_per_window: int
    # Names and defaults of the algorithm's hyperparameters, which are pipeline parameters.
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    # Raw rows in the order of `record.columns`; None: the model comes without data.
    sample: Callable[[], list[list[str]]] | None = None


def find(model: str) -> Settings:
    """Return the settings of a model; raises ValueError that names the known ones."""
    record.read(model)
    found: Settings = import_module(f"sagemaker_pipelines.{model}.settings").SETTINGS
    return found
