"""Scores over time: windows of a calendar, in UTC or on a local clock, and rolling ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from numbers import Real
from typing import Any

from . import _native
from ._columns import column, keys
from ._options import INVALID, answers, fill, number, scale_of
from ._times import span, times
from .errors import OptionError
from .metric import ces, csat, mean_score, nps
from .table import Table
from .tally import Tallies

__all__ = ["Delay", "answer_delay", "tally_windows", "window_of", "windows"]

_UNITS = {
    "second": (_native.CX_WINDOW_SECOND, 1),
    "minute": (_native.CX_WINDOW_SECOND, 60),
    "hour": (_native.CX_WINDOW_SECOND, 3600),
    "day": (_native.CX_WINDOW_DAY, 1),
    "week": (_native.CX_WINDOW_WEEK, 1),
    "month": (_native.CX_WINDOW_MONTH, 1),
    "quarter": (_native.CX_WINDOW_MONTH, 3),
    "year": (_native.CX_WINDOW_MONTH, 12),
}
_SECONDS = {
    _native.CX_WINDOW_SECOND: 1,
    _native.CX_WINDOW_DAY: 86400,
    _native.CX_WINDOW_WEEK: 7 * 86400,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {day: at for at, day in enumerate(_DAYS, 1)}


def _is_span(given: object) -> bool:
    return isinstance(given, timedelta) or type(given).__name__ == "timedelta64"


def _span(option: str, given: Any) -> tuple[int, int]:
    """(unit, how many) of "week", "2 weeks", a timedelta, or a number of seconds."""
    if _is_span(given):
        given = span(given, option)
    if isinstance(given, Real) and not isinstance(given, bool):
        seconds = float(given)
        if seconds > 0 and seconds.is_integer():
            return _native.CX_WINDOW_SECOND, int(seconds)
        raise OptionError(f"{option} is {given!r}; it has to be a whole number of seconds above 0")
    found = re.fullmatch(r"\s*(\d+)?\s*([a-z]+?)s?\s*", given) if isinstance(given, str) else None
    if found is None or found[2] not in _UNITS:
        raise OptionError(
            f"{option} is {given!r}; it has to be one of {', '.join(_UNITS)}, a multiple such as "
            '"2 weeks", a timedelta or seconds'
        )
    unit, many = _UNITS[found[2]]
    return unit, many * int(found[1] or 1)


def _steps(every: object, period: object) -> int:
    """How many windows of `every` make one of `period`."""
    if period is None:
        return 1
    (unit, many), (whole_unit, whole) = _span("every", every), _span("period", period)
    if unit != whole_unit:
        many, whole = many * _SECONDS.get(unit, 0), whole * _SECONDS.get(whole_unit, 0)
    if not many or not whole or whole % many:
        raise OptionError(f"period {period!r} is no multiple of every {every!r}")
    return whole // many


def _calendar(every: object, offset: Any, week_starts: str) -> tuple[Any, object]:
    """The options of C, and the column of offsets where there is one."""
    unit, many = _span("every", every)
    offsets = None
    seconds = 0.0
    if _is_span(offset):
        seconds = span(offset, "offset")
    elif isinstance(offset, Real):
        seconds = float(offset)
    else:
        offsets = column(offset, "offset")
    if not seconds.is_integer():
        raise OptionError(f"offset is {offset!r} seconds, and has to be whole")
    made = fill(
        _native.cx_window_options(),
        unit=unit,
        every=many,
        week_starts=number("week_starts", week_starts, _WEEKDAYS),
        offset=int(seconds),
    )
    return made, offsets


def tally_windows(
    time: object,
    scores: object,
    *,
    every: object,
    by: object = None,
    offset: object = 0,
    week_starts: str = "monday",
    into: Tallies | None = None,
    scale: tuple[int, int] = (0, 10),
    weights: object = None,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Tallies:
    """The tallies of a column of answers by windows of time: a state that merges and encodes.

    time, every, by, offset, week_starts
        as in windows
    scores, weights and the options
        as in Tally.add
    into
        Tallies made by this function, to which the answers are added

    Every metric takes the result: one row for each window. Windows of another kind are a
    MismatchError when states merge.

    >>> import cxkit as cx
    >>> days = cx.tally_windows([0, 1, 86_400_000_000], [10, 9, 3], every="day")
    >>> [(str(start.date()), tally.n) for start, end, tally in days]
    [('1970-01-01', 2), ('1970-01-02', 1)]
    """
    options = answers(missing_codes, not_applicable_codes, invalid, fractional)
    calendar, offsets = _calendar(every, offset, week_starts)
    state = Tallies(scale=scale_of(scale)) if into is None else into
    with state._lock:
        _native.cx_windows_add(
            state._handle,
            times(time, "time"),
            offsets,
            column(scores, "scores"),
            column(weights, "weights"),
            None if by is None else keys(by),
            calendar,
            options,
        )
    return state


def _top(options: dict[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("top", "confidence")}


def _net(options: dict[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("promoters", "detractors", "confidence")}


_METRICS: dict[str, Callable[[Tallies, dict[str, Any]], Any]] = {
    "nps": lambda state, options: nps(state, **_net(options)),
    "csat": lambda state, options: csat(state, **_top(options)),
    "ces": lambda state, options: ces(state, confidence=options["confidence"]),
    "mean": lambda state, options: mean_score(state, confidence=options["confidence"]),
}


def windows(
    time: object,
    scores: object,
    *,
    every: object,
    period: object = None,
    by: object = None,
    metric: str = "nps",
    offset: object = 0,
    week_starts: str = "monday",
    empty: bool = True,
    scale: tuple[int, int] = (0, 10),
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    confidence: float = 0.95,
    weights: object = None,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table:
    """A score for each window of time, calendar or rolling.

    time
        when it happened (the event, not the answer: see answer_delay): timestamps, dates, or
        microseconds since 1970 UTC, in any order
    every
        "second", "minute", "hour", "day", "week", "month", "quarter", "year", a multiple such as
        "2 weeks", a timedelta, or seconds
    period
        length of rolling windows, a multiple of `every`: one ends with each window of `every`;
        those that reach back beyond the first are flagged "partial"
    by
        more keys, as in tally_by
    metric
        "nps", "csat", "ces" or "mean"
    offset
        from UTC to local time: seconds, a timedelta, or a column of seconds for each row, such as
        those of a time zone with summer time
    week_starts
        first day of a week
    empty
        windows without answers are rows without a value; False leaves them out
    scale, promoters, detractors, top, confidence
        as in the metric
    weights, missing_codes, not_applicable_codes, invalid, fractional
        as in Tally.add

    The columns `window` and `window_end` are times on the clock of `offset`; the end belongs to
    the next window. Answers without a time are a row without a window.

    >>> import cxkit as cx
    >>> day = 86_400_000_000
    >>> table = cx.windows([0, day, 3 * day], [10, 3, 9], every="day")
    >>> table["value"], table["status"]
    ([100.0, -100.0, None, 100.0], ['CX_OK', 'CX_OK', 'CX_E_EMPTY', 'CX_OK'])
    """
    if metric not in _METRICS:
        raise OptionError(f"metric is {metric!r}; it has to be one of {', '.join(_METRICS)}")
    steps = _steps(every, period)
    state = tally_windows(
        time,
        scores,
        every=every,
        by=by,
        offset=offset,
        week_starts=week_starts,
        scale=scale,
        weights=weights,
        missing_codes=missing_codes,
        not_applicable_codes=not_applicable_codes,
        invalid=invalid,
        fractional=fractional,
    )
    if len(state):
        state = state.roll(steps, empty=empty)
    options = {
        "promoters": promoters,
        "detractors": detractors,
        "top": top,
        "confidence": confidence,
    }
    table = _METRICS[metric](state, options)
    assert isinstance(table, Table)
    return table


def window_of(
    time: object,
    *,
    every: object,
    offset: object = 0,
    week_starts: str = "monday",
) -> Table:
    """The window of each row: columns `window` and `window_end`, None where there is no time.

    time, every, offset, week_starts
        as in windows

    >>> import cxkit as cx
    >>> [str(day.date()) for day in cx.window_of([0, -1], every="week")["window"]]
    ['1969-12-29', '1969-12-29']
    """
    calendar, offsets = _calendar(every, offset, week_starts)
    return Table(_native.cx_window_of(times(time, "time"), offsets, calendar))


@dataclass(frozen=True, slots=True)
class Delay:
    """How far answers lie behind what they are about, in seconds; see answer_delay.

    n
        rows with both times
    missing
        rows without one of the two
    before
        rows whose answer precedes the event
    shortest, median, late, longest
        seconds; 9 of 10 answers are no later than `late`
    """

    n: int
    missing: int
    before: int
    shortest: float | None
    median: float | None
    late: float | None
    longest: float | None

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def answer_delay(event: object, answered: object, *, invalid: str = "exclude") -> Delay:
    """How far the answers lie behind the events.

    event, answered
        times, as in windows
    invalid
        "exclude" counts answers that precede their event under `before`; "error" refuses them

    An answer says nothing about what had not happened yet: look at `before` and at the delays
    before scores are set against what happened to the customer.

    >>> import cxkit as cx
    >>> cx.answer_delay([0, 0, 5_000_000], [2_000_000, 4_000_000, 0]).before
    1
    """
    raw = _native.cx_answer_delay(
        times(event, "event"), times(answered, "answered"), number("invalid", invalid, INVALID)
    )
    seconds = ("shortest", "median", "late", "longest")
    values = {name: getattr(raw, name) for name in seconds}
    return Delay(
        n=raw.n,
        missing=raw.missing,
        before=raw.before,
        **{name: None if value != value else value for name, value in values.items()},
    )
