"""Check the Terraform tree: `python -m scripts.terraform`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts import provider, terraform_docs
from scripts.provider import DELIVERY, ROOT, SOURCE, TABULAR, TerraformError

PLAIN = ["-no-color"]
OTHER_ROOTS = (TABULAR.name, DELIVERY.name)


def check() -> None:
    """Check format and validity, and run all tests, in a copy of the tree."""
    terraform = provider.terraform()
    formatted = _capture([terraform, "fmt", "-check", "-recursive", *PLAIN, str(SOURCE)], SOURCE)
    if formatted.returncode:
        raise TerraformError(f"`make fmt` would change:\n{formatted.stdout}{formatted.stderr}")
    with tempfile.TemporaryDirectory(prefix="evergreen-terraform-") as scratch:
        tree = copy_tree(Path(scratch))
        roots = [tree, *(tree / name for name in OTHER_ROOTS)]
        folders = [*roots, *sorted(path.parent for path in tree.glob("modules/*/tests"))]
        folders.append(terraform_docs.write_examples(tree))
        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            failures = [text for text in pool.map(_check_folder, folders) if text]
    if failures:
        raise TerraformError("\n".join(failures))


def copy_tree(scratch: Path) -> Path:
    """Copy the tree, so that no lock files and data folders are left in it."""
    copy = Path(shutil.copytree(SOURCE, scratch / "terraform", ignore=_ignored))
    for sibling in ("build", "docs", "sagemaker_pipelines"):  # the root modules read their files
        (scratch / sibling).symlink_to(ROOT / sibling)
    for module in copy.glob("modules/*"):
        shutil.copy(copy / ".terraform.lock.hcl", module)
    return copy


def _ignored(folder: str, names: list[str]) -> set[str]:
    """Leave out state, and the user's variables; module tests have variables of their own."""
    variables = ("*.tfvars", "*.tfvars.json") if Path(folder) == SOURCE else ()
    return shutil.ignore_patterns(".terraform", "*.tfstate*", *variables)(folder, names)


def _check_folder(folder: Path) -> str:
    """Validate and test one folder; return its failure, empty if there is none."""
    started = time.monotonic()
    name = folder.name if folder.parent.name != "modules" else f"modules/{folder.name}"
    initialize(folder, ["-backend=false"])
    # Validation of a root module includes its modules; a test validates its own module.
    for command in ("validate", "test") if name in (SOURCE.name, *OTHER_ROOTS) else ("test",):
        done = _capture([provider.terraform(), command, *PLAIN], folder)
        if done.returncode:
            return f"{name}: terraform {command} failed\n{done.stdout}{done.stderr}"
    passed = done.stdout.strip().splitlines()[-1]
    print(f"{name}: {passed} ({time.monotonic() - started:.0f} s)", flush=True)
    return ""


def initialize(folder: Path, options: list[str]) -> None:
    """Run `terraform init` in a folder; raises TerraformError."""
    for plugin_options in provider.init_options():
        command = [provider.terraform(), "init", "-input=false", *PLAIN, *options, *plugin_options]
        done = _capture(command, folder)
        if done.returncode == 0:
            return
    errors = [line.strip("│ ") for line in done.stderr.splitlines() if "Error:" in line]
    raise provider.not_found(errors[0] if errors else "terraform init failed")


def _capture(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    env = provider.environment()
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def main() -> None:
    """Run the check as the Makefile does."""
    try:
        check()
    except TerraformError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
