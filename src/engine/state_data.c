/* SPDX-License-Identifier: MIT */
/* What a state is tied to. Bars are compared by the content of blocks, so that a restated price is
 * found within a few hundred bars; everything else by its text. */
#include "engine/settings_row.h"
#include "engine/state_int.h"

#include <string.h>

enum { BLOCK = 256 };

/* ---- bars ---------------------------------------------------------------------------------- */

static uint64_t hash_block(const wk_feed *f, int32_t from, int32_t to)
{
    const int64_t n = to - from;
    uint64_t h = wick_hash64(f->time + from, n * (int64_t)sizeof *f->time, 0);
    for (int k = 0; k < WICK_FIELDS; k++) {
        if (f->f[k] != NULL) h = wick_hash64(f->f[k] + from, n * (int64_t)sizeof(double), h);
    }
    if (f->rate != NULL) h = wick_hash64(f->rate + from, n * (int64_t)sizeof(double), h);
    return h;
}

static void write_bars(const wick_run *r, wick_buf *b)
{
    for (int32_t s = 0; s < r->n_sym; s++) {
        const int32_t n = r->bar_of[s] + 1;
        wk_pack_u32(b, (uint32_t)n);
        wk_pack_u64(b, n > 0 ? (uint64_t)r->feed[s].time[n - 1] : 0);
        for (int32_t i = 0; i < n; i += BLOCK)
            wk_pack_u64(b, hash_block(&r->feed[s], i, i + BLOCK < n ? i + BLOCK : n));
    }
}

static wick_status other_bars(wk_unpack *u, const wick_run *r, int32_t s, int32_t from, int32_t to)
{
    char a[WICK_TIME_TEXT], b[WICK_TIME_TEXT];
    const int64_t *t = r->feed[s].time;
    const bool days = t[from] % WICK_MS_DAY == 0 && t[to - 1] % WICK_MS_DAY == 0;
    wick_time_format(a, t[from], days);
    wick_time_format(b, t[to - 1], days);
    return wk_unpack_fail(
        u,
        "%s: the bars from %s to %s are not those the state was made with; a state "
        "goes on over the same history",
        wick_bars_symbol(wick_panel_bars(r->panel, s)), a, b);
}

