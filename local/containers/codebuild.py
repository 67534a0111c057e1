"""CodeBuild builds as processes: the commands of the buildspec, with stand-ins for the tools.

Projects and builds are MiniStack's. A build downloads its source and pushes with the service role.
"""

import contextlib
import contextvars
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from local import ministack, runtime
from local.containers import build_process, buildspec
from local.containers.build_process import BuildError, Record
from local.iam import agents, principals
from local.iam.policies import AccessDeniedError

# Fields that MiniStack forgets or lacks, with CodeBuild's defaults: Terraform reads them back.
DEFAULTS: Record = {"queuedTimeoutInMinutes": 480, "projectVisibility": "PRIVATE"}
DEFAULTS["cache"] = {"type": "NO_CACHE"}


def store_project(original: Callable[[Record], Any]) -> Callable[[Record], Any]:
    """Make CreateProject and UpdateProject keep all fields."""

    def wrapper(data: Record) -> Any:
        response = original(data)
        if response[0] == 200:
            project = ministack.codebuild_projects[data["name"]]
            project |= {name: value for name, value in data.items() if name != "tags" or value}
            return ministack.json_response({"project": _shape(project)})
        return response

    return wrapper


def delete_project(original: Callable[[Record], Any]) -> Callable[[Record], Any]:
    """Make DeleteProject accept an ARN, as Terraform sends it."""
    return lambda data: original({"name": str(data.get("name")).rpartition("/")[2]})


def _shape(project: Record) -> Record:
    return DEFAULTS | project


def start_build(original: Callable[[Record], Any]) -> Callable[[Record], Any]:
    """Make StartBuild run the build instead of declaring it done."""

    def wrapper(data: Record) -> Any:
        response = original(data)
        if response[0] != 200:
            return response
        build = ministack.codebuild_builds[json.loads(response[2])["build"]["id"]]
        project = ministack.codebuild_projects[data["projectName"]]
        _prepare(build, project, data)
        response = ministack.json_response({"build": build})
        # MiniStack's stores are those of the account and region of the request.
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(_run, build, project), daemon=True).start()
        return response

    return wrapper


def _prepare(build: Record, project: Record, data: Record) -> None:
    """Make the record of a build in progress, with the overrides of its request."""
    del build["endTime"]
    variables = project["environment"].get("environmentVariables", [])
    by_name = {
        one["name"]: one for one in [*variables, *data.get("environmentVariablesOverride", [])]
    }
    environment = project["environment"] | {"environmentVariables": list(by_name.values())}
    group = project.get("logsConfig", {}).get("cloudWatchLogs", {}).get("groupName")
    stream = build["id"].partition(":")[2]
    group = group or f"/aws/codebuild/{project['name']}"
    link = f"{runtime.endpoint_url}/{group}/{stream}"
    build |= {
        "buildStatus": "IN_PROGRESS",
        "currentPhase": "SUBMITTED",
        "environment": environment,
        "logs": {"groupName": group, "streamName": stream, "deepLink": link},
        "phases": [{"phaseType": "SUBMITTED", "phaseStatus": "SUCCEEDED"}],
        "serviceRole": project["serviceRole"],
    }


def _run(build: Record, project: Record) -> None:
    """Run all phases until one fails."""
    status = "SUCCEEDED"
    try:
        _phases(build, project)
    except BuildError:
        status = "FAILED"
    if build["buildStatus"] == "IN_PROGRESS":  # not stopped by StopBuild
        build |= {"currentPhase": "COMPLETED", "endTime": int(runtime.clock.now())}
        build["buildStatus"] = status


@contextlib.contextmanager
def _phase(build: Record, name: str) -> Iterator[None]:
    """Record a phase and why it failed; raises BuildError."""
    build["currentPhase"] = name
    phase: Record = {"phaseType": name}
    build["phases"].append(phase)
    try:
        yield
    except (AccessDeniedError, ClientError, buildspec.BuildspecError, BuildError, OSError) as why:
        phase |= {"phaseStatus": "FAILED", "contexts": [{"message": str(why)}]}
        raise BuildError(str(why)) from why
    phase["phaseStatus"] = "SUCCEEDED"


def _phases(build: Record, project: Record) -> None:
    stream = build["logs"]["streamName"]
    work = runtime.home / "work" / "codebuild" / stream
    source = work / "src"
    with _phase(build, "PROVISIONING"):
        session = f"AWSCodeBuild-{stream}"
        key = principals.assume(project["serviceRole"], "codebuild", session, inside=False)
        agents.write_log(key, build["logs"]["groupName"], stream)
        environment = build_process.environment(build, key, work)
    with _phase(build, "DOWNLOAD_SOURCE"):
        build_process.download(build, key, source)
        spec = buildspec.parse((source / project["source"]["buildspec"]).read_text())
    for name, commands in spec.commands.items():
        with _phase(build, name.upper()):
            environment = build_process.run(build, commands, environment, source)
    build["exportedEnvironmentVariables"] = [
        {"name": name, "value": environment.get(name, "")} for name in spec.exported
    ]


def install() -> None:
    """Run builds as processes, and keep what Terraform reads back."""
    ministack.create_build_project.wrap(store_project)
    ministack.update_build_project.wrap(store_project)
    ministack.delete_build_project.wrap(delete_project)
    ministack.build_project_shape.replace(_shape)
    ministack.start_build.wrap(start_build)
