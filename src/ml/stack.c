/* SPDX-License-Identifier: MIT */
/* Bars of a panel as rows of a matrix; looking for features that look ahead. */
#include <float.h>

#include "ml/ml_int.h"

/* How many ticks of all symbols are copied together: the rows written at a time stay in cache. */
enum { BLOCK = 256 };

typedef struct stacking {
    const wick_panel *panel;
    const wick_stack_in *in;
    int64_t symbols, ticks;
    int64_t *start;  /* per tick: its first row */
    int64_t *cursor; /* per symbol: next bar */
    int64_t *first;  /* per symbol: first bar that may be a row */
    wick_matrix *m;
} stacking;

static int64_t tick_of(const stacking *s, int64_t symbol, int64_t bar)
{
    const int32_t *t = wick_panel_tick_of(s->panel, symbol);
    return t != NULL ? t[bar] : bar;
}

/* When a bar is known, as the panel's clock has it: months (negative lengths) are no addition. */
static int64_t close_of(int64_t stamp, int64_t length)
{
    if (length >= 0) return stamp + length;
    const wick_civil c = wick_time_to_civil(stamp);
    return wick_time_from_civil(c.year, c.month - (int32_t)length, c.day, c.hour, c.minute,
                                c.second, c.ms);
}

/* Where all columns have had a value. */
static int64_t warm(const stacking *s, int64_t symbol, int64_t bars)
{
    int64_t first = 0;
    for (int32_t j = 0; s->in->drop_warmup && j < s->in->p; j++) {
        const double *v = s->in->columns[symbol * s->in->p + j];
        int64_t k = 0;
        while (k < bars && isnan(v[k])) k++;
        first = k > first ? k : first;
    }
    return first;
}

static bool kept(const stacking *s, int64_t symbol, int64_t bar, int64_t stamp)
{
    const wick_stack_in *in = s->in;
    if (bar < s->first[symbol] || (in->has_from && stamp < in->from) ||
        (in->has_to && stamp > in->to)) {
        return false;
    }
    return in->mask == NULL || in->mask[symbol] == NULL || in->mask[symbol][bar] == 1.0;
}

static void count(stacking *s, int64_t *rows)
{
    int64_t total = 0;
    for (int64_t k = 0; k < s->symbols; k++) {
        const wick_bars *b = wick_panel_bars(s->panel, k);
        const int64_t bars = wick_bars_count(b), *time = wick_bars_time(b);
        s->first[k] = warm(s, k, bars);
        for (int64_t i = 0; i < bars; i++) s->start[tick_of(s, k, i)] += kept(s, k, i, time[i]);
    }
    for (int64_t t = 0; t < s->ticks; t++) {
        const int64_t here = s->start[t];
        s->start[t] = total;
        total += here;
    }
    *rows = total;
}

/* Rows of one symbol up to a tick; `start` moves on as rows are taken. */
static void place(stacking *s, int64_t k, int64_t until, int32_t *row_of, int32_t *bar_of,
                  int64_t *n)
{
    const wick_bars *b = wick_panel_bars(s->panel, k);
    const int64_t bars = wick_bars_count(b), *time = wick_bars_time(b);
    wk_index *x = s->m->index;
    const int64_t length = wick_bars_info(b)->timeframe_ms;
    *n = 0;
    for (; s->cursor[k] < bars; s->cursor[k]++) {
        const int64_t i = s->cursor[k], t = tick_of(s, k, i);
        if (t >= until) break;
        if (!kept(s, k, i, time[i])) continue;
        const int64_t r = s->start[t]++;
        x->stamp[r] = time[i];
        x->time[r] = close_of(time[i], length);
        x->tick[r] = (int32_t)t;
        x->symbol[r] = (int32_t)k;
        x->bar[r] = (int32_t)i;
        row_of[*n] = (int32_t)r;
        bar_of[(*n)++] = (int32_t)i;
    }
}

