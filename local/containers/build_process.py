"""What a build of CodeBuild does: download its source, run commands with stand-ins for tools."""

import io
import shlex
import sys
import zipfile
from pathlib import Path
from typing import Any

from local import processes, runtime
from local.containers import container, images
from local.iam import gate
from local.iam.policies import Check

Record = dict[str, Any]
PLATFORMS = {"ARM_CONTAINER": "linux/arm64", "LINUX_CONTAINER": "linux/amd64"}


class BuildError(Exception):
    """A phase of a build has failed."""


def download(build: Record, key: str, target: Path) -> None:
    """Unpack the source, whose version the build may name."""
    bucket, _, name = build["source"]["location"].partition("/")
    # The documentation of the service role has both actions, without a word on which reads what.
    source_object = f"arn:aws:s3:::{bucket}/{name}"
    gate.require(key, *(Check(f"s3:GetObject{kind}", source_object) for kind in ("", "Version")))
    version = {"VersionId": build["sourceVersion"]} if build.get("sourceVersion") else {}
    with runtime.acting(key):
        found = runtime.client("s3").get_object(Bucket=bucket, Key=name, **version)
        content = found["Body"].read()
    try:
        zipfile.ZipFile(io.BytesIO(content)).extractall(target)
    except zipfile.BadZipFile as error:
        raise BuildError(f"the source is no zip: {error}") from error


def environment(build: Record, key: str, work: Path) -> dict[str, str]:
    """Return the variables of the build; its PATH begins with the stand-ins."""
    tools = work / "bin"
    tools.mkdir(parents=True)
    python = shlex.quote(sys.executable)
    module = f"env PYTHONPATH={shlex.quote(str(images.PROJECT))} {python} -m {__package__}"
    programs = {name: f"{module}.build_tools {name}" for name in ("aws", "docker")}
    programs["python3"] = f"{python} -S"  # without packages: the build image has none
    for name, command in programs.items():
        (tools / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (tools / name).chmod(0o755)
    declared = build["environment"]
    return {
        **images.environment(),
        **runtime.aws_environment(key),
        "BUILD_PLATFORM": PLATFORMS.get(declared["type"], declared["type"]),
        "BUILD_PRIVILEGED": str(declared.get("privilegedMode", False)),
        "CODEBUILD_BUILD_ID": build["id"],
        "HOME": str(work),
        "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": "",
        **{one["name"]: one["value"] for one in declared["environmentVariables"]},
    }


def run(
    build: Record, commands: list[str], variables: dict[str, str], source: Path
) -> dict[str, str]:
    """Run the commands of a phase and return the variables after them; raises BuildError."""
    after = source.parent / "variables"
    script = "\n".join(["set -e", *commands, f"env -0 > {shlex.quote(str(after))}"])
    proc = processes.spawn(["/bin/sh", "-c", script], variables, source, None)
    logs = build["logs"]
    file = runtime.home / "logs" / "jobs" / f"{logs['streamName']}.log"
    last = ["no output"]
    log = container.Log(logs["groupName"], logs["streamName"], file)
    if code := container.follow(proc, log, last.append):
        raise BuildError(f"COMMAND_EXECUTION_ERROR: exit status {code}: {last[-1]}")
    pairs = after.read_text().rstrip("\0").split("\0")
    return dict(pair.split("=", 1) for pair in pairs)
