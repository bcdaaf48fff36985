"""What a user can put right, as one sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Problem(Exception):
    """Something is wrong with the data or their description. The text is the whole message."""

    exit_status = 1


class FileProblem(Problem):
    """A file or folder cannot be read or written."""

    exit_status = 3


def nearest(word: str, known: Iterable[str]) -> str:
    """' Did you mean "x"?' when one of the known words is near, else ''."""
    found = difflib.get_close_matches(word.strip().lower(), [k.lower() for k in known], 1, 0.6)
    if not found:
        return ""
    return f' Did you mean "{next(k for k in known if k.lower() == found[0])}"?'


def listed(words: Iterable[object], limit: int = 12) -> str:
    """'a, b and c', cut after `limit` words."""
    texts = [str(word) for word in words]
    if len(texts) > limit:
        return ", ".join(texts[:limit]) + f" and {len(texts) - limit} more"
    if len(texts) < 2:
        return "".join(texts)
    return ", ".join(texts[:-1]) + " and " + texts[-1]
