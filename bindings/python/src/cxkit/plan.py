"""Where to measure next."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from numbers import Real
from typing import Any

from . import _native
from ._columns import column, keys
from ._options import fill
from .errors import ColumnTypeError, OptionError, OverflowedError
from .table import Table

__all__ = ["Certificate", "DomainPlan", "Plan", "plan", "plan_domains", "plan_steady"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof that a plan is optimal: no gain still to be had exceeds one already taken.

    gain_high
        the largest gain per unit of cost still to be had; 0 when there is none
    gain_low
        the smallest one taken above a lower bound; infinite when there is none

    Where whole answers cost different sums the plan is the best one when its gap is 0; these two
    alone prove nothing there.
    """

    gain_high: float
    gain_low: float

    @property
    def holds(self) -> bool:
        """gain_high <= gain_low, up to rounding."""
        if self.gain_low == math.inf:
            return True
        return self.gain_high <= self.gain_low + 1e-9 * abs(self.gain_low)


@dataclass(frozen=True, slots=True)
class Plan:
    """Answers for each point; see plan.

    n
        one for each point, in the order given
    objective
        sum of a / (n + known)
    certificate, gap
        proof of optimality, and an upper bound of objective minus optimum
    budget_used, multiplier
        cost of the plan, and what one more unit of budget takes off the objective
    table
        all of it, one row for each point
    """

    n: tuple[float, ...]
    objective: float
    certificate: Certificate
    gap: float
    budget_used: float
    multiplier: float | None
    table: Table

    def to_dict(self) -> dict[str, Any]:
        """The figures by name; the points under "table"."""
        return {
            "n": list(self.n),
            "objective": self.objective,
            "gain_high": self.certificate.gain_high,
            "gain_low": self.certificate.gain_low,
            "gap": self.gap,
            "budget_used": self.budget_used,
            "multiplier": self.multiplier,
            "table": self.table.to_dict(),
        }

    def __repr__(self) -> str:
        shown = ", ".join(f"{value:g}" for value in self.n[:8])
        more = ", ..." if len(self.n) > 8 else ""
        return f"Plan for {len(self.n)} points: {shown}{more} (objective {self.objective:.6g})"


def _each(role: str, value: Any, points: int) -> object:
    """A number stands for every point."""
    if isinstance(value, Real):
        return array("d", [float(value)]) * points
    return column(value, role)


def _important(a: Any) -> object:
    """The column a. Squares of whole numbers may need more than 64 bits."""
    if a is None:
        return None
    try:
        seen = column(a, "a")
        _native.cx_column_see(seen)
    except OverflowedError:
        seen = array("d", [math.nan if one is None else float(one) for one in a])
    except ColumnTypeError as error:
        text = str(error).replace("column x, ", "column a, ", 1).replace("x: ", "a: ", 1)
        raise ColumnTypeError(text, column="a") from None
    return seen


def plan(
    a: object,
    budget: float,
    *,
    lower: object = 0,
    upper: object = None,
    known: object = 0,
    cost: object = None,
    rate: object = None,
    integer: bool = True,
    permanent: object = None,
    soft: bool = False,
) -> Plan:
    """The best split of a budget over measurement points.

    Minimises sum a / (n + known) subject to lower <= n <= upper and sum cost n = budget.

    a
        importance of each point, >= 0: (weight times standard deviation) squared makes the
        sum the variance of the weighted mean
    budget
        answers, or money when there are costs
    lower, upper
        bounds of n, one for each point or one for all; None: no upper bound
    known
        answers' worth of earlier information
    cost
        of one answer; None: 1
    rate
        answers to one invitation: n, the bounds, cost and budget are then in invitations
    integer
        whole numbers, or the continuous optimum
    permanent, soft
        with soft=True lower bounds that do not fit into the budget are scaled, but for those of
        permanent points; otherwise they are an error

    Raises InfeasibleError (names the binding sum), UninformedError (a point would be left without
    any information), DomainError, LengthError.

    >>> import cxkit as cx
    >>> p = cx.plan([4.0, 1.0], 30)
    >>> p.n, p.certificate.holds
    ((20, 10), True)
    """
    weights = _important(a)
    points = _count(weights)
    table = Table(
        _native.cx_plan(
            weights,
            _budget(budget),
            _each("lower", lower, points),
            _each("upper", upper, points),
            _each("known", known, points),
            _each("cost", cost, points),
            _each("rate", rate, points),
            column(permanent, "permanent"),
            _options(integer, soft),
        )
    )
    return _plan(table, integer)


def _count(weights: object) -> int:
    return int(_native.cx_column_see(weights).length) if weights is not None else 0


