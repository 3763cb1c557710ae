/* SPDX-License-Identifier: MIT */
#include "../../../bench/lag_subject.h"

#include "support/alloc_walk.h"
#include "support/check.h"

/* One market, one fold of everything, a study; released in one place. */
typedef struct bed {
    wick_ctx *ctx;
    wick_panel *panel;
    lag_workers workers;
    wick_tune_param param;
    wick_subject subject;
    wick_course *course;
    wick_study *study;
    wick_tune *tune;
} bed;

static wick_course *course_of(bed *b, const wick_course_fold *folds, int64_t n, int32_t over,
                              const char *robust)
{
    const wick_market market = {.name = "", .panel = b->panel};
    const wick_course_opts o = {.size = sizeof o,
                                .markets = &market,
                                .n_markets = 1,
                                .folds = folds,
                                .n_folds = n,
                                .aggregate = over,
                                .robust = robust,
                                .seed = 1};
    wick_course *c = NULL;
    check_ok(b->ctx, wick_course_new(b->ctx, &o, &c));
    return c;
}

static wick_study *study_of(bed *b, const char *sampler, const char *pruner, int32_t objectives)
{
    static const int32_t up[2] = {WICK_MAXIMIZE, WICK_MAXIMIZE};
    const wick_study_opts o = {.size = sizeof o,
                               .n_objectives = objectives,
                               .directions = up,
                               .sampler = sampler,
                               .pruner = pruner,
                               .seed = 3};
    wick_study *s = NULL;
    check_ok(b->ctx, wick_study_new(b->ctx, &o, &s));
    return s;
}

static void open_bed(bed *b, uint64_t seed, int64_t bars, double edge, const char *sampler)
{
    *b = (bed){.ctx = wick_ctx_new()};
    check_ok(b->ctx, lag_panel(b->ctx, seed, bars, edge, &b->panel));
    b->subject = lag_subject(&b->workers, &b->param, 1);
    const wick_segment all = {MOST_LAG + 2, bars};
    const wick_course_fold fold = {"all", &all, 1};
    b->course = course_of(b, &fold, 1, WICK_OVER_MEAN, NULL);
    b->study = study_of(b, sampler, NULL, 1);
}

static void close_bed(bed *b)
{
    wick_tune_free(b->tune);
    wick_study_free(b->study);
    wick_course_free(b->course);
    lag_free(&b->workers);
    wick_panel_unref(b->panel);
    wick_ctx_free(b->ctx);
}

static wick_tune_opts opts_of(const bed *b, int64_t n)
{
    return (wick_tune_opts){.size = sizeof(wick_tune_opts),
                            .subject = &b->subject,
                            .course = b->course,
                            .study = b->study,
                            .n_trials = n,
                            .threads = 2};
}

/* The planted lag is found, and the report does not call it luck. */
static void planted(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 11, 1000, 0.3, "tpe");
    const wick_tune_opts o = opts_of(&b, 60);
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
    const int64_t best = wick_tune_best(b.tune);
    assert_true(wick_tune_at(b.tune, best).params[0] == PLANTED_LAG);
    wick_honest h;
    wick_sensitivity s[1];
    check_ok(b.ctx, wick_tune_honest(b.ctx, b.tune, NULL, &h, s));
    assert_int_equal(h.finding, WICK_FOUND_SKILL);
    assert_true(h.dsr > 0.99 && h.pbo.pbo < 0.05 && h.spa.p_consistent < 0.01);
    assert_int_equal(h.neighbours, 2);
    assert_int_equal(h.near, 0); /* one lag alone works: a peak, and it says so */
    assert_true(s[0].down < 0.5 * h.in_value && s[0].up < 0.5 * h.in_value);
    wick_buf text = {0};
    wick_honest_sentence(&h, &text);
    assert_non_null(strstr(text.data, "Luck alone does not explain this"));
    assert_non_null(strstr(text.data, "a peak, distrust it"));
    wick_buf_free(&text);
    close_bed(&b);
}

/* Pure noise: over many markets the report says luck as often as it should, and the choice made on
 * half of the bars is a coin flip on the others. bench/tune_luck repeats it 200 times. */
