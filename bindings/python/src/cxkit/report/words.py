"""Figures and findings in words. Numbers come in, sentences come out; nothing is computed."""

from __future__ import annotations

import datetime
from typing import Any

from .problem import listed
from .shapes import Row

DIGITS = {"points": (0, 1), "fraction": (0, 1), "scale": (2, 2), "correlation": (2, 2)}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NAMES = {"nps": "Net Promoter Score", "csat": "Satisfied", "mean": "Mean answer"}


def written(value: Any, digits: int, sign: bool = False) -> str:
    """A number with a true minus, no minus zero, and thousands apart."""
    if value is None or value != value:
        return "-"
    text = f"{abs(value):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return ("−" if value < 0 else "+" if sign else "") + text


class Numbers:
    """How the values of one unit are written; `exact` is the longer form of the tables."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.short, self.long = DIGITS[unit]

    def scaled(self, value: Any) -> Any:
        return 100 * value if self.unit == "fraction" and value is not None else value

    def value(self, value: Any, exact: bool = False) -> str:
        text = written(self.scaled(value), self.long if exact else self.short)
        return text + ("%" if self.unit == "fraction" else "")

    def change(self, value: Any, exact: bool = False) -> str:
        return written(self.scaled(value), self.long if exact else self.short, sign=True)

    def interval(self, estimate: Row, exact: bool = False) -> str:
        low, high = (self.value(estimate[key], exact) for key in ("ci_low", "ci_high"))
        return f"{low.removesuffix('%')} to {high}"

    def change_interval(self, estimate: Row, exact: bool = False) -> str:
        return (
            f"{self.change(estimate['ci_low'], exact)} to {self.change(estimate['ci_high'], exact)}"
        )

    def amount(self, value: Any, exact: bool = False) -> str:
        """A distance with its unit: '5 points'."""
        text = written(abs(self.scaled(value)), self.long if exact else self.short)
        if self.unit == "scale":
            return f"{text} steps of the scale"
        kind = "point" if self.unit == "points" else "percentage point"
        return f"{text} {kind}" + ("" if text == "1" else "s")


def numbers(score: Row) -> Numbers:
    return Numbers({"nps": "points", "csat": "fraction", "mean": "scale"}[score["metric"]])


def what(score: Row) -> str:
    """What the score is, in words."""
    if score["metric"] == "nps":
        return "Net Promoter Score"
    if score["metric"] == "mean":
        return f"mean answer on the scale from {score['scale'][0]} to {score['scale'][1]}"
    high = score["scale"][1]
    low = high - score["top"] + 1
    boxes = f"{low} to {high}" if low < high else f"{high}"
    return f"share of satisfied answers ({boxes} on the scale from {score['scale'][0]} to {high})"


def percent(value: Any, digits: int = 0) -> str:
    return "-" if value is None else written(100 * value, digits) + "%"


def gain(value: Any) -> str:
    """A very small number in three digits."""
    return "-" if value is None else "0" if value == 0 else f"{value:.5g}"


def p_value(value: Any) -> str:
    if value < 0.001:
        return "p\u00a0<\u00a00.001"
    return f"p\u00a0=\u00a0{value:.3f}" if value < 0.1 else f"p\u00a0=\u00a0{value:.2f}"


def date(text: str) -> str:
    day = datetime.date.fromisoformat(text)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def certain(part: Row) -> bool:
    """Whether an interval of a change excludes zero, on answers enough to say so."""
    return bool(part["enough"] and (part["ci_low"] > 0 or part["ci_high"] < 0))


def headlined(score: Row) -> Row:
    """The last wave as the headline shows it: with the interval for every look, when asked for."""
    now, anytime = score["waves"][-1], score["anytime"]
    return {**now, **{key: anytime[key] for key in ("ci_low", "ci_high")}} if anytime else now


def headline(score: Row) -> Row:
    """The card of one score."""
    form, now, change = numbers(score), headlined(score), score["change"]
    return {
        "title": score["title"],
        "kind": NAMES[score["metric"]],
        "value": form.value(now["value"]),
        "interval": form.interval(now),
        "n": now["n"],
        "wave": now["wave"],
        "change": None
        if change is None or not change["change"]["enough"]
        else f"{form.change(change['change']['value'])} ({form.change_interval(change['change'])}) "
        f"since {change['from']}",
        "direction": ""
        if change is None or not certain(change["change"])
        else "up"
        if change["change"]["value"] > 0
        else "down",
    }


def level(score: Row) -> str:
    form, now = numbers(score), headlined(score)
    figure = form.value(now["value"])
    looks = " however often one looks" if score["anytime"] else ""
    inside = f"({form.interval(now)}{looks}; {now['n']:,} answers)"
    if score["metric"] == "csat":
        return f"In {now['wave']}, {figure} {inside} are satisfied: “{score['title']}”."
    name = (
        "the Net Promoter Score"
        if score["metric"] == "nps"
        else f"the mean answer to “{score['title']}”"
    )
    return f"In {now['wave']}, {name} is {figure} {inside}."


def change(score: Row) -> str:
    """What happened since the wave before."""
    if score["change"] is None:
        return "There is one wave, so nothing can be said about change."
    form, found = numbers(score), score["change"]
    whole, span = found["change"], form.change_interval(found["change"])
    if not whole["enough"]:
        return (
            f"Too few answers, or none that differ, to say whether it changed since "
            f"{found['from']}."
        )
    if not certain(whole):
        return (
            f"The change since {found['from']}, {form.change(whole['value'])} ({span}), is "
            "within what chance alone would give."
        )
    way = "lower" if whole["value"] < 0 else "higher"
    return (
        f"That is {form.amount(whole['value'])} {way} than in {found['from']} "
        f"({span}): more than chance alone would give."
    )


def parts(score: Row) -> str:
    """Whether a change lies in the mix or within the points."""
    found = score["change"]
    if found is None or not found["by_point"] or not found["change"]["enough"]:
        return ""
    form = numbers(score)
    mix, within = found["mix"], found["within"]
    figures = (
        f"within points {form.change(within['value'], True)} "
        f"({form.change_interval(within, True)}), from the mix of points "
        f"{form.change(mix['value'], True)} ({form.change_interval(mix, True)})."
    )
    if certain(within) and not certain(mix):
        return f"It lies within the points, not in who was asked where: {figures}"
    if certain(mix) and not certain(within):
        return f"What moved is who was asked where, not the points themselves: {figures}"
    if certain(mix) and certain(within):
        return f"Both who was asked where and the points themselves moved: {figures}"
    return f"Neither of its parts can be told from chance: {figures}"


def point_lists(points: Row) -> tuple[list[str], list[str]]:
    rows = [row for row in points["rows"] if row["rest"]]

    def chosen(verdict: str) -> list[str]:
        return [row["point"] for row in rows if row["rest"]["verdict"] == verdict]

    return chosen("below"), chosen("above")


def apart(points: Row, confidence: float, named: bool = False) -> str:
    """Whether the points can be told apart."""
    test, count = points["test"], len(points["rows"])
    the = f"The {count} points" + (f" ({points['title']})" if named else "")
    if test is None or count < 2:
        return "The points cannot be compared: too few of them have answers."
    if test["p_value"] >= 1 - confidence:
        return (
            f"{the} cannot be told apart: differences as large as these come from "
            f"chance alone ({p_value(test['p_value'])}). Do not rank them."
        )
    below, above = point_lists(points)
    text = f"{the} are not all alike ({p_value(test['p_value'])}). "
    if not below and not above:
        return text + "No single point can be told from the rest, so do not rank them."
    found = []
    if below:
        found.append(f"{listed(below)} {'is' if len(below) == 1 else 'are'} below the rest")
    if above:
        found.append(f"{listed(above)} {'is' if len(above) == 1 else 'are'} above the rest")
    text += " and ".join(found) + "."
    others = len([row for row in points["rows"] if not row["suppressed"]]) - len(below + above)
    return text + (
        f" The other {others if others > 1 else 'one'} cannot be told from the rest one by one."
        if others > 0
        else ""
    )


def driving(drivers: Row | None) -> str:
    """The strongest items."""
    if not drivers or drivers["problem"]:
        return ""
    top = drivers["items"][:3]
    named = listed([f"{item['title']} ({percent(item['share'])})" for item in top])
    return (
        f"“{drivers['title']}” goes most closely with {named} of what {len(drivers['items'])} "
        f"items explain together."
    )


def strongest(behaviours: list[Row]) -> str:
    """The behaviour that differs most between the bands, when one does."""
    clear = [one for one in behaviours if one["difference"] and certain(one["difference"])]
    if not clear:
        return ""
    one = max(clear, key=lambda b: abs(b["difference"]["value"]))
    low, high = one["bands"][0], one["bands"][-1]
    form = Numbers("fraction")

    def said(band: Row) -> str:
        return (
            f"{form.value(band['estimate']['value'])} ({form.interval(band['estimate'])}) of "
            f"{band['band'][0].lower()}{band['band'][1:]}"
        )

    return f"Associated with the score: “{one['title']}”, {said(low)}, {said(high)}."


def pool(plan: Row) -> str:
    """Where the answers of the next wave go."""
    text = f"Every point keeps a floor of {plan['floor']} answers, so that none goes unwatched. "
    if plan["kept"]:
        text += (
            f"{listed(plan['kept'])} {'is' if len(plan['kept']) == 1 else 'are'} below the rest "
            "and {keeps} at least today's number. ".replace(
                "{keeps}", "keeps" if len(plan["kept"]) == 1 else "keep"
            )
        )
    text += (
        f"The remaining {plan['pool']:,} go where an answer narrows the interval of the whole "
        "most: to points with a large share and mixed answers."
    )
    if plan["floor"] < plan["floor_asked"]:
        text += (
            f" The floor asked for, {plan['floor_asked']}, does not fit into this number of "
            "answers."
        )
    return text


REASONS = {
    "floor": "the floor",
    "kept": "below the rest: keeps its answers",
    "more": "an answer here buys more",
    "fewer": "precise enough for its share",
    "same": "as before",
    "hidden": "the floor: its figures are hidden",
}


def reason(row: Row) -> str:
    known = row["spread_known"] or row["reason"] == "hidden"
    return REASONS[row["reason"]] + ("" if known else " (few answers: spread assumed)")


def bought(plan: Row, score: Row) -> str:
    """What the plan buys in precision."""
    form = numbers(score)
    unit = {"points": " points", "fraction": " percentage points", "scale": ""}[form.unit]

    def half(value: Any) -> str:
        return "±" + form.value(value, True).removesuffix("%")

    whole = [half(plan[key]) for key in ("half_width_now", "half_width_next")]
    text = (
        f"the whole goes from {whole[0]} to {whole[1]}{unit}"
        if whole[0] != whole[1]
        else f"the whole stays at {whole[0]}{unit}"
    )
    known = [row for row in plan["rows"] if row["half_width_now"] is not None]
    if known:
        widest = [
            half(max(row[key] for row in known)) for key in ("half_width_now", "half_width_next")
        ]
        text += f", the least precise point from {widest[0]} to {widest[1]}"
    return text


def next_steps(found: Row) -> list[str]:
    """What to do, in order."""
    steps, points = [], found["points"]
    if points and points["test"] and points["test"]["p_value"] < 1 - found["confidence"]:
        below, _ = point_lists(points)
        if below:
            steps.append(f"Look first at {listed(below)}: below the rest beyond chance.")
    for score in found["scores"][1:]:
        move = score["change"]
        if move and certain(move["change"]) and move["change"]["value"] < 0:
            steps.append(f"Find out what changed at “{score['title']}” since {move['from']}.")
    drivers = found["drivers"]
    if drivers and not drivers["problem"]:
        typical = sum(item["mean"]["value"] for item in drivers["items"]) / len(drivers["items"])
        weak = [
            item
            for item in drivers["items"]
            if (item["share"] or 0) > 1 / len(drivers["items"]) and item["mean"]["value"] < typical
        ]
        if weak:
            names = listed([f"{i['title']} (mean {i['mean']['value']:.2f})" for i in weak[:3]])
            steps.append(
                f"Test an improvement at {names}: rated below the other items and close to "
                "the overall score."
            )
    if found["plan"]:
        plan = found["plan"]
        score = found["scores"][0]
        steps.append(
            f"Spread the next {plan['budget']:,} answers as planned below: {bought(plan, score)}."
        )
    if not invited(found) and not found["gate"]:
        steps.append(
            "Count invitations next time, not answers alone: without them there is no response "
            "rate."
        )
    return steps


def invited(found: Row) -> bool:
    """Whether the report knows who was asked."""
    return bool(found["silence"] and found["silence"]["invitations"])


def paragraph(found: Row) -> list[str]:
    """The findings as the sentences of one paragraph."""
    main = found["scores"][0]
    text = [level(main), change(main)]
    if main["change"] and certain(main["change"]["change"]):
        text.append(parts(main))
    if found["points"]:
        text.append(apart(found["points"], found["confidence"], named=True))
    for score in found["scores"][1:]:
        move = score["change"]
        if move and certain(move["change"]):
            form = numbers(score)
            way = "fell" if move["change"]["value"] < 0 else "rose"
            text.append(
                f"“{score['title']}” {way} from {form.value(score['waves'][-2]['value'])} to "
                f"{form.value(score['waves'][-1]['value'])} (change "
                f"{form.change_interval(move['change'])})."
            )
    text += [driving(found["drivers"]), strongest(found["behaviours"])]
    return [sentence for sentence in text if sentence]


def sure(found: Row) -> list[str]:
    """How far the figures carry."""
    share = percent(found["confidence"])
    text = [
        f"Brackets hold the {share} interval: the range that chance alone leaves open. It does "
        "not cover who never answered."
    ]
    if any(wave["weighted"] for wave in found["answers"]["waves"]):
        text.append(
            "Scores use the survey weights, and their intervals the smaller effective number "
            "of answers."
        )
    return text


def may(found: Row) -> tuple[list[str], list[str]]:
    """What may be concluded, and what may not."""
    main = found["scores"][0]
    yes = [f"The score of those who answered, with its interval: {level(main)}"]
    if main["change"]:
        yes.append(change(main))
    if found["points"]:
        yes.append(apart(found["points"], found["confidence"]))
    no = (
        ["What the silent think: the range without any assumption is all that is sure."]
        if invited(found)
        else [
            "A response rate: answers alone do not say how many were asked.",
            "Anything about those who did not answer.",
        ]
    )
    no += [
        "The same person over time: answers are not linked between waves.",
    ]
    if found["drivers"]:
        no.append(
            "That improving an item would raise the score: items and score were answered by the "
            "same person in the same minute."
        )
    if found["behaviours"] and not found["links"]:
        no.append(
            "That a behaviour follows from a score, or a score from a behaviour: they are "
            "associated, no more."
        )
    if found["links"]:
        no.append(
            "That the score brings a behaviour about, or a behaviour the score: what was not "
            "measured may move both."
        )
    if any(score["metric"] != "nps" and score["scale"] != [0, 10] for score in found["scores"]):
        no.append(
            "A Net Promoter Score from a question with fewer than eleven steps: none is given."
        )
    if not found["business_case"]:
        no.append("Money: no amount is in these answers.")
    return yes, no
