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
points = []
for row in rows:
    x = 100 * (float(row["error_ratio"]) - 1)
    y, error = float(row["calibrated_delay"]), float(row["calibrated_se"])
    ours = row["policy"].startswith("evidence")
    axes.errorbar(x, y, error, fmt="o", color="#0b6e4f" if ours else "#777777", capsize=2)
    points.append((y, x, f"{row['policy']}, {row['runs']} runs"))
axes.set_xscale("symlog", linthresh=1)
axes.set_xlim(-0.3, 1000)
axes.set_ylim(bottom=7)
axes.set_xlabel("error of a day's company figure above Neyman's, %")
axes.set_ylabel("days from the drop to the alarm, false alarms every 200 days")
axes.spines[["top", "right"]].set_visible(False)
figure.tight_layout()
taken = []
for y, x, label in sorted(points):  # upwards, until the label covers no other
    left, bottom = axes.transData.transform((x, y)) * 72 / figure.dpi
    up, wide = 0, 4.2 * len(label)
    while any(left < b and a < left + wide and abs(bottom + up - c) < 9 for a, b, c in taken):
        up += 1
    taken.append((left, left + wide, bottom + up))
    axes.annotate(
        label,
        (x, y),
        xytext=(7, up - 2),
        textcoords="offset points",
        fontsize=7,
        arrowprops={"arrowstyle": "-", "color": "#bbbbbb", "lw": 0.5} if up else None,
    )
figure.savefig(sys.argv[2], metadata={"Date": None})
