"""The tables of cxkit.toml about those who were asked, and about what was done with the answers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from .answerfiles import Codes
from .logfiles import PERIODS, above_zero, distinct, files, moment, used
from .tomltable import Table

EVENTS = (
    "sent",
    "bounced",
    "delivered",
    "opened",
    "started",
    "finished",
    "refused",
    "ineligible",
    "quarantined",
    "opted-out",
)
MEASURES = ("mean", "detractors", "promoters", "nps")
SHAPES = ("isotonic", "one-knot", "plateau")
FOLLOWED = ("detractors", "passives", "promoters")


@dataclass(frozen=True)
class Trend:
    """Windows of time, apart from the waves."""

    every: str
    few: int = 5


@dataclass(frozen=True)
class Links:
    """Score and behaviour, adjusted for what else could explain both."""

    of: str | None
    adjust: dict[str, str]
    smallest: float
    order: str
    waves: int


@dataclass(frozen=True)
class Tolerance:
    """How long customers waited, in the files of answers."""

    wait: str
    drop: float
    of: str | None = None
    measure: str = "mean"
    shape: str = "isotonic"
    band: tuple[float, float] | None = None
    respondent: str | None = None
    waves: str = "last"


@dataclass(frozen=True)
class Invitations:
    """A log of invitations: one row for each event, or one for each invitation."""

    files: tuple[str, ...]
    id: str
    event: str
    events: dict[str, str] = field(default_factory=dict)
    progress: str | None = None
    partial_at: float = 0.5
    wave: str | None = None
    time: str | None = None
    known: dict[str, str] = field(default_factory=dict)
    encounter: str | None = None
    eligible: float | None = None
    point: tuple[str, ...] = ()

    def columns(self) -> list[str]:
        names = (self.id, self.event, self.progress, self.wave, self.time, self.encounter)
        return used(*names, *self.known, *self.point)


@dataclass(frozen=True)
class Coverage:
    """Encounters, and which of them somebody was asked about."""

    files: tuple[str, ...]
    by: tuple[str, ...]
    asked: str | None = None
    answered: str | None = None
    encounter: str | None = None

    def columns(self) -> list[str]:
        return used(*self.by, self.asked, self.answered, self.encounter)


@dataclass(frozen=True)
class ClosedLoop:
    """Customers who gave a score, and what was done about it."""

    files: tuple[str, ...]
    score: str
    contacted: str
    codes: Codes
    again: str | None = None
    acted: str | None = None
    reasked: str | None = None
    control: str | None = None
    alerted: str | None = None
    contacted_at: str | None = None
    level: float = 48.0
    followed: str = "detractors"
    now: datetime.datetime | None = None

    def columns(self) -> list[str]:
        names = (self.score, self.contacted, self.again, self.acted, self.reasked, self.control)
        return used(*names, self.alerted, self.contacted_at)


@dataclass(frozen=True)
class Employees:
    """Answers of employees."""

    files: tuple[str, ...]
    column: str
    title: str
    codes: Codes
    by: tuple[str, ...] = ()
    min_n: int = 5

    def columns(self) -> list[str]:
        return used(self.column, *self.by)


def trend(table: Table) -> Trend:
    found = Trend(
        every=table.choice("every", PERIODS, required=True),
        few=table.number("few", int, 2, 10**6, 5),
    )
    table.end()
    return found


ORDERS = ("behaviour first", "score first", "unknown")


def links(table: Table) -> Links:
    found = Links(
        of=table.text("of"),
        adjust=table.titles("adjust"),
        smallest=float(table.number("smallest", (int, float), 1e-6, 1, 0.02)),
        order=table.choice("order", ORDERS, "unknown"),
        waves=table.number("waves", int, 1, 10**4, 10),
    )
    table.end()
    return found


def tolerance(table: Table) -> Tolerance:
    drop = above_zero(table, "drop", "steps", None)
    if drop is None:
        raise table.reader.problem(
            "tolerance", "[tolerance] lacks the key drop: by how much the score has to fall"
        )
    found = Tolerance(
        wait=table.text("wait", required=True),
        drop=drop,
        of=table.text("of"),
        measure=table.choice("measure", MEASURES, "mean"),
        shape=table.choice("shape", SHAPES, "isotonic"),
        band=band(table),
        respondent=table.text("respondent"),
        waves=table.choice("waves", ("last", "all"), "last"),
    )
    table.end()
    return found


def band(table: Table) -> tuple[float, float] | None:
    value = table.take("band", list)
    if value is None:
        return None
    numbers = [one for one in value if isinstance(one, (int, float)) and one is not True]
    if len(value) != 2 or len(numbers) != 2 or not 0 <= value[0] < value[1]:
        raise table.problem("band", f"must be [shortest, longest] in seconds, not {value}")
    return float(value[0]), float(value[1])


def invitations(table: Table) -> Invitations:
    events = table.take("events", dict, {})
    for word, event in events.items():
        if event not in EVENTS:
            raise table.problem(
                "events", f'calls "{word}" {event!r}; an event is one of {", ".join(EVENTS)}'
            )
    found = Invitations(
        files=files(table),
        id=table.text("id", required=True),
        event=table.text("event", required=True),
        events={word.casefold(): event for word, event in events.items()},
        progress=table.text("progress"),
        partial_at=float(table.number("partial_at", (int, float), 0, 1, 0.5)),
        wave=table.text("wave"),
        time=table.text("time"),
        known=table.titles("known"),
        encounter=table.text("encounter"),
        eligible=table.number("eligible", (int, float), 0, 1, None),
        point=table.texts("point"),
    )
    table.end()
    if found.point and not found.time:
        raise table.problem("point", "needs time: response rates are watched period by period")
    return distinct(table, found, "id", "event", "progress", "time")


def coverage(table: Table) -> Coverage:
    found = Coverage(
        files=files(table),
        by=table.texts("by"),
        asked=table.text("asked"),
        answered=table.text("answered"),
        encounter=table.text("encounter"),
    )
    table.end()
    if not found.by:
        raise table.problem("by", "must name the columns that tell encounters apart")
    if bool(found.asked) == bool(found.encounter):
        raise table.reader.problem(
            "coverage",
            "[coverage] needs either asked, a flag in the file, or encounter, the id that the "
            "invitations name",
        )
    if found.answered and not found.asked:
        raise table.problem("answered", "belongs to asked; with encounter the invitations know")
    return found


def closed_loop(table: Table) -> ClosedLoop:
    found = ClosedLoop(
        files=files(table),
        score=table.text("score", required=True),
        contacted=table.text("contacted", required=True),
        codes=Codes((0, 10), table.answers("missing"), table.answers("not_applicable")),
        again=table.text("again"),
        acted=table.text("acted"),
        reasked=table.text("reasked"),
        control=table.text("control"),
        alerted=table.text("alerted"),
        contacted_at=table.text("contacted_at"),
        level=above_zero(table, "level", "hours", 48.0) or 48.0,
        followed=table.choice("followed", FOLLOWED, "detractors"),
        now=moment(table),
    )
    table.end()
    if bool(found.alerted) != bool(found.contacted_at):
        raise table.reader.problem(
            "closed_loop", "[closed_loop] has one of alerted and contacted_at: give both or none"
        )
    if found.followed == "promoters" and not found.acted:
        raise table.problem("followed", "promoters need acted: a flag for what they were to do")
    return distinct(table, found, "score", "contacted", "again", "alerted", "contacted_at")


def employees(table: Table) -> Employees:
    column = table.text("column", required=True)
    found = Employees(
        files=files(table),
        column=column,
        title=table.text("title", column),
        codes=Codes((0, 10), table.answers("missing"), table.answers("not_applicable")),
        by=table.texts("by"),
        min_n=table.number("min_n", int, 1, 10**6, 5),
    )
    table.end()
    return found


def margins(table: Table) -> dict[str, dict[str, float]]:
    """Column -> category -> share or total."""
    found: dict[str, dict[str, float]] = {}
    for column in list(table.content):
        wanted = table.take(column, dict)
        for category, value in wanted.items():
            if not isinstance(value, (int, float)) or value is True or not value >= 0:
                raise table.problem(
                    column, f'gives "{category}" {value!r}; a share or total is a number from 0'
                )
        if not sum(wanted.values()) > 0:
            raise table.problem(column, "has no share above 0")
        found[column] = {category.strip(): float(value) for category, value in wanted.items()}
    if not found:
        raise table.reader.problem("margins", "[margins] names no column")
    return found
