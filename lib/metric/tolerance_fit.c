#include "metric/tolerance.h"

#include "stat/estimate.h"
#include "stat/resample.h"

/* The tolerance of one group, and its interval. */

/* -- one fit ------------------------------------------------------------------------------- */

/* The lowest quarter of the waits, by weight, with all that tie. */
static void tolerance_lowest_quarter(const cx_i_points *points, cx_i_tolerance_fit *fit) {
    double all = 0, sum = 0;
    for (int64_t i = 0; i < points->count; i++) all += points->w[i];
    for (int64_t i = 0; i < points->count; i++) {
        if (!(points->w[i] > 0)) continue;
        if (fit->first < 0) fit->first = i;
        sum += points->w[i];
        fit->last = i;
        if (sum >= 0.25 * (1 - 1e-12) * all) return;
    }
}

static void tolerance_stated_band(const cx_i_points *points, double low, double high,
                                  cx_i_tolerance_fit *fit) {
    for (int64_t i = 0; i < points->count && points->x[i] <= high; i++) {
        if (points->x[i] < low || !(points->w[i] > 0)) continue;
        if (fit->first < 0) fit->first = i;
        fit->last = i;
    }
}

static bool tolerance_is_last(const cx_i_points *points, int64_t i) {
    for (i++; i < points->count; i++)
        if (points->w[i] > 0) return false;
    return true;
}

bool cx_i_tolerance_solve(const cx_i_points *points, double drop,
                          const cx_tolerance_options *options, cx_i_tolerance_fit *fit) {
    double w = 0, wy = 0;
    *fit = (cx_i_tolerance_fit){-INFINITY, NAN, -1, -1};
    if (isnan(options->band_low))
        tolerance_lowest_quarter(points, fit);
    else
        tolerance_stated_band(points, options->band_low, options->band_high, fit);
    if (fit->first < 0) return false;
    for (int64_t i = fit->first; i <= fit->last; i++) {
        w += points->w[i];
        wy += points->wy[i];
    }
    fit->baseline = wy / w;
    if (options->shape == CX_SHAPE_ISOTONIC) {
        int64_t last = cx_i_antitonic_last(points, fit->baseline - drop);
        if (last >= 0)
            fit->tolerance = tolerance_is_last(points, last) ? INFINITY : points->x[last];
    } else {
        cx_i_knot knot = cx_i_knot_fit(points, options->shape == CX_SHAPE_PLATEAU);
        double last = cx_i_knot_last(&knot, fit->baseline - drop);
        if (!isnan(last)) fit->tolerance = last >= knot.x_high ? INFINITY : last;
    }
    return true;
}

/* -- bootstrap ----------------------------------------------------------------------------- */

static void tolerance_draw(const cx_i_pairs *pairs, uint64_t seed, int32_t draw) {
    cx_i_resample(seed, CX_I_PURPOSE_TOLERANCE, (uint32_t)draw, pairs->units, pairs->units,
                  pairs->counts);
    memset(pairs->w_drawn, 0, (size_t)pairs->points.count * sizeof *pairs->w_drawn);
    memset(pairs->wy_drawn, 0, (size_t)pairs->points.count * sizeof *pairs->wy_drawn);
    for (int64_t i = 0; i < pairs->rows; i++) {
        double count = (double)pairs->counts[pairs->unit != NULL ? pairs->unit[i] : i];
        double w = count * pairs->w[i];
        pairs->w_drawn[pairs->point[i]] += w;
        pairs->wy_drawn[pairs->point[i]] += w * pairs->y[i];
    }
}

static int64_t tolerance_bootstrap(const cx_i_pairs *pairs, double drop,
                                   const cx_tolerance_options *options) {
    cx_i_points drawn = {pairs->points.x, pairs->w_drawn, pairs->wy_drawn, pairs->points.count};
    cx_i_tolerance_fit fit;
    int64_t made = 0;
    for (int32_t draw = 0; draw < options->draws; draw++) {
        tolerance_draw(pairs, options->seed, draw);
        if (!cx_i_tolerance_solve(&drawn, drop, options, &fit)) continue;
        pairs->draws[made] = fit.tolerance;
        pairs->draws_level[made++] = fit.baseline;
    }
    cx_i_resample_sort(pairs->draws, made);
    cx_i_resample_sort(pairs->draws_level, made);
    return made;
}

/* NaN unless all are finite. */
static double tolerance_sd(const double *values, int64_t count) {
    double mean = 0, square = 0;
    for (int64_t i = 0; i < count; i++) mean += values[i] / (double)count;
    for (int64_t i = 0; i < count; i++) square += (values[i] - mean) * (values[i] - mean);
    return count > 1 && isfinite(mean) ? sqrt(square / (double)(count - 1)) : (double)NAN;
}

/* -- the result ---------------------------------------------------------------------------- */

