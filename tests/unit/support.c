#include "support.h"

bool close_relative(double actual, double expected, double tolerance) {
    if (isnan(expected)) return isnan(actual);
    if (isinf(expected) || expected == actual) return expected == actual;
    double scale = fabs(expected) > 1e-300 ? fabs(expected) : 1e-300;
    return fabs(actual - expected) <= tolerance * scale;
}

/* -- vectors ------------------------------------------------------------------------------- */

static char *support_read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    if (text != NULL) {
        size_t got = fread(text, 1, (size_t)size, file);
        text[got] = '\0';
    }
    fclose(file);
    return text;
}

/* Cuts one cell off, in place; `end` says what stopped it. Quotes are removed, "" stays a quote. */
static char *support_cell(char **cursor, char *end) {
    char *read = *cursor, *write = *cursor, *start = *cursor;
    bool quoted = false;
    for (; *read != '\0'; read++) {
        if (*read == '"' && quoted && read[1] == '"')
            *write++ = *++read;
        else if (*read == '"')
            quoted = !quoted;
        else if (!quoted && (*read == ',' || *read == '\n'))
            break;
        else if (*read != '\r')
            *write++ = *read;
    }
    *end = *read;
    *cursor = *read == '\0' ? read : read + 1;
    while (write > start && write[-1] == ' ') write--;
    *write = '\0';
    while (*start == ' ') start++;
    return start;
}

vectors vectors_read_path(const char *path) {
    vectors v = {0, 0, NULL, NULL, support_read_file(path)};
    ck_assert_msg(v.memory != NULL, "cannot read %s", path);
    int64_t capacity = 2;
    for (const char *c = v.memory; *c != '\0'; c++) capacity += *c == ',' || *c == '\n';
    char **all = calloc((size_t)capacity, sizeof *all);
    int64_t count = 0;
    char *cursor = v.memory, end = '\n';
    while (*cursor != '\0') {
        all[count++] = support_cell(&cursor, &end);
        if (end == '\n' && v.columns == 0) v.columns = count;
    }
    if (v.columns == 0) v.columns = count;
    ck_assert_msg(count % v.columns == 0, "%s: rows of unequal length", path);
    v.names = all;
    v.cells = all + v.columns;
    v.rows = count / v.columns - 1;
    return v;
}

vectors vectors_read(const char *name) {
    char path[1024];
    const char *folder = getenv("CX_VECTORS");
    snprintf(path, sizeof path, "%s/%s.csv", folder != NULL ? folder : "tests/vectors", name);
    return vectors_read_path(path);
}

const char *vectors_text(const vectors *v, int64_t row, const char *column) {
    for (int64_t i = 0; i < v->columns; i++)
        if (strcmp(v->names[i], column) == 0) return v->cells[row * v->columns + i];
    ck_abort_msg("no column %s", column);
    return NULL;
}

double vectors_number(const vectors *v, int64_t row, const char *column) {
    const char *text = vectors_text(v, row, column);
    return text[0] == '\0' ? (double)NAN : strtod(text, NULL);
}

void vectors_free(vectors *v) {
    free(v->names);
    free(v->memory);
    memset(v, 0, sizeof *v);
}

int32_t method_of(const char *word) {
    for (int32_t method = 0; method < CX_METHOD_END; method++)
        if (strcmp(cx_method_name(method), word) == 0) return method;
    ck_abort_msg("no method %s", word);
    return 0;
}

/* -- programs ------------------------------------------------------------------------------ */

int run_suite(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int64_t thinned(int64_t runs) {
    const char *thin = getenv("CX_THIN");
    int64_t divisor = thin == NULL ? 1 : atoll(thin);
    if (divisor <= 1) return runs;
    return runs > divisor ? runs / divisor : 1;
}

const char *shared_path(const char *relative, char *buffer, size_t size) {
    const char *folder = getenv("CX_SHARED");
    if (folder == NULL) {
        fprintf(stderr, "skipped: CX_SHARED does not name the folder with %s\n", relative);
        return NULL;
    }
    snprintf(buffer, size, "%s/%s", folder, relative);
    return buffer;
}

/* -- failing allocator --------------------------------------------------------------------- */

static bool fault_now(fault *f) {
    int64_t request = f->requests++;
    return f->fail_at >= 0 && (f->once ? request == f->fail_at : request >= f->fail_at);
}

static void *fault_allocate(void *context, size_t size) {
    fault *f = context;
    if (fault_now(f)) return NULL;
    f->live++;
    return malloc(size);
}

static void *fault_reallocate(void *context, void *memory, size_t size) {
    fault *f = context;
    if (fault_now(f)) return NULL;
    if (memory == NULL) f->live++;
    return realloc(memory, size);
}

static void fault_release(void *context, void *memory) {
    fault *f = context;
    if (memory != NULL) f->live--;
    free(memory);
}

cx_allocator fault_allocator(fault *f) {
    return (cx_allocator){fault_allocate, fault_reallocate, fault_release, f};
}

static int64_t fault_requests(fault_run *run, bool once) {
    for (int64_t at = 0; at < 10000; at++) {
        fault f = {0, 0, at, once};
        cx_allocator allocator = fault_allocator(&f);
        cx_error error;
        cx_error_init(&error);
        cx_status status = run(&allocator, &error);
        ck_assert_int_eq(f.live, 0);
        if (status == CX_OK) return at;
        ck_assert_msg(status == CX_E_MEMORY, "request %ld: %s", (long)at, error.text);
        ck_assert_str_eq(error.text, "out of memory");
    }
    ck_abort_msg("never succeeded");
    return 0;
}

void fault_each(fault_run *run, bool once, int64_t least) {
    int64_t requests = fault_requests(run, once);
    ck_assert_int_ge(requests, least);
    if (least == 0) ck_assert_int_eq(requests, 0);
}

void fault_everywhere(fault_run *run, int64_t least) {
    for (int once = 0; once < 2; once++) fault_each(run, once == 1, least);
}
