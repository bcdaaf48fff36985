"""Fitted models."""

from __future__ import annotations

import math
from typing import Any

from . import _native
from ._options import EXCLUDED, FLAGS
from .estimate import Estimate, estimate_of
from .table import Table

__all__ = ["Fit"]


class Fit:
    """What a regression gives; see regress. Cannot be changed.

    Dictionaries are by the name of the term, "const" for the intercept, in the order of the model;
    None where a term was dropped.

    >>> import cxkit as cx
    >>> f = cx.regress({"wait": [1, 2, 3, 4, 5]}, [9, 8, 6, 5, 1])
    >>> round(f.params["wait"], 3), round(f.se["wait"], 3)
    (-1.9, 0.3)
    """

    __slots__ = ("_handle", "_table", "_covariance")

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._table = Table(_native.cx_fit_table(handle))
        self._covariance: Table | None = None

    def _by_term(self, column: str) -> dict[str, Any]:
        return dict(zip(self._table["term"], self._table[column]))

    @property
    def table(self) -> Table:
        """One row for each term, with the figures about the whole."""
        return self._table

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of the terms."""
        return tuple(self._table["term"])

    @property
    def params(self) -> dict[str, float | None]:
        """The coefficients."""
        return self._by_term("coefficient")

    @property
    def se(self) -> dict[str, float | None]:
        """Their standard errors."""
        return self._by_term("se")

    @property
    def statistic(self) -> dict[str, float | None]:
        """Coefficient / standard error."""
        return self._by_term("statistic")

    @property
    def p_value(self) -> dict[str, float | None]:
        """Of the coefficient 0, two-sided."""
        return self._by_term("p_value")

    @property
    def ci(self) -> dict[str, tuple[float, float] | None]:
        """The limits of their intervals."""
        low, high = self._table["ci_low"], self._table["ci_high"]
        return {
            term: None if one is None or other is None else (one, other)
            for term, one, other in zip(self._table["term"], low, high)
        }

    @property
    def df(self) -> dict[str, float | None]:
        """Degrees of freedom of Student's t; None for a normal interval or a dropped term."""
        found = self._by_term("df")
        return {
            term: None if value is None or math.isinf(value) else value
            for term, value in found.items()
        }

    @property
    def status(self) -> dict[str, str]:
        """What became of each term: "ok", or why it was dropped."""
        return self._by_term("status")

    @property
    def collinear_with(self) -> dict[str, tuple[str, ...]]:
        """The terms that a dropped one is a combination of."""
        found = self._by_term("collinear_with")
        return {term: tuple(text.split(", ")) if text else () for term, text in found.items()}

    @property
    def figures(self) -> dict[str, float | None]:
        """Figures about the whole, by name."""
        return self._table.figures

    @property
    def n(self) -> int:
        """Rows in use; with frequencies their sum."""
        return int(self.figures["n"] or 0)

    @property
    def r2(self) -> float | None:
        """The explained part of the outcome's variance; None where the model has none."""
        return self.figures.get("r2")

    @property
    def loglik(self) -> float | None:
        """The logarithm of the likelihood; None where the model has none."""
        return self.figures.get("loglik")

    @property
    def deviance(self) -> float | None:
        """Twice the distance to the likelihood of a perfect model; None where there is none."""
        return self.figures.get("deviance")

    @property
    def method(self) -> str:
        """How the errors were made, such as "classical" or "cr2"."""
        return str(_native.cx_fit_method(self._handle))

    @property
    def model(self) -> str:
        """The model, such as "regress"."""
        return str(_native.cx_fit_model(self._handle))

    @property
    def flags(self) -> tuple[str, ...]:
        """What a reader should know, such as "weighted"."""
        bits = _native.cx_fit_flags(self._handle)
        return tuple(word for bit, word in FLAGS if bits & bit)

    @property
    def excluded(self) -> dict[str, int]:
        """Rows left out, by reason."""
        return {
            word: int(_native.cx_fit_excluded(self._handle, at)) for at, word in enumerate(EXCLUDED)
        }

    @property
    def covariance(self) -> Table:
        """The covariances of the coefficients, one row for each term."""
        if self._covariance is None:
            self._covariance = Table(_native.cx_fit_covariance(self._handle))
        return self._covariance

    def estimate(self, term: str) -> Estimate:
        """One coefficient as an Estimate.

        Raises NameNotFoundError, and SingularError, ConstantError or UnidentifiedError for a term
        that was dropped.

        >>> import cxkit as cx
        >>> f = cx.regress({"wait": [1, 2, 3, 4, 5]}, [9, 8, 6, 5, 1])
        >>> f.estimate("wait")
        -1.900 [-2.855, -0.945] 95 % (t, n = 5)
        """
        return estimate_of(_native.cx_fit_estimate(self._handle, str(term)))

    def influence(self, term: str) -> Table:
        """What each cluster, or each row, adds to a coefficient: columns `id` and `influence`.

        Their squares add up to the coefficient's variance. Raises OptionError unless the model was
        asked to keep them.

        >>> import cxkit as cx
        >>> x, y = {"wait": [1, 2, 3, 4, 5]}, [9, 8, 6, 5, 1]
        >>> f = cx.regress(x, y, cov="hc1", influence=True)
        >>> round(sum(i * i for i in f.influence("wait")["influence"]) ** 0.5 / f.se["wait"], 9)
        1.0
        """
        return Table(_native.cx_fit_influence(self._handle, str(term)))

    def to_dict(self) -> dict[str, Any]:
        """The table, the figures and the rest by name; every value goes into JSON."""
        columns = {
            name: [None if isinstance(v, float) and not math.isfinite(v) else v for v in column]
            for name, column in self._table.to_dict().items()
        }
        about = {"model": self.model, "method": self.method, "flags": list(self.flags)}
        return about | {"excluded": self.excluded, "figures": self.figures, "terms": columns}

    def summary(self) -> str:
        """A few lines to be read.

        >>> import cxkit as cx
        >>> f = cx.regress({"wait": [1, 2, 3, 4, 5]}, [9, 8, 6, 5, 1])
        >>> print(f.summary().splitlines()[0])
        regress, n = 5, R2 = 0.930, errors: classical
        """
        r2 = "" if self.r2 is None else f", R2 = {self.r2:.3f}"
        lines = [f"{self.model}, n = {self.n}{r2}, errors: {self.method}"]
        wide = max(len(term) for term in self.terms)
        for row in self._table:
            name = row["term"].ljust(wide)
            if row["coefficient"] is None:
                partners = f" with {row['collinear_with']}" if row["collinear_with"] else ""
                lines.append(f"{name}  {row['status']}{partners}")
            elif row["se"] is None:
                lines.append(f"{name}  {row['coefficient']:.6g}")
            else:
                p = "" if row["p_value"] is None else f"  p = {row['p_value']:.3g}"
                lines.append(
                    f"{name}  {row['coefficient']:.6g}  [{row['ci_low']:.6g}, {row['ci_high']:.6g}]{p}"
                )
        left_out = ", ".join(f"{count} {word}" for word, count in self.excluded.items() if count)
        lines += [f"left out: {left_out}"] if left_out else []
        lines += [f"note: {', '.join(self.flags)}"] if self.flags else []
        return "\n".join(lines)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fit):
            return NotImplemented
        return self.table == other.table and self.covariance == other.covariance

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        raise TypeError("a Fit is not pickled: send fit.to_dict()")

    def __repr__(self) -> str:
        return self.summary()
