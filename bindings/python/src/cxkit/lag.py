"""Which of two series moves first, how long an effect takes, how much of it has arrived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from . import _native
from ._columns import column, frame
from ._options import fill, number, words
from .compare import Change
from .errors import OptionError
from .table import Table

__all__ = [
    "CrossCorrelation",
    "DistributedLag",
    "Granger",
    "cross_correlate",
    "distributed_lag",
    "granger",
]

_COVARIANCES = words(_native.cx_lag_covariance_name, _native.CX_LAG_COVARIANCE_END)
_SHAPES = words(_native.cx_lag_shape_name, _native.CX_LAG_SHAPE_END)
_FLAGS = ("nickell", "few_clusters", "boundary")


def covariance_of(cov: str) -> int:
    return number("cov", cov, _COVARIANCES)


def _name(given: object, role: str) -> str:
    found = getattr(given, "name", None)
    return found if isinstance(found, str) and found else role


def named(given: Any, role: str) -> object:
    """A column that keeps its name for the table."""
    return column(given, _name(given, role))


@dataclass(frozen=True, slots=True)
class CrossCorrelation:
    """Correlations of two series at lags; see cross_correlate.

    table
        a row for each lag: correlation, se, z, ci_low, ci_high, band, p_value, p_adjusted,
        outside ("above", "below", "within"), n, status ("ok", "few", "descriptive")
    correlation
        by lag; above 0 the first series moves first
    outside
        the lags beyond the simultaneous band
    peak_lag, peak
        the largest correlation in size
    forward, backward
        largest |z| at lags above and below 0
    difference, order, filter
        how often the series were differenced, and the autoregression that made the first white
    prewhitened
        False: the raw correlations describe, and test nothing
    n
        periods after differences and filter
    """

    table: Table
    correlation: dict[int, float | None]
    outside: tuple[int, ...]
    peak_lag: int | None
    peak: float | None
    forward: float | None
    backward: float | None
    difference: int
    order: int
    filter: tuple[float, ...]
    prewhitened: bool
    n: int

    def __repr__(self) -> str:
        how = f"prewhitened by AR({self.order})" if self.prewhitened else "raw, descriptive"
        peak = "" if self.peak is None else f", peak {self.peak:+.3f} at lag {self.peak_lag}"
        return f"CrossCorrelation ({how}, n = {self.n}): {len(self.outside)} lags outside{peak}"


def cross_correlate(
    x: object,
    y: object,
    *,
    max_lag: int = 12,
    prewhiten: bool = True,
    filter: object = None,
    order: int | None = None,
    difference: int | None = None,
    fewest: int | None = None,
    confidence: float = 0.95,
) -> CrossCorrelation:
    """Correlations of two series at lags, after the first has been made white.

    x, y
        one value for each period, in order; a missing value is an error
    max_lag
        lags from -max_lag to max_lag; above 0 x moves first
    prewhiten
        False: raw correlations, which mislead when both series move slowly: no test, no interval
    filter
        coefficients of the autoregression of x, if they are known
    order
        of the filter; None: by AICc
    difference
        how often both series are differenced; None: by the KPSS test
    fewest
        pairs of a lag that is shown; None: 20
    confidence
        of the intervals, and of the band that all lags share

    Raises DomainError (missing or infinite value), FewError, ConstantError.

    >>> import cxkit as cx
    >>> x = [cx.special.normal_quantile(cx.random.uniform(1, index=i)) for i in range(120)]
    >>> y = [0.0, 0.0, *x[:-2]]
    >>> found = cx.cross_correlate(x, y, max_lag=5)
    >>> found.peak_lag, found.outside
    (2, (2,))
    """
    options = fill(
        _native.cx_cross_correlate_options(),
        max_lag=max_lag,
        prewhiten=int(bool(prewhiten)),
        order=order,
        difference=difference,
        fewest=fewest,
        confidence=confidence,
    )
    table = Table(
        _native.cx_cross_correlate(
            named(x, "x"), named(y, "y"), column(filter, "filter"), options
        )
    )
    figures: Mapping[str, Any] = table.figures
    lags = table["lag"]
    terms = int(figures["order"])
    peak_lag = figures["peak_lag"]
    return CrossCorrelation(
        table=table,
        correlation=dict(zip(lags, table["correlation"])),
        outside=tuple(
            lag for lag, where in zip(lags, table["outside"]) if where in ("above", "below")
        ),
        peak_lag=None if peak_lag is None else int(peak_lag),
        peak=figures["peak"],
        forward=figures["forward"],
        backward=figures["backward"],
        difference=int(figures["difference"]),
        order=terms,
        filter=tuple(figures[f"ar_{at}"] for at in range(1, terms + 1)),
        prewhitened=bool(figures["prewhitened"]),
        n=int(figures["n"]),
    )


@dataclass(frozen=True, slots=True)
class DistributedLag:
    """How an effect is spread over time; see distributed_lag.

    table
        a row for each lag: coefficient, cumulative and share, each with se and interval
    long_run
        the whole effect of one unit, for ever, with the interval of the delta method
    fieller
        its interval by Fieller; (None, None) when it has no end
    mean_lag
        the average delay of the effect
    lag_50, lag_90
        first lag by which half and nine tenths have arrived: (found, earliest, latest); None is
        beyond the table
    flags
        "nickell": own lags in a short panel are biased; "few_clusters"; "boundary": theta is at an
        end of its range
    n, units, df, r2
        rows used, series, degrees of freedom of the intervals, explained part of the variance
    """

    table: Table
    long_run: Change
    fieller: tuple[float | None, float | None]
    mean_lag: Change
    lag_50: tuple[float | None, float | None, float | None]
    lag_90: tuple[float | None, float | None, float | None]
    flags: tuple[str, ...]
    n: int
    units: int
    df: float
    r2: float

    @property
    def coefficients(self) -> list[float]:
        """The effect at each lag, from 0."""
        return list(self.table["coefficient"])

    @property
    def shares(self) -> list[float | None]:
        """The part of the long-run effect that has arrived by each lag."""
        return list(self.table["share"])

    def __repr__(self) -> str:
        flags = f" ({', '.join(self.flags)})" if self.flags else ""
        return f"DistributedLag over {len(self.table)} lags, n = {self.n}: {self.long_run!r}{flags}"


def _change(figures: Mapping[str, Any], name: str) -> Change:
    return Change(
        value=figures[name],
        se=figures[f"{name}_se"],
        ci_low=figures[f"{name}_ci_low"],
        ci_high=figures[f"{name}_ci_high"],
    )


def distributed_lag(
    x: object,
    y: object,
    *,
    max_lag: int = 6,
    shape: str = "free",
    unit: object = None,
    period: object = None,
    covariates: object = None,
    degree: int | None = None,
    near_zero: bool = False,
    far_zero: bool = False,
    own_lags: int = 0,
    horizon: int | None = None,
    cov: str = "auto",
    hac_lags: int | None = None,
    small_sample: bool = True,
    penalty: float | None = None,
    confidence: float = 0.95,
) -> DistributedLag:
    """How an effect of x on y is spread over time.

    x, y
        what comes first, and what follows: one value for each row; rows with a missing value, and
        those whose lags are not there, are left out and counted
    max_lag
        lags 0 to max_lag; for "koyck" the periods of x that a row has to have before it
    shape
        "free": a coefficient for each lag; "almon": on a polynomial of `degree`, 0 one lag before
        the first with near_zero, one after the last with far_zero; "koyck": falling by the same
        factor for ever; "smoothed": drawn to a smooth curve by `penalty` (None: by generalised
        cross-validation)
    unit, period
        of a panel: which series a row belongs to, and when; unit means are taken out
    covariates
        numbers of the same period, by name
    own_lags
        lags of y among the regressors
    horizon
        last lag of the table
    cov
        "newey-west" (with hac_lags), "cluster" (by unit), "hc1", "classical"; "auto": newey-west
        for one series, cluster for a panel
    small_sample
        False: no corrections for few rows

    It says what goes before, not what makes it so. Raises EmptyError, FewError, ConstantError,
    SingularError (a column follows from others), DomainError.

    >>> import cxkit as cx
    >>> x = [cx.special.normal_quantile(cx.random.uniform(1, index=i)) for i in range(80)]
    >>> y = [0.6 * x[i - 1] + 0.3 * x[i - 2] if i > 1 else 0.0 for i in range(80)]
    >>> noise = [0.1 * cx.random.uniform(2, index=i) for i in range(80)]
    >>> found = cx.distributed_lag(x, [a + b for a, b in zip(y, noise)], max_lag=3)
    >>> round(found.long_run.value, 1), found.lag_50[0], found.lag_90[0]
    (0.9, 1.0, 2.0)
    """
    options = fill(
        _native.cx_distributed_lag_options(),
        shape=number("shape", shape, _SHAPES),
        max_lag=max_lag,
        degree=degree,
        near_zero=int(bool(near_zero)),
        far_zero=int(bool(far_zero)),
        own_lags=own_lags,
        horizon=horizon,
        covariance=covariance_of(cov),
        hac_lags=hac_lags,
        small_sample=int(bool(small_sample)),
        penalty=penalty,
        confidence=confidence,
    )
    table = Table(
        _native.cx_distributed_lag(
            named(x, "x"),
            named(y, "y"),
            column(unit, "unit"),
            column(period, "period"),
            None if covariates is None else frame(covariates),
            options,
        )
    )
    figures: Mapping[str, Any] = table.figures
    return DistributedLag(
        table=table,
        long_run=_change(figures, "long_run"),
        fieller=(figures["long_run_fieller_low"], figures["long_run_fieller_high"]),
        mean_lag=_change(figures, "mean_lag"),
        lag_50=(figures["lag_50"], figures["lag_50_low"], figures["lag_50_high"]),
        lag_90=(figures["lag_90"], figures["lag_90_low"], figures["lag_90_high"]),
        flags=tuple(flag for flag in _FLAGS if figures[flag]),
        n=int(figures["n"]),
        units=int(figures["units"]),
        df=figures["df"],
        r2=figures["r2"],
    )


@dataclass(frozen=True, slots=True)
class Granger:
    """Does one series precede another? See granger.

    table
        two rows, x to y and y to x: the test, partial_r2, effect with its interval (one series) or
        the panel's statistics, and a verdict: "precedes" or "not shown"
    precedes
        whether x precedes y
    p_value
        of that direction
    feedback
        whether both directions precede
    reverse_as_strong
        whether y precedes x and explains at least half of what x explains of y; None for a panel
    flags
        "few_periods": fewer than 30; "feedback"; "reverse_as_strong"
    """

    table: Table
    precedes: bool
    p_value: float | None
    feedback: bool
    reverse_as_strong: bool | None
    flags: tuple[str, ...]

    def __repr__(self) -> str:
        word = "precedes" if self.precedes else "is not shown to precede"
        row = self.table[0]
        p = "-" if self.p_value is None else f"{self.p_value:.3g}"
        flags = f" ({', '.join(self.flags)})" if self.flags else ""
        return f"{row['from']} {word} {row['to']}: p = {p}{flags}"


def _lags(lags: object) -> tuple[int | None, object, int]:
    """How many, which, and whether they are to be chosen."""
    if lags is None:
        return None, None, 1
    if isinstance(lags, Integral) and not isinstance(lags, bool):
        return int(lags), None, 0
    if isinstance(lags, Iterable) and not isinstance(lags, str):
        return None, column(lags if hasattr(lags, "__len__") else list(lags), "lags"), 0
    raise OptionError(f"lags is {lags!r}; it has to be a number of lags, or a list of them")


def granger(
    x: object,
    y: object,
    *,
    lags: object = None,
    max_lag: int | None = None,
    covariates: object = None,
    cov: str = "classical",
    hac_lags: int | None = None,
    unit: object = None,
    period: object = None,
    confidence: float = 0.95,
) -> Granger:
    """Does the past of x help to predict y, beyond y's own past? And the other way round?

    x, y
        one value for each period, in order; a missing value is an error
    lags
        how many, or a list such as [1, 12]; None: by BIC up to max_lag (4)
    covariates
        numbers of the same period, by name
    cov
        "classical" (F), or "hc1" or "newey-west" (with hac_lags) for a robust Wald test
    unit, period
        of a panel: the test of Dumitrescu and Hurlin over units, `lags` a number
    confidence
        1 - confidence is the level of the verdict

    A third series that moves both gives the same picture. Raises FewError (no more than
    3 lags + 1 + covariates periods), DomainError, ConstantError, SingularError.

    >>> import cxkit as cx
    >>> x = [cx.special.normal_quantile(cx.random.uniform(1, index=i)) for i in range(60)]
    >>> noise = [cx.special.normal_quantile(cx.random.uniform(2, index=i)) for i in range(60)]
    >>> y = [noise[i] + (x[i - 1] if i else 0.0) for i in range(60)]
    >>> cx.granger(x, y, lags=1).table["verdict"]
    ['precedes', 'not shown']
    """
    count, chosen, select = _lags(lags)
    options = fill(
        _native.cx_granger_options(),
        max_lag=max_lag if count is None else count,
        select=0 if unit is not None else select,
        covariance=covariance_of(cov),
        hac_lags=hac_lags,
        confidence=confidence,
    )
    if unit is None:
        if period is not None:
            raise OptionError("period is for a panel: give unit too, or rows in order")
        covered = None if covariates is None else frame(covariates)
        made = _native.cx_granger(named(x, "x"), named(y, "y"), covered, chosen, options)
    else:
        if chosen is not None or covariates is not None:
            raise OptionError("a panel takes a number of lags, and no covariates")
        made = _native.cx_granger_panel(
            named(x, "x"), named(y, "y"), column(unit, "unit"), column(period, "period"), options
        )
    table = Table(made)
    figures: Mapping[str, Any] = table.figures
    strong = figures.get("reverse_as_strong")
    return Granger(
        table=table,
        precedes=table["verdict"][0] == "precedes",
        p_value=table["p_tilde" if unit is not None else "p_value"][0],
        feedback=bool(figures["feedback"]),
        reverse_as_strong=None if strong is None else bool(strong),
        flags=tuple(
            flag
            for flag in ("few_periods", "feedback", "reverse_as_strong")
            if figures.get(flag)
        ),
    )
