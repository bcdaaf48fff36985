"""Scores of customer experience: each a pure function of a tally.

`scores` is a column of answers, a Tally, or the Tallies of several keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import index
from typing import Any, overload

from . import _native
from ._options import DENOMINATORS, DIRECTIONS, METHODS, REPORTS, fill, number, scale_of
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .journey import mixed, mode_keys
from .table import Table
from .tally import Tallies, Tally, tally_by

__all__ = ["ces", "csat", "enps", "mean_score", "nps", "share"]

_Answers = dict[str, Any]
_PLAIN = {"invalid": "exclude", "fractional": "invalid"}


def _refuse_reading(answers: _Answers, by: object) -> None:
    """A tally has been read already: what concerns the reading would be ignored."""
    given = [name for name in ("missing_codes", "not_applicable_codes") if len(answers[name])]
    given += [name for name, plain in _PLAIN.items() if answers[name] != plain]
    given += [
        name for name, what in (("by", by), ("weights", answers["weights"])) if what is not None
    ]
    if given:
        raise OptionError(f"{given[0]} is for columns: a tally has been read already")


def _state_of(
    scores: object, by: object, scale: tuple[int, int], answers: _Answers
) -> Tally | Tallies:
    if isinstance(scores, (Tally, Tallies)):
        _refuse_reading(answers, by)
        return scores
    if by is not None:
        return tally_by(scores, by=by, scale=scale, **answers)
    return Tally(scale=scale).add(scores, **answers)


_CES_READ_AS: dict[str, _Answers] = {
    "mean": {"score": "mean"},
    "agree": {"score": "top-box", "top": 3},
    "net": {"score": "nps", "promoters": 6, "detractors": 3},
}


def _pooled(
    scores: object,
    mode: object,
    by: object,
    scale: tuple[int, int],
    answers: _Answers,
    one: Callable[[Any, Any], Any],
    options: Any,
    read_as: _Answers,
) -> Estimate:
    if isinstance(scores, (Tally, Tallies)):
        raise OptionError("mode is for columns: modes(tallies) shows tallies by mode")
    if by is not None:
        raise OptionError("mode and by together make a table of modes: call modes(..., by=...)")
    state = tally_by(scores, by=dict(mode_keys(mode)), scale=scale, **answers)
    found = estimate_of(one(state.total()._handle, options))
    if not mixed(state, **read_as):
        return found
    return replace(found, flags=(*found.flags, "mixed-modes"))


def _measure(
    state: Tally | Tallies,
    one: Callable[[Any, Any], Any],
    many: Callable[[Any, Any], Any],
    options: Any,
) -> Estimate | Table:
    with state._lock:
        if isinstance(state, Tallies):
            return Table(many(state._handle, options))
        if options.totals:
            raise OptionError("totals are for tables: give by, or Tallies")
        return estimate_of(one(state._handle, options))


@overload
def nps(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    counts: tuple[int, int, int] | None = None,
    weights: object = None,
    by: None = None,
    mode: object = None,
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
    Tally.add raises.

    >>> import cxkit as cx
    >>> cx.nps([10, 9, 9, 8, 7, 3])
    33.3 points [-26.7, 71.2] 95 % (adjusted-wald, n = 6)
    """
    answers: _Answers = {
        "weights": weights,
        "missing_codes": missing_codes,
        "not_applicable_codes": not_applicable_codes,
        "invalid": invalid,
        "fractional": fractional,
    }
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
        _refuse_reading(answers, by)
        scores = _counted(counts, detractors, promoters, scale_of(scale))
    elif scores is None:
        raise OptionError("scores are missing: give a column of answers, a Tally, or counts")
    if mode is not None:
        read_as = {"score": "nps", "promoters": promoters, "detractors": detractors}
        return _pooled(scores, mode, by, scale, answers, _native.cx_nps, options, read_as)
    state = _state_of(scores, by, scale, answers)
    return _measure(state, _native.cx_nps, _native.cx_nps_by, options)


