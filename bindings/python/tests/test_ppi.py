"""Prediction-powered means."""

import math

import pytest
from conftest import number, read_vectors

import cxkit as cx

Y, F = [1, 2, 3, 4, 5, 4], [1.5, 2, 2.5, 4.5, 4.5, 3.5]
G = [2, 3, 4, 1, 5, 3, 4, 2.5, 3.5, 4.5]
W, V = [1, 2, 0.5, 1, 1.5, 3], [1, 1, 2, 1, 0.5, 1, 1, 2, 1, 1]
OWN = [0, 0, 1, 1, 2, 3]
OTHER = {"apart": [4, 4, 5, 5, 6, 6, 7, 7, 8, 8], "shared": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]}


@pytest.mark.parametrize("row", read_vectors("ppi"), ids=lambda row: row["id"])
def test_means_match_the_independent_numbers(row):
    lam = row["lam"] if row["lam"] in ("auto", "optimal") else float(row["lam"])
    weighted, clustered = row["weighted"] == "1", row["clusters"] != "none"
    found = cx.ppi_mean(
        Y,
        F,
        G,
        labelled="random",
        lam=lam,
        form=row["form"],
        weights=W if weighted else None,
        weights_unlabelled=V if weighted else None,
        clusters=OWN if clustered else None,
        clusters_unlabelled=OTHER.get(row["clusters"]),
    )
    close = {"rel": float(row["tolerance"])}
    for name in ("value", "ci_low", "ci_high"):
        assert getattr(found, name) == pytest.approx(number(row[name]), **close), name
    if number(row["lambda"]) is not None:
        assert found.lam == pytest.approx(number(row["lambda"]), **close)
    assert found.clusters == (4 if clustered else 0)


def test_one_side_is_one_sided_also_where_lambda_is_found():
    two = cx.ppi_mean(Y, F, G, labelled="random", confidence=0.9, form="published")
    one = cx.ppi_mean(Y, F, G, labelled="random", alternative="larger", form="published")
    assert one.ci_low == pytest.approx(two.ci_low) and math.isinf(one.ci_high)
    assert one.to_dict()["ci_high"] is None


def test_it_is_refused_where_chance_did_not_decide():
    assert cx.ppi_mean(Y, F, G) == cx.ppi_mean(Y, F, G, labelled="random")
    with pytest.raises(cx.UnidentifiedError, match="aipw_mean"):
        cx.ppi_mean(Y, F, G, labelled="chose")
    with pytest.raises(cx.OptionError, match="weights"):
        cx.ppi_mean(Y, F, G, labelled="weighted")
    with pytest.raises(cx.OptionError, match="'auto', 'optimal' or a number"):
        cx.ppi_mean(Y, F, G, labelled="random", lam=None)
    with pytest.raises(cx.OptionError, match="auto, optimal"):
        cx.ppi_mean(Y, F, G, labelled="random", lam="best")


def test_missing_predictions_are_counted_on_their_own_side():
    found = cx.ppi_mean(Y, F, [*G, None], labelled="random")
    assert found.unlabelled == 10 and found.unlabelled_excluded["missing"] == 1
    assert found.excluded["missing"] == 0 and found.classical.n_eff == 6
    assert found.n_eff > 10


def test_net_scores_take_cut_points():
    found = cx.ppi_nps([5, 1, 3, 9], [1, -1, 0, 0], [0, 1], labelled="random", promoters=5,
                       detractors=2, scale=(1, 5))  # fmt: skip
    assert found.classical.value == 0 and found.excluded["out_of_range"] == 1
    with pytest.raises(cx.DomainError, match="row 0"):
        cx.ppi_nps([5], [50], [0], labelled="random")


def test_without_other_predictions_it_is_the_classical_mean():
    found = cx.ppi_mean(Y, F, [], labelled="random")
    assert (found.lam, found.ci_low) == (0, found.classical.ci_low)
