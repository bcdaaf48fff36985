#include "business/driver_rows.h"

#include "base/random.h"
#include "stat/linalg.h"
#include "stat/resample.h"

/* The bootstrap in one pass: every row is added to the moments of every replicate as often as a
 * Poisson variate of mean 1 says, which depends on seed, replicate and the row's number (its unit
 * of a design) only [ChamandyEtAl2012]. A design with replicates brings their weights instead.
 * Correlations of ordered answers have no moments: there, each replicate is a pass with weights. */

enum { DRIVER_BOOT_LATENT = 400 }; /* most replicates of ordered answers */

typedef struct driver_boot_run {
    cx_driver_fit *fit, *copy; /* copy: where a replicate is shared out */
    cx_i_driver_rows *rows;
    int64_t replicates, cells; /* cells: weight, sums, products */
    double *state;             /* of each replicate */
    double *product;           /* of one row */
    double *counts;            /* CX_I_BLOCK: of each replicate, of the row at hand */
    double *value, *mean;      /* p + 1 */
    double *multiplier;        /* of each unit, in each replicate of the design; or NULL */
    /* of ordered answers, else NULL: where they come from, and weights of one replicate */
    const cx_i_driver_source *from;
    const cx_frame *x;
    double *weight;
} driver_boot_run;

/* P(X <= k) of a Poisson variate of mean 1, in 2^-32. */
static const uint32_t driver_boot_steps[] = {1580030168u, 3160060337u, 3950075421u, 4213413783u,
                                             4279248373u, 4292415291u, 4294609777u, 4294923276u,
                                             4294962463u, 4294966817u, 4294967252u, 4294967292u};

static double driver_boot_poisson(uint32_t word) {
    int k = 0;
    while (k < 12 && word >= driver_boot_steps[k]) k++;
    return k;
}

static int64_t driver_boot_unit(const driver_boot_run *run, int64_t row) {
    const cx_design *design = run->rows->design;
    return design == NULL ? row : design->stage[0].unit[row];
}

/* The variates of a unit in four replicates, from a multiple of four on */
static void driver_boot_four(const driver_boot_run *run, int64_t unit, int64_t b, double *out) {
    cx_random_words words;
    cx_philox((uint64_t)unit << 24 | (uint64_t)(b / 4), (uint64_t)(CX_I_PURPOSE_DRIVERS + 1) << 32,
              run->fit->options.seed, &words);
    uint32_t four[] = {words.w0, words.w1, words.w2, words.w3};
    for (int64_t k = 0; k < 4; k++) out[k] = driver_boot_poisson(four[k]);
}

/* How often a row is in each replicate. */
static void driver_boot_counts(const driver_boot_run *run, int64_t row) {
    const cx_i_driver_rows *rows = run->rows;
    int64_t unit = driver_boot_unit(run, row);
    if (run->multiplier != NULL) {
        for (int64_t b = 0; b < run->replicates; b++)
            run->counts[b] = run->multiplier[b * cx_design_units(rows->design) + unit];
        return;
    }
    for (int64_t b = 0; b < run->replicates; b += 4) {
        double four[4];
        driver_boot_four(run, unit, b, four);
        for (int64_t k = 0; k < 4 && b + k < run->replicates; k++) run->counts[b + k] = four[k];
    }
}

/* Weight, sums and products of one row, then as often as counted into each replicate. */
static void driver_boot_add_row(driver_boot_run *run, int64_t row, int64_t at) {
    int64_t side = run->fit->side;
    double weight = run->rows->weight[at], *out = run->product;
    if (weight == 0) return;
    *out++ = weight;
    for (int64_t i = 0; i < side; i++) *out++ = weight * run->rows->z[i * CX_I_BLOCK + at];
    for (int64_t i = 0; i < side; i++)
        for (int64_t k = 0; k <= i; k++)
            *out++ = run->product[1 + i] * run->rows->z[k * CX_I_BLOCK + at];
    driver_boot_counts(run, row);
    for (int64_t b = 0; b < run->replicates; b++) {
        double times = run->counts[b], *state = run->state + b * run->cells;
        if (times == 0) continue;
        for (int64_t c = 0; c < run->cells; c++) state[c] += times * run->product[c];
    }
}

