import cxkit as cx

answers = [10, 9, 9, 8, 7, 10, 3, 9, 6, 10]
nps = cx.nps(answers)
print(f"NPS {nps.value:.0f}, between {nps.ci_low:.0f} and {nps.ci_high:.0f} ({nps.n} answers, {nps.method})")
