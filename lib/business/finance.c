#include "business/finance.h"

#include "base/sum.h"
#include "stat/table.h"

/* Present values, rates of return, payback, multiples. */

const char *cx_payback_name(int32_t end) {
    switch (end) {
#define FINANCE_PAYBACK(name, number, text)                                                        \
    case name:                                                                                     \
        return text;
        CX_PAYBACK_LIST(FINANCE_PAYBACK)
#undef FINANCE_PAYBACK
    default:
        return "unknown";
    }
}

static cx_status finance_required(const void *a, const char *role, const void *b, cx_error *err) {
    if (a == NULL) return cx_i_fail(err, CX_E_NULL, "%s is NULL", role);
    return b == NULL ? cx_i_fail(err, CX_E_NULL, "out is NULL") : CX_OK;
}

/* -- present values ------------------------------------------------------------------------ */

/* side: 1 what comes in, -1 what goes out, 0 both */
static double finance_sum(const cx_i_flows *flows, const double *factor, int side) {
    cx_i_sum sum;
    memset(&sum, 0, sizeof sum);
    double plain = 0;
    bool exact = true;
    for (int64_t i = 0; i < flows->count; i++) {
        double value = flows->at[i].amount * factor[i];
        if (side * value < 0) continue;
        plain += value;
        exact = exact && cx_i_sum_add(&sum, value);
    }
    return (exact ? cx_i_sum_value(&sum) : plain) / flows->minor;
}

static cx_status finance_factors(const cx_i_flows *flows, double **out, cx_error *err) {
    double *factor = cx_i_alloc_array(&flows->allocator, flows->count, sizeof *factor);
    if (factor == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_flows_discount(flows, factor, err);
    if (status != CX_OK) {
        cx_i_free(&flows->allocator, factor);
        return status;
    }
    *out = factor;
    return CX_OK;
}

cx_status cx_npv(const cx_frame *flows, const cx_array *rates, const cx_finance_options *options,
                 cx_npv_result *out, cx_error *err) {
    cx_i_flows read;
    double *factor = NULL;
    CX_TRY(finance_required(flows, "flows", rates, err));
    CX_TRY(finance_required(rates, "rates", out, err));
    CX_TRY(cx_i_flows_read(flows, rates, options, &read, err));
    cx_status status = finance_factors(&read, &factor, err);
    if (status == CX_OK) {
        double in = finance_sum(&read, factor, 1), gone = 0 - finance_sum(&read, factor, -1);
        *out = (cx_npv_result){finance_sum(&read, factor, 0),
                               in,
                               gone,
                               gone > 0 ? (in - gone) / gone : (double)NAN,
                               in > 0 ? gone / in : (double)NAN,
                               read.count};
    }
    cx_i_free(&read.allocator, factor);
    cx_i_flows_free(&read);
    return status;
}

/* -- rates of return ----------------------------------------------------------------------- */

/* Flows of the same time together, without those that are 0. */
static int64_t finance_merge(const cx_i_flows *flows, double *amount, double *time) {
    int64_t used = 0;
    for (int64_t i = 0; i < flows->count; i++) {
        const cx_i_flow *at = &flows->at[i];
        if (used > 0 && time[used - 1] == at->time) {
            amount[used - 1] += at->amount;
        } else {
            if (used > 0 && amount[used - 1] == 0) used--;
            amount[used] = at->amount;
            time[used++] = at->time;
        }
    }
    return used > 0 && amount[used - 1] == 0 ? used - 1 : used;
}

static cx_status finance_irr_table(const double *root, const int32_t *slope, int64_t count,
                                   int64_t changes, const cx_allocator *allocator, cx_table **out,
                                   cx_error *err) {
    cx_table *table;
    double *rate;
    int64_t *falls;
    CX_TRY(cx_i_table_new(count, allocator, &table, err));
    cx_status status = cx_i_table_f64(table, "rate", &rate, err);
    if (status == CX_OK) status = cx_i_table_i64(table, "slope", &falls, err);
    if (status == CX_OK) status = cx_i_table_figure(table, "multiple", count > 1, err);
    if (status == CX_OK) status = cx_i_table_figure(table, "roots", (double)count, err);
    if (status == CX_OK) status = cx_i_table_figure(table, "sign_changes", (double)changes, err);
    if (status != CX_OK) {
        cx_table_free(table);
        return status;
    }
    for (int64_t i = 0; i < count; i++) rate[i] = expm1(root[i]), falls[i] = slope[i];
    *out = table;
    return CX_OK;
}

static cx_status finance_solve(const cx_i_flows *flows, double *room, int32_t *slope,
                               cx_table **out, cx_error *err) {
    int64_t n = flows->count, found = 0, changes = 0;
    double *amount = room, *time = room + n, *root = room + 2 * n;
    int64_t used = finance_merge(flows, amount, time);
    if (used == 0)
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "all flows are 0: any rate of return will do, so none is meant");
    for (int64_t i = 1; i < used; i++) changes += (amount[i] < 0) != (amount[i - 1] < 0);
    if (changes == 0)
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "money only ever %s: there is no rate of return without both an outflow "
                         "and an inflow, at different times",
                         amount[0] < 0 ? "goes out" : "comes in");
    CX_TRY(cx_i_flow_roots(amount, time, used, room + 3 * n, root, slope, &found, err));
    if (found == 0)
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         "no rate above -1 brings the value to 0, though the flows change sign %d "
                         "times: ask for the net present value at your own rate",
                         changes);
    return finance_irr_table(root, slope, found, changes, &flows->allocator, out, err);
}

