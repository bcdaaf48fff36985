/* Columns that are not copied: packed bytes and memory views. */

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
    case 1:
        return is_signed ? CX_I8 : CX_U8;
    case 2:
        return is_signed ? CX_I16 : CX_U16;
    case 4:
        return is_signed ? CX_I32 : CX_U32;
    case 8:
        return is_signed ? CX_I64 : CX_U64;
    default:
        return 0;
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
    type = view->item_size > 0 ? cxrb_format_dtype(view->format) : 0;
    if (type == 0) {
        cxrb_fail(self, CX_E_TYPE, -1,
                  rb_sprintf("column %s: a memory view of format \"%s\"; one number in this "
                             "machine's byte order is needed",
                             cxrb_column_label(self), view->format != NULL ? view->format : ""));
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
