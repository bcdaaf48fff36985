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

/* A batch of answers and their keys, already checked. */
typedef struct cx_i_tallies_batch {
    cx_i_answers answers;
    const cx_frame *by;
} cx_i_tallies_batch;

/* Fills a set that holds no answers yet; on failure its content is undefined. */
cx_status cx_i_tallies_fill(cx_tallies *set, const cx_i_tallies_batch *batch, cx_error *err);
/* A new set from one batch, which is checked; keys as in `like`, where that has some. */
cx_status cx_i_tallies_from_batch(const cx_i_tallies_batch *batch, int32_t scale_min,
                                  int32_t scale_max, const cx_allocator *allocator,
                                  const cx_i_keys *like, cx_tallies **out, cx_error *err);
/* Makes the tallies of keys that have none. */
cx_status cx_i_tallies_make(cx_tallies *set, cx_error *err);
cx_status cx_i_tallies_reserve(cx_tallies *self, int64_t count, cx_error *err);

#endif
