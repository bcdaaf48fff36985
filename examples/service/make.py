"""Makes the files of this example: a service desk that does not exist, with customers drawn by lot.

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
START, END = datetime(2024, 3, 1), datetime(2024, 7, 1)
LONG_WEEK = datetime(2024, 5, 13), datetime(2024, 5, 20)
TOPICS = {"invoice": 0.35, "fault": 0.25, "move": 0.2, "contract": 0.2}
CHANNELS = {"phone": 0.45, "chat": 0.25, "mail": 0.2, "app": 0.1}
RESOLVES = {"phone": 0.84, "chat": 0.55, "mail": 0.78, "app": 0.82}
OFFICES = {"Harbour": 620, "Market": 540, "Station": 480, "Hill": 260, "Lake": 85, "Island": 6}
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


def daytime(chance, day):
    """A moment of opening hours."""
    return day + timedelta(seconds=chance.uniform(8 * HOUR, 19 * HOUR))


def queue(chance, moment):
    """(seconds waited, gave up) of a call: patience against the time until somebody answers."""
    slow = LONG_WEEK[0] <= moment < LONG_WEEK[1]
    offered = chance.expovariate(1 / (420 if slow else 75))
    patience = 20 + chance.expovariate(1 / 380)
    return round(min(offered, patience)), patience < offered


def contacts(chance):
    """The contact log: issues of customers, each with one contact or more."""
    rows, days = [], (END - START).days
    for customer in range(1, 7001):
        rate = chance.gammavariate(2.0, 1.05)  # issues in four months
        issues = int(rate) + (chance.random() < rate % 1)
        quits = START + timedelta(days=chance.uniform(40, days)) if chance.random() < 0.1 else END
        for _ in range(issues):
            topic, channel = pick(chance, TOPICS), pick(chance, CHANNELS)
            moment = daytime(chance, START + timedelta(days=chance.randrange(days)))
            while moment < min(END, quits):
                wait, left = queue(chance, moment) if channel == "phone" else ("", False)
                known = customer if chance.random() > 0.06 else 0
                rows.append((moment, known, topic, channel, wait, left))
                solved = not left and chance.random() < RESOLVES[channel]
                if solved or (left and chance.random() < 0.15):
                    break
                if channel == "chat":  # chat hands over what it cannot do
                    channel = "phone" if chance.random() < 0.75 else "chat"
                gap = chance.uniform(0.05, 0.4) if left else chance.expovariate(1 / 2.2) + 0.1
                moment += timedelta(days=gap)
    rows.sort()
    return [
        (second(moment), known, topic, channel, wait, "yes" if left else "no")
        for moment, known, topic, channel, wait, left in rows
    ]


def promises(chance):
    """What was promised by when: callbacks and refunds are kept, visits of a technician are not."""
    kept = {"callback": 0.91, "refund": 0.88, "technician": 0.58}
    rows = []
    for _ in range(2400):
        kind = chance.choices(list(kept), (0.5, 0.2, 0.3))[0]
        made = daytime(chance, START + timedelta(days=chance.randrange(122)))
        due = made + timedelta(days=chance.randint(1, 10))
        late = 0 if chance.random() < kept[kind] else chance.expovariate(1 / 6.0) + 1
        done = daytime(chance, due.replace(hour=0, minute=0, second=0, microsecond=0))
        early = timedelta(days=chance.random() * (due - made).days * 0.8)
        done = done + timedelta(days=late) if late else max(made, done - early)
        cancelled = chance.random() < 0.04
        open_still = cancelled or done >= END
        rows.append(
            (made, kind, due.date(), "" if open_still else second(done), "yes" if cancelled else "no")
        )
    rows.sort()
    return [(second(made), *rest) for made, *rest in rows]


def cases(chance):
    """Complaints and inquiries: opened, first answered, resolved."""
    rows = []
    for _ in range(1900):
        kind = "complaint" if chance.random() < 0.35 else "inquiry"
        opened = daytime(chance, START + timedelta(days=chance.randrange(122)))
        answer = opened + timedelta(hours=chance.lognormvariate(2.2, 1.0))
        hours = chance.lognormvariate(4.3 if kind == "complaint" else 3.0, 0.9)
        solved = answer + timedelta(hours=hours)
        rows.append((opened, kind, answer, solved))
    rows.sort()

    def known(moment):
        return second(moment) if moment < END else ""

    return [(second(a), kind, known(b), known(c)) for a, kind, b, c in rows]


def answers(chance):
    """Answers after a contact, asked by text message, by mail and on the phone."""
    rows = []
    for month in range(3, 7):
        for office, share in OFFICES.items():
            count = share if office == "Island" else round(share * chance.uniform(0.93, 1.07))
            for _ in range(count):
                mode = chance.choices(("text", "mail", "phone"), (0.5, 0.3, 0.2))[0]
                liking = chance.gauss(8.1, 2.3) + (0.7 if mode == "phone" else 0)
                liking -= 0.9 if office == "Station" and month == 6 else 0
                score = min(10, max(0, round(liking)))
                easy = min(5, max(1, round(0.34 * liking + chance.gauss(1.1, 0.8))))
                day = datetime(2024, month, chance.randint(1, 30)).date()
                blank = chance.random() < 0.03
                rows.append((day, office, mode, "" if blank else score, easy))
    rows.sort(key=lambda row: row[:3])
    return rows


def main():
    write(
        "answers.csv.gz",
        ["day", "office", "asked", "recommend", "satisfied"],
        answers(random.Random(1)),
    )
    write(
        "contacts.csv.gz",
        ["time", "customer", "topic", "channel", "wait", "gave_up"],
        contacts(random.Random(2)),
    )
    write(
        "promises.csv.gz", ["made", "kind", "due", "done", "cancelled"], promises(random.Random(3))
    )
    write("cases.csv.gz", ["opened", "kind", "answered", "resolved"], cases(random.Random(4)))


if __name__ == "__main__":
    main()
