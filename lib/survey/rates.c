#include "survey/rates.h"

#include "stat/estimate.h"
#include "stat/interval.h"

enum { RATES = 16 };

static const char *const rates_names[RATES] = {
    "rr1",   "rr2",   "rr3",  "rr4",  "rr5",  "rr6",  "coop1", "coop2",
    "coop3", "coop4", "ref1", "ref2", "ref3", "con1", "con2",  "con3",
};

void cx_rates_options_init(cx_rates_options *options) {
    if (options == NULL) return;
    *options = (cx_rates_options){.struct_size = sizeof *options,
                                  .method = CX_METHOD_WILSON,
                                  .e = (double)NAN,
                                  .confidence = CX_I_DEFAULT_CONFIDENCE};
}

cx_status cx_i_rates_options(const cx_rates_options *given, cx_rates_options *used, cx_error *err) {
    static const cx_method methods[] = {CX_METHOD_WILSON, CX_METHOD_JEFFREYS,
                                        CX_METHOD_CLOPPER_PEARSON, CX_METHOD_AGRESTI_COULL,
                                        CX_METHOD_WALD};
    cx_rates_options_init(used);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_rates_options", err));
    CX_TRY(cx_i_check_confidence(used->confidence, err));
    CX_TRY(cx_i_check_method(used->method, methods, 5, err));
    if (!isnan(used->e) && !(used->e >= 0 && used->e <= 1))
        return cx_i_fail(err, CX_E_OPTION,
                         "e is %g: a share of the unknown, between 0 and 1, or NaN to estimate it",
                         used->e);
    return CX_OK;
}

/* -- counts -------------------------------------------------------------------------------- */

static cx_status rates_check_counts(const cx_dispositions *n, bool *whole, cx_error *err) {
    const double counts[] = {n->complete,      n->partial,    n->refusal,
                             n->noncontact,    n->other,      n->unknown_household,
                             n->unknown_other, n->ineligible, n->not_sampled};
    *whole = true;
    for (int32_t i = 0; i < CX_DISPOSITION_END; i++) {
        if (!(counts[i] >= 0) || !isfinite(counts[i]))
            return cx_i_fail(err, CX_E_DOMAIN, "%s is %g: a count or a sum of weights, 0 or more",
                             cx_disposition_name(i), counts[i]);
        if (counts[i] != floor(counts[i])) *whole = false;
    }
    return CX_OK;
}

typedef struct rates_share {
    double numerator, denominator;
} rates_share;

/* In the order of the names; returns e. */
static double rates_shares(const cx_dispositions *n, double e, rates_share *share) {
    double answered = n->complete + n->partial, refusal = n->refusal, other = n->other;
    double known = answered + refusal + n->noncontact + other;
    double unknown = n->unknown_household + n->unknown_other;
    if (isnan(e)) e = known / (known + n->ineligible); /* NaN without any known one */
    double all = known + unknown, eligible = unknown > 0 ? known + e * unknown : known;
    double contacted = answered + refusal + other, spoken = answered + refusal;
    const rates_share shares[RATES] = {
        {n->complete, all},    {answered, all},    {n->complete, eligible},  {answered, eligible},
        {n->complete, known},  {answered, known},  {n->complete, contacted}, {answered, contacted},
        {n->complete, spoken}, {answered, spoken}, {refusal, all},           {refusal, eligible},
        {refusal, known},      {contacted, all},   {contacted, eligible},    {contacted, known},
    };
    memcpy(share, shares, sizeof shares);
    return e;
}

static double rates_of(rates_share share) {
    return share.denominator > 0 ? share.numerator / share.denominator : (double)NAN;
}

/* Those asked, of all that were to be asked; the first rate is of all asked that may belong. */
static rates_share rates_coverage(const cx_dispositions *n, const rates_share *share) {
    double asked = share[0].denominator + n->ineligible;
    return (rates_share){asked, asked + n->not_sampled};
}

/* -- the calls ----------------------------------------------------------------------------- */

