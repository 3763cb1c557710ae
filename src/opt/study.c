/* SPDX-License-Identifier: MIT */
/* The study: made, freed, looked at. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "opt/opt_int.h"

wick_status wk_grow(wick_ctx *ctx, void *array, int64_t *cap, int64_t need, int64_t item)
{
    if (need <= *cap) return WICK_OK;
    int64_t n = *cap < 16 ? 16 : *cap * 2;
    if (n < need) n = need;
    void *old;
    memcpy(&old, array, sizeof old);
    void *p = realloc(old, (size_t)(n * item));
    if (p == NULL) return wick_fail_mem(ctx);
    memcpy(array, &p, sizeof p);
    *cap = n;
    return WICK_OK;
}

int64_t wk_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *wick_trial_state_name(int32_t state)
{
    static const char *const names[] = {"RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING"};
    return state >= 0 && state < 5 ? names[state] : "?";
}

static char *duplicate(const char *s)
{
    const size_t n = strlen(s) + 1;
    char *p = malloc(n);
    if (p != NULL) memcpy(p, s, n);
    return p;
}

/* Tables 0: the default is a single-objective TPE, and for several objectives the profile's. */
static const char *default_sampler(const wick_study *s)
{
    return s->m > 1 && s->profile == WICK_OPT_OPTUNA4 ? "nsga2" : "tpe";
}

static wick_status check(wick_ctx *ctx, const wick_study_opts *o)
{
    if (o->n_objectives < 0 || o->n_objectives > WK_MAX_OBJECTIVES)
        return wick_fail(ctx, WICK_E_ARG, "%d objectives: at most %d", (int)o->n_objectives,
                         WK_MAX_OBJECTIVES);
    if (o->profile != WICK_OPT_OPTUNA4 && o->profile != WICK_OPT_OPTUNA5)
        return wick_fail(ctx, WICK_E_ARG, "profile %d is unknown", (int)o->profile);
    if (o->rng != WICK_OPT_RNG_PCG && o->rng != WICK_OPT_RNG_OPTUNA)
        return wick_fail(ctx, WICK_E_ARG, "generator %d is unknown", (int)o->rng);
    const int32_t m = o->n_objectives == 0 ? 1 : o->n_objectives;
    for (int32_t i = 0; o->directions != NULL && i < m; i++)
        if (o->directions[i] != WICK_MINIMIZE && o->directions[i] != WICK_MAXIMIZE)
            return wick_fail(ctx, WICK_E_ARG,
                             "objective %d: direction %d is neither minimise nor maximise", (int)i,
                             (int)o->directions[i]);
    if (o->name != NULL && strlen(o->name) > WK_NAME_MAX)
        return wick_fail(ctx, WICK_E_ARG, "the study's name is longer than %d bytes", WK_NAME_MAX);
    return WICK_OK;
}

static wick_status fill(wick_ctx *ctx, wick_study *s, const wick_study_opts *o)
{
    s->m = o->n_objectives == 0 ? 1 : o->n_objectives;
    for (int32_t i = 0; i < s->m; i++)
        s->directions[i] = o->directions != NULL ? o->directions[i] : WICK_MINIMIZE;
    s->profile = o->profile;
    s->rng = o->rng;
    s->seed = o->seed;
    s->budget = o->budget;
    s->name = duplicate(o->name != NULL ? o->name : "study");
    s->sampler_text = duplicate(o->sampler != NULL ? o->sampler : default_sampler(s));
    s->pruner_text = duplicate(o->pruner != NULL ? o->pruner : "nop");
    s->arena = wick_arena_new(0);
    s->groups = calloc(1, sizeof *s->groups);
    if (s->name == NULL || s->sampler_text == NULL || s->pruner_text == NULL || s->arena == NULL ||
        s->groups == NULL)
        return wick_fail_mem(ctx);
    s->n_groups = 1;
    if (pthread_mutex_init(&s->lock, NULL) != 0) return wick_fail_mem(ctx);
    if (pthread_cond_init(&s->asked, NULL) != 0) {
        pthread_mutex_destroy(&s->lock);
        return wick_fail_mem(ctx);
    }
    s->lock_made = true;
    wick_status st = wk_pruner_make(ctx, s, s->pruner_text, &s->pruner, &s->pruner_self);
    if (st < 0) return st;
    if (s->m > 1 && strcmp(s->pruner->name, "nop") != 0)
        return wick_fail(ctx, WICK_E_ARG,
                         "pruner %s: trials of several objectives cannot be pruned",
                         s->pruner->name);
    return wk_sampler_make(ctx, s, s->sampler_text, &s->sampler, &s->sampler_self);
}

