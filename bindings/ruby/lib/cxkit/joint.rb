# frozen_string_literal: true

require "forwardable"

module CXKit
  # An index with its interval, as an Estimate, and a row for each of its components.
  class Index < Value.with(:estimate, :components)
    extend Forwardable

    def_delegators :estimate, *Estimate::FIELDS

    def to_s
      estimate.to_s
    end
  end

  # A weighted gap with its interval, as an Estimate, and a row for each item.
  class Gap < Value.with(:estimate, :items)
    extend Forwardable

    def_delegators :estimate, *Estimate::FIELDS

    def to_s
      estimate.to_s
    end
  end

  # What joint states and gaps have in common.
  class JointState < State
    PREFIX = "cx_joint"
    private_constant :PREFIX

    # Respondents with at least one valid answer.
    def n
      read { |handle| Native.cx_joint_n(handle) }
    end

    # Respondents with all answers.
    def complete
      read { |handle| Native.cx_joint_complete(handle) }
    end

    def weighted?
      read { |handle| Native.cx_joint_weighted(handle) != 0 }
    end

    # Respondents without any valid answer, by the reason of the first component.
    def excluded
      read do |handle|
        (0...Native::CX_EXCLUDED_END).to_h do |reason|
          [Native.cx_excluded_name(reason).to_sym, Native.cx_joint_excluded(handle, reason)]
        end
      end
    end

    private

    def all_names
      read { |handle| (0...Native.cx_joint_columns(handle)).map { |i| Native.cx_joint_name(handle, i).to_sym } }
    end

    # Numbers in the order of the names.
    def ordered(option, given)
      return given unless given.is_a?(Hash)

      given = given.transform_keys(&:to_sym)
      return given.values_at(*names) if given.keys.sort == names.sort

      CXKit.send(:refuse, :name, "#{option} needs one number for each of #{names.join(', ')}")
    end
  end

  # Several answers of the same respondents, with what they have in common.
  class Joint < JointState
    # names:: of the components
    # read:: net (high minus low, in points), top-box, or mean
    # scale, high, low, top:: of all components, or a Hash of some names
    def initialize(names, read: "net", scale: 1..5, high: nil, low: nil, top: nil)
      super()
      given = {scale: scale, high: high, low: low, top: top}
      unknown = given.values.grep(Hash).flat_map(&:keys).map(&:to_s) - names.map(&:to_s)
      CXKit.send(:refuse, :name, "there is no component #{unknown.first}") unless unknown.empty?
      options = names.map { |name| reading(read, name, given) }
      Input.open do |input|
        adopt(Native.cx_joint_new(input.column(names.map(&:to_s), :names), options.first))
      end
      options.each_with_index { |option, i| Native.cx_joint_set(@handle, i, option) }
    end

    # Adds the respondents of a mapping from names to columns; see Tally#add for the rest.
    def add(columns, weights: nil, **answers)
      options = Options.answers(**answers)
      Input.open do |input|
        columns = input.frame(columns, :columns)
        weights = input.column(weights, :weights)
        write { |handle| Native.cx_joint_add(handle, columns, weights, options) }
      end
    end

    # Adds two waves to a state of two components, matched by a pair of key columns.
    def add_waves(before, after, respondents, **answers)
      unless respondents.is_a?(Array) && respondents.size == 2
        CXKit.send(:refuse, :option, "respondents has to be a pair: the ids of a, and those of b")
      end
      options = Options.answers(**answers)
      Input.open do |input|
        waves = [before, after].map { |scores| input.column(scores, :scores) }
        ids = respondents.map { |keys| input.frame(keys, :respondent) }
        write { |handle| Native.cx_joint_add_waves(handle, waves[0], ids[0], waves[1], ids[1], options) }
      end
    end

    # Names of the components.
    def names
      all_names
    end

    # Respondents who answered both components.
    def both(one, other)
      read { |handle| Native.cx_joint_both(handle, find(handle, one), find(handle, other)) }
    end

    # The tally of one component, a copy.
    def tally(name)
      handle = read { |own| Native.cx_joint_tally(own, find(own, name)) }
      Tally.allocate.tap { |tally| tally.__send__(:adopt, handle) }
    end

    # The index of all components; see CXKit.index.
    def index(importance: nil, cases: "available", method: "auto", confidence: 0.95, min_n: 0)
      options = CXKit.send(:index_options, cases, method, confidence, min_n)
      shares = ordered(:importance, importance)
      Input.open do |input|
        shares = input.column(shares, :importance)
        estimate = Estimate.from(read { |handle| Native.cx_index(handle, shares, options) })
        table = Table.new(read { |handle| Native.cx_index_components(handle, shares, options) })
        Index.new(estimate: estimate, components: table)
      end
    end

    # Score of one component minus that of another, with the respondents' covariance.
    #
    # cases:: available (samples may overlap in part) or complete (both answers)
    # method:: auto, t, score, agresti-caffo, adjusted-wald
    def compare(one, other, cases: "available", method: "auto", confidence: 0.95)
      options = Options.build(:Cx_paired_options, method: Options.word(:method, method, Options::METHODS),
                                                  cases: Options.word(:cases, cases, Options::CASES),
                                                  confidence: confidence)
      Estimate.from(read do |handle|
        Native.cx_compare_paired(handle, find(handle, one), find(handle, other), options)
      end)
    end

    def inspect
      "#<CXKit::Joint #{names.join(', ')}; n = #{n}>"
    end

    private

    def find(handle, name)
      position = Native.cx_joint_find(handle, name.to_s)
      return position unless position.negative?

      CXKit.send(:refuse, :name, "there is no component #{name}", column: name.to_s)
    end

    def reading(read, name, given)
      chosen = given.transform_values do |value|
        value.is_a?(Hash) ? value.transform_keys(&:to_s)[name.to_s] : value
      end
      low, high = Options.scale(chosen.delete(:scale) || (1..5))
      Options.build(:Cx_joint_options, score: Options.word(:read, read, Options::READINGS), scale_min: low,
                                       scale_max: high, **chosen)
    end
  end

  # Expectations and experiences of the same respondents; see CXKit.gap.
  class Gaps < JointState
    # names:: of the items
    def initialize(names, scale: 1..5)
      super()
      Input.open do |input|
        adopt(Native.cx_gap_new(input.column(names.map(&:to_s), :names), *Options.scale(scale)))
      end
    end

    # Adds respondents: two mappings from items to columns, row by row.
    def add(expectation, experience, weights: nil, **answers)
      options = Options.answers(**answers)
      Input.open do |input|
        both = [input.frame(expectation, :expectation), input.frame(experience, :experience)]
        weights = input.column(weights, :weights)
        write { |handle| Native.cx_gap_add(handle, *both, weights, options) }
      end
    end

    # Names of the items.
    def names
      all = all_names
      all.first(all.size / 2)
    end

    # The weighted gap and its items; see CXKit.gap.
    def total(importance: nil, cut: nil, cases: "available", confidence: 0.95, min_n: 0)
      options = CXKit.send(:gap_options, cut, cases, confidence, min_n)
      shares = ordered(:importance, importance)
      Input.open do |input|
        shares = input.column(shares, :importance)
        estimate = Estimate.from(read { |handle| Native.cx_gap_total(handle, shares, options) })
        Gap.new(estimate: estimate, items: Table.new(read { |handle| Native.cx_gap(handle, shares, options) }))
      end
    end

    def inspect
      "#<CXKit::Gaps #{names.join(', ')}; n = #{n}>"
    end
  end

  class << self
    # An index over components, such as efficiency, ease and emotion, in points.
    #
    # columns:: a mapping from names to columns, or a Joint
    # high, low, scale, read, top:: as in Joint.new
    # importance:: one number for each component, or a Hash by name; nil for equal ones
    # by:: keys; the result is then a Table
    # cases:: available or complete
    # method:: auto, adjusted-wald, t
    # min_n:: hides what has fewer respondents, and others beside it; an index of fewer is a SuppressedError
    def index(columns, high: nil, low: nil, scale: 1..5, read: "net", top: nil, importance: nil, weights: nil,
              by: nil, cases: "available", method: "auto", confidence: 0.95, min_n: 0, **answers)
      figures = {importance: importance, cases: cases, method: method, confidence: confidence, min_n: min_n}
      if columns.is_a?(Joint)
        misuse("by, weights and codes are for columns: a Joint has been read already") if by || weights || answers.any?
        return columns.index(**figures)
      end
      state = Joint.new(columns.to_h.keys, read: read, scale: scale, high: high, low: low, top: top)
      return state.add(columns, weights: weights, **answers).index(**figures) if by.nil?

      shares = state.__send__(:ordered, :importance, importance)
      index_by(state, columns, weights, by, shares, Options.answers(**answers),
               index_options(cases, method, confidence, min_n))
    end

    # What customers experienced minus what they expected, in units of the scale.
    #
    # expectation, experience:: columns of the same respondents, or mappings from items to columns
    # importance:: one number for each item, or a Hash by name; nil for equal ones
    # cut:: [importance, experience] between low and high; nil for the means
    # min_n:: as in index
    def gap(expectation, experience, importance: nil, scale: 1..5, weights: nil, by: nil, cut: nil,
            cases: "available", confidence: 0.95, min_n: 0, **answers)
      sides = [expectation, experience].map { |side| side.is_a?(Hash) || side.is_a?(Table) ? side : {gap: side} }
      names = sides.map { |side| side.to_h.keys.map(&:to_s) }
      if names[0].sort != names[1].sort
        misuse("expectation has #{names[0].join(', ')}, and experience #{names[1].join(', ')}")
      end
      state = Gaps.new(names[0], scale: scale)
      if by.nil?
        return state.add(*sides, weights: weights, **answers)
                    .total(importance: importance, cut: cut, cases: cases, confidence: confidence, min_n: min_n)
      end
      shares = state.__send__(:ordered, :importance, importance)
      gap_by(state, sides, weights, by, shares, Options.answers(**answers),
             gap_options(cut, cases, confidence, min_n))
    end

    private

    def index_options(cases, method, confidence, min_n)
      Options.build(:Cx_index_options, method: Options.word(:method, method, Options::METHODS),
                                       cases: Options.word(:cases, cases, Options::CASES), confidence: confidence,
                                       min_n: min_n)
    end

    def index_by(state, columns, weights, by, shares, answers, options)
      Input.open do |input|
        given = [input.frame(columns, :columns), input.column(weights, :weights), input.frame(by, :by),
                 input.column(shares, :importance)]
        Table.new(state.__send__(:read) { |handle| Native.cx_index_by(handle, *given, answers, options) })
      end
    end

    def gap_options(cut, cases, confidence, min_n)
      options = Options.build(:Cx_gap_options, cases: Options.word(:cases, cases, Options::CASES),
                                               confidence: confidence, min_n: min_n)
      return options if cut.nil?

      misuse("cut has to be a pair: [importance, experience]") unless cut.is_a?(Array) && cut.size == 2
      options.cut = Native::CX_CUT_FIXED
      options.cut_importance, options.cut_experience = cut
      options
    end

    def gap_by(state, sides, weights, by, shares, answers, options)
      Input.open do |input|
        given = [input.frame(sides[0], :expectation), input.frame(sides[1], :experience),
                 input.column(weights, :weights), input.frame(by, :by), input.column(shares, :importance)]
        Table.new(state.__send__(:read) { |handle| Native.cx_gap_by(handle, *given, answers, options) })
      end
    end
  end
end
