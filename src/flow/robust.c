/* SPDX-License-Identifier: MIT */
/* What a run is worth when it is not taken at face value. */
#include <stdlib.h>
#include <string.h>

#include "flow/course_int.h"

enum { MAX_REPLICATES = 1024, ATR_BARS = 14 };

static wick_status read_options(wick_ctx *ctx, wk_call *c, wk_robust *r)
{
    static const char *const none[] = {NULL}, *const boot[] = {"n", "block", NULL},
                             *const noise[] = {"n", "sd", NULL}, *const plateau[] = {"step", NULL};
    wick_status st;
    if (strcmp(c->name, "none") == 0) return wk_call_match(ctx, c, none);
    if (strcmp(c->name, "bootstrap") == 0) {
        r->kind = WK_ROBUST_BOOTSTRAP;
        r->n = 50;
        WICK_TRY(wk_call_match(ctx, c, boot));
        WICK_TRY(wk_call_int(ctx, c, 0, "n", 2, MAX_REPLICATES, &r->n));
        WICK_TRY(wk_call_number(ctx, c, 1, "block", 0, 1e6, &r->block));
    } else if (strcmp(c->name, "noise") == 0) {
        r->kind = WK_ROBUST_NOISE;
        r->n = 8;
        r->sd = 0.1;
        WICK_TRY(wk_call_match(ctx, c, noise));
        WICK_TRY(wk_call_int(ctx, c, 0, "n", 1, 256, &r->n));
        WICK_TRY(wk_call_number(ctx, c, 1, "sd", 1e-6, 10, &r->sd));
    } else if (strcmp(c->name, "plateau") == 0) {
        r->kind = WK_ROBUST_PLATEAU;
        r->step = 0.05;
        WICK_TRY(wk_call_match(ctx, c, plateau));
        WICK_TRY(wk_call_number(ctx, c, 0, "step", 1e-6, 0.5, &r->step));
    } else {
        static const char *const names[] = {"none", "bootstrap", "noise", "plateau"};
        const char *near = wick_nearest(c->name, names, 4);
        if (near != NULL)
            return wick_fail(ctx, WICK_E_ARG, "no robust form is called '%s'; did you mean '%s'?",
                             c->name, near);
        return wick_fail(ctx, WICK_E_ARG,
                         "no robust form is called '%s'; there are none, bootstrap, noise and "
                         "plateau",
                         c->name);
    }
out:
    return st;
}

wick_status wk_robust_read(wick_ctx *ctx, const char *text, wk_robust *out)
{
    wk_call c;
    *out = (wk_robust){.kind = WK_ROBUST_NONE};
    if (text == NULL) return WICK_OK;
    wick_status st = wk_call_read(ctx, text, &c);
    if (st >= 0) st = read_options(ctx, &c, out);
    wk_call_free(&c);
    return st;
}

/* ---- medians ------------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double wk_median(double *v, int64_t n)
{
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(v[i])) v[m++] = v[i];
    if (m == 0 || 2 * m < n) return WICK_NA;
    qsort(v, (size_t)m, sizeof *v, by_value);
    return m % 2 ? v[m / 2] : 0.5 * (v[m / 2 - 1] + v[m / 2]);
}

/* ---- noise -------------------------------------------------------------------------------- */

/* Every price is moved on its own by sd times the average true range of the bars up to it, then
 * high and low are mended. A bar's noise is not carried on to the next. */
static wick_status noisy_bars(wick_ctx *ctx, const wick_bars *b, double sd, wick_pcg *g,
                              wick_bars **out)
{
    const int64_t n = wick_bars_count(b);
    const double *in[4];
    double *to[4] = {NULL, NULL, NULL, NULL}, atr = 0.0;
    wick_status st = WICK_OK;
    for (int k = 0; k < 4; k++) {
        in[k] = wick_bars_field(b, (wick_field)k);
        to[k] = malloc((size_t)(n + 1) * sizeof(double));
        if (to[k] == NULL) st = wick_fail_mem(ctx);
    }
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        const double before = i > 0 ? in[WICK_CLOSE][i - 1] : in[WICK_OPEN][i];
        const double range = fmax(in[WICK_HIGH][i], before) - fmin(in[WICK_LOW][i], before);
        const int64_t seen = i + 1 < ATR_BARS ? i + 1 : ATR_BARS;
        atr += (range - atr) / (double)seen;
        for (int k = 0; k < 4; k++) {
            const double v = in[k][i] + sd * atr * wick_pcg_normal(g);
            to[k][i] = v > 0.5 * in[k][i] ? v : 0.5 * in[k][i];
        }
        const double top = fmax(to[WICK_OPEN][i], to[WICK_CLOSE][i]);
        const double bottom = fmin(to[WICK_OPEN][i], to[WICK_CLOSE][i]);
        to[WICK_HIGH][i] = fmax(to[WICK_HIGH][i], top);
        to[WICK_LOW][i] = fmin(to[WICK_LOW][i], bottom);
    }
    if (st >= 0)
        st = wick_bars_new(ctx, wick_bars_symbol(b), n, wick_bars_time(b), to[0], to[1], to[2],
                           to[3], wick_bars_field(b, WICK_VOLUME), wick_bars_info(b), out);
    for (int k = 0; k < 4; k++) free(to[k]);
    return st;
}

