/* SPDX-License-Identifier: MIT */
/* What a name means in an expression: words, sources, functions of numbers, indicators with their
 * arguments, series of other symbols and timeframes. */
#include <stdlib.h>
#include <string.h>

#include "ta/expr_int.h"

enum { MAX_ARGS = 20 };

/* One argument of a call. Text (for choices, symbols and timeframes) has node -1. */
typedef struct arg {
    char name[65]; /* "" for positional ones */
    wick_node node;
    int64_t at;
    int64_t text, text_n;
} arg;

typedef struct args {
    arg v[MAX_ARGS];
    int n;
} args;

/* ---- arguments ---------------------------------------------------------------------------- */

/* `name =` before an argument; anything else is put back. */
static wick_status read_label(wk_parser *p, arg *a)
{
    a->name[0] = '\0';
    if (p->tok.kind != WK_T_NAME || p->tok.n >= (int64_t)sizeof a->name) return WICK_OK;
    const wk_token name = p->tok;
    const int64_t pos = p->pos;
    wick_status st = wk_expr_next(p);
    if (st >= 0 && wk_expr_is(p, "=")) {
        memcpy(a->name, p->text + name.at, (size_t)name.n);
        a->name[name.n] = '\0';
        return wk_expr_next(p);
    }
    /* A mistake in the next token is reported when it is its turn. */
    if (st < 0) wick_ctx_clear(p->ctx);
    p->tok = name;
    p->pos = pos;
    return WICK_OK;
}

static wick_status read_arg(wk_parser *p, arg *a)
{
    wick_status st = read_label(p, a);
    if (st < 0) return st;
    a->at = p->tok.at;
    a->node = -1;
    if (p->tok.kind == WK_T_STRING) {
        a->text = p->tok.at + 1;
        a->text_n = p->tok.n - 2;
        return wk_expr_next(p);
    }
    a->node = wk_expr_parse(p, 1);
    return a->node < 0 ? a->node : WICK_OK;
}

/* From after "(" to after ")". */
static wick_status read_args(wk_parser *p, const char *fn, args *out)
{
    char shown[40];
    out->n = 0;
    if (wk_expr_is(p, ")")) return wk_expr_next(p);
    for (;;) {
        if (out->n == MAX_ARGS) return wk_expr_fail(p, p->tok.at, "too many arguments of %s", fn);
        wick_status st = read_arg(p, &out->v[out->n++]);
        if (st < 0) return st;
        if (wk_expr_is(p, ")")) return wk_expr_next(p);
        if (!wk_expr_is(p, ",")) {
            return wk_expr_fail(p, p->tok.at,
                                "expected ',' or ')' after an argument of %s, found %s", fn,
                                wk_expr_shown(p, shown));
        }
        st = wk_expr_next(p);
        if (st < 0) return st;
    }
}

/* ---- functions of numbers ----------------------------------------------------------------- */

enum { F_OP, F_CHAIN, F_AVG, F_ROUND, F_NZ, F_MINTICK };

static const struct {
    const char *name;
    wick_op op;
    uint8_t kind, lo, hi; /* how many arguments */
} functions[] = {
    {"abs", WICK_OP_ABS, F_OP, 1, 1},     {"sqrt", WICK_OP_SQRT, F_OP, 1, 1},
    {"log", WICK_OP_LOG, F_OP, 1, 1},     {"log10", WICK_OP_LOG10, F_OP, 1, 1},
    {"exp", WICK_OP_EXP, F_OP, 1, 1},     {"floor", WICK_OP_FLOOR, F_OP, 1, 1},
    {"ceil", WICK_OP_CEIL, F_OP, 1, 1},   {"sign", WICK_OP_SIGN, F_OP, 1, 1},
    {"sin", WICK_OP_SIN, F_OP, 1, 1},     {"cos", WICK_OP_COS, F_OP, 1, 1},
    {"tan", WICK_OP_TAN, F_OP, 1, 1},     {"asin", WICK_OP_ASIN, F_OP, 1, 1},
    {"acos", WICK_OP_ACOS, F_OP, 1, 1},   {"atan", WICK_OP_ATAN, F_OP, 1, 1},
    {"na", WICK_OP_ISNA, F_OP, 1, 1},     {"pow", WICK_OP_POW, F_OP, 2, 2},
    {"min", WICK_OP_MIN, F_CHAIN, 2, 20}, {"max", WICK_OP_MAX, F_CHAIN, 2, 20},
    {"avg", WICK_OP_ADD, F_AVG, 1, 20},   {"round", WICK_OP_ROUND, F_ROUND, 1, 2},
    {"nz", WICK_OP_NZ, F_NZ, 1, 2},       {"round_to_mintick", WICK_OP_FLOOR, F_MINTICK, 1, 1},
};
enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

