import pytest

import cxkit as cx

GOOD = {"adjusted": True, "ordered": True, "split_p": 0.5, "attrition": 0, "periods": 60, "pre_trend_p": 0.5}


@pytest.mark.parametrize("level", range(6))
def test_a_method_whose_conditions_hold_keeps_its_level(level):
    found = cx.evidence(level, **GOOD)
    assert (found.level, int(found), found.reasons) == (level, level, ())
    assert cx.evidence(found.word, **GOOD).level == level


@pytest.mark.parametrize(
    "method, facts, level, rule",
    [
        (2, {"adjusted": False}, 1, "unadjusted"),
        (2, {"overlap": 0.1}, 1, "overlap"),
        (2, {"separated": True}, 1, "separated"),
        (3, {"adjusted": False}, 1, "unadjusted"),
        (3, {"ordered": False}, 2, "unordered"),
        (3, {"periods": 29}, 2, "few-periods"),
        (3, {"reverse": True}, 2, "reverse"),
        (4, {"pre_trend_p": 0.04}, 2, "pre-trend"),
        (4, {"breakdown": 0.9}, 2, "breakdown"),
        (4, {"treated": 1, "placebo_p": 0.2}, 3, "placebo"),
        (4, {"unidentified": True}, 1, "unidentified"),
        (4, {"selected": True}, 2, "selected"),
        (5, {"split_p": 0.0001}, 2, "split"),
        (5, {"split_p": None}, 4, "split-unknown"),
        (5, {"attrition": 0.06}, 4, "attrition"),
        (5, {"through": True}, 2, "through"),
    ],
)
def test_every_rule_lowers_the_level(method, facts, level, rule):
    found = cx.evidence(method, **{**GOOD, **facts})
    assert found.level == level
    assert found.claimed == method
    assert rule in [row["rule"] for row in found.table if row["effect"] == "lowered"]
    assert found.reasons
    assert "caused" not in found.phrase


def test_what_was_not_checked_is_said():
    found = cx.evidence("quasi-experiment")
    assert found.level == 4
    assert found.not_checked == ("the groups were already drifting apart before",)


def test_bad_facts_are_refused():
    with pytest.raises(cx.OptionError, match="0 to 5"):
        cx.evidence(6)
    with pytest.raises(cx.OptionError, match="assumed, associated"):
        cx.evidence("proven")
    with pytest.raises(cx.OptionError, match="attrition is 5"):
        cx.evidence(5, attrition=5)


def test_verdicts_are_three_words():
    found = cx.verdict(cx.share_difference(80, 200, 40, 200))
    assert (str(found), found.direction, found.reason) == ("link found", 1, "")
    same = cx.share_difference(41, 200, 38, 200)
    assert cx.verdict(same).reason == "no-effect-stated"
    assert cx.verdict(same, smallest=0.05).reason == "power"
    none = cx.verdict(same, smallest=0.15)
    assert none.words == "no link found" and none.power > 0.8 and none.smallest == 0.15
    weak = cx.verdict(same, smallest=0.15, reliability=0.5)
    assert weak.words == "not testable with these data"
    assert weak.detectable == pytest.approx(2 * none.detectable)
    small = cx.verdict(cx.share_difference(3, 4, 0, 4), cell=4)
    assert (small.reason, small.cell) == ("cells", 4)


def test_bad_verdicts_are_refused():
    same = cx.share_difference(41, 200, 38, 200)
    with pytest.raises(cx.OptionError, match="smallest is -1"):
        cx.verdict(same, smallest=-1)
    with pytest.raises(cx.OptionError, match="Estimate"):
        cx.verdict(0.3)
