#include <cxkit/estimate.h>

#include "base/array.h"
#include "business/penalised.h"
#include "stat/table.h"

static const char *const penalised_words[] = {
#define PENALISED_WORD(name, number, text) [number] = text,
    CX_PENALTY_LIST(PENALISED_WORD)
#undef PENALISED_WORD
};

const char *cx_penalty_name(int32_t method) {
    return method >= 0 && method < CX_PENALTY_END ? penalised_words[method] : "unknown";
}

/* -- options ------------------------------------------------------------------------------- */

void cx_penalised_options_init(cx_penalised_options *options) {
    if (options == NULL) return;
    *options = (cx_penalised_options){.struct_size = sizeof *options,
                                      .method = CX_PENALTY_RIDGE,
                                      .penalty = NAN,
                                      .mix = 0.5,
                                      .penalties = 100,
                                      .folds = 10,
                                      .seed = 1};
}

static cx_status penalised_check(const cx_penalised_options *o, cx_error *err) {
    if (o->method < 0 || o->method >= CX_PENALTY_END)
        return cx_i_fail(err, CX_E_OPTION, "method %d is no kind of penalised regression",
                         (int64_t)o->method);
    if (!isnan(o->penalty) && !(o->penalty >= 0 && isfinite(o->penalty)))
        return cx_i_fail(err, CX_E_OPTION, "penalty is %g: 0 or more, or NaN to have it chosen",
                         o->penalty);
    if (!(o->mix > 0 && o->mix <= 1))
        return cx_i_fail(err, CX_E_OPTION,
                         "mix is %g: above 0, at most 1; for 0 take the method ridge", o->mix);
    if (o->non_negative < 0 || o->non_negative > 1 || o->one_error < 0 || o->one_error > 1)
        return cx_i_fail(err, CX_E_OPTION, "non_negative and one_error are 0 or 1, not %d and %d",
                         (int64_t)o->non_negative, (int64_t)o->one_error);
    if (o->non_negative && o->method == CX_PENALTY_RIDGE)
        return cx_i_fail(err, CX_E_OPTION,
                         "a ridge has coefficients of both signs: take non-negative or "
                         "elastic-net");
    if (o->penalties < 2 || o->penalties > 10000)
        return cx_i_fail(err, CX_E_OPTION, "penalties is %d: 2 to 10000", o->penalties);
    if (o->folds < 2 || o->folds > 1000)
        return cx_i_fail(err, CX_E_OPTION, "folds is %d: 2 to 1000", o->folds);
    return CX_OK;
}

static cx_status penalised_options(const cx_penalised_options *given, cx_penalised_options *used,
                                   cx_error *err) {
    cx_penalised_options_init(used);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_penalised_options", err));
    return penalised_check(used, err);
}

/* -- the state of the rows ----------------------------------------------------------------- */

static cx_status penalised_count(int64_t columns, cx_error *err) {
    if (columns < 1) return cx_i_fail(err, CX_E_EMPTY, "there is no column");
    if (columns > CX_PENALISED_COLUMNS)
        return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than %d", columns,
                         (int64_t)CX_PENALISED_COLUMNS);
    return CX_OK;
}

/* The columns of x, then the outcome under a name of its own. */
static cx_status penalised_rows(const cx_frame *x, const cx_array *y, const cx_array *weights,
                                const cx_allocator *a, cx_moments **out, cx_error *err) {
    cx_array *column = cx_i_alloc_array(a, x->count + 1, sizeof *column);
    const char *outcome = cx_i_array_name(y, "y");
    if (column == NULL) return cx_i_out_of_memory(err);
    memcpy(column, x->columns, (size_t)x->count * sizeof *column);
    column[x->count] = *y;
    column[x->count].name = cx_i_frame_find(x, outcome) == NULL ? outcome : "(outcome)";
    cx_frame rows = {column, x->count + 1, {0, 0}};
    cx_status status = cx_i_moments_of(&rows, weights, a, out, err);
    cx_i_free(a, column);
    return status;
}

