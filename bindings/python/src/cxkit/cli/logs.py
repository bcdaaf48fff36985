"""fcr, patience and promises: what a log says, without a cxkit.toml."""

from __future__ import annotations

import functools
from argparse import ArgumentParser, ArgumentTypeError, Namespace, _SubParsersAction
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..report.shapes import Row
    from ..report.source import Source

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
COUNTS = ("contacts", "customers", "run_in", "later", "repeats", "censored", "no_id_share")
SETTLED = ("settled_value", "settled_ci_low", "settled_ci_high")


# -- grammar -------------------------------------------------------------------------------------


def options(commands: _SubParsersAction[ArgumentParser], parent: ArgumentParser) -> None:
    """The grammar of the commands for logs."""
    fcr = logged(commands, parent, "fcr", "first contact resolution of a contact log")
    fcr.add_argument("--customer", required=True, metavar="COLUMN")
    fcr.add_argument("--time", required=True, metavar="COLUMN", help="when the contact was")
    fcr.add_argument(
        "--window", required=True, type=duration, help="another contact within it: 7d, 12h, 2w"
    )
    for name in ("topic", "channel", "abandoned", "outbound"):
        fcr.add_argument(f"--{name}", metavar="COLUMN")
    fcr.add_argument(
        "--no-id",
        action="append",
        default=[],
        metavar="VALUE",
        help="what stands for no customer; an empty field does anyway",
    )
    fcr.add_argument("--now", type=moment, help="end of the log; default: its last contact")
    fcr.add_argument(
        "--non-repeat",
        action="store_true",
        help="the non-repeat rate instead: every contact counts, not the first of an issue alone",
    )
    patience = logged(commands, parent, "patience", "how long customers are ready to wait")
    patience.add_argument("--wait", required=True, metavar="COLUMN", help="seconds waited")
    patience.add_argument(
        "--abandoned", required=True, metavar="COLUMN", help="yes: gave up; no: was answered"
    )
    patience.add_argument(
        "--at", type=duration, help="such as 60s: the share that gave up by then, not the median"
    )
    promises = logged(commands, parent, "promises", "the share of promises kept")
    promises.add_argument("--due", required=True, metavar="COLUMN", help="dates or times")
    promises.add_argument("--done", required=True, metavar="COLUMN", help="blank: not done")
    promises.add_argument("--made", metavar="COLUMN")
    promises.add_argument("--cancelled", metavar="COLUMN")
    promises.add_argument(
        "--now", type=moment, help="from when open ones are seen; default: the last time done"
    )


def logged(
    commands: _SubParsersAction[ArgumentParser], parent: ArgumentParser, name: str, text: str
) -> ArgumentParser:
    command = commands.add_parser(name, parents=[parent], help=text)
    command.add_argument("file", help="CSV or Parquet; - reads CSV from stdin")
    command.add_argument("--by", metavar="COLUMN", help="one row for each value")
    command.add_argument("--confidence", type=level, default=0.95, help="default 0.95")
    return command


def duration(text: str) -> float:
    """Seconds of '7d', '12h', '90s'."""
    try:
        value = float(text[:-1]) * UNITS[text[-1:]]
    except (ValueError, KeyError):
        value = 0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f'"{text}" is no duration such as 7d, 12h, 30m, 90s or 2w')
    return value


