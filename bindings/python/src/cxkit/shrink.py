"""Small groups that borrow from the others: shrunken values, what is their own, ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import _native
from ._columns import column, frame, is_table
from ._options import fill, number, words
from .errors import OptionError
from .table import Table
from .tally import Tallies

__all__ = ["Shrinkage", "shrink"]

_METHODS = words(_native.cx_shrink_method_name, _native.CX_SHRINK_END)
_INTERVALS = {
    "integrated": _native.CX_SHRINK_INTEGRATED,
    "plug-in": _native.CX_SHRINK_PLUG_IN,
}
_RANKS = {
    "marginal": _native.CX_RANKS_MARGINAL,
    "simultaneous": _native.CX_RANKS_SIMULTANEOUS,
    "none": _native.CX_RANKS_NONE,
}


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Shrunken values; see shrink.

    table
        one row a group: raw, raw_se, own_weight (its own part in the value), rank, rank_low,
        rank_high, then value, ci_low, ci_high, se, n and the rest of an estimate
    method
        the method that was used
    figures
        about all groups: "between", the variance of their true values, and what the method fits
    coefficients
        of a Fay-Herriot model, one row a term: what the groups are drawn to; None otherwise
    """

    table: Table
    method: str
    figures: dict[str, float | None]
    coefficients: Table | None

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return {
            "table": self.table.to_dict(),
            "method": self.method,
            "figures": dict(self.figures),
            "coefficients": self.coefficients.to_dict() if self.coefficients else None,
        }

    def __repr__(self) -> str:
        own = [weight for weight in self.table["own_weight"] if weight is not None]
        parts = f", own weight {min(own):.2f} to {max(own):.2f}" if own else ""
        return f"{len(self.table)} groups by {self.method}{parts}"


def _is_column_of_one(data: object) -> bool:
    return isinstance(data, (int, float)) and not isinstance(data, bool)


def shrink(
    values: object,
    *,
    method: str = "auto",
    variances: object = None,
    X: object = None,
    n: object = None,
    ranks: str = "marginal",
    ascending: bool = False,
    confidence: float = 0.95,
    correction: bool = True,
    intervals: str = "integrated",
    intercept: bool = True,
    promoters: int = 9,
    detractors: int = 6,
    top: int = 2,
    draws: int = 1000,
    seed: int = 0,
) -> Shrinkage:
    """Shrinks the figures of small groups towards the others, or what covariates predict.

    values
        a column of direct estimates (with `variances`), a table of counts, or Tallies. Counts are
        two columns, x and n, or three: detractors, passives, promoters
    method
        "fay-herriot" or "james-stein" for values, "beta-binomial" for x of n and for the top boxes
        of Tallies, "dirichlet" for net scores; "auto": fay-herriot for values, by the number of
        columns for counts, dirichlet for Tallies, which also take fay-herriot
    variances
        the variance of each value, or one for all; 0 is smoothed and flagged "no-variance"
    X
        covariates of fay-herriot: a table; text becomes indicators of all categories but the first
    n
        answers behind each value; smooths variances of 0
    ranks, ascending
        "marginal" intervals of ranks, "simultaneous" ones or "none"; rank 1 is the highest, or
        with ascending the lowest
    correction
        counts: add to the errors what comes from a fitted distribution
    intervals
        "integrated" over how much the groups may differ, or "plug-in": of the standard error, too
        short for few groups
    intercept
        of fay-herriot
    promoters, detractors, top
        of Tallies: the classes of a net score, the steps that are satisfied
    draws, seed
        of marginal ranks

    A group without a value gets the prediction. Raises FewError for too few groups, DomainError for
    a value without variance or a bad count, MismatchError for James-Stein with unequal variances.

    >>> import cxkit as cx
    >>> found = cx.shrink({"satisfied": [9, 2, 40, 30], "answers": [9, 8, 50, 60]})
    >>> [round(value, 2) for value in found.table["value"]]
    [0.86, 0.42, 0.78, 0.52]
    """
    options = fill(
        _native.cx_shrink_options(),
        method=number("method", method, _METHODS),
        ranks=number("ranks", ranks, _RANKS),
        ascending=int(bool(ascending)),
        draws=draws,
        intercept=int(bool(intercept)),
        correction=int(bool(correction)),
        intervals=number("intervals", intervals, _INTERVALS),
        promoters=promoters,
        detractors=detractors,
        top=top,
        seed=seed,
        confidence=confidence,
    )
    if isinstance(values, Tallies):
        _alone("Tallies", variances=variances, X=X, n=n)
        with values._lock:
            table = Table(_native.cx_shrink_tallies(values._handle, options))
        return _found(table, method, "dirichlet", None)
    if variances is None and is_table(values):
        _alone("counts", X=X, n=n)
        given = frame(values)
        table = Table(_native.cx_shrink_counts(given, options))
        return _found(
            table, method, "dirichlet" if "alpha_3" in table.figures else "beta-binomial", None
        )
    spread = [variances] if _is_column_of_one(variances) else variances
    read = (
        column(values, "values"),
        None if spread is None else column(spread, "variances"),
        None if n is None else column(n, "n"),
        None if X is None else frame(X),
    )
    table = Table(_native.cx_shrink(*read, options))
    terms = None
    if "between_se" in table.figures:
        terms = Table(_native.cx_shrink_coefficients(*read, options))
    return _found(table, method, "fay-herriot", terms)


def _alone(what: str, **given: object) -> None:
    for name, value in given.items():
        if value is not None:
            raise OptionError(f"{name} belongs to a column of values; {what} do not take it")


def _found(table: Table, method: str, default: str, terms: Table | None) -> Shrinkage:
    return Shrinkage(
        table=table,
        method=default if method == "auto" else method,
        figures=table.figures,
        coefficients=terms,
    )
