"""Intervals that hold at every look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from . import _native
from ._options import METHODS, SCORES, fill, number, scale_of
from ._scores import Answers, measure, state_of
from .estimate import Estimate
from .table import Table
from .tally import Tallies, Tally

__all__ = ["anytime"]


def _read_as(
    scores: object, scale: tuple[int, int], cuts: tuple[int, int], top: int | None
) -> tuple[str, int | None]:
    state = scores.total() if isinstance(scores, Tallies) else scores
    low, high = state.scale if isinstance(state, Tally) else scale_of(scale)
    if top is not None:
        return "top-box", top
    if (low, high) == (0, 10) or cuts != (6, 9):
        return "nps", None
    return ("top-box", 1) if high - low == 1 else ("mean", None)


@overload
def anytime(  # type: ignore[overload-overlap]
    scores: Tallies,
    *,
    scale: tuple[int, int] = (0, 10),
    score: str | None = None,
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    alpha: float = 0.05,
    method: str = "auto",
    optimise_at: float | None = None,
    by: None = None,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


@overload
def anytime(
    scores: object,
    *,
    scale: tuple[int, int] = (0, 10),
    score: str | None = None,
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    alpha: float = 0.05,
    method: str = "auto",
    optimise_at: float | None = None,
    by: None = None,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate: ...


@overload
def anytime(
    scores: object,
    *,
    scale: tuple[int, int] = (0, 10),
    score: str | None = None,
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    alpha: float = 0.05,
    method: str = "auto",
    optimise_at: float | None = None,
    by: object,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Table: ...


def anytime(
    scores: object,
    *,
    scale: tuple[int, int] = (0, 10),
    score: str | None = None,
    promoters: int = 9,
    detractors: int = 6,
    top: int | None = None,
    alpha: float = 0.05,
    method: str = "auto",
    optimise_at: float | None = None,
    by: object = None,
    min_n: int = 0,
    totals: bool = False,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: str = "exclude",
    fractional: str = "invalid",
) -> Estimate | Table:
    """A score whose interval holds at every look, for dashboards that are looked at daily.

    The probability that any of the intervals, however often one looks, excludes the true score is
    at most alpha. All options have to be chosen before the first answer.

    scores
        all answers so far, a Tally, or Tallies; without weights
    scale
        lowest and highest answer
    score
        "nps", "mean" or "top-box"; None: "nps" on a scale of 0 to 10 or with other cut points,
        "top-box" (the share of the higher answer) on a scale of two steps, else "mean"
    promoters, detractors, top
        as in nps and csat
    alpha
        1 - confidence
    method
        "auto" (beta-binomial for top boxes, else betting), "beta-binomial", "normal-mixture",
        "betting"
    optimise_at
        planned number of answers, where the interval is narrow; None: 500
    by, min_n, totals, missing_codes, not_applicable_codes, invalid, fractional
        as in nps

    Raises EmptyError without a valid answer, DomainError for weighted answers, SuppressedError
    below min_n, OptionError, and what Tally.add raises.

    >>> import cxkit as cx
    >>> week = cx.Tally().add([10] * 50 + [8] * 30 + [3] * 20)
    >>> cx.anytime(week)
    30.0 points [3.2, 52.8] 95 % (betting, n = 100)
    >>> cx.anytime([1, 0, 1, 1] * 25, scale=(0, 1)).value
    0.75
    """
    answers = Answers(None, missing_codes, not_applicable_codes, invalid, fractional)
    if score is None:
        score, top = _read_as(scores, scale, (detractors, promoters), top)
    options = fill(
        _native.cx_anytime_options(),
        score=number("score", score, SCORES),
        promoters=promoters,
        detractors=detractors,
        top=top,
        method=number("method", method, METHODS),
        confidence=1 - alpha,
        optimise_at=optimise_at,
        min_n=min_n,
        totals=totals,
    )
    state = state_of(scores, by, scale, answers)
    return measure(state, _native.cx_anytime, _native.cx_anytime_by, options)
