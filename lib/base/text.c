#include "base/text.h"

#include "base/base.h"

#include <stdarg.h>

typedef struct text_sink {
    char *out;
    size_t size, used;
} text_sink;

static void text_char(text_sink *sink, char c) {
    if (sink->used + 1 < sink->size) sink->out[sink->used++] = c;
}

static void text_string(text_sink *sink, const char *s) {
    for (; s != NULL && *s != '\0'; s++) text_char(sink, *s);
}

static void text_digits(text_sink *sink, uint64_t value) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0) text_char(sink, digits[--count]);
}

static void text_integer(text_sink *sink, int64_t value) {
    if (value < 0) text_char(sink, '-');
    text_digits(sink, value < 0 ? 0u - (uint64_t)value : (uint64_t)value);
}

/* The significand as nine digits, with value = digits * 10^(exponent - 8). */
static uint64_t text_nine_digits(double value, int *exponent) {
    int e = (int)floor(log10(value));
    double scaled = value;
    for (int i = e; i > 8; i -= 100) scaled /= pow(10, i - 8 > 100 ? 100 : i - 8);
    for (int i = e; i < 8; i += 100) scaled *= pow(10, 8 - i > 100 ? 100 : 8 - i);
    uint64_t digits = (uint64_t)(scaled + 0.5);
    if (digits >= 1000000000u) digits /= 10, e++;
    if (digits < 100000000u) digits = digits * 10, e--;
    *exponent = e;
    return digits;
}

static void text_fraction(text_sink *sink, uint64_t digits, int whole) {
    uint64_t unit = 100000000u;
    if (whole < 0) text_string(sink, "0.");
    for (int i = whole; i < -1; i++) text_char(sink, '0');
    for (int i = 0; i <= whole || digits != 0; i++) {
        text_char(sink, (char)('0' + digits / unit));
        digits = digits % unit * 10;
        if (i == whole && digits != 0) text_char(sink, '.');
    }
}

/* Nine significant digits serve a message; the exact value is in cx_error.value. */
static void text_double(text_sink *sink, double value) {
    int exponent;
    if (isnan(value)) {
        text_string(sink, "NaN");
        return;
    }
    if (signbit(value)) text_char(sink, '-');
    value = fabs(value);
    if (isinf(value)) {
        text_string(sink, "infinity");
    } else if (value == floor(value) && value < 1e15) {
        text_digits(sink, (uint64_t)value);
    } else {
        uint64_t digits = text_nine_digits(value, &exponent);
        bool plain = exponent >= -5 && exponent <= 8;
        text_fraction(sink, digits, plain ? exponent : 0);
        if (!plain) {
            text_char(sink, 'e');
            text_integer(sink, exponent);
        }
    }
}

size_t cx_i_text_append(char *out, size_t size, size_t used, const char *format, va_list list) {
    text_sink sink = {out, size, used};
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            text_char(&sink, *format);
            continue;
        }
        switch (*++format) {
        case 's':
            text_string(&sink, va_arg(list, const char *));
            break;
        case 'd':
            text_integer(&sink, va_arg(list, int64_t));
            break;
        case 'g':
            text_double(&sink, va_arg(list, double));
            break;
        default:
            text_char(&sink, '%');
            break;
        }
    }
    if (size > 0) out[sink.used] = '\0';
    return sink.used;
}

size_t cx_i_text(char *out, size_t size, const char *format, ...) {
    va_list list;
    va_start(list, format);
    size_t used = cx_i_text_append(out, size, 0, format, list);
    va_end(list);
    return used;
}
