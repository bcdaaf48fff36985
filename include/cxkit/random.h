#ifndef CXKIT_RANDOM_H
#define CXKIT_RANDOM_H

#include <cxkit/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup random Random numbers
 *
 * Counter-based: a number depends on (seed, purpose, index, draw) and on nothing else, neither on
 * order nor on threads. The streams are fixed for ever.
 * @{
 */

/** One block of 128 random bits. */
typedef struct cx_random_words {
    uint32_t w0; /**< first word */
    uint32_t w1; /**< second word */
    uint32_t w2; /**< third word */
    uint32_t w3; /**< fourth word */
} cx_random_words;

/** @brief Philox 4x32 with ten rounds [Salmon2011].
 *
 * @param      counter_low   words 0 and 1 of the counter
 * @param      counter_high  words 2 and 3 of the counter
 * @param      key           the key
 * @param[out] out           the block
 *
 * Cost: about 10 ns. Threads: pure. Since: 0.1.
 */
CX_API void cx_philox(uint64_t counter_low, uint64_t counter_high, uint64_t key,
                      cx_random_words *out);

/** @brief A uniform number strictly between 0 and 1, on a grid of 2^-52.
 *
 * @param seed     the user's seed
 * @param purpose  keeps independent uses apart
 * @param index    the row, the replicate, the customer
 * @param draw     the number of the draw for that index
 *
 * Threads: pure. Since: 0.1.
 */
CX_API double cx_random_uniform(uint64_t seed, uint32_t purpose, uint64_t index, uint32_t draw);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
