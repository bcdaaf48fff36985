# frozen_string_literal: true

require_relative "helper"

class TestSurvey < Minitest::Test
  STRATUM = [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3].freeze
  CLUSTER = [1, 1, 1, 2, 2, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2].freeze
  WEIGHTS = [2, 2, 3, 1, 4, 2, 5, 1, 1, 2, 2, 3, 3, 1, 2].freeze
  Y = [3, 9, 10, 7, 0, 10, 8, 2, 9, 6, 10, 5, 9, 10, 1].freeze
  X = [1, 2, 2, 1, 3, 2, 1, 1, 4, 2, 2, 1, 3, 2, 1].freeze
  G = [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1].freeze

  def design(**more)
    CXKit::Design.new(weights: WEIGHTS, strata: STRATUM, clusters: CLUSTER, **more)
  end

  def expect(id, value)
    row = Support.vectors("survey").find { |found| found["id"] == id }
    assert_in_delta Float(row["value"]), value, Float(row["tolerance"]) * [1, Float(row["value"]).abs].max, id
  end

  def test_design_effects_are_against_either_way_of_drawing
    share = 1 - (Y.size / WEIGHTS.sum.to_f)
    %i[survey_mean survey_total survey_nps].each do |figure|
      without = CXKit.public_send(figure, Y, design).deff
      with = CXKit.public_send(figure, Y, design, replacement: true).deff
      assert_in_delta share * without, with, 1e-9, figure
    end
    sums = CXKit::Strata.new("nps")
    sums.add(Y, weights: WEIGHTS, strata: STRATUM, clusters: CLUSTER)
    assert_in_delta CXKit.survey_nps(Y, design, replacement: true).deff, sums.estimate(replacement: true).deff, 1e-9
  end

  def test_figures_agree_with_an_independent_computation
    {"mean" => CXKit.survey_mean(Y, design), "total" => CXKit.survey_total(Y, design),
     "ratio" => CXKit.survey_ratio(Y, X, design), "net" => CXKit.survey_nps(Y, design),
     "share" => CXKit.share_of(Y.map { |v| v >= 8 ? 1 : 0 }, design)}.each do |name, found|
      expect("small-#{name}", found.value)
      expect(name == "mean" ? "small-se" : "small-#{name}-se", found.se)
    end
  end

  def test_replicates_agree_with_an_independent_computation
    expect("small-jkn-se", CXKit.survey_mean(Y, design(replicates: "jkn")).se)
    expect("small-jkn-se-about-mean", CXKit.survey_mean(Y, design(replicates: "jkn", about: "mean")).se)
    expect("small-total-se", CXKit.survey_total(Y, design(replicates: "brr")).se)
    assert_equal 6, design(replicates: "jkn").replicates
  end

  def test_domains_keep_the_units_outside_them
    expect("small-domain-se", CXKit.survey_mean(Y, design, domain: G).se)
    table = CXKit.survey_mean(Y, design, by: G)
    expect("small-domain-se", table["se"].to_a[1])
  end

  def test_scores_take_a_design
    found = CXKit.nps(Y, design: design)
    assert_equal CXKit.survey_nps(Y, design), found
    expect("small-net-se", found.se)
    assert_equal CXKit.survey_nps(Y, design, domain: G).value, CXKit.nps(Y, design: design, domain: G).value
    assert_equal 2, CXKit.nps(Y, design: design, by: G).size
    five = Y.map { |score| 1 + score / 2.5 }.map(&:round)
    share = CXKit.share_of(five.map { |score| score >= 4 ? 1 : 0 }, design)
    assert_equal [share.value, share.ci_low, share.ci_high],
                 CXKit.csat(five, design: design).then { |csat| [csat.value, csat.ci_low, csat.ci_high] }
    assert_raises(CXKit::OptionError) { CXKit.nps(Y, design: design, weights: WEIGHTS) }
    assert_raises(CXKit::OptionError) { CXKit.csat(five, design: design, denominator: "answered") }
    assert_raises(CXKit::OptionError) { CXKit.nps(Y, domain: G) }
  end

  def test_a_design_says_what_it_is_and_what_it_cannot_be
    assert_equal [15, 6, 3], [design.size, design.units, design.strata]
    assert_raises(CXKit::Error) { design(replicates: "jk1") }
  end
end
