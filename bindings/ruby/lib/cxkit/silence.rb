# frozen_string_literal: true

module CXKit
  # Silent customers; see CXKit.silence.
  #
  # share:: of all customers, an Estimate
  # beyond_chance:: the share less the level that falls silent by chance, over 1 - level
  # prior:: shape and scale (seconds) of the gamma distribution between customers, or nil
  # table:: a row for each customer
  class Silence < Value.with(:share, :beyond_chance, :customers, :silent, :prior, :table)
    def to_s
      "#{silent} of #{customers} customers silent (#{format('%.1f', 100 * beyond_chance)} % beyond chance)"
    end
  end

  class << self
    # The time since the last contact against each customer's own rhythm.
    #
    # last_contact:: with customer:, the times of all contacts; with rhythm:, the last of each customer
    # now:: when the question is asked: a Time, a Date or microseconds
    # rhythm, gaps:: usual seconds between contacts, and how many gaps are behind it
    # level:: silent is who would be quiet for so long with at most this chance
    # prior:: population, nil (each customer alone), or [shape, scale in seconds]
    def silence(last_contact, now:, customer: nil, rhythm: nil, gaps: nil, level: 0.05, merge_gap: 0.0,
                prior: "population", confidence: 0.95)
      misuse("give customer: with all contacts, or rhythm: with the last ones") if customer.nil? == rhythm.nil?
      misuse("gaps: belong to rhythm:") if gaps && customer

      shape, scale = prior_of(prior)
      options = Options.build(:Cx_silence_options, level: level, merge_gap: Float(merge_gap), prior_shape: shape,
                                                   prior_scale: scale, confidence: confidence)
      at = Options.moment(:now, now)
      Input.open do |input|
        times = input.column(last_contact, :last_contact)
        silence_of(if customer
                     Native.cx_silence(input.column(customer, :customer), times, at, options)
                   else
                     Native.cx_silence_rhythm(times, input.column(rhythm, :rhythm), input.column(gaps, :gaps), at,
                                              options)
                   end, confidence)
      end
    end

    # How much of each kind of encounter was asked about, and how the asked stand for all: a Table,
    # kinds never asked first. Without by:, contacts are the keys, one encounter in each row; with by:
    # they are numbers of encounters.
    def coverage(contacts, asked, by: nil, answered: nil, confidence: 0.95, min_n: 0)
      options = Options.build(:Cx_coverage_options, confidence: confidence, min_n: min_n)
      Input.open do |input|
        keys = input.frame(by || contacts, :key)
        volume = by && input.column(contacts, :contacts)
        Table.new(Native.cx_coverage(keys, volume, input.column(asked, :asked), input.column(answered, :answered),
                                     options))
      end
    end

    private

    def prior_of(prior)
      return [Float::NAN, Float::NAN] if prior.to_s == "population"
      return [0.0, 0.0] if prior.nil?

      prior.is_a?(Array) && prior.size == 2 ? prior.map { |n| Float(n) } : misuse("prior: population, nil or a pair")
    end

    def silence_of(native, confidence)
      table = Table.new(native)
      figures = table.figures
      shape = figures[:prior_shape]
      Silence.new(share: share(figures[:silent].to_i, figures[:customers].to_i, confidence: confidence),
                  beyond_chance: figures[:beyond_chance], customers: figures[:customers].to_i,
                  silent: figures[:silent].to_i, prior: shape&.positive? ? [shape, figures[:prior_scale]] : nil,
                  table: table)
    end
  end
end
