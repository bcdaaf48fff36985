#include "survey/ppi.h"

#include <cxkit/special.h>

#include "stat/estimate.h"

enum { PPI_FEW = 50 };

void cx_ppi_options_init(cx_ppi_options *options) {
    if (options == NULL) return;
    *options = (cx_ppi_options){.struct_size = sizeof *options,
                                .promoters = 9,
                                .detractors = 6,
                                .scale_max = 10,
                                .lam = 1,
                                .confidence = CX_I_DEFAULT_CONFIDENCE};
}

const char *cx_labelled_name(int32_t labelled) {
    static const char *const names[] = {"unstated", "random", "weighted", "chose"};
    return labelled >= 0 && labelled < CX_LABELLED_END ? names[labelled] : "unknown";
}

/* -- one call ------------------------------------------------------------------------------ */

typedef struct ppi_call {
    cx_ppi_options options;
    cx_allocator allocator;
    bool net;
    cx_i_ppi_side answers, others;
    cx_i_keys keys;
    cx_i_ppi_cluster *cell;             /* of each key, or NULL */
    int64_t labelled, unlabelled, both; /* clusters */
    cx_ppi_result out;
} ppi_call;

static cx_status ppi_check_choice(const char *name, int32_t value, int32_t end, cx_error *err) {
    if (value >= 0 && value < end) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d: it lies in 0..%d", name, (int64_t)value,
                     (int64_t)end - 1);
}

static cx_status ppi_check_labelled(const cx_ppi_options *o, bool weighted, cx_error *err) {
    CX_TRY(ppi_check_choice("labelled", o->labelled, CX_LABELLED_END, err));
    switch (o->labelled) {
    case CX_LABELLED_UNSTATED:
        return cx_i_fail(err, CX_E_OPTION,
                         "labelled is not stated: \"random\" when chance decided who has an "
                         "answer, \"weighted\" when the weights undo unequal chances; when "
                         "customers chose to answer, take aipw_mean with their propensity");
    case CX_LABELLED_CHOSE:
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "customers chose to answer: predictions corrected by the answers of those "
                         "would be biased; take aipw_mean with the propensity of each to answer");
    case CX_LABELLED_WEIGHTED:
        if (!weighted)
            return cx_i_fail(err, CX_E_OPTION,
                             "labelled is \"weighted\" and there are no weights: give 1 / chance");
        return CX_OK;
    default:
        return CX_OK;
    }
}

static cx_status ppi_check_cuts(const cx_ppi_options *o, cx_error *err) {
    if (o->scale_min <= o->detractors && o->detractors < o->promoters &&
        o->promoters <= o->scale_max)
        return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "the cut points %d and %d do not lie in the scale %d to %d: detractors below "
                     "promoters, both answers of the scale",
                     (int64_t)o->detractors, (int64_t)o->promoters, (int64_t)o->scale_min,
                     (int64_t)o->scale_max);
}

static cx_status ppi_check_options(ppi_call *call, const cx_ppi_options *given, bool weighted,
                                   cx_error *err) {
    cx_ppi_options *o = &call->options;
    cx_ppi_options_init(o);
    CX_TRY(cx_i_options_take(given, o, sizeof *o, "cx_ppi_options", err));
    CX_TRY(cx_i_check_confidence(o->confidence, err));
    CX_TRY(ppi_check_choice("form", o->form, CX_PPI_FORM_END, err));
    CX_TRY(ppi_check_choice("tuning", o->tuning, CX_PPI_TUNING_END, err));
    CX_TRY(ppi_check_choice("centring", o->centring, CX_PPI_CENTRING_END, err));
    CX_TRY(ppi_check_choice("alternative", o->alternative, CX_ALTERNATIVE_END, err));
    if (!isfinite(o->lam))
        return cx_i_fail(err, CX_E_OPTION, "lam is %g: it has to be a number", o->lam);
    if (call->net) CX_TRY(ppi_check_cuts(o, err));
    return ppi_check_labelled(o, weighted, err);
}

