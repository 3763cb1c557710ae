/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_macd wick_ta_ppo */
#include "../k_scratch.h"
#include "../k_seed.h"

static int64_t longest(const double *p)
{
    const double w = p[0] > p[1] ? p[0] : p[1];
    return (int64_t)w;
}

static int64_t warmup(const double *p)
{
    return longest(p) - 1 + wk_window(p, 2) - 1;
}

static const char *const seeds[] = {"sma", "first", "weighted", "talib", NULL};

/* The other seeds. "talib": the fast average begins on the bar on which the slow one does, with the
 * mean of the values up to there. */
typedef struct seeded {
    wk_seeded fast, slow, signal;
    int64_t n;
} seeded;

static int64_t size(const double *p)
{
    if (p[3] == WK_SEED_FIRST || p[3] == WK_SEED_WEIGHTED) return (int64_t)sizeof(seeded);
    return (p[3] == WK_SEED_TALIB ? (int64_t)sizeof(int64_t) : 0) + wk_avg_bytes(wk_window(p, 0)) +
           wk_avg_bytes(wk_window(p, 1)) + wk_avg_bytes(wk_window(p, 2));
}

static void init(void *state, const double *p)
{
    if (p[3] == WK_SEED_FIRST || p[3] == WK_SEED_WEIGHTED) {
        memset(state, 0, sizeof(seeded));
        return;
    }
    if (p[3] == WK_SEED_TALIB) {
        *(int64_t *)state = 0;
        state = (int64_t *)state + 1;
    }
    wk_avg_init(wk_avg_init(wk_avg_init(state, wk_window(p, 0)), wk_window(p, 1)), wk_window(p, 2));
}

/* The line is there from the first value on, and its signal too: they are only shown later. */
static void seeded_step(seeded *k, const double *p, double x, double *out)
{
    const int seed = (int)p[3];
    out[0] = out[1] = out[2] = WICK_NA;
    if (isnan(x)) return;
    const double fast = wk_seeded_step(&k->fast, 1, wk_ema_alpha(wk_window(p, 0)), seed, x);
    const double slow = wk_seeded_step(&k->slow, 1, wk_ema_alpha(wk_window(p, 1)), seed, x);
    const double line = fast - slow;
    const double signal = wk_seeded_step(&k->signal, 1, wk_ema_alpha(wk_window(p, 2)), seed, line);
    if (++k->n >= longest(p)) out[0] = line;
    if (k->n <= warmup(p)) return;
    out[1] = signal;
    out[2] = line - signal;
}

static void step(void *state, const double *p, const double *in, double *out)
{
    if (p[3] == WK_SEED_FIRST || p[3] == WK_SEED_WEIGHTED) {
        seeded_step(state, p, in[0], out);
        return;
    }
    bool begun[2] = {true, true}; /* of the fast and the slow average */
    if (p[3] == WK_SEED_TALIB) {
        int64_t *seen = state;
        state = seen + 1;
        if (!isnan(in[0])) ++*seen;
        for (int k = 0; k < 2; k++) begun[k] = *seen > longest(p) - wk_window(p, k);
    }
    void *slow = (char *)state + wk_avg_bytes(wk_window(p, 0));
    void *signal = (char *)slow + wk_avg_bytes(wk_window(p, 1));
    const double fast = begun[0] ? wk_ema_step(state, in[0]) : WICK_NA;
    out[0] = fast - (begun[1] ? wk_ema_step(slow, in[0]) : WICK_NA);
    out[1] = wk_ema_step(signal, out[0]);
    out[2] = out[0] - out[1];
}

static wick_status by_columns(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    /* The outputs hold the two averages until the line replaces the first. */
    const wk_avg_lane l[2] = {{in[0], out[0], wk_window(p, 0)}, {in[0], out[1], wk_window(p, 1)}};
    wick_status st = wk_ema_columns(n, l, 2);
    if (st < 0) return st;
    for (int64_t i = 0; i < n; i++) out[0][i] -= out[1][i];
    st = wk_ema_column(n, out[0], wk_window(p, 2), out[1]);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[2][i] = out[0][i] - out[1][i];
    return st;
}

