"""Patience, promises and response speed."""

import csv
import gzip
import math
import pickle
import random
from datetime import date, datetime, timedelta, timezone

import pytest
from conftest import read_vectors as vectors, shared

import cxkit as cx

np = pytest.importorskip("numpy")


def parse(text):
    words = text.split()
    return [float(word.rstrip("+")) for word in words], [word[-1] != "+" for word in words]


@pytest.mark.parametrize("row", vectors("waits"), ids=lambda row: row["id"])
def test_figures_match_those_of_others(row):
    curve = cx.patience(*parse(row["waits"]))
    at = float(row["at"] or 0)
    found = {
        "survival": lambda: curve.survival(at),
        "quantile": lambda: curve.quantile(at),
        "restricted-mean": lambda: curve.restricted_mean(at),
        "rate": lambda: curve.rate,
    }[row["figure"]]()
    for name in ("value", "se", "ci_low", "ci_high"):
        if row[name]:
            expected = float(row[name])
            assert getattr(found, name) == pytest.approx(expected, rel=float(row["tolerance"]) or 0)


@pytest.mark.parametrize("row", vectors("logrank"), ids=lambda row: row["id"])
def test_log_rank_matches_that_of_others(row):
    groups = cx.WaitsBy()
    for at, text in enumerate(row["groups"].split(" | ")):
        waits, ended = parse(text)
        groups.add(waits, ended, by={"group": [at] * len(waits)})
    test = groups.logrank
    assert test.chi2 == pytest.approx(float(row["chi2"]), rel=1e-9)
    assert test.df == float(row["df"])
    assert test.p_value == pytest.approx(float(row["p_value"]), rel=1e-6)
    assert sum(test.table["observed"]) == pytest.approx(sum(test.table["expected"]))


def test_random_waits_match_lifelines():
    lifelines = pytest.importorskip("lifelines")
    rng = np.random.default_rng(7)
    for whole in (False, True):
        wait = rng.exponential(100, 500)
        left = rng.exponential(150, 500)
        seen, gave_up = np.minimum(wait, left), wait <= left
        seen = np.floor(seen) if whole else seen
        theirs = lifelines.KaplanMeierFitter().fit(seen, gave_up)
        ours = cx.patience(seen, gave_up)
        table = ours.table
        rows = theirs.survival_function_.loc[table["time"], "KM_estimate"]
        assert np.allclose(table["survival"], rows, rtol=1e-12, atol=1e-13)
        limits = theirs.confidence_interval_.loc[table["time"]].to_numpy()
        inside = (np.array(table["survival"]) < 1) & (np.array(table["survival"]) > 0)
        assert np.allclose(np.array(table["ci_low"])[inside], limits[inside, 0], atol=1e-12)
        assert np.allclose(np.array(table["ci_high"])[inside], limits[inside, 1], atol=1e-12)
        assert ours.median == theirs.median_survival_time_


# -- the bank: waits of 18,028 queued calls, February 1999 ---------------------------------------


def bank():
    with gzip.open(shared("data/bank-calls/bank_calls_1999_02.csv.gz"), "rt") as file:
        return [row for row in csv.DictReader(file)]


def test_patience_of_the_callers_of_a_bank():
    calls = [
        row for row in bank() if int(row["q_time"]) > 0 and row["outcome"].strip() != "PHANTOM"
    ]
    wait = [int(row["q_time"]) for row in calls]
    gave_up = [row["outcome"].strip() == "HANG" for row in calls]
    curve = cx.patience(wait, gave_up)
    assert (curve.n, curve.events) == (18028, 3932)
    assert (curve.median, curve.median_ci) == (280, (260, 303))
    kinds = [row["type"].strip() for row in calls]
    main = [at for at, kind in enumerate(kinds) if kind in ("NW", "IN", "PS", "NE")]
    groups = cx.patience(
        [wait[at] for at in main], [gave_up[at] for at in main], by=[kinds[at] for at in main]
    )
    medians = {row["key"]: (row["value"], row["ci_low"], row["ci_high"]) for row in groups.median}
    assert medians["NW"] == (165, 152, 171)
    assert [medians[kind][0] for kind in ("IN", "PS", "NE")] == [339, 439, 508]
    assert medians["NE"][2] == math.inf
    assert groups.logrank.chi2 == pytest.approx(819.8, abs=0.05)
    assert groups.logrank.df == 3


