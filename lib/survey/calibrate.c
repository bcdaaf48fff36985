#include "survey/weights.h"

/* From what is known to weights. */

void cx_calibrate_options_init(cx_calibrate_options *options) {
    if (options == NULL) return;
    *options = (cx_calibrate_options){.struct_size = sizeof *options,
                                      .distance = CX_DISTANCE_RAKING,
                                      .max_iterations = 200,
                                      .upper = (double)INFINITY,
                                      .tolerance = 1e-10,
                                      .total = (double)NAN};
}

const char *cx_distance_name(int32_t distance) {
    static const char *const names[] = {"raking", "linear", "logit", "truncated-linear",
                                        "truncated-raking"};
    return distance >= 0 && distance < CX_DISTANCE_END ? names[distance] : "unknown";
}

/* -- options ------------------------------------------------------------------------------- */

static cx_status calibrate_check_bounds(const cx_calibrate_options *o, cx_error *err) {
    bool open = o->lower == 0 && o->upper == (double)INFINITY;
    if (!(o->lower >= 0 && o->lower < 1 && o->upper > 1))
        return cx_i_fail(err, CX_E_OPTION,
                         "bounds are %g and %g: 0 <= lower < 1 < upper, since they bound the ratio "
                         "of a weight to its start",
                         o->lower, o->upper);
    if (o->distance == CX_DISTANCE_LOGIT && o->upper == (double)INFINITY)
        return cx_i_fail(err, CX_E_OPTION, "distance logit needs an upper bound, such as 5");
    if (o->distance == CX_DISTANCE_LINEAR && !open)
        return cx_i_fail(err, CX_E_OPTION,
                         "distance linear has no bounds: use truncated-linear or logit");
    return CX_OK;
}

static cx_status calibrate_check_numbers(const cx_calibrate_options *o, cx_error *err) {
    if (!(o->tolerance > 0 && o->tolerance < 1))
        return cx_i_fail(err, CX_E_OPTION, "tolerance is %g: it has to lie between 0 and 1",
                         o->tolerance);
    if (!isnan(o->total) && !(o->total > 0 && isfinite(o->total)))
        return cx_i_fail(err, CX_E_OPTION, "total is %g: it has to be positive", o->total);
    if (o->max_iterations < 1)
        return cx_i_fail(err, CX_E_OPTION, "max_iterations is %d: at least 1",
                         (int64_t)o->max_iterations);
    if (o->reserved != 0) return cx_i_fail(err, CX_E_OPTION, "reserved is not 0");
    return CX_OK;
}

static cx_status calibrate_options(const cx_calibrate_options *given, cx_calibrate_options *used,
                                   cx_error *err) {
    cx_calibrate_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_calibrate_options", err));
    if (used->distance < 0 || used->distance >= CX_DISTANCE_END)
        return cx_i_fail(err, CX_E_OPTION, "distance is %d, which is not a cx_distance",
                         (int64_t)used->distance);
    if (used->allow_unconverged < 0 || used->allow_unconverged > 1)
        return cx_i_fail(err, CX_E_OPTION, "allow_unconverged is %d: 0 or 1",
                         (int64_t)used->allow_unconverged);
    if (used->rescale < 0 || used->rescale > 1)
        return cx_i_fail(err, CX_E_OPTION, "rescale is %d: 0 or 1", (int64_t)used->rescale);
    CX_TRY(calibrate_check_numbers(used, err));
    return calibrate_check_bounds(used, err);
}

/* -- start weights ------------------------------------------------------------------------- */

static cx_status calibrate_start(cx_weights *w, const cx_array *weights, double *total,
                                 cx_error *err) {
    int64_t rows = w->constraints.rows;
    if (weights == NULL) {
        w->start[0] = 1;
        *total = (double)rows;
        return CX_OK;
    }
    *total = 0;
    for (int64_t start = 0; start < rows; start += CX_I_BLOCK) {
        int64_t count = rows - start < CX_I_BLOCK ? rows - start : CX_I_BLOCK;
        cx_i_array_read(weights, start, count, w->start + start);
        for (int64_t i = start; i < start + count; i++) {
            CX_TRY(cx_i_weight_check(weights, i, w->start[i], err));
            *total += w->start[i];
        }
    }
    if (!(*total > 0)) return cx_i_fail(err, CX_E_EMPTY, "no row has a weight to start from");
    return CX_OK;
}