static void luck(void **state)
{
    (void)state;
    enum { TIMES = 40 };
    int skill = 0, sure = 0;
    double pbo = 0.0;
    for (int i = 0; i < TIMES; i++) {
        bed b;
        open_bed(&b, 1000 + (uint64_t)i, 400, 0.0, "brute_force");
        const wick_tune_opts o = opts_of(&b, 100);
        check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
        wick_honest h;
        const wick_honest_opts how = {.size = sizeof how, .replicates = 100, .threads = 1};
        check_ok(b.ctx, wick_tune_honest(b.ctx, b.tune, &how, &h, NULL));
        assert_int_equal(h.count.raw, MOST_LAG);
        skill += h.finding == WICK_FOUND_SKILL;
        sure += h.dsr >= 0.95;
        pbo += h.pbo.pbo / TIMES;
        close_bed(&b);
    }
    assert_in_range(sure, 0, 6); /* 5 % of 40 are 2; more than 6 happens once in 300 times */
    assert_in_range(skill, 0, sure);
    assert_true(pbo > 0.35 && pbo < 0.65);
}

/* Trials that were pruned were tried: luck is what the best of all of them would show. */
static void pruned_count(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 77, 600, 0.0, "random");
    const wick_segment parts[4] = {{50, 180}, {180, 320}, {320, 460}, {460, 600}};
    const wick_course_fold folds[4] = {
        {"1", &parts[0], 1}, {"2", &parts[1], 1}, {"3", &parts[2], 1}, {"4", &parts[3], 1}};
    wick_course *course = course_of(&b, folds, 4, WICK_OVER_MEAN, NULL);
    wick_study *study = study_of(&b, "random", "median(startup=3)", 1);
    wick_tune_opts o = opts_of(&b, 60);
    o.course = course;
    o.study = study;
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
    wick_honest h;
    const wick_honest_opts how = {.size = sizeof how, .replicates = 50, .threads = 1};
    check_ok(b.ctx, wick_tune_honest(b.ctx, b.tune, &how, &h, NULL));
    assert_true(h.pruned > 5 && h.count.raw > 2);
    assert_true(h.tried > h.count.raw && h.tried <= h.count.raw + h.pruned);
    const double rho = h.count.mean_corr > 0.0 ? h.count.mean_corr : 0.0;
    check_close(h.count.effective, rho + (1.0 - rho) * (double)h.tried, 1e-12);
    check_close(h.luck, wick_expected_max_sharpe(h.count.variance, h.count.effective), 1e-12);
    assert_true(h.dsr_raw <= h.dsr);
    wick_study_free(study);
    wick_course_free(course);
    close_bed(&b);
}

static void check_same_trials(const wick_tune *a, const wick_tune *b)
{
    assert_int_equal(wick_tune_count(a), wick_tune_count(b));
    for (int64_t i = 0; i < wick_tune_count(a); i++) {
        const wick_tune_trial x = wick_tune_at(a, i), y = wick_tune_at(b, i);
        assert_int_equal(x.state, y.state);
        check_same(x.params[0], y.params[0]);
        check_same(x.value[0], y.value[0]);
        assert_int_equal(x.trades, y.trades);
        assert_int_equal(x.duplicate_of, y.duplicate_of);
    }
}

