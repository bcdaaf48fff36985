#include "survey/design.h"

#include "base/keys.h"

void cx_design_options_init(cx_design_options *options) {
    if (options == NULL) return;
    *options = (cx_design_options){
        .struct_size = sizeof *options, .lonely = CX_LONELY_FAIL, .seed = 1, .fay = 0.5};
}

const char *cx_lonely_name(int32_t lonely) {
    static const char *const names[] = {"fail", "remove", "certainty", "adjust", "average"};
    return lonely >= 0 && lonely < CX_LONELY_END ? names[lonely] : "unknown";
}

const char *cx_replicates_name(int32_t replicates) {
    static const char *const names[] = {"none", "jk1", "jkn", "brr", "fay", "bootstrap"};
    return replicates >= 0 && replicates < CX_REPLICATES_END ? names[replicates] : "unknown";
}

int64_t cx_design_rows(const cx_design *self) {
    return self == NULL ? 0 : self->rows;
}

int64_t cx_design_units(const cx_design *self) {
    return self == NULL ? 0 : self->stage[0].units;
}

int64_t cx_design_strata(const cx_design *self) {
    return self == NULL ? 0 : self->stage[0].strata;
}

int64_t cx_design_replicates(const cx_design *self) {
    return self == NULL ? 0 : self->replicates.count - self->replicates.lost;
}

int64_t cx_design_replicates_lost(const cx_design *self) {
    return self == NULL ? 0 : self->replicates.lost;
}

static void design_free_stage(const cx_allocator *allocator, cx_i_stage *stage) {
    cx_i_free(allocator, stage->unit);
    cx_i_free(allocator, stage->stratum);
    cx_i_free(allocator, stage->sampled);
    cx_i_free(allocator, stage->parent);
    cx_i_free(allocator, stage->fraction);
    cx_i_free(allocator, stage->first_row);
}

void cx_design_free(cx_design *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    for (int64_t s = 0; s < self->stages && self->stage != NULL; s++)
        design_free_stage(&allocator, &self->stage[s]);
    cx_i_replicates_free(self);
    if (self->residual.constraints != NULL) cx_i_solver_free(&self->residual);
    cx_weights_free(self->calibration);
    cx_i_free(&allocator, self->stage);
    cx_i_free(&allocator, self->weight);
    cx_i_free(&allocator, self);
}

/* -- units and strata ---------------------------------------------------------------------- */

/* Numbers each row by (within, column); either may be missing. Returns how many there are. */
static cx_status design_number(const cx_design *design, const int64_t *within,
                               const cx_array *column, int64_t *out, int64_t *count,
                               cx_error *err) {
    cx_array pair[2];
    int64_t used = 0;
    if (within != NULL) {
        pair[used] = cx_array_of(within, CX_I64, design->rows);
        pair[used++].name = "within";
    }
    if (column != NULL) pair[used++] = *column;
    if (used == 0) {
        memset(out, 0, (size_t)design->rows * sizeof *out);
        return *count = 1, CX_OK;
    }
    cx_frame by = {pair, used, {0, 0}};
    cx_i_keys keys;
    cx_i_keys_init(&keys, &design->allocator);
    cx_status status = cx_i_keys_bind(&keys, &by, err);
    if (status == CX_OK) status = cx_i_keys_read(&keys, &by, 0, design->rows, out, err);
    *count = keys.count;
    cx_i_keys_free(&keys);
    return status;
}

/* Units within strata: rows themselves without a column of clusters. */
static cx_status design_number_units(const cx_design *design, const int64_t *stratum,
                                     const cx_array *clusters, cx_i_stage *stage, cx_error *err) {
    if (clusters != NULL)
        return design_number(design, stratum, clusters, stage->unit, &stage->units, err);
    for (int64_t row = 0; row < design->rows; row++) stage->unit[row] = row;
    stage->units = design->rows;
    return CX_OK;
}

static cx_status design_stage_room(const cx_design *design, cx_i_stage *stage, bool later,
                                   cx_error *err) {
    const cx_allocator *a = &design->allocator;
    stage->stratum = cx_i_alloc_array(a, stage->units, sizeof *stage->stratum);
    stage->sampled = cx_i_alloc_array(a, stage->strata, sizeof *stage->sampled);
    stage->fraction = cx_i_alloc_array(a, stage->strata, sizeof *stage->fraction);
    stage->first_row = cx_i_alloc_array(a, stage->strata, sizeof *stage->first_row);
    if (later) stage->parent = cx_i_alloc_array(a, stage->strata, sizeof *stage->parent);
    if (stage->stratum == NULL || stage->sampled == NULL || stage->fraction == NULL ||
        stage->first_row == NULL || (later && stage->parent == NULL))
        return cx_i_out_of_memory(err);
    for (int64_t h = 0; h < stage->strata; h++) stage->first_row[h] = -1;
    return CX_OK;
}

