"""The second program of README.md runs."""

import contextlib
import io
import pathlib
import re

import cxkit as cx

README = pathlib.Path(__file__).resolve().parents[3] / "README.md"


def test_the_program_about_logs_runs_as_printed():
    (program,) = re.findall(r"```py\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "README.md", "exec"), {"cx": cx})
    assert out.getvalue() == "75% of 4 issues took one contact, between 13% and 98%\n"
