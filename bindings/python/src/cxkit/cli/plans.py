"""`cxkit plan`: where the next answers should come from."""

from __future__ import annotations

import argparse
import dataclasses
import re
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..report.planfiles import PLAN_PERIODS, POLICIES
from ..report.problem import FileProblem, Problem, listed

if TYPE_CHECKING:
    from ..report.config import Config
    from ..report.planfiles import Amounts
    from ..report.shapes import Row

PATH = "the options"
WAVE = ("point", "now", "next", "share", "half_width_now", "half_width_next", "reason")
PERIOD = (
    "point",
    "now",
    "next",
    "without_evidence",
    "invitations",
    "floor",
    "capacity",
    "share",
    "level",
    "log_evidence",
    "alarm",
    "reason",
    "why",
)
SHORT = ("point", "now", "next", "floor", "capacity", "level", "log_evidence", "alarm", "why")
ONLY_PERIODS = ("policy", "permanent", "capacity", "rate", "arl", "drop", "baseline")


def options(command: argparse.ArgumentParser) -> None:
    """Beside the paths, the budget, the floor and the form of the table."""
    columns = command.add_argument_group("columns, in place of a cxkit.toml")
    columns.add_argument("--score", metavar="COLUMN", help="the column of answers, 0 to 10")
    columns.add_argument(
        "--point", action="append", default=[], metavar="COLUMN", help="the measurement point"
    )
    columns.add_argument("--time", metavar="COLUMN", help="dates of the answers")
    columns.add_argument(
        "--missing", type=lambda text: text.split(","), default=[], metavar="CODE,..."
    )
    ahead = command.add_argument_group("a plan of the next period")
    ahead.add_argument("--period", choices=PLAN_PERIODS)
    ahead.add_argument("--policy", choices=POLICIES, help="default evidence")
    ahead.add_argument("--permanent", action="append", metavar="POINT", help="its floor stays")
    ahead.add_argument("--capacity", action="append", type=amount, metavar="[POINT=]N")
    ahead.add_argument(
        "--rate", action="append", type=share, metavar="[POINT=]R", help="answers to an invitation"
    )
    ahead.add_argument("--arl", type=float, metavar="PERIODS", help="to the first false alarm")
    ahead.add_argument("--drop", type=drops, metavar="POINTS,...", help="falls to look for")
    ahead.add_argument("--baseline", type=int, metavar="N", help="answers of a reference")
    ahead.add_argument(
        "--monitor", metavar="FILE", help="start from this state, and store it here afterwards"
    )
    ahead.add_argument("--save-monitor", metavar="FILE", help="store the state here instead")


def amount(text: str) -> tuple[str, float]:
    """('' or a point, a number above 0)."""
    name, _, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f'"{text}" is not [POINT=]N with a number above 0')
    return name, value


def share(text: str) -> tuple[str, float]:
    name, value = amount(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f'"{text}" is no share of invitations: 1 is the most')
    return name, value


def drops(text: str) -> tuple[float, ...]:
    found = tuple(amount(part)[1] for part in text.split(","))
    if len(found) > 8 or max(found) > 200:
        raise argparse.ArgumentTypeError(f'"{text}" is not 1 to 8 numbers of points, 200 at most')
    return found


def gathered(given: list[tuple[str, float]], option: str) -> Amounts:
    """One number for all points, or numbers for some."""
    named = dict(given)
    if "" not in named:
        return named
    if len(named) > 1:
        raise Problem(f"{option} is given for all points and for some: give one of the two")
    return named[""]


def ranged(chosen: Namespace) -> str | None:
    """What is wrong with the numbers given; None when nothing is."""
    if chosen.arl is not None and not 2 <= chosen.arl <= 1e9:
        return f"--arl {chosen.arl:g} is not from 2 to 1e9"
    if chosen.baseline is not None and chosen.baseline < 1:
        return f"--baseline {chosen.baseline} is no number of answers"
    if bool(chosen.score) != bool(chosen.point):
        return "--score and --point belong together: give both, or neither and a cxkit.toml"
    if (chosen.time or chosen.missing) and not chosen.score:
        return "--time and --missing go with --score and --point"
    if chosen.score and chosen.config:
        return "--score and --config cannot be given together"
    return None


def described(chosen: Namespace) -> tuple[Config, Path, list[Path] | None]:
    """The configuration that the options stand for, folder and files."""
    paths = [Path(path) for path in chosen.paths]
    for path in paths:
        if not path.exists():
            raise FileProblem(f"{path}: there is no such file or folder")
    folders = [path for path in paths if path.is_dir()]
    if folders and len(paths) > 1:
        raise Problem("give one folder, or files")
    from ..report.config import Codes, Config, Score

    config = Config(
        path=PATH,
        title="",
        files=("*.csv", "*.csv.gz", "*.tsv", "*.parquet"),
        scores=(Score(chosen.score, chosen.score, "nps", Codes((0, 10), tuple(chosen.missing))),),
        date=chosen.time,
        point=tuple(chosen.point),
    )
    return config, folders[0] if folders else paths[0].parent, None if folders else paths


