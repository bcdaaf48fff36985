#ifndef CX_I_WINDOWS_H
#define CX_I_WINDOWS_H

#include <cxkit/windows.h>

#include "base/calendar.h"
#include "metric/tallies.h"

/* Times of rows as steps of a calendar. */
typedef struct cx_i_window_rows {
    const cx_array *time, *offsets; /* offsets may be NULL */
    cx_i_calendar calendar;
    int64_t offset;           /* microseconds, without `offsets` */
    int64_t first, end, step; /* the step found last: [first, end) */
} cx_i_window_rows;

/* Checks columns and options; `time` and `offsets` are named when they have no name. */
cx_status cx_i_window_rows_init(cx_i_window_rows *rows, const cx_array *time,
                                const cx_array *offsets, const cx_window_options *window,
                                cx_error *err);
/* The step of one row; *known is false without time or offset. */
cx_status cx_i_window_rows_step(cx_i_window_rows *rows, int64_t row, int64_t *step, bool *known,
                                cx_error *err);

/* Keys beside the windows; `by` may be NULL. */
cx_status cx_i_windows_check_by(const cx_frame *by, const cx_array *scores, cx_error *err);

/* The calendar of a set's first key; CX_E_MISMATCH when that is no window. */
cx_status cx_i_windows_calendar(const cx_tallies *tallies, cx_i_calendar *out, cx_error *err);
/* The step in the key at a position in key order; false where there is none. */
bool cx_i_windows_step(const cx_tallies *tallies, int64_t index, int64_t *step);
/* Flags the rows of rolling windows that reach back beyond the first answers. */
void cx_i_windows_flag(const cx_tallies *tallies, cx_estimate *rows);

#endif
