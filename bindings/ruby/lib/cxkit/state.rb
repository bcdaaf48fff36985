# frozen_string_literal: true

module CXKit
  # What all states have in common: they merge, compare by content and travel as bytes.
  #
  # Calls over many rows run beside other threads, so each state has a lock; one state is written
  # by one thread at a time and other threads wait.
  class State
    class << self
      # The state that #to_bytes wrote. Any bytes may be given; damaged ones raise FormatError.
      def from_bytes(bytes)
        allocate.tap { |state| state.__send__(:adopt, native(:decode, bytes)) }
      end

      private

      # A function of this kind of state: cx_tally_encode for (:encode) of Tally.
      def native(verb, *arguments)
        Native.public_send(:"#{const_get(:PREFIX)}_#{verb}", *arguments)
      end
    end

    # Adds another state of the same kind and settings.
    def merge(other)
      combine(:merge, other)
    end

    # A new state that holds both.
    def +(other)
      dup.merge(other)
    end

    # Forgets what was added; the settings stay.
    def reset
      write { |handle| native(:reset, handle) }
    end

    # The state as bytes: the same in every language and on every machine.
    def to_bytes
      read { |handle| native(:encode, handle, native(:encoded_size, handle)) }
    end

    def ==(other)
      return true if equal?(other)

      other.instance_of?(self.class) && to_bytes == other.to_bytes
    end
    alias eql? ==

    def hash
      to_bytes.hash
    end

    def marshal_dump
      to_bytes
    end

    def marshal_load(bytes)
      adopt(native(:decode, bytes))
    end

    private

    def initialize_copy(other)
      adopt(other.__send__(:copy_handle))
    end

    def adopt(handle)
      @handle = handle
      @lock = Mutex.new
    end

    def native(...)
      self.class.__send__(:native, ...)
    end

    # A copy of the other's handle: no two locks are ever held, and other may be self.
    def combine(verb, other)
      unless other.instance_of?(self.class)
        raise ::TypeError, "a #{self.class} does not #{verb} a #{other.class}"
      end

      copy = other.__send__(:copy_handle)
      write { |handle| native(verb, handle, copy) }
    end

    def copy_handle
      read { |handle| native(:copy, handle) }
    end

    def read
      raise ArgumentError, "the state was not made by #{self.class}.new" if @handle.nil?

      @lock.synchronize { yield @handle }
    end

    def write
      raise FrozenError.new("can't modify a frozen #{self.class}", receiver: self) if frozen?

      read { |handle| yield handle }
      self
    end
  end
end