wick_status wick_study_new(wick_ctx *ctx, const wick_study_opts *opts, wick_study **out)
{
    wick_study_opts o = {0};
    if (opts != NULL) {
        const size_t n = opts->size < sizeof o ? opts->size : sizeof o;
        memcpy(&o, opts, n);
    }
    wick_status st = check(ctx, &o);
    if (st < 0) return st;
    wick_study *s = calloc(1, sizeof *s);
    if (s == NULL) {
        if (o.backend != NULL && o.backend->close != NULL) o.backend->close(o.backend->self);
        return wick_fail_mem(ctx);
    }
    if (o.backend != NULL) {
        const wick_study_backend *b = o.backend;
        memcpy(&s->backend, b, b->size < sizeof *b ? b->size : sizeof *b);
        s->has_backend = true;
    }
    st = fill(ctx, s, &o);
    /* A pruner may put trials into groups from the first one on. */
    if (st >= 0) st = wk_regroup(ctx, s);
    if (st >= 0) st = wk_backend_pull(ctx, s);
    if (st < 0) {
        wick_study_free(s);
        return st;
    }
    *out = s;
    return WICK_OK;
}

void wick_study_free(wick_study *s)
{
    if (s == NULL) return;
    if (s->sampler != NULL) s->sampler->free(s->sampler_self);
    if (s->pruner != NULL) s->pruner->free(s->pruner_self);
    if (s->has_backend && s->backend.close != NULL) s->backend.close(s->backend.self);
    for (int32_t g = 0; g < s->n_groups; g++) free(s->groups[g].done);
    free(s->groups);
    free(s->trials);
    free(s->running);
    free(s->dists);
    free(s->name_rec);
    wk_names_free(&s->names);
    wk_names_free(&s->keys);
    free(s->name);
    free(s->sampler_text);
    free(s->pruner_text);
    wick_arena_free(s->arena);
    if (s->lock_made) {
        pthread_cond_destroy(&s->asked);
        pthread_mutex_destroy(&s->lock);
    }
    free(s);
}

const char *wick_study_name(const wick_study *s)
{
    return s->name;
}

int32_t wick_study_objectives(const wick_study *s)
{
    return s->m;
}

int32_t wick_study_direction(const wick_study *s, int32_t objective)
{
    return objective >= 0 && objective < s->m ? s->directions[objective] : 0;
}

const char *wick_study_sampler(const wick_study *s)
{
    return s->sampler_text;
}

int64_t wick_study_count(const wick_study *s)
{
    return s->n;
}

int64_t wick_study_count_state(const wick_study *s, int32_t state)
{
    return state >= 0 && state < 5 ? s->n_state[state] : 0;
}

wick_trial *wick_study_trial(const wick_study *s, int64_t number)
{
    return number >= 0 && number < s->n ? s->trials[number] : NULL;
}

const wick_trial *wick_study_best(const wick_study *s)
{
    return s->best;
}

bool wk_feasible(const wick_trial *t)
{
    return t->violation <= 0.0;
}

void wick_study_stop(wick_study *s)
{
    s->stop = true;
}

bool wick_study_stopped(const wick_study *s)
{
    return s->stop;
}

wick_status wick_study_exhausted(wick_ctx *ctx, wick_study *s, bool *out)
{
    *out = false;
    if (s->sampler->over == NULL) return WICK_OK;
    const wick_status st = wk_backend_pull(ctx, s);
    if (st < 0 || s->n_state[WICK_TRIAL_WAITING] > 0) return st;
    return s->sampler->over(ctx, s->sampler_self, out);
}

/* ---- tables ------------------------------------------------------------------------------- */

static wick_status check_name(wick_ctx *ctx, const char *what, const char *name)
{
    if (name == NULL || name[0] == '\0')
        return wick_fail(ctx, WICK_E_ARG, "%s without a name", what);
    if (strlen(name) > WK_NAME_MAX)
        return wick_fail(ctx, WICK_E_ARG, "%s '%.60s...': longer than %d bytes", what, name,
                         WK_NAME_MAX);
    return WICK_OK;
}

