/* SPDX-License-Identifier: MIT */
/* metrics.psr, metrics.pbo, metrics.bootstrap ...: the statistics of stats.h on Lua lists. Numbers
 * are read and made in C, so both VMs print the same ones. */
#include "lua/lua_int.h"

#include <math.h>
#include <string.h>

#include "wick/stats.h"

/* ---- arguments ---------------------------------------------------------------------------- */

/* A list of numbers as an array that lives as long as the call. */
static double *list_at(lua_State *L, int i, const char *what, int64_t least, int64_t *n)
{
    if (lua_type(L, i) != LUA_TTABLE)
        wk_raise(L, "%s: a list of numbers is wanted, not a %s", what, luaL_typename(L, i));
    *n = (int64_t)lua_rawlen(L, i);
    if (*n < least)
        wk_raise(L, "%s: %lld numbers; at least %lld are needed", what, (long long)*n,
                 (long long)least);
    lua_pushvalue(L, i);
    double *x = lua_newuserdata(L, ((size_t)*n + 1) * sizeof *x);
    for (int64_t k = 0; k < *n; k++) {
        lua_rawgeti(L, -2, (int)(k + 1));
        if (lua_type(L, -1) != LUA_TNUMBER)
            wk_raise(L, "%s: entry %lld is a %s, not a number", what, (long long)(k + 1),
                     luaL_typename(L, -1));
        x[k] = lua_tonumber(L, -1);
        if (!isfinite(x[k]))
            wk_raise(L, "%s: entry %lld is not a finite number", what, (long long)(k + 1));
        lua_pop(L, 1);
    }
    lua_remove(L, -2); /* the array stays on the stack, and so alive */
    return x;
}

/* A list of equally long lists. */
static wick_trials trials_at(lua_State *L, int i, const char *what)
{
    char name[64];
    wick_trials t = {0, 0, NULL};
    if (lua_type(L, i) != LUA_TTABLE)
        wk_raise(L, "%s: a list of lists of returns is wanted, not a %s", what,
                 luaL_typename(L, i));
    t.trials = (int64_t)lua_rawlen(L, i);
    luaL_checkstack(L, (int)(t.trials < 100000 ? t.trials : 100000) + 8, "too many trials");
    const double **column = lua_newuserdata(L, ((size_t)t.trials + 1) * sizeof *column);
    lua_createtable(L, (int)t.trials, 0); /* keeps the arrays alive */
    const int keep = lua_gettop(L);
    for (int64_t k = 0; k < t.trials; k++) {
        int64_t n = 0;
        snprintf(name, sizeof name, "%s: trial %lld", what, (long long)(k + 1));
        lua_rawgeti(L, i, (int)(k + 1));
        column[k] = list_at(L, lua_gettop(L), name, 1, &n);
        if (k > 0 && n != t.rows)
            wk_raise(L, "%s has %lld returns, the first one %lld", name, (long long)n,
                     (long long)t.rows);
        t.rows = n;
        lua_rawseti(L, keep, (int)(k + 1));
        lua_settop(L, keep);
    }
    t.column = column;
    return t;
}

static double number_or(lua_State *L, int i, const char *what, double otherwise)
{
    if (lua_isnoneornil(L, i)) return otherwise;
    if (lua_type(L, i) != LUA_TNUMBER)
        wk_raise(L, "%s is a %s, not a number", what, luaL_typename(L, i));
    return lua_tonumber(L, i);
}

static double option(lua_State *L, int t, const char *what, const char *key, double otherwise)
{
    char name[64];
    if (lua_isnoneornil(L, t)) return otherwise;
    snprintf(name, sizeof name, "%s: '%s'", what, key);
    lua_getfield(L, t, key);
    const double v = number_or(L, -1, name, otherwise);
    lua_pop(L, 1);
    return v;
}

