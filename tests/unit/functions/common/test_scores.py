import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import deepar, scores

fees = st.just(0.0) | st.floats(1e-5, 1e6)  # the average of whole satoshi is not smaller
missing = st.sampled_from([None, math.nan])


def numpy_wql(truth, quantiles):
    """The formula of Amazon DeepAR, vectorized: an independent implementation."""
    known = ~np.isnan(truth)
    losses = []
    for level, forecast in quantiles.items():
        miss = truth[known] - np.array(forecast)[known]
        pinball = np.where(miss > 0, float(level) * miss, (float(level) - 1) * miss)
        losses.append(2 * pinball.sum() / np.abs(truth[known]).sum())
    return np.mean(losses)


@given(st.lists(st.tuples(missing | fees, fees, fees, fees), min_size=1, max_size=40))
def test_scores_equal_the_vectorized_formula(window):
    truth = [row[0] for row in window]
    levels = deepar.QUANTILE_LEVELS
    quantiles = {level: [row[k + 1] for row in window] for k, level in enumerate(levels)}
    array = np.array([np.nan if value is None else value for value in truth])
    known = array[~np.isnan(array)]
    if not known.any():
        with pytest.raises(ValueError, match="truth: got only missing or zero values"):
            scores.mean_wql(truth, quantiles)
    else:
        expected = pytest.approx(numpy_wql(array, quantiles), rel=1e-9)
        assert scores.mean_wql(truth, quantiles) == expected
        assert scores.mean_wql(array, quantiles) == expected
    if known.size:
        low, high = (np.array(quantiles[level])[~np.isnan(array)] for level in ("0.1", "0.9"))
        covered = ((known >= low) & (known <= high)).mean()
        assert scores.coverage(truth, quantiles["0.1"], quantiles["0.9"]) == pytest.approx(covered)
        assert scores.last_value(truth) == known[-1]


def test_forecast_of_another_length_is_an_error():
    with pytest.raises(ValueError, match="shorter"):
        scores.mean_wql([1.0, 2.0], {"0.5": [1.0]})
