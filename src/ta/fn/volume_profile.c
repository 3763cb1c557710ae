/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_volume_profile wick_ta_session_profile */
#include "../k_parts.h"

/*
 * Volume by price: a histogram over rows of prices, its fullest row and the area around it. Rows
 * lie on a grid that depends on nothing but the price, so what is known at a bar never changes
 * later: of a given height, or, where none is given, so and so many between a power of two and the
 * next. Ports: high, low, volume; the session's anchor comes before them.
 */

enum { ROWS = 2048 };

typedef struct grid {
    double row, rows;
} grid;

/* What of a bar counts: its rows and the volume; rows of a bar without any are empty. */
typedef struct traded {
    double high, low, volume;
    int64_t first, last;
} traded;

typedef struct profile {
    double volume[ROWS]; /* of row k at k mod ROWS */
} profile;

static int64_t row_of(grid g, double price)
{
    int e;
    if (g.row > 0.0) return (int64_t)floor(price / g.row);
    const double m = 2.0 * frexp(price, &e) - 1.0;
    return (int64_t)e * (int64_t)g.rows + (int64_t)floor(m * g.rows);
}

static double bottom_of(grid g, int64_t row)
{
    if (g.row > 0.0) return (double)row * g.row;
    const int64_t rows = (int64_t)g.rows, in = (row % rows + rows) % rows, e = (row - in) / rows;
    return ldexp(1.0 + (double)in / g.rows, (int)e - 1);
}

static double *slot(profile *k, int64_t row)
{
    return &k->volume[(uint64_t)row % ROWS];
}

static traded bar_of(grid g, double high, double low, double volume)
{
    traded t = {high, low, volume, 0, -1};
    const bool counts =
        isfinite(high) && isfinite(low) && isfinite(volume) && volume > 0.0 && low <= high &&
        (g.row > 0.0 ? fabs(high) / g.row < 1e15 && fabs(low) / g.row < 1e15 : low > 0.0);
    if (!counts) return t;
    t.first = row_of(g, low);
    t.last = row_of(g, high);
    return t;
}

/* Spreads a bar's volume evenly over its range; sign -1 takes it away again. */
static void spread(profile *k, grid g, traded t, double sign)
{
    if (t.last < t.first || t.last - t.first >= ROWS) return;
    if (t.last == t.first) {
        *slot(k, t.first) += sign * t.volume;
        return;
    }
    const double per = t.volume / (t.high - t.low);
    double from = t.low;
    for (int64_t r = t.first; r <= t.last; r++) {
        const double edge = r == t.last ? t.high : bottom_of(g, r + 1);
        if (edge > from) *slot(k, r) += sign * ((edge - from) * per);
        from = edge;
    }
}

static double pair_of(profile *k, int64_t row, int64_t step, int64_t end, int rows)
{
    double sum = 0.0;
    for (int i = 0; i < rows && (step > 0 ? row <= end : row >= end); i++, row += step)
        sum += *slot(k, row);
    return sum;
}

/* Rows that the same bars cover hold the same, up to the rounding of the sums: such are equal. */
#define EQUAL (1.0 - 1e-9)

/* Fullest row of first..last; of equals the one nearest the middle, the lower of two. */
static int64_t fullest(profile *k, int64_t first, int64_t last, double *total)
{
    double most = 0.0;
    int64_t poc = first;
    *total = 0.0;
    for (int64_t r = first; r <= last; r++) {
        const double v = *slot(k, r);
        *total += v;
        most = v > most ? v : most;
    }
    for (int64_t r = first, best = INT64_MAX; r <= last; r++) {
        const int64_t off = 2 * r > first + last ? 2 * r - first - last : first + last - 2 * r;
        if (*slot(k, r) >= most * EQUAL && off < best) poc = r, best = off;
    }
    return poc;
}

