#include "survey/shrink.h"

#include <cxkit/special.h>

#include "base/keys.h"

/* Direct estimates, their variances and covariates as plain columns; the coefficients as a table.
 */

enum { READ_TERM_SIZE = 96 };

/* -- room ---------------------------------------------------------------------------------- */

static cx_status area_room(cx_i_area *area, cx_error *err) {
    int64_t p = area->terms, packed = cx_i_packed_size(p), cells;
    const cx_allocator *a = area->allocator;
    if (!cx_i_mul_i64(area->rows, p, &cells)) return cx_i_out_of_memory(err);
    area->x = cx_i_alloc_array(a, cells, sizeof *area->x);
    area->room = cx_i_alloc_array(a, 3 * packed + p * p + 2 * p, sizeof *area->room);
    area->factor = cx_i_alloc_array(a, packed + p, sizeof *area->factor);
    area->dropped = cx_i_alloc_array(a, p, sizeof *area->dropped);
    if (area->x == NULL || area->room == NULL || area->factor == NULL || area->dropped == NULL)
        return cx_i_out_of_memory(err);
    for (int k = 0; k < 3; k++) area->moment[k] = area->room + k * packed;
    area->solved = area->room + 3 * packed;
    area->scale = area->solved + p * p;
    area->beta = area->scale + p;
    area->side = area->factor + packed;
    return CX_OK;
}

cx_status cx_i_area_new(int64_t rows, int64_t terms, bool with_n, cx_i_area *out, cx_error *err) {
    int64_t cells;
    out->rows = rows;
    out->terms = terms;
    if (!cx_i_mul_i64(rows, 3, &cells)) return cx_i_out_of_memory(err);
    out->value = cx_i_alloc_array(out->allocator, cells, sizeof *out->value);
    out->smoothed = cx_i_alloc_array(out->allocator, rows, sizeof *out->smoothed);
    out->term = cx_i_alloc_array(out->allocator, terms, sizeof *out->term);
    if (out->value == NULL || out->smoothed == NULL || out->term == NULL)
        return cx_i_out_of_memory(err);
    out->variance = out->value + rows;
    out->n = with_n ? out->variance + rows : NULL;
    for (int64_t j = 0; j < terms; j++) {
        out->term[j] = cx_i_alloc(out->allocator, READ_TERM_SIZE);
        if (out->term[j] == NULL) return cx_i_out_of_memory(err);
    }
    return area_room(out, err);
}

void cx_i_area_free(cx_i_area *area) {
    for (int64_t j = 0; area->term != NULL && j < area->terms; j++)
        cx_i_free(area->allocator, area->term[j]);
    cx_i_free(area->allocator, area->term);
    cx_i_free(area->allocator, area->value);
    cx_i_free(area->allocator, area->smoothed);
    cx_i_free(area->allocator, area->x);
    cx_i_free(area->allocator, area->room);
    cx_i_free(area->allocator, area->factor);
    cx_i_free(area->allocator, area->dropped);
    *area = (cx_i_area){.allocator = area->allocator};
}

/* -- values and variances ------------------------------------------------------------------ */

static void area_copy(const cx_array *column, int64_t rows, double *out) {
    for (int64_t start = 0; start < column->length; start += CX_I_BLOCK) {
        int64_t left = column->length - start;
        cx_i_array_read(column, start, left < CX_I_BLOCK ? left : CX_I_BLOCK, out + start);
    }
    for (int64_t i = column->length; i < rows; i++) out[i] = out[0]; /* one for all */
}

static cx_status area_check_row(const cx_i_area *area, const cx_array *values,
                                const cx_array *variances, const cx_array *n, int64_t i,
                                cx_error *err) {
    double value = area->value[i], variance = area->variance[i];
    int64_t row = variances->length == 1 ? 0 : i;
    if (isinf(value))
        return cx_i_fail_at(err, CX_E_DOMAIN, values, i, value, "a value has to be finite");
    if (isnan(variance) && !isnan(value))
        return cx_i_fail_at(err, CX_E_DOMAIN, variances, row, variance,
                            "the value %g has no variance: leave both out, or give both", value);
    if (variance < 0 || variance > 1e200)
        return cx_i_fail_at(err, CX_E_DOMAIN, variances, row, variance,
                            "a variance has to be at least 0 and finite, and is %g", variance);
    if (n != NULL && !isnan(value) && !(area->n[i] > 0 && area->n[i] <= 1e15))
        return cx_i_fail_at(err, CX_E_DOMAIN, n, i, area->n[i],
                            "a group with a value has answers: n has to be above 0, and is %g",
                            area->n[i]);
    return CX_OK;
}

