/* SPDX-License-Identifier: MIT */
/* The kinds of splits. Where windows and folds are made of indices or stamps the work is room ml's;
 * here they become segments of ticks. */
#include <stdlib.h>
#include <string.h>

#include "flow/split_int.h"

static wick_status one_window(wick_ctx *ctx, wk_split_source *in, const char *name,
                              int64_t train_from, int64_t train_to, int64_t test_from,
                              int64_t test_to)
{
    wk_fold *f = NULL;
    wick_status st = wk_fold_new(ctx, in->s, name, &f);
    if (st >= 0) st = wk_fold_train(ctx, f, train_from, train_to);
    return st < 0 ? st : wk_fold_test(ctx, f, test_from, test_to);
}

/* First tick stamped at or after t. */
static int64_t tick_at(const wk_split_source *in, int64_t t)
{
    int64_t lo = in->first, hi = in->n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (in->clock[mid] < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int64_t floor_day(int64_t t)
{
    const int64_t r = t % WICK_MS_DAY;
    return t - (r < 0 ? r + WICK_MS_DAY : r);
}

/* ---- the kinds ---------------------------------------------------------------------------- */

static wick_status make_none(wick_ctx *ctx, wk_split_source *in)
{
    return one_window(ctx, in, "all", 0, 0, in->first, in->n);
}

static wick_status make_holdout(wick_ctx *ctx, wk_split_source *in)
{
    double share = 0.3;
    const wick_status st = wk_call_number(ctx, &in->call, 0, "test", 0.01, 0.99, &share);
    if (st < 0) return st;
    const char *from = wk_call_text(&in->call, 1);
    int64_t cut = in->n - (int64_t)((double)(in->n - in->first) * share);
    int64_t t = 0;
    if (from != NULL) {
        if (!wick_time_parse(from, (int64_t)strlen(from), &t, NULL))
            return wick_fail(ctx, WICK_E_ARG, "holdout: from is '%s': expected a date", from);
        cut = tick_at(in, t);
    }
    return one_window(ctx, in, "holdout", in->first, cut, cut, in->n);
}

static wick_status from_indices(wick_ctx *ctx, wk_split_source *in, const wick_walk_opts *o)
{
    enum { MAX_WINDOWS = 10000 };
    int64_t n = 0;
    wick_window *w = malloc(MAX_WINDOWS * sizeof *w);
    if (w == NULL) return wick_fail_mem(ctx);
    wick_status st = wick_walk_indices(ctx, in->n - in->first, o, MAX_WINDOWS, w, &n);
    for (int64_t i = 0; st >= 0 && i < n; i++)
        st = one_window(ctx, in, NULL, in->first + w[i].train_from, in->first + w[i].train_to,
                        in->first + w[i].test_from, in->first + w[i].test_to);
    free(w);
    return st;
}

static wick_status make_pybroker(wick_ctx *ctx, wk_split_source *in)
{
    int64_t windows = 3, lookahead = 1;
    double train = 0.5;
    wick_status st;
    WICK_TRY(wk_call_int(ctx, &in->call, 0, "windows", 1, 10000, &windows));
    WICK_TRY(wk_call_number(ctx, &in->call, 1, "train", 0, 1, &train));
    WICK_TRY(wk_call_int(ctx, &in->call, 2, "lookahead", 1, 1000000, &lookahead));
    const wick_walk_opts o = {.size = sizeof o,
                              .windows = (int32_t)windows,
                              .train_size = train,
                              .lookahead = (int32_t)lookahead,
                              .allow_empty = true};
    return from_indices(ctx, in, &o);
out:
    return st;
}

static wick_status make_expanding(wick_ctx *ctx, wk_split_source *in)
{
    int64_t windows = 3, lookahead = 1;
    wick_status st;
    WICK_TRY(wk_call_int(ctx, &in->call, 0, "windows", 1, 10000, &windows));
    WICK_TRY(wk_call_int(ctx, &in->call, 1, "lookahead", 1, 1000000, &lookahead));
    const wick_walk_opts o = {.size = sizeof o,
                              .windows = (int32_t)windows,
                              .lookahead = (int32_t)lookahead,
                              .expanding = true};
    return from_indices(ctx, in, &o);
out:
    return st;
}

/* "365d", "52w", "250b": a length in days (ms) or in bars. Plain 0 fits both. */
static wick_status length(wick_ctx *ctx, const wk_call *c, int at, const char *key, int64_t *out,
                          int *bars)
{
    const char *s = wk_call_text(c, at);
    if (s == NULL) return WICK_OK;
    const size_t n = strlen(s);
    int64_t v = 0;
    if (strcmp(s, "0") == 0) {
        *out = 0;
        return WICK_OK;
    }
    const char unit = n > 0 ? s[n - 1] : '\0';
    const bool known = unit == 'd' || unit == 'w' || unit == 'b';
    if (!known || !wick_parse_int(s, (int64_t)n - 1, &v) || v < 0 || v > 10000000)
        return wick_fail(ctx, WICK_E_ARG,
                         "%s: %s is '%s': expected days (365d), weeks (52w) or bars (250b)",
                         c->name, key, s);
    const int in_bars = unit == 'b';
    if (*bars >= 0 && *bars != in_bars)
        return wick_fail(ctx, WICK_E_ARG, "%s: %s is '%s': days and bars cannot be mixed", c->name,
                         key, s);
    *bars = in_bars;
    *out = unit == 'b' ? v : v * (unit == 'w' ? 7 : 1) * WICK_MS_DAY;
    return WICK_OK;
}

static wick_status make_rolling(wick_ctx *ctx, wk_split_source *in)
{
    enum { MAX_WINDOWS = 100000 };
    static const char *const keys[] = {"train", "test", "step", "embargo"};
    const bool anchored = strcmp(in->call.name, "anchored") == 0;
    int64_t len[4] = {-1, -1, -1, 0}, n = 0;
    int bars = -1;
    wick_status st = WICK_OK;
    for (int i = 0; i < 4 && st >= 0; i++) st = length(ctx, &in->call, i, keys[i], &len[i], &bars);
    if (st < 0) return st;
    /* Defaults are the lengths commonly used with daily bars: a year, a month, a week (anchored:
     * test after test). */
    if (bars != 1) {
        if (len[0] < 0) len[0] = 365 * WICK_MS_DAY;
        if (len[1] < 0) len[1] = 30 * WICK_MS_DAY;
        if (len[2] < 0) len[2] = anchored ? len[1] : 7 * WICK_MS_DAY;
    } else if (len[0] < 0 || len[1] < 0) {
        return wick_fail(ctx, WICK_E_ARG, "%s: in bars, both train and test have to be given",
                         in->call.name);
    } else if (len[2] < 0) {
        len[2] = len[1];
    }
    const wick_walk_opts o = {.size = sizeof o,
                              .train = len[0],
                              .test = len[1],
                              .step = len[2],
                              .embargo = len[3],
                              .anchored = anchored};
    int64_t first = 0, last = in->n - in->first;
    if (bars != 1) {
        first = in->first < in->n ? floor_day(in->clock[in->first]) : 0;
        last = in->n > 0 ? floor_day(in->clock[in->n - 1]) + WICK_MS_DAY : 0;
    }
    wick_window *w = malloc(MAX_WINDOWS * sizeof *w);
    if (w == NULL) return wick_fail_mem(ctx);
    st = wick_walk_calendar(ctx, first, last, &o, MAX_WINDOWS, w, &n);
    if (st >= 0 && n > MAX_WINDOWS)
        st =
            wick_fail(ctx, WICK_E_ARG, "%s: more than %d windows", in->call.name, (int)MAX_WINDOWS);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        if (bars == 1)
            st = one_window(ctx, in, NULL, in->first + w[i].train_from, in->first + w[i].train_to,
                            in->first + w[i].test_from, in->first + w[i].test_to);
        else
            st = one_window(ctx, in, NULL, tick_at(in, w[i].train_from), tick_at(in, w[i].train_to),
                            tick_at(in, w[i].test_from), tick_at(in, w[i].test_to));
    }
    free(w);
    return st;
}

/* Number of the period a stamp lies in. */
static int64_t period_of(int64_t t, int unit)
{
    const wick_civil c = wick_time_to_civil(t);
    const int64_t months = (int64_t)c.year * 12 + c.month - 1;
    return unit == 0 ? months : unit == 1 ? months / 3 : months / 12;
}

static int64_t period_start(int64_t period, int unit)
{
    const int64_t months = period * (unit == 0 ? 1 : unit == 1 ? 3 : 12);
    return wick_time_from_civil((int32_t)(months / 12), (int32_t)(months % 12) + 1, 1, 0, 0, 0, 0);
}

static void period_name(char out[WK_FOLD_NAME], int64_t period, int unit)
{
    if (unit == 2)
        snprintf(out, WK_FOLD_NAME, "%lld", (long long)period);
    else if (unit == 1)
        snprintf(out, WK_FOLD_NAME, "%lldQ%d", (long long)(period / 4), (int)(period % 4) + 1);
    else
        snprintf(out, WK_FOLD_NAME, "%lld-%02d", (long long)(period / 12), (int)(period % 12) + 1);
}

static wick_status make_calendar(wick_ctx *ctx, wk_split_source *in)
{
    static const char *const units[] = {"month", "quarter", "year"};
    const char *word = wk_call_text(&in->call, 0);
    int64_t train = 2, test = 1, step = 0, anchored = 0;
    int unit = 2;
    wick_status st;
    if (word != NULL) {
        unit = 0;
        while (unit < 3 && strcmp(units[unit], word) != 0) unit++;
        if (unit == 3)
            return wick_fail(ctx, WICK_E_ARG,
                             "calendar: unit is '%s': expected month, quarter or year", word);
    }
    WICK_TRY(wk_call_int(ctx, &in->call, 1, "train", 0, 1000, &train));
    WICK_TRY(wk_call_int(ctx, &in->call, 2, "test", 1, 1000, &test));
    WICK_TRY(wk_call_int(ctx, &in->call, 3, "step", 1, 1000, &step));
    WICK_TRY(wk_call_int(ctx, &in->call, 4, "anchored", 0, 1, &anchored));
    if (step == 0) step = test;
    if (in->first >= in->n) return WICK_OK;
    const int64_t begin = period_of(in->clock[in->first], unit);
    const int64_t end = period_of(in->clock[in->n - 1], unit);
    for (int64_t p = begin + train; p <= end; p += step) {
        char name[WK_FOLD_NAME];
        period_name(name, p, unit);
        WICK_TRY(one_window(ctx, in, name,
                            tick_at(in, period_start(anchored ? begin : p - train, unit)),
                            tick_at(in, period_start(p, unit)), tick_at(in, period_start(p, unit)),
                            tick_at(in, period_start(p + test, unit))));
    }
    st = WICK_OK;
out:
    return st;
}

/* Consecutive rows become one segment. */
static wick_status runs_of(wick_ctx *ctx, wk_fold *f, bool test, const int32_t *row, int64_t n,
                           int64_t first)
{
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < n && st >= 0;) {
        int64_t k = i + 1;
        while (k < n && row[k] == row[k - 1] + 1) k++;
        st = test ? wk_fold_test(ctx, f, first + row[i], first + row[k - 1] + 1)
                  : wk_fold_train(ctx, f, first + row[i], first + row[k - 1] + 1);
        i = k;
    }
    return st;
}

