/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/study_job.h"
#include "cli/tune_show.h"

static const cli_option options[] = {
    RUN_CONFIG_OPTIONS,
    RUN_CONFIG_FINER_OPTION,
    TUNE_OPTIONS,
    {"terminator", "NAME[:K=V,..]",
     "ends a search that gets no further: stagnation, emmr, max_trials ...", CLI_ONE},
    {"async", NULL, "no batches: fastest, other results each time; the order is recorded", CLI_ONE},
    {"replay", "ORDER.txt", "do what an --async run recorded, on one thread", CLI_ONE},
    {"benchmark", "cash|hold", "what trials are compared with: nothing, or holding all symbols",
     CLI_ONE},
    {"heat", "A,B[:HOW]", "map of two parameters; max (default) mean median min count", CLI_REPEAT},
    {NULL, NULL, NULL, CLI_ONE},
};

enum { MOST_HEATS = 8 };

typedef struct tuning {
    tune_job j;
    wick_course *course, *test;
    wick_study *study;
    wick_tune *tune;
    tune_result result;
    int32_t directions[WICK_OBJECTIVES];
    double *benchmark;
    char *replay;
    wick_terminator *terminator;
} tuning;

static void release(tuning *t)
{
    wick_tune_free(t->tune);
    wick_terminator_free(t->terminator);
    wick_study_free(t->study);
    wick_course_free(t->course);
    wick_course_free(t->test);
    free(t->result.sensitivity);
    free(t->result.heat);
    free(t->benchmark);
    free(t->replay);
    tune_job_close(&t->j);
}

/* ---- before the search -------------------------------------------------------------------- */

/* What a study was made with: going on with anything else would mix results. */
static bool check_made_with(tuning *t)
{
    tune_job *j = &t->j;
    wick_buf b = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &b, 0);
    wick_jw_object(&w);
    wick_jw_key(&w, "strategy");
    wick_jw_string(&w, wk_script_name(j->script));
    wick_jw_key(&w, "objectives");
    wick_jw_array(&w);
    for (int32_t i = 0; i < j->subject.n_objectives; i++)
        wick_jw_string(&w, j->subject.objectives[i]);
    wick_jw_end(&w);
    wick_jw_key(&w, "split");
    wick_jw_string(&w, wick_split_text(j->split));
    wick_jw_key(&w, "over");
    wick_jw_int(&w, j->over);
    wick_jw_key(&w, "robust");
    wick_jw_string(&w, j->robust);
    wick_jw_end(&w);
    const char *had = wick_study_attr(t->study, "wick:tune");
    bool good = !b.failed;
    if (good && had && strcmp(had, b.data) != 0) {
        cli_error(j->c, "another --study-name begins a study of its own",
                  "study '%s' was made with %s, this is %s", wick_study_name(t->study), had,
                  b.data);
        wick_buf_free(&b);
        return false;
    }
    if (good && !had) good = wick_study_set_attr(j->c->ctx, t->study, "wick:tune", b.data) >= 0;
    wick_buf_free(&b);
    if (!good) cli_fail(j->c);
    return good;
}

static bool make_terminator(tuning *t)
{
    cli *c = t->j.c;
    const char *text = cli_text(c, "terminator");
    wick_buf called = {0};
    if (!text) return true;
    if (cli_has(c, "async") || cli_has(c, "replay")) {
        cli_error(c, NULL, "--terminator looks between batches: not with --async or --replay");
        return false;
    }
    const wick_status st =
        wick_terminator_new(c->ctx, t->study, tune_job_call(text, &called), &t->terminator);
    wick_buf_free(&called);
    if (st < 0) cli_fail(c);
    return st >= 0;
}

static bool make_study(tuning *t)
{
    tune_job *j = &t->j;
    if (tune_job_study(j, j->c->ctx, NULL, (uint64_t)j->cfg.seed, &t->study) < 0) {
        cli_fail_hint(j->c, "`wick list samplers` and `wick list pruners` name them all");
        return false;
    }
    j->begun = wick_study_count(t->study);
    if (j->begun > 0)
        cli_note(j->c, "study '%s' has %lld trials already", wick_study_name(t->study),
                 (long long)j->begun);
    return check_made_with(t) && (!j->storage || study_job_write(j, t->study)) &&
           tune_job_enqueue(j, t->study) && make_terminator(t);
}

