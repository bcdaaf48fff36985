"""Linear regression."""

from __future__ import annotations

from typing import Any

from . import _native
from ._columns import column, frame
from ._options import fill, number, words
from .errors import OptionError
from .fit import Fit

__all__ = ["regress"]

_COVS = words(_native.cx_cov_name, _native.CX_COV_END)
_KINDS = words(_native.cx_weight_kind_name, _native.CX_WEIGHT_KIND_END)


def outcome_of(x: object, y: object) -> tuple[object, object]:
    """The table without its outcome, and the outcome: y names a column of x, or is one."""
    table: Any = frame(x)
    if not isinstance(y, str):
        return table, column(y, "y")
    if not isinstance(table, list):
        raise OptionError("y has to be a column: this table gives its columns all at once")
    found = [values for name, values in table if name == y]
    if not found:
        frame(dict(table), [y])  # raises with the names there are
    return [pair for pair in table if pair[0] != y], found[0]


def regress(
    x: object,
    y: object,
    *,
    weights: object = None,
    weight_kind: str = "survey",
    cov: str = "auto",
    intercept: bool = True,
    influence: bool = False,
    confidence: float = 0.95,
    tolerance: float | None = None,
) -> Fit:
    """Ordinary and weighted least squares.

    x
        a mapping of name to column, a data frame or an Arrow table: every column is a term. A row
        in which anything is missing is left out and counted
    y
        the outcome: a column, or the name of one in x
    weights, weight_kind
        "survey": how many people a row stands for; "precision": one over the variance of its
        outcome; "frequency": how often it occurred
    cov
        how errors are made: "classical", "hc0" to "hc3", or "auto": "hc1" with survey weights, else
        "classical"
    intercept
        a term "const"
    influence
        keep what Fit.influence reads
    confidence
        of the intervals
    tolerance
        a column whose variance the columns before it explain but for this fraction is dropped

    A constant or collinear column stays in the result, with its reason. Raises FewError (no more
    rows than coefficients), ConstantError (the outcome), EmptyError, DomainError (infinite values,
    bad weights), NameNotFoundError, LengthError, ColumnTypeError, OptionError.

    >>> import cxkit as cx
    >>> f = cx.regress({"wait": [1, 2, 3, 4, 5], "twice": [2, 4, 6, 8, 10]}, [9, 8, 6, 5, 1])
    >>> f.params["twice"], f.status["twice"], f.collinear_with["twice"]
    (None, 'collinear', ('wait',))
    """
    table, outcome = outcome_of(x, y)
    options = fill(
        _native.cx_regress_options(),
        cov=number("cov", cov, _COVS),
        weight_kind=number("weight_kind", weight_kind, _KINDS),
        intercept=int(intercept),
        influence=int(influence),
        confidence=confidence,
        tolerance=tolerance,
    )
    return Fit(_native.cx_regress(table, outcome, column(weights, "weights"), options))
