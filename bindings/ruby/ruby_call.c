/* Errors, calls without the global lock, and tables. The wrapper takes this file in whole. */
#include <math.h>
#include <ruby.h>
#include <ruby/encoding.h>
#include <ruby/memory_view.h>
#include <ruby/thread.h>

NORETURN(static void cxrb_raise_with(int32_t code, VALUE text, VALUE row, VALUE column,
                                     VALUE value));
static void cxrb_raise_with(int32_t code, VALUE text, VALUE row, VALUE column, VALUE value) {
    VALUE module = rb_const_get(rb_cObject, rb_intern("CXKit"));
    VALUE error =
        rb_funcall(module, rb_intern("exception_for"), 5, INT2NUM(code), text, row, column, value);
    rb_exc_raise(error);
}

static void cxrb_raise(const cx_error *err) {
    const char *text = err->text[0] != '\0' ? err->text : cx_strerror(err->code);
    cxrb_raise_with(err->code, rb_utf8_str_new_cstr(text), err->row < 0 ? Qnil : LL2NUM(err->row),
                    err->column[0] == '\0' ? Qnil : rb_utf8_str_new_cstr(err->column),
                    isnan(err->value) ? Qnil : DBL2NUM(err->value));
}

typedef struct cxrb_call {
    void *(*body)(void *);
    void *data;
    int done;
} cxrb_call;

static void *cxrb_call_body(void *data) {
    cxrb_call *call = data;
    call->body(call->data);
    call->done = 1;
    return NULL;
}

/* Runs body(data) once, without the global lock when `release` is set. Raises only before. */
static void cxrb_run(void *(*body)(void *), void *data, int release) {
    cxrb_call call = {body, data, 0};
    if (!release) cxrb_call_body(&call);
    while (!call.done) {
        /* Unlike the first form it does not raise after the call, when there are results. */
        rb_thread_call_without_gvl2(cxrb_call_body, &call, NULL, NULL);
        if (!call.done) rb_thread_check_ints();
    }
}

static VALUE cxrb_table_text(const cx_array *column, int64_t row) {
    const char *bytes = column->data;
    int64_t start, end;
    if (column->dtype == CX_STRING) {
        start = ((const int32_t *)column->offsets)[row];
        end = ((const int32_t *)column->offsets)[row + 1];
    } else {
        start = ((const int64_t *)column->offsets)[row];
        end = ((const int64_t *)column->offsets)[row + 1];
    }
    return rb_utf8_str_new(end > start ? bytes + start : "", (long)(end - start));
}

/* A time on a clock without a name is shown as UTC. */
static VALUE cxrb_time(int64_t micros) {
    VALUE seconds = rb_funcall(LL2NUM(micros), rb_intern("quo"), 1, INT2FIX(1000000));
    return rb_funcall(rb_funcall(rb_cTime, rb_intern("at"), 1, seconds), rb_intern("utc"), 0);
}

static VALUE cxrb_table_value(const cx_array *column, int64_t row) {
    int64_t bit = column->offset + row;
    const char *element;
    if (column->validity != NULL && !((column->validity[bit >> 3] >> (bit & 7)) & 1)) return Qnil;
    if (column->dtype == CX_STRING || column->dtype == CX_LARGE_STRING) {
        return cxrb_table_text(column, row);
    }
    element = (const char *)column->data + row * column->stride;
    if (column->dtype == CX_TIMESTAMP) {
        int64_t micros;
        memcpy(&micros, element, sizeof micros);
        return cxrb_time(micros);
    }
    if (column->dtype == CX_I64) {
        int64_t value;
        memcpy(&value, element, sizeof value);
        return LL2NUM(value);
    } else {
        double value;
        memcpy(&value, element, sizeof value);
        return DBL2NUM(value);
    }
}

/* A column of a table (float64, int64 or text) as an Array, nil where it has no value. */
static VALUE cxrb_table_values(const cx_table *table, int64_t index) {
    cx_error err;
    cx_array column;
    VALUE values;
    cx_error_init(&err);
    if (cx_table_column(table, index, &column, &err) != CX_OK) cxrb_raise(&err);
    values = rb_ary_new_capa((long)column.length);
    for (int64_t row = 0; row < column.length; row++) {
        rb_ary_push(values, cxrb_table_value(&column, row));
    }
    return values;
}
