"""Tuning jobs of the local AWS, alone and as a step whose best training the next ones use."""

import json

import pytest
from botocore.exceptions import ClientError

from local.sagemaker.jobs.tuning_jobs import samples
from tests.support.event_queue import Queue, add_rule
from tests.support.permissions import ROLE

pytestmark = pytest.mark.integration

BUCKET = "tuning-data"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
BUILT_IN = "224300973850.dkr.ecr.eu-west-1.amazonaws.com/forecasting-deepar:1"
METRIC = "test:mean_wQuantileLoss"
REGEX = r"#quality_metric: host=\S+, test mean_wQuantileLoss <loss>=(\S+)"
SERIES = {"start": "2024-10-10 00:00:00", "target": [100.0 + n % 9 for n in range(320)]}
# The reference forecast trains in no time. What is tuned is which quantiles are scored, and one
# value is refused by the training.
GOOD, BETTER, BAD = "[0.5]", "[0.1, 0.9]", "[2]"


@pytest.fixture(scope="module")
def sagemaker(aws):
    s3 = aws.client("s3")
    location = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    for channel in ("train", "test"):
        s3.put_object(Bucket=BUCKET, Key=f"{channel}/a.json", Body=json.dumps(SERIES).encode())
    return aws.client("sagemaker")


def channel(name):
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{name}/"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, "ContentType": "json"}


def search(values=(GOOD, BETTER, BAD), count=3, seed=0):
    return {
        "Strategy": "Random",
        "RandomSeed": seed,
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": METRIC},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": count, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {
            "CategoricalParameterRanges": [{"Name": "test_quantiles", "Values": list(values)}]
        },
    }


def definition(image=IMAGE, metrics=({"Name": METRIC, "Regex": REGEX},), **static):
    hyperparameters = {"algorithm": "reference", "time_freq": "1min", "prediction_length": "6"}
    specification = {"TrainingImage": image, "TrainingInputMode": "File"}
    if metrics:
        specification["MetricDefinitions"] = list(metrics)
    return {
        "RoleArn": ROLE,
        "AlgorithmSpecification": specification,
        "StaticHyperParameters": hyperparameters | static,
        "InputDataConfig": [channel("train"), channel("test")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 5,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 300},
    }


def tune(aws, sagemaker, name, config, trainings):
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        HyperParameterTuningJobConfig=config,
        TrainingJobDefinition=trainings,
    )
    aws.settle()
    return sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)


def seed_with(*wanted):
    """Return a seed whose three samples have these values."""
    return next(
        seed
        for seed in range(1000)
        if {s["test_quantiles"] for s in samples(search(seed=seed), "")} == set(wanted)
    )


