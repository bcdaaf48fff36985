"""What a business case comes to."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

from . import _native
from ._options import words
from .errors import OptionError
from .table import Table

__all__ = ["CaseResult"]

_PARTS = words(_native.cx_case_part_name, _native.CX_CASE_PART_END)
_LANGUAGES = {"en": "statement-en", "fi": "statement-fi"}


def known(value: float) -> float | None:
    return None if math.isnan(value) else value


def result_of(handle: Any, currency: str) -> CaseResult:
    """The figures of a result, which keeps its tables."""
    raw = _native.cx_case_figures(handle)
    figures: dict[str, Any] = {}
    for field in fields(CaseResult):
        if hasattr(raw, field.name):
            found = getattr(raw, field.name)
            figures[field.name] = known(found) if isinstance(found, float) else found
    return CaseResult(
        **figures,
        level=_native.cx_evidence_name(raw.evidence),
        decision=_native.cx_case_word_name(raw.word),
        currency=currency,
        _handle=handle,
    )


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case comes to; see Case.run. Money is in the case's currency, times in periods.

    npv, npv_sd, npv_median, npv_low, npv_high
        mean net present value, its standard deviation, median and interval
    npv_exact, npv_exact_sd
        without draws, where there is a closed form
    p_positive, p_positive_se
        probability of a gain, and its Monte-Carlo error
    shortfall, loss_if_wrong
        mean of the worst 5 %; mean where there is a loss, None where there never is
    benefit, cost, roi, roi_low, roi_high
        present values; benefit / cost - 1 with its interval
    p_paid_back, payback
        probability to be paid back within the horizon, median time (None: mostly not)
    break_even_factor, break_even
        what the initiatives' effects have to be multiplied by for a mean value of 0; that effect,
        where there is one
    value_of_information
        what it is worth to know everything before deciding; `information` has it by input
    confidence, draws
        of the intervals; how many were made
    evidence, level
        level of the case, the least of its links, and its word
    decision
        "pays", "undecided" or "does not pay"
    """

    npv: float
    npv_sd: float
    npv_median: float
    npv_low: float
    npv_high: float
    npv_exact: float | None
    npv_exact_sd: float | None
    p_positive: float
    p_positive_se: float
    shortfall: float
    loss_if_wrong: float | None
    benefit: float
    cost: float
    roi: float | None
    roi_low: float | None
    roi_high: float | None
    p_paid_back: float
    payback: float | None
    break_even_factor: float | None
    break_even: float | None
    value_of_information: float
    confidence: float
    draws: int
    evidence: int
    level: str
    decision: str
    currency: str
    _handle: Any

    def _table(self, part: str) -> Table:
        return Table(_native.cx_case_table(self._handle, _PARTS[part]))

    @property
    def links(self) -> Table:
        """Each link: value, level, break-even, robustness, changes against the observed range."""
        return self._table("links")

    @property
    def tornado(self) -> Table:
        """Inputs by their swing, with shares of the variance (first and total)."""
        return self._table("tornado")

    @property
    def information(self) -> Table:
        """What it is worth to know each input exactly: the first one is to be measured next."""
        return self._table("information")

    @property
    def flows(self) -> Table:
        """Mean benefit and cost by period."""
        return self._table("flows")

    @property
    def quantiles(self) -> Table:
        """Quantiles of the net present value."""
        return self._table("quantiles")

    @property
    def paid_back(self) -> Table:
        """The probability to be paid back by the end of each period."""
        return self._table("payback")

    @property
    def direct(self) -> Table:
        """Chains held against direct estimates."""
        return self._table("direct")

    @property
    def totals(self) -> Table:
        """What is claimed of a metric, held against its whole change."""
        return self._table("totals")

    @property
    def ledger(self) -> Table:
        """The plan held against what was observed, and what to expect now."""
        return self._table("ledger")

    @property
    def notes(self) -> Table:
        """What a reader should know before believing the figures."""
        return self._table("notes")

    @property
    def outcomes(self) -> Table:
        """All draws: npv, benefit, cost."""
        return self._table("draws")

    @property
    def statement(self) -> str:
        """The one-page statement in English; see sentences for other forms."""
        return "\n".join(self.sentences()["sentence"])

    def sentences(self, language: str = "en") -> Table:
        """The statement as data: key, sentence, and the numbers in it; language "en" or "fi".

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0, horizon=12)
        >>> case.link("pilot", "sales", 100, se=10, to_unit="EUR", per="total")
        >>> case.run(seed=1).sentences("fi")["key"][:2]
        ['decision', 'evidence']
        """
        if language not in _LANGUAGES:
            raise OptionError(f"language is {language!r}; it has to be en or fi")
        return self._table(_LANGUAGES[language])

    def to_dict(self) -> dict[str, Any]:
        """The figures by name."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name != "_handle"
        }

    def __repr__(self) -> str:
        return (
            f"{self.decision}: {self.npv:,.0f} {self.currency} ({self.npv_low:,.0f} to "
            f"{self.npv_high:,.0f}), {self.p_positive:.0%} gain, evidence {self.evidence} "
            f"({self.level})"
        )
