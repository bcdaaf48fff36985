# frozen_string_literal: true

require_relative "helper"

class TestAdaptive < Minitest::Test
  LOG = {probability: [0.5, 0.5, 0.25, 0.25], invite: [1, 0, 1, 1], score: [10, nil, 4, 7],
         contact: %w[ann bob cid cid], frequency: [0, 0, 1, 1]}.freeze

  def plain
    LOG.slice(:probability, :invite, :score)
  end

  def test_each_answer_stands_for_those_who_were_not_drawn
    assert_in_delta 6.4, CXKit.adaptive_mean(plain).value, 1e-12
    assert_in_delta 6.4, CXKit.adaptive_mean(plain.except(:score), LOG[:score]).value, 1e-12
    assert_in_delta 16, CXKit.adaptive_mean(plain, method: "ht").value, 1e-12
    assert_in_delta 8.5, CXKit.adaptive_mean(plain, method: "aipw", predicted: [8, 8, 5, 5]).value, 1e-12
    assert_includes CXKit.adaptive_mean(plain, method: "naive-pooled").flags, "uncorrected"
  end

  def test_classes_and_keys
    assert_in_delta 6.625, CXKit.adaptive_mean(LOG, shares: {0 => 0.25, 1 => 0.75}).value, 1e-12
    assert_equal [4.0, 10.0, 7.0], CXKit.adaptive_mean(LOG, by: %w[b b a c])[:value]
  end

  def test_a_change_is_measured_after_the_flag
    found = CXKit.change_since([0, 0, 9, 10, 3, 9], [1, 2, 3, 3, 4, 4], 2, reference: 70)
    assert_in_delta(-20, found.value, 1e-12)
    assert_raises(CXKit::EmptyError) { CXKit.change_since([0, 0], [1, 2], 2, reference: 70) }
  end

  def test_periods
    cells = {period: [2, 2, 1, 1], weight: [3, 1, 3, 1], n: [10, 5, 2, 20], mean: [40, 0, 20, 8],
             variance: [4000, 2000, 3000, 1000]}
    table = CXKit.period_means(cells)
    assert_equal [17.0, 30.0], table[:value]
    assert_in_delta 23.5, table.figures[:value], 1e-12
    aipw = CXKit.period_means(cells.merge(n: [10, 0, 2, 20], predicted: [30, 10, 30, 10]), aipw: true)
    assert_in_delta 32.5, aipw[:value][1], 1e-12
  end

  def test_the_running_mean
    table = CXKit.running_mean([30.0, 34.0, 26.0])
    assert_in_delta 30, table[:value][2], 1e-12
    assert_raises(CXKit::DomainError) { CXKit.running_mean([1.5], scale: [0, 1]) }
  end
end
