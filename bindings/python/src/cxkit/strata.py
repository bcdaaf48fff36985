"""Survey sums: what a figure and its error follow from, from one machine or many."""

from __future__ import annotations

from typing import Any, overload

from . import _native
from ._columns import column, keys
from ._options import METHODS, fill, number, scale_of
from ._state import State
from .design import LONELY
from .errors import NameNotFoundError, OptionError
from .survey import FIGURES, SurveyEstimate, survey_estimate_of
from .table import Table
from .weights import Weights

__all__ = ["Strata"]

_NAMES = {code: name for name, code in FIGURES.items()}


class Strata(State):
    """Sums by stratum, cluster and key: a state that adds up to a figure with its survey error.

    Rows on many machines, each with a state of its own, give what they would give in one place:
    the same bytes for any split and order, and the estimates of a Design with these columns.

    figure
        "mean" (which also gives totals), "ratio", "share", "nps" or "csat"
    promoters, detractors, scale, top
        as in nps and csat

    >>> import cxkit as cx
    >>> north = cx.Strata("nps").add([9, 3, 10], strata=["a", "a", "b"], weights=[2, 1, 1])
    >>> south = cx.Strata("nps").add([8, 10], strata=["b", "b"], weights=[3, 1])
    >>> round((north + south).estimate().value, 1)
    37.5
    """

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_strata_copy)
    _merge_into = staticmethod(_native.cx_strata_merge)
    _equal = staticmethod(_native.cx_strata_equal)
    _size = staticmethod(_native.cx_strata_encoded_size)
    _encode = staticmethod(_native.cx_strata_encode)
    _decode = staticmethod(_native.cx_strata_decode)

    def __init__(
        self,
        figure: str = "mean",
        *,
        promoters: int = 9,
        detractors: int = 6,
        scale: tuple[int, int] = (0, 10),
        top: int | None = None,
    ) -> None:
        low, high = scale_of(scale)
        options = fill(
            _native.cx_survey_options(),
            promoters=promoters,
            detractors=detractors,
            scale_min=low,
            scale_max=high,
            top=top,
        )
        self._own(_native.cx_strata_new(number("figure", figure, FIGURES), options))

    def add(
        self,
        y: object,
        *,
        denominator: object = None,
        weights: object = None,
        strata: object = None,
        clusters: object = None,
        fpc: object = None,
        by: object = None,
    ) -> Strata:
        """Adds rows, and returns the state.

        y
            one number for each row; None and NaN are left out and counted, and stay in the design
        denominator
            of a ratio
        weights
            one for each row; None for 1. Before a calibration, the start weights
        strata, clusters
            a column of keys each: the stratum, and the first-stage cluster within it. Without
            clusters every row is a unit of its own
        fpc
            units that the row's stratum has in the population, or the share of them that was drawn
        by
            a column of keys, or a table of several: domains, and categories to calibrate on

        The first call settles which columns there are. Raises DomainError (an infinite value, a
        bad weight), MismatchError (other columns than before, fpc that differs within a stratum),
        OverflowedError; the state is then unchanged.

        >>> import cxkit as cx
        >>> cx.Strata().add([1, None, 3], clusters=[1, 1, 2]).rows
        3
        """
        with self._lock:
            _native.cx_strata_add(
                self._handle,
                column(y, "y"),
                column(denominator, "denominator"),
                column(weights, "weights"),
                column(strata, "strata"),
                column(clusters, "clusters"),
                column(fpc, "fpc"),
                None if by is None else keys(by),
            )
        return self

    @overload
    def estimate(
        self,
        *,
        by: None = None,
        lonely: str = "fail",
        calibration: Weights | None = None,
        method: str = "auto",
        confidence: float = 0.95,
        min_n: int = 0,
        replacement: bool = False,
    ) -> SurveyEstimate: ...

    @overload
    def estimate(
        self,
        *,
        by: str | list[str],
        lonely: str = "fail",
        calibration: Weights | None = None,
        method: str = "auto",
        confidence: float = 0.95,
        min_n: int = 0,
        replacement: bool = False,
    ) -> Table: ...

    def estimate(
        self,
        *,
        by: str | list[str] | None = None,
        lonely: str = "fail",
        calibration: Weights | None = None,
        method: str = "auto",
        confidence: float = 0.95,
        min_n: int = 0,
        replacement: bool = False,
    ) -> SurveyEstimate | Table:
        """The figure of all rows; or a Table of it for every key.

        by
            names of key columns: each key is a domain, the others stay in the design
        lonely
            a stratum with a single unit: "fail", "remove", "certainty", "adjust" or "average"
        calibration
            the Weights that rake or poststratify gave for `cells`, from its column weight
        method
            of the interval, as in share_of and nps; other figures have t
        min_n, replacement
            as in survey_mean

        Raises EmptyError (no row), FewError (a stratum with a single unit), MismatchError (a
        calibration of something else), NameNotFoundError, SuppressedError below min_n.

        >>> import cxkit as cx
        >>> sums = cx.Strata().add([2, 4, 6, 8], strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
        >>> sums.estimate()
        6.000 [2.598, 9.402] 95 % (t, n = 4, n_eff = 8.5, few, weighted)
        """
        return self._measure(
            self._figure(), by, lonely, calibration, method, confidence, min_n, replacement
        )

    @overload
    def total(
        self,
        *,
        by: None = None,
        lonely: str = "fail",
        calibration: Weights | None = None,
        confidence: float = 0.95,
        min_n: int = 0,
        replacement: bool = False,
    ) -> SurveyEstimate: ...

    @overload
    def total(
        self,
        *,
        by: str | list[str],
        lonely: str = "fail",
        calibration: Weights | None = None,
        confidence: float = 0.95,
        min_n: int = 0,
        replacement: bool = False,
    ) -> Table: ...

    def total(
        self,
        *,
        by: str | list[str] | None = None,
        lonely: str = "fail",
        calibration: Weights | None = None,
        confidence: float = 0.95,
        min_n: int = 0,
        replacement: bool = False,
    ) -> SurveyEstimate | Table:
        """The total, of a state of means; arguments and errors as in estimate.

        >>> import cxkit as cx
        >>> cx.Strata().add([2, 4, 6], weights=[1, 1, 3]).total().value
        24.0
        """
        figure = FIGURES["total"]
        return self._measure(
            figure, by, lonely, calibration, "auto", confidence, min_n, replacement
        )

    @property
    def cells(self) -> Table:
        """The keys with their rows, n and weight: the table that a calibration needs.

        Raking it, with its weight as start weights, is raking all rows.

        >>> import cxkit as cx
        >>> sums = cx.Strata().add([1, 2, 3, 4], by={"sex": ["f", "m", "f", "f"]})
        >>> raked = cx.rake(
        ...     sums.cells, {"sex": {"f": 50, "m": 50}}, weights=sums.cells["weight"]
        ... )
        >>> round(sums.estimate(calibration=raked, lonely="adjust").value, 3)
        2.333
        """
        with self._lock:
            return Table(_native.cx_strata_cells(self._handle))

    @property
    def figure(self) -> str:
        """What the sums are for; "mean" for totals."""
        return _NAMES[self._figure()]

    @property
    def rows(self) -> int:
        """Rows added."""
        with self._lock:
            return int(_native.cx_strata_rows(self._handle))

    def reset(self) -> Strata:
        """Forgets what was added, and returns the state; the figure stays."""
        with self._lock:
            _native.cx_strata_reset(self._handle)
        return self

    def __len__(self) -> int:
        """Strata seen."""
        with self._lock:
            return int(_native.cx_strata_size(self._handle))

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"Strata of {self.figure}: {self.rows} rows in {len(self)} strata"

    def _figure(self) -> int:
        with self._lock:
            return int(_native.cx_strata_figure(self._handle))

    def _measure(
        self,
        figure: int,
        by: str | list[str] | None,
        lonely: str,
        calibration: Weights | None,
        method: str,
        confidence: float,
        min_n: int,
        replacement: bool,
    ) -> SurveyEstimate | Table:
        options = fill(
            _native.cx_survey_options(),
            confidence=confidence,
            method=number("method", method, METHODS),
            min_n=min_n,
            replacement=int(replacement),
        )
        if calibration is not None and not isinstance(calibration, Weights):
            raise OptionError("calibration has to be what rake or poststratify gave for the cells")
        rule = number("lonely", lonely, LONELY)
        weights: Any = None if calibration is None else calibration._handle
        with self._lock:
            if by is None:
                return survey_estimate_of(
                    _native.cx_strata_estimate(self._handle, figure, rule, weights, options)
                )
            totalled = self._totalled([by] if isinstance(by, str) else by)
            return Table(
                _native.cx_strata_by(self._handle, figure, rule, weights, totalled, options)
            )

    def _totalled(self, kept: list[str]) -> int:
        """The bits of the keys that are not named, the last one being 1."""
        names = self.cells.columns[:-3]
        for name in kept:
            if name not in names:
                raise NameNotFoundError(
                    f"there is no key {name!r}; there are {', '.join(names)}", column=name
                )
        return sum(1 << at for at, name in enumerate(reversed(names)) if name not in kept)
