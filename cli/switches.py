"""Switch off and on what costs or runs by itself: poller, schedules, alarms, endpoints.

Each can be repeated; what is in the wanted state already stays as it is.
"""

import json
import time
from collections.abc import Callable

from botocore.exceptions import ClientError

from cli.aws import Json
from cli.connection import Connection
from cli.queries.pause import parameter_name
from cli.queries.services import STAGES
from common.endpoints import describe, target_config

BUSY = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}
DEADLINE_SECONDS = 1800  # for endpoints and the poller


def remember(connection: Connection, state: Json) -> None:
    """Write the parameter of the pause."""
    connection.clients("ssm").put_parameter(
        Name=parameter_name(connection), Value=json.dumps(state), Type="String", Overwrite=True
    )


def forget(connection: Connection) -> None:
    """Delete the parameter of the pause."""
    connection.clients("ssm").delete_parameter(Name=parameter_name(connection))


def scale_poller(connection: Connection, count: int) -> None:
    """Set the number of tasks of the poller's service, if there is one."""
    names = connection.outputs.poller
    if names is None:
        return
    connection.clients("ecs").update_service(
        cluster=names["cluster"], service=names["service"], desiredCount=count
    )


def schedules(connection: Connection, *, on: bool) -> None:
    """Enable or disable the rules that start something by schedule."""
    events = connection.clients("events")
    switch = events.enable_rule if on else events.disable_rule
    for name in connection.outputs.paused["schedules"]:
        switch(Name=name)


def silence_alarms(connection: Connection, *, on: bool) -> None:
    """Let the alarms that silence raises notify people, or not."""
    if names := list(connection.outputs.paused["alarms"]):
        cloudwatch = connection.clients("cloudwatch")
        switch = cloudwatch.enable_alarm_actions if on else cloudwatch.disable_alarm_actions
        switch(AlarmNames=names)


def endpoint_configs(connection: Connection) -> dict[str, str]:
    """Return the configurations that the existing endpoints serve, by stage."""
    sagemaker, names = connection.clients("sagemaker"), connection.outputs.endpoint_names
    found = {stage: describe(sagemaker, names[stage]) for stage in STAGES}
    configs = {stage: target_config(endpoint) for stage, endpoint in found.items() if endpoint}
    return {stage: config for stage, config in configs.items() if config}


def delete_endpoints(connection: Connection) -> list[str]:
    """Delete the endpoints, not their configurations; return those that still exist at last."""
    wait(connection, lambda: not _delete_remaining(connection))
    return _delete_remaining(connection)


def _delete_remaining(connection: Connection) -> list[str]:
    """Delete endpoints that are not busy; return the names of those that existed."""
    sagemaker = connection.clients("sagemaker")
    remaining = []
    for name in connection.outputs.endpoint_names.values():
        if (endpoint := describe(sagemaker, name)) is None:
            continue
        remaining.append(name)
        if endpoint["EndpointStatus"] not in BUSY:
            sagemaker.delete_endpoint(EndpointName=name)
    return remaining


def create_endpoints(connection: Connection, configs: Json) -> None:
    """Create the endpoints that do not exist; those that exist serve already."""
    sagemaker, outputs = connection.clients("sagemaker"), connection.outputs
    tags = [
        {"Key": "Deployment", "Value": outputs.prefix},
        {"Key": "Project", "Value": "evergreen"},
    ]
    for stage, config in configs.items():
        name = outputs.endpoint_names[stage]
        if describe(sagemaker, name) is None:
            try:
                sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config, Tags=tags)
            except ClientError:
                if describe(sagemaker, name) is None:  # else another resume created it
                    raise


def wait(connection: Connection, condition: Callable[[], bool]) -> bool:
    """Poll a condition until it is true or the time is over -> whether it is true."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(connection.poll_seconds)
    return True
