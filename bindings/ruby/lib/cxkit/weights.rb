# frozen_string_literal: true

module CXKit
  # Weights that make a sample add up to what is known of the whole; see CXKit.rake. A column wherever
  # columns are taken.
  class Weights
    include Enumerable

    FIELDS = %i[total deff n_eff negative at_lower at_upper iterations residual worst_margin worst_category
                worst_wanted worst_attained].freeze
    private_constant :FIELDS
    attr_reader(*FIELDS)

    # each weight
    attr_reader :values
    # least and largest ratio; the caps of trimming, nil without
    attr_reader :ratio_range, :caps

    def initialize(handle)
      @handle = handle
      @values = Table.new(Native.cx_weights_values(handle))["weight"].to_a.freeze
      summary = Native.cx_weights_summarise(handle)
      FIELDS.each { |name| instance_variable_set(:"@#{name}", summary.public_send(name)) }
      @converged = summary.converged == 1
      @ratio_range = [summary.ratio_min, summary.ratio_max].freeze
      @caps = summary.cap_upper.nan? ? nil : [summary.cap_lower, summary.cap_upper].freeze
    end

    # each weight divided by its start, nil where that is 0
    def ratios
      @ratios ||= Table.new(Native.cx_weights_table(@handle))["ratio"].to_a.freeze
    end

    # Whether every total is met.
    def converged?
      @converged
    end

    # A Table of every total: wanted, at the start, attained.
    def margins
      Table.new(Native.cx_weights_margins(@handle))
    end

    def each(&block)
      return to_enum(:each) unless block

      @values.each(&block)
      self
    end

    def [](at)
      @values[at]
    end

    def size
      @values.size
    end
    alias length size

    def to_ary
      @values
    end
    alias to_a to_ary

    def to_s
      low, high = ratio_range
      format("%d weights, total %g, ratios %.3g to %.3g, deff %.3f, n_eff %.1f%s", size, total, low, high, deff, n_eff,
             converged? ? "" : ", NOT CONVERGED")
    end

    def inspect
      "#<#{self.class} #{self}>"
    end

    # For the library's own calls.
    def native
      @handle
    end
  end

  # What unequal weights cost: design effect, effective number, variation, share of the largest.
  class Kish < Value.with(:deff, :n_eff, :cv, :largest, :rows, :zeros, :total)
    def to_s
      "deff #{short deff}, n_eff #{short n_eff}"
    end
  end

  # Weights nearest to the start weights that meet every margin.
  #
  # margins:: for each column (or array of columns) the totals of its categories, or their shares
  # bounds:: least and largest ratio of a weight to its start
  # total:: what shares are shares of; nil: the sum of the start weights
  def self.rake(table, margins, weights: nil, bounds: nil, tol: 1e-10, total: nil, rescale: false,
                max_iterations: nil, allow_unconverged: false)
    options = Calibration.options("raking", bounds, tolerance: Float(tol), total: total, rescale: rescale,
                                                    max_iterations: max_iterations,
                                                    allow_unconverged: allow_unconverged)
    Input.open do |input|
      known = Calibration.margins(input, margins)
      columns = input.frame(Calibration.columns(table, margins), :table)
      Weights.new(Native.cx_rake(columns, known, input.column(weights, :weights), options))
    end
  end

  # Scales the weights within each category of one margin to its total.
  def self.poststratify(table, totals, weights: nil, total: nil)
    options = Calibration.options("raking", nil, total: total)
    Input.open do |input|
      known = Calibration.margins(input, totals)
      columns = input.frame(Calibration.columns(table, totals), :table)
      Weights.new(Native.cx_poststratify(columns, known, input.column(weights, :weights), options))
    end
  end

  # Weights nearest to the start weights for which numeric columns add up to their totals.
  #
  # x, totals:: columns by name, and a total for each
  # distance:: linear, raking, logit, truncated-linear or truncated-raking
  # table, margins:: margins of categories besides, as in rake
  def self.calibrate(x, totals, weights: nil, distance: "linear", bounds: nil, table: nil, margins: nil, tol: 1e-10,
                     total: nil, rescale: false, max_iterations: nil, allow_unconverged: false)
    options = Calibration.options(distance, bounds, tolerance: Float(tol), total: total, rescale: rescale,
                                                    max_iterations: max_iterations,
                                                    allow_unconverged: allow_unconverged)
    x = {"x" => x} unless x.is_a?(Hash)
    Input.open do |input|
      known = margins && Calibration.margins(input, margins)
      others = margins && input.frame(Calibration.columns(table, margins), :table)
      goal = input.column(Calibration.totals(x.keys, totals), :totals)
      Weights.new(Native.cx_calibrate(input.frame(x, :x), goal, others, known, input.column(weights, :weights),
                                      options))
    end
  end

  # Cuts weights to caps, multiples of their median or mean; what is cut goes to the others. Weights with
  # constraints are checked against them again.
  def self.trim(weights, lower: 0.0, upper: 5.0, base: "median", redistribute: true)
    options = Options.build(:Cx_trim_options, base: Options.word(:base, base, Calibration::BASES),
                                              redistribute: redistribute ? 1 : 0,
                                              lower: Float(lower), upper: Float(upper))
    return Weights.new(Native.cx_trim(nil, weights.native, options)) if weights.is_a?(Weights)

    Input.open { |input| Weights.new(Native.cx_trim(input.column(weights, :weights), nil, options)) }
  end

  # The design effect of unequal weights and the effective number of answers.
  def self.kish(weights, zeros: false)
    options = Options.build(:Cx_kish_options, zeros: zeros ? 1 : 0)
    Input.open do |input|
      found = Native.cx_kish(input.column(weights, :weights), options)
      Kish.new(**Kish::FIELDS.to_h { |name| [name, found.public_send(name)] })
    end
  end

  # What rake, calibrate and poststratify have in common.
  module Calibration
    module_function

    DISTANCES = Options.words(Native::CX_DISTANCE_END) { |number| Native.cx_distance_name(number) }
    BASES = {"median" => Native::CX_TRIM_MEDIAN, "mean" => Native::CX_TRIM_MEAN,
             "absolute" => Native::CX_TRIM_ABSOLUTE}.freeze

    def options(distance, bounds, rescale: false, allow_unconverged: false, total: nil, **more)
      lower, upper = bounds && pair(bounds)
      Options.build(:Cx_calibrate_options, distance: Options.word(:distance, distance, DISTANCES), lower: lower,
                                           upper: upper, total: total && Float(total), rescale: rescale ? 1 : 0,
                                           allow_unconverged: allow_unconverged ? 1 : 0, **more)
    end

    def pair(bounds)
      return bounds.map { |bound| Float(bound) } if bounds.is_a?(Array) && bounds.size == 2

      CXKit.send(:refuse, :option, "bounds: #{bounds.inspect} is not a pair such as [0.3, 3]")
    end

    def names(margins)
      margins.keys.flat_map { |key| Array(key) }.map(&:to_s).uniq
    end

    # The columns that the margins name.
    def columns(table, margins)
      by_name = table.to_h.transform_keys(&:to_s)
      by_name.slice(*names(margins))
    end

    def margins(input, margins)
      unless margins.is_a?(Hash) && margins.values.all?(Hash)
        CXKit.send(:refuse, :option, 'margins: a Hash of columns to totals, {"age" => {"18-34" => 0.3, "35+" => 0.7}}')
      end
      made = Native.cx_margins_new
      margins.each do |key, totals|
        frame = input.frame(categories(Array(key), totals.keys), :categories)
        Native.cx_margins_add(made, frame, input.column(totals.values.map { |total| Float(total) }, :totals))
      end
      made
    end

    def categories(names, keys)
      rows = keys.map { |key| names.size == 1 ? [key] : Array(key) }
      unless rows.all? { |row| row.size == names.size }
        CXKit.send(:refuse, :option, "margin #{names.join(' x ')}: each category is an array of #{names.size}")
      end
      names.each_with_index.to_h { |name, at| [name.to_s, rows.map { |row| word(row[at]) }] }
    end

    def word(category)
      category.is_a?(Symbol) ? category.to_s : category
    end

    def totals(names, totals)
      return Array(totals).map { |total| Float(total) } unless totals.is_a?(Hash)

      by_name = totals.transform_keys(&:to_s)
      unless by_name.keys.sort == names.map(&:to_s).sort
        CXKit.send(:refuse, :option, "totals: name the columns #{names.join(', ')}, and no other")
      end
      names.map { |name| Float(by_name.fetch(name.to_s)) }
    end
  end
  private_constant :Calibration
end
