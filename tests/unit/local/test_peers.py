"""Peers of a local AWS: who they are, and what is said when one does not respond."""

import json
import sys

import pytest

from local import __main__ as command
from local import peers, runtime
from local.iam import policy_documents, resource_policies

OTHER = "210987654321"


@pytest.fixture
def home(monkeypatch, tmp_path):
    """Return the home of the only peer, which does not run."""
    monkeypatch.setattr(peers, "homes", {OTHER: tmp_path})
    return tmp_path


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        (f"arn:aws:events:eu-west-1:{OTHER}:event-bus/loop", OTHER),
        (f"arn:aws:iam::{OTHER}:role/a:b", OTHER),
        (f"arn:aws:sqs:eu-west-1:{runtime.account}:queue", None),
        ("arn:aws:s3:::bucket/key", None),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", None),
        ("*", None),
        ("a-name", None),
    ],
)
def test_other_account_is_read_from_an_arn(arn, account):
    assert peers.of_arn(arn) == account


def test_account_that_is_no_peer_cannot_be_asked(home):
    with pytest.raises(peers.PeerError, match="account 333333333333 is not a peer of"):
        peers.resource("333333333333", "arn:aws:s3:::b")


def test_peer_that_was_not_started_is_named_with_its_home(home):
    with pytest.raises(peers.PeerError, match=f"account {OTHER} does not run in {home}"):
        peers.resource(OTHER, "arn:aws:s3:::b")


def test_peer_whose_home_is_of_another_account_is_refused(home):
    (home / "server.json").write_text(json.dumps({"account": "1", "endpoint_url": "http://x:1"}))
    with pytest.raises(peers.PeerError, match=f"got '1', expected {OTHER}"):
        peers.resource(OTHER, "arn:aws:s3:::b")


def test_peer_that_has_ended_does_not_respond(home):
    record = {"account": OTHER, "endpoint_url": "http://127.0.0.1:1"}
    (home / "server.json").write_text(json.dumps(record))
    with pytest.raises(peers.PeerError, match=f"account {OTHER} does not respond"):
        peers.owner_of_bucket("b")


def test_images_and_layers_that_aws_publishes_need_no_policy(home):
    images = "arn:aws:ecr:eu-west-1:224300973850:repository/forecasting-deepar"
    assert resource_policies.find("ecr", images) is None
    queue = "arn:aws:sqs:eu-west-1:224300973850:queue"
    assert resource_policies.find("sqs", queue) == ("", "224300973850")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--account", "12"], "got 12, expected an account of 12 digits"),
        (["--peer", OTHER], f"got {OTHER}, expected ACCOUNT=HOME"),
        (["--peer", "12=home"], "got 12, expected an account of 12 digits"),
        (["--peer", f"{runtime.account}=home"], "expected another account than --account"),
    ],
    ids=["account", "peer-without-home", "peer-without-account", "peer-of-itself"],
)
def test_invalid_account_or_peer_is_refused(monkeypatch, capsys, tmp_path, options, message):
    monkeypatch.setattr(sys, "argv", ["local", "up", "--home", str(tmp_path), *options])
    try:
        code = command.main()
    except SystemExit as left:
        code = left.code
    assert code != 0
    assert message in capsys.readouterr().err


def test_policy_with_a_role_of_a_peer_that_does_not_respond_is_not_decided_on(home):
    principal = {"AWS": [f"arn:aws:iam::{OTHER}:role/importer"]}
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Principal": principal}
    with pytest.raises(peers.PeerError):
        policy_documents.problem(json.dumps({"Statement": [statement]}))
    account = {**statement, "Principal": {"AWS": OTHER}}
    assert policy_documents.problem(json.dumps({"Statement": account})) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": 1}', '{"Statement": []}'])
def test_text_that_is_no_policy_is_refused(text):
    assert "expected a policy" in policy_documents.problem(text)
