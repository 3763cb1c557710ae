/* SPDX-License-Identifier: MIT */
#include "lua/eval_int.h"

#include <stdlib.h>
#include <string.h>

/* ---- objectives --------------------------------------------------------------------------- */

static bool is_file(const char *name)
{
    const size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, ".lua") == 0;
}

static wick_status unknown(wick_ctx *ctx, const char *name)
{
    const int64_t a = wick_metric_count(), b = wick_objective_count();
    const char **names = malloc((size_t)(a + b + 1) * sizeof *names);
    if (!names) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < a; i++) names[i] = wick_metric_at(i)->name;
    for (int64_t i = 0; i < b; i++) names[a + i] = wick_objective_at(i)->name;
    names[a + b] = "six_goals";
    const char *near = wick_nearest(name, names, a + b + 1);
    free(names);
    if (near)
        return wick_fail(ctx, WICK_E_ARG, "no objective '%s'; did you mean '%s'?", name, near);
    return wick_fail(ctx, WICK_E_ARG,
                     "no objective '%s'; it is a metric, a named objective (`wick list "
                     "objectives`) or a file ending in .lua",
                     name);
}

static wick_status add_spec(wick_ctx *ctx, wk_eval *e, const char *name)
{
    const wick_metric_spec *s = wick_metric_find(name);
    if (!s) return unknown(ctx, name);
    if (e->n_specs == MAX_SPECS) return wick_fail(ctx, WICK_E_ARG, "too many metrics");
    e->spec[e->n_specs++] = s;
    if ((s->needs & WICK_NEED_EXPOSURE) || s->needs == 0) e->lean = false;
    if (s->needs & WICK_NEED_BENCHMARK) e->benchmark = true;
    return WICK_OK;
}

static wick_status add_metric(wick_ctx *ctx, wk_eval *e, objective *o, const char *text)
{
    const char *name = text;
    if (strncmp(text, "higher:", 7) == 0 || strncmp(text, "lower:", 6) == 0) {
        o->better = text[0] == 'h' ? 1 : -1;
        name = strchr(text, ':') + 1;
    }
    const wick_status st = add_spec(ctx, e, name);
    if (st < 0) return st;
    if (!o->better) o->better = wick_metric_find(name)->better;
    if (!o->better)
        return wick_fail(ctx, WICK_E_ARG,
                         "'%s' is neither better high nor low; write higher:%s or lower:%s", name,
                         name, name);
    return WICK_OK;
}

static wick_status add_objective(wick_ctx *ctx, wk_eval *e, const char *text)
{
    static const char *const goals[] = {
        "sharpe", "return_pct", "max_drawdown_pct", "win_rate", "lower:annual_volatility_pct",
        "calmar"};
    if (strcmp(text, "six_goals") == 0) {
        wick_status st = WICK_OK;
        for (int i = 0; i < 6 && st >= 0; i++) st = add_objective(ctx, e, goals[i]);
        return st;
    }
    if (e->n_objectives == WICK_OBJECTIVES)
        return wick_fail(ctx, WICK_E_ARG, "there are %d objectives at most", (int)WICK_OBJECTIVES);
    objective *o = &e->objective[e->n_objectives++];
    o->name = strdup(text);
    if (!o->name) return wick_fail_mem(ctx);
    o->first = e->n_specs;
    if (is_file(text)) {
        o->path = strdup(text);
        if (!o->path) return wick_fail_mem(ctx);
        return wick_file_read(ctx, text, 16 << 20, &o->text, &o->text_n);
    }
    o->spec = wick_objective_find(text);
    if (!o->spec) return add_metric(ctx, e, o, text);
    o->better = o->spec->better;
    for (const char *const *m = o->spec->metrics; *m; m++) {
        const wick_status st = add_spec(ctx, e, *m);
        if (st < 0) return st;
    }
    return WICK_OK;
}

/* Names and directions of the files are known once worker 0 has loaded them. */
static wick_status learn_files(wick_ctx *ctx, wk_eval *e)
{
    bool any = false;
    for (int32_t i = 0; i < e->n_objectives; i++) {
        objective *o = &e->objective[i];
        const wk_script *s = e->worker[0].score[i];
        if (!s) continue;
        any = true;
        free(o->name);
        o->name = strdup(wk_script_name(s));
        if (!o->name) return wick_fail_mem(ctx);
        o->better = wk_script_better(s);
        o->limits = e->n_limits;
        for (int64_t k = 0; k < wk_script_limits(s); k++) {
            if (e->n_limits == WK_LIMITS)
                return wick_fail(ctx, WICK_E_ARG, "there are %d constraints at most",
                                 (int)WK_LIMITS);
            e->limit[e->n_limits] = strdup(wk_script_limit(s, k));
            if (!e->limit[e->n_limits++]) return wick_fail_mem(ctx);
        }
    }
    if (!any) return WICK_OK;
    e->all = e->n_specs;
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        const wick_status st = add_spec(ctx, e, wick_metric_at(i)->name);
        if (st < 0) return st;
    }
    return WICK_OK;
}