wick_status wk_noisy_panel(wick_ctx *ctx, wick_panel *p, const wk_robust *r, uint64_t seed,
                           int64_t k, wick_panel **out)
{
    const int64_t n = wick_panel_count(p);
    wick_bars **list = calloc((size_t)n + 1, sizeof(wick_bars *));
    wick_status st = list != NULL ? WICK_OK : wick_fail_mem(ctx);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        wick_pcg g = wick_pcg_key(seed, "tune:noise", (uint64_t)k, (uint64_t)i);
        st = noisy_bars(ctx, wick_panel_bars(p, i), r->sd, &g, &list[i]);
    }
    if (st >= 0) st = wick_panel_new(ctx, list, n, out);
    for (int64_t i = 0; list != NULL && i < n; i++) wick_bars_unref(list[i]);
    free(list);
    return st;
}

/* ---- neighbours --------------------------------------------------------------------------- */

/* A step of a share of the range, on the grid where there is one, at least one grid point. */
static double neighbour(const wick_dist *d, double v, double share, int sign)
{
    double to;
    if (d->log)
        to = exp(log(v) + sign * share * (log(d->high) - log(d->low)));
    else
        to = v + sign * share * (d->high - d->low);
    const double grid = d->kind == WICK_DIST_INT && d->step <= 0.0 ? 1.0 : d->step;
    if (grid > 0.0) {
        double k = round((to - v) / grid);
        if (k == 0.0) k = sign;
        to = v + k * grid;
    }
    return to;
}

int64_t wk_neighbours(const wick_subject *s, const double *params, double step, double *out)
{
    int64_t n = 0;
    for (int64_t i = 0; i < s->n_params; i++) {
        const wick_tune_param *p = &s->params[i];
        if (p->fixed || p->dist.kind == WICK_DIST_CATEGORICAL) continue;
        for (int sign = -1; sign <= 1; sign += 2) {
            const double v = neighbour(&p->dist, params[i], step, sign);
            if (!(v >= p->dist.low && v <= p->dist.high) || v == params[i]) continue;
            memcpy(out + n * s->n_params, params, (size_t)s->n_params * sizeof *out);
            out[n++ * s->n_params + i] = v;
        }
    }
    return n;
}

/* ---- runs --------------------------------------------------------------------------------- */

/* The points a leg is run at, the last row being the parameters as they are. */
static wick_status make_points(wick_ctx *ctx, const wick_course *c, const wick_subject *s,
                               const double *params, double **points, int64_t *n)
{
    const int64_t rows = c->robust.kind == WK_ROBUST_PLATEAU ? 2 * s->n_params : 0;
    *points = malloc((size_t)((rows + 1) * s->n_params + 1) * sizeof **points);
    if (*points == NULL) return wick_fail_mem(ctx);
    *n = rows > 0 ? wk_neighbours(s, params, c->robust.step, *points) : 0;
    memcpy(*points + *n * s->n_params, params, (size_t)s->n_params * sizeof **points);
    return WICK_OK;
}

int64_t wk_replicates(const wick_course *c, const wick_subject *s, const double *params)
{
    (void)params;
    if (c->robust.kind == WK_ROBUST_NOISE) return c->robust.n + 1;
    if (c->robust.kind == WK_ROBUST_PLATEAU) return 2 * s->n_params + 1;
    return 1;
}

typedef struct boot_job {
    const wick_subject *s;
    int32_t worker;
    const double *params;
    double bars_per_year;
} boot_job;

