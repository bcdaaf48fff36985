# frozen_string_literal: true

module CXKit
  # An estimate that predictions had a part in; see CXKit.ppi_mean. Immutable.
  #
  # estimate:: the figure; its n_eff is how many answers without predictions would be worth the same
  # classical:: the answers alone
  # lam:: the trust in the predictions that was used
  # unlabelled:: predictions used of those without an answer
  # unlabelled_excluded:: those left out, by reason
  # clusters:: with an answer; 0 without clusters
  class PpiEstimate < Value.with(:estimate, :classical, :lam, :unlabelled, :unlabelled_excluded, :clusters)
    # The estimate of a native one.
    def self.from(raw)
      reasons = (0...Native::CX_EXCLUDED_END).to_h do |code|
        [Native.cx_excluded_name(code).to_sym, raw.unlabelled_excluded(code)]
      end
      new(estimate: Estimate.from(raw.estimate), classical: Estimate.from(raw.classical), lam: raw.lam,
          unlabelled: raw.unlabelled, unlabelled_excluded: reasons, clusters: raw.clusters)
    end

    %i[value ci_low ci_high se df n n_eff flags].each { |name| define_method(name) { estimate.public_send(name) } }

    def to_f
      value
    end

    def to_s
      "#{estimate}, lambda #{short(lam)}"
    end
  end

  class << self
    # Mean of a few answers, sharpened by predictions for many.
    #
    # labelled:: what is taken for granted: random (chance decided who has an answer; nil without weights) or weighted
    #            (the weights undo unequal chances; nil with them); chose is refused: see aipw_mean
    # lam:: auto, optimal or a number; 0 ignores the predictions
    # form:: default (n - 1 and t) or published (n and z)
    # centring:: how weights enter the variance: hajek, published, or auto by the form
    # alternative:: two-sided, larger or smaller
    def ppi_mean(y, predicted, predicted_unlabelled, **options)
      ppi(:cx_ppi_mean, [y, predicted, predicted_unlabelled], **options)
    end

    # Net Promoter Score in points; predictions are P(promoter) - P(detractor). Options as in ppi_mean.
    def ppi_nps(scores, predicted, predicted_unlabelled, promoters: 9, detractors: 6, scale: 0..10, **options)
      low, high = Options.scale(scale)
      ppi(:cx_ppi_nps, [scores, predicted, predicted_unlabelled],
          cuts: {promoters: promoters, detractors: detractors, scale_min: low, scale_max: high}, **options)
    end

    private

    def ppi(function, columns, labelled: nil, lam: "auto", weights: nil, weights_unlabelled: nil, clusters: nil,
            clusters_unlabelled: nil, form: "default", centring: "auto", alternative: "two-sided", confidence: 0.95,
            cuts: {})
      labelled ||= weights ? "weighted" : "random"
      options = ppi_options(labelled, lam, form: form, centring: centring, alternative: alternative)
      cuts.merge(confidence: confidence).each { |name, value| options.public_send(:"#{name}=", value) }
      Input.open do |input|
        read = columns.zip(%i[y predicted predicted_unlabelled]).map { |x, role| input.column(x, role) }
        PpiEstimate.from(Native.public_send(function, *read, input.column(weights, :weights),
                                            input.column(weights_unlabelled, :weights_unlabelled),
                                            input.frame(clusters, "cluster"),
                                            input.frame(clusters_unlabelled, "cluster"), options))
      end
    end

    def ppi_options(labelled, lam, form:, centring:, alternative:)
      number = lam.is_a?(Numeric)
      Options.build(:Cx_ppi_options,
                    labelled: Options.word(:labelled, labelled, Options::LABELLED),
                    tuning: number ? Native::CX_PPI_GIVEN : Options.word(:lam, lam, Options::PPI_TUNINGS),
                    lam: number ? Float(lam) : nil,
                    form: Options.word(:form, form, Options::PPI_FORMS),
                    centring: Options.word(:centring, centring, Options::PPI_CENTRINGS),
                    alternative: Options.word(:alternative, alternative, Options::ALTERNATIVES))
    end
  end
end
