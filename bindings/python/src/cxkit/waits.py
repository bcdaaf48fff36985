"""Waits until something happens, when some have not got there yet: patience, promises, answers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, overload

from . import _native
from ._columns import column, keys
from ._options import EXCLUDED, INVALID, METHODS, RESOLUTIONS, UNKNOWN, ZERO, fill, number
from ._state import State
from ._times import moment, seconds, span, times
from .errors import MismatchError, NameNotFoundError, UnidentifiedError
from .estimate import Estimate, estimate_of, estimate_of_row
from .table import Table

__all__ = [
    "LogRank",
    "Promises",
    "ResponseSpeed",
    "Waits",
    "WaitsBy",
    "patience",
    "promises",
    "response_speed",
]


def _curve_options(confidence: float, method: str, unknown: str) -> Any:
    return fill(
        _native.cx_curve_options(),
        confidence=confidence,
        method=number("method", method, METHODS),
        unknown=number("unknown", unknown, UNKNOWN),
    )


class _Curves(State):
    """What waits with and without keys have in common."""

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_waits_copy)
    _merge_into = staticmethod(_native.cx_waits_merge)
    _equal = staticmethod(_native.cx_waits_equal)
    _size = staticmethod(_native.cx_waits_encoded_size)
    _encode = staticmethod(_native.cx_waits_encode)
    _decode = staticmethod(_native.cx_waits_decode)

    def __init__(self) -> None:
        self._own(_native.cx_waits_new())

    def _add(self, waits: object, ended: object, by: object, zero: str, invalid: str) -> None:
        options = fill(
            _native.cx_waits_options(),
            zero=number("zero", zero, ZERO),
            invalid=number("invalid", invalid, INVALID),
        )
        durations = seconds(waits, "waits")
        ends = column(ended, "ended")
        with self._lock:
            _native.cx_waits_add(self._handle, durations, ends, by, options)

    def reset(self) -> None:
        """Forgets all waits."""
        with self._lock:
            _native.cx_waits_reset(self._handle)

    @property
    def n(self) -> int:
        """Waits whose end is known."""
        with self._lock:
            return int(_native.cx_waits_n(self._handle))

    @property
    def events(self) -> int:
        """Waits that ended in the event."""
        with self._lock:
            return int(_native.cx_waits_events(self._handle))

    @property
    def unknown(self) -> int:
        """Waits whose end is unknown."""
        with self._lock:
            return int(_native.cx_waits_unknown(self._handle))

    @property
    def longest(self) -> float | None:
        """The longest wait with a known end, in seconds; None without any."""
        with self._lock:
            found = float(_native.cx_waits_longest(self._handle))
        return None if math.isnan(found) else found

    @property
    def excluded(self) -> dict[str, int]:
        """Rows left out, by reason."""
        with self._lock:
            return {
                word: _native.cx_waits_excluded(self._handle, at)
                for at, word in enumerate(EXCLUDED)
            }

    def curve(
        self, *, confidence: float = 0.95, method: str = "log-log", unknown: str = "exclude"
    ) -> Table:
        """The Kaplan-Meier curve, a row for each distinct wait (and key).

        confidence, method, unknown
            as in Waits.survival

        Columns: the keys, time, at_risk (just before time), events, censored, survival, se,
        ci_low, ci_high.

        >>> import cxkit as cx
        >>> cx.patience([5, 9, 9], [True, False, True]).curve()["at_risk"]
        [3, 2]
        """
        options = _curve_options(confidence, method, unknown)
        with self._lock:
            return Table(_native.cx_waits_curve(self._handle, options))

    @property
    def table(self) -> Table:
        """The curve with its usual options; see curve."""
        return self.curve()

    def _estimate(self, function: Any, *arguments: Any) -> Estimate:
        with self._lock:
            return estimate_of(function(self._handle, *arguments))

    def _rows(self, function: Any, *arguments: Any) -> Table:
        with self._lock:
            return Table(function(self._handle, *arguments))


class Waits(_Curves):
    """Waits of some customers: a state that adds up, and the curve that is read from it.

    Each wait ended in an event (gave up, was answered), was cut off before it (censored), or ended
    unknown. Memory follows the distinct waits, not the rows.

    >>> import cxkit as cx
    >>> waits = cx.Waits().add([30, 60, 60, 90], [True, False, True, False])
    >>> waits.survival(60).value
    0.5
    >>> cx.Waits.from_bytes(bytes(waits)) == waits
    True
    """

    __slots__ = ()

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Waits:
        """The waits that ``bytes(waits)`` wrote. Any bytes may be given: they are validated.

        Raises FormatError, VersionError, and MismatchError for waits split by keys (a WaitsBy).
        """
        handle = cls._decode(data)
        if _native.cx_waits_key_columns(handle):
            raise MismatchError("these waits are split by keys: read them with WaitsBy.from_bytes")
        return cls._of(handle)

    def add(
        self, waits: object, ended: object, *, zero: str = "keep", invalid: str = "exclude"
    ) -> Waits:
        """Adds waits, and returns the state.

        waits
            seconds or durations; None and NaN are missing and counted
        ended
            True where the wait ended in the event, False where it was cut off, None where nobody
            knows
        zero
            waits of 0: "keep", "censor" (count as cut off), "exclude" (count as not_applicable)
        invalid
            "exclude" counts a negative wait under "out_of_range"; "error" raises

        Raises DomainError (an infinite wait, an end that is neither 0 nor 1), LengthError,
        ColumnTypeError; the state is then unchanged.

        >>> import cxkit as cx
        >>> cx.Waits().add([30, None], [True, False]).excluded["missing"]
        1
        """
        self._add(waits, ended, None, zero, invalid)
        return self

    def survival(
        self,
        t: object,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Estimate:
        """The share that lasts longer than t, by Kaplan and Meier.

        t
            seconds, or a timedelta
        method
            of the limits: "log-log" or "wald" (plain)
        unknown
            waits of unknown end: "exclude" (counted as missing), or the two bounds "censored" and
            "event"

        Raises EmptyError without waits, UnidentifiedError where nobody was followed to t.

        >>> import cxkit as cx
        >>> cx.patience([30, 60, 90, 120], [True, True, False, True]).survival(60)
        0.500 [0.058, 0.845] 95 % (log-log, n = 4, few)
        """
        options = _curve_options(confidence, method, unknown)
        return self._estimate(_native.cx_waits_survival, span(t, "t"), options)

    def survival_bounds(
        self, t: object, *, confidence: float = 0.95, method: str = "log-log"
    ) -> tuple[Estimate, Estimate]:
        """The share that lasts longer than t, if all of unknown end had the event, and if none had.

        >>> import cxkit as cx
        >>> low, high = cx.patience([30, 60, 90], [True, None, False]).survival_bounds(60)
        >>> round(low.value, 3), round(high.value, 3)
        (0.333, 0.667)
        """
        low = self.survival(t, confidence=confidence, method=method, unknown="event")
        return low, self.survival(t, confidence=confidence, method=method, unknown="censored")

    def within(
        self,
        t: object,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Estimate:
        """The share that has had the event by t: 1 - survival(t).

        >>> import cxkit as cx
        >>> cx.patience([30, 60, 90, 120], [True, True, False, True]).within(60).value
        0.5
        """
        options = _curve_options(confidence, method, unknown)
        return self._estimate(_native.cx_waits_within, span(t, "t"), options)

    def quantile(
        self,
        q: float,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Estimate:
        """The time by which a share q has had the event, in seconds.

        The upper limit is infinite, and the estimate flagged "censored", where the curve's limit
        does not come down that far.

        Raises UnidentifiedError where the curve itself does not.

        >>> import cxkit as cx
        >>> cx.patience([30, 60, 90, 120], [True, True, False, True]).quantile(0.25).value
        30.0
        """
        options = _curve_options(confidence, method, unknown)
        return self._estimate(_native.cx_waits_quantile, q, options)

    def _median(self) -> Estimate | None:
        try:
            return self.quantile(0.5)
        except UnidentifiedError:
            return None

    @property
    def median(self) -> float | None:
        """The median in seconds; None where fewer than half have had the event."""
        found = self._median()
        return None if found is None else found.value

    @property
    def median_ci(self) -> tuple[float, float] | None:
        """The 95 % limits of the median; None without a median."""
        found = self._median()
        return None if found is None else (found.ci_low, found.ci_high)

    def restricted_mean(
        self, t: object = None, *, confidence: float = 0.95, unknown: str = "exclude"
    ) -> Estimate:
        """The mean wait when every wait is cut at t: the area under the curve, in seconds.

        t
            seconds, or a timedelta; None for the longest wait

        >>> import cxkit as cx
        >>> cx.patience([30, 60, 90, 120], [True, True, False, True]).restricted_mean(60).value
        52.5
        """
        at = (self.longest or 0.0) if t is None else span(t, "t")
        options = _curve_options(confidence, "log-log", unknown)
        return self._estimate(_native.cx_waits_restricted_mean, at, options)

    @property
    def rate(self) -> Estimate:
        """Events for each second waited, with exact limits (the theta of Erlang-A)."""
        return self._estimate(_native.cx_waits_rate, None)

    def __repr__(self) -> str:
        unknown = f", {self.unknown} of unknown end" if self.unknown else ""
        left_out = sum(self.excluded.values())
        return f"Waits of {self.n}, {self.events} events{unknown}, {left_out} left out"


@dataclass(frozen=True, slots=True)
class LogRank:
    """Are the curves of the groups the same?

    chi2, df, p_value
        of the log-rank test
    table
        the keys, n, and the observed and expected events of each group
    """

    chi2: float
    df: float
    p_value: float
    table: Table


class WaitsBy(_Curves):
    """Waits by keys, sorted by key; what is read from them is a table with one row for each key.

    ``len``, iteration ``(key, ..., Waits)`` and ``groups[0]`` give the waits of a key.

    >>> import cxkit as cx
    >>> groups = cx.patience([5, 9, 7, 8], [1, 0, 1, 1], by=["a", "a", "b", "b"])
    >>> groups.median["value"]
    [5.0, 7.0]
    """

    __slots__ = ()

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> WaitsBy:
        """The waits that ``bytes(groups)`` wrote; see Waits.from_bytes."""
        handle = cls._decode(data)
        if not _native.cx_waits_key_columns(handle) and _native.cx_waits_n(handle):
            raise MismatchError("these waits are not split by keys: read them with Waits")
        return cls._of(handle)

    def add(
        self,
        waits: object,
        ended: object,
        *,
        by: object,
        zero: str = "keep",
        invalid: str = "exclude",
    ) -> WaitsBy:
        """Adds waits split by keys, and returns the state; see Waits.add.

        >>> import cxkit as cx
        >>> len(cx.WaitsBy().add([5, 9], [True, True], by=["a", "b"]))
        2
        """
        self._add(waits, ended, keys(by), zero, invalid)
        return self

    def survival(
        self,
        t: object,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Table:
        """The share that lasts longer than t, a row for each key; see Waits.survival."""
        options = _curve_options(confidence, method, unknown)
        return self._rows(_native.cx_waits_survival_by, span(t, "t"), options)

    def within(
        self,
        t: object,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Table:
        """The share that has had the event by t, a row for each key."""
        options = _curve_options(confidence, method, unknown)
        return self._rows(_native.cx_waits_within_by, span(t, "t"), options)

    def quantile(
        self,
        q: float,
        *,
        confidence: float = 0.95,
        method: str = "log-log",
        unknown: str = "exclude",
    ) -> Table:
        """The time by which a share q has had the event, a row for each key.

        A curve that does not come down that far has the status CX_E_UNIDENTIFIED and no value.
        """
        options = _curve_options(confidence, method, unknown)
        return self._rows(_native.cx_waits_quantile_by, q, options)

    @property
    def median(self) -> Table:
        """The median of each key; see quantile."""
        return self.quantile(0.5)

    def restricted_mean(
        self, t: object, *, confidence: float = 0.95, unknown: str = "exclude"
    ) -> Table:
        """The mean wait when every wait is cut at t, a row for each key."""
        options = _curve_options(confidence, "log-log", unknown)
        return self._rows(_native.cx_waits_restricted_mean_by, span(t, "t"), options)

    @property
    def rate(self) -> Table:
        """Events for each second waited, a row for each key."""
        return self._rows(_native.cx_waits_rate_by, None)

    @property
    def logrank(self) -> LogRank:
        """The log-rank test of equal curves.

        Raises FewError when fewer than two groups have anything to compare.
        """
        table = self._rows(_native.cx_waits_logrank, None)
        figures = {name: value or 0.0 for name, value in table.figures.items()}
        return LogRank(figures["chi2"], figures["df"], figures["p_value"], table)

    def total(self) -> Waits:
        """The waits of all keys together.

        >>> import cxkit as cx
        >>> cx.patience([5, 9], [1, 0], by=["a", "b"]).total().n
        2
        """
        with self._lock:
            return Waits._of(_native.cx_waits_total(self._handle))

    def _keys(self) -> dict[str, list[Any]]:
        table = self.rate
        with self._lock:
            count = int(_native.cx_waits_key_columns(self._handle))
        return {name: table[name] for name in table.columns[:count]}

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the key columns."""
        return tuple(self._keys())

    def __len__(self) -> int:
        with self._lock:
            keyed = _native.cx_waits_key_columns(self._handle)
            return int(_native.cx_waits_size(self._handle)) if keyed else 0

    def __getitem__(self, item: str | int) -> Any:
        if isinstance(item, str):
            found = self._keys()
            if item not in found:
                raise NameNotFoundError(
                    f"there is no key column {item!r}; there are {', '.join(found)}"
                )
            return found[item]
        with self._lock:
            at = item + len(self) if item < 0 else item
            if not 0 <= at < len(self):
                raise IndexError(f"there are {len(self)} keys, {item} is not one of them")
            return Waits._of(_native.cx_waits_take(self._handle, at))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        rows = zip(*self._keys().values())
        return iter([(*key, self[at]) for at, key in enumerate(rows)])

    def __repr__(self) -> str:
        names = ", ".join(self.columns)
        return f"Waits of {self.n} by {names or 'nothing yet'}: {len(self)} keys"


