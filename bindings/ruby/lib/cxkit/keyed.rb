# frozen_string_literal: true

module CXKit
  # What states by keys have in common: pairs of a key and its own state.
  module Keyed
    include Enumerable

    # Pairs of key and its state, a copy.
    def each
      return to_enum(:each) { keys.size } unless block_given?

      keys.each_with_index { |key, index| yield key, take(index) }
      self
    end

    # The state of a key, a copy; nil without it.
    def [](key)
      index = keys.index(key.is_a?(Symbol) ? key.to_s : key)
      index && take(index)
    end
  end
end
