"""The root modules of Terraform: that of the forecaster, and that of a tabular model."""

from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError
from common.errors import bad_value

PROJECT = Path(__file__).resolve().parents[1]
FORECASTER = PROJECT / "terraform"
TABULAR = FORECASTER / "tabular"
MODELS = PROJECT / "sagemaker_pipelines"  # a folder of each model


@dataclass(frozen=True, slots=True)
class RootModule:
    """A root module, and the tabular model that it deploys (None: the forecaster)."""

    folder: Path = FORECASTER
    model: str | None = None

    @property
    def defaults(self) -> dict[str, str]:
        """Variables that have no default in Terraform; files of variables override them."""
        if self.model is None:
            return {}
        return {"model": self.model, "prefix": self.model.replace("_", "-")}

    @property
    def images(self) -> tuple[str, ...]:
        """Images that it deploys."""
        return ("forecaster", "poller") if self.model is None else ("forecaster",)


def find(model: str | None) -> RootModule:
    """Return the root module of a tabular model, or of the forecaster; raises CommandError."""
    if not model:
        return RootModule()
    folders = [file.parent for file in MODELS.glob("*/algorithm.py")]
    known = sorted(folder.name for folder in folders if (folder / "record.json").is_file())
    if model not in known:
        raise CommandError(bad_value("MODEL", model, " or ".join(known)), 2)
    return RootModule(TABULAR, model)
