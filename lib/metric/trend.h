#ifndef CX_I_TREND_H
#define CX_I_TREND_H

#include <cxkit/trend.h>

#include "metric/compare.h"
#include "metric/windows.h"

/* A difference as a table shows it. */
typedef struct cx_i_trend_change {
    double value, low, high, p, adjusted;
    bool known, few; /* few: there is a difference, and no test of it */
} cx_i_trend_change;

typedef struct cx_i_trend_window {
    const cx_tally *tally; /* of all sites */
    cx_estimate estimate;
    cx_i_trend_change change, against;
    int64_t keys;
    double parts[6];                 /* mix and within, each with its limits */
    cx_estimate panel, panel_change; /* status CX_E_EMPTY where there is none */
} cx_i_trend_window;

typedef struct cx_i_trend {
    const cx_tallies *state;  /* windows and sites */
    const cx_tallies *series; /* windows, none left out */
    cx_compare_options score;
    cx_i_read_as as;
    int32_t few;
    int64_t min_n;
    cx_i_calendar calendar;
    int64_t count, first; /* windows, step of the first */
    cx_i_trend_window *window;
    bool sites;
    int64_t keys, panel_keys;
} cx_i_trend;

/* Mix and within of each change, and the panel; min_n has been to the windows, and goes to these.
 */
cx_status cx_i_trend_sites(cx_i_trend *trend, cx_error *err);

#endif
