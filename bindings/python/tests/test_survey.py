import csv
import gzip
import io
import math
import os

import pytest

import cxkit as cx
from cxkit.weights import poststratify, rake

SHARED = os.environ.get("CX_SHARED")
with open(os.path.join(os.environ["CX_VECTORS"], "survey.csv"), encoding="utf-8") as lines:
    VECTORS = {row["id"]: row for row in csv.DictReader(lines)}


def expect(name, value):
    row = VECTORS[name]
    assert value == pytest.approx(float(row["value"]), rel=float(row["tolerance"]), abs=1e-12)


def expect_both(name, estimate):
    expect(name, estimate.value)
    expect(name + "-se", estimate.se)


SMALL = {
    "stratum": [1] * 5 + [2] * 6 + [3] * 4,
    "cluster": [1, 1, 1, 2, 2, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2],
    "w": [2, 2, 3, 1, 4, 2, 5, 1, 1, 2, 2, 3, 3, 1, 2],
    "y": [3, 9, 10, 7, 0, 10, 8, 2, 9, 6, 10, 5, 9, 10, 1],
    "x": [1, 2, 2, 1, 3, 2, 1, 1, 4, 2, 2, 1, 3, 2, 1],
    "g": [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1],
    "clusters": [8] * 5 + [5] * 6 + [4] * 4,
    "rows": [6, 6, 6, 5, 5, 7, 7, 9, 9, 9, 9, 3, 3, 4, 4],
}


def small(**more):
    given = {"weights": SMALL["w"], "strata": SMALL["stratum"], "clusters": SMALL["cluster"]}
    return cx.Design(**{**given, **more})


# -- designs -----------------------------------------------------------------------------------


def test_a_design_needs_something():
    with pytest.raises(cx.NullError, match="all missing"):
        cx.Design()


def test_a_design_says_what_it_is():
    assert repr(small()) == "Design of 15 rows: 6 units in 3 strata"
    assert small(replicates="jkn").replicates == 6
    assert small().replicates == small().replicates_lost == 0


def test_stages_and_finite_populations_count():
    y = SMALL["y"]
    expect("small-se", cx.survey_mean(y, small()).se)
    expect("small-se-fpc", cx.survey_mean(y, small(fpc=SMALL["clusters"])).se)
    stages = small(
        clusters=(SMALL["cluster"], list(range(15))), fpc=(SMALL["clusters"], SMALL["rows"])
    )
    expect("small-se-two-stage", cx.survey_mean(y, stages).se)
    expect("small-domain-se-two-stage", cx.survey_mean(y, stages, domain=SMALL["g"]).se)


def test_published_figures_of_a_small_stratified_sample():
    x = [2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2]
    of = {"weights": [3] * 5 + [4] * 3, "strata": [1] * 5 + [2] * 3}
    closed, design = cx.Design(**of, fpc=[15] * 5 + [12] * 3), cx.Design(**of)
    expect("fpc-mean", cx.survey_mean(x, closed).value)
    expect("fpc-se", cx.survey_mean(x, closed).se)
    expect("fpc-se-open", cx.survey_mean(x, design).se)
    high = cx.survey_mean(x, design, domain=[v > 4 for v in x])
    low = cx.survey_mean(x, design, domain=[v <= 4 for v in x])
    expect("fpc-high-mean", high.value)
    expect("fpc-high-se", high.se)
    expect("fpc-low-mean", low.value)
    expect("fpc-low-se", low.se)


def test_a_lonely_unit_is_named_unless_there_is_a_rule():
    strata, y = [1, 2, 2], [9, 1, 3]
    with pytest.raises(cx.FewError, match="row 0"):
        cx.survey_mean(y, cx.Design(strata=strata))
    for rule in ("remove", "certainty", "adjust", "average"):
        assert cx.survey_mean(y, cx.Design(strata=strata, lonely=rule)).se > 0
    with pytest.raises(cx.OptionError, match="lonely is 'never'"):
        cx.Design(strata=strata, lonely="never")


# -- replicates --------------------------------------------------------------------------------


def test_the_jackknife_agrees_with_one_made_by_hand():
    y = SMALL["y"]
    expect("small-jkn-se", cx.survey_mean(y, small(replicates="jkn")).se)
    expect("small-jkn-se-about-mean", cx.survey_mean(y, small(replicates="jkn", about="mean")).se)
    closed = small(replicates="jkn", fpc=SMALL["clusters"])
    expect("small-jkn-se-fpc", cx.survey_mean(y, closed).se)


