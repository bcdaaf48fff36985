"""Simulated worlds: what a policy finds, how soon, and what it costs."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from . import _native
from ._options import FORMS, fill, number, whole, words
from .errors import OptionError

__all__ = ["SimulatedAllocation", "simulate_allocation"]

_SCENARIOS = words(_native.cx_scenario_name, _native.CX_SCENARIO_END)
_POLICIES = words(_native.cx_policy_name, _native.CX_POLICY_END) | {
    _native.cx_simulated_policy_name(number): number
    for number in range(_native.CX_SIMULATED_RANDOM, _native.CX_SIMULATED_END)
}


@dataclass(frozen=True, slots=True)
class SimulatedAllocation:
    """What runs of a scenario say of a policy; see simulate_allocation. Errors are in points, times
    in days; None where a scenario has no such figure.

    scenario, policy
        as asked for
    runs
        simulated
    clean, clean_se
        without an alarm before the change, at the guaranteed threshold
    cut
        without an alarm in 20 arl days: arl is then too small
    max_age
        most days in a row without an answer at some point
    arl, arl_se
        mean days to the first false alarm
    delay, delay_se
        mean days from the change to the first alarm after it
    delay_p90
        nine of ten are no longer
    delay_value
        mean delay, points weighted as in the company's figure
    clean_delay
        the same over the clean runs
    calibrated_threshold
        the one at which the mean days to a false alarm are `arl` of the options
    calibrated_delay
        as delay, with that threshold
    calibrated_p90
        as delay_p90
    calibrated_value
        as delay_value
    true_share
        alarms whose largest evidence is at a changed point
    rate_delay
        S4: median days to the alarm of the response rate
    error_ratio
        error of the day's company figure over Neyman's, without a change; from sum w^2 s^2 / n,
        which is exact given the plan
    error_after
        the same from the change to the alarm, in S2c for 60 days
    error_day
        root mean squared error of the day's company figure, as it fell
    error_week
        of the mean of 7 days
    error_month
        of the mean of 28 days
    neyman_day
        error of the day's company figure by Neyman's plan
    coverage
        share of days in which the 95 % interval held the truth
    sequence_coverage
        share of runs in which the 95 % confidence sequence of the mean of days (running_mean) held
        it on all of the first 60
    bias, bias_se
        company figure, mean of days, first 60 days
    point_bias, point_bias_se
        mean over the points of the mean of 60 days' means less the truth
    pooled_bias, pooled_bias_se
        the same for all answers of a point thrown together
    root_bias, root_bias_se
        the same for days weighted by the root of their answers
    company_bias, company_bias_se
        company figure from the pooled points
    pooled_error
        root mean squared error of that figure, 60 days
    days_error
        of the one from days' means
    root_error
        of the one from days weighted by the root of their answers
    worst_bias
        mean of the last 14 days at the point with most evidence on day 60, less the truth:
        nothing is wrong there
    wrong_share
        of the answers above the floors from the change to the alarm, those at points that have
        not changed
    change_bias
        mean error of the change measured in the 14 days after the alarm
    change_error
        its root mean square
    change_naive
        mean error of the change measured in the 14 days up to the alarm
    outstanding_error
        S4: mean absolute error of the answers expected from open cohorts, as a share of those
        that came
    decisions, violations
        S5: visits decided about; invitations within a rest and refusals without one
    answers, answers_sd, within_share
        S5: mean and standard deviation of the answers; runs within 250 +- 2 sqrt(250)
    invited, able_share
        S5: invitations; first visits in the period at which rules allowed to ask
    hours_fit, days_fit
        S5: runs whose invitations by hour or by day are as the first allowed visits (p > 0.01)
    hours_off, days_off
        S5: the hour or day farthest from the mean chance of an invitation, as a share of it
    naive_bias, naive_bias_se
        S5: mean score of all asked, less that of all who came
    hajek_bias, hajek_bias_se
        S5: weighted by 1 / p, less that of those who could be asked
    strata_bias, strata_bias_se
        S5: and post-stratified by frequency of contact, less that of all
    able_gap
        S5: mean score of those who could be asked, less that of all
    slope, slope_se
        S5: of being invited on the logged probability
    delay_median
        S6: half of the runs have an alarm by then; 365 if fewer do
    found_share, found_se
        S6: changed points whose own alarm came within 365 days
    found_delay, found_delay_se
        S6: mean days to it, 365 without one
    """

    scenario: str
    policy: str
    runs: int
    clean: int
    cut: int
    max_age: int
    decisions: int
    violations: int
    arl: float | None
    arl_se: float | None
    delay: float | None
    delay_se: float | None
    delay_p90: float | None
    delay_value: float | None
    clean_delay: float | None
    clean_se: float | None
    calibrated_threshold: float | None
    calibrated_delay: float | None
    calibrated_se: float | None
    calibrated_p90: float | None
    calibrated_value: float | None
    true_share: float | None
    rate_delay: float | None
    error_ratio: float | None
    error_after: float | None
    error_day: float | None
    error_week: float | None
    error_month: float | None
    neyman_day: float | None
    coverage: float | None
    bias: float | None
    bias_se: float | None
    point_bias: float | None
    point_bias_se: float | None
    pooled_bias: float | None
    pooled_bias_se: float | None
    root_bias: float | None
    root_bias_se: float | None
    company_bias: float | None
    company_bias_se: float | None
    pooled_error: float | None
    days_error: float | None
    root_error: float | None
    worst_bias: float | None
    wrong_share: float | None
    change_bias: float | None
    change_error: float | None
    change_naive: float | None
    outstanding_error: float | None
    answers: float | None
    answers_sd: float | None
    within_share: float | None
    invited: float | None
    able_share: float | None
    hours_fit: float | None
    hours_off: float | None
    days_fit: float | None
    days_off: float | None
    naive_bias: float | None
    naive_bias_se: float | None
    hajek_bias: float | None
    hajek_bias_se: float | None
    strata_bias: float | None
    strata_bias_se: float | None
    able_gap: float | None
    slope: float | None
    slope_se: float | None
    sequence_coverage: float | None
    delay_median: float | None
    found_share: float | None
    found_se: float | None
    found_delay: float | None
    found_delay_se: float | None

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)

    def __repr__(self) -> str:
        def short(value: float | None, form: str) -> str:
            return "?" if value is None else format(value, form)

        if self.scenario == "S5":
            return (
                f"S5, {self.policy}: {short(self.answers, '.0f')} answers (sd "
                f"{short(self.answers_sd, '.0f')}), {short(self.within_share, '.0%')} of {self.runs} "
                f"runs within 250 +- 32, {self.violations} violations"
            )
        error = None if self.error_ratio is None else self.error_ratio - 1
        return (
            f"{self.scenario}, {self.policy}: {short(self.delay, '.1f')} days (se "
            f"{short(self.delay_se, '.1f')}) to the alarm, {short(self.arl, '.0f')} to a false one, "
            f"error {short(error, '+.1%')} against neyman, {self.runs} runs"
        )


def _fields(raw: Any, scenario: str, policy: str) -> SimulatedAllocation:
    found = {
        name: getattr(raw, name)
        for name in SimulatedAllocation.__dataclass_fields__
        if name not in ("scenario", "policy")
    }
    figures: dict[str, Any] = {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in found.items()
    }
    return SimulatedAllocation(scenario=scenario, policy=policy, **figures)


def _blocks(first: int, runs: int, workers: int) -> list[tuple[int, int]]:
    edges = [first + runs * k // workers for k in range(workers + 1)]
    return [(low, high - low) for low, high in zip(edges, edges[1:], strict=False)]


def simulate_allocation(
    *,
    scenario: str = "S1",
    policy: str | None = None,
    runs: int = 200,
    seed: int = 0,
    first_run: int = 0,
    threads: int | None = None,
    form: str = "trinomial",
    arl: float | None = None,
    boost: float | None = None,
    gamma: float | None = None,
    allowance: float | None = None,
    compensation: float | None = None,
    common_shock: bool = False,
) -> SimulatedAllocation:
    """A policy in a simulated world: 200 points, 2,000 answers a day, and a change after 60 days.

    scenario
        "S1": one point drops by 20 points; "S2a": one loses a point a day for 40 days; "S2b": ten
        drop by 10; "S2c": all drop by 5; "S3": nothing is wrong, but there is a week, a promotion,
        and levels wander ("S3-plain": the monitor does not know the week; "S3-season": levels do
        not wander); "S4": by invitation, late answers, and the response rate halves as well; "S5":
        whom the gate asks, of 50,000 customers; "S6": 20 of 100,000 points drop (20 s a run)
    policy
        as in plan_points, or "random", "stay" (at a point while its CUSUM is above 0), "oracle";
        of S5 "closed-loop", "open-loop", "cap-then-stop". None: "evidence", "closed-loop"
    runs, first_run
        a multiple of 200 lets every point change equally often
    seed, threads
        the same figures for any number of threads; None: one for each processor
    form
        of the monitor: "trinomial" or "bounded"
    arl
        days to a false alarm that are guaranteed (200)
    boost, gamma, allowance
        as in plan_points (18, 1.5, 0.05)
    compensation
        tras: what a day at its floor adds to a point's CUSUM (0.15)
    common_shock
        plans go by evidence without what befalls all points, alarms by the exact one

    >>> import cxkit as cx
    >>> found = cx.simulate_allocation(scenario="S1", policy="neyman", runs=4, seed=1)
    >>> found.runs, found.error_ratio, found.max_age
    (4, 1.0, 0)
    """
    if policy is None:
        policy = "closed-loop" if scenario == "S5" else "evidence"
    options = fill(
        _native.cx_simulation_options(),
        scenario=number("scenario", scenario, _SCENARIOS),
        policy=number("policy", policy, _POLICIES),
        form=number("form", form, FORMS),
        seed=seed,
        arl=arl,
        boost=boost,
        gamma=gamma,
        allowance=allowance,
        compensation=compensation,
        common_shock=int(bool(common_shock)),
    )
    wanted = whole("runs", runs)
    if threads is not None and whole("threads", threads) < 1:
        raise OptionError(f"threads is {threads}; there must be at least 1")
    workers = max(1, min(threads or os.cpu_count() or 1, wanted))
    blocks = _blocks(whole("first_run", first_run), wanted, workers)

    def work(block: tuple[int, int]) -> Any:
        simulation = _native.cx_simulation_new(options)
        _native.cx_simulation_run(simulation, *block)
        return simulation

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(work, blocks))
    for part in parts[1:]:
        _native.cx_simulation_merge(parts[0], part)
    return _fields(_native.cx_simulation_read(parts[0]), scenario, policy)
