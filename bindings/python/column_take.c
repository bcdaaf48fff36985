/* A Python object as a column: buffer, Arrow capsule, or sequence. */

static void cx_owner_release(void *owner) {
    PyBuffer_Release((Py_buffer *)owner);
    free(owner);
}

/* -- buffers ------------------------------------------------------------------------------- */

static int32_t cx_buffer_dtype(const char *format, Py_ssize_t size) {
    static const int32_t signed_of[] = {0, CX_I8, CX_I16, 0, CX_I32, 0, 0, 0, CX_I64};
    static const int32_t unsigned_of[] = {0, CX_U8, CX_U16, 0, CX_U32, 0, 0, 0, CX_U64};
    char code = format[0];
    if (code == '@' || code == '=' || code == '<' || code == '|') format++;
    if ((code == '>' || code == '!') && size == 1) format++;
    if (format[0] == '\0' || format[1] != '\0' || size < 1 || size > 8) return 0;
    code = format[0];
    if (strchr("bhilqn", code)) return signed_of[size];
    if (strchr("BHILQN", code)) return unsigned_of[size];
    if (code == '?') return CX_BOOL;
    if (code == 'f' && size == 4) return CX_F32;
    if (code == 'd' && size == 8) return CX_F64;
    return 0;
}

/* The dtype as the object calls it, else the format letter. */
static void cx_buffer_type_name(PyObject *object, const char *format, char *room, size_t size) {
    PyObject *dtype = PyObject_GetAttrString(object, "dtype");
    PyObject *text = dtype ? PyObject_Str(dtype) : NULL;
    const char *name = text ? PyUnicode_AsUTF8AndSize(text, NULL) : NULL;
    snprintf(room, size, "%s", name ? name : format);
    Py_XDECREF(text);
    Py_XDECREF(dtype);
    PyErr_Clear();
}

static int cx_buffer_refuse(PyObject *object, const cx_column *column, const char *format,
                            cx_call *call) {
    char type[64];
    cx_buffer_type_name(object, format, type, sizeof type);
    return cx_refuse(call, column->name, -1, CX_E_TYPE,
                     "%s: elements of type %s are not read: convert the column to an integer, "
                     "float32, float64 or bool type of this machine",
                     column->name, type);
}

static int cx_buffer_take(PyObject *object, cx_column *column, cx_call *call) {
    Py_buffer *buffer = (Py_buffer *)calloc(1, sizeof *buffer);
    if (!buffer) return cx_no_memory(call);
    if (PyObject_GetBuffer(object, buffer, PyBUF_RECORDS_RO)) {
        PyErr_Clear();
        free(buffer);
        return cx_buffer_refuse(object, column, "unknown", call);
    }
    column->owner = buffer;
    if (buffer->ndim != 1)
        return cx_refuse(call, column->name, -1, CX_E_TYPE,
                         "%s: %d dimensions: a column has one; select a row or a column of it",
                         column->name, buffer->ndim);
    column->view.dtype = cx_buffer_dtype(buffer->format ? buffer->format : "B", buffer->itemsize);
    if (!column->view.dtype) return cx_buffer_refuse(object, column, buffer->format, call);
    column->view.data = buffer->buf;
    column->view.length = (int64_t)buffer->shape[0];
    column->view.stride = (int64_t)buffer->strides[0];
    return 0;
}

/* -- Arrow capsules ------------------------------------------------------------------------ */

static int cx_consumed(const cx_column *column, cx_call *call) {
    return cx_refuse(call, column->name, -1, CX_E_TYPE,
                     "%s: these Arrow capsules have been read already: ask for new ones",
                     column->name);
}

static int cx_arrow_array_take(PyObject *pair, cx_column *column, cx_call *call) {
    struct ArrowSchema *schema;
    struct ArrowArray *array;
    if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2)
        return cx_refuse(call, column->name, -1, CX_E_TYPE,
                         "%s: __arrow_c_array__ has to give two capsules", column->name);
    schema = (struct ArrowSchema *)PyCapsule_GetPointer(PyTuple_GetItem(pair, 0), "arrow_schema");
    array = schema
                ? (struct ArrowArray *)PyCapsule_GetPointer(PyTuple_GetItem(pair, 1), "arrow_array")
                : NULL;
    if (!array) return cx_pending(call);
    if (!schema->release || !array->release) return cx_consumed(column, call);
    column->schema = *schema;
    schema->release = NULL;
    return cx_arrow_append(column, array, call);
}

