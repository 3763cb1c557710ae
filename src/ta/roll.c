/* SPDX-License-Identifier: MIT */
/** Column form of the rolling sum: lanes of clean input interleaved, others stepped. */
#include "roll.h"

typedef struct lane_state {
    double s, c;
    double *ent; /* ring of what was really added */
    int64_t w, mask, first;
    const double *src;
    double *out;
    double div;
} lane_state;

/* Newest first over the raw window ending at i, as the law says. Rare on prices. */
static WK_NOINLINE double plain_sum(const double *src, int64_t i, int64_t count)
{
    double s = src[i];
    for (int64_t k = 1; k < count; k++) s += src[i - k];
    return s;
}

/* Bars [from, to) of one lane, warm-up included. */
static void one_lane(lane_state *l, int64_t from, int64_t to)
{
    const double *src = l->src;
    double *ent = l->ent, *out = l->out;
    const int64_t w = l->w, mask = l->mask, div_from = l->first + w - 1;
    double s = l->s, c = l->c;
    for (int64_t i = from; i < to; i++) {
        const double x = src[i];
        const int64_t seen = i - l->first;
        double entry;
        if (wk_sum_fires(c, x)) {
            s = plain_sum(src, i, seen + 1 < w ? seen + 1 : w);
            c = 0.0;
            entry = x;
        } else if (seen < w) {
            entry = x - c;
            const double t = s + entry;
            c = (t - s) - entry;
            s = t;
        } else {
            const double y1 = -ent[(i - w) & mask] - c;
            const double t = s + y1;
            const double e1 = (t - s) - y1;
            entry = x - e1;
            s = t + entry;
            c = (s - t) - entry;
        }
        ent[i & mask] = entry;
        out[i] = i >= div_from ? s / l->div : WICK_NA;
    }
    l->s = s;
    l->c = c;
}

/* Two lanes in one register, where the compiler offers such a thing; each half is rounded like a
 * number of its own, so the bits stay. Other compilers do one lane at a time by the same code. */
#if defined(__GNUC__)
enum { WIDE = 2 };
typedef double wide __attribute__((vector_size(16)));
typedef int64_t wide_bits __attribute__((vector_size(16)));
#define WIDE_AT(v, k) ((v)[k])

static inline wide wide_of(const double *v)
{
    return (wide){v[0], v[1]};
}

static inline wide wide_abs(wide v)
{
    const wide_bits most = {INT64_MAX, INT64_MAX};
    return (wide)((wide_bits)v & most);
}
#else
enum { WIDE = 1 };
typedef double wide;
#define WIDE_AT(v, k) (v)

static inline wide wide_of(const double *v)
{
    return v[0];
}

static inline wide wide_abs(wide v)
{
    return fabs(v);
}
#endif

enum { GROUPS = WK_LANES / WIDE, AGAIN = 4 };

/* The bar on which a lane starts over from its raw window; rare on prices. */
static WK_NOINLINE void rebase(const lane_state *l, int64_t i, double *s, double *c, double *entry)
{
    *s = plain_sum(l->src, i, l->w);
    *c = 0.0;
    *entry = l->src[i];
}

/* Bars [from, n) of `groups` times WIDE lanes that are all past their warm-up. `groups` is a
 * constant at every call, so everything lives in registers. */
