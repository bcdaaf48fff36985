"""Where to measure next."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from numbers import Real
from typing import Any

from . import _native
from ._columns import column
from ._options import fill
from .errors import OptionError
from .table import Table

__all__ = ["Certificate", "Plan", "plan"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof that a plan is optimal: no gain still to be had exceeds one already taken.

    gain_high
        the largest gain per unit of cost still to be had; 0 when there is none
    gain_low
        the smallest one taken above a lower bound; infinite when there is none
    """

    gain_high: float
    gain_low: float

    @property
    def holds(self) -> bool:
        """gain_high <= gain_low, up to rounding."""
        return self.gain_high <= self.gain_low * (1 + 1e-9)


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


def plan(
    a: object,
    budget: float,
    *,
    lower: object = 0,
    upper: object = None,
    known: object = 0,
    cost: object = None,
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
    weights = column(a, "a")
    points = _native.cx_column_see(weights).length if weights is not None else 0
    options = fill(_native.cx_plan_options(), integer=int(integer), soft=int(soft))
    if not isinstance(budget, Real):
        raise OptionError(f"budget is {budget!r}; it has to be a number")
    table = Table(
        _native.cx_plan(
            weights,
            float(budget),
            _each("lower", lower, points),
            _each("upper", upper, points),
            _each("known", known, points),
            _each("cost", cost, points),
            column(permanent, "permanent"),
            options,
        )
    )
    figures: dict[str, Any] = table.figures
    n = table["n"]
    return Plan(
        n=tuple(int(value) for value in n) if integer else tuple(n),
        objective=figures["objective"],
        certificate=Certificate(figures["gain_high"], figures["gain_low"]),
        gap=figures["gap"],
        budget_used=figures["budget_used"],
        multiplier=figures["multiplier"],
        table=table,
    )
