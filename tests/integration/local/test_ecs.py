"""ECS tasks of the local AWS: environment, logs, exit codes, stopping, health, restarts."""

import pytest

from tests.support.event_queue import Queue, add_rule
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration

PROGRAM = """
import os, signal, sys, time
print("level", os.environ["LEVEL"], os.environ.get("HOME"), flush=True)
signal.signal(signal.SIGTERM, lambda *_: (print("drained", flush=True), sys.exit(0)))
if os.environ["LEVEL"] == "wait":
    time.sleep(600)
sys.exit(3)
"""


@pytest.fixture(scope="module")
def cluster(aws):
    client = aws.client("ecs")
    client.create_cluster(clusterName="poller")
    client.register_task_definition(
        family="poller",
        executionRoleArn=ROLE,
        taskRoleArn=ROLE,
        containerDefinitions=[
            {
                "name": "poller",
                "image": "registry/any-poller:1",
                "command": ["python", "-c", PROGRAM],
                "environment": [{"name": "LEVEL", "value": "task"}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": "/ecs/poller",
                        "awslogs-stream-prefix": "run",
                        "awslogs-region": "eu-west-1",
                    },
                },
            }
        ],
    )
    return client


def run(client, level):
    override = {"name": "poller", "environment": [{"name": "LEVEL", "value": level}]}
    (task,) = client.run_task(
        cluster="poller", taskDefinition="poller", overrides={"containerOverrides": [override]}
    )["tasks"]
    return task["taskArn"]


def stopped(client, arn):
    client.get_waiter("tasks_stopped").wait(
        cluster="poller", tasks=[arn], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    (task,) = client.describe_tasks(cluster="poller", tasks=[arn])["tasks"]
    return task


def printed(aws, arn, text):
    """Wait until the task has printed a text -> all its output."""
    client, stream = aws.client("logs"), f"run/poller/{arn.rpartition('/')[2]}"

    def lines():
        try:
            events = client.get_log_events(logGroupName="/ecs/poller", logStreamName=stream)
        except client.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events["events"]]

    return aws.until(lambda: any(text in line for line in lines()) and lines())


def test_task_runs_its_command_with_its_environment_and_reports_the_exit_code(aws, cluster):
    queue = Queue(aws, "tasks")
    add_rule(aws, "tasks", {"Arn": queue.arn}, {"source": ["aws.ecs"]}, bus="default")
    arn = run(cluster, "exit")
    task = stopped(cluster, arn)
    assert task["containers"][0]["exitCode"] == 3
    assert task["stopCode"] == "EssentialContainerExited"
    assert printed(aws, arn, "level") == ["level exit None"]
    assert (aws.home / "logs" / "ecs" / f"{arn.rpartition('/')[2]}.log").exists()
    bodies = aws.until(queue.bodies)
    assert {body["detail-type"] for body in bodies} == {"ECS Task State Change"}


def test_stopped_task_receives_sigterm_and_can_drain(aws, cluster):
    arn = run(cluster, "wait")
    printed(aws, arn, "level wait")
    cluster.stop_task(cluster="poller", task=arn, reason="enough")
    assert printed(aws, arn, "drained")[-1] == "drained"
    assert stopped(cluster, arn)["stoppedReason"] == "enough"


def test_service_replaces_a_task_that_ended(aws, cluster):
    cluster.create_service(
        cluster="poller", serviceName="poller", taskDefinition="poller", desiredCount=1
    )
    (first,) = cluster.list_tasks(cluster="poller", serviceName="poller")["taskArns"]
    stopped(cluster, first)
    aws.pass_minutes(1)
    second = aws.until(
        lambda: cluster.list_tasks(cluster="poller", serviceName="poller")["taskArns"]
    )
    assert second != [first]
    cluster.update_service(cluster="poller", service="poller", desiredCount=0)
    stopped(cluster, second[0])
    aws.pass_minutes(1)
    assert not cluster.list_tasks(cluster="poller", serviceName="poller")["taskArns"]


def register_with_check(client, family, command):
    """Register a task that waits, with a health check that counts from its first failure."""
    definition = client.describe_task_definition(taskDefinition="poller")["taskDefinition"]
    (container,) = definition["containerDefinitions"]
    container["healthCheck"] = {"command": command, "interval": 5, "retries": 1}
    container["environment"] = [{"name": "LEVEL", "value": "wait"}]
    client.register_task_definition(
        family=family,
        executionRoleArn=ROLE,
        taskRoleArn=ROLE,
        containerDefinitions=[container],
    )


def test_service_replaces_an_unhealthy_task(aws, cluster):
    register_with_check(cluster, "unhealthy", ["CMD", "python", "-c", "raise SystemExit(1)"])
    cluster.create_service(
        cluster="poller", serviceName="unhealthy", taskDefinition="unhealthy", desiredCount=1
    )

    def tasks():
        return cluster.list_tasks(cluster="poller", serviceName="unhealthy")["taskArns"]

    (first,) = tasks()
    task = stopped(cluster, first)
    assert task["stoppedReason"] == "Task failed container health checks"
    assert (task["stopCode"], task["healthStatus"]) == ("ServiceSchedulerInitiated", "UNHEALTHY")
    assert printed(aws, first, "drained")[-1] == "drained"
    aws.pass_minutes(1)
    assert aws.until(tasks) != [first]
    cluster.update_service(cluster="poller", service="unhealthy", desiredCount=0)


def test_health_of_a_task_is_that_of_its_command(aws, cluster):
    register_with_check(cluster, "healthy", ["CMD-SHELL", 'test "$LEVEL" = wait'])
    (task,) = cluster.run_task(cluster="poller", taskDefinition="healthy")["tasks"]
    arn = task["taskArn"]

    def health():
        return cluster.describe_tasks(cluster="poller", tasks=[arn])["tasks"][0]["healthStatus"]

    assert health() == "UNKNOWN"
    aws.until(lambda: health() == "HEALTHY")
    cluster.stop_task(cluster="poller", task=arn)
