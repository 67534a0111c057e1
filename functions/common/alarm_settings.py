"""The alarm policy as environment variables, shared by the functions that apply it."""

from typing import Annotated

from pydantic import Field, PositiveInt, ValidationInfo, field_validator

from common.alarm_policy import AlarmPolicy
from common.config import Settings

Share = Annotated[float, Field(gt=0, le=1)]


class AlarmSettings(Settings):
    """Base of the settings of a function that measures, or that sets thresholds."""

    datapoints_to_alarm: PositiveInt
    evaluation_periods: PositiveInt
    release_periods: PositiveInt
    release_ratio: Share
    smoothing_factor: Share
    windows_per_reading: PositiveInt

    @field_validator("evaluation_periods")
    @classmethod
    def _n_is_at_least_m(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("datapoints_to_alarm", value):
            raise ValueError("at least DATAPOINTS_TO_ALARM")
        return value

    @property
    def alarm_policy(self) -> AlarmPolicy:
        """The policy."""
        return AlarmPolicy(
            windows_per_reading=self.windows_per_reading,
            smoothing_factor=self.smoothing_factor,
            datapoints_to_alarm=self.datapoints_to_alarm,
            evaluation_periods=self.evaluation_periods,
            release_periods=self.release_periods,
            release_ratio=self.release_ratio,
        )
