/* SPDX-License-Identifier: MIT */
#include "cli/run_account.h"

#include <stdlib.h>
#include <string.h>

static bool no_memory(cli *c)
{
    cli_error(c, NULL, "out of memory");
    return false;
}

static bool read_shares(cli *c, run_account *a)
{
    const char *text = cli_text(c, "weights"), *p = text;
    for (int32_t k = 0; k < a->n; k++) a->members[k].share = 1.0 / a->n;
    if (!text) return true;
    for (int32_t k = 0; k < a->n; k++) {
        const size_t len = strcspn(p, ",");
        double v = 0.0;
        if (!wick_parse_double(p, (int64_t)len, &v) || !(v > 0.0 && v <= 1000.0)) break;
        a->members[k].share = v;
        p += len;
        if (k == a->n - 1 && *p == '\0') return true;
        if (*p++ != ',') break;
    }
    cli_error(c, "one share above 0 for each strategy: --weights 0.6,0.4",
              "--weights: '%s' is not %d shares", text, (int)a->n);
    return false;
}

static const char *value_of(const wick_settings *s, const char *key, char out[WICK_SETTING_TEXT])
{
    out[0] = '\0';
    for (int64_t i = 0; i < wick_settings_count(); i++)
        if (strcmp(wick_settings_doc(i)->key, key) == 0) wick_settings_get(s, i, out);
    return out;
}

/* One table of trades has one meaning of pnl. */
static bool agree(cli *c, const run_account *a)
{
    static const char *const keys[] = {"trade_pnl", "report_rounding", "bars_in_trade"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char first[WICK_SETTING_TEXT], other[WICK_SETTING_TEXT], hint[WICK_SETTING_TEXT + 64];
        (void)value_of(a->settings[0], keys[i], first);
        for (int32_t k = 1; k < a->n; k++) {
            if (strcmp(value_of(a->settings[k], keys[i], other), first) == 0) continue;
            snprintf(hint, sizeof hint, "--engine %s=%s sets it for all", keys[i], first);
            cli_error(c, hint, "%s is %s in %s and %s in %s; one account needs one", keys[i], first,
                      wk_script_name(a->members[0].script), other,
                      wk_script_name(a->members[k].script));
            return false;
        }
    }
    return true;
}

static bool describe(cli *c, run_account *a)
{
    wick_buf name = {0}, shares = {0};
    for (int32_t k = 0; k < a->n; k++) {
        wick_buf_addf(&name, "%s%s", k ? " + " : "", wk_script_name(a->members[k].script));
        if (k) wick_buf_add(&shares, " ", 1);
        wick_buf_add_double(&shares, a->members[k].share);
    }
    a->name = name.data;
    a->shares = shares.data;
    return !(name.failed || shares.failed) || no_memory(c);
}

static bool load_one(cli *c, run_config *r, run_account *a, int32_t k)
{
    const wk_host_opts opts = {.size = sizeof opts, .seed = (uint64_t)r->seed, .strict = r->strict};
    if (wk_host_new(c->ctx, &opts, &a->hosts[k]) < 0 ||
        wk_host_load(c->ctx, a->hosts[k], c->operands[k], &a->members[k].script) < 0) {
        cli_fail(c);
        return false;
    }
    if (!run_config_script(c, r, a->members[k].script)) return false;
    a->settings[k] = wick_settings_copy(r->settings);
    a->members[k].settings = a->settings[k];
    return a->settings[k] != NULL || no_memory(c);
}

/* What speaks of one script only. */
static bool refuse_options(cli *c)
{
    static const char *const single[] = {"plots",      "trades-tv",     "save-state",
                                         "from-state", "save-state-at", "what-if"};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        if (!cli_has(c, single[i])) continue;
        cli_error(c, NULL, "--%s is for a run of one strategy", single[i]);
        return false;
    }
    return true;
}

/* ---- models -------------------------------------------------------------------------------- */

/* rotation, or rotation#2 where two are alike: as their parts are called in the result. */
static bool is_called(const run_account *a, int32_t k, const char *name, size_t n)
{
    char own[160];
    const char *base = wk_script_name(a->members[k].script);
    int32_t same = 1;
    for (int32_t i = 0; i < k; i++) same += strcmp(wk_script_name(a->members[i].script), base) == 0;
    snprintf(own, sizeof own, same > 1 ? "%s#%d" : "%s", base, (int)same);
    return strlen(own) == n && strncmp(own, name, n) == 0;
}

/* The strategy that NAME= in front of a model means; -1: there is no such word. */
static int32_t named(const run_account *a, const char *text)
{
    const size_t n = strcspn(text, "=");
    for (int32_t k = 0; k < a->n && text[n] == '='; k++)
        if (is_called(a, k, text, n)) return k;
    return -1;
}

/* Whether the filter may be that of a strategy; what speaks against it stays in `ctx`. */
static bool fits(wick_ctx *ctx, const run_account *a, int32_t k, const wk_filter *f)
{
    return wk_filter_check(ctx, f, wk_script_name(a->members[k].script)) >= 0;
}

