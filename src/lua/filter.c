/* SPDX-License-Identifier: MIT */
#include "lua/filter.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct wk_filter {
    atomic_int refs;
    wk_filter_kind kind;
    char *name;
    double rate;
    int64_t n;
    wick_bundle **bundle;
    wick_json_doc **info; /* provenance of each */
    int64_t *from;
    wk_filter_opts opts;
};

static wick_status make(wick_ctx *ctx, wk_filter_kind kind, const char *name,
                        const wk_filter_opts *opts, wk_filter **out)
{
    wk_filter *f = calloc(1, sizeof *f);
    if (!f) return wick_fail_mem(ctx);
    atomic_init(&f->refs, 1);
    f->kind = kind;
    if (opts) memcpy(&f->opts, opts, opts->size < sizeof f->opts ? opts->size : sizeof f->opts);
    f->opts.size = sizeof f->opts;
    f->name = strdup(name);
    if (!f->name) {
        wk_filter_unref(f);
        return wick_fail_mem(ctx);
    }
    *out = f;
    return WICK_OK;
}

static wick_status check_opts(wick_ctx *ctx, const wk_filter *f)
{
    const wk_filter_opts *o = &f->opts;
    if (o->has_threshold && !(o->threshold >= 0.0 && o->threshold < 1.0))
        return wick_fail(ctx, WICK_E_ARG,
                         "the threshold of a model is 0 or more and below 1, got %g", o->threshold);
    if (o->sized && f->kind != WK_FILTER_BUNDLE)
        return wick_fail(ctx, WICK_E_ARG, "model %s: only the scores of a bundle can size entries",
                         f->name);
    if (o->sized && !(o->floor >= 0.0 && o->cap > o->floor && o->cap <= 1.0 && o->least >= 0.0 &&
                      o->least <= 1.0))
        return wick_fail(
            ctx, WICK_E_ARG,
            "sizing by score: 0 <= floor < cap <= 1 and 0 <= least <= 1, got floor %g, "
            "cap %g, least %g",
            o->floor, o->cap, o->least);
    return WICK_OK;
}

static wick_status take_bundle(wick_ctx *ctx, wk_filter *f, int64_t i, int64_t from, wick_bundle *b)
{
    const char *info = wick_bundle_info(b);
    const int outputs = (int)wick_model_outputs(wick_bundle_model(b));
    f->bundle[i] = wick_bundle_ref(b);
    f->from[i] = from;
    if (outputs != 1)
        return wick_fail(ctx, WICK_E_ARG,
                         "%s: a filter needs a model with one score, this one has %d", f->name,
                         outputs);
    if (i > 0 && from <= f->from[i - 1])
        return wick_fail(ctx, WICK_E_ARG, "%s: its parts have to follow one another", f->name);
    return wick_json_parse(ctx, f->name, info, (int64_t)strlen(info), &f->info[i]);
}

static wick_status of_bundles(wick_ctx *ctx, const char *name, int64_t n, const int64_t *from,
                              wick_bundle *const *b, const wk_filter_opts *opts, wk_filter **out)
{
    wk_filter *f = NULL;
    wick_status st = make(ctx, WK_FILTER_BUNDLE, name, opts, &f);
    if (st < 0) return st;
    f->bundle = calloc((size_t)n, sizeof *f->bundle);
    f->info = calloc((size_t)n, sizeof *f->info);
    f->from = calloc((size_t)n, sizeof *f->from);
    if (!f->bundle || !f->info || !f->from) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    f->n = n;
    WICK_TRY(check_opts(ctx, f));
    for (int64_t i = 0; i < n; i++)
        WICK_TRY(take_bundle(ctx, f, i, from ? from[i] : INT64_MIN, b[i]));
    *out = f;
    return WICK_OK;
out:
    wk_filter_unref(f);
    return st;
}

wick_status wk_filter_of(wick_ctx *ctx, wick_bundle *b, const char *name,
                         const wk_filter_opts *opts, wk_filter **out)
{
    return of_bundles(ctx, name, 1, NULL, &b, opts, out);
}

wick_status wk_filter_of_parts(wick_ctx *ctx, int64_t n, const int64_t *from, wick_bundle *const *b,
                               const wk_filter_opts *opts, wk_filter **out)
{
    if (n < 1) return wick_fail(ctx, WICK_E_ARG, "a model without parts");
    return of_bundles(ctx, "the retrained model", n, from, b, opts, out);
}

static wick_status of_rate(wick_ctx *ctx, const char *text, const wk_filter_opts *opts,
                           wk_filter **out)
{
    double rate = 0.0;
    const char *number = text + strlen("random:");
    wk_filter *f = NULL;
    if (!wick_parse_double(number, (int64_t)strlen(number), &rate) || !(rate >= 0.0 && rate <= 1.0))
        return wick_fail(ctx, WICK_E_ARG, "--model %s: the rate is a number from 0 to 1", text);
    wick_status st = make(ctx, WK_FILTER_RANDOM, text, opts, &f);
    if (st < 0) return st;
    f->rate = rate;
    st = check_opts(ctx, f);
    if (st < 0)
        wk_filter_unref(f);
    else
        *out = f;
    return st;
}

