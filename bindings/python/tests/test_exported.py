"""What the library exports can be reached from Python."""

import inspect

import pytest

import cxkit as cx
from cxkit import _native, special

# Read by the facade under another form, or of no use in Python.
ELSEWHERE = {
    "cx_array_of", "cx_drivers", "cx_error_init", "cx_evidence_facts_init", "cx_gate_ledger", "cx_gate_recent", "cx_policy_free", "cx_policy_new", "cx_policy_plan", "cx_rule_init",
    "cx_table_column", "cx_table_export", "cx_table_stream", "cx_tallies_at", "cx_version",
}  # fmt: skip


def exported():
    from conftest import vectors_folder

    symbols = vectors_folder().parents[1] / "lib" / "cxkit.sym"
    if not symbols.exists():
        pytest.skip("the tree of the sources is not there")
    return symbols.read_text().split()


def test_every_exported_function_can_be_reached():
    missing = [
        name
        for name in exported()
        if name not in ELSEWHERE
        and not name.endswith(("_free", "_options_init"))
        and not hasattr(_native, name)
    ]
    assert missing == []
    for name in exported():
        if name.endswith("_options_init"):
            assert hasattr(_native, name.removesuffix("_init"))
        if name.endswith("_free") and name not in ELSEWHERE:
            assert hasattr(_native, name.removesuffix("_free"))


def test_every_special_function_is_in_its_module():
    for name in special.__all__:
        assert hasattr(_native, f"cx_{name}")
        count = len(inspect.signature(getattr(special, name)).parameters)
        assert isinstance(getattr(special, name)(*[0.5] * count), float)


def test_random_numbers_are_those_of_the_golden_stream():
    assert cx.random.philox(0, 0, 0)[0] == 0x6627E8D5
    assert cx.random.uniform(1, index=2) != cx.random.uniform(1, index=3)
    with pytest.raises((OverflowError, TypeError)):
        cx.random.uniform(-1)


def test_private_objects_have_destructors_and_options_take_no_wrong_types():
    options = _native.cx_nps_options()
    assert (options.promoters, options.detractors, options.confidence) == (9, 6, 0.95)
    with pytest.raises(TypeError):
        options.confidence = "x"
    assert _native.cx_tally.__swig_destroy__
    with pytest.raises((AttributeError, TypeError)):
        _native.cx_tally()
