"""Scores: what goes in, what comes out, and what is refused."""

import dataclasses
import json
import math

import pytest

import cxkit as cx

ANSWERS = [10, 9, 9, 8, 7, 3]


def test_nps_all_detractors_is_minus_100():
    estimate = cx.nps([0, 3, 6, 6, 5])
    assert estimate.value == -100
    assert estimate.ci_low == -100 < estimate.ci_high


def test_an_estimate_says_everything_about_itself():
    estimate = cx.nps([10, 9, 8, 3, None, 11, 8.5, 98], not_applicable_codes=(98,))
    assert (estimate.n, estimate.unit, estimate.confidence) == (4, "points", 0.95)
    assert estimate.value == 25
    assert estimate.excluded == {
        "missing": 1,
        "not_applicable": 1,
        "out_of_range": 1,
        "non_integer": 1,
        "zero_weight": 0,
        "no_id": 0,
        "duplicate": 0,
        "open": 0,
    }
    assert "few" in estimate.flags
    assert estimate.n_eff == 4
    assert estimate.sum_w == 4


def test_an_estimate_cannot_be_changed_and_goes_into_json():
    estimate = cx.nps(ANSWERS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        estimate.value = 100
    with pytest.raises((AttributeError, TypeError)):
        estimate.valu = 100
    again = json.loads(json.dumps(estimate.to_dict(), allow_nan=False))
    assert again["value"] == estimate.value
    assert again["df"] is None and again["p_value"] is None
    assert math.isnan(again["se"]) is False


def test_what_there_is_none_of_is_none():
    assert cx.nps([10]).se is None
    assert cx.nps(ANSWERS).p_value is None
    assert cx.mean_score(ANSWERS).df == 5


def test_an_estimate_reads_as_one_line():
    assert repr(cx.nps([10] * 5 + [0] * 3)).startswith("25.0 points [")
    assert "95 % (adjusted-wald, n = 8)" in repr(cx.nps([10] * 5 + [0] * 3))
    assert repr(cx.csat([5, 4, 1, 1])).startswith("0.500 [")
    assert "n_eff = " in repr(cx.nps([10, 10, 3, 3] * 5, weights=[1, 9, 1, 9] * 5))
    assert "nan" not in repr(cx.nps([10]))
    assert "<table>" in cx.nps(ANSWERS)._repr_html_()


def test_nps_takes_counts():
    assert cx.nps(counts=(1, 2, 3)) == cx.nps([6, 7, 7, 9, 9, 9])
    assert cx.nps(counts=(1, 0, 1), detractors=7, promoters=8).value == 0
    with pytest.raises(cx.OptionError, match="instead"):
        cx.nps([1], counts=(1, 2, 3))
    with pytest.raises(cx.OptionError, match="passives"):
        cx.nps(counts=(1, 2, 3), detractors=7, promoters=8)
    with pytest.raises(cx.OptionError, match="counts"):
        cx.nps(counts=(1, 2))
    with pytest.raises(cx.DomainError):
        cx.nps(counts=(1, -2, 3))
    with pytest.raises(cx.EmptyError):
        cx.nps(counts=(0, 0, 0))
    with pytest.raises(cx.OptionError, match="scores are missing"):
        cx.nps()


def test_a_tally_stands_for_its_answers():
    tally = cx.Tally().add(ANSWERS)
    assert cx.nps(tally) == cx.nps(ANSWERS)
    assert cx.mean_score(tally) == cx.mean_score(ANSWERS)
    one = cx.Tally(scale=(1, 5)).add([5, 4, 2])
    assert cx.csat(one) == cx.csat([5, 4, 2])
    seven = cx.Tally(scale=(1, 7)).add([5, 4, 2])
    assert cx.ces(seven) == cx.ces([5, 4, 2])


@pytest.mark.parametrize(
    "options",
    [
        {"weights": [1, 2]},
        {"by": ["a", "b"]},
        {"missing_codes": (99,)},
        {"not_applicable_codes": [99]},
        {"invalid": "error"},
        {"fractional": "floor"},
    ],
)
def test_options_of_reading_are_refused_for_a_tally(options):
    for metric in (cx.nps, cx.mean_score):
        with pytest.raises(cx.OptionError, match=next(iter(options))):
            metric(cx.Tally().add([1, 2]), **options)


@pytest.mark.parametrize("metric", [cx.nps, cx.csat, cx.ces, cx.mean_score])
def test_by_gives_a_row_for_each_key(metric):
    answers, keys = [1, 5, 3, 2, None], ["b", "a", "b", "a", "c"]
    table = metric(answers, by=keys)
    assert isinstance(table, cx.Table)
    assert table["key"] == ["a", "b", "c"]
    for row in table:
        own = [answer for answer, key in zip(answers, keys) if key == row["key"]]
        if row["key"] == "c":
            assert (row["status"], row["value"]) == ("CX_E_EMPTY", None)
            continue
        options = {"method": "score"} if metric is cx.nps else {}
        alone = metric(own, **options)
        assert row["value"] == pytest.approx(alone.value)
        assert row["ci_low"] == pytest.approx(alone.ci_low)
        assert (row["n"], row["method"], row["unit"]) == (alone.n, alone.method, alone.unit)
    tallies = {cx.csat: (1, 5), cx.ces: (1, 7)}.get(metric, (0, 10))
    assert metric(cx.tally_by(answers, by=keys, scale=tallies)) == table


def test_by_several_columns():
    table = cx.nps([10, 9, 3], by={"shop": ["x", "x", "y"], "day": [2, 1, 1]})
    assert table.columns[:2] == ("shop", "day")
    assert (table["shop"], table["day"]) == (["x", "x", "y"], [1, 2, 1])


def test_weights_count_as_weights():
    twice = cx.nps([10, 3], weights=[2, 1])
    assert twice.value == pytest.approx(100 / 3)
    assert "weighted" in twice.flags
    assert twice.sum_w == 3
    assert cx.nps([10, 10, 3, 3] * 5, weights=[1, 9, 1, 9] * 5).n_eff < 13


def test_codes_and_fractions():
    assert cx.nps([10, 99], missing_codes=(99,)).excluded["missing"] == 1
    assert cx.nps([10, 99], missing_codes=99).excluded["missing"] == 1
    floor = cx.nps([8.5, 10], fractional="floor")
    assert (floor.n, "rounded" in floor.flags) == (2, True)
    with pytest.raises(cx.OptionError, match="more than 16"):
        cx.nps([1], missing_codes=range(90, 110))
    with pytest.raises(cx.OptionError, match="not a number"):
        cx.nps([1], missing_codes=("x",))


def test_invalid_answers_are_named_when_they_are_errors():
    with pytest.raises(cx.DomainError) as caught:
        cx.nps([10, 11], invalid="error")
    error = caught.value
    assert (error.code, error.row, error.column, error.value) == (2, 1, "scores", 11.0)
    assert "row 1" in str(error) and "11" in str(error)


def test_ces_knows_its_direction():
    assert "lower-is-better" in cx.ces([1, 2], version=1).flags
    assert cx.ces([7, 6, 5, 1], report="net").unit == "points"
    with pytest.raises(cx.MismatchError):
        cx.ces(cx.Tally(scale=(0, 10)).add([1]))
    with pytest.raises(cx.OptionError):
        cx.ces([1], version=1, report="net")


def test_csat_boxes_and_denominators():
    assert cx.csat([5, 4, 3, 1]).value == 0.5
    assert cx.csat([5, 4, 3, 1], top=1).value == 0.25
    answered = cx.csat([5, 9], not_applicable_codes=(9,), denominator="answered")
    assert answered.value == 0.5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cx.nps([1], method="best"), "adjusted-wald"),
        (lambda: cx.nps([1], confidence=1.5), "confidence"),
        (lambda: cx.nps([1], confidence="high"), "confidence"),
        (lambda: cx.nps([1], promoters=6, detractors=9), "overlap"),
        (lambda: cx.nps([1], promoters=9.5), "promoters"),
        (lambda: cx.nps([1], scale=(0,)), "scale"),
        (lambda: cx.nps([1], scale=(0.5, 10)), "scale"),
        (lambda: cx.nps([1], scale=(0, 2**40)), "scale"),
        (lambda: cx.nps([1], scale=(10, 0)), "scale"),
        (lambda: cx.nps([1], invalid="drop"), "exclude, error"),
        (lambda: cx.nps([1], fractional=True), "floor"),
        (lambda: cx.csat([1], denominator="all"), "answered"),
        (lambda: cx.csat([1], method="goodman"), "method"),
        (lambda: cx.ces([1], report="median"), "mean, agree, net"),
        (lambda: cx.ces([1], version=3), "version"),
        (lambda: cx.share(1, 2, method="auto2"), "wilson"),
    ],
)
def test_bad_options_are_named(call, words):
    with pytest.raises(cx.OptionError, match=words):
        call()


