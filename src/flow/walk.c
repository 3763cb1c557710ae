/* SPDX-License-Identifier: MIT */
/* Walk-forward: every window is searched on its train part, its winner traded on the test part, and
 * the test parts put together. */
#include <stdlib.h>
#include <string.h>

#include "flow/course_int.h"

typedef struct window {
    char *name, *reason;
    double *params;
    wick_walk_window at;
} window;

struct wick_walk {
    const wick_subject *s;
    window *window;
    int64_t n;
    wick_ledger **ledger;
    int64_t n_paths;
    wick_walk_param *param;
};

typedef struct walk {
    const wick_walk_run_opts *o;
    wick_walk *w;
    wk_stitch **stitch; /* one per path */
    double level;       /* equity carried on; paths of combinatorial splits begin anew */
    int64_t i;          /* window in hand */
} walk;

/* ---- one window --------------------------------------------------------------------------- */

static wick_status course_of(wick_ctx *ctx, const wick_walk_run_opts *o, const char *name,
                             const wick_segment *segment, int64_t n, bool train, wick_course **out)
{
    const wick_course_fold fold = {name, segment, n};
    const wick_course_opts c = {.size = sizeof c,
                                .markets = o->markets,
                                .n_markets = train ? o->n_markets : 1,
                                .folds = &fold,
                                .n_folds = 1,
                                .aggregate = train ? o->aggregate : WICK_OVER_STITCHED,
                                .robust = train ? o->robust : NULL,
                                .seed = o->seed,
                                .cash = o->cash};
    return wick_course_new(ctx, &c, out);
}

static double growth(const float *r, int64_t n)
{
    wick_sum sum = {0};
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(r[i])) continue;
        wick_sum_add(&sum, r[i] > -1.0f ? log1p((double)r[i]) : -50.0);
        m++;
    }
    return m > 0 ? wick_sum_get(&sum) / (double)m : WICK_NA;
}

static void tell_progress(void *user, const wick_tune_progress *p)
{
    const walk *k = user;
    if (k->o->progress != NULL) k->o->progress(k->o->user, k->i, p);
}

static wick_status search(wick_ctx *ctx, walk *k, const wick_split_fold *f, window *x)
{
    const wick_walk_run_opts *o = k->o;
    wick_course *course = NULL;
    wick_study *study = NULL;
    wick_tune *tune = NULL;
    wick_status st;
    WICK_TRY(course_of(ctx, o, f->name, f->train, f->n_train, true, &course));
    WICK_TRY(o->study(o->user, ctx, k->i, f->name, &study));
    const wick_tune_opts t = {.size = sizeof t,
                              .subject = o->subject,
                              .course = course,
                              .study = study,
                              .n_trials = o->n_trials,
                              .timeout = o->timeout,
                              .batch = o->batch,
                              .threads = o->threads,
                              .keep_going = o->keep_going,
                              .report_folds = o->report_folds,
                              .progress = tell_progress,
                              .user = k};
    WICK_TRY(wick_tune_run(ctx, &t, &tune));
    x->at.trials = wick_tune_count(tune);
    x->at.best = wick_tune_best(tune);
    if (x->at.best >= 0) {
        const wick_tune_trial best = wick_tune_at(tune, x->at.best);
        const wick_tune_trial shown =
            best.duplicate_of >= 0 ? wick_tune_at(tune, best.duplicate_of) : best;
        memcpy(x->params, best.params, (size_t)o->subject->n_params * sizeof *x->params);
        x->at.train = best.value[0];
        if (shown.returns != NULL)
            x->at.train_growth = growth(shown.returns, wick_course_rows(course));
    }
out:
    wick_tune_free(tune);
    wick_study_free(study);
    wick_course_free(course);
    return st;
}

static int64_t trades_within(const wick_ledger *l, int64_t from, int64_t until)
{
    int64_t n = 0;
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        n += t->entry_time >= from && t->entry_time < until;
    }
    return n;
}

