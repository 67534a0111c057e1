"""`evergreen pause` and `evergreen resume`: what is switched, in which order, and repeated."""

import json
from contextlib import ExitStack

import pytest

from cli.main import main
from tests.support.aws_calls import CallError, stubbed
from tests.support.sagemaker_account import THEN, Account
from tests.unit.cli.conftest import MACHINE

PARAMETER = "/evergreen/operations/paused"
ALARM, RULE = "evergreen-production-unmonitored", "evergreen-retrain-trigger-check"


class Loop:
    """A loop with both endpoints, one poller, a schedule and an alarm."""

    def __init__(self, deployment):
        self.deployment, self.clients = deployment, deployment.clients
        self.account, self.deployments = Account(), []
        for stage, version in (("production", 4), ("staging", 5)):
            config = f"evergreen-{stage}-v{version}"
            self.account.configs[config] = {}
            self.account.endpoints[f"evergreen-{stage}"] = {
                "EndpointConfigName": config,
                "EndpointStatus": "InService",
            }
        self.tasks = 1
        self.clients("events").put_rule(Name=RULE, ScheduleExpression="rate(15 minutes)")
        self.clients("cloudwatch").put_metric_alarm(
            AlarmName=ALARM,
            EvaluationPeriods=1,
            ComparisonOperator="GreaterThanThreshold",
            MetricName="m",
            Namespace="n",
            Period=60,
            Statistic="Sum",
            Threshold=0,
        )

    def state(self):
        (alarm,) = self.clients("cloudwatch").describe_alarms()["MetricAlarms"]
        return {
            "tasks": self.tasks,
            "schedule": self.clients("events").describe_rule(Name=RULE)["State"],
            "actions": alarm["ActionsEnabled"],
            "endpoints": {
                name: endpoint["EndpointConfigName"]
                for name, endpoint in self.account.endpoints.items()
            },
        }

    def parameter(self):
        found = self.clients("ssm").get_parameters(Names=[PARAMETER])["Parameters"]
        return json.loads(found[0]["Value"]) if found else None

    def create_endpoint(self, **request):
        answer = self.account.create_endpoint(**request)
        self.account.endpoints[request["EndpointName"]]["EndpointStatus"] = "InService"
        return answer

    def run(self, *arguments, **failing):
        operations = self.account.operations() | {
            "CreateEndpoint": self.create_endpoint,
            "ListPipelineExecutionSteps": lambda **_: {"PipelineExecutionSteps": []},
            "ListPipelineExecutions": lambda **_: {
                "PipelineExecutionSummaries": self.account.executions
            },
        }
        states = {
            "ListExecutions": lambda **_: {"executions": self.deployments},
            "GetExecutionHistory": lambda **_: {"events": []},
        }
        with ExitStack() as stubs:
            stubs.enter_context(stubbed(self.clients("sagemaker"), operations | failing))
            stubs.enter_context(stubbed(self.clients("stepfunctions"), states))
            stubs.enter_context(
                stubbed(
                    self.clients("ecs"),
                    {"UpdateService": self.update_service, "DescribeServices": self.services},
                )
            )
            return main([*arguments], self.deployment.connect)

    def update_service(self, desiredCount, **_):  # noqa: N803
        self.tasks = desiredCount

    def services(self, **_):
        counts = {"runningCount": self.tasks, "desiredCount": self.tasks}
        return {"services": [{"status": "ACTIVE", **counts}]}


ON = {
    "tasks": 1,
    "schedule": "ENABLED",
    "actions": True,
    "endpoints": {
        "evergreen-production": "evergreen-production-v4",
        "evergreen-staging": "evergreen-staging-v5",
    },
}
OFF = {"tasks": 0, "schedule": "DISABLED", "actions": False, "endpoints": {}}


@pytest.fixture
def loop(deployment):
    return Loop(deployment)


@pytest.fixture
def log(deployment):
    """The commands that change something, for approve, retrain and rollback."""
    deployment.package()
    return deployment


