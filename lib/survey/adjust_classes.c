#include <cxkit/estimate.h>

#include "stat/table.h"
#include "survey/adjust.h"

/* -- joining ------------------------------------------------------------------------------- */

static bool adjust_stands(const cx_adjustment *a, int64_t i) {
    return a->cell[i].joined_to == i && a->cell[i].n > 0;
}

/* The class with the fewest answers of those that have too few, or -1. */
static int64_t adjust_smallest(const cx_adjustment *a) {
    int64_t found = -1;
    for (int64_t i = 0; i < a->count; i++) {
        if (!adjust_stands(a, i) || a->cell[i].responded >= a->options.least) continue;
        if (found < 0 || a->cell[i].responded < a->cell[found].responded) found = i;
    }
    return found;
}

/* Leading columns of categories that two classes share. */
static int64_t adjust_shared(const cx_adjustment *a, int64_t i, int64_t j) {
    const cx_i_adjust_cell *x = &a->cell[i], *y = &a->cell[j];
    int64_t columns = a->cells.keys.column_count, most = x->shared;
    if (y->shared < most) most = y->shared;
    size_t size;
    const uint8_t *b = cx_i_keys_bytes(&a->cells.keys, x->key, &size);
    const uint8_t *d = cx_i_keys_bytes(&a->cells.keys, y->key, &size);
    for (; most > 0; most--) {
        size_t end = a->end[x->key * columns + most - 1];
        if (end == a->end[y->key * columns + most - 1] && memcmp(b, d, end) == 0) break;
    }
    return most;
}

/* How far class j is from class i: by mean chance, or by the share that answered. */
static double adjust_distance(const cx_adjustment *a, int64_t i, int64_t j) {
    const cx_i_adjust_cell *x = &a->cell[i], *y = &a->cell[j];
    if (a->end == NULL) return fabs(x->rho / x->w - y->rho / y->w);
    return fabs(x->answered / x->w - y->answered / y->w);
}

/* The class to join i to, or -1. Chances have two neighbours, categories all others. */
static int64_t adjust_partner(const cx_adjustment *a, int64_t i, int64_t *shared) {
    int64_t found = -1, below = -1;
    double nearest = 0;
    *shared = 0;
    for (int64_t j = 0; j < a->count && a->end == NULL && j < i; j++)
        if (adjust_stands(a, j)) below = j;
    for (int64_t j = below < 0 ? 0 : below; j < a->count; j++) {
        if (j == i || !adjust_stands(a, j)) continue;
        int64_t common = a->end != NULL ? adjust_shared(a, i, j) : 0;
        double distance = adjust_distance(a, i, j);
        if (found < 0 || common > *shared || (common == *shared && distance < nearest))
            found = j, *shared = common, nearest = distance;
        if (a->end == NULL && j > i) break;
    }
    return found;
}

void cx_i_adjust_join(cx_adjustment *a) {
    for (int64_t i = adjust_smallest(a); i >= 0; i = adjust_smallest(a)) {
        int64_t shared, j = adjust_partner(a, i, &shared);
        if (j < 0) break;
        cx_i_adjust_cell *to = &a->cell[i < j ? i : j], *from = &a->cell[i < j ? j : i];
        from->joined_to = i < j ? i : j;
        to->n += from->n;
        to->responded += from->responded;
        to->w += from->w;
        to->answered += from->answered;
        to->rho += from->rho;
        to->low = fmin(to->low, from->low);
        to->high = fmax(to->high, from->high);
        to->shared = shared;
        to->joined += from->joined + 1;
    }
    for (int64_t i = 0; i < a->count; i++) /* always to one before it */
        a->cell[i].joined_to = a->cell[a->cell[i].joined_to].joined_to;
}

/* -- tables -------------------------------------------------------------------------------- */

/* number[i] of the classes that stand, in order; returns how many. */
static int64_t adjust_number(const cx_adjustment *a, int64_t *number) {
    int64_t count = 0;
    for (int64_t i = 0; i < a->count; i++)
        if (adjust_stands(a, i)) number[i] = count++;
    return count;
}

static cx_status adjust_rows(const cx_adjustment *a, const int64_t *number, cx_table *table,
                             cx_error *err) {
    int64_t *classes;
    double *rate, *weight;
    CX_TRY(cx_i_table_i64(table, "class", &classes, err));
    for (int64_t row = 0; row < a->rows; row++) {
        if (a->of_row[row] < 0)
            CX_TRY(cx_i_table_null(table, row, err));
        else
            classes[row] = number[a->of_row[row]];
    }
    CX_TRY(cx_i_table_f64(table, "rate", &rate, err));
    for (int64_t row = 0; row < a->rows; row++) {
        int64_t at = a->of_row[row];
        if (at < 0)
            CX_TRY(cx_i_table_null(table, row, err));
        else
            rate[row] = a->cell[at].answered / a->cell[at].w;
    }
    CX_TRY(cx_i_table_f64(table, "weight", &weight, err));
    if (a->rows > 0) memcpy(weight, a->weight, (size_t)a->rows * sizeof *weight);
    return CX_OK;
}

/* The words of the cells of class i, or, without `out`, how long they are. */
static int64_t adjust_words(const cx_adjustment *a, int64_t i, char *out) {
    char word[128];
    int64_t used = 0;
    for (int64_t j = i; j < a->count; j++) {
        if (a->cell[j].joined_to != i || a->cell[j].n == 0) continue;
        if (used > 0) {
            if (out != NULL) memcpy(out + used, " | ", 3);
            used += 3;
        }
        size_t length = cx_i_margin_category(&a->cells, a->cell[j].key, word, sizeof word);
        if (length >= sizeof word) length = sizeof word - 1;
        if (out != NULL) memcpy(out + used, word, length);
        used += (int64_t)length;
    }
    return used;
}

