"""The report's plan of the next period: numbers with reasons, alarms, and the log of a gate."""

import csv
import datetime
import gzip
import json
import pathlib
import random
import re

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

import numpy as np  # noqa: E402

import cxkit as cx  # noqa: E402
from cxkit.report import analyse, answers, calendar, config  # noqa: E402
from cxkit.report import html as page_of
from cxkit.report.problem import Problem  # noqa: E402

EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "examples" / "pool"
TOML = (
    'files = ["a.csv"]\n[columns]\ndate = "day"\npoint = "shop"\n'
    '[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'
)
GATE = (
    '[gate]\nfiles = ["gate.csv"]\nprobability = "p"\ninvite = "i"\nscore = "q"\nfrequency = "f"\n'
)


def numbers(folder):
    settings = config.read(folder / "cxkit.toml")
    return analyse.analyse(settings, answers.read(settings, folder))


def weeks(count, each=20, drop=None, shops=("North", "South"), seed=3):
    """Answers of so many weeks; one shop is liked less from one week on."""
    chance = random.Random(seed)
    rows = ["day,shop,q"]
    for week in range(count):
        for shop in shops:
            for _ in range(each):
                day = datetime.date(2024, 1, 1) + datetime.timedelta(7 * week + chance.randrange(7))
                liking = 8.4 - (4 if drop and shop == drop[0] and week >= drop[1] else 0)
                rows.append(f"{day},{shop},{min(10, max(0, round(chance.gauss(liking, 1.8))))}")
    return "\n".join(rows) + "\n"


def found_in(folder, more="", rows=None, gate=None, toml=TOML):
    (folder / "a.csv").write_text(rows or weeks(12), encoding="utf-8")
    if gate:
        (folder / "gate.csv").write_text(gate, encoding="utf-8")
    (folder / "cxkit.toml").write_text(toml + more, encoding="utf-8")
    return numbers(folder)


def refused(*arguments, **more):
    with pytest.raises(Problem) as caught:
        found_in(*arguments, **more)
    return str(caught.value)


@pytest.fixture(scope="module")
def example():
    return numbers(EXAMPLE)


@pytest.fixture(scope="module")
def plan(example):
    return example["next_period"]


def said(found):
    text = re.sub(r"<(style|script|svg).*?</\1>|<[^>]+>", "", page_of.page(found), flags=re.S)
    return " ".join(text.split())


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


# -- the example ---------------------------------------------------------------------------------


def chosen(found):
    """The figures of expected.json."""
    limits = ("value", "ci_low", "ci_high", "n")
    plan, figure = found["next_period"], found["gate"]["figure"]
    return rounded(
        {
            "next": {row["point"]: row["next"] for row in plan["rows"]},
            "without_evidence": {row["point"]: row["without_evidence"] for row in plan["rows"]},
            "capacity": {row["point"]: row["capacity"] for row in plan["rows"]},
            "reasons": {row["point"]: row["reason"] for row in plan["rows"]},
            "alarms": [
                {
                    **{key: one[key] for key in ("point", "kind", "since", "n_after")},
                    "change": one["change"] and {key: one["change"][key] for key in limits},
                }
                for one in plan["alarms"]
            ],
            "error": plan["error"],
            "eligible": [
                [row["frequency"], row["eligible"]["value"]] for row in found["gate"]["classes"]
            ],
            **{name: {key: figure[name][key] for key in limits} for name in FIGURES},
        }
    )


FIGURES = ("plain", "hajek", "by_class")


def test_the_example_gives_what_is_expected(example):
    expected = json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))
    assert chosen(example) == expected


def test_the_example_follows_the_schema(example):
    file = pathlib.Path(page_of.__file__).parent / "templates" / "report.schema.json"
    schema = json.loads(file.read_text())
    assert sorted(example) == sorted(schema["required"])
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(example)))


