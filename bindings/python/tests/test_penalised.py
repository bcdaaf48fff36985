"""Penalised regression."""

from __future__ import annotations

import math

import cxkit as cx
import pytest

N = 60
X = {
    name: [math.sin(1.7 * i) + math.cos(2.3 * i * (j + 1) + j) for i in range(N)]
    for j, name in enumerate("abcdef")
}
Y = [
    4 + 2 * a + b - c + 0.5 * math.sin(9.1 * i)
    for i, (a, b, c) in enumerate(zip(X["a"], X["b"], X["c"]))
]


def test_a_ridge_is_chosen_and_keeps_every_column():
    found = cx.penalised(X, Y)
    assert found.kept == tuple("abcdef")
    assert list(found.params) == ["const", *"abcdef"]
    assert 0 < found.penalty < found.penalty_max
    assert 0.9 < found.r2_cv < found.r2 < 1
    assert found.df < 6
    assert (found.n, found.excluded) == (N, {"missing": 0, "zero_weight": 0})


def test_an_elastic_net_drops_columns_as_the_penalty_grows():
    kept = [
        len(cx.penalised(X, Y, method="elastic-net", penalty=p).kept) for p in (0.001, 0.2, 0.9)
    ]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] > kept[1] > kept[2]


def test_non_negative_has_no_coefficient_below_0():
    found = cx.penalised(X, Y, method="non-negative")
    assert found.params["c"] == 0 and "c" not in found.kept
    assert min(found.beta.values()) == 0
    net = cx.penalised(X, Y, method="elastic-net", non_negative=True, penalty=0.01)
    assert min(net.beta.values()) == 0


def test_a_name_stands_for_the_outcome():
    inside = cx.penalised({**X, "score": Y}, "score", penalty=0.1)
    assert inside.params == cx.penalised(X, Y, penalty=0.1).params


def test_moments_give_what_rows_give():
    moments = cx.Moments([*X, "y"])
    moments.add({**X, "y": Y})
    found = cx.penalised(moments, "y", penalty=0.1)
    expected = cx.penalised(X, Y, penalty=0.1).params
    assert found.params == pytest.approx(expected, rel=1e-12)
    assert cx.penalised(moments, "y", columns=["a", "b"]).kept == ("a", "b")
    assert cx.penalised(moments, "y").r2_cv is None
    with pytest.raises(cx.OptionError, match="holds moments"):
        cx.penalised(moments, Y)
    with pytest.raises(cx.OptionError, match="belong to rows"):
        cx.penalised(moments, "y", weights=[1] * N)


def test_the_path_goes_from_nothing_to_everything():
    path = cx.penalised_path(X, Y, method="elastic-net", penalties=7, folds=4)
    assert path["kept"][0] == 0 and path["kept"][-1] == 6
    assert sum(path["chosen"]) == 1
    assert list(path["penalty"]) == sorted(path["penalty"], reverse=True)
    assert path["c"][-1] < 0
    with pytest.raises(cx.OptionError, match="no path"):
        cx.penalised_path(X, Y, method="non-negative")


def test_clusters_stay_together_and_seeds_repeat():
    clusters = [f"shop {i % 12}" for i in range(N)]
    one = cx.penalised_path(X, Y, clusters=clusters, folds=3, seed=4)
    two = cx.penalised_path(X, Y, clusters=clusters, folds=3, seed=4)
    assert list(one["error"]) == list(two["error"])
    assert list(one["error"]) != list(cx.penalised_path(X, Y, folds=3, seed=4)["error"])


def test_missing_rows_are_counted_and_constants_named():
    found = cx.penalised({**X, "same": [1] * N}, [None, *Y[1:]], penalty=0.1)
    assert found.excluded["missing"] == 1 and found.n == N - 1
    assert found.params["same"] is None
    assert list(found.table["status"])[-1] == "constant"


def test_bad_input_is_named():
    with pytest.raises(cx.OptionError, match="has to be one of ridge"):
        cx.penalised(X, Y, method="lasso")
    with pytest.raises(cx.OptionError, match="mix is 2"):
        cx.penalised(X, Y, mix=2)
    with pytest.raises(cx.ConstantError):
        cx.penalised(X, [1] * N)
    with pytest.raises(cx.FewError):
        cx.penalised({"a": [1, 2]}, [1, 2])
    with pytest.raises(cx.DomainError, match="infinite|inf"):
        cx.penalised({"a": [1, 2, math.inf, 4]}, [1, 2, 3, 5])
    with pytest.raises(cx.OptionError, match="a table of the columns"):
        cx.penalised(X, Y, columns=["a"])


def test_it_goes_into_json():
    import json

    assert json.loads(json.dumps(cx.penalised(X, Y).to_dict()))["kept"] == list("abcdef")
    assert repr(cx.penalised(X, Y, penalty=0.1)).startswith("6 of 6 columns, penalty 0.1")


def test_few_rows_and_few_clusters_still_have_parts():
    for seed in range(1, 8):
        assert cx.penalised(X, Y, folds=N, seed=seed).r2_cv > 0.9
        assert cx.penalised(X, Y, clusters=[i % 4 for i in range(N)], seed=seed).r2_cv > 0.8


@pytest.mark.parametrize("fit", [cx.penalised, cx.penalised_path])
def test_an_outcome_that_is_not_there_is_named(fit):
    with pytest.raises(cx.NameNotFoundError, match="'nps'"):
        fit(X, "nps")
