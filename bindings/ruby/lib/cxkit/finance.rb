# frozen_string_literal: true

module CXKit
  # What flows are worth today; see CXKit.npv.
  class Npv < Value.with(:value, :inflow, :outflow, :roi, :break_even, :n)
    def to_f
      value
    end

    def to_s
      "#{short(value)} (in #{short(inflow)}, out #{short(outflow)})"
    end
  end

  # All internal rates of return; see CXKit.irr. `value` is nil when there are several.
  class Irr < Value.with(:roots, :multiple, :value, :slopes, :sign_changes)
    def multiple?
      multiple
    end

    def to_s
      roots.map { |root| short(root) }.join(", ")
    end
  end

  # The modified rate of return; see CXKit.mirr.
  class Mirr < Value.with(:value, :invested, :grown, :span)
    def to_f
      value
    end

    def to_s
      short(value)
    end
  end

  # When the money is back; see CXKit.payback. nil is never.
  class Payback < Value.with(:simple, :discounted, :simple_end, :discounted_end, :lowest)
    def to_s
      "simple #{simple_end} #{short(simple)}, discounted #{discounted_end} #{short(discounted)}"
    end
  end

  class << self
    RATE_KINDS = {"spot" => Native::CX_RATES_SPOT, "forward" => Native::CX_RATES_FORWARD}.freeze
    private_constant :RATE_KINDS

    # The present value of cash flows: the sum of flow / (1 + rate)**time.
    #
    # rate:: for a period, or one for each flow (rates: spot or forward)
    # times, dates:: periods from now, or dates (then rates are for a year); nil: flow i at the end of period i
    # currency:: of each flow: all have to agree
    # mid_period:: flows of a period come all along
    # real_flows, real_rates, inflation:: they have to agree, or inflation stands between
    # minor_digits:: amounts are whole cents (2)
    def npv(flows, rate, times: nil, dates: nil, currency: nil, rates: :spot, **settings)
      flows, rate = rate, flows if flows.is_a?(Numeric) && !rate.is_a?(Numeric)
      options = finance_options(rates, settings)
      raw = finance_call(flows, times, dates, currency, rate) { |given| Native.cx_npv(*given, options) }
      Npv.new(value: raw.npv, inflow: raw.inflow, outflow: raw.outflow, roi: known(raw.roi),
              break_even: known(raw.break_even), n: raw.n)
    end

    # Every rate above -1 at which the present value is 0. Raises UnidentifiedError when there is none.
    def irr(flows, times: nil, dates: nil, currency: nil, **settings)
      options = finance_options(:spot, settings)
      table = Table.new(finance_call(flows, times, dates, currency) { |given| Native.cx_irr(*given, options) })
      roots = table[:rate].to_a
      Irr.new(roots: roots, multiple: roots.size > 1, value: roots.size == 1 ? roots.first : nil,
              slopes: table[:slope].to_a, sign_changes: table.figures[:sign_changes].to_i)
    end

    # The modified rate of return: what goes out is financed at one rate, what comes in earns another.
    def mirr(flows, finance_rate, reinvest_rate, times: nil, dates: nil, currency: nil, **settings)
      options = finance_options(:spot, settings)
      raw = finance_call(flows, times, dates, currency) do |given|
        Native.cx_mirr(*given, finance_rate.to_f, reinvest_rate.to_f, options)
      end
      Mirr.new(value: raw.rate, invested: raw.invested, grown: raw.grown, span: raw.span)
    end

    # When the money is back, plainly and discounted; never is a word, not a number.
    def payback(flows, rate = 0, times: nil, dates: nil, currency: nil, rates: :spot, **settings)
      options = finance_options(rates, settings)
      raw = finance_call(flows, times, dates, currency, rate) { |given| Native.cx_payback(*given, options) }
      Payback.new(simple: known(raw.simple), discounted: known(raw.discounted),
                  simple_end: Native.cx_payback_name(raw.simple_end),
                  discounted_end: Native.cx_payback_name(raw.discounted_end), lowest: raw.lowest)
    end

    # What a yearly margin of 1 is worth over a customer's life, r / (1 + i - r (1 + g)); horizon nil: for life.
    def margin_multiple(retention, rate, growth: 0, horizon: nil)
      Native.cx_margin_multiple(retention.to_f, rate.to_f, growth.to_f, (horizon || Float::INFINITY).to_f).multiple
    end

    private

    def known(number)
      number.nan? ? nil : number
    end

    def finance_options(rates, settings)
      unknown = settings.keys - %i[mid_period real_flows real_rates inflation minor_digits year_days]
      raise ArgumentError, "unknown keyword: #{unknown.join(', ')}" unless unknown.empty?

      Options.build(:Cx_finance_options, rate_kind: Options.word(:rates, rates, RATE_KINDS),
                                         timing: settings[:mid_period] ? 1 : 0,
                                         real_flows: settings[:real_flows] ? 1 : 0,
                                         real_rates: settings[:real_rates] ? 1 : 0,
                                         inflation: settings[:inflation]&.to_f,
                                         minor_digits: settings[:minor_digits],
                                         year_days: settings[:year_days]&.to_f)
    end

    def finance_call(flows, times, dates, currency, *rates)
      Input.open do |input|
        columns = {amount: flows, time: times, date: dates, currency: currency}.compact
        given = [input.frame(columns, :flows)]
        given += rates.map { |rate| input.column(rate.is_a?(Numeric) ? [rate.to_f] : rate, :rate) }
        yield given
      end
    end
  end
end
