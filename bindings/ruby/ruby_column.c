/* Columns made from Ruby values. A column owns or holds everything its view points to, so that a
 * call acquires nothing: whatever raises, whenever, the collector can release it. The wrapper takes
 * this file in whole. */
#include <math.h>
#include <ruby.h>
#include <ruby/encoding.h>
#include <ruby/memory_view.h>
#include <ruby/thread.h>

/* -- Errors ---------------------------------------------------------------------------------- */

NORETURN(static void cxrb_raise_with(int32_t code, VALUE text, VALUE row, VALUE column,
                                     VALUE value));
static void cxrb_raise_with(int32_t code, VALUE text, VALUE row, VALUE column, VALUE value) {
    VALUE module = rb_const_get(rb_cObject, rb_intern("CXKit"));
    VALUE error = rb_funcall(module, rb_intern("exception_for"), 5, INT2NUM(code), text, row,
                             column, value);
    rb_exc_raise(error);
}

static void cxrb_raise(const cx_error *err) {
    const char *text = err->text[0] != '\0' ? err->text : cx_strerror(err->code);
    cxrb_raise_with(err->code, rb_utf8_str_new_cstr(text), err->row < 0 ? Qnil : LL2NUM(err->row),
                    err->column[0] == '\0' ? Qnil : rb_utf8_str_new_cstr(err->column),
                    isnan(err->value) ? Qnil : DBL2NUM(err->value));
}

/* -- The objects ----------------------------------------------------------------------------- */

typedef struct cxrb_column {
    cx_array array;        /* dtype 0: empty or released */
    void *values;          /* owned numbers or string offsets */
    uint8_t *bits;         /* owned validity */
    char *name;            /* owned */
    VALUE held;            /* the frozen String or the exporter; pinned by marking */
    VALUE held_validity;   /* the frozen String of the bitmap */
    rb_memory_view_t view; /* taken when has_view */
    int has_view;
} cxrb_column;

typedef struct cxrb_frame {
    cx_frame frame;
    cx_array *columns; /* copies of the views */
    VALUE held;        /* Array of Columns */
} cxrb_frame;

static VALUE cxrb_column_class, cxrb_frame_class;
static long cxrb_live_count; /* resources held by columns and frames, under the global lock */

static void cxrb_column_mark(void *data) {
    cxrb_column *self = data;
    rb_gc_mark(self->held); /* marks and pins: the view points into a String that may be embedded */
    rb_gc_mark(self->held_validity);
}

static void cxrb_column_release(cxrb_column *self) {
    if (self->has_view) {
        self->has_view = 0;
        rb_memory_view_release(&self->view);
        cxrb_live_count--;
    }
    if (self->values != NULL) cxrb_live_count--;
    if (self->bits != NULL) cxrb_live_count--;
    if (self->name != NULL) cxrb_live_count--;
    xfree(self->values);
    xfree(self->bits);
    xfree(self->name);
    memset(self, 0, sizeof *self);
    self->held = Qnil;
    self->held_validity = Qnil;
}

static void cxrb_column_free(void *data) {
    cxrb_column_release(data);
    xfree(data);
}

static size_t cxrb_column_memsize(const void *data) {
    const cxrb_column *self = data;
    size_t size = sizeof *self;
    if (self->values != NULL) size += (size_t)self->array.length * 8;
    if (self->bits != NULL) size += (size_t)self->array.length / 8;
    return size;
}

static const rb_data_type_t cxrb_column_type = {
    "CXKit::Native::Column",
    {cxrb_column_mark, cxrb_column_free, cxrb_column_memsize, NULL, {NULL}},
    NULL,
    NULL,
    RUBY_TYPED_FREE_IMMEDIATELY};

static void cxrb_frame_mark(void *data) {
    rb_gc_mark(((cxrb_frame *)data)->held);
}

static void cxrb_frame_release(cxrb_frame *self) {
    if (self->columns != NULL) cxrb_live_count--;
    xfree(self->columns);
    memset(self, 0, sizeof *self);
    self->held = Qnil;
}

static void cxrb_frame_free(void *data) {
    cxrb_frame_release(data);
    xfree(data);
}

static size_t cxrb_frame_memsize(const void *data) {
    const cxrb_frame *self = data;
    return sizeof *self + (size_t)self->frame.count * sizeof(cx_array);
}

