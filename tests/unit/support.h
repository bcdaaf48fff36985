#ifndef CX_TEST_SUPPORT_H
#define CX_TEST_SUPPORT_H

#include <cxkit.h>

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* |actual - expected| <= tolerance * max(1e-300, |expected|); NaN equals NaN, infinity itself */
bool close_relative(double actual, double expected, double tolerance);
#define ck_assert_close(actual, expected, tolerance)                                               \
    do {                                                                                           \
        double close_a = (actual), close_e = (expected), close_t = (tolerance);                    \
        ck_assert_msg(close_relative(close_a, close_e, close_t), "%s is %.17g, not %.17g",         \
                      #actual, close_a, close_e);                                                  \
    } while (0)
#define ck_assert_near(actual, expected, tolerance)                                                \
    do {                                                                                           \
        double near_a = (actual), near_e = (expected), near_t = (tolerance);                       \
        ck_assert_msg(fabs(near_a - near_e) <= near_t, "%s is %.17g, not %.17g", #actual, near_a,  \
                      near_e);                                                                     \
    } while (0)
#define ck_assert_ok(expression)                                                                   \
    do {                                                                                           \
        cx_error ok_error;                                                                         \
        cx_error_init(&ok_error);                                                                  \
        cx_error *err = &ok_error;                                                                 \
        cx_status ok_status = (expression);                                                        \
        ck_assert_msg(ok_status == CX_OK, "%s: %s", #expression, ok_error.text);                   \
    } while (0)
/* The expression names `err`; the sentence must contain the text. */
#define ck_assert_fails(expression, status, part)                                                  \
    do {                                                                                           \
        cx_error fails_error;                                                                      \
        cx_error_init(&fails_error);                                                               \
        cx_error *err = &fails_error;                                                              \
        ck_assert_int_eq((expression), (status));                                                  \
        ck_assert_int_eq(fails_error.code, (status));                                              \
        ck_assert_msg(strstr(fails_error.text, (part)) != NULL, "\"%s\" does not say \"%s\"",      \
                      fails_error.text, (part));                                                   \
    } while (0)

/* -- vectors: tests/vectors/<name>.csv; the first row names the columns -------------------- */
typedef struct vectors {
    int64_t rows, columns;
    char **cells; /* row-major, without the header; every cell is trimmed text */
    char **names;
    char *memory;
} vectors;

vectors vectors_read(const char *name); /* fails the test when it cannot be read */
vectors vectors_read_path(const char *path);
const char *vectors_text(const vectors *v, int64_t row, const char *column);
double vectors_number(const vectors *v, int64_t row, const char *column); /* "" -> NaN */
void vectors_free(vectors *v);
int32_t method_of(const char *word); /* the cx_method of that word; fails the test without one */
/* The path of a file under CX_SHARED, or NULL (the test then says so and returns). */
const char *shared_path(const char *relative, char *buffer, size_t size);

/* How many runs a simulated test makes: all of them, or a CX_THIN-th where every step is slow, as
 * under valgrind; at least 1. */
int64_t thinned(int64_t runs);

/* Runs it and prints TAP; the exit status of the program. */
int run_suite(Suite *suite);

/* -- an allocator that counts, and fails from the `fail_at`-th request on (or only there) --- */
typedef struct fault {
    int64_t requests; /* so far */
    int64_t live;     /* blocks not yet released */
    int64_t fail_at;  /* -1: never */
    bool once;
} fault;
cx_allocator fault_allocator(fault *f);
/* Runs it with each of its allocations failing, once and for ever: CX_E_MEMORY, and nothing is
 * left behind. At least so many requests; 0 says that there are none. */
typedef cx_status fault_run(const cx_allocator *allocator, cx_error *err);
void fault_everywhere(fault_run *run, int64_t least);
/* One of the two. */
void fault_each(fault_run *run, bool once, int64_t least);

#endif
