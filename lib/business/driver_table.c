#include "business/driver.h"

#include "stat/table.h"

/* -- columns ------------------------------------------------------------------------------- */

cx_status cx_i_driver_text(cx_table *table, const char *column, const char *const *names,
                           int64_t count, cx_error *err) {
    int64_t bytes = 0;
    char *text;
    int32_t *offsets;
    for (int64_t j = 0; j < count; j++) bytes += names[j] == NULL ? 0 : (int64_t)strlen(names[j]);
    CX_TRY(cx_i_table_string(table, column, bytes, &text, &offsets, err));
    for (int64_t j = 0; j < count; j++) {
        size_t length = names[j] == NULL ? 0 : strlen(names[j]);
        if (length > 0) memcpy(text + offsets[j], names[j], length);
        offsets[j + 1] = offsets[j] + (int32_t)length;
        if (names[j] == NULL) CX_TRY(cx_i_table_null(table, j, err));
    }
    return CX_OK;
}

cx_status cx_i_driver_numbers(cx_table *table, const char *column, const double *values,
                              int64_t count, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, column, &out, err));
    for (int64_t j = 0; j < count; j++) {
        out[j] = values[j];
        if (isnan(values[j])) CX_TRY(cx_i_table_null(table, j, err));
    }
    return CX_OK;
}

typedef double (*driver_figure)(const cx_driver_fit *fit, int64_t j);

static cx_status driver_column(const cx_driver_fit *fit, cx_table *table, const char *name,
                               driver_figure figure, cx_error *err) {
    double *out;
    CX_TRY(cx_i_table_f64(table, name, &out, err));
    for (int64_t j = 0; j < fit->p; j++) {
        out[j] = figure(fit, j);
        if (isnan(out[j])) CX_TRY(cx_i_table_null(table, j, err));
    }
    return CX_OK;
}

static double driver_total(const cx_driver_fit *fit) {
    double sum = 0;
    for (int64_t j = 0; j < fit->p; j++) sum += fit->importance[j];
    return sum;
}

static double driver_share_of(const cx_driver_fit *fit, double importance) {
    double total = driver_total(fit);
    return total > 0 ? importance / total : NAN;
}

static double driver_share(const cx_driver_fit *fit, int64_t j) {
    return driver_share_of(fit, fit->importance[j]);
}

static double driver_coefficient(const cx_driver_fit *fit, int64_t j) {
    return fit->coefficient[fit->adjust + j];
}

static double driver_beta(const cx_driver_fit *fit, int64_t j) {
    return fit->beta[fit->adjust + j];
}

static double driver_correlation(const cx_driver_fit *fit, int64_t j) {
    return fit->constant[j] ? NAN : fit->r[(fit->adjust + j) * fit->side + fit->side - 1];
}

/* -- errors -------------------------------------------------------------------------------- */

static double driver_se(const cx_driver_fit *fit, int64_t j) {
    double v = fit->covariance[j * (fit->p + 1) + j];
    return v < 0 ? 0 : sqrt(v);
}

/* What is not told from noise is not told from 0, of which the influences know nothing: there the
 * derivative vanishes. */
static bool driver_is_noise(const cx_driver_fit *fit, int64_t j) {
    return fit->importance[j] <= fit->noise;
}

static double driver_low(const cx_driver_fit *fit, int64_t j) {
    if (driver_is_noise(fit, j) && !isnan(driver_se(fit, j))) return 0;
    return cx_i_driver_interval(fit, fit->importance[j], driver_se(fit, j)).low;
}

static double driver_high(const cx_driver_fit *fit, int64_t j) {
    return cx_i_driver_interval(fit, fit->importance[j], driver_se(fit, j)).high;
}

/* The share is e_j - share times the importances, divided by their sum. */
static double driver_share_se(const cx_driver_fit *fit, int64_t j) {
    int64_t p = fit->p, side = p + 1;
    double total = driver_total(fit), share = fit->importance[j] / total, sum = 0;
    if (!(total > 0)) return NAN;
    for (int64_t i = 0; i < p; i++)
        for (int64_t k = 0; k < p; k++)
            sum += ((i == j) - share) * ((k == j) - share) * fit->covariance[i * side + k];
    return sum < 0 ? 0 : sqrt(sum) / total;
}

static double driver_share_low(const cx_driver_fit *fit, int64_t j) {
    if (driver_is_noise(fit, j) && driver_share_se(fit, j) >= 0) return 0;
    return cx_i_driver_interval(fit, driver_share(fit, j), driver_share_se(fit, j)).low;
}

