#include "stat/table_data.h"

/* Every exported structure, children too, holds the table: a consumer may keep a child longer than
 * its parent. */
typedef struct arrow_schema_room {
    cx_table *table;
    struct ArrowSchema **children;
    struct ArrowSchema *child;
} arrow_schema_room;

typedef struct arrow_array_room {
    cx_table *table;
    const void *buffers[3];
    struct ArrowArray **children;
    struct ArrowArray *child;
} arrow_array_room;

static void arrow_release_schema(struct ArrowSchema *schema) {
    arrow_schema_room *room = schema->private_data;
    cx_table *table = room->table;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (room->child[i].release != NULL) room->child[i].release(&room->child[i]);
    cx_allocator allocator = table->allocator;
    cx_i_free(&allocator, room->children);
    cx_i_free(&allocator, room->child);
    cx_i_free(&allocator, room);
    schema->release = NULL;
    cx_table_free(table);
}

static void arrow_release_array(struct ArrowArray *array) {
    arrow_array_room *room = array->private_data;
    cx_table *table = room->table;
    for (int64_t i = 0; i < array->n_children; i++)
        if (room->child[i].release != NULL) room->child[i].release(&room->child[i]);
    cx_allocator allocator = table->allocator;
    cx_i_free(&allocator, room->children);
    cx_i_free(&allocator, room->child);
    cx_i_free(&allocator, room);
    array->release = NULL;
    cx_table_free(table);
}

