#include "base/sort.h"
#include "base/times.h"
#include "metric/windows.h"
#include "stat/table.h"

/* -- the calendar -------------------------------------------------------------------------- */

void cx_window_options_init(cx_window_options *options) {
    if (options == NULL) return;
    *options = (cx_window_options){sizeof *options, CX_WINDOW_DAY, 1, 1, 0, 0};
}

#define WINDOWS_MOST_OFFSET 86400

static cx_status windows_calendar(const cx_window_options *window, cx_i_calendar *out,
                                  cx_error *err) {
    cx_window_options used;
    cx_window_options_init(&used);
    if (window != NULL) used = *window;
    CX_TRY(cx_i_options_check(used.struct_size, sizeof used, "cx_window_options", err));
    if (used.unit < CX_WINDOW_SECOND || used.unit > CX_WINDOW_MONTH)
        return cx_i_fail(err, CX_E_OPTION, "unit is %d: second (0), day (1), week (2) or month (3)",
                         (int64_t)used.unit);
    if (used.every < 1 || (used.unit != CX_WINDOW_SECOND && used.every > CX_I_CALENDAR_MOST_DAYS))
        return cx_i_fail(
            err, CX_E_OPTION,
            "every is %d; it has to be 1 or more, and at most %d days, weeks or months",
            (int64_t)used.every, (int64_t)CX_I_CALENDAR_MOST_DAYS);
    if (used.week_starts < 1 || used.week_starts > 7)
        return cx_i_fail(err, CX_E_OPTION, "week_starts is %d: 1 is Monday and 7 Sunday",
                         (int64_t)used.week_starts);
    if (used.offset < -WINDOWS_MOST_OFFSET || used.offset > WINDOWS_MOST_OFFSET)
        return cx_i_fail(err, CX_E_OPTION, "offset is %d seconds; no clock is a day off UTC",
                         (int64_t)used.offset);
    *out = (cx_i_calendar){used.unit, used.every,
                           used.unit == CX_WINDOW_WEEK ? used.week_starts : 1, 1};
    return CX_OK;
}

cx_status cx_i_window_rows_init(cx_i_window_rows *rows, const cx_array *time,
                                const cx_array *offsets, const cx_window_options *window,
                                cx_error *err) {
    memset(rows, 0, sizeof *rows);
    CX_TRY(windows_calendar(window, &rows->calendar, err));
    CX_TRY(cx_i_times_check(time, "time", err));
    if (offsets != NULL) {
        CX_TRY(cx_i_array_check(offsets, "offsets", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(time, "time", offsets, "offsets", err));
    }
    rows->time = time;
    rows->offsets = offsets;
    rows->offset = window == NULL ? 0 : window->offset * INT64_C(1000000);
    rows->first = 1; /* nothing found yet */
    return CX_OK;
}

/* -- rows ---------------------------------------------------------------------------------- */

/* Microseconds; *known is false where there is none. */
static cx_status windows_offset(const cx_i_window_rows *rows, int64_t row, int64_t *offset,
                                bool *known, cx_error *err) {
    double seconds;
    *offset = rows->offset;
    if (rows->offsets == NULL) return CX_OK;
    cx_i_array_read(rows->offsets, row, 1, &seconds);
    if (isnan(seconds)) {
        *known = false;
        return CX_OK;
    }
    if (seconds != floor(seconds) || fabs(seconds) > WINDOWS_MOST_OFFSET) {
        cx_array named = cx_i_array_named(rows->offsets, "offsets");
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, seconds,
                            "%g is no offset; offsets are whole seconds, at most a day", seconds);
    }
    *offset = (int64_t)seconds * 1000000;
    return CX_OK;
}

static cx_status windows_time(const cx_array *time, const char *role, int64_t row, int64_t *micros,
                              cx_error *err) {
    cx_array named = cx_i_array_named(time, role);
    return cx_i_times_read(&named, row, micros, err);
}

cx_status cx_i_window_rows_step(cx_i_window_rows *rows, int64_t row, int64_t *step, bool *known,
                                cx_error *err) {
    int64_t time, offset;
    *known = !cx_i_times_missing(rows->time, row);
    if (!*known) return CX_OK;
    CX_TRY(windows_offset(rows, row, &offset, known, err));
    if (!*known) return CX_OK;
    CX_TRY(windows_time(rows->time, "time", row, &time, err));
    if (!cx_i_add_i64(time, offset, &time))
        return cx_i_fail_at(err, CX_E_OVERFLOW, rows->time, row, (double)time,
                            "the local time is beyond the range of microseconds");
    if (time < rows->first || time >= rows->end) {
        rows->step = cx_i_calendar_step(&rows->calendar, time);
        rows->first = cx_i_calendar_start(&rows->calendar, rows->step);
        rows->end = cx_i_calendar_start(&rows->calendar, rows->step + 1);
    }
    *step = rows->step;
    return CX_OK;
}

