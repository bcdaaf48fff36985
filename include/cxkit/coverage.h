#ifndef CXKIT_COVERAGE_H
#define CXKIT_COVERAGE_H

#include <cxkit/alloc.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup coverage Coverage
 *
 * Which encounters nobody was asked about.
 * @{
 */

/** Options of cx_coverage. */
typedef struct cx_coverage_options {
    uint32_t struct_size;          /**< set by cx_coverage_options_init */
    int32_t reserved;              /**< zero */
    double confidence;             /**< default 0.95 */
    const cx_allocator *allocator; /**< of the result and of all scratch; NULL: malloc and free */
    int64_t min_n; /**< fewest encounters of a kind that is shown; default 0: all are */
} cx_coverage_options;

/** @brief The defaults: 95 %. */
CX_API void cx_coverage_options_init(cx_coverage_options *options);

/** @brief How much of each kind of encounter was asked about, and how well the asked stand for all.
 *
 * A row is an encounter, or a number of them. A kind in which nobody was asked has no response rate
 * at all, not one of zero. The gap of a kind is its share of the asked less its share of all
 * encounters, q - p = (1 - A/C)(q - r) with r its share of those not asked: two independent groups,
 * so the interval is that of a difference of shares [Newcombe1998], scaled.
 *
 * @param      by        what an encounter is told by: touchpoint, channel, mode, hour
 * @param      contacts  encounters of each row, whole and >= 0; NULL: 1
 * @param      asked     those asked about: 0 or 1, or a number up to contacts
 * @param      answered  those who answered: up to asked; NULL: not known
 * @param      options   NULL for the defaults
 * @param[out] out       a row for each kind, those never asked first, the larger before the
 *                       smaller, then from the least to the most represented: the key columns;
 *                       contacts, asked, answered; share_asked of the contacts and share_answered
 *                       of the asked, each with _ci_low and _ci_high (Wilson; null where there is
 *                       nothing to divide by); share_of_contacts, share_of_asked, gap with limits;
 *                       status: CX_OK, CX_E_EMPTY where nobody was asked, or CX_E_SUPPRESSED.
 * Figures: contacts, asked, answered, share_asked and share_answered with limits, keys,
 *                       keys_never_asked, contacts_never_asked, share_never_asked with limits,
 *                       dissimilarity (half the sum of absolute gaps: the share of the asked that
 *                       would have to come from other kinds), missing (rows with a null, left out)
 * @param      err       may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    a number that is negative, infinite or not whole, more asked than
 *                        encountered, or more answered than asked
 * @retval CX_E_OVERFLOW  more than 2^63 encounters
 * @retval CX_E_EMPTY     no encounter
 * @retval CX_E_SUPPRESSED  fewer than min_n encounters in all
 *
 * min_n hides kinds by their encounters as in cx_nps_by, and puts them last: the place of a kind
 * tells of its gap. With hidden kinds there is no dissimilarity; and where some of them were asked
 * about and some not, so that keys_never_asked and contacts_never_asked would tell of fewer than
 * two kinds or min_n encounters, these and share_never_asked are missing too.
 *
 * Cost: linear; memory by kinds, not rows. Randomness: none. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_coverage(const cx_frame *by, const cx_array *contacts,
                                          const cx_array *asked, const cx_array *answered,
                                          const cx_coverage_options *options, cx_table **out,
                                          cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