/* A block of n rows divided as room ml divides it: the first n mod k groups are one longer. */
static int64_t group_start(int64_t n, int64_t k, int64_t g)
{
    const int64_t base = n / k, longer = n % k;
    return g * base + (g < longer ? g : longer);
}

/* Test groups lie side by side now and then; every group is a segment of its own all the same, so
 * that paths can be put together. */
static wick_status cpcv_tests(wick_ctx *ctx, wk_split_source *in, const wick_folds *folds,
                              int64_t split, wk_fold *f, int64_t rows)
{
    wick_split *s = in->s;
    int64_t n = 0, k = 0;
    const int32_t *row = wick_folds_test(folds, split, &n);
    wick_status st = WICK_OK;
    for (int64_t g = 0, i = 0; g < s->groups && st >= 0; g++) {
        const int64_t from = group_start(rows, s->groups, g);
        const int64_t to = group_start(rows, s->groups, g + 1);
        while (i < n && row[i] < from) i++;
        if (i == n || row[i] >= to) continue;
        s->group[split * s->test_groups + k++] = g;
        st = wk_fold_test(ctx, f, in->first + from, in->first + to);
    }
    return st;
}

static wick_status cpcv_paths(wick_ctx *ctx, wick_split *s, const wick_folds *folds)
{
    s->paths = wick_folds_paths(folds);
    s->path = malloc((size_t)(s->paths * s->groups) * sizeof *s->path + 1);
    if (s->path == NULL) return wick_fail_mem(ctx);
    for (int64_t p = 0; p < s->paths; p++)
        for (int64_t g = 0; g < s->groups; g++)
            s->path[p * s->groups + g] = wick_folds_path(folds, p, (int32_t)g);
    return WICK_OK;
}

