/* SPDX-License-Identifier: MIT */
/* Lets another pruner decide only after the trial has not improved for a while; without another
 * one, that is enough. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

typedef struct patient {
    const wick_pruner_spec *spec; /* NULL: none */
    void *inner;
    int64_t patience;
    double min_delta;
    wk_report *sorted;
    int64_t cap;
} patient;

static void patient_free(void *self)
{
    patient *k = self;
    if (k == NULL) return;
    if (k->spec != NULL) k->spec->free(k->inner);
    free(k->sorted);
    free(k);
}

static wick_status init(wick_ctx *ctx, wick_study *study, const wick_opt_args *args, void **self)
{
    patient *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    k->patience = (int64_t)wk_arg(args, "patience");
    k->min_delta = wk_arg(args, "min_delta");
    const char *inner = wk_arg_text(args, "pruner");
    wick_status st = WICK_OK;
    if (inner != NULL && strcmp(inner, "none") != 0)
        st = wk_pruner_make(ctx, study, inner, &k->spec, &k->inner);
    /* Groups belong to the study's own pruner. */
    if (st >= 0 && k->spec != NULL && k->spec->group != NULL)
        st = wick_fail(ctx, WICK_E_ARG, "patient cannot wrap %s", k->spec->name);
    if (st < 0) {
        patient_free(k);
        return st;
    }
    *self = k;
    return WICK_OK;
}

static int by_step(const void *a, const void *b)
{
    const int64_t x = ((const wk_report *)a)->step, y = ((const wk_report *)b)->step;
    return (x > y) - (x < y);
}

static double best_of(const wk_report *r, int64_t n, double sign)
{
    double best = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        const double v = sign * r[i].v;
        if (!isnan(v) && (isnan(best) || v < best)) best = v;
    }
    return best;
}

static wick_status prune(wick_ctx *ctx, void *self, wick_trial *t, bool *out)
{
    patient *k = self;
    *out = false;
    const int64_t n = t->n_rep, late = k->patience + 1;
    if (n <= late) return WICK_OK;
    const wick_status st = wk_grow(ctx, &k->sorted, &k->cap, n, (int64_t)sizeof *k->sorted);
    if (st < 0) return st;
    memcpy(k->sorted, t->rep, (size_t)n * sizeof *k->sorted);
    qsort(k->sorted, (size_t)n, sizeof *k->sorted, by_step);
    const double sign = wk_sign(t->study, 0);
    const double before = best_of(k->sorted, n - late, sign);
    const double after = best_of(k->sorted + n - late, late, sign);
    if (!(before + k->min_delta < after)) return WICK_OK;
    *out = true;
    return k->spec == NULL ? WICK_OK : k->spec->prune(ctx, k->inner, t, out);
}

const wick_pruner_spec wick_pruner_patient = {
    .name = "patient",
    .title = "asks another pruner only after a while without improvement",
    .source = "Optuna PatientPruner",
    .param =
        {
            {"pruner", WICK_OPT_SPEC, 0, 0, 0, "none", "the other pruner, or none"},
            {"patience", WICK_OPT_INT, 0, 0, 1e9, NULL, "reports without improvement"},
            {"min_delta", WICK_OPT_NUMBER, 0, 0, WK_INF, NULL, "what counts as improvement"},
        },
    .init = init,
    .free = patient_free,
    .prune = prune,
};
