/* SPDX-License-Identifier: MIT */
/* Text form of the graph: Pine's expression grammar. Binding from weak to strong, as Pine has it:
 *
 *   ?:   or   and   == !=   > >= < <=   + -   * / %   unary + - not   x[k] .output calls
 *
 * so `not a > b` is `(not a) > b`. A Pratt parser: every operator has a strength, and an operand
 * swallows what binds more strongly than the operator on its left. */
#include <string.h>

#include "ta/expr_int.h"

/* Recursion is bounded by MAX_DEPTH; text is bounded so that a script cannot feed a book. */
enum { MAX_DEPTH = 100, MAX_TEXT = 1 << 16, MAX_NAME = 64 };
enum { UNARY_STRENGTH = 8 };

/* ---- errors ------------------------------------------------------------------------------- */

wick_status wk_expr_fail(wk_parser *p, int64_t at, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    int64_t column = 1; /* in characters: continuation bytes of UTF-8 do not count */
    for (int64_t i = 0; i < at && i < p->n; i++)
        column += ((unsigned char)p->text[i] & 0xc0) != 0x80;
    return wick_fail(p->ctx, WICK_E_PARSE, "expression, column %lld: %s", (long long)column, text);
}

const char *wk_expr_shown(const wk_parser *p, char out[40])
{
    if (p->tok.kind == WK_T_END) return "the end";
    const int n = p->tok.n < 30 ? (int)p->tok.n : 30;
    const char *quote = p->tok.kind == WK_T_STRING ? "" : "'";
    snprintf(out, 40, "%s%.*s%s%s", quote, n, p->text + p->tok.at, p->tok.n > 30 ? "..." : "",
             quote);
    return out;
}

/* ---- tokens ------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Byte i of the text, 0 past its end. */
static char peek(const wk_parser *p, int64_t i)
{
    return i < p->n ? p->text[i] : '\0';
}

static wick_status read_number(wk_parser *p)
{
    int64_t i = p->pos;
    while (is_digit(peek(p, i))) i++;
    if (peek(p, i) == '.') i++;
    while (is_digit(peek(p, i))) i++;
    if (peek(p, i) == 'e' || peek(p, i) == 'E') {
        int64_t k = i + 1;
        if (peek(p, k) == '+' || peek(p, k) == '-') k++;
        if (is_digit(peek(p, k))) {
            while (is_digit(peek(p, k))) k++;
            i = k;
        }
    }
    p->tok = (wk_token){WK_T_NUMBER, p->pos, i - p->pos, 0.0};
    int64_t end = i; /* of what the writer may have meant as one thing */
    while (is_letter(peek(p, end)) || is_digit(peek(p, end)) || peek(p, end) == '.') end++;
    if (end > i || !wick_parse_double(p->text + p->pos, i - p->pos, &p->tok.number)) {
        return wk_expr_fail(p, p->pos, "'%.*s' is not a number",
                            (int)(end - p->pos < 30 ? end - p->pos : 30), p->text + p->pos);
    }
    p->pos = i;
    return WICK_OK;
}

static wick_status read_string(wk_parser *p, char quote)
{
    int64_t i = p->pos + 1;
    while (i < p->n && p->text[i] != quote) i++;
    if (i == p->n) return wk_expr_fail(p, p->pos, "this quote is never closed");
    p->tok = (wk_token){WK_T_STRING, p->pos, i - p->pos + 1, 0.0};
    p->pos = i + 1;
    return WICK_OK;
}

static wick_status read_punct(wk_parser *p)
{
    static const char *const two[] = {"==", "!=", ">=", "<=", "&&", "||", "~=", ":=", "**"};
    static const struct {
        const char *wrong, *hint;
    } hints[] = {{"&&", "write 'and'"},
                 {"||", "write 'or'"},
                 {"~=", "write '!='"},
                 {"!", "write 'not'"},
                 {":=", "nothing is assigned in an expression"},
                 {"**", "write pow(x, y)"},
                 {"^", "write pow(x, y)"}};
    int64_t n = 1;
    for (size_t k = 0; k < sizeof two / sizeof two[0]; k++) {
        if (peek(p, p->pos) == two[k][0] && peek(p, p->pos + 1) == two[k][1]) n = 2;
    }
    const char *s = p->text + p->pos;
    for (size_t k = 0; k < sizeof hints / sizeof hints[0]; k++) {
        if ((int64_t)strlen(hints[k].wrong) == n && memcmp(s, hints[k].wrong, (size_t)n) == 0) {
            return wk_expr_fail(p, p->pos, "'%s' is not part of the grammar: %s", hints[k].wrong,
                                hints[k].hint);
        }
    }
    if (n == 1 && (s[0] == '\0' || strchr("+-*/%<>=?:()[],.", s[0]) == NULL)) {
        if (s[0] > ' ' && s[0] < 127) {
            return wk_expr_fail(p, p->pos, "'%c' is not part of the grammar", s[0]);
        }
        return wk_expr_fail(p, p->pos, "byte 0x%02x is not part of the grammar",
                            (unsigned)(unsigned char)s[0]);
    }
    p->tok = (wk_token){WK_T_PUNCT, p->pos, n, 0.0};
    p->pos += n;
    return WICK_OK;
}

