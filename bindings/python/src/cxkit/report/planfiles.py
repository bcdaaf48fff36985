"""The tables of cxkit.toml about the next answers: [plan], and the log of a gate."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from .logfiles import distinct, files, used
from .tomltable import Table

PLAN_PERIODS = ("day", "week", "month")
POLICIES = (
    "evidence",
    "precision-budget",
    "neyman",
    "proportional",
    "uniform",
    "detect",
    "exploration",
    "index",
)
YEAR = {"day": 365.0, "week": 52.0, "month": 12.0}
Amounts = float | dict[str, float] | None


@dataclass(frozen=True)
class Plan:
    """The next wave, or the next period."""

    budget: int | None = None
    floor: int | None = None
    period: str | None = None
    policy: str = "evidence"
    permanent: tuple[str, ...] = ()
    capacity: Amounts = None
    rate: Amounts = None
    shares: dict[str, float] = field(default_factory=dict)
    arl: float | None = None
    drop: tuple[float, ...] = (10.0, 20.0, 40.0)
    direction: str = "down"
    baseline: int = 300
    allowance: float = 0.05
    acknowledged: dict[str, datetime.date] = field(default_factory=dict)
    monitor: str | None = None  # file of the state that a plan starts from
    save: str | None = None  # where the state is stored after the period; never from cxkit.toml


@dataclass(frozen=True)
class GateLog:
    """The log of a gate: one row for each decision."""

    files: tuple[str, ...]
    probability: str
    invite: str
    reason: str | None = None
    frequency: str | None = None
    contact: str | None = None
    score: str | None = None
    point: tuple[str, ...] = ()
    time: str | None = None

    def columns(self) -> list[str]:
        names = (self.probability, self.invite, self.reason, self.frequency, self.contact)
        return used(*names, self.score, *self.point, self.time)


def plan(table: Table) -> Plan:
    found = Plan(
        budget=table.number("budget", int, 1, 10**9, None),
        floor=table.number("floor", int, 1, 10**6, None),
        period=table.choice("period", PLAN_PERIODS),
        policy=table.choice("policy", POLICIES, "evidence"),
        permanent=table.texts("permanent"),
        capacity=amounts(table, "capacity", 10**9),
        rate=amounts(table, "rate", 1),
        shares=named(table, "shares", 10**12),
        arl=table.number("arl", (int, float), 2, 10**9, None),
        drop=drops(table),
        direction=table.choice("direction", ("down", "up", "both"), "down"),
        baseline=table.number("baseline", int, 1, 10**9, 300),
        allowance=float(table.number("allowance", (int, float), 0, 10, 0.05)),
        acknowledged=dates(table, "acknowledged"),
        monitor=table.text("monitor"),
    )
    table.end()
    if found.monitor and not found.period:
        raise table.problem("monitor", "is for a plan of the next period: give period too")
    return found


def positive(table: Table, key: str, value: object, most: float, of: str = "") -> float:
    if not isinstance(value, (int, float)) or value is True or not 0 < value <= most:
        raise table.problem(
            key, f"is {value!r}{of}; it must be a number above 0, {most:g} at most"
        )
    return float(value)


def amounts(table: Table, key: str, most: float) -> Amounts:
    """One number for all points, or a table with one for some."""
    value = table.take(key, (int, float, dict))
    if value is None or isinstance(value, dict):
        return value and {
            name: positive(table, key, one, most, f' for "{name}"') for name, one in value.items()
        }
    return positive(table, key, value, most)


def named(table: Table, key: str, most: float) -> dict[str, float]:
    return {
        name: positive(table, key, one, most, f' for "{name}"')
        for name, one in table.take(key, dict, {}).items()
    }


def drops(table: Table) -> tuple[float, ...]:
    value = table.take("drop", (int, float, list), [10, 20, 40])
    value = value if isinstance(value, list) else [value]
    if not 1 <= len(value) <= 8:
        raise table.problem("drop", f"has {len(value)} numbers; it can have 1 to 8")
    return tuple(positive(table, "drop", one, 200) for one in value)


def dates(table: Table, key: str) -> dict[str, datetime.date]:
    found = table.take(key, dict, {})
    for name, value in found.items():
        if not isinstance(value, datetime.date):
            raise table.problem(
                key, f'is {value!r} for "{name}"; it must be a date without quotes'
            )
    return {
        name: value.date() if isinstance(value, datetime.datetime) else value
        for name, value in found.items()
    }


def gate(table: Table) -> GateLog:
    found = GateLog(
        files=files(table),
        probability=table.text("probability", required=True),
        invite=table.text("invite", required=True),
        reason=table.text("reason"),
        frequency=table.text("frequency"),
        contact=table.text("contact"),
        score=table.text("score"),
        point=table.texts("point"),
        time=table.text("time"),
    )
    table.end()
    if bool(found.point) != bool(found.time):
        raise table.problem("time", "and point belong together: give both or none")
    return distinct(table, found, "probability", "invite", "frequency", "contact", "score", "time")
