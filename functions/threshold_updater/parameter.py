"""Reading and changing the SSM parameter of a threshold."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from common.threshold_parameter import ThresholdParameter, parse, to_json

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

Change = Callable[[ThresholdParameter], ThresholdParameter]


def change(ssm: "SSMClient", name: str, apply: Change) -> ThresholdParameter:
    """Apply a change to the stored document and return the result; writes only differences.

    SSM has no conditional write. If another invocation wrote between reading and writing, which
    the version number shows, the change is applied again to what the other one wrote. That is
    written back even if the change has no effect on it, because it was overwritten.
    """
    version, current = _read(ssm, name)
    stored = current
    while True:
        new = apply(current)
        if new == stored:
            return new
        text = to_json(name, new)
        written = ssm.put_parameter(Name=name, Value=text, Overwrite=True)
        if written["Version"] == version + 1:
            return new
        version, stored = written["Version"], new
        _, current = _read(ssm, f"{name}:{version - 1}")


def _read(ssm: "SSMClient", name: str) -> tuple[int, ThresholdParameter]:
    parameter = ssm.get_parameter(Name=name)["Parameter"]
    return parameter["Version"], parse(name, parameter["Value"])
