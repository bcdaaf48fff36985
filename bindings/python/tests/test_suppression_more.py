"""Small cells of the tables that are not made of tallies."""

import math

import pytest

import cxkit as cx

DAY = 86_400_000_000
TEAMS = ["a"] * 3 + ["b"] * 6 + ["c"] * 9
STATUS = ["CX_E_SUPPRESSED", "CX_E_SUPPRESSED", "CX_OK"]


def hides_two(table, shown=()):
    """Team a is too small, team b goes too: all three together are known elsewhere."""
    assert table["status"] == STATUS
    assert table["n"][:2] == [None, None] and table["n"][2] == 9
    for row in list(table)[:2]:
        known = {name for name, value in row.items() if value not in (None, "")}
        assert known == set(table.columns[:1]) | {"confidence", "unit", "status", "flags"} | set(
            shown
        ) | ({"method"} if row.get("method") else set())


ANSWERS = {"ease": [1, 2, 3, 4, 5, 5] * 3, "speed": [2, 3, 3, 5, 4, 4] * 3}


def test_an_index_by_team():
    hides_two(cx.index(ANSWERS, by=TEAMS, min_n=4))
    assert cx.index(ANSWERS, by=TEAMS, min_n=1)["n"] == [3, 6, 9]


def test_an_index_hides_its_parts_and_itself():
    few = {"ease": [5, 4] + [None] * 8, "speed": [4, 1, 2, 5, 3, 4, 2, 1, 5, 5], "care": [3] * 10}
    found = cx.index(few, min_n=5)
    assert found.components["status"] == ["CX_E_SUPPRESSED", "CX_E_SUPPRESSED", "CX_OK"]
    with pytest.raises(cx.SuppressedError):
        cx.index(few, min_n=11)
    with pytest.raises(cx.OptionError, match="min_n"):
        cx.index(few, min_n=-1)


def test_a_gap_by_team_and_its_items():
    first, second = ANSWERS["ease"], ANSWERS["speed"]
    hides_two(cx.gap(first, second, by=TEAMS, min_n=4))
    items = cx.gap(
        {"a": [5, 4, None, None, None], "b": [4] * 5, "c": [5] * 5},
        {"a": [4, 4, 1, 1, 1], "b": [3, 4, 5, 4, 3], "c": [1, 2, 3, 4, 5]},
        importance=[1, 1, 1],
        min_n=3,
    ).items
    assert items["status"] == ["CX_E_SUPPRESSED", "CX_E_SUPPRESSED", "CX_OK"]
    for name in ("expectation", "experience", "below", "above", "quadrant", "value"):
        assert items[name][:2] == [None, None], name
        assert items[name][2] is not None, name


WAITS = [float(5 + i) for i in range(18)]
ENDED = [i % 3 > 0 for i in range(18)]


def test_waits_by_team_hide_the_same_teams_in_every_table():
    groups = cx.patience(WAITS, ENDED, by=TEAMS, min_n=4)
    for table in (groups.survival(8), groups.within(8), groups.restricted_mean(6), groups.rate):
        hides_two(table)
    assert groups.quantile(0.5)["status"][:2] == STATUS[:2]
    assert groups.median["status"][:2] == STATUS[:2]
    assert groups.logrank.table["n"] == [None, None, 9]
    assert groups.logrank.table["observed"][:2] == [None, None]
    assert groups.logrank.chi2 == cx.patience(WAITS, ENDED, by=TEAMS).logrank.chi2
    curve = groups.curve()
    assert len(curve) == 11 and curve["time"][:2] == [None, None]
    assert curve["survival"][:2] == curve["at_risk"][:2] == [None, None]
    assert groups.copy().min_n == 4 and groups.total().n == 18
    with pytest.raises(cx.SuppressedError):
        groups[0].survival(6)
    assert cx.patience(WAITS[:2], ENDED[:2], min_n=3).curve()["time"] == [None]


def test_a_hidden_team_leaves_nothing_in_the_buffers():
    groups = cx.patience(WAITS, ENDED, by=TEAMS, min_n=4)
    assert math.isnan(groups.curve().column("time")[0])
    arrow = pytest.importorskip("pyarrow", exc_type=ImportError)
    table = arrow.table(groups.logrank.table)
    assert set(memoryview(table["n"].chunk(0).buffers()[1]).cast("q")[:2]) == {0}


def test_promises_and_response_speed():
    due = [i * DAY for i in range(18)]
    done = [t + (i % 2) * DAY for i, t in enumerate(due)]
    found = cx.promises(due, done, now=90 * DAY, resolution="timestamp", by=TEAMS, min_n=4).table
    hides_two(found)
    assert found["kept"][:2] == found["settled_value"][:2] == [None, None]
    with pytest.raises(cx.SuppressedError):
        cx.promises(due[:2], done[:2], now=90 * DAY, resolution="timestamp", min_n=3)
    answered = [t + 60_000_000 for t in due]
    speed = cx.response_speed(due, answered, now=90 * DAY, level=90, by=TEAMS, min_n=4).table
    assert speed["n"] == [None, None, 9]
    for name in ("answered", "waiting", "median", "q90", "of_answered", "of_all", "value"):
        assert speed[name][:2] == [None, None], name
    with pytest.raises(cx.SuppressedError):
        cx.response_speed(due[:2], answered[:2], now=90 * DAY, min_n=3)


