"""Why production needs a better model, read from AWS."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from common import feature_rows, times
from common.tournament import minimum_minutes
from retrain_trigger.attempts import Situation

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_featurestore_runtime import SageMakerFeatureStoreRuntimeClient

REFERENCE = "reference"
RESULTS = "monitoring/production/"  # of monitoring_collector
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
        listed = self.s3.list_objects_v2(
            Bucket=self.bucket, Prefix=RESULTS, StartAfter=f"{RESULTS}{now - NEWEST:%Y/%m/%d/%H}"
        )  # one page: an hour has one result
        keys = [item["Key"] for item in listed.get("Contents", [])]
        since = self._result(keys[-1])["breach_since"] if keys else None
        first = next((key for key in keys if since and since in key), None)
        if first is None:
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
        uri = urlsplit(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
        body = self.s3.get_object(Bucket=uri.netloc, Key=uri.path.lstrip("/"))["Body"].read()
        since = times.parse(json.loads(body)["windows"][0]["first_minute"])
        return Situation("the reference serves production", since)

    def _result(self, key: str) -> dict[str, Any]:
        body = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        result: dict[str, Any] = json.loads(body)
        return result
