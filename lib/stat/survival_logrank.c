#include "stat/survival.h"

#include <cxkit/special.h>

#include "stat/linalg.h"

/* The log-rank test of k groups: at each time with events, the events a group would have had if
 * they fell on those at risk by lot; multivariate hypergeometric variance. */

/* A direction of the groups with less than this share of its variance left repeats the others. */
#define LOGRANK_TOLERANCE 1e-10

typedef struct logrank_group {
    cx_i_survival_walk walk;
    bool more;               /* the walk stands on a row that is not yet used */
    int64_t at_risk, events; /* at the time in hand */
} logrank_group;

typedef struct logrank_work {
    logrank_group *groups;
    int64_t count;
    double *variance; /* packed */
    double *observed, *expected;
    cx_i_twofold *matrix, *distance;
    bool *dropped;
} logrank_work;

/* -- sums over the times ------------------------------------------------------------------- */

/* Takes the rows at the smallest time in hand; false when there are none left. */
static bool logrank_next(logrank_work *work, int64_t *at_risk, int64_t *events) {
    double time = INFINITY;
    for (int64_t i = 0; i < work->count; i++)
        if (work->groups[i].more) time = fmin(time, work->groups[i].walk.time);
    *at_risk = *events = 0;
    for (int64_t i = 0; i < work->count; i++) {
        logrank_group *group = &work->groups[i];
        bool here = group->more && group->walk.time == time;
        group->at_risk = group->more ? group->walk.at_risk : group->walk.left;
        group->events = here ? group->walk.events : 0;
        if (here) group->more = cx_i_survival_next(&group->walk);
        *at_risk += group->at_risk;
        *events += group->events;
    }
    return time < INFINITY;
}

static void logrank_add(logrank_work *work, double at_risk, double events) {
    double spread = at_risk > 1 ? events * (at_risk - events) / (at_risk - 1) : 0;
    for (int64_t i = 0; i < work->count; i++) {
        double share = (double)work->groups[i].at_risk / at_risk;
        work->observed[i] += (double)work->groups[i].events;
        work->expected[i] += events * share;
        if (share == 0 || spread == 0) continue;
        for (int64_t j = 0; j < i; j++)
            work->variance[cx_i_packed(i, j)] -=
                spread * share * ((double)work->groups[j].at_risk / at_risk);
        work->variance[cx_i_packed(i, i)] += spread * share * (1 - share);
    }
}

static void logrank_sum(logrank_work *work) {
    int64_t at_risk, events;
    while (logrank_next(work, &at_risk, &events))
        if (events > 0) logrank_add(work, (double)at_risk, (double)events);
}

/* -- the statistic ------------------------------------------------------------------------- */

/* Scales to a unit diagonal and leaves out the group with the largest variance, which the others
 * determine, and those without any. Returns the number of rows. */
static int64_t logrank_scale(logrank_work *work) {
    int64_t reference = 0, rows = 0;
    const double *variance = work->variance;
    for (int64_t i = 1; i < work->count; i++)
        if (variance[cx_i_packed(i, i)] > variance[cx_i_packed(reference, reference)])
            reference = i;
    for (int64_t i = 0; i < work->count; i++) {
        double own = variance[cx_i_packed(i, i)];
        int64_t column = 0;
        if (i == reference || !(own > 0)) continue;
        for (int64_t j = 0; j <= i; j++) {
            double other = variance[cx_i_packed(j, j)];
            if (j == reference || !(other > 0)) continue;
            work->matrix[cx_i_packed(rows, column++)] =
                cx_i_tf(i == j ? 1 : variance[cx_i_packed(i, j)] / sqrt(own * other));
        }
        work->distance[rows++] = cx_i_tf((work->observed[i] - work->expected[i]) / sqrt(own));
    }
    return rows;
}

static cx_status logrank_finish(logrank_work *work, cx_i_logrank *out, cx_error *err) {
    double chi2 = 0;
    int64_t rows = logrank_scale(work);
    int64_t rank = cx_i_cholesky(work->matrix, rows, LOGRANK_TOLERANCE, work->dropped);
    if (rank == 0)
        return cx_i_fail(err, CX_E_FEW,
                         "fewer than two groups are followed when an event happens: there is "
                         "nothing to compare");
    cx_i_cholesky_forward(work->matrix, rows, work->distance);
    for (int64_t i = 0; i < rows; i++)
        chi2 += cx_i_tf_double(work->distance[i]) * cx_i_tf_double(work->distance[i]);
    *out = (cx_i_logrank){chi2, (double)rank, cx_chisq_sf(chi2, (double)rank)};
    return CX_OK;
}

/* -- memory -------------------------------------------------------------------------------- */

static bool logrank_alloc(logrank_work *work, const cx_allocator *allocator) {
    int64_t pairs;
    if (!cx_i_mul_i64(work->count, work->count + 1, &pairs)) return false;
    work->groups = cx_i_alloc_array(allocator, work->count, sizeof *work->groups);
    work->variance = cx_i_alloc_array(allocator, pairs / 2, sizeof *work->variance);
    work->matrix = cx_i_alloc_array(allocator, pairs / 2, sizeof *work->matrix);
    work->distance = cx_i_alloc_array(allocator, work->count, sizeof *work->distance);
    work->dropped = cx_i_alloc_array(allocator, work->count, sizeof *work->dropped);
    return work->groups != NULL && work->variance != NULL && work->matrix != NULL &&
           work->distance != NULL && work->dropped != NULL;
}

cx_status cx_i_survival_logrank(const cx_i_survival *const *tables, int64_t count,
                                cx_i_unknown_end unknown, const cx_allocator *allocator,
                                double *observed, double *expected, cx_i_logrank *out,
                                cx_error *err) {
    logrank_work work = {.count = count, .observed = observed, .expected = expected};
    cx_status status = CX_OK;
    if (count < 2)
        return cx_i_fail(err, CX_E_FEW, "there are %d groups; a log-rank test compares two", count);
    if (!logrank_alloc(&work, allocator)) status = cx_i_out_of_memory(err);
    for (int64_t i = 0; i < count && status == CX_OK; i++) {
        work.groups[i].walk = cx_i_survival_begin(tables[i], unknown);
        work.groups[i].more = cx_i_survival_next(&work.groups[i].walk);
        observed[i] = expected[i] = 0;
    }
    if (status == CX_OK) {
        logrank_sum(&work);
        status = logrank_finish(&work, out, err);
    }
    cx_i_free(allocator, work.groups);
    cx_i_free(allocator, work.variance);
    cx_i_free(allocator, work.matrix);
    cx_i_free(allocator, work.distance);
    cx_i_free(allocator, work.dropped);
    return status;
}