@overload
def patience(
    wait: object,
    abandoned: object,
    *,
    by: None = None,
    zero: str = "keep",
    invalid: str = "exclude",
) -> Waits: ...


@overload
def patience(
    wait: object,
    abandoned: object,
    *,
    by: object,
    zero: str = "keep",
    invalid: str = "exclude",
) -> WaitsBy: ...


def patience(
    wait: object,
    abandoned: object,
    *,
    by: object = None,
    zero: str = "keep",
    invalid: str = "exclude",
) -> Waits | WaitsBy:
    """How long customers are ready to wait: those who are answered hide how long they would have.

    wait
        seconds in the queue, or durations
    abandoned
        True where the customer gave up, False where answered, None where nobody knows
    by
        one column of keys, or a table of several: the result is then a WaitsBy
    zero
        waits of 0: "keep", "censor", "exclude"; see Waits.add
    invalid
        "exclude" counts a negative wait; "error" raises

    Raises what Waits.add raises.

    >>> import cxkit as cx
    >>> curve = cx.patience([30, 60, 90, 120, 200], [True, True, False, True, False])
    >>> curve.median, curve.median_ci
    (120.0, (30.0, inf))
    """
    if by is None:
        return Waits().add(wait, abandoned, zero=zero, invalid=invalid)
    return WaitsBy().add(wait, abandoned, by=by, zero=zero, invalid=invalid)


