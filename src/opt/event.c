/* SPDX-License-Identifier: MIT */
/* The one place where a study changes: every act is an event, given to the backend first and then
 * applied to memory. Memory comes from the study's arena, so a trial costs no malloc of its own. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

/* A larger array from the arena; the old one is left to it. */
static wick_status stretch(wick_ctx *ctx, wick_study *s, void *array, int32_t *cap, int32_t need,
                           int64_t item, int32_t first)
{
    if (need <= *cap) return WICK_OK;
    int32_t n = *cap == 0 ? first : *cap * 2;
    if (n < need) n = need;
    void *p = wick_arena_alloc(s->arena, n * item);
    if (p == NULL) return wick_fail_mem(ctx);
    void *old;
    memcpy(&old, array, sizeof old);
    if (*cap > 0) memcpy(p, old, (size_t)(*cap * item));
    memcpy(array, &p, sizeof p);
    *cap = n;
    return WICK_OK;
}

wick_status wk_joint_add(wick_ctx *ctx, wick_trial *t, int32_t name, int32_t dist, double v)
{
    wick_study *s = t->study;
    const int32_t first = s->hint_params > 4 ? s->hint_params : 4;
    if (s->asking) pthread_mutex_lock(&s->lock); /* the arena serves trials under way too */
    const wick_status st =
        stretch(ctx, s, &t->joint, &t->cap_joint, t->n_joint + 1, (int64_t)sizeof *t->joint, first);
    if (s->asking) pthread_mutex_unlock(&s->lock);
    if (st < 0) return st;
    t->joint[t->n_joint++] = (wk_value){name, dist, v};
    return WICK_OK;
}

/* ---- trials ------------------------------------------------------------------------------- */

static wick_status attr_set(wick_ctx *ctx, wick_study *s, wk_attr **list, const char *name,
                            const char *json)
{
    const int32_t key = wk_key_id(ctx, s, name);
    if (key < 0) return key;
    wk_attr *a = *list;
    while (a != NULL && a->key != key) a = a->next;
    if (a != NULL && strcmp(a->json, json) == 0) return WICK_OK;
    const char *text = wick_arena_strdup(s->arena, json);
    if (text == NULL) return wick_fail_mem(ctx);
    double number;
    if (!wick_parse_double(text, (int64_t)strlen(text), &number)) number = WICK_NA;
    if (a == NULL) {
        a = wick_arena_alloc(s->arena, (int64_t)sizeof *a);
        if (a == NULL) return wick_fail_mem(ctx);
        *a = (wk_attr){NULL, key, text, number};
        while (*list != NULL) list = &(*list)->next;
        *list = a;
    }
    a->json = text;
    a->number = number;
    return WICK_OK;
}

static wick_status trial_new(wick_ctx *ctx, wick_study *s, const wick_study_event *e)
{
    if (e->trial != s->n)
        return wick_fail(ctx, WICK_E_DATA, "trial %lld is new where trial %lld was expected",
                         (long long)e->trial, (long long)s->n);
    if (e->state != WICK_TRIAL_RUNNING && e->state != WICK_TRIAL_WAITING)
        return wick_fail(ctx, WICK_E_DATA, "trial %lld begins in state %d", (long long)e->trial,
                         (int)e->state);
    wick_status st = wk_grow(ctx, &s->trials, &s->cap, s->n + 1, (int64_t)sizeof *s->trials);
    if (st < 0) return st;
    st = wk_grow(ctx, &s->running, &s->running_cap, s->n_running + 1, (int64_t)sizeof *s->running);
    if (st < 0) return st;
    wick_trial *t =
        wick_arena_zalloc(s->arena, (int64_t)sizeof *t + s->m * (int64_t)sizeof(double));
    if (t == NULL) return wick_fail_mem(ctx);
    t->study = s;
    t->number = s->n;
    t->state = e->state;
    t->values = (double *)(void *)(t + 1);
    t->started = e->state == WICK_TRIAL_RUNNING ? e->time : WICK_NO_TIME;
    t->completed = WICK_NO_TIME;
    if (e->json != NULL) {
        st = attr_set(ctx, s, &t->system, "fixed_params", e->json);
        if (st < 0) return st;
    }
    if (s->pruner->group != NULL) t->group = s->pruner->group(s->pruner_self, t);
    s->trials[s->n++] = t;
    s->n_state[t->state]++;
    if (t->state == WICK_TRIAL_RUNNING) s->running[s->n_running++] = t;
    return WICK_OK;
}

