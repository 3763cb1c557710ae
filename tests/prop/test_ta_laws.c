/* SPDX-License-Identifier: MIT */
/*
 * The laws every indicator keeps (architecture.md section 9), for every entry of the registry and
 * for parameter sets made from its own ranges. No entry is named here: a new file in src/ta/fn is
 * tested by being there.
 */
#include "alloc_walk.h"
#include "check.h"

#include <stdlib.h>

#include "wick/ta.h"

enum { BARS = 260, MAX_SETS = 24, LANES = 11 };

/* EXACT: prices are multiples of 3/64 and volumes of 1/64, so that sums and (h+l+c)/3 are exact. */
typedef enum kind { CLEAN, LEADING, HOLES, FLAT, FINE, EXACT, KINDS } kind;
static const char *const kind_name[KINDS] = {"clean", "leading NA", "holes",
                                             "flat",  "fine",       "exact"};

/* What was being tested, for messages. */
typedef struct place {
    const wick_ta_spec *s;
    const double *p;
    const char *what;
    int64_t n;
} place;

static void fail_at(const place *at, const char *law, int32_t out, int64_t i, double a, double b)
{
    char text[400];
    int used = snprintf(text, sizeof text, "ta.%s(", at->s->name);
    for (int32_t k = 0; at->s->param[k].name != NULL; k++)
        used +=
            snprintf(text + used, sizeof text - (size_t)used, "%s%g", k > 0 ? ", " : "", at->p[k]);
    fail_msg("%s) on %s input of %lld bars: %s; output %s at %lld: %.17g and %.17g", text, at->what,
             (long long)at->n, law, at->s->out[out].name, (long long)i, a, b);
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* ---- inputs ---------------------------------------------------------------------------------- */

/* Every array is allocated to its exact length, so that a sanitizer sees one step too far. */
typedef struct columns {
    int64_t n;
    double *v[WICK_TA_MAX_OUT];
} columns;

static columns columns_new(int64_t n, int32_t count)
{
    columns c = {n, {NULL}};
    for (int32_t k = 0; k < count; k++) {
        c.v[k] = malloc((size_t)(n > 0 ? n : 1) * sizeof(double));
        assert_non_null(c.v[k]);
        for (int64_t i = 0; i < n; i++) c.v[k][i] = 777.0;
    }
    return c;
}

static void columns_free(columns *c)
{
    for (int32_t k = 0; k < WICK_TA_MAX_OUT; k++) free(c->v[k]);
}

static double price(double x, kind of)
{
    if (of == FINE) return x;
    if (of == EXACT) return round(x * 64.0 / 3.0) * 3.0 / 64.0;
    return round(x * 100.0) / 100.0;
}

/* One bar after another: open, high, low, close, volume. */
static void next_bar(wick_pcg *g, kind of, double *bar)
{
    const double size = of == FLAT ? 0.0 : 1.5;
    const double open = price(bar[3] + (wick_pcg_uniform(g) - 0.5) * size * 0.3, of);
    const double close = price(open + (wick_pcg_uniform(g) - 0.5) * size * 2.0, of);
    const double top = open > close ? open : close, bottom = open < close ? open : close;
    bar[0] = open;
    bar[1] = price(top + wick_pcg_uniform(g) * size * 0.5, of);
    bar[2] = price(bottom - wick_pcg_uniform(g) * size * 0.5, of);
    bar[3] = close;
    bar[4] = of == FLAT ? 100.0 : price(1.0 + 900.0 * wick_pcg_uniform(g), of);
}

static double source_value(int source, const double *bar, int64_t i)
{
    switch (source) {
    case WICK_S_OPEN: return bar[0];
    case WICK_S_HIGH: return bar[1];
    case WICK_S_LOW: return bar[2];
    case WICK_S_CLOSE: return bar[3];
    case WICK_S_VOLUME: return bar[4];
    case WICK_S_HL2: return (bar[1] + bar[2]) / 2.0;
    case WICK_S_HLC3: return (bar[1] + bar[2] + bar[3]) / 3.0;
    case WICK_S_OHLC4: return (bar[0] + bar[1] + bar[2] + bar[3]) / 4.0;
    case WICK_S_HLCC4: return (bar[1] + bar[2] + bar[3] + bar[3]) / 4.0;
    case WICK_S_TIME: return 1704067200000.0 + 3600000.0 * (double)i;
    case WICK_S_NEW_DAY: return i % 24 == 0;
    default: return (double)i;
    }
}

/* What a port without a default gets: masks by the bar's direction, series close, then open. */
static int port_source(const wick_ta_spec *s, int32_t k)
{
    if (s->in[k].source != WICK_S_NONE) return s->in[k].source;
    return k == 0 ? WICK_S_CLOSE : WICK_S_OPEN;
}

static columns inputs_new(const wick_ta_spec *s, kind of, int64_t n)
{
    const int32_t ports = wick_ta_inputs(s);
    columns c = columns_new(n, ports);
    wick_pcg g = wick_pcg_key(7, "ta laws", (uint64_t)of, 0);
    wick_pcg holes = wick_pcg_key(7, "ta holes", (uint64_t)of, 0);
    double bar[5] = {100.0, 100.0, 100.0, 100.0, 1.0};
    for (int64_t i = 0; i < n; i++) {
        next_bar(&g, of, bar);
        for (int32_t k = 0; k < ports; k++) {
            const bool mask = s->in[k].unit == WICK_U_MASK && s->in[k].source == WICK_S_NONE;
            c.v[k][i] = mask ? (double)(bar[3] > bar[0]) : source_value(port_source(s, k), bar, i);
            if (of == LEADING && s->in[k].given && i < 7 + 2 * k) c.v[k][i] = WICK_NA;
            if (of == HOLES && wick_pcg_below(&holes, 10) == 0) c.v[k][i] = WICK_NA;
            if (of == HOLES && i >= 60 && i < 72) c.v[k][i] = WICK_NA;
        }
    }
    return c;
}

/* ---- parameter sets ------------------------------------------------------------------------ */

typedef struct sets {
    int count;
    double p[MAX_SETS][WICK_TA_MAX_PARAM + 1];
} sets;

static void sets_add(const wick_ta_spec *s, sets *all, int32_t k, double v)
{
    const wick_ta_param *d = &s->param[k];
    if (v < d->lo || v > d->hi || all->count == MAX_SETS) return;
    double *p = all->p[all->count];
    for (int32_t j = 0; s->param[j].name != NULL; j++) p[j] = s->param[j].def;
    if (k >= 0) p[k] = v;
    for (int j = 0; j < all->count; j++)
        if (memcmp(all->p[j], p, sizeof all->p[0]) == 0) return;
    all->count++;
}

/* The defaults; every value of a switch; for a window the smallest ones, some in between, the
 * length of the data, a little more, and far more; for a real number half and twice its default. */
static void sets_make(const wick_ta_spec *s, sets *all)
{
    static const double windows[] = {1, 2, 3, 5, 14, 40, BARS - 1, BARS, BARS + 5, 500};
    memset(all, 0, sizeof *all);
    for (int32_t j = 0; s->param[j].name != NULL; j++) all->p[0][j] = s->param[j].def;
    all->count = 1;
    for (int32_t k = 0; s->param[k].name != NULL; k++) {
        const wick_ta_param *d = &s->param[k];
        if (!d->is_int) {
            sets_add(s, all, k, d->def / 2.0);
            sets_add(s, all, k, d->def * 2.0);
        } else if (d->hi - d->lo <= 6.0) {
            for (double v = d->lo; v <= d->hi; v += 1.0) sets_add(s, all, k, v);
        } else {
            for (size_t j = 0; j < sizeof windows / sizeof *windows; j++)
                sets_add(s, all, k, windows[j]);
        }
    }
}

typedef void (*law_fn)(const wick_ta_spec *s, const double *p);

static void for_all(law_fn law)
{
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        sets all;
        sets_make(s, &all);
        for (int k = 0; k < all.count; k++) law(s, all.p[k]);
    }
}

