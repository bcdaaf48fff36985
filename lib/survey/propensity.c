#include <cxkit/propensity.h>

#include "stat/glm.h"
#include "stat/table.h"
#include "survey/chances.h"
#include "survey/margins.h"

struct cx_response_model {
    cx_allocator allocator;
    int64_t rows, columns, p;
    cx_i_glm_term *term; /* columns + 1: the intercept first */
    double **value;      /* of each column, or NULL */
    int32_t **code;      /* of each column, or NULL */
    char **name;         /* of each coefficient */
    double *y, *weight;  /* weight may be NULL */
    double *variance;    /* of each fitted chance */
    double null_loglik;
    int64_t n, responded;
    cx_propensity_options options;
    cx_i_glm_fit fit;
};

void cx_propensity_options_init(cx_propensity_options *options) {
    if (options == NULL) return;
    *options = (cx_propensity_options){.struct_size = sizeof *options, .max_iterations = 50};
}

static cx_status propensity_options(const cx_propensity_options *given, cx_propensity_options *used,
                                    cx_error *err) {
    cx_propensity_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_propensity_options", err));
    if (used->max_iterations < 1 || used->max_iterations > 10000)
        return cx_i_fail(err, CX_E_OPTION, "max_iterations is %d: 1 to 10000",
                         (int64_t)used->max_iterations);
    if (!(used->ridge >= 0 && isfinite(used->ridge)))
        return cx_i_fail(err, CX_E_OPTION, "ridge is %g: it has to be 0 or more", used->ridge);
    return CX_OK;
}

/* -- memory -------------------------------------------------------------------------------- */

void cx_response_model_free(cx_response_model *self) {
    if (self == NULL) return;
    cx_allocator a = self->allocator;
    for (int64_t c = 0; c < self->columns; c++) {
        if (self->value != NULL) cx_i_free(&a, self->value[c]);
        if (self->code != NULL) cx_i_free(&a, self->code[c]);
    }
    for (int64_t j = 0; j < self->p && self->name != NULL; j++) cx_i_free(&a, self->name[j]);
    cx_i_free(&a, self->name);
    cx_i_free(&a, self->value);
    cx_i_free(&a, self->code);
    cx_i_free(&a, self->term);
    cx_i_free(&a, self->y);
    cx_i_free(&a, self->weight);
    cx_i_free(&a, self->variance);
    cx_i_glm_free(&a, &self->fit);
    cx_i_free(&a, self);
}

/* Room for the names of more coefficients. */
static cx_status propensity_grow(cx_response_model *m, int64_t more, cx_error *err) {
    char **grown = cx_i_alloc_array(&m->allocator, m->p + more, sizeof *grown);
    if (grown == NULL) return cx_i_out_of_memory(err);
    if (m->p > 0) memcpy(grown, m->name, (size_t)m->p * sizeof *grown);
    cx_i_free(&m->allocator, m->name);
    m->name = grown;
    m->p += more;
    return CX_OK;
}

static cx_status propensity_name(cx_response_model *m, int64_t j, const char *column,
                                 const char *category, cx_error *err) {
    size_t size;
    if (!cx_i_add_size(strlen(column) + strlen(category), 3, &size)) return cx_i_out_of_memory(err);
    m->name[j] = cx_i_alloc(&m->allocator, size);
    if (m->name[j] == NULL) return cx_i_out_of_memory(err);
    cx_i_text(m->name[j], size, category[0] != '\0' ? "%s: %s" : "%s%s", column, category);
    return CX_OK;
}

/* -- columns ------------------------------------------------------------------------------- */

static bool propensity_is_category(const cx_array *column) {
    return column->dictionary != NULL || column->dtype == CX_STRING ||
           column->dtype == CX_LARGE_STRING;
}

static cx_status propensity_number(cx_response_model *m, const cx_array *column, int64_t c,
                                   cx_error *err) {
    double *value = cx_i_alloc_array(&m->allocator, m->rows, sizeof *value);
    m->value[c] = value;
    if (value == NULL) return cx_i_out_of_memory(err);
    for (int64_t start = 0; start < m->rows; start += CX_I_BLOCK) {
        int64_t left = m->rows - start;
        cx_i_array_read(column, start, left < CX_I_BLOCK ? left : CX_I_BLOCK, value + start);
    }
    for (int64_t row = 0; row < m->rows; row++) {
        if (isfinite(value[row])) continue;
        return cx_i_fail_at(err, CX_E_DOMAIN, column, row, value[row],
                            isnan(value[row])
                                ? "the number is missing: fill it in, and add a column that says "
                                  "so, or give the column as categories"
                                : "the number is infinite");
    }
    m->term[c + 1] = (cx_i_glm_term){.value = value, .first = m->p};
    CX_TRY(propensity_grow(m, 1, err));
    return propensity_name(m, m->p - 1, column->name, "", err);
}

