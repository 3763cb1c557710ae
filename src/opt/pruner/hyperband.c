/* SPDX-License-Identifier: MIT */
/* Hyperband: several brackets of successive halving; a trial's bracket is a hash of the study's
 * name and its number, so that any number of workers agree. Samplers see their own bracket only.
 * Source: Li et al. 2018; the assignment is Optuna's. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

enum { MOST_BRACKETS = 64 };

typedef struct hyperband {
    wick_study *study;
    int64_t min, max, reduction, bootstrap;
    int32_t n;
    int64_t budget[MOST_BRACKETS], total;
    wk_halving bracket[MOST_BRACKETS];
} hyperband;

static uint32_t crc32(const char *s)
{
    uint32_t c = 0xffffffffu;
    for (; *s != '\0'; s++) {
        c ^= (unsigned char)*s;
        for (int k = 0; k < 8; k++) c = (c & 1u) ? (c >> 1) ^ 0xedb88320u : c >> 1;
    }
    return ~c;
}

/* Whole powers: a logarithm may round to the wrong side. */
static void set_brackets(hyperband *h, int64_t max)
{
    h->n = 1;
    for (int64_t r = h->min; r <= max / h->reduction && h->n < MOST_BRACKETS; r *= h->reduction)
        h->n++;
    h->total = 0;
    for (int32_t b = 0; b < h->n; b++) {
        const int32_t s = h->n - 1 - b;
        h->budget[b] = (int64_t)ceil((double)h->n * pow((double)h->reduction, s) / (s + 1.0));
        h->total += h->budget[b];
        h->bracket[b] = (wk_halving){h->min, h->reduction, b, h->bootstrap};
    }
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    hyperband *h = calloc(1, sizeof *h);
    if (h == NULL) return wick_fail_mem(ctx);
    h->study = study;
    h->min = (int64_t)wk_arg(args, "min");
    h->max = (int64_t)wk_arg(args, "max");
    h->reduction = (int64_t)wk_arg(args, "reduction");
    h->bootstrap = (int64_t)wk_arg(args, "bootstrap");
    if (h->max != 0 && h->max < h->min) {
        free(h);
        return wick_fail(ctx, WICK_E_ARG, "hyperband: max is below min");
    }
    if (h->max != 0) set_brackets(h, h->max);
    *self = h;
    return WICK_OK;
}

/* Looked at by every ask: with `max` left open the brackets appear after the first complete trial
 * that reported, and stay as they are then. */
static int32_t groups(void *self)
{
    hyperband *h = self;
    const wick_study *s = h->study;
    int64_t max = 0;
    for (int64_t i = 0; h->n == 0 && i < s->n; i++) {
        const wick_trial *t = s->trials[i];
        if (t->state != WICK_TRIAL_COMPLETE || t->n_rep == 0) continue;
        const int64_t steps = wk_last_report(t)->step + 1;
        if (steps > max) max = steps;
    }
    if (max > 0) set_brackets(h, max > h->min ? max : h->min);
    return h->n > 0 ? h->n : 1;
}

static int32_t group(void *self, const wick_trial *t)
{
    const hyperband *h = self;
    if (h->n == 0) return 0;
    char text[WK_NAME_MAX + 32];
    snprintf(text, sizeof text, "%s_%lld", h->study->name, (long long)t->number);
    int64_t left = (int64_t)crc32(text) % h->total;
    int32_t b = 0;
    while (left >= h->budget[b]) left -= h->budget[b++];
    return b;
}

static wick_status prune(wick_ctx *ctx, void *self, wick_trial *t, bool *out)
{
    hyperband *h = self;
    *out = false;
    return h->n == 0 ? WICK_OK : wk_halving_prune(ctx, &h->bracket[t->group], t, out);
}

const wick_pruner_spec wick_pruner_hyperband = {
    .name = "hyperband",
    .title = "brackets of successive halving",
    .source = "Li et al. 2018; Optuna HyperbandPruner",
    .param =
        {
            {"min", WICK_OPT_INT, 1, 1, 1e12, NULL, "steps to the first rung"},
            {"max", WICK_OPT_INT, 0, 0, 1e12, NULL,
             "steps of a whole trial; 0: from the first complete trials"},
            {"reduction", WICK_OPT_INT, 3, 2, 1e6, NULL, "one in how many goes on"},
            {"bootstrap", WICK_OPT_INT, 0, 0, 1e9, NULL, "trials a rung needs before it promotes"},
        },
    .init = init,
    .free = free,
    .prune = prune,
    .group = group,
    .groups = groups,
};