def test_the_story_of_the_example_is_told(example):
    text = said(example)
    assert "Alarm at Elm since the week of" in text and "Look at Elm now" in text
    assert "Look whether invitations arrive at Birch" in text
    assert "Evidence of a change moves the pool to Elm" in text
    assert "The next week" in text and "The next wave" not in text
    assert "Count invitations next time" not in text
    assert "Some customers were likelier to be asked than others" in text


def test_the_plan_is_that_of_the_library(plan):
    rows = plan["rows"]
    assert sum(row["next"] for row in rows) == plan["budget"] == plan["planned"]
    assert all(row["floor"] <= row["next"] <= row["capacity"] for row in rows)
    assert all(row["why"] for row in rows)
    assert plan["gain_high"] <= plan["gain_low"]
    elm = next(row for row in rows if row["point"] == "Elm")
    assert elm["next"] > elm["without_evidence"] + 10 and elm["alarm"] == "down"


def test_the_size_of_an_alarm_is_that_of_the_answers_after_it(plan):
    with gzip.open(EXAMPLE / "answers.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["workshop"] == "Elm"]
    (elm,) = [one for one in plan["alarms"] if one["point"] == "Elm"]
    monday = datetime.datetime.strptime(elm["since"], "%d %b %Y").date()
    later = monday + datetime.timedelta(days=7)
    guard = monday - datetime.timedelta(days=14)
    after = [int(r["score"]) for r in rows if datetime.date.fromisoformat(r["day"]) >= later]
    calm = [int(r["score"]) for r in rows if datetime.date.fromisoformat(r["day"]) < guard]
    assert elm["n_after"] == elm["change"]["n"] == len(after)
    assert elm["change"]["value"] == pytest.approx(cx.nps(after).value - cx.nps(calm).value)


def test_more_answers_from_one_point_do_not_move_the_whole(tmp_path):
    shares = '[plan]\nperiod = "week"\nshares = { North = 1, South = 1 }\n'
    rows = weeks(12)
    later = within(rows, 6, 12).splitlines(keepends=True)[1:]
    north = "".join(row for row in later if "South" not in row)
    gap = found_in(tmp_path, shares, rows=within(rows, 0, 6) + north)
    assert gap["next_period"]["whole"]["value"] is None and "Over the latest" not in said(gap)
    first = found_in(tmp_path, shares, rows=rows)["next_period"]
    assert first["whole"]["periods"] == 12
    again = [row for row in rows.splitlines()[1:] if "South" in row]
    more = found_in(tmp_path, shares, rows=rows + "\n".join(again * 4) + "\n")
    whole = more["next_period"]["whole"]
    assert whole["value"] == pytest.approx(first["whole"]["value"])
    assert whole["ci_low"] < whole["value"] < whole["ci_high"]
    assert "Over the latest 12 weeks the whole is" in said(more)


def test_the_whole_of_shares_is_a_share(tmp_path):
    toml = TOML.replace('"nps"\nscale = [0, 10]', '"csat"\nscale = [0, 10]\ntop = 3')
    rows = weeks(12)
    found = found_in(tmp_path, rows=rows, toml=toml)["next_period"]
    answers_of = [int(row.rpartition(",")[2]) for row in rows.splitlines()[1:]]
    share = sum(one >= 8 for one in answers_of) / len(answers_of)
    assert found["whole"]["value"] == pytest.approx(share)  # as many answers in every cell


def test_the_gates_figure_is_weighted_by_its_probabilities(example):
    with gzip.open(EXAMPLE / "gate.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["time"].startswith("2024-07")]
    done = [(float(row["probability"]), int(row["score"])) for row in rows if row["score"]]
    worth = [(100 if s >= 9 else -100 if s <= 6 else 0) for _, s in done]
    total = sum(1 / p for p, _ in done)
    figure = example["gate"]["figure"]
    assert figure["wave"] == "Jul 2024" and figure["rows"] == len(rows)
    expected = sum(one / p for one, (p, _) in zip(worth, done)) / total
    assert figure["hajek"]["value"] == pytest.approx(expected)
    assert figure["plain"]["value"] == pytest.approx(sum(worth) / len(worth))
    assert figure["plain"]["value"] < figure["hajek"]["value"] - 4


def test_coverage_counts_every_visit_once(example):
    gate = example["gate"]
    assert sum(row["contacts"] for row in gate["classes"]) == gate["rows"] == 33000
    assert sum(row["quarantined"] for row in gate["classes"]) == {
        row["reason"]: row["n"] for row in gate["reasons"]
    }["rule"]
    eligible = [row["eligible"]["value"] for row in gate["classes"]]
    assert eligible == sorted(eligible, reverse=True)


# -- when there is a plan of the next period -------------------------------------------------------


def test_answers_without_a_date_keep_the_plan_of_the_next_wave(tmp_path):
    found = found_in(tmp_path, toml=TOML.replace('date = "day"\n', ""))
    assert found["next_period"] is None and found["plan"]["rows"]
    assert "The next wave" in said(found)


def test_dated_answers_of_a_few_weeks_keep_it_too(tmp_path):
    found = found_in(tmp_path, rows=weeks(7))
    assert found["next_period"] is None and found["plan"]
    asked = found_in(tmp_path, '[plan]\nperiod = "week"\n', rows=weeks(7))
    assert asked["next_period"]["periods"] == 7 and asked["plan"] is None


def test_dated_answers_are_planned_by_the_week(tmp_path):
    plan = found_in(tmp_path)["next_period"]
    assert (plan["period"], plan["periods"], plan["next"]) == ("week", 12, "25 Mar 2024")
    assert plan["budget"] == 40 and plan["floor"] == 10
    assert {row["state"] for row in plan["rows"]} == {"learning"} and not plan["alarms"]


@pytest.mark.parametrize("policy", ["evidence", "detect", "neyman", "uniform", "proportional",
                                    "precision-budget", "exploration", "index"])  # fmt: skip
def test_every_policy_spends_the_budget_with_reasons(tmp_path, policy):
    more = f'[plan]\npolicy = "{policy}"\nbaseline = 100\nbudget = 60\n'
    found = found_in(tmp_path, more, rows=weeks(20, drop=("South", 16)))
    plan = found["next_period"]
    assert plan["policy"] == policy and sum(row["next"] for row in plan["rows"]) == 60
    assert [one["point"] for one in plan["alarms"]] == ["South"]
    assert all(row["why"] for row in plan["rows"]) and "Alarm at South" in said(found)


def test_permanent_points_keep_their_floor_where_others_cannot(tmp_path):
    more = '[plan]\nbudget = 40\nfloor = 30\npermanent = ["North"]\n'
    rows = {row["point"]: row for row in found_in(tmp_path, more)["next_period"]["rows"]}
    assert rows["North"]["next"] == 30 and rows["South"]["next"] == 10


def test_capacity_and_rate_by_point(tmp_path):
    more = '[plan]\nbudget = 60\ncapacity = { South = 18 }\nrate = 0.25\n'
    rows = {row["point"]: row for row in found_in(tmp_path, more)["next_period"]["rows"]}
    assert (rows["South"]["next"], rows["South"]["reason"]) == (18, "capacity")
    assert rows["North"]["invitations"] == pytest.approx(168)


def test_an_alarm_that_was_taken_notice_of_is_gone(tmp_path):
    more = "[plan]\nbaseline = 100\narl = 40\n"
    rows = weeks(20, drop=("South", 12))
    assert found_in(tmp_path, more, rows=rows)["next_period"]["alarms"]
    day = "acknowledged = { South = 2024-05-06 }\n"
    assert not found_in(tmp_path, more + day, rows=rows)["next_period"]["alarms"]


def test_hidden_points_show_nothing_and_get_their_floor(tmp_path):
    rows = weeks(12, shops=("North", "South", "East")) + "2024-03-20,Tiny,9\n2024-03-21,Tiny,2\n"
    found = found_in(tmp_path, "[settings]\nhide_below = 10\n", rows=rows)
    hidden = [row for row in found["next_period"]["rows"] if row["hidden"]]
    assert "Tiny" in {row["point"] for row in hidden} and len(hidden) >= 2
    for row in hidden:
        assert row["next"] == row["floor"] and row["reason"] == "hidden"
        assert row["n"] is row["level"] is row["log_evidence"] is row["share"] is row["now"] is None
    assert "hidden" in said(found)


def test_satisfied_answers_are_watched_as_shares(tmp_path):
    toml = TOML.replace('"nps"\nscale = [0, 10]', '"csat"\nscale = [0, 10]\ntop = 3')
    found = found_in(tmp_path, "[plan]\nbaseline = 100\n", weeks(20, drop=("South", 15)), toml=toml)
    plan = found["next_period"]
    assert all(0 <= row["level"] <= 1 for row in plan["rows"])
    (alarm,) = plan["alarms"]
    assert alarm["change"]["unit"] == "fraction" and alarm["change"]["ci_high"] < -0.3


def test_periods_are_calendar_weeks_and_months():
    days = np.array(["2024-01-07", "2024-01-08", "1969-12-31"], "datetime64[us]")
    week = calendar.ordinals(days, "week")
    assert week[1] == week[0] + 1 and calendar.label(int(week[1]), "week") == "8 Jan 2024"
    assert calendar.label(int(calendar.ordinals(days, "month")[0]), "month") == "Jan 2024"
    assert calendar.label(int(calendar.ordinals(days, "day")[2]), "day") == "31 Dec 1969"


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[plan]\npermanent = ["Nort"]\n', 'names "Nort", which is no measurement point. Did you'),
        ('[plan]\npolicy = "greedy"\n', 'policy in [plan] is "greedy"; it can be evidence'),
        ('[plan]\nperiod = "year"\n', 'period in [plan] is "year"'),
        ("[plan]\nbudget = 1\n", "budget = 1 is less than one answer for each of the 2 points"),
        ("[plan]\nrate = 1.5\n", "rate in [plan] is 1.5; it must be a number above 0, 1 at most"),
        ("[plan]\ndrop = []\n", "it can have 1 to 8"),
        ("[plan]\nshares = { North = 2 }\n", "shares lack South"),
        ('[plan]\nacknowledged = { North = "May" }\n', "must be a date without quotes"),
        ('[plan]\nbudget = 40\nfloor = 90\npermanent = ["North"]\n', "next week"),
    ],
)
def test_what_a_plan_cannot_be_made_of(tmp_path, more, words):
    assert words in refused(tmp_path, more)


