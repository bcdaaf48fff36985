"""The report: its numbers, its words, its file."""

import html.parser
import json
import pathlib
import re

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

import cxkit as cx  # noqa: E402
from cxkit.report import analyse, answers, config  # noqa: E402
from cxkit.report import html as page_of
from cxkit.report.problem import Problem  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"


def numbers(folder):
    settings = config.read(folder / "cxkit.toml")
    return analyse.analyse(settings, answers.read(settings, folder))


@pytest.fixture(scope="module")
def airport():
    return numbers(EXAMPLES / "airport")


@pytest.fixture(scope="module")
def surgeries():
    return numbers(EXAMPLES / "gp-surgeries")


@pytest.fixture(scope="module")
def airport_page(airport):
    return page_of.page(airport)


def write(folder, rows, toml, name="a.csv"):
    (folder / name).write_text(rows, encoding="utf-8")
    (folder / "cxkit.toml").write_text(toml, encoding="utf-8")
    return folder


NPS = '[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'


def test_one_answer_makes_a_report(tmp_path):
    found = numbers(write(tmp_path, "q\n9\n", NPS))
    assert found["scores"][0]["waves"][0]["value"] == 100
    assert "100 (" in page_of.page(found)


def test_all_answers_alike_make_a_report(tmp_path):
    toml = NPS + '[columns]\npoint = "p"\nwave = "w"\n'
    rows = "q,p,w\n" + "10,a,1\n10,b,1\n10,a,2\n10,b,2\n" * 20
    found = numbers(write(tmp_path, rows, toml))
    assert found["scores"][0]["change"]["change"]["value"] == 0
    assert all(row["reason"] for row in found["plan"]["rows"])
    assert page_of.page(found).count("<svg") >= 3


def test_one_answer_a_wave_says_nothing_about_change(tmp_path):
    found = numbers(write(tmp_path, "q,w\n1,1\n10,2\n", NPS + '[columns]\nwave = "w"\n'))
    assert not found["scores"][0]["change"]["change"]["enough"]
    assert "Too few answers" in page_of.page(found)


def test_a_budget_below_the_points_is_refused(tmp_path):
    toml = NPS + '[columns]\npoint = "p"\n[plan]\nbudget = 1\n'
    with pytest.raises(Problem, match="less than one answer for each of the 2 points"):
        numbers(write(tmp_path, "q,p\n9,a\n3,b\n", toml))


def test_weights_of_zero_alone_are_refused(tmp_path):
    with pytest.raises(Problem, match="every weight of wave all answers is 0"):
        numbers(write(tmp_path, "q,w\n9,0\n3,0\n", NPS + '[columns]\nweight = "w"\n'))


def test_answers_without_a_point_stay_in_the_change(tmp_path):
    toml = NPS + '[columns]\npoint = "p"\nwave = "w"\n'
    rows = "q,p,w\n" + "10,a,1\n3,,1\n10,a,2\n10,,2\n" * 40
    change = numbers(write(tmp_path, rows, toml))["scores"][0]["change"]
    assert change["change"]["value"] == pytest.approx(100)


def test_a_point_with_one_answer_is_hidden(tmp_path):
    rows = "q,p\n" + "10,a\n3,a\n" * 30 + "9,b\n"
    found = numbers(write(tmp_path, rows, NPS + '[columns]\npoint = "p"\n'))
    hidden = {row["point"]: row["hidden"] for row in found["points"]["rows"]}
    assert hidden == {"a": False, "b": True}
    assert "fewer than 10" in page_of.page(found)


def test_two_equal_points_cannot_be_told_apart(tmp_path):
    rows = "q,p\n" + "10,a\n3,a\n8,a\n10,b\n3,b\n8,b\n" * 40
    found = numbers(write(tmp_path, rows, NPS + '[columns]\npoint = "p"\n'))
    assert {row["rest"]["verdict"] for row in found["points"]["rows"]} == {"not told apart"}
    assert "The 2 points cannot be told apart" in page_of.page(found)


def test_a_column_without_answers_is_refused(tmp_path):
    with pytest.raises(Problem, match='the column "q" has no answer'):
        numbers(write(tmp_path, 'q,x\n"",1\n"",2\n', NPS))


