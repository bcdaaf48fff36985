# frozen_string_literal: true

require_relative "helper"

class TestSimulate < Minitest::Test
  def test_the_same_seed_gives_the_same_figures
    one = CXKit.simulate_allocation(policy: :detect, runs: 3, seed: 3)
    assert_equal one, CXKit.simulate_allocation(policy: "detect", runs: 3, seed: 3)
    refute_equal one, CXKit.simulate_allocation(policy: :detect, runs: 3, seed: 4)
    assert_equal [3, 0], [one.runs, one.max_age]
  end

  def test_neyman_is_the_measure_of_errors
    assert_in_delta 1.0, CXKit.simulate_allocation(policy: :neyman, runs: 2).error_ratio
    found = CXKit.simulate_allocation(policy: :precision_budget, runs: 2, allowance: 0.1)
    assert_operator found.error_ratio, :<, 1.101
    assert_includes found.to_s, "against neyman"
  end

  def test_without_a_change_there_is_no_delay
    found = CXKit.simulate_allocation(scenario: "S3-season", runs: 1)
    assert_nil found.delay
    assert_operator found.arl, :>, 0
  end

  def test_the_gate_asks_evenly_and_breaks_no_rule
    found = CXKit.simulate_allocation(scenario: "S5", runs: 1, seed: 1)
    assert_equal ["closed-loop", 0], [found.policy, found.violations]
    assert_in_delta 250, found.answers, 32
    assert_includes found.to_s, "0 violations"
  end

  def test_options_that_cannot_be_are_refused
    assert_raises(CXKit::OptionError) { CXKit.simulate_allocation(runs: 0) }
    assert_raises(CXKit::OptionError) { CXKit.simulate_allocation(scenario: "S9") }
    assert_raises(CXKit::OptionError) { CXKit.simulate_allocation(policy: :best) }
    assert_raises(ArgumentError) { CXKit.simulate_allocation(boosted: 1) }
  end
end