wick_status wk_expr_next(wk_parser *p)
{
    while (p->pos < p->n && strchr(" \t\r\n", p->text[p->pos]) != NULL && p->text[p->pos] != '\0') {
        p->pos++;
    }
    const char c = peek(p, p->pos);
    if (p->pos == p->n) {
        p->tok = (wk_token){WK_T_END, p->n, 0, 0.0};
        return WICK_OK;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(p, p->pos + 1)))) return read_number(p);
    if (c == '"' || c == '\'') return read_string(p, c);
    if (!is_letter(c)) return read_punct(p);
    int64_t i = p->pos;
    while (is_letter(peek(p, i)) || is_digit(peek(p, i))) i++;
    p->tok = (wk_token){WK_T_NAME, p->pos, i - p->pos, 0.0};
    p->pos = i;
    return WICK_OK;
}

static bool token_is(const wk_parser *p, wk_tok kind, const char *s)
{
    return p->tok.kind == kind && (int64_t)strlen(s) == p->tok.n &&
           memcmp(p->text + p->tok.at, s, (size_t)p->tok.n) == 0;
}

bool wk_expr_is(const wk_parser *p, const char *punct)
{
    return token_is(p, WK_T_PUNCT, punct);
}

wick_status wk_expr_expect(wk_parser *p, const char *punct, const char *after)
{
    char shown[40];
    if (wk_expr_is(p, punct)) return wk_expr_next(p);
    return wk_expr_fail(p, p->tok.at, "expected '%s' %s, found %s", punct, after,
                        wk_expr_shown(p, shown));
}

/* ---- operands ----------------------------------------------------------------------------- */

static wick_status take_name(wk_parser *p, char out[MAX_NAME + 1])
{
    if (p->tok.n > MAX_NAME) return wk_expr_fail(p, p->tok.at, "this name is too long");
    memcpy(out, p->text + p->tok.at, (size_t)p->tok.n);
    out[p->tok.n] = '\0';
    return wk_expr_next(p);
}

static wick_node parse_name(wk_parser *p)
{
    char name[MAX_NAME + 1], prefix[MAX_NAME + 1] = "", shown[40];
    const int64_t at = p->tok.at;
    wick_status st = take_name(p, name);
    if (st < 0) return st;
    if (wk_expr_is(p, ".") && (strcmp(name, "ta") == 0 || strcmp(name, "math") == 0)) {
        memcpy(prefix, name, sizeof name);
        st = wk_expr_next(p);
        if (st < 0) return st;
        if (p->tok.kind != WK_T_NAME) {
            return wk_expr_fail(p, p->tok.at, "expected a name after '%s.', found %s", prefix,
                                wk_expr_shown(p, shown));
        }
        st = take_name(p, name);
        if (st < 0) return st;
    }
    return wk_expr_named(p, prefix, name, at);
}

static wick_node parse_operand(wk_parser *p)
{
    char shown[40];
    if (p->tok.kind == WK_T_NUMBER) {
        const double v = p->tok.number;
        const wick_status st = wk_expr_next(p);
        return st < 0 ? st : wick_graph_const(p->ctx, p->g, v);
    }
    if (wk_expr_is(p, "(")) {
        wick_status st = wk_expr_next(p);
        if (st < 0) return st;
        const wick_node x = wk_expr_parse(p, 1);
        if (x < 0) return x;
        st = wk_expr_expect(p, ")", "to close the bracket");
        return st < 0 ? st : x;
    }
    static const char *const words[] = {"and", "or"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        if (token_is(p, WK_T_NAME, words[k])) {
            return wk_expr_fail(p, p->tok.at, "expected a value before '%s'", words[k]);
        }
    }
    if (p->tok.kind == WK_T_NAME) return parse_name(p);
    return wk_expr_fail(p, p->tok.at, "expected a value, found %s%s", wk_expr_shown(p, shown),
                        p->tok.kind == WK_T_STRING ? ": text stands only for a choice" : "");
}

/* x[k]: k bars ago. An NA offset reads the present bar, a fraction is cut off (pine_semantics 3).
 */
static wick_node parse_history(wk_parser *p, wick_node x)
{
    while (wk_expr_is(p, "[")) {
        wick_status st = wk_expr_next(p);
        if (st < 0) return st;
        const int64_t at = p->tok.at;
        const wick_node k = wk_expr_parse(p, 1);
        if (k < 0) return k;
        if (!wk_is_const(p->g, k)) {
            return wk_expr_fail(p, at, "bars ago must be a number or a parameter, not a series");
        }
        st = wk_expr_expect(p, "]", "after the bars ago");
        if (st < 0) return st;
        const double v = p->g->node[k].value;
        if (v <= -1.0) {
            return wk_expr_fail(p, at, "%.17g bars ago would look ahead: use 0 or more", v);
        }
        /* Longer than any column is NA everywhere. */
        const int64_t bars = isnan(v) ? 0 : v >= 1e15 ? INT64_C(1000000000000000) : (int64_t)v;
        x = wick_graph_lag(p->ctx, p->g, x, bars);
        if (x < 0) return x;
    }
    return x;
}

