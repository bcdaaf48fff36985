/* Python objects in and out of the grammar. */
typedef PyObject *cx_value;

#define cx_nothing NULL
#define cx_is_nothing(object) ((object) == NULL)

/* Fewer rows than this cost less than giving the interpreter lock back and waiting for it. */
#define CX_UNLOCK_ROWS 1024

#define cx_set_result(result, object)                                                              \
    do {                                                                                           \
        PyObject *cx_old = (result);                                                               \
        (result) = (object);                                                                       \
        Py_XDECREF(cx_old);                                                                        \
    } while (0)

#define cx_argument_failed                                                                         \
    do {                                                                                           \
        cx_raise(&cx_this);                                                                        \
        SWIG_fail;                                                                                 \
    } while (0)

static PyObject *cx_text_object(const char *text) {
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

static PyObject *cx_none(void) {
    Py_INCREF(Py_None);
    return Py_None;
}

/* Raises the error of a call, unless Python code has raised its own. */
static void cx_raise(const cx_call *call) {
    const cx_error *error = &call->error;
    const char *text = error->text[0] ? error->text : cx_strerror(error->code);
    PyObject *module, *made;
    if (PyErr_Occurred()) return;
    module = PyImport_ImportModule("cxkit.errors");
    if (!module) return;
    made = PyObject_CallMethod(
        module, "_make", "iNNNN", (int)error->code, cx_text_object(text),
        error->row < 0 ? cx_none() : PyLong_FromLongLong((long long)error->row),
        error->column[0] ? cx_text_object(error->column) : cx_none(),
        error->value == error->value ? PyFloat_FromDouble(error->value) : cx_none());
    Py_DECREF(module);
    if (!made) return;
    PyErr_SetObject((PyObject *)Py_TYPE(made), made);
    Py_DECREF(made);
}

/* A Python exception is pending: the call is over. */
static int cx_pending(cx_call *call) {
    if (call->error.code == CX_OK) call->error.code = CX_E_TYPE;
    return -1;
}

/* -- encoded states ------------------------------------------------------------------------ */

typedef struct cx_bytes {
    const void *data;
    size_t size;
    int held;
    Py_buffer buffer;
} cx_bytes;

static PyObject *cx_bytes_new(PyObject *size) {
    Py_ssize_t wanted = PyLong_AsSsize_t(size);
    if (wanted == -1 && PyErr_Occurred()) return NULL;
    return PyBytes_FromStringAndSize(NULL, wanted);
}

static char *cx_bytes_data(PyObject *bytes) {
    return PyBytes_AsString(bytes);
}

static size_t cx_bytes_size(PyObject *bytes) {
    return (size_t)PyBytes_Size(bytes);
}

static void cx_bytes_drop(PyObject *bytes) {
    Py_XDECREF(bytes);
}

static int cx_bytes_take(PyObject *object, cx_bytes *given, cx_call *call) {
    if (PyObject_GetBuffer(object, &given->buffer, PyBUF_SIMPLE)) return cx_pending(call);
    given->held = 1;
    given->data = given->buffer.buf;
    given->size = (size_t)given->buffer.len;
    return 0;
}

static void cx_bytes_release(cx_bytes *given) {
    if (given->held) PyBuffer_Release(&given->buffer);
    given->held = 0;
}
