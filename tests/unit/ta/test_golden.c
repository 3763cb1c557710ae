/* SPDX-License-Identifier: MIT */
/* Every indicator against numbers made elsewhere: tests/golden/ta, see make.py and SOURCE there. */
#include "check.h"

#include <stdlib.h>

#include "wick/ta.h"

enum { MAX_COLUMNS = 160, MAX_BARS = 1500 };

/* A table of text fields, cut up in place. */
typedef struct table {
    char *text;
    int columns;
    int64_t rows;
    char *head[MAX_COLUMNS];
    double *value; /* rows * columns */
} table;

static char *cut(char **at, char end)
{
    char *from = *at;
    while (**at != end && **at != '\n' && **at != '\0') ++*at;
    if (**at != '\0') *(*at)++ = '\0';
    return from;
}

static bool table_read(table *t, const char *path)
{
    int64_t n;
    *t = (table){0};
    t->text = test_read(path, &n);
    if (t->text == NULL) return false;
    char *at = t->text, *line_end = strchr(at, '\n');
    assert_non_null(line_end);
    while (at <= line_end) {
        assert_true(t->columns < MAX_COLUMNS);
        t->head[t->columns++] = cut(&at, ',');
    }
    t->value = malloc((size_t)(MAX_BARS * t->columns) * sizeof(double));
    assert_non_null(t->value);
    for (; *at != '\0'; t->rows++) {
        assert_true(t->rows < MAX_BARS);
        for (int k = 0; k < t->columns; k++) {
            const char *field = cut(&at, ',');
            double v = WICK_NA;
            if (field[0] != '\0' && !wick_parse_double(field, (int64_t)strlen(field), &v))
                fail_msg("%s: bad number %s", path, field);
            t->value[t->rows * t->columns + k] = v;
        }
    }
    return true;
}

static void table_free(table *t)
{
    free(t->text);
    free(t->value);
}

/* ---- series by name, as in make.py --------------------------------------------------------- */

typedef struct series {
    int64_t n;
    double *source[WICK_S_COUNT];
    double *up, *gappy, *lag3;
} series;

static double *column(int64_t n)
{
    double *v = malloc((size_t)n * sizeof(double));
    assert_non_null(v);
    return v;
}

static void series_make(series *s, const table *bars)
{
    s->n = bars->rows;
    for (int k = 0; k < WICK_S_COUNT; k++) s->source[k] = column(s->n);
    s->up = column(s->n), s->gappy = column(s->n), s->lag3 = column(s->n);
    for (int64_t i = 0; i < s->n; i++) {
        const double *b = bars->value + i * bars->columns;
        const double t = b[0], o = b[1], h = b[2], l = b[3], c = b[4];
        const bool hole = i % 7 == 3 || (i >= 40 && i < 44) || i < 2;
        s->source[WICK_S_OPEN][i] = o, s->source[WICK_S_HIGH][i] = h;
        s->source[WICK_S_LOW][i] = l, s->source[WICK_S_CLOSE][i] = c;
        s->source[WICK_S_VOLUME][i] = b[5];
        s->source[WICK_S_HL2][i] = (h + l) / 2.0;
        s->source[WICK_S_HLC3][i] = (h + l + c) / 3.0;
        s->source[WICK_S_OHLC4][i] = (o + h + l + c) / 4.0;
        s->source[WICK_S_HLCC4][i] = (h + l + c + c) / 4.0;
        s->source[WICK_S_TIME][i] = t;
        s->source[WICK_S_NEW_DAY][i] = fmod(t, 86400000.0) == 0.0;
        s->source[WICK_S_BAR_INDEX][i] = (double)i;
        s->up[i] = c > o;
        s->gappy[i] = hole ? WICK_NA : c;
        s->lag3[i] = i < 3 ? WICK_NA : s->source[WICK_S_CLOSE][i - 3];
    }
}

static void series_free(series *s)
{
    for (int k = 0; k < WICK_S_COUNT; k++) free(s->source[k]);
    free(s->up), free(s->gappy), free(s->lag3);
}

static const double *series_find(const series *s, const char *name)
{
    if (strcmp(name, "close") == 0) return s->source[WICK_S_CLOSE];
    if (strcmp(name, "open") == 0) return s->source[WICK_S_OPEN];
    if (strcmp(name, "high") == 0) return s->source[WICK_S_HIGH];
    if (strcmp(name, "low") == 0) return s->source[WICK_S_LOW];
    if (strcmp(name, "hlc3") == 0) return s->source[WICK_S_HLC3];
    if (strcmp(name, "up") == 0) return s->up;
    if (strcmp(name, "gappy") == 0) return s->gappy;
    if (strcmp(name, "lag3") == 0) return s->lag3;
    fail_msg("a golden names the series %s", name);
    return NULL;
}

