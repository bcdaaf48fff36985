#include <cxkit/importance.h>
#include <cxkit/special.h>

#include "base/array.h"
#include "stat/table.h"

static const char *const importance_quadrants[] = {
#define IMPORTANCE_QUADRANT(name, number, text) [number] = text,
    CX_QUADRANT_LIST(IMPORTANCE_QUADRANT)
#undef IMPORTANCE_QUADRANT
};

const char *cx_quadrant_name(int32_t quadrant) {
    return quadrant >= 0 && quadrant < CX_QUADRANT_END ? importance_quadrants[quadrant] : "unknown";
}

void cx_importance_options_init(cx_importance_options *options) {
    if (options == NULL) return;
    *options = (cx_importance_options){.struct_size = sizeof *options,
                                       .best = NAN,
                                       .cut_importance = NAN,
                                       .cut_performance = NAN,
                                       .confidence = 0.95};
}

static cx_status importance_options(const cx_importance_options *given,
                                    cx_importance_options *options, cx_error *err) {
    cx_importance_options_init(options);
    CX_TRY(cx_i_options_take(given, options, sizeof *options, "cx_importance_options", err));
    if (!isfinite(options->best))
        return cx_i_fail(err, CX_E_OPTION,
                         "best is %g: it has to be the best possible performance, such as 10",
                         options->best);
    if (isinf(options->cut_importance) || isinf(options->cut_performance))
        return cx_i_fail(err, CX_E_OPTION, "the cuts are %g and %g: numbers, or NaN for the means",
                         options->cut_importance, options->cut_performance);
    if (!(options->confidence > 0 && options->confidence < 1))
        return cx_i_fail(err, CX_E_OPTION, "confidence is %g and must lie between 0 and 1",
                         options->confidence);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

enum { AXIS_IMPORTANCE, AXIS_PERFORMANCE, AXES };

/* One way of ordering the items */
typedef struct importance_axis {
    double *value, *se;       /* se is NULL without standard errors */
    double *gap, *low, *high; /* from the cut */
    double cut;
} importance_axis;

typedef struct importance_items {
    int64_t k;
    const cx_array *name; /* or NULL */
    importance_axis axis[AXES];
    double *reachable, *cost; /* or NULL */
    double *gain, *worth;     /* worth: gain per cost, else gain */
    uint8_t *quadrant, *nearest;
    void *memory;
} importance_items;

static const char *const importance_columns[AXES][2] = {{"importance", "importance_se"},
                                                        {"performance", "performance_se"}};

typedef struct importance_range {
    double least, most;
    const char *text;
} importance_range;

static cx_status importance_read(const cx_frame *items, const char *name, importance_range range,
                                 bool needed, double *out, bool *found, cx_error *err) {
    const cx_array *column;
    CX_TRY(cx_i_frame_numbers(items, "items", name, needed, &column, err));
    *found = column != NULL;
    for (int64_t start = 0; column != NULL && start < column->length; start += CX_I_BLOCK) {
        int64_t rest = column->length - start, count = rest < CX_I_BLOCK ? rest : CX_I_BLOCK;
        cx_i_array_read(column, start, count, out + start);
        for (int64_t i = start; i < start + count; i++)
            if (!(out[i] >= range.least && out[i] <= range.most))
                return cx_i_fail_at(err, CX_E_DOMAIN, column, i, out[i], "%s is %g: %s", name,
                                    out[i], range.text);
    }
    return CX_OK;
}

static cx_status importance_axis_read(const cx_frame *items, int axis, importance_axis *out,
                                      cx_error *err) {
    const importance_range any = {-1.7e308, 1.7e308, "it has to be a number"};
    const importance_range error = {0, 1.7e308, "a standard error is 0 or more"};
    bool found;
    CX_TRY(importance_read(items, importance_columns[axis][0], any, true, out->value, &found, err));
    CX_TRY(importance_read(items, importance_columns[axis][1], error, false, out->se, &found, err));
    if (!found) out->se = NULL;
    return CX_OK;
}

static cx_status importance_open(importance_items *it, const cx_frame *items, const cx_allocator *a,
                                 cx_error *err) {
    const importance_range part = {0, 1, "from 0 to 1"};
    const importance_range price = {1e-300, 1.7e308, "a cost has to be above 0"};
    int64_t k = it->k = items->columns[0].length;
    bool found;
    if (k == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no item");
    double *memory = it->memory = cx_i_alloc_array(a, 14 * k + 2 * (k + 7) / 8, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    for (int axis = 0; axis < AXES; axis++, memory += 5 * k)
        it->axis[axis] = (importance_axis){memory,         memory + k,     memory + 2 * k,
                                           memory + 3 * k, memory + 4 * k, 0};
    it->reachable = memory;
    it->cost = memory + k;
    it->gain = memory + 2 * k;
    it->worth = memory + 3 * k;
    it->quadrant = (uint8_t *)(memory + 4 * k);
    it->nearest = it->quadrant + k;
    for (int axis = 0; axis < AXES; axis++)
        CX_TRY(importance_axis_read(items, axis, &it->axis[axis], err));
    CX_TRY(importance_read(items, "reachable", part, false, it->reachable, &found, err));
    if (!found) it->reachable = NULL;
    CX_TRY(importance_read(items, "cost", price, false, it->cost, &found, err));
    if (!found) it->cost = NULL;
    it->name = cx_i_frame_find(items, "name");
    return CX_OK;
}

/* -- placing ------------------------------------------------------------------------------- */

static void importance_measure(importance_axis *axis, int64_t k, double cut, double z) {
    bool mean = isnan(cut);
    double sum = 0, squares = 0, count = (double)k;
    for (int64_t i = 0; i < k; i++) {
        sum += axis->value[i];
        squares += axis->se != NULL ? axis->se[i] * axis->se[i] : 0;
    }
    axis->cut = mean ? sum / count : cut;
    for (int64_t i = 0; i < k; i++) {
        double own = axis->se != NULL ? axis->se[i] * axis->se[i] : NAN;
        double variance = mean ? (1 - 2 / count) * own + squares / (count * count) : own;
        double half = z * sqrt(variance > 0 || isnan(variance) ? variance : 0);
        axis->gap[i] = axis->value[i] - axis->cut;
        if (fabs(axis->gap[i]) <= 1e-14 * count * fabs(axis->cut)) axis->gap[i] = 0;
        axis->low[i] = axis->gap[i] - half;
        axis->high[i] = axis->gap[i] + half;
    }
}

/* 1 above the cut, -1 below, 0 when that is open */
static int importance_side(const importance_axis *axis, int64_t i, bool sure) {
    double low = sure && axis->se != NULL ? axis->low[i] : axis->gap[i];
    double high = sure && axis->se != NULL ? axis->high[i] : axis->gap[i];
    return low > 0 ? 1 : high < 0 ? -1 : 0;
}

static uint8_t importance_place(const importance_items *it, int64_t i, bool sure) {
    int importance = importance_side(&it->axis[AXIS_IMPORTANCE], i, sure);
    int performance = importance_side(&it->axis[AXIS_PERFORMANCE], i, sure);
    if (importance == 0 || performance == 0) return CX_QUADRANT_UNDECIDED;
    if (importance > 0) return performance > 0 ? CX_QUADRANT_KEEP_UP : CX_QUADRANT_CONCENTRATE;
    return performance > 0 ? CX_QUADRANT_OVERKILL : CX_QUADRANT_LOW_PRIORITY;
}

static void importance_compute(importance_items *it, const cx_importance_options *options) {
    double z = cx_normal_quantile(0.5 + options->confidence / 2);
    importance_measure(&it->axis[AXIS_IMPORTANCE], it->k, options->cut_importance, z);
    importance_measure(&it->axis[AXIS_PERFORMANCE], it->k, options->cut_performance, z);
    for (int64_t i = 0; i < it->k; i++) {
        double room = options->best - it->axis[AXIS_PERFORMANCE].value[i];
        double part = it->reachable == NULL ? 1 : it->reachable[i];
        it->quadrant[i] = importance_place(it, i, true);
        it->nearest[i] = importance_place(it, i, false);
        it->gain[i] = it->axis[AXIS_IMPORTANCE].value[i] * (room > 0 ? room : 0) * part;
        it->worth[i] = it->cost == NULL ? it->gain[i] : it->gain[i] / it->cost[i];
    }
}

/* -- the table ----------------------------------------------------------------------------- */

static cx_status importance_numbers(cx_table *table, const char *name, const double *values,
                                    int64_t k, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, name, &out, err));
    for (int64_t i = 0; i < k; i++) {
        out[i] = values == NULL ? NAN : values[i];
        if (isnan(out[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status importance_number_names(cx_table *table, int64_t k, cx_error *err) {
    int64_t *out;
    CX_TRY(cx_i_table_i64(table, "name", &out, err));
    for (int64_t i = 0; i < k; i++) out[i] = i;
    return CX_OK;
}

static cx_status importance_names(const importance_items *it, cx_table *table, cx_error *err) {
    int64_t bytes = 0, length;
    const char *text;
    char *characters;
    int32_t *offsets;
    if (it->name == NULL) return importance_number_names(table, it->k, err);
    for (int64_t i = 0; i < it->k; i++) {
        if (!cx_i_array_present(it->name, i))
            return cx_i_fail_at(err, CX_E_DOMAIN, it->name, i, NAN, "an item has no name");
        CX_TRY(cx_i_array_text(it->name, "name", i, &text, &length, err));
        bytes += length;
    }
    CX_TRY(cx_i_table_string(table, "name", bytes, &characters, &offsets, err));
    for (int64_t i = 0; i < it->k; i++) {
        CX_TRY(cx_i_array_text(it->name, "name", i, &text, &length, err));
        memcpy(characters + offsets[i], text, (size_t)length);
        offsets[i + 1] = offsets[i] + (int32_t)length;
    }
    return CX_OK;
}

static cx_status importance_ranks(const importance_items *it, cx_table *table, cx_error *err) {
    int64_t *out;
    CX_TRY(cx_i_table_i64(table, "rank", &out, err));
    for (int64_t i = 0; i < it->k; i++) {
        out[i] = 1;
        for (int64_t j = 0; j < it->k; j++) out[i] += it->worth[j] > it->worth[i];
    }
    return CX_OK;
}

static cx_status importance_fill(const importance_items *it, cx_table *table, cx_error *err) {
    static const char *const gaps[AXES][3] = {
        {"importance_gap", "importance_gap_low", "importance_gap_high"},
        {"performance_gap", "performance_gap_low", "performance_gap_high"}};
    int64_t k = it->k, decided = 0;
    CX_TRY(importance_names(it, table, err));
    for (int a = 0; a < AXES; a++)
        CX_TRY(importance_numbers(table, importance_columns[a][0], it->axis[a].value, k, err));
    for (int a = 0; a < AXES; a++) {
        CX_TRY(importance_numbers(table, gaps[a][0], it->axis[a].gap, k, err));
        CX_TRY(importance_numbers(table, gaps[a][1], it->axis[a].low, k, err));
        CX_TRY(importance_numbers(table, gaps[a][2], it->axis[a].high, k, err));
    }
    CX_TRY(cx_i_table_coded(table, "quadrant", it->quadrant, importance_quadrants, err));
    CX_TRY(cx_i_table_coded(table, "nearest", it->nearest, importance_quadrants, err));
    CX_TRY(importance_numbers(table, "gain", it->gain, k, err));
    CX_TRY(importance_numbers(table, "gain_per_cost", it->cost == NULL ? NULL : it->worth, k, err));
    CX_TRY(importance_ranks(it, table, err));
    for (int64_t i = 0; i < k; i++) decided += it->quadrant[i] != CX_QUADRANT_UNDECIDED;
    CX_TRY(cx_i_table_figure(table, "cut_importance", it->axis[AXIS_IMPORTANCE].cut, err));
    CX_TRY(cx_i_table_figure(table, "cut_performance", it->axis[AXIS_PERFORMANCE].cut, err));
    CX_TRY(cx_i_table_figure(table, "items", (double)k, err));
    return cx_i_table_figure(table, "decided", (double)decided, err);
}

cx_status cx_importance_performance(const cx_frame *items, const cx_importance_options *options,
                                    cx_table **out, cx_error *err) {
    cx_importance_options chosen;
    importance_items it = {0};
    cx_table *table = NULL;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(importance_options(options, &chosen, err));
    CX_TRY(cx_i_frame_check(items, "items", CX_I_KEYS, err));
    cx_allocator allocator = cx_i_allocator(chosen.allocator);
    cx_status status = importance_open(&it, items, &allocator, err);
    if (status == CX_OK) {
        importance_compute(&it, &chosen);
        status = cx_i_table_new(it.k, &allocator, &table, err);
    }
    if (status == CX_OK) status = importance_fill(&it, table, err);
    cx_i_free(&allocator, it.memory);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