static void design_link(const cx_design *design, int64_t s, const int64_t *stratum) {
    cx_i_stage *stage = &design->stage[s];
    for (int64_t u = 0; u < stage->units; u++) stage->stratum[u] = -1;
    for (int64_t row = 0; row < design->rows; row++) {
        int64_t unit = stage->unit[row], h = stratum[row];
        if (stage->first_row[h] < 0) {
            stage->first_row[h] = row;
            if (s > 0) stage->parent[h] = design->stage[s - 1].unit[row];
        }
        if (stage->stratum[unit] >= 0) continue;
        stage->stratum[unit] = h;
        stage->sampled[h]++;
    }
}

/* -- finite populations -------------------------------------------------------------------- */

static cx_status design_fraction(const cx_i_stage *stage, const cx_array *fpc, int64_t row,
                                 int64_t h, double value, bool shares, cx_error *err) {
    double sampled = (double)stage->sampled[h];
    if (!(value > 0))
        return cx_i_fail_at(err, CX_E_DOMAIN, fpc, row, value,
                            "the population of a stratum has to be above 0, and is %g", value);
    if (!shares && value < sampled)
        return cx_i_fail_at(err, CX_E_DOMAIN, fpc, row, value,
                            "the stratum has %d units in the sample and only %g in the population",
                            stage->sampled[h], value);
    double fraction = shares ? value : sampled / value;
    if (row == stage->first_row[h]) stage->fraction[h] = fraction;
    if (stage->fraction[h] == fraction) return CX_OK;
    return cx_i_fail_at(err, CX_E_MISMATCH, fpc, row, value,
                        "the population differs within the stratum: row %d has another one",
                        stage->first_row[h]);
}

static cx_status design_read_fpc(const cx_design *design, int64_t s, const int64_t *stratum,
                                 const cx_array *fpc, cx_error *err) {
    double values[CX_I_BLOCK];
    bool shares = true;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t start = 0; start < design->rows; start += CX_I_BLOCK) {
            int64_t left = design->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
            cx_i_array_read(fpc, start, count, values);
            for (int64_t i = 0; i < count; i++) {
                if (pass == 0) {
                    shares = shares && values[i] <= 1;
                    continue;
                }
                CX_TRY(design_fraction(&design->stage[s], fpc, start + i, stratum[start + i],
                                       values[i], shares, err));
            }
        }
    return CX_OK;
}

/* -- stages -------------------------------------------------------------------------------- */

typedef struct design_given {
    const cx_array *weights;
    const cx_frame *strata, *clusters, *fpc;
} design_given;

static const cx_array *design_column(const cx_frame *frame, int64_t stage) {
    return frame != NULL && stage < frame->count ? &frame->columns[stage] : NULL;
}

static cx_status design_make_stage(cx_design *design, int64_t s, const design_given *given,
                                   int64_t *stratum, cx_error *err) {
    cx_i_stage *stage = &design->stage[s];
    const int64_t *within = s > 0 ? design->stage[s - 1].unit : NULL;
    stage->unit = cx_i_alloc_array(&design->allocator, design->rows, sizeof *stage->unit);
    if (stage->unit == NULL) return cx_i_out_of_memory(err);
    CX_TRY(design_number(design, within, design_column(given->strata, s), stratum, &stage->strata,
                         err));
    CX_TRY(design_number_units(design, stratum, design_column(given->clusters, s), stage, err));
    CX_TRY(design_stage_room(design, stage, s > 0, err));
    design_link(design, s, stratum);
    const cx_array *fpc = design_column(given->fpc, s);
    return fpc == NULL ? CX_OK : design_read_fpc(design, s, stratum, fpc, err);
}

static cx_status design_make_stages(cx_design *design, const design_given *given, cx_error *err) {
    int64_t stages = given->clusters == NULL ? 1 : given->clusters->count;
    design->stage = cx_i_alloc_array(&design->allocator, stages, sizeof *design->stage);
    if (design->stage == NULL) return cx_i_out_of_memory(err);
    design->stages = stages;
    design->finite = given->fpc != NULL;
    int64_t *stratum = cx_i_alloc_array(&design->allocator, design->rows, sizeof *stratum);
    if (stratum == NULL) return cx_i_out_of_memory(err);
    cx_status status = CX_OK;
    for (int64_t s = 0; s < stages && status == CX_OK; s++)
        status = design_make_stage(design, s, given, stratum, err);
    cx_i_free(&design->allocator, stratum);
    return status;
}

/* -- weights ------------------------------------------------------------------------------- */

static cx_status design_weights(cx_design *design, const cx_array *weights, cx_error *err) {
    design->weight = cx_i_alloc_array(&design->allocator, design->rows, sizeof *design->weight);
    if (design->weight == NULL) return cx_i_out_of_memory(err);
    for (int64_t start = 0; start < design->rows; start += CX_I_BLOCK) {
        int64_t left = design->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        double *room = design->weight + start;
        if (weights != NULL) cx_i_array_read(weights, start, count, room);
        for (int64_t i = 0; i < count; i++) {
            if (design->calibration != NULL)
                room[i] = design->calibration->weight[start + i];
            else if (weights == NULL)
                room[i] = 1;
            else
                CX_TRY(cx_i_weight_check(weights, start + i, room[i], err));
            design->total += room[i];
        }
    }
    if (!(design->total > 0)) return cx_i_fail(err, CX_E_EMPTY, "no row has a weight");
    return CX_OK;
}

