/* SPDX-License-Identifier: MIT */
/* The log played from its beginning. A line that Optuna's replay ignores (an unknown id, a trial
 * that has ended, a parameter of another kind than before) is ignored here: it is an error only for
 * the worker that wrote it. */
#include <stdlib.h>
#include <string.h>

#include "store/journal_int.h"

bool wk_journal_over(int32_t state)
{
    return state != WICK_TRIAL_RUNNING && state != WICK_TRIAL_WAITING;
}

static wick_status grow(wick_ctx *ctx, void *array, int64_t *cap, int64_t need, size_t item)
{
    if (need <= *cap) return WICK_OK;
    const int64_t n = *cap < 64 ? 64 : 2 * *cap;
    void *p;
    memcpy(&p, array, sizeof p);
    p = realloc(p, (size_t)n * item);
    if (p == NULL) return wick_fail_mem(ctx);
    memcpy(array, &p, sizeof p);
    *cap = n;
    return WICK_OK;
}

wick_status wk_journal_open(wick_ctx *ctx, wk_journal *j, const char *path)
{
    *j = (wk_journal){.target = -1, .last_mine = -1};
    j->path = wk_span_text((wk_span){path, (int64_t)strlen(path)});
    return j->path != NULL ? WICK_OK : wick_fail_mem(ctx);
}

void wk_journal_close(wk_journal *j)
{
    for (int64_t i = 0; i < j->n_studies; i++) free(j->study[i].name);
    free(j->study);
    free(j->trial);
    free(j->path);
    wk_dists_free(&j->dists);
    *j = (wk_journal){0};
}

int64_t wk_journal_study(const wk_journal *j, const char *name)
{
    for (int64_t i = 0; i < j->n_studies; i++)
        if (j->study[i].alive && strcmp(j->study[i].name, name) == 0) return i;
    return -1;
}

/* ---- into the study ------------------------------------------------------------------------ */

static wick_status study_attr(wick_ctx *ctx, wk_journal *j, int32_t kind, const char *key,
                              const char *json)
{
    const wick_study_event e = {
        .size = sizeof e, .kind = kind, .trial = -1, .name = key, .json = json};
    return wick_study_apply(ctx, j->into, &e);
}

static wick_status trial_attr(wick_ctx *ctx, wk_journal *j, int64_t number, bool user,
                              const char *key, const char *json)
{
    if (!user) return wk_apply_system(ctx, j->into, number, key, json);
    const wick_study_event e = {
        .size = sizeof e, .kind = WICK_EV_USER_ATTR, .trial = number, .name = key, .json = json};
    return wick_study_apply(ctx, j->into, &e);
}

/* Each member of an object of attributes; number -1: the study's. */
static wick_status attrs(wick_ctx *ctx, wk_journal *j, int64_t number, bool user, wk_span object)
{
    int64_t at = 0;
    wk_span k, v;
    wick_status st = WICK_OK;
    while (object.s != NULL && st >= 0 && wk_span_next(object, &at, &k, &v)) {
        char *key = NULL, *json = wk_span_text(v);
        st = json != NULL ? wk_span_string(ctx, k, &key) : wick_fail_mem(ctx);
        if (st < 0) {
            /* told already */
        } else if (number < 0) {
            st = study_attr(ctx, j, user ? WICK_EV_STUDY_ATTR : WICK_EV_STUDY_SYSTEM_ATTR, key,
                            json);
        } else {
            st = trial_attr(ctx, j, number, user, key, json);
        }
        free(key);
        free(json);
    }
    return st;
}

static bool compatible(const wick_dist *a, const wick_dist *b)
{
    if (a->kind != b->kind || a->log != b->log) return false;
    return a->kind != WICK_DIST_CATEGORICAL || wick_dist_equal(a, b);
}

/* The first trial with the parameter decides. */
static bool fits(const wick_study *s, const char *name, const wick_dist *d)
{
    for (int64_t i = 0; i < wick_study_count(s); i++) {
        const wick_trial *t = wick_study_trial(s, i);
        for (int64_t k = 0; k < wick_trial_param_count(t); k++) {
            const wick_param p = wick_trial_param_at(t, k);
            if (strcmp(p.name, name) == 0) return compatible(p.dist, d);
        }
    }
    return true;
}

