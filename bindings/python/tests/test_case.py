import math

import pytest

import cxkit as cx


def chain(cost=20000, **settings):
    case = cx.Case(**{"currency": "EUR", "rate": 0, "horizon": 12, "population": 1000, **settings})
    case.link("call-back", "nps", 5, se=1.5, to_unit="NPS points", evidence=4, observed_periods=12)
    case.link(
        "nps", "retention", 0.002, se=0.0004, from_unit="NPS points", to_unit="share", evidence=2
    )
    case.value("retention", "money", 300, sd=30, source="Finance, 2025", from_unit="share")
    case.cost("staff", cost)
    return case


def test_a_case_multiplies_its_chain():
    found = chain().run(seed=1)
    assert math.isclose(found.npv_exact, 16000)
    assert math.isclose(found.npv_exact_sd, 36000 * math.sqrt(1.09 * 1.04 * 1.01 - 1))
    assert abs(found.npv - found.npv_exact) < 4 * found.npv_exact_sd / math.sqrt(found.draws)
    assert math.isclose(found.break_even, 5 * 20000 / 36000)
    assert (found.evidence, found.level, found.decision) == (2, "adjusted", "pays")
    assert found.p_positive == sum(x > 0 for x in found.outcomes["npv"]) / found.draws
    assert chain().run(seed=1).to_dict() == found.to_dict()
    assert "_handle" not in found.to_dict()
    assert math.isclose(found.flows["cumulative"][-1], found.npv)
    assert found.paid_back["p"][-1] == found.p_paid_back
    assert found.quantiles["npv"] == sorted(found.quantiles["npv"])


def test_a_case_can_say_no():
    assert chain(60000).run().decision == "does not pay"
    assert chain(35000).run().decision == "undecided"
    assert "does not pay" in chain(60000).run().statement


def test_the_statement_has_two_languages():
    found = chain().run(seed=1)
    assert found.statement.startswith("The case pays: over 12 periods")
    finnish = "\n".join(found.sentences("fi")["sentence"])
    assert finnish.startswith("Hanke kannattaa: odotettu nettonykyarvo 12 jakson ajalta")
    assert "2,78 NPS points" in finnish and "2.78 NPS points" in found.statement
    for text in (finnish, found.statement):
        assert "caus" not in text.lower() and "iheut" not in text.lower()
    with pytest.raises(cx.OptionError, match="en or fi"):
        found.sentences("sv")


@pytest.mark.parametrize("level", range(6))
def test_causing_is_kept_for_what_was_randomised(level):
    case = cx.Case(currency="EUR", rate=0.05, horizon=4, population=100)
    case.link("app", "sales", 3, se=1, to_unit="EUR", evidence=level)
    found = case.run()
    assert found.evidence == level
    assert ("caused" in found.statement) == (level == 5)
    assert ("aiheutti" in "".join(found.sentences("fi")["sentence"])) == (level == 5)


def test_a_fit_gives_links_that_vary_together():
    n = 60
    x = [math.sin(3 * i) for i in range(n)]
    y = [2 * a + math.cos(7 * i) for i, a in enumerate(x)]
    z = [3 * b + math.cos(11 * i) + math.cos(7 * i) for i, b in enumerate(y)]
    who = [f"p{i}" for i in range(n)]
    one = cx.regress({"x": x}, y, clusters=who, cov="cr1", influence=True)
    two = cx.regress({"y": y}, z, clusters=who, cov="cr1", influence=True)
    case = cx.Case(currency="EUR", rate=0, horizon=4, population=10)
    case.link("app", "score", one.estimate("x"), to_unit="points", evidence=2,
              influence=one.influence("x"))  # fmt: skip
    case.link("score", "sales", two.estimate("y"), from_unit="points", to_unit="EUR", evidence=2,
              influence=two.influence("y"))  # fmt: skip
    groups = case.run().tornado["group"]
    assert groups[0] == groups[1]


