/* SPDX-License-Identifier: MIT */
/* What followed each row: returns, triple barriers, trailing stops. Rules: ml.md 4. */
#include "ml/ml_int.h"

wick_labels *wk_labels_alloc(int64_t n)
{
    wick_labels *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    atomic_init(&l->refs, 1);
    l->n = n;
    l->y = wk_items(n, sizeof *l->y);
    l->ret = wk_items(n, sizeof *l->ret);
    l->barrier = wk_zero_items(n, sizeof *l->barrier);
    l->bar1 = wk_items(n, sizeof *l->bar1);
    l->tick1 = wk_items(n, sizeof *l->tick1);
    if (l->y == NULL || l->ret == NULL || l->barrier == NULL || l->bar1 == NULL ||
        l->tick1 == NULL) {
        wick_labels_unref(l);
        return NULL;
    }
    for (int64_t i = 0; i < n; i++) {
        l->y[i] = l->ret[i] = WICK_NA;
        l->bar1[i] = -1;
    }
    return l;
}

wick_labels *wick_labels_ref(wick_labels *l)
{
    if (l != NULL) atomic_fetch_add(&l->refs, 1);
    return l;
}

void wick_labels_unref(wick_labels *l)
{
    if (l == NULL || atomic_fetch_sub(&l->refs, 1) > 1) return;
    free(l->y);
    free(l->ret);
    free(l->barrier);
    free(l->bar1);
    free(l->tick1);
    free(l);
}

int64_t wick_labels_count(const wick_labels *l)
{
    return l->n;
}

const double *wick_labels_y(const wick_labels *l)
{
    return l->y;
}

const double *wick_labels_ret(const wick_labels *l)
{
    return l->ret;
}

const int8_t *wick_labels_barrier(const wick_labels *l)
{
    return l->barrier;
}

const int32_t *wick_labels_bar1(const wick_labels *l)
{
    return l->bar1;
}

const int32_t *wick_labels_tick1(const wick_labels *l)
{
    return l->tick1;
}

wick_status wick_labels_pick(wick_ctx *ctx, const wick_labels *l, const int32_t *rows, int64_t n,
                             wick_labels **out)
{
    wick_labels *part = wk_labels_alloc(n);
    if (part == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        const int64_t r = wk_row(rows, i);
        if (r < 0 || r >= l->n) {
            wick_labels_unref(part);
            return wick_fail(ctx, WICK_E_ARG, "row %lld of %lld labels", (long long)r,
                             (long long)l->n);
        }
        part->y[i] = l->y[r];
        part->ret[i] = l->ret[r];
        part->barrier[i] = l->barrier[r];
        part->bar1[i] = l->bar1[r];
        part->tick1[i] = l->tick1[r];
    }
    *out = part;
    return WICK_OK;
}

wick_status wick_labels_new(wick_ctx *ctx, const wick_matrix *m, const double *y, const double *ret,
                            const int32_t *t1, wick_labels **out)
{
    if (m == NULL || y == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "labels need a matrix and values");
    }
    wick_labels *l = wk_labels_alloc(m->index->n);
    if (l == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < l->n; i++) {
        l->y[i] = y[i];
        if (ret != NULL) l->ret[i] = ret[i];
        l->tick1[i] = t1 != NULL ? t1[i] : m->index->tick[i];
        if (l->tick1[i] < m->index->tick[i]) {
            wick_labels_unref(l);
            return wick_fail(ctx, WICK_E_ARG, "the label of row %lld ends before its row",
                             (long long)i);
        }
    }
    *out = l;
    return WICK_OK;
}

wick_status wk_panel_map(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                         int64_t **out)
{
    const wk_index *x = m->index;
    int64_t *map = wk_items(x->n_symbols, sizeof *map);
    if (map == NULL) return wick_fail_mem(ctx);
    for (int32_t k = 0; k < x->n_symbols; k++) map[k] = wick_panel_find(panel, x->symbols[k]);
    for (int64_t i = 0; i < x->n; i++) {
        const int64_t s = map[x->symbol[i]];
        const wick_bars *b = s >= 0 ? wick_panel_bars(panel, s) : NULL;
        if (b == NULL || x->bar[i] < 0 || x->bar[i] >= wick_bars_count(b) ||
            wick_bars_time(b)[x->bar[i]] != x->stamp[i]) {
            free(map);
            return wick_fail(
                ctx, WICK_E_ARG,
                "row %lld (%s, bar %d) is not a bar of this panel; labels are made from "
                "the panel the matrix was made from",
                (long long)i, x->symbols[x->symbol[i]], (int)x->bar[i]);
        }
    }
    *out = map;
    return WICK_OK;
}

/* ---- one row ------------------------------------------------------------------------------ */

typedef struct bars_view {
    int64_t n;
    const double *open, *high, *low, *close, *atr;
} bars_view;

