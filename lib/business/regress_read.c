#include "business/regress.h"

#include "base/array.h"

/* Which rows are in use, and their numbers: where they lie when nothing is left out. */

enum { ROWS_MISSING = 0, ROWS_KEPT = 1, ROWS_ZERO = 2 };

/* -- memory -------------------------------------------------------------------------------- */

static void *rows_keep(cx_i_rows *rows, void *piece) {
    if (piece != NULL) rows->piece[rows->pieces++] = piece;
    return piece;
}

void *cx_i_rows_take(cx_i_rows *rows, int64_t count, size_t element) {
    if (rows->pieces == CX_I_ROWS_PIECES) return NULL;
    return rows_keep(rows, cx_i_alloc_array(&rows->allocator, count, element));
}

void *cx_i_rows_room(cx_i_rows *rows, int64_t count, size_t element) {
    if (rows->pieces == CX_I_ROWS_PIECES) return NULL;
    return rows_keep(rows, cx_i_alloc_room(&rows->allocator, count, element));
}

void cx_i_rows_free(cx_i_rows *rows) {
    for (int i = 0; i < rows->pieces; i++) cx_i_free(&rows->allocator, rows->piece[i]);
    rows->pieces = 0;
}

/* -- what is given ------------------------------------------------------------------------- */

