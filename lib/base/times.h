#ifndef CX_I_TIMES_H
#define CX_I_TIMES_H

#include "base/array.h"

/* A column of times: timestamps, or whole numbers of microseconds since 1970 UTC. */
cx_status cx_i_times_check(const cx_array *column, const char *role, cx_error *err);
/* A null or NaN in any column of numbers or times; text is missing through its dictionary too. */
bool cx_i_times_missing(const cx_array *column, int64_t row);
/* One time that is present, in microseconds since 1970 UTC, whatever the unit it came in. */
cx_status cx_i_times_read(const cx_array *column, int64_t row, int64_t *micros, cx_error *err);

#endif
