/* SPDX-License-Identifier: MIT */
/** Private header of room flow. */
#ifndef WK_FLOW_INT_H
#define WK_FLOW_INT_H

#include "wick/flow.h"

extern const wick_objective_spec *const wk_objective_table[];
extern const int64_t wk_objective_table_n;

/* ---- text.c -------------------------------------------------------------------------------- */

enum { WK_CALL_ARGS = 12 };

typedef struct wk_call_arg {
    char *key, *value; /**< key NULL: by place */
    int at;            /**< place among the known keys, after wk_call_match */
} wk_call_arg;

/** `name(key=value, ...)` as read; free it also after a failure. */
typedef struct wk_call {
    char *name;
    wk_call_arg arg[WK_CALL_ARGS];
    int n;
} wk_call;

wick_status wk_call_read(wick_ctx *ctx, const char *text, wk_call *c) WICK_NODISCARD;
void wk_call_free(wk_call *c);
/** Gives every argument its place among `keys` (NULL-ended); unknown ones are errors. */
wick_status wk_call_match(wick_ctx *ctx, wk_call *c, const char *const *keys) WICK_NODISCARD;
const char *wk_call_text(const wk_call *c, int at); /**< NULL: not given */
/* These leave *out alone when the option is not given. */
wick_status wk_call_number(wick_ctx *ctx, const wk_call *c, int at, const char *key, double lo,
                           double hi, double *out) WICK_NODISCARD;
wick_status wk_call_int(wick_ctx *ctx, const wk_call *c, int at, const char *key, int64_t lo,
                        int64_t hi, int64_t *out) WICK_NODISCARD;

#endif
