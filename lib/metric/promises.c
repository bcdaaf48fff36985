#include "metric/waits.h"

#include <cxkit/promises.h>

#include "base/times.h"
#include "stat/estimate.h"

/* Promises as lateness, and the shares read from it. */

#define PROMISE_SECOND INT64_C(1000000)
#define PROMISE_DAY (86400 * PROMISE_SECOND)
/* Times beyond this (73,000 years) could overflow in differences. */
#define PROMISE_FAR (INT64_C(1) << 61)

void cx_promise_options_init(cx_promise_options *options) {
    if (options == NULL) return;
    *options = (cx_promise_options){
        sizeof *options, CX_RESOLUTION_AS_DUE, CX_INVALID_EXCLUDE, 0, CX_NOW_UNSET, 0};
}

typedef struct promise_rows {
    const cx_array *due, *done, *made, *cancelled;
    cx_promise_options options;
    int64_t offset; /* microseconds */
    int64_t unit;   /* of the resolution in microseconds, 0: the time itself */
    bool due_days, done_days;
} promise_rows;

cx_status cx_i_time_read(const cx_array *column, const char *role, int64_t row, bool *missing,
                         int64_t *time, cx_error *err) {
    cx_array named = cx_i_array_named(column, role);
    *missing = cx_i_times_missing(column, row);
    if (*missing) return CX_OK;
    CX_TRY(cx_i_times_read(&named, row, time, err));
    if (*time > -PROMISE_FAR && *time < PROMISE_FAR) return CX_OK;
    return cx_i_fail_at(err, CX_E_OVERFLOW, &named, row, (double)*time, "the time is too far away");
}

cx_status cx_i_now_check(int64_t now, int32_t invalid, cx_error *err) {
    if (now == CX_NOW_UNSET)
        return cx_i_fail(err, CX_E_OPTION,
                         "now is not set: what is open has to be seen from a point in time");
    if (now <= -PROMISE_FAR || now >= PROMISE_FAR)
        return cx_i_fail(err, CX_E_OPTION, "now is %d microseconds, which is too far away", now);
    if (invalid == CX_INVALID_EXCLUDE || invalid == CX_INVALID_ERROR) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "invalid is %d, neither exclude (0) nor error (1)",
                     (int64_t)invalid);
}

cx_status cx_i_time_impossible(const cx_array *column, const char *role, int64_t row,
                               int32_t invalid, const char *what, double *duration, cx_error *err) {
    cx_array named = cx_i_array_named(column, role);
    *duration = -1 - CX_EXCLUDED_OUT_OF_RANGE;
    if (invalid == CX_INVALID_EXCLUDE) return CX_OK;
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, NAN, "%s", what);
}

/* -- the last moment that keeps a promise -------------------------------------------------- */

static int64_t promise_floor(int64_t time, int64_t unit) {
    int64_t rest = time % unit;
    return time - (rest < 0 ? rest + unit : rest);
}

/* Dates are days of the customers' calendar already. */
static int64_t promise_local(const promise_rows *in, int64_t due) {
    return in->due_days ? due : due + in->offset;
}

static int64_t promise_last(const promise_rows *in, int64_t due) {
    if (in->unit == 0) return due;
    return promise_floor(promise_local(in, due), in->unit) + in->unit - 1 - in->offset;
}

/* Fulfilment given as dates is counted in days, else to the microsecond. */
static double promise_lateness(const promise_rows *in, int64_t due, int64_t moment, bool is_date) {
    if (in->done_days) {
        int64_t day = promise_floor(is_date ? moment : moment + in->offset, PROMISE_DAY);
        return (double)(day - promise_floor(promise_local(in, due), PROMISE_DAY)) /
               (double)PROMISE_SECOND;
    }
    return (double)(moment - promise_last(in, due)) / (double)PROMISE_SECOND;
}

/* -- rows ---------------------------------------------------------------------------------- */

typedef struct promise_row {
    int64_t due, done, made;
    bool no_due, no_done, no_made;
} promise_row;

static const char *promise_fault(const promise_rows *in, const promise_row *row,
                                 const cx_array **column, const char **role) {
    int64_t now = in->options.now;
    int64_t done = in->done_days && !row->no_done ? row->done - in->offset : row->done;
    *column = in->done, *role = "done";
    if (!row->no_done && done > now) return "it was done after now";
    if (row->no_made) return NULL;
    /* a date begins before the moment on that day at which the promise was made */
    int64_t made =
        in->done_days ? promise_floor(row->made + in->offset, PROMISE_DAY) - in->offset : row->made;
    if (!row->no_done && done < made) return "it was done before it was promised";
    *column = in->made, *role = "made";
    if (row->made > now) return "it was promised after now";
    if (promise_last(in, row->due) < row->made) return "it was due before it was promised";
    return NULL;
}

static cx_status promise_read_row(const promise_rows *in, int64_t at, promise_row *row,
                                  cx_error *err) {
    row->no_made = true;
    CX_TRY(cx_i_time_read(in->due, "due", at, &row->no_due, &row->due, err));
    CX_TRY(cx_i_time_read(in->done, "done", at, &row->no_done, &row->done, err));
    if (in->made != NULL)
        CX_TRY(cx_i_time_read(in->made, "made", at, &row->no_made, &row->made, err));
    return CX_OK;
}