static wick_status param(wick_ctx *ctx, wk_journal *j, int64_t number, wk_span key, wk_span dist,
                         double value)
{
    char *name = NULL, *json = NULL;
    const wick_dist *d = NULL;
    wick_status st = wk_span_string(ctx, key, &name);
    if (st >= 0) st = wk_span_string(ctx, dist, &json);
    if (st >= 0) st = wk_dists_get(ctx, &j->dists, name, json, &d);
    if (st >= 0 && fits(j->into, name, d)) {
        const wick_study_event e = {.size = sizeof e,
                                    .kind = WICK_EV_PARAM,
                                    .trial = number,
                                    .name = name,
                                    .dist = d,
                                    .value = value};
        st = wick_study_apply(ctx, j->into, &e);
    }
    free(name);
    free(json);
    return st;
}

static wick_status report(wick_ctx *ctx, wk_journal *j, int64_t number, int64_t step, double value)
{
    const wick_trial *t = wick_study_trial(j->into, number);
    for (int64_t i = wick_trial_report_count(t) - 1; i >= 0; i--) {
        int64_t at = 0;
        wick_trial_report_at(t, i, &at);
        if (at == step) return WICK_OK;
    }
    const wick_study_event e = {
        .size = sizeof e, .kind = WICK_EV_REPORT, .trial = number, .step = step, .value = value};
    return wick_study_apply(ctx, j->into, &e);
}

static int64_t stamp(wk_span v)
{
    char text[64];
    if (v.s == NULL || v.n < 3 || v.n >= (int64_t)sizeof text || v.s[0] != '"') return WICK_NO_TIME;
    memcpy(text, v.s + 1, (size_t)v.n - 2);
    text[v.n - 2] = '\0';
    return wk_stamp_read(text);
}

static wick_status finish(wick_ctx *ctx, wk_journal *j, int64_t number, int32_t state, wk_span list,
                          int64_t time)
{
    double v[16];
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_FINISH,
                          .trial = number,
                          .state = state,
                          .values = v,
                          .time = time};
    int64_t at = 0;
    wk_span x;
    if (!wk_span_null(list) && list.s[0] != '[') v[e.n_values++] = wk_span_number(list);
    while (!wk_span_null(list) && list.s[0] == '[' && e.n_values < 16 &&
           wk_span_next(list, &at, NULL, &x))
        v[e.n_values++] = wk_span_number(x);
    if (state == WICK_TRIAL_FAIL || (state == WICK_TRIAL_PRUNED && isnan(v[0]))) e.n_values = 0;
    return wick_study_apply(ctx, j->into, &e);
}

/* ---- lines -------------------------------------------------------------------------------- */

static wick_status new_study(wick_ctx *ctx, wk_journal *j, wk_span line)
{
    char *name = NULL;
    wick_status st = wk_span_string(ctx, wk_span_get(line, "study_name"), &name);
    if (st < 0) return st;
    if (wk_journal_study(j, name) >= 0) {
        free(name);
        return WICK_OK;
    }
    st = grow(ctx, &j->study, &j->cap_studies, j->n_studies + 1, sizeof *j->study);
    if (st < 0) {
        free(name);
        return st;
    }
    wk_jstudy *s = &j->study[j->n_studies++];
    *s = (wk_jstudy){
        .name = name, .alive = true, .started = WICK_NO_TIME, .completed = WICK_NO_TIME};
    int64_t at = 0;
    wk_span d;
    const wk_span list = wk_span_get(line, "directions");
    while (list.s != NULL && s->m < 16 && wk_span_next(list, &at, NULL, &d))
        s->directions[s->m++] = wk_span_number(d) == 2.0 ? WICK_MAXIMIZE : WICK_MINIMIZE;
    return WICK_OK;
}

