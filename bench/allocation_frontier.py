"""The picture of docs/validation/allocation.md from its figures: delay against error.

python bench/allocation_frontier.py docs/validation/allocation.csv docs/images/allocation.svg
"""

import csv
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "cxkit"

import matplotlib.pyplot as plt

with open(sys.argv[1], encoding="utf-8") as file:
    rows = [row for row in csv.DictReader(file) if row["scenario"] == "S1"]
figure, axes = plt.subplots(figsize=(8, 5))
for row in rows:
    x = 100 * (float(row["error_ratio"]) - 1)
    y, error = float(row["calibrated_delay"]), float(row["calibrated_se"])
    ours = row["policy"].startswith("evidence")
    axes.errorbar(x, y, error, fmt="o", color="#0b6e4f" if ours else "#777777", capsize=2)
    axes.annotate(row["policy"], (x, y), xytext=(5, 4), textcoords="offset points", fontsize=8)
axes.set_xscale("symlog", linthresh=1)
axes.set_xlim(left=-0.3)
axes.set_xlabel("error of a day's company figure above Neyman's, %")
axes.set_ylabel("days from the drop to the alarm, false alarms every 200 days")
axes.spines[["top", "right"]].set_visible(False)
figure.tight_layout()
figure.savefig(sys.argv[2], metadata={"Date": None})
