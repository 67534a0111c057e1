"""The check of policies finds faults; it runs in the environment that `make check` creates."""

import json
import subprocess

import pytest

from scripts.provider import ROOT

PYTHON = ROOT / ".venv-checks" / "bin" / "python"
CHECK = ROOT / "scripts" / "check_policies.py"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:evergreen-undelivered"
GOOD = {"Sid": "Send", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE}
# Statements of the deployment that the check accepts by name.
ACCEPTED = "EncryptLogGroups"
LOGS = "kms:EncryptionContext:aws:logs:arn"

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs `make checks-setup`")


@pytest.fixture
def check(tmp_path):
    """Return a function: statement -> what the check prints about it."""

    def run(statement):
        file = tmp_path / "policies.json"
        document = {"Version": "2012-10-17", "Statement": [GOOD, statement]}
        file.write_text(json.dumps({"a.policy": json.dumps(document)}))
        command = [PYTHON, "-W", "ignore", CHECK, file]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr  # at least: accepted findings are not found
        return [line for line in done.stdout.splitlines() if line.startswith("a.policy: ")]

    return run


def test_a_good_policy_has_no_findings(check):
    assert check(GOOD) == []


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ({"Action": "sqs:SendMesage"}, "UNKNOWN_ACTION"),
        ({"Action": "queue:SendMessage"}, "UNKNOWN_PREFIX"),
        ({"Resource": QUEUE.replace("sqs", "sns")}, "RESOURCE_MISMATCH: sqs:SendMessage"),
        ({"Resource": []}, "RESOURCE_MISMATCH: sqs:SendMessage"),
        ({"Condition": {"Bool": {"sqs:SecureTransport": "true"}}}, "UNKNOWN_CONDITION"),
        ({"Condition": {"DateLessThan": {"aws:CurrentTime": "soon"}}}, "MISMATCHED_TYPE"),
    ],
    ids=["action", "service", "resource", "no resource", "condition key", "type"],
)
def test_every_kind_of_fault_is_found(check, fault, found):
    (line,) = check(GOOD | fault)
    assert line.startswith(f"a.policy: Send: {found}")


def test_a_statement_without_a_resource_is_found(check):
    statement = {name: value for name, value in GOOD.items() if name != "Resource"}
    (line,) = check(statement)
    assert line.startswith("a.policy: Send: MALFORMED: Statement contains neither Resource")


def test_what_is_accepted_hides_no_other_fault_of_the_statement(check):
    actions = {"Action": "kms:DescribeKey", "Principal": {"Service": "logs.amazonaws.com"}}
    statement = GOOD | actions | {"Sid": ACCEPTED, "Resource": "*"}
    accepted = {"ArnLike": {LOGS: "arn:aws:logs:eu-west-1:123456789012:log-group:/evergreen/*"}}
    assert check(statement | {"Condition": accepted}) == []
    other = {"ArnLike": {LOGS.replace("logs", "log"): "arn:aws:logs:::"}}
    assert check(statement | {"Condition": other})
