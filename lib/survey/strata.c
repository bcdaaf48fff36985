#include "survey/strata.h"

#define STRATA_FIRST_ROOM 16

const uint8_t cx_i_strata_reasons[CX_I_STRATA_REASONS] = {
    CX_EXCLUDED_MISSING, CX_EXCLUDED_OUT_OF_RANGE, CX_EXCLUDED_NON_INTEGER,
    CX_EXCLUDED_ZERO_WEIGHT};

/* -- life ---------------------------------------------------------------------------------- */

/* Only what tells values apart: then states that read alike are alike. */
static void strata_set_scale(cx_strata *self, const cx_survey_options *used) {
    bool net = self->figure == CX_SURVEY_NPS, csat = self->figure == CX_SURVEY_CSAT;
    memset(&self->scale, 0, sizeof self->scale);
    if (net || csat) {
        self->scale.promoters = used->promoters;
        self->scale.scale_min = used->scale_min;
        self->scale.scale_max = used->scale_max;
    }
    if (net) self->scale.detractors = used->detractors;
}

cx_status cx_strata_new(int32_t figure, const cx_survey_options *options,
                        const cx_allocator *allocator, cx_strata **out, cx_error *err) {
    cx_survey_options used;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    if (figure < 0 || figure >= CX_SURVEY_END)
        return cx_i_fail(err, CX_E_OPTION, "figure is %d, which is not a cx_survey_figure",
                         (int64_t)figure);
    CX_TRY(cx_i_survey_check_options(options, figure, &used, err));
    cx_allocator own = cx_i_allocator(allocator);
    cx_strata *made = cx_i_alloc(&own, sizeof *made);
    if (made == NULL) return cx_i_out_of_memory(err);
    made->allocator = own;
    made->figure = figure == CX_SURVEY_TOTAL ? CX_SURVEY_MEAN : figure;
    strata_set_scale(made, &used);
    cx_i_keys_init(&made->keys, &made->allocator);
    cx_i_keys_init(&made->strata, &made->allocator);
    *out = made;
    return CX_OK;
}

void cx_strata_reset(cx_strata *self) {
    if (self == NULL) return;
    cx_i_free(&self->allocator, self->cell);
    cx_i_free(&self->allocator, self->sum);
    cx_i_free(&self->allocator, self->order);
    cx_i_free(&self->allocator, self->population);
    cx_i_keys_free(&self->keys);
    cx_i_keys_free(&self->strata);
    cx_i_keys_init(&self->keys, &self->allocator);
    cx_i_keys_init(&self->strata, &self->allocator);
    self->cell = NULL;
    self->sum = NULL;
    self->order = NULL;
    self->population = NULL;
    self->room = self->strata_room = self->rows = 0;
    self->form = 0;
}

void cx_strata_free(cx_strata *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    cx_strata_reset(self);
    cx_i_free(&allocator, self);
}

cx_status cx_strata_copy(const cx_strata *self, const cx_allocator *allocator, cx_strata **out,
                         cx_error *err) {
    cx_strata *copy;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_strata_new(CX_SURVEY_MEAN, NULL, allocator, &copy, err));
    copy->figure = self->figure;
    copy->scale = self->scale;
    cx_status status = cx_strata_merge(copy, self, err);
    if (status == CX_OK)
        *out = copy;
    else
        cx_strata_free(copy);
    return status;
}

/* -- room ---------------------------------------------------------------------------------- */

int64_t cx_i_strata_sums(const cx_strata *self) {
    if (self->form & CX_I_STRATA_CLUSTERS) return CX_I_SUM_OUT2;
    if (self->figure == CX_SURVEY_NPS) return CX_I_SUM_W4 + 1;
    return self->figure == CX_SURVEY_RATIO ? CX_I_SUMS : CX_I_SUM_WWY;
}

int64_t cx_i_strata_lead(const cx_strata *self) {
    return self->form & CX_I_STRATA_CLUSTERS ? 2 : 1;
}