/* One column of the rows just placed: its part of the matrix stays in cache over all symbols. */
static wick_status copy(wick_ctx *ctx, const stacking *s, int32_t j, const int32_t *row_of,
                        const int32_t *bar_of, const int64_t *n)
{
    double *to = s->m->columns[j]->v;
    for (int64_t k = 0; k < s->symbols; k++) {
        const double *v = s->in->columns[k * s->in->p + j];
        bool infinite = false;
        for (int64_t i = k * BLOCK; i < k * BLOCK + n[k]; i++) {
            const double x = v[bar_of[i]];
            to[row_of[i]] = x;
            infinite |= fabs(x) > DBL_MAX;
        }
        for (int64_t i = k * BLOCK; infinite && i < k * BLOCK + n[k]; i++) {
            if (!isinf(v[bar_of[i]])) continue;
            return wick_fail(
                ctx, WICK_E_DATA,
                "feature '%s' of %s is infinite at bar %d; divide by something that is "
                "never 0, or make it NA there",
                s->m->names[j], s->m->index->symbols[k], (int)bar_of[i]);
        }
    }
    return WICK_OK;
}

static wick_status fill(wick_ctx *ctx, stacking *s)
{
    int32_t *row_of = wk_items(2 * s->symbols * BLOCK, sizeof *row_of);
    int32_t *bar_of = row_of + s->symbols * BLOCK;
    int64_t *n = wk_items(s->symbols, sizeof *n);
    wick_status st = row_of != NULL && n != NULL ? WICK_OK : wick_fail_mem(ctx);
    for (int64_t from = 0; st == WICK_OK && from < s->ticks; from += BLOCK) {
        for (int64_t k = 0; k < s->symbols; k++) {
            place(s, k, from + BLOCK, row_of + k * BLOCK, bar_of + k * BLOCK, &n[k]);
        }
        for (int32_t j = 0; st == WICK_OK && j < s->in->p; j++) {
            st = copy(ctx, s, j, row_of, bar_of, n);
        }
    }
    free(row_of);
    free(n);
    return st;
}

wick_status wick_matrix_stack(wick_ctx *ctx, const wick_panel *panel, const wick_stack_in *given,
                              wick_matrix **out)
{
    wick_stack_in in = {0};
    if (panel == NULL || given == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "stacking needs a panel, columns and a place to go");
    }
    memcpy(&in, given, given->size < sizeof in ? given->size : sizeof in);
    if (in.p < 0 || (in.p > 0 && (in.names == NULL || in.columns == NULL))) {
        return wick_fail(ctx, WICK_E_ARG, "stacking needs names and columns");
    }
    wick_status st = wk_names_check(ctx, in.names, in.p);
    if (st < 0) return st;
    stacking s = {.panel = panel,
                  .in = &in,
                  .symbols = wick_panel_count(panel),
                  .ticks = wick_panel_ticks(panel)};
    const char **names = wk_items(s.symbols, sizeof *names);
    int64_t rows = 0;
    s.start = wk_zero_items(s.ticks, sizeof *s.start);
    s.cursor = wk_zero_items(s.symbols, sizeof *s.cursor);
    s.first = wk_zero_items(s.symbols, sizeof *s.first);
    if (names == NULL || s.start == NULL || s.cursor == NULL || s.first == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t k = 0; k < s.symbols; k++) names[k] = wick_bars_symbol(wick_panel_bars(panel, k));
    count(&s, &rows);
    if (rows > INT32_MAX) {
        st = wick_fail(ctx, WICK_E_ARG, "%lld rows are more than a matrix holds", (long long)rows);
        goto out;
    }
    s.m = wk_matrix_over(wk_index_new(rows, names, (int32_t)s.symbols), in.names, in.p);
    if (s.m == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(fill(ctx, &s));
    *out = s.m;
    s.m = NULL;
out:
    wick_matrix_unref(s.m);
    free(names);
    free(s.start);
    free(s.cursor);
    free(s.first);
    return st;
}

/* ---- looking ahead ------------------------------------------------------------------------ */

/* The panel as it was known at tick `until` (exclusive). */
static wick_status cut_panel(wick_ctx *ctx, const wick_panel *panel, int64_t until,
                             wick_panel **out)
{
    const int64_t n = wick_panel_count(panel);
    wick_bars **parts = wk_zero_items(n, sizeof *parts);
    if (parts == NULL) return wick_fail_mem(ctx);
    wick_status st = WICK_OK;
    int64_t kept_n = 0;
    for (int64_t k = 0; k < n; k++) {
        const wick_bars *b = wick_panel_bars(panel, k);
        const int32_t *tick = wick_panel_tick_of(panel, k);
        int64_t bars = wick_bars_count(b);
        while (bars > 0 && (tick != NULL ? tick[bars - 1] : bars - 1) >= until) bars--;
        if (bars == 0) continue;
        WICK_TRY(wick_bars_slice(ctx, b, 0, bars, &parts[kept_n]));
        kept_n++;
    }
    WICK_TRY(wick_panel_new(ctx, parts, kept_n, out));
out:
    for (int64_t k = 0; k < kept_n; k++) wick_bars_unref(parts[k]);
    free(parts);
    return st;
}