/* ---- operators ---------------------------------------------------------------------------- */

static wick_node parse_unary(wk_parser *p)
{
    const bool minus = wk_expr_is(p, "-"), plus = wk_expr_is(p, "+");
    const bool not = token_is(p, WK_T_NAME, "not");
    if (!minus && !plus && !not ) {
        const wick_node x = parse_operand(p);
        return x < 0 ? x : parse_history(p, x);
    }
    const wick_status st = wk_expr_next(p);
    if (st < 0) return st;
    const wick_node x = wk_expr_parse(p, UNARY_STRENGTH);
    if (x < 0 || plus) return x;
    return wick_graph_op(p->ctx, p->g, minus ? WICK_OP_NEG : WICK_OP_NOT, &x);
}

/* The operator that comes next, and its strength; 0 when there is none. */
static int infix(const wk_parser *p, wick_op *op)
{
    static const struct {
        const char *text;
        wick_op op;
        int strength;
    } table[] = {{"?", WICK_OP_IF, 1},  {"==", WICK_OP_EQ, 4}, {"!=", WICK_OP_NE, 4},
                 {">", WICK_OP_GT, 5},  {">=", WICK_OP_GE, 5}, {"<", WICK_OP_LT, 5},
                 {"<=", WICK_OP_LE, 5}, {"+", WICK_OP_ADD, 6}, {"-", WICK_OP_SUB, 6},
                 {"*", WICK_OP_MUL, 7}, {"/", WICK_OP_DIV, 7}, {"%", WICK_OP_MOD, 7}};
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        if (!wk_expr_is(p, table[k].text)) continue;
        *op = table[k].op;
        return table[k].strength;
    }
    *op = token_is(p, WK_T_NAME, "or") ? WICK_OP_OR : WICK_OP_AND;
    if (*op == WICK_OP_OR) return 2;
    return token_is(p, WK_T_NAME, "and") ? 3 : 0;
}

static wick_node parse_choice(wk_parser *p, wick_node cond)
{
    wick_node in[3] = {cond, wk_expr_parse(p, 1), 0};
    if (in[1] < 0) return in[1];
    const wick_status st = wk_expr_expect(p, ":", "between the two values of '?'");
    if (st < 0) return st;
    in[2] = wk_expr_parse(p, 1);
    return in[2] < 0 ? in[2] : wick_graph_op(p->ctx, p->g, WICK_OP_IF, in);
}

static wick_node parse_infix(wk_parser *p, wick_node left, int strength)
{
    wick_op op;
    for (int s = infix(p, &op); left >= 0 && s > 0 && s >= strength; s = infix(p, &op)) {
        const wick_status st = wk_expr_next(p);
        if (st < 0) return st;
        if (op == WICK_OP_IF) {
            left = parse_choice(p, left);
            continue;
        }
        const wick_node in[2] = {left, wk_expr_parse(p, s + 1)};
        if (in[1] < 0) return in[1];
        left = wick_graph_op(p->ctx, p->g, op, in);
    }
    return left;
}

wick_node wk_expr_parse(wk_parser *p, int strength)
{
    if (p->depth >= MAX_DEPTH) {
        return wk_expr_fail(p, p->tok.at, "nested more than %d deep", MAX_DEPTH);
    }
    p->depth++;
    wick_node x = parse_unary(p);
    if (x >= 0) x = parse_infix(p, x, strength);
    p->depth--;
    return x;
}

wick_node wick_graph_expr(wick_ctx *ctx, wick_graph *g, const char *text, wick_expr_lookup lookup,
                          void *user)
{
    if (text == NULL) return wick_fail(ctx, WICK_E_ARG, "no expression given");
    wk_parser p = {.ctx = ctx, .g = g, .outer = g, .text = text, .lookup = lookup, .user = user};
    p.n = (int64_t)strlen(text);
    if (p.n > MAX_TEXT) {
        return wick_fail(ctx, WICK_E_PARSE, "an expression of %lld bytes: the limit is %d",
                         (long long)p.n, MAX_TEXT);
    }
    const wick_status st = wk_expr_next(&p);
    if (st < 0) return st;
    if (p.tok.kind == WK_T_END) return wk_expr_fail(&p, 0, "the expression is empty");
    const wick_node x = wk_expr_parse(&p, 1);
    if (x < 0) return x;
    char shown[40];
    if (p.tok.kind != WK_T_END) {
        return wk_expr_fail(&p, p.tok.at, "expected an operator or the end, found %s%s",
                            wk_expr_shown(&p, shown),
                            wk_expr_is(&p, "=") ? ": write '==' to compare" : "");
    }
    return x;
}
