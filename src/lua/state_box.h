/* SPDX-License-Identifier: MIT */
/** Saved states as values of scripts. */
#ifndef WICK_LUA_STATE_BOX_H
#define WICK_LUA_STATE_BOX_H

#include "lua/box.h"

extern const wk_box_type wk_state_type;
void wk_push_state(lua_State *L, wk_host *h, wick_state *s);
/** Reads from_state, what_if and checkpoint of the table at t; raises. `out`: where the saved state
 * will be. */
void wk_state_asked(lua_State *L, int t, const char *what, wk_state_opts *o, wick_state **out);
void wk_state_box_open(lua_State *L, wk_host *h);

#endif
