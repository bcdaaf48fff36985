# frozen_string_literal: true

require_relative "helper"

class TestBusiness < Minitest::Test
  SMALL = {stores: 12, months: 24, customers: 240, seed: 7}.freeze

  def test_tables_agree_with_each_other
    company = CXKit.simulate_business(**SMALL)
    assert_equal [12 * 24, 240, 12 * 24 * 12],
                 [company.stores, company.customers, company.employees].map { |table| table[:store].size }
    assert_equal company.months[:store].size, company.stores[:customers].sum
    assert_equal company.customers[:event].sum, company.stores[:left].sum
    assert_in_delta 2.0, company.truth[:spend_long_run]
    assert_equal company.stores, CXKit.simulate_business(**SMALL).stores
  end

  def test_parts_of_the_stores_are_the_stores
    all = CXKit.simulate_business(**SMALL).stores[:spend]
    parts = [{store_count: 5}, {first_store: 5}].flat_map do |part|
      CXKit.simulate_business(**SMALL, **part).stores[:spend].to_a
    end
    assert_equal all.to_a, parts
  end

  def test_impossible_companies_are_refused
    assert_raises(CXKit::OptionError) { CXKit.simulate_business(theta: 1.0) }
    assert_raises(CXKit::OptionError) { CXKit.simulate_business(stores: 1) }
    assert_raises(ArgumentError) { CXKit.simulate_business(shops: 3) }
  end
end
