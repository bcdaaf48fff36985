#include "base/array.h"

int64_t cx_dtype_size(int32_t dtype) {
    switch (dtype) {
    case CX_I8:
    case CX_U8:
    case CX_BOOL:
        return 1;
    case CX_I16:
    case CX_U16:
        return 2;
    case CX_I32:
    case CX_U32:
    case CX_F32:
        return 4;
    case CX_I64:
    case CX_U64:
    case CX_F64:
    case CX_TIMESTAMP:
        return 8;
    default:
        return 0;
    }
}

const char *cx_dtype_name(int32_t dtype) {
    static const char *const names[] = {
        "unknown", "int8",    "int16",   "int32", "int64", "uint8",  "uint16",       "uint32",
        "uint64",  "float32", "float64", "bool",  "bit",   "string", "large_string", "timestamp"};
    return names[dtype >= CX_I8 && dtype <= CX_TIMESTAMP ? dtype : 0];
}

cx_array cx_array_of(const void *data, cx_dtype dtype, int64_t length) {
    cx_array view;
    memset(&view, 0, sizeof view);
    view.data = data;
    view.dtype = (int32_t)dtype;
    view.length = length;
    view.stride = cx_dtype_size((int32_t)dtype);
    return view;
}

const char *cx_i_array_name(const cx_array *column, const char *role) {
    return column->name != NULL ? column->name : role;
}

cx_array cx_i_array_named(const cx_array *column, const char *role) {
    cx_array named = *column;
    named.name = cx_i_array_name(column, role);
    return named;
}

cx_status cx_i_array_infinite(const cx_array *column, const char *role, int64_t row, double value,
                              cx_error *err) {
    cx_array named = cx_i_array_named(column, role);
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value,
                        "the value is infinite; give a number or leave it missing");
}

const cx_array *cx_i_frame_find(const cx_frame *frame, const char *name) {
    for (int64_t c = 0; c < frame->count; c++)
        if (frame->columns[c].name != NULL && strcmp(frame->columns[c].name, name) == 0)
            return &frame->columns[c];
    return NULL;
}

cx_status cx_i_frame_numbers(const cx_frame *frame, const char *role, const char *name, bool needed,
                             const cx_array **out, cx_error *err) {
    *out = cx_i_frame_find(frame, name);
    if (*out == NULL && needed)
        return cx_i_fail(err, CX_E_NAME, "%s has no column called %s", role, name);
    return *out == NULL ? CX_OK : cx_i_array_check(*out, name, CX_I_NUMBERS, err);
}

cx_array cx_i_array_part(const cx_array *column, int64_t start, int64_t count) {
    cx_array part = *column;
    part.length = count;
    part.offset += start;
    if (column->dtype == CX_STRING && column->offsets != NULL)
        part.offsets = (const char *)column->offsets + 4 * start;
    else if (column->dtype == CX_LARGE_STRING && column->offsets != NULL)
        part.offsets = (const char *)column->offsets + 8 * start;
    else if (column->dtype != CX_BIT && column->data != NULL)
        part.data = (const char *)column->data + start * column->stride;
    return part;
}

static bool array_is_string(int32_t dtype) {
    return dtype == CX_STRING || dtype == CX_LARGE_STRING;
}

static bool array_is_whole(int32_t dtype) {
    return dtype <= CX_U64 || dtype == CX_BOOL || dtype == CX_BIT;
}

static cx_status array_check_type(const cx_array *column, const char *name, int accepts,
                                  cx_error *err) {
    if (column->dtype < CX_I8 || column->dtype > CX_TIMESTAMP)
        return cx_i_fail(err, CX_E_TYPE, "column %s has the unknown element type %d", name,
                         (int64_t)column->dtype);
    if (column->dictionary != NULL && accepts == CX_I_NUMBERS)
        return cx_i_fail(err, CX_E_TYPE,
                         "column %s is categorical: its codes are not numbers; convert it to the "
                         "numbers it stands for, or use it as a key (by)",
                         name);
    if (accepts == CX_I_NUMBERS && column->dtype == CX_TIMESTAMP)
        return cx_i_fail(err, CX_E_TYPE, "column %s holds timestamps, and numbers are needed",
                         name);
    if (column->dictionary != NULL &&
        (!array_is_string(column->dictionary->dtype) || column->dictionary->dictionary != NULL))
        return cx_i_fail(err, CX_E_TYPE, "the dictionary of column %s does not hold text", name);
    if (column->dictionary != NULL && !array_is_whole(column->dtype))
        return cx_i_fail(err, CX_E_TYPE, "the codes of column %s are not whole numbers", name);
    return CX_OK;
}

