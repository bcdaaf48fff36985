#include "allocate/ledger.h"

#include "base/codec.h"
#include "stat/table.h"

/* Whole ledgers: merging, comparing, and as bytes. Parameters: the kinds of event and the
 * fingerprint of the salt. Payload: the contacts in the order of their keys, 44 bytes each. */

#define LEDGER_VERSION 1
#define LEDGER_NOUN "ledger"
#define LEDGER_EACH 44
#define LEDGER_MICROS 60e6

/* -- merging: all tables anew, then the commit ---------------------------------------------- */

/* The next slot that is used. */
static uint32_t ledger_next(const cx_i_shard *shard, uint32_t at) {
    while (at < shard->room && shard->keys[at] == 0) at++;
    return at;
}

static bool ledger_zip(const cx_ledger *ledger, const cx_i_shard *a, const cx_i_shard *b,
                       cx_i_shard *out) {
    uint32_t i = ledger_next(a, 0), j = ledger_next(b, 0), next = 0;
    bool fits = true;
    while (fits && (i < a->room || j < b->room)) {
        bool both = i < a->room && j < b->room, first = j >= b->room;
        cx_i_past joined;
        if (both && a->keys[i] == b->keys[j]) {
            cx_i_past_join(ledger, &a->cells[i], &b->cells[j], &joined);
            fits = cx_i_shard_append(out, &next, a->keys[i], &joined);
            i = ledger_next(a, i + 1), j = ledger_next(b, j + 1);
            continue;
        }
        if (both) first = a->keys[i] < b->keys[j];
        if (first) {
            fits = cx_i_shard_append(out, &next, a->keys[i], &a->cells[i]);
            i = ledger_next(a, i + 1);
        } else {
            fits = cx_i_shard_append(out, &next, b->keys[j], &b->cells[j]);
            j = ledger_next(b, j + 1);
        }
    }
    return fits;
}

static int64_t ledger_together(const cx_i_shard *a, const cx_i_shard *b) {
    int64_t count = 0;
    uint32_t i = ledger_next(a, 0), j = ledger_next(b, 0);
    for (; i < a->room || j < b->room; count++) {
        uint64_t key = i < a->room ? a->keys[i] : UINT64_MAX;
        uint64_t other = j < b->room ? b->keys[j] : UINT64_MAX;
        if (i < a->room && key <= other) i = ledger_next(a, i + 1);
        if (j < b->room && other <= key) j = ledger_next(b, j + 1);
    }
    return count;
}

static cx_status ledger_join(const cx_ledger *ledger, const cx_i_shard *a, const cx_i_shard *b,
                             cx_i_shard *out, cx_error *err) {
    uint64_t slots = cx_i_shard_slots((uint64_t)ledger_together(a, b));
    for (;; slots += slots / 16 + 16) {
        CX_TRY(cx_i_shard_make(ledger, out, slots, err));
        if (ledger_zip(ledger, a, b, out)) return CX_OK;
        cx_i_free(&ledger->allocator, out->keys);
    }
}

cx_status cx_ledger_merge(cx_ledger *self, const cx_ledger *other, cx_error *err) {
    int made = 0;
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    if (self->events != other->events)
        return cx_i_fail(err, CX_E_MISMATCH, "the two ledgers keep different kinds of event");
    if (self->fingerprint != other->fingerprint)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the two ledgers know contacts by keys of different salts");
    if (self == other || other->count == 0) return CX_OK;
    cx_i_shard *shards = cx_i_alloc(&self->allocator, sizeof self->shards);
    cx_status status = shards == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (; status == CX_OK && made < CX_I_LEDGER_SHARDS; made += status == CX_OK)
        if (other->shards[made].count > 0)
            status =
                ledger_join(self, &self->shards[made], &other->shards[made], &shards[made], err);
    for (int i = 0; i < made; i++) {
        cx_i_shard *old = status == CX_OK ? &self->shards[i] : &shards[i];
        if (other->shards[i].count == 0) continue;
        cx_i_free(&self->allocator, old->keys);
        if (status != CX_OK) continue;
        self->count += (int64_t)shards[i].count - (int64_t)old->count;
        *old = shards[i];
    }
    cx_i_free(&self->allocator, shards);
    return status;
}

static cx_status ledger_like(const cx_ledger *ledger, const cx_allocator *allocator,
                             cx_ledger **out, cx_error *err) {
    cx_ledger_options options;
    cx_ledger_options_init(&options);
    options.events = ledger->events;
    CX_TRY(cx_ledger_new(&options, allocator, out, err));
    (*out)->fingerprint = ledger->fingerprint;
    return CX_OK;
}

