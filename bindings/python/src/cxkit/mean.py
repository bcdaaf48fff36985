"""Mean answers, and shares that are counted already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from . import _native
from ._options import METHODS, fill, number, whole
from ._scores import Answers, measure, pooled, state_of
from .estimate import Estimate, estimate_of
from .table import Table
from .tally import Tallies

__all__ = ["mean_score", "share"]


@overload
def mean_score(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    weights: object = None,
    by: None = None,
    mode: object = None,
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
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
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
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
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
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
    respondent: object = None,
    time: object = None,
    keep: str = "last",
    window: object = None,
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
    respondent, time, keep, window
        one answer of each respondent, as in Tally.add_once; those that give way are excluded as
        "duplicate"
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
    Tally.add_once raises.

    >>> import cxkit as cx
    >>> cx.mean_score([4, 5, 3, 4], scale=(1, 5)).value
    4.0
    """
    answers = Answers(
        weights, missing_codes, not_applicable_codes, invalid, fractional,
        respondent, time, keep, window,
    )
    options = fill(
        _native.cx_mean_options(), min_n=min_n, totals=totals, confidence=confidence
    )
    if mode is not None:
        read_as = {"score": "mean"}
        return pooled(scores, mode, by, scale, answers, _native.cx_mean_score, options, read_as)
    state = state_of(scores, by, scale, answers)
    return measure(state, _native.cx_mean_score, _native.cx_mean_score_by, options)


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
    return estimate_of(_native.cx_share(whole("successes", successes), whole("n", n), options))
