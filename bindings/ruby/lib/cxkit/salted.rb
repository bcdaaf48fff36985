# frozen_string_literal: true

module CXKit
  # What states that know contacts by salted keys have in common; the bytes know the salt again but do not tell it.
  class SaltedState < State
    # What to_bytes wrote, with the salt that it was made with; another one raises MismatchError.
    def self.from_bytes(bytes, salt: 0)
      super(bytes).tap { |made| made.__send__(:salted, salt) }
    end

    # The key of a contact: of text or of a whole number; 0 for nil.
    def self.key(contact, salt)
      case contact
      when nil, "" then 0
      when Integer then Native.cx_contact_number(contact, salt)
      when String, Symbol then Native.cx_contact_text(contact.to_s, salt).key
      else CXKit.send(:refuse, :domain, "contact: #{contact.inspect} is neither text nor a whole number")
      end
    end

    def marshal_dump
      [to_bytes, @salt]
    end

    def marshal_load(given)
      super(given[0])
      @salt = given[1]
    end

    private

    def key(contact)
      self.class.key(contact, @salt)
    end

    def salted(salt)
      if read { |handle| native(:is_salted, handle, salt) } != 1
        noun = self.class.const_get(:NOUN)
        CXKit.send(:refuse, :mismatch, "the #{noun} was not made with the salt #{salt}: it would know other contacts")
      end
      @salt = salt
    end
  end
end