static columns run_new(const wick_ta_spec *s, const double *p, const columns *in, int64_t n)
{
    columns out = columns_new(n, wick_ta_outputs(s));
    assert_int_equal(s->run(n, (const double *const *)in->v, p, out.v), WICK_OK);
    return out;
}

static void check_equal(const place *at, const char *law, const columns *a, const columns *b,
                        int64_t n)
{
    for (int32_t k = 0; at->s->out[k].name != NULL; k++)
        for (int64_t i = 0; i < n; i++)
            if (!same(a->v[k][i], b->v[k][i])) fail_at(at, law, k, i, a->v[k][i], b->v[k][i]);
}

/* ---- laws ---------------------------------------------------------------------------------- */

static void law_fields(const wick_ta_spec *s)
{
    const char *const groups[] = {"average", "oscillator", "volatility", "trend", "volume",
                                  "event",   "statistic",  "structure",  "candle"};
    bool known = false;
    assert_non_null(s->name);
    for (size_t k = 0; k < sizeof groups / sizeof *groups; k++)
        known = known || strcmp(groups[k], s->group) == 0;
    if (!known || s->title == NULL || s->formula == NULL || s->source == NULL ||
        s->warmup == NULL || s->run == NULL || s->state_size == NULL || s->state_init == NULL ||
        s->step == NULL)
        fail_msg("ta.%s: incomplete", s->name);
    if (s->title[0] == '\0' || strlen(s->formula) < 8 || strlen(s->source) < 8)
        fail_msg("ta.%s: title, formula or source says nothing", s->name);
    if (s->tolerance < 0.0 || (s->tolerance > 0.0 && s->ref == NULL))
        fail_msg("ta.%s: a tolerance without a reference", s->name);
    bool given = true;
    for (int32_t k = 0; s->in[k].name != NULL; k++) {
        if (s->in[k].given && !given) fail_msg("ta.%s: explicit inputs come first", s->name);
        if (!s->in[k].given && s->in[k].source == WICK_S_NONE)
            fail_msg("ta.%s: input %s comes from nowhere", s->name, s->in[k].name);
        given = s->in[k].given;
    }
    for (int32_t k = 0; s->param[k].name != NULL; k++) {
        const wick_ta_param *d = &s->param[k];
        if (!(d->lo <= d->def && d->def <= d->hi))
            fail_msg("ta.%s: the default of %s is out of its range", s->name, d->name);
        if (d->choice != NULL)
            for (int32_t v = 0; v <= (int32_t)d->hi; v++) assert_non_null(d->choice[v]);
    }
    assert_true(wick_ta_outputs(s) > 0);
}

