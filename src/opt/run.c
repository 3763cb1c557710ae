/* SPDX-License-Identifier: MIT */
/* The loop: ask a batch in order, evaluate it on threads, tell it in order. What a batch holds does
 * not depend on the number of threads: with one, all is asked for before anything is evaluated. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

typedef struct batch {
    wick_study *study;
    wick_objective_fn fn;
    void *user;
    wick_trial **trial;
    double *values; /* m per trial */
    wick_status *result;
    wick_ctx **error; /* kept per trial: telling is in order */
    int64_t n, want;
    int64_t ready; /* of them asked for to the end */
} batch;

static wick_status evaluate(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    batch *b = arg;
    double *values = b->values + task * b->study->m;
    for (int32_t i = 0; i < b->study->m; i++) values[i] = WICK_NA;
    const wick_status st = b->fn(b->user, ctx, b->trial[task], worker, values);
    b->result[task] = st;
    if (st < 0) {
        wick_ctx_copy(b->error[task], ctx);
        wick_ctx_clear(ctx);
    }
    return WICK_OK;
}

/* Numbers for all of them in one go. Where the points may come to their end within the batch, no
 * trial is made that nobody asks for. */
static wick_status before_asking(wick_ctx *ctx, wick_study *s, int64_t want)
{
    if (want < 2 || !s->has_backend || s->sampler->over != NULL) return WICK_OK;
    const wick_status st = wk_backend_pull(ctx, s);
    return st < 0 ? st : wk_backend_reserve(ctx, s, want - s->n_state[WICK_TRIAL_WAITING]);
}

static wick_status ask_batch(wick_ctx *ctx, batch *b, int64_t want)
{
    wick_study *s = b->study;
    const wick_status ready = before_asking(ctx, s, want);
    if (ready < 0) return ready;
    while (b->n < want && !s->stop) {
        bool over = false;
        wick_status st = wick_study_exhausted(ctx, s, &over);
        if (over) s->stop = true;
        if (st < 0 || over) return st;
        st = wick_study_ask(ctx, s, NULL, 0, &b->trial[b->n]);
        if (st < 0) return st;
        b->trial[b->n++]->in_batch = want > 1;
        /* Later trials of the batch must know where this one goes. Alone, it may wait for its
         * first suggestion, as in Optuna. */
        if (want > 1) {
            st = wk_joint_sample(ctx, b->trial[b->n - 1]);
            if (st < 0) return st;
        }
    }
    return WICK_OK;
}

/* ---- asking and evaluating at once ---------------------------------------------------------- */

static wick_status ask_one(wick_ctx *ctx, batch *b)
{
    wick_study *s = b->study;
    wick_trial *t;
    pthread_mutex_lock(&s->lock);
    wick_status st = wk_ask(ctx, s, &t);
    if (st >= 0) {
        t->in_batch = true;
        b->trial[b->n++] = t;
    }
    pthread_mutex_unlock(&s->lock);
    if (st >= 0) st = wk_joint_sample(ctx, t);
    if (st < 0) return st;
    pthread_mutex_lock(&s->lock);
    b->ready = b->n;
    pthread_cond_broadcast(&s->asked);
    pthread_mutex_unlock(&s->lock);
    return WICK_OK;
}

/* Task 0 asks for all trials in order, task i + 1 evaluates trial i as soon as it is there. */
static wick_status ask_or_evaluate(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    batch *b = arg;
    wick_study *s = b->study;
    if (task == 0) {
        wick_status st = WICK_OK;
        while (b->n < b->want && st >= 0) st = ask_one(ctx, b);
        pthread_mutex_lock(&s->lock);
        s->asking = false;
        pthread_cond_broadcast(&s->asked);
        pthread_mutex_unlock(&s->lock);
        return st;
    }
    pthread_mutex_lock(&s->lock);
    while (s->asking && b->ready < task) pthread_cond_wait(&s->asked, &s->lock);
    const bool there = b->ready >= task;
    pthread_mutex_unlock(&s->lock);
    return there ? evaluate(arg, task - 1, worker, ctx) : WICK_OK;
}

