"""The resources of one kind, by name, with AWS's answers for missing and taken names."""

import threading
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from local.sagemaker import state
from local.sagemaker.api import ApiError

Resource = TypeVar("Resource")


@dataclass
class Store(Generic[Resource]):
    """All changes happen under `lock`."""

    kind: str  # in the ARN, e.g. `training-job`
    missing: str  # AWS's words, {arn} stands for the ARN
    taken: str
    taken_code: str = "ValidationException"
    items: dict[str, Resource] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def arn(self, name: str) -> str:
        """Return the ARN of a name."""
        return state.arn(self.kind, name)

    def get(self, name: str) -> Resource:
        """Return a resource; raises ApiError."""
        with self.lock:
            if name not in self.items:
                raise ApiError("ValidationException", self.missing.format(arn=self.arn(name)))
            return self.items[name]

    def add(self, name: str, resource: Resource) -> None:
        """Keep a new resource; raises ApiError."""
        with self.lock:
            self.refuse_taken(name)
            self.items[name] = resource

    def refuse_taken(self, name: str) -> None:
        """Raise ApiError if there is a resource of the name."""
        with self.lock:
            if name in self.items:
                raise ApiError(self.taken_code, self.taken.format(arn=self.arn(name)))

    def remove(self, name: str) -> Resource:
        """Forget a resource; raises ApiError."""
        with self.lock:
            found = self.get(name)
            del self.items[name]
            return found

    def all(self) -> list[Resource]:
        """Return the resources, the oldest first."""
        with self.lock:
            return list(self.items.values())