def moment(text: str) -> datetime:
    """A time in UTC; a date is its first moment."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f'"{text}" is no time such as 2024-07-01 or 2024-07-01T14:30:00'
        ) from None
    if value.tzinfo is not None:
        value = value.astimezone(timezone.utc).replace(tzinfo=None)
    return value


def level(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 1:
        raise ArgumentTypeError(f'"{text}" is not between 0 and 1')
    return value


# -- commands ------------------------------------------------------------------------------------


def reading(
    *names: str,
) -> Callable[[Callable[[Namespace, Source], int]], Callable[[Namespace], int]]:
    """Runs a command on the columns that its options name."""

    def wrapped(call: Callable[[Namespace, Source], int]) -> Callable[[Namespace], int]:
        @functools.wraps(call)
        def run(chosen: Namespace) -> int:
            from ..report.source import Source
            from . import commands, output

            wanted = [getattr(chosen, name) for name in (*names, "by")]
            with commands.opened(chosen.file) as path:
                with output.progress(chosen) as log:
                    source = Source([path], list(dict.fromkeys(filter(None, wanted))), log)
                return call(chosen, source)

        return run

    return wrapped


@reading("customer", "time", "topic", "channel", "abandoned", "outbound")
def fcr(chosen: Namespace, source: Source) -> int:
    import cxkit as cx

    from ..report.logs import flags, moments, named
    from ..report.measure import of_row, plain
    from ..report.source import canonical, written
    from . import output

    labels, customer = source.factor(chosen.customer)
    nobody = written(chosen.no_id) | {""}
    asked: Row = {
        "customer": customer,
        "time": moments(source, chosen.time),
        "window": chosen.window,
        "topic": named(source, chosen.topic),
        "channel": named(source, chosen.channel),
        "abandoned": flags(source, chosen.abandoned),
        "outbound": flags(source, chosen.outbound),
        "no_id": [at for at, text in enumerate(labels) if canonical(text) in nobody] or None,
        "end": chosen.now,
        "confidence": chosen.confidence,
    }
    call: Any = cx.non_repeat if chosen.non_repeat else cx.fcr
    rows: list[Row] = []
    if chosen.by:
        for row in call(**asked, by=named(source, chosen.by)):
            rows.append({chosen.by: row["key"], **figures(of_row(row)), **counts(row)})
    else:
        found = call(**asked)
        rows = [figures(plain(found)) | {name: getattr(found, name) for name in COUNTS}]
    output.emit(rows, chosen.format, chosen.command)
    return 0


def counts(row: Row) -> Row:
    return {name: row[name] for name in COUNTS}


def figures(estimate: Row | None) -> Row:
    """An estimate as columns; empty ones where there is none."""
    from .commands import FIGURES

    return estimate or dict.fromkeys((*FIGURES, "flags", "excluded"))


@reading("wait", "abandoned")
def patience(chosen: Namespace, source: Source) -> int:
    import numpy as np

    import cxkit as cx

    from ..report.logs import flags, named, tried
    from ..report.measure import of_row
    from ..report.source import MISSING
    from . import commands, output

    wait = source.numbers(chosen.wait)
    if (wait < 0).any():
        row = int(np.argmax(wait < 0))
        raise source.bad(row, chosen.wait, f"the wait {wait[row]:g} is negative")
    left = flags(source, chosen.abandoned, MISSING)
    assert left is not None
    ends = np.where(left == MISSING, np.nan, left.astype(float))
    confidence = chosen.confidence
    if not chosen.by:
        waits = cx.patience(wait, ends)
        if not waits.n:
            raise cx.EmptyError(f'{chosen.file}: the column "{chosen.wait}" has no wait')
        found = (
            tried(lambda: waits.within(chosen.at, confidence=confidence))
            if chosen.at
            else tried(lambda: waits.quantile(0.5, confidence=confidence))
        )
        rows = [{"waits": waits.n, "abandoned": waits.events, **figures(found)}]
    else:
        groups = cx.patience(wait, ends, by=named(source, chosen.by))
        table = (
            groups.within(chosen.at, confidence=confidence)
            if chosen.at
            else groups.quantile(0.5, confidence=confidence)
        )
        gone = {key: found.events for key, found in groups}
        rows = [
            {
                chosen.by: row["key"],
                "waits": row["n"],
                "abandoned": gone[row["key"]],
                **figures(of_row(row)),
            }
            for row in table
        ]
        if len(rows) > 1 and any(gone.values()):
            test = groups.logrank
            commands.note(
                chosen,
                f"log-rank test of equal patience: chi2 = {test.chi2:.4g} on {test.df:g} degrees "
                f"of freedom, p = {test.p_value:.3g}",
            )
    output.emit(rows, chosen.format, chosen.command)
    return 0


@reading("due", "done", "made", "cancelled")
def promises(chosen: Namespace, source: Source) -> int:
    import cxkit as cx

    from ..report.logs import flags, named, some
    from ..report.measure import of_row
    from . import commands, output

    due, done = source.times(chosen.due), source.times(chosen.done)
    now = chosen.now
    if now is None:
        times = done if some(done) else due
        if not some(times):
            raise cx.EmptyError(f'{chosen.file}: the column "{chosen.due}" holds no time')
        now = times[times == times].max()
        seen = str(now)[:19]
        commands.note(chosen, f"seen from {seen} UTC, the last time in the file; see --now")
    table = cx.promises(
        due,
        done,
        now=now,
        made=source.times(chosen.made) if chosen.made else None,
        cancelled=flags(source, chosen.cancelled),
        by=named(source, chosen.by),
        confidence=chosen.confidence,
    ).table
    names = ("kept", "late", "overdue", "cancelled", "open", *SETTLED)
    rows = [
        ({chosen.by: row["key"]} if chosen.by else {})
        | figures(of_row(row))
        | {name: row[name] for name in names}
        for row in table
    ]
    output.emit(rows, chosen.format, chosen.command)
    return 0