def test_each_replicate_is_calibrated_again():
    table = {"g": SMALL["g"], "stratum": SMALL["stratum"]}
    margins = {"g": {0: 20, 1: 15}, "stratum": {1: 12, 2: 13, 3: 10}}
    raked = rake(table, margins, weights=SMALL["w"])
    of = {"strata": SMALL["stratum"], "clusters": SMALL["cluster"], "calibration": raked}
    linear = cx.survey_mean(SMALL["y"], cx.Design(**of))
    jackknife = cx.survey_mean(SMALL["y"], cx.Design(**of, replicates="jkn"))
    expect("small-raked-mean", linear.value)
    expect("small-raked-se", linear.se)
    expect("small-raked-jkn-se", jackknife.se)


def test_balanced_halves_are_exact_for_totals():
    for kind in ({"replicates": "brr"}, {"replicates": "fay", "fay": 0.3}):
        expect("small-total-se", cx.survey_total(SMALL["y"], small(**kind)).se)


def test_the_bootstrap_repeats_itself():
    first, again = (
        cx.survey_mean(SMALL["y"], small(replicates="bootstrap", count=500, seed=7)).se
        for _ in range(2)
    )
    other = cx.survey_mean(SMALL["y"], small(replicates="bootstrap", count=500, seed=8)).se
    assert first == again != other
    assert first == pytest.approx(cx.survey_mean(SMALL["y"], small()).se, rel=0.25)


def test_replicates_are_refused_where_they_do_not_fit():
    with pytest.raises(cx.OptionError, match="use jkn"):
        small(replicates="jk1")
    with pytest.raises(cx.FewError, match="need 2"):
        cx.Design(strata=[1, 1, 1], replicates="brr")
    with pytest.raises(cx.OptionError, match="only a bootstrap"):
        small(replicates="jkn", count=10)


# -- figures -----------------------------------------------------------------------------------


def test_figures_agree_with_an_independent_computation():
    expect_both("small-total", cx.survey_total(SMALL["y"], small()))
    expect_both("small-ratio", cx.survey_ratio(SMALL["y"], SMALL["x"], small()))
    expect_both("small-net", cx.nps(SMALL["y"], design=small()))
    expect_both("small-share", cx.csat(SMALL["y"], design=small(), scale=(0, 10), top=3))
    expect_both("small-share", cx.share_of([v >= 8 for v in SMALL["y"]], small()))


def test_a_domain_is_not_a_smaller_sample():
    domain = cx.survey_mean(SMALL["y"], small(), domain=SMALL["g"])
    expect("small-domain-mean", domain.value)
    expect("small-domain-se", domain.se)
    assert abs(domain.se - float(VECTORS["small-dropped-rows-se"]["value"])) > 0.01


def test_by_gives_every_domain_at_once():
    for kind in (None, "jkn", "bootstrap"):
        design = small(replicates=kind)
        table = cx.nps(SMALL["y"], design=design, by=SMALL["g"])
        for key in (0, 1):
            one = cx.nps(SMALL["y"], design=design, domain=[g == key for g in SMALL["g"]])
            assert table.column("value")[key] == pytest.approx(one.value)
            assert table.column("se")[key] == pytest.approx(one.se)
            assert table.column("units")[key] == one.units


def test_by_hides_small_domains():
    table = cx.survey_mean(SMALL["y"], small(), by=["a"] * 3 + ["b"] * 6 + ["c"] * 6, min_n=4)
    assert list(table["status"])[0] == "CX_E_SUPPRESSED"
    assert list(table["status"]).count("CX_E_SUPPRESSED") >= 2


def test_a_design_stands_alone():
    with pytest.raises(cx.OptionError, match="weights cannot be given with a design"):
        cx.nps(SMALL["y"], design=small(), weights=SMALL["w"])
    with pytest.raises(cx.OptionError, match="domain needs a design"):
        cx.csat(SMALL["y"], domain=SMALL["g"])
    with pytest.raises(cx.OptionError, match="by makes every key a domain"):
        cx.survey_mean(SMALL["y"], small(), domain=SMALL["g"], by=SMALL["g"])
    with pytest.raises(cx.OptionError, match="cxkit.Design"):
        cx.survey_mean(SMALL["y"], SMALL["w"])


