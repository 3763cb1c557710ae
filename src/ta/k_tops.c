/* SPDX-License-Identifier: MIT */
#include "k_tops.h"

WK_INLINE double pick(double older, double newer, bool highest)
{
    return highest ? (newer > older ? newer : older) : (newer < older ? newer : older);
}

WK_INLINE double of_four(const double *x, int64_t s, bool highest)
{
    return pick(pick(x[0], x[s], highest), pick(x[2 * s], x[3 * s], highest), highest);
}

WK_INLINE bool has_na(const double *x, int64_t n)
{
    int bad = 0;
    for (int64_t i = 0; i < n; i++) bad |= x[i] != x[i];
    return bad != 0;
}

/* out[i]: extreme of x[i .. i+w-1], i < n. `run` has room for n + w - 1. False on NA. */
WK_INLINE bool tile_of(const double *x, int64_t n, int64_t w, bool highest, double *run,
                       double *restrict out)
{
    const int64_t all = n + w - 1;
    if (has_na(x, all)) return false;
    if (w == 1) {
        memcpy(out, x, (size_t)n * sizeof(double));
        return true;
    }
    int64_t s = w < 4 ? 2 : 4, have = all - s + 1;
    if (s == 2)
        for (int64_t i = 0; i < have; i++) run[i] = pick(x[i], x[i + 1], highest);
    else
        for (int64_t i = 0; i < have; i++) run[i] = of_four(x + i, 1, highest);
    for (; 4 * s <= w; s *= 4) {
        have -= 3 * s;
        for (int64_t i = 0; i < have; i++) run[i] = of_four(run + i, s, highest);
    }
    for (; 2 * s <= w; s *= 2) {
        have -= s;
        for (int64_t i = 0; i < have; i++) run[i] = pick(run[i], run[i + s], highest);
    }
    const double *later = run + (w - s);
    for (int64_t i = 0; i < n; i++) out[i] = pick(run[i], later[i], highest);
    return true;
}

WK_WIDE static bool top_tile(const double *x, int64_t n, int64_t w, double *run, double *out)
{
    return tile_of(x, n, w, true, run, out);
}

WK_WIDE static bool bottom_tile(const double *x, int64_t n, int64_t w, double *run, double *out)
{
    return tile_of(x, n, w, false, run, out);
}

bool wk_tops_column(int64_t n, const double *x, int64_t w, bool highest, double *out)
{
    double run[WK_TOPS_TILE + WK_TOPS_MAX];
    if (w > WK_TOPS_MAX) return false;
    wk_fill_na(n < w ? n : w - 1, out);
    if (n < w) return !has_na(x, n);
    for (int64_t at = w - 1; at < n; at += WK_TOPS_TILE) {
        const int64_t len = n - at < WK_TOPS_TILE ? n - at : WK_TOPS_TILE;
        const double *from = x + at - w + 1;
        if (!(highest ? top_tile : bottom_tile)(from, len, w, run, out + at)) return false;
    }
    return true;
}

bool wk_tops_pair(int64_t n, const double *high, const double *low, int64_t w, wk_tops_take take,
                  const void *what)
{
    double run[WK_TOPS_TILE + WK_TOPS_MAX], top[WK_TOPS_TILE], bottom[WK_TOPS_TILE];
    if (w > WK_TOPS_MAX || n < w) return false;
    for (int64_t at = w - 1; at < n; at += WK_TOPS_TILE) {
        const int64_t len = n - at < WK_TOPS_TILE ? n - at : WK_TOPS_TILE, from = at - w + 1;
        if (!top_tile(high + from, len, w, run, top) ||
            !bottom_tile(low + from, len, w, run, bottom))
            return false;
        take(what, at, len, top, bottom);
    }
    return true;
}
