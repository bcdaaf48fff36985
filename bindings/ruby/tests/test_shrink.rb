# frozen_string_literal: true

require_relative "helper"
require "zlib"

class TestShrink < Minitest::Test
  KNOWN = Support.vectors("shrink")
  DATA = Support.vectors("shrink_data")

  def numbers(name)
    DATA.map { |row| Float(row[name]) }
  end

  def expect(known, table)
    rows = KNOWN.select { |row| row["id"] == known }
    refute_empty rows
    rows.each do |row|
      at = Integer(row["row"])
      name = row["figure"].to_sym
      found = if at.negative? then table.figures[name]
              else name == :mse ? table[at][:se]**2 : table[at][name]
              end
      value = Float(row["value"])
      assert_in_delta value, found, Float(row["tolerance"]) * value.abs, row.to_s
    end
  end

  def classes
    %w[detractors passives promoters].to_h { |name| [name, numbers(name)] }
  end

  def test_fay_herriot_agrees_with_dense_matrices
    found = CXKit.shrink(numbers("value"), variances: numbers("variance"),
                                           x: {x: numbers("x"), team: DATA.map { |row| row["team"] }})
    expect("fay_herriot", found.table)
    expect("fay_herriot_terms", found.coefficients)
    assert_equal "12 groups by fay-herriot", found.to_s
    expect("fay_herriot_plain", CXKit.shrink(numbers("value"), variances: numbers("variance")).table)
  end

  def test_milk_expenditure_agrees_with_the_published_figures
    skip "no data folder is given (CX_SHARED)" unless ENV["CX_SHARED"]

    path = File.join(ENV["CX_SHARED"], "data/oracle-inputs/milk.csv.gz")
    rows = CSV.parse(Zlib::GzipReader.open(path, &:read), headers: true)
    found = CXKit.shrink(rows.map { |row| Float(row["yi"]) }, variances: rows.map { |row| Float(row["SD"])**2 },
                                                              x: {area: rows.map { |row| row["MajorArea"] }})
    expect("milk", found.table)
    expect("milk_terms", found.coefficients)
  end

  def test_counts_agree_with_forty_digits
    expect("dirichlet", CXKit.shrink(classes).table)
    expect("dirichlet_plain", CXKit.shrink(classes, correction: false).table)
    shares = {x: numbers("n").zip(numbers("detractors")).map { |n, d| n - d }, n: numbers("n")}
    expect("beta_binomial", CXKit.shrink(shares, method: :beta_binomial).table)
  end

  def test_intervals_agree_with_adaptive_quadrature
    covariates = {x: numbers("x"), team: DATA.map { |row| row["team"] }}
    expect("fay_herriot_interval", CXKit.shrink(numbers("value"), variances: numbers("variance"), x: covariates).table)
    expect("dirichlet_interval", CXKit.shrink(classes).table)
    plain = CXKit.shrink(numbers("value"), variances: numbers("variance"), intervals: :plug_in).table[0]
    assert_in_delta plain[:value] + 1.959963984540054 * plain[:se], plain[:ci_high], 1e-9
    assert_raises(CXKit::OptionError) { CXKit.shrink(classes, intervals: :short) }
  end

  def test_surgeries_agree_with_the_published_figures
    rows = Support.vectors("fft")
    steps = rows.map { |row| %w[s1 s2 s3 s4 s5 dont_know].map { |step| Integer(row[step]) } }
    expect("fft", CXKit.shrink({happy: steps.map { |row| row[3] + row[4] }, answered: steps.map(&:sum)}).table)
  end

  def test_batting_averages_are_those_of_the_paper
    averages = [0.400, 0.378, 0.356, 0.333, 0.311, 0.311, 0.289, 0.267, 0.244, 0.244] + [0.222] * 5 +
               [0.200, 0.178, 0.156]
    expect("baseball", CXKit.shrink(averages, variances: 0.265 * 0.735 / 45, method: :james_stein).table)
  end

  def test_tallies_are_their_counts
    rows = DATA.each_with_index.flat_map do |row, team|
      {"detractors" => 3, "passives" => 8, "promoters" => 10}.flat_map { |name, score| [[score, team]] * Integer(row[name]) }
    end
    tallies = CXKit.tally_by(rows.map(&:first), by: {team: rows.map(&:last)})
    expect("dirichlet", CXKit.shrink(tallies).table)
    assert_equal 100, CXKit.shrink(tallies, method: "fay-herriot").table[3][:raw]
  end

  def test_a_point_of_promoters_only_does_not_break_it
    row = CXKit.shrink(classes).table[3]
    assert_equal 100, row[:raw]
    assert_operator row[:value], :<, 60
  end

  def test_bad_input_says_why
    assert_match(/row 2/, assert_raises(CXKit::DomainError) { CXKit.shrink([1, 2, 3], variances: [1, 1, -1]) }.message)
    assert_raises(CXKit::OptionError) { CXKit.shrink(classes, method: :stein) }
    assert_raises(CXKit::OptionError) { CXKit.shrink(classes, x: {x: [1]}) }
    assert_raises(ArgumentError) { CXKit.shrink(classes, drawn: 3) }
  end
end