/* Parameters, attributes, reports and the end of a trial made from a template. */
static wick_status template_parts(wick_ctx *ctx, wk_journal *j, wk_span line, int64_t number,
                                  int32_t state)
{
    const wk_span dists = wk_span_get(line, "distributions");
    const wk_span params = wk_span_get(line, "params");
    int64_t at = 0;
    wk_span k, v;
    wick_status st = WICK_OK;
    while (params.s != NULL && st >= 0 && wk_span_next(params, &at, &k, &v)) {
        int64_t i = 0;
        wk_span dk, dv;
        while (dists.s != NULL && st >= 0 && wk_span_next(dists, &i, &dk, &dv))
            if (dk.n == k.n && memcmp(dk.s, k.s, (size_t)k.n) == 0)
                st = param(ctx, j, number, k, dv, wk_span_number(v));
    }
    if (st >= 0) st = attrs(ctx, j, number, true, wk_span_get(line, "user_attrs"));
    if (st >= 0) st = attrs(ctx, j, number, false, wk_span_get(line, "system_attrs"));
    const wk_span steps = wk_span_get(line, "intermediate_values");
    at = 0;
    while (steps.s != NULL && st >= 0 && wk_span_next(steps, &at, &k, &v)) {
        const wk_span inside = {k.s + 1, k.n - 2};
        st = report(ctx, j, number, (int64_t)wk_span_number(inside), wk_span_number(v));
    }
    if (st < 0 || !wk_journal_over(state)) return st;
    const wk_span values = wk_span_get(line, "values");
    return finish(ctx, j, number, state, wk_span_null(values) ? wk_span_get(line, "value") : values,
                  stamp(wk_span_get(line, "datetime_complete")));
}

static void count_times(wk_jstudy *s, wk_span line)
{
    const int64_t from = stamp(wk_span_get(line, "datetime_start"));
    const int64_t to = stamp(wk_span_get(line, "datetime_complete"));
    if (from != WICK_NO_TIME && (s->started == WICK_NO_TIME || from < s->started))
        s->started = from;
    if (to > s->completed) s->completed = to; /* WICK_NO_TIME is the least of all */
}

static wick_status new_trial(wick_ctx *ctx, wk_journal *j, wk_span line, bool mine)
{
    const double id = wk_span_number(wk_span_get(line, "study_id"));
    if (!(id >= 0.0 && id < (double)j->n_studies) || !j->study[(int64_t)id].alive) return WICK_OK;
    wick_status st = grow(ctx, &j->trial, &j->cap_trials, j->n_trials + 1, sizeof *j->trial);
    if (st < 0) return st;
    wk_jstudy *s = &j->study[(int64_t)id];
    const double given = wk_span_number(wk_span_get(line, "state"));
    const int32_t state = given >= 0.0 && given <= 4.0 ? (int32_t)given : WICK_TRIAL_RUNNING;
    const int64_t number = s->trials++;
    if (mine) j->last_mine = j->n_trials;
    j->trial[j->n_trials++] = (wk_jtrial){(int64_t)id, number, state};
    s->n_state[state]++;
    count_times(s, line);
    if (j->into == NULL || (int64_t)id != j->target || (mine && !j->echo)) return WICK_OK;
    const wick_study_event e = {.size = sizeof e,
                                .kind = WICK_EV_TRIAL_NEW,
                                .trial = number,
                                .state = state == WICK_TRIAL_WAITING ? WICK_TRIAL_WAITING
                                                                     : WICK_TRIAL_RUNNING,
                                .time = stamp(wk_span_get(line, "datetime_start"))};
    st = wick_study_apply(ctx, j->into, &e);
    return st < 0 ? st : template_parts(ctx, j, line, number, state);
}

static wick_status new_state(wick_ctx *ctx, wk_journal *j, wk_span line, wk_jtrial *t, bool apply)
{
    const double given = wk_span_number(wk_span_get(line, "state"));
    if (!(given >= 0.0 && given <= 4.0)) return wick_fail(ctx, WICK_E_DATA, "an unknown state");
    const int32_t state = (int32_t)given;
    if (state == t->state) return WICK_OK;
    wk_jstudy *s = &j->study[t->study];
    s->n_state[t->state]--;
    s->n_state[state]++;
    t->state = state;
    count_times(s, line);
    if (!apply) return WICK_OK;
    if (wk_journal_over(state))
        return finish(ctx, j, t->number, state, wk_span_get(line, "values"),
                      stamp(wk_span_get(line, "datetime_complete")));
    const wick_study_event e = {.size = sizeof e,
                                .kind = state == WICK_TRIAL_RUNNING ? WICK_EV_TRIAL_TAKE
                                                                    : WICK_EV_TRIAL_BACK,
                                .trial = t->number,
                                .time = stamp(wk_span_get(line, "datetime_start"))};
    return wick_study_apply(ctx, j->into, &e);
}

