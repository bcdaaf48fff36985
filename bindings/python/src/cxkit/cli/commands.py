"""What each command does."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import cxkit as cx

from .._options import EXCLUDED
from ..report import config as configuration
from ..report import source
from ..report.config import Config
from ..report.measure import CODES, plain
from ..report.problem import FileProblem, Problem
from ..report.shapes import Array, Row
from ..report.source import Source
from . import logs, modes, output, plans, raked

Change: TypeAlias = Callable[[Config], Config]
Keys: TypeAlias = dict[str, tuple[list[str], Array]]


ASIDE = (*configuration.OTHER_FILES, "trend", "tolerance")
ALONE: Row = {**dict.fromkeys(ASIDE), "margins": {}}


def unchanged(config: Config) -> Config:
    return config


def run(chosen: Namespace) -> int:
    return {
        "report": report,
        "doctor": doctor,
        "nps": metric,
        "csat": metric,
        "ces": metric,
        "plan": plan,
        "drivers": drivers,
        "fcr": logs.fcr,
        "patience": logs.patience,
        "promises": logs.promises,
    }[chosen.command](chosen)


def note(chosen: Namespace, text: str) -> None:
    if not chosen.quiet:
        print(text, file=sys.stderr)


def located(chosen: Namespace) -> tuple[Config, Path, list[Path] | None]:
    """(configuration, folder, files or None) of the paths of a command."""
    paths = [Path(path) for path in chosen.paths]
    for path in paths:
        if not path.exists():
            raise FileProblem(f"{path}: there is no such file or folder")
    folders = [path for path in paths if path.is_dir()]
    if folders and len(paths) > 1:
        raise Problem("give one folder, or files")
    folder = folders[0] if folders else paths[0].parent
    toml = Path(chosen.config) if chosen.config else folder / configuration.NAME
    if not toml.exists() and not chosen.config:
        if folders:
            source.find(folder, ("*.csv", "*.csv.gz", "*.tsv", "*.parquet"))
        raise Problem(
            f"{folder}: there is no {configuration.NAME}. Propose one with: cxkit doctor "
            f"{paths[0]} > {toml}"
        )
    return configuration.read(toml), folder, None if folders else paths


def analysed(chosen: Namespace, change: Change = unchanged) -> Row:
    """The numbers of a report."""
    from ..report import analyse, answers

    config, folder, files = located(chosen)
    config = change(config)
    with output.progress(chosen) as log:
        return analyse.analyse(config, answers.read(config, folder, files, log), log)


def report(chosen: Namespace) -> int:
    if not chosen.output and not chosen.json:
        print("cxkit: give -o FILE for the page, --json for the numbers, or both", file=sys.stderr)
        return 2
    from ..report import html

    found = analysed(chosen)
    if chosen.output:
        with output.progress(chosen) as log:
            log("drawing")
            page = html.page(found)
        output.write_whole(chosen.output, page)
        note(
            chosen,
            f"{chosen.output}: {found['answers']['rows_read']:,} answers, "
            f"{len(page.encode()) / 1e3:,.0f} kB",
        )
    if chosen.json:
        print(json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False))
    return 0


def doctor(chosen: Namespace) -> int:
    from . import examine

    paths = [Path(path) for path in chosen.paths]
    folder = paths[0] if paths[0].is_dir() else None
    files = source.find(folder, ("*.csv", "*.csv.gz", "*.tsv", "*.parquet")) if folder else paths
    for path in files:
        if not path.exists():
            raise FileProblem(f"{path}: there is no such file")
    text, notes = examine.proposal(files)
    configuration.parse(text)
    sys.stdout.write(text)
    there = (folder or paths[0].parent) / configuration.NAME
    if there.exists():
        from ..report.answers import log_files

        config = configuration.read(there)
        scored = [path for path in files if path not in log_files(config, there.parent)]
        notes += examine.against(scored, config) if scored else []
    for line in notes:
        note(chosen, line)
    return 0


def metric(chosen: Namespace) -> int:
    if not 0 < chosen.confidence < 1:
        print(f"cxkit: --confidence {chosen.confidence} is not between 0 and 1", file=sys.stderr)
        return 2
    if chosen.min_n < 0:
        print(f"cxkit: --min-n {chosen.min_n} is no number of answers", file=sys.stderr)
        return 2
    if chosen.totals and not chosen.by:
        print("cxkit: --totals needs --by", file=sys.stderr)
        return 2
    if chosen.margins and (chosen.mode or chosen.totals):
        other = "--mode" if chosen.mode else "--totals"
        print(f"cxkit: --margins and {other} cannot be given together", file=sys.stderr)
        return 2
    known = raked.margins(chosen) if chosen.margins else {}
    easy = (1, 5) if getattr(chosen, "version", 2) == 1 else (1, 7)
    steps: tuple[int, int] = {"nps": (0, 10), "ces": easy}.get(chosen.command) or chosen.scale
    codes = configuration.Codes(steps, tuple(chosen.missing), tuple(chosen.not_applicable))
    by = [*chosen.by, *([chosen.mode] if chosen.mode else [])]
    wanted = [chosen.column, *by, *([chosen.weight] if chosen.weight else []), *known]
    with opened(chosen.file) as path, output.progress(chosen) as log:
        table = source.Source(
            [path],
            list(dict.fromkeys(wanted)),
            log,
            "give its code with --missing or --not-applicable",
        )
        scores = table.answers(chosen.column, codes)
        weights = weighted(table, chosen.weight) if chosen.weight else None
        keys = {name: table.factor(name) for name in by}
        if known:
            return weighted_rows(chosen, table, known, scores, weights, keys, steps)
    if chosen.mode:
        return asked(chosen, scores, weights, keys, steps)
    rows = estimates(chosen, scores, weights, keys, steps)
    shown = marked(rows, keys) if chosen.format == "table" else rows
    output.emit(shown, chosen.format, chosen.command)
    return 0


def weighted_rows(
    chosen: Namespace,
    table: Source,
    known: raked.Margins,
    scores: Array,
    weights: Array | None,
    keys: Keys,
    steps: tuple[int, int],
) -> int:
    try:
        rows, said = raked.rows_of(chosen, table, known, scores, weights, keys, steps)
    except cx.SuppressedError:
        raise Problem(
            f'{chosen.file}: the column "{chosen.column}" has fewer answers than --min-n '
            f"{chosen.min_n}: too few to be shown"
        ) from None
    if keys:
        rows = [{**labels_of(row, keys), **row_of(row)} for row in rows]
    if chosen.command == "ces" and chosen.version == 1:
        for row in rows:
            row["flags"].append("lower-is-better")
    shown = marked(rows, keys) if chosen.format == "table" else rows
    output.emit(shown, chosen.format, chosen.command)
    note(chosen, said)
    return 0


def asked(
    chosen: Namespace, scores: Array, weights: Array | None, keys: Keys, steps: tuple[int, int]
) -> int:
    rows = modes.rows_of(chosen, scores, weights, keys, steps)
    output.emit(rows, chosen.format, chosen.command)
    if text := modes.warning(rows):
        note(chosen, text)
    return 0


def weighted(table: Source, name: str) -> Array:
    values = table.numbers(name)
    wrong = ~(values >= 0)
    if wrong.any():
        row = int(wrong.argmax())
        raise table.bad(
            row,
            name,
            f'"{table.text(row, name)}" is no weight: a number from 0 is needed in every row',
        )
    return values


def estimates(
    chosen: Namespace, scores: Array, weights: Array | None, keys: Keys, steps: tuple[int, int]
) -> list[Row]:
    """One row for each combination of the keys, in the order of their labels."""
    calls: dict[str, Callable[..., Any]] = {"nps": cx.nps, "csat": cx.csat, "ces": cx.ces}
    options: Row = {
        "nps": {},
        "csat": {"top": getattr(chosen, "top", None)},
        "ces": {
            "version": getattr(chosen, "version", 2),
            "report": getattr(chosen, "report", "mean"),
        },
    }[chosen.command]
    options = {key: value for key, value in options.items() if value is not None}
    options |= {"confidence": chosen.confidence, "min_n": chosen.min_n}
    reading: Row = {"weights": weights, "invalid": "error", **CODES}
    if keys:
        codes = {name: found for name, (_, found) in keys.items()}
        tallies = cx.tally_by(scores, by=codes, scale=steps, **reading)
        table = calls[chosen.command](tallies, totals=chosen.totals, **options)
        return [{**labels_of(row, keys), **row_of(row)} for row in table]
    try:
        found = calls[chosen.command](cx.Tally(scale=steps).add(scores, **reading), **options)
    except cx.EmptyError:
        raise Problem(f'{chosen.file}: the column "{chosen.column}" has no answer') from None
    except cx.SuppressedError:
        raise Problem(
            f'{chosen.file}: the column "{chosen.column}" has fewer answers than --min-n '
            f"{chosen.min_n}: too few to be shown"
        ) from None
    return [plain(found)]


FIGURES = ("value", "ci_low", "ci_high", "confidence", "se", "n", "n_eff", "method", "unit")


def labels_of(row: Row, keys: Keys) -> Row:
    """The labels of a row; None where a key is totalled, which "grouping" tells."""
    labels = {
        name: None if row[name] is None else found[row[name]] for name, (found, _) in keys.items()
    }
    return labels | ({"grouping": row["grouping"]} if "grouping" in row else {})


def row_of(row: Row) -> Row:
    """A row of a grouped table in the form of a single figure; nothing of one without a value."""
    if row["status"] == "CX_E_EMPTY":
        return dict.fromkeys((*FIGURES, "flags", "excluded"))
    hidden = row["status"] == "CX_E_SUPPRESSED"
    found = {name: None if hidden and name == "method" else row[name] for name in FIGURES}
    found["flags"] = row["flags"].split(",") if row["flags"] else []
    found["excluded"] = None if hidden else {name: row[name] for name in EXCLUDED if row[name]}
    return found


def marked(rows: list[Row], keys: Keys) -> list[Row]:
    """For people: what is hidden, and what is totalled, in words."""
    out = []
    for row in rows:
        shown = dict(row)
        bits = shown.pop("grouping", 0)
        for at, name in enumerate(reversed(list(keys))):
            if bits >> at & 1:
                shown[name] = "(all)"
        if "suppressed" in (row["flags"] or ()):
            shown["value"] = output.HIDDEN
        out.append(shown)
    return out


@contextlib.contextmanager
def opened(name: str) -> Iterator[Path]:
    """A path for a file, or for a copy of stdin when the name is -."""
    if name != "-":
        yield Path(name)
        return
    handle, copy = tempfile.mkstemp(prefix="stdin-", suffix=".csv")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sys.stdin.buffer.read())
        yield Path(copy)
    except Problem as problem:
        raise type(problem)(str(problem).replace(copy, "stdin")) from None
    finally:
        os.unlink(copy)


def plan(chosen: Namespace) -> int:
    if wrong := plans.ranged(chosen):
        print(f"cxkit: {wrong}", file=sys.stderr)
        return 2
    found, ahead, cautions = plans.run(chosen, located, ALONE)
    output.emit(plans.rows_of(found, ahead, chosen.format), chosen.format, "plan")
    for line in (plans.said(found, ahead), *cautions):
        note(chosen, line)
    return 0


def drivers(chosen: Namespace) -> int:
    from . import driving

    rows, said = driving.run(chosen, located, ALONE)
    output.emit(rows, chosen.format, "drivers")
    for line in said:
        note(chosen, line)
    return 0