/* The same trials on one thread and on two; the same as before when they were recorded. */
static void deterministic(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 5, 600, 0.1, "tpe");
    const wick_segment parts[4] = {{50, 180}, {180, 320}, {320, 460}, {460, 600}};
    const wick_course_fold folds[4] = {
        {"1", &parts[0], 1}, {"2", &parts[1], 1}, {"3", &parts[2], 1}, {"4", &parts[3], 1}};
    wick_course *course = course_of(&b, folds, 4, WICK_OVER_MEAN, NULL);
    wick_tune *runs[3] = {NULL};
    wick_study *studies[3] = {NULL};
    for (int i = 0; i < 3; i++) {
        studies[i] = study_of(&b, "tpe(startup=5)", "median(startup=4)", 1);
        wick_tune_opts o = opts_of(&b, 50);
        o.course = course;
        o.study = studies[i];
        o.threads = i == 0 ? 1 : 2;
        o.async = i == 2;
        check_ok(b.ctx, wick_tune_run(b.ctx, &o, &runs[i]));
    }
    check_same_trials(runs[0], runs[1]);
    int64_t pruned = 0;
    for (int64_t i = 0; i < 50; i++) pruned += wick_tune_at(runs[0], i).state == WICK_TRIAL_PRUNED;
    assert_true(pruned > 0);
    assert_string_equal(wick_tune_order(runs[0]), "");
    wick_study *again = study_of(&b, "tpe(startup=5)", "median(startup=4)", 1);
    wick_tune *replayed = NULL;
    wick_tune_opts o = opts_of(&b, 50);
    o.course = course;
    o.study = again;
    o.replay = wick_tune_order(runs[2]);
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &replayed));
    check_same_trials(runs[2], replayed);
    wick_tune_free(replayed);
    wick_study_free(again);
    again = study_of(&b, "tpe", NULL, 1);
    o.study = again;
    o.replay = "tell 0\n";
    check_fails(b.ctx, wick_tune_run(b.ctx, &o, &replayed), WICK_E_PARSE, "line 1 of the record");
    wick_study_free(again);
    for (int i = 0; i < 3; i++) {
        wick_tune_free(runs[i]);
        wick_study_free(studies[i]);
    }
    wick_course_free(course);
    close_bed(&b);
}

/* Trials of an earlier session are run again for their returns; on other bars that is an error. */
static void resumed(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 5, 400, 0.2, "random");
    wick_tune_opts o = opts_of(&b, 20);
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
    wick_tune_free(b.tune);
    b.tune = NULL;
    o.n_trials = 35;
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
    assert_int_equal(wick_tune_count(b.tune), 35);
    for (int64_t i = 0; i < 20; i++) {
        const wick_tune_trial t = wick_tune_at(b.tune, i);
        assert_true((t.returns == NULL) == (t.duplicate_of >= 0));
    }
    wick_tune_free(b.tune);
    b.tune = NULL;
    wick_panel *other = NULL;
    check_ok(b.ctx, lag_panel(b.ctx, 6, 400, 0.2, &other));
    wick_panel *mine = b.panel;
    b.panel = other;
    const wick_segment all = {MOST_LAG + 2, 400};
    const wick_course_fold fold = {"all", &all, 1};
    wick_course *course = course_of(&b, &fold, 1, WICK_OVER_MEAN, NULL);
    o.course = course;
    check_fails(b.ctx, wick_tune_run(b.ctx, &o, &b.tune), WICK_E_STATE, "made with something else");
    wick_course_free(course);
    wick_panel_unref(other);
    b.panel = mine;
    close_bed(&b);
}

/* A repeated point is not run again. */
static void repeats(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 5, 300, 0.0, "random");
    wick_tune_opts o = opts_of(&b, 200);
    o.batch = 1;
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
    assert_int_equal(b.workers.runs[0] + b.workers.runs[1], MOST_LAG);
    int64_t twins = 0;
    for (int64_t i = 0; i < 200; i++) {
        const wick_tune_trial t = wick_tune_at(b.tune, i);
        twins += t.duplicate_of >= 0;
        if (t.duplicate_of >= 0) {
            check_same(t.value[0], wick_tune_at(b.tune, t.duplicate_of).value[0]);
            assert_non_null(wick_trial_attr(wick_study_trial(b.study, i), "duplicate_of"));
        }
    }
    assert_int_equal(twins, 200 - MOST_LAG);
    close_bed(&b);
}

static void rejections_and_failures(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 5, 300, 0.0, "random");
    b.workers.bars_min = 1000;
    wick_tune_opts o = opts_of(&b, 10);
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
    assert_int_equal(wick_tune_best(b.tune), -1);
    const wick_tune_trial t = wick_tune_at(b.tune, 0);
    assert_true(t.rejected);
    assert_string_equal(t.reason, "too short");
    assert_true(t.violation > 500.0);
    assert_true(wick_trial_value(wick_study_trial(b.study, 0), 0) == -HUGE_VAL);
    wick_honest h;
    check_ok(b.ctx, wick_tune_honest(b.ctx, b.tune, NULL, &h, NULL));
    assert_int_equal(h.finding, WICK_FOUND_NOTHING);
    wick_tune_free(b.tune);
    b.tune = NULL;
    wick_study_free(b.study);
    b.study = study_of(&b, "brute_force", NULL, 1);
    b.workers.bars_min = 0;
    b.workers.fail_at = 12;
    o.study = b.study;
    o.n_trials = 100;
    check_fails(b.ctx, wick_tune_run(b.ctx, &o, &b.tune), WICK_E_SCRIPT, "lag 12 is broken");
    wick_study_free(b.study);
    b.study = study_of(&b, "brute_force", NULL, 1);
    o.study = b.study;
    o.keep_going = true;
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
    int64_t failed = 0;
    for (int64_t i = 0; i < wick_tune_count(b.tune); i++)
        failed += wick_tune_at(b.tune, i).state == WICK_TRIAL_FAIL;
    assert_true(failed >= 1);
    close_bed(&b);
}

