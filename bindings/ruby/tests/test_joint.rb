# frozen_string_literal: true

require_relative "helper"

# Indices, paired differences, gaps and mystery shopping against independent numbers.
class TestJoint < Minitest::Test
  include Support

  def figures(name)
    vectors(name).each_with_object(Hash.new { |hash, id| hash[id] = {} }) do |row, found|
      found[row["id"]][row["figure"].to_sym] = [row["value"].to_f, row["tolerance"].to_f]
    end
  end

  def columns(name, wanted)
    rows = vectors(name)
    wanted.to_h { |column| [column, rows.map { |row| row[column].to_s.empty? ? nil : row[column].to_f }] }
  end

  def expect(known, found)
    known.each do |name, (value, tolerance)|
      given = found.is_a?(Hash) ? found[name] : found.public_send(name)
      assert_in_delta value, given, tolerance * [value.abs, 1].max, name.to_s
    end
  end

  def setup
    @data = columns("joint_data", %w[ease speed care])
    @weight = columns("joint_data", %w[weight])["weight"]
    @known = figures("joint")
  end

  def test_an_index_of_nothing_is_an_error
    assert_raises(CXKit::EmptyError) { CXKit.index({a: [], b: []}) }
  end

  def test_an_index_matches_the_independent_numbers
    expect(@known["available"], CXKit.index(@data, high: 4, low: 2))
    expect(@known["weighted"], CXKit.index(@data, importance: [5, 3, 2], weights: @weight))
    expect(@known["complete-t"], CXKit.index(@data, cases: "complete", method: "t"))
    found = CXKit.index(@data, importance: {care: 2, speed: 3, ease: 5}, weights: @weight)
    assert_in_delta @known["weighted"][:value][0], found.value, 1e-12
    assert_equal %w[ease speed care], found.components["component"]
    assert_equal "points", found.unit
  end

  def test_marketr_missing_answers_are_not_middling_ones
    found = CXKit.index({ease: [5, 4, 4, 1, nil, nil], needs: [5] * 6})
    assert_equal [50.0, 100.0], found.components["value"]
    assert_equal [2, 0], found.components["missing"]
  end

  def test_an_index_by_key_has_a_row_for_each
    table = CXKit.index(@data, by: {shop: (["x"] * 7) + (["y"] * 7)})
    first = CXKit.index(@data.transform_values { |values| values.first(7) })
    assert_in_delta first.ci_high, table["ci_high"][0], 1e-12
  end

  def test_joint_states_add_up_in_any_order
    part = ->(range) { @data.transform_values { |values| values[range] } }
    whole = CXKit::Joint.new(@data.keys).add(@data, weights: @weight)
    one = CXKit::Joint.new(@data.keys).add(part[0...5], weights: @weight[0...5])
    two = CXKit::Joint.new(@data.keys).add(part[5..], weights: @weight[5..])
    assert_equal whole, two + one
    assert_equal whole, CXKit::Joint.from_bytes(whole.to_bytes)
    assert_equal [13, 10, 10], [whole.n, whole.complete, whole.both(:ease, :care)]
    assert_raises(CXKit::MismatchError) { whole.merge(CXKit::Joint.new(@data.keys, read: "mean")) }
    assert_raises(CXKit::NameNotFoundError) { whole.both(:ease, :nothing) }
  end

  def test_scales_may_differ_between_net_components
    found = CXKit.index({nps: [10, 9, 3, 7], csat: [5, 4, 1, 3]}, scale: {nps: 0..10}, high: {nps: 9, csat: 4},
                                                                  low: {nps: 6, csat: 2})
    assert_equal [25.0, 25.0], found.components["value"]
    assert_raises(CXKit::NameNotFoundError) { CXKit::Joint.new(%w[a], scale: {b: 0..10}) }
  end

  def test_paired_differences_match_the_independent_numbers
    state = CXKit::Joint.new(@data.keys, read: "mean").add(@data)
    expect(@known["paired-t"], state.compare(:ease, :speed, cases: "complete"))
    pairs = {a: ([5] * 2) + ([1] * 19), b: [5, 1] + ([5] * 7) + ([1] * 12)}
    expect(@known["tango"], CXKit::Joint.new(%w[a b], read: "top-box").add(pairs).compare(:a, :b))
  end

  def test_waves_are_matched_by_respondent
    state = CXKit::Joint.new(%w[a b], read: "mean", scale: 0..10)
    state.add_waves([9, 3, 10], [8, 2], [%w[u v w], %w[w x]])
    assert_equal [1, 4], [state.both(:a, :b), state.n]
    assert_raises(CXKit::DomainError) { state.add_waves([1, 2], [1], [%w[u u], %w[u]]) }
    assert_raises(CXKit::OptionError) { state.add_waves([1], [1], nil) }
  end

  def test_compare_takes_pairs_and_overlapping_waves
    expect(@known["paired-t"], CXKit.compare(@data["ease"], @data["speed"], paired: true, score: "mean", scale: 1..5))
    nobody = CXKit.compare([9, 3, 10, 7], [8, 10, 2], respondents: [[1, 2, 3, 4], [5, 6, 7]], score: "mean")
    assert_in_delta CXKit.compare([9, 3, 10, 7], [8, 10, 2], score: "mean").p_value, nobody.p_value, 1e-12
    assert_includes CXKit.compare([9, 8], [7, 9], paired: true, lower_is_better: true).flags, "lower-is-better"
    assert_raises(CXKit::OptionError) { CXKit.compare([1], [1], paired: true, by: [[1], [1]]) }
  end

  def test_gaps_match_the_independent_numbers
    items = %w[food room staff]
    known = figures("gap")
    expected = columns("gap_data", items.map { |item| "expect_#{item}" })
    expected = expected.transform_keys { |name| name.delete_prefix("expect_") }
    experienced = columns("gap_data", items)
    found = CXKit.gap(expected, experienced, importance: [3, 2, 5])
    expect(known["total"], found)
    expect(known["complete"], CXKit.gap(expected, experienced, importance: [3, 2, 5], cases: "complete"))
    items.each_with_index do |item, row|
      expect(known[item], known[item].keys.to_h { |name| [name, found.items[name.to_s][row]] })
    end
    one = CXKit.gap(expected["food"], experienced["food"])
    assert_in_delta known["food"][:ci_low][0], one.ci_low, 1e-10
    table = CXKit.gap(expected, experienced, by: ["x"] * expected["food"].size)
    assert_in_delta CXKit.gap(expected, experienced).value, table["value"][0], 1e-12
    assert_raises(CXKit::OptionError) { CXKit.gap({a: [1]}, {b: [1]}) }
    assert_raises(CXKit::MismatchError) { CXKit::Gaps.from_bytes(CXKit::Joint.new(%w[a]).to_bytes).total }
  end

  def test_visits_add_up_to_the_same_bytes
    make = lambda do |range|
      points = columns("mystery_data", %w[smile speed tidy]).transform_values { |values| values[range] }
      rows = vectors("mystery_data")[range]
      CXKit::Visits.new(%w[smile speed tidy], {smile: 2, speed: 1, tidy: 3}, maximum: [5, 10, 1])
                   .add(points, auditor: {auditor: rows.map { |row| row["auditor"] }},
                                shop: {shop: rows.map { |row| row["shop"] }})
    end
    whole = make[0..]
    parts = make[17..] + make[0...17]
    assert_equal whole, parts
    assert_equal whole.mystery.to_h.except(:items, :shops), parts.mystery.to_h.except(:items, :shops)
    assert_equal whole, CXKit::Visits.from_bytes(whole.to_bytes)
    assert_equal %i[smile speed tidy], whole.items
    assert_equal 40, whole.n + whole.excluded.values.sum
    assert_raises(CXKit::MismatchError) { whole.add({smile: [1], speed: [1], tidy: [1]}) }
  end

  def test_mystery_scores_match_the_independent_numbers
    known = figures("mystery")
    rows = vectors("mystery_data")
    points = columns("mystery_data", %w[smile speed tidy])
    found = CXKit.mystery(points, {smile: 2, speed: 1, tidy: 3}, maximum: [5, 10, 1], pass_mark: 0.8,
                                                                 auditor: rows.map { |row| row["auditor"].to_i },
                                                                 shop: {shop: rows.map { |row| row["shop"] }})
    score = known["score"].reject { |name| name == :se_visits }
    expect(score, found.score)
    expect(known["anova"], found.auditors)
    assert_equal 39, found.visits
    refute found.confounded
    found.shops["shop"].each_with_index do |shop, row|
      expect(known[shop], known[shop].keys.to_h { |name| [name, found.shops[name.to_s][row]] })
    end
    assert_nil CXKit.mystery(points, maximum: [5, 10, 1]).shops
    assert_raises(CXKit::EmptyError) { CXKit.mystery({a: [nil]}) }
  end
end
