#include "metric/suppress.h"

#include "stat/estimate.h"

/* Small cells of tables whose rows are not tallies. */

cx_status cx_i_min_n_check(int64_t min_n, cx_error *err) {
    if (min_n >= 0) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "min_n is %d; it is a number of answers, or 0 for none",
                     min_n);
}

cx_status cx_i_min_n_one(int64_t n, int64_t min_n, cx_error *err) {
    if (n == 0 || n >= min_n) return CX_OK;
    return cx_i_fail(err, CX_E_SUPPRESSED,
                     "there are fewer answers than min_n = %d: too few to be "
                     "shown",
                     min_n);
}

static cx_status rows_suppress(const cx_i_keys *keys, const int64_t *order, const int64_t *n,
                               int64_t min_n, const cx_allocator *allocator, bool beside,
                               bool *hidden, cx_error *err) {
    cx_i_cube cube;
    memset(hidden, 0, (size_t)keys->count * sizeof *hidden);
    if (min_n < 2 || keys->count == 0) return CX_OK;
    CX_TRY(cx_i_cube_of_keys(keys, order, n, allocator, &cube, err));
    cx_status status = cx_i_cube_suppress(&cube, min_n, err);
    bool all = beside && status == CX_OK && cube.hidden[cube.entries - 1];
    for (int64_t i = 0; i < keys->count && status == CX_OK; i++)
        hidden[i] = cube.hidden[i] || (all && n[i] > 0);
    cx_i_cube_free(&cube);
    return status;
}

cx_status cx_i_rows_suppress(const cx_i_keys *keys, const int64_t *order, const int64_t *n,
                             int64_t min_n, const cx_allocator *allocator, bool *hidden,
                             cx_error *err) {
    return rows_suppress(keys, order, n, min_n, allocator, false, hidden, err);
}

cx_status cx_i_rows_suppress_beside(const cx_i_keys *keys, const int64_t *order, const int64_t *n,
                                    int64_t min_n, const cx_allocator *allocator, bool *hidden,
                                    cx_error *err) {
    return rows_suppress(keys, order, n, min_n, allocator, true, hidden, err);
}

cx_status cx_i_estimates_suppress(const cx_i_keys *keys, const int64_t *order, cx_estimate *rows,
                                  int64_t min_n, const cx_allocator *allocator, cx_error *err) {
    if (min_n < 2) return CX_OK;
    int64_t *n = cx_i_alloc_array(allocator, keys->count, sizeof *n);
    bool *hidden = cx_i_alloc_array(allocator, keys->count, sizeof *hidden);
    cx_status status = n == NULL || hidden == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t i = 0; i < keys->count && status == CX_OK; i++) n[i] = rows[i].n;
    if (status == CX_OK) status = cx_i_rows_suppress(keys, order, n, min_n, allocator, hidden, err);
    for (int64_t i = 0; i < keys->count && status == CX_OK; i++)
        if (hidden[i]) cx_i_estimate_hide(&rows[i]);
    cx_i_free(allocator, hidden);
    cx_i_free(allocator, n);
    return status;
}

void cx_i_parts_suppress(cx_estimate *rows, const double *part, int64_t count, int64_t min_n) {
    int64_t hidden = 0, least = -1;
    for (int64_t i = 0; i < count && min_n > 1; i++) {
        bool small = rows[i].n > 0 && rows[i].n < min_n;
        if (small) cx_i_estimate_hide(&rows[i]);
        if (small && part[i] > 0) hidden++;
    }
    for (int64_t i = 0; i < count && hidden == 1; i++) {
        if (rows[i].n <= 0 || rows[i].status == CX_E_SUPPRESSED || !(part[i] > 0)) continue;
        if (least < 0 || rows[i].n < rows[least].n) least = i;
    }
    if (least >= 0) cx_i_estimate_hide(&rows[least]);
}
