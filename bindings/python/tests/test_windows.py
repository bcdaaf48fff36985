"""Windows of time: the calendar, offsets, rolling windows, and what is refused."""

import datetime as dt

import numpy as np
import pytest

import cxkit as cx
from conftest import read_vectors

DAY = 86_400_000_000


def day(text):
    return dt.datetime.fromisoformat(text)


def test_the_windows_are_those_of_the_calendar():
    units = {"0": "seconds", "1": "days", "2": "weeks", "3": "months"}
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    rows = read_vectors("windows")
    assert len(rows) > 300
    for row in rows:
        table = cx.window_of(
            [int(row["time"])],
            every=f"{row['every']} {units[row['unit']]}",
            week_starts=names[int(row["week_starts"]) - 1],
            offset=int(row["offset"]),
        )
        assert table.column("window")[0] == int(row["window"]), row["id"]


def test_the_periods_are_those_of_pandas():
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(3)
    times = np.sort(random.integers(-60 * 365 * DAY, 60 * 365 * DAY, 2000)).view("M8[us]")
    for every, freq in (("quarter", "Q"), ("year", "Y"), ("month", "M"), ("week", "W-SUN")):
        expected = pandas.Series(times).dt.to_period(freq).dt.start_time
        got = cx.window_of(times, every=every).column("window")
        assert np.array_equal(np.asarray(got).view("M8[us]"), expected.to_numpy("M8[us]"))


def test_empty_windows_have_no_value():
    table = cx.windows([0, 2 * DAY], [10, 9], every="day")
    assert table["value"] == [100.0, None, 100.0]
    assert table["n"] == [1, 0, 1]
    assert len(cx.windows([0, 2 * DAY], [10, 9], every="day", empty=False)) == 2
    assert len(cx.windows([], [], every="day")) == 0


def test_february_and_the_end_of_the_year():
    times = ["2024-02-28", "2024-02-29", "2024-03-01", "2023-12-31"]
    times = np.array(times, dtype="M8[D]")
    table = cx.windows(times, [10, 10, 0, 5], every="month")
    assert table["window"] == [day(d) for d in ("2023-12-01", "2024-01-01", "2024-02-01", "2024-03-01")]
    assert table["n"] == [1, 0, 2, 1]
    assert table["window_end"][0] == day("2024-01-01")


def test_rolling_windows_are_the_scores_of_their_answers():
    random = np.random.default_rng(5)
    days = random.integers(0, 40, 3000)
    scores = random.integers(0, 11, 3000)
    table = cx.windows(days * DAY, scores, every="day", period="week")
    assert len(table) == 40
    for row in table:
        end = (row["window_end"] - dt.datetime(1970, 1, 1)).days
        inside = (days < end) & (days >= end - 7)
        assert row["value"] == pytest.approx(cx.nps(scores[inside]).value)
        assert ("partial" in row["flags"]) == (end < 7)


def test_metrics_and_keys():
    times = [0, 0, DAY, DAY]
    for metric, scale in (("csat", (1, 5)), ("ces", (1, 7)), ("mean", (1, 5))):
        table = cx.windows(times, [1, 5, 4, 5], every="day", metric=metric, scale=scale)
        assert table["n"] == [2, 2]
    table = cx.windows(times, [1, 5, 4, 5], every=timedelta_of_a_day(), by={"site": list("abab")})
    assert table["site"] == list("abab")


def timedelta_of_a_day():
    return dt.timedelta(days=1)


def test_states_merge_and_encode():
    whole = cx.tally_windows([0, DAY, 9 * DAY], [1, 2, 3], every="week")
    parts = cx.tally_windows([9 * DAY], [3], every="week") + cx.tally_windows(
        [DAY, 0], [2, 1], every="week"
    )
    assert bytes(whole) == bytes(parts)
    assert cx.Tallies.from_bytes(bytes(whole)) == whole
    more = cx.tally_windows([0], [1], every="week", into=whole)
    assert more is whole and more.total().n == 4
    with pytest.raises(cx.MismatchError):
        whole.merge(cx.tally_windows([0], [1], every="day"))