static wick_status of_trial(wick_ctx *ctx, wk_journal *j, wk_span line, int32_t op, bool mine)
{
    const double id = wk_span_number(wk_span_get(line, "trial_id"));
    if (!(id >= 0.0 && id < (double)j->n_trials)) return WICK_OK;
    wk_jtrial *t = &j->trial[(int64_t)id];
    if (wk_journal_over(t->state)) return WICK_OK;
    const bool apply =
        j->into != NULL && t->study == j->target && j->study[t->study].alive && (!mine || j->echo);
    if (op == WK_J_STATE) return new_state(ctx, j, line, t, apply);
    if (!apply) return WICK_OK;
    switch (op) {
    case WK_J_PARAM:
        return param(ctx, j, t->number, wk_span_get(line, "param_name"),
                     wk_span_get(line, "distribution"),
                     wk_span_number(wk_span_get(line, "param_value_internal")));
    case WK_J_REPORT:
        return report(ctx, j, t->number, (int64_t)wk_span_number(wk_span_get(line, "step")),
                      wk_span_number(wk_span_get(line, "intermediate_value")));
    case WK_J_USER: return attrs(ctx, j, t->number, true, wk_span_get(line, "user_attr"));
    default: return attrs(ctx, j, t->number, false, wk_span_get(line, "system_attr"));
    }
}

static wick_status one_line(wick_ctx *ctx, wk_journal *j, wk_span line)
{
    const double code = wk_span_number(wk_span_get(line, "op_code"));
    if (isnan(code)) return wick_fail(ctx, WICK_E_DATA, "no line of a journal");
    const int32_t op = (int32_t)code;
    const wk_span worker = wk_span_get(line, "worker_id");
    const bool mine = j->mine != NULL && worker.s != NULL &&
                      worker.n == (int64_t)strlen(j->mine) + 2 &&
                      memcmp(worker.s + 1, j->mine, (size_t)worker.n - 2) == 0;
    if (op == WK_J_STUDY) return new_study(ctx, j, line);
    if (op == WK_J_TRIAL) return new_trial(ctx, j, line, mine);
    if (op >= WK_J_PARAM && op <= WK_J_SYSTEM) return of_trial(ctx, j, line, op, mine);
    if (op < WK_J_DELETE || op > WK_J_STUDY_SYSTEM) return WICK_OK; /* newer ones are skipped */
    const double id = wk_span_number(wk_span_get(line, "study_id"));
    if (!(id >= 0.0 && id < (double)j->n_studies)) return WICK_OK;
    wk_jstudy *s = &j->study[(int64_t)id];
    if (op == WK_J_DELETE) s->alive = false;
    if (op == WK_J_DELETE || !s->alive || j->into == NULL || (int64_t)id != j->target ||
        (mine && !j->echo))
        return WICK_OK;
    const bool user = op == WK_J_STUDY_USER;
    return attrs(ctx, j, -1, user, wk_span_get(line, user ? "user_attr" : "system_attr"));
}

wick_status wk_journal_read(wick_ctx *ctx, wk_journal *j)
{
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wk_journal_tail(ctx, j->path, j->offset, &text, &n);
    for (int64_t i = 0; st >= 0 && i < n;) {
        const char *end = memchr(text + i, '\n', (size_t)(n - i));
        const int64_t len = end - (text + i);
        j->line++;
        st = one_line(ctx, j, (wk_span){text + i, len});
        if (st < 0) wick_note(ctx, "in %s, line %lld", j->path, (long long)j->line);
        i += len + 1;
        j->offset += len + 1;
    }
    free(text);
    return st;
}