# -- 20,000 orders: promised and actual delivery -------------------------------------------------


def orders():
    with gzip.open(shared("data/olist/orders.csv.gz"), "rt") as file:
        rows = list(csv.DictReader(file))

    def column(name):
        return [datetime.fromisoformat(row[name]) if row[name] else None for row in rows]

    status = [row["order_status"] for row in rows]
    return (
        status,
        column("order_estimated_delivery_date"),
        column("order_delivered_customer_date"),
        column("order_purchase_timestamp"),
    )


def test_deliveries_promised_as_days_are_compared_by_day():
    status, due, done, made = orders()
    off = [word in ("canceled", "unavailable") for word in status]
    now = datetime(2018, 10, 24)
    by_day = cx.promises(due, done, now=now, made=made)
    assert by_day.settled.value == pytest.approx(0.932401773744, abs=1e-12)
    assert by_day.settled.ci_low == pytest.approx(0.928782130146, abs=1e-12)
    assert by_day.settled.ci_high == pytest.approx(0.935850155648, abs=1e-12)
    assert by_day.table[0]["kept"] == 18083
    by_time = cx.promises(due, done, now=now, resolution="timestamp")
    assert by_time.settled.value == pytest.approx(0.918944, abs=1e-6)
    apart = cx.promises(due, done, now=now, cancelled=off)
    assert apart.kept.value == pytest.approx(0.9167089, abs=1e-7)
    assert apart.table[0]["overdue"] == 332
    assert apart.table[0]["cancelled"] == 274
    assert apart.lateness.survival(0).value == pytest.approx(1 - apart.kept.value)


# -- silence, zeros, what is left out ------------------------------------------------------------


def test_unknown_ends_are_shown_as_two_bounds():
    curve = cx.patience([1, 2, 3, 4], [True, None, None, False])
    assert (curve.n, curve.unknown) == (2, 2)
    assert curve.survival(3).excluded["missing"] == 2
    assert "partial" in curve.survival(3).flags
    low, high = curve.survival_bounds(3)
    assert (low.value, high.value) == (0.25, 0.75)
    with pytest.raises(cx.OptionError, match="unknown is 'maybe'"):
        curve.survival(3, unknown="maybe")


def test_zeros_are_kept_censored_or_left_out():
    seen = [cx.patience([0, 0, 5], [1, 0, 1], zero=zero) for zero in ("keep", "censor", "exclude")]
    assert [curve.survival(0).value for curve in seen] == [pytest.approx(2 / 3), 1, 1]
    assert [curve.n for curve in seen] == [3, 3, 1]
    assert seen[2].excluded["not_applicable"] == 2


def test_an_unreached_median_is_none_and_an_unreached_quantile_says_why():
    curve = cx.patience([10, 20, 30], [True, False, False])
    assert curve.median is None
    assert curve.median_ci is None
    with pytest.raises(cx.UnidentifiedError, match="follow-up of 30"):
        curve.quantile(0.5)
    with pytest.raises(cx.UnidentifiedError, match="longest wait is 30"):
        curve.survival(31)
    assert curve.restricted_mean().value == pytest.approx(10 + 2 / 3 * 20)


def test_an_infinite_limit_goes_into_json_as_null():
    found = cx.patience([1, 2, 3, 4], [True, True, False, False]).quantile(0.25)
    assert found.ci_high == math.inf
    assert "censored" in found.flags
    assert found.to_dict()["ci_high"] is None


def test_bad_waits_are_named_and_change_nothing():
    curve = cx.patience([1, 2], [True, False])
    for waits, ended, says in (
        ([1, math.inf], [1, 1], "row 1.*infinite"),
        ([1, 2], [1, 3], "3 is neither 0"),
    ):
        with pytest.raises(cx.DomainError, match=says) as info:
            curve.add(waits, ended)
        assert info.value.row == 1
    with pytest.raises(cx.DomainError, match="row 0"):
        curve.add([-1], [1], invalid="error")
    with pytest.raises(cx.LengthError):
        curve.add([1], [1, 2])
    assert curve.n == 2
    assert curve.add([-1, None], [1, 1]).excluded["out_of_range"] == 1


