/* SPDX-License-Identifier: MIT */
/* Every indicator over whole columns, at three windows, and lanes against single runs.
 *
 *     ta_kernels [PART OF A NAME]
 *     ta_kernels --csv [NAME]       name, ns a bar at windows 14 and 500, on 1,000,000 bars
 *     ta_kernels --bars             those bars on standard output: open, high, low, close, volume
 * as doubles, one column after the other
 *
 * 53,929 synthetic bars of 15 minutes, the same everywhere; the best of fifteen runs, one
 * thread, its processor time.
 * ta_talib.py puts TA-Lib beside the second form. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wick/ta.h"

enum { BARS = 53929, MANY = 1000000, ROUNDS = 15, MAX_LANES = 8 };

typedef struct bench {
    int64_t bars;
    double *source[WICK_S_COUNT];
    double *out[MAX_LANES][WICK_TA_MAX_OUT];
} bench;

static void stop(const char *why)
{
    fprintf(stderr, "ta_kernels: %s\n", why);
    exit(1);
}

static double *column(int64_t n)
{
    double *v = wick_alloc_column(n);
    if (v == NULL) stop("no memory");
    return v;
}

static void make(bench *b, const wick_bars *bars)
{
    const double *f[WICK_FIELDS];
    for (int k = 0; k < WICK_S_COUNT; k++) b->source[k] = column(b->bars);
    for (int k = 0; k < MAX_LANES; k++)
        for (int j = 0; j < WICK_TA_MAX_OUT; j++) b->out[k][j] = column(b->bars);
    for (int k = 0; k < WICK_FIELDS; k++) {
        f[k] = wick_bars_field(bars, (wick_field)k);
        memcpy(b->source[k], f[k], (size_t)b->bars * sizeof(double));
    }
    for (int64_t i = 0; i < b->bars; i++) {
        const double o = f[WICK_OPEN][i], h = f[WICK_HIGH][i], l = f[WICK_LOW][i],
                     c = f[WICK_CLOSE][i];
        b->source[WICK_S_HL2][i] = (h + l) / 2.0;
        b->source[WICK_S_HLC3][i] = (h + l + c) / 3.0;
        b->source[WICK_S_OHLC4][i] = (o + h + l + c) / 4.0;
        b->source[WICK_S_HLCC4][i] = (h + l + c + c) / 4.0;
        b->source[WICK_S_TIME][i] = (double)wick_bars_time(bars)[i];
        b->source[WICK_S_NEW_DAY][i] = i % 96 == 0;
        b->source[WICK_S_BAR_INDEX][i] = (double)i;
    }
}

/* Series without a default: close, then open. Masks: new days. */
static void inputs(const bench *b, const wick_ta_spec *s, const double **in)
{
    for (int32_t k = 0; s->in[k].name != NULL; k++) {
        int from = s->in[k].source;
        if (from == WICK_S_NONE) from = k == 0 ? WICK_S_CLOSE : WICK_S_OPEN;
        if (s->in[k].unit == WICK_U_MASK) from = WICK_S_NEW_DAY;
        in[k] = b->source[from];
    }
}

static double time_once(bench *b, const wick_ta_spec *s, int32_t lanes,
                        double p[][WICK_TA_MAX_PARAM])
{
    const double *in[WICK_TA_MAX_IN + 1], *sets[MAX_LANES];
    double *const *out[MAX_LANES];
    inputs(b, s, in);
    for (int32_t k = 0; k < lanes; k++) sets[k] = p[k], out[k] = b->out[k];
    const clock_t start = clock();
    const wick_status st = lanes == 1 ? s->run(b->bars, in, p[0], b->out[0])
                                      : s->run_many(b->bars, in, lanes, sets, out);
    const double took = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (st < 0) stop("no memory");
    return took;
}

static double time_lanes(bench *b, const wick_ta_spec *s, int32_t lanes,
                         double p[][WICK_TA_MAX_PARAM])
{
    double best = INFINITY;
    for (int r = 0; r < ROUNDS; r++) best = fmin(best, time_once(b, s, lanes, p));
    return best;
}