static const rb_data_type_t cxrb_frame_type = {
    "CXKit::Native::Frame",
    {cxrb_frame_mark, cxrb_frame_free, cxrb_frame_memsize, NULL, {NULL}},
    NULL,
    NULL,
    RUBY_TYPED_FREE_IMMEDIATELY};

static void *cxrb_own(void **slot, size_t count, size_t element) {
    *slot = xmalloc2(count == 0 ? 1 : count, element); /* raises when out of memory */
    cxrb_live_count++;
    return *slot;
}

static VALUE cxrb_column_alloc(cxrb_column **out, VALUE name) {
    VALUE object = TypedData_Make_Struct(cxrb_column_class, cxrb_column, &cxrb_column_type, *out);
    (*out)->held = Qnil;
    (*out)->held_validity = Qnil;
    if (!NIL_P(name)) {
        const char *text = StringValueCStr(name);
        size_t size = strlen(text) + 1;
        memcpy(cxrb_own((void **)&(*out)->name, size, 1), text, size);
        (*out)->array.name = (*out)->name;
    }
    return object;
}

static const char *cxrb_column_label(const cxrb_column *self) {
    return self->name != NULL ? self->name : "column";
}

/* -- From an Array --------------------------------------------------------------------------- */

enum cxrb_kind { CXRB_NONE, CXRB_TRUTH, CXRB_INTEGER, CXRB_UNSIGNED, CXRB_NUMBER, CXRB_TEXT };

/* A conversion may call Ruby code that changes the array: every access asks for the length. */
static VALUE cxrb_at(VALUE list, long row) {
    return row < RARRAY_LEN(list) ? RARRAY_AREF(list, row) : Qnil;
}

/* An Integer of more than 62 bits: -1 does not fit, 0 signed, 1 only unsigned. */
static int cxrb_wide(VALUE value) {
    uint64_t word;
    int sign = rb_integer_pack(value, &word, 1, sizeof word, 0,
                               INTEGER_PACK_NATIVE_BYTE_ORDER | INTEGER_PACK_2COMP);
    if (sign == 2 || sign == -2) return -1;
    if (sign < 0) return (word >> 63) == 0 ? -1 : 0;
    return (word >> 63) != 0 ? 1 : 0;
}

static int cxrb_negative(VALUE integer) {
    return FIXNUM_P(integer) ? FIX2LONG(integer) < 0 : RBIGNUM_NEGATIVE_P(integer);
}

static enum cxrb_kind cxrb_kind_of(VALUE value) {
    if (FIXNUM_P(value)) return CXRB_INTEGER;
    if (RB_FLOAT_TYPE_P(value)) return CXRB_NUMBER;
    if (value == Qtrue || value == Qfalse) return CXRB_TRUTH;
    if (RB_TYPE_P(value, T_STRING) || RB_SYMBOL_P(value)) return CXRB_TEXT;
    if (RB_TYPE_P(value, T_BIGNUM)) return cxrb_wide(value) == 1 ? CXRB_UNSIGNED : CXRB_INTEGER;
    if (RTEST(rb_obj_is_kind_of(value, rb_cNumeric)) && !RB_TYPE_P(value, T_COMPLEX)) {
        return CXRB_NUMBER;
    }
    return CXRB_NONE;
}

static const char *cxrb_kind_name(enum cxrb_kind kind) {
    return kind == CXRB_TRUTH ? "true or false" : kind == CXRB_TEXT ? "text" : "a number";
}

/* Nobody will see this column: its view goes back now, not when the collector comes. */
NORETURN(static void cxrb_fail(cxrb_column *self, cx_status code, long row, VALUE text));
static void cxrb_fail(cxrb_column *self, cx_status code, long row, VALUE text) {
    VALUE name = self->name != NULL ? rb_utf8_str_new_cstr(self->name) : Qnil;
    cxrb_column_release(self);
    cxrb_raise_with(code, text, row < 0 ? Qnil : LONG2NUM(row), name, Qnil);
}

NORETURN(static void cxrb_refuse(cxrb_column *self, long row, VALUE value, const char *want));
static void cxrb_refuse(cxrb_column *self, long row, VALUE value, const char *want) {
    cxrb_fail(self, CX_E_TYPE, row,
              rb_sprintf("column %s, row %ld: %" PRIsVALUE " is not %s or nil",
                         cxrb_column_label(self), row, rb_inspect(value), want));
}

