"""What a log of contacts says about resolution and effort."""

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

__all__ = ["LogEffort", "Resolution", "episodes", "fcr", "log_effort", "non_repeat"]

_METHODS = words(_native.cx_fcr_method_name, _native.CX_FCR_NAIVE + 1)
_AS = words(_native.cx_contact_as_name, _native.CX_CONTACT_FULL + 1)
_OK = 0


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


@dataclass(frozen=True, slots=True)
class LogEffort:
    """Effort per issue as a log shows it; see log_effort.

    contacts, transfers, switches, duration
        means per issue: contacts, transfers, changes of channel, and seconds from the first contact
        to the last; None without the column that it needs
    repeated, multichannel
        shares of issues with more than one contact, with more than one channel
    moves
        a Table: of the issues that began in channel ``from``, the share in which the first other
        channel was ``to``; ``to`` is None for the share that stayed. None without channels
    customers, issues, open
        customers with such an issue; issues; those not yet ended when the log does
    rows, no_id_share, start, end
        as in Resolution
    """

    contacts: Estimate
    transfers: Estimate | None
    switches: Estimate | None
    duration: Estimate
    repeated: Estimate
    multichannel: Estimate | None
    moves: Table | None
    customers: int
    issues: int
    open: int
    rows: int
    no_id_share: float | None
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """The figures by name, estimates as dicts, the moves as columns."""
        found: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            found[field.name] = value.to_dict() if hasattr(value, "to_dict") else value
        return found

    def __repr__(self) -> str:
        shown = [f"{self.issues} issues: {self.contacts.value:.3g} contacts"]
        for name in ("transfers", "switches"):
            found = getattr(self, name)
            if found is not None:
                shown.append(f"{found.value:.3g} {name}")
        return f"{', '.join(shown)} each; {100 * self.repeated.value:.1f} % with more than one"


# -- how a log is read ---------------------------------------------------------------------------


def _list(values: object, role: str) -> object:
    """One value stands for a list of one."""
    if isinstance(values, (str, Real)):
        return [values]
    return column(values, role)


def _log(time: object, **columns: object) -> list[tuple[str, object]]:
    given = {"time": times(time, "time")} | columns
    return [(name, column(data, name)) for name, data in given.items() if data is not None]


def _options(
    window: float | timedelta,
    start: object,
    end: object,
    merge_gap: float | timedelta,
    method: str,
    confidence: float,
    abandoned_as: str,
    outbound_as: str,
) -> Any:
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
    )


def _known(value: float) -> float | None:
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
        contacts_per_issue=_known(raw.contacts_per_issue),
        no_id_share=_known(raw.no_id_share),
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
    nobody, counted = _list(no_id, "no_id"), _list(channels, "channels")
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
    options = _options(
        window, start, end, merge_gap, method, confidence, abandoned_as, outbound_as
    )
    log = _log(
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
) -> Resolution | Table:
    """The non-repeat rate: the share of all contacts that no other follows within the window.

    As fcr, with the same parameters, but every contact is an index, also the fourth about one
    issue: a customer with many contacts counts many times. It answers another question than first
    contact resolution, and is lower.

    >>> import cxkit as cx
    >>> day = 86_400_000_000
    >>> cx.non_repeat([1, 1, 1, 2], [0, day, day * 2, day * 9], window=604800, end=day * 30).value
    0.5
    """
    options = _options(
        window, start, end, merge_gap, method, confidence, abandoned_as, outbound_as
    )
    log = _log(
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


def episodes(
    customer: object,
    time: object,
    *,
    window: float | timedelta,
    topic: object = None,
    abandoned: object = None,
    outbound: object = None,
    channel: object = None,
    channels: object = None,
    transfers: object = None,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
) -> Table:
    """Issues: contacts of one customer, each less than a window after the one before.

    transfers
        a column of the number of transfers within each contact
    customer, time, window and the others
        as in fcr

    A Table with one row for each issue, by customer, topic and time: `customer`, `topic` if given,
    `start` and `end` (its first and last contact, in microseconds), `contacts`, `transfers` and
    `switches` of channel if given, `run_in` (1: it began in the first window of the log, and maybe
    before), `open` (1: less than a window has passed since its last contact).

    >>> import cxkit as cx
    >>> day = 86_400_000_000
    >>> issues = cx.episodes(["Ann", "Bob", "Ann"], [8 * day, 9 * day, 10 * day], window=7 * 86400)
    >>> issues["customer"], issues["contacts"]
    (['Ann', 'Bob'], [2, 1])
    """
    options = _options(
        window, start, end, merge_gap, "kaplan-meier", 0.95, abandoned_as, outbound_as
    )
    log = _log(
        customer=customer,
        time=time,
        topic=topic,
        abandoned=abandoned,
        outbound=outbound,
        channel=channel,
        transfers=transfers,
    )
    nobody, counted = _list(no_id, "no_id"), _list(channels, "channels")
    return Table(_native.cx_episodes(log, nobody, counted, options))


def log_effort(
    customer: object,
    time: object,
    *,
    window: float | timedelta,
    topic: object = None,
    abandoned: object = None,
    outbound: object = None,
    channel: object = None,
    channels: object = None,
    transfers: object = None,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
) -> LogEffort:
    """Customer effort as the log shows it: contacts, transfers and changes of channel per issue.

    transfers
        a column of the number of transfers within each contact
    channel
        a column; with it, changes of channel and the table of moves: customers who sought one
        channel and had to go to another
    customer, time, window and the others
        as in fcr

    Issues count that began at least a window after the start of the log and a window before its
    end. Those still open at the end count as far as they went, and are flagged "partial".
    Raises EmptyError without such an issue, and what fcr raises.

    >>> import cxkit as cx
    >>> from datetime import date
    >>> day = [date(2026, 1, d) for d in (1, 9, 10, 12, 20, 31)]
    >>> effort = cx.log_effort([1, 2, 2, 3, 4, 5], day, window=7 * 86400)
    >>> round(effort.contacts.value, 2), effort.issues
    (1.33, 3)
    """
    options = _options(
        window, start, end, merge_gap, "kaplan-meier", confidence, abandoned_as, outbound_as
    )
    log = _log(
        customer=customer,
        time=time,
        topic=topic,
        abandoned=abandoned,
        outbound=outbound,
        channel=channel,
        transfers=transfers,
    )
    nobody, counted = _list(no_id, "no_id"), _list(channels, "channels")
    raw = _native.cx_log_effort(log, nobody, counted, options)
    moves = None
    if channel is not None:
        moves = Table(_native.cx_channel_moves(log, nobody, counted, options))

    def of(name: str) -> Estimate | None:
        found = getattr(raw, name)
        return estimate_of(found) if found.status == _OK else None

    return LogEffort(
        contacts=estimate_of(raw.contacts),
        transfers=of("transfers"),
        switches=of("switches"),
        duration=estimate_of(raw.duration),
        repeated=estimate_of(raw.repeated),
        multichannel=of("multichannel"),
        moves=moves,
        customers=raw.customers,
        issues=raw.issues,
        open=raw.open,
        rows=raw.rows,
        no_id_share=_known(raw.no_id_share),
        start=raw.start,
        end=raw.end,
    )
