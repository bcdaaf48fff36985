# frozen_string_literal: true

module CXKit
  # Remembers who was asked within a window, in 2.5 bytes a contact: never forgets anybody, and spares a few too many.
  # No contact can be erased from it; a Ledger can do that.
  class Recent < State
    PREFIX = "cx_recent"
    private_constant :PREFIX

    # window:: seconds
    # capacity:: contacts asked within a window
    # generations:: parts of the window: a contact is spared for up to one of them longer
    # bits:: for each contact
    # salt:: of the keys of contacts
    def initialize(window: 90 * 86_400, capacity: 1_000_000, generations: 4, bits: 16, salt: 0)
      super()
      @salt = salt
      adopt(Native.cx_recent_new(Options.build(:Cx_recent_options, window: Float(window), capacity: capacity, bits: bits,
                                                                   generations: generations, salt: salt)))
    end

    # The filter that to_bytes wrote, with the salt that it was made with; another one raises MismatchError.
    def self.from_bytes(bytes, salt: 0)
      super(bytes).tap { |made| made.__send__(:salted, salt) }
    end

    def marshal_dump
      [to_bytes, @salt]
    end

    def marshal_load(given)
      super(given[0])
      @salt = given[1]
    end

    # Enters that a contact was asked.
    def record(contact, time)
      write { |handle| Native.cx_recent_record(handle, Ledger.key(contact, @salt), Options.moment(:time, time)) }
      self
    end

    # Whether the contact was asked within the window before that time, or seems to be.
    def asked?(contact, time)
      at = Options.moment(:time, time)
      read { |handle| Native.cx_recent_asked(handle, Ledger.key(contact, @salt), at) } == 1
    end

    # How often it errs, by generation: a Table with the figures rate, rate_expected, contacts, bytes.
    def rates(time)
      Table.new(read { |handle| Native.cx_recent_rates(handle, Options.moment(:time, time)) })
    end

    # Bytes in use.
    def memory
      read { |handle| Native.cx_recent_memory(handle) }
    end

    private

    def salted(salt)
      if read { |handle| Native.cx_recent_is_salted(handle, salt) } != 1
        CXKit.send(:refuse, :mismatch, "the filter was not made with the salt #{salt}: it would know other contacts")
      end
      @salt = salt
    end
  end
end
