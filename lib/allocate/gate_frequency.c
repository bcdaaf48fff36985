#include "allocate/gate.h"

/* How often a contact has come lately: one counter for all contacts whose keys end alike, halved
 * when a window is over. A counter shared by two is too high: some contacts land in a class above
 * their own, which only blurs the classes, for a class is a function of the past in any case. */

void cx_i_frequency_advance(cx_i_frequency *visits, int64_t time) {
    int64_t now = time / visits->window, passed = now - visits->current;
    if (passed <= 0) return;
    if (visits->current >= 0)
        for (uint64_t i = 0; i <= visits->mask; i++)
            visits->counts[i] = (uint8_t)(passed > 7 ? 0 : visits->counts[i] >> (int)passed);
    visits->current = now;
}

int32_t cx_i_frequency_class(const cx_i_frequency *visits, uint64_t contact) {
    uint32_t count = visits->counts[contact & visits->mask];
    int32_t level = 0;
    for (; count > 0 && level < CX_FREQUENCY_CLASSES - 1; level++) count >>= 1;
    return level;
}

void cx_i_frequency_add(cx_i_frequency *visits, uint64_t contact) {
    uint8_t *count = &visits->counts[contact & visits->mask];
    *count = (uint8_t)(*count + (*count < UINT8_MAX));
}

void cx_i_frequency_take(cx_i_frequency *visits, uint64_t contact) {
    uint8_t *count = &visits->counts[contact & visits->mask];
    if (contact != 0 && *count > 0 && *count < UINT8_MAX) *count = (uint8_t)(*count - 1);
}
