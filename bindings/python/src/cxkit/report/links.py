"""A score and what customers did: the difference a point makes, adjusted, and how far it goes."""

from __future__ import annotations

import numpy as np

import cxkit as cx

from .answers import Answers
from .config import Behaviour, Config
from .measure import plain
from .question import Question
from .shapes import Array, Row
from .surveyfiles import Links

FEWEST = 5  # in each of yes and no


def report(config: Config, answers: Answers, scores: list[Question]) -> Row | None:
    """One link for each behaviour, over all waves and in each of the latest."""
    asked = config.links
    if not asked:
        return None
    question = next(one for one in scores if one.score.column == (asked.of or one.score.column))
    found = [link(config, asked, answers, question, one) for one in config.behaviours]
    return {
        "of": question.score.column,
        "title": question.score.title,
        "scale": list(question.score.codes.scale),
        "adjust": list(asked.adjust.values()),
        "smallest": asked.smallest,
        "order": asked.order,
        "links": [one for one in found if one],
    }


def link(
    config: Config, asked: Links, answers: Answers, question: Question, one: Behaviour
) -> Row | None:
    choice = answers.behaviours[one.column]
    known = question.valid & (choice >= 0)
    whole = known.copy()
    for labels, codes in answers.adjust.values():
        whole &= np.array([label != "" for label in labels] or [True])[codes]
    waves = [index for index in question.waves if whole[answers.wave == index].any()]
    if not waves:
        return None
    inside = np.isin(answers.wave, waves)
    every, change = estimate(config, asked, answers, question, choice, whole & inside)
    return {
        "column": one.column,
        "title": one.title,
        "waves": [answers.waves[index] for index in waves],
        "all": every,
        "raw": estimate(config, None, answers, question, choice, whole & inside)[0],
        "left_out": int((known & inside).sum() - (whole & inside).sum()),
        "by_wave": [
            {
                "wave": answers.waves[index],
                **estimate(
                    config, asked, answers, question, choice, whole & (answers.wave == index)
                )[0],
            }
            for index in waves[-asked.waves :]
        ],
        **judged(config, asked, every, change),
    }


def indicators(name: str, codes: Array, labels: list[str]) -> dict[str, Array]:
    """A column of 0 and 1 for each category but the most frequent."""
    counts = np.bincount(codes, minlength=len(labels))
    reference = int(counts.argmax())
    return {
        f"{name}: {label}": (codes == index).astype(float)
        for index, label in enumerate(labels)
        if index != reference and counts[index]
    }


def columns(asked: Links | None, answers: Answers, question: Question, rows: Array) -> Row:
    found: Row = {"score": question.values[rows].astype(float)}
    if asked:
        for name, (labels, codes) in answers.adjust.items():
            found |= indicators(name, codes[rows], labels)
    wave = answers.wave[rows]
    if len(np.unique(wave)) > 1:
        found |= indicators("wave", wave, answers.waves)
    return found


def fitted(
    x: Row, yes: Array, weights: Array | None, confidence: float
) -> tuple[cx.Fit, Row, Array]:
    """The model, its columns and which rows are in: a category in which all did the same tells
    nothing about the score, and its rows go."""
    inside = np.ones(len(yes), bool)
    while True:
        kept = {name: np.ascontiguousarray(values[inside]) for name, values in x.items()}
        kept = {name: values for name, values in kept.items() if name == "score" or values.any()}
        fit = cx.logit(
            kept,
            np.ascontiguousarray(yes[inside]),
            weights=None if weights is None else np.ascontiguousarray(weights[inside]),
            confidence=confidence,
        )
        separated = [
            name
            for name, status in fit.status.items()
            if status == "separated" and name in kept and name != "score"
        ]
        if not separated or fit.status["score"] == "separated":
            return fit, kept, inside
        for name in separated:
            inside &= x[name] == 0


def estimate(
    config: Config,
    asked: Links | None,
    answers: Answers,
    question: Question,
    choice: Array,
    rows: Array,
) -> tuple[Row, cx.Estimate | None]:
    """The change of the share of yes for one more point, on average over these customers."""
    yes = np.ascontiguousarray(choice[rows]).astype(float)
    cell = int(min(yes.sum(), len(yes) - yes.sum()))
    found: Row = {"n": len(yes), "yes": int(yes.sum()), "cell": cell, "estimate": None}
    found |= {"odds": None, "p_value": None, "problem": None, "one_sided": 0}
    if cell < FEWEST:
        return {**found, "problem": f"only {cell} said the rarer of yes and no"}, None
    weights = question.weights(rows)
    x = columns(asked, answers, question, rows)
    try:
        fit, x, inside = fitted(x, yes, weights, config.confidence)
        change = cx.margin(
            fit,
            x,
            "score",
            weights=None if weights is None else np.ascontiguousarray(weights[inside]),
            population=True,
            confidence=config.confidence,
        )
        low, high = fit.ci["score"] or (None, None)
    except cx.Error as error:
        return {**found, "problem": str(error)}, None
    found["one_sided"] = int((~inside).sum())
    found |= {
        "estimate": plain(change),
        "p_value": change.p_value,
        "odds": {
            "value": float(np.exp(fit.params["score"] or 0)),
            "ci_low": None if low is None else float(np.exp(low)),
            "ci_high": None if high is None else float(np.exp(high)),
        },
    }
    return found, change


def judged(config: Config, asked: Links, every: Row, change: cx.Estimate | None) -> Row:
    """The level of evidence with what keeps it there, and the verdict with its reason."""
    ordered = asked.order == "score first"
    level = cx.evidence(
        "ordered in time" if ordered else "adjusted" if asked.adjust else "associated",
        adjusted=bool(asked.adjust),
        ordered=ordered,
        separated=every["problem"] is not None and every["cell"] >= FEWEST,
    )
    said: Row = {"words": "not testable with these data", "reason": "no-value"}
    if change is not None:
        verdict = cx.verdict(
            change, smallest=asked.smallest, confidence=config.confidence, cell=every["cell"]
        )
        said = {
            "words": verdict.words,
            "reason": verdict.reason,
            "power": verdict.power,
            "detectable": verdict.detectable,
            "negligible": verdict.negligible,
        }
    return {
        "evidence": {
            "level": level.level,
            "word": level.word,
            "phrase": level.phrase,
            "reasons": list(level.reasons),
            "not_checked": list(level.not_checked),
        },
        "verdict": said,
    }
