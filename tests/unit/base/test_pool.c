/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "alloc_walk.h"

enum { TASKS = 500 };

typedef struct work {
    int done[TASKS];
    int32_t worker[TASKS];
    atomic_int running, most;
    int64_t fail_from; /* tasks that fail: fail_from, fail_from + 3 ...; -1 none */
    atomic_int started;
} work;

static void pause_a_little(int64_t task)
{
    const struct timespec t = {0, (task * 7919 % 13) * 20000};
    nanosleep(&t, NULL);
}

static wick_status run_one(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    work *w = arg;
    const int now = atomic_fetch_add(&w->running, 1) + 1;
    int seen = atomic_load(&w->most);
    while (now > seen && !atomic_compare_exchange_weak(&w->most, &seen, now)) {}
    atomic_fetch_add(&w->started, 1);
    pause_a_little(task);
    w->done[task]++;
    w->worker[task] = worker;
    atomic_fetch_sub(&w->running, 1);
    if (w->fail_from >= 0 && task >= w->fail_from && (task - w->fail_from) % 3 == 0) {
        wick_fail(ctx, WICK_E_DATA, "task %lld is bad", (long long)task);
        return wick_note(ctx, "while in worker");
    }
    return WICK_OK;
}

static void every_task_once(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const int32_t threads[] = {1, 2, 5, 0, 1000};
    for (size_t k = 0; k < 5; k++) {
        work *w = calloc(1, sizeof *w);
        w->fail_from = -1;
        check_ok(ctx, wick_pool_run(ctx, TASKS, threads[k], run_one, w));
        const int32_t limit = threads[k] == 0 ? wick_cores() : threads[k] > 256 ? 256 : threads[k];
        for (int i = 0; i < TASKS; i++) {
            assert_int_equal(w->done[i], 1);
            assert_in_range(w->worker[i], 0, limit - 1);
        }
        assert_true(atomic_load(&w->most) <= limit);
        if (threads[k] == 5) assert_true(atomic_load(&w->most) > 1);
        free(w);
    }
    check_ok(ctx, wick_pool_run(ctx, 0, 4, run_one, NULL));
    wick_ctx_free(ctx);
}

/* The lowest failing task is the one reported, whatever finishes first. */
static void lowest_error_wins(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const int32_t threads[] = {1, 2, 7};
    for (size_t k = 0; k < 3; k++)
        for (int64_t from = 0; from < 60; from += 11) {
            work *w = calloc(1, sizeof *w);
            w->fail_from = from;
            char want[64];
            snprintf(want, sizeof want, "task %lld is bad\nwhile in worker", (long long)from);
            const wick_status st = wick_pool_run(ctx, TASKS, threads[k], run_one, w);
            check_fails(ctx, st, WICK_E_DATA, want);
            assert_string_equal(wick_ctx_error(ctx), want);
            for (int64_t i = 0; i <= from; i++) assert_int_equal(w->done[i], 1);
            if (threads[k] == 1) assert_int_equal(atomic_load(&w->started), from + 1);
            free(w);
        }
    wick_ctx_free(ctx);
}

static wick_status warn_one(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    (void)worker;
    pause_a_little(task);
    wick_log(ctx, "%lld", (long long)task);
    wick_log(ctx, "%lld again", (long long)task);
    return task == *(int64_t *)arg ? wick_fail(ctx, WICK_E_DATA, "bad") : WICK_OK;
}

static void collect(void *user, const char *message)
{
    wick_buf_add(user, message, -1);
    wick_buf_add(user, ";", 1);
}

/* What a person reads is in task order for any number of threads, and ends with a failure. */
static void warnings_in_order(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t bad = -1; bad < 60; bad += 37) {
        wick_buf want = {0};
        for (int64_t i = 0; i < 50 && (bad < 0 || i <= bad); i++)
            wick_buf_addf(&want, "%lld;%lld again;", (long long)i, (long long)i);
        for (int32_t threads = 1; threads < 8; threads += 3) {
            wick_buf got = {0};
            wick_ctx_set_log(ctx, collect, &got);
            const wick_status st = wick_pool_run(ctx, 50, threads, warn_one, &bad);
            assert_int_equal(st, bad < 0 ? WICK_OK : WICK_E_DATA);
            assert_string_equal(got.data, want.data);
            wick_buf_free(&got);
        }
        wick_buf_free(&want);
    }
    wick_ctx_free(ctx);
}

static void misuse(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    check_fails(ctx, wick_pool_run(ctx, 5, 1, NULL, NULL), WICK_E_ARG, "no function");
    check_fails(ctx, wick_pool_run(ctx, -1, 1, run_one, NULL), WICK_E_ARG, NULL);
    assert_true(wick_cores() >= 1);
    wick_ctx_free(ctx);
}

static wick_status nothing(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    (void)task, (void)worker, (void)ctx;
    atomic_fetch_add((atomic_int *)arg, 1);
    return WICK_OK;
}

static wick_status make(wick_ctx *ctx, void *arg)
{
    atomic_store((atomic_int *)arg, 0);
    const wick_status st = wick_pool_run(ctx, 10, 3, nothing, arg);
    if (st >= 0) assert_int_equal(atomic_load((atomic_int *)arg), 10);
    return st;
}

static void refused_memory(void **state)
{
    (void)state;
    atomic_int count;
    atomic_init(&count, 0);
    assert_int_equal(alloc_walk(make, &count), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_once),
        cmocka_unit_test(lowest_error_wins),
        cmocka_unit_test(warnings_in_order),
        cmocka_unit_test(misuse),
        cmocka_unit_test(refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
