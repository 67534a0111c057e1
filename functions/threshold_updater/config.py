"""Settings of the function: the alarm policy, and how each stage gets its threshold."""

from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    Json,
    PositiveInt,
    ValidationInfo,
    field_validator,
)

from common.alarm_settings import AlarmSettings
from common.threshold import ThresholdPolicy
from threshold_updater.version_windows import Rules


class StageThreshold(BaseModel):
    """The threshold of a stage: its SSM parameter and policy (variable quality.threshold)."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", allow_inf_nan=False)

    parameter: str
    policy: Literal["fixed", "follow", "ratchet"]
    slack: Annotated[float, Field(ge=0)]
    value: Annotated[float, Field(gt=0)] | None = Field(None, validate_default=True)

    @field_validator("value")
    @classmethod
    def _fixed_has_a_value(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is None and info.data.get("policy") == "fixed":
            raise ValueError("a number with policy fixed")
        return value


class Config(AlarmSettings):
    """Settings of the function."""

    prediction_length: PositiveInt
    thresholds: Json[dict[str, StageThreshold]]  # by stage

    def rules(self, stage: str) -> Rules:
        """Return how the threshold of a stage follows from windows."""
        chosen = self.thresholds[stage]
        policy = ThresholdPolicy(chosen.policy, chosen.value, chosen.slack)
        return Rules(self.alarm_policy, policy, self.prediction_length)
