"""One figure and what it stands on."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from . import _native
from ._options import EXCLUDED, FLAGS, UNITS


def _digits(value: float, unit: str) -> str:
    return f"{value:.1f}" if unit == "points" else f"{value:.3f}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval and the answers behind it. Cannot be changed.

    value, ci_low, ci_high
        the figure and the limits of its interval, in ``unit``
    confidence
        of the interval, such as 0.95
    se
        standard error, None where there is none
    df
        degrees of freedom behind the interval, None for a normal one
    p_value
        of the null value 0, None where there is no test
    n, n_eff, sum_w
        valid answers, the effective number of them, and the sum of their weights
    method
        the one that made the interval, such as "wilson"
    unit
        "points" (-100 to 100), "fraction" (0 to 1), "scale" (that of the answers) or
        "correlation" (-1 to 1)
    flags
        what a reader should know: "few", "clipped", "no-variance", "weighted",
        "lower-is-better", "rounded", "suppressed"
    excluded
        rows left out, by reason: "missing", "not_applicable", "out_of_range", "non_integer",
        "zero_weight"

    >>> import cxkit as cx
    >>> cx.nps([10, 10, 9, 8, 3, None]).excluded["missing"]
    1
    """

    value: float
    ci_low: float
    ci_high: float
    confidence: float
    se: float | None
    df: float | None
    p_value: float | None
    n: int
    n_eff: float
    sum_w: float
    method: str
    unit: str
    flags: tuple[str, ...]
    excluded: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; every value goes into JSON."""
        plain = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(self).items()
        }
        return plain | {"flags": list(self.flags)}

    def __repr__(self) -> str:
        unit = "" if self.unit in ("fraction", "scale") else f" {self.unit}"
        effective = "" if self.n_eff == self.n else f", n_eff = {self.n_eff:.1f}"
        flags = "".join(f", {flag}" for flag in self.flags)
        return (
            f"{_digits(self.value, self.unit)}{unit} "
            f"[{_digits(self.ci_low, self.unit)}, {_digits(self.ci_high, self.unit)}] "
            f"{100 * self.confidence:g} % ({self.method}, n = {self.n}{effective}{flags})"
        )

    def _repr_html_(self) -> str:
        interval = (
            f"{_digits(self.ci_low, self.unit)} to {_digits(self.ci_high, self.unit)} "
            f"({100 * self.confidence:g} %, {self.method})"
        )
        rows = [
            ("value", f"{_digits(self.value, self.unit)} {self.unit}"),
            ("interval", interval),
            ("answers", str(self.n)),
            ("left out", str(sum(self.excluded.values()))),
            ("flags", ", ".join(self.flags) or "none"),
        ]
        cells = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in rows)
        return f"<table>{cells}</table>"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def estimate_of(raw: Any) -> Estimate:
    """The estimate that C filled in."""
    fields = _native.cx_estimate_fields(raw)
    value, low, high, confidence, se, df, p_value, n_eff, sum_w, n, method, unit, flags, out = (
        fields
    )
    return Estimate(
        value=value,
        ci_low=low,
        ci_high=high,
        confidence=confidence,
        se=_known(se),
        df=df if math.isfinite(df) else None,
        p_value=_known(p_value),
        n=n,
        n_eff=n_eff,
        sum_w=sum_w,
        method=_native.cx_method_name(method),
        unit=UNITS[unit],
        flags=tuple(word for bit, word in FLAGS if flags & bit),
        excluded=dict(zip(EXCLUDED, out)),
    )


def estimate_of_row(row: dict[str, Any]) -> Estimate:
    """The estimate that a row of a table holds."""

    def known(name: str) -> float:
        found = row[name]
        return math.nan if found is None else float(found)

    return Estimate(
        value=known("value"),
        ci_low=known("ci_low"),
        ci_high=known("ci_high"),
        confidence=row["confidence"],
        se=row["se"],
        df=row["df"] if row["df"] is not None and math.isfinite(row["df"]) else None,
        p_value=row["p_value"],
        n=row["n"],
        n_eff=known("n_eff"),
        sum_w=known("sum_w"),
        method=row["method"],
        unit=row["unit"],
        flags=tuple(word for word in row["flags"].split(",") if word),
        excluded={name: row[name] for name in EXCLUDED},
    )
