"""Where a function, job or endpoint runs: subnets and security groups of a VPC."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Network:
    """The VpcConfig of a function, job or model."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> "Network | None":
        """Return the network of a VpcConfig of Lambda or SageMaker; None if it is empty."""
        config = config or {}
        subnets = config.get("Subnets") or config.get("SubnetIds") or []
        groups = config.get("SecurityGroupIds") or []
        return cls(tuple(subnets), tuple(groups)) if subnets else None
