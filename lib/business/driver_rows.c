#include "business/driver_rows.h"

#include "business/driver_model.h"
#include "business/moments.h"

/* -- the state of the columns that are used ------------------------------------------------ */

typedef struct driver_rows_given {
    const cx_frame *x;
    const cx_array *drivers, *weights;
    const char *outcome;
    const cx_design *design;
    const cx_driver_options *options;
    cx_array *column; /* those in the state */
    bool *taken;      /* of x: is in the state */
    int64_t count;
} driver_rows_given;

static void driver_rows_take(driver_rows_given *given, int64_t column) {
    if (given->taken[column]) return;
    given->taken[column] = true;
    given->column[given->count++] = given->x->columns[column];
}

static cx_status driver_rows_names(driver_rows_given *given, const cx_i_named *columns,
                                   const cx_array *names, const char *role, cx_error *err) {
    for (int64_t i = 0; names != NULL && i < names->length; i++) {
        int64_t column;
        CX_TRY(cx_i_named_at(columns, names, role, i, &column, err));
        driver_rows_take(given, column);
    }
    return CX_OK;
}

static cx_status driver_rows_choose(driver_rows_given *given, const cx_i_named *columns,
                                    cx_error *err) {
    int64_t outcome;
    CX_TRY(driver_rows_names(given, columns, given->options->adjust, "adjust", err));
    CX_TRY(driver_rows_names(given, columns, given->drivers, "drivers", err));
    for (int64_t i = 0; given->drivers == NULL && i < given->x->count; i++)
        driver_rows_take(given, i);
    CX_TRY(cx_i_named_find(columns, given->outcome, &outcome, err));
    driver_rows_take(given, outcome);
    if (given->count <= CX_MOMENTS_COLUMNS) return CX_OK;
    return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than the %d one state can hold",
                     given->count, (int64_t)CX_MOMENTS_COLUMNS);
}

static cx_status driver_rows_state(driver_rows_given *given, const cx_allocator *allocator,
                                   const cx_array *weights, cx_moments **out, cx_error *err) {
    int64_t all = given->x->count;
    const char **name = cx_i_alloc_array(allocator, all, sizeof *name);
    given->column = cx_i_alloc_array(allocator, all, sizeof *given->column);
    given->taken = cx_i_alloc_array(allocator, all, sizeof *given->taken);
    bool room = name != NULL && given->column != NULL && given->taken != NULL;
    cx_status status = room ? CX_OK : cx_i_out_of_memory(err);
    for (int64_t i = 0; i < all && room; i++) name[i] = given->x->columns[i].name;
    cx_i_named columns = {name, all, "x has"};
    if (status == CX_OK) status = driver_rows_choose(given, &columns, err);
    cx_frame used = {given->column, given->count, {0, 0}};
    if (status == CX_OK) status = cx_i_moments_of(&used, weights, allocator, out, err);
    cx_i_free(allocator, name);
    cx_i_free(allocator, given->column);
    cx_i_free(allocator, given->taken);
    return status;
}

/* -- standardised rows --------------------------------------------------------------------- */