def test_a_period_needs_dates_counts_and_a_score_of_shares():
    for toml, words in (
        (TOML.replace('date = "day"\n', ""), "needs date and point"),
        (TOML.replace("[[score]]", 'weight = "w"\n[[score]]'), "count once each"),
        (TOML.replace('"nps"', '"mean"'), 'metric = "mean"'),
    ):
        with pytest.raises(Problem, match=re.escape(words)):
            config.parse(toml + '[plan]\nperiod = "week"\n')


def test_a_log_of_a_gate_alone_gives_coverage(tmp_path):
    gate = "p,i,q,f\n0.5,1,9,0\n0.5,0,,0\n0,0,,1\n0.25,1,3,1\n0.25,1,,1\n"
    toml = TOML.replace('date = "day"\npoint = "shop"\n', "")
    found = found_in(tmp_path, GATE, gate=gate, toml=toml)
    assert found["next_period"] is None and found["gate"]["quarantined"]["value"] == 0.2
    # (100 / 0.5 - 100 / 0.25) / (1 / 0.5 + 1 / 0.25)
    assert found["gate"]["figure"]["hajek"]["value"] == pytest.approx(-100 / 3)
    assert "Who could be asked" in said(found)


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ("p,i,q,f\n1.5,1,9,0\n", 'gate.csv, line 2, column "p": "1.5" is no probability'),
        ("p,i,q,f\n,1,9,0\n", "is no probability"),
        ("p,i,q,f\n0,1,9,0\n", "whose probability was 0"),
        ("p,i,q,f\n0.5,perhaps,9,0\n", "neither yes nor no"),
        ("p,i,q,f\n0.5,1,12,0\n", "12 is not on the scale"),
        ("p,i,q\n0.5,1,9\n", 'there is no column "f"'),
    ],
)
def test_a_damaged_log_of_a_gate_is_refused(tmp_path, gate, words):
    assert words in refused(tmp_path, GATE, gate=gate)


