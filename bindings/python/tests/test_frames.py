"""Columns and tables of other libraries: pandas, polars, Arrow, DuckDB."""

import array
import datetime
import decimal
import random

import pytest

import cxkit as cx
from test_columns import NUMERIC, SCORES, address_of, seen

np = pytest.importorskip("numpy")

# -- pandas ----------------------------------------------------------------------------------------


@pytest.fixture
def pd():
    return pytest.importorskip("pandas")


def test_a_pandas_series_is_read_in_place(pd):
    series = pd.Series(np.array(SCORES, dtype="int16"), name="q1")
    assert seen(series).address == address_of(series.to_numpy())
    assert seen(pd.DataFrame({"q": series})["q"]).address != 0
    assert cx.nps(series) == cx.nps(SCORES)


def test_the_name_of_a_series_is_in_the_error(pd):
    with pytest.raises(cx.DomainError) as caught:
        cx.nps(pd.Series([1, 11], name="q1"), invalid="error")
    assert (caught.value.column, caught.value.row, caught.value.value) == ("q1", 1, 11.0)


@pytest.mark.parametrize("name", ["Int8", "Int64", "UInt16", "Float64", "Float32"])
def test_pandas_nullable_numbers(pd, name):
    tally = cx.Tally().add(pd.Series([10, None, 3], dtype=name))
    assert (tally.n, tally.excluded["missing"]) == (2, 1)


def test_pandas_nullable_keys_stay_exact(pd):
    keys = pd.Series([2**53 + 1, None, 2**53], dtype="Int64")
    assert cx.tally_by([1, 2, 3], by=keys)["key"] == [2**53, 2**53 + 1, None]


def test_pandas_boolean_text_and_object(pd):
    assert cx.Tally(scale=(0, 1)).add(pd.Series([True, None], dtype="boolean")).n == 1
    for words in (pd.Series(["b", None, "a"]), pd.Series(["b", None, "a"], dtype="string")):
        assert cx.tally_by([1, 2, 3], by=words)["key"] == ["a", "b", None]
    assert cx.Tally().add(pd.Series([1, None, 3], dtype=object)).n == 2


def test_pandas_categories_are_keys_and_no_scores(pd):
    answers = pd.Series(["10", "9", None, "10"], dtype="category")
    assert cx.tally_by([1, 2, 3, 4], by=answers)["key"] == ["10", "9", None]
    assert cx.tally_by([1, 2], by=pd.Categorical(["x", "y"]))["key"] == ["x", "y"]
    with pytest.raises(cx.ColumnTypeError, match="categorical"):
        cx.nps(answers)


def test_pandas_numbers_as_categories_are_no_scores(pd):
    with pytest.raises(cx.ColumnTypeError, match="categorical"):
        cx.nps(pd.Series([10, 9], dtype="category"))


def test_pandas_times(pd):
    paris = pd.Series(pd.to_datetime(["2026-01-01 00:00", None])).dt.tz_localize("Europe/Paris")
    utc = pd.Series(pd.to_datetime(["2025-12-31 23:00", None]))
    assert cx.tally_by([1, 2], by=paris)["key"] == cx.tally_by([1, 2], by=utc)["key"]
    with pytest.raises(cx.ColumnTypeError, match="seconds"):
        cx.nps(pd.Series(pd.to_timedelta([1, 2])))


def test_a_frame_of_one_column_is_a_column(pd):
    frame = pd.DataFrame({"q": SCORES})
    assert cx.nps(frame) == cx.nps(SCORES)
    with pytest.raises(cx.ColumnTypeError, match="2 columns"):
        cx.nps(frame.assign(r=1))


def test_pandas_of_arrow(pd):
    pytest.importorskip("pyarrow")
    assert cx.Tally().add(pd.Series([10, None], dtype="int64[pyarrow]")).n == 1


# -- polars ----------------------------------------------------------------------------------------


@pytest.fixture
def pl():
    return pytest.importorskip("polars")


@pytest.mark.parametrize(
    "name", ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt32", "Float32", "Float64"]
)
def test_a_polars_series_is_read_in_place(pl, name):
    series = pl.Series("q1", SCORES, dtype=getattr(pl, name))
    assert seen(series).address == address_of(series.to_numpy())
    assert cx.nps(series) == cx.nps(SCORES)


def test_polars_nulls_slices_and_chunks(pl):
    series = pl.Series("q", [10, None, 3, 9, None, 0])
    assert cx.Tally().add(series[1:4]).counts == cx.Tally().add([None, 3, 9]).counts
    chunked = pl.concat([series, series], rechunk=False)
    assert chunked.n_chunks() == 2
    assert cx.Tally().add(chunked) == cx.Tally().add(series).add(series)


