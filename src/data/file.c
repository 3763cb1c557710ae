/* SPDX-License-Identifier: MIT */
/* One data file: its rows, split by symbol, checked, and made into bars. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

wick_load_opts wk_load_opts(const wick_load_opts *opts)
{
    wick_load_opts o = {.size = sizeof o};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    o.size = sizeof o;
    if (o.symbols == NULL) o.n_symbols = 0;
    return o;
}

void wk_file_free(wk_file *f)
{
    for (int64_t i = 0; i < f->n; i++) {
        wick_bars_unref(f->bars[i]);
        if (f->lines != NULL) free(f->lines[i]);
    }
    free(f->bars);
    free(f->lines);
    free(f->path);
    wick_defects_free(f->defects);
    wick_buf_free(&f->notes);
    memset(f, 0, sizeof *f);
}

/* ---- names -------------------------------------------------------------------------------- */

static bool strip(char *s, const char *suffix)
{
    const size_t n = strlen(s), m = strlen(suffix);
    if (n <= m) return false;
    for (size_t i = 0; i < m; i++) {
        const char c = s[n - m + i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != suffix[i]) return false;
    }
    s[n - m] = '\0';
    return true;
}

static bool strip_extensions(char *s)
{
    static const char *const packed[] = {".gz", ".zst"};
    static const char *const kinds[] = {".csv", ".txt", ".tsv", ".wick"};
    for (size_t k = 0; k < sizeof packed / sizeof packed[0]; k++) {
        if (strip(s, packed[k])) break;
    }
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (strip(s, kinds[k])) return true;
    }
    return false;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool wk_is_data_file(const char *name)
{
    char s[512];
    if (strlen(name) >= sizeof s) return false;
    memcpy(s, name, strlen(name) + 1);
    return strip_extensions(s);
}

/* "ohlcv_ETH-USDT-USDT_15m_warmup6m.csv": a timeframe between underscores ends the symbol. A lone
 * letter such as the D of "X_D" is too little to be one. */
void wk_name_of_file(const char *path, char *symbol, size_t cap, int64_t *timeframe_ms)
{
    char s[512];
    *timeframe_ms = 0;
    snprintf(s, sizeof s, "%s", base_name(path));
    strip_extensions(s);
    char *start = strncmp(s, "ohlcv_", 6) == 0 && s[6] != '\0' ? s + 6 : s;
    for (char *p = strchr(start, '_'); p != NULL; p = strchr(p + 1, '_')) {
        char word[16];
        const size_t n = strcspn(p + 1, "_");
        if (n < 2 || n >= sizeof word || p == start) continue;
        memcpy(word, p + 1, n);
        word[n] = '\0';
        if (strspn(word, "0123456789") == n || !wick_timeframe_parse(word, timeframe_ms)) continue;
        *p = '\0';
        break;
    }
    snprintf(symbol, cap, "%s", start);
}

/* ---- rows of one symbol ------------------------------------------------------------------- */

typedef struct part {
    const char *symbol;
    wk_cols c;
    uint32_t *line;
    int16_t *offset; /**< minutes, NULL: none in the file */
    int64_t at;
} part;

static void part_free(part *p)
{
    wk_cols_free(&p->c);
    free(p->line);
    free(p->offset);
}

/* Stable split of the file's rows by symbol: one counting pass, one copying pass. */
static wick_status split(wick_ctx *ctx, const wk_rows *r, part *parts, int64_t n)
{
    for (int64_t i = 0; i < r->n; i++) parts[r->symbol != NULL ? r->symbol[i] : 0].at++;
    for (int64_t s = 0; s < n; s++) {
        part *p = &parts[s];
        const wick_status st = wk_cols_new(ctx, p->at, &p->c);
        if (st < 0) return st;
        p->line = malloc((size_t)(p->at + 1) * sizeof *p->line);
        if (p->line == NULL) return wick_fail_mem(ctx);
        if (r->offset != NULL) {
            p->offset = malloc((size_t)(p->at + 1) * sizeof *p->offset);
            if (p->offset == NULL) return wick_fail_mem(ctx);
        }
        p->at = 0;
    }
    for (int64_t i = 0; i < r->n; i++) {
        part *p = &parts[r->symbol != NULL ? r->symbol[i] : 0];
        const int64_t k = p->at++;
        p->c.time[k] = r->time[i];
        for (int f = 0; f < WICK_FIELDS; f++) p->c.f[f][k] = r->f[f][i];
        p->line[k] = r->line[i];
        if (p->offset != NULL) p->offset[k] = r->offset[i];
    }
    return WICK_OK;
}

