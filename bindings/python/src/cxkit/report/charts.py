"""The pictures, as SVG that follows the page's colours and keeps its text as text.

Colours are drawn as place holders and replaced by the page's variables, so that one picture serves
light, dark and paper.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import matplotlib
from matplotlib.figure import Figure

from .shapes import Row, Say

Draw: TypeAlias = Callable[..., str]

INK, MUTED, GRID = "#010101", "#020202", "#030303"
ACCENT, LOW, PAPER, MIDDLE = "#040404", "#050505", "#060606", "#070707"
VARIABLES = {
    INK: "var(--ink, #1a1d21)",
    MUTED: "var(--muted, #5b636e)",
    GRID: "var(--grid, #dfe3e8)",
    ACCENT: "var(--accent, #0b5fa5)",
    LOW: "var(--low, #c2410c)",
    PAPER: "var(--paper, #ffffff)",
    MIDDLE: "var(--middle, #b9c0c9)",
}
STYLE: Any = {
    "svg.fonttype": "none",
    "font.size": 11,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "text.color": INK,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 1,
    "axes.axisbelow": True,
    "path.simplify": False,
    "axes.unicode_minus": True,
}
WIDTH = 7.4


def svg(name: str, figure: Figure, title: str, description: str) -> str:
    """The figure as an <svg> element with a title and a description."""
    out = io.StringIO()
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, variable)
    text = re.sub(r"'DejaVu Sans'", "var(--sans, sans-serif)", text)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    head = text[: text.index(">") + 1]
    box = head.split('viewBox="')[1].split('"')[0]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>'
    )
    return opening + text[text.index(head) + len(head) :].strip()


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def styled(draw: Draw) -> Draw:
    @functools.wraps(draw)
    def inner(*arguments: Any, **options: Any) -> str:
        with matplotlib.rc_context(STYLE):
            return draw(*arguments, **options)

    return inner


def empty(height: float, width: float = WIDTH, **grid: Any) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(**grid)


def interval(
    axes: Any,
    position: float,
    low: float,
    high: float,
    colour: str,
    vertical: bool = True,
    width: float = 1.6,
) -> None:
    along = ([position, position], [low, high]) if vertical else ([low, high], [position, position])
    axes.plot(*along, color=colour, linewidth=width, solid_capstyle="round", zorder=2)


def column(axes: Any, offset: float, y: float, text: str, colour: str) -> None:
    """A text right of the axes, its right edge `offset` points away."""
    axes.annotate(
        text,
        (1, y),
        (offset, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        ha="right",
        va="center",
        color=colour,
    )


def broken(label: str, count: int) -> str:
    """A label on two lines where many stand side by side."""
    return "\n".join(label.rsplit(" ", 1)) if count > 5 else label


@styled
def trend(
    name: str, waves: list[Row], same: Row | None, shown: Say, title: str, description: str
) -> str:
    """A score by wave with intervals; `shown` writes a value."""
    figure, axes = empty(2.5)
    axes.grid(axis="y")
    axes.spines["bottom"].set_visible(False)
    values = [wave["value"] for wave in waves]
    axes.plot(range(len(waves)), values, color=ACCENT, linewidth=1, alpha=0.45, zorder=1)
    for x, wave in enumerate(waves):
        interval(axes, x, wave["ci_low"], wave["ci_high"], ACCENT)
    axes.plot(range(len(waves)), values, "o", color=ACCENT, markersize=6, zorder=3)
    if same:
        for x, wave in enumerate(same["waves"]):
            interval(axes, x + 0.12, wave["ci_low"], wave["ci_high"], MUTED, width=1)
        axes.plot(
            [x + 0.12 for x in range(len(waves))],
            [w["value"] for w in same["waves"]],
            "D",
            color=PAPER,
            markeredgecolor=MUTED,
            markersize=4.5,
            zorder=3,
        )
    for x, wave in enumerate(waves):
        top = max(wave["ci_high"], same["waves"][x]["ci_high"] if same else wave["ci_high"])
        axes.annotate(
            shown(wave["value"]),
            (x, top),
            (0, 5),
            textcoords="offset points",
            ha="center",
            color=INK,
        )
    axes.set_xticks(range(len(waves)), [broken(wave["wave"], len(waves)) for wave in waves])
    axes.set_xlim(-0.6, len(waves) - 0.4)
    everything = [*waves, *(same["waves"] if same else [])]
    low, high = min(w["ci_low"] for w in everything), max(w["ci_high"] for w in everything)
    room = (high - low) or abs(high) or 1
    axes.set_ylim(low - 0.15 * room, high + 0.3 * room)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: shown(value))
    return svg(name, figure, title, description)


@styled
def split(name: str, change: Row, shown: Say, title: str, description: str) -> str:
    """A change and its two parts."""
    figure, axes = empty(1.5)
    parts = [
        ("within points", change["within"]),
        ("mix of points", change["mix"]),
        ("change", change["change"]),
    ]
    axes.axvline(0, color=MUTED, linewidth=1)
    for y, (label, part) in enumerate(parts):
        colour = INK if label == "change" else ACCENT
        interval(axes, y, part["ci_low"], part["ci_high"], colour, vertical=False)
        axes.plot([part["value"]], [y], "o", color=colour, markersize=6)
        axes.annotate(
            shown(part["value"]),
            (part["value"], y),
            (0, 6),
            textcoords="offset points",
            ha="center",
            color=INK,
        )
    axes.set_yticks(range(3), [label for label, _ in parts])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(-0.5, 2.8)
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: shown(value))
    return svg(name, figure, title, description)


@styled
def points(
    name: str, rows: list[Row], overall: Row, shown: Say, title: str, description: str
) -> str:
    """Measurement points in order of their score, with intervals and answers."""
    figure, axes = empty(0.7 + 0.235 * len(rows))
    axes.axvspan(overall["ci_low"], overall["ci_high"], color=MIDDLE, alpha=0.28, linewidth=0)
    axes.axvline(overall["value"], color=MUTED, linewidth=1)
    colours = {"above": ACCENT, "below": LOW}
    for y, row in enumerate(rows):
        estimate = row["estimate"]
        verdict = row["rest"]["verdict"] if row["rest"] else ""
        colour = colours.get(verdict, MUTED)
        interval(axes, y, estimate["ci_low"], estimate["ci_high"], colour, vertical=False)
        axes.plot(
            [estimate["value"]],
            [y],
            {"above": "^", "below": "v"}.get(verdict, "o"),
            color=colour,
            markersize=6.5,
            zorder=3,
        )
        column(axes, 44, y, shown(estimate["value"]), INK)
        column(axes, 94, y, f"{row['n']:,}", MUTED)
    column(axes, 44, len(rows), "score", MUTED)
    column(axes, 94, len(rows), "answers", MUTED)
    axes.set_yticks(range(len(rows)), [row["point"] for row in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(-0.7, len(rows) + 0.4)
    axes.xaxis.set_major_formatter(lambda value, _: shown(value))
    return svg(name, figure, title, description)


def shades(score: Row, low: int, high: int) -> list[tuple[str, float]]:
    """(colour, opacity) of a step of the scale."""
    steps = high - low
    if score["metric"] == "nps":
        return [
            (LOW, 0.9 - 0.1 * a)
            if a <= 6
            else (MIDDLE, 1)
            if a <= 8
            else (ACCENT, 0.6 if a == 9 else 0.95)
            for a in range(11)
        ]
    found = []
    for step in range(steps + 1):
        place = step / steps * 2 - 1
        colour = MIDDLE if abs(place) < 0.2 else LOW if place < 0 else ACCENT
        found.append((colour, 1 if colour == MIDDLE else 0.35 + 0.6 * abs(place)))
    return found


@styled
def distribution(name: str, score: Row, title: str, description: str) -> str:
    """The answers of each wave as one bar."""
    waves = score["waves"][::-1]
    figure, axes = empty(0.75 + 0.34 * len(waves))
    low, high = score["scale"]
    colours = shades(score, low, high)
    for y, wave in enumerate(waves):
        left = 0.0
        for step, (colour, opacity) in zip(wave["distribution"], colours):
            share = 100 * step["value"]
            axes.barh(
                y,
                share,
                left=left,
                height=0.72,
                color=colour,
                alpha=opacity,
                edgecolor=PAPER,
                linewidth=0.8,
            )
            if share >= 5:
                axes.text(
                    left + share / 2,
                    y,
                    f"{share:.0f}",
                    ha="center",
                    va="center",
                    color=PAPER if opacity > 0.7 and colour != MIDDLE else INK,
                    fontsize=10,
                )
            if y == len(waves) - 1 and share >= 2.4:
                axes.text(
                    left + share / 2,
                    y + 0.5,
                    str(step["answer"]),
                    ha="center",
                    va="bottom",
                    color=MUTED,
                    fontsize=10,
                )
            left += share
    axes.set_yticks(range(len(waves)), [wave["wave"] for wave in waves])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_xlim(0, 100)
    axes.set_ylim(-0.5, len(waves) - 0.1)
    axes.spines["bottom"].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    return svg(name, figure, title, description)


@styled
def plan(name: str, plan: Row, title: str, description: str) -> str:
    """Answers per point now and next."""
    rows = plan["rows"][::-1]
    figure, axes = empty(0.75 + 0.235 * len(rows))
    axes.axvline(plan["floor"], color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
    for y, row in enumerate(rows):
        if row["now"] is not None:
            axes.plot([row["now"], row["next"]], [y, y], color=MIDDLE, linewidth=2, zorder=1)
            axes.plot(
                [row["now"]], [y], "o", color=PAPER, markeredgecolor=MUTED, markersize=6, zorder=2
            )
        axes.plot([row["next"]], [y], "o", color=ACCENT, markersize=6.5, zorder=3)
    axes.set_yticks(range(len(rows)), [row["point"] for row in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(left=0)
    axes.set_xlabel("answers: open = now, filled = next wave, dashed = floor")
    return svg(name, figure, title, description)


@styled
def ahead(name: str, plan: Row, title: str, description: str) -> str:
    """Answers per point of the next period, and what evidence of a change moves."""
    rows = plan["rows"][::-1]
    figure, axes = empty(0.75 + 0.27 * len(rows))
    for y, row in enumerate(rows):
        axes.plot([row["floor"]] * 2, [y - 0.3, y + 0.3], color=MUTED, linewidth=1, zorder=1)
        alone = row["without_evidence"]
        if alone is not None:
            axes.plot([alone, row["next"]], [y, y], color=MIDDLE, linewidth=2, zorder=1)
            axes.plot([alone], [y], "o", color=PAPER, markeredgecolor=MUTED, markersize=6, zorder=2)
        alarm = row["alarm"] not in (None, "none")
        axes.plot([row["next"]], [y], "o", color=LOW if alarm else ACCENT, markersize=6.5, zorder=3)
        if alarm:
            axes.annotate(
                "alarm",
                (max(row["next"], alone or 0), y),
                (8, 0),
                textcoords="offset points",
                va="center",
                color=LOW,
            )
    axes.set_yticks(range(len(rows)), [row["point"] for row in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(0, 1.12 * max(max(r["next"], r["without_evidence"] or 0) for r in rows) or 1)
    axes.set_xlabel("answers: filled = plan, open = by precision alone, line = floor")
    return svg(name, figure, title, description)


@styled
def drivers(name: str, drivers: Row, title: str, description: str) -> str:
    """Shares with their signs, and the gain of each item by size of the model."""
    items = drivers["items"][::-1]
    figure, (left, right) = empty(
        0.95 + 0.3 * len(items), ncols=2, sharey=True, width_ratios=[1.25, 1]
    )
    for y, item in enumerate(items):
        share = 100 * (item["share"] or 0)
        left.barh(y, share, height=0.62, color=ACCENT)
        sign = {1: "+", -1: "−"}.get(item["sign"], "0")
        left.text(share, y, f"\u2002{share:.0f}%\u2002{sign}", va="center", color=INK)
    left.set_yticks(range(len(items)), [item["title"] for item in items])
    left.tick_params(axis="y", labelcolor=INK)
    left.set_xlim(0, 128 * max((item["share"] or 0) for item in items) or 1)
    left.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    left.set_title("share of what the items explain", color=MUTED, fontsize=11, loc="left")
    count = len(items[0]["conditional"])
    most = [max(item["conditional"][size] for item in items) or 1 for size in range(count)]
    for y, item in enumerate(items):
        for size, gain in enumerate(item["conditional"]):
            right.barh(
                y,
                0.94,
                left=size - 0.47,
                height=0.86,
                color=ACCENT,
                linewidth=0,
                alpha=0.05 + 0.95 * max(gain, 0) / most[size],
            )
    right.set_xlim(-0.6, count - 0.4)
    right.set_xticks(range(count), [str(size) for size in range(count)])
    right.spines["bottom"].set_visible(False)
    right.set_title("gain beside other items", color=MUTED, fontsize=11, loc="left")
    return svg(name, figure, title, description)


@styled
def behaviours(name: str, behaviours: list[Row], title: str, description: str) -> str:
    """The share of yes by score band."""
    bands = [band["band"] for band in behaviours[0]["bands"]]
    figure, axes = empty(0.6 + 0.27 * len(bands) * len(behaviours) + 0.2 * len(behaviours))
    y, ticks, labels, top = 0.0, [], [], 0.0
    shades = [LOW, MUTED, ACCENT] if len(bands) == 3 else [LOW, ACCENT]
    for one in behaviours[::-1]:
        for band, colour in list(zip(one["bands"], shades))[::-1]:
            estimate = band["estimate"]
            if estimate:
                interval(
                    axes,
                    y,
                    100 * estimate["ci_low"],
                    100 * estimate["ci_high"],
                    colour,
                    vertical=False,
                )
                axes.plot([100 * estimate["value"]], [y], "o", color=colour, markersize=6.5)
                axes.annotate(
                    f"{100 * estimate['value']:.0f}%",
                    (100 * estimate["ci_high"], y),
                    (5, 0),
                    textcoords="offset points",
                    va="center",
                    color=INK,
                )
                top = max(top, 100 * estimate["ci_high"])
            ticks.append(y)
            labels.append(band["band"])
            y += 1
        axes.text(
            0,
            y - 0.25,
            one["title"],
            color=INK,
            fontweight="bold",
            transform=axes.get_yaxis_transform(),
        )
        y += 0.9
    axes.set_yticks(ticks, labels)
    axes.set_ylim(-0.6, y - 0.4)
    axes.set_xlim(0, min(100, top * 1.12) or 100)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    return svg(name, figure, title, description)
