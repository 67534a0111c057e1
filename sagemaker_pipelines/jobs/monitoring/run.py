"""One monitoring job: what it compares, and where its results go."""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from common import captures, decisions, model_packages, monitoring_reports, times
from common.inference_ids import WITHOUT_TRUTH
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.paths import JobError, Paths

METRICS_PER_REQUEST = 1000  # PutMetricData


@dataclass(frozen=True)
class Outcome:
    """Result of an analysis: values of metrics, and an event for people if there is one."""

    summary: str
    metrics: list[tuple[str, dict[str, str], float]] = field(default_factory=list)
    event: tuple[str, dict[str, Any]] | None = None  # detail type, detail


@dataclass(frozen=True)
class Run:
    """The endpoint, the version that serves, and the window that ends now."""

    args: argparse.Namespace
    paths: Paths
    first: datetime
    end: datetime

    @classmethod
    def of(cls, args: argparse.Namespace, paths: Paths) -> "Run":
        """Return the run of a job's arguments."""
        lag = timedelta(minutes=args.lag_minutes)
        end = times.floor_minute(args.now) - lag
        return cls(args, paths, end - timedelta(hours=args.window_hours), end)

    @property
    def now(self) -> datetime:
        """Time of the event that requested the job."""
        now: datetime = self.args.now
        return now

    @property
    def version(self) -> int:
        """Version in the model registry."""
        return model_packages.version(self.args.package)

    @property
    def deployed_at(self) -> datetime | None:
        """Time since which the version serves, None if it is not known."""
        time: datetime | None = self.args.deployed_at
        return time

    def time_of_client(self, record: captures.Record) -> datetime | None:
        """Return the time of a captured request.

        None if the time cannot be read, or for requests of smoke tests and tournaments.
        """
        if captures.request_id(record).startswith(WITHOUT_TRUTH):
            return None
        try:
            return times.parse(record["eventMetadata"].get("inferenceTime"))
        except ValueError:
            return None

    def baseline_text(self, name: str) -> str:
        """Return a file of the baseline; JobError if it is missing."""
        # Editors of some systems write a byte order mark.
        return self.baseline_file(name).read_text(encoding="utf-8-sig")

    def baseline_file(self, name: str) -> Path:
        """Return the path of a file of the baseline; JobError if it is missing."""
        file = self.paths.processing("baseline") / name
        if not file.is_file():
            raise JobError(f"baseline of version {self.version}: got no {name}.")
        return file

    def objects(self, prefix: str, first: datetime, end: datetime) -> Iterator[tuple[str, bytes]]:
        """Yield key and content below a folder with yyyy/mm/dd/hh, for hours in [first, end]."""
        s3 = client("s3")
        start, stop = (f"{prefix}{time:%Y/%m/%d/%H}/" for time in (first, end))
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.args.bucket, Prefix=prefix, StartAfter=start
        )
        for page in pages:
            for entry in page.get("Contents", []):
                if entry["Key"] > f"{stop}\U0010ffff":
                    return
                body = s3.get_object(Bucket=self.args.bucket, Key=entry["Key"])["Body"]
                yield entry["Key"], body.read()

    def write(self, analysis: str, name: str, document: Mapping[str, Any] | str) -> None:
        """Write a file of an analysis' report."""
        text = (
            document
            if isinstance(document, str)
            else json.dumps(document, indent=2, allow_nan=False) + "\n"
        )
        (self.paths.processing(f"report/{analysis}") / name).write_text(text, encoding="utf-8")

    def upload(self, analysis: str) -> None:
        """Write an analysis' report to S3: nobody does so for a job that fails."""
        folder = monitoring_reports.folder(self.args.endpoint, analysis, self.now)
        for file in self.paths.processing(f"report/{analysis}").iterdir():
            key = f"{folder}/{file.name}"
            client("s3").put_object(Bucket=self.args.bucket, Key=key, Body=file.read_bytes())

    def publish(self, outcome: Outcome) -> None:
        """Publish metrics with the time of the request, then the event."""
        data = [
            {
                "MetricName": name,
                "Dimensions": [{"Name": n, "Value": v} for n, v in dimensions.items()],
                "Timestamp": self.now,
                "Value": value,
            }
            for name, dimensions, value in outcome.metrics
        ]
        for start in range(0, len(data), METRICS_PER_REQUEST):
            client("cloudwatch").put_metric_data(
                Namespace=self.args.namespace,
                MetricData=data[start : start + METRICS_PER_REQUEST],
            )
        if outcome.event:
            detail_type, detail = outcome.event
            decisions.record(
                client("events"), self.args.event_bus, detail_type, self.now, **detail
            )
