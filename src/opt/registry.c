/* SPDX-License-Identifier: MIT */
/* Samplers and pruners by name, and made from text. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

int64_t wick_sampler_count(void)
{
    return wk_sampler_table_n;
}

const wick_sampler_spec *wick_sampler_at(int64_t i)
{
    return i >= 0 && i < wk_sampler_table_n ? wk_sampler_table[i] : NULL;
}

const wick_sampler_spec *wick_sampler_find(const char *name)
{
    for (int64_t i = 0; name != NULL && i < wk_sampler_table_n; i++)
        if (strcmp(wk_sampler_table[i]->name, name) == 0) return wk_sampler_table[i];
    return NULL;
}

int64_t wick_pruner_count(void)
{
    return wk_pruner_table_n;
}

const wick_pruner_spec *wick_pruner_at(int64_t i)
{
    return i >= 0 && i < wk_pruner_table_n ? wk_pruner_table[i] : NULL;
}

const wick_pruner_spec *wick_pruner_find(const char *name)
{
    for (int64_t i = 0; name != NULL && i < wk_pruner_table_n; i++)
        if (strcmp(wk_pruner_table[i]->name, name) == 0) return wk_pruner_table[i];
    return NULL;
}

static wick_status unknown(wick_ctx *ctx, const char *what, const char *name, const char **names,
                           int64_t n)
{
    const char *near = wick_nearest(name, names, n);
    if (near != NULL)
        return wick_fail(ctx, WICK_E_ARG, "no %s is called '%s'; did you mean '%s'?", what, name,
                         near);
    wick_buf b = {0};
    for (int64_t i = 0; i < n; i++) wick_buf_addf(&b, "%s%s", i > 0 ? ", " : "", names[i]);
    const wick_status st = wick_fail(ctx, WICK_E_ARG, "no %s is called '%s'; there are: %s", what,
                                     name, b.failed ? "" : b.data);
    wick_buf_free(&b);
    return st;
}

enum { MOST = 64 };
_Static_assert(sizeof(const char *) * MOST < 4096, "the names fit on the stack");

wick_status wk_sampler_make(wick_ctx *ctx, wick_study *s, const char *text,
                            const wick_sampler_spec **spec, void **self)
{
    char *name, *options;
    wick_status st = wk_spec_split(ctx, text, &name, &options);
    if (st < 0) return st;
    const wick_sampler_spec *found = wick_sampler_find(name);
    wick_opt_args args;
    if (found == NULL) {
        const char *names[MOST];
        int64_t n = 0;
        for (; n < wk_sampler_table_n && n < MOST; n++) names[n] = wk_sampler_table[n]->name;
        st = unknown(ctx, "sampler", name, names, n);
    } else if (s->m > 1 && !(found->can & WICK_CAN_MULTI)) {
        st = wick_fail(ctx, WICK_E_ARG, "sampler %s is for one objective, the study has %d", name,
                       (int)s->m);
    } else if ((st = wk_args_read(ctx, name, found->param, options, &args)) >= 0) {
        *self = NULL;
        st = found->init(ctx, s, &args, self);
        wk_args_free(&args);
        if (st >= 0) *spec = found;
    }
    free(name);
    free(options);
    return st;
}

wick_status wk_pruner_make(wick_ctx *ctx, wick_study *s, const char *text,
                           const wick_pruner_spec **spec, void **self)
{
    char *name, *options;
    wick_status st = wk_spec_split(ctx, text, &name, &options);
    if (st < 0) return st;
    const wick_pruner_spec *found = wick_pruner_find(name);
    wick_opt_args args;
    if (found == NULL) {
        const char *names[MOST];
        int64_t n = 0;
        for (; n < wk_pruner_table_n && n < MOST; n++) names[n] = wk_pruner_table[n]->name;
        st = unknown(ctx, "pruner", name, names, n);
    } else if ((st = wk_args_read(ctx, name, found->param, options, &args)) >= 0) {
        *self = NULL;
        st = found->init(ctx, s, &args, self);
        wk_args_free(&args);
        if (st >= 0) *spec = found;
    }
    free(name);
    free(options);
    return st;
}
