# frozen_string_literal: true

require_relative "helper"

class TestCorrelation < Minitest::Test
  X = [9, 10, 7, 3, 8, 10, 0, 6, 10, 9, 8, 5, 7, 2].freeze
  Y = [4, 5, 4, 2, 3, 5, 1, 3, 4, 5, 3, 3, 4, 1].freeze

  def test_correlations_agree_with_the_definition
    rows = Support.vectors("correlate")
    rows.each do |row|
      x, y, weights = %w[x y weights].map { |name| row[name].to_s.split.map { |cell| Float(cell) } }
      found = CXKit.correlate(x, y, method: row["method"], weights: (weights unless weights.empty?))
      %w[value se p_value ci_low ci_high].each do |name|
        next if row[name].to_s.empty?

        expected = Float(row[name])
        assert_in_delta expected, found.public_send(name), Float(row["tolerance"]) * expected.abs, "#{row['id']} #{name}"
      end
    end
    assert_operator rows.size, :>=, 20
  end

  def test_published_correlations
    cells = [282, 206, 79, 170, 189, 87, 175, 264, 229]
    table = CXKit::Crosstab.new(x: 0..2, y: 0..2).add_counts([0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 2] * 3, cells)
    rows = Support.vectors("correlate_published").select { |row| row["id"] == "B24" }
    rows.each do |row|
      found = table.correlate(method: "polychoric", joint: row["case"] == "joint")
      assert_in_delta Float(row["value"]), found.public_send(row["figure"]), Float(row["tolerance"]), row["case"]
    end
    assert_equal 8, rows.size
  end

  def test_a_table_gives_the_correlations_of_its_rows
    table = CXKit::Crosstab.new(y: 1..5).add(X, Y)
    assert_equal 14, table.n
    assert_equal 2, table.count(10, 5)
    %w[pearson spearman kendall gamma somers polychoric polyserial mixed].each do |method|
      assert_in_delta CXKit.correlate(X, Y, method: method).value, table.correlate(method: method).value, 1e-12, method
    end
    assert_equal table, CXKit::Crosstab.from_bytes(table.to_bytes)
  end

  def test_partial_and_semi_partial
    z = [1, 2, 2, 4, 3, 1, 5, 4, 1, 2, 3, 3, 2, 5]
    partial = CXKit.correlate(X, Y, partial: {z: z})
    semi = CXKit.correlate(X, Y, partial: {z: z}, part: "x")
    assert_operator semi.value.abs, :<, partial.value.abs
    assert_in_delta partial.p_value, semi.p_value, 1e-12
    assert_raises(CXKit::SingularError) { CXKit.correlate(X, Y, partial: {x: X}) }
    assert_raises(CXKit::OptionError) { CXKit.correlate(X, Y, part: "x") }
  end

  def test_pairs_are_brought_to_the_nearest_matrix
    none = [nil] * 3
    table = {a: [1, 2, 3, *none, 1, 2, 3], b: [1, 2, 3, 1, 2, 3, *none], c: [*none, 1, 2, 3, 3, 2, 1]}
    state = CXKit::Moments.new(%w[a b c], missing: "pairwise").add(table)
    assert_predicate state, :pairwise?
    assert_equal 3, state.n_pair("a", "b")
    state.correlations[:nearest].zip([0.5, -0.5, 0.5]) { |found, expected| assert_in_delta expected, found, 1e-9 }
    assert_equal state, CXKit::Moments.from_bytes(state.to_bytes)
    driven = CXKit.drivers(state, :a)
    assert_equal [true, 3], [driven.pairwise, driven.n]
    assert_in_delta Math.sqrt(1.5), driven.distance, 1e-8
    assert_in_delta driven.importance[:b], CXKit.drivers_matrix(state.correlations, :a).importance[:b], 1e-9
  end

  def test_mixed_columns
    found = CXKit.correlations({score: X, effort: Y, spend: X.map { |v| (v**1.5) + 0.25 }})
    assert_equal %w[polychoric polyserial polyserial], found[:correlation].to_a
  end
end
