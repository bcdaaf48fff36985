#include "metric/waits.h"

/* Rows into tables. A part of the rows is turned into keys that sort, those of known end from the
 * front and those of unknown end from the back; each half is then split by group and sorted. */

#define WAITS_PART 131072
#define WAITS_WHOLE 16384 /* shorter waits of whole seconds are counted as they come */

typedef struct waits_part {
    const cx_allocator *allocator;
    uint64_t *keys, *scratch;
    int64_t *number; /* group of each key, only with key columns */
    int64_t room, known, unknown;
    uint64_t *whole; /* without key columns: counts of whole seconds */
    int64_t counted;
} waits_part;

static void waits_part_free(waits_part *part) {
    cx_i_free(part->allocator, part->keys);
    cx_i_free(part->allocator, part->scratch);
    cx_i_free(part->allocator, part->number);
    part->keys = part->scratch = NULL;
    part->number = NULL;
    part->room = 0;
}

/* Eight times as many rows as there are distinct durations already: then merging costs O(1) a row,
 * and memory still follows the distinct durations. */
static cx_status waits_part_size(waits_part *part, const cx_waits *waits, int64_t left, bool split,
                                 cx_error *err) {
    int64_t room = WAITS_PART;
    for (int64_t g = 0; g < waits->made; g++)
        room = waits->groups[g].table.size > room / 8 ? 8 * waits->groups[g].table.size : room;
    if (room > left) room = left;
    if (room > INT32_MAX) room = INT32_MAX;
    if (room <= part->room) return CX_OK;
    waits_part_free(part);
    part->keys = cx_i_alloc_room(part->allocator, room, sizeof *part->keys);
    part->scratch = cx_i_alloc_room(part->allocator, room, sizeof *part->scratch);
    if (split) part->number = cx_i_alloc_room(part->allocator, room, sizeof *part->number);
    if (part->keys == NULL || part->scratch == NULL || (split && part->number == NULL))
        return cx_i_out_of_memory(err);
    part->room = room;
    return CX_OK;
}

/* -- a half of a part into its groups ------------------------------------------------------ */

/* Sorts the keys by group into the scratch; ends[g] becomes the end of group g. */
static void waits_split(const uint64_t *keys, const int64_t *number, int64_t count,
                        uint64_t *scratch, int64_t *ends, int64_t groups) {
    int64_t place = 0;
    for (int64_t i = 0; i < count; i++) ends[number[i]]++;
    for (int64_t g = 0; g < groups; g++) {
        int64_t here = ends[g];
        ends[g] = place;
        place += here;
    }
    for (int64_t i = 0; i < count; i++) scratch[ends[number[i]]++] = keys[i];
}

static cx_status waits_flush_split(cx_waits *waits, waits_part *part, int64_t first, int64_t count,
                                   bool unknown, cx_error *err) {
    cx_status status = CX_OK;
    int64_t *ends = cx_i_alloc_array(part->allocator, waits->made, sizeof *ends);
    if (ends == NULL) return cx_i_out_of_memory(err);
    waits_split(part->keys + first, part->number + first, count, part->scratch, ends, waits->made);
    for (int64_t g = 0; g < waits->made && status == CX_OK; g++) {
        int64_t begin = g == 0 ? 0 : ends[g - 1];
        status = cx_i_survival_add(&waits->groups[g].table, part->scratch + begin, ends[g] - begin,
                                   unknown, part->keys + first + begin, err);
    }
    cx_i_free(part->allocator, ends);
    return status;
}

static cx_status waits_flush(cx_waits *waits, waits_part *part, int64_t first, int64_t count,
                             bool unknown, cx_error *err) {
    if (count == 0) return CX_OK;
    if (part->number != NULL) return waits_flush_split(waits, part, first, count, unknown, err);
    return cx_i_survival_add(&waits->groups[0].table, part->keys + first, count, unknown,
                             part->scratch, err);
}

