#include "business/fit.h"

#include <cxkit/special.h>

#include "stat/estimate.h"
#include "stat/keys_table.h"
#include "stat/table.h"

static const char *const fit_term_names[] = {
#define FIT_TERM_NAME(name, number, text) [number] = text,
    CX_TERM_LIST(FIT_TERM_NAME)
#undef FIT_TERM_NAME
};

const char *cx_term_name(int32_t status) {
    return status >= 0 && status < CX_TERM_END ? fit_term_names[status] : "unknown";
}

/* -- building ------------------------------------------------------------------------------ */

static void fit_names(cx_fit *fit, const char *const *names, char *room) {
    for (int64_t i = 0; i < fit->p; i++) {
        size_t size = strlen(names[i]) + 1;
        memcpy(room, names[i], size);
        fit->names[i] = room;
        room += size;
    }
}

/* Pieces of one allocation: doubles first, then what needs less. */
static void fit_lay_out(cx_fit *fit, void *memory) {
    int64_t p = fit->p;
    double *at = memory;
    double **arrays[] = {&fit->coefficient, &fit->df, &fit->low, &fit->high, &fit->p_value};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++, at += p) *arrays[k] = at;
    fit->covariance = at;
    fit->names = (char **)(at + p * p);
    fit->status = (int32_t *)(fit->names + p);
    fit->partner = (bool *)(fit->status + p);
    for (int64_t i = 0; i < p; i++) {
        fit->coefficient[i] = fit->low[i] = fit->high[i] = fit->p_value[i] = NAN;
        fit->df[i] = INFINITY;
    }
    for (int64_t i = 0; i < p * p; i++) fit->covariance[i] = NAN;
}

cx_status cx_i_fit_new(const char *const *names, int64_t p, const cx_allocator *allocator,
                       cx_fit **out, cx_error *err) {
    cx_allocator own = cx_i_allocator(allocator);
    size_t text = 0, square, cells, bytes;
    for (int64_t i = 0; i < p; i++)
        if (!cx_i_add_size(text, strlen(names[i]) + 1, &text)) return cx_i_out_of_memory(err);
    if (!cx_i_mul_size((size_t)p, (size_t)p + 8, &square) ||
        !cx_i_mul_size(square, sizeof(double) + sizeof(bool), &cells) ||
        !cx_i_add_size(cells, text + (size_t)p * (sizeof(char *) + sizeof(int32_t)), &bytes))
        return cx_i_out_of_memory(err);
    cx_fit *fit = cx_i_alloc(&own, sizeof *fit);
    if (fit == NULL) return cx_i_out_of_memory(err);
    fit->allocator = own;
    fit->p = p;
    fit->confidence = CX_I_DEFAULT_CONFIDENCE;
    cx_i_keys_init(&fit->keys, &fit->allocator);
    fit->memory = cx_i_alloc(&own, bytes);
    if (fit->memory == NULL) {
        cx_fit_free(fit);
        return cx_i_out_of_memory(err);
    }
    fit_lay_out(fit, fit->memory);
    fit_names(fit, names, (char *)(fit->partner + p * p));
    *out = fit;
    return CX_OK;
}

void cx_fit_free(cx_fit *fit) {
    if (fit == NULL) return;
    cx_allocator allocator = fit->allocator;
    cx_i_keys_free(&fit->keys);
    cx_i_free(&allocator, fit->influence);
    cx_i_free(&allocator, fit->row);
    cx_i_free(&allocator, fit->key);
    cx_i_free(&allocator, fit->memory);
    cx_i_free(&allocator, fit);
}

void cx_i_fit_add_figure(cx_fit *fit, const char *name, double value) {
    if (fit->figures < CX_I_FIT_FIGURES)
        fit->figure[fit->figures++] = (cx_i_fit_figure){name, value};
}

