/* Arrow columns: one chunk is viewed in place, several are joined. No object of a language is
 * touched here. */

typedef enum cx_arrow_kind {
    CX_ARROW_FIXED,
    CX_ARROW_BIT,
    CX_ARROW_TEXT32,
    CX_ARROW_TEXT64,
    CX_ARROW_TEXT_VIEW,
    CX_ARROW_NULL
} cx_arrow_kind;

typedef struct cx_arrow_type {
    cx_arrow_kind kind;
    int32_t dtype;
    int32_t unit;
    const char *refusal; /* not NULL: what to do instead */
} cx_arrow_type;

/* One column of one chunk: the chunk itself, or a field of it. */
typedef struct cx_arrow_part {
    const struct ArrowArray *array;
    int64_t start; /* first row in the array's buffers */
    int64_t length;
    const uint8_t *outer; /* rows that are null as a whole, or NULL */
    int64_t outer_start;
} cx_arrow_part;

static const int64_t cx_arrow_zero[2] = {0, 0};

static const char *cx_arrow_refusal(const char *format) {
    switch (format[0]) {
    case 'd':
        return "decimals are not read: cast to float64, or to int64 units";
    case 'e':
        return "float16 is not read: cast to float32";
    case 'z':
    case 'Z':
    case 'w':
        return "bytes are not answers or keys: decode them to text";
    case 't':
        return format[1] == 'D' ? "durations are not read: give seconds as float64"
                                : "times of day are not read: give seconds as float64";
    case '+':
        return "nested values are not read: select or flatten the column first";
    default:
        return "this Arrow type is not read: cast it to a number, a timestamp or text";
    }
}

static cx_arrow_type cx_arrow_time(const char *format, cx_arrow_type type) {
    static const char letters[] = "smun";
    static const int32_t units[] = {CX_SECONDS, CX_MILLISECONDS, CX_MICROSECONDS, CX_NANOSECONDS};
    const char *found = format[1] == 's' && format[2] ? strchr(letters, format[2]) : NULL;
    type.dtype = CX_TIMESTAMP;
    if (found) {
        type.unit = units[found - letters];
    } else if (strcmp(format, "tdD") == 0) {
        type.unit = CX_DAYS;
    } else if (strcmp(format, "tdm") == 0) {
        type.unit = CX_MILLISECONDS;
    } else {
        type.refusal = cx_arrow_refusal(format);
    }
    return type;
}

static cx_arrow_type cx_arrow_type_of(const char *format) {
    static const char numbers[] = "csilCSILfg";
    static const int32_t dtypes[] = {CX_I8,  CX_I16, CX_I32, CX_I64, CX_U8,
                                     CX_U16, CX_U32, CX_U64, CX_F32, CX_F64};
    cx_arrow_type type = {CX_ARROW_FIXED, 0, CX_UNIT_NONE, NULL};
    const char *found;
    if (format[0] == 't') return cx_arrow_time(format, type);
    if (strcmp(format, "vu") == 0) {
        type.kind = CX_ARROW_TEXT_VIEW;
        type.dtype = CX_LARGE_STRING;
        return type;
    }
    if (format[0] == '\0' || format[1] != '\0') {
        type.refusal = cx_arrow_refusal(format);
        return type;
    }
    found = strchr(numbers, format[0]);
    if (found) {
        type.dtype = dtypes[found - numbers];
    } else if (format[0] == 'b') {
        type.kind = CX_ARROW_BIT;
        type.dtype = CX_BIT;
    } else if (format[0] == 'u') {
        type.kind = CX_ARROW_TEXT32;
        type.dtype = CX_STRING;
    } else if (format[0] == 'U') {
        type.kind = CX_ARROW_TEXT64;
        type.dtype = CX_LARGE_STRING;
    } else if (format[0] == 'n') {
        type.kind = CX_ARROW_NULL;
        type.dtype = CX_F64;
    } else {
        type.refusal = cx_arrow_refusal(format);
    }
    return type;
}

static int cx_arrow_is_text(cx_arrow_kind kind) {
    return kind == CX_ARROW_TEXT32 || kind == CX_ARROW_TEXT64 || kind == CX_ARROW_TEXT_VIEW;
}

static int64_t cx_arrow_width(cx_arrow_type type) {
    if (type.dtype == CX_TIMESTAMP) return type.unit == CX_DAYS ? 4 : 8;
    return cx_dtype_size(type.dtype);
}

static int cx_arrow_bit(const uint8_t *bits, int64_t i) {
    return bits[i >> 3] >> (i & 7) & 1;
}

static void cx_arrow_set_bit(uint8_t *bits, int64_t i) {
    bits[i >> 3] = (uint8_t)(bits[i >> 3] | 1u << (i & 7));
}

