/* SPDX-License-Identifier: MIT */
#include "lua/jobs.h"
#include "lua/state_box.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Training data and backtests of a strategy, many of them at once; results and comparisons. */

/* ---- parameters --------------------------------------------------------------------------- */

const double *wk_job_values(lua_State *L, wk_host *h, const wk_strategy *s, int i)
{
    wk_script *k = wk_eval_script(s->eval);
    const int64_t n = wk_script_params(k);
    const int t = lua_absindex(L, i);
    for (int64_t p = 0; p < n; p++)
        wk_good(L, h, wk_script_set_number(h->ctx, k, p, wk_script_param(k, p)->def));
    if (lua_type(L, t) == LUA_TTABLE) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
        lua_getfield(L, -1, "sorted_keys");
        lua_pushvalue(L, t);
        lua_call(L, 1, 1);
        const int keys = lua_gettop(L), count = (int)lua_rawlen(L, keys);
        for (int c = 1; c <= count; c++) {
            char number[WICK_DOUBLE_TEXT];
            lua_rawgeti(L, keys, c);
            if (lua_type(L, -1) != LUA_TSTRING) (void)wk_raise(L, "params: parameters have names");
            const char *key = lua_tostring(L, -1), *value = number;
            lua_getfield(L, t, key);
            if (lua_type(L, -1) == LUA_TNUMBER)
                wick_format_double(number, lua_tonumber(L, -1));
            else if (lua_isboolean(L, -1))
                value = lua_toboolean(L, -1) ? "true" : "false";
            else
                value = lua_tostring(L, -1);
            wk_good(L, h, wk_script_set_param(h->ctx, k, key, value ? value : ""));
            lua_pop(L, 2);
        }
        lua_settop(L, keys - 2);
    } else if (!lua_isnoneornil(L, t)) {
        (void)wk_raise(L, "params: a table of values is expected, got %s", luaL_typename(L, t));
    }
    double *v = lua_newuserdata(L, ((size_t)n + 1) * sizeof *v);
    for (int64_t p = 0; p < n; p++) v[p] = wk_script_param(k, p)->value;
    return v;
}

static const wk_bars *need_bars(lua_State *L, int t, const char *what)
{
    (void)wk_ml_field(L, t, "bars");
    const wk_bars *b = wk_check_box(L, -1, &wk_bars_type, what);
    lua_pop(L, 1);
    return b;
}

/* ---- training data ------------------------------------------------------------------------ */

/* s:dataset { bars =, params =, from =, to =, all_rows =, by_trade =, no_labels = } -> x, labels,
 * { kind =, horizon =, may_be_constant = { name = true } } */
int wk_strategy_dataset(lua_State *L)
{
    static const char *const known[] = {"bars",     "params",   "from",      "to",
                                        "all_rows", "by_trade", "no_labels", NULL};
    wk_host *h = wk_self(L);
    const wk_strategy *s = wk_check_box(L, 1, &wk_strategy_type, "dataset");
    lua_settop(L, 2);
    wk_ml_known(L, 2, "dataset", known);
    const wk_bars *bars = need_bars(L, 2, "dataset: bars");
    wk_dataset_opts o = {.size = sizeof o};
    o.has_from = wk_job_time(L, 2, "from", &o.from);
    o.has_to = wk_job_time(L, 2, "to", &o.to);
    o.all_rows = wk_number_of(L, 2, "all_rows", 0) != 0;
    o.by_trade = wk_number_of(L, 2, "by_trade", 0) != 0;
    o.no_labels = wk_number_of(L, 2, "no_labels", 0) != 0;
    (void)wk_ml_field(L, 2, "params");
    const double *v = wk_job_values(L, h, s, -1);
    wk_dataset d;
    wk_good(L, h, wk_eval_dataset(h->ctx, s->eval, 0, v, bars->panel, &o, &d));
    wk_push_matrix(L, h, d.x);
    if (d.labels)
        wk_push_labels(L, h, d.labels);
    else
        lua_pushnil(L);
    lua_createtable(L, 0, 2);
    lua_pushstring(L, d.kind);
    lua_setfield(L, -2, "kind");
    lua_pushinteger(L, d.horizon);
    lua_setfield(L, -2, "horizon");
    lua_newtable(L);
    for (int32_t k = 0; k < wick_matrix_columns(d.x); k++) {
        if (!d.may_be_constant[k]) continue;
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, wick_matrix_name(d.x, k));
    }
    free(d.may_be_constant);
    lua_setfield(L, -2, "may_be_constant");
    return 3;
}

