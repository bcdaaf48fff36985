#include "metric/tolerance.h"

#include "metric/suppress.h"
#include "stat/estimate.h"
#include "stat/keys_table.h"

/* The tolerance of all pairs and of each group, and the fitted curve. */

/* A baseline of few answers, and the level that tells it. */
static void tolerance_hide_baseline(int64_t min_n, cx_tolerance_result *out) {
    if (out->baseline.n == 0 || out->baseline.n >= min_n) return;
    cx_i_estimate_hide(&out->baseline);
    out->level = NAN;
}

static void tolerance_hide(cx_tolerance_result *out) {
    cx_i_estimate_hide(&out->baseline);
    out->band_low = out->band_high = out->level = out->longest = out->beyond = NAN;
}

static cx_status tolerance_one(const cx_i_tolerance_data *data, int64_t group, int64_t from,
                               int64_t to, cx_tolerance_result *out, cx_error *err) {
    cx_i_pairs pairs = cx_i_tolerance_pairs(data, from, to);
    memset(out, 0, sizeof *out);
    out->tolerance = data->left_out[group];
    out->baseline = cx_i_estimate_new(data->request->options.confidence, CX_UNIT_SCALE);
    out->band_low = out->band_high = out->level = out->longest = out->beyond = NAN;
    return cx_i_tolerance_group(&pairs, data->request->drop, &data->request->options, out, err);
}

cx_status cx_tolerance(const cx_array *wait, const cx_array *score, double drop,
                       const cx_array *weights, const cx_array *respondent,
                       const cx_tolerance_options *options, cx_tolerance_result *out,
                       cx_error *err) {
    cx_i_tolerance_request request = {
        .wait = wait, .score = score, .weights = weights, .respondent = respondent, .drop = drop};
    cx_i_tolerance_data data;
    cx_tolerance_result result;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_tolerance_check(&request, options, err));
    cx_status status = cx_i_tolerance_open(&request, &data, err);
    if (status == CX_OK) status = tolerance_one(&data, 0, 0, data.rows, &result, err);
    if (status == CX_OK) status = cx_i_min_n_one(result.tolerance.n, request.options.min_n, err);
    if (status == CX_OK) tolerance_hide_baseline(request.options.min_n, &result);
    cx_i_tolerance_free(&data);
    if (status == CX_OK) *out = result;
    return status;
}

/* -- groups -------------------------------------------------------------------------------- */

