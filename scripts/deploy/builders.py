"""Who builds the images: Docker on this machine, or CodeBuild (variable image_builder)."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from scripts import images
from scripts.deploy.codebuild import CodeBuild
from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target
from scripts.image_build import ImageError


class Builder(Protocol):
    """Builds images and pushes them with the tag of the target."""

    def check(self) -> None:
        """Raise DeployError if it cannot build."""
        ...

    def build(self, names: Iterable[str]) -> None:
        """Build and push images; raises DeployError."""
        ...


class Docker:
    """Docker with buildx on this machine."""

    def __init__(self, clients: Callable[[str], Any], target: Target) -> None:
        self._clients, self._target = clients, target

    def check(self) -> None:
        """Raise DeployError unless it can build for the architectures of the images."""
        try:
            images.check_builder(self._target.root.images)
        except ImageError as error:
            raise DeployError(str(error)) from error

    def build(self, names: Iterable[str]) -> None:
        """Build and push images."""
        try:
            images.build_and_push(
                self._clients("ecr"), self._target.prefix, names, self._target.image_tag
            )
        except ImageError as error:
            raise DeployError(str(error)) from error


def builder(clients: Callable[[str], Any], target: Target) -> Builder:
    """Return the builder that the variables choose."""
    if target.variables["image_builder"] == "codebuild":
        return CodeBuild(clients, target)
    return Docker(clients, target)
