"""Makes answers.csv from the published file of Friends and Family Test answers.

    python3 make.py fft.csv.gz

Keeps the time, the answer in the words of the questionnaire, the surgery, and whether a comment
was written (yes or no). The comments themselves are in no file here.
"""

import csv
import gzip
import pathlib
import sys


def main(source):
    target = pathlib.Path(__file__).parent / "answers.csv"
    with (
        gzip.open(source, "rt", encoding="utf-8", newline="") as file,
        open(target, "w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["time", "rating", "surgery", "comment"])
        count = 0
        for row in csv.DictReader(file):
            comment = "yes" if row["free_text_given"] == "1" else "no"
            writer.writerow([row["time"], row["rating"], row["surgery"], comment])
            count += 1
    print(f"answers.csv: {count} answers")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make.py fft.csv.gz")
    main(sys.argv[1])
