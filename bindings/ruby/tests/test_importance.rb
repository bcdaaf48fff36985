# frozen_string_literal: true

require_relative "helper"

class TestImportance < Minitest::Test
  CLEAN = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5] * 3
  SCORE = [2, 2, 5, 4, 7, 7, 7, 8, 7, 8] * 3

  def test_items_are_placed_and_ranked
    table = CXKit.importance_performance({ease: 0.4, price: 0.1, staff: 0.3}, {staff: 9, ease: 6, price: 8},
                                         best: 10, cost: {ease: 100, price: 1, staff: 1})
    assert_equal ["concentrate here", "possible overkill", "keep up the good work"], table[:quadrant].to_a
    assert_equal [3, 2, 1], table[:rank].to_a
  end

  def test_estimates_bring_their_errors
    poor = CXKit.mean_score([2, 10] * 30)
    good = CXKit.mean_score(([9] * 30) + ([8] * 30))
    table = CXKit.importance_performance({a: 0.3, b: 0.1}, {a: good, b: poor}, best: 10, cut_performance: 6.5)
    assert_equal ["keep up the good work", "undecided"], table[:quadrant].to_a
    error = assert_raises(CXKit::OptionError) { CXKit.importance_performance({a: 1}, {b: 1}, best: 10) }
    assert_match(/performance has nothing for a/, error.message)
  end

  def test_an_item_that_can_only_hurt_is_basic
    table = CXKit.penalty_reward({clean: CLEAN, score: SCORE}, :score, neutral: 3)
    assert_equal "basic", table[:kind][0]
    assert_operator table[:penalty][0], :>, table[:reward][0]
  end
end
