#include "business/driver_model.h"

#include "base/names.h"

/* The first driver with the same group as driver j; a driver without one is alone. */
static cx_status driver_group_like(const cx_array *groups, int64_t j, int64_t *out, cx_error *err) {
    const char *own, *other;
    int64_t own_length, length;
    *out = j;
    if (!cx_i_array_present(groups, j)) return CX_OK;
    CX_TRY(cx_i_array_text(groups, "groups", j, &own, &own_length, err));
    for (int64_t i = 0; i < j; i++) {
        if (!cx_i_array_present(groups, i)) continue;
        CX_TRY(cx_i_array_text(groups, "groups", i, &other, &length, err));
        if (length != own_length || memcmp(own, other, (size_t)length) != 0) continue;
        *out = i;
        return CX_OK;
    }
    return CX_OK;
}

static cx_status driver_group_name(cx_driver_fit *fit, const cx_array *groups, int64_t j,
                                   cx_error *err) {
    const char *text;
    int64_t length;
    if (!cx_i_array_present(groups, j)) return CX_OK;
    CX_TRY(cx_i_array_text(groups, "groups", j, &text, &length, err));
    char *copy = cx_i_driver_take(fit, length + 1, 1);
    if (copy == NULL) return cx_i_out_of_memory(err);
    memcpy(copy, text, (size_t)length);
    fit->group_name[fit->group[j]] = copy;
    return CX_OK;
}

static cx_status driver_number_groups(cx_driver_fit *fit, const cx_array *groups, cx_error *err) {
    for (int64_t j = 0; j < fit->p; j++) {
        int64_t like;
        CX_TRY(driver_group_like(groups, j, &like, err));
        fit->group[j] = like < j ? fit->group[like] : fit->groups++;
        if (like == j) CX_TRY(driver_group_name(fit, groups, j, err));
        fit->first[fit->group[j] + 1]++;
    }
    for (int64_t g = 0; g < fit->groups; g++) fit->first[g + 1] += fit->first[g];
    for (int64_t g = 0, at = 0; g < fit->groups; g++)
        for (int64_t j = 0; j < fit->p; j++)
            if (fit->group[j] == g) fit->member[at++] = j;
    return CX_OK;
}

cx_status cx_i_driver_groups(cx_driver_fit *fit, const cx_array *groups, const cx_array *drivers,
                             cx_error *err) {
    if (groups == NULL) return CX_OK;
    if (drivers == NULL)
        return cx_i_fail(err, CX_E_OPTION,
                         "groups has a row for each of drivers: name the drivers too");
    CX_TRY(cx_i_names_check(groups, "groups", err));
    CX_TRY(cx_i_array_same_length(groups, "groups", drivers, "drivers", err));
    fit->group = cx_i_driver_take(fit, fit->p, sizeof *fit->group);
    fit->first = cx_i_driver_take(fit, fit->p + 1, sizeof *fit->first);
    fit->member = cx_i_driver_take(fit, fit->p, sizeof *fit->member);
    fit->group_name = cx_i_driver_take(fit, fit->p, sizeof *fit->group_name);
    if (fit->group == NULL || fit->first == NULL || fit->member == NULL || fit->group_name == NULL)
        return cx_i_out_of_memory(err);
    return driver_number_groups(fit, groups, err);
}
