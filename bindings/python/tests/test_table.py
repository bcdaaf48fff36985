"""Tables: rows, columns, data frames and the Arrow stream."""

import copy
import pickle

import pytest

import cxkit as cx


@pytest.fixture
def table():
    return cx.nps([10, 9, None, 3], by=["b", "a", "c", "b"])


def test_a_table_has_rows_and_columns(table):
    assert len(table) == 3
    assert table.columns[:4] == ("key", "value", "ci_low", "ci_high")
    assert table["n"] == [1, 2, 0]
    assert [row["key"] for row in table] == ["a", "b", "c"]
    assert table[1]["value"] == 0
    assert table["value"][2] is None
    assert table.to_dict()["n"] == [1, 2, 0]
    with pytest.raises(cx.NameNotFoundError, match="ci_low"):
        table["nps"]
    with pytest.raises(IndexError):
        table[3]


def test_a_table_cannot_be_changed_through_what_it_gives(table):
    table["n"].append(1)
    table.to_dict()["n"].clear()
    table.figures["x"] = 1.0
    assert table["n"] == [1, 2, 0]
    assert table.figures == {}


def test_numbers_come_as_buffers(table):
    assert table.column("n").format == "q"
    values = table.column("value")
    assert (values.format, values[0]) == ("d", 100.0)
    assert values[2] != values[2]
    with pytest.raises(cx.OptionError, match="text"):
        table.column("key")


def test_figures_are_about_the_whole():
    found = cx.plan([4, 1], 30).table
    assert found.figures["objective"] == pytest.approx(0.3)
    assert "objective = 0.3" in repr(found)


def test_tables_are_compared_by_content_and_not_pickled(table):
    assert table == cx.nps([10, 9, None, 3], by=["b", "a", "c", "b"])
    assert table != cx.nps([10, 9, 3], by=["b", "a", "b"])
    assert table != 1
    assert copy.copy(table) == copy.deepcopy(table) == table
    with pytest.raises(TypeError, match="to_dict"):
        pickle.dumps(table)


def test_a_table_reads_as_aligned_text(table):
    lines = repr(table).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "<td>" in table._repr_html_()
    long = cx.nps([1] * 50, by=list(range(50)))
    assert "30 more rows" in repr(long)


def test_html_is_escaped():
    assert "&lt;b&gt;" in cx.nps([1], by=["<b>"])._repr_html_()


def test_pandas_frame(table):
    pytest.importorskip("pandas")
    frame = table.to_frame()
    assert list(frame.columns) == list(table.columns)
    assert frame["n"].tolist() == [1, 2, 0]


def test_polars_frame(table):
    polars = pytest.importorskip("polars")
    frame = table.to_frame(backend="polars")
    assert frame["key"].to_list() == ["a", "b", "c"]
    assert frame["value"].to_list() == table["value"]
    assert polars.DataFrame(table).equals(frame)
    with pytest.raises(cx.OptionError, match="polars"):
        table.to_frame(backend="excel")


def test_arrow_outlives_the_table(table):
    pa = pytest.importorskip("pyarrow")
    expected = table.to_dict()
    arrow = pa.table(table)
    schema = pa.schema(table)
    del table
    assert arrow.to_pydict() == expected
    assert arrow.schema.names == schema.names
    reader = pa.RecordBatchReader.from_stream(cx.nps([1], by=["x"]))
    assert reader.read_all().num_rows == 1


def test_duckdb_reads_a_table(table):
    result = table  # found by name
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    assert len(result) and connection.sql("select sum(n) from result").fetchall() == [(3,)]


def test_an_unused_stream_is_released():
    for _ in range(100):
        table = cx.nps([1, 2], by=["x", "y"])
        table.__arrow_c_stream__()
        table.__arrow_c_schema__()
