/* SPDX-License-Identifier: MIT */
#include "cli/tune_job.h"

#include <stdlib.h>
#include <string.h>

/* ---- options ------------------------------------------------------------------------------ */

const char *tune_job_call(const char *s, wick_buf *b)
{
    const char *colon = strchr(s, ':'), *open = strchr(s, '(');
    if (!colon || (open && open < colon)) return s;
    wick_buf_addf(b, "%.*s(%s)", (int)(colon - s), s, colon + 1);
    return b->failed ? s : b->data;
}

static bool read_seconds(cli *c, const char *s, double *out)
{
    const size_t n = strlen(s);
    double unit = 1.0, v = 0.0;
    size_t digits = n;
    if (n > 0 && strchr("smhd", s[n - 1])) {
        unit = s[n - 1] == 's' ? 1 : s[n - 1] == 'm' ? 60 : s[n - 1] == 'h' ? 3600 : 86400;
        digits--;
    }
    if (!wick_parse_double(s, (int64_t)digits, &v) || !(v > 0) || v > 1e7) {
        cli_error(c, "times are written 90s, 10m, 2h", "--timeout: '%s' is not a time", s);
        return false;
    }
    *out = v * unit;
    return true;
}

static bool read_over(tune_job *j)
{
    static const char *const names[] = {"mean", "median", "worst", "stitched"};
    const char *s = cli_text(j->c, "over");
    if (!s) return true;
    for (int i = 0; i < 4; i++)
        if (strcmp(names[i], s) == 0) {
            j->over = i;
            return true;
        }
    cli_error(j->c, NULL, "--over: '%s' is not one of mean, median, worst, stitched", s);
    return false;
}

static bool read_options(tune_job *j)
{
    cli *c = j->c;
    const char *text, *format = NULL, *optuna = "5";
    j->sampler = (text = cli_text(c, "sampler")) ? tune_job_call(text, &j->sampler_text) : "tpe";
    j->pruner = (text = cli_text(c, "pruner")) ? tune_job_call(text, &j->pruner_text) : "nop";
    j->robust = (text = cli_text(c, "robust")) ? tune_job_call(text, &j->robust_text) : NULL;
    if ((text = cli_text(c, "timeout")) && !read_seconds(c, text, &j->timeout)) return false;
    if (!cli_int(c, "trials", 1, 10000000, &j->trials) ||
        !cli_int(c, "batch", 1, 100000, &j->batch) || !read_over(j) ||
        !cli_choice(c, "format", "table|json", &format) || !cli_choice(c, "optuna", "4|5", &optuna))
        return false;
    j->profile = *optuna == '4' ? WICK_OPT_OPTUNA4 : WICK_OPT_OPTUNA5;
    if (j->trials == 0 && !(j->timeout > 0)) j->trials = 100;
    return true;
}

/* ---- strategy ----------------------------------------------------------------------------- */

static bool load_script(tune_job *j)
{
    const wk_host_opts opts = {
        .size = sizeof opts, .seed = (uint64_t)j->cfg.seed, .strict = j->cfg.strict};
    if (wk_host_new(j->c->ctx, &opts, &j->host) < 0 ||
        wk_host_load(j->c->ctx, j->host, j->c->operands[0], &j->script) < 0) {
        cli_fail(j->c);
        return false;
    }
    return run_config_script(j->c, &j->cfg, j->script);
}

static bool fix_params(tune_job *j)
{
    cli *c = j->c;
    j->fixed = calloc((size_t)wk_script_params(j->script) + 1, sizeof *j->fixed);
    if (!j->fixed) return cli_error(c, NULL, "out of memory") == CLI_GOOD;
    for (int i = 0; i < cli_times(c, "fix"); i++) {
        const char *word = cli_nth(c, "fix", i), *eq = strchr(word, '=');
        char name[128];
        if (!eq || eq == word) {
            cli_error(c, NULL, "--fix: '%s' is not key=value", word);
            return false;
        }
        snprintf(name, sizeof name, "%.*s", (int)(eq - word), word);
        if (wk_script_set_param(c->ctx, j->script, name, eq + 1) < 0) {
            wick_note(c->ctx, "while reading --fix");
            cli_fail_hint(c, "the parameters are declared in the script: S.params");
            return false;
        }
        for (int64_t k = 0; k < wk_script_params(j->script); k++)
            if (strcmp(wk_script_param(j->script, k)->name, name) == 0) j->fixed[k] = true;
    }
    return true;
}

