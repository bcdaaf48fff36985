#include "metric/mystery.h"

#include "stat/linalg.h"

/* Outlet and auditor as an additive model. Outlets are taken out first (each visit minus the mean
 * of its outlet), which leaves one equation for each auditor: with n_sa visits of auditor a to
 * outlet s, L = diag(n_a) - sum_s n_s p_s p_s', p_sa = n_sa / n_s. */

typedef struct cross_work {
    const cx_i_visits *visits;
    int64_t shops, auditors;
    int64_t *begin,
        *cell;       /* cells with a score, by outlet: cell[begin[s]] .. cell[begin[s + 1] - 1] */
    int64_t *judged; /* visits of each auditor */
    int64_t *count, *met; /* of one outlet: visits by auditor, and the auditors it met */
    int64_t *root;        /* outlets and auditors that are connected have one */
    cx_i_twofold *factor, *side, *effect;
    cx_i_sum *sum, *square; /* by outlet */
    bool *dropped;
} cross_work;

static bool cross_alloc(cross_work *work, cx_i_crossing *crossing) {
    const cx_allocator *own = &work->visits->state->allocator;
    int64_t s = work->shops, a = work->auditors;
    crossing->visits = cx_i_alloc_array(own, s, sizeof(int64_t));
    crossing->mean = cx_i_alloc_array(own, s, sizeof(double));
    crossing->squares = cx_i_alloc_array(own, s, sizeof(double));
    crossing->adjusted = cx_i_alloc_array(own, s, sizeof(double));
    crossing->se = cx_i_alloc_array(own, s, sizeof(double));
    work->begin = cx_i_alloc_array(own, s + 1, sizeof(int64_t));
    work->cell = cx_i_alloc_array(own, work->visits->state->made, sizeof(int64_t));
    work->judged = cx_i_alloc_array(own, a, sizeof(int64_t));
    work->count = cx_i_alloc_array(own, a, sizeof(int64_t));
    work->met = cx_i_alloc_array(own, a, sizeof(int64_t));
    work->root = cx_i_alloc_array(own, s + a, sizeof(int64_t));
    work->factor = cx_i_alloc_array(own, cx_i_packed_size(a), sizeof(cx_i_twofold));
    work->side = cx_i_alloc_array(own, a, sizeof(cx_i_twofold));
    work->effect = cx_i_alloc_array(own, a, sizeof(cx_i_twofold));
    work->sum = cx_i_alloc_array(own, s, sizeof(cx_i_sum));
    work->square = cx_i_alloc_array(own, s, sizeof(cx_i_sum));
    work->dropped = cx_i_alloc_array(own, a, sizeof(bool));
    return crossing->visits && crossing->mean && crossing->squares && crossing->adjusted &&
           crossing->se && work->begin && work->cell && work->judged && work->count && work->met &&
           work->root && work->factor && work->side && work->effect && work->sum && work->square &&
           work->dropped;
}

static void cross_free(cross_work *work) {
    const cx_allocator *own = &work->visits->state->allocator;
    void *const memory[] = {work->begin,  work->cell, work->judged, work->count,
                            work->met,    work->root, work->factor, work->side,
                            work->effect, work->sum,  work->square, work->dropped};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) cx_i_free(own, memory[i]);
}

void cx_i_crossing_close(const cx_i_visits *visits, cx_i_crossing *crossing) {
    const cx_allocator *own = &visits->state->allocator;
    cx_i_free(own, crossing->visits);
    cx_i_free(own, crossing->mean);
    cx_i_free(own, crossing->squares);
    cx_i_free(own, crossing->adjusted);
    cx_i_free(own, crossing->se);
}

/* -- visits by outlet ---------------------------------------------------------------------- */

static const cx_i_crossed_cell *cross_cell(const cross_work *work, int64_t v) {
    return &work->visits->cell[work->cell[v]];
}

static double cross_mean(const cx_i_mystery_cell *cell) {
    return cx_i_sum_value(&cell->sum) / (double)cell->n;
}

