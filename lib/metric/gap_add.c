#include "metric/gap.h"

/* Pairs of answers as joint states: component i is the difference of item i, component m + i its
 * experience. */

static const char gap_suffix[] = " experience";

cx_status cx_i_gap_check(const cx_joint *joint, cx_error *err) {
    int64_t m = joint->k / 2;
    bool fits = joint->k % 2 == 0;
    for (int64_t i = 0; i < m && fits; i++) {
        const cx_i_component *gap = &joint->component[i], *experience = &joint->component[m + i];
        size_t length = strlen(gap->name);
        fits = gap->as.score == CX_SCORE_MEAN && experience->as.score == CX_SCORE_MEAN &&
               gap->as.scale_min == -gap->as.scale_max &&
               experience->as.scale_max - experience->as.scale_min == gap->as.scale_max &&
               strncmp(experience->name, gap->name, length) == 0 &&
               strcmp(experience->name + length, gap_suffix) == 0;
    }
    if (fits) return CX_OK;
    return cx_i_fail(err, CX_E_MISMATCH,
                     "this joint state does not hold expectations and experiences");
}

/* -- life ---------------------------------------------------------------------------------- */

static cx_status gap_fill(cx_joint *self, const cx_array *names, const cx_joint_options *gap,
                          const cx_joint_options *experience, cx_error *err) {
    int64_t m = names->length;
    for (int64_t i = 0; i < m; i++) {
        const char *name;
        int64_t length;
        CX_TRY(cx_i_names_at(names, "names", i, &name, &length, err));
        CX_TRY(cx_i_joint_name(self, i, name, length, err));
        CX_TRY(cx_i_joint_read_as(self, i, gap, err));
    }
    for (int64_t i = 0; i < m; i++) {
        const char *name = self->component[i].name;
        size_t length = strlen(name);
        char *longer = cx_i_alloc(&self->allocator, length + sizeof gap_suffix);
        if (longer == NULL) return cx_i_out_of_memory(err);
        memcpy(longer, name, length);
        memcpy(longer + length, gap_suffix, sizeof gap_suffix);
        cx_status status =
            cx_i_joint_name(self, m + i, longer, (int64_t)(length + sizeof gap_suffix - 1), err);
        cx_i_free(&self->allocator, longer);
        if (status != CX_OK) return status;
        CX_TRY(cx_i_joint_read_as(self, m + i, experience, err));
    }
    return CX_OK;
}

cx_status cx_gap_new(const cx_array *names, int32_t scale_min, int32_t scale_max,
                     const cx_allocator *allocator, cx_joint **out, cx_error *err) {
    cx_joint *self;
    cx_joint_options gap, experience;
    cx_joint_options_init(&experience);
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_joint_check_names(names, err));
    if (names->length > CX_GAP_ITEMS)
        return cx_i_fail(err, CX_E_LIMIT, "%d items are more than the %d one state can hold",
                         names->length, (int64_t)CX_GAP_ITEMS);
    CX_TRY(cx_i_tally_check_scale(scale_min, scale_max, err));
    if ((int64_t)scale_max - scale_min > CX_TALLY_MAX_LEVELS / 2 - 1)
        return cx_i_fail(err, CX_E_OPTION,
                         "a scale from %d to %d has more than the %d steps that "
                         "differences are kept for",
                         (int64_t)scale_min, (int64_t)scale_max, (int64_t)CX_TALLY_MAX_LEVELS / 2);
    experience.score = CX_SCORE_MEAN;
    experience.scale_min = scale_min, experience.scale_max = scale_max;
    gap = experience;
    gap.scale_max = scale_max - scale_min;
    gap.scale_min = -gap.scale_max;
    CX_TRY(cx_i_joint_make(2 * names->length, allocator, &self, err));
    cx_status status = gap_fill(self, names, &gap, &experience, err);
    if (status == CX_OK)
        *out = self;
    else
        cx_joint_free(self);
    return status;
}

