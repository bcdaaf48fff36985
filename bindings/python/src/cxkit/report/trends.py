"""Scores over waves and over windows of time: which changes are more than chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import cxkit as cx

from .answers import NO_POINT, period, said
from .config import Config
from .measure import CODES, finite, of_row
from .shapes import Array, Row

if TYPE_CHECKING:
    from .answers import Answers
    from .question import Question

DAY = np.timedelta64(1, "D")
EPOCH = np.datetime64(0, "us")


def by_wave(question: Question, points: bool = False) -> cx.Tallies:
    """Tallies by wave: waves are labels in order, so the first is day 0, the next day 1."""
    state = cx.Tallies(scale=question.measure.scale)
    for at, index in enumerate(question.waves):
        rows = question.rows(index)
        if points:
            rows = rows & (question.answers.point != NO_POINT)
        time = np.full(int(rows.sum()), EPOCH + at * DAY)
        added(question, state, time, rows, "day", points)
    return state


def added(
    question: Question, state: cx.Tallies, time: Array, rows: Array, every: str, points: bool
) -> None:
    """Adds some rows to windows, with their points or without."""
    cx.tally_windows(
        time,
        np.ascontiguousarray(question.values[rows]),
        every=every,
        by=np.ascontiguousarray(question.answers.point[rows]) if points else None,
        into=state,
        weights=question.weights(rows),
        invalid="error",
        **CODES,
    )


def asked(question: Question, state: cx.Tallies, few: int = 5) -> cx.Trend:
    return cx.trend(state, few=few, **question.measure.comparison())


def change_of(row: Row, name: str) -> Row | None:
    """A change of the table; None where there is nothing before."""
    if row[f"{name}_flag"] is None:
        return None
    keys = ("ci_low", "ci_high", "p", "p_adjusted")
    return {
        "value": row[name],
        **{key: finite(row[f"{name}_{key}"]) for key in keys},
        "flag": row[f"{name}_flag"],
    }


def slope_of(found: cx.Trend) -> Row | None:
    """The line through all windows; None below three."""
    slope = found.slope
    if slope is None:
        return None
    return {
        "value": slope.value,
        "se": slope.se,
        "ci_low": slope.ci_low,
        "ci_high": slope.ci_high,
        "p_value": found.slope_p,
    }


def waves(question: Question) -> Row | None:
    """Each wave against the one before and against all earlier ones."""
    if len(question.waves) < 2:
        return None
    found = asked(question, by_wave(question))
    rows = [
        {
            "wave": question.answers.waves[index],
            "change": change_of(row, "change"),
            "against": change_of(row, "against"),
        }
        for index, row in zip(question.waves, found)
    ]
    return {"rows": rows, "slope": slope_of(found)}


def same_points(question: Question) -> Row | None:
    """The score over the points that answered in every wave, when some did not."""
    config, answers = question.config, question.answers
    if not config.point or len(question.waves) < 2 or config.hide_below > 1:
        return None  # the points that are missing could be worked out
    state = by_wave(question, points=True)
    if len(state) == 0:
        return None
    found = asked(question, state)
    assert found.sites is not None
    seen = [row for row in found.sites if row["n"]]
    always = [row for row in seen if row["presence"] == "always"]
    if not always or len(always) == len(seen) or len(found) < len(question.waves):
        return None
    return {
        "points": [answers.points[int(row["key"])] for row in always],
        "of": len(seen),
        "waves": [
            {"wave": answers.waves[index], **panel_of(row)}
            for index, row in zip(question.waves, found)
        ],
    }


def panel_of(row: Row) -> Row:
    """The panel of one window."""
    names = ("value", "ci_low", "ci_high", "se", "n", "n_eff")
    found: Row = {name: finite(row[f"panel_{name}"]) for name in names}
    keys = ("value", "ci_low", "ci_high", "p")
    change: Row = dict(zip(keys, (finite(row[f"panel_change{end}"]) for end in
                                  ("", "_ci_low", "_ci_high", "_p"))))  # fmt: skip
    return found | {"change": None if change["value"] is None else change}


# -- windows of time -----------------------------------------------------------------------------


def report(config: Config, answers: Answers, main: Question) -> Row | None:
    """The main score by windows of time; None without [trend]."""
    if not config.trend or answers.time is None:
        return None
    points = bool(config.point) and config.hide_below < 2
    whole = cx.Tallies(scale=main.measure.scale)
    split = cx.Tallies(scale=main.measure.scale)
    for index in main.waves:
        rows = main.rows(index)
        added(main, whole, answers.time[rows], rows, config.trend.every, False)
        if points:
            rows = rows & (answers.point != NO_POINT) & ~np.isnat(answers.time)
            added(main, split, answers.time[rows], rows, config.trend.every, True)
    found = asked(main, whole, config.trend.few)
    names = labels(found, config.trend.every)
    secret = hidden(main, whole, config.hide_below)
    rows_out = []
    for name, row in zip(names, found):
        closed = row["window"] in secret
        after = any(other <= row["window"] for other in secret)
        rows_out.append(
            {
                "period": name,
                "start": row["window"].isoformat(),
                "n": None if closed else row["n"],
                "hidden": closed,
                "estimate": None if closed else of_row(row),
                "change": None if after else change_of(row, "change"),
                "against": None if after else change_of(row, "against"),
            }
        )
    return {
        "score": main.score.column,
        "title": main.score.title,
        "every": config.trend.every,
        "few": config.trend.few,
        "rows": rows_out,
        "no_time": found.no_time,
        "slope": None if secret else slope_of(found),
        "panel": panel(main, split, config, len(rows_out)) if points and len(split) else None,
    }


def hidden(main: Question, state: cx.Tallies, below: int) -> set[Any]:
    """The starts of the windows that have to be hidden."""
    if below < 2:
        return set()
    table = main.measure.calls[main.score.metric](state, min_n=below, **main.measure.options())
    return {row["window"] for row in table if row["status"] == "CX_E_SUPPRESSED"}


def labels(found: cx.Trend, every: str) -> list[str]:
    """What each window is called."""
    starts = np.array([row["window"] for row in found], "M8[us]")
    return [said(text, every) for text in period(starts, every)] if len(starts) else []


def panel(main: Question, split: cx.Tallies, config: Config, windows: int) -> Row | None:
    """The points that answered in every window, and which came and went; None when all did."""
    assert config.trend is not None
    found = asked(main, split, config.trend.few)
    assert found.sites is not None
    seen = [row for row in found.sites if row["n"]]
    moved = [row for row in seen if row["presence"] != "always"]
    if not moved or not found.panel or len(found) != windows:
        return None
    return {
        "points": found.panel,
        "of": len(seen),
        "rows": [panel_of(row) for row in found],
        "moved": [
            {
                "point": main.answers.points[int(row["key"])],
                "presence": row["presence"],
                "first": row["first"].isoformat(),
                "last": row["last"].isoformat(),
                "n": row["n"],
            }
            for row in moved
        ],
    }
