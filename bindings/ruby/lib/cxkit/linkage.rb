# frozen_string_literal: true

module CXKit
  # Links between metrics of different areas; see CXKit.linkage.
  #
  # table:: a row for each test, with its verdict
  # found:: the rows with the verdict "link found"
  # flags:: nickell, few_clusters
  class Linkage < Value.with(:table, :found, :tests, :flags)
    def to_s
      "#{found.size} links found in #{tests} tests"
    end
  end

  # Answers put together by unit; see CXKit.aggregate.
  #
  # table:: a row for each cell
  # icc1, icc2:: value and limits
  # r_wg:: the mean agreement within cells; nil without scale_steps
  class Aggregate < Value.with(:table, :icc1, :icc2, :p_value, :r_wg, :n, :cells, :missing)
    def to_s
      "#{cells} cells of #{n} answers: ICC(1) = #{short(icc1[0])}, ICC(2) = #{short(icc2[0])}"
    end
  end

  # Two kinds of people over the same units; see CXKit.aggregate_link.
  #
  # table:: lag 0, then x before y, then y before x
  # icc1, icc2:: of both sides
  # person:: correlation of the two answers of a row within its cell, for rows in pairs
  # ecological:: units and what lies below them differ in sign: do not read one as the other
  class AggregateLink < Value.with(:table, :correlation, :disattenuated, :icc1, :icc2, :person, :ecological, :flags)
    def to_s
      "r = #{short(correlation)}, disattenuated #{short(disattenuated)}#{' (ecological)' if ecological}"
    end
  end

  class << self
    # Lag-by-lag partial correlations between metrics of different areas.
    #
    # metrics:: a mapping from names to columns, a row for each unit and period
    # areas:: a mapping from names of metrics to brand, experience, relationship or result
    # level:: of the hierarchical tests
    # effect, power:: "no link found" only where such a partial correlation would have been found
    def linkage(metrics, areas, unit: nil, period: nil, max_lag: 3, level: 0.05, effect: 0.3, power: 0.8, cov: :auto,
                fewest: nil, confidence: 0.95)
      options = Options.build(:Cx_linkage_options, max_lag: max_lag, level: level, effect: effect, power: power,
                                                   covariance: Options.word(:cov, cov, LAG_COVARIANCES),
                                                   fewest: fewest, confidence: confidence)
      columns, words = registered(metrics, areas)
      Input.open do |input|
        found = Native.cx_linkage(input.frame(columns, :metrics), input.column(words, :areas),
                                  input.column(unit, :unit), input.column(period, :period), options)
        links(Table.new(found))
      end
    end

    # Answers put together by unit, or unit and period: how alike, and how well known?
    #
    # by:: the unit of each answer, or a mapping of unit and period
    # scale_steps:: answers that the scale has, such as 11: for r_wg
    def aggregate(x, by:, scale_steps: nil, confidence: 0.95)
      options = Options.build(:Cx_aggregate_options, scale_steps: scale_steps, confidence: confidence)
      Input.open do |input|
        table = Table.new(Native.cx_aggregate(input.column(x, :x), input.frame(by, :unit), options))
        figures = table.figures
        both = %i[icc1 icc2].to_h { |name| [name, figures.values_at(name, :"#{name}_ci_low", :"#{name}_ci_high")] }
        Aggregate.new(table: table, p_value: figures[:p_value], r_wg: figures[:r_wg_mean], n: figures[:n].to_i,
                      cells: figures[:cells].to_i, missing: figures[:missing].to_i, **both)
      end
    end

    # Answers of two kinds of people, such as employees and customers, over the same units.
    #
    # x_by, y_by:: the unit of each answer, or a mapping of unit and period; y_by nil: y stands in
    #              the rows of x
    # max_lag:: periods that one comes before the other, both ways
    # fewest:: answers of a unit and period that is used
    def aggregate_link(x, x_by, y, y_by = nil, max_lag: 0, fewest: 2, confidence: 0.95)
      options = Options.build(:Cx_aggregate_link_options, max_lag: max_lag, fewest: fewest, confidence: confidence)
      Input.open do |input|
        table = Table.new(Native.cx_aggregate_link(input.column(x, :x), input.frame(x_by, :unit), input.column(y, :y),
                                                   input.frame(y_by, :unit), options))
        figures = table.figures
        AggregateLink.new(table: table, correlation: table[:correlation][0], disattenuated: table[:disattenuated][0],
                          icc1: figures.values_at(:icc1_x, :icc1_y), icc2: figures.values_at(:icc2_x, :icc2_y),
                          person: figures[:person], ecological: figures[:ecological] == 1,
                          flags: %i[ecological few_clusters].select { |flag| figures[flag] == 1 }.freeze)
      end
    end

    private

    def registered(metrics, areas)
      columns = metrics.to_h.transform_keys(&:to_s)
      areas = areas.to_h.transform_keys(&:to_s)
      absent = areas.keys - columns.keys
      misuse("there is no metric #{absent.first}") unless absent.empty?

      names = columns.keys & areas.keys
      [columns.slice(*names), names.map { |name| areas[name].to_s }]
    end

    def links(table)
      figures = table.figures
      rows = (0...table.size).map { |at| table[at] }
      Linkage.new(table: table, found: rows.select { |row| row[:verdict] == "link found" }.freeze,
                  tests: figures[:tests].to_i,
                  flags: %i[nickell few_clusters].select { |flag| figures[flag] == 1 }.freeze)
    end
  end
end
