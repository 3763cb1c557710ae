/* SPDX-License-Identifier: MIT */
/* Rules about the rows of one symbol: order of time, values, and what merely looks odd. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

typedef struct check {
    const wk_cols *c;
    const uint32_t *line;
    const char *label;
    int64_t tf;
    wick_defects *d;
    uint8_t *bad;
} check;

static int64_t line_of(const check *k, int64_t i)
{
    return k->line != NULL ? (int64_t)k->line[i] : i + 1;
}

/* ---- errors ------------------------------------------------------------------------------- */

/* Multiplying by an adjustment factor moves a price by its last digit, and a close can end up above
 * its own high. That is rounding and no defect: high and low are stretched by it. */
static bool is_rounding(check *k, int64_t i)
{
    double *const *f = k->c->f;
    const double o = f[WICK_OPEN][i], x = f[WICK_CLOSE][i];
    const double top = fmax(o, x), bottom = fmin(o, x);
    if (f[WICK_HIGH][i] < top * (1.0 - 1e-12) || f[WICK_LOW][i] > bottom * (1.0 + 1e-12)) {
        return false;
    }
    f[WICK_HIGH][i] = fmax(f[WICK_HIGH][i], top);
    f[WICK_LOW][i] = fmin(f[WICK_LOW][i], bottom);
    return true;
}

static void value_rules(check *k, bool allow_negative)
{
    char text[256];
    for (int64_t i = 0; i < k->c->n; i++) {
        int rule = wk_row_rule(k->c, i, allow_negative);
        if (rule == WK_ROW_GOOD) continue;
        if (rule == WK_ROW_OHLC && is_rounding(k, i)) continue;
        k->bad[i] |= WK_BAD_VALUE;
        wk_row_text(k->c, i, rule, text, sizeof text);
        wk_defects_add(k->d, wk_rule_name(rule), true, line_of(k, i), "%s%s", k->label, text);
        /* A row can be wrong twice: negative, and in the wrong order too. */
        if (rule != WK_ROW_NOT_POSITIVE) continue;
        rule = wk_row_rule(k->c, i, true);
        if (rule == WK_ROW_GOOD) continue;
        wk_row_text(k->c, i, rule, text, sizeof text);
        wk_defects_add(k->d, wk_rule_name(rule), true, line_of(k, i), "%s%s", k->label, text);
    }
}

/* Position of stamp t among the kept rows' indices, or -1. */
static int64_t find_kept(const check *k, const int64_t *kept, int64_t n, int64_t t)
{
    int64_t lo = 0, hi = n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (k->c->time[kept[mid]] < t) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < n && k->c->time[kept[lo]] == t ? kept[lo] : -1;
}

/* A single stamp far in the future would make every later row look late: row i is the odd one when
 * the next two good rows carry on from before it. */
static bool is_ahead(const check *k, int64_t before, int64_t i)
{
    int64_t next[2], found = 0;
    for (int64_t j = i + 1; j < k->c->n && found < 2; j++) {
        if (!k->bad[j]) next[found++] = k->c->time[j];
    }
    return found == 2 && next[0] > before && next[1] > next[0] && next[1] < k->c->time[i];
}

static wick_status order_rules(wick_ctx *ctx, check *k)
{
    const int64_t *t = k->c->time;
    int64_t *kept = malloc((size_t)k->c->n * sizeof *kept + 8);
    if (kept == NULL) return wick_fail_mem(ctx);
    int64_t n = 0, last = -1; /* last: row before, kept or not */
    for (int64_t i = 0; i < k->c->n; i++) {
        if (k->bad[i]) continue;
        char now[WICK_TIME_TEXT], then[WICK_TIME_TEXT];
        wick_time_format(now, t[i], true);
        const int64_t newest = n > 0 ? t[kept[n - 1]] : INT64_MIN;
        if (t[i] > newest) {
            if (n > 0 && is_ahead(k, newest, i)) {
                k->bad[i] |= WK_BAD_TIME;
                wk_defects_add(k->d, "time_ahead", true, line_of(k, i),
                               "%sthe stamp %s lies ahead of the rows after it", k->label, now);
            } else {
                kept[n++] = i;
            }
            last = i;
            continue;
        }
        k->bad[i] |= WK_BAD_TIME;
        wick_time_format(then, t[last], true);
        const int64_t twin = find_kept(k, kept, n, t[i]);
        if (t[i] < t[last]) {
            wk_defects_add(k->d, "time_backwards", true, line_of(k, i),
                           "%stime runs back to %s after %s%s", k->label, now, then,
                           twin >= 0 ? ": a block that is there already" : "");
        } else if (twin >= 0) {
            wk_defects_add(k->d, "duplicate_time", true, line_of(k, i),
                           "%sthe stamp %s is in line %lld already%s", k->label, now,
                           (long long)line_of(k, twin),
                           k->c->f[WICK_CLOSE][i] != k->c->f[WICK_CLOSE][twin] ||
                                   k->c->f[WICK_VOLUME][i] != k->c->f[WICK_VOLUME][twin]
                               ? ", with other values"
                               : "");
        } else {
            wick_time_format(then, newest, true);
            wk_defects_add(k->d, "time_backwards", true, line_of(k, i),
                           "%s%s lies before %s, which has been read already", k->label, now, then);
        }
        last = i;
    }
    free(kept);
    return WICK_OK;
}

