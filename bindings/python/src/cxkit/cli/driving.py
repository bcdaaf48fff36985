"""What goes with the overall score: over the waves, in one of them, or in each."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from typing import Any

from ..report.answers import Answers, read
from ..report.config import Config, Drivers
from ..report.drivers import nothing, of_wave, scored
from ..report.driverwaves import report as over_waves
from ..report.problem import Problem, listed, nearest
from ..report.shapes import Array, Row
from . import output

EVERY = "all"


@dataclasses.dataclass(frozen=True)
class Asked:
    """The answers, and the waves that have a score and an item."""

    config: Config
    drivers: Drivers
    answers: Answers
    outcome: Array
    waves: list[int]

    def of(self, wave: int) -> Row:
        return of_wave(self.config, self.drivers, self.answers, self.outcome, wave)

    def label(self, wave: int) -> str:
        return self.answers.waves[wave]


def run(chosen: Namespace, located: Any, alone: dict[str, Any]) -> tuple[list[Row], list[str]]:
    """(rows of the table, notes)."""
    config, folder, files = located(chosen)
    if not config.drivers:
        raise Problem(f"{config.path}: there is no [drivers]")
    config = dataclasses.replace(config, behaviours=(), **alone)
    with output.progress(chosen) as log:
        answers = read(config, folder, files, log)
        log("drivers")
        asked = Asked(config, config.drivers, answers, *scored(config, config.drivers, answers))
        if not asked.waves:
            raise Problem(f"no shares can be given: {nothing(config, asked.drivers)['problem']}")
        if chosen.wave == EVERY:
            return each(asked)
        return one(asked, chosen.wave) if chosen.wave else pooled(asked)


def rows_of(found: Row) -> list[Row]:
    family = {name: row for row in found["groups"] for name in row["items"]}
    return [
        {
            **common(item),
            "correlation": item["correlation"] and item["correlation"]["value"],
            **grouped(family.get(item["column"]), item["column"]),
        }
        for item in found["items"]
    ]


def common(item: Row) -> Row:
    """What an item of a wave and one of the pool both have."""
    return {
        "item": item["title"],
        "share": item["share"],
        "share_low": item["share_low"],
        "share_high": item["share_high"],
        "rank_low": item["rank_low"],
        "rank_high": item["rank_high"],
        "above_noise": "yes" if item["above_noise"] else "no",
        "sign": item["sign"],
        "importance": item["importance"],
        "first": item["first"],
        "last": item["last"],
        "mean": item["mean"]["value"],
    }


def grouped(row: Any, column: str) -> dict[str, Any]:
    """An item's group, the share of the group, and its own share when groups come first."""
    if row is None:
        return {}
    return {"group": row["group"], "group_share": row["share"], "within": row["items"][column]}


def explained(n: int, r2: float, title: str, where: str) -> str:
    return f'{n:,} customers{where} rated all items; they explain {100 * r2:.0f}% of "{title}"'


def pooled(asked: Asked) -> tuple[list[Row], list[str]]:
    """The customers of all waves together; of the last alone where there is no pool."""
    found = over_waves(
        asked.config, asked.drivers, asked.answers, asked.outcome, asked.waves[-1]
    )
    if found is None or found["problem"]:
        rows, said = one(asked, asked.label(asked.waves[-1]))
        return rows, said + apart(asked, found)
    waves = found["waves"]
    title = next(s.title for s in asked.config.scores if s.column == asked.drivers.of)
    where = f" of the {len(waves)} waves {waves[0]} to {waves[-1]}"
    own = found["r2"] - found["r2_adjust"]
    said = [explained(found["n"], own, title, where) + ", the wave held fixed"]
    if found["missing"]:
        names = listed([item["title"] for item in found["missing"]])
        said.append(f"left out, as too few rated them in some wave: {names}")
    return [common(item) for item in found["items"]], [*said, how(waves[-1])]


def how(last: str) -> str:
    return f"one wave: --wave {shell(last)}; each of them: --wave {EVERY}"


def shell(text: str) -> str:
    return text if text.isalnum() else f'"{text}"'


def apart(asked: Asked, found: Row | None) -> list[str]:
    """Why the last wave stands alone; nothing to say where there are no others."""
    if len(asked.waves) < 2:
        return []
    why = found["problem"] if found else "the others do not have its items"
    return [f"waves are not pooled: {why}; each of them: --wave {EVERY}"]


def one(asked: Asked, wave: str) -> tuple[list[Row], list[str]]:
    labels = [asked.label(index) for index in asked.waves]
    if wave not in labels:
        raise Problem(
            f'--wave "{wave}": no wave of that name has the score and an item; there are '
            f"{listed(labels)}." + nearest(wave, labels)
        )
    found = asked.of(asked.waves[labels.index(wave)])
    if found["problem"]:
        raise Problem(f"no shares can be given: {found['problem']}")
    where = f" of {wave}" if len(asked.answers.waves) > 1 else ""
    return rows_of(found), [explained(found["n"], found["r2"], found["title"], where)]


def each(asked: Asked) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    said = []
    for index in asked.waves:
        found, wave = asked.of(index), asked.label(index)
        if found["problem"]:
            said.append(f"{wave}: no shares can be given: {found['problem']}")
            continue
        rows += [{"wave": wave, **row} for row in rows_of(found)]
        said.append(explained(found["n"], found["r2"], found["title"], f" of {wave}"))
    if not rows:
        raise Problem("no shares can be given. " + "; ".join(said))
    return filled(rows), said


def filled(rows: list[Row]) -> list[Row]:
    """All with the same keys: an item may have a group in one wave and none in another."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return [{key: row.get(key) for key in keys} for row in rows]