static double driver_share_high(const cx_driver_fit *fit, int64_t j) {
    return cx_i_driver_interval(fit, driver_share(fit, j), driver_share_se(fit, j)).high;
}

static cx_status driver_above_noise(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    int64_t *out;
    CX_TRY(cx_i_table_i64(table, "above_noise", &out, err));
    for (int64_t j = 0; j < fit->p; j++) {
        out[j] = fit->importance[j] > fit->noise;
        if (isnan(fit->noise)) CX_TRY(cx_i_table_null(table, j, err));
    }
    return CX_OK;
}

static cx_status driver_add_errors(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    CX_TRY(driver_column(fit, table, "se", driver_se, err));
    CX_TRY(driver_column(fit, table, "ci_low", driver_low, err));
    CX_TRY(driver_column(fit, table, "ci_high", driver_high, err));
    CX_TRY(driver_column(fit, table, "share_se", driver_share_se, err));
    CX_TRY(driver_column(fit, table, "share_low", driver_share_low, err));
    return driver_column(fit, table, "share_high", driver_share_high, err);
}

/* -- the drivers --------------------------------------------------------------------------- */

static cx_status driver_add_signs(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    int64_t *out;
    CX_TRY(cx_i_table_i64(table, "sign", &out, err));
    for (int64_t j = 0; j < fit->p; j++) {
        double b = driver_beta(fit, j);
        out[j] = b > 0 ? 1 : b < 0 ? -1 : 0;
        if (isnan(b) && !fit->constant[j]) CX_TRY(cx_i_table_null(table, j, err));
    }
    return CX_OK;
}

static cx_status driver_add_status(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    static const char *const words[] = {"ok", "constant", "collinear"};
    uint8_t *codes = cx_i_alloc_array(&fit->allocator, fit->p, sizeof *codes);
    if (codes == NULL) return cx_i_out_of_memory(err);
    for (int64_t j = 0; j < fit->p; j++)
        codes[j] = fit->constant[j] ? 1 : fit->dropped[fit->adjust + j] ? 2 : 0;
    cx_status status = cx_i_table_coded(table, "status", codes, words, err);
    cx_i_free(&fit->allocator, codes);
    CX_TRY(status);
    return cx_i_driver_text(table, "collinear_with", (const char *const *)fit->partners, fit->p,
                            err);
}

/* The label of a group: its name, or that of the driver that is alone in it. */
static const char *driver_group_label(const cx_driver_fit *fit, int64_t g) {
    if (fit->group_name[g] != NULL) return fit->group_name[g];
    return fit->name[fit->adjust + fit->member[fit->first[g]]];
}

static cx_status driver_add_groups(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    const char **labels = cx_i_alloc_array(&fit->allocator, fit->p, sizeof *labels);
    if (labels == NULL) return cx_i_out_of_memory(err);
    for (int64_t j = 0; j < fit->p; j++) labels[j] = driver_group_label(fit, fit->group[j]);
    cx_status status = cx_i_driver_text(table, "group", labels, fit->p, err);
    cx_i_free(&fit->allocator, labels);
    return status;
}

static cx_status driver_add_methods(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    static const struct {
        int32_t method;
        const char *name;
    } columns[] = {{CX_IMPORTANCE_FIRST, "first"},
                   {CX_IMPORTANCE_LAST, "last"},
                   {CX_IMPORTANCE_JOHNSON, "johnson"},
                   {CX_IMPORTANCE_PRATT, "pratt"},
                   {CX_IMPORTANCE_BETA_SQUARED, "beta_squared"},
                   {CX_IMPORTANCE_CAR, "car"}};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        CX_TRY(cx_i_driver_numbers(table, columns[c].name, fit->value[columns[c].method], fit->p,
                                   err));
    return CX_OK;
}

static cx_status driver_add_conditionals(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    for (int64_t k = 0; k < fit->p; k++) {
        char name[32];
        double *out;
        cx_i_text(name, sizeof name, "conditional_%d", k);
        CX_TRY(cx_i_table_f64(table, name, &out, err));
        for (int64_t j = 0; j < fit->p; j++) out[j] = cx_i_driver_conditional(fit, j, k);
    }
    return CX_OK;
}

