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

  class << self
    # Mystery-shopping scores: items by weights, outlets, and the effect of the auditors.
    #
    # items:: a mapping from items to points, one row a visit; nil does not apply
    # weights, maximum:: one number for each item, or a Hash by name; nil for 1
    # auditor, shop:: columns of keys: who judged the visit, and the outlet
    # pass_mark:: share of an item's points from which it is passed
    def mystery(items, weights = nil, maximum: nil, auditor: nil, shop: nil, pass_mark: 1.0, confidence: 0.95,
                **answers)
      options = Options.build(:Cx_mystery_options, pass_mark: pass_mark, confidence: confidence)
      names = items.to_h.keys.map(&:to_sym)
      numbers = {maximum: maximum, weights: weights}.map { |option, given| by_item(option, given, names) }
      Input.open do |input|
        columns = [input.frame(items, :items), input.column(numbers[0], :maximum), input.column(numbers[1], :weights)]
        keys = [input.frame(auditor, :auditor), input.frame(shop, :shop)]
        mystery_of(columns, keys, [Options.answers(**answers), options])
      end
    end

    private

    def by_item(option, given, names)
      return given unless given.is_a?(Hash)

      given = given.transform_keys(&:to_sym)
      return given.values_at(*names) if given.keys.sort == names.sort

      refuse(:name, "#{option} needs one number for each of #{names.join(', ')}")
    end

    def mystery_of(columns, keys, options)
      raw = Native.cx_mystery(*columns, *keys, *options)
      shops = keys[1] && Table.new(Native.cx_mystery_shops(*columns, *keys, *options))
      known = ->(name) { (value = raw.public_send(name)).nan? ? nil : value }
      effect = keys[0] && Auditors.new(n: raw.auditors, **(Auditors::FIELDS - [:n]).to_h { |name| [name, known[name]] })
      Mystery.new(score: Estimate.from(raw.score), se_visits: known[:se_visits], visits: raw.visits, auditors: effect,
                  confounded: raw.confounded != 0, shops: shops,
                  items: Table.new(Native.cx_mystery_items(*columns, *options)))
    end
  end
end
