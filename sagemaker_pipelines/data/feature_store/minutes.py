"""Read the rows of minutes from both stores of a feature group, as they were known at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from common import times
from common.feature_rows import MINUTE
from sagemaker_pipelines.aws import client
from sagemaker_pipelines.data.feature_store import offline, online, rows

ONLINE_MINUTES = 60  # the offline store may lag by 15 minutes


@dataclass(frozen=True, slots=True)
class Minutes:
    """The current row of each minute, and how many rows were left out because malformed."""

    rows: pa.Table
    malformed: int


def read(
    group: str,
    first: datetime,
    end: datetime,
    as_of: datetime,
    features: Sequence[str] = (),
) -> Minutes:
    """Read the minutes in [first, end) as of a time, so that a repeated job sees the same rows.

    `features` limits the columns; by default all that are numbers.
    """
    store = offline.find(client("sagemaker"), group)
    names = tuple(features) or store.features
    stored = offline.read(client("s3"), store, first, end, names)
    newest = [end - n * times.MINUTE for n in range(ONLINE_MINUTES, 0, -1)]
    recent = online.read(client("sagemaker-featurestore-runtime"), group, newest, names)
    both = rows.combined([stored, rows.without(recent, stored)])
    known = rows.known(rows.well_formed(both), as_of)
    return Minutes(rows.latest(known, store.lifetime), rows.malformed(both))


def table(group: str, first: datetime, end: datetime, as_of: datetime) -> pd.DataFrame:
    """Return all features that are numbers by minute: a DatetimeIndex (UTC), NaN where missing."""
    found = read(group, first, end, as_of).rows
    index = pd.date_range(first, end, freq="min", inclusive="left", name=MINUTE)
    names = [name for name in found.column_names if name not in rows.COLUMNS]
    columns = {name: found[name].to_numpy(zero_copy_only=False) for name in names}
    minutes = pd.DatetimeIndex(found[MINUTE].to_pandas())
    frame = pd.DataFrame(columns, minutes).astype(float).reindex(index)
    return frame.where(np.isfinite(frame))


def last(hours: float, end: datetime, lag: timedelta) -> tuple[datetime, datetime]:
    """Return the first minute and the end of the minutes that are complete `lag` before `end`."""
    now = times.floor_minute(end)
    return times.floor_minute(now - timedelta(hours=hours)), now - lag
