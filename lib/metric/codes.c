#include "metric/codes.h"

/* -- which codes there are ----------------------------------------------------------------- */

static bool codes_is_whole(const cx_array *scores) {
    return scores->dtype != CX_F32 && scores->dtype != CX_F64;
}

static bool codes_can_be(const cx_i_codes *codes, int reason) {
    const cx_array *scores = codes->answers->scores;
    const cx_answer_options *options = codes->answers->options;
    switch (reason) {
    case CX_EXCLUDED_MISSING:
        return !codes_is_whole(scores) || scores->validity != NULL || options->missing_count > 0;
    case CX_EXCLUDED_NOT_APPLICABLE:
        return options->not_applicable_count > 0;
    case CX_EXCLUDED_OUT_OF_RANGE:
        return options->invalid == CX_INVALID_EXCLUDE;
    case CX_EXCLUDED_NON_INTEGER:
        return options->invalid == CX_INVALID_EXCLUDE && !codes_is_whole(scores);
    default:
        return options->invalid == CX_INVALID_ERROR || !codes_is_whole(scores);
    }
}

static uint16_t codes_of(const cx_i_codes *codes, double value) {
    bool rounded;
    int step = cx_i_answer_step(codes->answers->options, codes->scale_min, codes->scale_max, value,
                                &rounded);
    if (step >= 0) return (uint16_t)(rounded ? codes->code[CX_I_REFUSED] : step);
    int reason = -1 - step;
    bool excluded = reason < CX_I_REFUSED && codes->code[reason] > 0;
    return (uint16_t)codes->code[excluded ? reason : CX_I_REFUSED];
}

void cx_i_codes_init(cx_i_codes *codes, const cx_i_answers *answers, int32_t scale_min,
                     int32_t scale_max) {
    memset(codes, 0, sizeof *codes);
    codes->answers = answers;
    codes->scale_min = scale_min;
    codes->scale_max = scale_max;
    codes->levels = scale_max - scale_min + 1;
    codes->width = codes->levels;
    for (int reason = 0; reason <= CX_I_REFUSED; reason++) {
        if (!codes_can_be(codes, reason)) continue;
        codes->reason[codes->width - codes->levels] = reason;
        codes->code[reason] = codes->width++;
    }
    int32_t dtype = answers->scores->dtype;
    bool coded = answers->options->missing_count + answers->options->not_applicable_count > 0;
    bool exact = scale_min > -(1 << 24) && scale_max < 1 << 24; /* as float, too */
    codes->plain = !coded && exact && answers->scores->validity == NULL;
    codes->bytes = (dtype == CX_I8 || dtype == CX_U8) && answers->scores->validity == NULL;
    for (int byte = 0; codes->bytes && byte < 256; byte++)
        codes->byte[byte] = codes_of(codes, dtype == CX_I8 && byte > INT8_MAX ? byte - 256 : byte);
}

/* -- reading ------------------------------------------------------------------------------- */

static void codes_read_bytes(const cx_i_codes *codes, int64_t start, int64_t count, uint16_t *out) {
    const cx_array *scores = codes->answers->scores;
    const uint8_t *p = (const uint8_t *)scores->data + start * scores->stride;
    for (int64_t i = 0; i < count; i++) out[i] = codes->byte[p[i * scores->stride]];
}

/* A block in which every answer is a step; false at the first that is not. What is off the scale
 * is read as its lowest step, so that no conversion leaves the range of int32. */
#define CODES_LOOP(type, step, rows)                                                               \
    for (int64_t i = 0; i < (rows); i++) {                                                         \
        type value, held;                                                                          \
        memcpy(&value, p + i * (step), sizeof value);                                              \
        held = value >= low && value <= high ? value : low;                                        \
        int32_t whole = (int32_t)held;                                                             \
        wrong |= !((type)whole == value);                                                          \
        out[i] = (uint16_t)(whole - codes->scale_min);                                             \
    }

#define CODES_READ(name, type)                                                                     \
    static bool name(const cx_i_codes *codes, int64_t start, int64_t count, uint16_t *out) {       \
        const cx_array *scores = codes->answers->scores;                                           \
        const char *p = (const char *)scores->data + start * scores->stride;                       \
        type low = (type)codes->scale_min, high = (type)codes->scale_max;                          \
        int wrong = 0;                                                                             \
        if (scores->stride == sizeof(type) && count == CX_I_BLOCK) {                               \
            CODES_LOOP(type, (int64_t)sizeof(type), CX_I_BLOCK)                                    \
        } else {                                                                                   \
            CODES_LOOP(type, scores->stride, count)                                                \
        }                                                                                          \
        return wrong == 0;                                                                         \
    }

CODES_READ(codes_read_f32, float)
CODES_READ(codes_read_f64, double)
CODES_READ(codes_read_i32, int32_t)

static bool codes_read_plain(const cx_i_codes *codes, int64_t start, int64_t count, uint16_t *out) {
    if (!codes->plain) return false;
    switch (codes->answers->scores->dtype) {
    case CX_F32:
        return codes_read_f32(codes, start, count, out);
    case CX_F64:
        return codes_read_f64(codes, start, count, out);
    case CX_I32:
        return codes_read_i32(codes, start, count, out);
    default:
        return false;
    }
}

void cx_i_codes_read(const cx_i_codes *codes, int64_t start, int64_t count, uint16_t *out) {
    double values[CX_I_BLOCK];
    if (codes->bytes) {
        codes_read_bytes(codes, start, count, out);
        return;
    }
    if (codes_read_plain(codes, start, count, out)) return;
    cx_i_array_read(codes->answers->scores, start, count, values);
    for (int64_t i = 0; i < count; i++) out[i] = codes_of(codes, values[i]);
}

bool cx_i_codes_commit(const cx_i_codes *codes, const uint32_t *counts, cx_i_cells *cells) {
    for (int32_t i = 0; i < codes->levels; i++) cells->count[i] += counts[i];
    for (int32_t i = codes->levels; i < codes->width; i++) {
        int32_t reason = codes->reason[i - codes->levels];
        if (reason == CX_I_REFUSED && counts[i] > 0) return false;
        if (reason != CX_I_REFUSED) cells->excluded[reason] += counts[i];
    }
    return true;
}
