"""Errors: one class for each status, with what C knows about the place."""

import pickle

import pytest

import cxkit as cx
from cxkit import _native, errors


def statuses():
    return [(code, _native.cx_status_name(code)) for code in range(1, _native.CX_STATUS_END)]


@pytest.mark.parametrize(("code", "name"), statuses())
def test_every_status_has_a_class(code, name):
    made = errors._make(code, _native.cx_strerror(code), 3, "q1", 11.0)
    assert type(made) is not cx.Error
    assert (made.status, made.code) == (name, code)
    assert (made.row, made.column, made.value) == (3, "q1", 11.0)
    assert str(made) == _native.cx_strerror(code)
    assert type(made).__name__ in cx.__all__
    assert type(made).__doc__


def test_no_class_is_left_over():
    assert sorted(made.code for made in cx.Error.__subclasses__()) == [
        code for code, _ in statuses()
    ]


def test_errors_are_also_those_that_python_knows():
    assert issubclass(cx.DomainError, ValueError)
    assert issubclass(cx.ColumnTypeError, TypeError)
    assert issubclass(cx.OutOfMemoryError, MemoryError)
    assert issubclass(cx.OverflowedError, OverflowError)
    assert issubclass(cx.NameNotFoundError, LookupError)


def test_a_number_from_a_newer_library_is_a_plain_error():
    made = errors._make(999, "new", None, None, None)
    assert (type(made), made.code) == (cx.Error, 999)


def test_what_is_not_known_is_none():
    with pytest.raises(cx.EmptyError) as caught:
        cx.nps([])
    assert (caught.value.row, caught.value.column, caught.value.value) == (None, None, None)


def test_an_error_travels():
    with pytest.raises(cx.DomainError) as caught:
        cx.nps([float("inf")])
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is cx.DomainError
    assert str(again) == str(caught.value)
    assert (again.code, again.row, again.column, again.value) == (2, 0, "scores", float("inf"))


def test_a_missing_handle_is_an_error_and_no_crash():
    with pytest.raises(cx.NullError):
        _native.cx_nps(None, None)
    with pytest.raises(cx.NullError):
        _native.cx_tally_add(None, [1], None, None)
    with pytest.raises(TypeError):
        _native.cx_nps(cx.Moments(["a"])._handle, None)


def test_out_of_memory_is_raised_not_suffered():
    with pytest.raises((MemoryError, OverflowError, ValueError)):
        _native.cx_tally_encode(cx.Tally()._handle, 2**62)
