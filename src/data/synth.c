/* SPDX-License-Identifier: MIT */
/* Made-up bars for demos and tests. Only + - * / and comparisons touch the numbers (no libm), so
 * IEEE arithmetic without contraction gives the same bits on every machine. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

enum { BULL, BEAR, RANGE, CRASH, REGIMES };

/* Per bar, in units of the symbol's own volatility. `leave` is the chance to change the regime;
 * crashes are short and end in a bear or a rebound. */
static const struct {
    double drift, vol, gap, volume, leave;
    double next[REGIMES];
} regime_of[REGIMES] = {
    [BULL] = {0.07, 0.85, 0.35, 1.0, 0.012, {0.0, 0.35, 0.57, 0.08}},
    [BEAR] = {-0.06, 1.25, 0.55, 1.2, 0.016, {0.45, 0.0, 0.45, 0.10}},
    [RANGE] = {0.0, 0.70, 0.30, 0.8, 0.020, {0.60, 0.37, 0.0, 0.03}},
    [CRASH] = {-0.55, 2.60, 1.40, 2.5, 0.120, {0.40, 0.45, 0.15, 0.0}},
};

/* Twelve 16-bit uniforms make a bell of unit variance, bounded by 6 and without a logarithm. */
static double bell(wick_pcg *g)
{
    uint64_t sum = 0;
    for (int k = 0; k < 3; k++) {
        const uint64_t u = wick_pcg_u64(g);
        sum += (u & 0xffff) + ((u >> 16) & 0xffff) + ((u >> 32) & 0xffff) + (u >> 48);
    }
    return ((double)sum + 6.0) / 65536.0 - 6.0;
}

static int next_regime(wick_pcg *g, int now)
{
    if (wick_pcg_uniform(g) >= regime_of[now].leave) return now;
    double u = wick_pcg_uniform(g);
    for (int k = 0; k < REGIMES; k++) {
        if (u < regime_of[now].next[k]) return k;
        u -= regime_of[now].next[k];
    }
    return RANGE;
}

static double cents(double p)
{
    const double r = (double)(int64_t)(p * 100.0 + 0.5) / 100.0;
    return r < 0.01 ? 0.01 : r;
}

/* Market-wide part of every bar, drawn once so that all symbols share it. */
typedef struct market {
    double *move, *gap; /* in units of one standard deviation */
    uint8_t *regime;
    int64_t *time;
} market;

static void market_free(market *m)
{
    free(m->move);
    free(m->gap);
    free(m->regime);
    free(m->time);
}

static wick_status market_make(wick_ctx *ctx, uint64_t seed, int64_t bars, int64_t tf,
                               int64_t start, market *m)
{
    const size_t n = (size_t)bars + 1;
    memset(m, 0, sizeof *m);
    m->move = malloc(n * sizeof *m->move);
    m->gap = malloc(n * sizeof *m->gap);
    m->regime = malloc(n);
    m->time = malloc(n * sizeof *m->time);
    if (m->move == NULL || m->gap == NULL || m->regime == NULL || m->time == NULL) {
        market_free(m);
        return wick_fail_mem(ctx);
    }
    wick_pcg g = wick_pcg_key(seed, "synth.market", 0, 0);
    int r = BULL;
    int64_t t = start;
    for (int64_t i = 0; i < bars; i++) {
        if (tf == WICK_MS_DAY) {
            int w = wick_time_to_civil(t).weekday;
            while (w == 1 || w == 7) {
                t += WICK_MS_DAY;
                w = wick_time_to_civil(t).weekday;
            }
        }
        m->time[i] = t;
        t = wk_close_time(t, tf);
        r = next_regime(&g, r);
        m->regime[i] = (uint8_t)r;
        m->move[i] = regime_of[r].drift + regime_of[r].vol * bell(&g);
        m->gap[i] = regime_of[r].gap * bell(&g);
    }
    return WICK_OK;
}

/* The walk of one symbol: position, its own regime and its character. */
typedef struct walk {
    wick_pcg g, hidden;
    double price, anchor, sigma, beta, liquidity;
    double planted, side; /* side: +1 accumulated, -1 distributed */
    double before[20];    /* sides of the last bars, which prices follow */
    int regime;
} walk;

enum { PLANTED_BARS = 30, PLANTED_LAG = 20 };

static walk walk_start(uint64_t seed, int64_t symbol, double sigma_of_day)
{
    walk w = {.g = wick_pcg_key(seed, "synth.symbol", (uint64_t)symbol, 0), .regime = RANGE};
    w.anchor = 15.0 + 285.0 * wick_pcg_uniform(&w.g);
    w.price = cents(w.anchor);
    w.sigma = sigma_of_day * (0.7 + 0.9 * wick_pcg_uniform(&w.g));
    w.beta = 0.4 + 0.5 * wick_pcg_uniform(&w.g);
    w.liquidity = 2e5 + 4e6 * wick_pcg_uniform(&w.g);
    return w;
}

