#include "business/finance.h"

#include "base/array.h"
#include "base/sort.h"
#include "base/times.h"

/* Cash flows out of a frame, checked, in order of time. */

void cx_finance_options_init(cx_finance_options *options) {
    if (options == NULL) return;
    *options = (cx_finance_options){
        .struct_size = sizeof *options, .inflation = NAN, .year_days = 365, .allocator = NULL};
}

static cx_status finance_check(const cx_finance_options *o, cx_error *err) {
    if (o->timing < CX_FLOWS_AT_END || o->timing > CX_FLOWS_MIDDLE)
        return cx_i_fail(err, CX_E_OPTION, "timing is %d: at the end (0) or in the middle (1)",
                         (int64_t)o->timing);
    if (o->rate_kind < CX_RATES_SPOT || o->rate_kind > CX_RATES_FORWARD)
        return cx_i_fail(err, CX_E_OPTION, "rate_kind is %d: spot (0) or forward (1)",
                         (int64_t)o->rate_kind);
    if ((o->real_flows != 0 && o->real_flows != 1) || (o->real_rates != 0 && o->real_rates != 1))
        return cx_i_fail(err, CX_E_OPTION, "real_flows is %d and real_rates is %d: 0 or 1",
                         (int64_t)o->real_flows, (int64_t)o->real_rates);
    if (o->minor_digits < 0 || o->minor_digits > 6)
        return cx_i_fail(err, CX_E_OPTION, "minor_digits is %d and must be 0 to 6",
                         (int64_t)o->minor_digits);
    if (!isnan(o->inflation) && !(o->inflation > -1 && o->inflation < 1e6))
        return cx_i_fail(err, CX_E_OPTION, "inflation is %g and must be above -1", o->inflation);
    if (!(o->year_days >= 1 && o->year_days <= 1000))
        return cx_i_fail(err, CX_E_OPTION, "year_days is %g and must lie between 1 and 1000",
                         o->year_days);
    if (o->real_flows != o->real_rates && isnan(o->inflation))
        return cx_i_fail(err, CX_E_OPTION,
                         "flows are %s and rates are %s: give the inflation between them",
                         o->real_flows ? "real" : "nominal", o->real_rates ? "real" : "nominal");
    return CX_OK;
}

/* -- columns ------------------------------------------------------------------------------- */

typedef struct finance_columns {
    const cx_array *amount, *time, *date, *currency;
} finance_columns;

static cx_status finance_columns_of(const cx_frame *frame, finance_columns *c, cx_error *err) {
    static const char *const known[] = {"amount", "time", "date", "currency"};
    CX_TRY(cx_i_frame_check(frame, "flows", CX_I_KEYS, err));
    for (int64_t i = 0; i < frame->count; i++) {
        bool found = false;
        for (int k = 0; k < 4; k++) found |= strcmp(frame->columns[i].name, known[k]) == 0;
        if (!found)
            return cx_i_fail(err, CX_E_NAME,
                             "column %s is none of amount, time, date, currency: flows have no "
                             "others",
                             frame->columns[i].name);
    }
    *c = (finance_columns){.date = cx_i_frame_find(frame, "date"),
                           .currency = cx_i_frame_find(frame, "currency")};
    CX_TRY(cx_i_frame_numbers(frame, "flows", "amount", true, &c->amount, err));
    CX_TRY(cx_i_frame_numbers(frame, "flows", "time", false, &c->time, err));
    if (c->time != NULL && c->date != NULL)
        return cx_i_fail(err, CX_E_OPTION, "flows have a time and a date: one of them");
    if (c->date != NULL) CX_TRY(cx_i_times_check(c->date, "date", err));
    if (c->amount->length == 0)
        return cx_i_fail(err, CX_E_EMPTY, "there are no cash flows: column amount has no rows");
    return CX_OK;
}

static bool finance_is_whole(const cx_array *column) {
    return column->dtype >= CX_I8 && column->dtype <= CX_U64;
}

