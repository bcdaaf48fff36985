#ifndef CX_I_WAITS_H
#define CX_I_WAITS_H

#include <cxkit/waits.h>

#include "base/keys.h"
#include "stat/survival.h"
#include "stat/table.h"

typedef struct cx_i_waits_group {
    cx_i_survival table;
    int64_t excluded[CX_EXCLUDED_END];
} cx_i_waits_group;

struct cx_waits {
    cx_allocator allocator;
    cx_i_keys keys;           /* no columns: one group, or none as long as nothing was added */
    cx_i_waits_group *groups; /* by key number */
    int64_t *order;           /* key numbers, sorted by key */
    int64_t room, made;       /* of both arrays; groups in use */
    int64_t count;            /* rows added, those left out too */
};

/* Room for `count` groups and empty ones up to it. On failure unchanged but for room. */
cx_status cx_i_waits_make(cx_waits *waits, int64_t count, cx_error *err);
/* Adds `more`, made with the same allocator, and empties it: tables without a counterpart are
 * moved and not copied. */
cx_status cx_i_waits_absorb(cx_waits *waits, cx_waits *more, cx_error *err);
/* All that was counted; false when it exceeds 2^63 - 1. */
bool cx_i_waits_count(const cx_waits *waits, int64_t *count);
/* The group at a position in key order, or NULL */
const cx_i_waits_group *cx_i_waits_at(const cx_waits *waits, int64_t index);

/* Reads rows start .. start + count (count <= CX_I_BLOCK) into durations and ends: end 1 or 0, NaN
 * for unknown; a row that is left out gets -1 - its reason as its duration. */
typedef cx_status (*cx_i_waits_reader)(const void *source, int64_t start, int64_t count,
                                       double *durations, double *ends, cx_error *err);
/* Adds rows 0 .. length, split by `by` unless NULL. */
cx_status cx_i_waits_add_rows(cx_waits *waits, cx_i_waits_reader reader, const void *source,
                              int64_t length, const cx_frame *by, cx_error *err);

/* -- times --------------------------------------------------------------------------------- */

/* One time in microseconds, or missing; CX_E_OVERFLOW where differences could overflow. */
cx_status cx_i_time_read(const cx_array *column, const char *role, int64_t row, bool *missing,
                         int64_t *time, cx_error *err);
/* The options `now` and `invalid` of functions that look at open cases. */
cx_status cx_i_now_check(int64_t now, int32_t invalid, cx_error *err);
/* A row that cannot be: left out under out_of_range, or an error that says `what`. */
cx_status cx_i_time_impossible(const cx_array *column, const char *role, int64_t row,
                               int32_t invalid, const char *what, double *duration, cx_error *err);

/* -- reading ------------------------------------------------------------------------------- */

cx_status cx_i_curve_options_check(const cx_curve_options *options, cx_curve_options *used,
                                   cx_error *err);
/* An estimate of one group at t (or p); fills what is known even when it fails with CX_E_EMPTY or
 * CX_E_UNIDENTIFIED. */
typedef cx_status (*cx_i_curve_figure)(const cx_i_waits_group *group, double at,
                                       const cx_curve_options *options, cx_estimate *out,
                                       cx_error *err);
cx_status cx_i_curve_within(const cx_i_waits_group *group, double at,
                            const cx_curve_options *options, cx_estimate *out, cx_error *err);
cx_status cx_i_curve_quantile(const cx_i_waits_group *group, double at,
                              const cx_curve_options *options, cx_estimate *out, cx_error *err);
/* Which groups min_n hides, by position. NULL for waits without keys: CX_E_SUPPRESSED instead. */
cx_status cx_i_waits_hidden(const cx_waits *waits, const cx_curve_options *options, bool *hidden,
                            cx_error *err);
/* Hides what is hidden. */
void cx_i_waits_hide(const bool *hidden, cx_estimate *rows, int64_t count);
/* The key columns, as far as there are any. */
cx_status cx_i_waits_key_columns(const cx_waits *waits, cx_table *table, cx_error *err);

#endif
