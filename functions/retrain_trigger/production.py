"""Why production needs a better model, read from AWS."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from common import monitoring_results, s3_objects, threshold_parameter, times, windows
from common.errors import bad_value
from common.monitoring_results import ResultError
from common.observability import logger
from common.reference_forecast import REFERENCE
from common.tournament import minimum_minutes
from retrain_trigger.attempts import Situation
from retrain_trigger.training_events import alarm_reason

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

STAGE = "production"
NEWEST = timedelta(days=2)  # an older result says nothing about a present alarm
# The pipeline's own rules decide on the data; this one saves requests that they would reject.
COMPLETE_SHARE = 0.97
SPARE_MINUTES = 5  # so that the last window can begin at a multiple of five minutes


@dataclass(frozen=True, slots=True)
class Version:
    """A model version in the registry."""

    number: int
    created: datetime
    approval: str


@dataclass(frozen=True, slots=True)
class Production:
    """Clients and names for reading the state of production."""

    cloudwatch: "CloudWatchClient"
    s3: "S3Client"
    sagemaker: "SageMakerClient"
    ssm: "SSMClient"
    states: "SFNClient"
    store: "SageMakerFeatureStoreRuntimeClient"
    alarm: str
    bucket: str
    feature_group: str | None  # None: a tabular model, whose data are in S3
    package_group: str
    state_machine_arn: str
    threshold_parameter: str
    horizon: int
    lag_minutes: int

    def versions(self) -> list[Version]:
        """Return all versions in the registry."""
        pages = self.sagemaker.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=self.package_group
        )
        return [
            Version(
                package["ModelPackageVersion"],
                package["CreationTime"],
                package["ModelApprovalStatus"],
            )
            for page in pages
            for package in page["ModelPackageSummaryList"]
        ]

    def situation(self, versions: list[Version], now: datetime) -> tuple[Situation | None, str]:
        """Return why production needs a better model, or None; and what was found."""
        if not versions:
            return self._first_model(now)
        if reason := self._reason_in_alarm():
            return self.breach(versions, reason, now), reason
        if found := self._reference():
            return replace(found, undecided=self.undecided(versions)), found.reason
        return None, "the alarm is not in ALARM and a model serves production"

    def breach(self, versions: list[Version], reason: str, now: datetime) -> Situation:
        """Return the situation while the alarm is in ALARM.

        The data are new from the first window of the reading that began the breach.
        """
        situation = Situation(reason, undecided=self.undecided(versions))
        after = monitoring_results.folder(STAGE, now - NEWEST)
        keys = monitoring_results.keys(self.s3, self.bucket, STAGE, after)
        try:
            since = self._result(keys[-1])["breach_since"] if keys else None
            first = monitoring_results.key(STAGE, times.parse(since)) if since else None
            if first is None or first not in keys:
                return situation
            found = self._result(first)["windows"]
        except ResultError as error:
            logger.warning("begin of the breach is unknown", extra={"error": str(error)})
            return situation
        firsts = [times.parse(window["first_minute"]) for window in found]
        return replace(situation, since=min(firsts, default=None))

    def _first_model(self, now: datetime) -> tuple[Situation | None, str]:
        """Return the situation before the first version, None while the history is too short."""
        if self.feature_group is None:
            situation = Situation("first model")
            return situation, situation.reason
        needed = minimum_minutes(self.horizon) + SPARE_MINUTES
        first = times.floor_minute(now) - (self.lag_minutes + needed) * times.MINUTE
        minutes = times.minutes(first, needed)
        fees = windows.average_fees(self.store, self.feature_group, minutes)
        known = sum(fee is not None for fee in fees)
        if known >= COMPLETE_SHARE * needed and fees[0] is not None:
            situation = Situation("first model")
            return situation, situation.reason
        return None, f"the newest {needed} minutes have {known} rows"

    def _reason_in_alarm(self) -> str | None:
        """Return why the alarm is in ALARM, None if it is not."""
        response = self.cloudwatch.describe_alarms(AlarmNames=[self.alarm], StateValue="ALARM")
        alarms = response["MetricAlarms"]
        return alarm_reason(self.alarm, alarms[0]["StateReason"]) if alarms else None

    def _reference(self) -> Situation | None:
        """Return the situation while the reference serves production, None if it does not.

        The data are new from the first window of the tournament that it won.
        """
        name = self.threshold_parameter
        parameter = self.ssm.get_parameter(Name=name)["Parameter"]
        package_arn = threshold_parameter.parse(name, parameter["Value"]).set_by
        if package_arn is None:
            return None
        package = self.sagemaker.describe_model_package(ModelPackageName=package_arn)
        if package.get("CustomerMetadataProperties", {}).get("candidate") != REFERENCE:
            return None
        since = _first_window(s3_objects.read_evaluation(self.s3, package), package_arn)
        return Situation("the reference serves production", since)

    def undecided(self, versions: list[Version]) -> str | None:
        """Return which version waits for approval or is being deployed, None if none does."""
        newest = max(versions, key=lambda version: version.created, default=None)
        if newest and newest.approval == "PendingManualApproval":
            return f"version {newest.number} waits for approval"
        running = self.states.list_executions(
            stateMachineArn=self.state_machine_arn, statusFilter="RUNNING", maxResults=1
        )["executions"]
        return f"the deployment {running[0]['name']} has not ended" if running else None

    def _result(self, key: str) -> dict[str, Any]:
        return monitoring_results.read(self.s3, self.bucket, key)


def _first_window(body: bytes, package_arn: str) -> datetime:
    """Return the first minute of the windows in evaluation.json; raises ValueError."""
    try:
        return times.parse(json.loads(body)["windows"][0]["first_minute"])
    except (IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        name = f"evaluation.json of {package_arn}"
        raise ValueError(bad_value(name, body, f"a list of windows ({error!r})")) from None
