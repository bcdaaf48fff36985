"""Those who did not answer: their chance to, a mean over everybody, and what could be said without."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

from . import _native
from ._columns import column, frame, is_table, keys
from ._options import fill
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = [
    "Adjustment",
    "AipwEstimate",
    "Bounds",
    "Propensity",
    "RIndicator",
    "adjust_response",
    "aipw_mean",
    "bias_range",
    "bounds",
    "propensity",
    "r_indicator",
    "r_indicator_partial",
]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


@dataclass(frozen=True, slots=True)
class Propensity:
    """A fitted chance to answer; see propensity.

    probabilities, variances
        columns: the chance of everybody, and how uncertain it is
    coefficients
        a table: name, coefficient, se, and whether it runs away (`separates`)
    loglik, null_loglik
        of the model, and without columns
    separated
        whether answers are told apart without error: then there is no estimate
    """

    probabilities: Any
    variances: Any
    coefficients: Table
    loglik: float
    null_loglik: float
    iterations: int
    separated: bool


def propensity(
    X: object,  # noqa: N803
    responded: object,
    *,
    weights: object = None,
    ridge: float = 0.0,
    max_iterations: int = 50,
) -> Propensity:
    """The chance to answer, by logistic regression on what is known about everybody.

    X
        a table: text and categories become coefficients against the first in order, missing is a
        category; numbers may not be missing
    responded
        1 for those who answered, else 0
    weights
        of the design; standard errors are then those of the scores
    ridge
        taken off the log likelihood: ridge / 2 times the squared coefficients
    max_iterations
        raises ConvergenceError after so many

    Raises ConstantError when all answered or nobody, DomainError for bad values.

    >>> import cxkit as cx
    >>> found = cx.propensity({"shop": ["a", "a", "b", "b"]}, [1, 0, 1, 0])
    >>> [round(p, 6) for p in found.probabilities], found.separated
    ([0.5, 0.5, 0.5, 0.5], False)
    """
    options = fill(_native.cx_propensity_options(), ridge=ridge, max_iterations=max_iterations)
    model = _native.cx_propensity(
        frame(X) if is_table(X) else keys(X),
        column(responded, "responded"),
        column(weights, "weights"),
        options,
    )
    rows = Table(_native.cx_response_model_rows(model))
    coefficients = Table(_native.cx_response_model_coefficients(model))
    figures: dict[str, Any] = coefficients.figures
    return Propensity(
        probabilities=rows.column("probability"),
        variances=rows.column("variance"),
        coefficients=coefficients,
        loglik=figures["loglik"],
        null_loglik=figures["null_loglik"],
        iterations=int(figures["iterations"]),
        separated=bool(figures["separated"]),
    )


@dataclass(frozen=True, slots=True)
class RIndicator:
    """How evenly the chances to answer are spread; see r_indicator.

    value, adjusted
        1 when all are equal; without what comes from the chances being estimated
    s2, s2_adjusted, mean
        variance and mean of the chances
    cv, cv_adjusted
        no mean of the answers is further off than this many standard deviations of the answers
    """

    value: float
    adjusted: float | None
    s2: float
    s2_adjusted: float | None
    mean: float
    cv: float
    cv_adjusted: float | None
    n: int
    sum_w: float
    p_min: float

    def __float__(self) -> float:
        return self.value


def _chances(given: object) -> tuple[object, object]:
    if isinstance(given, Propensity):
        variances = None if given.separated else given.variances
        return column(given.probabilities, "propensity"), column(variances, "variances")
    return column(given, "propensity"), None


def r_indicator(
    propensity: object, *, weights: object = None, variances: object = None, ddof: int = 1
) -> RIndicator:
    """R-indicator of representative response, 1 - 2 S of the chances to answer.

    propensity
        the chance of everybody who was asked, or what propensity() gave
    weights
        of the design
    variances
        of the estimated chances
    ddof
        0 or 1, taken off the size of the population

    Raises DomainError for a chance that does not lie between 0 and 1.

    >>> import cxkit as cx
    >>> round(cx.r_indicator([0.2, 0.4, 0.3, 0.5]).value, 4)
    0.7418
    """
    chances, known = _chances(propensity)
    raw = _native.cx_r_indicator(
        chances,
        known if variances is None else column(variances, "variances"),
        column(weights, "weights"),
        fill(_native.cx_r_indicator_options(), ddof=ddof),
    )
    plain = {field.name: getattr(raw, field.name) for field in fields(RIndicator)}
    for name in ("adjusted", "s2_adjusted", "cv_adjusted"):
        plain[name] = _known(plain[name])
    return RIndicator(**plain)


def r_indicator_partial(
    propensity: object, by: object, *, weights: object = None, ddof: int = 1
) -> Table:
    """Which columns, and which of their categories, make response uneven.

    propensity, weights, ddof
        as in r_indicator
    by
        columns of categories

    A row for each column and for each category: n, share, mean, unconditional (signed for a
    category) and conditional: what remains within the cells of the other columns.

    >>> import cxkit as cx
    >>> found = cx.r_indicator_partial([0.2, 0.4, 0.3, 0.5], {"shop": ["a", "a", "b", "b"]})
    >>> [round(value, 3) for value in found["unconditional"]]
    [0.05, -0.035, 0.035]
    """
    return Table(
        _native.cx_r_indicator_partial(
            _chances(propensity)[0],
            keys(by),
            column(weights, "weights"),
            fill(_native.cx_r_indicator_options(), ddof=ddof),
        )
    )


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Weights that make up for those who did not answer; see adjust_response.

    weights
        a column: 0 for those who did not answer
    classes, rates
        columns: everybody's class, and the share that answered there; missing without a weight
    table
        the classes: their answers, rate and factor, and how many were joined
    deff, n_eff
        of the weights, by Kish
    """

    weights: Any
    classes: Any
    rates: Any
    table: Table
    deff: float
    n_eff: float


