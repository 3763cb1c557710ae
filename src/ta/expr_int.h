/* SPDX-License-Identifier: MIT */
/** Room ta, private: what the two halves of the expression reader share. */
#ifndef WK_EXPR_INT_H
#define WK_EXPR_INT_H

#include "ta/graph_int.h"

typedef enum wk_tok {
    WK_T_END,
    WK_T_NUMBER,
    WK_T_NAME,
    WK_T_STRING, /**< with its quotes */
    WK_T_PUNCT
} wk_tok;

typedef struct wk_token {
    wk_tok kind;
    int64_t at, n; /**< byte position and length in the text */
    double number;
} wk_token;

typedef struct wk_parser {
    wick_ctx *ctx;
    wick_graph *g;     /**< nodes go here: the inner graph while inside higher(...) */
    wick_graph *outer; /**< the caller's, whose nodes `lookup` knows */
    const char *text;
    int64_t n, pos;
    wk_token tok; /**< the one to be read next */
    int depth;
    wick_expr_lookup lookup;
    void *user;
} wk_parser;

/** Records a parse error at byte `at` and returns its code. */
wick_status wk_expr_fail(wk_parser *p, int64_t at, const char *fmt, ...) WICK_PRINTF(3, 4);
/** The text of the present token for messages. */
const char *wk_expr_shown(const wk_parser *p, char out[40]);
wick_status wk_expr_next(wk_parser *p);
bool wk_expr_is(const wk_parser *p, const char *punct);
wick_status wk_expr_expect(wk_parser *p, const char *punct, const char *after);
/** An operand and all operators that bind at least as strongly. */
wick_node wk_expr_parse(wk_parser *p, int strength);
/** A name was read (`prefix` is "", "ta" or "math"); reads its arguments, if any, and yields its
 * value. `at` is where it began. */
wick_node wk_expr_named(wk_parser *p, const char *prefix, const char *name, int64_t at);

#endif
