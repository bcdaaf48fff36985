# frozen_string_literal: true

module CXKit
  # Response, cooperation, refusal and contact rates; one whose denominator is 0 is nil.
  class ResponseRates < Value.with(:rr1, :rr2, :rr3, :rr4, :rr5, :rr6, :coop1, :coop2, :coop3, :coop4, :ref1, :ref2,
                                   :ref3, :con1, :con2, :con3, :e, :coverage, :table)
    def to_s
      "rr1 #{short rr1}, rr3 #{short rr3} (e #{short e}), coop1 #{short coop1}"
    end
  end

  # What became of invitations: how many of each class, or sums of their weights.
  class Dispositions < Value.with(:complete, :partial, :refusal, :noncontact, :other, :unknown_household,
                                  :unknown_other, :ineligible, :not_sampled, :invitations, :no_id)
    # The rates of these counts; the options are those of response_rates.
    def rates(**options)
      CXKit.response_rates(**to_h.except(:invitations, :no_id), **options)
    end

    def to_s
      "#{invitations} invitations, #{short complete} complete"
    end
  end

  # Response, cooperation, refusal and contact rates from counts or sums of base weights.
  #
  # e:: the share of the unknown that is eligible; nil: that of the known
  # not_sampled:: kept back by a rule: coverage, in none of the rates
  def self.response_rates(complete: 0, partial: 0, refusal: 0, noncontact: 0, other: 0, unknown_household: 0,
                          unknown_other: 0, ineligible: 0, not_sampled: 0, e: nil, confidence: 0.95, method: "wilson")
    counts = {complete: complete, partial: partial, refusal: refusal, noncontact: noncontact, other: other,
              unknown_household: unknown_household, unknown_other: unknown_other, ineligible: ineligible,
              not_sampled: not_sampled}.transform_values { |count| Float(count) }
    native = Options.build(:Cx_dispositions, **counts)
    options = Options.build(:Cx_rates_options, e: e && Float(e), confidence: confidence,
                                               method: Options.word(:method, method, Options::METHODS))
    found = Native.cx_response_rates(native, options)
    rates = ResponseRates::FIELDS.first(18).to_h do |name|
      value = found.public_send(name)
      [name, value.nan? ? nil : value]
    end
    ResponseRates.new(**rates, table: Table.new(Native.cx_response_rates_table(native, options)))
  end

  DISPOSITIONS = Options.words(Native::CX_DISPOSITION_END) { |number| Native.cx_disposition_name(number) }
  private_constant :DISPOSITIONS

  # Counts what became of invitations from what happened to each: sent, bounced, delivered, opened, started,
  # finished, refused, ineligible, quarantined, opted-out.
  #
  # invitation:: the id that the events of one invitation share; nil: each row is one
  # progress, partial_at:: share of the questions answered, from which a start counts as partial
  # by:: keys, of which an invitation has one: a Table with the counts and the rates of each
  # e:: with by, the share of the unknown that is eligible; nil: each key has its own
  # bounced, sent, delivered, opened:: the class of an invitation that came no further
  def self.dispositions(event, invitation: nil, progress: nil, weights: nil, by: nil, e: nil, bounced: "unknown-other",
                        sent: "noncontact", delivered: "noncontact", opened: "noncontact", partial_at: 0.5)
    misuse("e belongs to rates: give it to rates, or with by") if e && by.nil?
    classes = {bounced: bounced, sent: sent, delivered: delivered, opened: opened}
    options = Options.build(:Cx_dispositions_options, partial_at: Float(partial_at),
                                                      **classes.to_h { |name, word| [name, Options.word(name, word, DISPOSITIONS)] })
    Input.open do |input|
      columns = {event: event, invitation: invitation, progress: progress, weights: weights}
      columns = columns.map { |name, values| input.column(values, name) }
      next dispositions_by(columns, input.frame(by, :key), options, e) if by

      found = Native.cx_dispositions_of(*columns, options)
      Dispositions.new(**Dispositions::FIELDS.to_h { |name| [name, found.public_send(name)] })
    end
  end

  def self.dispositions_by(columns, keys, options, share)
    rates = Options.build(:Cx_rates_options, e: share && Float(share))
    Table.new(Native.cx_dispositions_by(*columns, keys, options, rates))
  end
  private_class_method :dispositions_by
end