def test_a_blank_weight_among_others_is_named(tmp_path):
    toml = NPS + '[columns]\nweight = "w"\n'
    with pytest.raises(Problem, match='line 3, column "w": the weight is blank'):
        numbers(write(tmp_path, "q,w\n9,1\n8,\n", toml))


def test_a_negative_weight_is_named(tmp_path):
    toml = NPS + '[columns]\nweight = "w"\n'
    with pytest.raises(Problem, match='line 2, column "w": the weight -1 is negative'):
        numbers(write(tmp_path, "q,w\n9,-1\n8,1\n", toml))


def test_waves_are_cut_from_dates(tmp_path):
    toml = NPS + '[columns]\ndate = "d"\nevery = "quarter"\nuntil = 2024-06-30\n'
    rows = "q,d\n9,2023-12-31\n8,2024-01-01\n7,2024-06-30 23:59:59\n1,2024-07-01\n"
    found = numbers(write(tmp_path, rows, toml))
    assert [wave["wave"] for wave in found["answers"]["waves"]] == ["2023 Q4", "2024 Q1", "2024 Q2"]
    assert found["answers"]["left_out"] == {"after_until": 1}


def test_waves_stand_in_order_of_their_numbers(tmp_path):
    rows = "q,w\n9,10\n9,9\n9,2\n"
    found = numbers(write(tmp_path, rows, NPS + '[columns]\nwave = "w"\n'))
    assert [wave["wave"] for wave in found["scores"][0]["waves"]] == ["2", "9", "10"]


def test_airport_counts_are_those_published(airport):
    assert [wave["rows"] for wave in airport["answers"]["waves"]] == [
        3234,
        3872,
        3521,
        3535,
        2818,
        2958,
        3087,
        2831,
        2809,
    ]
    first, second = airport["scores"][0]["waves"]
    assert [step["n"] for step in first["distribution"]] == [
        17,
        6,
        8,
        19,
        18,
        144,
        130,
        291,
        677,
        564,
        872,
    ]
    assert [step["n"] for step in second["distribution"]] == [
        24,
        11,
        24,
        26,
        24,
        205,
        133,
        334,
        601,
        498,
        770,
    ]
    assert first["excluded"]["missing"] == 85 and second["excluded"]["missing"] == 159


def test_airport_score_is_that_of_the_library(airport):
    import csv

    with open(EXAMPLES / "airport" / "airport_2018.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    direct = cx.nps(
        [float(row["nps"]) for row in rows],
        missing_codes=(11,),
        weights=[float(row["weight"]) for row in rows],
    )
    wave = airport["scores"][0]["waves"][-1]
    assert (wave["value"], wave["ci_low"], wave["ci_high"], wave["n"]) == (
        direct.value,
        direct.ci_low,
        direct.ci_high,
        direct.n,
    )


def test_waves_without_the_question_are_no_waves_of_it(airport):
    assert [wave["wave"] for wave in airport["scores"][0]["waves"]] == ["2017", "2018"]
    assert len(airport["scores"][1]["waves"]) == 9


def test_mix_and_within_add_up(airport, surgeries):
    for score in airport["scores"] + surgeries["scores"]:
        change = score["change"]
        total = change["mix"]["value"] + change["within"]["value"]
        assert total == pytest.approx(change["change"]["value"], abs=1e-9)


def test_plan_spends_the_budget_above_the_floors(airport, surgeries):
    for found in (airport, surgeries):
        plan = found["plan"]
        assert sum(row["next"] for row in plan["rows"]) == plan["budget"]
        assert min(row["next"] for row in plan["rows"]) >= plan["floor"]
        assert plan["gap"] == 0
        assert plan["gain_high"] <= plan["gain_low"]


def test_points_below_the_rest_keep_their_answers(airport):
    below = {row["point"] for row in airport["points"]["rows"] if row["rest"]["verdict"] == "below"}
    kept = {row["point"]: (row["now"], row["next"]) for row in airport["plan"]["rows"]}
    assert below
    assert all(kept[point][1] >= kept[point][0] for point in below)


