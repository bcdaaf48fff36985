#include <cxkit.h>
#include <stdio.h>

/* Sixty days of 40 customers, eight of whom call often; every fifth contact begins on the web,
 * every tenth call is given up.
 */
enum { CONTACTS = 160 };
static int64_t customer[CONTACTS], moment[CONTACTS];
static int8_t abandoned[CONTACTS];
static char channel[5 * CONTACTS];
static int32_t offsets[CONTACTS + 1];

static void make_log(void) {
    for (int i = 0; i < CONTACTS; i++) {
        customer[i] = i % 2 ? i * 7 % 41 : i * 5 % 9; /* 0: nobody was identified */
        moment[i] = (int64_t)(i * i * 37 % 86400) * 60 * 1000000;
        abandoned[i] = i % 10 == 3;
        snprintf(channel + offsets[i], 6, "%s", i % 5 == 0 ? "web" : "phone");
        offsets[i + 1] = offsets[i] + (i % 5 == 0 ? 3 : 5);
    }
}

int main(void) {
    const int64_t nobody = 0;
    cx_contacts_options options;
    cx_fcr_result fcr, every;
    cx_effort_result effort;
    cx_error err;
    make_log();
    cx_array no_id = cx_array_of(&nobody, CX_I64, 1);
    cx_array columns[] = {
        cx_array_of(customer, CX_I64, CONTACTS), cx_array_of(moment, CX_I64, CONTACTS),
        cx_array_of(abandoned, CX_I8, CONTACTS), cx_array_of(channel, CX_STRING, CONTACTS)};
    columns[0].name = "customer", columns[1].name = "time", columns[2].name = "abandoned";
    columns[3].name = "channel", columns[3].offsets = offsets;
    cx_frame log = {columns, 4, {0, 0}};
    cx_contacts_options_init(&options);
    options.window = 7 * 86400;
    options.start = 0;
    options.end = INT64_C(60) * 86400 * 1000000;
    if (cx_fcr(&log, &no_id, NULL, &options, &fcr, &err) ||
        cx_non_repeat(&log, &no_id, NULL, &options, &every, &err) ||
        cx_log_effort(&log, &no_id, NULL, &options, &effort, &err))
        return fprintf(stderr, "%s\n", err.text), 1;
    printf("resolved at first contact: %.1f %%, between %.1f and %.1f (%d issues, %d customers)\n",
           100 * fcr.estimate.value, 100 * fcr.estimate.ci_low, 100 * fcr.estimate.ci_high,
           (int)fcr.estimate.n, (int)fcr.customers);
    printf("without an id: %.1f %% of contacts\n", 100 * fcr.no_id_share);
    printf("non-repeat rate of all contacts: %.1f %%\n", 100 * every.estimate.value);
    printf("contacts per issue: %.2f; to another channel: %.1f %%\n", effort.contacts.value,
           100 * effort.multichannel.value);
    return 0;
}
