#include "metric/scores.h"

/* -- figures ------------------------------------------------------------------------------- */

double cx_i_tally_square(const cx_tally *tally, int32_t step) {
    return tally->cells.weighted ? cx_i_sum_value(&tally->cells.square[step])
                                 : (double)tally->cells.count[step];
}

double cx_i_tally_weight_between(const cx_tally *tally, int32_t low, int32_t high) {
    cx_i_sum total = {{0, 0, 0}};
    for (int32_t step = 0; step < cx_i_tally_levels(tally); step++) {
        int32_t score = tally->scale_min + step;
        if (score < low || score > high) continue;
        if (tally->cells.weighted)
            cx_i_sum_merge(&total, &tally->cells.weight[step]);
        else
            cx_i_sum_add_i64(&total, tally->cells.count[step]);
    }
    return cx_i_sum_value(&total);
}

double cx_i_tally_sum_w(const cx_tally *tally) {
    return tally == NULL ? 0 : cx_i_tally_weight_between(tally, tally->scale_min, tally->scale_max);
}

/* Without weights n_eff is n exactly; with them deff = V / V_srs, and n_eff = n / deff, at most n.
 * Answers that are all alike have no deff of their own: then Kish's. */
static void scores_effective(cx_i_figures *figures, double linear, bool weighted) {
    double n = (double)figures->n;
    figures->n_eff = n;
    if (weighted) {
        figures->n_eff =
            linear > 0 ? figures->spread * figures->sum_w * figures->sum_w / linear : figures->kish;
        figures->n_eff = fmin(figures->n_eff, n);
    }
    if (figures->n > 1)
        figures->se = weighted ? sqrt(linear) / figures->sum_w : sqrt(figures->spread / n);
}

/* Sums are taken about the first reading in use: answers that are all alike have a spread of
 * exactly 0, and a distant scale loses no digits. */
cx_i_figures cx_i_tally_figures(const cx_tally *tally, cx_i_reading reading, const void *context) {
    cx_i_figures figures = {cx_tally_n(tally), 0, NAN, NAN, NAN, NAN, NAN};
    double sum_y = 0, squares = 0, spread = 0, linear = 0, centre = NAN;
    figures.sum_w = cx_i_tally_sum_w(tally);
    if (!(figures.sum_w > 0)) return figures;
    for (int32_t i = 0; i < cx_i_tally_levels(tally); i++) {
        double weight = cx_tally_weight(tally, tally->scale_min + i);
        double y = reading(tally->scale_min + i, context);
        if (isnan(centre) && weight > 0) centre = y;
        if (weight > 0) sum_y += weight * (y - centre);
    }
    figures.mean = centre + sum_y / figures.sum_w;
    for (int32_t i = 0; i < cx_i_tally_levels(tally); i++) {
        double distance = reading(tally->scale_min + i, context) - figures.mean;
        spread += cx_tally_weight(tally, tally->scale_min + i) * distance * distance;
        linear += cx_i_tally_square(tally, i) * distance * distance;
        squares += cx_i_tally_square(tally, i);
    }
    figures.spread = spread / figures.sum_w;
    figures.kish = squares > 0 ? figures.sum_w * figures.sum_w / squares : 0;
    scores_effective(&figures, linear, tally->cells.weighted);
    return figures;
}

cx_status cx_i_tally_check_weights(const cx_tally *tally, cx_error *err) {
    double squares = 0, n = (double)cx_tally_n(tally);
    if (!tally->cells.weighted || n == 0) return CX_OK;
    for (int32_t i = 0; i < cx_i_tally_levels(tally); i++) squares += cx_i_tally_square(tally, i);
    if (n * 0x1p-65 <= 1e-9 * squares) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN,
                     "the weights are too small to be summed exactly: multiply them all by a "
                     "factor that brings their mean near 1");
}

cx_status cx_i_tally_estimate(const cx_tally *tally, double confidence, cx_unit unit,
                              const cx_i_figures *figures, cx_estimate *out, cx_error *err) {
    *out = cx_i_estimate_new(confidence, unit);
    memcpy(out->excluded, tally->cells.excluded, sizeof tally->cells.excluded);
    out->n = figures->n;
    out->sum_w = figures->sum_w;
    CX_TRY(cx_i_tally_check_weights(tally, err));
    if (figures->n == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no valid answer");
    out->n_eff = figures->n_eff;
    if (figures->n_eff < 5) out->flags |= CX_FLAG_FEW;
    if (!(figures->spread > 0) || figures->n < 2) out->flags |= CX_FLAG_NO_VARIANCE;
    if (tally->cells.weighted) out->flags |= CX_FLAG_WEIGHTED;
    if (tally->cells.rounded) out->flags |= CX_FLAG_ROUNDED;
    return CX_OK;
}

/* -- readings ------------------------------------------------------------------------------ */

double cx_i_read_net(int32_t score, const void *cuts) {
    const cx_i_net_cuts *net = cuts;
    return score >= net->promoters ? net->scale : score <= net->detractors ? -net->scale : 0;
}

double cx_i_read_score(int32_t score, const void *context) {
    (void)context;
    return score;
}

double cx_i_read_top(int32_t score, const void *lowest_top) {
    const int32_t *lowest = lowest_top;
    return score >= *lowest ? 1 : 0;
}

double cx_i_read_bottom(int32_t score, const void *highest_bottom) {
    const int32_t *highest = highest_bottom;
    return score <= *highest ? 1 : 0;
}

cx_status cx_i_check_cuts(int32_t detractors, int32_t promoters, int32_t scale_min,
                          int32_t scale_max, cx_error *err) {
    if (detractors >= promoters)
        return cx_i_fail(err, CX_E_OPTION,
                         "detractors reach up to %d and promoters begin at %d: they overlap",
                         (int64_t)detractors, (int64_t)promoters);
    if (detractors < scale_min || promoters > scale_max)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the cut points %d and %d do not lie on the scale %d to %d: a question "
                         "asked there is no net promoter question; read it as a share or a mean, "
                         "or state cut points of its own",
                         (int64_t)detractors, (int64_t)promoters, (int64_t)scale_min,
                         (int64_t)scale_max);
    return CX_OK;
}

cx_status cx_i_top_boxes(int32_t top, int32_t scale_min, int32_t scale_max, int32_t *lowest,
                         cx_error *err) {
    int32_t levels = scale_max - scale_min + 1, boxes = top;
    if (top == 0) boxes = levels <= 3 ? 1 : levels <= 7 ? 2 : levels == 10 ? 3 : 0;
    if (top == 0 && boxes == 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "a scale of %d steps has no usual top boxes: state how many (top)",
                         (int64_t)levels);
    if (boxes < 1 || boxes >= levels)
        return cx_i_fail(err, CX_E_OPTION, "top is %d; a scale of %d steps has 1 to %d top boxes",
                         (int64_t)boxes, (int64_t)levels, (int64_t)levels - 1);
    *lowest = scale_max - boxes + 1;
    return CX_OK;
}