def adjust_response(
    given: object,
    responded: object,
    *,
    weights: object = None,
    classes: int = 5,
    least: int = 30,
) -> Adjustment:
    """Weights of those who answered, divided by the share that answered in their class.

    given
        chances to answer (or what propensity() gave): classes are their quantiles; or a table of
        categories: classes are its cells
    responded
        1 for those who answered, else 0
    weights
        of the design
    classes
        of chances; rows of equal chance are never parted
    least
        answers a class has to have: smaller ones are joined, chances to the neighbour with the
        nearer mean, cells to one that shares the leading columns and has the nearest share

    Raises EmptyError when nobody answered, DomainError for bad values.

    >>> import cxkit as cx
    >>> shops = {"shop": ["a", "a", "a", "b", "b"]}
    >>> list(cx.adjust_response(shops, [1, 1, 0, 1, 0], least=1).weights)
    [1.5, 1.5, 0.0, 2.0, 0.0]
    """
    cells = not isinstance(given, Propensity) and is_table(given)
    made = _native.cx_adjust_response(
        None if cells else _chances(given)[0],
        frame(given) if cells else None,
        column(responded, "responded"),
        column(weights, "weights"),
        fill(_native.cx_adjust_options(), classes=classes, least=least),
    )
    rows = Table(_native.cx_adjustment_rows(made))
    table = Table(_native.cx_adjustment_classes(made))
    figures: dict[str, Any] = table.figures
    return Adjustment(
        weights=rows.column("weight"),
        classes=rows.column("class"),
        rates=rows.column("rate"),
        table=table,
        deff=figures["deff"],
        n_eff=figures["n_eff"],
    )


@dataclass(frozen=True, slots=True, repr=False)
class AipwEstimate(Estimate):
    """An Estimate over everybody who was asked; see aipw_mean.

    asked
        rows with a weight and a prediction
    respondents, predictions, correction
        mean of the answers, of all predictions, and what the answers add to it
    trimmed, largest_weight
        answers with a chance below `trim`; the largest 1 / chance
    """

    asked: int
    respondents: float
    predictions: float
    correction: float
    trimmed: int
    largest_weight: float


