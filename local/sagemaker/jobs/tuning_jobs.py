"""Tuning jobs: trainings with sampled hyperparameters, of which the best by a metric counts.

The search is random, whatever the strategy, with a seed from the name of the job.
"""

import math
import random
import secrets
from collections import Counter
from typing import Any

from local.sagemaker import api, shapes, store
from local.sagemaker.api import LOCK, ApiError, Json, operation
from local.sagemaker.jobs import job_operations, job_process, training_jobs
from local.sagemaker.jobs.job import Job, JobFailedError, Kind

POLL_SECONDS = 0.1
ENDED = frozenset({"Completed", "Failed", "Stopped"})
COUNTERS = {"Completed": "Completed", "Failed": "NonRetryableError", "Stopped": "Stopped"}


def samples(config: Json, seed: str) -> list[dict[str, str]]:
    """Return the hyperparameters of every training of the budget, as texts."""
    rng = random.Random(config.get("RandomSeed", seed))  # noqa: S311 - repeatable, no secret
    ranges = config["ParameterRanges"]
    count = config["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    return [
        {
            **{
                r["Name"]: str(_number(r, rng))
                for r in ranges.get("ContinuousParameterRanges", [])
            },
            **{
                r["Name"]: str(round(_number(r, rng)))
                for r in ranges.get("IntegerParameterRanges", [])
            },
            **{
                r["Name"]: rng.choice(r["Values"])
                for r in ranges.get("CategoricalParameterRanges", [])
            },
        }
        for _ in range(count)
    ]


def _number(limits: Json, rng: random.Random) -> float:
    low, high = float(limits["MinValue"]), float(limits["MaxValue"])
    if limits.get("ScalingType") == "Logarithmic":
        return math.exp(rng.uniform(math.log(low), math.log(high)))
    return rng.uniform(low, high)


def run(job: Job) -> None:
    """Run the trainings, some at a time; a failed one does not end the search."""
    config = job.record["HyperParameterTuningJobConfig"]
    waiting = list(enumerate(samples(config, job.name), 1))
    running: dict[str, dict[str, str]] = {}
    while waiting or running:
        if job.stopping.is_set():
            waiting.clear()
        while waiting and len(running) < config["ResourceLimits"]["MaxParallelTrainingJobs"]:
            number, tuned = waiting.pop(0)
            running[_start(job, number, tuned)] = tuned
        job.stopping.wait(POLL_SECONDS)
        for name in list(running):
            described = api.call("DescribeTrainingJob", {"TrainingJobName": name})
            if described["TrainingJobStatus"] in ENDED:
                _finish(job, described, running.pop(name))
            elif job.stopping.is_set():
                api.call("StopTrainingJob", {"TrainingJobName": name})
    if not job.stopping.is_set() and "BestTrainingJob" not in job.record:
        reasons = [s.get("FailureReason", "no objective metric") for s in job.record["summaries"]]
        raise JobFailedError(f"All training jobs failed. The first: {reasons[0]}")


def _start(job: Job, number: int, tuned: dict[str, str]) -> str:
    """Start one training -> its name."""
    definition = job.record["TrainingJobDefinition"]
    name = f"{job.name}-{number:03d}-{secrets.token_hex(4)}"
    static = definition.get("StaticHyperParameters", {})
    metric = {"_tuning_objective_metric": _objective(job.record)["MetricName"]}
    only_here = {"StaticHyperParameters", "DefinitionName", "HyperParameterRanges"}
    request = {key: value for key, value in definition.items() if key not in only_here}
    request |= {"TrainingJobName": name, "HyperParameters": {**static, **tuned, **metric}}
    api.call("CreateTrainingJob", request)
    training = training_jobs.KIND.store.get(name)
    training.record["TuningJobArn"] = job.record["HyperParameterTuningJobArn"]
    return name


