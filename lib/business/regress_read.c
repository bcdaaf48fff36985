#include "business/regress.h"

#include "business/rows_used.h"

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
    CX_TRY(cx_i_frame_check(x, "x", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(y, "y", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(&x->columns[0], "x", y, "y", err));
    if (x->count > CX_MOMENTS_COLUMNS - 1)
        return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than the %d of one model", x->count,
                         (int64_t)CX_MOMENTS_COLUMNS - 1);
    CX_TRY(cx_i_used_check(x, y, options->intercept && given->fixed == NULL, err));
    if (weights == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    return cx_i_array_same_length(y, "y", weights, "weights", err);
}

/* -- which rows ---------------------------------------------------------------------------- */

static cx_status rows_choose(cx_i_rows *rows, const uint8_t *keep, cx_error *err) {
    CX_TRY(cx_i_used_count(keep, rows->given, &rows->n, rows->excluded, err));
    if (rows->n == rows->given) return CX_OK;
    rows->row = cx_i_rows_take(rows, rows->n, sizeof *rows->row);
    if (rows->row == NULL) return cx_i_out_of_memory(err);
    cx_i_used_list(keep, rows->given, rows->row);
    return CX_OK;
}

/* -- their numbers ------------------------------------------------------------------------- */

static bool rows_lie_there(const cx_array *column) {
    return column->dtype == CX_F64 && column->stride == (int64_t)sizeof(double) &&
           column->validity == NULL && column->length > 0 &&
           (uintptr_t)column->data % sizeof(double) == 0;
}

/* Columns of x, then y, then the weights. */
static const cx_array *rows_source(const cx_frame *x, const cx_array *y, const cx_array *weights,
                                   int64_t j) {
    return j < x->count ? &x->columns[j] : j == x->count ? y : weights;
}

static cx_status rows_gather(cx_i_rows *rows, const cx_frame *x, const cx_array *y,
                             const cx_array *weights, cx_error *err) {
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
        cx_i_used_numbers(from, rows->row, rows->n, room);
        rows->column[j] = room;
        room += rows->n;
    }
    for (int64_t j = 0; j <= rows->terms; j++)
        rows->name[j] = cx_i_array_name(rows_source(x, y, weights, j), "y");
    rows->weight = weights == NULL ? NULL : rows->column[x->count + 1];
    return CX_OK;
}

static void rows_weigh(cx_i_rows *rows) {
    cx_i_used_size size = cx_i_used_weigh(rows->weight, rows->n, rows->kind);
    rows->weighted = rows->weight != NULL;
    rows->sum_w = size.sum_w;
    rows->n_eff = size.n_eff;
    rows->count = size.count;
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
        CX_TRY(cx_i_used_mark(&given->x->columns[j], "x", keep, err));
    CX_TRY(cx_i_used_mark(given->y, "y", keep, err));
    return cx_i_used_mark_weights(given->weights, rows->kind, keep, err);
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
    uint8_t *keep = cx_i_rows_take(rows, rows->given, 1);
    if (keep == NULL) return cx_i_out_of_memory(err);
    CX_TRY(rows_mark_all(rows, given, keep, err));
    CX_TRY(rows_choose(rows, keep, err));
    CX_TRY(rows_settle(rows, err));
    CX_TRY(rows_gather(rows, given->x, given->y, given->weights, err));
    rows_weigh(rows);
    return CX_OK;
}
