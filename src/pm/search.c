/* SPDX-License-Identifier: MIT */
/* All candidates of a grid over a frame.
 *
 * Each comparison of the open rule is made once per distinct threshold value and kept as a bit set;
 * a candidate's trades are an intersection of five sets per side. What a candidate chooses long
 * does not depend on short_open_prob and the other way round, so there are far fewer sides than
 * candidates; and two sides that differ in one threshold are nested, so equal counts mean equal
 * sets. Sides are put into classes that way, exactly and without comparing sets, and each pair of
 * classes is measured once. */
#include <stdlib.h>
#include <string.h>

#include "pm/pm_int.h"

enum { LONG_OPEN, SHORT_OPEN, ENTRY, RISK, EDGE, MARGIN, SIDE_KEYS = 5, TASK = 16 };

static const char *const grid_names[] = {"long_open_prob",        "short_open_prob",
                                         "min_entry_prob",        "max_market_risk_prob",
                                         "min_expected_edge_bps", "min_direction_margin"};

const char *const *wick_pm_grid_names(void)
{
    return grid_names;
}

wick_status wick_pm_grid_count(wick_ctx *ctx, const wick_pm_grid *g, int64_t *n)
{
    double product = 1.0;
    for (int k = 0; k < WICK_PM_GRID_KEYS; k++) {
        if (g->n[k] < 1)
            return wick_fail(ctx, WICK_E_ARG, "grid: '%s' has no values", grid_names[k]);
        for (int64_t i = 0; i < g->n[k]; i++)
            if (!isfinite(g->values[k][i]))
                return wick_fail(ctx, WICK_E_ARG, "grid: value %lld of '%s' is not finite",
                                 (long long)i + 1, grid_names[k]);
        product *= (double)g->n[k];
    }
    if (product > WICK_PM_MAX_CANDIDATES)
        return wick_fail(ctx, WICK_E_ARG, "grid: %.0f candidates; at most %d are searched", product,
                         (int)WICK_PM_MAX_CANDIDATES);
    *n = (int64_t)product;
    return WICK_OK;
}

static void digits(const wick_pm_grid *g, int64_t candidate, int64_t at[WICK_PM_GRID_KEYS])
{
    for (int k = WICK_PM_GRID_KEYS - 1; k >= 0; k--) {
        at[k] = candidate % g->n[k];
        candidate /= g->n[k];
    }
}

void wick_pm_grid_at(const wick_pm_grid *g, int64_t candidate, double out[WICK_PM_GRID_KEYS])
{
    int64_t at[WICK_PM_GRID_KEYS];
    digits(g, candidate, at);
    for (int k = 0; k < WICK_PM_GRID_KEYS; k++) out[k] = g->values[k][at[k]];
}

/* ---- sets --------------------------------------------------------------------------------- */

/** One side: sets by key and value, and what combinations of values choose. */
typedef struct side {
    int key[SIDE_KEYS];         /**< of the grid, slowest first */
    uint64_t *set[SIDE_KEYS];   /**< value after value, `words` each */
    int64_t *looser[SIDE_KEYS]; /**< per value the next looser one, -1 none */
    int64_t combos;
    int64_t *count, *parent;
} side;

typedef struct search {
    const wick_pm_frame *f;
    const wick_pm_grid *g;
    int64_t words;
    side s[2];            /**< long, short */
    uint64_t *long_wins;  /**< where the long score is at least the short one */
    uint64_t *sign[2][2]; /**< [side][gain, loss] of the present edge */
    wk_pm_cell *cells;    /**< of the present edge: 2 per sample, long and short */
    int64_t *pair;        /**< per candidate: which distinct pair */
    int64_t n_pairs;
    int64_t *first; /**< per pair: the first candidate that has it */
    int64_t *todo;  /**< pairs of the present edge */
    int64_t n_todo;
    wick_pm_metrics *result; /**< per pair */
} search;

static void fill_set(uint64_t *set, int64_t n, const double *x, const double *minus, double v,
                     bool at_most)
{
    for (int64_t w = 0; w * 64 < n; w++) {
        const int64_t left = n - w * 64, m = left < 64 ? left : 64;
        uint64_t bits = 0;
        for (int64_t k = 0; k < m; k++) {
            const int64_t i = w * 64 + k;
            const double d = minus ? x[i] - minus[i] : x[i];
            bits |= (uint64_t)(at_most ? d <= v : d >= v) << k;
        }
        set[w] = bits;
    }
}