static bool array_reserved_is_zero(const cx_array *column) {
    return (column->reserved[0] | column->reserved[1] | column->reserved[2] |
            column->reserved[3]) == 0;
}

/* The beginning of a text for a sentence, cut between characters. */
static void array_quote(const char *text, int64_t size, char *out, int64_t room) {
    int64_t length = size < room - 1 ? size : room - 1;
    while (length < size && length > 0 && (text[length] & 0xC0) == 0x80) length--;
    memcpy(out, text, (size_t)length);
    out[length] = '\0';
}

/* Text in the place of numbers: the first row that is no number says most. */
static cx_status array_refuse_text(const cx_array *column, const char *name, cx_error *err) {
    bool readable = column->offsets != NULL && column->data != NULL;
    for (int64_t row = 0; readable && row < column->length; row++) {
        const char *text;
        int64_t size, digits = 0;
        char quoted[33];
        if (!cx_i_array_valid(column, row)) continue;
        CX_TRY(cx_i_array_text(column, name, row, &text, &size, err));
        while (digits < size && memchr("0123456789+-.eE ", text[digits], 16) != NULL) digits++;
        if (digits == size && size > 0) continue;
        array_quote(text, size, quoted, sizeof quoted);
        return cx_i_fail_at(err, CX_E_TYPE, column, row, (double)NAN,
                            "the column holds text, and numbers are needed; this is \"%s\": give "
                            "a number, or leave it missing",
                            quoted);
    }
    return cx_i_fail(err, CX_E_TYPE,
                     "column %s holds text, and numbers are needed: convert it first", name);
}

static cx_status array_check(const cx_array *column, const char *name, int accepts, cx_error *err) {
    int64_t end;
    if (column->length < 0 || column->offset < 0)
        return cx_i_fail(err, CX_E_LENGTH, "column %s has a negative length or offset", name);
    if (!cx_i_add_i64(column->length, column->offset, &end))
        return cx_i_fail(err, CX_E_LENGTH, "column %s has the impossible offset %d", name,
                         column->offset);
    CX_TRY(array_check_type(column, name, accepts, err));
    if (accepts == CX_I_NUMBERS && array_is_string(column->dtype))
        return array_refuse_text(column, name, err);
    if (!array_reserved_is_zero(column))
        return cx_i_fail(err, CX_E_OPTION, "column %s: zero the structure before filling it", name);
    if (column->length > 0 && array_is_string(column->dtype) && column->offsets == NULL)
        return cx_i_fail(err, CX_E_NULL, "column %s has no offsets", name);
    if (column->length > 0 && column->data == NULL && !array_is_string(column->dtype))
        return cx_i_fail(err, CX_E_NULL, "column %s has no data", name);
    if (column->dictionary != NULL) return array_check(column->dictionary, name, CX_I_KEYS, err);
    return CX_OK;
}

cx_status cx_i_array_check(const cx_array *column, const char *role, int accepts, cx_error *err) {
    if (column == NULL) return cx_i_fail(err, CX_E_NULL, "%s is missing", role);
    const char *name = cx_i_array_name(column, role);
    cx_status status = array_check(column, name, accepts, err);
    if (status != CX_OK && err != NULL) cx_i_text(err->column, sizeof err->column, "%s", name);
    return status;
}

cx_status cx_i_array_same_length(const cx_array *a, const char *role_a, const cx_array *b,
                                 const char *role_b, cx_error *err) {
    if (a->length == b->length) return CX_OK;
    return cx_i_fail(err, CX_E_LENGTH, "column %s has %d rows and column %s has %d",
                     cx_i_array_name(a, role_a), a->length, cx_i_array_name(b, role_b), b->length);
}

