/* SPDX-License-Identifier: MIT */
/* Asking for trials, telling their results, queueing and adding them. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

/* ---- enqueued values ----------------------------------------------------------------------- */

static wick_status load_fixed(wick_ctx *ctx, wick_trial *t)
{
    const char *json = wk_system_text(t, "fixed_params");
    if (json == NULL) return WICK_OK;
    wick_json_doc *doc = NULL;
    wick_status st = wick_json_parse(ctx, "fixed_params", json, (int64_t)strlen(json), &doc);
    if (st < 0) return st;
    const wick_json *root = wick_json_root(doc);
    const int64_t n = wick_json_count(root);
    t->fixed = wick_arena_zalloc(t->study->arena, n * (int64_t)sizeof *t->fixed);
    if (t->fixed == NULL) st = wick_fail_mem(ctx);
    for (int64_t i = 0; i < n && st >= 0; i++) {
        const wick_json *j = wick_json_at(root, i);
        t->fixed[i].name = wick_arena_strdup(t->study->arena, wick_json_key(j));
        if (t->fixed[i].name == NULL) st = wick_fail_mem(ctx);
        if (st >= 0)
            st = wk_choice_read(ctx, t->study->arena, t->fixed[i].name, j, &t->fixed[i].value);
    }
    if (st >= 0) t->n_fixed = (int32_t)n;
    wick_json_free(doc);
    return st;
}

static bool fixed_equal(const wick_choice *a, const wick_choice *b)
{
    const bool text = a->kind == WICK_CHOICE_NULL || a->kind == WICK_CHOICE_STRING ||
                      b->kind == WICK_CHOICE_NULL || b->kind == WICK_CHOICE_STRING;
    if (text) return wk_choice_equal(a, b);
    const double x = a->kind == WICK_CHOICE_FLOAT ? a->d : (double)a->i;
    const double y = b->kind == WICK_CHOICE_FLOAT ? b->d : (double)b->i;
    return wk_is_close(x, y);
}

/* The value of a parameter as the user wrote or would write it. */
static wick_choice external(const wick_study *s, const wk_value *p)
{
    const wick_dist *d = wk_dist_at(s, p->dist);
    if (d->kind == WICK_DIST_CATEGORICAL) return d->choices[(int64_t)p->v];
    return (wick_choice){.kind = WICK_CHOICE_FLOAT, .d = p->v};
}

static bool same_values(const wick_trial *t, const wick_fixed *values, int64_t n)
{
    const wick_study *s = t->study;
    const bool waiting = t->state == WICK_TRIAL_WAITING;
    if (n != (waiting ? t->n_fixed : t->n_p)) return false;
    for (int64_t i = 0; i < n; i++) {
        bool found = false;
        for (int64_t k = 0; k < n && !found; k++) {
            const char *name = waiting ? t->fixed[k].name : s->names.text[t->p[k].name];
            if (strcmp(name, values[i].name) != 0) continue;
            const wick_choice v = waiting ? t->fixed[k].value : external(s, &t->p[k]);
            if (!fixed_equal(&v, &values[i].value)) return false;
            found = true;
        }
        if (!found) return false;
    }
    return true;
}

static wick_status fixed_json(wick_ctx *ctx, const wick_fixed *values, int64_t n, wick_buf *b)
{
    wick_buf_add(b, "{", 1);
    for (int64_t i = 0; i < n; i++) {
        const wick_choice *v = &values[i].value;
        if (values[i].name == NULL || values[i].name[0] == '\0')
            return wick_fail(ctx, WICK_E_ARG, "value %lld has no name", (long long)i + 1);
        for (int64_t k = 0; k < i; k++)
            if (strcmp(values[k].name, values[i].name) == 0)
                return wick_fail(ctx, WICK_E_ARG, "'%s' is given twice", values[i].name);
        if (v->kind == WICK_CHOICE_FLOAT && !isfinite(v->d))
            return wick_fail(ctx, WICK_E_ARG, "'%s' is %g: cannot be enqueued", values[i].name,
                             v->d);
        if (i > 0) wick_buf_add(b, ", ", 2);
        const wick_choice key = {.kind = WICK_CHOICE_STRING, .s = values[i].name};
        wk_choice_json(b, &key);
        wick_buf_add(b, ": ", 2);
        wk_choice_json(b, v);
    }
    wick_buf_add(b, "}", 1);
    return b->failed ? wick_fail_mem(ctx) : WICK_OK;
}

