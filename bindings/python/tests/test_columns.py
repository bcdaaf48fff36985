"""Every kind of column: what C sees, and that nothing is copied where the type fits."""

import array
import datetime
import decimal

import pytest

import cxkit as cx
from cxkit import _native
from cxkit._columns import column

np = pytest.importorskip("numpy")
SCORES = [10, 9, 3, 7, 0, 10, 8]


def seen(data):
    return _native.cx_column_see(column(data, "x"))


def dtype_of(data):
    return _native.cx_dtype_name(seen(data).dtype)


def address_of(data):
    return data.__array_interface__["data"][0]


# -- buffers ---------------------------------------------------------------------------------------

NUMERIC = [
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
]


@pytest.mark.parametrize("name", NUMERIC)
def test_numpy_is_read_in_place(name):
    data = np.array(SCORES, dtype=name)
    view = seen(data)
    assert view.address == address_of(data)
    assert (view.length, view.stride) == (len(data), data.itemsize)
    assert _native.cx_dtype_name(view.dtype) == name
    assert cx.Tally().add(data).counts == cx.Tally().add(SCORES).counts


def test_numpy_bool_is_read_in_place():
    data = np.array([True, False, True])
    assert seen(data).address == address_of(data)
    assert dtype_of(data) == "bool"
    assert cx.Tally(scale=(0, 1)).add(data).counts == {0: 1, 1: 2}


@pytest.mark.parametrize("name", NUMERIC)
@pytest.mark.parametrize("step", [slice(None, None, 2), slice(None, None, -1), slice(5, 0, -3)])
def test_strided_numpy_is_read_in_place(name, step):
    data = np.array(SCORES, dtype=name)[step]
    view = seen(data)
    assert view.address == address_of(data)
    assert view.stride == data.strides[0]
    assert cx.Tally().add(data).counts == cx.Tally().add(data.tolist()).counts


def test_a_column_of_a_matrix_is_read_in_place():
    matrix = np.arange(12, dtype="int16").reshape(4, 3)
    view = seen(matrix[:, 1])
    assert (view.address, view.stride) == (address_of(matrix) + 2, 6)
    assert cx.Tally(scale=(0, 11)).add(matrix[:, 1]).counts[10] == 1


def test_read_only_numpy_is_read_in_place():
    data = np.array(SCORES)
    data.setflags(write=False)
    assert seen(data).address == address_of(data)
    assert cx.nps(data) == cx.nps(SCORES)


def test_a_broadcast_value_has_stride_zero():
    data = np.broadcast_to(np.int8(9), (5,))
    assert seen(data).stride == 0
    assert cx.Tally().add(data).counts[9] == 5


def test_empty_arrays_are_columns_without_rows():
    for data in ([], (), np.array([], dtype="int8"), np.array([]), array.array("d")):
        assert cx.Tally().add(data).n == 0


@pytest.mark.parametrize("code", "bBhHiIlLqQfd")
def test_array_module_is_read_in_place(code):
    data = array.array(code, SCORES)
    assert seen(data).address == data.buffer_info()[0]
    assert cx.nps(data) == cx.nps(SCORES)


def test_a_memoryview_is_a_column():
    data = array.array("h", SCORES)
    assert seen(memoryview(data)[::2]).stride == 4


def test_the_buffer_is_released_after_a_call_and_after_a_failure():
    data = bytearray(SCORES)
    view = memoryview(data)
    cx.nps(view)
    with pytest.raises(cx.DomainError):
        cx.nps(view, scale=(0, 9), invalid="error")
    view.release()
    data.append(1)  # a held buffer would refuse this


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.zeros(3, "float16"), "float16"),
        (np.zeros(3, ">i4"), ">i4"),
        (np.zeros(3, ">f8"), ">f8"),
        (np.zeros(3, "complex128"), "complex128"),
        (np.zeros((2, 2)), "2 dimensions"),
        (np.float64(3), "0 dimensions"),
        (np.zeros(3, "m8[s]"), "seconds"),
        (np.zeros(3, [("a", "i4")]), "[('a', '<i4')]"),
        (np.array([b"a"]), "S1"),
    ],
)
def test_other_numpy_types_are_refused_by_name(data, words):
    with pytest.raises(cx.ColumnTypeError) as caught:
        cx.nps(data)
    assert words in str(caught.value)
    assert caught.value.column == "scores"