/* ---- workers ------------------------------------------------------------------------------ */

static wick_status make_worker(wick_ctx *ctx, const wk_eval *e, bench *w)
{
    wick_status st = WICK_OK;
    if (w->scratch) return WICK_OK;
    if (!w->host) {
        WICK_TRY(wk_host_new(ctx, &e->host, &w->host));
        wk_host_set_finer(w->host, e->finer);
        WICK_TRY(wk_host_load_text(ctx, w->host, e->path, e->text, e->text_n, &w->script));
        for (int32_t i = 0; i < e->n_objectives; i++)
            if (e->objective[i].text)
                WICK_TRY(wk_host_load_objective_text(ctx, w->host, e->objective[i].path,
                                                     e->objective[i].text, e->objective[i].text_n,
                                                     &w->score[i]));
    }
    w->arena = wick_arena_new(0);
    w->scratch = wick_score_scratch_new();
    if (!w->arena || !w->scratch) st = wick_fail_mem(ctx);
out:
    if (st < 0) {
        wk_host_free(w->host);
        wick_arena_free(w->arena);
        wick_score_scratch_free(w->scratch);
        memset(w, 0, sizeof *w);
    }
    return st;
}

static void drop_print(void *user, const char *text, int64_t n)
{
    (void)user;
    (void)text;
    (void)n;
}

static wick_status copy_host(wick_ctx *ctx, wk_eval *e, const wk_host_opts *from)
{
    if (from) memcpy(&e->host, from, from->size < sizeof e->host ? from->size : sizeof e->host);
    e->host.size = sizeof e->host;
    e->host.print = drop_print;
    e->host.roots = NULL;
    const int64_t n = e->host.n_roots;
    e->host.n_roots = 0;
    if (n <= 0) return WICK_OK;
    e->roots = calloc((size_t)n, sizeof *e->roots);
    if (!e->roots) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        e->roots[i] = strdup(from->roots[i]);
        if (!e->roots[i]) return wick_fail_mem(ctx);
        e->host.n_roots = i + 1;
    }
    e->host.roots = (const char *const *)e->roots;
    return WICK_OK;
}

static wick_status read_text(wick_ctx *ctx, wk_eval *e, const wk_eval_opts *o)
{
    e->path = o->path ? strdup(o->path) : NULL;
    if (!e->path) return o->path ? wick_fail_mem(ctx) : wick_fail(ctx, WICK_E_ARG, "no strategy");
    if (!o->text) return wick_file_read(ctx, e->path, 16 << 20, &e->text, &e->text_n);
    e->text = malloc((size_t)o->text_n + 1);
    if (!e->text) return wick_fail_mem(ctx);
    memcpy(e->text, o->text, (size_t)o->text_n);
    e->text[o->text_n] = '\0';
    e->text_n = o->text_n;
    return WICK_OK;
}

wick_status wk_eval_new(wick_ctx *ctx, const wk_eval_opts *opts, wk_eval **out)
{
    wk_eval_opts o = {0};
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    wick_status st = WICK_OK;
    wk_eval *e = calloc(1, sizeof *e);
    if (!e) return wick_fail_mem(ctx);
    e->all = -1;
    e->lean = true;
    e->cash = o.cash;
    e->finer = o.finer ? wick_panel_ref(o.finer) : NULL;
    e->metric = o.metric;
    e->metric.size = sizeof e->metric;
    e->n_workers = o.workers > 0 ? o.workers : wick_cores();
    if (e->n_workers > MAX_WORKERS) e->n_workers = MAX_WORKERS;
    WICK_TRY(read_text(ctx, e, &o));
    WICK_TRY(copy_host(ctx, e, o.host));
    e->settings = o.settings ? wick_settings_copy(o.settings) : wick_settings_new();
    e->cache = wick_cache_new(o.cache_bytes > 0 ? o.cache_bytes : INT64_C(256) << 20);
    e->worker = calloc((size_t)e->n_workers, sizeof *e->worker);
    if (!e->settings || !e->cache || !e->worker) WICK_TRY(wick_fail_mem(ctx));
    for (int32_t i = 0; i < o.n_metrics; i++) WICK_TRY(add_spec(ctx, e, o.metrics[i]));
    e->n_metrics = o.n_metrics;
    for (int32_t i = 0; i < o.n_objectives; i++) WICK_TRY(add_objective(ctx, e, o.objectives[i]));
    WICK_TRY(make_worker(ctx, e, &e->worker[0]));
    WICK_TRY(learn_files(ctx, e));
out:
    if (st < 0)
        wk_eval_free(e);
    else
        *out = e;
    return st;
}

