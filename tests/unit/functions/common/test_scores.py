import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import deepar, scores
from sagemaker_pipelines import scoring

fees = st.just(0.0) | st.floats(1e-5, 1e6)  # the average of whole satoshi is not smaller
missing = st.sampled_from([None, math.nan])


@given(st.lists(st.tuples(missing | fees, fees, fees, fees), min_size=1, max_size=40))
def test_scores_equal_those_of_the_training_pipeline(window):
    truth = [row[0] for row in window]
    levels = deepar.QUANTILE_LEVELS
    quantiles = {level: [row[k + 1] for row in window] for k, level in enumerate(levels)}
    array = np.array([np.nan if value is None else value for value in truth])
    arrays = {float(level): np.array(values) for level, values in quantiles.items()}
    expected = scoring.mean_wql(array, arrays)
    if math.isnan(expected):
        with pytest.raises(ValueError, match="truth: got only missing or zero values"):
            scores.mean_wql(truth, quantiles)
    else:
        assert scores.mean_wql(truth, quantiles) == pytest.approx(expected, rel=1e-9)
        assert scores.mean_wql(array, quantiles) == pytest.approx(expected, rel=1e-9)
    if not np.isnan(array).all():
        low, high = quantiles["0.1"], quantiles["0.9"]
        covered = scoring.coverage(array, np.array(low), np.array(high))
        assert scores.coverage(truth, low, high) == pytest.approx(covered)
        assert scores.last_value(truth) == scoring.last_value(array)


def test_forecast_of_another_length_is_an_error():
    with pytest.raises(ValueError, match="shorter"):
        scores.mean_wql([1.0, 2.0], {"0.5": [1.0]})
