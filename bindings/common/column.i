/* Columns: `const cx_array *x` and `const cx_frame *x`. The language gives
 *
 *     int cx_column_take(object, parameter's name, column, call)     0, or -1 with call->error set
 *     int cx_columns_take(object, parameter's name, columns, call)
 *     cx_argument_failed                                             a statement
 *
 * An object that is nil leaves the column absent. */
%ignore cx_array;
%ignore cx_frame;
%ignore cx_array_of;
%ignore cx_table_column;
%ignore cx_table_export;
%ignore cx_table_stream;

%typemap(arginit, noblock=1) const cx_array * {
    cx_column_init(&column$argnum);
}
%typemap(in, noblock=1) const cx_array * (cx_column column) {
    if (cx_column_take($input, "$1_name", &column, &cx_this)) cx_argument_failed;
    $1 = column.present ? &column.view : NULL;
}
%typemap(freearg, noblock=1) const cx_array * {
    cx_column_release(&column$argnum);
}

%typemap(arginit, noblock=1) const cx_frame * {
    cx_columns_init(&columns$argnum);
}
%typemap(in, noblock=1) const cx_frame * (cx_columns columns) {
    if (cx_columns_take($input, "$1_name", &columns, &cx_this)) cx_argument_failed;
    $1 = columns.present ? &columns.view : NULL;
}
%typemap(freearg, noblock=1) const cx_frame * {
    cx_columns_release(&columns$argnum);
}
