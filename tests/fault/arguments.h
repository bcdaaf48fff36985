#ifndef CX_TEST_ARGUMENTS_H
#define CX_TEST_ARGUMENTS_H

#include "../unit/support.h"

#include <stddef.h>

/* Every argument of every function that returns a status takes every bad value: the status says
 * so, the outputs and the states stay as they were. A row of a suite's table is one function; its
 * arguments are numbered slots, of which one at a time is spoilt. */

enum { ROWS = 6 };

typedef struct function {
    const char *name;
    cx_status (*call)(cx_error *err);
    int required;       /* slots 0 .. required - 1 may not be NULL */
    unsigned columns;   /* bits: slots that are columns of numbers */
    void (*init)(void); /* good options into `given`, or NULL */
    size_t options;     /* size of the structure */
    size_t confidence;  /* offset, 0: none */
    size_t codes[6];    /* offsets of int32 members that may not be -1, INT32_MIN or INT32_MAX */
    int64_t rows;       /* of its columns; 0: ROWS */
    unsigned alone;     /* bits: columns that set the length of the others */
    unsigned infinite;  /* bits: columns that may hold infinity */
} function;

/* What a call may write. The pattern shows whether it did. */
typedef union outputs {
    void *handle;
    cx_array array;
    cx_estimate estimate;
    struct {
        struct ArrowSchema schema;
        struct ArrowArray array;
    } arrow;
    struct ArrowArrayStream stream;
    uint8_t bytes[4096];
} outputs;

extern outputs out, untouched;
extern int null_slot, bad_slot;
extern const cx_array *bad_column;
extern const void *options; /* `given`, or NULL for a function without options */
extern union arguments_given {
    uint8_t bytes[4096];
    uint64_t aligned;
} given;

#define PTR(slot, good) (null_slot == (slot) ? NULL : (good))
#define COL(slot, good) (bad_slot == (slot) ? bad_column : PTR(slot, good))
#define OUT(slot, type) PTR(slot, (type *)(void *)out.bytes)
#define HANDLE(slot, type) PTR(slot, (type **)(void *)&out.handle)
/* A frame of which the first column is spoilt */
const cx_frame *frame_with(int slot, const cx_frame *good);

#define CALL(name, ...)                                                                            \
    static cx_status call_##name(cx_error *err) {                                                  \
        return cx_##name(__VA_ARGS__, err);                                                        \
    }
#define INIT(name)                                                                                 \
    static void init_##name(void) {                                                                \
        cx_##name##_options_init((cx_##name##_options *)(void *)given.bytes);                      \
    }
#define AT(type, member) offsetof(cx_##type##_options, member)
#define PLAIN(name, slots)                                                                         \
    { #name, call_##name, slots, 0, NULL, 0, 0, {0 }, 0, 0, 0 }
#define COLUMNS(name, slots, bits)                                                                 \
    { #name, call_##name, slots, bits, NULL, 0, 0, {0 }, 0, 0, 0 }
/* OPTIONS(name, required slots, columns, options noun, offset of confidence or 0, codes...) */
#define OPTIONS(name, slots, bits, noun, confidence, ...)                                          \
    {                                                                                              \
#name, call_##name, slots, bits, init_##noun, sizeof(cx_##noun##_options), confidence,     \
            {__VA_ARGS__ }, 0, 0, 0                                                                \
    }

/* A suite's fixture calls arguments_start with its table, and arguments_add once for its case.
 * `unchanged` fails the test when a state of the fixture is not as it was. */
void arguments_start(const function *table, void (*unchanged)(const char *name));
void arguments_add(TCase *tcase, int functions);
void arguments_expect_unchanged(const char *name);

#endif
