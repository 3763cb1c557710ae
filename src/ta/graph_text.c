/* SPDX-License-Identifier: MIT */
/* Names, units and the readable form of nodes. */

#include "ta/graph_int.h"

/* ---- sources ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    wick_unit unit;
} sources[WICK_S_COUNT] = {
    [WICK_S_OPEN] = {"open", WICK_U_PRICE},      [WICK_S_HIGH] = {"high", WICK_U_PRICE},
    [WICK_S_LOW] = {"low", WICK_U_PRICE},        [WICK_S_CLOSE] = {"close", WICK_U_PRICE},
    [WICK_S_VOLUME] = {"volume", WICK_U_VOLUME}, [WICK_S_HL2] = {"hl2", WICK_U_PRICE},
    [WICK_S_HLC3] = {"hlc3", WICK_U_PRICE},      [WICK_S_OHLC4] = {"ohlc4", WICK_U_PRICE},
    [WICK_S_HLCC4] = {"hlcc4", WICK_U_PRICE},    [WICK_S_TIME] = {"time", WICK_U_ANY},
    [WICK_S_NEW_DAY] = {"new_day", WICK_U_MASK}, [WICK_S_BAR_INDEX] = {"bar_index", WICK_U_BARS},
};

const char *wk_source_name(wick_source s)
{
    return (int)s >= 0 && s < WICK_S_COUNT ? sources[s].name : NULL;
}

wick_unit wk_source_unit(wick_source s)
{
    return sources[s].unit;
}

/* ---- operations --------------------------------------------------------------------------- */

/* Strengths of the expression grammar: ?: 1, or 2, and 3, == 4, < 5, + 6, * 7, unary 8, call 9. */
static const struct {
    const char *text;
    int strength;
} ops[WICK_OP_COUNT] = {
    [WICK_OP_NEG] = {"-", 8},       [WICK_OP_NOT] = {"not ", 8},    [WICK_OP_ABS] = {"abs", 0},
    [WICK_OP_SQRT] = {"sqrt", 0},   [WICK_OP_LOG] = {"log", 0},     [WICK_OP_LOG10] = {"log10", 0},
    [WICK_OP_EXP] = {"exp", 0},     [WICK_OP_FLOOR] = {"floor", 0}, [WICK_OP_CEIL] = {"ceil", 0},
    [WICK_OP_ROUND] = {"round", 0}, [WICK_OP_SIGN] = {"sign", 0},   [WICK_OP_ISNA] = {"na", 0},
    [WICK_OP_SIN] = {"sin", 0},     [WICK_OP_COS] = {"cos", 0},     [WICK_OP_TAN] = {"tan", 0},
    [WICK_OP_ASIN] = {"asin", 0},   [WICK_OP_ACOS] = {"acos", 0},   [WICK_OP_ATAN] = {"atan", 0},
    [WICK_OP_ADD] = {" + ", 6},     [WICK_OP_SUB] = {" - ", 6},     [WICK_OP_MUL] = {" * ", 7},
    [WICK_OP_DIV] = {" / ", 7},     [WICK_OP_MOD] = {" % ", 7},     [WICK_OP_POW] = {"pow", 0},
    [WICK_OP_MIN] = {"min", 0},     [WICK_OP_MAX] = {"max", 0},     [WICK_OP_GT] = {" > ", 5},
    [WICK_OP_GE] = {" >= ", 5},     [WICK_OP_LT] = {" < ", 5},      [WICK_OP_LE] = {" <= ", 5},
    [WICK_OP_EQ] = {" == ", 4},     [WICK_OP_NE] = {" != ", 4},     [WICK_OP_AND] = {" and ", 3},
    [WICK_OP_OR] = {" or ", 2},     [WICK_OP_NZ] = {"nz", 0},       [WICK_OP_IF] = {" ? ", 1},
    [WICK_OP_PGT] = {" >~ ", 5},    [WICK_OP_PGE] = {" >=~ ", 5},   [WICK_OP_PLT] = {" <~ ", 5},
    [WICK_OP_PLE] = {" <=~ ", 5},   [WICK_OP_PEQ] = {" ==~ ", 4},   [WICK_OP_PNE] = {" !=~ ", 4},
};

const char *wk_op_text(wick_op op, int *strength)
{
    if (strength != NULL) *strength = ops[op].strength;
    return ops[op].text;
}

/* ---- units -------------------------------------------------------------------------------- */

static bool plain(wick_unit u)
{
    return u == WICK_U_RATIO || u == WICK_U_PERCENT || u == WICK_U_BARS;
}

