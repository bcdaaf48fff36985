#include "survey/strata.h"

#include "stat/estimate.h"

/* The estimate of one domain. An answer's influence on it is e = (y - v x) / X, v being the value
 * and X what it was divided by (v = 0, X = 1 for totals); z = w e. Sums of z and of z^2 are linear
 * in the sums of a cell; with a calibration w becomes g w and e what the regression leaves of it,
 * e - b, and both g and b are the same for all rows of a cell. */

typedef struct strata_call {
    cx_i_strata_view *view;
    int64_t domain;
    cx_i_survey_facts facts;
    double divisor; /* X */
    double value;   /* v */
    cx_survey_estimate out;
} strata_call;

static const cx_i_wide_sum *strata_sums(const strata_call *call, int64_t i) {
    const cx_strata *self = call->view->state;
    return cx_i_strata_at(self, self->order[i]);
}

static cx_i_twofold strata_times(double factor, const cx_i_wide_sum *sum) {
    return cx_i_tf_multiply(cx_i_tf(factor), cx_i_strata_value(sum));
}

/* g: what calibration made of the start weights of a cell. */
static double strata_factor(const cx_i_strata_view *v, int64_t i) {
    if (v->calibrated == NULL) return 1;
    const cx_weights *w = v->calibrated->calibration;
    double start = cx_i_weights_start(w, v->row[i]);
    return start > 0 ? w->weight[v->row[i]] / start : 0;
}

/* -- the value ----------------------------------------------------------------------------- */

static void strata_add_up(strata_call *call) {
    const cx_i_strata_view *v = call->view;
    cx_i_twofold w = {0, 0}, wy = w, ww = w, last = w;
    cx_estimate *e = &call->out.estimate;
    for (int64_t at = v->first[call->domain]; at < v->first[call->domain + 1]; at++) {
        int64_t i = v->member[at];
        const cx_i_strata_cell *cell = &v->state->cell[v->state->order[i]];
        const cx_i_wide_sum *sum = strata_sums(call, i);
        double g = strata_factor(v, i);
        e->n += cell->n;
        for (int r = 0; r < CX_I_STRATA_REASONS; r++)
            e->excluded[cx_i_strata_reasons[r]] += cell->excluded[r];
        w = cx_i_tf_add(w, strata_times(g, &sum[CX_I_SUM_W]));
        wy = cx_i_tf_add(wy, strata_times(g, &sum[CX_I_SUM_WY]));
        ww = cx_i_tf_add(ww, cx_i_tf_multiply(cx_i_tf(g), strata_times(g, &sum[CX_I_SUM_WW])));
        last = cx_i_tf_add(last, strata_times(g, &sum[CX_I_SUM_WYY]));
    }
    cx_i_survey_facts *f = &call->facts;
    f->sums = (cx_i_survey_sums){cx_i_tf_double(w), cx_i_tf_double(wy), 0};
    f->square = cx_i_tf_double(ww);
    f->spread = (double)NAN;
    if (f->figure == CX_SURVEY_RATIO) {
        f->sums.x = cx_i_tf_double(last);
        return;
    }
    double n = (double)e->n;
    f->both = cx_i_tf_double(last) / f->sums.w; /* y is -1, 0 or 1 where it is asked for */
    cx_i_twofold mean = cx_i_tf_divide(wy, w);
    cx_i_twofold around = cx_i_tf_subtract(last, cx_i_tf_multiply(mean, wy));
    if (e->n > 1) f->spread = fmax(cx_i_tf_double(around), 0) / f->sums.w * n / (n - 1);
}

/* -- influence ----------------------------------------------------------------------------- */

/* sum w e of the rows of a cell that are used */
static cx_i_twofold strata_linear(const strata_call *call, const cx_i_wide_sum *sum) {
    cx_i_twofold y = cx_i_strata_value(&sum[CX_I_SUM_WY]);
    bool ratio = call->facts.figure == CX_SURVEY_RATIO;
    if (call->value != 0)
        y = cx_i_tf_subtract(y, strata_times(call->value, &sum[ratio ? CX_I_SUM_WX : CX_I_SUM_W]));
    return cx_i_tf_divide(y, cx_i_tf(call->divisor));
}

/* sum w^2 e^2 */
static cx_i_twofold strata_square(const strata_call *call, const cx_i_wide_sum *sum) {
    bool ratio = call->facts.figure == CX_SURVEY_RATIO;
    cx_i_twofold divisor = cx_i_tf_product(call->divisor, call->divisor);
    cx_i_twofold yy = cx_i_strata_value(&sum[CX_I_SUM_WWYY]);
    if (call->value != 0) {
        cx_i_twofold xx = strata_times(call->value, &sum[ratio ? CX_I_SUM_WWXX : CX_I_SUM_WW]);
        cx_i_twofold xy = strata_times(2, &sum[CX_I_SUM_WWXY]);
        cx_i_twofold more = cx_i_tf_multiply(cx_i_tf(call->value), cx_i_tf_subtract(xx, xy));
        yy = cx_i_tf_add(yy, more);
    }
    return cx_i_tf_divide(yy, divisor);
}

