# frozen_string_literal: true

require_relative "helper"

class TestRegress < Minitest::Test
  DATA = Support.vectors("regress_data").then do |rows|
    rows.first.keys.to_h { |name| [name.to_sym, rows.map { |row| row[name].to_f }] }
  end
  X = DATA.slice(:x, :z).freeze
  Y = DATA[:y]
  CASES = {
    "cr2" => {clusters: {g: DATA[:g]}},
    "cr1" => {clusters: DATA[:g], cov: :cr1},
    "hc3" => {cov: "hc3"},
    "weighted hc1" => {weights: DATA[:w]},
    "one fixed cr2" => {clusters: DATA[:g], fixed: DATA[:g]},
    "two fixed cr2" => {clusters: DATA[:g], fixed: DATA.slice(:g, :t)},
    "plug-in newey-west" => {cov: :newey_west, lag: :plug_in},
    "two ways" => {clusters: DATA.slice(:g, :t)},
    "wild" => {clusters: DATA[:g], cov: "wild"}
  }.freeze

  CASES.each do |name, options|
    define_method("test_reference_numbers_of_#{name.tr(' -', '__')}") do
      fit = CXKit.regress(X, Y, **options)
      rows = Support.vectors("regress").select { |row| row["case"] == name }
      refute_empty rows
      rows.each do |row|
        found = row["figure"] == "lag" ? fit.figures[:lag] : fit.public_send(row["figure"])[row["term"].to_sym]
        expected = row["value"].to_f
        assert_in_delta expected, found, row["tolerance"].to_f * expected.abs, row.to_s
      end
    end
  end

  def test_the_words_of_a_fit
    fit = CXKit.regress(DATA.slice(:x, :z, :y), :y)
    assert_equal %i[const x z], fit.terms
    assert_equal "classical", fit.method
    assert_equal 120, fit.n
    assert_equal 117.0, fit.df[:x]
    low, high = fit.ci[:x]
    assert_operator low, :<, fit.params[:x]
    assert_operator high, :>, fit.params[:x]
    estimate = fit.estimate(:x)
    assert_equal [fit.params[:x], fit.se[:x], low], [estimate.value, estimate.se, estimate.ci_low]
    assert_in_delta estimate.se**2, fit.covariance[:x][1], 1e-12
    assert_equal fit, CXKit.regress(X, Y)
    assert_includes fit.summary, "regress, n = 120"
    assert_nil fit.deviance
  end

  def test_what_is_dropped_keeps_its_row
    sum = X[:x].zip(X[:z]).map(&:sum)
    fit = CXKit.regress(X.merge(sum: sum, flat: [1] * 120), Y)
    assert_equal "collinear", fit.status[:sum]
    assert_equal %i[x z], fit.collinear_with[:sum]
    assert_equal "constant", fit.status[:flat]
    assert_nil fit.params[:sum]
    assert_nil fit.ci[:flat]
    assert_raises(CXKit::SingularError) { fit.estimate(:sum) }
    assert_raises(CXKit::ConstantError) { fit.estimate(:flat) }
  end

  def test_influences_add_up_to_the_variance
    fit = CXKit.regress(X, Y, clusters: DATA[:g].map { |g| "shop #{g.to_i}" }, influence: true)
    found = fit.influence(:z)
    assert_equal "shop 0", found[:id][0]
    assert_in_delta fit.se[:z], Math.sqrt(found[:influence].sum { |i| i * i }), 1e-12
    assert_raises(CXKit::OptionError) { CXKit.regress(X, Y).influence(:z) }
  end

  def test_moments_give_the_classical_fit
    state = CXKit::Moments.new(%w[x z y]).add(DATA)
    assert_in_delta CXKit.regress(X, Y).se[:x], CXKit.regress(state, :y).se[:x], 1e-13
    assert_equal %i[const z], CXKit.regress(state, :y, terms: [:z]).terms
    assert_equal %i[const z], CXKit.regress(DATA, :y, terms: [:z]).terms
    assert_raises(CXKit::OptionError) { CXKit.regress(state, :y, clusters: DATA[:g]) }
  end

  def test_errors_are_coded
    assert_raises(CXKit::FewError) { CXKit.regress(X, Y, clusters: [1] * 120) }
    assert_raises(CXKit::FewError) { CXKit.regress({a: [1, 2], b: [2, 1]}, [1, 4]) }
    assert_raises(CXKit::ConstantError) { CXKit.regress(X, [1] * 120) }
    assert_raises(CXKit::OptionError) { CXKit.regress(X, Y, cov: "robust") }
    error = assert_raises(CXKit::DomainError) { CXKit.regress({x: [1, 2, Float::INFINITY, 3]}, [1, 2, 4, 3]) }
    assert_equal 2, error.row
  end
end
