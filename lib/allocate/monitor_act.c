#include "allocate/monitor.h"

/* What a caller says about points: their references, the cycle, that an alarm was seen. */

/* -- baselines ----------------------------------------------------------------------------- */

typedef struct monitor_baselines {
    const cx_array *points, *column[4]; /* classes and invited */
    const char *role[4];
} monitor_baselines;

static cx_status monitor_check_baseline(const monitor_baselines *given, int64_t row,
                                        double value[4], cx_error *err) {
    for (int k = 0; k < 4; k++) {
        value[k] = -1;
        if (given->column[k] == NULL) continue;
        cx_array named = *given->column[k];
        named.name = cx_i_array_name(&named, given->role[k]);
        cx_i_array_read(&named, row, 1, &value[k]);
        if (!(value[k] >= 0 && value[k] <= 1e15))
            return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value[k],
                                "%g is not a number of answers from 0 to 1e15", value[k]);
    }
    double answered = value[0] + value[1] + value[2];
    cx_array promoters = *given->column[2];
    promoters.name = cx_i_array_name(&promoters, given->role[2]);
    if (!(value[0] + value[2] > 1e-9))
        return cx_i_fail_at(err, CX_E_DOMAIN, &promoters, row, value[2],
                            "a reference needs a detractor or a promoter");
    if (given->column[3] == NULL || value[3] >= answered) return CX_OK;
    cx_array invited = *given->column[3];
    invited.name = cx_i_array_name(&invited, given->role[3]);
    return cx_i_fail_at(err, CX_E_DOMAIN, &invited, row, value[3],
                        "%g were invited, and %g answered", value[3], answered);
}

static cx_status monitor_check_baselines(const cx_monitor *self, const monitor_baselines *given,
                                         cx_error *err) {
    CX_TRY(cx_i_monitor_check_points(self, given->points, err));
    for (int k = 0; k < 4; k++) {
        if (k == 3 && given->column[k] == NULL) continue;
        CX_TRY(cx_i_array_check(given->column[k], given->role[k], CX_I_NUMBERS, err));
        CX_TRY(
            cx_i_array_same_length(given->points, "points", given->column[k], given->role[k], err));
    }
    return CX_OK;
}

static void monitor_put_baseline(cx_monitor *self, int64_t i, const double value[4]) {
    cx_i_monitor_point *point = &self->points[i];
    const double counts[3] = {value[0], value[1], value[2]};
    if (!cx_i_monitor_freeze(self, i, counts, value[3])) return;
    point->alarm = point->rate_alarm = -1;
    point->window = point->recent = (cx_i_monitor_cell){{0, 0, 0}, 0};
}

cx_status cx_monitor_baseline(cx_monitor *self, const cx_array *points, const cx_array *detractors,
                              const cx_array *passives, const cx_array *promoters,
                              const cx_array *invited, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    const monitor_baselines given = {points,
                                     {detractors, passives, promoters, invited},
                                     {"detractors", "passives", "promoters", "invited"}};
    CX_TRY(monitor_check_baselines(self, &given, err));
    for (int pass = 0; pass < 2; pass++)
        for (int64_t row = 0; row < points->length; row++) {
            double value[4];
            int64_t position;
            CX_TRY(cx_i_monitor_find(self, points, row, 1, &position, err));
            CX_TRY(monitor_check_baseline(&given, row, value, err));
            if (pass == 1) monitor_put_baseline(self, position, value);
        }
    cx_i_monitor_follow(self);
    return CX_OK;
}

/* -- the cycle ----------------------------------------------------------------------------- */

cx_status cx_monitor_set_cycle(cx_monitor *self, const cx_array *offsets, cx_error *err) {
    double value[CX_MONITOR_MOST_CYCLE];
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_array_check(offsets, "offsets", CX_I_NUMBERS, err));
    if (offsets->length != self->options.cycle)
        return cx_i_fail(err, CX_E_LENGTH, "there are %d offsets for a cycle of %d periods",
                         offsets->length, (int64_t)self->options.cycle);
    cx_array named = cx_i_array_named(offsets, "offsets");
    for (int64_t k = 0; k < offsets->length; k++) {
        cx_i_array_read(offsets, k, 1, &value[k]);
        if (!(fabs(value[k]) <= 100))
            return cx_i_fail_at(err, CX_E_DOMAIN, &named, k, value[k],
                                "an offset is %g points; it must lie between -100 and 100",
                                value[k]);
    }
    for (int64_t k = 0; k < offsets->length; k++) {
        self->phases[k].offset = value[k] + 0.0;
        self->phases[k].se = 0;
    }
    self->cycle_known = offsets->length > 0;
    return CX_OK;
}

/* -- acknowledgement ----------------------------------------------------------------------- */

static void monitor_acknowledge_one(cx_monitor *self, int64_t i, int32_t action) {
    cx_i_monitor_point *point = &self->points[i];
    point->alarm = point->rate_alarm = -1;
    cx_i_monitor_restart(self, i);
    if (action == CX_ACKNOWLEDGE_KEEP) return;
    point->watching = 0;
    point->reference_n = 0;
    point->reference[0] = point->reference[1] = point->rate_reference = 0;
    if (self->upper != NULL) self->upper[2 * i] = self->upper[2 * i + 1] = 0;
}

cx_status cx_monitor_acknowledge(cx_monitor *self, const cx_array *points, int32_t action,
                                 cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_monitor_check_points(self, points, err));
    if (action < CX_ACKNOWLEDGE_KEEP || action > CX_ACKNOWLEDGE_LEARN)
        return cx_i_fail(err, CX_E_OPTION, "action is %d: keep (0) or learn (1)", (int64_t)action);
    for (int pass = 0; pass < 2; pass++)
        for (int64_t row = 0; row < points->length; row++) {
            int64_t position;
            CX_TRY(cx_i_monitor_find(self, points, row, 1, &position, err));
            if (pass == 1) monitor_acknowledge_one(self, position, action);
        }
    cx_i_monitor_follow(self);
    return CX_OK;
}
