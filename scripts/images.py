"""Build the two images and push them to the deployed stack's repositories (`make images`)."""

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILES = {
    "forecaster": "sagemaker_pipelines/container/Dockerfile",
    "poller": "poller/Dockerfile",
}


def main(prefix: str, tag: str = "latest") -> None:
    """Build for Fargate's and SageMaker's architectures and push under one tag."""
    if shutil.which("docker") is None:
        sys.exit("`make images` needs Docker: install it, or build the two Dockerfiles elsewhere.")
    registry = boto3.client("ecr")
    token = registry.get_authorization_token()["authorizationData"][0]
    user, password = base64.b64decode(token["authorizationToken"]).decode().split(":", 1)
    login = ["docker", "login", "--username", user, "--password-stdin", token["proxyEndpoint"]]
    subprocess.run(login, input=password, text=True, check=True)
    for name, dockerfile in DOCKERFILES.items():
        found = registry.describe_repositories(repositoryNames=[f"{prefix}-{name}"])
        image = f"{found['repositories'][0]['repositoryUri']}:{tag}"
        # The poller runs on Graviton (Fargate ARM64), SageMaker's instances are x86-64.
        platform = "linux/arm64" if name == "poller" else "linux/amd64"
        build = ["docker", "buildx", "build", "--platform", platform, "--push"]
        if index := os.environ.get("PIP_EXTRA_INDEX_URL"):  # README.md, "torch"
            build += ["--build-arg", f"PIP_EXTRA_INDEX_URL={index}"]
        subprocess.run([*build, "-t", image, "-f", dockerfile, "."], cwd=ROOT, check=True)
        print(f"pushed {image}")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["evergreen"]))
