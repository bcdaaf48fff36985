# frozen_string_literal: true

require_relative "helper"

class TestPenalised < Minitest::Test
  N = 60
  X = %i[a b c d].each_with_index.to_h do |name, j|
    [name, Array.new(N) { |i| Math.sin(1.7 * i) + Math.cos((2.3 * i * (j + 1)) + j) }]
  end
  Y = Array.new(N) { |i| 4 + (2 * X[:a][i]) + X[:b][i] - X[:c][i] + (0.5 * Math.sin(9.1 * i)) }

  def test_ridge_keeps_every_column_and_an_elastic_net_drops_some
    ridge = CXKit.penalised(X, Y)
    assert_equal %i[a b c d], ridge.kept
    assert_operator ridge.r2_cv, :<, ridge.r2
    net = CXKit.penalised(X, Y, method: :elastic_net, penalty: 0.5)
    assert_operator net.kept.size, :<, 4
    assert_match(/of 4 columns, penalty 0.5/, net.to_s)
  end

  def test_non_negative_has_no_coefficient_below_0
    found = CXKit.penalised(X.merge(y: Y), :y, method: "non-negative")
    assert_equal 0, found.params[:c]
    assert_operator found.params[:a], :>, 0
  end

  def test_moments_give_what_rows_give
    moments = CXKit::Moments.new([*X.keys, :y]).add(X.merge(y: Y))
    found = CXKit.penalised(moments, :y, penalty: 0.1)
    CXKit.penalised(X, Y, penalty: 0.1).params.each { |name, value| assert_in_delta value, found.params[name], 1e-12 }
    assert_equal [:a], CXKit.penalised(moments, :y, columns: [:a]).kept
    assert_raises(CXKit::OptionError) { CXKit.penalised(moments, Y) }
  end

  def test_the_path_has_a_row_for_each_penalty
    path = CXKit.penalised_path(X, Y, penalties: 5, folds: 4, clusters: Array.new(N) { |i| i % 20 })
    assert_equal 5, path[:penalty].size
    assert_equal 1, path[:chosen].sum
    assert_raises(CXKit::OptionError) { CXKit.penalised_path(X, Y, method: "non-negative") }
  end

  def test_bad_input_is_named
    assert_raises(CXKit::OptionError) { CXKit.penalised(X, Y, method: "lasso") }
    assert_raises(CXKit::ConstantError) { CXKit.penalised(X, [1] * N) }
    assert_raises(CXKit::NameNotFoundError) { CXKit.penalised(X, :nps) }
    assert_raises(CXKit::NameNotFoundError) { CXKit.regress(X, :nps) }
    assert_raises(CXKit::OptionError) { CXKit.penalised(X, Y, columns: [:a]) }
  end
end