def aipw_mean(
    y: object,
    predicted: object,
    propensity: object,
    *,
    weights: object = None,
    trim: float = 0.0,
    normalise: bool = False,
    confidence: float = 0.95,
) -> AipwEstimate:
    """Mean over everybody who was asked, right when the chances or the predictions are.

    y
        answers; None and NaN did not answer
    predicted, propensity
        for everybody: predictions of any model, and chances to answer (or what propensity() gave)
    weights
        of the design
    trim
        chances below it count as it
    normalise
        the weights of the answers add up to all who were asked
    confidence
        of the interval

    Raises DomainError for a chance that does not lie between 0 and 1, EmptyError when nobody
    answered.

    >>> import cxkit as cx
    >>> cx.aipw_mean([8, None, 6, 3], [7, 5, 6, 4], [0.5, 0.5, 0.5, 0.5]).value
    5.5
    """
    raw = _native.cx_aipw_mean(
        column(y, "y"),
        column(predicted, "predicted"),
        _chances(propensity)[0],
        column(weights, "weights"),
        fill(
            _native.cx_aipw_options(),
            trim=trim,
            normalise=int(normalise),
            confidence=confidence,
        ),
    )
    estimate = estimate_of(raw.estimate)
    plain = {field.name: getattr(estimate, field.name) for field in fields(Estimate)}
    own = ("asked", "respondents", "predictions", "correction", "trimmed", "largest_weight")
    return AipwEstimate(**plain, **{name: getattr(raw, name) for name in own})


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is sure about a mean when some did not answer; see bounds.

    low, high
        of the mean, whatever the silent ones think
    ci_low, ci_high
        these hold the true mean with the confidence
    respondents, response
        mean of the answers, and share that answered
    tipping, tipping_gap
        mean of the silent ones at which the mean of all is the threshold; less that of the answers
    can_flip
        whether that mean is a possible one; None without a threshold
    """

    low: float
    high: float
    ci_low: float
    ci_high: float
    respondents: float
    response: float
    tipping: float | None
    tipping_gap: float | None
    can_flip: bool | None
    n: int
    asked: int


def _scale_options(
    scale: tuple[float, float] | None, threshold: float | None, confidence: float
) -> Any:
    try:
        low, high = (None, None) if scale is None else scale
    except (TypeError, ValueError):
        raise OptionError(f"scale is {scale!r}: the lowest and highest possible answer") from None
    return fill(
        _native.cx_aipw_options(), low=low, high=high, threshold=threshold, confidence=confidence
    )


def bounds(
    y: object,
    *,
    scale: tuple[float, float],
    weights: object = None,
    threshold: float | None = None,
    confidence: float = 0.95,
) -> Bounds:
    """Bounds of a mean without any assumption about those who did not answer.

    y
        answers; None and NaN did not answer
    scale
        the lowest and highest answer that is possible
    weights
        of the design
    threshold
        the conclusion is that the mean is above (or below) it: how different would the silent ones
        have to be for it to flip?
    confidence
        of the interval

    Raises DomainError for an answer outside the scale, EmptyError when nobody answered.

    >>> import cxkit as cx
    >>> found = cx.bounds([8, None, 6, 10], scale=(0, 10), threshold=5)
    >>> found.low, found.high, found.tipping, found.can_flip
    (6.0, 8.5, -4.0, False)
    """
    options = _scale_options(scale, threshold, confidence)
    raw = _native.cx_bounds(column(y, "y"), column(weights, "weights"), options)
    plain = {field.name: getattr(raw, field.name) for field in fields(Bounds)}
    for name in ("tipping", "tipping_gap"):
        plain[name] = _known(plain[name])
    plain["can_flip"] = None if threshold is None else bool(raw.can_flip)
    return Bounds(**plain)


def bias_range(
    y: object,
    deltas: object,
    *,
    scale: tuple[float, float] | None = None,
    weights: object = None,
    confidence: float = 0.95,
) -> Table:
    """The mean of all, should the silent ones differ by each delta from those who answered.

    y, weights, confidence
        as in bounds
    deltas
        a column of differences, such as [-2, -1, 0]
    scale
        cuts the mean of the silent ones; None cuts nothing

    >>> import cxkit as cx
    >>> cx.bias_range([8, None, 6, 10], [0, -2])["value"]
    [8.0, 7.5]
    """
    options = _scale_options(scale, None, confidence)
    return Table(
        _native.cx_bias_range(
            column(y, "y"), column(weights, "weights"), column(deltas, "deltas"), options
        )
    )
