#include "base/sort.h"
#include "survey/weights.h"

/* Weights cut to caps. With the total kept the new weights are those of one factor c: w becomes
 * min(high, max(low, c w)), whose sum rises with c. */

enum { TRIM_ROUNDS = 200 };

void cx_trim_options_init(cx_trim_options *options) {
    if (options == NULL) return;
    *options = (cx_trim_options){
        .struct_size = sizeof *options, .base = CX_TRIM_MEDIAN, .redistribute = 1, .upper = 5};
}

static cx_status trim_options(const cx_trim_options *given, cx_trim_options *used, cx_error *err) {
    cx_trim_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_trim_options", err));
    if (used->base < 0 || used->base >= CX_TRIM_END)
        return cx_i_fail(err, CX_E_OPTION, "base is %d, which is not a cx_trim_base",
                         (int64_t)used->base);
    if (used->redistribute < 0 || used->redistribute > 1)
        return cx_i_fail(err, CX_E_OPTION, "redistribute is %d: 0 or 1",
                         (int64_t)used->redistribute);
    if (used->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    if (!(used->lower >= 0 && used->lower < used->upper))
        return cx_i_fail(err, CX_E_OPTION, "the caps are %g and %g: 0 <= lower < upper",
                         used->lower, used->upper);
    if (used->base != CX_TRIM_ABSOLUTE && !(used->lower <= 1 && used->upper >= 1))
        return cx_i_fail(err, CX_E_OPTION,
                         "the caps are %g and %g: lower <= 1 <= upper, since they are multiples of "
                         "the middle",
                         used->lower, used->upper);
    return CX_OK;
}

/* -- the caps ------------------------------------------------------------------------------ */

typedef struct trim_caps {
    double low, high, total;
    int64_t count; /* weights other than 0 */
} trim_caps;

static cx_status trim_median(const cx_weights *w, int64_t count, double *median, cx_error *err) {
    cx_i_sortable *items = cx_i_alloc_room(&w->allocator, count, sizeof *items);
    cx_i_sortable *scratch = cx_i_alloc_room(&w->allocator, count, sizeof *scratch);
    bool made = items != NULL && scratch != NULL;
    for (int64_t row = 0, n = 0; made && row < w->constraints.rows; row++)
        if (w->weight[row] != 0)
            items[n++] = (cx_i_sortable){cx_i_sort_key_f64(w->weight[row]), row};
    if (made) {
        cx_i_sort(items, scratch, count);
        *median = (w->weight[items[(count - 1) / 2].row] + w->weight[items[count / 2].row]) / 2;
    }
    cx_i_free(&w->allocator, items);
    cx_i_free(&w->allocator, scratch);
    return made ? CX_OK : cx_i_out_of_memory(err);
}

static cx_status trim_find_caps(const cx_weights *w, const cx_trim_options *options,
                                trim_caps *caps, cx_error *err) {
    double middle = 1;
    *caps = (trim_caps){0, 0, 0, 0};
    for (int64_t row = 0; row < w->constraints.rows; row++) {
        caps->total += w->weight[row];
        caps->count += w->weight[row] != 0 ? 1 : 0;
    }
    if (!(caps->total > 0)) return cx_i_fail(err, CX_E_EMPTY, "no row has a weight");
    if (options->base == CX_TRIM_MEAN) middle = caps->total / (double)caps->count;
    if (options->base == CX_TRIM_MEDIAN) CX_TRY(trim_median(w, caps->count, &middle, err));
    caps->low = options->lower * middle;
    caps->high = options->upper * middle;
    if (options->redistribute == 0) return CX_OK;
    if ((double)caps->count * caps->high < caps->total * (1 - 1e-12))
        return cx_i_fail(err, CX_E_INFEASIBLE,
                         "%d weights of at most %g cannot add up to %g: raise upper, take the mean "
                         "as the base, or do not redistribute",
                         caps->count, caps->high, caps->total);
    if ((double)caps->count * caps->low > caps->total * (1 + 1e-12))
        return cx_i_fail(err, CX_E_INFEASIBLE,
                         "%d weights of at least %g cannot add up to %g: lower the lower cap",
                         caps->count, caps->low, caps->total);
    return CX_OK;
}

/* -- the factor ---------------------------------------------------------------------------- */

static double trim_one(const trim_caps *caps, double factor, double weight) {
    if (weight == 0) return 0;
    return fmin(caps->high, fmax(caps->low, factor * weight));
}

/* The sum of what is cut with a factor, and how it rises with it. */
static double trim_sum(const cx_weights *w, const trim_caps *caps, double factor, double *slope) {
    cx_i_twofold sum = cx_i_tf(0);
    *slope = 0;
    for (int64_t row = 0; row < w->constraints.rows; row++) {
        double weight = w->weight[row], cut = trim_one(caps, factor, weight);
        sum = cx_i_tf_add(sum, cx_i_tf(cut));
        if (cut == factor * weight) *slope += weight;
    }
    return sum.hi;
}

/* Newton's method on a rising broken line, inside a bracket that closes. */
static double trim_factor(const cx_weights *w, const trim_caps *caps, int64_t *rounds) {
    double low = 0, high = (double)INFINITY, factor = 1, slope;
    for (*rounds = 1; *rounds < TRIM_ROUNDS; ++*rounds) {
        double miss = caps->total - trim_sum(w, caps, factor, &slope);
        if (fabs(miss) <= 1e-15 * caps->total) break;
        if (miss > 0)
            low = factor;
        else
            high = factor;
        double next = factor + miss / slope;
        if (!(next > low && next < high))
            next = high < (double)INFINITY ? low + (high - low) / 2 : 2 * factor;
        if (next == factor || !isfinite(next)) break;
        factor = next;
    }
    return factor;
}

static void trim_apply(cx_weights *w, const trim_caps *caps, double factor) {
    cx_weights_summary *out = &w->summary;
    for (int64_t row = 0; row < w->constraints.rows; row++) {
        double moved = factor * w->weight[row];
        w->weight[row] = trim_one(caps, factor, w->weight[row]);
        if (w->weight[row] == 0) continue;
        out->at_lower += moved < caps->low ? 1 : 0;
        out->at_upper += moved > caps->high ? 1 : 0;
    }
}

/* -- the weights to be cut ----------------------------------------------------------------- */

static cx_status trim_room(cx_weights *w, cx_error *err) {
    const cx_i_constraints *c = &w->constraints;
    CX_TRY(cx_i_weights_room(w, c->rows, err));
    w->start = cx_i_alloc_array(&w->allocator, w->step == 1 ? c->rows : 1, sizeof *w->start);
    w->start_total = cx_i_alloc_array(&w->allocator, c->count, sizeof *w->start_total);
    w->attained = cx_i_alloc_array(&w->allocator, c->count, sizeof *w->attained);
    if (w->start == NULL || w->start_total == NULL || w->attained == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

static cx_status trim_read(cx_weights *w, const cx_array *weights, cx_error *err) {
    w->constraints.rows = w->constraints.cells = weights->length;
    w->constraints.allocator = &w->allocator;
    w->tolerance = 1e-10;
    w->step = 1;
    CX_TRY(trim_room(w, err));
    /* no margins: room for none of them, so that whatever walks the margins finds an end */
    w->constraints.first = cx_i_alloc_array(&w->allocator, 1, sizeof *w->constraints.first);
    if (w->constraints.first == NULL) return cx_i_out_of_memory(err);
    for (int64_t start = 0; start < weights->length; start += CX_I_BLOCK) {
        int64_t left = weights->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(weights, start, count, w->weight + start);
        for (int64_t i = start; i < start + count; i++)
            CX_TRY(cx_i_weight_check(weights, i, w->weight[i], err));
    }
    memcpy(w->start, w->weight, (size_t)weights->length * sizeof *w->start);
    return CX_OK;
}

static cx_status trim_borrow(cx_weights *w, const cx_weights *from, cx_error *err) {
    const cx_i_constraints *c = &from->constraints;
    cx_i_weights_hold(from);
    w->source = (cx_weights *)from;
    w->constraints = *c;
    w->step = from->step;
    w->distance = from->distance;
    w->tolerance = from->tolerance;
    w->max_iterations = from->max_iterations;
    w->summary.dropped = from->summary.dropped;
    CX_TRY(trim_room(w, err));
    memcpy(w->start, from->start, (size_t)(w->step == 1 ? c->rows : 1) * sizeof *w->start);
    memcpy(w->weight, from->weight, (size_t)c->rows * sizeof *w->weight);
    memcpy(w->start_total, from->start_total, (size_t)c->count * sizeof *w->start_total);
    return CX_OK;
}

static cx_status trim_attained(cx_weights *w, cx_error *err) {
    double *cell = cx_i_alloc_array(&w->allocator, w->constraints.cells, sizeof *cell);
    if (cell == NULL) return cx_i_out_of_memory(err);
    cx_i_weights_collapse(&w->constraints, w->weight, cell);
    cx_i_constraints_attained(&w->constraints, cell, w->attained);
    cx_i_free(&w->allocator, cell);
    return CX_OK;
}

/* -- the call ------------------------------------------------------------------------------ */

static cx_status trim_make(cx_weights *w, const cx_array *weights, const cx_weights *calibrated,
                           const cx_trim_options *options, cx_error *err) {
    trim_caps caps;
    int64_t rounds = 1;
    CX_TRY(calibrated != NULL ? trim_borrow(w, calibrated, err) : trim_read(w, weights, err));
    CX_TRY(trim_find_caps(w, options, &caps, err));
    trim_apply(w, &caps, options->redistribute == 1 ? trim_factor(w, &caps, &rounds) : 1);
    CX_TRY(trim_attained(w, err));
    cx_i_weights_measure(w);
    cx_i_weights_compare(w);
    w->summary.iterations = rounds;
    w->summary.cap_lower = caps.low;
    w->summary.cap_upper = caps.high;
    if (fabs(w->summary.total - caps.total) > w->tolerance * caps.total) w->summary.converged = 0;
    return CX_OK;
}

cx_status cx_trim(const cx_array *weights, const cx_weights *calibrated,
                  const cx_trim_options *options, cx_weights **out, cx_error *err) {
    cx_trim_options used;
    if (out == NULL || (weights == NULL && calibrated == NULL))
        return cx_i_fail(err, CX_E_NULL, "%s is missing", out == NULL ? "out" : "weights");
    CX_TRY(trim_options(options, &used, err));
    if (weights != NULL && calibrated != NULL)
        return cx_i_fail(err, CX_E_OPTION,
                         "weights and calibrated are both given: calibrated ones have weights");
    if (weights != NULL) CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    cx_allocator allocator = cx_i_allocator(used.allocator);
    cx_weights *made = cx_i_alloc(&allocator, sizeof *made);
    if (made == NULL) return cx_i_out_of_memory(err);
    made->allocator = allocator;
    made->constraints.allocator = &made->allocator;
    atomic_init(&made->references, 1);
    cx_status status = trim_make(made, weights, calibrated, &used, err);
    if (status != CX_OK) {
        cx_weights_free(made);
        return status;
    }
    *out = made;
    return CX_OK;
}
