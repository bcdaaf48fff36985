"""Alarms of a monitor, with their size from the answers after them alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import cxkit as cx

from .calendar import label
from .logs import UNGIVEN
from .measure import finite, plain
from .question import Question
from .shapes import Array, Row

LIMITS = ("ci_low", "ci_high")


@dataclass
class Watched:
    """Answers by point and period, and what is known beside them."""

    names: list[str]
    point: Array
    value: Array
    at: Array
    first: int
    last: int
    closed: list[str]
    secret: set[int]
    undated: int
    earlier: int | None = None  # answers that a stored state was not given again

def leveller(main: Question) -> tuple[float, float]:
    """(factor, shift) from the monitor's points to the unit of the score."""
    return (1.0, 0.0) if main.score.metric == "nps" else (0.005, 0.5)


def alarm(row: Row, seen: Watched, main: Question, monitor: cx.Monitor, every: str) -> Row:
    """One alarm; its size only from the answers after it."""
    since = row["since"]
    mine = seen.point == seen.names.index(row["point"])
    found: Row = {
        "point": row["point"],
        "kind": row["kind"],
        "since": label(since, every),
        "log_evidence": finite(row["log_evidence"]),
        "n_after": int((mine & (seen.at > since)).sum()),
        "before": None,
        "after": None,
        "change": None,
    }
    if row["kind"] == "rate":
        return found | {
            "n_after": row["n_after"],
            "before": row["reference"],
            "after": None
            if row["after"] is None
            else {"value": row["after"], "ci_low": row["ci_low"], "ci_high": row["ci_high"]},
        }
    guard = int(monitor.settings["guard"])
    calm = seen.value[mine & (seen.at <= since - 1 - guard)]
    before = main.measure.estimate(main.measure.tally(np.ascontiguousarray(calm), None))
    if before is None or before["se"] is None:
        return found if seen.earlier is None else found | recalled(row, main)
    found["before"] = before
    after = seen.value[mine & (seen.at > since)]
    found["after"] = main.measure.estimate(main.measure.tally(np.ascontiguousarray(after), None))
    try:
        change = cx.change_since(
            np.ascontiguousarray(seen.value[mine]).astype(float),
            np.ascontiguousarray(seen.at[mine]).astype(float),
            since,
            reference=before["value"],
            reference_se=before["se"],
            metric="nps" if main.score.metric == "nps" else "top-box",
            scale=main.score.codes.scale,
            top=main.score.top,
            confidence=main.config.confidence,
        )
    except UNGIVEN:
        return found
    return found | {"change": plain(change)}


def recalled(row: Row, main: Question) -> Row:
    """What the state itself knows of an alarm, where the answers before it are not at hand."""
    factor, shift = leveller(main)
    if row["after"] is None:
        return {"n_after": row["n_after"]}
    limits = {"value": row["after"], **{key: row[key] for key in LIMITS}}
    shown = {key: one * factor + shift for key, one in limits.items()}
    return {"n_after": row["n_after"], "after": shown}
