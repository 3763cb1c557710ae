/* SPDX-License-Identifier: MIT */
#include "roll_units.h"

#include "roll_wide.h"

/* Values are read as the bits they are: between two powers of two, the next number up is the next
 * whole number. Units count from the middle of that range, so that the sum of a window fits. */
enum {
    MANTISSA = WK_UNITS_MANTISSA,
    GUARD = WK_UNITS_GUARD,
    ROUNDS_MAX = 13,
    TABLE_MAX = 9,
    EXPONENT_ROOM = 240
};

#define ONE_UNIT(k) (UINT64_C(1) << (k))

static inline uint64_t bits_of(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

static inline double double_of(uint64_t b)
{
    double x;
    memcpy(&x, &b, sizeof x);
    return x;
}

static inline double power_of_two(int k)
{
    return double_of((uint64_t)(1023 + k) << MANTISSA);
}

/* True when a value is out of the binade or within 2^guard units of its ends. */
WK_WIDE static bool any_beyond(int64_t n, const double *x, uint64_t exponent, int guard)
{
    const uint64_t ends = ONE_UNIT(guard), first = (exponent << MANTISSA) + ends;
    const uint64_t room = ONE_UNIT(MANTISSA) - 2 * ends;
    uint64_t bad = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t up = bits_of(x[i]) - first;
        bad |= up | (room - up);
    }
    return bad >> MANTISSA != 0;
}

/* The sum and its compensation as a whole number of units; false when it is not one. */
static bool set_total(wk_range *r, double s, double c)
{
    const double units = s * r->per_unit - r->all, rest = c * r->per_unit;
    if (!(fabs(units) < 0x1p62) || !(fabs(rest) < 0x1p14)) return false;
    r->total = r->zero + (uint64_t)((int64_t)units - (int64_t)rest);
    return (double)(int64_t)units == units && (double)(int64_t)rest == rest;
}

/* How many bits of R are rounded away; none, too many or out of reach: false. */
static bool set_rounds(wk_range *r, uint64_t rest)
{
    const double all = (double)(r->w - 1) * 0x1.8p52, over = (double)(int64_t)rest;
    if (!(over + all >= 0x1p53)) return false;
    r->rounds = (int)(bits_of(over + all) >> MANTISSA) - 1023 - MANTISSA;
    double low = power_of_two(MANTISSA + r->rounds) - all;
    if (over < low || (fabs(low) < 0x1p62 && (int64_t)rest < (int64_t)low)) {
        r->rounds--; /* was rounded up to a power of two */
        low = power_of_two(MANTISSA + r->rounds) - all;
    }
    if (!(fabs(low) < 0x1p62)) return false;
    r->low = (uint64_t)(int64_t)low;
    return r->rounds >= 1 && r->rounds <= ROUNDS_MAX;
}

/* What is added to a number to round it to a multiple of 2^rounds, the even one of two as near. */
static inline uint64_t up_to_even(uint64_t rest, int rounds)
{
    const uint64_t below = ONE_UNIT(rounds - 1) - 1;
    return ((rest + below + ((rest >> rounds) & 1)) & -ONE_UNIT(rounds)) - rest;
}

static void fill_table(wk_units *k, int rounds)
{
    if (k->rounds == rounds) return;
    k->rounds = rounds;
    for (uint64_t rest = 0; rest < ONE_UNIT(rounds + 1); rest++)
        k->step[rest] = (int16_t)(int64_t)up_to_even(rest, rounds);
}

/* One bar; `total` is that of the bar before plus the bits of the middle value, and so it is kept.
 * Whatever the values are, nothing bad happens: they are looked at afterwards. */
WK_INLINE uint64_t table_step(uint64_t total, double x, double gone, const int16_t *step,
                              uint64_t lowest, double *stored, uint64_t *kept)
{
    const uint64_t rest = total - bits_of(gone), now = bits_of(x);
    *kept = rest + now;
    *stored = double_of(now - (uint64_t)(int64_t)step[rest & lowest]);
    return rest + now;
}

static void by_table(wk_units *k, const wk_range *r, int64_t n, const double *x, double *stored,
                     uint64_t total)
{
    const uint64_t lowest = ONE_UNIT(r->rounds + 1) - 1;
    const double *gone = stored - r->w;
    const int16_t *step = k->step;
    uint64_t *kept = k->total;
    int64_t i = 0;
    fill_table(k, r->rounds);
    for (; i + 4 <= n; i += 4)
        for (int64_t j = i; j < i + 4; j++)
            total = table_step(total, x[j], gone[j], step, lowest, stored + j, kept + j);
    for (; i < n; i++) total = table_step(total, x[i], gone[i], step, lowest, stored + i, kept + i);
}

/* Stops at a bar whose R has left its binade; returns how many bars were done. */
static int64_t by_steps(wk_units *k, const wk_range *r, int64_t at, int64_t n, const double *x,
                        double *stored, uint64_t total)
{
    const uint64_t span = ONE_UNIT(MANTISSA + r->rounds);
    const double *gone = stored - r->w;
    for (int64_t i = at; i < n; i++) {
        const uint64_t now = bits_of(x[i]), rest = total - bits_of(gone[i]);
        if (rest - r->low >= span) return i;
        total = rest + now;
        k->total[i] = total;
        stored[i] = double_of(now - up_to_even(rest, r->rounds));
    }
    return n;
}

