#include "survey/weights.h"

#include "stat/table_data.h"

void cx_i_weights_hold(const cx_weights *weights) {
    atomic_fetch_add(&((cx_weights *)weights)->references, 1);
}

void cx_weights_free(cx_weights *self) {
    if (self == NULL || atomic_fetch_sub(&self->references, 1) > 1) return;
    cx_allocator allocator = self->allocator;
    if (self->source == NULL) cx_i_constraints_free(&self->constraints);
    cx_weights_free(self->source);
    cx_i_free(&allocator, self->start);
    cx_table_free(self->values);
    cx_i_free(&allocator, self->ratio);
    cx_i_free(&allocator, self->lambda);
    cx_i_free(&allocator, self->start_total);
    cx_i_free(&allocator, self->attained);
    cx_i_free(&allocator, self);
}

cx_status cx_i_weights_room(cx_weights *weights, int64_t rows, cx_error *err) {
    CX_TRY(cx_i_table_new(rows, &weights->allocator, &weights->values, err));
    return cx_i_table_f64(weights->values, "weight", &weights->weight, err);
}

void cx_i_weights_collapse(const cx_i_constraints *c, const double *value, double *out) {
    if (c->cell == NULL) {
        memcpy(out, value, (size_t)c->rows * sizeof *out);
        return;
    }
    memset(out, 0, (size_t)c->cells * sizeof *out);
    for (int64_t row = 0; row < c->rows; row++) out[c->cell[row]] += value[row];
}

void cx_i_weights_collapse_start(const cx_weights *w, double *out) {
    const cx_i_constraints *c = &w->constraints;
    if (w->step == 1) {
        cx_i_weights_collapse(c, w->start, out);
        return;
    }
    for (int64_t i = 0; i < c->cells; i++)
        out[i] = w->start[0] * (c->size != NULL ? (double)c->size[i] : 1);
}

/* -- summary ------------------------------------------------------------------------------- */

static void weights_count(cx_weights_summary *out, double weight, double start, int64_t rows) {
    out->positive += weight > 0 ? rows : 0;
    out->negative += weight < 0 ? rows : 0;
    if (!(start > 0)) return;
    double ratio = weight / start;
    if (ratio < out->ratio_min) out->ratio_min = ratio;
    if (ratio > out->ratio_max) out->ratio_max = ratio;
}

/* Rows start .. end: their sum and sum of squares, which the blocks add up without loss. */
static void weights_measure_rows(cx_weights *w, int64_t start, int64_t end, double *sums) {
    for (int64_t row = start; row < end; row++) {
        weights_count(&w->summary, w->weight[row], cx_i_weights_start(w, row), 1);
        sums[0] += w->weight[row];
        sums[1] += w->weight[row] * w->weight[row];
    }
}

/* The same for cells whose rows all have the same weight. */
static void weights_measure_cells(cx_weights *w, int64_t start, int64_t end, double *sums) {
    for (int64_t i = start; i < end; i++) {
        int64_t rows = w->constraints.size[i];
        double weight = w->start[0] * w->ratio[i];
        if (rows == 0) continue;
        weights_count(&w->summary, weight, w->start[0], rows);
        sums[0] += (double)rows * weight;
        sums[1] += (double)rows * weight * weight;
    }
}

void cx_i_weights_measure(cx_weights *w) {
    cx_weights_summary *out = &w->summary;
    cx_i_twofold total = cx_i_tf(0), square = cx_i_tf(0);
    bool by_cell = w->step == 0 && w->ratio != NULL && w->constraints.size != NULL;
    int64_t count = by_cell ? w->constraints.cells : w->constraints.rows;
    out->rows = w->constraints.rows;
    out->ratio_min = (double)INFINITY, out->ratio_max = -(double)INFINITY;
    for (int64_t start = 0; start < count; start += CX_I_BLOCK) {
        int64_t end = start + CX_I_BLOCK < count ? start + CX_I_BLOCK : count;
        double sums[2] = {0, 0};
        if (by_cell)
            weights_measure_cells(w, start, end, sums);
        else
            weights_measure_rows(w, start, end, sums);
        total = cx_i_tf_add(total, cx_i_tf(sums[0]));
        square = cx_i_tf_add(square, cx_i_tf(sums[1]));
    }
    double used = (double)(out->positive + out->negative);
    out->total = total.hi;
    out->deff = used * square.hi / (out->total * out->total);
    out->n_eff = used / out->deff;
    out->cap_lower = out->cap_upper = (double)NAN;
    out->constraints = w->constraints.count;
}

/* Leaves no half character at the end of a text that was cut. */
static void weights_clip(char *text, size_t size) {
    size_t length = strlen(text), last = length;
    if (length + 1 < size) return;
    while (last > 0 && ((unsigned char)text[last - 1] & 0xC0) == 0x80) last--;
    if (last > 0 && (unsigned char)text[last - 1] >= 0xC0) text[last - 1] = '\0';
}