/* The number of bars of s at or before a tick. */
static int32_t bars_until(const wk_feed *f, int32_t tick)
{
    int32_t lo = 0, hi = f->all;
    if (f->tick_of == NULL) return tick + 1 < hi ? tick + 1 : hi;
    while (lo < hi) {
        const int32_t mid = lo + (hi - lo) / 2;
        if (f->tick_of[mid] <= tick)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static wick_status check_bars(wk_unpack *u, const wick_run *r, int32_t tick)
{
    for (int32_t s = 0; s < r->n_sym; s++) {
        const wk_feed *f = &r->feed[s];
        const char *name = wick_bars_symbol(wick_panel_bars(r->panel, s));
        const uint32_t n = wk_take_u32(u);
        const int64_t last = (int64_t)wk_take_u64(u);
        if (u->st < 0) return u->st;
        const int32_t here = bars_until(f, tick);
        char day[WICK_TIME_TEXT] = "none";
        if (n > 0) wick_time_format(day, last, last % WICK_MS_DAY == 0);
        if (n != (uint32_t)here)
            return wk_unpack_fail(
                u,
                "%s: the state was made with %u bars up to %s, and here there are "
                "%d; load the history it was made with, and what came since",
                name, n, day, (int)here);
        if (n > 0 && f->time[n - 1] != last) {
            char found[WICK_TIME_TEXT];
            wick_time_format(found, f->time[n - 1], f->time[n - 1] % WICK_MS_DAY == 0);
            return wk_unpack_fail(
                u,
                "%s: bar %u is of %s here and was of %s when the state was saved; "
                "load the history it was made with, and what came since",
                name, n, found, day);
        }
        for (int32_t i = 0; i < here; i += BLOCK) {
            const int32_t to = i + BLOCK < here ? i + BLOCK : here;
            const uint64_t h = wk_take_u64(u);
            if (u->st < 0) return u->st;
            if (h != hash_block(f, i, to)) return other_bars(u, r, s, i, to);
        }
    }
    return u->st;
}

/* ---- finer bars, dated numbers ------------------------------------------------------------- */

/* What a run reads besides its bars: those of lower_tf or Pine's magnifier up to the end of the
 * last bar, and rates and corporate actions up to where the run has read them. A state remembers
 * both by their places. */
static const wick_bars *finer_of(const wick_run *r, int32_t s)
{
    return r->pine != NULL ? r->pine[s].sub : r->feed[s].fine;
}

/* The number of finer bars inside the first `bars` bars, and what they are. */
static int64_t finer_until(const wick_run *r, int32_t s, int32_t bars, uint64_t *hash)
{
    const wick_bars *b = finer_of(r, s);
    *hash = 0;
    if (b == NULL || bars == 0) return 0;
    const int64_t *t = wick_bars_time(b);
    const int64_t end =
        r->feed[s].time[bars - 1] + wick_bars_info(wick_panel_bars(r->panel, s))->timeframe_ms;
    const int64_t n = wick_bars_find(b, end);
    if (n == 0) return 0;
    *hash = wick_hash64(t, n * (int64_t)sizeof *t, 0);
    for (int k = 0; k < WICK_FIELDS; k++)
        *hash = wick_hash64(wick_bars_field(b, (wick_field)k), n * (int64_t)sizeof(double), *hash);
    return n;
}

/* Those stamped up to the cut. */
static int32_t dated_until(const wick_run *r, const wk_dated *x, int32_t tick, uint64_t *hash)
{
    int32_t n = 0;
    while (tick >= 0 && n < x->n && x->time[n] <= r->clock[tick]) n++;
    *hash = wick_hash64(x->time, n * (int64_t)sizeof *x->time, 0);
    *hash = n > 0 ? wick_hash64(x->value, n * (int64_t)sizeof *x->value, *hash) : 0;
    return n;
}

static bool reads_more(const wick_run *r)
{
    for (int32_t s = 0; s < r->n_sym; s++) {
        if (finer_of(r, s) != NULL) return true;
        for (int k = 0; k < WICK_DATED; k++)
            if (r->feed[s].dated[k].n > 0) return true;
    }
    return false;
}

static void write_more(const wick_run *r, wick_buf *b)
{
    for (int32_t s = 0; s < r->n_sym; s++) {
        uint64_t hash;
        wk_pack_u32(b, (uint32_t)finer_until(r, s, r->bar_of[s] + 1, &hash));
        wk_pack_u64(b, hash);
        for (int k = 0; k < WICK_DATED; k++) {
            wk_pack_u32(b, (uint32_t)dated_until(r, &r->feed[s].dated[k], r->tick, &hash));
            wk_pack_u64(b, hash);
        }
    }
}

static wick_status other_finer(wk_unpack *u, const wick_run *r, int32_t s, uint32_t was,
                               int64_t here)
{
    return wk_unpack_fail(u,
                          "%s: the finer bars are not those the state was made with (%u up to the "
                          "cut, and here %lld); a state goes on over the same history",
                          wick_bars_symbol(wick_panel_bars(r->panel, s)), was, (long long)here);
}

static wick_status check_dated(wk_unpack *u, const wick_run *r, int32_t s, int k, int32_t tick)
{
    const uint32_t was = wk_take_u32(u);
    const uint64_t saved = wk_take_u64(u);
    uint64_t hash;
    const int32_t here = dated_until(r, &r->feed[s].dated[k], tick, &hash);
    if (u->st < 0 || (was == (uint32_t)here && saved == hash)) return u->st;
    return wk_unpack_fail(u,
                          "%s: %s up to the cut is not what the state was made with (%u numbers, "
                          "and here %d); a state goes on over the same history",
                          wick_bars_symbol(wick_panel_bars(r->panel, s)), wick_dated_name(k), was,
                          (int)here);
}

/* A state of a run that read nothing else has no such section. */
static wick_status check_more(wick_ctx *ctx, const wick_run *r, const wick_state *s, int32_t tick)
{
    int64_t n = 0;
    const uint8_t *p = wick_state_get(s, "engine.more", &n);
    wick_buf none = {0};
    if (p == NULL && !reads_more(r)) return WICK_OK;
    if (p == NULL) {
        const int64_t each = 12 * (1 + (int64_t)WICK_DATED);
        for (int64_t i = 0; i < each * r->n_sym; i++) wick_buf_add(&none, "", 1);
        if (none.failed) return wick_fail_mem(ctx);
        p = (const uint8_t *)none.data;
        n = none.len;
    }
    wk_unpack u = {.ctx = ctx, .p = p, .end = p + n};
    for (int32_t i = 0; i < r->n_sym && u.st >= 0; i++) {
        const int32_t bars = bars_until(&r->feed[i], tick);
        const uint32_t was = wk_take_u32(&u);
        const uint64_t saved = wk_take_u64(&u);
        uint64_t hash;
        const int64_t here = finer_until(r, i, bars, &hash);
        if (u.st >= 0 && (here != (int64_t)was || hash != saved))
            (void)other_finer(&u, r, i, was, here);
        for (int k = 0; k < WICK_DATED && u.st >= 0; k++) (void)check_dated(&u, r, i, k, tick);
    }
    if (u.st >= 0 && u.p != u.end) (void)wk_unpack_fail(&u, "section engine.more is too long");
    wick_buf_free(&none);
    return u.st;
}

/* ---- symbols, options, settings ---------------------------------------------------------------
 */

static void line(wick_buf *b, const char *key, const char *value)
{
    wick_buf_addf(b, "%s=%s\n", key, value);
}

static void line_number(wick_buf *b, const char *key, double v)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, v);
    line(b, key, text);
}

