"""The tables of cxkit.toml about the answers: their columns, codes, scores, items and behaviours."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from .logfiles import PERIODS
from .problem import nearest
from .shapes import Row
from .tomltable import Table

METRICS = ("nps", "csat", "mean")


@dataclass(frozen=True)
class Codes:
    """How the answers of a column are written."""

    scale: tuple[int, int]
    missing: tuple[float | str, ...] = ()
    not_applicable: tuple[float | str, ...] = ()
    values: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """A question that gives a score."""

    column: str
    title: str
    metric: str
    codes: Codes
    top: int | None = None
    target: float | None = None

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value of the score."""
        low, high = self.codes.scale
        return {"nps": (-100.0, 100.0), "csat": (0.0, 1.0)}.get(self.metric, (low, high))


@dataclass(frozen=True)
class Drivers:
    """The items set against one of the scores."""

    of: str
    items: dict[str, str]
    codes: Codes
    min_answered: float = 0.5
    groups: dict[str, list[str]] = field(default_factory=dict)
    happened: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Behaviour:
    """Something a customer did, or met: yes or no."""

    column: str
    title: str
    yes: tuple[float | str, ...]
    no: tuple[float | str, ...]
    missing: tuple[float | str, ...] = ()


def columns(table: Table) -> Row:
    found = dict(
        wave=table.text("wave"),
        date=table.text("date"),
        every=table.choice("every", PERIODS),
        point=table.texts("point"),
        point_title=table.text("point_title", "measurement point"),
        weight=table.text("weight"),
        mode=table.text("mode"),
        describe=table.titles("describe"),
        until=table.take("until", datetime.date),
    )
    table.end()
    return found


def codes(table: Table, scale_required: bool = True) -> Codes:
    scale = table.take("scale", list, None, required=scale_required)
    if len(scale) != 2 or not all(type(v) is int for v in scale) or scale[0] >= scale[1]:
        raise table.problem("scale", f"must be [lowest, highest] in whole numbers, not {scale}")
    values = table.take("values", dict, {})
    for word, value in values.items():
        if type(value) is not int or not scale[0] <= value <= scale[1]:
            raise table.problem(
                "values",
                f'gives "{word}" the score {value}; the scale goes '
                f"from {scale[0]} to {scale[1]}",
            )
    found = Codes(
        tuple(scale), table.answers("missing"), table.answers("not_applicable"), values
    )
    for key in ("missing", "not_applicable"):
        for code in getattr(found, key):
            if code in values or (not isinstance(code, str) and scale[0] <= code <= scale[1]):
                raise table.problem(
                    key,
                    f"has the code {code!r}, which is an answer on the "
                    f"scale from {scale[0]} to {scale[1]}",
                )
    return found


def score(table: Table) -> Score:
    column = table.text("column", required=True)
    metric = table.choice("metric", METRICS, required=True)
    written = codes(table)
    top = table.number("top", int, 1, written.scale[1] - written.scale[0], None)
    title = table.text("title", column)
    target = table.take("target", (int, float))
    table.end()
    if metric == "nps" and written.scale != (0, 10):
        raise table.reader.problem(
            "metric",
            f"the Net Promoter Score needs a scale from 0 to 10, and "
            f'"{column}" goes from {written.scale[0]} to {written.scale[1]}: use '
            'metric = "csat" (share of satisfied) or "mean"',
        )
    if metric != "csat" and top is not None:
        raise table.problem("top", 'belongs to metric = "csat"')
    found = Score(
        column, title, metric, written, boxes(table, column, metric, written, top), target
    )
    low, high = found.range
    if target is not None and not low < target < high:
        raise table.problem(
            "target", f"is {target:g}; it must lie between {low:g} and {high:g}"
        )
    return found


def boxes(table: Table, column: str, metric: str, codes: Codes, top: int | None) -> int | None:
    """How many of the highest answers count as satisfied."""
    if metric != "csat" or top:
        return top
    steps = codes.scale[1] - codes.scale[0] + 1
    usual = {2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2, 10: 3}.get(steps)
    if usual is None:
        raise table.reader.problem(
            "metric",
            f'"{column}" has {steps} steps, for which there is no usual '
            "number of satisfied answers: add top, such as top = 2",
        )
    return usual


def drivers(table: Table) -> Drivers:
    found = Drivers(
        table.text("of", required=True),
        table.titles("items", required=True),
        codes(table),
        float(table.number("min_answered", (int, float), 0, 1, 0.5)),
        table.take("groups", dict, {}),
        table.titles("happened"),
    )
    table.end()
    for name in found.happened:
        if name not in found.items:
            raise table.problem(
                "happened", f'has "{name}", which is no item.' + nearest(name, found.items)
            )
    if len(found.items) < 2:
        raise table.problem("items", "needs at least two items")
    check_groups(table, found)
    return found


def check_groups(table: Table, found: Drivers) -> None:
    seen: set[str] = set()
    for group, members in found.groups.items():
        if not isinstance(members, list):
            raise table.problem("groups", f'"{group}" must be a list of items')
        for name in members:
            if name not in found.items:
                raise table.problem("groups", f'"{group}" names {name!r}, which is no item')
            if name in seen:
                raise table.problem("groups", f'"{name}" is in two groups')
            seen.add(name)


def behaviour(table: Table) -> Behaviour:
    column = table.text("column", required=True)
    found = Behaviour(
        column,
        table.text("title", column),
        table.answers("yes", required=True),
        table.answers("no", required=True),
        table.answers("missing"),
    )
    table.end()
    return found


def settings(table: Table) -> Row:
    found = dict(
        confidence=table.number("confidence", float, 0.5, 0.999, 0.95),
        min_n=table.number("min_n", int, 1, 10**6, 10),
        hide_below=table.number("hide_below", int, 0, 10**6, 0),
        interval=table.choice("interval", ("fixed", "anytime"), "fixed"),
        planned=table.number("planned", int, 1, 10**9, None),
    )
    table.end()
    return found
