/* SPDX-License-Identifier: MIT */
/* Expressions: what a text means, and what is said when it means nothing. */
#include "graph_help.h"

#include "alloc_walk.h"

/* Parameters and series a strategy might have declared. */
typedef struct names {
    wick_node series;
    wick_node foreign;
} names;

static bool look(void *user, const char *name, wick_expr_name *out)
{
    const names *d = user;
    if (strcmp(name, "len") == 0) {
        out->number = 5.0;
    } else if (strcmp(name, "half") == 0) {
        out->number = 0.5;
    } else if (strcmp(name, "missing") == 0) {
        out->number = WICK_NA;
    } else if (strcmp(name, "trend") == 0) {
        out->is_node = true;
        out->node = d->series;
    } else if (strcmp(name, "foreign") == 0) {
        out->is_node = true;
        out->node = d->foreign;
    } else {
        return false;
    }
    return true;
}

typedef struct fixture {
    wick_ctx *ctx;
    wick_panel *panel;
    wick_graph *g;
    names names;
} fixture;

static void start(fixture *f)
{
    f->ctx = wick_ctx_new();
    f->panel = synth_panel(f->ctx, 2, 300, "15m", false);
    f->g = new_graph(f->ctx, wick_panel_bars(f->panel, 0), f->panel, NULL);
    f->names.series = call(f->ctx, f->g, "ema", source(f->ctx, f->g, WICK_S_OPEN), 7);
    f->names.foreign = 100000;
}

static void stop(fixture *f)
{
    wick_graph_free(f->g);
    wick_panel_unref(f->panel);
    wick_ctx_free(f->ctx);
}

static wick_node read(fixture *f, const char *text)
{
    return wick_graph_expr(f->ctx, f->g, text, look, &f->names);
}

/* ---- meaning ------------------------------------------------------------------------------ */

/* Both texts are the same node. */
static void test_equal_texts(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    static const char *const pairs[][2] = {
        {"1 + 2 * 3", "7"},
        {"(1 + 2) * 3", "9"},
        {"10 - 4 - 3", "3"},
        {"2 * -3", "-6"},
        {"-2[1] + 0", "-2[1] + 0"},
        {"7 % 4", "3"},
        {"-7 % 4", "-3"},
        {"24 / 4 / 3", "2"},
        {"1e3 + .5 + 1.", "1001.5"},
        {"true and not false", "1"},
        {"false or na", "0"},
        {"na != na", "0"},
        {"1 < 2 == true", "1"},
        {"1 == 1 and 2 == 2 or 0", "1"},
        {"true or false and false", "1"},
        {"1 ? 2 : 3 ? 4 : 5", "2"},
        {"0 ? 2 : 0 ? 4 : 5", "5"},
        {"0 ? 1 ? 2 : 3 : 4", "4"},
        {"not close > open", "(not close) > open"},
        {"-close[1]", "-(close[1])"},
        {"close[1][2]", "close[3]"},
        {"close[len]", "close[5]"},
        {"close[len * 2 - 1]", "close[9]"},
        {"close[2.9]", "close[2]"},
        {"close[-half]", "close"},
        {"close[missing]", "close"},
        {"(close)", "close"},
        {"close > open", "open < close"},
        {"ta.sma(close, 20)", "sma(close, n = 20)"},
        {"sma(src = close, n = 20)", "sma(n = 20, src = close)"},
        {"sma(close, len)", "sma(close, 5)"},
        {"sma(close)", "sma(close, 20)"},
        {"highest(20)", "highest(high, 20)"},
        {"lowest(len)", "lowest(low, 5)"},
        {"crossover(rsi(close, 14), 70)", "ta.crossover(ta.rsi(close, n = 14), 70.0)"},
        {"macd(close, 12, 26, 9).hist", "macd(close).hist"},
        {"bb(close, 20, 2).upper[1]", "ta.bb(close, 20, 1 + 1).upper[1]"},
        {"atr(14)", "ta.atr(n = 14)"},
        {"ta.tr", "tr()"},
        {"close > ta.vwap", "close > vwap(hlc3).vwap"},
        {"obv + 1", "ta.obv() + 1"},
        {"math.max(close, open)", "max(close, open)"},
        {"max(close, open, high)", "max(max(close, open), high)"},
        {"math.abs(-3) + math.sqrt(16)", "7"},
        {"round(2.5) + round(-2.5) + round(1.256, 2)", "1.26"},
        {"nz(close)", "nz(close, 0)"},
        {"avg(close, open)", "(close + open) / 2"},
        {"pow(2, 10)", "1024"},
        {"math.sum(close, 5)", "sum(close, 5)"},
        {"na(close)", "math.na(close)"},
        {"trend > 1", "ema(open, 7) > 1"},
        {"floor(math.pi) + floor(math.e)", "5"},
        {" \tclose\r\n > open ", "close>open"},
        {"close == open", "open == close"},
        {"higher(\"1h\", sma(close, len))", "higher('60', sma(close, 5))"},
        {"higher(\"15m\", close)", "close"},
        {"other(\"SYN01\", close)", "close"},
        {"+close", "close"},
        {"--close", "-(-close)"},
    };
    for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
        const wick_node a = read(&f, pairs[k][0]), b = read(&f, pairs[k][1]);
        if (a < 0 || a != b) {
            fail_msg("'%s' is node %d and '%s' node %d: %s", pairs[k][0], (int)a, pairs[k][1],
                     (int)b, wick_ctx_error(f.ctx));
        }
    }
    stop(&f);
}

