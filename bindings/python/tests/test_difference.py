"""Differences: independent groups, each against the rest, shares, belief gaps."""

import json
import math

import pytest
from conftest import number, read_vectors

import cxkit as cx


def classes(detractors, passives, promoters):
    return cx.Tally().add_counts([0, 8, 10], [detractors, passives, promoters])


NAM, EMEA = classes(184, 83, 240), classes(99, 50, 110)


def test_a_side_without_answers_is_named():
    with pytest.raises(cx.EmptyError, match="side a"):
        cx.compare([None], [9, 10])


def test_two_regions_differ_as_published():
    found = cx.compare(NAM, EMEA, method="wald")
    expected = (6.79826064, 6.88047942, -6.68723121, 20.28375250, 0.323127951)
    given = (found.value, found.se, found.ci_low, found.ci_high, found.p_value)
    assert given == pytest.approx(expected, rel=1e-8)
    assert cx.compare(EMEA, NAM, method="wald").value == -found.value
    assert (found.n, found.unit, found.method) == (766, "points", "wald")


def test_columns_tallies_and_estimates_agree():
    a, b = [10] * 240 + [8] * 83 + [0] * 184, [10] * 110 + [8] * 50 + [0] * 99
    columns, tallies = cx.compare(a, b), cx.compare(NAM, EMEA)
    assert columns == tallies
    estimates = cx.compare(cx.nps(NAM), cx.nps(EMEA))
    assert (estimates.ci_low, estimates.ci_high) == pytest.approx(
        (tallies.ci_low, tallies.ci_high), rel=1e-12
    )
    assert estimates.method == "mover"
    json.dumps(estimates.to_dict())


@pytest.mark.parametrize("score", ["nps", "mean", "top-box"])
def test_extremes_have_an_interval_of_positive_width(score):
    for a, b in (([10], [0]), ([10] * 9, [0] * 9), ([10] * 5, [10] * 5), ([10], [10])):
        found = cx.compare(a, b, score=score, top=2)
        assert found.ci_high - found.ci_low > 0
        assert 0 < found.p_value <= 1
        assert not math.isnan(found.value)


def test_a_margin_of_error_is_half_a_width():
    """A peer reports the whole width of the interval as the margin of error."""
    found = cx.compare(NAM, EMEA, method="wald")
    assert found.ci_high - found.value == pytest.approx(1.959963984540054 * found.se, rel=1e-12)


def test_nobody_is_folded_into_a_class():
    """A peer counts missing answers as passives, and 99 as a promoter."""
    found = cx.compare([10, 9, None, 99, 3], [1, 2, None], missing_codes=())
    assert found.value == pytest.approx(100 / 3 + 100)
    assert found.n == 5
    assert (found.excluded["missing"], found.excluded["out_of_range"]) == (2, 1)


def test_effort_keeps_its_direction():
    found = cx.compare([1, 2, 2], [4, 5, 3], score="mean", scale=(1, 5), lower_is_better=True)
    assert "lower-is-better" in found.flags
    one, two = cx.ces([1, 2, 2], version=1), cx.ces([4, 5, 3], version=1)
    assert "lower-is-better" in cx.compare(one, two).flags
    with pytest.raises(cx.MismatchError, match="directions"):
        cx.compare(one, cx.mean_score([1, 2, 2], scale=(1, 5)))


def test_groups_compare_side_by_side():
    table = cx.compare([10, 9, 2, 3, 8], [1, 2, 3, 10], by=(["x", "x", "y", "y", "z"], ["x", "x", "y", "y"]))
    assert table["key"] == ["x", "y", "z"]
    assert table["status"] == ["CX_OK", "CX_OK", "CX_E_EMPTY"]
    assert table["value"][2] is None
    assert table["p_adjusted"][0] == pytest.approx(2 * min(table["p_value"][:2]))
    assert table["n_a"] == [2, 2, 1]


def test_two_estimates_give_the_published_difference_by_their_errors():
    found = cx.compare(cx.nps(counts=(184, 83, 240)), cx.nps(counts=(99, 50, 110)), method="wald")
    assert found.value == pytest.approx(6.79826064)
    assert found.se == pytest.approx(6.88047942)
    assert (found.ci_low, found.ci_high) == pytest.approx((-6.68723121, 20.2837525))
    assert found.p_value == pytest.approx(0.323127951)
    with pytest.raises(cx.OptionError, match="'mover'"):
        cx.compare(cx.share(1, 2), cx.share(1, 3), method="t")


def test_an_estimate_compares_with_a_number_that_is_known():
    score = cx.nps(counts=(362, 176, 462), method="wald")
    found = cx.compare(score, 0, method="wald")
    assert found.p_value == pytest.approx(0.000456610394112, rel=1e-9)
    assert (found.value, found.n) == (score.value, 1000)
    assert (found.ci_low, found.ci_high) == pytest.approx((score.ci_low, score.ci_high))
    assert cx.compare(cx.share(8, 10), 0.8).p_value == 1
    with pytest.raises(cx.OptionError, match="finite"):
        cx.compare(score, float("nan"))