wick_status wk_filter_parse(wick_ctx *ctx, const char *text, const wk_filter_opts *opts,
                            wk_filter **out)
{
    static const char *const words[] = {"passthrough", "random"};
    if (strncmp(text, "random:", 7) == 0) return of_rate(ctx, text, opts, out);
    if (strcmp(text, "random") == 0)
        return wick_fail(ctx, WICK_E_ARG, "model random: say how often: random:0.5");
    if (strcmp(text, "passthrough") == 0) {
        wk_filter *f = NULL;
        wick_status st = make(ctx, WK_FILTER_PASSTHROUGH, text, opts, &f);
        if (st >= 0) st = check_opts(ctx, f);
        if (st < 0)
            wk_filter_unref(f);
        else
            *out = f;
        return st;
    }
    if (!wick_path_exists(text)) {
        const char *near = wick_nearest(text, words, 2);
        if (near)
            return wick_fail(ctx, WICK_E_ARG, "no model '%s'; did you mean '%s'?", text, near);
        return wick_fail(ctx, WICK_E_IO,
                         "no model '%s': it is passthrough, random:RATE, or the file of a bundle "
                         "(`wick pipeline train_model` makes one)",
                         text);
    }
    wick_bundle *b = NULL;
    wick_status st = wick_bundle_load(ctx, text, &b);
    if (st >= 0) st = wk_filter_of(ctx, b, text, opts, out);
    wick_bundle_unref(b);
    return st;
}

wk_filter *wk_filter_ref(wk_filter *f)
{
    if (f) atomic_fetch_add(&f->refs, 1);
    return f;
}

void wk_filter_unref(wk_filter *f)
{
    if (!f || atomic_fetch_sub(&f->refs, 1) > 1) return;
    for (int64_t i = 0; i < f->n; i++) {
        wick_bundle_unref(f->bundle[i]);
        wick_json_free(f->info[i]);
    }
    free(f->bundle);
    free(f->info);
    free(f->from);
    free(f->name);
    free(f);
}

wk_filter_kind wk_filter_kind_of(const wk_filter *f)
{
    return f ? f->kind : WK_FILTER_PASSTHROUGH;
}

const char *wk_filter_name(const wk_filter *f)
{
    return f->name;
}

const wick_bundle *wk_filter_bundle(const wk_filter *f)
{
    return f->n > 0 ? f->bundle[0] : NULL;
}

int64_t wk_filter_parts(const wk_filter *f)
{
    return f->n;
}

const wick_bundle *wk_filter_part(const wk_filter *f, int64_t i, int64_t *from)
{
    *from = f->from[i];
    return f->bundle[i];
}

int64_t wk_filter_part_at(const wk_filter *f, int64_t stamp)
{
    int64_t i = f->n - 1;
    while (i >= 0 && f->from[i] > stamp) i--;
    return i;
}

const wk_filter_opts *wk_filter_options(const wk_filter *f)
{
    return &f->opts;
}

double wk_filter_rate(const wk_filter *f)
{
    return f->rate;
}

/* ---- may it be used ----------------------------------------------------------------------- */

static const wick_json *fact(const wk_filter *f, int64_t i, const char *key)
{
    return wick_json_get(wick_json_root(f->info[i]), key);
}

static wick_status check_part(wick_ctx *ctx, const wk_filter *f, int64_t i, const char *strategy)
{
    const wick_json *s = fact(f, i, "strategy"), *usable = fact(f, i, "usable");
    const char *name = s ? wick_json_string(wick_json_get(s, "name")) : NULL;
    if (name && strcmp(name, strategy) != 0)
        return wick_fail(ctx, WICK_E_ARG,
                         "%s is a model of strategy '%s' and cannot filter entries of '%s'",
                         f->name, name, strategy);
    if (usable && !wick_json_bool(usable) && !f->opts.allow_unusable) {
        const char *why = wick_json_string(wick_json_get(fact(f, i, "quality_gate"), "reason"));
        return wick_fail(ctx, WICK_E_STATE,
                         "%s did not pass its quality gate: %s; a backtest with it has to ask for "
                         "it (--allow-unusable)",
                         f->name, why ? why : "no reason is given");
    }
    return WICK_OK;
}

wick_status wk_filter_check(wick_ctx *ctx, const wk_filter *f, const char *strategy)
{
    for (int64_t i = 0; f && i < f->n; i++) {
        const wick_status st = check_part(ctx, f, i, strategy);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static bool time_of(const wk_filter *f, int64_t i, const char *key, int64_t *out)
{
    const char *text = wick_json_string(fact(f, i, key));
    bool clock = false;
    return text && wick_time_parse(text, (int64_t)strlen(text), out, &clock);
}

bool wk_filter_overlap(const wk_filter *f, int64_t from, int64_t to, char *text, size_t n)
{
    int64_t start = 0, end = 0, i = 0;
    char a[WICK_TIME_TEXT], b[WICK_TIME_TEXT], c[WICK_TIME_TEXT], d[WICK_TIME_TEXT];
    if (n > 0) text[0] = '\0';
    /* Each part scores bars from its own start on. */
    for (; f && i < f->n; i++) {
        const int64_t own = f->from[i] > from ? f->from[i] : from;
        if (own <= to && time_of(f, i, "train_start", &start) && time_of(f, i, "label_end", &end) &&
            own <= end)
            break;
    }
    if (!f || i >= f->n) return false;
    wick_time_format(a, start, true);
    wick_time_format(b, end, true);
    wick_time_format(c, from, true);
    wick_time_format(d, to, true);
    snprintf(text, n, "the backtest trades %s to %s, and %s learnt from %s to %s", c, d, f->name, a,
             b);
    return true;
}