/* The correlations of one replicate; false without a varying outcome. */
static bool driver_boot_correlate(driver_boot_run *run, const double *state) {
    int64_t side = run->fit->side;
    const double *sum = state + 1, *product = sum + side;
    double *r = run->copy->r;
    if (!(state[0] > 0)) return false;
    for (int64_t i = 0; i < side; i++)
        for (int64_t k = 0; k <= i; k++)
            r[i * side + k] =
                product[cx_i_packed(i, k)] / state[0] - sum[i] / state[0] * (sum[k] / state[0]);
    if (!(r[side * side - 1] > 1e-12)) return false;
    for (int64_t i = 0; i < side; i++)
        for (int64_t k = 0; k < i; k++) {
            double a = r[i * side + i], b = r[k * side + k];
            bool varies = a > 1e-12 && b > 1e-12;
            r[k * side + i] = r[i * side + k] = varies ? r[i * side + k] / sqrt(a) / sqrt(b) : 0;
        }
    for (int64_t i = 0; i < side; i++) r[i * side + i] = r[i * side + i] > 1e-12 ? 1 : 0;
    return true;
}

/* How often a row is in one replicate. */
static double driver_boot_times(const driver_boot_run *run, int64_t row, int64_t b) {
    int64_t unit = driver_boot_unit(run, row);
    double four[4];
    if (run->multiplier != NULL)
        return run->multiplier[b * cx_design_units(run->rows->design) + unit];
    driver_boot_four(run, unit, b - b % 4, four);
    return four[b % 4];
}

/* The correlations of ordered answers in one replicate; `made` false where a pair has none. */
static cx_status driver_boot_latent(driver_boot_run *run, int64_t b, bool *made, cx_error *err) {
    const cx_i_driver_rows *rows = run->rows;
    cx_array weights = cx_array_of(run->weight, CX_F64, rows->rows);
    for (int64_t r = 0; r < rows->rows; r++) run->weight[r] = 1;
    if (rows->weights != NULL) cx_i_array_read(rows->weights, 0, rows->rows, run->weight);
    for (int64_t r = 0; r < rows->rows; r++) run->weight[r] *= driver_boot_times(run, r, b);
    return cx_i_driver_latent_r(run->fit, run->from, run->x, &weights, run->copy->r, made, err);
}

static cx_status driver_boot_replicate(driver_boot_run *run, int64_t b, bool *made, cx_error *err) {
    if (run->from != NULL) return driver_boot_latent(run, b, made, err);
    *made = driver_boot_correlate(run, run->state + b * run->cells);
    return CX_OK;
}

static void driver_boot_note(driver_boot_run *run, double share, double *weights) {
    int64_t count = run->fit->p + 1;
    const cx_driver_fit *fit = run->fit, *copy = run->copy;
    for (int64_t i = 0; i < count; i++) {
        double own = i < fit->p ? fit->importance[i] : fit->r2_adjust + fit->gain;
        double value = i < fit->p ? copy->importance[i] : copy->r2_adjust + copy->gain;
        run->value[i] = value - own;
        run->mean[i] += share * run->value[i];
    }
    *weights += share;
    for (int64_t i = 0; i < count; i++)
        for (int64_t k = 0; k < count; k++)
            fit->covariance[i * count + k] += share * run->value[i] * run->value[k];
}

static cx_status driver_boot_share(driver_boot_run *run, cx_error *err) {
    int64_t count = run->fit->p + 1, kept = 0;
    double weights = 0;
    bool own = run->multiplier != NULL;
    for (int64_t b = 0; b < run->replicates; b++) {
        bool made;
        CX_TRY(driver_boot_replicate(run, b, &made, err));
        if (!made) continue;
        CX_TRY(cx_i_driver_share(run->copy, err));
        driver_boot_note(run, own ? cx_i_replicate_share(run->rows->design, b) : 1, &weights);
        kept++;
    }
    if (kept < 2 || kept < run->replicates * 9 / 10)
        return cx_i_fail(err, CX_E_FEW,
                         "only %d of %d replicates have an outcome that varies: there are too few "
                         "rows for a bootstrap",
                         kept, run->replicates);
    for (int64_t i = 0; !own && i < count * count; i++) {
        double both = run->mean[i / count] * run->mean[i % count] / weights;
        run->fit->covariance[i] = (run->fit->covariance[i] - both) / (weights - 1);
    }
    return CX_OK;
}

/* -- room ---------------------------------------------------------------------------------- */

static cx_status driver_boot_copy(driver_boot_run *run, cx_error *err) {
    const cx_driver_fit *fit = run->fit;
    CX_TRY(cx_i_driver_new(&fit->options, &fit->allocator, &run->copy, err));
    cx_driver_fit *copy = run->copy;
    copy->adjust = fit->adjust, copy->p = fit->p, copy->all = fit->all, copy->side = fit->side;
    copy->groups = fit->groups, copy->group = fit->group;
    copy->first = fit->first, copy->member = fit->member;
    copy->constant = fit->constant;
    if (copy->options.orders == 0 && fit->orders > 400) copy->options.orders = 400;
    copy->r = cx_i_driver_take(copy, fit->side * fit->side, sizeof *copy->r);
    return copy->r == NULL ? cx_i_out_of_memory(err) : cx_i_driver_room(copy, err);
}

