"""Intervals that hold at every look."""

import csv
import os
import random

import pytest

import cxkit as cx

with open(os.path.join(os.environ["CX_VECTORS"], "anytime.csv"), newline="") as file:
    VECTORS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["id"])
def test_limits_are_those_of_the_definitions(row):
    counts = [int(row[name]) for name in ("low", "middle", "high")]
    tally = cx.Tally().add_counts([0, 8, 10], counts)
    found = cx.anytime(
        tally,
        score=row["score"],
        method=row["method"],
        alpha=1 - float(row["confidence"]),
        optimise_at=float(row["optimise_at"]),
        top=2,
    )
    for name in ("value", "ci_low", "ci_high"):
        assert getattr(found, name) == pytest.approx(float(row[name]), rel=1e-9, abs=1e-9)
    assert found.method == row["method"]


def test_no_answers_are_no_estimate():
    with pytest.raises(cx.EmptyError):
        cx.anytime([None, 11])


def test_columns_and_tallies_give_the_same():
    scores = [10, 9, 8, 3, 7, 9, 10]
    assert cx.anytime(scores) == cx.anytime(cx.Tally().add(scores))
    by = ["a", "a", "a", "b", "b", "b", "b"]
    table = cx.anytime(scores, by=by)
    assert table == cx.anytime(cx.tally_by(scores, by=by))
    assert table["ci_low"][0] == cx.anytime(scores[:3]).ci_low


def test_order_and_split_do_not_matter():
    scores = [(i * i) % 11 for i in range(200)]
    whole = cx.anytime(scores, score="mean")
    random.Random(1).shuffle(scores)
    parts = cx.Tally().add(scores[:50]) + cx.Tally().add(scores[50:])
    assert cx.anytime(parts, score="mean") == whole


def test_a_top_box_is_a_share():
    found = cx.anytime([5, 4, 4, 2, 5], scale=(1, 5), score="top-box")
    assert found.value == 0.8 and found.unit == "fraction" and found.method == "beta-binomial"


def test_betting_is_narrower_where_answers_vary_little():
    tally = cx.Tally().add_counts([7, 8, 9], [100, 800, 100])
    widths = {}
    for method in ("betting", "beta-binomial", "normal-mixture"):
        found = cx.anytime(tally, score="mean", method=method)
        widths[method] = found.ci_high - found.ci_low
    assert widths["betting"] < 0.5 * widths["beta-binomial"] < widths["normal-mixture"]


def test_weights_are_refused():
    with pytest.raises(cx.DomainError, match="leave the weights out"):
        cx.anytime(cx.Tally().add([9, 3], weights=[1, 2]))


@pytest.mark.parametrize(
    "wrong",
    [{"alpha": 0}, {"alpha": 1}, {"optimise_at": 0.5}, {"optimise_at": -3}, {"method": "wilson"},
     {"method": "normal"}, {"score": "ces"}, {"totals": True}, {"top": 11, "score": "top-box"}],
)  # fmt: skip
def test_bad_options_are_refused(wrong):
    with pytest.raises(cx.OptionError):
        cx.anytime([1, 2, 3], **wrong)


def test_the_scale_tells_what_is_read():
    ones = [1, 0, 1, 1] * 20
    share = cx.anytime(ones, scale=(0, 1))
    assert (share.value, share.unit, share.method) == (0.75, "fraction", "beta-binomial")
    assert share == cx.anytime(cx.Tally(scale=(0, 1)).add(ones))
    assert cx.anytime([1, 5, 4, 2], scale=(1, 5)).value == 3
    assert cx.anytime([-1, 0, 1, 1], scale=(-1, 1), method="betting").value == 0.25
    assert cx.anytime([9, 10, 3], scale=(0, 10)).unit == "points"
    assert cx.anytime([1, 5, 4, 2], scale=(1, 5), promoters=5, detractors=3).value == -25
    assert cx.anytime([1, 5, 4, 2], scale=(1, 5), top=2).value == 0.5
    assert cx.anytime(ones, scale=(0, 1), by=["a", "b"] * 40)["unit"] == ["fraction"] * 2
