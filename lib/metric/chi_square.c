#include <cxkit/shares.h>
#include <cxkit/special.h>

#include "base/array.h"

#define CHI_SQUARE_FEW 5

typedef struct chi_square {
    const cx_frame *counts;
    double column[CX_CHI_SQUARE_CLASSES], n; /* totals */
} chi_square;

static cx_status chi_square_check(const cx_frame *counts, cx_error *err) {
    CX_TRY(cx_i_frame_check(counts, "counts", CX_I_NUMBERS, err));
    if (counts->count <= CX_CHI_SQUARE_CLASSES) return CX_OK;
    return cx_i_fail(err, CX_E_LIMIT, "there are %d classes, and %d are the most", counts->count,
                     (int64_t)CX_CHI_SQUARE_CLASSES);
}

static cx_status chi_square_count(chi_square *test, cx_error *err) {
    for (int64_t c = 0; c < test->counts->count; c++) {
        const cx_array *column = &test->counts->columns[c];
        for (int64_t r = 0; r < column->length; r++) {
            double count;
            cx_i_array_read(column, r, 1, &count);
            if (!(count >= 0) || count != floor(count) || count > 0x1p53)
                return cx_i_fail_at(err, CX_E_DOMAIN, column, r, count,
                                    "%g is no count; it has to be a whole number from 0 up", count);
            test->column[c] += count;
            test->n += count;
        }
    }
    if (test->n <= 0x1p53) return CX_OK;
    return cx_i_fail(err, CX_E_OVERFLOW, "the counts add up to more than 2^53");
}

static double chi_square_row(const chi_square *test, int64_t row) {
    double total = 0, count;
    for (int64_t c = 0; c < test->counts->count; c++) {
        cx_i_array_read(&test->counts->columns[c], row, 1, &count);
        total += count;
    }
    return total;
}

static void chi_square_add_row(const chi_square *test, int64_t row, cx_chi_square_test *out) {
    double total = chi_square_row(test, row), count;
    if (total == 0) return;
    out->groups++;
    for (int64_t c = 0; c < test->counts->count; c++) {
        if (test->column[c] == 0) continue;
        double expected = total / test->n * test->column[c];
        cx_i_array_read(&test->counts->columns[c], row, 1, &count);
        out->chi2 += (count - expected) * (count - expected) / expected;
        out->least_expected = fmin(out->least_expected, expected);
        out->few += expected < CHI_SQUARE_FEW;
    }
}

cx_status cx_chi_square(const cx_frame *counts, cx_chi_square_test *out, cx_error *err) {
    chi_square test = {.counts = counts};
    cx_chi_square_test found;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(chi_square_check(counts, err));
    CX_TRY(chi_square_count(&test, err));
    memset(&found, 0, sizeof found);
    found.least_expected = INFINITY;
    found.n = (int64_t)test.n;
    for (int64_t c = 0; c < counts->count; c++) found.classes += test.column[c] > 0;
    for (int64_t r = 0; r < counts->columns[0].length; r++) chi_square_add_row(&test, r, &found);
    if (found.groups < 2 || found.classes < 2)
        return cx_i_fail(err, CX_E_FEW,
                         "%d groups and %d classes hold anything; it takes two of each",
                         found.groups, found.classes);
    found.df = (double)(found.groups - 1) * (double)(found.classes - 1);
    found.p_value = cx_chisq_sf(found.chi2, found.df);
    if (found.few > 0) found.flags |= CX_FLAG_FEW;
    *out = found;
    return CX_OK;
}