static cx_status driver_add_r2(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    int64_t side = fit->p + 1;
    double r2 = fit->r2_adjust + fit->gain, v = fit->covariance[side * side - 1];
    double se = v < 0 ? 0 : sqrt(v);
    cx_driver_fit plain = *fit; /* R2 is a square whatever the method */
    plain.options.method = CX_IMPORTANCE_SHAPLEY;
    cx_i_driver_limits limits = cx_i_driver_interval(&plain, r2, se);
    CX_TRY(cx_i_table_figure(table, "r2_se", se, err));
    CX_TRY(cx_i_table_figure(table, "r2_low", limits.low, err));
    CX_TRY(cx_i_table_figure(table, "r2_high", limits.high, err));
    return cx_i_table_figure(table, "df", fit->df, err);
}

static cx_status driver_add_figures(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    CX_TRY(cx_i_table_figure(table, "r2", fit->r2_adjust + fit->gain, err));
    CX_TRY(cx_i_table_figure(table, "r2_adjust", fit->r2_adjust, err));
    CX_TRY(cx_i_table_figure(table, "n", fit->n, err));
    CX_TRY(cx_i_table_figure(table, "n_eff", fit->n_eff, err));
    CX_TRY(cx_i_table_figure(table, "drivers", (double)fit->p, err));
    CX_TRY(cx_i_table_figure(table, "rank", (double)fit->rank, err));
    CX_TRY(cx_i_table_figure(table, "orders", (double)fit->orders, err));
    CX_TRY(cx_i_table_figure(table, "noise", fit->noise, err));
    CX_TRY(cx_i_table_figure(table, "noise_mean", fit->noise_mean, err));
    CX_TRY(cx_i_table_figure(table, "missing", (double)fit->missing, err));
    CX_TRY(cx_i_table_figure(table, "zero_weight", (double)fit->unweighted, err));
    CX_TRY(cx_i_table_figure(table, "pairwise", fit->pairwise ? 1 : 0, err));
    CX_TRY(cx_i_table_figure(table, "distance", fit->distance, err));
    return fit->covariance != NULL ? driver_add_r2(fit, table, err) : CX_OK;
}

static cx_status driver_fill(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    const char *const *names = (const char *const *)fit->name + fit->adjust;
    CX_TRY(cx_i_driver_text(table, "name", names, fit->p, err));
    if (fit->groups > 0) CX_TRY(driver_add_groups(fit, table, err));
    CX_TRY(cx_i_driver_numbers(table, "importance", fit->importance, fit->p, err));
    CX_TRY(driver_column(fit, table, "share", driver_share, err));
    if (fit->covariance != NULL) CX_TRY(driver_add_errors(fit, table, err));
    if (fit->mc_se != NULL) CX_TRY(cx_i_driver_numbers(table, "mc_se", fit->mc_se, fit->p, err));
    CX_TRY(driver_above_noise(fit, table, err));
    CX_TRY(driver_add_signs(fit, table, err));
    CX_TRY(driver_column(fit, table, "coefficient", driver_coefficient, err));
    CX_TRY(driver_column(fit, table, "beta", driver_beta, err));
    CX_TRY(driver_column(fit, table, "correlation", driver_correlation, err));
    CX_TRY(driver_add_methods(fit, table, err));
    CX_TRY(driver_add_status(fit, table, err));
    if (fit->sums.total != NULL) CX_TRY(driver_add_conditionals(fit, table, err));
    return driver_add_figures(fit, table, err);
}

typedef cx_status (*driver_filler)(const cx_driver_fit *fit, cx_table *table, cx_error *err);

