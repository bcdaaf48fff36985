"""Silence, waits, coverage, the closed loop and employees, in sentences. Nothing is computed."""

from __future__ import annotations

from .logwords import SHARE, count, lasting, limits, share
from .problem import listed
from .shapes import Row
from .words import Numbers, numbers, p_value, percent, written

PLAIN = {
    "complete": "answered in full",
    "partial": "answered in part",
    "refusal": "refused or broke off",
    "noncontact": "no answer",
    "other": "other reasons",
    "unknown_household": "never reached anybody",
    "unknown_other": "bounced: nobody knows",
    "ineligible": "not meant",
    "not_sampled": "kept back by a rule, not asked",
}
RATES = {
    "rr1": "Response, full answers of all asked",
    "rr2": "Response, part answers too",
    "rr3": "Response, with the share of the unknown that is meant",
    "rr5": "Response, of the known alone",
    "coop1": "Cooperation, of those reached",
    "ref1": "Refusal",
    "con1": "Contact",
}
VERB = {
    "detractors": "recovered",
    "passives": "were won over",
    "promoters": "became active",
}
WON = {"detractors": "recovered", "passives": "won over", "promoters": "active"}
POINTS = Numbers("points")
MANY = 60  # windows that are drawn as a band, without the panel


def named(score: Row) -> str:
    """What a score is called inside a sentence."""
    return {"nps": "the Net Promoter Score", "csat": "the share of satisfied"}.get(
        score["metric"], "the mean answer"
    )


# -- silence -------------------------------------------------------------------------------------


def rate(silence: Row, name: str = "rr1") -> Row | None:
    rates: list[Row] = silence["invitations"]["rates"]
    return next((row for row in rates if row["rate"] == name and row["value"] is not None), None)


def response(silence: Row) -> str:
    """How many answered, of those who were asked."""
    invited, found = silence["invitations"], rate(silence)
    if found is None:
        return "Nobody was asked, so there is no response rate."
    text = (
        f"Of {found['denominator']:,.0f} who were asked in {silence['wave']}, "
        f"{found['numerator']:,.0f} answered: a response rate of {share(found)}."
        if not invited["all_of_one_wave"]
        else f"Of {found['denominator']:,.0f} who were asked, {found['numerator']:,.0f} answered: "
        f"a response rate of {share(found)}."
    )
    return text


def extremes(silence: Row) -> tuple[Row, Row, Row] | None:
    """The column in which response differs most, with its lowest and highest category, when their
    intervals lie apart."""
    even = silence["invitations"] and silence["invitations"]["even"]
    if not even or not even["columns"]:
        return None
    top = max(even["columns"], key=lambda one: float(one["unconditional"]))
    rows = [one for one in top["categories"] if one["response"] and one["category"] != "not known"]
    if len(rows) < 2:
        return None
    low, *_, high = sorted(rows, key=lambda one: float(one["response"]["value"]))
    apart = low["response"]["ci_high"] < high["response"]["ci_low"]
    return (top, low, high) if apart else None


def uneven(silence: Row) -> str:
    """How evenly people answered."""
    even = silence["invitations"] and silence["invitations"]["even"]
    if not even:
        return ""
    if even["problem"]:
        return f"How evenly people answered cannot be said: {even['problem']}."
    value = even["indicator"]["adjusted"]
    text = (
        f"The R-indicator is {written(value, 2)}, where 1 means that everybody was equally likely "
        "to answer"
    )
    found = extremes(silence)
    if not found:
        return text + "; no group that is known stands out."
    top, low, high = found
    return (
        f"{text}. {top['title']} tells most: {SHARE.value(low['response']['value'], True)} of "
        f"“{low['category']}” answered, and {SHARE.value(high['response']['value'], True)} of "
        f"“{high['category']}”."
    )