@pytest.mark.parametrize(
    ("image", "metrics"), [(BUILT_IN, ()), (IMAGE, ({"Name": METRIC, "Regex": REGEX},))]
)
def test_best_training_is_found_and_a_failed_one_does_not_end_the_search(
    aws, sagemaker, image, metrics
):
    name = "own" if image == IMAGE else "built-in"
    queue = Queue(aws, f"tuning-{name}")
    pattern = {"detail-type": ["SageMaker HyperParameter Tuning Job State Change"]}
    add_rule(aws, f"tuning-{name}", {"Arn": queue.arn}, pattern, bus="default")
    config = search(seed=seed_with(GOOD, BETTER, BAD))
    done = tune(aws, sagemaker, name, config, definition(image, metrics))

    assert done["HyperParameterTuningJobStatus"] == "Completed", done.get("FailureReason")
    listed = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        SortBy="FinalObjectiveMetricValue",
        SortOrder="Ascending",
    )["TrainingJobSummaries"]
    values = [job["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for job in listed]
    assert values == sorted(values)
    best = done["BestTrainingJob"]
    assert best["TrainingJobName"] == listed[0]["TrainingJobName"]
    assert best["TunedHyperParameters"] in [{"test_quantiles": BETTER}, {"test_quantiles": GOOD}]
    counters = done["TrainingJobStatusCounters"]
    assert (counters["Completed"], counters["NonRetryableError"]) == (2, 1)
    assert done["ObjectiveStatusCounters"] == {"Succeeded": 2, "Pending": 0, "Failed": 1}
    training = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert training["TuningJobArn"] == done["HyperParameterTuningJobArn"]
    assert training["HyperParameters"]["_tuning_objective_metric"] == METRIC
    statuses = [event["detail"]["HyperParameterTuningJobStatus"] for event in queue.bodies()]
    assert statuses == ["InProgress", "Completed"]


def test_search_without_a_successful_training_fails_with_the_first_reason(aws, sagemaker):
    done = tune(aws, sagemaker, "hopeless", search([BAD], count=2), definition())

    assert done["HyperParameterTuningJobStatus"] == "Failed"
    assert (
        "All training jobs failed. The first: AlgorithmError: hyperparameter"
        in (done["FailureReason"])
    )
    assert "BestTrainingJob" not in done


@pytest.mark.parametrize(
    ("config", "trainings", "message"),
    [
        (search(), definition(metrics=()), "objective metric .* isn't valid"),
        (search(), definition(BUILT_IN), "can't override the metric definitions"),
        (search(), definition(test_quantiles=GOOD), "static and tuned"),
        (search(count=1), definition(), "MaxParallelTrainingJobs must not be greater"),
    ],
    ids=["no-metric", "metric-of-the-built-in", "twice", "parallel"],
)
def test_requests_that_sagemaker_rejects_are_rejected(aws, sagemaker, config, trainings, message):
    with pytest.raises(ClientError, match=message):
        tune(aws, sagemaker, "rejected", config, trainings)


def get(path):
    return {"Get": f"Steps.Tune.{path}"}


def join(*values, on="/"):
    return {"Std:Join": {"On": on, "Values": list(values)}}


def test_step_gives_the_best_model_and_its_hyperparameters_to_the_next(aws, sagemaker):
    best = join(get("BestTrainingJob.TunedHyperParameters['test_quantiles']"), on="")
    again = definition()
    static = again.pop("StaticHyperParameters")
    folder = ("s3:/", BUCKET, "models")
    uri = join(*folder, get("BestTrainingJob.TrainingJobName"), "output/model.tar.gz")
    container = {"Image": IMAGE, "ModelDataUrl": uri}
    tuning = {
        "HyperParameterTuningJobConfig": search([GOOD, BETTER], count=2),
        "TrainingJobDefinition": definition(),
    }
    steps = [
        {"Name": "Tune", "Type": "Tuning", "Arguments": tuning},
        {"Name": "Create", "Type": "Model", "Arguments": {"PrimaryContainer": container}},
        {
            "Name": "Refit",
            "Type": "Training",
            "Arguments": {**again, "HyperParameters": {**static, "test_quantiles": best}},
        },
    ]
    sagemaker.create_pipeline(
        PipelineName="tuned",
        PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": steps}),
        RoleArn=ROLE,
        ClientRequestToken="t" * 32,
    )
    arn = sagemaker.start_pipeline_execution(PipelineName="tuned", ClientRequestToken="s" * 32)[
        "PipelineExecutionArn"
    ]
    aws.settle()
    found = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    by_name = {step["StepName"]: step for step in found["PipelineExecutionSteps"]}
    failures = [step.get("FailureReason") for step in by_name.values()]
    assert {step["StepStatus"] for step in by_name.values()} == {"Succeeded"}, failures
    name = by_name["Tune"]["Metadata"]["TuningJob"]["Arn"].rpartition("/")[2]
    assert len(name) <= 32
    done = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    training = by_name["Refit"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    refit = sagemaker.describe_training_job(TrainingJobName=training)
    tuned = done["BestTrainingJob"]["TunedHyperParameters"]["test_quantiles"]
    assert refit["HyperParameters"]["test_quantiles"] == tuned
    model = by_name["Create"]["Metadata"]["Model"]["Arn"].rpartition("/")[2]
    data = sagemaker.describe_model(ModelName=model)["PrimaryContainer"]["ModelDataUrl"]
    assert data == (
        f"s3://{BUCKET}/models/{done['BestTrainingJob']['TrainingJobName']}/output/model.tar.gz"
    )
