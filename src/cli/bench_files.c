/* SPDX-License-Identifier: MIT */
/* wick bench --scripts: strategies from files on one feed: nanoseconds per bar of a whole run in
 * this process (file body, columns, bars; no output), on how many bars the script was asked, and
 * where the time went. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/bench.h"

typedef struct line {
    const char *name;
    int64_t trades, asked;
    double ns, lua, kernels, broker; /* shares of the whole */
} line;

static int by_ns(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Time this thread was given: a machine that does other things as well does not lengthen it. */
static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Metered runs are timed by the meter's own clock. */
static wick_status run_once(wick_ctx *ctx, wk_script *s, wick_panel *feed, wick_settings *set,
                            wick_arena *arena, bool metered, double *took, int64_t *trades)
{
    const wick_run_opts opts = {.size = sizeof opts,
                                .settings = set,
                                .cash = wk_script_cash(s),
                                .lean = true,
                                .arena = arena,
                                .metered = metered};
    wick_ledger *l = NULL;
    wick_arena_reset(arena);
    const double from = metered ? wick_now() : cpu_now();
    const wick_status st = wk_script_run(ctx, s, feed, &opts, NULL, &l);
    *took = (metered ? wick_now() : cpu_now()) - from;
    if (st >= 0) *trades = wick_ledger_trades(l);
    wick_ledger_unref(l);
    return st;
}

/* What one call of the clock costs, twice of which every metered call contains. */
static double clock_cost(void)
{
    const double from = wick_now();
    for (int i = 0; i < 1000; i++) (void)wick_now();
    return (wick_now() - from) / 1000.0;
}

/* Shares of the best metered run: columns, the engine, and what is left. Steps over idle bars are
 * too short to be timed one by one; `idle` is what one costs. */
static void shares(const wk_run_costs *k, double took, double idle, line *out)
{
    double broker = k->meter.seconds - (double)k->meter.timed * clock_cost();
    const double quick =
        (double)(k->meter.asked > k->meter.timed ? k->meter.asked - k->meter.timed : 0);
    broker = (broker > 0.0 ? broker : 0.0) + quick * idle;
    out->kernels = k->kernels / took;
    out->broker = broker / took;
    out->lua = 1.0 - out->kernels - out->broker;
    out->asked = k->meter.asked;
}

static wick_status time_file(cli *c, const char *path, wick_panel *feed, int64_t bars,
                             double seconds, double idle, line *out)
{
    const wk_host_opts opts = {.size = sizeof opts, .seed = 1};
    wk_host *host = NULL;
    wk_script *script = NULL;
    wick_settings *set = wick_settings_new();
    wick_arena *arena = wick_arena_new(0);
    double best = HUGE_VAL, met = HUGE_VAL, took = 0.0;
    wick_status st = WICK_OK;
    if (!set || !arena) {
        st = wick_fail_mem(c->ctx);
        goto out;
    }
    WICK_TRY(wk_host_new(c->ctx, &opts, &host));
    WICK_TRY(wk_host_load(c->ctx, host, path, &script));
    WICK_TRY(wk_script_apply_settings(c->ctx, script, set));
    const double until = wick_now() + seconds;
    for (int i = 0; i < 5 || wick_now() < until; i++) {
        WICK_TRY(run_once(c->ctx, script, feed, set, arena, false, &took, &out->trades));
        if (took < best) best = took;
    }
    for (int i = 0; i < 3; i++) {
        WICK_TRY(run_once(c->ctx, script, feed, set, arena, true, &took, &out->trades));
        if (took >= met) continue;
        met = took;
        const wk_run_costs k = wk_script_costs(script);
        /* The meter's own time is not part of the run. */
        shares(&k, took - 2.0 * (double)k.meter.timed * clock_cost(), idle, out);
    }
    out->ns = best * 1e9 / (double)bars;
out:
    wk_host_free(host);
    wick_settings_free(set);
    wick_arena_free(arena);
    return st;
}

/* Seconds of one step over a bar on which nothing happens. */
static wick_status idle_step(cli *c, wick_panel *feed, double *out)
{
    const wick_run_opts opts = {.size = sizeof opts, .ask_bar = true, .lean = true};
    *out = HUGE_VAL;
    for (int k = 0; k < 5; k++) {
        wick_run *run = NULL;
        int64_t n = 0;
        const wick_status st = wick_run_new(c->ctx, feed, &opts, &run);
        if (st < 0) return st;
        const double from = wick_now();
        while (wick_run_step(run) > 0) n++;
        const double each = (wick_now() - from) / (double)(n > 0 ? n : 1);
        if (each < *out) *out = each;
        wick_run_free(run);
    }
    return WICK_OK;
}

static void print(cli *c, const line *at, int64_t n, int64_t bars, wick_buf *b)
{
    static const char *const header[] = {"script", "trades",  "ns/bar", "asked",
                                         "lua",    "columns", "engine"};
    static const bool right[] = {false, true, true, true, true, true, true};
    enum { COLUMNS = sizeof header / sizeof *header };
    const char **cell = malloc((size_t)(n + 1) * COLUMNS * sizeof *cell);
    char(*text)[24] = malloc((size_t)(n + 1) * COLUMNS * sizeof *text);
    double *ns = malloc((size_t)(n + 1) * sizeof *ns);
    if (cell && text && ns) {
        for (int64_t i = 0; i < n; i++) {
            char(*t)[24] = text + i * COLUMNS;
            const double v[] = {at[i].lua, at[i].kernels, at[i].broker};
            snprintf(t[1], sizeof t[1], "%lld", (long long)at[i].trades);
            snprintf(t[2], sizeof t[2], "%.1f", at[i].ns);
            snprintf(t[3], sizeof t[3], "%.1f%%", 100.0 * (double)at[i].asked / (double)bars);
            for (int k = 0; k < 3; k++) snprintf(t[4 + k], sizeof t[4 + k], "%.0f%%", 100.0 * v[k]);
            cell[i * COLUMNS] = at[i].name;
            for (int k = 1; k < COLUMNS; k++) cell[i * COLUMNS + k] = t[k];
            ns[i] = at[i].ns;
        }
        wick_buf_addf(b, "%s %s, %s; %lld bars; whole runs in this process, CPU time of the fastest\n",
                      c->program, wick_version(), wk_host_vm(), (long long)bars);
        wick_text_table(b, COLUMNS, header, right, cell, n);
        qsort(ns, (size_t)n, sizeof *ns, by_ns);
        wick_buf_addf(b, "median %.1f ns/bar, p90 %.1f, fastest %.1f, slowest %.1f\n", ns[n / 2],
                      ns[(int64_t)(0.9 * (double)(n - 1) + 0.5)], ns[0], ns[n - 1]);
    }
    free(cell);
    free(text);
    free(ns);
}

static void print_json_lines(const line *at, int64_t n, wick_buf *b)
{
    wick_buf_add(b, "[", 1);
    for (int64_t i = 0; i < n; i++) {
        wick_buf_addf(
            b, "%s\n{\"script\": \"%s\", \"trades\": %lld, \"ns_per_bar\": %.2f, \"asked\": %lld, ",
            i > 0 ? "," : "", at[i].name, (long long)at[i].trades, at[i].ns,
            (long long)at[i].asked);
        wick_buf_addf(b, "\"lua\": %.3f, \"columns\": %.3f, \"engine\": %.3f}", at[i].lua,
                      at[i].kernels, at[i].broker);
    }
    wick_buf_add(b, "\n]\n", -1);
}

int bench_files(cli *c, wick_panel *feed, int64_t bars, double seconds, bool json)
{
    const int n = cli_times(c, "scripts");
    line *at = calloc((size_t)n + 1, sizeof *at);
    wick_buf b = {0};
    double idle = 0.0;
    if (!at) return cli_error(c, NULL, "out of memory");
    wick_status st = idle_step(c, feed, &idle);
    for (int i = 0; i < n && st >= 0; i++) {
        const char *path = cli_nth(c, "scripts", i), *slash = strrchr(path, '/');
        at[i].name = slash ? slash + 1 : path;
        st = time_file(c, path, feed, bars, seconds, idle, &at[i]);
        if (st < 0) (void)wick_note(c->ctx, "while timing %s", path);
    }
    int code;
    if (st < 0) {
        code = cli_fail(c);
    } else {
        if (json)
            print_json_lines(at, n, &b);
        else
            print(c, at, n, bars, &b);
        code = cli_print(c, &b);
    }
    free(at);
    return code;
}
