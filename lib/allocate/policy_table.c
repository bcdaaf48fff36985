#include "allocate/policy.h"

#include <stddef.h>

#include "base/keys.h"
#include "stat/keys_table.h"

/* -- columns in ---------------------------------------------------------------------------- */

#define TABLE_FIELD(name)                                                                          \
    { #name, offsetof(cx_points, name) }

static const struct {
    const char *name;
    size_t offset;
} table_fields[] = {TABLE_FIELD(weight),        TABLE_FIELD(s2),          TABLE_FIELD(known),
                    TABLE_FIELD(log_evidence),  TABLE_FIELD(lower),       TABLE_FIELD(upper),
                    TABLE_FIELD(traffic),       TABLE_FIELD(cost),        TABLE_FIELD(permanent),
                    TABLE_FIELD(response_rate), TABLE_FIELD(information), TABLE_FIELD(local),
                    TABLE_FIELD(likelihood),    TABLE_FIELD(age),         TABLE_FIELD(drift),
                    TABLE_FIELD(answered),      TABLE_FIELD(outstanding)};
enum { TABLE_FIELDS = sizeof table_fields / sizeof *table_fields };

static cx_status table_check(const cx_frame *frame, cx_error *err) {
    CX_TRY(cx_i_frame_check(frame, "points", CX_I_KEYS, err));
    if (frame->columns[0].length == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there is no point to plan for: the table has no rows");
    for (int f = 0; f < TABLE_FIELDS; f++) {
        const cx_array *column = cx_i_frame_find(frame, table_fields[f].name);
        if (column != NULL)
            CX_TRY(cx_i_array_check(column, table_fields[f].name, CX_I_NUMBERS, err));
    }
    return CX_OK;
}

static void table_read(const cx_frame *frame, double *room, cx_points *points) {
    int64_t count = frame->columns[0].length;
    memset(points, 0, sizeof *points);
    points->count = count;
    for (int f = 0; f < TABLE_FIELDS; f++) {
        const cx_array *column = cx_i_frame_find(frame, table_fields[f].name);
        if (column == NULL) continue;
        for (int64_t start = 0; start < count; start += CX_I_BLOCK)
            cx_i_array_read(column, start, count - start < CX_I_BLOCK ? count - start : CX_I_BLOCK,
                            room + start);
        memcpy((char *)points + table_fields[f].offset, &room, sizeof room);
        room += count;
    }
}

static int64_t table_wanted(const cx_frame *frame) {
    int64_t wanted = 0;
    for (int f = 0; f < TABLE_FIELDS; f++)
        wanted += cx_i_frame_find(frame, table_fields[f].name) != NULL;
    return wanted;
}

/* -- the table out ------------------------------------------------------------------------- */

static cx_status table_names(const cx_frame *frame, const cx_allocator *allocator, cx_table *table,
                             cx_error *err) {
    const cx_array *name = cx_i_frame_find(frame, "point");
    if (name == NULL) return CX_OK;
    cx_frame by = {name, 1, {0, 0}};
    cx_i_keys keys;
    cx_i_keys_init(&keys, allocator);
    int64_t *number = cx_i_alloc_room(allocator, name->length, sizeof *number);
    cx_status status = number == NULL ? cx_i_out_of_memory(err) : cx_i_keys_bind(&keys, &by, err);
    if (status == CX_OK) status = cx_i_keys_read(&keys, &by, 0, name->length, number, err);
    for (int64_t i = 0; status == CX_OK && i < name->length; i++)
        if (number[i] != i)
            status =
                cx_i_fail_at(err, CX_E_DOMAIN, name, i, NAN,
                             "this point stands in row %d already; give it one row", number[i]);
    if (status == CX_OK) status = cx_i_keys_to_rows(&keys, number, name->length, table, err);
    cx_i_free(allocator, number);
    cx_i_keys_free(&keys);
    return status;
}

static const char *table_reason(const cx_policy *policy, const cx_points *points, int64_t i) {
    const cx_i_plan *plan = &policy->plan;
    double n = plan->n[i];
    if (plan->upper[i] == 0) return policy->committed[i] > 0 ? "committed" : "none";
    if (policy->options.policy == CX_POLICY_EVIDENCE && policy->reward[i] > 0 &&
        n <= plan->lower[i])
        return "evidence";
    if (plan->lower[i] == plan->upper[i]) return "fixed";
    if (n <= plan->lower[i]) return n == 0 && policy->committed[i] > 0 ? "committed" : "floor";
    if (n >= plan->upper[i]) return cx_i_policy_is_open(points, i) ? "spread" : "capacity";
    switch (policy->options.policy) {
    case CX_POLICY_PROPORTIONAL:
    case CX_POLICY_UNIFORM:
        return "share";
    case CX_POLICY_INDEX:
        return "precision";
    default:
        break;
    }
    if (policy->share[i] > 0.5) return "evidence";
    return cx_i_plan_matters(plan, i) ? "precision" : "remainder";
}

typedef struct table_columns {
    double *n, *expected, *chance, *answers, *invitations, *lower, *upper, *committed, *precision,
        *evidence, *score;
} table_columns;

static cx_status table_room(cx_table *table, table_columns *c, cx_error *err) {
    CX_TRY(cx_i_table_f64(table, "n", &c->n, err));
    CX_TRY(cx_i_table_f64(table, "expected", &c->expected, err));
    CX_TRY(cx_i_table_f64(table, "chance", &c->chance, err));
    CX_TRY(cx_i_table_f64(table, "answers", &c->answers, err));
    CX_TRY(cx_i_table_f64(table, "invitations", &c->invitations, err));
    CX_TRY(cx_i_table_f64(table, "floor", &c->lower, err));
    CX_TRY(cx_i_table_f64(table, "capacity", &c->upper, err));
    CX_TRY(cx_i_table_f64(table, "committed", &c->committed, err));
    CX_TRY(cx_i_table_f64(table, "precision", &c->precision, err));
    CX_TRY(cx_i_table_f64(table, "evidence", &c->evidence, err));
    return cx_i_table_f64(table, "score", &c->score, err);
}

static void table_fill(const cx_policy *policy, const cx_points *points, table_columns *c,
                       const char **words) {
    const cx_i_plan *plan = &policy->plan;
    bool answers = policy->options.unit == CX_PLAN_ANSWERS;
    bool neither = policy->options.policy == CX_POLICY_PROPORTIONAL ||
                   policy->options.policy == CX_POLICY_UNIFORM;
    for (int64_t i = 0; i < policy->points; i++) {
        double base = answers ? policy->committed[i] : 0, more = policy->expected[i];
        double rate = cx_i_policy_rate(policy, points, i);
        c->n[i] = plan->n[i] + base;
        c->expected[i] = more + base;
        c->chance[i] = policy->exact || plan->n[i] == more ? (more + base > 0) : fmin(more, 1);
        c->answers[i] = plan->n[i] * policy->factor[i] + policy->committed[i];
        c->invitations[i] = answers ? plan->n[i] / rate : plan->n[i];
        c->lower[i] = plan->lower[i] + base;
        c->upper[i] = plan->upper[i] + base;
        c->committed[i] = policy->committed[i];
        c->evidence[i] = policy->share[i];
        c->precision[i] = neither || policy->precise[i] == 0 ? 0 : 1 - policy->share[i];
        c->score[i] = policy->score[i];
        words[i] = table_reason(policy, points, i);
    }
}

static cx_status table_figures(cx_policy *policy, cx_table *table, cx_error *err) {
    double high = NAN, low = NAN, best, variance = cx_i_policy_variance(policy, policy->plan.n);
    double used = 0;
    if (policy->exact) {
        policy->plan.integer = true;
        cx_i_plan_certify(&policy->plan, &high, &low);
        policy->plan.integer = false;
    }
    double gap = policy->exact ? policy->plan.gap : NAN;
    for (int64_t i = 0; i < policy->points; i++)
        used += cx_i_plan_cost(&policy->plan, i) * policy->plan.n[i];
    best = isnan(policy->best_variance) ? cx_i_policy_neyman(policy) : policy->best_variance;
    const struct {
        const char *name;
        double value;
    } figures[] = {{"variance", variance},
                   {"best_variance", best},
                   {"error", sqrt(variance / best) - 1},
                   {"gain_high", high},
                   {"gain_low", low},
                   {"gap", gap},
                   {"kappa", policy->kappa},
                   {"theta", policy->theta},
                   {"spread", policy->spread},
                   {"budget_used", used},
                   {"committed", policy->committed_sum},
                   {"floor_scale", policy->floor_scale},
                   {"points", (double)policy->points},
                   {"unmet", (double)policy->unmet},
                   {"unmeasured", (double)policy->unmeasured}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        CX_TRY(cx_i_table_figure(table, figures[i].name, figures[i].value, err));
    return CX_OK;
}

typedef struct table_job {
    const cx_frame *frame;
    double budget;
    uint64_t period;
    cx_policy *policy;
    double *room;
    const char **words;
    cx_table *table;
} table_job;

static cx_status table_build(table_job *job, cx_error *err) {
    const cx_allocator *allocator = &job->policy->allocator;
    int64_t rows = job->frame->columns[0].length;
    cx_points points;
    table_columns columns;
    int64_t wanted = table_wanted(job->frame);
    job->room =
        cx_i_alloc_room(allocator, rows, (size_t)(wanted > 0 ? wanted : 1) * sizeof(double));
    job->words = cx_i_alloc_room(allocator, rows, sizeof *job->words);
    if (job->room == NULL || job->words == NULL) return cx_i_out_of_memory(err);
    table_read(job->frame, job->room, &points);
    CX_TRY(cx_i_policy_load(job->policy, &points, job->budget, err));
    CX_TRY(cx_i_policy_decide(job->policy, &points, job->period, err));
    CX_TRY(cx_i_table_new(rows, allocator, &job->table, err));
    CX_TRY(table_names(job->frame, allocator, job->table, err));
    CX_TRY(table_room(job->table, &columns, err));
    table_fill(job->policy, &points, &columns, job->words);
    CX_TRY(cx_i_table_words(job->table, "reason", job->words, err));
    return table_figures(job->policy, job->table, err);
}

cx_status cx_plan_points(const cx_frame *points, double budget, uint64_t period,
                         const cx_policy_options *options, cx_table **out, cx_error *err) {
    table_job job = {points, budget, period, NULL, NULL, NULL, NULL};
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(table_check(points, err));
    CX_TRY(cx_policy_new(points->columns[0].length, options, &job.policy, err));
    cx_status status = table_build(&job, err);
    cx_i_free(&job.policy->allocator, job.room);
    cx_i_free(&job.policy->allocator, job.words);
    cx_policy_free(job.policy);
    if (status == CX_OK)
        *out = job.table;
    else
        cx_table_free(job.table);
    return status;
}
