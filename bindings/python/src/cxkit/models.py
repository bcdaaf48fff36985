"""Models of shares, classes, counts and hazards."""

from __future__ import annotations

from typing import Any

from . import _native
from ._columns import column, frame, keys
from ._options import fill, number, words
from .estimate import Estimate, estimate_of
from .fit import Fit
from .regress import outcome_of
from .table import Table

__all__ = ["hazard", "logit", "margin", "ordinal", "person_periods", "poisson", "separation"]

_COVS = words(_native.cx_cov_name, _native.CX_COV_END)
_KINDS = words(_native.cx_weight_kind_name, _native.CX_WEIGHT_KIND_END)


def _options(cov: str, weight_kind: str, **fields: Any) -> Any:
    return fill(
        _native.cx_model_options(),
        cov=number("cov", cov, _COVS),
        weight_kind=number("weight_kind", weight_kind, _KINDS),
        **{
            name: int(value) if isinstance(value, bool) else value for name, value in fields.items()
        },
    )


def _given(clusters: object) -> object:
    return None if clusters is None else keys(clusters)


def logit(
    x: object,
    y: object,
    *,
    weights: object = None,
    weight_kind: str = "survey",
    clusters: object = None,
    offset: object = None,
    cov: str = "auto",
    firth: bool = False,
    intercept: bool = True,
    influence: bool = False,
    small_sample: bool = False,
    confidence: float = 0.95,
    max_iterations: int | None = None,
    allow_unconverged: bool = False,
) -> Fit:
    """Logistic regression: the log odds of y = 1.

    x
        a mapping of name to column, a data frame or an Arrow table: every column is a term
    y
        0 or 1: a column, or the name of one in x
    weights, weight_kind
        as in regress
    clusters
        keys of units that were drawn or treated together; errors are then those of their sums
    offset
        added to the linear predictor
    cov
        "auto", "classical", "hc0", "hc1"
    firth
        Firth's estimates with likelihood intervals, which exist under separation too
    intercept, influence, confidence
        as in regress
    small_sample
        Student's t in the place of the normal distribution
    max_iterations, allow_unconverged
        a result that did not converge is an error, or flagged

    Columns that split the outcomes without error have no estimate: their terms are "separated" in
    `status`, the others are what they are in the limit, and `separation` has the exact rates of the
    groups. Raises ConvergenceError, FewError, DomainError, EmptyError, and what regress raises.

    >>> import cxkit as cx
    >>> score = [1, 2, 3, 4, 5, 6, 7, 8]
    >>> f = cx.logit({"score": score}, [1, 1, 0, 1, 0, 1, 0, 0])
    >>> round(f.params["score"], 3), round(f.loglik, 3)
    (-0.594, -4.225)
    >>> cx.logit({"score": score}, [1, 1, 1, 1, 0, 0, 0, 0]).status
    {'const': 'separated', 'score': 'separated'}
    """
    table, outcome = outcome_of(x, y)
    options = _options(
        cov,
        weight_kind,
        firth=firth,
        intercept=intercept,
        influence=influence,
        small_sample=small_sample,
        confidence=confidence,
        max_iterations=max_iterations,
        allow_unconverged=allow_unconverged,
    )
    found = (column(weights, "weights"), _given(clusters), column(offset, "offset"))
    return Fit(_native.cx_logit(table, outcome, *found, options))


def poisson(
    x: object,
    y: object,
    *,
    exposure: object = None,
    offset: object = None,
    quasi: bool = False,
    weights: object = None,
    weight_kind: str = "survey",
    clusters: object = None,
    cov: str = "auto",
    firth: bool = False,
    intercept: bool = True,
    influence: bool = False,
    small_sample: bool = False,
    confidence: float = 0.95,
    max_iterations: int | None = None,
    allow_unconverged: bool = False,
) -> Fit:
    """Poisson regression of counts: the logarithm of the rate.

    exposure
        persons, days or contacts behind each count
    quasi
        errors times the square root of the dispersion; y may then be any amount

    The rest is as in logit. A group without any event is "separated".

    >>> import cxkit as cx
    >>> f = cx.poisson({"late": [0, 0, 1, 1]}, [2, 4, 9, 3], exposure=[100, 100, 100, 100])
    >>> round(f.params["late"], 4)
    0.6931
    """
    table, outcome = outcome_of(x, y)
    options = _options(
        cov,
        weight_kind,
        quasi=quasi,
        firth=firth,
        intercept=intercept,
        influence=influence,
        small_sample=small_sample,
        confidence=confidence,
        max_iterations=max_iterations,
        allow_unconverged=allow_unconverged,
    )
    found = (column(weights, "weights"), _given(clusters))
    rate = (column(exposure, "exposure"), column(offset, "offset"))
    return Fit(_native.cx_poisson(table, outcome, *found, *rate, options))


