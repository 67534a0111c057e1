"""Which things in the account are of this deployment's making. Pure.

A prefix alone does not tell: `evergreen-` also begins the names of a deployment `evergreen-two`.
"""

import re
from collections.abc import Container


def is_endpoint(prefix: str, name: str) -> bool:
    """Say whether this is the endpoint of a stage."""
    return bool(re.fullmatch(rf"{re.escape(prefix)}-(staging|production)", name))


def is_config(prefix: str, name: str) -> bool:
    """Say whether this is a stage's endpoint configuration of some version."""
    return bool(re.fullmatch(rf"{re.escape(prefix)}-(staging|production)-v\d+", name))


def is_model(prefix: str, trainings: Container[str], name: str) -> bool:
    """Say whether this is a version's model, or one that a training made for its backtest.

    SageMaker names what a pipeline makes `pipelines-<execution id>-<step>-<random>`.
    """
    if found := re.fullmatch(r"pipelines-([a-z0-9]+)-.+", name):
        return found[1] in trainings
    return bool(re.fullmatch(rf"{re.escape(prefix)}-v\d+", name))
