/* Columns and frames as the wrapper takes them, and their methods. */

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
