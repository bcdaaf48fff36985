"""The report on those who were asked: invitations, weights, waits, coverage, calls back."""

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

from cxkit.report import html as page_of  # noqa: E402
from cxkit.report.problem import Problem  # noqa: E402
from test_report_survey import ASKED, LOOP, NPS, STAFF, found_in, said  # noqa: E402


def refused(*arguments, **more):
    with pytest.raises(Problem) as caught:
        found_in(*arguments, **more)
    return str(caught.value)


# -- invitations and weights ---------------------------------------------------------------------


def test_one_row_for_each_invitation_is_a_log_too(tmp_path):
    log = "id,event\n1,finished\n2,finished\n3,Finished\n4,sent\n5,quarantined\n,sent\n"
    found = found_in(tmp_path, NPS + ASKED, log)
    invited = found["silence"]["invitations"]
    assert invited["invitations"] == 5 and invited["no_id"] == 1
    assert invited["rates"][0]["value"] == 0.75
    assert found["silence"]["bounds"]["asked"] == 4 and found["silence"]["bounds"]["silent"] == 1
    assert found["silence"]["weighted"] is None
    assert "no response rate" not in said(page_of.page(found)).lower()


def test_events_may_have_names_of_their_own(tmp_path):
    toml = NPS + ASKED + '[invitations.events]\n"done" = "finished"\n'
    found = found_in(tmp_path, toml, "id,event\n1,Done\n2,done\n3,done\n4,opted_out\n")
    assert found["silence"]["invitations"]["dispositions"]["complete"] == 3


def test_an_unknown_event_is_named_with_its_line(tmp_path):
    text = refused(tmp_path, NPS + ASKED, "id,event\n1,sent\n2,finishd\n")
    assert 'log.csv, line 3, column "event": "finishd" is no event.' in text
    assert 'Did you mean "finished"?' in text and "[invitations.events]" in text


def test_more_answers_than_invitations_are_refused(tmp_path):
    text = refused(tmp_path, NPS + ASKED, "id,event\n1,finished\n2,sent\n")
    assert "all answers has 3 answers, and 2 were asked" in text


def test_only_those_who_were_asked_can_be_silent(tmp_path):
    log = "id,event\n" + "".join(
        f"{at},{event}\n"
        for at, event in enumerate(
            ["finished"] * 3 + ["sent", "bounced", "ineligible", "quarantined", "opted-out"]
        )
    )
    silence = found_in(tmp_path, NPS + ASKED, log + "3,opted-out\n")["silence"]
    ends = silence["invitations"]["dispositions"]
    assert ends["not_sampled"] == 2 and ends["ineligible"] == 1 and ends["refusal"] == 1
    assert silence["bounds"]["asked"] == silence["invitations"]["rates"][0]["denominator"] == 5


def test_a_blank_event_is_refused(tmp_path):
    text = refused(tmp_path, NPS + ASKED, "id,event\n1,sent\n2,\n")
    assert 'log.csv, line 3, column "event": the event is blank' in text


def test_when_everybody_answered_nobody_is_silent(tmp_path):
    found = found_in(tmp_path, NPS + ASKED, "id,event\n1,finished\n2,finished\n3,finished\n")
    assert found["silence"]["bounds"]["silent"] == 0
    assert found["silence"]["bounds"]["low"] == found["silence"]["bounds"]["high"]
    assert "nobody is silent" in page_of.page(found)


def test_below_its_goal_a_score_is_set_against_happier_silent_ones(tmp_path):
    log = "id,event\n" + "".join(f"{at},sent\n" for at in range(40))
    rows = "q\n" + "3\n" * 15 + "10\n" * 5
    bounds = found_in(tmp_path, NPS + ASKED, log, rows=rows)["silence"]["bounds"]
    assert bounds["threshold_is"] == "middle" and bounds["tipping_gap"] > 0
    assert [row["delta"] for row in bounds["range"]] == [0, 10, 20, 40, 60]


