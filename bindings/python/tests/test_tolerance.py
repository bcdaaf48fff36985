"""Waiting-time tolerance, silent customers, coverage and the closed loop."""

import json
import math
from datetime import datetime, timedelta, timezone

import pytest
from conftest import number, read_vectors

import cxkit as cx

N = 240
WAIT = [float(i * 37 % N * 3) for i in range(N)]
SCORE = [
    max(0.0, min(10.0, math.floor(9.5 - max(0, w - 150) / 110) + (i * i % 7 - 3) * 0.5))
    for i, w in enumerate(WAIT)
]
WEIGHT = [1 + i % 7 * 0.5 for i in range(N)]
PERSON = [i % 60 for i in range(N)]
DAY = 86400


@pytest.mark.parametrize("row", read_vectors("tolerance"), ids=lambda row: row["id"])
def test_tolerances_match_the_independent_numbers(row):
    band = None if row["band_low"] == "" else (float(row["band_low"]), float(row["band_high"]))
    found = cx.tolerance(
        WAIT,
        SCORE,
        drop=float(row["drop"]),
        band=band,
        shape=row["shape"],
        measure=row["measure"],
        weights=WEIGHT if row["weighted"] == "1" else None,
        respondents=PERSON if row["respondents"] != "0" else None,
        draws=200,
        seed=int(row["seed"]),
    )
    values = {
        "value": found.value,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "baseline": found.baseline.value,
        "band_end": found.band[1],
    }
    for name, value in values.items():
        expected = number(row[name])
        if expected is not None:
            assert value == pytest.approx(expected, rel=float(row["tolerance"]), abs=1e-12), name
    assert found.identified


def test_a_tolerance_that_is_not_identified_says_so():
    found = cx.tolerance(WAIT, SCORE, drop=9.5, draws=50)
    assert found.value is None and not found.identified
    assert "not-identified" in found.flags and "censored" in found.flags
    assert found.ci_low == 717 and math.isinf(found.ci_high)
    assert json.loads(json.dumps(found.to_dict()))["ci_high"] is None
    assert "not identified" in repr(found) and "beyond 717" in repr(found)


def test_waits_are_durations_too():
    spans = [timedelta(seconds=w) for w in WAIT]
    assert cx.tolerance(spans, SCORE, drop=1, draws=50).value == 300
    band = (timedelta(seconds=30), timedelta(seconds=90))
    assert cx.tolerance(spans, SCORE, drop=1, draws=50, band=band).band == (30, 90)


def test_groups_are_rows_and_the_curve_is_a_table():
    table = cx.tolerance(WAIT, SCORE, drop=1, draws=50, by=[i % 2 for i in range(N)])
    assert len(table) == 2 and set(table["status"]) == {"CX_OK"}
    alone = cx.tolerance(WAIT[1::2], SCORE[1::2], drop=1, draws=50)
    assert table["value"][1] == alone.value and table["baseline"][1] == alone.baseline.value
    fitted = alone.curve["fitted_from"]
    assert all(a > b for a, b in zip(fitted, fitted[1:]))
    assert sum(alone.curve["n"]) == N // 2


def test_bad_tolerances_are_refused():
    with pytest.raises(cx.DomainError, match="drop"):
        cx.tolerance(WAIT, SCORE, drop=0)
    with pytest.raises(cx.OptionError, match="shape"):
        cx.tolerance(WAIT, SCORE, drop=1, shape="spline")
    with pytest.raises(cx.OptionError, match="band"):
        cx.tolerance(WAIT, SCORE, drop=1, band=5)
    with pytest.raises(cx.EmptyError):
        cx.tolerance([], [], drop=1)
    with pytest.raises(cx.DomainError, match="row 1"):
        cx.tolerance([1, -2], [5, 5], drop=1, invalid="error")
    with pytest.raises(cx.EmptyError, match="band"):
        cx.tolerance(WAIT, SCORE, drop=1, band=(1000, 2000))


def test_missing_codes_are_read_before_the_scale():
    found = cx.tolerance([1, 2, 3, 4], [8, 99, 0, 7], drop=1, missing_codes=(0,))
    assert found.excluded["out_of_range"] == 1 and found.excluded["missing"] == 1


# -- silence ---------------------------------------------------------------------------------------


def at(days):
    return datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(days=days)


def test_a_log_gives_every_customer_his_own_rhythm():
    who = ["a"] * 11 + ["b"] * 5 + ["c"]
    when = [at(d) for d in [*range(11), 0, 10, 20, 30, 40, 45]]
    found = cx.silence(when, customer=who, now=at(50), prior=None)
    rows = {row["customer"]: row for row in found.table}
    assert rows["a"]["tail"] == pytest.approx((10 / 50) ** 10)
    assert rows["b"]["tail"] == pytest.approx((40 / 50) ** 4)
    assert rows["c"]["tail"] is None and rows["c"]["basis"] == "none"
    assert rows["a"]["elapsed"] == 40 * DAY and rows["b"]["rhythm"] == 10 * DAY
    assert (found.silent, found.customers, found.single) == (1, 2, 1)
    leaning = cx.silence(when, customer=who, now=at(50))
    assert leaning.customers == 3 and leaning.prior is not None
    shape, scale = leaning.prior
    tail = leaning.table["tail"][2]
    assert tail == pytest.approx((scale / (scale + 5 * DAY)) ** shape)
    given = cx.silence(when, customer=who, now=at(50), prior=(2, timedelta(days=10)))
    assert given.table["tail"][2] == pytest.approx((10 / 15) ** 2)