/* Everything a run was made with besides its bars, one line each. */
static void write_options(const wick_run *r, wick_buf *b)
{
    char key[80];
    line_number(b, "symbols", r->n_sym);
    for (int32_t s = 0; s < r->n_sym; s++) {
        const wk_feed *f = &r->feed[s];
        snprintf(key, sizeof key, "symbol %d", (int)s + 1);
        line(b, key, wick_bars_symbol(wick_panel_bars(r->panel, s)));
        snprintf(key, sizeof key, "tick of symbol %d", (int)s + 1);
        line_number(b, key, f->tick);
        snprintf(key, sizeof key, "point value of symbol %d", (int)s + 1);
        line_number(b, key, f->own_point);
        snprintf(key, sizeof key, "rates of symbol %d", (int)s + 1);
        line(b, key, f->rate != NULL ? "on" : "off");
    }
    line_number(b, "cash", r->cash0);
    line_number(b, "warm-up", (double)r->warmup);
    line_number(b, "first traded tick", r->first_tick + r->gate_tick);
    line(b, "order records", r->lean ? "off" : "on");
    line(b, "orders", r->pine != NULL ? "pine" : "wick");
    line(b, "fills asked", r->ask_fill ? "on" : "off");
}

static void write_settings(const wick_run *r, wick_buf *b)
{
    char text[WICK_SETTING_TEXT];
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        wick_settings_get(&r->set, i, text);
        line(b, wick_settings_doc(i)->key, text);
    }
}