def test_few_answers_are_hidden_where_they_are_counted(tmp_path):
    (tmp_path / "visits.csv").write_text(
        "kind,asked,answered\n" + "a,1,1\n" * 20 + "b,1,1\n" * 2 + "c,1,1\n" * 9, encoding="utf-8"
    )
    log = "id,event,age\n" + "".join(
        f"{at},{'finished' if at % 2 else 'sent'},{'old' if at < 40 else 'young'}\n"
        for at in range(46)
    )
    rows = "q,age\n" + "10,old\n" * 20 + "3,young\n" * 3
    toml = ASKED + 'known = ["age"]\n[margins.age]\nold = 0.5\nyoung = 0.5\n'
    toml += '[coverage]\nfiles = ["visits.csv"]\nby = "kind"\nasked = "asked"\n'
    toml += 'answered = "answered"\n[settings]\nhide_below = 5\n'
    found = found_in(tmp_path, NPS + toml, log, rows=rows)
    hidden = {row["kind"]: row["answered"] for row in found["coverage"]["kinds"]}
    assert hidden == {"a": 20, "b": None, "c": None}
    assert [row["rows"] for row in found["silence"]["weighted"]["margins"]] == [None, None]
    categories = found["silence"]["invitations"]["even"]["columns"][0]["categories"]
    assert [row["response"] for row in categories] == [None, None]
    assert "hidden" in page_of.page(found)


def test_when_all_or_none_answered_evenness_cannot_be_said(tmp_path):
    toml = NPS + ASKED + 'known = ["age"]\n'
    found = found_in(tmp_path, toml, "id,event,age\n" + "".join(f"{i},sent,a\n" for i in range(9)))
    assert found["silence"]["invitations"]["even"]["problem"]
    assert "cannot be said" in page_of.page(found)


MARGINS = "[margins.age]\nyoung = 0.5\nold = 0.5\n"


def test_an_answer_without_category_is_left_out_and_counted(tmp_path):
    rows = "q,age\n" + "10,old\n" * 30 + "3,young\n" * 10 + "9,\n" * 3
    found = found_in(tmp_path, NPS + MARGINS, rows=rows)
    weighted = found["silence"]["weighted"]
    assert weighted["left_out"] == 3 and weighted["answers"] == 40
    assert weighted["estimate"]["value"] == pytest.approx(0, abs=1e-6)
    assert found["silence"]["invitations"] is None and found["silence"]["bounds"] is None
    assert "3 lack a category" in page_of.page(found)


def test_a_category_that_no_margin_knows_is_named(tmp_path):
    text = refused(tmp_path, NPS + MARGINS, rows="q,age\n9,old\n3,yung\n")
    assert 'a.csv, line 3, column "age": "yung" is no category of [margins.age].' in text
    assert 'Did you mean "young"?' in text


def test_margins_that_cannot_be_met_are_said(tmp_path):
    rows = "q,age\n" + "10,old\n" * 30
    found = found_in(tmp_path, NPS + MARGINS, rows=rows)
    assert "young" in found["silence"]["weighted"]["problem"]
    assert "No weighted score can be given" in page_of.page(found)


# -- waits, coverage, the loop, employees --------------------------------------------------------


def test_a_wait_that_does_not_matter_has_no_limit(tmp_path):
    rows = "q,w\n" + "".join(f"{3 + 7 * (at % 2)},{at}\n" for at in range(200))
    toml = NPS + '[tolerance]\nwait = "w"\ndrop = 2\n'
    found = found_in(tmp_path, toml, rows=rows)
    assert not found["tolerance"]["identified"]
    assert "the answers do not determine it" in page_of.page(found)


def test_a_negative_wait_is_refused(tmp_path):
    toml = NPS + '[tolerance]\nwait = "w"\ndrop = 2\n'
    text = refused(tmp_path, toml, rows="q,w\n9,5\n8,-1\n")
    assert 'a.csv, line 3, column "w": the wait -1 is negative' in text