def test_the_rank_of_no_waits_is_empty():
    with pytest.raises(cx.EmptyError):
        cx.patience([], []).survival(1)
    assert len(cx.patience([], []).table) == 0
    assert cx.patience([], []).longest is None
    assert len(cx.WaitsBy()) == 0


# -- what people hand over -----------------------------------------------------------------------


def test_durations_of_every_kind_are_seconds():
    expected = cx.patience([90.0, 30.5], [True, False])
    spans = [timedelta(seconds=90), timedelta(seconds=30.5)]
    assert cx.patience(spans, [True, False]) == expected
    assert cx.patience(np.array(spans, "m8[ms]"), np.array([True, False])) == expected
    with_nat = np.array([90000, 30500, "NaT"], "m8[ms]")
    assert cx.patience(with_nat, [True, False, True]).excluded["missing"] == 1
    with pytest.raises(cx.ColumnTypeError, match="stands among durations"):
        cx.patience([timedelta(1), 3.0], [1, 1])
    pandas = pytest.importorskip("pandas")
    assert cx.patience(pandas.Series(spans), pandas.Series([True, False])) == expected
    polars = pytest.importorskip("polars")
    assert cx.patience(polars.Series(spans), polars.Series([True, False])) == expected
    assert expected.survival(timedelta(seconds=40)).value == 1


def test_arrow_durations_are_seconds():
    try:
        import pyarrow
    except ImportError:
        pytest.skip("pyarrow is not there, or does not fit the NumPy there is")
    spans = pyarrow.array([timedelta(seconds=90), None], pyarrow.duration("us"))
    for given in (spans, pyarrow.chunked_array([spans])):
        curve = cx.patience(given, [True, True])
        assert (curve.longest, curve.excluded["missing"]) == (90, 1)


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "f4", "f8"])
def test_numbers_of_every_kind_are_read(dtype):
    wait = np.array([3, 9, 9, 100], dtype)
    assert cx.patience(wait, [1, 0, 1, 1]) == cx.patience([3, 9, 9, 100], [1, 0, 1, 1])
    assert cx.patience(np.repeat(wait, 2)[::2], np.array([1, 0, 1, 1])[::1]).n == 4


def test_times_of_every_kind_are_promises():
    due = [datetime(2024, 5, 2), datetime(2024, 5, 3)]
    done = [datetime(2024, 5, 2, 12), datetime(2024, 5, 4, 12)]
    now = datetime(2024, 6, 1, tzinfo=timezone.utc)
    expected = cx.promises(due, done, now=now).lateness
    assert expected.survival(0).value == 0.5
    dates = [moment.date() for moment in due]
    assert cx.promises(dates, done, now=now).lateness == expected
    plain = np.datetime64(now.replace(tzinfo=None))
    given = [(np.array(due, "M8[us]"), done, plain)]
    given += [(np.array(due, "M8[D]"), np.array(done, "M8[s]"), now)]
    pandas = pytest.importorskip("pandas")
    given += [(pandas.Series(due), pandas.Series(done), pandas.Timestamp(now))]
    given += [(pandas.Series(dates), done, now)]
    polars = pytest.importorskip("polars")
    given += [(polars.Series(dates), polars.Series(done), now)]
    for due_of, done_of, now_of in given:
        assert cx.promises(due_of, done_of, now=now_of).lateness == expected
    with pytest.raises(cx.ColumnTypeError, match="row 1"):
        cx.promises([date(2024, 5, 2), datetime(2024, 5, 2)], done, now=now)
    with pytest.raises(cx.OptionError, match="now is"):
        cx.promises(due, done, now="today")


# -- promises and answers ------------------------------------------------------------------------


def test_the_day_of_a_promise_ends_where_the_customer_lives():
    due = [date(2024, 5, 2)]
    done = [datetime(2024, 5, 3, 3, tzinfo=timezone.utc)]  # still the 2nd, five hours west
    now = datetime(2024, 5, 9)
    assert cx.promises(due, done, now=now).kept.value == 0
    assert cx.promises(due, done, now=now, offset=-5 * 3600).kept.value == 1
    assert cx.promises(due, done, now=now, offset=timedelta(hours=-5)).kept.value == 1


