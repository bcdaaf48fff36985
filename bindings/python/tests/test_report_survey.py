"""The report on a survey: its example, scores, waves and windows, settings."""

import csv
import gzip
import json
import pathlib
import re

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

import cxkit as cx  # noqa: E402
from cxkit.report import analyse, answers, config, surveywords, words  # noqa: E402
from cxkit.report import html as page_of
from cxkit.report.problem import Problem  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"
EXAMPLE = EXAMPLES / "silence"
NPS = 'files = ["a.csv"]\n[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'
ASKED = '[invitations]\nfiles = ["log.csv"]\nid = "id"\nevent = "event"\n'
LOOP = '[closed_loop]\nfiles = ["log.csv"]\nscore = "s"\ncontacted = "c"\nagain = "t"\n'
STAFF = '[employees]\nfiles = ["log.csv"]\ncolumn = "q"\nby = "team"\n'


def numbers(folder):
    settings = config.read(folder / "cxkit.toml")
    return analyse.analyse(settings, answers.read(settings, folder))


def found_in(folder, toml, log="x\n1\n", rows="q\n9\n10\n3\n"):
    (folder / "a.csv").write_text(rows, encoding="utf-8")
    (folder / "log.csv").write_text(log, encoding="utf-8")
    (folder / "cxkit.toml").write_text(toml, encoding="utf-8")
    return numbers(folder)


def sentence(text):
    with pytest.raises(Problem) as caught:
        config.parse(text)
    return str(caught.value)


@pytest.fixture(scope="module")
def example():
    return numbers(EXAMPLE)


@pytest.fixture(scope="module")
def page(example):
    return page_of.page(example)


def columns(name):
    with gzip.open(EXAMPLE / name, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: [row[key] for row in rows] for key in rows[0]}


def june(table, key):
    """The rows of June, as the last wave is."""
    keep = [at for at, text in enumerate(table[key]) if text.startswith("2024-06")]
    return {name: [column[at] for at in keep] for name, column in table.items()}


def said(text):
    return re.sub(r"<(style|script|svg).*?</\1>|<[^>]+>", "", text, flags=re.S)


# -- the example ---------------------------------------------------------------------------------


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def chosen(found):
    """The figures of expected.json."""
    limits = ("value", "ci_low", "ci_high", "n")

    def short(estimate):
        return {key: estimate[key] for key in limits}

    silence, main = found["silence"], found["scores"][0]
    keys = ("response", "tipping", "tipping_gap", "threshold", "asked", "silent", "low", "high")
    return rounded(
        {
            "score": short(main["waves"][-1]),
            "at_every_look": short(main["anytime"]),
            "target": main["target"],
            "weighted": short(silence["weighted"]["estimate"]),
            "deff": silence["weighted"]["deff"],
            "rr1": silence["invitations"]["rates"][0],
            "r_indicator": silence["invitations"]["even"]["indicator"],
            "bounds": {key: silence["bounds"][key] for key in keys},
            "weeks": {
                row["period"]: row["change"]["flag"]
                for row in found["trend"]["rows"]
                if row["change"] and row["change"]["flag"] != "none"
            },
            "ranks": {
                row["point"]: [row["shrunken"][key] for key in ("rank", "rank_low", "rank_high")]
                for row in found["points"]["rows"]
            },
            "too_long": short(found["tolerance"]["estimate"]),
            "never_asked": [row["kind"] for row in found["coverage"]["kinds"] if not row["asked"]],
            "effect": short(found["closed_loop"]["effect"]),
            "employees": {
                row["group"]: "hidden" if row["hidden"] else row["estimate"]["value"]
                for row in found["employees"]["groups"]
            },
        }
    )


def test_the_example_gives_what_is_expected(example):
    expected = json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))
    assert chosen(example) == expected


def test_the_story_of_the_example_is_found(page):
    text = said(page)
    assert "16.3% of “18-34” answered, and 57.1% of “55+”" in text
    assert "fell in the week of 13 May 2024" in text and "rose in the week of 27 May 2024" in text
    assert "Canal came later; Quay has gaps." in text
    assert "Nobody was ever asked about app Bridge, app Gate" in text
    assert "of those held out by lot" in text and "beyond chance" in text
    assert "Count invitations next time" not in text
    assert "however often one looks" in text


