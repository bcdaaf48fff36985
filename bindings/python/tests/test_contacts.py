"""Contact logs: first contact resolution, non-repeat rate, episodes, effort."""

import csv
import gzip
import math
import os
import random
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import read_vectors

import cxkit as cx

DAY = 86_400_000_000
WEEK = 7 * 86400


def test_first_contacts_of_an_issue_only():
    customer = [1] * 10 + [2]
    time = [(20 + 2 * i) * DAY for i in range(10)] + [40 * DAY]
    found = cx.fcr(customer, time, window=WEEK, start=0, end=100 * DAY)
    assert isinstance(found, cx.Estimate)
    assert (found.n, found.value, found.later, found.repeats) == (2, 0.5, 9, 1)
    assert (found.issues, found.contacts_per_issue, found.customers) == (2, 5.5, 2)
    assert (found.method, found.unit) == ("jackknife", "fraction")
    assert found.ci_low < 0.5 < found.ci_high
    every = cx.non_repeat(customer, time, window=WEEK, start=0, end=100 * DAY)
    assert every.n == 11 and every.value == pytest.approx(2 / 11)


def test_windows_and_times_come_in_any_form():
    days = [1, 9, 10, 12, 20, 31]
    who = ["a", "b", "b", "c", "d", "e"]
    plain = [(date(2026, 1, d) - date(1970, 1, 1)).days * DAY for d in days]
    expected = cx.fcr(who, plain, window=WEEK)
    forms = [[date(2026, 1, d) for d in days]]
    np = pytest.importorskip("numpy")
    forms.append(np.array(plain, dtype="M8[us]"))
    forms.append(np.array(plain, dtype="M8[us]").astype("M8[ns]"))
    for time in forms:
        for window in (WEEK, timedelta(days=7), np.timedelta64(7, "D")):
            assert cx.fcr(who, time, window=window) == expected
    first = datetime(2026, 1, 1, tzinfo=timezone.utc)
    day = np.datetime64(first.date())
    for start in (first, datetime(2026, 1, 1), date(2026, 1, 1), plain[0], day):
        assert cx.fcr(who, plain, window=WEEK, start=start) == expected


def test_what_is_left_out_is_counted_by_reason():
    customer = [0, None, 3, 3, 4, 5, 6]
    time = [20 * DAY, 20 * DAY, 20 * DAY, 20 * DAY + 1, None, 200 * DAY, 30 * DAY]
    found = cx.fcr(customer, time, window=WEEK, no_id=0, start=0, end=100 * DAY)
    assert found.excluded["no_id"] == 2
    assert found.excluded["duplicate"] == 1
    assert found.excluded["missing"] == 1
    assert found.excluded["out_of_range"] == 1
    assert found.rows == found.contacts + sum(found.excluded.values())
    assert found.no_id_share == pytest.approx(2 / 5)


def test_abandoned_and_outbound_contacts():
    customer, time = [1, 1, 2, 2], [20 * DAY, 22 * DAY, 20 * DAY, 22 * DAY]
    options = {"window": WEEK, "start": 0, "end": 100 * DAY}
    mark = [False, True, False, False]
    found = cx.fcr(customer, time, abandoned=mark, **options)
    assert (found.n, found.repeats) == (2, 2)
    assert cx.fcr(customer, time, outbound=mark, **options).repeats == 1
    assert cx.fcr(customer, time, abandoned=mark, abandoned_as="ignored", **options).repeats == 1
    with pytest.raises(cx.OptionError, match="abandoned_as"):
        cx.fcr(customer, time, abandoned=mark, abandoned_as="never", **options)
    with pytest.raises(cx.DomainError, match="mark") as caught:
        cx.fcr(customer, time, abandoned=[0, None, 0, 0], **options)
    assert (caught.value.row, caught.value.column) == (1, "abandoned")


def test_methods_are_named():
    rows = [(i, 30 + i % 10) for i in range(50)] + [(i, 33 + i % 10) for i in range(0, 50, 2)]
    rows += [(100 + i, 97) for i in range(50)] + [(100 + i, 99) for i in range(0, 50, 4)]
    customer, time = [who for who, _ in rows], [at * DAY for _, at in rows]
    values = {
        method: cx.fcr(customer, time, window=WEEK, start=0, end=100 * DAY, method=method).value
        for method in ("kaplan-meier", "complete-window", "naive")
    }
    assert values["complete-window"] == pytest.approx(0.5)
    assert values["naive"] == pytest.approx(0.62)
    assert values["kaplan-meier"] == pytest.approx((1 - 13 / 100) * (1 - 25 / 87))
    with pytest.raises(cx.OptionError, match="kaplan-meier"):
        cx.fcr(customer, time, window=WEEK, method="greenwood")


def test_keys_give_a_table():
    chance = random.Random(1)
    customer = [chance.randrange(200) for _ in range(1000)]
    time = [chance.randrange(100 * DAY) for _ in range(1000)]
    team = [chance.choice(["north", "south"]) for _ in range(1000)]
    options = {"window": WEEK, "start": 0, "end": 100 * DAY}
    table = cx.fcr(customer, time, by=team, **options)
    whole = cx.fcr(customer, time, **options)
    assert table["key"] == ["north", "south"]
    assert sum(table["n"]) == whole.n and sum(table["repeats"]) == whole.repeats
    one = cx.fcr(customer, time, index=[name == "north" for name in team], **options)
    assert table["value"][0] == one.value
    assert cx.non_repeat(customer, time, by={"team": team}, **options)["team"] == ["north", "south"]


