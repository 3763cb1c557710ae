/* SPDX-License-Identifier: MIT */
/* Every combination of listed values, in a shuffled order, and then the end. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

enum { MOST_CELLS = 100000000 };

typedef struct grid {
    wick_study *study;
    wick_arena *arena;
    int64_t n_names;
    char **name;         /* sorted */
    wick_choice **value; /* per name */
    int64_t *n_value;
    int64_t cells, started;
    int64_t *order; /* trial k < cells evaluates cell order[k] */
    uint8_t *state; /* per place in the order: 0 free, 1 given out, 2 finished */
    int64_t seen;   /* trials looked at */
    int64_t given;  /* places given out or finished */
    wk_mt mt;
    char *json; /* the lists, as a system attribute of each trial */
} grid;

static void grid_free(void *self)
{
    grid *k = self;
    if (k == NULL) return;
    wick_arena_free(k->arena);
    free(k->order);
    free(k->state);
    free(k->json);
    free(k);
}

static wick_status read_list(wick_ctx *ctx, grid *k, int64_t i, const wick_json *list)
{
    const int64_t n = wick_json_count(list);
    if (wick_json_kind(list) != WICK_JSON_ARRAY || n == 0)
        return wick_fail(ctx, WICK_E_ARG, "grid: '%s' needs a list of values", k->name[i]);
    k->n_value[i] = n;
    k->value[i] = wick_arena_zalloc(k->arena, n * (int64_t)sizeof **k->value);
    if (k->value[i] == NULL) return wick_fail_mem(ctx);
    for (int64_t v = 0; v < n; v++) {
        const wick_status st =
            wk_choice_read(ctx, k->arena, k->name[i], wick_json_at(list, v), &k->value[i][v]);
        if (st < 0) return st;
    }
    if (k->cells > MOST_CELLS / n)
        return wick_fail(ctx, WICK_E_ARG, "grid: more than %d combinations", MOST_CELLS);
    k->cells *= n;
    return WICK_OK;
}