/* The winner on one test segment, with the equity the windows before left. */
static wick_status trade(wick_ctx *ctx, walk *k, const wk_leg *leg, int64_t segment, window *x,
                         wick_sum *grown, int64_t *bars)
{
    const wick_walk_run_opts *o = k->o;
    const bool paths = wick_split_paths(o->split) > 0;
    const double cash = o->cash > 0.0 ? o->cash : 100000.0;
    const double begin = paths || o->reset || !(k->level > 0.0) ? cash : k->level;
    const wick_backtest job = {.params = x->params,
                               .panel = leg->panel,
                               .has_trade_from = leg->has_trade_from,
                               .trade_from = leg->trade_from,
                               .bars_per_year = o->markets[0].bars_per_year,
                               .cash = begin};
    wick_verdict v;
    wick_status st = o->subject->run(o->subject->user, ctx, 0, &job, &v);
    if (st < 0) return st;
    const wick_equity e = wick_ledger_equity(v.ledger);
    double before = begin;
    for (int64_t i = 0; i < e.n && e.time[i] < leg->until_time; i++) {
        if (before > 0.0 && e.equity[i] > 0.0) wick_sum_add(grown, log(e.equity[i] / before));
        before = e.equity[i];
        ++*bars;
    }
    k->level = before;
    x->at.trades += trades_within(v.ledger, leg->from_time, leg->until_time);
    if (!paths) return wk_stitch_add(ctx, k->stitch[0], v.ledger, leg->from_time, leg->until_time);
    const int64_t group = wick_split_group(o->split, k->i, segment);
    for (int64_t p = 0; p < wick_split_paths(o->split) && st >= 0; p++)
        if (wick_split_path(o->split, p, group) == k->i)
            st = wk_stitch_add(ctx, k->stitch[p], v.ledger, leg->from_time, leg->until_time);
    return st;
}

/* Start of the first later test that overlaps this one: from there on the later window's model
 * trades. */
static int64_t next_test(const wick_split *s, int64_t i, const wick_segment *seg)
{
    int64_t at = seg->to;
    for (int64_t w = i + 1; w < wick_split_count(s) && wick_split_paths(s) == 0; w++) {
        const wick_split_fold f = wick_split_at(s, w);
        for (int64_t k = 0; k < f.n_test; k++)
            if (f.test[k].from > seg->from && f.test[k].from < at) at = f.test[k].from;
    }
    return at;
}

static wick_status test(wick_ctx *ctx, walk *k, const wick_split_fold *f, window *x)
{
    wick_course *course = NULL;
    wick_sum grown = {0};
    int64_t bars = 0;
    wick_passage p = {.fold_value = NULL};
    wick_status st;
    WICK_TRY(course_of(ctx, k->o, f->name, f->test, f->n_test, false, &course));
    WICK_TRY(wick_course_run(ctx, course, k->o->subject, 0, x->params, NULL, NULL, &p));
    x->at.test = p.value[0];
    if (p.rejected && (x->reason = strdup(p.reason)) == NULL) WICK_TRY(wick_fail_mem(ctx));
    const int64_t *clock = wick_panel_clock(k->o->markets[0].panel);
    for (int64_t i = 0; i < course->n_legs; i++) {
        wk_leg leg = course->leg[i];
        const int64_t next = next_test(k->o->split, k->i, &f->test[i]);
        if (next < leg.to) leg.until_time = clock[next];
        WICK_TRY(trade(ctx, k, &leg, i, x, &grown, &bars));
    }
    if (bars > 0) x->at.test_growth = wick_sum_get(&grown) / (double)bars;
out:
    wick_course_free(course);
    return st;
}

static wick_status one_window(wick_ctx *ctx, walk *k)
{
    const wick_split_fold f = wick_split_at(k->o->split, k->i);
    const int64_t *clock = wick_panel_clock(k->o->markets[0].panel);
    window *x = &k->w->window[k->w->n++];
    *x = (window){.at = {.best = -1,
                         .train = WICK_NA,
                         .test = WICK_NA,
                         .train_growth = WICK_NA,
                         .test_growth = WICK_NA}};
    if (f.n_train == 0 || f.n_test == 0)
        return wick_fail(ctx, WICK_E_ARG, "window %s has no %s part; choose another split", f.name,
                         f.n_train == 0 ? "train" : "test");
    x->name = strdup(f.name);
    x->params = malloc((size_t)(k->o->subject->n_params + 1) * sizeof *x->params);
    if (x->name == NULL || x->params == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < k->o->subject->n_params; i++) x->params[i] = WICK_NA;
    x->at.train_from = clock[f.train[0].from];
    x->at.train_to = clock[f.train[f.n_train - 1].to - 1];
    x->at.test_from = clock[f.test[0].from];
    x->at.test_to = clock[f.test[f.n_test - 1].to - 1];
    wick_status st = search(ctx, k, &f, x);
    if (st >= 0 && x->at.best >= 0) st = test(ctx, k, &f, x);
    if (st >= 0 && x->at.best < 0 && (x->reason = strdup("no trial is feasible")) == NULL)
        st = wick_fail_mem(ctx);
    return st < 0 ? wick_note(ctx, "while walking through window %s", f.name) : WICK_OK;
}

