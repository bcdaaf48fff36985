"""The report on contact logs, promises, cases, modes of asking, and points that are hidden."""

import csv
import gzip
import json
import pathlib
import re

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

import cxkit as cx  # noqa: E402
from cxkit.report import analyse, answers, config, logwords, words  # noqa: E402
from cxkit.report import html as page_of
from cxkit.report.problem import Problem  # noqa: E402

SERVICE = pathlib.Path(__file__).resolve().parents[3] / "examples" / "service"
NPS = 'files = ["a.csv"]\n[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'
LOG = '[contacts]\nfiles = ["log.csv"]\ncustomer = "who"\ntime = "at"\n'
DUE = '[promises]\nfiles = ["log.csv"]\ndue = "due"\ndone = "done"\n'
CASES = '[cases]\nfiles = ["log.csv"]\nopened = "opened"\nanswered = "answered"\n'


def numbers(folder):
    settings = config.read(folder / "cxkit.toml")
    return analyse.analyse(settings, answers.read(settings, folder))


def found_in(folder, log, toml, rows="q\n9\n10\n3\n"):
    (folder / "a.csv").write_text(rows, encoding="utf-8")
    (folder / "log.csv").write_text(log, encoding="utf-8")
    (folder / "cxkit.toml").write_text(toml, encoding="utf-8")
    return numbers(folder)


def refused(folder, log, toml):
    with pytest.raises(Problem) as caught:
        found_in(folder, log, toml)
    return str(caught.value)


@pytest.fixture(scope="module")
def service():
    return numbers(SERVICE)


@pytest.fixture(scope="module")
def page(service):
    return page_of.page(service)


def columns(name):
    with gzip.open(SERVICE / name, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: [row[key] for row in rows] for key in rows[0]}


# -- the example ---------------------------------------------------------------------------------


def test_resolution_is_the_library_s(service):
    numpy = pytest.importorskip("numpy")
    log = columns("contacts.csv.gz")
    end = numpy.datetime64("2024-07-01T00:00:00", "us")
    asked = dict(
        time=numpy.array(log["time"], "M8[us]"),
        window=7 * 86400,
        topic=log["topic"],
        channel=log["channel"],
        abandoned=[text == "yes" for text in log["gave_up"]],
        no_id=["0"],
        end=end,
    )
    fcr = cx.fcr(log["customer"], **asked)
    found = service["contacts"]["first_contact"]
    assert (found["value"], found["n"], found["ci_low"]) == (fcr.value, fcr.n, fcr.ci_low)
    assert found["no_id_share"] == fcr.no_id_share
    other = cx.non_repeat(log["customer"], **asked)
    assert service["contacts"]["non_repeat"]["value"] == other.value
    assert service["contacts"]["non_repeat"]["n"] > found["n"]


def test_promises_are_the_library_s(service):
    numpy = pytest.importorskip("numpy")
    log = columns("promises.csv.gz")
    kept = cx.promises(
        numpy.array(log["due"], "M8[D]"),
        numpy.array([text or "NaT" for text in log["done"]], "M8[us]"),
        now=numpy.datetime64("2024-07-01T00:00:00", "us"),
        cancelled=[text == "yes" for text in log["cancelled"]],
    )
    assert service["promises"]["kept"]["value"] == kept.kept.value
    assert service["promises"]["settled"]["value"] == kept.settled.value
    assert service["promises"]["kept"]["n"] == kept.kept.n


def test_the_story_of_the_example_is_found(service, page):
    assert logwords.unserved(service["contacts"])["from"] == "chat"
    assert "13 May 2024" in logwords.slow(service["contacts"])
    assert "technician" in logwords.broken(service["promises"])
    for part in ("contacts", "promises", "cases"):
        assert f'<section id="{part}">' in page and f'href="#{part}"' in page


def test_each_table_adds_one_sentence_to_the_minute(service):
    said = logwords.minute(service)
    assert len(said) == 3
    assert all(text.count(". ") == 0 and text.endswith(".") for text in said)


def test_the_time_from_which_all_is_seen_is_said(service, page):
    assert page.count("Seen from 2024-07-01 UTC (as stated).") == 3


def test_modes_that_differ_are_a_warning(service, page):
    modes = service["scores"][0]["modes"]
    assert modes["mixed"] and [row["mode"] for row in modes["rows"]] == ["mail", "phone", "text"]
    assert [row["reference"] for row in modes["rows"]] == [False, False, True]
    assert "the whole mixes them" in page


def test_a_hidden_point_shows_no_number(service, page):
    rows = {row["point"]: row for row in service["points"]["rows"]}
    hidden = [name for name, row in rows.items() if row["suppressed"]]
    assert "Island" in hidden and len(hidden) >= 2
    for name in hidden:
        assert [rows[name][key] for key in ("n", "share", "estimate", "rest")] == [None] * 4
        cells = re.findall(rf'<th scope="row" class="w">{name}</th>(.*?)</tr>', page)
        assert "hidden" in cells[0] and not re.search(r"\d", re.sub(r"<[^>]*>", "", cells[0]))
    plan = {row["point"]: row for row in service["plan"]["rows"]}
    assert {plan[name]["next"] for name in hidden} == {service["plan"]["floor"]}
    assert all(plan[name]["now"] is None and plan[name]["share"] is None for name in hidden)
    assert all(score["same_points"] is None for score in service["scores"])