def test_a_column_of_offsets_moves_each_row():
    late = 23 * 3_600_000_000
    table = cx.windows([late, late], [10, 0], every="day", offset=[0, 3600])
    assert table["value"] == [100.0, -100.0]
    table = cx.windows([late, late], [10, 0], every="day", offset=dt.timedelta(hours=1))
    assert table["window"] == [day("1970-01-02")]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"every": "fortnight"}, "every is 'fortnight'"),
        ({"every": 0}, "whole number of seconds"),
        ({"every": 1.5}, "whole number of seconds"),
        ({"every": "month", "period": "week"}, "no multiple"),
        ({"every": "week", "period": "10 days"}, "no multiple"),
        ({"every": "week", "week_starts": "mon"}, "week_starts is 'mon'"),
        ({"every": "day", "metric": "fcr"}, "metric is 'fcr'"),
        ({"every": "day", "offset": 0.5}, "whole"),
        ({"every": "0 days"}, "every is 0"),
    ],
)
def test_what_is_no_window_is_refused(options, part):
    with pytest.raises(cx.OptionError, match=part):
        cx.windows([0], [9], **options)


def test_answers_before_the_event():
    delay = cx.answer_delay([0, 0, 10, None], [3_000_000, 1_000_000, 0, 5])
    assert (delay.n, delay.missing, delay.before) == (2, 1, 1)
    assert (delay.shortest, delay.longest) == (1.0, 3.0)
    assert delay.to_dict()["median"] == 1.0
    with pytest.raises(cx.DomainError, match="precedes the event") as caught:
        cx.answer_delay([0, 10], [0, 9], invalid="error")
    assert caught.value.row == 1


def test_times_are_times_for_arrow_and_for_humans():
    polars = pytest.importorskip("polars")
    table = cx.window_of([0, None], every="day")
    assert polars.DataFrame(table).schema["window"] == polars.Datetime("us")
    assert "1970-01-01 00:00:00" in repr(table)
    assert table.column("window_end")[0] == DAY


def test_one_answer_of_each_respondent():
    who, when = ["a", "b", "a", None, None], [2 * DAY, 0, 40 * DAY, 0, 0]
    scores = [3, 10, 9, 8, 8]
    tally = cx.Tally().add_once(scores, respondent=who, time=when)
    assert tally.n == 4 and tally.counts[9] == 1 and tally.excluded["duplicate"] == 1
    first = cx.Tally().add_once(scores, respondent=who, time=when, keep="first")
    assert first.counts[3] == 1 and first.counts[9] == 0
    assert cx.Tally().add_once(scores, respondent=who, time=when, window="month").n == 5
    assert cx.Tally().add_once(scores, respondent=who, keep="all") == cx.Tally().add(scores)
    assert cx.nps(tally).excluded["duplicate"] == 1
    shops = cx.Tallies().add_once(scores, by=list("xxyyy"), respondent=who, time=when)
    assert [t.excluded["duplicate"] for *key, t in shops] == [1, 0]
    with pytest.raises(cx.OptionError, match="keep is 'newest'"):
        cx.Tally().add_once(scores, respondent=who, keep="newest")
    with pytest.raises(cx.OptionError, match="needs the times"):
        cx.Tally().add_once(scores, respondent=who, window="month")


def spelled_times():
    pd = pytest.importorskip("pandas")
    days = [dt.datetime(2024, 2, 28, 9), dt.datetime(2024, 2, 29, 23, 59), dt.datetime(2024, 3, 1)]
    aware = [day.replace(tzinfo=dt.timezone.utc) for day in days]
    stamps = pd.to_datetime(days)
    return [
        days, aware, list(stamps), stamps, pd.Series(days, dtype=object),
        np.array(days, dtype=object), [np.datetime64(day) for day in days],
        np.array(days, dtype="M8[us]"), [int(day.timestamp() * 1e6) for day in aware],
        [day.date() for day in days], [np.datetime64(day.date()) for day in days],
    ]  # fmt: skip


