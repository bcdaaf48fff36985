"""The plan of the next period, alarms and the gate's log in words; nothing is computed."""

from __future__ import annotations

from .problem import listed
from .shapes import Row
from .words import Numbers, numbers, percent, written

SHARE = Numbers("fraction")
ENOUGH = 30  # visits of a class that is spoken of
POLICIES = {
    "evidence": "The pool goes where it narrows the interval of the whole, and to points with "
    "evidence of a change: the stronger it is, the more.",
    "precision-budget": "The pool buys as much evidence of changes as the allowed loss of "
    "precision pays for.",
    "neyman": "The pool goes where it narrows the interval of the whole most.",
    "proportional": "The pool is spread by the shares of the points.",
    "uniform": "The pool is spread evenly.",
    "detect": "The pool goes to the most suspicious points, up to their capacity.",
    "exploration": "The pool goes to points by their chance of being the one that changed.",
    "index": "The pool goes, one answer at a time, to the level most worth knowing.",
}
WATCHFUL = ("evidence", "precision-budget", "detect", "exploration")
KINDS = {"down": "its score fell", "up": "its score rose", "rate": "fewer answer"}


def when(text: str, every: str) -> str:
    """'the week of 8 Jul 2024', '8 Jul 2024', 'Jul 2024'."""
    return f"the week of {text}" if every == "week" else text


def lead(plan: Row) -> str:
    text = f"{plan['planned']:,} answers for {when(plan['next'], plan['period'])}."
    troubled = alarmed(plan)
    if troubled:
        text += f" Alarm at {listed(troubled)}."
    elif all(row["state"] == "learning" for row in plan["rows"] if not row["hidden"]):
        text += (
            f" No point has {plan['baseline']} answers to be watched against yet, so there can be "
            "no alarm."
        )
    else:
        text += " No alarm."
    moved = gains(plan)
    if moved:
        text += f" Evidence of a change moves the pool to {listed(moved)}."
    return text


def alarmed(plan: Row) -> list[str]:
    """Points with an alarm, each once."""
    return list(dict.fromkeys(row["point"] for row in plan["alarms"]))


def gains(plan: Row) -> list[str]:
    """Points that get more than precision alone would give them."""
    if plan["policy"] not in WATCHFUL:
        return []
    rows = [row for row in plan["rows"] if row["without_evidence"] is not None]
    more = [row for row in rows if row["next"] > row["without_evidence"] + 1]
    return [f"{row['point']} (+{row['next'] - row['without_evidence']})" for row in more]


def pool(plan: Row) -> str:
    """Floors, policy and what it costs."""
    text = f"Every point keeps a floor of {plan['floor']} answers where its capacity allows. "
    if plan["floor"] < plan["floor_asked"]:
        text = (
            f"The floor asked for, {plan['floor_asked']}, does not fit into this number of "
            f"answers; it is {plan['floor']}. "
        )
    text += POLICIES[plan["policy"]]
    if plan["planned"] < plan["budget"]:
        text += (
            f" The points can take {plan['planned']:,} answers only, of the {plan['budget']:,} "
            "there are."
        )
    if plan["error"] is not None and plan["error"] >= 0.0005:
        text += (
            " For this period that makes the error of the whole "
            f"{percent(plan['error'], 1)} larger than the best plan would."
        )
    return text


SHARES = {
    "given": "as given",
    "traffic": "its customers, by the log of the gate",
    "answers": "its answers, for want of a log of all customers",
}


def sized(alarm: Row, form: Numbers) -> str:
    """How large a change is, from the answers after the alarm alone."""
    if alarm["kind"] == "rate":
        after = alarm["after"]
        if after is None:
            return "no invitations after the alarm yet"
        return f"{SHARE.value(after['value'])} answer ({SHARE.interval(after)})"
    change = alarm["change"]
    if change is None and alarm["after"] and alarm["before"] is None:
        return f"now {form.value(alarm['after']['value'])} ({form.interval(alarm['after'])})"
    if change is None:
        return "no answers after the alarm yet" if not alarm["n_after"] else "not known"
    return f"{form.change(change['value'])} ({form.change_interval(change)})"


def before(alarm: Row, form: Numbers) -> str:
    """Where the point was."""
    if alarm["before"] is None:
        return "-"
    if alarm["kind"] == "rate":
        return SHARE.value(alarm["before"])
    return f"{form.value(alarm['before']['value'])} ({form.interval(alarm['before'])})"


def kind(alarm: Row) -> str:
    return KINDS[alarm["kind"]]


def bounds(row: Row) -> str:
    """Floor and capacity."""
    if row["capacity"] is None:
        return f"{written(row['floor'], 0)} or more"
    return f"{written(row['floor'], 0)} to {written(row['capacity'], 0)}"


def invites(plan: Row) -> bool:
    """Whether it is known how many to invite."""
    return any(row["invitations"] is not None for row in plan["rows"])


