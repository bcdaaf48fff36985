#include "metric/joint.h"

#include "metric/compare.h"
#include "stat/linalg.h"

/* Joint states: their life, their components, merging. */

void cx_joint_options_init(cx_joint_options *options) {
    if (options == NULL) return;
    *options = (cx_joint_options){sizeof *options, CX_SCORE_NPS, 1, 5, 4, 2, 0, 0};
}

/* -- slots --------------------------------------------------------------------------------- */

int64_t cx_i_joint_pair(int64_t i, int64_t j) {
    return i > j ? CX_I_PAIR_SLOTS * (i * (i - 1) / 2 + j)
                 : CX_I_PAIR_SLOTS * (j * (j - 1) / 2 + i);
}

int64_t cx_i_joint_complete_one(const cx_joint *joint) {
    return CX_I_PAIR_SLOTS * (joint->k * (joint->k - 1) / 2);
}

int64_t cx_i_joint_complete_y(const cx_joint *joint, int64_t i) {
    return cx_i_joint_complete_one(joint) + 1 + i;
}

int64_t cx_i_joint_complete_yy(const cx_joint *joint, int64_t i, int64_t j) {
    size_t packed = i >= j ? cx_i_packed(i, j) : cx_i_packed(j, i);
    return cx_i_joint_complete_y(joint, joint->k) + (int64_t)packed;
}

int64_t cx_i_joint_everyone(const cx_joint *joint) {
    return joint->slots - 1;
}

double cx_i_joint_sum(const cx_joint *joint, int64_t slot, int power) {
    if (power == 0 || !joint->sums.weighted) return (double)joint->sums.plain[slot];
    return cx_i_sum_value(power == 1 ? &joint->sums.weight[slot] : &joint->sums.square[slot]);
}

/* -- life ---------------------------------------------------------------------------------- */

static void joint_lay_out(cx_joint *self, int64_t *plain, cx_i_sum *sums) {
    self->sums.plain = plain;
    self->sums.weight = sums;
    self->sums.square = sums + self->slots;
    self->scratch.plain = plain + self->slots;
    self->scratch.weight = sums + 2 * self->slots;
    self->scratch.square = sums + 3 * self->slots;
}

cx_status cx_i_joint_make(int64_t k, const cx_allocator *allocator, cx_joint **out, cx_error *err) {
    cx_allocator own = cx_i_allocator(allocator);
    cx_joint *self = cx_i_alloc(&own, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    self->allocator = own;
    self->k = k;
    self->slots = cx_i_joint_complete_yy(self, k, 0) + 1;
    self->component = cx_i_alloc_array(&own, k, sizeof *self->component);
    self->found = cx_i_alloc_array(&own, k, sizeof *self->found);
    self->codes = cx_i_alloc_array(&own, k, sizeof *self->codes);
    int64_t *plain = cx_i_alloc_array(&own, 2 * self->slots, sizeof *plain);
    cx_i_sum *sums = cx_i_alloc_array(&own, 4 * self->slots, sizeof *sums);
    joint_lay_out(self, plain, sums);
    self->block = cx_i_alloc_array(&own, CX_I_JOINT_BLOCKS(k) * CX_I_JOINT_BLOCK, sizeof(int16_t));
    if (self->component == NULL || self->found == NULL || self->codes == NULL ||
        self->block == NULL || plain == NULL || sums == NULL) {
        cx_joint_free(self);
        return cx_i_out_of_memory(err);
    }
    *out = self;
    return CX_OK;
}

void cx_joint_free(cx_joint *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    for (int64_t i = 0; i < self->k && self->component != NULL; i++) {
        cx_i_free(&allocator, self->component[i].name);
        cx_i_free(&allocator, self->component[i].read);
        cx_tally_free(self->component[i].tally);
    }
    cx_i_free(&allocator, self->component);
    cx_i_free(&allocator, self->found);
    cx_i_free(&allocator, self->codes);
    cx_i_free(&allocator, self->block);
    cx_i_free(&allocator, self->sums.plain);
    cx_i_free(&allocator, self->sums.weight);
    cx_i_free(&allocator, self);
}

void cx_i_joint_clear(cx_joint *self, cx_i_joint_sums *sums) {
    size_t slots = (size_t)self->slots;
    sums->rows = 0;
    sums->weighted = false;
    memset(sums->nobody, 0, sizeof sums->nobody);
    memset(sums->incomplete, 0, sizeof sums->incomplete);
    memset(sums->plain, 0, slots * sizeof *sums->plain);
    memset(sums->weight, 0, slots * sizeof *sums->weight);
    memset(sums->square, 0, slots * sizeof *sums->square);
}

void cx_joint_reset(cx_joint *self) {
    if (self == NULL) return;
    cx_i_joint_clear(self, &self->sums);
    for (int64_t i = 0; i < self->k; i++) cx_tally_reset(self->component[i].tally);
}

/* -- components ---------------------------------------------------------------------------- */

cx_status cx_i_joint_name(cx_joint *self, int64_t i, const char *name, int64_t length,
                          cx_error *err) {
    char *copy;
    CX_TRY(cx_i_name_copy(&self->allocator, i, name, length, &copy, err));
    self->component[i].name = copy;
    for (int64_t j = 0; j < i; j++)
        if (strcmp(copy, self->component[j].name) == 0)
            return cx_i_fail(err, CX_E_NAME, "the name %s is given twice", copy);
    return CX_OK;
}

static cx_status joint_check_cuts(const cx_joint_options *as, cx_error *err) {
    if (as->low >= as->high)
        return cx_i_fail(err, CX_E_OPTION,
                         "low reaches up to %d and high begins at %d: they overlap",
                         (int64_t)as->low, (int64_t)as->high);
    if (as->low < as->scale_min || as->high > as->scale_max)
        return cx_i_fail(
            err, CX_E_OPTION, "the cut points %d and %d do not lie on the scale %d to %d",
            (int64_t)as->low, (int64_t)as->high, (int64_t)as->scale_min, (int64_t)as->scale_max);
    return CX_OK;
}

/* What the options mean, with the lowest top box in `high`. */
static cx_status joint_resolve(const cx_joint_options *options, cx_joint_options *as,
                               cx_error *err) {
    CX_TRY(cx_i_options_take(options, as, sizeof *as, "cx_joint_options", err));
    if (as->reserved != 0)
        return cx_i_fail(err, CX_E_OPTION, "reserved is %d and must be 0", (int64_t)as->reserved);
    CX_TRY(cx_i_tally_check_scale(as->scale_min, as->scale_max, err));
    if (as->score == CX_SCORE_NPS) return joint_check_cuts(as, err);
    if (as->score == CX_SCORE_TOP_BOX) {
        as->low = 0;
        return cx_i_top_boxes(as->top, as->scale_min, as->scale_max, &as->high, err);
    }
    as->low = as->high = 0;
    if (as->score == CX_SCORE_MEAN) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "score is %d: net (0), mean (1) or top box (2)",
                     (int64_t)as->score);
}

