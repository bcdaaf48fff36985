#ifndef CX_I_ARRAY_H
#define CX_I_ARRAY_H

#include "base/base.h"

/* Rows decoded at a time by the generic loops: 4 KiB of doubles stays in the first cache. */
#define CX_I_BLOCK 512

enum { CX_I_NUMBERS = 1, CX_I_KEYS = 2 };

/* Checks a column before any element is read. `role` is the parameter's name for the sentence.
 * accepts: CX_I_NUMBERS refuses strings, timestamps and dictionary codes; CX_I_KEYS takes all. */
cx_status cx_i_array_check(const cx_array *column, const char *role, int accepts, cx_error *err);
cx_status cx_i_array_same_length(const cx_array *a, const char *role_a, const cx_array *b,
                                 const char *role_b, cx_error *err);
cx_status cx_i_frame_check(const cx_frame *frame, const char *role, int accepts, cx_error *err);
/* A column by name, NULL when it is not there. */
const cx_array *cx_i_frame_find(const cx_frame *frame, const char *name);
/* The same, of numbers, called by that name; when it is needed its absence is CX_E_NAME. */
cx_status cx_i_frame_numbers(const cx_frame *frame, const char *role, const char *name, bool needed,
                             const cx_array **out, cx_error *err);

/* Rows start .. start+count as a column of their own. */
cx_array cx_i_array_part(const cx_array *column, int64_t start, int64_t count);
/* true when the element is present (bitmap only; NaN is the reader's business) */
bool cx_i_array_valid(const cx_array *column, int64_t row);
/* The same through the dictionary; a code outside it is missing. */
bool cx_i_array_present(const cx_array *column, int64_t row);
/* Decodes rows start .. start+count (count <= CX_I_BLOCK) to doubles; a null becomes NaN. */
void cx_i_array_read(const cx_array *column, int64_t start, int64_t count, double *out);
/* The same where they lie, when they lie there as doubles; else decoded into `room`. */
const double *cx_i_array_doubles(const cx_array *column, int64_t start, int64_t count,
                                 double *room);
/* One element of an integer, bool or timestamp column, exactly. */
int64_t cx_i_array_i64(const cx_array *column, int64_t row);
/* One string element that is present: its bytes and length; the dictionary is followed. */
cx_status cx_i_array_text(const cx_array *column, const char *role, int64_t row, const char **text,
                          int64_t *length, cx_error *err);
/* A weight is 0 or between 1e-100 and 1e100: squares of others would leave the range of double. */
cx_status cx_i_weight_check(const cx_array *weights, int64_t row, double weight, cx_error *err);
/* The column's own name, else the role; and the column under that name, for sentences. */
const char *cx_i_array_name(const cx_array *column, const char *role);
cx_array cx_i_array_named(const cx_array *column, const char *role);
/* Refuses an infinite value. */
cx_status cx_i_array_infinite(const cx_array *column, const char *role, int64_t row, double value,
                              cx_error *err);

#endif
