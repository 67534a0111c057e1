"""The outputs of the network: GluonTS's distributions, with a faster loss for two of them.

GluonTS scales these by a transformation of torch that imports sympy and checks its shapes in each
batch. The values here are the same to the bit.
"""

from typing import Any

import torch

from sagemaker_pipelines.container.algorithms.deepar import gluonts_parts


def _loss(
    output: Any, target: torch.Tensor, distr_args: tuple[torch.Tensor, ...], scale: torch.Tensor
) -> torch.Tensor:
    """Return the negative log-density of values whose quotients by the scale are distributed."""
    density: torch.Tensor = output.distribution(distr_args).log_prob(target / scale)
    return scale.abs().log() - density


class StudentT(gluonts_parts.StudentTOutput):  # type: ignore[misc]
    """Student's t-distribution."""

    loss = _loss


class Normal(gluonts_parts.NormalOutput):  # type: ignore[misc]
    """The normal distribution."""

    loss = _loss


OUTPUTS = {
    "student-T": StudentT,
    "gaussian": Normal,
    # Its values are counts: GluonTS scales its parameters instead.
    "negative-binomial": gluonts_parts.NegativeBinomialOutput,
}