static cx_status waits_flush_whole(cx_waits *waits, waits_part *part, cx_error *err) {
    if (part->counted == 0) return CX_OK;
    CX_TRY(cx_i_survival_add_tallies(&waits->groups[0].table, part->whole, WAITS_WHOLE, err));
    memset(part->whole, 0, WAITS_WHOLE * sizeof *part->whole);
    part->counted = 0;
    return CX_OK;
}

static cx_status waits_flush_part(cx_waits *waits, waits_part *part, cx_error *err) {
    if (part->counted > INT32_MAX) CX_TRY(waits_flush_whole(waits, part, err)); /* of 32 bits */
    CX_TRY(waits_flush(waits, part, 0, part->known, false, err));
    CX_TRY(waits_flush(waits, part, part->room - part->unknown, part->unknown, true, err));
    part->known = part->unknown = 0;
    return CX_OK;
}

/* -- rows into a part ---------------------------------------------------------------------- */

static void waits_put(waits_part *part, double duration, double end, int64_t number) {
    int64_t place = isnan(end) ? part->room - ++part->unknown : part->known++;
    part->keys[place] = cx_i_survival_key(duration, end > 0);
    if (part->number != NULL) part->number[place] = number;
}

/* Most blocks hold nothing but durations whose end is known. */
static bool waits_is_plain(const double *durations, const double *ends, int64_t count) {
    int plain = 1;
    for (int64_t i = 0; i < count; i++) plain &= (durations[i] >= 0) & (ends[i] >= 0);
    return plain != 0;
}

typedef struct waits_source {
    cx_i_waits_reader reader;
    const void *rows;
    const cx_frame *by;
    const double *durations; /* when they are plain doubles, and `ended` plain truth values */
    const uint8_t *ended;
} waits_source;

/* Whole seconds as numbers; false when one of them is something else. */
static bool waits_read_whole(const double *durations, int64_t count, int32_t *whole) {
    int32_t odd = 0;
    for (int64_t i = 0; i < count; i++) {
        bool fits = durations[i] >= 0 && durations[i] < WAITS_WHOLE;
        whole[i] = (int32_t)(fits ? durations[i] : 0.5);
        odd |= (double)whole[i] != durations[i];
    }
    return odd == 0;
}

static bool waits_count_whole(waits_part *part, const double *durations, const double *ends,
                              int64_t count) {
    int32_t whole[CX_I_BLOCK];
    if (part->whole == NULL || !waits_read_whole(durations, count, whole)) return false;
    for (int64_t i = 0; i < count; i++)
        part->whole[whole[i]] += ends[i] > 0 ? CX_I_SURVIVAL_EVENT : 1;
    part->counted += count;
    return true;
}

/* Straight from the columns. */
static bool waits_count_columns(waits_part *part, const waits_source *source, int64_t start,
                                int64_t count) {
    int32_t whole[CX_I_BLOCK];
    if (part->whole == NULL || source->durations == NULL ||
        !waits_read_whole(source->durations + start, count, whole))
        return false;
    for (int64_t i = 0; i < count; i++)
        part->whole[whole[i]] += source->ended[start + i] != 0 ? CX_I_SURVIVAL_EVENT : 1;
    part->counted += count;
    return true;
}

static void waits_put_plain(waits_part *part, const double *durations, const double *ends,
                            int64_t count) {
    uint64_t *keys = part->keys + part->known;
    for (int64_t i = 0; i < count; i++) keys[i] = cx_i_survival_key(durations[i], ends[i] > 0);
    part->known += count;
}

