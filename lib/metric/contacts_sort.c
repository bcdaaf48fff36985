#include "metric/contacts.h"

/* Sorting in place: insertion for a few, else by the highest bit in which the records differ. That
 * needs no more passes than there are bits, whatever the order. */

enum { CONTACTS_FEW = 24, CONTACTS_KEY_WORDS = 3, CONTACTS_DIGIT = 11 };

/* The parts of a record that it is sorted by, most significant first. */
typedef struct contacts_order {
    int stride;      /* words of a record */
    int topic_shift; /* of contacts; records of three words have their key in the first two */
} contacts_order;

CX_I_INLINE uint64_t contacts_level(contacts_order order, const uint32_t *record, int level) {
    if (order.stride == CONTACTS_KEY_WORDS) return level == 0 ? cx_i_word64(record) : record[2];
    if (level == 0) return cx_i_contact_customer(record);
    if (level == 1) return (uint64_t)record[4] >> order.topic_shift;
    return level == 2 ? cx_i_word64(record + 2) : record[4];
}

CX_I_INLINE bool contacts_before(contacts_order order, const uint32_t *a, const uint32_t *b) {
    int levels = order.stride == CONTACTS_KEY_WORDS ? 2 : 4;
    for (int level = 0; level < levels; level++) {
        uint64_t x = contacts_level(order, a, level), y = contacts_level(order, b, level);
        if (x != y) return x < y;
    }
    return false;
}

CX_I_INLINE void contacts_insert(contacts_order order, uint32_t *words, int64_t count) {
    uint32_t moved[CX_I_CONTACT_WORDS];
    const size_t size = (size_t)order.stride * sizeof *words;
    for (int64_t i = 1; i < count; i++) {
        uint32_t *at = words + i * order.stride;
        if (!contacts_before(order, at, at - order.stride)) continue;
        memcpy(moved, at, size);
        do {
            memcpy(at, at - order.stride, size);
            at -= order.stride;
        } while (at > words && contacts_before(order, moved, at - order.stride));
        memcpy(at, moved, size);
    }
}

CX_I_INLINE bool contacts_is_sorted(contacts_order order, const uint32_t *words, int64_t count) {
    for (int64_t i = 1; i < count; i++)
        if (contacts_before(order, words + i * order.stride, words + (i - 1) * order.stride))
            return false;
    return true;
}

/* The highest level and bit in which the records differ; false when they are all the same. */
CX_I_INLINE bool contacts_differ(contacts_order order, const uint32_t *words, int64_t count,
                                 int *level, uint64_t *bit) {
    int levels = order.stride == CONTACTS_KEY_WORDS ? 2 : 4;
    for (*level = 0; *level < levels; ++*level) {
        uint64_t first = contacts_level(order, words, *level), differ = 0;
        for (int64_t i = 1; i < count; i++)
            differ |= first ^ contacts_level(order, words + i * order.stride, *level);
        if (differ == 0) continue;
        *bit = UINT64_C(1) << 63;
        while (!(differ & *bit)) *bit >>= 1;
        return true;
    }
    return false;
}

/* Records without the bit first; returns how many. */
CX_I_INLINE int64_t contacts_split(contacts_order order, uint32_t *words, int64_t count, int level,
                                   uint64_t bit) {
    uint32_t moved[CX_I_CONTACT_WORDS];
    const size_t size = (size_t)order.stride * sizeof *words;
    int64_t low = 0, high = count;
    for (;;) {
        while (low < high && !(contacts_level(order, words + low * order.stride, level) & bit))
            low++;
        while (low < high && contacts_level(order, words + (high - 1) * order.stride, level) & bit)
            high--;
        if (low >= high) return low;
        uint32_t *a = words + low * order.stride, *b = words + (high - 1) * order.stride;
        memcpy(moved, a, size);
        memcpy(a, b, size);
        memcpy(b, moved, size);
    }
}

/* One turn of the loop below: splits, and says which part is left to the caller. */
typedef struct contacts_part_of {
    uint32_t *words;
    int64_t count;
} contacts_part_of;

