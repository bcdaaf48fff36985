"""import cxkit needs nothing else, and says nothing."""

import subprocess
import sys
from pathlib import Path

import cxkit as cx

FOLDER = Path(cx.__file__).resolve().parents[1]

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})

class Blocker:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root not in sys.stdlib_module_names and root != "cxkit":
            raise ImportError(f"{{name}} is not to be imported")

sys.meta_path.insert(0, Blocker())
import cxkit as cx
print(cx.nps([10, 9, 8, 3], by=["a", "a", "b", "b"])["n"], cx.plan([1, 4], 9).n, cx.__version__)
loaded = [name for name in ("numpy", "pandas", "polars", "pyarrow", "duckdb", "matplotlib") if name in sys.modules]
print(loaded)
"""


def run(*options):
    return subprocess.run(
        [sys.executable, "-S", *options, "-c", SCRIPT.format(folder=str(FOLDER))],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_import_needs_no_other_package():
    for options in ((), ("-I",), ("-W", "error", "-X", "dev")):
        done = run(*options)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [f"[2, 2] (3, 6) {cx.__version__}", "[]"]
        assert done.stderr == ""


def test_nothing_is_said_at_exit_about_leaks():
    done = run("-X", "dev")
    assert "leak" not in done.stderr + done.stdout