/* ---- one column ---------------------------------------------------------------------------- */

typedef struct golden {
    char input[200];
    double p[WICK_TA_MAX_PARAM + 1];
    int params, out;
    double tolerance;
} golden;

/* "input p1 p2:output:tolerance" */
static void golden_parse(golden *g, const wick_ta_spec *s, const char *head)
{
    char text[200], *at = text, *words;
    memset(g, 0, sizeof *g);
    snprintf(text, sizeof text, "%s", head);
    words = cut(&at, ':');
    g->out = atoi(cut(&at, ':'));
    assert_true(wick_parse_double(at, (int64_t)strlen(at), &g->tolerance));
    snprintf(g->input, sizeof g->input, "%s", cut(&words, ' '));
    while (*words != '\0') {
        const char *word = cut(&words, ' ');
        assert_true(g->params < WICK_TA_MAX_PARAM);
        if (!wick_parse_double(word, (int64_t)strlen(word), &g->p[g->params++]))
            fail_msg("ta.%s: golden column %s", s->name, head);
    }
    assert_true(g->out >= 0 && g->out < wick_ta_outputs(s));
    assert_int_equal(g->params, wick_ta_params(s));
}

static void check_column(wick_ctx *ctx, const wick_ta_spec *s, const series *all, const table *t,
                         int k)
{
    golden g;
    const double *in[WICK_TA_MAX_IN + 1] = {NULL};
    double *out[WICK_TA_MAX_OUT + 1] = {NULL};
    golden_parse(&g, s, t->head[k]);
    for (int32_t j = 0; s->in[j].name != NULL; j++) {
        const int source = s->in[j].source;
        if (j == 0 && s->in[j].given && g.input[0] != '-')
            in[j] = series_find(all, g.input);
        else
            in[j] = source == WICK_S_NONE ? all->source[WICK_S_OPEN] : all->source[source];
    }
    for (int32_t j = 0; s->out[j].name != NULL; j++) out[j] = column(all->n);
    check_ok(ctx, wick_ta_run(ctx, s->name, all->n, in, g.p, g.params, out));
    for (int64_t i = 0; i < all->n; i++) {
        const double want = t->value[i * t->columns + k], got = out[g.out][i];
        const bool na = isnan(want) || isnan(got);
        const double allowed = g.tolerance * (fabs(want) > 1.0 ? fabs(want) : 1.0);
        if (na ? isnan(want) == isnan(got) : fabs(got - want) <= allowed) continue;
        fail_msg("ta.%s, column %s (%s), bar %lld: %.17g, golden %.17g", s->name, t->head[k],
                 s->out[g.out].name, (long long)i, got, want);
    }
    for (int32_t j = 0; s->out[j].name != NULL; j++) free(out[j]);
}

/* Every column of a pattern says something: TA-Lib has found it there. */
static void check_found(const wick_ta_spec *s, const table *t)
{
    for (int k = 0; k < t->columns; k++) {
        bool found = false;
        for (int64_t i = 0; i < t->rows; i++) {
            const double v = t->value[i * t->columns + k];
            found = found || (!isnan(v) && v != 0.0);
        }
        if (!found) fail_msg("ta.%s: column %s never finds it", s->name, t->head[k]);
    }
}

/* Candlestick patterns have bars of their own, on which they occur. */
static void check_group(wick_ctx *ctx, bool candles, const char *path)
{
    table bars;
    series all;
    assert_true(table_read(&bars, test_source(path)));
    assert_true(bars.rows >= 400);
    series_make(&all, &bars);
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        if ((strcmp(s->group, "candle") == 0) != candles) continue;
        char below[100];
        bool seen[WICK_TA_MAX_OUT] = {false};
        table t;
        snprintf(below, sizeof below, "tests/golden/ta/%s.csv", s->name);
        if (!table_read(&t, test_source(below))) fail_msg("ta.%s has no golden file", s->name);
        assert_int_equal(t.rows, all.n);
        for (int k = 0; k < t.columns; k++) {
            golden g;
            check_column(ctx, s, &all, &t, k);
            golden_parse(&g, s, t.head[k]);
            seen[g.out] = true;
        }
        for (int32_t k = 0; k < wick_ta_outputs(s); k++)
            if (!seen[k]) fail_msg("ta.%s: no golden for output %s", s->name, s->out[k].name);
        if (candles) check_found(s, &t);
        table_free(&t);
    }
    series_free(&all);
    table_free(&bars);
}

static void test_all(void **state)
{
    wick_ctx *ctx = wick_ctx_new();
    (void)state;
    assert_non_null(ctx);
    check_group(ctx, false, "tests/golden/ta/bars.csv");
    check_group(ctx, true, "tests/golden/ta/cdl_bars.csv");
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
