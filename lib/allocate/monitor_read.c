#include "allocate/monitor.h"

#include "metric/codes.h"

/* Counting answers. A call is checked block by block; when a block fails, those before it are taken
 * away again, so that nothing has to be kept aside. */

/* -- points -------------------------------------------------------------------------------- */

cx_status cx_i_monitor_check_points(const cx_monitor *self, const cx_array *points, cx_error *err) {
    CX_TRY(cx_i_array_check(points, "points", CX_I_KEYS, err));
    bool text = points->dictionary != NULL || points->dtype == CX_STRING ||
                points->dtype == CX_LARGE_STRING;
    if (text == (self->keys.columns[0].kind == CX_I_KEY_TEXT)) return CX_OK;
    return cx_i_fail(err, CX_E_TYPE, "%s holds %s, and the monitor's points are %s",
                     cx_i_array_name(points, "points"), text ? "text" : "numbers",
                     text ? "numbers" : "text");
}

#define MONITOR_TEXT 64

static cx_status monitor_unknown(const cx_array *points, int64_t row, cx_error *err) {
    cx_array named = cx_i_array_named(points, "points");
    if (!cx_i_array_present(points, row))
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, NAN, "the point has no key");
    if (points->dictionary == NULL && points->dtype != CX_STRING &&
        points->dtype != CX_LARGE_STRING) {
        double value;
        cx_i_array_read(points, row, 1, &value);
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value,
                            "%g is not a point of this monitor", value);
    }
    const char *text;
    int64_t length;
    char copy[MONITOR_TEXT];
    CX_TRY(cx_i_array_text(points, "points", row, &text, &length, err));
    if (length >= MONITOR_TEXT) length = MONITOR_TEXT - 1;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
    memcpy(copy, text, (size_t)length);
    copy[length] = '\0';
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, NAN, "\"%s\" is not a point of this monitor",
                        copy);
}

#define MONITOR_DIRECT(type)                                                                       \
    for (int64_t i = 0; i < count; i++) {                                                          \
        type value;                                                                                \
        memcpy(&value, p + i * points->stride, sizeof value);                                      \
        uint64_t distance = (uint64_t)(int64_t)value - (uint64_t)self->low;                        \
        positions[i] = distance < (uint64_t)self->span ? self->direct[distance] : -1;              \
        least = positions[i] < least ? positions[i] : least;                                       \
    }

/* The least position, or -2 where the column is not of that kind. */
static int64_t monitor_find_direct(const cx_monitor *self, const cx_array *points, int64_t start,
                                   int64_t count, int64_t *positions) {
    const char *p = (const char *)points->data + start * points->stride;
    int64_t least = 0;
    if (self->direct == NULL || points->validity != NULL) return -2;
    switch (points->dtype) {
    case CX_I32:
        MONITOR_DIRECT(int32_t)
        return least;
    case CX_U32:
        MONITOR_DIRECT(uint32_t)
        return least;
    case CX_I64:
        MONITOR_DIRECT(int64_t)
        return least;
    default:
        return -2;
    }
}

/* Text by dictionary: neighbours are often the same. */
static cx_status monitor_find_codes(cx_monitor *self, const cx_frame *by, int64_t start,
                                    int64_t count, int64_t *positions, cx_error *err) {
    const cx_array *points = &by->columns[0];
    for (int64_t i = 0; i < count; i++) {
        if (i > 0 && cx_i_array_valid(points, start + i - 1) &&
            cx_i_array_valid(points, start + i) &&
            cx_i_array_i64(points, start + i) == cx_i_array_i64(points, start + i - 1))
            positions[i] = positions[i - 1];
        else
            CX_TRY(cx_i_keys_lookup(&self->keys, by, start + i, 1, &positions[i], err));
    }
    return CX_OK;
}

cx_status cx_i_monitor_find(cx_monitor *self, const cx_array *points, int64_t start, int64_t count,
                            int64_t *positions, cx_error *err) {
    cx_frame by = {points, 1, {0, 0}};
    int64_t least = monitor_find_direct(self, points, start, count, positions);
    if (least >= 0) return CX_OK;
    if (least == -2 && points->dictionary != NULL)
        CX_TRY(monitor_find_codes(self, &by, start, count, positions, err));
    else if (least == -2)
        CX_TRY(cx_i_keys_lookup(&self->keys, &by, start, count, positions, err));
    for (int64_t i = 0; i < count; i++)
        if (positions[i] < 0) return monitor_unknown(points, start + i, err);
    return CX_OK;
}

/* -- cohorts ------------------------------------------------------------------------------- */

#define MONITOR_LATE (-1)

