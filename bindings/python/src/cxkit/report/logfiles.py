"""The tables of cxkit.toml that name other files than answers: contacts, promises, cases."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TypeVar

from .problem import listed
from .tomltable import Table

Kind = TypeVar("Kind")
PERIODS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Contacts:
    """A log of contacts: one row each."""

    files: tuple[str, ...]
    customer: str
    time: str
    topic: str | None = None
    channel: str | None = None
    wait: str | None = None
    abandoned: str | None = None
    outbound: str | None = None
    no_id: tuple[float | str, ...] = ()
    window: float = 7.0
    every: str = "week"
    now: datetime.datetime | None = None

    def columns(self) -> list[str]:
        names = (self.customer, self.time, self.topic, self.channel, self.wait)
        return used(*names, self.abandoned, self.outbound)


@dataclass(frozen=True)
class Promised:
    """Promises: what was due when, and when it was done."""

    files: tuple[str, ...]
    due: str
    done: str
    made: str | None = None
    cancelled: str | None = None
    kind: str | None = None
    now: datetime.datetime | None = None

    def columns(self) -> list[str]:
        return used(self.due, self.done, self.made, self.cancelled, self.kind)


@dataclass(frozen=True)
class Cases:
    """Inquiries or complaints: opened, answered, resolved."""

    files: tuple[str, ...]
    opened: str
    answered: str
    resolved: str | None = None
    kind: str | None = None
    level: float | None = None
    now: datetime.datetime | None = None

    def columns(self) -> list[str]:
        return used(self.opened, self.answered, self.resolved, self.kind)


def used(*names: str | None) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


def files(table: Table) -> tuple[str, ...]:
    found = table.texts("files")
    if not found:
        raise table.reader.problem(table.where, f"[{table.where}] lacks the key files")
    return found


def moment(table: Table) -> datetime.datetime | None:
    """The key now, as a time in UTC; a date is its first moment."""
    value = table.take("now", datetime.date)
    if value is None or not isinstance(value, datetime.datetime):
        return value and datetime.datetime.combine(value, datetime.time())
    if value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return value


def above_zero(table: Table, key: str, unit: str, default: float | None) -> float | None:
    value = table.take(key, (int, float), default)
    if value is not None and not 0 < value <= 36500:
        raise table.problem(key, f"is {value}; it must be a number of {unit} above 0")
    return None if value is None else float(value)


def contacts(table: Table) -> Contacts:
    found = Contacts(
        files=files(table),
        customer=table.text("customer", required=True),
        time=table.text("time", required=True),
        topic=table.text("topic"),
        channel=table.text("channel"),
        wait=table.text("wait"),
        abandoned=table.text("abandoned"),
        outbound=table.text("outbound"),
        no_id=table.answers("no_id"),
        window=above_zero(table, "window", "days", 7.0) or 7.0,
        every=table.choice("every", PERIODS, "week"),
        now=moment(table),
    )
    table.end()
    if found.wait and not found.abandoned:
        raise table.problem(
            "wait", "needs abandoned too: a wait says nothing without how it ended"
        )
    return distinct(table, found, "customer", "time", "topic", "channel", "wait")


def promised(table: Table) -> Promised:
    found = Promised(
        files=files(table),
        due=table.text("due", required=True),
        done=table.text("done", required=True),
        made=table.text("made"),
        cancelled=table.text("cancelled"),
        kind=table.text("kind"),
        now=moment(table),
    )
    table.end()
    return distinct(table, found, "due", "done", "made", "cancelled", "kind")


def cases(table: Table) -> Cases:
    found = Cases(
        files=files(table),
        opened=table.text("opened", required=True),
        answered=table.text("answered", required=True),
        resolved=table.text("resolved"),
        kind=table.text("kind"),
        level=above_zero(table, "level", "hours", None),
        now=moment(table),
    )
    table.end()
    return distinct(table, found, "opened", "answered", "resolved", "kind")


def distinct(table: Table, found: Kind, *keys: str) -> Kind:
    """Refuses two keys that name one column."""
    names = [name for key in keys if (name := getattr(found, key))]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise table.problem(keys[0], f"and another key name the same column, {listed(twice)}")
    return found
