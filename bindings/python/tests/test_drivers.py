"""Methods, intervals, ranks, groups and matrices of key drivers."""

import itertools
import math
import random

import pytest

import cxkit as cx

random.seed(5)
N = 150
MOOD = [random.gauss(0, 1) for _ in range(N)]
X = {name: [m + random.gauss(0, 1) for m in MOOD] for name in ("speed", "clarity", "staff")}
X["price"] = [random.gauss(0, 1) for _ in range(N)]
NPS = [
    a + 0.5 * b + random.gauss(0, 2) for a, b in zip(X["speed"], X["clarity"])
]  # staff and price have no part of their own
STORE = [row // 6 for row in range(N)]
SHARING = ("shapley", "johnson", "genizi", "pratt", "car")


@pytest.mark.parametrize("method", SHARING)
def test_methods_that_share_out_add_up_to_r2(method):
    found = cx.drivers(X, NPS, method=method)
    assert sum(found.importance.values()) == pytest.approx(found.r2, abs=1e-14)
    assert found.method == method


def test_every_method_is_also_a_column():
    found = cx.drivers(X, NPS)
    for method in ("johnson", "first", "last", "pratt", "car"):
        asked = cx.drivers(X, NPS, method=method, intervals=False)
        assert asked.importance == pytest.approx(getattr(found, method), abs=1e-14)
        assert asked.conditional == {}
    assert cx.drivers(X, NPS, method="beta-squared").importance == found.beta_squared
    with pytest.raises(cx.OptionError, match="shapley, johnson"):
        cx.drivers(X, NPS, method="guess")


def test_intervals_hold_their_importances():
    for method in (*SHARING, "first", "last", "beta-squared"):
        found = cx.drivers(X, NPS, method=method)
        for name, (low, high) in found.ci.items():
            assert low <= found.importance[name] <= high
            assert found.se[name] > 0
    low, high = found.r2_ci
    assert low < found.r2 < high
    wide = cx.drivers(X, NPS, confidence=0.99)
    narrow = cx.drivers(X, NPS, confidence=0.8)
    assert wide.ci["speed"][1] > narrow.ci["speed"][1]


def test_intervals_can_be_left_out_and_moments_have_none():
    assert cx.drivers(X, NPS, intervals=False).se is None
    state = cx.Moments([*X, "nps"]).add({**X, "nps": NPS})
    bare = cx.drivers(state, "nps")
    assert (bare.se, bare.ci, bare.ranks) == (None, None, None)
    with pytest.raises(cx.OptionError, match="rows"):
        cx.drivers(state, "nps", intervals=True)
    normal = cx.drivers(state, "nps", intervals="normal")
    rows = cx.drivers(X, NPS)
    for name in X:
        assert normal.se[name] == pytest.approx(rows.se[name], rel=0.5)


def test_clusters_weights_and_designs_reach_the_errors():
    plain = cx.drivers(X, NPS)
    clustered = cx.drivers(X, NPS, clusters=STORE)
    assert clustered.importance == plain.importance
    assert clustered.se != plain.se
    design = cx.Design(clusters=STORE)
    assert cx.drivers(X, NPS, design=design).se == clustered.se
    weights = [1 + row % 3 for row in range(N)]
    assert cx.drivers(X, NPS, weights=weights).n_eff < N
    weighted = cx.Design(weights=weights, strata=[row % 2 for row in range(N)])
    assert cx.drivers(X, NPS, design=weighted).importance == pytest.approx(
        cx.drivers(X, NPS, weights=weights).importance
    )
    with pytest.raises(cx.OptionError, match="both given"):
        cx.drivers(X, NPS, weights=weights, design=design)
    with pytest.raises(cx.OptionError, match="clusters"):
        cx.drivers(X, NPS, clusters=STORE, design=design)


def test_the_bootstrap_agrees_with_the_influences():
    plain = cx.drivers(X, NPS)
    boot = cx.drivers(X, NPS, intervals="bootstrap", draws=400, seed=3)
    assert boot.se["speed"] == pytest.approx(plain.se["speed"], rel=0.2)
    assert boot.se == cx.drivers(X, NPS, intervals="bootstrap", draws=400, seed=3).se


def test_ranks_and_noise():
    found = cx.drivers(X, NPS)
    ranks = found.ranks
    assert ranks["rank"][0] == 1
    for row in ranks:
        assert row["rank_low"] <= row["rank"] <= row["rank_high"]
        assert row["top_4"] == 1
    assert found.importance["speed"] > found.noise > found.importance["price"]
    assert 0 < found.noise_mean < found.noise
    assert cx.drivers(X, NPS, method="pratt").noise is None


def test_complete_dominance_of_every_pair():
    table = cx.drivers(X, NPS).complete
    assert len(list(table)) == 6
    for row in table:
        assert row["complete"] in ("dominates", "dominated", "undecided", "equal")
        assert (row["complete"] == "dominates") == (row["ahead"] > 0 and row["behind"] == 0)
    with pytest.raises(cx.EmptyError):
        cx.drivers({"speed": X["speed"]}, NPS).complete  # noqa: B018


def r2(names):
    return cx.drivers({name: X[name] for name in names}, NPS, intervals=False).r2 if names else 0


def test_groups_are_the_mean_over_orders_that_keep_them_together():
    found = cx.drivers(X, NPS, groups={"ease": ["speed", "price"]})
    blocks = [["speed", "price"], ["clarity"], ["staff"]]
    expected, count = dict.fromkeys(X, 0.0), 0
    for order in itertools.permutations(blocks):
        for inside in itertools.product(*map(itertools.permutations, order)):
            names = [name for block in inside for name in block]
            count += 1
            for at, name in enumerate(names):
                expected[name] += r2(names[: at + 1]) - r2(names[:at])
    for name, total in expected.items():
        assert found.importance[name] == pytest.approx(total / count, abs=1e-13)
    assert found.groups["name"] == ["ease", "clarity", "staff"]
    assert sum(found.groups["importance"]) == pytest.approx(found.r2)
    assert cx.drivers(X, NPS).groups is None
    for groups in ({"a": ["absent"]}, {"a": ["speed"], "b": ["speed"]}, {"a": "speed"}, ["a"]):
        with pytest.raises(cx.OptionError):
            cx.drivers(X, NPS, groups=groups)


def test_groups_go_with_adjusting_columns():
    found = cx.drivers(X, NPS, groups={"ease": ["speed", "clarity"]}, adjust=["price"])
    assert list(found.importance) == ["speed", "clarity", "staff"]
    assert sum(found.importance.values()) == pytest.approx(found.r2 - found.r2_adjust)


def test_sampled_orders_are_apart_from_the_error_of_the_sample():
    exact, sampled = cx.drivers(X, NPS), cx.drivers(X, NPS, orders=2000, seed=9)
    assert (exact.orders, exact.mc_se, sampled.orders) == (0, None, 2000)
    assert sum(sampled.importance.values()) == pytest.approx(sampled.r2, abs=1e-14)
    for name, value in sampled.importance.items():
        assert abs(value - exact.importance[name]) < 5 * sampled.mc_se[name]
        assert sampled.se[name] == pytest.approx(exact.se[name], rel=1e-9)
    many = {f"x{i}": [random.gauss(0, 1) for _ in range(200)] for i in range(40)}
    found = cx.drivers(many, [sum(row) for row in zip(*many.values())], orders=100)
    assert sum(found.importance.values()) == pytest.approx(1)


def test_a_matrix_gives_what_its_rows_give():
    rows = cx.drivers(X, NPS)
    table = {**X, "nps": NPS}
    state = cx.Moments(list(table)).add(table)
    square = {a: [state.correlation(a, b) for b in table] for a in table}
    found = cx.drivers_matrix(square, "nps", n=N, intervals="normal")
    assert found.importance == pytest.approx(rows.importance, abs=1e-13)
    assert found.coefficient["speed"] is None
    assert found.noise == pytest.approx(rows.noise)
    with pytest.raises(cx.DomainError, match="symmetric"):
        cx.drivers_matrix({"a": [1, 0.2], "y": [0.5, 1]}, "y", n=50)
    with pytest.raises(cx.LengthError):
        cx.drivers_matrix({"a": [1], "y": [0.5]}, "y", n=50)
    with pytest.raises(cx.OptionError, match="rows"):
        cx.drivers_matrix(square, "nps", n=N, intervals=True)


def test_what_is_redundant_names_its_partners():
    table = {**X, "both": [a + b for a, b in zip(X["speed"], X["staff"])], "same": [1] * N}
    found = cx.drivers(table, NPS)
    assert found.status["both"] == "collinear"
    assert found.collinear_with["both"] == "speed, staff"
    assert (found.status["same"], found.importance["same"]) == ("constant", 0)
    assert found.collinear_with["speed"] is None
    assert found.sign["both"] is None


def test_rows_that_miss_a_value_are_counted():
    table = {**X, "speed": [None, *X["speed"][1:]]}
    found = cx.drivers(table, NPS)
    assert (found.n, found.missing) == (N - 1, 1)


def test_results_go_into_json():
    made = cx.drivers(X, NPS, groups={"ease": ["speed", "clarity"]}).to_dict()
    assert "table" not in made and "_fit" not in made
    assert all(math.isfinite(low) for low, _ in made["ci"].values())


def answers(cuts):
    return [1 + sum(value > cut for cut in cuts) for value in NPS]


def test_ordinal_and_binary_outcomes_are_read_as_what_is_behind_them():
    for outcome, cuts in (("ordinal", (-3, -1, 0.5, 2)), ("binary", (0.3,))):
        table = {**X, "mood": answers(cuts)}
        found = cx.drivers(table, "mood", outcome=outcome)
        assert found.importance["speed"] == max(found.importance.values())
        assert (found.pairwise, found.n, found.se, found.ranks) == (True, N, None, None)
        assert sum(found.importance.values()) == pytest.approx(found.r2)
        assert found.coefficient["speed"] is None and found.sign["speed"] == 1
        same = cx.drivers_matrix(cx.correlations(table), "mood")
        assert same.importance == pytest.approx(found.importance)
        assert (same.n, same.distance, same.pairwise) == (N, found.distance, True)
        assert found.r2 > cx.drivers(table, "mood").r2
        normal = cx.drivers(table, "mood", outcome=outcome, intervals="normal")
        assert normal.ci["speed"][0] < found.importance["speed"] < normal.ci["speed"][1]


@pytest.mark.parametrize("outcome,cuts", [("ordinal", (-3, -1, 0.5, 2)), ("binary", (0.3,))])
def test_ordinal_and_binary_outcomes_have_a_bootstrap(outcome, cuts):
    table = {**X, "mood": answers(cuts)}
    found = cx.drivers(table, "mood", outcome=outcome, intervals=True, draws=100)
    normal = cx.drivers(table, "mood", outcome=outcome, intervals="normal")
    assert found == cx.drivers(table, "mood", outcome=outcome, intervals="bootstrap", draws=100)
    assert found.importance == normal.importance
    for name in X:
        assert found.ci[name][0] <= found.importance[name] <= found.ci[name][1]
        assert found.se[name] > 0
    assert found.se["speed"] > 0.7 * normal.se["speed"]  # answers say less than numbers
    assert found.ranks["rank_low"][0] == 1
    clustered = cx.drivers(
        table, "mood", outcome=outcome, intervals=True, draws=100, clusters=STORE
    )
    assert clustered.importance == found.importance and clustered.se != found.se


def test_an_outcome_has_to_be_what_it_is_called():
    table = {**X, "mood": answers((-1, 1))}
    with pytest.raises(cx.DomainError, match="mood is not binary"):
        cx.drivers(table, "mood", outcome="binary")
    with pytest.raises(cx.DomainError, match="y is not ordinal"):
        cx.drivers(X, NPS, outcome="ordinal")
    with pytest.raises(cx.OptionError, match="numeric, ordinal"):
        cx.drivers(X, NPS, outcome="words")
    with pytest.raises(cx.OptionError, match="none, bootstrap or normal"):
        cx.drivers(table, "mood", outcome="ordinal", intervals="influence")
    with pytest.raises(cx.OptionError, match="n is missing"):
        cx.drivers_matrix({"a": [1, 0.5], "y": [0.5, 1]}, "y")
    bare = cx.correlations({"a": [1, 1, 1, 1], "b": [1, 2, 3, 4], "y": [1, 2, 2, 1]})
    with pytest.raises(cx.DomainError, match="a and b"):
        cx.drivers_matrix(bare, "y")


def test_intervals_true_works_with_rows_and_names_are_those_promised():
    found = cx.drivers(X, NPS, intervals=True)
    assert found.se == cx.drivers(X, NPS).se
    assert all(found.sign[name] in (-1, 0, 1) for name in X)
    assert set(found.conditional) == set(found.importance) == set(X)
    assert found.ranks["name"] == list(X) and found.complete.columns[:2] == ("name", "other")
    assert 0 < found.r2 < 1


def test_pairs_without_a_correlation_are_named_and_no_others():
    pairs = cx.correlations({"a": [1, 2, 3, 4], "b": [1, 1, 1, 1], "nps": [1, 2, 4, 3]})
    with pytest.raises(cx.DomainError, match="a and b: CX_E_CONSTANT, b and nps: CX_E_CONSTANT$"):
        cx.drivers_matrix(pairs, "nps")
