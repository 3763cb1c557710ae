/* SPDX-License-Identifier: MIT */
/* How often a search over pure noise is called skill, and one over a planted edge luck: 200 markets
 * of each (or the number given), 30 trials, 750 bars. Nominal: a deflated Sharpe ratio of 0.95 and
 * more on 5 % of the noise, PBO 0.5. */
#include "lag_subject.h"

static wick_status one(wick_ctx *ctx, uint64_t seed, double edge, wick_honest *h, double *lag)
{
    enum { BARS = 750 };
    static const int32_t up = WICK_MAXIMIZE;
    lag_workers workers = {.bars_min = 0};
    wick_tune_param param;
    const wick_subject subject = lag_subject(&workers, &param, 1);
    const wick_segment all = {MOST_LAG + 2, BARS};
    const wick_course_fold fold = {"all", &all, 1};
    const wick_study_opts so = {
        .size = sizeof so, .directions = &up, .sampler = "brute_force", .seed = seed};
    wick_panel *panel = NULL;
    wick_course *course = NULL;
    wick_study *study = NULL;
    wick_tune *tune = NULL;
    wick_status st;
    WICK_TRY(lag_panel(ctx, seed, BARS, edge, &panel));
    const wick_market market = {.name = "", .panel = panel};
    const wick_course_opts co = {
        .size = sizeof co, .markets = &market, .n_markets = 1, .folds = &fold, .n_folds = 1};
    WICK_TRY(wick_course_new(ctx, &co, &course));
    WICK_TRY(wick_study_new(ctx, &so, &study));
    const wick_tune_opts to = {.size = sizeof to,
                               .subject = &subject,
                               .course = course,
                               .study = study,
                               .n_trials = 100,
                               .threads = 1};
    WICK_TRY(wick_tune_run(ctx, &to, &tune));
    const wick_honest_opts ho = {.size = sizeof ho, .replicates = 500, .threads = 1};
    WICK_TRY(wick_tune_honest(ctx, tune, &ho, h, NULL));
    *lag = wick_tune_at(tune, h->best).params[0];
out:
    wick_tune_free(tune);
    wick_study_free(study);
    wick_course_free(course);
    wick_panel_unref(panel);
    lag_free(&workers);
    return st;
}

static int repeat(wick_ctx *ctx, int times, double edge, const char *what)
{
    double pbo = 0.0, dsr = 0.0, spa = 0.0;
    int sure = 0, sure_raw = 0, low_p = 0, skill = 0, found = 0;
    const double began = wick_now();
    for (int i = 0; i < times; i++) {
        wick_honest h;
        double lag = 0.0;
        if (one(ctx, 1 + (uint64_t)i, edge, &h, &lag) < 0) {
            fprintf(stderr, "%s\n", wick_ctx_error(ctx));
            return 1;
        }
        sure += h.dsr >= 0.95;
        sure_raw += h.dsr_raw >= 0.95;
        low_p += h.spa.p_consistent <= 0.05;
        skill += h.finding == WICK_FOUND_SKILL;
        found += lag == PLANTED_LAG;
        pbo += h.pbo.pbo / times;
        dsr += h.dsr / times;
        spa += h.spa.p_consistent / times;
    }
    printf("%s, %d markets, 30 trials each (%.1f ms a market)\n", what, times,
           1e3 * (wick_now() - began) / times);
    printf("  mean PBO                     %.3f\n", pbo);
    printf("  mean deflated Sharpe ratio   %.3f\n", dsr);
    printf("  deflated ratio >= 0.95       %.1f %% (by all distinct trials %.1f %%)\n",
           100.0 * sure / times, 100.0 * sure_raw / times);
    printf("  SPA p <= 0.05                %.1f %% (mean p %.3f)\n", 100.0 * low_p / times, spa);
    printf("  called skill                 %.1f %%\n", 100.0 * skill / times);
    printf("  winner is the planted lag    %.1f %%\n", 100.0 * found / times);
    return 0;
}

int main(int argc, char **argv)
{
    const int times = argc > 1 ? atoi(argv[1]) : 200;
    wick_ctx *ctx = wick_ctx_new();
    if (ctx == NULL || times < 1) return 1;
    const int bad =
        repeat(ctx, times, 0.0, "pure noise") || repeat(ctx, times, 0.25, "planted edge");
    wick_ctx_free(ctx);
    return bad;
}
