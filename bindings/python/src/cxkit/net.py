"""Net Promoter Scores of customers and of employees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from . import _native
from ._options import METHODS, fill, number, scale_of
from ._scores import Answers, measure, pooled, state_of
from .design import Design
from .errors import OptionError
from .estimate import Estimate
from .survey import nps_of, without
from .table import Table
from .tally import Tallies, Tally

__all__ = ["enps", "nps"]


@overload
def nps(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    counts: tuple[int, int, int] | None = None,
    weights: object = None,
    by: None = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    design: None = None,
    domain: None = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


@overload
def nps(
    scores: object = None,
    *,
    counts: tuple[int, int, int] | None = None,
    weights: object = None,
    by: None = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    design: Design | None = None,
    domain: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate: ...


@overload
def nps(
    scores: object,
    *,
    counts: tuple[int, int, int] | None = None,
    weights: object = None,
    by: object,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    design: Design | None = None,
    domain: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


def nps(
    scores: object = None,
    *,
    counts: tuple[int, int, int] | None = None,
    weights: object = None,
    by: object = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    design: Design | None = None,
    domain: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate | Table:
    """Net Promoter Score in points, -100 to 100.

    scores
        answers, a Tally, or Tallies
    counts
        (detractors, passives, promoters) instead of scores
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
        meant (see survey_mean); the result is then a SurveyEstimate. It takes by, promoters,
        detractors, scale, confidence, method and min_n besides
    promoters, detractors
        lowest answer of a promoter, highest of a detractor
    scale
        lowest and highest answer
    confidence
        of the interval
    method
        "auto" (score below 5 and from 30 effective answers, adjusted-wald between; score for
        every row of a grouped table), "adjusted-wald", "adjusted-wald-z", "score", "wald",
        "bonett-price", "goodman"
    min_n
        hides what has fewer valid answers, and in a table as many more rows as it takes that no
        hidden one follows by subtraction; see docs/explanation/suppression.md
    totals
        with `by`: also a row for every margin down to the grand total; `grouping` has the bits of
        the keys totalled, 1 for the last key

    Raises EmptyError without a valid answer, SuppressedError below min_n, OptionError, and what
    Tally.add_once raises.

    >>> import cxkit as cx
    >>> cx.nps([10, 9, 9, 8, 7, 3])
    33.3 points [-26.7, 71.2] 95 % (adjusted-wald, n = 6)
    """
    if design is not None or domain is not None:
        without(
            design, counts=counts, weights=weights, mode=mode, respondent=respondent, time=time,
            window=window, totals=totals, missing_codes=tuple(missing_codes),
            not_applicable_codes=tuple(not_applicable_codes),
        )
        without(design, invalid=invalid != "exclude", fractional=fractional != "invalid")
        return nps_of(
            scores, design, domain=domain, by=by, promoters=promoters, detractors=detractors,
            scale=scale, confidence=confidence, method=method, min_n=min_n,
        )
    answers = Answers(
        weights, missing_codes, not_applicable_codes, invalid, fractional,
        respondent, time, keep, window,
    )
    options = fill(
        _native.cx_nps_options(),
        min_n=min_n,
        totals=totals,
        method=number("method", method, METHODS),
        promoters=promoters,
        detractors=detractors,
        confidence=confidence,
    )
    if counts is not None:
        if scores is not None:
            raise OptionError("counts stand instead of scores: give one of the two")
        answers.refuse(by)
        scores = _counted(counts, detractors, promoters, scale_of(scale))
    elif scores is None:
        raise OptionError("scores are missing: give a column of answers, a Tally, or counts")
    if mode is not None:
        read_as = {"score": "nps", "promoters": promoters, "detractors": detractors}
        return pooled(scores, mode, by, scale, answers, _native.cx_nps, options, read_as)
    state = state_of(scores, by, scale, answers)
    return measure(state, _native.cx_nps, _native.cx_nps_by, options)


@overload
def enps(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    weights: object = None,
    by: None = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
    min_n: int = 5,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


@overload
def enps(
    scores: object,
    *,
    weights: object = None,
    by: None = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
    min_n: int = 5,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate: ...


@overload
def enps(
    scores: object,
    *,
    weights: object = None,
    by: object,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
    min_n: int = 5,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


def enps(
    scores: object,
    *,
    weights: object = None,
    by: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
    min_n: int = 5,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate | Table:
    """Employee Net Promoter Score: nps that shows nothing of fewer than five people.

    scores, weights, by, promoters, detractors, scale, confidence, method, totals
        as in nps
    respondent, time, keep, window
        as in nps
    min_n
        as in nps; 1 shows everything

    Raises SuppressedError below min_n, and what nps raises.

    >>> import cxkit as cx
    >>> cx.enps([10, 9, 9, 8, 7, 3]).value == cx.nps([10, 9, 9, 8, 7, 3]).value
    True
    >>> teams = cx.enps([9] * 3 + [10] * 6 + [7] * 9, by=["a"] * 3 + ["b"] * 6 + ["c"] * 9)
    >>> teams["value"]
    [None, None, 0.0]
    """
    answers = Answers(
        weights, missing_codes, not_applicable_codes, invalid, fractional,
        respondent, time, keep, window,
    )
    options = fill(
        _native.cx_nps_options(),
        min_n=min_n or 1,
        totals=totals,
        method=number("method", method, METHODS),
        promoters=promoters,
        detractors=detractors,
        confidence=confidence,
    )
    state = state_of(scores, by, scale, answers)
    return measure(state, _native.cx_enps, _native.cx_enps_by, options)


def _counted(
    counts: tuple[int, int, int], detractors: int, promoters: int, scale: tuple[int, int]
) -> Tally:
    try:
        against, neither, in_favour = counts
    except (TypeError, ValueError):
        raise OptionError(
            f"counts is {counts!r}; it has to be (detractors, passives, promoters)"
        ) from None
    rows = {detractors: against, promoters: in_favour}
    if neither:
        if promoters - detractors < 2:
            raise OptionError("there are no passives between these cut points")
        rows[detractors + 1] = neither
    return Tally(scale=scale).add_counts(list(rows), list(rows.values()))
