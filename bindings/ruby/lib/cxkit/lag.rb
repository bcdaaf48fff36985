# frozen_string_literal: true

module CXKit
  # Correlations of two series at lags; see CXKit.cross_correlate.
  #
  # table:: a row for each lag
  # correlation:: by lag; above 0 the first series moves first
  # outside:: the lags beyond the band that all share
  # peak_lag, peak:: the largest correlation in size
  # forward, backward:: largest |z| at lags above and below 0
  # difference, order, filter:: what made the first series white
  # prewhitened:: false: raw correlations, that describe and test nothing
  class CrossCorrelation < Value.with(:table, :correlation, :outside, :peak_lag, :peak, :forward, :backward,
                                      :difference, :order, :filter, :prewhitened, :n)
    def to_s
      how = prewhitened ? "prewhitened by AR(#{order})" : "raw, descriptive"
      "#{how}, n = #{n}: #{outside.size} lags outside, peak #{short(peak)} at lag #{peak_lag}"
    end
  end

  # How an effect is spread over time; see CXKit.distributed_lag.
  #
  # long_run, mean_lag:: Change: value, se, ci_low, ci_high
  # fieller:: the interval of the long-run effect by Fieller; nils when it has no end
  # lag_50, lag_90:: first lag by which that share has arrived: found, earliest, latest
  # flags:: nickell, few_clusters, boundary
  class DistributedLag < Value.with(:table, :long_run, :fieller, :mean_lag, :lag_50, :lag_90, :flags, :n, :units,
                                    :df, :r2)
    # The effect at each lag, from 0.
    def coefficients
      table[:coefficient]
    end

    # The part of the long-run effect that has arrived by each lag.
    def shares
      table[:share]
    end

    def to_s
      "#{table.size} lags, n = #{n}: long run #{long_run}"
    end
  end

  # Does one series precede another? See CXKit.granger.
  #
  # table:: two rows, x to y and y to x
  # reverse_as_strong:: nil for a panel
  class Granger < Value.with(:table, :precedes, :p_value, :feedback, :reverse_as_strong, :flags)
    def to_s
      row = table[0]
      "#{row[:from]} #{precedes ? 'precedes' : 'is not shown to precede'} #{row[:to]}: p = #{short(p_value)}"
    end
  end

  class << self
    LAG_COVARIANCES = (0...Native::CX_LAG_COVARIANCE_END).to_h { |i| [Native.cx_lag_covariance_name(i), i] }.freeze
    LAG_SHAPES = (0...Native::CX_LAG_SHAPE_END).to_h { |i| [Native.cx_lag_shape_name(i), i] }.freeze
    private_constant :LAG_COVARIANCES, :LAG_SHAPES

    # Correlations of two series at lags, after the first has been made white.
    #
    # x, y:: one value for each period, in order
    # max_lag:: above 0 x moves first
    # prewhiten:: false: raw correlations, without tests
    # filter:: coefficients of the autoregression of x, if they are known
    # order, difference:: nil: by AICc, and by the KPSS test
    # fewest:: pairs of a lag that is shown; nil: 20
    def cross_correlate(x, y, max_lag: 12, prewhiten: true, filter: nil, order: nil, difference: nil, fewest: nil,
                        confidence: 0.95)
      options = Options.build(:Cx_cross_correlate_options, max_lag: max_lag, prewhiten: prewhiten ? 1 : 0,
                                                           order: order, difference: difference, fewest: fewest,
                                                           confidence: confidence)
      Input.open do |input|
        cross_correlation(Table.new(Native.cx_cross_correlate(input.column(x, :x), input.column(y, :y),
                                                              input.column(filter, :filter), options)))
      end
    end

    # How an effect of x on y is spread over time. It says what goes before, not what makes it so.
    #
    # shape:: free, almon (degree, near_zero, far_zero), koyck or smoothed (penalty)
    # unit, period:: of a panel: which series a row belongs to, and when
    # covariates:: numbers of the same period, by name
    # own_lags, horizon:: lags of y among the regressors; last lag of the table
    # cov:: auto, newey-west (hac_lags), cluster, hc1, classical
    def distributed_lag(x, y, shape: :free, unit: nil, period: nil, covariates: nil, cov: :auto, near_zero: false,
                        far_zero: false, small_sample: true, **more)
      options = Options.build(:Cx_distributed_lag_options, shape: Options.word(:shape, shape, LAG_SHAPES),
                                                           covariance: Options.word(:cov, cov, LAG_COVARIANCES),
                                                           near_zero: near_zero ? 1 : 0, far_zero: far_zero ? 1 : 0,
                                                           small_sample: small_sample ? 1 : 0, **lag_numbers(more))
      Input.open do |input|
        distributed(Table.new(Native.cx_distributed_lag(input.column(x, :x), input.column(y, :y),
                                                        input.column(unit, :unit), input.column(period, :period),
                                                        input.frame(covariates, :covariates), options)))
      end
    end

    # Does the past of x help to predict y, beyond y's own past? And the other way round?
    #
    # lags:: how many, or a list such as [1, 12]; nil: by BIC up to max_lag (4)
    # cov:: classical (F), hc1 or newey-west (hac_lags)
    # unit, period:: of a panel: the test of Dumitrescu and Hurlin
    def granger(x, y, lags: nil, max_lag: nil, covariates: nil, cov: :classical, hac_lags: nil, unit: nil, period: nil,
                confidence: 0.95)
      count = lags.is_a?(Integer) ? lags : max_lag
      options = Options.build(:Cx_granger_options, max_lag: count, select: lags.nil? && unit.nil? ? 1 : 0,
                                                   covariance: Options.word(:cov, cov, LAG_COVARIANCES),
                                                   hac_lags: hac_lags, confidence: confidence)
      chosen = lags unless lags.is_a?(Integer)
      misuse("period is for a panel: give unit too, or rows in order") if period && unit.nil?
      misuse("a panel takes a number of lags, and no covariates") if unit && (chosen || covariates)
      Input.open do |input|
        pair = [input.column(x, :x), input.column(y, :y)]
        rest = if unit then [input.column(unit, :unit), input.column(period, :period)]
               else [input.frame(covariates, :covariates), input.column(chosen, :lags)]
               end
        call = unit ? :cx_granger_panel : :cx_granger
        precedence(Table.new(Native.public_send(call, *pair, *rest, options)), unit ? :p_tilde : :p_value)
      end
    end

    private

    def lag_numbers(more)
      unknown = more.keys - %i[max_lag degree own_lags horizon hac_lags penalty confidence]
      raise ArgumentError, "unknown keyword: #{unknown.join(', ')}" unless unknown.empty?

      more
    end

    def cross_correlation(table)
      figures = table.figures
      order = figures[:order].to_i
      outside = table[:lag].zip(table[:outside]).select { |_lag, where| %w[above below].include?(where) }
      CrossCorrelation.new(table: table, correlation: table[:lag].zip(table[:correlation]).to_h.freeze,
                           outside: outside.map(&:first).freeze, peak_lag: figures[:peak_lag]&.to_i,
                           filter: (1..order).map { |i| figures[:"ar_#{i}"] }.freeze, order: order,
                           difference: figures[:difference].to_i, prewhitened: figures[:prewhitened] == 1,
                           n: figures[:n].to_i, **%i[peak forward backward].to_h { |name| [name, figures[name]] })
    end

    def distributed(table)
      figures = table.figures
      flags = %i[nickell few_clusters boundary].select { |flag| figures[flag] == 1 }
      within = %i[lag_50 lag_90].to_h do |name|
        [name, [figures[name], figures[:"#{name}_low"], figures[:"#{name}_high"]].freeze]
      end
      DistributedLag.new(table: table, long_run: change_of(figures, :long_run),
                         fieller: [figures[:long_run_fieller_low], figures[:long_run_fieller_high]].freeze,
                         mean_lag: change_of(figures, :mean_lag), flags: flags.freeze, n: figures[:n].to_i,
                         units: figures[:units].to_i, df: figures[:df], r2: figures[:r2], **within)
    end

    def precedence(table, column)
      figures = table.figures
      flags = %i[few_periods feedback reverse_as_strong].select { |flag| figures[flag] == 1 }
      strong = figures.key?(:reverse_as_strong) ? figures[:reverse_as_strong] == 1 : nil
      Granger.new(table: table, precedes: table[:verdict][0] == "precedes", p_value: table[column][0],
                  feedback: figures[:feedback] == 1, reverse_as_strong: strong, flags: flags.freeze)
    end
  end
end
