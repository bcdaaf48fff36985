#include "business/regress.h"

/* Fixed effects: taken out of the columns, or carried along as columns of their own. */

#define FIXED_ABSORBED 1e-12 /* variance left, over the variance there was */

/* -- which ones ---------------------------------------------------------------------------- */

/* cr2 and wild see the model cluster by cluster: an effect that reaches over clusters has to be a
 * column. */
static cx_status fixed_choose(cx_i_rows *rows, const cx_regress_options *options, bool *hidden,
                              cx_error *err) {
    bool strict = options->cov == CX_COV_CR2 || options->cov == CX_COV_WILD;
    int64_t columns = strict ? cx_i_rows_carried(rows) : 0, nested = 0;
    for (int f = 0; f < rows->fixeds; f++) {
        hidden[f] = strict && !rows->nested[f];
        nested += rows->nested[f] ? rows->fixed[f].count - 1 : 0;
    }
    if (columns > CX_I_REGRESS_HIDDEN)
        return cx_i_fail(err, CX_E_LIMIT,
                         "%s can carry %d levels of fixed effects that are not nested in the "
                         "clusters, not %d: use cr1",
                         cx_cov_name(options->cov), (int64_t)CX_I_REGRESS_HIDDEN, columns);
    if (columns + rows->terms >= CX_MOMENTS_COLUMNS)
        return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than the %d of one model",
                         columns + rows->terms, (int64_t)CX_MOMENTS_COLUMNS - 1);
    rows->hidden = columns;
    rows->counted = -nested; /* the rank comes on top */
    return CX_OK;
}

/* -- columns ------------------------------------------------------------------------------- */

/* Copies of all columns: indicators of the hidden effects, then terms and outcome. */
static cx_status fixed_copy(cx_i_rows *rows, const bool *hidden, cx_error *err) {
    int64_t n = rows->n, all = rows->hidden + rows->terms + 1, cells, h = 0;
    if (!cx_i_mul_i64(all, n, &cells)) return cx_i_out_of_memory(err);
    double *room = cx_i_rows_room(rows, cells, sizeof *room);
    const double **column = cx_i_rows_take(rows, all, sizeof *column);
    if (room == NULL || column == NULL) return cx_i_out_of_memory(err);
    memset(room, 0, (size_t)(rows->hidden * n) * sizeof *room);
    for (int f = 0; f < rows->fixeds; f++) {
        if (!hidden[f]) continue;
        for (int64_t i = 0; i < n; i++) room[(h + rows->fixed[f].of[i]) * n + i] = 1;
        h += rows->fixed[f].count;
    }
    for (int64_t j = 0; j <= rows->terms; j++)
        memcpy(room + (h + j) * n, rows->column[j], (size_t)n * sizeof *room);
    for (int64_t j = 0; j < all; j++) column[j] = room + j * n;
    rows->column = column;
    rows->p = rows->hidden + rows->terms;
    return CX_OK;
}

static double fixed_weight(const cx_i_rows *rows, int64_t i) {
    return rows->weight == NULL ? 1 : rows->weight[i];
}

/* About the mean */
static double fixed_square(const cx_i_rows *rows, const double *x) {
    double sum = 0, square = 0;
    for (int64_t i = 0; i < rows->n; i++) sum += fixed_weight(rows, i) * (x[i] - x[0]);
    double mean = x[0] + sum / rows->sum_w;
    for (int64_t i = 0; i < rows->n; i++) {
        double d = x[i] - mean;
        square += fixed_weight(rows, i) * d * d;
    }
    return square;
}

static bool fixed_flat(const cx_i_rows *rows, const double *x) {
    for (int64_t i = 1; i < rows->n; i++)
        if (x[i] != x[0]) return false;
    return true;
}

static double fixed_rest(const cx_i_rows *rows, const double *x) {
    double square = 0;
    for (int64_t i = 0; i < rows->n; i++) square += fixed_weight(rows, i) * x[i] * x[i];
    return square;
}

/* Leaves zeros where the effects determine a column. */
static bool fixed_take_out(const cx_i_rows *rows, double *x) {
    double before = fixed_square(rows, x);
    cx_i_absorb_apply(&rows->absorb, x);
    bool gone = !(fixed_rest(rows, x) > FIXED_ABSORBED * before);
    if (gone) memset(x, 0, (size_t)rows->n * sizeof *x);
    return gone;
}

static cx_status fixed_outcome(cx_i_rows *rows, double *y, bool absorbed, cx_error *err) {
    const char *name = rows->name[rows->terms];
    if (fixed_flat(rows, y))
        return cx_i_blame(err, name,
                          cx_i_fail(err, CX_E_CONSTANT, "the outcome %s is constant", name));
    rows->tss = fixed_square(rows, y);
    if (absorbed && fixed_take_out(rows, y))
        return cx_i_blame(
            err, name,
            cx_i_fail(err, CX_E_CONSTANT, "the fixed effects determine the outcome %s", name));
    return CX_OK;
}

static cx_status fixed_apply(cx_i_rows *rows, bool absorbed, cx_error *err) {
    rows->status = cx_i_rows_take(rows, rows->terms, sizeof *rows->status);
    if (rows->status == NULL) return cx_i_out_of_memory(err);
    for (int64_t j = 0; j < rows->terms; j++) {
        double *x = (double *)rows->column[rows->hidden + j];
        if (fixed_flat(rows, x)) {
            rows->status[j] = CX_TERM_CONSTANT;
            memset(x, 0, (size_t)rows->n * sizeof *x);
        } else if (absorbed && fixed_take_out(rows, x)) {
            rows->status[j] = CX_TERM_ABSORBED;
        }
    }
    for (int64_t j = 0; j < rows->hidden && absorbed; j++)
        (void)fixed_take_out(rows, (double *)rows->column[j]);
    return fixed_outcome(rows, (double *)rows->column[rows->p], absorbed, err);
}

cx_status cx_i_rows_absorb(cx_i_rows *rows, const cx_regress_options *options, cx_error *err) {
    bool hidden[2] = {false, false};
    cx_i_groups sets[2];
    int count = 0;
    CX_TRY(fixed_choose(rows, options, hidden, err));
    for (int f = 0; f < rows->fixeds; f++)
        if (!hidden[f]) sets[count++] = (cx_i_groups){rows->fixed[f].of, rows->fixed[f].count};
    if (count > 0)
        CX_TRY(cx_i_absorb_new(&rows->absorb, rows->n, rows->weight, sets, count, &rows->allocator,
                               err));
    rows->counted += rows->absorb.rank;
    if (options->fixed_count == CX_FIXED_ALL) rows->counted = rows->absorb.rank;
    bool none = options->fixed_count == CX_FIXED_NONE || rows->counted < 1;
    if (none && count > 0) rows->counted = 1;
    CX_TRY(fixed_copy(rows, hidden, err));
    return fixed_apply(rows, count > 0, err);
}
