"""The resource names of a deployment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from botocore.exceptions import ClientError

from cli.aws import is_absent
from cli.errors import CommandError


@dataclass(frozen=True, slots=True)
class Outputs:
    """Names that Terraform writes to the SSM parameter `/PREFIX/outputs`."""

    account_id: str
    athena: Mapping[str, str]  # database, workgroup
    bucket_name: str
    bus_name: str
    dead_letter_queues: Mapping[str, Sequence[str]]  # by number of the stage; or "shared"
    decision_log_group: str
    endpoint_names: Mapping[str, str]  # by stage
    feature_group_name: str  # the version that is read
    function_names: Mapping[str, str]
    loss_alarm_name: str
    metric_namespace: str
    model_package_group_name: str
    operator_role_arn: str
    paused: Mapping[str, Any]  # alarms, backfill_hours, desired_count, schedules
    pending_path: str
    pipeline_name: str
    poller: Mapping[str, str]  # cluster, service, task_definition
    prefix: str
    region: str
    state_machine_arn: str
    threshold_parameter: str


def read_outputs(ssm: Any, prefix: str, where: str) -> Outputs:
    """Read the parameter; CommandError if the deployment does not exist."""
    name = f"/{prefix}/outputs"
    try:
        document = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
        return Outputs(**{field.name: document[field.name] for field in fields(Outputs)})
    except ClientError as error:
        if not is_absent(error):
            raise
        raise CommandError(
            f"no Evergreen deployment named {prefix} in {where}: {name} does not exist"
        ) from error
    except KeyError as error:
        raise CommandError(
            f"{name} has no {error}: it was written by another version of Evergreen; deploy again"
        ) from error
