# frozen_string_literal: true

module CXKit
  # Random numbers that depend on (seed, purpose, index, draw) and nothing else.
  module Random
    module_function

    # Strictly between 0 and 1.
    def uniform(seed, purpose: 0, index: 0, draw: 0)
      Native.cx_random_uniform(seed, purpose, index, draw)
    end

    # The four words of one block of Philox 4x32-10.
    def philox(counter_low, counter_high, key)
      words = Native.cx_philox(counter_low, counter_high, key)
      [words.w0, words.w1, words.w2, words.w3]
    end
  end
end
