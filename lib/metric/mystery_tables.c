#include "metric/mystery.h"

#include <cxkit/special.h>

#include "metric/suppress.h"
#include "stat/interval.h"
#include "stat/keys_table.h"

/* Mystery shopping: items and outlets. */

/* -- items --------------------------------------------------------------------------------- */

static void mystery_item(const cx_i_mystery_counts *counts, double confidence, cx_estimate *row) {
    double n = (double)counts->n, passed = (double)counts->passed, p = passed / n;
    *row = cx_i_estimate_new(confidence, CX_UNIT_FRACTION);
    memcpy(row->excluded, counts->excluded, sizeof row->excluded);
    row->n = counts->n;
    row->n_eff = row->sum_w = n;
    row->status = counts->n == 0 ? CX_E_EMPTY : CX_OK;
    if (counts->n == 0) return;
    cx_i_interval interval = cx_i_share_interval(CX_METHOD_WILSON, passed, n, confidence);
    row->value = p;
    row->ci_low = interval.low, row->ci_high = interval.high;
    row->method = CX_METHOD_WILSON;
    if (row->n > 1) row->se = sqrt(p * (1 - p) / n);
    if (row->n < 5) row->flags |= CX_FLAG_FEW;
    if (counts->passed == 0 || counts->passed == row->n) row->flags |= CX_FLAG_NO_VARIANCE;
    cx_i_estimate_clip(row, 0, 1);
}

static cx_status mystery_item_rows(const cx_i_visits *visits, cx_estimate *rows, const char **names,
                                   cx_table *table, cx_error *err) {
    const cx_mystery *state = visits->state;
    double *importance, *points, total = 0;
    for (int64_t i = 0; i < state->k; i++) {
        names[i] = state->item[i].name;
        total += state->item[i].weight * state->item[i].most;
        mystery_item(&state->counts[i], visits->options.confidence, &rows[i]);
    }
    CX_TRY(cx_i_table_words(table, "item", names, err));
    CX_TRY(cx_i_table_f64(table, "importance", &importance, err));
    for (int64_t i = 0; i < state->k; i++)
        importance[i] = state->item[i].weight * state->item[i].most / total;
    cx_i_parts_suppress(rows, importance, state->k, visits->options.min_n);
    CX_TRY(cx_i_table_f64(table, "points", &points, err));
    for (int64_t i = 0; i < state->k; i++) {
        points[i] = cx_i_sum_value(&state->counts[i].points) / (double)rows[i].n;
        if (rows[i].status != CX_OK) CX_TRY(cx_i_table_null(table, i, err));
    }
    return cx_i_estimates_to_table(rows, state->k, table, err);
}

static cx_status mystery_item_table(const cx_i_visits *visits, cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &visits->state->allocator;
    int64_t k = visits->state->k;
    cx_table *table;
    CX_TRY(cx_i_table_new(k, allocator, &table, err));
    cx_estimate *rows = cx_i_alloc_array(allocator, k, sizeof *rows);
    const char **names = cx_i_alloc_array(allocator, k, sizeof *names);
    cx_status status = rows == NULL || names == NULL
                           ? cx_i_out_of_memory(err)
                           : mystery_item_rows(visits, rows, names, table, err);
    cx_i_free(allocator, rows);
    cx_i_free(allocator, (void *)names);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_mystery_items(const cx_mystery *self, const cx_mystery_options *options,
                           cx_table **out, cx_error *err) {
    cx_i_visits visits;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_visits_open(self, options, &visits, err));
    cx_status status = mystery_item_table(&visits, out, err);
    cx_i_visits_close(&visits);
    return status;
}

/* -- outlets ------------------------------------------------------------------------------- */

