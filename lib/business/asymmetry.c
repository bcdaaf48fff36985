#include <cxkit/importance.h>
#include <cxkit/regress.h>
#include <cxkit/special.h>

#include "base/array.h"
#include "business/fit.h"
#include "stat/table.h"

static const char *const asymmetry_words[] = {
#define ASYMMETRY_WORD(name, number, text) [number] = text,
    CX_ASYMMETRY_LIST(ASYMMETRY_WORD)
#undef ASYMMETRY_WORD
};

const char *cx_asymmetry_name(int32_t asymmetry) {
    return asymmetry >= 0 && asymmetry < CX_ASYMMETRY_END ? asymmetry_words[asymmetry] : "unknown";
}

void cx_penalty_reward_options_init(cx_penalty_reward_options *options) {
    if (options == NULL) return;
    *options = (cx_penalty_reward_options){
        .struct_size = sizeof *options, .neutral = NAN, .confidence = 0.95};
}

static cx_status asymmetry_options(const cx_penalty_reward_options *given,
                                   cx_penalty_reward_options *options, cx_error *err) {
    cx_penalty_reward_options_init(options);
    CX_TRY(cx_i_options_take(given, options, sizeof *options, "cx_penalty_reward_options", err));
    if (!isfinite(options->neutral))
        return cx_i_fail(err, CX_E_OPTION,
                         "neutral is %g: it has to be the neutral answer, such as 3 of 1 to 5",
                         options->neutral);
    if (!(options->confidence > 0 && options->confidence < 1))
        return cx_i_fail(err, CX_E_OPTION, "confidence is %g and must lie between 0 and 1",
                         options->confidence);
    return CX_OK;
}

/* -- two columns for each item ------------------------------------------------------------- */

typedef struct asymmetry_split {
    const cx_frame *x;
    cx_array *columns; /* below and above, in turn */
    double *values;
    const char **names; /* of the items */
    char *labels;       /* of the columns: "<name", ">name" */
} asymmetry_split;

static void asymmetry_free(const cx_allocator *a, asymmetry_split *split) {
    cx_i_free(a, split->columns);
    cx_i_free(a, split->values);
    cx_i_free(a, split->names);
    cx_i_free(a, split->labels);
}

static cx_status asymmetry_allocate(asymmetry_split *split, const cx_allocator *a, cx_error *err) {
    int64_t p = split->x->count, rows = split->x->columns[0].length, letters = 0;
    for (int64_t j = 0; j < p; j++) letters += (int64_t)strlen(split->x->columns[j].name) + 2;
    split->columns = cx_i_alloc_array(a, 2 * p, sizeof *split->columns);
    split->values = cx_i_alloc_array(a, rows, 2 * (size_t)p * sizeof *split->values);
    split->names = cx_i_alloc_array(a, p, sizeof *split->names);
    split->labels = cx_i_alloc_array(a, 2 * letters, 1);
    bool whole = split->columns != NULL && split->values != NULL && split->names != NULL &&
                 split->labels != NULL;
    return whole ? CX_OK : cx_i_out_of_memory(err);
}

static cx_array asymmetry_column(double *values, int64_t rows, char sign, const char *name,
                                 char **label) {
    cx_array column = cx_array_of(values, CX_F64, rows);
    size_t length = strlen(name);
    column.name = *label;
    (*label)[0] = sign;
    memcpy(*label + 1, name, length + 1);
    *label += length + 2;
    return column;
}

/* A missing answer is missing on both sides. */
static cx_status asymmetry_fill(asymmetry_split *split, double neutral, cx_error *err) {
    int64_t rows = split->x->columns[0].length;
    char *label = split->labels;
    for (int64_t j = 0; j < split->x->count; j++) {
        const cx_array *column = &split->x->columns[j];
        double *below = split->values + 2 * j * rows, *above = below + rows;
        for (int64_t start = 0; start < rows; start += CX_I_BLOCK) {
            int64_t count = rows - start < CX_I_BLOCK ? rows - start : CX_I_BLOCK;
            cx_i_array_read(column, start, count, below + start);
        }
        for (int64_t i = 0; i < rows; i++) {
            double d = below[i] - neutral;
            if (isinf(d))
                return cx_i_fail_at(err, CX_E_DOMAIN, column, i, below[i], "an answer is infinite");
            below[i] = d > 0 ? 0 : d;
            above[i] = d < 0 ? 0 : d;
        }
        split->names[j] = column->name;
        split->columns[2 * j] = asymmetry_column(below, rows, '<', column->name, &label);
        split->columns[2 * j + 1] = asymmetry_column(above, rows, '>', column->name, &label);
    }
    return CX_OK;
}

/* -- the table ----------------------------------------------------------------------------- */

/* A sum of one or two coefficients, with its interval */
typedef struct asymmetry_effect {
    double value, se, low, high, p_value;
} asymmetry_effect;

/* Coefficient i, less coefficient j unless that is negative */
static asymmetry_effect asymmetry_of(const cx_fit *fit, int64_t i, int64_t j, double confidence) {
    const double *v = fit->covariance;
    int64_t p = fit->p;
    double value = fit->coefficient[i], variance = v[i * p + i], df = fit->df[i];
    if (j >= 0) {
        value -= fit->coefficient[j];
        variance += v[j * p + j] - 2 * v[i * p + j];
        df = fit->df[j] < df ? fit->df[j] : df;
    }
    double se = sqrt(variance > 0 || isnan(variance) ? variance : 0);
    double half = cx_t_quantile(0.5 + confidence / 2, df) * se;
    double tail = 2 * cx_t_sf(fabs(value) / se, df);
    return (asymmetry_effect){value, se, value - half, value + half, tail > 1 ? 1 : tail};
}

