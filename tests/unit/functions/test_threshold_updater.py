"""The threshold of a stage follows from the windows of the version that it serves."""

import json
import math
from datetime import timedelta

import boto3
import pytest

from common import times
from common.threshold_parameter import ThresholdError, ThresholdParameter
from tests.support.aws_calls import stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket, created
from tests.support.production_endpoint import ALARM_ENVIRONMENT, ARN, NAME
from threshold_updater import handler, parameter

KEY = "training/x/evaluation/evaluation.json"
END = "2024-10-10T05:00:00Z"
AT, BEFORE, AFTER = "2024-10-10T05:01:00Z", "2024-10-09T23:00:00Z", "2024-10-10T05:01:01Z"
OTHER = ARN[:-1] + "4"
STAGE = {"parameter": NAME, "policy": "follow", "slack": 0.1, "value": None}


def deployed(at=AT, arn=ARN, stage="production"):
    detail = {"version": "1", "stage": stage, "package_arn": arn}
    return {"source": "evergreen.loop", "time": at, "detail": detail}


def evaluation(ratio=1.0, count=24):
    """Return an evaluation whose windows, 5 minutes apart, alternate around a relative loss."""
    first = times.parse(END) - timedelta(minutes=30 + 5 * count)
    windows = [
        {
            "first_minute": times.iso(first + timedelta(minutes=5 * number)),
            "wql": 0.1 * ratio * (1.2 if number % 2 else 1 / 1.2),
            "reference_wql": 0.1,
        }
        for number in range(count)
    ]
    return {"trained_at": END, "windows": windows, "limit": 0.5}