/* A name of the caller's goes before a source; a prefix goes past it. */
static bool close_is_seven(void *user, const char *name, wick_expr_name *out)
{
    (void)user;
    out->number = 7.0;
    return strcmp(name, "close") == 0 || strcmp(name, "sma") == 0;
}

static void test_own_names_come_first(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    const wick_node seven = wick_graph_const(f.ctx, f.g, 7.0);
    assert_int_equal(wick_graph_expr(f.ctx, f.g, "close", close_is_seven, NULL), seven);
    assert_int_equal(wick_graph_expr(f.ctx, f.g, "sma(open, sma)", close_is_seven, NULL),
                     read(&f, "sma(open, 7)"));
    stop(&f);
}

static void test_values(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    const wick_node x[4] = {
        read(&f, "close > close[1] and hl2 >= open ? close - open : nz(na, -1)"),
        read(&f, "math.avg(close, open, high)"), read(&f, "round_to_mintick(close * 1.0137)"),
        read(&f, "bar_index % 7 == 3 or not (close > open)")};
    for (int i = 0; i < 4; i++) check_ok(f.ctx, x[i]);
    check_ok(f.ctx, wick_graph_eval(f.ctx, f.g, x, 4));
    const wick_bars *b = wick_panel_bars(f.panel, 0);
    const double *o = wick_bars_field(b, WICK_OPEN), *h = wick_bars_field(b, WICK_HIGH);
    const double *l = wick_bars_field(b, WICK_LOW), *c = wick_bars_field(b, WICK_CLOSE);
    for (int i = 0; i < 300; i++) {
        const bool up = i > 0 && c[i] > c[i - 1] && (h[i] + l[i]) / 2 >= o[i];
        check_same(wick_graph_values(f.g, x[0])[i], up ? c[i] - o[i] : -1.0);
        check_close(wick_graph_values(f.g, x[1])[i], (c[i] + o[i] + h[i]) / 3, 1e-15);
        const double tick = wick_bars_info(b)->tick;
        const double r = wick_graph_values(f.g, x[2])[i];
        assert_true(fabs(r - c[i] * 1.0137) <= tick / 2 * (1 + 1e-9));
        check_close(r / tick, floor(r / tick + 0.5), 1e-12);
        check_same(wick_graph_values(f.g, x[3])[i], i % 7 == 3 || !(c[i] > o[i]));
    }
    stop(&f);
}

/* Indicators with several outputs name the one they mean. */
static const wick_ta_spec *two_outputs(void)
{
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        if (wick_ta_outputs(s) > 1 && strcmp(s->out[0].name, s->name) != 0) return s;
    }
    return NULL;
}

