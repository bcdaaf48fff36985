"""Reading: what does not fit is named by file, line and column."""

import gzip

import numpy as np
import pytest

pytest.importorskip("duckdb")

from cxkit.report.config import Codes  # noqa: E402
from cxkit.report.problem import FileProblem, Problem  # noqa: E402
from cxkit.report.source import MISSING, NOT_APPLICABLE, Source, find  # noqa: E402

TEN = Codes((0, 10), missing=(11,))
FIVE = Codes((1, 5), missing=(0, "Blank"), not_applicable=(6,))


def file(folder, text, name="a.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_empty_file_is_refused(tmp_path):
    with pytest.raises(Problem, match="a.csv: the file is empty"):
        Source([file(tmp_path, "")])


def test_header_without_answers_is_refused(tmp_path):
    with pytest.raises(Problem, match="no answers in this file, only a header"):
        Source([file(tmp_path, "q,w\n")])


def test_missing_file_is_a_problem_of_files(tmp_path):
    with pytest.raises(FileProblem, match="No such file"):
        Source([tmp_path / "a.csv"])


def test_folder_without_answers_is_refused(tmp_path):
    file(tmp_path, "x", "notes.txt")
    with pytest.raises(Problem, match="there are no answers here"):
        find(tmp_path, ("*",))


def test_missing_column_names_the_nearest(tmp_path):
    with pytest.raises(Problem, match='there is no column "nsp". Did you mean "nps"?'):
        Source([file(tmp_path, "nps\n9\n")], ["nsp"])


def test_column_missing_in_the_second_file_is_named(tmp_path):
    paths = [file(tmp_path, "q,w\n9,1\n", "a.csv"), file(tmp_path, "q\n9\n", "b.csv")]
    with pytest.raises(Problem, match='b.csv: there is no column "w"'):
        Source(paths, ["q", "w"])


def test_blanks_around_a_column_name_do_not_matter(tmp_path):
    found = Source([file(tmp_path, "nps  ,w\n9,1\n")], ["nps"])
    assert found.answers("nps", TEN).tolist() == [9]


def test_codes_become_missing_and_not_applicable(tmp_path):
    path = file(tmp_path, 'q\n5\n0\nBlank\n6\n""\n1.0\n 3 \n')
    assert Source([path]).answers("q", FIVE).tolist() == [
        5,
        MISSING,
        MISSING,
        NOT_APPLICABLE,
        MISSING,
        1,
        3,
    ]


def test_words_become_scores(tmp_path):
    codes = Codes((1, 5), not_applicable=("Don't know",), values={"Very good": 5, "Poor": 2})
    path = file(tmp_path, "q\nvery good\nPoor\nDon't know\n")
    assert Source([path]).answers("q", codes).tolist() == [5, 2, NOT_APPLICABLE]


def test_twelve_is_named_by_line_and_column(tmp_path):
    with pytest.raises(Problem) as caught:
        Source([file(tmp_path, "q,w\n9,1\n12,1\n12,1\n")]).answers("q", TEN)
    assert 'a.csv, line 3, column "q": 12 is not on the scale from 0 to 10' in str(caught.value)


def test_the_line_is_right_after_a_quoted_line_break(tmp_path):
    path = file(tmp_path, 'q,text\n9,"one\ntwo\nthree"\n12,x\n')
    with pytest.raises(Problem, match="line 5"):
        Source([path]).answers("q", TEN)


def test_the_line_counts_from_the_right_file(tmp_path):
    paths = [file(tmp_path, "q\n9\n8\n", "a.csv"), file(tmp_path, "q\n7\n99\n", "b.csv")]
    with pytest.raises(Problem, match="b.csv, line 3"):
        Source(paths).answers("q", TEN)


def test_half_a_point_is_refused(tmp_path):
    with pytest.raises(Problem, match="line 2.*8.5 is not on the scale"):
        Source([file(tmp_path, "q\n8.5\n")]).answers("q", TEN)


def test_broken_date_is_named(tmp_path):
    path = file(tmp_path, "d\n2018-05-21\n2018-02-30\n")
    with pytest.raises(Problem, match='line 3, column "d": "2018-02-30" is not a date'):
        Source([path]).times("d")


def test_blank_date_is_no_time(tmp_path):
    path = file(tmp_path, "d,q\n2018-05-21,1\n,2\n2018-05-21 14:30:00,3\n")
    found = Source([path]).times("d")
    assert np.isnat(found).tolist() == [False, True, False]
    assert str(found[2]) == "2018-05-21T14:30:00.000000"


def test_broken_weight_is_named(tmp_path):
    with pytest.raises(Problem, match='line 3, column "w": "1,5" is not a number'):
        Source([file(tmp_path, 'w\n1.0\n"1,5"\n')]).numbers("w")


def test_a_row_of_other_length_is_named_by_line(tmp_path):
    rows = "q,w\n" + "9,1\n" * 50 + "9,1,1\n" + "9,1\n" * 5000
    with pytest.raises(Problem, match="a.csv, line 52: 3 fields, and the header has 2"):
        Source([file(tmp_path, rows)])
    with pytest.raises(Problem, match="a.csv, line 3: 1 field, and the header has 2"):
        Source([file(tmp_path, "q,w\n9,1\n9\n8,2\n")])


def test_an_open_quote_is_named(tmp_path):
    with pytest.raises(Problem, match="a quote is not closed"):
        Source([file(tmp_path, 'q\n"9\n8\n')])


def test_text_that_is_not_utf8_is_named_by_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"q,name\n9,Ann\n9,M\xfcller\n")
    with pytest.raises(Problem, match="a.csv, line 3: this is not UTF-8 text"):
        Source([path])


