#include "metric/contacts_read.h"

/* A log into sorted contacts: it is read once for the keys and the sizes of the buckets, and once
 * more to put each contact where it belongs. */

/* -- the span of the log ------------------------------------------------------------------- */

/* The first and the last time, of rows that are left out for other reasons too. */
static cx_status contacts_find_span(cx_i_contacts_reader *reader, cx_i_contacts_block *block,
                                    cx_error *err) {
    cx_i_contacts *to = reader->to;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (int64_t start = 0; start < to->rows; start += CX_I_BLOCK) {
        int64_t count = to->rows - start < CX_I_BLOCK ? to->rows - start : CX_I_BLOCK;
        memset(block->left, CX_I_CONTACTS_KEPT, (size_t)count);
        CX_TRY(cx_i_contacts_read_times(reader, start, count, block, err));
        for (int64_t i = 0; i < count; i++) {
            bool kept = block->left[i] == CX_I_CONTACTS_KEPT;
            if (kept && block->time[i] < low) low = block->time[i];
            if (kept && block->time[i] > high) high = block->time[i];
        }
    }
    if (low > high) return cx_i_fail(err, CX_E_EMPTY, "the log has no time in it");
    if (to->start == INT64_MIN) to->start = low;
    if (to->end == INT64_MAX && high < INT64_MAX) to->end = high + 1;
    return CX_OK;
}

static cx_status contacts_take_span(cx_i_contacts_reader *reader, cx_i_contacts_block *block,
                                    cx_error *err) {
    cx_i_contacts *to = reader->to;
    int64_t most = INT64_C(1) << CX_I_CONTACT_TIME_BITS;
    to->start = reader->source->options.start;
    to->end = reader->source->options.end;
    if (to->start == INT64_MIN || to->end == INT64_MAX)
        CX_TRY(contacts_find_span(reader, block, err));
    if (to->end <= to->start)
        return cx_i_fail(err, CX_E_EMPTY, "the log ends at %d, not after its start at %d", to->end,
                         to->start);
    if ((uint64_t)to->end - (uint64_t)to->start > (uint64_t)most)
        return cx_i_fail(err, CX_E_OVERFLOW, "the log spans more than 285 years");
    return CX_OK;
}

/* -- first reading: keys and the sizes of the buckets -------------------------------------- */

static uint32_t contacts_bucket(int64_t id, int bits) {
    uint64_t hash = (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15);
    return bits == 0
               ? 0
               : (uint32_t)((hash ^ hash >> 32) * UINT64_C(0xD6E8FEB86659FD93) >> (64 - bits));
}

static cx_status contacts_make_cells(cx_i_contacts_reader *reader, cx_error *err) {
    cx_i_contacts *to = reader->to;
    while (!reader->source->ordered && INT64_C(8) << reader->bucket_bits < to->rows)
        reader->bucket_bits++;
    int64_t buckets = (INT64_C(1) << reader->bucket_bits) + 1;
    to->cells = cx_i_alloc_array(&to->allocator, to->rows > buckets ? to->rows : buckets,
                                 sizeof *to->cells);
    return to->cells == NULL ? cx_i_out_of_memory(err) : CX_OK;
}

static void contacts_find_buckets(const cx_i_contacts_reader *reader, int64_t count,
                                  cx_i_contacts_block *block) {
    for (int64_t i = 0; i < count; i++) {
        block->at[i] = contacts_bucket(block->id[i], reader->bucket_bits);
        CX_I_CONTACTS_AHEAD(&reader->to->cells[block->at[i]]);
    }
}

static cx_status contacts_count(cx_i_contacts_reader *reader, cx_i_contacts_block *block,
                                cx_error *err) {
    cx_i_contacts *to = reader->to;
    for (int64_t start = 0; start < to->rows; start += CX_I_BLOCK) {
        int64_t count = to->rows - start < CX_I_BLOCK ? to->rows - start : CX_I_BLOCK;
        CX_TRY(cx_i_contacts_read_block(reader, start, count, block, err));
        contacts_find_buckets(reader, count, block);
        for (int64_t i = 0; i < count; i++) {
            if (block->left[i] != CX_I_CONTACTS_KEPT) continue;
            to->cells[block->at[i]]++;
            to->room++;
        }
    }
    uint32_t begin = 0;
    for (int64_t b = 0; b < INT64_C(1) << reader->bucket_bits; b++) {
        uint32_t size = to->cells[b];
        to->cells[b] = begin;
        begin += size;
    }
    return CX_OK;
}

