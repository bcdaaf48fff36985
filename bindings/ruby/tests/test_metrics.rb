# frozen_string_literal: true

require_relative "helper"

class TestMetrics < Minitest::Test
  SCORES = [10, 9, 8, 0, 6, 7, 10, 10, nil].freeze

  def test_nps_without_answers_is_an_error
    assert_raises(CXKit::EmptyError) { CXKit.nps([]) }
    assert_raises(CXKit::EmptyError) { CXKit.nps([nil]) }
    assert_raises(CXKit::OptionError) { CXKit.nps }
  end

  def test_nps_of_one_answer
    assert_equal 100.0, CXKit.nps([10]).value
    assert_includes CXKit.nps([10]).flags, "few"
  end

  def test_nps_reads_columns_tallies_and_counts_alike
    expected = CXKit.nps(SCORES.compact)
    assert_equal 25.0, expected.value
    assert_equal expected, CXKit.nps(CXKit::Tally.new.add(SCORES.compact))
    assert_equal expected, CXKit.nps(counts: [2, 2, 4])
    assert_equal expected, CXKit.nps(CXKit.column(SCORES.compact.pack("c*"), dtype: :int8))
  end

  def test_nps_with_other_cut_points_and_no_passives
    assert_equal 0.0, CXKit.nps([1, 5, 4, 2], scale: 1..5, promoters: 4, detractors: 3).value
    assert_equal 50.0, CXKit.nps(counts: [1, 0, 3], promoters: 7, detractors: 6).value
    assert_raises(CXKit::OptionError) { CXKit.nps(counts: [1, 1, 3], promoters: 7, detractors: 6) }
    assert_raises(CXKit::OptionError) { CXKit.nps(counts: [1, 1]) }
    assert_raises(CXKit::OptionError) { CXKit.nps([1], counts: [1, 1, 1]) }
    assert_raises(CXKit::OptionError) { CXKit.nps([1], promoters: 6, detractors: 6) }
  end

  def test_nps_with_weights
    estimate = CXKit.nps([10, 0, 0], weights: [2, 1, 1])
    assert_equal [0.0, 4.0], [estimate.value, estimate.sum_w]
    assert_in_delta 8.0 / 3, estimate.n_eff, 1e-12
    assert_includes estimate.flags, "weighted"
  end

  def test_by_gives_a_row_for_each_key
    table = CXKit.nps([10, 0, 10], by: %w[a b a])
    assert_equal [["a", 100.0], ["b", -100.0]], table[:by].zip(table[:value])
    tallies = CXKit.tally_by([10, 0, 10], by: %w[a b a])
    assert_equal table, CXKit.nps(tallies)
  end

  def test_csat_is_a_fraction
    assert_equal 0.5, CXKit.csat([5, 4, 3, 1]).value
    assert_equal 0.25, CXKit.csat([5, 4, 3, 1], top: 1).value
    assert_equal 0.4, CXKit.csat([5, 4, 3, 1, 9], not_applicable_codes: [9], denominator: :answered).value
    assert_equal [0.5], CXKit.csat([5, 1], by: [1, 1])[:value]
    assert_equal "clopper-pearson", CXKit.csat([5], method: :clopper_pearson).method
  end

  def test_ces_in_both_versions
    assert_equal 5.0, CXKit.ces([5, 4, 6]).value
    assert_equal 1.0, CXKit.ces([5, 6, 7], report: :agree).value
    assert_equal 0.0, CXKit.ces([1, 7], report: :net).value
    assert_includes CXKit.ces([1, 2], version: 1).flags, "lower-is-better"
    assert_raises(CXKit::OptionError) { CXKit.ces([1, 2], version: 1, report: :net) }
    assert_equal [5.0], CXKit.ces([5], by: ["x"])[:value]
  end

  def test_mean_score_and_share
    assert_equal 2.5, CXKit.mean_score([1, 2, 3, 4]).value
    assert_equal "bounded", CXKit.mean_score([3, 3]).method
    assert_equal [2.5], CXKit.mean_score([1, 4], by: [0, 0])[:value]
    assert_equal 0.25, CXKit.share(1, 4).value
    assert_raises(CXKit::DomainError) { CXKit.share(5, 4) }
    assert_raises(CXKit::EmptyError) { CXKit.share(0, 0) }
  end

  def test_a_tally_has_been_read_already
    tally = CXKit::Tally.new.add([1])
    [{by: [1]}, {weights: [1]}, {missing_codes: [9]}].each do |options|
      assert_raises(CXKit::OptionError) { CXKit.nps(tally, **options) }
    end
  end

  def test_an_unknown_keyword_is_an_error
    assert_raises(ArgumentError) { CXKit.nps([1], promotors: 9) }
    assert_raises(ArgumentError) { CXKit.csat([1], tops: 2) }
    assert_raises(ArgumentError) { CXKit.ces([1], scale: 1..7) }
    assert_raises(ArgumentError) { CXKit.share(1, 2, weights: 1) }
    assert_raises(ArgumentError) { CXKit::Tally.new.add([1], weight: [1]) }
    assert_raises(ArgumentError) { CXKit::Tally.new(scal: 1) }
    assert_raises(ArgumentError) { CXKit.plan([1], 1, low: 1) }
    assert_raises(ArgumentError) { CXKit.drivers({a: [1]}, [1], group: 1) }
  end

  def test_an_unknown_word_names_the_known_ones
    error = assert_raises(CXKit::OptionError) { CXKit.nps([1], method: "exact") }
    assert_match(/"exact".*wilson/, error.message)
    assert_raises(CXKit::OptionError) { CXKit.nps([1], method: :wilson) }
    assert_raises(CXKit::OptionError) { CXKit.nps([1], invalid: :ignore) }
    assert_raises(CXKit::OptionError) { CXKit.nps([1], confidence: 1) }
    assert_raises(TypeError) { CXKit.nps([1], confidence: "95") }
  end

  def test_decompose_splits_a_change
    monday = CXKit.tally_by([10, 9, 3, 2], by: %w[x x y y])
    friday = CXKit.tally_by([10, 9, 9, 2], by: %w[x x x y])
    change = CXKit.decompose(monday, friday)
    assert_equal [0.0, 50.0], [change.before, change.after]
    assert_in_delta 50.0, change.mix.value + change.within.value, 1e-12
    assert_equal change, CXKit.decompose([10, 9, 3, 2], [10, 9, 9, 2], by: [%w[x x y y], %w[x x x y]])
    assert_equal %w[x y], change.table[:by]
    assert_raises(CXKit::OptionError) { CXKit.decompose([1], [2]) }
    assert_raises(CXKit::OptionError) { CXKit.decompose(monday, friday, by: [[1], [1]]) }
    assert_equal 0.0, CXKit.decompose(monday, monday, score: :mean).change.value
  end

  def test_heterogeneity_of_groups
    test = CXKit.heterogeneity([10, 9, 9, 2, 3, 4], by: %w[x x x y y y])
    assert_equal [2, 1.0, 0], [test.groups, test.df, test.left_out]
    assert_operator test.p_value, :<, 0.05
    assert_raises(CXKit::FewError) { CXKit.heterogeneity([1, 10], by: [1, 1]) }
    assert_raises(CXKit::ConstantError) { CXKit.heterogeneity([1, 1, 1, 1], by: [1, 1, 2, 2]) }
  end