static cx_status rows_check(const cx_frame *x, const cx_array *y, const cx_array *weights,
                            const cx_regress_options *options, cx_error *err) {
    CX_TRY(cx_i_frame_check(x, "x", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(y, "y", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(&x->columns[0], "x", y, "y", err));
    if (x->count > CX_MOMENTS_COLUMNS - 1)
        return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than the %d of one model", x->count,
                         (int64_t)CX_MOMENTS_COLUMNS - 1);
    if (y->length > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT, "%d rows are more than the %d of one model", y->length,
                         (int64_t)INT32_MAX);
    if (options->intercept && cx_i_frame_find(x, "const") != NULL)
        return cx_i_fail(
            err, CX_E_NAME,
            "x has a column called const, which is the intercept's name: rename it, or "
            "set intercept to 0");
    if (weights == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    return cx_i_array_same_length(y, "y", weights, "weights", err);
}

/* -- which rows ---------------------------------------------------------------------------- */

static cx_status rows_mark(const cx_array *column, const char *role, uint8_t *keep, cx_error *err) {
    double room[CX_I_BLOCK];
    for (int64_t start = 0; start < column->length; start += CX_I_BLOCK) {
        int64_t left = column->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        const double *v = cx_i_array_doubles(column, start, count, room);
        if (cx_i_all_finite(v, count)) continue;
        for (int64_t r = 0; r < count; r++) {
            if (isinf(v[r])) {
                cx_array named = *column;
                named.name = cx_i_array_name(column, role);
                return cx_i_fail_at(err, CX_E_DOMAIN, &named, start + r, v[r],
                                    "the value is infinite; give a number or leave it missing");
            }
            if (isnan(v[r])) keep[start + r] = ROWS_MISSING;
        }
    }
    return CX_OK;
}

static cx_status rows_check_weight(const cx_array *weights, int64_t row, double w, int32_t kind,
                                   cx_error *err) {
    CX_TRY(cx_i_weight_check(weights, row, w, err));
    if (kind == CX_WEIGHT_FREQUENCY && w != floor(w))
        return cx_i_fail_at(err, CX_E_DOMAIN, weights, row, w,
                            "%g is not a whole number, as a frequency has to be", w);
    return CX_OK;
}

static cx_status rows_mark_weights(const cx_array *weights, int32_t kind, uint8_t *keep,
                                   cx_error *err) {
    double room[CX_I_BLOCK];
    for (int64_t start = 0; start < weights->length; start += CX_I_BLOCK) {
        int64_t left = weights->length - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        const double *w = cx_i_array_doubles(weights, start, count, room);
        for (int64_t r = 0; r < count; r++) {
            CX_TRY(rows_check_weight(weights, start + r, w[r], kind, err));
            if (w[r] == 0 && keep[start + r] == ROWS_KEPT) keep[start + r] = ROWS_ZERO;
        }
    }
    return CX_OK;
}

static cx_status rows_count(cx_i_rows *rows, const uint8_t *keep, cx_error *err) {
    for (int64_t r = 0; r < rows->given; r++) {
        rows->n += keep[r] == ROWS_KEPT;
        rows->excluded[CX_EXCLUDED_MISSING] += keep[r] == ROWS_MISSING;
        rows->excluded[CX_EXCLUDED_ZERO_WEIGHT] += keep[r] == ROWS_ZERO;
    }
    if (rows->n == 0)
        return cx_i_fail(err, CX_E_EMPTY, "none of the %d rows is complete with a positive weight",
                         rows->given);
    if (rows->n == rows->given) return CX_OK;
    rows->row = cx_i_rows_take(rows, rows->n, sizeof *rows->row);
    if (rows->row == NULL) return cx_i_out_of_memory(err);
    for (int64_t r = 0, i = 0; r < rows->given; r++)
        if (keep[r] == ROWS_KEPT) rows->row[i++] = r;
    return CX_OK;
}

/* -- their numbers ------------------------------------------------------------------------- */

static bool rows_lie_there(const cx_array *column) {
    return column->dtype == CX_F64 && column->stride == (int64_t)sizeof(double) &&
           column->validity == NULL && column->length > 0 &&
           (uintptr_t)column->data % sizeof(double) == 0;
}

/* The numbers of the rows in use, one after the other. */
static void rows_gather(const cx_i_rows *rows, const cx_array *column, const uint8_t *keep,
                        double *out) {
    double room[CX_I_BLOCK];
    for (int64_t start = 0; start < rows->given; start += CX_I_BLOCK) {
        int64_t left = rows->given - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        const double *v = cx_i_array_doubles(column, start, count, room);
        for (int64_t r = 0; r < count; r++)
            if (keep[start + r] == ROWS_KEPT) *out++ = v[r];
    }
}

/* Columns of x, then y, then the weights. */
static const cx_array *rows_source(const cx_frame *x, const cx_array *y, const cx_array *weights,
                                   int64_t j) {
    return j < x->count ? &x->columns[j] : j == x->count ? y : weights;
}

static cx_status rows_gather_all(cx_i_rows *rows, const cx_frame *x, const cx_array *y,
                                 const cx_array *weights, const uint8_t *keep, cx_error *err) {
    int64_t all = x->count + (weights == NULL ? 1 : 2), copies = 0, cells;
    bool whole = rows->n == rows->given;
    for (int64_t j = 0; j < all; j++)
        copies += !(whole && rows_lie_there(rows_source(x, y, weights, j)));
    if (!cx_i_mul_i64(copies, rows->n, &cells)) return cx_i_out_of_memory(err);
    double *room = copies == 0 ? NULL : cx_i_rows_room(rows, cells, sizeof *room);
    rows->column = cx_i_rows_take(rows, x->count + 2, sizeof *rows->column);
    rows->name = cx_i_rows_take(rows, x->count + 1, sizeof *rows->name);
    if ((copies > 0 && room == NULL) || rows->column == NULL || rows->name == NULL)
        return cx_i_out_of_memory(err);
    for (int64_t j = 0; j < all; j++) {
        const cx_array *from = rows_source(x, y, weights, j);
        rows->column[j] = from->data;
        if (whole && rows_lie_there(from)) continue;
        rows_gather(rows, from, keep, room);
        rows->column[j] = room;
        room += rows->n;
    }
    for (int64_t j = 0; j <= rows->p; j++)
        rows->name[j] = cx_i_array_name(rows_source(x, y, weights, j), "y");
    rows->weight = weights == NULL ? NULL : rows->column[x->count + 1];
    return CX_OK;
}

/* [Kish1965] */
static void rows_weigh(cx_i_rows *rows) {
    double sum = 0, square = 0;
    rows->sum_w = rows->n_eff = rows->count = (double)rows->n;
    if (rows->weight == NULL) return;
    for (int64_t i = 0; i < rows->n; i++) {
        sum += rows->weight[i];
        square += rows->weight[i] * rows->weight[i];
    }
    rows->sum_w = sum;
    rows->n_eff = sum / square * sum;
    if (rows->kind == CX_WEIGHT_FREQUENCY) rows->n_eff = rows->count = sum;
}

cx_status cx_i_rows_read(cx_i_rows *rows, const cx_frame *x, const cx_array *y,
                         const cx_array *weights, const cx_regress_options *options,
                         cx_error *err) {
    CX_TRY(rows_check(x, y, weights, options, err));
    rows->given = y->length;
    rows->p = x->count;
    rows->kind = options->weight_kind;
    uint8_t *keep = cx_i_rows_room(rows, rows->given, 1);
    if (keep == NULL) return cx_i_out_of_memory(err);
    memset(keep, ROWS_KEPT, (size_t)rows->given);
    for (int64_t j = 0; j < x->count; j++) CX_TRY(rows_mark(&x->columns[j], "x", keep, err));
    CX_TRY(rows_mark(y, "y", keep, err));
    if (weights != NULL) CX_TRY(rows_mark_weights(weights, rows->kind, keep, err));
    CX_TRY(rows_count(rows, keep, err));
    CX_TRY(rows_gather_all(rows, x, y, weights, keep, err));
    rows_weigh(rows);
    return CX_OK;
}