def _flag(option: str, value: object) -> int:
    if isinstance(value, str) or value not in (0, 1):
        raise OptionError(f"{option} is {value!r}; it has to be True or False")
    return int(bool(value))


def _options(integer: object, soft: object) -> Any:
    return fill(
        _native.cx_plan_options(), integer=_flag("integer", integer), soft=_flag("soft", soft)
    )


def _budget(budget: object) -> float:
    if not isinstance(budget, Real):
        raise OptionError(f"budget is {budget!r}; it has to be a number")
    try:
        return float(budget)
    except OverflowError:
        raise OptionError(f"budget is {budget}; it has to be below 1e308") from None


def _whole(n: list[float], integer: bool) -> tuple[float, ...]:
    return tuple(int(value) for value in n) if integer else tuple(n)


def _plan(table: Table, integer: bool) -> Plan:
    figures: dict[str, Any] = table.figures
    return Plan(
        n=_whole(table["n"], integer),
        objective=figures["objective"],
        certificate=Certificate(figures["gain_high"], figures["gain_low"]),
        gap=figures["gap"],
        budget_used=figures["budget_used"],
        multiplier=figures["multiplier"],
        table=table,
    )


def plan_steady(
    a: object,
    drift: object,
    budget: float,
    *,
    lower: object = 0,
    upper: object = None,
    cost: object = None,
    rate: object = None,
    integer: bool = True,
    permanent: object = None,
    soft: bool = False,
) -> Plan:
    """The best constant split of a budget per period over points whose levels wander.

    Minimises the sum of the variances with which the levels are known in the long run,
    (drift / 2) (sqrt(1 + 4 a / (drift n)) - 1), under the bounds of plan.

    a
        (weight times standard deviation of one answer) squared
    drift
        weight squared times the variance of the level's step in a period; 0: it does not wander

    The other parameters are those of plan. Raises UninformedError when a point would get nothing
    for ever: see plan_points with policy="index".

    >>> import cxkit as cx
    >>> cx.plan_steady([6100, 6100], [4, 36], 30).n
    (10, 20)
    """
    weights = _important(a)
    points = _count(weights)
    table = Table(
        _native.cx_plan_steady(
            weights,
            _each("drift", drift, points),
            _budget(budget),
            _each("lower", lower, points),
            _each("upper", upper, points),
            _each("cost", cost, points),
            _each("rate", rate, points),
            column(permanent, "permanent"),
            _options(integer, soft),
        )
    )
    return _plan(table, integer)


@dataclass(frozen=True, slots=True)
class DomainPlan:
    """Answers for each point, when the worst-off domain counts; see plan_domains.

    n
        one for each point, in the order given
    ratio
        the largest of the domains' ratios
    certificate
        the worst ratio among domains that can be helped, and the smallest one that any domain would
        have after giving an answer away
    table
        one row for each point, with its domain and the domain's ratio
    """

    n: tuple[float, ...]
    ratio: float
    certificate: Certificate
    table: Table

    def __repr__(self) -> str:
        domains = int(self.table.figures["domains"] or 0)
        return f"Plan for {len(self.n)} points of {domains} domains (ratio {self.ratio:.6g})"


def plan_domains(
    a: object,
    by: object,
    budget: float,
    *,
    lower: object = 0,
    upper: object = None,
    known: object = 0,
    population: object = None,
    target: object = 1,
    integer: bool = True,
) -> DomainPlan:
    """The split of a budget that serves the worst-off domain best.

    Minimises the largest, over domains, of (sum of a / (n + known) - a / population) / target.

    a
        importance of each point, as in plan
    by
        the domain of each point: a column, or a table of several
    lower, upper, known
        as in plan
    population
        customers of each point, when a complete count would leave no error; None: infinitely many
    target
        the variance that is good enough, or the square of a total for relative errors: one for each
        point, alike within a domain, or one for all
    integer
        whole numbers, or the continuous optimum

    Raises InfeasibleError, UninformedError, DomainError, LengthError.

    >>> import cxkit as cx
    >>> cx.plan_domains([100, 100, 400], ["north", "north", "south"], 40).n
    (10, 10, 20)
    """
    weights = _important(a)
    points = _count(weights)
    table = Table(
        _native.cx_plan_domains(
            weights,
            keys(by),
            _budget(budget),
            _each("lower", lower, points),
            _each("upper", upper, points),
            _each("known", known, points),
            _each("population", population, points),
            _each("target", target, points),
            _options(integer, False),
        )
    )
    figures: dict[str, Any] = table.figures
    return DomainPlan(
        n=_whole(table["n"], integer),
        ratio=figures["ratio"],
        certificate=Certificate(figures["ratio_high"], figures["ratio_low"]),
        table=table,
    )