static int64_t whole(lua_State *L, int t, const char *what, const char *key)
{
    const double v = option(L, t, what, key, 0.0);
    if (!(v >= 0.0 && v <= 1e9) || v != floor(v))
        wk_raise(L, "%s: '%s' is %g; it must be a whole number, not negative", what, key, v);
    return (int64_t)v;
}

static void check_options(lua_State *L, int t, const char *what, const char *const *known, int n)
{
    if (lua_isnoneornil(L, t)) return;
    if (lua_type(L, t) != LUA_TTABLE)
        wk_raise(L, "%s: options are a table, not a %s", what, luaL_typename(L, t));
    lua_pushnil(L);
    while (lua_next(L, t)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        bool found = false;
        for (int k = 0; k < n; k++) found = found || strcmp(known[k], key) == 0;
        if (!found) {
            const char *near = wick_nearest(key, known, n);
            if (near) wk_raise(L, "%s: no option '%s'; did you mean '%s'?", what, key, near);
            wk_raise(L, "%s: no option '%s'", what, key);
        }
        lua_pop(L, 1);
    }
}

static int32_t word(lua_State *L, int t, const char *what, const char *key,
                    int32_t (*find)(const char *name), const char *known)
{
    int32_t v = 0;
    if (lua_isnoneornil(L, t)) return 0;
    lua_getfield(L, t, key);
    if (!lua_isnil(L, -1)) {
        const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        v = find(s);
        if (v < 0) wk_raise(L, "%s: '%s' is '%s'; it is one of %s", what, key, s, known);
    }
    lua_pop(L, 1);
    return v;
}

/* ---- results ------------------------------------------------------------------------------ */

/* NA is nil. */
static int push_number(lua_State *L, double v)
{
    if (isnan(v))
        lua_pushnil(L);
    else
        lua_pushnumber(L, v);
    return 1;
}

static void set(lua_State *L, const char *key, double v)
{
    push_number(L, v);
    lua_setfield(L, -2, key);
}

static void set_count(lua_State *L, const char *key, int64_t v)
{
    lua_pushinteger(L, (lua_Integer)v);
    lua_setfield(L, -2, key);
}

static void set_flag(lua_State *L, const char *key, bool v)
{
    lua_pushboolean(L, v);
    lua_setfield(L, -2, key);
}

static void check(lua_State *L, wick_status st)
{
    if (st < 0) wk_raise_ctx(L, wk_self(L));
}

/* ---- one series --------------------------------------------------------------------------- */

static int stats_moments(lua_State *L)
{
    int64_t n = 0;
    const double *x = list_at(L, 1, "metrics.moments", 1, &n);
    const wick_moments m = wick_moments_of(n, x);
    lua_createtable(L, 0, 5);
    set_count(L, "n", m.n);
    set(L, "mean", m.mean);
    set(L, "dev", m.dev);
    set(L, "skew", m.skew);
    set(L, "kurtosis", m.kurtosis);
    return 1;
}

static double population_sharpe(const wick_moments *m)
{
    return isnan(m->skew) ? WICK_NA : m->mean / m->dev;
}

static int stats_psr(lua_State *L)
{
    int64_t n = 0;
    const double ref = number_or(L, 2, "metrics.psr: reference", 0.0);
    const double *x = list_at(L, 1, "metrics.psr", 2, &n);
    const wick_moments m = wick_moments_of(n, x);
    return push_number(L, wick_psr(population_sharpe(&m), ref, n, m.skew, m.kurtosis));
}

static int stats_min_trl(lua_State *L)
{
    int64_t n = 0;
    const double ref = number_or(L, 2, "metrics.min_trl: reference", 0.0);
    const double confidence = number_or(L, 3, "metrics.min_trl: confidence", 0.95);
    const double *x = list_at(L, 1, "metrics.min_trl", 2, &n);
    const wick_moments m = wick_moments_of(n, x);
    return push_number(L, wick_min_trl(population_sharpe(&m), ref, confidence, m.skew, m.kurtosis));
}

