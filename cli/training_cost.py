"""Duration and cost on AWS of a training, from the times of its steps and jobs. Pure.

The cost is that of the instances of each step's last job. It does not include their volumes, S3
and logs, which are a few per cent of it, nor failed attempts before a retry.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cli.aws import Json
from common.training_workflow.execution import Step

HOUR = 3600
# Where a job's Describe response has its instances, and the prefix of its start and end.
KINDS = {
    "ProcessingJob": (("ProcessingResources", "ClusterConfig"), "Processing"),
    "TrainingJob": (("ResourceConfig",), "Training"),
    "TransformJob": (("TransformResources",), "Transform"),
}


@dataclass(frozen=True, slots=True)
class Job:
    """The instances of a job, and how many seconds of each are billed."""

    instance_type: str
    instances: int
    seconds: float

    @classmethod
    def described(cls, kind: str, response: Json) -> "Job":
        """Return the job of a Describe response; it has no seconds if it never started.

        Only training jobs report the billed seconds; those of the others are from start to end.
        """
        path, verb = KINDS[kind]
        resources = response
        for name in path:
            resources = resources[name]
        begin, end = response.get(f"{verb}StartTime"), response.get(f"{verb}EndTime")
        seconds = (end - begin).total_seconds() if begin and end else 0.0
        seconds = response.get("BillableTimeInSeconds", seconds)
        return cls(resources["InstanceType"], resources["InstanceCount"], seconds)

    def usd(self, prices: Mapping[str, float]) -> float:
        """Return the cost; raises KeyError if the price of the instance type is unknown."""
        return self.instances * self.seconds / HOUR * prices[f"{self.instance_type}_hour"]


def training_cost(steps: Iterable[Step], jobs: Iterable[Job], prices: Mapping[str, float]) -> Json:
    """Return seconds, instance_seconds and usd of a training.

    Seconds are from the first start to the last end of a step, None without one. usd is None if
    the price of an instance type is unknown.
    """
    times = [(step.started, step.ended) for step in steps if step.started and step.ended]
    seconds = None
    if times:
        begins, ends = zip(*times, strict=True)
        seconds = (max(ends) - min(begins)).total_seconds()
    found = list(jobs)
    known = all(f"{job.instance_type}_hour" in prices for job in found)
    return {
        "seconds": seconds,
        "instance_seconds": sum(job.instances * job.seconds for job in found),
        "usd": sum(job.usd(prices) for job in found) if known else None,
    }


def text(cost: Json | None) -> str:
    """Format a cost in words, empty if there is none."""
    if cost is None or cost["seconds"] is None:
        return ""
    minutes, seconds = divmod(round(cost["seconds"]), 60)
    duration = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    usd = cost["usd"]
    price = "unknown cost" if usd is None else f"{usd:.4f} USD"
    return f"{duration}, {price} on AWS at these durations"