static wick_status trial_take(wick_ctx *ctx, wick_trial *t, const wick_study_event *e)
{
    wick_study *s = t->study;
    if (t->state != WICK_TRIAL_WAITING)
        return wick_fail(ctx, WICK_E_STATE, "trial %lld is %s, not WAITING", (long long)t->number,
                         wick_trial_state_name(t->state));
    const wick_status st =
        wk_grow(ctx, &s->running, &s->running_cap, s->n_running + 1, (int64_t)sizeof *s->running);
    if (st < 0) return st;
    int64_t i = s->n_running++;
    for (; i > 0 && s->running[i - 1]->number > t->number; i--) s->running[i] = s->running[i - 1];
    s->running[i] = t;
    s->n_state[WICK_TRIAL_WAITING]--;
    s->n_state[WICK_TRIAL_RUNNING]++;
    t->state = WICK_TRIAL_RUNNING;
    t->started = e->time;
    return WICK_OK;
}

static void not_running(wick_study *s, const wick_trial *t)
{
    for (int64_t i = 0; i < s->n_running; i++) {
        if (s->running[i] != t) continue;
        memmove(&s->running[i], &s->running[i + 1],
                (size_t)(s->n_running - i - 1) * sizeof(wick_trial *));
        s->n_running--;
        return;
    }
}

/* The trial is what it was before it was taken, but for what it was given: a sampler that knows no
 * more than before gives it the same. What it had reported is forgotten, and the rungs it had
 * reached: it begins anew. */
static void begin_anew(const wick_study *s, wick_trial *t)
{
    static const char rung[] = "completed_rung_";
    t->n_rep = 0;
    for (wk_attr **a = &t->system; *a != NULL;)
        if (strncmp(s->keys.text[(*a)->key], rung, sizeof rung - 1) == 0)
            *a = (*a)->next;
        else
            a = &(*a)->next;
}

static wick_status trial_back(wick_ctx *ctx, wick_trial *t)
{
    wick_study *s = t->study;
    if (t->state != WICK_TRIAL_RUNNING)
        return wick_fail(ctx, WICK_E_STATE, "trial %lld is %s, not RUNNING", (long long)t->number,
                         wick_trial_state_name(t->state));
    not_running(s, t);
    s->n_state[WICK_TRIAL_RUNNING]--;
    s->n_state[WICK_TRIAL_WAITING]++;
    t->state = WICK_TRIAL_WAITING;
    t->started = WICK_NO_TIME;
    begin_anew(s, t);
    if (t->number < s->first_waiting) s->first_waiting = t->number;
    return WICK_OK;
}

static wick_status group_add(wick_ctx *ctx, wick_study *s, wick_trial *t)
{
    wk_group *g = &s->groups[t->group];
    const wick_status st = wk_grow(ctx, &g->done, &g->cap, g->n + 1, (int64_t)sizeof *g->done);
    if (st < 0) return st;
    g->done[g->n++] = t;
    if (t->state == WICK_TRIAL_COMPLETE) g->n_complete++;
    return WICK_OK;
}

wick_status wk_regroup(wick_ctx *ctx, wick_study *s)
{
    const int32_t n = s->pruner->groups != NULL ? s->pruner->groups(s->pruner_self) : 1;
    if (n == s->n_groups) return WICK_OK;
    wk_group *g = calloc((size_t)n, sizeof *g);
    if (g == NULL) return wick_fail_mem(ctx);
    /* Order of finishing is kept: it is the order of the group that held them all. */
    wk_group *old = s->groups;
    const int32_t old_n = s->n_groups;
    s->groups = g;
    s->n_groups = n;
    s->regroups++;
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < s->n; i++)
        s->trials[i]->group = s->pruner->group(s->pruner_self, s->trials[i]);
    for (int32_t k = 0; k < old_n; k++) {
        for (int64_t i = 0; i < old[k].n && st >= 0; i++) st = group_add(ctx, s, old[k].done[i]);
        free(old[k].done);
    }
    free(old);
    return st;
}

/* Feasible before infeasible, then by value, the older one when equal. */
static bool better(const wick_study *s, const wick_trial *a, const wick_trial *b)
{
    return wk_sign(s, 0) * a->values[0] < wk_sign(s, 0) * b->values[0];
}