def test_polars_text_and_categories_are_keys(pl):
    words = ["b", None, "a text that is longer than twelve bytes", "b"]
    for series in (
        pl.Series("k", words),
        pl.Series("k", words, dtype=pl.Categorical),
        pl.Series("k", words, dtype=pl.Enum(sorted({word for word in words if word}))),
        pl.concat([pl.Series("k", words[:1]), pl.Series("k", words[1:])], rechunk=False),
    ):
        tallies = cx.tally_by([1, 2, 3, 4], by=series)
        assert tallies["k"] == ["a text that is longer than twelve bytes", "b", None]
    with pytest.raises(cx.ColumnTypeError, match="categorical"):
        cx.nps(pl.Series(["10"], dtype=pl.Categorical))


def test_polars_truth_values_dates_and_nothing(pl):
    assert cx.Tally(scale=(0, 1)).add(pl.Series([True, None, False])).counts == {0: 1, 1: 1}
    days = pl.Series([datetime.date(2026, 1, 1), None])
    times = pl.Series([datetime.datetime(2026, 1, 1), None])
    assert cx.tally_by([1, 2], by=days)["key"][1] is None
    assert len(cx.tally_by([1, 2], by=times)) == 2
    assert cx.Tally().add(pl.Series([None, None])).excluded["missing"] == 2


def test_polars_what_is_refused(pl):
    with pytest.raises(cx.ColumnTypeError, match="collect"):
        cx.nps(pl.LazyFrame({"a": [1]}))
    with pytest.raises(cx.ColumnTypeError, match="nested"):
        cx.nps(pl.Series([[1]]))
    with pytest.raises(cx.ColumnTypeError, match="seconds"):
        cx.nps(pl.Series([datetime.timedelta(1)]))


# -- Arrow -----------------------------------------------------------------------------------------


@pytest.fixture
def pa():
    return pytest.importorskip("pyarrow")


@pytest.mark.parametrize("name", [*NUMERIC])
def test_an_arrow_array_is_read_in_place(pa, name):
    data = pa.array(SCORES, type=name)
    assert seen(data).address == data.buffers()[1].address
    assert cx.nps(data) == cx.nps(SCORES)


def test_an_arrow_slice_is_read_in_place(pa):
    data = pa.array([None, 1, 2, None, 10, 9], type=pa.int32())[2:]
    view = seen(data)
    assert (view.address, view.offset) == (data.buffers()[1].address + 8, 2)
    assert cx.Tally().add(data).counts == cx.Tally().add([2, None, 10, 9]).counts


def test_one_arrow_chunk_is_read_in_place(pa):
    data = pa.chunked_array([pa.array([1, 2], pa.int64())])
    assert seen(data).address == data.chunk(0).buffers()[1].address


def test_arrow_streams_give_the_same_tally_for_every_split(pa):
    generator = random.Random(1)
    rows = [generator.choice([None, *range(11)]) for _ in range(500)]
    flags = [None if row is None else row > 5 for row in rows]
    words = [None if row is None else "x" * row for row in rows]
    whole = cx.Tally().add(rows)
    for pieces in (1, 2, 7, 100):
        cuts = sorted(generator.sample(range(501), pieces - 1))
        bounds = list(zip([0, *cuts], [*cuts, 500]))

        def chunked(values, kind, bounds=bounds):
            array = pa.array(values, kind)
            return pa.chunked_array([array[start:stop] for start, stop in bounds], kind)

        assert cx.Tally().add(chunked(rows, pa.int8())) == whole
        assert cx.Tally().add(chunked(rows, pa.float64())) == whole
        yes = cx.Tally(scale=(0, 1)).add(chunked(flags, pa.bool_()))
        assert yes == cx.Tally(scale=(0, 1)).add(flags)
        for kind in (
            pa.string(),
            pa.large_string(),
            pa.string_view(),
            pa.dictionary(pa.int8(), pa.string()),
        ):
            keys = chunked(words, kind)
            assert cx.tally_by(rows, by={"k": keys}) == cx.tally_by(rows, by={"k": words})


def test_arrow_dictionaries_are_keys_and_no_scores(pa):
    data = pa.array(["9", None, "10"]).dictionary_encode()
    assert seen(data).has_dictionary
    assert cx.tally_by([1, 2, 3], by=data)["key"] == ["10", "9", None]
    for codes in (
        pa.int8(),
        pa.uint8(),
        pa.int16(),
        pa.uint16(),
        pa.int32(),
        pa.uint32(),
        pa.int64(),
    ):
        cast = data.cast(pa.dictionary(codes, pa.string()))
        assert cx.tally_by([1, 2], by=cast[1:])["key"] == ["10", None]
    with pytest.raises(cx.ColumnTypeError, match="categorical"):
        cx.nps(data)
    with pytest.raises(cx.ColumnTypeError, match="categories have to be text"):
        cx.nps(pa.array([9, 10]).dictionary_encode())


def test_arrow_truth_values_at_any_offset(pa):
    flags = [True, None, False, True, True, None, False, False, True, None, True]
    data = pa.array(flags)
    for start in range(len(flags)):
        tally = cx.Tally(scale=(0, 1)).add(data[start:])
        assert tally == cx.Tally(scale=(0, 1)).add(flags[start:])


