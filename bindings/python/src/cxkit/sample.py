"""How many answers it takes, what they buy, and how sure a target is met."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from numbers import Real
from typing import Any

from . import _native
from ._options import SCORES, fill, number, whole
from .difference import native_estimate
from .errors import OptionError
from .estimate import Estimate

__all__ = ["SampleSize", "detectable", "sample_size", "target"]


@dataclass(frozen=True, slots=True)
class SampleSize:
    """A number of answers and what it buys; see sample_size and detectable.

    n, n_b
        answers: of the one group or of group a, and of group b (0 when there is none)
    invitations, invitations_b
        for so many answers at the response rate
    margin
        half the width of the interval of n answers
    difference, power
        the difference that n and n_b detect, and the chance to; None without one
    confidence
        of interval and test
    sd
        standard deviation of an answer, as assumed
    """

    n: int
    n_b: int
    invitations: int
    invitations_b: int
    margin: float
    difference: float | None
    power: float | None
    confidence: float
    sd: float

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


def _sample(raw: Any) -> SampleSize:
    return SampleSize(
        n=raw.n,
        n_b=raw.n_b,
        invitations=raw.invitations,
        invitations_b=raw.invitations_b,
        margin=raw.margin,
        difference=None if math.isnan(raw.difference) else raw.difference,
        power=None if math.isnan(raw.power) else raw.power,
        confidence=raw.confidence,
        sd=raw.sd,
    )


def sample_size(
    *,
    margin: float | None = None,
    difference: float | None = None,
    score: str = "nps",
    power: float = 0.8,
    confidence: float = 0.95,
    promoters: float | None = None,
    detractors: float | None = None,
    share: float | None = None,
    sd: float | None = None,
    ratio: float = 1,
    population: float | None = None,
    response_rate: float = 1,
    design_effect: float = 1,
) -> SampleSize:
    """The answers needed for a margin, or to detect a difference between two groups.

    margin
        half the width of the interval wanted, in the unit of the score
    difference
        the difference b - a to be detected, instead of a margin
    score
        "nps", "mean" or "top-box"
    power
        chance to detect the difference
    confidence
        of the interval, and of the two-sided test
    promoters, detractors
        shares assumed for a net score; None: the worst case
    share
        share assumed for a top box; None: the worst case
    sd
        standard deviation of an answer, for a mean
    ratio
        answers of group b for each of group a
    population
        of each group; None: large
    response_rate
        answers for each invitation
    design_effect
        variance relative to a simple random sample

    Raises OptionError, DomainError for a difference out of the score's range, InfeasibleError
    when the population is not enough, LimitError.

    >>> import cxkit as cx
    >>> cx.sample_size(score="top-box", margin=0.05).n
    385
    >>> cx.sample_size(difference=10, promoters=0.5, detractors=0.2, response_rate=0.1).invitations
    9030
    """
    options = fill(
        _native.cx_sample_options(),
        score=number("score", score, SCORES),
        margin=margin,
        difference=difference,
        power=power,
        confidence=confidence,
        promoters=promoters,
        detractors=detractors,
        share=share,
        sd=sd,
        ratio=ratio,
        population=population,
        response_rate=response_rate,
        design_effect=design_effect,
    )
    return _sample(_native.cx_sample_size(options))


def detectable(
    n: int,
    *,
    score: str = "nps",
    power: float = 0.8,
    confidence: float = 0.95,
    promoters: float | None = None,
    detractors: float | None = None,
    share: float | None = None,
    sd: float | None = None,
    ratio: float = 1,
    population: float | None = None,
    response_rate: float = 1,
    design_effect: float = 1,
) -> SampleSize:
    """What n answers buy: their margin, and the difference two groups of that size detect.

    n
        answers (of group a), 2 or more
    score, power, confidence, promoters, detractors, share, sd, ratio, population, response_rate,
    design_effect
        as in sample_size

    The difference is upwards, and None when not even the largest one is detected.
    Raises OptionError, DomainError, InfeasibleError.

    >>> import cxkit as cx
    >>> round(cx.detectable(200, promoters=0.5, detractors=0.2).margin, 1)
    10.8
    """
    options = fill(
        _native.cx_sample_options(),
        score=number("score", score, SCORES),
        power=power,
        confidence=confidence,
        promoters=promoters,
        detractors=detractors,
        share=share,
        sd=sd,
        ratio=ratio,
        population=population,
        response_rate=response_rate,
        design_effect=design_effect,
    )
    return _sample(_native.cx_detectable(whole("n", n), options))


def target(
    estimate: Estimate, at_least: float | None = None, *, at_most: float | None = None
) -> float:
    """The probability that the true value meets a target, given the answers.

    estimate
        of nps, csat, share, mean_score, or any other with limits
    at_least
        the target, in the unit of the estimate, met at or above it
    at_most
        instead: met at or below it, for effort and waiting

    It is what one is justified to hold who knew nothing before (Jeffreys' prior for shares and
    net scores), not the chance that the next survey meets the target.
    Raises DomainError for a target at or beyond an end of the range, EmptyError, OptionError.

    >>> import cxkit as cx
    >>> round(cx.target(cx.share(45, 50), 0.8), 3)
    0.969
    """
    if not isinstance(estimate, Estimate):
        raise OptionError(f"target is for an Estimate, not for {type(estimate).__name__}")
    if (at_least is None) == (at_most is None):
        raise OptionError("give at_least or at_most: one of them")
    options = fill(_native.cx_target_options(), at_most=int(at_least is None))
    goal = at_most if at_least is None else at_least
    if not isinstance(goal, Real):
        raise OptionError(f"the target is {goal!r}; it has to be a number")
    raw = _native.cx_target(native_estimate(estimate), float(goal), options)
    return float(raw.probability)