cx_status cx_i_frame_check(const cx_frame *frame, const char *role, int accepts, cx_error *err) {
    if (frame == NULL || (frame->columns == NULL && frame->count > 0))
        return cx_i_fail(err, CX_E_NULL, "%s is missing", role);
    if (frame->count < 1) return cx_i_fail(err, CX_E_EMPTY, "%s has no columns", role);
    for (int64_t i = 0; i < frame->count; i++) {
        const cx_array *column = &frame->columns[i];
        if (column->name == NULL)
            return cx_i_fail(err, CX_E_NAME, "column %d of %s has no name", i, role);
        CX_TRY(cx_i_array_check(column, role, accepts, err));
        CX_TRY(cx_i_array_same_length(&frame->columns[0], role, column, role, err));
        for (int64_t j = 0; j < i; j++)
            if (strcmp(frame->columns[j].name, column->name) == 0)
                return cx_i_fail(err, CX_E_NAME, "%s has two columns called %s", role,
                                 column->name);
    }
    return CX_OK;
}

static bool array_bit(const uint8_t *bits, int64_t position) {
    return (bits[position >> 3] >> (position & 7)) & 1;
}

bool cx_i_array_valid(const cx_array *column, int64_t row) {
    return column->validity == NULL || array_bit(column->validity, column->offset + row);
}

/* Elements of a strided view may be unaligned, hence memcpy. The first loop is for the compiler: it
 * becomes vector code. */
#define ARRAY_LOOP(type)                                                                           \
    for (int64_t i = 0; i < count && column->stride == (int64_t)sizeof(type); i++) {               \
        type element;                                                                              \
        memcpy(&element, p + i * (int64_t)sizeof element, sizeof element);                         \
        out[i] = (double)element;                                                                  \
    }                                                                                              \
    for (int64_t i = 0; i < count && column->stride != (int64_t)sizeof(type); i++) {               \
        type element;                                                                              \
        memcpy(&element, p + i * column->stride, sizeof element);                                  \
        out[i] = (double)element;                                                                  \
    }                                                                                              \
    break

static void array_read_bits(const cx_array *column, int64_t start, int64_t count, double *out) {
    for (int64_t i = 0; i < count; i++)
        out[i] = array_bit(column->data, column->offset + start + i) ? 1.0 : 0.0;
}

/* Days are int32, as in Arrow's date32. */
static int32_t array_storage(const cx_array *column) {
    if (column->dtype != CX_TIMESTAMP) return column->dtype;
    return column->unit == CX_DAYS ? CX_I32 : CX_I64;
}

static void array_read_values(const cx_array *column, int64_t start, int64_t count, double *out) {
    const char *p = (const char *)column->data + start * column->stride;
    switch (array_storage(column)) {
    case CX_I8:
        ARRAY_LOOP(int8_t);
    case CX_I16:
        ARRAY_LOOP(int16_t);
    case CX_I32:
        ARRAY_LOOP(int32_t);
    case CX_I64:
        ARRAY_LOOP(int64_t);
    case CX_U8:
        ARRAY_LOOP(uint8_t);
    case CX_U16:
        ARRAY_LOOP(uint16_t);
    case CX_U32:
        ARRAY_LOOP(uint32_t);
    case CX_U64:
        ARRAY_LOOP(uint64_t);
    case CX_F32:
        ARRAY_LOOP(float);
    case CX_F64:
        ARRAY_LOOP(double);
    case CX_BOOL:
        for (int64_t i = 0; i < count && column->stride == 1; i++) out[i] = (double)(p[i] != 0);
        for (int64_t i = 0; i < count && column->stride != 1; i++, p += column->stride)
            out[i] = (double)(*p != 0);
        break;
    case CX_BIT:
        array_read_bits(column, start, count, out);
        break;
    default:
        for (int64_t i = 0; i < count; i++) out[i] = NAN;
    }
}

