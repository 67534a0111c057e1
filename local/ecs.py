"""ECS tasks as processes: each task of a known image runs the image's program.

Clusters, task definitions and services stay MiniStack's. A task is outside of virtual time: what
it puts on a bus may move the clock.
"""

import subprocess
import threading
from typing import Any

from ministack.services import ecs

from local import events, images, logs, processes, runtime

RESTART_SECONDS = 10.0

_running: "dict[str, subprocess.Popen[bytes]]" = {}


def run_task(data: dict[str, Any]) -> Any:
    """RunTask (services come here too): record the tasks, then start their processes."""
    known = set(ecs._tasks)
    answer = _run_task(data)
    for arn in set(ecs._tasks) - known:
        threading.Thread(target=_follow, args=(ecs._tasks[arn],), daemon=True).start()
    return answer


def stop_task(data: dict[str, Any]) -> Any:
    """StopTask: SIGTERM, then SIGKILL after the stop timeout."""
    task = ecs._resolve_task(data.get("task", ""), ecs._resolve_cluster_name(data.get("cluster")))
    answer = _stop_task(data)
    proc = _running.pop(task["taskArn"], None) if task else None
    if proc is not None:
        threading.Thread(target=processes.stop, args=(proc, 30.0), daemon=True).start()
    return answer


def _follow(task: dict[str, Any]) -> None:
    """Run one task to its end, line by line into its log."""
    definition = ecs._task_defs[ecs._resolve_td_key(task["taskDefinitionArn"])]
    container = definition["containerDefinitions"][0]
    _announce(task)
    try:
        proc = _start(task, container)
    except (images.UnknownImageError, OSError) as error:
        ecs._mark_task_stopped(task["taskArn"], task, str(error), "TaskFailedToStart", 1)
    else:
        _running[task["taskArn"]] = proc
        _forward(task, container, proc)
        code = proc.wait()
        why = "Essential container in task exited"
        ecs._mark_task_stopped(task["taskArn"], task, why, "EssentialContainerExited", code)
    _announce(task)
    service = task["group"].partition("service:")[2]
    if service and task["stopCode"] != "UserInitiated":
        cluster = ecs._cluster_name_from_arn(task["clusterArn"])
        key = f"{cluster}/{service}"
        runtime.clock.call_later(RESTART_SECONDS, ecs._reconcile_service_tasks, cluster, key)


def _start(task: dict[str, Any], container: dict[str, Any]) -> "subprocess.Popen[bytes]":
    argv, environment, folder = images.command(container["image"], "run")
    override: dict[str, Any] = next(
        (
            given
            for given in task["overrides"].get("containerOverrides", [])
            if given["name"] == container["name"]
        ),
        {},
    )
    if command := override.get("command") or container.get("command"):
        argv = images.entry_point(command)
    variables = [*container.get("environment", []), *override.get("environment", [])]
    environment |= runtime.aws_environment()
    environment |= {"AWS_ACCESS_KEY_ID": "task"}  # from outside: what it sends moves the clock
    environment |= {variable["name"]: variable["value"] for variable in variables}
    work = runtime.home / "work" / "ecs" / _id(task)
    work.mkdir(parents=True)
    if health := environment.get("HEALTH_FILE"):
        environment["HEALTH_FILE"] = str(work / health.rpartition("/")[2])
    return processes.spawn(argv, environment, folder, None)


def _forward(
    task: dict[str, Any], container: dict[str, Any], proc: "subprocess.Popen[bytes]"
) -> None:
    """Write each line that the task prints to CloudWatch Logs and to its file."""
    options = container.get("logConfiguration", {}).get("options", {})
    group = options.get("awslogs-group", "/ecs/tasks")
    prefix = options.get("awslogs-stream-prefix", "task")
    file = runtime.home / "logs" / "ecs" / f"{_id(task)}.log"
    for line in proc.stdout or ():
        text = line.decode(errors="replace").rstrip("\n")
        logs.write(group, f"{prefix}/{container['name']}/{_id(task)}", [text])
        logs.append(file, [text])


def _announce(task: dict[str, Any]) -> None:
    detail = {key: value for key, value in task.items() if not key.startswith("_")}
    events.emit("aws.ecs", "ECS Task State Change", detail, [task["taskArn"]])


def _id(task: dict[str, Any]) -> str:
    return str(task["taskArn"].rpartition("/")[2])


def _rebalancing(original: Any) -> Any:
    """Add the one field of a service that Terraform misses in MiniStack's answers."""

    def wrapper(data: dict[str, Any]) -> Any:
        answer = original(data)
        for service in ecs._services.values():
            service.setdefault("availabilityZoneRebalancing", "DISABLED")
        return answer

    return wrapper


_run_task, _stop_task = ecs._run_task, ecs._stop_task


def install() -> None:
    """Run tasks as processes, with no Docker engine asked for."""
    ecs._get_docker = lambda: None
    ecs._run_task, ecs._stop_task = run_task, stop_task
    ecs._create_service = _rebalancing(ecs._create_service)
    ecs._ACTION_MAP |= {
        "RunTask": run_task,
        "StopTask": stop_task,
        "CreateService": ecs._create_service,
    }