/* Prices of a share are cents; adjusting for dividends takes them off that grid for good. A bar
 * off the grid between bars on it was adjusted alone: its returns are artificial. */
static int on_grid(const wk_cols *c, int64_t i, double steps)
{
    int on = 0;
    for (int f = WICK_OPEN; f <= WICK_CLOSE; f++) {
        const double p = c->f[f][i];
        /* Some vendors store single precision, some six decimals. */
        on += fabs(p - nearbyint(p * steps) / steps) <= 6e-8 * p + 6e-7;
    }
    return on;
}

/* Some trades do happen at half cents and mills; those bars are no adjusted ones. */
static bool is_scaled(const wk_cols *c, int64_t i)
{
    return on_grid(c, i, 100.0) == 0 && on_grid(c, i, 1000.0) <= 1 &&
           c->f[WICK_HIGH][i] > c->f[WICK_LOW][i];
}

static void adjustment_rule(check *k)
{
    int64_t run = 0;
    for (int64_t i = 0; i < k->c->n; i++) {
        if (k->bad[i] || !(k->c->f[WICK_LOW][i] >= 5.0)) {
            run = 0;
            continue;
        }
        const int on = on_grid(k->c, i, 100.0);
        if (on == 0 && run >= 3 && i + 1 < k->c->n && on_grid(k->c, i + 1, 100.0) == 4 &&
            is_scaled(k->c, i)) {
            char day[WICK_TIME_TEXT];
            wick_time_format(day, k->c->time[i], true);
            k->bad[i] |= WK_BAD_VALUE;
            wk_defects_add(k->d, "mixed_adjustment", true, line_of(k, i),
                           "%s%s is adjusted (close %.10g is off the cent) but the bars before and "
                           "after it are not: the returns around it are artificial",
                           k->label, day, k->c->f[WICK_CLOSE][i]);
            continue;
        }
        run = on == 4 ? run + 1 : 0;
    }
}

/* ---- warnings ----------------------------------------------------------------------------- */

static void jump_rule(check *k, bool warnings)
{
    const double *x = k->c->f[WICK_CLOSE];
    int64_t before = -1, jumps = 0, rows = 0, up = 0, first = 0;
    for (int64_t i = 0; i < k->c->n; i++) {
        if (k->bad[i] || x[i] <= 0.0) continue;
        rows++;
        if (before >= 0 && (x[i] > 3.0 * x[before] || x[i] * 3.0 < x[before])) {
            if (jumps++ == 0) first = i;
            up += x[i] > x[before];
            if (!warnings) {
                before = i;
                continue;
            }
            char day[WICK_TIME_TEXT];
            wick_time_format(day, k->c->time[i], true);
            wk_defects_add(k->d, "price_jump", false, line_of(k, i),
                           "%s%s: close goes from %.10g to %.10g, a factor of %.3g", k->label, day,
                           x[before], x[i], x[i] / x[before]);
        }
        before = i;
    }
    if (jumps >= 10 && jumps * 50 >= rows && up * 4 >= jumps && (jumps - up) * 4 >= jumps) {
        wk_defects_add(k->d, "mixed_series", true, line_of(k, first),
                       "%s%lld of %lld moves are threefold or more, up and down: rows of two "
                       "instruments are mixed",
                       k->label, (long long)jumps, (long long)rows - 1);
    }
}

static bool is_weekend(int64_t t)
{
    const int64_t w = ((wk_floor_div(t, WICK_MS_DAY) % 7) + 7) % 7; /* 0 is a Thursday */
    return w == 2 || w == 3;
}

/* Bars missing between two stamps; 0: a pause the market takes anyway. Markets that close get the
 * night and a long weekend. */
static int64_t missing_between(int64_t from, int64_t to, int64_t tf, bool round_the_clock)
{
    const int64_t gap = to - from;
    if (tf <= 0 || gap <= tf) return 0;
    int64_t missing = gap / tf - 1;
    if (!round_the_clock) {
        if (tf == WICK_MS_DAY && gap <= 5 * WICK_MS_DAY) return 0;
        if (tf > WICK_MS_DAY && gap <= 2 * tf) return 0;
        const bool same_day = wk_floor_div(to, WICK_MS_DAY) == wk_floor_div(from, WICK_MS_DAY);
        if (tf < WICK_MS_DAY && !same_day && gap <= 5 * WICK_MS_DAY) return 0;
        if (tf == WICK_MS_DAY) {
            missing = 0;
            for (int64_t d = from + tf; d < to; d += tf) missing += !is_weekend(d);
        }
    }
    return missing > 0 ? missing : 1;
}

static bool never_closes(int64_t n, const int64_t *time)
{
    int64_t weekend = 0;
    for (int64_t i = 0; i < n; i++) weekend += is_weekend(time[i]);
    return weekend * 10 > n;
}