static cx_status contacts_rank(cx_i_contacts_part *part, const cx_allocator *allocator,
                               cx_error *err) {
    int64_t count = part->keys.count;
    part->order = cx_i_alloc_array(allocator, count, sizeof *part->order);
    part->rank = cx_i_alloc_array(allocator, count, sizeof *part->rank);
    if (part->order == NULL || part->rank == NULL) return cx_i_out_of_memory(err);
    if (count > 0) cx_i_keys_sort(&part->keys, part->order);
    for (int64_t i = 0; i < count; i++) part->rank[part->order[i]] = i;
    return CX_OK;
}

/* Gives each part of the label its bits: channel lowest, topic highest, since it is sorted by. */
static cx_status contacts_make_labels(cx_i_contacts_reader *reader, cx_error *err) {
    cx_i_contacts *to = reader->to;
    cx_i_contacts_part *parts[] = {&to->channel, &to->by, &to->topic};
    int bits = 0;
    for (int i = 0; i < 3; i++) {
        CX_TRY(contacts_rank(parts[i], &to->allocator, err));
        parts[i]->shift = bits;
        while (INT64_C(1) << parts[i]->bits < parts[i]->keys.count) parts[i]->bits++;
        bits += parts[i]->bits;
    }
    if (bits > 32)
        return cx_i_fail(err, CX_E_LIMIT,
                         "there are more than 2^32 combinations of topics, keys and channels");
    if (to->customer_text && reader->source->ordered)
        CX_TRY(contacts_rank(&to->customer, &to->allocator, err));
    to->left_count = reader->source->by == NULL ? 1 : to->by.keys.count;
    to->left = cx_i_alloc_array(&to->allocator, to->left_count, sizeof *to->left);
    to->words = /* one more: what takes the place of contacts may need to be aligned */
        cx_i_alloc_array(&to->allocator, to->room + 1, CX_I_CONTACT_WORDS * sizeof *to->words);
    reader->ranked = true;
    return to->left == NULL || to->words == NULL ? cx_i_out_of_memory(err) : CX_OK;
}

/* -- second reading: each contact to its bucket -------------------------------------------- */

static void contacts_find_places(const cx_i_contacts_reader *reader, int64_t count,
                                 cx_i_contacts_block *block) {
    cx_i_contacts *to = reader->to;
    contacts_find_buckets(reader, count, block);
    for (int64_t i = 0; i < count; i++) {
        if (block->left[i] != CX_I_CONTACTS_KEPT) continue;
        block->at[i] = to->cells[block->at[i]]++;
        CX_I_CONTACTS_AHEAD(to->words + (size_t)block->at[i] * CX_I_CONTACT_WORDS);
    }
}

static void contacts_put(const cx_i_contacts_reader *reader, const cx_i_contacts_block *block,
                         int64_t i) {
    cx_i_contacts *to = reader->to;
    uint32_t *words = to->words + (size_t)block->at[i] * CX_I_CONTACT_WORDS;
    uint64_t time = (uint64_t)block->time[i] - (uint64_t)to->start, label = 0;
    if (to->has_topic) label |= (uint64_t)block->topic[i] << to->topic.shift;
    if (reader->source->by != NULL) label |= (uint64_t)block->by[i] << to->by.shift;
    if (to->has_channel) label |= (uint64_t)block->channel[i] << to->channel.shift;
    uint64_t transfers = to->has_transfers ? block->transfers[i] : 0;
    cx_i_word64_put(words, (uint64_t)block->id[i] ^ UINT64_C(1) << 63);
    cx_i_word64_put(words + 2, time << 11 | transfers << 1 | block->no_index[i]);
    words[4] = (uint32_t)label;
}

static cx_status contacts_fill(cx_i_contacts_reader *reader, cx_i_contacts_block *block,
                               cx_error *err) {
    cx_i_contacts *to = reader->to;
    for (int64_t start = 0; start < to->rows; start += CX_I_BLOCK) {
        int64_t count = to->rows - start < CX_I_BLOCK ? to->rows - start : CX_I_BLOCK;
        CX_TRY(cx_i_contacts_read_block(reader, start, count, block, err));
        contacts_find_places(reader, count, block);
        for (int64_t i = 0; i < count; i++) {
            cx_i_contacts_left *left = &to->left[reader->source->by == NULL ? 0 : block->by[i]];
            if (block->left[i] != CX_I_CONTACTS_KEPT) {
                left->excluded[block->left[i]]++;
                continue;
            }
            left->kept++;
            contacts_put(reader, block, i);
        }
    }
    return CX_OK;
}

/* -- duplicates ---------------------------------------------------------------------------- */

