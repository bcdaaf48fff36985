#include "business/correlate.h"
#include "business/driver_rows.h"
#include "business/moments.h"
#include "stat/nearest.h"

/* -- analyses in which every correlation stands on its own rows -------------------------------- */

/* What the pairs say, of the columns of the model in its order. */
typedef struct driver_pairs {
    double n, n_eff; /* the smallest */
    double *r;       /* side x side */
} driver_pairs;

static void driver_pairs_set(driver_pairs *pairs, int64_t side, int64_t i, int64_t k, double r,
                             double n, double n_eff) {
    pairs->r[i * side + k] = pairs->r[k * side + i] = r;
    if (!(pairs->n <= n)) pairs->n = n;
    if (!(pairs->n_eff <= n_eff)) pairs->n_eff = n_eff;
}

static cx_status driver_pairs_fit(cx_driver_fit *fit, const driver_pairs *pairs,
                                  const cx_driver_options *options, cx_error *err) {
    cx_i_nearest nearest;
    if (!(pairs->n_eff > (double)fit->all))
        return cx_i_fail(err, CX_E_FEW,
                         "%g rows have both columns of some pair, and cannot tell %d columns apart",
                         pairs->n_eff, fit->all);
    CX_TRY(cx_i_nearest_correlation(pairs->r, fit->side, &fit->allocator, &nearest, err));
    if (!nearest.converged)
        return cx_i_fail(err, CX_E_CONVERGENCE, "the nearest correlation matrix was not found");
    memcpy(fit->r, pairs->r, (size_t)(fit->side * fit->side) * sizeof *fit->r);
    for (int64_t i = 0; i < fit->side; i++) fit->r[i * (fit->side + 1)] = 1;
    fit->n = pairs->n;
    fit->n_eff = pairs->n_eff;
    fit->pairwise = true;
    fit->distance = nearest.distance;
    return cx_i_driver_from_r(fit, options, err);
}

static cx_status driver_pairs_open(cx_driver_fit *fit, const cx_i_driver_source *from,
                                   driver_pairs *pairs, cx_error *err) {
    CX_TRY(cx_i_driver_model_room(fit, from, err));
    *pairs = (driver_pairs){.n = NAN, .n_eff = NAN};
    pairs->r = cx_i_alloc_array(&fit->allocator, fit->side * fit->side, sizeof *pairs->r);
    if (pairs->r == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < fit->side; i++) pairs->r[i * (fit->side + 1)] = 1;
    return CX_OK;
}

/* -- of a state -------------------------------------------------------------------------------- */

static cx_status driver_pairs_of_state(const cx_driver_fit *fit, const cx_i_driver_source *from,
                                       const cx_moments *x, driver_pairs *pairs, cx_error *err) {
    for (int64_t i = 0; i < fit->side; i++)
        for (int64_t k = i + 1; k < fit->side; k++) {
            cx_estimate e;
            CX_TRY(cx_moments_pearson(x, cx_i_driver_source_column(fit, from, i),
                                      cx_i_driver_source_column(fit, from, k), NULL, &e, err));
            driver_pairs_set(pairs, fit->side, i, k, e.value, (double)e.n, e.n_eff);
        }
    return CX_OK;
}

cx_status cx_i_driver_pairwise(cx_driver_fit *fit, const cx_moments *x, const cx_array *drivers,
                               const char *outcome, const cx_driver_options *options,
                               cx_error *err) {
    driver_pairs pairs;
    cx_i_driver_source from = {.name = (const char *const *)x->names, .count = x->p, .outcome = -1};
    CX_TRY(cx_i_driver_choose(fit, &from, drivers, outcome, options, err));
    CX_TRY(driver_pairs_open(fit, &from, &pairs, err));
    cx_status status = driver_pairs_of_state(fit, &from, x, &pairs, err);
    if (status == CX_OK) status = driver_pairs_fit(fit, &pairs, options, err);
    cx_i_free(&fit->allocator, pairs.r);
    return status;
}

/* -- of rows ----------------------------------------------------------------------------------- */

/* The outcome has to be what it is called. */
static cx_status driver_latent_check(const cx_array *outcome, int32_t kind, cx_error *err) {
    int64_t most = kind == CX_DRIVER_OUTCOME_BINARY ? 2 : CX_DRIVERS_LEVELS;
    CX_TRY(cx_i_array_check(outcome, "x", CX_I_NUMBERS, err));
    if (cx_i_correlate_levels(outcome, most)) return CX_OK;
    return cx_i_blame(err, outcome->name,
                      cx_i_fail(err, CX_E_DOMAIN,
                                "the outcome %s is not %s: it has more than %d different "
                                "answers, or some that are not whole numbers",
                                outcome->name, cx_driver_outcome_name(kind), most));
}

/* The columns of the model in its order, drivers first, the outcome last. */
static cx_status driver_latent_correlate(const cx_driver_fit *fit, const cx_i_driver_source *from,
                                         const cx_frame *x, const cx_array *weights, cx_table **out,
                                         cx_error *err) {
    cx_correlate_options options;
    cx_correlate_options_init(&options);
    options.method = CX_CORRELATION_MIXED;
    options.levels = CX_DRIVERS_LEVELS;
    options.allocator = &fit->allocator;
    cx_array *column = cx_i_alloc_array(&fit->allocator, fit->side, sizeof *column);
    if (column == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < fit->side; i++)
        column[i] = x->columns[cx_i_driver_source_column(fit, from, i)];
    cx_frame used = {.columns = column, .count = fit->side};
    cx_status status = cx_correlations(&used, weights, &options, out, err);
    cx_i_free(&fit->allocator, column);
    return status;
}

