/* SPDX-License-Identifier: MIT */
/* A strategy under evaluation as the subject of a search, and what is known of it. */
#include "lua/eval_int.h"

#include <stdlib.h>

/* Before the scripts are gone: they know how many parameters there are. */
void wk_eval_free_subject(wk_eval *e)
{
    for (int64_t i = 0; e->choices && i < wk_script_params(e->worker[0].script); i++)
        free(e->choices[i]);
    free(e->choices);
    free(e->param);
    e->choices = NULL;
    e->param = NULL;
}

/* ---- the subject -------------------------------------------------------------------------- */

static wick_status run_subject(void *user, wick_ctx *ctx, int32_t worker, const wick_backtest *job,
                               wick_verdict *out)
{
    return wk_eval_run(ctx, user, worker, job, out);
}

static wick_status score_subject(void *user, wick_ctx *ctx, int32_t worker,
                                 const wick_ledger *ledger, const double *params,
                                 double bars_per_year, wick_verdict *out)
{
    return wk_eval_score(ctx, user, worker, ledger, params, bars_per_year, out);
}

static int64_t choice_count(const wk_param *p)
{
    int64_t n = 0;
    if (p->kind == WK_PARAM_BOOL) return 2;
    while (p->choices && p->choices[n]) n++;
    return n;
}

/* The script's own values of a choice and of a switch are the indices of a categorical. */
static wick_status make_dist(wick_ctx *ctx, wk_eval *e, int64_t i, const wk_param *p)
{
    wick_dist *d = &e->param[i].dist;
    if (p->kind == WK_PARAM_INT)
        return wick_dist_int(ctx, (int64_t)p->lo, (int64_t)p->hi, (int64_t)p->step, false, d);
    if (p->kind == WK_PARAM_NUM) return wick_dist_float(ctx, p->lo, p->hi, p->step, false, d);
    const int64_t n = choice_count(p);
    e->choices[i] = calloc((size_t)n, sizeof **e->choices);
    if (!e->choices[i]) return wick_fail_mem(ctx);
    for (int64_t k = 0; k < n; k++)
        e->choices[i][k] = p->kind == WK_PARAM_BOOL
                               ? (wick_choice){.kind = WICK_CHOICE_BOOL, .i = k}
                               : (wick_choice){.kind = WICK_CHOICE_STRING, .s = p->choices[k]};
    return wick_dist_categorical(ctx, e->choices[i], n, d);
}

wick_status wk_eval_subject(wick_ctx *ctx, wk_eval *e, const bool *fixed, wick_subject *out)
{
    const wk_script *s = e->worker[0].script;
    const int64_t n = wk_script_params(s);
    wk_eval_free_subject(e);
    e->param = calloc((size_t)n + 1, sizeof *e->param);
    e->choices = calloc((size_t)n + 1, sizeof *e->choices);
    if (!e->param || !e->choices) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        const wk_param *p = wk_script_param(s, i);
        const wick_status st = make_dist(ctx, e, i, p);
        if (st < 0) return wick_note(ctx, "while reading parameter '%s'", p->name);
        e->param[i].name = p->name;
        e->param[i].value = p->value;
        e->param[i].fixed = p->model || (fixed && fixed[i]);
    }
    for (int32_t i = 0; i < e->n_objectives; i++) {
        e->objective_name[i] = e->objective[i].name;
        e->better[i] = e->objective[i].better;
    }
    *out = (wick_subject){.size = sizeof *out,
                          .user = e,
                          .name = wk_script_name(s),
                          .run = run_subject,
                          .score = score_subject,
                          .params = e->param,
                          .n_params = n,
                          .n_objectives = e->n_objectives,
                          .objectives = e->objective_name,
                          .better = e->better,
                          .n_limits = e->n_limits,
                          .limits = (const char *const *)e->limit};
    return WICK_OK;
}

/* ---- facts -------------------------------------------------------------------------------- */

wk_script *wk_eval_script(const wk_eval *e)
{
    return e->worker[0].script;
}

int32_t wk_eval_workers(const wk_eval *e)
{
    return e->n_workers;
}

int32_t wk_eval_objectives(const wk_eval *e)
{
    return e->n_objectives;
}

const char *wk_eval_objective_name(const wk_eval *e, int32_t i)
{
    return i >= 0 && i < e->n_objectives ? e->objective[i].name : NULL;
}

int8_t wk_eval_better(const wk_eval *e, int32_t i)
{
    return i >= 0 && i < e->n_objectives ? e->objective[i].better : 0;
}

int32_t wk_eval_limits(const wk_eval *e)
{
    return e->n_limits;
}

const char *wk_eval_limit(const wk_eval *e, int32_t i)
{
    return i >= 0 && i < e->n_limits ? e->limit[i] : NULL;
}

wick_cache_stats wk_eval_cache_stats(const wk_eval *e)
{
    return wick_cache_get_stats(e->cache);
}
