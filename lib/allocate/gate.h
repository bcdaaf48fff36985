#ifndef CX_I_GATE_H
#define CX_I_GATE_H

#include <cxkit/gate.h>

#include "allocate/ledger.h"
#include "allocate/recent.h"
#include "base/keys.h"
#include "base/times.h"

#if defined(__GNUC__)
#define CX_I_PREFETCH(address) __builtin_prefetch(address)
#else
#define CX_I_PREFETCH(address) ((void)(address))
#endif

#define CX_I_GATE_MINUTE INT64_C(60000000)
#define CX_I_GATE_SECOND INT64_C(1000000)
#define CX_I_GATE_GRID 1000000000.0 /* probabilities are multiples of 1e-9 */

enum { CX_I_GATE_RULES = 32, CX_I_GATE_HOURS = 168, CX_I_GATE_DRAWS = 64 };

/* -- draws made in this period: gate_draws.c ----------------------------------------------- */

/* U of a contact, point, period and policy is their key too. */
typedef struct cx_i_lot {
    uint64_t bits;   /* of U; 0: empty */
    uint32_t chance; /* p in units of 1e-9, bit 31: invited, bit 30: answered */
    uint32_t second; /* of the draw */
} cx_i_lot;
#define CX_I_DRAWS_LINE 4 /* in a line of memory: a search begins with its first */
#define CX_I_DRAW_INVITED 0x80000000u
#define CX_I_DRAW_ANSWERED 0x40000000u
#define CX_I_DRAW_CHANCE 0x3FFFFFFFu

typedef struct cx_i_lots {
    const cx_allocator *allocator;
    struct cx_i_lot_table {
        cx_i_lot *draws;
        void *block;           /* that they lie in, from the start of a line of memory on */
        uint32_t slots, count; /* a power of two, or 0 */
    } tables[CX_I_GATE_DRAWS];
} cx_i_lots;

void cx_i_lots_free(cx_i_lots *draws);
CX_I_INLINE const struct cx_i_lot_table *cx_i_lots_table(const cx_i_lots *draws, uint64_t bits) {
    return &draws->tables[bits & (CX_I_GATE_DRAWS - 1)];
}
CX_I_INLINE uint32_t cx_i_lots_home(const struct cx_i_lot_table *table, uint64_t bits) {
    return (uint32_t)(bits >> 8) & (table->slots - CX_I_DRAWS_LINE);
}
const cx_i_lot *cx_i_lots_find(const cx_i_lots *draws, uint64_t bits);
/* Room for one more in the table of these bits; draws before `expired` may go. */
cx_status cx_i_lots_reserve(cx_i_lots *draws, uint64_t bits, uint32_t expired, cx_error *err);
void cx_i_lots_put(cx_i_lots *draws, const cx_i_lot *draw); /* there is room */
void cx_i_lots_remove(cx_i_lots *draws, uint64_t bits);

/* -- how often contacts come: gate_frequency.c ---------------------------------------------- */

typedef struct cx_i_frequency {
    uint8_t *counts; /* of contacts that share the last bits of their keys */
    uint64_t mask;
    int64_t window, current; /* microseconds; number of the window */
} cx_i_frequency;

/* -- points and rules ----------------------------------------------------------------------- */

typedef struct cx_i_rule {
    int32_t scope, event, most, action, priority, number;
    int64_t window; /* microseconds */
    uint64_t attributes;
    bool plain; /* any place, most 1, nothing exempt: the latest event decides */
} cx_i_rule;

typedef struct cx_i_pace {
    cx_gate_target_options target;
    bool aimed;              /* has a goal */
    uint32_t last;           /* minute of the last update */
    double mass;             /* of the profile, since 1970, at that minute */
    double begin, end;       /* and at both ends of the period */
    double shape, rate;      /* of the Gamma prior of contacts per unit of profile */
    double contacts, passed; /* draws seen, and profile passed as of the start, both fading */
    double total;            /* draws of the period */
    double repeats;          /* later visits of those drawn */
    double before;           /* cx_i_gate_again of the period before; -1: there was none */
    double waiting;          /* invitations not matured */
    int64_t invited, shown, declined, answered;
} cx_i_pace;

typedef struct cx_i_point {
    int32_t place, group, type; /* -1: none */
    uint32_t exempt;
    uint32_t wanted;            /* bits of the kinds of event that count for some rule */
    uint64_t hash;              /* of its name */
    uint64_t draw;              /* mixed from hash and period */
    int64_t period, period_end; /* microseconds, of `draw` */
    int64_t number;             /* the key, where keys are numbers */
    int64_t text, length;       /* else where its name is */
    cx_i_pace pace;
} cx_i_point;

typedef struct cx_i_place {
    int32_t point, group, type; /* -1: told apart by none of the rules, or none */
    uint32_t exempt;
} cx_i_place;

typedef struct cx_i_gate_class {
    int64_t visits, eligible, quarantined, drawn, invited;
} cx_i_gate_class;

typedef struct cx_i_gate_counts {
    cx_i_gate_class classes[CX_FREQUENCY_CLASSES];
    int64_t reasons[CX_REASON_END];
    int64_t hours[CX_I_GATE_HOURS];
    int64_t clock; /* latest decision, or INT64_MIN */
} cx_i_gate_counts;

