"""A company of which everything is known, to try an analysis on before it is believed."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from . import _native
from ._options import fill, words
from .table import Table

__all__ = ["SimulatedBusiness", "simulate_business"]

_PARTS = words(_native.cx_business_part_name, _native.CX_BUSINESS_PART_END)


class SimulatedBusiness:
    """The tables of simulate_business, each made when it is first asked for."""

    def __init__(self, options: Any) -> None:
        self._options = options

    def _part(self, name: str) -> Table:
        return Table(_native.cx_simulate_business(_PARTS[name], self._options))

    @cached_property
    def stores(self) -> Table:
        """A row for each store and month: experience (cx), spend, initiatives, survey, hidden
        competitor."""
        return self._part("stores")

    @cached_property
    def customers(self) -> Table:
        """A row for each customer: first month, entry and exit in months of tenure, event."""
        return self._part("customers")

    @cached_property
    def months(self) -> Table:
        """A row for each customer and month at risk, with the survey's answers."""
        return self._part("months")

    @cached_property
    def employees(self) -> Table:
        """A row for each answer of an employee."""
        return self._part("employees")

    @cached_property
    def truth(self) -> dict[str, float]:
        """What is known, by name, such as "hazard_ratio", "spend_long_run" and "naive_bias"."""
        table = self._part("truth")
        return dict(zip(table["quantity"], table["value"], strict=True))

    @cached_property
    def meaning(self) -> dict[str, str]:
        """What each of the names of truth is."""
        table = self._part("truth")
        return dict(zip(table["quantity"], table["meaning"], strict=True))

    def __repr__(self) -> str:
        made = self._options
        return (
            f"SimulatedBusiness(stores={made.stores}, months={made.months}, "
            f"customers={made.customers}, seed={made.seed})"
        )


def simulate_business(
    *,
    stores: int = 200,
    months: int = 36,
    customers: int = 60_000,
    seed: int = 0,
    first_store: int = 0,
    store_count: int | None = None,
    price_month: int = 20,
    ease: float = 0.25,
    efficiency: float = 0.15,
    emotion: float = 0.4,
    engagement: float = 0.4,
    icc: float = 0.15,
    hazard: float = 0.02,
    hazard_ratio: float = 0.8,
    spend: float = 0.8,
    theta: float = 0.6,
    confounder_cx: float = 0.3,
    confounder_spend: float = 0.2,
    confounder_hazard: float = 0.15,
    confounder_moves: float = 0,
    asked: float = 0.1,
    response_cx: float = 0.3,
    response_leaving: float = -1,
) -> SimulatedBusiness:
    """A company with stores, customers, employees and a survey, drawn from a model that is known.

    stores, months, customers, seed
        its size; the same seed gives the same company
    first_store, store_count
        of the tables: those of parts, one under the other, are those of all
    price_month
        of a price change that all stores share; 0: none
    ease, efficiency, emotion
        effects of three initiatives on experience, in points; each comes in six waves by lot
    engagement
        effect of a point of employees' engagement on experience two months later
    icc
        of employees' answers in stores
    hazard, hazard_ratio
        of leaving in a month, and what a point of experience multiplies it by
    spend, theta
        effect of a point on the same month's spend, and the part of an effect left a month later
    confounder_cx, confounder_spend, confounder_hazard, confounder_moves
        the local competitor that nobody sees: its partial R2 with experience and with spend between
        stores, its log hazard ratio, the part of its variance that is within stores
    asked, response_cx, response_leaving
        of customers asked each month, and log odds of an answer: for a point, and of those about to
        leave

    Raises OptionError.

    >>> import cxkit as cx
    >>> company = cx.simulate_business(stores=6, months=12, customers=60)
    >>> len(company.stores), len(company.customers), company.truth["spend_long_run"]
    (72, 60, 2.0)
    """
    options = fill(
        _native.cx_business_options(),
        stores=stores,
        months=months,
        customers=customers,
        seed=seed,
        first_store=first_store,
        store_count=store_count,
        price_month=price_month,
        ease=ease,
        efficiency=efficiency,
        emotion=emotion,
        engagement=engagement,
        icc=icc,
        hazard=hazard,
        hazard_ratio=hazard_ratio,
        spend=spend,
        theta=theta,
        confounder_cx=confounder_cx,
        confounder_spend=confounder_spend,
        confounder_hazard=confounder_hazard,
        confounder_moves=confounder_moves,
        asked=asked,
        response_cx=response_cx,
        response_leaving=response_leaving,
    )
    made = SimulatedBusiness(options)
    _ = made.truth  # options that cannot be are refused here
    return made
