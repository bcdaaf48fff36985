# frozen_string_literal: true

require_relative "helper"

class TestDifference < Minitest::Test
  def classes(detractors, passives, promoters)
    CXKit::Tally.new.add_counts([0, 8, 10], [detractors, passives, promoters])
  end

  def test_chi_square_across_surgeries_matches_the_published_figure
    rows = Support.vectors("chi_square_data")
    found = CXKit.chi_square(recommend: rows.map { |r| r["recommend"].to_i }, other: rows.map { |r| r["other"].to_i })
    Support.vectors("chi_square").each do |row|
      expected = Float(row["value"])
      assert_in_delta expected, found.public_send(row["id"]), 1e-9 * expected.abs, row["id"]
    end
    assert_equal 3882, found.n
    assert_raises(CXKit::FewError) { CXKit.chi_square(a: [1, 2]) }
  end

  def test_two_regions_differ_as_published
    nam = classes(184, 83, 240)
    emea = classes(99, 50, 110)
    found = CXKit.compare(nam, emea, method: :wald)
    assert_in_epsilon 6.79826064, found.value, 1e-8
    assert_in_epsilon 6.88047942, found.se, 1e-8
    assert_in_epsilon(-6.68723121, found.ci_low, 1e-8)
    assert_in_epsilon 20.28375250, found.ci_high, 1e-8
    assert_in_epsilon 0.323127951, found.p_value, 1e-8
    assert_equal(-found.value, CXKit.compare(emea, nam, method: :wald).value)
    both = CXKit.compare(CXKit.nps(nam), CXKit.nps(emea))
    assert_in_delta CXKit.compare(nam, emea).ci_low, both.ci_low, 1e-10
  end

  def test_extremes_have_an_interval_of_positive_width
    %w[nps mean top-box].each do |score|
      found = CXKit.compare([10], [0], score: score, top: 2)
      assert_operator found.ci_high, :>, found.ci_low
      assert_operator found.p_value, :>, 0
    end
    error = assert_raises(CXKit::EmptyError) { CXKit.compare([nil], [9]) }
    assert_match(/side a/, error.message)
  end

  def test_groups_and_the_rest
    table = CXKit.compare([10, 9, 2, 3, 8], [1, 2, 3, 10], by: [%w[x x y y z], %w[x x y y]])
    assert_equal %w[CX_OK CX_OK CX_E_EMPTY], table["status"]
    assert_nil table["value"][2]
    rest = CXKit.compare_rest([10, 9, 9, 2, 3, 4], by: %w[x x x y y y])
    assert_equal [200.0, -200.0], rest["value"]
    assert_raises(CXKit::OptionError) { CXKit.compare_rest([10, 9]) }
  end

  def test_differences_of_shares_agree_with_published_numbers
    rows = Support.vectors("share_difference")
    rows.each do |row|
      found = CXKit.share_difference(*%w[x1 n1 x2 n2].map { |name| Integer(row[name]) }, method: row["method"])
      assert_in_delta [Float(row["ci_low"]), -1].max, found.ci_low, Float(row["tolerance"]), row["id"]
      assert_in_delta [Float(row["ci_high"]), 1].min, found.ci_high, Float(row["tolerance"]), row["id"]
    end
    assert_operator rows.size, :>=, 25
  end

  def test_two_estimates_compare_by_their_errors_and_one_with_a_number
    sides = [[184, 83, 240], [99, 50, 110]].map { |counts| CXKit.nps(counts: counts) }
    found = CXKit.compare(*sides, method: "wald")
    assert_in_delta 6.79826064, found.value, 1e-6
    assert_in_delta(-6.68723121, found.ci_low, 1e-6)
    assert_in_delta 0.323127951, found.p_value, 1e-8
    known = CXKit.compare(CXKit.nps(counts: [362, 176, 462], method: "wald"), 0, method: "wald")
    assert_in_delta 0.000456610394112, known.p_value, 1e-12
    assert_raises(CXKit::OptionError) { CXKit.compare(*sides, method: "t") }
    assert_equal "score", CXKit.share_difference(56, 70, 48, 80).method
  end

  def test_a_count_is_a_whole_number
    [1.5, "3", nil, 2**70, Float::NAN].each do |count|
      assert_raises(CXKit::DomainError) { CXKit.share(count, 10) }
      assert_raises(CXKit::DomainError) { CXKit.share_difference(1, 2, count, 10) }
    end
    assert_equal CXKit.share(3, 10).ci_low, CXKit.share(3.0, 10).ci_low
  end

  def test_names_are_those_of_the_surface
    score = CXKit.nps([9, 10, 3, 8])
    assert_equal CXKit.target(score, 10), CXKit.target(score, at_least: 10)
    day = 86_400_000_000
    log = [[1, 2, 2, 3, 4, 5], [0, 8, 9, 11, 19, 30].map { |at| at * day }]
    assert_equal CXKit.fcr(*log, window: 604_800, finish: 37 * day).value,
                 CXKit.fcr(*log, window: 604_800, end: 37 * day).value
    times = [0, day, 2 * day]
    made = CXKit.tally_windows(times, [9, 3, 10], every: "day")
    assert_equal CXKit.trend(made)["value"], CXKit.trend(times, [9, 3, 10], every: "day")["value"]
    assert_raises(CXKit::OptionError) { CXKit.trend(made, every: "day") }
    assert_raises(CXKit::OptionError) { CXKit.trend(times) }
  end

  def test_shares_hold_together
    table = CXKit.shares([362, 176, 462])
    assert_in_delta 0.326499799517, table["ci_low"][0], 1e-11
    assert_in_delta 0.499852142544, table["ci_high"][2], 1e-11
    assert_equal 5, CXKit.shares([0, 1, 2, 0, 1000], method: "sison-glaz")["count"].size
    assert_raises(CXKit::DomainError) { CXKit.shares([1, -1]) }
  end

  def test_beliefs_stand_against_the_score
    customers = [10, 9, 3, 8, 7, 9, 2, 10, 9, 5]
    found = CXKit.belief_gap([40, 55, 10, 60, nil, 35], customers)
    assert_equal [20.0, 20.0, 0.8], [found.gap.value, found.customers.value, found.over.value]
    answers = CXKit.belief_gap([9, 10, 9], customers, staff_as: :answers)
    assert_equal CXKit.compare([9, 10, 9], customers), answers.gap
    assert_raises(CXKit::OptionError) { CXKit.belief_gap([1], [2], staff_as: :rumour) }
  end

  def test_sample_sizes_and_targets
    assert_equal 385, CXKit.sample_size(score: "top-box", margin: 0.05).n
    assert_equal 64, CXKit.sample_size(score: "mean", sd: 1, difference: 0.5).n_b
    assert_nil CXKit.sample_size(margin: 5).difference
    bought = CXKit.detectable(200, promoters: 0.5, detractors: 0.2)
    assert_equal 200, CXKit.sample_size(margin: bought.margin, promoters: 0.5, detractors: 0.2).n
    share = CXKit.share(45, 50)
    assert_in_delta 0.969, CXKit.target(share, 0.8), 5e-4
    assert_in_delta 1, CXKit.target(share, 0.8) + CXKit.target(share, at_most: 0.8), 1e-12
    assert_raises(CXKit::OptionError) { CXKit.target(share) }
    assert_raises(CXKit::DomainError) { CXKit.target(share, 1) }
  end

  def test_what_does_not_fit_is_refused
    nps = CXKit.nps([10, 9, 3])
    assert_raises(CXKit::OptionError) { CXKit.compare(nps, [2]) }
    assert_raises(CXKit::OptionError) { CXKit.compare(nps, nps, method: "t") }
    assert_raises(CXKit::OptionError) { CXKit.compare([1], [2], method: "newcombe") }
    assert_raises(CXKit::MismatchError) { CXKit.compare(nps, CXKit.share(1, 2)) }
  end
end
