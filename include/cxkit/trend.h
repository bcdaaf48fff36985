#ifndef CXKIT_TREND_H
#define CXKIT_TREND_H

#include <cxkit/compare.h>
#include <cxkit/windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @addtogroup windows
 * @{
 */

/** Options of cx_trend. */
typedef struct cx_trend_options {
    uint32_t struct_size; /**< set by cx_trend_options_init */
    int32_t score;        /**< a cx_score; default NPS */
    int32_t promoters;    /**< NPS: lowest answer of a promoter; default 9 */
    int32_t detractors;   /**< NPS: highest answer of a detractor; default 6 */
    int32_t top;          /**< top box: as in cx_csat_options; default 0 */
    int32_t few;       /**< windows with fewer answers are not tested; default 5, 2 to 1,000,000 */
    double confidence; /**< of the intervals; 1 - confidence is the chance of any false flag of a
                            series; default 0.95 */
    int64_t min_n;     /**< fewest answers of a window that is shown; default 0: all are */
} cx_trend_options;

/** @brief The defaults: NPS with its usual cut points, windows of 5 answers, 95 %. */
CX_API void cx_trend_options_init(cx_trend_options *options);

/** @brief A score over windows of time: which changes are more than chance, and whose they are.
 *
 * Each window is set against the one before and against the mean of all earlier windows (each
 * window counting the same). Both are series of tests, and each series is held together by Holm's
 * adjustment [Holm1979], which needs no independence: the chance that any window of a series
 * without changes is flagged is at most 1 - confidence. As the series grows, earlier flags may go.
 * "Before" is the last window with answers, empty windows are passed over.
 *
 * When the windows have other keys, say sites, each change is split into mix and within
 * [Kitagawa1955] as by cx_decompose, and the panel of sites with answers in every window (that has
 * any) stands beside the score of all sites: a change that the panel does not show came with the
 * sites that came or went (cx_trend_keys names them).
 *
 * @param      windows  made by cx_windows_add, not rolling
 * @param      options  NULL for the defaults
 * @param[out] out      a row for each window from the first to the last: window, window_end, the
 *                      columns of cx_estimate; change, change_ci_low, change_ci_high, change_p,
 *                      change_p_adjusted, change_flag ("up", "down", "none", "too few", or null
 *                      where there is nothing before or no answer); against with the same five for
 *                      the mean of the earlier windows; and with other keys keys (that have
 *                      answers), mix and within each with _ci_low and _ci_high, panel_n,
 *                      panel_value, panel_ci_low, panel_ci_high, panel_se, panel_n_eff, and
 *                      panel_change with _ci_low, _ci_high and _p.
 *                      Figures: slope per window with slope_se, slope_ci_low, slope_ci_high,
 *                      slope_p, slope_df and slope_excess, windows (with answers), keys,
 *                      panel_keys, no_time (answers without a window)
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION | CX_E_OVERFLOW | CX_E_MEMORY | CX_E_DOMAIN | CX_E_LIMIT
 * @retval CX_E_MISMATCH  the first key is no window, or the windows roll
 *
 * Windows with 1 to min_n - 1 answers are hidden (status CX_E_SUPPRESSED, everything null), and
 * more of them, so that none follows from the others and the total; the changes, the slope and the
 * panel pass them over as if they were empty. So is the panel of a window when it, or the rest of
 * the window, is that small, and the mix and within of the changes it is part of.
 *
 * The slope is that of a line through the windows' scores, weighted by their precision. Windows
 * that scatter more than sampling explains widen its interval: its variance is multiplied by the
 * mean square of the weighted residuals where that is above 1 (slope_excess), with t on windows - 2
 * degrees of freedom; NaN below three windows of at least 2 answers. Windows are taken as
 * independent: customers who answer in several make the changes look less certain than they are.
 * Cost: O(keys steps). Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_trend(const cx_tallies *windows, const cx_trend_options *options,
                                       cx_table **out, cx_error *err);

/** @brief When each of the other keys of the windows had answers: which sites came, and which went.
 *
 * @param      windows  made by cx_windows_add, with other keys
 * @param[out] out      the other keys, n, windows (with answers), first (start of the first such
 *                      window), last (end of the last), presence: "always", "came" (not in the
 *                      first windows), "went" (not in the last), "came and went", "gaps" (in the
 *                      first and the last, not in all), "never"
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OVERFLOW | CX_E_MEMORY
 * @retval CX_E_MISMATCH  the first key is no window, the windows roll, or there are no other keys
 */
CX_API CX_NODISCARD cx_status cx_trend_keys(const cx_tallies *windows, cx_table **out,
                                            cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