static wick_node op1(wk_parser *p, wick_op op, wick_node a)
{
    return a < 0 ? a : wick_graph_op(p->ctx, p->g, op, &a);
}

static wick_node op2(wk_parser *p, wick_op op, wick_node a, wick_node b)
{
    const wick_node in[2] = {a, b};
    return a < 0 ? a : b < 0 ? b : wick_graph_op(p->ctx, p->g, op, in);
}

static wick_node number(wk_parser *p, double v)
{
    return wick_graph_const(p->ctx, p->g, v);
}

/* Mean as Pine sums it: plainly for two, with Kahan's correction for more (pine_semantics 2.4). */
static wick_node average(wk_parser *p, const args *a)
{
    wick_node s = a->v[0].node, c = -1;
    for (int i = 1; i < a->n; i++) {
        if (a->n == 2) {
            s = op2(p, WICK_OP_ADD, s, a->v[i].node);
            continue;
        }
        const wick_node x = a->v[i].node;
        const wick_node y = c < 0 ? x : op2(p, WICK_OP_SUB, x, c);
        const wick_node t = op2(p, WICK_OP_ADD, s, y);
        c = op2(p, WICK_OP_SUB, op2(p, WICK_OP_SUB, t, s), y);
        if (c < 0) return c;
        s = t;
    }
    if (c >= 0) s = op2(p, WICK_OP_SUB, s, c);
    return op2(p, WICK_OP_DIV, s, number(p, (double)a->n));
}

static wick_node rounded(wk_parser *p, const args *a)
{
    if (a->n == 1) return op1(p, WICK_OP_ROUND, a->v[0].node);
    const wick_node scale = op2(p, WICK_OP_POW, number(p, 10.0), a->v[1].node);
    const wick_node x = op2(p, WICK_OP_MUL, a->v[0].node, scale);
    return op2(p, WICK_OP_DIV, op1(p, WICK_OP_ROUND, x), scale);
}

/* Nearest price step, ties up. Pine divides by the price scale where the step has one. */
static wick_node to_mintick(wk_parser *p, wick_node x)
{
    const double tick = wick_bars_info(p->g->bars)->tick, scale = round(1.0 / tick);
    const wick_node steps =
        op2(p, WICK_OP_ADD, op2(p, WICK_OP_DIV, x, number(p, tick)), number(p, 0.5));
    const wick_node whole = op1(p, WICK_OP_FLOOR, steps);
    if (scale >= 1.0 && fabs(scale * tick - 1.0) < 1e-9) {
        return op2(p, WICK_OP_DIV, whole, number(p, scale));
    }
    return op2(p, WICK_OP_MUL, whole, number(p, tick));
}

static wick_node call_function(wk_parser *p, int f, const args *a, int64_t at)
{
    for (int i = 0; i < a->n; i++) {
        if (a->v[i].node < 0) {
            return wk_expr_fail(p, a->v[i].at, "%s takes numbers and series, not text",
                                functions[f].name);
        }
        if (a->v[i].name[0] != '\0') {
            return wk_expr_fail(p, a->v[i].at, "the arguments of %s have no names",
                                functions[f].name);
        }
    }
    if (a->n < functions[f].lo || a->n > functions[f].hi) {
        char want[24];
        snprintf(want, sizeof want, functions[f].lo == functions[f].hi ? "%d" : "%d to %d",
                 functions[f].lo, functions[f].hi);
        return wk_expr_fail(p, at, "%s takes %s argument%s, not %d", functions[f].name, want,
                            functions[f].hi == 1 ? "" : "s", a->n);
    }
    const wick_op op = functions[f].op;
    wick_node x = a->v[0].node;
    switch (functions[f].kind) {
    case F_AVG: return average(p, a);
    case F_ROUND: return rounded(p, a);
    case F_NZ: return op2(p, op, x, a->n > 1 ? a->v[1].node : number(p, 0.0));
    case F_MINTICK: return to_mintick(p, x);
    default: break;
    }
    if (a->n == 1) return op1(p, op, x);
    for (int i = 1; i < a->n; i++) x = op2(p, op, x, a->v[i].node);
    return x;
}