def test_missing_answers_are_counted_apart():
    y = [None, 11, 7.5, *SMALL["y"][3:]]
    estimate = cx.nps(y, design=small())
    assert estimate.n == 12
    assert (estimate.excluded["missing"], estimate.excluded["out_of_range"]) == (1, 1)


def test_all_promoters_still_have_an_interval():
    estimate = cx.nps([10] * 15, design=small())
    assert (estimate.value, estimate.ci_high) == (100, 100)
    assert estimate.ci_low < 95
    assert "no-variance" in estimate.flags


def test_one_cluster_bounds_nothing():
    estimate = cx.survey_mean(SMALL["y"], small(), domain=[True] * 3 + [False] * 12)
    assert estimate.df == 0
    assert estimate.ci_high == math.inf


# -- school samples ----------------------------------------------------------------------------


def schools(name):
    if not SHARED:
        pytest.skip("CX_SHARED is not given: the school samples are not part of the repository")
    path = os.path.join(SHARED, "data", "oracle-inputs", name + ".csv.gz")
    with gzip.open(path) as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8")))
    texts = {"stype", "sch.wide"}
    columns = ("stype", "sch.wide", "dnum", "api00", "enroll", "pw", "fpc")
    return {c: [r[c] if c in texts else float(r[c]) for r in rows] for c in columns}


def test_schools_by_strata():
    s = schools("apistrat")
    design = cx.Design(weights=s["pw"], strata=s["stype"], fpc=s["fpc"])
    expect_both("apistrat-mean", cx.survey_mean(s["api00"], design))
    expect_both("apistrat-total", cx.survey_total(s["enroll"], design))


def test_a_net_score_of_schools_by_strata():
    s = schools("apistrat")
    score = [min(10, math.floor(v / 90)) for v in s["api00"]]
    for replicates in (None, "jkn"):
        design = cx.Design(
            weights=s["pw"], strata=s["stype"], fpc=s["fpc"], replicates=replicates
        )
        estimate = cx.nps(score, design=design)
        expect("apistrat-net", estimate.value / 100)
        expect("apistrat-net-se", estimate.se / 100)
        expect("apistrat-net-deff", estimate.deff)
        table = cx.nps(score, design=design, by=s["stype"])
        assert list(table.column("value")) == pytest.approx([-20, -44, -36])
        for at, key in enumerate("EHM"):
            expect(f"apistrat-net-{key}-se", table.column("se")[at] / 100)


def test_schools_by_clusters():
    s = schools("apiclus1")
    design = cx.Design(weights=s["pw"], clusters=s["dnum"], fpc=s["fpc"])
    mean = cx.survey_mean(s["api00"], design)
    expect_both("apiclus1-mean", mean)
    expect("apiclus1-mean-low", mean.ci_low)
    expect("apiclus1-mean-high", mean.ci_high)
    expect("apiclus1-mean-deff", mean.deff)
    expect_both("apiclus1-total", cx.survey_total(s["enroll"], design))


def test_shares_of_schools_have_the_intervals_of_others():
    s = schools("apiclus1")
    design = cx.Design(weights=s["pw"], clusters=s["dnum"], fpc=s["fpc"])
    wide = [v == "Yes" for v in s["sch.wide"]]
    for method in ("logit", "likelihood", "arcsine", "beta", "wald"):
        estimate = cx.share_of(wide, design, method=method)
        expect(f"share-{method}-low", estimate.ci_low)
        expect(f"share-{method}-high", estimate.ci_high)


def test_schools_poststratified_are_calibrated_in_each_replicate():
    s = schools("apiclus1")
    margins = {"stype": {"E": 4421, "H": 755, "M": 1018}}
    weights = poststratify({"stype": s["stype"]}, margins, weights=s["pw"])
    of = {"clusters": s["dnum"], "fpc": s["fpc"], "calibration": weights}
    design = cx.Design(**of)
    expect_both("apiclus1-poststratified-mean", cx.survey_mean(s["api00"], design))
    expect_both("apiclus1-poststratified-total", cx.survey_total(s["enroll"], design))
    jackknife = cx.Design(**of, replicates="jk1")
    expect("apiclus1-jk1-mean-se", cx.survey_mean(s["api00"], jackknife).se)
    expect("apiclus1-jk1-total-se", cx.survey_total(s["enroll"], jackknife).se)
