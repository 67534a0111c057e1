"""The root variables as Terraform sees them: defaults, tfvars files, TF_VAR_ variables."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from cli.root_modules import MODELS, RootModule
from common.errors import bad_value

# Files that Terraform reads without being asked to.
AUTOMATIC = ("variables.tf", "terraform.tfvars", "terraform.tfvars.json", "*.auto.tfvars*")


def read(file: Path | None = None, root: RootModule | None = None) -> dict[str, Any]:
    """Return all root variables by name; needs Terraform, but no provider, state or account.

    `file` overrides the files of the root module (default: the forecaster's). Raises CommandError
    with Terraform's error, and if the files are those of another model.
    """
    root = root or RootModule()
    terraform = shutil.which("terraform")
    if terraform is None:
        raise CommandError("Terraform was not found: it reads the configuration", 2)
    if file is not None and not file.is_file():
        raise CommandError(f"--vars: got {file}, expected a file of Terraform variables", 2)
    options = ["-var=image_tag=none"]  # required, and without effect on the cost
    options += [f"-var-file={file.resolve()}"] if file is not None else []
    source = (root.folder / "variables.tf").read_text()
    names = re.findall(r'^variable "(\w+)"', source, re.MULTILINE)
    expression = ", ".join(f"{name} = var.{name}" for name in names)
    with tempfile.TemporaryDirectory(prefix="evergreen-variables-") as scratch:
        folder = Path(scratch, "terraform", root.model or "")
        folder.mkdir(parents=True)
        # Validations look for the model's files.
        Path(scratch, MODELS.name).symlink_to(MODELS)
        for pattern in AUTOMATIC:
            for path in root.folder.glob(pattern):
                shutil.copy(path, folder)
        done = subprocess.run(
            [terraform, "console", *options],
            cwd=folder,
            env=environment(root) | dict(os.environ),
            input=f"jsonencode({{ {expression} }})",
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        errors = re.findall(r"Error: .*", done.stderr) or [done.stderr.strip()]
        raise CommandError(f"the configuration cannot be read: {'; '.join(errors)}", 2)
    text = json.loads(done.stdout.strip().splitlines()[-1])
    document: dict[str, Any] = json.loads(text.replace("$${", "${").replace("%%{", "%{"))
    if (found := document.get("model")) != root.model:
        raise CommandError(bad_value("MODEL", root.model, f"{found} as in the variables"), 2)
    return document


def environment(root: RootModule) -> dict[str, str]:
    """Return what Terraform needs in its environment, where every file of variables overrides it.

    Variables of the shell have to override it, too.
    """
    return {f"TF_VAR_{name}": value for name, value in root.defaults.items()}
