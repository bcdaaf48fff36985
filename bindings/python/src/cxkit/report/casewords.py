"""The business case in words and as pictures."""

from __future__ import annotations

import math

import matplotlib

from .charts import ACCENT, INK, LOW, MUTED, empty, styled, svg
from .shapes import Row
from .words import percent, written

VERDICTS = {
    "pays": "It pays",
    "undecided": "Whether it pays cannot be told",
    "does not pay": "It does not pay",
}


def figure(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return "-"
    size = abs(value)
    if size == 0 or size >= 100:
        return written(value, 0)
    digits = 2 if size >= 1 else min(8, 2 - math.floor(math.log10(size)))
    return written(value, digits)


def money(value: float | None, currency: str, sign: bool = False) -> str:
    """An amount, to three digits that count where it is large."""
    if value is None:
        return "-"
    size = abs(value)
    if size >= 1e6:
        return f"{written(value / 1e6, 2 if size < 1e7 else 1, sign)} million {currency}"
    step = 10 ** max(0, math.floor(math.log10(size)) - 2) if size >= 1 else 1
    digits = 0 if size >= 100 or size < 0.005 else 2
    rounded = value if digits else round(value / step) * step
    return f"{written(rounded, digits, sign)} {currency}"


def unit(link: Row) -> str:
    """What a link counts in."""
    if not link["from_unit"]:
        return str(link["to_unit"])
    return f"{link['from_unit']} → {link['to_unit']}"


def first_unit(case: Row) -> str:
    """The unit of the effect of the initiative."""
    return next((str(row["to_unit"]) for row in case["links"] if not row["from_unit"]), "")


def lead(case: Row) -> str:
    currency = case["currency"]
    return (
        f"{VERDICTS[case['decision']]}: {money(case['npv'], currency)} over {case['horizon']} "
        f"{case['period']} ({percent(case['confidence'])} of the draws from "
        f"{money(case['npv_low'], currency)} to {money(case['npv_high'], currency)}); "
        f"{percent(case['p_positive'])} end with a gain. "
        f"Evidence {case['evidence']}, {case['level']}: the least of its links."
    )


def next_to_measure(case: Row) -> str:
    """The input that it is worth most to know."""
    known = [row for row in case["information"] if (row["evppi"] or 0) > 0]
    if not known:
        return "Nothing that could be learned about its inputs would change the decision."
    first = known[0]
    return (
        f"Measure “{first['name']}” next: to know it exactly is worth up to "
        f"{money(first['evppi'], case['currency'])} before deciding."
    )


def minute(found: Row) -> list[str]:
    case = found["business_case"]
    return [f"{case['title']}. {lead(case)}"] if case else []


def steps(found: Row) -> list[str]:
    case = found["business_case"]
    return [next_to_measure(case)] if case else []


@styled
def tornado(name: str, case: Row, title: str, description: str) -> str:
    """What the value would be with each input at its tenth and ninetieth percentile."""
    shown = case["tornado"][:10][::-1]
    scale, unit = (1e6, "million ") if abs(case["npv"]) >= 1e6 else (1e3, "thousand ")
    figure, axes = empty(0.9 + 0.38 * len(shown))
    for y, row in enumerate(shown):
        low, high = row["npv_low"] / scale, row["npv_high"] / scale
        axes.barh([y], [high - low], left=low, height=0.55, color=ACCENT, alpha=0.85)
        axes.plot([low], [y], "|", color=INK, markersize=12)
    axes.axvline(0, color=LOW, linewidth=1)
    axes.axvline(case["npv_median"] / scale, color=MUTED, linewidth=1, linestyle="--")
    axes.set_yticks(range(len(shown)), [row["name"] for row in shown])
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: written(v, 1)))
    axes.set_xlabel(f"net present value, {unit}{case['currency']}; dashed: the median")
    return svg(name, figure, title, description)
