#include <cxkit/models.h>

#include "base/array.h"
#include "base/sort.h"
#include "stat/estimate.h"
#include "stat/interval.h"

enum { SEPARATION_VALUES = 50 };

typedef struct separation_group {
    int64_t column;
    double value; /* NaN: of all values */
    int64_t n, events;
    uint8_t side;
} separation_group;

typedef struct separation_work {
    const cx_frame *x;
    cx_allocator allocator;
    int64_t rows, groups, n, events;
    double *y, *numbers;
    cx_i_sortable *items; /* rows, twice */
    separation_group *group;
    double confidence;
} separation_work;

enum { SEPARATION_MIXED = 0, SEPARATION_ALL = 1, SEPARATION_NONE = 2, SEPARATION_SPLITS = 3 };

static uint8_t separation_side(int64_t n, int64_t events) {
    if (n == 0) return SEPARATION_MIXED;
    return events == n ? SEPARATION_ALL : events == 0 ? SEPARATION_NONE : SEPARATION_MIXED;
}

static void separation_all(const cx_array *column, int64_t rows, double *out) {
    for (int64_t start = 0; start < rows; start += CX_I_BLOCK) {
        int64_t left = rows - start;
        cx_i_array_read(column, start, left < CX_I_BLOCK ? left : CX_I_BLOCK, out + start);
    }
}

/* Do the outcomes change once only along the sorted values? `items` are sorted. */
static bool separation_splits(const separation_work *w, int64_t count) {
    double low[2] = {(double)INFINITY, (double)INFINITY};
    double high[2] = {(double)-INFINITY, (double)-INFINITY};
    for (int64_t i = 0; i < count; i++) {
        int side = w->y[w->items[i].row] > 0 ? 1 : 0;
        double x = w->numbers[w->items[i].row];
        low[side] = fmin(low[side], x);
        high[side] = fmax(high[side], x);
    }
    return high[0] <= low[1] || high[1] <= low[0];
}

