"""How long customers wait before their score falls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from numbers import Real
from typing import Any, Literal, overload

from . import _native
from ._columns import column, keys
from ._options import answers, fill, number, scale_of
from ._times import seconds, span
from .errors import OptionError
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = ["Tolerance", "tolerance"]

SHAPES = {
    "isotonic": _native.CX_SHAPE_ISOTONIC,
    "one-knot": _native.CX_SHAPE_ONE_KNOT,
    "plateau": _native.CX_SHAPE_PLATEAU,
}
MEASURES = {
    "mean": _native.CX_MEASURE_MEAN,
    "detractors": _native.CX_MEASURE_DETRACTORS,
    "promoters": _native.CX_MEASURE_PROMOTERS,
    "nps": _native.CX_MEASURE_NPS,
}


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A tolerance in seconds and what it is measured against; see tolerance.

    value
        seconds; None when the waits do not determine it
    ci_low, ci_high
        limits of its interval; infinite: beyond the longest wait
    identified
        whether there is a value
    confidence, se, n, n_eff, method, flags, excluded
        as of an Estimate
    baseline
        the measure in the reference band, an Estimate
    band
        shortest and longest wait of the band
    level
        the baseline less the drop; None when the baseline is hidden
    longest
        the longest wait
    beyond
        share of the bootstrap samples in which the drop is not reached
    curve
        the fitted curve, a Table: wait_from, wait_to, fitted_from, fitted_to, n, mean
    """

    value: float | None
    ci_low: float | None
    ci_high: float | None
    identified: bool
    confidence: float
    se: float | None
    n: int
    n_eff: float
    method: str
    flags: tuple[str, ...]
    excluded: dict[str, int]
    baseline: Estimate
    band: tuple[float, float]
    level: float | None
    longest: float
    beyond: float
    curve: Table

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; every value goes into JSON, an infinite limit as None."""
        found = {name: getattr(self, name) for name in self.__slots__}
        high = self.ci_high
        return found | {
            "ci_high": high if high is not None and math.isfinite(high) else None,
            "baseline": asdict(self.baseline) | {"flags": list(self.baseline.flags)},
            "band": list(self.band),
            "flags": list(self.flags),
            "curve": self.curve.to_dict(),
        }

    def __repr__(self) -> str:
        value = f"{self.value:.1f} seconds" if self.value is not None else "not identified"
        high = self.ci_high if self.ci_high is not None else math.nan
        limit = f"{high:.1f}" if math.isfinite(high) else f"beyond {self.longest:.1f}"
        level = "hidden" if self.level is None else f"{self.baseline.value:.4g}"
        return (
            f"{value} [{self.ci_low if self.ci_low is not None else math.nan:.1f}, {limit}] "
            f"{100 * self.confidence:g} % (baseline {level}, n = {self.n})"
        )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _tolerance(raw: Any, curve: Table) -> Tolerance:
    found = estimate_of(raw.tolerance)
    return Tolerance(
        value=_known(found.value if found.value is not None else math.nan),
        ci_low=_known(raw.tolerance.ci_low),
        ci_high=_known(raw.tolerance.ci_high),
        identified=raw.tolerance.status == 0,
        confidence=found.confidence,
        se=found.se,
        n=found.n,
        n_eff=found.n_eff,
        method=found.method,
        flags=found.flags,
        excluded=found.excluded,
        baseline=estimate_of(raw.baseline),
        band=(raw.band_low, raw.band_high),
        level=_known(raw.level),
        longest=raw.longest,
        beyond=raw.beyond,
        curve=curve,
    )


def _band(band: object) -> tuple[float, float]:
    if band is None:
        return math.nan, math.nan
    if isinstance(band, (tuple, list)) and len(band) == 2:
        return span(band[0], "band"), span(band[1], "band")
    raise OptionError(f"band is {band!r}; it has to be the shortest and the longest wait in it")


@overload
def tolerance(
    wait: object, score: object, *, drop: float, by: None = ..., band: object = ...,
    shape: str = ..., measure: str = ..., scale: tuple[int, int] = ..., promoters: int = ...,
    detractors: int = ..., weights: object = ..., respondents: object = ..., draws: int = ...,
    seed: int = ..., confidence: float = ..., min_n: int = ...,
    missing_codes: Sequence[float] = ..., not_applicable_codes: Sequence[float] = ...,
    invalid: Literal["exclude", "error"] = ...,
) -> Tolerance: ...  # fmt: skip
@overload
def tolerance(
    wait: object, score: object, *, drop: float, by: object, band: object = ...,
    shape: str = ..., measure: str = ..., scale: tuple[int, int] = ..., promoters: int = ...,
    detractors: int = ..., weights: object = ..., respondents: object = ..., draws: int = ...,
    seed: int = ..., confidence: float = ..., min_n: int = ...,
    missing_codes: Sequence[float] = ..., not_applicable_codes: Sequence[float] = ...,
    invalid: Literal["exclude", "error"] = ...,
) -> Table: ...  # fmt: skip
def tolerance(
    wait: object,
    score: object,
    *,
    drop: float,
    by: object = None,
    band: object = None,
    shape: str = "isotonic",
    measure: str = "mean",
    scale: tuple[int, int] = (0, 10),
    promoters: int = 9,
    detractors: int = 6,
    weights: object = None,
    respondents: object = None,
    draws: int = 1000,
    seed: int = 1,
    confidence: float = 0.95,
    min_n: int = 0,
    missing_codes: Sequence[float] = (),
    not_applicable_codes: Sequence[float] = (),
    invalid: Literal["exclude", "error"] = "exclude",
) -> Tolerance | Table:
    """The longest wait before a score falls by `drop`, or "not identified".

    The score falls against its mean in a reference band of short waits, and along a curve that
    never rises.

    wait
        seconds, or durations
    score
        numbers on the scale; fractions are kept
    drop
        in units of the measure; for detractors a rise of their share
    by
        one column of keys, or a table of several: the result is a Table with a row for each
    band
        shortest and longest wait of the reference band; None: the lowest quarter of the waits
    shape
        "isotonic", "one-knot" (two straight parts) or "plateau" (level, then straight)
    measure
        "mean", "detractors" or "promoters" (shares), "nps" (points)
    scale, promoters, detractors
        as in nps
    weights
        one for each pair
    respondents
        keys: pairs of one respondent are drawn together by the bootstrap
    draws, seed, confidence
        of the bootstrap interval
    min_n
        hides groups, baselines and parts of the curve with fewer pairs, and others beside them;
        SuppressedError when there are fewer in all
    missing_codes, not_applicable_codes, invalid
        how scores are read; invalid="error" refuses negative waits too

    Raises EmptyError for no valid pair, or none in the band; DomainError, OptionError, LengthError.

    >>> import cxkit as cx
    >>> wait = range(0, 600, 10)
    >>> found = cx.tolerance(wait, [9 if t <= 240 else 6 for t in wait], drop=2)
    >>> found.value, found.baseline.value
    (240.0, 9.0)
    >>> cx.tolerance(wait, [9] * 60, drop=2).identified
    False
    """
    if not isinstance(drop, Real):
        raise OptionError(f"drop is {drop!r}; it has to be a number")
    low, high = scale_of(scale)
    band_low, band_high = _band(band)
    reading = answers(missing_codes, not_applicable_codes, invalid, "floor")
    options = fill(
        _native.cx_tolerance_options(),
        shape=number("shape", shape, SHAPES),
        measure=number("measure", measure, MEASURES),
        scale_min=low,
        scale_max=high,
        promoters=promoters,
        detractors=detractors,
        band_low=band_low,
        band_high=band_high,
        draws=draws,
        seed=seed,
        confidence=confidence,
        min_n=min_n,
    )
    options.reading = reading
    waits, scores = seconds(wait, "wait"), column(score, "score")
    weight, respondent = column(weights, "weights"), column(respondents, "respondents")
    if by is not None:
        split = keys(by)
        return Table(
            _native.cx_tolerance_by(
                waits, scores, float(drop), weight, respondent, split, options
            )
        )
    raw = _native.cx_tolerance(waits, scores, float(drop), weight, respondent, options)
    return _tolerance(raw, Table(_native.cx_tolerance_curve(waits, scores, weight, options)))
