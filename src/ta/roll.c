/* SPDX-License-Identifier: MIT */
/** Column form of the rolling sum: chunks of bars, each in whole numbers or by the law itself. */
#include "roll.h"

#include "k_over.h"
#include "roll_units.h"

/* The window's values but for zeros, which a plain sum need not add: half of what goes up is
 * nothing. Made when a chunk needs it. */
typedef struct packed {
    bool made;
    double *value;
    int32_t *count; /* of those up to each bar, from w bars before the chunk on */
} packed;

enum { PACKED_FROM = 64 }; /* windows worth it */

/* A lane and where it stands. What is stored, and the values themselves where no column has them,
 * lie one after the other with the window before the bars at hand, and move to the front when
 * their room is used up. */
typedef struct lane_state {
    double s, c;
    double *room, *values; /* of `size` numbers; `values` may be NULL */
    int64_t w, at, size;
    const double *src;
    int64_t n, seen;    /* of the chunk at hand: its bars, those before it, */
    const double *x;    /* values, */
    double *ent;        /* what is stored for them, */
    double *sum;        /* and their sums */
    const double *next; /* chunk of a column, NULL: none */
    wk_units *units;
    packed *packed; /* NULL: the window is too short for it */
} lane_state;

/* Newest first over the raw window ending at x, as the law says. Rare on prices. */
static WK_NOINLINE double plain_sum(const double *x, int64_t count)
{
    double s = x[0];
    for (int64_t k = 1; k < count; k++) s += x[-k];
    return s;
}

/* Bars [0, n) while the window fills, `seen` values before them. */
static void fill_up(lane_state *l, int64_t n, int64_t seen)
{
    for (int64_t i = 0; i < n; i++) {
        const double x = l->x[i];
        double entry = x;
        if (wk_sum_fires(l->c, x)) {
            l->s = plain_sum(l->x + i, seen + i + 1);
            l->c = 0.0;
        } else {
            entry = x - l->c;
            const double t = l->s + entry;
            l->c = (t - l->s) - entry;
            l->s = t;
        }
        l->ent[i] = entry;
        l->sum[i] = seen + i + 1 >= l->w ? l->s : WICK_NA;
    }
}

/* Two lanes in one register, where the compiler offers such a thing; each half is rounded like a
 * number of its own, so the bits stay. Other compilers do one lane at a time by the same code. */
#if defined(__GNUC__)
enum { WIDE = 2 };
typedef double wide __attribute__((vector_size(16)));
typedef int64_t wide_bits __attribute__((vector_size(16)));
#define WIDE_AT(v, k) ((v)[k])

static inline wide wide_of(const double *v)
{
    return (wide){v[0], v[1]};
}

static inline wide wide_abs(wide v)
{
    const wide_bits most = {INT64_MAX, INT64_MAX};
    return (wide)((wide_bits)v & most);
}
#else
enum { WIDE = 1 };
typedef double wide;
#define WIDE_AT(v, k) (v)

static inline wide wide_of(const double *v)
{
    return v[0];
}

static inline wide wide_abs(wide v)
{
    return fabs(v);
}
#endif

enum { GROUPS = WK_LANES / WIDE, AGAIN = 4 };

static void pack(const lane_state *l)
{
    packed *k = l->packed;
    const int64_t none = l->w > l->seen ? l->w - l->seen : 1; /* before the first bar */
    int32_t count = 0;
    for (int64_t i = 0; i < none; i++) k->count[i] = 0;
    for (int64_t i = none; i < l->w + l->n; i++) {
        k->value[count] = l->x[i - l->w];
        count += l->x[i - l->w] != 0.0;
        k->count[i] = count;
    }
    k->made = true;
}

