"""The command `cxkit`. Data go to stdout; notes, progress and errors to stderr.

Exit status: 0 ok, 1 the data, 2 usage, 3 input or output, 4 internal.
"""

from __future__ import annotations

import argparse
import os
import sys

from .. import __version__

DATA, USAGE, FILES, INTERNAL = 1, 2, 3, 4
LAYER = {"duckdb", "jinja2", "markupsafe", "matplotlib", "numpy", "rich"}


def options() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-q", "--quiet", action="store_true", help="no notes and no progress")
    common.add_argument("--no-color", action="store_true", help="no colours (also: NO_COLOR)")
    top = argparse.ArgumentParser(
        prog="cxkit", description="Customer experience: scores, plans, drivers, reports."
    )
    top.add_argument("--version", action="version", version=f"cxkit {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    report = commands.add_parser(
        "report", parents=[common], help="one HTML file from a folder of answers"
    )
    report.add_argument("paths", nargs="+", metavar="FOLDER|FILE")
    report.add_argument("-o", "--output", metavar="FILE", help="the HTML file to write")
    report.add_argument("--config", metavar="FILE", help="default: cxkit.toml beside the answers")
    report.add_argument("--json", action="store_true", help="print the numbers as JSON")

    doctor = commands.add_parser("doctor", parents=[common], help="propose a cxkit.toml for a file")
    doctor.add_argument("paths", nargs="+", metavar="FOLDER|FILE")

    for name, text in (
        ("nps", "Net Promoter Score of a column"),
        ("csat", "share of satisfied answers of a column"),
        ("ces", "Customer Effort Score of a column"),
    ):
        metric = commands.add_parser(name, parents=[common, table_options()], help=text)
        metric.add_argument("file", help="CSV or Parquet; - reads CSV from stdin")
        metric.add_argument("--column", required=True)
        metric.add_argument("--by", action="append", default=[], help="one row for each value")
        metric.add_argument("--weight", help="column of survey weights")
        metric.add_argument(
            "--missing", action="append", default=[], metavar="CODE", help="a code that means blank"
        )
        metric.add_argument("--not-applicable", action="append", default=[], metavar="CODE")
        metric.add_argument("--confidence", type=float, default=0.95)
        if name == "csat":
            metric.add_argument("--scale", type=scale, default=(1, 5), metavar="LOW,HIGH")
            metric.add_argument("--top", type=int, help="how many of the highest answers count")
        if name == "ces":
            metric.add_argument(
                "--version-of-question",
                dest="version",
                type=int,
                default=2,
                choices=(1, 2),
                help="1: effort 1-5; 2: it was easy 1-7",
            )
            metric.add_argument("--report", choices=("mean", "agree", "net"), default="mean")

    plan = commands.add_parser(
        "plan",
        parents=[common, table_options()],
        help="the next wave's answers for each measurement point",
    )
    plan.add_argument("paths", nargs="+", metavar="FOLDER|FILE")
    plan.add_argument("--config", metavar="FILE")
    plan.add_argument("--budget", type=int, help="answers of the next wave")
    plan.add_argument("--floor", type=int, help="least answers a point")

    drivers = commands.add_parser(
        "drivers", parents=[common, table_options()], help="what goes with the overall score"
    )
    drivers.add_argument("paths", nargs="+", metavar="FOLDER|FILE")
    drivers.add_argument("--config", metavar="FILE")
    return top


def table_options() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("--format", choices=("table", "json", "csv", "arrow"), default="table")
    return parent


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
    from ..errors import Error
    from ..report.problem import Problem

    if isinstance(error, Problem):
        return fail(str(error), error.exit_status)
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
