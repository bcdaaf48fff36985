"""The command line: data to stdout, notes to stderr, one sentence for what goes wrong."""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"
AIRPORT = EXAMPLES / "airport" / "airport_2018.csv"
NPS = '[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'


def cxkit(*arguments, status=0, stdin=None):
    done = subprocess.run(
        [sys.executable, "-m", "cxkit.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == status, done.stderr
    return done


def refused(*arguments, status=1, stdin=None):
    done = cxkit(*arguments, status=status, stdin=stdin)
    assert done.stdout == ""
    assert done.stderr.startswith("cxkit: ") and done.stderr.count("\n") == 1
    return done.stderr


def folder(tmp_path, rows="q\n9\n10\n3\n", toml=NPS):
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    if toml is not None:
        (tmp_path / "cxkit.toml").write_text(toml, encoding="utf-8")
    return tmp_path


def test_version():
    assert cxkit("--version").stdout.startswith("cxkit ")


def test_no_command_is_wrong_usage():
    assert "usage" in cxkit(status=2).stderr


def test_report_writes_one_file(tmp_path):
    out = tmp_path / "report.html"
    done = cxkit("report", folder(tmp_path), "-o", out)
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.csv",
        "cxkit.toml",
        "report.html",
    ]
    assert done.stdout == "" and "3 answers" in done.stderr


def test_quiet_says_nothing(tmp_path):
    done = cxkit("report", folder(tmp_path), "-o", tmp_path / "r.html", "--quiet")
    assert done.stdout == "" and done.stderr == ""


def test_report_as_json(tmp_path):
    found = json.loads(cxkit("report", folder(tmp_path), "--json").stdout)
    assert found["schema_version"] == 2
    assert found["scores"][0]["waves"][0]["n"] == 3


def test_report_of_files_reads_the_toml_beside_them(tmp_path):
    found = json.loads(cxkit("report", folder(tmp_path) / "a.csv", "--json").stdout)
    assert found["files"] == [{"name": "a.csv", "rows": 3}]


def test_report_without_a_target_is_wrong_usage(tmp_path):
    assert "give -o FILE" in refused("report", folder(tmp_path), status=2)


@pytest.mark.parametrize(
    "rows, toml, words",
    [
        ("q\n9\n12\n", NPS, 'a.csv, line 3, column "q": 12 is not on the scale from 0 to 10'),
        ("p\n9\n", NPS, 'there is no column "q"'),
        ("", NPS, "a.csv: the file is empty"),
        ("q\n", NPS, "no answers in this file"),
        (
            "q,d\n9,2018-13-01\n",
            NPS + '[columns]\ndate = "d"\n',
            'a.csv, line 2, column "d": "2018-13-01" is not a date',
        ),
        ("q\n9\n", "tite = 1\n" + NPS, 'Did you mean "title"?'),
        ("q\n9\n", None, "there is no cxkit.toml"),
    ],
    ids=["score", "column", "empty", "header", "date", "key", "no toml"],
)
def test_bad_input_ends_in_one_sentence(tmp_path, rows, toml, words):
    out = tmp_path / "report.html"
    before = "the old report"
    out.write_text(before, encoding="utf-8")
    assert words in refused("report", folder(tmp_path, rows, toml), "-o", out)
    assert out.read_text(encoding="utf-8") == before
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]


