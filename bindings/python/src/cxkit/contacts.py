"""What a log of contacts says about resolution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from numbers import Real
from typing import Any, overload

from . import _native
from ._columns import column, keys
from ._options import fill, number, words
from ._times import moment, span, times
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = ["Resolution", "fcr", "non_repeat"]

_METHODS = words(_native.cx_fcr_method_name, _native.CX_FCR_NAIVE + 1)
_AS = words(_native.cx_contact_as_name, _native.CX_CONTACT_FULL + 1)


@dataclass(frozen=True, slots=True, repr=False)
class Resolution(Estimate):
    """A share of contacts that were not followed by another: an Estimate with its counts.

    rows
        of the log as given
    contacts
        of identified customers, duplicates merged: n + run_in + later + not_index + cut
    customers
        who made an index contact
    run_in
        contacts in the first window of the log: what was before them is unknown
    later
        contacts less than a window after another: no first contacts
    not_index
        first contacts that may not be an index, such as abandoned ones
    cut
        method "complete-window": first contacts in the last window of the log
    repeats
        index contacts followed by another within the window
    censored
        index contacts that the log does not follow for the whole window, so far without another
    issues, contacts_per_issue
        issues that began after the first window, and the contacts in them; None without any
    no_id_share
        contacts without an id in all of them; None without any
    start, end
        of the log, in microseconds since 1970 UTC; the end is exclusive
    """

    rows: int
    contacts: int
    customers: int
    run_in: int
    later: int
    not_index: int
    cut: int
    repeats: int
    censored: int
    issues: int
    contacts_per_issue: float | None
    no_id_share: float | None
    start: int
    end: int


# -- how a log is read ---------------------------------------------------------------------------


def list_of(values: object, role: str) -> object:
    """One value stands for a list of one."""
    if isinstance(values, (str, Real)):
        return [values]
    return column(values, role)


def log_of(time: object, **columns: object) -> list[tuple[str, object]]:
    """The columns that were given, by name."""
    given = {"time": times(time, "time")} | columns
    return [(name, column(data, name)) for name, data in given.items() if data is not None]


def contact_options(
    window: float | timedelta,
    start: object,
    end: object,
    merge_gap: float | timedelta,
    method: str,
    confidence: float,
    abandoned_as: str,
    outbound_as: str,
    min_n: int = 0,
) -> Any:
    """How a log is read."""
    return fill(
        _native.cx_contacts_options(),
        window=span(window, "window"),
        merge_gap=span(merge_gap, "merge_gap"),
        start=None if start is None else moment(start, "start"),
        end=None if end is None else moment(end, "end"),
        method=number("method", method, _METHODS),
        confidence=confidence,
        abandoned=number("abandoned_as", abandoned_as, _AS),
        outbound=number("outbound_as", outbound_as, _AS),
        min_n=min_n,
    )


def known(value: float) -> float | None:
    """None for NaN."""
    return None if value != value else value


_COUNTS = (
    "rows", "contacts", "customers", "run_in", "later", "not_index", "cut", "repeats", "censored",
    "issues", "start", "end",
)  # fmt: skip


def _resolution(raw: Any) -> Resolution:
    estimate = estimate_of(raw.estimate)
    base: dict[str, Any] = {
        field.name: getattr(estimate, field.name) for field in fields(Estimate)
    }
    counts: dict[str, Any] = {name: getattr(raw, name) for name in _COUNTS}
    return Resolution(
        **base,
        **counts,
        contacts_per_issue=known(raw.contacts_per_issue),
        no_id_share=known(raw.no_id_share),
    )


def _measure(
    one: Callable[..., Any],
    many: Callable[..., Any],
    log: list[tuple[str, object]],
    by: object,
    no_id: object,
    channels: object,
    options: Any,
) -> Resolution | Table:
    nobody, counted = list_of(no_id, "no_id"), list_of(channels, "channels")
    if by is not None:
        return Table(many(log, keys(by), nobody, counted, options))
    return _resolution(one(log, nobody, counted, options))


# -- functions -----------------------------------------------------------------------------------

@overload
def fcr(
    customer: object,
    time: object,
    *,
    window: float | timedelta,
    topic: object = None,
    index: object = None,
    abandoned: object = None,
    outbound: object = None,
    channel: object = None,
    channels: object = None,
    by: None = None,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    method: str = "kaplan-meier",
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> Resolution: ...


@overload
def fcr(
    customer: object,
    time: object,
    *,
    window: float | timedelta,
    topic: object = None,
    index: object = None,
    abandoned: object = None,
    outbound: object = None,
    channel: object = None,
    channels: object = None,
    by: object,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    method: str = "kaplan-meier",
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> Table: ...


def fcr(
    customer: object,
    time: object,
    *,
    window: float | timedelta,
    topic: object = None,
    index: object = None,
    abandoned: object = None,
    outbound: object = None,
    channel: object = None,
    channels: object = None,
    by: object = None,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    method: str = "kaplan-meier",
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> Resolution | Table:
    """First contact resolution: the share of issues that need no second contact.

    customer
        numbers or text; None, empty text and the values of no_id are left out, and their share is
        told: ``no_id_share``
    time
        datetime64, Arrow timestamps, dates, or microseconds since 1970 UTC, in any order
    window
        seconds, or a timedelta: another contact within it is a repeat; exactly one window later is
        not
    topic
        with it, only contacts about the same topic belong to one issue
    index
        a column of True and False: which contacts may be an index
    abandoned, outbound
        columns of True and False: calls given up before an answer, contacts that we made
    abandoned_as, outbound_as
        what they count as: "ignored", "repeat" (never an index) or "contact"
    channel, channels
        a column of channels, and those that count; None: all
    by
        one column of keys of the index contact, or a table of several: the result is then a Table
    no_id
        a value, or several, that mean nobody, such as 0
    start, end
        of the log, the end exclusive; None: its first time, and just after its last
    merge_gap
        seconds: contacts of one customer, topic and channel that follow this soon are one
    method
        "kaplan-meier": contacts near the end of the log count as long as they are followed;
        "complete-window": they are left out; "naive": they count as resolved, which is too high
    confidence
        of the interval, by the jackknife over customers
    min_n
        hides keys with fewer customers, and others beside them, so that none follows from the rest;
        without keys SuppressedError

    An index contact opens an issue: the customer made no contact within the window before it, and
    that window lies within the log. So the first window is run-in. The estimate takes for granted
    that resolution does not change within the log: give periods as `by`.

    Raises EmptyError without an index contact, UnidentifiedError when no index contact is followed
    for a whole window (the log has to span more than two), DomainError, OptionError.

    >>> import cxkit as cx
    >>> from datetime import date, timedelta
    >>> day = [date(2026, 1, d) for d in (1, 9, 10, 12, 20, 31)]
    >>> week = timedelta(days=7)
    >>> found = cx.fcr([1, 2, 2, 3, 4, 5], day, window=week, end=date(2026, 2, 7))
    >>> found.value, found.n, found.repeats, found.run_in
    (0.75, 4, 1, 1)
    """
    options = contact_options(
        window, start, end, merge_gap, method, confidence, abandoned_as, outbound_as, min_n
    )
    log = log_of(
        customer=customer,
        time=time,
        topic=topic,
        index=index,
        abandoned=abandoned,
        outbound=outbound,
        channel=channel,
    )
    return _measure(
        _native.cx_fcr, _native.cx_fcr_by, log, by, no_id, channels, options
    )


@overload
def non_repeat(
    customer: object,
    time: object,
    *,
    window: float | timedelta,
    topic: object = None,
    index: object = None,
    abandoned: object = None,
    outbound: object = None,
    channel: object = None,
    channels: object = None,
    by: None = None,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    method: str = "kaplan-meier",
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> Resolution: ...


@overload
def non_repeat(
    customer: object,
    time: object,
    *,
    window: float | timedelta,
    topic: object = None,
    index: object = None,
    abandoned: object = None,
    outbound: object = None,
    channel: object = None,
    channels: object = None,
    by: object,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    method: str = "kaplan-meier",
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> Table: ...


def non_repeat(
    customer: object,
    time: object,
    *,
    window: float | timedelta,
    topic: object = None,
    index: object = None,
    abandoned: object = None,
    outbound: object = None,
    channel: object = None,
    channels: object = None,
    by: object = None,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    method: str = "kaplan-meier",
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> Resolution | Table:
    """The non-repeat rate: the share of all contacts that no other follows within the window.

    As fcr, with the same parameters, but every contact is an index, also the fourth about one
    issue. It answers another question than first contact resolution: it is lower where a few
    customers come again and again, and higher where most issues take two contacts, since no other
    follows the second.

    >>> import cxkit as cx
    >>> day = 86_400_000_000
    >>> cx.non_repeat([1, 1, 1, 2], [0, day, day * 2, day * 9], window=604800, end=day * 30).value
    0.5
    """
    options = contact_options(
        window, start, end, merge_gap, method, confidence, abandoned_as, outbound_as, min_n
    )
    log = log_of(
        customer=customer,
        time=time,
        topic=topic,
        index=index,
        abandoned=abandoned,
        outbound=outbound,
        channel=channel,
    )
    return _measure(
        _native.cx_non_repeat, _native.cx_non_repeat_by, log, by, no_id, channels, options
    )