/* Parts put together are the whole: returns of the rows, and the stitched score. */
static void stitched(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 5, 500, 0.2, "random");
    const wick_segment all = {50, 500}, parts[2] = {{50, 300}, {300, 500}};
    const wick_course_fold one = {"all", &all, 1};
    const wick_course_fold two[2] = {{"1", &parts[0], 1}, {"2", &parts[1], 1}};
    wick_course *whole = course_of(&b, &one, 1, WICK_OVER_MEAN, NULL);
    wick_course *cut = course_of(&b, two, 2, WICK_OVER_STITCHED, NULL);
    wick_course *mean = course_of(&b, two, 2, WICK_OVER_MEAN, NULL);
    wick_course *worst = course_of(&b, two, 2, WICK_OVER_WORST, NULL);
    assert_int_equal(wick_course_rows(whole), 450);
    assert_int_equal(wick_course_rows(cut), 450);
    double lag = PLANTED_LAG, r[2][450], folds[2];
    wick_passage x = {.returns = r[0]}, y = {.returns = r[1]}, z = {.fold_value = folds};
    check_ok(b.ctx, wick_course_run(b.ctx, whole, &b.subject, 0, &lag, NULL, NULL, &x));
    check_ok(b.ctx, wick_course_run(b.ctx, cut, &b.subject, 0, &lag, NULL, NULL, &y));
    for (int i = 0; i < 450; i++) check_close(r[0][i], r[1][i], 1e-12);
    check_close(x.value[0], y.value[0], 1e-9);
    assert_int_equal(x.trades, y.trades);
    check_ok(b.ctx, wick_course_run(b.ctx, mean, &b.subject, 0, &lag, NULL, NULL, &z));
    check_close(z.value[0], 0.5 * (folds[0] + folds[1]), 1e-15);
    check_ok(b.ctx, wick_course_run(b.ctx, worst, &b.subject, 0, &lag, NULL, NULL, &z));
    check_same(z.value[0], folds[0] < folds[1] ? folds[0] : folds[1]);
    wick_course_free(whole);
    wick_course_free(cut);
    wick_course_free(mean);
    wick_course_free(worst);
    close_bed(&b);
}

/* Around a lone peak the plateau form sees its neighbours; noise hardly moves a broad edge. */
static void robust(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 11, 1000, 0.3, "brute_force");
    const wick_segment all = {50, 1000};
    const wick_course_fold fold = {"all", &all, 1};
    double lag = PLANTED_LAG, plain;
    wick_passage p = {.fold_value = NULL};
    check_ok(b.ctx, wick_course_run(b.ctx, b.course, &b.subject, 0, &lag, NULL, NULL, &p));
    plain = p.value[0];
    static const char *const forms[] = {"plateau", "bootstrap(n=30)", "noise(n=5, sd=0.01)"};
    double value[3];
    for (int i = 0; i < 3; i++) {
        wick_course *c = course_of(&b, &fold, 1, WICK_OVER_MEAN, forms[i]);
        check_ok(b.ctx, wick_course_run(b.ctx, c, &b.subject, 0, &lag, NULL, NULL, &p));
        value[i] = p.value[0];
        wick_course_free(c);
    }
    assert_true(value[0] < 0.5 * plain);
    assert_true(fabs(value[1] - plain) < 0.3 * plain);
    assert_true(fabs(value[2] - plain) < 0.3 * plain && value[2] != plain);
    const wick_market market = {.name = "", .panel = b.panel};
    const wick_course_opts o = {.size = sizeof o,
                                .markets = &market,
                                .n_markets = 1,
                                .folds = &fold,
                                .n_folds = 1,
                                .robust = "noise(sdd=1)"};
    wick_course *c = NULL;
    check_fails(b.ctx, wick_course_new(b.ctx, &o, &c), WICK_E_ARG, "did you mean 'sd'");
    close_bed(&b);
}

