/* Columns made from Ruby values. A column owns or holds everything its view points to, so that a
 * call acquires nothing: whatever raises, whenever, the collector can release it. */

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

/* -- From an Array ------------------------------------------------------------------------- */

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
