#include <cxkit/special.h>

#include "base/sort.h"
#include "business/correlate.h"
#include "business/moments.h"
#include "stat/estimate.h"

/* Relative variance below which a column is a combination of the others */
#define PARTIAL_TOLERANCE 1e-20

/* Complete rows of x, y and the controls, column after column. */
typedef struct partial_rows {
    const cx_frame *given;
    int64_t p, n, length; /* columns; complete rows; room for rows */
    double *value, *w;
    cx_i_sortable *items; /* room to rank */
    cx_moments *moments;
    cx_i_twofold *slope[2]; /* of x and of y on the controls */
    int64_t *control;
    bool *dropped;
    const cx_allocator *allocator;
} partial_rows;

/* -- reading ----------------------------------------------------------------------------------- */

static const cx_array *partial_of_rows(const partial_rows *rows, const cx_i_correlate_input *input,
                                       int64_t j) {
    return j < 2 ? input->column[j] : &rows->given->columns[j - 2];
}

static const char *partial_label(const partial_rows *rows, const cx_i_correlate_input *input,
                                 int64_t j) {
    return cx_i_array_name(partial_of_rows(rows, input, j), j == 0 ? "x" : j == 1 ? "y" : "given");
}

static cx_status partial_check(const partial_rows *rows, cx_i_correlate_input *input,
                               cx_error *err) {
    CX_TRY(cx_i_correlate_columns(input, err));
    CX_TRY(cx_i_frame_check(rows->given, "given", CX_I_NUMBERS, err));
    if (rows->given->count < 1)
        return cx_i_fail(err, CX_E_EMPTY, "given has no column to hold constant");
    if (rows->given->count + 2 > CX_MOMENTS_COLUMNS)
        return cx_i_fail(err, CX_E_LIMIT, "given has %d columns; there can be %d",
                         rows->given->count, (int64_t)CX_MOMENTS_COLUMNS - 2);
    return cx_i_array_same_length(input->column[0], "x", &rows->given->columns[0], "given", err);
}

static cx_status partial_room(partial_rows *rows, bool weighted, cx_error *err) {
    int64_t cells, k = rows->p - 2;
    if (!cx_i_mul_i64(rows->length, rows->p + 1, &cells)) return cx_i_out_of_memory(err);
    rows->value = cx_i_alloc_room(rows->allocator, cells, sizeof *rows->value);
    rows->slope[0] = cx_i_alloc_array(rows->allocator, 2 * k, sizeof *rows->slope[0]);
    rows->control = cx_i_alloc_array(rows->allocator, k, sizeof *rows->control);
    rows->dropped = cx_i_alloc_array(rows->allocator, k, sizeof *rows->dropped);
    if (rows->value == NULL || rows->slope[0] == NULL || rows->control == NULL ||
        rows->dropped == NULL)
        return cx_i_out_of_memory(err);
    rows->w = weighted ? rows->value + rows->length * rows->p : NULL;
    rows->slope[1] = rows->slope[0] + k;
    for (int64_t j = 0; j < k; j++) rows->control[j] = j + 2;
    return CX_OK;
}

static cx_status partial_check_value(const partial_rows *rows, const cx_i_correlate_input *input,
                                     int64_t j, int64_t row, double value, cx_error *err) {
    if (!isinf(value)) return CX_OK;
    return cx_i_array_infinite(partial_of_rows(rows, input, j), partial_label(rows, input, j), row,
                               value, err);
}

