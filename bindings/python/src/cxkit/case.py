"""Business cases: from an initiative over what customers experience and do to money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import _native
from ._columns import column
from ._options import fill, number, real, whole, words
from .case_result import CaseResult, result_of
from .difference import native_estimate
from .errors import OptionError
from .estimate import Estimate
from .evidence import Evidence, level_number
from .fit import Fit

__all__ = ["Case"]

_AREAS = words(_native.cx_area_name, _native.CX_AREA_END)
_SPREADS = words(_native.cx_spread_name, _native.CX_SPREAD_END)
_FORMS = words(_native.cx_link_form_name, _native.CX_FORM_END)
_DIRECTIONS = {"higher": 1, "lower": -1}
_PER = {"person": 1, "total": 0}


def _pair(option: str, given: Sequence[float] | None) -> tuple[float | None, float | None]:
    if given is None:
        return None, None
    try:
        low, high = given
        return float(low), float(high)
    except (TypeError, ValueError):
        raise OptionError(f"{option} is {given!r}; it has to be two numbers: (low, high)") from None


def _estimate(value: float | Estimate, se: float | None, df: float | None) -> Any:
    if isinstance(value, Estimate):
        if se is not None or df is not None:
            raise OptionError("an Estimate has its own se and df")
        return native_estimate(value)
    if isinstance(value, Fit):
        raise OptionError(
            f'the value is a Fit: give one of its terms, as with fit.estimate("{value.terms[-1]}")'
        )
    error = math.nan if se is None else real("se", se)
    freedom = math.inf if df is None else real("df", df)
    return _native.cx_estimate(real("the value", value), math.nan, math.nan, 0.95, error, freedom)


def _level(evidence: int | str | Evidence) -> int:
    return evidence.level if isinstance(evidence, Evidence) else level_number("evidence", evidence)


class Case:
    """A business case: links from initiatives over metrics to money, costs, and what came of it.

    currency
        three letters, such as "EUR"
    rate
        discount rate for a period (a year of `periods_a_year` periods), or one for each period
        from 0 to the horizon
    horizon
        periods
    population, growth, capacity
        people it is about now, growth for a period, most that can be reached
    periods_a_year
        12 for months at a yearly rate
    mid_period
        money of a period comes all along

    >>> import cxkit as cx
    >>> case = cx.Case(currency="EUR", rate=0.08, horizon=12, population=1000, periods_a_year=12)
    >>> case.link("call-back", "nps", 5, se=1.5, to_unit="NPS points", evidence=4,
    ...           observed_periods=12)
    >>> case.link("nps", "retention", 0.002, se=0.0004, from_unit="NPS points", to_unit="share",
    ...           evidence="adjusted")
    >>> case.value("retention", "money", 300, sd=30, source="Finance, 2025", from_unit="share")
    >>> case.cost("staff", 20000)
    >>> result = case.run(seed=1)
    >>> result.decision, result.evidence, round(result.break_even, 1)
    ('pays', 2, 2.9)
    >>> result.information["name"][0]
    'call-back to nps'
    """

    __slots__ = ("_handle", "_currency")

    def __init__(
        self,
        *,
        currency: str,
        rate: Any,
        horizon: int,
        population: float | None = None,
        growth: float = 0,
        capacity: float | None = None,
        periods_a_year: float = 1,
        mid_period: bool = False,
    ) -> None:
        options = fill(
            _native.cx_case_options(),
            horizon=whole("horizon", horizon),
            population=population,
            growth=growth,
            capacity=capacity,
            periods_a_year=periods_a_year,
            timing=int(mid_period),
        )
        if isinstance(rate, str):
            raise OptionError(f"the rate is {rate!r}; it has to be a number, as in 0.08 for 8 %")
        rates = [float(rate)] if isinstance(rate, int | float) else column(rate, "rate")
        self._handle = _native.cx_case_new(currency, rates, options)
        self._currency = currency

    def metric(self, name: str, *, area: str, unit: str, better: str | None = None) -> None:
        """Names a metric: its area, its unit, and whether higher or lower is better.

        name, unit
            such as "nps", "NPS points"
        area
            "brand", "experience", "relationship" or "result"
        better
            "higher", "lower", or None

        Raises MismatchError when it is there with another area, unit or direction.

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0, horizon=12)
        >>> case.metric("nps", area="experience", unit="NPS points", better="higher")
        >>> case.link("app", "nps", 0.3, se=0.1, to_unit="points of 0-10")
        Traceback (most recent call last):
        ...
        cxkit.errors.MismatchError: nps is counted in "NPS points", and not in "points of 0-10": \
