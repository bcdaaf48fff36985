"""The command `cxkit`. Data go to stdout; notes, progress and errors to stderr.

Exit status: 0 ok, 1 the data, 2 usage, 3 input or output, 4 internal.
"""

from __future__ import annotations

import argparse
import os
import sys

from .. import __version__
from . import logs, plans

DATA, USAGE, FILES, INTERNAL = 1, 2, 3, 4
LAYER = {"duckdb", "jinja2", "markupsafe", "matplotlib", "numpy", "rich"}


def options() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="cxkit", description="Customer experience: scores, plans, drivers, reports."
    )
    top.add_argument("--version", action="version", version=f"cxkit {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    report = commands.add_parser(
        "report", parents=[quiet()], help="one HTML file from a folder of answers"
    )
    report.add_argument("paths", nargs="+", metavar="FOLDER|FILE")
    report.add_argument("-o", "--output", metavar="FILE", help="the HTML file to write")
    report.add_argument("--config", metavar="FILE", help="default: cxkit.toml beside the answers")
    report.add_argument("--json", action="store_true", help="print the numbers as JSON")

    doctor = commands.add_parser("doctor", parents=[quiet()], help="propose a cxkit.toml")
    doctor.add_argument("paths", nargs="+", metavar="FOLDER|FILE")

    metric_options(commands.add_parser("nps", parents=[quiet()], help="Net Promoter Score"))
    csat = commands.add_parser("csat", parents=[quiet()], help="share of satisfied answers")
    metric_options(csat)
    csat.add_argument("--scale", type=scale, default=(1, 5), metavar="LOW,HIGH", help="default 1,5")
    csat.add_argument("--top", type=positive, help="how many of the highest answers count")
    ces = commands.add_parser("ces", parents=[quiet()], help="Customer Effort Score")
    metric_options(ces)
    ces.add_argument(
        "--version-of-question",
        dest="version",
        type=int,
        default=2,
        choices=(1, 2),
        help="1: effort, 1-5, lower is better; 2 (default): it was easy, 1-7",
    )
    ces.add_argument("--report", choices=("mean", "agree", "net"), default="mean")

    plan = commands.add_parser(
        "plan", parents=[quiet()], help="the next answers of each measurement point, and why"
    )
    plan.add_argument("paths", nargs="+", metavar="FOLDER|FILE")
    plan.add_argument("--config", metavar="FILE")
    plan.add_argument("--budget", type=positive, help="answers of the next wave or period")
    plan.add_argument("--floor", type=positive, help="least answers a point")
    plans.options(plan)
    table_options(plan)

    drivers = commands.add_parser(
        "drivers", parents=[quiet()], help="what goes with the overall score"
    )
    drivers.add_argument("paths", nargs="+", metavar="FOLDER|FILE")
    drivers.add_argument("--config", metavar="FILE")
    drivers.add_argument(
        "--wave", metavar="WAVE|all", help="one wave, or each; default: the waves together"
    )
    table_options(drivers)
    logs.options(commands, log_parent())
    return top


def log_parent() -> argparse.ArgumentParser:
    """What every command for logs takes."""
    parent = argparse.ArgumentParser(add_help=False, parents=[quiet()])
    table_options(parent)
    return parent


def quiet() -> argparse.ArgumentParser:
    """What every command takes."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("-q", "--quiet", action="store_true", help="no notes and no progress")
    parent.add_argument("--no-color", action="store_true", help="no colours (also: NO_COLOR)")
    return parent


def metric_options(metric: argparse.ArgumentParser) -> None:
    """What every metric takes."""
    metric.add_argument("file", help="CSV or Parquet; - reads CSV from stdin")
    metric.add_argument("--column", required=True, help="the column of answers")
    metric.add_argument("--by", action="append", default=[], help="one row for each value")
    metric.add_argument(
        "--mode", metavar="COLUMN", help="how people were asked: each mode against the largest"
    )
    metric.add_argument("--weight", "--weights", metavar="COLUMN", help="survey weights")
    metric.add_argument(
        "--margins",
        metavar="FILE.toml|KEY,...",
        help="weight to known shares: [margins] of a file, or keys of the cxkit.toml beside",
    )
    for name, text in (("missing", "blank"), ("not-applicable", "does not apply")):
        metric.add_argument(
            f"--{name}",
            f"--{name}-codes",
            action="extend",
            type=codes,
            default=[],
            metavar="CODE,...",
            help=f"codes that mean: {text}",
        )
    metric.add_argument(
        "--min-n",
        type=int,
        default=0,
        metavar="N",
        help="hide rows with fewer answers, and others by which they could be worked out",
    )
    metric.add_argument(
        "--totals", action="store_true", help="with --by: a row for every margin too"
    )
    metric.add_argument("--confidence", type=float, default=0.95, help="default 0.95")
    table_options(metric)


def table_options(command: argparse.ArgumentParser) -> None:
    """The forms of a table."""
    command.add_argument("--format", choices=("table", "json", "csv", "arrow"), default="table")
    command.add_argument(
        "--json", action="store_const", const="json", dest="format", help="--format json"
    )


def codes(text: str) -> list[str]:
    return text.split(",")


def positive(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number from 1')
    return value


def scale(text: str) -> tuple[int, int]:
    try:
        low, high = (int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not LOW,HIGH, such as 1,5') from None
    if low >= high:
        raise argparse.ArgumentTypeError(f"{low} is not below {high}")
    return low, high


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    chosen = options().parse_args(arguments)
    try:
        from . import commands

        status = commands.run(chosen)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in LAYER:
            raise
        return fail(f"{error.name} is not installed: pip install 'cxkit[report]'", USAGE)
    except Exception as error:  # the last net: one sentence, no trace
        return caught(error)


def caught(error: Exception) -> int:
    """One sentence and an exit status for what went wrong."""
    from ..errors import Error, OptionError
    from ..report.problem import Problem

    if isinstance(error, Problem):
        return fail(str(error), error.exit_status)
    if isinstance(error, OptionError):
        return fail(str(error), USAGE)
    if isinstance(error, Error):
        return fail(str(error), DATA)
    if isinstance(error, OSError):
        return fail(f"{error.filename or 'file'}: {error.strerror or error}", FILES)
    if os.environ.get("CXKIT_TRACE"):
        raise error
    return fail(
        f"internal error: {type(error).__name__}: {error} (CXKIT_TRACE=1 shows where)", INTERNAL
    )


def fail(text: str, status: int) -> int:
    print(f"cxkit: {text}", file=sys.stderr)
    return status