/* Reads a block behind the rows there are, and keeps the complete ones. */
static cx_status partial_read_block(partial_rows *rows, cx_i_correlate_input *input, int64_t start,
                                    int64_t count, cx_error *err) {
    bool keep[CX_I_BLOCK];
    double w[CX_I_BLOCK];
    for (int64_t r = 0; r < count; r++) keep[r] = true;
    for (int64_t j = 0; j < rows->p; j++) {
        double *x = rows->value + j * rows->length + rows->n;
        cx_i_array_read(partial_of_rows(rows, input, j), start, count, x);
        for (int64_t r = 0; r < count; r++) {
            CX_TRY(partial_check_value(rows, input, j, start + r, x[r], err));
            keep[r] = keep[r] && !isnan(x[r]);
        }
    }
    if (rows->w != NULL) cx_i_array_read(input->column[2], start, count, w);
    int64_t n = rows->n;
    for (int64_t r = 0; r < count; r++) {
        if (rows->w != NULL) CX_TRY(cx_i_weight_check(input->column[2], start + r, w[r], err));
        bool zero = keep[r] && rows->w != NULL && w[r] == 0;
        input->missing += !keep[r];
        input->zero += zero;
        if (!keep[r] || zero) continue;
        for (int64_t j = 0; j < rows->p; j++) {
            double *x = rows->value + j * rows->length;
            x[n] = x[rows->n + r];
        }
        if (rows->w != NULL) rows->w[n] = w[r];
        n++;
    }
    rows->n = n;
    return CX_OK;
}

static cx_status partial_gather(partial_rows *rows, cx_i_correlate_input *input, cx_error *err) {
    for (int64_t start = 0; start < rows->length; start += CX_I_BLOCK) {
        int64_t count = rows->length - start < CX_I_BLOCK ? rows->length - start : CX_I_BLOCK;
        CX_TRY(partial_read_block(rows, input, start, count, err));
    }
    input->n = rows->n;
    input->w = input->w2 = cx_i_tf((double)rows->n);
    if (rows->w == NULL) return CX_OK;
    input->w = input->w2 = cx_i_tf(0);
    for (int64_t r = 0; r < rows->n; r++) {
        cx_i_twofold w = cx_i_tf(rows->w[r]);
        input->w = cx_i_tf_add(input->w, w);
        input->w2 = cx_i_tf_add(input->w2, cx_i_tf_multiply(w, w));
    }
    return CX_OK;
}

/* Values become mid-ranks: the weight below and half of that beside, of the whole. */
static cx_status partial_rank(partial_rows *rows, const cx_i_correlate_input *input,
                              cx_error *err) {
    rows->items = cx_i_alloc_room(rows->allocator, rows->n, 2 * sizeof *rows->items);
    if (rows->items == NULL) return cx_i_out_of_memory(err);
    for (int64_t j = 0; j < rows->p; j++) {
        double *x = rows->value + j * rows->length, below = 0;
        for (int64_t r = 0; r < rows->n; r++)
            rows->items[r] = (cx_i_sortable){cx_i_sort_key_f64(x[r]), r};
        cx_i_sort(rows->items, rows->items + rows->n, rows->n);
        for (int64_t start = 0, end; start < rows->n; start = end) {
            double here = 0;
            for (end = start; end < rows->n && rows->items[end].key == rows->items[start].key;
                 end++)
                here += rows->w == NULL ? 1 : rows->w[rows->items[end].row] / input->w.hi;
            for (int64_t r = start; r < end; r++) x[rows->items[r].row] = below + here / 2;
            below += here;
        }
    }
    return CX_OK;
}

/* -- solving ----------------------------------------------------------------------------------- */

static cx_status partial_sum(partial_rows *rows, cx_error *err) {
    cx_array *columns = cx_i_alloc_array(rows->allocator, rows->p, sizeof *columns);
    cx_array weights = cx_array_of(rows->w, CX_F64, rows->n);
    if (columns == NULL) return cx_i_out_of_memory(err);
    cx_status status =
        cx_i_moments_make(rows->p, (size_t)rows->p * 8, rows->allocator, &rows->moments, err);
    for (int64_t j = 0; j < rows->p && status == CX_OK; j++) {
        char *name = rows->moments->names[0] + 8 * j;
        cx_i_text(name, 8, "%d", j);
        rows->moments->names[j] = name;
        columns[j] = cx_array_of(rows->value + j * rows->length, CX_F64, rows->n);
        columns[j].name = name;
    }
    cx_frame frame = {.columns = columns, .count = rows->p};
    if (status == CX_OK)
        status = cx_moments_add(rows->moments, &frame, rows->w == NULL ? NULL : &weights, err);
    cx_i_free(rows->allocator, columns);
    return status;
}

