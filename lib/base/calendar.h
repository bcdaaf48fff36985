#ifndef CX_I_CALENDAR_H
#define CX_I_CALENDAR_H

#include "base/base.h"

/* Windows of a calendar, numbered; number 0 holds 1970-01-01. Times are microseconds since 1970 on
 * a clock without jumps: UTC, or local time by an offset. The calendar is the Gregorian one, in
 * both directions. */
typedef enum cx_i_calendar_unit {
    CX_I_CALENDAR_SECOND = 0,
    CX_I_CALENDAR_DAY = 1,
    CX_I_CALENDAR_WEEK = 2,
    CX_I_CALENDAR_MONTH = 3
} cx_i_calendar_unit;

typedef struct cx_i_calendar {
    int32_t unit;
    int32_t every;     /* units in a step */
    int32_t first_day; /* of a week: 1 Monday .. 7 Sunday; 1 for other units */
    int32_t steps;     /* steps in a window; windows overlap when there are more than one */
} cx_i_calendar;

#define CX_I_CALENDAR_MOST_DAYS 36500 /* of `every`, beyond seconds */
#define CX_I_CALENDAR_NAME 64

/* The step that holds a time, and the first microsecond of a step (cut at the range of int64). */
int64_t cx_i_calendar_step(const cx_i_calendar *calendar, int64_t micros);
int64_t cx_i_calendar_start(const cx_i_calendar *calendar, int64_t step);

/* A key column that counts steps says so in its name, which therefore is part of what has to agree
 * for two states to merge: "window: 1 week from monday, 4 at a time". */
void cx_i_calendar_name(const cx_i_calendar *calendar, char *out, size_t size);
bool cx_i_calendar_parse(const char *name, cx_i_calendar *calendar);

#endif
