"""The business case: what comes of it, how sure that is, and what to measure next."""

from __future__ import annotations

import cxkit as cx

from .casefiles import BusinessCase, Step
from .config import Config
from .measure import finite
from .problem import Problem
from .shapes import Log, Row

FIGURES = (
    "npv",
    "npv_low",
    "npv_high",
    "npv_median",
    "p_positive",
    "shortfall",
    "loss_if_wrong",
    "benefit",
    "cost",
    "roi",
    "roi_low",
    "roi_high",
    "p_paid_back",
    "payback",
    "break_even_factor",
    "break_even",
    "value_of_information",
    "confidence",
    "evidence",
    "level",
    "decision",
    "currency",
)


PERIODS = {4: "quarters", 12: "months", 52: "weeks"}


def report(config: Config, log: Log) -> Row | None:
    """The case of cxkit.toml, drawn."""
    asked = config.business_case
    if not asked:
        return None
    log("business case")
    result = drawn(config, asked)
    found: Row = {key: finite(getattr(result, key)) for key in FIGURES}
    found |= {
        "title": asked.title,
        "horizon": asked.keywords["horizon"],
        "period": PERIODS.get(asked.keywords.get("periods_a_year", 1), "periods"),
        "statement": {
            language: [
                {"key": row["key"], "sentence": row["sentence"]}
                for row in result.sentences(language)
            ]
            for language in asked.languages
        },
        "links": rows(result.links),
        "tornado": rows(result.tornado),
        "information": rows(result.information),
        "flows": rows(result.flows),
        "paid_back": rows(result.paid_back),
        "direct": rows(result.direct),
        "totals": rows(result.totals),
        "ledger": rows(result.ledger),
        "notes": rows(result.notes),
    }
    return found


def rows(table: cx.Table) -> list[Row]:
    return [{key: finite(value) for key, value in row.items()} for row in table]


def drawn(config: Config, asked: BusinessCase) -> cx.CaseResult:
    try:
        case = cx.Case(**asked.keywords)
        for step in asked.steps:
            added(config, case, step)
        return case.run(draws=asked.draws, seed=asked.seed, confidence=0.9)
    except cx.Error as error:
        raise Problem(f"{config.path}: [business_case]: {error}") from None


def added(config: Config, case: cx.Case, step: Step) -> None:
    try:
        getattr(case, step.kind)(*step.given, **step.keywords)
    except (cx.Error, TypeError) as error:
        about = " to ".join(str(part) for part in step.given if isinstance(part, str))
        raise Problem(
            f"{config.path}: [[business_case.{step.kind}]] {about}: {error}"
        ) from None
