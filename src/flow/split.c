/* SPDX-License-Identifier: MIT */
/* The split: made from text, filled by its kind, looked at. */
#include <stdlib.h>
#include <string.h>

#include "flow/split_int.h"

/* ---- building ----------------------------------------------------------------------------- */

static bool grow(void *array, int64_t *cap, int64_t n, size_t item)
{
    if (n < *cap) return true;
    const int64_t want = *cap > 0 ? 2 * *cap : 8;
    void *old, *grown;
    memcpy(&old, array, sizeof old);
    grown = realloc(old, (size_t)want * item);
    if (grown == NULL) return false;
    memcpy(array, &grown, sizeof grown);
    *cap = want;
    return true;
}

wick_status wk_fold_new(wick_ctx *ctx, wick_split *s, const char *name, wk_fold **out)
{
    if (!grow(&s->fold, &s->cap, s->n, sizeof *s->fold)) return wick_fail_mem(ctx);
    *out = &s->fold[s->n++];
    memset(*out, 0, sizeof **out);
    if (name != NULL)
        snprintf((*out)->name, WK_FOLD_NAME, "%s", name);
    else
        snprintf((*out)->name, WK_FOLD_NAME, "%lld", (long long)s->n);
    return WICK_OK;
}

static wick_status add(wick_ctx *ctx, wick_segment **list, int64_t *n, int64_t *cap, int64_t from,
                       int64_t to)
{
    if (from >= to) return WICK_OK;
    if (!grow(list, cap, *n, sizeof **list)) return wick_fail_mem(ctx);
    (*list)[(*n)++] = (wick_segment){from, to};
    return WICK_OK;
}

wick_status wk_fold_train(wick_ctx *ctx, wk_fold *f, int64_t from, int64_t to)
{
    return add(ctx, &f->train, &f->n_train, &f->cap_train, from, to);
}

wick_status wk_fold_test(wick_ctx *ctx, wk_fold *f, int64_t from, int64_t to)
{
    return add(ctx, &f->test, &f->n_test, &f->cap_test, from, to);
}

/* ---- public ------------------------------------------------------------------------------- */

wick_status wick_split_new(wick_ctx *ctx, const char *text, const int64_t *clock, int64_t n,
                           int64_t first, const int32_t *label, wick_split **out)
{
    const wk_split_kind *k = NULL;
    wick_status st;
    if (text == NULL || n < 0 || first < 0 || first > n || (n > 0 && clock == NULL))
        return wick_fail(ctx, WICK_E_ARG, "wick_split_new: no text, or a clock that cannot be");
    wk_split_source in = {.clock = clock, .n = n, .first = first, .label = label};
    in.s = calloc(1, sizeof *in.s);
    if (in.s == NULL) return wick_fail_mem(ctx);
    in.s->text = strdup(text);
    if (in.s->text == NULL) WICK_TRY(wick_fail_mem(ctx));
    WICK_TRY(wk_call_read(ctx, text, &in.call));
    WICK_TRY(wk_split_find(ctx, in.call.name, &k));
    WICK_TRY(wk_call_match(ctx, &in.call, k->keys));
    WICK_TRY(k->make(ctx, &in));
    if (in.s->n == 0)
        WICK_TRY(wick_fail(ctx, WICK_E_DATA, "split %s: %lld ticks are too few for one window",
                           text, (long long)(n - first)));
out:
    wk_call_free(&in.call);
    if (st < 0)
        wick_split_free(in.s);
    else
        *out = in.s;
    return st;
}

void wick_split_free(wick_split *s)
{
    if (s == NULL) return;
    for (int64_t i = 0; i < s->n; i++) {
        free(s->fold[i].train);
        free(s->fold[i].test);
    }
    free(s->fold);
    free(s->path);
    free(s->group);
    free(s->text);
    free(s);
}

const char *wick_split_text(const wick_split *s)
{
    return s->text;
}

int64_t wick_split_count(const wick_split *s)
{
    return s->n;
}

wick_split_fold wick_split_at(const wick_split *s, int64_t i)
{
    const wk_fold *f = i >= 0 && i < s->n ? &s->fold[i] : NULL;
    if (f == NULL) return (wick_split_fold){0};
    return (wick_split_fold){f->name, f->train, f->test, f->n_train, f->n_test};
}

int64_t wick_split_paths(const wick_split *s)
{
    return s->paths;
}

int64_t wick_split_groups(const wick_split *s)
{
    return s->groups;
}

int64_t wick_split_path(const wick_split *s, int64_t path, int64_t group)
{
    if (path < 0 || path >= s->paths || group < 0 || group >= s->groups) return -1;
    return s->path[path * s->groups + group];
}

int64_t wick_split_group(const wick_split *s, int64_t f, int64_t segment)
{
    if (s->group == NULL || f < 0 || f >= s->n || segment < 0 || segment >= s->test_groups)
        return -1;
    return s->group[f * s->test_groups + segment];
}

wick_status wick_split_regime(wick_ctx *ctx, const char *text, bool *is_regime, char **expr,
                              char **symbol)
{
    wk_call c;
    const wk_split_kind *k = NULL;
    wick_status st;
    *is_regime = false;
    *expr = *symbol = NULL;
    WICK_TRY(wk_call_read(ctx, text, &c));
    WICK_TRY(wk_split_find(ctx, c.name, &k));
    WICK_TRY(wk_call_match(ctx, &c, k->keys));
    *is_regime = strcmp(c.name, "regime") == 0;
    if (!*is_regime || wk_call_text(&c, 0) == NULL) goto out;
    *expr = strdup(wk_call_text(&c, 0));
    if (wk_call_text(&c, 1) != NULL) *symbol = strdup(wk_call_text(&c, 1));
    if (*expr == NULL || (wk_call_text(&c, 1) != NULL && *symbol == NULL)) st = wick_fail_mem(ctx);
out:
    wk_call_free(&c);
    return st;
}