def together(plan: Row, form: Numbers) -> str:
    """The figure of the whole over the latest periods."""
    one = plan["whole"]
    if not one or one["periods"] < 2 or one["value"] is None:
        return ""
    return (
        f"Over the latest {one['periods']} {plan['period']}s the whole is "
        f"{form.value(one['value'], True)} ({form.interval(one, True)}): periods and points have "
        "fixed weights, so that more answers from one place do not move it."
    )


def recalled(plan: Row) -> str:
    """What a stored state spared."""
    if plan["stored"] is None:
        return ""
    text = "The monitor started from its stored state"
    if plan["stored"]["earlier"]:
        text += (
            f": {plan['stored']['earlier']:,} answers of periods that it had closed were not "
            "counted again"
        )
    return text + "."


def notes(row: Row) -> list[str]:
    """What stands under the name of a point."""
    said = [] if row["hidden"] else [standing(row)]
    return [text for text in ["permanent" if row["permanent"] else "", *said] if text]


def standing(row: Row) -> str:
    """The state of a point in a word or two."""
    if row["alarm"] == "score and rate":
        return "alarm: score, response"
    if row["alarm"] == "rate":
        return "alarm: response"
    if row["alarm"] != "none":
        return "alarm: score"
    return "learning" if row["state"] == "learning" else ""


def promise(plan: Row) -> str:
    """What an alarm means."""
    unit = f"{plan['period']}s"
    text = (
        "While no point has left its reference, the first false alarm comes after "
        f"{plan['arl']:g} {unit} or more on average, whichever points are asked. "
        f"The reference is a limit of at least {plan['baseline']} earlier answers. "
    )
    if plan["invitations_known"]:
        text += "Response rates are watched in the same way, apart. "
    return text + (
        "The size of a change is measured on answers after the alarm only; those before it raised "
        "it, and say too much."
    )


def spared(gate: Row) -> str:
    """How many could not be asked."""
    share = gate["quarantined"]
    return (
        f"Of {gate['rows']:,} visits in the log of the gate, {SHARE.value(share['value'], True)} "
        f"({SHARE.interval(share, True)}) came from customers who could not be asked; "
        f"{gate['invited']:,} were invited."
    )


def uneven(gate: Row) -> str:
    """Which class of frequency is spared most."""
    rows = [row for row in gate["classes"] if row["contacts"] >= ENOUGH]
    if len(rows) < 2:
        return ""
    low = min(rows, key=lambda row: (row["eligible"]["value"], -row["contacts"]))
    high = max(rows, key=lambda row: (row["eligible"]["value"], row["contacts"]))
    if low["eligible"]["ci_high"] >= high["eligible"]["ci_low"]:
        return ""
    return (
        f"Customers of class {low['frequency']} could be asked in "
        f"{SHARE.value(low['eligible']['value'])} of their visits, those of class "
        f"{high['frequency']} in {SHARE.value(high['eligible']['value'])}: figures of all "
        "customers need weights by class."
    )


def minute(found: Row) -> list[str]:
    """For the summary: the alarms, and the score as the gate knows it."""
    plan = found["next_period"]
    form = numbers(found["scores"][0])
    alarms = plan["alarms"] if plan else []
    return [
        f"Alarm at {one['point']} since {when(one['since'], plan['period'])}: {kind(one)}; "
        f"{'response' if one['kind'] == 'rate' else 'change'} measured since then: "
        f"{sized(one, form)}."
        for one in alarms
    ] + leaning(found, form)


def leaning(found: Row, form: Numbers) -> list[str]:
    """Where the plain score and the one by probabilities are far apart."""
    figure = found["gate"] and found["gate"]["figure"]
    if not figure or not figure["hajek"] or not figure["plain"]:
        return []
    best = figure["by_class"] or figure["hajek"]
    apart = best["value"] - figure["plain"]["value"]
    if not best["se"] or abs(apart) < best["se"]:
        return []
    return [
        "Some customers were likelier to be asked than others. By the probability of each, the "
        f"score of all who came is {form.value(best['value'])} ({form.interval(best)}), not "
        f"{form.value(figure['plain']['value'])}."
    ]


def steps(found: Row) -> list[str]:
    """What to do: look at the alarms, and send the invitations."""
    plan = found["next_period"]
    if not plan:
        return []
    text = []
    scores = [one["point"] for one in plan["alarms"] if one["kind"] != "rate"]
    silent = [one["point"] for one in plan["alarms"] if one["kind"] == "rate"]
    if scores:
        text.append(f"Look at {listed(scores)} now: an alarm stands there.")
    if silent:
        text.append(
            f"Look whether invitations arrive at {listed(silent)}: fewer answer than before."
        )
    text.append(
        f"Ask in {when(plan['next'], plan['period'])} as planned below: {plan['planned']:,} "
        "answers."
    )
    return text
