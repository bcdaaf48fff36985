import copy
import csv
import math
import os
import pathlib
import pickle
import random
import re

import pytest

import cxkit as cx

ROWS = 400
DRAW = random.Random(11)
ROW = {
    "stratum": [DRAW.choice("abc") for _ in range(ROWS)],
    "cluster": [DRAW.randrange(8) for _ in range(ROWS)],
    "weight": [1 + DRAW.random() for _ in range(ROWS)],
    "score": [DRAW.choice([None, 0, 3, 6, 7, 8, 9, 10, 11]) for _ in range(ROWS)],
    "x": [1 + DRAW.random() for _ in range(ROWS)],
    "age": [DRAW.choice(["young", "old"]) for _ in range(ROWS)],
    "site": [DRAW.randrange(3) for _ in range(ROWS)],
}
POPULATION = {"a": 20, "b": 30, "c": 40}
MARGINS = {"age": {"young": 300, "old": 500}, "site": {0: 300, 1: 300, 2: 200}}


def part(name, rows):
    return [ROW[name][row] for row in rows]


def design(**more):
    given = {"weights": ROW["weight"], "strata": ROW["stratum"], "clusters": ROW["cluster"]}
    return cx.Design(**{**given, **more})


def state(figure, rows=range(ROWS), *, clusters=True, fpc=False, by=True, **more):
    made = cx.Strata(figure, **more)
    return made.add(
        part("score", rows),
        denominator=part("x", rows) if figure == "ratio" else None,
        weights=part("weight", rows),
        strata=part("stratum", rows),
        clusters=part("cluster", rows) if clusters else None,
        fpc=[POPULATION[h] for h in part("stratum", rows)] if fpc else None,
        by={"age": part("age", rows), "site": part("site", rows)} if by else None,
    )


def same(ours, rows, rel=1e-11):
    for name in ("value", "se", "df", "ci_low", "ci_high", "n_eff", "n", "deff"):
        expected = getattr(rows, name)
        if expected is None:
            assert getattr(ours, name) is None, name
        else:
            assert getattr(ours, name) == pytest.approx(expected, rel=rel), name
    assert (ours.units, ours.strata) == (rows.units, rows.strata)
    assert ours.excluded == rows.excluded
    assert ours.flags == rows.flags


# -- figures -----------------------------------------------------------------------------------


def test_figures_are_those_of_the_rows():
    y = ROW["score"]
    same(state("mean").estimate(), cx.survey_mean(y, design()))
    same(state("mean").total(), cx.survey_total(y, design()))
    same(state("ratio").estimate(), cx.survey_ratio(y, ROW["x"], design()))
    same(state("share").estimate(), cx.share_of(y, design()))
    same(state("nps").estimate(), cx.nps(y, design=design()))
    ours = state("csat", scale=(0, 10), top=3).estimate()
    same(ours, cx.csat(y, design=design(), scale=(0, 10), top=3))


def test_rows_finite_populations_and_rules_count_as_in_a_design():
    y = ROW["score"]
    fpc = [POPULATION[h] for h in ROW["stratum"]]
    ours = state("nps", fpc=True).estimate(method="wald", confidence=0.9)
    same(ours, cx.nps(y, design=design(fpc=fpc), method="wald", confidence=0.9))
    same(state("nps", clusters=False).estimate(), cx.nps(y, design=design(clusters=None)))
    one = cx.Strata().add([1, 2, 5], strata=["a", "a", "b"])
    with pytest.raises(cx.FewError, match="the stratum b has a single unit"):
        one.estimate()
    lonely = cx.Design(strata=["a", "a", "b"], lonely="average")
    same(one.estimate(lonely="average"), cx.survey_mean([1, 2, 5], lonely))


def test_domains_keep_the_others_in_the_design():
    sums = state("nps")
    expected = cx.nps(ROW["score"], design=design(), by={"site": ROW["site"]})
    found = sums.estimate(by="site")
    assert found["site"] == expected["site"] == [0, 1, 2]
    for name in ("value", "se", "units", "deff"):
        assert found[name] == pytest.approx(expected[name], rel=1e-11)
    assert sums.estimate(by=["age", "site"]).columns[:2] == ("age", "site")
    assert len(sums.estimate(by=["site", "age"])) == 6
    with pytest.raises(cx.NameNotFoundError, match="no key 'team'; there are age, site"):
        sums.estimate(by="team")
    hidden = sums.estimate(by="site", min_n=10_000)
    assert set(hidden["n"]) == {None}


# -- states ------------------------------------------------------------------------------------


def test_any_split_and_order_gives_the_same_bytes():
    whole = state("nps", fpc=True)
    rows = list(range(ROWS))
    random.Random(5).shuffle(rows)
    parts = [state("nps", rows[at::3], fpc=True) for at in range(3)]
    joined = sum(reversed(parts))
    assert bytes(joined) == bytes(whole)
    assert joined == whole
    assert joined.estimate() == whole.estimate()


def test_a_state_travels():
    sums = state("csat", scale=(1, 5))
    again = cx.Strata.from_bytes(bytes(sums))
    assert again == sums == pickle.loads(pickle.dumps(sums)) == copy.copy(sums)
    assert again.figure == "csat"
    assert repr(again) == "Strata of csat: 400 rows in 3 strata"
    assert again.reset().rows == 0
    with pytest.raises(cx.FormatError):
        cx.Strata.from_bytes(bytes(sums)[:-1])


