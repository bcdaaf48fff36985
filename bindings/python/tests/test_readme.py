"""The second program of README.md runs, and the how-to about silent customers."""

import contextlib
import io
import pathlib
import re

import cxkit as cx

README = pathlib.Path(__file__).resolve().parents[3] / "README.md"


def test_the_how_to_about_silent_customers_runs():
    text = (README.parent / "docs" / "how-to" / "silence.md").read_text(encoding="utf-8")
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile("\n".join(lines), "silence.md", "exec"), names)
    assert names["rates"].rr1 == 0.375
    assert round(names["nps"].value) == 55
    assert names["worst"].low < 0 < names["worst"].high and names["worst"].can_flip


def test_the_program_about_logs_runs_as_printed():
    (program,) = re.findall(r"```py\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "README.md", "exec"), {"cx": cx})
    assert out.getvalue() == "75% of 4 issues took one contact, between 13% and 98%\n"
