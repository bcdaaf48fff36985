"""One question's metric, asked of the library. Nothing is estimated here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cxkit as cx

from .._options import EXCLUDED
from .config import Score
from .shapes import Array, Row
from .source import MISSING, NOT_APPLICABLE

CODES: Row = {"missing_codes": (MISSING,), "not_applicable_codes": (NOT_APPLICABLE,)}
KIND = {"nps": "nps", "csat": "top-box", "mean": "mean"}
KEYS = ("value", "ci_low", "ci_high", "confidence", "se", "n", "n_eff", "method", "unit")


def finite(value: object) -> object:
    """None for an open limit: JSON has no infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain(estimate: cx.Estimate) -> Row:
    """An estimate as a dictionary of plain values."""
    found = {key: finite(getattr(estimate, key)) for key in KEYS}
    found["flags"] = list(estimate.flags)
    found["excluded"] = {key: int(count) for key, count in dict(estimate.excluded).items() if count}
    return found


def of_row(row: Row) -> Row | None:
    """The estimate in the row of a table; None in a row without one."""
    if row["value"] is None:
        return None
    found = {key: finite(row[key]) for key in KEYS}
    found["flags"] = row["flags"].split(",") if row["flags"] else []
    found["excluded"] = {name: row[name] for name in EXCLUDED if row[name]}
    return found


def bands(score: Score) -> list[tuple[str, int, int]]:
    """Score bands, lowest first: title, lowest answer, highest answer."""
    low, high = score.codes.scale
    if score.metric == "nps":
        return [("Detractors (0-6)", 0, 6), ("Passives (7-8)", 7, 8), ("Promoters (9-10)", 9, 10)]
    steps = high - low + 1
    cut = high - (score.top or (1 if steps <= 3 else 2 if steps <= 7 else 3))
    return [
        (f"Answers {low} to {cut}" if cut > low else f"Answer {low}", low, cut),
        (f"Answers {cut + 1} to {high}" if cut + 1 < high else f"Answer {high}", cut + 1, high),
    ]


def closed(counts: list[int], below: int) -> set[int]:
    """The positions of counts that have to be hidden: those of fewer than `below`, and as many
    others, smallest first, as it takes that none follows from the total."""
    order = sorted((count, at) for at, count in enumerate(counts) if count)
    small = [pair for pair in order if pair[0] < below]
    if not small:
        return set()
    kept = len(small)
    while kept < len(order) and (kept < 2 or sum(count for count, _ in order[:kept]) < below):
        kept += 1
    return {at for _, at in order[:kept]}


class Measure:
    """A configured score: tallies of it, and the estimates read from them."""

    calls: dict[str, Callable[..., Any]] = {
        "nps": cx.nps,
        "csat": cx.csat,
        "mean": cx.mean_score,
    }

    def __init__(self, score: Score, confidence: float) -> None:
        self.score, self.confidence = score, confidence
        self.scale = score.codes.scale

    def tally(self, answers: Array, weights: Array | None) -> cx.Tally:
        tally = cx.Tally(scale=self.scale)
        tally.add(answers, weights=weights, invalid="error", **CODES)
        return tally

    def tallies(self, answers: Array, keys: Array, weights: Array | None) -> cx.Tallies:
        return cx.tally_by(
            answers, by=keys, scale=self.scale, weights=weights, invalid="error", **CODES
        )

    def options(self) -> Row:
        return {"top": self.score.top} if self.score.metric == "csat" else {}

    def known(self, tally: cx.Tally) -> cx.Estimate:
        """The metric of one tally."""
        found = self.calls[self.score.metric](tally, confidence=self.confidence, **self.options())
        assert isinstance(found, cx.Estimate)
        return found

    def shrink(self, tallies: cx.Tallies) -> cx.Table:
        """The metric of each group, drawn towards the others."""
        if self.score.metric == "nps":
            found = cx.shrink(tallies, confidence=self.confidence)
        elif self.score.metric == "csat":
            assert self.score.top
            found = cx.shrink(
                tallies, method="beta-binomial", top=self.score.top, confidence=self.confidence
            )
        else:
            rows = [self.known(tally) for _, tally in tallies]
            found = cx.shrink(
                [row.value for row in rows],
                variances=[(row.se or 0.0) ** 2 for row in rows],
                n=[row.n for row in rows],
                confidence=self.confidence,
            )
        return found.table

    def estimate(self, tally: cx.Tally, confidence: float | None = None) -> Row | None:
        """The metric of one tally; None when it has no answers."""
        call = self.calls[self.score.metric]
        try:
            return plain(call(tally, confidence=confidence or self.confidence, **self.options()))
        except cx.EmptyError:
            return None

    def hidden(self, tallies: cx.Tallies, below: int) -> set[int | str]:
        """The keys that have to be hidden so that no group of fewer answers can be worked out."""
        if below < 2:
            return set()
        rows = self.calls[self.score.metric](tallies, min_n=below, **self.options())
        return {row["key"] for row in rows if row["status"] == "CX_E_SUPPRESSED"}

    def certainly(self, tally: cx.Tally) -> Row:
        """The metric of a tally that has answers."""
        found = self.estimate(tally)
        assert found is not None
        return found

    def kind(self) -> Row:
        return dict(score=KIND[self.score.metric], **self.options())

    def comparison(self, confidence: float | None = None) -> Row:
        return dict(self.kind(), confidence=confidence or self.confidence)
