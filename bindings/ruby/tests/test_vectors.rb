# frozen_string_literal: true

require_relative "helper"

# The reference numbers that the C and Python tests read too.
class TestVectors < Minitest::Test
  def number(cell)
    cell.nil? || cell.empty? ? nil : Float(cell)
  end

  def assert_column(row, estimate, *names)
    names.each do |name|
      expected = number(row[name.to_s]) or next
      actual = estimate.public_send(name)
      assert_in_delta expected, actual, Float(row["tolerance"]) * [1, expected.abs].max, "#{row['id']}: #{name}"
    end
  end

  def test_nps_agrees_with_published_numbers
    rows = Support.vectors("nps")
    rows.each do |row|
      counts = %w[detractors passives promoters].map { |name| Integer(row[name]) }
      estimate = CXKit.nps(counts: counts, method: row["method"])
      assert_column row, estimate, :value, :se, :ci_low, :ci_high
      assert_equal row["method"], estimate.method
    end
    assert_operator rows.size, :>=, 18
  end

  def test_share_agrees_with_published_numbers
    rows = Support.vectors("share")
    rows.each do |row|
      estimate = CXKit.share(Integer(row["successes"]), Integer(row["n"]), method: row["method"])
      assert_column row, estimate, :value, :ci_low, :ci_high
    end
    assert_operator rows.size, :>=, 3
  end

  def test_plan_agrees_with_published_allocations
    cases = Support.vectors("plan").chunk_while { |one, other| one["case"] == other["case"] }
    cases.each { |points| assert_plan points }
    assert_operator cases.count, :>=, 20
  end

  def assert_plan(points)
    columns = %w[size sd lower upper cost n tolerance].to_h { |name| [name, points.map { |row| cell(row[name]) }] }
    importance = columns["size"].zip(columns["sd"]).map { |size, sd| (size * sd)**2 }
    plan = CXKit.plan(importance, cell(points[0]["budget"]), lower: columns["lower"], upper: columns["upper"],
                                                             cost: (columns["cost"] if columns["cost"].any? { |cost| cost != 1 }),
                                                             integer: points[0]["integer"] == "1")
    columns["n"].zip(columns["tolerance"], plan.n) do |expected, tolerance, actual|
      assert_in_delta expected, actual, tolerance, points[0]["case"]
    end
    assert_predicate plan.certificate, :holds?
  end

  def cell(text)
    text == "inf" ? Float::INFINITY : Float(text)
  end

  def test_the_house_of_representatives_is_apportioned
    rows = Support.vectors("plan_house")
    plan = CXKit.plan(rows.map { |row| Float(row["population"])**2 }, 435, lower: 1)
    assert_equal(rows.map { |row| Integer(row["seats"]) }, plan.n)
  end

  SPECIAL = {"norm_cdf" => :normal_cdf, "norm_ppf" => :normal_quantile, "chi2_sf" => :chisq_sf}.freeze

  def assert_special(name, row, arguments, tolerance)
    expected = Rational(row["value"]).to_f # Float() warns of subnormal numbers
    actual = CXKit::Special.public_send(name, *arguments)
    assert_in_delta expected, actual, (expected.abs * tolerance) + 5e-324, "#{name}(#{arguments.join(', ')})"
  end

  def arguments_of(row)
    (1..4).filter_map { |i| number(row["arg#{i}"]) }
  end

  def test_special_functions_agree_with_the_high_precision_table
    rows = Support.vectors("special")
    rows.each do |row|
      arguments = arguments_of(row)
      arguments.rotate!(-1) if row["function"] == "beta_cdf" # a, b, x in the file
      assert_special SPECIAL.fetch(row["function"], row["function"]), row, arguments, 1e-13
    end
    assert_operator rows.size, :>=, 490
  end

  def test_special_functions_agree_with_high_precision_in_the_corners
    rows = Support.vectors("special_more")
    rows.each { |row| assert_special row["function"], row, arguments_of(row), Float(row["tolerance"]) }
    assert_operator rows.size, :>=, 300
  end

  def test_correlation_agrees_with_the_reference
    rows = Support.vectors("pearson")
    rows.each do |row|
      x, y, weights = %w[x y weights].map { |name| row[name].to_s.split.map { |cell| Float(cell) } }
      estimate = CXKit.correlate(x, y, weights: (weights unless weights.empty?), confidence: Float(row["confidence"]))
      %i[value ci_low ci_high p_value se n_eff].each do |name|
        expected = number(row[name.to_s]) or next
        tolerance = %i[p_value se].include?(name) ? 1e-8 : Float(row["tolerance"]) # 1 - r^2 loses digits near 1
        assert_in_delta expected, estimate.public_send(name), tolerance * expected.abs, "#{row['id']}: #{name}"
      end
    end
    assert_operator rows.size, :>=, 5
  end

  def test_a_regression_on_ten_powers_agrees_with_the_certified_values
    data = Support.vectors("moments_nist_data").select { |row| row["set"] == "Filip" }
    x = data.map { |row| Float(row["x1"]) }
    powers = [x]
    9.times { powers << powers.last.zip(x).map { |a, b| a * b } }
    columns = (1..10).to_h { |k| ["x#{k}", powers[k - 1]] }
    fit = CXKit.regress(columns, data.map { |row| Float(row["y"]) })
    certified = Support.vectors("moments_nist").select { |row| row["set"].start_with?("Filip") }
    certified.each do |row|
      near = 10**-Float(row["digits"])
      assert_in_epsilon Float(row["value"]), fit.r2, near if row["parameter"] == "r2"
      next unless row["parameter"].match?(/\A\d+\z/)
      term = row["parameter"] == "0" ? :const : :"x#{row["parameter"]}"
      assert_in_epsilon Float(row["value"]), fit.params[term], near
      assert_in_epsilon Float(row["se"]), fit.se[term], near
    end
    assert_equal 25, certified.size
  end

  def test_drivers_of_longley_agree_with_the_sum_over_all_models
    data = Support.vectors("moments_nist_data").select { |row| row["set"] == "Longley" }
    table = %w[y x1 x2 x3 x4 x5 x6].to_h { |name| [name, data.map { |row| Float(row[name]) }] }
    found = CXKit.drivers(table, "y")
    rows = Support.vectors("driver").select { |row| row["set"] == "Longley" }
    assert_equal rows.map { |row| row["driver"].to_sym }, found.importance.keys
    rows.each do |row|
      name = row["driver"].to_sym
      actual = {importance: found.importance[name], first: found.first[name], last: found.last[name],
                beta: found.beta[name], conditional_2: found.conditional[name][2], r2: found.r2}
      actual.each { |column, value| assert_in_epsilon number(row[column.to_s]), value, Float(row["tolerance"]), column }
    end
  end

  def test_published_importances_are_reproduced
    outcomes = {"mtcars" => "mpg", "swiss" => "Fertility"}
    Support.vectors("driver_methods").group_by { |row| row["set"] }.each do |set, rows|
      path = File.join(ENV.fetch("CX_SHARED") { skip "CX_SHARED is not given" }, "data/rdatasets/#{set}.csv")
      data = CSV.read(path, headers: true)
      table = [*rows.map { |row| row["driver"] }, outcomes[set]].to_h { |name| [name, data[name].map { |x| Float(x) }] }
      found = CXKit.drivers(table, outcomes[set], method: rows[0]["method"])
      rows.each do |row|
        assert_in_delta Float(row["value"]), found.importance[row["driver"].to_sym], Float(row["tolerance"])
      end
    end
  end

  KINDS = {"tally" => CXKit::Tally, "tallies" => CXKit::Tallies, "waits" => CXKit::Waits,
           "joint" => CXKit::Joint, "ledger" => CXKit::Ledger, "monitor" => CXKit::Monitor,
           "mystery" => CXKit::Visits, "strata" => CXKit::Strata, "moments" => CXKit::Moments,
           "crosstab" => CXKit::Crosstab, "recent" => CXKit::Recent}.freeze

  def test_states_of_every_version_are_read_for_ever
    rows = Support.vectors("golden_states")
    rows.each do |row|
      bytes = [row["hex"]].pack("H*")
      assert_equal bytes, KINDS.fetch(row["kind"]).from_bytes(bytes).to_bytes, row["id"]
    end
    assert_operator rows.size, :>=, 3
    Support.vectors("moments_golden").each do |row|
      bytes = [row["hex"]].pack("H*")
      assert_equal bytes, CXKit::Moments.from_bytes(bytes).to_bytes
    end
  end
end
