"""Which code a job runs: the commit that its image was built from, and the image's digest."""

import json
import os
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from common.training_runs import Source
from sagemaker_pipelines.paths import Paths

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

COMMIT = "EVERGREEN_COMMIT"  # set by the Dockerfile
REGISTRY = re.compile(r"(\d{12})\.dkr\.ecr\.[^/]+/([^:@]+)(?::([^@]+))?(?:@(.+))?")


def configuration(paths: Paths) -> dict[str, Any]:
    """Return the request of this processing job, which SageMaker writes to a file."""
    file = paths.base / "config/processingjobconfig.json"
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def digest(ecr: "ECRClient", uri: str) -> tuple[str | None, str]:
    """Return the digest of an image in ECR, or None and why it is unknown.

    A training does not fail for it.
    """
    found = REGISTRY.fullmatch(uri)
    if found is None:
        return None, f"{uri} is not an ECR image"
    account, repository, tag, known = found.groups()
    if known:
        return known, ""
    try:
        images = ecr.batch_get_image(
            registryId=account, repositoryName=repository, imageIds=[{"imageTag": tag or "latest"}]
        )["images"]
    except (BotoCoreError, ClientError) as error:
        return None, f"ECR: {error}"
    if not images:
        return None, f"{repository} has no image {tag}"
    return images[0]["imageId"]["imageDigest"], ""


def read(ecr: "ECRClient", paths: Paths) -> Source:
    """Return the code of this job."""
    commit, job = os.environ.get(COMMIT), configuration(paths)
    uri = job.get("AppSpecification", {}).get("ImageUri")
    if uri is None:
        known, why = None, "the job has no configuration with an image"
    elif (job.get("NetworkConfig") or {}).get("VpcConfig"):
        known, why = None, "the job runs in private subnets, which have no endpoint of ECR"
    else:
        known, why = digest(ecr, uri)
    unknown = {} if known else {"image_digest": why}
    if not commit:
        unknown["commit"] = f"the image was built without the argument {COMMIT}"
    return Source(commit=commit, image=uri, image_digest=known, unknown=unknown)