def test_invitations_by_point_are_watched(tmp_path):
    chance, log = random.Random(5), ["id,event,time,shop"]
    for week in range(24):
        for shop in ("North", "South"):
            for number in range(150 if shop == "South" and week >= 16 else 40):
                day = datetime.date(2024, 1, 1) + datetime.timedelta(7 * week + chance.randrange(7))
                log.append(f"{shop}{week}-{number},sent,{day},{shop}")
    (tmp_path / "log.csv").write_text("\n".join(log) + "\n", encoding="utf-8")
    more = (
        '[plan]\nperiod = "week"\nbaseline = 150\n[invitations]\nfiles = ["log.csv"]\nid = "id"\n'
        'event = "event"\ntime = "time"\npoint = "shop"\n'
    )
    toml = TOML.replace("[columns]\n", '[columns]\nevery = "month"\n')
    plan = found_in(tmp_path, more, rows=weeks(24), toml=toml)["next_period"]
    (alarm,) = plan["alarms"]
    assert (alarm["point"], alarm["kind"]) == ("South", "rate") and plan["invitations_known"]
    assert alarm["after"]["ci_high"] < alarm["before"]
    assert all(row["invitations"] > row["next"] for row in plan["rows"])


def test_the_reason_is_whole_where_a_name_has_a_colon(tmp_path):
    plan = found_in(tmp_path, rows=weeks(12, shops=("Hall: A", "Hall: B (old)")))["next_period"]
    assert all("what one more answer is worth" in row["why"] for row in plan["rows"])


