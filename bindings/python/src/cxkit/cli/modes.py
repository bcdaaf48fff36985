"""--mode: each mode of asking against the largest, and the whole with its flag."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import cxkit as cx

from ..report.measure import CODES
from ..report.problem import Problem
from ..report.shapes import Array, Row

CES: dict[str, Row] = {
    "mean": {"score": "mean"},
    "agree": {"score": "top-box", "top": 3},
    "net": {"score": "nps", "promoters": 6, "detractors": 3},
}
FIGURES = (
    "value",
    "ci_low",
    "ci_high",
    "confidence",
    "se",
    "n",
    "n_eff",
    "share",
    "difference",
    "difference_low",
    "difference_high",
    "difference_holm",
    "method",
    "unit",
    "flags",
    "status",
)


def reading(chosen: Namespace) -> Row:
    """The score of a command, as modes reads it."""
    if chosen.command == "nps":
        return {"score": "nps"}
    if chosen.command == "csat":
        return {"score": "top-box", "top": getattr(chosen, "top", None)}
    return CES[getattr(chosen, "report", "mean")]


def rows_of(
    chosen: Namespace,
    scores: Array,
    weights: Array | None,
    keys: dict[str, tuple[list[str], Array]],
    steps: tuple[int, int],
) -> list[Row]:
    """For each combination of the keys: a row of all answers (mode "all"), then one a mode."""
    by: dict[str, Any] = {name: codes for name, (_, codes) in keys.items()}
    mode = by.pop(chosen.mode)
    try:
        table = cx.modes(
            scores,
            mode=mode,
            by=by or None,
            weights=weights,
            scale=steps,
            confidence=chosen.confidence,
            invalid="error",
            **reading(chosen),
            **CODES,
        ).table
    except cx.EmptyError:
        raise Problem(f'{chosen.file}: the column "{chosen.column}" has no answer') from None
    rows = []
    for row in table:
        labels = {name: keys[name][0][row[name]] for name in by}
        whole = row["kind"] == "all"
        labels[chosen.mode] = "all" if whole else keys[chosen.mode][0][row["mode"]]
        rows.append({**labels, **{name: row[name] for name in FIGURES}})
        rows[-1]["flags"] = [word for word in row["flags"].split(",") if word]
        if chosen.command == "ces" and getattr(chosen, "version", 2) == 1:
            rows[-1]["flags"].append("lower-is-better")
    return rows


def warning(rows: list[Row]) -> str | None:
    """What a reader has to know."""
    mixed = sum("mixed-modes" in row["flags"] for row in rows)
    if not mixed:
        return None
    return (
        "modes that differ are pooled in the rows of all answers flagged mixed-modes: read each "
        "mode, or a mix that is fixed"
    )
