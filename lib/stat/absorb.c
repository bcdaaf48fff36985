#include "stat/absorb.h"

static double absorb_weight(const cx_i_absorb *absorb, int64_t row) {
    return absorb->weight == NULL ? 1 : absorb->weight[row];
}

/* -- components: periods that some unit joins ---------------------------------------------- */

static int64_t absorb_root(int64_t *parent, int64_t t) {
    while (parent[t] != t) t = parent[t] = parent[parent[t]];
    return t;
}

static void absorb_join(int64_t *parent, int64_t a, int64_t b) {
    a = absorb_root(parent, a), b = absorb_root(parent, b);
    if (a < b) parent[b] = a;
    if (b < a) parent[a] = b;
}

/* -- the system of the periods ------------------------------------------------------------- */

/* Rows by unit, and room for the periods of one unit. */
typedef struct absorb_room {
    int64_t *start, *parent, *touched; /* units + 1, periods, periods */
    int32_t *order;                    /* rows */
    double *sum;                       /* periods */
    void *memory;
} absorb_room;

static cx_status absorb_room_new(const cx_i_absorb *absorb, absorb_room *room, cx_error *err) {
    int64_t words = absorb->unit.count + 2 + 3 * absorb->period.count + absorb->rows / 2 + 1;
    int64_t *memory = cx_i_alloc_array(absorb->allocator, words, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    room->memory = room->start = memory;
    room->parent = memory + absorb->unit.count + 2;
    room->touched = room->parent + absorb->period.count;
    room->sum = (double *)(room->touched + absorb->period.count);
    room->order = (int32_t *)(room->sum + absorb->period.count);
    return CX_OK;
}

/* After filling, start[u] .. start[u + 1] are the rows of unit u. */
static void absorb_sort(const cx_i_absorb *absorb, absorb_room *room) {
    int64_t *next = room->start + 1;
    for (int64_t r = 0; r < absorb->rows; r++) next[absorb->unit.of[r] + 1]++;
    for (int64_t u = 0; u < absorb->unit.count; u++) next[u + 1] += next[u];
    for (int64_t r = 0; r < absorb->rows; r++) room->order[next[absorb->unit.of[r]]++] = (int32_t)r;
}

/* diag(w_t) - sum over units of c c' / w_u, c the weights of the unit by period */
static void absorb_add_unit(cx_i_absorb *absorb, absorb_room *room, int64_t unit) {
    int64_t periods = absorb->period.count, touched = 0;
    for (int64_t i = room->start[unit]; i < room->start[unit + 1]; i++) {
        int64_t row = room->order[i], t = absorb->period.of[row];
        if (room->sum[t] == 0) room->touched[touched++] = t;
        room->sum[t] += absorb_weight(absorb, row);
    }
    for (int64_t i = 0; i < touched; i++) {
        int64_t a = room->touched[i];
        double share = room->sum[a] / absorb->unit_weight[unit];
        absorb->factor[a * periods + a] += room->sum[a] * (1 - share);
        absorb_join(room->parent, a, room->touched[0]);
        for (int64_t j = 0; j < i; j++) {
            int64_t b = room->touched[j], high = a > b ? a : b, low = a > b ? b : a;
            absorb->factor[high * periods + low] -= share * room->sum[b];
        }
    }
    for (int64_t i = 0; i < touched; i++) room->sum[room->touched[i]] = 0;
}

/* The first period of each component is held at 0. */
static void absorb_pin(cx_i_absorb *absorb, absorb_room *room) {
    int64_t periods = absorb->period.count;
    for (int64_t t = 0; t < periods; t++) {
        absorb->pinned[t] = absorb_root(room->parent, t) == t;
        absorb->components += absorb->pinned[t];
        if (!absorb->pinned[t]) continue;
        for (int64_t s = 0; s < t; s++) absorb->factor[t * periods + s] = 0;
        for (int64_t s = t + 1; s < periods; s++) absorb->factor[s * periods + t] = 0;
        absorb->factor[t * periods + t] = 1;
    }
}

static double absorb_dot(const double *a, const double *b, int64_t n) {
    double lane[8] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int l = 0; l < 8; l++) lane[l] += a[i + l] * b[i + l];
    for (; i < n; i++) sum += a[i] * b[i];
    for (int l = 0; l < 8; l++) sum += lane[l];
    return sum;
}

static void absorb_factorise(cx_i_absorb *absorb) {
    int64_t periods = absorb->period.count;
    for (int64_t t = 0; t < periods; t++) {
        double *row = absorb->factor + t * periods;
        for (int64_t s = 0; s < t; s++) {
            const double *other = absorb->factor + s * periods;
            row[s] = (row[s] - absorb_dot(row, other, s)) / other[s];
        }
        row[t] = sqrt(row[t] - absorb_dot(row, row, t));
    }
}

static cx_status absorb_build(cx_i_absorb *absorb, cx_error *err) {
    absorb_room room = {0};
    CX_TRY(absorb_room_new(absorb, &room, err));
    for (int64_t t = 0; t < absorb->period.count; t++) room.parent[t] = t;
    absorb_sort(absorb, &room);
    for (int64_t u = 0; u < absorb->unit.count; u++) absorb_add_unit(absorb, &room, u);
    absorb_pin(absorb, &room);
    cx_i_free(absorb->allocator, room.memory);
    absorb_factorise(absorb);
    absorb->rank = absorb->unit.count + absorb->period.count - absorb->components;
    return CX_OK;
}

