/* SPDX-License-Identifier: MIT */
#include "../k_win.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0);
}

typedef struct item {
    double value;
    int64_t age; /* 0 newest */
} item;

/* State: bars seen, the window, and room for n items to sort. */
static int64_t size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return (int64_t)sizeof(int64_t) + wk_win_bytes(w) + w * (int64_t)sizeof(item);
}

static void init(void *state, const double *p)
{
    int64_t *bars = state;
    *bars = 0;
    wk_win_init(bars + 1, wk_window(p, 0));
}

static int compare(const void *a, const void *b)
{
    const item *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Insertion for short windows, where it beats qsort many times over. */
static void sort_items(item *v, int64_t n)
{
    if (n > 32) {
        qsort(v, (size_t)n, sizeof *v, compare);
        return;
    }
    for (int64_t i = 1; i < n; i++) {
        const item x = v[i];
        int64_t k = i;
        for (; k > 0 && v[k - 1].value > x.value; k--) v[k] = v[k - 1];
        v[k] = x;
    }
}

/* Pearson's correlation of age with rank. A group of ties is everything closer than 1e-10 to its
 * smallest member and shares the mean rank; ranks fall with value as ages rise with time, so a rise
 * counts positive. Ages, ranks and their products are multiples of 1/4 that doubles hold exactly,
 * so the order of summation does not matter. */
static double correlate(item *v, int64_t n)
{
    const double count = (double)n, mean = (count - 1.0) / 2.0;
    double squares = 0.0, rank_squares = 0.0, cov = 0.0;
    sort_items(v, n);
    for (int64_t i = 0; i < n;) {
        int64_t j = i;
        while (j < n && v[j].value - v[i].value < WK_EPS) j++;
        if (j == i) return WICK_NA; /* infinities: not even equal to themselves */
        const double rank = (count - 1.0) - (double)(i + j - 1) / 2.0;
        for (int64_t k = i; k < j; k++) {
            const double age = (double)v[k].age;
            squares += age * age;
            rank_squares += rank * rank;
            cov += (age - mean) * (rank - mean);
        }
        i = j;
    }
    const double var_age = squares / count - mean * mean, var_rank = rank_squares / count - mean * mean;
    if (var_age <= 0.0 || var_rank <= 0.0) return WICK_NA;
    return 100.0 * (cov / count) / (sqrt(var_age) * sqrt(var_rank));
}

static double over_window(const double *oldest, int64_t n, item *room)
{
    for (int64_t k = 0; k < n; k++) {
        const double x = oldest[n - 1 - k];
        if (isnan(x)) return WICK_NA;
        room[k] = (item){x, k};
    }
    return correlate(room, n);
}

static void step(void *state, const double *p, const double *in, double *out)
{
    const int64_t w = wk_window(p, 0);
    int64_t *bars = state;
    wk_win *win = (wk_win *)(void *)(bars + 1);
    item *room = (item *)(void *)((char *)win + wk_win_bytes(w));
    const double *v = wk_win_push(win, in[0]);
    out[0] = (*bars)++ < w ? WICK_NA : over_window(v, w, room);
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    item *room = malloc((size_t)w * sizeof *room);
    if (room == NULL) return WICK_E_MEM;
    for (int64_t i = 0; i < n; i++)
        out[0][i] = i < w ? WICK_NA : over_window(in[0] + i - w + 1, w, room);
    free(room);
    return WICK_OK;
}

/* Plain reading: ranks by counting, mean rank for exact ties. */
static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    for (int64_t i = 0; i < n; i++) {
        double cov = 0.0, va = 0.0, vr = 0.0;
        for (int64_t a = 0; a < w && i >= w; a++) {
            double rank = 0.0;
            for (int64_t b = 0; b < w; b++) {
                if (b == a) continue;
                rank += in[0][i - b] > in[0][i - a] ? 1.0 : in[0][i - b] == in[0][i - a] ? 0.5 : 0.0;
                if (isnan(in[0][i - b])) rank = WICK_NA;
            }
            if (isnan(in[0][i - a])) rank = WICK_NA;
            const double x = (double)a - (p[0] - 1.0) / 2.0, y = rank - (p[0] - 1.0) / 2.0;
            cov += x * y, va += x * x, vr += y * y;
        }
        out[0][i] = i < w || !(va > 0.0) || !(vr > 0.0) ? WICK_NA : 100.0 * cov / sqrt(va * vr);
    }
    return WICK_OK;
}

const wick_ta_spec wick_ta_rci = {
    .name = "rci",
    .title = "rank correlation index",
    .formula = "100 * Spearman's correlation of src with time over the last n bars",
    .source = "Pine v6 ta.rci; pine_semantics.md 5.2",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 9, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"rci", WICK_U_PERCENT}},
    .warmup = warmup,
    .run = run,
    .ref = ref,
    .state_size = size,
    .state_init = init,
    .step = step,
    .tolerance = 1e-9,
    .note = "Ranks each window afresh. Values within 1e-10 of the smallest of their group tie. The "
            "first value is at bar n, as measured on TradingView.",
};