convert the value to the metric's unit first
        """
        direction = 0 if better is None else number("better", better, _DIRECTIONS)
        _native.cx_case_metric(self._handle, name, number("area", area, _AREAS), unit, direction)

    def _options(
        self,
        *,
        evidence: int = 1,
        form: str,
        spread: str = "normal",
        per: str,
        is_value: bool = False,
        direct: bool = False,
        start: int | None = None,
        bounds: Sequence[float] | None = None,
        base: float | None = None,
        observed: Sequence[float] | None = None,
        observed_periods: float | None = None,
        held: float | None = None,
        decay: float | None = None,
    ) -> Any:
        low, high = _pair("bounds", bounds)
        observed_low, observed_high = _pair("observed", observed)
        return fill(
            _native.cx_link_options(),
            evidence=evidence,
            form=number("form", form, _FORMS),
            spread=number("spread", spread, _SPREADS),
            per_person=number("per", per, _PER),
            is_value=int(is_value),
            direct=int(direct),
            start=start,
            low=low,
            high=high,
            base=base,
            observed_low=observed_low,
            observed_high=observed_high,
            observed_periods=observed_periods,
            held=held,
            decay=decay,
        )

    def link(
        self,
        start_of: str,
        end_of: str,
        value: float | Estimate,
        *,
        se: float | None = None,
        df: float | None = None,
        name: str | None = None,
        from_unit: str | None = None,
        to_unit: str | None = None,
        evidence: int | str | Evidence = 1,
        lag: Any = None,
        form: str = "linear",
        base: float | None = None,
        spread: str = "normal",
        per: str = "person",
        direct: bool = False,
        start: int | None = None,
        observed: Sequence[float] | None = None,
        observed_periods: float | None = None,
        held: float | None = None,
        decay: float | None = None,
        influence: Any = None,
        source: str | None = None,
    ) -> None:
        """Adds a link that was estimated: the change of one metric for a unit of another.

        start_of, end_of
            from an initiative or a metric, to a metric; money is a metric in the case's currency
        value, se, df
            an Estimate, or a value with its standard error and degrees of freedom
        name
            None: "start to end"
        from_unit, to_unit
            units the value counts in; a metric without a unit is an initiative, done or not
        evidence
            level: 0 to 5, its word, or what evidence() returned
        lag
            shares of the effect that arrive after 0, 1, 2 ... periods, summing to 1
        form, base
            "linear", "proportional" or "logit" from a base level
        spread
            "normal" (t with df) or "lognormal"
        per
            of money: "person" or "total", and period
        direct
            from an initiative to money as a whole: not added, but held against the chain
        start
            first period of an initiative's effect
        observed
            range of changes of the start that was observed within units
        observed_periods, held, decay
            periods over which an initiative's effect was observed, after which it ends; periods it
            is taken to hold, and what is left of it from a period to the next after that: with a
            source
        influence
            table with the columns id and influence, as Fit.influence gives it: links of the same
            people vary together
        source
            where it comes from

        Raises MismatchError for units, currencies and directions that do not fit, DomainError,
        OptionError.

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0.05, horizon=4, population=100)
        >>> case.link("app", "sales", 3, se=1, to_unit="EUR", evidence="randomised")
        >>> case.run(seed=1).evidence
        5
        """
        label = f"{start_of} to {end_of}" if name is None else name
        options = self._options(
            evidence=_level(evidence), form=form, spread=spread, per=per, direct=direct,
            start=start, base=base, observed=observed, observed_periods=observed_periods,
            held=held, decay=decay,
        )  # fmt: skip
        shares = None if lag is None else column(lag, "lag")
        _native.cx_case_link(
            self._handle, label, start_of, end_of, from_unit, to_unit, _estimate(value, se, df),
            shares, source, options,
        )  # fmt: skip
        if influence is not None:
            self.influence(label, influence["id"], influence["influence"])

    def assume(
        self,
        start_of: str,
        end_of: str,
        value: float,
        *,
        source: str,
        sd: float | None = None,
        bounds: Sequence[float] | None = None,
        name: str | None = None,
        from_unit: str | None = None,
        to_unit: str | None = None,
        lag: Any = None,
        form: str = "linear",
        base: float | None = None,
        spread: str | None = None,
        per: str = "person",
        start: int | None = None,
        held: float | None = None,
        decay: float | None = None,
    ) -> None:
        """Adds a link that nobody observed: level 0, and a source that answers for it.

        source
            who says so, and where
        sd, bounds, spread
            "normal" or "lognormal" with sd, "triangular" or "uniform" between bounds, "fixed"; None:
            by what is given
        start_of, end_of, value, name, from_unit, to_unit, lag, form, base, per, start, held, decay
            as in link

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0.05, horizon=4, population=100)
        >>> case.assume("app", "sales", 3, bounds=(0, 5), to_unit="EUR", source="workshop, May")
        >>> case.run(seed=1).level
        'assumed'
        """
        label = f"{start_of} to {end_of}" if name is None else name
        options = self._options(
            form=form, spread=_spread(spread, sd, bounds), per=per, start=start, bounds=bounds,
            base=base, held=held, decay=decay,
        )  # fmt: skip
        self._assume(label, start_of, end_of, from_unit, to_unit, value, sd, lag, source, options)

    def value(
        self,
        start_of: str,
        end_of: str,
        value: float,
        *,
        source: str,
        sd: float | None = None,
        bounds: Sequence[float] | None = None,
        name: str | None = None,
        from_unit: str | None = None,
        to_unit: str | None = None,
        lag: Any = None,
        spread: str | None = None,
        per: str = "person",
    ) -> None:
        """Adds what a unit of behaviour is worth, from the books: no claim about causes.

        It is not counted in the level of evidence. Without to_unit it is the case's currency.

        start_of, end_of, value, source, sd, bounds, name, from_unit, to_unit, lag, spread, per
            as in assume

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0.05, horizon=4, population=100)
        >>> case.link("app", "orders", 0.2, se=0.05, to_unit="orders", evidence=5)
        >>> case.value("orders", "margin", 12, sd=1, source="Finance, 2025", from_unit="orders")
        >>> case.run(seed=1).evidence
        5
        """
        label = f"{start_of} to {end_of}" if name is None else name
        options = self._options(
            form="linear", spread=_spread(spread, sd, bounds), per=per, is_value=True,
            bounds=bounds,
        )  # fmt: skip
        unit = self._currency if to_unit is None else to_unit
        self._assume(label, start_of, end_of, from_unit, unit, value, sd, lag, source, options)

    def _assume(
        self, label: str, start: str, end: str, from_unit: str | None, to_unit: str | None,
        value: float, sd: float | None, lag: Any, source: str, options: Any,
    ) -> None:  # fmt: skip
        shares = None if lag is None else column(lag, "lag")
        _native.cx_case_assume(
            self._handle, label, start, end, from_unit, to_unit,
            real(f"the value of {label}", value), 0.0 if sd is None else real("sd", sd),
            shares, source, options,
        )  # fmt: skip

    def cost(
        self,
        name: str,
        amount: float,
        *,
        first: int = 0,
        last: int | None = None,
        sd: float | None = None,
        bounds: Sequence[float] | None = None,
        spread: str | None = None,
        source: str | None = None,
    ) -> None:
        """Adds a cost: an amount in each period from first to last (None: only the first).

        sd, bounds, spread
            as in assume

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0, horizon=4)
        >>> case.cost("licences", 100, first=1, last=4, bounds=(80, 150))
        """
        low, high = _pair("bounds", bounds)
        _native.cx_case_cost(
            self._handle, name, real(f"the amount of {name}", amount),
            0.0 if sd is None else real("sd", sd),
            whole("first", first), whole("last", first if last is None else last),
            _SPREADS[_spread(spread, sd, bounds)], math.nan if low is None else low,
            math.nan if high is None else high, source,
        )  # fmt: skip

    def influence(self, link: str, id: Any, influence: Any) -> None:
        """The influence of each person or cluster on a link: links of the same people vary together.

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0, horizon=4, population=10)
        >>> case.link("app", "sales", 3, se=1, to_unit="EUR", name="effect")
        >>> case.influence("effect", ["ann", "bob"], [0.8, -0.6])
        """
        _native.cx_case_influence(
            self._handle, link, column(id, "id"), column(influence, "influence")
        )

    def correlate(self, a: str, b: str, rho: float, *, source: str) -> None:
        """States the correlation of two links or costs, with a source.

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0, horizon=4, population=10)
        >>> case.link("app", "sales", 3, se=1, to_unit="EUR", name="effect")
        >>> case.cost("staff", 5, sd=1)
        >>> case.correlate("effect", "staff", 0.5, source="both grow with use")
        """
        _native.cx_case_correlate(self._handle, a, b, real("rho", rho), source)

    def observe(self, metric: str, period: int, change: float, *, se: float) -> None:
        """What happened: the change of a metric by the end of a period (of money: the sum so far).

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0, horizon=4, population=10)
        >>> case.link("app", "sales", 3, se=1, to_unit="EUR")
        >>> case.observe("sales", 2, 10, se=5)
        >>> case.run(seed=1).ledger["word"]
        ['behind']
        """
        _native.cx_case_observe(
            self._handle, metric, whole("period", period), real("change", change), real("se", se)
        )

    def total(self, metric: str, period: int, change: float, *, se: float) -> None:
        """The whole change of a metric, whatever its causes: what initiatives claim has to fit in.

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0, horizon=4, population=10)
        >>> case.link("app", "sales", 3, se=1, to_unit="EUR")
        >>> case.total("sales", 4, 60, se=10)
        >>> case.run(seed=1).notes["note"]
        ['held', 'no-cost', 'double-counted']
        """
        _native.cx_case_total(
            self._handle, metric, whole("period", period), real("change", change), real("se", se)
        )

    def run(
        self,
        *,
        draws: int = 20000,
        seed: int = 0,
        confidence: float = 0.9,
        surely: float = 0.8,
        antithetic: bool = True,
        sobol: bool = False,
    ) -> CaseResult:
        """Draws the case: the same seed gives the same figures.

        draws
            even, 1,000 to 1,000,000
        confidence
            of the intervals
        surely
            probability of a gain above which it pays, and below the rest of which it does not
        antithetic
            draws in mirrored pairs
        sobol
            draws from a Sobol sequence instead: means and shares come nearer in smooth cases

        Raises UnidentifiedError when a link is missing, naming between what; InfeasibleError for
        links in a circle and correlations that cannot be; EmptyError, OptionError.

        >>> import cxkit as cx
        >>> case = cx.Case(currency="EUR", rate=0, horizon=4, population=10)
        >>> case.link("app", "nps", 3, se=1, to_unit="NPS points")
        >>> case.run()
        Traceback (most recent call last):
        ...
        cxkit.errors.UnidentifiedError: a link is missing between nps and money: nothing says what \
nps is worth in EUR
        """
        options = fill(
            _native.cx_case_run_options(),
            draws=whole("draws", draws),
            seed=seed,
            confidence=confidence,
            surely=surely,
            antithetic=int(antithetic),
            sobol=int(sobol),
        )
        return result_of(_native.cx_case_run(self._handle, options), self._currency)


def _spread(spread: str | None, sd: float | None, bounds: object) -> str:
    if spread is not None:
        number("spread", spread, _SPREADS)
        return spread
    if bounds is not None:
        return "triangular"
    return "fixed" if sd is None else "normal"