static void test_outputs(void **state)
{
    (void)state;
    fixture f;
    const wick_ta_spec *s = two_outputs();
    char text[200];
    start(&f);
    assert_int_equal(read(&f, "sma(close, 3).sma"), read(&f, "sma(close, 3)"));
    check_fails(f.ctx, read(&f, "sma(close, 3).smo"), WICK_E_PARSE, "did you mean 'sma'?");
    assert_non_null(s);
    for (int32_t k = 0; k < wick_ta_outputs(s); k++) {
        size_t len = (size_t)snprintf(text, sizeof text, "ta.%s(", s->name);
        for (int32_t i = 0; i < wick_ta_given(s); i++) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%sclose", i > 0 ? ", " : "");
        }
        snprintf(text + len, sizeof text - len, ").%s", s->out[k].name);
        const wick_node x = read(&f, text);
        check_ok(f.ctx, x);
        assert_int_equal(f.g->node[x].op, k);
    }
    text[strlen(text) - strlen(s->out[wick_ta_outputs(s) - 1].name) - 1] = '\0';
    check_fails(f.ctx, read(&f, text), WICK_E_PARSE, "outputs: add one of");
    stop(&f);
}

/* What describe prints reads back as the same node. */
static void test_descriptions_read_back(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    static const char *const texts[] = {
        "close > highest(high, len)[1] and rsi(close, 14) < 70",
        "-(close - open) / (high - low) % 3",
        "(close > open ? high : low) + (not (close > open))",
        "close - (open - (high - low[2])[3])",
        "close * (open + 1) / (2 * (high / low))",
        "(close ? open : high) ? (low ? 1 : 2) : close ? 3 : 4",
        "min(close, max(open, -2)) == -(-close)",
        "(close == open) == (high != low)",
        "((close > open) > (high < low)) >= na(close)",
        "(close and open or high) and (low or close)",
        "higher(\"1h\", ema(close, 3)[1] - -5) + other(\"SYN02\", hl2)",
        "-(5 - close)[2] + nz(sma(close, 3), 1e-300)",
        "not not close - pow(close, 0.1)",
        "highest(src = 3, n = 4) + close * (1 / 0) - -1 / 0 * close",
        "(-5)[1] + close - -0.0 * high + nz(na, 1)[2]",
    };
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        const wick_node x = read(&f, texts[k]);
        check_ok(f.ctx, x);
        wick_buf b = {0};
        wick_graph_describe(f.g, x, &b);
        const wick_node y = read(&f, b.data);
        if (x != y) fail_msg("'%s' printed as '%s'", texts[k], b.data);
        wick_buf_free(&b);
    }
    stop(&f);
}

/* ---- errors ------------------------------------------------------------------------------- */

