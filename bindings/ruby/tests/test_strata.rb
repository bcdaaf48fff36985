# frozen_string_literal: true

require_relative "helper"

class TestStrata < Minitest::Test
  STRATUM = ([1] * 5) + ([2] * 6) + ([3] * 4)
  CLUSTER = [1, 1, 1, 2, 2, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2].freeze
  WEIGHT = [2, 2, 3, 1, 4, 2, 5, 1, 1, 2, 2, 3, 3, 1, 2].freeze
  Y = [3, 9, 10, 7, nil, 10, 8, 2, 9, 6, 10, 5, 9, 10, 1].freeze
  G = %w[a b a b b a a b a b b a b a b].freeze

  def state(figure, rows = (0...15).to_a, **more)
    CXKit::Strata.new(figure, **more).add(Y.values_at(*rows), weights: WEIGHT.values_at(*rows),
                                                              strata: STRATUM.values_at(*rows),
                                                              clusters: CLUSTER.values_at(*rows),
                                                              by: {"g" => G.values_at(*rows)})
  end

  def design(**given)
    CXKit::Design.new(strata: STRATUM, clusters: CLUSTER, **given)
  end

  def assert_same(ours, rows)
    %i[value se ci_low ci_high n_eff df].each { |name| assert_in_epsilon rows.public_send(name), ours.public_send(name), 1e-9 }
    assert_equal [rows.n, rows.units, rows.strata, rows.excluded], [ours.n, ours.units, ours.strata, ours.excluded]
  end

  def test_figures_are_those_of_the_rows
    assert_same state("nps").estimate, CXKit.survey_nps(Y, design(weights: WEIGHT))
    assert_same state("mean").estimate, CXKit.survey_mean(Y, design(weights: WEIGHT))
    assert_same state("total").total, CXKit.survey_total(Y, design(weights: WEIGHT))
    assert_same state(:share).estimate(method: :beta), CXKit.share_of(Y, design(weights: WEIGHT), method: :beta)
  end

  def test_domains_keep_the_others_in_the_design
    expected = CXKit.survey_nps(Y, design(weights: WEIGHT), by: {"g" => G})
    found = state("nps").estimate(by: :g)
    assert_equal expected[:g], found[:g]
    expected[:se].zip(found[:se]) { |one, other| assert_in_epsilon one, other, 1e-9 }
    assert_raises(CXKit::NameNotFoundError) { state("nps").estimate(by: "team") }
  end

  def test_any_split_and_order_gives_the_same_bytes
    parts = [[14, 0, 7], [1, 2, 3, 13], [4, 5, 6, 8, 9, 10, 11, 12]].map { |rows| state("nps", rows) }
    joined = parts[2] + parts[0] + parts[1]
    assert_equal state("nps").to_bytes, joined.to_bytes
    assert_equal joined, CXKit::Strata.from_bytes(joined.to_bytes)
    assert_equal joined, Marshal.load(Marshal.dump(joined))
    assert_equal [15, 3, "nps"], [joined.rows, joined.size, joined.figure]
    assert_raises(CXKit::MismatchError) { joined.merge(state("mean")) }
    assert_equal 0, joined.reset.rows
  end

  def test_raking_the_cells_is_raking_the_rows
    margins = {"g" => {"a" => 20, "b" => 15}}
    rows = CXKit.rake({"g" => G}, margins, weights: WEIGHT)
    sums = state("nps")
    raked = CXKit.rake(sums.cells, margins, weights: sums.cells[:weight])
    assert_same sums.estimate(calibration: raked), CXKit.survey_nps(Y, design(calibration: rows))
  end
end
