"""The numbers of a report, as one dictionary: what the page shows and what --json prints."""

from __future__ import annotations

import numpy as np

import cxkit as cx

from . import business, drivers, gatelog, links, logs, loop, periods, silence, trends
from .answers import Answers
from .behaviour import behaviour
from .config import Config
from .plan import plan
from .question import Question
from .shapes import Log, Row, silent

SCHEMA_VERSION = 2


def analyse(config: Config, answers: Answers, log: Log = silent) -> Row:
    """All numbers. Every estimate comes from the library."""
    log("scores")
    scores = [Question(config, answers, score) for score in config.scores]
    main = scores[0]
    found: Row = {
        "schema_version": SCHEMA_VERSION,
        "made_by": {"program": "cxkit", "version": cx.__version__},
        "title": config.title,
        "about": " ".join(config.about.split()),
        "confidence": config.confidence,
        "min_n": config.min_n,
        "hide_below": config.hide_below,
        "interval": config.interval,
        "files": answers.files,
        "answers": answered(config, answers),
        "scores": [question.report() for question in scores],
    }
    log("measurement points")
    found["points"] = main.points() if config.point else None
    log("drivers")
    found["drivers"] = drivers.report(config, config.drivers, answers) if config.drivers else None
    found["behaviours"] = [behaviour(config, answers, main, one) for one in config.behaviours]
    found["links"] = links.report(config, answers, scores)
    found["business_case"] = business.report(config, log)
    found["trend"] = trends.report(config, answers, main)
    asked = silence.read(config, answers.folder, main, log)
    found |= following(config, answers, found["points"], main, asked, log)
    found["silence"] = silence.report(config, main, asked)
    found |= loop.report(config, answers, scores, asked, log)
    return found | logs.report(config, answers.folder, log)


def following(
    config: Config,
    answers: Answers,
    points: Row | None,
    main: Question,
    asked: silence.Asked | None,
    log: Log,
) -> Row:
    """The plan: of the next period, or of the next wave; and the log of the gate."""
    gate = gatelog.read(config, answers.folder, main, log)
    log("plan")
    ahead = periods.report(config, main, asked, gate) if points else None
    return {
        "plan": plan(config, points, main) if points and not ahead else None,
        "next_period": ahead,
        "gate": gatelog.report(config, main, gate),
    }


def answered(config: Config, answers: Answers) -> Row:
    """Who answered, wave by wave, and what was left out."""
    waves: list[Row] = []
    for index, label in enumerate(answers.waves):
        inside = answers.wave == index
        row: Row = {
            "wave": label,
            "rows": int(inside.sum()),
            "weighted": answers.weighted[index],
            "first": None,
            "last": None,
            "without_date": None,
        }
        if answers.time is not None:
            times = answers.time[inside]
            known = times[~np.isnat(times)]
            row["without_date"] = int(len(times) - len(known))
            if len(known):
                row["first"] = str(known.min().astype("datetime64[D]"))
                row["last"] = str(known.max().astype("datetime64[D]"))
        waves.append(row)
    last = answers.wave == len(answers.waves) - 1
    described: list[Row] = []
    for column, title in config.describe.items():
        labels, codes = answers.described[column]
        counts = np.bincount(codes[last], minlength=len(labels))
        groups: list[Row] = [
            {
                "label": label or "not stated",
                "n": int(count),
                "share": cx.share(int(count), int(counts.sum())).value,
            }
            for label, count in zip(labels, counts)
            if count
        ]
        described.append(
            {
                "column": column,
                "title": title,
                "groups": sorted(groups, key=lambda g: (-g["n"], g["label"])),
            }
        )
    return {
        "rows_read": answers.total,
        "left_out": answers.left_out,
        "waves": waves,
        "described": described,
    }
