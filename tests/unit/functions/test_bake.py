"""The bake period: readings of a new version, forecasts of the replaced one, the verdict."""

import json
import math

import numpy as np
import pytest
from botocore.exceptions import ClientError
from scipy import stats

from bake_judge import handler as judge
from bake_judge import judgement
from bake_starter import handler as starter
from common import bake, deepar, scores, threshold
from tests.support import fake_feature_store as feature_store
from tests.support.aws_calls import CallError, stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.lambda_events import BUCKET, bucket, created
from tests.support.production_endpoint import ARN, ENVIRONMENT, NAME, Production

REPLACED = f"{ARN[:-1]}2"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:test-deployment"
JOB = "test-bake-v3-20241010T080000Z"
NOW = "2024-10-10T08:03:00Z"
SETTINGS = {
    "BAKE_READINGS": "[3, 6]",
    "EVENT_BUS_NAME": "test",
    "INSTANCE_TYPE": "ml.m5.large",
    "KMS_KEY_ARN": "arn:aws:kms:eu-west-1:123456789012:key/1",
    "STATE_MACHINE_ARN": MACHINE,
    "THRESHOLD_PARAMETER": NAME,
}
TRUTH = [95.0, 105.0] * 15
GOOD = {
    level: [fee + step for fee in TRUTH] for level, step in (("0.1", -3), ("0.5", 0), ("0.9", 3))
}


class Bake(Production):
    """Version 3 in production, which replaced version 2 at 05:30."""

    def __init__(self, s3):
        super().__init__(s3)
        self.jobs, self.executions, self.events, self.pending = {}, [], [], None
        self.serves("test-production-v3")
        self.threshold(replaced=REPLACED, deployed_at="2024-10-10T05:30:00Z")

    def serves(self, config, status="InService"):
        self.config, self.status = config, status

    def describe(self, EndpointName):  # noqa: N803
        description = super().describe(EndpointName) | {"EndpointConfigName": self.config}
        if self.pending:
            description["PendingDeploymentSummary"] = {"EndpointConfigName": self.pending}
        return description

    def create(self, **request):
        if request["TransformJobName"] in self.jobs:
            raise CallError("ResourceInUse")
        self.jobs[request["TransformJobName"]] = request
        return {"TransformJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:transform-job/x"}

    def execute(self, **request):
        if request["name"] in {execution["name"] for execution in self.executions}:
            raise CallError("ExecutionAlreadyExists")
        self.executions.append(request)
        return {"executionArn": f"{MACHINE}:x", "startDate": "2024-10-10T00:00:00Z"}

    def put_events(self, Entries):  # noqa: N803
        self.events += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}

    def start(self, hour=8):
        """Deliver the result of an hour to bake_starter."""
        key = f"monitoring/production/2024/10/10/{hour:02}/production-2024-10-10T{hour:02}:00:00Z"
        with (
            stubbed(starter.sagemaker, {"CreateTransformJob": self.create}),
            feature_store.stubbed(starter.store, "BatchGetRecord", self.store.batch),
        ):
            return starter.lambda_handler(created(f"{key}.json"), CONTEXT)

    def forecast(self, quantiles=GOOD, lines=6):
        """Write the job's output."""
        line = json.dumps({"quantiles": quantiles, "mean": quantiles["0.5"]})
        body = "".join(f"{line}\n" for _ in range(lines))
        self.s3.put_object(Bucket=BUCKET, Key=bake.output_key(JOB), Body=body.encode())

    def end(self, status="Completed", **detail):
        """Deliver the end of the job to bake_judge."""
        about = {"TransformJobName": JOB, "TransformJobStatus": status, **detail}
        with (
            stubbed(judge.sagemaker, {"DescribeEndpoint": self.describe}),
            stubbed(judge.states, {"StartExecution": self.execute}),
            stubbed(judge.events, {"PutEvents": self.put_events}),
        ):
            return judge.lambda_handler({"time": NOW, "detail": about}, CONTEXT)

    def read(self, key):
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


@pytest.fixture
def account(monkeypatch):
    for name, value in (ENVIRONMENT | SETTINGS).items():
        monkeypatch.setenv(name, value)
    with bucket() as s3:
        found = Bake(s3)
        for hour in (6, 7, 8):
            found.measure(hour)
        yield found


def test_replaced_version_is_asked_for_all_windows_since_the_promotion(account):
    assert account.start() == {"job": JOB}
    job = account.jobs[JOB]
    assert job["ModelName"] == "test-v2"
    source = f"s3://{BUCKET}/bake/{JOB}/input/requests.jsonl"
    assert job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == source
    requests = [json.loads(line) for line in account.read(bake.input_key(JOB)).splitlines()]
    sent = [json.loads(request["Body"])["instances"][0] for request in account.requests]
    assert requests == sorted(sent, key=lambda instance: instance["start"])
    comparison = bake.Comparison.model_validate_json(account.read(bake.comparison_key(JOB)))
    assert (comparison.package_arn, comparison.replaced_arn) == (ARN, REPLACED)
    assert [window.truth for window in comparison.windows] == [tuple(TRUTH)] * 6


@pytest.mark.parametrize("hour", [6, 7])
def test_comparison_waits_for_its_number_of_readings(account, hour):
    assert "reason" in account.start(hour)
    assert not account.jobs


