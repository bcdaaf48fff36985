# frozen_string_literal: true

module CXKit
  # A score at every node of a journey; see CXKit.journey. The table has one row for each node, each
  # before its parts.
  class Journey < Value.with(:total, :levels, :table)
    # The row of a node: found.node("arrival", "desk"); without a path, of the whole. nil without it.
    def node(*path)
      table.find do |row|
        row[:depth] == path.size && levels.zip(path).first(path.size).all? { |level, wanted| row[level] == wanted }
      end
    end

    def to_s
      "#{total}, #{table.size} nodes of #{levels.join(' > ')}"
    end
  end

  # Scores by mode of asking; see CXKit.modes. `pooled` has the flag "mixed-modes" when modes differ;
  # it, standardised and p_value are nil with by:.
  class Modes < Value.with(:table, :pooled, :standardised, :p_value)
    def to_s
      "#{pooled || 'groups'}: #{table.map { |row| row[:kind] }.count('mode')} modes"
    end
  end

  class << self
    # A score at every node of a journey (stage > touchpoint > channel), rolled up and pooled.
    #
    # tree:: columns by name: the levels from the outside in, and the scores; or Tallies by the levels
    # scores, survey_weights:: names of columns of the tree, or columns
    # weights:: volume (stated volumes, or the answers without any) or equal
    # volumes:: {["arrival", "desk"] => 1200, ...}
    # expected:: stages, or paths, that should have answers: without any, the score above is "partial"
    # pool:: also draw each node towards the one above it: pooled_value, pooled_low, pooled_high, own_weight
    def journey(tree, levels: nil, scores: nil, scale: 0..10, score: "nps", promoters: 9, detractors: 6, top: nil,
                direction: "high", weights: "volume", volumes: nil, expected: nil, pool: true, confidence: 0.95,
                min_n: 0, survey_weights: nil, **answers)
      state = journey_tallies(tree, levels, scores, scale, survey_weights, answers)
      names = key_names(state)
      options = Options.build(:Cx_journey_options, score: Options.word(:score, score, Options::SCORES),
                                                   promoters: promoters, detractors: detractors, top: top,
                                                   direction: Options.word(:direction, direction,
                                                                           Options::DIRECTIONS),
                                                   weights: Options.word(:weights, weights, Options::WEIGHTINGS),
                                                   pool: pool ? 1 : 0, confidence: confidence, min_n: min_n)
      table = Input.open do |input|
        paths = input.frame(volumes && path_columns(:volumes, names, volumes.keys), :volumes)
        sizes = input.column(volumes&.values, :volumes)
        awaited = input.frame(expected && path_columns(:expected, names, expected), :expected)
        Table.new(state.__send__(:read) { |handle| Native.cx_journey(handle, paths, sizes, awaited, options) })
      end
      Journey.new(total: table[0][:value] && Estimate.from_row(table[0]), levels: names, table: table)
    end

    # Scores by mode of asking (mail, phone, at the gate), and whether they may be mixed.
    #
    # scores:: answers with mode:, or Tallies of which the last key is the mode
    # reference:: the mode others are compared with; nil for that with the most answers
    # mix:: {mode => share}: a fixed mix for a standardised score
    # alpha:: "mixed-modes" when equal scores have a smaller p-value, or when nobody can tell
    def modes(scores, mode: nil, by: nil, weights: nil, scale: 0..10, score: "nps", promoters: 9, detractors: 6,
              top: nil, direction: "high", reference: nil, mix: nil, alpha: 0.05, confidence: 0.95,
              min_n: 0, **answers)
      state = mode_tallies(scores, mode, by, weights, scale, answers)
      options = Options.build(:Cx_modes_options, score: Options.word(:score, score, Options::SCORES),
                                                 promoters: promoters, detractors: detractors, top: top,
                                                 direction: Options.word(:direction, direction,
                                                                         Options::DIRECTIONS),
                                                 alpha: alpha, confidence: confidence, min_n: min_n)
      names = key_names(state)
      table = Input.open do |input|
        last = names.last || :mode
        asked = input.frame(mix && {last => mix.keys.map { |key| plain(key) }}, :mix)
        shares = input.column(mix&.values, :shares)
        held = input.frame(reference && {last => [plain(reference)]}, :reference)
        Table.new(state.__send__(:read) { |handle| Native.cx_modes(handle, asked, shares, held, options) })
      end
      modes_of(table, names.size > 1)
    end

    private

    def key_names(state)
      state.table.columns[0...-3]
    end

    def plain(key)
      key.is_a?(Symbol) ? key.to_s : key
    end

    # Paths as columns, all of one depth.
    def path_columns(option, levels, paths)
      rows = paths.map { |path| Array(path).map { |part| plain(part) } }
      depths = rows.map(&:size).uniq
      unless depths.size == 1 && depths.first.between?(1, levels.size)
        misuse("#{option}: paths of one depth are needed, at most #{levels.size} levels")
      end
      levels.zip(rows.transpose).first(depths.first).to_h
    end

    def journey_tallies(tree, levels, scores, scale, weights, answers)
      if tree.is_a?(Tallies)
        return tree if levels.nil? && scores.nil? && weights.nil? && answers.empty?

        misuse("levels, scores and weights are for tables of answers: Tallies have been read already")
      end
      misuse("scores: the name of the column of answers is missing") if scores.nil?
      columns = tree.to_h.transform_keys(&:to_sym)
      named = [scores, weights].grep(Symbol) + [scores, weights].grep(String).map(&:to_sym)
      levels = (levels || (columns.keys - named)).then { |given| Array(given).map(&:to_sym) }
      pick = ->(given) { given.is_a?(Symbol) || given.is_a?(String) ? journey_column(columns, given) : given }
      tally_by(pick[scores], by: levels.to_h { |name| [name, journey_column(columns, name)] },
                             weights: pick[weights], scale: scale, **answers)
    end

    def journey_column(columns, name)
      columns.fetch(name.to_sym) do
        refuse(:name, "there is no column #{name}; there are #{columns.keys.join(', ')}", column: name.to_s)
      end
    end

    def mode_tallies(scores, mode, by, weights, scale, answers)
      if scores.is_a?(Tallies)
        return scores if mode.nil? && by.nil? && weights.nil? && answers.empty?

        misuse("mode, by and weights are for columns: Tallies have been read already")
      end
      misuse("mode is missing: columns of answers need a column of modes") if mode.nil?
      groups = by.nil? ? {} : (by.is_a?(Hash) ? by : {by: by})
      tally_by(scores, by: groups.merge(mode: mode), weights: weights, scale: scale, **answers)
    end

    def modes_of(table, grouped)
      return Modes.new(table: table, pooled: nil, standardised: nil, p_value: nil) if grouped

      row = table[0]
      fixed = row[:standardised] && Change.new(value: row[:standardised], se: row[:standardised_se],
                                               ci_low: row[:standardised_low], ci_high: row[:standardised_high])
      Modes.new(table: table, pooled: row[:value] && Estimate.from_row(row), standardised: fixed, p_value: row[:q_p])
    end
  end
end
