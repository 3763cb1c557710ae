/* SPDX-License-Identifier: MIT */
/* Any bytes as a CSV file: bars that obey the rules, or an error; findings in order; what is kept
 * with drop_bad loads again without an error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wick/data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool good)
{
    if (!good) abort();
}

/* One file per process, overwritten for every input. */
static const char *write_input(const uint8_t *data, size_t size)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/wick-fuzz-%ld.csv", (long)getpid());
    FILE *f = fopen(path, "wb");
    if (f == NULL) return NULL;
    const bool good = fwrite(data, 1, size, f) == size;
    return fclose(f) == 0 && good ? path : NULL;
}

static void check_bars(const wick_bars *b)
{
    const int64_t n = wick_bars_count(b), *t = wick_bars_time(b);
    const double *o = wick_bars_field(b, WICK_OPEN), *h = wick_bars_field(b, WICK_HIGH);
    const double *l = wick_bars_field(b, WICK_LOW), *c = wick_bars_field(b, WICK_CLOSE);
    const double *v = wick_bars_field(b, WICK_VOLUME);
    int64_t missing;
    need(n > 0);
    for (int64_t i = 0; i < n; i++) {
        need(i == 0 || t[i] > t[i - 1]);
        need(l[i] > 0.0 && l[i] <= o[i] && l[i] <= c[i] && o[i] <= h[i] && c[i] <= h[i]);
        need(isfinite(h[i]) && (isnan(v[i]) || (v[i] >= 0.0 && isfinite(v[i]))));
    }
    need(wick_bars_info(b)->tick > 0.0);
    need(wick_bars_info(b)->timeframe_ms != 0);
    (void)wick_bars_gaps(b, &missing);
}

static void check_findings(wick_ctx *ctx, const char *path)
{
    wick_defects *d = NULL;
    if (wick_check_file(ctx, path, NULL, &d) < 0) return;
    int64_t line = 0;
    for (int64_t i = 0; i < wick_defects_count(d); i++) {
        const wick_defect *x = wick_defects_at(d, i);
        need(x->line >= line && x->count >= 1 && x->rule[0] != '\0' && x->text[0] != '\0');
        line = x->line;
    }
    wick_defects_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = write_input(data, size);
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *strict = NULL, *p = NULL;
    if (path == NULL || ctx == NULL) return 0;
    check_findings(ctx, path);
    const wick_load_opts o = {.size = sizeof o, .drop_bad = true, .threads = 1};
    const wick_status st = wick_load(ctx, &path, 1, NULL, &strict, NULL, NULL);
    if (wick_load(ctx, &path, 1, &o, &p, NULL, NULL) == WICK_OK) {
        for (int64_t i = 0; i < wick_panel_count(p); i++) check_bars(wick_panel_bars(p, i));
    } else {
        need(st < 0); /* leaving rows out never makes a good file bad */
        need(wick_ctx_error(ctx)[0] != '\0');
    }
    if (st == WICK_OK) {
        need(wick_panel_count(strict) == wick_panel_count(p));
        for (int64_t i = 0; i < wick_panel_count(p); i++) {
            need(wick_bars_id(wick_panel_bars(p, i)) == wick_bars_id(wick_panel_bars(strict, i)));
        }
    }
    wick_panel_unref(strict);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
    unlink(path);
    return 0;
}
