#include "metric/contacts.h"
#include "metric/suppress.h"

#include "stat/estimate.h"
#include "stat/interval.h"

#include <cxkit/special.h>

/* What the readers of a log share: options, issues, and the jackknife over customers. */

#define CONTACTS_WEEK 604800.0
#define CONTACTS_MINUTE 60.0
#define CONTACTS_LONGEST 1e9 /* seconds, about 31 years */

void cx_contacts_options_init(cx_contacts_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->method = CX_FCR_KAPLAN_MEIER;
    options->abandoned = CX_CONTACT_REPEAT;
    options->outbound = CX_CONTACT_IGNORED;
    options->window = CONTACTS_WEEK;
    options->merge_gap = CONTACTS_MINUTE;
    options->confidence = CX_I_DEFAULT_CONFIDENCE;
    options->start = INT64_MIN;
    options->end = INT64_MAX;
}

const char *cx_fcr_method_name(int32_t method) {
    static const char *const names[] = {"kaplan-meier", "complete-window", "naive"};
    return method >= CX_FCR_KAPLAN_MEIER && method <= CX_FCR_NAIVE ? names[method] : "unknown";
}

const char *cx_contact_as_name(int32_t as) {
    static const char *const names[] = {"ignored", "repeat", "contact"};
    return as >= CX_CONTACT_IGNORED && as <= CX_CONTACT_FULL ? names[as] : "unknown";
}

static cx_status contacts_check_choice(int32_t value, int32_t last, const char *name,
                                       cx_error *err) {
    if (value >= 0 && value <= last) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %d and must lie between 0 and %d", name,
                     (int64_t)value, (int64_t)last);
}

cx_status cx_i_contacts_options(const cx_contacts_options *given, cx_contacts_options *used,
                                cx_error *err) {
    cx_contacts_options_init(used);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, used, sizeof *used, "cx_contacts_options", err));
    CX_TRY(contacts_check_choice(used->method, CX_FCR_NAIVE, "method", err));
    CX_TRY(contacts_check_choice(used->abandoned, CX_CONTACT_FULL, "abandoned", err));
    CX_TRY(contacts_check_choice(used->outbound, CX_CONTACT_FULL, "outbound", err));
    CX_TRY(cx_i_min_n_check(used->min_n, err));
    if (!(used->window >= 1e-6 && used->window <= CONTACTS_LONGEST))
        return cx_i_fail(err, CX_E_OPTION,
                         "window is %g and must lie between 1e-6 and 1e9 seconds; a week is 604800",
                         used->window);
    if (!(used->merge_gap >= 0 && used->merge_gap < used->window))
        return cx_i_fail(err, CX_E_OPTION,
                         "merge_gap is %g and must be at least 0 and less than the window of %g "
                         "seconds",
                         used->merge_gap, used->window);
    return cx_i_check_confidence(used->confidence, err);
}

double cx_i_contacts_no_id_share(const cx_i_contacts_left *left, int64_t count) {
    int64_t without = 0, with = 0;
    for (int64_t i = 0; i < count; i++) {
        without += left[i].excluded[CX_EXCLUDED_NO_ID];
        with += left[i].kept;
    }
    return without + with == 0 ? (double)NAN : (double)without / (double)(without + with);
}

/* -- issues -------------------------------------------------------------------------------- */

cx_i_issue cx_i_contacts_issue(const cx_i_contacts *contacts, int64_t first) {
    const uint32_t *at = contacts->words + (size_t)first * CX_I_CONTACT_WORDS;
    uint64_t customer = cx_i_contact_customer(at);
    int64_t topic = cx_i_contact_part(&contacts->topic, at), last = first + 1;
    bool begins = first == 0 || cx_i_contact_customer(at - CX_I_CONTACT_WORDS) != customer;
    for (; last < contacts->count; last++) {
        const uint32_t *next = contacts->words + (size_t)last * CX_I_CONTACT_WORDS;
        if (cx_i_contact_customer(next) != customer) return (cx_i_issue){first, last, begins, true};
        int64_t gap = cx_i_contact_time(next) - cx_i_contact_time(next - CX_I_CONTACT_WORDS);
        if (cx_i_contact_part(&contacts->topic, next) != topic || gap >= contacts->window)
            return (cx_i_issue){first, last, begins, false};
    }
    return (cx_i_issue){first, last, begins, true};
}

/* -- the jackknife ------------------------------------------------------------------------- */

void cx_i_jackknife_add(cx_i_jackknife *jackknife, double change) {
    jackknife->clusters++;
    if (!isfinite(change)) return;
    cx_i_sum_add(&jackknife->sum, change);
    cx_i_sum_add(&jackknife->square, change * change);
}

double cx_i_jackknife_variance(const cx_i_jackknife *jackknife) {
    double m = (double)jackknife->clusters;
    if (jackknife->clusters < 2) return (double)NAN;
    double sum = cx_i_sum_value(&jackknife->sum), square = cx_i_sum_value(&jackknife->square);
    return (m - 1) / m * fmax(square - sum * sum / m, 0);
}

void cx_i_jackknife_share(const cx_i_jackknife *jackknife, double scale, double share, int64_t n,
                          double kish, cx_estimate *out) {
    double variance = cx_i_jackknife_variance(jackknife) * scale * scale;
    double alike = share * (1 - share), df = (double)(jackknife->clusters - 1), widen = 1;
    out->value = share;
    out->n = n;
    out->sum_w = (double)n;
    out->method = CX_METHOD_JACKKNIFE;
    out->n_eff = fmin(kish, (double)n);
    if (alike > 0 && variance > 0) {
        double t = cx_t_quantile_upper((1 - out->confidence) / 2, df);
        double z = cx_i_estimate_z(out->confidence);
        out->se = sqrt(variance);
        out->df = df;
        out->n_eff = fmin(alike / variance, (double)n);
        widen = (z / t) * (z / t);
    } else {
        out->flags |= CX_FLAG_NO_VARIANCE;
    }
    double effective = out->n_eff * widen;
    cx_i_interval interval =
        cx_i_share_interval(CX_METHOD_WILSON, share * effective, effective, out->confidence);
    out->ci_low = interval.low;
    out->ci_high = interval.high;
    cx_i_estimate_clip(out, 0, 1);
    if (out->n_eff < 5) out->flags |= CX_FLAG_FEW;
}