/* -- life ---------------------------------------------------------------------------------- */

/* Rows that are alone in a group: the model meets them whatever they say. */
static cx_status absorb_count_singletons(cx_i_absorb *absorb, cx_error *err) {
    const cx_i_groups *sets[] = {&absorb->unit, &absorb->period};
    int64_t *sizes = cx_i_alloc_array(absorb->allocator, absorb->unit.count + absorb->period.count,
                                      sizeof *sizes);
    if (sizes == NULL) return cx_i_out_of_memory(err);
    int64_t *of[] = {sizes, sizes + absorb->unit.count};
    for (int s = 0; s < 2 && sets[s]->of != NULL; s++)
        for (int64_t r = 0; r < absorb->rows; r++) of[s][sets[s]->of[r]]++;
    for (int64_t r = 0; r < absorb->rows; r++) {
        bool alone = of[0][absorb->unit.of[r]] == 1;
        if (absorb->period.of != NULL) alone = alone || of[1][absorb->period.of[r]] == 1;
        absorb->singletons += alone;
    }
    cx_i_free(absorb->allocator, sizes);
    return CX_OK;
}

cx_status cx_i_absorb_new(cx_i_absorb *absorb, int64_t rows, const double *weight,
                          const cx_i_groups *sets, int count, const cx_allocator *allocator,
                          cx_error *err) {
    int larger = count > 1 && sets[1].count > sets[0].count;
    *absorb =
        (cx_i_absorb){.allocator = allocator, .rows = rows, .weight = weight, .unit = sets[larger]};
    if (count > 1) absorb->period = sets[1 - larger];
    int64_t periods = absorb->period.count, units = absorb->unit.count;
    if (periods > CX_I_ABSORB_PERIODS)
        return cx_i_fail(err, CX_E_LIMIT,
                         "the smaller of the two fixed effects has %d levels, more than the %d of "
                         "the exact method",
                         periods, (int64_t)CX_I_ABSORB_PERIODS);
    absorb->memory =
        cx_i_alloc_array(allocator, 2 * units + periods * periods + 2 * periods, sizeof(double));
    if (absorb->memory == NULL) return cx_i_out_of_memory(err);
    absorb->unit_weight = absorb->memory;
    absorb->unit_sum = absorb->unit_weight + units;
    absorb->factor = absorb->unit_sum + units;
    absorb->right = absorb->factor + periods * periods;
    absorb->pinned = (bool *)(absorb->right + periods);
    for (int64_t r = 0; r < rows; r++)
        absorb->unit_weight[absorb->unit.of[r]] += absorb_weight(absorb, r);
    absorb->components = periods == 0 ? units : 0;
    absorb->rank = units;
    cx_status status = absorb_count_singletons(absorb, err);
    if (status == CX_OK && periods > 0) status = absorb_build(absorb, err);
    if (status != CX_OK) cx_i_absorb_free(absorb);
    return status;
}

void cx_i_absorb_free(cx_i_absorb *absorb) {
    if (absorb->allocator != NULL) cx_i_free(absorb->allocator, absorb->memory);
    absorb->memory = NULL;
}

/* -- using it ------------------------------------------------------------------------------ */

/* Weighted means of x by unit into unit_sum; x NULL: of the periods' effects in `right`. */
static void absorb_means(const cx_i_absorb *absorb, const double *x) {
    const int32_t *unit = absorb->unit.of, *period = absorb->period.of;
    double *sum = absorb->unit_sum;
    memset(sum, 0, (size_t)absorb->unit.count * sizeof *sum);
    for (int64_t r = 0; r < absorb->rows; r++)
        sum[unit[r]] += absorb_weight(absorb, r) * (x != NULL ? x[r] : absorb->right[period[r]]);
    for (int64_t u = 0; u < absorb->unit.count; u++) sum[u] /= absorb->unit_weight[u];
}

static void absorb_solve(const cx_i_absorb *absorb) {
    int64_t periods = absorb->period.count;
    double *right = absorb->right;
    for (int64_t t = 0; t < periods; t++) {
        const double *row = absorb->factor + t * periods;
        right[t] = absorb->pinned[t] ? 0 : (right[t] - absorb_dot(row, right, t)) / row[t];
    }
    for (int64_t t = periods - 1; t >= 0; t--) {
        const double *row = absorb->factor + t * periods;
        right[t] /= row[t];
        for (int64_t s = 0; s < t; s++) right[s] -= row[s] * right[t];
    }
}

static void absorb_once(const cx_i_absorb *absorb, double *x) {
    const int32_t *unit = absorb->unit.of, *period = absorb->period.of;
    absorb_means(absorb, x);
    for (int64_t r = 0; r < absorb->rows; r++) x[r] -= absorb->unit_sum[unit[r]];
    if (period == NULL) return;
    memset(absorb->right, 0, (size_t)absorb->period.count * sizeof *absorb->right);
    for (int64_t r = 0; r < absorb->rows; r++)
        absorb->right[period[r]] += absorb_weight(absorb, r) * x[r];
    absorb_solve(absorb);
    absorb_means(absorb, NULL);
    for (int64_t r = 0; r < absorb->rows; r++)
        x[r] += absorb->unit_sum[unit[r]] - absorb->right[period[r]];
}

/* The second time takes out what rounding left. */
void cx_i_absorb_apply(const cx_i_absorb *absorb, double *x) {
    absorb_once(absorb, x);
    absorb_once(absorb, x);
}
