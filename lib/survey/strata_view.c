#include "survey/strata.h"

/* A state laid out for estimates. */

/* -- room ---------------------------------------------------------------------------------- */

void cx_i_strata_view_free(cx_i_strata_view *v) {
    const cx_allocator *a = &v->allocator;
    cx_i_free(a, v->stage.sampled);
    cx_i_free(a, v->stage.fraction);
    cx_i_free(a, v->stratum);
    cx_i_free(a, v->unit);
    cx_i_free(a, v->domain);
    cx_i_free(a, v->member);
    cx_i_free(a, v->first);
    cx_i_free(a, v->row);
    cx_i_free(a, v->fit);
    cx_i_free(a, v->variance.sum);
    cx_i_free(a, v->variance.square);
    cx_i_free(a, v->variance.share);
    cx_i_free(a, v->sum);
    cx_i_free(a, v->square);
    cx_design_free(v->calibrated);
}

static cx_status view_room(cx_i_strata_view *v, cx_error *err) {
    const cx_allocator *a = &v->allocator;
    int64_t strata = v->stage.strata;
    v->stratum = cx_i_alloc_array(a, v->cells, sizeof *v->stratum);
    v->unit = cx_i_alloc_array(a, v->cells, sizeof *v->unit);
    v->domain = cx_i_alloc_array(a, v->cells, sizeof *v->domain);
    v->member = cx_i_alloc_array(a, v->cells, sizeof *v->member);
    v->stage.sampled = cx_i_alloc_array(a, strata, sizeof *v->stage.sampled);
    v->stage.fraction = cx_i_alloc_array(a, strata, sizeof *v->stage.fraction);
    v->variance.sum = cx_i_alloc_array(a, strata, sizeof *v->variance.sum);
    v->variance.square = cx_i_alloc_array(a, strata, sizeof *v->variance.square);
    v->variance.share = cx_i_alloc_array(a, strata, sizeof *v->variance.share);
    v->sum = cx_i_alloc_array(a, strata, sizeof *v->sum);
    v->square = cx_i_alloc_array(a, strata, sizeof *v->square);
    if (v->stratum == NULL || v->unit == NULL || v->domain == NULL || v->member == NULL ||
        v->stage.sampled == NULL || v->stage.fraction == NULL || v->variance.sum == NULL ||
        v->variance.square == NULL || v->variance.share == NULL || v->sum == NULL ||
        v->square == NULL)
        return cx_i_out_of_memory(err);
    for (int64_t h = 0; h < strata; h++) v->variance.share[h] = 1;
    return CX_OK;
}

/* -- strata and units ---------------------------------------------------------------------- */

/* Bytes of the first columns of a cell's key. */
static size_t view_lead(const cx_strata *self, const uint8_t *bytes, size_t size) {
    size_t used = 0;
    for (int64_t c = 0; c < cx_i_strata_lead(self); c++)
        used += cx_i_key_part_size(bytes + used, size - used, self->keys.columns[c].kind);
    return used;
}

/* Units: clusters, which stand together in key order, or rows. */
static void view_count(cx_i_strata_view *v) {
    const cx_strata *self = v->state;
    bool clusters = (self->form & CX_I_STRATA_CLUSTERS) != 0;
    const uint8_t *before = NULL;
    size_t before_lead = 0;
    for (int64_t i = 0; i < v->cells; i++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(&self->keys, self->order[i], &size);
        int64_t h = v->stratum[i] = cx_i_strata_of(self, bytes, size), fresh = 1;
        if (clusters) {
            size = view_lead(self, bytes, size);
            fresh = size != before_lead || memcmp(bytes, before, size) != 0;
            before = bytes, before_lead = size;
        } else {
            fresh = cx_i_strata_cell_rows(&self->cell[self->order[i]]);
        }
        v->stage.sampled[h] += fresh;
        v->stage.units += fresh;
        v->unit[i] = v->stage.units - 1;
    }
}

/* -- finite populations and lonely units --------------------------------------------------- */

static cx_status view_fraction(cx_i_strata_view *v, int64_t h, bool shares, cx_error *err) {
    char word[128];
    double sampled = (double)v->stage.sampled[h], population = v->state->population[h];
    v->stage.fraction[h] = shares ? population : sampled / population;
    if (shares || population >= sampled) return CX_OK;
    cx_i_strata_word(v->state, h, word, sizeof word);
    return cx_i_fail(err, CX_E_DOMAIN,
                     "the stratum %s has %d units in the sample and only %g in the population",
                     word, v->stage.sampled[h], population);
}