def test_what_does_not_fit_is_refused():
    case = chain()
    with pytest.raises(cx.MismatchError, match="NPS points"):
        case.link("app", "nps", 0.3, se=0.1, to_unit="points of 0-10")
    with pytest.raises(cx.MismatchError, match="USD"):
        case.link("app", "shop", 0.3, se=0.1, to_unit="USD")
    with pytest.raises(cx.DomainError, match="source"):
        case.assume("app", "nps", 3, source="", to_unit="NPS points")
    with pytest.raises(cx.DomainError, match="standard error"):
        case.link("app", "nps", 0.3, to_unit="NPS points")
    with pytest.raises(cx.OptionError, match="0 to 5"):
        case.link("app", "nps", 0.3, se=1, evidence=6)
    with pytest.raises(cx.OptionError, match="own se"):
        case.link("app", "nps", cx.share(3, 9), se=1)
    with pytest.raises(cx.OptionError, match="two numbers"):
        case.assume("app", "nps", 3, bounds=3, source="x")
    with pytest.raises(cx.OptionError, match="area"):
        case.metric("x", area="weather", unit="degrees")
    with pytest.raises(cx.OptionError, match="currency"):
        chain(currency="euro")


def test_a_missing_link_is_named():
    case = cx.Case(currency="EUR", rate=0, horizon=4, population=10)
    with pytest.raises(cx.EmptyError, match="no links"):
        case.run()
    case.link("app", "nps", 3, se=1, to_unit="NPS points")
    case.value("retention", "money", 300, source="Finance", from_unit="share")
    with pytest.raises(cx.UnidentifiedError, match="between nps and retention"):
        case.run()


def test_checks_are_tables():
    case = chain()
    case.observe("nps", 3, 1, se=0.5)
    case.total("nps", 12, 2, se=0.5)
    case.link("call-back", "money", 9, se=1, to_unit="EUR", direct=True, name="did")
    found = case.run()
    assert found.ledger["word"] == ["behind"]
    assert found.totals["ratio"][0] > 2
    assert found.direct["p_value"][0] < 0.01
    assert {"double-counted", "direct-gap", "value"} <= set(found.notes["note"])


def test_a_sequence_comes_nearer_than_draws():
    far, near = (
        [
            abs(chain().run(draws=4096, seed=seed, antithetic=False, sobol=sobol).npv - 16000)
            for seed in range(6)
        ]
        for sobol in (False, True)
    )
    assert 10 * sum(near) < sum(far)
    found = chain().run(seed=1)
    all_of_it = 1.09 * 1.04 * 1.01 - 1
    for share, square in zip(found.tornado["first"], (0.09, 0.04, 0.01)):
        assert share == pytest.approx(square / all_of_it, abs=0.012)


def refused(words, call, error=cx.OptionError):
    with pytest.raises(error) as caught:
        call(cx.Case(currency="EUR", rate=0.08, horizon=12, population=1000))
    assert words in str(caught.value)


def test_a_text_is_no_amount_and_a_fit_no_estimate():
    fit = cx.regress({"score": [1, 2, 3, 4, 5.5]}, [2, 3, 5, 4, 6])
    refused(
        "the value is '5 points'; it has to be a number",
        lambda c: c.link("call", "nps", "5 points", se=1, to_unit="NPS points"),
    )
    refused(
        'give one of its terms, as with fit.estimate("score")',
        lambda c: c.link("call", "nps", fit, to_unit="NPS points"),
    )
    refused("the amount of staff is '6 000'; it has to be", lambda c: c.cost("staff", "6 000"))
    refused("se is '1'; it has to be", lambda c: c.link("a", "b", 5, se="1", to_unit="points"))
    refused(
        "the value of nps to money is a list",
        lambda c: c.value("nps", "money", [1], source="F", from_unit="points"),
    )
    with pytest.raises(cx.OptionError, match="the rate is '8%'; it has to be a number, as in 0.08"):
        cx.Case(currency="EUR", rate="8%", horizon=12)


def test_what_is_missing_or_mixed_is_named():
    refused(
        "call to nps has no standard error",
        lambda c: c.link("call", "nps", 5, to_unit="NPS points"),
        cx.DomainError,
    )
    for unit in ("usd", "$", "€"):
        refused(
            f'spend is in "{unit}": money is named by three capital letters, and this case is in EUR',
            lambda c, unit=unit: c.link("call", "spend", 5, se=1, to_unit=unit),
            cx.MismatchError,
        )
    refused(
        "spend is in USD, and the case is in EUR",
        lambda c: c.link("call", "spend", 5, se=1, to_unit="USD"),
        cx.MismatchError,
    )

    def gap(case):
        case.link("call", "nps", 5, se=1, to_unit="NPS points")
        case.value("retention", "money", 300, sd=30, source="Finance", from_unit="share")
        case.run()

    refused("a link is missing between nps and retention", gap, cx.UnidentifiedError)