static bool give(cli *c, run_account *a, int32_t k, wk_filter *f)
{
    if (a->filters[k]) {
        cli_error(c, "--model a=FIRST b=SECOND", "--model: two models for strategy %s",
                  wk_script_name(a->members[k].script));
        return false;
    }
    if (wk_script_set_filter(c->ctx, a->members[k].script, f) < 0) {
        cli_fail_hint(c, "docs/ml.md, \"The model filter\"");
        return false;
    }
    a->filters[k] = wk_filter_ref(f);
    return true;
}

static bool give_to(cli *c, run_account *a, int32_t only, wk_filter *f)
{
    int32_t given = 0;
    if (only >= 0) return give(c, a, only, f);
    const bool bundle = wk_filter_kind_of(f) == WK_FILTER_BUNDLE;
    wick_ctx *why = wick_ctx_new();
    if (!why) return no_memory(c);
    for (int32_t k = 0; k < a->n; k++) {
        if (bundle && !fits(why, a, k, f)) continue;
        given++;
        if (!give(c, a, k, f)) {
            wick_ctx_free(why);
            return false;
        }
    }
    if (given == 0)
        cli_error(c, "docs/ml.md, \"The model filter\"", "--model: of no strategy here: %s",
                  wick_ctx_error(why));
    wick_ctx_free(why);
    return given > 0;
}

/* What the result says of them. */
static bool describe_models(cli *c, run_account *a)
{
    wick_buf models = {0}, digests = {0}, thresholds = {0};
    char hex[65];
    for (int32_t k = 0; k < a->n; k++) {
        const wk_filter *f = a->filters[k];
        const wick_bundle *b = f ? wk_filter_bundle(f) : NULL;
        const char *name = wk_script_name(a->members[k].script);
        if (!f || wk_filter_kind_of(f) == WK_FILTER_PASSTHROUGH) continue;
        wick_buf_addf(&models, "%s%s=%s", models.len ? " " : "", name, wk_filter_name(f));
        if (!b || wick_bundle_digest(c->ctx, b, hex) < 0) continue;
        wick_buf_addf(&digests, "%s%s=%s", digests.len ? " " : "", name, hex);
        wick_buf_addf(&thresholds, "%s%s=", thresholds.len ? " " : "", name);
        wick_buf_add_double(&thresholds, wk_script_threshold(a->members[k].script, f));
    }
    a->models = models.data;
    a->digests = digests.data;
    a->thresholds = thresholds.data;
    return !(models.failed || digests.failed || thresholds.failed) || no_memory(c);
}

bool run_account_models(cli *c, run_account *a, const wk_filter_opts *o)
{
    a->filters = calloc((size_t)a->n, sizeof(wk_filter *));
    if (!a->filters) return no_memory(c);
    for (int i = 0; i < cli_times(c, "model"); i++) {
        const char *text = cli_nth(c, "model", i);
        const int32_t only = named(a, text);
        wk_filter *f = NULL;
        if (wk_filter_parse(c->ctx, only >= 0 ? strchr(text, '=') + 1 : text, o, &f) < 0) {
            cli_fail_hint(c, "docs/ml.md, \"The model filter\"");
            return false;
        }
        const bool good = give_to(c, a, only, f);
        wk_filter_unref(f);
        if (!good) return false;
    }
    return describe_models(c, a);
}

bool run_account_overlap(const run_account *a, int64_t from, int64_t to, char *text, size_t n)
{
    for (int32_t k = 0; k < a->n; k++)
        if (wk_filter_overlap(a->filters[k], from, to, text, n)) return true;
    return false;
}

/* ---- loading ------------------------------------------------------------------------------- */

bool run_account_load(cli *c, run_config *r, run_account *a)
{
    if (c->n_operands < 2) {
        if (!cli_has(c, "weights")) return true;
        cli_error(c, "wick run a.lua b.lua --weights 0.6,0.4",
                  "--weights is for several strategies");
        return false;
    }
    a->n = c->n_operands;
    a->members = calloc((size_t)a->n, sizeof *a->members);
    a->hosts = calloc((size_t)a->n, sizeof *a->hosts);
    a->settings = calloc((size_t)a->n, sizeof *a->settings);
    if (!a->members || !a->hosts || !a->settings) return no_memory(c);
    if (!refuse_options(c) || !read_shares(c, a)) return false;
    r->shared = true;
    for (int32_t k = 0; k < a->n; k++)
        if (!load_one(c, r, a, k)) return false;
    if (!run_config_params_used(c, r) || !agree(c, a) || !describe(c, a)) return false;
    wick_settings *first = wick_settings_copy(a->settings[0]);
    if (!first) return no_memory(c);
    wick_settings_free(r->settings);
    r->settings = first;
    return true;
}

void run_account_free(run_account *a)
{
    for (int32_t k = 0; k < a->n; k++) {
        if (a->hosts) wk_host_free(a->hosts[k]);
        if (a->settings) wick_settings_free(a->settings[k]);
        if (a->filters) wk_filter_unref(a->filters[k]);
    }
    free(a->filters);
    free(a->models);
    free(a->digests);
    free(a->thresholds);
    free(a->members);
    free(a->hosts);
    free(a->settings);
    free(a->name);
    free(a->shares);
}
