"""The log of a gate on disk: the same file as libcxkit-ledger's."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

import cxkit as cx

sqlite3 = pytest.importorskip("sqlite3")
if sqlite3.sqlite_version_info < (3, 37):
    pytest.skip("SQLite is older than 3.37", allow_module_level=True)

MINUTE = 60_000_000
START = 20_000 * 1440 * MINUTE
POINTS = [1, 2, 3]


def gate(seed=1, points=POINTS):
    """That of tests/property/store.c."""
    made = cx.Gate([cx.Rule(gap=7 * 86400)], seed=seed, points=points)
    end = START + 365 * 1440 * MINUTE
    made.target(1, 1000, traffic=3000, start=START, end=end)
    return made


def write(log, rows):
    first = len(log)
    for i in range(first, first + rows):
        contact = None if i % 17 == 16 else i % 97
        if i % 5 == 4 and contact is not None:
            log.record(contact, POINTS[i % 3], "answered", START + i * MINUTE)
        else:
            log.decide(contact, POINTS[i % 3], START + i * MINUTE)


def following(log):
    i = len(log)
    found = log.decide(5, 1, START + i * MINUTE, attributes=3)
    retry = found.time if found.retry_at is None else found.retry_at
    return f"{i} {found.u:.17g} {found.probability:.17g} {found.reason} {retry}"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "asked.db"


def test_what_was_decided_is_there_when_the_file_is_opened_again(path):
    with cx.DurableLedger(path, gate()) as log:
        write(log, 60)
        standing, ledger = log.gate.points(START + 60 * MINUTE), log.gate.ledger
        coverage = log.gate.coverage().figures
    assert "closed" in repr(log)
    with cx.DurableLedger(path, gate()) as log:
        assert len(log) == 60 and log.gate.ledger == ledger
        assert list(log.gate.points(START + 60 * MINUTE)) == list(standing)
        assert log.gate.coverage().figures == coverage


def test_many_rows_share_a_commit(path):
    with cx.DurableLedger(path, gate(), group=True) as log:
        write(log, 40)
        log.commit()
        end = log._end.commits
        write(log, 2)
    with cx.DurableLedger(path, gate()) as log:
        assert len(log) == 42 and log._end.commits == end + 1


def test_a_contact_can_be_erased(path):
    with cx.DurableLedger(path, gate()) as log:
        write(log, 30)
        assert log.erase(3) and not log.erase(3)
        assert len(log) == 29
    assert len(cx.DurableLedger(path, gate())) == 29


def test_a_filter_is_filled_from_the_log(path):
    def made():
        return cx.Gate([], seed=1, points=POINTS, recent=cx.Recent(capacity=100))

    with cx.DurableLedger(path, made()) as log:
        assert log.decide(5, 1, START).invite
    with cx.DurableLedger(path, made()) as log:
        assert log.gate.recent.asked(5, START)


def store():
    """The program that writes and reads such files by the C library."""
    found = Path(os.environ.get("CX_BUILD", ".")) / "tests/property/store"
    if not found.exists():
        pytest.skip("CX_BUILD has no tests/property/store: libcxkit-ledger was not built")
    return str(found)


def journal(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT * FROM journal").fetchall()


def run(*arguments):
    done = subprocess.run([store(), *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_either_library_opens_what_the_other_wrote(path, tmp_path):
    other = tmp_path / "other.db"
    assert run("write", path, 70) == "70"
    with cx.DurableLedger(other, gate()) as log:
        write(log, 70)
    assert journal(other) == journal(path)
    marks = [Path(f"{name}-mark").read_bytes() for name in (other, path)]
    assert marks[0] == marks[1]
    with cx.DurableLedger(path, gate()) as log:
        assert len(log) == 70
        write(log, 20)
    assert run("write", other, 20) == "90"
    with cx.DurableLedger(other, gate()) as log:
        expected = following(log)
    assert run("read", path) == expected


CHILD = """
import sys
sys.path.insert(0, {tests!r})
import cxkit as cx
from test_durable import gate, write
with cx.DurableLedger({path!r}, gate(), group={group}) as log:
    print(len(log), flush=True)
    while True:
        write(log, {batch})
        log.commit()
        print(len(log), flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like it here")
def test_every_acknowledged_row_survives_a_kill(path):
    rng, told = random.Random(1), 0
    for turn in range(6):
        code = CHILD.format(
            tests=str(Path(__file__).parent),
            path=str(path),
            group=turn % 2 == 1,
            batch=turn % 2 * 7 + 1,
        )
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
            for _ in range(rng.randrange(1, 12)):
                told = int(child.stdout.readline())
            time.sleep(rng.random() * 0.01)
            child.kill()
            told = max([told, *map(int, child.stdout.read().split(b"\n")[:-1])])
        with cx.DurableLedger(path, gate()) as log:
            assert len(log) >= told
    with cx.DurableLedger(path, gate()) as log:
        rows = len(log)
        expected = cx.DurableLedger(path.parent / "whole.db", gate())
        write(expected, rows)
        assert log.gate.ledger == expected.gate.ledger


def written(path, rows=25):
    with cx.DurableLedger(path, gate()) as log:
        write(log, rows)
    return Path(f"{path}-mark")


def test_damage_is_refused(path):
    mark = written(path)
    whole, said = path.read_bytes(), mark.read_bytes()
    rng, refused = random.Random(2), 0
    for turn in range(60):
        hurt = bytearray(whole)
        hurt[rng.randrange(len(hurt))] ^= 1 << rng.randrange(8)
        path.write_bytes(hurt if turn % 3 else whole[: rng.randrange(len(whole))])
        mark.write_bytes(said)
        try:
            with cx.DurableLedger(path, gate()) as log:
                assert len(log) == 25
        except cx.Error as error:
            assert isinstance(error, (cx.FormatError, cx.VersionError, cx.MismatchError)), error
            refused += 1
    assert refused > 20


def test_rows_that_are_missing_are_refused_unless_the_loss_is_accepted(path):
    mark = written(path, 10)
    early = path.read_bytes()
    written(path, 10)
    path.write_bytes(early)
    with pytest.raises(cx.FormatError, match="row 20 was acknowledged"):
        cx.DurableLedger(path, gate())
    with cx.DurableLedger(path, gate(), accept_loss=True) as log:
        assert len(log) == 10
        write(log, 1)
    with cx.DurableLedger(path, gate()) as log:
        assert len(log) == 11 and log._end.last == 21
    mark.unlink()
    with pytest.raises(cx.FormatError, match="missing"):
        cx.DurableLedger(path, gate())
    path.unlink()
    mark.unlink()
    mark.write_bytes(b"nothing")
    with pytest.raises(cx.FormatError, match="damaged"):
        cx.DurableLedger(path, gate())


def test_what_is_refused(path):
    written(path)
    with pytest.raises(cx.MismatchError, match="another seed"):
        cx.DurableLedger(path, gate(seed=2))
    with pytest.raises(cx.MismatchError):
        cx.DurableLedger(path, gate(points=[1, 2, 4]))
    with pytest.raises(cx.OptionError, match="points"):
        cx.DurableLedger(path, cx.Gate([], seed=1))
    with pytest.raises(cx.OptionError, match="has to be a Gate"):
        cx.DurableLedger(path, None)
    with cx.DurableLedger(path, gate()) as log:
        with pytest.raises(cx.LimitError, match="another"):
            cx.DurableLedger(path, gate())
        with pytest.raises(cx.NameNotFoundError):
            log.decide(1, 99, START + 99 * MINUTE)
        with pytest.raises(cx.DomainError):
            log.decide(1, 1, START - MINUTE)
        assert len(log) == 25
        log.decide(1, 1, START + 99 * MINUTE)
    with pytest.raises(cx.LimitError, match="closed"):
        log.decide(1, 1, START + 100 * MINUTE)
    path.with_name("text.db").write_text("no database" * 1000)
    with pytest.raises(cx.FormatError):
        cx.DurableLedger(path.with_name("text.db"), gate())
    with pytest.raises(cx.LimitError):
        cx.DurableLedger(path.with_name("folder") / "x.db", gate())


def test_more_points_may_be_added_behind_those_there_were(path):
    written(path)
    with cx.DurableLedger(path, gate(points=[1, 2, 3, 4])) as log:
        assert log.decide(3, 4, START + 99 * MINUTE).probability >= 0
    with cx.DurableLedger(path, gate(points=[1, 2, 3, 4])) as log:
        assert len(log) == 26
