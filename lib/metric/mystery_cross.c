#include "metric/mystery.h"

#include "stat/linalg.h"

/* Outlet and auditor as an additive model. Outlets are taken out first (each visit minus the mean
 * of its outlet), which leaves one equation for each auditor: with n_sa visits of auditor a to
 * outlet s, L = diag(n_a) - sum_s n_s p_s p_s', p_sa = n_sa / n_s. */

typedef struct cross_work {
    const cx_i_visits *visits;
    int64_t shops, auditors;
    int64_t *begin,
        *row;        /* visits with a score, by outlet: row[begin[s]] .. row[begin[s + 1] - 1] */
    int64_t *judged; /* visits of each auditor */
    int64_t *count, *met; /* of one outlet: visits by auditor, and the auditors it met */
    int64_t *root;        /* outlets and auditors that are connected have one */
    cx_i_twofold *factor, *side, *effect;
    bool *dropped;
} cross_work;

static bool cross_alloc(cross_work *work, cx_i_crossing *crossing) {
    const cx_allocator *own = &work->visits->allocator;
    int64_t s = work->shops, a = work->auditors;
    crossing->visits = cx_i_alloc_array(own, s, sizeof(int64_t));
    crossing->mean = cx_i_alloc_array(own, s, sizeof(double));
    crossing->adjusted = cx_i_alloc_array(own, s, sizeof(double));
    crossing->se = cx_i_alloc_array(own, s, sizeof(double));
    work->begin = cx_i_alloc_array(own, s + 1, sizeof(int64_t));
    work->row = cx_i_alloc_array(own, work->visits->rows, sizeof(int64_t));
    work->judged = cx_i_alloc_array(own, a, sizeof(int64_t));
    work->count = cx_i_alloc_array(own, a, sizeof(int64_t));
    work->met = cx_i_alloc_array(own, a, sizeof(int64_t));
    work->root = cx_i_alloc_array(own, s + a, sizeof(int64_t));
    work->factor = cx_i_alloc_array(own, cx_i_packed_size(a), sizeof(cx_i_twofold));
    work->side = cx_i_alloc_array(own, a, sizeof(cx_i_twofold));
    work->effect = cx_i_alloc_array(own, a, sizeof(cx_i_twofold));
    work->dropped = cx_i_alloc_array(own, a, sizeof(bool));
    return crossing->visits != NULL && crossing->mean != NULL && crossing->adjusted != NULL &&
           crossing->se != NULL && work->begin != NULL && work->row != NULL &&
           work->judged != NULL && work->count != NULL && work->met != NULL && work->root != NULL &&
           work->factor != NULL && work->side != NULL && work->effect != NULL &&
           work->dropped != NULL;
}

static void cross_free(cross_work *work) {
    const cx_allocator *own = &work->visits->allocator;
    void *const memory[] = {work->begin, work->row,    work->judged, work->count,  work->met,
                            work->root,  work->factor, work->side,   work->effect, work->dropped};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) cx_i_free(own, memory[i]);
}

void cx_i_crossing_close(const cx_i_visits *visits, cx_i_crossing *crossing) {
    cx_i_free(&visits->allocator, crossing->visits);
    cx_i_free(&visits->allocator, crossing->mean);
    cx_i_free(&visits->allocator, crossing->adjusted);
    cx_i_free(&visits->allocator, crossing->se);
}

/* -- visits by outlet ---------------------------------------------------------------------- */

static void cross_sort(cross_work *work, cx_i_crossing *crossing) {
    const cx_i_visits *visits = work->visits;
    for (int64_t r = 0; r < visits->rows; r++)
        if (visits->score[r] >= 0) crossing->visits[visits->of_shop[r]]++;
    for (int64_t s = 0; s < work->shops; s++)
        work->begin[s + 1] = work->begin[s] + crossing->visits[s];
    for (int64_t r = visits->rows; r-- > 0;)
        if (visits->score[r] >= 0) work->row[--work->begin[visits->of_shop[r] + 1]] = r;
    for (int64_t s = 0; s < work->shops; s++) /* each end went back to its beginning */
        work->begin[s] = work->begin[s + 1];
    work->begin[work->shops] = visits->n;
    for (int64_t s = 0; s < work->shops; s++) {
        double sum = 0;
        for (int64_t v = work->begin[s]; v < work->begin[s + 1]; v++)
            sum += visits->score[work->row[v]];
        crossing->mean[s] = sum / (double)crossing->visits[s];
    }
}