static int cx_arrow_stream_take(PyObject *capsule, cx_column *column, cx_call *call) {
    struct ArrowArrayStream *stream =
        (struct ArrowArrayStream *)PyCapsule_GetPointer(capsule, "arrow_array_stream");
    int failed;
    if (!stream) return cx_pending(call);
    if (!stream->release) return cx_consumed(column, call);
    Py_BEGIN_ALLOW_THREADS /* an engine may run its query here, with threads of its own */
        failed = cx_arrow_collect(column, stream, call);
    Py_END_ALLOW_THREADS return failed;
}

/* 1: not an Arrow object. 0: schema and chunks are taken. -1: failed. */
static int cx_arrow_take(PyObject *object, cx_column *column, cx_call *call) {
    static const char *const ways[] = {"__arrow_c_array__", "__arrow_c_stream__"};
    int way, failed;
    for (way = 0; way < 2; way++) {
        PyObject *capsules;
        if (!PyObject_HasAttrString(object, ways[way])) continue;
        capsules = PyObject_CallMethod(object, ways[way], NULL);
        if (!capsules) return cx_pending(call);
        failed = way == 0 ? cx_arrow_array_take(capsules, column, call)
                          : cx_arrow_stream_take(capsules, column, call);
        Py_DECREF(capsules);
        return failed;
    }
    return 1;
}

/* -- columns ------------------------------------------------------------------------------- */

static int cx_any_take(PyObject *object, cx_column *column, cx_call *call);

/* Marks what is missing: `mask` says so for each row, or codes below 0 do. */
static int cx_validity_take(PyObject *mask, cx_column *column, cx_call *call) {
    int64_t row, n = column->view.length;
    int masked = mask != Py_None;
    cx_column marks;
    uint8_t *validity = (uint8_t *)cx_column_block(column, n / 8 + 1, 1, call);
    if (!validity) return -1;
    cx_column_init(&marks);
    cx_column_name(&marks, column->name);
    if (masked && cx_buffer_take(mask, &marks, call)) {
        cx_column_release(&marks);
        return -1;
    }
    if (masked && (marks.view.length != n || marks.view.dtype != CX_BOOL)) {
        cx_column_release(&marks);
        return cx_refuse(call, column->name, -1, CX_E_LENGTH, "%s: the mask does not fit",
                         column->name);
    }
    for (row = 0; row < n; row++) {
        const char *code = (const char *)column->view.data + row * column->view.stride;
        if (masked ? !((const char *)marks.view.data)[row * marks.view.stride]
                   : cx_arrow_code(column->view.dtype, code, 0) >= 0)
            cx_arrow_set_bit(validity, row);
    }
    cx_column_release(&marks);
    column->view.validity = validity;
    return 0;
}

static int cx_categories_take(PyObject *categories, cx_column *column, cx_call *call) {
    PyObject *items = PySequence_Tuple(categories);
    int failed;
    if (!items) return cx_pending(call);
    failed =
        cx_sequence_text(column, &column->dictionary, items, (int64_t)PyTuple_Size(items), call);
    Py_DECREF(items);
    column->dictionary.validity = NULL;
    column->view.dictionary = &column->dictionary;
    return failed;
}

/* What cxkit._columns made of an object: (name, data, unit of time, categories, mask). */
static int cx_adapted_take(PyObject *parts, cx_column *column, cx_call *call) {
    PyObject *name, *data, *categories, *mask;
    int unit;
    const char *text = NULL;
    if (!PyArg_ParseTuple(parts, "OOiOO", &name, &data, &unit, &categories, &mask))
        return cx_pending(call);
    if (name != Py_None) text = PyUnicode_AsUTF8AndSize(name, NULL);
    if (PyErr_Occurred()) return cx_pending(call);
    if (text && text[0]) cx_column_name(column, text);
    if (cx_any_take(data, column, call)) return -1;
    if (unit) {
        column->view.dtype = CX_TIMESTAMP;
        column->view.unit = (int32_t)unit;
    }
    if (mask == Py_None && categories == Py_None) return 0;
    if (column->view.stride == 0 && column->view.length)
        return cx_refuse(call, column->name, -1, CX_E_TYPE, "%s: codes have to be numbers",
                         column->name);
    if (cx_validity_take(mask, column, call)) return -1;
    return categories == Py_None ? 0 : cx_categories_take(categories, column, call);
}

