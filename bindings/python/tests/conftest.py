"""Reference numbers, and what the tests share."""

import csv
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def vectors_folder() -> Path:
    if "CX_VECTORS" in os.environ:
        return Path(os.environ["CX_VECTORS"])
    root = Path(os.environ.get("CX_SRC", HERE.parents[2]))
    return root / "tests" / "vectors"


def read_vectors(name: str) -> list[dict[str, str]]:
    """The rows of tests/vectors/NAME.csv, the same that the C tests read."""
    with open(vectors_folder() / f"{name}.csv", newline="", encoding="utf-8") as lines:
        return [
            {key: (cell or "").strip() for key, cell in row.items()}
            for row in csv.DictReader(lines)
        ]


def number(text: str) -> float | None:
    return float(text) if text else None


def pytest_report_header(config: pytest.Config) -> str:
    import cxkit

    return f"cxkit {cxkit.__version__} from {Path(cxkit.__file__).parent}, Python {sys.version.split()[0]}"


def shared(relative: str) -> Path:
    """A file of the data folder that CX_SHARED names; without one the test says that it is skipped."""
    folder = os.environ.get("CX_SHARED")
    if not folder or not (Path(folder) / relative).exists():
        pytest.skip(f"no data folder with {relative} is given (CX_SHARED)")
    return Path(folder) / relative