cx_status cx_ledger_copy(const cx_ledger *self, const cx_allocator *allocator, cx_ledger **out,
                         cx_error *err) {
    cx_ledger *copy;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(ledger_like(self, allocator, &copy, err));
    cx_status status = cx_ledger_merge(copy, self, err);
    if (status == CX_OK)
        *out = copy;
    else
        cx_ledger_free(copy);
    return status;
}

static bool ledger_same_shard(const cx_i_shard *a, const cx_i_shard *b) {
    uint32_t i = ledger_next(a, 0), j = ledger_next(b, 0);
    for (; i < a->room && j < b->room; i = ledger_next(a, i + 1), j = ledger_next(b, j + 1))
        if (a->keys[i] != b->keys[j] || memcmp(&a->cells[i], &b->cells[j], sizeof *a->cells) != 0)
            return false;
    return i >= a->room && j >= b->room;
}

int cx_ledger_equal(const cx_ledger *a, const cx_ledger *b) {
    if (a == NULL || b == NULL || a->events != b->events || a->fingerprint != b->fingerprint ||
        a->count != b->count)
        return 0;
    for (int i = 0; i < CX_I_LEDGER_SHARDS; i++)
        if (!ledger_same_shard(&a->shards[i], &b->shards[i])) return 0;
    return 1;
}

/* -- writing ------------------------------------------------------------------------------- */

size_t cx_ledger_encoded_size(const cx_ledger *self) {
    if (self == NULL) return 0;
    return CX_I_CODEC_OVERHEAD + 4 + 8 + 8 + (size_t)self->count * LEDGER_EACH + 0;
}

