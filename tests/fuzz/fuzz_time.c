/* SPDX-License-Identifier: MIT */
/* Fields of a CSV: stamps, numbers, zone names. What is accepted must print and read back. */
#include <stdlib.h>
#include <string.h>

#include "wick/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool good)
{
    if (!good) abort();
}

static void stamp(const char *s, int64_t n)
{
    int64_t t, back;
    bool clock;
    if (!wick_time_parse(s, n, &t, &clock)) return;
    const wick_civil c = wick_time_to_civil(t);
    need(wick_time_from_civil(c.year, c.month, c.day, c.hour, c.minute, c.second, c.ms) == t);
    if (c.year < 1 || c.year > 9999) return;
    char text[WICK_TIME_TEXT];
    const int k = wick_time_format(text, t, true);
    need(wick_time_parse(text, k, &back, &clock) && back == t);
}

static void number(const char *s, int64_t n)
{
    double v, back;
    int64_t i;
    if (wick_parse_double(s, n, &v) && !isnan(v)) {
        char text[WICK_DOUBLE_TEXT];
        const int k = wick_format_double(text, v);
        need(k < WICK_DOUBLE_TEXT && (int)strlen(text) == k);
        need(wick_parse_double(text, k, &back) && memcmp(&v, &back, sizeof v) == 0);
        (void)wick_round_decimal(v, 2);
        (void)wick_round_printf(v, 2);
    }
    if (wick_parse_int(s, n, &i)) {
        wick_buf b = {0};
        int64_t same = 0;
        wick_buf_add_int(&b, i);
        need(b.failed || (wick_parse_int(b.data, b.len, &same) && same == i));
        wick_buf_free(&b);
    }
}

static void zone(const char *s, int64_t n)
{
    char name[128];
    if (n >= (int64_t)sizeof name) return;
    memcpy(name, s, (size_t)n);
    name[n] = '\0';
    wick_ctx *ctx = wick_ctx_new();
    wick_tz *tz = NULL;
    if (ctx && wick_tz_load(ctx, name, &tz) >= 0) {
        for (int64_t t = -4000; t < 8000; t += 977) {
            const int64_t utc = t * WICK_MS_DAY;
            const int64_t back = wick_tz_to_utc(tz, utc + wick_tz_offset(tz, utc));
            need(back - utc <= WICK_MS_DAY && utc - back <= WICK_MS_DAY);
        }
    }
    wick_tz_unref(tz);
    wick_ctx_free(ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *s = (const char *)data;
    stamp(s, (int64_t)size);
    number(s, (int64_t)size);
    /* Loading a zone opens files: only what could be one. */
    if (size > 2 && size < 40 && ((s[0] >= 'A' && s[0] <= 'Z') || s[0] == '.' || s[0] == '/'))
        zone(s, (int64_t)size);
    return 0;
}
