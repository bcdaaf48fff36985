"""The numbers of a report, as one dictionary: what the page shows and what --json prints."""

import math

import numpy as np

import cxkit as cx

from . import drivers as driving
from .measure import Measure, plain
from .answers import NO_POINT
from .problem import Problem

SCHEMA_VERSION = 1
ENOUGH = 30  # answers below which a point gets no verdict against the rest


def analyse(config, answers, log=lambda text: None):
    """All numbers. Every estimate comes from the library."""
    log("scores")
    scores = [Question(config, answers, score) for score in config.scores]
    main = scores[0]
    found = {
        "schema_version": SCHEMA_VERSION,
        "made_by": {"program": "cxkit", "version": cx.__version__},
        "title": config.title,
        "about": " ".join(config.about.split()),
        "confidence": config.confidence,
        "min_n": config.min_n,
        "files": answers.files,
        "answers": answered(config, answers),
        "scores": [question.report() for question in scores],
    }
    log("measurement points")
    found["points"] = main.points() if config.point else None
    found["plan"] = plan(config, found["points"], main) if found["points"] else None
    log("drivers")
    found["drivers"] = driving.report(config, answers) if config.drivers else None
    found["behaviours"] = [behaviour(config, answers, main, one) for one in config.behaviours]
    return found


def answered(config, answers):
    """Who answered, wave by wave, and what was left out."""
    waves = []
    for index, label in enumerate(answers.waves):
        inside = answers.wave == index
        row = {"wave": label, "rows": int(inside.sum()), "weighted": answers.weighted[index],
               "first": None, "last": None, "without_date": None}
        if answers.time is not None:
            times = answers.time[inside]
            known = times[~np.isnat(times)]
            row["without_date"] = int(len(times) - len(known))
            if len(known):
                row["first"] = str(known.min().astype("datetime64[D]"))
                row["last"] = str(known.max().astype("datetime64[D]"))
        waves.append(row)
    last = answers.wave == len(answers.waves) - 1
    described = []
    for column, title in config.describe.items():
        labels, codes = answers.described[column]
        counts = np.bincount(codes[last], minlength=len(labels))
        groups = [{"label": label or "not stated", "n": int(count),
                   "share": plain(cx.share(int(count), int(counts.sum())))["value"]}
                  for label, count in zip(labels, counts) if count]
        described.append({"column": column, "title": title,
                          "groups": sorted(groups, key=lambda g: (-g["n"], g["label"]))})
    return {"rows_read": answers.total, "left_out": answers.left_out, "waves": waves,
            "described": described}


