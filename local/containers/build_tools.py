"""Stand-ins for the tools of a build: `aws` for the password of ECR, `docker` for everything else.

`docker` builds nothing, but requires what a real build needs: a privileged container of the
architecture, all files that the Dockerfile copies, a manifest that SageMaker accepts, a login, and
the permissions of a push.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import boto3

MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
LAYER = b"a layer"


def aws(arguments: list[str]) -> None:
    """Run `aws ecr get-login-password`."""
    if arguments != ["ecr", "get-login-password"]:
        sys.exit(f"aws: the stand-in has no {' '.join(arguments)}")
    authorization = _ecr().get_authorization_token()["authorizationData"][0]
    print(base64.b64decode(authorization["authorizationToken"]).decode().partition(":")[2])


def docker(arguments: list[str]) -> None:
    """Run `docker login`, `docker buildx imagetools inspect` or `docker buildx build`."""
    if os.environ["BUILD_PRIVILEGED"] != "True":
        sys.exit("Cannot connect to the Docker daemon. Is the docker daemon running?")
    match arguments:
        case ["login", *_, registry]:
            _login_file().write_text(registry)
            if not sys.stdin.read().strip():
                sys.exit("Error: Cannot perform an interactive login from a non TTY device")
        case ["buildx", "imagetools", "inspect", *_, reference]:
            name, _, digest = reference.partition("@")
            print(digest or f"sha256:{hashlib.sha256(name.encode()).hexdigest()}")
        case ["buildx", "build", *options]:
            _build(options, sys.stdin.read())
        case _:
            sys.exit(f"docker: the stand-in has no {' '.join(arguments)}")


def _build(options: list[str], dockerfile: str) -> None:
    parser = argparse.ArgumentParser(prog="docker buildx build", allow_abbrev=False)
    for option in ("--platform", "--output", "--tag", "--file", "--provenance", "--sbom"):
        parser.add_argument(option, required=True)
    parser.add_argument("--build-arg", action="append", default=[])
    parser.add_argument("context", type=Path)
    found = parser.parse_args(options)
    if found.platform != os.environ["BUILD_PLATFORM"]:
        sys.exit(f"exec format error: {found.platform} on {os.environ['BUILD_PLATFORM']}")
    for sources in re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE):
        for source in sources.split():
            if not (found.context / source).exists():
                sys.exit(f"failed to compute cache key: {source}: not found")
    output = dict(part.split("=") for part in found.output.split(","))
    if (output.get("oci-mediatypes"), found.provenance, found.sbom) != ("false",) * 3:
        sys.exit("the local AWS accepts only single manifests of Docker's media type")
    if output.get("push") == "true":
        _push(found.tag)


def _push(image: str) -> None:
    registry, _, path = image.partition("/")
    if not _login_file().exists() or _login_file().read_text() != registry:
        sys.exit("no basic auth credentials")
    repository, _, tag = path.partition(":")
    digest = f"sha256:{hashlib.sha256(LAYER).hexdigest()}"
    ecr, where = _ecr(), {"repositoryName": repository}
    ecr.batch_get_image(**where, imageIds=[{"imageTag": tag}])
    ecr.batch_check_layer_availability(**where, layerDigests=[digest])
    upload = ecr.initiate_layer_upload(**where)["uploadId"]
    ecr.upload_layer_part(
        **where, uploadId=upload, partFirstByte=0, partLastByte=len(LAYER) - 1, layerPartBlob=LAYER
    )
    ecr.complete_layer_upload(**where, uploadId=upload, layerDigests=[digest])
    layers = [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "digest": digest}]
    manifest = {"schemaVersion": 2, "mediaType": MEDIA_TYPE, "layers": layers, "name": image}
    ecr.put_image(**where, imageManifest=json.dumps(manifest), imageTag=tag)
    print(f"pushed {image}")


def _login_file() -> Path:
    return Path(os.environ["HOME"]) / "docker-login"


def _ecr() -> Any:
    return boto3.client("ecr")


if __name__ == "__main__":
    {"aws": aws, "docker": docker}[sys.argv[1]](sys.argv[2:])
