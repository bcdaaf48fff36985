#include <cxkit/multiplicity.h>
#include <cxkit/special.h>

#include "base/array.h"
#include "stat/draws.h"
#include "stat/estimate.h"
#include "stat/linalg.h"
#include "stat/resample.h"

void cx_simultaneous_options_init(cx_simultaneous_options *options) {
    if (options == NULL) return;
    *options = (cx_simultaneous_options){.struct_size = sizeof *options,
                                         .draws = 100000,
                                         .confidence = CX_I_DEFAULT_CONFIDENCE,
                                         .seed = 1};
}

static cx_status simultaneous_options(const cx_simultaneous_options *given,
                                      cx_simultaneous_options *used, cx_error *err) {
    cx_simultaneous_options_init(used);
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_simultaneous_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    if (used->draws < 1000 || used->draws > 10000000)
        return cx_i_fail(err, CX_E_OPTION, "draws is %d: 1000 to 10000000", (int64_t)used->draws);
    return CX_OK;
}

typedef struct simultaneous_work {
    const cx_frame *influence;
    const cx_simultaneous_options *options;
    cx_allocator allocator;
    int64_t k, draws, rank;
    double *value, *se;   /* k */
    double *product;      /* packed: covariance, then correlation */
    cx_i_twofold *factor; /* packed */
    double *block, *z, *largest;
    bool *dropped;
    double critical;
} simultaneous_work;

static cx_status simultaneous_read(simultaneous_work *w, int64_t start, int64_t count,
                                   cx_error *err) {
    for (int64_t j = 0; j < w->k; j++) {
        double *x = w->block + j * CX_I_BLOCK;
        cx_i_array_read(&w->influence->columns[j], start, count, x);
        for (int64_t i = 0; i < count; i++) {
            if (isinf(x[i]))
                return cx_i_fail_at(err, CX_E_DOMAIN, &w->influence->columns[j], start + i, x[i],
                                    "the influence is infinite");
            if (isnan(x[i])) x[i] = 0;
        }
    }
    return CX_OK;
}

static cx_status simultaneous_covariance(simultaneous_work *w, cx_error *err) {
    int64_t rows = w->influence->columns[0].length;
    for (int64_t start = 0; start < rows; start += CX_I_BLOCK) {
        int64_t left = rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        CX_TRY(simultaneous_read(w, start, count, err));
        for (int64_t i = 0; i < w->k; i++)
            for (int64_t j = 0; j <= i; j++) {
                const double *x = w->block + i * CX_I_BLOCK, *y = w->block + j * CX_I_BLOCK;
                double sum = 0;
                for (int64_t r = 0; r < count; r++) sum += x[r] * y[r];
                w->product[cx_i_packed(i, j)] += sum;
            }
    }
    for (int64_t i = 0; i < w->k; i++) {
        w->se[i] = sqrt(w->product[cx_i_packed(i, i)]);
        if (!(w->se[i] > 0))
            return cx_i_fail(err, CX_E_CONSTANT, "the influences of %s are all 0",
                             cx_i_array_name(&w->influence->columns[i], "an estimate"));
    }
    for (int64_t i = 0; i < w->k; i++)
        for (int64_t j = 0; j <= i; j++) {
            double r = w->product[cx_i_packed(i, j)] / w->se[i] / w->se[j];
            w->product[cx_i_packed(i, j)] = i == j ? 1 : fmin(fmax(r, -1), 1);
            w->factor[cx_i_packed(i, j)] = cx_i_tf(w->product[cx_i_packed(i, j)]);
        }
    w->rank = cx_i_cholesky(w->factor, w->k, 1e-12, w->dropped);
    return CX_OK;
}

/* The chance that the largest of one or two |z| is beyond c. */
static double simultaneous_tail(const simultaneous_work *w, double c) {
    double one = 2 * cx_normal_sf(c);
    if (w->k == 1) return one;
    double rho = w->product[cx_i_packed(1, 0)];
    double both = 2 * (cx_bvn_cdf(-c, -c, rho) + cx_bvn_cdf(-c, -c, -rho));
    return fmin(2 * one - both, 1);
}