@overload
def enps(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    weights: object = None,
    by: None = None,
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
    answers: _Answers = {
        "weights": weights,
        "missing_codes": missing_codes,
        "not_applicable_codes": not_applicable_codes,
        "invalid": invalid,
        "fractional": fractional,
    }
    options = fill(
        _native.cx_nps_options(),
        min_n=min_n or 1,
        totals=totals,
        method=number("method", method, METHODS),
        promoters=promoters,
        detractors=detractors,
        confidence=confidence,
    )
    state = _state_of(scores, by, scale, answers)
    return _measure(state, _native.cx_enps, _native.cx_enps_by, options)


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


@overload
def csat(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
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
    Tally.add raises.

    >>> import cxkit as cx
    >>> cx.csat([5, 4, 4, 2, None]).value
    0.75
    """
    answers: _Answers = {
        "weights": weights,
        "missing_codes": missing_codes,
        "not_applicable_codes": not_applicable_codes,
        "invalid": invalid,
        "fractional": fractional,
    }
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
        return _pooled(scores, mode, by, scale, answers, _native.cx_csat, options, read_as)
    state = _state_of(scores, by, scale, answers)
    return _measure(state, _native.cx_csat, _native.cx_csat_by, options)


@overload
def ces(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
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
    Tally.add raises.
    Raises MismatchError for a tally on another scale.

    >>> import cxkit as cx
    >>> cx.ces([7, 6, 5, 2], report="agree").value
    0.75
    """
    answers: _Answers = {
        "weights": weights,
        "missing_codes": missing_codes,
        "not_applicable_codes": not_applicable_codes,
        "invalid": invalid,
        "fractional": fractional,
    }
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
        return _pooled(scores, mode, by, scale, answers, _native.cx_ces, options, read_as)
    state = _state_of(scores, by, scale, answers)
    return _measure(state, _native.cx_ces, _native.cx_ces_by, options)


@overload
def mean_score(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


@overload
def mean_score(
    scores: object,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate: ...


@overload
def mean_score(
    scores: object,
    *,
    weights: object = None,
    by: object,
    mode: object = None,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


def mean_score(
    scores: object,
    *,
    weights: object = None,
    by: object = None,
    mode: object = None,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate | Table:
    """Mean answer in the units of the scale, with a t interval.

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
    scale
        lowest and highest answer
    confidence
        of the interval
    min_n
        hides what has fewer valid answers, and in a table as many more rows as it takes that no
        hidden one follows by subtraction; see docs/explanation/suppression.md
    totals
        with `by`: also a row for every margin down to the grand total; `grouping` has the bits of
        the keys totalled, 1 for the last key

    Raises EmptyError without a valid answer, SuppressedError below min_n, OptionError, and what
    Tally.add raises.

    >>> import cxkit as cx
    >>> cx.mean_score([4, 5, 3, 4], scale=(1, 5)).value
    4.0
    """
    answers: _Answers = {
        "weights": weights,
        "missing_codes": missing_codes,
        "not_applicable_codes": not_applicable_codes,
        "invalid": invalid,
        "fractional": fractional,
    }
    options = fill(
        _native.cx_mean_options(), min_n=min_n, totals=totals, confidence=confidence
    )
    if mode is not None:
        read_as = {"score": "mean"}
        return _pooled(scores, mode, by, scale, answers, _native.cx_mean_score, options, read_as)
    state = _state_of(scores, by, scale, answers)
    return _measure(state, _native.cx_mean_score, _native.cx_mean_score_by, options)


def share(successes: int, n: int, *, method: str = "wilson", confidence: float = 0.95) -> Estimate:
    """A share with its interval, 0 to 1.

    successes, n
        0 <= successes <= n
    method
        "wilson", "jeffreys", "clopper-pearson", "agresti-coull", "wald"
    confidence
        of the interval

    Raises EmptyError for n = 0, DomainError, OptionError.

    >>> import cxkit as cx
    >>> cx.share(0, 10).ci_low
    0.0
    """
    options = fill(
        _native.cx_share_options(),
        method=number("method", method, METHODS),
        confidence=confidence,
    )
    return estimate_of(_native.cx_share(index(successes), index(n), options))