static wick_unit times(wick_unit a, wick_unit b)
{
    if (plain(a) && plain(b)) return a == b && a == WICK_U_RATIO ? a : WICK_U_ANY;
    if (plain(b)) return a;
    if (plain(a)) return b;
    if (a == WICK_U_PRICE && b == WICK_U_PRICE) return WICK_U_PRICE2;
    if ((a == WICK_U_PRICE && b == WICK_U_VOLUME) || (b == WICK_U_PRICE && a == WICK_U_VOLUME)) {
        return WICK_U_PVOLUME;
    }
    if ((a == WICK_U_PRICE && b == WICK_U_INVERSE) || (b == WICK_U_PRICE && a == WICK_U_INVERSE)) {
        return WICK_U_RATIO;
    }
    return WICK_U_ANY;
}

static wick_unit over(wick_unit a, wick_unit b)
{
    if (a == WICK_U_ANY || b == WICK_U_ANY) return WICK_U_ANY;
    if (a == b) return WICK_U_RATIO;
    if (plain(b)) return a;
    if (plain(a) && b == WICK_U_PRICE) return WICK_U_INVERSE;
    if (a == WICK_U_PRICE2 && b == WICK_U_PRICE) return WICK_U_PRICE;
    if (a == WICK_U_PVOLUME && b == WICK_U_VOLUME) return WICK_U_PRICE;
    if (a == WICK_U_PVOLUME && b == WICK_U_PRICE) return WICK_U_VOLUME;
    return WICK_U_ANY;
}

/* A number takes the unit of what it stands beside. */
static wick_unit same(const wick_graph *g, wick_node a, wick_node b)
{
    const wick_unit ua = (wick_unit)g->node[a].unit, ub = (wick_unit)g->node[b].unit;
    if (wk_is_const(g, a)) return ub;
    if (wk_is_const(g, b) || ua == ub) return ua;
    return WICK_U_ANY;
}

wick_unit wk_op_unit(const wick_graph *g, wick_op op, const wick_node *in)
{
    const wick_unit a = (wick_unit)g->node[in[0]].unit;
    switch (op) {
    case WICK_OP_NEG:
    case WICK_OP_ABS:
    case WICK_OP_FLOOR:
    case WICK_OP_CEIL:
    case WICK_OP_ROUND: return a;
    case WICK_OP_SQRT:
        return a == WICK_U_PRICE2 ? WICK_U_PRICE : a == WICK_U_RATIO ? a : WICK_U_ANY;
    case WICK_OP_ADD:
    case WICK_OP_SUB:
    case WICK_OP_MOD:
    case WICK_OP_MIN:
    case WICK_OP_MAX:
    case WICK_OP_NZ: return same(g, in[0], in[1]);
    case WICK_OP_MUL:
        if (wk_is_const(g, in[0]) || wk_is_const(g, in[1])) return same(g, in[0], in[1]);
        return times(a, (wick_unit)g->node[in[1]].unit);
    case WICK_OP_DIV:
        if (wk_is_const(g, in[1])) return a;
        if (wk_is_const(g, in[0])) return over(WICK_U_RATIO, (wick_unit)g->node[in[1]].unit);
        return over(a, (wick_unit)g->node[in[1]].unit);
    case WICK_OP_IF: return same(g, in[1], in[2]);
    case WICK_OP_NOT:
    case WICK_OP_ISNA:
    case WICK_OP_GT:
    case WICK_OP_GE:
    case WICK_OP_LT:
    case WICK_OP_LE:
    case WICK_OP_EQ:
    case WICK_OP_NE:
    case WICK_OP_PGT:
    case WICK_OP_PGE:
    case WICK_OP_PLT:
    case WICK_OP_PLE:
    case WICK_OP_PEQ:
    case WICK_OP_PNE:
    case WICK_OP_AND:
    case WICK_OP_OR: return WICK_U_MASK;
    case WICK_OP_SIGN: return WICK_U_RATIO;
    default: return WICK_U_ANY;
    }
}

wick_unit wick_graph_unit(const wick_graph *g, wick_node x)
{
    return wk_node_valid(g, x) ? (wick_unit)g->node[x].unit : WICK_U_ANY;
}

/* ---- readable form ------------------------------------------------------------------------ */

/* Graphs made by loops may be deep, and shared nodes make the text longer than the graph: both
 * are cut, since the text is for messages. */
enum { MAX_DEPTH = 40, MAX_TEXT = 2000 };

typedef struct printer {
    const wick_graph *g;
    wick_buf *out;
    int64_t limit;
} printer;

static void print(const printer *p, wick_node x, int strength, int depth);

/* As the expression grammar reads it: it has no word for infinity. */
static void print_number(wick_buf *out, double v)
{
    if (isnan(v)) {
        wick_buf_add(out, "na", 2);
    } else if (isinf(v)) {
        wick_buf_add(out, v > 0.0 ? "(1 / 0)" : "(-1 / 0)", -1);
    } else {
        wick_buf_add_double(out, v);
    }
}