/* Rows and the cells they belong to. One point or period may stand for all rows. */
typedef struct monitor_rows {
    cx_monitor *self;
    const cx_array *points, *periods;
    int64_t length;
} monitor_rows;

/* Where one block's rows go. */
typedef struct monitor_block {
    int64_t count;
    int64_t position[CX_I_BLOCK];
    int64_t age[CX_I_BLOCK]; /* now - period, or MONITOR_LATE */
} monitor_block;

static cx_status monitor_check_rows(const monitor_rows *rows, const cx_array *values,
                                    const char *role, cx_error *err) {
    CX_TRY(cx_i_monitor_check_points(rows->self, rows->points, err));
    if (rows->points->length != 1)
        CX_TRY(cx_i_array_same_length(values, role, rows->points, "points", err));
    if (rows->periods == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(rows->periods, "periods", CX_I_NUMBERS, err));
    if (rows->periods->length == 1) return CX_OK;
    return cx_i_array_same_length(values, role, rows->periods, "periods", err);
}

static cx_status monitor_age(const monitor_rows *rows, int64_t row, int64_t *age, cx_error *err) {
    const cx_monitor *self = rows->self;
    cx_array named = cx_i_array_named(rows->periods, "periods");
    double period, now = (double)(self->base + self->now);
    cx_i_array_read(rows->periods, row, 1, &period);
    if (!(period == floor(period) && fabs(period) <= 0x1p53))
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, period,
                            "%g is not a period; periods are whole numbers", period);
    if (period > now)
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, period,
                            "period %g has not begun: the newest is %g; end it first", period, now);
    *age = (int64_t)(now - period);
    if (period >= (double)self->base && *age < self->ring) return CX_OK;
    *age = MONITOR_LATE;
    if (self->options.late == CX_LATE_COUNT) return CX_OK;
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, period,
                        "period %g is closed: the newest is %g and the oldest still open %g",
                        period, now, fmax(now - (double)self->options.max_age, (double)self->base));
}

static cx_status monitor_place(const monitor_rows *rows, int64_t start, monitor_block *block,
                               cx_error *err) {
    int64_t left = rows->length - start;
    block->count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
    if (rows->points->length != 1)
        CX_TRY(
            cx_i_monitor_find(rows->self, rows->points, start, block->count, block->position, err));
    else if (start == 0) {
        CX_TRY(cx_i_monitor_find(rows->self, rows->points, 0, 1, block->position, err));
        for (int64_t i = 1; i < block->count; i++) block->position[i] = block->position[0];
    }
    if (rows->periods != NULL && rows->periods->length != 1) {
        for (int64_t i = 0; i < block->count; i++)
            CX_TRY(monitor_age(rows, start + i, &block->age[i], err));
    } else if (start == 0) {
        block->age[0] = 0;
        if (rows->periods != NULL) CX_TRY(monitor_age(rows, 0, &block->age[0], err));
        for (int64_t i = 1; i < block->count; i++) block->age[i] = block->age[0];
    }
    return CX_OK;
}

static int64_t monitor_slot(const cx_monitor *self, int64_t age) {
    return cx_i_monitor_modulo(self->base + self->now - age, self->ring);
}

/* -- answers ------------------------------------------------------------------------------- */

enum { MONITOR_CLASSES = 3 };

/* What each code of an answer means: a class, or 3 + reason. */
typedef struct monitor_answers {
    monitor_rows rows;
    cx_i_codes codes;
    uint8_t meaning[CX_TALLY_MAX_LEVELS + CX_I_REFUSED + 1];
} monitor_answers;

static void monitor_meanings(monitor_answers *answers) {
    const cx_monitor_options *options = &answers->rows.self->options;
    const cx_i_codes *codes = &answers->codes;
    for (int32_t code = 0; code < codes->width; code++) {
        int32_t score = options->scale_min + code;
        if (code >= codes->levels)
            answers->meaning[code] =
                (uint8_t)(MONITOR_CLASSES + codes->reason[code - codes->levels]);
        else
            answers->meaning[code] =
                (uint8_t)((score > options->detractors) + (score >= options->promoters));
    }
}

static void monitor_count_one(cx_monitor *self, int64_t position, int64_t age, int meaning,
                              int64_t by) {
    if (meaning >= MONITOR_CLASSES) {
        self->excluded[meaning - MONITOR_CLASSES] += by;
    } else if (age == MONITOR_LATE) {
        self->late += by;
    } else {
        int64_t slot = monitor_slot(self, age);
        cx_i_monitor_cell_of(self, position, slot)->n[meaning] += (uint32_t)by;
        self->arriving[slot * self->ring + age] += by;
        self->answers_open += by;
    }
}