def test_the_example_follows_the_schema(example):
    file = pathlib.Path(page_of.__file__).parent / "templates" / "report.schema.json"
    schema = json.loads(file.read_text())
    assert sorted(example) == sorted(schema["required"])
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(example)))


def test_the_same_input_gives_the_same_page(example, page):
    again = numbers(EXAMPLE)
    assert again == example and page_of.page(again) == page


def test_every_section_of_the_example_is_linked(page):
    for name in ("trend", "silence", "tolerance", "coverage", "loop", "employees"):
        assert f'<a href="#{name}">' in page and f'<section id="{name}">' in page


# -- the numbers are the library's ---------------------------------------------------------------


def test_response_rates_are_the_library_s(example):
    log = june(columns("invitations.csv.gz"), "time")
    ids = set(log["invitation"])
    started = {
        number
        for number, time in zip(*map(columns("invitations.csv.gz").get, ("invitation", "time")))
        if time < "2024-06"
    }
    keep = [at for at, number in enumerate(log["invitation"]) if number not in started]
    assert len(ids - started) == example["silence"]["invitations"]["invitations"]
    every = columns("invitations.csv.gz")
    wanted = {log["invitation"][at] for at in keep}
    rows = [at for at, number in enumerate(every["invitation"]) if number in wanted]
    rates = cx.dispositions(
        [every["event"][at] for at in rows], invitation=[every["invitation"][at] for at in rows]
    ).rates()
    found = {row["rate"]: row["value"] for row in example["silence"]["invitations"]["rates"]}
    assert found["rr1"] == rates.rr1 and found["con1"] == rates.con1


def test_the_weighted_score_is_the_library_s(example):
    rows = june(columns("answers.csv.gz"), "day")
    keep = [at for at, text in enumerate(rows["recommend"]) if text and rows["age"][at]]
    people = {name: [rows[name][at] for at in keep] for name in ("age", "region")}
    margins = {
        "age": {"18-34": 0.3, "35-54": 0.35, "55+": 0.35},
        "region": {"north": 0.5, "south": 0.5},
    }
    weights = cx.rake(people, margins)
    scores = [float(rows["recommend"][at]) for at in keep]
    direct = cx.nps(scores, design=cx.Design(calibration=weights))
    found = example["silence"]["weighted"]
    assert found["estimate"]["value"] == pytest.approx(direct.value, abs=1e-9)
    assert found["estimate"]["ci_low"] == pytest.approx(direct.ci_low, abs=1e-9)
    assert found["deff"] == pytest.approx(cx.kish(weights).deff, abs=1e-12)
    assert found["answers"] + found["left_out"] == example["scores"][0]["waves"][-1]["n"]
    for row in found["margins"]:
        assert row["attained"] == pytest.approx(row["wanted"], abs=1e-9)
    assert found["margins"][0]["start"] == pytest.approx(people["age"].count("18-34") / len(keep))


def test_at_the_tipping_point_the_whole_is_the_threshold(example):
    found = example["silence"]["bounds"]
    part = found["response"]
    whole = part * found["respondents"] + (1 - part) * found["tipping"]
    assert whole == pytest.approx(found["threshold"])
    assert found["asked"] == found["answers"] + found["silent"]
    assert found["range"][0]["value"] == pytest.approx(found["respondents"])


def test_the_interval_of_every_look_is_the_library_s(example):
    rows = june(columns("answers.csv.gz"), "day")
    scores = [float(text) for text in rows["recommend"] if text]
    direct, found = cx.anytime(scores), example["scores"][0]["anytime"]
    assert (found["value"], found["ci_low"]) == (direct.value, direct.ci_low)
    once = example["scores"][0]["waves"][-1]
    assert found["ci_low"] < once["ci_low"] and once["ci_high"] < found["ci_high"]


