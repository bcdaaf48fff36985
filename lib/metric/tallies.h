#ifndef CX_I_TALLIES_H
#define CX_I_TALLIES_H

#include "base/keys.h"
#include "metric/tally.h"
#include "stat/table.h"

struct cx_tallies {
    cx_allocator allocator;
    int32_t scale_min, scale_max;
    cx_i_keys keys;
    cx_tally **tally; /* by key number; no scratch cells */
    int64_t *order;   /* key numbers, sorted by key */
    int64_t room;     /* of tally and order */
    int64_t made;     /* tallies that exist; the number of keys once a call has succeeded */
};

cx_status cx_i_tallies_reserve(cx_tallies *self, int64_t count, cx_error *err);

#endif
