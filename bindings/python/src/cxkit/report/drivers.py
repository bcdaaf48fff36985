"""Which items go with a score: shares, signs, conditional dominance."""

from __future__ import annotations

import numpy as np

import cxkit as cx

from . import driverwaves
from .answers import Answers
from .config import Config, Drivers
from .measure import plain
from .shapes import Array, Row


def numbers(values: Array, low: int) -> Array:
    """Answers as floats, NaN where there is none."""
    return np.where(values >= low, values, np.nan).astype(float)


def correlation(x: Array, y: Array, weights: Array | None, confidence: float) -> Row | None:
    try:
        return plain(cx.correlate(x, y, weights=weights, confidence=confidence))
    except (cx.FewError, cx.ConstantError, cx.EmptyError):
        return None


def scored(config: Config, asked: Drivers, answers: Answers) -> tuple[Array, list[int]]:
    """(the score, NaN where there is none; the waves in which somebody gave it and an item)."""
    score = next(score for score in config.scores if score.column == asked.of)
    outcome = numbers(answers.scores[asked.of], score.codes.scale[0])
    rated = np.any([answers.items[name] >= asked.codes.scale[0] for name in asked.items], axis=0)
    return outcome, np.unique(answers.wave[rated & ~np.isnan(outcome)]).tolist()


def report(config: Config, asked: Drivers, answers: Answers) -> Row:
    """The items of the last wave with a score, and over the waves."""
    outcome, waves = scored(config, asked, answers)
    if not waves:
        return nothing(config, asked) | {"pooled": None}
    pooled = driverwaves.report(config, asked, answers, outcome, waves[-1])
    return of_wave(config, asked, answers, outcome, waves[-1]) | {"pooled": pooled}


def nothing(config: Config, asked: Drivers) -> Row:
    return {
        "of": asked.of,
        "title": titled(config, asked),
        "items": [],
        "left_out": [],
        "problem": "nobody rated an item and the score",
    }


def titled(config: Config, asked: Drivers) -> str:
    return next(score.title for score in config.scores if score.column == asked.of)


def of_wave(config: Config, asked: Drivers, answers: Answers, outcome: Array, wave: int) -> Row:
    """The items in the model of a wave, and those too few customers could rate, each on its own."""
    rows = (answers.wave == wave) & ~np.isnan(outcome)
    y = np.ascontiguousarray(outcome[rows])
    weights = np.ascontiguousarray(answers.weight[rows]) if answers.weighted[wave] else None
    columns = {
        name: numbers(answers.items[name][rows], asked.codes.scale[0]) for name in asked.items
    }
    items: dict[str, Row] = {
        name: {
            "column": name,
            "title": asked.items[name],
            "answered": float(np.mean(~np.isnan(values))),
            "correlation": correlation(values, y, weights, config.confidence),
        }
        for name, values in columns.items()
    }
    inside = [name for name in columns if items[name]["answered"] >= asked.min_answered]
    found: Row = {
        "of": asked.of,
        "title": titled(config, asked),
        "wave": answers.waves[wave],
        "answered_outcome": int(rows.sum()),
        "min_answered": asked.min_answered,
        "items": [],
        "left_out": [item for name, item in items.items() if name not in inside],
        "problem": None,
    }
    if len(inside) < 2:
        return {**found, "problem": "fewer than two items were rated by enough customers"}
    table = {name: columns[name] for name in inside}
    try:
        result = cx.drivers(table, y, weights=weights, confidence=config.confidence)
    except (cx.FewError, cx.ConstantError, cx.EmptyError) as error:
        return {**found, "problem": str(error)}
    for name, modelled in in_model(result).items():
        mean = driverwaves.mean(asked, columns[name], weights, config.confidence)
        found["items"].append(items[name] | modelled | {"mean": mean})
    found["items"].sort(key=lambda item: -item["importance"])
    found["dominates"] = dominates(found["items"])
    found.update(r2=result.r2, n=result.n, n_eff=result.n_eff, noise=result.noise)
    found["groups"] = families(asked, table, y, weights, config.confidence)
    return found


def in_model(result: cx.Drivers) -> dict[str, Row]:
    """What the model says of each item."""
    ranks = result.ranks if result.se and None not in result.se.values() else None
    held = {row["name"]: (row["rank_low"], row["rank_high"]) for row in ranks or ()}
    said = ("importance", "share", "share_low", "share_high", "sign", "coefficient", "first", "last")
    found = {}
    for row in result.table:
        low, high = held.get(row["name"], (None, None))
        found[row["name"]] = {key: row[key] for key in said} | {
            "rank_low": low,
            "rank_high": high,
            "above_noise": bool(row["above_noise"]),
            "conditional": [row[f"conditional_{k}"] for k in range(len(result.table))],
        }
    return found


def families(
    asked: Drivers, table: dict[str, Array], y: Array, weights: Array | None, confidence: float
) -> list[Row]:
    """The shares of groups of items, and of the items within them."""
    groups = {
        group: [name for name in members if name in table]
        for group, members in asked.groups.items()
    }
    groups = {group: members for group, members in groups.items() if members}
    if not groups:
        return []
    result = cx.drivers(table, y, weights=weights, groups=groups, confidence=confidence)
    of = dict(zip(result.table["name"], result.table["group"]))
    return [
        {
            "group": row["name"],
            "importance": row["importance"],
            "share": row["share"],
            "ci_low": row["ci_low"],
            "ci_high": row["ci_high"],
            "items": {name: result.share[name] for name in table if of[name] == row["name"]},
        }
        for row in (result.groups or ())
    ]


def dominates(items: list[Row]) -> dict[str, list[str]]:
    """For each item, how many others it gains more than at every size of model."""
    return {
        one["column"]: [
            other["column"]
            for other in items
            if other is not one
            and all(a > b for a, b in zip(one["conditional"], other["conditional"]))
        ]
        for one in items
    }