def test_a_known_rhythm_needs_no_log():
    found = cx.silence(
        [at(0), at(9), None], rhythm=[timedelta(days=2)] * 3, now=at(10), level=0.05
    )
    assert found.table["tail"] == [pytest.approx(math.exp(-5)), pytest.approx(math.exp(-0.5)), None]
    assert found.left_out["missing"] == 1 and found.silent == 1
    assert found.share.method == "wilson"
    assert found.beyond_chance == pytest.approx((0.5 - 0.05) / 0.95)
    json.dumps(found.to_dict())
    less = cx.silence([at(0)], rhythm=[2 * DAY], gaps=[4], now=at(10))
    assert less.table["tail"][0] == pytest.approx((1 + 10 / 8) ** -4)


def test_silence_without_a_rhythm_is_refused():
    with pytest.raises(cx.OptionError, match="rhythm"):
        cx.silence([at(0)], now=at(1))
    with pytest.raises(cx.UnidentifiedError):
        cx.silence([at(0)], customer=["a"], now=at(1))
    with pytest.raises(cx.OptionError, match="now"):
        cx.silence([at(0)], customer=["a"], now="today")
    with pytest.raises(cx.OptionError, match="prior"):
        cx.silence([at(0)], customer=["a"], now=at(1), prior="none")
    with pytest.raises(cx.EmptyError):
        cx.silence([at(3)], customer=["a"], now=at(1))


# -- coverage --------------------------------------------------------------------------------------


def test_kinds_never_asked_come_first_and_have_no_response_rate():
    found = cx.coverage(
        [100, 40, 60, 200],
        [50, 0, 0, 20],
        by=["shop", "mail", "phone", "web"],
        answered=[20, 0, 0, 5],
    )
    assert found["key"] == ["phone", "mail", "web", "shop"]
    assert found["share_answered"][:2] == [None, None]
    assert found["status"][:3] == ["CX_E_EMPTY", "CX_E_EMPTY", "CX_OK"]
    assert found["gap_ci_low"][3] == pytest.approx(0.825 * 0.44030505093641487)
    assert found.figures["share_never_asked"] == 0.25
    assert found.figures["dissimilarity"] == pytest.approx(50 / 70 - 0.25)


def test_encounters_are_told_by_several_columns():
    found = cx.coverage({"channel": ["a", "a", "b"], "hour": [1, 2, 1]}, [True, False, None])
    assert set(zip(found["channel"], found["hour"])) == {("a", 1), ("a", 2), ("b", 1)}
    assert found.figures["missing"] == 1
    with pytest.raises(cx.DomainError, match="row 0"):
        cx.coverage(["a"], [2])


# -- closed loop -----------------------------------------------------------------------------------


def test_the_effect_is_a_difference_to_those_held_out():
    score = [1, 2, 3, 4, 5, 6]
    found = cx.closed_loop(
        score, [1, 0, 1, 0, 0, 1], [9, 1, 8, 7, 2, 3], control=[0, 0, 0, 1, 1, 1]
    )
    assert found.effect.value == pytest.approx(1 / 3)
    assert "observational" not in found.effect.flags
    assert found.crossed == 1 and found.bounds[0] == pytest.approx(1 / 3)
    assert found.left_class_without_control is None
    json.dumps(found.to_dict())


def test_without_a_comparison_the_share_has_a_name_that_says_so():
    found = cx.closed_loop([3, 5, 6], [1, 1, 1], [8, 4, None])
    assert not found.identified and found.effect is None and found.improved_treated is None
    assert found.left_class_without_control.value == 0.5
    assert found.bounds is None and "not identified" in repr(found)


def test_contact_in_time_is_followed_until_now():
    hours, done = [1, 2, 2, 3, 5, 6, 4, 1.5], [1, 1, 0, 1, 1, 0, 0, 1]
    start = at(0)
    alerted = [start if d else start + timedelta(hours=10 - h) for h, d in zip(hours, done)]
    until = [start + timedelta(hours=h) if d else None for h, d in zip(hours, done)]
    found = cx.closed_loop(
        [3] * 8, done, [None] * 8, alerted=alerted, contacted_at=until,
        now=start + timedelta(hours=10), level=timedelta(hours=3.5), reasked=[1, 0] * 4,
    )  # fmt: skip
    assert found.in_time.value == pytest.approx(1 - 0.46875)
    assert found.in_time.ci_high == pytest.approx(1 - 0.119929, abs=1e-6)
    assert found.in_time_naive.value == 0.5
    assert found.reasked_treated.value == pytest.approx(2 / 5)
    with pytest.raises(cx.OptionError, match="now"):
        cx.closed_loop([3], [1], [4], alerted=[start], contacted_at=[start])


def test_promoters_are_activated_by_what_they_do():
    found = cx.closed_loop([9, 10, 9, 3], [1, 1, 0, 1], acted=[1, 0, 0, 1], followed="promoters")
    assert found.effect.value == 0.5 and found.others == 1
    with pytest.raises(cx.OptionError, match="acted"):
        cx.closed_loop([9], [1], [9], followed="promoters")
    with pytest.raises(cx.EmptyError, match="detractor"):
        cx.closed_loop([9], [1], [9])
