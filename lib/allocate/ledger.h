#ifndef CX_I_LEDGER_H
#define CX_I_LEDGER_H

#include <cxkit/ledger.h>

#include "base/base.h"

/* A ledger is 64 tables, chosen by the first bits of the key; each is probed linearly and
 * kept in the order of its keys, so that a miss ends early, a merge is a merge of sorted lists and
 * the encoded bytes need no sorting. Keys and cells lie apart: probing reads keys only. */

enum {
    CX_I_LEDGER_BITS = 6,
    CX_I_LEDGER_SHARDS = 1 << CX_I_LEDGER_BITS,
    CX_I_LEDGER_CELLS = CX_LEDGER_EVENTS
};
#define CX_I_PAST_EMPTY UINT32_MAX
#define CX_I_PAST_AGE 0xFFFFEu /* minutes: 728 days */

/* First the latest of each kind that is kept, then the others, latest first. */
typedef struct cx_i_past {
    uint32_t newest;                  /* minute of the latest event */
    uint32_t forgotten;               /* minute of the latest one that is not here; 0: none */
    uint32_t cell[CX_I_LEDGER_CELLS]; /* kind 2 bits, place 10 bits, minutes before `newest` 20 */
} cx_i_past;

typedef struct cx_i_shard {
    uint64_t *keys; /* 0: empty; the cells follow in the same block */
    cx_i_past *cells;
    uint32_t slots, room; /* home positions; and some more behind the last */
    uint32_t count;
} cx_i_shard;

struct cx_ledger {
    cx_allocator allocator;
    uint32_t events;
    int32_t kinds;                 /* how many are kept */
    int32_t latest[CX_EVENT_END];  /* the cell of the latest of a kind, or -1 */
    int32_t kind_of[CX_EVENT_END]; /* the kind of such a cell */
    uint64_t fingerprint;          /* of the salt */
    int64_t count;
    cx_i_shard shards[CX_I_LEDGER_SHARDS];
};

typedef struct cx_i_event {
    uint32_t minute;
    uint16_t place, kind;
} cx_i_event;

CX_I_INLINE uint32_t cx_i_past_age(uint32_t cell) {
    return cell & 0xFFFFFu;
}
CX_I_INLINE uint32_t cx_i_past_place(uint32_t cell) {
    return cell >> 20 & 0x3FFu;
}
CX_I_INLINE uint32_t cx_i_past_kind(uint32_t cell) {
    return cell >> 30;
}

CX_I_INLINE const cx_i_shard *cx_i_ledger_shard(const cx_ledger *ledger, uint64_t key) {
    return &ledger->shards[key >> (64 - CX_I_LEDGER_BITS)];
}
CX_I_INLINE uint32_t cx_i_shard_home(const cx_i_shard *shard, uint64_t key) {
    return (uint32_t)((key << CX_I_LEDGER_BITS >> 32) * shard->slots >> 32);
}

/* The cells of a contact, or NULL. */
const cx_i_past *cx_i_ledger_find(const cx_ledger *ledger, uint64_t key);
/* The same, with a slot where it may be; and such a slot. */
const cx_i_past *cx_i_ledger_find_at(const cx_ledger *ledger, uint64_t key, uint32_t slot);
uint32_t cx_i_ledger_slot(const cx_ledger *ledger, uint64_t key);
/* The minute an event ends in; CX_E_DOMAIN before 1970 and beyond 2^32 minutes. */
cx_status cx_i_ledger_minute(int64_t time, uint32_t *minute, cx_error *err);
/* Enters an event whose parts are in range. `before`, if not NULL, gets the cells as they were, and
 * *known whether there were any. */
cx_status cx_i_ledger_enter(cx_ledger *ledger, uint64_t key, cx_i_event event, cx_i_past *before,
                            bool *known, cx_error *err);
/* Undoes an entry. */
void cx_i_ledger_restore(cx_ledger *ledger, uint64_t key, const cx_i_past *before, bool known);

/* Events of cells, unordered; returns how many. */
int cx_i_past_expand(const cx_ledger *ledger, const cx_i_past *cells, cx_i_event *events);
/* The one form of a set of at least one event, at most 2 * CX_I_LEDGER_CELLS; sorts the list. */
void cx_i_past_pack(const cx_ledger *ledger, cx_i_event *events, int count, uint32_t forgotten,
                    cx_i_past *out);
void cx_i_past_join(const cx_ledger *ledger, const cx_i_past *a, const cx_i_past *b,
                    cx_i_past *out);

/* Filling an empty shard in key order: room first, then each; false when the end is overrun. */
cx_status cx_i_shard_make(const cx_ledger *ledger, cx_i_shard *shard, uint64_t slots,
                          cx_error *err);
bool cx_i_shard_append(cx_i_shard *shard, uint32_t *next, uint64_t key, const cx_i_past *cells);
uint64_t cx_i_shard_slots(uint64_t contacts);

/* The two halves of the key that hashes text with this salt, and what tells salts apart. */
void cx_i_contact_salted(uint64_t salt, uint64_t *key0, uint64_t *key1);
uint64_t cx_i_contact_fingerprint(uint64_t salt);
/* SipHash-2-4 */
uint64_t cx_i_sip_hash(const uint8_t *bytes, size_t size, uint64_t key0, uint64_t key1);

#endif