/* A stream of its own: without planted structure the bars are what they were. */
static void walk_plant(walk *w, uint64_t seed, int64_t symbol, double planted)
{
    w->planted = planted;
    w->hidden = wick_pcg_key(seed, "synth.planted", (uint64_t)symbol, 0);
    w->side = wick_pcg_uniform(&w->hidden) < 0.5 ? -1.0 : 1.0;
    for (int k = 0; k < PLANTED_LAG; k++) w->before[k] = w->side;
}

/* What the side of a while ago adds to a bar's move: volume goes before, prices follow. */
static double planted_drift(walk *w, int64_t bar)
{
    double *old = &w->before[bar % PLANTED_LAG];
    const double drift = 0.25 * w->planted * *old;
    if (wick_pcg_uniform(&w->hidden) < 1.0 / PLANTED_BARS) w->side = -w->side;
    *old = w->side;
    return drift;
}

static double clamp(double x, double bound)
{
    return x > bound ? bound : x < -bound ? -bound : x;
}

/* One bar. Prices far from the anchor are pulled back so that ten million bars stay in range. */
static void walk_bar(walk *w, const market *m, int64_t i, double out[WICK_FIELDS])
{
    w->regime = next_regime(&w->g, w->regime);
    const int crash = m->regime[i] == CRASH;
    const double own = regime_of[w->regime].drift + regime_of[w->regime].vol * bell(&w->g);
    double jump = regime_of[w->regime].gap * bell(&w->g);
    /* Rare news moves a stock overnight by many times its normal gap: stops are jumped over. */
    if (wick_pcg_uniform(&w->g) < 0.006) jump += 4.0 * bell(&w->g);
    const double ratio = w->price / w->anchor;
    const double pull = ratio > 4.0 ? -0.15 : ratio < 0.25 ? 0.15 : 0.0;
    const double other = 1.0 - w->beta;
    const double gap = clamp(w->sigma * (w->beta * m->gap[i] + other * jump), 0.35);
    const double drift = w->planted > 0.0 ? planted_drift(w, i) : 0.0;
    const double move = clamp(w->sigma * (w->beta * m->move[i] + other * own + pull + drift), 0.35);
    const double open = cents(w->price * (1.0 + gap));
    const double close = cents(open * (1.0 + move));
    const double wide = w->sigma * (0.15 + 0.35 * wick_pcg_uniform(&w->g)) * (crash ? 1.6 : 1.0);
    const double up = wide * wick_pcg_uniform(&w->g), down = wide * wick_pcg_uniform(&w->g);
    double high = cents((open > close ? open : close) * (1.0 + up));
    double low = cents((open < close ? open : close) * (1.0 - down));
    if (high < open) high = open;
    if (high < close) high = close;
    if (low > open) low = open;
    if (low > close) low = close;
    const double size = move < 0.0 ? -move : move;
    double busy = regime_of[w->regime].volume * (0.6 + 0.8 * wick_pcg_uniform(&w->g)) *
                  (1.0 + 8.0 * size) * (crash ? 1.8 : 1.0);
    if (w->planted > 0.0)
        busy *= move * w->side > 0.0 ? 1.0 + 1.5 * w->planted : 1.0 - 0.6 * w->planted;
    out[WICK_OPEN] = open;
    out[WICK_HIGH] = high;
    out[WICK_LOW] = low;
    out[WICK_CLOSE] = close;
    out[WICK_VOLUME] = (double)(int64_t)(w->liquidity * busy + 0.5);
    w->price = close;
}

/* sqrt by Newton: the root of a bar's share of a day, without libm's rounding. */
static double root(double x)
{
    double r = x > 1.0 ? x : 1.0;
    for (int k = 0; k < 60; k++) r = 0.5 * (r + x / r);
    return r;
}

typedef struct plan {
    int64_t symbols, bars, tf;
    uint64_t seed;
    bool ragged;
    double sigma, planted;
} plan;

/* SYN01, or with as many digits as the largest number needs, so that they sort. */
static void symbol_name(char out[16], int64_t number, int64_t of)
{
    int width = 2;
    for (int64_t x = of; x > 99; x /= 10) width++;
    memcpy(out, "SYN", 3);
    for (int k = width - 1; k >= 0; k--, number /= 10) out[3 + k] = (char)('0' + number % 10);
    out[3 + width] = '\0';
}