/* ---- results ------------------------------------------------------------------------------ */

static void result_unref(void *p)
{
    wk_result *r = p;
    wick_ledger_unref(r->ledger);
    free(r->metric);
    free(r->strategy);
    free(r->profile);
    wick_state_unref(r->state);
    free(r);
}

/* r.NAME: a metric; NA is nil. */
static int result_index(lua_State *L, wk_host *h, void *p)
{
    const wk_result *r = p;
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        if (strcmp(wick_metric_at(i)->name, key) != 0) continue;
        if (isnan(r->metric[i]))
            lua_pushnil(L);
        else
            wk_push_double(L, r->metric[i]);
        return 1;
    }
    if (strcmp(key, "state") == 0 && r->state)
        wk_push_state(L, h, r->state);
    else if (strcmp(key, "overlap") == 0)
        lua_pushstring(L, r->overlap);
    else if (strcmp(key, "reason") == 0)
        lua_pushstring(L, r->reason);
    else if (strcmp(key, "objective") == 0 && isnan(r->objective))
        lua_pushnil(L);
    else if (strcmp(key, "objective") == 0)
        lua_pushnumber(L, r->objective);
    else if (strcmp(key, "avg_position") == 0 && isnan(r->avg_size))
        lua_pushnil(L);
    else if (strcmp(key, "avg_position") == 0)
        lua_pushnumber(L, r->avg_size);
    else
        return 0;
    return 1;
}

/* r:metrics(): all that are available. */
static int result_metrics(lua_State *L)
{
    const wk_result *r = wk_check_box(L, 1, &wk_result_type, "metrics");
    lua_createtable(L, 0, (int)wick_metric_count());
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        if (isnan(r->metric[i])) continue;
        wk_push_double(L, r->metric[i]);
        lua_setfield(L, -2, wick_metric_at(i)->name);
    }
    return 1;
}

/* r:fates(): orders by what became of them. */
static int result_fates(lua_State *L)
{
    const wk_result *r = wk_check_box(L, 1, &wk_result_type, "fates");
    lua_createtable(L, 0, WICK_FATES);
    for (int i = 0; i < WICK_FATES; i++) {
        wk_push_double(L, (double)r->fates[i]);
        lua_setfield(L, -2, wick_fate_name(i));
    }
    return 1;
}

static const wick_ledger *need_ledger(lua_State *L, int i, const char *what)
{
    const wk_result *r = wk_check_box(L, i, &wk_result_type, what);
    if (!r->ledger)
        (void)wk_raise(L, "%s: only numbers of this result were kept (keep = true)", what);
    return r->ledger;
}

static int result_trades(lua_State *L)
{
    wk_push_trades(L, need_ledger(L, 1, "trades"));
    return 1;
}

static int result_equity(lua_State *L)
{
    const wick_equity e = wick_ledger_equity(need_ledger(L, 1, "equity"));
    wk_push_numbers(L, wk_self(L), e.n, e.equity);
    return 1;
}

static int result_times(lua_State *L)
{
    const wick_equity e = wick_ledger_equity(need_ledger(L, 1, "times"));
    wk_vector *v = wk_push_vector(L, wk_self(L), e.n);
    for (int64_t i = 0; i < e.n; i++) v->v[i] = (double)e.time[i];
    return 1;
}

/* r:text(writer): what `wick run` writes: trades_csv, orders_csv, equity_csv, metrics_json, table.
 */
