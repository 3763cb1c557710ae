/* SPDX-License-Identifier: MIT */
/* The loop without batches: every thread asks when it is free and tells when it is done. Which
 * trial was asked for, reported and told in which order decides what the sampler and the pruner
 * knew; it is written down, one event a line, and doing the same in that order gives the same
 * study. */
#include <stdlib.h>
#include <string.h>

#include "flow/tune_int.h"

typedef struct async {
    wick_tune *t;
    wick_param *space;
    int64_t n_space, left; /* left < 0: until the time is over */
    double until;
    bool over;
} async;

static void note(wick_tune *t, const char *what, int64_t number, int64_t fold)
{
    if (fold >= 0)
        wick_buf_addf(&t->order, "%s %lld %lld\n", what, (long long)number, (long long)fold);
    else
        wick_buf_addf(&t->order, "%s %lld\n", what, (long long)number);
}

static wick_status make_space(wick_ctx *ctx, const wick_tune *t, wick_param **out, int64_t *n)
{
    *n = 0;
    *out = calloc((size_t)t->s->n_params + 1, sizeof **out);
    if (*out == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < t->s->n_params; i++)
        if (!t->s->params[i].fixed)
            (*out)[(*n)++] =
                (wick_param){.name = t->s->params[i].name, .dist = &t->s->params[i].dist};
    return WICK_OK;
}

static wick_status ask(wick_ctx *ctx, wick_tune *t, const wick_param *space, int64_t n,
                       wick_trial **trial, wk_record **r)
{
    wick_status st;
    WICK_TRY(wick_study_ask(ctx, t->study, space, n, trial));
    *r = wk_record_at(t, wick_trial_number(*trial));
    WICK_TRY(wk_record_fill(ctx, t, *r));
    WICK_TRY(wk_trial_params(ctx, t, *trial, *r));
    note(t, "ask", wick_trial_number(*trial), -1);
out:
    return st;
}

static wick_status tell(wick_ctx *ctx, wick_tune *t, wick_trial *trial, const wk_record *r,
                        bool pruned)
{
    double values[WICK_OBJECTIVES];
    const int64_t number = wick_trial_number(trial);
    wick_status st;
    if (!pruned) WICK_TRY(wk_trial_say(ctx, t, trial, r, values));
    note(t, "tell", number, -1);
    WICK_TRY(wick_study_tell(ctx, t->study, number,
                             pruned ? WICK_TRIAL_PRUNED : WICK_TRIAL_COMPLETE, values,
                             pruned ? 0 : t->s->n_objectives));
    WICK_TRY(wk_trial_told(ctx, t, trial));
out:
    return st;
}

static wick_status fail(wick_ctx *ctx, wick_tune *t, wick_trial *trial)
{
    const int64_t number = wick_trial_number(trial);
    note(t, "fail", number, -1);
    const wick_status st = wick_study_tell(ctx, t->study, number, WICK_TRIAL_FAIL, NULL, 0);
    return st < 0 ? st : wk_trial_told(ctx, t, trial);
}

static wick_status report(wick_ctx *ctx, wick_tune *t, wick_trial *trial, int64_t fold, double v,
                          bool *stop)
{
    note(t, "report", wick_trial_number(trial), fold);
    const wick_status st = wick_trial_report(ctx, trial, fold, v);
    if (st < 0 || fold + 1 == t->c->n_folds) return st;
    return wick_trial_should_prune(ctx, trial, stop);
}

typedef struct report_job {
    wick_tune *t;
    wick_trial *trial;
} report_job;

static wick_status report_fold(void *user, wick_ctx *ctx, int64_t fold, double mean, double value,
                               bool *stop)
{
    const report_job *j = user;
    pthread_mutex_lock(&j->t->study_lock);
    const wick_status st = report(ctx, j->t, j->trial, fold, j->t->own_values ? value : mean, stop);
    pthread_mutex_unlock(&j->t->study_lock);
    return st;
}

/* The trial was silent for too long and another process ended it. */
static wick_status too_late(wick_ctx *ctx, wick_tune *t, const wick_trial *trial)
{
    const wick_status st = wick_study_sync(ctx, t->study);
    if (st < 0) return st;
    const int32_t state = wick_trial_state_of(trial);
    if (state == WICK_TRIAL_RUNNING) return WICK_E_STATE;
    wick_ctx_clear(ctx);
    wick_log(ctx, "trial %lld was ended by another process: its result is dropped",
             (long long)wick_trial_number(trial));
    return WICK_OK;
}

