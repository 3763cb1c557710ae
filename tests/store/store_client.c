/* SPDX-License-Identifier: MIT */
/* A worker, or a reader, of a study for the scripts of tests/store.
 *
 *     store_client run URL STUDY TRIALS [HEARTBEAT RETRIES SLEEP_MS]
 *     store_client until URL STUDY FINISHED [HEARTBEAT RETRIES SLEEP_MS]
 *     store_client dump URL STUDY
 *
 * `until` goes on until the study has so many finished trials that were not lost to silence, and
 * says which ones it has told. `dump` prints one line per trial: number, state, values, parameters
 * as the user sees them, reports, constraints; dump.py prints the same with Optuna. */
#include <time.h>

#include "unit/store/store_help.h"

static int complain(wick_ctx *ctx)
{
    fprintf(stderr, "store_client: %s\n", wick_ctx_error(ctx));
    return 1;
}

typedef struct job {
    int64_t sleep_ms, until;
} job;

static wick_status told(void *user, wick_ctx *ctx, wick_study *s, const wick_trial *t)
{
    (void)ctx;
    const job *j = user;
    if (j->until == 0) return WICK_OK;
    printf("told %lld %s\n", (long long)wick_trial_number(t),
           wick_trial_state_name(wick_trial_state_of(t)));
    fflush(stdout);
    const int64_t done = wick_study_count_state(s, WICK_TRIAL_COMPLETE) +
                         wick_study_count_state(s, WICK_TRIAL_PRUNED);
    if (done >= j->until) wick_study_stop(s);
    return WICK_OK;
}

static wick_status slow(void *user, wick_ctx *ctx, wick_trial *t, int32_t worker, double *v)
{
    const job *j = user;
    const wick_status st = objective(NULL, ctx, t, worker, v);
    const struct timespec d = {.tv_sec = j->sleep_ms / 1000,
                               .tv_nsec = j->sleep_ms % 1000 * 1000000};
    nanosleep(&d, NULL);
    return st;
}

static int run(wick_ctx *ctx, int argc, char **argv)
{
    wick_storage_opts so = {.size = sizeof so};
    job j = {0};
    if (argc > 5) so.heartbeat = atof(argv[5]);
    if (argc > 6) so.retries = atoi(argv[6]);
    if (argc > 7) j.sleep_ms = atoi(argv[7]);
    wick_storage *at = NULL;
    wick_study *s = NULL;
    const wick_study_opts o = {
        .size = sizeof o, .name = argv[3], .seed = 1, .pruner = "median(startup=5)"};
    const bool until = strcmp(argv[1], "until") == 0;
    if (until) j.until = atoi(argv[4]);
    const wick_callback callback = {told, &j};
    const wick_run_trials r = {.size = sizeof r,
                               .n_trials = until ? 0 : atoi(argv[4]),
                               .threads = 1,
                               .keep_going = true,
                               .callbacks = &callback,
                               .n_callbacks = 1};
    const bool good = wick_storage_open(ctx, argv[2], &so, &at) >= 0 &&
                      wick_storage_study(ctx, at, &o, WICK_STUDY_OPEN, &s) >= 0 &&
                      wick_study_run(ctx, s, slow, &j, &r) >= 0;
    wick_study_free(s);
    wick_storage_close(at);
    return good ? 0 : complain(ctx);
}

static void print_value(const wick_param *p)
{
    if (p->dist->kind != WICK_DIST_CATEGORICAL) {
        printf("%.17g", p->value);
        return;
    }
    const wick_choice *c = &p->dist->choices[(int64_t)p->value];
    switch (c->kind) {
    case WICK_CHOICE_STRING: printf("%s", c->s); break;
    case WICK_CHOICE_FLOAT: printf("%.17g", c->d); break;
    case WICK_CHOICE_INT: printf("%lld", (long long)c->i); break;
    case WICK_CHOICE_BOOL: printf("%s", c->i ? "True" : "False"); break;
    default: printf("None"); break;
    }
}

static void print_trial(const wick_study *s, const wick_trial *t)
{
    printf("%lld %s", (long long)wick_trial_number(t),
           wick_trial_state_name(wick_trial_state_of(t)));
    for (int32_t k = 0; k < wick_study_objectives(s); k++)
        if (!isnan(wick_trial_value(t, k))) printf(" =%.17g", wick_trial_value(t, k));
    for (int64_t k = 0; k < wick_trial_param_count(t); k++) {
        const wick_param p = wick_trial_param_at(t, k);
        printf(" %s:", p.name);
        print_value(&p);
    }
    /* By step: rows that were inserted together come back in any order from PostgreSQL. */
    const int64_t n = wick_trial_report_count(t);
    for (int64_t i = 0, last = -1; i < n; i++) {
        int64_t next = INT64_MAX, step = 0;
        double value = 0.0;
        for (int64_t k = 0; k < n; k++) {
            const double v = wick_trial_report_at(t, k, &step);
            if (step > last && step < next) next = step, value = v;
        }
        printf(" @%lld:%.17g", (long long)next, value);
        last = next;
    }
    for (int64_t k = 0; k < wick_trial_constraint_count(t); k++)
        printf(" !%.17g", wick_trial_constraint_at(t, k, NULL));
    printf("\n");
}

static int dump(wick_ctx *ctx, char **argv)
{
    wick_storage *at = NULL;
    wick_study *s = NULL;
    const wick_storage_opts so = {.size = sizeof so, .read_only = true};
    const wick_study_opts o = {.size = sizeof o, .name = argv[3]};
    const bool good = wick_storage_open(ctx, argv[2], &so, &at) >= 0 &&
                      wick_storage_study(ctx, at, &o, WICK_STUDY_LOAD, &s) >= 0;
    for (int64_t i = 0; good && i < wick_study_count(s); i++)
        print_trial(s, wick_study_trial(s, i));
    wick_study_free(s);
    wick_storage_close(at);
    return good ? 0 : complain(ctx);
}

int main(int argc, char **argv)
{
    wick_ctx *ctx = wick_ctx_new();
    int code = 2;
    if (argc >= 5 && (strcmp(argv[1], "run") == 0 || strcmp(argv[1], "until") == 0))
        code = run(ctx, argc, argv);
    if (argc == 4 && strcmp(argv[1], "dump") == 0) code = dump(ctx, argv);
    if (code == 2) fprintf(stderr, "usage: store_client run|dump URL STUDY [TRIALS ...]\n");
    wick_ctx_free(ctx);
    return code;
}