def test_the_difference_of_shares_is_that_of_two_top_boxes():
    plain = cx.share_difference(56, 70, 48, 80)
    boxes = cx.compare(
        [5] * 56 + [1] * 14, [5] * 48 + [1] * 32, score="top-box", scale=(1, 5)
    )
    assert plain.method == boxes.method == "score"
    assert (plain.ci_low, plain.p_value) == pytest.approx((boxes.ci_low, boxes.p_value))


def test_each_group_compares_with_the_rest():
    table = cx.compare_rest([10, 9, 9, 2, 3, 4, 8], by=list("xxxyyyz"))
    apart = cx.compare([10, 9, 9], [2, 3, 4, 8])
    assert table["value"][0] == apart.value
    assert table["p_value"][0] == apart.p_value
    with pytest.raises(cx.OptionError, match="by is missing"):
        cx.compare_rest([10, 9])


@pytest.mark.parametrize("row", read_vectors("share_difference"), ids=lambda row: row["id"])
def test_differences_of_shares_agree_with_the_reference(row):
    found = cx.share_difference(
        *(int(row[name]) for name in ("x1", "n1", "x2", "n2")), method=row["method"]
    )
    tolerance = float(row["tolerance"])
    assert found.ci_low == pytest.approx(max(number(row["ci_low"]), -1), abs=tolerance)
    assert found.ci_high == pytest.approx(min(number(row["ci_high"]), 1), abs=tolerance)
    if row["p_value"]:
        assert found.p_value == pytest.approx(float(row["p_value"]), rel=1e-9)


def test_shares_hold_together_and_sparse_ones_end():
    table = cx.shares([362, 176, 462])
    assert table["ci_low"] == pytest.approx([0.326499799517, 0.149039619437, 0.424580941973])
    assert table["ci_high"] == pytest.approx([0.399072981100, 0.206652995925, 0.499852142544])
    assert table.figures["n"] == 1000
    sparse = cx.shares([0, 1, 2, 0, 1000], method="sison-glaz")
    assert all(low <= value <= high for low, value, high in zip(*(sparse[n] for n in ("ci_low", "value", "ci_high"))))
    with pytest.raises(cx.DomainError) as caught:
        cx.shares([1, -2])
    assert caught.value.row == 1


def test_beliefs_stand_against_the_score():
    found = cx.belief_gap([40, 55, 10, 60, None, 35], [10, 9, 3, 8, 7, 9, 2, 10, 9, 5])
    assert (found.gap.value, found.customers.value, found.over.value) == (20, 20, 0.8)
    assert found.believed.excluded["missing"] == 1
    json.dumps(found.to_dict())
    answers = cx.belief_gap([9, 10, 9], [10, 9, 3, 8], staff_as="answers", score="mean")
    assert answers.gap == cx.compare([9, 10, 9], [10, 9, 3, 8], score="mean")


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: cx.compare([1], [2], method="newcombe"), "newcombe"),
        (lambda: cx.compare(cx.nps(NAM), EMEA), "answers behind it"),
        (lambda: cx.compare(cx.nps(NAM), cx.nps(EMEA), confidence=0.9), "made with 0.95"),
        (lambda: cx.compare(cx.nps(NAM), cx.nps(EMEA), method="t"), "limits"),
        (lambda: cx.compare(NAM, EMEA, weights=([1], [1])), "weights is for columns"),
        (lambda: cx.compare([1], [2], weights=[1]), "pair"),
        (lambda: cx.belief_gap([1], [2], staff_as="rumour"), "rumour"),
    ],
)
def test_what_does_not_fit_is_refused(call, says):
    with pytest.raises(cx.OptionError, match=says):
        call()


@pytest.mark.parametrize("successes", [1.5, float("nan"), 2**70, "3", None])
def test_a_count_is_a_whole_number(successes):
    with pytest.raises(cx.DomainError, match="successes is"):
        cx.share(successes, 10)
    assert cx.share(3.0, 10.0) == cx.share(3, 10)


def test_chi_square_across_surgeries_matches_the_published_figure():
    rows = read_vectors("chi_square_data")
    counts = {name: [int(row[name]) for row in rows] for name in ("recommend", "other")}
    found = cx.chi_square(counts)
    for row in read_vectors("chi_square"):
        expected = float(row["value"])
        assert getattr(found, row["id"]) == pytest.approx(expected, rel=1e-9), row["id"]
    assert (found.n, found.groups, found.classes) == (3882, 11, 2)
    assert cx.chi_square({"a": [9, 4], "b": [1, 6]}).flags == ("few",)
    with pytest.raises(cx.FewError):
        cx.chi_square({"a": [9, 4]})
    with pytest.raises(cx.DomainError, match="row 1"):
        cx.chi_square({"a": [9, -4], "b": [1, 2]})


def test_what_would_be_ignored_is_refused():
    with pytest.raises(cx.OptionError, match="totals are for tables"):
        cx.nps([10, 9, 3], mode=["sms", "sms", "mail"], totals=True)
    with pytest.raises(cx.DomainError, match=r"keys \(by\)"):
        cx.coverage([30, 40], [3, 4])