/* Answers that were all alike have a variance too. */
static cx_status area_smooth(cx_i_area *area, cx_error *err) {
    double sum = 0, answers = 0, largest = 0;
    for (int64_t i = 0; i < area->rows; i++) {
        if (isnan(area->value[i]) || !(area->variance[i] > 0)) continue;
        double n = area->n != NULL ? area->n[i] : 1;
        sum += n * n * area->variance[i]; /* the variance of one answer, times the answers */
        answers += n;
        largest = fmax(largest, area->variance[i]);
    }
    if (!(largest > 0))
        return cx_i_fail(err, CX_E_CONSTANT,
                         "all variances are 0: nothing says how far chance moves the values");
    for (int64_t i = 0; i < area->rows; i++) {
        if (isnan(area->value[i]) || area->variance[i] > 0) continue;
        area->variance[i] = area->n != NULL ? sum / answers / area->n[i] : largest;
        area->smoothed[i] = true;
    }
    return CX_OK;
}

static cx_status area_read_values(const cx_array *values, const cx_array *variances,
                                  const cx_array *n, cx_i_area *area, cx_error *err) {
    area_copy(values, area->rows, area->value);
    area_copy(variances, area->rows, area->variance);
    if (n != NULL) area_copy(n, area->rows, area->n);
    for (int64_t i = 0; i < area->rows; i++) {
        CX_TRY(area_check_row(area, values, variances, n, i, err));
        area->used += isnan(area->value[i]) ? 0 : 1;
    }
    if (area->used == 0) return cx_i_fail(err, CX_E_EMPTY, "no group has a value");
    return area_smooth(area, err);
}

/* -- covariates ---------------------------------------------------------------------------- */

static bool area_is_text(const cx_array *column) {
    return column->dictionary != NULL || column->dtype == CX_STRING ||
           column->dtype == CX_LARGE_STRING;
}

/* The categories of a text column, sorted: of each row its position. */
typedef struct area_categories {
    cx_i_keys keys;
    int64_t *number, *order, *first; /* of each row; by position; first row of each key */
} area_categories;

static cx_status area_categories_read(const cx_array *column, area_categories *found,
                                      const cx_allocator *allocator, cx_error *err) {
    cx_array named = *column;
    cx_frame by = {&named, 1, {0, 0}};
    if (named.name == NULL) named.name = "x";
    CX_TRY(cx_i_keys_bind(&found->keys, &by, err));
    found->number = cx_i_alloc_array(allocator, column->length, 3 * sizeof *found->number);
    if (found->number == NULL) return cx_i_out_of_memory(err);
    found->order = found->number + column->length;
    found->first = found->order + column->length;
    CX_TRY(cx_i_keys_read(&found->keys, &by, 0, column->length, found->number, err));
    for (int64_t i = column->length - 1; i >= 0; i--) {
        if (!cx_i_array_present(column, i))
            return cx_i_fail_at(err, CX_E_DOMAIN, column, i, NAN, "a covariate is missing");
        found->first[found->number[i]] = i;
    }
    cx_i_keys_sort(&found->keys, found->order);
    return CX_OK;
}

static void area_categories_free(area_categories *found, const cx_allocator *allocator) {
    cx_i_keys_free(&found->keys);
    cx_i_free(allocator, found->number);
}

