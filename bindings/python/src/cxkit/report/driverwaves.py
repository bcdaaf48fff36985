"""The shares of the items over waves: pooled, in each wave, and which of them moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

import cxkit as cx
from cxkit import special

from .answers import Answers
from .config import Config, Drivers
from .measure import plain
from .shapes import Array, Row

REFUSED = (cx.FewError, cx.ConstantError, cx.EmptyError)


@dataclass(frozen=True)
class Wave:
    """The customers of a wave who rated all items of the pool and gave the score."""

    label: str
    score: Array
    items: dict[str, Array]
    weights: Array  # their mean is 1: a wave counts by its customers
    found: cx.Drivers


def report(
    config: Config, asked: Drivers, answers: Answers, outcome: Array, last: int
) -> Row | None:
    """None with a single wave."""
    given = {
        index: enough(asked, answers, (answers.wave == index) & ~np.isnan(outcome))
        for index in range(len(answers.waves))
    }
    wanted = given[last]
    pooled = [index for index, names in given.items() if 2 * len(names & wanted) >= len(wanted)]
    names = [name for name in asked.items if all(name in given[index] for index in pooled)]
    if len(pooled) < 2 or len(wanted) < 2:
        return None
    found: Row = {
        "waves": [answers.waves[index] for index in pooled],
        "missing": [
            {
                "column": name,
                "title": asked.items[name],
                "waves": [answers.waves[index] for index in pooled if name not in given[index]],
            }
            for name in asked.items
            if name in wanted and name not in names
        ],
        "items": [],
        "problem": None,
    }
    if len(names) < 2:
        return {**found, "by_wave": [], "problem": "fewer than two items were rated in all waves"}
    waves, found["by_wave"] = each(config, answers, outcome, names, pooled, asked)
    if len(waves) < 2:
        return {**found, "problem": "shares can be given in fewer than two waves"}
    every = together(waves, config.confidence)
    found.update(r2=every.r2, r2_adjust=every.r2_adjust, n=every.n, n_eff=every.n_eff)
    found["items"] = items(asked, waves, every, config.confidence)
    found["comparisons"] = sum(
        row["rest"] is not None for item in found["items"] for row in item["by_wave"]
    )
    return found


def enough(asked: Drivers, answers: Answers, rows: Array) -> set[str]:
    """The items that enough of these customers rated."""
    low = asked.codes.scale[0]
    return {
        name
        for name in asked.items
        if rows.any() and float(np.mean(answers.items[name][rows] >= low)) >= asked.min_answered
    }


def each(
    config: Config,
    answers: Answers,
    outcome: Array,
    names: list[str],
    pooled: list[int],
    asked: Drivers,
) -> tuple[list[Wave], list[Row]]:
    """The waves that have shares, and what is said of every one."""
    waves, said = [], []
    for index in pooled:
        rows = (answers.wave == index) & ~np.isnan(outcome)
        for name in names:
            rows &= answers.items[name] >= asked.codes.scale[0]
        columns = {name: answers.items[name][rows].astype(float) for name in names}
        weights = answers.weight[rows] / (answers.weight[rows].mean() or 1)
        row: Row = {"wave": answers.waves[index], "n": int(rows.sum()), "problem": None}
        try:
            found = cx.drivers(
                columns,
                np.ascontiguousarray(outcome[rows]),
                weights=weights if answers.weighted[index] else None,
                confidence=config.confidence,
            )
        except REFUSED as error:
            said.append({**row, "n_eff": None, "r2": None, "problem": str(error)})
            continue
        said.append({**row, "n_eff": found.n_eff, "r2": found.r2})
        waves.append(Wave(answers.waves[index], outcome[rows], columns, weights, found))
    return waves, said


def mean(asked: Drivers, values: Array, weights: Array | None, confidence: float) -> Row:
    """How customers rate an item: those who did."""
    known = ~np.isnan(values)
    tally = cx.Tally(scale=asked.codes.scale)
    tally.add(
        np.ascontiguousarray(values[known]),
        weights=None if weights is None else np.ascontiguousarray(weights[known]),
    )
    return plain(cx.mean_score(tally, confidence=confidence))


def joined(parts: list[Array]) -> Array:
    return np.ascontiguousarray(np.concatenate(parts))


def together(waves: list[Wave], confidence: float) -> cx.Drivers:
    """The pool, adjusted for the wave by a column of 0 and 1 for each but the first."""
    table = {name: joined([wave.items[name] for wave in waves]) for name in waves[0].items}
    names = list(table)
    sizes = [len(wave.score) for wave in waves]
    of = np.repeat(np.arange(len(waves)), sizes)
    adjust = {f"wave: {waves[k].label}": (of == k).astype(float) for k in range(1, len(waves))}
    return cx.drivers(
        table | adjust,
        joined([wave.score for wave in waves]),
        drivers=names,
        adjust=list(adjust),
        weights=joined([wave.weights for wave in waves]),
        confidence=confidence,
    )


def centred(waves: list[Wave]) -> cx.Drivers:
    """The same shares as together, from deviations from the mean of each wave: cheap for many."""

    def apart(values: Array, wave: Wave) -> Array:
        deviations: Array = values - np.average(values, weights=wave.weights)
        return deviations

    table = {
        name: joined([apart(wave.items[name], wave) for wave in waves]) for name in waves[0].items
    }
    score = joined([apart(wave.score, wave) for wave in waves])
    return cx.drivers(table, score, weights=joined([wave.weights for wave in waves]))


def items(asked: Drivers, waves: list[Wave], every: cx.Drivers, confidence: float) -> list[Row]:
    """Each item: its share in the pool, in every wave, and against the rest of the pool."""
    compared = waves if len(waves) > 2 else waves[1:]  # of two, one against the other says it all
    rest = {wave.label: centred([one for one in waves if one is not wave]) for wave in compared}
    reach = special.normal_quantile_upper((1 - confidence) / 2 / (len(compared) * len(every.share)))
    ranks = every.ranks
    held = {row["name"]: (row["rank_low"], row["rank_high"]) for row in ranks or ()}
    weights = joined([wave.weights for wave in waves])
    found = []
    for row in every.table:
        name = row["name"]
        kept = ("importance", "share", "share_low", "share_high", "sign", "coefficient")
        by_wave = []
        for wave in waves:
            mine = next(one for one in wave.found.table if one["name"] == name)
            other = difference(mine, rest.get(wave.label), name, reach)
            by_wave.append(
                {
                    "wave": wave.label,
                    **{key: mine[key] for key in ("share", "share_low", "share_high", "sign")},
                    "rest": other,
                    "moved": bool(other and (other["ci_low"] > 0 or other["ci_high"] < 0)),
                }
            )
        found.append(
            {
                "column": name,
                "title": asked.items[name],
                **{key: row[key] for key in (*kept, "first", "last")},
                "above_noise": bool(row["above_noise"]),
                "rank_low": held[name][0],
                "rank_high": held[name][1],
                "mean": mean(asked, joined([w.items[name] for w in waves]), weights, confidence),
                "by_wave": by_wave,
            }
        )
    return sorted(found, key=lambda item: -item["importance"])


def difference(mine: Row, rest: cx.Drivers | None, name: str, reach: float) -> Row | None:
    """The share of a wave minus that of the other waves, which are other customers."""
    if rest is None:
        return None
    other = next(row for row in rest.table if row["name"] == name)
    if None in (mine["share"], mine["share_se"], other["share"], other["share_se"]):
        return None
    value, se = mine["share"] - other["share"], math.hypot(mine["share_se"], other["share_se"])
    return {"value": value, "se": se, "ci_low": value - reach * se, "ci_high": value + reach * se}