typedef struct outcome {
    double y, ret;
    int8_t barrier;
    int64_t bar1; /* -1: no label */
} outcome;

static const outcome nothing = {.y = (double)NAN, .ret = (double)NAN, .bar1 = -1};

static outcome by_return(const bars_view *b, const wick_label_opts *o, int64_t t)
{
    const bool close = o->entry == WICK_ENTRY_CLOSE;
    const int64_t end = t + o->horizon + (close ? 0 : 1);
    if (end >= b->n) return nothing;
    const double ratio = close ? b->close[end] / b->close[t] : b->open[end] / b->open[t + 1];
    const double r = o->log_return ? log(ratio) : ratio - 1.0;
    outcome out = {.y = r, .ret = r, .bar1 = end};
    if (o->kind == WICK_LABEL_SIGN) {
        out.y = r > o->band ? 1.0 : r < -o->band ? 0.0 : o->three ? 2.0 : WICK_NA;
    }
    return out;
}

/* Where bar j ends the trade: 0 nowhere. Levels NA are off. */
static int8_t touch(const bars_view *b, const wick_label_opts *o, int64_t j, bool entry_bar,
                    double side, double stop, double profit, double *at)
{
    const double open = b->open[j];
    const bool up = side > 0.0;
    if (!entry_bar) {
        *at = open;
        if (up ? open <= stop : open >= stop) return WICK_BARRIER_STOP;
        if (up ? open >= profit : open <= profit) return WICK_BARRIER_PROFIT;
    }
    const bool stopped = up ? b->low[j] <= stop : b->high[j] >= stop;
    const bool won = up ? b->high[j] >= profit : b->low[j] <= profit;
    bool by_stop = stopped;
    if (stopped && won) {
        by_stop = o->tie == WICK_TIE_STOP ||
                  (o->tie == WICK_TIE_NEAREST && fabs(open - stop) <= fabs(open - profit));
    }
    *at = by_stop ? stop : profit;
    return by_stop ? WICK_BARRIER_STOP : won ? WICK_BARRIER_PROFIT : WICK_BARRIER_NONE;
}

static outcome by_barrier(const bars_view *b, const wick_label_opts *o, int64_t t, double vol)
{
    const bool close = o->entry == WICK_ENTRY_CLOSE;
    if (t + 1 >= b->n || !(vol > 0.0) || isinf(vol)) return nothing;
    const double side = o->side < 0 ? -1.0 : 1.0;
    const double p0 = close ? b->close[t] : b->open[t + 1];
    const double profit = o->up > 0.0 ? p0 * (1.0 + side * o->up * vol) : WICK_NA;
    const double stop = o->down > 0.0 ? p0 * (1.0 - side * o->down * vol) : WICK_NA;
    const int64_t last = t + o->horizon;
    int8_t how = WICK_BARRIER_NONE;
    double at = WICK_NA;
    int64_t j = t + 1;
    for (; j <= last && j < b->n; j++) {
        how = touch(b, o, j, !close && j == t + 1, side, stop, profit, &at);
        if (how != WICK_BARRIER_NONE) break;
    }
    if (how == WICK_BARRIER_NONE) {
        if (last >= b->n) return nothing;
        how = WICK_BARRIER_TIMEOUT;
        j = last;
        at = b->close[last];
    }
    const double ret = side * (at / p0 - 1.0) - o->cost;
    outcome out = {.ret = ret, .barrier = how, .bar1 = j, .y = ret > 0.0 ? 1.0 : 0.0};
    if (!o->class3) return out;
    const double sign = ret > 0.0 ? 1.0 : ret < 0.0 ? -1.0 : 0.0;
    out.y = how == WICK_BARRIER_PROFIT ? 1.0 : how == WICK_BARRIER_STOP ? -1.0 : sign;
    if (how == WICK_BARRIER_TIMEOUT && o->timeout == WICK_TIMEOUT_ZERO) out.y = 0.0;
    if (how == WICK_BARRIER_TIMEOUT && o->timeout == WICK_TIMEOUT_NA) out.y = WICK_NA;
    return out;
}

