"""The effort that a log of contacts shows: its issues, and what each took."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, overload

from . import _native
from ._columns import keys
from .contacts import contact_options, known, list_of, log_of
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = ["LogEffort", "episodes", "log_effort"]

_OK = 0


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
    by: object = None,
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
    by
        keys of the issue's first contact, such as its team: more columns of the table
    customer, time, window and the others
        as in fcr

    A Table with one row for each issue, by customer, topic and time: `customer`, `topic` if given,
    the keys, `start` and `end` (its first and last contact, in microseconds), `contacts`,
    `transfers` and `switches` of channel if given, `run_in` (1: it began in the first window of
    the log, and maybe before), `open` (1: less than a window has passed since its last contact).

    >>> import cxkit as cx
    >>> day = 86_400_000_000
    >>> issues = cx.episodes(["Ann", "Bob", "Ann"], [8 * day, 9 * day, 10 * day], window=7 * 86400)
    >>> issues["customer"], issues["contacts"]
    (['Ann', 'Bob'], [2, 1])
    """
    options = contact_options(
        window, start, end, merge_gap, "kaplan-meier", 0.95, abandoned_as, outbound_as
    )
    log = log_of(
        customer=customer,
        time=time,
        topic=topic,
        abandoned=abandoned,
        outbound=outbound,
        channel=channel,
        transfers=transfers,
    )
    nobody, counted = list_of(no_id, "no_id"), list_of(channels, "channels")
    if by is None:
        return Table(_native.cx_episodes(log, nobody, counted, options))
    return Table(_native.cx_episodes_by(log, keys(by), nobody, counted, options))


@overload
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
    by: None = None,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> LogEffort: ...


@overload
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
    by: object,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> Table: ...


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
    by: object = None,
    no_id: object = None,
    start: object = None,
    end: object = None,
    merge_gap: float | timedelta = 60,
    confidence: float = 0.95,
    abandoned_as: str = "repeat",
    outbound_as: str = "ignored",
    min_n: int = 0,
) -> LogEffort | Table:
    """Customer effort as the log shows it: contacts, transfers and changes of channel per issue.

    transfers
        a column of the number of transfers within each contact
    channel
        a column; with it, changes of channel and the table of moves: customers who sought one
        channel and had to go to another
    by
        keys of the issue's first contact, such as its team: the result is then a Table with a row
        for each key and measure
    min_n
        hides keys with fewer customers, and moves of fewer issues, and others beside them
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
    options = contact_options(
        window, start, end, merge_gap, "kaplan-meier", confidence, abandoned_as, outbound_as, min_n
    )
    log = log_of(
        customer=customer,
        time=time,
        topic=topic,
        abandoned=abandoned,
        outbound=outbound,
        channel=channel,
        transfers=transfers,
    )
    nobody, counted = list_of(no_id, "no_id"), list_of(channels, "channels")
    if by is not None:
        return Table(_native.cx_log_effort_by(log, keys(by), nobody, counted, options))
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
        no_id_share=known(raw.no_id_share),
        start=raw.start,
        end=raw.end,
    )
