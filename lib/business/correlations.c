#include "base/array.h"
#include "business/correlate.h"
#include "business/moments.h"
#include "stat/estimate.h"
#include "stat/nearest.h"

/* Every pair of columns, the earlier one first: one row each. */
typedef struct correlations_table {
    int64_t p, pairs;
    cx_estimate *row;
    int32_t *kind; /* the cx_correlation that made it */
    int64_t *at;   /* two positions each */
    double *matrix;
    cx_i_nearest nearest;
    bool whole; /* every pair has a value */
    const cx_allocator *allocator;
} correlations_table;

static cx_status correlations_room(correlations_table *self, cx_error *err) {
    self->pairs = self->p * (self->p - 1) / 2;
    self->row = cx_i_alloc_array(self->allocator, self->pairs, sizeof *self->row);
    self->kind = cx_i_alloc_array(self->allocator, self->pairs, sizeof *self->kind);
    self->at = cx_i_alloc_array(self->allocator, 2 * self->pairs, sizeof *self->at);
    self->matrix = cx_i_alloc_array(self->allocator, self->p * self->p, sizeof *self->matrix);
    if (self->row == NULL || self->kind == NULL || self->at == NULL || self->matrix == NULL)
        return cx_i_out_of_memory(err);
    int64_t k = 0;
    for (int64_t i = 0; i < self->p; i++)
        for (int64_t j = i + 1; j < self->p; j++, k++) self->at[2 * k] = i, self->at[2 * k + 1] = j;
    return CX_OK;
}

static void correlations_free(correlations_table *self) {
    cx_i_free(self->allocator, self->row);
    cx_i_free(self->allocator, self->kind);
    cx_i_free(self->allocator, self->at);
    cx_i_free(self->allocator, self->matrix);
}

/* A pair that has no correlation is a row with its status; everything else ends the call. */
static cx_status correlations_keep(correlations_table *self, int64_t k, cx_status status,
                                   double confidence, cx_error *err) {
    bool tells = status == CX_E_EMPTY || status == CX_E_FEW || status == CX_E_CONSTANT ||
                 status == CX_E_CONVERGENCE;
    if (status == CX_OK) return CX_OK;
    if (!tells) return status;
    if (err != NULL) *err = (cx_error){0};
    self->row[k] = cx_i_estimate_new(confidence, CX_UNIT_CORRELATION);
    self->row[k].status = (int32_t)status;
    self->whole = false;
    return CX_OK;
}

static cx_status correlations_nearest(correlations_table *self, cx_error *err) {
    self->nearest = (cx_i_nearest){NAN, NAN, true};
    if (!self->whole) return CX_OK;
    for (int64_t i = 0; i < self->p; i++) self->matrix[i * self->p + i] = 1;
    for (int64_t k = 0; k < self->pairs; k++) {
        int64_t i = self->at[2 * k], j = self->at[2 * k + 1];
        self->matrix[i * self->p + j] = self->matrix[j * self->p + i] = self->row[k].value;
    }
    CX_TRY(cx_i_nearest_correlation(self->matrix, self->p, self->allocator, &self->nearest, err));
    if (self->nearest.converged) return CX_OK;
    return cx_i_fail(err, CX_E_CONVERGENCE, "the nearest correlation matrix was not found");
}

/* -- the table --------------------------------------------------------------------------------- */

static cx_status correlations_names(const correlations_table *self, int side,
                                    const char *const *names, cx_table *table, cx_error *err) {
    int64_t bytes = 0;
    char *text;
    int32_t *ends;
    for (int64_t k = 0; k < self->pairs; k++)
        bytes += (int64_t)strlen(names[self->at[2 * k + side]]);
    CX_TRY(cx_i_table_string(table, side == 0 ? "x" : "y", bytes, &text, &ends, err));
    for (int64_t k = 0; k < self->pairs; k++) {
        size_t length = strlen(names[self->at[2 * k + side]]);
        memcpy(text + ends[k], names[self->at[2 * k + side]], length);
        ends[k + 1] = ends[k] + (int32_t)length;
    }
    return CX_OK;
}

static cx_status correlations_fill(const correlations_table *self, const char *const *names,
                                   cx_table *table, cx_error *err) {
    double *nearest;
    const char **words = cx_i_alloc_array(self->allocator, self->pairs, sizeof *words);
    if (words == NULL) return cx_i_out_of_memory(err);
    for (int64_t k = 0; k < self->pairs; k++) words[k] = cx_correlation_name(self->kind[k]);
    cx_status status = correlations_names(self, 0, names, table, err);
    if (status == CX_OK) status = correlations_names(self, 1, names, table, err);
    if (status == CX_OK) status = cx_i_table_words(table, "correlation", words, err);
    cx_i_free(self->allocator, words);
    CX_TRY(status);
    CX_TRY(cx_i_estimates_to_table(self->row, self->pairs, table, err));
    CX_TRY(cx_i_table_f64(table, "nearest", &nearest, err));
    for (int64_t k = 0; k < self->pairs; k++) {
        nearest[k] = self->matrix[self->at[2 * k] * self->p + self->at[2 * k + 1]];
        if (!self->whole) CX_TRY(cx_i_table_null(table, k, err));
    }
    CX_TRY(cx_i_table_figure(table, "distance", self->nearest.distance, err));
    return cx_i_table_figure(table, "smallest_eigenvalue", self->nearest.smallest, err);
}