static cx_status penalised_enough(const cx_moments *x, cx_error *err) {
    if (cx_moments_n(x) == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no complete row");
    if (cx_moments_n(x) < 3)
        return cx_i_fail(err, CX_E_FEW, "%d complete rows are too few", cx_moments_n(x));
    return CX_OK;
}

/* -- choosing ------------------------------------------------------------------------------ */

/* Of errors that fall and rise again, the least; or the first within one standard error of it. */
static int64_t penalised_least(const cx_i_penalised *model) {
    int64_t best = 0;
    for (int64_t s = 1; s < model->options.penalties; s++)
        if (model->error[s] < model->error[best]) best = s;
    if (!model->options.one_error) return best;
    double limit = model->error[best] + model->spread[best];
    for (int64_t s = 0; s < best; s++)
        if (model->error[s] <= limit) return s;
    return best;
}

/* Generalised cross-validation; its error has the unit of the outcome's variance. */
static void penalised_generalise(cx_i_penalised *model) {
    double n = cx_moments_n_eff(model->x);
    for (int64_t s = 0; s < model->options.penalties; s++) {
        double penalty = model->grid[s];
        cx_i_penalised_solve(model, penalty);
        double rest = 1 - (1 + cx_i_penalised_freedom(model, penalty)) / n;
        double missed = 1 - cx_i_penalised_r2(model);
        model->error[s] =
            rest > 0 ? model->block.yy * (missed > 0 ? missed : 0) / (rest * rest) : INFINITY;
        model->spread[s] = NAN;
    }
    memset(model->room.beta, 0, (size_t)model->p * sizeof(double));
}

/* -- tables -------------------------------------------------------------------------------- */

typedef struct penalised_result {
    double penalty, r2_cv, kkt;
    int64_t chosen; /* of the grid; -1: given */
} penalised_result;

static bool penalised_constant(const cx_i_penalised *model, int64_t j) {
    return !(model->block.xx[j * model->p + j] > 0);
}

static cx_status penalised_name_column(const cx_i_penalised *model, cx_table *table,
                                       cx_error *err) {
    const char **names = cx_i_alloc_array(model->allocator, model->p, sizeof *names);
    if (names == NULL) return cx_i_out_of_memory(err);
    for (int64_t j = 0; j < model->p; j++) names[j] = cx_moments_name(model->x, model->use[j]);
    cx_status status = cx_i_table_words(table, "name", names, err);
    cx_i_free(model->allocator, names);
    return status;
}

static cx_status penalised_figures(cx_i_penalised *model, const penalised_result *result,
                                   cx_table *table, cx_error *err) {
    const cx_moments *x = model->x;
    bool path = model->options.method != CX_PENALTY_NON_NEGATIVE;
    CX_TRY(cx_i_table_figure(table, "constant", cx_i_penalised_constant(model), err));
    CX_TRY(cx_i_table_figure(table, "penalty", path ? result->penalty : 0, err));
    CX_TRY(cx_i_table_figure(table, "penalty_max", path ? model->grid[0] : 0, err));
    CX_TRY(cx_i_table_figure(table, "df", cx_i_penalised_freedom(model, result->penalty), err));
    CX_TRY(cx_i_table_figure(table, "r2", cx_i_penalised_r2(model), err));
    if (!isnan(result->r2_cv)) CX_TRY(cx_i_table_figure(table, "r2_cv", result->r2_cv, err));
    CX_TRY(cx_i_table_figure(table, "n", (double)cx_moments_n(x), err));
    CX_TRY(cx_i_table_figure(table, "n_eff", cx_moments_n_eff(x), err));
    CX_TRY(cx_i_table_figure(table, "excluded_missing",
                             (double)cx_moments_excluded(x, CX_EXCLUDED_MISSING), err));
    CX_TRY(cx_i_table_figure(table, "excluded_zero_weight",
                             (double)cx_moments_excluded(x, CX_EXCLUDED_ZERO_WEIGHT), err));
    return cx_i_table_figure(table, "kkt", result->kkt, err);
}

static cx_status penalised_fill(cx_i_penalised *model, const penalised_result *result,
                                cx_table *table, cx_error *err) {
    static const char *const words[] = {"ok", "constant"};
    double *coefficient, *beta;
    int64_t *kept;
    CX_TRY(penalised_name_column(model, table, err));
    CX_TRY(cx_i_table_f64(table, "coefficient", &coefficient, err));
    for (int64_t j = 0; j < model->p; j++) {
        coefficient[j] = cx_i_penalised_coefficient(model, j);
        if (penalised_constant(model, j)) CX_TRY(cx_i_table_null(table, j, err));
    }
    CX_TRY(cx_i_table_f64(table, "beta", &beta, err));
    for (int64_t j = 0; j < model->p; j++) {
        beta[j] = model->room.beta[j];
        if (penalised_constant(model, j)) CX_TRY(cx_i_table_null(table, j, err));
    }
    CX_TRY(cx_i_table_i64(table, "kept", &kept, err));
    for (int64_t j = 0; j < model->p; j++) kept[j] = beta[j] != 0;
    for (int64_t j = 0; j < model->p; j++) model->room.in[j] = penalised_constant(model, j);
    CX_TRY(cx_i_table_coded(table, "status", (const uint8_t *)model->room.in, words, err));
    return penalised_figures(model, result, table, err);
}

static cx_status penalised_steps(cx_i_penalised *model, cx_table *table, cx_error *err) {
    int64_t steps = model->options.penalties, *kept;
    double *penalty, *df, *r2;
    CX_TRY(cx_i_table_f64(table, "penalty", &penalty, err));
    CX_TRY(cx_i_table_f64(table, "df", &df, err));
    CX_TRY(cx_i_table_f64(table, "r2", &r2, err));
    CX_TRY(cx_i_table_i64(table, "kept", &kept, err));
    for (int64_t s = 0; s < steps; s++) {
        penalty[s] = model->grid[s];
        cx_i_penalised_solve(model, penalty[s]);
        df[s] = cx_i_penalised_freedom(model, penalty[s]);
        r2[s] = cx_i_penalised_r2(model);
        for (int64_t j = 0; j < model->p; j++) kept[s] += model->room.beta[j] != 0;
    }
    return CX_OK;
}

static cx_status penalised_errors(cx_i_penalised *model, const penalised_result *result,
                                  cx_table *table, cx_error *err) {
    int64_t steps = model->options.penalties, *chosen;
    double *error, *spread;
    CX_TRY(cx_i_table_f64(table, "error", &error, err));
    memcpy(error, model->error, (size_t)steps * sizeof *error);
    CX_TRY(cx_i_table_f64(table, "error_se", &spread, err));
    memcpy(spread, model->spread, (size_t)steps * sizeof *spread);
    CX_TRY(cx_i_table_i64(table, "chosen", &chosen, err));
    chosen[result->chosen] = 1;
    return CX_OK;
}

/* A column's coefficients along the path; each penalty is solved again from 0. */
static cx_status penalised_traces(cx_i_penalised *model, cx_table *table, cx_error *err) {
    int64_t p = model->p, steps = model->options.penalties;
    double *trace = cx_i_alloc_array(model->allocator, p * steps, sizeof *trace);
    if (trace == NULL) return cx_i_out_of_memory(err);
    memset(model->room.beta, 0, (size_t)p * sizeof(double));
    for (int64_t s = 0; s < steps; s++) {
        cx_i_penalised_solve(model, model->grid[s]);
        for (int64_t j = 0; j < p; j++) trace[j * steps + s] = cx_i_penalised_coefficient(model, j);
    }
    cx_status status = CX_OK;
    for (int64_t j = 0; j < p && status == CX_OK; j++) {
        double *out;
        status = cx_i_table_f64(table, cx_moments_name(model->x, model->use[j]), &out, err);
        if (status == CX_OK) memcpy(out, trace + j * steps, (size_t)steps * sizeof *out);
    }
    cx_i_free(model->allocator, trace);
    return status;
}

/* -- the public functions ------------------------------------------------------------------ */

static cx_status penalised_settle(cx_i_penalised *model, bool folds, penalised_result *result,
                                  cx_error *err) {
    bool bare = model->options.method == CX_PENALTY_NON_NEGATIVE;
    *result = (penalised_result){model->options.penalty, NAN, 0, -1};
    if (isnan(result->penalty) && !bare) {
        result->chosen = penalised_least(model);
        result->penalty = model->grid[result->chosen];
        if (folds) result->r2_cv = 1 - model->error[result->chosen] / model->block.yy;
    }
    result->kkt = cx_i_penalised_solve(model, result->penalty);
    if (result->kkt > 1e-9)
        return cx_i_fail(err, CX_E_CONVERGENCE,
                         "the solution is %g away from its conditions after %d rounds: some "
                         "columns nearly repeat one another; raise the penalty or lower mix",
                         result->kkt, model->room.rounds);
    return CX_OK;
}

static cx_status penalised_make(cx_i_penalised *model, const penalised_result *result, bool path,
                                cx_table **out, cx_error *err) {
    cx_table *table;
    int64_t rows = path ? model->options.penalties : model->p;
    CX_TRY(cx_i_table_new(rows, model->allocator, &table, err));
    cx_status status = CX_OK;
    if (path) {
        status = penalised_figures(model, result, table, err);
        memset(model->room.beta, 0, (size_t)model->p * sizeof(double));
        if (status == CX_OK) status = penalised_steps(model, table, err);
        if (status == CX_OK) status = penalised_errors(model, result, table, err);
        if (status == CX_OK) status = penalised_traces(model, table, err);
    } else {
        status = penalised_fill(model, result, table, err);
    }
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

static cx_status penalised_from_rows(const cx_frame *x, const cx_array *y, const cx_array *weights,
                                     const cx_array *clusters, const cx_penalised_options *given,
                                     bool path, cx_table **out, cx_error *err) {
    cx_i_penalised model = {0};
    cx_moments *state = NULL;
    penalised_result result;
    if (y == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", y == NULL ? "y" : "out");
    CX_TRY(penalised_options(given, &model.options, err));
    if (path && model.options.method == CX_PENALTY_NON_NEGATIVE)
        return cx_i_fail(err, CX_E_OPTION, "non-negative has no penalty and so no path");
    CX_TRY(cx_i_frame_check(x, "x", CX_I_NUMBERS, err));
    CX_TRY(penalised_count(x->count, err));
    CX_TRY(cx_i_array_check(y, "y", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(&x->columns[0], "x", y, "y", err));
    if (clusters != NULL) {
        CX_TRY(cx_i_array_check(clusters, "clusters", CX_I_KEYS, err));
        CX_TRY(cx_i_array_same_length(y, "y", clusters, "clusters", err));
    }
    if (path) model.options.penalty = NAN;
    cx_allocator allocator = cx_i_allocator(model.options.allocator);
    model.allocator = &allocator;
    CX_TRY(penalised_rows(x, y, weights, &allocator, &state, err));
    model.x = state;
    model.outcome = model.p = x->count;
    model.use = cx_i_alloc_array(&allocator, model.p, sizeof *model.use);
    cx_status status = model.use == NULL ? cx_i_out_of_memory(err) : penalised_enough(state, err);
    for (int64_t j = 0; j < model.p && model.use != NULL; j++) model.use[j] = j;
    if (status == CX_OK) status = cx_i_penalised_open(&model, err);
    bool choose = isnan(model.options.penalty) && model.options.method != CX_PENALTY_NON_NEGATIVE;
    if (status == CX_OK && choose)
        status = cx_i_penalised_folds(&model, x, y, weights, clusters, err);
    if (status == CX_OK) status = penalised_settle(&model, true, &result, err);
    if (status == CX_OK) status = penalised_make(&model, &result, path, out, err);
    cx_i_penalised_close(&model);
    cx_i_free(&allocator, model.use);
    cx_moments_free(state);
    return status;
}

cx_status cx_penalised(const cx_frame *x, const cx_array *y, const cx_array *weights,
                       const cx_array *clusters, const cx_penalised_options *options,
                       cx_table **out, cx_error *err) {
    return penalised_from_rows(x, y, weights, clusters, options, false, out, err);
}

cx_status cx_penalised_path(const cx_frame *x, const cx_array *y, const cx_array *weights,
                            const cx_array *clusters, const cx_penalised_options *options,
                            cx_table **out, cx_error *err) {
    return penalised_from_rows(x, y, weights, clusters, options, true, out, err);
}

/* Positions of the named columns, or of all but the outcome. */
static cx_status penalised_choose(cx_i_penalised *model, const cx_array *columns, cx_error *err) {
    int64_t all = cx_moments_columns(model->x);
    cx_i_named named = cx_i_moments_named(model->x);
    if (columns != NULL) CX_TRY(cx_i_names_check(columns, "columns", err));
    CX_TRY(penalised_count(columns == NULL ? all - 1 : columns->length, err));
    for (int64_t j = 0; columns == NULL && j < all; j++)
        if (j != model->outcome) model->use[model->p++] = j;
    for (int64_t i = 0; columns != NULL && i < columns->length; i++) {
        int64_t column;
        CX_TRY(cx_i_named_at(&named, columns, "columns", i, &column, err));
        bool twice = column == model->outcome;
        for (int64_t k = 0; k < model->p; k++) twice = twice || model->use[k] == column;
        if (twice)
            return cx_i_fail(err, CX_E_OPTION, "column %s is used twice in the model",
                             cx_moments_name(model->x, column));
        model->use[model->p++] = column;
    }
    return CX_OK;
}

cx_status cx_penalised_moments(const cx_moments *x, const char *outcome, const cx_array *columns,
                               const cx_penalised_options *options, cx_table **out, cx_error *err) {
    cx_i_penalised model = {.x = x};
    penalised_result result;
    if (x == NULL || outcome == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         x == NULL         ? "x"
                         : outcome == NULL ? "outcome"
                                           : "out");
    CX_TRY(penalised_options(options, &model.options, err));
    CX_TRY(cx_i_moments_need_complete(x, err));
    model.allocator = &x->allocator;
    cx_i_named named = cx_i_moments_named(x);
    CX_TRY(cx_i_named_find(&named, outcome, &model.outcome, err));
    CX_TRY(penalised_enough(x, err));
    int64_t room = columns == NULL ? cx_moments_columns(x) : columns->length + 1;
    model.use = cx_i_alloc_array(model.allocator, room, sizeof *model.use);
    cx_status status =
        model.use == NULL ? cx_i_out_of_memory(err) : penalised_choose(&model, columns, err);
    if (status == CX_OK) status = cx_i_penalised_open(&model, err);
    bool choose = isnan(model.options.penalty) && model.options.method != CX_PENALTY_NON_NEGATIVE;
    if (status == CX_OK && choose) penalised_generalise(&model);
    if (status == CX_OK) status = penalised_settle(&model, false, &result, err);
    if (status == CX_OK) status = penalised_make(&model, &result, false, out, err);
    cx_i_penalised_close(&model);
    cx_i_free(model.allocator, model.use);
    return status;
}