static cx_status arrow_schema_begin(const cx_table *table, const char *format, const char *name,
                                    struct ArrowSchema *schema, cx_error *err) {
    memset(schema, 0, sizeof *schema);
    arrow_schema_room *room = cx_i_alloc(&table->allocator, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    room->table = (cx_table *)table;
    cx_i_table_hold(table);
    schema->format = format;
    schema->name = name;
    schema->flags = ARROW_FLAG_NULLABLE;
    schema->release = arrow_release_schema;
    schema->private_data = room;
    return CX_OK;
}

static cx_status arrow_array_begin(const cx_table *table, int64_t null_count, int64_t n_buffers,
                                   struct ArrowArray *array, cx_error *err) {
    memset(array, 0, sizeof *array);
    arrow_array_room *room = cx_i_alloc(&table->allocator, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    room->table = (cx_table *)table;
    cx_i_table_hold(table);
    array->length = table->rows;
    array->null_count = null_count;
    array->n_buffers = n_buffers;
    array->buffers = room->buffers;
    array->release = arrow_release_array;
    array->private_data = room;
    return CX_OK;
}

static const char *arrow_format(int32_t dtype) {
    if (dtype == CX_TIMESTAMP) return "tsu:";
    return dtype == CX_F64 ? "g" : dtype == CX_I64 ? "l" : "u";
}

static cx_status arrow_export_schema(const cx_table *table, struct ArrowSchema *schema,
                                     cx_error *err) {
    CX_TRY(arrow_schema_begin(table, "+s", "", schema, err));
    schema->flags = 0;
    arrow_schema_room *room = schema->private_data;
    int64_t count = table->column_count;
    room->children = cx_i_alloc_array(&table->allocator, count, sizeof *room->children);
    room->child = cx_i_alloc_array(&table->allocator, count, sizeof *room->child);
    if (room->children == NULL || room->child == NULL) return cx_i_out_of_memory(err);
    schema->children = room->children;
    schema->n_children = count;
    for (int64_t i = 0; i < count; i++) {
        const cx_i_column *column = &table->columns[i];
        room->children[i] = &room->child[i];
        CX_TRY(arrow_schema_begin(table, arrow_format(column->dtype), column->name, &room->child[i],
                                  err));
    }
    return CX_OK;
}

static cx_status arrow_export_column(const cx_table *table, const cx_i_column *column,
                                     struct ArrowArray *array, cx_error *err) {
    bool text = column->dtype == CX_STRING;
    CX_TRY(arrow_array_begin(table, column->null_count, text ? 3 : 2, array, err));
    arrow_array_room *room = array->private_data;
    room->buffers[0] = column->validity;
    room->buffers[1] = text ? (const void *)column->offsets : column->data;
    room->buffers[2] = text ? column->data : NULL;
    return CX_OK;
}

static cx_status arrow_export_array(const cx_table *table, struct ArrowArray *array,
                                    cx_error *err) {
    CX_TRY(arrow_array_begin(table, 0, 1, array, err));
    arrow_array_room *room = array->private_data;
    int64_t count = table->column_count;
    room->children = cx_i_alloc_array(&table->allocator, count, sizeof *room->children);
    room->child = cx_i_alloc_array(&table->allocator, count, sizeof *room->child);
    if (room->children == NULL || room->child == NULL) return cx_i_out_of_memory(err);
    array->children = room->children;
    array->n_children = count;
    for (int64_t i = 0; i < count; i++) {
        room->children[i] = &room->child[i];
        CX_TRY(arrow_export_column(table, &table->columns[i], &room->child[i], err));
    }
    return CX_OK;
}

cx_status cx_table_export(const cx_table *table, struct ArrowSchema *schema,
                          struct ArrowArray *array, cx_error *err) {
    struct ArrowSchema made_schema;
    struct ArrowArray made_array;
    if (table == NULL || schema == NULL || array == NULL)
        return cx_i_fail(err, CX_E_NULL, "table, schema or array is missing");
    memset(&made_array, 0, sizeof made_array);
    cx_status status = arrow_export_schema(table, &made_schema, err);
    if (status == CX_OK) status = arrow_export_array(table, &made_array, err);
    if (status == CX_OK) {
        *schema = made_schema;
        *array = made_array;
        return CX_OK;
    }
    if (made_schema.release != NULL) made_schema.release(&made_schema);
    if (made_array.release != NULL) made_array.release(&made_array);
    return status;
}

/* -- stream of one batch ------------------------------------------------------------------- */

typedef struct arrow_stream_room {
    cx_table *table;
    bool done;
    cx_error error;
} arrow_stream_room;

static int arrow_stream_fail(cx_status status) {
    return status == CX_E_MEMORY ? 12 : 22;
}

static int arrow_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    arrow_stream_room *room = stream->private_data;
    cx_status status = arrow_export_schema(room->table, out, &room->error);
    if (status == CX_OK) return 0;
    if (out->release != NULL) out->release(out);
    return arrow_stream_fail(status);
}

static int arrow_stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    arrow_stream_room *room = stream->private_data;
    memset(out, 0, sizeof *out); /* a released array marks the end */
    if (room->done) return 0;
    cx_status status = arrow_export_array(room->table, out, &room->error);
    room->done = status == CX_OK;
    if (status == CX_OK) return 0;
    if (out->release != NULL) out->release(out);
    return arrow_stream_fail(status);
}

static const char *arrow_stream_error(struct ArrowArrayStream *stream) {
    arrow_stream_room *room = stream->private_data;
    return room->error.text[0] == '\0' ? NULL : room->error.text;
}

static void arrow_stream_release(struct ArrowArrayStream *stream) {
    arrow_stream_room *room = stream->private_data;
    cx_table *table = room->table;
    cx_i_free(&table->allocator, room);
    stream->release = NULL;
    cx_table_free(table);
}

cx_status cx_table_stream(const cx_table *table, struct ArrowArrayStream *stream, cx_error *err) {
    if (table == NULL || stream == NULL)
        return cx_i_fail(err, CX_E_NULL, "table or stream is missing");
    arrow_stream_room *room = cx_i_alloc(&table->allocator, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    room->table = (cx_table *)table;
    cx_error_init(&room->error);
    cx_i_table_hold(table);
    *stream = (struct ArrowArrayStream){arrow_stream_schema, arrow_stream_next, arrow_stream_error,
                                        arrow_stream_release, room};
    return CX_OK;
}
