"""Build both images and push them to the ECR repositories of a deployment (`make images`).

Tags are immutable and name the git commit, so `make deploy` uses the images of its commit.
"""

import argparse
import base64
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import aws

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILES = {
    "forecaster": "sagemaker_pipelines/container/Dockerfile",
    "poller": "poller/Dockerfile",
}
# The poller runs on Graviton (Fargate ARM64), SageMaker instances are x86-64.
PLATFORMS = {"forecaster": "linux/amd64", "poller": "linux/arm64"}
# One manifest of Docker's media type: SageMaker refuses OCI indexes, which attestations require.
MANIFEST = ["--provenance=false", "--sbom=false"]
PUSH = "type=image,push=true,oci-mediatypes=false"


class ImageTagError(Exception):
    """The working tree does not correspond to a commit."""


def image_tag(root: Path = ROOT) -> str:
    """Return TF_VAR_image_tag, or the commit of the working tree; raises ImageTagError."""
    if tag := os.environ.get("TF_VAR_image_tag"):  # noqa: SIM112 - Terraform's name
        return tag
    try:
        commit = _git(root, "rev-parse", "--short=12", "HEAD").strip()
        changes = _git(root, "status", "--porcelain").splitlines()
    except (OSError, subprocess.CalledProcessError):
        raise ImageTagError(
            f"image_tag: {root} is not a git repository; set TF_VAR_image_tag to a unique tag"
        ) from None
    if changes:
        raise ImageTagError(
            f"image_tag: got {len(changes)} uncommitted changes, expected a commit to name the "
            "images after: commit them, or set TF_VAR_image_tag to a unique tag"
        )
    return commit


def main() -> None:
    """Build and push the images that are missing in the repositories."""
    parser = argparse.ArgumentParser(prog="python -m scripts.images", description=__doc__)
    parser.add_argument("--prefix", default="evergreen", help="prefix of the deployment")
    prefix = parser.parse_args().prefix
    if shutil.which("docker") is None:
        sys.exit("`make images` requires Docker: install it, or build the Dockerfiles elsewhere")
    try:
        tag = image_tag()
        ecr = aws.client("ecr")
    except (ImageTagError, aws.AwsError) as error:
        sys.exit(str(error))
    missing = [name for name in DOCKERFILES if not _exists(ecr, f"{prefix}-{name}", tag)]
    if missing:
        _check_builder([PLATFORMS[name] for name in missing])
        _log_in(ecr)
    for name in DOCKERFILES:
        if name in missing:
            _build_and_push(ecr, f"{prefix}-{name}", name, tag)
        print(f"{prefix}-{name}:{tag} {'pushed' if name in missing else 'exists already'}")


def _check_builder(platforms: list[str]) -> None:
    """Exit if RUN steps of a platform would fail with "exec format error"."""
    inspect = ["docker", "buildx", "inspect", "--bootstrap"]
    done = subprocess.run(inspect, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"`make images` requires Docker with buildx: {done.stderr.strip()}")
    supported = set(re.findall(r"linux/[a-z0-9]+", done.stdout))
    # Builders of other drivers contain emulators, which they do not list.
    if not re.search(r"^Driver: +docker$", done.stdout, re.MULTILINE):
        return
    for platform in platforms:
        if platform not in supported:
            architecture = platform.removeprefix("linux/")
            sys.exit(
                f"platform: got a Docker builder for {', '.join(sorted(supported))}, expected "
                f"{platform}: `docker run --privileged --rm tonistiigi/binfmt --install "
                f"{architecture}` adds the emulation"
            )


def _exists(ecr: "ECRClient", repository: str, tag: str) -> bool:
    try:
        ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ecr.exceptions.ImageNotFoundException:
        return False
    except ecr.exceptions.RepositoryNotFoundException:
        sys.exit(f"ECR repository {repository} does not exist: run `make deploy` first")
    return True


def _log_in(ecr: "ECRClient") -> None:
    authorization = ecr.get_authorization_token()["authorizationData"][0]
    token = base64.b64decode(authorization["authorizationToken"]).decode()
    user, password = token.split(":", 1)
    login = ["docker", "login", "--username", user, "--password-stdin"]
    subprocess.run([*login, authorization["proxyEndpoint"]], input=password, text=True, check=True)


def _build_and_push(ecr: "ECRClient", repository: str, name: str, tag: str) -> None:
    found = ecr.describe_repositories(repositoryNames=[repository])["repositories"][0]
    build = [
        "docker",
        "buildx",
        "build",
        "--platform",
        PLATFORMS[name],
        *MANIFEST,
        "--output",
        PUSH,
    ]
    if index := os.environ.get("PIP_EXTRA_INDEX_URL"):  # README.md, "torch"
        build += ["--build-arg", f"PIP_EXTRA_INDEX_URL={index}"]
    target = ["--tag", f"{found['repositoryUri']}:{tag}", "--file", DOCKERFILES[name], "."]
    subprocess.run([*build, *target], cwd=ROOT, check=True)


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main()