static cx_status calibrate_room(cx_weights *w, cx_error *err) {
    const cx_i_constraints *c = &w->constraints;
    CX_TRY(cx_i_weights_room(w, c->rows, err));
    w->start = cx_i_alloc_room(&w->allocator, w->step == 1 ? c->rows : 1, sizeof *w->start);
    w->ratio = cx_i_alloc_array(&w->allocator, c->cells, sizeof *w->ratio);
    w->lambda = cx_i_alloc_array(&w->allocator, c->count, sizeof *w->lambda);
    w->start_total = cx_i_alloc_array(&w->allocator, c->count, sizeof *w->start_total);
    w->attained = cx_i_alloc_array(&w->allocator, c->count, sizeof *w->attained);
    if (w->start == NULL || w->ratio == NULL || w->lambda == NULL || w->start_total == NULL ||
        w->attained == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

/* Cells of a category whose total is 0 get no weight. */
static void calibrate_drop_zeros(const cx_i_constraints *c, double *start) {
    for (int64_t m = 0; m < c->margins; m++) {
        bool any = false;
        for (int64_t j = c->first[m]; j < c->first[m + 1]; j++) any = any || c->wanted[j] == 0;
        for (int64_t i = 0; i < c->cells && any; i++)
            if (c->wanted[c->first[m] + c->code[m][i]] == 0) start[i] = 0;
    }
}

/* `reach` holds the totals of the start weights that are left when zeros are dropped. */
static cx_status calibrate_check_reach(const cx_i_constraints *c, const double *cell_start,
                                       const double *reach, cx_error *err) {
    char category[128];
    for (int64_t j = 0; j < c->count; j++) {
        if (c->wanted[j] == 0 || reach[j] != 0) continue;
        int64_t m = cx_i_constraints_margin(c, j);
        bool reached = false;
        for (int64_t i = 0; m < 0 && i < c->cells && !reached; i++)
            reached = cell_start[i] > 0 && c->column[j - c->first[c->margins]][i] != 0;
        if (reached) continue;
        cx_i_constraints_category(c, j, category, sizeof category);
        return cx_i_fail(err, CX_E_INFEASIBLE,
                         m >= 0 ? "margin %s: category %s has the total %g and nobody behind it: "
                                  "merge it with another one"
                                : "column %s%s has the total %g and is 0 in every row",
                         cx_i_constraints_name(c, j), category, c->wanted[j]);
    }
    return CX_OK;
}

/* -- solving ------------------------------------------------------------------------------- */

/* Rows that stand at a bound, as far as there are bounds. */
static void calibrate_count_bounds(cx_weights *w) {
    const cx_i_distance *d = &w->distance;
    if (!(d->lower > 0) && d->upper == (double)INFINITY) return;
    for (int64_t row = 0; row < w->constraints.rows; row++) {
        double start = cx_i_weights_start(w, row);
        if (!(start > 0) || w->weight[row] == 0) continue;
        double ratio = w->weight[row] / start;
        w->summary.at_lower += d->lower > 0 && ratio <= d->lower * (1 + 1e-12) ? 1 : 0;
        w->summary.at_upper += ratio >= d->upper * (1 - 1e-12) ? 1 : 0;
    }
}

static void calibrate_summarise(cx_weights *w, const cx_i_solver *s) {
    cx_i_weights_measure(w);
    cx_i_weights_compare(w);
    calibrate_count_bounds(w);
    w->summary.dropped = w->constraints.count - s->rank;
    w->summary.iterations = s->iterations;
}

static cx_status calibrate_unmet(const cx_weights *w, cx_error *err) {
    const cx_weights_summary *s = &w->summary;
    bool bounded = w->distance.lower > 0 || w->distance.upper < (double)INFINITY;
    return cx_i_fail(err, CX_E_CONVERGENCE,
                     "the totals cannot be met together: %s%s%s comes to %g instead of %g after "
                     "%d iterations; %smerge categories, or allow weights that have not converged",
                     s->worst_margin, s->worst_category[0] != '\0' ? ", category " : "",
                     s->worst_category, s->worst_attained, s->worst_wanted, s->iterations,
                     bounded ? "widen the bounds, " : "");
}

/* One margin alone: every category is scaled to its total. */
static void calibrate_scale(cx_i_solver *s, const double *start, double *ratio) {
    const cx_i_constraints *c = s->constraints;
    cx_i_solver_attained(s, start, s->attained);
    for (int64_t i = 0; i < c->cells; i++) {
        int64_t j = c->code[0][i];
        ratio[i] = s->attained[j] > 0 ? c->wanted[j] / s->attained[j] : 0;
        bool linear = s->distance.kind == CX_DISTANCE_LINEAR;
        s->lambda[j] = linear ? ratio[i] - 1 : ratio[i] > 0 ? log(ratio[i]) : 0;
    }
    memcpy(s->attained, c->wanted, (size_t)c->count * sizeof *s->attained);
    s->converged = true;
    s->rank = c->count;
    s->iterations = 1;
}

static void calibrate_finish(cx_weights *w, cx_i_solver *s) {
    const cx_i_constraints *c = &w->constraints;
    for (int64_t row = 0; row < c->rows && w->step == 1; row++)
        w->weight[row] = w->start[row] * w->ratio[c->cell != NULL ? c->cell[row] : row];
    for (int64_t row = 0; row < c->rows && w->step == 0; row++)
        w->weight[row] = w->start[0] * w->ratio[c->cell != NULL ? c->cell[row] : row];
    memcpy(w->lambda, s->lambda, (size_t)c->count * sizeof *w->lambda);
    memcpy(w->attained, s->attained, (size_t)c->count * sizeof *w->attained);
    calibrate_summarise(w, s);
}

static void calibrate_run_solver(cx_weights *w, cx_i_solver *s, double total,
                                 const double *cell_start) {
    const cx_i_constraints *c = &w->constraints;
    bool raking = w->distance.kind == CX_DISTANCE_RAKING;
    double wanted = 0;
    if (c->margins == 1 && c->columns == 0 && (raking || w->distance.kind == CX_DISTANCE_LINEAR)) {
        calibrate_scale(s, cell_start, w->ratio);
        return;
    }
    for (int64_t j = 0; c->margins > 0 && j < c->first[1]; j++) wanted += c->wanted[j];
    for (int64_t j = 0; c->margins > 0 && raking && j < c->first[1]; j++)
        s->lambda[j] = log(wanted / total);
    cx_i_solver_run(s, cell_start, w->ratio);
}

static cx_status calibrate_solve(cx_weights *w, const cx_calibrate_options *options, double total,
                                 double *cell_start, cx_error *err) {
    const cx_i_constraints *c = &w->constraints;
    cx_i_solver solver;
    CX_TRY(cx_i_solver_new(c, w->distance, options, &solver, err));
    cx_i_weights_collapse_start(w, cell_start);
    cx_i_solver_attained(&solver, cell_start, w->start_total);
    calibrate_drop_zeros(c, cell_start);
    cx_i_solver_attained(&solver, cell_start, w->attained);
    cx_status status = calibrate_check_reach(c, cell_start, w->attained, err);
    if (status == CX_OK) {
        calibrate_run_solver(w, &solver, total, cell_start);
        calibrate_finish(w, &solver);
        if (!solver.converged && options->allow_unconverged == 0) status = calibrate_unmet(w, err);
    }
    cx_i_solver_free(&solver);
    return status;
}

static cx_status calibrate_make(cx_weights *w, const cx_i_calibration *given, int64_t rows,
                                const cx_array *weights, const cx_calibrate_options *options,
                                cx_error *err) {
    double total, whole;
    w->step = weights != NULL ? 1 : 0;
    CX_TRY(cx_i_constraints_read(given, rows, &w->allocator, &w->constraints, err));
    CX_TRY(calibrate_room(w, err));
    CX_TRY(calibrate_start(w, weights, &total, err));
    CX_TRY(cx_i_constraints_scale(&w->constraints, options, total, &whole, err));
    if (weights == NULL &&
        w->constraints.margins > 0) { /* a ratio then says what a row stands for */
        w->start[0] = whole / (double)rows;
        total = whole;
    }
    double *cell_start = cx_i_alloc_array(&w->allocator, w->constraints.cells, sizeof *cell_start);
    if (cell_start == NULL) return cx_i_out_of_memory(err);
    cx_status status = calibrate_solve(w, options, total, cell_start, err);
    cx_i_free(&w->allocator, cell_start);
    return status;
}

/* -- the calls ----------------------------------------------------------------------------- */

static cx_status calibrate_check_frame(const cx_frame *frame, const char *role, int accepts,
                                       const cx_array *weights, int64_t *rows, cx_error *err) {
    CX_TRY(cx_i_frame_check(frame, role, accepts, err));
    if (frame->count == 0) return cx_i_fail(err, CX_E_EMPTY, "%s has no column", role);
    *rows = frame->columns[0].length;
    if (weights == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    return cx_i_array_same_length(&frame->columns[0], role, weights, "weights", err);
}

static cx_status calibrate_run(const cx_i_calibration *given, int64_t rows, const cx_array *weights,
                               const cx_calibrate_options *options, cx_weights **out,
                               cx_error *err) {
    cx_allocator allocator = cx_i_allocator(options->allocator);
    if (rows == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no row to weight");
    cx_weights *made = cx_i_alloc(&allocator, sizeof *made);
    if (made == NULL) return cx_i_out_of_memory(err);
    made->allocator = allocator;
    atomic_init(&made->references, 1);
    made->constraints.allocator = &made->allocator;
    made->distance = (cx_i_distance){options->distance, options->lower, options->upper};
    made->tolerance = options->tolerance;
    made->max_iterations = options->max_iterations;
    cx_status status = calibrate_make(made, given, rows, weights, options, err);
    if (status != CX_OK) {
        cx_weights_free(made);
        return status;
    }
    *out = made;
    return CX_OK;
}

static cx_status calibrate_missing(const void *table, const void *margins, const void *out,
                                   cx_error *err) {
    if (table != NULL && margins != NULL && out != NULL) return CX_OK;
    return cx_i_fail(err, CX_E_NULL, "%s is missing",
                     table == NULL     ? "table"
                     : margins == NULL ? "margins"
                                       : "out");
}

cx_status cx_rake(const cx_frame *table, const cx_margins *margins, const cx_array *weights,
                  const cx_calibrate_options *options, cx_weights **out, cx_error *err) {
    cx_calibrate_options used;
    cx_i_calibration given = {table, margins, NULL, NULL};
    int64_t rows;
    CX_TRY(calibrate_missing(table, margins, out, err));
    CX_TRY(calibrate_options(options, &used, err));
    if (used.distance != CX_DISTANCE_RAKING && used.distance != CX_DISTANCE_TRUNCATED_RAKING)
        return cx_i_fail(err, CX_E_OPTION, "distance %s is not a raking one: use cx_calibrate",
                         cx_distance_name(used.distance));
    if (used.lower > 0 || used.upper < (double)INFINITY)
        used.distance = CX_DISTANCE_TRUNCATED_RAKING;
    if (margins->count == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no margin to rake to");
    CX_TRY(calibrate_check_frame(table, "table", CX_I_KEYS, weights, &rows, err));
    return calibrate_run(&given, rows, weights, &used, out, err);
}

cx_status cx_poststratify(const cx_frame *table, const cx_margins *margins, const cx_array *weights,
                          const cx_calibrate_options *options, cx_weights **out, cx_error *err) {
    cx_calibrate_options used;
    cx_i_calibration given = {table, margins, NULL, NULL};
    int64_t rows;
    CX_TRY(calibrate_missing(table, margins, out, err));
    CX_TRY(calibrate_options(options, &used, err));
    if (used.lower > 0 || used.upper < (double)INFINITY)
        return cx_i_fail(err, CX_E_OPTION, "post-stratification has no bounds: use cx_rake");
    if (margins->count != 1)
        return cx_i_fail(err, CX_E_OPTION,
                         "there are %d margins: post-stratification is to one, of one or more "
                         "columns together",
                         margins->count);
    used.distance = CX_DISTANCE_LINEAR;
    CX_TRY(calibrate_check_frame(table, "table", CX_I_KEYS, weights, &rows, err));
    return calibrate_run(&given, rows, weights, &used, out, err);
}

cx_status cx_calibrate(const cx_frame *x, const cx_array *totals, const cx_frame *table,
                       const cx_margins *margins, const cx_array *weights,
                       const cx_calibrate_options *options, cx_weights **out, cx_error *err) {
    cx_calibrate_options used;
    cx_i_calibration given = {table, margins, x, totals};
    int64_t rows, others = 0;
    if (x == NULL || totals == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         x == NULL        ? "x"
                         : totals == NULL ? "totals"
                                          : "out");
    CX_TRY(calibrate_options(options, &used, err));
    CX_TRY(calibrate_check_frame(x, "x", CX_I_NUMBERS, weights, &rows, err));
    CX_TRY(cx_i_array_check(totals, "totals", CX_I_NUMBERS, err));
    if (totals->length != x->count)
        return cx_i_fail(err, CX_E_LENGTH, "there are %d totals for %d columns", totals->length,
                         x->count);
    if (margins != NULL && margins->count > 0) {
        if (table == NULL) return cx_i_fail(err, CX_E_NULL, "table is missing: margins need it");
        CX_TRY(calibrate_check_frame(table, "table", CX_I_KEYS, NULL, &others, err));
        if (others != rows)
            return cx_i_fail(err, CX_E_LENGTH, "x has %d rows and table has %d", rows, others);
    }
    return calibrate_run(&given, rows, weights, &used, out, err);
}