static cx_status driver_boot_multipliers(driver_boot_run *run, cx_error *err) {
    const cx_design *design = run->rows->design;
    int64_t units = cx_design_units(design), cells;
    cx_i_replicate replicate;
    if (design->calibration != NULL)
        return cx_i_fail(err, CX_E_OPTION,
                         "a bootstrap of drivers cannot repeat a calibration: take errors "
                         "influence, which know it");
    run->replicates = cx_design_replicates(design);
    if (!cx_i_mul_i64(units, run->replicates, &cells)) return cx_i_out_of_memory(err);
    run->multiplier = cx_i_alloc_array(&run->fit->allocator, cells, sizeof *run->multiplier);
    if (run->multiplier == NULL) return cx_i_out_of_memory(err);
    CX_TRY(cx_i_replicate_new(design, &replicate, err));
    for (int64_t b = 0; b < run->replicates; b++) {
        cx_i_replicate_units(design, b, &replicate);
        memcpy(run->multiplier + b * units, replicate.unit, (size_t)units * sizeof(double));
    }
    cx_i_replicate_free(design, &replicate);
    return CX_OK;
}

static cx_status driver_boot_open(driver_boot_run *run, cx_error *err) {
    cx_driver_fit *fit = run->fit;
    const cx_allocator *a = &fit->allocator;
    int64_t side = fit->side, count = fit->p + 1, cells;
    run->replicates = fit->options.draws;
    if (cx_design_replicates(run->rows->design) > 0) CX_TRY(driver_boot_multipliers(run, err));
    if (run->from != NULL && run->multiplier == NULL && run->replicates > DRIVER_BOOT_LATENT)
        run->replicates = DRIVER_BOOT_LATENT;
    run->cells = run->from != NULL ? 1 : 1 + side + cx_i_packed_size(side);
    if (!cx_i_mul_i64(run->cells, run->replicates, &cells)) return cx_i_out_of_memory(err);
    run->state = cx_i_alloc_array(a, cells, sizeof *run->state);
    run->product = cx_i_alloc_array(a, run->cells, sizeof *run->product);
    run->counts = cx_i_alloc_array(a, run->replicates, sizeof *run->counts);
    run->value = cx_i_alloc_array(a, 2 * count, sizeof *run->value);
    fit->covariance = cx_i_driver_take(fit, count * count, sizeof *fit->covariance);
    if (run->state == NULL || run->product == NULL || run->counts == NULL || run->value == NULL ||
        fit->covariance == NULL)
        return cx_i_out_of_memory(err);
    run->mean = run->value + count;
    return driver_boot_copy(run, err);
}

static double driver_boot_freedom(const driver_boot_run *run) {
    const cx_design *design = run->rows->design;
    if (design == NULL) return run->fit->n - (double)run->fit->rank - 1;
    return fmax(1, (double)(cx_design_units(design) - cx_design_strata(design)));
}

static void driver_boot_free(driver_boot_run *run) {
    const cx_allocator *a = &run->fit->allocator;
    run->fit->df = driver_boot_freedom(run);
    cx_driver_fit_free(run->copy);
    cx_i_free(a, run->state);
    cx_i_free(a, run->product);
    cx_i_free(a, run->counts);
    cx_i_free(a, run->value);
    cx_i_free(a, run->multiplier);
    cx_i_free(a, run->weight);
}

cx_status cx_i_driver_bootstrap(cx_driver_fit *fit, cx_i_driver_rows *rows, cx_error *err) {
    driver_boot_run run = {.fit = fit, .rows = rows};
    cx_status status = driver_boot_open(&run, err);
    for (int64_t start = 0; status == CX_OK && start < rows->rows; start += CX_I_BLOCK) {
        int64_t left = rows->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        cx_i_driver_rows_read(rows, start, count);
        for (int64_t r = 0; r < count; r++) driver_boot_add_row(&run, start + r, r);
    }
    if (status == CX_OK) status = driver_boot_share(&run, err);
    driver_boot_free(&run);
    return status;
}

cx_status cx_i_driver_bootstrap_latent(cx_driver_fit *fit, const cx_i_driver_source *from,
                                       const cx_frame *x, const cx_array *weights,
                                       const cx_design *design, cx_error *err) {
    cx_i_driver_rows rows = {
        .fit = fit, .design = design, .weights = weights, .rows = x->columns[0].length};
    driver_boot_run run = {.fit = fit, .rows = &rows, .from = from, .x = x};
    run.weight = cx_i_alloc_array(&fit->allocator, rows.rows, sizeof *run.weight);
    cx_status status = run.weight == NULL ? cx_i_out_of_memory(err) : driver_boot_open(&run, err);
    if (status == CX_OK) status = driver_boot_share(&run, err);
    driver_boot_free(&run);
    return status;
}