static cx_status driver_table(const cx_driver_fit *fit, int64_t rows, driver_filler fill,
                              cx_table **out, cx_error *err) {
    cx_table *table;
    CX_TRY(cx_i_table_new(rows, &fit->allocator, &table, err));
    cx_status status = fill(fit, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_driver_fit_table(const cx_driver_fit *fit, cx_table **out, cx_error *err) {
    if (fit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", fit == NULL ? "fit" : "out");
    return driver_table(fit, fit->p, driver_fill, out, err);
}

/* -- the groups ---------------------------------------------------------------------------- */

typedef struct driver_group_rows {
    double *importance, *share, *first, *last, *se, *low, *high, *step, *weight;
    int64_t *size;
    const char **label;
    void *memory;
} driver_group_rows;

/* What a group gains when it enters first, and last. */
static cx_status driver_group_ends(const cx_driver_fit *fit, driver_group_rows *rows,
                                   cx_error *err) {
    cx_i_chain chain;
    CX_TRY(cx_i_chain_new(&chain, fit->star, fit->p + 1, fit->options.tolerance, &fit->allocator,
                          err));
    for (int64_t g = 0; g < fit->groups; g++) {
        chain.size = 0;
        for (int64_t i = fit->first[g]; i < fit->first[g + 1]; i++)
            cx_i_chain_push(&chain, fit->member[i]);
        rows->first[g] = fit->left * cx_i_chain_explained(&chain);
        chain.size = 0;
        for (int64_t j = 0; j < fit->p; j++)
            if (fit->group[j] != g) cx_i_chain_push(&chain, j);
        double without = cx_i_chain_explained(&chain);
        for (int64_t i = fit->first[g]; i < fit->first[g + 1]; i++)
            cx_i_chain_push(&chain, fit->member[i]);
        rows->last[g] = fit->left * (cx_i_chain_explained(&chain) - without);
    }
    cx_i_free(&fit->allocator, chain.memory);
    return CX_OK;
}

static void driver_group_sums(const cx_driver_fit *fit, driver_group_rows *rows) {
    for (int64_t g = 0; g < fit->groups; g++) {
        memset(rows->weight, 0, (size_t)fit->p * sizeof *rows->weight);
        for (int64_t i = fit->first[g]; i < fit->first[g + 1]; i++) {
            rows->importance[g] += fit->importance[fit->member[i]];
            rows->weight[fit->member[i]] = 1;
        }
        rows->size[g] = fit->first[g + 1] - fit->first[g];
        rows->label[g] = driver_group_label(fit, g);
        rows->share[g] = driver_share_of(fit, rows->importance[g]);
        if (fit->covariance == NULL) continue;
        rows->se[g] = sqrt(cx_i_driver_variance(fit, rows->weight));
        cx_i_driver_limits limits = cx_i_driver_interval(fit, rows->importance[g], rows->se[g]);
        rows->low[g] = limits.low;
        rows->high[g] = limits.high;
    }
}

static cx_status driver_group_columns(const cx_driver_fit *fit, const driver_group_rows *rows,
                                      cx_table *table, cx_error *err) {
    int64_t groups = fit->groups, *size;
    CX_TRY(cx_i_driver_text(table, "name", rows->label, groups, err));
    CX_TRY(cx_i_table_i64(table, "drivers", &size, err));
    memcpy(size, rows->size, (size_t)groups * sizeof *size);
    CX_TRY(cx_i_driver_numbers(table, "importance", rows->importance, groups, err));
    CX_TRY(cx_i_driver_numbers(table, "share", rows->share, groups, err));
    if (fit->covariance != NULL) {
        CX_TRY(cx_i_driver_numbers(table, "se", rows->se, groups, err));
        CX_TRY(cx_i_driver_numbers(table, "ci_low", rows->low, groups, err));
        CX_TRY(cx_i_driver_numbers(table, "ci_high", rows->high, groups, err));
    }
    CX_TRY(cx_i_driver_numbers(table, "first", rows->first, groups, err));
    CX_TRY(cx_i_driver_numbers(table, "last", rows->last, groups, err));
    for (int64_t k = 0; fit->group_steps != NULL && k < groups; k++) {
        char name[32];
        cx_i_text(name, sizeof name, "conditional_%d", k);
        for (int64_t g = 0; g < groups; g++) rows->step[g] = fit->group_steps[g * groups + k];
        CX_TRY(cx_i_driver_numbers(table, name, rows->step, groups, err));
    }
    return CX_OK;
}

static cx_status driver_fill_groups(const cx_driver_fit *fit, cx_table *table, cx_error *err) {
    int64_t groups = fit->groups;
    driver_group_rows rows;
    double *memory = cx_i_alloc_array(&fit->allocator, 10 * groups + fit->p, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    double **columns[] = {&rows.importance, &rows.share, &rows.first, &rows.last,
                          &rows.se,         &rows.low,   &rows.high,  &rows.step};
    for (int c = 0; c < 8; c++) *columns[c] = memory + c * groups;
    rows.size = (int64_t *)(memory + 8 * groups);
    rows.label = (const char **)(memory + 9 * groups);
    rows.weight = memory + 10 * groups;
    driver_group_sums(fit, &rows);
    cx_status status = driver_group_ends(fit, &rows, err);
    if (status == CX_OK) status = driver_group_columns(fit, &rows, table, err);
    cx_i_free(&fit->allocator, memory);
    return status;
}

cx_status cx_driver_fit_groups(const cx_driver_fit *fit, cx_table **out, cx_error *err) {
    if (fit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", fit == NULL ? "fit" : "out");
    if (fit->groups == 0)
        return cx_i_fail(err, CX_E_OPTION, "the analysis was made without groups");
    return driver_table(fit, fit->groups, driver_fill_groups, out, err);
}
