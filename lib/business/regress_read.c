#include "business/regress.h"

#include "base/array.h"

/* Which rows are in use, and their numbers: where they lie when nothing is left out. */

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
    cx_i_factor *factors[] = {&rows->cluster[0], &rows->cluster[1], &rows->fixed[0],
                              &rows->fixed[1],   &rows->cross,      &rows->time};
    for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) cx_i_factor_free(factors[f]);
    cx_i_absorb_free(&rows->absorb);
    for (int i = 0; i < rows->pieces; i++) cx_i_free(&rows->allocator, rows->piece[i]);
    rows->pieces = 0;
}

/* -- what is given ------------------------------------------------------------------------- */

static cx_status rows_check(const cx_i_regress_given *given, const cx_regress_options *options,
                            cx_error *err) {
    const cx_frame *x = given->x;
    const cx_array *y = given->y, *weights = given->weights;
    bool fixed = given->fixed != NULL;
    CX_TRY(cx_i_frame_check(x, "x", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(y, "y", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(&x->columns[0], "x", y, "y", err));
    if (x->count > CX_MOMENTS_COLUMNS - 1)
        return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than the %d of one model", x->count,
                         (int64_t)CX_MOMENTS_COLUMNS - 1);
    if (y->length > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT, "%d rows are more than the %d of one model", y->length,
                         (int64_t)INT32_MAX);
    if (options->intercept && !fixed && cx_i_frame_find(x, "const") != NULL)
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
            if (isnan(v[r])) keep[start + r] = CX_I_ROW_MISSING;
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
            if (w[r] == 0 && keep[start + r] == CX_I_ROW_KEPT) keep[start + r] = CX_I_ROW_ZERO;
        }
    }
    return CX_OK;
}

static cx_status rows_count(cx_i_rows *rows, const uint8_t *keep, cx_error *err) {
    for (int64_t r = 0; r < rows->given; r++) {
        rows->n += keep[r] == CX_I_ROW_KEPT;
        rows->excluded[CX_EXCLUDED_MISSING] += keep[r] == CX_I_ROW_MISSING;
        rows->excluded[CX_EXCLUDED_ZERO_WEIGHT] += keep[r] == CX_I_ROW_ZERO;
        rows->excluded[CX_EXCLUDED_NO_ID] += keep[r] == CX_I_ROW_NO_ID;
    }
    if (rows->n == 0)
        return cx_i_fail(err, CX_E_EMPTY, "none of the %d rows is complete with a positive weight",
                         rows->given);
    if (rows->n == rows->given) return CX_OK;
    rows->row = cx_i_rows_take(rows, rows->n, sizeof *rows->row);
    if (rows->row == NULL) return cx_i_out_of_memory(err);
    for (int64_t r = 0, i = 0; r < rows->given; r++)
        if (keep[r] == CX_I_ROW_KEPT) rows->row[i++] = r;
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
            if (keep[start + r] == CX_I_ROW_KEPT) *out++ = v[r];
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
    for (int64_t j = 0; j <= rows->terms; j++)
        rows->name[j] = cx_i_array_name(rows_source(x, y, weights, j), "y");
    rows->weight = weights == NULL ? NULL : rows->column[x->count + 1];
    return CX_OK;
}

/* [Kish1965] */
static void rows_weigh(cx_i_rows *rows) {
    double sum = 0, square = 0;
    rows->sum_w = rows->n_eff = rows->count = (double)rows->n;
    rows->weighted = rows->weight != NULL;
    if (rows->weight == NULL) return;
    for (int64_t i = 0; i < rows->n; i++) {
        sum += rows->weight[i];
        square += rows->weight[i] * rows->weight[i];
    }
    rows->sum_w = sum;
    rows->n_eff = sum / square * sum;
    if (rows->kind == CX_WEIGHT_FREQUENCY) rows->n_eff = rows->count = sum;
}

/* -- keys ---------------------------------------------------------------------------------- */

static cx_status rows_read_keys(cx_i_rows *rows, const cx_frame *keys, const char *role,
                                cx_i_factor *factors, int *count, uint8_t *keep, cx_error *err) {
    if (keys == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(keys, role, CX_I_KEYS, err));
    if (keys->count > 2)
        return cx_i_fail(err, CX_E_LIMIT, "%s has %d columns; one or two can be used", role,
                         keys->count);
    for (int64_t c = 0; c < keys->count; c++)
        CX_TRY(cx_i_factor_read(rows, &factors[c], &keys->columns[c], role, keep, CX_I_ROW_NO_ID,
                                err));
    *count = (int)keys->count;
    return CX_OK;
}

static cx_status rows_mark_all(cx_i_rows *rows, const cx_i_regress_given *given, uint8_t *keep,
                               cx_error *err) {
    CX_TRY(rows_read_keys(rows, given->clusters, "clusters", rows->cluster, &rows->clusters, keep,
                          err));
    CX_TRY(rows_read_keys(rows, given->fixed, "fixed", rows->fixed, &rows->fixeds, keep, err));
    if (given->time != NULL)
        CX_TRY(
            cx_i_factor_read(rows, &rows->time, given->time, "time", keep, CX_I_ROW_MISSING, err));
    rows->timed = given->time != NULL;
    for (int64_t j = 0; j < given->x->count; j++)
        CX_TRY(rows_mark(&given->x->columns[j], "x", keep, err));
    CX_TRY(rows_mark(given->y, "y", keep, err));
    if (given->weights == NULL) return CX_OK;
    return rows_mark_weights(given->weights, rows->kind, keep, err);
}

static cx_status rows_settle(cx_i_rows *rows, cx_error *err) {
    for (int c = 0; c < rows->clusters; c++)
        CX_TRY(cx_i_factor_settle(rows, &rows->cluster[c], err));
    for (int f = 0; f < rows->fixeds; f++) CX_TRY(cx_i_factor_settle(rows, &rows->fixed[f], err));
    if (rows->timed) CX_TRY(cx_i_factor_settle(rows, &rows->time, err));
    int64_t most = rows->fixed[0].count + rows->fixed[1].count;
    int32_t *room = cx_i_rows_take(rows, most, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    for (int f = 0; f < rows->fixeds; f++) {
        rows->nested[f] = rows->clusters > 0;
        for (int c = 0; c < rows->clusters && rows->nested[f]; c++)
            rows->nested[f] = cx_i_factor_nested(rows, &rows->fixed[f], &rows->cluster[c], room);
    }
    return CX_OK;
}

int64_t cx_i_rows_carried(const cx_i_rows *rows) {
    int64_t levels = 0;
    for (int f = 0; f < rows->fixeds; f++) levels += rows->nested[f] ? 0 : rows->fixed[f].count;
    return levels;
}

cx_status cx_i_rows_read(cx_i_rows *rows, const cx_i_regress_given *given,
                         const cx_regress_options *options, cx_error *err) {
    CX_TRY(rows_check(given, options, err));
    rows->given = given->y->length;
    rows->p = rows->terms = given->x->count;
    rows->kind = options->weight_kind;
    rows->tss = NAN;
    uint8_t *keep = cx_i_rows_room(rows, rows->given, 1);
    if (keep == NULL) return cx_i_out_of_memory(err);
    memset(keep, CX_I_ROW_KEPT, (size_t)rows->given);
    CX_TRY(rows_mark_all(rows, given, keep, err));
    CX_TRY(rows_count(rows, keep, err));
    CX_TRY(rows_settle(rows, err));
    CX_TRY(rows_gather_all(rows, given->x, given->y, given->weights, keep, err));
    rows_weigh(rows);
    return CX_OK;
}
