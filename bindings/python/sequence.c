/* Lists and tuples: None is missing; truth values, integers, numbers and text each in their own
 * type. */
typedef struct cx_kinds {
    int64_t truths, integers, numbers, texts, nothings;
} cx_kinds;

static int cx_is_nan(PyObject *item) {
    double value;
    if (!PyFloat_Check(item)) return 0;
    value = PyFloat_AsDouble(item);
    return value != value;
}

static const char *cx_type_name(PyObject *item, char *room, size_t size) {
    PyObject *name = PyObject_GetAttrString((PyObject *)Py_TYPE(item), "__name__");
    const char *text = name ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
    snprintf(room, size, "%s", text ? text : "object");
    Py_XDECREF(name);
    PyErr_Clear();
    return room;
}

static int cx_odd_item(const cx_column *column, PyObject *item, int64_t row, const char *wanted,
                       cx_call *call) {
    char type[64];
    return cx_refuse(call, column->name, row, CX_E_TYPE, "column %s, row %lld is of type %s: %s",
                     column->name, (long long)row, cx_type_name(item, type, sizeof type), wanted);
}

static int cx_odd_text(const cx_column *column, PyObject *item, int64_t row, cx_call *call) {
    Py_ssize_t size = 0;
    const char *text = PyUnicode_AsUTF8AndSize(item, &size);
    PyErr_Clear();
    if (text == NULL || size > 40)
        return cx_odd_item(column, item, row, "the rows before it are numbers", call);
    return cx_refuse(call, column->name, row, CX_E_TYPE,
                     "column %s, row %lld: \"%s\" is text, and the rows before it are numbers; "
                     "None says that there is no value",
                     column->name, (long long)row, text);
}

/* What the items are; text next to numbers is refused where it begins. */
static int cx_sequence_kinds(const cx_column *column, PyObject *items, int64_t n, cx_kinds *kinds,
                             cx_call *call) {
    int64_t i, before;
    for (i = 0; i < n; i++) {
        PyObject *item = PyTuple_GetItem(items, (Py_ssize_t)i);
        before = kinds->truths + kinds->integers + kinds->numbers;
        if (item == Py_None || cx_is_nan(item)) {
            kinds->nothings++;
        } else if (PyUnicode_Check(item)) {
            if (before) return cx_odd_text(column, item, i, call);
            kinds->texts++;
        } else if (PyBool_Check(item)) {
            kinds->truths++;
        } else if (PyLong_Check(item) || PyIndex_Check(item)) {
            kinds->integers++;
        } else if (PyFloat_Check(item) || PyNumber_Check(item)) {
            kinds->numbers++;
        } else {
            return cx_odd_item(column, item, i, "a number, text or None is needed", call);
        }
        if (kinds->texts && before != kinds->truths + kinds->integers + kinds->numbers)
            return cx_odd_item(column, item, i, "the rows before it are text", call);
    }
    return 0;
}

static int cx_sequence_text(cx_column *column, cx_array *view, PyObject *items, int64_t n,
                            cx_call *call) {
    int64_t i, bytes = 0;
    int64_t *offsets = (int64_t *)cx_column_block(column, n + 1, sizeof *offsets, call);
    uint8_t *validity = (uint8_t *)cx_column_block(column, n / 8 + 1, 1, call);
    char *characters;
    if (!offsets || !validity) return -1;
    for (i = 0; i < n; i++) {
        PyObject *item = PyTuple_GetItem(items, (Py_ssize_t)i);
        Py_ssize_t size = 0;
        if (PyUnicode_Check(item)) {
            if (!PyUnicode_AsUTF8AndSize(item, &size)) {
                PyErr_Clear();
                return cx_odd_item(column, item, i, "it has no UTF-8 form", call);
            }
            cx_arrow_set_bit(validity, i);
        }
        bytes += (int64_t)size;
        offsets[i + 1] = bytes;
    }
    characters = (char *)cx_column_block(column, bytes, 1, call);
    if (!characters) return -1;
    for (i = 0; i < n; i++) {
        PyObject *item = PyTuple_GetItem(items, (Py_ssize_t)i);
        Py_ssize_t size = 0;
        const char *text = PyUnicode_Check(item) ? PyUnicode_AsUTF8AndSize(item, &size) : NULL;
        if (text && size) memcpy(characters + offsets[i], text, (size_t)size);
    }
    view->data = characters;
    view->offsets = offsets;
    view->validity = validity;
    view->length = n;
    view->dtype = CX_LARGE_STRING;
    return 0;
}

static int cx_sequence_integers(cx_column *column, PyObject *items, int64_t n, int truths,
                                cx_call *call) {
    int64_t i;
    char *data = (char *)cx_column_block(column, n, truths ? 1 : 8, call);
    uint8_t *validity = (uint8_t *)cx_column_block(column, n / 8 + 1, 1, call);
    if (!data || !validity) return -1;
    for (i = 0; i < n; i++) {
        PyObject *item = PyTuple_GetItem(items, (Py_ssize_t)i), *whole;
        int64_t value;
        int overflow = 0;
        if (item == Py_None || PyFloat_Check(item)) continue;
        whole = PyNumber_Index(item);
        value = whole ? (int64_t)PyLong_AsLongLongAndOverflow(whole, &overflow) : 0;
        Py_XDECREF(whole);
        if (PyErr_Occurred()) return cx_pending(call);
        if (overflow)
            return cx_refuse(call, column->name, i, CX_E_OVERFLOW,
                             "%s: the integer in row %lld does not fit into 64 bits", column->name,
                             (long long)i);
        if (truths) {
            data[i] = value != 0;
        } else {
            ((int64_t *)(void *)data)[i] = value;
        }
        cx_arrow_set_bit(validity, i);
    }
    column->view.data = data;
    column->view.validity = validity;
    column->view.length = n;
    column->view.stride = truths ? 1 : 8;
    column->view.dtype = truths ? CX_BOOL : CX_I64;
    return 0;
}

static int cx_sequence_numbers(cx_column *column, PyObject *items, int64_t n, cx_call *call) {
    int64_t i;
    double *data = (double *)cx_column_block(column, n, sizeof *data, call);
    if (!data) return -1;
    for (i = 0; i < n; i++) {
        PyObject *item = PyTuple_GetItem(items, (Py_ssize_t)i), *number;
        if (item == Py_None) {
            data[i] = Py_NAN;
            continue;
        }
        number = PyNumber_Float(item);
        if (!number) {
            PyErr_Clear();
            return cx_odd_item(column, item, i, "it is not a real number", call);
        }
        data[i] = PyFloat_AsDouble(number);
        Py_DECREF(number);
    }
    column->view.data = data;
    column->view.length = n;
    column->view.stride = 8;
    column->view.dtype = CX_F64;
    return 0;
}

/* `object` is any iterable. */
static int cx_sequence_take(PyObject *object, cx_column *column, cx_call *call) {
    cx_kinds kinds = {0, 0, 0, 0, 0};
    PyObject *items = PySequence_Tuple(object);
    int64_t n;
    int failed;
    if (!items) return cx_pending(call);
    n = (int64_t)PyTuple_Size(items);
    failed = cx_sequence_kinds(column, items, n, &kinds, call);
    if (failed) {
        /* said already */
    } else if (kinds.texts) {
        failed = cx_sequence_text(column, &column->view, items, n, call);
    } else if (!kinds.numbers && kinds.integers + kinds.truths) {
        failed = cx_sequence_integers(column, items, n, !kinds.integers, call);
    } else {
        failed = cx_sequence_numbers(column, items, n, call);
    }
    Py_DECREF(items);
    return failed;
}
