"""One question's metric, asked of the library. Nothing is estimated here."""

import cxkit as cx

from .source import MISSING, NOT_APPLICABLE

CODES = {"missing_codes": (MISSING,), "not_applicable_codes": (NOT_APPLICABLE,)}
KIND = {"nps": "nps", "csat": "top-box", "mean": "mean"}


def plain(estimate):
    """An estimate as a dictionary of plain values."""
    keys = ("value", "ci_low", "ci_high", "confidence", "se", "n", "n_eff", "method", "unit")
    found = {key: getattr(estimate, key) for key in keys}
    found["flags"] = list(estimate.flags)
    found["excluded"] = {key: int(count) for key, count in dict(estimate.excluded).items() if count}
    return found


class Measure:
    """A configured score: tallies of it, and the estimates read from them."""

    def __init__(self, score, confidence):
        self.score, self.confidence = score, confidence
        self.scale = score.codes.scale

    def tally(self, answers, weights):
        tally = cx.Tally(scale=self.scale)
        tally.add(answers, weights=weights, invalid="error", **CODES)
        return tally

    def tallies(self, answers, keys, weights):
        return cx.tally_by(answers, by=keys, scale=self.scale, weights=weights, invalid="error",
                           **CODES)

    def options(self):
        return {"top": self.score.top} if self.score.metric == "csat" and self.score.top else {}

    def estimate(self, tally, confidence=None):
        """The metric of one tally; None when it has no answers."""
        call = {"nps": cx.nps, "csat": cx.csat, "mean": cx.mean_score}[self.score.metric]
        try:
            return plain(call(tally, confidence=confidence or self.confidence, **self.options()))
        except cx.EmptyError:
            return None

    def kind(self):
        return dict(score=KIND[self.score.metric], **self.options())

    def comparison(self, confidence=None):
        return dict(self.kind(), confidence=confidence or self.confidence)
