/* SPDX-License-Identifier: MIT */
/* What an objective does with its trial. While a batch is evaluated several objectives are at it at
 * once: each call then holds the study's lock, and nothing another trial of the batch does is
 * visible. Between batches there is one thread, and no lock: a backend that reads what others wrote
 * holds its own then, which objectives take second. */
#include <string.h>

#include "opt/opt_int.h"

static void enter(const wick_trial *t)
{
    if (t->study->frozen) pthread_mutex_lock(&t->study->lock);
}

static void leave(const wick_trial *t)
{
    if (t->study->frozen) pthread_mutex_unlock(&t->study->lock);
}

static wick_status must_run(wick_ctx *ctx, const wick_trial *t)
{
    if (t->state == WICK_TRIAL_RUNNING) return WICK_OK;
    return wick_fail(ctx, WICK_E_STATE, "trial %lld is %s", (long long)t->number,
                     wick_trial_state_name(t->state));
}

/* ---- suggesting --------------------------------------------------------------------------- */

static wick_status incompatible(wick_ctx *ctx, const char *name)
{
    return wick_fail(ctx, WICK_E_ARG,
                     "parameter '%s' was suggested before with another kind, scale or choices",
                     name);
}

static wick_status fixed_value(wick_ctx *ctx, const wick_trial *t, const wick_fixed *f,
                               const wick_dist *d, double *value)
{
    if (d->kind == WICK_DIST_CATEGORICAL) {
        for (int64_t i = 0; i < d->n_choices; i++) {
            if (!wk_choice_equal(&d->choices[i], &f->value)) continue;
            *value = (double)i;
            return WICK_OK;
        }
        return wick_fail(ctx, WICK_E_ARG, "trial %lld: the value fixed for '%s' is not a choice",
                         (long long)t->number, f->name);
    }
    if (f->value.kind == WICK_CHOICE_NULL || f->value.kind == WICK_CHOICE_STRING)
        return wick_fail(ctx, WICK_E_ARG, "trial %lld: the value fixed for '%s' is not a number",
                         (long long)t->number, f->name);
    double v = f->value.kind == WICK_CHOICE_FLOAT ? f->value.d : (double)f->value.i;
    if (d->kind == WICK_DIST_INT) v = trunc(v);
    if (!wick_dist_contains(d, v))
        wick_log(ctx, "trial %lld: the value fixed for '%s' (%g) is outside its range",
                 (long long)t->number, f->name, v);
    *value = v;
    return WICK_OK;
}

bool wk_pinned(const wick_study *s, int32_t name)
{
    for (int32_t i = 0; i < s->n_pinned; i++)
        if (strcmp(s->pinned[i].name, s->names.text[name]) == 0) return true;
    return false;
}

wick_status wk_joint_sample(wick_ctx *ctx, wick_trial *t)
{
    wick_study *s = t->study;
    if (t->joint_done) return WICK_OK;
    t->joint_done = true;
    return s->sampler->joint == NULL ? WICK_OK : s->sampler->joint(ctx, s->sampler_self, t);
}

static wick_status draw(wick_ctx *ctx, wick_trial *t, int32_t id, const wick_dist *d, double *value)
{
    wick_study *s = t->study;
    for (int32_t i = 0; i < t->n_fixed; i++)
        if (strcmp(t->fixed[i].name, s->names.text[id]) == 0)
            return fixed_value(ctx, t, &t->fixed[i], d, value);
    for (int32_t i = 0; i < s->n_pinned; i++)
        if (strcmp(s->pinned[i].name, s->names.text[id]) == 0)
            return fixed_value(ctx, t, &s->pinned[i], d, value);
    if (wick_dist_single(d)) {
        *value = d->kind == WICK_DIST_CATEGORICAL ? 0.0 : d->low;
        return WICK_OK;
    }
    const wick_status st = wk_joint_sample(ctx, t);
    if (st < 0) return st;
    for (int32_t i = 0; i < t->n_joint; i++) {
        if (t->joint[i].name != id || !wk_dist_compatible(wk_dist_at(s, t->joint[i].dist), d) ||
            !wick_dist_contains(d, t->joint[i].v))
            continue;
        *value = t->joint[i].v;
        return WICK_OK;
    }
    return s->sampler->single(ctx, s->sampler_self, t, s->names.text[id], d, value);
}

