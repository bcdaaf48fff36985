"""How a sample was drawn: what every estimate from it needs."""

from __future__ import annotations

from typing import Any

from . import _native
from ._columns import column, frame, is_table, keys
from ._options import fill, number, words
from .errors import OptionError
from .weights import Weights

__all__ = ["Design"]

_REPLICATES = words(_native.cx_replicates_name, _native.CX_REPLICATES_END)
LONELY = words(_native.cx_lonely_name, _native.CX_LONELY_END)


def _stages(role: str, given: Any) -> object:
    if given is None:
        return None
    if is_table(given):
        return frame(given)
    if isinstance(given, tuple) and given and not isinstance(given[0], (str, int, float)):
        return [(f"{role}{at + 1}", column(part, role)) for at, part in enumerate(given)]
    return keys(given)


class Design:
    """How a sample was drawn; what every survey estimate needs. Cannot be changed.

    weights
        one for each row; None for 1, or with a calibration
    strata, clusters, fpc
        a column, or a tuple or table of columns, one for each stage of sampling. Clusters are
        told apart within their stratum. fpc: units that the row's stratum has in the population,
        or the share of them that was drawn
    lonely
        a stratum with a single unit: "fail", "remove", "certainty", "adjust" or "average"
    calibration
        the Weights of rake, calibrate or poststratify: the error then knows what was known
    replicates
        None (errors by linearisation), "jk1", "jkn", "brr", "fay" or "bootstrap"; each replicate
        repeats the calibration
    count, seed
        "bootstrap": how many replicates (None: 1000), and which
    fay
        "fay": the part of its weight that the lighter unit of each pair keeps (None: 0.5)
    about
        what replicates are compared with: the "estimate" or their "mean"

    Raises DomainError (a bad weight, a stratum larger than its population), MismatchError (fpc
    differs within a stratum); with replicates FewError (a stratum with a single unit, "brr" with
    other than two), LimitError (too many), ConvergenceError (totals that a replicate cannot meet).

    >>> import cxkit as cx
    >>> d = cx.Design(strata=["a", "a", "b", "b"], weights=[1, 1, 3, 3])
    >>> d
    Design of 4 rows: 4 units in 2 strata
    """

    __slots__ = ("_handle",)

    def __init__(
        self,
        *,
        weights: object = None,
        strata: object = None,
        clusters: object = None,
        fpc: object = None,
        lonely: str = "fail",
        calibration: Weights | None = None,
        replicates: str | None = None,
        count: int | None = None,
        seed: int = 1,
        fay: float | None = None,
        about: str = "estimate",
    ) -> None:
        if calibration is not None and not isinstance(calibration, Weights):
            raise OptionError("calibration has to be what rake, calibrate or poststratify gave")
        self._handle = _native.cx_design_new(
            column(weights, "weights"),
            _stages("strata", strata),
            _stages("clusters", clusters),
            _stages("fpc", fpc),
            None if calibration is None else calibration._handle,
            fill(
                _native.cx_design_options(),
                lonely=number("lonely", lonely, LONELY),
                replicates=number("replicates", replicates or "none", _REPLICATES),
                about_mean=number("about", about, {"estimate": 0, "mean": 1}),
                count=count,
                seed=seed,
                fay=fay,
            ),
        )

    @property
    def units(self) -> int:
        """Units of the first stage."""
        return int(_native.cx_design_units(self._handle))

    @property
    def strata(self) -> int:
        """Strata of the first stage."""
        return int(_native.cx_design_strata(self._handle))

    @property
    def replicates(self) -> int:
        """Replicates that estimates use; 0 for linearisation."""
        return int(_native.cx_design_replicates(self._handle))

    @property
    def replicates_lost(self) -> int:
        """Bootstrap replicates left out because their totals could not be met."""
        return int(_native.cx_design_replicates_lost(self._handle))

    def __len__(self) -> int:
        return int(_native.cx_design_rows(self._handle))

    def __repr__(self) -> str:
        return f"Design of {len(self)} rows: {self.units} units in {self.strata} strata"


def design_handle(design: object) -> Any:
    if not isinstance(design, Design):
        raise OptionError("design has to be a cxkit.Design: cx.Design(weights=..., strata=...)")
    return design._handle
