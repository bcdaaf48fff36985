#include <cxkit/nonrespondents.h>

#include "stat/table.h"
#include "survey/chances.h"
#include "survey/margins.h"

void cx_r_indicator_options_init(cx_r_indicator_options *options) {
    if (options == NULL) return;
    *options = (cx_r_indicator_options){.struct_size = sizeof *options, .ddof = 1};
}

static cx_status indicator_options(const cx_r_indicator_options *given,
                                   cx_r_indicator_options *used, cx_error *err) {
    cx_r_indicator_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_r_indicator_options", err));
    if (used->ddof < 0 || used->ddof > 1)
        return cx_i_fail(err, CX_E_OPTION, "ddof is %d: 0 or 1", (int64_t)used->ddof);
    return CX_OK;
}

/* -- the whole ----------------------------------------------------------------------------- */

typedef struct indicator_sums {
    int64_t n;
    double w, rho, mean, squares, variance, least;
} indicator_sums;

static cx_status indicator_variance(const cx_array *variances, int64_t row, double v,
                                    cx_error *err) {
    if (v >= 0 && isfinite(v)) return CX_OK;
    return cx_i_fail_at(err, CX_E_DOMAIN, variances, row, v,
                        "it is not a variance: a number of 0 or more");
}

static cx_status indicator_pass(cx_i_chances *c, const cx_array *variances, bool second,
                                indicator_sums *s, cx_error *err) {
    cx_status status = CX_OK;
    double v[CX_I_BLOCK];
    c->start = c->count = 0;
    while (cx_i_chances_next(c, &status, err)) {
        if (variances != NULL) cx_i_array_read(variances, c->start, c->count, v);
        for (int64_t i = 0; i < c->count; i++) {
            if (variances != NULL) CX_TRY(indicator_variance(variances, c->start + i, v[i], err));
            if (!(c->w[i] > 0)) continue;
            double distance = c->rho[i] - s->mean;
            if (second) {
                s->squares += c->w[i] * distance * distance;
                continue;
            }
            s->n++;
            s->w += c->w[i];
            s->rho += c->w[i] * c->rho[i];
            s->variance += variances != NULL ? c->w[i] * v[i] : 0;
            s->least = fmin(s->least, c->rho[i]);
        }
    }
    return status;
}

