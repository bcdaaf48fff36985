# frozen_string_literal: true

module CXKit
  # A figure and what it stands on. Immutable.
  class Estimate
    FIELDS = %i[value ci_low ci_high confidence se df p_value n n_eff sum_w method unit flags excluded].freeze

    attr_reader :value, :ci_low, :ci_high, :confidence, :se, :df, :p_value, :n, :n_eff, :sum_w, :unit
    # Words such as "few" and "clipped".
    attr_reader :flags
    # Rows left out by reason: missing, not_applicable, out_of_range, ...
    attr_reader :excluded

    REASONS = (0...Native::CX_EXCLUDED_END).to_h { |code| [Native.cx_excluded_name(code).to_sym, code] }.freeze
    private_constant :REASONS

    # The estimate of a native one.
    def self.from(native)
      numbers = %i[value ci_low ci_high confidence se df p_value n n_eff sum_w].to_h do |name|
        number = native.public_send(name)
        [name, number.is_a?(Float) && number.nan? ? nil : number]
      end
      new(**numbers, method: Native.cx_method_name(native.method), unit: Native.cx_unit_name(native.unit),
                     flags: flag_words(native.flags),
                     excluded: REASONS.transform_values { |code| native.excluded_for(code) })
    end

    def self.flag_words(bits)
      (0...32).filter_map { |bit| Native.cx_flag_name(1 << bit) if bits[bit] == 1 }
    end
    private_class_method :flag_words

    def initialize(**fields)
      missing = FIELDS - fields.keys
      unknown = fields.keys - FIELDS
      raise ArgumentError, "missing: #{missing.join(', ')}" unless missing.empty?
      raise ArgumentError, "unknown: #{unknown.join(', ')}" unless unknown.empty?

      fields.each { |name, value| instance_variable_set(:"@#{name}", freeze_value(value)) }
      freeze
    end

    # The word of the interval's method; with an argument, Object#method.
    def method(*name)
      name.empty? ? @method : super
    end

    # [ci_low, ci_high]
    def ci
      [ci_low, ci_high]
    end

    def to_h
      FIELDS.to_h { |name| [name, instance_variable_get(:"@#{name}")] }
    end

    def deconstruct_keys(_keys)
      to_h
    end

    def to_f
      value
    end

    def ==(other)
      other.is_a?(Estimate) && to_h == other.to_h
    end
    alias eql? ==

    def hash
      to_h.hash
    end

    def to_s
      "#{short(value)}#{" #{unit}" unless unit == 'scale'}, #{short(confidence * 100)}% CI #{short(ci_low)} to " \
        "#{short(ci_high)} (#{@method}), n = #{n}#{" [#{flags.join(', ')}]" unless flags.empty?}"
    end

    def inspect
      "#<CXKit::Estimate #{self}>"
    end

    private

    def short(number)
      number.nil? ? "?" : format("%.4g", number)
    end

    def freeze_value(value)
      value.each(&:freeze) if value.is_a?(Array)
      value.freeze
    end
  end
end