/* The smaller part comes back in `small`, the larger stays in `large`; false: nothing to split. */
CX_I_INLINE bool contacts_halve(contacts_order order, contacts_part_of *large,
                                contacts_part_of *small) {
    int level;
    uint64_t bit;
    if (large->count <= CONTACTS_FEW) {
        contacts_insert(order, large->words, large->count);
        return false;
    }
    if (!contacts_differ(order, large->words, large->count, &level, &bit)) return false;
    int64_t low = contacts_split(order, large->words, large->count, level, bit);
    contacts_part_of lower = {large->words, low};
    contacts_part_of upper = {large->words + low * order.stride, large->count - low};
    *large = low > upper.count ? lower : upper;
    *small = low > upper.count ? upper : lower;
    return true;
}

/* The larger part is next in the loop, so that the depth is at most the logarithm of the count. */
static void contacts_exchange(int topic_shift, contacts_part_of part) {
    contacts_part_of small;
    const contacts_order order = {CX_I_CONTACT_WORDS, topic_shift};
    while (contacts_halve(order, &part, &small)) contacts_exchange(topic_shift, small);
}

static void contacts_exchange_keys(contacts_part_of part) {
    contacts_part_of small;
    const contacts_order order = {CONTACTS_KEY_WORDS, -1};
    while (contacts_halve(order, &part, &small)) contacts_exchange_keys(small);
}

void cx_i_contacts_sort(uint32_t *words, int64_t first, int64_t last, int topic_shift) {
    uint32_t *begin = words + (size_t)first * CX_I_CONTACT_WORDS;
    int64_t count = last - first;
    contacts_order order = {CX_I_CONTACT_WORDS, topic_shift};
    if (count <= CONTACTS_FEW) {
        contacts_insert((contacts_order){CX_I_CONTACT_WORDS, topic_shift}, begin, count);
    } else if (!contacts_is_sorted(order, begin, count)) {
        contacts_exchange(topic_shift, (contacts_part_of){begin, count});
    }
}

/* -- keys, with room to move: digit by digit from the lowest ------------------------------- */

static void contacts_move_digit(const uint32_t *from, uint32_t *to, int64_t count, int shift) {
    int64_t ends[1 << CONTACTS_DIGIT] = {0}, begin = 0;
    const uint64_t mask = (1 << CONTACTS_DIGIT) - 1;
    for (int64_t i = 0; i < count; i++)
        ends[cx_i_word64(from + i * CONTACTS_KEY_WORDS) >> shift & mask]++;
    for (uint64_t digit = 0; digit <= mask; digit++) {
        int64_t size = ends[digit];
        ends[digit] = begin;
        begin += size;
    }
    for (int64_t i = 0; i < count; i++) {
        const uint32_t *record = from + i * CONTACTS_KEY_WORDS;
        int64_t at = ends[cx_i_word64(record) >> shift & mask]++;
        memcpy(to + at * CONTACTS_KEY_WORDS, record, CONTACTS_KEY_WORDS * sizeof *to);
    }
}

static void contacts_sort_digits(uint32_t *words, uint32_t *scratch, int64_t count) {
    uint64_t differ = 0, first = cx_i_word64(words);
    uint32_t *from = words, *to = scratch;
    for (int64_t i = 1; i < count; i++)
        differ |= first ^ cx_i_word64(words + i * CONTACTS_KEY_WORDS);
    for (int shift = 0; shift < 64 && differ >> shift != 0; shift += CONTACTS_DIGIT) {
        if ((differ >> shift & ((1 << CONTACTS_DIGIT) - 1)) == 0) continue;
        contacts_move_digit(from, to, count, shift);
        uint32_t *swap = from;
        from = to, to = swap;
    }
    if (from != words) memcpy(words, from, (size_t)count * CONTACTS_KEY_WORDS * sizeof *words);
}

void cx_i_contacts_sort_keys(uint32_t *words, uint32_t *scratch, int64_t count) {
    if (count <= CONTACTS_FEW)
        contacts_insert((contacts_order){CONTACTS_KEY_WORDS, -1}, words, count);
    else if (scratch != NULL && count > 1 << CONTACTS_DIGIT)
        contacts_sort_digits(words, scratch, count);
    else
        contacts_exchange_keys((contacts_part_of){words, count});
}
