"""Render all IAM policies as planned: `python -m scripts.policies build/policies.json`.

The file has every policy document by the address and attribute of its resource. Neither an account
nor the network is needed. `scripts/check_policies.py` reads it.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts import provider, terraform
from scripts.provider import ROOT, TerraformError

ACCOUNT = "123456789012"
# By folder, relative to terraform/: the plan that renders its policies.
TESTS = {
    ".": ROOT / "scripts" / "policies.tftest.hcl",
    "modules/code_pipeline": ROOT / "scripts" / "policies_code_pipeline.tftest.hcl",
    "modules/import": ROOT / "scripts" / "policies_import.tftest.hcl",
    "tabular": ROOT / "scripts" / "policies_tabular.tftest.hcl",
}
ATTRIBUTES = ("assume_role_policy", "policy", "policy_document", "resource_policy")
# Documents in the same attribute that are no IAM policies.
OTHERS = ("aws_ecr_lifecycle_policy",)
# Their policies are resources of their own, or they have none.
WITHOUT = ("aws_api_gateway_rest_api", "aws_s3_bucket")


def main(target: Path) -> None:
    """Write the policies; raises TerraformError if one is not known before the apply."""
    policies = deployer()
    with tempfile.TemporaryDirectory(prefix="evergreen-policies-") as scratch:
        tree = terraform.copy_tree(Path(scratch))
        for root, test in TESTS.items():
            found = read(plan(tree / root, test), test)
            policies |= {f"{root}/{address}": text for address, text in found.items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(policies, indent=2) + "\n")
    print(f"policies: {len(policies)} documents in {target}")


def plan(root: Path, test: Path) -> list[str]:
    """Return the output of the test that plans a root module."""
    shutil.copy(test, root / "tests")
    terraform.initialize(root, ["-backend=false"])
    command = [provider.terraform(), "test", "-json", "-verbose", f"-filter=tests/{test.name}"]
    env = provider.environment()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=env)
    return done.stdout.splitlines()


def deployer(prefix: str = "evergreen", region: str = "eu-west-1") -> dict[str, str]:
    """Return the policies of who deploys (docs/deploy.md), for an example account, by file."""
    values = {"ACCOUNT": ACCOUNT, "REGION": region, "PREFIX": prefix}
    values["DATABASE"] = prefix.replace("-", "_")
    found = {}
    for file in sorted((ROOT / "docs" / "deployer").glob("*.json")):
        text = file.read_text()
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        found[str(file.relative_to(ROOT))] = text
    return found


def read(lines: list[str], test: Path) -> dict[str, str]:
    """Return the policies in the output of `terraform test -json -verbose`; TerraformError."""
    changes = [c for c in resource_changes(lines) if c["type"] not in OTHERS]
    unknown = [
        f"{c['address']}.{name}"
        for c in changes
        for name in ATTRIBUTES
        if _attributes(c, "after_unknown").get(name) and c["type"] not in WITHOUT
    ]
    if unknown:
        raise TerraformError(
            f"{test.relative_to(ROOT)} has to give what these policies depend on: {unknown}"
        )
    return {
        f"{c['address']}.{name}": text
        for c in changes
        for name in ATTRIBUTES
        if (text := _attributes(c, "after").get(name))
    }


def resource_changes(lines: list[str]) -> list[dict[str, Any]]:
    """Return the resources in the output of `terraform test -json -verbose`; TerraformError."""
    messages = [json.loads(line) for line in lines]
    errors = [m["@message"] for m in messages if m.get("@level") == "error"]
    plans = [m["test_plan"] for m in messages if m.get("type") == "test_plan"]
    if errors or not plans:
        raise TerraformError("nothing was planned:\n" + "\n".join(errors))
    found: list[dict[str, Any]] = plans[0]["resource_changes"]
    return found


def _attributes(change: dict[str, Any], when: str) -> dict[str, Any]:
    return change["change"].get(when) or {}


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except TerraformError as error:
        sys.exit(str(error))
