# frozen_string_literal: true

module CXKit
  # A penalised regression; see CXKit.penalised. The hashes are by name of the column; nil where it
  # never varies.
  #
  # params:: coefficients, outcome units per unit, with the constant as :const
  # beta:: the same in standard deviations
  # kept:: names whose coefficient is not 0
  # penalty, penalty_max:: used, and from where on all coefficients are 0 (ridge: where the path starts)
  # df:: effective degrees of freedom
  # r2, r2_cv:: explained part of the variance, in the rows and outside the rows fitted
  # n, n_eff, excluded:: rows, and those left out by reason
  # table:: all of it, one row for each column
  class Penalised < Value.with(:params, :beta, :kept, :penalty, :penalty_max, :df, :r2, :r2_cv, :n, :n_eff,
                               :excluded, :table)
    # The model of a table that the library made.
    def self.from(table)
      names = table[:name].map(&:to_sym)
      figures = table.figures
      kept = names.zip(table[:kept]).filter_map { |name, flag| name if flag == 1 }
      new(params: {const: figures[:constant], **names.zip(table[:coefficient]).to_h}.freeze,
          beta: names.zip(table[:beta]).to_h.freeze, kept: kept.freeze,
          **figures.slice(:penalty, :penalty_max, :df, :r2, :n_eff), r2_cv: figures[:r2_cv], n: figures[:n].to_i,
          excluded: {missing: figures[:excluded_missing].to_i,
                     zero_weight: figures[:excluded_zero_weight].to_i}.freeze, table: table)
    end

    def to_s
      "#{kept.size} of #{beta.size} columns, penalty #{format('%.3g', penalty)}, R2 = #{format('%.3f', r2)} (n = #{n})"
    end
  end

  class << self
    # Regression for many columns that go together: coefficients are drawn towards 0. There are no
    # standard errors: such a coefficient is biased on purpose.
    #
    # x:: a mapping from names to columns, or Moments
    # y:: the outcome: its name in x, or a column
    # method:: "ridge", "elastic-net" or "non-negative" (no penalty, no coefficient below 0)
    # penalty:: in standard deviations; nil: chosen by cross-validation, for Moments by its generalised form
    # mix:: of the elastic net: 1 is the lasso
    # non_negative:: no coefficient of an elastic net below 0
    # one_error:: the largest penalty whose error is within one standard error of the least
    # weights, clusters:: survey weights; rows of one key stay in one fold
    # columns:: names to use, of Moments
    # penalties, folds, seed:: steps of the path, folds, and what they are drawn from
    def penalised(x, y, weights: nil, clusters: nil, columns: nil, **options)
      options = penalised_options(**options)
      return penalised_moments(x, y, weights || clusters, columns, options) if x.is_a?(Moments)

      misuse("columns chooses from Moments: give a mapping of the columns wanted") if columns
      penalised_rows(x, y, weights, clusters) do |columns_of, *rest|
        Penalised.from(Table.new(Native.cx_penalised(columns_of, *rest, options)))
      end
    end

    # All penalties of CXKit.penalised, from the largest: a row for each, with error and coefficients.
    def penalised_path(x, y, weights: nil, clusters: nil, **options)
      options = penalised_options(**options)
      penalised_rows(x, y, weights, clusters) do |columns, *rest|
        Table.new(Native.cx_penalised_path(columns, *rest, options))
      end
    end

    private

    def penalised_options(method: "ridge", penalty: nil, mix: nil, non_negative: false, one_error: false,
                          penalties: nil, folds: nil, seed: nil)
      Options.build(:Cx_penalised_options, method: Options.word(:method, method, Options::PENALTIES), penalty: penalty,
                                           mix: mix, non_negative: non_negative ? 1 : 0, one_error: one_error ? 1 : 0,
                                           penalties: penalties, folds: folds, seed: seed)
    end

    def penalised_moments(x, y, rows, columns, options)
      misuse("y has to be the name of the outcome: x holds moments") unless name?(y)
      misuse("weights and clusters belong to rows: x holds moments") if rows
      Input.open do |input|
        names = input.column(columns && Array(columns), :columns)
        state = x.__send__(:copy_handle)
        Penalised.from(Table.new(Native.cx_penalised_moments(state, y.to_s, names, options)))
      end
    end

    def penalised_rows(x, y, weights, clusters)
      columns = x.to_h.transform_keys(&:to_s)
      refuse(:name, "there is no column #{y}", column: y.to_s) if name?(y) && !columns.key?(y.to_s)
      outcome = name?(y) ? columns.delete(y.to_s) : y
      Input.open do |input|
        yield input.frame(columns, :x), input.column(outcome, :y), input.column(weights, :weights),
              input.column(clusters, :clusters)
      end
    end
  end
end