def test_a_folder_without_answers_is_refused(tmp_path):
    assert "there are no answers here" in refused("report", tmp_path, "-o", tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()


def test_a_missing_folder_is_a_problem_of_files(tmp_path):
    assert "no such file or folder" in refused("report", tmp_path / "x", "-o", "r.html", status=3)


def test_a_place_that_cannot_be_written_is_a_problem_of_files(tmp_path):
    text = refused("report", folder(tmp_path), "-o", tmp_path / "x" / "r.html", status=3)
    assert "cannot be written" in text


def test_nps_of_a_column():
    done = cxkit("nps", AIRPORT, "--column", "nps", "--missing", "11", "--format", "json")
    row = json.loads(done.stdout)["rows"][0]
    counts = [24, 11, 24, 26, 24, 205, 133, 334, 601, 498, 770]
    assert row["n"] == sum(counts)
    assert row["value"] == pytest.approx(100 * (sum(counts[9:]) - sum(counts[:7])) / sum(counts))
    assert row["excluded"]["missing"] == 159


def test_nps_reads_stdin():
    text = "q\n10\n0\n"
    done = cxkit("nps", "-", "--column", "q", "--format", "json", stdin=text)
    assert json.loads(done.stdout)["rows"][0]["value"] == 0


def test_nps_by_group_as_csv():
    done = cxkit(
        "nps",
        AIRPORT,
        "--column",
        "nps",
        "--missing",
        "11",
        "--by",
        "boarding_area",
        "--weight",
        "weight",
        "--format",
        "csv",
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["boarding_area"] for row in rows] == list("ABCDEFG")
    assert sum(int(row["n"]) for row in rows) == 2650


SMALL = "q,team,site\n" + "9,a,x\n" * 3 + "8,a,y\n" * 9 + "7,b,x\n" * 6 + "10,b,y\n" * 20


def small(*options, form="json"):
    arguments = ("nps", "-", "--column", "q", "--by", "team", "--by", "site", *options)
    done = cxkit(*arguments, "--format", form, stdin=SMALL)
    return json.loads(done.stdout)["rows"] if form == "json" else done.stdout


def test_small_cells_are_hidden_with_others():
    rows = small("--min-n", "5")
    assert [row["n"] for row in rows] == [None] * 4
    assert rows[0]["team"] == "a" and rows[0]["site"] == "x"
    assert rows[0]["value"] is rows[0]["method"] is rows[0]["excluded"] is None
    assert rows[0]["flags"] == ["suppressed"]
    assert small("--min-n", "5", form="table").count("hidden") == 4
    lines = list(csv.DictReader(io.StringIO(small("--min-n", "5", form="csv"))))
    assert [line["n"] for line in lines] == [""] * 4


def test_totals_are_rows():
    rows = small("--totals")
    assert [row["grouping"] for row in rows] == [0, 0, 0, 0, 1, 1, 2, 2, 3]
    assert rows[8]["n"] == 38 and rows[8]["team"] is None and rows[8]["site"] is None
    assert [row["n"] for row in rows if row["grouping"] == 1] == [12, 26]
    table = small("--totals", form="table")
    assert table.splitlines()[-1].split()[:2] == ["(all)", "(all)"]


def test_a_whole_that_is_too_small_is_refused():
    text = refused("nps", "-", "--column", "q", "--min-n", "50", stdin=SMALL)
    assert "fewer answers than --min-n 50" in text
    refused("nps", "-", "--column", "q", "--totals", status=2, stdin=SMALL)
    refused("nps", "-", "--column", "q", "--min-n", "-1", status=2, stdin=SMALL)


def test_nps_as_arrow():
    pyarrow = pytest.importorskip("pyarrow")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "cxkit.cli",
            "nps",
            str(AIRPORT),
            "--column",
            "nps",
            "--missing",
            "11",
            "--format",
            "arrow",
        ],
        capture_output=True,
        check=True,
    )
    table = pyarrow.ipc.open_stream(done.stdout).read_all()
    assert table.num_rows == 1 and table["n"][0].as_py() == 2650


def test_nps_names_the_line_of_a_code_it_was_not_told():
    text = refused("nps", AIRPORT, "--column", "nps")
    assert 'airport_2018.csv, line 17, column "nps": 11' in text and "--missing" in text


def test_csat_of_words_outside_the_scale_is_refused(tmp_path):
    path = folder(tmp_path, "q\n5\n6\n") / "a.csv"
    assert "6 is not on the scale from 1 to 5" in refused("csat", path, "--column", "q")
    assert "satisfied" not in cxkit("csat", path, "--column", "q", "--not-applicable", "6").stdout


def test_ces_has_its_own_scales(tmp_path):
    path = folder(tmp_path, "q\n7\n5\n") / "a.csv"
    done = cxkit("ces", path, "--column", "q", "--format", "json")
    assert json.loads(done.stdout)["rows"][0]["value"] == 6
    assert "scale from 1 to 5" in refused(
        "ces", path, "--column", "q", "--version-of-question", "1"
    )


def test_json_is_a_short_form_of_format_json():
    both = [
        cxkit("nps", AIRPORT, "--column", "nps", "--missing-codes", "11,99", *form).stdout
        for form in (["--json"], ["--format", "json"])
    ]
    assert both[0] == both[1]
    assert json.loads(both[0])["schema_version"] == 1


def test_a_scale_without_usual_boxes_needs_top(tmp_path):
    path = folder(tmp_path, "q\n10\n6\n") / "a.csv"
    refused("csat", path, "--column", "q", "--scale", "0,10", status=2)
    done = cxkit("csat", path, "--column", "q", "--scale", "0,10", "--top", "2", "--json")
    assert json.loads(done.stdout)["rows"][0]["value"] == 0.5


def test_an_option_out_of_range_is_wrong_usage():
    refused("nps", AIRPORT, "--column", "nps", "--confidence", "95", status=2)


