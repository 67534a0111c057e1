"""Check actions, resources and conditions of policies: `check_policies.py build/policies.json`.

They are compared with AWS's Service Authorization Reference, as packaged by parliament: an action
that does not exist, a resource of another kind or a condition key that the action does not have
never applies, and IAM accepts it silently. Runs in the environment of the checks (`make check`).
"""

import ast
import json
import sys
from collections import Counter
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import parliament  # type: ignore[import-not-found]

MISMATCH = "RESOURCE_MISMATCH"
# Findings about the reference, not the policy: (statement, issue, pattern of the detail) -> why.
ACCEPTED = {
    # The reference names no resource, but IAM evaluates the state machine; AWS CDK grants it too.
    ("ApproveAutomatically", MISMATCH, "states:SendTaskSuccess"): "the state machine of the token",
    ("DecideOnDeployments", MISMATCH, "states:SendTask*"): "the state machine of the token",
    # The reference names no resource; the documentation of AWS SAM grants it on the group.
    (
        "Report",
        MISMATCH,
        "codedeploy:PutLifecycleEventHookExecutionStatus",
    ): "the group of the hook",
    # The reference requires every kind of resource that the action takes.
    ("Queries", MISMATCH, "athena:*[Tt]ag*"): "a workgroup, not the other kinds with tags",
    ("ListDeployments", MISMATCH, "states:ListExecutions"): "a state machine, not its map runs",
    ("ReadDeployments", MISMATCH, "states:ListExecutions"): "a state machine, not its map runs",
    ("StopDeployments", MISMATCH, "states:ListExecutions"): "a state machine, not its map runs",
    ("StartExecution", MISMATCH, "states:ListExecutions"): "a state machine, not its map runs",
    ("DescribeExecution", MISMATCH, "states:DescribeExecution"): "no express workflow",
    ("ReadTrainings", MISMATCH, "states:*Execution*"): "neither map runs nor express workflows",
    ("AdministerKeyThroughIam", MISMATCH, "kms:*"): "kms:* includes actions without a key",
    # As the documentation of Managed Service for Apache Flink and of CloudWatch Logs has them.
    ("DescribeLogGroups", MISMATCH, "logs:DescribeLogGroups"): "the log groups of the account",
    ("EncryptLogGroups", "MISMATCHED_TYPE", "* ArnLike requires *"): "an encryption context",
    (
        "EncryptLogGroups",
        "UNKNOWN_CONDITION_FOR_ACTION",
        "* kms:EncryptionContext:aws:logs:arn for action kms:DescribeKey",
    ): "DescribeKey has no encryption context",
    # Of private_network. The execution roles name the resources of what passes an endpoint.
    ("ConnectFunction", "RESOURCE_STAR", "*"): "as Lambda tests it; denied to the function's code",
    ("DenyNetworkInterfacesToCode", "UNKNOWN_CONDITION_FOR_ACTION", "*"): "Lambda adds it to all",
    ("ThisAccount", "RESOURCE_STAR", "*"): "VPC endpoints, limited by conditions",
    # Of who deploys (docs/deploy.md).
    ("Buckets", "RESOURCE_POLICY_PRIVILEGE_ESCALATION", "*"): "it writes the buckets' policies",
    (
        "ListTasks",
        "RESOURCE_STAR",
        "*",
    ): "Fargate has no instances; the condition names the cluster",
    # Of modules/code_pipeline. The packaged reference is older than the aliases of a key.
    **{
        (sid, "UNKNOWN_CONDITION_FOR_ACTION", "* kms:ResourceAliases for action *"): "the alias"
        for sid in ("DecryptArtifacts", "EncryptArtifacts")
    },
    # The packaged reference is older than the permissions on a stream.
    ("ResizeStreamsOfFlink", MISMATCH, "*"): "the streams of the deployment",
}
MAX_INLINE = 10_240  # characters without white space, of all inline policies of a role
ROLE = "arn:aws:iam::123456789012:role/evergreen"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
# A copy of a statement with one fault each, which the check must find.
BUS = "arn:aws:events:eu-west-1:123456789012:event-bus/evergreen"
FAULTS: dict[str, dict[str, Any]] = {
    "unknown action": {"Action": "events:PutEvent", "Resource": BUS},
    "unknown service": {"Action": "eventbridge:PutEvents", "Resource": BUS},
    "resource of another kind": {
        "Action": "events:PutEvents",
        "Resource": "arn:aws:events:eu-west-1:123456789012:rule/evergreen",
    },
    "missing resource": {"Action": "events:PutEvents"},
    "unknown condition key": {
        "Action": "events:PutEvents",
        "Resource": BUS,
        "Condition": {"StringEquals": {"events:sourcename": "evergreen.poller"}},
    },
}


Finding = tuple[str, str, str]  # statement, issue, detail: the action if a resource mismatches


def findings(document: str) -> list[Finding]:
    """Return every finding about a policy."""
    found: list[Finding] = []
    for statement in json.loads(document)["Statement"]:
        policy = {"Version": "2012-10-17", "Statement": [_complete(statement)]}
        for one in parliament.analyze_policy_string(json.dumps(policy)).findings:
            details = [str(one.detail)]
            if one.issue == MISMATCH:
                details = [part["action"] for part in ast.literal_eval(str(one.detail))]
            found += [(statement.get("Sid", ""), one.issue, detail) for detail in details]
    return found


def _complete(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a statement with the resource that trust and key policies leave out."""
    if "Principal" not in statement:
        return statement
    if "Resource" not in statement:
        return statement | {"Resource": ROLE}
    is_key_policy = str(statement["Action"]).lstrip("['").startswith("kms:")
    return statement | {"Resource": KEY} if is_key_policy else statement


def unexpected(found: set[Finding]) -> list[Finding]:
    """Return the findings that are not accepted, sorted."""
    return sorted(one for one in found if not any(_matches(one, entry) for entry in ACCEPTED))


def _matches(found: Finding, accepted: Finding) -> bool:
    return found[:2] == accepted[:2] and fnmatchcase(found[2], accepted[2])


def missed_faults() -> list[str]:
    """Return the faults that the check does not find, which are none."""
    policies = {
        name: {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", **parts}]}
        for name, parts in FAULTS.items()
    }
    return [name for name, policy in policies.items() if not findings(json.dumps(policy))]


def oversized(policies: Mapping[str, str]) -> list[str]:
    """Return the modules whose inline policies exceed what one role may have together."""
    sizes: Counter[str] = Counter()
    for address, document in policies.items():
        module, found, _ = address.rpartition(".aws_iam_role_policy.")
        if found:
            sizes[module] += len("".join(document.split()))
    return [f"{module}: {size}" for module, size in sizes.items() if size > MAX_INLINE]


def main(file: Path) -> int:
    """Print every finding; return the exit code."""
    policies: dict[str, str] = json.loads(file.read_text())
    found = {address: set(findings(document)) for address, document in policies.items()}
    failures = [
        f"{address}: {sid}: {issue}: {detail}"
        for address in sorted(found)
        for sid, issue, detail in unexpected(found[address])
    ]
    everything = set().union(*found.values())
    needless = [one for one in ACCEPTED if not any(_matches(f, one) for f in everything)]
    failures += [f"check_policies.py accepts what is not found: {entry}" for entry in needless]
    failures += [f"inline policies exceed {MAX_INLINE}: {one}" for one in oversized(policies)]
    failures += [f"check_policies.py does not find: {name}" for name in missed_faults()]
    print(*failures, sep="\n", end="\n" if failures else "")
    print(f"policies: {len(policies)} documents, {len(failures)} findings")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
