"""Images have the git commit as immutable tag."""

import json
import os
import subprocess
import sys

import boto3
import pytest
from moto import mock_aws

from scripts import images
from scripts.images import ImageTagError, image_tag

MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.delenv("TF_VAR_image_tag", raising=False)
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "someone")
        monkeypatch.setenv(f"{name}_EMAIL", "someone@example.com")
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "file").write_text("content")
    for command in ("init -q", "add .", "commit -q -m first"):
        subprocess.run(["git", *command.split()], cwd=folder, check=True)
    return folder


def test_tag_is_the_commit(repository):
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True
    )
    assert image_tag(repository) == commit.stdout[:12]


def test_uncommitted_changes_have_no_tag(repository):
    (repository / "file").write_text("changed")
    with pytest.raises(ImageTagError, match="image_tag: got 1 uncommitted changes, expected"):
        image_tag(repository)


def test_source_archive_has_no_tag(tmp_path, monkeypatch):
    monkeypatch.delenv("TF_VAR_image_tag", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "source").mkdir()
    with pytest.raises(ImageTagError, match="is not a git repository; set TF_VAR_image_tag"):
        image_tag(tmp_path / "source")


def test_variable_of_terraform_is_used_instead(repository, monkeypatch):
    monkeypatch.setenv("TF_VAR_image_tag", "release-7")
    (repository / "file").write_text("changed")
    assert image_tag(repository) == "release-7"


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """Replace docker; return a function that reads its calls."""
    log, tool = tmp_path / "docker.log", tmp_path / "bin" / "docker"
    tool.parent.mkdir()
    tool.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        f"with open({str(log)!r}, 'a') as log:\n"
        "    log.write(json.dumps(sys.argv[1:]) + '\\n')\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("TF_VAR_image_tag", "abc123")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setattr(sys, "argv", ["images"])
    return lambda: [json.loads(line) for line in log.read_text().splitlines()]


@mock_aws
def test_images_are_pushed_for_their_architectures(docker):
    ecr = boto3.client("ecr", region_name="eu-west-1")
    for name in ("forecaster", "poller"):
        ecr.create_repository(repositoryName=f"evergreen-{name}")
    images.main()
    login, *builds = docker()
    assert login[0] == "login"
    platforms = {build[build.index("--tag") + 1]: build[4] for build in builds}
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/evergreen"
    assert platforms == {
        f"{registry}-forecaster:abc123": "linux/amd64",
        f"{registry}-poller:abc123": "linux/arm64",
    }


@mock_aws
def test_existing_images_are_not_built_again(docker, capsys):
    ecr = boto3.client("ecr", region_name="eu-west-1")
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MEDIA_TYPE})
    for name in ("forecaster", "poller"):
        ecr.create_repository(repositoryName=f"evergreen-{name}")
        ecr.put_image(
            repositoryName=f"evergreen-{name}", imageManifest=manifest, imageTag="abc123"
        )
    images.main()
    assert capsys.readouterr().out.count("exists already") == 2


@mock_aws
def test_missing_repository_is_reported(docker):
    with pytest.raises(SystemExit, match="evergreen-forecaster does not exist: run `make deploy`"):
        images.main()
