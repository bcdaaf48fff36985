"""Who was asked lately, in 2.5 bytes a contact."""

import copy
import pickle
from datetime import datetime, timedelta, timezone

import pytest

import cxkit as cx

DAY = 86_400_000_000
START = 20_000 * DAY


def test_nobody_who_was_asked_is_missed():
    made = cx.Recent(window=timedelta(days=4), capacity=2000)
    for i in range(2000):
        made.record(i, START + i * 4 * DAY // 2000)
    assert all(made.asked(i, START + 4 * DAY - 1) for i in range(2000))
    wrong = sum(made.asked(-1 - i, START + 4 * DAY - 1) for i in range(20_000))
    figures = made.rates(START + 4 * DAY - 1).figures
    assert abs(wrong / 20_000 - figures["rate"]) < 5 * (figures["rate"] / 20_000) ** 0.5
    assert figures["rate"] < 0.01 and figures["rate_expected"] < 0.01
    assert made.memory / 2000 == pytest.approx(2.5, rel=0.15)


def test_a_contact_is_spared_a_generation_longer_at_most():
    now = datetime(2026, 3, 1, tzinfo=timezone.utc)
    made = cx.Recent(window=timedelta(days=4), capacity=10).record("Ada", now)
    assert made.asked("Ada", now + timedelta(days=4))
    assert not made.asked("Ada", now + timedelta(days=5))


def test_filters_merge_copy_and_become_bytes():
    a, b = cx.Recent(capacity=100, salt=3), cx.Recent(capacity=100, salt=3)
    a.record("Ada", START), b.record("Ben", START + DAY)
    both = a + b
    assert both == b + a and both.asked("Ada", START + DAY) and both.asked("Ben", START + DAY)
    for again in (
        cx.Recent.from_bytes(bytes(both), salt=3),
        pickle.loads(pickle.dumps(both)),
        copy.deepcopy(both),
    ):
        assert again == both and again.asked("Ada", START + DAY)
    with pytest.raises(cx.MismatchError, match="salt 0"):
        cx.Recent.from_bytes(bytes(both))


def test_what_is_refused():
    made = cx.Recent(capacity=10)
    with pytest.raises(cx.DomainError):
        made.record(None, START)
    with pytest.raises(cx.DomainError):
        made.record("Ada", -1)
    with pytest.raises(cx.OptionError):
        cx.Recent(capacity=0)
    with pytest.raises(cx.OptionError):
        cx.Recent(window=timedelta(seconds=1))
    with pytest.raises(cx.MismatchError):
        made.merge(cx.Recent(capacity=1000))
    with pytest.raises(cx.FormatError):
        cx.Recent.from_bytes(bytes(made)[:-1])
    assert not made.asked(None, START)


def gate_with(recent, **settings):
    return cx.Gate([], seed=1, points=["shop", "web"], recent=recent, **settings)


def test_a_gate_keeps_a_filter_in_place_of_a_ledger():
    gate = gate_with(cx.Recent(window=timedelta(days=4), capacity=1000, salt=3), salt=3)
    now = datetime(2026, 3, 1, tzinfo=timezone.utc)
    assert gate.decide("Ada", "shop", now).invite
    again = gate.decide("Ada", "web", now + timedelta(days=1))
    assert (again.invite, again.reason, again.rule, again.action) == (False, "rule", 0, "defer")
    assert timedelta(days=4) < again.retry_at - now <= timedelta(days=5)
    assert gate.recent.asked("Ada", now) and not gate.recent.asked("Ben", now)
    other = gate_with(cx.Recent(window=timedelta(days=4), capacity=1000, salt=3), salt=3)
    assert not other.merge(gate).decide("Ada", "shop", now).invite
    with pytest.raises(cx.MismatchError, match="no ledger"):
        gate.ledger
    with pytest.raises(cx.MismatchError, match="forget nobody"):
        gate.erase("Ada")


def test_coverage_says_how_many_a_filter_spares_by_mistake():
    gate = gate_with(cx.Recent(window=timedelta(days=4), capacity=2000, bits=8))
    for i in range(2000):
        gate.decide(i, "shop", START + i * DAY // 500)
    figures = gate.coverage().figures
    assert 0.003 < figures["spared_rate"] < 0.2
    assert 0 <= figures["spared_share"] <= figures["quarantined_share"]
    exact = cx.Gate([cx.Rule(gap=86400)], seed=1, points=["shop"])
    exact.decide(1, "shop", START)
    assert exact.coverage().figures["spared_share"] == 0
    assert exact.recent is None


def test_a_filter_is_the_one_rule_of_its_gate():
    with pytest.raises(cx.OptionError, match="one rule"):
        cx.Gate([cx.Rule(gap=60)], seed=1, points=["shop"], recent=cx.Recent())
    with pytest.raises(cx.MismatchError, match="salt"):
        gate_with(cx.Recent(salt=4))