static cx_status indicator_sum(cx_i_chances *c, const cx_array *variances, int32_t ddof,
                               indicator_sums *s, cx_error *err) {
    *s = (indicator_sums){.least = 1};
    CX_TRY(cx_i_chances_check(c, err));
    if (variances != NULL) CX_TRY(cx_i_chances_column(c, variances, "variances", err));
    CX_TRY(indicator_pass(c, variances, false, s, err));
    if (s->n == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no row with a weight");
    if (!(s->w > ddof))
        return cx_i_fail(err, CX_E_FEW,
                         "the weights add up to %g: the size of the population has to be more than "
                         "%d; take weights that count customers, or ddof 0",
                         s->w, (int64_t)ddof);
    s->mean = s->rho / s->w;
    return indicator_pass(c, variances, true, s, err);
}

cx_status cx_r_indicator(const cx_array *propensity, const cx_array *variances,
                         const cx_array *weights, const cx_r_indicator_options *options,
                         cx_r_indicator_result *out, cx_error *err) {
    cx_r_indicator_options used;
    cx_i_chances chances;
    indicator_sums s;
    if (propensity == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         propensity == NULL ? "propensity" : "out");
    chances.propensity = propensity;
    chances.weights = weights;
    CX_TRY(indicator_options(options, &used, err));
    CX_TRY(indicator_sum(&chances, variances, used.ddof, &s, err));
    double none = (double)NAN, s2 = s.squares / (s.w - used.ddof);
    double adjusted = variances != NULL ? fmax(s2 - s.variance / s.w, 0) : none;
    *out = (cx_r_indicator_result){.value = 1 - 2 * sqrt(s2),
                                   .adjusted = 1 - 2 * sqrt(adjusted),
                                   .s2 = s2,
                                   .s2_adjusted = adjusted,
                                   .mean = s.mean,
                                   .cv = sqrt(s2) / s.mean,
                                   .cv_adjusted = sqrt(adjusted) / s.mean,
                                   .n = s.n,
                                   .sum_w = s.w,
                                   .p_min = s.least};
    return CX_OK;
}

/* -- partial ------------------------------------------------------------------------------- */

typedef struct partial_cell {
    int64_t n;
    double w, rho, within; /* of the column's categories: squares within cells of the others */
} partial_cell;

/* One column, with the cells of the others. */
typedef struct partial_column {
    cx_i_margin own;  /* keys of the column itself */
    cx_i_keys others; /* keys of the others; none where there are none */
    cx_frame own_by, others_by;
    cx_array *rest; /* the columns of others_by */
    partial_cell *cell, *other;
} partial_column;

typedef struct partial_call {
    const cx_allocator *allocator;
    cx_i_chances chances;
    const cx_frame *by;
    indicator_sums whole;
    double size; /* N - ddof */
    partial_column *column;
    int64_t rows, bytes; /* of the table; of the words of its categories */
} partial_call;

static void partial_free(partial_call *call) {
    for (int64_t c = 0; c < call->by->count && call->column != NULL; c++) {
        partial_column *p = &call->column[c];
        if (p->own.keys.allocator != NULL) cx_i_keys_free(&p->own.keys);
        if (p->others.allocator != NULL) cx_i_keys_free(&p->others);
        cx_i_free(call->allocator, p->rest);
        cx_i_free(call->allocator, p->cell);
        cx_i_free(call->allocator, p->other);
    }
    cx_i_free(call->allocator, call->column);
}

static cx_status partial_bind(partial_call *call, int64_t c, cx_error *err) {
    partial_column *p = &call->column[c];
    int64_t kept = 0;
    cx_i_keys_init(&p->own.keys, call->allocator);
    cx_i_keys_init(&p->others, call->allocator);
    p->own_by = (cx_frame){&call->by->columns[c], 1, {0, 0}};
    CX_TRY(cx_i_keys_bind(&p->own.keys, &p->own_by, err));
    p->rest = cx_i_alloc_array(call->allocator, call->by->count, sizeof *p->rest);
    if (p->rest == NULL) return cx_i_out_of_memory(err);
    for (int64_t k = 0; k < call->by->count; k++)
        if (k != c) p->rest[kept++] = call->by->columns[k];
    p->others_by = (cx_frame){p->rest, kept, {0, 0}};
    return kept > 0 ? cx_i_keys_bind(&p->others, &p->others_by, err) : CX_OK;
}

static cx_status partial_read(partial_call *call, partial_column *p, int64_t *own, int64_t *other,
                              cx_error *err) {
    const cx_i_chances *c = &call->chances;
    CX_TRY(cx_i_keys_read(&p->own.keys, &p->own_by, c->start, c->count, own, err));
    if (p->others_by.count > 0)
        return cx_i_keys_read(&p->others, &p->others_by, c->start, c->count, other, err);
    memset(other, 0, (size_t)c->count * sizeof *other);
    return CX_OK;
}

enum { PARTIAL_KEYS, PARTIAL_MEANS, PARTIAL_WITHIN };

static cx_status partial_pass(partial_call *call, partial_column *p, int pass, cx_error *err) {
    int64_t own[CX_I_BLOCK], other[CX_I_BLOCK];
    cx_status status = CX_OK;
    cx_i_chances *c = &call->chances;
    c->start = c->count = 0;
    while (cx_i_chances_next(c, &status, err)) {
        CX_TRY(partial_read(call, p, own, other, err));
        for (int64_t i = 0; i < c->count && pass != PARTIAL_KEYS; i++) {
            if (!(c->w[i] > 0)) continue;
            partial_cell *a = &p->cell[own[i]], *b = &p->other[other[i]];
            if (pass == PARTIAL_MEANS) {
                a->n++, a->w += c->w[i], a->rho += c->w[i] * c->rho[i];
                b->w += c->w[i], b->rho += c->w[i] * c->rho[i];
            } else {
                double distance = c->rho[i] - b->rho / b->w;
                a->within += c->w[i] * distance * distance;
            }
        }
    }
    return status;
}

static cx_status partial_column_of(partial_call *call, int64_t at, cx_error *err) {
    partial_column *p = &call->column[at];
    char word[128];
    CX_TRY(partial_bind(call, at, err));
    CX_TRY(partial_pass(call, p, PARTIAL_KEYS, err));
    int64_t others = p->others.count > 0 ? p->others.count : 1;
    p->cell = cx_i_alloc_array(call->allocator, p->own.keys.count, sizeof *p->cell);
    p->other = cx_i_alloc_array(call->allocator, others, sizeof *p->other);
    if (p->cell == NULL || p->other == NULL) return cx_i_out_of_memory(err);
    CX_TRY(partial_pass(call, p, PARTIAL_MEANS, err));
    CX_TRY(partial_pass(call, p, PARTIAL_WITHIN, err));
    call->rows += p->own.keys.count + 1;
    for (int64_t k = 0; k < p->own.keys.count; k++) {
        size_t length = cx_i_margin_category(&p->own, k, word, sizeof word);
        call->bytes += (int64_t)(length < sizeof word ? length : sizeof word - 1);
    }
    return CX_OK;
}

/* The columns of the table, and the row that is written next. */
typedef struct partial_out {
    char *name, *word;
    int32_t *name_end, *word_end;
    int64_t *n, row;
    double *share, *mean, *unconditional, *conditional;
} partial_out;

static void partial_category(const partial_call *call, const partial_column *p, int64_t key,
                             partial_out *o, double *between, double *within) {
    const partial_cell *a = &p->cell[key];
    double part = a->w / call->whole.w, mean = a->rho / a->w;
    o->n[o->row] = a->n;
    o->share[o->row] = part;
    o->mean[o->row] = a->w > 0 ? mean : 0;
    o->unconditional[o->row] = a->w > 0 ? sqrt(part) * (mean - call->whole.mean) : 0;
    o->conditional[o->row] = sqrt(a->within / call->size);
    *between += o->unconditional[o->row] * o->unconditional[o->row];
    *within += a->within;
}

static void partial_name(partial_out *o, const char *name, const char *word, size_t length) {
    int32_t from = o->name_end[o->row], at = o->word_end[o->row];
    memcpy(o->name + from, name, strlen(name));
    memcpy(o->word + at, word, length);
    o->name_end[o->row + 1] = from + (int32_t)strlen(name);
    o->word_end[o->row + 1] = at + (int32_t)length;
}

static cx_status partial_fill(const partial_call *call, int64_t c, partial_out *o, cx_error *err) {
    const partial_column *p = &call->column[c];
    const char *name = call->by->columns[c].name;
    int64_t head = o->row, count = p->own.keys.count;
    double between = 0, within = 0;
    char word[128];
    int64_t *order = cx_i_alloc_array(call->allocator, count, sizeof *order);
    if (order == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_sort(&p->own.keys, order);
    partial_name(o, name, "", 0);
    o->row++;
    for (int64_t k = 0; k < count; k++, o->row++) {
        size_t length = cx_i_margin_category(&p->own, order[k], word, sizeof word);
        partial_name(o, name, word, length < sizeof word ? length : sizeof word - 1);
        partial_category(call, p, order[k], o, &between, &within);
    }
    cx_i_free(call->allocator, order);
    o->n[head] = call->whole.n;
    o->share[head] = 1;
    o->mean[head] = call->whole.mean;
    o->unconditional[head] = sqrt(between);
    o->conditional[head] = sqrt(within / call->size);
    return CX_OK;
}

static cx_status partial_table(const partial_call *call, cx_table *table, cx_error *err) {
    partial_out o = {.row = 0};
    int64_t bytes = 0, head = 0;
    for (int64_t c = 0; c < call->by->count; c++)
        bytes += (int64_t)strlen(call->by->columns[c].name) * (call->column[c].own.keys.count + 1);
    CX_TRY(cx_i_table_string(table, "variable", bytes, &o.name, &o.name_end, err));
    CX_TRY(cx_i_table_string(table, "category", call->bytes, &o.word, &o.word_end, err));
    for (int64_t c = 0; c < call->by->count; head += call->column[c++].own.keys.count + 1)
        CX_TRY(cx_i_table_null(table, head, err));
    CX_TRY(cx_i_table_i64(table, "n", &o.n, err));
    CX_TRY(cx_i_table_f64(table, "share", &o.share, err));
    CX_TRY(cx_i_table_f64(table, "mean", &o.mean, err));
    CX_TRY(cx_i_table_f64(table, "unconditional", &o.unconditional, err));
    CX_TRY(cx_i_table_f64(table, "conditional", &o.conditional, err));
    for (int64_t c = 0; c < call->by->count; c++) CX_TRY(partial_fill(call, c, &o, err));
    return CX_OK;
}

static cx_status partial_work(partial_call *call, int32_t ddof, cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(indicator_sum(&call->chances, NULL, ddof, &call->whole, err));
    call->size = call->whole.w - ddof;
    call->column = cx_i_alloc_array(call->allocator, call->by->count, sizeof *call->column);
    if (call->column == NULL) return cx_i_out_of_memory(err);
    for (int64_t c = 0; c < call->by->count; c++) CX_TRY(partial_column_of(call, c, err));
    CX_TRY(cx_i_table_new(call->rows, call->allocator, &table, err));
    cx_status status = partial_table(call, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_r_indicator_partial(const cx_array *propensity, const cx_frame *by,
                                 const cx_array *weights, const cx_r_indicator_options *options,
                                 cx_table **out, cx_error *err) {
    cx_r_indicator_options used;
    if (propensity == NULL || by == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         propensity == NULL ? "propensity"
                         : by == NULL       ? "by"
                                            : "out");
    CX_TRY(indicator_options(options, &used, err));
    cx_allocator allocator = cx_i_allocator(used.allocator);
    partial_call call = {.allocator = &allocator, .by = by};
    call.chances.propensity = propensity;
    call.chances.weights = weights;
    CX_TRY(cx_i_chances_check(&call.chances, err));
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    if (by->count == 0) return cx_i_fail(err, CX_E_EMPTY, "by has no column");
    CX_TRY(cx_i_array_same_length(propensity, "propensity", &by->columns[0], "by", err));
    cx_status status = partial_work(&call, used.ddof, out, err);
    partial_free(&call);
    return status;
}
