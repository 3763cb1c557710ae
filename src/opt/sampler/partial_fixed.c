/* SPDX-License-Identifier: MIT */
/* Some parameters keep given values; another sampler searches the rest, and does not model those.
 */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

typedef struct partial {
    wick_study *study;
    const wick_sampler_spec *spec;
    void *inner;
} partial;

static void partial_free(void *self)
{
    partial *k = self;
    if (k != NULL && k->spec != NULL) k->spec->free(k->inner);
    free(k);
}

static wick_status read_values(wick_ctx *ctx, wick_study *s, const char *text)
{
    wick_json_doc *doc = NULL;
    wick_status st = wick_json_parse(ctx, "partial_fixed", text, (int64_t)strlen(text), &doc);
    if (st < 0) return st;
    const wick_json *root = wick_json_root(doc);
    const int64_t n = wick_json_count(root);
    wick_fixed *f = wick_arena_zalloc(s->arena, n * (int64_t)sizeof *f);
    if (f == NULL) st = wick_fail_mem(ctx);
    for (int64_t i = 0; i < n && st >= 0; i++) {
        const wick_json *j = wick_json_at(root, i);
        f[i].name = wick_arena_strdup(s->arena, wick_json_key(j));
        st = f[i].name == NULL ? wick_fail_mem(ctx)
                               : wk_choice_read(ctx, s->arena, f[i].name, j, &f[i].value);
    }
    if (st >= 0) {
        s->pinned = f;
        s->n_pinned = (int32_t)n;
    }
    wick_json_free(doc);
    return st;
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    const char *values = wk_arg_text(args, "values"), *inner = wk_arg_text(args, "sampler");
    if (values == NULL)
        return wick_fail(ctx, WICK_E_ARG,
                         "partial_fixed: give the values, e.g. partial_fixed({\"n\": 10}, tpe)");
    if (study->n_pinned > 0) return wick_fail(ctx, WICK_E_ARG, "partial_fixed inside itself");
    partial *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->study = study;
    wick_status st = read_values(ctx, study, values);
    if (st >= 0)
        st = wk_sampler_make(ctx, study, inner != NULL ? inner : "tpe", &k->spec, &k->inner);
    if (st < 0) {
        partial_free(k);
        return st;
    }
    *self = k;
    return WICK_OK;
}

static wick_status joint(wick_ctx *ctx, void *self, wick_trial *t)
{
    partial *k = self;
    return k->spec->joint == NULL ? WICK_OK : k->spec->joint(ctx, k->inner, t);
}

static wick_status single(wick_ctx *ctx, void *self, wick_trial *t, const char *name,
                          const wick_dist *dist, double *value)
{
    partial *k = self;
    return k->spec->single(ctx, k->inner, t, name, dist, value);
}

static wick_status before(wick_ctx *ctx, void *self, wick_trial *t)
{
    partial *k = self;
    return k->spec->before == NULL ? WICK_OK : k->spec->before(ctx, k->inner, t);
}

static wick_status after(wick_ctx *ctx, void *self, wick_trial *t, int32_t state,
                         const double *values)
{
    partial *k = self;
    return k->spec->after == NULL ? WICK_OK : k->spec->after(ctx, k->inner, t, state, values);
}

static wick_status over(wick_ctx *ctx, void *self, bool *out)
{
    partial *k = self;
    return k->spec->over == NULL ? WICK_OK : k->spec->over(ctx, k->inner, out);
}

const wick_sampler_spec wick_sampler_partial_fixed = {
    .name = "partial_fixed",
    .title = "some parameters fixed, another sampler for the rest",
    .source = "Optuna PartialFixedSampler",
    .can = WICK_CAN_MULTI | WICK_CAN_CATEGORICAL | WICK_CAN_CONDITIONAL | WICK_CAN_CONSTRAIN,
    .param =
        {
            {"values", WICK_OPT_JSON, 0, 0, 0, NULL, "object of parameter values"},
            {"sampler", WICK_OPT_SPEC, 0, 0, 0, "tpe", "for the other parameters"},
        },
    .init = init,
    .free = partial_free,
    .joint = joint,
    .single = single,
    .before = before,
    .after = after,
    .over = over,
};
