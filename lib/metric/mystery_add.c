#include "metric/mystery.h"

/* Visits: points to scores, into the cell of their auditor and outlet. */

/* Key columns of one state. Those of auditors are called by their place: no table shows them, and
 * an outlet's column may well have the same name. */
#define MYSTERY_KEYS 8
static const char *const mystery_auditor_names[MYSTERY_KEYS] = {
    "auditor #1", "auditor #2", "auditor #3", "auditor #4",
    "auditor #5", "auditor #6", "auditor #7", "auditor #8"};

typedef struct mystery_source {
    const cx_array **columns; /* by item */
    const cx_answer_options *answers;
    cx_frame by; /* auditor, then outlet */
    cx_array key[2 * MYSTERY_KEYS];
    int64_t rows, auditor_columns;
    cx_mystery *more; /* what this call adds */
} mystery_source;

/* -- what is given ------------------------------------------------------------------------- */

static cx_status mystery_find(const cx_mystery *self, const cx_frame *items, mystery_source *source,
                              cx_error *err) {
    CX_TRY(cx_i_frame_check(items, "items", CX_I_KEYS, err));
    for (int64_t i = 0; i < self->k; i++) {
        const cx_array *found = cx_i_frame_find(items, self->item[i].name);
        if (found == NULL)
            return cx_i_fail(err, CX_E_NAME, "items has no column called %s", self->item[i].name);
        CX_TRY(cx_i_array_check(found, found->name, CX_I_NUMBERS, err));
        source->columns[i] = found;
    }
    source->rows = source->columns[0]->length;
    return CX_OK;
}

static cx_status mystery_add_keys(mystery_source *source, const cx_frame *key, bool shop,
                                  cx_error *err) {
    const char *role = shop ? "shop" : "auditor";
    if (key == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(key, role, CX_I_KEYS, err));
    CX_TRY(cx_i_array_same_length(source->columns[0], "items", &key->columns[0], role, err));
    if (key->count > MYSTERY_KEYS)
        return cx_i_fail(err, CX_E_LIMIT, "%s has more than %d key columns", role,
                         (int64_t)MYSTERY_KEYS);
    memcpy(&source->key[source->by.count], key->columns, (size_t)key->count * sizeof *source->key);
    for (int64_t i = 0; i < key->count; i++) {
        if (!shop) source->key[i].name = mystery_auditor_names[i];
        for (int64_t k = 0; k < MYSTERY_KEYS && shop; k++)
            if (strcmp(key->columns[i].name, mystery_auditor_names[k]) == 0)
                return cx_i_fail(err, CX_E_NAME, "%s cannot be the name of an outlet's column",
                                 key->columns[i].name);
    }
    source->by.count += key->count;
    return CX_OK;
}

/* -- points -------------------------------------------------------------------------------- */

/* A share of the maximum, or -1 - the reason why there is none. */
static cx_status mystery_points(const mystery_source *source, int64_t item, int64_t row,
                                double value, double *share, cx_error *err) {
    const cx_array *column = source->columns[item];
    double most = source->more->item[item].most;
    int code = cx_i_answer_code(source->answers, value);
    if (isinf(value))
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, value, "the points are infinite");
    *share = -1 - CX_EXCLUDED_NOT_APPLICABLE;
    if (isnan(value)) return CX_OK;
    if (code >= 0) {
        *share = -1 - code;
        return CX_OK;
    }
    *share = value / most;
    if (value >= 0 && value <= most) return CX_OK;
    if (source->answers->invalid == CX_INVALID_ERROR)
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, value,
                            "%g points are outside 0 to %g, the most of this item; name it as a "
                            "missing or not-applicable code if it stands for none",
                            value, most);
    *share = -1 - CX_EXCLUDED_OUT_OF_RANGE;
    return CX_OK;
}

static void mystery_count_item(cx_mystery *more, int64_t item, double share) {
    cx_i_mystery_counts *counts = &more->counts[item];
    if (share < 0) {
        counts->excluded[-1 - (int)share]++;
        return;
    }
    counts->n++;
    counts->passed += share >= more->pass_mark;
    (void)cx_i_sum_add(&counts->points, share);
}

