# One turn of the loop: what customers say, where to ask next, what drives it.

require "cxkit"

ANSWERS = 600
BUDGET = 300
SHOPS = %w[city lake port].freeze

shop = Array.new(ANSWERS) { |i| i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2 }
queue = Array.new(ANSWERS) { |i| 1 + i * 7 % 5 }
staff = Array.new(ANSWERS) { |i| 1 + i * 11 % 13 % 5 }
score = Array.new(ANSWERS) { |i| (queue[i] + staff[i] - (shop[i] == 2 ? 2 : 0) + i % 3).clamp(0, 10) }

# what customers say, by shop
nps = CXKit.nps(score, by: {shop: shop.map { |s| SHOPS[s] }})
nps.each do |row|
  puts format("%s: NPS %.1f, between %.1f and %.1f", row[:shop], row[:value], row[:ci_low], row[:ci_high])
end

# where to ask next: a = (share of customers x spread of answers)^2, at least 20 each
a = nps[:n].zip(nps[:se]).map { |n, se| (n.to_f / ANSWERS)**2 * se**2 * n }
SHOPS.zip(CXKit.plan(a, BUDGET, lower: 20).n) { |name, n| puts "#{name}: ask #{n.round} next" }

# what drives it
CXKit.drivers({queue: queue, staff: staff}, score).importance.each do |name, part|
  puts format("%s: %.1f %% of the differences in score", name, 100 * part)
end