cx_status cx_i_fit_add_influence(cx_fit *fit, int64_t units, bool rows, cx_error *err) {
    int64_t cells;
    if (!cx_i_mul_i64(units, fit->p, &cells)) return cx_i_out_of_memory(err);
    fit->influence = cx_i_alloc_array(&fit->allocator, cells, sizeof(double));
    if (rows) fit->row = cx_i_alloc_array(&fit->allocator, units, sizeof(int64_t));
    if (fit->influence == NULL || (rows && fit->row == NULL)) return cx_i_out_of_memory(err);
    fit->units = units;
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

int64_t cx_fit_terms(const cx_fit *fit) {
    return fit == NULL ? 0 : fit->p;
}

const char *cx_fit_term(const cx_fit *fit, int64_t i) {
    return fit != NULL && i >= 0 && i < fit->p ? fit->names[i] : NULL;
}

double cx_fit_figure(const cx_fit *fit, const char *name) {
    for (int64_t i = 0; fit != NULL && name != NULL && i < fit->figures; i++)
        if (strcmp(fit->figure[i].name, name) == 0) return fit->figure[i].value;
    return NAN;
}

uint32_t cx_fit_flags(const cx_fit *fit) {
    return fit == NULL ? 0 : fit->flags;
}

const char *cx_fit_method(const cx_fit *fit) {
    return fit == NULL ? NULL : fit->method;
}

const char *cx_fit_model(const cx_fit *fit) {
    return fit == NULL ? NULL : fit->model;
}

int64_t cx_fit_excluded(const cx_fit *fit, int32_t reason) {
    return fit != NULL && reason >= 0 && reason < CX_EXCLUDED_END ? fit->excluded[reason] : 0;
}

double cx_i_fit_se(const cx_fit *fit, int64_t i) {
    return sqrt(fit->covariance[i * fit->p + i]);
}

int64_t cx_i_fit_find(const cx_fit *fit, const char *term) {
    for (int64_t i = 0; i < fit->p; i++)
        if (strcmp(fit->names[i], term) == 0) return i;
    return -1;
}

/* "a, b" into out, which may be NULL; returns the length. */
static int64_t fit_partners(const cx_fit *fit, int64_t i, char *out) {
    int64_t used = 0;
    for (int64_t j = 0; j < fit->p; j++) {
        if (!fit->partner[i * fit->p + j]) continue;
        size_t length = strlen(fit->names[j]);
        if (used > 0 && out != NULL) memcpy(out + used, ", ", 2);
        used += used > 0 ? 2 : 0;
        if (out != NULL) memcpy(out + used, fit->names[j], length);
        used += (int64_t)length;
    }
    return used;
}

static cx_status fit_refuse(const cx_fit *fit, int64_t i, cx_error *err) {
    const char *name = fit->names[i];
    char partners[256] = "others";
    switch (fit->status[i]) {
    case CX_TERM_CONSTANT:
        return cx_i_fail(err, CX_E_CONSTANT, "%s has no coefficient: it is constant", name);
    case CX_TERM_ABSORBED:
        return cx_i_fail(err, CX_E_SINGULAR,
                         "%s has no coefficient: the fixed effects determine it", name);
    case CX_TERM_SEPARATED:
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "%s has no finite coefficient: it separates the outcomes", name);
    default:
        if (fit_partners(fit, i, NULL) < (int64_t)sizeof partners && fit_partners(fit, i, NULL) > 0)
            partners[fit_partners(fit, i, partners)] = '\0';
        return cx_i_fail(err, CX_E_SINGULAR,
                         "%s has no coefficient: it is a combination of %s before it", name,
                         partners);
    }
}

cx_status cx_i_fit_term(const cx_fit *fit, const char *term, int64_t *out, cx_error *err) {
    if (term == NULL) return cx_i_fail(err, CX_E_NULL, "term is missing");
    int64_t i = cx_i_fit_find(fit, term);
    if (i < 0) {
        cx_status status =
            fit->p == 1 ? cx_i_fail(err, CX_E_NAME, "the model has no term %s: it has %s", term,
                                    fit->names[0])
                        : cx_i_fail(err, CX_E_NAME,
                                    "the model has no term %s: the first of its %d terms is %s, "
                                    "the last %s",
                                    term, fit->p, fit->names[0], fit->names[fit->p - 1]);
        if (err != NULL) cx_i_text(err->column, sizeof err->column, "%s", term);
        return status;
    }
    bool estimated = fit->status[i] == CX_TERM_OK || fit->status[i] == CX_TERM_NO_INTERVAL;
    if (!estimated) return fit_refuse(fit, i, err);
    *out = i;
    return CX_OK;
}

