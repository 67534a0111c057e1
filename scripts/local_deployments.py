"""What `make up` applies to the local AWS: the forecaster, and each tabular model beside it."""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cli import terraform_variables
from cli.root_modules import RootModule
from sagemaker_pipelines.tabular import record as tabular_record
from scripts import local_terraform
from scripts.provider import TerraformError

HISTORY = timedelta(hours=14)  # of the simulated stream, enough for a first model
NEXT = """
Next:
  .venv/bin/evergreen status                          all stages and pending approvals
  .venv/bin/evergreen retrain --reason "first model"  then approve, for staging and production
  .venv/bin/evergreen history                         models, retrainings and alarms
  eval "$(.venv/bin/evergreen env)"                   set up this shell for the local AWS
  make down                                           stop it and delete its data
  make down KEEP=1                                    stop it; the next make up continues
"""
NEXT_TABULAR = """
Next:
  eval "$(.venv/bin/evergreen env --prefix {prefix})"
                                                      set up this shell for the local AWS
  aws s3 cp FILE.csv s3://{bucket}/training-data/
                                                      starts a training; then approve twice
    columns of FILE.csv, named in its first line: {columns}
  .venv/bin/evergreen status --prefix {prefix}
  make down                                           stop everything and delete its data
"""


@dataclass(frozen=True, slots=True)
class LocalDeployment:
    """A root module applied to the local AWS of a home, with a state and settings of its own."""

    home: Path
    root: RootModule

    @property
    def folder(self) -> Path:
        """Folder of Terraform's state and log, and of the settings."""
        return self.home if self.root.model is None else self.home / "models" / self.root.model

    def apply(self, file: Path | None, tracking: str | None) -> str:
        """Apply it with the user's variables (default: those of the last time).

        Return what to do next. Raises TerraformError, and CommandError for bad variables.
        """
        if self.root.model is not None and tracking is not None:
            raise TerraformError(f"TRACKING: got {tracking}, expected none with MODEL")
        if self.root.model is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.home / "server.json", self.folder)
        settings = self._settings(file, tracking)
        file = Path(settings["vars"]) if settings["vars"] else None
        if file is not None:
            print(f"variables: {file} (until `make down`)", flush=True)
            if not file.is_file():
                raise TerraformError(f"VARS: got {file}, expected a file of Terraform variables")
            terraform_variables.read(file, self.root)  # refuses those of another model
        print(f"terraform apply: everything in {self._name} (about a minute)", flush=True)
        local_terraform.init(self.folder, self.root.folder)
        local_terraform.apply(self.folder, self._variables(settings), file, root=self.root.folder)
        count = local_terraform.resources(self.folder, self.root.folder)
        print(f"ready: {count} resources, logs in {self.home}/logs")
        if self.root.model is None:
            return NEXT
        outputs = local_terraform.output(self.folder, self.root.folder)
        columns = tabular_record.columns(tabular_record.read(self.root.model))
        return NEXT_TABULAR.format(
            bucket=outputs["bucket_name"], columns=",".join(columns), prefix=outputs["prefix"]
        )

    @property
    def simulates(self) -> bool:
        """Whether its stream is the simulated one, of the last HISTORY until now."""
        stored = json.loads((self.folder / "settings.json").read_text())
        return self.root.model is None and not stored.get("vars")

    @property
    def prefix(self) -> str:
        """The prefix of what was applied."""
        return str(local_terraform.output(self.folder, self.root.folder)["prefix"])

    @property
    def _name(self) -> str:
        model = self.root.model
        return "terraform/" if model is None else f"terraform/tabular, model {model}"

    def _variables(self, settings: dict[str, Any]) -> dict[str, Any]:
        shared = {"image_tag": "local", "deletion_protection": False}
        if self.root.model is not None:
            return self.root.defaults | shared
        simulator = {"source": "simulator", "simulator": {"start": settings["start"]}}
        tracking = {"uri": settings["tracking"]}
        return {"prefix": "evergreen", "poller": simulator, "tracking": tracking} | shared

    def _settings(self, file: Path | None, tracking: str | None) -> dict[str, Any]:
        """Return and store start of the stream, the user's variables and MLflow server.

        A repeated `make up` uses the stored ones, because another start would replace the poller.
        """
        record = self.folder / "settings.json"
        stored = json.loads(record.read_text()) if record.is_file() else {}
        settings = {"vars": None, "tracking": None} | stored
        if self.root.model is None:
            start = f"{datetime.now(UTC) - HISTORY:%Y-%m-%dT%H:00:00Z}"
            settings = {"start": start} | settings
        settings["tracking"] = tracking or settings["tracking"]
        if file is not None and settings["vars"] != str(file.resolve()):
            settings["vars"] = str(file.resolve())
            if "start" in stored:
                print("rows of the previous stream are kept; to start without them: make down")
        record.write_text(json.dumps(settings))
        return settings


def discard_states(home: Path) -> bool:
    """Delete the Terraform states of a server whose data are gone; return whether there were any.

    The user's settings are kept, without what belonged to the data.
    """
    states = [*home.glob("terraform.tfstate"), *home.glob("models/*/terraform.tfstate")]
    for state in states:
        state.unlink()
    for record in [*home.glob("settings.json"), *home.glob("models/*/settings.json")]:
        stored = json.loads(record.read_text())
        record.write_text(json.dumps({name: stored.get(name) for name in ("vars", "tracking")}))
    return bool(states)