static void test_fields(void **state)
{
    (void)state;
    for (int64_t i = 0; i < wick_ta_count(); i++) law_fields(wick_ta_at(i));
}

/* One past the last NA in front, over all outputs. */
static int64_t front(const wick_ta_spec *s, const columns *out, int64_t n)
{
    int64_t most = 0;
    for (int32_t k = 0; s->out[k].name != NULL; k++) {
        int64_t i = n;
        while (i > 0 && !isnan(out->v[k][i - 1])) i--;
        most = i > most ? i : most;
    }
    return most;
}

static void law_warmup(const wick_ta_spec *s, const double *p)
{
    const int64_t want = s->warmup(p);
    if (want < 0) return;
    columns in = inputs_new(s, FINE, BARS), out = run_new(s, p, &in, BARS);
    const place at = {s, p, "fine", BARS};
    const int64_t got = front(s, &out, BARS);
    if (got != (want < BARS ? want : BARS))
        fail_at(&at, "warm-up is not what was said", 0, got, (double)got, (double)want);
    columns_free(&in);
    columns_free(&out);
}

static void test_warmup(void **state)
{
    (void)state;
    for_all(law_warmup);
}

/* The first k results depend on the first k inputs only; small sizes are part of this. */
static void law_prefix(const wick_ta_spec *s, const double *p)
{
    const int64_t w = s->warmup(p) < 0 ? 20 : s->warmup(p);
    const int64_t sizes[] = {0, 1, 2, 3, w - 1, w, w + 1, w + 2, BARS / 2, BARS - 1};
    for (int of = 0; of < KINDS; of++) {
        columns in = inputs_new(s, (kind)of, BARS), whole = run_new(s, p, &in, BARS);
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            const int64_t n = sizes[k];
            if (n < 0 || n > BARS) continue;
            /* inputs of this very length too, to see a step too far */
            columns cut = inputs_new(s, (kind)of, n), out = run_new(s, p, &cut, n);
            const place at = {s, p, kind_name[of], n};
            check_equal(&at, "not a prefix of the whole", &out, &whole, n);
            columns_free(&cut);
            columns_free(&out);
        }
        columns_free(&in);
        columns_free(&whole);
    }
}

