"""Which channels get a message, once each; links and webhook stay secret."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from moto import mock_aws

from common import approval_link
from notifier import chat, handler
from tests.support.aws_calls import stubbed
from tests.support.lambda_context import CONTEXT
from tests.unit.functions.notifier.test_messages import CASES, DEPLOYMENT, event

BUCKET = "test-bucket"
WEBHOOK = "https://chat.example/hook/secret"
PENDING = "/test/approval/pending/production-4"
REQUESTED = "2024-10-10T11:58:00.123Z"


class People:
    """Mails and posts that arrive; each may fail."""

    def __init__(self):
        self.mails, self.posts, self.broken = [], [], set()

    def publish(self, TopicArn, Subject, Message):  # noqa: N803
        if "mail" in self.broken:
            raise RuntimeError("no mail")
        assert TopicArn == "topic"
        self.mails.append((Subject, Message))
        return {"MessageId": "1"}

    def post(self, address, text):
        if "chat" in self.broken:
            raise chat.ChatError("no chat")
        self.posts.append((address, text))

    def receive(self, alert, message_id="1"):
        sns = {"Message": json.dumps(alert), "Timestamp": "2024-10-10T12:00:00.000Z"}
        record = {"EventSource": "aws:sns", "Sns": {"MessageId": message_id, **sns}}
        with stubbed(handler.sns, {"Publish": self.publish}):
            return handler.lambda_handler({"Records": [record]}, CONTEXT)["channels"]


@pytest.fixture
def people(monkeypatch):
    settings = {"BUCKET": BUCKET, "PENDING_PATH": "/test/approval/pending"}
    for name, value in {**settings, "PREFIX": "evergreen", "TOPIC_ARN": "topic"}.items():
        monkeypatch.setenv(name, value)
    for name in ("APPROVAL_PAGE_URL", "CHAT_PARAMETER"):
        monkeypatch.delenv(name, raising=False)
    people = People()
    monkeypatch.setattr(chat, "post", people.post)
    with mock_aws():
        location = {"LocationConstraint": "eu-west-1"}
        handler.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        yield people


@pytest.fixture
def with_chat(monkeypatch, people):
    monkeypatch.setenv("CHAT_PARAMETER", "/test/notifications/chat-webhook")
    put("/test/notifications/chat-webhook", WEBHOOK)


@pytest.fixture
def with_links(monkeypatch, people):
    monkeypatch.setenv("APPROVAL_PAGE_URL", "https://page.example/decide/approval")


def put(name, value):
    handler.ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def request(key="k" * 64):
    put(PENDING, json.dumps({"task_token": "t", "requested_at": REQUESTED, "link_key": key}))
    return event("Approval Requested", **DEPLOYMENT)


def test_redelivered_alert_sends_no_second_mail(people):
    alert = CASES["failed training"][0]
    assert people.receive(alert) == ["mail"]
    assert people.receive(alert, "2") == []
    assert people.receive({**alert, "id": "another id of the same event"}) == []
    assert len(people.mails) == 1


def test_another_alert_of_the_same_kind_is_another_mail(people):
    alert = CASES["failed training"][0]
    people.receive(alert)
    people.receive({**alert, "time": "2024-10-10T12:58:00Z"})
    assert len(people.mails) == 2


def test_failed_mail_is_sent_by_the_retry(people):
    people.broken = {"mail"}
    with pytest.raises(RuntimeError, match="no mail"):
        people.receive(CASES["alarm"][0])
    people.broken = set()
    assert people.receive(CASES["alarm"][0]) == ["mail"]


def test_chat_gets_the_same_text(people, with_chat):
    people.receive(CASES["alarm"][0])
    [(subject, text)] = people.mails
    assert people.posts == [(WEBHOOK, f"{subject}\n{text}")]


def test_failed_chat_is_repeated_without_a_second_mail(people, with_chat, capsys):
    people.broken = {"chat"}
    with pytest.raises(chat.ChatError):
        people.receive(CASES["alarm"][0])
    people.broken = set()
    assert people.receive(CASES["alarm"][0]) == ["chat"]
    assert (len(people.mails), len(people.posts)) == (1, 1)
    assert WEBHOOK not in capsys.readouterr().out


def test_what_needs_no_person_reaches_no_channel(people, with_chat):
    assert people.receive(event("Retraining Skipped", reason="cooldown")) == []
    assert (people.mails, people.posts) == ([], [])


def test_mail_has_a_signed_link_that_chat_log_and_bucket_have_not(
    people, with_chat, with_links, capsys
):
    people.receive(request())
    [(_, text)] = people.mails
    [address] = [line for line in text.splitlines() if line.startswith("https://")]
    [token] = parse_qs(urlsplit(address).query)["token"]
    approval_link.verify(token, "k" * 64, datetime(2024, 10, 13, 11, tzinfo=UTC))
    stored = [
        handler.s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read().decode()
        for item in handler.s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    ]
    assert len(stored) == 2
    for other in (*stored, people.posts[0][1], capsys.readouterr().out):
        assert token not in other


@pytest.mark.parametrize("pending", [None, {"requested_at": REQUESTED, "task_token": "t"}])
def test_without_a_key_there_is_no_link(people, with_links, pending):
    if pending:
        put(PENDING, json.dumps(pending))
    people.receive(event("Approval Requested", **DEPLOYMENT))
    assert "https://" not in people.mails[0][1]


def test_staging_has_no_link(people, with_links):
    request()
    people.receive(event("Approval Requested", **DEPLOYMENT | {"stage": "staging"}))
    assert "https://" not in people.mails[0][1]


def test_several_records_are_refused():
    with pytest.raises(Exception, match="at most 1 item"):
        handler.lambda_handler({"Records": [{"Sns": {}}, {"Sns": {}}]}, CONTEXT)
