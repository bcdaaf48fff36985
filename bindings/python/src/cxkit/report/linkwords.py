"""Links between a score and what customers did, in words and as a picture."""

from __future__ import annotations

import matplotlib

from .charts import ACCENT, INK, MUTED, empty, interval, styled, svg
from .problem import listed
from .shapes import Row
from .words import percent, written

REASONS = {
    "no-value": "there is no estimate",
    "no-standard-error": "the estimate has no error",
    "cells": "too few customers said one of yes and no",
    "power": "an effect of the size that matters could have been missed",
    "no-effect-stated": "no size that matters was stated",
}


def points(value: float | None, digits: int = 1) -> str:
    """A share as percentage points, signed."""
    return "-" if value is None else written(100 * value, digits, True)


def lead(links: Row) -> str:
    """The verdicts, shortest first."""
    found: dict[str, list[str]] = {"link found": [], "no link found": [], "not testable with these data": []}
    for one in links["links"]:
        found[one["verdict"]["words"]].append(f"“{one['title']}”")
    said = [f"{words}: {listed(titles)}" for words, titles in found.items() if titles]
    text = "; ".join(said)
    return text[:1].upper() + text[1:] + "." if text else ""


def adjusted(links: Row) -> str:
    if not links["adjust"]:
        return "nothing but the wave is adjusted for"
    return f"adjusted for {listed(links['adjust'])} and the wave"


def order(links: Row) -> str:
    """What the order in time allows."""
    if links["order"] == "behaviour first":
        return (
            "Customers did or met this before they answered, so the score cannot have brought it "
            "about; at most it is the other way round."
        )
    if links["order"] == "score first":
        return "The score came before what they did."
    return "Which of the two came first is not known."


def spoken(share: float) -> str:
    """A change of a share, without a sign."""
    whole = round(100 * share, 1).is_integer()
    return f"{written(100 * share, 0 if whole else 1)} percentage points"


def verdict(one: Row, smallest: float, of: str) -> str:
    """One link: what may be said of it."""
    said, change = one["verdict"], one["all"]["estimate"]
    if said["words"] == "link found":
        low, high = change["ci_low"], change["ci_high"]
        text = (
            f"One more point of “{of}” {one['evidence']['phrase']} {points(change['value'])} "
            f"percentage points of “{one['title']}” ({points(low)} to {points(high)})."
        )
        if said["negligible"]:
            text += f" That is surely less than the {spoken(smallest)} that would matter."
        return text
    if said["words"] == "no link found":
        return (
            f"“{one['title']}”: no link found with “{of}”. A change of {spoken(smallest)} for one "
            f"more point of it would have been found with {percent(said['power'])} certainty."
        )
    text = f"“{one['title']}”: not testable with these data; {REASONS[said['reason']]}"
    if said.get("detectable"):
        text += f" (what would be found: {spoken(said['detectable'])} for one more point)"
    return text + "."


def minute(found: Row) -> list[str]:
    """For the page that is read in a minute."""
    links = found["links"]
    return [verdict(one, links["smallest"], links["title"]) for one in links["links"]] if links else []


@styled
def links(name: str, links: Row, title: str, description: str) -> str:
    """The change of the share for one more point: all waves, and each of them."""
    rows = [
        (row.get("wave", "All waves"), row["estimate"], one["title"], position)
        for one in links["links"]
        for position, row in enumerate([one["all"], *one["by_wave"][::-1]])
        if row["estimate"]
    ]
    figure, axes = empty(0.5 + 0.24 * len(rows) + 0.3 * len(links["links"]))
    axes.axvline(0, color=MUTED, linewidth=1)
    smallest = 100 * links["smallest"]
    axes.axvspan(-smallest, smallest, color=MUTED, alpha=0.12, linewidth=0)
    y, ticks, labels = 0.0, [], []
    for at, (label, change, heading, position) in list(enumerate(rows))[::-1]:
        colour = ACCENT if position == 0 else MUTED
        low, value, high = (100 * change[key] for key in ("ci_low", "value", "ci_high"))
        interval(axes, y, low, high, colour, vertical=False)
        axes.plot([value], [y], "o", color=colour, markersize=6.5 if position == 0 else 4.5)
        ticks.append(y)
        labels.append(label)
        y += 1
        if at == 0 or rows[at - 1][2] != heading:
            axes.text(
                0,
                y - 0.25,
                heading,
                color=INK,
                fontweight="bold",
                transform=axes.get_yaxis_transform(),
            )
            y += 0.9
    axes.set_yticks(ticks, labels)
    axes.set_ylim(-0.6, y - 0.4)
    axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: written(v, 0, True)))
    return svg(name, figure, title, description)