/* `next` is within the merge gap of `kept`, of the same customer, topic and channel. */
static bool contacts_is_duplicate(const cx_i_contacts *contacts, const uint32_t *kept,
                                  const uint32_t *next) {
    const cx_i_contacts_part *topic = &contacts->topic, *channel = &contacts->channel;
    return cx_i_contact_customer(kept) == cx_i_contact_customer(next) &&
           cx_i_contact_time(next) - cx_i_contact_time(kept) < contacts->merge_gap &&
           cx_i_contact_part(topic, kept) == cx_i_contact_part(topic, next) &&
           cx_i_contact_part(channel, kept) == cx_i_contact_part(channel, next);
}

/* The key is that of the first that may be an index; transfers add up. */
static void contacts_merge(uint32_t *kept, const uint32_t *next) {
    int64_t transfers = cx_i_contact_transfers(kept) + cx_i_contact_transfers(next);
    bool neither = cx_i_contact_no_index(kept) && cx_i_contact_no_index(next);
    if (transfers > CX_I_CONTACT_TRANSFERS) transfers = CX_I_CONTACT_TRANSFERS;
    if (cx_i_contact_no_index(kept) && !cx_i_contact_no_index(next)) kept[4] = next[4];
    cx_i_word64_put(kept + 2, (uint64_t)cx_i_contact_time(kept) << 11 | (uint64_t)transfers << 1 |
                                  (neither ? 1 : 0));
}

/* Sorts contacts first .. last - 1 and appends them, merged, to those counted so far. */
static void contacts_close_bucket(cx_i_contacts *contacts, int64_t first, int64_t last) {
    cx_i_contacts_sort(contacts->words, first, last, contacts->topic.shift);
    int64_t begin = contacts->count;
    for (int64_t i = first; i < last; i++) {
        const uint32_t *next = contacts->words + (size_t)i * CX_I_CONTACT_WORDS;
        uint32_t *end = contacts->words + (size_t)contacts->count * CX_I_CONTACT_WORDS;
        uint32_t *kept = end - CX_I_CONTACT_WORDS;
        if (contacts->count > begin && contacts_is_duplicate(contacts, kept, next)) {
            contacts->left[cx_i_contact_part(&contacts->by, next)]
                .excluded[CX_EXCLUDED_DUPLICATE]++;
            contacts_merge(kept, next);
            continue;
        }
        if (end != next) memmove(end, next, CX_I_CONTACT_WORDS * sizeof *end);
        contacts->count++;
    }
}

/* After the second reading each cell holds the end of its bucket. */
static void contacts_close(cx_i_contacts_reader *reader) {
    cx_i_contacts *to = reader->to;
    int64_t first = 0;
    for (int64_t b = 0; b < INT64_C(1) << reader->bucket_bits; b++) {
        contacts_close_bucket(to, first, to->cells[b]);
        first = to->cells[b];
    }
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status contacts_read_all(cx_i_contacts_reader *reader, cx_i_contacts_block *block,
                                   cx_error *err) {
    CX_TRY(contacts_take_span(reader, block, err));
    CX_TRY(contacts_make_cells(reader, err));
    CX_TRY(contacts_count(reader, block, err));
    CX_TRY(contacts_make_labels(reader, err));
    CX_TRY(contacts_fill(reader, block, err));
    contacts_close(reader);
    return CX_OK;
}

cx_status cx_i_contacts_load(cx_i_contacts *contacts, const cx_i_contacts_source *source,
                             cx_error *err) {
    cx_i_contacts_reader reader = {.to = contacts, .source = source};
    cx_i_contacts_block block;
    memset(contacts, 0, sizeof *contacts);
    contacts->allocator = cx_i_allocator(source->options.allocator);
    contacts->window = (int64_t)llround(source->options.window * 1e6);
    contacts->merge_gap = (int64_t)llround(source->options.merge_gap * 1e6);
    cx_i_contacts_part *parts[] = {&contacts->customer, &contacts->topic, &contacts->by,
                                   &contacts->channel};
    for (int i = 0; i < 4; i++) cx_i_keys_init(&parts[i]->keys, &contacts->allocator);
    cx_status status = cx_i_contacts_reader_start(&reader, err);
    if (status == CX_OK) status = contacts_read_all(&reader, &block, err);
    if (status != CX_OK) cx_i_contacts_free(contacts);
    return status;
}

void cx_i_contacts_free(cx_i_contacts *contacts) {
    cx_i_contacts_part *parts[] = {&contacts->customer, &contacts->topic, &contacts->by,
                                   &contacts->channel};
    for (int i = 0; i < 4; i++) {
        cx_i_keys_free(&parts[i]->keys);
        cx_i_free(&contacts->allocator, parts[i]->order);
        cx_i_free(&contacts->allocator, parts[i]->rank);
    }
    cx_i_free(&contacts->allocator, contacts->words);
    cx_i_free(&contacts->allocator, contacts->cells);
    cx_i_free(&contacts->allocator, contacts->left);
}