def raked(silence: Row, score: Row) -> str:
    """The score with weights beside the one without."""
    found = silence["weighted"]
    if not found:
        return ""
    if found["problem"]:
        return f"No weighted score can be given: {found['problem']}."
    form, with_, without = numbers(score), found["estimate"], found["without"]
    names = listed(dict.fromkeys(row["margin"] for row in found["margins"]))
    text = (
        f"Weighted to the known shares by {names}, {named(score)} is {form.value(with_['value'])} "
        f"({form.interval(with_)}); as answered it is {form.value(without['value'])} "
        f"({form.interval(without)})."
    )
    if not without["ci_low"] <= with_["value"] <= without["ci_high"]:
        text += " The difference is who answered."
    return text


GOALS = {"target": "the target", "wave before": "the wave before", "middle": "the middle"}


def tipping(silence: Row, score: Row) -> str:
    """How different the silent would have to be."""
    found = silence["bounds"]
    if not found:
        return ""
    if not found["silent"]:
        return "Everybody who was asked answered, so nobody is silent."
    form = numbers(score)
    held = f"{GOALS[found['threshold_is']]}, {form.value(found['threshold'], True)}"
    side = "below" if found["respondents"] > found["threshold"] else "above"
    if not found["can_flip"]:
        return (
            f"Whatever the {found['silent']:,} silent think, the score of all who were asked is "
            f"not {side} {held}."
        )
    way = "lower" if found["tipping_gap"] < 0 else "higher"
    return (
        f"The score of all who were asked would be {side} {held}, if the {found['silent']:,} "
        f"silent were at {form.value(found['tipping'], True)}: "
        f"{form.amount(found['tipping_gap'], True)} {way} than those who answered."
    )


def whatever(silence: Row, score: Row) -> str:
    """The bounds without any assumption."""
    found, form = silence["bounds"], numbers(score)
    low, high = form.value(found["low"], True), form.value(found["high"], True)
    return (
        f"{percent(found['response'])} of those asked are in this score. Without any assumption "
        f"about the others, the score of all lies between {low.removesuffix('%')} and {high}; "
        f"chance widens that to {form.interval(found, True)}."
    )


# -- windows of time -----------------------------------------------------------------------------


def flagged(trend: Row) -> tuple[list[Row], list[Row]]:
    """(up, down): windows that differ from the one before beyond chance."""
    rows = [row for row in trend["rows"] if row["change"]]
    up, down = ([r for r in rows if r["change"]["flag"] == flag] for flag in ("up", "down"))
    return up, down


def moved(trend: Row, form: Numbers) -> str:
    """Which windows changed, and whether there is a slope."""
    up, down = flagged(trend)
    said = [
        f"{way} in the {trend['every']} of "
        + listed(f"{row['period']} ({form.change(row['change']['value'])})" for row in rows)
        for way, rows in (("rose", up), ("fell", down))
        if rows
    ]
    text = (
        f"Beyond chance, the score {' and '.join(said)}."
        if said
        else f"No {trend['every']} differs from the one before by more than chance alone gives."
    )
    return f"{text} {sloped(trend, trend['every'], form)}".strip()


def sloped(trend: Row, unit: str, form: Numbers) -> str:
    """The line through all, when it leads up or down beyond chance."""
    slope = trend["slope"]
    if not slope or slope["ci_low"] <= 0 <= slope["ci_high"]:
        return ""
    way = "rises" if slope["value"] > 0 else "falls"
    return (
        f"Over all of them it {way} by {form.amount(slope['value'], True)} a {unit} "
        f"({form.change_interval(slope, True)}; {p_value(slope['p_value'])})."
    )


def mark(change: Row | None, form: Numbers) -> str:
    """A change in a table: a triangle where it is beyond chance."""
    if change is None:
        return "-"
    if change["flag"] == "too few":
        return "too few"
    sign = {"up": "▲ ", "down": "▼ "}.get(change["flag"], "")
    return sign + form.change(change["value"], True)


def came(panel: Row) -> str:
    """Which points came and went."""
    words = {
        "came": "came later",
        "went": "went",
        "came and went": "came and went",
        "gaps": "have gaps",
    }
    said = []
    for presence, text in words.items():
        points = [row["point"] for row in panel["moved"] if row["presence"] == presence]
        if points:
            verb = "has gaps" if presence == "gaps" and len(points) == 1 else text
            said.append(f"{listed(points)} {verb}")
    return "; ".join(said) + "."