def test_coverage_by_flags(tmp_path):
    toml = NPS + '[coverage]\nfiles = ["log.csv"]\nby = "kind"\nasked = "asked"\n'
    found = found_in(tmp_path, toml, "kind,asked\nshop,1\nshop,0\nphone,0\n")["coverage"]
    assert [row["kind"] for row in found["kinds"]] == ["phone", "shop"]
    assert found["whole"]["share_never_asked"]["value"] == pytest.approx(1 / 3)
    assert not found["answered_known"] and found["kinds"][1]["share_answered"] is None


def test_an_answer_about_which_nobody_was_asked_is_named_with_its_line(tmp_path):
    toml = NPS + '[coverage]\nfiles = ["log.csv"]\nby = "kind"\nasked = "sent"\n'
    log = "kind,sent,done\nshop,1,1\nshop,0,1\n"
    text = refused(tmp_path, toml + 'answered = "done"\n', log)
    assert 'log.csv, line 3, column "done": 1 are more than were asked (0)' in text


def test_progress_beyond_the_whole_is_named_with_its_line(tmp_path):
    toml = NPS + ASKED + 'progress = "part"\n'
    text = refused(tmp_path, toml, "id,event,part\n,sent,\n1,started,50\n")
    assert 'log.csv, line 3, column "part"' in text and "not 50" in text


def test_invitations_that_name_no_encounter_are_refused(tmp_path):
    (tmp_path / "visits.csv").write_text("v,kind\nx1,shop\n", encoding="utf-8")
    toml = NPS + ASKED + 'encounter = "v"\n[coverage]\nfiles = ["visits.csv"]\nby = "kind"\n'
    log = "id,event,v\n" + "".join(f"{at},finished,y{at}\n" for at in range(3))
    text = refused(tmp_path, toml + 'encounter = "v"\n', log)
    assert "no invitation names one of its encounters" in text and '"x1"' in text


def test_without_a_comparison_nothing_is_said_about_calling(tmp_path):
    log = "s,c,t\n" + "3,yes,9\n5,yes,\n2,yes,4\n9,no,\n"
    found = found_in(tmp_path, NPS + LOOP, log)
    assert found["closed_loop"]["effect"] is None and found["closed_loop"]["followed"] == 3
    text = page_of.page(found)
    assert "there is nobody to compare with" in text and "Hold out some" in text


def test_calls_that_were_not_drawn_by_lot_are_said_to_be_so(tmp_path):
    log = "s,c,t\n" + "3,yes,9\n5,yes,8\n2,no,4\n1,no,7\n" * 10
    found = found_in(tmp_path, NPS + LOOP, log)
    assert "observational" in found["closed_loop"]["effect"]["flags"]
    assert "who was called was not chosen by lot" in page_of.page(found)


def test_customers_without_anybody_to_follow_are_one_sentence(tmp_path):
    found = found_in(tmp_path, NPS + LOOP, "s,c,t\n9,no,\n")
    assert found["closed_loop"]["problem"] and page_of.page(found)


def test_nothing_is_shown_of_few_employees(tmp_path):
    found = found_in(tmp_path, NPS + STAFF, "q,team\n" + "9,a\n" * 8 + "3,b\n" * 3 + "7,c\n" * 9)
    groups = {row["group"]: row for row in found["employees"]["groups"]}
    assert groups["b"]["hidden"] and sum(row["hidden"] for row in groups.values()) == 2
    assert all(
        row["n"] is None and row["estimate"] is None for row in groups.values() if row["hidden"]
    )
    few = found_in(tmp_path, NPS + STAFF, "q,team\n9,a\n3,b\n")
    assert few["employees"]["estimate"] is None and few["employees"]["groups"] == []
    assert "fewer than 5 answers" in page_of.page(few)