static wick_status fill_folds(wick_ctx *ctx, wk_split_source *in, const wick_folds *folds,
                              int64_t rows)
{
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < wick_folds_count(folds) && st >= 0; i++) {
        wk_fold *f = NULL;
        int64_t n = 0;
        st = wk_fold_new(ctx, in->s, NULL, &f);
        if (st < 0) return st;
        const int32_t *row = wick_folds_train(folds, i, &n);
        st = runs_of(ctx, f, false, row, n, in->first);
        if (st < 0) return st;
        if (in->s->groups > 0) {
            st = cpcv_tests(ctx, in, folds, i, f, rows);
        } else {
            row = wick_folds_test(folds, i, &n);
            st = runs_of(ctx, f, true, row, n, in->first);
        }
    }
    return st;
}

static wick_status make_folds(wick_ctx *ctx, wk_split_source *in)
{
    const bool cpcv = strcmp(in->call.name, "cpcv") == 0;
    const int64_t n = in->n - in->first;
    int64_t k = cpcv ? 6 : 5, test = 2, purge = 0, embargo = 0, *t0 = NULL, *t1 = NULL;
    const int last = cpcv ? 2 : 1;
    wick_folds *folds = NULL;
    wick_status st;
    WICK_TRY(wk_call_int(ctx, &in->call, 0, cpcv ? "groups" : "k", 2, 1000, &k));
    if (cpcv) WICK_TRY(wk_call_int(ctx, &in->call, 1, "test", 1, k - 1, &test));
    WICK_TRY(wk_call_int(ctx, &in->call, last, "purge", 0, 1000000, &purge));
    WICK_TRY(wk_call_int(ctx, &in->call, last + 1, "embargo", 0, 1000000, &embargo));
    if (n < k)
        return wick_fail(ctx, WICK_E_DATA, "%s: %lld ticks are too few for %lld parts",
                         in->call.name, (long long)n, (long long)k);
    t0 = malloc((size_t)n * sizeof *t0);
    t1 = malloc((size_t)n * sizeof *t1);
    if (t0 == NULL || t1 == NULL) WICK_TRY(wick_fail_mem(ctx));
    for (int64_t i = 0; i < n; i++) {
        t0[i] = i;
        t1[i] = i + purge;
    }
    const wick_fold_opts o = {.size = sizeof o,
                              .kind = cpcv ? WICK_FOLDS_CPCV : WICK_FOLDS_PURGED,
                              .k = (int32_t)k,
                              .test_groups = (int32_t)test,
                              .embargo = embargo};
    WICK_TRY(wick_folds_new(ctx, n, t0, t1, NULL, &o, &folds));
    if (cpcv) {
        in->s->groups = k;
        in->s->test_groups = test;
        in->s->group = calloc((size_t)(wick_folds_count(folds) * test), sizeof *in->s->group);
        if (in->s->group == NULL) WICK_TRY(wick_fail_mem(ctx));
        WICK_TRY(cpcv_paths(ctx, in->s, folds));
    }
    WICK_TRY(fill_folds(ctx, in, folds, n));
out:
    wick_folds_unref(folds);
    free(t0);
    free(t1);
    return st;
}