/* The auditors of one outlet: their number, count[] and met[] filled in. */
static int64_t cross_meet(cross_work *work, int64_t s) {
    int64_t met = 0;
    for (int64_t v = work->begin[s]; v < work->begin[s + 1]; v++) {
        int64_t auditor = work->visits->of_auditor[work->row[v]];
        if (work->count[auditor]++ == 0) work->met[met++] = auditor;
    }
    return met;
}

static void cross_part(cross_work *work, int64_t met) {
    for (int64_t i = 0; i < met; i++) work->count[work->met[i]] = 0;
}

/* -- who meets whom ------------------------------------------------------------------------ */

static int64_t cross_root(int64_t *root, int64_t node) {
    while (root[node] != node) node = root[node] = root[root[node]];
    return node;
}

static bool cross_connected(cross_work *work) {
    int64_t found = -1;
    for (int64_t node = 0; node < work->shops + work->auditors; node++) work->root[node] = node;
    for (int64_t v = 0; v < work->visits->n; v++) {
        int64_t row = work->row[v];
        int64_t shop = cross_root(work->root, work->visits->of_shop[row]);
        int64_t auditor = cross_root(work->root, work->shops + work->visits->of_auditor[row]);
        work->root[shop] = auditor;
    }
    for (int64_t v = 0; v < work->visits->n; v++) {
        int64_t root = cross_root(work->root, work->visits->of_shop[work->row[v]]);
        if (found >= 0 && root != found) return false;
        found = root;
    }
    return true;
}

/* -- least squares ------------------------------------------------------------------------- */

/* L and its right-hand side, scaled so that the diagonal is at most 1. */
static void cross_equations(cross_work *work, const cx_i_crossing *crossing) {
    const cx_i_visits *visits = work->visits;
    for (int64_t v = 0; v < visits->n; v++) {
        int64_t a = visits->of_auditor[work->row[v]];
        work->judged[a]++;
        work->side[a] =
            cx_i_tf_add(work->side[a], cx_i_tf_sum(visits->score[work->row[v]],
                                                   -crossing->mean[visits->of_shop[work->row[v]]]));
    }
    for (int64_t a = 0; a < work->auditors; a++)
        if (work->judged[a] > 0) work->factor[cx_i_packed(a, a)] = cx_i_tf(1);
    for (int64_t s = 0; s < work->shops; s++) {
        int64_t met = cross_meet(work, s);
        for (int64_t i = 0; i < met; i++)
            for (int64_t j = 0; j < met; j++) {
                int64_t a = work->met[i], b = work->met[j];
                if (a < b) continue;
                double product = (double)work->count[a] * (double)work->count[b];
                double scale = sqrt((double)work->judged[a] * (double)work->judged[b]);
                cx_i_twofold *cell = &work->factor[cx_i_packed(a, b)];
                *cell = cx_i_tf_subtract(*cell,
                                         cx_i_tf(product / ((double)crossing->visits[s] * scale)));
            }
        cross_part(work, met);
    }
    for (int64_t a = 0; a < work->auditors; a++)
        if (work->judged[a] > 0)
            work->side[a] = cx_i_tf_divide(work->side[a], cx_i_tf(sqrt((double)work->judged[a])));
}

static void cross_solve(cross_work *work) {
    cx_i_cholesky(work->factor, work->auditors, 1e-12, work->dropped);
    memcpy(work->effect, work->side, (size_t)work->auditors * sizeof *work->effect);
    cx_i_cholesky_forward(work->factor, work->auditors, work->effect);
    cx_i_cholesky_backward(work->factor, work->auditors, work->effect);
    for (int64_t a = 0; a < work->auditors; a++)
        work->effect[a] =
            work->judged[a] > 0
                ? cx_i_tf_divide(work->effect[a], cx_i_tf(sqrt((double)work->judged[a])))
                : cx_i_tf(0);
}

