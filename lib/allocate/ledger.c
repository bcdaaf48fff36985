#include "allocate/ledger.h"

/* Life of a ledger, and its tables: finding, entering, erasing. */

#define LEDGER_LOAD_OF 16 /* 15 of 16 slots are used */
#define LEDGER_GROWTH 80  /* grown by an 80th: 48 bytes a contact at most */
#define LEDGER_STRIDE 8
#define LEDGER_MINUTE INT64_C(60000000)
#define LEDGER_MOST_SLOTS (UINT64_C(1) << 31)

static const char *const ledger_event_names[] = {
#define LEDGER_EVENT_NAME(name, number, text) text,
    CX_EVENT_LIST(LEDGER_EVENT_NAME)};

const char *cx_event_name(int32_t event) {
    return event >= 0 && event < CX_EVENT_END ? ledger_event_names[event] : "unknown";
}

/* -- tables -------------------------------------------------------------------------------- */

uint64_t cx_i_shard_slots(uint64_t contacts) {
    return contacts + contacts / (LEDGER_LOAD_OF - 1) + 1;
}

cx_status cx_i_shard_make(const cx_ledger *ledger, cx_i_shard *shard, uint64_t slots,
                          cx_error *err) {
    uint64_t room = slots + slots / 256 + 16;
    size_t each = sizeof *shard->keys + sizeof *shard->cells;
    if (slots > LEDGER_MOST_SLOTS)
        return cx_i_fail(err, CX_E_LIMIT, "a ledger holds at most 2^36 contacts");
    uint8_t *block = cx_i_alloc_room(&ledger->allocator, (int64_t)room, each);
    if (block == NULL) return cx_i_out_of_memory(err);
    memset(block, 0, (size_t)room * sizeof *shard->keys);
    shard->keys = (uint64_t *)(void *)block;
    shard->cells = (cx_i_past *)(void *)(block + (size_t)room * sizeof *shard->keys);
    shard->slots = (uint32_t)slots;
    shard->room = (uint32_t)room;
    shard->count = 0;
    return CX_OK;
}

bool cx_i_shard_append(cx_i_shard *shard, uint32_t *next, uint64_t key, const cx_i_past *cells) {
    uint32_t at = cx_i_shard_home(shard, key);
    if (at < *next) at = *next;
    if (at + 1 >= shard->room) return false; /* the last one stays empty */
    shard->keys[at] = key;
    shard->cells[at] = *cells;
    shard->count++;
    *next = at + 1;
    return true;
}

/* The same contacts in `slots` slots, or in more when they would not fit. */
static cx_status ledger_grow(cx_ledger *ledger, cx_i_shard *shard, uint64_t slots, cx_error *err) {
    cx_i_shard larger;
    for (;; slots += slots / 16 + 16) {
        uint32_t next = 0;
        bool fits = true;
        CX_TRY(cx_i_shard_make(ledger, &larger, slots, err));
        for (uint32_t i = 0; i < shard->room && fits; i++)
            if (shard->keys[i] != 0)
                fits = cx_i_shard_append(&larger, &next, shard->keys[i], &shard->cells[i]);
        if (fits) break;
        cx_i_free(&ledger->allocator, larger.keys);
    }
    cx_i_free(&ledger->allocator, shard->keys);
    *shard = larger;
    return CX_OK;
}

/* Where the key is, or where it belongs: the first key that is not smaller, or an empty slot. */
static uint32_t ledger_seek(const cx_i_shard *shard, uint64_t key) {
    uint32_t at = cx_i_shard_home(shard, key);
    /* Eight at a time without a branch that could be mistaken; empty ones count as the largest. */
    while (at + LEDGER_STRIDE <= shard->room) {
        uint32_t smaller = 0;
        for (uint32_t i = 0; i < LEDGER_STRIDE; i++) smaller += shard->keys[at + i] - 1 < key - 1;
        at += smaller;
        if (smaller < LEDGER_STRIDE) return at;
    }
    while (shard->keys[at] != 0 && shard->keys[at] < key) at++;
    return at;
}

const cx_i_past *cx_i_ledger_find(const cx_ledger *ledger, uint64_t key) {
    const cx_i_shard *shard = cx_i_ledger_shard(ledger, key);
    if (shard->count == 0) return NULL;
    uint32_t at = ledger_seek(shard, key);
    return shard->keys[at] == key ? &shard->cells[at] : NULL;
}

const cx_i_past *cx_i_ledger_find_at(const cx_ledger *ledger, uint64_t key, uint32_t slot) {
    const cx_i_shard *shard = cx_i_ledger_shard(ledger, key);
    if (slot < shard->room && shard->keys[slot] == key) return &shard->cells[slot];
    return cx_i_ledger_find(ledger, key);
}