static cx_status partial_fit(partial_rows *rows, const cx_i_correlate_input *input, int64_t j,
                             cx_error *err) {
    int64_t k = rows->p - 2;
    cx_i_fit fit = {.coefficient = rows->slope[j], .dropped = rows->dropped};
    CX_TRY(
        cx_i_moments_fit(rows->moments, j, rows->control, k, true, PARTIAL_TOLERANCE, &fit, err));
    for (int64_t c = 0; c < k; c++) {
        const char *name = partial_label(rows, input, c + 2);
        if (!rows->dropped[c]) continue;
        bool constant = !(cx_moments_variance(rows->moments, c + 2) > 0);
        return cx_i_blame(
            err, name,
            constant ? cx_i_fail(err, CX_E_CONSTANT, "column %s is constant", name)
                     : cx_i_fail(err, CX_E_SINGULAR,
                                 "control %s is a combination of the controls before it", name));
    }
    return CX_OK;
}

/* The product of x or y (i) and x or y (j) that the controls leave */
static cx_i_twofold partial_rest(const partial_rows *rows, int64_t i, int64_t j) {
    const cx_i_sums *sums = cx_i_moments_now(rows->moments);
    cx_i_twofold rest = cx_i_moments_product(sums, i, j);
    for (int64_t c = 0; c + 2 < rows->p; c++)
        rest = cx_i_tf_subtract(
            rest, cx_i_tf_multiply(rows->slope[i][c], cx_i_moments_product(sums, c + 2, j)));
    return rest;
}

static cx_status partial_varies(const partial_rows *rows, const cx_i_correlate_input *input,
                                int64_t j, cx_i_twofold rest, cx_error *err) {
    double whole = cx_i_moments_product(cx_i_moments_now(rows->moments), j, j).hi;
    if (rest.hi > PARTIAL_TOLERANCE * whole) return CX_OK;
    const char *name = partial_label(rows, input, j);
    return cx_i_blame(
        err, name,
        cx_i_fail(err, CX_E_SINGULAR, "column %s is a combination of the controls", name));
}

/* -- the estimate ------------------------------------------------------------------------------ */

/* What is correlated: what is left of x and y, or of one of them with the whole other. */
typedef struct partial_sides {
    bool whole[2];
    cx_i_twofold rest[2]; /* squares of what is left */
    double scale[2];      /* root of the mean square of what is correlated */
    double r, partial;
} partial_sides;

/* What row r has left of x or y beside the controls, and the whole about its mean */
static double partial_left(const partial_rows *rows, int64_t j, int64_t r, double *whole) {
    const cx_i_sums *sums = cx_i_moments_now(rows->moments);
    const double *x = rows->value;
    double left = x[j * rows->length + r] - sums->mean[j].hi;
    *whole = left;
    for (int64_t c = 0; c + 2 < rows->p; c++)
        left -= rows->slope[j][c].hi * (x[(c + 2) * rows->length + r] - sums->mean[c + 2].hi);
    return left;
}

/* From the influence of each row: products only of what is left, squares of what is correlated. */
static double partial_error(const partial_rows *rows, const partial_sides *sides, double total) {
    double sum = 0;
    for (int64_t r = 0; r < rows->n; r++) {
        double product = 1, squares = 0, w = rows->w == NULL ? 1 : rows->w[r];
        for (int j = 0; j < 2; j++) {
            double whole, left = partial_left(rows, j, r, &whole) / sides->scale[j];
            whole /= sides->scale[j];
            product *= left;
            squares += sides->whole[j] ? whole * whole : left * left;
        }
        double influence = w / total * (product - sides->r * squares / 2);
        sum += influence * influence;
    }
    return sqrt(sum);
}