/* Segments of ticks with one label; those shorter than `least` are nobody's test. */
static wick_status label_fold(wick_ctx *ctx, wk_split_source *in, int32_t label, int64_t least)
{
    wk_fold *f = NULL;
    char name[WK_FOLD_NAME];
    snprintf(name, sizeof name, "%d", (int)label);
    wick_status st = wk_fold_new(ctx, in->s, name, &f);
    for (int64_t i = in->first; i < in->n && st >= 0;) {
        int64_t k = i + 1;
        while (k < in->n && (in->label[k] == label) == (in->label[i] == label)) k++;
        if (in->label[i] == label && k - i >= least)
            st = wk_fold_test(ctx, f, i, k);
        else if (in->label[i] != label)
            st = wk_fold_train(ctx, f, i, k);
        i = k;
    }
    if (st >= 0 && f->n_test == 0) {
        free(f->train);
        free(f->test);
        in->s->n--;
    }
    return st;
}

static wick_status make_regime(wick_ctx *ctx, wk_split_source *in)
{
    enum { MOST = 64 };
    int64_t least = 20;
    wick_status st = wk_call_int(ctx, &in->call, 2, "min", 1, 1000000, &least);
    if (st < 0) return st;
    if (wk_call_text(&in->call, 0) == NULL)
        return wick_fail(ctx, WICK_E_ARG,
                         "regime: an expression is missing: regime(\"close > sma(close, 200)\")");
    if (in->label == NULL) return wick_fail(ctx, WICK_E_ARG, "regime: no labels were given");
    for (int32_t label = 0; label < MOST && st >= 0; label++)
        st = label_fold(ctx, in, label, least);
    if (st >= 0 && in->s->n == 0)
        return wick_fail(ctx, WICK_E_DATA, "regime: no regime lasts %lld bars", (long long)least);
    return st;
}

