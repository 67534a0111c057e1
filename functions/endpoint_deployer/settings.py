"""How endpoints are set up: the variable `endpoints` of modules/deploy as frozen models."""

from math import ceil
from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveInt


class _Part(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True)


class Instances(_Part):
    """Instances of a stage."""

    count: PositiveInt
    type: str


class Serverless(_Part):
    """Serverless production, instead of instances."""

    max_concurrency: PositiveInt
    memory_mb: PositiveInt


class Shift(_Part):
    """How production's requests go to a new version; the alarms are watched at each step."""

    kind: Literal["canary", "linear"]
    percent: PositiveInt  # of the new instances, in the first step (canary) or in each
    wait_seconds: int  # at each step
    termination_wait_seconds: int  # after the last step

    @property
    def seconds(self) -> int:
        """All waits together."""
        steps = 1 if self.kind == "canary" else ceil(100 / self.percent) - 1
        return steps * self.wait_seconds + self.termination_wait_seconds


class Endpoints(_Part):
    """Everything that is configured about endpoints; None switches an option off."""

    capture_percent: dict[str, int]  # by stage
    instances: dict[str, Instances]  # by stage
    nginx: bool  # whether nginx is before the model server of our image
    rollback_alarms: tuple[str, ...]  # that roll a shift back
    scales: bool  # whether the load decides on the number of production's instances
    serverless: Serverless | None
    shift: Shift | None
