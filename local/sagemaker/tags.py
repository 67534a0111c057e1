"""The tags of resources, which Terraform reads after every apply."""

from local.sagemaker.api import LOCK, Json, operation

tags: dict[str, dict[str, str]] = {}  # by ARN


def store(arn: str, body: Json) -> None:
    """Store the tags of a create request; tags of an earlier resource with the ARN are removed."""
    with LOCK:
        tags[arn] = {tag["Key"]: tag["Value"] for tag in body.get("Tags") or []}


def get(arn: str) -> dict[str, str]:
    """Return the tags of a resource as a map, as in events."""
    with LOCK:
        return dict(tags.get(arn, {}))


@operation("AddTags")
def add(body: Json) -> Json:
    """Add or change tags."""
    stored = tags.setdefault(body["ResourceArn"], {})
    stored.update({tag["Key"]: tag["Value"] for tag in body["Tags"]})
    return list_tags(body)


@operation("DeleteTags")
def delete(body: Json) -> Json:
    """Remove tags by key."""
    stored = tags.get(body["ResourceArn"], {})
    for key in body["TagKeys"]:
        stored.pop(key, None)
    return {}


@operation("ListTags")
def list_tags(body: Json) -> Json:
    """List the tags of an ARN."""
    return {"Tags": [{"Key": k, "Value": v} for k, v in get(body["ResourceArn"]).items()]}