/* Whether a suggestion asks neither the sampler nor for a new entry of the study's tables. */
static bool at_hand(const wick_trial *t, const char *name, const wick_dist *d)
{
    const wick_study *s = t->study;
    const int32_t id = name == NULL ? -1 : wk_names_find(&s->names, name);
    int32_t dist = id < 0 ? -1 : s->name_rec[id].first;
    while (dist >= 0 && !wick_dist_equal(wk_dist_at(s, dist), d)) dist = s->dists[dist]->next;
    if (dist < 0) return false;
    if (wick_dist_single(d) || wk_param_of(t, id) != NULL || wk_pinned(s, id)) return true;
    for (int32_t i = 0; i < t->n_fixed; i++)
        if (strcmp(t->fixed[i].name, name) == 0) return true;
    for (int32_t i = 0; i < t->n_joint; i++)
        if (t->joint[i].name == id && t->joint[i].dist == dist) return true;
    return false;
}

static wick_status suggest(wick_ctx *ctx, wick_trial *t, const char *name, const wick_dist *d,
                           double *value)
{
    wick_study *s = t->study;
    wick_status st = must_run(ctx, t);
    if (st < 0) return st;
    /* The sampler is at work on the rest of the batch, and what it draws must not depend on how far
     * it has come. */
    if (s->asking && !at_hand(t, name, d))
        while (s->asking) pthread_cond_wait(&s->asked, &s->lock);
    const int32_t id = wk_name_id(ctx, s, name);
    if (id < 0) return id;
    const wk_value *known = wk_param_of(t, id);
    if (known != NULL) {
        if (!wk_dist_compatible(wk_dist_at(s, known->dist), d)) return incompatible(ctx, name);
        if (!wick_dist_contains(d, known->v))
            wick_log(ctx, "trial %lld: '%s' keeps its value %g, outside the range asked for now",
                     (long long)t->number, name, known->v);
        *value = known->v;
        return WICK_OK;
    }
    const int32_t committed = s->name_rec[id].committed;
    if (committed >= 0 && !wk_dist_compatible(wk_dist_at(s, committed), d))
        return incompatible(ctx, name);
    double v = 0.0;
    st = draw(ctx, t, id, d, &v);
    if (st < 0)
        return wick_note(ctx, "while suggesting '%s' for trial %lld", name, (long long)t->number);
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_PARAM,
                          .trial = t->number,
                          .name = name,
                          .dist = d,
                          .value = v};
    st = wk_emit(ctx, s, &e);
    if (st >= 0) *value = v;
    return st;
}

/* A distribution made by hand is held to the rules of the makers. */
static wick_status check_dist(wick_ctx *ctx, const wick_dist *d)
{
    wick_dist made;
    if (d->kind == WICK_DIST_CATEGORICAL)
        return wick_dist_categorical(ctx, d->choices, d->n_choices, &made);
    const double edge = 9007199254740992.0;
    if (d->kind == WICK_DIST_INT &&
        !(d->low >= -edge && d->high <= edge && d->step >= 1.0 && d->step <= edge))
        return wick_fail(ctx, WICK_E_ARG, "range %g to %g, step %g: not one of integers", d->low,
                         d->high, d->step);
    const wick_status st =
        d->kind == WICK_DIST_INT
            ? wick_dist_int(ctx, (int64_t)d->low, (int64_t)d->high, (int64_t)d->step, d->log, &made)
            : wick_dist_float(ctx, d->low, d->high, d->step, d->log, &made);
    if (st >= 0 && !wick_dist_equal(d, &made))
        return wick_fail(ctx, WICK_E_ARG, "range %g to %g does not end on a step of %g", d->low,
                         d->high, d->step);
    return st;
}

wick_status wick_trial_suggest(wick_ctx *ctx, wick_trial *t, const char *name,
                               const wick_dist *dist, double *value)
{
    if (dist->kind < WICK_DIST_FLOAT || dist->kind > WICK_DIST_CATEGORICAL)
        return wick_fail(ctx, WICK_E_ARG, "distribution of unknown kind %d", (int)dist->kind);
    wick_status st = check_dist(ctx, dist);
    if (st < 0) return wick_note(ctx, "while suggesting '%s'", name != NULL ? name : "");
    enter(t);
    st = suggest(ctx, t, name, dist, value);
    leave(t);
    return st;
}

wick_status wick_trial_suggest_float(wick_ctx *ctx, wick_trial *t, const char *name, double low,
                                     double high, double step, bool log, double *value)
{
    wick_dist d;
    wick_status st = wick_dist_float(ctx, low, high, step, log, &d);
    if (st < 0) return wick_note(ctx, "while suggesting '%s'", name != NULL ? name : "");
    enter(t);
    st = suggest(ctx, t, name, &d, value);
    leave(t);
    return st;
}

