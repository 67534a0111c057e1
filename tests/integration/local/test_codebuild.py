"""CodeBuild of the local AWS runs the buildspec of the images with the role of the project."""

import io
import re
import zipfile

import pytest

from scripts.deploy import source_archive
from tests.support.local_aws import REGION
from tests.support.permissions import EVERYTHING, ROLE, create_role

pytestmark = pytest.mark.integration

BUCKET = "build-sources"


@pytest.fixture(scope="module")
def source():
    return source_archive.build()


@pytest.fixture(scope="module")
def repository(aws):
    """Return the URI of a repository that every build pushes another tag to."""
    location = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    found = aws.client("ecr").create_repository(repositoryName="built-poller")
    return found["repository"]["repositoryUri"]


@pytest.fixture
def build(aws, repository, source, request):
    """Return a function that runs a build of the poller to its end -> its description."""
    client, name = aws.client("codebuild"), re.sub(r"\W", "-", f"image-{request.node.name}")

    def run(content=source, role=ROLE, **environment):
        aws.client("s3").put_object(Bucket=BUCKET, Key="source.zip", Body=content)
        variables = {"IMAGE": "poller", "REPOSITORY": repository, "IMAGE_TAG": name}
        settings = {
            "type": "ARM_CONTAINER",
            "image": "aws/codebuild/any",
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": True,
            "environmentVariables": [{"name": k, "value": v} for k, v in variables.items()],
        }
        location = f"{BUCKET}/source.zip"
        client.create_project(
            name=name,
            source={"type": "S3", "location": location, "buildspec": "scripts/buildspec.yml"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment=settings | environment,
            serviceRole=role,
        )
        started = client.start_build(projectName=name)["build"]
        assert started["buildStatus"] == "IN_PROGRESS"

        def ended():
            (found,) = client.batch_get_builds(ids=[started["id"]])["builds"]
            return found if found["buildStatus"] != "IN_PROGRESS" else None

        return aws.until(ended)

    return run


def tags(aws):
    found = aws.client("ecr").describe_images(repositoryName="built-poller")["imageDetails"]
    return {tag for image in found for tag in image.get("imageTags", [])}


def log_of(aws, build):
    where = build["logs"]
    found = aws.client("logs").get_log_events(
        logGroupName=where["groupName"], logStreamName=where["streamName"]
    )
    return "\n".join(event["message"] for event in found["events"])


def failed_phase(build):
    (phase,) = [p for p in build["phases"] if p["phaseStatus"] == "FAILED"]
    return phase["phaseType"], phase["contexts"][0]["message"]


def test_build_pushes_the_image_and_returns_the_digests(aws, build):
    done = build()
    assert done["buildStatus"] == "SUCCEEDED", log_of(aws, done)
    assert "image-test_build_pushes_the_image_and_returns_the_digests" in tags(aws)
    (exported,) = done["exportedEnvironmentVariables"]
    assert exported["name"] == "DOWNLOADS"
    assert exported["value"].startswith('{"python:3.12-slim-bookworm":"sha256:')


def test_a_file_that_the_archive_lacks_fails_the_build(aws, build, source):
    incomplete = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(source)) as all_files,
        zipfile.ZipFile(incomplete, "w") as kept,
    ):
        for name in all_files.namelist():
            if name != "poller/requirements.txt":
                kept.writestr(name, all_files.read(name))
    done = build(incomplete.getvalue())
    assert failed_phase(done)[0] == "BUILD"
    assert "poller/requirements.txt: not found" in log_of(aws, done)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"privilegedMode": False}, "Cannot connect to the Docker daemon"),
        ({"type": "LINUX_CONTAINER"}, "exec format error: linux/arm64 on linux/amd64"),
    ],
    ids=["unprivileged", "architecture"],
)
def test_environment_that_cannot_build_fails(aws, build, environment, message):
    done = build(**environment)
    assert done["buildStatus"] == "FAILED"
    assert message in log_of(aws, done)


@pytest.mark.parametrize(
    "action", ["s3:GetObject", "s3:GetObjectVersion", "ecr:PutImage", "ecr:GetAuthorizationToken"]
)
def test_every_permission_of_the_role_is_needed(aws, build, action):
    name = action.partition(":")[2].lower()
    role = create_role(
        aws,
        f"build-without-{name}",
        EVERYTHING,
        {"Effect": "Deny", "Action": action, "Resource": "*"},
    )
    done = build(role=role)
    phase, message = failed_phase(done)
    if phase == "DOWNLOAD_SOURCE":
        assert f"not authorized to perform: {action} on" in message
    else:
        assert f"not authorized to perform: {action}" in log_of(aws, done)


def test_project_keeps_what_terraform_reads_back(aws, build):
    client = aws.client("codebuild")
    build()
    name = "image-test_project_keeps_what_terraform_reads_back"
    client.update_project(name=name, queuedTimeoutInMinutes=30)
    (project,) = client.batch_get_projects(names=[name])["projects"]
    assert project["queuedTimeoutInMinutes"] == 30
    assert project["environment"]["privilegedMode"]


def test_project_is_deleted_by_its_arn_too(aws, build):
    client = aws.client("codebuild")
    build()
    name = "image-test_project_is_deleted_by_its_arn_too"
    (project,) = client.batch_get_projects(names=[name])["projects"]
    client.delete_project(name=project["arn"])
    assert name not in client.list_projects()["projects"]