static cx_status view_fractions(cx_i_strata_view *v, cx_error *err) {
    bool shares = true;
    if (!(v->state->form & CX_I_STRATA_FINITE)) return CX_OK;
    for (int64_t h = 0; h < v->stage.strata; h++) shares = shares && v->state->population[h] <= 1;
    for (int64_t h = 0; h < v->stage.strata; h++) CX_TRY(view_fraction(v, h, shares, err));
    return CX_OK;
}

/* The variance would say so, but not by name. */
static cx_status view_check_lonely(const cx_i_strata_view *v, cx_error *err) {
    char word[128];
    if (v->design.lonely != CX_LONELY_FAIL) return CX_OK;
    for (int64_t h = 0; h < v->stage.strata; h++) {
        if (v->stage.sampled[h] != 1 || !(v->stage.fraction[h] < 1)) continue;
        cx_i_strata_word(v->state, h, word, sizeof word);
        return cx_i_fail(err, CX_E_FEW,
                         "the stratum %s has a single unit: it has no variance of its own; merge "
                         "strata, or choose a rule for lonely units",
                         word);
    }
    return CX_OK;
}

/* -- calibration --------------------------------------------------------------------------- */

cx_i_twofold cx_i_strata_value(const cx_i_wide_sum *sum) {
    double parts[4];
    cx_i_wide_parts(sum, parts);
    return cx_i_tf_add(cx_i_tf_sum(parts[0], parts[1]), cx_i_tf_sum(parts[2], parts[3]));
}

cx_status cx_i_strata_project(const cx_strata *self, int64_t dropped, cx_i_keys *keys,
                              int64_t *number, cx_error *err) {
    size_t size;
    if (!cx_i_mul_size(self->keys.bytes_used, 2, &size)) return cx_i_out_of_memory(err);
    uint8_t *room = cx_i_alloc(keys->allocator, size);
    cx_status status = room == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) status = cx_i_keys_bind_part(keys, &self->keys, dropped, err);
    for (int64_t i = 0; i < self->keys.count && status == CX_OK; i++) {
        size = cx_i_keys_project(&self->keys, dropped, self->order[i], room);
        status = cx_i_keys_put(keys, room, size, &number[i], err);
    }
    cx_i_free(keys->allocator, room);
    return status;
}

/* The calibration is of our table when it has its rows and started from its weights. */
static cx_status view_check_start(const cx_i_strata_view *v, const cx_weights *calibration,
                                  double *weight, cx_error *err) {
    const cx_strata *self = v->state;
    for (int64_t i = 0; i < v->cells; i++) {
        const cx_i_wide_sum *sum = cx_i_strata_at(self, self->order[i]);
        weight[v->row[i]] += cx_i_tf_double(cx_i_tf_add(cx_i_strata_value(&sum[CX_I_SUM_W]),
                                                        cx_i_strata_value(&sum[CX_I_SUM_OUT])));
    }
    for (int64_t row = 0; row < calibration->constraints.rows; row++) {
        double start = cx_i_weights_start(calibration, row);
        if (!(fabs(start - weight[row]) <= 1e-9 * weight[row]))
            return cx_i_fail(err, CX_E_MISMATCH,
                             "the calibration started from %g in row %d, and the weight there is "
                             "%g: calibrate the table of the cells, from its column weight",
                             start, row, weight[row]);
    }
    return CX_OK;
}

static cx_status view_rows(cx_i_strata_view *v, const cx_weights *calibration, cx_i_keys *keys,
                           cx_error *err) {
    const cx_allocator *a = &v->allocator;
    const cx_strata *self = v->state;
    CX_TRY(cx_i_strata_project(self, cx_i_strata_leading(self), keys, v->row, err));
    if (keys->count != calibration->constraints.rows)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the calibration has %d rows, and there are %d cells: calibrate the "
                         "table of the cells",
                         calibration->constraints.rows, keys->count);
    int64_t *order = cx_i_alloc_array(a, keys->count, sizeof *order);
    int64_t *place = cx_i_alloc_array(a, keys->count, sizeof *place);
    double *weight = cx_i_alloc_array(a, keys->count, sizeof *weight);
    bool made = order != NULL && place != NULL && weight != NULL;
    cx_status status = made ? CX_OK : cx_i_out_of_memory(err);
    if (made) {
        cx_i_keys_sort(keys, order);
        for (int64_t k = 0; k < keys->count; k++) place[order[k]] = k;
        for (int64_t i = 0; i < v->cells; i++) v->row[i] = place[v->row[i]];
        status = view_check_start(v, calibration, weight, err);
    }
    cx_i_free(a, order);
    cx_i_free(a, place);
    cx_i_free(a, weight);
    return status;
}

