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

/* Bars [from, n) of `count` lanes that are all past their warm-up. `count` is a constant at every
 * call, so the small arrays live in registers. */
WK_INLINE void many_lanes(lane_state *l, int count, int64_t from, int64_t n)
{
    double s[WK_LANES], c[WK_LANES], div[WK_LANES], *ent[WK_LANES], *out[WK_LANES];
    const double *src[WK_LANES];
    int64_t w[WK_LANES], mask[WK_LANES];
    for (int k = 0; k < count; k++) {
        s[k] = l[k].s, c[k] = l[k].c, div[k] = l[k].div, ent[k] = l[k].ent, out[k] = l[k].out;
        src[k] = l[k].src, w[k] = l[k].w, mask[k] = l[k].mask;
    }
    for (int64_t i = from; i < n; i++) {
        for (int k = 0; k < count; k++) {
            const double x = src[k][i];
            double entry;
            if (WK_UNLIKELY(wk_sum_fires(c[k], x))) {
                s[k] = plain_sum(src[k], i, w[k]);
                c[k] = 0.0;
                entry = x;
            } else {
                const double y1 = -ent[k][(i - w[k]) & mask[k]] - c[k];
                const double t = s[k] + y1;
                const double e1 = (t - s[k]) - y1;
                entry = x - e1;
                s[k] = t + entry;
                c[k] = (s[k] - t) - entry;
            }
            ent[k][i & mask[k]] = entry;
            out[k][i] = s[k] / div[k];
        }
    }
}

static void group(lane_state *l, int count, int64_t n)
{
    int64_t start = 0; /* first bar on which every lane evicts */
    for (int k = 0; k < count; k++)
        if (l[k].first + l[k].w > start) start = l[k].first + l[k].w;
    if (start > n) start = n;
    for (int k = 0; k < count; k++) one_lane(&l[k], l[k].first, start);
    switch (count) {
    case 1: one_lane(&l[0], start, n); break;
    case 2: many_lanes(l, 2, start, n); break;
    case 3: many_lanes(l, 3, start, n); break;
    case 4: many_lanes(l, 4, start, n); break;
    case 5: many_lanes(l, 5, start, n); break;
    case 6: many_lanes(l, 6, start, n); break;
    case 7: many_lanes(l, 7, start, n); break;
    default: many_lanes(l, 8, start, n); break;
    }
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
            while (cap < from->w + 1) cap *= 2;
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
