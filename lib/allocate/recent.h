#ifndef CX_I_RECENT_H
#define CX_I_RECENT_H

#include <cxkit/recent.h>

#include "base/base.h"

enum { CX_I_RECENT_WORDS = 8 };

struct cx_recent {
    cx_allocator allocator;
    int32_t kept;         /* generations kept: one more than the window has */
    int64_t span, newest; /* microseconds of a generation; number of the latest, -1: none */
    uint64_t blocks;      /* of a generation */
    double capacity;      /* contacts of a generation that this is made for */
    uint64_t fingerprint;
    uint64_t *words; /* block, then generation modulo kept, then CX_I_RECENT_WORDS */
};

/* Until when the contact is spared, in microseconds; -1: it was not asked. */
int64_t cx_i_recent_until(const cx_recent *filter, uint64_t contact, int64_t time);
/* The words that change when the contact is entered at this time, if no generation gives way. */
uint64_t *cx_i_recent_line(const cx_recent *filter, uint64_t contact, int64_t time);
/* Share of contacts never asked that are taken for asked at this time. */
double cx_i_recent_rate(const cx_recent *filter, int64_t time);

#endif