end

class TestPlan < Minitest::Test
  def test_a_plan_is_certified
    plan = CXKit.plan([4.0, 1.0], 30)
    assert_equal [20, 10], plan.n
    assert_predicate plan.certificate, :holds?
    assert_equal [0.3, 0.0, 30.0], [plan.objective.round(12), plan.gap, plan.budget_used]
    assert_equal %w[precision precision], plan.table[:reason]
  end

  def test_bounds_are_for_each_point_or_for_all
    assert_equal [18, 12], CXKit.plan([4, 1], 30, lower: 12).n
    assert_equal [10, 20], CXKit.plan([4, 1], 30, upper: [10, 100]).n
    assert_equal 15.0, CXKit.plan([1, 1], 30, integer: false).n[0]
    assert_equal [0, 0], CXKit.plan([1, 1], 0, known: 5).n
  end

  def test_what_cannot_be_met_is_refused
    assert_raises(CXKit::InfeasibleError) { CXKit.plan([1, 1], 3, lower: 2) }
    assert_raises(CXKit::UninformedError) { CXKit.plan([1, 1], 1) }
    assert_raises(CXKit::DomainError) { CXKit.plan([1, -1], 5) }
    assert_raises(CXKit::LengthError) { CXKit.plan([1, 1], 5, lower: [1]) }
    assert_raises(CXKit::EmptyError) { CXKit.plan([], 5) }
    assert_raises(CXKit::NullError) { CXKit.plan(nil, 5) }
    assert_raises(TypeError) { CXKit.plan([1], "5") }
  end

  def test_soft_bounds_spare_permanent_points
    plan = CXKit.plan([1, 1, 1], 10, lower: [6, 6, 6], permanent: [1, 0, 0], soft: true)
    assert_operator plan.n[0], :>=, 6
    assert_equal 10, plan.n.sum
  end
