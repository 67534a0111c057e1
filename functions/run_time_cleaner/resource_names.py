"""Recognize the resource names of this deployment. Pure.

Names are matched completely: `evergreen-` is also the prefix of a deployment `evergreen-two`.
"""

import re
from collections.abc import Container


def is_endpoint(prefix: str, name: str) -> bool:
    """Return whether this is the endpoint of a stage."""
    return bool(re.fullmatch(rf"{re.escape(prefix)}-(pre-traffic|production|staging)", name))


def is_config(prefix: str, name: str) -> bool:
    """Return whether this is the endpoint configuration of a version (and another) on a stage."""
    return bool(
        re.fullmatch(rf"{re.escape(prefix)}-(staging|production)-v\d+(-[a-z0-9-]+)?", name)
    )


def is_model(prefix: str, execution_ids: Container[str], name: str) -> bool:
    """Return whether this is the model of a version, or of a training's backtest.

    SageMaker names what a pipeline creates `pipelines-<execution id>-<step>-<random>`.
    """
    if match := re.fullmatch(r"pipelines-([a-z0-9]+)-.+", name):
        return match[1] in execution_ids
    return bool(re.fullmatch(rf"{re.escape(prefix)}-v\d+", name))
