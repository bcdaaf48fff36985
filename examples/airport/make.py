"""Makes airport_2010.csv ... airport_2018.csv from the published survey files.

    python3 make.py FOLDER

FOLDER holds sfo_2010.csv.gz ... sfo_2018.csv.gz, the yearly files as published. Column names
changed from year to year; here each wave has the same columns, named in words. The codes of the
answers are left exactly as they were published (see README.md).
"""

import csv
import datetime
import gzip
import pathlib
import sys

# Published column per wave, for each column of ours. A missing wave means it was not asked.
ITEMS = [
    "art",
    "restaurants",
    "shops",
    "signs",
    "walkways",
    "screens",
    "information_arrivals",
    "information_departures",
    "wifi",
    "road_signs",
    "parking",
    "airtrain",
    "long_term_shuttle",
    "rental_cars",
]
FROM_2014 = [
    "Q7ART",
    "Q7FOOD",
    "Q7STORE",
    "Q7SIGN",
    "Q7WALKWAYS",
    "Q7SCREENS",
    "Q7INFODOWN",
    "Q7INFOUP",
    "Q7WIFI",
    "Q7ROADS",
    "Q7PARK",
    "Q7AIRTRAIN",
    "Q7LTPARKING",
    "Q7RENTAL",
]
EARLY = [item for item in ITEMS if item != "wifi"]


def lettered(prefix, count):
    return [prefix + letter for letter in "ABCDEFGHIJKLMNO"[:count]]


def columns(wave):
    """Ours -> published, for one wave."""
    if wave == 2010:
        return dict(
            zip(EARLY, lettered("Q6", 13)),
            overall="Q6N",
            shop="Q4B",
            food="Q4C",
            safe="Q9",
            find_way="Q13A",
            security="Q13B",
            problem="Q14",
            gate="GATENUM",
        )
    if wave == 2011:
        return dict(
            zip(EARLY, lettered("Q8", 13)),
            overall="Q8N",
            shop="Q4B",
            food="Q4C",
            safe="Q11",
            find_way="Q15A",
            security="Q15B",
            problem="Q16",
            gate="GATE",
        )
    if wave == 2012:
        names = [
            "Q8A_ART",
            "Q8B_FOOD",
            "Q8C_SHOP",
            "Q8D_SIGNS",
            "Q8E_WALK",
            "Q8F_SCREENS",
            "Q8G_INFOARR",
            "Q8H_INFODEP",
            "Q8I_ROAD",
            "Q8J_PARK",
            "Q8K_AIRTRAIN",
            "Q8L_LTPARK",
            "Q8M_RENTAL",
        ]
        return dict(
            zip(EARLY, names),
            overall="Q8N_WHOLE",
            shop="Q4BUY",
            food="Q4FOOD",
            safe="Q11SAFE",
            find_way="Q15A_FIND",
            security="Q15B_SECURITY",
            problem="Q16_PROBLEM",
            boarding_area="BAREA",
        )
    if wave == 2013:
        names = [
            "Q7A_ART",
            "Q7B_FOOD",
            "Q7C_SHOPS",
            "Q7D_SIGNS",
            "Q7E_WALK",
            "Q7F_SCREENS",
            "Q7G_INFOARR",
            "Q7H_INFODEP",
            "Q7I_WIFI",
            "Q7J_ROAD",
            "Q7K_PARK",
            "Q7L_AIRTRAIN",
            "Q7M_LTPARK",
            "Q7N_RENTAL",
        ]
        return dict(
            zip(ITEMS, names),
            overall="Q7O_WHOLE",
            shop="Q4BUY",
            food="Q4FOOD",
            used_wifi="Q4WIFI",
            safe="Q10SAFE",
            find_way="Q14A_FIND",
            security="Q14B_SECURITY",
            problem="Q15_PROBLEMS",
            gate="GATE",
            method="METHOD",
            frequent_flyer="Q21_HIFLYER",
        )
    found = dict(
        zip(ITEMS, FROM_2014),
        overall="Q7ALL",
        shop="Q4STORE",
        food="Q4FOOD",
        used_wifi="Q4WIFI",
        safe="Q10SAFE",
        find_way="Q14FIND",
        security="Q14PASSTHRU",
        problem="Q15PROBLEM",
        boarding_area="BAREA",
        method="METHOD",
        frequent_flyer={2014: "Q21FLY", 2015: "Q21FLY", 2018: "Q23FLY"}.get(wave, "Q22FLY"),
    )
    if wave == 2014:
        found["boarding_area"] = "AREA"
    if wave >= 2017:
        found["nps"] = "NETPRO"
    if wave == 2018:
        found.update(walkways="Q7WALKWAY", safe="Q10Safe", method="METH")
    return found