/* The bar on which a lane starts over from its raw window; rare on prices. */
static WK_NOINLINE void rebase(const lane_state *l, int64_t i, double *s, double *c, double *entry)
{
    *entry = l->x[i];
    *c = 0.0;
    if (l->packed == NULL) {
        *s = plain_sum(l->x + i, l->w);
        return;
    }
    if (!l->packed->made) pack(l);
    const double *value = l->packed->value; /* the bar itself is not zero: zeros never start over */
    const int32_t first = l->packed->count[i], last = l->packed->count[i + l->w];
    *s = plain_sum(value + last - 1, last - first);
}

/* Bars [from, n) of `groups` times WIDE lanes that are all past their warm-up. `groups` is a
 * constant at every call, so everything lives in registers. */
WK_INLINE void many_lanes(lane_state *l, int groups, int64_t from, int64_t n)
{
    wide s[GROUPS], c[GROUPS];
    for (int g = 0; g < groups; g++) {
        const lane_state *a = &l[g * WIDE], *b = &l[g * WIDE + WIDE - 1];
        s[g] = wide_of((const double[]){a->s, b->s});
        c[g] = wide_of((const double[]){a->c, b->c});
    }
    for (int64_t i = from; i < n; i++) {
        wide entry[GROUPS], over[GROUPS];
        for (int g = 0; g < groups; g++) {
            double now[WIDE], gone[WIDE];
            for (int k = 0; k < WIDE; k++) {
                const lane_state *m = &l[g * WIDE + k];
                now[k] = m->x[i];
                gone[k] = m->ent[i - m->w];
            }
            const wide x = wide_of(now), b = wide_abs(c[g]);
            over[g] = b - ((x + b) - x); /* wk_sum_fires */
            const wide y1 = -wide_of(gone) - c[g];
            const wide t = s[g] + y1;
            const wide e1 = (t - s[g]) - y1;
            entry[g] = x - e1;
            s[g] = t + entry[g];
            c[g] = (s[g] - t) - entry[g];
        }
        for (int g = 0; g < groups; g++)
            for (int k = 0; k < WIDE; k++)
                if (WK_UNLIKELY(WIDE_AT(over[g], k) > 0.0)) {
                    double a, d, e;
                    rebase(&l[g * WIDE + k], i, &a, &d, &e);
                    WIDE_AT(s[g], k) = a, WIDE_AT(c[g], k) = d, WIDE_AT(entry[g], k) = e;
                }
        for (int g = 0; g < groups; g++)
            for (int k = 0; k < WIDE; k++) {
                l[g * WIDE + k].ent[i] = WIDE_AT(entry[g], k);
                l[g * WIDE + k].sum[i] = WIDE_AT(s[g], k);
            }
    }
    for (int k = 0; k < groups * WIDE; k++) {
        l[k].s = WIDE_AT(s[k / WIDE], k % WIDE);
        l[k].c = WIDE_AT(c[k / WIDE], k % WIDE);
    }
}

#if defined(__GNUC__)
/*
 * One or two lanes have nothing to interleave with: their time is the chain of eight dependent
 * additions. When no operation of a bar rounds but the sums themselves, the same bits come from a
 * chain of four,
 *     d = (x - gone) - c,  s' = s + d,  c' = (s' - s) - d,
 * because s' is then the rounding of the one exact number s - c + x - gone either way. Whether a
 * bar is of that kind is not argued but checked: the operations of the law run beside the guess
 * from the same s and c, and a block that shows any difference is done again by the law alone.
 */
typedef struct guess {
    wide s, c;
    wide_bits off; /* not zero: a guess was wrong */
} guess;

