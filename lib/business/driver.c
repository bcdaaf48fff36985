#include "business/driver.h"

#include <cxkit/driver.h>

#include "base/array.h"
#include "business/moments.h"
#include "stat/table.h"

static const char *const driver_importance_names[] = {
#define DRIVER_NAME(name, number, text) [number] = text,
    CX_IMPORTANCE_LIST(DRIVER_NAME)
#undef DRIVER_NAME
};

const char *cx_importance_name(int32_t method) {
    return method >= 0 && method < CX_IMPORTANCE_END ? driver_importance_names[method] : "unknown";
}

void cx_driver_options_init(cx_driver_options *options) {
    if (options == NULL) return;
    *options = (cx_driver_options){
        .struct_size = sizeof *options, .method = CX_IMPORTANCE_SHAPLEY, .tolerance = 1e-9};
}

static cx_status driver_options(const cx_driver_options *given, cx_driver_options *options,
                                cx_error *err) {
    cx_driver_options_init(options);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *given, "cx_driver_options", err));
    memcpy(options, given, given->struct_size);
    if (options->method < 0 || options->method >= CX_IMPORTANCE_END)
        return cx_i_fail(err, CX_E_OPTION, "method %d is not a way to share out variance",
                         (int64_t)options->method);
    if (!(options->tolerance > 0 && options->tolerance < 1))
        return cx_i_fail(err, CX_E_OPTION, "tolerance is %g and must lie between 0 and 1",
                         options->tolerance);
    return CX_OK;
}

/* -- which columns ------------------------------------------------------------------------- */

/* The model: adjusting columns, then drivers, then the outcome. `use` has room for all columns. */
typedef struct driver_model {
    const cx_moments *x;
    int64_t *use;           /* positions in the state */
    int64_t adjust, p, all; /* all = adjust + p, without the outcome */
    int64_t outcome;        /* position in the state */
    double tolerance;
    double *correlation; /* (all + 1) x (all + 1), by rows */
    double *room;        /* for the tree */
    cx_i_model_sums sums;
    cx_i_fit fit;
    double explained; /* by the adjusting columns */
    void *memory;
} driver_model;

static cx_status driver_check_outcome(driver_model *model, const char *outcome, cx_error *err) {
    if (outcome == NULL) return cx_i_fail(err, CX_E_NULL, "outcome is missing");
    model->outcome = cx_moments_find(model->x, outcome);
    if (model->outcome < 0)
        return cx_i_moments_blame(
            err, outcome,
            cx_i_fail(err, CX_E_NAME, "the moments have no column called %s", outcome));
    return CX_OK;
}

static bool driver_is_used(const driver_model *model, int64_t column) {
    for (int64_t i = 0; i < model->all; i++)
        if (model->use[i] == column) return true;
    return column == model->outcome;
}

static int64_t driver_find(const cx_moments *x, const char *name, int64_t length) {
    for (int64_t i = 0; i < x->p; i++)
        if ((int64_t)strlen(x->names[i]) == length &&
            memcmp(x->names[i], name, (size_t)length) == 0)
            return i;
    return -1;
}

static cx_status driver_use(driver_model *model, const cx_array *names, int64_t row,
                            const char *role, cx_error *err) {
    int64_t length = 0;
    if (!cx_i_array_present(names, row))
        return cx_i_fail(err, CX_E_NAME, "name %d of %s is missing", row, role);
    const char *name;
    CX_TRY(cx_i_array_text(names, role, row, &name, &length, err));
    int64_t column = driver_find(model->x, name, length);
    if (column < 0) {
        char text[64];
        size_t shown = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
        memcpy(text, name, shown);
        text[shown] = 0;
        return cx_i_moments_blame(err, text,
                                  cx_i_fail(err, CX_E_NAME,
                                            "%s names %s, and the moments have no such column",
                                            role, text));
    }
    if (driver_is_used(model, column))
        return cx_i_fail(err, CX_E_OPTION, "column %s is used twice in the model",
                         model->x->names[column]);
    model->use[model->all++] = column;
    return CX_OK;
}