wick_status wick_trial_suggest_int(wick_ctx *ctx, wick_trial *t, const char *name, int64_t low,
                                   int64_t high, int64_t step, bool log, int64_t *value)
{
    wick_dist d;
    wick_status st = wick_dist_int(ctx, low, high, step, log, &d);
    if (st < 0) return wick_note(ctx, "while suggesting '%s'", name != NULL ? name : "");
    double v = 0.0;
    enter(t);
    st = suggest(ctx, t, name, &d, &v);
    leave(t);
    if (st >= 0) *value = (int64_t)v;
    return st;
}

wick_status wick_trial_suggest_choice(wick_ctx *ctx, wick_trial *t, const char *name,
                                      const wick_choice *choices, int64_t n, int64_t *index)
{
    wick_dist d;
    wick_status st = wick_dist_categorical(ctx, choices, n, &d);
    if (st < 0) return wick_note(ctx, "while suggesting '%s'", name != NULL ? name : "");
    double v = 0.0;
    enter(t);
    st = suggest(ctx, t, name, &d, &v);
    leave(t);
    if (st >= 0) *index = (int64_t)v;
    return st;
}

/* ---- reports, constraints, attributes ------------------------------------------------------ */

static wick_status report(wick_ctx *ctx, wick_trial *t, int64_t step, double value)
{
    wick_status st = must_run(ctx, t);
    if (st < 0) return st;
    if (t->study->m > 1)
        return wick_fail(ctx, WICK_E_STATE, "trials of several objectives have no reports");
    if (step < 0)
        return wick_fail(ctx, WICK_E_ARG, "step %lld: must be at least 0", (long long)step);
    for (int32_t i = t->n_rep - 1; i >= 0; i--) {
        if (t->rep[i].step != step) continue;
        wick_log(ctx, "trial %lld: step %lld was reported before, the first value stays",
                 (long long)t->number, (long long)step);
        return WICK_OK;
    }
    wick_study_event e = {
        .size = sizeof e, .kind = WICK_EV_REPORT, .trial = t->number, .step = step, .value = value};
    return wk_emit(ctx, t->study, &e);
}

wick_status wick_trial_report(wick_ctx *ctx, wick_trial *t, int64_t step, double value)
{
    enter(t);
    const wick_status st = report(ctx, t, step, value);
    leave(t);
    return st;
}

wick_status wick_trial_should_prune(wick_ctx *ctx, wick_trial *t, bool *out)
{
    wick_study *s = t->study;
    bool prune = false;
    enter(t);
    wick_status st = must_run(ctx, t);
    if (st >= 0 && s->m > 1)
        st = wick_fail(ctx, WICK_E_STATE, "trials of several objectives cannot be pruned");
    if (st >= 0 && t->n_rep > 0) st = s->pruner->prune(ctx, s->pruner_self, t, &prune);
    leave(t);
    if (st >= 0) *out = prune;
    return st;
}

wick_status wick_trial_set_constraint(wick_ctx *ctx, wick_trial *t, const char *name, double value)
{
    if (isnan(value))
        return wick_fail(ctx, WICK_E_ARG, "constraint '%s' is not a number",
                         name != NULL ? name : "");
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_CONSTRAINT,
                          .trial = t->number,
                          .name = name,
                          .value = value};
    enter(t);
    wick_status st = must_run(ctx, t);
    if (st >= 0) st = wk_emit(ctx, t->study, &e);
    leave(t);
    return st;
}

wick_status wick_trial_set_attr(wick_ctx *ctx, wick_trial *t, const char *key, const char *json)
{
    wick_json_doc *doc = NULL;
    wick_status st =
        wick_json_parse(ctx, key != NULL ? key : "attribute", json, (int64_t)strlen(json), &doc);
    if (st < 0) return st;
    wick_json_free(doc);
    wick_study_event e = {
        .size = sizeof e, .kind = WICK_EV_USER_ATTR, .trial = t->number, .name = key, .json = json};
    enter(t);
    st = wk_emit(ctx, t->study, &e);
    leave(t);
    return st;
}

wick_status wk_system_number(wick_ctx *ctx, wick_trial *t, const char *key, double v)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, v);
    /* Python's words, which readers of this schema expect. */
    const char *json = isnan(v) ? "NaN" : isinf(v) ? (v > 0.0 ? "Infinity" : "-Infinity") : text;
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_SYSTEM_ATTR,
                          .trial = t->number,
                          .name = key,
                          .json = json};
    return wk_emit(ctx, t->study, &e);
}