static void cross_sort(cross_work *work, cx_i_crossing *crossing) {
    const cx_i_crossed_cell *cell = work->visits->cell;
    int64_t cells = work->visits->state->made, scored = 0;
    for (int64_t c = 0; c < cells; c++) {
        if (cell[c].cell->n == 0) continue;
        scored++;
        int64_t s = cell[c].shop;
        crossing->visits[s] += cell[c].cell->n;
        (void)cx_i_sum_merge(&work->sum[s], &cell[c].cell->sum);
        (void)cx_i_sum_merge(&work->square[s], &cell[c].cell->square);
        work->begin[s + 1]++;
    }
    for (int64_t s = 0; s < work->shops; s++) work->begin[s + 1] += work->begin[s];
    for (int64_t c = cells; c-- > 0;)
        if (cell[c].cell->n > 0) work->cell[--work->begin[cell[c].shop + 1]] = c;
    for (int64_t s = 0; s < work->shops; s++) /* each end went back to its beginning */
        work->begin[s] = work->begin[s + 1];
    work->begin[work->shops] = scored;
    for (int64_t s = 0; s < work->shops; s++) {
        crossing->mean[s] = cx_i_sum_value(&work->sum[s]) / (double)crossing->visits[s];
        crossing->squares[s] =
            cx_i_mystery_squares(&work->sum[s], &work->square[s], crossing->visits[s]);
    }
}

/* The auditors of one outlet: their number, count[] and met[] filled in. */
static int64_t cross_meet(cross_work *work, int64_t s) {
    int64_t met = 0;
    for (int64_t v = work->begin[s]; v < work->begin[s + 1]; v++) {
        const cx_i_crossed_cell *cell = cross_cell(work, v);
        if (work->count[cell->auditor] == 0) work->met[met++] = cell->auditor;
        work->count[cell->auditor] += cell->cell->n;
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
    int64_t cells = work->begin[work->shops];
    for (int64_t v = 0; v < cells; v++) {
        int64_t shop = cross_root(work->root, cross_cell(work, v)->shop);
        int64_t auditor = cross_root(work->root, work->shops + cross_cell(work, v)->auditor);
        work->root[shop] = auditor;
    }
    for (int64_t v = 0; v < cells; v++) {
        int64_t root = cross_root(work->root, cross_cell(work, v)->shop);
        if (found >= 0 && root != found) return false;
        found = root;
    }
    return true;
}

/* -- least squares ------------------------------------------------------------------------- */

/* L and its right-hand side, scaled so that the diagonal is at most 1. */
static void cross_equations(cross_work *work, const cx_i_crossing *crossing) {
    for (int64_t v = 0; v < work->begin[work->shops]; v++) {
        const cx_i_crossed_cell *cell = cross_cell(work, v);
        cx_i_twofold expected = cx_i_tf_product((double)cell->cell->n, crossing->mean[cell->shop]);
        work->judged[cell->auditor] += cell->cell->n;
        work->side[cell->auditor] =
            cx_i_tf_add(work->side[cell->auditor],
                        cx_i_tf_subtract(cx_i_mystery_twofold(&cell->cell->sum), expected));
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

/* Mean effect of the auditors over the visits of cells begin .. end, in the order of the outlets.
 */
static double cross_mean_effect(const cross_work *work, int64_t begin, int64_t end) {
    double sum = 0, n = 0;
    for (int64_t v = begin; v < end; v++) {
        const cx_i_crossed_cell *cell = cross_cell(work, v);
        sum += (double)cell->cell->n * work->effect[cell->auditor].hi;
        n += (double)cell->cell->n;
    }
    return sum / n;
}

static double cross_residuals(const cross_work *work, const cx_i_crossing *crossing) {
    double squares = 0;
    for (int64_t s = 0; s < work->shops; s++) {
        double own = cross_mean_effect(work, work->begin[s], work->begin[s + 1]);
        for (int64_t v = work->begin[s]; v < work->begin[s + 1]; v++) {
            const cx_i_crossed_cell *crossed = cross_cell(work, v);
            const cx_i_mystery_cell *cell = crossed->cell;
            double effect = work->effect[crossed->auditor].hi - own;
            double rest = cross_mean(cell) - crossing->mean[s] - effect;
            squares += cx_i_mystery_squares(&cell->sum, &cell->square, cell->n) +
                       (double)cell->n * rest * rest;
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
    double all = cross_mean_effect(work, 0, work->begin[work->shops]);
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
        crossing->identified = visits->state->auditor_columns > 0 && cross_connected(&work);
        if (crossing->identified) {
            cross_equations(&work, crossing);
            cross_solve(&work);
            cross_adjust(&work, crossing);
        }
    }
    cross_free(&work);
    return status;
}
