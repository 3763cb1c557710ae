/* SPDX-License-Identifier: MIT */
/* Search spaces read off the trials: what all of them share, and how they fall into groups. Both
 * are kept up to date trial by trial and never recomputed. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

void wk_sort_names(const wick_study *s, wk_value *p, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const wk_value v = p[i];
        int64_t k = i;
        for (; k > 0 && strcmp(s->names.text[p[k - 1].name], s->names.text[v.name]) > 0; k--)
            p[k] = p[k - 1];
        p[k] = v;
    }
}

static wick_status begin(wick_ctx *ctx, wick_study *s, const wick_trial *t, wk_space *space)
{
    const wick_status st = wk_grow(ctx, &space->p, &space->cap, t->n_p, (int64_t)sizeof *space->p);
    if (st < 0) return st;
    for (int32_t i = 0; i < t->n_p; i++)
        if (!wick_dist_single(wk_dist_at(s, t->p[i].dist)) && !wk_pinned(s, t->p[i].name))
            space->p[space->n++] = t->p[i];
    wk_sort_names(s, space->p, space->n);
    space->started = true;
    return WICK_OK;
}

wick_status wk_space_update(wick_ctx *ctx, wick_study *s, const wk_group *g, wk_space *space)
{
    for (; space->seen < g->n; space->seen++) {
        const wick_trial *t = g->done[space->seen];
        if (t->state != WICK_TRIAL_COMPLETE && !space->with_pruned) continue;
        if (!space->started) {
            const wick_status st = begin(ctx, s, t, space);
            if (st < 0) return st;
            continue;
        }
        int64_t kept = 0;
        for (int64_t i = 0; i < space->n; i++) {
            const wk_value *p = wk_param_of(t, space->p[i].name);
            if (p != NULL && p->dist == space->p[i].dist) space->p[kept++] = space->p[i];
        }
        space->n = kept;
    }
    return WICK_OK;
}

/* ---- groups ------------------------------------------------------------------------------- */

void wk_split_free(wk_split *split)
{
    free(split->name);
    free(split->end);
    *split = (wk_split){0};
}

static bool has(const int32_t *set, int64_t n, int32_t name)
{
    for (int64_t i = 0; i < n; i++)
        if (set[i] == name) return true;
    return false;
}

/* Writes the refinement of `old` by the names of one trial. `fresh` has room for all of it. */
static void refine(const wk_split *old, int32_t *left, int64_t n_left, wk_split *fresh)
{
    int64_t from = 0;
    for (int64_t k = 0; k < old->sets; k++) {
        const int32_t *set = old->name + from;
        const int64_t n = old->end[k] - from;
        from = old->end[k];
        for (int inside = 1; inside >= 0; inside--) {
            const int64_t start = fresh->n;
            for (int64_t i = 0; i < n; i++)
                if (has(left, n_left, set[i]) == (inside == 1)) fresh->name[fresh->n++] = set[i];
            if (fresh->n > start) fresh->end[fresh->sets++] = fresh->n;
        }
    }
    const int64_t start = fresh->n;
    for (int64_t i = 0; i < n_left; i++)
        if (!has(old->name, old->n, left[i])) fresh->name[fresh->n++] = left[i];
    if (fresh->n > start) fresh->end[fresh->sets++] = fresh->n;
}

/* Whether the trial's set is a union of present sets: nothing to do then, which is the rule. */
static bool settled(const wk_split *split, const wick_trial *t)
{
    int64_t from = 0, covered = 0;
    for (int64_t k = 0; k < split->sets; k++) {
        int64_t in = 0;
        for (int64_t i = from; i < split->end[k]; i++)
            if (wk_param_of(t, split->name[i]) != NULL) in++;
        if (in != 0 && in != split->end[k] - from) return false;
        covered += in;
        from = split->end[k];
    }
    return covered == t->n_p;
}

static wick_status refine_by(wick_ctx *ctx, wk_split *split, const wick_trial *t)
{
    const int64_t names = split->n + t->n_p, sets = split->sets * 2 + 1;
    wk_split fresh = {0};
    int32_t *mine = malloc((size_t)(t->n_p + 1) * sizeof *mine);
    wick_status st = mine == NULL ? wick_fail_mem(ctx) : WICK_OK;
    if (st >= 0) st = wk_grow(ctx, &fresh.name, &fresh.cap, names, (int64_t)sizeof *fresh.name);
    if (st >= 0) st = wk_grow(ctx, &fresh.end, &fresh.sets_cap, sets, (int64_t)sizeof *fresh.end);
    if (st < 0) {
        free(mine);
        wk_split_free(&fresh);
        return st;
    }
    for (int32_t i = 0; i < t->n_p; i++) mine[i] = t->p[i].name;
    refine(split, mine, t->n_p, &fresh);
    free(mine);
    fresh.seen = split->seen;
    wk_split_free(split);
    *split = fresh;
    return WICK_OK;
}

wick_status wk_split_update(wick_ctx *ctx, wick_study *s, const wk_group *g, wk_split *split)
{
    (void)s;
    for (; split->seen < g->n; split->seen++) {
        const wick_trial *t = g->done[split->seen];
        if (settled(split, t)) continue;
        const wick_status st = refine_by(ctx, split, t);
        if (st < 0) return st;
    }
    return WICK_OK;
}