WK_INLINE void many_lanes(lane_state *l, int groups, int64_t from, int64_t n)
{
    wide s[GROUPS], c[GROUPS], div[GROUPS];
    for (int g = 0; g < groups; g++) {
        const lane_state *a = &l[g * WIDE], *b = &l[g * WIDE + WIDE - 1];
        s[g] = wide_of((const double[]){a->s, b->s});
        c[g] = wide_of((const double[]){a->c, b->c});
        div[g] = wide_of((const double[]){a->div, b->div});
    }
    for (int64_t i = from; i < n; i++) {
        wide entry[GROUPS], over[GROUPS];
        for (int g = 0; g < groups; g++) {
            double now[WIDE], gone[WIDE];
            for (int k = 0; k < WIDE; k++) {
                const lane_state *m = &l[g * WIDE + k];
                now[k] = m->src[i];
                gone[k] = m->ent[(i - m->w) & m->mask];
            }
            const wide x = wide_of(now), b = wide_abs(c[g]);
            over[g] = b - ((x + b) - x); /* wk_sum_fires */
            const wide y1 = -wide_of(gone) - c[g];
            const wide t = s[g] + y1;
            const wide e1 = (t - s[g]) - y1;
            entry[g] = x - e1;
            s[g] = t + entry[g];
            c[g] = (s[g] - t) - entry[g];
        }
        for (int g = 0; g < groups; g++)
            for (int k = 0; k < WIDE; k++)
                if (WK_UNLIKELY(WIDE_AT(over[g], k) > 0.0)) {
                    double a, d, e;
                    rebase(&l[g * WIDE + k], i, &a, &d, &e);
                    WIDE_AT(s[g], k) = a, WIDE_AT(c[g], k) = d, WIDE_AT(entry[g], k) = e;
                }
        for (int g = 0; g < groups; g++) {
            const wide mean = s[g] / div[g];
            for (int k = 0; k < WIDE; k++) {
                const lane_state *m = &l[g * WIDE + k];
                m->ent[i & m->mask] = WIDE_AT(entry[g], k);
                m->out[i] = WIDE_AT(mean, k);
            }
        }
    }
    for (int k = 0; k < groups * WIDE; k++) {
        l[k].s = WIDE_AT(s[k / WIDE], k % WIDE);
        l[k].c = WIDE_AT(c[k / WIDE], k % WIDE);
    }
}

#if defined(__GNUC__)
/*
 * One or two lanes have nothing to interleave with: their time is the chain of eight dependent
 * additions. When no operation of a bar rounds but the sums themselves, the same bits come from a
 * chain of four,
 *     d = (x - gone) - c,  s' = s + d,  c' = (s' - s) - d,
 * because s' is then the rounding of the one exact number s - c + x - gone either way. Whether a
 * bar is of that kind is not argued but checked: the operations of the law run beside the guess
 * from the same s and c, and a block that shows any difference is done again by the law alone. On
 * prices that is one block in fifty.
 */
typedef struct guess {
    wide s, c;
    wide_bits off; /* not zero: a guess was wrong */
} guess;

/* The ring keeps AGAIN entries more than the window, so that a block can be done again. */
WK_INLINE guess guess_block(const lane_state *a, const lane_state *b, int64_t from, wide div,
                            guess g)
{
    for (int64_t i = from; i < from + AGAIN; i++) {
        const double now[WIDE] = {a->src[i], b->src[i]};
        const double left[WIDE] = {a->ent[(i - a->w) & a->mask], b->ent[(i - b->w) & b->mask]};
        const wide x = wide_of(now), gone = wide_of(left);
        const wide d = (x - gone) - g.c, s = g.s + d, c = (s - g.s) - d;
        const wide y1 = -gone - g.c, t = g.s + y1, e1 = (t - g.s) - y1, entry = x - e1;
        const wide s2 = t + entry, c2 = (s2 - t) - entry;
        const wide size = wide_abs(g.c), over = size - ((x + size) - x); /* wk_sum_fires */
        const wide mean = s / div;
        g.off |= ((wide_bits)s ^ (wide_bits)s2) | ((wide_bits)c ^ (wide_bits)c2) | (over > 0.0);
        a->ent[i & a->mask] = WIDE_AT(entry, 0);
        b->ent[i & b->mask] = WIDE_AT(entry, 1);
        a->out[i] = WIDE_AT(mean, 0);
        b->out[i] = WIDE_AT(mean, 1);
        g.s = s;
        g.c = c;
    }
    return g;
}