static cx_status promise_judge(const promise_rows *in, int64_t at, double *lateness, double *end,
                               cx_error *err) {
    promise_row row;
    const cx_array *column;
    const char *role;
    CX_TRY(promise_read_row(in, at, &row, err));
    *end = row.no_done ? 0 : 1;
    *lateness = -1 - CX_EXCLUDED_MISSING;
    if (row.no_due) return CX_OK;
    const char *fault = promise_fault(in, &row, &column, &role);
    if (fault != NULL)
        return cx_i_time_impossible(column, role, at, in->options.invalid, fault, lateness, err);
    double late = row.no_done ? promise_lateness(in, row.due, in->options.now, false)
                              : promise_lateness(in, row.due, row.done, in->done_days);
    if (late > 0)
        *lateness = late;
    else
        *lateness = row.no_done ? -1 - CX_EXCLUDED_OPEN : 0;
    return CX_OK;
}

static cx_status promise_read(const void *source, int64_t start, int64_t count, double *lateness,
                              double *ends, cx_error *err) {
    const promise_rows *in = source;
    double cancelled[CX_I_BLOCK];
    if (in->cancelled != NULL) cx_i_array_read(in->cancelled, start, count, cancelled);
    for (int64_t i = 0; i < count; i++) {
        double off = in->cancelled != NULL ? cancelled[i] : 0;
        if (off == 0) {
            CX_TRY(promise_judge(in, start + i, &lateness[i], &ends[i], err));
            continue;
        }
        if (!isnan(off) && off != 1) {
            cx_array named = cx_i_array_named(in->cancelled, "cancelled");
            return cx_i_fail_at(err, CX_E_DOMAIN, &named, start + i, off,
                                "%g is neither 0 nor 1 (cancelled)", off);
        }
        bool promised = !cx_i_times_missing(in->due, start + i);
        lateness[i] =
            off == 1 && promised ? -1 - CX_EXCLUDED_NOT_APPLICABLE : -1 - CX_EXCLUDED_MISSING;
        ends[i] = 0;
    }
    return CX_OK;
}

/* -- resolution ---------------------------------------------------------------------------- */

static bool promise_is_date(const cx_array *column) {
    return column->dtype == CX_TIMESTAMP && column->unit == CX_DAYS;
}

/* Do all due times fall on midnight? Then they were promised as days. */
static cx_status promise_midnights(const promise_rows *in, bool *all, cx_error *err) {
    int64_t due = 0, seen = 0;
    bool missing;
    *all = true;
    for (int64_t i = 0; i < in->due->length && *all; i++) {
        CX_TRY(cx_i_time_read(in->due, "due", i, &missing, &due, err));
        if (missing) continue;
        seen++;
        *all = promise_floor(due + in->offset, PROMISE_DAY) == due + in->offset;
    }
    *all = *all && seen > 0;
    return CX_OK;
}

static cx_status promise_resolve(promise_rows *in, cx_error *err) {
    static const int64_t units[] = {0, 0, 60 * PROMISE_SECOND, 3600 * PROMISE_SECOND, PROMISE_DAY};
    bool days = in->due_days;
    in->unit = units[in->options.resolution];
    if (in->options.resolution == CX_RESOLUTION_AS_DUE) {
        if (!days) CX_TRY(promise_midnights(in, &days, err));
        if (days) in->unit = PROMISE_DAY;
    }
    if (in->due_days && in->unit != PROMISE_DAY)
        return cx_i_fail(err, CX_E_OPTION,
                         "due holds dates, which cannot be compared more finely than by day");
    if (in->done_days && in->unit != PROMISE_DAY && in->due->length > 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "done holds dates and due holds times: state resolution \"day\"");
    return CX_OK;
}

static cx_status promise_check_options(const cx_promise_options *options, promise_rows *in,
                                       cx_error *err) {
    cx_promise_options_init(&in->options);
    CX_TRY(cx_i_options_take(options, &in->options, sizeof in->options, "cx_promise_options", err));
    CX_TRY(cx_i_now_check(in->options.now, in->options.invalid, err));
    if (in->options.resolution < CX_RESOLUTION_AS_DUE || in->options.resolution > CX_RESOLUTION_DAY)
        return cx_i_fail(err, CX_E_OPTION,
                         "resolution is %d: as due (0), timestamp (1), minute (2), hour (3) or "
                         "day (4)",
                         (int64_t)in->options.resolution);
    if (!(fabs(in->options.offset) <= 86400))
        return cx_i_fail(err, CX_E_OPTION,
                         "offset is %g; it has to be seconds from UTC, at most a day",
                         in->options.offset);
    in->offset = (int64_t)floor(in->options.offset * (double)PROMISE_SECOND + 0.5);
    return CX_OK;
}

static cx_status promise_check_columns(const promise_rows *in, const cx_frame *by, cx_error *err) {
    CX_TRY(cx_i_times_check(in->due, "due", err));
    CX_TRY(cx_i_times_check(in->done, "done", err));
    CX_TRY(cx_i_array_same_length(in->due, "due", in->done, "done", err));
    if (in->made != NULL) {
        CX_TRY(cx_i_times_check(in->made, "made", err));
        CX_TRY(cx_i_array_same_length(in->due, "due", in->made, "made", err));
    }
    if (in->cancelled != NULL) {
        CX_TRY(cx_i_array_check(in->cancelled, "cancelled", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(in->due, "due", in->cancelled, "cancelled", err));
    }
    if (by == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
    return cx_i_array_same_length(in->due, "due", &by->columns[0], "by", err);
}

cx_status cx_promises_add(cx_waits *self, const cx_array *due, const cx_array *done,
                          const cx_array *made, const cx_array *cancelled, const cx_frame *by,
                          const cx_promise_options *options, cx_error *err) {
    promise_rows in = {.due = due, .done = done, .made = made, .cancelled = cancelled};
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(promise_check_options(options, &in, err));
    CX_TRY(promise_check_columns(&in, by, err));
    in.due_days = promise_is_date(due);
    in.done_days = promise_is_date(done);
    CX_TRY(promise_resolve(&in, err));
    return cx_i_waits_add_rows(self, promise_read, &in, due->length, by, err);
}
