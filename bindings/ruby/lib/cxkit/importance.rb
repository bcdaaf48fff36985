# frozen_string_literal: true

module CXKit
  class << self
    # Importance against performance: where to concentrate, and which items cannot be placed.
    #
    # importance:: Drivers, or a mapping from names to numbers or estimates
    # performance:: a mapping from the same names to numbers or estimates, such as mean scores
    # best:: the best possible performance, such as 10
    # reachable:: by name, the part of the way to the best that can be gone
    # cost:: by name, what going it costs
    # cut_importance, cut_performance:: what divides the map; nil: the means
    def importance_performance(importance, performance, best:, reachable: nil, cost: nil, cut_importance: nil,
                               cut_performance: nil, confidence: 0.95)
      values = importance.respond_to?(:importance) ? importance.importance : importance
      axes = {importance: values, performance: performance, reachable: reachable, cost: cost}
      options = Options.build(:Cx_importance_options, best: best, cut_importance: cut_importance,
                                                      cut_performance: cut_performance, confidence: confidence)
      Input.open do |input|
        Table.new(Native.cx_importance_performance(input.frame(importance_items(axes), :items), options))
      end
    end

    # What items do below and above the neutral answer: two slopes each, and whether they differ.
    #
    # x:: a mapping from names to items on one scale
    # y:: the outcome: its name in x, or a column
    # neutral:: the neutral answer, such as 3 of 1 to 5
    def penalty_reward(x, y, neutral:, weights: nil, confidence: 0.95)
      options = Options.build(:Cx_penalty_reward_options, neutral: neutral, confidence: confidence)
      penalised_rows(x, y, weights, nil) do |columns, outcome, row_weights, _clusters|
        Table.new(Native.cx_penalty_reward(columns, outcome, row_weights, options))
      end
    end

    private

    def importance_items(axes)
      names = axes[:importance].keys.map(&:to_s)
      items = {"name" => names}
      axes.compact.each do |axis, given|
        given = given.to_h.transform_keys(&:to_s)
        missing = names.find { |name| !given.key?(name) }
        misuse("#{axis} has nothing for #{missing}") if missing
        found = given.values_at(*names)
        estimates = found.all?(Estimate)
        items[axis.to_s] = estimates ? found.map(&:value) : found
        items["#{axis}_se"] = found.map(&:se) if estimates
      end
      items
    end
  end
end
