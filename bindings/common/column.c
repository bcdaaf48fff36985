static void cx_call_init(cx_call *call) {
    cx_error_init(&call->error);
    call->rows = 0;
}

/* Fills in the error; the first one stays. Returns -1. */
static int cx_refuse(cx_call *call, const char *column, int64_t row, cx_status code,
                     const char *format, ...) {
    va_list arguments;
    if (call->error.code != CX_OK) return -1;
    call->error.code = (int32_t)code;
    call->error.row = row;
    snprintf(call->error.column, sizeof call->error.column, "%s", column);
    va_start(arguments, format);
    vsnprintf(call->error.text, sizeof call->error.text, format, arguments);
    va_end(arguments);
    return -1;
}

static int cx_no_memory(cx_call *call) {
    return cx_refuse(call, "", -1, CX_E_MEMORY, "%s", cx_strerror(CX_E_MEMORY));
}

static void cx_column_init(cx_column *column) {
    memset(column, 0, sizeof *column);
}

static void cx_column_name(cx_column *column, const char *name) {
    snprintf(column->name, sizeof column->name, "%s", name);
    column->view.name = column->name;
}

/* Zeroed memory that lives as long as the column. */
static void *cx_column_block(cx_column *column, int64_t count, size_t size, cx_call *call) {
    void *block;
    if (column->block_count == CX_COLUMN_BLOCKS || count < 0) {
        cx_no_memory(call);
        return NULL;
    }
    block = calloc(count ? (size_t)count : 1, size);
    if (block) {
        column->blocks[column->block_count++] = block;
    } else {
        cx_no_memory(call);
    }
    return block;
}

static void cx_column_release(cx_column *column) {
    int64_t i;
    while (column->block_count) free(column->blocks[--column->block_count]);
    for (i = 0; i < column->chunk_count; i++)
        if (column->chunks[i].release) column->chunks[i].release(&column->chunks[i]);
    free(column->chunks);
    column->chunks = NULL;
    column->chunk_count = 0;
    if (column->schema.release) column->schema.release(&column->schema);
    if (column->owner) cx_owner_release(column->owner);
    column->owner = NULL;
    column->present = 0;
}

static void cx_columns_init(cx_columns *columns) {
    memset(columns, 0, sizeof *columns);
}

static int cx_columns_room(cx_columns *columns, int64_t count, cx_call *call) {
    columns->columns = (cx_column *)calloc(count ? (size_t)count : 1, sizeof *columns->columns);
    columns->views = (cx_array *)calloc(count ? (size_t)count : 1, sizeof *columns->views);
    if (!columns->columns || !columns->views) return cx_no_memory(call);
    columns->count = count;
    return 0;
}

/* All columns are there: joins their views. */
static void cx_columns_finish(cx_columns *columns) {
    int64_t i;
    for (i = 0; i < columns->count; i++) columns->views[i] = columns->columns[i].view;
    columns->view.columns = columns->views;
    columns->view.count = columns->count;
    columns->present = 1;
}

static void cx_columns_release(cx_columns *columns) {
    int64_t i;
    for (i = 0; i < columns->count; i++) cx_column_release(&columns->columns[i]);
    free(columns->columns);
    free(columns->views);
    columns->columns = NULL;
    columns->views = NULL;
    columns->count = 0;
    cx_column_release(&columns->stream);
}
