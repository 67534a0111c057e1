"""The tags of resources; Terraform reads them back after every apply."""

from typing import Any

from local.sagemaker.api import operation

Json = dict[str, Any]

_tags: dict[str, dict[str, str]] = {}  # by ARN


def keep(arn: str, body: Json) -> None:
    """Remember the tags of a new resource; the ones of an older one with its ARN are gone."""
    _tags[arn] = {tag["Key"]: tag["Value"] for tag in body.get("Tags") or []}


def of(arn: str) -> dict[str, str]:
    """Return the tags of a resource as a map, as in events."""
    return dict(_tags.get(arn, {}))


@operation("AddTags")
def add(body: Json) -> Json:
    """Add or change tags."""
    tags = _tags.setdefault(body["ResourceArn"], {})
    tags.update({tag["Key"]: tag["Value"] for tag in body["Tags"]})
    return list_tags(body)


@operation("DeleteTags")
def delete(body: Json) -> Json:
    """Remove tags by key."""
    tags = _tags.get(body["ResourceArn"], {})
    for key in body["TagKeys"]:
        tags.pop(key, None)
    return {}


@operation("ListTags")
def list_tags(body: Json) -> Json:
    """Show the tags of an ARN."""
    tags = _tags.get(body["ResourceArn"], {})
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
