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
from ._options import INVALID, KEEP, answers, fill, number, scale_of
from ._times import span, times
from .errors import OptionError
from .metric import ces, csat, enps, mean_score, nps
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
    respondent: object = None,
    keep: str = "last",
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
    respondent, keep
        one answer of each respondent in each window, as in Tally.add_once: "last", "first" or
        "all"; those that give way are excluded as "duplicate"

    Every metric takes the result: one row for each window. Windows of another kind are a
    MismatchError when states merge.

    >>> import cxkit as cx
    >>> days = cx.tally_windows([0, 1, 86_400_000_000], [10, 9, 3], every="day")
    >>> [(str(start.date()), tally.n) for start, end, tally in days]
    [('1970-01-01', 2), ('1970-01-02', 1)]
    """
    options = answers(missing_codes, not_applicable_codes, invalid, fractional)
    if respondent is None and keep != "last":
        raise OptionError("keep needs respondent: whose answers are they?")
    calendar, offsets = _calendar(every, offset, week_starts)
    state = Tallies(scale=scale_of(scale)) if into is None else into
    columns = (
        times(time, "time"),
        offsets,
        column(scores, "scores"),
        column(weights, "weights"),
        None if by is None else keys(by),
    )
    with state._lock:
        if respondent is None:
            _native.cx_windows_add(state._handle, *columns, calendar, options)
        else:
            once = (keys(respondent), number("keep", keep, KEEP))
            _native.cx_windows_add_once(state._handle, *columns, *once, calendar, options)
    return state


_NET = ("promoters", "detractors", "method")
_METRICS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "nps": (nps, _NET),
    "enps": (enps, _NET),
    "csat": (csat, ("top", "direction", "denominator", "method")),
    "ces": (ces, ("version", "report", "ease")),
    "mean": (mean_score, ()),
}
_PLAIN: dict[str, object] = {
    "promoters": 9,
    "detractors": 6,
    "top": None,
    "direction": "high",
    "denominator": "valid",
    "method": None,
    "version": 2,
    "report": "mean",
    "ease": False,
}


def _metric(name: str, options: dict[str, object]) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The metric of that name and its own options; an option of another metric is refused."""
    if name not in _METRICS:
        raise OptionError(f"metric is {name!r}; it has to be one of {', '.join(_METRICS)}")
    call, own = _METRICS[name]
    given = {option: value for option, value in options.items() if value != _PLAIN[option]}
    for option in given:
        if option not in own:
            raise OptionError(f"{option} is not an option of {name}")
    return call, given


def _scale(metric: str, version: int) -> tuple[int, int]:
    if metric == "ces":
        return (1, 5) if version == 1 else (1, 7)
    return (1, 5) if metric == "csat" else (0, 10)


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
    respondent: object = None,
    keep: str = "last",
    scale: tuple[int, int] | None = None,
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    direction: str = "high",
    denominator: str = "valid",
    version: int = 2,
    report: str = "mean",
    ease: bool = False,
    method: str | None = None,
    confidence: float = 0.95,
    min_n: int | None = None,
    totals: bool = False,
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
        "nps", "enps", "csat", "ces" or "mean"
    offset
        from UTC to local time: seconds, a timedelta, or a column of seconds for each row, such as
        those of a time zone with summer time
    week_starts
        first day of a week
    empty
        windows without answers are rows without a value; False leaves them out
    respondent, keep
        one answer of each respondent in each window of `every`: "last", "first" or "all"; those
        that give way are excluded as "duplicate"
    scale, promoters, detractors, top, direction, denominator, version, report, ease, method
        as in the metric, and with its defaults; those of another metric are refused
    confidence
        as in the metric
    min_n
        as in the metric; not for rolling windows, whose differences are single windows
    totals
        also a row for every margin: all windows, and with `by` all keys; not for rolling windows,
        whose answers are counted several times
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
    call, options = _metric(
        metric,
        {
            "promoters": promoters,
            "detractors": detractors,
            "top": top,
            "direction": direction,
            "denominator": denominator,
            "method": method,
            "version": version,
            "report": report,
            "ease": ease,
        },
    )
    steps = _steps(every, period)
    if totals and steps > 1:
        raise OptionError("totals of rolling windows would count answers several times")
    if steps > 1 and (metric == "enps" if min_n is None else min_n > 1):
        raise OptionError(
            "min_n does not protect rolling windows: one less the next is a single window again"
        )
    state = tally_windows(
        time,
        scores,
        every=every,
        by=by,
        offset=offset,
        week_starts=week_starts,
        respondent=respondent,
        keep=keep,
        scale=_scale(metric, version) if scale is None else scale,
        weights=weights,
        missing_codes=missing_codes,
        not_applicable_codes=not_applicable_codes,
        invalid=invalid,
        fractional=fractional,
    )
    if len(state):
        state = state.roll(steps, empty=empty)
    if min_n is not None:
        options["min_n"] = min_n
    table = call(state, confidence=confidence, totals=totals, **options)
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