static wick_status trial_finish(wick_ctx *ctx, wick_trial *t, const wick_study_event *e)
{
    wick_study *s = t->study;
    if (t->state != WICK_TRIAL_RUNNING && t->state != WICK_TRIAL_WAITING)
        return wick_fail(ctx, WICK_E_STATE, "trial %lld is %s already", (long long)t->number,
                         wick_trial_state_name(t->state));
    if (e->state < WICK_TRIAL_COMPLETE || e->state > WICK_TRIAL_FAIL || e->n_values > s->m ||
        (e->state == WICK_TRIAL_COMPLETE && e->n_values != s->m))
        return wick_fail(ctx, WICK_E_DATA, "trial %lld ends in state %d with %lld values",
                         (long long)t->number, (int)e->state, (long long)e->n_values);
    const int32_t was = t->state;
    t->state = e->state;
    if (e->state != WICK_TRIAL_FAIL) {
        const wick_status st = group_add(ctx, s, t);
        if (st < 0) {
            t->state = was;
            return st;
        }
    }
    if (was == WICK_TRIAL_RUNNING) not_running(s, t);
    s->n_state[was]--;
    s->n_state[t->state]++;
    t->n_values = (int32_t)e->n_values;
    for (int64_t i = 0; i < e->n_values; i++) t->values[i] = e->values[i];
    t->completed = e->time;
    if (t->n_p > s->hint_params) s->hint_params = t->n_p;
    if (s->m == 1 && t->state == WICK_TRIAL_COMPLETE && wk_feasible(t) &&
        (s->best == NULL || better(s, t, s->best)))
        s->best = t;
    return WICK_OK;
}

static wick_status param(wick_ctx *ctx, wick_trial *t, const wick_study_event *e)
{
    wick_study *s = t->study;
    const int32_t name = wk_name_id(ctx, s, e->name);
    if (name < 0) return name;
    const int32_t dist = wk_dist_id(ctx, s, name, e->dist);
    if (dist < 0) return dist;
    return wk_trial_param_set(ctx, t, name, dist, e->value);
}

wick_status wk_trial_param_set(wick_ctx *ctx, wick_trial *t, int32_t name, int32_t dist, double v)
{
    wick_study *s = t->study;
    for (int32_t i = 0; i < t->n_p; i++) {
        if (t->p[i].name != name) continue;
        t->p[i].dist = dist;
        t->p[i].v = v;
        return WICK_OK;
    }
    const int32_t first = s->hint_params > 4 ? s->hint_params : 4;
    const wick_status st =
        stretch(ctx, s, &t->p, &t->cap_p, t->n_p + 1, (int64_t)sizeof *t->p, first);
    if (st < 0) return st;
    t->p[t->n_p++] = (wk_value){name, dist, v};
    if (!t->in_batch && s->name_rec[name].committed < 0) s->name_rec[name].committed = dist;
    return WICK_OK;
}

static wick_status report(wick_ctx *ctx, wick_trial *t, const wick_study_event *e)
{
    const wick_status st =
        stretch(ctx, t->study, &t->rep, &t->cap_rep, t->n_rep + 1, (int64_t)sizeof *t->rep, 8);
    if (st < 0) return st;
    t->rep[t->n_rep++] = (wk_report){e->step, e->value};
    return WICK_OK;
}

/* ---- constraints -------------------------------------------------------------------------- */

static wick_status constraint(wick_ctx *ctx, wick_trial *t, const wick_study_event *e)
{
    wick_study *s = t->study;
    const int32_t key = wk_key_id(ctx, s, e->name);
    if (key < 0) return key;
    wk_con **at = &t->con;
    while (*at != NULL && (*at)->key != key) at = &(*at)->next;
    if (*at == NULL) {
        wk_con *c = wick_arena_alloc(s->arena, (int64_t)sizeof *c);
        if (c == NULL) return wick_fail_mem(ctx);
        *c = (wk_con){NULL, key, 0.0};
        *at = c;
    }
    (*at)->v = e->value;
    t->constrained = true;
    s->any_constraint = true;
    t->violation = 0.0;
    for (const wk_con *c = t->con; c != NULL; c = c->next)
        if (c->v > 0.0) t->violation += c->v;
    return WICK_OK;
}

