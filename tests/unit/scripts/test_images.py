"""Images have the git commit as immutable tag."""

import json
import os
import subprocess
import sys

import boto3
import pytest
from moto import mock_aws

from scripts import downloads, image_build, images
from scripts.image_build import ImageError
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


BUILDER = """Name:          default
Driver:        {driver}

Nodes:
Name:      default
Endpoint:  default
Platforms: {platforms}
"""


BASE = "python:3.12-slim-bookworm"
DIGEST, OTHER = (f"sha256:{64 * digit}" for digit in "12")


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """Replace docker; return a function that reads its calls."""
    log, tool = tmp_path / "docker.log", tmp_path / "bin" / "docker"
    builder = BUILDER.format(driver="docker", platforms="linux/amd64, linux/amd64/v2, linux/arm64")
    (tmp_path / "builder").write_text(builder)
    (tmp_path / "digest").write_text(DIGEST)
    monkeypatch.setattr(downloads, "LOCK", tmp_path / "downloads.lock.json")
    tool.parent.mkdir()
    tool.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        f"with open({str(log)!r}, 'a') as log:\n"
        "    log.write(json.dumps(sys.argv[1:]) + '\\n')\n"
        "if 'imagetools' in sys.argv:\n"
        f"    print(open({str(tmp_path / 'digest')!r}).read())\n"
        "elif 'inspect' in sys.argv:\n"
        f"    print(open({str(tmp_path / 'builder')!r}).read())\n"
        "elif 'build' in sys.argv:\n"
        f"    open({str(tmp_path / 'Dockerfile')!r}, 'w').write(sys.stdin.read())\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("TF_VAR_image_tag", "abc123")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setattr(sys, "argv", ["images"])

    def calls(word):
        found = [json.loads(line) for line in log.read_text().splitlines()]
        return [call for call in found if word in call[:2]]

    return calls


def after(call, option):
    return call[call.index(option) + 1]


def create_repositories():
    ecr = boto3.client("ecr", region_name="eu-west-1")
    for name in ("forecaster", "poller"):
        ecr.create_repository(repositoryName=f"evergreen-{name}")
    return ecr


@mock_aws
def test_images_are_pushed_to_the_region_of_terraform(docker, monkeypatch):
    create_repositories()
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    images.main()
    *_, build = docker("build")
    assert ".eu-west-1." in after(build, "--tag")


def test_missing_region_is_one_line(docker, monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/none")
    with pytest.raises(SystemExit, match="AWS_REGION: got nothing, expected a region"):
        images.main()


@mock_aws
def test_images_are_pushed_for_their_architectures(docker):
    create_repositories()
    images.main()
    assert len(docker("login")) == 1
    platforms = {after(build, "--tag"): after(build, "--platform") for build in docker("build")}
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/evergreen"
    assert platforms == {
        f"{registry}-forecaster:abc123": "linux/amd64",
        f"{registry}-poller:abc123": "linux/arm64",
    }


@mock_aws
def test_images_are_single_manifests_that_sagemaker_accepts(docker):
    create_repositories()
    images.main()
    for build in docker("build"):
        assert after(build, "--output") == "type=image,push=true,oci-mediatypes=false"
        assert {"--provenance=false", "--sbom=false"} < set(build)
        assert "--push" not in build


@mock_aws
def test_images_know_the_commit_that_they_are_built_from(docker, repository, monkeypatch):
    create_repositories()
    monkeypatch.setattr(image_build, "ROOT", repository)
    for file in image_build.DOCKERFILES.values():
        (repository / file).parent.mkdir(parents=True, exist_ok=True)
        (repository / file).write_text("FROM scratch")
    monkeypatch.setenv("TF_VAR_image_tag", "abc123")
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.strip()
    images.main()
    for build in docker("build"):
        assert after(build, "--build-arg") == f"EVERGREEN_COMMIT={head}-dirty"  # the Dockerfiles
    monkeypatch.setenv("EVERGREEN_COMMIT", "given")
    assert image_build.commit() == "given"


@mock_aws
def test_builder_without_the_platform_is_reported_before_the_build(docker, tmp_path):
    create_repositories()
    (tmp_path / "builder").write_text(BUILDER.format(driver="docker", platforms="linux/amd64"))
    with pytest.raises(
        SystemExit, match=r"for linux/amd64, expected linux/arm64: .*--install arm"
    ):
        images.main()
    assert not docker("build")


@mock_aws
def test_builder_in_a_container_contains_emulators(docker, tmp_path):
    create_repositories()
    (tmp_path / "builder").write_text(
        BUILDER.format(driver="docker-container", platforms="linux/amd64")
    )
    images.main()
    assert len(docker("build")) == 2


@mock_aws
def test_existing_images_are_not_built_again(docker, capsys):
    ecr = create_repositories()
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MEDIA_TYPE})
    for name in ("forecaster", "poller"):
        ecr.put_image(
            repositoryName=f"evergreen-{name}", imageManifest=manifest, imageTag="abc123"
        )
    images.main()
    assert capsys.readouterr().out.count("exists already") == 2


