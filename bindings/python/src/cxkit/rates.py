"""Who was asked, and what became of it: response, cooperation, refusal and contact rates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, overload

from . import _native
from ._columns import column, keys
from ._options import METHODS, fill, number, words
from .errors import OptionError
from .table import Table

__all__ = ["Dispositions", "ResponseRates", "dispositions", "response_rates"]

_CLASSES = words(_native.cx_disposition_name, _native.CX_DISPOSITION_END)
_COUNTS = tuple(name.replace("-", "_") for name in _CLASSES)
_NAMES = (
    *(f"rr{i}" for i in range(1, 7)),
    *(f"coop{i}" for i in range(1, 5)),
    *(f"ref{i}" for i in range(1, 4)),
    *(f"con{i}" for i in range(1, 4)),
)


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """Rates of the Standard Definitions; one whose denominator is 0 is None.

    rr1 .. rr6
        response: complete (odd) or also partial (even) answers, of all those asked (1, 2), with
        the share `e` of the unknown (3, 4), of the known alone (5, 6)
    coop1 .. coop4, ref1 .. ref3, con1 .. con3
        cooperation, refusal and contact
    e
        the share of the unknown taken to be eligible
    coverage
        asked, of those asked and those kept back
    table
        a Table of rate, value, ci_low, ci_high, numerator, denominator
    """

    rr1: float | None
    rr2: float | None
    rr3: float | None
    rr4: float | None
    rr5: float | None
    rr6: float | None
    coop1: float | None
    coop2: float | None
    coop3: float | None
    coop4: float | None
    ref1: float | None
    ref2: float | None
    ref3: float | None
    con1: float | None
    con2: float | None
    con3: float | None
    e: float | None
    coverage: float | None
    table: Table


@dataclass(frozen=True, slots=True)
class Dispositions:
    """What became of invitations: how many of each class, or sums of their weights.

    complete, partial, refusal, noncontact, other, unknown_household, unknown_other, ineligible
        as response_rates takes them
    not_sampled
        quarantined, or opted out before: coverage, not non-response
    invitations, no_id
        invitations told apart, and rows without an id, which were left out
    """

    complete: float
    partial: float
    refusal: float
    noncontact: float
    other: float
    unknown_household: float
    unknown_other: float
    ineligible: float
    not_sampled: float
    invitations: int
    no_id: int

    def rates(
        self, *, e: float | None = None, confidence: float = 0.95, method: str = "wilson"
    ) -> ResponseRates:
        """The rates of these counts; the options are those of response_rates."""
        counts: dict[str, Any] = {name: getattr(self, name) for name in _COUNTS}
        return response_rates(**counts, e=e, confidence=confidence, method=method)


def response_rates(
    *,
    complete: float = 0,
    partial: float = 0,
    refusal: float = 0,
    noncontact: float = 0,
    other: float = 0,
    unknown_household: float = 0,
    unknown_other: float = 0,
    ineligible: float = 0,
    not_sampled: float = 0,
    e: float | None = None,
    confidence: float = 0.95,
    method: str = "wilson",
) -> ResponseRates:
    """Response, cooperation, refusal and contact rates.

    complete .. ineligible
        counts, or sums of base weights (the table then has no intervals)
    not_sampled
        kept back by a rule: shown as coverage, in none of the rates
    e
        share of the unknown that is eligible; None: that of the known
    confidence, method
        of the intervals in the table: "wilson", "jeffreys", "clopper-pearson", "agresti-coull"

    Raises DomainError (a negative count), OptionError (e outside 0 to 1).

    >>> import cxkit as cx
    >>> found = cx.response_rates(complete=30, noncontact=50, unknown_other=20)
    >>> found.rr1, found.rr5, found.coop1
    (0.3, 0.375, 1.0)
    """
    counts = fill(
        _native.cx_dispositions(),
        complete=complete,
        partial=partial,
        refusal=refusal,
        noncontact=noncontact,
        other=other,
        unknown_household=unknown_household,
        unknown_other=unknown_other,
        ineligible=ineligible,
        not_sampled=not_sampled,
    )
    options = fill(
        _native.cx_rates_options(),
        e=e,
        confidence=confidence,
        method=number("method", method, METHODS),
    )
    found = _native.cx_response_rates(counts, options)
    values = {name: float(getattr(found, name)) for name in (*_NAMES, "e", "coverage")}
    shown: dict[str, Any] = {
        name: None if math.isnan(value) else value for name, value in values.items()
    }
    return ResponseRates(**shown, table=Table(_native.cx_response_rates_table(counts, options)))


@overload
def dispositions(
    event: object,
    *,
    invitation: object = None,
    progress: object = None,
    weights: object = None,
    by: None = None,
    e: None = None,
    bounced: str = "unknown-other",
    sent: str = "noncontact",
    delivered: str = "noncontact",
    opened: str = "noncontact",
    partial_at: float = 0.5,
) -> Dispositions: ...


@overload
def dispositions(
    event: object,
    *,
    invitation: object = None,
    progress: object = None,
    weights: object = None,
    by: object,
    e: float | None = None,
    bounced: str = "unknown-other",
    sent: str = "noncontact",
    delivered: str = "noncontact",
    opened: str = "noncontact",
    partial_at: float = 0.5,
) -> Table: ...


def dispositions(
    event: object,
    *,
    invitation: object = None,
    progress: object = None,
    weights: object = None,
    by: object = None,
    e: float | None = None,
    bounced: str = "unknown-other",
    sent: str = "noncontact",
    delivered: str = "noncontact",
    opened: str = "noncontact",
    partial_at: float = 0.5,
) -> Dispositions | Table:
    """Counts what became of invitations from what happened to each.

    event
        "sent", "bounced", "delivered", "opened", "started", "finished", "refused", "ineligible",
        "quarantined" or "opted-out"
    invitation
        the id that the events of one invitation share; None: each row is one, and its event the
        furthest
    progress
        share of the questions answered, 0 to 1: what was started counts as partial from
        `partial_at` on, and else as a refusal (broken off)
    weights
        base weights of the invitations
    by
        keys (channel, wave, region), of which an invitation has one: a Table with the counts of
        each key and its rates, rr1 .. con3, e and coverage
    e
        with `by`, the share of the unknown that is eligible; None: each key has its own
    bounced, sent, delivered, opened
        the class of an invitation that came no further

    Who opts out of what was sent has refused; before, it is not sampled.

    Raises DomainError (an unknown event, progress outside 0 to 1, weights or keys that differ
    within an invitation), OptionError (e without by).

    >>> import cxkit as cx
    >>> found = cx.dispositions(["sent", "finished", "sent", "quarantined"], invitation=[1, 1, 2, 3])
    >>> found.complete, found.noncontact, found.rates().rr1
    (1.0, 1.0, 0.5)
    >>> table = cx.dispositions(["finished", "sent", "sent"], by={"channel": ["app", "app", "mail"]})
    >>> table["channel"], table["rr1"]
    (['app', 'mail'], [0.5, 0.0])
    """
    if by is None and e is not None:
        raise OptionError("e belongs to rates: give it to .rates(), or with by")
    options = fill(
        _native.cx_dispositions_options(),
        bounced=number("bounced", bounced, _CLASSES),
        sent=number("sent", sent, _CLASSES),
        delivered=number("delivered", delivered, _CLASSES),
        opened=number("opened", opened, _CLASSES),
        partial_at=partial_at,
    )
    columns = (
        column(event, "event"),
        column(invitation, "invitation"),
        column(progress, "progress"),
        column(weights, "weights"),
    )
    if by is not None:
        rates = fill(_native.cx_rates_options(), e=e)
        return Table(_native.cx_dispositions_by(*columns, keys(by), options, rates))
    found = _native.cx_dispositions_of(*columns, options)
    return Dispositions(**{name: getattr(found, name) for name in Dispositions.__slots__})