static void tables(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 5, 300, 0.1, "brute_force");
    const wick_tune_opts o = opts_of(&b, 100);
    check_ok(b.ctx, wick_tune_run(b.ctx, &o, &b.tune));
    static const char *const names[] = {"trials", "history", "importance", "parallel"};
    for (int i = 0; i < 4; i++) {
        wick_buf csv = {0}, json = {0};
        wick_json_doc *doc = NULL;
        check_ok(b.ctx, wick_tune_table(b.ctx, b.tune, names[i], false, &csv));
        check_ok(b.ctx, wick_tune_table(b.ctx, b.tune, names[i], true, &json));
        check_ok(b.ctx, wick_json_parse(b.ctx, names[i], json.data, json.len, &doc));
        int64_t lines = 0;
        for (int64_t k = 0; k < csv.len; k++) lines += csv.data[k] == '\n';
        assert_int_equal(lines - 1, wick_json_count(wick_json_root(doc)));
        wick_json_free(doc);
        wick_buf_free(&csv);
        wick_buf_free(&json);
    }
    wick_buf out = {0};
    check_fails(b.ctx, wick_tune_table(b.ctx, b.tune, "other", false, &out), WICK_E_ARG,
                "no table");
    check_ok(b.ctx, wick_tune_returns(b.ctx, b.tune, b.course, &out));
    const int64_t rows = wick_course_rows(b.course), n = wick_tune_count(b.tune);
    assert_int_equal(out.len, 24 + 8 * rows + 8 * n + 4 * rows * n);
    assert_memory_equal(out.data, "WICKRET1", 8);
    float first;
    memcpy(&first, out.data + 24 + 8 * rows + 8 * n, sizeof first);
    assert_true(first == wick_tune_at(b.tune, 0).returns[0]);
    wick_buf_free(&out);
    wick_heat h;
    check_ok(b.ctx, wick_tune_heat(b.ctx, b.tune, 0, 0, 0, WICK_HEAT_MEDIAN, &h));
    assert_int_equal(h.nx, WICK_HEAT_BINS / 2); /* 30 lags are too many for a cell each */
    int64_t count = 0;
    for (int i = 0; i < h.nx; i++) count += h.count[i][i];
    assert_int_equal(count, n);
    wick_heat_text(&h, b.tune, false, &out);
    assert_non_null(strstr(out.data, "median of sharpe"));
    wick_buf_free(&out);
    assert_int_equal(wick_heat_find("median"), WICK_HEAT_MEDIAN);
    assert_int_equal(wick_heat_find("middle"), -1);
    close_bed(&b);
}

static wick_status make_study(void *user, wick_ctx *ctx, int64_t window, const char *name,
                              wick_study **out)
{
    static const int32_t up = WICK_MAXIMIZE;
    (void)user;
    const wick_study_opts o = {.size = sizeof o,
                               .name = name,
                               .directions = &up,
                               .sampler = "brute_force",
                               .seed = (uint64_t)window};
    return wick_study_new(ctx, &o, out);
}