static void test_prefix(void **state)
{
    (void)state;
    for_all(law_prefix);
}

static double unit_factor(wick_unit u, wick_unit any)
{
    switch (u) {
    case WICK_U_ANY: return any == WICK_U_ANY ? 4.0 : unit_factor(any, WICK_U_PRICE);
    case WICK_U_PRICE:
    case WICK_U_PVOLUME: return 4.0;
    case WICK_U_PRICE2: return 16.0;
    case WICK_U_INVERSE: return 0.25;
    default: return 1.0;
    }
}

/* Prices times a power of two give results times what their units say, to the bit. Exact sums,
 * because Pine compares with an absolute tolerance, under which the dust of inexact ones falls or
 * not. */
static void law_unit(const wick_ta_spec *s, const double *p)
{
    const int32_t ports = wick_ta_inputs(s);
    columns in = inputs_new(s, EXACT, BARS), out = run_new(s, p, &in, BARS);
    for (int32_t k = 0; k < ports; k++) {
        const double f = unit_factor(s->in[k].unit, WICK_U_ANY);
        for (int64_t i = 0; i < BARS; i++) in.v[k][i] *= f;
    }
    columns scaled = run_new(s, p, &in, BARS);
    const place at = {s, p, "exact", BARS};
    for (int32_t k = 0; s->out[k].name != NULL; k++) {
        const double f = unit_factor(s->out[k].unit, ports > 0 ? s->in[0].unit : WICK_U_PRICE);
        for (int64_t i = 0; i < BARS; i++)
            if (!same(out.v[k][i] * f, scaled.v[k][i]))
                fail_at(&at, "prices times 4 do not give what the unit says", k, i, out.v[k][i],
                        scaled.v[k][i]);
    }
    columns_free(&in);
    columns_free(&out);
    columns_free(&scaled);
}

static void test_unit(void **state)
{
    (void)state;
    for_all(law_unit);
}

/* The block of a stream has exactly the size asked for, starts from garbage, and may be used again.
 */
static void law_stream(const wick_ta_spec *s, const double *p)
{
    const int32_t ports = wick_ta_inputs(s), outs = wick_ta_outputs(s);
    const int64_t bytes = s->state_size(p);
    void *block = malloc((size_t)bytes);
    assert_non_null(block);
    memset(block, 0xA5, (size_t)bytes);
    for (int of = 0; of < KINDS; of++) {
        columns in = inputs_new(s, (kind)of, BARS), whole = run_new(s, p, &in, BARS);
        columns streamed = columns_new(BARS, outs);
        s->state_init(block, p);
        for (int64_t i = 0; i < BARS; i++) {
            double x[WICK_TA_MAX_IN], y[WICK_TA_MAX_OUT];
            for (int32_t k = 0; k < ports; k++) x[k] = in.v[k][i];
            s->step(block, p, x, y);
            for (int32_t k = 0; k < outs; k++) streamed.v[k][i] = y[k];
        }
        const place at = {s, p, kind_name[of], BARS};
        check_equal(&at, "streaming differs from columns", &streamed, &whole, BARS);
        columns_free(&in);
        columns_free(&whole);
        columns_free(&streamed);
    }
    free(block);
}

static void test_stream(void **state)
{
    (void)state;
    for_all(law_stream);
}

/* Far from zero the relative difference counts, near it the absolute one. */
static bool close_enough(double a, double b, double tol)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    if (tol == 0.0) return a == b;
    const double size = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    return fabs(a - b) <= tol * (size > 1.0 ? size : 1.0);
}

static void law_reference(const wick_ta_spec *s, const double *p)
{
    if (s->ref == NULL) return;
    for (int of = 0; of < KINDS; of++) {
        columns in = inputs_new(s, (kind)of, BARS), fast = run_new(s, p, &in, BARS);
        columns plain = columns_new(BARS, wick_ta_outputs(s));
        const place at = {s, p, kind_name[of], BARS};
        assert_int_equal(s->ref(BARS, (const double *const *)in.v, p, plain.v), WICK_OK);
        for (int32_t k = 0; s->out[k].name != NULL; k++)
            for (int64_t i = 0; i < BARS; i++)
                if (!close_enough(fast.v[k][i], plain.v[k][i], s->tolerance))
                    fail_at(&at, "run differs from its plain reading", k, i, fast.v[k][i],
                            plain.v[k][i]);
        columns_free(&in);
        columns_free(&fast);
        columns_free(&plain);
    }
}