cx_i_wide_sum *cx_i_strata_at(const cx_strata *self, int64_t cell) {
    return self->sum + cell * cx_i_strata_sums(self);
}

int64_t cx_i_strata_cell_rows(const cx_i_strata_cell *cell) {
    int64_t rows = cell->n;
    for (int r = 0; r < CX_I_STRATA_REASONS; r++) rows += cell->excluded[r];
    return rows;
}

static int64_t strata_grown(int64_t room, int64_t count) {
    if (room < STRATA_FIRST_ROOM) room = STRATA_FIRST_ROOM;
    while (room < count) room *= 2;
    return room;
}

static cx_status strata_reserve_cells(cx_strata *self, int64_t count, cx_error *err) {
    const cx_allocator *a = &self->allocator;
    int64_t sums = cx_i_strata_sums(self), room = strata_grown(self->room, count);
    if (count <= self->room) return CX_OK;
    cx_i_strata_cell *cell = cx_i_alloc_array(a, room, sizeof *cell);
    cx_i_wide_sum *sum = cx_i_alloc_array(a, room, (size_t)sums * sizeof *sum);
    int64_t *order = cx_i_alloc_array(a, room, sizeof *order);
    if (cell == NULL || sum == NULL || order == NULL) {
        cx_i_free(a, cell);
        cx_i_free(a, sum);
        cx_i_free(a, order);
        return cx_i_out_of_memory(err);
    }
    size_t used = (size_t)(self->keys.count < self->room ? self->keys.count : self->room);
    if (used > 0) {
        memcpy(cell, self->cell, used * sizeof *cell);
        memcpy(sum, self->sum, used * (size_t)sums * sizeof *sum);
        memcpy(order, self->order, used * sizeof *order);
    }
    cx_i_free(a, self->cell);
    cx_i_free(a, self->sum);
    cx_i_free(a, self->order);
    self->cell = cell;
    self->sum = sum;
    self->order = order;
    self->room = room;
    return CX_OK;
}

cx_status cx_i_strata_reserve(cx_strata *self, int64_t cells, int64_t strata, cx_error *err) {
    CX_TRY(strata_reserve_cells(self, cells, err));
    if (strata <= self->strata_room) return CX_OK;
    int64_t room = strata_grown(self->strata_room, strata);
    double *population = cx_i_alloc_array(&self->allocator, room, sizeof *population);
    if (population == NULL) return cx_i_out_of_memory(err);
    int64_t used = self->strata.count < self->strata_room ? self->strata.count : self->strata_room;
    if (used > 0) memcpy(population, self->population, (size_t)used * sizeof *population);
    cx_i_free(&self->allocator, self->population);
    self->population = population;
    self->strata_room = room;
    return CX_OK;
}

/* -- strata -------------------------------------------------------------------------------- */

void cx_i_strata_word(const cx_strata *self, int64_t stratum, char *out, size_t size) {
    size_t length;
    cx_i_key_part part;
    char text[128];
    const uint8_t *bytes = cx_i_keys_bytes(&self->strata, stratum, &length);
    if (length >= sizeof text) { /* its beginning */
        memcpy(text, bytes + 1, 100);
        text[100] = '\0';
        cx_i_text(out, size, "%s...", text);
        return;
    }
    cx_i_key_parse(bytes, length, self->strata.columns[0].kind, text, &part);
    text[part.length] = '\0';
    if (part.missing)
        cx_i_text(out, size, "without a name");
    else if (self->strata.columns[0].kind == CX_I_KEY_TEXT)
        cx_i_text(out, size, "%s", text);
    else
        cx_i_text(out, size, "%d", part.number);
}

cx_status cx_i_strata_other_population(const cx_strata *self, int64_t stratum, double other,
                                       cx_error *err) {
    char word[128];
    cx_i_strata_word(self, stratum, word, sizeof word);
    return cx_i_fail(err, CX_E_MISMATCH,
                     "the population of the stratum %s is %g here and %g there: fpc has to be the "
                     "same for all its rows",
                     word, self->population[stratum], other);
}

