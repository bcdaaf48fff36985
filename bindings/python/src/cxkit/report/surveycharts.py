"""The pictures of windows, silence, waits and coverage."""

from __future__ import annotations

from typing import Any

import matplotlib

from .charts import (
    ACCENT,
    INK,
    LOW,
    MIDDLE,
    MUTED,
    PAPER,
    broken,
    column,
    empty,
    interval,
    styled,
    svg,
)
from .shapes import Row, Say
from .surveywords import MANY

MARKS = {"up": ("^", ACCENT), "down": ("v", LOW)}


@styled
def windows(name: str, trend: Row, shown: Say, title: str, description: str) -> str:
    """A score by windows of time; triangles where it changed beyond chance."""
    rows, panel = trend["rows"], trend["panel"]
    figure, axes = empty(2.7)
    axes.grid(axis="y")
    axes.spines["bottom"].set_visible(False)
    drawn = [(x, row) for x, row in enumerate(rows) if row["estimate"]]
    many = len(rows) > MANY
    axes.plot(
        [x for x, _ in drawn],
        [row["estimate"]["value"] for _, row in drawn],
        color=ACCENT if many else MUTED,
        linewidth=1.4 if many else 1,
        alpha=1 if many else 0.45,
        zorder=1,
    )
    if many:
        axes.fill_between(
            [x for x, _ in drawn],
            [row["estimate"]["ci_low"] for _, row in drawn],
            [row["estimate"]["ci_high"] for _, row in drawn],
            color=ACCENT,
            alpha=0.2,
            linewidth=0,
        )
    for x, row in drawn:
        window(axes, x, row, shown, many)
    if panel and not many:
        points = [(x, row) for x, row in enumerate(panel["rows"]) if row["value"] is not None]
        axes.plot(
            [x + 0.22 for x, _ in points],
            [row["value"] for _, row in points],
            "D",
            color=PAPER,
            markeredgecolor=MUTED,
            markersize=4,
            zorder=3,
        )
    at = list(range(0, len(rows), -(-len(rows) // 9)))
    axes.set_xticks(at, [broken(rows[x]["period"], len(at)) for x in at])
    axes.set_xlim(-0.6, len(rows) - 0.4)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.08 * (high - low))
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: shown(value))
    return svg(name, figure, title, description)


def window(axes: Any, x: int, row: Row, shown: Say, many: bool) -> None:
    """One window: a triangle where it changed, else a dot, which is left out of many."""
    estimate = row["estimate"]
    marker, colour = MARKS.get(row["change"]["flag"] if row["change"] else "none", ("o", MUTED))
    if many and marker == "o":
        return
    if not many:
        interval(axes, x, estimate["ci_low"], estimate["ci_high"], colour)
    size = 5 if marker == "o" else 8
    axes.plot([x], [estimate["value"]], marker, color=colour, markersize=size, zorder=3)
    if marker != "o":
        axes.annotate(
            shown(estimate["value"]),
            (x, estimate["ci_high"]),
            (0, 4),
            textcoords="offset points",
            ha="center",
            color=INK,
        )


@styled
def silent(
    name: str, bounds: Row, weighted: Row | None, shown: Say, title: str, description: str
) -> str:
    """What the score of all who were asked could be."""
    rows = [("as answered", bounds["range"][0], ACCENT)]
    if weighted and weighted["estimate"]:
        rows.append(("weighted", weighted["estimate"], INK))
    for row in bounds["range"][1:]:
        if row["value"] is not None:
            way = "lower" if row["delta"] < 0 else "higher"
            label = f"all, were the silent {shown(abs(row['delta'])).removesuffix('%')} {way}"
            rows.append((label, row, MUTED))
    figure, axes = empty(0.95 + 0.27 * (len(rows) + 1))
    axes.grid(axis="x")
    axes.axvline(bounds["threshold"], color=LOW, linewidth=1.2, linestyle=(0, (3, 3)))
    axes.plot(
        [bounds["low"], bounds["high"]],
        [0, 0],
        color=MIDDLE,
        linewidth=7,
        solid_capstyle="butt",
        zorder=2,
    )
    column(axes, 96, 0, f"{shown(bounds['low'])} to {shown(bounds['high'])}", MUTED)
    for y, (_, row, colour) in enumerate(reversed(rows), 1):
        interval(axes, y, row["ci_low"], row["ci_high"], colour, vertical=False)
        axes.plot([row["value"]], [y], "o", color=colour, markersize=6.5, zorder=3)
        column(axes, 96, y, shown(row["value"]), INK)
    labels = ["all, whatever they think", *(label for label, _, _ in reversed(rows))]
    axes.set_yticks(range(len(rows) + 1), labels)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(-0.6, len(rows) + 0.5)
    axes.xaxis.set_major_formatter(lambda value, _: shown(value))
    axes.set_xlabel(f"dashed: {bounds['threshold_is']}")
    return svg(name, figure, title, description)


@styled
def tolerance(name: str, found: Row, title: str, description: str) -> str:
    """The fitted curve of the score along the wait, and the wait at which it has fallen."""
    figure, axes = empty(2.7)
    axes.grid(axis="y")
    curve, size = found["curve"], 60 if found["longest"] >= 300 else 1
    x = [t / size for row in curve for t in (row["wait_from"], row["wait_to"])]
    y = [v for row in curve for v in (row["fitted_from"], row["fitted_to"])]
    axes.axvspan(found["band"][0] / size, found["band"][1] / size, color=MIDDLE, alpha=0.3, lw=0)
    axes.axhline(found["level"], color=LOW, linewidth=1.2, linestyle=(0, (3, 3)))
    axes.plot(x, y, color=ACCENT, linewidth=1.8, zorder=3)
    estimate = found["estimate"]
    if found["identified"]:
        end = found["longest"] if estimate["ci_high"] is None else estimate["ci_high"]
        interval(
            axes,
            found["level"],
            estimate["ci_low"] / size,
            end / size,
            INK,
            vertical=False,
            width=3,
        )
        axes.plot([estimate["value"] / size], [found["level"]], "o", color=INK, zorder=4)
    axes.set_xlim(left=0)
    unit = "minutes" if size == 60 else "seconds"
    axes.set_xlabel(f"{unit} waited; grey: the reference, dashed: the score after the drop")
    return svg(name, figure, title, description)