static int result_text(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wk_result *r = wk_check_box(L, 1, &wk_result_type, "text");
    const char *writer = luaL_checkstring(L, 2);
    const wick_ledger *l = need_ledger(L, 1, "text");
    wick_scores *scores = NULL;
    wick_buf *b = wk_push_buf(L);
    wk_good(L, h, wick_score(h->ctx, l, &r->how, NULL, 0, &scores));
    const wick_result out = {.size = sizeof out,
                             .strategy = r->strategy,
                             .profile = r->profile,
                             .ledger = l,
                             .scores = scores,
                             .timeframe_ms = r->timeframe_ms};
    const wick_status st = wick_report_write(h->ctx, writer, &out, b);
    wick_scores_free(scores);
    wk_good(L, h, st);
    lua_pushlstring(L, b->data ? b->data : "", (size_t)b->len);
    return 1;
}

static const luaL_Reg result_methods[] = {{"metrics", result_metrics},
                                          {"fates", result_fates},
                                          {"trades", result_trades},
                                          {"equity", result_equity},
                                          {"times", result_times},
                                          {"text", result_text},
                                          {NULL, NULL}};
const wk_box_type wk_result_type = {
    .name = "result", .unref = result_unref, .methods = result_methods, .index = result_index};

/* ---- backtests ---------------------------------------------------------------------------- */

typedef struct one_run {
    const double *params;
    wk_filter *filter;
    wk_result *out;
    bool keep;
    wk_state_opts state; /**< its `out` leads to the result's */
} one_run;

typedef struct batch {
    const wk_strategy *s;
    wick_panel *panel;
    bool has_trade_from;
    int64_t trade_from;
    double bars_per_year;
    one_run *run;
    int64_t n;
} batch;

/* The worker's ledger is gone with its next run. */
static wick_status keep_ledger(wick_ctx *ctx, const wick_ledger *l, const wick_panel *panel,
                               wick_ledger **out)
{
    const wick_equity e = wick_ledger_equity(l);
    const int64_t trades = wick_ledger_trades(l), orders = wick_ledger_orders(l);
    const int64_t symbols = wick_panel_count(panel);
    int32_t tags = 0;
    wick_status st = WICK_OK;
    wick_trade_rec *t = malloc((size_t)(trades + 1) * sizeof *t);
    wick_order_rec *o = malloc((size_t)(orders + 1) * sizeof *o);
    const char **names = malloc((size_t)(symbols + 1) * sizeof *names), **tag = NULL;
    if (!t || !o || !names) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < trades; i++) {
        t[i] = *wick_ledger_trade(l, i);
        if (t[i].entry_tag >= tags) tags = t[i].entry_tag + 1;
        if (t[i].exit_tag >= tags) tags = t[i].exit_tag + 1;
    }
    for (int64_t i = 0; i < orders; i++) {
        o[i] = *wick_ledger_order(l, i);
        if (o[i].tag >= tags) tags = o[i].tag + 1;
    }
    for (int64_t i = 0; i < symbols; i++) names[i] = wick_bars_symbol(wick_panel_bars(panel, i));
    tag = malloc(((size_t)tags + 1) * sizeof *tag);
    if (!tag) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int32_t i = 0; i < tags; i++) tag[i] = wick_ledger_tag(l, i);
    wick_ledger_in in = {.size = sizeof in,
                               .n = e.n,
                               .time = e.time,
                               .equity = e.equity,
                               .cash = e.cash,
                               .fees = e.fees,
                               .long_value = e.long_value,
                               .short_value = e.short_value,
                               .n_trades = trades,
                               .trades = t,
                               .n_orders = orders,
                               .orders = o,
                               .n_symbols = symbols,
                               .symbols = names,
                               .n_tags = tags,
                               .tags = tag,
                               .cash0 = wick_ledger_cash0(l),
                               .ambiguity = wick_ledger_ambiguity(l),
                               .fates = wick_ledger_fates(l)};
    memcpy(in.flow, e.flow, sizeof in.flow);
    st = wick_ledger_new(ctx, &in, out);
out:
    free(t);
    free(o);
    free(names);
    free(tag);
    return st;
}