static cx_status driver_use_names(driver_model *model, const cx_array *names, const char *role,
                                  cx_error *err) {
    CX_TRY(cx_i_array_check(names, role, CX_I_KEYS, err));
    if (names->dictionary == NULL && names->dtype != CX_STRING && names->dtype != CX_LARGE_STRING)
        return cx_i_fail(err, CX_E_TYPE, "%s must be text", role);
    for (int64_t i = 0; i < names->length; i++) CX_TRY(driver_use(model, names, i, role, err));
    return CX_OK;
}

static cx_status driver_check_size(const driver_model *model, cx_error *err) {
    int64_t n = cx_moments_n(model->x);
    if (model->p == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no driver");
    if (model->p > CX_DRIVERS_EXACT)
        return cx_i_fail(err, CX_E_LIMIT,
                         "%d drivers are more than the %d of the exact method: name fewer, join "
                         "items that belong together into one, or move some to adjust",
                         model->p, (int64_t)CX_DRIVERS_EXACT);
    if (n == 0) return cx_i_fail(err, CX_E_EMPTY, "the moments hold no complete row");
    if (n <= model->all)
        return cx_i_fail(err, CX_E_FEW, "%d complete rows cannot tell %d columns apart", n,
                         model->all);
    if (!(cx_i_moments_product(cx_i_moments_now(model->x), model->outcome, model->outcome).hi > 0))
        return cx_i_moments_blame(err, model->x->names[model->outcome],
                                  cx_i_fail(err, CX_E_CONSTANT, "the outcome %s is constant",
                                            model->x->names[model->outcome]));
    return CX_OK;
}

static cx_status driver_choose(driver_model *model, const cx_array *drivers, const cx_array *adjust,
                               cx_error *err) {
    if (adjust != NULL) CX_TRY(driver_use_names(model, adjust, "adjust", err));
    model->adjust = model->all;
    if (drivers != NULL) CX_TRY(driver_use_names(model, drivers, "drivers", err));
    for (int64_t i = 0; i < model->x->p && drivers == NULL; i++)
        if (!driver_is_used(model, i)) model->use[model->all++] = i;
    model->p = model->all - model->adjust;
    return driver_check_size(model, err);
}

/* -- computing ----------------------------------------------------------------------------- */

static cx_status driver_allocate(driver_model *model, cx_error *err) {
    int64_t side = model->all + 1, p = model->p;
    int64_t doubles = side * side + (int64_t)cx_i_driver_tree_room(p) + p + 1 + p * p;
    size_t fits = (size_t)model->all * sizeof(cx_i_twofold), bytes;
    bytes = (size_t)doubles * sizeof(double) + fits + (size_t)model->all;
    char *memory = cx_i_alloc(&model->x->allocator, bytes);
    if (memory == NULL) return cx_i_out_of_memory(err);
    model->memory = memory;
    model->fit.coefficient = (cx_i_twofold *)memory;
    model->correlation = (double *)(memory + fits);
    model->room = model->correlation + side * side;
    model->sums.total = model->room + cx_i_driver_tree_room(p);
    model->sums.with = model->sums.total + p + 1;
    model->fit.dropped = (bool *)(model->sums.with + p * p);
    return CX_OK;
}

static int64_t driver_column(const driver_model *model, int64_t i) {
    return i < model->all ? model->use[i] : model->outcome;
}

/* A constant column has the variance 0 and so never comes in. */
static void driver_correlate(driver_model *model) {
    int64_t side = model->all + 1;
    for (int64_t i = 0; i < side; i++)
        for (int64_t k = i; k < side; k++) {
            double r =
                cx_moments_correlation(model->x, driver_column(model, i), driver_column(model, k));
            model->correlation[i * side + k] = isnan(r) ? 0 : r;
        }
}

/* Takes the first column out of what remains, and its share of the outcome. */
static void driver_sweep(driver_model *model, int64_t column) {
    int64_t side = model->all + 1;
    double *pivot = model->correlation + column * side;
    if (!(pivot[column] > model->tolerance)) return;
    model->explained += pivot[side - 1] * pivot[side - 1] / pivot[column];
    for (int64_t i = column + 1; i < side; i++) {
        double factor = pivot[i] / pivot[column];
        for (int64_t k = i; k < side; k++) model->correlation[i * side + k] -= factor * pivot[k];
    }
}

/* Leaves the matrix of drivers and outcome at the start of the memory, by rows. */
static void driver_adjust(driver_model *model) {
    int64_t side = model->all + 1, kept = model->p + 1;
    for (int64_t column = 0; column < model->adjust; column++) driver_sweep(model, column);
    for (int64_t i = 0; i < kept && model->adjust > 0; i++)
        memmove(model->correlation + i * kept,
                model->correlation + (i + model->adjust) * side + model->adjust,
                (size_t)kept * sizeof(double));
}

static cx_status driver_compute(driver_model *model, cx_error *err) {
    driver_correlate(model);
    driver_adjust(model);
    cx_i_driver_tree(model->correlation, model->p, model->tolerance, model->room, model->sums);
    return cx_i_moments_fit(model->x, model->outcome, model->use, model->all, true,
                            model->tolerance, &model->fit, err);
}

/* -- the table ----------------------------------------------------------------------------- */

static bool driver_is_constant(const driver_model *model, int64_t j) {
    int64_t column = model->use[model->adjust + j];
    return !(cx_i_moments_product(cx_i_moments_now(model->x), column, column).hi > 0);
}

/* Mean gain of driver j over the models with k others; a gain in R2 is never negative. */
static double driver_conditional(const driver_model *model, int64_t j, int64_t k) {
    int64_t p = model->p;
    const double *with = model->sums.with + j * p;
    double models = 1;
    for (int64_t i = 1; i <= k; i++) models = models * (double)(p - i) / (double)i;
    double without = model->sums.total[k] - (k > 0 ? with[k - 1] : 0);
    double gain = (with[k] - without) / models;
    return gain > 0 && !driver_is_constant(model, j) ? gain : 0;
}

static double driver_importance(const driver_model *model, int64_t j) {
    cx_i_twofold sum = cx_i_tf(0);
    for (int64_t k = 0; k < model->p; k++)
        sum = cx_i_tf_add(sum, cx_i_tf(driver_conditional(model, j, k)));
    return cx_i_tf_double(sum) / (double)model->p;
}

static cx_status driver_names_column(const driver_model *model, cx_table *table, cx_error *err) {
    int64_t bytes = 0;
    char *text;
    int32_t *offsets;
    for (int64_t j = 0; j < model->p; j++)
        bytes += (int64_t)strlen(model->x->names[model->use[model->adjust + j]]);
    CX_TRY(cx_i_table_string(table, "name", bytes, &text, &offsets, err));
    for (int64_t j = 0; j < model->p; j++) {
        const char *name = model->x->names[model->use[model->adjust + j]];
        size_t length = strlen(name);
        memcpy(text + offsets[j], name, length);
        offsets[j + 1] = offsets[j] + (int32_t)length;
    }
    return CX_OK;
}

typedef double (*driver_figure)(const driver_model *model, int64_t j);

static double driver_share(const driver_model *model, int64_t j) {
    double r2 = model->sums.total[model->p];
    return r2 > 0 ? driver_importance(model, j) / r2 : NAN;
}

static double driver_coefficient(const driver_model *model, int64_t j) {
    int64_t i = model->adjust + j;
    return model->fit.dropped[i] ? NAN : cx_i_tf_double(model->fit.coefficient[i]);
}

static double driver_beta(const driver_model *model, int64_t j) {
    double x = cx_moments_variance(model->x, model->use[model->adjust + j]);
    double y = cx_moments_variance(model->x, model->outcome);
    return driver_coefficient(model, j) * (sqrt(x) / sqrt(y));
}

static double driver_correlation(const driver_model *model, int64_t j) {
    return cx_moments_correlation(model->x, model->use[model->adjust + j], model->outcome);
}

static double driver_first(const driver_model *model, int64_t j) {
    return driver_conditional(model, j, 0);
}

static double driver_last(const driver_model *model, int64_t j) {
    return driver_conditional(model, j, model->p - 1);
}

/* NaN becomes null. */
static cx_status driver_add_column(const driver_model *model, cx_table *table, const char *name,
                                   driver_figure figure, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, name, &out, err));
    for (int64_t j = 0; j < model->p; j++) {
        out[j] = figure(model, j);
        if (isnan(out[j])) CX_TRY(cx_i_table_null(table, j, err));
    }
    return CX_OK;
}