/* Values in order of looseness: for each, the value just looser than it. */
static void order_values(const double *v, int64_t n, bool at_most, int64_t *looser)
{
    for (int64_t i = 0; i < n; i++) {
        looser[i] = -1;
        for (int64_t k = 0; k < n; k++) {
            const bool is = at_most ? v[k] > v[i] || (v[k] == v[i] && k < i)
                                    : v[k] < v[i] || (v[k] == v[i] && k < i);
            const int64_t b = looser[i];
            if (!is) continue;
            const bool nearer =
                b < 0 || (at_most ? v[k] < v[b] : v[k] > v[b]) || (v[k] == v[b] && k > b);
            if (nearer) looser[i] = k;
        }
    }
}

static wick_status side_sets(wick_ctx *ctx, search *x, int which)
{
    side *s = &x->s[which];
    const wick_pm_frame *f = x->f;
    const bool is_long = which == 0;
    const double *columns[WICK_PM_GRID_KEYS] = {f->long_prob,
                                                f->short_prob,
                                                is_long ? f->long_entry_prob : f->short_entry_prob,
                                                f->market_risk_prob,
                                                is_long ? f->pred_long : f->pred_short,
                                                is_long ? f->long_prob : f->short_prob};
    const int keys[SIDE_KEYS] = {is_long ? LONG_OPEN : SHORT_OPEN, ENTRY, RISK, EDGE, MARGIN};
    s->combos = 1;
    for (int k = 0; k < SIDE_KEYS; k++) {
        const int key = keys[k];
        const int64_t n = x->g->n[key];
        const double *minus = key != MARGIN ? NULL : is_long ? f->short_prob : f->long_prob;
        s->key[k] = key;
        s->combos *= n;
        s->set[k] = malloc(((size_t)(n * x->words) + 1) * sizeof *s->set[k]);
        s->looser[k] = malloc((size_t)n * sizeof *s->looser[k]);
        if (!s->set[k] || !s->looser[k]) return wick_fail_mem(ctx);
        for (int64_t i = 0; i < n; i++)
            fill_set(s->set[k] + i * x->words, f->n, columns[key], minus, x->g->values[key][i],
                     key == RISK);
        order_values(x->g->values[key], n, key == RISK, s->looser[k]);
    }
    s->count = malloc((size_t)s->combos * sizeof *s->count);
    s->parent = malloc((size_t)s->combos * sizeof *s->parent);
    return s->count && s->parent ? WICK_OK : wick_fail_mem(ctx);
}

/* ---- classes ------------------------------------------------------------------------------ */

/* Sixty-four bits at a time, without an instruction every machine may not have. */
static int64_t ones(uint64_t v)
{
    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) + (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (int64_t)(v * UINT64_C(0x0101010101010101) >> 56);
}

static void combo_sets(const search *x, const side *s, int64_t combo,
                       const uint64_t *set[SIDE_KEYS], int64_t at[SIDE_KEYS])
{
    for (int k = SIDE_KEYS - 1; k >= 0; k--) {
        const int64_t n = x->g->n[s->key[k]];
        at[k] = combo % n;
        combo /= n;
        set[k] = s->set[k] + at[k] * x->words;
    }
}