end

class TestDrivers < Minitest::Test
  SPEED = [1, 2, 3, 4, 5, 6, 3, 4].freeze
  PRICE = [3, 1, 2, 6, 4, 5, 5, 1].freeze
  OUTCOME = [1, 2, 4, 4, 6, 5, 3, 4].freeze

  def test_importances_add_up_to_r2
    drivers = CXKit.drivers({speed: SPEED, price: PRICE}, OUTCOME)
    assert_in_delta drivers.r2, drivers.importance.values.sum, 1e-12
    assert_equal :speed, drivers.importance.max_by { |_name, value| value }[0]
    assert_equal [8, 2, 2], [drivers.n, drivers.rank, drivers.conditional[:price].size]
    assert_equal 1, drivers.sign[:speed]
  end

  def test_the_outcome_is_a_column_or_a_name
    by_column = CXKit.drivers({speed: SPEED, price: PRICE}, OUTCOME)
    by_name = CXKit.drivers({speed: SPEED, price: PRICE, result: OUTCOME}, :result)
    moments = CXKit::Moments.new(%w[speed price result]).add({speed: SPEED, price: PRICE, result: OUTCOME})
    assert_equal by_column, by_name
    assert_equal by_column.importance, CXKit.drivers(moments, "result").importance
    assert_equal by_column, CXKit.drivers({speed: SPEED, price: PRICE, y: [nil] * 8}, OUTCOME, drivers: %i[speed price])
  end

  def test_only_rows_that_miss_a_used_column_are_left_out
    table = {speed: SPEED, price: PRICE, other: [nil, *SPEED.drop(1)]}
    assert_equal 8, CXKit.drivers(table, OUTCOME, drivers: %i[speed price]).n
    assert_equal 7, CXKit.drivers(table, OUTCOME).n
  end

  def test_adjusting_columns_come_first
    drivers = CXKit.drivers({speed: SPEED, price: PRICE}, OUTCOME, adjust: [:price])
    assert_equal [:speed], drivers.importance.keys
    assert_in_delta drivers.r2, drivers.r2_adjust + drivers.importance[:speed], 1e-12
  end

  def test_ordinal_outcomes_are_read_as_what_is_behind_them
    table = {speed: SPEED * 4, price: PRICE * 4, mood: [1, 3, 2, 2, 3, 1, 2, 3] * 4}
    found = CXKit.drivers(table, :mood, outcome: :ordinal)
    assert_equal [true, 32, nil], [found.pairwise, found.n, found.se]
    same = CXKit.drivers_matrix(CXKit.correlations(table), :mood)
    assert_in_delta found.importance[:speed], same.importance[:speed], 1e-9
    assert_equal [32, found.distance], [same.n, same.distance]
    assert_raises(CXKit::DomainError) { CXKit.drivers(table, :mood, outcome: "binary") }
    assert_operator CXKit.drivers(table, :mood, outcome: "ordinal", intervals: true, draws: 100).se[:speed], :>, 0
    assert_raises(CXKit::OptionError) { CXKit.drivers(table, :mood, outcome: "ordinal", intervals: "influence") }
    assert_raises(CXKit::OptionError) { CXKit.drivers_matrix({a: [1, 0.5], b: [0.5, 1]}, :a) }
  end

  def test_intervals_ranks_and_dominance
    found = CXKit.drivers({speed: SPEED, price: PRICE}, OUTCOME)
    low, high = found.ci[:speed]
    assert_operator low, :<=, found.importance[:speed]
    assert_operator high, :>=, found.importance[:speed]
    assert_equal 1, found.ranks[:rank][0]
    assert_equal ["price"], found.complete[:other]
    assert_nil CXKit.drivers({speed: SPEED, price: PRICE}, OUTCOME, intervals: false).ranks
    clustered = CXKit.drivers({speed: SPEED, price: PRICE}, OUTCOME, clusters: [1, 1, 2, 2, 3, 3, 4, 4])
    refute_equal found.se, clustered.se
    assert_equal found.importance, clustered.importance
  end

  def test_groups_and_methods
    table = {speed: SPEED, price: PRICE, other: [1, 3, 2, 5, 2, 1, 4, 4]}
    found = CXKit.drivers(table, OUTCOME, groups: {ease: %i[speed other]})
    assert_equal %w[ease price], found.groups[:name]
    assert_in_delta found.r2, found.groups[:importance].sum, 1e-12
    johnson = CXKit.drivers(table, OUTCOME, method: :johnson)
    assert_equal found.johnson, johnson.importance
    assert_in_delta found.r2, CXKit.drivers(table, OUTCOME, orders: 100).importance.values.sum, 1e-12
    assert_raises(CXKit::OptionError) { CXKit.drivers(table, OUTCOME, groups: {ease: [:absent]}) }
  end

  def test_a_matrix_of_correlations
    found = CXKit.drivers_matrix({a: [1, 0.5, 0.6], b: [0.5, 1, 0.4], y: [0.6, 0.4, 1]}, :y, n: 200, intervals: :normal)
    assert_in_delta 0.373, found.r2, 1e-3
    assert_operator found.se[:a], :>, 0
    assert_raises(CXKit::DomainError) { CXKit.drivers_matrix({a: [1, 2], y: [2, 1]}, :y, n: 9) }
  end

  def test_what_is_not_there_is_refused
    assert_raises(CXKit::NameNotFoundError) { CXKit.drivers({a: SPEED}, :b) }
    assert_raises(CXKit::ConstantError) { CXKit.drivers({a: SPEED}, [1] * 8) }
    assert_raises(CXKit::FewError) { CXKit.drivers({a: [1, 2], b: [2, 2]}, [1, 2]) }
    assert_raises(CXKit::OptionError) { CXKit.drivers(CXKit::Moments.new([:a]), [1]) }
  end

  def test_correlate
    estimate = CXKit.correlate(SPEED, OUTCOME)
    assert_equal %w[correlation fisher-z], [estimate.unit, estimate.method]
    assert_in_delta 1.0, CXKit.correlate([1, 2, 3, 4, nil], [2, 4, 6, 8, 1]).value, 1e-15
    error = assert_raises(CXKit::ConstantError) { CXKit.correlate([1, 2, 3], [5, 5, 5]) }
    assert_equal "y", error.column
    assert_operator CXKit.correlate(SPEED, OUTCOME, weights: [1] * 8).p_value, :<, 0.05
  end
end

class TestSpecial < Minitest::Test
  def test_functions_of_the_library
    assert_in_delta 1.959963984540054, CXKit::Special.normal_quantile(0.975), 1e-15
    assert_in_delta 0.5, CXKit::Special.t_cdf(0, 3), 1e-16
    assert_predicate CXKit::Special.lgamma(Float::NAN), :nan?
    assert_raises(ArgumentError) { CXKit::Special.lgamma }
    assert_raises(TypeError) { CXKit::Special.lgamma("1") }
  end

  def test_random_numbers_depend_on_their_counter_only
    assert_equal [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8], CXKit::Random.philox(0, 0, 0)
    assert_equal CXKit::Random.uniform(1, index: 5), CXKit::Random.uniform(1, index: 5)
    refute_equal CXKit::Random.uniform(1, index: 5), CXKit::Random.uniform(1, index: 6)
  end

  def test_the_version_is_that_of_the_library
    assert_match(/\A\d+\.\d+\.\d+\z/, CXKit::VERSION)
  end
end