/* Categories in order; the first is the reference. */
static cx_status propensity_codes(cx_response_model *m, const cx_array *column, int64_t c,
                                  cx_i_margin *keyed, cx_error *err) {
    cx_frame by = {column, 1, {0, 0}};
    int64_t numbers[CX_I_BLOCK];
    int32_t *code = m->code[c];
    CX_TRY(cx_i_keys_bind(&keyed->keys, &by, err));
    for (int64_t start = 0; start < m->rows; start += CX_I_BLOCK) {
        int64_t left = m->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        CX_TRY(cx_i_keys_read(&keyed->keys, &by, start, count, numbers, err));
        for (int64_t i = 0; i < count; i++) code[start + i] = (int32_t)numbers[i];
    }
    return CX_OK;
}

static cx_status propensity_rank(cx_response_model *m, const cx_array *column, int64_t c,
                                 const cx_i_margin *keyed, int64_t *order, int64_t *rank,
                                 cx_error *err) {
    char category[128];
    int64_t first = m->p, count = keyed->keys.count;
    cx_i_keys_sort(&keyed->keys, order);
    for (int64_t i = 0; i < count; i++) rank[order[i]] = i;
    CX_TRY(propensity_grow(m, count - 1, err));
    for (int64_t i = 1; i < count; i++) {
        category[0] = '\0';
        cx_i_margin_category(keyed, order[i], category, sizeof category);
        CX_TRY(propensity_name(m, first + i - 1, column->name, category, err));
    }
    for (int64_t row = 0; row < m->rows; row++)
        m->code[c][row] = (int32_t)rank[m->code[c][row]] - 1;
    m->term[c + 1] = (cx_i_glm_term){.code = m->code[c], .first = first};
    return CX_OK;
}

