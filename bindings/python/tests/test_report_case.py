"""The business case in the report."""

import importlib.util
import json
import pathlib
import re

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

import cxkit as cx  # noqa: E402
from cxkit.report import analyse, answers, casewords, config  # noqa: E402
from cxkit.report import html as page_of  # noqa: E402
from cxkit.report.problem import Problem  # noqa: E402

SCORE = 'files = ["a.csv"]\n[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'
CASE = """
[business_case]
title = "Call back within a day"
currency = "EUR"
rate = 0.08
horizon = 24
population = 20000
periods_a_year = 12
languages = ["en", "fi"]
[[business_case.link]]
from = "call-back"
to = "nps"
value = 5.1
se = 1.6
to_unit = "NPS points"
evidence = 4
observed_periods = 12
[[business_case.link]]
from = "nps"
to = "retention"
value = 0.0006
se = 0.0002
from_unit = "NPS points"
to_unit = "share"
evidence = "adjusted"
[[business_case.value]]
from = "retention"
to = "money"
value = 300
sd = 40
from_unit = "share"
source = "Finance, 2025"
[[business_case.cost]]
name = "staff"
amount = 6000
first = 1
last = 24
bounds = [5000, 9000]
"""


def numbers(folder, toml=CASE):
    (folder / "a.csv").write_text("q\n9\n10\n3\n7\n", encoding="utf-8")
    (folder / "cxkit.toml").write_text(SCORE + toml, encoding="utf-8")
    settings = config.read(folder / "cxkit.toml")
    return analyse.analyse(settings, answers.read(settings, folder))


def refused(folder, toml):
    with pytest.raises(Problem) as caught:
        numbers(folder, toml)
    return str(caught.value)


def test_the_figures_are_those_of_the_library(tmp_path):
    found = numbers(tmp_path)["business_case"]
    case = cx.Case(currency="EUR", rate=0.08, horizon=24, population=20000, periods_a_year=12)
    case.link("call-back", "nps", 5.1, se=1.6, to_unit="NPS points", evidence=4,
              observed_periods=12)  # fmt: skip
    case.link("nps", "retention", 0.0006, se=0.0002, from_unit="NPS points", to_unit="share",
              evidence="adjusted")  # fmt: skip
    case.value("retention", "money", 300, sd=40, source="Finance, 2025", from_unit="share")
    case.cost("staff", 6000, first=1, last=24, bounds=(5000, 9000))
    expected = case.run(seed=1, confidence=0.9)
    assert found["npv"] == expected.npv
    assert found["p_positive"] == expected.p_positive
    assert found["evidence"] == expected.evidence == 2
    assert [row["sentence"] for row in found["statement"]["en"]] == list(
        expected.sentences("en")["sentence"]
    )


def test_the_page_holds_both_languages_and_no_claim_of_causes(tmp_path):
    found = numbers(tmp_path)
    page = page_of.page(found)
    section = page[page.index('<section id="case">') :]
    section = re.sub(r"<svg.*?</svg>", "", section[: section.index("</section>")], flags=re.S)
    assert "Call back within a day" in section and 'lang="fi"' in section
    assert "Näytön taso 2" in section and "2: adjusted" in section
    assert "caused" not in section and "aiheutti" not in section
    assert casewords.lead(found["business_case"]).split(":")[0] in (
        "It pays",
        "Whether it pays cannot be told",
        "It does not pay",
    )


