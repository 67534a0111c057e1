"""A version is approved, and another rejected, by the link in the mail."""

import re
import urllib.error
import urllib.parse
import urllib.request

import pytest

from scripts import local_terraform
from tests.support.deployed_loop import deployed
from tests.support.loop_operator import CALM, Operator, start_with_rows
from tests.support.mailbox import mailbox, page_url

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with deployed(tmp_path_factory.mktemp("link")) as aws:
        yield aws


# On the local AWS links lead to its own address.
LINK = r"http://127\.0\.0\.1:\d+/_aws/execute-api/\w+/decide/approval\?token="


@pytest.fixture(scope="module")
def operator(aws):
    return Operator(aws, local_terraform.output(aws.home), start_with_rows(aws))


@pytest.fixture(scope="module")
def mails(aws):
    with mailbox(aws, "link") as mails:
        yield mails


def tokens(mails):
    texts = ["\n".join(lines) for _, lines in mails()]
    return [token for text in texts for token in re.findall(rf"{LINK}(\S+)", text)]


def open_link(aws, token, method="GET", **form):
    """Follow a link or send the form of its page -> status and page."""
    url = page_url(aws)
    if method == "POST":
        request = urllib.request.Request(
            url, urllib.parse.urlencode({"token": token, **form}).encode(), method=method
        )
    else:
        query = urllib.parse.urlencode({"token": token})
        request = urllib.request.Request(f"{url}?{query}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def request_production(operator, mails, name, folder):
    """Register a version and approve it for staging -> version and token of its link."""
    version = operator.register(name, folder, "reference", CALM)
    operator.wait_for_approval(version, "staging")
    operator.aws.client("sagemaker").update_model_package(
        ModelPackageArn=package(operator, version), ModelApprovalStatus="Approved"
    )
    operator.wait_for_approval(version, "production")
    [token] = tokens(mails)
    return version, token


def package(operator, version):
    group = operator.outputs["model_package_group_name"]
    return f"arn:aws:sagemaker:eu-west-1:123456789012:model-package/{group}/{version}"


def test_form_of_the_link_approves_once(aws, operator, mails, tmp_path):
    version, token = request_production(operator, mails, "good", tmp_path)
    for method in ("GET", "HEAD", "GET"):
        open_link(aws, token, method)
    status, page = open_link(aws, token)
    assert (status, f"Model {version} waits for production" in page) == (200, True)
    operator.wait_for_approval(version, "production")  # following the link decided nothing
    assert open_link(aws, token, "POST", decision="approve", comment="a test")[0] == 200
    status, page = open_link(aws, token, "POST", decision="reject")
    assert (status, "somebody has decided" in page) == (410, True)
    aws.pass_minutes(5)
    assert operator.serving() == f"evergreen-production-v{version}"
    approval = operator.decisions("Model Deployed")[-1]["approval"]
    assert (approval["path"], approval["comment"]) == ("approval link", "a test")
    assert [s for s, _ in mails()] == [f"[evergreen] Model {version} serves production"]


def test_form_of_the_link_rejects(aws, operator, mails, tmp_path):
    version, token = request_production(operator, mails, "other", tmp_path)
    assert open_link(aws, token, "POST", decision="reject")[0] == 200
    aws.pass_minutes(5)
    assert operator.serving() != f"evergreen-production-v{version}"
    assert f"[evergreen] Model {version} was rejected" in [s for s, _ in mails()]


def test_expired_link_decides_nothing(aws, operator, mails, tmp_path):
    version, token = request_production(operator, mails, "third", tmp_path)
    aws.pass_minutes(72 * 60)
    status, page = open_link(aws, token, "POST", decision="approve")
    assert (status, "has expired" in page) == (410, True)
    operator.wait_for_approval(version, "production")


def test_no_log_has_a_link(aws, operator):
    logs = aws.client("logs")
    for name in ("approval-page", "approval-requester", "notifier"):
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/evergreen-{name}"
        )
        lines = [event["message"] for page in pages for event in page["events"]]
        assert lines
        assert not any("production." in line for line in lines)
