# frozen_string_literal: true

require_relative "helper"

class TestMultiplicity < Minitest::Test
  def test_adjust_p_matches_published_values
    Support.vectors("multiplicity").chunk_while { |_, row| row["row"].to_i.positive? }.each do |rows|
      found = CXKit.adjust_p(rows.map { |row| row["p"].to_f }, method: rows[0]["method"])
      rows.zip(found[:adjusted]) { |row, p| assert_in_delta row["adjusted"].to_f, p, row["tolerance"].to_f }
    end
  end

  def test_gates_and_missing_values
    found = CXKit.adjust_p([0.03, nil, 0.001], method: :fixed_sequence)

    assert_equal [0.03, nil, 0.03], found[:adjusted]
    assert_raises(CXKit::DomainError) { CXKit.adjust_p([2]) }
    assert_raises(CXKit::EmptyError) { CXKit.adjust_p([0.1], method: :hierarchical) }
  end

  def test_simultaneous_two_estimates
    found = CXKit.simultaneous([2, 1], {a: [0.5] * 4, b: [0.5, -0.5] * 2})

    assert_in_delta 2.2365, found.figures[:critical], 1e-4
    assert_raises(CXKit::LengthError) { CXKit.simultaneous([2], {a: [1], b: [1]}) }
  end
end