static bool same_bits(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static wick_status differs(wick_ctx *ctx, const wick_matrix *all, const wick_matrix *part,
                           int32_t j, int64_t r)
{
    char when[WICK_TIME_TEXT], a[WICK_DOUBLE_TEXT], b[WICK_DOUBLE_TEXT];
    wick_time_format(when, all->index->stamp[r], true);
    wick_format_double(a, part->columns[j]->v[r]);
    wick_format_double(b, all->columns[j]->v[r]);
    return wick_fail(ctx, WICK_E_DATA,
                     "feature '%s' of %s at %s is %s without the bars after it and %s with them: "
                     "it looks ahead",
                     all->names[j], all->index->symbols[all->index->symbol[r]], when, a, b);
}

/* Rows of the cut must be the first rows of the whole. */
static wick_status compare(wick_ctx *ctx, const wick_matrix *all, const wick_matrix *part)
{
    const wick_status st =
        wk_names_match(ctx, "the matrix of fewer bars", all, part->names, part->p);
    if (st < 0) return st;
    const wk_index *x = all->index, *y = part->index;
    for (int64_t r = 0; r < y->n; r++) {
        if (r >= x->n || x->time[r] != y->time[r] || x->bar[r] != y->bar[r] ||
            strcmp(x->symbols[x->symbol[r]], y->symbols[y->symbol[r]]) != 0) {
            return wick_fail(ctx, WICK_E_DATA,
                             "row %lld (%s, bar %d) is there only without the bars after it: the "
                             "choice of rows looks ahead",
                             (long long)r, y->symbols[y->symbol[r]], (int)y->bar[r]);
        }
        for (int32_t j = 0; j < all->p; j++) {
            if (!same_bits(all->columns[j]->v[r], part->columns[j]->v[r])) {
                return differs(ctx, all, part, j, r);
            }
        }
    }
    return WICK_OK;
}

/* Rows that are known by the cut must all be there. */
static wick_status complete(wick_ctx *ctx, const wick_matrix *all, const wick_matrix *part,
                            int64_t until)
{
    const int64_t n = part->index->n;
    if (n < all->index->n && all->index->tick[n] < until) {
        const wk_index *x = all->index;
        return wick_fail(
            ctx, WICK_E_DATA,
            "row %lld (%s, bar %d) is there only with the bars after it: the choice of "
            "rows looks ahead",
            (long long)n, x->symbols[x->symbol[n]], (int)x->bar[n]);
    }
    return WICK_OK;
}

wick_status wick_check_lookahead(wick_ctx *ctx, const wick_panel *panel, wick_feature_fn fn,
                                 void *user, int32_t cuts, uint64_t seed)
{
    if (panel == NULL || fn == NULL || cuts < 0) {
        return wick_fail(ctx, WICK_E_ARG, "the check needs a panel and a feature function");
    }
    const int64_t ticks = wick_panel_ticks(panel);
    if (cuts == 0) cuts = 10;
    wick_matrix *all = NULL, *part = NULL;
    wick_panel *cut = NULL;
    wick_pcg g = wick_pcg_key(seed, "look-ahead", 0, 0);
    wick_status st = fn(user, ctx, panel, &all);
    for (int32_t c = 0; st == WICK_OK && c < cuts && ticks > 1; c++) {
        /* The first cuts are early ones, where warm-ups end; the others anywhere. */
        const int64_t span = c < cuts / 3 && ticks > 100 ? 100 : ticks - 1;
        const int64_t until = 1 + (int64_t)wick_pcg_below(&g, (uint64_t)span);
        WICK_TRY(cut_panel(ctx, panel, until, &cut));
        WICK_TRY(fn(user, ctx, cut, &part));
        WICK_TRY(compare(ctx, all, part));
        WICK_TRY(complete(ctx, all, part, until));
        wick_matrix_unref(part);
        wick_panel_unref(cut);
        part = NULL;
        cut = NULL;
    }
out:
    wick_matrix_unref(part);
    wick_panel_unref(cut);
    wick_matrix_unref(all);
    return st;
}