/* Where the three averages stand. */
typedef struct lines {
    double fast, slow, signal;
} lines;

WK_INLINE void next_bar(lines *k, double x, const lines *alpha, double *const *out, int64_t i)
{
    k->fast = wk_ema_next(k->fast, x, alpha->fast);
    k->slow = wk_ema_next(k->slow, x, alpha->slow);
    const double line = k->fast - k->slow;
    k->signal = wk_ema_next(k->signal, line, alpha->signal);
    out[0][i] = line;
    out[1][i] = k->signal;
    out[2][i] = line - k->signal;
}

static void in_a_row(const double *x, int64_t from, int64_t to, const lines *alpha, lines *k,
                     double *const *out)
{
    lines now = *k;
    for (int64_t i = from; i < to; i++) next_bar(&now, x[i], alpha, out, i);
    *k = now;
}

/* Parts of the column side by side, each of which began `lead` bars early with averages of its own:
 * as in k_split.h, whether it came to the bits of the part before is compared, and a part that did
 * not is done again. Returns the bar behind the last part. */
enum { PARTS = 4 };

static int64_t by_parts(const double *x, int64_t from, int64_t n, int64_t lead, const lines *alpha,
                        lines *k, double *const *out)
{
    const int64_t size = (n - from) / PARTS;
    lines part[PARTS], began[PARTS];
    if (size < 2 * lead) return from;
    part[0] = *k;
    for (int j = 1; j < PARTS; j++) {
        const int64_t at = from + j * size;
        part[j] = (lines){x[at - lead], x[at - lead], 0.0};
        in_a_row(x, at - lead, at, alpha, &part[j], out);
    }
    memcpy(began, part, sizeof began);
    for (int64_t i = 0; i < size; i++)
        for (int j = 0; j < PARTS; j++) {
            const int64_t at = from + j * size + i;
            next_bar(&part[j], x[at], alpha, out, at);
        }
    for (int j = 1; j < PARTS; j++) {
        const int64_t at = from + j * size;
        if (memcmp(&part[j - 1], &began[j], sizeof began[j]) == 0) continue;
        part[j] = part[j - 1];
        in_a_row(x, at, at + size, alpha, &part[j], out);
    }
    *k = part[PARTS - 1];
    return from + PARTS * size;
}

/* Clean input: columns up to the bar where all three averages exist, then the three side by side.
 * Each alone waits for its own last value; together they cost what one does. */
static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    if (p[3] != 0.0) return wk_run_steps(n, in, p, out, 1, 3, size, init, step);
    const double *x = in[0];
    const int64_t first = wk_first(n, x), from = first + warmup(p) + 1;
    if (from >= n || !wk_clean(n, x, first) || p[0] == 1.0 || p[1] == 1.0 || p[2] == 1.0)
        return by_columns(n, in, p, out);
    const wk_avg_lane l[2] = {{x, out[0], wk_window(p, 0)}, {x, out[1], wk_window(p, 1)}};
    wick_status st = wk_ema_columns(from, l, 2);
    if (st < 0) return st;
    lines k = {out[0][from - 1], out[1][from - 1], 0.0};
    st = by_columns(from, in, p, out);
    if (st < 0) return st;
    k.signal = out[1][from - 1];
    const lines alpha = {wk_ema_alpha(wk_window(p, 0)), wk_ema_alpha(wk_window(p, 1)),
                         wk_ema_alpha(wk_window(p, 2))};
    const int64_t lead = 24 * (longest(p) + wk_window(p, 2));
    in_a_row(x, by_parts(x, from, n, lead, &alpha, &k, out), n, &alpha, &k, out);
    return WICK_OK;
}

/* ---- ppo ------------------------------------------------------------------------------------ */

static const char *const ppo_types[] = {"sma", "ema", NULL};

static int64_t ppo_warmup(const double *p)
{
    return longest(p) - 1;
}

