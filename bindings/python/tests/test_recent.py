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
    assert not cx.Recent.from_bytes(bytes(both)).asked("Ada", START + DAY)  # another salt


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
