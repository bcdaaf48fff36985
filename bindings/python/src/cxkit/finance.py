"""Money over time: present values, rates of return, payback, margin multiples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any, Self

from . import _native
from ._columns import column, frame
from ._options import fill
from ._times import times as clock
from .errors import OptionError
from .table import Table

__all__ = ["Irr", "Mirr", "Npv", "Payback", "irr", "margin_multiple", "mirr", "npv", "payback"]

_RATE_KINDS = {"spot": _native.CX_RATES_SPOT, "forward": _native.CX_RATES_FORWARD}


class _Number(float):
    """A number that knows more about itself; its fields are those of the class, in order."""

    def __new__(cls, value: float, *fields: float | None) -> Self:
        made = super().__new__(cls, value)
        for name, field in zip(cls.__annotations__, fields, strict=True):
            made.__dict__[name] = field
        return made

    @property
    def value(self) -> float:
        """The number itself."""
        return float(self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed")

    def __getnewargs__(self) -> tuple[Any, ...]:
        return float(self), *self.__dict__.values()

    def __repr__(self) -> str:
        more = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}(value={float(self)!r}, {more})"


class Npv(_Number):
    """The net present value, a number, and what it is made of; see npv.

    value
        inflow - outflow
    inflow, outflow
        present values of what comes in and goes out, both 0 or more
    roi
        (inflow - outflow) / outflow; None without outflow
    break_even
        what inflows have to be multiplied by for a value of 0; None without inflow
    n
        flows
    """

    inflow: float
    outflow: float
    roi: float | None
    break_even: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Irr:
    """All internal rates of return; see irr.

    roots
        ascending
    multiple
        there are several: none of them is "the" rate of return
    value
        the only root; None when there are several
    slopes
        of the present value at each root: -1 where higher rates make a loss (the usual case)
    sign_changes
        of the flows in order of time: no more roots than that
    """

    roots: tuple[float, ...]
    multiple: bool
    value: float | None
    slopes: tuple[int, ...]
    sign_changes: int


class Mirr(_Number):
    """The modified rate of return, a number; see mirr.

    value
        for a period, or a year with dates
    invested, grown
        what goes out, at the first flow, and what comes in, at the last
    span
        time between them
    """

    invested: float
    grown: float
    span: float


@dataclass(frozen=True, slots=True)
class Payback:
    """When the money is back; see payback.

    simple, discounted
        time; None for never, 0 when nothing had to be paid back
    simple_end, discounted_end
        "reached", "never", "lost-again" or "not-needed"
    lowest
        the least sum of flows on the way: what has to be financed
    """

    simple: float | None
    discounted: float | None
    simple_end: str
    discounted_end: str
    lowest: float


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _flows(flows: Any, times: Any, dates: Any, currency: Any) -> object:
    when = None if dates is None else clock(dates, "date")
    columns = {"amount": flows, "time": times, "date": when, "currency": currency}
    return frame({name: data for name, data in columns.items() if data is not None})


def _options(
    mid_period: bool, real_flows: bool, real_rates: bool, inflation: float | None,
    minor_digits: int, year_days: float, rates: str = "spot",
) -> Any:  # fmt: skip
    if rates not in _RATE_KINDS:
        raise OptionError(f"rates is {rates!r}; it has to be one of {', '.join(_RATE_KINDS)}")
    return fill(
        _native.cx_finance_options(),
        timing=int(mid_period),
        rate_kind=_RATE_KINDS[rates],
        real_flows=int(real_flows),
        real_rates=int(real_rates),
        inflation=inflation,
        minor_digits=minor_digits,
        year_days=year_days,
    )


def _rates(rate: Any) -> object:
    return [rate] if isinstance(rate, Real) else column(rate, "rate")


def npv(
    flows: Any,
    rate: Any,
    *,
    times: Any = None,
    dates: Any = None,
    currency: Any = None,
    rates: str = "spot",
    mid_period: bool = False,
    real_flows: bool = False,
    real_rates: bool = False,
    inflation: float | None = None,
    minor_digits: int = 0,
    year_days: float = 365,
) -> Npv:
    """The present value of cash flows: the sum of flow / (1 + rate)^time.

    flows
        money, what goes out negative; without times flow i comes at the end of period i, flow 0 now
    rate
        for a period, such as 0.05; or one for each flow. The order of spreadsheets, a number first
        and then the flows, is read as well
    times, dates
        periods from now for each flow, in any order; or dates, and then rates are for a year
    currency
        of each flow: all have to agree
    rates
        with one for each flow: "spot" rates from now to it, or "forward" from the flow before
    mid_period
        flows of a period come all along
    real_flows, real_rates, inflation
        money of today, rates above inflation; they have to agree, or inflation stands between
    minor_digits
        amounts are whole cents (2), öre, ...: exact
    year_days
        days in a year, with dates

    Raises DomainError for a missing amount or a rate at or below -1, MismatchError for several
    currencies, OptionError, LengthError, EmptyError.

    >>> import cxkit as cx
    >>> round(cx.npv([-15000, 1500, 2500, 3500, 4500, 6000], 0.05).value, 2)
    122.89
    """
    if isinstance(flows, Real) and not isinstance(rate, Real):
        flows, rate = rate, flows
    options = _options(
        mid_period, real_flows, real_rates, inflation, minor_digits, year_days, rates
    )
    raw = _native.cx_npv(_flows(flows, times, dates, currency), _rates(rate), options)
    return Npv(raw.npv, raw.inflow, raw.outflow, _known(raw.roi), _known(raw.break_even), raw.n)


def irr(
    flows: Any,
    *,
    times: Any = None,
    dates: Any = None,
    currency: Any = None,
    mid_period: bool = False,
    minor_digits: int = 0,
    year_days: float = 365,
) -> Irr:
    """Every rate above -1 at which the present value is 0: all of them, none missed.

    flows, times, dates, currency, mid_period, minor_digits, year_days
        as in npv

    Raises UnidentifiedError, with the reason, when there is none, or when any rate will do.

    >>> import cxkit as cx
    >>> round(cx.irr([-100, 39, 59, 55, 20]).value, 4)
    0.2809
    >>> several = cx.irr([-100, 230, -132])
    >>> several.multiple, [round(root, 6) for root in several.roots]
    (True, [0.1, 0.2])
    """
    options = _options(mid_period, False, False, None, minor_digits, year_days)
    table = Table(_native.cx_irr(_flows(flows, times, dates, currency), options))
    roots = tuple(table["rate"])
    return Irr(
        roots=roots,
        multiple=len(roots) > 1,
        value=roots[0] if len(roots) == 1 else None,
        slopes=tuple(table["slope"]),
        sign_changes=int(table.figures["sign_changes"] or 0),
    )


def mirr(
    flows: Any,
    finance_rate: float,
    reinvest_rate: float,
    *,
    times: Any = None,
    dates: Any = None,
    currency: Any = None,
    mid_period: bool = False,
    minor_digits: int = 0,
    year_days: float = 365,
) -> Mirr:
    """The modified rate of return: one rate, whatever the flows.

    flows, times, dates, currency, mid_period, minor_digits, year_days
        as in npv
    finance_rate
        paid for what goes out
    reinvest_rate
        earned by what comes in, until the last flow

    Raises UnidentifiedError when nothing goes out or nothing comes in, DomainError.

    >>> import cxkit as cx
    >>> round(cx.mirr([-120000, 39000, 30000, 21000, 37000, 46000], 0.10, 0.12).value, 4)
    0.1261
    """
    options = _options(mid_period, False, False, None, minor_digits, year_days)
    raw = _native.cx_mirr(
        _flows(flows, times, dates, currency), float(finance_rate), float(reinvest_rate), options
    )
    return Mirr(raw.rate, raw.invested, raw.grown, raw.span)


def payback(
    flows: Any,
    rate: Any = 0,
    *,
    times: Any = None,
    dates: Any = None,
    currency: Any = None,
    rates: str = "spot",
    mid_period: bool = False,
    real_flows: bool = False,
    real_rates: bool = False,
    inflation: float | None = None,
    minor_digits: int = 0,
    year_days: float = 365,
) -> Payback:
    """When the money is back, plainly and discounted, interpolated between flows.

    flows, rate, times, dates, currency, rates, mid_period, real_flows, real_rates, inflation,
    minor_digits, year_days
        as in npv

    Never is a word, not a number. Raises as npv.

    >>> import cxkit as cx
    >>> found = cx.payback([-100, 40, 40, 40], 0.1)
    >>> found.simple, found.discounted, found.discounted_end
    (2.5, None, 'never')
    """
    options = _options(
        mid_period, real_flows, real_rates, inflation, minor_digits, year_days, rates
    )
    raw = _native.cx_payback(_flows(flows, times, dates, currency), _rates(rate), options)
    return Payback(
        simple=_known(raw.simple),
        discounted=_known(raw.discounted),
        simple_end=_native.cx_payback_name(raw.simple_end),
        discounted_end=_native.cx_payback_name(raw.discounted_end),
        lowest=raw.lowest,
    )


def margin_multiple(
    retention: float, rate: float, *, growth: float = 0, horizon: float | None = None
) -> float:
    """What a yearly margin of 1 is worth over a customer's life, r / (1 + i - r (1 + g)).

    retention
        share kept from a period to the next
    rate, growth
        discount rate, and growth of the margin of those who stay
    horizon
        whole periods; None: for life

    Raises DomainError, also for a life whose value has no bound.

    >>> import cxkit as cx
    >>> round(cx.margin_multiple(0.9, 0.12), 2)
    4.09
    """
    life = math.inf if horizon is None else float(horizon)
    found = _native.cx_margin_multiple(float(retention), float(rate), float(growth), life)
    return float(found.multiple)
