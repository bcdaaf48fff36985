"""A monitor that is kept in a file from one plan to the next."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import cxkit as cx

from .config import Config
from .problem import FileProblem, Problem, listed

SLOW = {"day": (14, 28.0, 1.0), "week": (2, 4.0, 7.0), "month": (1, 3.0, 30.0)}
PACE = ("guard", "half_life", "process_noise")


def read(config: Config, folder: Path) -> cx.Monitor | None:
    """The stored state; None where there is none yet."""
    if not config.plan.monitor:
        return None
    path = folder / config.plan.monitor
    try:
        return cx.Monitor.from_bytes(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileProblem(f"{path}: {error.strerror}") from None
    except (cx.FormatError, cx.VersionError) as error:
        raise FileProblem(
            f"{path}: {error}. Restore a copy, or delete the file and give all answers once"
        ) from None


def names(config: Config, monitor: cx.Monitor, given: list[str]) -> list[str]:
    """The points of a stored state, among which are all that are given."""
    table = monitor.points
    kept: list[str] = list(table[table.columns[0]])
    if table.columns[0] != "point" or not all(isinstance(name, str) for name in kept):
        raise Problem(f"{file(config)} watches points by number, and a plan knows them by name")
    new = [name for name in given if name not in kept]
    if new:
        raise Problem(
            f"{file(config)} does not watch {listed(new)}; its points are {listed(kept)}. To watch "
            "other points, delete the file and give all answers once"
        )
    return kept


def check(config: Config, monitor: cx.Monitor, wanted: cx.Monitor, every: str) -> None:
    """Refuses a state that was made with other settings."""
    kept, asked = monitor.settings, wanted.settings
    for other, pace in SLOW.items():
        if other != every and pace == tuple(kept[key] for key in PACE):
            raise Problem(
                f'{file(config)} was kept by the {other}, and here period is "{every}": give '
                f'period = "{other}", or another file'
            )
    apart = [key for key in kept if kept[key] != asked[key]]
    if apart:
        raise Problem(
            f"{file(config)} was made with "
            + listed(f"{key} = {spoken(kept[key])}" for key in apart)
            + ", and here "
            + listed(f"{key} = {spoken(asked[key])}" for key in apart)
            + ": settings of a monitor never change; go back to them, or give another file"
        )


def behind(config: Config, reached: str, last: str) -> Problem:
    """The answers end before the state does."""
    return Problem(
        f"{file(config)} has taken in the answers up to {reached}, and the newest here are of "
        f"{last}: give the newer answers too, or an older copy of the file"
    )


def spoken(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(spoken(one) for one in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def file(config: Config) -> str:
    """The file, as it is said in a sentence."""
    return f"{config.path}: the stored monitor {config.plan.monitor}"


def save(monitor: cx.Monitor, folder: Path, name: str) -> None:
    """Writes the state beside the file and then in its place: there is always a whole one."""
    path = folder / name
    copy = ""
    try:
        handle, copy = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(bytes(monitor))
            out.flush()
            os.fsync(out.fileno())
        os.replace(copy, path)
    except OSError as error:
        if copy and os.path.exists(copy):
            os.unlink(copy)
        raise FileProblem(f"{path}: the monitor cannot be stored: {error.strerror}") from None


def settle(monitor: cx.Monitor, noticed: list[tuple[str, int]]) -> None:
    """Takes notice of alarms of periods that are stored, where that was said afterwards."""
    if not noticed:
        return
    standing = [(row["point"], row["since"]) for row in monitor.alarms]
    for name, day in noticed:
        if day < monitor.period and any(p == name and since <= day for p, since in standing):
            monitor.acknowledge(name, learn=True)

