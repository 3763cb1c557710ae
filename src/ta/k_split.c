/* SPDX-License-Identifier: MIT */
#include "k_split.h"

enum { PIECES = 16 };

/* Four numbers in one register where the machine has such; each is rounded like one of its own. */
#if defined(__GNUC__)
enum { WIDE = 4 };
typedef double wide __attribute__((vector_size(32)));
#define WIDE_AT(v, k) ((v)[k])
#else
enum { WIDE = 1 };
typedef double wide;
#define WIDE_AT(v, k) (v)
#endif

typedef struct tile {
    double v[PIECES][WK_TILE + 8]; /* rows apart in the sets of the cache */
} tile;

WK_INLINE double next_value(double e, double x, double a, double b, bool rma)
{
    return rma ? wk_rma_next(e, x, a, b) : wk_ema_next(e, x, a);
}

static void factors(const wk_split *s, double *a, double *b)
{
    *a = s->rma ? (double)(s->w - 1) : wk_ema_alpha(s->w);
    *b = (double)s->w;
}

/* Values of a tile become averages; e has one state for each piece. */
WK_INLINE void pieces_of(tile *t, int64_t n, double *e, double a, double b, bool rma)
{
    enum { GROUPS = PIECES / WIDE };
    wide state[GROUPS];
    for (int g = 0; g < GROUPS; g++)
        for (int k = 0; k < WIDE; k++) WIDE_AT(state[g], k) = e[g * WIDE + k];
    for (int64_t i = 0; i < n; i++)
        for (int g = 0; g < GROUPS; g++) {
            wide x;
            for (int k = 0; k < WIDE; k++) WIDE_AT(x, k) = t->v[g * WIDE + k][i];
            state[g] = rma ? (state[g] * a + x) / b : state[g] + a * (x - state[g]);
            for (int k = 0; k < WIDE; k++) t->v[g * WIDE + k][i] = WIDE_AT(state[g], k);
        }
    for (int g = 0; g < GROUPS; g++)
        for (int k = 0; k < WIDE; k++) e[g * WIDE + k] = WIDE_AT(state[g], k);
}

WK_WIDE static void pieces(tile *t, int64_t n, double *e, double a, double b, bool rma)
{
    if (rma)
        pieces_of(t, n, e, a, b, true);
    else
        pieces_of(t, n, e, a, b, false);
}

/* Bars [from, to) one after the other. */
static void in_a_row(const wk_split *s, int64_t from, int64_t to, double *e)
{
    double x[WK_CHAINS][WK_TILE], a, b;
    factors(s, &a, &b);
    for (int64_t at = from; at < to; at += WK_TILE) {
        const int64_t n = to - at < WK_TILE ? to - at : WK_TILE;
        s->fill(s->what, at, n, x[0], x[1]);
        for (int c = 0; c < s->chains; c++)
            for (int64_t i = 0; i < n; i++)
                x[c][i] = e[c] = next_value(e[c], x[c][i], a, b, s->rma);
        s->take(s->what, at, n, x[0], x[1]);
    }
}

typedef struct work {
    tile t[WK_CHAINS];
    double e[WK_CHAINS][PIECES], began[WK_CHAINS][PIECES];
} work;

/* `n` bars of every piece from `first` on, piece k beginning k * size bars later. Before their own
 * bars, pieces only get into step, and the first has nothing to do. */
static void together(const wk_split *s, work *w, int64_t first, int64_t size, int64_t n, bool own)
{
    double a, b;
    factors(s, &a, &b);
    for (int64_t at = 0; at < n; at += WK_TILE) {
        const int64_t len = n - at < WK_TILE ? n - at : WK_TILE;
        for (int k = own ? 0 : 1; k < PIECES; k++)
            s->fill(s->what, first + k * size + at, len, w->t[0].v[k], w->t[1].v[k]);
        for (int c = 0; c < s->chains; c++) pieces(&w->t[c], len, w->e[c], a, b, s->rma);
        for (int k = 0; own && k < PIECES; k++)
            s->take(s->what, first + k * size + at, len, w->t[0].v[k], w->t[1].v[k]);
    }
}

static void by_pieces(const wk_split *s, work *w, int64_t size, int64_t lead, double *e)
{
    const size_t all = sizeof w->e;
    memset(w, 0, sizeof *w);
    for (int c = 0; c < s->chains; c++)
        for (int k = 0; k < PIECES; k++) w->e[c][k] = s->e[c];
    together(s, w, s->from - lead, size, lead, false);
    for (int c = 0; c < s->chains; c++) w->e[c][0] = s->e[c];
    memcpy(w->began, w->e, all);
    together(s, w, s->from, size, size, true);
    for (int k = 0; k < PIECES; k++) {
        bool same = true;
        for (int c = 0; c < s->chains; c++)
            same = same && memcmp(&e[c], &w->began[c][k], sizeof e[c]) == 0;
        if (!same)
            in_a_row(s, s->from + k * size, s->from + (k + 1) * size, e);
        else
            for (int c = 0; c < s->chains; c++) e[c] = w->e[c][k];
    }
}

/* An rma forgets all but e^-48 of a start in 48 windows, an ema in half of them. */
static int64_t lead_of(int64_t w, bool rma)
{
    return (rma ? 48 : 24) * w;
}

bool wk_split_pays(int64_t n, int64_t w, bool rma)
{
    return 2 * (n / PIECES) > 3 * lead_of(w, rma);
}

bool wk_split_run(const wk_split *s)
{
    double e[WK_CHAINS] = {s->e[0], s->e[1]};
    int64_t at = s->from;
    if (wk_split_pays(s->n - s->from, s->w, s->rma)) {
        const int64_t size = (s->n - s->from) / PIECES;
        work *w = malloc(sizeof *w);
        if (w != NULL) { /* without it all goes in a row */
            by_pieces(s, w, size, lead_of(s->w, s->rma), e);
            at += size * PIECES;
        }
        free(w);
    }
    in_a_row(s, at, s->n, e);
    return !isnan(e[0]) && (s->chains < 2 || !isnan(e[1]));
}

typedef struct two {
    const double *const *src;
    void (*take)(const void *what, int64_t from, int64_t n, const double *x, const double *y);
    const void *what;
} two;

static void fill_two(const void *what, int64_t from, int64_t n, double *x, double *y)
{
    const two *k = what;
    memcpy(x, k->src[0] + from, (size_t)n * sizeof(double));
    memcpy(y, k->src[1] + from, (size_t)n * sizeof(double));
}

static void take_two(const void *what, int64_t from, int64_t n, const double *x, const double *y)
{
    const two *k = what;
    k->take(k->what, from, n, x, y);
}

bool wk_split_two(int64_t n, int64_t first, int64_t w, bool rma, const double *const src[2],
                  void (*take)(const void *what, int64_t from, int64_t n, const double *x,
                               const double *y),
                  const void *what)
{
    const two k = {src, take, what};
    const int64_t at = first + w - 1;
    wk_split s = {.from = at + 1, .n = n, .w = w, .rma = rma, .chains = 2, .what = &k};
    if (at >= n) return false;
    s.fill = fill_two, s.take = take_two;
    for (int c = 0; c < 2; c++) s.e[c] = wk_seed(src[c], first, w);
    take(what, at, 1, &s.e[0], &s.e[1]);
    return wk_split_run(&s);
}
