"""ECS tasks as processes: each task of a known image runs the image's program.

Clusters, task definitions and services are MiniStack's. A task runs outside of virtual time: the
events that it puts on a bus move the clock.
"""

import threading
from collections.abc import Callable
from typing import Any

from local import ministack, processes, runtime
from local.containers import container, images
from local.containers.health_check import UNHEALTHY, HealthCheck
from local.events import event_bus
from local.iam import agents, principals
from local.iam.policies import AccessDeniedError

RESTART_SECONDS = 10.0
STOP_SECONDS = 30.0

_processes: dict[str, processes.Process] = {}  # by task ARN


class RoleMissingError(Exception):
    """The task definition lacks a role."""


def run_task(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make RunTask, also for services, start the processes of its tasks."""

    def wrapper(data: dict[str, Any]) -> Any:
        known = set(ministack.tasks)
        response = original(data)
        for arn in set(ministack.tasks) - known:
            threading.Thread(target=_run, args=(ministack.tasks[arn],), daemon=True).start()
        return response

    return wrapper


def stop_task(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make StopTask send SIGTERM, then SIGKILL after the stop timeout."""

    def wrapper(data: dict[str, Any]) -> Any:
        cluster = ministack.cluster_name(data.get("cluster"))
        task = ministack.find_task(data.get("task", ""), cluster)
        response = original(data)
        proc = _processes.pop(task["taskArn"], None) if task else None
        if proc is not None:
            stop = (proc, STOP_SECONDS)
            threading.Thread(target=processes.stop, args=stop, daemon=True).start()
        return response

    return wrapper


def create_service(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Add a field to CreateService that Terraform expects and MiniStack lacks."""

    def wrapper(data: dict[str, Any]) -> Any:
        response = original(data)
        for service in ministack.ecs_services.values():
            service.setdefault("availabilityZoneRebalancing", "DISABLED")
        return response

    return wrapper


def _run(task: dict[str, Any]) -> None:
    """Run one task until it ends; a task of a service is restarted."""
    key = ministack.task_definition_key(task["taskDefinitionArn"])
    declared = ministack.task_definitions[key]
    definition = declared["containerDefinitions"][0]
    _emit_state(task)
    try:
        _pull(task, declared, definition)
        session = _assume(declared, "taskRoleArn", task)
        environment = _environment(task, definition, session)
        proc = container.start(_program(task, definition), environment)
    except (AccessDeniedError, RoleMissingError, images.UnknownImageError, OSError) as error:
        ministack.mark_task_stopped(task["taskArn"], task, str(error), "TaskFailedToStart", 1)
    else:
        _processes[task["taskArn"]] = proc
        ended = threading.Event()
        if check := HealthCheck.of(definition):
            watched = (environment, ended, lambda health: _set_health(task, proc, health))
            threading.Thread(target=check.watch, args=watched, daemon=True).start()
        code = container.follow(proc, _log(task, definition))
        ended.set()
        reason, stop_code = "Essential container in task exited", "EssentialContainerExited"
        if task["healthStatus"] == UNHEALTHY and _service(task):
            reason, stop_code = "Task failed container health checks", "ServiceSchedulerInitiated"
        ministack.mark_task_stopped(task["taskArn"], task, reason, stop_code, code)
    _emit_state(task)
    if (service := _service(task)) and task["stopCode"] != "UserInitiated":
        cluster = ministack.cluster_of_arn(task["clusterArn"])
        restart = (ministack.reconcile_service, cluster, f"{cluster}/{service}")
        runtime.clock.call_later(RESTART_SECONDS, *restart)


def _assume(declared: dict[str, Any], field: str, task: dict[str, Any]) -> str:
    """Return the key of a session of a task; its events move the clock: it is not in flight.

    Raises AccessDeniedError, RoleMissingError.
    """
    if not (role := declared.get(field)):
        raise RoleMissingError(f"{declared['family']}: got no {field}, expected a role")
    return principals.assume(role, "ecs-tasks", _id(task), inside=False)


def _pull(task: dict[str, Any], declared: dict[str, Any], definition: dict[str, Any]) -> None:
    """Check what the agent does with the execution role: pull the image, write the log."""
    session, log = _assume(declared, "executionRoleArn", task), _log(task, definition)
    agents.pull_image(session, definition["image"])
    agents.write_log(session, log.group, log.stream)


def _set_health(task: dict[str, Any], proc: processes.Process, health: str) -> None:
    """Record the health; a service stops its unhealthy task, and `_run` replaces it."""
    task["healthStatus"] = task["containers"][0]["healthStatus"] = health
    if health == UNHEALTHY and _service(task):
        processes.stop(proc, STOP_SECONDS)


def _service(task: dict[str, Any]) -> str:
    """Return the name of the task's service, or nothing."""
    return str(task["group"].partition("service:")[2])


def _override(task: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any]:
    overrides = task["overrides"].get("containerOverrides", [])
    return next((entry for entry in overrides if entry["name"] == definition["name"]), {})


def _program(task: dict[str, Any], definition: dict[str, Any]) -> list[str]:
    argv = images.program(definition["image"], "run")
    command = _override(task, definition).get("command") or definition.get("command")
    return images.entry_point(command) if command else argv


def _environment(task: dict[str, Any], definition: dict[str, Any], session: str) -> dict[str, str]:
    override = _override(task, definition)
    variables = [*definition.get("environment", []), *override.get("environment", [])]
    environment = images.environment() | runtime.aws_environment(session)
    environment |= {variable["name"]: variable["value"] for variable in variables}
    work = runtime.home / "work" / "ecs" / _id(task)
    work.mkdir(parents=True)
    if health := environment.get("HEALTH_FILE"):
        environment["HEALTH_FILE"] = str(work / health.rpartition("/")[2])
    return environment


def _log(task: dict[str, Any], definition: dict[str, Any]) -> container.Log:
    options = definition.get("logConfiguration", {}).get("options", {})
    prefix = options.get("awslogs-stream-prefix", "task")
    group = options.get("awslogs-group", "/ecs/tasks")
    return container.Log(
        group,
        f"{prefix}/{definition['name']}/{_id(task)}",
        runtime.home / "logs" / "ecs" / f"{_id(task)}.log",
        creates_group=ministack.log_groups.get(group) is None,
    )


def _emit_state(task: dict[str, Any]) -> None:
    detail = {key: value for key, value in task.items() if not key.startswith("_")}
    event_bus.emit("aws.ecs", "ECS Task State Change", detail, [task["taskArn"]])


def _id(task: dict[str, Any]) -> str:
    return str(task["taskArn"].rpartition("/")[2])


def install() -> None:
    """Run tasks as processes, without looking for a Docker engine."""
    ministack.docker_client.replace(lambda: None)
    ministack.run_task.wrap(run_task)
    ministack.stop_task.wrap(stop_task)
    ministack.create_service.wrap(create_service)