/* Mean cash value of an entry. */
static double average_size(const wick_ledger *l)
{
    const int64_t n = wick_ledger_trades(l);
    wick_sum s = {0};
    for (int64_t i = 0; i < n; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        wick_sum_add(&s, t->qty * fabs(t->entry_price));
    }
    return n > 0 ? wick_sum_get(&s) / (double)n : WICK_NA;
}

static wick_status run_task(void *arg, int64_t i, int32_t number, wick_ctx *ctx)
{
    batch *b = arg;
    one_run *r = &b->run[i];
    const wk_eval_job job = {.params = r->params,
                             .panel = b->panel,
                             .has_trade_from = b->has_trade_from,
                             .trade_from = b->trade_from,
                             .bars_per_year = b->bars_per_year};
    wk_eval_out out;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    wick_status st = wk_eval_state(ctx, b->s->eval, number, &r->state);
    if (st >= 0) st = wk_eval_filtered(ctx, b->s->eval, number, &job, r->filter, &out);
    wk_eval_no_state(b->s->eval, number);
    if (st < 0) return st;
    memcpy(r->out->metric, out.metrics, (size_t)wick_metric_count() * sizeof *out.metrics);
    memcpy(r->out->fates, wick_ledger_fates(out.ledger), sizeof r->out->fates);
    r->out->objective = b->s->objective ? out.value[0] : WICK_NA;
    r->out->avg_size = average_size(out.ledger);
    if (out.rejected) snprintf(r->out->reason, sizeof r->out->reason, "%s", out.reason);
    return r->keep ? keep_ledger(ctx, out.ledger, b->panel, &r->out->ledger) : WICK_OK;
}

static wk_result *push_result(lua_State *L, wk_host *h, const batch *b, bool keep)
{
    const wk_strategy *s = b->s;
    wk_box *box = wk_new_box(L, h, &wk_result_type, keep ? 1 << 20 : 4096);
    wk_result *r = calloc(1, sizeof *r);
    if (!r) (void)luaL_error(L, "out of memory");
    box->p = r;
    r->metric = calloc((size_t)wick_metric_count() + 1, sizeof *r->metric);
    r->strategy = strdup(wk_script_name(wk_eval_script(s->eval)));
    r->profile = strdup(wick_settings_profile_name(s->settings));
    r->how = wk_metric_opts(s->settings, b->bars_per_year);
    if (wick_panel_count(b->panel) > 0)
        r->timeframe_ms = wick_bars_info(wick_panel_bars(b->panel, 0))->timeframe_ms;
    if (!r->metric || !r->strategy || !r->profile) (void)luaL_error(L, "out of memory");
    return r;
}

static void filter_gc(void *p)
{
    wk_filter_unref(p);
}

static const wk_box_type filter_type = {.name = "filter", .unref = filter_gc};

