"""The plan of the next period, alarms and the gate's log in words; nothing is computed."""

from __future__ import annotations

from .problem import listed
from .shapes import Row
from .words import Numbers, numbers, percent, written

SHARE = Numbers("fraction")
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
            f" For this period that makes the error of the whole {percent(plan['error'], 1)} larger "
            "than the best plan would."
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


def bound(value: float | None) -> str:
    return "none" if value is None else written(value, 0)


def standing(row: Row) -> str:
    """The state of a point in a word or two."""
    if row["alarm"] == "score and rate":
        return "alarm: score and response"
    if row["alarm"] == "rate":
        return "alarm: response"
    if row["alarm"] != "none":
        return "alarm"
    return "learning" if row["state"] == "learning" else "watched"


def promise(plan: Row) -> str:
    """What an alarm means."""
    unit = f"{plan['period']}s"
    text = (
        f"False alarms come no more often than once in {plan['arl']:g} {unit} on average, whichever "
        f"points are asked, as long as no point is below its reference: the lower limit of "
        f"{plan['baseline']} earlier answers or more. "
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
    rows = [row for row in gate["classes"] if row["contacts"]]
    if len(rows) < 2:
        return ""
    low = min(rows, key=lambda row: (row["eligible"]["value"], -row["contacts"]))
    high = max(rows, key=lambda row: (row["eligible"]["value"], row["contacts"]))
    if low["eligible"]["ci_high"] >= high["eligible"]["ci_low"]:
        return ""
    return (
        f"Customers of class {low['frequency']} could be asked in "
        f"{SHARE.value(low['eligible']['value'])} of their visits, those of class "
        f"{high['frequency']} in {SHARE.value(high['eligible']['value'])}: figures of all customers "
        "need weights by class."
    )


def minute(found: Row) -> list[str]:
    """For the summary: the alarms."""
    plan = found["next_period"]
    if not plan:
        return []
    form = numbers(found["scores"][0])
    return [
        f"Alarm at {one['point']} since {when(one['since'], plan['period'])}: {kind(one)}; "
        f"{'response' if one['kind'] == 'rate' else 'change'} measured since then: "
        f"{sized(one, form)}."
        for one in plan["alarms"]
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
        f"Ask in {when(plan['next'], plan['period'])} as planned below: {plan['planned']:,} answers."
    )
    return text