static wick_status read_lists(wick_ctx *ctx, grid *k, const wick_json *root)
{
    const int64_t n = wick_json_count(root);
    if (n == 0) return wick_fail(ctx, WICK_E_ARG, "grid: no parameter is listed");
    k->n_names = n;
    k->cells = 1;
    k->name = wick_arena_zalloc(k->arena, n * (int64_t)sizeof *k->name);
    k->value = wick_arena_zalloc(k->arena, n * (int64_t)sizeof *k->value);
    k->n_value = wick_arena_zalloc(k->arena, n * (int64_t)sizeof *k->n_value);
    if (k->name == NULL || k->value == NULL || k->n_value == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        char *name = wick_arena_strdup(k->arena, wick_json_key(wick_json_at(root, i)));
        if (name == NULL) return wick_fail_mem(ctx);
        int64_t at = i;
        for (; at > 0 && strcmp(k->name[at - 1], name) > 0; at--) k->name[at] = k->name[at - 1];
        k->name[at] = name;
    }
    for (int64_t i = 0; i < n; i++) {
        const wick_status st = read_list(ctx, k, i, wick_json_get(root, k->name[i]));
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status build(wick_ctx *ctx, grid *k, const wick_opt_args *args)
{
    const char *text = wk_arg_text(args, "values");
    if (text == NULL)
        return wick_fail(ctx, WICK_E_ARG, "grid: give the values, e.g. grid({\"n\": [10, 20]})");
    k->arena = wick_arena_new(0);
    k->json = malloc(strlen(text) + 1);
    if (k->arena == NULL || k->json == NULL) return wick_fail_mem(ctx);
    memcpy(k->json, text, strlen(text) + 1);
    wick_json_doc *doc = NULL;
    wick_status st = wick_json_parse(ctx, "grid", text, (int64_t)strlen(text), &doc);
    if (st < 0) return st;
    st = read_lists(ctx, k, wick_json_root(doc));
    wick_json_free(doc);
    if (st < 0) return st;
    k->order = malloc((size_t)k->cells * sizeof *k->order);
    k->state = calloc((size_t)k->cells, 1);
    if (k->order == NULL || k->state == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < k->cells; i++) k->order[i] = i;
    const uint64_t seed = (uint64_t)wk_arg(args, "seed");
    wk_mt_seed(&k->mt, (uint32_t)seed);
    wk_rng g = {.mt = &k->mt};
    if (k->study->rng == WICK_OPT_RNG_PCG) g = (wk_rng){.pcg = wick_pcg_key(seed, "grid", 0, 0)};
    wk_shuffle(&g, k->order, k->cells);
    return WICK_OK;
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    grid *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->study = study;
    const wick_status st = build(ctx, k, args);
    if (st < 0) {
        grid_free(k);
        return st;
    }
    *self = k;
    return WICK_OK;
}

static int64_t place_of(const wick_trial *t)
{
    const char *text = wk_system_text(t, "grid_id");
    int64_t v;
    return text != NULL && wick_parse_int(text, (int64_t)strlen(text), &v) ? v : -1;
}

static void mark(grid *k, int64_t place, uint8_t state)
{
    if (place < 0 || place >= k->cells) return;
    if (k->state[place] == 0) k->given++;
    if (k->state[place] < state) k->state[place] = state;
}

/* Free places first; when all are given out, those still being evaluated; then any. */
static int64_t choose(grid *k, const wick_trial *t)
{
    if (t->number < k->cells && k->state[t->number] == 0) return t->number;
    wk_rng g = wk_rng_at(k->study, &k->mt, "grid", t->number, 1);
    for (uint8_t most = 0; most < 2; most++) {
        int64_t n = 0;
        for (int64_t i = 0; i < k->cells; i++) n += k->state[i] <= most;
        if (n == 0) continue;
        int64_t pick = wk_below(&g, n);
        for (int64_t i = 0; i < k->cells; i++)
            if (k->state[i] <= most && pick-- == 0) return i;
    }
    return wk_below(&g, k->cells);
}

/* A trial that another process has just begun has not told its place yet: it takes that of its
 * number, where there is one. */
static void look(grid *k, int64_t until)
{
    for (; k->seen < until; k->seen++) {
        const wick_trial *o = k->study->trials[k->seen];
        const bool running = o->state == WICK_TRIAL_RUNNING;
        const int64_t place = place_of(o);
        const bool own = running && place < 0 && wk_system_text(o, "fixed_params") == NULL;
        mark(k, own ? o->number : place, running ? 1 : 2);
    }
}

static wick_status over(wick_ctx *ctx, void *self, bool *out)
{
    (void)ctx;
    grid *k = self;
    look(k, k->study->n);
    *out = k->given == k->cells;
    return WICK_OK;
}

static wick_status before(wick_ctx *ctx, void *self, wick_trial *t)
{
    grid *k = self;
    wick_study *s = k->study;
    look(k, t->number);
    if (place_of(t) >= 0 || t->n_fixed > 0) return WICK_OK;
    const int64_t place = choose(k, t);
    wick_status st = wk_system_number(ctx, t, "grid_id", (double)place);
    if (st < 0) return st;
    wick_study_event e = {.size = sizeof e,
                          .kind = WICK_EV_SYSTEM_ATTR,
                          .trial = t->number,
                          .name = "search_space",
                          .json = k->json};
    st = wk_emit(ctx, s, &e);
    mark(k, place, 1);
    if (k->given == k->cells) wick_study_stop(s);
    return st;
}

static wick_status after(wick_ctx *ctx, void *self, wick_trial *t, int32_t state,
                         const double *values)
{
    (void)ctx;
    (void)state;
    (void)values;
    mark(self, place_of(t), 2);
    return WICK_OK;
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                          const wick_dist *dist, double *value)
{
    grid *k = self;
    const int64_t place = place_of(t);
    int64_t i = 0;
    while (i < k->n_names && strcmp(k->name[i], name) != 0) i++;
    if (i == k->n_names || place < 0 || place >= k->cells) {
        const char *near = wick_nearest(name, (const char *const *)k->name, k->n_names);
        return wick_fail(ctx, WICK_E_ARG, "grid: no values are listed for '%s'%s%s%s", name,
                         near != NULL ? ", but for '" : "", near != NULL ? near : "",
                         near != NULL ? "'" : "");
    }
    /* The last name turns fastest. */
    int64_t cell = k->order[place];
    for (int64_t j = k->n_names - 1; j > i; j--) cell /= k->n_value[j];
    const wick_choice *c = &k->value[i][cell % k->n_value[i]];
    double v = WICK_NA;
    if (dist->kind == WICK_DIST_CATEGORICAL) {
        for (int64_t j = dist->n_choices - 1; j >= 0; j--)
            if (wk_choice_equal(&dist->choices[j], c)) v = (double)j;
    } else if (c->kind == WICK_CHOICE_FLOAT) {
        v = c->d;
    }
    if (isnan(v) || !wick_dist_contains(dist, v))
        return wick_fail(ctx, WICK_E_ARG, "grid: a value listed for '%s' is outside its range",
                         name);
    *value = v;
    return WICK_OK;
}

const wick_sampler_spec wick_sampler_grid = {
    .name = "grid",
    .title = "every combination of listed values",
    .source = "Optuna GridSampler",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL | WICK_CAN_EXHAUST,
    .param =
        {
            {"values", WICK_OPT_JSON, 0, 0, 0, NULL, "object of lists, one per parameter"},
            {"seed", WICK_OPT_INT, 0, 0, 4294967295.0, NULL, "of the order"},
        },
    .init = init,
    .free = grid_free,
    .single = single,
    .before = before,
    .after = after,
    .over = over,
};