# -- waits ---------------------------------------------------------------------------------------


def fell(found: Row) -> str:
    """By how much, in the words of the measure."""
    drop = found["drop"]
    return {
        "mean": f"{drop:g} {'step' if drop == 1 else 'steps'} of the scale",
        "nps": f"{drop:g} points",
        "detractors": f"{percent(drop)} more detractors",
        "promoters": f"{percent(drop)} fewer promoters",
    }[found["measure"]]


def tolerated(found: Row) -> str:
    """How long is too long."""
    if found["problem"]:
        return f"How long is too long cannot be said: {found['problem']}."
    what = f"“{found['title']}”"
    if not found["identified"]:
        return (
            f"No wait up to {lasting(found['longest'])} can be named at which {what} falls by "
            f"{fell(found)}: the answers do not determine it."
        )
    estimate = found["estimate"]
    return (
        f"Up to a wait of {lasting(estimate['value'])} ({limits(estimate)}) {what} stays within "
        f"{fell(found)} of those who waited {lasting(found['band'][1])} at most; beyond, it "
        "does not."
    )


# -- coverage ------------------------------------------------------------------------------------


def never(coverage: Row) -> list[Row]:
    return [row for row in coverage["kinds"] if not row["asked"]]


def covered(coverage: Row) -> str:
    """Which encounters nobody was asked about."""
    whole, gone = coverage["whole"], never(coverage)
    text = (
        f"Somebody was asked about {share(whole['share_asked'])} of "
        f"{count(whole['contacts'], 'encounter')}."
    )
    if not gone:
        return text + " No kind of encounter is left out entirely."
    names = listed((row["kind"] for row in gone), 6)
    return (
        f"{text} Nobody was ever asked about {names}: {share(whole['share_never_asked'])} of all "
        "encounters are in no score."
    )


# -- the closed loop -----------------------------------------------------------------------------


def called(loop: Row) -> str:
    """Contacted, and in time."""
    if loop["problem"]:
        return f"Nothing can be said about the {loop['followed_class']}: {loop['problem']}."
    text = f"{loop['followed']:,} {loop['followed_class']} were to be contacted"
    parts = []
    if loop["contacted"]:
        parts.append(f"{share(loop['contacted'])} were")
    if loop["in_time"]:
        parts.append(f"{share(loop['in_time'])} within {loop['level_hours']:g} hours")
    return f"{text}: {', '.join(parts)}." if parts else text + "."


def helped(loop: Row) -> str:
    """What contacting did, against those who were not contacted."""
    effect = loop["effect"]
    if loop["problem"]:
        return ""
    if not effect:
        alone = loop["left_class_without_control"]
        text = "Whether it helped cannot be said: there is nobody to compare with."
        if alone:
            text += (
                f" {share(alone)} left their class, and about half do so although nothing is done."
            )
        return text
    change, low, high = (100 * effect[key] for key in ("value", "ci_low", "ci_high"))
    span = f"{POINTS.change(low)} to {POINTS.change(high)}"
    against = "held out by lot" if loop["random"] else "not contacted, by chance or choice"
    sides = (
        f"{share(loop['improved_treated'])} of those contacted {VERB[loop['followed_class']]}, and "
        f"{share(loop['improved_comparison'])} of those {against}: a difference of "
        f"{POINTS.change(change)} percentage points ({span})"
    )
    if low <= 0 <= high:
        return f"{sides}, which chance alone could give."
    return f"{sides}, beyond chance."


# -- employees -----------------------------------------------------------------------------------


def staff(found: Row) -> str:
    if found["problem"]:
        return f"The score of employees is not shown: {found['problem']}."
    estimate = found["estimate"]
    return (
        f"Among {count(estimate['n'], 'employee')} who answered, the eNPS is "
        f"{POINTS.value(estimate['value'])} ({POINTS.interval(estimate)})."
    )


# -- the summary ---------------------------------------------------------------------------------


def has_invitations(found: Row) -> bool:
    return bool(found["silence"] and found["silence"]["invitations"])


