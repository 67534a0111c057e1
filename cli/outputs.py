"""The resource names of a deployment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from botocore.exceptions import ClientError

from cli.aws import is_absent
from cli.errors import CommandError

TABULAR = "is the deployment of a tabular model: it has no stream, minutes or tables"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Names that Terraform writes to the SSM parameter `/PREFIX/outputs`.

    Those of the stream are None in the deployment of a tabular model.
    """

    account_id: str
    apis: Mapping[str, Mapping[str, str]]  # by model: endpoint, id, key_id, stage
    athena: Mapping[str, str] | None  # database, workgroup
    bucket_name: str
    bus_name: str
    dead_letter_queues: Mapping[str, Sequence[str]]  # by number of the stage; or "shared"
    decision_log_group: str
    endpoint_names: Mapping[str, str]  # by stage
    feature_group_name: str | None  # the version that is read
    function_names: Mapping[str, str]
    loss_alarm_name: str
    metric_namespace: str
    model_package_group_name: str
    operator_role_arn: str
    paused: Mapping[str, Any]  # alarms, backfill_hours, desired_count, schedules
    pending_path: str
    poller: Mapping[str, str] | None  # cluster, service, task_definition
    prefix: str
    region: str
    state_machine_arn: str
    threshold_parameter: str
    training_workflow_arn: str  # of a SageMaker pipeline or a state machine

    @property
    def feature_group(self) -> str:
        """The feature group; CommandError without one."""
        if self.feature_group_name is None:
            raise CommandError(f"{self.prefix} {TABULAR}")
        return self.feature_group_name

    @property
    def tables(self) -> Mapping[str, str]:
        """Database and workgroup of SQL; CommandError without them."""
        if self.athena is None:
            raise CommandError(f"{self.prefix} {TABULAR}")
        return self.athena

    @property
    def service(self) -> Mapping[str, str]:
        """Cluster, service and task definition of the poller; CommandError without one."""
        if self.poller is None:
            raise CommandError(f"{self.prefix} {TABULAR}")
        return self.poller

    def function(self, name: str) -> str:
        """Return the name of a function; CommandError if the deployment does not have it."""
        if name not in self.function_names:
            raise CommandError(f"{self.prefix} {TABULAR}")
        return self.function_names[name]


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
