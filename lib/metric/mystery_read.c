#include "metric/mystery.h"

#include "metric/suppress.h"

/* Visits as they are read: cells by auditor and outlet, and the scores of all. */

cx_i_twofold cx_i_mystery_twofold(const cx_i_sum *sum) {
    cx_i_sum rest = *sum, taken = {{0, 0, 0}};
    double hi = cx_i_sum_value(sum);
    (void)cx_i_sum_add(&taken, hi);
    cx_i_sum_subtract(&rest, &taken);
    return cx_i_tf_quick(hi, cx_i_sum_value(&rest));
}

/* Each score and square was rounded to 2^-64: what a million equal scores leave is below this. */
double cx_i_mystery_squares(const cx_i_sum *sum, const cx_i_sum *square, int64_t n) {
    if (n == 0) return 0;
    cx_i_twofold total = cx_i_mystery_twofold(sum), count = cx_i_tf((double)n);
    cx_i_twofold mean_part = cx_i_tf_divide(cx_i_tf_multiply(total, total), count);
    double squares = cx_i_tf_double(cx_i_tf_subtract(cx_i_mystery_twofold(square), mean_part));
    return squares > 1e-18 * (double)n ? squares : 0;
}

/* -- options ------------------------------------------------------------------------------- */

void cx_mystery_options_init(cx_mystery_options *options) {
    if (options == NULL) return;
    *options = (cx_mystery_options){sizeof *options, 0, CX_I_DEFAULT_CONFIDENCE, 0};
}

static cx_status visits_options(const cx_mystery_options *given, cx_mystery_options *used,
                                cx_error *err) {
    cx_mystery_options_init(used);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *used, "cx_mystery_options", err));
    CX_TRY(cx_i_check_confidence(given->confidence, err));
    CX_TRY(cx_i_check_reserved(given->reserved, err));
    CX_TRY(cx_i_min_n_check(given->min_n, err));
    *used = *given;
    return CX_OK;
}

/* -- auditors and outlets ------------------------------------------------------------------ */

/* Where the outlet's part of a key begins. */
static size_t visits_split(const cx_mystery *state, const uint8_t *key, size_t size, char *text) {
    size_t used = 0;
    for (int64_t c = 0; c < state->auditor_columns; c++) {
        cx_i_key_part part;
        used += cx_i_key_parse(key + used, size - used, state->keys.columns[c].kind, text, &part);
    }
    return used;
}

static cx_status visits_columns(cx_i_keys *to, const cx_i_keys *from, int64_t first, int64_t count,
                                cx_error *err) {
    if (count == 0) return CX_OK;
    CX_TRY(cx_i_keys_new_columns(to, count, err));
    for (int64_t c = 0; c < count; c++) {
        const cx_i_key_column *column = &from->columns[first + c];
        CX_TRY(cx_i_keys_set_column(to, c, column->name, strlen(column->name), column->kind, err));
    }
    return CX_OK;
}

/* Cells in key order; auditors come in that order too, and outlets are numbered as they come. */
static cx_status visits_cross(cx_i_visits *visits, char *text, cx_error *err) {
    const cx_mystery *state = visits->state;
    int64_t auditors = state->auditor_columns, all = state->keys.column_count;
    CX_TRY(visits_columns(&visits->auditors, &state->keys, 0, auditors, err));
    CX_TRY(visits_columns(&visits->shops, &state->keys, auditors, all - auditors, err));
    for (int64_t c = 0; c < state->made; c++) {
        size_t size;
        cx_i_crossed_cell *cell = &visits->cell[c];
        cell->cell = &state->cell[state->order[c]];
        if (all == 0) continue;
        const uint8_t *key = cx_i_keys_bytes(&state->keys, state->order[c], &size);
        size_t split = visits_split(state, key, size, text);
        if (auditors > 0) CX_TRY(cx_i_keys_put(&visits->auditors, key, split, &cell->auditor, err));
        if (all > auditors)
            CX_TRY(cx_i_keys_put(&visits->shops, key + split, size - split, &cell->shop, err));
    }
    return CX_OK;
}

static cx_status visits_read(cx_i_visits *visits, cx_error *err) {
    const cx_mystery *state = visits->state;
    char *text = cx_i_alloc(&state->allocator, state->keys.bytes_used + 1);
    visits->cell = cx_i_alloc_array(&state->allocator, state->made, sizeof *visits->cell);
    cx_status status = text == NULL || visits->cell == NULL ? cx_i_out_of_memory(err)
                                                            : visits_cross(visits, text, err);
    cx_i_free(&state->allocator, text);
    for (int64_t c = 0; c < state->made && status == CX_OK; c++) {
        const cx_i_mystery_cell *cell = &state->cell[c];
        visits->n += cell->n;
        (void)cx_i_sum_merge(&visits->sum, &cell->sum);
        (void)cx_i_sum_merge(&visits->square, &cell->square);
        for (int r = 0; r < CX_EXCLUDED_END; r++) visits->excluded[r] += cell->excluded[r];
    }
    return status;
}

cx_status cx_i_visits_open(const cx_mystery *state, const cx_mystery_options *options,
                           cx_i_visits *visits, cx_error *err) {
    memset(visits, 0, sizeof *visits);
    visits->state = state;
    CX_TRY(visits_options(options, &visits->options, err));
    cx_i_keys_init(&visits->auditors, &state->allocator);
    cx_i_keys_init(&visits->shops, &state->allocator);
    cx_status status = visits_read(visits, err);
    if (status != CX_OK) cx_i_visits_close(visits);
    return status;
}

void cx_i_visits_close(cx_i_visits *visits) {
    cx_i_free(&visits->state->allocator, visits->cell);
    cx_i_keys_free(&visits->auditors);
    cx_i_keys_free(&visits->shops);
}

void cx_i_visits_estimate(const cx_i_visits *visits, int64_t n, double mean, double squares,
                          cx_estimate *out) {
    *out = cx_i_estimate_new(visits->options.confidence, CX_UNIT_FRACTION);
    out->n = n;
    out->n_eff = out->sum_w = (double)n;
    out->status = n == 0 ? CX_E_EMPTY : CX_OK;
    if (n == 0) return;
    out->value = mean;
    bool alike = !(squares > 0);
    if (n < 5) out->flags |= CX_FLAG_FEW;
    if (n < 2 || alike) {
        out->flags |= CX_FLAG_NO_VARIANCE;
        cx_i_bounded(0, 1, n > 1, out);
    } else {
        out->df = (double)n - 1;
        out->se = sqrt(squares / out->df / (double)n);
        cx_i_t_interval(out);
    }
    cx_i_estimate_clip(out, 0, 1);
}