static void tolerance_counts(const cx_i_pairs *pairs, int64_t from, int64_t to, cx_estimate *out) {
    double squares = 0, lowest = INFINITY, highest = -INFINITY;
    out->n = 0, out->sum_w = 0;
    for (int64_t i = 0; i < pairs->rows; i++) {
        if (pairs->point[i] < from || pairs->point[i] > to) continue;
        out->n++;
        out->sum_w += pairs->w[i];
        squares += pairs->w[i] * pairs->w[i];
        lowest = fmin(lowest, pairs->y[i]);
        highest = fmax(highest, pairs->y[i]);
        if (pairs->w[i] != 1) out->flags |= CX_FLAG_WEIGHTED;
    }
    out->n_eff = squares > 0 ? out->sum_w * out->sum_w / squares : 0;
    if (out->n_eff < 5 * (1 - 1e-12)) out->flags |= CX_FLAG_FEW;
    if (!(highest > lowest)) out->flags |= CX_FLAG_NO_VARIANCE;
}

static void tolerance_limits(const double *draws, int64_t made, double longest, cx_estimate *out) {
    double tail = (1 - out->confidence) / 2;
    if (made == 0) return;
    out->method = CX_METHOD_BOOTSTRAP;
    out->ci_low = cx_i_resample_quantile(draws, made, tail);
    out->ci_high = cx_i_resample_quantile(draws, made, 1 - tail);
    out->se = tolerance_sd(draws, made);
    if (out->ci_low > longest) out->ci_low = longest;
    if (out->ci_high > longest) out->flags |= CX_FLAG_CENSORED;
    if (out->ci_low < 0) { /* below the level from the start */
        out->ci_low = 0;
        out->flags |= CX_FLAG_CLIPPED;
    }
    if (out->ci_high < 0) out->ci_high = 0;
}

static void tolerance_baseline(const cx_i_pairs *pairs, const cx_tolerance_options *options,
                               double sign, int64_t made, cx_estimate *out) {
    double tail = (1 - options->confidence) / 2;
    double low = made > 0 ? cx_i_resample_quantile(pairs->draws_level, made, tail) : (double)NAN;
    double high =
        made > 0 ? cx_i_resample_quantile(pairs->draws_level, made, 1 - tail) : (double)NAN;
    out->method = CX_METHOD_BOOTSTRAP;
    out->ci_low = sign > 0 ? low : -high;
    out->ci_high = sign > 0 ? high : -low;
    out->se = tolerance_sd(pairs->draws_level, made);
    if (options->measure == CX_MEASURE_DETRACTORS) out->flags |= CX_FLAG_LOWER_IS_BETTER;
}

static cx_unit tolerance_unit(int32_t measure) {
    return measure == CX_MEASURE_MEAN  ? CX_UNIT_SCALE
           : measure == CX_MEASURE_NPS ? CX_UNIT_POINTS
                                       : CX_UNIT_FRACTION;
}

cx_status cx_i_tolerance_group(const cx_i_pairs *pairs, double drop,
                               const cx_tolerance_options *options, cx_tolerance_result *out,
                               cx_error *err) {
    cx_i_tolerance_fit fit;
    double sign = options->measure == CX_MEASURE_DETRACTORS ? -1 : 1;
    tolerance_counts(pairs, 0, pairs->points.count, &out->tolerance);
    if (pairs->rows == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no valid pair");
    if (!cx_i_tolerance_solve(&pairs->points, drop, options, &fit))
        return cx_i_fail(err, CX_E_EMPTY, "no wait lies in the band from %g to %g seconds",
                         options->band_low, options->band_high);
    bool stated = !isnan(options->band_low);
    out->band_low = stated ? options->band_low : pairs->points.x[fit.first];
    out->band_high = stated ? options->band_high : pairs->points.x[fit.last];
    out->baseline = cx_i_estimate_new(options->confidence, tolerance_unit(options->measure));
    tolerance_counts(pairs, fit.first, fit.last, &out->baseline);
    out->baseline.value = sign * fit.baseline;
    out->level = sign * (fit.baseline - drop);
    out->longest = pairs->points.x[pairs->points.count - 1];
    out->draws = tolerance_bootstrap(pairs, drop, options);
    int64_t beyond = 0;
    for (int64_t i = 0; i < out->draws; i++) beyond += pairs->draws[i] > out->longest;
    out->beyond = out->draws > 0 ? (double)beyond / (double)out->draws : (double)NAN;
    tolerance_limits(pairs->draws, out->draws, out->longest, &out->tolerance);
    tolerance_baseline(pairs, options, sign, out->draws, &out->baseline);
    out->tolerance.value = isfinite(fit.tolerance) ? fit.tolerance : (double)NAN;
    if (isfinite(fit.tolerance)) return CX_OK;
    out->tolerance.flags |= CX_FLAG_UNIDENTIFIED;
    out->tolerance.status = CX_E_UNIDENTIFIED;
    return CX_OK;
}
