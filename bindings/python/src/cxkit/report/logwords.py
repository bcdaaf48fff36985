"""What contact logs, promises and cases say, in sentences. Nothing is computed."""

from __future__ import annotations

from typing import Any

from .problem import listed
from .shapes import Row
from .words import Numbers, percent, written

SHARE = Numbers("fraction")


def count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def share(estimate: Row, exact: bool = True) -> str:
    """'74.9% (74.2 to 75.7%)'."""
    return f"{SHARE.value(estimate['value'], exact)} ({SHARE.interval(estimate, exact)})"


def lasting(seconds: Any) -> str:
    """A duration in the unit in which it is read."""
    if seconds is None:
        return "not reached"
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{written(seconds / size, 1)} {unit}"
    return f"{written(seconds, 0)} seconds"


def span(estimate: Row | None) -> str:
    """A duration with its interval: '4.7 minutes (4.4 to 5.1 minutes)'."""
    if estimate is None:
        return "not reached"
    return f"{lasting(estimate['value'])} ({limits(estimate)})"


def limits(estimate: Row) -> str:
    """'4.4 to 5.1 minutes'."""
    low, high = lasting(estimate["ci_low"]), lasting(estimate["ci_high"])
    if estimate["ci_high"] is None:
        return f"{low} or more"
    if low.split()[-1] == high.split()[-1]:
        low = low.split()[0]
    return f"{low} to {high}"


def days(number: float) -> str:
    return f"{number:g} day" + ("" if number == 1 else "s")


def seen(part: Row) -> str:
    """From which moment everything is seen."""
    how = "as stated" if part["now_stated"] else "the last time in the data, as none is stated"
    when = part["now"].replace("T", " ").removesuffix(" 00:00:00")
    return f"Seen from {when} UTC ({how})."


def source(part: Row) -> str:
    return f"{count(part['rows'], 'row')} from {listed(f['name'] for f in part['files'])}."


# -- contacts ------------------------------------------------------------------------------------


def first_contact(contacts: Row) -> str:
    found = contacts["first_contact"]
    window = days(contacts["window_days"])
    if found is None:
        return f"First contact resolution cannot be given: {contacts['problem']}."
    text = f"In {share(found)} of issues one contact was enough: no other came within {window}."
    return text


def unserved(contacts: Row) -> Row | None:
    """The channel that fewest stayed in, when its interval lies below that of every other."""
    stayed = [row for row in contacts["moves"] if row["to"] is None and row["estimate"]]
    if len(stayed) < 2:
        return None
    low, *rest = sorted(stayed, key=lambda row: float(row["estimate"]["value"]))
    apart = all(low["estimate"]["ci_high"] < row["estimate"]["ci_low"] for row in rest)
    return low if apart else None


def moved(contacts: Row) -> str:
    """Which channel did not serve."""
    low = unserved(contacts)
    if low is None:
        return ""
    others = [row for row in contacts["moves"] if row["from"] == low["from"] and row["to"]]
    text = f"{low['from'].capitalize()} does not serve: only {share(low['estimate'])} of the "
    text += "issues that began there stayed there"
    if others:
        most = max(others, key=lambda row: float(row["estimate"]["value"]))
        text += f"; {share(most['estimate'])} went to {most['to']}"
    return text + "."


def channels(moves: list[Row]) -> list[str]:
    return list(dict.fromkeys(row["from"] for row in moves))


def move(moves: list[Row], start: str, to: str | None) -> Row | None:
    for row in moves:
        if row["from"] == start and row["to"] == to:
            return row
    return None


def patient(contacts: Row) -> str:
    found = contacts["patience"]
    gone = f"{found['abandoned']:,} of {found['n']:,} who queued gave up"
    if found["median"] is None:
        return f"{gone}: too few for a median of patience."
    return f"Half of the customers give up by {span(found['median'])} of waiting; {gone}."


def slow(contacts: Row) -> str:
    """The period with the longest waits, when its interval lies above that of every other."""
    rows = [row for row in contacts["waits"] if row["median"]]
    if len(rows) < 2:
        return ""
    top, *rest = sorted(rows, key=lambda row: -float(row["median"]["value"]))
    if any(other["median"]["ci_high"] is None for other in rest) or not all(
        top["median"]["ci_low"] > other["median"]["ci_high"] for other in rest
    ):
        return ""
    return (
        f"Waits were longest in the {contacts['every']} of {top['period']}: half waited longer "
        f"than {span(top['median'])} for somebody."
    )