def test_open_cancelled_and_missing_promises_are_told_apart():
    day = datetime(2024, 5, 2)
    later = datetime(2024, 7, 1)
    found = cx.promises(
        [day, day, day, later, None, day],
        [day, None, datetime(2024, 5, 4), None, day, None],
        now=datetime(2024, 6, 1),
        cancelled=[0, 0, 0, 0, 0, 1],
    )
    assert found.kept.value == pytest.approx(1 / 3)
    assert found.settled.value == 0.5
    assert found.kept.excluded["open"] == 1
    assert found.kept.excluded["missing"] == 1
    assert found.kept.excluded["not_applicable"] == 1
    assert found.settled.excluded["open"] == 2


def test_promises_that_are_all_open_have_no_settled_share():
    found = cx.promises([date(2024, 5, 2)], [None], now=date(2024, 6, 1))
    assert found.kept.value == 0
    assert found.settled is None
    with pytest.raises(cx.EmptyError, match="no promise was due"):
        cx.promises([date(2025, 5, 2)], [None], now=date(2024, 6, 1))


def test_promises_by_key_are_a_table():
    found = cx.promises(
        [date(2024, 5, 2)] * 3, [date(2024, 5, 1), date(2024, 5, 3), None], now=date(2024, 6, 1),
        by=["x", "y", "y"],
    )  # fmt: skip
    assert found.kept is None
    assert found.table["key"] == ["x", "y"]
    assert found.table["value"] == [1, 0]
    assert found.table["overdue"] == [0, 1]
    assert len(found.lateness) == 2


def test_open_cases_are_censored_and_not_dropped():
    start = datetime(2024, 5, 2, 9)
    opened = [start] * 5
    answered = [start + timedelta(seconds=at) for at in (10, 20, 90)] + [None, None]
    found = cx.response_speed(
        opened, answered, now=start + timedelta(seconds=100), level=30, resolved=[None] * 5
    )
    assert found.within.value == pytest.approx(0.4)
    assert found.of_answered == pytest.approx(2 / 3)
    assert found.median.value == 90
    assert found.q90 is None
    assert found.resolution.within.value == 0
    assert found.resolution.median is None
    grouped = cx.response_speed(opened, answered, now=start + timedelta(100), by=[1, 1, 1, 2, 2])
    assert grouped.table["waiting"] == [0, 2]


# -- states --------------------------------------------------------------------------------------


def test_any_split_and_order_gives_the_same_bytes():
    random.seed(3)
    rows = [(random.expovariate(0.01), random.choice([0, 1, None])) for _ in range(3000)]
    rows += [(float(int(wait)), end) for wait, end in rows]
    once = cx.Waits().add(*zip(*rows))
    random.shuffle(rows)
    parts = sum(cx.Waits().add(*zip(*rows[at : at + 700])) for at in range(0, len(rows), 700))
    assert bytes(parts) == bytes(once)
    assert pickle.loads(pickle.dumps(once)) == once
    with pytest.raises(cx.MismatchError, match="not split"):
        cx.WaitsBy.from_bytes(bytes(once))


def test_groups_travel_and_merge():
    groups = cx.patience([5, 9, 7, 8], [1, 0, 1, 1], by={"team": ["a", "a", "b", None]})
    assert groups.columns == ("team",)
    assert [key for key, _ in groups] == ["a", "b", None]
    assert groups["team"] == ["a", "b", None]
    assert groups[0].n == 2
    assert groups[-1].n == 1
    assert cx.WaitsBy.from_bytes(bytes(groups)) == groups
    assert (groups + groups).n == 8
    with pytest.raises(cx.MismatchError, match="split by keys"):
        cx.Waits.from_bytes(bytes(groups))
    with pytest.raises(IndexError):
        groups[3]
    assert groups.within(7)["value"][:2] == [0.5, 1.0]
    assert groups.rate["n"] == [2, 1, 1]
    assert groups.restricted_mean(5)["value"][0] == 5
    assert "3 keys" in repr(groups)
