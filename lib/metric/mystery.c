#include "metric/mystery.h"

#include "metric/suppress.h"

#include <cxkit/special.h>

/* Mystery shopping: the score of visits, and the effect of the auditors. */

/* -- between and within auditors ----------------------------------------------------------- */

typedef struct mystery_group {
    int64_t n;
    cx_i_sum sum, square;
} mystery_group;

typedef struct mystery_sums {
    double between, within, squared_sizes, cluster; /* sums of squares; of n_a^2; of sums^2 */
} mystery_sums;

static mystery_sums mystery_sum_up(const mystery_group *groups, int64_t count, cx_i_twofold mean,
                                   int64_t *used) {
    mystery_sums sums = {0, 0, 0, 0};
    *used = 0;
    for (int64_t a = 0; a < count; a++) {
        double n = (double)groups[a].n;
        if (groups[a].n == 0) continue;
        cx_i_twofold expected = cx_i_tf_multiply(mean, cx_i_tf(n));
        double sum =
            cx_i_tf_double(cx_i_tf_subtract(cx_i_mystery_twofold(&groups[a].sum), expected));
        (*used)++;
        sums.between += sum * sum / n;
        sums.within += cx_i_mystery_squares(&groups[a].sum, &groups[a].square, groups[a].n);
        sums.squared_sizes += n * n;
        sums.cluster += sum * sum;
    }
    return sums;
}

/* Below rounding a sum of squares is nothing: scores of one auditor that are all alike. */
static void mystery_decompose(const mystery_sums *sums, cx_mystery_result *out) {
    double n = (double)out->visits, auditors = (double)out->auditors;
    double nothing = 1e-20 * n, within = sums->within > nothing ? sums->within : 0;
    out->df_between = auditors - 1;
    out->df_within = n - auditors;
    if (out->auditors < 2 || out->df_within < 1) return;
    double ms_between = (sums->between > nothing ? sums->between : 0) / out->df_between;
    double ms_within = within / out->df_within;
    double size = (n - sums->squared_sizes / n) / out->df_between;
    out->variance_within = ms_within;
    out->variance_between = fmax((ms_between - ms_within) / size, 0);
    double variance = out->variance_between + ms_within;
    if (!(variance > 0)) return; /* every score alike */
    out->icc = out->variance_between / variance;
    out->f = ms_within > 0 ? ms_between / ms_within : (double)INFINITY;
    out->p_value = ms_within > 0 ? cx_f_sf(out->f, out->df_between, out->df_within) : 0;
}

static void mystery_cluster(const mystery_sums *sums, cx_mystery_result *out) {
    double auditors = (double)out->auditors, n = (double)out->visits;
    cx_estimate *score = &out->score;
    if (out->auditors < 2) {
        score->flags |= CX_FLAG_UNIDENTIFIED;
        return;
    }
    if (score->flags & CX_FLAG_NO_VARIANCE) return;
    double se = sqrt(auditors / (auditors - 1) * sums->cluster) / n;
    if (!(se > 1e-12)) return; /* auditors with equal totals say nothing of their spread */
    score->se = se;
    score->df = auditors - 1;
    score->n_eff = fmin(n, n * out->se_visits * out->se_visits / (se * se));
    cx_i_t_interval(score);
    cx_i_estimate_clip(score, 0, 1);
}

static cx_i_twofold mystery_mean(const cx_i_visits *visits) {
    return cx_i_tf_divide(cx_i_mystery_twofold(&visits->sum), cx_i_tf((double)visits->n));
}

static cx_status mystery_auditors(const cx_i_visits *visits, cx_mystery_result *out,
                                  cx_error *err) {
    const cx_allocator *allocator = &visits->state->allocator;
    mystery_group *groups = cx_i_alloc_array(allocator, visits->auditors.count, sizeof *groups);
    if (groups == NULL) return cx_i_out_of_memory(err);
    for (int64_t c = 0; c < visits->state->made; c++) {
        const cx_i_mystery_cell *cell = visits->cell[c].cell;
        mystery_group *group = &groups[visits->cell[c].auditor];
        group->n += cell->n;
        (void)cx_i_sum_merge(&group->sum, &cell->sum);
        (void)cx_i_sum_merge(&group->square, &cell->square);
    }
    mystery_sums sums =
        mystery_sum_up(groups, visits->auditors.count, mystery_mean(visits), &out->auditors);
    cx_i_free(allocator, groups);
    mystery_decompose(&sums, out);
    mystery_cluster(&sums, out);
    return CX_OK;
}

/* -- the result ---------------------------------------------------------------------------- */

/* The number of outlets with a score, and whether one of them has two auditors. */
static cx_status mystery_shop_count(const cx_i_visits *visits, cx_mystery_result *out,
                                    cx_error *err) {
    const cx_allocator *allocator = &visits->state->allocator;
    int64_t *first = cx_i_alloc_array(allocator, visits->shops.count, sizeof *first);
    bool crossed = false;
    if (first == NULL) return cx_i_out_of_memory(err);
    for (int64_t c = 0; c < visits->state->made; c++) {
        if (visits->cell[c].cell->n == 0) continue;
        int64_t *cells = &first[visits->cell[c].shop];
        if ((*cells)++ == 0)
            out->shops++;
        else
            crossed = true; /* a cell of another auditor */
    }
    cx_i_free(allocator, first);
    out->confounded = visits->state->auditor_columns > 0 && out->shops > 1 && !crossed;
    return CX_OK;
}

static cx_status mystery_result(const cx_i_visits *visits, cx_mystery_result *out, cx_error *err) {
    const cx_mystery *state = visits->state;
    memset(out, 0, sizeof *out);
    out->se_visits = out->f = out->p_value = out->icc = NAN;
    out->variance_between = out->variance_within = out->df_between = out->df_within = NAN;
    if (visits->n == 0) return cx_i_fail(err, CX_E_EMPTY, "no visit has an item that applies");
    CX_TRY(cx_i_min_n_one(visits->n, visits->options.min_n, err));
    double squares = cx_i_mystery_squares(&visits->sum, &visits->square, visits->n);
    cx_i_visits_estimate(visits, visits->n, cx_i_tf_double(mystery_mean(visits)), squares,
                         &out->score);
    memcpy(out->score.excluded, visits->excluded, sizeof visits->excluded);
    out->se_visits = out->score.se;
    out->visits = visits->n;
    if (state->auditor_columns > 0) CX_TRY(mystery_auditors(visits, out, err));
    if (state->keys.column_count == state->auditor_columns) return CX_OK;
    return mystery_shop_count(visits, out, err);
}

cx_status cx_mystery_score(const cx_mystery *self, const cx_mystery_options *options,
                           cx_mystery_result *out, cx_error *err) {
    cx_i_visits visits;
    cx_mystery_result result;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_visits_open(self, options, &visits, err));
    cx_status status = mystery_result(&visits, &result, err);
    cx_i_visits_close(&visits);
    if (status == CX_OK) *out = result;
    return status;
}