static wick_status score_resample(void *user, wick_ctx *ctx, const wick_ledger *l, double *out)
{
    const boot_job *j = user;
    wick_verdict v;
    const wick_status st =
        j->s->score(j->s->user, ctx, j->worker, l, j->params, j->bars_per_year, &v);
    for (int32_t i = 0; st >= 0 && i < j->s->n_objectives; i++) out[i] = v.value[i];
    return st;
}

/* A central interval of no width is the median. */
static wick_status resampled(wick_ctx *ctx, const wick_course *c, const wick_subject *s,
                             int32_t worker, const wick_ledger *l, const double *params,
                             double bars_per_year, wick_verdict *v)
{
    boot_job j = {s, worker, params, bars_per_year};
    wick_interval at[WICK_OBJECTIVES];
    const wick_boot_opts o = {.size = sizeof o,
                              .resample = WICK_RESAMPLE_STATIONARY,
                              .interval = WICK_INTERVAL_PERCENTILE,
                              .replicates = c->robust.n,
                              .level = 1e-9,
                              .block = c->robust.block,
                              .seed = c->seed + 1,
                              .threads = 1};
    if (wick_ledger_equity(l).n < 3) return WICK_OK;
    const wick_status st =
        wick_boot_ledger(ctx, l, NULL, NULL, 0, score_resample, &j, s->n_objectives, &o, at);
    for (int32_t i = 0; st >= 0 && i < s->n_objectives; i++) {
        v->value[i] = at[i].low;
        if (!isnan(v->value[i]) || v->rejected) continue;
        v->rejected = true;
        v->by = 1.0;
        snprintf(v->reason, sizeof v->reason, "not available on most resamples");
    }
    return st;
}

wick_status wk_ledger_worth(wick_ctx *ctx, const wick_course *c, const wick_subject *s,
                            int32_t worker, const wick_ledger *l, const double *params,
                            double bars_per_year, wick_verdict *out)
{
    const wick_status st = s->score(s->user, ctx, worker, l, params, bars_per_year, out);
    if (st < 0 || out->rejected || c->robust.kind != WK_ROBUST_BOOTSTRAP) return st;
    return resampled(ctx, c, s, worker, l, params, bars_per_year, out);
}

static void take_medians(const wick_subject *s, double *values, int64_t n, wick_verdict *out)
{
    if (out->rejected || n == 1) return;
    for (int32_t k = 0; k < s->n_objectives; k++) {
        out->value[k] = wk_median(values + k * n, n);
        if (!isnan(out->value[k])) continue;
        out->rejected = true;
        out->by = 1.0;
        snprintf(out->reason, sizeof out->reason, "rejected on most replicates");
    }
}

wick_status wk_leg_run(wick_ctx *ctx, const wick_course *c, const wick_subject *s, int32_t worker,
                       const wk_leg *leg, const double *params, wk_leg_sink sink, void *user,
                       wick_verdict *out)
{
    double *points = NULL, *values = NULL;
    int64_t n_points = 0;
    wick_status st = make_points(ctx, c, s, params, &points, &n_points);
    const int64_t noisy = c->robust.kind == WK_ROBUST_NOISE ? c->robust.n : 0;
    const int64_t n = 1 + noisy + n_points;
    if (st >= 0 && (values = malloc((size_t)n * WICK_OBJECTIVES * sizeof *values)) == NULL)
        st = wick_fail_mem(ctx);
    for (int64_t r = n - 1; r >= 0 && st >= 0; r--) {
        const wick_backtest job = {.params =
                                       points + (n_points - (noisy > 0 ? 0 : r)) * s->n_params,
                                   .panel = r > 0 && noisy > 0 ? leg->noisy[r - 1] : leg->panel,
                                   .has_trade_from = leg->has_trade_from,
                                   .trade_from = leg->trade_from,
                                   .bars_per_year = c->market[leg->market].bars_per_year,
                                   .cash = c->cash};
        st = s->run(s->user, ctx, worker, &job, out);
        for (int32_t k = 0; st >= 0 && k < s->n_objectives; k++) values[k * n + r] = out->value[k];
        if (st >= 0 && sink != NULL) st = sink(user, ctx, r, out->ledger);
    }
    if (st >= 0) take_medians(s, values, n, out);
    if (st >= 0 && !out->rejected && c->robust.kind == WK_ROBUST_BOOTSTRAP) {
        wick_verdict face = *out;
        st = resampled(ctx, c, s, worker, face.ledger, params, c->market[leg->market].bars_per_year,
                       out);
    }
    free(points);
    free(values);
    return st;
}
