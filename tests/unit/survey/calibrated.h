#ifndef CX_TEST_CALIBRATED_H
#define CX_TEST_CALIBRATED_H

#include "../support.h"

/* A column of words, one letter or more each; the room is the test's own. */
typedef struct words {
    char text[8192];
    int32_t offsets[1025];
    cx_array column;
} words;

static inline const cx_array *words_of(words *w, const char *name, int64_t count,
                                       const char *const *values) {
    int32_t used = w->offsets[0] = 0;
    for (int64_t i = 0; i < count; i++) {
        int32_t length = (int32_t)strlen(values[i]);
        ck_assert_int_le(used + length, (int)sizeof w->text);
        memcpy(w->text + used, values[i], (size_t)length);
        used += length;
        w->offsets[i + 1] = used;
    }
    w->column = cx_array_of(w->text, CX_STRING, count);
    w->column.offsets = w->offsets;
    w->column.name = name;
    return &w->column;
}

/* Words cut at spaces: "a a b". */
static inline const cx_array *words_split(words *w, const char *name, const char *text) {
    static char room[1024][32];
    const char *values[1024];
    int64_t count = 0;
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, " ");
        memcpy(room[count], at, length);
        room[count][length] = '\0';
        values[count] = room[count];
        count++;
        at += length + strspn(at + length, " ");
    }
    return words_of(w, name, count, values);
}

static inline cx_array doubles(const double *values, int64_t count, const char *name) {
    cx_array made = cx_array_of(values, CX_F64, count);
    made.name = name;
    return made;
}

static inline cx_weights_summary summary_of(const cx_weights *weights) {
    cx_weights_summary summary;
    ck_assert_ok(cx_weights_summarise(weights, &summary, err));
    return summary;
}

/* Copies a column of the weights' table. */
static inline void weights_into(const cx_weights *weights, const char *name, double *out) {
    cx_table *table;
    ck_assert_ok(cx_weights_table(weights, &table, err));
    for (int64_t row = 0; row < cx_table_rows(table); row++)
        out[row] = table_number(table, name, row);
    cx_table_free(table);
}

#endif
