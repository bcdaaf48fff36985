#ifndef CXKIT_STRATA_H
#define CXKIT_STRATA_H

#include <cxkit/survey.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup strata Survey sums
 *
 * What an estimate under a design follows from, as a state that adds up: sums for each stratum,
 * first-stage cluster and key. Rows that lie on many machines give the figures, and the errors,
 * that they give in one place; the same bytes for any split and any order of the same rows. Without
 * clusters, memory follows the strata and keys, not the rows.
 * @{
 */

/** Survey sums of one figure. */
typedef struct cx_strata cx_strata;

/** @brief Makes an empty state.
 *
 * @param      figure     a cx_survey_figure; the state of a mean is that of a total
 * @param      options    of these only the scale is kept: promoters, detractors, scale_min,
 *                        scale_max, top. NULL for the defaults
 * @param      allocator  kept by the state; NULL = malloc
 * @param[out] out        owned by the caller: cx_strata_free
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_strata_new(int32_t figure, const cx_survey_options *options,
                                            const cx_allocator *allocator, cx_strata **out,
                                            cx_error *err);

/** @brief Releases the state. NULL is ignored. */
CX_API void cx_strata_free(cx_strata *self);

/** @brief Forgets what was added; the figure and its scale stay. */
CX_API void cx_strata_reset(cx_strata *self);

/** @brief A second state with the same content. */
CX_API CX_NODISCARD cx_status cx_strata_copy(const cx_strata *self, const cx_allocator *allocator,
                                             cx_strata **out, cx_error *err);

/** @brief Adds rows.
 *
 * The first call settles which of strata, clusters, fpc and by there are; later calls have to
 * agree. Rows whose value is not used stay in the design, as in cx_survey_mean. Without clusters
 * every row is a unit of its own, so each row may be added only once. The rows of a cluster may lie
 * on several machines.
 *
 * Weights and values enter as exact products, on a grid of 2^-64 (2^-144 for products below 2^-12).
 * Net scores without clusters also need the sum of w^4, for their degrees of freedom: weights
 * should lie between 1e-9 and 1e9. Larger ones end in an error; smaller ones lose digits of the
 * degrees of freedom, never of the figure or its error.
 *
 * @param self         unchanged unless CX_OK
 * @param y            one number for each row; null and NaN are left out and counted
 * @param denominator  of a ratio; NULL for other figures
 * @param weights      >= 0; NULL for 1. With a calibration to come, the start weights
 * @param strata       the stratum of each row, told apart as keys; NULL for none
 * @param clusters     the first-stage cluster, told apart within its stratum; NULL for none
 * @param fpc          units that the row's stratum has in the population, or the share of them that
 *                     was drawn (all <= 1); NULL for large populations
 * @param by           keys: domains, and the categories of a calibration; NULL for none
 * @param err          may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN    an infinite value, a bad weight, a population that is not above 0
 * @retval CX_E_MISMATCH  other columns than those of the first call, or fpc differs within a
 * stratum
 * @retval CX_E_OVERFLOW  a sum of squares, or of w^4, above 1.7e38
 *
 * Cost: O(rows) expected, one set of sums for each new key. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_strata_add(cx_strata *self, const cx_array *y,
                                            const cx_array *denominator, const cx_array *weights,
                                            const cx_array *strata, const cx_array *clusters,
                                            const cx_array *fpc, const cx_frame *by, cx_error *err);

/** @brief Adds another state of the same figure, scale and columns.
 *
 * @param self   unchanged unless CX_OK
 * @param other  may be self
 * @param err    may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MISMATCH | CX_E_OVERFLOW | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_strata_merge(cx_strata *self, const cx_strata *other,
                                              cx_error *err);

/** @brief true when both hold the same content; false for NULL. */
CX_API int cx_strata_equal(const cx_strata *a, const cx_strata *b);

/** @brief The cx_survey_figure that the sums are for, mean for totals; -1 for NULL. */
CX_API int32_t cx_strata_figure(const cx_strata *self);

/** @brief Rows added; 0 for NULL. */
CX_API int64_t cx_strata_rows(const cx_strata *self);

/** @brief Strata seen; 0 for NULL. */
CX_API int64_t cx_strata_size(const cx_strata *self);

/** @brief The figure of all rows, as cx_survey_mean and its like give it for the same rows.
 *
 * @param      self         the state
 * @param      figure       the state's own; a state of means also has totals
 * @param      lonely       a cx_lonely: what happens to a stratum with a single unit
 * @param      calibration  weights that cx_rake and the like gave for the table of
 *                          cx_strata_cells, with its column weight as start weights; NULL for none
 * @param      options      NULL for the defaults; the scale is the state's, whatever these say
 * @param[out] out          written only on CX_OK
 * @param      err          may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_EMPTY       no row with a value and a weight
 * @retval CX_E_FEW         a stratum with a single unit when those are errors
 * @retval CX_E_DOMAIN      a stratum that is smaller than its sample, a denominator of 0
 * @retval CX_E_MISMATCH    a calibration of something else
 * @retval CX_E_SUPPRESSED  fewer than min_n answers
 *
 * Cost: O(cells + strata). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_strata_estimate(const cx_strata *self, int32_t figure,
                                                 int32_t lonely, const cx_weights *calibration,
                                                 const cx_survey_options *options,
                                                 cx_survey_estimate *out, cx_error *err);

/** @brief The figure for every key: each is a domain, the others stay in the design.
 *
 * @param      self         the state, with keys
 * @param      figure       as in cx_strata_estimate
 * @param      lonely       as in cx_strata_estimate
 * @param      calibration  as in cx_strata_estimate
 * @param      totalled     bits of the keys that do not tell domains apart: 1 for the last one, 2
 *                          for the one before; at least one key has to remain
 * @param      options      as in cx_survey_by
 * @param[out] out          the table of cx_survey_by; owned by the caller: cx_table_free
 * @param      err          may be NULL
 * @retval as cx_strata_estimate; a domain without a row has its own status
 * @retval CX_E_OPTION  also: bits of no key, or of all; a state without keys
 *
 * Cost: O(cells + domains strata); with a calibration O(domains cells). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_strata_by(const cx_strata *self, int32_t figure, int32_t lonely,
                                           const cx_weights *calibration, int64_t totalled,
                                           const cx_survey_options *options, cx_table **out,
                                           cx_error *err);

/** @brief The table that a calibration needs: the keys, and for each the columns rows, n and
 * weight.
 *
 * Rows of the same keys get the same factor, so that raking this table, with the column weight as
 * start weights, is raking all rows. The weight is that of all rows, used or not.
 *
 * @param      self  the state, with keys
 * @param[out] out   owned by the caller: cx_table_free
 * @param      err   may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_MEMORY
 * @retval CX_E_OPTION  a state without keys
 *
 * Cost: O(cells). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_strata_cells(const cx_strata *self, cx_table **out, cx_error *err);

/** @brief Bytes of the encoded state; 0 for NULL. */
CX_API size_t cx_strata_encoded_size(const cx_strata *self);

/** @brief Writes the state as bytes; see cx_tally_encode. */
CX_API CX_NODISCARD cx_status cx_strata_encode(const cx_strata *self, uint8_t *buffer, size_t size,
                                               cx_error *err);

/** @brief Reads an encoded state; see cx_tally_decode. */
CX_API CX_NODISCARD cx_status cx_strata_decode(const uint8_t *bytes, size_t size,
                                               const cx_allocator *allocator, cx_strata **out,
                                               cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
