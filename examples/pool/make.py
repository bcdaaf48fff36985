"""Makes the files of this example: workshops that do not exist, with customers drawn by lot.

    python3 make.py

Everything is synthetic and comes from one seed, so the files are the same every time. What is
built in, and what the report should find, stands in README.md.
"""

import csv
import gzip
import io
import pathlib
import random
from datetime import date, datetime, timedelta

FOLDER = pathlib.Path(__file__).parent
START = date(2024, 1, 1)
WEEKS = 30
WORKSHOPS = {"Ash": 0.25, "Birch": 0.22, "Cedar": 0.18, "Elm": 0.16, "Fir": 0.11, "Hazel": 0.08}
LIKING = {"Ash": 8.4, "Birch": 8.2, "Cedar": 8.3, "Elm": 8.0, "Fir": 8.5, "Hazel": 8.1}
VISITS = 1100  # a week
DROP = "Elm", 24, 1.4  # from this week on customers like it so much less
BROKEN = "Birch", 23, 0.35  # from this week on so few of those who answered before
MOVED = 27  # from this week on the pool is at Elm
QUARANTINE = timedelta(days=28)
REGULARS, RARE = 900, 24000
CLASSES = (0, 1, 2, 4, 8, 16)


def chance_of(workshop, week):
    """Probability to be asked: floors for all, and the pool where trouble was seen."""
    if week < MOVED:
        return 0.55
    return 0.95 if workshop == "Elm" else 0.45


def frequency(visits, day):
    """Class of how often somebody came in the four weeks before."""
    recent = sum(1 for one in visits if day - one <= QUARANTINE)
    return max(index for index, least in enumerate(CLASSES) if recent >= least)


def opinion(chance, workshop, regular, week):
    liking = LIKING[workshop] + (0.5 if regular else 0)
    if workshop == DROP[0] and week >= DROP[1]:
        liking -= DROP[2]
    return min(10, max(0, round(chance.gauss(liking, 1.9))))


def decisions():
    """Every visit: moment, customer, workshop, probability, invited, reason, class, score."""
    chance, asked, seen, rows = random.Random(24), {}, {}, []
    names, parts = list(WORKSHOPS), list(WORKSHOPS.values())
    for week in range(WEEKS):
        moments = sorted(
            datetime.combine(START, datetime.min.time())
            + timedelta(days=7 * week + chance.randrange(6), minutes=chance.randrange(540, 1080))
            for _ in range(VISITS)
        )
        for moment in moments:
            regular = chance.random() < 0.35
            customer = chance.randrange(REGULARS) if regular else REGULARS + chance.randrange(RARE)
            workshop = chance.choices(names, parts)[0]
            visits = seen.setdefault(customer, [])
            often = frequency(visits, moment.date())
            visits.append(moment.date())
            probability = chance_of(workshop, week)
            if customer in asked and moment - asked[customer] < QUARANTINE:
                rows.append((moment, customer, workshop, 0, 0, "rule", often, ""))
                continue
            if chance.random() >= probability:
                rows.append((moment, customer, workshop, probability, 0, "not drawn", often, ""))
                continue
            asked[customer] = moment
            reply = 0.36 * (BROKEN[2] if workshop == BROKEN[0] and week >= BROKEN[1] else 1)
            score = ""
            if chance.random() < reply:
                score = opinion(chance, workshop, regular, week)
            rows.append((moment, customer, workshop, probability, 1, "invited", often, score))
    return rows


def write(name, header, rows):
    """A gzipped CSV file with the same bytes for the same rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    with open(FOLDER / name, "wb") as file:
        with gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
            out.write(text.getvalue().encode())
    print(f"{name}: {len(rows):,} rows")


def main():
    log = decisions()
    write(
        "gate.csv.gz",
        ["time", "customer", "workshop", "probability", "invite", "reason", "frequency", "score"],
        [(moment.isoformat(" ", "minutes"), *rest) for moment, *rest in log],
    )
    write(
        "answers.csv.gz",
        ["day", "workshop", "score"],
        [(row[0].date(), row[2], row[7]) for row in log if row[7] != ""],
    )


if __name__ == "__main__":
    main()