static bool make_eval(tune_job *j)
{
    enum { MOST = WICK_OBJECTIVES };
    cli *c = j->c;
    const char *objective[MOST] = {"sharpe"};
    int32_t n = cli_times(c, "objective");
    if (n > MOST) {
        cli_error(c, NULL, "there are %d objectives at most", (int)MOST);
        return false;
    }
    for (int32_t i = 0; i < n; i++) objective[i] = cli_nth(c, "objective", i);
    const wk_host_opts host = {
        .size = sizeof host, .seed = (uint64_t)j->cfg.seed, .strict = j->cfg.strict};
    j->threads = j->cfg.jobs > 0 ? (int32_t)j->cfg.jobs : wick_cores();
    const wk_eval_opts opts = {
        .size = sizeof opts,
        .path = c->operands[0],
        .host = &host,
        .settings = j->cfg.settings,
        .cash = j->cfg.cash,
        .metric =
            wk_metric_opts(j->cfg.settings, run_config_bars_per_year(&j->cfg, j->market[0].panel)),
        .objectives = objective,
        .n_objectives = n > 0 ? n : 1,
        .workers = j->threads,
        .finer = j->finer};
    if (wk_eval_new(c->ctx, &opts, &j->eval) < 0) {
        cli_fail_hint(c, "`wick list objectives` and `wick list metrics` name them all");
        return false;
    }
    wk_script *s = wk_eval_script(j->eval);
    for (int64_t i = 0; i < wk_script_params(s); i++)
        if (wk_script_set_number(c->ctx, s, i, wk_script_param(j->script, i)->value) < 0) {
            cli_fail(c);
            return false;
        }
    if (wk_eval_subject(c->ctx, j->eval, j->fixed, &j->subject) < 0) {
        cli_fail(c);
        return false;
    }
    return true;
}

/* ---- bars --------------------------------------------------------------------------------- */

static bool resample(tune_job *j, const wick_panel *from, const char *text, wick_panel **out)
{
    cli *c = j->c;
    const int64_t n = wick_panel_count(from);
    int64_t ms = 0;
    if (!wick_timeframe_parse(text, &ms)) {
        cli_error(c, NULL, "--timeframes: '%s' is not a timeframe", text);
        return false;
    }
    wick_bars **list = calloc((size_t)n + 1, sizeof(wick_bars *));
    wick_status st = list ? WICK_OK : wick_fail_mem(c->ctx);
    for (int64_t i = 0; i < n && st >= 0; i++) {
        wick_bars *b = wick_panel_bars(from, i);
        if (wick_bars_info(b)->timeframe_ms == ms)
            list[i] = wick_bars_ref(b);
        else
            st = wick_bars_resample(c->ctx, b, ms, false, &list[i]);
    }
    if (st >= 0) st = wick_panel_new(c->ctx, list, n, out);
    for (int64_t i = 0; list && i < n; i++) wick_bars_unref(list[i]);
    free(list);
    if (st < 0) cli_fail(c);
    return st >= 0;
}

static void add_market(tune_job *j, const char *name)
{
    const int32_t i = j->n_markets++;
    snprintf(j->frame[i], sizeof j->frame[i], "%.15s", name);
    j->market[i] = (wick_market){.name = j->frame[i],
                                 .panel = j->panel[i],
                                 .bars_per_year = run_config_bars_per_year(&j->cfg, j->panel[i])};
}

static bool load_markets(tune_job *j)
{
    cli *c = j->c;
    const char *frames = cli_text(c, "timeframes");
    if (frames && j->cfg.timeframe) {
        cli_error(c, NULL, "--timeframe and --timeframes exclude each other");
        return false;
    }
    wick_panel *base = NULL;
    if (!run_config_bars(c, &j->cfg, &base)) return false;
    if (!frames) {
        j->panel[0] = base;
        add_market(j, "");
        return true;
    }
    bool good = true;
    for (const char *s = frames; good && *s; s += strcspn(s, ","), s += *s == ',') {
        char word[16];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(s, ","), s);
        if (j->n_markets == TUNE_MARKETS) {
            cli_error(c, NULL, "--timeframes: %d at most", (int)TUNE_MARKETS);
            good = false;
        } else if ((good = resample(j, base, word, &j->panel[j->n_markets]))) {
            add_market(j, word);
        }
    }
    wick_panel_unref(base);
    return good;
}

