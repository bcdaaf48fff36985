"""Trends: flags for changes that are more than chance, and whose changes they are."""

import csv
import os
from pathlib import Path

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


def test_no_site_in_every_window_is_no_panel():
    time = [week * 7 * 86_400_000_000 for week in (0, 1, 2) for _ in range(30)]
    sites = [site for site in ("a", "b", "a") for _ in range(30)]
    found = cx.trend(time, [10, 3, 8] * 30, every="week", by=sites)
    assert found.panel == 0 and found.table["panel_value"] == [None] * 3


def test_the_panel_has_limits_of_its_own():
    time = [week * 7 * 86_400_000_000 for week in (0, 1) for _ in range(60)]
    sites = ["a"] * 60 + ["a", "b"] * 30
    scores = [10, 3, 8, 9] * 30
    table = cx.trend(time, scores, every="week", by=sites).table
    alone = cx.nps(scores[60::2])
    assert table["panel_value"][1] == alone.value and table["panel_n"][1] == 30
    assert table["panel_ci_low"][1] == pytest.approx(alone.ci_low)
    assert table["panel_se"][1] == pytest.approx(alone.se)
    assert table["panel_change_ci_low"][1] < table["panel_change"][1]


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


def test_the_parts_of_a_change_have_the_errors_of_their_influences():
    random = np.random.default_rng(5)
    sides = [
        (random.integers(0, 11, 300), random.choice(["a", "b", "c"], 300, p=p))
        for p in ([0.5, 0.3, 0.2], [0.3, 0.3, 0.4])
    ]

    def split(weights):
        before, after = (
            cx.tally_by(scores, by=list(keys), weights=w)
            for (scores, keys), w in zip(sides, weights)
        )
        return cx.decompose(before, after).table

    ones = [np.ones(300), np.ones(300)]
    table, step = split(ones), 1e-4
    for part in ("mix", "within"):
        variance = np.zeros(3)
        for side in (0, 1):
            cells = {}  # answers of one step and key have the same influence
            for row, cell in enumerate(zip(*sides[side])):
                cells.setdefault(cell, []).append(row)
            for rows in cells.values():
                moved = [w.copy() for w in ones]
                moved[side][rows[0]] += step
                change = np.array(split(moved)[part]) - np.array(table[part])
                variance += len(rows) * (change / step) ** 2
        assert table[f"{part}_se"] == pytest.approx(np.sqrt(variance), rel=1e-3)
        limits = np.array(table[f"{part}_ci_high"]) - np.array(table[f"{part}_ci_low"])
        assert limits == pytest.approx(2 * 1.959964 * np.array(table[f"{part}_se"]))


def test_mix_and_within_of_each_window_have_limits():
    time, scores = weeks(0.3, 0.6)
    table = cx.trend(time, scores, every="week", by={"site": (["a"] * 40 + ["b"] * 60) * 2}).table
    assert table["mix_ci_low"][0] is None
    for part in ("mix", "within"):
        assert table[f"{part}_ci_low"][1] < table[part][1] < table[f"{part}_ci_high"][1]


def test_surgeries_that_come_and_go_move_the_score_of_all_but_not_of_those_always_there():
    folder = Path(os.environ["CX_SRC"]) if "CX_SRC" in os.environ else Path(__file__).parents[3]
    path = folder / "examples" / "gp-surgeries" / "answers.csv"
    if not path.exists():
        pytest.skip("the examples are not there")
    words = ["Extremely unlikely", "Unlikely", "Neither likely nor unlikely", "Likely"]
    words.append("Extremely likely")
    steps = {word: step for step, word in enumerate(words, 1)}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["time"] < "2024-04"]
    time = np.array([row["time"] for row in rows], dtype="datetime64[us]")
    trend = cx.trend(
        time,
        [steps.get(row["rating"]) for row in rows],
        every="month",
        by={"surgery": [row["surgery"] for row in rows]},
        score="top-box",
        scale=(1, 5),
    )
    table = trend.table
    always = [site["surgery"] for site in trend.sites if site["presence"] == "always"]
    assert (trend.panel, always) == (1, ["Earls Court Surgery"])
    assert table["keys"] == [1, 1, 1, 1, 1, 1, 3, 11, 11]
    assert table["value"][:6] == table["panel_value"][:6]
    assert table["value"][7:] == pytest.approx([0.90166, 0.90556], abs=1e-5)
    assert table["panel_value"][7:] == pytest.approx([0.94369, 0.96528], abs=1e-5)
    # February: ten surgeries that came bring all of the fall but a third
    assert table["change"][7] == pytest.approx(-0.04571, abs=1e-5)
    assert table["panel_change"][7] == pytest.approx(-0.00151, abs=1e-5)
    assert table["mix"][7] == pytest.approx(-0.03120, abs=1e-5)
    assert table["mix"][7] + table["within"][7] == pytest.approx(table["change"][7])