def test_driver_shares_add_up(airport):
    drivers = airport["drivers"]
    assert sum(item["share"] for item in drivers["items"]) == pytest.approx(1)
    assert sum(item["importance"] for item in drivers["items"]) == pytest.approx(drivers["r2"])
    for item in drivers["items"]:
        mean = sum(item["conditional"]) / len(item["conditional"])
        assert mean == pytest.approx(item["importance"])
    named = len(drivers["items"]) + len(drivers["left_out"])
    assert named == 14


def test_problems_met_go_with_detractors(airport):
    problem = next(one for one in airport["behaviours"] if one["column"] == "problem")
    assert problem["bands"][0]["estimate"]["value"] > problem["bands"][2]["estimate"]["value"]
    assert problem["difference"]["ci_high"] < 0


def test_every_estimate_lies_in_its_interval(airport, surgeries):
    def walk(value):
        if isinstance(value, dict):
            if {"value", "ci_low", "ci_high"} <= set(value):
                yield value
            for inner in value.values():
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    found = [*walk(airport), *walk(surgeries)]
    assert len(found) > 200
    for estimate in found:
        assert estimate["ci_low"] <= estimate["value"] + 1e-12
        assert estimate["value"] <= estimate["ci_high"] + 1e-12


def test_the_numbers_are_json(airport, surgeries):
    for found in (airport, surgeries):
        assert json.loads(json.dumps(found, allow_nan=False))["schema_version"] == 2


def test_the_numbers_follow_their_schema(airport, surgeries):
    text = (pathlib.Path(page_of.__file__).parent / "templates" / "report.schema.json").read_text()
    schema = json.loads(text)
    for found in (airport, surgeries):
        assert sorted(found) == sorted(schema["required"]) == sorted(schema["properties"])
    jsonschema = pytest.importorskip("jsonschema")
    for found in (airport, surgeries):
        jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(found)))


def test_the_same_input_gives_the_same_bytes(airport, airport_page):
    assert numbers(EXAMPLES / "airport") == airport
    assert page_of.page(airport) == airport_page


class Outline(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.loads, self.scripts, self.open = [], [], [], []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        self.loads += [found[key] for key in ("src", "href", "xlink:href") if key in found]
        if tag == "script":
            self.scripts.append(found.get("type"))


def test_the_page_opens_offline(airport_page):
    outline = Outline()
    outline.feed(airport_page)
    assert outline.scripts == ["application/json"]
    assert outline.loads and all(target.startswith("#") for target in outline.loads)
    assert "@import" not in airport_page and not re.search(r"url\((?!#)", airport_page)
    assert "http" not in re.sub(r"http://www.w3.org/[\w/]+", "", airport_page)


def test_every_id_is_used_once_and_every_link_ends_somewhere(airport_page):
    outline = Outline()
    outline.feed(airport_page)
    assert len(outline.ids) == len(set(outline.ids))
    assert {target[1:] for target in outline.loads} <= set(outline.ids)


def test_the_page_carries_its_numbers(airport, airport_page):
    text = re.search(r'id="cxkit-data">(.*?)</script>', airport_page, re.S).group(1)
    assert json.loads(text) == json.loads(json.dumps(airport))


def test_every_chart_has_title_and_description(airport_page):
    charts = re.findall(r"<svg .*?</svg>", airport_page, re.S)
    assert len(charts) >= 9
    for chart in charts:
        assert re.search(r"<title [^>]*>[^<]+</title><desc [^>]*>[^<]+</desc>", chart)
        assert "<text" in chart


def test_nothing_is_said_to_be_caused(airport_page):
    words = re.sub(r"<(style|script).*?</\1>", "", airport_page, flags=re.S).lower()
    assert "caus" not in words
    assert "associated" in words
    assert "response rate" in words


def test_text_from_the_files_cannot_become_markup(tmp_path):
    toml = 'title = "</title><script>alert(1)</script>"\n' + NPS + '[columns]\npoint = "p"\n'
    rows = "q,p\n" + '10,"</script><b>x</b>"\n3,y & z\n' * 20
    text = page_of.page(numbers(write(tmp_path, rows, toml)))
    assert "<b>x</b>" not in text and "alert(1)</script>" not in text
    assert text.count("<script") == 1


def test_no_net_promoter_score_of_surgeries(surgeries):
    assert {score["metric"] for score in surgeries["scores"]} == {"csat"}
    assert "none is given" in page_of.page(surgeries)