static const uint8_t *cx_arrow_validity(const struct ArrowArray *array) {
    if (array->null_count == 0 || array->n_buffers < 1) return NULL;
    return (const uint8_t *)array->buffers[0];
}

static cx_arrow_part cx_arrow_part_of(const struct ArrowArray *chunk, int64_t field) {
    cx_arrow_part part = {chunk, chunk->offset, chunk->length, NULL, 0};
    if (field >= 0) {
        part.array = chunk->children[field];
        part.start = chunk->offset + part.array->offset;
        part.outer = cx_arrow_validity(chunk);
        part.outer_start = chunk->offset;
    }
    return part;
}

static int cx_arrow_present(const cx_arrow_part *part, int64_t row) {
    const uint8_t *bits = cx_arrow_validity(part->array);
    if (part->outer && !cx_arrow_bit(part->outer, part->outer_start + row)) return 0;
    return !bits || cx_arrow_bit(bits, part->start + row);
}

/* -- text ---------------------------------------------------------------------------------- */

static const char *cx_arrow_view_text(const struct ArrowArray *array, int64_t i, int64_t *length) {
    const char *view = (const char *)array->buffers[1] + 16 * i;
    int32_t words[4];
    memcpy(words, view, sizeof words);
    *length = words[0];
    if (words[0] <= 12) return view + 4;
    return (const char *)array->buffers[2 + words[2]] + words[3];
}

static const char *cx_arrow_plain_text(cx_arrow_kind kind, const struct ArrowArray *array,
                                       int64_t i, int64_t *length) {
    int64_t from, to;
    if (kind == CX_ARROW_TEXT_VIEW) return cx_arrow_view_text(array, i, length);
    if (kind == CX_ARROW_TEXT32) {
        from = ((const int32_t *)array->buffers[1])[i];
        to = ((const int32_t *)array->buffers[1])[i + 1];
    } else {
        from = ((const int64_t *)array->buffers[1])[i];
        to = ((const int64_t *)array->buffers[1])[i + 1];
    }
    *length = to - from;
    return (const char *)array->buffers[2] + from;
}

static int64_t cx_arrow_code(int32_t dtype, const void *codes, int64_t i) {
    switch (dtype) {
    case CX_I8:
        return ((const int8_t *)codes)[i];
    case CX_U8:
        return ((const uint8_t *)codes)[i];
    case CX_I16:
        return ((const int16_t *)codes)[i];
    case CX_U16:
        return ((const uint16_t *)codes)[i];
    case CX_I32:
        return ((const int32_t *)codes)[i];
    case CX_U32:
        return ((const uint32_t *)codes)[i];
    default:
        return ((const int64_t *)codes)[i];
    }
}

/* The text of a row; NULL when it is missing. `type` is that of the values. */
static const char *cx_arrow_text(const cx_arrow_part *part, cx_arrow_type codes, cx_arrow_type type,
                                 int64_t row, int64_t *length) {
    const struct ArrowArray *values = part->array->dictionary;
    cx_arrow_part entries;
    int64_t i = part->start + row;
    *length = 0;
    if (!cx_arrow_present(part, row)) return NULL;
    if (!values) return cx_arrow_plain_text(type.kind, part->array, i, length);
    entries = cx_arrow_part_of(values, -1);
    i = cx_arrow_code(codes.dtype, part->array->buffers[1], i);
    if (i < 0 || i >= values->length || !cx_arrow_present(&entries, i)) return NULL;
    return cx_arrow_plain_text(type.kind, values, values->offset + i, length);
}

/* Text of all parts, joined and written out. */
static int cx_arrow_join_text(cx_column *column, cx_array *view, const cx_arrow_part *parts,
                              int64_t count, cx_arrow_type codes, cx_arrow_type type,
                              cx_call *call) {
    int64_t p, row, length, total = 0, bytes = 0, at = 0;
    int64_t *offsets;
    uint8_t *validity;
    char *characters;
    for (p = 0; p < count; p++) {
        total += parts[p].length;
        for (row = 0; row < parts[p].length; row++)
            if (cx_arrow_text(&parts[p], codes, type, row, &length)) bytes += length;
    }
    offsets = (int64_t *)cx_column_block(column, total + 1, sizeof *offsets, call);
    validity = (uint8_t *)cx_column_block(column, total / 8 + 1, 1, call);
    characters = (char *)cx_column_block(column, bytes, 1, call);
    if (!offsets || !validity || !characters) return -1;
    bytes = 0;
    for (p = 0; p < count; p++) {
        for (row = 0; row < parts[p].length; row++, at++) {
            const char *text = cx_arrow_text(&parts[p], codes, type, row, &length);
            if (text) {
                if (length) memcpy(characters + bytes, text, (size_t)length);
                cx_arrow_set_bit(validity, at);
                bytes += length;
            }
            offsets[at + 1] = bytes;
        }
    }
    view->data = characters;
    view->offsets = offsets;
    view->validity = validity;
    view->length = total;
    view->dtype = CX_LARGE_STRING;
    return 0;
}