# -- a stored monitor ----------------------------------------------------------------------------

KEPT = '[plan]\nperiod = "week"\nbudget = 60\nbaseline = 100\n'


def command(folder, *more):
    from cxkit.cli import main

    return main(["plan", str(folder), "--format", "json", "-q", *map(str, more)])


def within(rows, first, last):
    """The answers of some of the weeks since the beginning of 2024."""
    head, *body = rows.splitlines()
    start = datetime.date(2024, 1, 1)
    week = [(datetime.date.fromisoformat(row[:10]) - start).days // 7 for row in body]
    kept = [row for row, at in zip(body, week) if first <= at < last]
    return "\n".join([head, *kept]) + "\n"


def stored(folder, rows, more=KEPT, *options):
    (folder / "a.csv").write_text(rows, encoding="utf-8")
    (folder / "cxkit.toml").write_text(TOML + more, encoding="utf-8")
    return command(folder, *options)


def test_week_by_week_through_the_file_is_the_same_as_all_in_one_go(tmp_path, capsys):
    rows = weeks(20, drop=("South", 14))
    assert stored(tmp_path, rows, KEPT, "--save-monitor", tmp_path / "whole.cxm") == 0
    whole = json.loads(capsys.readouterr().out)
    state = tmp_path / "state.cxm"
    for week in range(20):
        assert stored(tmp_path, within(rows, week, week + 1), KEPT, "--monitor", state) == 0
        capsys.readouterr()
    assert state.read_bytes() == (tmp_path / "whole.cxm").read_bytes()
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]
    # a second run of the same week changes nothing, with the history or without
    for part in (within(rows, 19, 20), rows):
        assert stored(tmp_path, part, KEPT, "--monitor", state) == 0
        assert json.loads(capsys.readouterr().out) == whole
        assert state.read_bytes() == (tmp_path / "whole.cxm").read_bytes()