static void simultaneous_draw(simultaneous_work *w) {
    for (int64_t d = 0; d < w->draws; d++) {
        cx_i_draws draws =
            cx_i_draws_at(w->options->seed, CX_I_PURPOSE_SIMULTANEOUS, (uint32_t)d, 0);
        double largest = 0;
        for (int64_t j = 0; j < w->k; j++) w->z[j] = cx_i_draw_normal(&draws);
        for (int64_t i = 0; i < w->k; i++) {
            const cx_i_twofold *row = w->factor + cx_i_packed(i, 0);
            double sum = 0;
            for (int64_t j = 0; j <= i; j++) sum += row[j].hi * w->z[j];
            largest = fmax(largest, fabs(sum));
        }
        w->largest[d] = largest;
    }
    cx_i_resample_sort(w->largest, w->draws);
}

/* The rows of dropped columns of the factor: what the kept ones say of them. */
static void simultaneous_restore(simultaneous_work *w) {
    for (int64_t i = 0; i < w->k; i++) {
        if (!w->dropped[i]) continue;
        cx_i_twofold *row = w->factor + cx_i_packed(i, 0);
        for (int64_t j = 0; j < i; j++) {
            const cx_i_twofold *other = w->factor + cx_i_packed(j, 0);
            double rest = w->product[cx_i_packed(i, j)];
            for (int64_t m = 0; m < j; m++) rest -= row[m].hi * other[m].hi;
            row[j] = cx_i_tf(w->dropped[j] ? 0 : rest / other[j].hi);
        }
    }
}

static void simultaneous_solve(simultaneous_work *w) {
    double alpha = 1 - w->options->confidence;
    if (w->k > 2) {
        simultaneous_restore(w);
        simultaneous_draw(w);
        int64_t at = (int64_t)ceil((double)w->draws * w->options->confidence);
        w->critical = w->largest[at < w->draws ? at : w->draws - 1];
        return;
    }
    double low = 0, high = 40; /* rising confidence: the tail falls */
    for (int step = 0; step < 200 && high - low > 1e-14; step++) {
        double middle = (low + high) / 2;
        if (simultaneous_tail(w, middle) > alpha)
            low = middle;
        else
            high = middle;
    }
    w->critical = (low + high) / 2;
}

static double simultaneous_adjusted(const simultaneous_work *w, double t) {
    if (w->k <= 2) return simultaneous_tail(w, fabs(t));
    int64_t low = 0, high = w->draws; /* the first draw that is at least |t| */
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (w->largest[middle] < fabs(t))
            low = middle + 1;
        else
            high = middle;
    }
    double single = 2 * cx_normal_sf(fabs(t)); /* no chance of several is less than that of one */
    return fmax(single, (double)(w->draws - low) / (double)w->draws);
}

/* -- the table ----------------------------------------------------------------------------- */

static cx_status simultaneous_names(const simultaneous_work *w, cx_table *table, cx_error *err) {
    char *text;
    int32_t *ends;
    int64_t bytes = 0;
    for (int64_t j = 0; j < w->k; j++)
        bytes += (int64_t)strlen(cx_i_array_name(&w->influence->columns[j], ""));
    CX_TRY(cx_i_table_string(table, "name", bytes, &text, &ends, err));
    for (int64_t j = 0; j < w->k; j++) {
        const char *name = cx_i_array_name(&w->influence->columns[j], "");
        size_t length = strlen(name);
        memcpy(text + ends[j], name, length);
        ends[j + 1] = ends[j] + (int32_t)length;
    }
    return CX_OK;
}

static cx_status simultaneous_fill(const simultaneous_work *w, cx_table *table, cx_error *err) {
    static const char *const names[] = {"estimate", "se",     "statistic", "p_value",
                                        "adjusted", "ci_low", "ci_high"};
    CX_TRY(simultaneous_names(w, table, err));
    for (int c = 0; c < 7; c++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, names[c], &column, err));
        for (int64_t j = 0; j < w->k; j++) {
            double value = w->value[j], se = w->se[j], t = value / se;
            const double figures[] = {value,
                                      se,
                                      t,
                                      2 * cx_normal_sf(fabs(t)),
                                      simultaneous_adjusted(w, t),
                                      value - w->critical * se,
                                      value + w->critical * se};
            column[j] = figures[c];
        }
    }
    CX_TRY(cx_i_table_figure(table, "critical", w->critical, err));
    CX_TRY(cx_i_table_figure(table, "estimates", (double)w->k, err));
    CX_TRY(cx_i_table_figure(table, "rank", (double)w->rank, err));
    CX_TRY(cx_i_table_figure(table, "confidence", w->options->confidence, err));
    return cx_i_table_figure(table, "draws", w->k > 2 ? (double)w->draws : 0, err);
}