/* ---- stability ---------------------------------------------------------------------------- */

static double most_common(const wick_walk *w, int64_t p)
{
    double best = WICK_NA;
    int64_t most = 0;
    for (int64_t i = 0; i < w->n; i++) {
        int64_t n = 0;
        if (w->window[i].at.best < 0) continue;
        for (int64_t k = 0; k < w->n; k++)
            n += w->window[k].at.best >= 0 && w->window[k].params[p] == w->window[i].params[p];
        if (n > most) {
            most = n;
            best = w->window[i].params[p];
        }
    }
    return best;
}

static void stability(const wick_walk *w, int64_t p, wick_walk_param *out)
{
    const wick_tune_param *q = &w->s->params[p];
    const bool names = q->dist.kind == WICK_DIST_CATEGORICAL;
    wick_sum sum = {0}, square = {0};
    double last = WICK_NA;
    int64_t n = 0, other = 0;
    *out = (wick_walk_param){.name = q->name,
                             .mean = WICK_NA,
                             .deviation = WICK_NA,
                             .low = WICK_NA,
                             .high = WICK_NA,
                             .spread = WICK_NA};
    const double common = names ? most_common(w, p) : WICK_NA;
    for (int64_t i = 0; i < w->n; i++) {
        if (w->window[i].at.best < 0) continue;
        const double v = w->window[i].params[p];
        wick_sum_add(&sum, v);
        if (n == 0 || v < out->low) out->low = v;
        if (n == 0 || v > out->high) out->high = v;
        out->changes += n > 0 && v != last;
        other += v != common;
        last = v;
        n++;
    }
    if (n == 0) return;
    out->mean = names ? common : wick_sum_get(&sum) / (double)n;
    if (names) {
        out->spread = (double)other / (double)n;
        return;
    }
    for (int64_t i = 0; i < w->n; i++) {
        if (w->window[i].at.best < 0) continue;
        const double d = w->window[i].params[p] - out->mean;
        wick_sum_add(&square, d * d);
    }
    out->deviation = n > 1 ? sqrt(wick_sum_get(&square) / (double)(n - 1)) : 0.0;
    const double range = q->dist.high - q->dist.low;
    out->spread = range > 0.0 ? out->deviation / range : 0.0;
}

double wick_walk_efficiency(const wick_walk *w)
{
    wick_sum in = {0}, outside = {0};
    for (int64_t i = 0; i < w->n; i++) {
        const wick_walk_window *x = &w->window[i].at;
        if (isnan(x->train_growth) || isnan(x->test_growth)) continue;
        wick_sum_add(&in, x->train_growth);
        wick_sum_add(&outside, x->test_growth);
    }
    return wick_sum_get(&in) > 0.0 ? wick_sum_get(&outside) / wick_sum_get(&in) : WICK_NA;
}

/* Average rank of each among those that have both values. */
static double rank_of(const wick_walk *w, int64_t i, bool train)
{
    const double v = train ? w->window[i].at.train : w->window[i].at.test;
    double below = 0.0, same = 0.0;
    for (int64_t k = 0; k < w->n; k++) {
        if (isnan(w->window[k].at.train) || isnan(w->window[k].at.test)) continue;
        const double u = train ? w->window[k].at.train : w->window[k].at.test;
        below += u < v;
        same += u == v;
    }
    return below + 0.5 * (same + 1.0);
}