static wick_status one_symbol(wick_ctx *ctx, const plan *p, const market *m, int64_t s,
                              wick_bars **out)
{
    wk_cols c;
    wick_status st = wk_cols_new(ctx, p->bars, &c);
    if (st < 0) return st;
    walk w = walk_start(p->seed, s, p->sigma);
    walk_plant(&w, p->seed, s, p->planted);
    wick_pcg holes = wick_pcg_key(p->seed, "synth.holes", (uint64_t)s, 0);
    /* Every third symbol is listed late; the first one is always complete. */
    int64_t first = 0;
    if (p->ragged && s % 3 == 2) {
        first = (int64_t)wick_pcg_below(&holes, (uint64_t)(p->bars / 2 + 1));
    }
    int64_t n = 0;
    for (int64_t i = 0; i < p->bars; i++) {
        double bar[WICK_FIELDS];
        walk_bar(&w, m, i, bar);
        const bool hole = p->ragged && s > 0 && i + 1 < p->bars && wick_pcg_uniform(&holes) < 0.01;
        if (i < first || hole) continue;
        c.time[n] = m->time[i];
        for (int k = 0; k < WICK_FIELDS; k++) c.f[k][n] = bar[k];
        n++;
        if ((i & 0xffff) == 0 && wick_interrupted()) {
            wk_cols_free(&c);
            return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        }
    }
    c.n = n;
    const int64_t stride = wk_col_stride(p->bars);
    for (int64_t i = n; i < stride; i++) {
        c.time[i] = INT64_MAX;
        for (int k = 0; k < WICK_FIELDS; k++) c.f[k][i] = WICK_NA;
    }
    char name[16];
    symbol_name(name, s + 1, p->symbols);
    const bool daily = p->tf == WICK_MS_DAY;
    const wick_symbol_info info = {.symbol = name,
                                   .kind = daily ? "stock" : "crypto",
                                   .currency = "USD",
                                   .timezone = "Etc/UTC",
                                   .session = "24x7",
                                   .tick = 0.01,
                                   .point_value = 1.0,
                                   .qty_step = daily ? 1.0 : 1e-8,
                                   .timeframe_ms = p->tf};
    return wk_bars_take(ctx, &c, &info, out);
}

static wick_status read_opts(wick_ctx *ctx, const wick_synth_opts *opts, plan *p, int64_t *start)
{
    wick_synth_opts o = {.size = sizeof o};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    p->symbols = o.symbols != 0 ? o.symbols : 8;
    p->bars = o.bars != 0 ? o.bars : 1500;
    p->seed = o.seed != 0 ? o.seed : 1;
    p->ragged = o.ragged;
    p->planted = o.planted;
    if (!(o.planted >= 0.0 && o.planted <= 1.0)) {
        return wick_fail(ctx, WICK_E_ARG, "planted is %g; it must be 0 to 1", o.planted);
    }
    const char *tf = o.timeframe != NULL ? o.timeframe : "1d";
    if (!wick_timeframe_parse(tf, &p->tf)) {
        return wick_fail(ctx, WICK_E_ARG, "\"%s\" is no timeframe; try 1m, 15m, 1h, 4h, 1d, 1w",
                         tf);
    }
    if (p->symbols < 1 || p->symbols > 100000) {
        return wick_fail(ctx, WICK_E_ARG, "symbols is %lld; it must be 1 to 100000",
                         (long long)p->symbols);
    }
    if (p->bars < 1 || p->bars > INT64_C(100000000)) {
        return wick_fail(ctx, WICK_E_ARG, "bars is %lld; it must be 1 to 100000000",
                         (long long)p->bars);
    }
    *start = o.start != 0 ? o.start : wick_time_from_civil(2018, 1, 2, 0, 0, 0, 0);
    const double year = 366.0 * (double)WICK_MS_DAY;
    const double length = p->tf > 0 ? (double)p->tf : year / 12.0 * (double)-p->tf;
    if ((double)*start + length * (double)p->bars * 1.5 > year * 200000.0) {
        return wick_fail(ctx, WICK_E_ARG, "%lld bars of %s reach past the calendar",
                         (long long)p->bars, tf);
    }
    /* 1.6 % a day; shorter bars share it by the square root of time. */
    const double share = length / (double)WICK_MS_DAY;
    p->sigma = 0.016 * root(share > 30.0 ? 30.0 : share) * 1.35;
    return WICK_OK;
}

wick_status wick_synth(wick_ctx *ctx, const wick_synth_opts *opts, wick_panel **out)
{
    plan p;
    int64_t start = 0;
    market m;
    wick_status st = read_opts(ctx, opts, &p, &start);
    if (st < 0) return st;
    wick_bars **bars = calloc((size_t)p.symbols, sizeof(wick_bars *));
    if (bars == NULL) return wick_fail_mem(ctx);
    st = market_make(ctx, p.seed, p.bars, p.tf, start, &m);
    if (st < 0) {
        free(bars);
        return st;
    }
    for (int64_t s = 0; s < p.symbols && st == WICK_OK; s++) {
        st = one_symbol(ctx, &p, &m, s, &bars[s]);
    }
    if (st == WICK_OK) st = wick_panel_new(ctx, bars, p.symbols, out);
    for (int64_t s = 0; s < p.symbols; s++) wick_bars_unref(bars[s]);
    free(bars);
    market_free(&m);
    return st;
}