static cx_status ppi_check_side(const cx_i_ppi_side *side, const char *role, cx_error *err) {
    CX_TRY(cx_i_array_check(side->f, role, CX_I_NUMBERS, err));
    if (side->y != NULL) {
        CX_TRY(cx_i_array_check(side->y, "y", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(side->y, "y", side->f, role, err));
    }
    if (side->w != NULL) {
        CX_TRY(cx_i_array_check(side->w, "weights", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(side->w, "weights", side->f, role, err));
    }
    if (side->by == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(side->by, "clusters", CX_I_KEYS, err));
    if (side->by->count == 0) return cx_i_fail(err, CX_E_EMPTY, "clusters: there is no column");
    return cx_i_array_same_length(&side->by->columns[0], "clusters", side->f, role, err);
}

/* -- clusters ------------------------------------------------------------------------------ */

static cx_status ppi_bind(ppi_call *call, cx_error *err) {
    if (call->answers.by != NULL) CX_TRY(cx_i_keys_bind(&call->keys, call->answers.by, err));
    if (call->others.by == NULL) return CX_OK;
    if (call->answers.by == NULL)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "clusters_unlabelled are given and clusters are not: give both, or the "
                         "clusters of the answers");
    return cx_i_keys_bind(&call->keys, call->others.by, err);
}

static void ppi_count_clusters(ppi_call *call) {
    for (int64_t i = 0; i < call->keys.count; i++) {
        const cx_i_ppi_cluster *c = &call->cell[i];
        call->labelled += c->labelled ? 1 : 0;
        call->unlabelled += c->unlabelled ? 1 : 0;
        call->both += c->labelled && c->unlabelled ? 1 : 0;
    }
    call->out.clusters = call->labelled;
}

/* -- variance ------------------------------------------------------------------------------ */

/* The two parts of the variance as polynomials of lambda: of the answers yy - 2 lambda yf +
 * lambda^2 ff, of the others lambda^2 other; each with the number of its units. */
typedef struct ppi_parts {
    double yy, yf, ff, other;
    double units, other_units;
} ppi_parts;

static ppi_parts ppi_rows(const ppi_call *call) {
    const cx_i_ppi_side *a = &call->answers, *b = &call->others;
    double n = (double)a->n, m = (double)b->n;
    ppi_parts p = {a->yy / (n * n), a->yf / (n * n), a->ff / (n * n), 0, n, m};
    if (b->n > 0) p.other = b->ff / (m * m);
    return p;
}

/* With clusters on both sides in common, one part: deviations of a cluster add up before they are
 * squared. */
static ppi_parts ppi_clusters(const ppi_call *call) {
    ppi_parts p = {0, 0, 0, 0, (double)call->labelled, (double)call->unlabelled};
    for (int64_t i = 0; i < call->keys.count; i++) {
        const cx_i_ppi_cluster *c = &call->cell[i];
        double f = call->both > 0 ? c->f - c->other : c->f;
        p.yy += c->y * c->y;
        p.yf += c->y * f;
        p.ff += f * f;
        if (call->both == 0) p.other += c->other * c->other;
    }
    if (call->others.by == NULL) {
        ppi_parts rows = ppi_rows(call);
        p.other = rows.other;
        p.other_units = rows.other_units;
    }
    return p;
}

/* n / (n - taken) in the default form: what is divided by is what is left of n. */
static double ppi_scale(const ppi_call *call, double units, double taken) {
    if (call->options.form == CX_PPI_PUBLISHED) return 1;
    return units > taken ? units / (units - taken) : (double)NAN;
}

static double ppi_pooled_variance(const ppi_call *call) {
    const cx_i_ppi_side *a = &call->answers, *b = &call->others;
    double n = (double)a->n, m = (double)b->n;
    double centre = (n * a->mean_f + m * b->mean_f) / (n + m);
    double da = a->mean_f - centre, db = b->mean_f - centre;
    double sum = a->ff + 2 * da * a->vf + da * da * a->vv;
    sum += b->ff + 2 * db * b->vf + db * db * b->vv;
    return sum / (n + m - 1);
}

/* Predictions that differ by more than the rounding of their mean. */
static bool ppi_varies(const ppi_call *call) {
    const cx_i_ppi_side *a = &call->answers;
    double variance = ppi_pooled_variance(call),
           centre = fmax(fabs(a->mean_f), fabs(call->others.mean_f));
    return variance > 1e-26 * centre * centre && a->ff > 1e-26 * centre * centre * (double)a->n;
}

/* Lambda of least variance, or the published one. */
static double ppi_tune(const ppi_call *call, const ppi_parts *p) {
    double n = (double)call->answers.n, m = (double)call->others.n, scale = 1, lambda;
    if (call->cell == NULL && call->options.tuning == CX_PPI_POOLED) {
        double variance = ppi_pooled_variance(call);
        scale = ppi_scale(call, n, 1);
        lambda = scale * call->answers.yf / n / ((1 + n / m) * variance);
    } else {
        scale = ppi_scale(call, p->units, 1);
        double other = call->both > 0 ? 0 : p->other * ppi_scale(call, p->other_units, 1);
        if (!(p->ff + other > 0)) return 0;
        lambda = scale * p->yf / (scale * p->ff + other);
    }
    return lambda > 0 ? fmin(lambda, 1) : 0;
}

/* -- the estimate -------------------------------------------------------------------------- */

static void ppi_limits(const ppi_call *call, cx_estimate *e) {
    double tail = 1 - e->confidence;
    bool normal = call->options.form == CX_PPI_PUBLISHED;
    if (call->options.alternative == CX_TWO_SIDED) tail /= 2;
    double q = normal ? cx_normal_quantile_upper(tail) : cx_t_quantile_upper(tail, e->df);
    e->ci_low = e->value - q * e->se;
    e->ci_high = e->value + q * e->se;
    if (e->se > 0) {
        double z = e->value / e->se, upper = normal ? cx_normal_sf(z) : cx_t_sf(z, e->df);
        double lower = normal ? cx_normal_sf(-z) : cx_t_sf(-z, e->df);
        double both = 2 * fmin(upper, lower);
        e->p_value = call->options.alternative == CX_LARGER    ? upper
                     : call->options.alternative == CX_SMALLER ? lower
                                                               : fmin(both, 1);
    }
    if (call->options.alternative == CX_LARGER) e->ci_high = (double)INFINITY;
    if (call->options.alternative == CX_SMALLER) e->ci_low = -(double)INFINITY;
}

/* No interval: limits at infinity, and why. */
static void ppi_no_limits(cx_estimate *e) {
    e->ci_low = -(double)INFINITY;
    e->ci_high = (double)INFINITY;
    e->df = 0;
    e->status = CX_E_FEW;
    e->flags |= CX_FLAG_FEW | CX_FLAG_NO_VARIANCE;
}

static void ppi_infer(const ppi_call *call, const ppi_parts *p, double lambda, bool tuned,
                      cx_estimate *e) {
    double taken = tuned && lambda != 0 ? 2 : 1;
    double own = fmax(p->yy - 2 * lambda * p->yf + lambda * lambda * p->ff, 0);
    double other = lambda * lambda * p->other;
    e->method = call->options.form == CX_PPI_PUBLISHED ? CX_METHOD_WALD : CX_METHOD_T;
    e->value = call->answers.mean_y + lambda * (call->others.mean_f - call->answers.mean_f);
    if (!(p->units > taken)) {
        ppi_no_limits(e);
        return;
    }
    own *= ppi_scale(call, p->units, taken);
    if (other > 0) other *= ppi_scale(call, p->other_units, 1);
    double variance = own + other;
    e->se = sqrt(variance);
    if (call->options.form == CX_PPI_DEFAULT) {
        e->df = p->units - taken;
        if (other > 0)
            e->df = variance * variance /
                    (own * own / (p->units - taken) + other * other / (p->other_units - 1));
    }
    if (!(variance > 0)) e->flags |= CX_FLAG_NO_VARIANCE;
    ppi_limits(call, e);
}

static void ppi_describe(const ppi_call *call, const ppi_parts *p, cx_estimate *e) {
    const cx_i_ppi_side *a = &call->answers;
    *e = cx_i_estimate_new(call->options.confidence, call->net ? CX_UNIT_POINTS : CX_UNIT_SCALE);
    e->n = a->n;
    e->sum_w = a->sum_w;
    memcpy(e->excluded, a->excluded, sizeof e->excluded);
    if (a->w != NULL || call->others.w != NULL) e->flags |= CX_FLAG_WEIGHTED;
    if (p->units < PPI_FEW || a->n < PPI_FEW) e->flags |= CX_FLAG_FEW;
}

static void ppi_to_points(cx_estimate *e) {
    e->value *= 100;
    e->ci_low *= 100;
    e->ci_high *= 100;
    e->se *= 100;
    cx_i_estimate_clip(e, -100, 100);
}

static double ppi_lambda(const ppi_call *call, const ppi_parts *p, bool *tuned) {
    double least = call->options.form == CX_PPI_PUBLISHED ? 1 : 2;
    *tuned = call->options.tuning != CX_PPI_GIVEN;
    if (call->others.n < 2 || (call->cell != NULL && p->other_units < 2)) return 0;
    if (!*tuned) return call->options.lam;
    return p->units > least && ppi_varies(call) ? ppi_tune(call, p) : 0;
}

static void ppi_finish(ppi_call *call) {
    cx_ppi_result *out = &call->out;
    bool tuned;
    ppi_parts p = call->cell != NULL ? ppi_clusters(call) : ppi_rows(call);
    out->lam = ppi_lambda(call, &p, &tuned);
    out->unlabelled = call->others.n;
    memcpy(out->unlabelled_out, call->others.excluded, sizeof out->unlabelled_out);
    ppi_describe(call, &p, &out->estimate);
    ppi_describe(call, &p, &out->classical);
    ppi_infer(call, &p, out->lam, tuned, &out->estimate);
    ppi_infer(call, &p, 0, false, &out->classical);
    double kish = call->answers.sum_w * call->answers.sum_w / call->answers.sum_w2;
    double gain = out->classical.se / out->estimate.se;
    out->classical.n_eff = kish;
    out->estimate.n_eff = out->estimate.se > 0 ? kish * gain * gain : kish;
    if (call->net) {
        ppi_to_points(&out->estimate);
        ppi_to_points(&out->classical);
    }
}

static cx_status ppi_work(ppi_call *call, cx_error *err) {
    CX_TRY(ppi_bind(call, err));
    CX_TRY(cx_i_ppi_count(&call->answers, &call->keys, err));
    if (call->answers.n == 0)
        return cx_i_fail(err, CX_E_EMPTY, "no row has an answer, a prediction and a weight");
    CX_TRY(cx_i_ppi_count(&call->others, &call->keys, err));
    if (call->answers.by != NULL) {
        call->cell = cx_i_alloc_array(&call->allocator, call->keys.count, sizeof *call->cell);
        if (call->cell == NULL) return cx_i_out_of_memory(err);
    }
    CX_TRY(cx_i_ppi_spread(&call->answers, &call->keys, call->cell, err));
    CX_TRY(cx_i_ppi_spread(&call->others, &call->keys, call->cell, err));
    if (call->cell != NULL) ppi_count_clusters(call);
    ppi_finish(call);
    return CX_OK;
}

static cx_status ppi_run(ppi_call *call, const cx_ppi_options *options, cx_ppi_result *out,
                         cx_error *err) {
    cx_i_ppi_side *a = &call->answers, *b = &call->others;
    if (a->y == NULL || a->f == NULL || b->f == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         a->y == NULL   ? (call->net ? "scores" : "y")
                         : a->f == NULL ? "predicted"
                         : b->f == NULL ? "predicted_unlabelled"
                                        : "out");
    CX_TRY(ppi_check_options(call, options, a->w != NULL, err));
    CX_TRY(ppi_check_side(a, "predicted", err));
    CX_TRY(ppi_check_side(b, "predicted_unlabelled", err));
    const cx_ppi_options *o = &call->options;
    bool published = o->form == CX_PPI_PUBLISHED;
    a->net = b->net = call->net ? o : NULL;
    a->plain = b->plain =
        o->centring == CX_PPI_PLAIN || (o->centring == CX_PPI_CENTRING_AUTO && published);
    call->allocator = cx_i_allocator(o->allocator);
    cx_i_keys_init(&call->keys, &call->allocator);
    cx_status status = ppi_work(call, err);
    cx_i_keys_free(&call->keys);
    cx_i_free(&call->allocator, call->cell);
    if (status == CX_OK) *out = call->out;
    return status;
}

cx_status cx_ppi_mean(const cx_array *y, const cx_array *predicted,
                      const cx_array *predicted_unlabelled, const cx_array *weights,
                      const cx_array *weights_unlabelled, const cx_frame *clusters,
                      const cx_frame *clusters_unlabelled, const cx_ppi_options *options,
                      cx_ppi_result *out, cx_error *err) {
    ppi_call call = {
        .answers = {.y = y, .f = predicted, .w = weights, .by = clusters},
        .others = {.f = predicted_unlabelled, .w = weights_unlabelled, .by = clusters_unlabelled}};
    return ppi_run(&call, options, out, err);
}

cx_status cx_ppi_nps(const cx_array *scores, const cx_array *predicted,
                     const cx_array *predicted_unlabelled, const cx_array *weights,
                     const cx_array *weights_unlabelled, const cx_frame *clusters,
                     const cx_frame *clusters_unlabelled, const cx_ppi_options *options,
                     cx_ppi_result *out, cx_error *err) {
    ppi_call call = {
        .net = true,
        .answers = {.y = scores, .f = predicted, .w = weights, .by = clusters},
        .others = {.f = predicted_unlabelled, .w = weights_unlabelled, .by = clusters_unlabelled}};
    return ppi_run(&call, options, out, err);
}