int64_t cx_i_strata_of(const cx_strata *self, const uint8_t *bytes, size_t size) {
    size = cx_i_key_part_size(bytes, size, self->keys.columns[0].kind);
    return cx_i_keys_find(&self->strata, bytes, size);
}

int64_t cx_i_strata_behind(const cx_strata *self, int64_t columns) {
    return ((int64_t)1 << (self->keys.column_count - columns)) - 1;
}

int64_t cx_i_strata_leading(const cx_strata *self) {
    return cx_i_strata_behind(self, 0) - cx_i_strata_behind(self, cx_i_strata_lead(self));
}

/* -- merging: first all that can fail, then the commit ------------------------------------- */

static cx_status strata_check_form(const cx_strata *self, const cx_strata *other, cx_error *err) {
    const cx_survey_options *a = &self->scale, *b = &other->scale;
    if (self->figure != other->figure)
        return cx_i_fail(err, CX_E_MISMATCH, "one state is of %s, the other of %s",
                         cx_survey_figure_name(self->figure), cx_survey_figure_name(other->figure));
    if (a->promoters != b->promoters || a->detractors != b->detractors ||
        a->scale_min != b->scale_min || a->scale_max != b->scale_max)
        return cx_i_fail(err, CX_E_MISMATCH, "the scales or their cuts differ");
    if (self->form == 0 || other->form == 0) return CX_OK;
    uint32_t differs = (self->form ^ other->form) & CX_I_STRATA_FORM;
    if (differs != 0)
        return cx_i_fail(err, CX_E_MISMATCH, "one has %s and the other has not",
                         differs & CX_I_STRATA_STRATA     ? "strata"
                         : differs & CX_I_STRATA_CLUSTERS ? "clusters"
                                                          : "finite populations (fpc)");
    if (cx_i_keys_same_columns(&self->keys, &other->keys)) return CX_OK;
    return cx_i_fail(err, CX_E_MISMATCH,
                     "strata, clusters or keys (by) differ in number, name or kind");
}

static int64_t strata_find(const cx_i_keys *mine, const cx_i_keys *other, int64_t key) {
    size_t size;
    const uint8_t *bytes = cx_i_keys_bytes(other, key, &size);
    return cx_i_keys_find(mine, bytes, size);
}

static cx_status strata_check_sums(const cx_strata *self, const cx_strata *other, int64_t *fresh,
                                   cx_error *err) {
    for (int64_t key = 0; key < other->keys.count; key++) {
        int64_t mine = strata_find(&self->keys, &other->keys, key);
        if (mine < 0) {
            ++*fresh;
            continue;
        }
        for (int64_t i = 0; i < cx_i_strata_sums(other); i++)
            if (!cx_i_wide_fits(cx_i_strata_at(self, mine) + i, cx_i_strata_at(other, key) + i))
                return cx_i_fail(err, CX_E_OVERFLOW, "a sum would exceed 1.7e38");
    }
    return CX_OK;
}

static cx_status strata_check_merge(const cx_strata *self, const cx_strata *other, int64_t *cells,
                                    int64_t *strata, cx_error *err) {
    int64_t rows;
    CX_TRY(strata_check_form(self, other, err));
    if (!cx_i_add_i64(self->rows, other->rows, &rows))
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^63 rows");
    for (int64_t key = 0; key < other->strata.count; key++) {
        int64_t mine = strata_find(&self->strata, &other->strata, key);
        if (mine < 0)
            ++*strata;
        else if (self->population[mine] != other->population[key])
            return cx_i_strata_other_population(self, mine, other->population[key], err);
    }
    return strata_check_sums(self, other, cells, err);
}

