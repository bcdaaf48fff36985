# frozen_string_literal: true

module CXKit
  # Probabilities, quantiles and the functions behind them, as the library uses them. Outside its
  # domain a function gives NaN.
  #
  #   CXKit::Special.normal_quantile(0.975)
  #   CXKit::Special.t_sf(2.0, 10)
  module Special
    NAMES = Native.singleton_methods.filter_map do |name|
      name[/\Acx_((lgamma|digamma|trigamma|lbeta|hyp2f1|bvn_cdf|
                   (normal|gamma|chisq|beta|t|f|binomial)_(pdf|pmf|(log_)?(cdf|sf)|quantile(_upper)?)))\z/x, 1]&.to_sym
    end.sort.freeze

    NAMES.each { |name| define_singleton_method(name, &Native.method(:"cx_#{name}")) }
  end
end