uint32_t cx_i_ledger_slot(const cx_ledger *ledger, uint64_t key) {
    const cx_i_shard *shard = cx_i_ledger_shard(ledger, key);
    return shard->count == 0 ? UINT32_MAX : ledger_seek(shard, key);
}

/* Shifts what follows by one; false when the end is reached. */
static bool ledger_insert(cx_i_shard *shard, uint32_t at, uint64_t key, const cx_i_past *cells) {
    uint32_t end = at;
    while (shard->keys[end] != 0) end++;
    if (end + 1 >= shard->room) return false;
    memmove(&shard->keys[at + 1], &shard->keys[at], (end - at) * sizeof *shard->keys);
    memmove(&shard->cells[at + 1], &shard->cells[at], (end - at) * sizeof *shard->cells);
    shard->keys[at] = key;
    shard->cells[at] = *cells;
    shard->count++;
    return true;
}

static uint64_t ledger_more(const cx_i_shard *shard) {
    return (uint64_t)shard->slots + shard->slots / LEDGER_GROWTH + 8;
}

static cx_status ledger_put(cx_ledger *ledger, uint64_t key, const cx_i_past *cells,
                            cx_error *err) {
    cx_i_shard *shard = &ledger->shards[key >> (64 - CX_I_LEDGER_BITS)];
    if (cx_i_shard_slots((uint64_t)shard->count + 1) > shard->slots)
        CX_TRY(ledger_grow(ledger, shard, ledger_more(shard), err));
    while (!ledger_insert(shard, ledger_seek(shard, key), key, cells))
        CX_TRY(ledger_grow(ledger, shard, ledger_more(shard), err));
    ledger->count++;
    return CX_OK;
}

/* -- life ---------------------------------------------------------------------------------- */

void cx_ledger_options_init(cx_ledger_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->events = (1u << CX_EVENT_END) - 1;
}

static cx_status ledger_check_options(const cx_ledger_options *given, cx_ledger_options *options,
                                      cx_error *err) {
    cx_ledger_options_init(options);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, options, sizeof *options, "cx_ledger_options", err));
    options->struct_size = sizeof *options;
    if (options->events == 0 || options->events >> CX_EVENT_END != 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "events is %d; it has to be a sum of 1, 2, 4 and 8: invited, shown, "
                         "declined, answered",
                         (int64_t)options->events);
    if (options->capacity < 0 || options->capacity > INT64_C(1) << 36)
        return cx_i_fail(err, CX_E_OPTION, "capacity is %d; it has to lie between 0 and 2^36",
                         options->capacity);
    return CX_OK;
}

static void ledger_set_events(cx_ledger *ledger, uint32_t events) {
    ledger->events = events;
    for (int kind = 0; kind < CX_EVENT_END; kind++) {
        ledger->latest[kind] = -1;
        if ((events >> kind & 1) == 0) continue;
        ledger->kind_of[ledger->kinds] = kind;
        ledger->latest[kind] = ledger->kinds++;
    }
}

/* The mean of what falls into a shard: half of them grow once or twice. */
static cx_status ledger_reserve(cx_ledger *ledger, int64_t capacity, cx_error *err) {
    uint64_t each = (uint64_t)capacity / CX_I_LEDGER_SHARDS + 1;
    if (capacity == 0) return CX_OK;
    for (int i = 0; i < CX_I_LEDGER_SHARDS; i++)
        CX_TRY(cx_i_shard_make(ledger, &ledger->shards[i], cx_i_shard_slots(each), err));
    return CX_OK;
}

cx_status cx_ledger_new(const cx_ledger_options *options, const cx_allocator *allocator,
                        cx_ledger **out, cx_error *err) {
    cx_ledger_options checked;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(ledger_check_options(options, &checked, err));
    cx_allocator own = cx_i_allocator(allocator);
    cx_ledger *ledger = cx_i_alloc(&own, sizeof *ledger);
    if (ledger == NULL) return cx_i_out_of_memory(err);
    ledger->allocator = own;
    ledger->fingerprint = cx_i_contact_fingerprint(checked.salt);
    ledger_set_events(ledger, checked.events);
    cx_status status = ledger_reserve(ledger, checked.capacity, err);
    if (status == CX_OK)
        *out = ledger;
    else
        cx_ledger_free(ledger);
    return status;
}

void cx_ledger_reset(cx_ledger *self) {
    if (self == NULL) return;
    for (int i = 0; i < CX_I_LEDGER_SHARDS; i++) cx_i_free(&self->allocator, self->shards[i].keys);
    memset(self->shards, 0, sizeof self->shards);
    self->count = 0;
}

void cx_ledger_free(cx_ledger *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    cx_ledger_reset(self);
    cx_i_free(&allocator, self);
}