def test_states_that_differ_are_refused():
    with pytest.raises(cx.MismatchError, match="one state is of nps, the other of mean"):
        state("nps").merge(state("mean"))
    with pytest.raises(cx.MismatchError, match="clusters"):
        state("nps").merge(state("nps", clusters=False))
    with pytest.raises(cx.MismatchError, match="cuts"):
        state("nps").merge(state("nps", promoters=8))
    with pytest.raises(cx.MismatchError):
        state("nps").merge(cx.Tally(scale=(0, 10)))
    with pytest.raises(cx.OptionError, match="state is of nps, and total"):
        state("nps").total()
    with pytest.raises(cx.EmptyError):
        cx.Strata().estimate()


# -- calibration -------------------------------------------------------------------------------


def test_raking_the_cells_is_raking_the_rows():
    table = {"age": ROW["age"], "site": ROW["site"]}
    rows = cx.rake(table, MARGINS, weights=ROW["weight"])
    cells = state("nps", range(0, ROWS, 2)).merge(state("nps", range(1, ROWS, 2)))
    raked = cx.rake(cells.cells, MARGINS, weights=cells.cells["weight"])
    factor = dict(zip(zip(cells.cells["age"], cells.cells["site"]), raked.ratios))
    for age, site, ratio in zip(ROW["age"], ROW["site"], rows.ratios):
        assert ratio == pytest.approx(factor[age, site], rel=1e-9)
    calibrated = design(weights=None, calibration=rows)
    for clusters in (True, False):
        if not clusters:
            calibrated = design(weights=None, clusters=None, calibration=rows)
        for figure in ("mean", "ratio", "nps"):
            sums = state(figure, clusters=clusters)
            ours = sums.estimate(calibration=raked)
            if figure == "mean":
                theirs = cx.survey_mean(ROW["score"], calibrated)
                same(sums.total(calibration=raked), cx.survey_total(ROW["score"], calibrated), 1e-8)
            elif figure == "ratio":
                theirs = cx.survey_ratio(ROW["score"], ROW["x"], calibrated)
            else:
                theirs = cx.nps(ROW["score"], design=calibrated)
            same(ours, theirs, 1e-8)
    by_site = cx.nps(ROW["score"], design=calibrated, by={"site": ROW["site"]})
    found = state("nps", clusters=False).estimate(by="site", calibration=raked)
    assert found["se"] == pytest.approx(by_site["se"], rel=1e-8)


def test_a_total_that_is_known_has_no_error():
    sums = cx.Strata("share").add(
        [age == "old" for age in ROW["age"]],
        weights=ROW["weight"],
        clusters=ROW["cluster"],
        by={"age": ROW["age"]},
    )
    raked = cx.rake(sums.cells, {"age": MARGINS["age"]}, weights=sums.cells["weight"])
    known = sums.estimate(calibration=raked)
    assert known.value == pytest.approx(5 / 8)
    assert known.se == pytest.approx(0, abs=1e-9)
    assert sums.estimate().se > 0.01


def test_a_calibration_of_something_else_is_refused():
    sums = state("nps")
    rows = cx.rake({"age": ROW["age"]}, {"age": MARGINS["age"]})
    with pytest.raises(cx.MismatchError, match="400 rows"):
        sums.estimate(calibration=rows)
    even = cx.rake(sums.cells, MARGINS)
    with pytest.raises(cx.MismatchError, match="column weight"):
        sums.estimate(calibration=even)
    with pytest.raises(cx.OptionError, match="calibration has to be"):
        sums.estimate(calibration=[1, 2])


def test_large_values_keep_their_digits():
    low = [value % 7 / 7 for value in range(1000)]
    high = [value + 2.0**30 for value in low]
    low = [value - 2.0**30 for value in high]
    far, near = cx.Strata().add(high).estimate(), cx.Strata().add(low).estimate()
    assert far.se == pytest.approx(near.se, rel=1e-12)
    assert math.isclose(far.value, near.value + 2.0**30, rel_tol=1e-15)


def test_golden_states_are_read_for_ever():
    path = os.path.join(os.environ["CX_VECTORS"], "golden_states.csv")
    with open(path, encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "strata"]
    assert len(rows) >= 2
    for row in rows:
        data = bytes.fromhex(row["hex"])
        assert bytes(cx.Strata.from_bytes(data)) == data


def test_the_program_of_the_explanation_runs():
    page = pathlib.Path(__file__).resolve().parents[3] / "docs" / "explanation" / "survey.md"
    programs = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    names = {}
    exec(compile("".join(programs), str(page), "exec"), names)
    sums, raked = names["sums"], names["raked"]
    rows = cx.Design(
        weights=[2, 1, 1, 2, 1, 1, 3, 1, 2],
        clusters=[1, 1, 2, 2, 2, 7, 7, 8, 8],
        strata=["north"] * 5 + ["south"] * 4,
    )
    same(sums.estimate(), cx.nps([9, 10, 3, 8, 10, 6, 9, 7, 2], design=rows))
    assert sums.estimate(by="age")["age"] == ["old", "young"]
    assert sums.estimate(calibration=raked).sum_w == pytest.approx(1000)