/* A number where a series may be left out would read as a parameter, so from there on the
 * arguments carry their names. */
static void print_call(const printer *p, const wk_gnode *x, int depth)
{
    const wk_call *c = &p->g->call[x->in[0]];
    const wick_ta_spec *s = c->spec;
    const int32_t given = wick_ta_given(s);
    bool named = false;
    int32_t n = c->n_p; /* words at their default are not said */
    while (n > 0 && s->param[n - 1].choice != NULL && c->p[n - 1] == s->param[n - 1].def) n--;
    wick_buf_addf(p->out, "%s(", s->name);
    for (int32_t i = 0; i < given + n; i++) {
        if (i > 0) wick_buf_add(p->out, ", ", 2);
        if (i < given && n > 0 && wk_is_const(p->g, c->in[i]) && s->in[i].source != WICK_S_NONE) {
            named = true;
        }
        const int32_t k = i - given;
        if (named) wick_buf_addf(p->out, "%s = ", k < 0 ? s->in[i].name : s->param[k].name);
        if (k < 0) {
            print(p, c->in[i], 0, depth);
        } else if (s->param[k].choice != NULL) {
            wick_buf_addf(p->out, "\"%s\"", s->param[k].choice[(int)c->p[k]]);
        } else {
            print_number(p->out, c->p[k]);
        }
    }
    wick_buf_add(p->out, ")", 1);
    if (c->n_out > 1) wick_buf_addf(p->out, ".%s", s->out[x->op].name);
}

static void print_op(const printer *p, const wk_gnode *x, int outer, int depth)
{
    int s = 0;
    const char *text = wk_op_text((wick_op)x->op, &s);
    if (s == 0) {
        wick_buf_addf(p->out, "%s(", text);
        for (int i = 0; i < x->n_in; i++) {
            if (i > 0) wick_buf_add(p->out, ", ", 2);
            print(p, x->in[i], 0, depth);
        }
        wick_buf_add(p->out, ")", 1);
        return;
    }
    if (s < outer) wick_buf_add(p->out, "(", 1);
    if (x->n_in == 1) {
        wick_buf_add(p->out, text, -1);
        print(p, x->in[0], s, depth);
    } else if (x->n_in == 2) {
        print(p, x->in[0], s, depth);
        wick_buf_add(p->out, text, -1);
        print(p, x->in[1], s + 1, depth);
    } else {
        print(p, x->in[0], s + 1, depth);
        wick_buf_add(p->out, " ? ", 3);
        print(p, x->in[1], s + 1, depth);
        wick_buf_add(p->out, " : ", 3);
        print(p, x->in[2], s, depth);
    }
    if (s < outer) wick_buf_add(p->out, ")", 1);
}

static void print(const printer *p, wick_node id, int strength, int depth)
{
    if (depth > MAX_DEPTH || p->out->len > p->limit || p->out->failed) {
        wick_buf_add(p->out, "...", 3);
        return;
    }
    const wk_gnode *x = &p->g->node[id];
    switch ((wk_kind)x->kind) {
    case WK_SOURCE: wick_buf_add(p->out, wk_source_name((wick_source)x->op), -1); break;
    case WK_CONST: {
        const bool sign = signbit(x->value) && isfinite(x->value) && strength > 8;
        if (sign) wick_buf_add(p->out, "(", 1);
        print_number(p->out, x->value);
        if (sign) wick_buf_add(p->out, ")", 1);
        break;
    }
    case WK_OP: print_op(p, x, strength, depth + 1); break;
    case WK_LAG:
        print(p, x->in[0], 9, depth + 1);
        wick_buf_addf(p->out, "[%lld]", (long long)x->k);
        break;
    case WK_OUT: print_call(p, x, depth + 1); break;
    case WK_COLUMN: wick_buf_addf(p->out, "column#%d", (int)id); break;
    case WK_OTHER:
        wick_buf_addf(p->out, "other(\"%s\", %s)",
                      wick_bars_symbol(wick_panel_bars(p->g->panel, x->k)),
                      wk_source_name((wick_source)x->op));
        break;
    case WK_HIGHER: {
        char tf[16];
        const wk_view *v = &p->g->view[x->in[0]];
        wick_timeframe_format(tf, v->timeframe_ms);
        wick_buf_addf(p->out, "higher(\"%s\", ", tf);
        const printer sub = {v->graph, p->out, p->limit};
        print(&sub, x->in[1], 0, depth + 1);
        wick_buf_add(p->out, ")", 1);
        break;
    }
    }
}

void wick_graph_describe(const wick_graph *g, wick_node x, wick_buf *out)
{
    if (!wk_node_valid(g, x)) {
        wick_buf_addf(out, "node %d", (int)x);
        return;
    }
    const printer p = {g, out, out->len + MAX_TEXT};
    print(&p, x, 0, 0);
}
