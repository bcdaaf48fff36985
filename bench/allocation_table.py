"""The figures of docs/validation/allocation.md: runs bench/allocation and prints tables.

python bench/allocation_table.py run bench/allocation docs/validation/allocation.csv [SCENARIO..]
python bench/allocation_table.py pairs bench/allocation docs/validation/allocation_many.csv \
    FIRST END POLICY..
python bench/allocation_table.py show docs/validation/allocation.csv \
    docs/validation/allocation_many.csv

Every row of the files is one command, which stands in it with its runs and its seed. Rows already
there are kept, rows that are not listed here are dropped; remove the file to run all of them anew.
`pairs` runs S6 run by run, FIRST .. END - 1, each of them for all policies: the same points change
and give the same answers, so that policies are compared within runs.
"""

import csv
import io
import math
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

S1 = [
    ("neyman", 1000),
    ("evidence", 1000),
    ("evidence 30 1.5", 200),
    ("precision-budget 5 %", 200),
    ("evidence 14 1.5", 4000),
    ("evidence 1.4 1", 400),
    ("evidence 4.5 1", 400),
    ("evidence 24 1.5", 400),
    ("evidence 141 1.5", 400),
    ("proportional", 400),
    ("uniform", 400),
    ("random", 400),
    ("detect", 400),
    ("tssrp", 400),
    ("tras 0.15", 400),
    ("tras 0.02", 200),
    ("stay", 400),
    ("exploration", 400),
    ("oracle", 400),
    ("precision-budget 10 %", 200),
]
BOTH = ("neyman", "detect", "evidence", "evidence 14 1.5")
ROWS = (
    [("S1", label, runs) for label, runs in S1]
    + [(scenario, label, 200) for scenario in ("S2a", "S2b", "S2c") for label in BOTH]
    + [("S2c", "evidence common shock", 200)]
    + [(scenario, label, 200) for scenario in ("S3", "S3-plain", "S3-season") for label in BOTH]
    + [("S4", "neyman", 200), ("S4", "evidence", 200)]
    + [("S5", "closed-loop", 130), ("S5", "open-loop", 40), ("S5", "cap-then-stop", 40)]
)
MANY = ("seed", "clean", "cut", "delay", "true_share", "found_share", "found_delay", "max_age")
MANY += ("error_ratio", "error_day", "neyman_day", "wrong_share")


def command(row):
    scenario, label, runs = row
    return f"bench/allocation {scenario} {runs} 1 {shlex.quote(label)}"


def read(path):
    if not Path(path).exists():
        return []
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    order = {command(row): k for k, row in enumerate(ROWS)}
    kept = sorted((r for r in rows if r.get("command") in order), key=lambda r: order[r["command"]])
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, kept[0].keys(), lineterminator="\n")
        out.writeheader()
        out.writerows(kept)


def printed(program, *given):
    text = subprocess.run([program, *given], check=True, capture_output=True, text=True).stdout
    found = list(csv.DictReader(io.StringIO(text)))
    if len(found) != 1:
        sys.exit(f"{shlex.join(given)} printed {len(found)} rows")
    return found[0]


def run(program, path, *only):
    for row in ROWS:
        rows = read(path)
        if only and row[0] not in only:
            continue
        if any(known.get("command") == command(row) for known in rows):
            continue
        scenario, label, runs = row
        found = printed(program, scenario, str(runs), "1", label)
        write(path, [*read(path), {"command": command(row), **found}])