# -- promises ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Promises:
    """Promises kept; see promises.

    kept
        the share kept of all that were due; None with `by`
    settled
        the same without open ones, which flatters; None with `by`, or when none is settled
    table
        a row for each key: kept, late, overdue, cancelled, the estimate (open: not yet due), and
        settled_value with its limits
    lateness
        seconds beyond the due time: Waits (or WaitsBy) in which a kept promise is an event at 0
        and an overdue one is censored; ``lateness.survival(86400)`` is the share later than a day
    """

    kept: Estimate | None
    settled: Estimate | None
    table: Table
    lateness: Waits | WaitsBy

    def __repr__(self) -> str:
        return repr(self.table) if self.kept is None else f"kept: {self.kept}"


def _lateness(by: object) -> Waits | WaitsBy:
    return Waits() if by is None else WaitsBy()


def promises(
    due: object,
    done: object,
    *,
    now: object,
    resolution: str = "as due",
    made: object = None,
    cancelled: object = None,
    offset: object = 0,
    by: object = None,
    invalid: str = "exclude",
    confidence: float = 0.95,
    method: str = "wilson",
) -> Promises:
    """The share of promises kept, compared as finely as the promise was made.

    due
        times or dates; a missing one is no promise and counted under "missing"
    done
        times or dates; missing where it is not done
    now
        from when open promises are seen: overdue ones are broken, the others left out and counted
        under "open"
    resolution
        "as due" (days where due holds dates or only midnights, else the time), "timestamp",
        "minute", "hour", "day"
    made
        when the promise was made, to find impossible times
    cancelled
        True where the promise was called off: counted under "not_applicable"
    offset
        of the customers' clock from UTC, in seconds or as a timedelta: where days end
    by
        one column of keys, or a table of several
    invalid
        "exclude" counts impossible times (done before made, or after now) under "out_of_range";
        "error" raises
    confidence, method
        of the share; see share

    Raises EmptyError when no promise was due, DomainError, OptionError, LengthError,
    ColumnTypeError.

    >>> import cxkit as cx
    >>> from datetime import date, datetime
    >>> due = [date(2024, 5, 2)] * 4
    >>> done = [datetime(2024, 5, 2, 18), datetime(2024, 5, 1, 9), datetime(2024, 5, 3, 1), None]
    >>> found = cx.promises(due, done, now=datetime(2024, 5, 6))
    >>> found.kept.value, round(found.settled.value, 3)
    (0.5, 0.667)
    """
    options = fill(
        _native.cx_promise_options(),
        now=moment(now, "now"),
        resolution=number("resolution", resolution, RESOLUTIONS),
        invalid=number("invalid", invalid, INVALID),
        offset=span(offset, "offset"),
    )
    share = fill(
        _native.cx_share_options(), method=number("method", method, METHODS), confidence=confidence
    )
    lateness = _lateness(by)
    with lateness._lock:
        _native.cx_promises_add(
            lateness._handle,
            times(due, "due"),
            times(done, "done"),
            times(made, "made"),
            column(cancelled, "cancelled"),
            None if by is None else keys(by),
            options,
        )
        table = Table(_native.cx_promises_by(lateness._handle, share))
    if by is not None:
        return Promises(None, None, table, lateness)
    kept = lateness._estimate(_native.cx_promises, share)
    row = table[0]
    settled = None
    if row["kept"] + row["late"]:
        settled = lateness._estimate(_native.cx_promises_settled, share)
    return Promises(kept, settled, table, lateness)


# -- response speed ---------------------------------------------------------------------------


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
    opened: object, ended: object, by: object, options: Any, level: float, confidence: float
) -> ResponseSpeed:
    waits = _lateness(by)
    with waits._lock:
        _native.cx_response_add(waits._handle, opened, ended, by, options)
        curve = _curve_options(confidence, "log-log", "exclude")
        table = Table(_native.cx_response_speed(waits._handle, level, curve))
    if isinstance(waits, WaitsBy):
        return ResponseSpeed(None, None, None, None, None, table, waits)
    row = table[0]
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
    first = _speed(begin, times(answered, "answered"), split, options, at, confidence)
    if resolved is None:
        return first
    last = _speed(begin, times(resolved, "resolved"), split, options, at, confidence)
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