/* -- adding -------------------------------------------------------------------------------- */

static bool gap_place(const cx_i_component *component, int step, bool rounded, const double *weight,
                      int16_t *y) {
    cx_tally *tally = component->tally;
    bool used = step >= 0 && (weight == NULL || *weight > 0);
    *y = used ? component->read[step] : CX_I_NO_ANSWER;
    return cx_i_cells_add(&tally->scratch, cx_i_tally_levels(tally), step, rounded, weight);
}

static cx_status gap_read_item(const cx_i_joint_source *source, cx_joint *target, int64_t i,
                               int64_t row, const double *value, const double *weight, int16_t *y,
                               int32_t *reason, cx_error *err) {
    int64_t m = source->count / 2;
    const cx_joint_options *scale = &target->component[m + i].as;
    int step[2];
    for (int side = 0; side < 2; side++) {
        cx_i_answers answers = {source->columns[side * m + i], source->weights, source->answers};
        CX_TRY(cx_i_answers_read(&answers, scale->scale_min, scale->scale_max, row, value[side],
                                 &step[side], err));
    }
    int left_out = step[0] < 0 ? step[0] : step[1] < 0 ? step[1] : 0;
    bool rounded = value[0] != floor(value[0]) || value[1] != floor(value[1]);
    int gap = left_out < 0 ? left_out : step[1] - step[0] + scale->scale_max - scale->scale_min;
    int experience = left_out < 0 ? left_out : step[1];
    if (left_out < 0)
        *reason = -1 - left_out;
    else if (weight != NULL && *weight == 0)
        *reason = CX_EXCLUDED_ZERO_WEIGHT;
    if (gap_place(&target->component[i], gap, rounded, weight, &y[i]) &&
        gap_place(&target->component[m + i], experience, rounded, weight, &y[m + i]))
        return CX_OK;
    return cx_i_joint_overflow(err);
}

static cx_status gap_read(const cx_i_joint_source *source, cx_joint *target, int64_t row, int64_t r,
                          const double *weight, int16_t *y, int32_t *reason, cx_error *err) {
    int64_t m = source->count / 2;
    if (weight != NULL) CX_TRY(cx_i_weight_check(source->weights, row, *weight, err));
    for (int64_t i = m; i-- > 0;) {
        const double value[] = {source->values[i * CX_I_JOINT_BLOCK + r],
                                source->values[(m + i) * CX_I_JOINT_BLOCK + r]};
        CX_TRY(gap_read_item(source, target, i, row, value, weight, y, reason, err));
    }
    return CX_OK;
}

cx_status cx_i_gap_source(cx_i_joint_source *source, const cx_joint *joint,
                          const cx_frame *expectation, const cx_frame *experience, cx_error *err) {
    int64_t m = joint->k / 2;
    CX_TRY(cx_i_gap_check(joint, err));
    source->count = joint->k;
    source->read = gap_read;
    CX_TRY(cx_i_joint_source_find(source, joint, m, expectation, "expectation", 0, err));
    CX_TRY(cx_i_joint_source_find(source, joint, m, experience, "experience", m, err));
    return cx_i_joint_source_open(source, &joint->allocator, err);
}

cx_status cx_gap_add(cx_joint *self, const cx_frame *expectation, const cx_frame *experience,
                     const cx_array *weights, const cx_answer_options *options, cx_error *err) {
    cx_answer_options plain;
    const cx_array *columns[CX_JOINT_COLUMNS];
    cx_answer_options_init(&plain);
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    cx_i_joint_source source = {
        .columns = columns, .weights = weights, .answers = options != NULL ? options : &plain};
    CX_TRY(cx_i_gap_source(&source, self, expectation, experience, err));
    cx_status status = cx_i_joint_source_add(&source, self, err);
    cx_i_joint_source_close(&source, &self->allocator);
    return status;
}