def pairs(program, path, first, end, *labels):
    for at, label in [(k, label) for k in range(int(first), int(end)) for label in labels]:
        given = ["S6", "1", "1", label, str(at)]
        row = {"command": shlex.join(["bench/allocation", *given]), "policy": label}
        rows = read(path)
        if any(known["command"] == row["command"] for known in rows):
            continue
        found = printed(program, *given)
        row |= {"run": at} | {name: found[name] for name in MANY}
        rows = sorted([*rows, row], key=lambda row: (row["policy"], int(row["run"])))
        with open(path, "w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, row.keys(), lineterminator="\n")
            out.writeheader()
            out.writerows(rows)


# -- tables ----------------------------------------------------------------------------------------


def number(row, name, form=".1f"):
    return format(float(row[name]), form) if row[name] else ""


def pair(row, name, error, form=".1f"):
    return f"{number(row, name, form)} ({number(row, error, form)})" if row[name] else ""


def over(row, name, base=1.0):
    return f"{100 * (float(row[name]) / base - 1):+.1f} %" if row[name] else ""


def share(row, name, form=".1f"):
    return f"{100 * float(row[name]):{form}} %" if row[name] else ""


def table(head, lines):
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for line in lines:
        print("| " + " | ".join(line) + " |")
    print()


def show_first(rows):
    best = next(row for row in rows if row["policy"] == "neyman")
    head = ["policy", "runs", "calibrated", "by value", "nine of ten", "guaranteed", "false alarm"]
    head += ["error, 1 day", "7 days", "28 days", "95 % intervals", "sequences"]
    lines = []
    for row in sorted(rows, key=lambda row: -float(row["calibrated_delay"])):
        line = [row["policy"], row["runs"], pair(row, "calibrated_delay", "calibrated_se")]
        line += [number(row, "calibrated_value"), number(row, "calibrated_p90", ".0f")]
        line += [pair(row, "delay", "delay_se"), pair(row, "arl", "arl_se", ".0f")]
        line += [over(row, "error_ratio")]
        line += [over(row, name, float(best[name])) for name in ("error_week", "error_month")]
        lines.append([*line, share(row, "coverage"), share(row, "sequence_coverage")])
    table(head, lines)


def show_others(rows):
    head = ["world", "policy", "runs", "calibrated", "guaranteed", "false alarm", "error"]
    head += ["error after the change", "at a changed point", "95 % intervals", "sequences"]
    lines = []
    for row in rows:
        line = [row["scenario"], row["policy"], row["runs"]]
        line += [pair(row, "calibrated_delay", "calibrated_se"), pair(row, "delay", "delay_se")]
        line += [pair(row, "arl", "arl_se", ".0f")]
        line += [over(row, "error_ratio"), over(row, "error_after"), share(row, "true_share", ".0f")]
        lines.append([*line, share(row, "coverage"), share(row, "sequence_coverage")])
    table(head, lines)


def show_asked(rows):
    head = ["policy", "runs", "answers", "within 250 +- 32", "hours fit, off", "days fit, off"]
    head += ["plain mean", "by 1 / p", "post-stratified"]
    lines = []
    for row in rows:
        line = [row["policy"], row["runs"]]
        line += [f"{number(row, 'answers', '.0f')} (sd {number(row, 'answers_sd', '.0f')})"]
        line += [share(row, "within_share", ".0f")]
        for k in ("hours", "days"):
            line += [f"{share(row, k + '_fit', '.0f')}, {share(row, k + '_off', '.0f')}"]
        biases = ("naive_bias", "hajek_bias", "strata_bias")
        lines.append(line + [pair(row, name, name + "_se", ".2f") for name in biases])
    table(head, lines)


def column(rows, name):
    return {int(row["run"]): float(row[name]) for row in rows if row[name]}


def mean(values, form):
    text = f"{statistics.fmean(values):{form}}"
    if len(values) < 2:
        return text
    return f"{text} ({statistics.stdev(values) / math.sqrt(len(values)):{form}})"


def show_ratio(name, rows, base):
    """The ratio of means over the runs that both have, its error from the runs' differences."""
    ours, theirs = column(rows, name), column(base, name)
    both = sorted(ours.keys() & theirs.keys())
    below = statistics.fmean(theirs[k] for k in both)
    ratio = statistics.fmean(ours[k] for k in both) / below
    off = [ours[k] - ratio * theirs[k] for k in both]
    error = statistics.stdev(off) / math.sqrt(len(both)) / below if len(both) > 1 else math.nan
    less = sum(ours[k] < theirs[k] for k in both)
    more = sum(ours[k] > theirs[k] for k in both)
    print(f"{rows[0]['policy']} / {base[0]['policy']}, {name}: {ratio:.2f} ({error:.2f}),", end=" ")
    print(f"less in {less}, more in {more} of {len(both)} runs")


def show_many(rows):
    head = ["policy", "runs", "days to the alarm", "median", "at a changed point"]
    head += ["changed points found in 365 days", "days to each"]
    head += ["most days without an answer", "error", "against Neyman's 60 days"]
    policies = {row["policy"]: [r for r in rows if r["policy"] == row["policy"]] for row in rows}
    best = statistics.fmean(column(policies["neyman"], "error_day").values())
    lines = []
    for label, part in policies.items():
        delays, alarms = column(part, "delay").values(), column(part, "true_share").values()
        cut = sum(int(row["cut"]) for row in part)
        line = [label, str(len(part)), mean(delays, ".0f") + (f", {cut} without" if cut else "")]
        line += [f"{statistics.median(delays):.0f}"]
        line += [f"{100 * statistics.fmean(alarms):.0f} %" if alarms else ""]
        found = [100 * value for value in column(part, "found_share").values()]
        line += [mean(found, ".0f") + " %", mean(column(part, "found_delay").values(), ".0f")]
        line += [str(max(int(row["max_age"]) for row in part))]
        ratio = statistics.fmean(column(part, "error_ratio").values())
        long = statistics.fmean(column(part, "error_day").values()) / best
        lines.append([*line, f"{100 * ratio - 100:+.1f} %", f"{100 * long - 100:+.1f} %"])
    table(head, lines)
    for label in sorted(policies.keys() - {"uniform"}):
        for name in ("delay", "found_delay"):
            show_ratio(name, policies[label], policies["uniform"])


def show(path, many):
    rows = read(path)
    show_first([row for row in rows if row["scenario"] == "S1"])
    show_others([row for row in rows if row["scenario"][:2] in ("S2", "S3", "S4")])
    show_asked([row for row in rows if row["scenario"] == "S5"])
    show_many(read(many))


if __name__ == "__main__":
    {"run": run, "pairs": pairs, "show": show}[sys.argv[1]](*sys.argv[2:])
