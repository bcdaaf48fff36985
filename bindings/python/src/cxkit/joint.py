"""Several answers of the same respondents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from . import _native
from ._columns import column, frame, is_table, keys, names_of
from ._options import CASES, EXCLUDED, METHODS, READINGS, answers, fill, number, scale_of
from ._state import State
from .errors import NameNotFoundError, OptionError
from .estimate import Estimate, estimate_of
from .table import Table
from .tally import Tally

__all__ = ["Index", "Joint"]


def with_parts(cls: Any, estimate: Estimate, **more: object) -> Any:
    known = {field.name: getattr(estimate, field.name) for field in fields(Estimate)}
    return cls(**known, **more)


@dataclass(frozen=True, slots=True, repr=False)
class Index(Estimate):
    """An index with its interval, as any Estimate, and its parts; see index.

    components
        one row for each component: its share of the index and its own estimate
    """

    components: Table

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; the components under "components"."""
        return Estimate.to_dict(self) | {"components": self.components.to_dict()}


# -- what is given ----------------------------------------------------------------------------


def frame_of(option: str, given: object) -> tuple[Any, list[str]]:
    if not is_table(given) and not hasattr(given, "__arrow_c_stream__"):
        raise OptionError(f"{option} has to be a table: a mapping of name to column, or a frame")
    found = frame(given)
    return found, names_of(found)


def _by_name(option: str, given: object, names: Sequence[str]) -> object:
    """Numbers in the order of the names; None leaves the default."""
    if not isinstance(given, Mapping):
        return given
    absent = [name for name in given if name not in names]
    if absent or len(given) != len(names):
        raise NameNotFoundError(
            f"{option} needs one number for each of {', '.join(names)}",
            column=str(absent[0]) if absent else None,
        )
    return [given[name] for name in names]


def numbers_of(option: str, given: object, names: Sequence[str]) -> object:
    return column(_by_name(option, given, names), option)


def _reading(
    read: str, scale: tuple[int, int], high: int | None, low: int | None, top: int | None
) -> Any:
    least, most = scale_of(scale)
    return fill(
        _native.cx_joint_options(),
        score=number("read", read, READINGS),
        scale_min=least,
        scale_max=most,
        high=high,
        low=low,
        top=top,
    )


class JointState(State):
    """What joint states and gaps have in common: the functions of C."""

    __slots__ = ()

    _copy_of = staticmethod(_native.cx_joint_copy)
    _merge_into = staticmethod(_native.cx_joint_merge)
    _equal = staticmethod(_native.cx_joint_equal)
    _size = staticmethod(_native.cx_joint_encoded_size)
    _encode = staticmethod(_native.cx_joint_encode)
    _decode = staticmethod(_native.cx_joint_decode)

    def reset(self) -> None:
        """Forgets all respondents; the components stay."""
        with self._lock:
            _native.cx_joint_reset(self._handle)

    def _names(self) -> tuple[str, ...]:
        handle = self._handle
        return tuple(
            _native.cx_joint_name(handle, at) for at in range(_native.cx_joint_columns(handle))
        )

    @property
    def n(self) -> int:
        """Respondents with at least one valid answer."""
        with self._lock:
            return int(_native.cx_joint_n(self._handle))

    @property
    def complete(self) -> int:
        """Respondents with all answers."""
        with self._lock:
            return int(_native.cx_joint_complete(self._handle))

    @property
    def weighted(self) -> bool:
        """Whether any respondent came with a weight."""
        with self._lock:
            return bool(_native.cx_joint_weighted(self._handle))

    @property
    def excluded(self) -> dict[str, int]:
        """Respondents without any valid answer, by the reason of the first component."""
        with self._lock:
            return {
                word: _native.cx_joint_excluded(self._handle, at)
                for at, word in enumerate(EXCLUDED)
            }


def index_options(cases: str, method: str, confidence: float, min_n: int) -> Any:
    """How an index is read."""
    return fill(
        _native.cx_index_options(),
        method=number("method", method, METHODS),
        cases=number("cases", cases, CASES),
        confidence=confidence,
        min_n=min_n,
    )


