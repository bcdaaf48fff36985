"""Customers who have not been heard of for longer than their own rhythm explains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from . import _native
from ._columns import column
from ._options import fill
from ._times import moment, seconds, span, times
from .errors import OptionError
from .estimate import Estimate
from .metric import share
from .table import Table

__all__ = ["Silence", "silence"]


@dataclass(frozen=True, slots=True)
class Silence:
    """Silent customers; see silence.

    share
        of all customers, an Estimate
    beyond_chance, beyond_chance_ci
        the share less the level that falls silent by chance, over 1 - level
    customers, silent, single
        how many; single: with one contact only
    rhythm
        usual seconds between contacts in the population; None when rhythms were given
    prior
        shape and scale (seconds) of the gamma distribution between customers; None: none
    table
        a row for each customer: last, elapsed, rhythm, tail, silent, and from a log gaps, basis
    left_out
        rows by reason
    """

    share: Estimate
    beyond_chance: float
    beyond_chance_ci: tuple[float, float]
    customers: int
    silent: int
    single: int
    rhythm: float | None
    prior: tuple[float, float] | None
    table: Table
    left_out: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; every value goes into JSON."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return found | {"share": self.share.to_dict(), "table": self.table.to_dict()}

    def __repr__(self) -> str:
        return (
            f"{self.silent} of {self.customers} customers silent "
            f"({100 * self.beyond_chance:.1f} % beyond chance)"
        )


_LEFT_OUT = ("missing", "no_id", "later", "merged", "out_of_range")


def _prior(prior: object) -> tuple[float, float]:
    if prior == "population":
        return math.nan, math.nan
    if prior is None:
        return 0.0, 0.0
    if isinstance(prior, (tuple, list)) and len(prior) == 2:
        return float(prior[0]), span(prior[1], "prior")
    raise OptionError(f'prior is {prior!r}; it has to be "population", None or (shape, scale)')


def _read(table: Table, confidence: float, log: bool) -> Silence:
    figures: dict[str, Any] = table.figures
    shape = float(figures.get("prior_shape") or 0)
    scale = float(figures.get("prior_scale") or 0)
    return Silence(
        share=share(int(figures["silent"]), int(figures["customers"]), confidence=confidence),
        beyond_chance=figures["beyond_chance"],
        beyond_chance_ci=(figures["beyond_chance_ci_low"], figures["beyond_chance_ci_high"]),
        customers=int(figures["customers"]),
        silent=int(figures["silent"]),
        single=int(figures["single"]) if log else 0,
        rhythm=figures.get("rhythm"),
        prior=(shape, scale) if shape > 0 else None,
        table=table,
        left_out={name: int(figures[name]) for name in _LEFT_OUT if name in figures},
    )


def silence(
    last_contact: object,
    *,
    now: object,
    customer: object = None,
    rhythm: object = None,
    gaps: object = None,
    level: float = 0.05,
    merge_gap: object = 0.0,
    prior: object = "population",
    confidence: float = 0.95,
) -> Silence:
    """Silent customers: the time since the last contact against each customer's own rhythm.

    last_contact
        with `customer`: the times of all contacts, in any order; with `rhythm`: the last one of
        each customer
    now
        when the question is asked; later contacts are left out
    customer
        keys; the rhythm of each is read from his gaps, few gaps lean on the population
    rhythm
        usual seconds (or durations) from one contact to the next, one for each customer
    gaps
        with `rhythm`: how many gaps are behind it; None: it is known exactly
    level
        silent is who would be quiet for so long with at most this chance
    merge_gap
        contacts so many seconds apart or less are one
    prior
        "population", estimated from the log; None: each customer alone; or (shape, scale in
        seconds)
    confidence
        of the share

    Raises UnidentifiedError when nobody came twice, EmptyError, DomainError, OptionError.

    >>> import cxkit as cx
    >>> from datetime import date
    >>> who = ["Ada", "Ada", "Ada", "Ada", "Ben", "Ben", "Ben"]
    >>> when = [date(2024, 1, day) for day in (1, 2, 3, 4, 1, 9, 17)]
    >>> found = cx.silence(when, customer=who, now=date(2024, 1, 20), prior=None)
    >>> [(row["customer"], row["silent"]) for row in found.table]
    [('Ada', 1), ('Ben', 0)]
    """
    shape, scale = _prior(prior)
    options = fill(
        _native.cx_silence_options(),
        level=level,
        merge_gap=span(merge_gap, "merge_gap"),
        prior_shape=shape,
        prior_scale=scale,
        confidence=confidence,
    )
    at, when = moment(now, "now"), times(last_contact, "last_contact")
    if (customer is None) == (rhythm is None):
        raise OptionError(
            "give customer= with the times of all contacts, or rhythm= with the last contact of "
            "each customer: silence is judged by a rhythm"
        )
    if customer is not None:
        if gaps is not None:
            raise OptionError("gaps belong to rhythm=; from a log they are counted")
        table = Table(_native.cx_silence(column(customer, "customer"), when, at, options))
        return _read(table, confidence, True)
    usual, behind = seconds(rhythm, "rhythm"), column(gaps, "gaps")
    table = Table(_native.cx_silence_rhythm(when, usual, behind, at, options))
    return _read(table, confidence, False)
