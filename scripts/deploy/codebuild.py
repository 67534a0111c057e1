"""Builds images on AWS CodeBuild (modules/image_builder), from an archive of the source."""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from scripts import downloads, image_build
from scripts.deploy import source_archive
from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target

Build = dict[str, Any]
IN_PROGRESS, SUCCEEDED = "IN_PROGRESS", "SUCCEEDED"
NEWEST = 20  # builds of a project among which a running one is looked for


class CodeBuild:
    """One build per image; a running build of the same tag is awaited, not repeated."""

    def __init__(
        self, clients: Callable[[str], Any], target: Target, *, poll_seconds: float = 10
    ) -> None:
        self._clients, self._target, self._seconds = clients, target, poll_seconds

    def check(self) -> None:
        """Raise DeployError unless the source can be packed."""
        source_archive.build()

    def build(self, names: Iterable[str]) -> None:
        """Build and push images; raises DeployError with the reason and the address of the log."""
        builds = {name: self._running(name) for name in names}
        waiting = [name for name, build in builds.items() if build is None]
        if waiting:
            location = self._projects(waiting)
            version = self._upload(location)
            builds |= {name: self._start(name, version) for name in waiting}
        self._wait({name: build["id"] for name, build in builds.items() if build is not None})

    def _project(self, name: str) -> str:
        return f"{self._target.prefix}-image-{name}"

    def _projects(self, names: list[str]) -> str:
        """Return the place of the source, as bucket/key, which is that of every project."""
        projects = [self._project(name) for name in names]
        found = self._clients("codebuild").batch_get_projects(names=projects)
        if missing := found.get("projectsNotFound"):
            raise DeployError(f"CodeBuild projects do not exist: {', '.join(missing)}")
        return str(found["projects"][0]["source"]["location"])

    def _upload(self, location: str) -> str:
        """Upload the source and return its version."""
        bucket, _, key = location.partition("/")
        content = source_archive.build()
        stored = self._clients("s3").put_object(Bucket=bucket, Key=key, Body=content)
        print(f"  source: {len(content):,} bytes in s3://{location}", flush=True)
        return str(stored["VersionId"])

    def _start(self, name: str, version: str) -> Build:
        values = {"IMAGE_TAG": self._target.image_tag}
        if index := os.environ.get("PIP_EXTRA_INDEX_URL"):  # README.md, "torch"
            values["PIP_EXTRA_INDEX_URL"] = index
        if commit := image_build.commit():
            values[image_build.COMMIT] = commit
        started: Build = self._clients("codebuild").start_build(
            projectName=self._project(name),
            sourceVersion=version,
            environmentVariablesOverride=[
                {"name": key, "value": value, "type": "PLAINTEXT"} for key, value in values.items()
            ],
            idempotencyToken=uuid.uuid4().hex,  # a repeated request starts no second build
        )["build"]
        print(f"  {name}: build {started['id']} started", flush=True)
        return started

    def _running(self, name: str) -> Build | None:
        """Return the build of this tag that an interrupted run left running."""
        client = self._clients("codebuild")
        listed = client.list_builds_for_project(
            projectName=self._project(name), sortOrder="DESCENDING"
        )["ids"][:NEWEST]
        for build in client.batch_get_builds(ids=listed)["builds"] if listed else []:
            variables = build["environment"].get("environmentVariables", [])
            tags = [one["value"] for one in variables if one["name"] == "IMAGE_TAG"]
            if build["buildStatus"] == IN_PROGRESS and tags == [self._target.image_tag]:
                print(f"  {name}: build {build['id']} runs already", flush=True)
                return dict(build)
        return None

    def _wait(self, ids: dict[str, str]) -> None:
        """Show the phases until all builds have succeeded; raises DeployError if one has not."""
        names, shown = {build: name for name, build in ids.items()}, dict[str, str]()
        while names:
            found = self._clients("codebuild").batch_get_builds(ids=list(names))["builds"]
            for build in found:
                name, phase = names[build["id"]], str(build.get("currentPhase", "SUBMITTED"))
                if shown.get(name) != phase:
                    print(f"  {name}: {phase}", flush=True)
                    shown[name] = phase
                if build["buildStatus"] == SUCCEEDED:
                    _record(build)
                    del names[build["id"]]
                elif build["buildStatus"] != IN_PROGRESS:
                    raise DeployError(_failure(name, build))
            if names:
                time.sleep(self._seconds)


def _record(build: Build) -> None:
    """Record the digests that a build got, as a build on this machine does."""
    exported = {one["name"]: one["value"] for one in build.get("exportedEnvironmentVariables", [])}
    try:
        for name, digest in json.loads(exported.get("DOWNLOADS") or "{}").items():
            downloads.verify(name, digest)
    except downloads.DownloadError as error:
        raise DeployError(str(error)) from error


def _failure(name: str, build: Build) -> str:
    """Return why a build has failed, and where its log is."""
    phases = [p for p in build.get("phases", []) if p.get("phaseStatus") not in {None, SUCCEEDED}]
    reasons = [
        f"{phase['phaseType']}: {context.get('message') or context.get('statusCode')}"
        for phase in phases
        for context in phase.get("contexts") or [{"message": phase["phaseStatus"]}]
    ]
    log = build.get("logs", {})
    where = log.get("deepLink") or f"log group {log.get('groupName')}"
    reason = reasons[0] if reasons else "CodeBuild names no reason"
    return f"the build of the {name} has ended with {build['buildStatus']}: {reason}\n  {where}"