def test_a_table_of_one_column_is_a_column(pa):
    assert cx.nps(pa.table({"q": SCORES})) == cx.nps(SCORES)
    with pytest.raises(cx.ColumnTypeError, match="2 columns"):
        cx.nps(pa.table({"q": SCORES, "r": SCORES}))


def test_nulls_of_a_whole_row_are_missing(pa):
    rows = pa.array([{"q": 10}, None, {"q": 3}, {"q": None}], pa.struct([("q", pa.int8())]))
    assert cx.Tally().add(rows) == cx.Tally().add([10, None, 3, None])
    assert cx.Tally().add(rows[1:]) == cx.Tally().add([None, 3, None])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda pa: pa.array([decimal.Decimal("1.5")]), "decimals"),
        (lambda pa: pa.array([b"a"]), "bytes"),
        (lambda pa: pa.array([[1]]), "nested"),
        (lambda pa: pa.array([1], pa.duration("s")), "seconds"),
        (lambda pa: pa.array([1], pa.time32("s")), "times of day"),
    ],
)
def test_other_arrow_types_are_refused_with_advice(pa, make, words):
    with pytest.raises(cx.ColumnTypeError, match=words):
        cx.nps(make(pa))


def test_arrow_times(pa):
    for kind in (pa.timestamp("s"), pa.timestamp("us", "UTC"), pa.date32(), pa.date64()):
        data = pa.array([datetime.datetime(2026, 1, 1), None]).cast(pa.timestamp("us")).cast(kind)
        assert cx.tally_by([1, 2], by=data)["key"][1] is None
        assert seen(data).unit


def test_capsules_of_an_array_object_are_moved_once(pa):
    data = pa.array(SCORES)

    class Once:
        def __init__(self):
            self.capsules = data.__arrow_c_array__()

        def __arrow_c_array__(self, requested_schema=None):
            return self.capsules

    once = Once()
    assert cx.nps(once) == cx.nps(SCORES)
    with pytest.raises(cx.ColumnTypeError, match="read already"):
        cx.nps(once)


def test_capsules_of_a_stream_object_are_moved_once(pa):
    data = pa.chunked_array([SCORES])

    class Once:
        def __init__(self):
            self.capsule = data.__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema=None):
            return self.capsule

    once = Once()
    assert cx.nps(once) == cx.nps(SCORES)
    with pytest.raises(cx.ColumnTypeError, match="read already"):
        cx.nps(once)


def test_wrong_capsules_are_refused():
    class Wrong:
        def __init__(self, given):
            self.given = given

        def __arrow_c_array__(self, requested_schema=None):
            return self.given

    for given in (None, (1,), (1, 2), "capsule"):
        with pytest.raises((cx.ColumnTypeError, ValueError)):
            cx.nps(Wrong(given))


# -- DuckDB ----------------------------------------------------------------------------------------


def test_a_duckdb_relation_is_a_column():
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    scores = connection.sql("select (i % 11)::utinyint as q from range(10000) t(i)")
    assert cx.Tally().add(scores).counts[10] == 909


def test_a_duckdb_relation_is_a_table():
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    table = connection.sql("select i as x, i * 2 as y, 'text' as t from range(100) t(i)")
    assert cx.Moments(["x", "y"]).add(table).mean("y") == 99
    keys = connection.sql("select i % 2 as a, (i % 3)::varchar as b from range(12) t(i)")
    assert len(cx.tally_by(range(12), by=keys, scale=(0, 11))) == 6


# -- tables ----------------------------------------------------------------------------------------


def test_every_kind_of_table_gives_the_same_moments():
    rows = {"x": [1.0, 2.0, None, 4.5], "y": [3, 1, 4, 1]}
    expected = bytes(cx.Moments(["x", "y"]).add(rows))
    tables = [{name: np.array(values, dtype=float) for name, values in rows.items()}]
    for package, make in (
        ("pandas", lambda module: module.DataFrame(rows)),
        ("polars", lambda module: module.DataFrame(rows)),
        ("pyarrow", lambda module: module.table(rows)),
    ):
        try:
            tables.append(make(__import__(package)))
        except ImportError:
            continue
    for table in tables:
        assert bytes(cx.Moments(["x", "y"]).add(table)) == expected


def test_columns_that_are_not_used_need_not_be_readable():
    assert cx.Moments(["x"]).add({"x": [1, 2], "odd": [object(), object()]}).n == 2
    pa = pytest.importorskip("pyarrow")
    assert cx.Moments(["x"]).add(pa.table({"x": [1, 2], "odd": [[1], [2]]})).n == 2


@pytest.mark.parametrize("table", [[1, 2], 5, "text", np.zeros((2, 2))])
def test_what_is_no_table_is_refused(table):
    with pytest.raises(cx.ColumnTypeError, match="not a table"):
        cx.Moments(["x"]).add(table)