static cx_status windows_fill_of(cx_i_window_rows *rows, cx_table *table, cx_error *err) {
    int64_t *column, step = 0;
    bool known;
    static const char *const names[] = {"window", "window_end"};
    for (int end = 0; end < 2; end++) {
        CX_TRY(cx_i_table_time(table, names[end], &column, err));
        for (int64_t i = 0; i < rows->time->length; i++) {
            CX_TRY(cx_i_window_rows_step(rows, i, &step, &known, err));
            column[i] = known ? (end == 1 ? rows->end : rows->first) : 0;
            if (!known) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

cx_status cx_window_of(const cx_array *time, const cx_array *offsets,
                       const cx_window_options *window, const cx_allocator *allocator,
                       cx_table **out, cx_error *err) {
    cx_i_window_rows rows;
    cx_table *table;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_window_rows_init(&rows, time, offsets, window, err));
    CX_TRY(cx_i_table_new(time->length, allocator, &table, err));
    cx_status status = windows_fill_of(&rows, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- delays -------------------------------------------------------------------------------- */

static cx_status windows_one_delay(const cx_array *event, const cx_array *answered, int64_t row,
                                   int32_t invalid, cx_delay *delay, cx_i_sortable *item,
                                   cx_error *err) {
    int64_t from, to;
    if (cx_i_times_missing(event, row) || cx_i_times_missing(answered, row)) {
        delay->missing++;
        return CX_OK;
    }
    CX_TRY(windows_time(event, "event", row, &from, err));
    CX_TRY(windows_time(answered, "answered", row, &to, err));
    if (to < from) {
        cx_array named = cx_i_array_named(answered, "answered");
        if (invalid == CX_INVALID_ERROR)
            return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, (double)to,
                                "the answer precedes the event");
        delay->before++;
        return CX_OK;
    }
    item->key = (uint64_t)to - (uint64_t)from;
    item->row = row;
    delay->n++;
    return CX_OK;
}

static double windows_delay_at(const cx_i_sortable *items, int64_t n, double share) {
    int64_t at = (int64_t)ceil(share * (double)n) - 1;
    if (n == 0) return NAN;
    return 1e-6 * (double)items[at < 0 ? 0 : at].key;
}

static cx_status windows_delays(const cx_array *event, const cx_array *answered, int32_t invalid,
                                cx_delay *delay, cx_i_sortable *items, cx_error *err) {
    for (int64_t row = 0; row < event->length; row++)
        CX_TRY(windows_one_delay(event, answered, row, invalid, delay, &items[delay->n], err));
    cx_i_sort(items, items + event->length, delay->n);
    delay->shortest = windows_delay_at(items, delay->n, 0);
    delay->median = windows_delay_at(items, delay->n, 0.5);
    delay->late = windows_delay_at(items, delay->n, 0.9);
    delay->longest = windows_delay_at(items, delay->n, 1);
    return CX_OK;
}

cx_status cx_answer_delay(const cx_array *event, const cx_array *answered, int32_t invalid,
                          const cx_allocator *allocator, cx_delay *out, cx_error *err) {
    cx_delay delay = {0, 0, 0, NAN, NAN, NAN, NAN, 0};
    int64_t room;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_times_check(event, "event", err));
    CX_TRY(cx_i_times_check(answered, "answered", err));
    CX_TRY(cx_i_array_same_length(event, "event", answered, "answered", err));
    if (invalid != CX_INVALID_EXCLUDE && invalid != CX_INVALID_ERROR)
        return cx_i_fail(err, CX_E_OPTION, "invalid is %d, neither exclude (0) nor error (1)",
                         (int64_t)invalid);
    cx_allocator own = cx_i_allocator(allocator);
    if (!cx_i_mul_i64(2, event->length, &room)) return cx_i_out_of_memory(err);
    cx_i_sortable *items = cx_i_alloc_array(&own, room + 1, sizeof *items);
    if (items == NULL) return cx_i_out_of_memory(err);
    cx_status status = windows_delays(event, answered, invalid, &delay, items, err);
    cx_i_free(&own, items);
    if (status == CX_OK) *out = delay;
    return status;
}