static cx_status asymmetry_columns(const cx_fit *fit, int64_t items, int sides, double confidence,
                                   const char *const *names, cx_table *table, cx_error *err) {
    for (int part = 0; part < 4; part++) {
        double *out;
        CX_TRY(cx_i_table_f64(table, names[part], &out, err));
        for (int64_t k = 0; k < items; k++) {
            int64_t below = 1 + 2 * k, above = 2 + 2 * k;
            asymmetry_effect e =
                asymmetry_of(fit, sides == 1 ? above : below, sides == 2 ? above : -1, confidence);
            const double parts[] = {e.value, e.se, e.low, e.high};
            out[k] = parts[part];
            if (isnan(out[k])) CX_TRY(cx_i_table_null(table, k, err));
        }
    }
    return CX_OK;
}

static uint8_t asymmetry_kind(asymmetry_effect effect) {
    if (isnan(effect.se)) return CX_ASYMMETRY_NOT_TESTABLE;
    if (effect.low > 0) return CX_ASYMMETRY_BASIC;
    return effect.high < 0 ? CX_ASYMMETRY_EXCITEMENT : CX_ASYMMETRY_UNDECIDED;
}

static cx_status asymmetry_verdicts(const cx_fit *fit, int64_t items, double confidence,
                                    cx_table *table, cx_error *err) {
    double *p_value;
    uint8_t kind[CX_I_BLOCK];
    CX_TRY(cx_i_table_f64(table, "p_value", &p_value, err));
    for (int64_t k = 0; k < items; k++) {
        asymmetry_effect e = asymmetry_of(fit, 1 + 2 * k, 2 + 2 * k, confidence);
        p_value[k] = e.p_value;
        kind[k] = asymmetry_kind(e);
        if (isnan(p_value[k])) CX_TRY(cx_i_table_null(table, k, err));
    }
    return cx_i_table_coded(table, "kind", kind, asymmetry_words, err);
}

static cx_status asymmetry_table(const cx_fit *fit, const asymmetry_split *split, double confidence,
                                 cx_table *table, cx_error *err) {
    static const char *const names[3][4] = {
        {"penalty", "penalty_se", "penalty_low", "penalty_high"},
        {"reward", "reward_se", "reward_low", "reward_high"},
        {"asymmetry", "asymmetry_se", "asymmetry_low", "asymmetry_high"}};
    int64_t items = split->x->count;
    CX_TRY(cx_i_table_words(table, "name", split->names, err));
    for (int sides = 0; sides < 3; sides++)
        CX_TRY(asymmetry_columns(fit, items, sides, confidence, names[sides], table, err));
    CX_TRY(asymmetry_verdicts(fit, items, confidence, table, err));
    CX_TRY(cx_i_table_figure(table, "n", (double)fit->n, err));
    CX_TRY(cx_i_table_figure(table, "r2", cx_fit_figure(fit, "r2"), err));
    CX_TRY(cx_i_table_figure(table, "constant", fit->coefficient[0], err));
    return cx_i_table_figure(table, "df", fit->df[0], err);
}

static cx_status asymmetry_make(const asymmetry_split *split, const cx_array *y,
                                const cx_array *weights, double confidence, const cx_allocator *a,
                                cx_table **out, cx_error *err) {
    cx_frame frame = {split->columns, 2 * split->x->count, {0, 0}};
    cx_regress_options options;
    cx_fit *fit = NULL;
    cx_table *table = NULL;
    cx_regress_options_init(&options);
    options.cov = weights == NULL ? CX_COV_HC3 : CX_COV_AUTO;
    options.confidence = confidence;
    options.allocator = a;
    CX_TRY(cx_regress(&frame, y, weights, NULL, NULL, NULL, &options, &fit, err));
    cx_status status = cx_i_table_new(split->x->count, a, &table, err);
    if (status == CX_OK) status = asymmetry_table(fit, split, confidence, table, err);
    cx_fit_free(fit);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_penalty_reward(const cx_frame *x, const cx_array *y, const cx_array *weights,
                            const cx_penalty_reward_options *options, cx_table **out,
                            cx_error *err) {
    cx_penalty_reward_options chosen;
    if (y == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", y == NULL ? "y" : "out");
    CX_TRY(asymmetry_options(options, &chosen, err));
    CX_TRY(cx_i_frame_check(x, "x", CX_I_NUMBERS, err));
    if (x->count > CX_I_BLOCK / 2)
        return cx_i_fail(err, CX_E_LIMIT, "%d items are more than %d", x->count,
                         (int64_t)(CX_I_BLOCK / 2));
    cx_allocator allocator = cx_i_allocator(chosen.allocator);
    asymmetry_split split = {.x = x};
    cx_status status = asymmetry_allocate(&split, &allocator, err);
    if (status == CX_OK) status = asymmetry_fill(&split, chosen.neutral, err);
    if (status == CX_OK)
        status = asymmetry_make(&split, y, weights, chosen.confidence, &allocator, out, err);
    asymmetry_free(&allocator, &split);
    return status;
}
