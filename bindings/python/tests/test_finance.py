import datetime
import math

import pytest

import cxkit as cx
from conftest import read_vectors


def numbers(text):
    return [float(part) for part in text.split()]


@pytest.mark.parametrize("row", read_vectors("finance"), ids=lambda row: row["figure"])
def test_published_figures_are_reproduced(row):
    flows = numbers(row["flows"])
    rate = float(row["rate"] or "nan")
    other = float(row["other"] or "nan")
    found = {
        "npv": lambda: cx.npv(flows, rate).value,
        "irr": lambda: cx.irr(flows).value,
        "mirr": lambda: cx.mirr(flows, rate, other).value,
        "multiple": lambda: cx.margin_multiple(other, rate),
    }[row["figure"]]()
    assert math.isclose(found, float(row["value"]), rel_tol=float(row["tolerance"]))


def test_the_order_of_spreadsheets_is_read_too():
    assert cx.npv(0.1, [-100, 60, 60]) == cx.npv([-100, 60, 60], 0.1)
    assert float(cx.npv([-100, 60, 60], 0.1)) == cx.npv([-100, 60, 60], 0.1).value


def test_dates_are_exact_days():
    dates = [datetime.date(2025, 1, 1), datetime.date(2026, 1, 1), datetime.date(2027, 1, 1)]
    assert abs(cx.npv([-200, 110, 121], 0.1, dates=dates).value) < 1e-12
    found = cx.irr([-200, 110, 121], dates=dates)
    assert math.isclose(found.value, 0.1, rel_tol=1e-12)
    assert found.slopes == (-1,)


def test_currencies_have_to_agree():
    assert cx.npv([-1, 2], 0, currency=["EUR", "EUR"]).value == 1
    with pytest.raises(cx.MismatchError, match="SEK, in row 0 it is EUR") as caught:
        cx.npv([-1, 2], 0, currency=["EUR", "SEK"])
    assert caught.value.row == 1


def test_no_rate_of_return_says_why():
    with pytest.raises(cx.UnidentifiedError, match="only ever goes out"):
        cx.irr([-1, -2])
    with pytest.raises(cx.UnidentifiedError, match="no rate above -1"):
        cx.irr([10, -20, 15])
    several = cx.irr([-100, 230, -132])
    assert several.multiple and several.value is None and several.sign_changes == 2


def test_money_may_come_in_cents():
    assert cx.npv([-12345, 20010], 0, minor_digits=2).value == 76.65
    with pytest.raises(cx.ColumnTypeError, match="whole numbers"):
        cx.npv([-123.45, 200.1], 0, minor_digits=2)


def test_rates_may_differ_by_time_and_kind():
    spot = cx.npv([-100, 50, 60], [0.01, 0.02, 0.03]).value
    forward = cx.npv([-100, 50, 60], [0, 0.02, 1.03**2 / 1.02 - 1], rates="forward").value
    assert math.isclose(spot, forward, rel_tol=1e-12)
    real = cx.npv([-100, 60, 60], 0.08, real_flows=True, inflation=0.02).value
    assert math.isclose(real, cx.npv([-100, 60, 60], 1.08 / 1.02 - 1).value, rel_tol=1e-12)
    with pytest.raises(cx.OptionError, match="inflation"):
        cx.npv([-100, 60, 60], 0.08, real_flows=True)
    with pytest.raises(cx.OptionError, match="spot, forward"):
        cx.npv([1], 0, rates="par")


def test_never_is_a_word():
    found = cx.payback([-100, 40, 40], 0.1)
    assert (found.simple, found.simple_end) == (None, "never")
    assert cx.payback([-100, 150, -100]).simple_end == "lost-again"
    assert cx.payback([1, 1]).simple_end == "not-needed"
    assert cx.payback([-100, 40, 40, 40]).lowest == -100


def test_missing_money_is_refused_with_its_row():
    with pytest.raises(cx.DomainError, match="missing") as caught:
        cx.npv([-1, None, 3], 0.1)
    assert (caught.value.row, caught.value.column) == (1, "amount")
    with pytest.raises(cx.DomainError, match="no bound"):
        cx.margin_multiple(1, 0)


def test_nothing_paid_is_a_plain_zero():
    found = cx.npv([1, 1], 0.1)
    assert str(found.outflow) == "0.0" and str(found.break_even) == "0.0" and found.roi is None