SILENCE = EXAMPLES / "silence"
ANSWERS = SILENCE / "answers.csv.gz"


def test_margins_weight_the_score():
    plain = json.loads(cxkit("nps", ANSWERS, "--column", "recommend", "--json").stdout)["rows"][0]
    toml = SILENCE / "cxkit.toml"
    done = cxkit("nps", ANSWERS, "--column", "recommend", "--margins", toml, "--json")
    row = json.loads(done.stdout)["rows"][0]
    assert row["value"] < plain["value"] - 5 and "weighted" in row["flags"]
    assert row["n"] + row["left_out"] == plain["n"] and row["deff"] > 1.1
    assert row["excluded"] == plain["excluded"]
    assert "weighted to age and region: design effect 1.2" in done.stderr
    by_key = cxkit("nps", ANSWERS, "--column", "recommend", "--margins", "age,region", "--json")
    assert by_key.stdout == done.stdout


def test_margins_go_with_groups_and_with_small_cells():
    options = ("--column", "recommend", "--margins", "age", "--by", "shop", "--min-n", "80")
    rows = json.loads(cxkit("nps", ANSWERS, *options, "--json").stdout)["rows"]
    assert [row["shop"] for row in rows] == ["Bridge", "Canal", "Gate", "Mill", "Park", "Quay"]
    assert [row["flags"] for row in rows][5] == ["suppressed"] and rows[5]["n"] is None
    assert cxkit("nps", ANSWERS, *options).stdout.count("hidden") == 2


def test_margins_are_read_strictly(tmp_path):
    options = ("nps", ANSWERS, "--column", "recommend", "--margins")
    assert 'no [margins.agee]. Did you mean "age"?' in refused(*options, "agee")
    refused(*options, tmp_path / "x.toml", status=3)
    refused(*options, "age", "--mode", "shop", status=2)
    path = tmp_path / "m.toml"
    path.write_text("[margins.age]\nyoung = 1\n", encoding="utf-8")
    assert 'column "age": "18-34" is no category' in refused(*options, path)
    path.write_text("[margins.region]\nnorth = 0.5\nsouth = 0.4\neast = 0.1\n", encoding="utf-8")
    assert "east" in refused(*options, path)


def test_doctor_knows_the_files_about_asking(tmp_path):
    place = tmp_path / "silence"
    place.mkdir()
    for path in SILENCE.glob("*.csv.gz"):
        (place / path.name).write_bytes(path.read_bytes())
    (place / "cxkit.toml").write_text(cxkit("doctor", place, "-q").stdout, encoding="utf-8")
    found = json.loads(cxkit("report", place, "--json").stdout)
    own = json.loads((SILENCE / "expected.json").read_text(encoding="utf-8"))
    assert found["coverage"]["whole"]["share_never_asked"]["value"] == pytest.approx(
        0.2037, abs=1e-4
    )
    assert found["closed_loop"]["effect"]["value"] == pytest.approx(
        own["effect"]["value"], rel=1e-5
    )
    assert found["tolerance"]["drop"] == 1 and found["trend"]["every"] == "week"
    assert found["employees"]["min_n"] == 5
    assert found["silence"]["invitations"]["even"]["known"] == ["age", "region"]


POOL = EXAMPLES / "pool"
COLUMNS = ("--score", "score", "--point", "workshop", "--time", "day")


def test_plan_of_the_next_period_says_why():
    found = json.loads(cxkit("plan", POOL, "--format", "json").stdout)["rows"]
    rows = {row["point"]: row for row in found}
    assert sum(row["next"] for row in found) == 150
    assert rows["Elm"]["alarm"] == "down"
    assert rows["Elm"]["why"] == "that is its capacity; it could use more"
    told = cxkit("plan", POOL, "--budget", "90", "--policy", "uniform")
    assert "Alarm at Birch and Elm" in told.stderr and "why" in told.stdout.splitlines()[0]