static bool read_replay(tuning *t)
{
    const char *path = cli_text(t->j.c, "replay");
    int64_t n = 0;
    if (!path) return true;
    if (cli_has(t->j.c, "async")) {
        cli_error(t->j.c, NULL, "--async and --replay exclude each other");
        return false;
    }
    if (wick_file_read(t->j.c->ctx, path, 1 << 30, &t->replay, &n) >= 0) return true;
    cli_fail(t->j.c);
    return false;
}

/* ---- the search --------------------------------------------------------------------------- */

static void progress(void *user, const wick_tune_progress *p)
{
    tune_job_progress(user, "", p);
}

static bool has_feature(const char *name)
{
    int64_t n = 0;
    const wick_feature *f = wick_features(&n);
    for (int64_t i = 0; i < n; i++)
        if (strcmp(f[i].name, name) == 0) return f[i].present;
    return false;
}

/* An interrupted search of which nothing is stored: what is finished is saved into the folder. */
static void save_study(tuning *t)
{
    tune_job *j = &t->j;
    wick_ctx *ctx = j->c->ctx;
    const bool sqlite = has_feature("sqlite");
    wick_storage *at = NULL;
    wick_study *s = NULL;
    char url[1200], file[48];
    int64_t n = 0;
    const wick_study_opts o = {.size = sizeof o,
                               .n_objectives = j->subject.n_objectives,
                               .name = j->study_name,
                               .directions = t->directions,
                               .sampler = "random"};
    for (int32_t i = 0; i < o.n_objectives; i++)
        t->directions[i] = wick_study_direction(t->study, i);
    const char *folder = wick_workdir_path(j->work);
    /* What an earlier interruption saved stays. */
    for (int k = 1; k < 1000; k++) {
        char number[16] = "", path[1200];
        if (k > 1) snprintf(number, sizeof number, "-%d", k);
        snprintf(file, sizeof file, "study%s.%s", number, sqlite ? "db" : "log");
        snprintf(path, sizeof path, "%.1000s/%s", folder, file);
        if (!wick_path_exists(path)) break;
    }
    snprintf(url, sizeof url, "%s%.1000s/%s", sqlite ? "sqlite:///" : "journal:", folder, file);
    wick_ctx_clear(ctx);
    wick_interrupt_clear(); /* a second Ctrl-C kills; saving takes a moment */
    wick_status st = wick_storage_open(ctx, url, NULL, &at);
    if (st >= 0) st = wick_storage_study(ctx, at, &o, WICK_STUDY_MAKE, &s);
    if (st >= 0) st = wick_study_copy(ctx, t->study, s, &n);
    if (st >= 0 && !study_job_write(j, s)) st = WICK_E_IO;
    if (st >= 0)
        cli_note(j->c, "%lld trials are saved: the same command with --study %s goes on from there",
                 (long long)n, url);
    else
        cli_note(j->c, "nothing is kept: %s", wick_ctx_error(ctx));
    wick_ctx_clear(ctx);
    wick_study_free(s);
    wick_storage_close(at);
    wick_interrupt();
}

static void keep_finished(tuning *t, int code)
{
    if (code != CLI_INTERRUPTED) return;
    if (t->j.storage)
        cli_note(t->j.c, "finished trials are kept: the same command goes on from there");
    else if (wick_study_count_state(t->study, WICK_TRIAL_COMPLETE) > 0)
        save_study(t);
}

static const char *search_hint(const tune_job *j)
{
    const bool points =
        strncmp(j->sampler, "grid", 4) == 0 || strncmp(j->sampler, "brute_force", 11) == 0;
    if (points && wick_ctx_code(j->c->ctx) == WICK_E_ARG)
        return "--fix NAME=VALUE takes a parameter out of the search";
    return j->storage ? "another --study-name begins a study of its own" : NULL;
}

static bool search(tuning *t)
{
    tune_job *j = &t->j;
    const wick_tune_opts o = {.size = sizeof o,
                              .subject = &j->subject,
                              .course = t->course,
                              .study = t->study,
                              .n_trials = j->trials,
                              .timeout = j->timeout,
                              .batch = j->batch,
                              .threads = j->threads,
                              .async = cli_has(j->c, "async"),
                              .replay = t->replay,
                              .report_folds = strncmp(j->pruner, "wilcoxon", 8) == 0,
                              .keep_going = cli_has(j->c, "keep-going"),
                              .terminator = t->terminator,
                              .progress = progress,
                              .user = j};
    j->started = wick_now();
    j->progress = cli_progress_start(j->c, "tuning");
    const wick_status st = wick_tune_run(j->c->ctx, &o, &t->tune);
    cli_progress_stop(j->progress);
    j->progress = NULL;
    const char *why = st >= 0 && t->terminator ? wick_terminator_why(t->terminator) : NULL;
    if (why && *why) cli_note(j->c, "%s", why);
    if (st >= 0) return true;
    keep_finished(t, cli_fail_hint(j->c, search_hint(j)));
    return false;
}