cx_status cx_ledger_encode(const cx_ledger *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_ledger_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    cx_i_codec_begin(&writer, CX_I_TYPE_LEDGER, LEDGER_VERSION);
    cx_i_put_u32(&writer, self->events);
    cx_i_put_u64(&writer, self->fingerprint);
    cx_i_codec_payload(&writer);
    cx_i_put_i64(&writer, self->count);
    for (int s = 0; s < CX_I_LEDGER_SHARDS; s++) {
        const cx_i_shard *shard = &self->shards[s];
        for (uint32_t i = ledger_next(shard, 0); i < shard->room; i = ledger_next(shard, i + 1)) {
            cx_i_put_u64(&writer, shard->keys[i]);
            cx_i_put_u32(&writer, shard->cells[i].newest);
            cx_i_put_u32(&writer, shard->cells[i].forgotten);
            for (int c = 0; c < CX_I_LEDGER_CELLS; c++)
                cx_i_put_u32(&writer, shard->cells[i].cell[c]);
        }
    }
    cx_i_codec_end(&writer);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_status ledger_damaged(cx_error *err, const char *what) {
    return cx_i_codec_damaged(err, LEDGER_NOUN, what);
}

static cx_i_past ledger_read_cells(cx_i_reader *reader) {
    cx_i_past cells;
    cells.newest = cx_i_get_u32(reader);
    cells.forgotten = cx_i_get_u32(reader);
    for (int c = 0; c < CX_I_LEDGER_CELLS; c++) cells.cell[c] = cx_i_get_u32(reader);
    return cells;
}

/* Possible, and in the one form that there is. */
static bool ledger_cells_are_possible(const cx_ledger *ledger, const cx_i_past *cells) {
    cx_i_event events[CX_I_LEDGER_CELLS];
    cx_i_past again;
    for (int i = 0; i < CX_I_LEDGER_CELLS; i++) {
        uint32_t cell = cells->cell[i];
        if (cell == CX_I_PAST_EMPTY) continue;
        if (cx_i_past_age(cell) > cells->newest || cx_i_past_place(cell) >= CX_LEDGER_PLACES ||
            ledger->latest[cx_i_past_kind(cell)] < 0)
            return false;
    }
    int count = cx_i_past_expand(ledger, cells, events);
    if (count == 0) return false;
    cx_i_past_pack(ledger, events, count, cells->forgotten, &again);
    return memcmp(&again, cells, sizeof again) == 0;
}

/* The contacts of one shard: they follow each other. */
static cx_status ledger_read_shard(cx_ledger *ledger, int s, cx_i_reader *reader, int64_t left,
                                   cx_error *err) {
    cx_i_reader ahead = *reader;
    uint64_t count = 0, slots, before = 0;
    for (; (int64_t)count < left; count++) {
        uint64_t key = cx_i_get_u64(&ahead);
        if (key >> (64 - CX_I_LEDGER_BITS) != (uint64_t)s) break;
        if (key <= before) return ledger_damaged(err, "its contacts are not in order");
        before = key;
        cx_i_past cells = ledger_read_cells(&ahead);
        if (!ledger_cells_are_possible(ledger, &cells))
            return ledger_damaged(err, "the events of a contact are impossible");
    }
    if (count == 0) return CX_OK;
    for (slots = cx_i_shard_slots(count);; slots += slots / 16 + 16) {
        cx_i_shard *shard = &ledger->shards[s];
        uint32_t next = 0;
        bool fits = true;
        CX_TRY(cx_i_shard_make(ledger, shard, slots, err));
        ahead = *reader;
        for (uint64_t i = 0; i < count && fits; i++) {
            uint64_t key = cx_i_get_u64(&ahead);
            cx_i_past cells = ledger_read_cells(&ahead);
            fits = cx_i_shard_append(shard, &next, key, &cells);
        }
        if (fits) break;
        cx_i_free(&ledger->allocator, shard->keys);
        memset(shard, 0, sizeof *shard);
    }
    *reader = ahead;
    ledger->count += (int64_t)count;
    return CX_OK;
}

static cx_status ledger_read(cx_ledger *ledger, cx_i_reader *payload, cx_error *err) {
    int64_t count = cx_i_get_i64(payload);
    if (count < 0 || (uint64_t)count != (payload->size - payload->used) / LEDGER_EACH ||
        (payload->size - payload->used) % LEDGER_EACH != 0)
        return ledger_damaged(err, "its lengths do not add up");
    for (int s = 0; s < CX_I_LEDGER_SHARDS; s++)
        CX_TRY(ledger_read_shard(ledger, s, payload, count - ledger->count, err));
    if (!cx_i_get_done(payload)) return ledger_damaged(err, "its contacts are not in order");
    return CX_OK;
}

cx_status cx_ledger_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                           cx_ledger **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_ledger_options options;
    cx_ledger *ledger;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_LEDGER, LEDGER_VERSION, LEDGER_NOUN, &parameters,
                           &payload, err));
    cx_ledger_options_init(&options);
    options.events = cx_i_get_u32(&parameters);
    uint64_t fingerprint = cx_i_get_u64(&parameters);
    if (!cx_i_get_done(&parameters)) return ledger_damaged(err, "its lengths do not add up");
    if (options.events == 0 || options.events >> CX_EVENT_END != 0)
        return ledger_damaged(err, "its kinds of event are impossible");
    CX_TRY(cx_ledger_new(&options, allocator, &ledger, err));
    ledger->fingerprint = fingerprint;
    cx_status status = ledger_read(ledger, &payload, err);
    if (status == CX_OK)
        *out = ledger;
    else
        cx_ledger_free(ledger);
    return status;
}

/* -- one contact --------------------------------------------------------------------------- */

static cx_status ledger_fill_history(const cx_i_event *events, int count, uint32_t forgotten,
                                     cx_table *table, cx_error *err) {
    const char *words[CX_I_LEDGER_CELLS];
    int64_t *place, *time;
    for (int i = 0; i < count; i++) words[i] = cx_event_name(events[i].kind);
    CX_TRY(cx_i_table_words(table, "event", words, err));
    CX_TRY(cx_i_table_i64(table, "place", &place, err));
    CX_TRY(cx_i_table_time(table, "time", &time, err));
    for (int i = 0; i < count; i++) {
        place[i] = events[i].place;
        time[i] = (int64_t)events[i].minute * (int64_t)LEDGER_MICROS;
    }
    return cx_i_table_figure(table, "forgotten",
                             forgotten > 0 ? forgotten * LEDGER_MICROS : (double)NAN, err);
}

cx_status cx_ledger_history(const cx_ledger *self, uint64_t contact, cx_table **out,
                            cx_error *err) {
    cx_i_event events[CX_I_LEDGER_CELLS];
    cx_i_past same;
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    const cx_i_past *cells = contact == 0 ? NULL : cx_i_ledger_find(self, contact);
    int count = cells == NULL ? 0 : cx_i_past_expand(self, cells, events);
    if (count > 0) cx_i_past_pack(self, events, count, cells->forgotten, &same); /* sorts */
    CX_TRY(cx_i_table_new(count, &self->allocator, &table, err));
    cx_status status =
        ledger_fill_history(events, count, cells == NULL ? 0 : cells->forgotten, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