/* An indicator of each category but the first, from term `at` on. */
static cx_status area_indicators(const cx_array *column, const area_categories *found, int64_t at,
                                 cx_i_area *area, cx_error *err) {
    for (int64_t c = 1; c < found->keys.count; c++) {
        const char *text;
        int64_t length, key = found->order[c];
        char word[40];
        CX_TRY(cx_i_array_text(column, "x", found->first[key], &text, &length, err));
        size_t copied = length < (int64_t)sizeof word ? (size_t)length : sizeof word - 1;
        memcpy(word, text, copied);
        word[copied] = 0;
        cx_i_text(area->term[at + c - 1], READ_TERM_SIZE, "%s: %s", cx_i_array_name(column, "x"),
                  word);
        for (int64_t i = 0; i < area->rows; i++)
            area->x[i * area->terms + at + c - 1] = found->number[i] == key ? 1 : 0;
    }
    return CX_OK;
}

/* Counts the terms of a column, or with an area that has room puts them there. */
static cx_status area_text_terms(const cx_array *column, int64_t *terms, cx_i_area *area, bool put,
                                 cx_error *err) {
    area_categories found = {.number = NULL};
    cx_i_keys_init(&found.keys, area->allocator);
    cx_status status = area_categories_read(column, &found, area->allocator, err);
    if (status == CX_OK && put) status = area_indicators(column, &found, *terms, area, err);
    *terms += found.keys.count - 1;
    area_categories_free(&found, area->allocator);
    return status;
}

static cx_status area_number_term(const cx_array *column, int64_t at, cx_i_area *area,
                                  cx_error *err) {
    double values[CX_I_BLOCK];
    cx_i_text(area->term[at], READ_TERM_SIZE, "%s", cx_i_array_name(column, "x"));
    for (int64_t start = 0; start < area->rows; start += CX_I_BLOCK) {
        int64_t left = area->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(column, start, count, values);
        for (int64_t i = 0; i < count; i++) {
            if (!(fabs(values[i]) <= 1e100))
                return cx_i_fail_at(err, CX_E_DOMAIN, column, start + i, values[i],
                                    "a covariate has to be present and finite");
            area->x[(start + i) * area->terms + at] = values[i];
        }
    }
    return CX_OK;
}

static cx_status area_terms(const cx_frame *x, bool intercept, bool put, int64_t *terms,
                            cx_i_area *area, cx_error *err) {
    *terms = intercept ? 1 : 0;
    if (put && intercept) {
        cx_i_text(area->term[0], READ_TERM_SIZE, "intercept");
        for (int64_t i = 0; i < area->rows; i++) area->x[i * area->terms] = 1;
    }
    for (int64_t c = 0; x != NULL && c < x->count; c++) {
        const cx_array *column = &x->columns[c];
        if (area_is_text(column)) {
            CX_TRY(area_text_terms(column, terms, area, put, err));
            continue;
        }
        if (put) CX_TRY(area_number_term(column, *terms, area, err));
        (*terms)++;
    }
    if (*terms > 0) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "without an intercept there have to be covariates");
}