/* The factor by which calibration residuals are found. */
static cx_status design_factor(cx_design *design, cx_error *err) {
    cx_weights *w = design->calibration;
    cx_calibrate_options options;
    cx_calibrate_options_init(&options);
    cx_i_distance linear = {CX_DISTANCE_LINEAR, 0, (double)INFINITY};
    double *start = cx_i_alloc_array(&design->allocator, w->constraints.cells, sizeof *start);
    if (start == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_solver_new(&w->constraints, linear, &options, &design->residual, err);
    if (status == CX_OK) {
        cx_i_weights_collapse_start(w, start);
        cx_i_solver_factor(&design->residual, start);
    }
    cx_i_free(&design->allocator, start);
    return status;
}

/* -- the call ------------------------------------------------------------------------------ */

static cx_status design_check_frame(const cx_frame *frame, const char *role, int accepts,
                                    int64_t *rows, cx_error *err) {
    if (frame == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(frame, role, accepts, err));
    if (frame->count == 0 || frame->count > 4)
        return cx_i_fail(err, CX_E_OPTION, "%s has %d columns: one for each of 1 to 4 stages", role,
                         frame->count);
    if (*rows >= 0 && frame->columns[0].length != *rows)
        return cx_i_fail(err, CX_E_LENGTH, "%s has %d rows, not %d", role, frame->columns[0].length,
                         *rows);
    *rows = frame->columns[0].length;
    return CX_OK;
}

static cx_status design_check(const design_given *given, const cx_weights *calibration,
                              int64_t *rows, cx_error *err) {
    *rows = -1;
    if (calibration != NULL) {
        if (given->weights != NULL)
            return cx_i_fail(err, CX_E_OPTION,
                             "weights and calibration are both given: a calibration has weights");
        *rows = calibration->constraints.rows;
    }
    if (given->weights != NULL) {
        CX_TRY(cx_i_array_check(given->weights, "weights", CX_I_NUMBERS, err));
        *rows = given->weights->length;
    }
    CX_TRY(design_check_frame(given->strata, "strata", CX_I_KEYS, rows, err));
    CX_TRY(design_check_frame(given->clusters, "clusters", CX_I_KEYS, rows, err));
    CX_TRY(design_check_frame(given->fpc, "fpc", CX_I_NUMBERS, rows, err));
    if (*rows < 0)
        return cx_i_fail(err, CX_E_NULL,
                         "weights, strata, clusters, fpc and calibration are all missing: a design "
                         "needs one of them");
    if (*rows == 0) return cx_i_fail(err, CX_E_EMPTY, "the design has no row");
    int64_t stages = given->clusters == NULL ? 1 : given->clusters->count;
    if ((given->fpc != NULL && given->fpc->count > stages) ||
        (given->strata != NULL && given->strata->count > stages))
        return cx_i_fail(err, CX_E_OPTION, "strata and fpc have more stages than clusters (%d)",
                         stages);
    return CX_OK;
}

static cx_status design_make(cx_design *design, const design_given *given,
                             const cx_design_options *options, cx_error *err) {
    CX_TRY(design_make_stages(design, given, err));
    CX_TRY(design_weights(design, given->weights, err));
    if (design->calibration != NULL) CX_TRY(design_factor(design, err));
    return cx_i_replicates_make(design, options, err);
}

cx_status cx_design_new(const cx_array *weights, const cx_frame *strata, const cx_frame *clusters,
                        const cx_frame *fpc, const cx_weights *calibration,
                        const cx_design_options *options, cx_design **out, cx_error *err) {
    design_given given = {weights, strata, clusters, fpc};
    cx_design_options used;
    int64_t rows;
    cx_design_options_init(&used);
    CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_design_options", err));
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    if (used.lonely < 0 || used.lonely >= CX_LONELY_END)
        return cx_i_fail(err, CX_E_OPTION, "lonely is %d, which is not a cx_lonely",
                         (int64_t)used.lonely);
    CX_TRY(cx_i_replicates_check(&used, err));
    CX_TRY(design_check(&given, calibration, &rows, err));
    cx_allocator allocator = cx_i_allocator(used.allocator);
    cx_design *made = cx_i_alloc(&allocator, sizeof *made);
    if (made == NULL) return cx_i_out_of_memory(err);
    made->allocator = allocator;
    made->rows = rows;
    made->lonely = used.lonely;
    made->weighted = weights != NULL || calibration != NULL;
    if (calibration != NULL) {
        cx_i_weights_hold(calibration);
        made->calibration = (cx_weights *)calibration;
    }
    cx_status status = design_make(made, &given, &used, err);
    if (status != CX_OK) {
        cx_design_free(made);
        return status;
    }
    *out = made;
    return CX_OK;
}