/* -- numbers, times, truth values ---------------------------------------------------------- */

static int cx_arrow_join_fixed(cx_column *column, const cx_arrow_part *parts, int64_t count,
                               cx_arrow_type type, cx_call *call) {
    int64_t p, row, total = 0, at = 0, width = cx_arrow_width(type);
    char *data;
    uint8_t *validity;
    for (p = 0; p < count; p++) total += parts[p].length;
    data = type.kind == CX_ARROW_BIT ? (char *)cx_column_block(column, total / 8 + 1, 1, call)
                                     : (char *)cx_column_block(column, total, (size_t)width, call);
    validity = (uint8_t *)cx_column_block(column, total / 8 + 1, 1, call);
    if (!data || !validity) return -1;
    for (p = 0; p < count; p++) {
        const char *from = parts[p].length && type.kind != CX_ARROW_NULL
                               ? (const char *)parts[p].array->buffers[1]
                               : NULL;
        if (from && type.kind == CX_ARROW_FIXED)
            memcpy(data + at * width, from + parts[p].start * width,
                   (size_t)(parts[p].length * width));
        for (row = 0; from && row < parts[p].length; row++) {
            if (cx_arrow_present(&parts[p], row)) cx_arrow_set_bit(validity, at + row);
            if (type.kind == CX_ARROW_BIT &&
                cx_arrow_bit((const uint8_t *)from, parts[p].start + row))
                cx_arrow_set_bit((uint8_t *)data, at + row);
        }
        at += parts[p].length;
    }
    column->view.data = data;
    column->view.validity = validity;
    column->view.length = total;
    column->view.stride = width;
    return 0;
}

/* A part as it lies in memory. */
static void cx_arrow_direct(cx_array *view, const cx_arrow_part *part, cx_arrow_type type) {
    const struct ArrowArray *array = part->array;
    int64_t width = cx_arrow_width(type);
    view->length = part->length;
    view->validity = cx_arrow_validity(array);
    view->offset = part->start;
    if (cx_arrow_is_text(type.kind)) {
        view->data = array->buffers[2] ? array->buffers[2] : cx_arrow_zero;
        view->offsets = cx_arrow_zero;
        if (part->length)
            view->offsets = (const char *)array->buffers[1] +
                            part->start * (type.kind == CX_ARROW_TEXT32 ? 4 : 8);
    } else {
        view->stride = width;
        view->data = array->buffers[1];
        if (type.kind == CX_ARROW_FIXED && view->data)
            view->data = (const char *)view->data + part->start * width;
    }
}

/* -- dictionaries -------------------------------------------------------------------------- */

static int cx_arrow_dictionary(cx_column *column, const cx_arrow_part *parts, int64_t count,
                               cx_arrow_type codes, const struct ArrowSchema *values,
                               cx_call *call) {
    cx_arrow_type type = cx_arrow_type_of(values->format);
    cx_arrow_part entries;
    if (type.refusal || !cx_arrow_is_text(type.kind))
        return cx_refuse(call, column->name, -1, CX_E_TYPE,
                         "%s: categories have to be text: cast the column to its values, or its "
                         "categories to text",
                         column->name);
    if (count != 1 || parts[0].outer || codes.dtype == CX_U64)
        return cx_arrow_join_text(column, &column->view, parts, count, codes, type, call);
    cx_arrow_direct(&column->view, &parts[0], codes);
    entries = cx_arrow_part_of(parts[0].array->dictionary, -1);
    column->view.dictionary = &column->dictionary;
    column->dictionary.dtype = type.dtype;
    if (type.kind != CX_ARROW_TEXT_VIEW) {
        cx_arrow_direct(&column->dictionary, &entries, type);
        return 0;
    }
    return cx_arrow_join_text(column, &column->dictionary, &entries, 1, codes, type, call);
}

/* -- one column of a stream ---------------------------------------------------------------- */

static int cx_arrow_view(cx_column *column, const struct ArrowSchema *schema,
                         const cx_arrow_part *parts, int64_t count, cx_call *call) {
    cx_arrow_type type = cx_arrow_type_of(schema->format);
    column->view.dtype = type.dtype;
    column->view.unit = type.unit;
    if (type.refusal)
        return cx_refuse(call, column->name, -1, CX_E_TYPE, "%s: %s", column->name, type.refusal);
    if (schema->dictionary)
        return cx_arrow_dictionary(column, parts, count, type, schema->dictionary, call);
    if (count == 1 && !parts[0].outer && type.kind != CX_ARROW_TEXT_VIEW &&
        type.kind != CX_ARROW_NULL) {
        cx_arrow_direct(&column->view, &parts[0], type);
        return 0;
    }
    if (cx_arrow_is_text(type.kind))
        return cx_arrow_join_text(column, &column->view, parts, count, type, type, call);
    return cx_arrow_join_fixed(column, parts, count, type, call);
}

