"""Linear regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _native
from ._columns import column, frame, is_table, keys
from ._options import fill, number, whole, words
from .errors import OptionError
from .fit import Fit
from .moments import Moments

__all__ = ["regress"]

_COVS = words(_native.cx_cov_name, _native.CX_COV_END)
_COUNTS = {
    "nested": _native.CX_FIXED_NESTED,
    "all": _native.CX_FIXED_ALL,
    "none": _native.CX_FIXED_NONE,
}
_KINDS = words(_native.cx_weight_kind_name, _native.CX_WEIGHT_KIND_END)


def outcome_of(
    x: object, y: object, terms: Sequence[str] | None = None
) -> tuple[object, object]:
    """The terms of a table and its outcome: y names a column of x, or is one."""
    used = None if terms is None else [*terms, *([y] if isinstance(y, str) else [])]
    table: Any = frame(x, used)
    if terms is not None and isinstance(table, list):
        by_name = dict(table)
        table = [(name, by_name[name]) for name in used or ()]
    if not isinstance(y, str):
        return table, column(y, "y")
    if not isinstance(table, list):
        raise OptionError("y has to be a column: this table gives its columns all at once")
    found = [values for name, values in table if name == y]
    if not found:
        frame(dict(table), [y])  # raises with the names there are
    return [pair for pair in table if pair[0] != y], found[0]


def _keys(role: str, given: Any) -> object:
    """One column of keys, or a tuple or table of two."""
    if given is None:
        return None
    if isinstance(given, tuple) and given and not isinstance(given[0], (str, int, float)):
        names = [getattr(part, "name", None) for part in given]
        named = [str(name) if name else f"{role}{at + 1}" for at, name in enumerate(names)]
        return [(name, column(part, role)) for name, part in zip(named, given)]
    if is_table(given):
        return frame(given)
    found: Any = keys(given)
    return [(role if name == "key" else name, values) for name, values in found]


def _lags(lag: int | str | None) -> dict[str, int]:
    if lag is None:
        return {"lag_rule": _native.CX_LAG_LENGTH}
    if lag == "plug-in":
        return {"lag_rule": _native.CX_LAG_PLUG_IN}
    return {"lag_rule": _native.CX_LAG_GIVEN, "lag": whole("lag", lag)}


def _from_moments(
    state: Moments, outcome: object, terms: Sequence[str] | None, options: Any, others: list[Any]
) -> Fit:
    if not isinstance(outcome, str):
        raise OptionError("y has to be the name of the outcome: x holds moments")
    if any(other is not None for other in others):
        raise OptionError("moments hold no rows: weights, clusters, fixed and time need them")
    with state._lock:
        return Fit(_native.cx_regress_moments(state._handle, outcome, terms, options))


def regress(
    x: object,
    y: object,
    *,
    terms: Sequence[str] | None = None,
    weights: object = None,
    weight_kind: str = "survey",
    clusters: object = None,
    fixed: object = None,
    time: object = None,
    cov: str = "auto",
    lag: int | str | None = None,
    small_sample: bool = True,
    fixed_count: str = "nested",
    draws: int | None = None,
    seed: int | None = None,
    intercept: bool = True,
    influence: bool = False,
    confidence: float = 0.95,
    tolerance: float | None = None,
) -> Fit:
    """Ordinary and weighted least squares, with errors for every design.

    x
        a mapping of name to column, a data frame or an Arrow table: every column is a term; or
        Moments. A row in which anything is missing is left out and counted
    y
        the outcome: a column, or the name of one in x
    terms
        names of the columns of x to use; None: all but the outcome
    weights, weight_kind
        "survey": how many people a row stands for; "precision": one over the variance of its
        outcome; "frequency": how often it occurred
    clusters
        keys of the clusters; a tuple or table of two for clusters in two ways
    fixed
        keys with an effect of their own for each level, taken out exactly; at most two
    time
        the order of rows, and the periods of a panel
    cov
        how errors are made: "classical", "hc0" to "hc3", "cr0", "cr1", "cr2" (own degrees of
        freedom for each term), "wild" (bootstrap over clusters), "newey-west", "driscoll-kraay".
        "auto": with clusters "wild" below 5 of them, "cr2" below 50, else "cr1"; with time
        "newey-west", or "driscoll-kraay" when times repeat; with survey weights "hc1"; else
        "classical"
    lag, small_sample
        of series: how far errors look back (None: by length, a number, or "plug-in"), and whether
        they are enlarged for short ones
    fixed_count
        which fixed effects count in the correction of "cr1": "nested" (all but those nested in the
        clusters), "all" or "none"
    draws, seed
        of "wild" where signs are not enumerated
    intercept
        a term "const"; fixed effects take its place
    influence
        keep what Fit.influence reads
    confidence
        of the intervals
    tolerance
        a column whose variance the columns before it explain but for this fraction is dropped

    A constant, collinear or absorbed column stays in the result, with its reason. Raises FewError
    (no more rows than coefficients, a single cluster), ConstantError (the outcome), EmptyError,
    DomainError (infinite values, bad weights), NameNotFoundError, LengthError, ColumnTypeError,
    LimitError, OptionError.

    >>> import cxkit as cx
    >>> f = cx.regress({"wait": [1, 2, 3, 4, 5], "twice": [2, 4, 6, 8, 10]}, [9, 8, 6, 5, 1])
    >>> f.params["twice"], f.status["twice"], f.collinear_with["twice"]
    (None, 'collinear', ('wait',))
    """
    options = fill(
        _native.cx_regress_options(),
        cov=number("cov", cov, _COVS),
        weight_kind=number("weight_kind", weight_kind, _KINDS),
        fixed_count=number("fixed_count", fixed_count, _COUNTS),
        small_sample=int(small_sample),
        draws=draws,
        seed=seed,
        intercept=int(intercept),
        influence=int(influence),
        confidence=confidence,
        tolerance=tolerance,
        **_lags(lag),
    )
    if isinstance(terms, str):
        raise OptionError(f"terms is {terms!r}; it has to be a list of names")
    if isinstance(x, Moments):
        named = None if terms is None else list(terms)
        return _from_moments(x, y, named, options, [weights, clusters, fixed, time])
    table, outcome = outcome_of(x, y, terms)
    return Fit(
        _native.cx_regress(
            table,
            outcome,
            column(weights, "weights"),
            _keys("clusters", clusters),
            _keys("fixed", fixed),
            column(time, "time"),
            options,
        )
    )