/* Equal parts of all symbols, put right every bar, on the rows of the course. */
static bool make_benchmark(tuning *t)
{
    const char *name = "cash";
    const wick_panel *p = t->j.market[0].panel;
    const int64_t ticks = wick_panel_ticks(p), rows = wick_course_rows(t->course);
    if (!cli_choice(t->j.c, "benchmark", "cash|hold", &name)) return false;
    if (strcmp(name, "cash") == 0) return true;
    double *sum = calloc((size_t)ticks + 1, sizeof *sum), *n = calloc((size_t)ticks + 1, sizeof *n);
    t->benchmark = calloc((size_t)rows + 1, sizeof *t->benchmark);
    if (!sum || !n || !t->benchmark) {
        free(sum);
        free(n);
        return cli_error(t->j.c, NULL, "out of memory") == CLI_GOOD;
    }
    for (int64_t i = 0; i < wick_panel_count(p); i++) {
        const wick_bars *b = wick_panel_bars(p, i);
        const int32_t *tick = wick_panel_tick_of(p, i);
        const double *c = wick_bars_field(b, WICK_CLOSE);
        for (int64_t k = 1; k < wick_bars_count(b); k++) {
            const int64_t at = tick ? tick[k] : k;
            sum[at] += c[k] / c[k - 1] - 1.0;
            n[at] += 1.0;
        }
    }
    for (int64_t r = 0, at = 0; r < rows; r++) {
        while (wick_panel_clock(p)[at] < wick_course_times(t->course)[r]) at++;
        t->benchmark[r] = n[at] > 0 ? sum[at] / n[at] : 0.0;
    }
    free(sum);
    free(n);
    return true;
}

static bool weigh(tuning *t)
{
    tune_job *j = &t->j;
    tune_result *r = &t->result;
    const wick_honest_opts o = {.size = sizeof o,
                                .threads = j->threads,
                                .seed = (uint64_t)j->cfg.seed,
                                .benchmark = t->benchmark,
                                .benchmark_name = t->benchmark ? "holding all symbols" : "cash",
                                .test = t->test};
    r->tune = t->tune;
    r->course = t->course;
    r->study = t->study;
    r->sensitivity = calloc((size_t)j->subject.n_params + 1, sizeof *r->sensitivity);
    if (!r->sensitivity) return cli_error(j->c, NULL, "out of memory") == CLI_GOOD;
    j->progress = cli_progress_start(j->c, "weighing the result");
    const wick_status st = wick_tune_honest(j->c->ctx, t->tune, &o, &r->honest, r->sensitivity);
    cli_progress_stop(j->progress);
    j->progress = NULL;
    if (st < 0) keep_finished(t, cli_fail(j->c));
    return st >= 0;
}

/* ---- heat maps ---------------------------------------------------------------------------- */

static int64_t param_index(const tune_job *j, const char *name, size_t n)
{
    for (int64_t i = 0; i < j->subject.n_params; i++)
        if (strlen(j->subject.params[i].name) == n &&
            strncmp(j->subject.params[i].name, name, n) == 0)
            return i;
    return -1;
}

static bool no_such_param(tuning *t, const char *text, const char *name, size_t n)
{
    const tune_job *j = &t->j;
    const char *names[128], *near;
    int64_t count = 0;
    char word[128];
    snprintf(word, sizeof word, "%.*s", (int)n, name);
    for (; count < j->subject.n_params && count < 128; count++)
        names[count] = j->subject.params[count].name;
    near = wick_nearest(word, names, count);
    cli_error(j->c, NULL, "--heat %s: %s has no parameter '%s'%s%s%s", text,
              wk_script_name(j->script), word, near ? "; did you mean '" : "", near ? near : "",
              near ? "'?" : "");
    return false;
}

