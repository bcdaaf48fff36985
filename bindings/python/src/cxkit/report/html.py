"""The page: one file, no script, nothing loaded from elsewhere."""

from __future__ import annotations

import json

import jinja2
from markupsafe import Markup

from . import (
    casewords,
    charts,
    driverwords,
    linkwords,
    logcharts,
    logwords,
    planwords,
    surveycharts,
    surveywords,
    words,
)
from .problem import listed
from .shapes import Row


def page(found: Row) -> str:
    """The report as HTML text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("cxkit.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(
        percent=words.percent,
        date=words.date,
        count=lambda n: f"{n:,}",
        listed=listed,
        p=words.p_value,
        gain=words.gain,
        figure=casewords.figure,
        fixed=lambda value, digits: words.written(value, digits),
    )
    environment.globals.update(words=words, logs=logwords, survey=surveywords)
    environment.globals.update(ahead=planwords, linkwords=linkwords)
    environment.globals.update(driverwords=driverwords, cased=casewords)
    environment.globals.update(numbers=words.numbers, certain=words.certain)
    yes, no = words.may(found)
    no = logwords.may_not(found) + surveywords.may_not(found) + no
    yes += surveywords.aims(found)
    return environment.get_template("report.html.j2").render(
        found=found,
        main=found["scores"][0],
        cards=[
            words.headline(score) | surveywords.card(found, index)
            for index, score in enumerate(found["scores"])
        ],
        paragraph=words.paragraph(found),
        minute=planwords.minute(found) + surveywords.minute(found) + logwords.minute(found)
        + driverwords.minute(found)
        + linkwords.minute(found)
        + casewords.minute(found),
        steps=planwords.steps(found)
        + casewords.steps(found)
        + logwords.steps(found)
        + surveywords.steps(found)
        + words.next_steps(found),
        sure=words.sure(found) + surveywords.sure(found) + logwords.sure(found),
        may=yes,
        may_not=no,
        charts=pictures(found),
        data=machine_readable(found),
    )


def machine_readable(found: Row) -> Markup:
    """The numbers as JSON that cannot end the script element it stands in."""
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=None)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def pictures(found: Row) -> dict[str, Markup]:
    """Every chart of the page, by name."""
    drawn: dict[str, str] = {}
    for index, score in enumerate(found["scores"]):
        drawn |= of_score(score, index)
    drawn |= of_answers(found)
    drawn |= of_plans(found)
    drawn |= of_drivers(found)
    drawn |= of_behaviour(found)
    drawn |= of_logs(found)
    drawn |= of_survey(found)
    return {name: Markup(text) for name, text in drawn.items()}


def of_score(score: Row, index: int) -> dict[str, str]:
    """Its waves, and what its last change is made of."""
    drawn = {}
    form = words.numbers(score)
    waves = score["waves"]
    if len(waves) > 1:
        drawn[f"trend{index}"] = charts.trend(
            f"trend{index}",
            waves,
            score["same_points"],
            form.value,
            f"{score['title']} by wave",
            "; ".join(
                f"{wave['wave']}: {form.value(wave['value'])} ({form.interval(wave)})"
                for wave in waves
            ),
        )
    change = score["change"]
    if change and change["by_point"] and change["change"]["enough"]:
        drawn[f"split{index}"] = charts.split(
            f"split{index}",
            change,
            form.change,
            f"{score['title']}: change from {change['from']} to {change['to']}",
            words.parts(score),
        )
    return drawn


def of_answers(found: Row) -> dict[str, str]:
    """The answers to the first score, and its points."""
    main, form = found["scores"][0], words.numbers(found["scores"][0])
    drawn = {
        "distribution": charts.distribution(
            "distribution",
            main,
            f"Answers to {main['title']}",
            "; ".join(
                f"{step['answer']}: {words.percent(step['value'])}"
                for step in main["waves"][-1]["distribution"]
            ),
        )
    }
    if found["points"]:
        rows = shown(found["points"])
        drawn["points"] = charts.points(
            "points",
            rows[::-1],
            main["waves"][-1],
            form.value,
            "Measurement points",
            words.apart(found["points"], found["confidence"]),
        )
    return drawn


def of_plans(found: Row) -> dict[str, str]:
    """Answers of the next wave and of the next period."""
    drawn = {}
    if found["plan"]:
        drawn["plan"] = charts.plan(
            "plan",
            found["plan"],
            "Answers per point, now and next wave",
            "; ".join(
                f"{row['point']}: {'hidden' if row['now'] is None else row['now']} to {row['next']}"
                for row in found["plan"]["rows"]
            ),
        )
    if found["next_period"]:
        ahead = found["next_period"]
        drawn["next"] = charts.ahead(
            "next",
            ahead,
            f"Answers per point in the next {ahead['period']}",
            "; ".join(f"{row['point']}: {row['next']}" for row in ahead["rows"]),
        )
    return drawn


def of_drivers(found: Row) -> dict[str, str]:
    """Items of the last wave, and over the waves."""
    drawn = {}
    if found["drivers"] and not found["drivers"]["problem"]:
        drawn["drivers"] = charts.drivers(
            "drivers",
            found["drivers"],
            "Items and the overall score",
            words.driving(found["drivers"]),
        )
    pooled = found["drivers"] and found["drivers"]["pooled"]
    if pooled and not pooled["problem"]:
        drawn["driverwaves"] = driverwords.waves(
            "driverwaves", pooled, "Shares by wave", driverwords.lead(pooled)
        )
    return drawn


def of_behaviour(found: Row) -> dict[str, str]:
    """What customers do, how it goes with the score, and what that is worth."""
    drawn = {}
    if found["behaviours"]:
        drawn["behaviours"] = charts.behaviours(
            "behaviours",
            found["behaviours"],
            "Behaviour by score band",
            words.strongest(found["behaviours"]) or "no clear difference",
        )
    if found["links"] and any(one["all"]["estimate"] for one in found["links"]["links"]):
        drawn["links"] = linkwords.links(
            "links", found["links"], "Score and behaviour", linkwords.lead(found["links"])
        )
    if found["business_case"] and found["business_case"]["tornado"]:
        drawn["tornado"] = casewords.tornado(
            "tornado",
            found["business_case"],
            "What the value depends on",
            casewords.next_to_measure(found["business_case"]),
        )
    return drawn


def of_logs(found: Row) -> dict[str, str]:
    """The charts of contacts and promises."""
    drawn = {}
    contacts, promises = found["contacts"], found["promises"]
    if contacts and contacts["patience"]:
        drawn["patience"] = logcharts.patience(
            "patience", contacts["patience"], "Patience", logwords.patient(contacts)
        )
    if contacts and len([row for row in contacts["waits"] if row["median"]]) > 1:
        drawn["waits"] = logcharts.waits(
            "waits",
            contacts["waits"],
            f"Median wait by {contacts['every']}",
            logwords.slow(contacts) or "no period stands above all others",
        )
    if promises and promises["kinds"]:
        rows = [{"label": row["kind"], "estimate": row["kept"]} for row in promises["kinds"]]
        worst, said = logwords.least(promises), logwords.broken(promises) or "not told apart"
        drawn["promises"] = logcharts.shares(
            "promises", rows, worst["kind"] if worst else "", "Promises kept", said
        )
    return drawn


def of_survey(found: Row) -> dict[str, str]:
    """The charts of windows, silence and waits."""
    drawn, main = {}, found["scores"][0]
    form = words.numbers(main)
    trend, silence, tolerance = found["trend"], found["silence"], found["tolerance"]
    if trend and any(row["estimate"] for row in trend["rows"]):
        drawn["windows"] = surveycharts.windows(
            "windows",
            trend,
            form.value,
            f"{trend['title']} by {trend['every']}",
            surveywords.moved(trend, form),
        )
    even = silence and silence["invitations"] and silence["invitations"]["even"]
    if even and even["columns"]:
        rows = [
            {"label": f"{one['title']} {group['category']}", "estimate": group["response"]}
            for one in even["columns"]
            for group in one["categories"]
            if group["response"]
        ]
        apart = surveywords.extremes(silence)
        low = f"{apart[0]['title']} {apart[1]['category']}" if apart else ""
        drawn["response"] = logcharts.shares(
            "response", rows, low, "Who answers", surveywords.uneven(silence)
        )
    if silence and silence["bounds"]:
        drawn["silent"] = surveycharts.silent(
            "silent",
            silence["bounds"],
            silence["weighted"],
            form.value,
            "The score of all who were asked",
            surveywords.tipping(silence, main),
        )
    if tolerance and not tolerance["problem"]:
        drawn["tolerance"] = surveycharts.tolerance(
            "tolerance", tolerance, "How long is too long", surveywords.tolerated(tolerance)
        )
    return drawn


def shown(points: Row) -> list[Row]:
    """The points with a figure, best first."""
    rows = [row for row in points["rows"] if not row["hidden"]]
    return sorted(rows, key=lambda row: (-row["estimate"]["value"], row["point"]))