int64_t cx_ledger_size(const cx_ledger *self) {
    return self == NULL ? 0 : self->count;
}

uint32_t cx_ledger_events(const cx_ledger *self) {
    return self == NULL ? 0 : self->events;
}

int cx_ledger_is_salted(const cx_ledger *self, uint64_t salt) {
    return self != NULL && self->fingerprint == cx_i_contact_fingerprint(salt);
}

int64_t cx_ledger_memory(const cx_ledger *self) {
    int64_t bytes = self == NULL ? 0 : (int64_t)sizeof *self;
    for (int i = 0; self != NULL && i < CX_I_LEDGER_SHARDS; i++)
        bytes += (int64_t)self->shards[i].room * (int64_t)(sizeof(uint64_t) + sizeof(cx_i_past));
    return bytes;
}

/* -- events -------------------------------------------------------------------------------- */

cx_status cx_i_ledger_minute(int64_t time, uint32_t *minute, cx_error *err) {
    if (time < 0 || time > (INT64_C(1) << 32) * LEDGER_MINUTE - 2 * LEDGER_MINUTE)
        return cx_i_fail(err, CX_E_DOMAIN,
                         "the time of an event is %d microseconds; it has to lie between 1970 and "
                         "the year 10136",
                         time);
    *minute = (uint32_t)((time + LEDGER_MINUTE - 1) / LEDGER_MINUTE);
    return CX_OK;
}

cx_status cx_i_ledger_enter(cx_ledger *ledger, uint64_t key, cx_i_event event, cx_i_past *before,
                            bool *known, cx_error *err) {
    cx_i_past one, *cells = (cx_i_past *)(uintptr_t)cx_i_ledger_find(ledger, key);
    *known = cells != NULL;
    if (cells == NULL) {
        cx_i_past_pack(ledger, &event, 1, 0, &one);
        return ledger_put(ledger, key, &one, err);
    }
    if (before != NULL) *before = *cells;
    cx_i_event events[2 * CX_I_LEDGER_CELLS];
    int count = cx_i_past_expand(ledger, cells, events);
    events[count++] = event;
    cx_i_past_pack(ledger, events, count, cells->forgotten, cells);
    return CX_OK;
}

void cx_i_ledger_restore(cx_ledger *ledger, uint64_t key, const cx_i_past *before, bool known) {
    cx_i_past *cells = (cx_i_past *)(uintptr_t)cx_i_ledger_find(ledger, key);
    if (cells != NULL && known)
        *cells = *before;
    else
        cx_ledger_erase(ledger, key);
}

cx_status cx_ledger_record(cx_ledger *self, uint64_t contact, int32_t event, int32_t place,
                           int64_t time, cx_error *err) {
    cx_i_event entry;
    bool known;
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (contact == 0)
        return cx_i_fail(err, CX_E_DOMAIN, "contact is 0, which is the key of nobody");
    if (event < 0 || event >= CX_EVENT_END)
        return cx_i_fail(err, CX_E_DOMAIN, "event is %d; it has to be 0 to 3", (int64_t)event);
    if (self->latest[event] < 0)
        return cx_i_fail(err, CX_E_MISMATCH, "this ledger does not keep the event \"%s\"",
                         cx_event_name(event));
    if (place < 0 || place >= CX_LEDGER_PLACES)
        return cx_i_fail(err, CX_E_DOMAIN, "place is %d; it has to be 0 to %d", (int64_t)place,
                         (int64_t)CX_LEDGER_PLACES - 1);
    CX_TRY(cx_i_ledger_minute(time, &entry.minute, err));
    entry.place = (uint16_t)place;
    entry.kind = (uint16_t)event;
    return cx_i_ledger_enter(self, contact, entry, NULL, &known, err);
}

/* Closes the gap, so that no trace is left behind. */
int cx_ledger_erase(cx_ledger *self, uint64_t contact) {
    if (self == NULL || contact == 0) return 0;
    cx_i_shard *shard = &self->shards[contact >> (64 - CX_I_LEDGER_BITS)];
    if (shard->count == 0) return 0;
    uint32_t at = ledger_seek(shard, contact), end;
    if (shard->keys[at] != contact) return 0;
    for (end = at + 1; shard->keys[end] != 0 && cx_i_shard_home(shard, shard->keys[end]) < end;)
        end++;
    memmove(&shard->keys[at], &shard->keys[at + 1], (end - 1 - at) * sizeof *shard->keys);
    memmove(&shard->cells[at], &shard->cells[at + 1], (end - 1 - at) * sizeof *shard->cells);
    shard->keys[end - 1] = 0;
    memset(&shard->cells[end - 1], 0, sizeof *shard->cells);
    shard->count--;
    self->count--;
    return 1;
}