static const wk_split_kind kinds[] = {
    {"none", make_none, {NULL}, "all of it is one test", ""},
    {"holdout", make_holdout, {"test", "from", NULL}, "the end is the test", "test from"},
    {"pybroker",
     make_pybroker,
     {"windows", "train", "lookahead", NULL},
     "PyBroker's walk-forward",
     "windows train lookahead"},
    {"expanding",
     make_expanding,
     {"windows", "lookahead", NULL},
     "train part grows by each test",
     "windows lookahead"},
    {"rolling",
     make_rolling,
     {"train", "test", "step", "embargo", NULL},
     "windows of one length, in days or bars",
     "train test step embargo"},
    {"anchored",
     make_rolling,
     {"train", "test", "step", "embargo", NULL},
     "train part begins at the first day",
     "train test step embargo"},
    {"calendar",
     make_calendar,
     {"unit", "train", "test", "step", "anchored", NULL},
     "months, quarters or years",
     "unit train test step anchored"},
    {"kfold",
     make_folds,
     {"k", "purge", "embargo", NULL},
     "blocks, purged, with embargo",
     "k purge embargo"},
    {"cpcv",
     make_folds,
     {"groups", "test", "purge", "embargo", NULL},
     "every choice of test groups, as paths",
     "groups test purge embargo"},
    {"regime",
     make_regime,
     {"expr", "symbol", "min", NULL},
     "one fold per value of an expression",
     "expr symbol min"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *wick_split_name(int64_t i, const char **title, const char **options)
{
    if (i < 0 || i >= KINDS) return NULL;
    if (title != NULL) *title = kinds[i].title;
    if (options != NULL) *options = kinds[i].options;
    return kinds[i].name;
}

wick_status wk_split_find(wick_ctx *ctx, const char *name, const wk_split_kind **out)
{
    const char *names[KINDS];
    for (int i = 0; i < KINDS; i++) {
        names[i] = kinds[i].name;
        if (strcmp(kinds[i].name, name) == 0) {
            *out = &kinds[i];
            return WICK_OK;
        }
    }
    const char *near = wick_nearest(name, names, KINDS);
    if (near != NULL)
        return wick_fail(ctx, WICK_E_ARG, "no split is called '%s'; did you mean '%s'?", name,
                         near);
    return wick_fail(ctx, WICK_E_ARG,
                     "no split is called '%s'; there are none, holdout, pybroker, expanding, "
                     "rolling, anchored, calendar, kfold, cpcv and regime",
                     name);
}
