"""Satisfaction and effort: scores that know which end of their scale is the good one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from . import _native
from ._options import DENOMINATORS, DIRECTIONS, METHODS, REPORTS, fill, number
from ._scores import Answers, measure, pooled, state_of
from .design import Design
from .estimate import Estimate
from .survey import csat_of, without
from .table import Table
from .tally import Tallies

__all__ = ["ces", "csat"]

_CES_READ_AS: dict[str, dict[str, Any]] = {
    "mean": {"score": "mean"},
    "agree": {"score": "top-box", "top": 3},
    "net": {"score": "nps", "promoters": 6, "detractors": 3},
}


@overload
def csat(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    design: None = None,
    domain: None = None,
    scale: tuple[int, int] = (1, 5),
    top: int | None = None,
    direction: str = "high",
    denominator: str = "valid",
    confidence: float = 0.95,
    method: str = "wilson",
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


@overload
def csat(
    scores: object,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    design: Design | None = None,
    domain: object = None,
    scale: tuple[int, int] = (1, 5),
    top: int | None = None,
    direction: str = "high",
    denominator: str = "valid",
    confidence: float = 0.95,
    method: str = "wilson",
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate: ...


@overload
def csat(
    scores: object,
    *,
    weights: object = None,
    by: object,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    design: Design | None = None,
    domain: object = None,
    scale: tuple[int, int] = (1, 5),
    top: int | None = None,
    direction: str = "high",
    denominator: str = "valid",
    confidence: float = 0.95,
    method: str = "wilson",
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


def csat(
    scores: object,
    *,
    weights: object = None,
    by: object = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    design: Design | None = None,
    domain: object = None,
    scale: tuple[int, int] = (1, 5),
    top: int | None = None,
    direction: str = "high",
    denominator: str = "valid",
    confidence: float = 0.95,
    method: str = "wilson",
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate | Table:
    """Customer satisfaction: the share of answers in the top boxes, 0 to 1.

    scores
        answers, a Tally, or Tallies
    weights, missing_codes, not_applicable_codes, invalid, fractional
        as in Tally.add
    by
        one column of keys, or a table of several: the result is then a Table with one row a key,
        each with its own status, so that an empty group does not fail the call
    mode
        the mode in which each was asked (mail, phone, ...): when the modes differ the estimate has
        the flag "mixed-modes"; `modes` shows them
    respondent, time, keep, window
        one answer of each respondent, as in Tally.add_once; those that give way are excluded as
        "duplicate"
    design, domain
        the Design of the sample, for errors that know how it was drawn, and the rows that are
        meant (see survey_mean); the result is then a SurveyEstimate. It takes by, scale, top,
        confidence, min_n and the methods of share_of besides ("wilson" stands for logit)
    scale
        lowest and highest answer
    top
        boxes counted as satisfied; None: the usual ones for that scale (1 of 2 or 3, 2 of 4 to 7,
        3 of 10)
    direction
        "high" when the highest answers are the satisfied ones, "low" when 1 is best
    denominator
        "valid" answers, or "answered": also those that do not apply
    confidence
        of the interval
    method
        "wilson", "jeffreys", "clopper-pearson", "agresti-coull", "wald"
    min_n
        hides what has fewer valid answers, and in a table as many more rows as it takes that no
        hidden one follows by subtraction; see docs/explanation/suppression.md
    totals
        with `by`: also a row for every margin down to the grand total; `grouping` has the bits of
        the keys totalled, 1 for the last key

    Raises EmptyError without a valid answer, SuppressedError below min_n, OptionError, and what
    Tally.add_once raises.

    >>> import cxkit as cx
    >>> cx.csat([5, 4, 4, 2, None]).value
    0.75
    """
    if design is not None or domain is not None:
        without(
            design, weights=weights, mode=mode, respondent=respondent, time=time, window=window,
            totals=totals, missing_codes=tuple(missing_codes),
            not_applicable_codes=tuple(not_applicable_codes),
        )
        without(
            design, invalid=invalid != "exclude", fractional=fractional != "invalid",
            direction=direction != "high", denominator=denominator != "valid",
        )
        return csat_of(
            scores, design, domain=domain, by=by, scale=scale, top=top, confidence=confidence,
            method="auto" if method == "wilson" else method, min_n=min_n,
        )
    answers = Answers(
        weights, missing_codes, not_applicable_codes, invalid, fractional,
        respondent, time, keep, window,
    )
    options = fill(
        _native.cx_csat_options(),
        min_n=min_n,
        totals=totals,
        method=number("method", method, METHODS),
        top=top,
        direction=number("direction", direction, DIRECTIONS),
        denominator=number("denominator", denominator, DENOMINATORS),
        confidence=confidence,
    )
    if mode is not None:
        read_as = {"score": "top-box", "top": top, "direction": direction}
        return pooled(scores, mode, by, scale, answers, _native.cx_csat, options, read_as)
    state = state_of(scores, by, scale, answers)
    return measure(state, _native.cx_csat, _native.cx_csat_by, options)


@overload
def ces(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    version: int = 2,
    report: str = "mean",
    ease: bool = False,
    confidence: float = 0.95,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


@overload
def ces(
    scores: object,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    version: int = 2,
    report: str = "mean",
    ease: bool = False,
    confidence: float = 0.95,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate: ...


@overload
def ces(
    scores: object,
    *,
    weights: object = None,
    by: object,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    version: int = 2,
    report: str = "mean",
    ease: bool = False,
    confidence: float = 0.95,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


def ces(
    scores: object,
    *,
    weights: object = None,
    by: object = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    version: int = 2,
    report: str = "mean",
    ease: bool = False,
    confidence: float = 0.95,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate | Table:
    """Customer Effort Score. Its direction is part of the metric.

    scores
        answers, a Tally, or Tallies
    weights, missing_codes, not_applicable_codes, invalid, fractional
        as in Tally.add
    by
        one column of keys, or a table of several: the result is then a Table with one row a key,
        each with its own status, so that an empty group does not fail the call
    mode
        the mode in which each was asked (mail, phone, ...): when the modes differ the estimate has
        the flag "mixed-modes"; `modes` shows them
    respondent, time, keep, window
        one answer of each respondent, as in Tally.add_once; those that give way are excluded as
        "duplicate"
    version
        1: effort 1 to 5, lower is better; 2: agreement 1 to 7 that it was easy, higher is better
    report
        "mean"; of version 2 also "agree" (share of 5 to 7) or "net" (points: share of 6 and 7
        minus share of 1 to 3)
    ease
        turns the effort of version 1 into ease (6 - answer), so that more is better
    confidence
        of the interval
    min_n
        hides what has fewer valid answers, and in a table as many more rows as it takes that no
        hidden one follows by subtraction; see docs/explanation/suppression.md
    totals
        with `by`: also a row for every margin down to the grand total; `grouping` has the bits of
        the keys totalled, 1 for the last key

    Raises EmptyError without a valid answer, SuppressedError below min_n, OptionError, and what
    Tally.add_once raises.
    Raises MismatchError for a tally on another scale.

    >>> import cxkit as cx
    >>> cx.ces([7, 6, 5, 2], report="agree").value
    0.75
    """
    answers = Answers(
        weights, missing_codes, not_applicable_codes, invalid, fractional,
        respondent, time, keep, window,
    )
    options = fill(
        _native.cx_ces_options(),
        min_n=min_n,
        totals=totals,
        version=version,
        report=number("report", report, REPORTS),
        ease=int(bool(ease)),
        confidence=confidence,
    )
    scale = (1, 5) if version == 1 else (1, 7)
    if mode is not None:
        read_as = _CES_READ_AS[report]
        return pooled(scores, mode, by, scale, answers, _native.cx_ces, options, read_as)
    state = state_of(scores, by, scale, answers)
    return measure(state, _native.cx_ces, _native.cx_ces_by, options)
