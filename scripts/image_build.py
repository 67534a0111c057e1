"""Build an image with Docker and push it: `python -m scripts.image_build NAME REPOSITORY:TAG`.

Its base image is the recorded one (scripts/downloads.py). CodeBuild runs this too
(scripts/buildspec.yml), with only the standard library.
"""

import os
import re
import subprocess
import sys

from scripts import downloads
from scripts.downloads import ROOT, DownloadError

DOCKERFILES = {
    "forecaster": "sagemaker_pipelines/container/Dockerfile",
    "poller": "poller/Dockerfile",
}
# The poller runs on Graviton (Fargate ARM64), SageMaker instances are x86-64.
PLATFORMS = {"forecaster": "linux/amd64", "poller": "linux/arm64"}
# One manifest of Docker's media type: SageMaker refuses OCI indexes, which attestations require.
MANIFEST = ["--provenance=false", "--sbom=false"]
PUSH = "type=image,push=true,oci-mediatypes=false"
COMMIT = "EVERGREEN_COMMIT"  # build argument of the forecaster, which its records name
LOCK = ":(exclude)downloads.lock.json"  # the first build writes it
BASE = re.compile(r"^FROM (\S+:\S+)", re.MULTILINE)


class ImageError(Exception):
    """The images cannot be built or pushed; the message is for the user."""


def build_and_push(name: str, image: str) -> None:
    """Build an image for its architecture and push it as REPOSITORY:TAG; raises ImageError."""
    dockerfile = (ROOT / DOCKERFILES[name]).read_text()
    pinned = BASE.sub(lambda line: f"FROM {with_digest(line[1])}", dockerfile)
    build = ["docker", "buildx", "build", "--platform", PLATFORMS[name], *MANIFEST]
    if index := os.environ.get("PIP_EXTRA_INDEX_URL"):  # README.md, "torch"
        build += ["--build-arg", f"PIP_EXTRA_INDEX_URL={index}"]
    if revision := commit():
        build += ["--build-arg", f"{COMMIT}={revision}"]
    build += ["--output", PUSH, "--tag", image, "--file", "-", "."]
    if subprocess.run(build, cwd=ROOT, input=pinned, text=True, check=False).returncode:
        raise ImageError("docker buildx build failed, see above")


def commit() -> str | None:
    """Return the commit of the source, marked if files differ from it; None without git.

    CodeBuild gets the source without its history, and the commit as a variable.
    """
    if known := os.environ.get(COMMIT):
        return known
    try:
        head = _git("rev-parse", "HEAD").strip()
        return f"{head}-dirty" if _git("status", "--porcelain", "--", ".", LOCK) else head
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def with_digest(base: str) -> str:
    """Return a base image with its digest, which the first build records; raises ImageError."""
    known = downloads.recorded(base)
    reference = f"{base}@{known}" if known else base
    inspect = ["docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}"]
    done = subprocess.run([*inspect, reference], capture_output=True, text=True, check=False)
    digest = done.stdout.strip()
    if done.returncode or not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise ImageError(f"{reference}: its digest cannot be read: {done.stderr.strip()}")
    try:
        downloads.verify(base, digest)
    except DownloadError as error:
        raise ImageError(str(error)) from error
    return f"{base}@{digest}"


if __name__ == "__main__":
    try:
        build_and_push(*sys.argv[1:3])
    except ImageError as error:
        sys.exit(str(error))