static int stats_dsr(lua_State *L)
{
    int64_t n = 0;
    const double trials = number_or(L, 2, "metrics.dsr: trials", WICK_NA);
    const double variance = number_or(L, 3, "metrics.dsr: variance", WICK_NA);
    if (!(trials >= 1.0) || !(variance >= 0.0))
        return wk_raise(L, "metrics.dsr(returns, trials, variance): the number of trials and the "
                           "variance of their Sharpe ratios are needed");
    const double *x = list_at(L, 1, "metrics.dsr", 2, &n);
    const wick_moments m = wick_moments_of(n, x);
    return push_number(L, wick_dsr(population_sharpe(&m), n, m.skew, m.kurtosis, variance, trials));
}

static int stats_expected_max(lua_State *L)
{
    return push_number(L, wick_expected_max_sharpe(
                              number_or(L, 1, "metrics.expected_max_sharpe: variance", WICK_NA),
                              number_or(L, 2, "metrics.expected_max_sharpe: trials", WICK_NA)));
}

static int stats_block_length(lua_State *L)
{
    int64_t n = 0;
    const char *kind = luaL_optstring(L, 2, "stationary");
    const int32_t resample = wick_resample_find(kind);
    if (resample < 0)
        return wk_raise(L, "metrics.block_length: '%s' is not iid, block, circular or stationary",
                        kind);
    const double *x = list_at(L, 1, "metrics.block_length", 2, &n);
    return push_number(L, wick_block_length(n, x, resample));
}

/* ---- many trials -------------------------------------------------------------------------- */

static int stats_pbo(lua_State *L)
{
    static const char *const known[] = {"blocks"};
    check_options(L, 2, "metrics.pbo", known, 1);
    const int64_t blocks = whole(L, 2, "metrics.pbo", "blocks");
    if (blocks > 24)
        return wk_raise(L, "metrics.pbo: 'blocks' is %lld; it is even, 2 to 24", (long long)blocks);
    const wick_pbo_opts o = {.size = sizeof o, .blocks = (int32_t)blocks, .threads = 1};
    const wick_trials t = trials_at(L, 1, "metrics.pbo");
    wick_pbo p;
    check(L, wick_pbo_eval(wk_self(L)->ctx, &t, &o, &p));
    lua_createtable(L, 0, 14);
    set(L, "pbo", p.pbo);
    set(L, "prob_loss", p.prob_loss);
    set(L, "slope", p.slope);
    set(L, "intercept", p.intercept);
    set(L, "r2", p.r2);
    set(L, "logit_mean", p.logit_mean);
    set(L, "in_mean", p.in_mean);
    set(L, "out_mean", p.out_mean);
    set_count(L, "blocks", p.blocks);
    set_count(L, "rows", p.rows);
    set_count(L, "trials", p.trials);
    set_count(L, "combinations", p.combinations);
    set_flag(L, "dominates_1", p.dominates_1);
    set_flag(L, "dominates_2", p.dominates_2);
    return 1;
}

static int stats_spa(lua_State *L)
{
    static const char *const known[] = {"replicates", "q", "seed", "level"};
    check_options(L, 2, "metrics.spa", known, 4);
    wick_spa_opts o = {.size = sizeof o,
                       .replicates = whole(L, 2, "metrics.spa", "replicates"),
                       .q = option(L, 2, "metrics.spa", "q", 0.0),
                       .seed = (uint64_t)whole(L, 2, "metrics.spa", "seed"),
                       .level = option(L, 2, "metrics.spa", "level", 0.0),
                       .threads = 1};
    const wick_trials t = trials_at(L, 1, "metrics.spa");
    wick_spa p;
    o.significant = lua_newuserdata(L, (size_t)t.trials + 1);
    check(L, wick_spa_eval(wk_self(L)->ctx, &t, &o, &p));
    lua_createtable(L, 0, 10);
    set(L, "v", p.v);
    set(L, "t", p.t);
    set(L, "q", p.q);
    set(L, "p_white", p.p_white);
    set(L, "p_lower", p.p_lower);
    set(L, "p_consistent", p.p_consistent);
    set(L, "p_upper", p.p_upper);
    set_count(L, "best", p.best + 1);
    set_count(L, "replicates", p.replicates);
    lua_createtable(L, (int)p.n_significant, 0);
    int at = 0;
    for (int64_t k = 0; k < t.trials; k++) {
        if (!o.significant[k]) continue;
        lua_pushinteger(L, (lua_Integer)(k + 1));
        lua_rawseti(L, -2, ++at);
    }
    lua_setfield(L, -2, "significant");
    return 1;
}