class Joint(JointState):
    """Several answers of the same respondents, with what they have in common.

    names
        the names of the components
    read
        "net" (high minus low, in points), "top-box" (a share), or "mean" (the answer itself)
    scale, high, low, top
        lowest and highest answer; lowest that counts as high, highest as low; top boxes. Of all
        components, or a mapping of name to a value for some

    A missing answer costs that answer only. States add up: the same respondents give the same
    bytes, whatever their order and however they were split.

    >>> import cxkit as cx
    >>> monday = cx.Joint(["ease", "speed"]).add({"ease": [5, 4, 2], "speed": [4, None, 1]})
    >>> monday.n, monday.complete, monday.both("ease", "speed")
    (3, 2, 2)
    >>> (monday + monday).index().n
    6
    """

    __slots__ = ()

    def __init__(
        self,
        names: Sequence[str],
        *,
        read: str = "net",
        scale: tuple[int, int] | Mapping[str, tuple[int, int]] = (1, 5),
        high: int | Mapping[str, int] | None = None,
        low: int | Mapping[str, int] | None = None,
        top: int | Mapping[str, int] | None = None,
    ) -> None:
        if isinstance(names, str):
            raise OptionError(f"names is {names!r}; it has to be a list of names")
        given: dict[str, Any] = {"scale": scale, "high": high, "low": low, "top": top}
        plain: dict[str, Any] = {"scale": (1, 5), "high": None, "low": None, "top": None}
        for option, value in given.items():
            for name in value if isinstance(value, Mapping) else ():
                if name not in names:
                    raise NameNotFoundError(f"{option} names {name!r}, which is no component")

        def one(name: str) -> Any:
            chosen = {
                option: value.get(name, plain[option]) if isinstance(value, Mapping) else value
                for option, value in given.items()
            }
            return _reading(read, **chosen)

        names = list(names)
        common = one(names[0]) if names else _native.cx_joint_options()
        self._own(_native.cx_joint_new(names, common))
        if any(isinstance(value, Mapping) for value in given.values()):
            for at, name in enumerate(names):
                _native.cx_joint_set(self._handle, at, one(name))

    def add(
        self,
        columns: object,
        *,
        weights: object = None,
        missing_codes: Sequence[float] = (),
        not_applicable_codes: Sequence[float] = (),
        invalid: str = "exclude",
        fractional: str = "invalid",
    ) -> Joint:
        """Adds respondents, and returns the state.

        columns
            a table with one column for each component; others are ignored
        weights
            one weight >= 0 for each respondent
        missing_codes, not_applicable_codes, invalid, fractional
            as in Tally.add

        Raises NameNotFoundError, and what Tally.add raises; the state is then unchanged.

        >>> import cxkit as cx
        >>> cx.Joint(["a", "b"]).add({"a": [5, None], "b": [9, 99]}).excluded["missing"]
        1
        """
        options = answers(missing_codes, not_applicable_codes, invalid, fractional)
        given = frame(columns, list(self.names))
        with self._lock:
            _native.cx_joint_add(self._handle, given, column(weights, "weights"), options)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the components."""
        return self._names()

    def _at(self, name: str) -> int:
        at = int(_native.cx_joint_find(self._handle, name))
        if at < 0:
            raise NameNotFoundError(
                f"there is no component {name!r}; there are {', '.join(self.names)}"
            )
        return at

    def both(self, one: str, other: str) -> int:
        """Respondents who answered both components."""
        with self._lock:
            return int(_native.cx_joint_both(self._handle, self._at(one), self._at(other)))

    def tally(self, name: str) -> Tally:
        """The tally of one component.

        >>> import cxkit as cx
        >>> cx.Joint(["a"]).add({"a": [5, 4]}).tally("a").counts[5]
        1
        """
        with self._lock:
            return Tally._of(_native.cx_joint_tally(self._handle, self._at(name)))

    def index(
        self,
        *,
        importance: object = None,
        cases: str = "available",
        method: str = "auto",
        confidence: float = 0.95,
        min_n: int = 0,
    ) -> Index:
        """The index of all components; see index.

        >>> import cxkit as cx
        >>> state = cx.Joint(["ease", "speed"]).add({"ease": [5, 4, 2], "speed": [4, 4, 1]})
        >>> round(state.index().value, 1)
        33.3
        """
        options = index_options(cases, method, confidence, min_n)
        shares = numbers_of("importance", importance, self.names)
        with self._lock:
            estimate = estimate_of(_native.cx_index(self._handle, shares, options))
            table = Table(_native.cx_index_components(self._handle, shares, options))
        made: Index = with_parts(Index, estimate, components=table)
        return made

    def compare(
        self,
        one: str,
        other: str,
        *,
        cases: str = "available",
        method: str = "auto",
        confidence: float = 0.95,
    ) -> Estimate:
        """Score of one component minus that of another, with the respondents' covariance.

        cases
            "available": each score of everyone who answered it, so samples may overlap in part;
            "complete": only respondents who answered both
        method
            "auto" (shares of the same people "score", other shares "agresti-caffo", net scores
            "adjusted-wald", means "t"), or one of them

        `p_value` is of no difference. Raises EmptyError, OptionError, MismatchError.

        >>> import cxkit as cx
        >>> state = cx.Joint(["before", "after"], read="mean")
        >>> state = state.add({"before": [3, 4, 2, 3], "after": [4, 5, 3, 3]})
        >>> state.compare("after", "before").value
        0.75
        """
        options = fill(
            _native.cx_paired_options(),
            method=number("method", method, METHODS),
            cases=number("cases", cases, CASES),
            confidence=confidence,
        )
        with self._lock:
            at = self._at(one), self._at(other)
            return estimate_of(_native.cx_compare_paired(self._handle, *at, options))

    def __repr__(self) -> str:
        return f"Joint of {self.n} respondents: {', '.join(self.names)}"


def paired(
    a: object,
    b: object,
    *,
    respondents: tuple[object, object] | None,
    weights: object,
    scale: tuple[int, int],
    read: str,
    high: int | None,
    low: int | None,
    top: int | None,
    method: str,
    cases: str,
    confidence: float,
    **reading: Any,
) -> Estimate:
    """a minus b: two columns of the same rows, or two waves matched by respondent."""
    state = Joint(["a", "b"], read=read, scale=scale, high=high, low=low, top=top)
    options = answers(**reading)
    if respondents is None:
        given = [("a", column(a, "a")), ("b", column(b, "b"))]
        _native.cx_joint_add(state._handle, given, column(weights, "weights"), options)
    else:
        if weights is not None:
            raise OptionError("weights and respondents are not read together yet: give one")
        if not isinstance(respondents, (tuple, list)) or len(respondents) != 2:
            raise OptionError("respondents has to be a pair: the ids of a, and those of b")
        ids = []
        for each in respondents:
            found = keys(each)
            if not isinstance(found, list):
                raise OptionError("respondents have to be columns, or mappings of several")
            ids.append([(f"respondent {at}", ids) for at, (_, ids) in enumerate(found)])
        _native.cx_joint_add_waves(
            state._handle, column(a, "a"), ids[0], column(b, "b"), ids[1], options
        )
    return state.compare("a", "b", cases=cases, method=method, confidence=confidence)
