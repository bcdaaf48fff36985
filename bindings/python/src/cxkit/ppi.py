"""A few answers and predictions for many: prediction-powered means."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from . import _native
from ._columns import column, is_table, keys
from ._options import EXCLUDED, fill, number, scale_of, words
from .errors import OptionError
from .estimate import Estimate, estimate_of

__all__ = ["PpiEstimate", "ppi_mean", "ppi_nps"]

_LABELLED = words(_native.cx_labelled_name, _native.CX_LABELLED_END)
_FORMS = {"default": _native.CX_PPI_DEFAULT, "published": _native.CX_PPI_PUBLISHED}
_TUNINGS = {"auto": _native.CX_PPI_POOLED, "optimal": _native.CX_PPI_OPTIMAL}
_CENTRINGS = {
    "auto": _native.CX_PPI_CENTRING_AUTO,
    "hajek": _native.CX_PPI_LINEARISED,
    "published": _native.CX_PPI_PLAIN,
}
ALTERNATIVES = {
    "two-sided": _native.CX_TWO_SIDED,
    "larger": _native.CX_LARGER,
    "smaller": _native.CX_SMALLER,
}


@dataclass(frozen=True, slots=True, repr=False)
class PpiEstimate(Estimate):
    """An Estimate that predictions had a part in.

    lam
        the trust in the predictions that was used, 0 for none
    classical
        the answers alone
    unlabelled, unlabelled_excluded
        predictions used of those without an answer, and those left out, by reason
    clusters
        with an answer; 0 without clusters

    ``n_eff`` is how many answers without predictions would have the same variance.
    """

    lam: float
    classical: Estimate
    unlabelled: int
    unlabelled_excluded: dict[str, int]
    clusters: int


def _ppi_estimate(raw: Any) -> PpiEstimate:
    estimate = estimate_of(raw.estimate)
    plain = {field.name: getattr(estimate, field.name) for field in fields(Estimate)}
    left_out = {word: raw.unlabelled_excluded(reason) for reason, word in enumerate(EXCLUDED)}
    return PpiEstimate(
        **plain,
        lam=float(raw.lam),
        classical=estimate_of(raw.classical),
        unlabelled=int(raw.unlabelled),
        unlabelled_excluded=left_out,
        clusters=int(raw.clusters),
    )


def cluster_keys(given: Any) -> object:
    """Keys of clusters under one name, so that two sets of rows can share them."""
    if given is None:
        return None
    return keys(given) if is_table(given) else [("cluster", column(given, "clusters"))]


def _run(
    compute: Any,
    columns: tuple[object, object, object],
    labelled: str | None,
    lam: str | float,
    weights: object,
    weights_unlabelled: object,
    clusters: object,
    clusters_unlabelled: object,
    form: str,
    centring: str,
    alternative: str,
    confidence: float,
    **more: int,
) -> PpiEstimate:
    if labelled is None:
        labelled = "random" if weights is None else "weighted"
    given = isinstance(lam, str)
    if not given and (isinstance(lam, bool) or not isinstance(lam, (int, float))):
        try:
            lam = float(lam)
        except (TypeError, ValueError):
            raise OptionError(f"lam is {lam!r}: 'auto', 'optimal' or a number") from None
    options = fill(
        _native.cx_ppi_options(),
        labelled=number("labelled", labelled, _LABELLED),
        form=number("form", form, _FORMS),
        tuning=number("lam", str(lam), _TUNINGS) if given else _native.CX_PPI_GIVEN,
        lam=None if given else lam,
        centring=number("centring", centring, _CENTRINGS),
        alternative=number("alternative", alternative, ALTERNATIVES),
        confidence=confidence,
        **more,
    )
    roles = ("y", "predicted", "predicted_unlabelled")
    return _ppi_estimate(
        compute(
            *(column(data, role) for data, role in zip(columns, roles)),
            column(weights, "weights"),
            column(weights_unlabelled, "weights_unlabelled"),
            cluster_keys(clusters),
            cluster_keys(clusters_unlabelled),
            options,
        )
    )


def ppi_mean(
    y: object,
    predicted: object,
    predicted_unlabelled: object,
    *,
    labelled: str | None = None,
    lam: str | float = "auto",
    weights: object = None,
    weights_unlabelled: object = None,
    clusters: object = None,
    clusters_unlabelled: object = None,
    form: str = "default",
    centring: str = "auto",
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> PpiEstimate:
    """Mean of a few answers, sharpened by predictions for many.

    Right however bad the predictions are, if chance decided who has an answer and the predictions
    come from other data (or are cross-fitted).

    y, predicted
        answers and their predictions
    predicted_unlabelled
        predictions of those without an answer
    labelled
        what is taken for granted: "random", chance decided who has an answer (None without
        weights), or "weighted", the weights undo unequal chances (None with them). Where
        customers chose to answer say "chose": it is refused, and aipw_mean takes its place
    lam
        trust in the predictions: "auto" (as published), "optimal" (least variance in finite
        samples) or a number; 0 ignores them
    weights, weights_unlabelled
        one for each row
    clusters, clusters_unlabelled
        keys of what was drawn as one; the same cluster may be on both sides
    form
        "default": variances with n - 1 (n - 2 when lam came from the answers), interval by t;
        "published": variances with n, interval by z, too short for few answers
    centring
        how weights enter the variance: "hajek", "published"; "auto" goes by the form
    alternative
        "two-sided", "larger" (a lower limit only) or "smaller"
    confidence
        of the interval

    Raises UnidentifiedError when they chose to answer,
    EmptyError without an answer, DomainError for bad values.

    >>> import cxkit as cx
    >>> y, f = [1, 2, 3, 4, 5, 4], [1.5, 2, 2.5, 4.5, 4.5, 3.5]
    >>> g = [2, 3, 4, 1, 5, 3, 4, 2.5, 3.5, 4.5]
    >>> found = cx.ppi_mean(y, f, g, labelled="random")
    >>> round(found.value, 3), round(found.lam, 3), "few" in found.flags
    (3.297, 0.78, True)
    """
    return _run(
        _native.cx_ppi_mean,
        (y, predicted, predicted_unlabelled),
        labelled,
        lam,
        weights,
        weights_unlabelled,
        clusters,
        clusters_unlabelled,
        form,
        centring,
        alternative,
        confidence,
    )


def ppi_nps(
    scores: object,
    predicted: object,
    predicted_unlabelled: object,
    *,
    labelled: str | None = None,
    lam: str | float = "auto",
    weights: object = None,
    weights_unlabelled: object = None,
    clusters: object = None,
    clusters_unlabelled: object = None,
    promoters: int = 9,
    detractors: int = 6,
    scale: tuple[int, int] = (0, 10),
    form: str = "default",
    centring: str = "auto",
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> PpiEstimate:
    """Net Promoter Score in points, sharpened by predictions; arguments as in ppi_mean.

    scores
        answers on the scale; others are left out and counted
    predicted, predicted_unlabelled
        P(promoter) - P(detractor) of each, -1 to 1

    >>> import cxkit as cx
    >>> found = cx.ppi_nps(
    ...     [10, 9, 3, 8], [0.8, 0.5, -0.5, 0.1], [0.6, -0.2, 0.3], labelled="random"
    ... )
    >>> found.classical.value, found.unit
    (25.0, 'points')
    """
    low, high = scale_of(scale)
    return _run(
        _native.cx_ppi_nps,
        (scores, predicted, predicted_unlabelled),
        labelled,
        lam,
        weights,
        weights_unlabelled,
        clusters,
        clusters_unlabelled,
        form,
        centring,
        alternative,
        confidence,
        promoters=promoters,
        detractors=detractors,
        scale_min=low,
        scale_max=high,
    )
