/* SPDX-License-Identifier: MIT */
/** Saved state, the script's half: what a run needs to be saved or to go on from a state. */
#ifndef WICK_LUA_STATE_H
#define WICK_LUA_STATE_H

#include "lua/lua_int.h"
#include "wick/state.h"

/** Before the body. */
void wk_state_watch(lua_State *L, wk_host *h);
/** After the declarations, before the first step: the state is put in, the stop is set. */
void wk_state_begin(lua_State *L, wk_host *h, int base);
/** After the loop: true when the run stopped to be saved; it was, and the loop goes on. */
bool wk_state_stopped(lua_State *L, wk_host *h, int base);
/** Whatever became of the run. */
void wk_state_forget(lua_State *L, wk_host *h);
/** A module of wick's was read. */
void wk_state_module(lua_State *L, wk_host *h, const char *name, int value);

/* state_pack.c */
/** Bytes of the n values of the list at i: numbers, texts, booleans and marks. */
void wk_state_pack(lua_State *L, wk_host *h, int i, int64_t n, wick_buf *out);
/** Pushes the list and returns its length; raises when it is damaged. `whole`: whole numbers become
 * integers where the VM has them. */
int64_t wk_state_unpack(lua_State *L, wk_host *h, const void *data, int64_t n, bool whole);
/** Leaves state_nil, state_named ... in the table on top. */
void wk_state_marks(lua_State *L);

/* state_ties.c */
/** What the script's half is tied to: strategy, text, parameters, seed, model. */
void wk_script_write_ties(lua_State *L, wk_host *h, wick_state *s);
void wk_script_check_ties(lua_State *L, wk_host *h, const wick_state *s, bool what_if);

#endif