static cx_status partial_solve(partial_rows *rows, const cx_i_correlate_input *input, int32_t part,
                               partial_sides *sides, cx_error *err) {
    const cx_i_sums *sums = cx_i_moments_now(rows->moments);
    CX_TRY(cx_i_correlate_check(rows->n, cx_i_moments_product(sums, 0, 0).hi > 0,
                                cx_i_moments_product(sums, 1, 1).hi > 0, input->name[0],
                                input->name[1], err));
    if (rows->n < rows->p + 1)
        return cx_i_fail(err, CX_E_FEW, "%d complete rows are too few for %d controls", rows->n,
                         rows->p - 2);
    cx_i_twofold of[2];
    for (int64_t j = 0; j < 2; j++) {
        CX_TRY(partial_fit(rows, input, j, err));
        sides->rest[j] = partial_rest(rows, j, j);
        CX_TRY(partial_varies(rows, input, j, sides->rest[j], err));
        sides->whole[j] = part != 0 && part != j + 1;
        of[j] = sides->whole[j] ? cx_i_moments_product(sums, j, j) : sides->rest[j];
        sides->scale[j] = sqrt(of[j].hi / sums->w.hi);
    }
    cx_i_twofold product = partial_rest(rows, 0, 1);
    sides->r = cx_i_moments_ratio(product, of[0], of[1]);
    sides->partial = cx_i_moments_ratio(product, sides->rest[0], sides->rest[1]);
    return CX_OK;
}

static void partial_interval(const partial_rows *rows, const partial_sides *sides,
                             const cx_correlate_options *options, cx_estimate *out) {
    double spent = (double)(rows->p - 2), half = sides->r * sides->r / 2;
    cx_estimate test = *out;
    if (rows->w != NULL) {
        cx_i_correlate_robust(out, partial_error(rows, sides, out->sum_w), spent);
        return;
    }
    if (options->part != 0)
        cx_i_correlate_robust(out, partial_error(rows, sides, out->sum_w), spent);
    else
        cx_i_correlate_classical(out, spent);
    if (options->method == CX_CORRELATION_SPEARMAN && options->part == 0 &&
        (double)out->n > spent + 3)
        cx_i_correlate_limits(out, sqrt((1 + half) / (out->n_eff - spent - 3)),
                              cx_i_estimate_z(out->confidence));
    /* nothing left of one is nothing left of the other: one test for all three */
    test.value = sides->partial;
    cx_i_correlate_classical(&test, spent);
    out->p_value = test.p_value;
}

static cx_status partial_run(partial_rows *rows, cx_i_correlate_input *input,
                             const cx_correlate_options *options, cx_estimate *out, cx_error *err) {
    partial_sides sides = {.r = NAN};
    CX_TRY(partial_room(rows, input->column[2] != NULL, err));
    CX_TRY(partial_gather(rows, input, err));
    if (options->method == CX_CORRELATION_SPEARMAN) CX_TRY(partial_rank(rows, input, err));
    CX_TRY(partial_sum(rows, err));
    CX_TRY(partial_solve(rows, input, options->part, &sides, err));
    cx_estimate result = cx_i_correlate_start(input, sides.r, options->confidence);
    partial_interval(rows, &sides, options, &result);
    *out = result;
    return CX_OK;
}

cx_status cx_partial(const cx_array *x, const cx_array *y, const cx_frame *given,
                     const cx_array *weights, const cx_correlate_options *options, cx_estimate *out,
                     cx_error *err) {
    if (out == NULL || given == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", out == NULL ? "out" : "given");
    cx_correlate_options chosen;
    CX_TRY(cx_i_correlate_options(options, &chosen, err));
    if (chosen.method > CX_CORRELATION_SPEARMAN)
        return cx_i_fail(err, CX_E_OPTION,
                         "method %s has no partial form; it has to be pearson or spearman",
                         cx_correlation_name(chosen.method));
    cx_allocator allocator = cx_i_allocator(chosen.allocator);
    cx_i_correlate_input input = {.column = {x, y, weights}};
    partial_rows rows = {.given = given, .allocator = &allocator};
    CX_TRY(partial_check(&rows, &input, err));
    rows.p = given->count + 2;
    rows.length = x->length;
    cx_status status = partial_run(&rows, &input, &chosen, out, err);
    cx_moments_free(rows.moments);
    cx_i_free(&allocator, rows.value);
    cx_i_free(&allocator, rows.slope[0]);
    cx_i_free(&allocator, rows.control);
    cx_i_free(&allocator, rows.dropped);
    cx_i_free(&allocator, rows.items);
    return status;
}