void cx_i_weights_compare(cx_weights *w) {
    const cx_i_constraints *c = &w->constraints;
    cx_weights_summary *out = &w->summary;
    int64_t worst = -1;
    out->residual = 0;
    for (int64_t j = 0; j < c->count; j++) {
        double miss = fabs(w->attained[j] - c->wanted[j]) / (1 + fabs(c->wanted[j]));
        if (isnan(miss)) miss = (double)INFINITY;
        if (worst >= 0 && miss <= out->residual) continue;
        out->residual = miss;
        worst = j;
    }
    out->converged = out->residual < w->tolerance ? 1 : 0;
    if (worst < 0) return;
    out->worst_wanted = c->wanted[worst];
    out->worst_attained = w->attained[worst];
    cx_i_text(out->worst_margin, sizeof out->worst_margin, "%s", cx_i_constraints_name(c, worst));
    cx_i_constraints_category(c, worst, out->worst_category, sizeof out->worst_category);
    weights_clip(out->worst_margin, sizeof out->worst_margin);
    weights_clip(out->worst_category, sizeof out->worst_category);
}

cx_status cx_weights_summarise(const cx_weights *self, cx_weights_summary *out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    *out = self->summary;
    return CX_OK;
}

cx_status cx_weights_values(const cx_weights *self, cx_table **out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    cx_i_table_hold(self->values);
    *out = self->values;
    return CX_OK;
}

static cx_status weights_fill_table(const cx_weights *self, cx_table *table, cx_error *err) {
    int64_t rows = self->constraints.rows;
    double *weight, *start, *ratio;
    CX_TRY(cx_i_table_f64(table, "weight", &weight, err));
    CX_TRY(cx_i_table_f64(table, "start", &start, err));
    CX_TRY(cx_i_table_f64(table, "ratio", &ratio, err));
    memcpy(weight, self->weight, (size_t)rows * sizeof *weight);
    for (int64_t row = 0; row < rows; row++) {
        start[row] = cx_i_weights_start(self, row);
        if (start[row] > 0)
            ratio[row] = weight[row] / start[row];
        else
            CX_TRY(cx_i_table_null(table, row, err));
    }
    return CX_OK;
}

cx_status cx_weights_table(const cx_weights *self, cx_table **out, cx_error *err) {
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_table_new(self->constraints.rows, &self->allocator, &table, err));
    cx_status status = weights_fill_table(self, table, err);
    if (status != CX_OK) {
        cx_table_free(table);
        return status;
    }
    *out = table;
    return CX_OK;
}

/* -- every total --------------------------------------------------------------------------- */

typedef size_t (*weights_words)(const cx_i_constraints *c, int64_t constraint, char *out,
                                size_t size);

static size_t weights_name(const cx_i_constraints *c, int64_t constraint, char *out, size_t size) {
    const char *name = cx_i_constraints_name(c, constraint);
    if (size > 0) cx_i_text(out, size, "%s", name);
    return strlen(name);
}

static size_t weights_category(const cx_i_constraints *c, int64_t constraint, char *out,
                               size_t size) {
    int64_t m = cx_i_constraints_margin(c, constraint);
    if (size > 0) out[0] = '\0';
    return m < 0 ? 0 : cx_i_margin_category(&c->margin[m], constraint - c->first[m], out, size);
}

static cx_status weights_put_words(const cx_i_constraints *c, const char *name, weights_words words,
                                   cx_table *table, cx_error *err) {
    int64_t bytes = 1;
    char *characters;
    int32_t *offsets;
    for (int64_t j = 0; j < c->count; j++) bytes += (int64_t)words(c, j, NULL, 0) + 1;
    if (bytes > INT32_MAX) return cx_i_fail(err, CX_E_OVERFLOW, "the categories are too long");
    CX_TRY(cx_i_table_string(table, name, bytes, &characters, &offsets, err));
    for (int64_t j = 0, used = 0; j < c->count; j++) {
        used += (int64_t)words(c, j, characters + used, (size_t)(bytes - used));
        offsets[j + 1] = (int32_t)used;
    }
    return CX_OK;
}

static void weights_count_rows(const cx_i_constraints *c, int64_t *rows) {
    for (int64_t m = 0; m < c->margins; m++)
        for (int64_t i = 0; i < c->cells; i++)
            rows[c->first[m] + c->code[m][i]] += c->size != NULL ? c->size[i] : 1;
    for (int64_t k = 0; k < c->columns; k++) rows[c->first[c->margins] + k] = c->rows;
}

static cx_status weights_fill_margins(const cx_weights *self, cx_table *table, cx_error *err) {
    const cx_i_constraints *c = &self->constraints;
    double *wanted, *start, *attained;
    int64_t *rows;
    CX_TRY(weights_put_words(c, "margin", weights_name, table, err));
    CX_TRY(weights_put_words(c, "category", weights_category, table, err));
    CX_TRY(cx_i_table_f64(table, "wanted", &wanted, err));
    CX_TRY(cx_i_table_f64(table, "start", &start, err));
    CX_TRY(cx_i_table_f64(table, "attained", &attained, err));
    CX_TRY(cx_i_table_i64(table, "rows", &rows, err));
    for (int64_t j = 0; j < c->count; j++) {
        wanted[j] = c->wanted[j];
        start[j] = self->start_total[j];
        attained[j] = self->attained[j];
    }
    weights_count_rows(c, rows);
    return CX_OK;
}

cx_status cx_weights_margins(const cx_weights *self, cx_table **out, cx_error *err) {
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_table_new(self->constraints.count, &self->allocator, &table, err));
    cx_status status = weights_fill_margins(self, table, err);
    if (status != CX_OK) {
        cx_table_free(table);
        return status;
    }
    *out = table;
    return CX_OK;
}