def test_plan_without_a_configuration():
    given = ("plan", POOL / "answers.csv.gz", *COLUMNS, "--budget", "150", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(cxkit(*given, "--capacity", "Elm=40").stdout)))
    assert sum(int(row["next"]) for row in rows) == 150
    assert {row["point"]: row["capacity"] for row in rows}["Elm"] == "40"
    rated = list(csv.DictReader(io.StringIO(cxkit(*given, "--rate", "0.5").stdout)))
    assert all(float(row["invitations"]) == 2 * float(row["next"]) for row in rated)
    still = cxkit("plan", POOL / "answers.csv.gz", *COLUMNS[:4], "--format", "csv").stdout
    assert still.startswith("point,now,next,share,half_width_now")


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--score", "score"), 2, "--score and --point belong together"),
        (("--time", "day"), 2, "go with --score and --point"),
        (("--arl", "1"), 2, "--arl 1 is not from 2"),
        (("--policy", "best"), 2, "invalid choice"),
        (("--capacity", "Elm=none"), 2, "is not [POINT=]N"),
        (("--rate", "2"), 2, "1 is the most"),
        (("--drop", "0"), 2, "above 0"),
        (("--capacity", "9", "--capacity", "Elm=4"), 1, "give one of the two"),
        (("--permanent", "Oak"), 1, "which is no measurement point"),
        ((*COLUMNS[:4], "--policy", "index"), 1, "give --period and --time"),
        ((*COLUMNS[:3], "shop"), 1, 'there is no column "shop"'),
    ],
)
def test_plan_refuses_what_it_cannot_use(options, status, words):
    found = cxkit("plan", POOL / "answers.csv.gz", *options, status=status)
    assert words in found.stderr and not found.stdout


def answers_file(tmp_path, change=lambda row: row):
    """Five answers a day at each of three points; every row goes through `change`."""
    rows = ["point,score,day"]
    for day in range(40):
        for at, point in enumerate(("desk", "web", "app")):
            for answer in range(5):
                score = (10, 9, 7, 3, 9 - at)[answer]
                given = (point, score, f"2026-{1 + day // 28:02}-{1 + day % 28:02}", len(rows))
                rows.append(",".join(map(str, change(given)[:3])))
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


TOLD = ("--score", "score", "--point", "point")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--budget", "2"), ": --budget 2 is less than one answer for each of the 3 points; "),
        (("--budget", "9", "--permanent", "dsk"), 'cxkit: --permanent names "dsk", which is no'),
        (("--budget", "9", "--floor", "4", "--permanent", "web", "--permanent", "app",
          "--permanent", "desk"), "permanent points add up to 12, more than the budget of 9"),
    ],
)  # fmt: skip
def test_plan_speaks_of_the_options_that_were_given(tmp_path, options, words):
    path = answers_file(tmp_path)
    assert words in refused("plan", path, *TOLD, "--time", "day", "--period", "day", *options)


def test_plan_says_what_is_not_as_asked_and_what_is_left_out(tmp_path):
    def cautions(change, *options):
        path = answers_file(tmp_path, change)
        return cxkit("plan", path, *TOLD, "--budget", "30", *options).stderr

    def same(row):
        return row

    daily = ("--time", "day", "--period", "day")
    assert "does not fit into 30 answers: it is 10." in cautions(same, "--floor", "12", *daily)
    assert "does not fit into 30 answers: it is 10." in cautions(same, "--floor", "12")
    assert "take 12 answers only, of the 30" in cautions(same, *daily, "--capacity", "4")
    assert "1 answer has no point: left out." in cautions(
        lambda row: row if row[3] != 9 else ("", *row[1:])
    )
    assert "2 answers have no date: left out." in cautions(
        lambda row: row if row[3] not in (9, 10) else (*row[:2], ""), *daily
    )
    assert "desk and Desk differ in capitals" in cautions(
        lambda row: ("Desk", *row[1:]) if row[0] == "desk" and row[3] % 2 else row
    ).replace("Desk and desk", "desk and Desk")
    late = cautions(lambda row: row if row[3] != 9 else (*row[:2], "3026-01-05"), *daily)
    assert "left out as closed: " in late and "look at the newest date" in late
    assert "left out" not in cautions(same) and "differ" not in cautions(same)


def test_plan_of_the_airport():
    plan = json.loads(
        cxkit(
            "plan", EXAMPLES / "airport", "--budget", "3000", "--floor", "60", "--format", "json"
        ).stdout
    )["rows"]
    assert sum(row["next"] for row in plan) == 3000
    assert min(row["next"] for row in plan) >= 60


@pytest.mark.parametrize("name", ["airport", "gp-surgeries"])
def test_doctor_proposes_what_can_be_read(tmp_path, name):
    place = tmp_path / name
    place.mkdir()
    for path in (EXAMPLES / name).glob("*.csv"):
        (place / path.name).write_bytes(path.read_bytes())
    proposed = cxkit("doctor", place, "--quiet").stdout
    (place / "cxkit.toml").write_text(proposed, encoding="utf-8")
    found = json.loads(cxkit("report", place, "--json").stdout)
    metrics = {score["column"]: score["metric"] for score in found["scores"]}
    assert metrics == (
        {"nps": "nps", "overall": "csat"} if name == "airport" else {"rating": "csat"}
    )