static int stats_trials(lua_State *L)
{
    const wick_trials t = trials_at(L, 1, "metrics.trials");
    wick_trial_count c;
    check(L, wick_trials_count(wk_self(L)->ctx, &t, 1, &c));
    lua_createtable(L, 0, 5);
    set_count(L, "raw", c.raw);
    set_count(L, "clusters", c.clusters);
    set(L, "effective", c.effective);
    set(L, "mean_corr", c.mean_corr);
    set(L, "variance", c.variance);
    return 1;
}

/* ---- bootstrap ---------------------------------------------------------------------------- */

/* A Lua statistic. Its error is kept, the rest of the resamples are skipped, and it is raised once
 * the C frames in between have returned. */
typedef struct callback {
    lua_State *L;
    int func, error; /* places on the stack */
    bool failed;
} callback;

static double call_stat(void *user, int64_t n, const double *x)
{
    callback *c = user;
    lua_State *L = c->L;
    if (c->failed) return WICK_NA;
    lua_pushvalue(L, c->func);
    lua_createtable(L, (int)n, 0);
    for (int64_t i = 0; i < n; i++) {
        lua_pushnumber(L, x[i]);
        lua_rawseti(L, -2, (int)(i + 1));
    }
    double v = WICK_NA;
    if (lua_pcall(L, 1, 1, 0) != 0) {
        c->failed = true;
        lua_replace(L, c->error);
        return WICK_NA;
    }
    if (lua_type(L, -1) == LUA_TNUMBER) {
        v = lua_tonumber(L, -1);
    } else if (!lua_isnil(L, -1)) {
        c->failed = true;
        lua_pushfstring(L,
                        "metrics.bootstrap: the statistic must return a number or nil, it "
                        "returned a %s",
                        luaL_typename(L, -1));
        lua_replace(L, c->error);
    }
    lua_pop(L, 1);
    return v;
}

static double mean_stat(void *user, int64_t n, const double *x)
{
    (void)user;
    return wick_moments_of(n, x).mean;
}

static double sharpe_stat(void *user, int64_t n, const double *x)
{
    (void)user;
    return wick_sharpe_of(n, x);
}

static void read_boot(lua_State *L, int t, const char *what, wick_boot_opts *o)
{
    static const char *const known[] = {"replicates", "method", "resample", "block",
                                        "level",      "seed",   "metrics",  "bars_per_year"};
    const bool ledger = strcmp(what, "metrics.intervals") == 0;
    check_options(L, t, what, known, ledger ? 8 : 6);
    *o = (wick_boot_opts){
        .size = sizeof *o,
        .replicates = whole(L, t, what, "replicates"),
        .interval = word(L, t, what, "method", wick_interval_find, "bca, percentile and basic"),
        .resample =
            word(L, t, what, "resample", wick_resample_find, "iid, block, circular and stationary"),
        .block = option(L, t, what, "block", 0.0),
        .level = option(L, t, what, "level", 0.0),
        .seed = (uint64_t)whole(L, t, what, "seed"),
        .threads = 1};
}

static void push_interval(lua_State *L, const wick_interval *r)
{
    lua_createtable(L, 0, 6);
    set(L, "estimate", r->estimate);
    set(L, "low", r->low);
    set(L, "high", r->high);
    set(L, "std_error", r->std_error);
    set(L, "bias", r->bias);
    set_count(L, "defined", r->defined);
}