/* ---- indicators --------------------------------------------------------------------------- */

/* The arguments of a call sorted into ports and parameters. */
typedef struct bound {
    wick_node in[WICK_TA_MAX_IN];
    double p[WICK_TA_MAX_PARAM];
    bool has_in[WICK_TA_MAX_IN], has_p[WICK_TA_MAX_PARAM];
} bound;

static void signature(const wick_ta_spec *s, char *out, size_t cap)
{
    const int32_t given = wick_ta_given(s), n = wick_ta_params(s);
    size_t len = (size_t)snprintf(out, cap, "%s(", s->name);
    for (int32_t i = 0; i < given + n && len < cap; i++) {
        const char *name = i < given ? s->in[i].name : s->param[i - given].name;
        len += (size_t)snprintf(out + len, cap - len, "%s%s", i > 0 ? ", " : "", name);
    }
    if (len < cap) snprintf(out + len, cap - len, ")");
}

static wick_status set_choice(wk_parser *p, const wick_ta_spec *s, int32_t k, const arg *a,
                              double *out)
{
    const wick_ta_param *q = &s->param[k];
    char word[65];
    if (q->choice == NULL) {
        return wk_expr_fail(p, a->at, "'%s' of ta.%s is a number, not text", q->name, s->name);
    }
    const int64_t len = a->text_n < 64 ? a->text_n : 64;
    memcpy(word, p->text + a->text, (size_t)len);
    word[len] = '\0';
    int64_t n = 0;
    for (; q->choice[n] != NULL; n++) {
        if (strcmp(q->choice[n], word) == 0) {
            *out = (double)n;
            return WICK_OK;
        }
    }
    const char *near = wick_nearest(word, q->choice, n);
    return wk_expr_fail(p, a->at, "'%s' is no choice of '%s' of ta.%s: %s '%s'%s", word, q->name,
                        s->name, near != NULL ? "did you mean" : "the first is",
                        near != NULL ? near : q->choice[0], near != NULL ? "?" : "");
}

static wick_status set_param(wk_parser *p, const wick_ta_spec *s, int32_t k, const arg *a, bound *b)
{
    if (b->has_p[k]) {
        return wk_expr_fail(p, a->at, "'%s' of ta.%s is given twice", s->param[k].name, s->name);
    }
    b->has_p[k] = true;
    if (a->node < 0) return set_choice(p, s, k, a, &b->p[k]);
    if (!wk_is_const(p->g, a->node)) {
        return wk_expr_fail(p, a->at, "'%s' of ta.%s must be a number or a parameter, not a series",
                            s->param[k].name, s->name);
    }
    b->p[k] = p->g->node[a->node].value;
    return WICK_OK;
}

static wick_status set_input(wk_parser *p, const wick_ta_spec *s, int32_t i, const arg *a, bound *b)
{
    if (a->node < 0) {
        return wk_expr_fail(p, a->at, "'%s' of ta.%s is a series, not text", s->in[i].name,
                            s->name);
    }
    if (b->has_in[i]) {
        return wk_expr_fail(p, a->at, "'%s' of ta.%s is given twice", s->in[i].name, s->name);
    }
    b->has_in[i] = true;
    b->in[i] = a->node;
    return WICK_OK;
}

static wick_status set_named(wk_parser *p, const wick_ta_spec *s, const arg *a, bound *b)
{
    const char *names[WICK_TA_MAX_IN + WICK_TA_MAX_PARAM];
    const int32_t given = wick_ta_given(s), n = wick_ta_params(s);
    for (int32_t i = 0; i < given; i++) {
        if (strcmp(s->in[i].name, a->name) == 0) return set_input(p, s, i, a, b);
        names[i] = s->in[i].name;
    }
    for (int32_t k = 0; k < n; k++) {
        if (strcmp(s->param[k].name, a->name) == 0) return set_param(p, s, k, a, b);
        names[given + k] = s->param[k].name;
    }
    char form[200];
    signature(s, form, sizeof form);
    const char *near = wick_nearest(a->name, names, given + n);
    if (near != NULL) {
        return wk_expr_fail(p, a->at, "ta.%s has no '%s': did you mean '%s'?", s->name, a->name,
                            near);
    }
    return wk_expr_fail(p, a->at, "ta.%s has no '%s': it is %s", s->name, a->name, form);
}