def test_doctor_says_when_there_is_no_score(tmp_path):
    path = folder(tmp_path, "name\nAnn\nBob\n", None) / "a.csv"
    done = cxkit("doctor", path)
    assert "no column looks like a score" in done.stderr


def test_mode_shows_what_pooling_would_hide(tmp_path):
    rows = "q,how,site\n" + "".join(
        f"{score},{how},{site}\n"
        for how, scores in (("mail", (10, 9, 4)), ("phone", (10, 9, 9)))
        for site in ("n", "s")
        for score in scores * 15
    )
    path = folder(tmp_path, rows, None) / "a.csv"
    done = cxkit("nps", path, "--column", "q", "--mode", "how", "--json")
    found = json.loads(done.stdout)["rows"]
    assert [row["how"] for row in found] == ["all", "mail", "phone"]
    assert "mixed-modes" in found[0]["flags"]
    assert found[2]["difference"] == pytest.approx(200 / 3)
    assert "mixed-modes" in done.stderr
    grouped = cxkit("nps", path, "--column", "q", "--mode", "how", "--by", "site", "--json")
    assert len(json.loads(grouped.stdout)["rows"]) == 6
    assert "mail" in cxkit("csat", path, "--column", "q", "--scale", "0,10", "--top", "2",
                           "--mode", "how").stdout  # fmt: skip


def test_doctor_warns_of_a_scale_that_is_not_what_the_name_says(tmp_path):
    five = "nps\n" + "".join(f"{1 + i % 5}\n" for i in range(40))
    done = cxkit("doctor", folder(tmp_path, five, None) / "a.csv")
    assert "warning: nps looks like a 1-5 scale" in done.stderr
    ten = "nps\n" + "".join(f"{1 + i % 10}\n" for i in range(40))
    done = cxkit("doctor", folder(tmp_path, ten, None) / "a.csv")
    assert "nobody answered 0" in done.stderr
    eleven = "nps\n" + "".join(f"{i % 11}\n" for i in range(44))
    done = cxkit("doctor", folder(tmp_path, eleven, None) / "a.csv")
    assert "warning" not in done.stderr


def test_doctor_warns_of_positions_in_place_of_values(tmp_path):
    place = folder(tmp_path, "satisfied\n" + "".join(f"{i % 5}\n" for i in range(40)), None)
    done = cxkit("doctor", place / "a.csv")
    assert "warning: satisfied holds 0 to 4: positions of options" in done.stderr


def test_doctor_holds_a_configuration_against_the_answers(tmp_path):
    text = "nps,s\n" + "".join(f"{1 + i % 5},{i % 5}\n" for i in range(40))
    toml = (
        'title = "t"\nfiles = ["a.csv"]\n[[score]]\ncolumn = "nps"\ntitle = "n"\n'
        'metric = "nps"\nscale = [0, 10]\n[[score]]\ncolumn = "s"\ntitle = "s"\n'
        'metric = "csat"\nscale = [1, 5]\n'
    )
    done = cxkit("doctor", folder(tmp_path, text, toml) / "a.csv")
    assert "no answer is above 5: looks like a 1-5 scale" in done.stderr
    assert "s holds 0 to 4 on a scale from 1 to 5" in done.stderr


def test_importing_the_library_needs_none_of_this():
    code = (
        "import sys, cxkit; "
        "print(sorted({'duckdb','jinja2','matplotlib','rich','numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_progress_shows_on_a_terminal_only(tmp_path):
    pytest.importorskip("pty")
    if not os.path.isdir("/dev/pts"):
        pytest.skip("no /dev/pts: a terminal cannot be made here")
    out = tmp_path / "r.html"
    assert "\x1b" not in cxkit("report", folder(tmp_path), "-o", out).stderr
    command = [sys.executable, "-m", "cxkit.cli", "report", str(tmp_path), "-o", str(out)]
    script = f"import pty, sys; sys.exit(pty.spawn({command!r}) >> 8)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert b"\x1b[?25l" in done.stdout and b"drawin" in done.stdout


def test_a_missing_extra_is_named():
    code = (
        "import sys; sys.modules['duckdb'] = None; from cxkit.cli import main; "
        f"sys.exit(main(['nps', {str(AIRPORT)!r}, '--column', 'nps']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "cxkit: duckdb is not installed: pip install 'cxkit[report]'\n"


def test_a_defect_is_one_sentence_with_status_four():
    code = (
        "import sys; from cxkit.cli import commands, main; "
        "commands.metric = lambda chosen: 1 / 0; sys.exit(main(['nps', 'a.csv', '--column', 'q']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr.startswith("cxkit: internal error: ZeroDivisionError")