def test_hidden_points_are_those_of_the_library(service):
    log = columns("answers.csv.gz")
    june = [at for at, day in enumerate(log["day"]) if day.startswith("2024-06")]
    scores = [int(log["recommend"][at]) if log["recommend"][at] else None for at in june]
    table = cx.nps(scores, by=[log["office"][at] for at in june], min_n=10)
    hidden = {row["key"] for row in table if row["status"] == "CX_E_SUPPRESSED"}
    assert hidden == {row["point"] for row in service["points"]["rows"] if row["suppressed"]}


def test_the_numbers_follow_their_schema(service):
    text = (pathlib.Path(page_of.__file__).parent / "templates" / "report.schema.json").read_text()
    jsonschema = pytest.importorskip("jsonschema")
    plain = json.loads(json.dumps(service, allow_nan=False))
    jsonschema.Draft202012Validator(json.loads(text)).validate(plain)


# -- small logs ----------------------------------------------------------------------------------


def test_without_tables_there_is_no_section(tmp_path):
    found = found_in(tmp_path, "x\n1\n", NPS)
    assert found["contacts"] is found["promises"] is found["cases"] is None
    page = page_of.page(found)
    assert 'id="contacts"' not in page and 'id="promises"' not in page and 'id="cases"' not in page


def test_one_contact_is_no_resolution_but_a_page(tmp_path):
    found = found_in(tmp_path, "who,at\nA,2024-01-01\n", NPS + LOG)
    assert found["contacts"]["first_contact"] is None
    assert "cannot be given" in page_of.page(found)


def test_without_now_the_last_time_in_the_data_counts(tmp_path):
    log = "who,at\nA,2024-01-01\nB,2024-03-05 10:00:00\nC,2024-02-01\n"
    found = found_in(tmp_path, log, NPS + LOG)["contacts"]
    assert found["now"] == "2024-03-05T10:00:00" and not found["now_stated"]
    assert "as none is stated" in logwords.seen(found)


def test_a_contact_without_customer_is_counted_apart(tmp_path):
    days = "".join(f"{who},2024-01-{day:02}\n" for day in range(1, 31) for who in ("A", "", "0"))
    found = found_in(tmp_path, "who,at\n" + days, NPS + LOG + "window = 0.5\nno_id = [0]\n")
    assert found["contacts"]["first_contact"]["no_id_share"] == pytest.approx(2 / 3)
    assert found["contacts"]["first_contact"]["value"] == 1


def test_waits_of_which_nobody_gave_up_have_no_median(tmp_path):
    toml = NPS + LOG + 'wait = "w"\nabandoned = "gone"\n'
    log = "who,at,w,gone\n" + "".join(f"{n},2024-01-{n:02},{n},no\n" for n in range(1, 29))
    found = found_in(tmp_path, log, toml)
    assert found["contacts"]["patience"]["median"] is None
    assert "too few for a median" in page_of.page(found)


def test_contacts_after_now_are_counted_and_left_out(tmp_path):
    toml = NPS + LOG + 'wait = "w"\nabandoned = "gone"\nnow = 2024-01-15\n'
    log = "who,at,w,gone\n" + "".join(f"{n},2024-01-{n:02},{n},yes\n" for n in range(1, 29))
    found = found_in(tmp_path, log, toml)
    assert found["contacts"]["after_now"] == 14 and found["contacts"]["patience"]["n"] == 14
    assert "14 are later and left out" in page_of.page(found)


def test_a_median_without_upper_limit_is_said_so(tmp_path):
    toml = NPS + LOG + 'wait = "w"\nabandoned = "gone"\n'
    found = found_in(tmp_path, "who,at,w,gone\nA,2024-01-01,5,yes\nB,2024-01-02,3,no\n", toml)
    assert found["contacts"]["patience"]["median"]["ci_high"] is None
    assert "(5 seconds or more)" in page_of.page(found)


def test_promises_that_are_not_due_are_no_share(tmp_path):
    log = "due,done\n2024-05-01,\n"
    found = found_in(tmp_path, log, NPS + DUE + "now = 2024-04-01\n")
    assert found["promises"]["kept"] is None
    assert "cannot be given" in page_of.page(found)


def test_an_overdue_promise_is_broken_and_settled_only_flatters(tmp_path):
    log = "due,done\n2024-05-01,2024-04-30\n2024-05-01,\n"
    found = found_in(tmp_path, log, NPS + DUE + "now = 2024-06-01\n")["promises"]
    assert (found["kept"]["value"], found["settled"]["value"]) == (0.5, 1.0)
    assert found["counts"]["overdue"] == 1