/* All rows of one age: no division, and one total. */
static void monitor_count_cohort(cx_monitor *self, const monitor_block *block,
                                 const uint8_t *meaning, int64_t by) {
    int64_t slot = monitor_slot(self, block->age[0]), counted = 0;
    for (int64_t i = 0; i < block->count; i++) {
        if (meaning[i] < MONITOR_CLASSES) {
            cx_i_monitor_cell_of(self, block->position[i], slot)->n[meaning[i]] += (uint32_t)by;
            counted += by;
        } else {
            self->excluded[meaning[i] - MONITOR_CLASSES] += by;
        }
    }
    self->arriving[slot * self->ring + block->age[0]] += counted;
    self->answers_open += counted;
}

static void monitor_count_block(const monitor_answers *answers, const monitor_block *block,
                                const uint8_t *meaning, int64_t by) {
    cx_monitor *self = answers->rows.self;
    bool one = answers->rows.periods == NULL || answers->rows.periods->length == 1;
    if (one && block->age[0] != MONITOR_LATE) {
        monitor_count_cohort(self, block, meaning, by);
        return;
    }
    for (int64_t i = 0; i < block->count; i++)
        monitor_count_one(self, block->position[i], block->age[i], meaning[i], by);
}

/* Meanings of the block; the first answer that is refused has its sentence. */
static cx_status monitor_read_block(const monitor_answers *answers, int64_t start, int64_t count,
                                    uint8_t *meaning, cx_error *err) {
    uint16_t codes[CX_I_BLOCK];
    int most = 0;
    cx_i_codes_read(&answers->codes, start, count, codes);
    for (int64_t i = 0; i < count; i++) {
        meaning[i] = answers->meaning[codes[i]];
        most = meaning[i] > most ? meaning[i] : most;
    }
    for (int64_t i = 0; most == MONITOR_CLASSES + CX_I_REFUSED && i < count; i++) {
        double value;
        int step;
        if (meaning[i] != most) continue;
        const cx_monitor_options *options = &answers->rows.self->options;
        cx_i_array_read(answers->codes.answers->scores, start + i, 1, &value);
        CX_TRY(cx_i_answers_read(answers->codes.answers, options->scale_min, options->scale_max,
                                 start + i, value, &step, err));
        /* Rounded down where that is allowed. */
        meaning[i] = step >= 0 ? answers->meaning[step] : (uint8_t)(MONITOR_CLASSES - 1 - step);
    }
    return CX_OK;
}

static cx_status monitor_count(const monitor_answers *answers, int64_t rows, int64_t by,
                               int64_t *done, cx_error *err) {
    monitor_block block;
    uint8_t meaning[CX_I_BLOCK];
    for (*done = 0; *done < rows; *done += block.count) {
        CX_TRY(monitor_place(&answers->rows, *done, &block, err));
        CX_TRY(monitor_read_block(answers, *done, block.count, meaning, err));
        monitor_count_block(answers, &block, meaning, by);
    }
    return CX_OK;
}

static cx_status monitor_check_room(int64_t there, int64_t more, const char *what, cx_error *err) {
    if (more <= (int64_t)UINT32_MAX - there) return CX_OK;
    return cx_i_fail(err, CX_E_OVERFLOW, "there would be more than 2^32 - 1 %s in the open periods",
                     what);
}

cx_status cx_monitor_observe(cx_monitor *self, const cx_array *points, const cx_array *scores,
                             const cx_array *periods, const cx_answer_options *options,
                             cx_error *err) {
    cx_answer_options defaults;
    int64_t done, undone;
    cx_answer_options_init(&defaults);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    cx_i_answers read = {scores, NULL, options != NULL ? options : &defaults};
    CX_TRY(cx_i_answers_check(&read, err));
    monitor_answers answers = {.rows = {self, points, periods, scores->length}};
    CX_TRY(monitor_check_rows(&answers.rows, scores, "scores", err));
    CX_TRY(monitor_check_room(self->answers_open, scores->length, "answers", err));
    cx_i_codes_init(&answers.codes, &read, self->options.scale_min, self->options.scale_max);
    monitor_meanings(&answers);
    cx_status status = monitor_count(&answers, scores->length, 1, &done, err);
    if (status != CX_OK) (void)monitor_count(&answers, done, -1, &undone, NULL);
    return status;
}

/* -- counts -------------------------------------------------------------------------------- */

/* Columns of whole numbers, some of which may be NULL. */
typedef struct monitor_counts {
    monitor_rows rows;
    const cx_array *column[3];
    const char *role[3];
} monitor_counts;

