#ifndef CX_I_TEXT_H
#define CX_I_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/* Appends at `used` (at most size - 1) and terminates; returns the new length. */
size_t cx_i_text_append(char *out, size_t size, size_t used, const char *format, va_list list);

#endif