/* -- the call ------------------------------------------------------------------------------ */

static cx_status simultaneous_allocate(simultaneous_work *w, cx_error *err) {
    const cx_allocator *a = &w->allocator;
    int64_t packed = cx_i_packed_size(w->k);
    w->draws = w->k > 2 ? w->options->draws : 0;
    w->value = cx_i_alloc_array(a, w->k, sizeof *w->value);
    w->se = cx_i_alloc_array(a, w->k, sizeof *w->se);
    w->product = cx_i_alloc_array(a, packed, sizeof *w->product);
    w->factor = cx_i_alloc_array(a, packed, sizeof *w->factor);
    w->block = cx_i_alloc_array(a, w->k * CX_I_BLOCK, sizeof *w->block);
    w->z = cx_i_alloc_array(a, w->k, sizeof *w->z);
    w->largest = cx_i_alloc_array(a, w->draws, sizeof *w->largest);
    w->dropped = cx_i_alloc_array(a, w->k, sizeof *w->dropped);
    bool made = w->value != NULL && w->se != NULL && w->product != NULL && w->factor != NULL;
    made = made && w->block != NULL && w->z != NULL && w->largest != NULL && w->dropped != NULL;
    return made ? CX_OK : cx_i_out_of_memory(err);
}

static void simultaneous_release(simultaneous_work *w) {
    const cx_allocator *a = &w->allocator;
    cx_i_free(a, w->value);
    cx_i_free(a, w->se);
    cx_i_free(a, w->product);
    cx_i_free(a, w->factor);
    cx_i_free(a, w->block);
    cx_i_free(a, w->z);
    cx_i_free(a, w->largest);
    cx_i_free(a, w->dropped);
}

static cx_status simultaneous_check(const cx_array *estimates, const cx_frame *influence,
                                    cx_error *err) {
    CX_TRY(cx_i_array_check(estimates, "estimates", CX_I_NUMBERS, err));
    CX_TRY(cx_i_frame_check(influence, "influence", CX_I_NUMBERS, err));
    if (influence->count == 0) return cx_i_fail(err, CX_E_EMPTY, "influence has no column");
    if (influence->columns[0].length == 0)
        return cx_i_fail(err, CX_E_EMPTY, "influence has no row");
    if (influence->count > 1000)
        return cx_i_fail(err, CX_E_LIMIT, "%d estimates are more than the 1000 allowed",
                         influence->count);
    if (estimates->length != influence->count)
        return cx_i_fail(err, CX_E_LENGTH,
                         "there are %d estimates and %d columns of influence: one for each",
                         estimates->length, influence->count);
    return CX_OK;
}

static cx_status simultaneous_run(simultaneous_work *w, const cx_array *estimates, cx_table **out,
                                  cx_error *err) {
    cx_table *table;
    CX_TRY(simultaneous_allocate(w, err));
    for (int64_t j = 0; j < w->k; j++) {
        cx_i_array_read(estimates, j, 1, &w->value[j]);
        if (!isfinite(w->value[j]))
            return cx_i_fail_at(err, CX_E_DOMAIN, estimates, j, w->value[j],
                                "the estimate is missing or infinite");
    }
    CX_TRY(simultaneous_covariance(w, err));
    simultaneous_solve(w);
    CX_TRY(cx_i_table_new(w->k, &w->allocator, &table, err));
    cx_status status = simultaneous_fill(w, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_simultaneous(const cx_array *estimates, const cx_frame *influence,
                          const cx_simultaneous_options *options, cx_table **out, cx_error *err) {
    cx_simultaneous_options used;
    if (estimates == NULL || influence == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         estimates == NULL   ? "estimates"
                         : influence == NULL ? "influence"
                                             : "out");
    CX_TRY(simultaneous_options(options, &used, err));
    CX_TRY(simultaneous_check(estimates, influence, err));
    simultaneous_work w = {.influence = influence,
                           .options = &used,
                           .allocator = cx_i_allocator(used.allocator),
                           .k = influence->count};
    cx_status status = simultaneous_run(&w, estimates, out, err);
    simultaneous_release(&w);
    return status;
}