static cx_status adjust_categories(const cx_adjustment *a, cx_table *table, cx_error *err) {
    int64_t bytes = 0, row = 0;
    char *text;
    int32_t *ends;
    for (int64_t i = 0; i < a->count && a->end != NULL; i++)
        if (adjust_stands(a, i)) bytes += adjust_words(a, i, NULL);
    CX_TRY(cx_i_table_string(table, "categories", bytes, &text, &ends, err));
    for (int64_t i = 0; i < a->count; i++) {
        if (!adjust_stands(a, i)) continue;
        if (a->end == NULL) CX_TRY(cx_i_table_null(table, row, err));
        int64_t length = a->end != NULL ? adjust_words(a, i, text + ends[row]) : 0;
        ends[row + 1] = ends[row] + (int32_t)length;
        row++;
    }
    return CX_OK;
}

static cx_status adjust_range(const cx_adjustment *a, bool high, cx_table *table, cx_error *err) {
    double *column;
    int64_t row = 0;
    CX_TRY(cx_i_table_f64(table, high ? "high" : "low", &column, err));
    for (int64_t i = 0; i < a->count; i++) {
        if (!adjust_stands(a, i)) continue;
        if (a->end != NULL) CX_TRY(cx_i_table_null(table, row, err));
        if (a->end == NULL) column[row] = high ? a->cell[i].high : a->cell[i].low;
        row++;
    }
    return CX_OK;
}

static cx_status adjust_columns(const cx_adjustment *a, cx_table *table, cx_error *err) {
    int64_t *classes, *n, *responded, *joined, *flags, row = 0;
    double *sum, *rate, *factor;
    CX_TRY(cx_i_table_i64(table, "class", &classes, err));
    CX_TRY(adjust_categories(a, table, err));
    CX_TRY(adjust_range(a, false, table, err));
    CX_TRY(adjust_range(a, true, table, err));
    CX_TRY(cx_i_table_i64(table, "n", &n, err));
    CX_TRY(cx_i_table_i64(table, "responded", &responded, err));
    CX_TRY(cx_i_table_f64(table, "sum_w", &sum, err));
    CX_TRY(cx_i_table_f64(table, "rate", &rate, err));
    CX_TRY(cx_i_table_f64(table, "factor", &factor, err));
    CX_TRY(cx_i_table_i64(table, "joined", &joined, err));
    CX_TRY(cx_i_table_i64(table, "flags", &flags, err));
    for (int64_t i = 0; i < a->count; i++) {
        const cx_i_adjust_cell *cell = &a->cell[i];
        if (!adjust_stands(a, i)) continue;
        classes[row] = row;
        n[row] = cell->n;
        responded[row] = cell->responded;
        sum[row] = cell->w;
        rate[row] = cell->answered / cell->w;
        factor[row] = cell->w / cell->answered;
        joined[row] = cell->joined + 1;
        flags[row++] = cell->responded < a->options.least ? CX_FLAG_FEW : 0;
    }
    return CX_OK;
}

static cx_status adjust_figures(const cx_adjustment *a, cx_table *table, cx_error *err) {
    double n = 0, responded = 0, sum = 0, classes = 0, joined = 0, largest = 0, w = 0, squares = 0;
    for (int64_t i = 0; i < a->count; i++) {
        if (!adjust_stands(a, i)) continue;
        classes++;
        joined += (double)a->cell[i].joined;
        n += (double)a->cell[i].n;
        responded += (double)a->cell[i].responded;
        sum += a->cell[i].w;
        largest = fmax(largest, a->cell[i].w / a->cell[i].answered);
    }
    for (int64_t row = 0; row < a->rows; row++) {
        w += a->weight[row];
        squares += a->weight[row] * a->weight[row];
    }
    CX_TRY(cx_i_table_figure(table, "n", n, err));
    CX_TRY(cx_i_table_figure(table, "responded", responded, err));
    CX_TRY(cx_i_table_figure(table, "sum_w", sum, err));
    CX_TRY(cx_i_table_figure(table, "classes", classes, err));
    CX_TRY(cx_i_table_figure(table, "joined", joined, err));
    CX_TRY(cx_i_table_figure(table, "largest_factor", largest, err));
    CX_TRY(cx_i_table_figure(table, "deff", responded * squares / (w * w), err));
    return cx_i_table_figure(table, "n_eff", w * w / squares, err);
}

static cx_status adjust_table(const cx_adjustment *a, bool rows, cx_table **out, cx_error *err) {
    cx_table *table;
    int64_t *number = cx_i_alloc_array(&a->allocator, a->count, sizeof *number);
    if (number == NULL) return cx_i_out_of_memory(err);
    int64_t standing = adjust_number(a, number);
    cx_status status = cx_i_table_new(rows ? a->rows : standing, &a->allocator, &table, err);
    if (status == CX_OK) {
        status = rows ? adjust_rows(a, number, table, err) : adjust_columns(a, table, err);
        if (status == CX_OK && !rows) status = adjust_figures(a, table, err);
        if (status == CX_OK)
            *out = table;
        else
            cx_table_free(table);
    }
    cx_i_free(&a->allocator, number);
    return status;
}

cx_status cx_adjustment_rows(const cx_adjustment *self, cx_table **out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    return adjust_table(self, true, out, err);
}

cx_status cx_adjustment_classes(const cx_adjustment *self, cx_table **out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    return adjust_table(self, false, out, err);
}