static cx_status mystery_adjusted(const cx_i_visits *visits, const cx_i_crossing *crossing,
                                  const int64_t *order, const bool *hidden, cx_table *table,
                                  cx_error *err) {
    static const char *const names[] = {"adjusted", "adjusted_se", "adjusted_ci_low",
                                        "adjusted_ci_high"};
    double t = crossing->df >= 1
                   ? cx_t_quantile_upper((1 - visits->options.confidence) / 2, crossing->df)
                   : (double)NAN;
    for (int c = 0; c < 4; c++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, names[c], &column, err));
        for (int64_t i = 0; i < visits->shops.count; i++) {
            int64_t s = order[i];
            double value = crossing->adjusted[s], half = t * crossing->se[s];
            column[i] = c == 0        ? value
                        : c == 1      ? crossing->se[s]
                        : isnan(half) ? half
                        : c == 2      ? fmax(value - half, 0)
                                      : fmin(value + half, 1);
            bool known = crossing->identified && crossing->visits[s] > 0 && !hidden[i];
            if (!known || isnan(column[i])) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

static cx_status mystery_shop_columns(const cx_i_visits *visits, const cx_i_crossing *crossing,
                                      const int64_t *order, const bool *hidden, cx_estimate *rows,
                                      cx_table *table, cx_error *err) {
    int64_t shops = visits->shops.count;
    CX_TRY(cx_i_keys_to_table(&visits->shops, order, 1, table, err));
    CX_TRY(mystery_adjusted(visits, crossing, order, hidden, table, err));
    cx_estimate *sorted = rows + shops;
    for (int64_t s = 0; s < shops; s++) {
        cx_i_visits_estimate(visits, crossing->visits[s], crossing->mean[s], crossing->squares[s],
                             &rows[s]);
        if (visits->state->auditor_columns > 0 && !crossing->identified)
            rows[s].flags |= CX_FLAG_UNIDENTIFIED;
    }
    for (int64_t c = 0; c < visits->state->made; c++)
        for (int r = 0; r < CX_EXCLUDED_END; r++)
            rows[visits->cell[c].shop].excluded[r] += visits->cell[c].cell->excluded[r];
    for (int64_t i = 0; i < shops; i++) {
        sorted[i] = rows[order[i]];
        if (hidden[i]) cx_i_estimate_hide(&sorted[i]);
    }
    CX_TRY(cx_i_estimates_to_table(sorted, shops, table, err));
    CX_TRY(cx_i_table_figure(table, "identified", crossing->identified ? 1 : 0, err));
    CX_TRY(cx_i_table_figure(table, "residual_sd", crossing->sd, err));
    return cx_i_table_figure(table, "df", crossing->df, err);
}

/* By visits; the score of all visits is known from elsewhere. */
static cx_status mystery_shop_hide(const cx_i_visits *visits, const cx_i_crossing *crossing,
                                   const int64_t *order, int64_t *n, bool *hidden, cx_error *err) {
    for (int64_t i = 0; i < visits->shops.count; i++) n[i] = crossing->visits[order[i]];
    return cx_i_rows_suppress_beside(&visits->shops, order, n, visits->options.min_n,
                                     &visits->state->allocator, hidden, err);
}

static cx_status mystery_shop_fill(const cx_i_visits *visits, const cx_i_crossing *crossing,
                                   cx_table *table, cx_error *err) {
    const cx_allocator *allocator = &visits->state->allocator;
    int64_t shops = visits->shops.count;
    int64_t *order = cx_i_alloc_array(allocator, 2 * shops, sizeof *order);
    bool *hidden = cx_i_alloc_array(allocator, shops, sizeof *hidden);
    cx_estimate *rows = cx_i_alloc_array(allocator, 2 * shops, sizeof *rows);
    cx_status status =
        order == NULL || hidden == NULL || rows == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        cx_i_keys_sort(&visits->shops, order);
        status = mystery_shop_hide(visits, crossing, order, order + shops, hidden, err);
    }
    if (status == CX_OK)
        status = mystery_shop_columns(visits, crossing, order, hidden, rows, table, err);
    cx_i_free(allocator, hidden);
    cx_i_free(allocator, order);
    cx_i_free(allocator, rows);
    return status;
}

static cx_status mystery_shop_table(const cx_i_visits *visits, cx_table **out, cx_error *err) {
    cx_i_crossing crossing;
    cx_table *table = NULL;
    memset(&crossing, 0, sizeof crossing);
    if (visits->n == 0) return cx_i_fail(err, CX_E_EMPTY, "no visit has an item that applies");
    cx_status status = cx_i_crossing_fit(visits, &crossing, err);
    if (status == CX_OK)
        status = cx_i_table_new(visits->shops.count, &visits->state->allocator, &table, err);
    if (status == CX_OK) status = mystery_shop_fill(visits, &crossing, table, err);
    cx_i_crossing_close(visits, &crossing);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_mystery_shops(const cx_mystery *self, const cx_mystery_options *options,
                           cx_table **out, cx_error *err) {
    cx_i_visits visits;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_visits_open(self, options, &visits, err));
    cx_status status =
        visits.n > 0 && visits.shops.column_count == 0
            ? cx_i_fail(err, CX_E_MISMATCH, "the outlets of these visits are not known (shop)")
            : mystery_shop_table(&visits, out, err);
    cx_i_visits_close(&visits);
    return status;
}
