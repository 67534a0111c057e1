"""Quantiles between and beyond the known levels."""

import numpy as np
from scipy import stats

from sagemaker_pipelines.container.algorithms import quantile_function

KNOWN = (0.1, 0.5, 0.9)


def test_normal_distribution_is_exact_at_every_level():
    known = stats.norm.ppf(KNOWN, 50, 4)[:, None]
    levels = [0.01, 0.1, 0.3, 0.5, 0.77, 0.9, 0.995]
    found = quantile_function.at(levels, KNOWN, known)
    np.testing.assert_allclose(found[:, 0], stats.norm.ppf(levels, 50, 4), rtol=1e-9)


def test_mean_is_that_of_the_distribution_without_negative_values():
    known = np.stack([stats.norm.ppf(KNOWN, 50, 4), stats.norm.ppf(KNOWN, 0, 1)], axis=1)
    found = quantile_function.mean(KNOWN, known)
    np.testing.assert_allclose(found, [50, stats.norm.pdf(0)], rtol=5e-3)