/* -- inference ----------------------------------------------------------------------------- */

typedef struct fit_judged {
    double se, statistic, p_value, low, high;
} fit_judged;

static fit_judged fit_judge(const cx_fit *fit, int64_t i) {
    double b = fit->coefficient[i], se = cx_i_fit_se(fit, i), df = fit->df[i];
    bool normal = isinf(df) != 0;
    double tail = (1 - fit->confidence) / 2;
    double q = normal ? cx_normal_quantile_upper(tail) : cx_t_quantile_upper(tail, df);
    double t = b / se;
    fit_judged judged = {se, t, NAN, b - q * se, b + q * se};
    judged.p_value = 2 * (normal ? cx_normal_sf(fabs(t)) : cx_t_sf(fabs(t), df));
    if (!isnan(fit->p_value[i])) judged.p_value = fit->p_value[i];
    if (!isnan(fit->low[i])) judged.low = fit->low[i];
    if (!isnan(fit->high[i])) judged.high = fit->high[i];
    return judged;
}

cx_status cx_fit_estimate(const cx_fit *fit, const char *term, cx_estimate *out, cx_error *err) {
    if (fit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", fit == NULL ? "fit" : "out");
    int64_t i = 0;
    CX_TRY(cx_i_fit_term(fit, term, &i, err));
    fit_judged judged = fit_judge(fit, i);
    cx_estimate made = cx_i_estimate_new(fit->confidence, CX_UNIT_SCALE);
    made.value = fit->coefficient[i];
    made.se = judged.se;
    made.p_value = judged.p_value;
    made.ci_low = judged.low;
    made.ci_high = judged.high;
    made.df = fit->df[i];
    made.n = fit->n;
    made.n_eff = fit->n_eff;
    made.sum_w = fit->sum_w;
    made.flags = fit->flags;
    made.method = isinf(made.df) ? CX_METHOD_WALD : CX_METHOD_T;
    if (fit->interval != CX_METHOD_AUTO) made.method = fit->interval;
    memcpy(made.excluded, fit->excluded, sizeof made.excluded);
    *out = made;
    return CX_OK;
}

/* -- tables -------------------------------------------------------------------------------- */

static cx_status fit_add_numbers(cx_table *table, const char *name, const double *values,
                                 int64_t step, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, name, &out, err));
    for (int64_t i = 0; i < cx_table_rows(table); i++) {
        out[i] = values[i * step];
        if (isnan(out[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status fit_add_partners(const cx_fit *fit, cx_table *table, cx_error *err) {
    char *text;
    int32_t *offsets;
    int64_t bytes = 0;
    for (int64_t i = 0; i < fit->p; i++) bytes += fit_partners(fit, i, NULL);
    CX_TRY(cx_i_table_string(table, "collinear_with", bytes, &text, &offsets, err));
    for (int64_t i = 0; i < fit->p; i++) {
        offsets[i + 1] = offsets[i] + (int32_t)fit_partners(fit, i, text + offsets[i]);
        if (offsets[i + 1] == offsets[i]) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static cx_status fit_add_terms(const cx_fit *fit, cx_table *table, cx_error *err) {
    return cx_i_table_words(table, "term", (const char *const *)fit->names, err);
}

static cx_status fit_add_status(const cx_fit *fit, cx_table *table, cx_error *err) {
    uint8_t *codes = cx_i_alloc(&fit->allocator, (size_t)fit->p);
    if (codes == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < fit->p; i++) codes[i] = (uint8_t)fit->status[i];
    cx_status status = cx_i_table_coded(table, "status", codes, fit_term_names, err);
    cx_i_free(&fit->allocator, codes);
    return status;
}

static cx_status fit_fill_table(const cx_fit *fit, fit_judged *judged, cx_table *table,
                                cx_error *err) {
    const int64_t step = sizeof *judged / sizeof(double);
    for (int64_t i = 0; i < fit->p; i++) judged[i] = fit_judge(fit, i);
    CX_TRY(fit_add_terms(fit, table, err));
    CX_TRY(fit_add_numbers(table, "coefficient", fit->coefficient, 1, err));
    CX_TRY(fit_add_numbers(table, "se", &judged->se, step, err));
    CX_TRY(fit_add_numbers(table, "statistic", &judged->statistic, step, err));
    CX_TRY(fit_add_numbers(table, "p_value", &judged->p_value, step, err));
    CX_TRY(fit_add_numbers(table, "ci_low", &judged->low, step, err));
    CX_TRY(fit_add_numbers(table, "ci_high", &judged->high, step, err));
    for (int64_t i = 0; i < fit->p; i++)
        judged[i].se = isnan(fit->coefficient[i]) ? NAN : fit->df[i];
    CX_TRY(fit_add_numbers(table, "df", &judged->se, step, err));
    CX_TRY(fit_add_status(fit, table, err));
    CX_TRY(fit_add_partners(fit, table, err));
    for (int64_t i = 0; i < fit->figures; i++)
        CX_TRY(cx_i_table_figure(table, fit->figure[i].name, fit->figure[i].value, err));
    return CX_OK;
}

cx_status cx_fit_table(const cx_fit *fit, cx_table **out, cx_error *err) {
    if (fit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", fit == NULL ? "fit" : "out");
    cx_table *table;
    fit_judged *judged = cx_i_alloc_array(&fit->allocator, fit->p, sizeof *judged);
    if (judged == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_table_new(fit->p, &fit->allocator, &table, err);
    if (status == CX_OK) {
        status = fit_fill_table(fit, judged, table, err);
        if (status == CX_OK) *out = table;
        if (status != CX_OK) cx_table_free(table);
    }
    cx_i_free(&fit->allocator, judged);
    return status;
}

static cx_status fit_fill_covariance(const cx_fit *fit, cx_table *table, cx_error *err) {
    CX_TRY(fit_add_terms(fit, table, err));
    for (int64_t j = 0; j < fit->p; j++)
        CX_TRY(fit_add_numbers(table, fit->names[j], fit->covariance + j, fit->p, err));
    return CX_OK;
}

cx_status cx_fit_covariance(const cx_fit *fit, cx_table **out, cx_error *err) {
    if (fit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", fit == NULL ? "fit" : "out");
    cx_table *table;
    CX_TRY(cx_i_table_new(fit->p, &fit->allocator, &table, err));
    cx_status status = fit_fill_covariance(fit, table, err);
    if (status == CX_OK) *out = table;
    if (status != CX_OK) cx_table_free(table);
    return status;
}

static cx_status fit_add_ids(const cx_fit *fit, cx_table *table, cx_error *err) {
    if (fit->row == NULL) {
        if (fit->key != NULL)
            return cx_i_keys_to_rows(&fit->keys, fit->key, fit->units, table, err);
        int64_t *order = cx_i_alloc_array(&fit->allocator, fit->units, sizeof *order);
        if (order == NULL) return cx_i_out_of_memory(err);
        for (int64_t i = 0; i < fit->units; i++) order[i] = i;
        cx_status status = cx_i_keys_to_rows(&fit->keys, order, fit->units, table, err);
        cx_i_free(&fit->allocator, order);
        return status;
    }
    int64_t *ids;
    CX_TRY(cx_i_table_i64(table, "id", &ids, err));
    memcpy(ids, fit->row, (size_t)fit->units * sizeof *ids);
    return CX_OK;
}

cx_status cx_fit_influence(const cx_fit *fit, const char *term, cx_table **out, cx_error *err) {
    if (fit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", fit == NULL ? "fit" : "out");
    int64_t i = 0;
    cx_table *table;
    CX_TRY(cx_i_fit_term(fit, term, &i, err));
    if (fit->influence == NULL)
        return cx_i_fail(err, CX_E_OPTION,
                         "the influences were not kept: set influence in the options of the model");
    CX_TRY(cx_i_table_new(fit->units, &fit->allocator, &table, err));
    cx_status status = fit_add_ids(fit, table, err);
    if (status == CX_OK)
        status = fit_add_numbers(table, "influence", fit->influence + i, fit->p, err);
    if (status == CX_OK) *out = table;
    if (status != CX_OK) cx_table_free(table);
    return status;
}