static void defaults(const wick_ta_spec *s, double *p)
{
    for (int32_t k = 0; s->param[k].name != NULL; k++) p[k] = s->param[k].def;
}

static void show(bench *b, const wick_ta_spec *s)
{
    static const double windows[] = {14, 200, 1000};
    double p[MAX_LANES][WICK_TA_MAX_PARAM] = {{0}};
    const bool window = s->param[0].name != NULL && strcmp(s->param[0].name, "n") == 0;
    printf("%-32s", s->name);
    defaults(s, p[0]);
    for (int k = 0; k < (window ? 3 : 1); k++) {
        if (window) p[0][0] = windows[k];
        printf(" %9.2f", time_lanes(b, s, 1, p) / (double)b->bars * 1e9);
    }
    if (s->run_many != NULL) {
        for (int k = 0; k < MAX_LANES; k++) {
            defaults(s, p[k]);
            p[k][0] = 10.0 + 20.0 * k;
        }
        printf("   lanes");
        for (int32_t lanes = 1; lanes <= MAX_LANES; lanes *= 2)
            printf(" %d: %.3f ms", (int)lanes, time_lanes(b, s, lanes, p) * 1e3);
    }
    printf("\n");
}

/* The first parameter that is a window, -1 when there is none. */
static int window_of(const wick_ta_spec *s)
{
    for (int k = 0; s->param[k].name != NULL; k++)
        if (s->param[k].is_int && s->param[k].lo >= 1.0 && s->param[k].hi >= 500.0) return k;
    return -1;
}

/* Both windows in turn, so that what else the machine does falls on both. */
static void show_csv(bench *b, const wick_ta_spec *s)
{
    double p[2][WICK_TA_MAX_PARAM] = {{0}}, best[2] = {INFINITY, INFINITY};
    const int at = window_of(s);
    for (int k = 0; k < 2; k++) {
        defaults(s, p[k]);
        if (at >= 0) p[k][at] = k == 0 ? 14.0 : 500.0;
    }
    for (int r = 0; r < ROUNDS; r++)
        for (int k = 0; k < 2; k++) best[k] = fmin(best[k], time_once(b, s, 1, &p[k]));
    printf("%s,%.3f,%.3f\n", s->name, best[0] / (double)b->bars * 1e9,
           best[1] / (double)b->bars * 1e9);
}

static void write_bars(const bench *b)
{
    for (int k = WICK_S_OPEN; k <= WICK_S_VOLUME; k++)
        if (fwrite(b->source[k], sizeof(double), (size_t)b->bars, stdout) != (size_t)b->bars)
            stop("cannot write the bars");
}

int main(int argc, char **argv)
{
    const bool raw = argc > 1 && strcmp(argv[1], "--bars") == 0;
    const bool csv = raw || (argc > 1 && strcmp(argv[1], "--csv") == 0);
    const char *part = argc > 1 + csv ? argv[1 + csv] : NULL;
    const wick_synth_opts o = {
        .size = sizeof o, .symbols = 1, .bars = csv ? MANY : BARS, .timeframe = "15m"};
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *panel = NULL;
    bench *b = calloc(1, sizeof *b);
    if (ctx == NULL || b == NULL) stop("no memory");
    b->bars = o.bars;
    if (wick_synth(ctx, &o, &panel) < 0) stop(wick_ctx_error(ctx));
    make(b, wick_panel_bars(panel, 0));
    if (!csv) printf("%-32s %9s %9s %9s\n", "ns a bar, window", "14", "200", "1000");
    if (raw) write_bars(b);
    for (int64_t i = 0; !raw && i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        if (part != NULL && (csv ? strcmp(s->name, part) != 0 : strstr(s->name, part) == NULL))
            continue;
        (csv ? show_csv : show)(b, s);
    }
    for (int k = 0; k < WICK_S_COUNT; k++) wick_free_aligned(b->source[k]);
    for (int k = 0; k < MAX_LANES; k++)
        for (int j = 0; j < WICK_TA_MAX_OUT; j++) wick_free_aligned(b->out[k][j]);
    free(b);
    wick_panel_unref(panel);
    wick_ctx_free(ctx);
    return 0;
}
