#include "allocate/domains.h"

#include "base/keys.h"
#include "stat/keys_table.h"

/* -- reading ------------------------------------------------------------------------------- */

enum {
    DOMAINS_A,
    DOMAINS_LOWER,
    DOMAINS_UPPER,
    DOMAINS_KNOWN,
    DOMAINS_SIZE,
    DOMAINS_TARGET,
    DOMAINS_COLUMNS
};

typedef struct domains_column {
    const cx_array *given;
    const char *role;
    double fallback, least, most;
    const char *rule;
} domains_column;

typedef struct domains_job {
    domains_column column[DOMAINS_COLUMNS];
    const cx_frame *by;
    double budget;
    cx_plan_options options;
    cx_allocator allocator;
    int64_t points;
    cx_i_keys keys;
    int64_t *number; /* domain of each row */
    int64_t *place;  /* where each row is among the sorted points */
    int64_t *first;  /* of each domain, and the end */
    double *sorted;  /* columns by domain: those given, then n and root */
    cx_i_plan_item *heap;
    const char **words;
    cx_i_domains all;
    cx_table *table;
} domains_job;

static double *domains_sorted(const domains_job *job, int c) {
    return job->sorted + c * job->points;
}

static cx_status domains_check(const domains_job *job, cx_error *err) {
    for (int c = 0; c < DOMAINS_COLUMNS; c++) {
        const domains_column *column = &job->column[c];
        if (column->given == NULL && c > 0) continue;
        CX_TRY(cx_i_array_check(column->given, column->role, CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(job->column[0].given, "a", column->given, column->role, err));
    }
    CX_TRY(cx_i_frame_check(job->by, "by", CX_I_KEYS, err));
    CX_TRY(cx_i_array_same_length(job->column[0].given, "a", &job->by->columns[0], "by", err));
    if (job->column[0].given->length == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there is no point to plan for: a has no elements");
    if (!(job->budget >= 0 && isfinite(job->budget)))
        return cx_i_fail(err, CX_E_DOMAIN, "the budget is %g; it must be finite and at least 0",
                         job->budget);
    if (job->options.integer && (job->budget != floor(job->budget) || job->budget > 0x1p53))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the budget of %g is not a whole number up to 2^53; plan with integer = 0",
                         job->budget);
    return CX_OK;
}

static cx_status domains_read(domains_job *job, int c, cx_error *err) {
    const domains_column *column = &job->column[c];
    double block[CX_I_BLOCK], *out = domains_sorted(job, c);
    for (int64_t start = 0; start < job->points; start += CX_I_BLOCK) {
        int64_t count = job->points - start < CX_I_BLOCK ? job->points - start : CX_I_BLOCK;
        if (column->given != NULL) cx_i_array_read(column->given, start, count, block);
        for (int64_t i = 0; i < count; i++) {
            double value = column->given == NULL ? column->fallback : block[i];
            if (!(value >= column->least && value <= column->most)) {
                cx_array named = cx_i_array_named(column->given, column->role);
                return cx_i_fail_at(err, CX_E_DOMAIN, &named, start + i, value,
                                    "%s is %s%g; it must be %s", column->role,
                                    isnan(value) ? "missing or " : "", value, column->rule);
            }
            out[job->place[start + i]] = value;
        }
    }
    return CX_OK;
}

/* Domains in order of appearance, their points in order of rows. */
static cx_status domains_group(domains_job *job, cx_error *err) {
    CX_TRY(cx_i_keys_bind(&job->keys, job->by, err));
    CX_TRY(cx_i_keys_read(&job->keys, job->by, 0, job->points, job->number, err));
    job->all.count = job->keys.count;
    job->first = cx_i_alloc_array(&job->allocator, job->all.count + 2, sizeof *job->first);
    job->all.domain = cx_i_alloc_array(&job->allocator, job->all.count, sizeof *job->all.domain);
    if (job->first == NULL || job->all.domain == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < job->points; i++) job->first[job->number[i] + 2]++;
    for (int64_t d = 0; d < job->all.count; d++) job->first[d + 2] += job->first[d + 1];
    for (int64_t i = 0; i < job->points; i++) job->place[i] = job->first[job->number[i] + 1]++;
    return CX_OK;
}

static cx_status domains_room(domains_job *job, cx_error *err) {
    const cx_allocator *allocator = &job->allocator;
    size_t columns = (DOMAINS_COLUMNS + 2) * sizeof(double);
    job->number = cx_i_alloc_room(allocator, job->points, sizeof *job->number);
    job->place = cx_i_alloc_room(allocator, job->points, sizeof *job->place);
    job->sorted = cx_i_alloc_room(allocator, job->points, columns);
    job->heap = cx_i_alloc_room(allocator, job->points, sizeof *job->heap);
    job->words = cx_i_alloc_room(allocator, job->points, sizeof *job->words);
    if (job->number == NULL || job->place == NULL || job->sorted == NULL || job->heap == NULL ||
        job->words == NULL)
        return cx_i_out_of_memory(err);
    return CX_OK;
}

/* -- the problem --------------------------------------------------------------------------- */

static cx_status domains_bound(domains_job *job, int64_t i, cx_error *err) {
    double *lower = &domains_sorted(job, DOMAINS_LOWER)[i];
    double *upper = &domains_sorted(job, DOMAINS_UPPER)[i], low = *lower, high = *upper;
    if (job->options.integer) *lower = ceil(low), *upper = floor(high);
    if (*lower <= *upper) return CX_OK;
    return cx_i_fail(err, low > high ? CX_E_DOMAIN : CX_E_INFEASIBLE,
                     "a lower bound of %g and an upper bound of %g leave no %snumber", low, high,
                     job->options.integer ? "whole " : "");
}

static cx_status domains_part(domains_job *job, int64_t d, cx_error *err) {
    cx_i_domain *domain = &job->all.domain[d];
    int64_t first = d == 0 ? 0 : job->first[d], end = job->first[d + 1];
    double **const columns[] = {&domain->part.a, &domain->part.lower, &domain->part.upper,
                                &domain->part.known};
    const double *size = domains_sorted(job, DOMAINS_SIZE) + first;
    const double *target = domains_sorted(job, DOMAINS_TARGET) + first;
    for (int c = 0; c < 4; c++) *columns[c] = domains_sorted(job, c) + first;
    domain->part.n = domains_sorted(job, DOMAINS_COLUMNS) + first;
    domain->part.root = domains_sorted(job, DOMAINS_COLUMNS + 1) + first;
    domain->part.points = end - first;
    domain->part.unit = true;
    domain->target = target[0];
    for (int64_t i = 0; i < end - first; i++) {
        if (target[i] != target[0])
            return cx_i_fail(err, CX_E_DOMAIN,
                             "one domain has the targets %g and %g; it has one target", target[0],
                             target[i]);
        CX_TRY(domains_bound(job, first + i, err));
        domain->base += domain->part.a[i] / size[i];
        domain->least += domain->part.lower[i];
        domain->most += domain->part.upper[i];
    }
    return CX_OK;
}

static cx_status domains_fit(const domains_job *job, cx_error *err) {
    double least = 0, most = 0;
    for (int64_t d = 0; d < job->all.count; d++) {
        least += job->all.domain[d].least;
        most += job->all.domain[d].most;
    }
    if (least <= job->budget && job->budget <= most) return CX_OK;
    bool floors = least > job->budget;
    return cx_i_fail(
        err, CX_E_INFEASIBLE, "the %s bounds add up to %g, %s than the budget of %g answers",
        floors ? "lower" : "upper", floors ? least : most, floors ? "more" : "less", job->budget);
}

/* -- the result ---------------------------------------------------------------------------- */

static const char *domains_reason(const cx_i_plan *part, int64_t i) {
    if (part->lower[i] == part->upper[i]) return "fixed";
    if (part->n[i] <= part->lower[i]) return "floor";
    if (part->n[i] >= part->upper[i]) return "capacity";
    return part->a[i] > 0 ? "precision" : "remainder";
}

static cx_status domains_figures(domains_job *job, double worst, double used, cx_error *err) {
    if (!isfinite(worst))
        return cx_i_fail(err, CX_E_UNINFORMED,
                         "the budget leaves a point of some domain without any information; raise "
                         "it, or upper bounds and known answers");
    CX_TRY(cx_i_table_figure(job->table, "ratio", worst, err));
    CX_TRY(cx_i_table_figure(job->table, "ratio_high", job->all.high, err));
    CX_TRY(cx_i_table_figure(job->table, "ratio_low", job->all.low, err));
    CX_TRY(cx_i_table_figure(job->table, "budget_used", used, err));
    CX_TRY(cx_i_table_figure(job->table, "domains", (double)job->all.count, err));
    return cx_i_table_figure(job->table, "points", (double)job->points, err);
}

static cx_status domains_table(domains_job *job, cx_error *err) {
    static const char *const names[] = {"n", "lower", "upper", "known", "a", "ratio"};
    static const int sources[] = {DOMAINS_COLUMNS, DOMAINS_LOWER, DOMAINS_UPPER, DOMAINS_KNOWN,
                                  DOMAINS_A};
    double *column[6], worst = -INFINITY, used = 0;
    CX_TRY(cx_i_table_new(job->points, &job->allocator, &job->table, err));
    CX_TRY(cx_i_keys_to_rows(&job->keys, job->number, job->points, job->table, err));
    for (int c = 0; c < 6; c++) CX_TRY(cx_i_table_f64(job->table, names[c], &column[c], err));
    for (int64_t i = 0; i < job->points; i++) {
        const cx_i_domain *domain = &job->all.domain[job->number[i]];
        int64_t at = job->place[i];
        for (int c = 0; c < 5; c++) column[c][i] = domains_sorted(job, sources[c])[at];
        column[5][i] = domain->ratio;
        job->words[i] = domains_reason(&domain->part, at - (domain->part.a - job->sorted));
        worst = fmax(worst, domain->ratio);
        used += column[0][i];
    }
    CX_TRY(cx_i_table_words(job->table, "reason", job->words, err));
    return domains_figures(job, worst, used, err);
}

static cx_status domains_run(domains_job *job, cx_error *err) {
    CX_TRY(domains_room(job, err));
    CX_TRY(domains_group(job, err));
    for (int c = 0; c < DOMAINS_COLUMNS; c++) CX_TRY(domains_read(job, c, err));
    for (int64_t d = 0; d < job->all.count; d++) CX_TRY(domains_part(job, d, err));
    CX_TRY(domains_fit(job, err));
    job->all.points = job->points;
    job->all.budget = job->budget;
    job->all.integer = job->options.integer != 0;
    cx_i_domains_solve(&job->all, job->heap);
    return domains_table(job, err);
}

static void domains_free(domains_job *job) {
    const cx_allocator *allocator = &job->allocator;
    cx_i_keys_free(&job->keys);
    cx_i_free(allocator, job->number);
    cx_i_free(allocator, job->place);
    cx_i_free(allocator, job->first);
    cx_i_free(allocator, job->sorted);
    cx_i_free(allocator, job->heap);
    cx_i_free(allocator, job->words);
    cx_i_free(allocator, job->all.domain);
}

cx_status cx_plan_domains(const cx_array *a, const cx_frame *by, double budget,
                          const cx_array *lower, const cx_array *upper, const cx_array *known,
                          const cx_array *population, const cx_array *target,
                          const cx_plan_options *options, cx_table **out, cx_error *err) {
    domains_job job = {
        .column = {{a, "a", 0, 0, 1e300, "between 0 and 1e300"},
                   {lower, "lower", 0, 0, 0x1p53, "between 0 and 2^53"},
                   {upper, "upper", INFINITY, 0, INFINITY, "at least 0"},
                   {known, "known", 0, 0, 0x1p53, "between 0 and 2^53"},
                   {population, "population", INFINITY, 1e-300, INFINITY, "positive"},
                   {target, "target", 1, 1e-150, 1e150, "positive, between 1e-150 and 1e150"}},
        .by = by,
        .budget = budget};
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_plan_options(options, &job.options, err));
    if (job.options.soft)
        return cx_i_fail(err, CX_E_OPTION, "soft is 1; plans for domains have hard bounds only");
    CX_TRY(domains_check(&job, err));
    job.allocator = cx_i_allocator(job.options.allocator);
    job.points = a->length;
    cx_i_keys_init(&job.keys, &job.allocator);
    cx_status status = domains_run(&job, err);
    domains_free(&job);
    if (status == CX_OK)
        *out = job.table;
    else
        cx_table_free(job.table);
    return status;
}
