"""cxkit drivers: over the waves, of one, of each."""

import json
import pathlib

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

from test_cli import cxkit, refused  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"


def test_drivers_are_of_all_waves_of_one_or_of_each():
    def rows(*options):
        out = cxkit("drivers", EXAMPLES / "airport", *options, "--format", "json")
        return json.loads(out.stdout)["rows"], out.stderr

    every, said = rows()
    assert sum(row["share"] for row in every) == pytest.approx(1)
    assert "of the 9 waves 2010 to 2018 rated all items; they explain" in said
    assert "too few rated them in some wave: Free wifi and Road signs" in said
    assert "one wave: --wave 2018; each of them: --wave all" in said
    assert {"item", "share_low", "rank_high", "mean"} <= set(every[0])
    one, said = rows("--wave", "2016")
    assert "customers of 2016 rated all items" in said and len(said.splitlines()) == 1
    assert sum(row["share"] for row in one) == pytest.approx(1)
    apart, said = rows("--wave", "all")
    assert [{**row, "wave": "2016"} for row in one] == [r for r in apart if r["wave"] == "2016"]
    assert sorted({row["wave"] for row in apart}) == [str(year) for year in range(2010, 2019)]
    assert len(said.splitlines()) == 9
    assert len(every) < len(one)  # of the pool: what every wave has


def test_drivers_name_the_waves_there_are(tmp_path):
    place = driven(tmp_path, {"May": (90, 3), "June": (60, 3)})
    assert refused("drivers", place, "--wave", "jun") == (
        'cxkit: --wave "jun": no wave of that name has the score and an item; there are June and '
        'May. Did you mean "June"?\n'
    )


DRIVEN = """
[columns]
wave = "wave"
[[score]]
column = "overall"
metric = "csat"
scale = [1, 5]
[drivers]
of = "overall"
scale = [1, 5]
[drivers.items]
a = "First"
b = "Second"
c = "Third"
"""


def driven(tmp_path, waves):
    """A folder of answers: of each wave so many, and the items they rated."""
    lines = ["wave,overall,a,b,c"]
    for wave, (n, items) in waves.items():
        for k in range(n):
            rated = [(k * 7 + at * k // 3) % 5 + 1 if at < items else "" for at in range(3)]
            lines.append(f"{wave},{(k * 7 + k % 3) % 5 + 1}," + ",".join(map(str, rated)))
    (tmp_path / "cxkit.toml").write_text('title = "T"\n' + DRIVEN, encoding="utf-8")
    (tmp_path / "answers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_drivers_of_one_wave_do_not_speak_of_waves(tmp_path):
    found = cxkit("drivers", driven(tmp_path, {"May": (90, 3)}))
    assert found.stderr.startswith("90 customers rated all items") and "--wave" not in found.stderr


def test_drivers_say_why_waves_are_not_pooled(tmp_path):
    place = driven(tmp_path, {"2023": (90, 1), "2024": (90, 3)})
    found = cxkit("drivers", place)
    assert "90 customers of 2024 rated all items" in found.stderr
    assert "waves are not pooled: the others do not have its items" in found.stderr
    found = cxkit("drivers", place, "--wave", "all")
    assert "2023: no shares can be given: fewer than two items" in found.stderr
    assert found.stdout.count("2024") == 3
    found = cxkit("drivers", place, "--wave", "2023", status=1)
    assert "no shares can be given" in found.stderr