cx_status cx_irr(const cx_frame *flows, const cx_finance_options *options, cx_table **out,
                 cx_error *err) {
    cx_i_flows read;
    CX_TRY(finance_required(flows, "flows", out, err));
    CX_TRY(cx_i_flows_read(flows, NULL, options, &read, err));
    double *room = cx_i_alloc_array(&read.allocator, read.count, 6 * sizeof *room);
    int32_t *slope = cx_i_alloc_array(&read.allocator, read.count, sizeof *slope);
    cx_status status = room == NULL || slope == NULL ? cx_i_out_of_memory(err)
                                                     : finance_solve(&read, room, slope, out, err);
    cx_i_free(&read.allocator, slope);
    cx_i_free(&read.allocator, room);
    cx_i_flows_free(&read);
    return status;
}

static cx_status finance_modified(const cx_i_flows *flows, double finance, double reinvest,
                                  cx_mirr_result *out, cx_error *err) {
    double first = flows->at[0].time, last = flows->at[flows->count - 1].time, in = 0, gone = 0;
    for (int64_t i = 0; i < flows->count; i++) {
        const cx_i_flow *at = &flows->at[i];
        if (at->amount < 0) gone -= at->amount * pow(1 + finance, first - at->time);
        if (at->amount > 0) in += at->amount * pow(1 + reinvest, last - at->time);
    }
    if (!(gone > 0) || !(in > 0) || !(last > first))
        return cx_i_fail(err, CX_E_UNIDENTIFIED,
                         !(gone > 0) ? "no money goes out: there is nothing to have a return on"
                         : !(in > 0) ? "no money comes in: the return is a total loss"
                                     : "all money flows at one time: a return takes time");
    if (!(in / gone < 1e300))
        return cx_i_fail(err, CX_E_OVERFLOW, "the flows grow beyond what a number can hold");
    *out = (cx_mirr_result){pow(in / gone, 1 / (last - first)) - 1, gone / flows->minor,
                            in / flows->minor, last - first};
    return CX_OK;
}

cx_status cx_mirr(const cx_frame *flows, double finance, double reinvest,
                  const cx_finance_options *options, cx_mirr_result *out, cx_error *err) {
    cx_i_flows read;
    CX_TRY(finance_required(flows, "flows", out, err));
    if (!(finance > -1 && finance < 1e6) || !(reinvest > -1 && reinvest < 1e6))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the finance rate is %g and the reinvestment rate %g: both above -1, as "
                         "in 0.05 for 5 %%",
                         finance, reinvest);
    CX_TRY(cx_i_flows_read(flows, NULL, options, &read, err));
    cx_status status = finance_modified(&read, finance, reinvest, out, err);
    cx_i_flows_free(&read);
    return status;
}

