"""The shares of items over waves, in the report."""

import pathlib
import random

import pytest

for package in ("duckdb", "jinja2", "matplotlib"):
    pytest.importorskip(package)

import cxkit as cx  # noqa: E402
from cxkit.report import analyse, answers, config, driverwaves, driverwords  # noqa: E402
from cxkit.report import html as page_of  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"
TOML = (
    'files = ["a.csv"]\n[columns]\nwave = "wave"\nweight = "weight"\n'
    '[[score]]\ncolumn = "q"\nmetric = "nps"\nscale = [0, 10]\n'
    '[drivers]\nof = "q"\nscale = [1, 5]\nitems = ["speed", "staff", "price"]\n'
)


def numbers(folder):
    settings = config.read(folder / "cxkit.toml")
    return analyse.analyse(settings, answers.read(settings, folder))


def found_in(folder, rows, toml=TOML):
    head = "wave,weight,q,speed,staff,price\n"
    (folder / "a.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "cxkit.toml").write_text(toml, encoding="utf-8")
    return numbers(folder)


def wave(label, speed, staff, n=300, blank=(), shift=0, seed=0, weights=True):
    """Customers of a wave in which speed and staff count as told, and price for nothing."""
    source = random.Random(f"{label}{seed}")
    rows = []
    for row in range(n):
        items = {name: source.randint(1, 5) for name in ("speed", "staff", "price")}
        score = 5 + shift + speed * (items["speed"] - 3) + staff * (items["staff"] - 3)
        score = min(10, max(0, round(score + source.gauss(0, 1))))
        cells = ["" if name in blank else str(value) for name, value in items.items()]
        rows.append(",".join([label, str(1 + row % 2) if weights else "", str(score), *cells]))
    return rows


def test_what_moved_is_found_and_nothing_else(tmp_path):
    rows = wave("1", 1.2, 0.6) + wave("2", 1.2, 0.6, shift=2) + wave("3", 0.6, 1.2)
    pooled = found_in(tmp_path, rows)["drivers"]["pooled"]
    moved = {(item["column"], row["wave"]) for item, row in driverwords.moved(pooled)}
    assert {("speed", "3"), ("staff", "3")} <= moved
    assert not any(column == "price" for column, _ in moved)
    assert pooled["waves"] == ["1", "2", "3"] and pooled["comparisons"] == 9
    assert "staff in 3" in driverwords.said(pooled)
    for item in pooled["items"]:
        for row in item["by_wave"]:
            outside = row["rest"]["ci_low"] > 0 or row["rest"]["ci_high"] < 0
            assert row["moved"] == outside


def test_waves_alike_have_not_moved(tmp_path):
    rows = [row for label in "1234" for row in wave(label, 1, 0.8, shift=int(label) - 2, seed=1)]
    pooled = found_in(tmp_path, rows)["drivers"]["pooled"]
    assert driverwords.moved(pooled) == []
    assert "No share of a wave" in driverwords.said(pooled)
    assert pooled["r2_adjust"] > 0.01  # the level of the waves is no merit of the items


def test_the_pool_is_that_of_the_library_with_indicators_of_the_wave(tmp_path):
    rows = wave("1", 1, 0.5) + wave("2", 1, 0.5, shift=2, weights=False) + wave("3", 0.9, 0.6)
    pooled = found_in(tmp_path, rows)["drivers"]["pooled"]
    cells = [row.split(",") for row in rows]
    table = {
        name: [float(row[3 + at]) for row in cells]
        for at, name in enumerate(("speed", "staff", "price"))
    }
    table |= {f"w{k}": [float(row[0] == k) for row in cells] for k in "23"}
    weights = [float(row[1]) / 1.5 if row[1] else 1 for row in cells]
    score = [float(row[2]) for row in cells]
    wanted = cx.drivers(table, score, adjust=["w2", "w3"], weights=weights)
    for item in pooled["items"]:
        assert item["share"] == pytest.approx(wanted.share[item["column"]], rel=1e-9)
        assert item["share_low"] == pytest.approx(wanted.share_ci[item["column"]][0], rel=1e-6)
    assert pooled["n"] == 900 and pooled["r2"] == pytest.approx(wanted.r2)


def test_deviations_from_wave_means_give_the_shares_of_indicators(tmp_path):
    rows = wave("1", 1, 0.5) + wave("2", 1, 0.5, shift=3) + wave("3", 0.9, 0.6)
    (tmp_path / "a.csv").write_text(
        "wave,weight,q,speed,staff,price\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    (tmp_path / "cxkit.toml").write_text(TOML, encoding="utf-8")
    settings = config.read(tmp_path / "cxkit.toml")
    given = answers.read(settings, tmp_path)
    waves, _ = driverwaves.each(
        settings,
        given,
        given.scores["q"].astype(float),
        ["speed", "staff", "price"],
        [0, 1, 2],
        settings.drivers,
    )
    cheap, whole = driverwaves.centred(waves), driverwaves.together(waves, 0.95)
    assert cheap.share == pytest.approx(whole.share, rel=1e-9)
    errors = [{row["name"]: row["share_se"] for row in one.table} for one in (cheap, whole)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-2)


def test_an_item_that_a_wave_did_not_ask_stays_out_and_is_named(tmp_path):
    rows = wave("1", 1, 0.5, blank=("price",)) + wave("2", 1, 0.5) + wave("3", 1, 0.5)
    drivers = found_in(tmp_path, rows)["drivers"]
    assert {item["column"] for item in drivers["items"]} == {"speed", "staff", "price"}
    pooled = drivers["pooled"]
    assert {item["column"] for item in pooled["items"]} == {"speed", "staff"}
    assert pooled["missing"] == [{"column": "price", "title": "price", "waves": ["1"]}]
    assert "price (1)" in driverwords.missing(pooled)


def test_a_wave_that_asked_too_little_is_not_pooled(tmp_path):
    rows = wave("1", 1, 0.5, blank=("price", "staff")) + wave("2", 1, 0.5) + wave("3", 1, 0.5)
    pooled = found_in(tmp_path, rows)["drivers"]["pooled"]
    assert pooled["waves"] == ["2", "3"] and pooled["missing"] == []
    assert pooled["comparisons"] == 3


def test_one_wave_has_no_pool_and_a_wave_without_spread_says_so(tmp_path):
    assert found_in(tmp_path, wave("1", 1, 0.5))["drivers"]["pooled"] is None
    flat = [f"2,1,5,{1 + row % 5},{1 + row % 3},{1 + row % 4}" for row in range(50)]
    found = found_in(tmp_path, wave("1", 1, 0.5) + flat + wave("3", 1, 0.5))
    problems = {row["wave"]: row["problem"] for row in found["drivers"]["pooled"]["by_wave"]}
    assert "constant" in problems["2"] and problems["1"] is None
    page_of.page(found)


def test_the_page_of_the_airport_shows_the_pool():
    found = numbers(EXAMPLES / "airport")
    pooled = found["drivers"]["pooled"]
    assert len(pooled["waves"]) == 9
    assert {one["column"]: one["waves"] for one in pooled["missing"]} == {
        "wifi": ["2010", "2011", "2012"],
        "road_signs": ["2013"],
    }
    assert sum(item["share"] for item in pooled["items"]) == pytest.approx(1)
    page = page_of.page(found)
    section = page[page.index("<h3>Over all waves</h3>") :]
    section = section[: section.index("</section>")]
    assert "Not in the pool, as too few rated them in some wave: Free wifi" in section
    assert "No share of a wave can be told from that of the other waves." in section
    assert section.count("<svg") == 1
