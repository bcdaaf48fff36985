# frozen_string_literal: true

require_relative "helper"

class TestCase < Minitest::Test
  def chain(cost = 20_000)
    CXKit::Case.new(currency: "EUR", rate: 0, horizon: 12, population: 1000).tap do |c|
      c.link("call-back", "nps", 5, se: 1.5, to_unit: "NPS points", evidence: 4, observed_periods: 12)
      c.link("nps", "retention", 0.002, se: 0.0004, from_unit: "NPS points", to_unit: "share", evidence: "adjusted")
      c.value("retention", "money", 300, sd: 30, source: "Finance, 2025", from_unit: "share")
      c.cost("staff", cost)
    end
  end

  def test_a_case_multiplies_its_chain
    result = chain.run(seed: 1)
    assert_in_delta 16_000, result.npv_exact, 1e-8
    assert_in_delta 5 * 20_000.0 / 36_000, result.break_even, 1e-10
    assert_equal ["pays", 2, "adjusted"], [result.decision, result.evidence, result.level]
    assert_equal "call-back to nps", result.information[:name].first
    assert_match(/The case pays/, result.statement)
    assert_match(/Hanke kannattaa/, result.sentences("fi")[:sentence].first)
    refute_match(/caus/, result.statement)
    assert_equal result.npv, chain.run(seed: 1).npv
    assert_equal "does not pay", chain(60_000).run.decision
    assert_equal 20_000, result.outcomes.size
  end

  def test_a_sequence_comes_near
    near = chain.run(draws: 4096, seed: 2, sobol: true)
    assert_in_delta 16_000, near.npv, 30
    assert_equal near.npv, chain.run(draws: 4096, seed: 2, sobol: true).npv
  end

  def test_what_does_not_fit_is_refused
    c = chain
    error = assert_raises(CXKit::MismatchError) do
      c.link("app", "nps", 0.3, se: 0.1, to_unit: "points of 0-10")
    end
    assert_match(/NPS points/, error.message)
    assert_raises(ArgumentError) { c.link("app", "nps", 0.3, se: 0.1, colour: 1) }
    assert_raises(CXKit::DomainError) { c.assume("app", "nps", 3, source: "", to_unit: "NPS points") }
    assert_raises(CXKit::OptionError) { c.metric("x", area: "weather", unit: "degrees") }
    alone = CXKit::Case.new(currency: "EUR", rate: 0, horizon: 4, population: 10)
    alone.link("app", "nps", 3, se: 1, to_unit: "NPS points")
    error = assert_raises(CXKit::UnidentifiedError) { alone.run }
    assert_match(/between nps and money/, error.message)
  end

  def test_people_observations_and_totals
    c = chain
    c.influence("call-back to nps", %w[a b c], [1, -1, 0.5])
    c.influence("nps to retention", %w[b c d], [0.1, 0.2, 0.1])
    c.observe("nps", 3, 1, se: 0.5).total("nps", 12, 2, se: 0.5)
    c.link("call-back", "money", 2.5, se: 1, to_unit: "EUR", direct: true, name: "did")
    result = c.run
    assert_equal ["behind"], result.ledger[:word].to_a
    assert_operator result.totals[:ratio].first, :>, 2
    assert_equal 1, result.direct.size
    assert_includes result.notes[:note].to_a, "double-counted"
    assert_raises(CXKit::NameNotFoundError) { c.correlate("staff", "prices", 0.1, source: "x") }
  end
end
