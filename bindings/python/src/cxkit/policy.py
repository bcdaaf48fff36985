"""Where the next period's answers should come from, and why."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from . import _native
from ._columns import column, frame, names_of
from ._options import fill, number, whole, words
from .errors import DomainError, NameNotFoundError, OptionError
from .monitor import Monitor
from .plan import Certificate
from .table import Table

__all__ = ["Draw", "PointsPlan", "plan_draw", "plan_points"]

_POLICIES = words(_native.cx_policy_name, _native.CX_POLICY_END)
_PLAN_UNITS = {"answers": _native.CX_PLAN_ANSWERS, "invitations": _native.CX_PLAN_INVITATIONS}
_ROUNDINGS = {
    "auto": _native.CX_ROUND_AUTO,
    "exact": _native.CX_ROUND_EXACT,
    "systematic": _native.CX_ROUND_SYSTEMATIC,
    "none": _native.CX_ROUND_NONE,
}
_COLUMNS = (
    "weight",
    "s2",
    "known",
    "log_evidence",
    "lower",
    "upper",
    "traffic",
    "response_rate",
    "cost",
    "permanent",
    "information",
    "local",
    "likelihood",
    "age",
    "drift",
    "answered",
    "outstanding",
)
_WHY = {
    "none": "nobody can be asked there in this period",
    "fixed": "its floor and its capacity are the same",
    "committed": "what is answered and still expected there, {committed:.4g}, is enough",
    "floor": "that is its floor; more answers are worth more elsewhere",
    "capacity": "that is its capacity; it could use more",
    "spread": "that is the largest part of the pool for a point whose capacity nobody gave",
    "evidence": "{evidence:.0%} of what one more answer is worth there is evidence of a change",
    "precision": "{precision:.0%} of what one more answer is worth there is precision",
    "share": "that is its share",
    "remainder": "the others are full, and the rest went by the order of points",
}


@dataclass(frozen=True, slots=True)
class PointsPlan:
    """Answers for each point and why; see plan_points.

    n
        one for each point, in the order given
    policy, unit
        the policy's word, and what n counts
    variance, best_variance, error
        of the weighted mean: with this plan, with the best one, and by how much the standard error
        is larger (0.03 is 3 %); None when there is nothing to compare
    certificate, gap
        of an exact whole-number plan, as in Plan; None for others
    table
        one row for each point: n, expected, chance, answers, invitations, floor, capacity,
        committed, precision, evidence, score, reason
    """

    n: tuple[float, ...]
    policy: str
    unit: str
    variance: float | None
    best_variance: float | None
    error: float | None
    certificate: Certificate | None
    gap: float | None
    table: Table

    def explain(self, point: object) -> str:
        """Why a point got its number, in one sentence; by its name, or by its row."""
        row = self.table[self._row(point)]
        name = row.get("point", point)
        why = _WHY[row["reason"]].format(**row)
        bounds = f"floor {row['floor']:.6g}, capacity {row['capacity']:.6g}"
        chance = ""
        if row["n"] != row["expected"]:
            chance = f" (drawn from {row['expected']:.4g})"
        return f"{name} gets {row['n']:.6g} {self.unit}{chance}: {why} ({bounds})."

    def _row(self, point: object) -> int:
        if "point" in self.table.columns:
            names = self.table["point"]
            if point in names:
                return int(names.index(point))
        elif isinstance(point, int) and 0 <= point < len(self.n):
            return point
        raise NameNotFoundError(f"there is no point {point!r} in this plan")

    def __repr__(self) -> str:
        total = sum(self.n)
        loss = "" if self.error is None else f", error {self.error:+.1%}"
        return f"{total:.6g} {self.unit} for {len(self.n)} points by {self.policy}{loss}"


def _spread(pairs: list[tuple[str, Any]]) -> list[tuple[str, object]]:
    """Columns in the forms that C reads; a number stands for every point."""
    count = 0
    for name, data in pairs:
        if not isinstance(data, Real):
            count = int(_native.cx_column_see(column(data, name)).length)
            break
    return [
        (name, array("d", [float(data)]) * count if isinstance(data, Real) else column(data, name))
        for name, data in pairs
    ]


def _of_monitor(monitor: Monitor, policy: str) -> dict[str, object]:
    """Columns for the next period: what is on its way belongs to earlier ones, and what is known of
    the level counts where levels are planned for."""
    table = monitor.points
    names = ["weight", "s2", "log_evidence", "response_rate", "age"]
    found: dict[str, object] = {name: table[name] for name in names}
    if "log_evidence_adjusted" in table.columns:
        found["log_evidence"] = table["log_evidence_adjusted"]
    if "point" in table.columns:
        found["point"] = table["point"]
    if policy == "index":
        found["known"] = table["known"]
        found["drift"] = [monitor.settings["process_noise"]] * len(table)
    return found


def _columns(points: Any, given: dict[str, object]) -> object:
    """The columns that a policy reads; keywords come before those of the table."""
    extra = {name: data for name, data in given.items() if data is not None}
    if isinstance(points, Table):
        points = {name: points[name] for name in points.columns if name in (*_COLUMNS, "point")}
    found = frame({} if points is None else points)
    if not isinstance(found, list):
        if extra:
            raise OptionError(
                f"{', '.join(extra)}: put these into the table, or give it as a mapping or frame"
            )
        return (points, [name for name in names_of(found) if name in (*_COLUMNS, "point")])
    kept = [(n, data) for n, data in found if n in (*_COLUMNS, "point") and n not in extra]
    return _spread(kept + list(extra.items()))


def _period(period: object) -> int:
    found = whole("period", period)
    if found < 0:
        raise DomainError(f"period is {found}; periods are counted from 0")
    return found


def _seed(seed: object) -> int:
    found = whole("seed", seed) if not isinstance(seed, Integral) else int(seed)
    if not 0 <= found < 1 << 64:
        raise OptionError(f"seed is {found}; it has to be a whole number from 0, below 2^64")
    return found


def plan_points(
    points: object,
    budget: float,
    *,
    policy: str = "evidence",
    unit: str = "answers",
    rounding: str = "auto",
    soft: bool = False,
    period: int = 0,
    seed: int = 0,
    arl: float | None = None,
    boost: float | None = None,
    gamma: float | None = None,
    cap: float | None = None,
    allowance: float | None = None,
    head: float | None = None,
    max_share: float | None = None,
    weight: object = None,
    s2: object = None,
    known: object = None,
    log_evidence: object = None,
    lower: object = None,
    upper: object = None,
    traffic: object = None,
    response_rate: object = None,
    cost: object = None,
    permanent: object = None,
    information: object = None,
    local: object = None,
    likelihood: object = None,
    age: object = None,
    drift: object = None,
    answered: object = None,
    outstanding: object = None,
) -> PointsPlan:
    """The plan of the next period: floors kept, the rest where it is needed.

    points
        a table with any of the columns below, and optionally `point`, their names; columns given
        as keywords (one for each point, or one number for all) take precedence. Or a Monitor, for
        its next period: its weights, s2, log_evidence, response_rate, age and arl; pass weight=
        when shares in the company figure differ from its weights
    budget
        answers of the whole period, or invitations or money still to spend
    policy
        "evidence": the best precision, tilted towards points with evidence of a change;
        "precision-budget": the most evidence that `allowance` buys; "detect": capacity to the most
        suspicious; "neyman", "proportional", "uniform", "exploration"; "index": levels most worth
        knowing; "tras" and "tssrp" to compare with
    unit, rounding, soft
        "answers" or "invitations"; "auto", "exact", "systematic" or "none"; soft: floors of points
        that are not permanent shrink, and the budget shrinks to the capacity, where they do not fit
    period, seed
        what is random depends on these two alone
    arl, boost, gamma, cap
        evidence: periods to a false alarm (200), average shares that a point gets when its evidence
        reaches that (18), how steeply (1.5), and up to which log(R / arl) it counts (8)
    allowance, head
        by how much the error may grow (0.05): in precision-budget, and in evidence for asking points
        that would get less than one answer, if something is known of them; tssrp: mean head start (1)
    max_share
        policies that follow evidence: a point without `upper` and `traffic` gets its floor and at
        most this part of the pool above the floors (0.2), or three average shares of it; 1: all
    weight, s2, known
        share in the company figure; variance of one answer; answers' worth of earlier information
    log_evidence, information, local, likelihood
        log of the Shiryaev-Roberts statistic (missing: none); nats an answer; for tras and tssrp
    lower, upper, traffic, response_rate, permanent
        floor and capacity in answers; customers still to come, and answers to an invitation, which
        bound the capacity
    cost, age, drift
        of an answer or invitation; periods without an answer; step variance of the level, for index
    answered, outstanding
        answers of this period already there, and expected from invitations sent: the period is
        solved again from here

    Raises InfeasibleError (floors above the budget), UninformedError, NameNotFoundError (a column
    that the policy needs), DomainError, LengthError.

    >>> import cxkit as cx
    >>> points = {"point": ["desk", "web", "app"], "weight": [0.5, 0.3, 0.2], "s2": [6e3, 7e3, 5e3],
    ...           "log_evidence": [0.2, 0.4, 6.0], "lower": [10, 10, 10], "upper": [400, 400, 90]}
    >>> plan = cx.plan_points(points, 300)
    >>> plan.n
    (127, 83, 90)
    >>> plan.explain("app")
    'app gets 90 answers: that is its capacity; it could use more (floor 10, capacity 90).'
    """
    given = {
        "weight": weight,
        "s2": s2,
        "known": known,
        "log_evidence": log_evidence,
        "lower": lower,
        "upper": upper,
        "traffic": traffic,
        "response_rate": response_rate,
        "cost": cost,
        "permanent": permanent,
        "information": information,
        "local": local,
        "likelihood": likelihood,
        "age": age,
        "drift": drift,
        "answered": answered,
        "outstanding": outstanding,
    }
    if isinstance(points, Monitor):
        arl = points.settings["arl"] if arl is None else arl
        points = _of_monitor(points, policy)
    options = fill(
        _native.cx_policy_options(),
        policy=number("policy", policy, _POLICIES),
        unit=number("unit", unit, _PLAN_UNITS),
        rounding=number("rounding", rounding, _ROUNDINGS),
        soft=int(bool(soft)),
        seed=seed,
        arl=arl,
        boost=boost,
        gamma=gamma,
        cap=cap,
        allowance=allowance,
        head=head,
        max_share=max_share,
    )
    if not isinstance(budget, Real):
        raise OptionError(f"budget is {budget!r}; it has to be a number")
    columns = _columns(points, given)
    table = Table(_native.cx_plan_points(columns, float(budget), _period(period), options))
    figures: dict[str, Any] = table.figures
    exact = figures["gain_high"] is not None
    n = table["n"]
    return PointsPlan(
        n=tuple(int(value) if value == int(value) else value for value in n),
        policy=policy,
        unit=unit,
        variance=figures["variance"],
        best_variance=figures["best_variance"],
        error=figures["error"],
        certificate=Certificate(figures["gain_high"], figures["gain_low"]) if exact else None,
        gap=figures["gap"],
        table=table,
    )


@dataclass(frozen=True, slots=True)
class Draw:
    """Whole numbers drawn for a continuous plan; see plan_draw.

    n
        one for each point
    chance
        P(n >= 1) over the random start, to be logged
    """

    n: tuple[int, ...]
    chance: tuple[float, ...]


def plan_draw(expected: object, *, seed: int = 0, period: int = 0) -> Draw:
    """Whole numbers for a continuous plan, by one random start.

    Each n is rounded down or up, up with the probability of its fraction; a whole sum is kept.
    A point with a tenth of an answer a period gets one in a tenth of the periods.

    >>> import cxkit as cx
    >>> draw = cx.plan_draw([0.5, 0.25, 1.25, 1], seed=1)
    >>> sum(draw.n), draw.chance
    (3, (0.5, 0.25, 1.0, 1.0))
    """
    table = Table(
        _native.cx_plan_draw(column(expected, "expected"), _seed(seed), _period(period))
    )
    return Draw(n=tuple(int(value) for value in table["n"]), chance=tuple(table["chance"]))