/* sum w^2 e */
static cx_i_twofold strata_cross(const strata_call *call, const cx_i_wide_sum *sum) {
    bool ratio = call->facts.figure == CX_SURVEY_RATIO;
    cx_i_twofold y = cx_i_strata_value(&sum[ratio ? CX_I_SUM_WWY : CX_I_SUM_WWXY]);
    if (call->value != 0)
        y = cx_i_tf_subtract(y,
                             strata_times(call->value, &sum[ratio ? CX_I_SUM_WWX : CX_I_SUM_WW]));
    return cx_i_tf_divide(y, cx_i_tf(call->divisor));
}

static cx_i_twofold strata_whole(const cx_i_wide_sum *used, const cx_i_wide_sum *out) {
    return cx_i_tf_add(cx_i_strata_value(used), cx_i_strata_value(out));
}

/* sum z of a cell, and without clusters sum z^2 */
static void strata_influence(const strata_call *call, int64_t i, cx_i_twofold *sum,
                             cx_i_twofold *square) {
    const cx_i_strata_view *v = call->view;
    const cx_i_wide_sum *s = strata_sums(call, i);
    bool within = v->domain[i] == call->domain, rows = square != NULL;
    *sum = within ? strata_linear(call, s) : cx_i_tf(0);
    if (rows) *square = within ? strata_square(call, s) : cx_i_tf(0);
    if (v->calibrated == NULL) return;
    const cx_weights *w = v->calibrated->calibration;
    int64_t row = v->row[i];
    double g = strata_factor(v, i);
    double b = v->fit[w->constraints.cell != NULL ? w->constraints.cell[row] : row];
    cx_i_twofold left = strata_whole(&s[CX_I_SUM_W], &s[CX_I_SUM_OUT]);
    *sum = cx_i_tf_subtract(*sum, cx_i_tf_multiply(cx_i_tf(b), left));
    *sum = cx_i_tf_multiply(cx_i_tf(g), *sum);
    if (!rows) return;
    left = cx_i_tf_multiply(cx_i_tf(b), strata_whole(&s[CX_I_SUM_WW], &s[CX_I_SUM_OUT2]));
    if (within) left = cx_i_tf_subtract(left, cx_i_tf_multiply(cx_i_tf(2), strata_cross(call, s)));
    *square = cx_i_tf_add(*square, cx_i_tf_multiply(cx_i_tf(b), left));
    *square = cx_i_tf_multiply(cx_i_tf_product(g, g), *square);
}

/* What the calibration's regression says of e, by cell of the calibration. */
static cx_status strata_fit(const strata_call *call, cx_error *err) {
    const cx_i_strata_view *v = call->view;
    if (v->calibrated == NULL) return CX_OK;
    const cx_i_constraints *c = &v->calibrated->calibration->constraints;
    memset(v->fit, 0, (size_t)c->cells * sizeof *v->fit);
    for (int64_t at = v->first[call->domain]; at < v->first[call->domain + 1]; at++) {
        int64_t i = v->member[at], row = v->row[i];
        v->fit[c->cell != NULL ? c->cell[row] : row] +=
            cx_i_tf_double(strata_linear(call, strata_sums(call, i)));
    }
    return cx_i_design_fit(v->calibrated, v->fit, err);
}

/* -- variance ------------------------------------------------------------------------------ */

/* The cells that matter: those of the domain, with a calibration all. In key order. */
static int64_t strata_cell_count(const strata_call *call) {
    const cx_i_strata_view *v = call->view;
    if (v->calibrated != NULL) return v->cells;
    return v->first[call->domain + 1] - v->first[call->domain];
}

static int64_t strata_cell(const strata_call *call, int64_t at) {
    const cx_i_strata_view *v = call->view;
    return v->calibrated != NULL ? at : v->member[v->first[call->domain] + at];
}

/* Cells at .. that are of one cluster: its total. Returns where the next begins. */
static int64_t strata_cluster(const strata_call *call, int64_t at, double *total) {
    const cx_i_strata_view *v = call->view;
    int64_t count = strata_cell_count(call), unit = v->unit[strata_cell(call, at)];
    cx_i_twofold sum = {0, 0}, part;
    for (; at < count && v->unit[strata_cell(call, at)] == unit; at++) {
        strata_influence(call, strata_cell(call, at), &part, NULL);
        sum = cx_i_tf_add(sum, part);
    }
    *total = cx_i_tf_double(sum);
    return at;
}