cx_status cx_response_rates(const cx_dispositions *counts, const cx_rates_options *options,
                            cx_rates *out, cx_error *err) {
    cx_rates_options used;
    rates_share share[RATES];
    bool whole;
    if (counts == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", counts == NULL ? "counts" : "out");
    CX_TRY(cx_i_rates_options(options, &used, err));
    CX_TRY(rates_check_counts(counts, &whole, err));
    double e = rates_shares(counts, used.e, share), rate[RATES];
    for (int i = 0; i < RATES; i++) rate[i] = rates_of(share[i]);
    *out = (cx_rates){
        .rr1 = rate[0],
        .rr2 = rate[1],
        .rr3 = rate[2],
        .rr4 = rate[3],
        .rr5 = rate[4],
        .rr6 = rate[5],
        .coop1 = rate[6],
        .coop2 = rate[7],
        .coop3 = rate[8],
        .coop4 = rate[9],
        .ref1 = rate[10],
        .ref2 = rate[11],
        .ref3 = rate[12],
        .con1 = rate[13],
        .con2 = rate[14],
        .con3 = rate[15],
        .e = e,
        .coverage = rates_of(rates_coverage(counts, share)),
    };
    return CX_OK;
}

static cx_status rates_add_columns(cx_table *table, const rates_share *share, bool whole,
                                   const cx_rates_options *options, cx_error *err) {
    static const char *const columns[] = {"value", "ci_low", "ci_high"};
    cx_i_interval limits[RATES];
    for (int i = 0; i < RATES; i++) {
        limits[i] = (cx_i_interval){(double)NAN, (double)NAN};
        if (whole && share[i].denominator > 0)
            limits[i] = cx_i_share_interval((cx_method)options->method, share[i].numerator,
                                            share[i].denominator, options->confidence);
    }
    for (int column = 0; column < 3; column++) {
        double *figure;
        CX_TRY(cx_i_table_f64(table, columns[column], &figure, err));
        for (int i = 0; i < RATES; i++) {
            figure[i] = column == 0   ? rates_of(share[i])
                        : column == 1 ? fmax(limits[i].low, 0)
                                      : fmin(limits[i].high, 1);
            bool none = column == 0 ? !(share[i].denominator > 0) : isnan(limits[i].low);
            if (none) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

static cx_status rates_fill_table(cx_table *table, const rates_share *share, bool whole,
                                  const cx_rates_options *options, cx_error *err) {
    double *numerator, *denominator;
    CX_TRY(cx_i_table_words(table, "rate", rates_names, err));
    CX_TRY(rates_add_columns(table, share, whole, options, err));
    CX_TRY(cx_i_table_f64(table, "numerator", &numerator, err));
    CX_TRY(cx_i_table_f64(table, "denominator", &denominator, err));
    for (int i = 0; i < RATES; i++) {
        numerator[i] = share[i].numerator;
        denominator[i] = share[i].denominator;
        if (isnan(denominator[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

cx_status cx_response_rates_table(const cx_dispositions *counts, const cx_rates_options *options,
                                  cx_table **out, cx_error *err) {
    cx_rates_options used;
    rates_share share[RATES];
    cx_table *table;
    bool whole;
    if (counts == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", counts == NULL ? "counts" : "out");
    CX_TRY(cx_i_rates_options(options, &used, err));
    CX_TRY(rates_check_counts(counts, &whole, err));
    rates_shares(counts, used.e, share);
    CX_TRY(cx_i_table_new(RATES, used.allocator, &table, err));
    cx_status status = rates_fill_table(table, share, whole, &used, err);
    if (status != CX_OK) {
        cx_table_free(table);
        return status;
    }
    *out = table;
    return CX_OK;
}

/* -- one row for each key ------------------------------------------------------------------ */

cx_status cx_i_rates_to_table(const cx_dispositions *counts, int64_t rows,
                              const cx_rates_options *options, cx_table *table, cx_error *err) {
    for (int column = 0; column < RATES + 2; column++) {
        double *figure;
        const char *name = column < RATES    ? rates_names[column]
                           : column == RATES ? "e"
                                             : "coverage";
        CX_TRY(cx_i_table_f64(table, name, &figure, err));
        for (int64_t i = 0; i < rows; i++) {
            rates_share share[RATES];
            double e = rates_shares(&counts[i], options->e, share);
            figure[i] = column < RATES    ? rates_of(share[column])
                        : column == RATES ? e
                                          : rates_of(rates_coverage(&counts[i], share));
            if (isnan(figure[i])) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}
