"""Hyperparameters in SSM: their texts, and when a person is notified of a bad one. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from common.hyperparameters import HyperparameterError, Hyperparameters

if TYPE_CHECKING:
    from mypy_boto3_ssm.type_defs import ParameterTypeDef

DAY = timedelta(days=1)
# Between two checks (modules/retrain) and a minute: the schedule is not exact.
CHECK_INTERVAL = timedelta(minutes=16)
NEXT = (
    "the next request uses the corrected value: `evergreen hyperparameters set`, then "
    "`evergreen retrain`; the checks ask again by themselves"
)


def texts(parameters: "Iterable[ParameterTypeDef]") -> dict[str, str]:
    """Return the values by the last part of the name."""
    return {entry["Name"].rpartition("/")[2]: entry["Value"] for entry in parameters}


@dataclass(frozen=True, slots=True)
class StoredHyperparameters:
    """The texts by name, and the time of the newest change."""

    values: Mapping[str, str]
    changed: datetime | None

    @classmethod
    def of(cls, parameters: "Iterable[ParameterTypeDef]") -> Self:
        """Return those of the parameters below their path in SSM."""
        found = list(parameters)
        changes = (entry["LastModifiedDate"] for entry in found)
        return cls(texts(found), max(changes, default=None))

    def parse(self, horizon: int) -> Hyperparameters:
        """Validate them; raises HyperparameterError."""
        return Hyperparameters.parse(self.values, horizon)

    def problem(self, horizon: int) -> str | None:
        """Return what is wrong, None if nothing is."""
        try:
            self.parse(horizon)
        except HyperparameterError as error:
            return str(error)
        return None

    def reported(self, check: datetime) -> bool:
        """Return whether a check notifies a person: the first after a change, then one a day."""
        return self.changed is not None and (check - self.changed) % DAY < CHECK_INTERVAL