def changed(config: Config, chosen: Namespace, alone: Row) -> Config:
    """The configuration with what the options say, and without what no plan needs."""
    if not config.point:
        raise Problem(f"{config.path}: a plan needs point in [columns]")
    names = ("budget", "floor", "period", "policy", "arl", "drop", "baseline")
    asked: Row = {key: one for key in names if (one := getattr(chosen, key)) is not None}
    if chosen.permanent:
        asked["permanent"] = tuple(chosen.permanent)
    for key in ("capacity", "rate"):
        if given := getattr(chosen, key):
            asked[key] = gathered(given, f"--{key}")
    if chosen.monitor:
        asked["monitor"] = asked["save"] = str(Path(chosen.monitor).resolve())
    if chosen.save_monitor:
        asked["save"] = str(Path(chosen.save_monitor).resolve())
    kept = ("invitations",) if config.invitations and config.invitations.point else ()
    aside = {key: value for key, value in alone.items() if key not in (*kept, "gate")}
    plan = dataclasses.replace(config.plan, **asked)
    if plan.save and not plan.period:
        raise Problem(
            f"{config.path}: a stored monitor is for a plan of the next period: give --period"
        )
    found = dataclasses.replace(config, plan=plan, drivers=None, behaviours=(), **aside)
    if plan.period and (not found.date or found.weight or found.scores[0].metric == "mean"):
        raise Problem(
            f"{config.path}: a plan of the next {plan.period} needs answers with a date, without "
            "weights, and a score that counts shares (nps or csat)"
        )
    return found


def run(chosen: Namespace, located: Any, alone: Row) -> tuple[Row, bool, list[str]]:
    """(the plan, whether it is of a period, what to know of it)."""
    if not chosen.score:
        return made(chosen, located(chosen), alone)
    try:
        return made(chosen, described(chosen), alone)
    except Problem as problem:
        raise type(problem)(spoken(str(problem))) from None


def spoken(text: str) -> str:
    """A sentence about a configuration, for those who gave options."""
    text = text.removeprefix(f"{PATH}: ")
    text = re.sub(r"\b(\w+) = (\S+) in \[plan\]", r"--\1 \2", text)
    text = re.sub(r"\b(\w+) in \[plan\]", r"--\1", text)
    text = re.sub(r"\bbudget = (?=\d)", "--budget ", text)
    return text.replace("add it to missing or not_applicable in cxkit.toml", "give it as --missing")


def made(
    chosen: Namespace, source: tuple[Config, Path, list[Path] | None], alone: Row
) -> tuple[Row, bool, list[str]]:
    from ..report import analyse, answers, periods
    from . import output

    config, folder, files = source
    config = changed(config, chosen, alone)
    with output.progress(chosen) as log:
        found = analyse.analyse(config, answers.read(config, folder, files, log), log)
    if found["next_period"]:
        return found["next_period"], True, cautions(found, found["next_period"], config)
    given = [f"--{name}" for name in ONLY_PERIODS if getattr(chosen, name)]
    if given:
        raise Problem(
            f"{given[0]} is for a plan of the next period: give --period"
            + (" and --time" if periods.wanted(config) is None and not config.date else "")
        )
    if not found["plan"]:
        raise Problem(f"{config.path}: no plan can be made: every point is hidden")
    return found["plan"], False, cautions(found, found["plan"], config)


def cautions(found: Row, plan: Row, config: Config) -> list[str]:
    """What is not as asked, and what is left out: one sentence each."""
    from ..report.planwords import when

    names = [row["point"] for row in plan["rows"]]
    said: list[str] = []
    if config.plan.floor and plan["floor"] < config.plan.floor:
        said.append(
            f"The floor asked for, {config.plan.floor}, does not fit into {plan['budget']:,} "
            f"answers: it is {plan['floor']}."
        )
    if plan.get("planned", plan["budget"]) < plan["budget"]:
        said.append(
            f"The points can take {plan['planned']:,} answers only, of the {plan['budget']:,} "
            "there are."
        )
    for count, what in (
        ((found["points"] or {}).get("without_point"), "no point"),
        (plan.get("without_date"), "no date"),
    ):
        if count:
            said.append(f"{count:,} answer{'s have' if count > 1 else ' has'} {what}: left out.")
    if plan.get("closed"):
        said.append(
            f"No answer for long before {when(plan['last'], plan['period'])}, and so left out as "
            f"closed: {listed(plan['closed'])}. If that is not so, look at the newest date."
        )
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(" ".join(name.split()).casefold(), []).append(name)
    said += [
        f"{listed(same)} differ in capitals or spaces alone: one point is to be written one way."
        for same in alike.values()
        if len(same) > 1
    ]
    return said


def rows_of(found: Row, ahead: bool, form: str) -> list[Row]:
    """The columns of the table, fewer for people."""
    names = WAVE if not ahead else SHORT if form == "table" else PERIOD
    rows = [{key: row[key] for key in names} for row in found["rows"]]
    if ahead and form == "table":
        for row in rows:
            row["alarm"] = "" if row["alarm"] in (None, "none") else row["alarm"]
    return rows


def said(found: Row, ahead: bool) -> str:
    """The line under the table."""
    if not ahead:
        return (
            f"{found['budget']:,} answers; half width of the whole "
            f"{found['half_width_now']:.3g} now, {found['half_width_next']:.3g} next; gap "
            f"{found['gap']:.3g}"
        )
    from ..report.planwords import lead, recalled

    return " ".join(text for text in (lead(found), recalled(found)) if text)
