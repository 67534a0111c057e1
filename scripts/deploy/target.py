"""What is deployed where: account, region, prefix, variables, image tag."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.root_modules import RootModule
from scripts.provider import ROOT

HOME = ROOT / ".evergreen" / "deploy"


@dataclass(frozen=True, slots=True)
class Target:
    """A deployment; its files on this machine are in `home`."""

    account: str
    region: str
    variables: dict[str, Any]  # of the root module
    image_tag: str
    vars_file: Path | None = None
    folder: Path = HOME
    root: RootModule = field(default_factory=RootModule)

    @property
    def prefix(self) -> str:
        """Prefix of all resource names."""
        return str(self.variables["prefix"])

    @property
    def home(self) -> Path:
        """Folder of this deployment on this machine; nothing in it is needed again."""
        return self.folder / f"{self.account}-{self.region}-{self.prefix}"

    @property
    def state_bucket(self) -> str:
        """Bucket of the Terraform states of all deployments in this account and region."""
        return f"evergreen-terraform-{self.account}-{self.region}"

    @property
    def state_key(self) -> str:
        """Key of this deployment's state."""
        return f"{self.prefix}/terraform.tfstate"

    def __str__(self) -> str:
        """Describe the target for the user."""
        model = f", model {self.root.model}" if self.root.model else ""
        return f"account {self.account}, region {self.region}, prefix {self.prefix}{model}"
