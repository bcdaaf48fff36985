#ifndef CX_I_BASE_H
#define CX_I_BASE_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/status.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#if defined(__GNUC__)
#define CX_I_INLINE static inline __attribute__((always_inline))
#else
#define CX_I_INLINE static inline
#endif

#define CX_TRY(expression)                                                                         \
    do {                                                                                           \
        cx_status cx_try_status = (expression);                                                    \
        if (cx_try_status != CX_OK) return cx_try_status;                                          \
    } while (0)

/* -- text: %s string, %d int64_t, %g double, %% ; no locale, always terminated ------------- */
size_t cx_i_text(char *out, size_t size, const char *format, ...);

/* -- error: fills err (may be NULL) and returns code. The format is that of cx_i_text. ----- */
cx_status cx_i_fail(cx_error *err, cx_status code, const char *format, ...);
/* The same for one element: sets row, value and column and starts the sentence with the place. */
cx_status cx_i_fail_at(cx_error *err, cx_status code, const cx_array *column, int64_t row,
                       double value, const char *format, ...);
/* Names the column of a failure and returns its code. */
cx_status cx_i_blame(cx_error *err, const char *column, cx_status code);

/* -- allocator ----------------------------------------------------------------------------- */
cx_allocator cx_i_allocator(const cx_allocator *allocator);   /* NULL -> libc */
void *cx_i_alloc(const cx_allocator *allocator, size_t size); /* zeroed; size 0 gives 1 byte */
void cx_i_free(const cx_allocator *allocator, void *memory);  /* NULL is ignored */
cx_status cx_i_out_of_memory(cx_error *err);

/* -- checked arithmetic: false on overflow, *out untouched --------------------------------- */
bool cx_i_add_i64(int64_t a, int64_t b, int64_t *out);
bool cx_i_mul_i64(int64_t a, int64_t b, int64_t *out);
bool cx_i_add_size(size_t a, size_t b, size_t *out);
bool cx_i_mul_size(size_t a, size_t b, size_t *out);

/* A zeroed array of count elements, or NULL when out of memory or when the size overflows. */
void *cx_i_alloc_array(const cx_allocator *allocator, int64_t count, size_t element);
/* The same, not zeroed: for large arrays that are written at once. */
void *cx_i_alloc_room(const cx_allocator *allocator, int64_t count, size_t element);

/* The most an options structure may be asked for: struct_size 0 or larger than ours is refused. */
cx_status cx_i_options_check(uint32_t struct_size, size_t ours, const char *name, cx_error *err);
/* The same, then they go over the defaults in `used`; NULL leaves these. */
cx_status cx_i_options_take(const void *given, void *used, size_t ours, const char *name,
                            cx_error *err);

#endif