/* The fullest row and the area around it. */
static void area_of(profile *k, grid g, int64_t first, int64_t last, double share, int rows,
                    double *out)
{
    double total;
    const int64_t poc = fullest(k, first, last, &total);
    if (!(total > 0.0)) return;
    int64_t up = poc, down = poc;
    double have = *slot(k, poc);
    while (have < total * share / 100.0 * EQUAL && (up < last || down > first)) {
        const double above = up < last ? pair_of(k, up + 1, 1, last, rows) : -1.0;
        const double below = down > first ? pair_of(k, down - 1, -1, first, rows) : -1.0;
        if (up < last && above >= below * EQUAL) {
            up = up + rows < last ? up + rows : last;
            have += above;
        } else {
            down = down - rows > first ? down - rows : first;
            have += below;
        }
    }
    out[0] = (bottom_of(g, poc) + bottom_of(g, poc + 1)) / 2.0;
    out[1] = bottom_of(g, up + 1);
    out[2] = bottom_of(g, down);
}

static const char *const rules[] = {"pairs", "single", NULL};

static int rows_at_once(double rule)
{
    return rule == 0.0 ? 2 : 1;
}

/* ---- over the last n bars: p: n, row, rows, area, rule --------------------------------------- */

/* Followed by the lowest and highest rows of the window and its bars. */
typedef struct rolling_state {
    profile all;
    int64_t w, at, bars, since;
} rolling_state;

static int64_t volume_profile_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t volume_profile_size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return (int64_t)sizeof(rolling_state) + 2 * wk_ext_bytes(w) + w * (int64_t)sizeof(traded);
}

static void volume_profile_init(void *state, const double *p)
{
    rolling_state *k = state;
    memset(state, 0, (size_t)volume_profile_size(p));
    k->w = wk_window(p, 0);
    wk_ext_init(wk_ext_init(k + 1, k->w), k->w);
}

/* Now and then all is added up afresh, so that nothing drifts. */
static void add_afresh(rolling_state *k, grid g, const traded *bar)
{
    const int64_t have = k->bars < k->w ? k->bars : k->w;
    memset(&k->all, 0, sizeof k->all);
    for (int64_t i = have; i > 0; i--) spread(&k->all, g, bar[(k->at - i + k->w) % k->w], 1.0);
    k->since = 0;
}

static void volume_profile_step(void *state, const double *p, const double *in, double *out)
{
    rolling_state *k = state;
    wk_ext *lowest = (wk_ext *)(void *)(k + 1), *highest = wk_ext_end(lowest);
    traded *bar = wk_ext_end(highest);
    const grid g = {p[1], p[2]};
    const traded now = bar_of(g, in[0], in[1], in[2]);
    if (k->bars >= k->w) spread(&k->all, g, bar[k->at], -1.0);
    bar[k->at] = now;
    k->at = k->at + 1 == k->w ? 0 : k->at + 1;
    k->bars++;
    if (++k->since > k->w && k->since > ROWS)
        add_afresh(k, g, bar);
    else
        spread(&k->all, g, now, 1.0);
    const bool counts = now.last >= now.first;
    const double first = wk_lowest_step(lowest, counts ? (double)now.first : WICK_NA);
    const double last = wk_highest_step(highest, counts ? (double)now.last : WICK_NA);
    out[0] = out[1] = out[2] = WICK_NA;
    if (isnan(first) || isnan(last) || last - first >= (double)ROWS) return;
    area_of(&k->all, g, (int64_t)first, (int64_t)last, p[3], rows_at_once(p[4]), out);
}

WK_STEPS(volume_profile, 3, 3)

/* ---- since an anchor: p: row, rows, area, rule ----------------------------------------------- */

typedef struct session_state {
    profile all;
    double before[3], now[3];
    int64_t first, last;
    bool begun;
} session_state;

static int64_t session_profile_warmup(const double *p)
{
    (void)p;
    return -1;
}

static int64_t session_profile_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(session_state);
}

static void session_profile_init(void *state, const double *p)
{
    session_state *k = state;
    (void)p;
    memset(k, 0, sizeof *k);
    wk_fill_na(3, k->before);
    wk_fill_na(3, k->now);
    k->last = -1;
}

