"""Makes answers.csv and cxkit.toml: a simulated company, its survey, and a business case from both.

    python3 make.py

Nothing here is of a real company: `cx.simulate_business` draws 40 stores and 12,000 customers from a
model that is known, and the links of the case are estimated from what such a company could see.
"""

import csv
import datetime
import pathlib

import cxkit as cx

HERE = pathlib.Path(__file__).parent
STORES, CUSTOMERS, MONTHS, SEED = 40, 12_000, 36, 7


def month(number):
    """Month 1 is January 2022."""
    return datetime.date(2022 + (number - 1) // 12, (number - 1) % 12 + 1, 15)


def answers(company):
    """One row for each answer: its store and date."""
    months = company.months
    rows = zip(months["month"], months["store"], months["answered"], months["score"])
    return [(month(m).isoformat(), f"Store {s + 1:02}", int(v)) for m, s, a, v in rows if a]


def initiative(company):
    """What the initiative "emotion" did to the score: stores by month, where and when it came by lot."""
    stores = company.stores
    seen = [at for at, value in enumerate(stores["surveyed"]) if value is not None]
    take = {name: [stores[name][at] for at in seen] for name in stores.columns}
    return cx.regress(
        {name: take[name] for name in ("emotion", "ease", "efficiency")},
        take["surveyed"],
        weights=take["responses"],
        weight_kind="precision",
        fixed={"store": take["store"], "month": take["month"]},
        clusters=take["store"],
        confidence=0.95,
    ).estimate("emotion")


def leaving(company):
    """What a point of the customer's score does to retention over twelve months."""
    customers = company.customers
    scored = [at for at, score in enumerate(customers["score"]) if score is not None]
    take = {name: [customers[name][at] for at in scored] for name in customers.columns}
    spans = cx.person_periods(take["exit"], take["event"], entry=take["entry"])
    score = [take["score"][row] for row in spans["row"]]
    period = [float(value) for value in spans["period"]]
    x = {"score": score, "tenure": period}
    clusters = [take["store"][row] for row in spans["row"]]
    fit = cx.hazard(x, spans["event"], clusters=clusters)
    return cx.margin(fit, x, "score", horizon=12, population=True)


def links(company):
    """The two estimates, as they stand in the case."""
    found = {"emotion": initiative(company), "retention": leaving(company)}
    return {
        name: f"value = {one.value:.4f}\nse = {one.se:.4f}" for name, one in found.items()
    }


def main():
    company = cx.simulate_business(
        stores=STORES, customers=CUSTOMERS, months=MONTHS, seed=SEED
    )
    with open(HERE / "answers.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "store", "score"])
        writer.writerows(sorted(answers(company)))
    text = (HERE / "cxkit.toml.in").read_text(encoding="utf-8")
    for name, lines in links(company).items():
        text = text.replace(f"# {name} here", lines)
    (HERE / "cxkit.toml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
