"""How fast inquiries and complaints are answered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from . import _native
from ._columns import keys
from ._options import INVALID, fill, number
from ._times import moment, span, times
from .curves import curve_options
from .errors import SuppressedError, UnidentifiedError
from .estimate import Estimate, estimate_of_row
from .table import Table
from .waits import Waits, WaitsBy

__all__ = ["ResponseSpeed", "response_speed"]


@dataclass(frozen=True, slots=True)
class ResponseSpeed:
    """How fast cases are answered; see response_speed.

    within
        the share answered within the level; None without a level, with `by`, or where nobody was
        followed that long
    of_answered, of_all
        the shares that do without censoring: of the answered ones, in time (drops the open ones),
        and of all, answered in time (counts the youngest as late)
    median, q90
        seconds by which half, and nine in ten, are answered; None where the curve does not get
        there, or with `by`
    table
        a row for each key with all of this
    waits
        the curve: Waits, or WaitsBy
    resolution
        the same for the resolution; None unless `resolved` was given
    """

    within: Estimate | None
    of_answered: float | None
    of_all: float | None
    median: Estimate | None
    q90: Estimate | None
    table: Table
    waits: Waits | WaitsBy
    resolution: ResponseSpeed | None = None

    def __repr__(self) -> str:
        return repr(self.table) if self.within is None else f"in time: {self.within}"


def _reached(waits: Waits, q: float) -> Estimate | None:
    try:
        return waits.quantile(q)
    except UnidentifiedError:
        return None


def _speed(
    opened: object,
    ended: object,
    by: object,
    options: Any,
    level: float,
    confidence: float,
    min_n: int,
) -> ResponseSpeed:
    waits = Waits(min_n=min_n) if by is None else WaitsBy(min_n=min_n)
    with waits._lock:
        _native.cx_response_add(waits._handle, opened, ended, by, options)
        curve = curve_options(confidence, min_n=min_n)
        table = Table(_native.cx_response_speed(waits._handle, level, curve))
    if isinstance(waits, WaitsBy):
        return ResponseSpeed(None, None, None, None, None, table, waits)
    row = table[0]
    if 0 < waits.n < min_n:
        raise SuppressedError(
            f"there are fewer answers than min_n = {min_n}: too few to be shown"
        )
    known = row.get("value") is not None
    return ResponseSpeed(
        within=estimate_of_row(row) if known else None,
        of_answered=row.get("of_answered"),
        of_all=row.get("of_all"),
        median=_reached(waits, 0.5) if waits.n else None,
        q90=_reached(waits, 0.9) if waits.n else None,
        table=table,
        waits=waits,
    )


def response_speed(
    opened: object,
    answered: object,
    *,
    now: object,
    level: object = None,
    resolved: object = None,
    by: object = None,
    invalid: str = "exclude",
    confidence: float = 0.95,
    min_n: int = 0,
) -> ResponseSpeed:
    """How long inquiries or complaints wait for their first answer, and for their resolution.

    A case that is still open has waited at least until now: it is censored, not dropped. Time runs
    on the clock; take opening hours out before.

    opened
        times
    answered
        times of the first answer; missing where there is none
    now
        from when open cases are seen
    level
        seconds, or a timedelta, within which an answer is in time
    resolved
        times of the resolution, for the same figures under ``.resolution``
    by
        one column of keys, or a table of several
    invalid
        "exclude" counts impossible times (answered before opened, or after now) under
        "out_of_range"; "error" raises
    confidence
        of the intervals
    min_n
        hides keys with fewer cases, and others beside them; without keys SuppressedError

    Raises DomainError, OptionError, LengthError, ColumnTypeError.

    >>> import cxkit as cx
    >>> from datetime import datetime
    >>> opened = [datetime(2024, 5, 2, 9), datetime(2024, 5, 2, 10), datetime(2024, 5, 2, 11, 50)]
    >>> answered = [datetime(2024, 5, 2, 9, 20), datetime(2024, 5, 2, 11), None]
    >>> found = cx.response_speed(opened, answered, now=datetime(2024, 5, 2, 12), level=1800)
    >>> round(found.within.value, 3), found.of_answered, found.median.value
    (0.5, 0.5, 1200.0)
    """
    options = fill(
        _native.cx_response_options(),
        now=moment(now, "now"),
        invalid=number("invalid", invalid, INVALID),
    )
    at = math.nan if level is None else span(level, "level")
    begin = times(opened, "opened")
    split = None if by is None else keys(by)
    first = _speed(begin, times(answered, "answered"), split, options, at, confidence, min_n)
    if resolved is None:
        return first
    last = _speed(begin, times(resolved, "resolved"), split, options, at, confidence, min_n)
    return ResponseSpeed(
        first.within,
        first.of_answered,
        first.of_all,
        first.median,
        first.q90,
        first.table,
        first.waits,
        last,
    )
