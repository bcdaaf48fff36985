"""cxkit fcr, patience, promises, and the doctor on logs."""

import csv
import io
import json
import pathlib

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

from cxkit.report import config  # noqa: E402
from test_cli import cxkit, refused  # noqa: E402

SERVICE = pathlib.Path(__file__).resolve().parents[3] / "examples" / "service"
LOG = SERVICE / "contacts.csv.gz"
FCR = ("fcr", LOG, "--customer", "customer", "--time", "time", "--window", "7d", "--no-id", "0")
PATIENCE = ("patience", LOG, "--wait", "wait", "--abandoned", "gave_up")
PROMISES = ("promises", SERVICE / "promises.csv.gz", "--due", "due", "--done", "done")


def rows(*arguments):
    return json.loads(cxkit(*arguments, "--json").stdout)["rows"]


# -- fcr -----------------------------------------------------------------------------------------


def test_fcr_is_that_of_the_report():
    asked = ("--topic", "topic", "--channel", "channel", "--abandoned", "gave_up")
    (row,) = rows(*FCR, *asked, "--now", "2024-07-01")
    found = json.loads(cxkit("report", SERVICE, "--json").stdout)["contacts"]["first_contact"]
    assert {key: row[key] for key in found} == found


def test_fcr_by_a_column_gives_a_row_for_each_value():
    found = {row["channel"]: row["value"] for row in rows(*FCR, "--by", "channel")}
    assert sorted(found) == ["app", "chat", "mail", "phone"]
    assert found["chat"] == min(found.values())


def test_the_non_repeat_rate_looks_at_more_contacts():
    (first,), (every,) = rows(*FCR), rows(*FCR, "--non-repeat")
    assert every["n"] > first["n"] and every["value"] != first["value"]


def test_windows_are_durations_with_a_unit():
    assert rows(*FCR[:-3], "168h", *FCR[-2:]) == rows(*FCR)
    said = cxkit("fcr", LOG, "--customer", "c", "--time", "t", "--window", "7", status=2).stderr
    assert '"7" is no duration such as 7d' in said


def test_a_log_that_is_too_short_is_one_sentence():
    assert "the log has to be longer" in refused(*FCR[:-3], "90d", *FCR[-2:])


def test_all_forms_hold_the_same_numbers():
    (plain,) = rows(*FCR)
    (text,) = csv.DictReader(io.StringIO(cxkit(*FCR, "--format", "csv").stdout))
    assert float(text["value"]) == plain["value"] and int(text["n"]) == plain["n"]
    assert "no_id_share" in cxkit(*FCR).stdout


def test_a_time_that_is_none_is_named():
    said = refused(*"fcr - --customer c --time t --window 7d".split(), stdin="c,t\nA,soon\n")
    assert said.startswith('cxkit: stdin, line 2, column "t": "soon" is not a date')


# -- patience ------------------------------------------------------------------------------------


def test_patience_gives_the_median_in_seconds():
    (row,) = rows(*PATIENCE)
    assert row["unit"] == "seconds" and row["ci_low"] < row["value"] < row["ci_high"]
    assert row["abandoned"] < row["waits"]


def test_patience_at_a_time_gives_the_share_that_gave_up():
    (row,) = rows(*PATIENCE, "--at", "60s")
    assert row["unit"] == "fraction" and 0 < row["value"] < 0.5
    assert rows(*PATIENCE, "--at", "1m") == [row]


def test_patience_by_a_column_comes_with_the_test_of_equal_curves():
    done = cxkit(*PATIENCE, "--by", "topic", "--json")
    assert len(json.loads(done.stdout)["rows"]) == 4
    assert "log-rank" in done.stderr


def test_nobody_gave_up_is_no_median():
    command = "patience - --wait w --abandoned a --json".split()
    (row,) = json.loads(cxkit(*command, stdin="w,a\n5,no\n9,no\n").stdout)["rows"]
    assert row["value"] is None and row["waits"] == 2


def test_no_wait_at_all_is_refused():
    command = "patience - --wait w --abandoned a".split()
    assert "has no wait" in refused(*command, stdin="w,a\n,no\n")


def test_a_negative_wait_is_refused():
    command = "patience - --wait w --abandoned a".split()
    assert "the wait -5 is negative" in refused(*command, stdin="w,a\n-5,no\n")


# -- promises ------------------------------------------------------------------------------------


def test_promises_by_kind():
    found = rows(*PROMISES, "--cancelled", "cancelled", "--by", "kind", "--now", "2024-07-01")
    assert [row["kind"] for row in found] == ["callback", "refund", "technician"]
    assert min(found, key=lambda row: row["value"])["kind"] == "technician"
    for row in found:
        assert row["n"] == row["kept"] + row["late"] + row["overdue"]
        assert row["settled_value"] >= row["value"]


def test_promises_say_from_when_they_are_seen():
    assert "the last time in the file" in cxkit(*PROMISES).stderr
    assert cxkit(*PROMISES, "--now", "2024-07-01").stderr == ""
    assert "is no time such as" in cxkit(*PROMISES, "--now", "today", status=2).stderr


def test_promises_without_any_time_are_refused():
    command = "promises - --due d --done e".split()
    assert "holds no time" in refused(*command, stdin="d,e,x\n,,1\n")


# -- doctor --------------------------------------------------------------------------------------


def test_the_doctor_knows_a_contact_log():
    done = cxkit("doctor", LOG)
    table = config.parse(done.stdout).contacts
    assert (table.customer, table.time, table.channel) == ("customer", "time", "channel")
    assert (table.wait, table.abandoned, table.no_id) == ("wait", "gave_up", ("0",))
    assert "looks like contacts" in done.stderr


def test_the_doctor_sorts_the_files_of_a_folder():
    proposed = config.parse(cxkit("doctor", SERVICE).stdout)
    assert proposed.files == ("answers.csv.gz",)
    assert [score.column for score in proposed.scores] == ["recommend", "satisfied"]
    assert proposed.contacts.files == ("contacts.csv.gz",)
    assert (proposed.promises.due, proposed.promises.done) == ("due", "done")
    assert (proposed.cases.opened, proposed.cases.resolved) == ("opened", "resolved")


def test_answers_with_a_customer_and_a_date_are_no_log(tmp_path):
    path = tmp_path / "a.csv"
    lines = "".join(f"{n % 7},2024-01-{n:02},{n % 11}\n" for n in range(1, 29))
    path.write_text("customer,date,recommend\n" + lines, encoding="utf-8")
    proposed = config.parse(cxkit("doctor", path).stdout)
    assert proposed.contacts is None and proposed.scores[0].column == "recommend"