def test_a_misspelt_keyword_is_an_error():
    for call in (
        lambda: cx.nps([1], weight=[1]),
        lambda: cx.csat([1], tops=2),
        lambda: cx.Tally(scales=(0, 1)),
        lambda: cx.Tally().add([1], missing=(9,)),
        lambda: cx.plan([1], 5, minimum=1),
        lambda: cx.drivers({"x": [1]}, [1], weight=None),
    ):
        with pytest.raises(TypeError, match="unexpected keyword"):
            call()


def test_options_are_keyword_only():
    with pytest.raises(TypeError, match="positional"):
        cx.nps([1], None)
    with pytest.raises(TypeError, match="positional"):
        cx.share(1, 2, "wilson")


def test_share_of_none_and_all():
    assert cx.share(0, 5).ci_low == 0
    assert cx.share(5, 5).ci_high == 1
    with pytest.raises(cx.EmptyError):
        cx.share(0, 0)
    with pytest.raises(cx.DomainError):
        cx.share(3, 2)
    with pytest.raises((cx.DomainError, OverflowError)):
        cx.share("3", 4)


def test_numbers_of_numpy_are_numbers():
    np = pytest.importorskip("numpy")
    assert cx.share(np.int64(3), np.int32(4)) == cx.share(3, 4)
    assert cx.nps(ANSWERS, promoters=np.int64(9), confidence=np.float64(0.9)).confidence == 0.9
    assert cx.nps([10, 99], missing_codes=np.array([99])).excluded["missing"] == 1
    assert cx.plan([1, 4], np.int64(9), lower=np.float32(1)).n == (3, 6)
    assert cx.random.uniform(np.uint64(1)) == cx.random.uniform(1)