static int stats_bootstrap(lua_State *L)
{
    wick_boot_opts o;
    int64_t n = 0;
    lua_settop(L, 3);
    read_boot(L, 3, "metrics.bootstrap", &o);
    lua_pushnil(L);
    callback c = {.L = L, .func = 2, .error = 4};
    wick_stat_fn fn = call_stat;
    if (lua_type(L, 2) == LUA_TSTRING) {
        const char *name = lua_tostring(L, 2);
        fn = strcmp(name, "mean") == 0     ? mean_stat
             : strcmp(name, "sharpe") == 0 ? sharpe_stat
                                           : NULL;
        if (!fn)
            return wk_raise(L, "metrics.bootstrap: '%s' is not mean or sharpe; give a function",
                            name);
    } else if (lua_type(L, 2) != LUA_TFUNCTION) {
        return wk_raise(L, "metrics.bootstrap(list, statistic, options): the statistic is a "
                           "function, \"mean\" or \"sharpe\"");
    }
    const double *x = list_at(L, 1, "metrics.bootstrap", 2, &n);
    wick_interval r;
    wk_check_depth(L, wk_self(L));
    luaL_checkstack(L, 8, "bootstrap");
    const wick_status st = wick_boot_series(wk_self(L)->ctx, n, x, fn, &c, &o, &r);
    if (c.failed) {
        lua_pushvalue(L, c.error);
        return lua_error(L);
    }
    check(L, st);
    push_interval(L, &r);
    return 1;
}

/* Of the ledger being scored: metrics.intervals { metrics = {"sharpe"}, replicates = 500 }. */
static int stats_intervals(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_boot_opts o;
    lua_settop(L, 1);
    if (h->scored == NULL)
        return wk_raise(L, "metrics.intervals: only while a result is scored (in metrics.define "
                           "and objectives)");
    read_boot(L, 1, "metrics.intervals", &o);
    const wick_metric_opts mo = {.size = sizeof mo,
                                 .bars_per_year =
                                     option(L, 1, "metrics.intervals", "bars_per_year", 0.0)};
    if (!lua_isnil(L, 1)) lua_getfield(L, 1, "metrics");
    if (lua_type(L, -1) != LUA_TTABLE || lua_rawlen(L, -1) == 0)
        return wk_raise(L, "metrics.intervals: 'metrics' is a list of names, {\"sharpe\"}");
    const int list = lua_gettop(L);
    const int64_t n = (int64_t)lua_rawlen(L, list);
    const wick_metric_spec **specs = lua_newuserdata(L, (size_t)n * sizeof *specs);
    wick_interval *r = lua_newuserdata(L, (size_t)n * sizeof *r);
    for (int64_t k = 0; k < n; k++) {
        lua_rawgeti(L, list, (int)(k + 1));
        const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?";
        specs[k] = wick_metric_find(name);
        if (specs[k] == NULL)
            return wk_raise(L, "metrics.intervals: no metric '%s' (wick list metrics)", name);
        lua_pop(L, 1);
    }
    check(L, wick_boot_ledger(h->ctx, h->scored, &mo, specs, n, NULL, NULL, 0, &o, r));
    lua_createtable(L, 0, (int)n);
    for (int64_t k = 0; k < n; k++) {
        push_interval(L, &r[k]);
        lua_setfield(L, -2, specs[k]->name);
    }
    return 1;
}

/* core.stats: what metrics shows besides define. */
void wk_stats_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"moments", stats_moments},
                                    {"psr", stats_psr},
                                    {"min_trl", stats_min_trl},
                                    {"dsr", stats_dsr},
                                    {"expected_max_sharpe", stats_expected_max},
                                    {"block_length", stats_block_length},
                                    {"pbo", stats_pbo},
                                    {"spa", stats_spa},
                                    {"trials", stats_trials},
                                    {"bootstrap", stats_bootstrap},
                                    {"intervals", stats_intervals},
                                    {NULL, NULL}};
    lua_newtable(L);
    wk_set_funcs(L, h, list);
    lua_setfield(L, -2, "stats");
}