OUT = [
    "wave",
    "date",
    "boarding_area",
    "time_of_day",
    "destination",
    "purpose",
    "method",
    "language",
    "weight",
    "nps",
    "overall",
    *ITEMS,
    "find_way",
    "security",
    "safe",
    "problem",
    "shop",
    "food",
    "used_wifi",
    "frequent_flyer",
]
TIME = {"1": "AM", "2": "MID", "3": "PM"}
METHOD = {"1": "at gate", "2": "mail", "3": "online"}
LANGUAGE = {"1": "English", "2": "Spanish", "3": "Chinese", "4": "Japanese"}
DESTINATION = {
    "1": "US West",
    "2": "US East",
    "3": "US Midwest",
    "4": "Canada, Mexico, Caribbean",
    "5": "Central and South America",
    "6": "Europe",
    "7": "Middle East",
    "8": "Asia",
    "9": "Australia, New Zealand",
}
PURPOSE = {"0": "", "1": "business", "2": "pleasure", "3": "visiting", "5": "business", "8": ""}


def date(wave, code):
    """The day of the interview as the year's field guide codes it; blank when not known."""
    if wave == 2016:
        return datetime.datetime.strptime(code.split()[0], "%m/%d/%Y").date().isoformat()
    day = int(code)
    if wave == 2010:  # 1 = the pre-test on 7 September, then 12 September and on
        return "2010-09-07" if day == 1 else f"2010-09-{day + 10}" if day <= 13 else ""
    if wave == 2011:  # 1 = 10 May
        return f"2011-05-{day + 9}" if day <= 18 else ""
    if wave == 2012:  # 19 = other, 20 = not known, 21 = 19 May
        return "2012-05-19" if day == 21 else f"2012-05-{day:02}" if day <= 18 else ""
    if wave == 2013:  # 19 = other
        return f"2013-05-{day:02}" if day != 19 else ""
    return f"{wave}-{9 if wave == 2014 else 5:02}-{day:02}"


def area(wave, gate):
    """Boarding area of a gate, where the file has no letter (2010, 2011, 2013)."""
    for letter, low, high in (
        ("A", 1, 12),
        ("B", 20, 39),
        ("C", 40, 48),
        ("D", 50, 59),
        ("E", 60, 67),
        ("F", 68, 90),
        ("G", 91, 102),
    ):
        if low <= int(gate) <= high:
            return letter
    raise ValueError(f"{wave}: no boarding area has gate {gate}")


def harmonise(wave, row):
    names = columns(wave)
    out = dict.fromkeys(OUT, "")
    out.update({ours: row[theirs] for ours, theirs in names.items() if ours in out})
    out["wave"] = str(wave)
    out["date"] = date(wave, row["INTDATE"])
    out["boarding_area"] = out["boarding_area"] or area(wave, row[names["gate"]])
    out["time_of_day"] = TIME[row["STRATA"]]
    out["destination"] = DESTINATION[row["DESTGEO"]]
    out["purpose"] = PURPOSE.get(row["Q2_1" if wave < 2012 else "Q2PURP1"], "other")
    out["language"] = LANGUAGE[row["LANG"]]
    out["method"] = METHOD[out["method"]] if out["method"] else ""
    out["weight"] = row.get("WEIGHT", "")
    return out


def main(folder):
    here = pathlib.Path(__file__).parent
    for wave in range(2010, 2019):
        with gzip.open(
            pathlib.Path(folder) / f"sfo_{wave}.csv.gz", "rt", encoding="utf-8", newline=""
        ) as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader)]
            rows = [harmonise(wave, dict(zip(header, values))) for values in reader]
        with open(here / f"airport_{wave}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, OUT, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        print(f"airport_{wave}.csv: {len(rows)} answers")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make.py FOLDER")
    main(sys.argv[1])
