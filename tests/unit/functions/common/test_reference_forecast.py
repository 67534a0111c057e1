import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import reference_forecast

FEES = st.lists(st.none() | st.floats(0, 1e6), min_size=1, max_size=200)


@given(context=FEES.filter(lambda fees: any(fee is not None for fee in fees[-120:])))
def test_quantiles_are_those_of_numpy_over_the_last_two_hours(context):
    forecast = reference_forecast.forecast(context, 3)

    known = [fee for fee in context[-120:] if fee is not None]
    for level, values in forecast.quantiles.items():
        assert values == pytest.approx([np.quantile(known, float(level))] * 3)
    assert forecast.mean == pytest.approx([np.mean(known)] * 3)


def test_a_context_that_ends_in_a_gap_uses_its_last_known_value():
    context = [5.0, 7.0, *[None] * 150]

    forecast = reference_forecast.forecast(context, 2, ["0.5"])

    assert forecast.quantiles == {"0.5": [7.0, 7.0]}


def test_nan_is_missing_too():
    assert reference_forecast.forecast([1.0, float("nan")], 1).mean == [1.0]


def test_a_context_without_a_value_is_refused():
    with pytest.raises(ValueError, match="context: got only missing values"):
        reference_forecast.forecast([None, None], 1)
