"""Workflows of GitHub Actions, builds of the pipeline on AWS: what they run, and as whom."""

import os
import re
import subprocess

import pytest
import yaml

from tests.support.markdown import PROJECT

FOLDER = PROJECT / ".github/workflows"
WORKFLOWS = {file.stem: yaml.safe_load(file.read_text()) for file in sorted(FOLDER.glob("*.yml"))}
JOBS = {
    f"{workflow}.{name}": job
    for workflow, document in WORKFLOWS.items()
    for name, job in document["jobs"].items()
}
BUILDSPEC = yaml.safe_load((PROJECT / "scripts/delivery_buildspec.yml").read_text())
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
SESSION = "aws-actions/configure-aws-credentials@"
MAKE = '#!/bin/sh\necho "make $*; CI=$CI tag=$TF_VAR_image_tag"\n'


def steps(job, key):
    return [step[key] for step in job["steps"] if key in step]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yml")), ids=lambda file: file.stem)
def test_actions_are_pinned_by_commit(file):
    uses = [line.strip(" -") for line in file.read_text().splitlines() if "uses:" in line]
    assert [line for line in uses if not PINNED.fullmatch(line)] == []


def test_what_is_trusted_by_aws_is_limited():
    roles = {
        name: (job["environment"], step["with"]["role-to-assume"])
        for name, job in JOBS.items()
        for step in job["steps"]
        if step.get("uses", "").startswith(SESSION)
    }
    assert roles == {
        "plan.plan": ("plan", "${{ vars.ROLE_PLAN }}"),
        "deploy.plan": ("plan", "${{ vars.ROLE_PLAN }}"),
        "deploy.apply": ("production", "${{ vars.ROLE_APPLY }}"),
    }
    assert {name for name, job in JOBS.items() if "id-token" in job["permissions"]} == set(roles)


def test_rights_of_jobs():
    assert {str(document["permissions"]) for document in WORKFLOWS.values()} == {"{}"}
    writes = {
        name: sorted(key for key, value in job["permissions"].items() if value == "write")
        for name, job in JOBS.items()
    }
    assert writes.pop("plan.comment") == ["pull-requests"]  # and it checks nothing out
    assert [uses for uses in steps(JOBS["plan.comment"], "uses") if "checkout" in uses] == []
    assert {right for rights in writes.values() for right in rights} == {"id-token"}
    assert not any("secrets." in file.read_text() for file in FOLDER.glob("*.yml"))


def test_scripts_have_no_expressions():
    """What others write, such as the title of a pull request, never becomes part of a script."""
    scripts = [script for job in JOBS.values() for script in steps(job, "run")]
    assert [script for script in scripts if "${{" in script] == []


def test_a_change_is_checked_as_on_every_machine():
    assert steps(JOBS["check.check"], "run") == [".ci/run"]


def test_versions_of_terraform_are_the_same():
    texts = [file.read_text() for file in FOLDER.glob("*.yml")]
    found = {one for text in texts for one in re.findall(r"terraform_version: (\S+)", text)}
    assert found == {BUILDSPEC["env"]["variables"]["TERRAFORM"]}


@pytest.mark.parametrize(
    ("task", "commands"),
    [
        ("plan", "make plan MODEL=abalone VARS=a.tfvars ARGS=--output build/plan; CI= tag=abc123"),
        (
            "apply",
            "make deploy MODEL=abalone VARS=a.tfvars ARGS=--expect f1 --retrain; CI=1 tag=abc123",
        ),
        ("other", "TASK: got 'other', expected test, plan or apply"),
    ],
)
def test_build_runs_its_task(tmp_path, task, commands):
    (tmp_path / "make").write_text(MAKE)
    (tmp_path / "make").chmod(0o755)
    values = {
        "CODEBUILD_RESOLVED_SOURCE_VERSION": "abc._123",
        "DEPLOY_ARGS": "--retrain",
        "FINGERPRINT": "f1",
        "MODEL": "abalone",
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "TASK": task,
        "VARS": "a.tfvars",
    }
    (script,) = BUILDSPEC["phases"]["build"]["commands"]
    done = subprocess.run(
        ["sh", "-c", script], env=values, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == commands
    assert done.returncode == (task == "other")


def test_fingerprint_reaches_the_build_that_applies(tmp_path):
    (tmp_path / "build/plan").mkdir(parents=True)
    (tmp_path / "build/plan/fingerprint").write_text("f1\n")
    (script,) = BUILDSPEC["phases"]["post_build"]["commands"]
    done = subprocess.run(
        ["sh", "-c", f"{script}; echo $FINGERPRINT"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "f1\n"
    assert BUILDSPEC["env"]["exported-variables"] == ["FINGERPRINT"]