class Registry:
    """A package in the registry, its evaluation in S3, thresholds in SSM."""

    def __init__(self, s3):
        self.s3, self.ssm = s3, boto3.client("ssm")
        for name in (NAME, f"{NAME}-staging"):
            initial = json.dumps({"value": None, "set_by": None})
            self.ssm.put_parameter(Name=name, Value=initial, Type="String")

    def evaluated(self, **document):
        self.s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(document))

    def describe(self, ModelPackageName):  # noqa: N803
        place = {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/{KEY}"}
        return {
            "ModelPackageArn": ModelPackageName,
            "ModelPackageName": ModelPackageName,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "CreationTime": "2024-10-10T00:00:00Z",
            "ModelMetrics": {"ModelQuality": {"Statistics": place}},
        }

    def deploy(self, **event):
        return self._deliver(deployed(**event))

    def measure(self, hour, ratio=1.0, *, breach=False, arn=ARN):
        """Deliver the result of an hour, counted from 05:00, with two windows."""
        time = times.parse(END) + timedelta(hours=hour)
        windows = [
            {"first_minute": times.iso(time - timedelta(minutes=m)), "score": math.log(ratio)}
            for m in (35, 65)
        ] + [{"first_minute": times.iso(time), "score": None}]
        result = {
            "stage": "production",
            "time": times.iso(time),
            "package_arn": arn,
            "breach": breach,
            "windows": windows,
        }
        self.s3.put_object(Bucket=BUCKET, Key="monitoring/r.json", Body=json.dumps(result))
        return self._deliver(created("monitoring/r.json"))

    def _deliver(self, event):
        with stubbed(handler.sagemaker, {"DescribeModelPackage": self.describe}):
            return handler.lambda_handler(event, CONTEXT)

    def text(self, name=NAME):
        return self.ssm.get_parameter(Name=name)["Parameter"]["Value"]

    def stored(self, name=NAME):
        return ThresholdParameter.model_validate_json(self.text(name))


@pytest.fixture
def registry(monkeypatch):
    for name, value in ALARM_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PREDICTION_LENGTH", "30")
    policies(monkeypatch)
    with bucket() as s3:
        account = Registry(s3)
        account.evaluated(**evaluation())
        yield account


def policies(monkeypatch, **production):
    stages = {
        "production": STAGE | production,
        "staging": STAGE | {"parameter": f"{NAME}-staging", "policy": "fixed", "value": 1.3},
    }
    monkeypatch.setenv("THRESHOLDS", json.dumps(stages))


def test_deployed_model_sets_the_threshold_of_its_windows(registry):
    found = registry.deploy()
    stored = registry.stored()
    assert found == {"stage": "production", "threshold": stored.value, "windows": 24}
    assert (stored.set_by, stored.deployed_at, stored.policy) == (ARN, AT, "follow")
    assert stored.typical == pytest.approx(1.0, rel=1e-4)
    assert 1.2 < stored.value < 2
    assert stored.known_until == times.parse(END)
    assert stored.reference_wql == pytest.approx(0.1)


def test_redelivered_deployment_changes_nothing(registry):
    registry.deploy()
    registry.measure(1)
    before = registry.text()
    registry.deploy()
    assert registry.text() == before


def test_older_deployment_delivered_late_changes_nothing(registry):
    registry.deploy()
    before = registry.text()
    registry.evaluated(**evaluation(3.0))
    registry.deploy(at=BEFORE, arn=OTHER)
    assert registry.text() == before
    registry.deploy(at=AFTER, arn=OTHER)
    assert registry.stored().typical == pytest.approx(3.0, rel=1e-4)


def test_version_that_is_deployed_again_keeps_its_windows(registry):
    registry.deploy()
    for hour in range(1, 6):
        registry.measure(hour, 1.1)
    before = registry.stored()
    registry.deploy(at=AFTER)
    assert registry.stored() == before.model_copy(update={"deployed_at": AFTER})


def test_readings_replace_the_windows_of_the_backtest_one_by_one(registry):
    registry.deploy()
    backtest = registry.stored().windows
    for hour in range(1, 4):
        registry.measure(hour, 1.1)
    stored = registry.stored()
    assert len(stored.windows) == 24
    assert stored.windows[:22] == backtest[2:]
    assert [score for _, score in stored.windows[22:]] == [round(math.log(1.1), 4)] * 2
    assert len(stored.pending) == 2  # two more readings could begin a breach with them


def test_after_the_backtest_windows_accumulate_up_to_96(registry):
    registry.deploy()
    counts = [registry.measure(hour)["windows"] for hour in range(1, 61)]
    assert counts[13] == 24
    assert counts[-1] == 96
    assert len(registry.text()) < 4096


def test_redelivered_and_older_results_change_nothing(registry):
    registry.deploy()
    registry.measure(1)
    registry.measure(2)
    before = registry.text()
    registry.measure(2)
    registry.measure(1, 5.0)
    assert registry.text() == before


def test_results_of_another_version_change_nothing(registry):
    registry.deploy()
    before = registry.text()
    registry.measure(1, 5.0, arn=OTHER)
    assert registry.text() == before


def test_reading_from_before_a_rollback_changes_nothing(registry):
    """The version had served before; a result of that time is delivered again."""
    registry.deploy()
    registry.deploy(at="2024-10-10T08:10:00Z", arn=OTHER)
    registry.deploy(at="2024-10-10T08:40:00Z")
    before = registry.text()
    registry.measure(3, 5.0)
    assert registry.text() == before


def test_readings_of_a_breach_do_not_raise_the_threshold(registry):
    registry.deploy()
    registry.measure(1)
    before = registry.stored()
    registry.measure(2, 3.0)
    registry.measure(3, 3.0, breach=True)
    registry.measure(4, 3.0, breach=True)
    registry.measure(5)
    stored = registry.stored()
    assert (stored.value, stored.windows) == (before.value, before.windows)
    assert len(stored.pending) == 1


def test_worse_readings_without_a_breach_raise_the_threshold(registry):
    registry.deploy()
    before = registry.stored()
    for hour in range(1, 20):
        registry.measure(hour, 1.3)
    assert registry.stored().typical > 1.25 > before.typical


def test_fixed_threshold_stays(registry, monkeypatch):
    policies(monkeypatch, policy="fixed", value=1.4)
    registry.deploy()
    for hour in range(1, 6):
        registry.measure(hour, 1.3)
    assert registry.stored().value == 1.4
    assert registry.stored().typical > 1


def test_ratchet_rises_only_by_the_slack_between_versions(registry, monkeypatch):
    policies(monkeypatch, policy="ratchet")
    registry.deploy()
    first = registry.stored().value
    registry.evaluated(**evaluation(3.0))
    registry.deploy(at=AFTER, arn=OTHER)
    assert registry.stored().value == pytest.approx(1.1 * first)
    registry.evaluated(**evaluation(0.5))
    registry.deploy(at="2024-10-11T05:00:00Z")
    assert registry.stored().value < first


def test_stages_have_their_own_threshold_and_policy(registry):
    assert registry.deploy(stage="staging")["threshold"] == 1.3
    assert registry.stored().value is None
    assert registry.stored(f"{NAME}-staging").set_by == ARN


def test_threshold_of_an_earlier_format_is_replaced(registry):
    old = {"value": 0.31, "set_by": OTHER, "deployed_at": BEFORE}
    registry.ssm.put_parameter(Name=NAME, Value=json.dumps(old), Overwrite=True)
    registry.deploy()
    assert registry.stored().previous is None


def test_concurrent_write_is_not_lost(registry):
    """A result is processed while the next version is deployed."""
    registry.deploy()
    registry.evaluated(**evaluation(3.0))
    interrupted = []

    def change(current):
        if not interrupted:
            interrupted.append(current)
            registry.deploy(at=AFTER, arn=OTHER)
        return current.model_copy(update={"updated_at": AFTER})

    parameter.change(registry.ssm, NAME, change)
    assert registry.stored().set_by == OTHER
    assert registry.stored().updated_at == AFTER


def test_deployment_is_not_lost_to_a_concurrent_result_of_the_version_before_it(registry):
    """The result changes nothing any more, but it has overwritten the deployment."""
    registry.deploy()
    interrupted = []

    def change(current):
        if not interrupted:
            interrupted.append(current)
            registry.deploy(at=AFTER, arn=OTHER)
        if current.set_by != ARN:
            return current
        return current.model_copy(update={"updated_at": AFTER})

    assert parameter.change(registry.ssm, NAME, change).set_by == OTHER
    assert registry.stored().set_by == OTHER


@pytest.mark.parametrize("value", [None, "0.3", True, -1, math.nan, math.inf])
def test_unusable_loss_is_an_error_and_the_old_threshold_stays(registry, value):
    document = evaluation()
    document["windows"][3]["wql"] = value
    registry.evaluated(**document)
    with pytest.raises(ValueError, match=r"evaluation\.json: windows\.3\.wql: got"):
        registry.deploy()
    assert registry.stored().value is None


@pytest.mark.parametrize("windows", [[], 24, None])
def test_evaluation_without_windows_is_an_error(registry, windows):
    registry.evaluated(trained_at=END, windows=windows)
    with pytest.raises(ValueError, match="windows: got"):
        registry.deploy()


def test_fixed_policy_without_a_value_is_an_error(registry, monkeypatch):
    policies(monkeypatch, policy="fixed")
    with pytest.raises(ValueError, match=r"PRODUCTION\.VALUE: got None, expected a number with"):
        registry.deploy()


@pytest.mark.parametrize("text", ['{"value": NaN}', '{"value": 1e999}', '{"value": -1}', "no"])
def test_parameter_without_a_threshold_is_named(registry, text):
    registry.evaluated(**evaluation())
    registry.ssm.put_parameter(Name=NAME, Value=text, Type="String", Overwrite=True)
    with pytest.raises(ThresholdError, match=f"^{NAME}: "):
        registry.deploy()
    assert registry.ssm.get_parameter(Name=NAME)["Parameter"]["Value"] == text


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0])
def test_threshold_that_is_none_is_never_written(registry, value):
    with pytest.raises(ThresholdError, match=f"^{NAME}: value: got "):
        parameter.change(registry.ssm, NAME, lambda now: now.model_copy(update={"value": value}))
    stored = json.loads(registry.ssm.get_parameter(Name=NAME)["Parameter"]["Value"])
    assert stored == {"value": None, "set_by": None}
