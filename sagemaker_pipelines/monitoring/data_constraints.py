"""The constraints of the data in a baseline, a file that an operator may have edited. Pure."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sagemaker_pipelines.monitoring.constraints_file import ConstraintsFile

Switch = Literal["Enabled", "Disabled"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class DistributionConstraints(_Model):
    """How the distribution is compared; "Robust" subtracts what few values make by chance."""

    perform_comparison: Switch = "Enabled"
    comparison_threshold: Annotated[float, Field(ge=0)] = 0.1
    comparison_method: Literal["Simple", "Robust"] = "Simple"


class Overrides(_Model):
    """What a feature has in place of the settings of all features."""

    distribution_constraints: DistributionConstraints | None = None


class NumericConstraints(_Model):
    """Of a feature that is a number; Model Monitor has no range."""

    is_non_negative: bool = False
    minimum: float | None = None
    maximum: float | None = None


class StringConstraints(_Model):
    """Of a feature that is a text."""

    domains: list[str]


class FeatureConstraints(_Model):
    """What a feature must satisfy."""

    name: str
    inferred_type: str
    completeness: float = Field(0.0, ge=0, le=1)
    num_constraints: NumericConstraints = NumericConstraints()
    string_constraints: StringConstraints | None = None
    overrides: Overrides = Field(Overrides(), alias="monitoringConfigOverrides")


class MonitoringConfig(_Model):
    """Settings of all features."""

    evaluate_constraints: Switch = "Enabled"
    # Share of the values that are in the domains.
    domain_content_threshold: Annotated[float, Field(ge=0, le=1)] = 1.0
    distribution_constraints: DistributionConstraints = DistributionConstraints()


class Constraints(ConstraintsFile):
    """constraints.json of the data."""

    features: list[FeatureConstraints]
    monitoring_config: MonitoringConfig = MonitoringConfig()