/* ---- split -------------------------------------------------------------------------------- */

/* The expression's value on each tick of the symbol, -1 where it is not available. */
static wick_status regime_labels(wick_ctx *ctx, wick_panel *p, const char *expr, const char *symbol,
                                 int32_t **out)
{
    const int64_t at = symbol ? wick_panel_find(p, symbol) : 0, ticks = wick_panel_ticks(p);
    if (at < 0 || wick_panel_count(p) == 0)
        return wick_fail(ctx, WICK_E_ARG, "regime: there is no symbol '%s' among the bars",
                         symbol ? symbol : "");
    wick_bars *b = wick_panel_bars(p, at);
    const int32_t *tick = wick_panel_tick_of(p, at);
    wick_graph *g = NULL;
    int32_t *label = malloc((size_t)(ticks + 1) * sizeof *label);
    wick_status st = label ? wick_graph_new(ctx, b, p, NULL, &g) : wick_fail_mem(ctx);
    if (st >= 0) {
        const wick_node x = wick_graph_expr(ctx, g, expr, NULL, NULL);
        st = x < 0 ? (wick_status)x : wick_graph_eval(ctx, g, &x, 1);
        const double *v = st >= 0 ? wick_graph_values(g, x) : NULL;
        for (int64_t t = 0; t < ticks && label; t++) label[t] = -1;
        for (int64_t i = 0; st >= 0 && v && i < wick_bars_count(b); i++)
            if (isfinite(v[i]) && v[i] >= 0 && v[i] < 1e6)
                label[tick ? tick[i] : i] = (int32_t)v[i];
    }
    wick_graph_free(g);
    if (st < 0)
        free(label);
    else
        *out = label;
    return st;
}

static bool make_split(tune_job *j, const char *otherwise)
{
    cli *c = j->c;
    const char *given = cli_text(c, "split"), *text = given ? given : otherwise;
    wick_panel *p = j->market[0].panel;
    wick_buf called = {0};
    int32_t *label = NULL;
    char *expr = NULL, *symbol = NULL;
    bool regime = false;
    int64_t first = 0;
    text = tune_job_call(text, &called);
    wick_status st = wick_split_regime(c->ctx, text, &regime, &expr, &symbol);
    if (st >= 0 && regime && expr) st = regime_labels(c->ctx, p, expr, symbol, &label);
    while (j->cfg.has_trade_from && first < wick_panel_ticks(p) &&
           wick_panel_clock(p)[first] < j->cfg.trade_from)
        first++;
    if (st >= 0)
        st = wick_split_new(c->ctx, text, wick_panel_clock(p), wick_panel_ticks(p), first, label,
                            &j->split);
    free(label);
    free(expr);
    free(symbol);
    wick_buf_free(&called);
    if (st < 0) cli_fail_hint(c, "docs/tuning.md, \"Splits\", lists them");
    return st >= 0;
}

/* ---- studies ------------------------------------------------------------------------------ */

static bool open_storage(tune_job *j)
{
    const char *url = cli_text(j->c, "study");
    j->study_name = cli_text(j->c, "study-name");
    if (!j->study_name) j->study_name = wk_script_name(j->script);
    if (!url || strcmp(url, "memory:") == 0) return true;
    const wick_storage_opts o = {.size = sizeof o,
                                 .heartbeat = j->heartbeat > 0 ? j->heartbeat : TUNE_HEARTBEAT,
                                 .retries = j->retries};
    if (wick_storage_open(j->c->ctx, url, &o, &j->storage) >= 0) return true;
    cli_fail_hint(j->c, "docs/storage.md has the forms of --study");
    return false;
}

wick_status tune_job_study(tune_job *j, wick_ctx *ctx, const char *name, uint64_t seed,
                           wick_study **out)
{
    int32_t directions[WICK_OBJECTIVES];
    for (int32_t i = 0; i < j->subject.n_objectives; i++)
        directions[i] = j->subject.better[i] > 0 ? WICK_MAXIMIZE : WICK_MINIMIZE;
    const wick_study_opts o = {.size = sizeof o,
                               .n_objectives = j->subject.n_objectives,
                               .name = name ? name : j->study_name,
                               .directions = directions,
                               .sampler = j->sampler,
                               .pruner = j->pruner,
                               .seed = seed,
                               .profile = j->profile,
                               .budget = j->trials};
    return j->storage ? wick_storage_study(ctx, j->storage, &o, WICK_STUDY_OPEN, out)
                      : wick_study_new(ctx, &o, out);
}