static int16_t joint_reading(const cx_joint_options *as, int32_t step) {
    int32_t answer = as->scale_min + step;
    if (as->score == CX_SCORE_MEAN) return (int16_t)step;
    if (as->score == CX_SCORE_TOP_BOX) return answer >= as->high ? 1 : 0;
    return answer >= as->high ? 1 : answer <= as->low ? -1 : 0;
}

cx_status cx_i_joint_read_as(cx_joint *self, int64_t i, const cx_joint_options *options,
                             cx_error *err) {
    cx_i_component *component = &self->component[i];
    cx_joint_options as;
    cx_tally *tally;
    CX_TRY(joint_resolve(options, &as, err));
    int32_t levels = as.scale_max - as.scale_min + 1;
    int16_t *read = cx_i_alloc_array(&self->allocator, levels, sizeof *read);
    if (read == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_tally_new(as.scale_min, as.scale_max, 2, &self->allocator, &tally, err);
    if (status != CX_OK) {
        cx_i_free(&self->allocator, read);
        return status;
    }
    for (int32_t step = 0; step < levels; step++) read[step] = joint_reading(&as, step);
    cx_i_free(&self->allocator, component->read);
    cx_tally_free(component->tally);
    component->as = as;
    component->read = read;
    component->tally = tally;
    component->factor = as.score == CX_SCORE_NPS ? 100 : 1;
    component->origin = as.score == CX_SCORE_MEAN ? as.scale_min : 0;
    return CX_OK;
}

cx_status cx_i_joint_check_names(const cx_array *names, cx_error *err) {
    return cx_i_names_check_new(names, "components", CX_JOINT_COLUMNS, err);
}

static cx_status joint_fill(cx_joint *self, const cx_array *names, const cx_joint_options *options,
                            cx_error *err) {
    for (int64_t i = 0; i < self->k; i++) {
        const char *name;
        int64_t length;
        CX_TRY(cx_i_names_at(names, "names", i, &name, &length, err));
        CX_TRY(cx_i_joint_name(self, i, name, length, err));
        CX_TRY(cx_i_joint_read_as(self, i, options, err));
    }
    return CX_OK;
}

cx_status cx_joint_new(const cx_array *names, const cx_joint_options *options,
                       const cx_allocator *allocator, cx_joint **out, cx_error *err) {
    cx_joint_options defaults;
    cx_joint *self;
    cx_joint_options_init(&defaults);
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_joint_check_names(names, err));
    CX_TRY(cx_i_joint_make(names->length, allocator, &self, err));
    cx_status status = joint_fill(self, names, options != NULL ? options : &defaults, err);
    if (status == CX_OK)
        *out = self;
    else
        cx_joint_free(self);
    return status;
}

cx_status cx_joint_set(cx_joint *self, int64_t index, const cx_joint_options *options,
                       cx_error *err) {
    cx_joint_options defaults;
    cx_joint_options_init(&defaults);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (index < 0 || index >= self->k)
        return cx_i_fail(err, CX_E_NAME, "there are %d components, and none at %d", self->k, index);
    if (self->sums.rows > 0)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the state holds %d respondents already: readings are set before",
                         self->sums.rows);
    return cx_i_joint_read_as(self, index, options != NULL ? options : &defaults, err);
}

cx_status cx_i_joint_like(const cx_joint *self, const cx_allocator *allocator, cx_joint **out,
                          cx_error *err) {
    cx_joint *copy;
    cx_status status = CX_OK;
    CX_TRY(cx_i_joint_make(self->k, allocator, &copy, err));
    for (int64_t i = 0; i < self->k && status == CX_OK; i++) {
        const char *name = self->component[i].name;
        status = cx_i_joint_name(copy, i, name, (int64_t)strlen(name), err);
        if (status == CX_OK) status = cx_i_joint_read_as(copy, i, &self->component[i].as, err);
    }
    if (status == CX_OK)
        *out = copy;
    else
        cx_joint_free(copy);
    return status;
}

cx_status cx_joint_copy(const cx_joint *self, const cx_allocator *allocator, cx_joint **out,
                        cx_error *err) {
    cx_joint *copy;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_joint_like(self, allocator, &copy, err));
    cx_status status = cx_joint_merge(copy, self, err);
    if (status == CX_OK)
        *out = copy;
    else
        cx_joint_free(copy);
    return status;
}