static cx_status waits_put_block(cx_waits *waits, waits_part *part, const waits_source *source,
                                 int64_t start, int64_t count, cx_error *err) {
    double durations[CX_I_BLOCK], ends[CX_I_BLOCK];
    int64_t numbers[CX_I_BLOCK];
    if (waits_count_columns(part, source, start, count)) return CX_OK;
    if (source->by != NULL) {
        CX_TRY(cx_i_keys_read(&waits->keys, source->by, start, count, numbers, err));
        CX_TRY(cx_i_waits_make(waits, waits->keys.count, err));
    }
    CX_TRY(source->reader(source->rows, start, count, durations, ends, err));
    if (source->by == NULL && waits_is_plain(durations, ends, count)) {
        if (!waits_count_whole(part, durations, ends, count))
            waits_put_plain(part, durations, ends, count);
        return CX_OK;
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t number = source->by != NULL ? numbers[i] : 0;
        if (durations[i] >= 0)
            waits_put(part, durations[i], ends[i], number);
        else
            waits->groups[number].excluded[(int)(-1 - durations[i])]++;
    }
    return CX_OK;
}

static cx_status waits_fill(cx_waits *waits, const waits_source *source, int64_t length,
                            waits_part *part, cx_error *err) {
    if (source->by != NULL)
        CX_TRY(cx_i_keys_bind(&waits->keys, source->by, err));
    else
        CX_TRY(cx_i_waits_make(waits, 1, err));
    if (source->by == NULL && length >= WAITS_WHOLE) {
        part->whole = cx_i_alloc_array(part->allocator, WAITS_WHOLE, sizeof *part->whole);
        if (part->whole == NULL) return cx_i_out_of_memory(err);
    }
    for (int64_t start = 0; start < length;) {
        CX_TRY(waits_part_size(part, waits, length - start, source->by != NULL, err));
        int64_t end = start + part->room < length ? start + part->room : length;
        for (; start < end; start += CX_I_BLOCK) {
            int64_t count = end - start < CX_I_BLOCK ? end - start : CX_I_BLOCK;
            CX_TRY(waits_put_block(waits, part, source, start, count, err));
        }
        start = end;
        CX_TRY(waits_flush_part(waits, part, err));
    }
    CX_TRY(waits_flush_whole(waits, part, err));
    if (source->by != NULL) cx_i_keys_sort(&waits->keys, waits->order);
    return CX_OK;
}

static cx_status waits_add_source(cx_waits *waits, const waits_source *source, int64_t length,
                                  cx_error *err) {
    cx_waits *more;
    waits_part part = {.allocator = &waits->allocator};
    CX_TRY(cx_waits_new(&waits->allocator, &more, err));
    cx_status status =
        source->by != NULL ? cx_i_keys_bind_like(&more->keys, &waits->keys, err) : (cx_status)CX_OK;
    if (status == CX_OK) status = waits_fill(more, source, length, &part, err);
    more->count = length;
    if (status == CX_OK) status = cx_i_waits_absorb(waits, more, err);
    waits_part_free(&part);
    cx_i_free(part.allocator, part.whole);
    cx_waits_free(more);
    return status;
}

cx_status cx_i_waits_add_rows(cx_waits *waits, cx_i_waits_reader reader, const void *rows,
                              int64_t length, const cx_frame *by, cx_error *err) {
    waits_source source = {.reader = reader, .rows = rows, .by = by};
    return waits_add_source(waits, &source, length, err);
}

/* -- durations and ends -------------------------------------------------------------------- */

typedef struct waits_columns {
    const cx_array *durations, *ended;
    cx_waits_options options;
} waits_columns;

void cx_waits_options_init(cx_waits_options *options) {
    if (options == NULL) return;
    *options = (cx_waits_options){sizeof *options, CX_INVALID_EXCLUDE, CX_ZERO_KEEP, 0};
}

static cx_status waits_read_odd(const waits_columns *in, int64_t row, double *duration, double end,
                                cx_error *err) {
    cx_array durations = *in->durations, ended = *in->ended;
    durations.name = cx_i_array_name(&durations, "durations");
    ended.name = cx_i_array_name(&ended, "ended");
    if (!isnan(end) && end != 0 && end != 1)
        return cx_i_fail_at(err, CX_E_DOMAIN, &ended, row, end,
                            "%g is neither 0 (cut off) nor 1 (ended)", end);
    if (isinf(*duration))
        return cx_i_fail_at(err, CX_E_DOMAIN, &durations, row, *duration,
                            "the duration is infinite");
    if (*duration < 0 && in->options.invalid == CX_INVALID_ERROR)
        return cx_i_fail_at(err, CX_E_DOMAIN, &durations, row, *duration,
                            "%g is below 0: a wait cannot end before it began", *duration);
    if (isnan(*duration))
        *duration = -1 - CX_EXCLUDED_MISSING;
    else if (*duration < 0)
        *duration = -1 - CX_EXCLUDED_OUT_OF_RANGE;
    return CX_OK;
}