def test_readings_before_the_promotion_do_not_count(account):
    account.threshold(replaced=REPLACED, deployed_at="2024-10-10T06:10:00Z")
    assert "reason" in account.start()
    assert not account.jobs


def test_readings_of_another_version_do_not_count(account):
    account.threshold(set_by=f"{ARN[:-1]}4", replaced=ARN, deployed_at="2024-10-10T05:40:00Z")
    assert "reason" in account.start()


def test_readings_without_scored_windows_do_not_count(account):
    account.delete_rows("2024-10-10T08:00:00Z", 60)
    account.measure(9)
    assert "reason" in account.start(9)
    account.start()
    assert set(account.jobs) == {JOB}


def test_version_without_a_replaced_one_is_not_compared(account):
    account.threshold(deployed_at="2024-10-10T05:30:00Z")
    assert "replaced no older one" in account.start()["reason"]


def test_repeated_result_starts_no_second_job(account):
    assert account.start() == account.start()
    assert len(account.jobs) == 1


def test_job_that_sagemaker_refuses_fails_the_invocation(account):
    account.create = lambda **_: (_ for _ in ()).throw(CallError("ResourceLimitExceeded"))
    with pytest.raises(ClientError, match="ResourceLimitExceeded"):
        account.start()


def test_worse_version_is_rolled_back_by_itself(account):
    account.start()
    account.forecast()
    detail = account.end()
    losses = [scores.mean_wql(TRUTH, quantiles) for quantiles in (account.quantiles, GOOD)]
    ratio = losses[0] / losses[1]
    assert detail["verdict"] == "rolled back"
    assert detail["ratio"] == pytest.approx(ratio)
    [execution] = account.executions
    document = json.loads(execution["input"])
    assert (document["package_arn"], document["version"]) == (REPLACED, 2)
    assert document["approval"]["path"] == "automatic rollback"
    assert f"{ratio:.2f} times the loss of model 2" in document["approval"]["comment"]
    [event] = account.events
    assert (event["DetailType"], json.loads(event["Detail"])["replaced_version"]) == (
        "Bake Checked",
        2,
    )


def test_equal_version_is_kept(account):
    account.start()
    account.forecast(account.quantiles)
    assert account.end()["verdict"] == "kept"
    assert not account.executions


def test_repeated_end_of_a_job_starts_no_second_rollback(account):
    account.start()
    account.forecast()
    assert account.end() == account.end()
    assert len(account.executions) == 1


def test_version_that_no_longer_serves_is_not_rolled_back(account):
    account.start()
    account.forecast()
    account.serves("test-production-v4")
    assert account.end()["verdict"] == "superseded"
    assert not account.executions


def test_version_that_is_being_replaced_is_not_rolled_back(account):
    account.start()
    account.forecast()
    account.serves("test-production-v3", "Updating")
    account.pending = "test-production-v4"
    assert account.end()["verdict"] == "superseded"
    assert not account.executions


def test_verdict_waits_while_production_is_updated(account):
    account.start()
    account.forecast()
    account.serves("test-production-v3", "Updating")
    with pytest.raises(judge.EndpointNotReadyError, match="Updating"):
        account.end()
    assert not account.events


def test_failed_job_is_recorded_with_its_reason(account):
    account.start()
    detail = account.end("Failed", FailureReason="AlgorithmError: out of memory")
    assert (detail["verdict"], detail["reason"]) == ("not judged", "AlgorithmError: out of memory")


def test_missing_forecast_is_an_error(account):
    account.start()
    account.forecast(lines=5)
    with pytest.raises(deepar.ForecastError, match="got 5 forecasts, expected 6"):
        account.end()


def test_equal_versions_are_seldom_rolled_back():
    rng = np.random.default_rng(7)
    for count in (6, 12, 24):
        found = [
            judgement.judge((math.exp(score), 1.0) for score in rng.normal(0, 0.4, count))
            for _ in range(3000)
        ]
        assert sum(one.worse for one in found) <= 3000 * judgement.FALSE_ROLLBACKS * 1.6


def test_limit_is_that_of_student_for_scores_as_they_are_known_to_scatter():
    values = np.array([0.3, 0.7, 0.1, 0.9, 0.4, 0.6])
    found = judgement.judge((math.exp(value), 1.0) for value in values)
    freedom = threshold.PRIOR_WINDOWS + 5
    squares = threshold.PRIOR_WINDOWS * threshold.PRIOR_DEVIATION**2 + 5 * values.var(ddof=1)
    error = math.sqrt(squares / freedom / 6)
    expected = values.mean() - stats.t.ppf(1 - judgement.FALSE_ROLLBACKS, freedom) * error
    assert math.log(found.low) == pytest.approx(expected, rel=1e-3)
    assert found.ratio == pytest.approx(math.exp(values.mean()))


def test_windows_without_a_score_are_not_judged():
    assert judgement.judge([(0.0, 0.1), (0.1, 0.0)]) is None


def test_threshold_parameter_is_read_uncached(account):
    account.start(6)
    account.threshold(deployed_at="2024-10-10T05:30:00Z")
    assert "replaced no older one" in account.start()["reason"]
