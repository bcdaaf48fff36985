# frozen_string_literal: true

module CXKit
  # The explained variance of an outcome, shared out; see CXKit.drivers. The hashes are by name of
  # the driver; nil is missing.
  #
  # importance:: part of the outcome's variance, by the method
  # share:: importance / sum of importances
  # se, ci, share_ci:: of importances and shares; nil without intervals
  # mc_se:: what sampling orders adds to the error; nil when importances are exact
  # sign, coefficient, beta:: of the model with all drivers
  # correlation, first, last, johnson, pratt, beta_squared, car:: with the outcome alone, and by other methods
  # conditional:: mean gain over the models with 0, 1, ... other drivers; exact Shapley values only
  # status, collinear_with:: ok, constant or collinear, and the columns that explain it
  # noise, noise_mean:: what a column of random numbers would reach at most, and on average
  # r2, r2_adjust, r2_ci:: of the model with everything, and of the adjusting columns alone
  # missing:: rows left out for a missing value
  # rank:: columns of the model that are not redundant
  # orders:: sampled orders; 0 when exact
  # pairwise, distance:: whether each correlation stands on its own rows (n is then the smallest number of them), and
  # how far the nearest matrix that data can have is from theirs
  # table, groups:: all of it, one row for each driver; one row for each group, nil without
  class Drivers < Value.with(:importance, :share, :se, :ci, :share_ci, :mc_se, :sign, :coefficient, :beta,
                             :correlation, :first, :last, :johnson, :pratt, :beta_squared, :car, :conditional,
                             :status, :collinear_with, :noise, :noise_mean, :r2, :r2_adjust, :r2_ci, :n, :n_eff,
                             :missing, :rank, :orders, :pairwise, :distance, :table, :groups)
    COLUMNS = %i[importance share coefficient beta correlation first last johnson pratt beta_squared car status
                 collinear_with].freeze
    FIGURES = %i[r2 r2_adjust n_eff noise noise_mean distance].freeze
    COUNTS = %i[n missing rank orders].freeze
    private_constant :COLUMNS, :FIGURES, :COUNTS

    # The result of an analysis of the library.
    def self.from(fit, grouped, **said) # :nodoc:
      table = Table.new(Native.cx_driver_fit_table(fit))
      names = table[:name].map(&:to_sym)
      by_name = ->(values) { names.zip(values).to_h.freeze }
      has = ->(column) { table.columns.include?(column) }
      limits = ->(low, high) { has[:se] ? by_name[table[low].zip(table[high])] : nil }
      steps = table.columns.grep(/\Aconditional_/).map { |column| table[column] }
      figures = table.figures
      new(fit: fit, table: table,
          **COLUMNS.to_h { |column| [column, by_name[table[column]]] },
          **%i[se mc_se].to_h { |column| [column, has[column] ? by_name[table[column]] : nil] },
          **FIGURES.to_h { |name| [name, known(figures[name])] },
          **COUNTS.to_h { |name| [name, figures[name].to_i] },
          sign: by_name[table[:sign].map { |sign| sign&.to_i }], conditional: by_name[steps.transpose],
          ci: limits[:ci_low, :ci_high], share_ci: limits[:share_low, :share_high],
          r2_ci: has[:se] ? [known(figures[:r2_low]), known(figures[:r2_high])] : nil,
          pairwise: figures[:pairwise] == 1,
          groups: grouped ? Table.new(Native.cx_driver_fit_groups(fit)) : nil, **said)
    end

    def self.known(value) # :nodoc:
      value unless value.nil? || value.nan?
    end

    def initialize(fit:, **fields)
      @fit = fit
      super(**fields)
    end

    # How sure the order is: rank, rank_low, rank_high, and the probabilities top_1, top_2 ... to be
    # among the first. nil without intervals.
    def ranks
      se && Table.new(Native.cx_driver_fit_ranks(@fit))
    end

    # Who dominates whom, one row for each pair; at most 20 drivers.
    def complete
      Table.new(Native.cx_driver_fit_dominance(@fit))
    end

    def to_s
      ranked = importance.sort_by { |_name, value| -value }.map { |name, value| "#{name} #{format('%.3f', value)}" }
      "R2 = #{format('%.3f', r2)} (n = #{n}): #{ranked.join(', ')}"
    end
  end

  class << self
    # What drives an outcome: its explained variance, shared out over the drivers. It does not say
    # that changing a driver would change the outcome.
    #
    # x:: Moments, or a mapping from names to columns
    # y:: the outcome: its name in x, or a column
    # method:: shapley, johnson, genizi, first, last, pratt (may be negative), beta-squared or car
    # outcome:: numeric; ordinal (at most 11 different whole numbers) or binary: what is explained is then the normal
    # variable behind the answers, by polychoric and polyserial correlations; intervals are nil, true
    # (bootstrap) or normal
    # drivers:: names; nil for all columns but the outcome and those of adjust
    # groups:: a mapping from the name of a group to its drivers; orders then keep a group together
    # adjust:: names of columns whose share is taken out first
    # design, clusters:: a Design of the rows, with its weights; or a column of clusters
    # intervals:: nil: when there are rows; true or influence; bootstrap; normal; false
    # orders:: sample that many orders; nil: exact up to 28 drivers, or as many as groups allow
    # draws, seed:: of ranks and bootstrap, and which
    # tolerance:: a column that others explain up to this fraction adds nothing
    def drivers(x, y, method: "shapley", outcome: "numeric", drivers: nil, groups: nil, adjust: nil, weights: nil,
                design: nil, clusters: nil, intervals: nil, confidence: 0.95, orders: nil, draws: 2000, seed: 1,
                tolerance: nil)
      design = driver_design(design, clusters, weights)
      table, target, names = driver_input(x, y, weights || design, drivers && [*drivers, *adjust])
      chosen = drivers&.map(&:to_s) || (groups && (names - [target, *adjust&.map(&:to_s)]))
      numeric = outcome.to_s == "numeric"
      options = driver_options(method, driver_errors(intervals, numeric && !x.is_a?(Moments), names.size, numeric),
                               outcome: Options.word(:outcome, outcome, Options::DRIVER_OUTCOMES),
                               confidence: confidence, orders: orders || 0, draws: draws, seed: seed,
                               tolerance: tolerance)
      Input.open do |input|
        lists = {drivers: chosen, adjust: adjust && Array(adjust), groups: groups && driver_groups(groups, chosen)}
        lists = lists.to_h { |role, list| [role, input.column(list, role)] }
        tail = [options, lists[:adjust], lists[:groups]]
        fit = if x.is_a?(Moments)
                Native.cx_driver_fit_moments(table, lists[:drivers], target, *tail)
              else
                Native.cx_driver_fit_rows(input.frame(table, :x), lists[:drivers], target,
                                         design ? nil : input.column(weights, :weights), design&.handle, *tail)
              end
        Drivers.from(fit, !groups.nil?)
      end
    end

    # The same from a matrix of correlations, of binary and ordinal answers, say.
    #
    # correlations:: what CXKit.correlations gave, whose nearest is taken; or a mapping from names to columns, square
    # y:: name of the outcome
    # n:: rows behind the correlations; nil with CXKit.correlations: the fewest behind a pair
    # intervals:: false or normal
    def drivers_matrix(correlations, y, n: nil, method: "shapley", drivers: nil, groups: nil, adjust: nil,
                       intervals: false, confidence: 0.95, orders: nil, draws: 2000, seed: 1, tolerance: nil)
      chosen = drivers&.map(&:to_s)
      misuse("groups of a matrix need drivers: name them too") if groups && chosen.nil?
      pairs = correlations.is_a?(Table) && correlations.columns.include?(:nearest) ? correlations : nil
      correlations, n = driver_square(pairs), n || pairs[:n_eff].min if pairs
      misuse("n is missing: the number of rows behind the matrix") if n.nil?
      options = driver_options(method, driver_errors(intervals, false, 0), confidence: confidence,
                                                                           orders: orders || 0, draws: draws,
                                                                           seed: seed, tolerance: tolerance)
      Input.open do |input|
        lists = [chosen, adjust && Array(adjust), groups && driver_groups(groups, chosen)]
        lists = lists.zip(%i[drivers adjust groups]).map { |list, role| input.column(list, role) }
        fit = Native.cx_driver_fit_matrix(input.frame(correlations, :x), lists[0], -y.to_s, Float(n), options,
                                         lists[1], lists[2])
        said = pairs ? {pairwise: true, distance: pairs.figures[:distance]} : {}
        Drivers.from(fit, !groups.nil?, **said)
      end
    end

    private

    def driver_options(method, errors, **fields)
      Options.build(:Cx_driver_options, method: Options.word(:method, method, Options::IMPORTANCES),
                                        errors: Options.word(:intervals, errors, Options::DRIVER_ERRORS), **fields)
    end

    def driver_errors(intervals, rows, columns, numeric = true)
      case intervals
      when nil then rows && columns <= Native::CX_DRIVERS_INTERVALS ? "influence" : "none"
      when true then numeric ? "influence" : "bootstrap"
      when false then "none"
      else intervals
      end
    end

    def driver_design(design, clusters, weights)
      misuse("weights and design are both given: a design has weights") if design && weights
      return design unless clusters

      misuse("clusters and design are both given: a design has clusters") if design
      Design.new(weights: weights, clusters: {clusters: clusters})
    end

    # The nearest matrix of a table of pairs, by column.
    def driver_square(pairs)
      names = (pairs[:x] + pairs[:y]).uniq
      found = names.to_h { |name| [name, names.map { |other| name == other ? 1.0 : 0.0 }] }
      pairs[:x].zip(pairs[:y], pairs[:nearest]) do |a, b, value|
        raise DomainError, "some pairs have no correlation: see their status" if value.nil?

        found[a][names.index(b)] = found[b][names.index(a)] = value
      end
      found
    end

    # The group of each driver, nil for one of its own.
    def driver_groups(groups, names)
      found = groups.flat_map { |group, members| Array(members).map { |name| [name.to_s, group.to_s] } }
      twice = found.map(&:first).tally.find { |_name, times| times > 1 }
      misuse("groups: #{twice[0]} is in more than one") if twice
      found.each { |name, _| misuse("groups: #{name} is not one of the drivers #{names.join(', ')}") unless names.include?(name) }
      names.map(&found.to_h)
    end

    # A handle or the columns, the outcome's name, and all names; `used` are the columns that matter, nil for all.
    def driver_input(x, y, weights, used)
      if x.is_a?(Moments)
        misuse("y has to be the name of the outcome: x holds moments") unless name?(y)
        misuse("weights belong to the moments: give them to Moments#add") if weights

        return [x.__send__(:copy_handle), -y.to_s, x.names.map(&:to_s)]
      end
      columns, outcome = with_outcome(x.to_h.transform_keys(&:to_s), y)
      names = used ? columns.keys & [*used.map(&:to_s), outcome] : columns.keys
      [columns.slice(*names), outcome, names]
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