int64_t wick_bars_gaps(const wick_bars *b, int64_t *missing)
{
    const bool always = never_closes(b->n, b->time);
    int64_t gaps = 0;
    *missing = 0;
    for (int64_t i = 1; i < b->n; i++) {
        const int64_t m = missing_between(b->time[i - 1], b->time[i], b->info.timeframe_ms, always);
        gaps += m > 0;
        *missing += m;
    }
    return gaps;
}

static void gap_rule(check *k, bool round_the_clock)
{
    const int64_t *t = k->c->time;
    int64_t before = -1;
    for (int64_t i = 0; i < k->c->n; i++) {
        if ((k->bad[i] & WK_BAD_TIME) != 0) continue; /* a row that is there is no gap */
        const int64_t p = before;
        before = i;
        const int64_t missing = p < 0 ? 0 : missing_between(t[p], t[i], k->tf, round_the_clock);
        if (missing == 0) continue;
        char from[WICK_TIME_TEXT], to[WICK_TIME_TEXT];
        wick_time_format(from, t[p], true);
        wick_time_format(to, t[i], true);
        wk_defects_add(k->d, "gap", false, line_of(k, i),
                       "%snothing between %s and %s: %lld bar%s missing", k->label, from, to,
                       (long long)missing, missing > 1 ? "s" : "");
    }
}

static void quiet_rules(check *k)
{
    const double *o = k->c->f[WICK_OPEN], *h = k->c->f[WICK_HIGH], *l = k->c->f[WICK_LOW];
    const double *x = k->c->f[WICK_CLOSE], *v = k->c->f[WICK_VOLUME];
    for (int64_t i = 0; i < k->c->n; i++) {
        const bool flat = h[i] == l[i] && o[i] == x[i] && o[i] == h[i];
        if ((k->bad[i] & WK_BAD_TIME) != 0 || !(flat || v[i] == 0.0)) continue;
        char day[WICK_TIME_TEXT];
        wick_time_format(day, k->c->time[i], true);
        if (v[i] == 0.0) {
            wk_defects_add(k->d, "zero_volume", false, line_of(k, i), "%s%s: volume is 0", k->label,
                           day);
        }
        if (flat) {
            wk_defects_add(k->d, "flat_bar", false, line_of(k, i),
                           "%s%s: open, high, low and close are all %.10g", k->label, day, x[i]);
        }
    }
}

/* In a market that never closes a bar opens where the last one closed. One that ends well off the
 * next open, by more than half its own range, was saved while it still formed. Markets with few
 * trades jump all the time, hence the limit on how many. */
static bool stops_short(const wk_cols *c, int64_t i, int64_t tf)
{
    const double x = c->f[WICK_CLOSE][i], gap = fabs(c->f[WICK_OPEN][i + 1] - x);
    const double range = c->f[WICK_HIGH][i] - c->f[WICK_LOW][i];
    return c->time[i + 1] - c->time[i] == tf && gap > 5e-4 * x && gap > 0.5 * range;
}

static void unfinished_rule(check *k)
{
    int64_t seen = 0;
    for (int64_t i = 0; i + 1 < k->c->n; i++) seen += stops_short(k->c, i, k->tf);
    if (seen == 0 || seen * 2000 > k->c->n) return;
    for (int64_t i = 0; i + 1 < k->c->n; i++) {
        if (k->bad[i] || !stops_short(k->c, i, k->tf)) continue;
        char when[WICK_TIME_TEXT];
        wick_time_format(when, k->c->time[i], true);
        wk_defects_add(k->d, "unfinished_bar", false, line_of(k, i),
                       "%s%s: closes at %.10g though the next bar opens at %.10g; it may have been "
                       "saved while it was still forming (compare with --against)",
                       k->label, when, k->c->f[WICK_CLOSE][i], k->c->f[WICK_OPEN][i + 1]);
    }
}

wick_status wk_check_rows(wick_ctx *ctx, const wk_cols *c, const uint32_t *line, const char *label,
                          int64_t timeframe_ms, bool allow_negative, bool warnings, wick_defects *d,
                          uint8_t *bad)
{
    check k = {c, line, label, timeframe_ms, d, bad};
    bool marked = false;
    for (int64_t i = 0; i < c->n && !marked; i++) marked = bad[i] != 0;
    if (marked || wk_rows_first_bad(c, allow_negative, 0) >= 0) {
        value_rules(&k, allow_negative);
        const wick_status st = order_rules(ctx, &k);
        if (st < 0) return st;
    }
    if (timeframe_ms == WICK_MS_DAY) adjustment_rule(&k);
    jump_rule(&k, warnings);
    if (!warnings) return WICK_OK;
    const bool round_the_clock = never_closes(c->n, c->time);
    gap_rule(&k, round_the_clock);
    quiet_rules(&k);
    if (round_the_clock && timeframe_ms > 0 && timeframe_ms < WICK_MS_DAY) unfinished_rule(&k);
    return WICK_OK;
}
