/* SPDX-License-Identifier: MIT */
/* What a trial of ten floats costs beside its objective.
 *
 *     opt_ask [SAMPLER [TRIALS...]]
 *
 * Fills a study with random trials, then times asking (with all ten suggestions) and telling, with
 * so many finished trials (tpe: 100, 1,000 and 20,000; gp: 50, 100 and 200). The processor's time
 * is beside the clock's because another job may have the machine. bench/opt_ask_optuna.py prints
 * the same for Optuna. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wick/opt.h"

enum { D = 10 };

static void stop_if(wick_ctx *ctx, wick_status st)
{
    if (st >= 0) return;
    fprintf(stderr, "opt_ask: %s\n", wick_ctx_error(ctx));
    exit(1);
}

static double value_of(const double *x)
{
    double v = 0.0;
    for (int i = 0; i < D; i++) v += (x[i] - 0.1 * i) * (x[i] - 0.1 * i);
    return v;
}

static void fill(wick_ctx *ctx, wick_study *s, int64_t n)
{
    wick_dist d;
    stop_if(ctx, wick_dist_float(ctx, -5, 5, 0, false, &d));
    for (int64_t i = wick_study_count(s); i < n; i++) {
        wick_pcg g = wick_pcg_key(1, "fill", (uint64_t)i, 0);
        char name[D][8];
        wick_param p[D];
        double x[D];
        for (int k = 0; k < D; k++) {
            snprintf(name[k], sizeof name[k], "x%d", k);
            x[k] = -5.0 + 10.0 * wick_pcg_uniform(&g);
            p[k] = (wick_param){name[k], &d, x[k]};
        }
        const double v = value_of(x);
        const wick_trial_in in = {.size = sizeof in,
                                  .state = WICK_TRIAL_COMPLETE,
                                  .values = &v,
                                  .n_values = 1,
                                  .params = p,
                                  .n_params = D};
        stop_if(ctx, wick_study_add(ctx, s, &in, NULL));
    }
}

static void one(wick_ctx *ctx, wick_study *s)
{
    wick_trial *t;
    double x[D];
    stop_if(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
    for (int k = 0; k < D; k++) {
        char name[8];
        snprintf(name, sizeof name, "x%d", k);
        stop_if(ctx, wick_trial_suggest_float(ctx, t, name, -5, 5, 0, false, &x[k]));
    }
    const double v = value_of(x);
    stop_if(ctx, wick_study_tell(ctx, s, wick_trial_number(t), WICK_TRIAL_COMPLETE, &v, 1));
}

static double processor_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .sampler = argc > 1 ? argv[1] : "tpe"};
    stop_if(ctx, wick_study_new(ctx, &o, &s));
    const bool gp = strncmp(o.sampler, "gp", 2) == 0;
    int64_t sizes[8] = {gp ? 50 : 100, gp ? 100 : 1000, gp ? 200 : 20000};
    int n = 3;
    if (argc > 2)
        for (n = 0; n < 8 && n + 2 < argc; n++) sizes[n] = atoll(argv[n + 2]);
    for (int k = 0; k < n; k++) {
        enum { REPEAT = 41 };
        double ms[REPEAT], cpu[REPEAT];
        fill(ctx, s, sizes[k]);
        one(ctx, s); /* takes in what was added */
        for (int i = 0; i < REPEAT; i++) {
            const double t0 = wick_now(), c0 = processor_ms();
            one(ctx, s);
            ms[i] = (wick_now() - t0) * 1e3;
            cpu[i] = processor_ms() - c0;
        }
        qsort(ms, REPEAT, sizeof *ms, ascending);
        qsort(cpu, REPEAT, sizeof *cpu, ascending);
        printf("wick %-24s %6lld trials: median %8.4f ms (CPU %8.4f), worst %8.4f ms\n",
               wick_study_sampler(s), (long long)sizes[k], ms[REPEAT / 2], cpu[REPEAT / 2],
               ms[REPEAT - 1]);
    }
    wick_study_free(s);
    wick_ctx_free(ctx);
    return 0;
}
