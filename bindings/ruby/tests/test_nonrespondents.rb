# frozen_string_literal: true

require_relative "helper"

class TestNonrespondents < Minitest::Test
  def test_the_r_indicator_is_the_published_one
    assert_in_delta 0.7418011102528389, CXKit.r_indicator([0.2, 0.4, 0.3, 0.5]).value, 1e-14
    assert_raises(CXKit::DomainError) { CXKit.r_indicator([0.5, 1.0]) }
  end

  def test_separated_answers_are_told
    assert CXKit.propensity({x: [1, 2, 3, 4]}, [0, 0, 1, 1]).separated
    found = CXKit.propensity({shop: %w[a a b b]}, [1, 0, 1, 0])
    refute found.separated
    assert_in_delta 0.5, found.probabilities.to_a.first, 1e-12
    assert_in_delta 1.0, CXKit.r_indicator(found).value, 1e-9
    assert_equal 3, CXKit.r_indicator_partial(found, {shop: %w[a a b b]}).size
  end

  def test_the_doubly_robust_mean_counts_everybody
    found = CXKit.aipw_mean([8, nil, 6, 3], [7, 5, 6, 4], [0.5, 0.4, 0.5, 0.5])
    assert_in_delta 5.5, found.estimate.value
    assert_equal 4, found.asked
  end

  def test_small_cells_join_those_that_share_the_leading_columns
    table = {region: %w[n n n s s s], shop: %w[a a b a b b]}
    found = CXKit.adjust_response(table, [1, 0, 1, 0, 1, 0], least: 1)
    assert_equal ["n, a", "n, b", "s, a | s, b"], found.table[:categories].to_a
    assert_equal [2.0, 0.0, 1.0, 0.0, 3.0, 0.0], found.weights.to_a
    assert_in_delta 36.0 / 14, found.n_eff
    fitted = CXKit.propensity({shop: %w[a a b b]}, [1, 0, 1, 0])
    assert_equal [2.0, 0.0, 2.0, 0.0], CXKit.adjust_response(fitted, [1, 0, 1, 0], classes: 2).weights.to_a
    assert_raises(CXKit::EmptyError) { CXKit.adjust_response(table, [0] * 6) }
  end

  def test_bounds_and_the_tipping_point
    found = CXKit.bounds([8, nil, 6, 10], scale: 0..10, threshold: 7)
    assert_equal [6.0, 8.5, 4.0, true], [found.low, found.high, found.tipping, found.can_flip]
    assert_equal [8.0, 7.5], CXKit.bias_range([8, nil, 6, 10], [0, -2])[:value].to_a
  end
end