static wk_filter *filter_of(lua_State *L, wk_host *h, const batch *b, int t, wk_result *r)
{
    wk_filter_opts o = {.size = sizeof o,
                        .seed = (uint64_t)wk_number_of(L, t, "seed", (double)h->seed),
                        .allow_unusable = wk_number_of(L, t, "allow_unusable", 0) != 0};
    wk_filter *f = NULL;
    o.has_threshold = wk_ml_field(L, t, "threshold");
    o.threshold = o.has_threshold ? lua_tonumber(L, -1) : 0;
    lua_pop(L, 1);
    if (wk_ml_field(L, t, "size")) {
        const int z = lua_gettop(L);
        luaL_checktype(L, z, LUA_TTABLE);
        o.sized = true;
        o.floor = wk_number_of(L, z, "floor", 0.5);
        o.cap = wk_number_of(L, z, "cap", 1);
        o.least = wk_number_of(L, z, "least", 0);
    }
    lua_pop(L, 1);
    if (!wk_ml_field(L, t, "model")) return NULL;
    const int model = lua_gettop(L);
    wk_box *box = wk_new_box(L, h, &filter_type, 0);
    if (lua_type(L, model) == LUA_TTABLE) {
        const int64_t parts = (int64_t)lua_rawlen(L, model);
        int64_t *from = lua_newuserdata(L, ((size_t)parts + 1) * sizeof *from);
        wick_bundle **list = lua_newuserdata(L, ((size_t)parts + 1) * sizeof *list);
        for (int64_t i = 0; i < parts; i++) {
            lua_rawgeti(L, model, (int)(i + 1));
            luaL_checktype(L, -1, LUA_TTABLE);
            if (!wk_job_time(L, lua_gettop(L), "from", &from[i]))
                (void)wk_raise(L, "backtest: a part of a model has 'from' and 'bundle'");
            (void)wk_ml_field(L, lua_gettop(L), "bundle");
            list[i] = wk_check_box(L, -1, &wk_bundle_type, "backtest: bundle");
            lua_pop(L, 2);
        }
        wk_good(L, h, wk_filter_of_parts(h->ctx, parts, from, list, &o, &f));
        box->p = f;
        lua_settop(L, model + 1);
    }
    wick_bundle *bundle = wk_test_box(L, -2, &wk_bundle_type);
    if (f)
        ; /* of parts */
    else if (bundle)
        wk_good(L, h, wk_filter_of(h->ctx, bundle, "the model", &o, &f));
    else if (lua_type(L, -2) == LUA_TSTRING)
        wk_good(L, h, wk_filter_parse(h->ctx, lua_tostring(L, -2), &o, &f));
    else
        return (void)wk_raise(L, "backtest: model is a bundle, a text or nil, got %s",
                              luaL_typename(L, -2)),
               NULL;
    box->p = f;
    wk_good(L, h, wk_filter_check(h->ctx, f, r->strategy));
    const int64_t n = wick_panel_ticks(b->panel), *clock = wick_panel_clock(b->panel);
    if (n == 0) return f;
    const int64_t from = b->has_trade_from && b->trade_from > clock[0] ? b->trade_from : clock[0];
    if (wk_filter_overlap(f, from, clock[n - 1], r->overlap, sizeof r->overlap) &&
        wk_number_of(L, t, "allow_overlap", 0) == 0)
        (void)wk_raise(L,
                       "%s: such a result says nothing; later days, or allow_overlap = true, "
                       "which marks it as in-sample",
                       r->overlap);
    return f;
}

/* s:backtest { bars =, trade_from =, runs = { { params =, model =, ... }, ... } } -> results */
int wk_strategy_backtest(lua_State *L)
{
    static const char *const known[] = {"bars", "trade_from", "runs", NULL};
    static const char *const fields[] = {"params",        "model",          "threshold",
                                         "size",          "seed",           "keep",
                                         "allow_overlap", "allow_unusable", "checkpoint",
                                         "from_state",    "what_if",        NULL};
    wk_host *h = wk_self(L);
    const wk_strategy *s = wk_check_box(L, 1, &wk_strategy_type, "backtest");
    lua_settop(L, 2);
    wk_ml_known(L, 2, "backtest", known);
    batch b = {.s = s, .panel = need_bars(L, 2, "backtest: bars")->panel};
    b.has_trade_from = wk_job_time(L, 2, "trade_from", &b.trade_from);
    b.bars_per_year =
        s->bars_per_year < 0 ? wick_settings_year(s->settings, b.panel) : s->bars_per_year;
    if (!wk_ml_field(L, 2, "runs") || lua_type(L, -1) != LUA_TTABLE)
        return wk_raise(L, "backtest: runs are a list of { params = ..., model = ... }");
    b.n = (int64_t)lua_rawlen(L, 3);
    b.run = lua_newuserdata(L, ((size_t)b.n + 1) * sizeof *b.run);
    lua_createtable(L, (int)b.n, 0);
    const int results = lua_gettop(L);
    lua_createtable(L, (int)b.n * 2, 0);
    const int keep = lua_gettop(L);
    for (int64_t i = 0; i < b.n; i++) {
        one_run *r = &b.run[i];
        lua_rawgeti(L, 3, (int)(i + 1));
        const int t = lua_gettop(L);
        wk_ml_known(L, t, "a run", fields);
        *r = (one_run){.keep = wk_number_of(L, t, "keep", 1) != 0};
        r->out = push_result(L, h, &b, r->keep);
        lua_rawseti(L, results, (int)(i + 1));
        (void)wk_ml_field(L, t, "params");
        r->params = wk_job_values(L, h, s, -1);
        lua_rawseti(L, keep, (int)(2 * i + 1));
        wk_state_asked(L, t, "backtest", &r->state, &r->out->state);
        r->filter = filter_of(L, h, &b, t, r->out);
        if (r->filter) lua_rawseti(L, keep, (int)(2 * i + 2));
        lua_settop(L, keep);
    }
    wk_good(L, h, wick_pool_run(h->ctx, b.n, h->jobs, run_task, &b));
    lua_pushvalue(L, results);
    return 1;
}