static void separation_column(separation_work *w, int64_t j) {
    int64_t count = 0, first = w->groups, values = 0;
    separation_group all = {.column = j, .value = NAN};
    separation_all(&w->x->columns[j], w->rows, w->numbers);
    for (int64_t row = 0; row < w->rows; row++) {
        double x = w->numbers[row] == 0 ? 0 : w->numbers[row];
        if (isnan(x) || isnan(w->y[row])) continue;
        w->items[count++] = (cx_i_sortable){cx_i_sort_key_f64(x), row};
    }
    cx_i_sort(w->items, w->items + w->rows, count);
    for (int64_t i = 0; i < count; i++) {
        bool event = w->y[w->items[i].row] > 0;
        all.n++;
        all.events += event ? 1 : 0;
        if (i == 0 || w->items[i].key != w->items[i - 1].key) {
            if (++values > SEPARATION_VALUES) continue;
            w->group[w->groups++] =
                (separation_group){.column = j, .value = w->numbers[w->items[i].row]};
        }
        if (values > SEPARATION_VALUES) continue;
        w->group[w->groups - 1].n++;
        w->group[w->groups - 1].events += event ? 1 : 0;
    }
    for (int64_t g = first; g < w->groups; g++)
        w->group[g].side = separation_side(w->group[g].n, w->group[g].events);
    if (values <= SEPARATION_VALUES) return;
    all.side = separation_side(all.n, all.events);
    if (all.side == SEPARATION_MIXED && separation_splits(w, count)) all.side = SEPARATION_SPLITS;
    w->groups = first;
    w->group[w->groups++] = all;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status separation_read(separation_work *w, const cx_array *y, cx_error *err) {
    int64_t most;
    const cx_allocator *a = &w->allocator;
    if (!cx_i_mul_i64(w->x->count, SEPARATION_VALUES + 1, &most)) return cx_i_out_of_memory(err);
    w->y = cx_i_alloc_array(a, w->rows, sizeof *w->y);
    w->numbers = cx_i_alloc_array(a, w->rows, sizeof *w->numbers);
    w->items = cx_i_alloc_array(a, w->rows, 2 * sizeof *w->items);
    w->group = cx_i_alloc_array(a, most, sizeof *w->group);
    if (w->y == NULL || w->numbers == NULL || w->items == NULL || w->group == NULL)
        return cx_i_out_of_memory(err);
    separation_all(y, w->rows, w->y);
    for (int64_t row = 0; row < w->rows; row++) {
        if (isnan(w->y[row])) continue;
        if (w->y[row] != 0 && w->y[row] != 1)
            return cx_i_fail_at(err, CX_E_DOMAIN, y, row, w->y[row],
                                "the outcome has to be 0 or 1");
        w->n++;
        w->events += w->y[row] > 0 ? 1 : 0;
    }
    return w->n > 0 ? CX_OK : cx_i_fail(err, CX_E_EMPTY, "there is no outcome");
}

static cx_status separation_check(const cx_frame *x, const cx_array *y, double confidence,
                                  cx_error *err) {
    CX_TRY(cx_i_check_confidence(confidence, err));
    CX_TRY(cx_i_frame_check(x, "x", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(y, "y", CX_I_NUMBERS, err));
    if (x->count == 0) return cx_i_fail(err, CX_E_EMPTY, "x has no column");
    return cx_i_array_same_length(y, "y", &x->columns[0], "x", err);
}

/* -- the table ----------------------------------------------------------------------------- */

static cx_status separation_names(const separation_work *w, cx_table *table, cx_error *err) {
    char *text;
    int32_t *ends;
    int64_t bytes = 0;
    for (int64_t g = 0; g < w->groups; g++)
        bytes += (int64_t)strlen(cx_i_array_name(&w->x->columns[w->group[g].column], "x"));
    CX_TRY(cx_i_table_string(table, "term", bytes, &text, &ends, err));
    for (int64_t g = 0; g < w->groups; g++) {
        const char *name = cx_i_array_name(&w->x->columns[w->group[g].column], "x");
        memcpy(text + ends[g], name, strlen(name));
        ends[g + 1] = ends[g] + (int32_t)strlen(name);
    }
    return CX_OK;
}

static cx_status separation_counts(const separation_work *w, cx_table *table, cx_error *err) {
    double *value;
    int64_t *n, *events;
    CX_TRY(cx_i_table_f64(table, "value", &value, err));
    for (int64_t g = 0; g < w->groups; g++) {
        value[g] = w->group[g].value;
        if (isnan(value[g])) CX_TRY(cx_i_table_null(table, g, err));
    }
    CX_TRY(cx_i_table_i64(table, "n", &n, err));
    CX_TRY(cx_i_table_i64(table, "events", &events, err));
    for (int64_t g = 0; g < w->groups; g++) n[g] = w->group[g].n, events[g] = w->group[g].events;
    return CX_OK;
}

static cx_status separation_fill(const separation_work *w, cx_table *table, cx_error *err) {
    static const char *const names[] = {"rate", "ci_low", "ci_high"};
    static const char *const sides[] = {"mixed", "all", "none", "splits"};
    CX_TRY(separation_names(w, table, err));
    CX_TRY(separation_counts(w, table, err));
    for (int c = 0; c < 3; c++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, names[c], &column, err));
        for (int64_t g = 0; g < w->groups; g++) {
            double n = (double)w->group[g].n, events = (double)w->group[g].events;
            cx_i_interval limits =
                cx_i_share_interval(CX_METHOD_CLOPPER_PEARSON, events, n, w->confidence);
            column[g] = c == 0 ? events / n : c == 1 ? limits.low : limits.high;
        }
    }
    const char **words = cx_i_alloc_array(&w->allocator, w->groups, sizeof *words);
    if (words == NULL) return cx_i_out_of_memory(err);
    for (int64_t g = 0; g < w->groups; g++) words[g] = sides[w->group[g].side];
    cx_status status = cx_i_table_words(table, "side", words, err);
    cx_i_free(&w->allocator, (void *)words);
    CX_TRY(status);
    CX_TRY(cx_i_table_figure(table, "n", (double)w->n, err));
    return cx_i_table_figure(table, "events", (double)w->events, err);
}

static cx_status separation_run(separation_work *w, const cx_array *y, cx_table **out,
                                cx_error *err) {
    cx_table *table;
    CX_TRY(separation_read(w, y, err));
    for (int64_t j = 0; j < w->x->count; j++) separation_column(w, j);
    CX_TRY(cx_i_table_new(w->groups, &w->allocator, &table, err));
    cx_status status = separation_fill(w, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_separation(const cx_frame *x, const cx_array *y, double confidence,
                        const cx_allocator *allocator, cx_table **out, cx_error *err) {
    if (x == NULL || y == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         x == NULL   ? "x"
                         : y == NULL ? "y"
                                     : "out");
    CX_TRY(separation_check(x, y, confidence, err));
    separation_work w = {.x = x,
                         .allocator = cx_i_allocator(allocator),
                         .rows = y->length,
                         .confidence = confidence};
    cx_status status = separation_run(&w, y, out, err);
    cx_i_free(&w.allocator, w.y);
    cx_i_free(&w.allocator, w.numbers);
    cx_i_free(&w.allocator, w.items);
    cx_i_free(&w.allocator, w.group);
    return status;
}
