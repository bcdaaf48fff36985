# frozen_string_literal: true

module CXKit
  # An immutable value with named fields: compares by content, matches patterns, becomes a Hash.
  class Value
    # A class with these fields.
    def self.with(*fields)
      Class.new(self) do
        attr_reader(*fields)

        const_set(:FIELDS, fields.freeze)
      end
    end

    def initialize(**fields)
      missing = members - fields.keys
      unknown = fields.keys - members
      raise ArgumentError, "missing: #{missing.join(', ')}" unless missing.empty?
      raise ArgumentError, "unknown: #{unknown.join(', ')}" unless unknown.empty?

      fields.each { |name, value| instance_variable_set(:"@#{name}", value.freeze) }
      freeze
    end

    # Names of the fields.
    def members
      self.class::FIELDS
    end

    def to_h
      members.to_h { |name| [name, instance_variable_get(:"@#{name}")] }
    end

    def deconstruct_keys(_keys)
      to_h
    end

    def ==(other)
      other.instance_of?(self.class) && to_h == other.to_h
    end
    alias eql? ==

    def hash
      [self.class, to_h].hash
    end

    def inspect
      "#<#{self.class} #{self}>"
    end

    private

    def short(number)
      number.nil? ? "?" : format("%.4g", number)
    end
  end
end
