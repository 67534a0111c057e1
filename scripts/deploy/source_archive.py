"""The source from which CodeBuild builds the images: only what the Dockerfiles copy."""

import re
import subprocess

from scripts.deploy.runner import DeployError
from scripts.downloads import ROOT
from scripts.image_build import DOCKERFILES
from scripts.package import reproducible_zip

COPY = re.compile(r"^COPY (?!--)(.+) \S+$", re.MULTILINE)
BUILD = (
    "downloads.lock.json",
    "scripts/buildspec.yml",
    "scripts/downloads.py",
    "scripts/image_build.py",
)


def build() -> bytes:
    """Return the zip; git names its files, so that no others get into an image; DeployError."""
    paths = {*BUILD, *DOCKERFILES.values()}
    for dockerfile in DOCKERFILES.values():
        for sources in COPY.findall((ROOT / dockerfile).read_text()):
            paths |= set(sources.split())
    command = ["git", "ls-files", "-z", "--error-unmatch", "--", *sorted(paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeployError(
            'image_builder: got "codebuild", expected a git repository that has all files of the '
            f"images: {done.stderr.strip()}"
        )
    names = sorted(done.stdout.rstrip("\0").split("\0"))
    return reproducible_zip({name: ROOT / name for name in names})
