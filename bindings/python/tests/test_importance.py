"""Importance and performance, penalty and reward."""

from __future__ import annotations

import cxkit as cx
import pytest

CLEAN = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5] * 3
SCORE = [2, 2, 5, 4, 7, 7, 7, 8, 7, 8] * 3


def test_items_are_placed_and_ranked():
    table = cx.importance_performance(
        {"ease": 0.4, "price": 0.1, "staff": 0.3},
        {"staff": 9, "ease": 6, "price": 8},
        best=10,
        cost={"ease": 100, "price": 1, "staff": 1},
        reachable={"ease": 1, "price": 0.5, "staff": 1},
    )
    assert list(table["name"]) == ["ease", "price", "staff"]
    assert list(table["quadrant"]) == [
        "concentrate here",
        "possible overkill",
        "keep up the good work",
    ]
    assert list(table["rank"]) == [3, 2, 1]
    assert table["gain"][1] == pytest.approx(0.1)


def test_estimates_bring_their_errors():
    good, poor = cx.mean_score([9] * 30 + [8] * 30), cx.mean_score([2, 10] * 30)
    table = cx.importance_performance(
        {"a": 0.3, "b": 0.1}, {"a": good, "b": poor}, best=10, cut_performance=6.5
    )
    assert table["quadrant"][0] == "keep up the good work"
    assert (table["quadrant"][1], table["nearest"][1]) == ("undecided", "low priority")
    assert table["importance_gap_low"][0] is None


def test_drivers_can_be_handed_over():
    drivers = cx.drivers({"a": [1, 2, 3, 4, 5, 6], "b": [3, 1, 2, 6, 4, 5]}, [1, 2, 4, 4, 6, 5])
    table = cx.importance_performance(drivers, {"a": 5, "b": 8}, best=10)
    assert list(table["importance"]) == pytest.approx(list(drivers.importance.values()))


def test_what_is_missing_is_named():
    with pytest.raises(cx.NameNotFoundError, match="performance has nothing for b"):
        cx.importance_performance({"a": 1, "b": 2}, {"a": 1}, best=10)
    with pytest.raises(cx.OptionError, match="mapping from names"):
        cx.importance_performance([1, 2], {"a": 1}, best=10)
    with pytest.raises(cx.DomainError, match="cost"):
        cx.importance_performance({"a": 1}, {"a": 1}, best=10, cost={"a": 0})


def test_an_item_that_can_only_hurt_is_basic():
    table = cx.penalty_reward({"clean": CLEAN, "score": SCORE}, "score", neutral=3)
    assert table["kind"][0] == "basic"
    assert table["penalty"][0] > 2 > 1 > table["reward"][0]
    assert table["asymmetry_low"][0] > 0
    weighted = cx.penalty_reward({"clean": CLEAN}, SCORE, neutral=3, weights=list(range(1, 31)))
    assert weighted["penalty"][0] != table["penalty"][0]


def test_one_side_alone_is_not_testable():
    table = cx.penalty_reward({"clean": [max(a, 3) for a in CLEAN]}, SCORE, neutral=3)
    assert (table["kind"][0], table["penalty"][0]) == ("not testable", None)
