#ifndef CX_TEST_WAITING_H
#define CX_TEST_WAITING_H

#include "../support.h"

/* Waits under construction. */

#define MOST 128

static double durations[MOST], ends[MOST];
static int64_t rows;
static cx_waits *waits;
static cx_estimate estimate;

static inline void setup(void) {
    ck_assert_ok(cx_waits_new(NULL, &waits, err));
}

static inline void teardown(void) {
    cx_waits_free(waits);
}

/* "6 6+ 7 9? -": event at 6, censored at 6, event at 7, unknown at 9, missing */
static inline void parse(const char *text) {
    for (rows = 0; *text != '\0'; rows++) {
        char *end;
        ck_assert_int_lt(rows, MOST);
        durations[rows] =
            *text == '-' && (text[1] == ' ' || text[1] == 0) ? NAN : strtod(text, &end);
        if (isnan(durations[rows])) end = (char *)text + 1;
        ends[rows] = *end == '+' ? 0 : *end == '?' ? NAN : 1;
        text = *end == '+' || *end == '?' ? end + 1 : end;
        text += *text == ' ';
    }
}

static inline cx_status add_rows(int64_t start, int64_t count, const cx_frame *by,
                                 const cx_waits_options *options, cx_error *err) {
    cx_array d = cx_array_of(durations + start, CX_F64, count);
    cx_array e = cx_array_of(ends + start, CX_F64, count);
    return cx_waits_add(waits, &d, &e, by, options, err);
}

static inline void add(const char *text) {
    parse(text);
    ck_assert_ok(add_rows(0, rows, NULL, NULL, err));
}

/* The groups of "1 2 | 3+ 4" as keys 0 and 1 */
static inline void add_groups(const char *text) {
    char part[1024];
    for (int32_t group = 0; *text != '\0'; group++) {
        size_t length = strcspn(text, "|");
        ck_assert_uint_lt(length, sizeof part);
        memcpy(part, text, length);
        while (length > 0 && part[length - 1] == ' ') length--;
        part[length] = '\0';
        parse(part);
        int32_t keys[MOST];
        for (int64_t i = 0; i < rows; i++) keys[i] = group;
        cx_array key = cx_array_of(keys, CX_I32, rows);
        key.name = "group";
        cx_frame by = {&key, 1, {0, 0}};
        ck_assert_ok(add_rows(0, rows, &by, NULL, err));
        text += strcspn(text, "|");
        text += *text == '|' ? strspn(text, "| ") : 0;
    }
}

#endif
