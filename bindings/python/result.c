/* Columns of a result table, as Python objects. */

static int cx_table_view(const cx_table *table, int64_t index, cx_array *view) {
    cx_call call;
    cx_call_init(&call);
    if (cx_table_column(table, index, view, &call.error) == CX_OK) return 0;
    cx_raise(&call);
    return -1;
}

static PyObject *cx_table_item(const cx_array *view, int64_t i) {
    const int32_t *offsets = (const int32_t *)view->offsets;
    if (view->validity && !cx_arrow_bit(view->validity, view->offset + i)) return cx_none();
    if (view->dtype == CX_F64) return PyFloat_FromDouble(((const double *)view->data)[i]);
    if (view->dtype == CX_I64 || view->dtype == CX_TIMESTAMP)
        return PyLong_FromLongLong((long long)((const int64_t *)view->data)[i]);
    return PyUnicode_DecodeUTF8((const char *)view->data + offsets[i],
                                (Py_ssize_t)(offsets[i + 1] - offsets[i]), "replace");
}

/* 1 when the column holds times: integers of microseconds. */
static PyObject *cx_table_times(const cx_table *table, int64_t index) {
    cx_array view;
    if (cx_table_view(table, index, &view)) return NULL;
    return PyBool_FromLong(view.dtype == CX_TIMESTAMP);
}

/* A list; what is missing is None. */
static PyObject *cx_table_list(const cx_table *table, int64_t index) {
    cx_array view;
    PyObject *list;
    int64_t i;
    if (cx_table_view(table, index, &view)) return NULL;
    list = PyList_New((Py_ssize_t)view.length);
    for (i = 0; list && i < view.length; i++) {
        PyObject *item = cx_table_item(&view, i);
        if (!item || PyList_SetItem(list, (Py_ssize_t)i, item)) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

/* (format, bytes) of a numeric column, None for text. Missing integers make it a float column. */
static PyObject *cx_table_bytes(const cx_table *table, int64_t index) {
    cx_array view;
    PyObject *bytes;
    int64_t i;
    int number;
    char *out;
    if (cx_table_view(table, index, &view)) return NULL;
    if (view.dtype != CX_F64 && view.dtype != CX_I64 && view.dtype != CX_TIMESTAMP)
        return cx_none();
    bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(view.length * 8));
    if (!bytes) return NULL;
    out = PyBytes_AsString(bytes);
    number = view.dtype == CX_F64 || view.validity;
    if (view.length) memcpy(out, view.data, (size_t)view.length * 8);
    for (i = 0; view.validity && i < view.length; i++) {
        double value = view.dtype == CX_F64 ? ((const double *)view.data)[i]
                                            : (double)((const int64_t *)view.data)[i];
        if (!cx_arrow_bit(view.validity, view.offset + i)) value = Py_NAN;
        memcpy(out + i * 8, &value, sizeof value);
    }
    return Py_BuildValue("sN", number ? "d" : "q", bytes);
}

/* The fields of an estimate in one go: the order is that of cxkit.estimate.estimate_of. */
static PyObject *cx_estimate_fields(const cx_estimate *estimate) {
    const int64_t *excluded;
    if (!estimate) return cx_none();
    excluded = estimate->excluded;
    return Py_BuildValue(
        "dddddddddLiiI(LLLLLLLL)", estimate->value, estimate->ci_low, estimate->ci_high,
        estimate->confidence, estimate->se, estimate->df, estimate->p_value, estimate->n_eff,
        estimate->sum_w, (long long)estimate->n, (int)estimate->method, (int)estimate->unit,
        (unsigned int)estimate->flags, (long long)excluded[0], (long long)excluded[1],
        (long long)excluded[2], (long long)excluded[3], (long long)excluded[4],
        (long long)excluded[5], (long long)excluded[6], (long long)excluded[7]);
}

static void cx_stream_capsule_free(PyObject *capsule) {
    struct ArrowArrayStream *stream =
        (struct ArrowArrayStream *)PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream && stream->release) stream->release(stream);
    free(stream);
}

static void cx_schema_capsule_free(PyObject *capsule) {
    struct ArrowSchema *schema =
        (struct ArrowSchema *)PyCapsule_GetPointer(capsule, "arrow_schema");
    if (schema && schema->release) schema->release(schema);
    free(schema);
}

static PyObject *cx_table_capsule(const cx_table *table) {
    cx_call call;
    struct ArrowArrayStream *stream = (struct ArrowArrayStream *)calloc(1, sizeof *stream);
    PyObject *capsule;
    if (!stream) return PyErr_NoMemory();
    cx_call_init(&call);
    if (cx_table_stream(table, stream, &call.error) != CX_OK) {
        free(stream);
        cx_raise(&call);
        return NULL;
    }
    capsule = PyCapsule_New(stream, "arrow_array_stream", cx_stream_capsule_free);
    if (!capsule) {
        stream->release(stream);
        free(stream);
    }
    return capsule;
}

static PyObject *cx_table_schema_capsule(const cx_table *table) {
    cx_call call;
    struct ArrowArray array;
    struct ArrowSchema *schema = (struct ArrowSchema *)calloc(1, sizeof *schema);
    PyObject *capsule;
    if (!schema) return PyErr_NoMemory();
    cx_call_init(&call);
    if (cx_table_export(table, schema, &array, &call.error) != CX_OK) {
        free(schema);
        cx_raise(&call);
        return NULL;
    }
    array.release(&array);
    capsule = PyCapsule_New(schema, "arrow_schema", cx_schema_capsule_free);
    if (!capsule) {
        schema->release(schema);
        free(schema);
    }
    return capsule;
}
