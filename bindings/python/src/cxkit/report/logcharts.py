"""The pictures of contact logs and promises."""

from __future__ import annotations

import matplotlib

from .charts import ACCENT, INK, LOW, MUTED, broken, column, empty, interval, styled, svg
from .shapes import Row


@styled
def patience(name: str, found: Row, title: str, description: str) -> str:
    """Who is still waiting, second by second, with the band of the intervals."""
    figure, axes = empty(2.7)
    axes.grid(axis="y")
    rows = [{"time": 0, "survival": 1, "ci_low": 1, "ci_high": 1}, *found["curve"]]
    drawn = [row for row in rows if row["ci_low"] is not None and row["ci_high"] is not None]
    axes.fill_between(
        [row["time"] for row in drawn],
        [100 * row["ci_low"] for row in drawn],
        [100 * row["ci_high"] for row in drawn],
        step="post",
        color=ACCENT,
        alpha=0.2,
        linewidth=0,
    )
    axes.step(
        [row["time"] for row in rows],
        [100 * row["survival"] for row in rows],
        where="post",
        color=ACCENT,
        linewidth=1.8,
    )
    median = found["median"]
    if median and median["value"] <= rows[-1]["time"]:
        axes.plot([0, median["value"]], [50, 50], color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
        axes.plot([median["value"]] * 2, [0, 50], color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
    axes.set_ylim(0, 102)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(8, steps=[1, 2, 3, 6, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    axes.set_xlabel("seconds waited: share that would still wait")
    return svg(name, figure, title, description)


@styled
def waits(name: str, rows: list[Row], title: str, description: str) -> str:
    """Median waits by period with intervals; where one is open above, the line ends in the dot."""
    figure, axes = empty(2.4)
    axes.grid(axis="y")
    axes.spines["bottom"].set_visible(False)
    size = 60 if max(row["median"]["value"] for row in rows if row["median"]) >= 120 else 1
    for x, row in enumerate(rows):
        median = row["median"]
        if not median:
            continue
        high = median["value"] if median["ci_high"] is None else median["ci_high"]
        interval(axes, x, median["ci_low"] / size, high / size, ACCENT)
        axes.plot([x], [median["value"] / size], "o", color=ACCENT, markersize=5, zorder=3)
    at = list(range(0, len(rows), -(-len(rows) // 9)))
    axes.set_xticks(at, [broken(rows[x]["period"], len(at)) for x in at])
    axes.set_xlim(-0.6, len(rows) - 0.4)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.set_ylabel("minutes" if size == 60 else "seconds")
    return svg(name, figure, title, description)


@styled
def shares(name: str, rows: list[Row], least: str, title: str, description: str) -> str:
    """Shares with intervals, one below the other: label, estimate; `least` stands out."""
    figure, axes = empty(0.65 + 0.27 * len(rows))
    axes.grid(axis="x")
    for y, row in enumerate(rows[::-1]):
        estimate = row["estimate"]
        if not estimate:
            continue
        colour = LOW if row["label"] == least else ACCENT
        low, high = 100 * estimate["ci_low"], 100 * estimate["ci_high"]
        interval(axes, y, low, high, colour, vertical=False)
        axes.plot([100 * estimate["value"]], [y], "o", color=colour, markersize=6, zorder=3)
        column(axes, 48, y, f"{100 * estimate['value']:.1f}%", INK)
        column(axes, 98, y, f"{estimate['n']:,}", MUTED)
    axes.set_yticks(range(len(rows)), [row["label"] for row in rows[::-1]])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, 100)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    return svg(name, figure, title, description)
