"""Duration and cost of trainings that have ended."""

from cli import training_cost
from cli.aws import Json
from cli.connection import Connection
from cli.prices import prices
from cli.queries.services import pipeline_steps
from cli.training_cost import KINDS, Job

ENDED = frozenset({"failed", "stopped", "succeeded"})


def cost(connection: Connection, arn: str) -> Json:
    """Return seconds, instance_seconds and usd of an execution (cli/training_cost.py)."""
    steps = pipeline_steps(connection, arn)
    jobs = [
        _job(connection, kind, step["Metadata"][kind]["Arn"])
        for step in steps
        for kind in KINDS.keys() & step.get("Metadata", {}).keys()
        if "Arn" in step["Metadata"][kind]
    ]
    return training_cost.training_cost(steps, jobs, prices())


def with_costs(connection: Connection, retrains: list[Json]) -> list[Json]:
    """Return the retraining requests with the key `cost`, None unless the training has ended."""
    return [
        row | {"cost": cost(connection, row["execution_arn"]) if row["outcome"] in ENDED else None}
        for row in retrains
    ]


def _job(connection: Connection, kind: str, arn: str) -> Job:
    operation = f"describe_{kind.removesuffix('Job').lower()}_job"
    describe = getattr(connection.clients("sagemaker"), operation)
    return Job.described(kind, describe(**{f"{kind}Name": arn.rpartition("/")[2]}))
