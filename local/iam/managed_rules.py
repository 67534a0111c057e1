"""The rules by which Step Functions learns of the end of jobs: the machine's role creates them."""

import re
from typing import Any

from local import ministack, runtime
from local.http_messages import Response, error
from local.iam import policies
from local.iam.policies import Check

SYNC = re.compile(r"states:::sagemaker:create(Processing|Training|Transform)Job\.sync")
ACTIONS = ("DescribeRule", "PutRule", "PutTargets")


def refusal(fields: dict[str, Any]) -> Response | None:
    """Return the error of a state machine whose role may not create its rules, None otherwise."""
    machine = ministack.state_machines.get(fields.get("stateMachineArn", ""), {})
    role = fields.get("roleArn") or machine.get("roleArn", "")
    name = role.rpartition("/")[2]
    for kind in sorted(set(SYNC.findall(fields.get("definition") or ""))):
        rule = f"rule/StepFunctionsGetEventsForSageMaker{kind}JobsRule"
        arn = f"arn:aws:events:{runtime.REGION}:{runtime.account}:{rule}"
        for action in ACTIONS:
            if not policies.allows(name, role, Check(f"events:{action}", arn)):
                message = f"'{role}' is not authorized to create managed-rule."
                return error("AccessDeniedException", message)
    return None
