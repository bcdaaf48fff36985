"""A gate whose decisions are on disk before they are given out."""

from __future__ import annotations

import math
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import _native
from ._options import number
from ._salted import key_of
from ._times import moment
from .errors import FormatError, LimitError, MismatchError, OptionError, VersionError
from .gate import Decision, Gate, decision_of
from .ledger import EVENTS
from .rule import bits_of

if TYPE_CHECKING:
    import sqlite3

__all__ = ["DurableLedger"]

# The file is that of libcxkit-ledger: see store/store.c and the explanation of the gate.
_FORMAT = 2
_SALT = 0x6378737472
_JOURNAL = (
    "id event time point contact probability u retry_at period policy allocation invite reason "
    "rule action frequency repeat attributes checksum"
).split()


def _typed(name: str) -> str:
    if name == "id":
        return "id INTEGER PRIMARY KEY"
    if name in ("probability", "u"):
        return f"{name} REAL" + (" NOT NULL" if name == "probability" else "")
    return f"{name} INTEGER NOT NULL"


_STATE = "format commits last rows sum points gate checksum".split()
_TABLES = (
    f"CREATE TABLE journal({', '.join(map(_typed, _JOURNAL))}) STRICT",
    "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK (id = 1), "
    f"{', '.join(map(_typed, _STATE))}) STRICT",
)
_ROW = struct.Struct("<5q2d11q")
_MARK = struct.Struct("<6q")
_MAGIC = 0x324B52414D5843
_APART = 512
_WORD = 1 << 64


def _signed(word: int) -> int:
    return word - _WORD if word >= _WORD // 2 else word


def _checksum(data: bytes) -> int:
    return int(_native.cx_contact_text(data, _SALT).key)


class _End:
    """How far a log has come."""

    __slots__ = ("commits", "last", "rows", "sum")

    def __init__(self, commits: int = 0, last: int = 0, rows: int = 0, total: int = 0) -> None:
        self.commits, self.last, self.rows, self.sum = commits, last, rows, total % _WORD

    def same(self, other: _End) -> bool:
        return self.rows == other.rows and self.sum == other.sum


class _Mark:
    """The file beside the log: two slots in two sectors take turns."""

    def __init__(self, path: str, accept_loss: bool) -> None:
        self.path = path + "-mark"
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        found = [end for end in map(self._slot, range(2)) if end]
        self.found = bool(found)
        self.end = max(found, key=lambda end: end.commits) if found else _End()
        if not found and not accept_loss and os.lseek(self.file, 0, os.SEEK_END) > 0:
            os.close(self.file)
            raise FormatError(
                f"{self.path} is damaged, so that nobody can tell whether the log is whole; "
                "accept_loss opens it all the same"
            )

    def _slot(self, slot: int) -> _End | None:
        os.lseek(self.file, slot * _APART, os.SEEK_SET)
        data = os.read(self.file, _MARK.size)
        if len(data) < _MARK.size:
            return None
        magic, commits, last, rows, total, checksum = _MARK.unpack(data)
        if magic != _MAGIC or checksum != _signed(_checksum(data[:-8])):
            return None
        return _End(commits, last, rows, total)

    def write(self, end: _End) -> None:
        data = _MARK.pack(_MAGIC, end.commits, end.last, end.rows, _signed(end.sum), 0)[:-8]
        os.lseek(self.file, end.commits % 2 * _APART, os.SEEK_SET)
        whole = data + struct.pack("<q", _signed(_checksum(data)))
        if os.write(self.file, whole) != len(whole):
            raise OSError(f"{self.path} cannot be written")
        os.fsync(self.file)