static cx_status correlations_out(correlations_table *self, const char *const *names,
                                  cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(correlations_nearest(self, err));
    CX_TRY(cx_i_table_new(self->pairs, self->allocator, &table, err));
    cx_status status = correlations_fill(self, names, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status correlations_check_count(int64_t p, cx_error *err) {
    if (p < 2) return cx_i_fail(err, CX_E_FEW, "correlations need two columns or more");
    if (p <= CX_MOMENTS_COLUMNS) return CX_OK;
    return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than %d", p,
                     (int64_t)CX_MOMENTS_COLUMNS);
}

/* -- of a state -------------------------------------------------------------------------------- */

static cx_status correlations_of_state(correlations_table *self, const cx_moments *x,
                                       const cx_correlate_options *options, cx_table **out,
                                       cx_error *err) {
    CX_TRY(correlations_room(self, err));
    for (int64_t k = 0; k < self->pairs; k++) {
        cx_status status = cx_moments_pearson(x, self->at[2 * k], self->at[2 * k + 1], options,
                                              &self->row[k], err);
        CX_TRY(correlations_keep(self, k, status, options->confidence, err));
    }
    return correlations_out(self, (const char *const *)x->names, out, err);
}

cx_status cx_moments_correlations(const cx_moments *x, const cx_correlate_options *options,
                                  cx_table **out, cx_error *err) {
    if (x == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", x == NULL ? "x" : "out");
    cx_correlate_options chosen;
    CX_TRY(cx_i_correlate_options(options, &chosen, err));
    if (chosen.method != CX_CORRELATION_PEARSON)
        return cx_i_fail(err, CX_E_OPTION, "moments know Pearson's correlation only, not %s",
                         cx_correlation_name(chosen.method));
    CX_TRY(correlations_check_count(x->p, err));
    cx_allocator allocator = cx_i_allocator(chosen.allocator);
    correlations_table self = {.p = x->p, .whole = true, .allocator = &allocator};
    cx_status status = correlations_of_state(&self, x, &chosen, out, err);
    correlations_free(&self);
    return status;
}

/* -- of rows ----------------------------------------------------------------------------------- */

bool cx_i_correlate_levels(const cx_array *column, int64_t most) {
    double seen[CX_I_LATENT_LEVELS], block[CX_I_BLOCK];
    int64_t levels = 0;
    bool ordered = true;
    for (int64_t start = 0; start < column->length && ordered; start += CX_I_BLOCK) {
        int64_t count = column->length - start < CX_I_BLOCK ? column->length - start : CX_I_BLOCK;
        cx_i_array_read(column, start, count, block);
        for (int64_t r = 0; r < count && ordered; r++) {
            int64_t k = 0;
            if (isnan(block[r])) continue;
            while (k < levels && seen[k] != block[r]) k++;
            if (k < levels) continue;
            ordered = levels < most && block[r] == floor(block[r]);
            if (ordered) seen[levels++] = block[r];
        }
    }
    return ordered;
}

static cx_status correlations_pair(correlations_table *self, const cx_frame *x,
                                   const cx_array *weights, const bool *ordered,
                                   const cx_correlate_options *options, int64_t k, cx_error *err) {
    int64_t i = self->at[2 * k], j = self->at[2 * k + 1];
    cx_correlate_options chosen = *options;
    bool swap = false;
    if (options->method == CX_CORRELATION_MIXED) {
        chosen.method = cx_i_correlate_kind(ordered[i], ordered[j]);
        swap = ordered[i] && !ordered[j];
    }
    self->kind[k] = chosen.method;
    const cx_array *a = &x->columns[swap ? j : i], *b = &x->columns[swap ? i : j];
    cx_status status = cx_correlate(a, b, weights, &chosen, &self->row[k], err);
    return correlations_keep(self, k, status, options->confidence, err);
}

static cx_status correlations_of_rows(correlations_table *self, const cx_frame *x,
                                      const cx_array *weights, const cx_correlate_options *options,
                                      cx_table **out, cx_error *err) {
    bool *ordered = cx_i_alloc_array(self->allocator, self->p, sizeof *ordered);
    const char **names = cx_i_alloc_array(self->allocator, self->p, sizeof *names);
    cx_status status =
        ordered == NULL || names == NULL ? cx_i_out_of_memory(err) : correlations_room(self, err);
    for (int64_t i = 0; i < self->p && status == CX_OK; i++) {
        names[i] = cx_i_array_name(&x->columns[i], "");
        ordered[i] = cx_i_correlate_levels(&x->columns[i], options->levels);
    }
    for (int64_t k = 0; k < self->pairs && status == CX_OK; k++)
        status = correlations_pair(self, x, weights, ordered, options, k, err);
    if (status == CX_OK) status = correlations_out(self, names, out, err);
    cx_i_free(self->allocator, ordered);
    cx_i_free(self->allocator, names);
    return status;
}

cx_status cx_correlations(const cx_frame *x, const cx_array *weights,
                          const cx_correlate_options *options, cx_table **out, cx_error *err) {
    if (x == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", x == NULL ? "x" : "out");
    cx_correlate_options chosen;
    CX_TRY(cx_i_correlate_options(options, &chosen, err));
    CX_TRY(cx_i_frame_check(x, "x", CX_I_NUMBERS, err));
    CX_TRY(correlations_check_count(x->count, err));
    cx_allocator allocator = cx_i_allocator(chosen.allocator);
    correlations_table self = {.p = x->count, .whole = true, .allocator = &allocator};
    cx_status status = correlations_of_rows(&self, x, weights, &chosen, out, err);
    correlations_free(&self);
    return status;
}
