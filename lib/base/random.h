#ifndef CX_I_RANDOM_H
#define CX_I_RANDOM_H

#include "base/base.h"

#include <cxkit/random.h>

/* The words of cx_philox for 16 counters in a row. */
#define CX_I_RANDOM_WORDS 64
void cx_i_random_words(uint64_t counter_low, uint64_t counter_high, uint64_t key, uint32_t *out);
/* The first two words, the second above, for 32 counters of any kind. */
#define CX_I_RANDOM_PAIRS 32
void cx_i_random_pairs(const uint64_t *counter_low, const uint64_t *counter_high, uint64_t key,
                       uint64_t *out);

#endif