struct cx_gate {
    cx_allocator allocator;
    cx_gate_options options;
    int64_t policy, period, retry, slack, longest; /* microseconds; longest period there is */
    uint64_t draw_key;                             /* of seed and policy */
    cx_ledger *ledger;                /* NULL before there are points, and with a filter */
    cx_recent *filter;                /* in its place, or NULL */
    cx_i_rule rules[CX_I_GATE_RULES]; /* in order of priority */
    int32_t rule_count, attributed;
    bool sealed; /* points were added: rules are complete */
    cx_i_keys names, groups, types, signs;
    cx_i_point *points;
    int64_t count, room;
    char *text;
    int64_t text_used, text_room;
    cx_i_place places[CX_LEDGER_PLACES];
    int32_t place_count;
    double hours[CX_I_GATE_HOURS + 1]; /* of the profile: minutes' worth before each hour */
    bool level;                        /* all hours alike */
    cx_i_lots draws;
    cx_i_frequency visits;
    cx_i_gate_counts counts;
};

/* Checks a time of a decision, or of now. */
cx_status cx_i_gate_time(int64_t time, cx_error *err);
cx_status cx_i_gate_point(const cx_gate *gate, int64_t point, cx_error *err);
void cx_i_gate_set_draw_key(cx_gate *gate);

/* -- gate_rules.c: what the rules say of a contact: fills in reason, rule, action, retry_at --- */
void cx_i_gate_judge(const cx_gate *gate, const cx_i_point *point, const cx_i_past *cells,
                     cx_decision *decision);

/* -- gate_pace.c ----------------------------------------------------------------------------- */
double cx_i_gate_mass(const cx_gate *gate, uint32_t minute);
/* Brings period and draw to this time. */
void cx_i_gate_enter_period(const cx_gate *gate, cx_i_point *point, int64_t time);
/* Brings the pace to this time. */
void cx_i_gate_advance(const cx_gate *gate, cx_i_point *point, int64_t time);

typedef struct cx_i_needs {
    double response, outstanding, needed, expected, chance;
    bool inside, stopped;
} cx_i_needs;
void cx_i_gate_needs(const cx_gate *gate, const cx_i_point *point, int64_t time, cx_i_needs *needs);

/* -- gate_decide.c --------------------------------------------------------------------------- */

/* What has to be undone when a later row fails. */
typedef struct cx_i_undo {
    union {
        cx_i_past cells;
        uint64_t line[CX_I_RECENT_WORDS]; /* with a filter, if no generation gave way */
    } was;
    bool known, drawn, invited, entered;
} cx_i_undo;
/* What was looked up ahead of time; it is checked when it is used. */
typedef struct cx_i_ahead {
    uint64_t draw, bits; /* the point's draw, and U of the contact for it */
    uint32_t slot;       /* where the contact was in its shard */
} cx_i_ahead;
/* `ahead` may be NULL. */
cx_status cx_i_gate_decide(cx_gate *gate, cx_decision *decision, const cx_i_ahead *ahead,
                           cx_i_undo *undo, cx_error *err);
void cx_i_gate_undo(cx_gate *gate, const cx_decision *decision, const cx_i_undo *undo);
/* U in the period of this time; and in the period that the point is in. */
uint64_t cx_i_gate_bits(const cx_gate *gate, cx_i_point *point, uint64_t contact, int64_t time);
uint64_t cx_i_gate_hash(const cx_gate *gate, const cx_i_point *point, uint64_t contact);

/* -- gate_recent.c: a filter in place of the ledger ------------------------------------------- */

/* Fills in reason, rule, action, retry_at when the contact was asked, or seems to. */
void cx_i_gate_spare(const cx_gate *gate, cx_decision *decision);
void cx_i_gate_asked(cx_gate *gate, const cx_decision *decision, cx_i_undo *undo);
void cx_i_gate_unasked(cx_gate *gate, const cx_decision *decision, const cx_i_undo *undo);
/* The filter as it is, where an entry of this time would make a generation give way. */
cx_status cx_i_gate_keep_filter(const cx_gate *gate, int64_t time, cx_recent **kept, cx_error *err);
void cx_i_gate_put_filter(cx_gate *gate, const cx_recent *kept);
/* Share of visits that were refused by mistake; *rate is that of contacts never asked. */
double cx_i_gate_spared(const cx_gate *gate, double quarantined, double *rate);

/* -- gate_ahead.c: what decisions will need is sent for -----------------------------------------
 */

enum { CX_I_AHEAD = 32 }; /* at most so many rows at a time */

/* U of some rows, and the lines of their draws. */
void cx_i_ahead_draws(const cx_gate *gate, const int64_t *points, const int64_t *contacts,
                      int64_t count, cx_i_ahead *ahead);
/* The lines of their counters and keys; later, with the keys there, those of their cells. */
void cx_i_ahead_keys(const cx_gate *gate, const int64_t *contacts, int64_t count);
void cx_i_ahead_cells(const cx_gate *gate, const int64_t *contacts, int64_t count,
                      cx_i_ahead *ahead);

/* -- gate_tables.c: the column `point`; NULL: all points, one a row ---------------------------- */
cx_status cx_i_gate_names(const cx_gate *gate, const int64_t *points, cx_table *table,
                          cx_error *err);

/* -- gate_frequency.c ------------------------------------------------------------------------ */
void cx_i_frequency_advance(cx_i_frequency *visits, int64_t time);
int32_t cx_i_frequency_class(const cx_i_frequency *visits, uint64_t contact);
void cx_i_frequency_add(cx_i_frequency *visits, uint64_t contact);
void cx_i_frequency_take(cx_i_frequency *visits, uint64_t contact); /* takes one back */

#endif