def test_big_endian_bytes_are_bytes():
    assert seen(np.zeros(3, ">i1")).length == 3


def test_a_masked_array_is_refused_with_advice():
    data = np.ma.array([10, 0, 9], mask=[False, True, False])
    with pytest.raises(cx.ColumnTypeError, match="filled") as caught:
        cx.nps(data)
    assert caught.value.column == "scores"
    assert cx.nps(data.astype(float).filled(float("nan"))).n == 2


# -- sequences -------------------------------------------------------------------------------------


def test_none_and_nan_are_missing():
    tally = cx.Tally().add([10, None, 9.0, float("nan")])
    assert (tally.n, tally.excluded["missing"]) == (2, 2)


def test_a_list_of_integers_stays_integer():
    assert dtype_of([1, None, 3]) == "int64"
    assert dtype_of([1, 2.5]) == "float64"
    assert dtype_of([True, None]) == "bool"
    assert dtype_of(["a", None]) == "large_string"
    assert dtype_of([None, None]) == "float64"


def test_large_integer_keys_stay_exact():
    keys = [2**53, 2**53 + 1, -(2**63)]
    assert cx.tally_by([1, 2, 3], by=keys)["key"] == sorted(keys)


def test_tuples_ranges_and_numpy_scalars_are_columns():
    assert cx.Tally().add((1, 2)).n == 2
    assert cx.Tally().add(range(11)).n == 11
    assert cx.Tally().add([np.int8(3), np.float32(4), decimal.Decimal(5)]).n == 3


@pytest.mark.parametrize(
    ("data", "row"),
    [
        ([1, "a"], 1),
        (["a", "b", 1], 2),
        ([1, [2]], 1),
        ([datetime.date(2020, 1, 1)], 0),
        ([1, 1j], 1),
        (["\ud800"], 0),
    ],
)
def test_an_odd_item_is_named_by_its_row(data, row):
    with pytest.raises(cx.ColumnTypeError) as caught:
        seen(data)
    assert caught.value.row == row


def test_an_integer_beyond_64_bits_is_refused():
    with pytest.raises(cx.OverflowedError) as caught:
        cx.nps([1, 2**64])
    assert caught.value.row == 1


@pytest.mark.parametrize(
    "data", ["9 10", b"\x09", bytearray(b"\x09"), {"a": 1}, {1, 2}, 9, object()]
)
def test_what_is_no_column_is_refused(data):
    with pytest.raises(cx.ColumnTypeError, match="not a column"):
        cx.nps(data)


def test_an_exception_of_the_object_comes_through():
    class Broken:
        def __arrow_c_array__(self, requested_schema=None):
            raise RuntimeError("no data today")

    with pytest.raises(RuntimeError, match="no data today"):
        cx.nps(Broken())

    class Endless:
        def __iter__(self):
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        cx.nps(Endless())


# -- times and keys --------------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "number"), [("s", 1), ("ms", 2), ("us", 3), ("ns", 4)])
def test_datetime64_keeps_its_unit_and_place(unit, number):
    data = np.array(["2026-01-01", "2026-01-02"], dtype=f"M8[{unit}]")
    view = seen(data)
    assert (view.unit, view.address) == (number, address_of(data))
    assert _native.cx_dtype_name(view.dtype) == "timestamp"


def test_nat_is_missing():
    days = np.array(["2026-01-01", "NaT", "2026-01-01"], dtype="M8[D]")
    table = cx.nps([10, 9, 3], by=days)
    assert table["n"] == [2, 1]
    assert table["key"][1] is None


def test_times_without_an_exact_form_are_refused():
    with pytest.raises(cx.ColumnTypeError, match="datetime64"):
        seen(np.array([1], dtype="M8[M]"))


def test_text_of_any_length_and_script_is_a_key():
    words = ["ä", "日本語", "", "a text that is longer than twelve bytes", None]
    assert cx.tally_by([1] * 5, by=words)["key"] == [*sorted(words[:4], key=str.encode), None]


def test_numpy_text_is_a_key_and_no_score():
    words = np.array(["b", "a", "b"])
    assert cx.nps([10, 9, 8], by=words)["key"] == ["a", "b"]
    assert cx.nps([10, 9, 8], by=words.astype(object))["key"] == ["a", "b"]
    with pytest.raises(cx.ColumnTypeError, match="text"):
        cx.nps(words)