static cx_status driver_add_signs(const driver_model *model, cx_table *table, cx_error *err) {
    int64_t *out;
    CX_TRY(cx_i_table_i64(table, "sign", &out, err));
    for (int64_t j = 0; j < model->p; j++) {
        double b = driver_coefficient(model, j);
        out[j] = b > 0 ? 1 : b < 0 ? -1 : 0;
        if (isnan(b) && !driver_is_constant(model, j)) CX_TRY(cx_i_table_null(table, j, err));
    }
    return CX_OK;
}

static cx_status driver_add_conditionals(const driver_model *model, cx_table *table,
                                         cx_error *err) {
    for (int64_t k = 0; k < model->p; k++) {
        char name[32];
        double *out;
        cx_i_text(name, sizeof name, "conditional_%d", k);
        CX_TRY(cx_i_table_f64(table, name, &out, err));
        for (int64_t j = 0; j < model->p; j++) out[j] = driver_conditional(model, j, k);
    }
    return CX_OK;
}

static cx_status driver_add_figures(const driver_model *model, cx_table *table, cx_error *err) {
    CX_TRY(cx_i_table_figure(table, "r2", model->explained + model->sums.total[model->p], err));
    CX_TRY(cx_i_table_figure(table, "r2_adjust", model->explained, err));
    CX_TRY(cx_i_table_figure(table, "n", (double)cx_moments_n(model->x), err));
    CX_TRY(cx_i_table_figure(table, "n_eff", cx_moments_n_eff(model->x), err));
    CX_TRY(cx_i_table_figure(table, "drivers", (double)model->p, err));
    return cx_i_table_figure(table, "rank", (double)model->fit.rank, err);
}

