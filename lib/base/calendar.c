#include "base/calendar.h"

#define CALENDAR_SECOND INT64_C(1000000)
#define CALENDAR_DAY (86400 * CALENDAR_SECOND)

static int64_t calendar_floor(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* -- days and months ----------------------------------------------------------------------- */

/* Years that begin in March end with the leap day, so that the lengths of their months repeat every
 * five; 400 years have 146,097 days. Day 0 of the first such cycle is 0000-03-01. */
enum { CALENDAR_CYCLE = 146097, CALENDAR_TO_1970 = 719468 };

/* Months since January 1970 */
static int64_t calendar_month(int64_t day) {
    int64_t cycle = calendar_floor(day + CALENDAR_TO_1970, CALENDAR_CYCLE);
    int64_t rest = day + CALENDAR_TO_1970 - cycle * CALENDAR_CYCLE;
    int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t day_of_year = rest - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */
    return (400 * cycle + year - 1970) * 12 + month + 2;
}

static int64_t calendar_first_of_month(int64_t month) {
    int64_t since_march = month - 2 + 1970 * 12;
    int64_t year = calendar_floor(since_march, 12);
    int64_t month_of_year = since_march - 12 * year;
    int64_t cycle = calendar_floor(year, 400);
    year -= 400 * cycle;
    int64_t day_of_year = (153 * month_of_year + 2) / 5;
    return cycle * CALENDAR_CYCLE + 365 * year + year / 4 - year / 100 + day_of_year -
           CALENDAR_TO_1970;
}

/* -- steps --------------------------------------------------------------------------------- */

/* Days from the first day of its week to 1970-01-01, a Thursday. */
static int64_t calendar_into_week(const cx_i_calendar *calendar) {
    return (4 - calendar->first_day + 7) % 7;
}

int64_t cx_i_calendar_step(const cx_i_calendar *calendar, int64_t micros) {
    if (calendar->unit == CX_I_CALENDAR_SECOND)
        return calendar_floor(micros, calendar->every * CALENDAR_SECOND);
    int64_t day = calendar_floor(micros, CALENDAR_DAY);
    if (calendar->unit == CX_I_CALENDAR_DAY) return calendar_floor(day, calendar->every);
    if (calendar->unit == CX_I_CALENDAR_WEEK)
        return calendar_floor(day + calendar_into_week(calendar), 7 * (int64_t)calendar->every);
    return calendar_floor(calendar_month(day), calendar->every);
}

static int64_t calendar_times(int64_t a, int64_t b) {
    int64_t product = (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
    (void)cx_i_mul_i64(a, b, &product);
    return product;
}

int64_t cx_i_calendar_start(const cx_i_calendar *calendar, int64_t step) {
    int64_t every = calendar->every, days;
    const int64_t most = INT64_MAX / CALENDAR_DAY;
    if (calendar->unit == CX_I_CALENDAR_SECOND)
        return calendar_times(step, every * CALENDAR_SECOND);
    if (step > most || step < -most) return step < 0 ? INT64_MIN : INT64_MAX;
    if (calendar->unit == CX_I_CALENDAR_DAY)
        days = step * every;
    else if (calendar->unit == CX_I_CALENDAR_WEEK)
        days = step * every * 7 - calendar_into_week(calendar);
    else
        days = calendar_first_of_month(step * every);
    return calendar_times(days, CALENDAR_DAY);
}

/* -- names --------------------------------------------------------------------------------- */

static const char *const calendar_units[] = {"second", "day", "week", "month"};
static const char *const calendar_days[] = {"",         "monday", "tuesday",  "wednesday",
                                            "thursday", "friday", "saturday", "sunday"};

void cx_i_calendar_name(const cx_i_calendar *calendar, char *out, size_t size) {
    size_t used = cx_i_text(out, size, "window: %d %s", (int64_t)calendar->every,
                            calendar_units[calendar->unit]);
    if (calendar->unit == CX_I_CALENDAR_WEEK)
        used += cx_i_text(out + used, size - used, " from %s", calendar_days[calendar->first_day]);
    if (calendar->steps > 1)
        cx_i_text(out + used, size - used, ", %d at a time", (int64_t)calendar->steps);
}

static const char *calendar_word(const char *text, const char *word) {
    size_t length = strlen(word);
    return text != NULL && strncmp(text, word, length) == 0 ? text + length : NULL;
}

static const char *calendar_number(const char *text, int32_t *number) {
    int64_t value = 0;
    if (text == NULL || *text < '0' || *text > '9') return NULL;
    for (; *text >= '0' && *text <= '9' && value <= INT32_MAX; text++)
        value = 10 * value + (*text - '0');
    *number = (int32_t)value;
    return value >= 1 && value <= INT32_MAX ? text : NULL;
}

/* One of `count` words from `first` on; NULL when there is none. */
static const char *calendar_choice(const char *text, const char *const *words, int32_t first,
                                   int32_t count, int32_t *choice) {
    for (int32_t i = first; text != NULL && i < count; i++) {
        const char *rest = calendar_word(text, words[i]);
        *choice = i;
        if (rest != NULL) return rest;
    }
    return NULL;
}

bool cx_i_calendar_parse(const char *name, cx_i_calendar *calendar) {
    const char *rest = calendar_number(calendar_word(name, "window: "), &calendar->every);
    calendar->first_day = calendar->steps = 1;
    rest = calendar_choice(calendar_word(rest, " "), calendar_units, 0, 4, &calendar->unit);
    if (rest == NULL) return false;
    if (calendar->unit == CX_I_CALENDAR_WEEK)
        rest = calendar_choice(calendar_word(rest, " from "), calendar_days, 1, 8,
                               &calendar->first_day);
    if (rest != NULL && *rest != '\0') {
        rest = calendar_number(calendar_word(rest, ", "), &calendar->steps);
        rest = calendar_word(rest, " at a time");
    }
    bool days = calendar->unit != CX_I_CALENDAR_SECOND;
    return rest != NULL && *rest == '\0' && (!days || calendar->every <= CX_I_CALENDAR_MOST_DAYS);
}
