# frozen_string_literal: true

require_relative "helper"

# Totals, cells that are too small to be shown, and intervals that hold at every look.
class TestAnytime < Minitest::Test
  KEYS = {region: (["north"] * 20) + (["south"] * 12) + ([nil] * 9),
          shop: ([1] * 3) + ([2] * 17) + ([1] * 5) + ([2] * 7) + ([1] * 9)}.freeze
  SCORES = Array.new(41) { |i| (7 * i) % 11 }.freeze

  def test_limits_are_those_of_the_definitions
    rows = Support.vectors("anytime")
    rows.each do |row|
      tally = CXKit::Tally.new.add_counts([0, 8, 10], %w[low middle high].map { |name| Integer(row[name]) })
      found = CXKit.anytime(tally, score: row["score"], method: row["method"], top: 2,
                                   alpha: 1 - Float(row["confidence"]), optimise_at: Float(row["optimise_at"]))
      %w[value ci_low ci_high].each do |name|
        expected = Float(row[name])
        assert_in_delta expected, found.public_send(name), 1e-9 * [1, expected.abs].max, "#{row['id']}: #{name}"
      end
      assert_equal row["method"], found.method
    end
    assert_operator rows.size, :>=, 40
  end

  def test_no_answers_are_no_estimate
    assert_raises(CXKit::EmptyError) { CXKit.anytime([nil, 11]) }
  end

  def test_columns_tallies_and_tables_agree
    scores = [10, 9, 8, 3, 7]
    assert_equal CXKit.anytime(scores), CXKit.anytime(CXKit::Tally.new.add(scores))
    table = CXKit.anytime(scores, by: %w[a a a b b])
    assert_equal CXKit.anytime(scores[0, 3]).ci_low, table[:ci_low][0]
  end

  def test_weights_and_bad_options_are_refused
    weighted = CXKit::Tally.new.add([9, 3], weights: [1, 2])
    assert_raises(CXKit::DomainError) { CXKit.anytime(weighted) }
    assert_raises(CXKit::OptionError) { CXKit.anytime([9], alpha: 1) }
    assert_raises(CXKit::OptionError) { CXKit.anytime([9], optimise_at: 0.5) }
    assert_raises(CXKit::OptionError) { CXKit.anytime([9], method: "wilson") }
  end

  def test_totals_are_the_scores_of_the_margins
    table = CXKit.nps(SCORES, by: KEYS, totals: true)
    assert_equal [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3], table[:grouping]
    assert_equal ["north", "south", nil], table[:region][5, 3]
    assert_equal CXKit.nps(SCORES).value, table[:value][10]
    margin = CXKit.tally_by(SCORES, by: KEYS).margin(:shop)
    assert_equal table[:ci_low][8, 2], CXKit.nps(margin)[:ci_low]
  end

  def test_a_small_cell_is_hidden_with_others
    table = CXKit.mean_score(SCORES, by: KEYS, min_n: 5)
    assert_equal [nil, nil, nil, nil, 9], table[:n]
    assert_equal ["suppressed"] * 4, table[:flags][0, 4]
    assert_equal ["CX_E_SUPPRESSED"] * 4, table[:status][0, 4]
    assert_equal [1, 2, 1, 2], table[:shop][0, 4]
  end

  def test_a_single_figure_below_the_minimum_is_refused
    assert_raises(CXKit::SuppressedError) { CXKit.csat([5, 4, 4], min_n: 5) }
    assert_raises(CXKit::SuppressedError) { CXKit.enps([9, 9, 3, 8]) }
    assert_equal 25.0, CXKit.enps([9, 9, 3, 8], min_n: 1).value
    assert_equal 25.0, CXKit.enps([9, 9, 3, 8], min_n: 0).value
    assert_equal 40.0, CXKit.enps([9, 9, 3, 8, 10]).value
    teams = (["a"] * 4) + (["b"] * 6) + (["c"] * 7)
    assert_equal [nil, nil, 0.0], CXKit.enps(([9] * 4) + ([3] * 6) + ([8] * 7), by: teams)[:value]
  end

  def test_ces_and_csat_have_both_options
    by = (["a"] * 3) + (["b"] * 9)
    assert_equal [nil, nil, 12], CXKit.ces(([7] * 3) + ([6] * 9), by: by, min_n: 4, totals: true)[:n]
    assert_equal [nil, nil, 1.0], CXKit.csat(([5] * 3) + ([4] * 9), by: by, min_n: 4, totals: true)[:value]
  end

  def test_the_scale_tells_what_is_read
    share = CXKit.anytime([1, 0, 1, 1] * 20, scale: 0..1)
    assert_equal [0.75, "fraction", "beta-binomial"], [share.value, share.unit, share.method]
    assert_equal 3.0, CXKit.anytime([1, 5, 4, 2], scale: 1..5).value
    assert_equal "points", CXKit.anytime(CXKit::Tally.new.add([9, 10, 3])).unit
    assert_equal 0.5, CXKit.anytime([1, 5, 4, 2], scale: 1..5, top: 2).value
  end

  def test_misuse_is_named
    assert_raises(CXKit::OptionError) { CXKit.nps([9], totals: true) }
    assert_raises(CXKit::OptionError) { CXKit.nps([9], min_n: -1) }
    set = CXKit.tally_by(SCORES, by: KEYS)
    assert_raises(CXKit::NameNotFoundError) { set.margin(:town) }
    assert_raises(CXKit::OptionError) { set.margin([]) }
    assert_equal set, set.margin(%i[shop region])
  end
end
