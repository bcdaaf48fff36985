"""Periods of a calendar, as numbers and as words."""

from __future__ import annotations

import numpy as np

from .answers import period, said
from .shapes import Array


def ordinals(times: Array, every: str) -> Array:
    """The number of the period of each time; weeks begin on Monday."""
    if every == "month":
        return times.astype("datetime64[M]").astype(np.int64)
    day = times.astype("datetime64[D]").astype(np.int64)
    return day if every == "day" else (day + 3) // 7


def label(ordinal: int, every: str) -> str:
    """A period as it is said."""
    if every == "month":
        start = np.datetime64(ordinal, "M").astype("datetime64[D]")
    else:
        start = np.datetime64(ordinal if every == "day" else 7 * ordinal - 3, "D")
    return said(str(period(np.array([start]), every)[0]), every)
