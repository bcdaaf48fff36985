"""One turn of the loop: what customers say, where to ask next, what drives it."""

import cxkit as cx

ANSWERS, BUDGET = 600, 300
SHOPS = ["city", "lake", "port"]

shop = [0 if i % 10 < 6 else 1 if i % 10 < 9 else 2 for i in range(ANSWERS)]
queue = [1 + i * 7 % 5 for i in range(ANSWERS)]
staff = [1 + i * 11 % 13 % 5 for i in range(ANSWERS)]
score = [min(max(queue[i] + staff[i] - (2 if shop[i] == 2 else 0) + i % 3, 0), 10) for i in range(ANSWERS)]

# what customers say, by shop
nps = cx.nps(score, by={"shop": [SHOPS[s] for s in shop]})
for row in nps:
    print(f"{row['shop']}: NPS {row['value']:.1f}, between {row['ci_low']:.1f} and {row['ci_high']:.1f}")

# where to ask next: a = (share of customers x spread of answers)^2, at least 20 each
a = [(n / ANSWERS) ** 2 * se**2 * n for n, se in zip(nps["n"], nps["se"])]
for name, n in zip(SHOPS, cx.plan(a, BUDGET, lower=20).n):
    print(f"{name}: ask {n:.0f} next")

# what drives it
for name, part in cx.drivers({"queue": queue, "staff": staff}, score).importance.items():
    print(f"{name}: {100 * part:.1f} % of the differences in score")
