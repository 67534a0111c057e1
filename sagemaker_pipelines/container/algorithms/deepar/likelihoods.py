"""Likelihoods in NumPy: network outputs -> distribution parameters -> samples.

They are equivalent to gluonts.torch.distributions, which a test verifies.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
Parameters = tuple[Values, ...]
_TINY = np.finfo(np.float32).eps


def softplus(x: Values) -> Values:
    """Return log(1 + exp x) without overflow."""
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Maps raw outputs to parameters, and parameters and the scale of a series to samples."""

    outputs: int
    parameters: Callable[[Parameters], Parameters]
    sample: Callable[[Parameters, float, np.random.Generator], Values]


def _student(raw: Parameters) -> Parameters:
    degrees, location, scale = raw
    return 2 + softplus(degrees), location, np.maximum(softplus(scale), _TINY)


def _student_sample(p: Parameters, scale: float, rng: np.random.Generator) -> Values:
    return ((p[1] + p[2] * rng.standard_t(p[0])) * scale).astype(np.float32)


def _gaussian(raw: Parameters) -> Parameters:
    location, scale = raw
    return location, softplus(scale)


def _gaussian_sample(p: Parameters, scale: float, rng: np.random.Generator) -> Values:
    return (rng.normal(p[0], p[1]) * scale).astype(np.float32)


def _negative_binomial(raw: Parameters) -> Parameters:
    count, logits = raw
    return softplus(count), logits


def _negative_binomial_sample(p: Parameters, scale: float, rng: np.random.Generator) -> Values:
    rate = rng.gamma(np.maximum(p[0], _TINY), np.exp(np.minimum(p[1], 20)) * scale)
    # Larger rates overflow; fees are far below.
    return rng.poisson(np.minimum(rate, 1e15)).astype(np.float32)


LIKELIHOODS = {
    "student-T": Likelihood(3, _student, _student_sample),
    "gaussian": Likelihood(2, _gaussian, _gaussian_sample),
    "negative-binomial": Likelihood(2, _negative_binomial, _negative_binomial_sample),
}
