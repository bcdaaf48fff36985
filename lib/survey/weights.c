#include "survey/weights.h"

#include "stat/table.h"

void cx_i_weights_hold(const cx_weights *weights) {
    atomic_fetch_add(&((cx_weights *)weights)->references, 1);
}

void cx_weights_free(cx_weights *self) {
    if (self == NULL || atomic_fetch_sub(&self->references, 1) > 1) return;
    cx_allocator allocator = self->allocator;
    if (self->source == NULL) cx_i_constraints_free(&self->constraints);
    cx_weights_free(self->source);
    cx_i_free(&allocator, self->start);
    cx_i_free(&allocator, self->weight);
    cx_i_free(&allocator, self->ratio);
    cx_i_free(&allocator, self->lambda);
    cx_i_free(&allocator, self->start_total);
    cx_i_free(&allocator, self->attained);
    cx_i_free(&allocator, self);
}

void cx_i_weights_collapse(const cx_i_constraints *c, const double *start, double *out) {
    if (c->cell == NULL) {
        memcpy(out, start, (size_t)c->rows * sizeof *out);
        return;
    }
    memset(out, 0, (size_t)c->cells * sizeof *out);
    for (int64_t row = 0; row < c->rows; row++) out[c->cell[row]] += start[row];
}

/* -- summary ------------------------------------------------------------------------------- */

static void weights_count(cx_weights_summary *out, double weight, double start) {
    out->positive += weight > 0 ? 1 : 0;
    out->negative += weight < 0 ? 1 : 0;
    if (!(start > 0)) return;
    double ratio = weight / start;
    if (ratio < out->ratio_min) out->ratio_min = ratio;
    if (ratio > out->ratio_max) out->ratio_max = ratio;
}

/* Rows start .. end: their sum and sum of squares, which the blocks add up without loss. */
static void weights_measure_block(cx_weights *w, int64_t start, int64_t end, cx_i_twofold *total,
                                  cx_i_twofold *square) {
    double sum = 0, squares = 0;
    for (int64_t row = start; row < end; row++) {
        weights_count(&w->summary, w->weight[row], w->start[row]);
        sum += w->weight[row];
        squares += w->weight[row] * w->weight[row];
    }
    *total = cx_i_tf_add(*total, cx_i_tf(sum));
    *square = cx_i_tf_add(*square, cx_i_tf(squares));
}

void cx_i_weights_measure(cx_weights *w) {
    cx_weights_summary *out = &w->summary;
    cx_i_twofold total = cx_i_tf(0), square = cx_i_tf(0);
    int64_t rows = w->constraints.rows;
    out->rows = rows;
    out->ratio_min = (double)INFINITY, out->ratio_max = -(double)INFINITY;
    for (int64_t row = 0; row < rows; row += CX_I_BLOCK)
        weights_measure_block(w, row, row + CX_I_BLOCK < rows ? row + CX_I_BLOCK : rows, &total,
                              &square);
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

static cx_status weights_fill_table(const cx_weights *self, cx_table *table, cx_error *err) {
    int64_t rows = self->constraints.rows;
    double *weight, *start, *ratio;
    CX_TRY(cx_i_table_f64(table, "weight", &weight, err));
    CX_TRY(cx_i_table_f64(table, "start", &start, err));
    CX_TRY(cx_i_table_f64(table, "ratio", &ratio, err));
    memcpy(weight, self->weight, (size_t)rows * sizeof *weight);
    memcpy(start, self->start, (size_t)rows * sizeof *start);
    for (int64_t row = 0; row < rows; row++) {
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
    for (int64_t row = 0; row < c->rows; row++) {
        int64_t cell = c->cell != NULL ? c->cell[row] : row;
        for (int64_t m = 0; m < c->margins; m++) rows[c->first[m] + c->code[m][cell]]++;
    }
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
