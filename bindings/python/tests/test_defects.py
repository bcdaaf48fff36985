"""Mistakes of other tools, and complaints of their users: one test each, by name."""

import random

import pytest
from conftest import read_vectors

import cxkit as cx


def test_cut_points_of_a_five_point_scale_give_0_and_not_minus_1():
    found = cx.nps([1, 5, 5, 4, 3], scale=(1, 5), detractors=3, promoters=5)
    assert found.value == 0


def test_a_missing_answer_is_left_out_and_does_not_make_the_score_missing():
    found = cx.nps([10, None, 9, float("nan"), 3])
    assert found.value == pytest.approx(100 / 3)
    assert (found.n, found.excluded["missing"]) == (3, 2)


@pytest.mark.parametrize(
    "method", ["auto", "wald", "adjusted-wald", "score", "bonett-price", "goodman"]
)
def test_limits_come_lower_first(method):
    found = cx.nps([10, 9, 3, 8, 7, 0], method=method)
    assert found.ci_low < found.value < found.ci_high


def test_promoters_only_are_not_certainty():
    found = cx.nps([10] * 10)
    assert found.ci_low == pytest.approx(47.5035515)
    assert found.ci_high == 100
    assert found.p_value is None
    assert "no-variance" in found.flags


def test_raw_answers_and_counts_give_the_same_score():
    assert cx.nps([10, 10, 3, 8, 9]) == cx.nps(counts=(1, 1, 3))


def test_the_error_in_points_is_a_hundred_times_that_of_a_fraction():
    found = cx.nps([10, 9, 9, 7, 8, 2], method="wald")
    assert found.se == pytest.approx(100 * ((4 / 6 - 1 / 9) / 6) ** 0.5)


def test_a_bad_score_is_told_from_0_as_well_as_a_good_one():
    good = cx.nps(counts=(10, 0, 30), method="score")
    bad = cx.nps(counts=(30, 0, 10), method="score")
    assert good.ci_low > 0 > bad.ci_high
    assert bad.ci_high == pytest.approx(-good.ci_low)


def test_a_missing_answer_is_never_a_passive_and_99_never_a_promoter():
    found = cx.nps([None, 99, 0, 10])
    assert (found.value, found.n) == (0, 2)
    assert (found.excluded["missing"], found.excluded["out_of_range"]) == (1, 1)


def test_the_margin_of_error_is_half_the_interval():
    found = cx.nps([10, 9, 8, 7, 3, 10, 9, 2], method="wald")
    assert (found.ci_high - found.ci_low) / 2 == pytest.approx(1.959963984540054 * found.se)


def test_classes_and_what_is_left_out_add_up_to_the_rows():
    found = cx.nps([4] * 2 + [7] * 11 + [10] * 18 + [None])
    assert found.n + sum(found.excluded.values()) == 32
    assert found.value == pytest.approx(1600 / 31)


def test_several_surveys_merge_into_one_score():
    surveys = [[10, 9, 3], [8, 8, None], [10]]
    merged = sum(cx.Tally().add(answers) for answers in surveys)
    assert cx.nps(merged) == cx.nps([x for answers in surveys for x in answers])


def test_surveys_on_different_scales_do_not_merge():
    with pytest.raises(cx.MismatchError, match="1 to 5 and 1 to 7"):
        cx.Tally(scale=(1, 5)).merge(cx.Tally(scale=(1, 7)))


def test_a_score_is_refused_where_the_question_is_another():
    with pytest.raises(cx.MismatchError, match="no net promoter question"):
        cx.nps([1, 5, 4], scale=(1, 5))
    with pytest.raises(cx.MismatchError, match="not from 0 to 10"):
        cx.ces(cx.Tally())
    with pytest.raises(cx.MismatchError, match="not from 1 to 7"):
        cx.ces(cx.Tally(scale=(1, 7)), version=1)
    with pytest.raises(cx.OptionError, match="no usual top boxes"):
        cx.csat(cx.Tally())


def test_answers_to_another_question_are_not_counted_into_the_score():
    """Rows of three questions in one column: each has its own scale, and its own tally."""
    rows = [("nps", 10), ("csat", 5), ("nps", 3), ("ces", 7), ("csat", 1), ("nps", 9)]
    asked = [question for question, _ in rows]
    alone = [score if question == "nps" else None for question, score in rows]
    assert cx.nps(alone).value == pytest.approx(100 / 3)
    found = cx.nps([score for _, score in rows], by=asked)
    assert found["n"][found["key"].index("nps")] == 3


