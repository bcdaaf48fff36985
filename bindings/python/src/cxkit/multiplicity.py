"""Many tests at once."""

from __future__ import annotations

from . import _native
from ._columns import column, frame, keys
from ._options import MULTIPLICITIES, fill, number
from .table import Table

__all__ = ["adjust_p", "simultaneous"]


def adjust_p(
    p: object,
    *,
    method: str = "holm",
    by: object = None,
    level: float | None = None,
) -> Table:
    """p-values that many tests share.

    p
        p-values from 0 to 1, or e-values for "e-bh"; what is missing stays missing, and is no test
    method
        "bonferroni", "holm", "hochberg", "hommel": the chance of any false rejection; "bh", "by",
        "e-bh": the expected share of false ones; "fixed-sequence": one after the other, until the
        first that is not rejected; "hierarchical": a family is tested when its parent is rejected
    by
        families: a column or a table of columns. For "fixed-sequence" gates, in order; for
        "hierarchical" the path, such as area, metric, segment
    level
        rejected is what is adjusted to at most this; None: 0.05

    Columns: p, adjusted, rejected, and gate (the largest adjusted p-value on the way there) for the
    last two methods. Raises DomainError (not a p-value, a path with a hole), EmptyError (a
    hierarchy without a path).

    >>> import cxkit as cx
    >>> cx.adjust_p([0.01, 0.04, 0.03], method="holm")["adjusted"]
    [0.03, 0.06, 0.06]
    """
    options = fill(
        _native.cx_multiplicity_options(),
        method=number("method", method, MULTIPLICITIES),
        level=level,
    )
    return Table(_native.cx_adjust_p(column(p, "p"), None if by is None else keys(by), options))


def simultaneous(
    estimates: object,
    influence: object,
    *,
    confidence: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> Table:
    """Intervals and p-values of many estimates of the same people, all of them right at once.

    estimates
        one number for each column of `influence`, in their order
    influence
        a table: a row for each person or cluster, a column for each estimate; its squares sum to
        the variance of that estimate
    confidence
        of all intervals together; None: 0.95
    draws, seed
        of the simulation for three estimates or more; None: 100,000 and 1

    Columns: name, estimate, se, statistic, p_value, adjusted, ci_low, ci_high. Raises LengthError
    (not one estimate for each column), ConstantError (influences that are all 0), EmptyError.

    >>> import cxkit as cx
    >>> both = cx.simultaneous([2, 1], {"a": [0.5, 0.5, 0.5, 0.5], "b": [0.5, -0.5, 0.5, -0.5]})
    >>> round(both.figures["critical"], 3)
    2.236
    """
    options = fill(
        _native.cx_simultaneous_options(), confidence=confidence, draws=draws, seed=seed
    )
    return Table(_native.cx_simultaneous(column(estimates, "estimates"), frame(influence), options))