/* Keeps the rows whose mark is 0. */
static void compact(part *p, const uint8_t *drop)
{
    int64_t n = 0;
    for (int64_t i = 0; i < p->c.n; i++) {
        if (drop[i]) continue;
        p->c.time[n] = p->c.time[i];
        for (int f = 0; f < WICK_FIELDS; f++) p->c.f[f][n] = p->c.f[f][i];
        p->line[n] = p->line[i];
        if (p->offset != NULL) p->offset[n] = p->offset[i];
        n++;
    }
    const int64_t stride = wk_col_stride(p->c.n);
    p->c.n = n;
    for (int64_t i = n; i < stride; i++) {
        p->c.time[i] = INT64_MAX;
        for (int f = 0; f < WICK_FIELDS; f++) p->c.f[f][i] = WICK_NA;
    }
}

/* Newest first, as some vendors deliver: turned round when every stamp says so. */
static bool descending(const wk_cols *c)
{
    if (c->n < 3) return false;
    for (int64_t i = 1; i < c->n; i++) {
        if (c->time[i] >= c->time[i - 1]) return false;
    }
    return true;
}

static void reverse(part *p)
{
    for (int64_t i = 0, j = p->c.n - 1; i < j; i++, j--) {
        const int64_t t = p->c.time[i];
        p->c.time[i] = p->c.time[j];
        p->c.time[j] = t;
        for (int f = 0; f < WICK_FIELDS; f++) {
            const double v = p->c.f[f][i];
            p->c.f[f][i] = p->c.f[f][j];
            p->c.f[f][j] = v;
        }
        const uint32_t l = p->line[i];
        p->line[i] = p->line[j];
        p->line[j] = l;
        if (p->offset != NULL) {
            const int16_t o = p->offset[i];
            p->offset[i] = p->offset[j];
            p->offset[j] = o;
        }
    }
}

/* ---- session dates of daily bars ---------------------------------------------------------- */

static int64_t wall_of(const part *p, int64_t i, const wick_tz *tz)
{
    const int64_t t = p->c.time[i];
    if (p->offset != NULL && p->offset[i] != 0) return t + p->offset[i] * INT64_C(60000);
    return tz != NULL ? t + wick_tz_offset(tz, t) : t;
}

typedef struct clocks {
    int64_t first, second; /**< times of day accepted; second is first +- one hour or equal */
    int64_t hits, n;
} clocks;

/* The commonest time of day and its summer-time twin. */
static clocks common_clocks(const part *p, const wick_tz *tz)
{
    enum { KINDS = 32 };
    int64_t value[KINDS] = {0}, count[KINDS] = {0};
    int kinds = 0;
    clocks k = {0, 0, 0, p->c.n};
    for (int64_t i = 0; i < p->c.n; i++) {
        const int64_t w = wall_of(p, i, tz);
        const int64_t clock = w - wk_floor_div(w, WICK_MS_DAY) * WICK_MS_DAY;
        int j = 0;
        while (j < kinds && value[j] != clock) j++;
        if (j == kinds) {
            if (kinds == KINDS) continue;
            value[kinds] = clock;
            count[kinds++] = 0;
        }
        count[j]++;
    }
    int best = 0;
    for (int j = 1; j < kinds; j++) {
        if (count[j] > count[best]) best = j;
    }
    k.first = k.second = value[best];
    k.hits = count[best];
    int64_t twin = 0;
    for (int j = 0; j < kinds; j++) {
        const int64_t d = value[j] - value[best];
        if ((d != 3600000 && d != -3600000) || count[j] <= twin) continue;
        twin = count[j];
        k.second = value[j];
    }
    k.hits += twin;
    return k;
}

/* A daily bar carries its session date at 00:00Z whatever time of day the file writes. Rows with
 * a time of day of their own (snapshots during the session) are errors. */
static void session_dates(part *p, const wick_tz *tz, const char *label, wick_defects *d,
                          uint8_t *bad, wick_buf *notes)
{
    if (p->c.n == 0) return;
    const clocks k = common_clocks(p, tz);
    const bool clear = k.hits * 10 >= k.n * 8;
    int64_t sundays = 0, fridays = 0, saturdays = 0, moved = 0;
    for (int64_t i = 0; i < p->c.n; i++) {
        const int64_t w = wall_of(p, i, tz), day = wk_floor_div(w, WICK_MS_DAY);
        const int64_t clock = w - day * WICK_MS_DAY, weekday = ((day % 7) + 7) % 7;
        fridays += weekday == 1;
        saturdays += weekday == 2;
        sundays += weekday == 3;
        if (clear && clock != k.first && clock != k.second) {
            char now[WICK_TIME_TEXT];
            wick_time_format(now, w, false);
            bad[i] = WK_BAD_TIME;
            wk_defects_add(d, "mixed_stamps", true, p->line[i],
                           "%s%s has a time of day of its own among daily bars stamped %02d:%02d",
                           label, now, (int)(k.first / 3600000), (int)(k.first / 60000 % 60));
        }
        moved += w != p->c.time[i] || clock != 0;
    }
    if (!clear) {
        wk_defects_add(d, "mixed_stamps", false, p->line[0],
                       "%sdaily bars with many different times of day; their dates are used",
                       label);
    }
    if (moved == 0) return;
    /* Currency days begin on the evening before (17:00 in New York): Sunday's bar is Monday's. */
    const bool evening =
        k.first >= 20 * INT64_C(3600000) && sundays > 0 && fridays == 0 && saturdays == 0;
    for (int64_t i = 0; i < p->c.n; i++) {
        p->c.time[i] = (wk_floor_div(wall_of(p, i, tz), WICK_MS_DAY) + evening) * WICK_MS_DAY;
    }
    wick_buf_addf(notes, "%sdaily stamps carry a time of day (%02d:%02d); their dates are used\n",
                  label, (int)(k.first / 3600000), (int)(k.first / 60000 % 60));
}