static cx_status driver_rows_open(cx_i_driver_rows *rows, const cx_driver_fit *fit,
                                  const cx_moments *x, const driver_rows_given *given,
                                  cx_error *err) {
    int64_t side = fit->side;
    double n = (double)cx_moments_n(x);
    double *memory =
        cx_i_alloc_array(&fit->allocator, side * (CX_I_BLOCK + 3) + CX_I_BLOCK, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    rows->memory = memory;
    rows->z = memory;
    rows->weight = memory + side * CX_I_BLOCK;
    rows->mean = rows->weight + CX_I_BLOCK;
    rows->scale = rows->mean + side;
    rows->column = (const cx_array **)(rows->scale + side);
    rows->total = cx_moments_sum_w(x);
    rows->rows = given->x->columns[0].length;
    for (int64_t i = 0; i < side; i++) {
        int64_t at = cx_moments_find(x, fit->name[i]);
        double variance = cx_moments_variance(x, at) * (n - 1) / n;
        rows->column[i] = cx_i_frame_find(given->x, fit->name[i]);
        rows->mean[i] = cx_moments_mean(x, at);
        rows->scale[i] = variance > 0 ? 1 / sqrt(variance) : 0;
    }
    return CX_OK;
}

void cx_i_driver_rows_read(cx_i_driver_rows *rows, int64_t start, int64_t count) {
    int64_t side = rows->fit->side;
    for (int64_t r = 0; r < count; r++) rows->weight[r] = 1;
    if (rows->weights != NULL) cx_i_array_read(rows->weights, start, count, rows->weight);
    for (int64_t i = 0; i < side; i++) {
        double *z = rows->z + i * CX_I_BLOCK;
        cx_i_array_read(rows->column[i], start, count, z);
        for (int64_t r = 0; r < count; r++) {
            if (isnan(z[r])) rows->weight[r] = 0;
            z[r] = (z[r] - rows->mean[i]) * rows->scale[i];
        }
    }
    for (int64_t r = 0; r < count; r++)
        for (int64_t i = 0; rows->weight[r] == 0 && i < side; i++) rows->z[i * CX_I_BLOCK + r] = 0;
}

static cx_status driver_rows_errors(cx_driver_fit *fit, const cx_moments *x,
                                    const driver_rows_given *given, const cx_array *weights,
                                    cx_error *err) {
    cx_i_driver_rows rows = {.fit = fit, .design = given->design, .weights = weights};
    if (fit->options.errors == CX_DRIVER_ERRORS_NONE) return CX_OK;
    if (fit->options.errors == CX_DRIVER_ERRORS_NORMAL) return cx_i_driver_normal(fit, err);
    CX_TRY(driver_rows_open(&rows, fit, x, given, err));
    cx_status status = fit->options.errors == CX_DRIVER_ERRORS_BOOTSTRAP
                           ? cx_i_driver_bootstrap(fit, &rows, err)
                           : cx_i_driver_influence(fit, &rows, err);
    cx_i_free(&fit->allocator, rows.memory);
    return status;
}

/* -- the call ------------------------------------------------------------------------------ */

static cx_status driver_rows_check(const driver_rows_given *given, cx_error *err) {
    CX_TRY(cx_i_frame_check(given->x, "x", CX_I_KEYS, err));
    if (given->outcome == NULL) return cx_i_fail(err, CX_E_NULL, "outcome is missing");
    if (given->x->count == 0) return cx_i_fail(err, CX_E_EMPTY, "x has no column");
    if (given->drivers != NULL) CX_TRY(cx_i_names_check(given->drivers, "drivers", err));
    if (given->options->adjust != NULL)
        CX_TRY(cx_i_names_check(given->options->adjust, "adjust", err));
    if (given->design == NULL) return CX_OK;
    if (given->weights != NULL)
        return cx_i_fail(err, CX_E_OPTION,
                         "weights and design are both given: a design has weights");
    if (given->x->columns[0].length == given->design->rows) return CX_OK;
    return cx_i_fail(err, CX_E_LENGTH, "x has %d rows and the design has %d",
                     given->x->columns[0].length, given->design->rows);
}

/* What an outcome that is not a number leaves undone. */
static cx_status driver_rows_check_latent(const driver_rows_given *given, cx_error *err) {
    int32_t errors = given->options->errors;
    if (given->options->outcome == CX_DRIVER_OUTCOME_NUMERIC) return CX_OK;
    if (errors == CX_DRIVER_ERRORS_NONE || errors == CX_DRIVER_ERRORS_BOOTSTRAP) return CX_OK;
    if (errors == CX_DRIVER_ERRORS_NORMAL && given->design == NULL) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "errors are %s; of an outcome that is %s: none, bootstrap%s",
                     cx_driver_errors_name(errors), cx_driver_outcome_name(given->options->outcome),
                     given->design == NULL ? " or normal" : ", with a design");
}

static cx_status driver_rows_fit(cx_driver_fit *fit, driver_rows_given *given,
                                 const cx_array *weights, cx_error *err) {
    cx_moments *state;
    CX_TRY(driver_rows_state(given, &fit->allocator, weights, &state, err));
    cx_status status =
        cx_i_driver_model(fit, state, given->drivers, given->outcome, given->options, err);
    if (status == CX_OK) status = cx_i_driver_room(fit, err);
    if (status == CX_OK) status = cx_i_driver_share(fit, err);
    if (status == CX_OK) status = cx_i_driver_noise(fit, err);
    if (status == CX_OK) status = driver_rows_errors(fit, state, given, weights, err);
    cx_moments_free(state);
    return status;
}

cx_status cx_driver_fit_rows(const cx_frame *x, const cx_array *drivers, const char *outcome,
                             const cx_array *weights, const cx_design *design,
                             const cx_driver_options *options, cx_driver_fit **out, cx_error *err) {
    cx_driver_options chosen;
    driver_rows_given given = {.x = x,
                               .drivers = drivers,
                               .weights = weights,
                               .outcome = outcome,
                               .design = design,
                               .options = &chosen};
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_driver_options(options, &chosen, err));
    CX_TRY(driver_rows_check(&given, err));
    CX_TRY(driver_rows_check_latent(&given, err));
    cx_array own;
    if (design != NULL && design->weighted) {
        own = cx_array_of(design->weight, CX_F64, design->rows);
        weights = &own;
    }
    cx_driver_fit *fit;
    CX_TRY(cx_i_driver_new(&chosen, NULL, &fit, err));
    cx_status status =
        chosen.outcome == CX_DRIVER_OUTCOME_NUMERIC
            ? driver_rows_fit(fit, &given, weights, err)
            : cx_i_driver_latent(fit, x, drivers, outcome, weights, design, &chosen, err);
    if (status == CX_OK)
        *out = fit;
    else
        cx_driver_fit_free(fit);
    return status;
}