static bool add_heat(tuning *t, int64_t x, int64_t y, int32_t of)
{
    tune_result *r = &t->result;
    if (wick_tune_heat(t->j.c->ctx, t->tune, x, y, 0, of, &r->heat[r->n_heat]) < 0) {
        cli_fail(t->j.c);
        return false;
    }
    r->n_heat++;
    return true;
}

typedef struct heat_wish {
    int64_t x, y;
    int32_t of;
} heat_wish;

static bool read_heat(tuning *t, const char *s, heat_wish *out)
{
    static const char *const hows[] = {"max", "mean", "median", "min", "count"};
    const char *comma = strchr(s, ','), *colon = strchr(s, ':');
    const char *end = colon ? colon : s + strlen(s);
    const int32_t of = colon ? wick_heat_find(colon + 1) : WICK_HEAT_MAX;
    const char *near = colon && of < 0 ? wick_nearest(colon + 1, hows, 5) : NULL;
    if (!comma || comma > end || of < 0) {
        cli_error(t->j.c, "--heat donchian_period,atr_period:median",
                  "--heat: '%s' is not A,B[:HOW]%s%s%s", s, near ? "; did you mean '" : "",
                  near ? near : "", near ? "'?" : "");
        return false;
    }
    const size_t nx = (size_t)(comma - s), ny = (size_t)(end - comma - 1);
    *out = (heat_wish){param_index(&t->j, s, nx), param_index(&t->j, comma + 1, ny), of};
    if (out->x < 0) return no_such_param(t, s, s, nx);
    return out->y >= 0 || no_such_param(t, s, comma + 1, ny);
}

/* Before the search, which may take long. */
static bool check_heats(tuning *t)
{
    cli *c = t->j.c;
    heat_wish ignored;
    if (cli_times(c, "heat") > MOST_HEATS) {
        cli_error(c, NULL, "--heat: %d maps at most", (int)MOST_HEATS);
        return false;
    }
    for (int i = 0; i < cli_times(c, "heat"); i++)
        if (!read_heat(t, cli_nth(c, "heat", i), &ignored)) return false;
    return true;
}

static bool heat_of_text(tuning *t, const char *s)
{
    heat_wish w;
    return read_heat(t, s, &w) && add_heat(t, w.x, w.y, w.of);
}

/* Without a wish the two parameters that matter most. */
static bool default_heat(tuning *t)
{
    int64_t best[2] = {-1, -1};
    for (int k = 0; k < 2; k++)
        for (int64_t i = 0; i < t->j.subject.n_params; i++) {
            const double v = t->result.sensitivity[i].importance;
            if (isnan(v) || i == best[0]) continue;
            if (best[k] < 0 || v > t->result.sensitivity[best[k]].importance) best[k] = i;
        }
    return best[0] < 0 || best[1] < 0 || add_heat(t, best[0], best[1], WICK_HEAT_MAX);
}

static bool make_heats(tuning *t)
{
    cli *c = t->j.c;
    const int n = cli_times(c, "heat");
    t->result.heat = calloc(MOST_HEATS, sizeof *t->result.heat);
    if (!t->result.heat) return cli_error(c, NULL, "out of memory") == CLI_GOOD;
    if (n == 0) return default_heat(t);
    for (int i = 0; i < n; i++)
        if (!heat_of_text(t, cli_nth(c, "heat", i))) return false;
    return true;
}

/* ---- output ------------------------------------------------------------------------------- */

static bool write_tables(tuning *t)
{
    static const char *const tables[] = {"trials", "history", "importance", "parallel"};
    tune_job *j = &t->j;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (int json = 0; json < 2; json++) {
            char name[40];
            wick_buf b = {0};
            snprintf(name, sizeof name, "%s.%s", tables[i], json ? "json" : "csv");
            if (wick_tune_table(j->c->ctx, t->tune, tables[i], json != 0, &b) < 0) {
                wick_buf_free(&b);
                return cli_fail(j->c) == CLI_GOOD;
            }
            if (!tune_job_write(j, name, &b)) return false;
        }
    for (int64_t i = 0; i < t->result.n_heat; i++) {
        const wick_heat *h = &t->result.heat[i];
        char name[300];
        wick_buf b = {0};
        wick_heat_csv(h, t->tune, &b);
        snprintf(name, sizeof name, "heat-%.100s-%.100s-%s.csv", j->subject.params[h->x].name,
                 j->subject.params[h->y].name, wick_heat_name(h->of));
        if (!tune_job_write(j, name, &b)) return false;
    }
    return true;
}