static void two_lanes(lane_state *l, int64_t from, int64_t n)
{
    const lane_state a = l[0], b = l[1];
    const wide div = {a.div, b.div};
    guess now = {.s = {a.s, b.s}, .c = {a.c, b.c}};
    int64_t i = from;
    for (; i + AGAIN <= n; i += AGAIN) {
        const guess next = guess_block(&a, &b, i, div, now);
        if (WK_UNLIKELY((next.off[0] | next.off[1]) != 0)) {
            l[0].s = now.s[0], l[0].c = now.c[0], l[1].s = now.s[1], l[1].c = now.c[1];
            many_lanes(l, 1, i, i + AGAIN);
            now = (guess){.s = {l[0].s, l[1].s}, .c = {l[0].c, l[1].c}};
        } else {
            now = next;
        }
    }
    l[0].s = now.s[0], l[0].c = now.c[0], l[1].s = now.s[1], l[1].c = now.c[1];
    many_lanes(l, 1, i, n);
}
#else
static void two_lanes(lane_state *l, int64_t from, int64_t n)
{
    one_lane(&l[0], from, n);
}
#endif

/* `l` has room for WK_LANES. The last lane fills what is left of its group: done twice over, it
 * writes the same numbers to the same places. */
static void group(lane_state *l, int count, int64_t n)
{
    int64_t start = 0; /* first bar on which every lane evicts */
    for (int k = 0; k < count; k++)
        if (l[k].first + l[k].w > start) start = l[k].first + l[k].w;
    if (start > n) start = n;
    for (int k = 0; k < count; k++) one_lane(&l[k], l[k].first, start);
    for (int k = count; k < WK_LANES; k++) l[k] = l[count - 1];
    if (count <= WIDE)
        two_lanes(l, start, n);
    else if (count <= 2 * WIDE)
        many_lanes(l, 2, start, n);
    else if (count <= 3 * WIDE)
        many_lanes(l, 3, start, n);
    else
        many_lanes(l, GROUPS, start, n);
}

static wick_status by_steps(int64_t n, const wk_lane *l)
{
    wk_sum *k = malloc((size_t)wk_sum_bytes(l->w));
    if (k == NULL) return WICK_E_MEM;
    wk_sum_init(k, l->w);
    for (int64_t i = 0; i < n; i++) l->out[i] = wk_sum_step(k, l->src[i]) / l->div;
    free(k);
    return WICK_OK;
}

static bool clean_from(int64_t n, const wk_lane *lanes, int32_t at, lane_state *l, int32_t have)
{
    for (int32_t k = 0; k < have; k++)
        if (l[k].src == lanes[at].src) {
            l[have].first = l[k].first;
            return true;
        }
    l[have].first = wk_first(n, lanes[at].src);
    return wk_clean(n, lanes[at].src, l[have].first);
}

wick_status wk_roll(int64_t n, const wk_lane *lanes, int32_t count)
{
    int32_t next = 0;
    while (next < count) {
        lane_state l[WK_LANES];
        int32_t have = 0;
        int64_t room = 0;
        for (; next < count && have < WK_LANES; next++) {
            const wk_lane *from = &lanes[next];
            if (!clean_from(n, lanes, next, l, have)) {
                const wick_status st = by_steps(n, from);
                if (st < 0) return st;
                continue;
            }
            int64_t cap = 2;
            while (cap < from->w + AGAIN) cap *= 2;
            l[have].src = from->src, l[have].out = from->out, l[have].w = from->w;
            l[have].div = from->div, l[have].mask = cap - 1, l[have].s = 0.0, l[have].c = 0.0;
            wk_fill_na(l[have].first, from->out);
            room += cap;
            have++;
        }
        if (have == 0) continue;
        double *ring = malloc((size_t)room * sizeof(double));
        if (ring == NULL) return WICK_E_MEM;
        double *at = ring;
        for (int32_t k = 0; k < have; k++) {
            l[k].ent = at;
            at += l[k].mask + 1;
        }
        group(l, have, n);
        free(ring);
    }
    return WICK_OK;
}

double wk_seed(const double *x, int64_t from, int64_t w)
{
    double s = 0.0, c = 0.0;
    for (int64_t i = 0; i < w; i++) {
        const double v = x[from + i];
        if (wk_sum_fires(c, v)) {
            s = plain_sum(x, from + i, i + 1);
            c = 0.0;
            continue;
        }
        const double y = v - c, t = s + y;
        c = (t - s) - y;
        s = t;
    }
    return s / (double)w;
}
