/* SPDX-License-Identifier: MIT */
/* Loading: bench_data_load [FILE.csv.gz]. One thread. Without a file 500 symbols of 2,000 made-up
 * days are written to a temporary folder first. Prints the best of five for the CSV and for the
 * native file made from it, and what pandas.read_csv takes for the same file where python3 has it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wick/data.h"

enum { ROUNDS = 5 };

static void fail(const wick_ctx *ctx)
{
    fprintf(stderr, "%s\n", wick_ctx_error(ctx));
    exit(2);
}

static wick_panel *load(wick_ctx *ctx, const char *path)
{
    const wick_load_opts o = {.size = sizeof o, .drop_bad = true, .threads = 1};
    wick_panel *p = NULL;
    if (wick_load(ctx, &path, 1, &o, &p, NULL, NULL) < 0) fail(ctx);
    return p;
}

static int64_t rows_of(const wick_panel *p)
{
    int64_t rows = 0;
    for (int64_t i = 0; i < wick_panel_count(p); i++)
        rows += wick_bars_count(wick_panel_bars(p, i));
    return rows;
}

static double best_of(wick_ctx *ctx, const char *path)
{
    double best = 1e9;
    for (int k = 0; k < ROUNDS; k++) {
        const double start = wick_now();
        wick_panel *p = load(ctx, path);
        const double took = wick_now() - start;
        if (took < best) best = took;
        wick_panel_unref(p);
    }
    return best;
}

static void make_input(wick_ctx *ctx, const char *path)
{
    const wick_synth_opts o = {.size = sizeof o, .symbols = 500, .bars = 2000};
    wick_panel *p = NULL;
    if (wick_synth(ctx, &o, &p) < 0 || wick_panel_write_csv(ctx, p, path) < 0) fail(ctx);
    wick_panel_unref(p);
}

static void run_pandas(const char *path)
{
    static const char script[] =
        "import sys, time\n"
        "try:\n"
        "    import pandas as pd\n"
        "except ImportError:\n"
        "    print('pandas       not installed for this python3'); sys.exit()\n"
        "best = 1e9\n"
        "for k in range(3):\n"
        "    t = time.perf_counter(); d = pd.read_csv(sys.argv[1], parse_dates=[0])\n"
        "    best = min(best, time.perf_counter() - t)\n"
        "print(f'pandas       {best * 1e3:8.1f} ms   read_csv with parse_dates, {len(d)} rows')\n";
    fflush(stdout);
    char *const argv[] = {"python3", "-c", (char *)(uintptr_t)script, (char *)(uintptr_t)path,
                          NULL};
    execvp(argv[0], argv); /* the last thing this program does */
    printf("pandas       no python3\n");
}

int main(int argc, char **argv)
{
    wick_ctx *ctx = wick_ctx_new();
    char dir[] = "/tmp/wick-bench-XXXXXX", csv[64], native[64];
    if (ctx == NULL || mkdtemp(dir) == NULL) return 2;
    snprintf(csv, sizeof csv, "%s/bars.csv.gz", dir);
    snprintf(native, sizeof native, "%s/bars.wick", dir);
    const char *path = argc > 1 ? argv[1] : csv;
    if (argc <= 1) make_input(ctx, csv);
    wick_panel *p = load(ctx, path);
    const double rows = (double)rows_of(p);
    if (wick_panel_save(ctx, p, native) < 0) fail(ctx);
    wick_panel_unref(p);
    const double a = best_of(ctx, path), b = best_of(ctx, native);
    printf("%.0f rows of %s\n", rows, path);
    printf("wick CSV     %8.1f ms   %.2f million rows/s\n", a * 1e3, rows / a * 1e-6);
    printf("wick native  %8.1f ms   %.1f million rows/s\n", b * 1e3, rows / b * 1e-6);
    unlink(native);
    wick_ctx_free(ctx);
    if (argc > 1) {
        rmdir(dir);
        run_pandas(path);
        return 0;
    }
    printf("pandas       give a file to compare with it\n");
    unlink(csv);
    rmdir(dir);
    return 0;
}