def quiet(contacts: Row) -> str:
    found = contacts["silent"]
    extra = found["beyond_chance"]
    if not found["silent"]:
        return (
            f"None of {count(found['customers'], 'customer')} has been silent for longer than "
            "their own rhythm explains."
        )
    text = (
        f"{found['silent']:,} of {count(found['customers'], 'customer')} have been silent for "
        "longer than their own rhythm explains"
    )
    if extra["ci_low"] <= 0:
        return text + ", which is no more than chance alone would give."
    return text + f"; {share(extra)} of customers beyond what chance alone would give."


# -- promises and cases --------------------------------------------------------------------------


def promised(promises: Row) -> str:
    if promises["kept"] is None:
        return f"The share of promises kept cannot be given: {promises['problem']}."
    text = f"Of {count(promises['kept']['n'], 'promise')} that were due, {share(promises['kept'])} "
    return text + "were kept in time."


def least(promises: Row) -> Row | None:
    """The kind that is kept least, when its interval lies below that of every other."""
    rows = [row for row in promises["kinds"] if row["kept"]]
    if len(rows) < 2:
        return None
    low, *rest = sorted(rows, key=lambda row: float(row["kept"]["value"]))
    apart = all(low["kept"]["ci_high"] < row["kept"]["ci_low"] for row in rest)
    return low if apart else None


def broken(promises: Row) -> str:
    low = least(promises)
    if low is None:
        return ""
    return f"“{low['kind']}” is the promise that is broken most: {share(low['kept'])} kept."


def answered(cases: Row) -> str:
    whole = cases["answer"][0]
    if whole["within"]:
        level = f"{cases['level_hours']:g} hours"
        return f"{share(whole['within'])} of cases were answered within {level}."
    if whole["median"]:
        return f"Half of the cases were answered within {span(whole['median'])}."
    return "Too few cases were answered to say how long it takes."


# -- modes ---------------------------------------------------------------------------------------


def mixed(score: Row) -> str:
    """Whether the modes of asking may be read together."""
    modes = score["modes"]
    if len(modes["rows"]) < 2:
        return "All answers came in one way, so there is no mode to compare."
    if modes["mixed"]:
        return (
            "The ways of asking give different scores, so the score of all moves when their mix "
            "does: read each of them, or keep the mix fixed."
        )
    return "The ways of asking cannot be told apart by their scores."


def sure(found: Row) -> list[str]:
    """What belongs to how sure the figures are."""
    titles = [
        f"“{score['title']}”"
        for score in found["scores"]
        if score["modes"] and score["modes"]["mixed"]
    ]
    if not titles:
        return []
    return [
        f"{listed(titles)} {'was' if len(titles) == 1 else 'were'} asked in several ways that "
        "give different scores; the whole mixes them. Compare waves only while the mix stays."
    ]


def minute(found: Row) -> list[str]:
    """One sentence for each part, for the summary."""
    text = []
    contacts, promises, cases = found["contacts"], found["promises"], found["cases"]
    if contacts:
        served = moved(contacts)
        first = contacts["first_contact"]
        if served and first:
            served = served[0].lower() + served[1:].removesuffix(".")
            text.append(f"{first_contact(contacts).removesuffix('.')}; {served}.")
        else:
            text.append(first_contact(contacts))
    if promises:
        worst = broken(promises)
        text.append(promised(promises).removesuffix(".") + (f"; {worst}" if worst else "."))
    if cases:
        text.append(answered(cases))
    return text


def steps(found: Row) -> list[str]:
    """What to do about them."""
    text = []
    low = unserved(found["contacts"]) if found["contacts"] else None
    if low:
        text.append(
            f"Find out what customers cannot get done in {low['from']}, or do not send them there."
        )
    if found["promises"] and (worst := broken(found["promises"])):
        text.append(f"Promise later, or keep the promise: {worst[0]}{worst[1:]}")
    return text


def may_not(found: Row) -> list[str]:
    """What does not follow from logs."""
    text = []
    if found["contacts"]:
        text.append(
            "That an issue was solved: a customer who does not come back may have given up, or "
            "gone elsewhere."
        )
    if found["promises"]:
        text.append("That a promise that was kept was the one the customer needed.")
    return text


def no_id(contacts: Row) -> str:
    found = contacts["first_contact"]
    if found is None or found["no_id_share"] is None:
        return ""
    share_without = percent(found["no_id_share"], 1)
    return f"{share_without} of contacts have no customer id and are in no figure."
