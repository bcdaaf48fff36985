"""What to work on: importance against performance, and what items do around neutral."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _native
from ._columns import column
from ._options import fill
from .driver import Drivers
from .errors import NameNotFoundError, OptionError
from .estimate import Estimate
from .regress import outcome_of
from .table import Table

__all__ = ["importance_performance", "penalty_reward"]


def _errors(given: Drivers) -> Mapping[str, float | None]:
    return getattr(given, "se", None) or {}


def _axis(option: str, given: object) -> tuple[dict[str, float], dict[str, float]]:
    """Values and standard errors by name; there are errors for all names or for none."""
    if isinstance(given, Drivers):
        known = {name: e for name, e in _errors(given).items() if e is not None}
        return dict(given.importance), known if len(known) == len(given.importance) else {}
    if not isinstance(given, Mapping) or not given:
        raise OptionError(f"{option} has to be a mapping from names to numbers or estimates")
    errors = {str(k): v.se for k, v in given.items() if isinstance(v, Estimate) and v.se}
    values = {str(k): v.value if isinstance(v, Estimate) else v for k, v in given.items()}
    return values, errors if len(errors) == len(values) else {}


def _beside(option: str, names: list[str], given: Mapping[str, float] | None) -> Any:
    if given is None:
        return None
    missing = [name for name in names if name not in given]
    if missing:
        raise NameNotFoundError(f"{option} has nothing for {missing[0]}", column=missing[0])
    return [given[name] for name in names]


def importance_performance(
    importance: object,
    performance: object,
    *,
    best: float,
    reachable: Mapping[str, float] | None = None,
    cost: Mapping[str, float] | None = None,
    cut_importance: float | None = None,
    cut_performance: float | None = None,
    confidence: float = 0.95,
) -> Table:
    """Importance against performance: where to concentrate, and which items cannot be placed.

    importance
        Drivers, or a mapping from names to numbers or estimates
    performance
        a mapping from the same names to numbers or estimates, such as mean scores
    best
        the best possible performance, such as 10
    reachable
        by name, the part of the way to the best that can be gone, 0 to 1
    cost
        by name, what going it costs
    cut_importance, cut_performance
        what divides the map; None: the means
    confidence
        of the intervals: an item is placed when they leave both cuts out

    Columns: name, importance, performance, distances from both cuts with limits, quadrant, nearest
    (by the values alone), gain, gain_per_cost, rank. Raises OptionError, NameNotFoundError,
    DomainError.

    >>> import cxkit as cx
    >>> table = cx.importance_performance(
    ...     {"ease": 0.30, "price": 0.05}, {"ease": 6.1, "price": 7.9}, best=10
    ... )
    >>> table["quadrant"][0]
    'concentrate here'
    """
    values, errors = _axis("importance", importance)
    scores, score_errors = _axis("performance", performance)
    names = list(values)
    columns = {
        "importance": [values[name] for name in names],
        "importance_se": [errors[name] for name in names] if errors else None,
        "performance": _beside("performance", names, scores),
        "performance_se": _beside("performance", names, score_errors) if score_errors else None,
        "reachable": _beside("reachable", names, reachable),
        "cost": _beside("cost", names, cost),
    }
    items: list[tuple[str, object]] = [("name", names)]
    items += [(name, column(data, name)) for name, data in columns.items() if data is not None]
    options = fill(
        _native.cx_importance_options(),
        best=best,
        cut_importance=cut_importance,
        cut_performance=cut_performance,
        confidence=confidence,
    )
    return Table(_native.cx_importance_performance(items, options))


def penalty_reward(
    x: object,
    y: object,
    *,
    neutral: float,
    weights: object = None,
    confidence: float = 0.95,
) -> Table:
    """What items do below and above the neutral answer: two slopes each, and whether they differ.

    x
        a table of items on one scale
    y
        the outcome: its name in x, or a column
    neutral
        the neutral answer, such as 3 of 1 to 5
    weights
        survey weights >= 0
    confidence
        of the intervals

    Columns: name, penalty, reward, asymmetry (each with se and limits), p_value, kind: "basic" (a
    bad answer costs more than a good one earns), "excitement" (the reverse), "undecided", "not
    testable" (nobody on one side). Raises what regress raises.

    >>> import cxkit as cx
    >>> clean = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    >>> table = cx.penalty_reward({"clean": clean}, [2, 2, 5, 4, 7, 7, 7, 8, 7, 8], neutral=3)
    >>> table["kind"][0]
    'basic'
    """
    table, outcome = outcome_of(x, y)
    options = fill(_native.cx_penalty_reward_options(), neutral=neutral, confidence=confidence)
    return Table(_native.cx_penalty_reward(table, outcome, column(weights, "weights"), options))
