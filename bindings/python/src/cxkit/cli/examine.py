"""doctor: what the columns of a file look like, as a cxkit.toml to correct."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..report.config import Codes, Config
from ..report.problem import listed
from ..report.source import Source, canonical
from . import loglike

AGREEMENT = [
    ("extremely unlikely", "unlikely", "neither likely nor unlikely", "likely", "extremely likely"),
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very poor", "poor", "fair", "good", "very good"),
    ("very bad", "bad", "neutral", "good", "very good"),
]
ASIDE = re.compile(r"don.?t know|not applicable|n/?a|unsure|no opinion|never used", re.I)
BLANK = re.compile(r"blank|missing|no answer|refused|null|none|nan|-+", re.I)
RECOMMEND = re.compile(r"nps|netpro|recommend|promoter|likelihood", re.I)
OVERALL = re.compile(r"overall|whole|total|general|_all$|satisf|csat", re.I)
YES, NO = {"yes", "y", "true", "ja", "1"}, {"no", "n", "false", "nein", "0", "2"}
WAITED = r"^wait|waited|waiting|queue|_wait"
PEOPLE = r"^(age|sex|gender|region|state|segment|tier)|age_?group|_region"
FEWEST = 20  # answers before the values say anything about the scale
FEW = 200  # different values of a column that can name measurement points


NO_SCORE = "no column looks like a score: fill in [[score]]"
UNSCORED = [
    "# Proposed by cxkit doctor from logs alone. A report needs answers too: name their file.",
    "# Every line is a guess from names and values. Correct it before use.",
    'files = ["answers.csv"]  # check: there is no file of answers yet',
    "",
    "[[score]]",
    'column = "score"  # check',
    'metric = "nps"',
    "scale = [0, 10]",
    "",
]


class Column:
    """One column: its different values, and what they might be."""

    def __init__(self, source: Source, name: str) -> None:
        self.name = name
        self.values = [(text, count) for text, count in source.distinct(name) if text != ""]
        self.count = sum(count for _, count in self.values)
        self.numbers = {
            value: count
            for text, count in self.values
            if isinstance(value := canonical(text), float)
        }
        self.words = {
            text: count for text, count in self.values if not isinstance(canonical(text), float)
        }
        self.total = source.count

    @property
    def whole(self) -> bool:
        return all(value == int(value) for value in self.numbers)

    def answers(self, low: int, high: int) -> float:
        """How much of the column stands on a scale."""
        return sum(n for value, n in self.numbers.items() if low <= value <= high) / (
            self.count or 1
        )


def kind(column: Column) -> str:
    """What a column is taken for."""
    if column.count == 0:
        return "empty"
    if column.words and all(looks_like_time(text) for text in list(column.words)[:50]):
        return "time"
    if verbal(column):
        return "verbal"
    if (
        re.search(r"weight|^wt?$|gewicht", column.name, re.I)
        and column.numbers
        and not column.words
    ):
        return "weight"
    if re.search(r"^(wave|year|quarter|month|period|round)$", column.name, re.I):
        return "wave"
    lowered = {text.casefold() for text, _ in column.values}
    if lowered <= YES | NO and len(lowered) == 2:
        return "yes-no"
    if len(column.words) <= 3 and column.numbers and column.whole:
        found = number_scale(column)
        if found:
            return found
    if 2 <= len(column.values) <= FEW and (column.words or len(column.values) <= 12):
        return "group"
    return "other"


def looks_like_time(text: str) -> bool:
    return (
        re.fullmatch(
            r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?", text
        )
        is not None
    )


def number_scale(column: Column) -> str | None:
    """nps, five, seven or yes-no by the values; a few codes outside are allowed."""
    values = sorted(column.numbers)
    if RECOMMEND.search(column.name) and column.answers(0, 10) > 0.5 and values[-1] >= 6:
        return "nps"
    if set(values) <= {0, 1, 2, 3, 4} and {1, 2} <= set(values) and column.answers(1, 2) > 0.85:
        return "yes-no"
    if values[0] >= 0 and len(values) <= 8 and {2, 3, 4} <= set(values):
        if 5 in values and column.answers(1, 5) > 0.2 and (7 not in values or 6 not in values):
            return "five"
        if {5, 6, 7} <= set(values) and column.answers(1, 7) > 0.2:
            return "seven"
    if {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10} <= set(values) and column.answers(0, 10) > 0.5:
        return "nps"
    return None


def warnings(column: Column) -> list[str]:
    """What would be read wrongly without an error: a scale that is not what the name says, and
    positions of options in place of their values."""
    low, high = ends(column)
    if high is None or low is None or not column.whole or column.count < FEWEST:
        return []
    said = []
    if RECOMMEND.search(column.name) and low >= 1 and high in (5, 7):
        said.append(
            f"looks like a 1-{high} scale: no Net Promoter Score comes of it, whatever it is called"
        )
    if RECOMMEND.search(column.name) and low == 1 and high == 10:
        said.append("nobody answered 0: asked from 1 to 10? Then state scale = [1, 10]")
    if low == 0 and high in (3, 4, 6) and len(column.numbers) > high:
        said.append(
            f"holds 0 to {high}: positions of options, counted from 0, in place of the values 1 to "
            f"{high + 1}? Then 0 would be off the scale and every other answer one too low"
        )
    return said


def against(paths: list[Path], config: Config) -> list[str]:
    """What speaks against a configuration that is there already."""
    source = Source(paths)
    return [
        f"warning: {score.column} {said}"
        for score in config.scores
        if score.column in source.columns and not score.codes.values
        for said in misread(Column(source, score.column), score.metric, score.codes)
    ]


def ends(column: Column) -> tuple[int | None, int | None]:
    """Lowest and highest value, without codes: what lies beyond 10, or is alone below 0."""
    inside = [int(value) for value in column.numbers if 0 <= value <= 10]
    if not inside or column.answers(0, 10) < 0.5:
        return None, None
    return min(inside), max(inside)


def misread(column: Column, metric: str, codes: Codes) -> list[str]:
    """What speaks against a score as it is configured."""
    low, high = ends(column)
    if low is None or high is None:
        return []
    said = []
    scale = codes.scale
    zero = any(canonical(str(code)) == 0 for code in codes.missing + codes.not_applicable)
    if metric == "nps" and scale[1] == 10 and high <= 7 and column.count >= FEWEST:
        said.append(
            f"no answer is above {high}: looks like a 1-{5 if high <= 5 else 7} scale, which is no "
            "Net Promoter question"
        )
    if low < scale[0] and high < scale[1] and not zero:
        said.append(
            f"holds {low} to {high} on a scale from {scale[0]} to {scale[1]}: positions of options "
            "in place of their values?"
        )
    return said


def verbal(column: Column) -> tuple[str, ...] | None:
    """The words of a known scale, lowest first, when the column has at least three of them."""
    lowered = {text.casefold() for text in column.words}
    for words in AGREEMENT:
        if len(lowered & set(words)) >= 3:
            return words
    return None


def codes(column: Column, low: int, high: int) -> tuple[list[float | str], list[float | str]]:
    """(missing, not applicable): the values outside a scale."""
    missing: list[float | str] = []
    aside: list[float | str] = []
    for text, _ in column.values:
        value = canonical(text)
        if isinstance(value, float) and low <= value <= high and value == int(value):
            continue
        if isinstance(value, float):
            shown = int(value) if value == int(value) else value
            (aside if value == high + 1 and high < 10 else missing).append(shown)
        elif ASIDE.fullmatch(text):
            aside.append(text)
        else:
            missing.append(text)
    return missing, aside


def quoted(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def bracket(values: Iterable[object]) -> str:
    return "[" + ", ".join(quoted(value) for value in values) + "]"


def key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def title(name: str) -> str:
    return name.strip().replace("_", " ").capitalize()


def scored(column: Column, taken: str) -> list[str]:
    """The lines of one [[score]]."""
    lines = [
        "[[score]]",
        f"column = {quoted(column.name)}",
        f"title = {quoted(title(column.name))}",
    ]
    words = verbal(column)
    if taken == "verbal" and words:
        found = {
            text: words.index(text.casefold()) + 1
            for text in column.words
            if text.casefold() in words
        }
        rest = [text for text in column.words if text not in found]
        aside: Sequence[float | str] = [text for text in rest if ASIDE.fullmatch(text)]
        missing: Sequence[float | str] = [text for text in rest if text not in aside]
        lines += ['metric = "csat"', f"scale = [1, {len(words)}]"]
    else:
        metric, low, high = {
            "nps": ("nps", 0, 10),
            "five": ("csat", 1, 5),
            "seven": ("csat", 1, 7),
        }[taken]
        missing, aside = codes(column, low, high)
        found = {}
        lines += [f'metric = "{metric}"', f"scale = [{low}, {high}]"]
    lines += code_lines(missing, aside)
    if found:
        lines += ["", "[score.values]"]
        lines += [
            f"{quoted(text)} = {value}"
            for text, value in sorted(found.items(), key=lambda pair: -pair[1])
        ]
    return lines + [""]


def code_lines(missing: Sequence[float | str], aside: Sequence[float | str]) -> list[str]:
    lines = []
    if missing:
        lines.append(f"missing = {bracket(missing)}  # check: outside the scale")
    if aside:
        lines.append(f"not_applicable = {bracket(aside)}  # check: outside the scale")
    return lines


def proposal(paths: list[Path]) -> tuple[str, list[str]]:
    """(text of a cxkit.toml, notes about what was guessed)."""
    paths, logs, about = loglike.sorted_out(paths, kind, Column)
    if not paths:
        return "\n".join(UNSCORED + logs).rstrip() + "\n", about + [NO_SCORE]
    source = Source(paths)
    columns = [Column(source, name) for name in source.columns]
    taken = {column.name: kind(column) for column in columns}
    by_kind: dict[str, list[Column]] = {}
    for column in columns:
        by_kind.setdefault(taken[column.name], []).append(column)
    scores, items = chosen_scores(by_kind)
    lines = [
        f"# Proposed by cxkit doctor from {listed([path.name for path in paths], 3)}: "
        f"{source.count:,} rows.",
        "# Every line is a guess from names and values. Correct it before use.",
        f"title = {quoted(title(paths[0].parent.resolve().name))}",
        f"files = {bracket([path.name for path in paths])}",
        "",
    ]
    lines += placed(by_kind, scores)
    lines += windowed(by_kind, columns)
    for column, taken_for in scores:
        lines += scored(column, taken_for)
    if len(items) >= 2 and scores:
        lines += driven(items, scores)
    for column in by_kind.get("yes-no", []):
        lines += behaved(column)
    notes = [
        f"{column.name}: {taken[column.name]}, {len(column.values):,} different values, "
        f"{source.count - column.count:,} blank"
        for column in columns
    ]
    notes += [f"warning: {column.name} {said}" for column in columns for said in warnings(column)]
    if not scores:
        notes.append(NO_SCORE)
        lines += [
            "[[score]]",
            f"column = {quoted(columns[0].name)}  # check: no column looks like a score",
            'metric = "nps"',
            "scale = [0, 10]",
            "",
        ]
    return "\n".join(lines + logs).rstrip() + "\n", notes + about


def chosen_scores(
    by_kind: dict[str, list[Column]],
) -> tuple[list[tuple[Column, str]], list[Column]]:
    """(scores with what they are taken for, items): a battery becomes drivers."""
    scores = [(column, "nps") for column in by_kind.get("nps", [])]
    scores += [(column, "verbal") for column in by_kind.get("verbal", [])]
    items: list[Column] = []
    for taken in ("five", "seven"):
        group = by_kind.get(taken, [])
        named = [column for column in group if OVERALL.search(column.name)]
        if len(group) > 2:
            scores += [(column, taken) for column in named[:1] or ([] if scores else group[:1])]
            if not items:
                used = [column for column, _ in scores]
                items = [column for column in group if column not in used]
        else:
            scores += [(column, taken) for column in group]
    return scores, items


def placed(by_kind: dict[str, list[Column]], scores: list[tuple[Column, str]]) -> list[str]:
    """The lines of [columns]."""
    lines = ["[columns]"]
    first = {name: by_kind[name][0].name for name in ("wave", "time", "weight") if name in by_kind}
    if "wave" in first:
        lines.append(f"wave = {quoted(first['wave'])}")
    if "time" in first:
        lines.append(f"date = {quoted(first['time'])}")
        if "wave" not in first:
            lines.append('every = "month"')
    groups = [column for column in by_kind.get("group", [])]
    if groups:
        lines.append(
            f"point = {quoted(groups[0].name)}"
            + (f"  # also possible: {listed([g.name for g in groups[1:]])}" if groups[1:] else "")
        )
    if "weight" in first:
        lines.append(f"weight = {quoted(first['weight'])}")
    return lines + [""]


def windowed(by_kind: dict[str, list[Column]], columns: list[Column]) -> list[str]:
    """The lines of [trend], [tolerance] and, to be filled in, of [margins]."""
    lines = ["[trend]", 'every = "week"', ""] if "time" in by_kind else []
    waits = [
        column
        for column in columns
        if re.search(WAITED, column.name, re.I)
        and len(column.numbers) > FEWEST
        and not column.words
        and min(column.numbers) >= 0
    ]
    if waits:
        lines += [
            "[tolerance]",
            f"wait = {quoted(waits[0].name)}  # check: in seconds?",
            "drop = 1  # check: steps of the scale",
            "",
        ]
    for column in by_kind.get("group", []):
        if re.search(PEOPLE, column.name, re.I) and len(column.values) <= 20:
            lines.append("# the known shares of all customers, to weight the answers to them:")
            lines.append(f"# [margins.{key(column.name)}]")
            lines += [f"# {quoted(text)} = 0.0" for text, _ in column.values] + [""]
    return lines


def driven(items: list[Column], scores: list[tuple[Column, str]]) -> list[str]:
    low, high = (1, 7) if any(7.0 in column.numbers for column in items) else (1, 5)
    missing: list[float | str] = []
    aside: list[float | str] = []
    for column in items:
        for found, total in zip(codes(column, low, high), (missing, aside)):
            total += [code for code in found if code not in total]
    of = scores[-1][0].name if scores[-1][1] in ("five", "seven") else scores[0][0].name
    return (
        ["[drivers]", f"of = {quoted(of)}", f"scale = [{low}, {high}]"]
        + code_lines(missing, aside)
        + ["", "[drivers.items]"]
        + [f"{key(column.name)} = {quoted(title(column.name))}" for column in items]
        + [""]
    )


def behaved(column: Column) -> list[str]:
    """The lines of one [[behaviour]]."""
    texts = [text for text, _ in column.values]
    yes: list[float | str]
    no: list[float | str]
    if {canonical(text) for text in texts} >= {1.0, 2.0}:
        yes, no = [1], [2]
    else:
        yes = [text for text in texts if text.casefold() in YES]
        no = [text for text in texts if text.casefold() in NO]
    used = {str(code) for code in yes + no}
    missing = [
        int(canonical(text)) if isinstance(canonical(text), float) else text
        for text in texts
        if text not in used and canonical(text) not in yes + no
    ]
    return [
        "[[behaviour]]",
        f"column = {quoted(column.name)}",
        f"title = {quoted(title(column.name))}",
        f"yes = {bracket(yes)}",
        f"no = {bracket(no)}",
        *([f"missing = {bracket(missing)}  # check"] if missing else []),
        "",
    ]
