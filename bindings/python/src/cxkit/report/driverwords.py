"""The shares of the items over waves, in words and as a picture."""

from __future__ import annotations

import matplotlib

from .charts import ACCENT, INK, LOW, MIDDLE, MUTED, empty, interval, styled, svg
from .problem import listed
from .shapes import Row
from .words import percent, written

ACROSS = 3


def moved(pooled: Row) -> list[tuple[Row, Row]]:
    """(item, wave) where a share left the rest of the pool beyond chance."""
    return [(item, row) for item in pooled["items"] for row in item["by_wave"] if row["moved"]]


def lead(pooled: Row) -> str:
    """The strongest items of all waves, and what moved."""
    top = listed([f"{item['title']} ({percent(item['share'])})" for item in pooled["items"][:3]])
    return f"Over {span(pooled)} most goes to {top}. {first(pooled)}{said(pooled)}"


def first(pooled: Row) -> str:
    """How many may be the first."""
    open_to = sum(item["rank_low"] == 1 for item in pooled["items"])
    return f"Any of {open_to} items may be the first. " if open_to > 1 else ""


def span(pooled: Row) -> str:
    waves = pooled["waves"]
    return f"the {len(waves)} waves {waves[0]} to {waves[-1]}"


def said(pooled: Row) -> str:
    """Which shares moved, or that none did."""
    found = moved(pooled)
    if not found:
        return "No share of a wave can be told from that of the other waves."
    parts = [
        f"{item['title']} in {row['wave']} ({percent(row['share'])}, "
        f"{points(row['rest']['value'])} points)"
        for item, row in found
    ]
    return f"Beyond chance away from the other waves: {listed(parts)}."


def points(value: float) -> str:
    """A difference of shares in percentage points, signed."""
    return written(100 * value, 0, True)


def missing(pooled: Row) -> str:
    """The items of the last wave that the pool does not have, and why."""
    parts = [f"{one['title']} ({listed(one['waves'])})" for one in pooled["missing"]]
    if not parts:
        return ""
    return f"Not in the pool, as too few rated them in some wave: {listed(parts)}."


def minute(found: Row) -> list[str]:
    """For the page that is read in a minute: only what moved."""
    pooled = found["drivers"] and found["drivers"].get("pooled")
    return [said(pooled)] if pooled and moved(pooled) else []


@styled
def waves(name: str, pooled: Row, title: str, description: str) -> str:
    """A panel for each item: the share of every wave with its interval, over that of the pool."""
    items = pooled["items"]
    lines = -(-len(items) // ACROSS)
    figure, grid = empty(
        0.4 + 1.55 * lines, nrows=lines, ncols=ACROSS, sharex=True, sharey=True, squeeze=False
    )
    labels = [row["wave"] for row in items[0]["by_wave"]]
    for at, axes in enumerate(grid.flat):
        if at >= len(items):
            axes.set_axis_off()
            continue
        item = items[at]
        low, high = item["share_low"], item["share_high"]
        if low is not None:
            axes.axhspan(100 * low, 100 * high, color=MIDDLE, alpha=0.35, linewidth=0)
        axes.axhline(100 * (item["share"] or 0), color=MUTED, linewidth=1)
        for x, row in enumerate(item["by_wave"]):
            if row["share"] is None:
                continue
            colour = LOW if row["moved"] else ACCENT
            if row["share_low"] is not None:
                interval(axes, x, 100 * row["share_low"], 100 * row["share_high"], colour)
            axes.plot([x], [100 * row["share"]], "o", color=colour, markersize=4.5)
        axes.set_title(item["title"], color=INK, fontsize=10.5, loc="left")
        axes.set_xlim(-0.6, len(labels) - 0.4)
        axes.set_xticks([0, len(labels) - 1], [labels[0], labels[-1]])
    grid[0][0].set_ylim(0, None)
    for line in grid:
        line[0].yaxis.set_major_formatter(
            matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:.0f}%")
        )
    return svg(name, figure, title, description)