static bool waits_is_zero_special(const waits_columns *in, double duration) {
    return duration == 0 && in->options.zero != CX_ZERO_KEEP;
}

static cx_status waits_read_each(const waits_columns *in, int64_t start, int64_t count,
                                 double *durations, double *ends, cx_error *err) {
    for (int64_t i = 0; i < count; i++) {
        CX_TRY(waits_read_odd(in, start + i, &durations[i], ends[i], err));
        if (!waits_is_zero_special(in, durations[i])) continue;
        if (in->options.zero == CX_ZERO_EXCLUDE) durations[i] = -1 - CX_EXCLUDED_NOT_APPLICABLE;
        ends[i] = 0;
    }
    return CX_OK;
}

/* Without branches: ends are as good as random. */
static cx_status waits_read(const void *rows, int64_t start, int64_t count, double *durations,
                            double *ends, cx_error *err) {
    const waits_columns *in = rows;
    int plain = in->options.zero == CX_ZERO_KEEP;
    cx_i_array_read(in->durations, start, count, durations);
    cx_i_array_read(in->ended, start, count, ends);
    for (int64_t i = 0; i < count; i++)
        plain &=
            (durations[i] >= 0) & (durations[i] < INFINITY) & ((ends[i] == 0) | (ends[i] == 1));
    return plain ? CX_OK : waits_read_each(in, start, count, durations, ends, err);
}

static cx_status waits_check_options(const cx_waits_options *options, cx_waits_options *used,
                                     cx_error *err) {
    cx_waits_options_init(used);
    if (options == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(options, used, sizeof *used, "cx_waits_options", err));
    if (used->invalid < CX_INVALID_EXCLUDE || used->invalid > CX_INVALID_ERROR)
        return cx_i_fail(err, CX_E_OPTION, "invalid is %d, neither exclude (0) nor error (1)",
                         (int64_t)used->invalid);
    if (used->zero < CX_ZERO_KEEP || used->zero > CX_ZERO_EXCLUDE)
        return cx_i_fail(err, CX_E_OPTION, "zero is %d: keep (0), censor (1) or exclude (2)",
                         (int64_t)used->zero);
    return CX_OK;
}

static bool waits_are_plain(const cx_array *durations, const cx_array *ended) {
    return durations->dtype == CX_F64 && durations->stride == (int64_t)sizeof(double) &&
           durations->validity == NULL && (uintptr_t)durations->data % sizeof(double) == 0 &&
           ended->dtype == CX_BOOL && ended->stride == 1 && ended->validity == NULL;
}

cx_status cx_waits_add(cx_waits *self, const cx_array *durations, const cx_array *ended,
                       const cx_frame *by, const cx_waits_options *options, cx_error *err) {
    waits_columns in = {durations, ended, {0, 0, 0, 0}};
    waits_source source = {.reader = waits_read, .rows = &in, .by = by};
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(waits_check_options(options, &in.options, err));
    CX_TRY(cx_i_array_check(durations, "durations", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(ended, "ended", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(durations, "durations", ended, "ended", err));
    if (by != NULL) {
        CX_TRY(cx_i_frame_check(by, "by", CX_I_KEYS, err));
        CX_TRY(cx_i_array_same_length(durations, "durations", &by->columns[0], "by", err));
    }
    if (waits_are_plain(durations, ended) && in.options.zero == CX_ZERO_KEEP) {
        source.durations = durations->data;
        source.ended = ended->data;
    }
    return waits_add_source(self, &source, durations->length, err);
}