def test_times_may_be_spelled_in_many_ways():
    for times in spelled_times():
        assert cx.windows(times, [10, 3, 9], every="month")["value"] == [0, 100]
        assert len(cx.trend(times, [10, 3, 9], every="day")) == 3
        assert cx.window_of(times, every="day")["window"][1] == day("2024-02-29")
        assert cx.answer_delay(times, times).longest == 0
        found = cx.fcr([1, 2, 3], times, window=3600, end=dt.datetime(2024, 3, 5))
        assert (found.value, found.n) == (1, 2)
        assert cx.silence(times, customer=[1, 1, 1], now=dt.datetime(2024, 3, 9)).customers == 1


def test_a_missing_time_among_times_is_missing():
    times = [None, dt.datetime(2024, 2, 29), float("nan")]
    assert cx.windows(times, [10, 3, 9], every="month")["n"].count(1) == 1
    with pytest.raises(cx.ColumnTypeError, match="row 1"):
        cx.windows([dt.datetime(2024, 2, 29), "2024-03-01"], [10, 3], every="month")


def test_the_options_of_the_metric_are_passed_on():
    time, scores = [0, 1, 2, DAY, DAY + 1], [1, 2, 5, 3, 4]
    effort = cx.windows(time, scores, every="day", metric="ces", version=1)
    assert effort["value"] == pytest.approx([8 / 3, 3.5])
    assert "lower-is-better" in effort["flags"][0]
    agree = cx.windows(time, scores, every="day", metric="ces", report="agree")
    assert agree["value"] == pytest.approx([1 / 3, 0])
    low = cx.windows(time, scores, every="day", metric="csat", direction="low", top=2)
    assert low["value"] == pytest.approx([2 / 3, 0])
    wald = cx.windows(time, scores, every="day", method="wald", scale=(0, 10))
    assert wald["method"] == ["wald", "wald"]
    with pytest.raises(cx.OptionError, match="version is not an option of nps"):
        cx.windows(time, scores, every="day", version=1)
    with pytest.raises(cx.OptionError, match="metric is 'npx'"):
        cx.windows(time, scores, every="day", metric="npx")


def test_small_windows_are_hidden_and_totals_are_rows():
    time = [0] * 9 + [DAY] * 2 + [2 * DAY] * 9
    table = cx.windows(time, [9] * 20, every="day", min_n=5)
    assert table["value"][1] is None and None in (table["value"][0], table["value"][2])
    whole = cx.windows(time, [9] * 20, every="day", totals=True)
    assert whole["n"] == [9, 2, 9, 20] and whole["grouping"] == [0, 0, 0, 1]
    assert cx.windows([0] * 3, [9] * 3, every="day", metric="enps")["value"] == [None]
    with pytest.raises(cx.OptionError, match="several times"):
        cx.windows(time, [9] * 20, every="day", period="2 days", totals=True)
    for hidden in ({"min_n": 5}, {"metric": "enps"}):
        with pytest.raises(cx.OptionError, match="does not protect"):
            cx.windows(time, [9] * 20, every="day", period="2 days", **hidden)


def test_a_respondent_counts_once_in_each_window():
    time, scores, who = [0, 1, 2, DAY], [10, 0, 9, 3], [1, 1, 2, 1]
    table = cx.windows(time, scores, every="day", respondent=who)
    assert table["value"] == [0, -100] and table["duplicate"] == [1, 0]
    first = cx.windows(time, scores, every="day", respondent=who, keep="first")
    assert first["value"] == [100, -100]
    assert cx.windows(time, scores, every="day", respondent=who, keep="all")["n"] == [3, 1]
    with pytest.raises(cx.OptionError, match="needs respondent"):
        cx.windows(time, scores, every="day", keep="first")