def test_open_cases_have_waited_until_now(tmp_path):
    log = "opened,answered\n2024-05-01,2024-05-02\n2024-05-01,\n"
    found = found_in(tmp_path, log, NPS + CASES + "now = 2024-05-10\nlevel = 48\n")
    (row,) = found["cases"]["answer"]
    assert (row["cases"], row["waiting"], row["within"]["value"]) == (2, 1, 0.5)
    assert "within 48 hours" in page_of.page(found).lower()


def test_cases_without_a_level_are_counted(tmp_path):
    log = "opened,answered\n2024-01-01,2024-01-02\n2024-01-03,2024-01-02\n2024-01-04,\n"
    row = found_in(tmp_path, log, NPS + CASES)["cases"]["answer"][0]
    assert (row["cases"], row["waiting"], row["impossible"]) == (2, 1, 1)
    assert row["within"] is row["of_all"] is None


def test_files_of_logs_are_no_answers(tmp_path):
    toml = NPS.replace('files = ["a.csv"]\n', "") + DUE
    found = found_in(tmp_path, "due,done\n2024-05-01,2024-05-01\n", toml)
    assert [file["name"] for file in found["files"]] == ["a.csv"]


def test_a_mode_with_few_answers_is_hidden_too(tmp_path):
    toml = NPS + '[columns]\nmode = "m"\n[settings]\nhide_below = 5\n'
    rows = "q,m\n" + "9,mail\n3,mail\n" * 20 + "10,phone\n8,phone\n" * 10 + "7,door\n"
    found = found_in(tmp_path, "x\n1\n", toml, rows)
    rows = {row["mode"]: row for row in found["scores"][0]["modes"]["rows"]}
    assert rows["door"]["hidden"] and sum(row["hidden"] for row in rows.values()) >= 2
    hidden = [row for row in rows.values() if row["hidden"]]
    assert all(row["n"] is None and row["estimate"] is None for row in hidden)
    page_of.page(found)


def test_all_points_hidden_leave_no_plan(tmp_path):
    toml = NPS + '[columns]\npoint = "p"\n[settings]\nhide_below = 50\n'
    found = found_in(tmp_path, "x\n1\n", toml, "q,p\n9,a\n8,a\n3,b\n")
    assert found["plan"] is None and all(row["suppressed"] for row in found["points"]["rows"])
    assert "hidden" in page_of.page(found)


# -- refusals ------------------------------------------------------------------------------------


def test_a_damaged_time_is_named_with_line_and_column(tmp_path):
    text = refused(tmp_path, "who,at\nA,2024-01-01\nB,soon\n", NPS + LOG)
    assert text.endswith('14:30:00') and "log.csv, line 3, column \"at\"" in text


def test_a_blank_time_is_refused(tmp_path):
    text = refused(tmp_path, "who,at\nA,\nB,2024-01-01\n", NPS + LOG)
    assert 'log.csv, line 2, column "at": the time is blank' in text


def test_a_negative_wait_is_refused(tmp_path):
    toml = NPS + LOG + 'wait = "w"\nabandoned = "gone"\n'
    text = refused(tmp_path, "who,at,w,gone\nA,2024-01-01,3,no\nB,2024-01-02,-4,no\n", toml)
    assert 'log.csv, line 3, column "w": the wait -4 is negative' in text


def test_a_flag_that_is_neither_yes_nor_no_is_refused(tmp_path):
    toml = NPS + LOG + 'abandoned = "gone"\n'
    text = refused(tmp_path, "who,at,gone\nA,2024-01-01,perhaps\n", toml)
    assert 'column "gone": "perhaps" is neither yes nor no' in text


def test_a_missing_column_names_the_nearest(tmp_path):
    text = refused(tmp_path, "whom,at\nA,2024-01-01\n", NPS + LOG)
    assert 'there is no column "who". Did you mean "whom"?' in text


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (LOG + 'widow = 7\n', 'Did you mean "window"?'),
        (LOG + "window = 0\n", "must be a number of days above 0"),
        (LOG + 'wait = "w"\n', "needs abandoned too"),
        (LOG + 'topic = "who"\n', "name the same column, who"),
        (LOG.replace('files = ["log.csv"]\n', ""), "[contacts] lacks the key files"),
        (LOG + 'now = "today"\n', "now in [contacts] must be"),
        (DUE.replace('done = "done"\n', ""), "[promises] lacks the key done"),
        (CASES + "level = -1\n", "must be a number of hours above 0"),
        ("[settings]\nhide_below = -1\n", "hide_below in [settings] is -1"),
    ],
)
def test_a_table_is_read_strictly(toml, said):
    with pytest.raises(Problem) as caught:
        config.parse(NPS + toml)
    assert said in str(caught.value)


def test_durations_are_said_in_their_unit():
    assert logwords.lasting(45) == "45 seconds" and logwords.lasting(284) == "4.7 minutes"
    assert logwords.lasting(31271) == "8.7 hours" and logwords.lasting(None) == "not reached"
    assert words.REASONS["hidden"]