/* ---- one symbol --------------------------------------------------------------------------- */

typedef struct job {
    wick_ctx *ctx;
    const wick_load_opts *opts;
    bool warnings, keep_lines;
    bool reported; /**< the caller gets the findings and tells them himself */
    wk_file *f;
    bool many;       /**< sentences name the symbol */
    int64_t file_tf; /**< timeframe of the symbol with the most rows */
} job;

/* Leaves the rows inside [from, to], with their marks. */
static void cut_range(const wick_load_opts *o, part *p, uint8_t *bad, uint8_t *drop)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < p->c.n; i++) {
        const int64_t t = p->c.time[i];
        drop[i] = (o->has_from && t < o->from) || (o->has_to && t > o->to);
        if (!drop[i]) bad[kept++] = bad[i];
    }
    compact(p, drop);
}

static wick_status facts_of(job *j, part *p, wick_symbol_info *info, wick_tz **tz)
{
    memset(info, 0, sizeof *info);
    *tz = NULL;
    bool found = false;
    wick_status st = WICK_OK;
    if (j->f->info != NULL) {
        st = wk_info_find(j->ctx, j->f->info, j->f->info_name, p->symbol, j->f->path, info, &found);
        if (st < 0) return st;
    }
    info->symbol = p->symbol;
    info->allow_negative = info->allow_negative || j->opts->allow_negative;
    if (info->timezone != NULL && strcmp(info->timezone, "Etc/UTC") != 0) {
        st = wick_tz_load(j->ctx, info->timezone, tz);
        if (st < 0) return wick_note(j->ctx, "while reading %s", j->f->info_name);
    }
    return st;
}

/* Checks one symbol's rows and, when they can be used, makes its bars. */
static wick_status one_symbol(job *j, part *p)
{
    wk_file *f = j->f;
    wick_symbol_info info;
    wick_tz *tz = NULL;
    wick_status st = WICK_OK;
    char label[160] = "";
    if (j->many) snprintf(label, sizeof label, "%.120s: ", p->symbol);
    uint8_t *bad = calloc((size_t)p->c.n * 2 + 2, 1);
    if (bad == NULL) return wick_fail_mem(j->ctx);
    WICK_TRY(facts_of(j, p, &info, &tz));
    if (descending(&p->c)) {
        reverse(p);
        wick_buf_addf(&f->notes, "%snewest row first; turned round\n", label);
    }
    int64_t tf = info.timeframe_ms != 0 ? info.timeframe_ms : wk_infer_timeframe(p->c.n, p->c.time);
    if (tf == 0) tf = f->timeframe_ms;
    /* The gaps of a symbol with few rows say little; its neighbours in the file know better. */
    if (info.timeframe_ms == 0 && j->file_tf > 0 && p->c.n < 50 &&
        (tf == 0 || (tf > j->file_tf && tf < 7 * j->file_tf))) {
        tf = info.timeframe_ms = j->file_tf;
        info.inferred |= WICK_INFO_TIMEFRAME;
    }
    if (tf < 0 || tf >= WICK_MS_DAY) session_dates(p, tz, label, f->defects, bad, &f->notes);
    if (j->opts->has_from || j->opts->has_to) cut_range(j->opts, p, bad, bad + p->c.n + 1);
    WICK_TRY(wk_check_rows(j->ctx, &p->c, p->line, label, tf, info.allow_negative, j->warnings,
                           f->defects, bad));
    int64_t dropped = 0;
    for (int64_t i = 0; i < p->c.n; i++) dropped += bad[i] != 0;
    if (dropped > 0) compact(p, bad);
    wk_defects_dropped(f->defects, dropped);
    if (p->c.n == 0 && dropped == 0 && j->many) goto out; /* nothing in the range */
    if (info.timeframe_ms == 0 && p->c.n < 2 && f->timeframe_ms != 0) {
        info.timeframe_ms = f->timeframe_ms;
        info.inferred |= WICK_INFO_TIMEFRAME;
    }
    WICK_TRY(wk_bars_take(j->ctx, &p->c, &info, &f->bars[f->n]));
    if (f->lines != NULL) {
        f->lines[f->n] = p->line;
        p->line = NULL;
    }
    f->n++;
out:
    wick_tz_unref(tz);
    free(bad);
    return st;
}

