"""cxkit.toml is read strictly."""

import pathlib

import pytest

pytest.importorskip("duckdb")

from cxkit.report import config  # noqa: E402
from cxkit.report.problem import FileProblem, Problem  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"
SCORE = '[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'


def sentence(text):
    with pytest.raises(Problem) as caught:
        config.parse(text)
    return str(caught.value)


def test_one_score_is_enough():
    found = config.parse(SCORE)
    assert [score.column for score in found.scores] == ["q"]
    assert found.confidence == 0.95
    assert found.columns() == ["q"]


def test_examples_are_read():
    for folder in ("airport", "gp-surgeries"):
        assert config.read(EXAMPLES / folder / "cxkit.toml").scores


def test_a_missing_file_is_a_problem_of_files(tmp_path):
    with pytest.raises(FileProblem, match="No such file"):
        config.read(tmp_path / "cxkit.toml")


def test_an_unknown_key_names_the_nearest_known_one():
    text = sentence('titel = "x"\n' + SCORE)
    assert text.startswith('cxkit.toml, line 1: the file has a key "titel" that is not known.')
    assert 'Did you mean "title"?' in text


def test_an_unknown_key_in_a_table_names_its_line():
    text = sentence(SCORE + '[columns]\nwieght = "w"\n')
    assert text.startswith("cxkit.toml, line 6:")
    assert 'Did you mean "weight"?' in text


def test_a_misspelt_required_key_is_named():
    text = sentence('[[score]]\ncolumn = "q"\nmetrc = "nps"\nscale = [0, 10]\n')
    assert text.startswith("cxkit.toml, line 3:") and 'Did you mean "metric"?' in text


def test_no_score_is_refused():
    assert "lacks the key score" in sentence('title = "x"')


def test_no_net_promoter_score_from_five_steps():
    text = sentence('[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [1, 5]\n')
    assert "needs a scale from 0 to 10" in text
    assert "line 3" in text


def test_a_code_on_the_scale_is_refused():
    assert "which is an answer on the scale" in sentence(SCORE + "missing = [10]\n")


def test_a_value_outside_the_scale_is_refused():
    text = sentence(
        '[[score]]\ncolumn = "q"\nmetric = "csat"\nscale = [1, 5]\nvalues = {Good = 6}\n'
    )
    assert 'gives "Good" the score 6' in text


def test_a_wrong_type_is_named():
    assert "confidence in [settings] must be a number" in sentence(
        SCORE + '[settings]\nconfidence = "95%"\n'
    )


def test_true_is_not_a_number():
    assert "floor in [plan] must be a whole number" in sentence(SCORE + "[plan]\nfloor = true\n")


def test_a_number_out_of_range_is_refused():
    assert "must be from 0.5 to 0.999" in sentence(SCORE + "[settings]\nconfidence = 95.0\n")


def test_drivers_of_something_else_are_refused():
    drivers = '[drivers]\nof = "p"\nscale = [1, 5]\nitems = ["a", "b"]\n'
    assert 'drivers of "p"' in sentence(SCORE + drivers)


def test_a_score_cannot_drive_itself():
    drivers = '[drivers]\nof = "q"\nscale = [1, 5]\nitems = ["a", "q"]\n'
    assert "its own driver" in sentence(SCORE + drivers)


def test_wave_and_every_exclude_each_other():
    assert "give one of the two" in sentence(
        SCORE + '[columns]\nwave = "w"\ndate = "d"\nevery = "month"\n'
    )


def test_every_needs_a_date():
    assert "need a date column" in sentence(SCORE + '[columns]\nevery = "month"\n')


def test_broken_toml_is_one_sentence():
    text = sentence("title = \n")
    assert text.startswith("cxkit.toml: this is not TOML") and "\n" not in text