static bool write_folder(tuning *t, wick_buf *report)
{
    tune_job *j = &t->j;
    wick_buf b = {0};
    char path[1200];
    if (!write_tables(t)) return false;
    if (t->result.honest.best >= 0) {
        const wick_tune_trial best = wick_tune_at(t->tune, t->result.honest.best);
        wick_json_writer w;
        wick_jw_begin(&w, &b, 1);
        wick_params_json(&j->subject, best.params, &w);
        wick_buf_add(&b, "\n", 1);
        if (!tune_job_write(j, "best.json", &b)) return false;
        snprintf(path, sizeof path, "tuned/%.200s.json", wk_script_name(j->script));
        if (wick_workdir_promote(j->c->ctx, j->work, "best.json", path) < 0)
            return cli_fail(j->c) == CLI_GOOD;
    }
    if (cli_has(j->c, "async")) {
        wick_buf_add(&b, wick_tune_order(t->tune), -1);
        if (!tune_job_write(j, "order.txt", &b)) return false;
    }
    tune_show_json(j, &t->result, &b);
    if (!tune_job_write(j, "report.json", &b)) return false;
    tune_show_text(j, &t->result, &b);
    wick_buf_add(report, b.data ? b.data : "", b.len);
    if (!tune_job_write(j, "report.txt", &b)) return false;
    const char *name = has_feature("zstd") ? "returns.bin.zst" : "returns.bin.gz";
    wick_status st = wick_tune_returns(j->c->ctx, t->tune, t->course, &b);
    if (st >= 0) st = wick_workdir_prepare(j->c->ctx, j->work, name, path, sizeof path);
    if (st >= 0) st = wick_file_write(j->c->ctx, path, b.data, b.len);
    if (st >= 0) st = wick_workdir_adopt(j->c->ctx, j->work, name);
    wick_buf_free(&b);
    if (st < 0) return cli_fail(j->c) == CLI_GOOD;
    return tune_job_finish(j);
}

static int run_job(tuning *t, cli *c)
{
    wick_buf out = {0};
    const char *format = "table";
    if (!tune_job_open(&t->j, c, "none") || !read_replay(t) ||
        !tune_job_courses(&t->j, &t->course, &t->test) || !check_heats(t) || !make_study(t) ||
        !tune_job_folder(&t->j)) /* before hours of work that could not be kept */
        return CLI_MISTAKE;
    if (!search(t)) return CLI_MISTAKE;
    if (!make_benchmark(t) || !weigh(t) || !make_heats(t)) return CLI_MISTAKE;
    /* report.txt is plain; a terminal may have colours. */
    const bool color = c->color_out;
    c->color_out = false;
    const bool written = write_folder(t, &out);
    c->color_out = color;
    if (!written) {
        wick_buf_free(&out);
        return CLI_MISTAKE;
    }
    (void)cli_choice(c, "format", "table|json", &format);
    if (strcmp(format, "json") == 0 || color) {
        wick_buf_free(&out);
        out = (wick_buf){0};
        if (strcmp(format, "json") == 0)
            tune_show_json(&t->j, &t->result, &out);
        else
            tune_show_text(&t->j, &t->result, &out);
    }
    return cli_print(c, &out);
}

static int run(cli *c)
{
    tuning t = {.course = NULL};
    int code = run_job(&t, c);
    if (code != CLI_GOOD && wick_interrupted()) code = CLI_INTERRUPTED;
    release(&t);
    return code;
}

const cli_command cli_command_tune = {
    .name = "tune",
    .summary = "searches a strategy's parameters and says what the winner is worth",
    .operands = "FILE.lua",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .notes =
        "The space is what the strategy declares; --fix takes parameters out of it, --param sets\n"
        "what is tried first; --seed is the sampler's too. The same command gives the same bytes "
        "for\n"
        "any --jobs. With a --study on disk a search that was stopped goes on; --trials counts "
        "all\n"
        "trials of the study.\n"
        "Exit codes: 0 good, 2 a mistake in arguments, data or script, 130 interrupted.",
    .example = "wick tune strategies/donchian_breakout.lua --data bars --trials 200 \\\n"
               "    --objective sortino_profit_factor --split kfold:k=4 --study sqlite:///tune.db",
    .run = run,
};
