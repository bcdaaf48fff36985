require "cxkit"

answers = [10, 9, 9, 8, 7, 10, 3, 9, 6, 10]
nps = CXKit.nps(answers)
puts format("NPS %.0f, between %.0f and %.0f (%d answers, %s)", nps.value, nps.ci_low, nps.ci_high, nps.n, nps.method)