/* One kind for the whole array; numbers may mix, nothing else may. */
static enum cxrb_kind cxrb_classify(cxrb_column *self, VALUE list, long length, int *nulls) {
    enum cxrb_kind kind = CXRB_NONE;
    int negative = 0;
    for (long row = 0; row < length; row++) {
        VALUE value = cxrb_at(list, row);
        enum cxrb_kind here;
        if (NIL_P(value)) {
            *nulls = 1;
            continue;
        }
        here = cxrb_kind_of(value);
        if (here == CXRB_NONE) {
            cxrb_refuse(self, row, value,
                        kind == CXRB_NONE ? "a number, text, true, false" : cxrb_kind_name(kind));
        }
        if (here == CXRB_INTEGER && cxrb_negative(value)) negative = 1;
        if (kind == CXRB_NONE || kind == here) {
            kind = here;
        } else if (kind >= CXRB_INTEGER && kind <= CXRB_NUMBER && here >= CXRB_INTEGER &&
                   here <= CXRB_NUMBER) {
            kind = kind > here ? kind : here;
        } else {
            cxrb_refuse(self, row, value, cxrb_kind_name(kind));
        }
    }
    return kind == CXRB_UNSIGNED && negative ? CXRB_NUMBER : kind;
}

static void cxrb_fill_integers(cxrb_column *self, VALUE list, long length) {
    uint64_t *out = cxrb_own(&self->values, (size_t)length, sizeof *out);
    for (long row = 0; row < length; row++) {
        VALUE value = cxrb_at(list, row);
        out[row] = 0;
        if (FIXNUM_P(value)) {
            out[row] = (uint64_t)(int64_t)FIX2LONG(value);
        } else if (RB_TYPE_P(value, T_BIGNUM)) {
            if (cxrb_wide(value) < 0) {
                cxrb_fail(self, CX_E_DOMAIN, row,
                          rb_sprintf("column %s, row %ld: %" PRIsVALUE
                                     " does not fit into 64 bits; pass a Float",
                                     cxrb_column_label(self), row, value));
            }
            rb_integer_pack(value, &out[row], 1, sizeof *out, 0,
                            INTEGER_PACK_NATIVE_BYTE_ORDER | INTEGER_PACK_2COMP);
        }
    }
}

static void cxrb_fill_numbers(cxrb_column *self, VALUE list, long length) {
    double *out = cxrb_own(&self->values, (size_t)length, sizeof *out);
    for (long row = 0; row < length; row++) {
        VALUE value = cxrb_at(list, row);
        out[row] = NIL_P(value) ? 0 : NUM2DBL(value);
    }
}

static void cxrb_fill_truths(cxrb_column *self, VALUE list, long length) {
    uint8_t *out = cxrb_own(&self->values, (size_t)length, sizeof *out);
    for (long row = 0; row < length; row++) out[row] = cxrb_at(list, row) == Qtrue;
}

static VALUE cxrb_utf8(cxrb_column *self, long row, VALUE value) {
    VALUE text = RB_SYMBOL_P(value) ? rb_sym2str(value) : value;
    rb_encoding *utf8 = rb_utf8_encoding();
    if (rb_enc_get(text) != utf8 && !rb_enc_str_asciionly_p(text)) {
        text = rb_str_conv_enc(text, rb_enc_get(text), utf8);
    }
    if ((rb_enc_get(text) != utf8 && !rb_enc_str_asciionly_p(text)) ||
        rb_enc_str_coderange(text) == ENC_CODERANGE_BROKEN) {
        cxrb_refuse(self, row, value, "text that is valid UTF-8");
    }
    return text;
}

static void cxrb_fill_texts(cxrb_column *self, VALUE list, long length) {
    int64_t *offsets = cxrb_own(&self->values, (size_t)length + 1, sizeof *offsets);
    VALUE bytes = rb_str_buf_new(length * 8);
    self->held = bytes;
    memset(offsets, 0, ((size_t)length + 1) * sizeof *offsets);
    for (long row = 0; row < length; row++) {
        VALUE value = cxrb_at(list, row);
        if (RB_TYPE_P(value, T_STRING) || RB_SYMBOL_P(value)) {
            VALUE text = cxrb_utf8(self, row, value);
            rb_str_buf_cat(bytes, RSTRING_PTR(text), RSTRING_LEN(text));
            RB_GC_GUARD(text);
        }
        offsets[row + 1] = RSTRING_LEN(bytes);
    }
    rb_obj_freeze(bytes);
    self->array.offsets = offsets;
}

