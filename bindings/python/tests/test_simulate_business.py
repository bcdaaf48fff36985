"""The simulated company: its tables, its truth, and what an analysis finds of it."""

import math

import pytest

import cxkit as cx

SMALL = {"stores": 20, "months": 24, "customers": 1000, "seed": 5}


def test_tables_agree_with_each_other():
    company = cx.simulate_business(**SMALL)
    assert len(company.stores) == 20 * 24 and len(company.customers) == 1000
    assert len(company.employees) == 20 * 24 * 12
    assert sum(company.stores["customers"]) == len(company.months)
    assert sum(company.stores["left"]) == sum(company.customers["event"])
    assert set(company.meaning) == set(company.truth) == set(company.stores.figures)
    assert company.stores is company.stores
    assert "stores=20" in repr(company)


def test_stores_do_not_depend_on_who_else_is_asked_for():
    whole = cx.simulate_business(**SMALL)
    parts = [
        cx.simulate_business(**SMALL, first_store=0, store_count=7),
        cx.simulate_business(**SMALL, first_store=7),
    ]
    for name in ("stores", "customers", "months", "employees"):
        for column in getattr(whole, name).columns:
            joined = [value for part in parts for value in getattr(part, name)[column]]
            assert joined == getattr(whole, name)[column]


def test_what_is_built_in_is_found():
    company = cx.simulate_business(stores=100, customers=3000, seed=1)
    table = company.stores
    lags = cx.distributed_lag(
        _less_months(table, "cx"),
        _less_months(table, "spend"),
        unit=table["store"],
        period=table["month"],
        max_lag=12,
    )
    found = lags.long_run
    assert found.ci_low < company.truth["spend_long_run"] < found.ci_high
    months = company.months
    columns = {
        "cx": months["cx"],
        "competitor": months["competitor"],
        "price": months["price"],
        "tenure": [math.log(value) for value in months["tenure"]],
    }
    found = cx.hazard(columns, months["event"])
    assert abs(found.params["cx"] - company.truth["log_hazard_ratio"]) < 4 * found.se["cx"]


def _less_months(table, name):
    sums, counts = {}, {}
    for month, value in zip(table["month"], table[name]):
        sums[month] = sums.get(month, 0) + value
        counts[month] = counts.get(month, 0) + 1
    return [v - sums[m] / counts[m] for m, v in zip(table["month"], table[name])]


def test_impossible_companies_are_refused():
    with pytest.raises(cx.OptionError, match="theta is 1"):
        cx.simulate_business(theta=1)
    with pytest.raises(cx.OptionError, match="of their own"):
        cx.simulate_business(confounder_cx=0.8, engagement=1)
    with pytest.raises(cx.OptionError, match="stores"):
        cx.simulate_business(stores="many")
