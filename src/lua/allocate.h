/* SPDX-License-Identifier: MIT */
/** What allocate.c and weights.c share: options of weights read from a table, numbers as lists.
 * What they return lies in a userdata that is left on the stack. */
#ifndef WICK_LUA_ALLOCATE_H
#define WICK_LUA_ALLOCATE_H

#include "lua/lua_int.h"
#include "wick/alloc.h"

double wk_opt_number(lua_State *L, int t, const char *key, double otherwise);
const char *wk_opt_text(lua_State *L, int t, const char *key, const char *otherwise);
/** Numbers of a list of n; NULL (and nil on the stack) when there is none. */
double *wk_opt_list(lua_State *L, int t, const char *key, int n);
const wick_cov_spec *wk_opt_covariance(lua_State *L, wk_host *h, int t);
void wk_opt_limits(lua_State *L, int t, int n, wick_limits *l);
/** Weights by the field `optimiser` of the table at t and its parameters. */
void wk_opt_weigh(lua_State *L, wk_host *h, int t, wick_weigh_in *in, double *w);
void wk_opt_push(lua_State *L, const double *v, int n);
double *wk_means(lua_State *L, int64_t rows, int32_t n, const double *x);
int wk_core_covariance(lua_State *L);
int wk_core_weights(lua_State *L);

#endif