static void cxrb_fill_validity(cxrb_column *self, VALUE list, long length) {
    size_t size = (size_t)length / 8 + 1;
    uint8_t *bits = cxrb_own((void **)&self->bits, size, 1);
    memset(bits, 0, size);
    for (long row = 0; row < length; row++) {
        if (!NIL_P(cxrb_at(list, row))) bits[row / 8] |= (uint8_t)(1u << (row % 8));
    }
    self->array.validity = bits;
}

/* Column.array(list, name) */
static VALUE cxrb_column_from_array(VALUE klass, VALUE list, VALUE name) {
    cxrb_column *self;
    VALUE object = cxrb_column_alloc(&self, name);
    enum cxrb_kind kind;
    int nulls = 0;
    long length;
    Check_Type(list, T_ARRAY);
    length = RARRAY_LEN(list);
    kind = cxrb_classify(self, list, length, &nulls);
    if (nulls) cxrb_fill_validity(self, list, length);
    switch (kind) {
    case CXRB_TRUTH:
        cxrb_fill_truths(self, list, length);
        self->array.dtype = CX_BOOL;
        break;
    case CXRB_INTEGER:
    case CXRB_UNSIGNED:
        cxrb_fill_integers(self, list, length);
        self->array.dtype = kind == CXRB_INTEGER ? CX_I64 : CX_U64;
        break;
    case CXRB_TEXT:
        cxrb_fill_texts(self, list, length);
        self->array.dtype = CX_LARGE_STRING;
        break;
    default:
        cxrb_fill_numbers(self, list, length);
        self->array.dtype = CX_F64;
    }
    self->array.data = kind == CXRB_TEXT ? (const void *)RSTRING_PTR(self->held) : self->values;
    self->array.stride = cx_dtype_size(self->array.dtype);
    self->array.length = length;
    RB_GC_GUARD(object);
    (void)klass;
    return object;
}

/* -- From packed bytes and memory views ------------------------------------------------------- */

static int64_t cxrb_item_size(int32_t dtype, int32_t unit) {
    int64_t size = dtype == CX_TIMESTAMP && unit == CX_DAYS ? 4 : cx_dtype_size(dtype);
    if (size == 0) rb_raise(rb_eArgError, "dtype %d has no fixed size", (int)dtype);
    return size;
}

static void cxrb_hold_validity(cxrb_column *self, VALUE validity) {
    if (NIL_P(validity)) return;
    StringValue(validity);
    self->held_validity = rb_str_new_frozen(validity);
    if (RSTRING_LEN(self->held_validity) < (self->array.length + 7) / 8) {
        cxrb_fail(self, CX_E_LENGTH, -1,
                  rb_sprintf("column %s: a validity bitmap of %ld bytes is too short for %ld rows",
                             cxrb_column_label(self), RSTRING_LEN(self->held_validity),
                             (long)self->array.length));
    }
    self->array.validity = (const uint8_t *)RSTRING_PTR(self->held_validity);
}

/* Column.packed(bytes, dtype, unit, validity, name): no copy, the String is held frozen */
static VALUE cxrb_column_from_packed(VALUE klass, VALUE bytes, VALUE dtype, VALUE unit,
                                     VALUE validity, VALUE name) {
    cxrb_column *self;
    VALUE object = cxrb_column_alloc(&self, name);
    int64_t size = cxrb_item_size(NUM2INT(dtype), NUM2INT(unit));
    StringValue(bytes);
    self->held = rb_str_new_frozen(bytes);
    if (RSTRING_LEN(self->held) % size != 0) {
        cxrb_fail(self, CX_E_LENGTH, -1,
                  rb_sprintf("column %s: %ld bytes are not a whole number of %s",
                             cxrb_column_label(self), RSTRING_LEN(self->held),
                             cx_dtype_name(NUM2INT(dtype))));
    }
    self->array.data = RSTRING_PTR(self->held);
    self->array.length = RSTRING_LEN(self->held) / size;
    self->array.stride = size;
    self->array.unit = NUM2INT(unit);
    cxrb_hold_validity(self, validity);
    self->array.dtype = NUM2INT(dtype);
    RB_GC_GUARD(object);
    (void)klass;
    return object;
}

static int32_t cxrb_integer_dtype(size_t size, int is_signed) {
    switch (size) {
    case 1: return is_signed ? CX_I8 : CX_U8;
    case 2: return is_signed ? CX_I16 : CX_U16;
    case 4: return is_signed ? CX_I32 : CX_U32;
    case 8: return is_signed ? CX_I64 : CX_U64;
    default: return 0;
    }
}

