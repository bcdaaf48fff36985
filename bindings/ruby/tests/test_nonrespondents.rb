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

  Y = [8, nil, 6, 9, nil, 3, 10, nil].freeze
  PREDICTED = [7, 5, 6.5, 8, 4, 4, 9, 6].freeze
  CHANCES = [0.8, 0.3, 0.6, 0.7, 0.2, 0.5, 0.9, 0.4].freeze
  WEIGHTS = [1, 2, 1, 1, 3, 2, 1, 1].freeze

  def figures
    aipw = [{}, {weights: WEIGHTS}, {weights: WEIGHTS, normalise: true}].map do |given|
      CXKit.aipw_mean(Y, PREDICTED, CHANCES, **given).estimate
    end
    {"alike" => CXKit.r_indicator([0.3] * 4),
     "representative" => CXKit.r_indicator([0.2, 0.4, 0.3, 0.5], variances: [0.001, 0.002, 0.001, 0.002]),
     "aipw" => aipw[0], "aipw weighted" => aipw[1], "aipw normalised" => aipw[2],
     "bounds" => CXKit.bounds(Y, scale: 0..10, threshold: 5)}
  end

  def test_figures_agree_with_the_vectors
    came = Y.map { |y| y ? 1 : 0 }
    adjusted = CXKit.adjust_response(CHANCES, came, weights: WEIGHTS, classes: 2, least: 1).weights
    Support.vectors("nonrespondents").each do |row|
      name = row["figure"]
      found = row["id"] == "classes" ? adjusted[Integer(name.delete_prefix("weight "))] : figures[row["id"]].public_send(name)
      known = Float(row["value"])
      assert_in_delta known, found, (Float(row["tolerance"]) + 1e-15) * [1, known.abs].max, row.to_s
    end
  end

  def test_bounds_and_the_tipping_point
    found = CXKit.bounds([8, nil, 6, 10], scale: 0..10, threshold: 7)
    assert_equal [6.0, 8.5, 4.0, true], [found.low, found.high, found.tipping, found.can_flip]
    assert_equal [8.0, 7.5], CXKit.bias_range([8, nil, 6, 10], [0, -2])[:value].to_a
  end
end
