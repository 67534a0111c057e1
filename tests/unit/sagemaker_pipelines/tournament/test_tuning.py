"""What the search for hyperparameters is trained on and judged by."""

import numpy as np
import pandas as pd

from sagemaker_pipelines.tournament import candidates, datasets, tuning
from tests.support.offline_store import START


def history(length, missing=()):
    values = [np.nan if n in missing else float(n) for n in range(length)]
    return pd.Series(values, pd.date_range(START, periods=length, freq="min"))


def split(series):
    return tuning.split(series, horizon=30, minutes=270)


def test_windows_are_after_the_training_data_one_after_the_other():
    found = split(history(1000))

    assert found.end == 820
    assert [end for _, end in found.windows] == [850, 880, 910, 940, 970, 1000]
    assert {end - start for start, end in found.windows} == {300}


def test_short_history_has_fewer_windows():
    assert [end for _, end in split(history(370)).windows] == [340, 370]
    assert split(history(370)).end == 310


def test_known_values_count():
    assert split(history(500, missing=range(100, 250))).end == 470


def test_history_without_room_is_used_for_both():
    found = split(history(300))

    assert found.end == 300
    assert len(found.windows) == tuning.WINDOWS
    assert found.windows[0] == (0, 150)


def test_tuned_candidate_is_trained_before_its_windows_and_again_to_the_end():
    files = datasets.split(
        history(1800), candidates.parse("deepar,deepar_tuned"), horizon=30, request_minutes=270
    )

    first = files.windows[0]["truth"][0]
    assert files.train["deepar"]["target"][-1] == first - 1
    assert files.train["deepar_tuned"]["target"][-1] == first - 181
    assert files.refit["deepar_tuned"] == files.refit["deepar"]
    judged = files.tuning["deepar_tuned"]
    assert (len(judged), judged[-1]["target"][-1]) == (6, first - 1)
    assert list(files.tuning) == ["deepar_tuned"]