static cx_status area_check(const cx_array *values, const cx_array *variances, const cx_array *n,
                            const cx_frame *x, cx_error *err) {
    CX_TRY(cx_i_array_check(values, "values", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(variances, "variances", CX_I_NUMBERS, err));
    if (variances->length != 1)
        CX_TRY(cx_i_array_same_length(values, "values", variances, "variances", err));
    if (n != NULL) {
        CX_TRY(cx_i_array_check(n, "n", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(values, "values", n, "n", err));
    }
    if (x == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(x, "x", CX_I_KEYS, err));
    for (int64_t c = 0; c < x->count; c++)
        if (!area_is_text(&x->columns[c]))
            CX_TRY(cx_i_array_check(&x->columns[c], "x", CX_I_NUMBERS, err));
    return cx_i_array_same_length(values, "values", &x->columns[0], "x", err);
}

cx_status cx_i_area_read(const cx_array *values, const cx_array *variances, const cx_array *n,
                         const cx_frame *x, bool intercept, cx_i_area *out, cx_error *err) {
    int64_t terms;
    CX_TRY(area_check(values, variances, n, x, err));
    if (values->length == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no group");
    CX_TRY(area_terms(x, intercept, false, &terms, out, err));
    if (terms > values->length + 1 || terms > 4096)
        return cx_i_fail(err, CX_E_FEW, "%d groups cannot tell %d coefficients apart",
                         values->length, terms);
    CX_TRY(cx_i_area_new(values->length, terms, n != NULL, out, err));
    CX_TRY(area_terms(x, intercept, true, &terms, out, err));
    return area_read_values(values, variances, n, out, err);
}

/* -- coefficients -------------------------------------------------------------------------- */

static cx_status area_term_column(const cx_i_area *area, cx_table *table, cx_error *err) {
    char *characters;
    int32_t *offsets;
    int64_t bytes = 0;
    for (int64_t j = 0; j < area->terms; j++) bytes += (int64_t)strlen(area->term[j]);
    CX_TRY(cx_i_table_string(table, "term", bytes, &characters, &offsets, err));
    for (int64_t j = 0; j < area->terms; j++) {
        size_t length = strlen(area->term[j]);
        memcpy(characters + offsets[j], area->term[j], length);
        offsets[j + 1] = offsets[j] + (int32_t)length;
    }
    return CX_OK;
}

/* Numbers of each term: value, se, ci_low, ci_high, p_value. */
static void area_term_number(cx_i_area *area, int64_t j, double z, double *out) {
    double value = area->beta[j], side = 0;
    for (int i = 0; i < 5; i++) out[i] = NAN;
    if (area->dropped[j]) return;
    side = cx_i_cholesky_inverse(area->factor, area->terms, j, area->side).hi;
    double se = sqrt(side) / area->scale[j];
    out[0] = value, out[1] = se;
    out[2] = value - z * se, out[3] = value + z * se;
    out[4] = 2 * cx_normal_sf(fabs(value / se));
}

static cx_status area_term_table(cx_i_area *area, double confidence, cx_table *table,
                                 cx_error *err) {
    static const char *const names[5] = {"value", "se", "ci_low", "ci_high", "p_value"};
    double number[5], z = cx_i_estimate_z(confidence);
    CX_TRY(area_term_column(area, table, err));
    for (int c = 0; c < 5; c++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, names[c], &column, err));
        for (int64_t j = 0; j < area->terms; j++) {
            area_term_number(area, j, z, number);
            column[j] = number[c];
            if (area->dropped[j]) CX_TRY(cx_i_table_null(table, j, err));
        }
    }
    CX_TRY(cx_i_table_figure(table, "groups", (double)area->used, err));
    CX_TRY(cx_i_table_figure(table, "between", area->between, err));
    CX_TRY(cx_i_table_figure(table, "between_se", sqrt(area->between_error), err));
    CX_TRY(cx_i_table_figure(table, "log_likelihood", area->log_likelihood, err));
    return cx_i_table_figure(table, "iterations", (double)area->iterations, err);
}

static cx_status area_coefficients(cx_i_area *area, double confidence, cx_table **out,
                                   cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_area_fit(area, err));
    CX_TRY(cx_i_table_new(area->terms, area->allocator, &table, err));
    cx_status status = area_term_table(area, confidence, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_shrink_coefficients(const cx_array *values, const cx_array *variances,
                                 const cx_array *n, const cx_frame *x,
                                 const cx_shrink_options *options, cx_table **out, cx_error *err) {
    cx_i_shrunk shrunk;
    if (values == NULL || variances == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         values == NULL      ? "values"
                         : variances == NULL ? "variances"
                                             : "out");
    CX_TRY(cx_i_shrink_options(options, &shrunk, err));
    if (shrunk.options.method != CX_SHRINK_AUTO && shrunk.options.method != CX_SHRINK_FAY_HERRIOT)
        return cx_i_fail(err, CX_E_OPTION, "method %s has no coefficients; fay-herriot has",
                         cx_shrink_method_name(shrunk.options.method));
    cx_i_area area = {.allocator = shrunk.allocator};
    cx_status status =
        cx_i_area_read(values, variances, n, x, shrunk.options.intercept == 1, &area, err);
    if (status == CX_OK) status = area_coefficients(&area, shrunk.options.confidence, out, err);
    cx_i_area_free(&area);
    return status;
}
