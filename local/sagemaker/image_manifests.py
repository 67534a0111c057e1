"""What SageMaker requires of an image in ECR: the manifest of one image, not an index of several.

By default, buildx pushes an index, because it adds a provenance attestation to the image.
"""

from local import ministack
from local.iam.agents import IMAGE

INDEXES = {
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
}


def problem(image: str) -> str | None:
    """Return SageMaker's message for an image that was pushed as an index."""
    if not (found := IMAGE.fullmatch(image)):
        return None
    tag = image.rpartition(":")[2]
    for pushed in ministack.ecr_images.get(found.group(3)) or []:
        media_type = pushed["imageManifestMediaType"]
        if tag in pushed["imageTags"] and media_type in INDEXES:
            return (
                f"Unsupported manifest media type {media_type} for image {image}. "
                "Ensure that valid manifest media type is used for specified image."
            )
    return None