static int64_t root(int64_t *parent, int64_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static void join(int64_t *parent, int64_t a, int64_t b)
{
    a = root(parent, a);
    b = root(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

static wick_status side_classes(wick_ctx *ctx, const search *x, side *s)
{
    for (int64_t c = 0; c < s->combos; c++) {
        const uint64_t *set[SIDE_KEYS];
        int64_t at[SIDE_KEYS], n = 0;
        if (c % 64 == 0 && wick_interrupted())
            return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        combo_sets(x, s, c, set, at);
        for (int64_t w = 0; w < x->words; w++)
            n += ones(set[0][w] & set[1][w] & set[2][w] & set[3][w] & set[4][w]);
        s->count[c] = n;
        s->parent[c] = c;
    }
    for (int64_t c = 0; c < s->combos; c++) {
        const uint64_t *set[SIDE_KEYS];
        int64_t at[SIDE_KEYS], step = 1;
        combo_sets(x, s, c, set, at);
        /* The edge takes part in the ratio: equal sets under two edges are not equal trades. */
        for (int k = SIDE_KEYS - 1; k >= 0; k--) {
            const int64_t to = s->looser[k][at[k]];
            const int64_t other = c + (to - at[k]) * step;
            if (to >= 0 && s->key[k] != EDGE && s->count[other] == s->count[c])
                join(s->parent, c, other);
            step *= x->g->n[s->key[k]];
        }
    }
    return WICK_OK;
}

static int64_t combo_of(const search *x, const side *s, const int64_t at[WICK_PM_GRID_KEYS])
{
    int64_t combo = 0;
    for (int k = 0; k < SIDE_KEYS; k++) combo = combo * x->g->n[s->key[k]] + at[s->key[k]];
    return combo;
}

/* Numbers the distinct pairs of classes in the order in which candidates meet them. */
static wick_status number_pairs(wick_ctx *ctx, search *x, int64_t candidates)
{
    int64_t size = 16;
    while (size < 2 * candidates) size *= 2;
    int64_t *slot = malloc((size_t)size * sizeof *slot);
    x->pair = malloc((size_t)candidates * sizeof *x->pair);
    x->first = malloc((size_t)candidates * sizeof *x->first);
    if (!slot || !x->pair || !x->first) {
        free(slot);
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < size; i++) slot[i] = -1;
    for (int64_t c = 0; c < candidates; c++) {
        int64_t at[WICK_PM_GRID_KEYS];
        digits(x->g, c, at);
        const int64_t key[2] = {root(x->s[0].parent, combo_of(x, &x->s[0], at)),
                                root(x->s[1].parent, combo_of(x, &x->s[1], at))};
        int64_t h = (int64_t)(wick_hash64(key, sizeof key, 0) & (uint64_t)(size - 1));
        for (; slot[h] >= 0; h = (h + 1) & (size - 1)) {
            int64_t other[WICK_PM_GRID_KEYS];
            digits(x->g, x->first[slot[h]], other);
            if (root(x->s[0].parent, combo_of(x, &x->s[0], other)) == key[0] &&
                root(x->s[1].parent, combo_of(x, &x->s[1], other)) == key[1])
                break;
        }
        if (slot[h] < 0) {
            x->first[x->n_pairs] = c;
            slot[h] = x->n_pairs++;
        }
        x->pair[c] = slot[h];
    }
    free(slot);
    return WICK_OK;
}

/* ---- measuring ---------------------------------------------------------------------------- */

typedef struct stream {
    const search *x;
    const uint64_t *chosen[2]; /**< long and short trades */
    int64_t word[WK_PM_KINDS];
    uint64_t left[WK_PM_KINDS];
} stream;

static uint64_t trades_of(const stream *s, wk_pm_kind kind, int64_t w)
{
    const uint64_t l = s->chosen[0][w], h = s->chosen[1][w];
    if (kind == WK_PM_ALL) return l | h;
    const int sign = kind == WK_PM_LOSSES;
    return (l & s->x->sign[0][sign][w]) | (h & s->x->sign[1][sign][w]);
}

static int lowest(uint64_t v)
{
    return (int)ones((v & (~v + 1)) - 1);
}

static void next_of_stream(void *self, wk_pm_kind kind, int64_t n, wk_pm_cell *out)
{
    stream *s = self;
    int64_t w = s->word[kind];
    uint64_t left = s->left[kind];
    for (int64_t k = 0; k < n;) {
        if (left == 0) {
            left = trades_of(s, kind, ++w);
            continue;
        }
        const int bit = lowest(left);
        const int is_short = (int)(s->chosen[1][w] >> bit & 1);
        out[k++] = s->x->cells[2 * (w * 64 + bit) + is_short];
        left &= left - 1;
    }
    s->word[kind] = w;
    s->left[kind] = left;
}

static void measure_pair(const search *x, int64_t pair, uint64_t *buffer)
{
    const uint64_t *set[2][SIDE_KEYS];
    int64_t at[WICK_PM_GRID_KEYS], where[SIDE_KEYS];
    digits(x->g, x->first[pair], at);
    for (int k = 0; k < 2; k++) combo_sets(x, &x->s[k], combo_of(x, &x->s[k], at), set[k], where);
    uint64_t *const l = buffer, *const h = buffer + x->words;
    stream s = {.x = x, .chosen = {l, h}};
    wk_pm_source source = {.next = next_of_stream, .self = &s};
    for (int64_t w = 0; w < x->words; w++) {
        const uint64_t a = set[0][0][w] & set[0][1][w] & set[0][2][w] & set[0][3][w] & set[0][4][w];
        const uint64_t b = set[1][0][w] & set[1][1][w] & set[1][2][w] & set[1][3][w] & set[1][4][w];
        l[w] = a & (~b | x->long_wins[w]);
        h[w] = b & ~l[w];
        source.count[WK_PM_ALL] += ones(l[w] | h[w]);
        for (int sign = 0; sign < 2; sign++)
            source.count[WK_PM_GAINS + sign] +=
                ones((l[w] & x->sign[0][sign][w]) | (h[w] & x->sign[1][sign][w]));
    }
    for (int k = 0; k < WK_PM_KINDS; k++) s.word[k] = -1;
    wk_pm_measure(&source, &x->result[pair]);
}

static wick_status measure_task(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    search *x = arg;
    (void)worker;
    uint64_t *buffer = malloc(((size_t)x->words * 2 + 1) * sizeof *buffer);
    if (!buffer) return wick_fail_mem(ctx);
    for (int64_t i = task * TASK; i < (task + 1) * TASK && i < x->n_todo; i++) {
        if (wick_interrupted()) {
            free(buffer);
            return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        }
        measure_pair(x, x->todo[i], buffer);
    }
    free(buffer);
    return WICK_OK;
}

/* Ratios and weighted edges under one minimum edge. */
static void fill_cells(search *x, double min_edge)
{
    const wick_pm_frame *f = x->f;
    for (int64_t i = 0; i < f->n; i++)
        for (int k = 0; k < 2; k++) {
            const double edge = k ? f->pred_short[i] : f->pred_long[i];
            const double actual = k ? f->actual_short[i] : f->actual_long[i];
            const double ratio = wick_pm_planned_ratio(edge, f->market_risk_prob[i], min_edge);
            x->cells[2 * i + k] = (wk_pm_cell){actual * ratio, actual, ratio};
        }
    for (int k = 0; k < 2; k++)
        for (int64_t w = 0; w < x->words; w++) {
            uint64_t gain = 0, loss = 0;
            for (int64_t i = w * 64; i < f->n && i < w * 64 + 64; i++) {
                gain |= (uint64_t)(x->cells[2 * i + k].weighted > 0.0) << (i & 63);
                loss |= (uint64_t)(x->cells[2 * i + k].weighted < 0.0) << (i & 63);
            }
            x->sign[k][0][w] = gain;
            x->sign[k][1][w] = loss;
        }
}

static void fill_long_wins(search *x)
{
    const wick_pm_frame *f = x->f;
    memset(x->long_wins, 0, (size_t)x->words * sizeof *x->long_wins);
    for (int64_t i = 0; i < f->n; i++) {
        const double lp = f->long_prob[i], sp = f->short_prob[i];
        const bool wins = f->pred_long[i] + 10.0 * (lp - sp) >= f->pred_short[i] + 10.0 * (sp - lp);
        x->long_wins[i >> 6] |= (uint64_t)wins << (i & 63);
    }
}

static wick_status prepare(wick_ctx *ctx, search *x, int64_t candidates)
{
    const size_t words = (size_t)x->words + 1;
    wick_status st;
    x->long_wins = malloc(words * sizeof *x->long_wins);
    x->cells = malloc(((size_t)x->f->n * 2 + 1) * sizeof *x->cells);
    for (int k = 0; k < 4; k++) x->sign[k / 2][k % 2] = malloc(words * sizeof(uint64_t));
    if (!x->long_wins || !x->cells || !x->sign[0][0] || !x->sign[0][1] || !x->sign[1][0] ||
        !x->sign[1][1])
        return wick_fail_mem(ctx);
    fill_long_wins(x);
    for (int k = 0; k < 2; k++) {
        WICK_TRY(side_sets(ctx, x, k));
        WICK_TRY(side_classes(ctx, x, &x->s[k]));
    }
    WICK_TRY(number_pairs(ctx, x, candidates));
    x->result = calloc((size_t)x->n_pairs, sizeof *x->result);
    x->todo = malloc((size_t)x->n_pairs * sizeof *x->todo);
    if (!x->result || !x->todo) return wick_fail_mem(ctx);
out:
    return st;
}

static void release(search *x)
{
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < SIDE_KEYS; i++) {
            free(x->s[k].set[i]);
            free(x->s[k].looser[i]);
        }
        free(x->s[k].count);
        free(x->s[k].parent);
        free(x->sign[k][0]);
        free(x->sign[k][1]);
    }
    free(x->long_wins);
    free(x->cells);
    free(x->pair);
    free(x->first);
    free(x->todo);
    free(x->result);
}

wick_status wick_pm_search(wick_ctx *ctx, const wick_pm_frame *f, const wick_pm_grid *g,
                           int32_t threads, wick_pm_metrics *metrics, double *score)
{
    search x = {.f = f, .g = g, .words = (f->n + 63) / 64};
    int64_t candidates = 0;
    wick_status st = wick_pm_grid_count(ctx, g, &candidates);
    if (st < 0) return st;
    WICK_TRY(prepare(ctx, &x, candidates));
    for (int64_t e = 0; e < g->n[EDGE]; e++) {
        x.n_todo = 0;
        for (int64_t p = 0; p < x.n_pairs; p++) {
            int64_t at[WICK_PM_GRID_KEYS];
            digits(g, x.first[p], at);
            if (at[EDGE] == e) x.todo[x.n_todo++] = p;
        }
        fill_cells(&x, g->values[EDGE][e]);
        WICK_TRY(wick_pool_run(ctx, (x.n_todo + TASK - 1) / TASK, threads, measure_task, &x));
    }
    for (int64_t c = 0; c < candidates; c++) {
        metrics[c] = x.result[x.pair[c]];
        score[c] = wick_pm_score(&metrics[c]);
    }
out:
    release(&x);
    return st;
}