def test_the_report_starts_from_the_state_and_does_not_write_it(tmp_path):
    rows = weeks(20, drop=("South", 14))
    assert stored(tmp_path, within(rows, 0, 18), KEPT, "--monitor", tmp_path / "state.cxm") == 0
    before = (tmp_path / "state.cxm").read_bytes()
    whole = found_in(tmp_path, KEPT, rows=rows)["next_period"]
    full = found_in(tmp_path, KEPT + 'monitor = "state.cxm"\n', rows=rows)["next_period"]
    few = found_in(tmp_path, KEPT + 'monitor = "state.cxm"\n', rows=within(rows, 18, 20))
    plan = few["next_period"]
    assert (tmp_path / "state.cxm").read_bytes() == before
    assert full["stored"]["earlier"] == 720 and plan["stored"]["earlier"] == 0
    assert full | {"stored": None} == whole and plan["whole"]["periods"] == 2
    assert [row["next"] for row in plan["rows"]] == [row["next"] for row in whole["rows"]]
    assert plan["periods"] == 20
    (alarm,), (known,) = plan["alarms"], whole["alarms"]
    assert (alarm["point"], alarm["since"]) == (known["point"], known["since"])
    assert alarm["n_after"] == known["n_after"] and alarm["change"] is None
    assert alarm["after"]["value"] == pytest.approx(known["after"]["value"])
    assert "now \N{MINUS SIGN}" in said(few) or "now -" in said(few)
    assert "started from its stored state" in said(few)


def test_an_alarm_in_the_state_can_be_taken_notice_of_later(tmp_path):
    rows = weeks(20, drop=("South", 14))
    assert stored(tmp_path, rows, KEPT, "--monitor", tmp_path / "state.cxm") == 0
    more = KEPT + 'monitor = "state.cxm"\nacknowledged = { South = 2024-05-15 }\n'
    assert not found_in(tmp_path, more, rows=rows)["next_period"]["alarms"]


def test_a_point_without_new_answers_keeps_its_place(tmp_path):
    rows = weeks(12)
    assert stored(tmp_path, rows, KEPT, "--monitor", tmp_path / "state.cxm") == 0
    north = "".join(r for r in within(weeks(13), 12, 13).splitlines(True) if "South" not in r)
    found = found_in(tmp_path, KEPT + 'monitor = "state.cxm"\n', rows=north)["next_period"]
    assert {row["point"]: row["n"] for row in found["rows"]} == {"North": 260, "South": 240}


@pytest.mark.parametrize(
    ("change", "rows", "words"),
    [
        (("baseline = 100", "baseline = 200"), weeks(13), "made with baseline = 100, and here ba"),
        (('"week"', '"day"'), weeks(13), 'kept by the week, and here period is "day"'),
        (("", ""), weeks(9), "up to the week of 18 Mar 2024, and the newest here are of the week"),
        (("", ""), weeks(13, shops=("North", "South", "East")), "does not watch East; its points"),
    ],
)
def test_a_state_of_something_else_is_refused(tmp_path, change, rows, words):
    assert stored(tmp_path, weeks(12), KEPT, "--monitor", tmp_path / "state.cxm") == 0
    before = (tmp_path / "state.cxm").read_bytes()
    more = KEPT.replace(*change) if change[0] else KEPT
    assert words in refused(tmp_path, more + 'monitor = "state.cxm"\n', rows=rows)
    assert (tmp_path / "state.cxm").read_bytes() == before


def test_a_damaged_state_is_one_sentence_and_stays_as_it_is(tmp_path, capsys):
    state = tmp_path / "state.cxm"
    assert stored(tmp_path, weeks(12), KEPT, "--monitor", state) == 0
    whole = state.read_bytes()
    for damaged in (b"", b"cxm", whole[:100], whole[:90] + b"!" + whole[91:]):
        state.write_bytes(damaged)
        capsys.readouterr()
        assert stored(tmp_path, weeks(13), KEPT, "--monitor", state) == 3
        error = capsys.readouterr().err
        assert error.count("\n") == 1 and "state.cxm: " in error and "damaged" in error
        assert state.read_bytes() == damaged


def test_a_stored_state_needs_a_period(tmp_path):
    assert "give period" in refused(tmp_path, '[plan]\nmonitor = "state.cxm"\n')
    assert stored(tmp_path, weeks(12), "", "--monitor", tmp_path / "state.cxm") == 1