/* Asks for a batch and evaluates it. A trial is never asked for with what others of its batch have
 * come to, so that evaluating may begin before all have been asked for. */
static wick_status fill_batch(wick_ctx *ctx, batch *b, int64_t want, int64_t size, int32_t threads)
{
    wick_study *s = b->study;
    wick_status st = WICK_OK;
    b->want = want;
    b->n = b->ready = 0;
    const bool apart = want > 1 && (s->sampler->can & WICK_CAN_ASK_APART) != 0;
    st = apart ? before_asking(ctx, s, want) : ask_batch(ctx, b, want);
    if (st < 0) return st;
    s->frozen = size > 1;
    s->asking = apart;
    st = apart ? wick_pool_run(ctx, want + 1, threads, ask_or_evaluate, b)
               : wick_pool_run(ctx, b->n, threads, evaluate, b);
    s->frozen = s->asking = false;
    for (int64_t i = 0; i < b->n; i++) b->trial[i]->in_batch = false;
    return st;
}

/* ---- telling -------------------------------------------------------------------------------- */

/* A trial that showed no sign of life for too long was ended by another process: its result came
 * too late and is dropped, and the run goes on. */
static wick_status ended_elsewhere(wick_ctx *ctx, wick_study *s, const wick_trial *t)
{
    wick_ctx *spare = wick_ctx_new();
    if (spare == NULL) return wick_fail_mem(ctx);
    const wick_status st = wk_backend_pull(spare, s);
    if (st < 0) wick_ctx_copy(ctx, spare);
    wick_ctx_free(spare);
    if (st < 0 || t->state == WICK_TRIAL_RUNNING) return st < 0 ? st : WICK_E_STATE;
    wick_ctx_clear(ctx);
    wick_log(ctx, "trial %lld was ended by another process: its result is dropped",
             (long long)t->number);
    return WICK_OK;
}

/* Of an interrupted batch nothing is told: whoever goes on asks for all of it again, knows what was
 * known when it was asked for, and gets the same. */
static wick_status cut_short(wick_ctx *ctx, const batch *b)
{
    for (int64_t i = 0; wick_interrupted() && i < b->n; i++)
        if (b->result[i] == WICK_E_CANCELLED) {
            wick_ctx_copy(ctx, b->error[i]);
            return WICK_E_CANCELLED;
        }
    return WICK_OK;
}

static wick_status tell_batch(wick_ctx *ctx, batch *b, const wick_run_trials *o)
{
    wick_study *s = b->study;
    wick_status first = cut_short(ctx, b);
    if (first < 0) return first;
    for (int64_t i = 0; i < b->n; i++) {
        const wick_status r = b->result[i];
        const int32_t state = r < 0              ? WICK_TRIAL_FAIL
                              : r == WICK_PRUNED ? WICK_TRIAL_PRUNED
                                                 : WICK_TRIAL_COMPLETE;
        wick_status st = wk_tell(ctx, b->trial[i], state, b->values + i * s->m, s->m);
        if (st == WICK_E_STATE && s->has_backend) {
            st = ended_elsewhere(ctx, s, b->trial[i]);
            if (st >= 0) continue;
        }
        if (st < 0) return st;
        for (int64_t k = 0; k < o->n_callbacks && st >= 0; k++)
            st = o->callbacks[k].fn(o->callbacks[k].user, ctx, s, b->trial[i]);
        if (st < 0) return st;
        if (r < 0 && !o->keep_going && first == WICK_OK) {
            first = r;
            wick_ctx_copy(ctx, b->error[i]);
            wick_note(ctx, "while evaluating trial %lld", (long long)b->trial[i]->number);
        }
    }
    return first;
}

/* Trials asked for but not told, so that none stays RUNNING: after an error they fail, after an
 * interruption they wait for whoever goes on. */