wick_status wick_study_enqueue(wick_ctx *ctx, wick_study *s, const wick_fixed *values, int64_t n,
                               bool skip_if_exists, int64_t *number)
{
    if (s->frozen) return wick_fail(ctx, WICK_E_STATE, "an objective cannot enqueue trials");
    wick_buf b = {0};
    wick_status st = fixed_json(ctx, values, n, &b);
    for (int64_t i = 0; st >= 0 && skip_if_exists && i < s->n; i++) {
        if (s->trials[i]->state == WICK_TRIAL_FAIL || !same_values(s->trials[i], values, n))
            continue;
        wick_buf_free(&b);
        if (number != NULL) *number = -1;
        return WICK_OK;
    }
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_TRIAL_NEW,
                          .trial = s->n,
                          .state = WICK_TRIAL_WAITING,
                          .json = b.data,
                          .time = wk_wall_ms()};
    if (st >= 0) st = wk_emit(ctx, s, &e);
    if (st >= 0) st = load_fixed(ctx, s->trials[e.trial]);
    wick_buf_free(&b);
    if (st >= 0 && number != NULL) *number = e.trial;
    return st;
}

/* ---- asking ------------------------------------------------------------------------------- */

/* The oldest waiting trial nobody else takes, NULL when there is none. */
static wick_status take_waiting(wick_ctx *ctx, wick_study *s, wick_trial **out)
{
    *out = NULL;
    if (s->n_state[WICK_TRIAL_WAITING] == 0) {
        s->first_waiting = s->n;
        return WICK_OK;
    }
    for (int64_t i = s->first_waiting; i < s->n; i++) {
        wick_trial *t = s->trials[i];
        if (t->state != WICK_TRIAL_WAITING) {
            if (i == s->first_waiting) s->first_waiting++;
            continue;
        }
        wick_study_event e = {
            .size = sizeof e, .kind = WICK_EV_TRIAL_TAKE, .trial = i, .time = wk_wall_ms()};
        const wick_status st = wk_emit(ctx, s, &e);
        if (st == WICK_E_STATE && s->has_backend) {
            wick_ctx_clear(ctx);
            continue;
        }
        if (st < 0) return st;
        *out = t;
        return t->n_fixed > 0 ? WICK_OK : load_fixed(ctx, t);
    }
    return WICK_OK;
}

static wick_status suggest_all(wick_ctx *ctx, wick_trial *t, const wick_param *space, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        double v;
        const wick_status st = wick_trial_suggest(ctx, t, space[i].name, space[i].dist, &v);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status ask(wick_ctx *ctx, wick_study *s, const wick_param *space, int64_t n,
                       wick_trial **out)
{
    wick_status st = wk_backend_pull(ctx, s);
    if (st >= 0) st = wk_regroup(ctx, s);
    wick_trial *t = NULL;
    if (st >= 0) st = take_waiting(ctx, s, &t);
    if (st >= 0 && t == NULL) {
        wick_study_event e = {.size = sizeof e,
                              .kind = WICK_EV_TRIAL_NEW,
                              .trial = s->n,
                              .state = WICK_TRIAL_RUNNING,
                              .time = wk_wall_ms()};
        st = wk_emit(ctx, s, &e);
        if (st >= 0) t = s->trials[e.trial];
    }
    if (st < 0) return st;
    t->seen = s->n_state[WICK_TRIAL_COMPLETE] + s->n_state[WICK_TRIAL_PRUNED] +
              s->n_state[WICK_TRIAL_FAIL];
    if (s->sampler->before != NULL) st = s->sampler->before(ctx, s->sampler_self, t);
    if (st >= 0) st = suggest_all(ctx, t, space, n);
    if (st < 0) {
        /* The trial exists; without a result it would stay RUNNING for ever. */
        wick_study_event e = {.size = sizeof e,
                              .kind = WICK_EV_FINISH,
                              .trial = t->number,
                              .state = WICK_TRIAL_FAIL,
                              .time = wk_wall_ms()};
        wick_ctx *spare = wick_ctx_new();
        if (spare != NULL) {
            const wick_status ignored = wk_emit(spare, s, &e);
            (void)ignored; /* the first error is the one to tell */
        }
        wick_ctx_free(spare);
        return st;
    }
    *out = t;
    return WICK_OK;
}

wick_status wk_ask(wick_ctx *ctx, wick_study *s, wick_trial **out)
{
    return ask(ctx, s, NULL, 0, out);
}

wick_status wick_study_ask(wick_ctx *ctx, wick_study *s, const wick_param *space, int64_t n,
                           wick_trial **out)
{
    if (s->frozen) return wick_fail(ctx, WICK_E_STATE, "an objective cannot ask for trials");
    return ask(ctx, s, space, n, out);
}

/* ---- telling ------------------------------------------------------------------------------ */

/* During a batch a parameter's first distribution is settled here, in trial order. */
static wick_status commit_dists(wick_ctx *ctx, wick_trial *t)
{
    wick_study *s = t->study;
    for (int32_t i = 0; i < t->n_p; i++) {
        int32_t *committed = &s->name_rec[t->p[i].name].committed;
        if (*committed < 0) *committed = t->p[i].dist;
        if (!wk_dist_compatible(wk_dist_at(s, *committed), wk_dist_at(s, t->p[i].dist)))
            return wick_fail(
                ctx, WICK_E_ARG,
                "trial %lld: parameter '%s' has another kind, scale or choices than before",
                (long long)t->number, s->names.text[t->p[i].name]);
    }
    return WICK_OK;
}

static wick_status finish(wick_ctx *ctx, wick_trial *t, int32_t state, const double *values,
                          int64_t n)
{
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_FINISH,
                          .trial = t->number,
                          .state = state,
                          .values = values,
                          .n_values = n,
                          .time = wk_wall_ms()};
    return wk_emit(ctx, t->study, &e);
}