static void say_left(char *out, size_t n, double seconds)
{
    const long long s = (long long)(seconds + 0.5);
    if (s < 120)
        snprintf(out, n, ", %lld s left", s);
    else if (s < 7200)
        snprintf(out, n, ", %lld min %lld s left", s / 60, s % 60);
    else
        snprintf(out, n, ", %lld h %lld min left", s / 3600, s / 60 % 60);
}

void tune_job_progress(tune_job *j, const char *head, const wick_tune_progress *p)
{
    const double seconds = wick_now() - j->started;
    const double rate = seconds > 0 ? (double)(p->done - j->begun) / seconds : 0;
    char best[WICK_DOUBLE_TEXT] = "-", left[64] = "", wanted[32] = "";
    double eta = -1;
    if (!j->progress) return;
    if (!isnan(p->best)) snprintf(best, sizeof best, "%.5g", p->best);
    if (p->wanted > 0) snprintf(wanted, sizeof wanted, " of %lld", (long long)p->wanted);
    /* What comes first, the number of trials or the time; in a walk, all windows to come. */
    if (p->wanted > 0 && rate > 0)
        eta = (double)(p->wanted - p->done + j->later * p->wanted) / rate;
    if (j->timeout > 0 && (eta < 0 || j->timeout * (double)(1 + j->later) - seconds < eta))
        eta = fmax(0, j->timeout * (double)(1 + j->later) - seconds);
    if (eta >= 0) say_left(left, sizeof left, eta);
    snprintf(j->line, sizeof j->line, "%s%lld%s trials, best %s, %.*f/s, %lld pruned%s", head,
             (long long)p->done, wanted, best, rate < 10 ? 1 : 0, rate, (long long)p->pruned, left);
    cli_progress_say(j->progress, j->line);
}

/* ---- the output folder --------------------------------------------------------------------- */

/* Options that change no result. */
static bool is_idle(const char *name)
{
    static const char *const idle[] = {"jobs",  "out",  "format", "quiet", "heat",
                                       "study", "data", "config", "replay"};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (strcmp(idle[i], name) == 0) return true;
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cli_option *const *)a)->name, (*(const cli_option *const *)b)->name);
}

static void options_json(const tune_job *j, wick_buf *out)
{
    enum { MOST = 64 };
    const cli_option *list[MOST];
    int n = 0;
    for (const cli_option *o = j->c->command->options; o->name && n < MOST; o++)
        if (cli_has(j->c, o->name) && !is_idle(o->name)) list[n++] = o;
    qsort(list, (size_t)n, sizeof *list, by_name);
    wick_json_writer w;
    wick_jw_begin(&w, out, 0);
    wick_jw_object(&w);
    for (int i = 0; i < n; i++) {
        wick_jw_key(&w, list[i]->name);
        wick_jw_array(&w);
        for (int k = 0; k < cli_times(j->c, list[i]->name); k++)
            wick_jw_string(&w, cli_nth(j->c, list[i]->name, k));
        wick_jw_end(&w);
    }
    wick_jw_end(&w);
}

bool tune_file_hash(cli *c, const char *path, char hex[65])
{
    char *text = NULL;
    int64_t n = 0;
    wick_sha256 s;
    if (wick_file_read(c->ctx, path, 0, &text, &n) < 0) {
        cli_fail(c);
        return false;
    }
    wick_sha256_init(&s);
    wick_sha256_add(&s, text, n);
    wick_sha256_end(&s, hex);
    free(text);
    return true;
}

void tune_bars_hash(const wick_panel *p, char hex[65])
{
    wick_sha256 s;
    wick_sha256_init(&s);
    for (int64_t i = 0; i < wick_panel_count(p); i++) {
        char one[65];
        const char *name = wick_bars_symbol(wick_panel_bars(p, i));
        wick_bars_digest(wick_panel_bars(p, i), one);
        wick_sha256_add(&s, name, (int64_t)strlen(name) + 1);
        wick_sha256_add(&s, one, 64);
    }
    wick_sha256_end(&s, hex);
}

