/* SPDX-License-Identifier: MIT */
/* Trials of earlier sessions and of other processes: run again for what a storage does not keep of
 * them, and held to what it does. */
#include <stdlib.h>
#include <string.h>

#include "flow/tune_int.h"

typedef struct old_trials {
    wick_tune *t;
    int64_t *number, n;
} old_trials;

static wick_status differs(wick_ctx *ctx, const wick_trial *trial, double had, double got)
{
    char a[WICK_DOUBLE_TEXT], b[WICK_DOUBLE_TEXT];
    wick_format_double(a, had);
    wick_format_double(b, got);
    return wick_fail(ctx, WICK_E_STATE,
                     "trial %lld of the study has the value %s, but this strategy on these bars "
                     "gives %s: the study was made with something else",
                     (long long)wick_trial_number(trial), a, b);
}

/* Stores keep doubles as they are; text ones may lose the last digit. */
static bool is_same(double had, double got)
{
    return had == got || (isnan(had) && isnan(got)) ||
           fabs(had - got) <= 1e-9 * fmax(1.0, fabs(had));
}

static wick_status take_params(wick_ctx *ctx, const wick_tune *t, const wick_trial *trial,
                               wk_record *r)
{
    for (int64_t i = 0; i < t->s->n_params; i++) {
        const wick_tune_param *p = &t->s->params[i];
        r->params[i] = p->fixed ? p->value : wick_trial_param(trial, p->name);
        if (isnan(r->params[i]))
            return wick_fail(ctx, WICK_E_STATE, "trial %lld of the study has no parameter '%s'",
                             (long long)wick_trial_number(trial), p->name);
    }
    return WICK_OK;
}

static wick_status compare(wick_ctx *ctx, const wick_tune *t, const wick_trial *trial,
                           const wk_record *r)
{
    for (int32_t k = 0; k < t->s->n_objectives; k++) {
        const double had = wick_trial_value(trial, k);
        const double got = r->rejected ? (t->s->better[k] > 0 ? -HUGE_VAL : HUGE_VAL) : r->value[k];
        if (!is_same(had, got)) return differs(ctx, trial, had, got);
    }
    return WICK_OK;
}

/* Ends a trial where the pruner ended it, after its last report. */
typedef struct until {
    const wick_tune *t;
    int64_t last;
    double value;
} until;

static wick_status stop_there(void *user, wick_ctx *ctx, int64_t fold, double mean, double value,
                              bool *stop)
{
    until *u = user;
    (void)ctx;
    *stop = fold >= u->last;
    u->value = u->t->own_values ? value : mean;
    return WICK_OK;
}

static wick_status rerun(void *user, int64_t task, int32_t worker, wick_ctx *ctx)
{
    const old_trials *old = user;
    wick_tune *t = old->t;
    const wick_trial *trial = wick_study_trial(t->study, old->number[task]);
    const bool was_pruned = wick_trial_state_of(trial) == WICK_TRIAL_PRUNED;
    wk_record *r = wk_record_at(t, old->number[task]);
    until u = {t, 0, WICK_NA};
    bool pruned = false;
    wick_status st;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    WICK_TRY(wk_record_fill(ctx, t, r));
    WICK_TRY(take_params(ctx, t, trial, r));
    if (!was_pruned) {
        WICK_TRY(wk_trial_run(ctx, t, r, worker, NULL, NULL, &pruned));
        return compare(ctx, t, trial, r);
    }
    /* One that others pruned without a report has nothing to be held to. */
    const int64_t reports = wick_trial_report_count(trial);
    if (reports == 0 || !wk_reports(t)) return WICK_OK;
    const double had = wick_trial_report_at(trial, reports - 1, &u.last);
    WICK_TRY(wk_trial_run(ctx, t, r, worker, stop_there, &u, &pruned));
    if (!is_same(had, u.value)) return differs(ctx, trial, had, u.value);
out:
    return st;
}

/* The earlier trial whose result this one took; -1: none, or not with the same parameters. */
static int64_t twin_of(const wick_tune *t, const wick_trial *trial, const wk_record *r)
{
    const char *text = wick_trial_attr(trial, "duplicate_of");
    int64_t number = -1;
    if (text == NULL || !wick_parse_int(text, (int64_t)strlen(text), &number) || number < 0 ||
        number >= wick_trial_number(trial))
        return -1;
    const wk_record *twin = wk_record_find(t, number);
    if (twin == NULL || !twin->there || twin->state == WICK_TRIAL_PRUNED) return -1;
    for (int64_t i = 0; i < t->s->n_params; i++)
        if (twin->params[i] != r->params[i]) return -1;
    return number;
}

static wick_status copy_twin(wick_ctx *ctx, wick_tune *t, const wick_trial *trial, bool *copied)
{
    wk_record *r = wk_record_at(t, wick_trial_number(trial));
    wick_status st;
    WICK_TRY(wk_record_fill(ctx, t, r));
    WICK_TRY(take_params(ctx, t, trial, r));
    const int64_t twin = twin_of(t, trial, r);
    *copied = twin >= 0;
    if (!*copied) return WICK_OK;
    wk_record_copy(t, r, twin);
    st = compare(ctx, t, trial, r);
out:
    return st;
}

/* Trials that are not here yet: those that took an earlier one's result, or those that did not. */
static wick_status list(wick_ctx *ctx, wick_tune *t, bool copies, old_trials *out)
{
    const int64_t n = wick_study_count(t->study);
    out->n = 0;
    for (int64_t i = 0; i < n; i++) {
        const wick_trial *trial = wick_study_trial(t->study, i);
        const wk_record *r = wk_record_find(t, i);
        if (trial == NULL || (r != NULL && r->there)) continue;
        const int32_t state = wick_trial_state_of(trial);
        const bool is_copy = wick_trial_attr(trial, "duplicate_of") != NULL;
        if (state != WICK_TRIAL_COMPLETE && state != WICK_TRIAL_PRUNED) continue;
        if (is_copy && !copies) continue;
        bool copied = false;
        const wick_status st = is_copy ? copy_twin(ctx, t, trial, &copied) : WICK_OK;
        if (st < 0) return st;
        if (!copied) out->number[out->n++] = i;
    }
    return WICK_OK;
}

static wick_status tell_all(wick_ctx *ctx, wick_tune *t)
{
    const int64_t n = wick_study_count(t->study);
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < n && st >= 0; i++) {
        const wick_trial *trial = wick_study_trial(t->study, i);
        if (trial == NULL) continue;
        const int32_t state = wick_trial_state_of(trial);
        const wk_record *r = wk_record_find(t, i);
        if (state == WICK_TRIAL_RUNNING || state == WICK_TRIAL_WAITING || (r && r->told)) continue;
        st = wk_trial_told(ctx, t, trial);
    }
    return st;
}

wick_status wk_tune_fill(wick_ctx *ctx, wick_tune *t)
{
    const int32_t threads = t->o->threads > 0 ? t->o->threads : wick_cores();
    old_trials old = {.t = t};
    wick_status st = WICK_OK;
    old.number = malloc((size_t)(wick_study_count(t->study) + 1) * sizeof *old.number);
    if (old.number == NULL) return wick_fail_mem(ctx);
    for (int copies = 0; copies < 2 && st >= 0; copies++) {
        st = list(ctx, t, copies != 0, &old);
        if (st >= 0 && old.n > 0) st = wick_pool_run(ctx, old.n, threads, rerun, &old);
    }
    if (st >= 0) st = tell_all(ctx, t);
    free(old.number);
    return st;
}
