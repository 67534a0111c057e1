"""The files that a Dockerfile copies are enough to import everything that its image runs."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The directory of installed packages, without the .pth files that lead to this repository.
SITE_PACKAGES = Path(importlib.util.find_spec("boto3").origin).parents[1]
IMAGES = {
    "functions/predict/Dockerfile": ["predict.handler"],
    "poller/Dockerfile": ["poller.__main__", "poller.health", "poller.simulator.__main__"],
    "sagemaker_pipelines/container/Dockerfile": [
        "sagemaker_pipelines.container.__main__",
        "sagemaker_pipelines.container.server",
        "sagemaker_pipelines.container.training",
        *(
            f"sagemaker_pipelines.{folder}.{file.stem}"
            for folder in ("jobs", "steps")
            for file in sorted((ROOT / "sagemaker_pipelines" / folder).glob("[!_]*.py"))
        ),
    ],
}
IMPORT = """
import importlib, sys
sys.path += sys.argv[1:3]
for name in sys.argv[3:]:
    importlib.import_module(name)
    print(name)
"""


def copy_sources(dockerfile, app):
    """Copy what the final stage of a Dockerfile copies from the repository."""
    found = re.findall(
        r"^COPY (\S+) /(?:app|var/task)/(\S+)$", (ROOT / dockerfile).read_text(), re.MULTILINE
    )
    for source, target in found:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / source, app / target, ignore=ignored)


@pytest.mark.parametrize("dockerfile", IMAGES)
def test_copied_files_suffice(dockerfile, tmp_path):
    copy_sources(dockerfile, tmp_path)
    modules = IMAGES[dockerfile]
    argv = [sys.executable, "-I", "-S", "-c", IMPORT, tmp_path, SITE_PACKAGES, *modules]
    env = os.environ | {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}  # by Lambda
    done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == modules, done.stderr
