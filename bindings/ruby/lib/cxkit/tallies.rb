# frozen_string_literal: true

module CXKit
  # One tally for every key, sorted by key. Made by CXKit.tally_by, or empty.
  class Tallies < State
    include Keyed

    PREFIX = "cx_tallies"
    private_constant :PREFIX

    def initialize(scale: 0..10)
      super()
      adopt(Native.cx_tallies_new(*Options.scale(scale)))
    end

    # Adds answers split by keys; see Tally#add.
    #
    # by:: a column of keys, or several by name; nil is a key of its own
    def add(scores, by:, weights: nil, **answers)
      options = Options.answers(**answers)
      Input.open do |input|
        scores = input.column(scores, :scores)
        weights = input.column(weights, :weights)
        by = input.frame(by, :by)
        write { |handle| Native.cx_tallies_add(handle, scores, weights, by, options) }
      end
    end

    # Adds answers split by keys, of each respondent one over all keys; see Tally#add_once.
    def add_once(scores, by:, respondent:, time: nil, keep: "last", window: nil, weights: nil, **answers)
      options = Options.answers(**answers)
      Input.open do |input|
        columns = [input.column(scores, :scores), input.column(weights, :weights), input.frame(by, :by),
                   input.frame(respondent, :respondent), input.column(time, :time),
                   Options.word(:keep, keep, Options::KEEP), window && Calendar.of(window)]
        write { |handle| Native.cx_tallies_add_once(handle, *columns, options) }
      end
    end

    # Number of keys.
    def size
      read { |handle| Native.cx_tallies_size(handle) }
    end
    alias length size

    # The keys in order: values, or arrays of values when there are several columns.
    def keys
      count = size
      return [] if count.zero?

      rows = table
      columns = rows.columns[0...-3].map { |name| rows[name] }
      keys = (0...count).map { |i| columns.map { |values| values[i * (rows.size / count)] } }
      columns.size == 1 ? keys.flatten(1) : keys
    end

    # One tally of everything.
    def total
      wrap(read { |handle| Native.cx_tallies_total(handle) })
    end

    # The tallies of some of the keys, the others totalled; it adds up like any Tallies.
    #
    # keys:: the name of a key column that stays, or several names
    def margin(keys)
      kept = Array(keys).map(&:to_sym)
      columns = table.columns[0...-3].map(&:to_sym)
      (kept - columns).each do |name|
        CXKit.send(:refuse, :name, "there is no key column #{name}; there are #{columns.join(', ')}")
      end
      bits = columns.reverse.each_with_index.sum { |name, at| kept.include?(name) ? 0 : 1 << at }
      Tallies.allocate.tap do |margin|
        margin.__send__(:adopt, read { |handle| Native.cx_tallies_margin(handle, bits) })
      end
    end

    # The distribution: keys, score, count and weight.
    def table
      Table.new(read { |handle| Native.cx_tallies_table(handle) })
    end

    def inspect
      "#<CXKit::Tallies #{size} keys>"
    end

    private

    def take(index)
      wrap(read { |handle| Native.cx_tallies_take(handle, index) })
    end

    def wrap(handle)
      Tally.allocate.tap { |tally| tally.__send__(:adopt, handle) }
    end
  end

  # Tallies of answers by keys, grouped in C; see Tallies#add.
  def self.tally_by(scores, by:, scale: 0..10, weights: nil, **answers)
    Tallies.new(scale: scale).add(scores, by: by, weights: weights, **answers)
  end
end