wick_status wick_study_apply(wick_ctx *ctx, wick_study *s, const wick_study_event *e)
{
    if (e->kind == WICK_EV_TRIAL_NEW) return trial_new(ctx, s, e);
    if (e->kind == WICK_EV_STUDY_ATTR) return attr_set(ctx, s, &s->attrs, e->name, e->json);
    if (e->kind == WICK_EV_STUDY_SYSTEM_ATTR) return attr_set(ctx, s, &s->system, e->name, e->json);
    if (e->trial < 0 || e->trial >= s->n)
        return wick_fail(ctx, WICK_E_DATA, "the study has no trial %lld", (long long)e->trial);
    wick_trial *t = s->trials[e->trial];
    const bool over = t->state != WICK_TRIAL_RUNNING && t->state != WICK_TRIAL_WAITING;
    /* Attributes of a finished trial may still change (notes, pictures); its results may not. */
    if (over && e->kind != WICK_EV_USER_ATTR && e->kind != WICK_EV_SYSTEM_ATTR)
        return wick_fail(ctx, WICK_E_STATE, "trial %lld is %s already", (long long)t->number,
                         wick_trial_state_name(t->state));
    switch (e->kind) {
    case WICK_EV_TRIAL_TAKE: return trial_take(ctx, t, e);
    case WICK_EV_TRIAL_BACK: return trial_back(ctx, t);
    case WICK_EV_PARAM: return param(ctx, t, e);
    case WICK_EV_REPORT: return report(ctx, t, e);
    case WICK_EV_USER_ATTR: return attr_set(ctx, s, &t->user, e->name, e->json);
    case WICK_EV_SYSTEM_ATTR: return attr_set(ctx, s, &t->system, e->name, e->json);
    case WICK_EV_CONSTRAINT: return constraint(ctx, t, e);
    case WICK_EV_FINISH: return trial_finish(ctx, t, e);
    default: return wick_fail(ctx, WICK_E_DATA, "event of unknown kind %d", (int)e->kind);
    }
}

wick_status wk_emit(wick_ctx *ctx, wick_study *s, wick_study_event *e)
{
    if (s->has_backend) {
        const wick_status st = s->backend.append(s->backend.self, ctx, s, e);
        if (st < 0) return st;
    }
    return wick_study_apply(ctx, s, e);
}

/* ---- the backend's other calls, each of which it may lack --------------------------------------
 */

wick_status wk_backend_pull(wick_ctx *ctx, wick_study *s)
{
    if (!s->has_backend || s->backend.pull == NULL) return WICK_OK;
    return s->backend.pull(s->backend.self, ctx, s);
}

wick_status wk_backend_reserve(wick_ctx *ctx, wick_study *s, int64_t n)
{
    if (!s->has_backend || s->backend.reserve == NULL || n <= 0) return WICK_OK;
    return s->backend.reserve(s->backend.self, ctx, s, n);
}

wick_status wk_backend_hold(wick_ctx *ctx, wick_study *s, bool on)
{
    if (!s->has_backend || s->backend.hold == NULL) return WICK_OK;
    return s->backend.hold(s->backend.self, ctx, s, on);
}

wick_status wk_backend_flush(wick_ctx *ctx, wick_study *s)
{
    if (!s->has_backend || s->backend.flush == NULL) return WICK_OK;
    return s->backend.flush(s->backend.self, ctx, s);
}

wick_status wick_study_sync(wick_ctx *ctx, wick_study *s)
{
    if (s->frozen) return wick_fail(ctx, WICK_E_STATE, "an objective cannot bring in other trials");
    const wick_status st = wk_backend_flush(ctx, s);
    return st < 0 ? st : wk_backend_pull(ctx, s);
}

wick_status wk_study_count_up(wick_ctx *ctx, wick_study *s, const char *key, int64_t *value)
{
    const char *text = wick_study_system_attr(s, key);
    if (text == NULL || !wick_parse_int(text, (int64_t)strlen(text), value)) *value = 0;
    const bool shared = s->has_backend && s->backend.count != NULL;
    if (shared) {
        const wick_status st = s->backend.count(s->backend.self, ctx, s, key, value);
        if (st < 0) return st;
    }
    char next[24];
    snprintf(next, sizeof next, "%lld", (long long)*value + 1);
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_STUDY_SYSTEM_ATTR,
                          .trial = -1,
                          .name = key,
                          .json = next};
    return shared ? wick_study_apply(ctx, s, &e) : wk_emit(ctx, s, &e);
}
