# frozen_string_literal: true

require_relative "helper"

# Mistakes of other tools, and complaints of their users: one test each, by name.
class TestDefects < Minitest::Test
  def test_cut_points_of_a_five_point_scale_give_0_and_not_minus_1
    assert_equal 0.0, CXKit.nps([1, 5, 5, 4, 3], scale: 1..5, detractors: 3, promoters: 5).value
  end

  def test_a_missing_answer_is_never_a_passive_and_99_never_a_promoter
    found = CXKit.nps([nil, Float::NAN, 99, 0, 10])
    assert_equal [0.0, 2, 2, 1], [found.value, found.n, *found.excluded.values_at(:missing, :out_of_range)]
  end

  def test_limits_come_lower_first_and_promoters_only_are_not_certainty
    found = CXKit.nps([10] * 10)
    assert_in_delta 47.5035515, found.ci_low, 1e-6
    assert_equal 100.0, found.ci_high
    assert_nil found.p_value
  end

  def test_the_margin_of_error_is_half_the_interval
    found = CXKit.nps([10, 9, 8, 7, 3, 10, 9, 2], method: :wald)
    assert_in_delta 1.959963984540054 * found.se, (found.ci_high - found.ci_low) / 2, 1e-9
  end

  def test_classes_and_what_is_left_out_add_up_to_the_rows
    found = CXKit.nps([4] * 2 + [7] * 11 + [10] * 18 + [nil])
    assert_equal 32, found.n + found.excluded.values.sum
    random = Random.new(5)
    100.times do
      rows = Array.new(random.rand(200)) { [nil, 99, -1, 11, 6.5, 8.5, random.rand(11).to_f].sample(random: random) }
      tally = CXKit::Tally.new.add(rows, missing_codes: [99])
      assert_equal rows.size, tally.n + tally.excluded.values.sum
    end
  end

  def test_several_surveys_merge_and_different_scales_do_not
    merged = CXKit::Tally.new.add([10, 9, 3]).merge(CXKit::Tally.new.add([8, nil]))
    assert_equal CXKit.nps([10, 9, 3, 8, nil]), CXKit.nps(merged)
    assert_raises(CXKit::MismatchError) { CXKit::Tally.new(scale: 1..5).merge(CXKit::Tally.new(scale: 1..7)) }
  end

  def test_a_score_is_refused_where_the_question_is_another
    assert_raises(CXKit::MismatchError) { CXKit.nps([1, 5, 4], scale: 1..5) }
    assert_raises(CXKit::MismatchError) { CXKit.ces(CXKit::Tally.new) }
    assert_raises(CXKit::MismatchError) { CXKit.ces(CXKit::Tally.new(scale: 1..7), version: 1) }
    assert_raises(CXKit::OptionError) { CXKit.csat(CXKit::Tally.new) }
  end

  def test_where_nothing_was_sent_there_is_no_rate
    assert_raises(CXKit::EmptyError) { CXKit.share(0, 0) }
    assert_equal [1.0, nil], CXKit.csat([5, nil], by: %w[sent unsent])[:value]
  end

  def test_half_points_fall_in_no_gap
    scores = [6.5, 8.5, 9.5, 7, 0.5]
    assert_equal 4, CXKit.nps(scores).excluded[:non_integer]
    assert_equal(-20.0, CXKit.nps(scores, fractional: :floor).value)
    assert_raises(CXKit::DomainError) { CXKit.nps(scores, invalid: :error) }
  end

  def test_the_index_of_an_option_is_not_its_value
    assert_equal 2, CXKit.csat([0, 4, 3, 0, 4]).excluded[:out_of_range]
  end

  def test_the_usual_boxes_follow_the_scale
    {3 => 1, 4 => 2, 5 => 2, 6 => 2, 7 => 2, 10 => 3}.each do |steps, boxes|
      assert_in_delta boxes.to_f / steps, CXKit.csat((1..steps).to_a, scale: 1..steps).value, 1e-12
    end
  end

  def test_where_1_is_best_the_boxes_are_at_the_low_end
    assert_in_delta 0.6, CXKit.csat([1, 2, 2, 5, 4], direction: :low).value, 1e-15
    assert_raises(CXKit::OptionError) { CXKit.csat([1], direction: :down) }
  end

  def test_effort_turned_into_ease_is_better_the_higher
    effort = CXKit.ces([1, 2, 2, 4], version: 1)
    ease = CXKit.ces([1, 2, 2, 4], version: 1, ease: true)
    assert_equal 6 - effort.value, ease.value
    refute_includes ease.flags, "lower-is-better"
  end

  def test_the_friends_and_family_test_has_the_published_numbers
    steps = (1..5).to_h { |step| ["s#{step}", step] }.merge("dont_know" => 9)
    places = Support.vectors("fft").to_h do |row|
      [row["surgery"], steps.flat_map { |name, step| [step] * Integer(row[name]) }]
    end
    answers = places.values.flatten
    by = places.flat_map { |place, scores| [place] * scores.size }
    assert_in_delta 0.9104323065, CXKit.csat(answers, not_applicable_codes: [9]).value, 1e-10
    asked = CXKit.csat(answers, not_applicable_codes: [9], denominator: :answered)
    assert_in_delta 0.90597630088, asked.value, 1e-11
    table = CXKit.csat(answers, by: by, not_applicable_codes: [9], denominator: :answered)
    square = table.sum { |row| row[:n] * ((row[:value] - asked.value)**2) } / (asked.value * (1 - asked.value))
    assert_in_delta 114.00626798, square, 1e-7
    assert_equal 11, table.size
  end
end
