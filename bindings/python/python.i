/* Python's side of the grammar. */
%insert("header") "arrow.c"
%insert("header") "object.c"
%insert("header") "sequence.c"
%insert("header") "column_take.c"
%insert("header") "result.c"

/* The lock is given back while C reads many rows: no Python object is touched there. */
%exception {
    if (cx_this.error.code == CX_OK) {
        PyThreadState *cx_thread = cx_this.rows >= CX_UNLOCK_ROWS ? PyEval_SaveThread() : NULL;
        $action
        if (cx_thread) PyEval_RestoreThread(cx_thread);
    }
}

/* Long work on few rows. */
%define %cx_unlocked(NAME)
%exception NAME {
    if (cx_this.error.code == CX_OK) {
        PyThreadState *cx_thread = PyEval_SaveThread();
        $action
        PyEval_RestoreThread(cx_thread);
    }
}
%enddef
%cx_unlocked(cx_driver_of_moments)
%cx_unlocked(cx_driver_of_rows)
%cx_unlocked(cx_driver_of_matrix)
%cx_unlocked(cx_driver_fit_ranks)
%cx_unlocked(cx_driver_fit_dominance)
%cx_unlocked(cx_simulation_run)
%cx_unlocked(cx_simulate_business)
%cx_unlocked(cx_simultaneous)
%cx_unlocked(cx_penalised)
%cx_unlocked(cx_penalised_path)

%typemap(out, noblock=1) cx_status {
    if (cx_call_end(&cx_this, $1) != CX_OK) {
        cx_raise(&cx_this);
        SWIG_fail;
    }
    $result = Py_None;
    Py_INCREF(Py_None);
}

/* Columns of a result, as Python objects. */
%exception cx_estimate_fields { $action if (!result) SWIG_fail; }
%exception cx_table_list { $action if (!result) SWIG_fail; }
%exception cx_table_times { $action if (!result) SWIG_fail; }
%exception cx_table_bytes { $action if (!result) SWIG_fail; }
%exception cx_table_capsule { $action if (!result) SWIG_fail; }
%exception cx_table_schema_capsule { $action if (!result) SWIG_fail; }
PyObject *cx_estimate_fields(const cx_estimate *estimate);
PyObject *cx_table_list(const cx_table *table, int64_t index);
PyObject *cx_table_times(const cx_table *table, int64_t index);
PyObject *cx_table_bytes(const cx_table *table, int64_t index);
PyObject *cx_table_capsule(const cx_table *table);
PyObject *cx_table_schema_capsule(const cx_table *table);
