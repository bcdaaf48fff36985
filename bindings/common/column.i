/* Columns: `const cx_array *x` and `const cx_frame *x`. The language gives cx_column_take and
 * cx_columns_take, which read an object, and leave the view absent for nil. */
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
    cx_column_take($input, "$1_name", &column, &cx_this);
    $1 = column.present ? &column.view : NULL;
}
%typemap(freearg, noblock=1) const cx_array * {
    cx_column_release(&column$argnum);
}

%typemap(arginit, noblock=1) const cx_frame * {
    cx_columns_init(&columns$argnum);
}
%typemap(in, noblock=1) const cx_frame * (cx_columns columns) {
    cx_columns_take($input, "$1_name", &columns, &cx_this);
    $1 = columns.present ? &columns.view : NULL;
}
%typemap(freearg, noblock=1) const cx_frame * {
    cx_columns_release(&columns$argnum);
}