static void test_errors_say_where_and_what(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "column 1: the expression is empty"},
        {"   ", "column 1: the expression is empty"},
        {"close >", "column 8: expected a value, found the end"},
        {"close > > open", "column 9: expected a value, found '>'"},
        {"(close", "column 7: expected ')' to close the bracket, found the end"},
        {"close open", "column 7: expected an operator or the end, found 'open'"},
        {"close = open", "column 7: expected an operator or the end, found '=': write '=='"},
        {"clsoe > 1", "column 1: unknown name 'clsoe': did you mean 'close'?"},
        {"close + hihgest(high, 3)",
         "column 9: unknown function 'hihgest': did you mean 'highest'?"},
        {"ta.smma(close, 3)", "unknown function 'ta.smma'"},
        {"math.sqr(4)", "did you mean 'sqrt'?"},
        {"math.sma(close, 3)", "unknown function 'math.sma'"},
        {"qqqqqqqq", "column 1: unknown name 'qqqqqqqq'"},
        {"close && open", "column 7: '&&' is not part of the grammar: write 'and'"},
        {"!close", "write 'not'"},
        {"close ~= open", "write '!='"},
        {"close ^ 2", "column 7: '^' is not part of the grammar: write pow(x, y)"},
        {"close ** 2", "write pow"},
        {"close @ 2", "column 7: '@' is not part of the grammar"},
        {"close \x01", "column 7: byte 0x01"},
        {"\xc3\xa4\xc3\xb6", "column 1: byte 0xc3"},
        {"'\xc3\xa4' + 1", "column 1: expected a value"},
        {"other('\xc3\xa4', clos)", "column 12: expected a source"},
        {"1.2.3", "column 1: '1.2.3' is not a number"},
        {"12abc", "column 1: '12abc' is not a number"},
        {"'open", "column 1: this quote is never closed"},
        {"close[open]", "column 7: bars ago must be a number"},
        {"close[-1]", "column 7: -1 bars ago would look ahead"},
        {"close[1", "expected ']'"},
        {"sma(close, 3", "expected ',' or ')' after an argument of sma, found the end"},
        {"sma(close, 3, 4)", "column 15: too many arguments: it is sma(src, n)"},
        {"sma(close, open)", "column 12: 'n' of ta.sma must be a number or a parameter"},
        {"sma(close, m = 3)", "ta.sma has no 'm'"},
        {"sma(close, n = 3, n = 4)", "given twice"},
        {"sma(n = 3, close)", "cannot follow a named one"},
        {"sma(n = 3)", "column 1: series 'src' is missing: it is sma(src, n)"},
        {"sma(close, 0)", "column 1: ta.sma"},
        {"sma(close, 'x')", "is a number, not text"},
        {"sma('x', 3)", "'src' of ta.sma is a series, not text"},
        {"abs()", "abs takes 1 argument, not 0"},
        {"pow(2)", "pow takes 2 arguments, not 1"},
        {"round(1, 2, 3)", "round takes 1 to 2 arguments, not 3"},
        {"abs('x')", "not text"},
        {"abs(x = 1)", "have no names"},
        {"close ? open", "column 13: expected ':' between the two values"},
        {"and close", "column 1: expected a value before 'and'"},
        {"ta.", "expected a name after 'ta.', found the end"},
        {"foreign", "another graph"},
        {"higher(close, 1)", "column 8: expected a timeframe such as \"1d\" in quotes"},
        {"higher('soon', close)", "'soon' is not a timeframe"},
        {"higher('1m', close)", "column 8: timeframe 1m is finer than the 15m bars of SYN01"},
        {"higher('1h', trend)", "column 14: series 'trend' belongs to the lower timeframe"},
        {"higher('1h', close", "to close higher("},
        {"other('SYN03', close)", "column 7: symbol 'SYN03' is not in the panel: did you mean"},
        {"other('SYN02', 3)", "expected a source such as close, found '3'"},
        {"a23456789012345678901234567890123456789012345678901234567890123456", "too long"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const wick_node x = read(&f, cases[k].text);
        if (x != WICK_E_PARSE || strstr(wick_ctx_error(f.ctx), cases[k].part) == NULL) {
            fail_msg("'%s' gives %d, '%s', not '%s'", cases[k].text, (int)x, wick_ctx_error(f.ctx),
                     cases[k].part);
        }
    }
    check_fails(f.ctx, wick_graph_expr(f.ctx, f.g, NULL, NULL, NULL), WICK_E_ARG, "no expression");
    stop(&f);
}

static void test_limits(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    static char text[70000];
    memset(text, '(', sizeof text);
    text[60000] = '\0';
    check_fails(f.ctx, read(&f, text), WICK_E_PARSE, "nested more than");
    memset(text, '-', 60000);
    check_fails(f.ctx, read(&f, text), WICK_E_PARSE, "nested more than");
    for (int i = 0; i < 60000; i += 4) memcpy(text + i, "abs(", 4);
    check_fails(f.ctx, read(&f, text), WICK_E_PARSE, "nested more than");
    for (int i = 0; i < 60000; i += 4) memcpy(text + i, "1?1:", 4);
    check_fails(f.ctx, read(&f, text), WICK_E_PARSE, "nested more than");
    /* Length alone is no depth. */
    for (int i = 0; i < 60000; i += 6) memcpy(text + i, "close+", 6);
    memcpy(text + 59994, "open  ", 6);
    check_ok(f.ctx, read(&f, text));
    memset(text, ' ', sizeof text);
    text[sizeof text - 1] = '\0';
    check_fails(f.ctx, read(&f, text), WICK_E_PARSE, "limit");
    stop(&f);
}

static wick_status walk_expr(wick_ctx *ctx, void *arg)
{
    wick_graph *g = NULL;
    wick_status st = wick_graph_new(ctx, arg, NULL, NULL, &g);
    if (st < 0) return st;
    st = wick_graph_expr(ctx, g, "sma(close, 3) > ema(hl2, n = 4)[2] ? avg(1, open, 3) : -high",
                         NULL, NULL);
    wick_graph_free(g);
    return st < 0 ? st : WICK_OK;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    fixture f;
    start(&f);
    assert_true(alloc_walk(walk_expr, wick_panel_bars(f.panel, 0)) > 3);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_texts),
        cmocka_unit_test(test_own_names_come_first),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_descriptions_read_back),
        cmocka_unit_test(test_errors_say_where_and_what),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