WK_INLINE guess guess_block(const lane_state *a, const lane_state *b, int64_t from, guess g)
{
    for (int64_t i = from; i < from + AGAIN; i++) {
        const double now[WIDE] = {a->x[i], b->x[i]};
        const double left[WIDE] = {a->ent[i - a->w], b->ent[i - b->w]};
        const wide x = wide_of(now), gone = wide_of(left);
        const wide d = (x - gone) - g.c, s = g.s + d, c = (s - g.s) - d;
        const wide y1 = -gone - g.c, t = g.s + y1, e1 = (t - g.s) - y1, entry = x - e1;
        const wide s2 = t + entry, c2 = (s2 - t) - entry;
        const wide size = wide_abs(g.c), over = size - ((x + size) - x); /* wk_sum_fires */
        g.off |= ((wide_bits)s ^ (wide_bits)s2) | ((wide_bits)c ^ (wide_bits)c2) | (over > 0.0);
        a->ent[i] = WIDE_AT(entry, 0);
        b->ent[i] = WIDE_AT(entry, 1);
        a->sum[i] = WIDE_AT(s, 0);
        b->sum[i] = WIDE_AT(s, 1);
        g.s = s;
        g.c = c;
    }
    return g;
}

static void two_lanes(lane_state *l, int64_t from, int64_t n)
{
    const lane_state a = l[0], b = l[1];
    guess now = {.s = {a.s, b.s}, .c = {a.c, b.c}};
    int64_t i = from;
    for (; i + AGAIN <= n; i += AGAIN) {
        const guess next = guess_block(&a, &b, i, now);
        if (WK_UNLIKELY((next.off[0] | next.off[1]) != 0)) {
            l[0].s = now.s[0], l[0].c = now.c[0], l[1].s = now.s[1], l[1].c = now.c[1];
            many_lanes(l, 1, i, i + AGAIN);
            now = (guess){.s = {l[0].s, l[1].s}, .c = {l[0].c, l[1].c}};
        } else {
            now = next;
        }
    }
    l[0].s = now.s[0], l[0].c = now.c[0], l[1].s = now.s[1], l[1].c = now.c[1];
    many_lanes(l, 1, i, n);
}
#else
static void two_lanes(lane_state *l, int64_t from, int64_t n)
{
    many_lanes(l, 1, from, n);
}
#endif

/* Bars [from, n) of up to WK_LANES lanes by the law. The last lane fills what is left of its group:
 * done twice over, it writes the same numbers to the same places. */
static void by_law(lane_state *const *which, int count, int64_t from, int64_t n)
{
    lane_state l[WK_LANES];
    for (int k = 0; k < WK_LANES; k++) l[k] = *which[k < count ? k : count - 1];
    if (count <= WIDE)
        two_lanes(l, from, n);
    else if (count <= 2 * WIDE)
        many_lanes(l, 2, from, n);
    else if (count <= 3 * WIDE)
        many_lanes(l, 3, from, n);
    else
        many_lanes(l, GROUPS, from, n);
    for (int k = 0; k < count; k++) {
        which[k]->s = l[k].s, which[k]->c = l[k].c;
        wk_units_forget(which[k]->units);
    }
}

/* ---- chunks ---------------------------------------------------------------------------------- */

typedef struct work {
    lane_state lane[WK_LANES];
    wk_units units[WK_LANES];
    packed packed[WK_LANES];
    double sum[WK_LANES][WK_ROLL_CHUNK];
} work;

/* Numbers before the bars at hand. */
static int64_t back_of(int64_t w)
{
    return w > WK_ROLL_BACK ? w : WK_ROLL_BACK;
}

/* Room for those and as much again, at least two chunks: what is kept moves seldom. */
static int64_t size_of(int64_t w)
{
    const int64_t back = back_of(w);
    return back + (back > 2 * WK_ROLL_CHUNK ? back : 2 * WK_ROLL_CHUNK) + WK_ROLL_CHUNK;
}

static int64_t packed_of(int64_t w)
{
    return w >= PACKED_FROM ? w + WK_ROLL_CHUNK : 0;
}

