/* A class that exports a memory view of a String, for the tests. */
#include <ruby.h>
#include <ruby/memory_view.h>

static int exported;

static long ivar_long(VALUE self, const char *name) {
    return NUM2LONG(rb_ivar_get(self, rb_intern(name)));
}

static bool exporter_get(VALUE self, rb_memory_view_t *view, int flags) {
    VALUE bytes = rb_ivar_get(self, rb_intern("@bytes"));
    VALUE format = rb_ivar_get(self, rb_intern("@format"));
    ssize_t *layout = ALLOC_N(ssize_t, 4);
    long ndim = ivar_long(self, "@ndim");
    (void)flags;
    layout[0] = ivar_long(self, "@items");
    layout[1] = 1;
    layout[2] = ivar_long(self, "@stride");
    layout[3] = 1;
    view->obj = self;
    view->data = RSTRING_PTR(bytes) + ivar_long(self, "@offset");
    view->byte_size = RSTRING_LEN(bytes);
    view->readonly = true;
    view->format = NIL_P(format) ? NULL : StringValueCStr(format);
    view->item_size = ivar_long(self, "@item_size");
    view->item_desc.components = NULL;
    view->item_desc.length = 0;
    view->ndim = ndim;
    view->shape = layout;
    view->strides = layout + 2;
    view->sub_offsets = NULL;
    view->private_data = layout;
    exported++;
    return true;
}

static bool exporter_release(VALUE self, rb_memory_view_t *view) {
    (void)self;
    xfree(view->private_data);
    exported--;
    return true;
}

static bool exporter_available(VALUE self) {
    (void)self;
    return true;
}

static VALUE exporter_initialize(VALUE self, VALUE bytes, VALUE format, VALUE item_size,
                                 VALUE stride, VALUE items, VALUE offset, VALUE ndim) {
    rb_ivar_set(self, rb_intern("@bytes"), rb_str_new_frozen(bytes));
    rb_ivar_set(self, rb_intern("@format"), format);
    rb_ivar_set(self, rb_intern("@item_size"), item_size);
    rb_ivar_set(self, rb_intern("@stride"), stride);
    rb_ivar_set(self, rb_intern("@items"), items);
    rb_ivar_set(self, rb_intern("@offset"), offset);
    rb_ivar_set(self, rb_intern("@ndim"), ndim);
    return self;
}

static VALUE exporter_exported(VALUE klass) {
    (void)klass;
    return INT2NUM(exported);
}

static const rb_memory_view_entry_t entry = {exporter_get, exporter_release, exporter_available};

void Init_exporter(void) {
    VALUE klass = rb_define_class("CXKitExporter", rb_cObject);
    rb_define_method(klass, "initialize", exporter_initialize, 7);
    rb_define_singleton_method(klass, "exported", exporter_exported, 0);
    rb_memory_view_register(klass, &entry);
}