def hazard(
    x: object,
    event: object,
    *,
    period: object = None,
    weights: object = None,
    weight_kind: str = "survey",
    clusters: object = None,
    offset: object = None,
    cov: str = "auto",
    firth: bool = False,
    intercept: bool = True,
    influence: bool = False,
    small_sample: bool = False,
    confidence: float = 0.95,
    max_iterations: int | None = None,
    allow_unconverged: bool = False,
) -> Fit:
    """The hazard of an event in discrete time: who leaves, period by period.

    x, event
        one row for each customer and period at risk, as person_periods makes them; event: 0 or 1
    period
        a baseline for each value, "period 1", ...; None: "const" and columns of x
    clusters
        the customers, or the units that they belong to

    The rest is as in logit. exp(coefficient) is a hazard ratio; margin turns it into retention.

    >>> import cxkit as cx
    >>> f = cx.hazard({"score": [9, 9, 3, 8, 8, 2]}, [0, 1, 1, 0, 0, 1], period=[1, 2, 1, 1, 2, 1])
    >>> f.terms
    ('period 1', 'period 2', 'score')
    """
    table, outcome = outcome_of(x, event)
    options = _options(
        cov,
        weight_kind,
        firth=firth,
        intercept=intercept,
        influence=influence,
        small_sample=small_sample,
        confidence=confidence,
        max_iterations=max_iterations,
        allow_unconverged=allow_unconverged,
    )
    found = (column(weights, "weights"), _given(clusters), column(offset, "offset"))
    return Fit(_native.cx_hazard(table, outcome, column(period, "period"), *found, options))


def ordinal(
    x: object,
    y: object,
    *,
    probit: bool = False,
    weights: object = None,
    weight_kind: str = "survey",
    clusters: object = None,
    offset: object = None,
    cov: str = "auto",
    influence: bool = False,
    small_sample: bool = False,
    confidence: float = 0.95,
    max_iterations: int | None = None,
    allow_unconverged: bool = False,
) -> Fit:
    """Ordered classes, such as 1 to 5: P(y <= k) = F(cut k - x'b).

    y
        whole numbers; a positive coefficient moves answers to higher classes
    probit
        F normal in the place of logistic

    The rest is as in logit. Raises ConstantError (one class), LimitError (more than 100).

    >>> import cxkit as cx
    >>> f = cx.ordinal({"wait": [1, 2, 3, 4, 5, 6]}, [3, 2, 3, 1, 2, 1])
    >>> f.terms
    ('cut 1', 'cut 2', 'wait')
    """
    table, outcome = outcome_of(x, y)
    options = _options(
        cov,
        weight_kind,
        probit=probit,
        influence=influence,
        small_sample=small_sample,
        confidence=confidence,
        max_iterations=max_iterations,
        allow_unconverged=allow_unconverged,
    )
    found = (column(weights, "weights"), _given(clusters), column(offset, "offset"))
    return Fit(_native.cx_ordinal(table, outcome, *found, options))


def separation(x: object, y: object, *, confidence: float = 0.95) -> Table:
    """What each value of each column says of a yes or no: exact rates of groups.

    y
        0 or 1: a column, or the name of one in x

    Columns: term, value, n, events, rate, ci_low, ci_high and side: "all", "none", "mixed", or
    "splits" of a column of many values. Look here when logit calls a term separated.

    >>> import cxkit as cx
    >>> groups = cx.separation({"satisfaction": [1, 1, 3, 3, 5, 5]}, [1, 1, 1, 0, 0, 0])
    >>> groups["side"]
    ['all', 'mixed', 'none']
    """
    table, outcome = outcome_of(x, y)
    return Table(_native.cx_separation(table, outcome, confidence))


def person_periods(exit: object, event: object, *, entry: object = None) -> Table:
    """Customers as rows for each period at risk: columns row, period and event.

    exit
        whole periods completed when the watch ended
    event
        1: the event ended it; 0: it was still to come
    entry
        whole periods completed when it began; None: 0

    Raises DomainError (not whole, an exit at or before the entry).

    >>> import cxkit as cx
    >>> cx.person_periods([2, 1], [1, 0]).to_dict()
    {'row': [0, 0, 1], 'period': [1, 2, 1], 'event': [0, 1, 0]}
    """
    found = (column(entry, "entry"), column(exit, "exit"), column(event, "event"))
    return Table(_native.cx_person_periods(*found))


def margin(
    fit: Fit,
    x: object,
    column_name: str,
    *,
    change: float = 1,
    horizon: int | None = None,
    weights: object = None,
    population: bool = False,
    confidence: float = 0.95,
) -> Estimate:
    """What a change of one column does to the mean prediction of a logit, Poisson or hazard model.

    x
        the columns of the model, one row for each customer
    column_name
        the column that changes, by `change`
    horizon
        hazards: periods of the retention; None: 12
    population
        the rows are a sample of those spoken of, which adds to the error

    Raises UnidentifiedError (a separated term), NameNotFoundError, MismatchError.

    >>> import cxkit as cx
    >>> x = {"score": [1, 2, 3, 4, 5, 6, 7, 8]}
    >>> f = cx.logit(x, [1, 1, 0, 1, 0, 1, 0, 0])
    >>> round(cx.margin(f, x, "score").value, 4)
    -0.103
    """
    options = fill(
        _native.cx_margin_options(),
        change=change,
        horizon=horizon,
        population=int(population),
        confidence=confidence,
    )
    found = (frame(x), column(weights, "weights"), str(column_name))
    return estimate_of(_native.cx_margin(fit._handle, *found, options))
