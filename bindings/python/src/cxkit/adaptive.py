"""Estimates after adaptive measuring: from logged probabilities, period by period, at every look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

from . import _native
from ._columns import column, frame, keys, names_of
from ._options import SCORES, UNITS, fill, number, scale_of
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = ["adaptive_mean", "change_since", "period_means", "running_mean"]

_ESTIMATORS = {
    "hajek": _native.CX_ADAPTIVE_HAJEK,
    "ht": _native.CX_ADAPTIVE_HT,
    "aipw": _native.CX_ADAPTIVE_AIPW,
    "naive-pooled": _native.CX_ADAPTIVE_NAIVE_POOLED,
}
_NUMBERS = ("score", "probability", "invite", "response", "predicted")
_COLUMNS = (*_NUMBERS, "contact", "frequency")


def _log(log: Any, given: dict[str, object]) -> object:
    """The columns that are read, those given beside the log in place of its own."""
    if isinstance(log, Table):
        found: Any = [
            (name, log.column(name) if name in _NUMBERS else log[name])
            for name in _COLUMNS
            if name in log.columns
        ]
    else:
        found = frame(log)
    extra = [(name, column(values, name)) for name, values in given.items() if values is not None]
    if not extra:
        return found
    if not isinstance(found, list):
        names = [name for name in names_of(found) if name in _COLUMNS]
        found = [(name, column(found[0][name], name)) for name in names]
    return [(name, values) for name, values in found if given.get(name) is None] + extra


def _shares(shares: Any) -> object:
    if shares is None:
        return None
    if isinstance(shares, Mapping) and set(shares) != {"frequency", "share"}:
        return [("frequency", list(shares)), ("share", [float(share) for share in shares.values()])]
    return frame(shares)


def _options(
    metric: str,
    scale: tuple[int, int],
    promoters: int,
    detractors: int,
    top: int | None,
    **rest: object,
) -> Any:
    low, high = scale_of(scale)
    return fill(
        _native.cx_adaptive_options(),
        score=number("metric", metric, SCORES),
        scale_min=low,
        scale_max=high,
        promoters=promoters,
        detractors=detractors,
        top=top,
        **rest,
    )


@overload
def adaptive_mean(
    log: object,
    scores: object = ...,
    *,
    by: None = ...,
    method: str = ...,
    metric: str = ...,
    scale: tuple[int, int] = ...,
    promoters: int = ...,
    detractors: int = ...,
    top: int | None = ...,
    response: object = ...,
    predicted: object = ...,
    shares: object = ...,
    finite: bool = ...,
    confidence: float = ...,
) -> Estimate: ...


@overload
def adaptive_mean(
    log: object,
    scores: object = ...,
    *,
    by: object,
    method: str = ...,
    metric: str = ...,
    scale: tuple[int, int] = ...,
    promoters: int = ...,
    detractors: int = ...,
    top: int | None = ...,
    response: object = ...,
    predicted: object = ...,
    shares: object = ...,
    finite: bool = ...,
    confidence: float = ...,
) -> Table: ...


def adaptive_mean(
    log: object,
    scores: object = None,
    *,
    by: object = None,
    method: str = "hajek",
    metric: str = "mean",
    scale: tuple[int, int] = (0, 10),
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    response: object = None,
    predicted: object = None,
    shares: object = None,
    finite: bool = False,
    confidence: float = 0.95,
) -> Estimate | Table:
    """A score over everybody who had a chance to be asked, from the log of a gate.

    log
        a table with `probability` (as it was logged) and `invite` (1 or 0) of every decision; if
        there are any `score`, `response`, `predicted`, `contact` (rows of one contact belong
        together) and `frequency`: Gate.decide_all gives most of them
    scores
        answers beside the log, None where there is none
    by
        keys, such as the point: a Table, one row for each
    method
        "hajek"; "ht" and "aipw" ask for an answer of everybody invited or `response`;
        "naive-pooled" is the plain mean, biased, for comparison
    metric
        "mean" of the answers themselves, "nps" or "top-box" on `scale`
    response
        chance of an invited contact to answer; without it the figure is that of those who do
    predicted
        "aipw": the score expected of each row, from the past only
    shares
        share of the traffic of each class of `frequency` (Gate.coverage): the classes are put
        together by it
    finite
        the rows are all there is: only the draw is uncertain

    Raises NameNotFoundError, DomainError (a probability that cannot be), EmptyError.

    >>> import cxkit as cx
    >>> log = {"probability": [.5, .5, .25, .25], "invite": [1, 0, 1, 1], "score": [10, None, 4, 7]}
    >>> round(cx.adaptive_mean(log).value, 3)
    6.4
    """
    options = _options(
        metric,
        scale,
        promoters,
        detractors,
        top,
        estimator=number("method", method, _ESTIMATORS),
        finite=int(finite),
        confidence=confidence,
    )
    given = {"score": scores, "response": response, "predicted": predicted}
    rows, parts = _log(log, given), _shares(shares)
    if by is not None:
        return Table(_native.cx_adaptive_mean_by(rows, keys(by), parts, options))
    return estimate_of(_native.cx_adaptive_mean(rows, parts, options))


def change_since(
    scores: object,
    periods: object,
    flagged: float,
    *,
    reference: float,
    reference_se: float = 0.0,
    metric: str = "nps",
    scale: tuple[int, int] = (0, 10),
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """How far a score has moved at a flagged point: only answers after the flag count.

    scores, periods
        answers and when each was given
    flagged
        period of the flag: answers of it and before raised it, and are left out
    reference, reference_se
        what the score was before, in the figure's units, and its standard error
    metric
        "nps", "mean" or "top-box"

    Raises EmptyError when there is no answer after the flag yet.

    >>> import cxkit as cx
    >>> cx.change_since([2, 9, 3, 9, 10, 4], [1, 2, 3, 4, 5, 5], 2, reference=30).value
    -30.0
    """
    options = _options(metric, scale, promoters, detractors, top, confidence=confidence)
    return estimate_of(
        _native.cx_change_since(
            column(scores, "scores"),
            column(periods, "periods"),
            float(flagged),
            float(reference),
            float(reference_se),
            options,
        )
    )


def period_means(
    cells: object, *, aipw: bool = False, unit: str = "points", confidence: float = 0.95
) -> Table:
    """The company's figure period by period, and over all of them with fixed weights.

    cells
        a table, one row for each point and period: `period`, `weight`, `n`, `mean`, `variance`;
        with aipw `predicted` and `chance`; if wanted `predicted_variance` and `pool`
    aipw
        a point that was not measured counts with its predicted level

    The figures of the table hold the pooled `value`, `se`, `ci_low`, `ci_high`.

    Raises NameNotFoundError, DomainError.

    >>> import cxkit as cx
    >>> cells = {"period": [1, 1, 2, 2], "weight": [3, 1, 3, 1], "n": [10, 5, 2, 20],
    ...          "mean": [40, 0, 20, 8], "variance": [4000.0] * 4}
    >>> table = cx.period_means(cells)
    >>> list(table["value"]), table.figures["value"]
    ([30.0, 17.0], 23.5)
    """
    if unit not in UNITS:
        raise OptionError(f"unit is {unit!r}; it has to be one of {', '.join(UNITS)}")
    options = fill(
        _native.cx_period_options(),
        aipw=int(aipw),
        unit=UNITS.index(unit),
        confidence=confidence,
    )
    return Table(_native.cx_period_means(frame(cells), options))


def running_mean(
    estimates: object,
    *,
    predicted: object = None,
    scale: tuple[float, float] = (-100.0, 100.0),
    optimise_at: float = 30.0,
    spread: float | None = None,
    confidence: float = 0.95,
) -> Table:
    """The average level over all periods so far, with an interval that holds at every look.

    It covers the running average of the levels, not the level of today.

    estimates
        one for each period, in order
    predicted
        for each, made before it; None: the mean of those before
    scale
        the least and the largest an estimate can be
    optimise_at, spread
        narrow at about so many periods, when estimates miss their predictions by so much; both
        have to be chosen beforehand. None: a fortieth of the scale

    Raises DomainError for an estimate outside the scale.

    >>> import cxkit as cx
    >>> table = cx.running_mean([30.0, 34.0, 26.0])
    >>> table["value"][2], table["ci_low"][2] < 30 < table["ci_high"][2]
    (30.0, True)
    """
    low, high = scale
    options = fill(
        _native.cx_running_options(),
        low=float(low),
        high=float(high),
        optimise_at=float(optimise_at),
        spread=spread,
        confidence=confidence,
    )
    return Table(
        _native.cx_running_mean(
            column(estimates, "estimates"), column(predicted, "predicted"), options
        )
    )