wick_status wk_tell(wick_ctx *ctx, wick_trial *t, int32_t state, const double *values, int64_t n)
{
    wick_study *s = t->study;
    if (t->state != WICK_TRIAL_RUNNING)
        return wick_fail(ctx, WICK_E_STATE, "trial %lld is %s, not RUNNING", (long long)t->number,
                         wick_trial_state_name(t->state));
    if (state < WICK_TRIAL_COMPLETE || state > WICK_TRIAL_FAIL)
        return wick_fail(ctx, WICK_E_ARG, "trial %lld: %d is not a state to end in",
                         (long long)t->number, (int)state);
    double last = 0.0;
    if (state == WICK_TRIAL_COMPLETE) {
        bool good = n == s->m && values != NULL;
        for (int32_t i = 0; good && i < s->m; i++) good = !isnan(values[i]);
        if (!good) state = WICK_TRIAL_FAIL;
    }
    if (state != WICK_TRIAL_COMPLETE) n = 0;
    if (state == WICK_TRIAL_PRUNED) {
        const wk_report *r = wk_last_report(t);
        if (r != NULL && !isnan(r->v)) {
            last = r->v;
            values = &last;
            n = 1;
        }
    }
    wick_status st = commit_dists(ctx, t);
    if (st >= 0 && s->sampler->after != NULL)
        st = s->sampler->after(ctx, s->sampler_self, t, state, values);
    if (st < 0) {
        wick_ctx *spare = wick_ctx_new();
        if (spare != NULL) {
            const wick_status ignored = finish(spare, t, WICK_TRIAL_FAIL, NULL, 0);
            (void)ignored; /* the first error is the one to tell */
        }
        wick_ctx_free(spare);
        return st;
    }
    return finish(ctx, t, state, values, n);
}

wick_status wick_study_tell(wick_ctx *ctx, wick_study *s, int64_t number, int32_t state,
                            const double *values, int64_t n)
{
    if (s->frozen) return wick_fail(ctx, WICK_E_STATE, "an objective cannot tell results");
    wick_trial *t = wick_study_trial(s, number);
    if (t == NULL)
        return wick_fail(ctx, WICK_E_ARG, "the study has no trial %lld", (long long)number);
    return wk_tell(ctx, t, state, values, n);
}

wick_status wick_study_give_back(wick_ctx *ctx, wick_study *s, int64_t number)
{
    if (s->frozen) return wick_fail(ctx, WICK_E_STATE, "an objective cannot give trials back");
    if (wick_study_trial(s, number) == NULL)
        return wick_fail(ctx, WICK_E_ARG, "the study has no trial %lld", (long long)number);
    wick_study_event e = {
        .size = sizeof e, .kind = WICK_EV_TRIAL_BACK, .trial = number, .time = wk_wall_ms()};
    return wk_emit(ctx, s, &e);
}

