"""Where the answers of the next wave buy most."""

from __future__ import annotations

import math

import cxkit as cx

from .config import Config
from .problem import Problem
from .question import Question
from .shapes import Row

FLOOR = 30  # answers of a point


def plan(config: Config, points: Row, main: Question) -> Row | None:
    """Where the answers of the next wave buy most: floors first, then the movable pool.

    A point below the rest keeps at least the answers it has: one does not look away from trouble.
    A suppressed point gets the floor and has no part in the optimum, which would tell its size.
    """
    rows = points["rows"]
    if all(row["suppressed"] for row in rows):
        return None
    answers_now = points["answers"]
    budget = config.plan.budget or answers_now
    if budget < len(rows):
        raise Problem(
            f"{config.path}: budget = {budget} in [plan] is less than one answer for each "
            f"of the {len(rows)} points; raise it, or leave points out"
        )
    overall = main.measure.certainly(main.tally(main.rows(main.now)))
    asked = config.plan.floor or FLOOR
    floor = min(asked, budget // len(rows))
    own = [has_spread(row, min(asked, 30)) for row in rows]
    spreads = [spread(row["estimate"]) if mine else spread(overall) for row, mine in zip(rows, own)]
    if not any(spreads):  # all answers alike: nothing is known of the spread, so shares decide
        own, spreads = [False] * len(rows), [1.0] * len(rows)
    variance = [((row["share"] or 0.0) * deviation) ** 2 for row, deviation in zip(rows, spreads)]
    lower, kept = floors(rows, floor, budget)
    solved = cx.plan(variance, budget, lower=lower)
    following = [int(n) for n in solved.n]
    before = math.fsum(a / row["n"] for a, row in zip(variance, rows) if a)
    half = half_width(overall)
    return {
        "score": main.score.column,
        "budget": budget,
        "answers_now": answers_now,
        "floor": floor,
        "floor_asked": asked,
        "kept": kept,
        "pool": budget - sum(lower),
        "rows": [
            planned(row, n, low, floor, mine)
            for row, n, low, mine in zip(rows, following, lower, own)
        ],
        "half_width_now": half,
        "half_width_next": half * math.sqrt(solved.objective / before),
        "objective": solved.objective,
        "gap": solved.gap,
        "gain_high": finite(solved.certificate.gain_high),
        "gain_low": finite(solved.certificate.gain_low),
    }


def has_spread(row: Row, few: int) -> bool:
    """Whether a point has answers enough for a spread of its own."""
    return not row["hidden"] and row["n"] >= few and bool(row["estimate"]["se"])


def spread(estimate: Row) -> float:
    """The standard deviation of one answer."""
    return float((estimate["se"] or 0.0) * math.sqrt(estimate["n_eff"]))


def half_width(estimate: Row) -> float:
    return float(estimate["ci_high"] - estimate["ci_low"]) / 2


def finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def floors(rows: list[Row], floor: int, budget: int) -> tuple[list[int], list[str]]:
    """(least answers a point, points kept at today's number)."""
    below = [bool(row["rest"]) and row["rest"]["verdict"] == "below" for row in rows]
    lower = [max(floor, row["n"]) if low else floor for row, low in zip(rows, below)]
    if sum(lower) > budget:
        return [floor] * len(rows), []
    return lower, [row["point"] for row, low in zip(rows, below) if low and row["n"] > floor]


def planned(row: Row, n: int, lower: int, floor: int, mine: bool) -> Row:
    """One row of the plan."""
    width = None if row["hidden"] else half_width(row["estimate"])
    if row["suppressed"]:
        reason = "hidden"
    elif n <= lower:
        reason = "floor" if lower <= floor else "kept"
    else:
        reason = "more" if n > row["n"] else "fewer" if n < row["n"] else "same"
    return {
        "point": row["point"],
        "now": row["n"],
        "next": n,
        "share": row["share"],
        "spread_known": mine,
        "half_width_now": width,
        "reason": reason,
        "half_width_next": None if width is None else width * math.sqrt(row["n"] / n),
    }