static cx_status finance_amount(const finance_columns *c, const cx_finance_options *o, int64_t row,
                                double *out, cx_error *err) {
    cx_i_array_read(c->amount, row, 1, out);
    if (isnan(*out))
        return cx_i_fail_at(err, CX_E_DOMAIN, c->amount, row, *out,
                            "the amount is missing: money cannot be; give 0 where nothing flows");
    if (isinf(*out) || fabs(*out) > 1e200)
        return cx_i_fail_at(err, CX_E_DOMAIN, c->amount, row, *out, "%g is no amount of money",
                            *out);
    if (o->minor_digits == 0) return CX_OK;
    if (fabs(*out) > 0x1p53)
        return cx_i_fail_at(err, CX_E_OVERFLOW, c->amount, row, *out, "%g minor units exceed 2^53",
                            *out);
    return CX_OK;
}

static cx_status finance_time(const finance_columns *c, const cx_finance_options *o, int64_t row,
                              int64_t first, double *out, cx_error *err) {
    *out = (double)row;
    if (c->date != NULL) {
        int64_t micros;
        if (cx_i_times_missing(c->date, row))
            return cx_i_fail_at(err, CX_E_DOMAIN, c->date, row, NAN, "the date is missing");
        CX_TRY(cx_i_times_read(c->date, row, &micros, err));
        *out = ((double)micros - (double)first) / 86400e6 / o->year_days;
        return CX_OK;
    }
    if (c->time != NULL) {
        cx_i_array_read(c->time, row, 1, out);
        if (!(*out >= 0 && *out <= 1e6))
            return cx_i_fail_at(err, CX_E_DOMAIN, c->time, row, *out,
                                "time is %g: periods from today, 0 or more", *out);
    }
    if (o->timing == CX_FLOWS_MIDDLE && *out > 0) *out = fmax(*out - 0.5, 0);
    return CX_OK;
}

/* Dates count from the first one. */
static cx_status finance_first(const cx_array *date, int64_t *first, cx_error *err) {
    *first = INT64_MAX;
    for (int64_t i = 0; i < date->length; i++) {
        int64_t micros;
        if (cx_i_times_missing(date, i)) continue;
        CX_TRY(cx_i_times_read(date, i, &micros, err));
        if (micros < *first) *first = micros;
    }
    return CX_OK;
}

static cx_status finance_currency(const cx_array *column, cx_error *err) {
    const char *first = NULL, *text;
    int64_t length = 0, first_length = 0;
    for (int64_t i = 0; i < column->length; i++) {
        if (!cx_i_array_present(column, i))
            return cx_i_fail_at(err, CX_E_DOMAIN, column, i, NAN, "the currency is missing");
        CX_TRY(cx_i_array_text(column, "currency", i, &text, &length, err));
        if (first == NULL) first = text, first_length = length;
        if (length != first_length || memcmp(first, text, (size_t)length) != 0) {
            char one[16] = {0}, other[16] = {0};
            memcpy(one, first, (size_t)(first_length < 15 ? first_length : 15));
            memcpy(other, text, (size_t)(length < 15 ? length : 15));
            return cx_i_fail_at(err, CX_E_MISMATCH, column, i, NAN,
                                "the currency is %s, in row 0 it is %s: convert all to one", other,
                                one);
        }
    }
    return CX_OK;
}

/* -- rates --------------------------------------------------------------------------------- */

static cx_status finance_rates_check(const cx_array *rates, int64_t rows, cx_error *err) {
    CX_TRY(cx_i_array_check(rates, "rates", CX_I_NUMBERS, err));
    if (rates->length != 1 && rates->length != rows)
        return cx_i_fail(err, CX_E_LENGTH,
                         "there are %d rates for %d flows: give one, or one for each",
                         rates->length, rows);
    for (int64_t i = 0; i < rates->length; i++) {
        double rate;
        cx_i_array_read(rates, i, 1, &rate);
        if (!(rate > -1 && rate < 1e6))
            return cx_i_fail_at(err, CX_E_DOMAIN, rates, i, rate,
                                "the rate is %g and must be above -1, as in 0.05 for 5 %%", rate);
    }
    return CX_OK;
}