static cx_status tolerance_columns(const cx_tolerance_result *results, int64_t count,
                                   cx_table *table, cx_error *err) {
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {{"baseline", offsetof(cx_tolerance_result, baseline.value)},
                  {"band_low", offsetof(cx_tolerance_result, band_low)},
                  {"band_high", offsetof(cx_tolerance_result, band_high)},
                  {"level", offsetof(cx_tolerance_result, level)},
                  {"longest", offsetof(cx_tolerance_result, longest)},
                  {"beyond", offsetof(cx_tolerance_result, beyond)}};
    int64_t *n;
    CX_TRY(cx_i_table_i64(table, "baseline_n", &n, err));
    for (int64_t i = 0; i < count; i++) {
        n[i] = results[i].baseline.n;
        if (results[i].baseline.status == CX_E_SUPPRESSED) CX_TRY(cx_i_table_null(table, i, err));
    }
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, fields[f].name, &column, err));
        for (int64_t i = 0; i < count; i++) {
            memcpy(&column[i], (const char *)&results[i] + fields[f].offset, sizeof column[i]);
            if (isnan(column[i])) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

/* Rows of the table follow the sorted keys, rows of data->order the numbers of the keys. */
static cx_status tolerance_groups(const cx_i_tolerance_data *data, const int64_t *position,
                                  cx_tolerance_result *results, cx_error *err) {
    int64_t from = 0;
    for (int64_t key = 0; key < data->groups.count; key++) {
        int64_t to = from;
        cx_tolerance_result *result = &results[position[key]];
        while (to < data->rows && data->order[to].key == (uint64_t)key) to++;
        cx_status status = tolerance_one(data, key, from, to, result, err);
        if (status != CX_OK && status != CX_E_EMPTY) return status;
        if (status != CX_OK) result->tolerance.status = (int32_t)status;
        from = to;
    }
    return CX_OK;
}

static cx_status tolerance_table(const cx_i_tolerance_data *data, int64_t *order,
                                 cx_tolerance_result *results, cx_estimate *rows, cx_table *table,
                                 cx_error *err) {
    int64_t count = data->groups.count, *position = order + count;
    cx_i_keys_sort(&data->groups, order);
    for (int64_t i = 0; i < count; i++) position[order[i]] = i;
    CX_TRY(tolerance_groups(data, position, results, err));
    if (err != NULL) cx_error_init(err); /* sentences about empty groups are statuses of rows */
    for (int64_t i = 0; i < count; i++) rows[i] = results[i].tolerance;
    int64_t min_n = data->request->options.min_n;
    CX_TRY(
        cx_i_estimates_suppress(&data->groups, order, rows, min_n, &data->request->allocator, err));
    for (int64_t i = 0; i < count; i++) {
        tolerance_hide_baseline(min_n, &results[i]);
        if (rows[i].status == CX_E_SUPPRESSED) tolerance_hide(&results[i]);
    }
    CX_TRY(cx_i_keys_to_table(&data->groups, order, 1, table, err));
    CX_TRY(cx_i_estimates_to_table(rows, count, table, err));
    return tolerance_columns(results, count, table, err);
}

static cx_status tolerance_by(const cx_i_tolerance_data *data, cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &data->request->allocator;
    int64_t count = data->groups.count;
    cx_table *table;
    if (count == 0) return cx_i_fail(err, CX_E_EMPTY, "there are no rows");
    CX_TRY(cx_i_table_new(count, allocator, &table, err));
    int64_t *order = cx_i_alloc_array(allocator, count, 2 * sizeof *order);
    cx_tolerance_result *results = cx_i_alloc_array(allocator, count, sizeof *results);
    cx_estimate *rows = cx_i_alloc_array(allocator, count, sizeof *rows);
    cx_status status = order == NULL || results == NULL || rows == NULL
                           ? cx_i_out_of_memory(err)
                           : tolerance_table(data, order, results, rows, table, err);
    cx_i_free(allocator, order);
    cx_i_free(allocator, results);
    cx_i_free(allocator, rows);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_tolerance_by(const cx_array *wait, const cx_array *score, double drop,
                          const cx_array *weights, const cx_array *respondent, const cx_frame *by,
                          const cx_tolerance_options *options, cx_table **out, cx_error *err) {
    cx_i_tolerance_request request = {wait, score, weights, respondent, by, drop, {0}, {0}, {0}};
    cx_i_tolerance_data data;
    if (out == NULL || by == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", out == NULL ? "out" : "by");
    CX_TRY(cx_i_tolerance_check(&request, options, err));
    cx_status status = cx_i_tolerance_open(&request, &data, err);
    if (status == CX_OK) status = tolerance_by(&data, out, err);
    cx_i_tolerance_free(&data);
    return status;
}

/* -- the curve ----------------------------------------------------------------------------- */

typedef struct tolerance_part {
    double from, to, fitted_from, fitted_to;
    double w, wy;
    int64_t n;
} tolerance_part;

/* Sums of the points first .. last of a part. */
static void tolerance_fill_part(const cx_i_pairs *pairs, int64_t first, int64_t last,
                                tolerance_part *part) {
    for (int64_t i = first; i <= last; i++) {
        part->w += pairs->points.w[i];
        part->wy += pairs->points.wy[i];
    }
    for (int64_t i = 0; i < pairs->rows; i++)
        part->n += pairs->point[i] >= first && pairs->point[i] <= last;
}

static int64_t tolerance_steps(const cx_i_pairs *pairs, int64_t *ends, tolerance_part *parts) {
    double *weight = pairs->w_drawn, *mean = pairs->wy_drawn;
    int64_t count = cx_i_antitonic_blocks(&pairs->points, ends, weight, mean), row = 0;
    for (int64_t b = 0; b < count; b++) {
        int64_t first = b == 0 ? 0 : ends[b - 1];
        parts[b] = (tolerance_part){pairs->points.x[first],
                                    pairs->points.x[ends[b] - 1],
                                    mean[b],
                                    mean[b],
                                    weight[b],
                                    weight[b] * mean[b],
                                    0};
        for (; row < pairs->rows && pairs->point[row] < ends[b]; row++) parts[b].n++;
    }
    return count;
}

static int64_t tolerance_lines(const cx_i_pairs *pairs, bool flat, tolerance_part *parts) {
    cx_i_knot fit = cx_i_knot_fit(&pairs->points, flat);
    int64_t last = pairs->points.count - 1, split = 0;
    while (split <= last && pairs->points.x[split] <= fit.knot) split++;
    parts[0] = (tolerance_part){fit.x_low, fit.knot, fit.at_low, fit.at_knot, 0, 0, 0};
    tolerance_fill_part(pairs, 0, split - 1, &parts[0]);
    if (!(fit.knot < fit.x_high)) return 1;
    parts[1] = (tolerance_part){fit.knot, fit.x_high, fit.at_knot, fit.at_high, 0, 0, 0};
    tolerance_fill_part(pairs, split, last, &parts[1]);
    return 2;
}

/* Parts are the cells of one key. */
static cx_status tolerance_hide_parts(const cx_i_tolerance_data *data, const tolerance_part *parts,
                                      int64_t count, bool *hidden, cx_error *err) {
    const cx_allocator *allocator = &data->request->allocator;
    int64_t min_n = data->request->options.min_n;
    cx_i_cube cube;
    if (min_n < 2) return CX_OK;
    CX_TRY(cx_i_min_n_one(data->rows, min_n, err));
    int64_t *codes = cx_i_alloc_array(allocator, count, sizeof *codes);
    int64_t *n = cx_i_alloc_array(allocator, count, sizeof *n);
    cx_status status = codes == NULL || n == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t i = 0; i < count && status == CX_OK; i++) codes[i] = i, n[i] = parts[i].n;
    if (status == CX_OK) status = cx_i_cube_new(codes, 1, n, count, allocator, &cube, err);
    cx_i_free(allocator, codes);
    cx_i_free(allocator, n);
    CX_TRY(status);
    status = cx_i_cube_suppress(&cube, min_n, err);
    for (int64_t i = 0; i < count; i++) hidden[i] = cube.hidden[i];
    cx_i_cube_free(&cube);
    return status;
}

static cx_status tolerance_parts_table(tolerance_part *parts, int64_t count, double sign,
                                       const bool *hidden, cx_table *table, cx_error *err) {
    double *from, *to, *fitted_from, *fitted_to, *mean;
    int64_t *n;
    for (int64_t i = 0; i < count; i++)
        if (hidden[i]) parts[i] = (tolerance_part){parts[i].from, parts[i].to, 0, 0, 0, 0, 0};
    CX_TRY(cx_i_table_f64(table, "wait_from", &from, err));
    CX_TRY(cx_i_table_f64(table, "wait_to", &to, err));
    CX_TRY(cx_i_table_f64(table, "fitted_from", &fitted_from, err));
    CX_TRY(cx_i_table_hide(table, hidden, err));
    CX_TRY(cx_i_table_f64(table, "fitted_to", &fitted_to, err));
    CX_TRY(cx_i_table_hide(table, hidden, err));
    CX_TRY(cx_i_table_i64(table, "n", &n, err));
    CX_TRY(cx_i_table_hide(table, hidden, err));
    CX_TRY(cx_i_table_f64(table, "mean", &mean, err));
    for (int64_t i = 0; i < count; i++) {
        from[i] = parts[i].from, to[i] = parts[i].to, n[i] = parts[i].n;
        fitted_from[i] = sign * parts[i].fitted_from + 0.0;
        fitted_to[i] = sign * parts[i].fitted_to + 0.0;
        mean[i] = parts[i].w > 0 ? sign * parts[i].wy / parts[i].w + 0.0 : (double)NAN;
        if (isnan(mean[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status tolerance_curve(const cx_i_tolerance_data *data, cx_table **out, cx_error *err) {
    const cx_tolerance_options *options = &data->request->options;
    const cx_allocator *allocator = &data->request->allocator;
    cx_i_pairs pairs = cx_i_tolerance_pairs(data, 0, data->rows);
    if (pairs.rows == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no valid pair");
    tolerance_part *parts = cx_i_alloc_array(allocator, pairs.points.count + 1, sizeof *parts);
    int64_t *ends = cx_i_alloc_array(allocator, pairs.points.count, sizeof *ends);
    bool *hidden = cx_i_alloc_array(allocator, pairs.points.count + 1, sizeof *hidden);
    cx_table *table = NULL;
    cx_status status =
        parts == NULL || ends == NULL || hidden == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) {
        int64_t count = options->shape == CX_SHAPE_ISOTONIC
                            ? tolerance_steps(&pairs, ends, parts)
                            : tolerance_lines(&pairs, options->shape == CX_SHAPE_PLATEAU, parts);
        double sign = options->measure == CX_MEASURE_DETRACTORS ? -1 : 1;
        status = tolerance_hide_parts(data, parts, count, hidden, err);
        if (status == CX_OK) status = cx_i_table_new(count, allocator, &table, err);
        if (status == CX_OK) status = tolerance_parts_table(parts, count, sign, hidden, table, err);
    }
    cx_i_free(allocator, hidden);
    cx_i_free(allocator, parts);
    cx_i_free(allocator, ends);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_tolerance_curve(const cx_array *wait, const cx_array *score, const cx_array *weights,
                             const cx_tolerance_options *options, cx_table **out, cx_error *err) {
    cx_i_tolerance_request request = {.wait = wait, .score = score, .weights = weights, .drop = 1};
    cx_i_tolerance_data data;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_tolerance_check(&request, options, err));
    cx_status status = cx_i_tolerance_open(&request, &data, err);
    if (status == CX_OK) status = tolerance_curve(&data, out, err);
    cx_i_tolerance_free(&data);
    return status;
}
