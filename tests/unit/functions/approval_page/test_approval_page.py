"""Links of approval mails: what they show, what decides, and what is refused."""

import base64
import hashlib
import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from moto import mock_aws

from approval_page import handler, page
from common.approval_link import Link
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import ARN

KEY = "a" * 64
PENDING = "/test/approval/pending/production-4"
REQUESTED = "2024-10-10T12:00:00.123Z"
NOW = datetime(2024, 10, 10, 13, tzinfo=UTC)
TOKEN = Link.of_request("production", 4, datetime(2024, 10, 10, 12, tzinfo=UTC)).token(KEY)
EVALUATION = {
    "winner": "deepar",
    "reason": "deepar beats <the champion>",
    "contenders": {
        "deepar": {"mean_wql": 0.1},
        "champion": {"mean_wql": 0.2},
        "reference": {"mean_wql": None},
        "naive": {"mean_wql": 0.4},
    },
}


class Deployment:
    """A deployment that waits for one answer to its task."""

    def __init__(self):
        self.answers, self.error = [], None

    def _answer(self, kind, task_token, text):
        if self.error or self.answers:
            raise CallError(self.error or "TaskTimedOut")
        self.answers.append((kind, task_token, text))

    def success(self, taskToken, output):  # noqa: N803
        self._answer("approved", taskToken, json.loads(output))

    def failure(self, taskToken, error, cause):  # noqa: N803
        self._answer("rejected", taskToken, (error, cause))

    def package(self, ModelPackageName):  # noqa: N803
        quality = {"Statistics": {"ContentType": "a", "S3Uri": "s3://bucket/evaluation.json"}}
        return {
            "ModelPackageName": "p",
            "ModelPackageArn": ModelPackageName,
            "CreationTime": 0,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelMetrics": {"ModelQuality": quality},
        }

    def evaluation(self, Bucket, Key):  # noqa: N803
        assert (Bucket, Key) == ("bucket", "evaluation.json")
        return {"Body": io.BytesIO(json.dumps(EVALUATION).encode())}

    def open(self, method="GET", token=TOKEN, now=NOW, **form):
        event = {
            "httpMethod": method,
            "path": "/approval",
            "headers": {},
            "isBase64Encoded": False,
            "requestContext": {"requestTimeEpoch": int(now.timestamp() * 1000)},
            "queryStringParameters": {"token": token} if method != "POST" else None,
            "body": urlencode({"token": token, **form}) if method == "POST" else None,
        }
        tasks = {"SendTaskSuccess": self.success, "SendTaskFailure": self.failure}
        with (
            stubbed(handler.states, tasks),
            stubbed(handler.sagemaker, {"DescribeModelPackage": self.package}),
            stubbed(handler.s3, {"GetObject": self.evaluation}),
        ):
            answer = handler.lambda_handler(event, CONTEXT)
        assert answer["headers"] == page.HEADERS
        return answer["statusCode"], answer["body"]


@pytest.fixture
def deployment(monkeypatch):
    monkeypatch.setenv("PENDING_PATH", "/test/approval/pending")
    monkeypatch.setenv("PAUSED_PARAMETER", "/test/operations/paused")
    with mock_aws():
        wait()
        yield Deployment()


def wait(**changes):
    """Store the pending approval."""
    pending = {
        "task_token": "task-token",  # pragma: allowlist secret
        "package_arn": f"{ARN}:model-package/test-models/4",
        "requested_at": REQUESTED,
        "link_key": KEY,
    } | changes
    value = json.dumps({name: text for name, text in pending.items() if text})
    handler.ssm.put_parameter(Name=PENDING, Value=value, Type="SecureString", Overwrite=True)


def pending_names():
    found = handler.ssm.get_parameters_by_path(Path="/test/approval/pending")
    return [parameter["Name"] for parameter in found["Parameters"]]


def test_page_has_the_figures_and_a_form(deployment):
    status, body = deployment.open()
    assert status == 200
    assert "<h1>Model 4 waits for production</h1>" in body
    assert re.findall(r"<td>([\d.]+)</td>", body) == ["0.1000", "0.2000", "0.4000"]
    assert "deepar beats &lt;the champion&gt;" in body
    assert "Requested 2024-10-10 12:00 UTC" in body
    buttons = re.findall(r"<button ([^>]+)>", body)
    assert buttons[0] == "disabled hidden"  # Enter in the comment must not approve
    assert [b.split()[-1] for b in buttons[1:]] == ['value="approve"', 'value="reject"']
    assert "task-token" not in body
    assert KEY not in body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_following_the_link_decides_nothing(deployment, method):
    for _ in range(3):
        assert deployment.open(method)[0] == 200
    assert (deployment.answers, pending_names()) == ([], [PENDING])