/* The dtype of one item of a view in this machine's byte order; 0 when there is none. */
static int32_t cxrb_format_dtype(const char *format) {
    const uint16_t probe = 1;
    const int little = *(const uint8_t *)&probe == 1;
    rb_memory_view_item_component_t *parts = NULL;
    rb_memory_view_item_component_t part;
    size_t count = 0;
    const char *bad = NULL;
    if (format == NULL) return CX_U8;
    if (rb_memory_view_parse_item_format(format, &parts, &count, &bad) < 0) count = 0;
    if (count == 1) part = parts[0];
    xfree(parts);
    if (count != 1 || part.repeat != 1 || part.offset != 0) return 0;
    if (part.size > 1 && (int)part.little_endian_p != little) return 0;
    if (strchr("fe", part.format) != NULL) return CX_F32;
    if (strchr("dE", part.format) != NULL) return CX_F64;
    if (strchr("csilqj", part.format) != NULL) return cxrb_integer_dtype(part.size, 1);
    if (strchr("CSILQJvV", part.format) != NULL) return cxrb_integer_dtype(part.size, 0);
    return 0;
}

/* Column.view(exporter, dtype or nil, unit, validity, name): no copy, the view is held. With a
 * dtype, bytes are read as that type. */
static VALUE cxrb_column_from_view(VALUE klass, VALUE exporter, VALUE dtype, VALUE unit,
                                   VALUE validity, VALUE name) {
    cxrb_column *self;
    VALUE object = cxrb_column_alloc(&self, name);
    rb_memory_view_t *view = &self->view;
    int32_t type;
    if (!rb_memory_view_available_p(exporter) ||
        !rb_memory_view_get(exporter, view, RUBY_MEMORY_VIEW_FORMAT | RUBY_MEMORY_VIEW_STRIDES)) {
        cxrb_fail(self, CX_E_TYPE, -1,
                  rb_sprintf("column %s: a %" PRIsVALUE " cannot be read as a column",
                             cxrb_column_label(self), rb_obj_class(exporter)));
    }
    self->has_view = 1;
    self->held = exporter;
    cxrb_live_count++;
    if (view->ndim != 1 || view->sub_offsets != NULL) {
        cxrb_fail(self, CX_E_TYPE, -1,
                  rb_sprintf("column %s: a memory view of %ld dimensions; one is needed",
                             cxrb_column_label(self), (long)view->ndim));
    }
    type = cxrb_format_dtype(view->format);
    if (type == 0) {
        cxrb_fail(self, CX_E_TYPE, -1,
                  rb_sprintf("column %s: a memory view of format \"%s\"; one number in this "
                             "machine's byte order is needed",
                             cxrb_column_label(self), view->format));
    }
    self->array.data = view->data;
    self->array.length = view->shape != NULL ? view->shape[0] : view->byte_size / view->item_size;
    self->array.stride = view->strides != NULL ? view->strides[0] : view->item_size;
    if (!NIL_P(dtype) && NUM2INT(dtype) != type) {
        int64_t size = cxrb_item_size(NUM2INT(dtype), NUM2INT(unit));
        if (view->item_size != 1 || self->array.stride != 1 || self->array.length % size != 0) {
            cxrb_fail(self, CX_E_TYPE, -1,
                      rb_sprintf("column %s: only contiguous bytes that make whole items can be "
                                 "read as %s",
                                 cxrb_column_label(self), cx_dtype_name(NUM2INT(dtype))));
        }
        type = NUM2INT(dtype);
        self->array.length /= size;
        self->array.stride = size;
    }
    self->array.unit = NUM2INT(unit);
    cxrb_hold_validity(self, validity);
    self->array.dtype = type;
    RB_GC_GUARD(object);
    (void)klass;
    return object;
}

/* -- What the wrapper uses -------------------------------------------------------------------- */

/* The view of a Column; NULL for nil. Raises for anything else. */
static const cx_array *cxrb_column_view(VALUE column) {
    cxrb_column *self;
    if (NIL_P(column)) return NULL;
    TypedData_Get_Struct(column, cxrb_column, &cxrb_column_type, self);
    if (self->array.dtype == 0) rb_raise(rb_eTypeError, "the column was released");
    return &self->array;
}

