/* SPDX-License-Identifier: MIT */
#include "../ta_int.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0);
}

typedef struct item {
    double value;
    int64_t bar;
} item;

/* Followed by the values of the window as they came and by the numbers among them in order. */
typedef struct rci_state {
    int64_t w, bar, count;
} rci_state;

static int64_t size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return (int64_t)sizeof(rci_state) + w * (int64_t)(sizeof(double) + sizeof(item)) +
           (int64_t)sizeof(item);
}

static void init(void *state, const double *p)
{
    rci_state *k = state;
    *k = (rci_state){wk_window(p, 0), 0, 0};
    wk_fill_na(k->w, (double *)(void *)(k + 1));
}

/* First item that is not below x. */
static int64_t place(const item *v, int64_t count, double x)
{
    int64_t lo = 0;
    while (count > 0) {
        const int64_t half = count / 2;
        const bool below = v[lo + half].value < x;
        lo = below ? lo + half + 1 : lo;
        count = below ? count - half - 1 : half;
    }
    return lo;
}

static void take_out(item *v, int64_t *count, double x, int64_t bar)
{
    int64_t at = place(v, *count, x);
    while (v[at].bar != bar) at++;
    memmove(v + at, v + at + 1, (size_t)(*count - at - 1) * sizeof *v);
    --*count;
}

static void put_in(item *v, int64_t *count, double x, int64_t bar)
{
    const int64_t at = place(v, *count, x);
    memmove(v + at + 1, v + at, (size_t)(*count - at) * sizeof *v);
    v[at] = (item){x, bar};
    ++*count;
}

/* Pearson's correlation of age with rank over items in order of value. A group of ties is
 * everything closer than 1e-10 to its smallest member and shares the mean rank; ranks fall with
 * value as ages rise with time, so a rise counts positive. Ages, ranks and their products are
 * multiples of 1/4 that doubles hold exactly, so the order of summation does not matter. */
static double correlate(const item *v, int64_t n, int64_t now)
{
    const double count = (double)n, mean = (count - 1.0) / 2.0;
    double squares = 0.0, rank_squares = 0.0, cov = 0.0;
    for (int64_t i = 0; i < n;) {
        int64_t j = i + 1;
        while (j < n && v[j].value - v[i].value < WK_EPS) j++;
        const double rank = (count - 1.0) - (double)(i + j - 1) / 2.0;
        for (int64_t k = i; k < j; k++) {
            const double age = (double)(now - v[k].bar);
            squares += age * age;
            rank_squares += rank * rank;
            cov += (age - mean) * (rank - mean);
        }
        i = j;
    }
    const double var_age = squares / count - mean * mean;
    const double var_rank = rank_squares / count - mean * mean;
    if (var_age <= 0.0 || var_rank <= 0.0) return WICK_NA;
    return 100.0 * (cov / count) / (sqrt(var_age) * sqrt(var_rank));
}

static void step(void *state, const double *p, const double *in, double *out)
{
    rci_state *k = state;
    double *ring = (double *)(void *)(k + 1);
    item *v = (item *)(void *)(ring + k->w);
    const int64_t now = k->bar++, slot = now % k->w;
    (void)p;
    if (!isnan(ring[slot])) take_out(v, &k->count, ring[slot], now - k->w);
    if (!isnan(in[0])) put_in(v, &k->count, in[0], now);
    ring[slot] = in[0];
    out[0] = now < k->w || k->count < k->w ? WICK_NA : correlate(v, k->w, now);
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, step);
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
                rank += in[0][i - b] > in[0][i - a]    ? 1.0
                        : in[0][i - b] == in[0][i - a] ? 0.5
                                                       : 0.0;
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
    .note =
        "The ranks of a window are read once a bar from an order that is kept. Values within 1e-10 "
        "of "
        "the smallest of their group tie. The first value is at bar n, as measured on TradingView.",
};