static int cx_is_iterable(PyObject *object) {
    return !PyUnicode_Check(object) && !PyBytes_Check(object) && !PyByteArray_Check(object) &&
           !PyDict_Check(object) && !PyAnySet_Check(object) &&
           (PySequence_Check(object) || PyObject_HasAttrString(object, "__iter__"));
}

static int cx_any_take(PyObject *object, cx_column *column, cx_call *call) {
    PyObject *parts;
    int arrow, failed;
    char type[64];
    if (PyList_CheckExact(object) || PyTuple_CheckExact(object))
        return cx_sequence_take(object, column, call);
    if (PyObject_CheckBuffer(object) && !PyBytes_Check(object) && !PyByteArray_Check(object))
        return cx_buffer_take(object, column, call);
    if (PyObject_HasAttrString(object, "__cx_column__")) {
        parts = PyObject_GetAttrString(object, "__cx_column__");
        failed =
            parts && PyTuple_Check(parts) ? cx_adapted_take(parts, column, call) : cx_pending(call);
        Py_XDECREF(parts);
        return failed;
    }
    arrow = cx_arrow_take(object, column, call);
    if (arrow <= 0) return arrow ? -1 : cx_arrow_finish(column, call);
    if (cx_is_iterable(object)) return cx_sequence_take(object, column, call);
    return cx_refuse(call, column->name, -1, CX_E_TYPE,
                     "%s: an object of type %s is not a column: give a list, an array, or a "
                     "column of a data frame",
                     column->name, cx_type_name(object, type, sizeof type));
}

static int cx_column_take(PyObject *object, const char *name, cx_column *column, cx_call *call) {
    if (object == Py_None) return 0;
    cx_column_name(column, name);
    if (cx_any_take(object, column, call)) return -1;
    column->present = 1;
    call->rows += column->view.length;
    return 0;
}

/* -- frames: a list of (name, column), or (Arrow table, names of the columns that are used) --- */

static int cx_pairs_take(PyObject *pairs, cx_columns *columns, cx_call *call) {
    int64_t i, n = (int64_t)PyList_Size(pairs);
    if (cx_columns_room(columns, n, call)) return -1;
    for (i = 0; i < n; i++) {
        PyObject *pair = PyList_GetItem(pairs, (Py_ssize_t)i), *name, *object;
        cx_column *column = &columns->columns[i];
        const char *text;
        if (!PyTuple_Check(pair) || PyTuple_Size(pair) != 2)
            return cx_refuse(call, columns->stream.name, -1, CX_E_TYPE,
                             "%s: a list is not a table: give a mapping of name to column, or a "
                             "data frame",
                             columns->stream.name);
        name = PyTuple_GetItem(pair, 0);
        object = PyTuple_GetItem(pair, 1);
        text = PyUnicode_AsUTF8AndSize(name, NULL);
        if (!text) return cx_pending(call);
        cx_column_name(column, text);
        if (cx_any_take(object, column, call)) return -1;
        cx_column_name(column, text); /* not the one it had elsewhere */
    }
    cx_columns_finish(columns);
    if (n) call->rows += columns->views[0].length;
    return 0;
}

static int cx_name_wanted(void *names, const char *name) {
    PyObject *list = (PyObject *)names, *text;
    int found;
    if (list == Py_None) return 1;
    text = cx_text_object(name);
    found = text ? PySequence_Contains(list, text) : 0;
    Py_XDECREF(text);
    return found > 0;
}

static int cx_columns_take(PyObject *object, const char *name, cx_columns *columns, cx_call *call) {
    PyObject *names = Py_None;
    int arrow;
    char type[64];
    if (object == Py_None) return 0;
    cx_column_name(&columns->stream, name);
    if (PyList_CheckExact(object)) return cx_pairs_take(object, columns, call);
    if (PyTuple_CheckExact(object) && PyTuple_Size(object) == 2) {
        names = PyTuple_GetItem(object, 1);
        object = PyTuple_GetItem(object, 0);
    }
    arrow = cx_arrow_take(object, &columns->stream, call);
    if (arrow < 0) return -1;
    if (arrow == 0) return cx_arrow_finish_table(columns, cx_name_wanted, names, call);
    return cx_refuse(call, name, -1, CX_E_TYPE,
                     "%s: an object of type %s is not a table: give a mapping of name to column, "
                     "or a data frame",
                     name, cx_type_name(object, type, sizeof type));
}