static work *work_new(const wk_rolls *r)
{
    int64_t all = 0;
    for (int k = 0; k < r->lanes; k++)
        all += (r->src[k] == NULL ? 2 : 1) * size_of(r->w[k]) + 2 * packed_of(r->w[k]);
    work *m = malloc(sizeof *m + (size_t)all * sizeof(double));
    if (m == NULL) return NULL;
    double *at = (double *)(void *)(m + 1);
    for (int k = 0; k < r->lanes; k++) {
        lane_state *l = &m->lane[k];
        *l = (lane_state){.room = at, .w = r->w[k], .size = size_of(r->w[k]), .src = r->src[k]};
        l->sum = m->sum[k];
        l->units = &m->units[k];
        l->units->exponent = 0, l->units->rounds = 0;
        l->at = back_of(l->w);
        memset(l->room, 0, (size_t)l->at * sizeof(double));
        at += l->size;
        if (l->src == NULL) {
            l->values = at;
            at += l->size;
        }
        if (packed_of(l->w) == 0) continue;
        l->packed = &m->packed[k];
        l->packed->value = at;
        l->packed->count = (int32_t *)(void *)(at + packed_of(l->w));
        at += 2 * packed_of(l->w);
    }
    return m;
}

/* Places of the n bars from `from` on, of `all`. */
static void turn_to(lane_state *l, int64_t from, int64_t n, int64_t all, int64_t seen)
{
    if (l->at + n > l->size) {
        const int64_t back = back_of(l->w);
        const size_t kept = (size_t)back * sizeof(double);
        memmove(l->room, l->room + l->at - back, kept);
        if (l->values != NULL)
            memmove(l->values + back - l->w, l->values + l->at - l->w,
                    (size_t)l->w * sizeof(double));
        l->at = back;
    }
    l->n = n, l->seen = seen;
    if (l->packed != NULL) l->packed->made = false;
    l->ent = l->room + l->at;
    l->x = l->values != NULL ? l->values + l->at : l->src + from;
    l->next = l->values == NULL && from + 2 * n <= all ? l->src + from + n : NULL;
    l->at += n;
}

/* Bars of a chunk in which the window of a lane fills. False when there is an NA. */
static bool first_bars(lane_state *l, int64_t n, int64_t seen)
{
    const int64_t fills = l->w - seen < n ? l->w - seen : n;
    if (!wk_clean(n, l->x, 0)) return false;
    fill_up(l, fills, seen);
    if (fills < n) by_law(&l, 1, fills, n);
    return true;
}

/* Bars of the next chunk come into the cache while this one is worked on. */
static void ask_for(const double *x, int64_t n)
{
#if defined(__GNUC__)
    for (int64_t i = 0; i < n; i += 64 / (int64_t)sizeof *x) __builtin_prefetch(x + i);
#else
    (void)x, (void)n;
#endif
}

/* One chunk of all lanes, `seen` bars before it. False when there is an NA: values that are done in
 * whole numbers are none. */
static bool chunk(work *m, int lanes, int64_t n, int64_t seen, bool *all_whole)
{
    lane_state *full[WK_LANES], *left[WK_LANES];
    wk_units_lane whole[WK_LANES];
    int count = 0, rest = 0;
    for (int k = 0; k < lanes; k++) {
        lane_state *l = &m->lane[k];
        if (seen < l->w) {
            if (!first_bars(l, n, seen)) return false;
            continue;
        }
        if (l->next != NULL) ask_for(l->next, n);
        full[count] = l;
        whole[count++] = (wk_units_lane){l->units, l->w, l->x, l->ent, l->sum, &l->s, &l->c, false};
    }
    wk_units_roll(whole, count, n);
    for (int k = 0; k < count; k++) {
        if (whole[k].done) continue;
        if (!wk_clean(n, full[k]->x, 0)) return false;
        left[rest++] = full[k];
    }
    if (rest > 0) by_law(left, rest, 0, n);
    *all_whole = count == lanes && rest == 0;
    return true;
}

