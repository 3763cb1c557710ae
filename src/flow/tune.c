/* SPDX-License-Identifier: MIT */
/* The trial loop: parameters from the study, the course, the result back. */
#include <stdlib.h>
#include <string.h>

#include "flow/tune_int.h"

/* ---- one trial ---------------------------------------------------------------------------- */

wick_status wk_trial_params(wick_ctx *ctx, wick_tune *t, wick_trial *trial, wk_record *r)
{
    for (int64_t i = 0; i < t->s->n_params; i++) {
        const wick_tune_param *p = &t->s->params[i];
        r->params[i] = p->value;
        if (p->fixed) continue;
        const wick_status st = wick_trial_suggest(ctx, trial, p->name, &p->dist, &r->params[i]);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static char *text_of(const char *s)
{
    return s[0] != '\0' ? strdup(s) : NULL;
}

wick_status wk_trial_run(wick_ctx *ctx, wick_tune *t, wk_record *r, int32_t worker,
                         wick_after_fold after, void *user, bool *pruned)
{
    const int64_t rows = t->c->n_rows;
    double *returns = malloc((size_t)(rows + 1) * sizeof *returns);
    if (returns == NULL) return wick_fail_mem(ctx);
    wick_passage p = {.fold_value = r->fold, .returns = returns};
    wick_status st = wick_course_run(ctx, t->c, t->s, worker, r->params, after, user, &p);
    if (st < 0) goto out;
    *pruned = p.pruned;
    r->rejected = p.rejected;
    r->trades = p.trades;
    free(r->reason);
    r->reason = text_of(p.reason);
    memcpy(r->value, p.value, (size_t)t->s->n_objectives * sizeof *r->value);
    r->violation = p.rejected ? (p.by > 0.0 ? p.by : 1e-9) : 0.0;
    for (int32_t k = 0; k < t->s->n_limits; k++) r->limit[k] = p.limit[k];
    for (int32_t k = 0; k < t->s->n_limits && !p.rejected; k++)
        if (p.limit[k] > 0.0) r->violation += p.limit[k];
    if (!p.pruned && !p.rejected) {
        if (r->returns == NULL) r->returns = malloc((size_t)(rows + 1) * sizeof *r->returns);
        if (r->returns == NULL) {
            st = wick_fail_mem(ctx);
            goto out;
        }
        for (int64_t i = 0; i < rows; i++) r->returns[i] = (float)returns[i];
    }
    r->there = true;
out:
    free(returns);
    return st;
}

void wk_record_copy(const wick_tune *t, wk_record *to, int64_t number)
{
    const wk_record *from = wk_record_find(t, number);
    const int64_t m = t->s->n_objectives;
    to->rejected = from->rejected;
    to->violation = from->violation;
    to->trades = from->trades;
    to->duplicate_of = number;
    to->reason = from->reason != NULL ? strdup(from->reason) : NULL;
    memcpy(to->value, from->value, (size_t)m * sizeof *to->value);
    memcpy(to->fold, from->fold, (size_t)(t->c->n_folds * m) * sizeof *to->fold);
    memcpy(to->limit, from->limit, sizeof to->limit);
    to->there = true;
}

int64_t wk_finished(const wick_study *s)
{
    return wick_study_count_state(s, WICK_TRIAL_COMPLETE) +
           wick_study_count_state(s, WICK_TRIAL_PRUNED) +
           wick_study_count_state(s, WICK_TRIAL_FAIL);
}

static wick_status set_json(wick_ctx *ctx, wick_trial *trial, const char *key, const char *text,
                            int64_t number)
{
    wick_buf b = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &b, 0);
    if (text != NULL)
        wick_jw_string(&w, text);
    else
        wick_jw_int(&w, number);
    const wick_status st =
        b.failed ? wick_fail_mem(ctx) : wick_trial_set_attr(ctx, trial, key, b.data);
    wick_buf_free(&b);
    return st;
}

wick_status wk_trial_say(wick_ctx *ctx, const wick_tune *t, wick_trial *trial, const wk_record *r,
                         double *values)
{
    wick_status st = WICK_OK;
    for (int32_t k = 0; k < t->s->n_objectives; k++) {
        values[k] = r->value[k];
        if (r->rejected) values[k] = t->s->better[k] > 0 ? -HUGE_VAL : HUGE_VAL;
    }
    if (r->duplicate_of >= 0) WICK_TRY(set_json(ctx, trial, "duplicate_of", NULL, r->duplicate_of));
    if (r->rejected) {
        WICK_TRY(set_json(ctx, trial, "rejected", r->reason != NULL ? r->reason : "", 0));
        WICK_TRY(wick_trial_set_constraint(ctx, trial, "rejected", r->violation));
        return WICK_OK;
    }
    for (int32_t k = 0; k < t->s->n_limits; k++)
        WICK_TRY(wick_trial_set_constraint(ctx, trial, t->s->limits[k], r->limit[k]));
out:
    return st;
}

wick_status wk_trial_told(wick_ctx *ctx, wick_tune *t, const wick_trial *trial)
{
    const int64_t number = wick_trial_number(trial);
    wk_record *r = wk_record_at(t, number);
    wick_status st = wk_record_fill(ctx, t, r);
    if (st < 0) return st;
    r->state = wick_trial_state_of(trial);
    r->told = true;
    if (number >= t->n) t->n = number + 1;
    if (r->state == WICK_TRIAL_COMPLETE && r->there && r->duplicate_of < 0)
        st = wk_seen_add(ctx, t, number);
    t->at.done = t->o->worker ? wk_finished(t->study) : t->at.done + 1;
    t->at.pruned += r->state == WICK_TRIAL_PRUNED;
    t->at.failed += r->state == WICK_TRIAL_FAIL;
    t->at.rejected += r->rejected;
    if (r->state == WICK_TRIAL_COMPLETE && !r->rejected && r->violation <= 0.0) {
        const double v = r->value[0];
        if (isnan(t->at.best) || (t->s->better[0] > 0 ? v > t->at.best : v < t->at.best))
            t->at.best = v;
    }
    if (t->o->progress != NULL) t->o->progress(t->o->user, &t->at);
    return st;
}

/* ---- batches ------------------------------------------------------------------------------ */

bool wk_reports(const wick_tune *t)
{
    return t->s->n_objectives == 1 && t->c->n_folds > 1 && t->c->aggregate != WICK_OVER_STITCHED;
}

typedef struct report_job {
    wick_tune *t;
    wick_trial *trial;
} report_job;

static wick_status report_fold(void *user, wick_ctx *ctx, int64_t fold, double mean, double value,
                               bool *stop)
{
    const report_job *j = user;
    wick_status st;
    WICK_TRY(wick_trial_report(ctx, j->trial, fold, j->t->own_values ? value : mean));
    if (fold + 1 < j->t->c->n_folds) WICK_TRY(wick_trial_should_prune(ctx, j->trial, stop));
out:
    return st;
}

static wick_status objective(void *user, wick_ctx *ctx, wick_trial *trial, int32_t worker,
                             double *values)
{
    wick_tune *t = user;
    report_job j = {t, trial};
    bool pruned = false;
    wk_record *r = wk_record_at(t, wick_trial_number(trial));
    wick_status st;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    WICK_TRY(wk_record_fill(ctx, t, r));
    WICK_TRY(wk_trial_params(ctx, t, trial, r));
    const int64_t twin = wk_seen_find(t, r->params);
    if (twin >= 0)
        wk_record_copy(t, r, twin);
    else
        WICK_TRY(wk_trial_run(ctx, t, r, worker, wk_reports(t) ? report_fold : NULL, &j, &pruned));
    if (pruned) return WICK_PRUNED;
    WICK_TRY(wk_trial_say(ctx, t, trial, r, values));
out:
    return st;
}

static wick_status told(void *user, wick_ctx *ctx, wick_study *s, const wick_trial *trial)
{
    const wick_tune *t = user;
    const wick_status st = wk_trial_told(ctx, user, trial);
    /* Workers may have done their share of it. */
    if (t->o->n_trials > 0 && wk_finished(s) >= t->o->n_trials) wick_study_stop(s);
    return st;
}

static wick_status run_batches(wick_ctx *ctx, wick_tune *t, int64_t left)
{
    const wick_callback after = {told, t};
    const wick_run_trials o = {.size = sizeof o,
                               .threads = t->o->threads,
                               .n_trials = left,
                               .batch = t->o->batch > 0 ? t->o->batch : 8,
                               .timeout = t->o->timeout,
                               .keep_going = t->o->keep_going,
                               .terminator = t->o->terminator,
                               .callbacks = &after,
                               .n_callbacks = 1};
    return wick_study_run(ctx, t->study, objective, t, &o);
}

/* ---- public ------------------------------------------------------------------------------- */

static wick_status check(wick_ctx *ctx, const wick_tune_opts *o)
{
    if (o->subject == NULL || o->course == NULL || o->study == NULL ||
        o->subject->n_objectives < 1 || o->n_trials < 0 || o->timeout < 0.0)
        return wick_fail(ctx, WICK_E_ARG, "a search needs a subject, a course and a study");
    if (o->n_trials == 0 && !(o->timeout > 0.0) && o->replay == NULL)
        return wick_fail(ctx, WICK_E_ARG, "a search needs a number of trials or a time");
    if (wick_study_objectives(o->study) != o->subject->n_objectives)
        return wick_fail(ctx, WICK_E_ARG, "the study has %d objectives, the search %d",
                         (int)wick_study_objectives(o->study), (int)o->subject->n_objectives);
    for (int32_t k = 0; k < o->subject->n_objectives; k++)
        if ((wick_study_direction(o->study, k) == WICK_MAXIMIZE) != (o->subject->better[k] > 0))
            return wick_fail(ctx, WICK_E_ARG, "objective '%s': the study goes the other way",
                             o->subject->objectives[k]);
    int64_t free_params = 0;
    for (int64_t i = 0; i < o->subject->n_params; i++) free_params += !o->subject->params[i].fixed;
    if (free_params == 0)
        return wick_fail(ctx, WICK_E_ARG, "%s has no parameter to search over",
                         o->subject->name != NULL ? o->subject->name : "the strategy");
    return WICK_OK;
}

wick_status wick_tune_run(wick_ctx *ctx, const wick_tune_opts *opts, wick_tune **out)
{
    wick_tune_opts o = {0};
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    wick_status st = check(ctx, &o);
    if (st < 0) return st;
    wick_tune *t = calloc(1, sizeof *t);
    if (t == NULL) return wick_fail_mem(ctx);
    t->s = o.subject;
    t->c = o.course;
    t->study = o.study;
    t->o = &o;
    t->at.best = WICK_NA;
    t->at.wanted = o.n_trials;
    t->own_values = o.report_folds;
    if (pthread_mutex_init(&t->lock, NULL) != 0) WICK_TRY(wick_fail_mem(ctx));
    if (pthread_mutex_init(&t->study_lock, NULL) != 0) {
        pthread_mutex_destroy(&t->lock);
        WICK_TRY(wick_fail_mem(ctx));
    }
    t->lock_made = true;
    if (!o.worker) WICK_TRY(wk_tune_fill(ctx, t));
    const int64_t left = o.n_trials - wk_finished(o.study);
    if (o.replay != NULL)
        WICK_TRY(wk_tune_replay(ctx, t, o.replay));
    else if (o.n_trials > 0 && left <= 0)
        st = WICK_OK;
    else if (o.async || o.worker)
        WICK_TRY(wk_tune_async(ctx, t, o.n_trials > 0 ? left : 0));
    else
        WICK_TRY(run_batches(ctx, t, o.n_trials > 0 ? left : 0));
    if (!o.worker) WICK_TRY(wk_tune_fill(ctx, t));
out:
    t->o = NULL;
    if (st < 0)
        wick_tune_free(t);
    else
        *out = t;
    return st;
}
