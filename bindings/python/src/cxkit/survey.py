"""Estimates with the error of the sample that was really drawn."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, overload

from . import _native
from ._columns import column, keys
from ._options import METHODS, fill, number, scale_of, words
from .design import Design, design_handle
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = [
    "SurveyEstimate",
    "share_of",
    "survey_mean",
    "survey_ratio",
    "survey_total",
]

FIGURES = words(_native.cx_survey_figure_name, _native.CX_SURVEY_END)


@dataclass(frozen=True, slots=True, repr=False)
class SurveyEstimate(Estimate):
    """An Estimate under a design.

    deff
        its variance divided by that of a simple random sample, None where there is none
    units, strata
        of the first stage, with a row of the domain
    """

    deff: float | None
    units: int
    strata: int


def survey_estimate_of(raw: Any) -> SurveyEstimate:
    estimate = estimate_of(raw.estimate)
    plain = {field.name: getattr(estimate, field.name) for field in fields(Estimate)}
    deff = float(raw.deff)
    return SurveyEstimate(
        **plain, deff=deff if deff == deff else None, units=int(raw.units), strata=int(raw.strata)
    )


def _measure(
    name: str,
    y: object,
    design: object,
    *,
    denominator: object = None,
    domain: object = None,
    by: object = None,
    confidence: float,
    method: str = "auto",
    min_n: int,
    **more: Any,
) -> SurveyEstimate | Table:
    """One figure, or a table of it for every key."""
    options = fill(
        _native.cx_survey_options(),
        confidence=confidence,
        method=number("method", method, METHODS),
        min_n=min_n,
        **more,
    )
    handle = design_handle(design)
    columns = [column(y, "y")]
    if name == "ratio":
        columns.append(column(denominator, "denominator"))
    if by is not None:
        if domain is not None:
            raise OptionError("domain and by are both given: by makes every key a domain")
        figure = number("figure", name, FIGURES)
        other = columns[1] if name == "ratio" else None
        return Table(_native.cx_survey_by(figure, columns[0], other, handle, keys(by), options))
    call = getattr(_native, f"cx_survey_{name}")
    return survey_estimate_of(call(*columns, handle, column(domain, "domain"), options))


@overload
def survey_mean(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: None = None,
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> SurveyEstimate: ...


@overload
def survey_mean(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: object,
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> Table: ...


def survey_mean(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: object = None,
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> SurveyEstimate | Table:
    """Mean of a column, with its t interval.

    y
        one number for each row of the design; None and NaN are left out
    design
        how the sample was drawn
    domain
        true for the rows that are meant; the others stay in the design
    by
        one column of keys, or a table of several: the result is then a Table in which each key is
        a domain
    confidence
        of the interval
    min_n
        hides what has fewer answers, and in a table as many more rows as it takes that no hidden
        one follows by subtraction
    replacement
        the design effect is against a simple sample drawn with replacement

    Raises EmptyError (no row of the domain), FewError (a stratum with a single unit),
    SuppressedError below min_n.

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> cx.survey_mean([2, 4, 6, 8], d).value
    6.0
    """
    return _measure(
        "mean",
        y,
        design,
        domain=domain,
        by=by,
        confidence=confidence,
        min_n=min_n,
        replacement=int(replacement),
    )


@overload
def survey_total(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: None = None,
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> SurveyEstimate: ...


@overload
def survey_total(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: object,
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> Table: ...


def survey_total(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: object = None,
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> SurveyEstimate | Table:
    """Total of a column; arguments and errors as in survey_mean.

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> cx.survey_total([2, 4, 6, 8], d).value
    48.0
    """
    return _measure(
        "total",
        y,
        design,
        domain=domain,
        by=by,
        confidence=confidence,
        min_n=min_n,
        replacement=int(replacement),
    )


@overload
def survey_ratio(
    numerator: object,
    denominator: object,
    design: Design,
    *,
    domain: object = None,
    by: None = None,
    confidence: float = 0.95,
    min_n: int = 0,
) -> SurveyEstimate: ...


@overload
def survey_ratio(
    numerator: object,
    denominator: object,
    design: Design,
    *,
    domain: object = None,
    by: object,
    confidence: float = 0.95,
    min_n: int = 0,
) -> Table: ...


def survey_ratio(
    numerator: object,
    denominator: object,
    design: Design,
    *,
    domain: object = None,
    by: object = None,
    confidence: float = 0.95,
    min_n: int = 0,
) -> SurveyEstimate | Table:
    """Ratio of two totals; arguments and errors as in survey_mean.

    Rows that lack either number are left out. Raises DomainError when the denominator adds up
    to 0.

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> cx.survey_ratio([2, 4, 6, 8], [1, 2, 3, 4], d).value
    2.0
    """
    return _measure(
        "ratio",
        numerator,
        design,
        denominator=denominator,
        domain=domain,
        by=by,
        confidence=confidence,
        min_n=min_n,
    )


@overload
def share_of(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: None = None,
    method: str = "logit",
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> SurveyEstimate: ...


@overload
def share_of(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: object,
    method: str = "logit",
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> Table: ...


def share_of(
    y: object,
    design: Design,
    *,
    domain: object = None,
    by: object = None,
    method: str = "logit",
    confidence: float = 0.95,
    min_n: int = 0,
    replacement: bool = False,
) -> SurveyEstimate | Table:
    """Share of rows for which y is true; arguments and errors as in survey_mean.

    method
        "logit", "arcsine", "beta" (Clopper-Pearson with the effective number of rows),
        "likelihood" or "wald"

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> cx.share_of([True, False, True, True], d).value
    0.875
    """
    return _measure(
        "share",
        y,
        design,
        domain=domain,
        by=by,
        confidence=confidence,
        method=method,
        min_n=min_n,
        replacement=int(replacement),
    )


def nps_of(
    scores: object,
    design: object,
    *,
    domain: object,
    by: object,
    promoters: int,
    detractors: int,
    scale: tuple[int, int],
    confidence: float,
    method: str,
    min_n: int,
) -> SurveyEstimate | Table:
    """cx.nps(scores, design=...)."""
    low, high = scale_of(scale)
    return _measure(
        "nps",
        scores,
        design,
        domain=domain,
        by=by,
        confidence=confidence,
        method=method,
        min_n=min_n,
        promoters=promoters,
        detractors=detractors,
        scale_min=low,
        scale_max=high,
    )


def csat_of(
    scores: object,
    design: object,
    *,
    domain: object,
    by: object,
    scale: tuple[int, int],
    top: int | None,
    confidence: float,
    method: str,
    min_n: int,
) -> SurveyEstimate | Table:
    """cx.csat(scores, design=...)."""
    low, high = scale_of(scale)
    return _measure(
        "csat",
        scores,
        design,
        domain=domain,
        by=by,
        confidence=confidence,
        method=method,
        min_n=min_n,
        top=top,
        scale_min=low,
        scale_max=high,
    )


def without(design: object, **others: object) -> None:
    """A design says which rows count how: what else would say so is refused."""
    for name, value in others.items():
        if value is not None and value is not False and value != ():
            raise OptionError(f"{name} cannot be given with a design")
    if design is None:
        raise OptionError("domain needs a design")