wick_status wk_rolls_run(const wk_rolls *r, bool *holes)
{
    const double *sum[WK_LANES];
    double *values[WK_LANES];
    work *m = work_new(r);
    *holes = false;
    if (m == NULL) return WICK_E_MEM;
    for (int k = 0; k < r->lanes; k++) sum[k] = m->sum[k];
    for (int64_t from = r->from; from < r->n && !*holes; from += WK_ROLL_CHUNK) {
        const int64_t n = r->n - from < WK_ROLL_CHUNK ? r->n - from : WK_ROLL_CHUNK;
        for (int k = 0; k < r->lanes; k++) {
            lane_state *l = &m->lane[k];
            turn_to(l, from, n, r->n, from - r->from);
            values[k] = l->values != NULL ? l->values + l->at - n : NULL;
        }
        if (r->fill != NULL) r->fill(r->what, from, n, values);
        bool whole;
        *holes = !chunk(m, r->lanes, n, from - r->from, &whole);
        if (!*holes) r->take(r->what, from, n, sum, whole);
    }
    free(m);
    return WICK_OK;
}

/* ---- sums of columns ------------------------------------------------------------------------- */

static wick_status by_steps(int64_t n, const wk_lane *l)
{
    wk_sum *k = malloc((size_t)wk_sum_bytes(l->w));
    if (k == NULL) return WICK_E_MEM;
    wk_sum_init(k, l->w);
    for (int64_t i = 0; i < n; i++) l->out[i] = wk_sum_step(k, l->src[i]) / l->div;
    free(k);
    return WICK_OK;
}

WK_WIDE static void divide_column(int64_t n, const double *restrict sum, double by, bool whole,
                           double *restrict out)
{
    const double per = 1.0 / by;
    if (whole)
        for (int64_t i = 0; i < n; i++) out[i] = wk_over(sum[i], by, per);
    else
        for (int64_t i = 0; i < n; i++) out[i] = sum[i] / by;
}

typedef struct columns {
    const wk_lane *lane[WK_LANES];
    int count;
} columns;

static void take_columns(const void *what, int64_t from, int64_t n, const double *const *sum,
                         bool whole)
{
    const columns *c = what;
    for (int k = 0; k < c->count; k++)
        if (c->lane[k]->div == 1.0)
            memcpy(c->lane[k]->out + from, sum[k], (size_t)n * sizeof(double));
        else
            divide_column(n, sum[k], c->lane[k]->div, whole, c->lane[k]->out + from);
}

/* Lanes whose columns begin together go together; when there are holes, each goes alone. */
static wick_status group(int64_t n, int64_t first, const wk_lane *lanes, int32_t count)
{
    bool holes;
    columns c = {.count = count};
    wk_rolls r = {.n = n, .from = first, .lanes = count, .what = &c, .take = take_columns};
    for (int32_t k = 0; k < count; k++) {
        wk_fill_na(first, lanes[k].out);
        c.lane[k] = &lanes[k];
        r.src[k] = lanes[k].src, r.w[k] = lanes[k].w;
    }
    wick_status st = wk_rolls_run(&r, &holes);
    if (!holes || st < 0) return st;
    if (count == 1) return by_steps(n, lanes);
    for (int32_t k = 0; k < count && st >= 0; k++) st = group(n, first, &lanes[k], 1);
    return st;
}

wick_status wk_roll(int64_t n, const wk_lane *lanes, int32_t count)
{
    wick_status st = WICK_OK;
    for (int32_t k = 0, next = 0; k < count && st >= 0; k = next) {
        const int64_t first = wk_first(n, lanes[k].src);
        for (next = k + 1; next < count && next < k + WK_LANES; next++)
            if (wk_first(n, lanes[next].src) != first) break;
        st = group(n, first, &lanes[k], next - k);
    }
    return st;
}

double wk_seed(const double *x, int64_t from, int64_t w)
{
    double s = 0.0, c = 0.0;
    for (int64_t i = 0; i < w; i++) {
        const double v = x[from + i];
        if (wk_sum_fires(c, v)) {
            s = plain_sum(x + from + i, i + 1);
            c = 0.0;
            continue;
        }
        const double y = v - c, t = s + y;
        c = (t - s) - y;
        s = t;
    }
    return s / (double)w;
}