def test_amounts_have_three_digits_periods_and_units_their_names(tmp_path):
    found = numbers(tmp_path)
    case = found["business_case"]
    assert casewords.money(5888.4, "EUR") == "5,890 EUR"
    assert casewords.money(-2929, "EUR") == "−2,930 EUR"
    assert casewords.money(123_456, "EUR") == "123,000 EUR"
    assert casewords.money(374, "EUR") == "374 EUR" and casewords.money(0.001, "EUR") == "0 EUR"
    assert casewords.money(2.451, "EUR") == "2.45 EUR"
    assert case["period"] == "months" and "over 24 months" in casewords.lead(case)
    assert "over 24 months" in case["statement"]["en"][0]["sentence"]
    assert "24 kuukauden ajalta" in case["statement"]["fi"][0]["sentence"]
    assert [casewords.unit(row) for row in case["links"]] == [
        "NPS points",
        "NPS points → share",
        "share → EUR",
    ]
    assert casewords.first_unit(case) == "NPS points"
    assert "NPS points → share" in page_of.page(found)


def test_a_case_that_loses_says_no(tmp_path):
    found = numbers(tmp_path, CASE.replace("amount = 6000", "amount = 60000").replace(
        "bounds = [5000, 9000]", "bounds = [50000, 90000]"))  # fmt: skip
    assert found["business_case"]["decision"] == "does not pay"
    assert casewords.lead(found["business_case"]).startswith("It does not pay: −")


def test_it_follows_the_schema(tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    file = pathlib.Path(page_of.__file__).parent / "templates" / "report.schema.json"
    jsonschema.validate(json.loads(json.dumps(numbers(tmp_path))), json.loads(file.read_text()))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('currency = "EUR"', "", "currency"),
        ('from_unit = "NPS points"', 'from_unit = "points of 0-10"', "NPS points"),
        ('source = "Finance, 2025"', "", "source"),
        ('languages = ["en", "fi"]', 'languages = ["sv"]', "en or fi"),
        ("horizon = 24", "horizon = 24\nhorizons = 3", "horizons"),
        ('evidence = "adjusted"', 'evidence = "certain"', "evidence"),
        ("se = 1.6", 'se = "much"', "se"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, old, new, sentence):
    assert sentence in refused(tmp_path, CASE.replace(old, new))


def test_a_missing_link_is_named(tmp_path):
    toml = re.sub(r'\[\[business_case.value\]\].*?\[\[business_case.cost', "[[business_case.cost",
                  CASE, flags=re.S)  # fmt: skip
    assert "a link is missing between" in refused(tmp_path, toml)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.000123, "0.000123"), (5.1, "5.10"), (1234.5, "1,234"), (None, "-")],
)
def test_figures_keep_three_digits(value, text):
    assert casewords.figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(12.3, "12.30 EUR"), (23643, "23,600 EUR"), (-151499, "−151,000 EUR"),
     (2.5e6, "2.50 million EUR"), (None, "-")],
)  # fmt: skip
def test_money_is_rounded_as_it_is_known(value, text):
    assert casewords.money(value, "EUR") == text


# -- the example -------------------------------------------------------------------------------

EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "examples" / "business"


def test_the_example_pays_but_claims_no_more_than_its_weakest_link():
    settings = config.read(EXAMPLE / "cxkit.toml")
    found = analyse.analyse(settings, answers.read(settings, EXAMPLE))["business_case"]
    assert (found["decision"], found["evidence"]) == ("pays", 2)
    assert 0.8 < found["p_positive"] < 0.9
    assert found["npv_low"] < 0 < found["npv"]
    assert [row["level"] for row in found["links"]][:2] == [5, 2]


def test_the_links_of_the_example_are_estimated_from_its_company():
    spec = importlib.util.spec_from_file_location("make_business", EXAMPLE / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    company = cx.simulate_business(
        stores=make.STORES, customers=make.CUSTOMERS, months=make.MONTHS, seed=make.SEED
    )
    text = (EXAMPLE / "cxkit.toml").read_text(encoding="utf-8")
    assert all(lines in text for lines in make.links(company).values())
    with open(EXAMPLE / "answers.csv", encoding="utf-8") as file:
        assert sum(1 for _ in file) == 1 + len(make.answers(company))
    low, high = make.initiative(company).ci_low, make.initiative(company).ci_high
    assert low < company.truth["emotion"] < high