static cx_status propensity_category(cx_response_model *m, const cx_array *column, int64_t c,
                                     cx_error *err) {
    const cx_allocator *a = &m->allocator;
    cx_i_margin keyed = {.sum = 0};
    m->code[c] = cx_i_alloc_array(a, m->rows, sizeof **m->code);
    if (m->code[c] == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_init(&keyed.keys, a);
    cx_status status = propensity_codes(m, column, c, &keyed, err);
    if (status == CX_OK) {
        int64_t *order = cx_i_alloc_array(a, keyed.keys.count, sizeof *order);
        int64_t *rank = cx_i_alloc_array(a, keyed.keys.count, sizeof *rank);
        status = order == NULL || rank == NULL
                     ? cx_i_out_of_memory(err)
                     : propensity_rank(m, column, c, &keyed, order, rank, err);
        cx_i_free(a, order);
        cx_i_free(a, rank);
    }
    cx_i_keys_free(&keyed.keys);
    return status;
}

static cx_status propensity_columns(cx_response_model *m, const cx_frame *X, cx_error *err) {
    const cx_allocator *a = &m->allocator;
    m->term = cx_i_alloc_array(a, X->count + 1, sizeof *m->term);
    m->value = cx_i_alloc_array(a, X->count, sizeof *m->value);
    m->code = cx_i_alloc_array(a, X->count, sizeof *m->code);
    if (m->term == NULL || m->value == NULL || m->code == NULL) return cx_i_out_of_memory(err);
    m->columns = X->count;
    CX_TRY(propensity_grow(m, 1, err));
    CX_TRY(propensity_name(m, 0, "intercept", "", err));
    for (int64_t c = 0; c < X->count; c++) {
        const cx_array *column = &X->columns[c];
        CX_TRY(propensity_is_category(column) ? propensity_category(m, column, c, err)
                                              : propensity_number(m, column, c, err));
        if (m->p > 5000)
            return cx_i_fail(err, CX_E_LIMIT,
                             "the columns up to %s have %d coefficients: at most 5000; merge "
                             "categories",
                             column->name, m->p);
    }
    return CX_OK;
}

/* -- answers ------------------------------------------------------------------------------- */

static cx_status propensity_row(cx_response_model *m, const cx_array *responded,
                                const cx_array *weights, int64_t row, double *sums, cx_error *err) {
    double y = m->y[row], w = m->weight != NULL ? m->weight[row] : 1;
    CX_TRY(cx_i_responded_check(responded, row, y, err));
    if (weights != NULL) CX_TRY(cx_i_weight_check(weights, row, w, err));
    if (!(w > 0)) return CX_OK;
    m->n++;
    m->responded += y > 0 ? 1 : 0;
    sums[y > 0] += w;
    return CX_OK;
}

static cx_status propensity_answers(cx_response_model *m, const cx_array *responded,
                                    const cx_array *weights, cx_error *err) {
    double sums[2] = {0, 0};
    m->y = cx_i_alloc_array(&m->allocator, m->rows, sizeof *m->y);
    m->variance = cx_i_alloc_array(&m->allocator, m->rows, sizeof *m->variance);
    if (weights != NULL) m->weight = cx_i_alloc_array(&m->allocator, m->rows, sizeof *m->weight);
    if (m->y == NULL || m->variance == NULL || (weights != NULL && m->weight == NULL))
        return cx_i_out_of_memory(err);
    for (int64_t start = 0; start < m->rows; start += CX_I_BLOCK) {
        int64_t left = m->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_array_read(responded, start, count, m->y + start);
        if (weights != NULL) cx_i_array_read(weights, start, count, m->weight + start);
        for (int64_t row = start; row < start + count; row++)
            CX_TRY(propensity_row(m, responded, weights, row, sums, err));
    }
    if (m->n == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no row with a weight");
    if (m->responded == 0 || m->responded == m->n)
        return cx_i_fail(err, CX_E_CONSTANT, "%s answered: there is no chance to estimate",
                         m->responded == 0 ? "nobody" : "everybody");
    double share = sums[1] / (sums[0] + sums[1]);
    m->null_loglik = sums[1] * log(share) + sums[0] * log1p(-share);
    return CX_OK;
}

static cx_status propensity_fit(cx_response_model *m, cx_error *err) {
    cx_i_glm model = {.rows = m->rows,
                      .terms = m->columns + 1,
                      .p = m->p,
                      .term = m->term,
                      .y = m->y,
                      .weight = m->weight,
                      .ridge = m->options.ridge,
                      .max_iterations = m->options.max_iterations,
                      .robust = m->weight != NULL,
                      .allocator = &m->allocator};
    m->term[0] = (cx_i_glm_term){.first = 0};
    CX_TRY(cx_i_glm_solve(&model, &m->fit, err));
    if (!m->fit.converged && !m->fit.separated)
        return cx_i_fail(err, CX_E_CONVERGENCE,
                         "the chance to answer did not converge in %d iterations: take a ridge, or "
                         "fewer columns",
                         m->fit.iterations);
    for (int64_t row = 0; row < m->rows; row++) {
        double p = m->fit.fitted[row], slope = p * (1 - p);
        m->variance[row] = slope * slope * cx_i_glm_variance(&model, &m->fit, row);
    }
    return CX_OK;
}

static cx_status propensity_build(cx_response_model *m, const cx_frame *X,
                                  const cx_array *responded, const cx_array *weights,
                                  cx_error *err) {
    CX_TRY(propensity_answers(m, responded, weights, err));
    CX_TRY(propensity_columns(m, X, err));
    return propensity_fit(m, err);
}

static cx_status propensity_check(const cx_frame *X, const cx_array *responded,
                                  const cx_array *weights, cx_error *err) {
    CX_TRY(cx_i_frame_check(X, "X", CX_I_KEYS, err));
    CX_TRY(cx_i_array_check(responded, "responded", CX_I_NUMBERS, err));
    if (X->count == 0) return cx_i_fail(err, CX_E_EMPTY, "X has no column");
    for (int64_t c = 0; c < X->count; c++)
        if (!propensity_is_category(&X->columns[c]))
            CX_TRY(cx_i_array_check(&X->columns[c], "X", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(&X->columns[0], "X", responded, "responded", err));
    if (weights == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    return cx_i_array_same_length(responded, "responded", weights, "weights", err);
}

cx_status cx_propensity(const cx_frame *X, const cx_array *responded, const cx_array *weights,
                        const cx_propensity_options *options, cx_response_model **out,
                        cx_error *err) {
    cx_propensity_options used;
    if (X == NULL || responded == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         X == NULL           ? "X"
                         : responded == NULL ? "responded"
                                             : "out");
    CX_TRY(propensity_options(options, &used, err));
    CX_TRY(propensity_check(X, responded, weights, err));
    cx_allocator allocator = cx_i_allocator(used.allocator);
    cx_response_model *made = cx_i_alloc(&allocator, sizeof *made);
    if (made == NULL) return cx_i_out_of_memory(err);
    made->allocator = allocator;
    made->options = used;
    made->rows = responded->length;
    cx_status status = propensity_build(made, X, responded, weights, err);
    if (status == CX_OK)
        *out = made;
    else
        cx_response_model_free(made);
    return status;
}

int32_t cx_response_model_separated(const cx_response_model *self) {
    return self != NULL && self->fit.separated ? 1 : 0;
}

/* -- tables -------------------------------------------------------------------------------- */

static cx_status propensity_rows(const cx_response_model *m, cx_table *table, cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, "probability", &column, err));
    memcpy(column, m->fit.fitted, (size_t)m->rows * sizeof *column);
    CX_TRY(cx_i_table_f64(table, "variance", &column, err));
    memcpy(column, m->variance, (size_t)m->rows * sizeof *column);
    for (int64_t row = 0; row < m->rows && m->fit.separated; row++)
        CX_TRY(cx_i_table_null(table, row, err));
    return CX_OK;
}

cx_status cx_response_model_rows(const cx_response_model *self, cx_table **out, cx_error *err) {
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_table_new(self->rows, &self->allocator, &table, err));
    cx_status status = propensity_rows(self, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status propensity_names(const cx_response_model *m, cx_table *table, cx_error *err) {
    char *text;
    int32_t *ends;
    int64_t bytes = 0;
    for (int64_t j = 0; j < m->p; j++) bytes += (int64_t)strlen(m->name[j]);
    CX_TRY(cx_i_table_string(table, "name", bytes, &text, &ends, err));
    for (int64_t j = 0; j < m->p; j++) {
        size_t length = strlen(m->name[j]);
        memcpy(text + ends[j], m->name[j], length);
        ends[j + 1] = ends[j] + (int32_t)length;
    }
    return CX_OK;
}

/* Coefficients that run away: those that move along the direction of separation. */
static bool propensity_runs(const cx_response_model *m, int64_t j) {
    double largest = 0;
    for (int64_t k = 0; k < m->p; k++) largest = fmax(largest, fabs(m->fit.direction[k]));
    return m->fit.separated && fabs(m->fit.direction[j]) > 1e-6 * largest;
}

static cx_status propensity_figures(const cx_response_model *m, cx_table *table, cx_error *err) {
    CX_TRY(cx_i_table_figure(table, "loglik", m->fit.loglik, err));
    CX_TRY(cx_i_table_figure(table, "null_loglik", m->null_loglik, err));
    CX_TRY(cx_i_table_figure(table, "n", (double)m->n, err));
    CX_TRY(cx_i_table_figure(table, "responded", (double)m->responded, err));
    CX_TRY(cx_i_table_figure(table, "iterations", (double)m->fit.iterations, err));
    CX_TRY(cx_i_table_figure(table, "ridge", m->options.ridge, err));
    return cx_i_table_figure(table, "separated", m->fit.separated ? 1 : 0, err);
}

static cx_status propensity_coefficients(const cx_response_model *m, cx_table *table,
                                         cx_error *err) {
    double *column;
    int64_t *flag;
    CX_TRY(propensity_names(m, table, err));
    CX_TRY(cx_i_table_f64(table, "coefficient", &column, err));
    memcpy(column, m->fit.beta, (size_t)m->p * sizeof *column);
    CX_TRY(cx_i_table_f64(table, "se", &column, err));
    for (int64_t j = 0; j < m->p; j++) {
        column[j] = sqrt(m->fit.covariance[j * m->p + j]);
        if (m->fit.dropped[j] || m->fit.separated) CX_TRY(cx_i_table_null(table, j, err));
    }
    CX_TRY(cx_i_table_i64(table, "separates", &flag, err));
    for (int64_t j = 0; j < m->p; j++) flag[j] = propensity_runs(m, j) ? 1 : 0;
    return propensity_figures(m, table, err);
}

cx_status cx_response_model_coefficients(const cx_response_model *self, cx_table **out,
                                         cx_error *err) {
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_table_new(self->p, &self->allocator, &table, err));
    cx_status status = propensity_coefficients(self, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