/* The test of bar j uses the stop of the bars before it; its own ATR moves the next one only. */
static outcome by_trailing(const bars_view *b, const wick_label_opts *o, int64_t t, double initial)
{
    const double atr = b->atr[t];
    if (t + o->horizon >= b->n || !(atr > 0.0) || isinf(atr)) return nothing;
    const double p0 = b->close[t];
    double trail = o->trail * atr, level = p0 - trail;
    for (int64_t j = t + 1; j <= t + o->horizon; j++) {
        if (b->atr[j] > 0.0 && isfinite(b->atr[j])) trail = o->trail * b->atr[j];
        if (b->low[j] <= initial || b->low[j] <= level) {
            const double hit = initial > level ? initial : level;
            const double exit = hit < b->open[j] ? hit : b->open[j];
            const double ret = exit / p0 - 1.0 - o->cost;
            const bool good = o->honest ? ret > 0.0 : level > p0;
            return (outcome){.y = good, .ret = ret, .barrier = WICK_BARRIER_STOP, .bar1 = j};
        }
        const double next = b->high[j] - trail;
        if (next > level) level = next;
    }
    const int64_t end = t + o->horizon;
    const double ret = b->close[end] / p0 - 1.0 - o->cost;
    const bool good = o->honest ? ret > 0.0 : b->close[end] > p0;
    return (outcome){.y = good, .ret = ret, .barrier = WICK_BARRIER_TIMEOUT, .bar1 = end};
}

/* ---- all rows ----------------------------------------------------------------------------- */

static wick_status check(wick_ctx *ctx, const wick_label_opts *o)
{
    if (o->kind < WICK_LABEL_RETURN || o->kind > WICK_LABEL_TRAILING) {
        return wick_fail(ctx, WICK_E_ARG, "label kind %d does not exist", (int)o->kind);
    }
    if (o->horizon < 1) {
        return wick_fail(ctx, WICK_E_ARG, "the horizon of a label is %d bars; it must be 1 or more",
                         (int)o->horizon);
    }
    if (o->entry != WICK_ENTRY_NEXT_OPEN && o->entry != WICK_ENTRY_CLOSE) {
        return wick_fail(ctx, WICK_E_ARG, "label entry %d does not exist", (int)o->entry);
    }
    if (o->tie < WICK_TIE_STOP || o->tie > WICK_TIE_NEAREST || o->timeout < WICK_TIMEOUT_SIGN ||
        o->timeout > WICK_TIMEOUT_NA || o->side < -1 || o->side > 1) {
        return wick_fail(ctx, WICK_E_ARG, "tie, timeout or side of a label is out of range");
    }
    if (!(o->cost >= 0.0) || !(o->band >= 0.0)) {
        return wick_fail(ctx, WICK_E_ARG, "cost %g and band %g of a label must be 0 or more",
                         o->cost, o->band);
    }
    if (o->kind == WICK_LABEL_BARRIER && (o->vol == NULL || !(o->up >= 0.0) || !(o->down >= 0.0) ||
                                          (o->up == 0.0 && o->down == 0.0))) {
        return wick_fail(ctx, WICK_E_ARG,
                         "a triple barrier needs a volatility column and up or down above 0");
    }
    if (o->kind == WICK_LABEL_TRAILING &&
        (o->initial == NULL || o->atr == NULL || !(o->trail > 0.0))) {
        return wick_fail(
            ctx, WICK_E_ARG,
            "a trailing-stop label needs initial stops, ATR columns and trail above 0");
    }
    return WICK_OK;
}

wick_status wick_labels_make(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                             const wick_label_opts *opts, wick_labels **out)
{
    wick_label_opts o = {0};
    if (panel == NULL || m == NULL || opts == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "labels need a panel, a matrix and options");
    }
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    wick_status st = check(ctx, &o);
    if (st < 0) return st;
    int64_t *map = NULL;
    wick_labels *l = wk_labels_alloc(m->index->n);
    if (l == NULL) return wick_fail_mem(ctx);
    WICK_TRY(wk_panel_map(ctx, panel, m, &map));
    for (int64_t i = 0; i < l->n; i++) {
        const int64_t s = map[m->index->symbol[i]], t = m->index->bar[i];
        const wick_bars *bars = wick_panel_bars(panel, s);
        const bars_view b = {.n = wick_bars_count(bars),
                             .open = wick_bars_field(bars, WICK_OPEN),
                             .high = wick_bars_field(bars, WICK_HIGH),
                             .low = wick_bars_field(bars, WICK_LOW),
                             .close = wick_bars_field(bars, WICK_CLOSE),
                             .atr = o.kind == WICK_LABEL_TRAILING ? o.atr[s] : NULL};
        const outcome r = o.kind == WICK_LABEL_BARRIER    ? by_barrier(&b, &o, t, o.vol[i])
                          : o.kind == WICK_LABEL_TRAILING ? by_trailing(&b, &o, t, o.initial[i])
                                                          : by_return(&b, &o, t);
        const int32_t *tick = wick_panel_tick_of(panel, s);
        l->tick1[i] = m->index->tick[i];
        if (r.bar1 < 0) continue;
        l->y[i] = r.y;
        l->ret[i] = r.ret;
        l->barrier[i] = r.barrier;
        l->bar1[i] = (int32_t)r.bar1;
        l->tick1[i] = tick != NULL ? tick[r.bar1] : (int32_t)r.bar1;
    }
    *out = l;
    l = NULL;
out:
    wick_labels_unref(l);
    free(map);
    return st;
}
