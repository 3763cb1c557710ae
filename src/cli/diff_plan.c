/* SPDX-License-Identifier: MIT */
/* Which settings differ, and which of them only mean something together. */
#include "cli/diff.h"

#include <stdlib.h>
#include <string.h>

/* One setting is read by the other's light: half of such a change is no assumption anybody makes.
 * What the engine itself refuses one without the other is found by asking it. */
static const char *const pairs[][2] = {
    {"size", "size_amount"},       /* an amount of what? */
    {"fractional", "qty_step"},    /* one grid of quantities */
    {"fractional", "qty_decimals"} /* likewise */
};

static wick_status find_settings(wick_ctx *ctx, const diff_opts *o, diff_result *r)
{
    const int64_t n = wick_settings_count();
    r->settings = calloc((size_t)n + 1, sizeof *r->settings);
    if (!r->settings) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        diff_setting *s = &r->settings[r->n_settings];
        wick_settings_get(o->from, i, s->from);
        wick_settings_get(o->to, i, s->to);
        if (strcmp(s->from, s->to) == 0) continue;
        s->key = wick_settings_doc(i)->key;
        r->n_settings++;
    }
    return WICK_OK;
}

static int find(const diff_result *r, const char *key, size_t len)
{
    for (int i = 0; i < r->n_settings; i++)
        if (strlen(r->settings[i].key) == len && memcmp(r->settings[i].key, key, len) == 0)
            return i;
    return -1;
}

/* ---- joining ------------------------------------------------------------------------------ */

/* of[i]: the lowest setting that i belongs with. */
static void join(int *of, int n, int a, int b)
{
    const int lo = of[a] < of[b] ? of[a] : of[b], hi = of[a] < of[b] ? of[b] : of[a];
    for (int i = 0; i < n; i++)
        if (of[i] == hi) of[i] = lo;
}

static wick_status join_asked(wick_ctx *ctx, const diff_opts *o, const diff_result *r, int *of)
{
    for (int k = 0; k < o->n_together; k++) {
        int last = -1;
        for (const char *p = o->together[k]; *p;) {
            const size_t len = strcspn(p, ",");
            const int i = find(r, p, len);
            bool known = i >= 0;
            for (int64_t s = 0; s < wick_settings_count() && !known; s++) {
                const char *key = wick_settings_doc(s)->key;
                known = strlen(key) == len && memcmp(key, p, len) == 0;
            }
            if (!known)
                return wick_fail(ctx, WICK_E_ARG, "--together: no engine setting '%.*s'", (int)len,
                                 p);
            if (i >= 0 && last >= 0) join(of, r->n_settings, i, last);
            if (i >= 0) last = i;
            p += len + (p[len] == ',');
        }
    }
    return WICK_OK;
}

/* `base` with settings whose of[] is a or b (the same for one) taken from the other side. */
static wick_status mixed(wick_ctx *ctx, const diff_result *r, const wick_settings *base,
                         bool to_second, const int *of, int a, int b, wick_settings **out)
{
    wick_settings *s = wick_settings_copy(base);
    wick_status st = s ? WICK_OK : wick_fail_mem(ctx);
    for (int i = 0; i < r->n_settings && st >= 0; i++) {
        const diff_setting *d = &r->settings[i];
        if (of[i] == a || of[i] == b)
            st = wick_settings_set(ctx, s, d->key, to_second ? d->to : d->from);
    }
    *out = s;
    return st;
}

/* Whether the engine takes a mixture; errors other than a refusal are errors. */
static wick_status takes(wick_ctx *ctx, wick_panel *panel, const diff_result *r,
                         const wick_settings *base, bool to_second, const int *of, int a, int b,
                         bool *yes)
{
    wick_settings *s = NULL;
    wick_run *run = NULL;
    wick_status st = mixed(ctx, r, base, to_second, of, a, b, &s);
    if (st >= 0) {
        const wick_run_opts opts = {.size = sizeof opts, .settings = s};
        st = wick_run_new(ctx, panel, &opts, &run);
        *yes = st >= 0;
        if (st == WICK_E_ARG) st = WICK_OK;
    }
    wick_run_free(run);
    wick_settings_free(s);
    return st;
}

/* The first group that the engine refuses by itself is joined with the first other one that mends
 * it. */
static wick_status join_one(wick_ctx *ctx, const diff_opts *o, const diff_result *r,
                            wick_panel *none, int *of, bool *joined)
{
    const int n = r->n_settings;
    wick_status st = WICK_OK;
    for (int i = 0; i < n && !*joined; i++) {
        for (int side = 0; side < 2 && of[i] == i && !*joined; side++) {
            const wick_settings *base = side ? o->to : o->from;
            bool good = false;
            WICK_TRY(takes(ctx, none, r, base, !side, of, i, i, &good));
            for (int k = 0; k < n && !good; k++) {
                if (of[k] != k || k == i) continue;
                WICK_TRY(takes(ctx, none, r, base, !side, of, i, k, &good));
                if (good) {
                    join(of, n, i, k);
                    *joined = true;
                }
            }
        }
    }
out:
    return st;
}

/* Changed alone from the first set and left out of the second, every group has to be a run. */
static wick_status join_needed(wick_ctx *ctx, const diff_opts *o, const diff_result *r, int *of)
{
    wick_panel *none = NULL;
    wick_status st = wick_panel_cut(ctx, o->panel, 1, &none);
    bool joined = true;
    while (st >= 0 && joined) {
        joined = false;
        st = join_one(ctx, o, r, none, of, &joined);
    }
    wick_panel_unref(none);
    return st;
}

wick_status diff_plan(wick_ctx *ctx, const diff_opts *o, diff_result *r)
{
    wick_status st = find_settings(ctx, o, r);
    if (st < 0) return st;
    const int n = r->n_settings;
    int *of = malloc(((size_t)n + 1) * sizeof *of);
    diff_setting *sorted = calloc((size_t)n + 1, sizeof *sorted);
    if (!of || !sorted) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int i = 0; i < n; i++) of[i] = i;
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        const int a = find(r, pairs[k][0], strlen(pairs[k][0]));
        const int b = find(r, pairs[k][1], strlen(pairs[k][1]));
        if (a >= 0 && b >= 0) join(of, n, a, b);
    }
    WICK_TRY(join_asked(ctx, o, r, of));
    WICK_TRY(join_needed(ctx, o, r, of));
    int to = 0;
    for (int i = 0; i < n; i++) {
        if (of[i] != i) continue;
        if (r->n == DIFF_MOST) {
            st = wick_fail(ctx, WICK_E_ARG, "more than %d settings differ", (int)DIFF_MOST);
            goto out;
        }
        diff_group *g = &r->group[r->n++];
        g->first = to;
        for (int k = i; k < n; k++)
            if (of[k] == i) sorted[to++] = r->settings[k];
        g->n = to - g->first;
    }
    free(r->settings);
    r->settings = sorted;
    sorted = NULL;
out:
    free(of);
    free(sorted);
    return st;
}

wick_status diff_mix(wick_ctx *ctx, const diff_opts *o, const diff_result *r, uint64_t mask,
                     wick_settings **out)
{
    wick_settings *s = wick_settings_copy(o->from);
    wick_status st = s ? WICK_OK : wick_fail_mem(ctx);
    for (int g = 0; g < r->n && st >= 0; g++) {
        for (int i = 0; (mask >> g & 1) != 0 && i < r->group[g].n && st >= 0; i++) {
            const diff_setting *d = &r->settings[r->group[g].first + i];
            st = wick_settings_set(ctx, s, d->key, d->to);
        }
    }
    *out = s;
    return st;
}
