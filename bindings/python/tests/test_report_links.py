"""Links between a score and what customers did, in the report; drivers that had happened."""

import math
import pathlib

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

import cxkit as cx  # noqa: E402
from cxkit.report import analyse, answers, config, linkwords  # noqa: E402
from cxkit.report import html as page_of  # noqa: E402
from cxkit.report.problem import Problem  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"
SCORE = 'files = ["a.csv"]\n[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'
BOUGHT = '[[behaviour]]\ncolumn = "bought"\nyes = [1]\nno = [0]\n'


def numbers(folder):
    settings = config.read(folder / "cxkit.toml")
    return analyse.analyse(settings, answers.read(settings, folder))


def found_in(folder, toml, rows):
    (folder / "a.csv").write_text(rows, encoding="utf-8")
    (folder / "cxkit.toml").write_text(toml, encoding="utf-8")
    return numbers(folder)


def people(effect, n=400):
    """Bought by a rule without chance; the town moves score and purchase alike."""
    rows = ["q,bought,town"]
    for i in range(n):
        town = i % 2
        score = (i * 7) % 8 + 2 * town
        chance = 1 / (1 + math.exp(-(effect * (score - 5) + 1.5 * town - 0.8)))
        rows.append(f"{score},{int((i * 0.6180339887) % 1 < chance)},{'north' if town else 'south'}")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def airport():
    return numbers(EXAMPLES / "airport")


def test_purchases_do_not_go_with_satisfaction_and_problems_do(airport):
    found = {one["column"]: one for one in airport["links"]["links"]}
    assert found["shop"]["verdict"]["words"] == "no link found"
    assert found["shop"]["verdict"]["power"] > 0.8
    assert found["problem"]["verdict"]["words"] == "link found"
    assert found["problem"]["all"]["estimate"]["ci_high"] < -0.03
    assert {one["evidence"]["level"] for one in found.values()} == {2}
    assert all(len(one["by_wave"]) == 9 for one in found.values())
    assert all(row["estimate"] for one in found.values() for row in one["by_wave"])


def test_the_page_says_it_and_never_more(airport):
    page = page_of.page(airport)
    section = page[page.index("What a point of") :]
    section = section[: section.index("</section>")]
    assert "Link found: “Met a problem”; no link found: “Bought in a shop”" in section
    assert "the score cannot have brought it about" in section
    assert "caused" not in section
    assert "2: adjusted" in section


def test_a_change_is_said_in_points_of_the_score_by_its_name(airport):
    said = linkwords.minute(airport)
    assert said[0].startswith("“Bought in a shop”: no link found with “The airport as a whole”. A ")
    assert "A change of 2 percentage points for one more point of it would have been" in said[0]
    assert said[2].startswith("One more point of “The airport as a whole” is associated")
    assert linkwords.spoken(0.025) == "2.5 percentage points"


def test_an_effect_is_that_of_the_library(tmp_path):
    text = people(0.4)
    found = found_in(tmp_path, SCORE + BOUGHT + '[links]\nadjust = ["town"]\n', text)["links"]
    rows = [line.split(",") for line in text.split()[1:]]
    x = {
        "score": [float(row[0]) for row in rows],
        "town": [float(row[2] == "south") for row in rows],
    }
    fit = cx.logit(x, [float(row[1]) for row in rows])
    change = cx.margin(fit, x, "score", population=True)
    one = found["links"][0]
    assert one["all"]["estimate"]["value"] == pytest.approx(change.value, rel=1e-9)
    assert one["all"]["estimate"]["se"] == pytest.approx(change.se, rel=1e-9)
    assert one["raw"]["estimate"]["value"] > change.value
    assert one["verdict"]["words"] == "link found"
    assert one["evidence"]["level"] == 2


def test_without_adjusting_the_level_is_lower(tmp_path):
    found = found_in(tmp_path, SCORE + BOUGHT + "[links]\n", people(0.4))["links"]["links"][0]
    assert (found["evidence"]["level"], found["evidence"]["word"]) == (1, "associated")


def test_the_order_in_time_needs_adjusting_and_periods(tmp_path):
    toml = SCORE + BOUGHT + '[links]\nadjust = ["town"]\norder = "score first"\n'
    found = found_in(tmp_path, toml, people(0.4))
    level = found["links"]["links"][0]["evidence"]
    assert level["level"] <= 3
    assert linkwords.order(found["links"]) == "The score came before what they did."


def test_too_few_are_not_testable_and_say_so(tmp_path):
    rows = "q,bought\n" + "9,0\n" * 30 + "3,1\n8,1\n"
    found = found_in(tmp_path, SCORE + BOUGHT + "[links]\n", rows)["links"]
    one = found["links"][0]
    assert one["all"]["problem"] == "only 2 said the rarer of yes and no"
    assert one["verdict"]["words"] == "not testable with these data"
    assert linkwords.verdict(one, 0.02, "the score").startswith("“bought”: not testable with these data")


def test_a_category_in_which_all_did_the_same_is_left_out_and_counted(tmp_path):
    rows = people(0.3) + "5,1,west\n" * 12
    found = found_in(tmp_path, SCORE + BOUGHT + '[links]\nadjust = ["town"]\n', rows)["links"]
    one = found["links"][0]["all"]
    assert one["problem"] is None and one["one_sided"] == 12


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("[links]\n", "and there is none"),
        (BOUGHT + '[links]\nof = "w"\n', "links of"),
        (BOUGHT + '[links]\norder = "first"\n', "order"),
        (BOUGHT + "[links]\nsmallest = 0\n", "smallest"),
        (BOUGHT + '[links]\nadjust = ["town"]\n', "town"),
    ],
)
def test_bad_links_are_named(tmp_path, toml, sentence):
    with pytest.raises(Problem, match=sentence):
        found_in(tmp_path, SCORE + toml, "q,bought\n9,1\n3,0\n")


def test_a_driver_counts_only_where_it_had_happened(tmp_path):
    rows = ["q,day,speed,call,called"]
    for i in range(60):
        called = ("2024-05-02", "2024-05-20", "")[i % 3]
        rows.append(f"{i % 11},2024-05-{10 + i % 5},{i % 5 + 1},{(i * 3) % 5 + 1},{called}")
    toml = (
        SCORE + '[columns]\ndate = "day"\n[drivers]\nof = "q"\nscale = [1, 5]\nmin_answered = 0.3\n'
        'items = ["speed", "call"]\nhappened = { call = "called" }\n'
    )
    found = found_in(tmp_path, toml, "\n".join(rows) + "\n")["drivers"]
    answered = {item["column"]: item["answered"] for item in found["items"]}
    assert answered["speed"] == 1 and answered["call"] == pytest.approx(1 / 3)
    with pytest.raises(Problem, match="no item"):
        found_in(tmp_path, toml.replace("{ call", "{ cal"), "\n".join(rows) + "\n")
    with pytest.raises(Problem, match="needs date"):
        found_in(tmp_path, toml.replace('[columns]\ndate = "day"\n', ""), "\n".join(rows) + "\n")
