"""--margins: a score whose weights make the answers add up to what is known of the whole."""

from __future__ import annotations

import tomllib
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

import cxkit as cx

from ..report import config as configuration
from ..report import surveyfiles
from ..report.answers import margins_of
from ..report.measure import plain
from ..report.problem import FileProblem, Problem, listed, nearest
from ..report.shapes import Array, Row
from ..report.silence import UNFIT, categories, spread
from ..report.source import MISSING, NOT_APPLICABLE, Source
from .modes import CES

Margins = dict[str, dict[str, float]]


def margins(chosen: Namespace) -> Margins:
    """Those of a TOML file, or of keys of the cxkit.toml beside the answers."""
    path, keys = Path(chosen.margins), None
    if not path.suffix == ".toml":
        beside = Path() if chosen.file == "-" else Path(chosen.file).parent
        path, keys = beside / configuration.NAME, chosen.margins.split(",")
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror}, and --margins needs it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path}: this is not TOML: {error}") from None
    reader = configuration.Reader(path, text)
    found = surveyfiles.margins(configuration.Table(reader, "margins", content.get("margins", {})))
    for key in keys or ():
        if key not in found:
            raise Problem(
                f"{path}: there is no [margins.{key}].{nearest(key, found)} There "
                f"{'is' if len(found) == 1 else 'are'} {listed(found)}"
            )
    return {key: found[key] for key in keys} if keys else found


def rows_of(
    chosen: Namespace,
    source: Source,
    known: Margins,
    scores: Array,
    start: Array | None,
    keys: dict[str, tuple[list[str], Array]],
    steps: tuple[int, int],
) -> tuple[list[Row], str]:
    """(rows, a note about the weights)."""
    used, table = categories(margins_of(source, known), scores >= steps[0])
    left = int((scores >= steps[0]).sum() - used.sum())
    if not used.any():
        raise Problem(
            f'{chosen.file}: no answer of "{chosen.column}" has a category in every margin'
        )
    start = None if start is None else np.ascontiguousarray(start[used])
    try:
        weights = cx.rake(table, known, weights=start)
    except UNFIT as error:
        raise Problem(f"{chosen.file}: the margins cannot be met: {error}") from None
    values = scores[used].astype(float)
    by = {name: np.ascontiguousarray(codes[used]) for name, (_, codes) in keys.items()}
    found = estimated(chosen, values, cx.Design(calibration=weights), by or None, steps)
    cost = spread(weights, start)
    said = (
        f"weighted to {listed(known)}: design effect {cost['deff']:.3g}, weights "
        f"{cost['ratio_low']:.3g} to {cost['ratio_high']:.3g} times their start; {left:,} answers "
        "without a category left out"
    )
    if by:
        return list(found), said
    whole = plain(found) | {"deff": cost["deff"], "left_out": left}
    codes = (("missing", MISSING), ("not_applicable", NOT_APPLICABLE))
    whole["excluded"] = {name: n for name, code in codes if (n := int((scores == code).sum()))}
    return [whole], said


def estimated(
    chosen: Namespace,
    values: Array,
    design: cx.Design,
    by: Any,
    steps: tuple[int, int],
) -> Any:
    """The metric of a command under a design."""
    asked: Row = {"design": design, "by": by, "confidence": chosen.confidence}
    asked["min_n"] = chosen.min_n
    read = CES[chosen.report] if chosen.command == "ces" else {}
    if read and chosen.version == 1 and chosen.report != "mean":
        raise cx.OptionError("CES 1 is reported as a mean; agree and net belong to 2")
    if chosen.command == "nps":
        return cx.nps(values, **asked)
    if read.get("score") == "mean":
        return cx.survey_mean(values, **asked)
    if read.get("score") == "nps":
        cuts = {name: read[name] for name in ("promoters", "detractors")}
        return cx.nps(values, scale=steps, **cuts, **asked)
    return cx.csat(values, scale=steps, top=read.get("top") or chosen.top, **asked)