/* -- payback ------------------------------------------------------------------------------- */

typedef struct finance_back {
    double sum, time, back;
    int32_t end;
    bool owed; /* the sum has been negative */
} finance_back;

static void finance_pay(finance_back *back, double amount, double time) {
    double sum = back->sum + amount;
    if (sum < 0 && back->end == CX_PAYBACK_REACHED) back->end = CX_PAYBACK_LOST_AGAIN;
    if (sum >= 0 && back->owed && back->end == CX_PAYBACK_NEVER) {
        double part = amount > 0 ? -back->sum / amount : 1;
        back->back = back->time + part * (time - back->time);
        back->end = CX_PAYBACK_REACHED;
    }
    back->owed = back->owed || sum < 0;
    back->sum = sum;
    back->time = time;
}

static void finance_close(finance_back *back) {
    if (!back->owed) back->end = CX_PAYBACK_NOT_NEEDED, back->back = 0;
    /* lost on the way, but made good by the last flow */
    if (back->end == CX_PAYBACK_LOST_AGAIN && back->sum >= 0) back->end = CX_PAYBACK_REACHED;
}

static void finance_both(const cx_i_flows *flows, const double *factor, cx_payback_result *out) {
    finance_back simple = {0, 0, NAN, CX_PAYBACK_NEVER, false}, discounted = simple;
    double lowest = 0;
    for (int64_t i = 0; i < flows->count;) {
        double time = flows->at[i].time, amount = 0, value = 0;
        for (; i < flows->count && flows->at[i].time == time; i++) {
            amount += flows->at[i].amount;
            value += flows->at[i].amount * factor[i];
        }
        finance_pay(&simple, amount, time);
        finance_pay(&discounted, value, time);
        lowest = fmin(lowest, simple.sum);
    }
    finance_close(&simple);
    finance_close(&discounted);
    *out = (cx_payback_result){simple.back, discounted.back, simple.end, discounted.end,
                               lowest / flows->minor};
}

cx_status cx_payback(const cx_frame *flows, const cx_array *rates,
                     const cx_finance_options *options, cx_payback_result *out, cx_error *err) {
    cx_i_flows read;
    double *factor = NULL;
    CX_TRY(finance_required(flows, "flows", rates, err));
    CX_TRY(finance_required(rates, "rates", out, err));
    CX_TRY(cx_i_flows_read(flows, rates, options, &read, err));
    cx_status status = finance_factors(&read, &factor, err);
    if (status == CX_OK) finance_both(&read, factor, out);
    cx_i_free(&read.allocator, factor);
    cx_i_flows_free(&read);
    return status;
}

/* -- multiples ----------------------------------------------------------------------------- */

cx_status cx_margin_multiple(double retention, double rate, double growth, double horizon,
                             cx_multiple_result *out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is NULL");
    if (!(retention >= 0 && retention <= 1))
        return cx_i_fail(err, CX_E_DOMAIN, "retention is %g and must lie between 0 and 1",
                         retention);
    if (!(rate > -1 && rate < 1e6) || !(growth > -1 && growth < 1e6))
        return cx_i_fail(err, CX_E_DOMAIN, "the rate is %g and the growth %g: both above -1", rate,
                         growth);
    if (!(horizon >= 1) || (isfinite(horizon) && horizon != floor(horizon)))
        return cx_i_fail(err, CX_E_DOMAIN, "the horizon is %g: whole periods, 1 or more", horizon);
    double kept = retention * (1 + growth) / (1 + rate), first = retention / (1 + rate);
    if (isinf(horizon) && !(kept < 1))
        return cx_i_fail(err, CX_E_DOMAIN,
                         "with a retention of %g, a growth of %g and a rate of %g the value of a "
                         "life has no bound: give a horizon",
                         retention, growth, rate);
    double sum = kept == 1 ? horizon : -expm1(horizon * log(kept)) / (1 - kept);
    if (kept == 0) sum = 1;
    if (isinf(horizon)) sum = 1 / (1 - kept);
    *out = (cx_multiple_result){first * sum, kept};
    return CX_OK;
}