/* The first line in which the two differ, said with its key. */
static wick_status same_lines(wick_ctx *ctx, const char *what, const char *saved, const char *here)
{
    while (*saved != '\0' || *here != '\0') {
        const size_t a = strcspn(saved, "\n"), b = strcspn(here, "\n");
        if (a != b || memcmp(saved, here, a) != 0) {
            const size_t ka = strcspn(saved, "=\n"), kb = strcspn(here, "=\n");
            if (ka != kb || memcmp(saved, here, ka) != 0)
                return wick_fail(ctx, WICK_E_STATE,
                                 "the state was made by another version of wick: it has %s '%.*s' "
                                 "where this one has '%.*s'",
                                 what, (int)ka, saved, (int)kb, here);
            return wick_fail(ctx, WICK_E_STATE,
                             "%s%s%.*s is %.*s here and was %.*s when the state was saved", what,
                             *what != '\0' ? " " : "", (int)ka, here, (int)(b - kb - 1),
                             here + kb + 1, (int)(a - ka - 1), saved + ka + 1);
        }
        saved += a + (saved[a] == '\n');
        here += b + (here[b] == '\n');
    }
    return WICK_OK;
}

wick_status wk_state_write_ties(wick_ctx *ctx, const wick_run *r, wick_state *s)
{
    wick_buf bars = {0}, options = {0}, settings = {0}, more = {0};
    wk_pack_u32(&bars, (uint32_t)r->tick);
    write_bars(r, &bars);
    write_options(r, &options);
    write_settings(r, &settings);
    const bool reads = reads_more(r);
    if (reads) write_more(r, &more);
    wick_status st = WICK_OK;
    if (bars.failed || options.failed || settings.failed || more.failed) st = wick_fail_mem(ctx);
    if (st >= 0) st = wick_state_put(ctx, s, "engine.options", options.data, options.len);
    if (st >= 0) st = wick_state_put(ctx, s, "engine.settings", settings.data, settings.len);
    if (st >= 0) st = wick_state_put(ctx, s, "engine.bars", bars.data, bars.len);
    if (st >= 0 && reads) st = wick_state_put(ctx, s, "engine.more", more.data, more.len);
    wick_buf_free(&more);
    wick_buf_free(&bars);
    wick_buf_free(&options);
    wick_buf_free(&settings);
    return st;
}

static wick_status check_text(wick_ctx *ctx, const wick_run *r, const wick_state *s,
                              const char *section, const char *what,
                              void (*write)(const wick_run *, wick_buf *))
{
    int64_t n = 0;
    const char *saved = wick_state_get(s, section, &n);
    wick_buf b = {0};
    if (saved == NULL) return wick_fail(ctx, WICK_E_DATA, "the state has no section %s", section);
    write(r, &b);
    const wick_status st =
        b.failed ? wick_fail_mem(ctx) : same_lines(ctx, what, saved, b.data != NULL ? b.data : "");
    wick_buf_free(&b);
    return st;
}

wick_status wk_state_check_ties(wick_ctx *ctx, const wick_run *r, const wick_state *s,
                                const wick_resume_opts *o, int32_t *tick)
{
    wick_status st = check_text(ctx, r, s, "engine.options", "", write_options);
    if (st >= 0 && !o->settings)
        st = check_text(ctx, r, s, "engine.settings", "engine setting", write_settings);
    if (st < 0) return st;
    int64_t n = 0;
    const uint8_t *p = wick_state_get(s, "engine.bars", &n);
    if (p == NULL) return wick_fail(ctx, WICK_E_DATA, "the state has no section engine.bars");
    wk_unpack u = {.ctx = ctx, .p = p, .end = p + n};
    const int32_t at = (int32_t)wk_take_u32(&u);
    if (u.st >= 0 && at < r->first_tick - 1)
        (void)wk_unpack_fail(&u, "the state stands before the first tick");
    if (u.st >= 0 && at >= r->all_ticks)
        (void)wk_unpack_fail(&u,
                             "the state was made with %d ticks, and here there are %d; load the "
                             "history it was made with, and what came since",
                             (int)at + 1, (int)r->all_ticks);
    if (u.st >= 0) st = check_bars(&u, r, at);
    if (st >= 0 && u.p != u.end) (void)wk_unpack_fail(&u, "section engine.bars is too long");
    *tick = at;
    return u.st < 0 ? u.st : check_more(ctx, r, s, at);
}