void cx_i_array_read(const cx_array *column, int64_t start, int64_t count, double *out) {
    if (column->dtype == CX_F64 && column->stride == (int64_t)sizeof *out)
        memcpy(out, (const double *)column->data + start, (size_t)count * sizeof *out);
    else
        array_read_values(column, start, count, out);
    if (column->validity == NULL) return;
    for (int64_t i = 0; i < count; i++)
        if (!array_bit(column->validity, column->offset + start + i)) out[i] = NAN;
}

const double *cx_i_array_doubles(const cx_array *column, int64_t start, int64_t count,
                                 double *room) {
    bool here = column->dtype == CX_F64 && column->stride == sizeof(double) &&
                column->validity == NULL && (uintptr_t)column->data % sizeof(double) == 0;
    if (here) return (const double *)column->data + start;
    cx_i_array_read(column, start, count, room);
    return room;
}

int64_t cx_i_array_i64(const cx_array *column, int64_t row) {
    if (column->dtype == CX_BIT) return array_bit(column->data, column->offset + row);
    const char *p = (const char *)column->data + row * column->stride;
    int64_t wide = 0;
    switch (array_storage(column)) {
    case CX_I8:
        return *(const int8_t *)p;
    case CX_U8:
        return *(const uint8_t *)p;
    case CX_BOOL:
        return *p != 0;
    case CX_I16: {
        int16_t v;
        memcpy(&v, p, sizeof v);
        return v;
    }
    case CX_U16: {
        uint16_t v;
        memcpy(&v, p, sizeof v);
        return v;
    }
    case CX_I32: {
        int32_t v;
        memcpy(&v, p, sizeof v);
        return v;
    }
    case CX_U32: {
        uint32_t v;
        memcpy(&v, p, sizeof v);
        return v;
    }
    default:
        memcpy(&wide, p, sizeof wide);
        return wide;
    }
}

bool cx_i_array_present(const cx_array *column, int64_t row) {
    if (!cx_i_array_valid(column, row)) return false;
    if (column->dictionary == NULL) return true;
    int64_t code = cx_i_array_i64(column, row);
    if (code >= column->dictionary->length) return true; /* an error, for cx_i_array_text to say */
    return code >= 0 && cx_i_array_valid(column->dictionary, code);
}

/* The length is -1 where the offsets cannot be right. */
static const char *array_string(const cx_array *column, int64_t row, int64_t *length) {
    int64_t begin, end;
    if (column->dictionary != NULL)
        return array_string(column->dictionary, cx_i_array_i64(column, row), length);
    if (column->dtype == CX_STRING) {
        int32_t narrow[2];
        memcpy(narrow, (const char *)column->offsets + row * 4, sizeof narrow);
        begin = narrow[0], end = narrow[1];
    } else {
        int64_t wide[2];
        memcpy(wide, (const char *)column->offsets + row * 8, sizeof wide);
        begin = wide[0], end = wide[1];
    }
    bool sound = begin >= 0 && end >= begin && end - begin <= INT32_MAX &&
                 (column->data != NULL || end == begin);
    *length = sound ? end - begin : -1;
    return *length <= 0 ? "" : (const char *)column->data + begin;
}

cx_status cx_i_array_text(const cx_array *column, const char *role, int64_t row, const char **text,
                          int64_t *length, cx_error *err) {
    cx_array named = cx_i_array_named(column, role);
    if (column->dictionary != NULL && cx_i_array_i64(column, row) >= column->dictionary->length)
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, (double)cx_i_array_i64(column, row),
                            "code %d is outside its dictionary of %d words",
                            cx_i_array_i64(column, row), column->dictionary->length);
    *text = array_string(column, row, length);
    if (*length >= 0) return CX_OK;
    return cx_i_fail_at(err, CX_E_LENGTH, &named, row, NAN,
                        "the offsets of its text are impossible, or it exceeds 2 GiB");
}

cx_status cx_i_weight_check(const cx_array *weights, int64_t row, double weight, cx_error *err) {
    if (weight == 0 || (weight >= 1e-100 && weight <= 1e100)) return CX_OK;
    cx_array named = cx_i_array_named(weights, "weights");
    if (isnan(weight))
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, weight, "the weight is missing");
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, weight,
                        "%g is not a weight; weights are 0 or between 1e-100 and 1e100", weight);
}
