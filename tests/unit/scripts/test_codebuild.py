"""Images are built by CodeBuild: what is uploaded, started, awaited and reported."""

import io
import itertools
import json
import re
import zipfile

import pytest

from scripts import downloads, image_build
from scripts.deploy import codebuild, source_archive
from scripts.deploy.builders import Docker, builder
from scripts.deploy.codebuild import CodeBuild
from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target

TAG, COMMIT = "abc123", 40 * "a"
TARGET = Target(
    "123456789012", "eu-west-1", {"prefix": "first", "image_builder": "codebuild"}, TAG
)
BASE, DIGEST = "python:3.12-slim-bookworm", f"sha256:{64 * '1'}"
IMAGES = ["forecaster", "poller"]


class Account:
    """CodeBuild and S3; every build passes through the same states."""

    def __init__(self, *states):
        self._states = states
        self.builds, self.started, self.uploads, self.exported = {}, [], [], {}

    def __call__(self, _service):
        return self

    def batch_get_projects(self, names):
        location = "first-bucket/image-builds/source.zip"
        return {"projects": [{"name": name, "source": {"location": location}} for name in names]}

    def put_object(self, **arguments):
        self.uploads.append(arguments)
        return {"VersionId": f"version-{len(self.uploads)}"}

    def start_build(self, **arguments):
        self.started.append(arguments)
        return {
            "build": self.add(arguments["projectName"], arguments["environmentVariablesOverride"])
        }

    def add(self, project, variables):
        build = {
            "id": f"{project}:{len(self.builds)}",
            "buildStatus": "IN_PROGRESS",
            "environment": {"environmentVariables": variables},
            "states": iter(self._states),
        }
        self.builds[build["id"]] = build
        return build

    def list_builds_for_project(self, projectName, sortOrder):  # noqa: N803 - boto3's names
        assert sortOrder == "DESCENDING"
        return {"ids": [name for name in self.builds if name.startswith(f"{projectName}:")][::-1]}

    def batch_get_builds(self, ids):
        found = [self.builds[name] for name in ids]
        for build in found:
            build.update(next(build["states"], {}))
            build["exportedEnvironmentVariables"] = [
                {"name": name, "value": json.dumps(value)} for name, value in self.exported.items()
            ]
        return {"builds": found}


PHASES = [
    {"currentPhase": "QUEUED"},
    {"currentPhase": "BUILD"},
    {"currentPhase": "BUILD"},
    {"currentPhase": "COMPLETED", "buildStatus": "SUCCEEDED"},
]


@pytest.fixture(autouse=True)
def lock(tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "LOCK", tmp_path / "downloads.lock.json")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setenv("EVERGREEN_COMMIT", COMMIT)


def build(account, names=IMAGES):
    CodeBuild(account, TARGET, poll_seconds=0).build(names)


def tag(value):
    return {"name": "IMAGE_TAG", "value": value, "type": "PLAINTEXT"}


SOURCE = {"name": "EVERGREEN_COMMIT", "value": COMMIT, "type": "PLAINTEXT"}


def test_both_images_are_built_from_one_upload(capsys):
    account = Account(*PHASES)
    build(account)
    (upload,) = account.uploads
    assert (upload["Bucket"], upload["Key"]) == ("first-bucket", "image-builds/source.zip")
    assert upload["Body"] == source_archive.build()
    assert [one["projectName"] for one in account.started] == [
        "first-image-forecaster",
        "first-image-poller",
    ]
    for one in account.started:
        assert one["sourceVersion"] == "version-1"
        assert one["environmentVariablesOverride"] == [tag(TAG), SOURCE]
    tokens = {one["idempotencyToken"] for one in account.started}
    assert len(tokens) == 2
    shown = re.findall(r"  poller: ([A-Z]+)$", capsys.readouterr().out, re.MULTILINE)
    assert shown == ["QUEUED", "BUILD", "COMPLETED"]


def test_index_of_pytorch_reaches_the_build(monkeypatch):
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "the-index")
    account = Account(*PHASES)
    build(account, ["forecaster"])
    (started,) = account.started
    values = {one["name"]: one["value"] for one in started["environmentVariablesOverride"]}
    assert values.pop("EVERGREEN_COMMIT") == COMMIT
    assert values == {"IMAGE_TAG": TAG, "PIP_EXTRA_INDEX_URL": "the-index"}