/* Mean effect of the auditors over visits begin .. end, in the order of the outlets. */
static double cross_mean_effect(const cross_work *work, int64_t begin, int64_t end) {
    double sum = 0;
    for (int64_t v = begin; v < end; v++)
        sum += work->effect[work->visits->of_auditor[work->row[v]]].hi;
    return sum / (double)(end - begin);
}

static double cross_residuals(const cross_work *work, const cx_i_crossing *crossing) {
    double squares = 0;
    for (int64_t s = 0; s < work->shops; s++) {
        double own = cross_mean_effect(work, work->begin[s], work->begin[s + 1]);
        for (int64_t v = work->begin[s]; v < work->begin[s + 1]; v++) {
            double effect = work->effect[work->visits->of_auditor[work->row[v]]].hi;
            double rest = work->visits->score[work->row[v]] - crossing->mean[s] - (effect - own);
            squares += rest * rest;
        }
    }
    return squares;
}

/* d' L^-1 d for d = p_s minus the share of each auditor in all visits */
static double cross_spread(cross_work *work, int64_t s, int64_t visits) {
    double spread = 0;
    int64_t met = cross_meet(work, s);
    for (int64_t a = 0; a < work->auditors; a++) {
        double d = (double)work->count[a] / (double)visits -
                   (double)work->judged[a] / (double)work->visits->n;
        work->side[a] = cx_i_tf(work->judged[a] > 0 ? d / sqrt((double)work->judged[a]) : 0.0);
    }
    cross_part(work, met);
    cx_i_cholesky_forward(work->factor, work->auditors, work->side);
    for (int64_t a = 0; a < work->auditors; a++) spread += work->side[a].hi * work->side[a].hi;
    return spread;
}

static void cross_adjust(cross_work *work, cx_i_crossing *crossing) {
    const cx_i_visits *visits = work->visits;
    int64_t shops = 0, auditors = 0;
    for (int64_t s = 0; s < work->shops; s++) shops += crossing->visits[s] > 0;
    for (int64_t a = 0; a < work->auditors; a++) auditors += work->judged[a] > 0;
    crossing->df = (double)(visits->n - shops - auditors + 1);
    double squares = cross_residuals(work, crossing);
    if (crossing->df >= 1) crossing->sd = sqrt(squares / crossing->df);
    double all = cross_mean_effect(work, 0, visits->n);
    for (int64_t s = 0; s < work->shops; s++) {
        int64_t n = crossing->visits[s];
        if (n == 0) continue;
        crossing->adjusted[s] =
            crossing->mean[s] - cross_mean_effect(work, work->begin[s], work->begin[s + 1]) + all;
        crossing->se[s] = crossing->sd * sqrt(1 / (double)n + cross_spread(work, s, n));
    }
}

cx_status cx_i_crossing_fit(const cx_i_visits *visits, cx_i_crossing *crossing, cx_error *err) {
    cross_work work = {
        .visits = visits, .shops = visits->shops.count, .auditors = visits->auditors.count};
    crossing->sd = crossing->df = NAN;
    if (work.auditors > CX_MYSTERY_AUDITORS)
        return cx_i_fail(err, CX_E_LIMIT,
                         "there are %d auditors; the effects of at most %d are "
                         "estimated together with the outlets'",
                         work.auditors, (int64_t)CX_MYSTERY_AUDITORS);
    cx_status status = cross_alloc(&work, crossing) ? CX_OK : cx_i_out_of_memory(err);
    if (status == CX_OK) {
        cross_sort(&work, crossing);
        crossing->identified = visits->auditor != NULL && cross_connected(&work);
        if (crossing->identified) {
            cross_equations(&work, crossing);
            cross_solve(&work);
            cross_adjust(&work, crossing);
        }
    }
    cross_free(&work);
    return status;
}
