require "cxkit"

# Sixty days of 40 customers, eight of whom call often; every fifth contact begins on the web, every tenth call is given up.
rows = (0...160).to_a
customer = rows.map { |i| i.odd? ? i * 7 % 41 : i * 5 % 9 } # 0: nobody was identified
moment = rows.map { |i| i * i * 37 % 86_400 * 60 * 1_000_000 }
abandoned = rows.map { |i| i % 10 == 3 }
channel = rows.map { |i| (i % 5).zero? ? "web" : "phone" }

log = {window: 7 * 86_400, abandoned: abandoned, channel: channel, no_id: 0, start: 0, finish: 60 * 86_400 * 1_000_000}
fcr = CXKit.fcr(customer, moment, **log)
every = CXKit.non_repeat(customer, moment, **log)
effort = CXKit.log_effort(customer, moment, **log)
puts format("resolved at first contact: %.1f %%, between %.1f and %.1f (%d issues, %d customers)", 100 * fcr.value,
            100 * fcr.ci_low, 100 * fcr.ci_high, fcr.n, fcr.customers)
puts format("without an id: %.1f %% of contacts", 100 * fcr.no_id_share)
puts format("non-repeat rate of all contacts: %.1f %%", 100 * every.value)
puts format("contacts per issue: %.2f; to another channel: %.1f %%", effort.contacts.value,
            100 * effort.multichannel.value)
