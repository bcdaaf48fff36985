# frozen_string_literal: true

module CXKit
  # Remembers who was asked within a window, in 2.5 bytes a contact: never forgets anybody, and spares a few too many.
  # No contact can be erased from it; a Ledger can do that.
  class Recent < SaltedState
    PREFIX = "cx_recent"
    NOUN = "filter"
    private_constant :PREFIX, :NOUN

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

    # Enters that a contact was asked.
    def record(contact, time)
      write { |handle| Native.cx_recent_record(handle, key(contact), Options.moment(:time, time)) }
      self
    end

    # Whether the contact was asked within the window before that time, or seems to be.
    def asked?(contact, time)
      at = Options.moment(:time, time)
      read { |handle| Native.cx_recent_asked(handle, key(contact), at) } == 1
    end

    # How often it errs, by generation: a Table with the figures rate, rate_expected, contacts, bytes.
    def rates(time)
      Table.new(read { |handle| Native.cx_recent_rates(handle, Options.moment(:time, time)) })
    end

    # Bytes in use.
    def memory
      read { |handle| Native.cx_recent_memory(handle) }
    end
  end
end