static void abandon(batch *b)
{
    wick_ctx *spare = wick_ctx_new();
    for (int64_t i = 0; spare != NULL && i < b->n; i++) {
        if (b->trial[i] == NULL || b->trial[i]->state != WICK_TRIAL_RUNNING) continue;
        const wick_status ignored = wick_interrupted()
                                        ? wick_study_give_back(spare, b->study, b->trial[i]->number)
                                        : wk_tell(spare, b->trial[i], WICK_TRIAL_FAIL, NULL, 0);
        (void)ignored; /* the first error is the one to tell */
    }
    wick_ctx_free(spare);
}

static wick_status run(wick_ctx *ctx, batch *b, const wick_run_trials *o, int64_t size)
{
    wick_study *s = b->study;
    const double start = wick_now();
    for (int64_t done = 0; !s->stop && (o->n_trials == 0 || done < o->n_trials); done += b->n) {
        if (wick_interrupted())
            return wick_fail(ctx, WICK_E_CANCELLED, "interrupted after %lld trials",
                             (long long)done);
        if (o->timeout > 0.0 && wick_now() - start >= o->timeout) break;
        const int64_t left = o->n_trials == 0 ? size : o->n_trials - done;
        wick_status st = fill_batch(ctx, b, left < size ? left : size, size, o->threads);
        if (st >= 0) st = wk_backend_hold(ctx, s, true);
        if (st >= 0) {
            st = tell_batch(ctx, b, o);
            /* What was told before an error is stored too; the first error is the one to tell. */
            wick_ctx *spare = st < 0 ? wick_ctx_new() : NULL;
            const wick_status stored = wk_backend_hold(spare != NULL ? spare : ctx, s, false);
            if (st >= 0) st = stored;
            wick_ctx_free(spare);
        }
        bool stop = false;
        if (st >= 0 && o->terminator != NULL) st = wick_terminator_check(ctx, o->terminator, &stop);
        if (st < 0) return st;
        if (stop) s->stop = true;
    }
    return WICK_OK;
}

static wick_status check(wick_ctx *ctx, const wick_study *s, const wick_run_trials *o, int64_t size)
{
    if (s->in_run) return wick_fail(ctx, WICK_E_STATE, "the study is being run already");
    if (o->n_trials < 0 || size < 1 || size > 100000 || o->timeout < 0.0 || o->threads < 0)
        return wick_fail(ctx, WICK_E_ARG, "trials, batch, timeout or threads out of range");
    if (size > 1 && s->rng == WICK_OPT_RNG_OPTUNA)
        return wick_fail(ctx, WICK_E_ARG,
                         "Optuna's generator draws for one trial at a time: batch must be 1");
    return WICK_OK;
}

wick_status wick_study_run(wick_ctx *ctx, wick_study *s, wick_objective_fn fn, void *user,
                           const wick_run_trials *opts)
{
    wick_run_trials o = {0};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    const int64_t size = o.batch == 0 ? 1 : o.batch;
    wick_status st = check(ctx, s, &o, size);
    if (st < 0) return st;
    batch b = {.study = s, .fn = fn, .user = user};
    b.trial = calloc((size_t)size, sizeof *b.trial);
    b.values = calloc((size_t)(size * s->m), sizeof *b.values);
    b.result = calloc((size_t)size, sizeof *b.result);
    b.error = calloc((size_t)size, sizeof *b.error);
    if (b.trial == NULL || b.values == NULL || b.result == NULL || b.error == NULL)
        st = wick_fail_mem(ctx);
    for (int64_t i = 0; st >= 0 && i < size; i++)
        if ((b.error[i] = wick_ctx_new()) == NULL) st = wick_fail_mem(ctx);
    if (st >= 0) {
        s->stop = false;
        s->in_run = true;
        st = run(ctx, &b, &o, size);
        s->in_run = false;
        if (st < 0) abandon(&b);
        if (st >= 0) st = wk_backend_flush(ctx, s);
    }
    for (int64_t i = 0; b.error != NULL && i < size; i++) wick_ctx_free(b.error[i]);
    free(b.trial);
    free(b.values);
    free(b.result);
    free(b.error);
    return st;
}
