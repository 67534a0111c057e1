import ast
from pathlib import Path

import pytest

from demo import unused_grants
from demo.unused_grants import AWS, DESTROY, REASONS, explained

ROOT = Path(__file__).resolve().parents[3]


def test_first_matching_reason_is_added():
    unused = [
        {"role": "loop-poller", "statement": "ListArchive", "action": "s3:ListBucket"},
        {
            "role": "loop-poller",
            "statement": "SendTransactionsReceived",
            "action": "events:PutEvents",
        },
    ]
    reasons = [grant["reason"] for grant in explained(unused, "loop")]
    assert reasons == [f"failure path: {unused_grants.BACKFILLED}", None]


@pytest.mark.parametrize(
    "reason", [r for r in REASONS if r.kind not in {AWS, DESTROY}], ids=lambda r: r.detail
)
def test_named_test_exists(reason):
    file, name = reason.detail.split("::")
    tree = ast.parse((ROOT / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
