#ifndef CX_TEST_COLUMNS_H
#define CX_TEST_COLUMNS_H

#include "../support.h"

/* A string column made of words separated by single spaces. */
typedef struct words {
    char text[512];
    int32_t offsets[64];
    cx_array column;
} words;

static inline const cx_array *words_set(words *w, const char *list) {
    int32_t used = 0, count = 0;
    for (const char *c = list; *c != '\0'; c++)
        if (*c == ' ')
            w->offsets[++count] = used;
        else
            w->text[used++] = *c;
    w->offsets[0] = 0;
    w->offsets[++count] = used;
    w->column = (cx_array){.data = w->text,
                           .length = list[0] == '\0' ? 0 : count,
                           .offsets = w->offsets,
                           .dtype = CX_STRING};
    return &w->column;
}

/* A frame over column-major numbers. */
typedef struct numbers {
    cx_array columns[32];
    cx_frame frame;
} numbers;

static inline const cx_frame *numbers_set(numbers *f, const char *const *names, const double *x,
                                          int64_t rows, int64_t count) {
    for (int64_t j = 0; j < count; j++) {
        f->columns[j] = cx_array_of(x + j * rows, CX_F64, rows);
        f->columns[j].name = names[j];
    }
    f->frame = (cx_frame){.columns = f->columns, .count = count};
    return &f->frame;
}

static inline cx_moments *moments_of(const char *list) {
    words names;
    cx_moments *m = NULL;
    ck_assert_ok(cx_moments_new(words_set(&names, list), NULL, &m, err));
    return m;
}

#endif
