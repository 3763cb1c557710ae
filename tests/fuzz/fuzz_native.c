/* SPDX-License-Identifier: MIT */
/* Any bytes as a native file. The checksums would hide everything behind them from random changes,
 * so each input is tried as it is and again with its checksums made right. */
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

static uint64_t get64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint32_t get32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Rewrites size, column checksums and table checksum wherever they can be computed. */
static void repair(uint8_t *d, uint64_t n)
{
    if (n < 64) return;
    memcpy(d, "WICKBARS", 8);
    memcpy(d + 16, &n, 8);
    const uint64_t symbols = get32(d + 24), table = get64(d + 32);
    for (uint64_t i = 0; i < symbols && 64 + (i + 1) * 128 <= n; i++) {
        uint8_t *e = d + 64 + i * 128;
        const uint64_t rows = get64(e), at = get64(e + 8);
        if (rows > n / 48 || at > n) continue;
        const uint64_t stride = rows == 0 ? 64 : (rows + 7) / 8 * 64;
        if (stride * 6 > n - at) continue;
        uint64_t h = wick_hash64(d + at, (int64_t)rows * 8, rows);
        for (uint64_t k = 1; k <= 5; k++)
            h = wick_hash64(d + at + k * stride, (int64_t)rows * 8, h);
        memcpy(e + 16, &h, 8);
    }
    if (table > n - 64) return;
    const uint64_t h = wick_hash64(d + 64, (int64_t)table, 1);
    memcpy(d + 40, &h, 8);
}

static void load(const uint8_t *data, size_t size)
{
    char path[64];
    const char *paths[] = {path};
    snprintf(path, sizeof path, "/tmp/wick-fuzz-%ld.wick", (long)getpid());
    FILE *f = fopen(path, "wb");
    if (f == NULL) return;
    const bool good = fwrite(data, 1, size, f) == size;
    if (fclose(f) != 0 || !good) return;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = NULL;
    if (ctx == NULL) return;
    if (wick_load(ctx, paths, 1, NULL, &p, NULL, NULL) < 0) {
        need(p == NULL && wick_ctx_error(ctx)[0] != '\0');
    } else {
        for (int64_t i = 0; i < wick_panel_count(p); i++) {
            const wick_bars *b = wick_panel_bars(p, i);
            const int64_t *t = wick_bars_time(b);
            char hex[65];
            wick_bars_digest(b, hex);
            for (int64_t k = 1; k < wick_bars_count(b); k++) need(t[k] > t[k - 1]);
        }
    }
    wick_panel_unref(p);
    wick_ctx_free(ctx);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load(data, size);
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL) return 0;
    memcpy(copy, data, size);
    repair(copy, size);
    load(copy, size);
    free(copy);
    return 0;
}
