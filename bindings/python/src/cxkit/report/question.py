"""One score over waves and measurement points."""

from __future__ import annotations

import math

import numpy as np

import cxkit as cx

from . import trends
from .answers import NO_POINT, Answers
from .config import Config, Score
from .measure import CODES, Measure, bands, of_row, plain
from .problem import Problem
from .shapes import Array, Row

ENOUGH = 30  # answers below which a difference gets no verdict
FEWEST_POINTS = 3  # that can borrow from each other


class Question:
    """One score over waves and points."""

    def __init__(self, config: Config, answers: Answers, score: Score) -> None:
        self.config, self.answers, self.score = config, answers, score
        self.measure = Measure(score, config.confidence)
        self.values = answers.scores[score.column]
        self.valid = self.values >= score.codes.scale[0]
        self.waves = [
            index for index in range(len(answers.waves)) if self.valid[answers.wave == index].any()
        ]
        self.now = self.waves[-1]

    def rows(self, index: int) -> Array:
        inside: Array = self.answers.wave == index
        return inside

    def weights(self, rows: Array) -> Array | None:
        """The weights of some rows; None when their wave has none."""
        weighted = any(self.answers.weighted[index] for index in np.unique(self.answers.wave[rows]))
        return np.ascontiguousarray(self.answers.weight[rows]) if weighted else None

    def tally(self, rows: Array) -> cx.Tally:
        return self.measure.tally(np.ascontiguousarray(self.values[rows]), self.weights(rows))

    def by_point(self, rows: Array) -> cx.Tallies:
        """Tallies by measurement point, of the rows that have one."""
        rows = rows & (self.answers.point != NO_POINT)
        return self.measure.tallies(
            np.ascontiguousarray(self.values[rows]),
            np.ascontiguousarray(self.answers.point[rows]),
            self.weights(rows),
        )

    def report(self) -> Row:
        waves = []
        for index in self.waves:
            tally = self.tally(self.rows(index))
            estimate = self.measure.estimate(tally)
            if estimate is None:
                raise Problem(
                    f"{self.config.path}: every weight of wave {self.answers.waves[index]} "
                    f'is 0 where "{self.score.column}" is answered'
                )
            waves.append(
                {
                    "wave": self.answers.waves[index],
                    **estimate,
                    "distribution": self.distribution(tally),
                    "bands": self.bands(tally),
                }
            )
        found = {
            "column": self.score.column,
            "title": self.score.title,
            "metric": self.score.metric,
            "scale": list(self.score.codes.scale),
            "top": self.score.top,
            "asked_in": len(self.waves),
            "of": len(self.answers.waves),
            "waves": waves,
            "same_points": trends.same_points(self),
            "trend": trends.waves(self),
            "anytime": self.anytime(),
            "target": self.target(),
            "modes": self.modes(),
            "change": self.change(),
        }
        return found

    def anytime(self) -> Row | None:
        """The last wave with an interval that holds however often one looks; None unless asked."""
        if self.config.interval != "anytime":
            return None
        found = cx.anytime(
            self.tally(self.rows(self.now)),
            alpha=1 - self.config.confidence,
            optimise_at=self.config.planned,
            **self.measure.kind(),
        )
        return plain(found)

    def target(self) -> Row | None:
        """How sure the target is met in the last wave; None without one."""
        goal = self.score.target
        if goal is None:
            return None
        found = self.measure.known(self.tally(self.rows(self.now)))
        return {"target": goal, "probability": cx.target(found, goal)}

    def distribution(self, tally: cx.Tally) -> list[Row]:
        counts = tally.counts
        total = sum(counts.values())
        return [
            {
                "answer": step,
                "n": int(count),
                **{
                    key: plain(cx.share(int(count), int(total), confidence=self.config.confidence))[
                        key
                    ]
                    for key in ("value", "ci_low", "ci_high")
                },
            }
            for step, count in counts.items()
        ]

    def bands(self, tally: cx.Tally) -> list[Row]:
        """The distribution in bands, as given: without weights."""
        counts = tally.counts
        total = sum(counts.values())
        found = []
        for title, first, last in bands(self.score):
            n = sum(counts[step] for step in range(first, last + 1))
            share = plain(cx.share(n, total, confidence=self.config.confidence))
            found.append(
                {
                    "band": title,
                    "n": n,
                    **{key: share[key] for key in ("value", "ci_low", "ci_high")},
                }
            )
        return found

    def change(self) -> Row | None:
        """From the wave before to the last one: mix of points, and within points."""
        if len(self.waves) < 2:
            return None
        before, now = (self.rows(index) for index in self.waves[-2:])
        result = cx.decompose(self.grouped(before), self.grouped(now), **self.measure.comparison())
        sizes = [int((rows & self.valid).sum()) for rows in (before, now)]
        found = {name: part(getattr(result, name), sizes) for name in ("change", "mix", "within")}
        return {
            "from": self.answers.waves[self.waves[-2]],
            "to": self.answers.waves[self.now],
            **found,
            "p_value": result.p_value,
            "by_point": bool(self.config.point),
            "one_side": [
                {"point": self.point_name(int(row["key"])), "side": row["side"]}
                for row in result.table
                if row["side"] in ("before", "after")
            ],
        }

    def grouped(self, rows: Array) -> cx.Tallies:
        """Tallies by measurement point, answers without one together, so that all are in."""
        values = np.ascontiguousarray(self.values[rows])
        keys = np.ascontiguousarray(self.answers.point[rows])
        return self.measure.tallies(values, keys, self.weights(rows))

    def point_name(self, key: int) -> str:
        return "no point given" if key == NO_POINT else self.answers.points[key]

    def points(self) -> Row | None:
        """Every measurement point of the last wave, and whether they can be told apart."""
        now = self.rows(self.now)
        tallies = self.by_point(now)
        rows = []
        for key, tally in tallies:
            estimate = self.measure.estimate(tally)
            if estimate:
                rows.append((int(key), tally, estimate))
        total = math.fsum(math.fsum(tally.weights.values()) for _, tally, _ in rows)
        rest = self.against_rest(tallies)
        secret = self.measure.hidden(tallies, self.config.hide_below)
        drawn = self.shrunken(now, secret)
        found = []
        for key, tally, estimate in rows:
            suppressed = key in secret
            hidden = suppressed or estimate["n"] < self.config.min_n
            share = math.fsum(tally.weights.values()) / total
            row: Row = {
                "point": self.answers.points[key],
                "n": None if suppressed else estimate["n"],
                "share": None if suppressed else share,
                "hidden": hidden,
                "suppressed": suppressed,
                "estimate": None if hidden else estimate,
                "rest": None if hidden else rest.get(key),
                "shrunken": drawn.get(key),
            }
            found.append(row)
        if not found:
            return None
        return {
            "score": self.score.column,
            "wave": self.answers.waves[self.now],
            "title": self.config.point_title,
            "answers": sum(estimate["n"] for _, _, estimate in rows),
            "rows": found,
            "test": self.told_apart(tallies),
            "without_point": int((now & (self.answers.point == NO_POINT)).sum()),
        }

    def shrunken(self, now: Array, secret: set[int | str]) -> dict[int, Row]:
        """Each point drawn towards the others by as much as chance makes it differ, with the ranks
        it may have; nothing below three points."""
        closed = np.isin(self.answers.point, [int(key) for key in secret])
        shown = now & self.valid & ~closed
        tallies = self.by_point(shown)
        keys = [int(key) for key, tally in tallies if self.measure.estimate(tally)]
        if len(keys) < FEWEST_POINTS:
            return {}
        try:
            table = self.measure.shrink(tallies)
        except (cx.FewError, cx.ConstantError, cx.ConvergenceError, cx.EmptyError):
            return {}
        names = ("own_weight", "rank", "rank_low", "rank_high")
        return {
            key: {**estimate, **{name: row[name] for name in names}}
            for key, row in zip((int(key) for key, _ in tallies), table)
            if key in keys and (estimate := of_row(row))
        }

    def against_rest(self, tallies: cx.Tallies) -> dict[int, Row]:
        """Each point minus all others, by point. Verdicts by Holm's adjusted p-values; each
        interval at the confidence of its step: it holds 0 exactly when there is no verdict."""
        kind, alpha = self.measure.kind(), 1 - self.config.confidence
        first = [row for row in cx.compare_rest(tallies, **kind) if row["p_value"] is not None]
        found: dict[int, Row] = {}
        steps: dict[float, dict[int, Row]] = {}
        left = len(first)
        for row in sorted(first, key=lambda row: float(row["p_value"])):
            apart = row["p_adjusted"] < alpha
            confidence = 1 - alpha / left
            if confidence not in steps:
                table = cx.compare_rest(tallies, confidence=confidence, **kind)
                steps[confidence] = {int(other["key"]): other for other in table}
            key = int(row["key"])
            at = steps[confidence][key]
            found[key] = {
                **{name: at[name] for name in ("value", "se", "ci_low", "ci_high", "p_adjusted")},
                "enough": True,
                "verdict": "not told apart"
                if not apart
                else "above"
                if at["value"] > 0
                else "below",
                "confidence": confidence,
            }
            left -= apart
        return found

    def modes(self) -> Row | None:
        """Every mode of asking in the last wave against the largest one."""
        if not self.answers.mode:
            return None
        now = self.rows(self.now)
        values, weights = np.ascontiguousarray(self.values[now]), self.weights(now)
        labels, codes = self.answers.mode
        asked = np.array([label or "not stated" for label in labels])[codes[now]]
        secret = self.measure.hidden(
            self.measure.tallies(values, asked, weights), self.config.hide_below
        )
        whole, *rows = cx.modes(
            values,
            mode=asked,
            weights=weights,
            scale=self.measure.scale,
            invalid="error",
            **self.measure.comparison(),
            **CODES,
        ).table
        return {
            "wave": self.answers.waves[self.now],
            "mixed": "mixed-modes" in whole["flags"],
            "p_value": whole["q_p"],
            "rows": [mode_row(row, row["mode"] in secret) for row in rows if row["n"]],
        }

    def told_apart(self, tallies: cx.Tallies) -> Row | None:
        try:
            test = cx.heterogeneity(tallies, **self.measure.kind())
        except (cx.FewError, cx.ConstantError):
            return None
        return {
            name: getattr(test, name)
            for name in (
                "q",
                "df",
                "p_value",
                "mean",
                "sd_between",
                "share_between",
                "groups",
                "left_out",
            )
        }


def mode_row(row: Row, suppressed: bool) -> Row:
    """One mode: its score, and its difference to the reference."""
    difference = None
    if row["difference"] is not None and not suppressed:
        difference = {
            "value": row["difference"],
            "ci_low": row["difference_low"],
            "ci_high": row["difference_high"],
            "p_adjusted": row["difference_holm"],
        }
    return {
        "mode": row["mode"],
        "n": None if suppressed else row["n"],
        "share": None if suppressed else row["share"],
        "hidden": suppressed,
        "reference": bool(row["reference"]),
        "estimate": None if suppressed else of_row(row),
        "difference": difference,
    }


def part(change: cx.Change, sizes: list[int]) -> Row:
    """A change with its interval, and whether there are answers enough, and answers that differ, to
    trust it: the delta method has no width where nothing varies."""
    low, high = (
        change.value if limit is None else limit for limit in (change.ci_low, change.ci_high)
    )
    return {
        "value": change.value,
        "se": change.se,
        "ci_low": low,
        "ci_high": high,
        "enough": min(sizes) >= ENOUGH and bool(change.se),
    }