double wick_walk_rank_correlation(const wick_walk *w)
{
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    for (int64_t i = 0; i < w->n; i++) {
        if (isnan(w->window[i].at.train) || isnan(w->window[i].at.test)) continue;
        const double a = rank_of(w, i, true), b = rank_of(w, i, false);
        n++;
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    const double cov = xy - x * y / n, va = xx - x * x / n, vb = yy - y * y / n;
    return n >= 3 && va > 0.0 && vb > 0.0 ? cov / sqrt(va * vb) : WICK_NA;
}

/* ---- public ------------------------------------------------------------------------------- */

static wick_status prepare(wick_ctx *ctx, walk *k)
{
    const wick_walk_run_opts *o = k->o;
    wick_walk *w = k->w;
    w->s = o->subject;
    w->n_paths = wick_split_paths(o->split) > 0 ? wick_split_paths(o->split) : 1;
    w->window = calloc((size_t)wick_split_count(o->split), sizeof *w->window);
    w->ledger = calloc((size_t)w->n_paths, sizeof(wick_ledger *));
    w->param = calloc((size_t)o->subject->n_params + 1, sizeof *w->param);
    k->stitch = calloc((size_t)w->n_paths, sizeof(wk_stitch *));
    if (w->window == NULL || w->ledger == NULL || w->param == NULL || k->stitch == NULL)
        return wick_fail_mem(ctx);
    for (int64_t i = 0; i < w->n_paths; i++)
        if ((k->stitch[i] = wk_stitch_new()) == NULL) return wick_fail_mem(ctx);
    return WICK_OK;
}

wick_status wick_walk_run(wick_ctx *ctx, const wick_walk_run_opts *opts, wick_walk **out)
{
    wick_walk_run_opts o = {0};
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if (o.subject == NULL || o.split == NULL || o.n_markets < 1 || o.study == NULL)
        return wick_fail(ctx, WICK_E_ARG, "a walk needs a subject, a market, a split and studies");
    walk k = {.o = &o, .w = calloc(1, sizeof *k.w), .level = o.cash > 0.0 ? o.cash : 100000.0};
    wick_status st = k.w != NULL ? prepare(ctx, &k) : wick_fail_mem(ctx);
    for (k.i = 0; st >= 0 && k.i < wick_split_count(o.split); k.i++) st = one_window(ctx, &k);
    for (int64_t p = 0; st >= 0 && p < k.w->n_paths; p++)
        st = wk_stitch_ledger(ctx, k.stitch[p], o.cash > 0.0 ? o.cash : 100000.0, &k.w->ledger[p]);
    for (int64_t i = 0; st >= 0 && i < o.subject->n_params; i++) stability(k.w, i, &k.w->param[i]);
    for (int64_t i = 0; k.stitch != NULL && k.w != NULL && i < k.w->n_paths; i++)
        wk_stitch_free(k.stitch[i]);
    free(k.stitch);
    if (st < 0)
        wick_walk_free(k.w);
    else
        *out = k.w;
    return st;
}

void wick_walk_free(wick_walk *w)
{
    if (w == NULL) return;
    for (int64_t i = 0; i < w->n; i++) {
        free(w->window[i].name);
        free(w->window[i].reason);
        free(w->window[i].params);
    }
    for (int64_t i = 0; w->ledger != NULL && i < w->n_paths; i++) wick_ledger_unref(w->ledger[i]);
    free(w->window);
    free(w->ledger);
    free(w->param);
    free(w);
}

int64_t wick_walk_windows(const wick_walk *w)
{
    return w->n;
}

wick_walk_window wick_walk_at(const wick_walk *w, int64_t i)
{
    if (i < 0 || i >= w->n) return (wick_walk_window){.best = -1};
    wick_walk_window x = w->window[i].at;
    x.name = w->window[i].name;
    x.params = w->window[i].params;
    x.reason = w->window[i].reason != NULL ? w->window[i].reason : "";
    return x;
}

wick_walk_param wick_walk_param_at(const wick_walk *w, int64_t i)
{
    return i >= 0 && i < w->s->n_params ? w->param[i] : (wick_walk_param){.name = NULL};
}

int64_t wick_walk_paths(const wick_walk *w)
{
    return w->n_paths;
}

const wick_ledger *wick_walk_ledger(const wick_walk *w, int64_t path)
{
    return path >= 0 && path < w->n_paths ? w->ledger[path] : NULL;
}
