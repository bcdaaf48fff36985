"""The table [business_case] of cxkit.toml: links, values and costs of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .shapes import Row
from .tomltable import Table

NUMBER, TEXT = (int, float), str
AMOUNT: Row = {"sd": NUMBER, "bounds": list, "spread": TEXT, "source": TEXT}
LINK: Row = {
    "name": TEXT,
    "from_unit": TEXT,
    "to_unit": TEXT,
    "lag": list,
    "spread": TEXT,
    "per": TEXT,
    "source": TEXT,
}
KINDS: dict[str, Row] = {
    "metric": {"area": TEXT, "unit": TEXT, "better": TEXT},
    "link": LINK
    | {
        "se": NUMBER,
        "df": NUMBER,
        "evidence": (int, str),
        "form": TEXT,
        "base": NUMBER,
        "direct": bool,
        "start": int,
        "observed": list,
        "observed_periods": NUMBER,
        "held": NUMBER,
        "decay": NUMBER,
    },
    "assume": LINK
    | AMOUNT
    | {"form": TEXT, "base": NUMBER, "start": int, "held": NUMBER, "decay": NUMBER},
    "value": LINK | AMOUNT,
    "cost": AMOUNT | {"first": int, "last": int},
    "observe": {"se": NUMBER},
    "total": {"se": NUMBER},
}


@dataclass(frozen=True)
class Step:
    """One call of the case: its kind, what it is about, and its keywords."""

    kind: str
    given: tuple[Any, ...]
    keywords: Row


@dataclass(frozen=True)
class BusinessCase:
    """What an initiative is worth."""

    title: str
    keywords: Row
    draws: int
    seed: int
    languages: tuple[str, ...]
    steps: tuple[Step, ...]


def business_case(table: Table) -> BusinessCase:
    keywords = {
        "currency": table.text("currency", required=True),
        "rate": float(table.take("rate", NUMBER, required=True)),
        "horizon": table.take("horizon", int, required=True),
        **taken(
            table,
            {
                "population": NUMBER,
                "growth": NUMBER,
                "capacity": NUMBER,
                "periods_a_year": NUMBER,
                "mid_period": bool,
            },
        ),
    }
    languages = table.texts("languages") or ("en",)
    for language in languages:
        if language not in ("en", "fi"):
            raise table.problem("languages", f'has "{language}"; it can be en or fi')
    found = BusinessCase(
        title=table.text("title", "The case"),
        keywords=keywords,
        draws=table.number("draws", int, 1000, 10**6, 20000),
        seed=table.number("seed", int, 0, 2**63 - 1, 1),
        languages=languages,
        steps=tuple(
            step(type(table)(table.reader, f"business_case.{kind}", one), kind)
            for kind in KINDS
            for one in table.take(kind, list, [])
        ),
    )
    table.end()
    return found


def taken(table: Table, keys: Row) -> Row:
    found = {key: table.take(key, kind) for key, kind in keys.items()}
    return {key: value for key, value in found.items() if value is not None}


def step(table: Table, kind: str) -> Step:
    given: tuple[Any, ...]
    if kind in ("link", "assume", "value"):
        given = (
            table.text("from", required=True),
            table.text("to", required=True),
            float(table.take("value", NUMBER, required=True)),
        )
    elif kind in ("observe", "total"):
        given = (
            table.text("metric", required=True),
            table.take("period", int, required=True),
            float(table.take("change", NUMBER, required=True)),
        )
    elif kind == "cost":
        given = (
            table.text("name", required=True),
            float(table.take("amount", NUMBER, required=True)),
        )
    else:
        given = (table.text("name", required=True),)
    found = Step(kind, given, taken(table, KINDS[kind]))
    table.end()
    return found
