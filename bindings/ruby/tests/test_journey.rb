# frozen_string_literal: true

require_relative "helper"

class TestJourney < Minitest::Test
  PATHS = {
    %w[arrive desk app] => [[2, 1, 9], 400], %w[arrive desk staff] => [[5, 5, 5], 900],
    %w[arrive parking staff] => [[9, 3, 2], 300], %w[depart gate screen] => [[0, 0, 6], 100],
    %w[depart gate staff] => [[4, 6, 12], 700], %w[depart security staff] => [[20, 10, 11], 1500],
    %w[stay shop staff] => [[1, 0, 1], 250]
  }.freeze
  VOLUMES = PATHS.transform_values(&:last).freeze
  MAIL = ([10, 9, 4] * 20).freeze
  PHONE = ([10, 9, 9] * 20).freeze
  ASKED = (["mail"] * 60 + ["phone"] * 60).freeze

  def answers(paths = PATHS)
    rows = paths.flat_map { |path, (counts, _)| [3, 8, 10].zip(counts).flat_map { |score, n| [[*path, score]] * n } }
    %i[stage touchpoint channel score].zip(rows.transpose).to_h
  end

  def test_a_journey_agrees_with_dense_matrices
    {"answers" => {}, "volumes" => {volumes: VOLUMES}, "equal" => {weights: :equal}}.each do |weights, options|
      found = CXKit.journey(answers, scores: :score, **options)
      rows = Support.vectors("journey").select { |row| row["weights"] == weights }
      assert_equal [16, 16], [rows.size, found.table.size]
      rows.each do |row|
        node = found.node(*(row["path"] == "-" ? [] : row["path"].split("/")))
        %w[value pooled_value pooled_se own_weight].each do |name|
          assert_in_delta Float(row[name]), node[name.to_sym], 2e-8, "#{row['path']}: #{name}"
        end
      end
    end
  end

  def test_tallies_give_the_same_journey
    table = answers
    tallies = CXKit.tally_by(table[:score], by: table.slice(:stage, :touchpoint, :channel))
    assert_equal CXKit.journey(table, scores: :score).table, CXKit.journey(tallies).table
  end

  def test_a_missing_stage_makes_a_partial_score
    found = CXKit.journey(answers(PATHS.reject { |path, _| path[0] == "stay" }), scores: "score",
                                                                                expected: %w[arrive depart stay])
    assert_equal ["partial"], found.total.flags
    assert_nil found.node("stay")[:value]
    assert_nil found.node("nowhere")
    assert_operator found.total.value, :>, 0
  end

  def test_bad_journeys_say_why
    assert_raises(CXKit::OptionError) { CXKit.journey(answers) }
    assert_raises(CXKit::NameNotFoundError) { CXKit.journey(answers, scores: :note) }
    error = assert_raises(CXKit::DomainError) do
      CXKit.journey(answers, scores: :score, volumes: VOLUMES.reject { |path, _| path[0] == "stay" })
    end
    assert_match(/stay > shop > staff/, error.message)
    assert_raises(CXKit::OptionError) { CXKit.journey(answers, scores: :score, expected: ["a", %w[a b]]) }
  end

  def test_modes_that_differ_are_never_mixed_silently
    found = CXKit.modes(MAIL + PHONE, mode: ASKED, mix: {mail: 1, phone: 3})
    assert_includes found.pooled.flags, "mixed-modes"
    assert_in_delta 200.0 / 3, found.table[:difference][2], 1e-9
    assert_in_delta 250.0 / 3, found.standardised.value, 1e-9
    assert_in_delta CXKit.heterogeneity(MAIL + PHONE, by: ASKED).p_value, found.p_value, 1e-15
    assert_empty CXKit.modes(MAIL + MAIL, mode: ASKED).pooled.flags
    assert_raises(CXKit::OptionError) { CXKit.modes(MAIL) }
  end

  def test_a_score_by_mode_says_when_the_modes_differ
    found = CXKit.nps(MAIL + PHONE, mode: ASKED)
    assert_includes found.flags, "mixed-modes"
    assert_equal CXKit.nps(MAIL + PHONE).value, found.value
    assert_equal CXKit.nps(MAIL + MAIL), CXKit.nps(MAIL + MAIL, mode: ASKED)
    five = [1, 2, 5] * 20 + [1, 1, 2] * 20
    assert_includes CXKit.csat(five, mode: ASKED, direction: :low).flags, "mixed-modes"
    assert_includes CXKit.ces(five, mode: ASKED, version: 1).flags, "mixed-modes"
    assert_includes CXKit.mean_score(five, mode: ASKED).flags, "mixed-modes"
    assert_raises(CXKit::OptionError) { CXKit.nps(MAIL, mode: ASKED, by: ASKED) }
  end

  def test_groups_have_their_own_modes
    found = CXKit.modes(MAIL + PHONE, mode: ASKED, by: {site: (["north"] * 30 + ["south"] * 30) * 2})
    assert_nil found.pooled
    assert_equal 6, found.table.size
  end
end