def test_approval_is_recorded_with_its_comment_and_ends_the_link(deployment, capsys):
    status, body = deployment.open("POST", decision="approve", comment=" looks \n good ")
    assert (status, "Model 4: approved" in body) == (200, True)
    output = {"by": "whoever had the approval link", "path": "approval link"}
    assert deployment.answers == [("approved", "task-token", output | {"comment": "looks good"})]
    assert pending_names() == []
    status, body = deployment.open("POST", decision="reject")
    assert status == 410
    assert "somebody has decided" in body
    assert deployment.open()[0] == 410
    log = capsys.readouterr().out
    assert "decided by link" in log
    assert all(secret not in log for secret in (TOKEN, KEY, "task-token"))


def test_rejection_fails_the_deployment(deployment):
    assert deployment.open("POST", decision="reject")[0] == 200
    cause = "reject by the link in the mail"
    assert deployment.answers == [("rejected", "task-token", ("ApprovalRejected", cause))]


@pytest.mark.parametrize("decision", [{}, {"decision": ""}, {"decision": "maybe"}])
def test_form_without_a_decision_decides_nothing(deployment, decision):
    status, body = deployment.open("POST", **decision)
    assert (status, "no decision" in body) == (410, True)
    assert (deployment.answers, pending_names()) == ([], [PENDING])


CHANGED = [
    TOKEN.replace(".4.", ".5."),
    TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1"),
    TOKEN.replace("1728", "1828"),
    "production.4.99999999999." + "0" * 64,
    "production.4.9",
    "staging" + TOKEN.removeprefix("production"),
    "production.../../.1.2",
    "production.\u0664.1.2",
    "production.4.\u00e9.x",
    f"{TOKEN}\u00e9",
    "",
    "x" * 5000,
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", CHANGED)
def test_changed_link_is_refused(deployment, method, token):
    status, body = deployment.open(method, token, decision="approve")
    assert (status, "This link decides nothing" in body) == (410, True)
    assert (deployment.answers, pending_names()) == ([], [PENDING])


def test_expired_link_is_refused(deployment):
    late = NOW + timedelta(hours=71)
    status, body = deployment.open("POST", now=late, decision="approve")
    assert (status, "has expired" in body) == (410, True)
    assert deployment.open("POST", now=late - timedelta(minutes=1), decision="approve")[0] == 200


def test_newer_request_replaces_the_link(deployment):
    wait(link_key="b" * 64)
    status, body = deployment.open("POST", decision="approve")
    assert (status, "a newer mail has replaced it" in body) == (410, True)
    assert deployment.answers == []


def test_request_without_link_is_refused(deployment):
    wait(link_key=None)
    assert deployment.open()[0] == 410


@pytest.mark.parametrize("error", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_deployment_that_no_longer_waits_is_said_and_forgotten(deployment, error):
    deployment.error = error
    status, body = deployment.open("POST", decision="approve")
    assert (status, "Nothing waits" in body) == (410, True)
    assert pending_names() == []


def test_other_errors_leave_the_approval_pending(deployment):
    deployment.error = "ThrottlingException"
    with pytest.raises(Exception, match="ThrottlingException"):
        deployment.open("POST", decision="approve")
    assert pending_names() == [PENDING]


def test_paused_loop_approves_nothing_but_rejects(deployment):
    handler.ssm.put_parameter(Name="/test/operations/paused", Value="{}", Type="String")
    status, body = deployment.open("POST", decision="approve")
    assert (status, "paused" in body) == (410, True)
    assert deployment.open("POST", decision="reject")[0] == 200


def test_headers_forbid_scripts_frames_caches_and_referrers():
    policy = page.HEADERS["Content-Security-Policy"]
    body = page.notice("a", "b")
    style = re.search(r"<style>(.*)</style>", body, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in body
    assert page.HEADERS["Referrer-Policy"] == "no-referrer"
    assert page.HEADERS["Cache-Control"] == "no-store"


def test_texts_are_escaped():
    figures = page.Figures((("<b>", 1.0),), "<i>")
    body = page.form(4, NOW, figures, '"><s>')
    assert not re.search(r"<[bis]>", body)
