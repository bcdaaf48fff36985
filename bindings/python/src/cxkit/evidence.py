"""Levels of evidence and verdicts: how far a claim may go."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from . import _native
from ._options import fill, number, whole, words
from .difference import native_estimate
from .errors import OptionError
from .estimate import Estimate
from .table import Table

__all__ = ["Evidence", "Verdict", "evidence", "verdict"]

LEVELS = words(_native.cx_evidence_name, _native.CX_EVIDENCE_END)


def level_number(option: str, level: int | str) -> int:
    """0 to 5, of a number or a word."""
    if isinstance(level, str):
        return number(option, level, LEVELS)
    found = whole(option, level)
    if 0 <= found < len(LEVELS):
        return found
    raise OptionError(f"{option} is {level!r}; it has to be 0 to 5 or one of {', '.join(LEVELS)}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A level of evidence and why it is not higher; see evidence. `int(result)` is the level.

    level, word
        0 "assumed", 1 "associated", 2 "adjusted", 3 "ordered in time", 4 "quasi-experiment",
        5 "randomised"
    claimed
        the level of the method
    phrase
        what the level lets one say of a link, such as "is associated with"
    reasons
        sentences of the rules that lowered it
    not_checked
        sentences of the rules that a missing fact left open
    table
        both, with figures and limits
    """

    level: int
    word: str
    claimed: int
    phrase: str
    reasons: tuple[str, ...]
    not_checked: tuple[str, ...]
    table: Table

    def __int__(self) -> int:
        return self.level


def evidence(
    method: int | str,
    *,
    adjusted: bool = False,
    ordered: bool = False,
    reverse: bool = False,
    separated: bool = False,
    unidentified: bool = False,
    through: bool = False,
    selected: bool = False,
    treated: int | None = None,
    periods: float | None = None,
    overlap: float | None = None,
    pre_trend_p: float | None = None,
    breakdown: float | None = None,
    placebo_p: float | None = None,
    split_p: float | None = None,
    attrition: float | None = None,
) -> Evidence:
    """The level of evidence of a link, and why it is not higher.

    method
        the level of the method: 0 to 5, or its word
    adjusted
        stated confounders are adjusted for
    ordered, reverse
        the cause was measured before the effect; the reverse direction is as strong
    separated
        a predictor separates the outcomes
    unidentified
        the register of changes says: only identified together with another change
    through
        a slope through a score, where the initiative was randomised
    selected
        units were chosen by their values before the change
    treated
        units treated, where they are few
    periods
        in the series: below 30 no order in time
    overlap
        effective sample after weighting, as a share: not below 0.2
    pre_trend_p, breakdown
        test of trends before the change; violation at which the result is lost: not below 1
    placebo_p
        rank of the one treated unit among placebos
    split_p
        sizes of the groups against those drawn
    attrition
        difference in drop-out between the groups, as a share: not above 0.05

    Raises OptionError.

    >>> import cxkit as cx
    >>> found = cx.evidence("ordered in time", ordered=True, periods=48)
    >>> found.level, found.reasons
    (1, ('nothing is adjusted for: without it the order in time does not count either',))
    """
    facts = fill(
        _native.cx_evidence_facts(),
        level=level_number("method", method),
        adjusted=int(adjusted),
        ordered=int(ordered),
        reverse=int(reverse),
        separated=int(separated),
        unidentified=int(unidentified),
        through=int(through),
        selected=int(selected),
        treated=treated,
        periods=periods,
        overlap=overlap,
        pre_trend_p=pre_trend_p,
        breakdown=breakdown,
        placebo_p=placebo_p,
        split_p=split_p,
        attrition=attrition,
    )
    table = Table(_native.cx_evidence(facts))
    level = int(table.figures["level"] or 0)
    said: dict[str, list[str]] = {"lowered": [], "not-checked": []}
    for effect, sentence in zip(table["effect"], table["sentence"], strict=True):
        said[effect].append(sentence)
    return Evidence(
        level=level,
        word=_native.cx_evidence_name(level),
        claimed=int(table.figures["claimed"] or 0),
        phrase=_native.cx_evidence_phrase(level),
        reasons=tuple(said["lowered"]),
        not_checked=tuple(said["not-checked"]),
        table=table,
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test of a link says; see verdict. `str(result)` is the words.

    words
        "link found", "no link found" or "not testable with these data"
    reason
        why it is not testable: "no-value", "no-standard-error", "cells", "power",
        "no-effect-stated"; "" otherwise
    direction
        -1 or 1 of a link found, else 0
    negligible
        the whole interval is nearer to 0 than the smallest effect of interest
    value, p_value
        of the estimate
    power
        at the smallest effect of interest; None without one
    detectable
        effect that is found with the power wanted
    smallest, reliability, n, cell
        as stated, and the size of the sample and of its smallest cell
    """

    words: str
    reason: str
    direction: int
    negligible: bool
    value: float | None
    p_value: float | None
    power: float | None
    detectable: float | None
    smallest: float | None
    reliability: float
    n: int
    cell: int | None

    def __str__(self) -> str:
        return self.words


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def verdict(
    estimate: Estimate,
    *,
    smallest: float | None = None,
    power: float = 0.8,
    confidence: float = 0.95,
    reliability: float = 1,
    cell: int | None = None,
    least_cell: int = 5,
) -> Verdict:
    """One of three: "link found", "no link found", "not testable with these data".

    estimate
        a coefficient or a difference, 0 where there is no link
    smallest
        smallest effect of interest; without it "no link found" cannot be said
    power
        wanted at that effect
    confidence
        of the test
    reliability
        of the explaining measure: an effect of d shows as d times it
    cell, least_cell
        smallest cell behind the estimate, and the smallest allowed

    Raises OptionError.

    >>> import cxkit as cx
    >>> change = cx.share_difference(41, 200, 38, 200)
    >>> str(cx.verdict(change)), str(cx.verdict(change, smallest=0.15))
    ('not testable with these data', 'no link found')
    """
    if not isinstance(estimate, Estimate):
        raise OptionError(f"verdict is for an Estimate, not for {type(estimate).__name__}")
    options = fill(
        _native.cx_verdict_options(),
        smallest=smallest,
        power=power,
        confidence=confidence,
        reliability=reliability,
        cell=cell,
        least_cell=least_cell,
    )
    raw = _native.cx_verdict(native_estimate(estimate), options)
    return Verdict(
        words=_native.cx_verdict_name(raw.verdict),
        reason=_native.cx_verdict_reason_name(raw.reason),
        direction=raw.direction,
        negligible=bool(raw.negligible),
        value=_known(raw.value),
        p_value=_known(raw.p_value),
        power=_known(raw.power),
        detectable=_known(raw.detectable),
        smallest=_known(raw.smallest),
        reliability=raw.reliability,
        n=raw.n,
        cell=None if raw.cell < 0 else raw.cell,
    )