static void session_begin(session_state *k)
{
    if (k->begun) memcpy(k->before, k->now, sizeof k->before);
    memset(&k->all, 0, sizeof k->all);
    wk_fill_na(3, k->now);
    k->first = 0, k->last = -1;
    k->begun = true;
}

static void session_profile_step(void *state, const double *p, const double *in, double *out)
{
    session_state *k = state;
    const grid g = {p[0], p[1]};
    if (wk_true(in[0])) session_begin(k);
    const traded now = bar_of(g, in[1], in[2], in[3]);
    if (k->begun && now.last >= now.first) {
        const bool empty = k->last < k->first;
        k->first = empty || now.first < k->first ? now.first : k->first;
        k->last = empty || now.last > k->last ? now.last : k->last;
        spread(&k->all, g, now, 1.0);
        wk_fill_na(3, k->now);
        if (k->last - k->first < ROWS)
            area_of(&k->all, g, k->first, k->last, p[2], rows_at_once(p[3]), k->now);
    }
    memcpy(out, k->now, sizeof k->now);
    memcpy(out + 3, k->before, sizeof k->before);
}

WK_STEPS(session_profile, 4, 6)

#define GRID                                                                                       \
    {"row", 0, 0, 1e9, .doc = "height of a row of prices; 0: by `rows`"},                          \
    {                                                                                              \
        "rows", 512, 8, 65536, .is_int = 1,                                                        \
                               .doc = "rows between a power of two and the next, where `row` is 0" \
    }
#define AREA                                                                                       \
    {"area", 70, 1, 100, .doc = "percent of the volume in the value area"},                        \
    {                                                                                              \
        "rule", 0, 0, 1,                                                                           \
            .is_int = 1, .choice = rules,                                                          \
            .doc =                                                                                 \
                "how the area grows: by the larger of the two rows above and the two below, or "   \
                "by one row"                                                                       \
    }
#define SOURCE                                                                                     \
    "Steidlmayer, Markets and Market Logic (1986); the value area by the rule of the Chicago "     \
    "Board of Trade's Market Profile handbook"

const wick_ta_spec wick_ta_volume_profile = {
    .name = "volume_profile",
    .title = "volume profile of the last n bars",
    .formula = "volume by rows of price, each bar's spread evenly over its range: the middle of "
               "the fullest row (poc) and the ends of the rows around it that hold `area` percent",
    .source = SOURCE,
    .group = "volume",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_VOLUME},
    .param = {WK_BARS("n", 100), GRID, AREA},
    .out = {{"poc", WICK_U_PRICE}, {"vah", WICK_U_PRICE}, {"val", WICK_U_PRICE}},
    WK_FORMS(volume_profile),
    .note = "Of equally full rows the one nearest the middle of all rows is the poc, of two the "
            "lower; of equal sums above and below, above is taken. NA while the window spans more "
            "than 2048 rows: take higher ones. Rows are the "
            "same whatever the window, so a level does not move because the window does.",
};

const wick_ta_spec wick_ta_session_profile = {
    .name = "session_profile",
    .title = "volume profile since an anchor",
    .formula = "as volume_profile, over the bars since the last true anchor, as it develops; and "
               "what it came to in the session before",
    .source = SOURCE,
    .group = "volume",
    .in = {{"anchor", WICK_U_MASK, 1, WICK_S_NEW_DAY}, WK_IN_HIGH, WK_IN_LOW, WK_IN_VOLUME},
    .param = {GRID, AREA},
    .out = {{"poc", WICK_U_PRICE},
            {"vah", WICK_U_PRICE},
            {"val", WICK_U_PRICE},
            {"prev_poc", WICK_U_PRICE},
            {"prev_vah", WICK_U_PRICE},
            {"prev_val", WICK_U_PRICE}},
    WK_FORMS(session_profile),
    .note = "The anchor is a new trading day where none is given. NA before the first anchor, and "
            "while a session spans more than 2048 rows.",
};