/* Clusters: their totals' distances from the mean of the stratum, where those without a row of the
 * domain have a total of 0. `sum` and `square` hold how many are left of those. */
static void strata_clusters(strata_call *call) {
    cx_i_strata_view *v = call->view;
    int64_t count = strata_cell_count(call);
    double total;
    for (int64_t h = 0; h < v->stage.strata; h++) v->square[h].hi = (double)v->stage.sampled[h];
    for (int64_t at = 0; at < count;) {
        int64_t h = v->stratum[strata_cell(call, at)];
        at = strata_cluster(call, at, &total);
        v->sum[h] = cx_i_tf_add(v->sum[h], cx_i_tf(total));
    }
    for (int64_t at = 0; at < count;) {
        int64_t h = v->stratum[strata_cell(call, at)];
        at = strata_cluster(call, at, &total);
        double distance = total - cx_i_tf_double(v->sum[h]) / (double)v->stage.sampled[h];
        v->variance.square[h] += distance * distance;
        v->square[h].hi -= 1;
    }
    for (int64_t h = 0; h < v->stage.strata; h++) {
        double mean = cx_i_tf_double(v->sum[h]) / (double)v->stage.sampled[h];
        v->variance.square[h] += v->square[h].hi * mean * mean;
    }
}

static void strata_rows(strata_call *call) {
    cx_i_strata_view *v = call->view;
    int64_t count = strata_cell_count(call);
    for (int64_t at = 0; at < count; at++) {
        int64_t i = strata_cell(call, at), h = v->stratum[i];
        cx_i_twofold sum, square;
        strata_influence(call, i, &sum, &square);
        v->sum[h] = cx_i_tf_add(v->sum[h], sum);
        v->square[h] = cx_i_tf_add(v->square[h], square);
    }
    for (int64_t h = 0; h < v->stage.strata; h++) {
        cx_i_twofold n = cx_i_tf((double)v->stage.sampled[h]);
        cx_i_twofold mean = cx_i_tf_divide(cx_i_tf_multiply(v->sum[h], v->sum[h]), n);
        double square = cx_i_tf_double(cx_i_tf_subtract(v->square[h], mean));
        v->variance.square[h] = fmax(square, 0);
    }
}

static cx_status strata_variance(strata_call *call, cx_error *err) {
    cx_i_strata_view *v = call->view;
    CX_TRY(strata_fit(call, err));
    cx_i_twofold grand = {0, 0};
    for (int64_t h = 0; h < v->stage.strata; h++) {
        v->sum[h] = v->square[h] = cx_i_tf(0);
        v->variance.square[h] = 0;
    }
    if (v->state->form & CX_I_STRATA_CLUSTERS)
        strata_clusters(call);
    else
        strata_rows(call);
    for (int64_t h = 0; h < v->stage.strata; h++) {
        v->variance.sum[h] = cx_i_tf_double(v->sum[h]);
        grand = cx_i_tf_add(grand, v->sum[h]);
    }
    v->variance.grand = cx_i_tf_double(grand) / (double)v->stage.units;
    return cx_i_variance_sum(&v->design, &v->stage, &v->variance, &call->facts.variance, err);
}

/* Units and strata of the domain with a row that is used. */
static void strata_count(strata_call *call) {
    const cx_i_strata_view *v = call->view;
    bool clusters = (v->state->form & CX_I_STRATA_CLUSTERS) != 0;
    int64_t unit = -1, stratum = -1;
    for (int64_t at = v->first[call->domain]; at < v->first[call->domain + 1]; at++) {
        int64_t i = v->member[at], n = v->state->cell[v->state->order[i]].n;
        if (n == 0) continue;
        call->out.units += clusters ? v->unit[i] != unit : n;
        call->out.strata += v->stratum[i] != stratum;
        unit = v->unit[i];
        stratum = v->stratum[i];
    }
}

/* -- degrees of freedom: cx_i_survey_freedom from sums ------------------------------------- */

typedef struct strata_unit {
    int64_t stratum, count; /* units: 1, or the rows of a cell */
    double z, e, squares;   /* weight, squared weights; without clusters sum w^4 */
} strata_unit;

/* The next unit of the domain, or all rows of a cell; returns where the one after begins. */
static int64_t strata_unit_at(const strata_call *call, int64_t at, strata_unit *out) {
    const cx_i_strata_view *v = call->view;
    bool clusters = (v->state->form & CX_I_STRATA_CLUSTERS) != 0;
    int64_t end = v->first[call->domain + 1], first = v->member[at];
    *out = (strata_unit){v->stratum[first], 1, 0, 0, 0};
    do {
        int64_t i = v->member[at++];
        const cx_i_wide_sum *sum = strata_sums(call, i);
        double g = strata_factor(v, i);
        out->z += g * cx_i_tf_double(cx_i_strata_value(&sum[CX_I_SUM_W]));
        out->e += g * g * cx_i_tf_double(cx_i_strata_value(&sum[CX_I_SUM_WW]));
        if (clusters) continue;
        out->count = v->state->cell[v->state->order[i]].n;
        out->squares = g * g * g * g * cx_i_tf_double(cx_i_strata_value(&sum[CX_I_SUM_W4]));
    } while (clusters && at < end && v->unit[v->member[at]] == v->unit[first]);
    return at;
}