/* Interrupted: the trial waits for whoever goes on. */
static wick_status give_back(wick_ctx *ctx, wick_tune *t, const wick_trial *trial)
{
    return wick_study_give_back(ctx, t->study, wick_trial_number(trial));
}

/* One trial. The study is locked except while the strategy runs. */
static wick_status one(wick_ctx *ctx, async *a, int32_t worker)
{
    wick_tune *t = a->t;
    wick_trial *trial = NULL;
    wk_record *r = NULL;
    bool pruned = false;
    wick_status st = ask(ctx, t, a->space, a->n_space, &trial, &r);
    if (st < 0) return st;
    report_job j = {t, trial};
    const int64_t twin = wk_seen_find(t, r->params);
    if (twin >= 0) {
        wk_record_copy(t, r, twin);
    } else {
        pthread_mutex_unlock(&t->study_lock);
        st = wk_trial_run(ctx, t, r, worker, wk_reports(t) ? report_fold : NULL, &j, &pruned);
        pthread_mutex_lock(&t->study_lock);
    }
    if (st >= 0) {
        st = tell(ctx, t, trial, r, pruned);
        return st == WICK_E_STATE && t->o->worker ? too_late(ctx, t, trial) : st;
    }
    wick_ctx *spare = wick_ctx_new();
    const bool stopped = st == WICK_E_CANCELLED && wick_interrupted();
    const wick_status said = spare == NULL ? WICK_E_MEM
                             : stopped     ? give_back(spare, t, trial)
                                           : fail(spare, t, trial);
    wick_ctx_free(spare);
    if (t->o->keep_going && st != WICK_E_CANCELLED && said >= 0) return WICK_OK;
    return wick_note(ctx, "while evaluating trial %lld", (long long)wick_trial_number(trial));
}

/* Of a shared study the others' trials count too. */
static bool enough(const async *a)
{
    const wick_tune_opts *o = a->t->o;
    if (o->worker) return o->n_trials > 0 && wk_finished(a->t->study) >= o->n_trials;
    return a->left == 0;
}

static wick_status work(void *user, int64_t task, int32_t worker, wick_ctx *ctx)
{
    async *a = user;
    wick_tune *t = a->t;
    wick_status st = WICK_OK;
    (void)task;
    pthread_mutex_lock(&t->study_lock);
    while (st >= 0 && !a->over) {
        bool exhausted = false;
        if (wick_interrupted()) {
            st = wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        } else if ((st = wick_study_exhausted(ctx, t->study, &exhausted)) < 0 || exhausted) {
            break;
        } else if (enough(a) || (a->until > 0.0 && wick_now() >= a->until) ||
                   wick_study_stopped(t->study)) {
            break;
        } else {
            if (a->left > 0) a->left--;
            st = one(ctx, a, worker);
        }
    }
    if (st < 0) a->over = true;
    pthread_mutex_unlock(&t->study_lock);
    return st;
}

wick_status wk_tune_async(wick_ctx *ctx, wick_tune *t, int64_t wanted)
{
    async a = {.t = t, .left = wanted > 0 ? wanted : -1};
    const int32_t threads = t->o->threads > 0 ? t->o->threads : wick_cores();
    if (t->o->timeout > 0.0) a.until = wick_now() + t->o->timeout;
    wick_status st = make_space(ctx, t, &a.space, &a.n_space);
    if (st >= 0) st = wick_pool_run(ctx, threads, threads, work, &a);
    free(a.space);
    if (st >= 0 && t->order.failed) st = wick_fail_mem(ctx);
    return st;
}

/* ---- replay ------------------------------------------------------------------------------- */

typedef struct means {
    double *at;
    bool own;
} means;

static wick_status keep_mean(void *user, wick_ctx *ctx, int64_t fold, double mean, double value,
                             bool *stop)
{
    means *m = user;
    (void)ctx;
    (void)stop;
    m->at[fold] = m->own ? value : mean;
    return WICK_OK;
}

static wick_status stop_after(void *user, wick_ctx *ctx, int64_t fold, double mean, double value,
                              bool *stop)
{
    const int64_t *last = user;
    (void)ctx;
    (void)mean;
    (void)value;
    *stop = fold == *last;
    return WICK_OK;
}

