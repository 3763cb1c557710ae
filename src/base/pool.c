/* SPDX-License-Identifier: MIT */
/* Threads for one job: started, joined, gone. A run takes longer than starting a thread by orders
 * of magnitude, and a pool that outlives its job would be global state. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base_int.h"

enum { MAX_THREADS = 256 };

typedef struct job {
    pthread_mutex_t lock;
    int64_t next, n;
    int64_t failed_task; /* lowest task that failed so far, n while none did */
    wick_ctx *error;     /* its error */
    wick_status status;
    wick_task_fn fn;
    void *arg;
} job;

/* A warning of a task, kept until the end: the sink of the parent is called by the parent alone, in
 * task order, so that what a person reads does not depend on timing. */
typedef struct note {
    struct note *next;
    int64_t task;
    char text[];
} note;

typedef struct worker {
    job *job;
    wick_ctx *ctx;
    int64_t task;
    int32_t number;
    pthread_t thread;
    note *first, **end;
} worker;

int32_t wick_cores(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (int32_t)n;
}

/* After a failure the tasks below the failed one still run: one of them may fail too, and the
 * lowest one must win whatever the timing. Tasks are handed out in order, so those were already
 * taken when the failure is seen. */
static int64_t take(job *j)
{
    pthread_mutex_lock(&j->lock);
    const int64_t task = j->next < j->failed_task ? j->next++ : -1;
    pthread_mutex_unlock(&j->lock);
    return task;
}

static void report(job *j, int64_t task, wick_status st, const wick_ctx *ctx)
{
    pthread_mutex_lock(&j->lock);
    if (task < j->failed_task) {
        j->failed_task = task;
        j->status = st;
        wick_ctx_copy(j->error, ctx);
    }
    pthread_mutex_unlock(&j->lock);
}

static void keep_note(void *user, const char *message)
{
    worker *w = user;
    const size_t n = strlen(message) + 1;
    note *k = malloc(sizeof *k + n);
    if (!k) return; /* a warning is not worth a failure */
    k->next = NULL;
    k->task = w->task;
    memcpy(k->text, message, n);
    *w->end = k;
    w->end = &k->next;
}

/* Each worker's notes are in task order already: take the lowest head again and again. Tasks after
 * a failed one may or may not have run, so their notes are dropped. */
static void pass_notes(wick_ctx *ctx, worker *w, int32_t threads, int64_t failed_task)
{
    for (;;) {
        worker *lowest = NULL;
        for (int32_t i = 0; i < threads; i++)
            if (w[i].first && (!lowest || w[i].first->task < lowest->first->task)) lowest = &w[i];
        if (!lowest) return;
        note *k = lowest->first;
        lowest->first = k->next;
        if (k->task <= failed_task) wick_log(ctx, "%s", k->text);
        free(k);
    }
}

static void *work(void *p)
{
    worker *w = p;
    for (int64_t task; (task = take(w->job)) >= 0;) {
        wick_ctx_clear(w->ctx);
        w->task = task;
        const wick_status st = w->job->fn(w->job->arg, task, w->number, w->ctx);
        if (st < 0) report(w->job, task, st, w->ctx);
    }
    return NULL;
}

static wick_status run_here(wick_ctx *ctx, int64_t n, wick_task_fn fn, void *arg)
{
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < n && st >= 0; i++) st = fn(arg, i, 0, ctx);
    return st < 0 ? st : WICK_OK;
}

wick_status wick_pool_run(wick_ctx *ctx, int64_t n, int32_t threads, wick_task_fn fn, void *arg)
{
    if (!fn || n < 0) return wick_fail(ctx, WICK_E_ARG, "wick_pool_run: no function or n < 0");
    if (threads <= 0) threads = wick_cores();
    if (threads > MAX_THREADS) threads = MAX_THREADS;
    if (threads > n) threads = (int32_t)n;
    if (threads <= 1) return run_here(ctx, n, fn, arg);

    wick_status st = WICK_OK;
    job j = {.n = n, .failed_task = n, .fn = fn, .arg = arg};
    if (pthread_mutex_init(&j.lock, NULL) != 0) return wick_fail_mem(ctx);
    worker *w = calloc((size_t)threads, sizeof *w);
    j.error = wick_ctx_new();
    int32_t started = 0;
    if (!w || !j.error) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int32_t i = 0; i < threads; i++) {
        w[i].job = &j;
        w[i].number = i;
        w[i].end = &w[i].first;
        w[i].ctx = wick_ctx_new();
        if (!w[i].ctx) {
            st = wick_fail_mem(ctx);
            goto out;
        }
        if (wk_ctx_has_log(ctx)) wick_ctx_set_log(w[i].ctx, keep_note, &w[i]);
    }
    /* This thread is worker 0. A thread that cannot be started is work for the others. */
    for (started = 1; started < threads; started++)
        if (pthread_create(&w[started].thread, NULL, work, &w[started]) != 0) break;
    work(&w[0]);
    for (int32_t i = 1; i < started; i++) pthread_join(w[i].thread, NULL);
    st = j.status;
    pass_notes(ctx, w, threads, j.failed_task);
    if (st < 0) wick_ctx_copy(ctx, j.error);
out:
    for (int32_t i = 0; w && i < threads; i++) wick_ctx_free(w[i].ctx);
    free(w);
    wick_ctx_free(j.error);
    pthread_mutex_destroy(&j.lock);
    return st;
}