def test_where_nothing_was_sent_there_is_no_rate():
    with pytest.raises(cx.EmptyError):
        cx.share(0, 0)
    found = cx.csat([5, None], by=["sent", "unsent"])
    assert found["value"] == [1, None]
    assert found["status"] == ["CX_OK", "CX_E_EMPTY"]


def test_skipped_answers_are_not_in_the_denominator():
    found = cx.nps([10, -1, 3, 9, -1], missing_codes=(-1,))
    assert found.value == pytest.approx(100 / 3)
    assert found.excluded["missing"] == 2


def test_half_points_fall_in_no_gap():
    scores = [6.5, 8.5, 9.5, 7, 0.5]
    assert cx.nps(scores).excluded["non_integer"] == 4
    found = cx.nps(scores, fractional="floor")
    assert (found.value, found.n, found.flags) == (-20, 5, ("rounded",))
    with pytest.raises(cx.DomainError, match="row 0"):
        cx.nps(scores, invalid="error")


def test_the_index_of_an_option_is_not_its_value():
    found = cx.csat([0, 4, 3, 0, 4])
    assert found.excluded["out_of_range"] == 2


@pytest.mark.parametrize(("steps", "boxes"), [(3, 1), (4, 2), (5, 2), (6, 2), (7, 2), (10, 3)])
def test_the_usual_boxes_follow_the_scale(steps, boxes):
    found = cx.csat(list(range(1, steps + 1)), scale=(1, steps))
    assert found.value == pytest.approx(boxes / steps)


def test_where_1_is_best_the_boxes_are_at_the_low_end():
    assert cx.csat([1, 2, 2, 5, 4], direction="low").value == pytest.approx(0.6)
    assert cx.csat([1, 2, 2, 5, 4], direction="low", top=1).value == pytest.approx(0.2)
    with pytest.raises(cx.OptionError, match="high, low"):
        cx.csat([1], direction="down")


def test_effort_turned_into_ease_is_better_the_higher():
    effort, ease = cx.ces([1, 2, 2, 4], version=1), cx.ces([1, 2, 2, 4], version=1, ease=True)
    assert (effort.value, ease.value) == (2.25, 3.75)
    assert ease.ci_low == 6 - effort.ci_high
    assert "lower-is-better" in effort.flags
    assert "lower-is-better" not in ease.flags


def test_answers_and_exclusions_add_up_to_the_rows_of_any_column():
    draw = random.Random(5)
    odd = [None, float("nan"), 99, 98, -1, 11, 6.5, 8.5, 1e300, 0.25]
    for column in range(100):
        rows = draw.randrange(200)
        scores = [
            draw.choice(odd) if draw.random() < 0.4 else draw.randrange(11) for _ in range(rows)
        ]
        weights = [draw.randrange(3) for _ in scores] if column % 3 else None
        tally = cx.Tally().add(
            scores,
            weights=weights,
            missing_codes=(99,),
            not_applicable_codes=(98,),
            fractional="floor" if column % 2 else "invalid",
        )
        assert tally.n + sum(tally.excluded.values()) == rows


def surgeries():
    steps = [(f"s{step}", step) for step in range(1, 6)] + [("dont_know", 9)]
    return {
        row["surgery"]: [step for name, step in steps for _ in range(int(row[name]))]
        for row in read_vectors("fft")
    }


def test_the_friends_and_family_test_has_both_denominators():
    answers = [step for each in surgeries().values() for step in each]
    valid = cx.csat(answers, not_applicable_codes=(9,))
    assert (valid.n, valid.excluded["not_applicable"]) == (3863, 19)
    assert valid.value == pytest.approx(0.9104323065, abs=1e-10)
    asked = cx.csat(answers, not_applicable_codes=(9,), denominator="answered")
    assert asked.value == pytest.approx(0.90597630088, abs=1e-11)
    assert asked.ci_low == pytest.approx(0.896389571724, abs=1e-11)
    against = cx.csat(
        answers, not_applicable_codes=(9,), denominator="answered", direction="low"
    )
    assert against.value == pytest.approx(0.042503863988, abs=1e-11)


def test_surgeries_differ_by_the_published_chi_square():
    places = surgeries()
    table = cx.csat(
        [step for each in places.values() for step in each],
        by=[place for place, each in places.items() for _ in each],
        not_applicable_codes=(9,),
        denominator="answered",
    )
    share = 3517 / 3882
    square = sum(n * (p - share) ** 2 for n, p in zip(table["n"], table["value"]))
    assert square / (share * (1 - share)) == pytest.approx(114.00626798, abs=1e-7)
    assert len(table) == 11