typedef struct open_trial {
    wick_trial *trial;
    wk_record *r;
    double *mean; /* per fold */
    int64_t last; /* fold reported last */
    bool pruned;
    wick_status failed;
} open_trial;

static wick_status begin(wick_ctx *ctx, wick_tune *t, const wick_param *space, int64_t n,
                         int64_t number, open_trial *x)
{
    bool ignored = false;
    wick_status st;
    WICK_TRY(ask(ctx, t, space, n, &x->trial, &x->r));
    if (wick_trial_number(x->trial) != number)
        return wick_fail(ctx, WICK_E_DATA,
                         "the record asks for trial %lld, the study is at %lld: replay into an "
                         "empty study",
                         (long long)number, (long long)wick_trial_number(x->trial));
    const int64_t twin = wk_seen_find(t, x->r->params);
    if (twin >= 0) {
        wk_record_copy(t, x->r, twin);
        return WICK_OK;
    }
    x->mean = malloc((size_t)(t->c->n_folds + 1) * sizeof *x->mean);
    if (x->mean == NULL) return wick_fail_mem(ctx);
    means m = {x->mean, t->own_values};
    st = wk_trial_run(ctx, t, x->r, 0, wk_reports(t) ? keep_mean : NULL, &m, &ignored);
    if (st < 0 && t->o->keep_going && st != WICK_E_CANCELLED) {
        x->failed = st;
        wick_ctx_clear(ctx);
        st = WICK_OK;
    }
out:
    return st;
}

static wick_status follow(wick_ctx *ctx, wick_tune *t, const wick_param *space, int64_t n,
                          const char *what, int64_t number, int64_t fold, open_trial *open)
{
    open_trial *x = &open[number];
    if (strcmp(what, "ask") == 0) return begin(ctx, t, space, n, number, x);
    if (x->trial == NULL) return wick_fail(ctx, WICK_E_PARSE, "an event before its ask");
    if (strcmp(what, "report") == 0) {
        if (x->mean == NULL || fold < 0 || fold >= t->c->n_folds)
            return wick_fail(ctx, WICK_E_PARSE, "a report that cannot be");
        x->last = fold;
        return report(ctx, t, x->trial, fold, x->mean[fold], &x->pruned);
    }
    if (strcmp(what, "fail") == 0) return fail(ctx, t, x->trial);
    if (strcmp(what, "tell") != 0) return wick_fail(ctx, WICK_E_PARSE, "unknown event '%s'", what);
    if (x->pruned) {
        /* What is kept of it is what was run of it. */
        bool pruned = false;
        free(x->r->returns);
        x->r->returns = NULL;
        const wick_status st = wk_trial_run(ctx, t, x->r, 0, stop_after, &x->last, &pruned);
        if (st < 0) return st;
    }
    return tell(ctx, t, x->trial, x->r, x->pruned);
}

static int64_t lines_of(const char *s)
{
    int64_t n = 1;
    for (; *s != '\0'; s++) n += *s == '\n';
    return n;
}

wick_status wk_tune_replay(wick_ctx *ctx, wick_tune *t, const char *order)
{
    const int64_t most = lines_of(order);
    wick_param *space = NULL;
    int64_t n = 0, line = 0;
    open_trial *open = calloc((size_t)most + 1, sizeof *open);
    wick_status st = open != NULL ? make_space(ctx, t, &space, &n) : wick_fail_mem(ctx);
    for (const char *s = order; st >= 0 && *s != '\0'; s += strcspn(s, "\n"), s += *s == '\n') {
        char what[16] = "";
        long long number = -1, fold = -1;
        line++;
        if (wick_interrupted()) st = wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        if (sscanf(s, "%15[a-z] %lld %lld", what, &number, &fold) < 2 || number < 0 ||
            number >= most)
            st = wick_fail(ctx, WICK_E_PARSE, "no event");
        if (st >= 0) st = follow(ctx, t, space, n, what, number, fold, open);
        if (st < 0) st = wick_note(ctx, "while replaying line %lld of the record", (long long)line);
    }
    for (int64_t i = 0; open != NULL && i <= most; i++) free(open[i].mean);
    free(open);
    free(space);
    return st;
}