static cx_status driver_fill(const driver_model *model, cx_table *table, cx_error *err) {
    CX_TRY(driver_names_column(model, table, err));
    CX_TRY(driver_add_column(model, table, "importance", driver_importance, err));
    CX_TRY(driver_add_column(model, table, "share", driver_share, err));
    CX_TRY(driver_add_signs(model, table, err));
    CX_TRY(driver_add_column(model, table, "coefficient", driver_coefficient, err));
    CX_TRY(driver_add_column(model, table, "beta", driver_beta, err));
    CX_TRY(driver_add_column(model, table, "correlation", driver_correlation, err));
    CX_TRY(driver_add_column(model, table, "first", driver_first, err));
    CX_TRY(driver_add_column(model, table, "last", driver_last, err));
    CX_TRY(driver_add_conditionals(model, table, err));
    return driver_add_figures(model, table, err);
}

static cx_status driver_table(const driver_model *model, cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(model->p, &model->x->allocator, &table, err));
    cx_status status = driver_fill(model, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_drivers(const cx_moments *x, const cx_array *drivers, const char *outcome,
                     const cx_driver_options *options, cx_table **out, cx_error *err) {
    if (x == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", x == NULL ? "x" : "out");
    CX_TRY(cx_i_moments_need_complete(x, err));
    cx_driver_options chosen;
    CX_TRY(driver_options(options, &chosen, err));
    driver_model model = {.x = x, .tolerance = chosen.tolerance};
    CX_TRY(driver_check_outcome(&model, outcome, err));
    model.use = cx_i_alloc_array(&x->allocator, x->p, sizeof *model.use);
    if (model.use == NULL) return cx_i_out_of_memory(err);
    cx_status status = driver_choose(&model, drivers, chosen.adjust, err);
    if (status == CX_OK) status = driver_allocate(&model, err);
    if (status == CX_OK) status = driver_compute(&model, err);
    if (status == CX_OK) status = driver_table(&model, out, err);
    cx_i_free(&x->allocator, model.memory);
    cx_i_free(&x->allocator, model.use);
    return status;
}