/* ---- adding ------------------------------------------------------------------------------- */

static wick_status check_in(wick_ctx *ctx, const wick_study *s, const wick_trial_in *in)
{
    if (in->state < WICK_TRIAL_COMPLETE || in->state > WICK_TRIAL_FAIL)
        return wick_fail(ctx, WICK_E_ARG, "a trial to add must be finished");
    if (in->state == WICK_TRIAL_COMPLETE && in->n_values != s->m)
        return wick_fail(ctx, WICK_E_ARG, "%lld values for %d objectives", (long long)in->n_values,
                         (int)s->m);
    if (in->n_values > s->m || (in->state == WICK_TRIAL_FAIL && in->n_values > 0))
        return wick_fail(ctx, WICK_E_ARG, "%lld values are too many", (long long)in->n_values);
    for (int64_t i = 0; i < in->n_values; i++)
        if (isnan(in->values[i]))
            return wick_fail(ctx, WICK_E_ARG, "value %lld is not a number", (long long)i + 1);
    for (int64_t i = 0; i < in->n_constraints; i++)
        if (isnan(in->constraints[i]))
            return wick_fail(ctx, WICK_E_ARG, "constraint %lld is not a number", (long long)i + 1);
    for (int64_t i = 0; i < in->n_params; i++) {
        const wick_param *p = &in->params[i];
        if (p->name == NULL || p->dist == NULL || !wick_dist_contains(p->dist, p->value))
            return wick_fail(ctx, WICK_E_ARG, "parameter '%s': %g is outside its range",
                             p->name != NULL ? p->name : "", p->value);
        const int32_t id = wk_names_find(&s->names, p->name);
        if (id < 0 || s->name_rec[id].committed < 0) continue;
        if (!wk_dist_compatible(wk_dist_at(s, s->name_rec[id].committed), p->dist))
            return wick_fail(ctx, WICK_E_ARG,
                             "parameter '%s' has another kind, scale or choices than before",
                             p->name);
    }
    return WICK_OK;
}

static wick_status add_rest(wick_ctx *ctx, wick_study *s, const wick_trial_in *in, int64_t number)
{
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < in->n_params && st >= 0; i++) {
        wick_study_event e = {.size = sizeof e,
                              .kind = WICK_EV_PARAM,
                              .trial = number,
                              .name = in->params[i].name,
                              .dist = in->params[i].dist,
                              .value = in->params[i].value};
        st = wk_emit(ctx, s, &e);
    }
    for (int64_t i = 0; i < in->n_reports && st >= 0; i++) {
        wick_study_event e = {.size = sizeof e,
                              .kind = WICK_EV_REPORT,
                              .trial = number,
                              .step = in->steps[i],
                              .value = in->reports[i]};
        st = wk_emit(ctx, s, &e);
    }
    for (int64_t i = 0; i < in->n_constraints && st >= 0; i++) {
        char name[24];
        snprintf(name, sizeof name, "%lld", (long long)i);
        wick_study_event e = {.size = sizeof e,
                              .kind = WICK_EV_CONSTRAINT,
                              .trial = number,
                              .name = name,
                              .value = in->constraints[i]};
        st = wk_emit(ctx, s, &e);
    }
    if (st < 0) return st;
    return finish(ctx, s->trials[number], in->state, in->values, in->n_values);
}

wick_status wick_study_add(wick_ctx *ctx, wick_study *s, const wick_trial_in *in, int64_t *number)
{
    if (s->frozen) return wick_fail(ctx, WICK_E_STATE, "an objective cannot add trials");
    wick_trial_in full = {0};
    memcpy(&full, in, in->size < sizeof full ? in->size : sizeof full);
    wick_status st = check_in(ctx, s, &full);
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_TRIAL_NEW,
                          .trial = s->n,
                          .state = WICK_TRIAL_RUNNING,
                          .time = wk_wall_ms()};
    if (st >= 0) st = wk_emit(ctx, s, &e);
    if (st >= 0) st = add_rest(ctx, s, &full, e.trial);
    if (st >= 0 && number != NULL) *number = e.trial;
    return st;
}