static double strata_correlation(const strata_call *call, double deff) {
    const cx_i_strata_view *v = call->view;
    strata_unit unit;
    double within = 0, between = 0;
    if (!(v->state->form & CX_I_STRATA_CLUSTERS)) return 0;
    for (int64_t at = v->first[call->domain]; at < v->first[call->domain + 1];) {
        at = strata_unit_at(call, at, &unit);
        within += unit.e;
        between += unit.z * unit.z;
    }
    double icc = between > within ? (deff - 1) * within / (between - within) : 0;
    return fmin(fmax(icc, 0), 1);
}

static void strata_freedom_add(double k, double sum, double squares, double *sums, double *spread) {
    if (!(k > 1)) return;
    *sums += sum;
    *spread += k * k / ((k - 1) * (k - 1)) * (squares * (1 - 2 / k) + sum * sum / (k * k));
}

static double strata_freedom(const strata_call *call, double deff) {
    const cx_i_strata_view *v = call->view;
    bool clusters = (v->state->form & CX_I_STRATA_CLUSTERS) != 0;
    double icc = strata_correlation(call, deff), k = 0, sum = 0, squares = 0;
    double sums = 0, spread = 0;
    int64_t stratum = -1;
    for (int64_t at = v->first[call->domain]; at < v->first[call->domain + 1];) {
        strata_unit unit;
        at = strata_unit_at(call, at, &unit);
        if (unit.stratum != stratum) {
            strata_freedom_add(k, sum, squares, &sums, &spread);
            k = sum = squares = 0;
            stratum = unit.stratum;
        }
        if (unit.e == 0) continue;
        double expected = (1 - icc) * unit.e + icc * unit.z * unit.z;
        k += (double)unit.count;
        sum += clusters ? expected : unit.e;
        squares += clusters ? expected * expected : unit.squares;
    }
    strata_freedom_add(k, sum, squares, &sums, &spread);
    return spread > 0 ? sums * sums / spread : 0;
}

/* -- the call ------------------------------------------------------------------------------ */

cx_status cx_i_strata_domain(cx_i_strata_view *view, int64_t domain, cx_survey_estimate *out,
                             cx_error *err) {
    strata_call call;
    memset(&call, 0, sizeof call);
    call.view = view;
    call.domain = domain;
    call.facts.options = &view->options;
    call.facts.figure = view->figure;
    call.facts.rows = view->state->rows;
    call.facts.weighted =
        (view->state->form & CX_I_STRATA_WEIGHTED) != 0 || view->calibrated != NULL;
    cx_i_survey_begin(view->figure, &view->options, &call.out);
    strata_add_up(&call);
    cx_status status = cx_i_survey_value_of(&call.facts, &call.out, err);
    if (status != CX_OK) {
        *out = call.out;
        return status;
    }
    bool total = view->figure == CX_SURVEY_TOTAL, ratio = view->figure == CX_SURVEY_RATIO;
    call.value = total ? 0 : call.out.estimate.value;
    call.divisor = total ? 1 : ratio ? call.facts.sums.x : call.facts.sums.w;
    strata_count(&call);
    CX_TRY(strata_variance(&call, err));
    if (view->figure == CX_SURVEY_NPS)
        call.facts.freedom = strata_freedom(&call, cx_i_survey_net_effect(&call.facts, &call.out));
    cx_i_survey_finish(&call.facts, &call.out);
    *out = call.out;
    return CX_OK;
}

cx_status cx_strata_estimate(const cx_strata *self, int32_t figure, int32_t lonely,
                             const cx_weights *calibration, const cx_survey_options *options,
                             cx_survey_estimate *out, cx_error *err) {
    cx_i_strata_view view;
    cx_survey_estimate estimate;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_strata_view_open(self, figure, lonely, calibration, options, &view, err));
    cx_status status = cx_i_strata_view_split(&view, NULL, 0, err);
    if (status == CX_OK) status = cx_i_strata_domain(&view, 0, &estimate, err);
    int64_t least = view.options.min_n;
    cx_i_strata_view_free(&view);
    CX_TRY(status);
    if (estimate.estimate.n < least)
        return cx_i_fail(err, CX_E_SUPPRESSED, "there are fewer than %d answers", least);
    *out = estimate;
    return CX_OK;
}
