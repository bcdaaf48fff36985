"""Makes the files of this example: opticians that do not exist, with customers drawn by lot.

    python3 make.py

Everything is synthetic and comes from one seed, so the files are the same every time. What is
built in, and what the report should find, stands in README.md.
"""

import csv
import gzip
import io
import pathlib
import random
from datetime import datetime, timedelta

FOLDER = pathlib.Path(__file__).parent
START, END = datetime(2024, 4, 1), datetime(2024, 7, 1)
SHOPS = {"Bridge": 0.3, "Gate": 0.26, "Mill": 0.2, "Park": 0.14, "Quay": 0.02, "Canal": 0.08}
OPENS = {"Canal": datetime(2024, 5, 1)}
CHANNELS = {"shop": 0.55, "phone": 0.25, "app": 0.2}
AGES = {"18-34": 0.3, "35-54": 0.35, "55+": 0.35}
ANSWERS = {"18-34": 0.18, "35-54": 0.34, "55+": 0.52}  # chance to answer
LIKING = {"18-34": 6.5, "35-54": 7.7, "55+": 8.7}
WORKS = datetime(2024, 5, 13), datetime(2024, 5, 27)  # building works
LONG_WAIT = 900  # seconds after which a wait is held against the shop
HOUR = 3600


def pick(chance, table):
    return chance.choices(list(table), list(table.values()))[0]


def second(moment):
    return moment.replace(microsecond=0).isoformat(sep=" ")


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


def visits(chance):
    """Every encounter: number, moment, shop, channel, age, region, seconds waited."""
    rows = []
    for _ in range(12600):
        moment = START + timedelta(days=chance.randrange(91), seconds=chance.uniform(9, 18) * HOUR)
        shop = pick(chance, SHOPS)
        if moment < OPENS.get(shop, START):
            continue
        waited = round(chance.expovariate(1 / 420))
        rows.append(
            (
                moment,
                shop,
                pick(chance, CHANNELS),
                pick(chance, AGES),
                chance.choice(("north", "south")),
                waited,
            )
        )
    rows.sort()
    return [(number, *row) for number, row in enumerate(rows, 10001)]


def opinion(chance, shop, age, waited, moment):
    """An answer from 0 to 10."""
    liking = chance.gauss(LIKING[age], 2.0) + (1.2 if shop == "Canal" else 0)
    liking -= 1.6 if waited > LONG_WAIT else 0
    liking -= 0.5 if shop == "Mill" else 0
    liking -= 1.6 if WORKS[0] <= moment < WORKS[1] else 0
    return min(10, max(0, round(liking)))


def asked(chance, encounters):
    """(events of invitations, answers): nobody who used the app is asked."""
    events, answers = [], []
    for visit, moment, shop, channel, age, region, waited in encounters:
        if channel == "app" or chance.random() < 0.25:
            continue
        number = f"i{visit}"
        about = (age if chance.random() > 0.02 else "", region, visit)
        at = moment + timedelta(hours=2)
        if chance.random() < 0.08:
            events.append((at, number, "quarantined", *about))
            continue
        events.append((at, number, "sent", *about))
        if chance.random() < 0.05:
            events.append((at + timedelta(minutes=1), number, "bounced", *about))
            continue
        reach = ANSWERS[age] / 0.95
        if chance.random() > min(1, reach + 0.25):
            continue
        later = at + timedelta(hours=chance.expovariate(1 / 9))
        events.append((later, number, "opened", *about))
        if chance.random() > reach / min(1, reach + 0.25):
            if chance.random() < 0.25:
                events.append((later + timedelta(minutes=1), number, "started", *about))
            continue
        done = later + timedelta(minutes=4)
        events.append((done, number, "finished", *about))
        score = opinion(chance, shop, age, waited, moment)
        easy = min(5, max(1, round(0.36 * score + chance.gauss(1.1, 0.7))))
        blank = chance.random() < 0.02
        stated = age if chance.random() > 0.03 else ""
        answers.append(
            (moment.date(), shop, stated, region, "" if blank else score, easy, waited)
        )
    return [(second(at), *rest) for at, *rest in sorted(events)], sorted(answers, key=str)


def loop(chance):
    """Unhappy customers who were called back, but for some held out by lot."""
    rows = []
    for _ in range(2400):
        first = chance.choices(range(11), (1, 1, 2, 3, 4, 6, 7, 12, 16, 20, 28))[0]
        alerted = START + timedelta(days=chance.randrange(70), seconds=chance.uniform(9, 18) * HOUR)
        held = first <= 6 and chance.random() < 0.4
        called = first <= 6 and not held and chance.random() < 0.9
        at = alerted + timedelta(hours=chance.expovariate(1 / 22)) if called else None
        again = ""
        answered = chance.random() < 0.6
        if first <= 6 and answered:
            better = 0.64 if called else 0.45  # about half leave the class by themselves
            again = chance.choice((7, 8, 9, 10)) if chance.random() < better else chance.randint(2, 6)
        rows.append(
            (
                second(alerted),
                first,
                "yes" if held else "no",
                "yes" if called else "no",
                second(at) if at else "",
                "yes" if first <= 6 else "no",
                again,
            )
        )
    return sorted(rows)


def staff(chance):
    """Employees by team: the workshop is too small to be shown."""
    teams = {"sales": (34, 7.6), "fitting": (19, 8.1), "workshop": (3, 6.0), "service": (8, 6.9)}
    return [
        (team, min(10, max(0, round(chance.gauss(liking, 1.9)))))
        for team, (count, liking) in teams.items()
        for _ in range(count)
    ]


def main():
    encounters = visits(random.Random(11))
    write(
        "visits.csv.gz",
        ["visit", "time", "shop", "channel"],
        [(number, second(at), shop, channel) for number, at, shop, channel, *_ in encounters],
    )
    events, answers = asked(random.Random(12), encounters)
    write(
        "invitations.csv.gz",
        ["time", "invitation", "event", "age", "region", "visit"],
        events,
    )
    write(
        "answers.csv.gz",
        ["day", "shop", "age", "region", "recommend", "satisfied", "waited"],
        answers,
    )
    write(
        "calls.csv.gz",
        ["alerted", "score", "held_out", "called", "called_at", "asked_again", "score_again"],
        loop(random.Random(13)),
    )
    write("staff.csv.gz", ["team", "recommend"], staff(random.Random(14)))


if __name__ == "__main__":
    main()