/* The view of a Frame; NULL for nil. Raises for anything else. */
static const cx_frame *cxrb_frame_view(VALUE frame) {
    cxrb_frame *self;
    if (NIL_P(frame)) return NULL;
    TypedData_Get_Struct(frame, cxrb_frame, &cxrb_frame_type, self);
    if (NIL_P(self->held)) rb_raise(rb_eTypeError, "the frame was released");
    return &self->frame;
}

/* Frame.of(columns) */
static VALUE cxrb_frame_of(VALUE klass, VALUE columns) {
    cxrb_frame *self;
    VALUE object = TypedData_Make_Struct(cxrb_frame_class, cxrb_frame, &cxrb_frame_type, self);
    VALUE held;
    long count;
    self->held = Qnil;
    Check_Type(columns, T_ARRAY);
    held = rb_ary_dup(columns);
    count = RARRAY_LEN(held);
    cxrb_own((void **)&self->columns, (size_t)count, sizeof(cx_array));
    for (long i = 0; i < count; i++) {
        const cx_array *view = cxrb_column_view(RARRAY_AREF(held, i));
        if (view == NULL) rb_raise(rb_eTypeError, "nil is not a column");
        self->columns[i] = *view;
    }
    self->held = rb_obj_freeze(held);
    self->frame.columns = self->columns;
    self->frame.count = count;
    RB_GC_GUARD(object);
    (void)klass;
    return object;
}

static VALUE cxrb_release_column(VALUE object) {
    cxrb_column *self;
    TypedData_Get_Struct(object, cxrb_column, &cxrb_column_type, self);
    cxrb_column_release(self);
    return Qnil;
}

static VALUE cxrb_release_frame(VALUE object) {
    cxrb_frame *self;
    TypedData_Get_Struct(object, cxrb_frame, &cxrb_frame_type, self);
    cxrb_frame_release(self);
    return Qnil;
}

static VALUE cxrb_column_length(VALUE object) {
    return LL2NUM(cxrb_column_view(object)->length);
}

static VALUE cxrb_column_dtype(VALUE object) {
    return rb_str_new_cstr(cx_dtype_name(cxrb_column_view(object)->dtype));
}

/* Column.exports?(object) */
static VALUE cxrb_column_exports(VALUE klass, VALUE object) {
    (void)klass;
    return rb_memory_view_available_p(object) ? Qtrue : Qfalse;
}

static VALUE cxrb_live(VALUE module) {
    (void)module;
    return LONG2NUM(cxrb_live_count);
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

/* -- Tables ----------------------------------------------------------------------------------- */

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

static VALUE cxrb_table_value(const cx_array *column, int64_t row) {
    int64_t bit = column->offset + row;
    const char *element;
    if (column->validity != NULL && !((column->validity[bit >> 3] >> (bit & 7)) & 1)) return Qnil;
    if (column->dtype == CX_STRING || column->dtype == CX_LARGE_STRING) {
        return cxrb_table_text(column, row);
    }
    element = (const char *)column->data + row * column->stride;
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

/* Defines Column, Frame and live under the module of the wrapper. */
static void cxrb_define_columns(VALUE module) {
    cxrb_column_class = rb_define_class_under(module, "Column", rb_cObject);
    rb_gc_register_address(&cxrb_column_class);
    rb_undef_alloc_func(cxrb_column_class);
    rb_define_singleton_method(cxrb_column_class, "array", cxrb_column_from_array, 2);
    rb_define_singleton_method(cxrb_column_class, "packed", cxrb_column_from_packed, 5);
    rb_define_singleton_method(cxrb_column_class, "view", cxrb_column_from_view, 5);
    rb_define_singleton_method(cxrb_column_class, "exports?", cxrb_column_exports, 1);
    rb_define_method(cxrb_column_class, "length", cxrb_column_length, 0);
    rb_define_method(cxrb_column_class, "dtype", cxrb_column_dtype, 0);
    rb_define_method(cxrb_column_class, "release", cxrb_release_column, 0);
    cxrb_frame_class = rb_define_class_under(module, "Frame", rb_cObject);
    rb_gc_register_address(&cxrb_frame_class);
    rb_undef_alloc_func(cxrb_frame_class);
    rb_define_singleton_method(cxrb_frame_class, "of", cxrb_frame_of, 1);
    rb_define_method(cxrb_frame_class, "release", cxrb_release_frame, 0);
    rb_define_module_function(module, "live", cxrb_live, 0);
}