def _finish(job: Job, described: Json, tuned: dict[str, str]) -> None:
    """Add a training that has ended to the record, and find the best one."""
    objective = _objective(job.record)
    found = [
        metric["Value"]
        for metric in described.get("FinalMetricDataList", [])
        if metric["MetricName"] == objective["MetricName"] and math.isfinite(metric["Value"])
    ]
    fields = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "FailureReason")
    summary = {
        **{name: described[name] for name in fields if name in described},
        "TrainingJobName": described["TrainingJobName"],
        "TrainingJobArn": described["TrainingJobArn"],
        "TrainingJobStatus": described["TrainingJobStatus"],
        "TunedHyperParameters": tuned,
        "ObjectiveStatus": "Failed",
    }
    if found and described["TrainingJobStatus"] == "Completed":
        value = {"FinalHyperParameterTuningJobObjectiveMetric": {**objective, "Value": found[0]}}
        summary |= {"ObjectiveStatus": "Succeeded", **value}
    with LOCK:
        summaries = [*job.record.get("summaries", []), summary]
        job.record.update(summaries=summaries, **_counters(summaries))
        if ranked := _ranking(summaries):
            job.record["BestTrainingJob"] = ranked[0]


def _ranking(summaries: list[Json]) -> list[Json]:
    """Return the trainings with an objective, best first."""
    metric = "FinalHyperParameterTuningJobObjectiveMetric"
    usable = [summary for summary in summaries if metric in summary]
    sign = {"Minimize": 1, "Maximize": -1}
    return sorted(usable, key=lambda s: sign[s[metric]["Type"]] * s[metric]["Value"])


def _counters(summaries: list[Json]) -> Json:
    statuses = Counter(COUNTERS[summary["TrainingJobStatus"]] for summary in summaries)
    objectives = Counter(summary["ObjectiveStatus"] for summary in summaries)
    return {
        "TrainingJobStatusCounters": dict(statuses),
        "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0, **objectives},
    }


def _objective(record: Json) -> Json:
    objective: Json = record["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    return objective


def with_defaults(body: Json) -> Json:
    """Return the request; raises ApiError if SageMaker, or this server, does not accept it."""
    if "TrainingJobDefinition" not in body:
        _reject("The local AWS runs tuning jobs with one TrainingJobDefinition only.")
    definition, config = body["TrainingJobDefinition"], body["HyperParameterTuningJobConfig"]
    limits = config["ResourceLimits"]
    if limits["MaxParallelTrainingJobs"] > limits.get("MaxNumberOfTrainingJobs", 0):
        _reject("MaxParallelTrainingJobs must not be greater than MaxNumberOfTrainingJobs.")
    tuned = {one["Name"] for kind in config["ParameterRanges"].values() for one in kind}
    if both := sorted(tuned & set(definition.get("StaticHyperParameters", {}))):
        _reject(f"The hyperparameters {both} are static and tuned.")
    metrics = job_process.metric_definitions(definition["AlgorithmSpecification"])
    name = _objective(body)["MetricName"]
    if name not in {metric["Name"] for metric in metrics}:
        _reject(f"The objective metric for the hyperparameter tuning job, [{name}], isn't valid.")
    training_jobs.with_defaults({**definition, "TrainingJobName": "x"})
    return {**body, **_counters([])}


def _reject(message: str) -> None:
    raise ApiError("ValidationException", message)


def event_detail(record: Json) -> Json:
    """Return the detail of an event."""
    return shapes.select_output("DescribeHyperParameterTuningJob", record)


def _role(job: Job) -> str:
    return str(job.record["TrainingJobDefinition"]["RoleArn"])


def _no_network(_: Job) -> Json | None:
    return None  # its trainings have one


KIND = Kind(
    "HyperParameterTuningJob",
    "hyper-parameter-tuning-job",
    "SageMaker HyperParameter Tuning Job State Change",
    run,
    with_defaults,
    event_detail,
    role=_role,
    vpc_config=_no_network,
)
job_operations.register(KIND)


@operation("ListTrainingJobsForHyperParameterTuningJob")
def list_trainings(body: Json) -> Json:
    """List the trainings that have ended, by default newest first."""
    job = KIND.store.get(body["HyperParameterTuningJobName"])
    summaries: list[Any] = job.record.get("summaries", [])
    if body.get("SortBy") == "FinalObjectiveMetricValue":
        ranked = _ranking(summaries)
        ordered = ranked if body.get("SortOrder") == "Ascending" else ranked[::-1]
        return store.paginate("TrainingJobSummaries", ordered, body, name=None)
    return store.paginate("TrainingJobSummaries", summaries, body, name="TrainingJobName")
