# frozen_string_literal: true

module CXKit
  # The tables of CXKit.simulate_business, each made when it is first asked for.
  class SimulatedBusiness
    PARTS = Options.words(Native::CX_BUSINESS_PART_END) { |number| Native.cx_business_part_name(number) }
    private_constant :PARTS

    def initialize(options)
      @options = options
      @tables = {}
      part("truth") # options that cannot be are refused here
    end

    # A row for each store and month: experience (cx), spend, initiatives, survey, hidden competitor.
    def stores
      part("stores")
    end

    # A row for each customer: first month, entry and exit in months of tenure, event.
    def customers
      part("customers")
    end

    # A row for each customer and month at risk, with the survey's answers.
    def months
      part("months")
    end

    # A row for each answer of an employee.
    def employees
      part("employees")
    end

    # What is known, by name, such as :hazard_ratio, :spend_long_run and :naive_bias.
    def truth
      part("truth").figures
    end

    private

    def part(name)
      @tables[name] ||= Table.new(Native.cx_simulate_business(PARTS.fetch(name), @options))
    end
  end

  class << self
    BUSINESS_SETTINGS = %i[stores months customers seed first_store store_count price_month ease efficiency emotion
                           engagement icc hazard hazard_ratio spend theta confounder_cx confounder_spend
                           confounder_hazard confounder_moves asked response_cx response_leaving].freeze
    private_constant :BUSINESS_SETTINGS

    # A company with stores, customers, employees and a survey, drawn from a model that is known.
    #
    # stores, months, customers, seed:: its size (200, 36, 60000); the same seed gives the same company
    #
    # Also first_store, store_count, price_month, ease, efficiency, emotion, engagement, icc, hazard, hazard_ratio,
    # spend, theta, confounder_cx, confounder_spend, confounder_hazard, confounder_moves, asked, response_cx,
    # response_leaving; see cx_business_options.
    def simulate_business(**settings)
      unknown = settings.keys - BUSINESS_SETTINGS
      raise ArgumentError, "unknown keyword: #{unknown.join(', ')}" unless unknown.empty?

      SimulatedBusiness.new(Options.build(:Cx_business_options, **settings))
    end
  end
end