static void mystery_count_visit(cx_i_mystery_cell *cell, double score, int reason) {
    if (reason >= 0) {
        cell->excluded[reason]++;
        return;
    }
    cx_i_twofold square = cx_i_tf_product(score, score);
    cell->n++;
    (void)cx_i_sum_add(&cell->sum, score);
    (void)cx_i_sum_add(&cell->square, square.hi);
    (void)cx_i_sum_add(&cell->square, square.lo);
}

static cx_status mystery_add_block(mystery_source *source, int64_t start, int64_t count,
                                   cx_error *err) {
    double values[CX_I_BLOCK], achieved[CX_I_BLOCK] = {0}, possible[CX_I_BLOCK] = {0}, share = 0;
    int64_t keys[CX_I_BLOCK] = {0};
    int reason[CX_I_BLOCK];
    cx_mystery *more = source->more;
    for (int64_t r = 0; r < count; r++) reason[r] = -1;
    for (int64_t i = 0; i < more->k; i++) {
        double most = more->item[i].weight * more->item[i].most;
        cx_i_array_read(source->columns[i], start, count, values);
        for (int64_t r = 0; r < count; r++) {
            CX_TRY(mystery_points(source, i, start + r, values[r], &share, err));
            mystery_count_item(more, i, share);
            if (share < 0 && reason[r] < 0) reason[r] = -1 - (int)share;
            if (share < 0) continue;
            achieved[r] += most * share;
            possible[r] += most;
        }
    }
    if (source->by.count > 0)
        CX_TRY(cx_i_keys_read(&more->keys, &source->by, start, count, keys, err));
    CX_TRY(cx_i_mystery_cells(more, source->by.count > 0 ? more->keys.count : 1, err));
    for (int64_t r = 0; r < count; r++) {
        int why = reason[r] >= 0 ? reason[r] : CX_EXCLUDED_NOT_APPLICABLE;
        bool scored = possible[r] > 0;
        double score = scored ? fmin(achieved[r] / possible[r], 1) : 0;
        mystery_count_visit(&more->cell[keys[r]], score, scored ? -1 : why);
    }
    return CX_OK;
}

static cx_status mystery_add_rows(mystery_source *source, cx_error *err) {
    cx_mystery *more = source->more;
    if (source->rows == 0) return CX_OK; /* it says nothing about keys */
    more->shaped = true;
    more->rows = source->rows;
    more->auditor_columns = source->auditor_columns;
    if (source->by.count > 0) CX_TRY(cx_i_keys_bind(&more->keys, &source->by, err));
    for (int64_t start = 0; start < source->rows; start += CX_I_BLOCK) {
        int64_t left = source->rows - start;
        CX_TRY(mystery_add_block(source, start, left < CX_I_BLOCK ? left : CX_I_BLOCK, err));
    }
    return CX_OK;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status mystery_add(cx_mystery *self, mystery_source *source, const cx_frame *items,
                             const cx_frame *auditor, const cx_frame *shop, cx_error *err) {
    CX_TRY(mystery_find(self, items, source, err));
    for (int64_t i = 1; i < self->k; i++)
        CX_TRY(
            cx_i_array_same_length(source->columns[0], "items", source->columns[i], "items", err));
    CX_TRY(mystery_add_keys(source, auditor, false, err));
    source->auditor_columns = source->by.count;
    CX_TRY(mystery_add_keys(source, shop, true, err));
    CX_TRY(cx_i_mystery_like(self, &self->allocator, &source->more, err));
    cx_status status = mystery_add_rows(source, err);
    if (status == CX_OK) status = cx_mystery_merge(self, source->more, err);
    cx_mystery_free(source->more);
    return status;
}

cx_status cx_mystery_add(cx_mystery *self, const cx_frame *items, const cx_frame *auditor,
                         const cx_frame *shop, const cx_answer_options *answers, cx_error *err) {
    cx_answer_options plain;
    mystery_source source = {.rows = 0};
    cx_answer_options_init(&plain);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    source.answers = answers != NULL ? answers : &plain;
    source.by.columns = source.key;
    CX_TRY(cx_i_answer_options_check(source.answers, err));
    source.columns = cx_i_alloc_array(&self->allocator, self->k, sizeof *source.columns);
    if (source.columns == NULL) return cx_i_out_of_memory(err);
    cx_status status = mystery_add(self, &source, items, auditor, shop, err);
    cx_i_free(&self->allocator, (void *)source.columns);
    return status;
}