/* Totals become sums, each rounded once: its upper and its lower half are put into numbers of their
 * own by their bits, the upper half loses what it has too much, and the two are added. False when
 * some R was not where it should be. */
WK_WIDE static bool sums_of(const wk_units *k, const wk_range *r, int64_t n,
                            const double *restrict x, double *restrict sum)
{
    const double much = 0x1p84 + 0x1p63 + 0x1p52 - r->all, unit = r->unit;
    const uint64_t zero = r->zero, r_low = r->low;
    uint64_t bad = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t v = k->total[i] - zero;
        const double low = double_of((v & 0xffffffffu) | UINT64_C(0x4330000000000000));
        const double high = double_of((v >> 32) ^ UINT64_C(0x4530000080000000));
        sum[i] = ((high - much) + low) * unit;
        bad |= k->total[i] - bits_of(x[i]) - r_low;
    }
    return bad >> (MANTISSA + r->rounds) == 0;
}

/* From crossing to crossing of R. */
static bool between(wk_units *k, wk_range *r, int64_t n, const double *x, double *stored,
                    uint64_t total)
{
    for (int64_t at = 0; at < n;) {
        const uint64_t before = at > 0 ? k->total[at - 1] : total;
        if (!set_rounds(r, before - bits_of(stored[at - r->w]))) return false;
        at = by_steps(k, r, at, n, x, stored, before);
    }
    return true;
}

/* What holds for a stretch of bars that begins with x[0]; false: the law has to do it. */
static bool begin(const wk_units_lane *l, wk_range *r)
{
    const uint64_t exponent = bits_of(l->x[0]) >> MANTISSA;
    wk_units *k = l->units;
    if (exponent < 1023 - EXPONENT_ROOM || exponent > 1023 + EXPONENT_ROOM) return false;
    if (k->exponent != exponent && any_beyond(l->w, l->stored - l->w, exponent, GUARD - 1))
        return false;
    k->exponent = 0; /* until all is well */
    r->w = l->w;
    r->exponent = exponent;
    r->zero = (exponent << MANTISSA) + ONE_UNIT(MANTISSA - 1);
    r->unit = power_of_two((int)exponent - 1023 - MANTISSA);
    r->per_unit = power_of_two(1023 + MANTISSA - (int)exponent);
    r->all = (double)l->w * 0x1.8p52;
    return set_total(r, *l->s, *l->c) && set_rounds(r, r->total - bits_of(l->stored[-l->w]));
}

static void end(wk_units_lane *l, const wk_range *r, int64_t n)
{
    *l->s = l->sum[n - 1];
    const int64_t rest = (int64_t)(*l->s * r->per_unit - r->all) - (int64_t)(r->total - r->zero);
    *l->c = (double)rest * r->unit;
    l->units->exponent = r->exponent;
    l->done = true;
}

/* Bar by bar. */
static bool alone(wk_units_lane *l, wk_range *r, int64_t n)
{
    wk_units *k = l->units;
    bool well = false;
    if (any_beyond(n, l->x, r->exponent, GUARD)) return false;
    if (r->rounds <= TABLE_MAX) {
        by_table(k, r, n, l->x, l->stored, r->total);
        well = sums_of(k, r, n, l->x, l->sum);
    }
    if (!well) {
        if (!between(k, r, n, l->x, l->stored, r->total)) return false;
        (void)sums_of(k, r, n, l->x, l->sum);
    }
    r->total = k->total[n - 1];
    return true;
}

/* Lanes that are next to each other and have one window, up to eight bars at a time. */
static void side_by_side(wk_units_lane *l, wk_range *r, const bool *ready, int lanes, int64_t n)
{
    wk_wide_lane w[WK_WIDE_LANES];
    for (int k = 0, next = 0; k < lanes; k = next) {
        next = k + 1;
        if (!ready[k] || !wk_wide_can(&r[k])) continue;
        while (next < lanes && next < k + WK_WIDE_LANES && ready[next] && l[next].w == l[k].w &&
               wk_wide_can(&r[next]))
            next++;
        for (int j = k; j < next; j++)
            w[j - k] = (wk_wide_lane){l[j].x, l[j].stored, l[j].sum, r[j], false};
        wk_wide_roll(w, next - k, n);
        for (int j = k; j < next; j++)
            if (w[j - k].done) end(&l[j], &w[j - k].range, n);
    }
}

void wk_units_roll(wk_units_lane *l, int lanes, int64_t n)
{
    wk_range r[WK_LANES];
    bool ready[WK_LANES];
    for (int k = 0; k < lanes; k++) {
        l[k].done = false;
        ready[k] = begin(&l[k], &r[k]);
    }
    side_by_side(l, r, ready, lanes, n);
    for (int k = 0; k < lanes; k++)
        if (ready[k] && !l[k].done && alone(&l[k], &r[k], n)) end(&l[k], &r[k], n);
}