def minute(found: Row) -> list[str]:
    """One or two sentences for each part."""
    text: list[str] = []
    silence, main = found["silence"], found["scores"][0]
    if silence:
        if silence["invitations"]:
            text.append(response(silence))
        if silence["weighted"] and not silence["weighted"]["problem"]:
            text.append(raked(silence, main))
    if found["trend"]:
        text.append(moved(found["trend"], numbers(main)))
    if found["tolerance"] and found["tolerance"]["identified"]:
        text.append(tolerated(found["tolerance"]))
    if found["closed_loop"]:
        text.append(helped(found["closed_loop"]))
    return [sentence for sentence in text if sentence]


def steps(found: Row) -> list[str]:
    """What to do about them."""
    text: list[str] = []
    silence = found["silence"]
    apart = extremes(silence) if silence and silence["invitations"] else None
    if apart:
        top, low, _ = apart
        text.append(
            f"Ask “{low['category']}” ({top['title']}) in another way: "
            f"{SHARE.value(low['response']['value'])} of them answer."
        )
    if found["coverage"] and (gone := never(found["coverage"])):
        text.append(f"Begin to ask about {listed((row['kind'] for row in gone), 4)}.")
    if found["tolerance"] and found["tolerance"]["identified"]:
        wait = lasting(found["tolerance"]["estimate"]["value"])
        text.append(f"Find out what makes waits longer than {wait}.")
    loop = found["closed_loop"]
    if loop and not loop["problem"] and not loop["effect"]:
        text.append(
            "Hold out some of the unhappy customers by lot: else nobody knows what calls do."
        )
    return text


def sure(found: Row) -> list[str]:
    """What belongs to how sure the figures are."""
    text: list[str] = []
    if found["interval"] == "anytime":
        text.append(
            "The interval in the headline holds however often one looks; those of waves, points "
            "and changes hold for one look."
        )
    silence = found["silence"]
    if silence and silence["bounds"]:
        text.append(tipping(silence, found["scores"][0]))
    return text


def aims(found: Row) -> list[str]:
    """How sure each target is met."""
    return [
        f"“{score['title']}”: the target of {goal(score)} is met with a probability of "
        f"{sureness(found, index)}."
        for index, score in enumerate(found["scores"])
        if score["target"]
    ]


def goal(score: Row) -> str:
    """A target, in as few digits as it has."""
    form, value = numbers(score), score["target"]["target"]
    scaled = form.scaled(value)
    return form.value(value, not float(scaled).is_integer())


def sureness(found: Row, index: int) -> str:
    """The probability of a target; of the main score with weights too."""
    answered = likely(found["scores"][index]["target"]["probability"])
    weighted = found["silence"] and found["silence"]["weighted"]
    if index or not weighted or not weighted["estimate"]:
        return answered
    return f"{answered} as answered, {likely(weighted['probability'])} weighted"


def likely(value: float) -> str:
    """A probability that is never said to be 0 or 1."""
    if value < 0.01:
        return "less than 1%"
    return "more than 99%" if value > 0.99 else percent(value)


def may_not(found: Row) -> list[str]:
    text = []
    if found["silence"] and found["silence"]["weighted"]:
        text.append(
            "That weights cure silence: they make the sample look like the whole in what the "
            "margins know, and in nothing else."
        )
    if found["tolerance"]:
        text.append(
            "That a shorter wait would raise the score: who waited long may differ otherwise."
        )
    if (
        found["closed_loop"]
        and found["closed_loop"]["effect"]
        and not found["closed_loop"]["random"]
    ):
        text.append("That calling helped: who was called was not chosen by lot.")
    return text


def card(found: Row, index: int) -> Row:
    """The small lines of a headline card."""
    score = found["scores"][index]
    form, lines = numbers(score), []
    weighted = found["silence"] and found["silence"]["weighted"]
    if index == 0 and weighted and weighted["estimate"]:
        estimate = weighted["estimate"]
        lines.append(f"weighted: {form.value(estimate['value'])} ({form.interval(estimate)})")
    if score["target"]:
        lines.append(f"target {goal(score)} met: {sureness(found, index)}")
    return {"lines": lines}