static wick_status from_rows(job *j, wk_rows *rows)
{
    wk_file *f = j->f;
    wick_status st = WICK_OK;
    const int64_t n = rows->symbol != NULL ? rows->n_symbols : 1;
    part *parts = calloc((size_t)n, sizeof *parts);
    f->bars = calloc((size_t)n, sizeof(wick_bars *));
    if (j->keep_lines) f->lines = calloc((size_t)n, sizeof *f->lines);
    if (parts == NULL || f->bars == NULL || (j->keep_lines && f->lines == NULL)) {
        st = wick_fail_mem(j->ctx);
        goto out;
    }
    j->many = rows->symbol != NULL && n > 1;
    for (int64_t s = 0; s < n; s++) {
        parts[s].symbol = rows->symbol != NULL ? rows->symbols[s] : f->symbol;
    }
    WICK_TRY(split(j->ctx, rows, parts, n));
    if (j->many) {
        int64_t longest = 0;
        for (int64_t s = 1; s < n; s++) longest = parts[s].c.n > parts[longest].c.n ? s : longest;
        j->file_tf = wk_infer_timeframe(parts[longest].c.n, parts[longest].c.time);
    }
    for (int64_t s = 0; s < n; s++) WICK_TRY(one_symbol(j, &parts[s]));
out:
    for (int64_t s = 0; parts != NULL && s < n; s++) part_free(&parts[s]);
    free(parts);
    return st;
}

static wick_status finish(job *j, bool report_only)
{
    wk_file *f = j->f;
    if (!wk_defects_finish(f->defects)) return wick_fail_mem(j->ctx);
    const int64_t errors = wick_defects_errors(f->defects);
    if (report_only || errors == 0) return WICK_OK;
    int64_t rows = 0;
    for (int64_t i = 0; i < f->n; i++) rows += wick_bars_count(f->bars[i]);
    if (!j->opts->drop_bad || wk_defects_is_fatal(f->defects)) {
        return wk_defects_fail(j->ctx, f->defects);
    }
    if (rows == 0) {
        (void)wk_defects_fail(j->ctx, f->defects);
        return wick_note(j->ctx, "no good row is left in %s", f->path);
    }
    if (j->reported) return WICK_OK;
    const wick_defect *d = NULL;
    for (int64_t i = 0; d == NULL || !d->is_error; i++) d = wick_defects_at(f->defects, i);
    wick_buf_addf(&f->notes, "%lld error%s; rows left out, %lld used (first: line %lld, %s: %s)\n",
                  (long long)errors, errors == 1 ? "" : "s", (long long)rows, (long long)d->line,
                  d->rule, d->text);
    return WICK_OK;
}

wick_status wk_file_load(wick_ctx *ctx, const wick_load_opts *opts, bool reported, bool report_only,
                         wk_file *f)
{
    const bool warnings = report_only || (reported && opts->keep_defects);
    job j = {.ctx = ctx,
             .opts = opts,
             .warnings = warnings,
             .keep_lines = report_only,
             .reported = reported,
             .f = f};
    wk_rows rows;
    memset(&rows, 0, sizeof rows);
    wick_status st = WICK_OK;
    f->defects = wk_defects_new(f->path, opts->max_findings);
    if (f->defects == NULL) return wick_fail_mem(ctx);
    if (wk_native_is(f->path)) return wk_native_read(ctx, f->path, opts, &f->bars, &f->n);
    WICK_TRY(wk_csv_read(ctx, f->path, opts, &rows, f->defects, &f->notes));
    if (!wk_defects_is_fatal(f->defects)) {
        wk_defects_dropped(f->defects, wick_defects_errors(f->defects));
    }
    if (!f->by_name_wanted && !rows.long_format) {
        /* A file of one symbol nobody asked for: its faults are nobody's business either. */
        wk_defects_reset(f->defects);
        goto out;
    }
    if (!wk_defects_is_fatal(f->defects)) WICK_TRY(from_rows(&j, &rows));
    WICK_TRY(finish(&j, report_only));
    if (f->notes.failed) st = wick_fail_mem(ctx);
out:
    wk_rows_free(&rows);
    return st;
}
