# frozen_string_literal: true

module CXKit
  # The explained variance of an outcome, shared out; see CXKit.drivers. The hashes are by name of
  # the driver; nil is missing.
  #
  # importance:: part of the outcome's variance; they add up to r2 (less what adjust takes out)
  # share:: importance / sum of importances
  # sign, coefficient, beta:: of the model with all drivers
  # correlation, first, last:: with the outcome alone, and the gains when entering first and last
  # conditional:: mean gain over the models with 0, 1, ... other drivers
  # r2, r2_adjust:: of the model with everything, and of the adjusting columns alone
  # rank:: columns of the model that are not redundant
  # table:: all of it, one row for each driver
  class Drivers < Value.with(:importance, :share, :sign, :coefficient, :beta, :correlation, :first, :last,
                             :conditional, :r2, :r2_adjust, :n, :n_eff, :rank, :table)
    # The drivers of a table that the library made.
    def self.from(table)
      names = table[:name].map(&:to_sym)
      steps = table.columns.grep(/\Aconditional_/).map { |column| table[column] }
      columns = %i[importance share sign coefficient beta correlation first last].to_h do |column|
        [column, names.zip(table[column]).to_h]
      end
      figures = table.figures
      new(**columns, sign: columns[:sign].transform_values { |sign| sign&.to_i },
                     conditional: names.zip(steps.transpose).to_h.freeze, r2: figures[:r2],
                     r2_adjust: figures[:r2_adjust], n: figures[:n].to_i, n_eff: figures[:n_eff],
                     rank: figures[:rank].to_i, table: table)
    end

    def to_s
      ranked = importance.sort_by { |_name, value| -value }.map { |name, value| "#{name} #{format('%.3f', value)}" }
      "R2 = #{format('%.3f', r2)} (n = #{n}): #{ranked.join(', ')}"
    end
  end

  class << self
    # What drives an outcome: its explained variance, shared out exactly over the drivers. It does
    # not say that changing a driver would change the outcome.
    #
    # x:: Moments, or a mapping from names to columns
    # y:: the outcome: its name in x, or a column
    # drivers:: names; nil for all columns but the outcome and those of adjust
    # adjust:: names of columns whose share is taken out first, such as the segment
    # tolerance:: a column that others explain up to this fraction adds nothing
    def drivers(x, y, method: "shapley", drivers: nil, adjust: nil, weights: nil, tolerance: nil)
      options = Options.build(:Cx_driver_options, method: Options.word(:method, method, Options::IMPORTANCES),
                                                  tolerance: tolerance)
      state, outcome = moments_of(x, y, weights, drivers && [*drivers, *adjust])
      Input.open do |input|
        names = {drivers: drivers, adjust: adjust}.map { |role, list| input.column(list && Array(list), role) }
        Drivers.from(Table.new(Native.cx_drivers(state.__send__(:copy_handle), names[0], outcome, options, names[1])))
      end
    end

    private

    # The state, and the outcome's name in it; `used` are the columns that matter, nil for all.
    def moments_of(x, y, weights, used)
      if x.is_a?(Moments)
        misuse("y has to be the name of the outcome: x holds moments") unless name?(y)
        misuse("weights belong to the moments: give them to Moments#add") if weights

        return [x, -y.to_s]
      end
      columns, outcome = with_outcome(x.to_h.transform_keys(&:to_s), y)
      names = used ? columns.keys & [*used.map(&:to_s), outcome] : columns.keys
      [Moments.new(names).add(columns.slice(*names), weights: weights), outcome]
    end

    def with_outcome(columns, outcome)
      return [columns, -outcome.to_s] if name?(outcome)

      name = +"y"
      name << "_" while columns.key?(name)
      [columns.merge(name => outcome), name]
    end

    def name?(value)
      value.is_a?(Symbol) || value.is_a?(String)
    end
  end
end