static bool is_ema(const double *p)
{
    return p[2] != 0.0;
}

static int64_t part_bytes(const double *p, int k)
{
    return is_ema(p) ? wk_avg_bytes(wk_window(p, k)) : wk_sum_bytes(wk_window(p, k));
}

static int64_t ppo_size(const double *p)
{
    return part_bytes(p, 0) + part_bytes(p, 1);
}

static void ppo_init(void *state, const double *p)
{
    if (is_ema(p))
        wk_avg_init(wk_avg_init(state, wk_window(p, 0)), wk_window(p, 1));
    else
        wk_sum_init(wk_sum_init(state, wk_window(p, 0)), wk_window(p, 1));
}

static double ppo_of(double fast, double slow)
{
    return wk_finite((fast - slow) / slow * 100.0);
}

static void ppo_step(void *state, const double *p, const double *in, double *out)
{
    void *second = (char *)state + part_bytes(p, 0);
    double fast, slow;
    if (is_ema(p)) {
        fast = wk_ema_step(state, in[0]);
        slow = wk_ema_step(second, in[0]);
    } else {
        fast = wk_sum_step(state, in[0]) / p[0];
        slow = wk_sum_step(second, in[0]) / p[1];
    }
    out[0] = ppo_of(fast, slow);
}

static wick_status ppo_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double *slow = malloc((size_t)(n + 1) * sizeof(double));
    wick_status st;
    if (slow == NULL) return WICK_E_MEM;
    if (is_ema(p)) {
        const wk_avg_lane l[2] = {{in[0], out[0], wk_window(p, 0)}, {in[0], slow, wk_window(p, 1)}};
        st = wk_ema_columns(n, l, 2);
    } else {
        const wk_lane l[2] = {{in[0], out[0], wk_window(p, 0), p[0]},
                              {in[0], slow, wk_window(p, 1), p[1]}};
        st = wk_roll(n, l, 2);
    }
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] = ppo_of(out[0][i], slow[i]);
    free(slow);
    return st;
}

const wick_ta_spec wick_ta_macd = {
    .name = "macd",
    .title = "moving average convergence/divergence",
    .formula =
        "line = ema(src, fast) - ema(src, slow); signal = ema(line, n); hist = line - signal",
    .source = "Pine v6 ta.macd; Appel; pine_semantics.md 5.1",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_CLOSE}},
    .param = {{"fast", 12, 1, WK_WINDOW_MAX, .is_int = 1},
              {"slow", 26, 1, WK_WINDOW_MAX, .is_int = 1},
              {"signal", 9, 1, WK_WINDOW_MAX, .is_int = 1},
              {"seed", 0, 0, 3, .is_int = 1, .choice = seeds,
               .doc = WK_SEED_DOC "; talib: both begin on the bar on which the slower one does"}},
    .out = {{"line", WICK_U_ANY}, {"signal", WICK_U_ANY}, {"hist", WICK_U_ANY}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note = "The line is there before the signal. TA-Lib starts both averages on the bar where the "
            "slow one is complete, so its numbers approach these as it goes on; seed = \"talib\" "
            "gives them from the start, seed = \"first\" those of pandas' ewm(adjust = False).",
};

const wick_ta_spec wick_ta_ppo = {
    .name = "ppo",
    .title = "percentage price oscillator",
    .formula = "100 * (ma(src, fast) - ma(src, slow)) / ma(src, slow)",
    .source = "TA-Lib PPO; strategies.md 2.1",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_CLOSE}},
    .param = {{"fast", 12, 1, WK_WINDOW_MAX, .is_int = 1},
              {"slow", 26, 1, WK_WINDOW_MAX, .is_int = 1},
              {"ma", 0, 0, 1, .is_int = 1, .choice = ppo_types}},
    .out = {{"ppo", WICK_U_PERCENT}},
    .warmup = ppo_warmup,
    .run = ppo_run,
    .state_size = ppo_size,
    .state_init = ppo_init,
    .step = ppo_step,
    .note = "Simple averages unless asked otherwise, as TA-Lib does.",
};
