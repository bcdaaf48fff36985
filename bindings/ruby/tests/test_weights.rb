# frozen_string_literal: true

require_relative "helper"

# Raking, calibration, post-stratification, trimming; response rates.
class TestWeights < Minitest::Test
  PEOPLE = {"age" => %w[young old old old], "sex" => %w[f f m m]}.freeze
  MARGINS = {"age" => {"young" => 40, "old" => 60}, "sex" => {"f" => 55, "m" => 45}}.freeze
  LETTERS = {complete: "I", partial: "P", refusal: "R", noncontact: "NC", other: "O", unknown_household: "UH",
             unknown_other: "UO", ineligible: "NE"}.freeze

  def assert_weights(expected, found, tolerance = 1e-9)
    expected.zip(found.to_a) { |want, got| assert_in_delta want, got, tolerance * want.abs }
  end

  def totals(id, margin)
    rows = Support.vectors("calibrate_totals").select { |row| row["id"] == id && row["margin"] == margin }
    rows.to_h { |row| [row["category"], Float(row["total"])] }
  end

  def float(text)
    text == "inf" ? Float::INFINITY : Float(text)
  end

  def test_weights_agree_with_the_reference
    cases = Support.vectors("calibrate").group_by { |row| row["id"] }
    cases.each do |id, rows|
      margins = %w[a b].to_h { |name| [name, totals(id, name)] }.reject { |_, known| known.empty? }
      x = rows[0]["x"].to_s.empty? ? [1.0] * rows.size : rows.map { |row| Float(row["x"]) }
      goal = totals(id, "x").values.first || margins["a"].values.sum
      distance = rows[0]["distance"]
      bounds = %w[raking linear].include?(distance) ? nil : [float(rows[0]["lower"]), float(rows[0]["upper"])]
      found = CXKit.calibrate({"x" => x}, {"x" => goal}, table: %w[a b].to_h { |name| [name, rows.map { |row| row[name] || "" }] },
                                                         margins: margins, weights: rows.map { |row| Float(row["start"]) },
                                                         distance: distance, bounds: bounds)
      assert_predicate found, :converged?
      assert_weights rows.map { |row| Float(row["weight"]) }, found, Float(rows[0]["tolerance"])
    end
    assert_equal 9, cases.size
  end

  def test_raking_gives_a_column
    w = CXKit.rake(PEOPLE, MARGINS)
    assert_in_delta 100, w.total, 1e-7
    assert_equal 4, w.size
    assert_in_delta CXKit.nps([10, 3, 7, 9], weights: w.to_a).value, CXKit.nps([10, 3, 7, 9], weights: w).value
    assert_weights(w.map { |weight| weight / 25 }, w.ratios)
    assert_equal %w[age age sex sex], w.margins["margin"].to_a
  end

  def test_symbols_and_joint_margins
    found = CXKit.poststratify({age: PEOPLE["age"], sex: PEOPLE["sex"]},
                               {%i[age sex] => {%i[young f] => 10, %i[old f] => 20, %i[old m] => 70}})
    assert_weights [10, 20, 35, 35], found
  end

  def test_what_cannot_be_met_is_named
    error = assert_raises(CXKit::InfeasibleError) { CXKit.rake(PEOPLE, {"sex" => {"f" => 50, "m" => 45, "x" => 5}}) }
    assert_match(/category x has the total 5/, error.message)
    error = assert_raises(CXKit::DomainError) { CXKit.rake(PEOPLE, {"sex" => {"f" => 50}}) }
    assert_equal 2, error.row
    twins = {"a" => %w[x y y], "b" => %w[x y y]}
    margins = {"a" => {"x" => 1, "y" => 2}, "b" => {"x" => 2, "y" => 1}}
    assert_raises(CXKit::ConvergenceError) { CXKit.rake(twins, margins) }
    found = CXKit.rake(twins, margins, allow_unconverged: true)
    refute_predicate found, :converged?
    assert_includes %w[a b], found.worst_margin
    assert_raises(CXKit::OptionError) { CXKit.rake(PEOPLE, MARGINS, bounds: 3) }
    assert_raises(CXKit::OptionError) { CXKit.rake(PEOPLE, [1]) }
  end

  def test_kish_agrees_with_the_reference
    Support.vectors("kish").each do |row|
      found = CXKit.kish(row["weights"].split.map { |cell| Float(cell) }, zeros: row["zeros"] == "1")
      assert_in_epsilon Float(row["deff"]), found.deff, 1e-12
      assert_in_epsilon Float(row["n_eff"]), found.n_eff, 1e-12
    end
  end

  def test_trimming_keeps_the_total_and_tells_what_it_does
    w = CXKit.rake({"age" => ["young"] + (["old"] * 9)}, {"age" => {"young" => 60, "old" => 40}})
    cut = CXKit.trim(w, upper: 3, base: "mean")
    assert_in_delta 30, cut[0], 1e-9
    assert_in_delta 100, cut.total, 1e-9
    assert_equal ["old", false], [cut.worst_category, cut.converged?]
    assert_weights [2.5, 2.5, 5, 10], CXKit.trim([1, 1, 2, 16], upper: 2, base: :mean)
    assert_raises(CXKit::InfeasibleError) { CXKit.trim([1, 1, 1, 97], upper: 2) }
  end

  def test_rates_agree_with_the_reference
    rows = Support.vectors("response_rates")
    rows.each do |row|
      counts = LETTERS.transform_values { |letter| Float(row[letter]) }
      found = CXKit.response_rates(**counts, e: row["e"].to_s.empty? ? nil : Float(row["e"]))
      assert_in_delta Float(row["value"]), found.public_send(row["rate"]), Float(row["tolerance"]), row["id"]
    end
    assert_operator rows.size, :>=, 32
  end

  def test_a_bucket_nothing_was_sent_in_has_no_rate
    found = CXKit.response_rates
    assert_nil found.rr1
    assert_nil found.coverage
    assert_equal 0, CXKit.response_rates(noncontact: 3).rr1
    assert_raises(CXKit::OptionError) { CXKit.response_rates(complete: 1, e: 2) }
    assert_raises(CXKit::DomainError) { CXKit.response_rates(complete: -1) }
  end

  def test_events_become_dispositions
    found = CXKit.dispositions(%w[sent finished sent bounced quarantined], invitation: %w[a a b c d])
    assert_equal [1, 1, 1, 1, 4], [found.complete, found.noncontact, found.unknown_other, found.not_sampled, found.invitations]
    assert_in_delta 1.0 / 3, found.rates.rr1
    error = assert_raises(CXKit::DomainError) { CXKit.dispositions(%w[sent clicked]) }
    assert_match(/clicked/, error.message)
  end

  def test_each_key_has_its_dispositions_and_rates
    events = %w[sent finished sent bounced quarantined]
    found = CXKit.dispositions(events, invitation: [1, 1, 2, 3, 4], by: {wave: %w[b b b a c]})
    assert_equal %w[a b c], found[:wave]
    assert_equal [0, 0.5, nil], found[:rr1]
    assert_equal [1, 1, 0], found[:coverage]
    assert_equal [0, 1, 0], found[:noncontact]
    assert_equal [0], CXKit.dispositions(%w[bounced], by: {wave: %w[a]}, e: 0)[:e]
    assert_raises(CXKit::OptionError) { CXKit.dispositions(%w[sent], e: 0.5) }
    error = assert_raises(CXKit::DomainError) do
      CXKit.dispositions(%w[sent finished], invitation: [1, 1], by: {wave: %w[a b]})
    end
    assert_match(/same invitation/, error.message)
  end
end