/* Positional arguments fill the series and then the parameters. As in Pine, `highest(20)` and
 * `atr(14)` leave out series that have a default: a number in such a place begins the parameters.
 */
static wick_status bind_args(wk_parser *p, const wick_ta_spec *s, const args *a, bound *b)
{
    const int32_t given = wick_ta_given(s), n = wick_ta_params(s);
    int32_t i = 0, k = 0;
    for (int j = 0; j < a->n; j++) {
        const arg *x = &a->v[j];
        wick_status st;
        if (x->name[0] != '\0') {
            st = set_named(p, s, x, b);
        } else if (j > 0 && a->v[j - 1].name[0] != '\0') {
            st = wk_expr_fail(p, x->at, "an argument without a name cannot follow a named one");
        } else {
            const bool is_number = x->node < 0 || wk_is_const(p->g, x->node);
            if (i < given && n > 0 && is_number && s->in[i].source != WICK_S_NONE) i = given;
            if (i < given) {
                st = set_input(p, s, i, x, b);
                i++;
            } else if (k < n) {
                st = set_param(p, s, k, x, b);
                k++;
            } else {
                char form[200];
                signature(s, form, sizeof form);
                st = wk_expr_fail(p, x->at, "too many arguments: it is %s", form);
            }
        }
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status fill_defaults(wk_parser *p, const wick_ta_spec *s, int64_t at, bound *b)
{
    const int32_t given = wick_ta_given(s), n = wick_ta_params(s);
    char form[200];
    signature(s, form, sizeof form);
    for (int32_t i = 0; i < given; i++) {
        if (b->has_in[i]) continue;
        if (s->in[i].source == WICK_S_NONE) {
            return wk_expr_fail(p, at, "series '%s' is missing: it is %s", s->in[i].name, form);
        }
        b->in[i] = wick_graph_source(p->ctx, p->g, (wick_source)s->in[i].source);
        if (b->in[i] < 0) return b->in[i];
    }
    for (int32_t k = 0; k < n; k++) {
        if (b->has_p[k]) continue;
        if (s->param[k].required) {
            return wk_expr_fail(p, at, "parameter '%s' is missing: it is %s", s->param[k].name,
                                form);
        }
        b->p[k] = s->param[k].def;
    }
    return WICK_OK;
}

/* `.hist` after an indicator; obligatory when it has several outputs, because taking the first
 * silently is how a signal line gets lost. An output named like its indicator (vwap) is what the
 * bare call means. */
static wick_status read_output(wk_parser *p, const wick_ta_spec *s, int64_t at, int32_t *out)
{
    const char *names[WICK_TA_MAX_OUT];
    char list[200] = "", word[65], shown[40];
    size_t len = 0;
    const int32_t n = wick_ta_outputs(s);
    for (int32_t k = 0; k < n; k++) {
        names[k] = s->out[k].name;
        if (len < sizeof list) {
            len += (size_t)snprintf(list + len, sizeof list - len, "%s.%s", k > 0 ? ", " : "",
                                    names[k]);
        }
    }
    *out = 0;
    if (!wk_expr_is(p, ".")) {
        if (n == 1) return WICK_OK;
        for (int32_t k = 0; k < n; k++) {
            *out = k;
            if (strcmp(names[k], s->name) == 0) return WICK_OK;
        }
        return wk_expr_fail(p, at, "ta.%s has %d outputs: add one of %s", s->name, (int)n, list);
    }
    const wick_status st = wk_expr_next(p);
    if (st < 0) return st;
    if (p->tok.kind != WK_T_NAME || p->tok.n > 64) {
        return wk_expr_fail(p, p->tok.at, "expected an output of ta.%s (%s), found %s", s->name,
                            list, wk_expr_shown(p, shown));
    }
    memcpy(word, p->text + p->tok.at, (size_t)p->tok.n);
    word[p->tok.n] = '\0';
    for (int32_t k = 0; k < n; k++) {
        if (strcmp(names[k], word) != 0) continue;
        *out = k;
        return wk_expr_next(p);
    }
    const char *near = wick_nearest(word, names, n);
    if (near != NULL) {
        return wk_expr_fail(p, p->tok.at, "ta.%s has no output '%s': did you mean '%s'?", s->name,
                            word, near);
    }
    return wk_expr_fail(p, p->tok.at, "ta.%s has no output '%s': it has %s", s->name, word, list);
}

static wick_node call_indicator(wk_parser *p, const wick_ta_spec *s, const args *a, int64_t at)
{
    bound b;
    int32_t out = 0;
    memset(&b, 0, sizeof b);
    wick_status st = bind_args(p, s, a, &b);
    if (st >= 0) st = fill_defaults(p, s, at, &b);
    if (st >= 0) st = read_output(p, s, at, &out);
    if (st < 0) return st;
    const wick_node x =
        wick_graph_ta(p->ctx, p->g, s, b.in, wick_ta_given(s), b.p, wick_ta_params(s), out);
    if (x < 0 && wick_ctx_code(p->ctx) == WICK_E_ARG) {
        char why[300];
        snprintf(why, sizeof why, "%s", wick_ctx_error(p->ctx));
        return wk_expr_fail(p, at, "%s", why);
    }
    return x;
}

/* ---- other symbols and timeframes --------------------------------------------------------- */

static wick_status read_text(wk_parser *p, const char *what, char out[65])
{
    char shown[40];
    if (p->tok.kind != WK_T_STRING || p->tok.n > 66) {
        return wk_expr_fail(p, p->tok.at, "expected %s in quotes, found %s", what,
                            wk_expr_shown(p, shown));
    }
    memcpy(out, p->text + p->tok.at + 1, (size_t)p->tok.n - 2);
    out[p->tok.n - 2] = '\0';
    const wick_status st = wk_expr_next(p);
    return st < 0 ? st : wk_expr_expect(p, ",", "after it");
}

/* higher("1d", sma(close, 20)): everything inside counts bars of the coarser timeframe. */
static wick_node call_higher(wk_parser *p)
{
    char word[65], why[300];
    int64_t tf = 0;
    const int64_t at = p->tok.at;
    wick_status st = read_text(p, "a timeframe such as \"1d\"", word);
    if (st < 0) return st;
    if (!wick_timeframe_parse(word, &tf)) {
        return wk_expr_fail(p, at, "'%s' is not a timeframe: write \"15m\", \"4h\", \"1d\", \"1w\"",
                            word);
    }
    wick_graph *here = p->g, *inner = NULL;
    const int32_t view = wk_graph_view(p->ctx, here, tf, &inner);
    if (view < 0) {
        snprintf(why, sizeof why, "%s", wick_ctx_error(p->ctx));
        return view == WICK_E_MEM ? view : wk_expr_fail(p, at, "%s", why);
    }
    p->g = inner;
    const wick_node y = wk_expr_parse(p, 1);
    p->g = here;
    if (y < 0) return y;
    st = wk_expr_expect(p, ")", "to close higher(");
    return st < 0 ? st : wk_graph_seen(p->ctx, here, view, y);
}

static int source_named(const char *name, int64_t n)
{
    for (int s = 0; s < WICK_S_COUNT; s++) {
        const char *have = wk_source_name((wick_source)s);
        if ((int64_t)strlen(have) == n && memcmp(have, name, (size_t)n) == 0) return s;
    }
    return -1;
}

/* other("SPY", close): a source of another symbol of the panel. */
static wick_node call_other(wk_parser *p)
{
    char word[65], why[300], shown[40];
    const int64_t at = p->tok.at;
    wick_status st = read_text(p, "a symbol", word);
    if (st < 0) return st;
    const int s = p->tok.kind == WK_T_NAME ? source_named(p->text + p->tok.at, p->tok.n) : -1;
    if (s < 0) {
        return wk_expr_fail(p, p->tok.at, "expected a source such as close, found %s",
                            wk_expr_shown(p, shown));
    }
    st = wk_expr_next(p);
    if (st >= 0) st = wk_expr_expect(p, ")", "to close other(");
    if (st < 0) return st;
    const wick_node x = wick_graph_other(p->ctx, p->g, word, (wick_source)s);
    if (x >= 0 || x == WICK_E_MEM) return x;
    snprintf(why, sizeof why, "%s", wick_ctx_error(p->ctx));
    return wk_expr_fail(p, at, "%s", why);
}

/* ---- names -------------------------------------------------------------------------------- */

static wick_status unknown(wk_parser *p, const char *prefix, const char *name, bool call,
                           int64_t at)
{
    const int64_t n_ta = wick_ta_count();
    const bool ta = strcmp(prefix, "math") != 0, math = strcmp(prefix, "ta") != 0;
    const char **names = malloc((size_t)(n_ta + N_FUNCTIONS + WICK_S_COUNT) * sizeof *names);
    if (names == NULL) return wick_fail_mem(p->ctx);
    int64_t n = 0;
    /* The first of equally near names is proposed: sources before anything else. */
    for (int s = 0; prefix[0] == '\0' && !call && s < WICK_S_COUNT; s++) {
        names[n++] = wk_source_name((wick_source)s);
    }
    for (int64_t i = 0; ta && i < n_ta; i++) names[n++] = wick_ta_at(i)->name;
    for (int i = 0; math && i < N_FUNCTIONS; i++) names[n++] = functions[i].name;
    const char *near = wick_nearest(name, names, n), *dot = prefix[0] != '\0' ? "." : "";
    free(names);
    const char *what = call ? "function" : "name";
    if (near != NULL) {
        return wk_expr_fail(p, at, "unknown %s '%s%s%s': did you mean '%s'?", what, prefix, dot,
                            name, near);
    }
    return wk_expr_fail(p, at, "unknown %s '%s%s%s'", what, prefix, dot, name);
}

static wick_node looked_up(wk_parser *p, const char *name, int64_t at, bool *found)
{
    wick_expr_name v = {.node = -1};
    *found = p->lookup != NULL && p->lookup(p->user, name, &v);
    if (!*found) return -1;
    if (!v.is_node) return number(p, v.number);
    if (p->g != p->outer) {
        return wk_expr_fail(p, at,
                            "series '%s' belongs to the lower timeframe: inside higher() "
                            "only sources, indicators and numbers have a meaning",
                            name);
    }
    if (!wk_node_valid(p->g, v.node)) {
        return wk_expr_fail(p, at, "'%s' is a series of another graph", name);
    }
    return v.node;
}

static wick_node plain_name(wk_parser *p, const char *prefix, const char *name, int64_t at)
{
    static const struct {
        const char *name;
        double v;
    } words[] = {{"true", 1.0}, {"false", 0.0}};
    static const struct {
        const char *name;
        double v;
    } constants[] = {{"pi", 3.14159265358979323846}, {"e", 2.7182818284590452354}};
    if (prefix[0] == '\0') {
        if (strcmp(name, "na") == 0) return number(p, WICK_NA);
        for (int k = 0; k < 2; k++) {
            if (strcmp(name, words[k].name) == 0) return number(p, words[k].v);
        }
        bool found = false;
        const wick_node x = looked_up(p, name, at, &found);
        if (found) return x;
        const int s = source_named(name, (int64_t)strlen(name));
        if (s >= 0) return wick_graph_source(p->ctx, p->g, (wick_source)s);
    }
    for (int k = 0; strcmp(prefix, "math") == 0 && k < 2; k++) {
        if (strcmp(name, constants[k].name) == 0) return number(p, constants[k].v);
    }
    const args none = {.n = 0};
    const wick_ta_spec *s = strcmp(prefix, "math") != 0 ? wick_ta_find(name) : NULL;
    return s != NULL ? call_indicator(p, s, &none, at) : unknown(p, prefix, name, false, at);
}

wick_node wk_expr_named(wk_parser *p, const char *prefix, const char *name, int64_t at)
{
    if (!wk_expr_is(p, "(")) return plain_name(p, prefix, name, at);
    wick_status st = wk_expr_next(p);
    if (st < 0) return st;
    if (prefix[0] == '\0' && strcmp(name, "higher") == 0) return call_higher(p);
    if (prefix[0] == '\0' && strcmp(name, "other") == 0) return call_other(p);
    int f = -1;
    for (int k = 0; strcmp(prefix, "ta") != 0 && k < N_FUNCTIONS; k++) {
        if (strcmp(name, functions[k].name) == 0) f = k;
    }
    /* math.sum is an indicator: it remembers. */
    const bool math_only = strcmp(prefix, "math") == 0 && strcmp(name, "sum") != 0;
    const wick_ta_spec *s = math_only ? NULL : wick_ta_find(name);
    if (f < 0 && s == NULL) return unknown(p, prefix, name, true, at);
    args a;
    st = read_args(p, name, &a);
    if (st < 0) return st;
    /* max(x) is the running maximum of ta, max(a, b) the larger of two. */
    if (f >= 0 && (s == NULL || a.n >= functions[f].lo)) return call_function(p, f, &a, at);
    return call_indicator(p, s, &a, at);
}