def test_loop_is_switched_off_and_on_again(loop, capsys):
    assert loop.run("pause", "--reason", "holidays") == 0
    assert loop.state() == OFF
    assert loop.parameter() == {
        "phase": "paused",
        "since": "2024-10-10T14:00:30Z",
        "by": "arn:aws:sts::123456789012:user/moto",
        "reason": "holidays",
        "endpoints": {"production": "evergreen-production-v4", "staging": "evergreen-staging-v5"},
    }
    assert "reads the last 24 hours of the gap" in capsys.readouterr().out
    assert loop.run("resume") == 0
    assert (loop.state(), loop.parameter()) == (ON, None)


def test_both_commands_can_be_repeated(loop, capsys):
    for _ in range(2):
        assert loop.run("pause") == 0
        assert loop.state() == OFF
    assert set(loop.parameter()["endpoints"]) == {"production", "staging"}
    for expected in ("the loop runs again", "the loop is not paused"):
        assert loop.run("resume") == 0
        assert expected in capsys.readouterr().out
        assert loop.state() == ON


@pytest.mark.parametrize("call", range(1, 3), ids=["first endpoint", "second endpoint"])
def test_interrupted_pause_is_repeated(loop, capsys, call):
    calls = []

    def fails_once(**request):
        calls.append(request)
        if len(calls) == call:
            raise CallError("ThrottlingException")
        loop.account.delete_endpoint(**request)

    assert loop.run("pause", DeleteEndpoint=fails_once) == 1
    assert loop.parameter()["phase"] == "pausing"
    assert loop.run("pause") == 0
    assert loop.state() == OFF
    assert loop.run("resume") == 0
    assert loop.state() == ON


def test_interrupted_resume_is_repeated(loop):
    assert loop.run("pause") == 0

    def fails(**_):
        raise CallError("ThrottlingException")

    assert loop.run("resume", CreateEndpoint=fails) == 1
    assert loop.parameter()["phase"] == "resuming"
    assert not loop.state()["actions"]
    assert loop.run("resume") == 0
    assert (loop.state(), loop.parameter()) == (ON, None)


def test_failed_endpoint_is_named_and_the_loop_stays_paused(loop, capsys):
    assert loop.run("pause") == 0

    def fails(**request):
        answer = loop.account.create_endpoint(**request)
        loop.account.endpoints[request["EndpointName"]]["EndpointStatus"] = "Failed"
        return answer

    assert loop.run("resume", CreateEndpoint=fails) == 1
    assert "evergreen-production is Failed" in capsys.readouterr().err
    assert loop.parameter()["phase"] == "resuming"


def test_loop_without_endpoints_is_paused(loop):
    loop.account.endpoints.clear()
    assert loop.run("pause") == 0
    assert loop.run("resume") == 0
    assert loop.state()["endpoints"] == {}


def running_training(loop):
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/evergreen-training/execution/1"
    loop.account.executions = [
        {
            "PipelineExecutionArn": arn,
            "PipelineExecutionStatus": "Executing",
            "StartTime": THEN,
        }
    ]


def running_deployment(loop):
    loop.deployments = [
        {
            "executionArn": MACHINE.replace("stateMachine", "execution") + ":1",
            "stateMachineArn": MACHINE,
            "name": "1",
            "status": "RUNNING",
            "startDate": THEN,
        }
    ]


@pytest.mark.parametrize(
    ("start", "what"), [(running_training, "a training"), (running_deployment, "a deployment")]
)
def test_running_work_is_named_and_nothing_changes(loop, capsys, start, what):
    start(loop)
    assert loop.run("pause") == 1
    assert f"{what} runs since 2024-10-10T00:00:00Z" in capsys.readouterr().err
    assert (loop.state(), loop.parameter()) == (ON, None)


def test_pause_waits_for_running_work(loop, capsys):
    running_training(loop)
    asked = []

    def executions(**_):
        asked.append(1)
        if len(asked) > 3:
            loop.account.executions = []
        return {"PipelineExecutionSummaries": loop.account.executions}

    assert loop.run("pause", "--wait", ListPipelineExecutions=executions) == 0
    assert "waiting: a training runs" in capsys.readouterr().err
    assert loop.state() == OFF


@pytest.mark.parametrize("command", ["approve", "retrain", "rollback"])
def test_nothing_new_starts_while_paused(loop, log, capsys, command):
    assert loop.run("pause") == 0
    assert main([command], log.connect) == 1
    assert "the loop is paused since 2024-10-10T14:00:30Z" in capsys.readouterr().err
