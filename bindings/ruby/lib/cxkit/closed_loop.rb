# frozen_string_literal: true

module CXKit
  # A closed loop; see CXKit.closed_loop. A share without a base is nil.
  #
  # in_time, in_time_naive:: contacted within the level, open cases censored, and as failures
  # improved_treated, improved_comparison, effect:: the difference is the effect; nil without a comparison
  # bounds, lee_bounds:: of the effect, when not all have answered again
  # left_class_without_control:: what there is without a comparison: it says nothing about the contact
  class ClosedLoop < Value.with(:contacted, :in_time, :in_time_naive, :reasked_treated, :reasked_comparison,
                                :answered_treated, :answered_comparison, :improved_treated, :improved_comparison,
                                :effect, :left_class_without_control, :bounds, :lee_bounds, :followed, :others,
                                :crossed)
    ESTIMATES = FIELDS.first(11).freeze
    private_constant :ESTIMATES

    # The loop of a native one.
    def self.from(raw)
      pair = ->(low, high) { low.nan? ? nil : [low, high] }
      new(**ESTIMATES.to_h { |name| [name, raw.public_send(name).then { |one| Estimate.from(one) if one.status.zero? }] },
          **%i[followed others crossed].to_h { |name| [name, raw.public_send(name)] },
          bounds: pair.call(raw.bounds_low, raw.bounds_high), lee_bounds: pair.call(raw.lee_low, raw.lee_high))
    end

    def identified?
      !effect.nil?
    end

    def to_s
      "#{followed} followed, effect #{effect || 'not identified'}"
    end
  end

  # Contacted in time, asked again, recovered: the effect only against those held out at random
  # (control:), or else those who happened not to be contacted.
  #
  # contacted, reasked, acted, control:: 0 or 1
  # alerted, contacted_at, now, level:: times, and the seconds within which a contact is in time
  # followed:: detractors (recovered), passives (won over) or promoters (activated, by acted:)
  def self.closed_loop(score, contacted, score_again = nil, control: nil, reasked: nil, acted: nil, alerted: nil,
                       contacted_at: nil, now: nil, level: 172_800.0, followed: "detractors", scale: 0..10,
                       promoters: 9, detractors: 6, confidence: 0.95, min_n: 0, **answers)
    low, high = Options.scale(scale)
    misuse("now: is missing: open cases are followed until now") if now.nil? && (alerted || contacted_at)
    options = Options.build(:Cx_closed_loop_options, followed: Options.word(:followed, followed, Options::FOLLOWED),
                                                     scale_min: low, scale_max: high, promoters: promoters,
                                                     detractors: detractors, level: Float(level),
                                                     confidence: confidence, min_n: min_n)
    options.reading = reading = Options.answers(**answers)
    Input.open do |input|
      columns = {score: score, contacted: contacted, score_again: score_again, reasked: reasked, control: control,
                 alerted: alerted, contacted_at: contacted_at, acted: acted}.map { |name, x| input.column(x, name) }
      at = now.nil? ? 0 : Options.moment(:now, now)
      found = ClosedLoop.from(Native.cx_closed_loop(*columns, at, options))
      reading && found # the options point into it until here
    end
  end
end