/* The rate in the money of the flows. */
static double finance_rate(const cx_finance_options *o, double rate) {
    if (o->real_flows == o->real_rates) return rate;
    if (o->real_flows) return (1 + rate) / (1 + o->inflation) - 1;
    return (1 + rate) * (1 + o->inflation) - 1;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status finance_fill(const finance_columns *c, const cx_array *rates, cx_i_flows *flows,
                              cx_i_sortable *order, cx_error *err) {
    const cx_finance_options *o = &flows->options;
    int64_t first = 0, n = flows->count;
    if (c->date != NULL) CX_TRY(finance_first(c->date, &first, err));
    for (int64_t i = 0; i < n; i++) {
        double time;
        CX_TRY(finance_time(c, o, i, first, &time, err));
        order[i] = (cx_i_sortable){cx_i_sort_key_f64(time), i};
    }
    cx_i_sort(order, order + n, n);
    for (int64_t i = 0; i < n; i++) {
        cx_i_flow *at = &flows->at[i];
        int64_t row = order[i].row;
        CX_TRY(finance_amount(c, o, row, &at->amount, err));
        CX_TRY(finance_time(c, o, row, first, &at->time, err));
        if (rates == NULL) continue;
        cx_i_array_read(rates, rates->length == 1 ? 0 : row, 1, &at->rate);
        at->rate = finance_rate(o, at->rate);
    }
    return CX_OK;
}

static cx_status finance_check_columns(const cx_frame *frame, const cx_array *rates,
                                       const cx_finance_options *o, finance_columns *c,
                                       cx_error *err) {
    CX_TRY(finance_check(o, err));
    CX_TRY(finance_columns_of(frame, c, err));
    if (c->date != NULL && o->timing == CX_FLOWS_MIDDLE)
        return cx_i_fail(err, CX_E_OPTION, "dates say when a flow falls: timing is for periods");
    if (o->minor_digits > 0 && !finance_is_whole(c->amount))
        return cx_i_fail(err, CX_E_TYPE,
                         "column amount is %s: amounts in minor units are whole numbers",
                         cx_dtype_name(c->amount->dtype));
    if (c->currency != NULL) CX_TRY(finance_currency(c->currency, err));
    return rates == NULL ? CX_OK : finance_rates_check(rates, c->amount->length, err);
}

cx_status cx_i_flows_read(const cx_frame *frame, const cx_array *rates,
                          const cx_finance_options *options, cx_i_flows *flows, cx_error *err) {
    finance_columns columns;
    memset(flows, 0, sizeof *flows);
    cx_finance_options_init(&flows->options);
    CX_TRY(cx_i_options_take(options, &flows->options, sizeof flows->options, "cx_finance_options",
                             err));
    CX_TRY(finance_check_columns(frame, rates, &flows->options, &columns, err));
    flows->allocator = cx_i_allocator(flows->options.allocator);
    flows->count = columns.amount->length;
    flows->minor = pow(10, flows->options.minor_digits);
    flows->at = cx_i_alloc_array(&flows->allocator, flows->count, sizeof *flows->at);
    cx_i_sortable *order =
        cx_i_alloc_array(&flows->allocator, flows->count, 2 * sizeof(cx_i_sortable));
    cx_status status = flows->at == NULL || order == NULL
                           ? cx_i_out_of_memory(err)
                           : finance_fill(&columns, rates, flows, order, err);
    cx_i_free(&flows->allocator, order);
    if (status != CX_OK) cx_i_flows_free(flows);
    return status;
}

void cx_i_flows_free(cx_i_flows *flows) {
    cx_i_free(&flows->allocator, flows->at);
    flows->at = NULL;
}

cx_status cx_i_flows_discount(const cx_i_flows *flows, double *factor, cx_error *err) {
    double log_factor = 0;
    for (int64_t i = 0; i < flows->count; i++) {
        const cx_i_flow *at = &flows->at[i];
        if (flows->options.rate_kind == CX_RATES_FORWARD)
            log_factor -= log1p(at->rate) * (at->time - (i > 0 ? at[-1].time : 0));
        else
            log_factor = -log1p(at->rate) * at->time;
        factor[i] = exp(log_factor);
        if (!(factor[i] <= 1e300))
            return cx_i_fail(err, CX_E_OVERFLOW,
                             "a flow at time %g at a rate of %g is worth more today than a number "
                             "can hold",
                             at->time, at->rate);
    }
    return CX_OK;
}