void wk_eval_free(wk_eval *e)
{
    if (!e) return;
    wk_eval_free_subject(e);
    for (int32_t i = 0; e->worker && i < e->n_workers; i++) {
        bench *w = &e->worker[i];
        wick_ledger_unref(w->ledger);
        wick_panel_unref(w->held);
        free(w->hold);
        wk_host_free(w->host);
        wick_arena_free(w->arena);
        wick_score_scratch_free(w->scratch);
    }
    free(e->worker);
    for (int32_t i = 0; i < e->n_objectives; i++) {
        free(e->objective[i].name);
        free(e->objective[i].path);
        free(e->objective[i].text);
    }
    for (int32_t i = 0; i < e->n_limits; i++) free(e->limit[i]);
    for (int64_t i = 0; i < e->host.n_roots; i++) free(e->roots[i]);
    free(e->roots);
    wick_settings_free(e->settings);
    wick_cache_unref(e->cache);
    wick_panel_unref(e->finer);
    free(e->path);
    free(e->text);
    free(e);
}

/* ---- running ------------------------------------------------------------------------------ */

static wick_status set_params(wick_ctx *ctx, wk_script *s, const double *params)
{
    for (int64_t i = 0; i < wk_script_params(s); i++) {
        const double v = params && !isnan(params[i]) ? params[i] : wk_script_param(s, i)->def;
        const wick_status st = wk_script_set_number(ctx, s, i, v);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static void reject(wk_eval_out *out, double by, const char *reason)
{
    if (out->rejected) return;
    out->rejected = true;
    out->by = by;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
}

static wick_status judge(wick_ctx *ctx, wk_eval *e, bench *w, const wick_ledger *l,
                         wk_eval_out *out)
{
    for (int32_t i = 0; i < e->n_objectives; i++) {
        const objective *o = &e->objective[i];
        if (w->score[i]) {
            wk_score s;
            const wick_status st =
                wk_script_score(ctx, w->score[i], l, w->values + e->all, w->script, &s);
            if (st < 0) return st;
            out->value[i] = s.value;
            if (s.reason[0]) reject(out, s.by, s.reason);
            for (int64_t k = 0; k < wk_script_limits(w->score[i]); k++)
                out->limit[o->limits + k] = s.limit[k];
            continue;
        }
        const wick_objective_in in = {l, w->values + o->first, e->metric.pnl_net};
        out->value[i] = o->spec ? o->spec->eval(&in) : w->values[o->first];
        if (!isnan(out->value[i])) continue;
        char text[WK_REASON];
        snprintf(text, sizeof text, "%s is not available%s", o->name,
                 wick_ledger_trades(l) ? "" : ": no trades");
        reject(out, 1.0, text);
    }
    if (!out->rejected) return WICK_OK;
    for (int32_t i = 0; i < e->n_objectives; i++) out->value[i] = WICK_NA;
    memset(out->limit, 0, sizeof out->limit);
    return WICK_OK;
}

/* Equal parts of all symbols, bought at their first bar of the run, as `wick run` compares with. */
static wick_status hold_all(wick_ctx *ctx, bench *w, wick_panel *panel, const wick_equity *rows)
{
    if (w->held == panel && w->n_hold == rows->n && rows->n > 0 && w->hold_from == rows->time[0])
        return WICK_OK;
    double *to = calloc((size_t)rows->n + 1, sizeof *to);
    if (!to) return wick_fail_mem(ctx);
    for (int64_t s = 0; s < wick_panel_count(panel) && rows->n > 0; s++) {
        const wick_bars *b = wick_panel_bars(panel, s);
        const int64_t *time = wick_bars_time(b), n = wick_bars_count(b);
        const double *close = wick_bars_field(b, WICK_CLOSE);
        const double share = 1.0 / (double)wick_panel_count(panel);
        const int64_t from = wick_bars_find(b, rows->time[0]);
        for (int64_t i = 0, k = from; i < rows->n; i++) {
            while (k < n && time[k] <= rows->time[i]) k++;
            to[i] += share * (k > from && close[from] > 0.0 ? close[k - 1] / close[from] : 1.0);
        }
    }
    free(w->hold);
    wick_panel_unref(w->held);
    w->hold = to;
    w->held = wick_panel_ref(panel);
    w->n_hold = rows->n;
    w->hold_from = rows->n > 0 ? rows->time[0] : 0;
    return WICK_OK;
}

/* `panel` NULL: rows that are no run's, and nothing to compare them with. */
static wick_status score(wick_ctx *ctx, wk_eval *e, bench *w, const wick_ledger *l,
                         wick_panel *panel, const wick_settings *settings, double bars_per_year,
                         wk_eval_out *out)
{
    wick_metric_opts how = e->metric;
    if (settings) {
        const double year = how.bars_per_year;
        how = wk_metric_opts(settings, year);
    }
    if (e->benchmark && panel) {
        const wick_equity rows = wick_ledger_equity(l);
        const wick_status st = hold_all(ctx, w, panel, &rows);
        if (st < 0) return st;
        how.benchmark = w->hold;
        how.n_benchmark = w->n_hold;
    }
    if (bars_per_year > 0) how.bars_per_year = bars_per_year;
    *out = (wk_eval_out){.ledger = l, .metrics = w->values};
    const wick_status st =
        wick_score_into(ctx, l, &how, e->spec, e->n_specs, w->scratch, w->values);
    return st < 0 ? st : judge(ctx, e, w, l, out);
}

static wick_status take_worker(wick_ctx *ctx, wk_eval *e, int32_t number, bench **out)
{
    if (number < 0 || number >= e->n_workers)
        return wick_fail(ctx, WICK_E_ARG, "there is no worker %d", (int)number);
    *out = &e->worker[number];
    return make_worker(ctx, e, *out);
}

static wick_status run_once(wick_ctx *ctx, wk_eval *e, int32_t number, const wk_eval_job *job,
                            wk_filter *filter, bool lean, wk_eval_out *out)
{
    bench *w = NULL;
    wick_status st;
    WICK_TRY(take_worker(ctx, e, number, &w));
    wick_ledger_unref(w->ledger);
    w->ledger = NULL;
    wick_arena_reset(w->arena);
    WICK_TRY(set_params(ctx, w->script, job->params));
    const wick_run_opts run = {.size = sizeof run,
                               .settings = job->settings ? job->settings : e->settings,
                               .cash = job->cash > 0 ? job->cash : e->cash,
                               .has_trade_from = job->has_trade_from,
                               .cold = true,
                               .trade_from = job->trade_from,
                               .arena = w->arena,
                               .lean = lean};
    WICK_TRY(wk_script_set_filter(ctx, w->script, filter));
    WICK_TRY(wk_script_run(ctx, w->script, job->panel, &run, e->cache, &w->ledger));
    WICK_TRY(score(ctx, e, w, w->ledger, job->panel, job->settings, job->bars_per_year, out));
out:
    return st;
}

wick_status wk_eval_run(wick_ctx *ctx, wk_eval *e, int32_t number, const wk_eval_job *job,
                        wk_eval_out *out)
{
    return run_once(ctx, e, number, job, NULL, e->lean, out);
}

wick_status wk_eval_filtered(wick_ctx *ctx, wk_eval *e, int32_t number, const wk_eval_job *job,
                             wk_filter *filter, wk_eval_out *out)
{
    return run_once(ctx, e, number, job, filter, false, out);
}

wick_status wk_eval_state(wick_ctx *ctx, wk_eval *e, int32_t number, const wk_state_opts *o)
{
    bench *w = NULL;
    const wick_status st = take_worker(ctx, e, number, &w);
    if (st >= 0) wk_host_state(w->host, o);
    return st;
}

void wk_eval_no_state(wk_eval *e, int32_t number)
{
    if (number >= 0 && number < e->n_workers && e->worker[number].host)
        wk_host_state(e->worker[number].host, NULL);
}

wick_status wk_eval_dataset(wick_ctx *ctx, wk_eval *e, int32_t number, const double *params,
                            wick_panel *panel, const wk_dataset_opts *opts, wk_dataset *out)
{
    bench *w = NULL;
    wk_dataset_opts o = {0};
    if (opts) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    o.size = sizeof o;
    if (!o.settings) o.settings = e->settings;
    if (!(o.cash > 0)) o.cash = e->cash;
    wick_status st = take_worker(ctx, e, number, &w);
    if (st >= 0) st = set_params(ctx, w->script, params);
    return st < 0 ? st : wk_script_dataset(ctx, w->script, panel, e->cache, &o, out);
}

wick_status wk_eval_score(wick_ctx *ctx, wk_eval *e, int32_t number, const wick_ledger *ledger,
                          const double *params, double bars_per_year, wk_eval_out *out)
{
    bench *w = NULL;
    wick_status st = take_worker(ctx, e, number, &w);
    if (st >= 0) st = set_params(ctx, w->script, params);
    return st < 0 ? st : score(ctx, e, w, ledger, NULL, NULL, bars_per_year, out);
}
