"""Build the images of a deployment and push them to its ECR repositories (`make images`).

Tags are immutable and name the git commit, so `make deploy` uses the images of its commit. The
forecaster image has every model; a deployment of a tabular model needs only that one.

`python -m scripts.images [--model MODEL] [--vars FILE] [--prefix PREFIX]`
"""

import argparse
import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cli import root_modules, terraform_variables
from cli.errors import CommandError
from scripts import aws, image_build
from scripts.downloads import ROOT
from scripts.image_build import DOCKERFILES, LOCK, PLATFORMS, ImageError

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


class ImageTagError(Exception):
    """The working tree does not correspond to a commit."""


def image_tag(root: Path = ROOT) -> str:
    """Return TF_VAR_image_tag, or the commit of the working tree; raises ImageTagError."""
    if tag := os.environ.get("TF_VAR_image_tag"):  # noqa: SIM112 - Terraform's name
        return tag
    try:
        commit = _git(root, "rev-parse", "--short=12", "HEAD").strip()
        changes = _git(root, "status", "--porcelain", "--", ".", LOCK).splitlines()
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


def missing(
    ecr: "ECRClient", prefix: str, tag: str, names: Iterable[str] = tuple(DOCKERFILES)
) -> list[str]:
    """Return the images that are not in their repositories; ImageError without repositories."""
    return [name for name in names if not _exists(ecr, f"{prefix}-{name}", tag)]


def check_builder(names: Iterable[str] = tuple(DOCKERFILES)) -> None:
    """Raise ImageError unless Docker can build the images, each for its architecture."""
    if shutil.which("docker") is None:
        raise ImageError(
            'image_builder: got "docker" without Docker, expected Docker on the PATH, or '
            'image_builder = "codebuild", which builds on AWS'
        )
    inspect = ["docker", "buildx", "inspect", "--bootstrap"]
    done = subprocess.run(inspect, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImageError(f"Docker with buildx is required: {done.stderr.strip()}")
    supported = set(re.findall(r"linux/[a-z0-9]+", done.stdout))
    # Builders of other drivers contain emulators, which they do not list.
    if not re.search(r"^Driver: +docker$", done.stdout, re.MULTILINE):
        return
    for platform in (PLATFORMS[name] for name in names):
        if platform not in supported:
            architecture = platform.removeprefix("linux/")
            raise ImageError(
                f"platform: got a Docker builder for {', '.join(sorted(supported))}, expected "
                f"{platform}: `docker run --privileged --rm tonistiigi/binfmt --install "
                f"{architecture}` adds the emulation"
            )


def build_and_push(ecr: "ECRClient", prefix: str, names: Iterable[str], tag: str) -> None:
    """Build images with Docker and push them; raises ImageError."""
    try:
        _log_in(ecr)
        for name in names:
            found = ecr.describe_repositories(repositoryNames=[f"{prefix}-{name}"])
            image_build.build_and_push(name, f"{found['repositories'][0]['repositoryUri']}:{tag}")
    except subprocess.CalledProcessError as error:
        raise ImageError(f"{' '.join(error.cmd[:3])} failed, see above") from error


def main() -> None:
    """Build and push the images that are missing in the repositories."""
    parser = argparse.ArgumentParser(prog="python -m scripts.images", description=__doc__)
    parser.add_argument("--model", help="tabular model of the deployment, if it has one")
    parser.add_argument("--vars", type=Path, help="variables besides those of the root module")
    parser.add_argument("--prefix", help="prefix of the deployment; default: variable prefix")
    arguments = parser.parse_args()
    try:
        root = root_modules.find(arguments.model)
        prefix = arguments.prefix or terraform_variables.read(arguments.vars, root)["prefix"]
        tag = image_tag()
        ecr = aws.client("ecr")
        absent = missing(ecr, prefix, tag, root.images)
        if absent:
            check_builder(absent)
            build_and_push(ecr, prefix, absent, tag)
    except (CommandError, ImageError, ImageTagError, aws.AwsError) as error:
        sys.exit(f"make images: {error}")
    for name in root.images:
        print(f"{prefix}-{name}:{tag} {'pushed' if name in absent else 'exists already'}")


def _exists(ecr: "ECRClient", repository: str, tag: str) -> bool:
    try:
        found = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except ecr.exceptions.ImageNotFoundException:
        return False
    except ecr.exceptions.RepositoryNotFoundException:
        raise ImageError(
            f"ECR repository {repository} does not exist: run `make deploy` first"
        ) from None
    return bool(found["imageDetails"])


def _log_in(ecr: "ECRClient") -> None:
    authorization = ecr.get_authorization_token()["authorizationData"][0]
    token = base64.b64decode(authorization["authorizationToken"]).decode()
    user, password = token.split(":", 1)
    login = ["docker", "login", "--username", user, "--password-stdin"]
    subprocess.run([*login, authorization["proxyEndpoint"]], input=password, text=True, check=True)


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main()