class Question:
    """One score over waves and points."""

    def __init__(self, config, answers, score):
        self.config, self.answers, self.score = config, answers, score
        self.measure = Measure(score, config.confidence)
        self.values = answers.scores[score.column]
        self.valid = self.values >= score.codes.scale[0]
        self.waves = [index for index in range(len(answers.waves))
                      if self.valid[answers.wave == index].any()]
        self.now = self.waves[-1]

    def rows(self, index):
        return self.answers.wave == index

    def weights(self, rows):
        """The weights of some rows; None when their wave has none."""
        weighted = any(self.answers.weighted[index] for index in np.unique(self.answers.wave[rows]))
        return np.ascontiguousarray(self.answers.weight[rows]) if weighted else None

    def tally(self, rows):
        return self.measure.tally(np.ascontiguousarray(self.values[rows]), self.weights(rows))

    def by_point(self, rows):
        """Tallies by measurement point, of the rows that have one."""
        rows = rows & (self.answers.point != NO_POINT)
        return self.measure.tallies(np.ascontiguousarray(self.values[rows]),
                                    np.ascontiguousarray(self.answers.point[rows]),
                                    self.weights(rows))

    def report(self):
        waves = []
        for index in self.waves:
            tally = self.tally(self.rows(index))
            estimate = self.measure.estimate(tally)
            if estimate is None:
                raise Problem(f"{self.config.path}: every weight of wave {self.answers.waves[index]} "
                              f'is 0 where "{self.score.column}" is answered')
            waves.append({"wave": self.answers.waves[index], **estimate,
                          "distribution": self.distribution(tally), "bands": self.bands(tally)})
        found = {"column": self.score.column, "title": self.score.title,
                 "metric": self.score.metric, "scale": list(self.score.codes.scale),
                 "top": self.top(), "asked_in": len(self.waves), "of": len(self.answers.waves),
                 "waves": waves, "same_points": self.same_points(), "change": self.change()}
        return found

    def top(self):
        if self.score.metric != "csat":
            return None
        steps = self.score.codes.scale[1] - self.score.codes.scale[0] + 1
        return self.score.top or (1 if steps <= 3 else 2 if steps <= 7 else 3)

    def distribution(self, tally):
        counts = tally.counts
        total = sum(counts.values())
        return [{"answer": step, "n": int(count),
                 **{key: plain(cx.share(int(count), int(total),
                                        confidence=self.config.confidence))[key]
                    for key in ("value", "ci_low", "ci_high")}} for step, count in counts.items()]

    def bands(self, tally):
        """The distribution in bands, as given: without weights."""
        counts = tally.counts
        total = sum(counts.values())
        found = []
        for title, first, last in bands(self.score):
            n = sum(counts[step] for step in range(first, last + 1))
            share = plain(cx.share(n, total, confidence=self.config.confidence))
            found.append({"band": title, "n": n,
                          **{key: share[key] for key in ("value", "ci_low", "ci_high")}})
        return found

    def same_points(self):
        """The score over the points that answered in every wave, when some did not."""
        if not self.config.point or len(self.waves) < 2:
            return None
        sets = [set(np.unique(self.answers.point[self.rows(index) & self.valid])) - {NO_POINT}
                for index in self.waves]
        always, ever = set.intersection(*sets), set.union(*sets)
        if not always or always == ever:
            return None
        inside = np.isin(self.answers.point, sorted(always))
        found = [self.measure.estimate(self.tally(self.rows(index) & inside)) for index in self.waves]
        if not all(found):
            return None
        waves = [{"wave": self.answers.waves[index], **estimate}
                 for index, estimate in zip(self.waves, found)]
        return {"points": [self.answers.points[index] for index in sorted(always)],
                "of": len(ever), "waves": waves}

    def change(self):
        """From the wave before to the last one: mix of points, and within points."""
        if len(self.waves) < 2:
            return None
        before, now = (self.rows(index) for index in self.waves[-2:])
        result = cx.decompose(self.grouped(before), self.grouped(now), **self.measure.comparison())
        sizes = [int((rows & self.valid).sum()) for rows in (before, now)]
        found = {name: part(getattr(result, name), sizes) for name in ("change", "mix", "within")}
        return {"from": self.answers.waves[self.waves[-2]], "to": self.answers.waves[self.now],
                **found, "p_value": result.p_value, "by_point": bool(self.config.point),
                "one_side": [{"point": self.point_name(int(row["key"])), "side": row["side"]}
                             for row in result.table if row["side"] in ("before", "after")]}

    def grouped(self, rows):
        """Tallies by measurement point, answers without one together, so that all are in."""
        values = np.ascontiguousarray(self.values[rows])
        keys = np.zeros(len(values), np.int32) if self.answers.point is None else \
            np.ascontiguousarray(self.answers.point[rows])
        return self.measure.tallies(values, keys, self.weights(rows))

    def point_name(self, key):
        return "no point given" if key == NO_POINT else self.answers.points[key]

    def points(self):
        """Every measurement point of the last wave, and whether they can be told apart."""
        now = self.rows(self.now)
        tallies = self.by_point(now)
        rows = []
        for key, tally in tallies:
            estimate = self.measure.estimate(tally)
            if estimate:
                rows.append((int(key), tally, estimate))
        total = math.fsum(math.fsum(tally.weights.values()) for _, tally, _ in rows)
        found = []
        for key, tally, estimate in rows:
            hidden = estimate["n"] < self.config.min_n
            share = math.fsum(tally.weights.values()) / total
            row = {"point": self.answers.points[key], "n": estimate["n"], "share": share,
                   "hidden": hidden, "estimate": None if hidden else estimate, "rest": None}
            if not hidden and len(rows) > 1:
                row["rest"] = self.against_rest(now, key, len(rows))
            found.append(row)
        if not found:
            return None
        return {"score": self.score.column, "wave": self.answers.waves[self.now],
                "title": self.config.point_title, "rows": found, "test": self.told_apart(tallies),
                "without_point": int((now & (self.answers.point == NO_POINT)).sum())}

    def against_rest(self, now, key, groups):
        """One point minus all others, at a confidence that holds for all points together."""
        inside = self.answers.point == key
        rest = now & ~inside & (self.answers.point != NO_POINT)
        confidence = 1 - (1 - self.config.confidence) / groups
        both = [self.measure.tallies(np.ascontiguousarray(self.values[rows]),
                                     np.zeros(int(rows.sum()), np.int32), self.weights(rows))
                for rows in (rest, now & inside)]
        try:
            result = cx.decompose(*both, **self.measure.comparison(confidence))
        except cx.EmptyError:
            return None
        sizes = [int((rows & self.valid).sum()) for rows in (rest, now & inside)]
        difference = part(result.change, sizes)
        difference["verdict"] = ("too few" if not difference["enough"] else
                                 "above" if difference["ci_low"] > 0 else
                                 "below" if difference["ci_high"] < 0 else "not told apart")
        difference["confidence"] = confidence
        return difference

    def told_apart(self, tallies):
        try:
            test = cx.heterogeneity(tallies, **self.measure.kind())
        except (cx.FewError, cx.ConstantError):
            return None
        return {name: getattr(test, name) for name in
                ("q", "df", "p_value", "mean", "sd_between", "share_between", "groups", "left_out")}


