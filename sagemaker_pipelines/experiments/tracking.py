"""The records of trainings in MLflow: one run per training, found again by its execution id.

S3 remains the source: what a server missed (it was unreachable, or a training failed after its
last step) is logged by the next training. Failures are logged and fail no training.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from common import times, training_runs
from common.training_runs import TrainingRun
from sagemaker_pipelines.experiments import mlflow_run

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mypy_boto3_s3 import S3Client

URI = "TrackingUri"  # parameter of the pipeline
NONE = "none"
NEWEST = 50  # earlier records that are compared with the server's runs
SETTINGS = {
    # Timeout (seconds) and retries of a request: an unreachable server delays a training by half
    # a minute at most.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


def track(s3: "S3Client", run: TrainingRun, documents: Mapping[str, Any]) -> None:
    """Log a record with further documents by file name, and earlier records that are missing."""
    uri = run.parameters.get(URI, NONE)
    if uri == NONE:
        return
    try:
        tracker = Tracker(uri, run.parameters["Prefix"])
        tracker.log(run, documents)
        for earlier in _earlier(s3, run):
            tracker.log(earlier, {})
    except Exception as error:  # noqa: BLE001 - whatever the server answers, the training goes on
        reason = f"{type(error).__name__}: {error}"
        _print(f"MLflow at {uri} was not updated: {reason}", run)
    else:
        _print(f"MLflow at {uri} has the training", run)


class Tracker:
    """One experiment of an MLflow server."""

    def __init__(self, uri: str, experiment: str) -> None:
        # 2 s of CPU time, only with a server; MLflow reads its settings from the environment.
        os.environ.update(SETTINGS)
        from mlflow import MlflowClient, set_tracking_uri  # noqa: PLC0415

        # The plugin for ARNs reads this one; of other addresses it warns in every request.
        set_tracking_uri(uri)
        logging.getLogger("mlflow.tracking.request_header.registry").setLevel(logging.ERROR)
        self._client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        found = self._client.get_experiment_by_name(experiment)
        self._experiment = (
            found.experiment_id if found else self._client.create_experiment(experiment)
        )
        # One request instead of one per record.
        newest = self._client.search_runs([self._experiment], max_results=2 * NEWEST)
        self._known = {run.data.tags.get(mlflow_run.EXECUTION_ID): run for run in newest}

    def log(self, run: TrainingRun, documents: Mapping[str, Any]) -> None:
        """Write a record, unless its run has it already."""
        digest = hashlib.sha256(run.to_json().encode()).hexdigest()
        logged = self._known.get(run.execution_id) or self._find(run) or self._create(run)
        if logged.data.tags.get(mlflow_run.DIGEST) == digest:
            return
        run_id = logged.info.run_id
        contents = mlflow_run.contents(run)
        # MLflow refuses to change a parameter.
        params = [param for param in contents.params if param.key not in logged.data.params]
        self._client.log_batch(run_id, contents.metrics, params, contents.tags)
        if contents.dataset and not (logged.inputs and logged.inputs.dataset_inputs):
            self._client.log_inputs(run_id, [contents.dataset])
        # Other artifact stores belong to somebody else: this role cannot write to them.
        own = ("mlflow-artifacts:", f"s3://{run.parameters['Bucket']}/")
        if str(logged.info.artifact_uri).startswith(own):
            for name, document in {training_runs.FILE: run.model_dump(), **documents}.items():
                self._client.log_text(run_id, json.dumps(document, indent=2), name)
        if run.outcome != training_runs.RUNNING:
            self._client.set_terminated(run_id, contents.status, _milliseconds(run.time))
        # Last: what was interrupted is logged again.
        self._client.set_tag(run_id, mlflow_run.DIGEST, digest)

    def _find(self, run: TrainingRun) -> "Run | None":
        name = f"tags.{mlflow_run.EXECUTION_ID} = '{run.execution_id}'"
        found = self._client.search_runs([self._experiment], name, max_results=1)
        return found[0] if found else None

    def _create(self, run: TrainingRun) -> "Run":
        tags = {mlflow_run.EXECUTION_ID: run.execution_id}
        return self._client.create_run(
            self._experiment, _milliseconds(run.time), tags, run_name=run.execution_id
        )


def _earlier(s3: "S3Client", run: TrainingRun) -> Iterable[TrainingRun]:
    """Yield the newest records of other trainings."""
    bucket = run.parameters["Bucket"]
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=training_runs.PREFIX
    )
    listed = [entry for page in pages for entry in page.get("Contents", ())]
    newest = sorted(listed, key=lambda entry: entry["LastModified"])[-NEWEST:]
    for key in (entry["Key"] for entry in newest):
        if key.endswith(training_runs.FILE) and key != training_runs.key(run.execution_id):
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            yield TrainingRun.model_validate_json(body)


def _milliseconds(time: str) -> int:
    return int(times.parse(time).timestamp() * 1000)


def _print(message: str, run: TrainingRun) -> None:
    print(json.dumps({"message": message, "execution_id": run.execution_id}))  # noqa: T201 (a job's log)
