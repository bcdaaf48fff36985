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

  def test_special_functions_agree_with_the_high_precision_table
    rows = Support.vectors("special")
    rows.each do |row|
      name = SPECIAL.fetch(row["function"], row["function"].to_sym)
      arguments = (1..4).filter_map { |i| number(row["arg#{i}"]) }
      arguments.rotate!(-1) if name == :beta_cdf # a, b, x in the file
      expected = Rational(row["value"]).to_f # Float() warns of subnormal numbers
      actual = CXKit::Special.public_send(name, *arguments)
      tolerance = (expected.abs * 1e-13) + 5e-324
      assert_in_delta expected, actual, tolerance, "#{name}(#{arguments.join(', ')})"
    end
    assert_operator rows.size, :>=, 490
  end
end