const wk_attr *wk_system_at(const wick_trial *t, int32_t key)
{
    for (const wk_attr *a = t->system; a != NULL; a = a->next)
        if (a->key == key) return a;
    return NULL;
}

/* ---- looking ------------------------------------------------------------------------------ */

int64_t wick_trial_number(const wick_trial *t)
{
    return t->number;
}

int32_t wick_trial_state_of(const wick_trial *t)
{
    return t->state;
}

double wick_trial_value(const wick_trial *t, int32_t objective)
{
    return objective >= 0 && objective < t->n_values ? t->values[objective] : WICK_NA;
}

int64_t wick_trial_param_count(const wick_trial *t)
{
    return t->n_p;
}

/* The accessors below read the study's tables, which a batch's other trials may be adding to. */
wick_param wick_trial_param_at(const wick_trial *t, int64_t i)
{
    if (i < 0 || i >= t->n_p) return (wick_param){NULL, NULL, WICK_NA};
    const wk_value *p = &t->p[i];
    enter(t);
    const wick_param out = {t->study->names.text[p->name], wk_dist_at(t->study, p->dist), p->v};
    leave(t);
    return out;
}

double wick_trial_param(const wick_trial *t, const char *name)
{
    double v = WICK_NA;
    enter(t);
    for (int32_t i = 0; name != NULL && i < t->n_p && isnan(v); i++)
        if (strcmp(t->study->names.text[t->p[i].name], name) == 0) v = t->p[i].v;
    leave(t);
    return v;
}

int64_t wick_trial_report_count(const wick_trial *t)
{
    return t->n_rep;
}

double wick_trial_report_at(const wick_trial *t, int64_t i, int64_t *step)
{
    if (i < 0 || i >= t->n_rep) return WICK_NA;
    if (step != NULL) *step = t->rep[i].step;
    return t->rep[i].v;
}

const wk_report *wk_last_report(const wick_trial *t)
{
    const wk_report *last = NULL;
    for (int32_t i = 0; i < t->n_rep; i++)
        if (last == NULL || t->rep[i].step > last->step) last = &t->rep[i];
    return last;
}

const wk_report *wk_report_at(const wick_trial *t, int64_t step)
{
    /* Most trials report steps 0, 1, 2 ... */
    if (step >= 0 && step < t->n_rep && t->rep[step].step == step) return &t->rep[step];
    for (int32_t i = 0; i < t->n_rep; i++)
        if (t->rep[i].step == step) return &t->rep[i];
    return NULL;
}

int64_t wick_trial_constraint_count(const wick_trial *t)
{
    int64_t n = 0;
    for (const wk_con *c = t->con; c != NULL; c = c->next) n++;
    return n;
}

double wick_trial_constraint_at(const wick_trial *t, int64_t i, const char **name)
{
    const wk_con *c = t->con;
    while (c != NULL && i-- > 0) c = c->next;
    if (c == NULL || i < -1) return WICK_NA;
    enter(t);
    if (name != NULL) *name = t->study->keys.text[c->key];
    leave(t);
    return c->v;
}

double wick_trial_violation(const wick_trial *t)
{
    return t->violation;
}

static const char *attr_of(const wick_trial *t, const wk_attr *list, const char *key)
{
    const int32_t id = key == NULL ? -1 : wk_names_find(&t->study->keys, key);
    for (; list != NULL; list = list->next)
        if (list->key == id) return list->json;
    return NULL;
}

const char *wk_system_text(const wick_trial *t, const char *key)
{
    return attr_of(t, t->system, key);
}

const char *wick_trial_attr(const wick_trial *t, const char *key)
{
    enter(t);
    const char *json = attr_of(t, t->user, key);
    leave(t);
    return json;
}

const char *wick_trial_system_attr(const wick_trial *t, const char *key)
{
    enter(t);
    const char *json = attr_of(t, t->system, key);
    leave(t);
    return json;
}

const char *wick_trial_attr_at(const wick_trial *t, bool system, int64_t i, const char **json)
{
    enter(t);
    const wk_attr *a = system ? t->system : t->user;
    while (a != NULL && i-- > 0) a = a->next;
    if (a != NULL && json != NULL) *json = a->json;
    const char *key = a != NULL ? t->study->keys.text[a->key] : NULL;
    leave(t);
    return key;
}

int64_t wick_trial_seen(const wick_trial *t)
{
    return t->seen;
}

int64_t wick_trial_time(const wick_trial *t, bool completed)
{
    return completed ? t->completed : t->started;
}