static cx_status strata_prepare(cx_strata *self, const cx_strata *other, int64_t cells,
                                int64_t strata, cx_error *err) {
    uint32_t form = self->form;
    self->form |= other->form; /* the number of sums follows from it */
    cx_status status =
        cx_i_strata_reserve(self, self->keys.count + cells, self->strata.count + strata, err);
    if (status == CX_OK)
        status = cx_i_keys_reserve(&self->keys, cells, other->keys.bytes_used, err);
    if (status == CX_OK)
        status = cx_i_keys_reserve(&self->strata, strata, other->strata.bytes_used, err);
    if (status == CX_OK) status = cx_i_keys_bind_like(&self->strata, &other->strata, err);
    if (status == CX_OK) status = cx_i_keys_bind_like(&self->keys, &other->keys, err);
    if (status != CX_OK && form == 0)
        cx_strata_reset(self);
    else if (status != CX_OK)
        self->form = form;
    return status;
}

static void strata_merge_cell(cx_strata *self, int64_t mine, const cx_strata *other, int64_t key) {
    cx_i_strata_cell *cell = &self->cell[mine];
    const cx_i_strata_cell *more = &other->cell[key];
    cell->n += more->n;
    for (int r = 0; r < CX_I_STRATA_REASONS; r++) cell->excluded[r] += more->excluded[r];
    for (int64_t i = 0; i < cx_i_strata_sums(self); i++)
        cx_i_wide_merge(cx_i_strata_at(self, mine) + i, cx_i_strata_at(other, key) + i);
}

cx_status cx_strata_merge(cx_strata *self, const cx_strata *other, cx_error *err) {
    int64_t fresh = 0, strata = 0, mine = 0;
    size_t size;
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    CX_TRY(strata_check_merge(self, other, &fresh, &strata, err));
    CX_TRY(strata_prepare(self, other, fresh, strata, err));
    int64_t cells = other->keys.count;
    for (int64_t key = 0; key < other->strata.count; key++) {
        const uint8_t *bytes = cx_i_keys_bytes(&other->strata, key, &size);
        CX_TRY(cx_i_keys_put(&self->strata, bytes, size, &mine, err));
        self->population[mine] = other->population[key];
    }
    for (int64_t key = 0; key < cells; key++) {
        const uint8_t *bytes = cx_i_keys_bytes(&other->keys, key, &size);
        CX_TRY(cx_i_keys_put(&self->keys, bytes, size, &mine, err));
        strata_merge_cell(self, mine, other, key);
    }
    self->rows += other->rows;
    if (fresh > 0) cx_i_keys_sort(&self->keys, self->order);
    return CX_OK;
}

/* -- questions ----------------------------------------------------------------------------- */

static bool strata_same_cell(const cx_strata *a, const cx_strata *b, int64_t index) {
    size_t size_a, size_b;
    int64_t i = a->order[index], j = b->order[index];
    const uint8_t *bytes_a = cx_i_keys_bytes(&a->keys, i, &size_a);
    const uint8_t *bytes_b = cx_i_keys_bytes(&b->keys, j, &size_b);
    size_t sums = (size_t)cx_i_strata_sums(a) * sizeof(cx_i_wide_sum);
    return size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0 &&
           memcmp(&a->cell[i], &b->cell[j], sizeof *a->cell) == 0 &&
           memcmp(cx_i_strata_at(a, i), cx_i_strata_at(b, j), sums) == 0;
}

int cx_strata_equal(const cx_strata *a, const cx_strata *b) {
    if (a == NULL || b == NULL || a->form != b->form || a->keys.count != b->keys.count ||
        a->strata.count != b->strata.count || strata_check_form(a, b, NULL) != CX_OK)
        return 0;
    for (int64_t h = 0; h < a->strata.count; h++) {
        int64_t other = strata_find(&b->strata, &a->strata, h);
        if (other < 0 || a->population[h] != b->population[other]) return 0;
    }
    for (int64_t i = 0; i < a->keys.count; i++)
        if (!strata_same_cell(a, b, i)) return 0;
    return 1;
}

int32_t cx_strata_figure(const cx_strata *self) {
    return self == NULL ? -1 : self->figure;
}

int64_t cx_strata_rows(const cx_strata *self) {
    return self == NULL ? 0 : self->rows;
}

int64_t cx_strata_size(const cx_strata *self) {
    return self == NULL ? 0 : self->strata.count;
}
