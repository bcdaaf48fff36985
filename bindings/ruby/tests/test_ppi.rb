# frozen_string_literal: true

require_relative "helper"

class TestPpi < Minitest::Test
  Y = [1, 2, 3, 4, 5, 4].freeze
  F = [1.5, 2, 2.5, 4.5, 4.5, 3.5].freeze
  G = [2, 3, 4, 1, 5, 3, 4, 2.5, 3.5, 4.5].freeze
  W = [1, 2, 0.5, 1, 1.5, 3].freeze
  V = [1, 1, 2, 1, 0.5, 1, 1, 2, 1, 1].freeze
  OWN = [0, 0, 1, 1, 2, 3].freeze
  OTHER = {"apart" => [4, 4, 5, 5, 6, 6, 7, 7, 8, 8], "shared" => [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]}.freeze

  def test_means_match_the_independent_numbers
    Support.vectors("ppi").each do |row|
      weighted = row["weighted"] == "1"
      clustered = row["clusters"] != "none"
      found = CXKit.ppi_mean(Y, F, G, labelled: "random", form: row["form"],
                                      lam: row["lam"].match?(/\d/) ? Float(row["lam"]) : row["lam"],
                                      weights: weighted ? W : nil, weights_unlabelled: weighted ? V : nil,
                                      clusters: clustered ? OWN : nil, clusters_unlabelled: OTHER[row["clusters"]])
      {"value" => found.value, "ci_low" => found.ci_low, "ci_high" => found.ci_high}.each do |name, value|
        assert_in_delta Float(row[name]), value, Float(row["tolerance"]) * Float(row[name]).abs, "#{row['id']}: #{name}"
      end
    end
  end

  def test_it_is_refused_where_chance_did_not_decide
    assert_equal CXKit.ppi_mean(Y, F, G, labelled: :random).estimate.value, CXKit.ppi_mean(Y, F, G).estimate.value
    assert_raises(CXKit::UnidentifiedError) { CXKit.ppi_mean(Y, F, G, labelled: :chose) }
    assert_raises(CXKit::OptionError) { CXKit.ppi_mean(Y, F, G, labelled: :random, form: "best") }
  end

  def test_one_side_is_one_sided_also_where_lambda_is_found
    two = CXKit.ppi_mean(Y, F, G, labelled: :random, confidence: 0.9)
    one = CXKit.ppi_mean(Y, F, G, labelled: :random, alternative: :larger)
    assert_in_delta two.ci_low, one.ci_low, 1e-12
    assert_predicate one.ci_high, :infinite?
  end

  def test_net_scores_are_in_points
    found = CXKit.ppi_nps([10, 9, 3, 8, 11], [0.8, 0.5, -0.5, 0.1, 0], [0.6, -0.2, nil], labelled: :random)
    assert_in_delta 25.0, found.classical.value
    assert_equal 1, found.estimate.excluded[:out_of_range]
    assert_equal [2, 1], [found.unlabelled, found.unlabelled_excluded[:missing]]
    assert_match(/points .*lambda/, found.to_s)
  end
end