def test_running_build_of_the_same_tag_is_awaited():
    account = Account(*PHASES)
    account.add("first-image-poller", [tag(TAG)])
    build(account)
    assert [one["projectName"] for one in account.started] == ["first-image-forecaster"]


@pytest.mark.parametrize(
    ("value", "states"),
    [("other", [{}]), (TAG, [{"buildStatus": "FAILED"}])],
    ids=["of another tag", "that has ended"],
)
def test_other_builds_are_not_awaited(value, states):
    account = Account(*PHASES)
    account.add("first-image-poller", [tag(value)])["states"] = itertools.cycle(states)
    build(account, ["poller"])
    assert len(account.started) == 1


def test_interrupted_wait_continues_with_the_same_builds(monkeypatch):
    def interrupt(_seconds):
        monkeypatch.undo()
        raise KeyboardInterrupt

    account = Account(*PHASES)
    monkeypatch.setattr(codebuild.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build(account)
    build(account)
    assert len(account.started) == 2
    assert len(account.uploads) == 1


def test_failure_has_the_reason_and_the_log():
    message = "Error while executing command: python3 -m scripts.image_build. exit status 1"
    failed = {
        "buildStatus": "FAILED",
        "phases": [
            {"phaseType": "DOWNLOAD_SOURCE", "phaseStatus": "SUCCEEDED", "contexts": []},
            {"phaseType": "BUILD", "phaseStatus": "FAILED", "contexts": [{"message": message}]},
            {"phaseType": "COMPLETED"},
        ],
        "logs": {"deepLink": "LINK"},
    }
    with pytest.raises(DeployError) as error:
        build(Account(failed), ["poller"])
    assert str(error.value) == (
        f"the build of the poller has ended with FAILED: BUILD: {message}\n  LINK"
    )


@pytest.mark.parametrize("status", ["FAULT", "STOPPED", "TIMED_OUT"])
def test_every_end_but_success_is_a_failure(status):
    logs = {"groupName": "/aws/codebuild/first-image-poller"}
    ended = {"buildStatus": status, "logs": logs}
    with pytest.raises(
        DeployError, match=f"ended with {status}: .*\n  log group /aws/codebuild/first"
    ):
        build(Account(ended), ["poller"])


def test_missing_projects_are_named():
    account = Account()
    account.batch_get_projects = lambda names: {"projects": [], "projectsNotFound": names}
    with pytest.raises(DeployError, match="projects do not exist: first-image-poller"):
        build(account, ["poller"])


def test_digests_of_the_first_build_are_recorded_and_then_enforced():
    account = Account(*PHASES)
    account.exported = {"DOWNLOADS": {BASE: DIGEST}}
    build(account)
    assert json.loads(downloads.LOCK.read_text()) == {BASE: DIGEST}
    account.exported = {"DOWNLOADS": {BASE: DIGEST.replace("1", "2")}}
    with pytest.raises(DeployError, match=f"{BASE}: got sha256:2+, expected {DIGEST}"):
        build(account)


def test_variable_chooses_the_builder():
    assert isinstance(builder(Account(), TARGET), CodeBuild)
    docker = Target("1", "eu-west-1", TARGET.variables | {"image_builder": "docker"}, TAG)
    assert isinstance(builder(Account(), docker), Docker)


def test_source_is_reproducible_and_has_only_files_of_git():
    content = source_archive.build()
    assert source_archive.build() == content
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert {"scripts/buildspec.yml", "poller/Dockerfile", "functions/common/errors.py"} < set(
        names
    )
    assert not [name for name in names if name.startswith(("terraform/", "tests/", ".venv"))]
    assert not [name for name in names if "__pycache__" in name]


def test_file_that_is_not_in_git_is_named(monkeypatch):
    monkeypatch.setattr(source_archive, "BUILD", ("scripts/no_such_file.py",))
    with pytest.raises(
        DeployError, match=r'image_builder: got "codebuild", expected .*no_such_file'
    ):
        CodeBuild(Account(), TARGET).check()


def test_buildspec_runs_with_the_names_of_the_projects():
    text = (image_build.ROOT / "scripts" / "buildspec.yml").read_text()
    module = image_build.ROOT / "terraform" / "modules" / "image_builder" / "main.tf"
    declared = set(re.findall(r'name  = "([A-Z_]+)"', module.read_text()))
    used = set(re.findall(r"\$\{?([A-Z_]+)", text))
    assert used == declared | {"IMAGE_TAG"}