/* Views field `field` (-1: the chunks themselves) of the chunks that `source` holds. */
static int cx_arrow_column(cx_column *column, const cx_column *source, int64_t field,
                           cx_call *call) {
    const struct ArrowSchema *schema =
        field >= 0 ? source->schema.children[field] : &source->schema;
    cx_arrow_part *parts;
    int64_t i;
    int failed;
    if (schema->name && schema->name[0]) cx_column_name(column, schema->name);
    parts = (cx_arrow_part *)calloc((size_t)source->chunk_count + 1, sizeof *parts);
    if (!parts) return cx_no_memory(call);
    for (i = 0; i < source->chunk_count; i++)
        parts[i] = cx_arrow_part_of(&source->chunks[i], field);
    failed = cx_arrow_view(column, schema, parts, source->chunk_count, call);
    free(parts);
    return failed;
}

/* -- reading a stream ---------------------------------------------------------------------- */

static int cx_arrow_append(cx_column *column, struct ArrowArray *chunk, cx_call *call) {
    int64_t n = column->chunk_count;
    if ((n & (n - 1)) == 0) { /* room doubles at every power of two */
        struct ArrowArray *more =
            (struct ArrowArray *)realloc(column->chunks, (size_t)(n ? 2 * n : 1) * sizeof *more);
        if (!more) return cx_no_memory(call);
        column->chunks = more;
    }
    column->chunks[column->chunk_count++] = *chunk;
    chunk->release = NULL;
    return 0;
}

static int cx_arrow_failed(struct ArrowArrayStream *stream, const char *name, cx_call *call) {
    const char *text = stream->get_last_error(stream);
    return cx_refuse(call, name, -1, CX_E_FORMAT, "%s: the Arrow stream failed: %s", name,
                     text ? text : "no reason given");
}

/* Takes schema and chunks; the stream is released. Empty chunks are left out. */
static int cx_arrow_collect(cx_column *column, struct ArrowArrayStream *stream, cx_call *call) {
    int failed = 0;
    if (stream->get_schema(stream, &column->schema)) {
        column->schema.release = NULL;
        failed = cx_arrow_failed(stream, column->name, call);
    }
    while (!failed) {
        struct ArrowArray chunk;
        memset(&chunk, 0, sizeof chunk);
        if (stream->get_next(stream, &chunk)) {
            failed = cx_arrow_failed(stream, column->name, call);
            break;
        }
        if (!chunk.release) break;
        if (chunk.length) failed = cx_arrow_append(column, &chunk, call);
        if (chunk.release) chunk.release(&chunk);
    }
    stream->release(stream);
    return failed;
}

/* Schema and chunks are there: the column, out of a table when that has only one. */
static int cx_arrow_finish(cx_column *column, cx_call *call) {
    int table = strcmp(column->schema.format, "+s") == 0;
    if (table && column->schema.n_children != 1)
        return cx_refuse(call, column->name, -1, CX_E_TYPE,
                         "%s: this is a table of %lld columns: select one", column->name,
                         (long long)column->schema.n_children);
    if (cx_arrow_column(column, column, table ? 0 : -1, call)) return -1;
    column->present = 1;
    call->rows += column->view.length;
    return 0;
}

/* The columns of a table for which `wanted` says yes. */
static int cx_arrow_finish_table(cx_columns *columns,
                                 int (*wanted)(void *context, const char *name), void *context,
                                 cx_call *call) {
    cx_column *source = &columns->stream;
    const struct ArrowSchema *schema = &source->schema;
    int64_t i, used = 0;
    if (strcmp(schema->format, "+s") != 0)
        return cx_refuse(call, source->name, -1, CX_E_TYPE,
                         "%s: this is one column, not a table: give a mapping of name to column",
                         source->name);
    if (cx_columns_room(columns, schema->n_children, call)) return -1;
    for (i = 0; i < schema->n_children; i++) {
        const char *name = schema->children[i]->name ? schema->children[i]->name : "";
        if (!wanted(context, name)) continue;
        cx_column_name(&columns->columns[used], name);
        if (cx_arrow_column(&columns->columns[used++], source, i, call)) return -1;
    }
    columns->count = used;
    cx_columns_finish(columns);
    if (used) call->rows += columns->views[0].length;
    return 0;
}