/* Every window finds the planted lag, and what is traded outside is that lag's run, carried on. */
static void walk(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 11, 1200, 0.35, "random");
    wick_split *split = NULL;
    check_ok(b.ctx, wick_split_new(b.ctx, "rolling(train=400b, test=150b, step=150b)",
                                   wick_panel_clock(b.panel), 1200, 50, NULL, &split));
    const wick_market market = {.name = "", .panel = b.panel};
    wick_walk_run_opts o = {.size = sizeof o,
                            .subject = &b.subject,
                            .markets = &market,
                            .n_markets = 1,
                            .split = split,
                            .n_trials = 60,
                            .threads = 2,
                            .study = make_study};
    wick_walk *w = NULL;
    check_ok(b.ctx, wick_walk_run(b.ctx, &o, &w));
    assert_int_equal(wick_walk_windows(w), 5);
    for (int64_t i = 0; i < 5; i++) assert_true(wick_walk_at(w, i).params[0] == PLANTED_LAG);
    const wick_walk_param p = wick_walk_param_at(w, 0);
    assert_true(p.mean == PLANTED_LAG && p.deviation == 0.0 && p.changes == 0);
    assert_true(wick_walk_efficiency(w) > 0.4);
    /* The tests tile 450..1199: the same as one run over them. */
    const wick_segment all = {450, 1200};
    const wick_course_fold fold = {"all", &all, 1};
    wick_course *c = course_of(&b, &fold, 1, WICK_OVER_MEAN, NULL);
    double lag = PLANTED_LAG;
    wick_passage x = {.fold_value = NULL};
    check_ok(b.ctx, wick_course_run(b.ctx, c, &b.subject, 0, &lag, NULL, NULL, &x));
    const wick_equity e = wick_ledger_equity(wick_walk_ledger(w, 0));
    const wick_equity f = wick_ledger_equity(b.workers.ledger[0]);
    assert_int_equal(e.n, 750);
    for (int64_t i = 0; i < e.n; i++) check_close(e.equity[i], f.equity[i], 1e-9);
    assert_int_equal(wick_ledger_trades(wick_walk_ledger(w, 0)), x.trades);
    wick_course_free(c);
    wick_walk_free(w);
    wick_split_free(split);
    /* Overlapping tests: the later window trades from where it begins. */
    check_ok(b.ctx, wick_split_new(b.ctx, "rolling(train=400b, test=200b, step=100b)",
                                   wick_panel_clock(b.panel), 1200, 50, NULL, &split));
    o.split = split;
    check_ok(b.ctx, wick_walk_run(b.ctx, &o, &w));
    assert_int_equal(wick_ledger_equity(wick_walk_ledger(w, 0)).n, 700);
    wick_walk_free(w);
    wick_split_free(split);
    /* Paths of a combinatorial split hold every bar once. */
    check_ok(b.ctx, wick_split_new(b.ctx, "cpcv(groups=5, test=2)", wick_panel_clock(b.panel), 1200,
                                   50, NULL, &split));
    o.split = split;
    check_ok(b.ctx, wick_walk_run(b.ctx, &o, &w));
    assert_int_equal(wick_walk_paths(w), 4);
    for (int64_t i = 0; i < 4; i++)
        assert_int_equal(wick_ledger_equity(wick_walk_ledger(w, i)).n, 1150);
    wick_walk_free(w);
    wick_split_free(split);
    close_bed(&b);
}

static wick_status tune_once(wick_ctx *ctx, void *arg)
{
    bed *b = arg;
    static const int32_t up = WICK_MAXIMIZE;
    const wick_study_opts s = {.size = sizeof s, .directions = &up, .sampler = "random", .seed = 1};
    wick_study *study = NULL;
    wick_tune *t = NULL;
    wick_honest h;
    wick_status st;
    WICK_TRY(wick_study_new(ctx, &s, &study));
    wick_tune_opts o = opts_of(b, 4);
    o.study = study;
    o.threads = 1;
    WICK_TRY(wick_tune_run(ctx, &o, &t));
    const wick_honest_opts how = {.size = sizeof how, .replicates = 20, .threads = 1};
    WICK_TRY(wick_tune_honest(ctx, t, &how, &h, NULL));
out:
    wick_tune_free(t);
    wick_study_free(study);
    lag_free(&b->workers); /* a worker keeps the ledger of its last run */
    return st;
}

static void memory(void **state)
{
    (void)state;
    bed b;
    open_bed(&b, 5, 120, 0.0, "random");
    alloc_walk(tune_once, &b);
    close_bed(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted),       cmocka_unit_test(luck),
        cmocka_unit_test(deterministic), cmocka_unit_test(resumed),
        cmocka_unit_test(repeats),       cmocka_unit_test(rejections_and_failures),
        cmocka_unit_test(stitched),      cmocka_unit_test(pruned_count),
        cmocka_unit_test(robust),        cmocka_unit_test(tables),
        cmocka_unit_test(walk),          cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