def test_a_name_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(Problem, match='two columns are called "q"'):
        Source([file(tmp_path, "q,w,q \n9,1,2\n")])


def test_semicolons_byte_order_mark_and_windows_line_ends(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'\xef\xbb\xbfq;name\r\n9;"a;b"\r\n11;c\r\n12;d\r\n')
    with pytest.raises(Problem, match="a.csv, line 4.*12"):
        Source([path]).answers("q", TEN)


def test_digits_with_other_signs_are_no_numbers(tmp_path):
    for text in ("1_0", "\uff19", "0x9", "nan", "1e400"):
        with pytest.raises(Problem, match="is not on the scale"):
            Source([file(tmp_path, f"q\n{text}\n")]).answers("q", TEN)


def test_gzip_and_parquet_give_the_same_answers(tmp_path):
    plain = file(tmp_path, "q,d\n9,2018-05-21\n11,2018-05-22\n")
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    columns = tmp_path / "c.parquet"
    import duckdb

    duckdb.connect().execute(f"COPY (FROM read_csv('{plain}')) TO '{columns}' (FORMAT parquet)")
    for path in (packed, columns):
        source = Source([path])
        assert source.answers("q", TEN).tolist() == [9, MISSING]
        assert str(source.times("d")[0])[:10] == "2018-05-21"


def test_parquet_names_the_row(tmp_path):
    columns = tmp_path / "c.parquet"
    import duckdb

    duckdb.connect().execute(f"COPY (SELECT unnest([9, 12]) AS q) TO '{columns}' (FORMAT parquet)")
    with pytest.raises(Problem, match="c.parquet, row 2"):
        Source([columns]).answers("q", TEN)


def test_rows_keep_their_order_in_large_files(tmp_path):
    path = file(tmp_path, "q,i\n" + "".join(f"{i % 11},{i}\n" for i in range(300_000)))
    source = Source([path])
    assert (source.answers("q", Codes((0, 10))) == np.arange(300_000) % 11).all()
    assert (source.numbers("i") == np.arange(300_000)).all()


def test_quotes_in_names_are_harmless(tmp_path):
    path = file(tmp_path, '"a""; drop",b\n9,1\n', "o'brien.csv")
    assert Source([path]).answers('a"; drop', TEN).tolist() == [9]