int32_t wk_name_id(wick_ctx *ctx, wick_study *s, const char *name)
{
    wick_status st = check_name(ctx, "parameter", name);
    if (st < 0) return st;
    const int32_t known = wk_names_find(&s->names, name);
    if (known >= 0) return known;
    const int64_t n = s->names.n;
    st = wk_grow(ctx, &s->name_rec, &s->name_rec_cap, n + 1, (int64_t)sizeof *s->name_rec);
    if (st < 0) return st;
    s->name_rec[n] = (wk_name_rec){-1, -1};
    const int32_t id = wk_names_add(&s->names, s->arena, name);
    return id < 0 ? wick_fail_mem(ctx) : id;
}

int32_t wk_key_id(wick_ctx *ctx, wick_study *s, const char *key)
{
    const wick_status st = check_name(ctx, "attribute", key);
    if (st < 0) return st;
    const int32_t id = wk_names_add(&s->keys, s->arena, key);
    return id < 0 ? wick_fail_mem(ctx) : id;
}

static bool copy_choices(wick_arena *a, wick_dist *d)
{
    wick_choice *c = wick_arena_alloc(a, d->n_choices * (int64_t)sizeof *c);
    if (c == NULL) return false;
    for (int64_t i = 0; i < d->n_choices; i++) {
        c[i] = d->choices[i];
        if (c[i].kind == WICK_CHOICE_STRING && (c[i].s = wick_arena_strdup(a, c[i].s)) == NULL)
            return false;
    }
    d->choices = c;
    return true;
}

int32_t wk_dist_id(wick_ctx *ctx, wick_study *s, int32_t name, const wick_dist *d)
{
    for (int32_t i = s->name_rec[name].first; i >= 0; i = s->dists[i]->next)
        if (wick_dist_equal(&s->dists[i]->d, d)) return i;
    const wick_status st =
        wk_grow(ctx, &s->dists, &s->dists_cap, s->n_dists + 1, (int64_t)sizeof *s->dists);
    if (st < 0) return st;
    wk_dist_rec *r = wick_arena_alloc(s->arena, (int64_t)sizeof *r);
    if (r == NULL) return wick_fail_mem(ctx);
    *r = (wk_dist_rec){*d, name, s->name_rec[name].first};
    if (d->kind == WICK_DIST_CATEGORICAL && !copy_choices(s->arena, &r->d))
        return wick_fail_mem(ctx);
    s->dists[s->n_dists] = r;
    s->name_rec[name].first = (int32_t)s->n_dists;
    return (int32_t)s->n_dists++;
}

/* ---- attributes of the study --------------------------------------------------------------- */

static const char *attr_of(const wick_study *s, const wk_attr *list, const char *key)
{
    const int32_t id = key == NULL ? -1 : wk_names_find(&s->keys, key);
    for (; list != NULL; list = list->next)
        if (list->key == id) return list->json;
    return NULL;
}

const char *wick_study_attr(const wick_study *s, const char *key)
{
    return attr_of(s, s->attrs, key);
}

const char *wick_study_system_attr(const wick_study *s, const char *key)
{
    return attr_of(s, s->system, key);
}

const char *wick_study_attr_at(const wick_study *s, bool system, int64_t i, const char **json)
{
    const wk_attr *a = system ? s->system : s->attrs;
    while (a != NULL && i-- > 0) a = a->next;
    if (a == NULL) return NULL;
    if (json != NULL) *json = a->json;
    return s->keys.text[a->key];
}

static wick_status set_attr(wick_ctx *ctx, wick_study *s, int32_t kind, const char *key,
                            const char *json)
{
    wick_json_doc *doc = NULL;
    const wick_status st =
        wick_json_parse(ctx, key != NULL ? key : "attribute", json, (int64_t)strlen(json), &doc);
    if (st < 0) return st;
    wick_json_free(doc);
    wick_study_event e = {.size = sizeof e, .kind = kind, .trial = -1, .name = key, .json = json};
    return wk_emit(ctx, s, &e);
}

wick_status wick_study_set_attr(wick_ctx *ctx, wick_study *s, const char *key, const char *json)
{
    return set_attr(ctx, s, WICK_EV_STUDY_ATTR, key, json);
}

wick_status wick_study_set_system_attr(wick_ctx *ctx, wick_study *s, const char *key,
                                       const char *json)
{
    return set_attr(ctx, s, WICK_EV_STUDY_SYSTEM_ATTR, key, json);
}
