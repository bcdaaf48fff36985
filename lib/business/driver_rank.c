#include "business/driver.h"

#include "stat/draws.h"
#include "stat/eigen.h"
#include "stat/resample.h"
#include "stat/table.h"

/* Draws from the joint normal distribution of the importances' errors. */
typedef struct rank_run {
    const cx_driver_fit *fit;
    int64_t p, draws;
    double *factor;  /* p x p: times independent normals */
    double *error;   /* draws x p */
    double *se;      /* p x p, of differences */
    double *largest; /* draws */
    double *room;    /* p */
    void *memory;
} rank_run;

static cx_status rank_open(rank_run *run, const cx_driver_fit *fit, cx_error *err) {
    int64_t p = fit->p, draws = fit->options.draws, cells;
    *run = (rank_run){.fit = fit, .p = p, .draws = draws};
    if (!cx_i_mul_i64(draws, p + 1, &cells)) return cx_i_out_of_memory(err);
    double *memory = cx_i_alloc_array(&fit->allocator, cells + 4 * p * p + 2 * p, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    run->memory = memory;
    run->error = memory;
    run->largest = memory + draws * p;
    run->factor = memory + cells;
    run->se = run->factor + p * p;
    run->room = run->se + p * p;
    double *a = run->room + 2 * p, *vectors = a + p * p, *values = run->room + p;
    for (int64_t i = 0; i < p; i++)
        memcpy(a + i * p, fit->covariance + i * (p + 1), (size_t)p * sizeof *a);
    cx_i_eigen(a, p, values, vectors);
    for (int64_t e = 0; e < p; e++)
        for (int64_t j = 0; j < p; j++)
            run->factor[e * p + j] = values[e] > 0 ? sqrt(values[e]) * vectors[e * p + j] : 0;
    return CX_OK;
}

static void rank_draw(rank_run *run) {
    int64_t p = run->p;
    for (int64_t d = 0; d < run->draws; d++) {
        double *error = run->error + d * p;
        for (int64_t e = 0; e < p; e++) {
            cx_i_draws draws =
                cx_i_draws_at(run->fit->options.seed, CX_I_PURPOSE_DRIVERS, (uint32_t)d, e);
            double normal = cx_i_draw_normal(&draws);
            for (int64_t j = 0; j < p; j++) error[j] += normal * run->factor[e * p + j];
        }
    }
}

static void rank_differences(rank_run *run) {
    int64_t p = run->p, side = p + 1;
    const double *c = run->fit->covariance;
    for (int64_t i = 0; i < p; i++)
        for (int64_t k = 0; k < p; k++) {
            double both = c[i * side + i] + c[k * side + k];
            double v = both - 2 * c[i * side + k];
            run->se[i * p + k] = v > 1e-12 * both ? sqrt(v) : 0;
        }
}

/* The quantile of the largest standardised error of its differences to all others. */
static double rank_critical(rank_run *run, int64_t j) {
    int64_t p = run->p;
    for (int64_t d = 0; d < run->draws; d++) {
        const double *error = run->error + d * p;
        run->largest[d] = 0;
        for (int64_t k = 0; k < p; k++) {
            double se = run->se[j * p + k];
            if (se > 0) run->largest[d] = fmax(run->largest[d], fabs(error[j] - error[k]) / se);
        }
    }
    cx_i_resample_sort(run->largest, run->draws);
    return cx_i_resample_quantile(run->largest, run->draws, run->fit->options.confidence);
}

/* As many are better as are surely better, as many worse as are surely worse. */
static void rank_interval(rank_run *run, int64_t j, const cx_i_driver_ranks *out) {
    const double *value = run->fit->importance;
    double critical = rank_critical(run, j);
    out->rank[j] = out->low[j] = 1;
    out->high[j] = run->p;
    for (int64_t k = 0; k < run->p; k++) {
        double se = run->se[j * run->p + k], difference = value[k] - value[j];
        if (difference > 0) out->rank[j]++;
        if (se > 0 && difference > critical * se) out->low[j]++;
        if (se > 0 && -difference > critical * se) out->high[j]--;
    }
}

static void rank_top(rank_run *run, double *top) {
    int64_t p = run->p;
    for (int64_t d = 0; d < run->draws; d++) {
        const double *error = run->error + d * p;
        for (int64_t j = 0; j < p; j++) run->room[j] = run->fit->importance[j] + error[j];
        for (int64_t j = 0; j < p; j++) {
            int64_t better = 0;
            for (int64_t k = 0; k < p; k++)
                better += run->room[k] > run->room[j] || (run->room[k] == run->room[j] && k < j);
            top[j * p + better]++;
        }
    }
    for (int64_t j = 0; j < p; j++)
        for (int64_t k = 1; k < p; k++) top[j * p + k] += top[j * p + k - 1];
    for (int64_t i = 0; i < p * p; i++) top[i] /= (double)run->draws;
}

cx_status cx_i_driver_rank(const cx_driver_fit *fit, const cx_i_driver_ranks *out, cx_error *err) {
    rank_run run;
    CX_TRY(rank_open(&run, fit, err));
    rank_draw(&run);
    rank_differences(&run);
    for (int64_t j = 0; j < fit->p; j++) rank_interval(&run, j, out);
    if (out->top != NULL) rank_top(&run, out->top);
    cx_i_free(&fit->allocator, run.memory);
    return CX_OK;
}

/* -- the table ----------------------------------------------------------------------------- */

enum { RANK_TOP = 28 };

static cx_status rank_columns(const cx_driver_fit *fit, const cx_i_driver_ranks *ranks,
                              cx_table *table, cx_error *err) {
    int64_t p = fit->p, *out;
    const int64_t *columns[] = {ranks->rank, ranks->low, ranks->high};
    static const char *const names[] = {"rank", "rank_low", "rank_high"};
    CX_TRY(cx_i_driver_text(table, "name", (const char *const *)fit->name + fit->adjust, p, err));
    CX_TRY(cx_i_driver_numbers(table, "importance", fit->importance, p, err));
    for (int c = 0; c < 3; c++) {
        CX_TRY(cx_i_table_i64(table, names[c], &out, err));
        memcpy(out, columns[c], (size_t)p * sizeof *out);
    }
    for (int64_t k = 0; k < p && k < RANK_TOP; k++) {
        char name[32];
        double *top;
        cx_i_text(name, sizeof name, "top_%d", k + 1);
        CX_TRY(cx_i_table_f64(table, name, &top, err));
        for (int64_t j = 0; j < p; j++) top[j] = ranks->top[j * p + k];
    }
    return CX_OK;
}

cx_status cx_driver_fit_ranks(const cx_driver_fit *fit, cx_table **out, cx_error *err) {
    if (fit == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", fit == NULL ? "fit" : "out");
    if (fit->covariance == NULL)
        return cx_i_fail(err, CX_E_OPTION, "the analysis was made without errors");
    int64_t p = fit->p;
    if (isnan(fit->covariance[0]))
        return cx_i_fail(err, CX_E_FEW, "%g rows leave no error of %d columns", fit->n, fit->all);
    cx_i_driver_ranks ranks;
    cx_table *table = NULL;
    int64_t *memory = cx_i_alloc_array(&fit->allocator, 3 * p + p * p, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    ranks.rank = memory, ranks.low = memory + p, ranks.high = memory + 2 * p;
    ranks.top = (double *)(memory + 3 * p);
    cx_status status = cx_i_driver_rank(fit, &ranks, err);
    if (status == CX_OK) status = cx_i_table_new(p, &fit->allocator, &table, err);
    if (status == CX_OK) status = rank_columns(fit, &ranks, table, err);
    cx_i_free(&fit->allocator, memory);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