def test_a_key_cannot_have_the_name_of_a_result():
    with pytest.raises(cx.OptionError, match="'n'"):
        cx.nps([1, 2], by={"n": ["a", "b"]})
    assert cx.tally_by([1, 2], by={"n": ["a", "b"]})["n"] == ["a", "b"]


def once(**more):
    return dict(respondent=[1, 1, 2, 2, None], time=[1, 2, 2, 1, 5], **more)


def test_one_answer_of_each_respondent_counts():
    scores = [0, 10, 9, 3, 8]
    last, first = cx.nps(scores, **once()), cx.nps(scores, **once(keep="first"))
    assert (last.n, last.excluded["duplicate"]) == (3, 2)
    assert last.value == cx.nps([10, 9, 8]).value
    assert first.value == cx.nps([0, 3, 8]).value
    assert cx.nps(scores, **once(keep="all")).n == 5
    assert cx.nps(scores, respondent=[1, 1, 2, 2, None]).value == cx.nps([10, 3, 8]).value
    assert cx.enps(scores, **once(min_n=1)).value == last.value
    assert cx.mean_score(scores, **once()).value == 9
    five = [1, 5, 4, 2, 5]
    assert cx.csat(five, **once()).excluded["duplicate"] == 2
    assert cx.ces(five, **once(version=1)).n == 3


def test_duplicates_are_seen_over_groups_windows_and_modes():
    scores, week = [0, 10, 9, 3, 8], 7 * 86_400_000_000
    table = cx.nps(scores, by=["x", "y", "x", "y", "y"], **once())
    assert table["n"] == [1, 2] and table["duplicate"] == [1, 1]
    weeks = dict(respondent=[1] * 5, time=[0, 1, week, week + 1, 2 * week], window="week")
    assert cx.nps(scores, **weeks).value == cx.nps([10, 3, 8]).value
    assert cx.nps(scores, mode=["a", "b", "a", "b", "b"], **once()).n == 3


@pytest.mark.parametrize(
    "given",
    [{"time": [1]}, {"keep": "first"}, {"window": "day"}],
    ids=lambda given: next(iter(given)),
)
def test_which_answer_counts_is_a_question_of_whose_they_are(given):
    with pytest.raises(cx.OptionError, match="needs respondent"):
        cx.nps([9], **given)


def test_a_state_does_not_know_its_respondents():
    with pytest.raises(cx.OptionError, match="respondent is for columns"):
        cx.nps(cx.Tally().add([9]), respondent=[1])
    with pytest.raises(cx.OptionError, match="respondent is for columns"):
        cx.nps(counts=(1, 1, 1), respondent=[1])
    with pytest.raises(cx.OptionError, match="window"):
        cx.nps([9], respondent=[1], window="day")
    with pytest.raises(cx.OptionError, match="keep"):
        cx.nps([9], respondent=[1], keep="best")
