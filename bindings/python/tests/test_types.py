"""Type hints: complete, and right for those who call."""

import subprocess
import sys
from pathlib import Path

import pytest

import cxkit as cx

FOLDER = Path(cx.__file__).resolve().parent

CALLS = """
import cxkit as cx
reveal_type(cx.nps([1, 2]))
reveal_type(cx.nps([1, 2], by=["a", "b"]))
reveal_type(cx.nps(cx.tally_by([1], by=["a"])))
reveal_type(cx.csat([1]).value)
reveal_type(cx.Tally() + cx.Tally())
reveal_type(cx.plan([1.0], 5).n)
reveal_type(cx.drivers({}, "y").importance)
cx.nps([1], weight=[1])
"""
REVEALED = [
    "cxkit.estimate.Estimate",
    "cxkit.table.Table",
    "cxkit.table.Table",
    "float",
    "cxkit.tally.Tally",
    "tuple[float, ...]",
    "dict[str, float]",
]


def mypy(folder, *arguments):
    pytest.importorskip("mypy")
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(folder / "cache"), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"MYPYPATH": str(FOLDER.parent), "PATH": ""},
        timeout=300,
    )


def test_the_package_says_that_it_is_typed():
    assert (FOLDER / "py.typed").exists()


def test_mypy_strict_is_clean(tmp_path):
    done = mypy(tmp_path, "--strict", str(FOLDER / "__init__.py"))
    assert done.returncode == 0, done.stdout


def test_callers_see_the_right_types(tmp_path):
    (tmp_path / "calls.py").write_text(CALLS)
    lines = mypy(tmp_path, "calls.py").stdout.splitlines()
    notes = [line.partition('type is "')[2].rstrip('"') for line in lines if "Revealed" in line]
    assert [note.replace("builtins.", "") for note in notes] == REVEALED
    assert any("weight" in line and "error" in line for line in lines)
