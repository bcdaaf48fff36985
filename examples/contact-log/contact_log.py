import cxkit as cx

# Sixty days of 40 customers, eight of whom call often; every fifth contact begins on the web, every tenth call is given up.
rows = range(160)
customer = [i * 7 % 41 if i % 2 else i * 5 % 9 for i in rows]  # 0: nobody was identified
moment = [i * i * 37 % 86400 * 60 * 1_000_000 for i in rows]
abandoned = [i % 10 == 3 for i in rows]
channel = ["web" if i % 5 == 0 else "phone" for i in rows]

log = {
    "window": 7 * 86400, "abandoned": abandoned, "channel": channel, "no_id": 0,
    "start": 0, "end": 60 * 86400 * 1_000_000,
}  # fmt: skip
fcr = cx.fcr(customer, moment, **log)
every = cx.non_repeat(customer, moment, **log)
effort = cx.log_effort(customer, moment, **log)
print(f"resolved at first contact: {100 * fcr.value:.1f} %, between {100 * fcr.ci_low:.1f} and "
      f"{100 * fcr.ci_high:.1f} ({fcr.n} issues, {fcr.customers} customers)")
print(f"without an id: {100 * fcr.no_id_share:.1f} % of contacts")
print(f"non-repeat rate of all contacts: {100 * every.value:.1f} %")
print(f"contacts per issue: {effort.contacts.value:.2f}; "
      f"to another channel: {100 * effort.multichannel.value:.1f} %")
