"""What a user can put right, as one sentence."""

import difflib


class Problem(Exception):
    """Something is wrong with the data or their description. The text is the whole message."""

    exit_status = 1


class FileProblem(Problem):
    """A file or folder cannot be read or written."""

    exit_status = 3


def nearest(word, known):
    """' Did you mean "x"?' when one of the known words is near, else ''."""
    found = difflib.get_close_matches(word.strip().lower(), [k.lower() for k in known], 1, 0.6)
    if not found:
        return ""
    return f' Did you mean "{next(k for k in known if k.lower() == found[0])}"?'


def listed(words, limit=12):
    """'a, b and c', cut after `limit` words."""
    words = [str(word) for word in words]
    if len(words) > limit:
        return ", ".join(words[:limit]) + f" and {len(words) - limit} more"
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]
