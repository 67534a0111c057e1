"""Why production needs a better model, read from AWS."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from common import feature_rows, monitoring_results, s3_objects, times
from common.reference_forecast import REFERENCE
from common.tournament import minimum_minutes
from retrain_trigger.attempts import Situation

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

STAGE = "production"
NEWEST = timedelta(days=2)  # an older result says nothing about a present alarm
# The pipeline's own rules decide on the data; this one saves requests that they would reject.
COMPLETE_SHARE = 0.97
SPARE_MINUTES = 5  # so that the last window can begin at a multiple of five minutes


@dataclass(frozen=True, slots=True)
class Production:
    """Clients and names for reading the state of production."""

    s3: "S3Client"
    sagemaker: "SageMakerClient"
    store: "SageMakerFeatureStoreRuntimeClient"
    bucket: str
    feature_group: str
    package_group: str
    horizon: int
    lag_minutes: int

    def registered(self) -> list[datetime]:
        """Return the creation times of all versions in the registry."""
        pages = self.sagemaker.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=self.package_group
        )
        return [
            package["CreationTime"]
            for page in pages
            for package in page["ModelPackageSummaryList"]
        ]

    def breach(self, reason: str, now: datetime) -> Situation:
        """Return the situation while the alarm is in ALARM.

        The data are new from the first window of the reading that began the breach.
        """
        after = monitoring_results.folder(STAGE, now - NEWEST)
        keys = monitoring_results.keys(self.s3, self.bucket, STAGE, after)
        since = self._result(keys[-1])["breach_since"] if keys else None
        first = monitoring_results.key(STAGE, times.parse(since)) if since else None
        if first is None or first not in keys:
            return Situation(reason)
        windows = self._result(first)["windows"]
        return Situation(reason, min(times.parse(w["first_minute"]) for w in windows))

    def first_model(self, now: datetime) -> tuple[Situation | None, str]:
        """Return the situation before the first version, None while the history is too short."""
        needed = minimum_minutes(self.horizon) + SPARE_MINUTES
        first = times.floor_minute(now) - (self.lag_minutes + needed) * times.MINUTE
        minutes = times.minutes(first, needed)
        rows = feature_rows.batch_get(self.store, self.feature_group, minutes)
        text = f"the newest {needed} minutes have {len(rows)} rows"
        fit = len(rows) >= COMPLETE_SHARE * needed and minutes[0] in rows
        return (Situation("first model") if fit else None), text

    def reference(self, package_arn: str | None) -> Situation | None:
        """Return the situation while the reference serves production, None if it does not.

        The data are new from the first window of the tournament that it won.
        """
        if package_arn is None:
            return None
        package = self.sagemaker.describe_model_package(ModelPackageName=package_arn)
        if package.get("CustomerMetadataProperties", {}).get("candidate") != REFERENCE:
            return None
        evaluation = json.loads(s3_objects.read_evaluation(self.s3, package))
        since = times.parse(evaluation["windows"][0]["first_minute"])
        return Situation("the reference serves production", since)

    def _result(self, key: str) -> dict[str, Any]:
        return monitoring_results.read(self.s3, self.bucket, key)