/* A pair without a correlation: the one call that says why. */
static cx_status driver_latent_missing(const cx_array *a, const cx_array *b,
                                       const cx_array *weights, cx_error *err) {
    cx_correlate_options options;
    cx_estimate e;
    cx_correlate_options_init(&options);
    options.method = CX_CORRELATION_MIXED;
    options.levels = CX_DRIVERS_LEVELS;
    CX_TRY(cx_correlate(a, b, weights, &options, &e, err));
    return cx_i_fail(err, CX_E_CONVERGENCE, "%s and %s have no correlation", a->name, b->name);
}

static cx_status driver_latent_read(const cx_driver_fit *fit, const cx_i_driver_source *from,
                                    const cx_frame *x, const cx_array *weights,
                                    const cx_table *table, driver_pairs *pairs, cx_error *err) {
    static const char *const columns[] = {"value", "n", "n_eff"};
    cx_array column[3];
    for (int c = 0; c < 3; c++)
        CX_TRY(cx_table_column(table, cx_table_find(table, columns[c]), &column[c], err));
    int64_t row = 0;
    for (int64_t i = 0; i < fit->side; i++)
        for (int64_t k = i + 1; k < fit->side; k++, row++) {
            double cell[3];
            for (int c = 0; c < 3; c++) cx_i_array_read(&column[c], row, 1, &cell[c]);
            if (isnan(cell[0]))
                return driver_latent_missing(&x->columns[cx_i_driver_source_column(fit, from, i)],
                                             &x->columns[cx_i_driver_source_column(fit, from, k)],
                                             weights, err);
            driver_pairs_set(pairs, fit->side, i, k, cell[0], cell[1], cell[2]);
        }
    return CX_OK;
}

static cx_status driver_latent_fit(cx_driver_fit *fit, const cx_i_driver_source *from,
                                   const cx_frame *x, const cx_array *weights,
                                   const cx_design *design, const cx_driver_options *options,
                                   cx_error *err) {
    driver_pairs pairs;
    cx_table *table;
    CX_TRY(driver_latent_check(&x->columns[from->outcome], options->outcome, err));
    CX_TRY(driver_pairs_open(fit, from, &pairs, err));
    cx_status status = driver_latent_correlate(fit, from, x, weights, &table, err);
    if (status == CX_OK) {
        status = driver_latent_read(fit, from, x, weights, table, &pairs, err);
        cx_table_free(table);
    }
    if (status == CX_OK) status = driver_pairs_fit(fit, &pairs, options, err);
    if (status == CX_OK && options->errors == CX_DRIVER_ERRORS_BOOTSTRAP)
        status = cx_i_driver_bootstrap_latent(fit, from, x, weights, design, err);
    cx_i_free(&fit->allocator, pairs.r);
    return status;
}

static cx_status driver_latent_nearest(const cx_driver_fit *fit, const cx_table *table, double *r,
                                       bool *made, cx_error *err) {
    cx_array column;
    int64_t row = 0, side = fit->side;
    CX_TRY(cx_table_column(table, cx_table_find(table, "nearest"), &column, err));
    *made = true;
    for (int64_t i = 0; i < side; i++) {
        r[i * side + i] = 1;
        for (int64_t k = i + 1; k < side; k++, row++) {
            cx_i_array_read(&column, row, 1, &r[i * side + k]);
            r[k * side + i] = r[i * side + k];
            *made = *made && !isnan(r[i * side + k]);
        }
    }
    return CX_OK;
}

cx_status cx_i_driver_latent_r(const cx_driver_fit *fit, const cx_i_driver_source *from,
                               const cx_frame *x, const cx_array *weights, double *r, bool *made,
                               cx_error *err) {
    cx_table *table;
    cx_status status = driver_latent_correlate(fit, from, x, weights, &table, err);
    *made = false;
    if (status == CX_E_CONVERGENCE) {
        if (err != NULL) *err = (cx_error){0};
        return CX_OK;
    }
    CX_TRY(status);
    status = driver_latent_nearest(fit, table, r, made, err);
    cx_table_free(table);
    return status;
}

cx_status cx_i_driver_latent(cx_driver_fit *fit, const cx_frame *x, const cx_array *drivers,
                             const char *outcome, const cx_array *weights, const cx_design *design,
                             const cx_driver_options *options, cx_error *err) {
    cx_i_driver_source from = {.count = x->count, .outcome = -1};
    const char **names = cx_i_alloc_array(&fit->allocator, x->count, sizeof *names);
    if (names == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < x->count; i++) names[i] = x->columns[i].name;
    from.name = names;
    cx_status status = cx_i_driver_choose(fit, &from, drivers, outcome, options, err);
    if (status == CX_OK) status = driver_latent_fit(fit, &from, x, weights, design, options, err);
    cx_i_free(&fit->allocator, names);
    return status;
}