def test_tolerance_by_team_baseline_and_curve():
    wait = list(range(0, 180, 10))
    score = [9 if t < 90 else 5 for t in wait]
    table = cx.tolerance(wait, score, drop=2, by=TEAMS, min_n=4, draws=20)
    assert table["n"] == [None, None, 9]
    for name in ("baseline", "baseline_n", "band_low", "level", "longest", "beyond"):
        assert table[name][:2] == [None, None], name
    found = cx.tolerance(wait, score, drop=2, min_n=8, draws=20)
    assert found.level is None and math.isnan(found.baseline.value)
    assert "hidden" in repr(found)
    uneven = cx.tolerance(wait, [9] * 7 + [7] * 8 + [3] * 3, drop=1, min_n=4, draws=20).curve
    assert uneven["n"] == [None, 8, None] or uneven["n"] == [7, None, None]
    with pytest.raises(cx.SuppressedError):
        cx.tolerance(wait[:5], score[:5], drop=1, min_n=6, draws=20)


def log(customers, contacts=2):
    who, when, team = [], [], []
    for name, count in customers.items():
        for c in range(count):
            for k in range(contacts):
                who.append(f"{name}{c}")
                when.append((8 + c + 20 * k) * DAY)
                team.append(name)
    return who, when, team


def test_contact_logs_count_customers_not_contacts():
    who, when, team = log({"a": 2, "b": 5, "c": 7})
    plain = cx.fcr(who, when, window=604800, start=0, by=team)
    assert plain["customers"] == [2, 5, 7] and plain["n"][0] == 4
    for function in (cx.fcr, cx.non_repeat):
        table = function(who, when, window=604800, start=0, by=team, min_n=4)
        assert table["status"] == STATUS
        for name in ("value", "n", "customers", "contacts", "repeats", "no_id_share", "no_id"):
            assert table[name][:2] == [None, None], name
        with pytest.raises(cx.SuppressedError):
            function(who[:4], when[:4], window=604800, start=0, min_n=4)


def test_effort_by_team_is_the_effort_of_the_team():
    who, when, team = log({"a": 2, "b": 5, "c": 7})
    options = {"window": 604800, "start": 0, "end": 60 * DAY}
    table = cx.log_effort(who, when, by={"team": team}, **options)
    assert table["team"] == [t for t in "abc" for _ in range(3)]
    assert table["measure"] == ["contacts", "duration", "repeated"] * 3
    for name in "abc":
        rows = [i for i, t in enumerate(team) if t == name]
        alone = cx.log_effort([who[i] for i in rows], [when[i] for i in rows], **options)
        for row in table:
            if row["team"] != name:
                continue
            figure = getattr(alone, row["measure"])
            assert row["n"] == alone.issues and row["customers"] == alone.customers
            assert row["still_open"] == alone.open
            assert row["value"] == pytest.approx(figure.value)
            low = math.nan if row["ci_low"] is None else row["ci_low"]
            assert low == pytest.approx(figure.ci_low, nan_ok=True)
    hidden = cx.log_effort(who, when, by=team, min_n=4, **options)
    assert hidden["n"] == [None] * 6 + [14] * 3
    assert hidden["customers"] == [None] * 6 + [7] * 3
    with pytest.raises(cx.SuppressedError):
        cx.log_effort(who[:4], when[:4], min_n=4, **options)
    issues = cx.episodes(who, when, by={"team": team}, window=604800)
    assert issues.columns[:2] == ("customer", "team")
    assert [row["customer"][0] for row in issues] == issues["team"]


def test_moves_of_few_issues_are_hidden():
    who, when, channel = [], [], []
    for c in range(30):
        first = "web" if c < 20 else "shop"
        who += [c, c]
        when += [(8 + c / 100) * DAY, (9 + c / 100) * DAY]
        channel += [first, "phone" if c % 10 == 0 else first]
    when = [int(t) for t in when]
    moves = cx.log_effort(
        who, when, channel=channel, window=604800, start=0, end=60 * DAY, min_n=3
    ).moves
    hidden = [row for row in moves if row["issues"] is None]
    assert len(hidden) >= 4
    assert all(row["status"] == "CX_E_SUPPRESSED" and row["n"] is None for row in hidden)


def test_trend_passes_hidden_windows_over():
    week = 7 * DAY
    sizes = [40, 3, 40, 20, 40]
    time = [w * week for w, n in enumerate(sizes) for _ in range(n)]
    scores = [10 if i % 3 else 0 for i in range(len(time))]
    sites = ["x" if i % 2 else "y" for i in range(len(time))]
    table = cx.trend(time, scores, every="week", min_n=5).table
    assert table["status"][1] == "CX_E_SUPPRESSED"
    assert table["n"] == [40, None, 40, None, 40]
    for name in ("value", "change", "against", "change_flag"):
        assert table[name][1] is None and table[name][3] is None, name
    kept = [i for i, t in enumerate(time) if t // week not in (1, 3)]
    fewer = cx.trend([time[i] for i in kept], [scores[i] for i in kept], every="week").table
    assert table["against"][4] == pytest.approx(fewer["against"][4])
    split = cx.trend(time, scores, every="week", by=sites, min_n=5).table
    for name in ("keys", "panel_n", "panel_value", "mix", "within"):
        assert split[name][1] is None, name


def test_a_panel_that_tells_the_rest_of_a_window_is_hidden():
    week = 7 * DAY
    rows = [(w, site) for w in range(4) for site, n in (("x", 30), ("y", 20)) for _ in range(n)]
    rows += [(2, "new")] * 2
    time, sites = [w * week for w, _ in rows], [site for _, site in rows]
    scores = [10 if i % 3 else 0 for i in range(len(rows))]
    table = cx.trend(time, scores, every="week", by=sites, min_n=5).table
    assert table["n"] == [50, 50, 52, 50]
    assert table["panel_n"][2] is None and table["panel_value"][2] is None
    assert table["panel_n"].count(None) >= 2
    assert table["mix"][2] is None and table["within"][2] is None
    shown = cx.trend(time, scores, every="week", by=sites).table
    assert shown["panel_n"] == [50] * 4
