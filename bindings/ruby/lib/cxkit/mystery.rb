# frozen_string_literal: true

module CXKit
  # What lies between the auditors, and what within; nil where it is not identified.
  class Auditors < Value.with(:f, :df_between, :df_within, :p_value, :variance_between, :variance_within, :icc, :n)
    def to_s
      "#{n} auditors: F = #{short(f)}, p = #{short(p_value)}, ICC = #{short(icc)}"
    end
  end

  # A mystery-shopping round; see CXKit.mystery.
  class Mystery < Value.with(:score, :se_visits, :visits, :auditors, :confounded, :items, :shops)
    def to_s
      [score, auditors, ("confounded" if confounded)].compact.join("; ")
    end
  end

  # Mystery-shopping visits: a state that adds up, in memory that follows the pairs of auditor and outlet.
  class Visits < State
    PREFIX = "cx_mystery"
    private_constant :PREFIX

    # items:: names
    # weights, maximum:: one number for each item, or a Hash by name; nil for 1
    # pass_mark:: share of an item's points from which it is passed
    def initialize(items, weights = nil, maximum: nil, pass_mark: 1.0)
      super()
      names = items.map(&:to_sym)
      most, share = {maximum: maximum, weights: weights}.map { |role, given| CXKit.send(:by_item, role, given, names) }
      Input.open do |input|
        columns = [input.column(names.map(&:to_s), :items), input.column(most, :maximum),
                   input.column(share, :weights)]
        adopt(Native.cx_mystery_new(*columns, Float(pass_mark)))
      end
    end

    # Adds visits: a mapping from items to points, one row a visit; nil does not apply.
    #
    # auditor, shop:: columns of keys: who judged the visit, and the outlet; the first call says whether they are known
    def add(items, auditor: nil, shop: nil, **answers)
      options = Options.answers(**answers)
      Input.open do |input|
        given = [input.frame(items, :items), input.frame(auditor, :auditor), input.frame(shop, :shop)]
        write { |handle| Native.cx_mystery_add(handle, *given, options) }
      end
    end

    # Names of the items.
    def items
      read { |handle| (0...Native.cx_mystery_columns(handle)).map { |at| Native.cx_mystery_name(handle, at).to_sym } }
    end

    # Visits with a score.
    def n
      read { |handle| Native.cx_mystery_n(handle) }
    end

    # Visits without one, by reason.
    def excluded
      (0...Native::CX_EXCLUDED_END).to_h do |code|
        [Native.cx_excluded_name(code).to_sym, read { |handle| Native.cx_mystery_excluded(handle, code) }]
      end
    end

    # Scores, items, outlets and the effect of the auditors: a Mystery.
    def mystery(confidence: 0.95, min_n: 0)
      options = Options.build(:Cx_mystery_options, confidence: confidence, min_n: min_n)
      ask = ->(what) { read { |handle| Native.public_send(:"cx_mystery_#{what}", handle, options) } }
      columns = ->(who) { read { |handle| Native.public_send(:"cx_mystery_#{who}_columns", handle) } }
      raw = ask[:score]
      known = ->(name) { (value = raw.public_send(name)).nan? ? nil : value }
      effect = Auditors.new(n: raw.auditors, **(Auditors::FIELDS - [:n]).to_h { |name| [name, known[name]] })
      Mystery.new(score: Estimate.from(raw.score), se_visits: known[:se_visits], visits: raw.visits,
                  auditors: columns[:auditor].zero? ? nil : effect, confounded: raw.confounded != 0,
                  items: Table.new(ask[:items]), shops: columns[:shop].zero? ? nil : Table.new(ask[:shops]))
    end

    def inspect
      "#<CXKit::Visits #{n} visits, #{items.size} items>"
    end
  end

  class << self
    # Mystery-shopping scores: items by weights, outlets, and the effect of the auditors.
    #
    # items:: a mapping from items to points, one row a visit; nil does not apply
    # weights, maximum:: one number for each item, or a Hash by name; nil for 1
    # auditor, shop:: columns of keys: who judged the visit, and the outlet
    # pass_mark:: share of an item's points from which it is passed
    def mystery(items, weights = nil, maximum: nil, auditor: nil, shop: nil, pass_mark: 1.0, confidence: 0.95,
                min_n: 0, **answers)
      Visits.new(items.to_h.keys, weights, maximum: maximum, pass_mark: pass_mark)
            .add(items, auditor: auditor, shop: shop, **answers).mystery(confidence: confidence, min_n: min_n)
    end

    private

    def by_item(option, given, names)
      return given unless given.is_a?(Hash)

      given = given.transform_keys(&:to_sym)
      return given.values_at(*names) if given.keys.sort == names.sort

      refuse(:name, "#{option} needs one number for each of #{names.join(', ')}")
    end
  end
end
