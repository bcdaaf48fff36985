# frozen_string_literal: true

require_relative "helper"

class TestModels < Minitest::Test
  X = {score: [2, 9, 7, 10, 4, 5, 8, 9, 1, 6, 3, 10, 7, 5, 8, 2, 9, 6, 4, 10, 3, 7, 8, 5],
       new: [0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0]}.freeze
  Y = [1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0].freeze
  TEAM = (0...24).map { |i| i / 3 }.freeze

  def quantity(fit, text)
    first, term = text.split(" ", 2)
    case first
    when "se" then fit.se[term.to_sym]
    when "p" then fit.p_value[term.to_sym]
    when "low", "high" then fit.ci[term.to_sym][first == "high" ? 1 : 0]
    else fit.figures.fetch(text.to_sym) { fit.params[text.to_sym] }
    end
  end

  def matches(fit, set)
    rows = Support.vectors("models").select { |row| row["set"] == set }

    refute_empty rows
    rows.each do |row|
      expected = row["value"].to_f
      assert_in_delta expected, quantity(fit, row["quantity"]), row["tolerance"].to_f * expected.abs
    end
  end

  def test_models_match_independent_fits
    matches(CXKit.logit(X, Y), "small logit")
    matches(CXKit.logit(X, Y, clusters: TEAM), "small logit clusters")
    matches(CXKit.logit(X, Y, firth: true), "small firth")
    matches(CXKit.hazard(X, Y), "small hazard")
  end

  def test_separated_groups_have_exact_rates
    fit = CXKit.logit({all: [1, 1, 1, 0, 0, 0, 0]}, [1, 1, 1, 0, 1, 0, 0])

    assert_equal({const: "ok", all: "separated"}, fit.status)
    assert_nil fit.params[:all]
    assert_equal %w[mixed all], CXKit.separation({all: [1, 1, 1, 0, 0, 0, 0]}, [1, 1, 1, 0, 1, 0, 0])[:side]
  end

  def test_retention_from_customers
    score = [3, 5, 9, 8, 4, 7, 2, 9]
    rows = CXKit.person_periods([1, 3, 3, 3, 2, 3, 1, 3], [1, 1, 0, 0, 1, 0, 1, 1])
    x = {score: rows[:row].map { |row| score[row] }}
    fit = CXKit.hazard(x, rows[:event], period: rows[:period])
    gain = CXKit.margin(fit, {score: score}, :score, horizon: 3)

    assert_operator gain.value, :>, 0
    assert_raises(CXKit::NameNotFoundError) { CXKit.margin(fit, {score: score}, :score) }
  end

  def test_ordered_classes_and_counts
    ordered = CXKit.ordinal({wait: [1, 2, 3, 4, 5, 6]}, [3, 2, 3, 1, 2, 1])

    assert_equal [:"cut 1", :"cut 2", :wait], ordered.terms
    counts = CXKit.poisson({late: [0, 0, 1, 1]}, [2, 4, 9, 3], exposure: [100] * 4)

    assert_in_delta Math.log(2), counts.params[:late], 1e-9
    assert_raises(CXKit::DomainError) { CXKit.logit(X, [2, *Y[1..]]) }
    assert_raises(ArgumentError) { CXKit.logit(X, Y, probit: true) }
  end
end
