"""Duration and cost of trainings that have ended."""

from cli import training_cost
from cli.aws import Json, pages
from cli.connection import Connection
from cli.prices import prices
from cli.training_cost import KINDS, Job

ENDED = frozenset({"failed", "stopped", "succeeded"})


def cost(connection: Connection, arn: str) -> Json:
    """Return seconds, instance_seconds and usd of an execution (cli/training_cost.py)."""
    steps = connection.workflow.steps(arn)
    found = [item for step in steps for item in step.jobs.items()]
    jobs = [_job(connection, kind, arn) for kind, arn in found if kind in KINDS]
    searches = [job for kind, job in found if kind == "TuningJob"]
    names = [name for search in searches for name in _search(connection, search)]
    jobs += [_job(connection, "TrainingJob", name) for name in names]
    return training_cost.training_cost(steps, jobs, prices())


def with_costs(connection: Connection, retrains: list[Json]) -> list[Json]:
    """Return the retraining requests with the key `cost`, None unless the training has ended."""
    return [
        row | {"cost": cost(connection, row["execution_arn"]) if row["outcome"] in ENDED else None}
        for row in retrains
    ]


def _search(connection: Connection, arn: str) -> list[str]:
    """Return the names of the trainings of a search."""
    found = pages(
        connection.clients("sagemaker"),
        "list_training_jobs_for_hyper_parameter_tuning_job",
        "TrainingJobSummaries",
        HyperParameterTuningJobName=arn.rpartition("/")[2],
    )
    return [summary["TrainingJobName"] for summary in found]


def _job(connection: Connection, kind: str, arn: str) -> Job:
    operation = f"describe_{kind.removesuffix('Job').lower()}_job"
    describe = getattr(connection.clients("sagemaker"), operation)
    return Job.described(kind, describe(**{f"{kind}Name": arn.rpartition("/")[2]}))
