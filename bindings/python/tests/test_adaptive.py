"""Estimates after adaptive measuring."""

import math
import random

import pytest

import cxkit as cx

LOG = {
    "probability": [0.5, 0.5, 0.25, 0.25],
    "invite": [1, 0, 1, 1],
    "score": [10, None, 4, 7],
    "contact": ["ann", "bob", "cid", "cid"],
    "frequency": [0, 0, 1, 1],
    "reason": ["invited", "not drawn", "invited", "invited"],
}


def test_each_answer_stands_for_those_who_were_not_drawn():
    found = cx.adaptive_mean({name: LOG[name] for name in ("probability", "invite", "score")})
    assert found.value == pytest.approx(6.4)
    assert found.n == 3
    assert found.n_eff == pytest.approx(100 / 36)
    assert found.method == "t"


def test_scores_may_stand_beside_the_log():
    log = {name: LOG[name] for name in ("probability", "invite")}
    assert cx.adaptive_mean(log, LOG["score"]).value == pytest.approx(6.4)
    assert cx.adaptive_mean(LOG, [0, None, 0, 0]).value == 0


def test_a_table_of_the_library_is_a_log():
    rows = cx.plan([4.0, 1.0, 2.0], 30).table  # any table: it lacks the columns
    with pytest.raises(cx.NameNotFoundError, match="no column called"):
        cx.adaptive_mean(rows, [1, 2, 3])


def test_a_data_frame_is_a_log():
    pandas = pytest.importorskip("pandas")
    assert cx.adaptive_mean(pandas.DataFrame(LOG)).df == 1


def test_methods():
    log = {name: LOG[name] for name in ("probability", "invite", "score")}
    assert cx.adaptive_mean(log, method="ht").value == pytest.approx(16)
    aipw = cx.adaptive_mean(log, method="aipw", predicted=[8, 8, 5, 5])
    assert aipw.value == pytest.approx(8.5)
    naive = cx.adaptive_mean(log, method="naive-pooled")
    assert naive.value == 7
    assert "uncorrected" in naive.flags
    with pytest.raises(cx.OptionError, match="hajek, ht, aipw, naive-pooled"):
        cx.adaptive_mean(log, method="pooled")


def test_metrics():
    log = {name: LOG[name] for name in ("probability", "invite", "score")}
    assert cx.adaptive_mean(log, metric="nps").value == pytest.approx(100 * (2 - 4) / 10)
    assert cx.adaptive_mean(log, metric="top-box", top=4).value == pytest.approx(0.6)


def test_silence_needs_a_chance_to_answer():
    log = dict(LOG, score=[10, None, None, 7])
    assert cx.adaptive_mean(log).excluded["missing"] == 1
    with pytest.raises(cx.DomainError, match="row 2") as caught:
        cx.adaptive_mean(log, method="ht")
    assert caught.value.row == 2
    found = cx.adaptive_mean(log, method="ht", response=[0.5, 0.5, 0.5, 1])
    assert found.value == pytest.approx(17)
    assert "model-based" in found.flags


def test_shares_of_the_classes_put_them_together():
    found = cx.adaptive_mean(LOG, shares={0: 0.25, 1: 0.75})
    assert found.value == pytest.approx(0.25 * 10 + 0.75 * 5.5)
    again = cx.adaptive_mean(LOG, shares={"frequency": [1, 0], "share": [3, 1]})
    assert again.value == pytest.approx(found.value)
    with pytest.raises(cx.EmptyError, match="join them"):
        cx.adaptive_mean(LOG, shares={0: 1, 1: 1, 2: 1})


def test_by_gives_a_row_for_each_key():
    table = cx.adaptive_mean(LOG, by={"point": ["b", "b", "a", "c"]})
    assert table["point"] == ["a", "b", "c"]
    assert table["value"] == [4, 10, 7]


def test_a_change_is_measured_after_the_flag():
    found = cx.change_since([0, 0, 9, 10, 3, 9], [1, 2, 3, 3, 4, 4], 2, reference=70, reference_se=3)
    assert found.value == -20
    assert found.excluded["not_applicable"] == 2
    with pytest.raises(cx.EmptyError, match="wait for some"):
        cx.change_since([0, 0], [1, 2], 2, reference=70)


CELLS = {
    "period": [2, 2, 1, 1],
    "weight": [3, 1, 3, 1],
    "n": [10, 5, 2, 20],
    "mean": [40, 0, 20, 8],
    "variance": [4000, 2000, 3000, 1000],
}


def test_periods_are_put_together_with_fixed_weights():
    table = cx.period_means(CELLS)
    assert table["period"] == [1, 2]
    assert table["value"] == [17, 30]
    assert table.figures["value"] == 23.5
    assert table.figures["se"] == pytest.approx(
        math.sqrt((9 * 1500 + 50 + 9 * 400 + 400) / 16) / 2
    )
    pooled = cx.period_means(dict(CELLS, pool=[1, 1, 3, 3]))
    assert pooled.figures["value"] == pytest.approx((3 * 17 + 30) / 4)


def test_a_silent_point_counts_with_its_prediction():
    cells = dict(CELLS, n=[10, 0, 2, 20], predicted=[30, 10, 30, 10])
    assert cx.period_means(cells).figures["value"] is None
    assert cx.period_means(cells, aipw=True)["value"][1] == 32.5
    with pytest.raises(cx.OptionError, match="unit"):
        cx.period_means(CELLS, unit="stars")


def test_the_running_mean_covers_a_drifting_level():
    chance = random.Random(4)
    levels = [20 + 15 * math.sin(t / 30) for t in range(300)]
    table = cx.running_mean([level + chance.gauss(0, 4) for level in levels])
    running = [sum(levels[: t + 1]) / (t + 1) for t in range(300)]
    for level, low, high in zip(running, table["ci_low"], table["ci_high"]):
        assert low <= level <= high
    assert table["ci_high"][299] - table["ci_low"][299] < 20
    with pytest.raises(cx.DomainError, match="outside"):
        cx.running_mean([0.5, 1.5], scale=(0, 1))


def test_the_logged_probability_undoes_what_the_score_decided():
    """Contacts with low scores are asked four times as often: the plain mean is far off."""
    chance = random.Random(2)
    scores = [chance.randint(0, 10) for _ in range(20_000)]
    p = [0.4 if score < 5 else 0.1 for score in scores]
    invite = [int(chance.random() < probability) for probability in p]
    log = {"probability": p, "invite": invite, "score": scores}
    truth = sum(scores) / len(scores)
    assert cx.adaptive_mean(log, method="naive-pooled").value < truth - 1
    for method in ("hajek", "ht"):
        found = cx.adaptive_mean(log, method=method, finite=True)
        assert found.ci_low < truth < found.ci_high