def test_the_panel_of_constant_points_is_the_score_of_these_points():
    found = numbers(EXAMPLES / "airport")["scores"][1]
    same = found["same_points"]
    assert len(same["points"]) == 12 and same["of"] == 21
    scores, weights = [], []
    with open(EXAMPLES / "airport" / "airport_2018.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if f"{row['boarding_area']} {row['time_of_day']}" in same["points"]:
                answer = row["overall"]
                scores.append(float(answer) if answer in ("1", "2", "3", "4", "5") else None)
                weights.append(float(row["weight"]))
    direct = cx.csat(scores, weights=weights)
    panel = same["waves"][-1]
    assert panel["n"] == direct.n
    for key in ("value", "ci_low", "ci_high", "se", "n_eff"):
        assert panel[key] == pytest.approx(getattr(direct, key), abs=1e-9), key


def test_changes_of_waves_are_held_together(example):
    for score in example["scores"]:
        rows = score["trend"]["rows"]
        assert rows[0]["change"] is None
        for row in rows[1:]:
            assert row["change"]["p_adjusted"] >= row["change"]["p"]
        before, now = score["waves"][-2:]
        assert rows[-1]["change"]["value"] == pytest.approx(now["value"] - before["value"])


# -- waves and windows ---------------------------------------------------------------------------


def test_waves_that_are_labels_stand_in_their_order(tmp_path):
    rows = "q,w,p\n" + "".join(
        f"{score},{wave},{point}\n"
        for wave, point, scores in (
            ("2", "a", [3] * 40),
            ("10", "a", [10] * 40),
            ("10", "b", [10] * 40),
            ("9", "a", [3] * 40),
        )
        for score in scores
    )
    toml = NPS + '[columns]\nwave = "w"\npoint = "p"\n'
    score = found_in(tmp_path, toml, rows=rows)["scores"][0]
    assert [row["wave"] for row in score["trend"]["rows"]] == ["2", "9", "10"]
    flags = [row["change"] and row["change"]["flag"] for row in score["trend"]["rows"]]
    assert flags == [None, "none", "up"]
    assert score["same_points"]["points"] == ["a"] and score["same_points"]["of"] == 2
    assert [wave["n"] for wave in score["same_points"]["waves"]] == [40, 40, 40]


def test_one_wave_has_no_change(tmp_path):
    score = found_in(tmp_path, NPS)["scores"][0]
    assert score["trend"] is None and score["same_points"] is None


def test_a_window_with_few_answers_is_hidden_with_another(tmp_path):
    counts = {"2024-01": 30, "2024-02": 3, "2024-03": 30, "2024-04": 20}
    rows = "q,d\n" + "".join(
        f"{10 if at % 2 else 3},{month}-05\n" for month, n in counts.items() for at in range(n)
    )
    toml = NPS + '[columns]\ndate = "d"\n[trend]\nevery = "month"\n[settings]\nhide_below = 5\n'
    found = found_in(tmp_path, toml, rows=rows)["trend"]
    assert [row["hidden"] for row in found["rows"]] == [False, True, False, True]
    assert found["rows"][1]["n"] is None and found["rows"][1]["estimate"] is None
    assert all(row["change"] is None for row in found["rows"]) and found["slope"] is None
    assert found["panel"] is None


def test_answers_without_a_date_are_counted_and_in_no_window(tmp_path):
    rows = "q,d\n" + "9,2024-01-05\n" * 20 + "3,\n" * 4
    found = found_in(tmp_path, NPS + '[columns]\ndate = "d"\n[trend]\nevery = "day"\n', rows=rows)
    assert found["trend"]["no_time"] == 4 and found["trend"]["rows"][0]["n"] == 20
    assert "4 answers have no date" in page_of.page(found)


def test_small_points_show_what_they_share_with_the_others(tmp_path):
    rows = "q,p\n" + "10,a\n8,a\n3,a\n10,b\n8,b\n9,b\n2,d\n8,d\n9,d\n" * 20 + "3,c\n" * 4
    found = found_in(tmp_path, NPS + '[columns]\npoint = "p"\n', rows=rows)["points"]["rows"]
    small = found[2]
    assert small["hidden"] and small["estimate"] is None
    assert small["point"] == "c" and -100 < small["shrunken"]["value"] < 50
    assert small["shrunken"]["own_weight"] < 0.6
    assert small["shrunken"]["rank_low"] <= small["shrunken"]["rank"]
    toml = NPS + '[columns]\npoint = "p"\n[settings]\nhide_below = 5\n'
    hidden = found_in(tmp_path, toml, rows=rows)["points"]["rows"]
    assert [row["shrunken"] for row in hidden if row["suppressed"]] == [None, None]


@pytest.mark.parametrize("metric, extra", [("csat", ""), ("mean", "")])
def test_points_of_every_metric_borrow(tmp_path, metric, extra):
    rows = "q,p\n" + "5,a\n2,a\n" * 20 + "4,b\n3,b\n" * 20 + "1,c\n2,c\n" * 4
    toml = f'[[score]]\ncolumn = "q"\nmetric = "{metric}"\nscale = [1, 5]\n[columns]\npoint = "p"\n'
    found = found_in(tmp_path, 'files = ["a.csv"]\n' + toml, rows=rows)["points"]["rows"]
    assert all(row["shrunken"] for row in found)
    assert all(row["shrunken"]["ci_low"] <= row["shrunken"]["value"] for row in found)


# -- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["csat", "mean"])
def test_every_metric_has_an_interval_for_every_look(tmp_path, metric):
    toml = f'files = ["a.csv"]\n[[score]]\ncolumn = "q"\nmetric = "{metric}"\nscale = [1, 5]\n'
    toml += "target = 0.5\n" if metric == "csat" else "target = 3\n"
    toml += '[settings]\ninterval = "anytime"\nplanned = 200\n'
    score = found_in(tmp_path, toml, rows="q\n" + "5\n2\n4\n" * 60)["scores"][0]
    once = score["waves"][-1]
    assert score["anytime"]["value"] == pytest.approx(once["value"])
    assert score["anytime"]["ci_low"] < once["ci_low"]
    assert 0.5 < score["target"]["probability"] < 1


def test_a_target_comes_with_its_probability(tmp_path):
    rows = "q\n" + "10\n" * 60 + "3\n" * 20
    found = found_in(tmp_path, NPS + "target = 0\n", rows=rows)
    target = found["scores"][0]["target"]
    assert target["target"] == 0 and target["probability"] > 0.999
    assert "more than 99%" in page_of.page(found)


@pytest.mark.parametrize(
    "toml, text",
    [
        (NPS + "target = 100\n", "must lie between -100 and 100"),
        (NPS + '[trend]\nevery = "week"\n', "[trend] needs date"),
        (NPS + '[trend]\nevery = "weak"\n', 'Did you mean "week"?'),
        (NPS + '[settings]\ninterval = "always"\n', "it can be fixed and anytime"),
        (NPS + "[settings]\nplanned = 9\n", "planned belongs to interval"),
        (NPS + '[columns]\nweight = "w"\n[settings]\ninterval = "anytime"\n', "no such interval"),
        (NPS + '[tolerance]\nwait = "w"\n', "lacks the key drop"),
        (NPS + '[tolerance]\nwait = "w"\ndrop = 1\nband = [5, 2]\n', "[shortest, longest]"),
        (NPS + '[tolerance]\nwait = "w"\ndrop = 1\nof = "p"\n', "no column of a [[score]]"),
        (NPS + ASKED + 'events = { a = "b" }\n', "an event is one of"),
        (NPS + ASKED + 'wave = "w"\n', "needs wave in [columns]"),
        (NPS + ASKED + 'time = "t"\n', "needs every in [columns]"),
        (NPS + '[invitations]\nid = "a"\nevent = "b"\n', "lacks the key files"),
        (NPS + "[margins]\n", "names no column"),
        (NPS + "[margins.a]\nx = -1\n", "a number from 0"),
        (NPS + "[margins.a]\nx = 0\n", "no share above 0"),
        (NPS + '[coverage]\nfiles = ["x"]\nasked = "y"\n', "must name the columns"),
        (NPS + '[coverage]\nfiles = ["x"]\nby = "y"\n', "either asked"),
        (NPS + '[coverage]\nfiles = ["x"]\nby = "y"\nencounter = "z"\n', "encounter in [invit"),
        (NPS + LOOP + 'alerted = "a"\n', "give both or none"),
        (NPS + LOOP + 'followed = "promoters"\n', "promoters need acted"),
        (NPS + STAFF + "min = 3\n", 'Did you mean "min_n"?'),
    ],
)
def test_a_table_is_read_strictly(toml, text):
    assert text in sentence(toml)


def test_without_tables_there_is_no_section(tmp_path):
    found = found_in(tmp_path, NPS)
    for name in ("trend", "silence", "tolerance", "coverage", "closed_loop", "employees"):
        assert found[name] is None and f'id="{name}"' not in page_of.page(found)
    assert found["interval"] == "fixed" and found["scores"][0]["anytime"] is None


def test_probabilities_are_never_said_to_be_certain():
    assert [surveywords.likely(p) for p in (0, 0.005, 0.5, 0.999)] == [
        "less than 1%",
        "less than 1%",
        "50%",
        "more than 99%",
    ]
    assert words.percent(0.5) == "50%"