/* ---- comparisons -------------------------------------------------------------------------- */

/* core.job_compare(a, b, names, { replicates =, level =, seed = }) -> { name = { low =, high = } },
 * block length */
static int core_compare(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_ledger *x = need_ledger(L, 1, "compare"), *y = need_ledger(L, 2, "compare");
    const wk_result *a = wk_check_box(L, 1, &wk_result_type, "compare");
    luaL_checktype(L, 3, LUA_TTABLE);
    luaL_checktype(L, 4, LUA_TTABLE);
    const int64_t n = (int64_t)lua_rawlen(L, 3);
    const wick_metric_spec **specs = lua_newuserdata(L, ((size_t)n + 1) * sizeof *specs);
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, 3, (int)(i + 1));
        specs[i] = wick_metric_find(luaL_checkstring(L, -1));
        if (!specs[i]) return wk_raise(L, "compare: no metric '%s'", lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    wick_interval *out = lua_newuserdata(L, ((size_t)n + 1) * sizeof *out);
    double block = WICK_NA;
    const wick_pair_in in = {.size = sizeof in,
                             .a = x,
                             .b = y,
                             .metric = a->how,
                             .specs = specs,
                             .n = n,
                             .replicates = (int64_t)wk_number_of(L, 4, "replicates", 0),
                             .level = wk_number_of(L, 4, "level", 0),
                             .seed = (uint64_t)wk_number_of(L, 4, "seed", (double)h->seed),
                             .threads = h->jobs};
    wk_good(L, h, wick_pair_compare(h->ctx, &in, out, &block));
    lua_createtable(L, 0, (int)n);
    for (int64_t i = 0; i < n; i++) {
        if (isnan(out[i].low) || isnan(out[i].high)) continue;
        lua_createtable(L, 0, 2);
        lua_pushnumber(L, out[i].low);
        lua_setfield(L, -2, "low");
        lua_pushnumber(L, out[i].high);
        lua_setfield(L, -2, "high");
        lua_setfield(L, -2, specs[i]->name);
    }
    lua_pushnumber(L, block);
    return 2;
}

/* core.metric_rows(): the forty rows: { { name =, unit =, better = }, ... } */
static int core_metric_rows(lua_State *L)
{
    static const char *const units[] = {"count", "cash", "percent", "ratio",
                                        "bars",  "time", "days"};
    lua_newtable(L);
    int at = 0;
    for (int32_t row = 0; row < 40; row++)
        for (int64_t i = 0; i < wick_metric_count(); i++) {
            const wick_metric_spec *s = wick_metric_at(i);
            if (s->row != row) continue;
            lua_createtable(L, 0, 3);
            lua_pushstring(L, s->name);
            lua_setfield(L, -2, "name");
            lua_pushstring(L, units[s->unit]);
            lua_setfield(L, -2, "unit");
            lua_pushinteger(L, s->better);
            lua_setfield(L, -2, "better");
            lua_rawseti(L, -2, ++at);
        }
    return 1;
}

/* Adds to the core table on top of the stack. */
void wk_jobs_run_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"job_compare", core_compare}, {"metric_rows", core_metric_rows}, {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