def part(change, sizes):
    """A change with its interval, and whether there are answers enough, and answers that differ, to
    trust it: the delta method has no width where nothing varies."""
    low, high = (change.value if limit is None else limit for limit in (change.ci_low, change.ci_high))
    return {"value": change.value, "se": change.se, "ci_low": low, "ci_high": high,
            "enough": min(sizes) >= ENOUGH and bool(change.se)}


def plan(config, points, main):
    """Where the answers of the next wave buy most: floors first, then the movable pool.

    A point below the rest keeps at least the answers it has: one does not look away from trouble.
    """
    rows = points["rows"]
    now = [row["n"] for row in rows]
    budget = config.plan.budget or sum(now)
    if budget < len(rows):
        raise Problem(f"{config.path}: budget = {budget} in [plan] is less than one answer for each "
                      f"of the {len(rows)} points")
    overall = main.measure.estimate(main.tally(main.rows(main.now)))
    floor = min(config.plan.floor, budget // len(rows))
    own = [has_spread(row, min(config.plan.floor, 30)) for row in rows]
    spreads = [spread(row["estimate"]) if mine else spread(overall) for row, mine in zip(rows, own)]
    if not any(spreads):  # all answers alike: nothing is known of the spread, so shares decide
        own, spreads = [False] * len(rows), [1.0] * len(rows)
    variance = [(row["share"] * deviation) ** 2 for row, deviation in zip(rows, spreads)]
    lower, kept = floors(rows, floor, budget)
    solved = cx.plan(variance, budget, lower=lower)
    following = [int(n) for n in solved.n]
    before = math.fsum(a / n for a, n in zip(variance, now))
    half = half_width(overall)
    return {"score": main.score.column, "budget": budget, "answers_now": sum(now), "floor": floor,
            "floor_asked": config.plan.floor, "kept": kept, "pool": budget - sum(lower),
            "rows": [planned(row, n, low, floor, mine)
                     for row, n, low, mine in zip(rows, following, lower, own)],
            "half_width_now": half,
            "half_width_next": half * math.sqrt(solved.objective / before),
            "objective": solved.objective, "gap": solved.gap,
            "gain_high": finite(solved.certificate.gain_high),
            "gain_low": finite(solved.certificate.gain_low)}


def has_spread(row, few):
    """Whether a point has answers enough for a spread of its own."""
    return not row["hidden"] and row["n"] >= few and bool(row["estimate"]["se"])


def spread(estimate):
    """The standard deviation of one answer."""
    return (estimate["se"] or 0.0) * math.sqrt(estimate["n_eff"])


def half_width(estimate):
    return (estimate["ci_high"] - estimate["ci_low"]) / 2


def finite(value):
    return value if math.isfinite(value) else None


def floors(rows, floor, budget):
    """(least answers a point, points kept at today's number)."""
    below = [bool(row["rest"]) and row["rest"]["verdict"] == "below" for row in rows]
    lower = [max(floor, row["n"]) if low else floor for row, low in zip(rows, below)]
    if sum(lower) > budget:
        return [floor] * len(rows), []
    return lower, [row["point"] for row, low in zip(rows, below) if low and row["n"] > floor]


def planned(row, n, lower, floor, mine):
    """One row of the plan."""
    width = None if row["hidden"] else half_width(row["estimate"])
    if n <= lower:
        reason = "floor" if lower <= floor else "kept"
    else:
        reason = "more" if n > row["n"] else "fewer" if n < row["n"] else "same"
    return {"point": row["point"], "now": row["n"], "next": n, "share": row["share"],
            "spread_known": mine, "half_width_now": width, "reason": reason,
            "half_width_next": None if width is None else width * math.sqrt(row["n"] / n)}


def bands(score):
    """Score bands, lowest first: (title, lowest answer, highest answer)."""
    low, high = score.codes.scale
    if score.metric == "nps":
        return [("Detractors (0-6)", 0, 6), ("Passives (7-8)", 7, 8), ("Promoters (9-10)", 9, 10)]
    steps = high - low + 1
    top = score.top or (1 if steps <= 3 else 2 if steps <= 7 else 3)
    cut = high - top
    return [(f"Answers {low} to {cut}" if cut > low else f"Answer {low}", low, cut),
            (f"Answers {cut + 1} to {high}" if cut + 1 < high else f"Answer {high}", cut + 1, high)]


def behaviour(config, answers, main, one):
    """The share of yes in each band of the main score, in the last wave."""
    choices = answers.behaviours[one.column]
    now = main.rows(main.now)
    found, tallies = [], []
    for title, low, high in bands(main.score):
        rows = now & (main.values >= low) & (main.values <= high)
        values, weights = np.ascontiguousarray(choices[rows]), main.weights(rows)
        group = yes_no(values, weights)
        total = group.total()
        try:
            estimate = plain(cx.csat(total, top=1, confidence=config.confidence))
        except cx.EmptyError:
            estimate = None
        found.append({"band": title, "estimate": estimate})
        tallies.append(group if estimate else None)
    difference = None
    if tallies[0] is not None and tallies[-1] is not None:
        result = cx.decompose(tallies[0], tallies[-1], score="top-box", top=1,
                              confidence=config.confidence)
        sizes = [band["estimate"]["n"] for band in (found[0], found[-1])]
        difference = {**part(result.change, sizes), "p_value": result.p_value}
    return {"column": one.column, "title": one.title, "score": main.score.column,
            "wave": answers.waves[main.now], "bands": found, "difference": difference}


def yes_no(values, weights):
    from .measure import CODES
    return cx.tally_by(values, by=np.zeros(len(values), np.int32), scale=(0, 1), weights=weights,
                       invalid="error", **CODES)
