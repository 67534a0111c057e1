"""What the operations on all kinds of resources share: ARNs and pages of lists."""

from typing import Any

from local import runtime

Json = dict[str, Any]
PAGE = 100


def arn(kind: str, name: str) -> str:
    """Return a resource's ARN, e.g. of kind `pipeline`."""
    return f"arn:aws:sagemaker:{runtime.REGION}:{runtime.ACCOUNT}:{kind}/{name}"


def page(
    key: str, items: list[Json], body: Json, *, name: str | None, time: str = "CreationTime"
) -> Json:
    """Sort a list as the request asks, the newest first by default, and cut out its page.

    `items` come oldest first; `name` is the field that SortBy=Name means, None leaves the order.
    """
    found = list(items)
    if name is not None:
        by = name if body.get("SortBy") == "Name" else time
        found.sort(key=lambda item: item[by])
        if body.get("SortOrder", "Descending") == "Descending":
            found.reverse()
    start = int(body.get("NextToken") or 0)
    end = start + int(body.get("MaxResults") or PAGE)
    more = {"NextToken": str(end)} if end < len(found) else {}
    return {key: found[start:end], **more}


def wanted(item: Json, body: Json, name: str, status: str | None = None) -> bool:
    """Whether a list request's filters let an item pass; `name` and `status` are its fields."""
    created = item["CreationTime"]
    return (
        body.get("NameContains", "").lower() in item[name].lower()
        and (status is None or body.get("StatusEquals", item[status]) == item[status])
        and body.get("CreationTimeAfter", created) <= created
        and body.get("CreationTimeBefore", created) >= created
    )
