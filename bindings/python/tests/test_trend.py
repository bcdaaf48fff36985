"""Trends: flags for changes that are more than chance, and whose changes they are."""

import numpy as np
import pytest

import cxkit as cx

WEEK = 7 * 86_400_000_000


def weeks(*shares, n=100):
    time = [w * WEEK for w in range(len(shares)) for _ in range(n)]
    scores = [10 if i < round(share * n) else 0 for share in shares for i in range(n)]
    return time, scores


def test_a_step_is_flagged():
    result = cx.trend(*weeks(0.3, 0.3, 0.3, 0.7, 0.7), every="week")
    assert result.table["change_flag"] == [None, "none", "none", "up", "none"]
    assert result.table["change"][3] == pytest.approx(80)
    assert "1 changes" in repr(result)
    assert result.panel is None and result.sites is None and len(result) == 5


def test_the_slope_is_a_weighted_line():
    time, scores = weeks(0.2, 0.35, 0.4, 0.55, 0.6, n=400)
    result = cx.trend(time, scores, every="week")
    values = np.array(result.table["value"])
    variances = np.array([p * (1 - p) for p in (0.2, 0.35, 0.4, 0.55, 0.6)])
    slope = np.polyfit(np.arange(5), values, 1, w=1 / np.sqrt(variances))[0]
    assert result.slope.value == pytest.approx(slope, rel=0.01)
    assert result.slope.ci_low < slope < result.slope.ci_high


def test_the_panel_shows_that_sites_came():
    time = [w * WEEK for w in range(4) for _ in range(100)]
    scores = [10, 0] * 200
    sites = ["a"] * 400
    time += [2 * WEEK] * 100 + [3 * WEEK] * 100
    scores += [10] * 200
    sites += ["b"] * 200
    result = cx.trend(time, scores, every="week", by={"site": sites})
    assert result.table["mix"][2] == pytest.approx(result.table["change"][2])
    assert result.table["panel_change"][2] == pytest.approx(0)
    assert result.panel == 1
    assert result.sites["presence"] == ["always", "came"]
    state = cx.tally_windows(time, scores, every="week", by={"site": sites})
    assert cx.trend(state).table == result.table
    assert result.to_dict()["figures"]["panel_keys"] == 1


def test_few_answers_are_not_tested():
    result = cx.trend([0, WEEK, None], [10, 0, 5], every="week")
    assert result.table["change_flag"] == [None, "too few"]
    assert result.slope is None
    assert result.no_time == 1
    with pytest.raises(cx.OptionError, match="few is 1"):
        cx.trend([0], [1], every="week", few=1)
    with pytest.raises(cx.MismatchError, match="share answers"):
        cx.trend(cx.tally_windows([0], [1], every="week").roll(2))
    with pytest.raises(cx.OptionError, match="every is None"):
        cx.trend([0], [1])


def test_a_series_without_changes_is_rarely_flagged():
    random = np.random.default_rng(11)
    flagged = 0
    for _ in range(200):
        scores = random.choice([10, 8, 0], size=12 * 60, p=[0.5, 0.2, 0.3])
        time = np.repeat(np.arange(12), 60) * WEEK
        flags = cx.trend(time, scores, every="week").table["change_flag"]
        flagged += any(flag in ("up", "down") for flag in flags)
    assert flagged <= 20