def test_a_log_of_less_than_two_windows_is_not_identified():
    with pytest.raises(cx.UnidentifiedError, match="longer"):
        cx.fcr([1, 2, 3], [0, 8 * DAY, 9 * DAY], window=WEEK)
    with pytest.raises(cx.EmptyError):
        cx.fcr([1, 2], [0, DAY], window=WEEK)
    for window in (0, -1, math.nan, "7 days", None):
        with pytest.raises(cx.OptionError, match="window"):
            cx.fcr([1, 2], [0, DAY], window=window)


def test_episodes_are_rows():
    customer = ["Eve", "Ann", "Eve", "Eve"]
    table = cx.episodes(
        customer,
        [40 * DAY, 2 * DAY, 41 * DAY, 99 * DAY],
        window=WEEK,
        channel=["chat", "phone", "phone", "chat"],
        transfers=[0, 0, 2, 0],
        start=0,
        end=100 * DAY,
    )
    assert table["customer"] == ["Ann", "Eve", "Eve"]
    assert table["contacts"] == [1, 2, 1]
    assert table["transfers"] == [0, 2, 0]
    assert table["switches"] == [0, 1, 0]
    assert table["run_in"] == [1, 0, 0]
    assert table["open"] == [0, 0, 1]
    assert table["end"][1] - table["start"][1] == DAY


def test_effort_and_moves():
    customer, time, channel = [], [], []
    for who, then in enumerate(["web", "phone", "phone", None]):
        customer += [who] * (1 if then is None else 2)
        time += [30 * DAY] if then is None else [30 * DAY, 31 * DAY]
        channel += ["web"] if then is None else ["web", then]
    effort = cx.log_effort(
        customer, time, window=WEEK, channel=channel, start=0, end=100 * DAY
    )
    assert effort.contacts.value == 7 / 4 and effort.contacts.unit == "count"
    assert effort.transfers is None
    assert effort.switches.value == 0.5
    assert effort.repeated.value == 0.75 and effort.multichannel.value == 0.5
    assert effort.duration.value == 0.75 * 86400
    moves = {(row["from"], row["to"]): row["value"] for row in effort.moves}
    assert moves == {("web", "phone"): 0.5, ("web", None): 0.5}
    assert effort.to_dict()["issues"] == 4
    only = cx.log_effort(
        customer, time, window=WEEK, channel=channel, channels="web", start=0, end=100 * DAY
    )
    assert only.multichannel.value == 0


def test_the_published_ratio():
    sizes = [1] * 53 + [2] * 4 + [3] * 43
    rows = [(who, 30 + k) for who, size in enumerate(sizes) for k in range(size)]
    customer, time = [who for who, _ in rows], [at * DAY for _, at in rows]
    options = {"window": WEEK, "start": 0, "end": 100 * DAY}
    found = cx.fcr(customer, time, **options)
    assert found.value == pytest.approx(0.53) and found.contacts_per_issue == pytest.approx(1.9)
    assert cx.log_effort(customer, time, **options).contacts.value == pytest.approx(1.9)


def test_a_real_log():
    folder = os.environ.get("CX_SHARED")
    if not folder:
        pytest.skip("CX_SHARED does not name the folder with data/bank-calls")
    path = Path(folder) / "data" / "bank-calls" / "bank_calls_1999_02.csv.gz"
    customer, time, answered = [], [], []
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            if row["outcome"] == "PHANTOM":
                continue
            day = datetime.strptime(row["date"].zfill(6), "%y%m%d")
            hours, minutes, seconds = map(int, row["vru_entry"].split(":"))
            at = day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
            time.append((at - datetime(1970, 1, 1)) // timedelta(microseconds=1))
            customer.append(int(float(row["customer_id"])))
            answered.append(row["outcome"] == "AGENT")
    abandoned = [not done for done in answered]
    log = {
        "window": WEEK, "abandoned": abandoned, "no_id": 0,
        "start": date(1999, 2, 1), "end": date(1999, 3, 1),
    }  # fmt: skip
    for row in read_vectors("contacts"):
        measure = cx.fcr if row["figure"] == "fcr" else cx.non_repeat
        found = measure(customer, time, method=row["method"], **log)
        assert found.value == pytest.approx(float(row["value"]), abs=float(row["tolerance"]))
        assert found.n == int(row["n"]) and found.repeats == int(row["repeats"])
    assert round(found.no_id_share, 2) == 0.59


def test_a_log_is_read_from_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "who": ["a", "b", "b", "c"],
            "at": pandas.to_datetime(["2026-01-01", "2026-01-09", "2026-01-10", "2026-02-20"]),
        }
    )
    found = cx.fcr(frame["who"], frame["at"], window=WEEK)
    assert (found.n, found.repeats) == (2, 1)