static bool note_inputs(tune_job *j)
{
    cli *c = j->c;
    char hex[65];
    for (int32_t i = 0; i < j->n_markets; i++) {
        char name[32];
        snprintf(name, sizeof name, "bars%s%s", j->frame[i][0] ? "." : "", j->frame[i]);
        tune_bars_hash(j->panel[i], hex);
        if (wick_workdir_input(c->ctx, j->work, name, hex) < 0) return cli_fail(c) == CLI_GOOD;
    }
    for (int i = 0; i < cli_times(c, "objective"); i++) {
        const char *path = cli_nth(c, "objective", i);
        const size_t n = strlen(path);
        if (n <= 4 || strcmp(path + n - 4, ".lua") != 0) continue;
        if (!tune_file_hash(c, path, hex)) return false;
        if (wick_workdir_input(c->ctx, j->work, path, hex) < 0) return cli_fail(c) == CLI_GOOD;
    }
    return true;
}

bool tune_job_folder(tune_job *j)
{
    cli *c = j->c;
    const char *out = cli_text(c, "out");
    char root[1024] = "runs", id[256] = "", hex[65], name[200];
    wick_buf options = {0};
    if (out) {
        snprintf(root, sizeof root, "%.1000s", out);
        size_t n = strlen(root);
        while (n > 1 && root[n - 1] == '/') root[--n] = '\0';
        char *slash = strrchr(root, '/');
        snprintf(id, sizeof id, "%.250s", slash ? slash + 1 : root);
        if (slash && slash > root)
            *slash = '\0';
        else
            snprintf(root, sizeof root, "%s", slash ? "/" : ".");
    }
    if (!tune_file_hash(c, c->operands[0], hex)) return false;
    options_json(j, &options);
    snprintf(name, sizeof name, "%s-%.150s", c->command->name, wk_script_name(j->script));
    const wick_workdir_in in = {.size = sizeof in,
                                .root = root,
                                .id = out ? id : NULL,
                                .pipeline = name,
                                .file = c->operands[0],
                                .sha256 = hex,
                                .options = options.data,
                                .seed = (uint64_t)j->cfg.seed,
                                .fresh = true};
    const wick_status st =
        options.failed ? wick_fail_mem(c->ctx) : wick_workdir_open(c->ctx, &in, &j->work);
    wick_buf_free(&options);
    if (st < 0) {
        cli_fail(c);
        return false;
    }
    return note_inputs(j);
}

bool tune_job_write(tune_job *j, const char *name, wick_buf *b)
{
    wick_status st = b->failed ? wick_fail_mem(j->c->ctx) : WICK_OK;
    if (st >= 0) st = wick_workdir_write(j->c->ctx, j->work, name, b->data ? b->data : "", b->len);
    wick_buf_free(b);
    if (st < 0) cli_fail(j->c);
    return st >= 0;
}

bool tune_job_finish(tune_job *j)
{
    wick_buf b = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &b, 1);
    wick_jw_object(&w);
    wick_jw_key(&w, "wick");
    wick_jw_string(&w, wick_version());
    wick_jw_key(&w, "vm");
    wick_jw_string(&w, wk_host_vm());
    wick_jw_end(&w);
    const wick_status st =
        b.failed ? wick_fail_mem(j->c->ctx) : wick_workdir_finish(j->c->ctx, j->work, 0, b.data);
    wick_buf_free(&b);
    if (st < 0) {
        cli_fail(j->c);
        return false;
    }
    cli_note(j->c, "%s", wick_workdir_path(j->work));
    return true;
}

/* ---- all of it ---------------------------------------------------------------------------- */

bool tune_job_open(tune_job *j, cli *c, const char *split)
{
    *j = (tune_job){.c = c, .heartbeat = j->heartbeat, .retries = j->retries};
    return run_config_read(c, &j->cfg) && read_options(j) && load_script(j) && fix_params(j) &&
           load_markets(j) && run_config_finer(c, &j->cfg, &j->finer) && make_eval(j) &&
           make_split(j, split) && open_storage(j);
}

void tune_job_close(tune_job *j)
{
    wick_workdir_close(j->work);
    wick_storage_close(j->storage);
    wick_split_free(j->split);
    wk_eval_free(j->eval);
    for (int32_t i = 0; i < TUNE_MARKETS; i++) wick_panel_unref(j->panel[i]);
    wick_panel_unref(j->finer);
    wk_host_free(j->host);
    run_config_free(&j->cfg);
    free(j->fixed);
    wick_buf_free(&j->sampler_text);
    wick_buf_free(&j->robust_text);
    wick_buf_free(&j->pruner_text);
}
