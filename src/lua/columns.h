/* SPDX-License-Identifier: MIT */
/**
 * Features a strategy declares (S.features), as columns over the bars of every symbol, and what a
 * model filter makes of them: one score per candidate entry.
 */
#ifndef WICK_LUA_COLUMNS_H
#define WICK_LUA_COLUMNS_H

#include "lua/filter.h"
#include "lua/lua_int.h"

/** Columns of the symbols of one panel. Belongs to the host until it is unbound. */
typedef struct wk_columns {
    int32_t p, n_syms;
    char **names;     /**< sorted */
    int8_t *cross;    /**< wick_cross_kind of a column, -1: none */
    wick_node *node;  /**< [symbol * p + column] */
    const double **v; /**< the same; set by wk_columns_eval */
    double **owned;   /**< cross-sectional columns; per entry of v or NULL */
} wk_columns;
void wk_columns_free(wk_columns *c);
/** Calls the function at `func` (b, p) for every symbol and takes the table it returns. Raises. The
 * columns are in h->columns. */
void wk_columns_declare(lua_State *L, wk_host *h, int func, int params);
/** The same from the table on top for one symbol, all of them in their order; pops it. Raises. */
void wk_columns_take(lua_State *L, wk_host *h, int32_t sym);
/** Evaluates them all, cross-sectional ones across the symbols with a bar at the moment. */
wick_status wk_columns_eval(wick_ctx *ctx, wk_host *h);

/** The features of the strategy in hand, unless they have been declared. `who` wants them. Raises.
 */
void wk_features_declare(lua_State *L, wk_host *h, int strategy, int params, const char *who);

/** A run that somebody watches (wk_host_watch) shows its features too, also without a model.
 * Raises. */
void wk_features_watch(lua_State *L, wk_host *h, int strategy, int params);

/** The gate of one run. */
typedef struct wk_gate wk_gate;
/** Opens the gate of the script's filter over the run in hand: signals have been declared, so their
 * candidates are scored at once; orders are scored as they come. `strategy` is the strategy's
 * table. Raises. */
void wk_gate_open(lua_State *L, wk_host *h, int strategy, int params);
void wk_gate_free(wk_gate *g);
/** An entry of `symbol` is about to be placed at the present bar: its score has to be there. */
wick_status wk_gate_ask(wk_host *h, int32_t symbol);

#endif