class DurableLedger:
    """The log of a gate in an SQLite file: what was decided is there after a crash.

    path
        of the file; `<path>-mark` beside it says how far the log has come
    gate
        a Gate with its rules, points and goals, and without a decision yet: the log is played into
        it. From then on it is used through this only
    group
        False: every call is on disk when it returns; True: when commit() has returned, many rows
        for one sync
    accept_loss
        open a file whose end or mark is missing, with what is left

    The file is that of the C library libcxkit-ledger: either opens what the other wrote. It needs
    the sqlite3 module of the standard library, with SQLite 3.37 or later. One process at a time
    has the file open.

    Raises FormatError for a file that is damaged, cut short or no log; MismatchError for the log of
    a gate with another seed, salt or other points; VersionError; LimitError when the file cannot be
    written, or is open elsewhere.

    >>> import cxkit as cx, tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "asked.db")
    >>> def gate():
    ...     return cx.Gate([cx.Rule(gap=86400)], seed=1, points=["shop"])
    >>> with cx.DurableLedger(path, gate()) as log:
    ...     log.decide("Ada", "shop", 0).invite
    True
    >>> with cx.DurableLedger(path, gate()) as log:
    ...     len(log), log.decide("Ada", "shop", 60_000_000).reason
    (1, 'rule')
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        gate: Gate,
        *,
        group: bool = False,
        accept_loss: bool = False,
    ) -> None:
        import sqlite3

        if not isinstance(gate, Gate):
            raise OptionError(f"gate is a {type(gate).__name__}; it has to be a Gate")
        if gate._open:
            raise OptionError("the points of the gate have to be given: the log knows their order")
        if sqlite3.sqlite_version_info < (3, 37):
            raise LimitError(f"SQLite is {sqlite3.sqlite_version}; 3.37 or later is needed")
        self._sqlite = sqlite3
        self._gate, self._group = gate, bool(group)
        self._lock = threading.RLock()
        self._failed = self._begun = False
        self._mark: _Mark | None = None
        with self._said("the file cannot be opened"):
            self._db: sqlite3.Connection | None = sqlite3.connect(
                os.fspath(path), isolation_level=None, check_same_thread=False, timeout=0
            )
        try:
            self._start(os.fspath(path), bool(accept_loss))
        except BaseException:
            self._drop()
            raise

    # -- errors ----------------------------------------------------------------------------

    @contextmanager
    def _said(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._sqlite.OperationalError as error:
            name = str(getattr(error, "sqlite_errorname", ""))
            if "locked" in str(error) or name.startswith("SQLITE_BUSY"):
                raise LimitError(f"{what}: another process has it open") from error
            if name in ("", "SQLITE_ERROR"):
                raise FormatError(f"{what}: it is damaged, or no log of a gate ({error})") from error
            raise LimitError(f"{what}: {error}") from error
        except self._sqlite.DatabaseError as error:
            raise FormatError(f"{what}: it is damaged, or no log of a gate ({error})") from error
        except OSError as error:
            raise LimitError(f"{what}: {error}") from error

    def _sql(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        if self._db is None:
            raise LimitError("the log is closed")
        return self._db.execute(sql, values)

    # -- opening ---------------------------------------------------------------------------

    def _keep_wal(self, keep: bool) -> None:
        """A log that is refused stays as it was, the part of its WAL that cannot be read too."""
        if hasattr(self._db, "setconfig"):  # from Python 3.12 on
            self._db.setconfig(self._sqlite.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep)  # type: ignore

    def _start(self, path: str, accept_loss: bool) -> None:
        with self._said("the file cannot be opened"):
            self._keep_wal(True)
            for setting in (
                "PRAGMA locking_mode=EXCLUSIVE",
                "PRAGMA journal_mode=WAL",
                "PRAGMA synchronous=FULL",
                "PRAGMA secure_delete=ON",
                "PRAGMA cell_size_check=ON",
                "BEGIN EXCLUSIVE",
                "COMMIT",
            ):
                self._sql(setting)
            self._mark = mark = _Mark(path, accept_loss)
        with self._said("the file cannot be read"):
            tables = [sql for (sql,) in self._sql("SELECT sql FROM sqlite_master ORDER BY rowid")]
            self._end = self._load(tables, mark, accept_loss) if tables else _End()
        if not tables:
            self._first(mark, accept_loss)
        elif accept_loss:  # log and mark agree from now on
            self._begin()
            self._finish()
        elif self._end.commits != mark.end.commits:
            mark.write(self._end)  # what was seen once is not lost in silence later
        self._keep_wal(False)

    def _first(self, mark: _Mark, accept_loss: bool) -> None:
        if mark.end.rows > 0 and not accept_loss:
            raise FormatError(
                f"the log is empty or missing, and {mark.end.rows} rows were acknowledged; "
                "accept_loss begins a new one"
            )
        self._end = _End(mark.end.commits, mark.end.last)
        self._begin()
        with self._said("the file cannot be made"):
            for sql in _TABLES:
                self._sql(sql)
        self._finish()

    def _load(self, tables: list[str], mark: _Mark, accept_loss: bool) -> _End:
        check = self._sql("PRAGMA integrity_check(1)").fetchone()[0]
        if check != "ok":
            raise FormatError(f"the file is damaged: {check}")
        end = self._state()
        if tuple(tables) != _TABLES:
            raise FormatError(
                "the tables of the file are not those of a log of a gate: it is damaged, or "
                "another file"
            )
        if not accept_loss:
            self._compare(end, mark)
        found = self._replay()
        if not found.same(end) or found.last > end.last:
            raise FormatError(
                f"the log has {found.rows} rows, and not the {end.rows} that were written"
            )
        end.last, end.commits = max(end.last, mark.end.last), max(end.commits, mark.end.commits)
        return end

    def _state(self) -> _End:
        state = self._sql(f"SELECT {', '.join(_STATE)} FROM state").fetchone()
        if state is None:
            raise FormatError("the file has lost the row that says what it holds")
        if state[-1] != _signed(_checksum(struct.pack("<7q", *state[:-1]))):
            raise FormatError("the row that says what the file holds is damaged")
        version, commits, last, rows, total, points, fingerprint = state[:-1]
        if version != _FORMAT:
            raise VersionError(f"the file has format {version}; this version reads {_FORMAT}")
        if points > len(self._gate) or fingerprint != self._fingerprint(points):
            raise MismatchError(
                "the file is the log of a gate with another seed, salt or other points"
            )
        return _End(commits, last, rows, total)

    def _fingerprint(self, points: int) -> int:
        return _signed(int(_native.cx_gate_fingerprint(self._gate._handle, points)))

    @staticmethod
    def _compare(end: _End, mark: _Mark) -> None:
        said, hint = mark.end, "accept_loss opens it all the same"
        if not mark.found and end.last > 0:
            raise FormatError(
                f"{mark.path} is missing, so that nobody can tell whether the log is whole; {hint}"
            )
        if said.commits > end.commits:
            raise FormatError(
                f"the end of the log is missing: it goes to row {end.last}, and row {said.last} "
                "was acknowledged; accept_loss opens what is left"
            )
        if said.commits == end.commits and (said.last != end.last or not said.same(end)):
            raise FormatError(f"{mark.path} belongs to another log; {hint}")

    def _replay(self) -> _End:
        found, handle = _End(), self._gate._handle
        for row in self._sql(f"SELECT {', '.join(_JOURNAL)} FROM journal ORDER BY id"):
            words = dict(zip(_JOURNAL, row))
            total = _checksum(_packed(words))
            if words["checksum"] != _signed(total):
                raise FormatError(f"row {words['id']} of the log is damaged")
            words["contact"] %= _WORD
            words["attributes"] %= _WORD
            words["u"] = math.nan if words["u"] is None else words["u"]
            if words["event"] < 0:
                made = _native.cx_decision()
                for name in _JOURNAL[2:-1]:
                    setattr(made, name, words[name])
                _native.cx_gate_replay(handle, made)
            else:
                at = words["point"], words["event"], words["time"]
                _native.cx_gate_record(handle, words["contact"], *at)
            found = _End(0, words["id"], found.rows + 1, found.sum + total)
        return found

    # -- writing ---------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._failed:
            raise LimitError("an earlier row could not be written; open the file again")
        if not self._begun:
            with self._said("the log cannot be written"):
                self._sql("BEGIN IMMEDIATE")
            self._begun = True

    @contextmanager
    def _or_fail(self) -> Iterator[None]:
        try:
            with self._said("the log cannot be written"):
                yield
        except BaseException:
            self._failed, self._begun = True, False
            if self._db is not None and self._db.in_transaction:
                self._db.rollback()
            raise

    def _finish(self) -> None:
        if not self._begun or self._mark is None:
            return
        end, points = self._end, len(self._gate)
        with self._or_fail():
            end.commits += 1
            state = [_FORMAT, end.commits, end.last, end.rows, _signed(end.sum)]
            state += [points, self._fingerprint(points)]
            state.append(_signed(_checksum(struct.pack("<7q", *state))))
            self._sql("INSERT OR REPLACE INTO state VALUES (1,?,?,?,?,?,?,?,?)", tuple(state))
            self._sql("COMMIT")
            self._mark.write(end)
        self._begun = False

    def _append(self, words: dict[str, Any]) -> None:
        end = self._end
        words["id"] = end.last + 1
        total = _checksum(_packed(words))
        words["checksum"] = _signed(total)
        with self._or_fail():
            holes = ",".join("?" * len(_JOURNAL))
            values = tuple(words[name] for name in _JOURNAL)
            self._sql(f"INSERT INTO journal VALUES ({holes})", values)
        end.last, end.rows, end.sum = end.last + 1, end.rows + 1, (end.sum + total) % _WORD
        if not self._group:
            self._finish()

    def decide(
        self, contact: object, point: object, time: object, *, attributes: object = 0
    ) -> Decision:
        """As Gate.decide, and the row is on disk when it returns (see `group`).

        When the disk fails the decision is not given out, and everything after it is refused
        until the file is opened again.
        """
        at, key, bits = moment(time, "time"), self._key(contact), bits_of(attributes)
        with self._lock, self._gate._lock:
            number_of = self._gate._point(point)
            self._begin()
            found = _native.cx_gate_decide(self._gate._handle, key, number_of, at, bits)
            words = {name: getattr(found, name) for name in _JOURNAL[2:-1]}
            words["event"] = -1
            words["contact"], words["attributes"] = _signed(found.contact), _signed(bits)
            words["u"] = None if math.isnan(found.u) else found.u
            self._append(words)
        return decision_of(found, point, time)

    def record(self, contact: object, point: object, event: str, time: object) -> None:
        """As Gate.record, and the row is on disk when it returns (see `group`)."""
        at, kind, key = moment(time, "time"), number("event", event, EVENTS), self._key(contact)
        with self._lock, self._gate._lock:
            number_of = self._gate._point(point)
            self._begin()
            _native.cx_gate_record(self._gate._handle, key, number_of, kind, at)
            words: dict[str, Any] = dict.fromkeys(_JOURNAL, 0)
            words.update(event=kind, time=at, point=number_of, contact=_signed(key))
            words.update(probability=0.0, u=0.0)
            self._append(words)

    def commit(self) -> None:
        """With `group`: puts all rows since the last commit on disk; then they may be acted upon."""
        with self._lock:
            if self._failed:
                raise LimitError("an earlier row could not be written; open the file again")
            self._finish()

    def erase(self, contact: object) -> bool:
        """Deletes all rows of a contact, overwrites them, and forgets it in the gate; whether there
        were any."""
        key = self._key(contact)
        with self._lock, self._gate._lock:
            self._begin()
            with self._or_fail():
                found = self._sql(
                    "SELECT checksum FROM journal WHERE contact = ?", (_signed(key),)
                ).fetchall()
                self._sql("DELETE FROM journal WHERE contact = ?", (_signed(key),))
            self._end.rows -= len(found)
            self._end.sum = (self._end.sum - sum(total for (total,) in found)) % _WORD
            _native.cx_gate_erase(self._gate._handle, key)
            self._finish()
            with self._said("the log cannot be written"):
                self._sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return bool(found)

    def _key(self, contact: object) -> int:
        return key_of(contact, self._gate._salt)

    # -- the whole -------------------------------------------------------------------------

    @property
    def gate(self) -> Gate:
        """The gate: for its coverage, points and ledger; decisions go through this."""
        return self._gate

    def _drop(self) -> None:
        db, mark = self._db, self._mark
        self._db, self._mark, self._begun = None, None, False
        if db is not None:
            db.close()
        if mark is not None:
            os.close(mark.file)

    def close(self) -> None:
        """Commits and closes; a second time is nothing."""
        with self._lock:
            try:
                if self._db is not None and not self._failed:
                    self._finish()
            finally:
                self._drop()

    def __enter__(self) -> DurableLedger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self._end.rows

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        state = "closed" if self._db is None else f"{self._end.rows} rows"
        return f"DurableLedger of {state}"


def _packed(words: dict[str, Any]) -> bytes:
    """The bytes that a row's checksum is of."""
    values = [words[name] for name in _JOURNAL[:-1]]
    values[6] = math.nan if values[6] is None else values[6]
    return _ROW.pack(*values)
