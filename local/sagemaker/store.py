"""Stores of resources by kind, and helpers of their operations: ARNs, filters, pagination."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from local import peers, runtime
from local.sagemaker.api import LOCK, ApiError, Json, operation

Resource = TypeVar("Resource")

PAGE_SIZE = 100


def arn(kind: str, name: str) -> str:
    """Return the ARN of a resource, e.g. of kind `pipeline`."""
    return f"arn:aws:sagemaker:{runtime.REGION}:{runtime.account}:{kind}/{name}"


@dataclass
class Store(Generic[Resource]):
    """The resources of one kind, oldest first; every access holds the lock of the API.

    In the messages `{name}` is the name and `{arn}` the ARN of the resource.
    """

    kind: str  # in the ARN, e.g. `training-job`
    missing: str
    taken: str
    missing_code: str = "ValidationException"
    missing_status: int = 400
    taken_code: str = "ValidationException"
    normalize: Callable[[str], str] = str  # of names, e.g. to lower case
    items: dict[str, Resource] = field(default_factory=dict)

    def arn(self, name: str) -> str:
        """Return the ARN of a resource."""
        return arn(self.kind, self.normalize(name))

    def get(self, name_or_arn: str) -> Resource:
        """Return a resource; raises ApiError, also for one of another account."""
        if account := peers.of_arn(name_or_arn):
            message = f"{name_or_arn} is of account {account}"
            raise ApiError("AccessDeniedException", message)
        name = name_or_arn.rpartition("/")[2]
        with LOCK:
            found = self.items.get(self.normalize(name))
        if found is None:
            message = self.missing.format(name=name, arn=self.arn(name))
            raise ApiError(self.missing_code, message, self.missing_status)
        return found

    def require_free(self, name: str) -> None:
        """Raise ApiError if a resource has the name."""
        with LOCK:
            if self.normalize(name) in self.items:
                message = self.taken.format(name=name, arn=self.arn(name))
                raise ApiError(self.taken_code, message)

    def add(self, name: str, resource: Resource) -> None:
        """Store a new resource; raises ApiError."""
        with LOCK:
            self.require_free(name)
            self.items[self.normalize(name)] = resource

    def remove(self, name_or_arn: str) -> Resource:
        """Remove a resource; raises ApiError."""
        with LOCK:
            self.get(name_or_arn)
            return self.items.pop(self.normalize(name_or_arn.rpartition("/")[2]))

    def all(self) -> list[Resource]:
        """Return all resources."""
        with LOCK:
            return list(self.items.values())


def without_tags(body: Json) -> Json:
    """Return a create request without its tags, which are stored separately."""
    return {key: value for key, value in body.items() if key != "Tags"}


def pick(item: Json, fields: tuple[str, ...]) -> Json:
    """Return the fields of a resource that are set."""
    return {key: item[key] for key in fields if item.get(key) is not None}


def matches(item: Json, body: Json, name: str, status: str | None = None) -> bool:
    """Return whether an item passes the filters of a list request.

    `name` and `status` are the fields that NameContains and StatusEquals refer to.
    """
    created = item["CreationTime"]
    return (
        body.get("NameContains", "").lower() in item[name].lower()
        and (status is None or body.get("StatusEquals", item[status]) == item[status])
        and body.get("CreationTimeAfter", created) <= created
        and body.get("CreationTimeBefore", created) >= created
    )


def paginate(
    key: str, items: list[Json], body: Json, *, name: str | None, time: str = "CreationTime"
) -> Json:
    """Sort a list by the request, newest first by default, and return the requested page.

    `items` are oldest first; `name` is the field of SortBy=Name, None keeps the order.
    """
    found = list(items)
    if name is not None:
        by = name if body.get("SortBy") == "Name" else time
        found.sort(key=lambda item: item[by])
        if body.get("SortOrder", "Descending") == "Descending":
            found.reverse()
    start = int(body.get("NextToken") or 0)
    end = start + int(body.get("MaxResults") or PAGE_SIZE)
    more = {"NextToken": str(end)} if end < len(found) else {}
    return {key: found[start:end], **more}


def register_reads(
    store: Store[Resource],
    stem: str,
    listed: tuple[str, ...],
    key: str,
    record: Callable[[Resource], Json],
) -> None:
    """Register Describe<stem> and List<stem>s, whose response has the list under `key`."""
    name = f"{stem}Name"

    @operation(f"Describe{stem}")
    def _describe(body: Json) -> Json:
        return record(store.get(body[name]))

    @operation(f"List{stem}s")
    def _list(body: Json) -> Json:
        records = [record(resource) for resource in store.all()]
        found = [pick(item, listed) for item in records if matches(item, body, name)]
        return paginate(key, found, body, name=name)
