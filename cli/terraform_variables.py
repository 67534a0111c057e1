"""The root variables as Terraform sees them: defaults, tfvars files, TF_VAR_ variables."""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from cli.errors import CommandError

SOURCE = Path(__file__).resolve().parent.parent / "terraform"
# Files that Terraform reads without being asked to.
AUTOMATIC = ("variables.tf", "terraform.tfvars", "terraform.tfvars.json", "*.auto.tfvars*")


def read(file: Path | None = None, source: Path = SOURCE) -> dict[str, Any]:
    """Return all root variables by name; needs Terraform, but no provider, state or account.

    `file` overrides the files in `source`. Raises CommandError with Terraform's error.
    """
    terraform = shutil.which("terraform")
    if terraform is None:
        raise CommandError("Terraform was not found: it reads the configuration", 2)
    if file is not None and not file.is_file():
        raise CommandError(f"--vars: got {file}, expected a file of Terraform variables", 2)
    options = ["-var=image_tag=none"]  # required, and without effect on the cost
    options += [f"-var-file={file.resolve()}"] if file is not None else []
    names = re.findall(r'^variable "(\w+)"', (source / "variables.tf").read_text(), re.MULTILINE)
    expression = ", ".join(f"{name} = var.{name}" for name in names)
    with tempfile.TemporaryDirectory(prefix="evergreen-variables-") as folder:
        for pattern in AUTOMATIC:
            for path in source.glob(pattern):
                shutil.copy(path, folder)
        done = subprocess.run(
            [terraform, "console", *options],
            cwd=folder,
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
    return document
