"""Estimates with the error of the sample that was really drawn."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from . import _native
from ._columns import column, frame, is_table, keys
from ._options import METHODS, fill, number, scale_of, words
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .weights import Weights

__all__ = [
    "Design",
    "SurveyEstimate",
    "share_of",
    "survey_mean",
    "survey_ratio",
    "survey_total",
]

_LONELY = words(_native.cx_lonely_name, _native.CX_LONELY_END)


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


def _stages(role: str, given: Any) -> object:
    if given is None:
        return None
    if is_table(given):
        return frame(given)
    if isinstance(given, tuple) and given and not isinstance(given[0], (str, int, float)):
        return [(f"{role}{at + 1}", column(part, role)) for at, part in enumerate(given)]
    return keys(given)


class Design:
    """How a sample was drawn; what every survey estimate needs. Cannot be changed.

    weights
        one for each row; None for 1, or with a calibration
    strata, clusters, fpc
        a column, or a tuple or table of columns, one for each stage of sampling. Clusters are
        told apart within their stratum. fpc: units that the row's stratum has in the population,
        or the share of them that was drawn
    lonely
        a stratum with a single unit: "fail", "remove", "certainty", "adjust" or "average"
    calibration
        the Weights of rake, calibrate or poststratify: the error then knows what was known

    Raises DomainError (a bad weight, a stratum larger than its population), MismatchError (fpc
    differs within a stratum).

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> d
    Design of 4 rows: 4 units in 2 strata
    """

    __slots__ = ("_handle",)

    def __init__(
        self,
        *,
        weights: object = None,
        strata: object = None,
        clusters: object = None,
        fpc: object = None,
        lonely: str = "fail",
        calibration: Weights | None = None,
    ) -> None:
        if calibration is not None and not isinstance(calibration, Weights):
            raise OptionError("calibration has to be what rake, calibrate or poststratify gave")
        self._handle = _native.cx_design_new(
            column(weights, "weights"),
            _stages("strata", strata),
            _stages("clusters", clusters),
            _stages("fpc", fpc),
            None if calibration is None else calibration._handle,
            fill(_native.cx_design_options(), lonely=number("lonely", lonely, _LONELY)),
        )

    @property
    def units(self) -> int:
        """Units of the first stage."""
        return int(_native.cx_design_units(self._handle))

    @property
    def strata(self) -> int:
        """Strata of the first stage."""
        return int(_native.cx_design_strata(self._handle))

    def __len__(self) -> int:
        return int(_native.cx_design_rows(self._handle))

    def __repr__(self) -> str:
        return f"Design of {len(self)} rows: {self.units} units in {self.strata} strata"


def _design(design: object) -> Any:
    if not isinstance(design, Design):
        raise OptionError("design has to be a cxkit.Design: cx.Design(weights=..., strata=...)")
    return design._handle


def _options(confidence: float, method: str = "auto", replacement: bool = False, **more: Any) -> Any:
    return fill(
        _native.cx_survey_options(),
        confidence=confidence,
        method=number("method", method, METHODS),
        replacement=int(replacement),
        **more,
    )


def survey_mean(
    y: object,
    design: Design,
    *,
    domain: object = None,
    confidence: float = 0.95,
    replacement: bool = False,
) -> SurveyEstimate:
    """Mean of a column, with its t interval.

    y
        one number for each row of the design; None and NaN are left out
    design
        how the sample was drawn
    domain
        true for the rows that are meant; the others stay in the design
    confidence
        of the interval
    replacement
        the design effect is against a simple sample drawn with replacement

    Raises EmptyError (no row of the domain), FewError (a stratum with a single unit).

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> cx.survey_mean([2, 4, 6, 8], d).value
    6.0
    """
    return survey_estimate_of(
        _native.cx_survey_mean(
            column(y, "y"),
            _design(design),
            column(domain, "domain"),
            _options(confidence, replacement=replacement),
        )
    )


def survey_total(
    y: object,
    design: Design,
    *,
    domain: object = None,
    confidence: float = 0.95,
    replacement: bool = False,
) -> SurveyEstimate:
    """Total of a column; arguments and errors as in survey_mean.

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> cx.survey_total([2, 4, 6, 8], d).value
    48.0
    """
    return survey_estimate_of(
        _native.cx_survey_total(
            column(y, "y"),
            _design(design),
            column(domain, "domain"),
            _options(confidence, replacement=replacement),
        )
    )


def survey_ratio(
    numerator: object,
    denominator: object,
    design: Design,
    *,
    domain: object = None,
    confidence: float = 0.95,
) -> SurveyEstimate:
    """Ratio of two totals; arguments and errors as in survey_mean.

    Rows that lack either number are left out. Raises DomainError when the denominator adds up
    to 0.

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> cx.survey_ratio([2, 4, 6, 8], [1, 2, 3, 4], d).value
    2.0
    """
    return survey_estimate_of(
        _native.cx_survey_ratio(
            column(numerator, "numerator"),
            column(denominator, "denominator"),
            _design(design),
            column(domain, "domain"),
            _options(confidence),
        )
    )


def share_of(
    y: object,
    design: Design,
    *,
    domain: object = None,
    method: str = "logit",
    confidence: float = 0.95,
    replacement: bool = False,
) -> SurveyEstimate:
    """Share of rows for which y is true; arguments and errors as in survey_mean.

    method
        "logit", "arcsine", "beta" (Clopper-Pearson with the effective number of rows),
        "likelihood" or "wald"

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> cx.share_of([True, False, True, True], d).value
    0.875
    """
    return survey_estimate_of(
        _native.cx_survey_share(
            column(y, "y"),
            _design(design),
            column(domain, "domain"),
            _options(confidence, method, replacement),
        )
    )


def nps_of(
    scores: object,
    design: Design,
    *,
    domain: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    confidence: float = 0.95,
    method: str = "auto",
) -> SurveyEstimate:
    """cx.nps(scores, design=...)."""
    low, high = scale_of(scale)
    return survey_estimate_of(
        _native.cx_survey_nps(
            column(scores, "scores"),
            _design(design),
            column(domain, "domain"),
            _options(
                confidence,
                method,
                promoters=promoters,
                detractors=detractors,
                scale_min=low,
                scale_max=high,
            ),
        )
    )
