# frozen_string_literal: true

module CXKit
  # A figure and what it stands on. Immutable.
  #
  # value, ci_low, ci_high:: the figure and the limits of its interval, in unit
  # confidence:: of the interval, such as 0.95
  # se, df, p_value:: standard error, degrees of freedom (nil for a normal interval) and the
  #                   p-value of 0; nil where there is none
  # n, n_eff, sum_w:: valid answers, their effective number and the sum of their weights
  # method:: the one that made the interval, such as "wilson"
  # unit:: "points" (-100 to 100), "fraction" (0 to 1), "scale" or "correlation" (-1 to 1)
  # flags:: words such as "few" and "clipped"
  # excluded:: rows left out by reason: missing, not_applicable, out_of_range, ...
  class Estimate < Value.with(:value, :ci_low, :ci_high, :confidence, :se, :df, :p_value, :n, :n_eff, :sum_w,
                              :method, :unit, :flags, :excluded)
    NUMBERS = FIELDS.first(10).freeze
    REASONS = (0...Native::CX_EXCLUDED_END).to_h { |code| [Native.cx_excluded_name(code).to_sym, code] }.freeze
    private_constant :NUMBERS, :REASONS

    class << self
      # The estimate of a native one.
      def from(native)
        new(**NUMBERS.to_h { |name| [name, known(native.public_send(name))] },
            df: native.df.finite? ? native.df : nil,
            method: Native.cx_method_name(native.method).freeze, unit: Native.cx_unit_name(native.unit).freeze,
            flags: (0...32).filter_map { |bit| Native.cx_flag_name(1 << bit)&.freeze if native.flags[bit] == 1 },
            excluded: REASONS.transform_values { |code| native.excluded_for(code) })
      end

      # The estimate that a row of a table holds.
      def from_row(row)
        new(**NUMBERS.to_h { |name| [name, row[name]] }, df: row[:df]&.finite? ? row[:df] : nil,
            method: row[:method], unit: row[:unit], flags: row[:flags].split(","),
            excluded: REASONS.to_h { |name, _code| [name, row[name]] })
      end

      private

      def known(number)
        number.is_a?(Float) && number.nan? ? nil : number
      end
    end

    # The word of the interval's method; with an argument, Object#method.
    def method(*name)
      name.empty? ? @method : Kernel.instance_method(:method).bind_call(self, *name)
    end

    def to_f
      value
    end

    def to_s
      "#{short(value)}#{" #{unit}" unless %w[scale fraction].include?(unit)} [#{short(ci_low)}, #{short(ci_high)}] " \
        "#{format('%g', 100 * confidence)} % (#{[@method, "n = #{n}", effective, *flags].compact.join(', ')})"
    end

    private

    # The estimate in the form of C.
    def to_native
      numbers = [value, ci_low, ci_high, confidence, se].map { |number| number.nil? ? Float::NAN : number.to_f }
      made = Native::Cx_estimate.new(*numbers, df || Float::INFINITY)
      made.set_sample(n, n_eff || Float::NAN, sum_w || Float::NAN)
      made.set_kind((0...Native::CX_METHOD_END).find { |code| Native.cx_method_name(code) == @method } || 0,
                    (0...Native::CX_UNIT_END).find { |code| Native.cx_unit_name(code) == unit },
                    (0...32).sum { |bit| flags.include?(Native.cx_flag_name(1 << bit)) ? 1 << bit : 0 },
                    p_value || Float::NAN)
      REASONS.each { |name, code| made.set_excluded(code, excluded[name] || 0) }
      made
    end

    def effective
      "n_eff = #{format('%.1f', n_eff)}" unless n_eff == n
    end
  end
end