static cx_status view_calibrate(cx_i_strata_view *v, const cx_weights *calibration, cx_error *err) {
    cx_design_options options;
    cx_i_keys keys;
    if (calibration == NULL) return CX_OK;
    if (v->state->keys.column_count <= cx_i_strata_lead(v->state))
        return cx_i_fail(err, CX_E_OPTION, "a calibration needs a state with keys (by)");
    if (calibration->ratio == NULL)
        return cx_i_fail(err, CX_E_OPTION,
                         "trimmed weights differ within a cell: give bounds to cx_rake instead");
    cx_design_options_init(&options);
    options.allocator = &v->allocator;
    v->row = cx_i_alloc_array(&v->allocator, v->cells, sizeof *v->row);
    v->fit = cx_i_alloc_array(&v->allocator, calibration->constraints.cells, sizeof *v->fit);
    if (v->row == NULL || v->fit == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_init(&keys, &v->allocator);
    cx_status status = view_rows(v, calibration, &keys, err);
    cx_i_keys_free(&keys);
    CX_TRY(status);
    return cx_design_new(NULL, NULL, NULL, NULL, calibration, &options, &v->calibrated, err);
}

/* -- opening ------------------------------------------------------------------------------- */

static cx_status view_check(const cx_strata *self, int32_t figure, int32_t lonely, cx_error *err) {
    bool total = figure == CX_SURVEY_TOTAL && self->figure == CX_SURVEY_MEAN;
    if (figure != self->figure && !total)
        return cx_i_fail(err, CX_E_OPTION, "the state is of %s, and %s was asked for",
                         cx_survey_figure_name(self->figure), cx_survey_figure_name(figure));
    if (lonely < 0 || lonely >= CX_LONELY_END)
        return cx_i_fail(err, CX_E_OPTION, "lonely is %d, which is not a cx_lonely",
                         (int64_t)lonely);
    return CX_OK;
}

/* With the scale of the state in place of the options' own. */
static cx_status view_options(cx_i_strata_view *v, const cx_survey_options *options,
                              cx_error *err) {
    const cx_survey_options *scale = &v->state->scale;
    cx_survey_options given;
    cx_survey_options_init(&given);
    CX_TRY(cx_i_options_take(options, &given, sizeof given, "cx_survey_options", err));
    given.promoters = scale->promoters;
    given.detractors = scale->detractors;
    given.scale_min = scale->scale_min;
    given.scale_max = scale->scale_max;
    given.top = 0;
    if (v->figure == CX_SURVEY_CSAT)
        given.top = (int32_t)((int64_t)scale->scale_max - scale->promoters + 1);
    return cx_i_survey_check_options(&given, v->figure, &v->options, err);
}

static cx_status view_make(cx_i_strata_view *v, const cx_weights *calibration, cx_error *err) {
    if (v->cells == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no row");
    CX_TRY(view_room(v, err));
    view_count(v);
    CX_TRY(view_fractions(v, err));
    CX_TRY(view_check_lonely(v, err));
    return view_calibrate(v, calibration, err);
}

cx_status cx_i_strata_view_open(const cx_strata *self, int32_t figure, int32_t lonely,
                                const cx_weights *calibration, const cx_survey_options *options,
                                cx_i_strata_view *out, cx_error *err) {
    cx_i_strata_view v;
    memset(&v, 0, sizeof v);
    CX_TRY(view_check(self, figure, lonely, err));
    v.state = self;
    v.figure = figure;
    v.allocator = self->allocator;
    v.cells = self->keys.count;
    v.stage.strata = self->strata.count;
    v.design.lonely = lonely;
    CX_TRY(view_options(&v, options, err));
    cx_status status = view_make(&v, calibration, err);
    if (status != CX_OK) {
        cx_i_strata_view_free(&v);
        return status;
    }
    *out = v;
    return CX_OK;
}

/* -- domains ------------------------------------------------------------------------------- */

cx_status cx_i_strata_view_split(cx_i_strata_view *v, cx_i_keys *keys, int64_t dropped,
                                 cx_error *err) {
    v->domains = 1;
    if (keys != NULL) {
        CX_TRY(cx_i_strata_project(v->state, dropped, keys, v->domain, err));
        v->domains = keys->count;
    }
    v->first = cx_i_alloc_array(&v->allocator, v->domains + 1, sizeof *v->first);
    if (v->first == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < v->cells; i++) v->first[v->domain[i] + 1]++;
    for (int64_t d = 0; d < v->domains; d++) v->first[d + 1] += v->first[d];
    for (int64_t i = 0; i < v->cells; i++) v->member[v->first[v->domain[i]]++] = i;
    for (int64_t d = v->domains; d > 0; d--) v->first[d] = v->first[d - 1];
    v->first[0] = 0;
    return CX_OK;
}
