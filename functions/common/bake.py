"""A comparison in the bake period: the job that scores the replaced version, and its files.

The job's name is the only link between bake_starter, which creates it, and bake_judge, which
receives the event about its end.
"""

from common import model_packages
from common.events import Event

REQUESTS = "requests.jsonl"


class BakeWindow(Event):
    """A window of production's readings: its truth, and the mean wQL of the present version."""

    truth: tuple[float | None, ...]
    wql: float


class Comparison(Event):
    """What the job's forecasts are compared with."""

    package_arn: str  # the present version
    replaced_arn: str  # the version before it, which the job asks
    windows: tuple[BakeWindow, ...]  # in the order of the job's requests


def job_name(prefix: str, package_arn: str, time: str) -> str:
    """Return the name of the transform job of a reading (ISO time) of a version."""
    compact = time.replace("-", "").replace(":", "")
    return f"{job_name_prefix(prefix)}v{model_packages.version(package_arn)}-{compact}"


def job_name_prefix(prefix: str) -> str:
    """Return what the names of all jobs begin with."""
    return f"{prefix}-bake-"


def input_key(job: str) -> str:
    """Return the key of the job's requests."""
    return f"bake/{job}/input/{REQUESTS}"


def output_key(job: str) -> str:
    """Return the key of the job's forecasts, one line per request."""
    return f"{output_folder(job)}/{REQUESTS}.out"


def output_folder(job: str) -> str:
    """Return the folder that the job writes to."""
    return f"bake/{job}/output"


def comparison_key(job: str) -> str:
    """Return the key of the comparison (JSON)."""
    return f"bake/{job}/comparison.json"