@mock_aws
def test_deployment_of_a_tabular_model_has_the_image_of_all_models_alone(docker, monkeypatch):
    ecr = boto3.client("ecr", region_name="eu-west-1")
    ecr.create_repository(repositoryName="linear-regression-forecaster")
    monkeypatch.setattr(sys, "argv", ["images", "--model", "linear_regression"])
    images.main()
    [build] = docker("build")
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    assert after(build, "--tag") == f"{registry}/linear-regression-forecaster:abc123"


@mock_aws
def test_variables_name_the_deployment(docker, monkeypatch, tmp_path):
    ecr = boto3.client("ecr", region_name="eu-west-1")
    ecr.create_repository(repositoryName="sea-forecaster")
    (tmp_path / "my.tfvars").write_text('prefix = "sea"')
    arguments = ["--model", "abalone", "--vars", str(tmp_path / "my.tfvars")]
    monkeypatch.setattr(sys, "argv", ["images", *arguments])
    images.main()
    [build] = docker("build")
    assert "/sea-forecaster:" in after(build, "--tag")


def test_unknown_model_is_refused(docker, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["images", "--model", "abalon"])
    with pytest.raises(SystemExit, match="make images: MODEL: got 'abalon', expected abalone or"):
        images.main()


@mock_aws
def test_missing_repository_is_reported(docker):
    with pytest.raises(SystemExit, match="evergreen-forecaster does not exist: run `make deploy`"):
        images.main()


@mock_aws
def test_first_build_records_the_base_image_and_builds_with_it(docker, tmp_path, capsys):
    create_repositories()
    images.main()
    assert json.loads(downloads.LOCK.read_text()) == {BASE: DIGEST}
    assert capsys.readouterr().out.count(f"{BASE}: recorded {DIGEST} in") == 1
    (inspected, *later) = [call[-1] for call in docker("imagetools")]
    assert inspected == BASE
    assert set(later) == {f"{BASE}@{DIGEST}"}  # not the tag, which moves
    dockerfile = (tmp_path / "Dockerfile").read_text()
    assert dockerfile.count(f"\nFROM {BASE}@{DIGEST}") == dockerfile.count("\nFROM ") == 2


@mock_aws
def test_later_build_stops_at_another_base_image(docker, tmp_path):
    create_repositories()
    downloads.verify(BASE, DIGEST)
    (tmp_path / "digest").write_text(OTHER)
    with pytest.raises(SystemExit, match=f"{BASE}: got {OTHER}, expected {DIGEST}"):
        images.main()
    assert not docker("build")
    assert json.loads(downloads.LOCK.read_text()) == {BASE: DIGEST}


@mock_aws
def test_base_image_that_cannot_be_inspected_is_not_built(docker, tmp_path):
    create_repositories()
    (tmp_path / "digest").write_text("")
    with pytest.raises(SystemExit, match=f"{BASE}: its digest cannot be read"):
        images.main()
    assert not docker("build")


def test_missing_docker_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImageError, match='image_builder = "codebuild"'):
        images.check_builder()


def test_recorded_digests_are_no_uncommitted_change(repository):
    (repository / "downloads.lock.json").write_text("{}")
    assert image_tag(repository)