static void test_reference(void **state)
{
    (void)state;
    for_all(law_reference);
}

/* Any number of lanes, in any order and with repeats, is the same as one after another. */
static void check_lanes(const wick_ta_spec *s, const sets *all, kind of, int32_t lanes)
{
    columns in = inputs_new(s, of, BARS), out[LANES];
    const double *p[LANES];
    double *const *to[LANES];
    for (int32_t k = 0; k < lanes; k++) {
        p[k] = all->p[(k * 5 + 1) % all->count];
        out[k] = columns_new(BARS, wick_ta_outputs(s));
        to[k] = out[k].v;
    }
    assert_int_equal(s->run_many(BARS, (const double *const *)in.v, lanes, p, to), WICK_OK);
    for (int32_t k = 0; k < lanes; k++) {
        columns one = run_new(s, p[k], &in, BARS);
        const place at = {s, p[k], kind_name[of], BARS};
        check_equal(&at, "lanes differ from one", &out[k], &one, BARS);
        columns_free(&one);
        columns_free(&out[k]);
    }
    columns_free(&in);
}

static void test_lanes(void **state)
{
    int with = 0;
    (void)state;
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        sets all;
        if (s->run_many == NULL) continue;
        with++;
        sets_make(s, &all);
        for (int of = 0; of < KINDS; of++)
            for (int32_t lanes = 1; lanes <= LANES; lanes++) check_lanes(s, &all, (kind)of, lanes);
    }
    assert_true(with >= 9);
}

/* A refused allocation is WICK_E_MEM and nothing stays behind; inputs are not written to. */
typedef struct refused {
    const wick_ta_spec *s;
    const double *p;
    const columns *in;
    columns *out;
} refused;

static wick_status run_refused(wick_ctx *ctx, void *arg)
{
    const refused *r = arg;
    return wick_ta_run(ctx, r->s->name, BARS, (const double *const *)r->in->v, r->p,
                       wick_ta_params(r->s), r->out->v);
}

static void test_memory(void **state)
{
    (void)state;
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        sets all;
        sets_make(s, &all);
        for (int of = CLEAN; of <= HOLES; of++) {
            columns in = inputs_new(s, (kind)of, BARS), kept = inputs_new(s, (kind)of, BARS);
            columns out = columns_new(BARS, wick_ta_outputs(s));
            refused r = {s, all.p[0], &in, &out};
            alloc_walk(run_refused, &r);
            for (int32_t k = 0; s->in[k].name != NULL; k++)
                assert_memory_equal(in.v[k], kept.v[k], BARS * sizeof(double));
            columns_free(&in);
            columns_free(&kept);
            columns_free(&out);
        }
    }
}

/* Infinities and huge numbers may give anything but a crash, and no more than that many bars. */
static void law_extremes(const wick_ta_spec *s, const double *p)
{
    const double odd[] = {(double)INFINITY, -(double)INFINITY, 1e308, -1e308, 5e-324, 0.0, -0.0};
    columns in = inputs_new(s, CLEAN, BARS);
    for (int32_t k = 0; s->in[k].name != NULL; k++)
        for (int64_t i = 50; i < 57; i++) in.v[k][i + 3 * k] = odd[i - 50];
    columns out = run_new(s, p, &in, BARS), head = run_new(s, p, &in, 50);
    const place at = {s, p, "odd", BARS};
    check_equal(&at, "odd values reach back", &head, &out, 50);
    columns_free(&in);
    columns_free(&out);
    columns_free(&head);
}

static void test_extremes(void **state)
{
    (void)state;
    for_all(law_extremes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),   cmocka_unit_test(test_warmup),
        cmocka_unit_test(test_prefix),   cmocka_unit_test(test_unit),
        cmocka_unit_test(test_stream),   cmocka_unit_test(test_reference),
        cmocka_unit_test(test_lanes),    cmocka_unit_test(test_memory),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
