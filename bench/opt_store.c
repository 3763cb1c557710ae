/* SPDX-License-Identifier: MIT */
/* Trials a second of a shared study: several processes ask, suggest five parameters and tell.
 *
 *     opt_store [URL [WRITERS [TRIALS [BATCH]]]]
 *
 * The default URL is a fresh SQLite file under /tmp. The sampler is random: what is measured is the
 * storage, and that each process reads what the others did. bench/opt_store_optuna.py does the same
 * with Optuna. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wick/store.h"

static void stop_if(wick_ctx *ctx, wick_status st)
{
    if (st >= 0) return;
    fprintf(stderr, "opt_store: %s\n", wick_ctx_error(ctx));
    _exit(1);
}

static wick_status objective(void *user, wick_ctx *ctx, wick_trial *t, int32_t worker, double *v)
{
    (void)user;
    (void)worker;
    *v = 0.0;
    for (int i = 0; i < 5; i++) {
        char name[8];
        double x;
        snprintf(name, sizeof name, "x%d", i);
        const wick_status st = wick_trial_suggest_float(ctx, t, name, -5, 5, 0, false, &x);
        if (st < 0) return st;
        *v += x * x;
    }
    return WICK_OK;
}

static void writer(const char *url, const char *name, int64_t trials, int64_t batch, uint64_t seed)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_storage *at = NULL;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .name = name, .sampler = "random", .seed = seed};
    const wick_run_trials r = {.size = sizeof r, .n_trials = trials, .batch = batch, .threads = 1};
    stop_if(ctx, wick_storage_open(ctx, url, NULL, &at));
    stop_if(ctx, wick_storage_study(ctx, at, &o, WICK_STUDY_OPEN, &s));
    stop_if(ctx, wick_study_run(ctx, s, objective, NULL, &r));
    wick_study_free(s);
    wick_storage_close(at);
    wick_ctx_free(ctx);
}

static double measure(const char *url, int writers, int64_t trials, int64_t batch)
{
    char name[64];
    snprintf(name, sizeof name, "bench-%ld-%lld", (long)getpid(), (long long)batch);
    writer(url, name, 1, 1, 0); /* tables and study are there before the clock starts */
    const double start = wick_now();
    for (int w = 0; w < writers; w++) {
        const pid_t pid = fork();
        if (pid < 0) exit(1);
        if (pid == 0) {
            writer(url, name, trials, batch, (uint64_t)w + 1);
            _exit(0);
        }
    }
    bool good = true;
    for (int w = 0; w < writers; w++) {
        int status = 0;
        good = wait(&status) > 0 && status == 0 && good;
    }
    if (!good) exit(1);
    return (double)(writers * trials) / (wick_now() - start);
}

int main(int argc, char **argv)
{
    char url[128];
    snprintf(url, sizeof url, "sqlite:////tmp/wick-bench-%ld.db", (long)getpid());
    const char *at = argc > 1 ? argv[1] : url;
    const int writers = argc > 2 ? atoi(argv[2]) : 4;
    const int64_t trials = argc > 3 ? atoi(argv[3]) : 2500;
    const int64_t only = argc > 4 ? atoi(argv[4]) : 0;
    static const int64_t batches[] = {1, 16};
    printf("%-12s %8s %8s %12s\n", "storage", "writers", "batch", "trials/s");
    for (int k = 0; k < (only ? 1 : 2); k++) {
        const int64_t batch = only ? only : batches[k];
        const double rate = measure(at, writers, trials, batch);
        printf("%-12.*s %8d %8lld %12.0f\n", (int)strcspn(at, ":"), at, writers, (long long)batch,
               rate);
    }
    if (argc < 2) {
        static const char *const ends[] = {"", "-wal", "-shm"};
        for (int i = 0; i < 3; i++) {
            char file[160];
            snprintf(file, sizeof file, "%s%s", url + strlen("sqlite:///"), ends[i]);
            unlink(file);
        }
    }
    return 0;
}
