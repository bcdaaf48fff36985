# frozen_string_literal: true

require_relative "helper"

class TestLag < Minitest::Test
  KNOWN = Support.vectors("lag").to_h { |row| [row["id"], row] }
  DATA = Support.vectors("lag_data")
  CELLS = Support.vectors("linkage_data")

  def numbers(name, rows = DATA)
    rows.map { |row| Float(row[name]) }
  end

  def expect(known, found)
    row = KNOWN.fetch(known)
    value = Float(row["value"])
    scale = row["source"].start_with?("absolute") ? 1 : value.abs
    assert_in_delta value, found, Float(row["tolerance"]) * scale, known
  end

  def shared(path, *names)
    skip "no data folder is given (CX_SHARED)" unless ENV["CX_SHARED"]

    rows = CSV.read(File.join(ENV["CX_SHARED"], path), headers: true)
    names.map { |name| numbers(name, rows) }
  end

  def keys
    {unit: CELLS.map { |row| Integer(row["unit"]) }, period: CELLS.map { |row| Integer(row["period"]) }}
  end

  def test_the_gas_furnace_has_a_delay_of_three
    x, y = shared("data/gasfurnace/seriesJ.csv", "X", "Y")
    found = CXKit.cross_correlate(x, y, max_lag: 6, filter: [1.97, -1.37, 0.34])
    [-1, 0, 3, 4, 5, 6].each { |lag| expect("furnace_r_#{lag}", found.correlation[lag]) }
    assert_equal [3, 4, 5, 6], found.outside
    assert_equal 5, found.peak_lag
    yule = CXKit.cross_correlate(x, y, order: 3, difference: 0)
    (1..3).each { |at| expect("furnace_ar_#{at}", yule.filter[at - 1]) }
    assert_includes found.to_s, "AR(3)"
  end

  def test_raw_correlations_describe
    found = CXKit.cross_correlate(numbers("x"), numbers("y"), max_lag: 2, prewhiten: false)
    refute found.prewhitened
    assert_empty found.outside
    assert_equal ["descriptive"] * 5, found.table[:status]
  end

  def test_macrodata_has_the_published_errors
    gdp, investment, rate = shared("data/macrodata/macrodata.csv", "realgdp", "realinv", "realint")
    growth = ->(list) { list.each_cons(2).map { |a, b| 400 * (Math.log(b) - Math.log(a)) } }
    given = [growth.(gdp), growth.(investment)]
    found = CXKit.distributed_lag(*given, max_lag: 0, covariates: {realint: rate[0...-1]}, hac_lags: 4)
    expect("macro_coefficient", found.coefficients[0])
    expect("macro_newey_small", found.table[:se][0])
    plain = CXKit.distributed_lag(*given, max_lag: 0, covariates: {realint: rate[0...-1]}, hac_lags: 4,
                                          small_sample: false)
    expect("macro_newey_plain", plain.table[:se][0])
  end

  def test_shapes_agree_with_their_vectors
    x, y, z = %w[x y z].map { |name| numbers(name) }
    free = CXKit.distributed_lag(x, y, max_lag: 4, covariates: {z: z}, hac_lags: 3)
    5.times { |lag| expect("free_b_#{lag}", free.coefficients[lag]) }
    expect("free_long_run_se", free.long_run.se)
    expect("free_share_1", free.shares[1])
    almon = CXKit.distributed_lag(x, y, max_lag: 4, covariates: {z: z}, shape: :almon, far_zero: true, cov: :classical)
    expect("almon_b_2", almon.coefficients[2])
    koyck = CXKit.distributed_lag(x, y, max_lag: 4, covariates: {z: z}, shape: :koyck, cov: :classical)
    expect("koyck_long_run", koyck.long_run.value)
    smooth = CXKit.distributed_lag(x, y, max_lag: 4, covariates: {z: z}, shape: :smoothed, penalty: 7)
    expect("smooth_b_3", smooth.coefficients[3])
    own = CXKit.distributed_lag(x, y, max_lag: 1, own_lags: 1, horizon: 5, cov: :classical)
    expect("own_effect_3", own.coefficients[3])
    assert_raises(ArgumentError) { CXKit.distributed_lag(x, y, lags: 3) }
  end

  def test_granger_agrees_with_the_usual_tests
    x, y = numbers("x"), numbers("y")
    found = CXKit.granger(x, y, lags: 2)
    expect("granger_2_f", found.table[:statistic][0])
    expect("granger_2_p", found.p_value)
    assert found.precedes
    refute found.feedback
    assert_includes found.to_s, "x precedes y"
    set = CXKit.granger(x, y, lags: [1, 3], covariates: {z: numbers("z")}, cov: :hc1)
    expect("granger_set_hc1_f", set.table[:statistic][0])
    assert_operator CXKit.granger(x, y, max_lag: 8).table[:lags][0], :<=, 4
  end

  def test_errors_name_what_is_wrong
    assert_raises(CXKit::FewError) { CXKit.granger([1, 2, 3], [3, 1, 2]) }
    error = assert_raises(CXKit::DomainError) { CXKit.granger([1.0, nil, 2.0] * 9, [1, 2, 4] * 9) }
    assert_equal 1, error.row
    assert_raises(CXKit::ConstantError) { CXKit.cross_correlate([1] * 30, (1..30).to_a) }
    assert_raises(CXKit::OptionError) { CXKit.distributed_lag([1, 2], [2, 1], shape: :round) }
  end

  def test_aggregates_agree_with_analysis_of_variance
    found = CXKit.aggregate(numbers("x", CELLS), by: keys, scale_steps: 11)
    expect("icc1_x", found.icc1[0])
    expect("icc2_x", found.icc2[0])
    expect("shrunk_0", found.table[:shrunk][0])
    assert_includes found.to_s, "80 cells"
  end

  def test_staff_and_guests_agree_with_sums_by_unit
    found = CXKit.aggregate_link(numbers("x", CELLS), keys, numbers("y", CELLS), keys, max_lag: 1)
    expect("link_0_r", found.correlation)
    expect("link_0_true", found.disattenuated)
    expect("link_1_within", found.table[:within][1])
    assert found.ecological
    paired = CXKit.aggregate_link(numbers("x", CELLS), keys, numbers("y", CELLS))
    expect("person", paired.person)
  end

  def test_four_areas_agree_with_regression_within_units
    x = CXKit.aggregate(numbers("x", CELLS), by: keys).table
    y = CXKit.aggregate(numbers("y", CELLS), by: keys).table
    found = CXKit.linkage({staff: x[:mean], sales: y[:mean], other: y[:sd]}, {staff: :experience, sales: :result},
                          unit: x[:unit], period: x[:period], max_lag: 1, cov: :cluster)
    expect("partial_r", found.table[:correlation][1])
    expect("partial_cluster_t", found.table[:statistic][1])
    assert_equal [:nickell], found.flags
    assert_equal 3, found.tests
    assert_raises(CXKit::DomainError) { CXKit.linkage({a: [1, 2], b: [2, 1]}, {a: "brand", b: "sales"}) }
  end
end
