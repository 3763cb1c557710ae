/* SPDX-License-Identifier: MIT */
/* Session grammar of Pine: HHMM-HHMM[,HHMM-HHMM][:days]. Edge rules as in the comments. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

enum { RUNS = 16, MINUTE = 60000 };

struct wick_session {
    wick_tz *tz;
    bool always;
    uint8_t days; /**< bit 1 Sunday ... bit 7 Saturday */
    int n;
    struct {
        int64_t start, end; /**< ms after the midnight of the day the run starts on; end > start */
    } run[RUNS];
};

/* HHMM. Hours past 24 are legal: an end then lies in the next day, a start loses the day. */
static bool clock_at(const char *s, int64_t *ms)
{
    for (int k = 0; k < 4; k++) {
        if (s[k] < '0' || s[k] > '9') return false;
    }
    const int h = (s[0] - '0') * 10 + s[1] - '0', m = (s[2] - '0') * 10 + s[3] - '0';
    if (m > 59 || h > 48) return false;
    *ms = (h * 60 + m) * (int64_t)MINUTE;
    return true;
}

static wick_status bad(wick_ctx *ctx, const char *text, const char *why)
{
    return wick_fail(ctx, WICK_E_ARG,
                     "\"%s\" is no session: %s (like 0930-1600:23456, 1 is Sunday; or 24x7)", text,
                     why);
}

static wick_status read_days(wick_ctx *ctx, const char *text, const char *p, wick_session *s)
{
    s->days = 0;
    for (; *p != '\0'; p++) {
        if (*p < '1' || *p > '7') return bad(ctx, text, "days are digits 1 to 7");
        s->days |= (uint8_t)(1u << (*p - '0'));
    }
    return s->days != 0 ? WICK_OK : bad(ctx, text, "no day after the colon");
}

static wick_status read_runs(wick_ctx *ctx, const char *text, wick_session *s)
{
    const char *p = text;
    s->days = 0xfe;
    for (;;) {
        int64_t start, end;
        if (strlen(p) < 9 || p[4] != '-' || !clock_at(p, &start) || !clock_at(p + 5, &end)) {
            return bad(ctx, text, "HHMM-HHMM is needed");
        }
        if (s->n == RUNS) return bad(ctx, text, "too many runs");
        start %= WICK_MS_DAY;
        /* At or before the start: runs to the next day; equal ends are a whole day. */
        if (end <= start) end += WICK_MS_DAY;
        s->run[s->n].start = start;
        s->run[s->n++].end = end;
        p += 9;
        if (*p == '\0') return WICK_OK;
        if (*p == ':') return read_days(ctx, text, p + 1, s);
        if (*p++ != ',') return bad(ctx, text, "a comma, a colon or nothing may follow a run");
    }
}

wick_status wick_session_parse(wick_ctx *ctx, const char *text, const char *timezone,
                               wick_session **out)
{
    wick_session *s = calloc(1, sizeof *s);
    if (s == NULL) return wick_fail_mem(ctx);
    wick_status st = WICK_OK;
    if (text == NULL || text[0] == '\0' || strcmp(text, "24x7") == 0) {
        s->always = true;
    } else {
        st = read_runs(ctx, text, s);
        if (st == WICK_OK) {
            st = wick_tz_load(ctx, timezone != NULL && timezone[0] != '\0' ? timezone : "Etc/UTC",
                              &s->tz);
        }
    }
    if (st < 0) {
        free(s);
        return st;
    }
    *out = s;
    return WICK_OK;
}

void wick_session_free(wick_session *s)
{
    if (s == NULL) return;
    wick_tz_unref(s->tz);
    free(s);
}

/* The run that holds the wall-clock moment, as wall-clock moments. */
static bool run_at(const wick_session *s, int64_t wall, int64_t *open, int64_t *close)
{
    const int64_t today = wk_floor_div(wall, WICK_MS_DAY);
    for (int k = 0; k < s->n; k++) {
        /* A run may have begun up to two days ago (ends may be past 24 hours). */
        for (int64_t day = today - 2; day <= today; day++) {
            const int64_t start = day * WICK_MS_DAY + s->run[k].start;
            const int64_t end = day * WICK_MS_DAY + s->run[k].end;
            if (wall < start || wall >= end) continue;
            /* The mask names the weekday of the run's last minute: 1700-0200:23456 runs from
             * Sunday evening to Friday night. 1970-01-01 was a Thursday (5). */
            const int64_t last = wk_floor_div(end - MINUTE, WICK_MS_DAY);
            const int weekday = (int)(((last + 4) % 7 + 7) % 7) + 1;
            if ((s->days >> weekday & 1) == 0) continue;
            *open = start;
            *close = end;
            return true;
        }
    }
    return false;
}

bool wick_session_has(const wick_session *s, int64_t t)
{
    int64_t open, close;
    return s->always || run_at(s, t + wick_tz_offset(s->tz, t), &open, &close);
}

bool wk_session_run(const wick_session *s, int64_t t, int64_t *open, int64_t *close)
{
    if (s->always || !run_at(s, t + wick_tz_offset(s->tz, t), open, close)) return false;
    *open = wick_tz_to_utc(s->tz, *open);
    *close = wick_tz_to_utc(s->tz, *close);
    return true;
}
