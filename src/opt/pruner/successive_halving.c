/* SPDX-License-Identifier: MIT */
/* Asynchronous successive halving: at each rung only the best 1/reduction of those who reached it
 * go on. Source: Li et al. 2020. */
#include <stdlib.h>

#include "opt/opt_int.h"

static bool on_rung(const wick_trial *t, const char *key, double *v)
{
    const int32_t id = wk_names_find(&t->study->keys, key);
    const wk_attr *a = id < 0 ? NULL : wk_system_at(t, id);
    if (a == NULL) return false;
    const char c = a->json[0] == '-' ? a->json[1] : a->json[0];
    *v = c == 'I' ? (a->json[0] == '-' ? -WK_INF : WK_INF) : a->number;
    return true;
}

static int64_t first_resource(const wick_trial *t)
{
    const wick_study *s = t->study;
    int64_t last = -1;
    for (int64_t i = 0; i < s->n; i++) {
        const wick_trial *o = s->trials[i];
        if (o->state != WICK_TRIAL_COMPLETE || o->group != t->group || o->n_rep == 0) continue;
        const int64_t step = wk_last_report(o)->step;
        if (step > last) last = step;
    }
    return last < 0 ? 0 : last / 100 > 1 ? last / 100 : 1;
}

/* Whether the value is among the best max(1, n/reduction) of the rung, itself included: that is,
 * whether fewer than that many are strictly better. */
static bool promoted(const wk_halving *h, const wick_trial *t, const char *key, double value,
                     int64_t *competing)
{
    const wick_study *s = t->study;
    const double sign = wk_sign(s, 0);
    int64_t n = 1, ahead = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const wick_trial *o = s->trials[i];
        double v;
        if (o == t || o->group != t->group) continue;
        /* What others of the same batch reach meanwhile depends on timing. */
        if (s->frozen && o->state == WICK_TRIAL_RUNNING) continue;
        if (!on_rung(o, key, &v)) continue;
        n++;
        ahead += sign * v < sign * value;
    }
    *competing = n;
    const int64_t places = n / h->reduction > 1 ? n / h->reduction : 1;
    return ahead < places;
}

wick_status wk_halving_prune(wick_ctx *ctx, wk_halving *h, wick_trial *t, bool *out)
{
    const wk_report *last = wk_last_report(t);
    *out = false;
    char key[40];
    double reached;
    int64_t rung = 0;
    for (;; rung++) {
        snprintf(key, sizeof key, "completed_rung_%lld", (long long)rung);
        if (!on_rung(t, key, &reached)) break;
    }
    if (h->min_resource == 0) h->min_resource = first_resource(t);
    if (h->min_resource == 0) return WICK_OK;
    for (;; rung++) {
        const double at =
            (double)h->min_resource * pow((double)h->reduction, (double)(h->rate + rung));
        if ((double)last->step < at) return WICK_OK;
        *out = true;
        if (isnan(last->v)) return WICK_OK;
        snprintf(key, sizeof key, "completed_rung_%lld", (long long)rung);
        int64_t competing;
        const bool good = promoted(h, t, key, last->v, &competing);
        const wick_status st = wk_system_number(ctx, t, key, last->v);
        if (st < 0 || competing <= h->bootstrap || !good) return st;
        *out = false;
    }
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    (void)study;
    wk_halving *h = calloc(1, sizeof *h);
    if (h == NULL) return wick_fail_mem(ctx);
    h->min_resource = (int64_t)wk_arg(args, "min");
    h->reduction = (int64_t)wk_arg(args, "reduction");
    h->rate = (int64_t)wk_arg(args, "rate");
    h->bootstrap = (int64_t)wk_arg(args, "bootstrap");
    if (h->bootstrap > 0 && h->min_resource == 0) {
        free(h);
        return wick_fail(ctx, WICK_E_ARG, "successive_halving: bootstrap needs min to be given");
    }
    *self = h;
    return WICK_OK;
}

static wick_status prune(wick_ctx *ctx, void *self, wick_trial *t, bool *out)
{
    return wk_halving_prune(ctx, self, t, out);
}

const wick_pruner_spec wick_pruner_successive_halving = {
    .name = "successive_halving",
    .title = "asynchronous successive halving",
    .source = "Li et al. 2020 (ASHA); Optuna SuccessiveHalvingPruner",
    .param =
        {
            {"min", WICK_OPT_INT, 0, 0, 1e15, NULL,
             "steps to the first rung; 0: a hundredth of the first complete trials"},
            {"reduction", WICK_OPT_INT, 4, 2, 1e6, NULL, "one in how many goes on"},
            {"rate", WICK_OPT_INT, 0, 0, 60, NULL, "rungs left out at the beginning"},
            {"bootstrap", WICK_OPT_INT, 0, 0, 1e9, NULL, "trials a rung needs before it promotes"},
        },
    .init = init,
    .free = free,
    .prune = prune,
};