static cx_status monitor_check_counts(const monitor_counts *counts, int64_t *total, cx_error *err) {
    for (int k = 0; k < 3; k++) {
        if (counts->column[k] == NULL) continue;
        CX_TRY(cx_i_array_check(counts->column[k], counts->role[k], CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(counts->column[0], counts->role[0], counts->column[k],
                                      counts->role[k], err));
    }
    for (int k = 0; k < 3; k++) {
        cx_array named = {0};
        if (counts->column[k] != NULL) named = *counts->column[k];
        named.name = cx_i_array_name(&named, counts->role[k]);
        total[k] = 0;
        for (int64_t row = 0; row < named.length; row++) {
            double value;
            cx_i_array_read(&named, row, 1, &value);
            if (!(value >= 0 && value <= UINT32_MAX && value == floor(value)))
                return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value,
                                    "%g is not a count; counts are whole numbers from 0 to "
                                    "2^32 - 1",
                                    value);
            total[k] += (int64_t)value;
            if (total[k] > UINT32_MAX) break;
        }
    }
    return CX_OK;
}

static uint32_t monitor_count_at(const cx_array *column, int64_t row) {
    double value;
    if (column == NULL) return 0;
    cx_i_array_read(column, row, 1, &value);
    return (uint32_t)value;
}

static uint32_t monitor_more(uint32_t a, uint32_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void monitor_put_answers(const monitor_counts *counts, int64_t row, int64_t position,
                                int64_t age) {
    cx_monitor *self = counts->rows.self;
    for (int k = 0; k < MONITOR_CLASSES; k++) {
        int64_t n = monitor_count_at(counts->column[k], row);
        if (n > 0) monitor_count_one(self, position, age, k, n);
    }
}

static void monitor_put_invited(const monitor_counts *counts, int64_t row, int64_t position,
                                int64_t age) {
    cx_monitor *self = counts->rows.self;
    cx_i_monitor_point *point = &self->points[position];
    uint32_t invited = monitor_count_at(counts->column[0], row);
    point->invited = monitor_more(point->invited, invited);
    point->shown = monitor_more(point->shown, monitor_count_at(counts->column[1], row));
    point->declined = monitor_more(point->declined, monitor_count_at(counts->column[2], row));
    if (age == MONITOR_LATE) return;
    cx_i_monitor_cell_of(self, position, monitor_slot(self, age))->invited += invited;
    self->invited_open += invited;
}

/* First everything is looked at, then everything is put. */
static cx_status monitor_put_counts(const monitor_counts *counts,
                                    void (*put)(const monitor_counts *, int64_t, int64_t, int64_t),
                                    cx_error *err) {
    monitor_block block;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t start = 0; start < counts->rows.length; start += block.count) {
            CX_TRY(monitor_place(&counts->rows, start, &block, err));
            for (int64_t i = 0; pass == 1 && i < block.count; i++)
                put(counts, start + i, block.position[i], block.age[i]);
        }
    return CX_OK;
}

cx_status cx_monitor_observe_counts(cx_monitor *self, const cx_array *points,
                                    const cx_array *detractors, const cx_array *passives,
                                    const cx_array *promoters, const cx_array *periods,
                                    cx_error *err) {
    int64_t total[3];
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    monitor_counts counts = {.rows = {self, points, periods, 0},
                             .column = {detractors, passives, promoters},
                             .role = {"detractors", "passives", "promoters"}};
    for (int k = 0; k < 3; k++)
        CX_TRY(cx_i_array_check(counts.column[k], counts.role[k], CX_I_NUMBERS, err));
    counts.rows.length = detractors->length;
    CX_TRY(monitor_check_rows(&counts.rows, detractors, "detractors", err));
    CX_TRY(monitor_check_counts(&counts, total, err));
    CX_TRY(monitor_check_room(self->answers_open, total[0] + total[1] + total[2], "answers", err));
    return monitor_put_counts(&counts, monitor_put_answers, err);
}

cx_status cx_monitor_invite(cx_monitor *self, const cx_array *points, const cx_array *invited,
                            const cx_array *shown, const cx_array *declined,
                            const cx_array *periods, cx_error *err) {
    int64_t total[3];
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    monitor_counts counts = {.rows = {self, points, periods, 0},
                             .column = {invited, shown, declined},
                             .role = {"invited", "shown", "declined"}};
    CX_TRY(cx_i_array_check(invited, "invited", CX_I_NUMBERS, err));
    counts.rows.length = invited->length;
    CX_TRY(monitor_check_rows(&counts.rows, invited, "invited", err));
    CX_TRY(monitor_check_counts(&counts, total, err));
    CX_TRY(monitor_check_room(self->invited_open, total[0], "invitations", err));
    return monitor_put_counts(&counts, monitor_put_invited, err);
}
