"""A second version beside that in production: a share of the requests, or copies. Pure."""

from typing import Any, Literal

from pydantic import Field, model_validator

from common.events import Event
from endpoint_deployer import sagemaker_requests
from endpoint_deployer.sagemaker_requests import Deployment
from endpoint_deployer.settings import Endpoints

CHALLENGER = "Challenger"


class Variants(Event):
    """What a person wants: `split` shares requests, `shadow` copies them, `single` ends both."""

    kind: Literal["split", "shadow", "single"]
    weight: float | None = Field(None, gt=0, lt=1)  # of the second version's answers, for split

    @model_validator(mode="after")
    def _weight_of_split(self) -> "Variants":
        if (self.kind == "split") != (self.weight is not None):
            raise ValueError("weight: expected one for split, and none otherwise")
        return self


def config_name(present: Deployment, other: Deployment, variants: Variants) -> str:
    """Return the name of the configuration: that of the present version, and what is beside it."""
    if variants.kind == "single":
        return present.config
    share = f"-{variants.weight:.4f}".replace("0.", "") if variants.weight else ""
    return f"{present.config}-{variants.kind}-v{other.version}{share}"


def config(
    present: Deployment,
    other: Deployment,
    variants: Variants,
    endpoints: Endpoints,
    *,
    bucket: str,
    key_arn: str,
) -> dict[str, Any]:
    """Return CreateEndpointConfig's request; the present version remains the first variant."""
    request = sagemaker_requests.config(present, endpoints, bucket=bucket, key_arn=key_arn)
    request["EndpointConfigName"] = config_name(present, other, variants)
    share = variants.weight or 0.0
    second = sagemaker_requests.variant(other, endpoints, CHALLENGER, share or 1.0)
    if variants.kind == "shadow":
        request["ShadowProductionVariants"] = [second]
    else:
        first = sagemaker_requests.variant(present, endpoints, weight=1 - share)
        request["ProductionVariants"] = [first, second]
    return request
